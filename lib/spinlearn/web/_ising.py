"""The Ising kernels as C functions, with pointers and sizes in place of arrays: what becomes ``ising.wasm``.

Importing this module compiles it for the processor that numba is told of, so only `spinlearn.web._compile` does.
Every pointer is to memory of the caller's, laid out as the kernel's docstring says, in C order.
"""

from numba import carray, cfunc, types

from spinlearn import ising, lattice, rng

_int8, _int32, _int64, _float64, _words = (
    types.CPointer(kind) for kind in (types.int8, types.int32, types.int64, types.float64, types.uint64)
)


def _export(result, *arguments):
    return cfunc(result(*arguments), error_model="numpy")


@_export(types.void, types.uint64, _words)
def seed_state(seed, state):
    rng.seed_state(seed, carray(state, 4))


@_export(types.void, _int8, types.int32, _words)
def fill_random(spins, n, state):
    lattice.fill_random(carray(spins, n), carray(state, 4))


@_export(types.void, _float64, types.int32, types.int32, types.float64, types.float64, types.float64)
def fill_flip_probabilities(table, z, rule, beta, J, h):
    ising.fill_flip_probabilities(carray(table, (2, 2 * z + 1)), rule, beta, J, h)


@_export(types.void, _int8, _int32, types.int32, types.int32, _float64, types.int32, _words, _int64)
def sweep(spins, neighbours, n, z, table, at_random, state, totals):
    ising.sweep(
        carray(spins, n), carray(neighbours, (n, z)), carray(table, (2, 2 * z + 1)), at_random != 0,
        carray(state, 4), carray(totals, 2),
    )  # fmt: skip


@_export(types.int64, _int8, _int32, types.int32, types.int32)
def bond_total(spins, neighbours, n, z):
    return ising.bond_total(carray(spins, n), carray(neighbours, (n, z)))
