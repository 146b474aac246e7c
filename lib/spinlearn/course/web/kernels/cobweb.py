"""The self-consistency of mean field, in units of Tc: the kernels of the cobweb."""

import math

from spinlearn.meanfield import weiss

from ..pointers import count, export, number
from ..shared import branches  # noqa: F401


@export(number, number, number, number, number)
def response(m, T, h, Tc):
    return weiss.response(m, T, h, Tc)


@export(number, number, number)
def slope(m, T):
    """How fast the response changes with m where it answers m: below 1 a solution is stable."""
    return (1.0 - m * m) / T


@export(number, number, number, count)
def shrunk(distance, factor, steps):
    """What is left of a distance that shrinks by a factor, after so many steps; before the first, if negative."""
    return distance * math.pow(factor, steps)  # not **: numba would put the path of a file into the module


@export(number, number, number)
def temperature_at(m, h):
    """The temperature at which m is a solution in the field h, for m not 0."""
    return (m + h) / math.atanh(m)
