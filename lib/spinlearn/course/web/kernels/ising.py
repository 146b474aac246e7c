"""Single spins of a lattice, turned over one at a time."""

from numba import carray, types

from spinlearn.lattice import ising

from ..pointers import count, export, float64s, int8s, int32s, int64s, number, words
from ..shared import fill_random, fill_torus, seed_state  # noqa: F401


@export(types.void, float64s, count, count, number, number, number)
def fill_flip_probabilities(table, z, rule, T, J, h):
    ising.fill_flip_probabilities(carray(table, (2, 2 * z + 1)), rule, 1.0 / T, J, h)


@export(types.void, int8s, int32s, count, count, float64s, count, words, int64s)
def sweep(spins, neighbours, n, z, table, at_random, state, totals):
    ising.sweep(
        carray(spins, n), carray(neighbours, (n, z)), carray(table, (2, 2 * z + 1)), at_random != 0,
        carray(state, 4), carray(totals, 2),
    )  # fmt: skip


@export(types.int64, int8s, int32s, count, count)
def bond_total(spins, neighbours, n, z):
    return ising.bond_total(carray(spins, n), carray(neighbours, (n, z)))


@export(number, int64s, count, number)
def energy(totals, n, h):
    """Energy per spin with J = 1, from the sums over bonds and over spins that `sweep` keeps."""
    totals = carray(totals, 2)
    return (-totals[0] - h * totals[1]) / n
