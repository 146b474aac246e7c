"""The membrane's kernel as a C function, with pointers in place of arrays: what becomes ``membrane.wasm``.

Importing this module compiles it for the processor that numba is told of, so only `spinlearn.course.web.compile` does.
Every pointer is to memory of the caller's, laid out as the kernel's docstring says.
"""

from numba import carray, types

from spinlearn.neuron import membrane

from .pointers import export, float64s


@export(types.int32, float64s, types.float64, types.float64, float64s, types.int32, float64s)
def count_spikes(state, I, dt, p, steps, times):
    return membrane.count_spikes(carray(state, 4), I, dt, carray(p, 7), steps, carray(times, steps // 2 + 1))
