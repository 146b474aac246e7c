"""A lattice that is quenched again and again and warms up in between, and the spikes of its magnetisation."""

from numba import carray, types

from spinlearn.lattice import cooled, firing

from ..pointers import count, export, float64s, int8s, int32s, int64s, number, words
from ..shared import fill_random, fill_torus, seed_state, temperature  # noqa: F401


@export(types.void, int8s, int32s, count, float64s, number, words, int64s)
def sweep(spins, neighbours, n, table, T, state, totals):
    """Visit the sites in turn by the heat bath at T from 0 up; `totals` (2,) follows the sums over bonds and spins."""
    cooled.sweep_sites(
        carray(spins, n), carray(neighbours, (n, 4)), carray(table, (2, 9)), T, carray(state, 4), carray(totals, 2)
    )


@export(count, count, number)
def crossing(on, m):
    """1 where a spike begins with this record of m, -1 where the one that is on has ended, else 0."""
    return firing.crossing(on != 0, m, firing.UP, firing.DOWN)
