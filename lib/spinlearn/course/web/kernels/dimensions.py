"""The magnetisation of hypercubic lattices: mean field, Bethe, and what is known, with J = 1."""

import math

from spinlearn.exact import curves
from spinlearn.meanfield import weiss
from spinlearn.meanfield.bethe import cavity_field

from ..pointers import count, export, number


@export(number, count, number)
def mean_field(d, T):
    return math.tanh(weiss.outer_root(T, 0.0, 2.0 * d))


@export(number, count, number)
def by_bethe(d, T):
    z = 2 * d
    x = cavity_field(1.0 / T, 0.0, z)
    return math.tanh(z * x / (z - 1))


@export(number, count, number)
def known(d, T):
    """What is exact: nothing without a field in one dimension, Yang's formula in two; beyond, NaN."""
    if d > 2:
        return math.nan
    return curves.plane_magnetisation(1.0 / T) if d == 2 else 0.0


@export(number, count)
def bethe_temperature(d):
    """`meanfield.bethe_critical_temperature` with z = 2 d."""
    return -2.0 / math.log1p(-1.0 / d) if d > 1 else 0.0


@export(number, number, number)
def too_high(T, true):
    """By how many per cent; NaN where the truth is zero."""
    return 100.0 * (T / true - 1.0) if true > 0.0 else math.nan
