"""The exact energy and specific heat of the chain, of the plane and of finite tori, with J = 1."""

import math

from numba import carray, types

from spinlearn.exact import curves

from ..pointers import count, export, float64s, number


@export(number, number)
def chain_heat(T):
    return curves.chain_moments(1.0 / T)[1]


@export(number, number)
def plane_heat(T):
    return curves.plane_moments(1.0 / T)[1]


@export(number, number)
def plane_energy(T):
    return curves.plane_moments(1.0 / T)[0]


@export(types.void, count, number, float64s)
def torus(side, T, found):
    """Fill (2,) with the energy and the specific heat of a torus of side x side spins."""
    found = carray(found, 2)
    found[0], found[1] = curves.torus_moments(side, 1.0 / T)


@export(types.void, count, float64s, count, float64s)
def torus_heats(side, T, many, heats):
    """Fill `heats` (many,) with the specific heat at the temperatures T (many,)."""
    T, heats = carray(T, many), carray(heats, many)
    for k in range(many):
        heats[k] = curves.torus_moments(side, 1.0 / T[k])[1]


@export(types.void, count, number, number, float64s)
def peak(side, low, high, found):
    """Fill (2,) with the temperature of the peak between two others, and its height."""
    found = carray(found, 2)
    found[0], found[1] = curves.torus_peak(side, low, high)


@export(number, number, number, number)
def grown(height, side, other):
    """A peak of that height at one side, at another by Onsager's logarithm."""
    return height + curves.peak_growth() * math.log(other / side)
