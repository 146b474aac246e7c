"""Wolff's kernels as C functions, with pointers and sizes in place of arrays: what becomes ``cluster.wasm``.

Importing this module compiles it for the processor that numba is told of, so only `spinlearn.course.web.compile` does.
Every pointer is to memory of the caller's, laid out as the kernel's docstring says, in C order.
"""

from numba import carray, types

from spinlearn.core import words as rng
from spinlearn.lattice import cluster, geometry

from .pointers import export, int8s, int32s, int64s, words


@export(types.void, types.uint64, words)
def seed_state(seed, state):
    rng.seed_state(seed, carray(state, 4))


@export(types.void, int8s, types.int32, words)
def fill_random(spins, n, state):
    geometry.fill_random(carray(spins, n), carray(state, 4))


@export(types.int32, types.int32, words)
def random_site(n, state):
    return rng.random_site(n, carray(state, 4))


@export(types.void, int8s, types.int32, types.int32, int32s, int64s)
def begin(spins, n, site, queue, ends):
    cluster.begin(carray(spins, n), site, carray(queue, n + 1), carray(ends, 2))


@export(types.void, int8s, int32s, types.int32, types.int32, types.uint64, words, int32s, int64s, types.int32)
def advance(spins, neighbours, n, z, threshold, state, queue, ends, most):
    cluster.advance(
        carray(spins, n), carray(neighbours, (n, z)), threshold, carray(state, 4), carray(queue, n + 1),
        carray(ends, 2), most,
    )  # fmt: skip
