"""The mean field's kernels as C functions, with pointers and sizes in place of arrays: what becomes ``meanfield.wasm``.

Importing this module compiles it for the processor that numba is told of, so only `spinlearn.course.web.compile` does.
Every pointer is to memory of the caller's, laid out as the kernel's docstring says.
"""

from numba import carray, types

from spinlearn.core import words as rng
from spinlearn.meanfield import weiss
from spinlearn.meanfield.curie_weiss import flow_fields as flow
from spinlearn.meanfield.curie_weiss import walk_fields as walk

from .pointers import export, float64s, words

number, count = types.float64, types.int32


@export(types.void, types.uint64, words)
def seed_state(seed, state):
    rng.seed_state(seed, carray(state, 4))


@export(number, number, number, number, number)
def response(m, T, h, Tc):
    return weiss.response(m, T, h, Tc)


@export(number, number, number, number, number)
def free_energy_at(m, T, h, Tc):
    return weiss.free_energy_at(m, T, h, Tc)


@export(number, number, number)
def spinodal_field_at(T, Tc):
    return weiss.spinodal_field_at(T, Tc)


@export(number, number, number, number)
def outer_root(T, h, Tc):
    return weiss.outer_root(T, h, Tc)


@export(number, number, number, number)
def inner_root(T, h, Tc):
    return weiss.inner_root(T, h, Tc)


@export(types.void, number, number, number, float64s, count, float64s)
def flow_fields(m, T, Tc, fields, sweeps, record):
    flow(m, T, Tc, carray(fields, sweeps), carray(record, sweeps))


@export(count, count, float64s, float64s, count, number, number, float64s, count, words, float64s)
def walk_fields(k, up, down, n, beta, Tc, fields, sweeps, state, m):
    return walk(
        k, carray(up, n + 1), carray(down, n + 1), beta, Tc, carray(fields, sweeps), carray(state, 4),
        carray(m, sweeps),
    )  # fmt: skip
