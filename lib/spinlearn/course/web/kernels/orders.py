"""One hidden unit, and what it makes between n visible units, which have m = 2^n states and as many sets.

Kinds are those of `bipartite.curves`; `noisy` and `spins` are 0 or 1.
"""

from numba import carray, types

from spinlearn.bipartite import curves

from ..pointers import count, export, float64s, number


@export(number, count, number)
def potential(kind, z):
    return curves.potential(kind, z)


@export(types.void, count, count, float64s, count, float64s, float64s)
def answer(kind, noisy, x, m, K, f):
    """Fill K and the activation in m fields."""
    curves.fill_answers(kind, noisy, carray(x, m), carray(K, m), carray(f, m))


@export(types.void, float64s, count, number, count, float64s, count)
def look(w, n, b, spins, x, m):
    """Fill the fields of all states."""
    curves.fill_fields(carray(w, n), b, spins, carray(x, m))


@export(types.void, float64s, count, count, number)
def invert(f, m, spins, sign):
    """Make couplings of K in all states, in place; or, with the sign 1, their grain of that of K."""
    curves.invert(carray(f, m), spins, sign)


@export(types.void, float64s, float64s, float64s, count, count, float64s)
def roughen(x, K, f, m, n, grain):
    """Fill the error that rounding may make of K."""
    curves.fill_grain(carray(x, m), carray(K, m), carray(f, m), n, carray(grain, m))


@export(types.void, float64s, count, count, count, float64s)
def make(J, m, most, spins, f):
    """Fill what the couplings of up to `most` units say of all states."""
    curves.fill_values(carray(J, m), most, spins, carray(f, m))


@export(types.void, float64s, count)
def normalise(p, m):
    """Make probabilities of their logarithms, in place."""
    curves.normalise(carray(p, m))


@export(number, float64s, float64s, count)
def apart(p, q, m):
    return curves.variation(carray(p, m), carray(q, m))
