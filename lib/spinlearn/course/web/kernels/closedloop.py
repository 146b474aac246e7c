"""Many loops of a model that learns from its own samples, and the exact law of their chain beside them.

A chain has S = M h_top + 1 states, and its arrays a row more, for the start. What is not drawn is m data of the average
q, and a prior to the power u: a and b data, and a normal one of the mean 0 with the inverse variance w.
"""

import math

from numba import carray, types

from spinlearn.bipartite import chains

from ..pointers import count, export, float64s, int32s, int64s, number, words
from ..shared import seed_state  # noqa: F401


@export(types.void, int64s, float64s, count, count, number, number, number, number, number, number, number,
        float64s, float64s, float64s, float64s)  # fmt: skip
def prepare(heights, log_weight, L, M, start, m, q, u, a, b, w, x, theta, laws, P):
    """Fill the models (S + 1,), what they draw (S + 1, L), and the matrix (S + 1, S) of a generation."""
    heights, log_weight = carray(heights, L), carray(log_weight, L)
    S = M * heights[L - 1] + 1
    laws = carray(laws, (S + 1, L))
    ones, held = m * q + u * a, m + u * (a + b)
    chains.fill_models(
        heights, log_weight, M, start, ones, held, u * w, 0.0, carray(x, S + 1), carray(theta, S + 1), laws
    )
    chains.fill_transitions(laws, heights, M, carray(P, (S + 1, S)))


@export(types.void, float64s, int64s, count, count, int32s, count, words)
def advance(laws, heights, L, M, states, lanes, random):
    """Take all loops on by a generation."""
    heights = carray(heights, L)
    laws = carray(laws, (M * heights[L - 1] + 2, L))
    chains.advance(laws, heights, M, carray(states, lanes), carray(random, 4))


@export(types.void, float64s, float64s, float64s, count)
def evolve(P, now, after, S):
    """The exact law a generation later."""
    chains.evolve(carray(P, (S + 1, S)), carray(now, S + 1), carray(after, S + 1))


@export(types.void, float64s, float64s, count, count, float64s)
def moments(now, x, rows, lanes, found):
    """Fill `found` (2,) with the mean of x under a law, and twice the error of a mean over so many loops."""
    now, x, found = carray(now, rows), carray(x, rows), carray(found, 2)
    mean, square = 0.0, 0.0
    for k in range(rows):
        mean += now[k] * x[k]
    for k in range(rows):
        square += now[k] * (x[k] - mean) * (x[k] - mean)
    found[0], found[1] = mean, 2.0 * math.sqrt(square / lanes)


@export(count, int64s, float64s, count, number, number, number, number, number, number, float64s, float64s, float64s,
        float64s, count, float64s)  # fmt: skip
def stationary(heights, log_weight, L, m, q, u, a, b, w, theta, p, x, chi, many, levels):
    """Fill the stationary law for large M over `theta`, with the mean and the variance there; 0 where there is none.

    `levels` is (L,) of memory.
    """
    ones, held = m * q + u * a, m + u * (a + b)
    if not chains.stays(ones, held, u * w):
        return 0
    chains.fill_density(
        carray(heights, L), carray(log_weight, L), ones, held, u * w, 0.0, carray(theta, many), carray(p, many),
        carray(x, many), carray(chi, many), carray(levels, L),
    )  # fmt: skip
    return 1
