"""The mean-field magnetisation and a tanh laid over it, in units of Tc."""

import math

from numba import carray

from spinlearn.meanfield import weiss

from ..pointers import count, export, float64s, number


@export(number, number)
def magnetisation(T):
    """`meanfield.magnetisation` without a field."""
    return math.tanh(weiss.outer_root(T, 0.0, 1.0))


@export(number, number, number, number)
def fitted(T, a, c):
    """The tanh that is fitted to m(T)."""
    return 0.5 - 0.5 * math.tanh(a * (T - c))


@export(number, float64s, float64s, count, number, number, float64s)
def leave(T, m, n, a, c, left):
    """Fill `left` (n,) with `fitted` minus m at the temperatures T, and return its root mean square."""
    T, m, left = carray(T, n), carray(m, n), carray(left, n)
    total = 0.0
    for k in range(n):
        left[k] = 0.5 - 0.5 * math.tanh(a * (T[k] - c)) - m[k]
        total += left[k] ** 2
    return math.sqrt(total / n)
