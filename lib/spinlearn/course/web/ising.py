"""The Ising kernels as C functions, with pointers and sizes in place of arrays: what becomes ``ising.wasm``.

Importing this module compiles it for the processor that numba is told of, so only `spinlearn.course.web.compile` does.
Every pointer is to memory of the caller's, laid out as the kernel's docstring says, in C order.
"""

from numba import carray, types

from spinlearn.core import words as rng
from spinlearn.lattice import geometry, ising

from .pointers import export, float64s, int8s, int32s, int64s, words


@export(types.void, types.uint64, words)
def seed_state(seed, state):
    rng.seed_state(seed, carray(state, 4))


@export(types.void, int8s, types.int32, words)
def fill_random(spins, n, state):
    geometry.fill_random(carray(spins, n), carray(state, 4))


@export(types.void, float64s, types.int32, types.int32, types.float64, types.float64, types.float64)
def fill_flip_probabilities(table, z, rule, beta, J, h):
    ising.fill_flip_probabilities(carray(table, (2, 2 * z + 1)), rule, beta, J, h)


@export(types.void, int8s, int32s, types.int32, types.int32, float64s, types.int32, words, int64s)
def sweep(spins, neighbours, n, z, table, at_random, state, totals):
    ising.sweep(
        carray(spins, n), carray(neighbours, (n, z)), carray(table, (2, 2 * z + 1)), at_random != 0,
        carray(state, 4), carray(totals, 2),
    )  # fmt: skip


@export(types.int64, int8s, int32s, types.int32, types.int32)
def bond_total(spins, neighbours, n, z):
    return ising.bond_total(carray(spins, n), carray(neighbours, (n, z)))
