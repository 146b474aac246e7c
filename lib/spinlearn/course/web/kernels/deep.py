"""Deep random networks: the maps of wide ones, the edge of chaos, and networks with all their weights.

The activation function is 0 for tanh, 1 for erf, 2 for the rectifier; `work` is (3, 1024) of memory.
"""

import math

from numba import carray, types

from spinlearn.meanfield import maps, signals

from ..pointers import count, export, float64s, number, words

float32s = types.CPointer(types.float32)


@export(types.void, types.uint64, words, count, count)
def begin(seed, states, networks, depth):
    """Fill the states (networks, depth + 1, 4) of all streams."""
    signals.seed_networks(seed, carray(states, (networks, depth + 1, 4)))


@export(types.void, words, float32s, count, count, count, count, count)
def widen(states, numbers, networks, depth, most, had, n):
    """Draw what networks of n units have beyond those of `had`; there is room for `most` in each."""
    states, numbers = (
        carray(states, (networks, depth + 1, 4)),
        carray(numbers, (networks, depth + 1, most * (most + 1))),
    )
    for k in range(networks):
        signals.draw(states[k], numbers[k], had, n)


@export(types.void, count, number, number, number, number, float32s, count, count, count, count, float64s, float64s,
        float64s)  # fmt: skip
def follow(code, weight, bias, q, d, numbers, networks, depth, most, n, units, path_q, path_d):
    """Fill the variances and 1 - the correlations (networks, depth + 1); `units` is (2, 2 most) of memory."""
    numbers, units = carray(numbers, (networks, depth + 1, most * (most + 1))), carray(units, (2, 2 * most))
    path_q, path_d = carray(path_q, (networks, depth + 1)), carray(path_d, (networks, depth + 1))
    for k in range(networks):
        signals.follow(code, n, weight, bias, q, d, numbers[k], units, path_q[k], path_d[k])


@export(types.void, count, number, number, number, number, count, float64s, float64s, float64s)
def propagate(code, weight, bias, q, d, depth, path_q, path_d, work):
    maps.propagate(
        code, weight, bias, q, d, carray(path_q, depth + 1), carray(path_d, depth + 1), carray(work, maps.WORK)
    )


@export(types.void, count, number, number, number, float64s, float64s)
def phase(code, weight, bias, start, found, work):
    """Fill `found` (5,): q, chi, chi_q, c, xi_c."""
    maps.phase(code, weight, bias, start, carray(found, 5), carray(work, maps.WORK))


@export(types.void, count, number, float64s)
def edge(code, q, found):
    """Fill `found` (2,) with sigma_w^2 and sigma_b^2 at the edge."""
    found = carray(found, 2)
    found[0], found[1] = maps.edge(code, q)


@export(number, count, number)
def critical_weight(code, bias):
    return maps.critical_weight(code, bias)


@export(number, number)
def apart(angle):
    """1 - the correlation of two signals at an angle, in degrees."""
    half = math.sin(angle * math.pi / 360)
    return 2 * half * half


@export(number, number, number)
def decayed(layers, scale):
    """What is left of a deviation after so many layers; with negative layers, what it was before."""
    return math.exp(-layers / scale)
