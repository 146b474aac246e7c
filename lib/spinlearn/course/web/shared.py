"""C functions that several WebAssembly modules export alike. A page has no numpy to make what they fill.

As with the files in ``kernels/``, importing this compiles it, so only `spinlearn.course.web.compile` does.
"""

import math

from numba import carray, types

from ...core import words as rng
from ...lattice import geometry
from ...meanfield import weiss
from .pointers import count, export, float64s, int8s, int32s, number, words


@export(types.void, types.uint64, words)
def seed_state(seed, state):
    rng.seed_state(seed, carray(state, 4))


@export(types.void, int8s, count, words)
def fill_random(spins, n, state):
    geometry.fill_random(carray(spins, n), carray(state, 4))


@export(types.void, int32s, count)
def fill_torus(neighbours, size):
    """Fill the (size * size, 4) table of ``lattice.square(size)``: the site below, to the right, above, left."""
    neighbours = carray(neighbours, (size * size, 4))
    for i in range(size * size):
        row, column = i // size, i % size
        neighbours[i, 0] = (row + 1) % size * size + column
        neighbours[i, 1] = row * size + (column + 1) % size
        neighbours[i, 2] = (row + size - 1) % size * size + column
        neighbours[i, 3] = row * size + (column + size - 1) % size


@export(types.void, number, number, float64s)
def branches(T, h, found):
    """Fill (3,) with ``meanfield.branches(T, h)``: stable, metastable and unstable; NaN where there is none."""
    found = carray(found, 3)
    sign, strength = -1.0 if h < 0 else 1.0, abs(h)
    three = T < 1.0 and strength < weiss.spinodal_field_at(T, 1.0)
    found[1] = found[2] = math.nan
    for k in range(2 if three else 1):
        found[k] = sign * math.tanh(weiss.outer_root(T, strength, 1.0))
        sign, strength = -sign, -strength
    if three:
        found[2] = 0.0 - sign * math.tanh(weiss.inner_root(T, -strength, 1.0))


@export(number, number, number, number, number)
def temperature(t, Q, T0, rate):
    """`meanfield.quench_temperature`, with the quench at t = 0."""
    return T0 if t < 0 else min(T0, T0 - min(Q, T0) + rate * t)
