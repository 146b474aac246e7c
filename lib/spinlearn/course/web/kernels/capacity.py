"""Memories at any load, activation by activation: a tree or a network of few inputs, a dense memory, and the theory.

Activations are those of `dense.fading.ACTIVATIONS`.
"""

import math

from numba import carray, types

from spinlearn.dense import fading, loops
from spinlearn.lattice import geometry

from ..pointers import count, export, float64s, int8s, int32s, int64s, number, words
from ..shared import seed_state  # noqa: F401

SMALL = True


@export(number, number)
def erf(x):
    """The error function, which browsers do not have: what calls for it is linked to this. All terms have one sign."""
    if abs(x) > 6.0:
        return math.copysign(1.0, x)
    term = total = x * math.exp(-x * x) * 2.0 / math.sqrt(math.pi)
    k = 1.0
    while abs(term) > 1e-17 * abs(total):
        k += 2.0
        term *= 2.0 * x * x / k
        total += term
    return total


@export(types.void, count, count, count, count, count, words, int32s, int32s, float64s, float64s, words)
def begin(code, P, tree, n, many, bits, inputs, couplings, states, fields, state):
    """Put units that hear `many` others into the first of P patterns, on a tree or in a network."""
    loops.begin_units(
        code, P, tree != 0, carray(bits, (n, loops.words_of(P))), carray(inputs, (n, many)),
        carray(couplings, (n, many)), carray(states, n), carray(fields, n), carray(state, 4),
    )  # fmt: skip


@export(number, count, number, count, count, count, count, words, int32s, int32s, float64s, float64s, words)
def step(code, gain, P, tree, n, many, bits, inputs, couplings, states, fields, state):
    """All units once; return the overlap."""
    return loops.step_units(
        code, gain, P, tree != 0, carray(bits, (n, loops.words_of(P))), carray(inputs, (n, many)),
        carray(couplings, (n, many)), carray(states, n), carray(fields, n), carray(state, 4),
    )  # fmt: skip


@export(
    types.void, count, count, count, int8s, float64s, int8s, int64s, int64s, int64s, words, count, float64s
)  # fmt: skip
def dense(code, P, n, patterns, steps, spins, agreed, turned, tally, state, sweeps, found):
    """Fill `found` (sweeps + 1,) with the overlaps of a memory of n units, all to all."""
    steps = carray(steps, n)
    geometry.fill_random(carray(patterns, n * P), carray(state, 4))
    loops.fill_steps(code, n, steps)
    loops.run_dense(
        carray(patterns, (n, P)), steps, carray(spins, n), carray(agreed, P), carray(turned, n), carray(tally, n),
        carray(state, 4), carray(found, sweeps + 1),
    )  # fmt: skip


@export(types.void, count, number, count, float64s, float64s)
def curve(code, gain, points, load, overlap):
    fading.fill_curve(code, gain, carray(load, points), carray(overlap, points))


@export(number, count, number, number)
def expected(code, gain, load):
    """The overlap by theory."""
    return fading.overlap_at(code, gain, load)


@export(types.void, count, number, number, count, float64s)
def fall(code, gain, alpha, steps, found):
    """Fill `found` (steps + 1,) with the overlaps by the map."""
    fading.fill_fall(code, gain, alpha, carray(found, steps + 1))
