"""Single spins of a lattice, turned over one at a time."""

from numba import carray, types

from spinlearn.core import words as rng
from spinlearn.lattice import geometry, ising

from ..pointers import export, float64s, int8s, int32s, int64s, words
from ..torus import fill_square

number, count = types.float64, types.int32


@export(types.void, types.uint64, words)
def seed_state(seed, state):
    rng.seed_state(seed, carray(state, 4))


@export(types.void, int8s, count, words)
def fill_random(spins, n, state):
    geometry.fill_random(carray(spins, n), carray(state, 4))


@export(types.void, int32s, count)
def fill_torus(neighbours, size):
    fill_square(carray(neighbours, (size * size, 4)), size)


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
