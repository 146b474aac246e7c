"""One unit with a table of states: what it answers to fields, and its law in one of them."""

import math

from numba import carray, types

from spinlearn.neuron import unit

from ..pointers import count, export, float64s, number


@export(types.void, float64s, float64s, count, float64s, count, float64s, float64s, float64s)
def tilt(states, weights, n, fields, m, K, response, slope):
    """`unit.tilted` for n states and m fields."""
    unit.tilted(
        carray(states, n), carray(weights, n), carray(fields, m), carray(K, m), carray(response, m), carray(slope, m)
    )


@export(types.void, float64s, float64s, count, number, number, float64s)
def lean(states, weights, n, x, K, shares):
    """Fill `shares` (n,) with the law of the n states in the field x, rho(s) exp(x s - K)."""
    states, weights, shares = carray(states, n), carray(weights, n), carray(shares, n)
    total = 0.0
    for k in range(n):
        total += weights[k]
    for k in range(n):
        shares[k] = weights[k] / total * math.exp(x * states[k] - K)


@export(number, number, number, number)
def entropy(x, K, response):
    """Entropy of the law in the field x, relative to that without field: at most 0."""
    return K - x * response
