"""A spin glass that ages: its bonds, the heat bath, the overlap with what it was, and its energy."""

from numba import carray, types

from spinlearn.lattice import ageing, glass, samples

from ..pointers import count, export, float64s, int8s, int32s, number, words
from ..shared import fill_random, fill_torus, seed_state  # noqa: F401


@export(types.void, int32s, count)
def open_edges(neighbours, size):
    """Cut the (size * size, 4) table of a torus open: no neighbour across an edge."""
    neighbours = carray(neighbours, (size * size, 4))
    for k in range(size):
        neighbours[(size - 1) * size + k, 0] = -1
        neighbours[k * size + size - 1, 1] = -1
        neighbours[k, 2] = -1
        neighbours[k * size, 3] = -1


@export(types.void, count, int32s, float64s, float64s, count, words)
def draw(law, neighbours, couplings, numbers, size, state):
    """The bonds of a sheet with open edges, and memory for one number a bond."""
    n = size * size
    glass.fill_couplings(
        law, carray(neighbours, (n, 4)), carray(couplings, (n, 4)), carray(numbers, 2 * size * (size - 1)),
        carray(state, 4),
    )  # fmt: skip


@export(types.void, int8s, int32s, float64s, count, number, words)
def sweep(spins, neighbours, couplings, n, T, state):
    samples.sweep(
        carray(spins, n), carray(neighbours, (n, 4)), carray(couplings, (n, 4)), 1.0 / T, 0.0, carray(state, 4)
    )


@export(number, int8s, int32s, float64s, count, float64s)
def energy(spins, neighbours, couplings, n, found):
    """Energy per spin; `found` (2, 1) is memory for it, and for the magnetisation."""
    found = carray(found, (2, 1, 1))
    samples.record(
        carray(spins, n), carray(neighbours, (n, 4)), carray(couplings, (n, 4)), 0.0, 0, 0, found[0], found[1]
    )
    return found[0, 0, 0] / n


@export(number, int8s, int8s, count)
def overlap(spins, before, n):
    return ageing.overlap(carray(spins, n), carray(before, n))
