"""Counting the spikes of a magnet that is quenched and warms up again: the path, the count, and its formulas; Tc = 1.

The magnet is 0 for mean field, 1 for the source's tanh with its centre at Tc, and 2 for a sharp step. A quench larger
than T0 takes all there is: no temperature is below 0.
"""

import math

from spinlearn.meanfield import quench, weiss

from ..pointers import count, export, number
from ..shared import temperature  # noqa: F401


@export(number, count, number, number)
def magnetisation(magnet, T, a):
    """The magnetisation m(T) of a magnet; that of the tanh is (1/2)(1 - tanh a(T - 1))."""
    if magnet == 1:
        return quench.sigmoid(2 * a * (1 - T))
    if magnet == 2 or T == 0:
        return 1.0 if T < 1 else 0.0
    return math.tanh(weiss.outer_root(T, 0.0, 1.0))


@export(number, count, number, number, number, number, number)
def counted(magnet, t, Q, T0, a, rate):
    """The count up to the time t: the area below m(T) from T0 - Q up to the temperature then, over the rate.

    For large t it is the whole count, and with T0 = Q the integral from 0 to Q.
    """
    Q = min(Q, T0)
    warmed = min(Q, rate * max(0.0, t))
    begins, ends = Q - (T0 - 1), Q - warmed - (T0 - 1)  # depths below Tc
    if magnet == 1:
        return quench.tanh_area(ends, begins, warmed, a) / rate
    begins, ends = min(1.0, max(0.0, begins)), min(1.0, max(0.0, ends))
    if magnet == 2:
        return (begins - ends) / rate
    return (quench.area_below(begins) - quench.area_below(ends)) / rate


@export(number, number, number, number)
def rectifier(Q, T0, rate):
    """`meanfield.sharp_count`."""
    return max(0.0, Q - (T0 - 1)) / rate


@export(number, count, number, number, number, number)
def formula(magnet, Q, T0, a, rate):
    """What a count follows: its law at the onset, (2 / sqrt 3) dQ^(3/2) / r, or the tanh's softplus in dQ; else NaN."""
    excess = Q - (T0 - 1)
    if magnet == 1:
        return quench.tanh_area(-math.inf, excess, math.inf, a) / rate
    if magnet == 2:
        return math.nan
    return 2 / math.sqrt(3.0) * excess * math.sqrt(excess) / rate if excess > 0 else 0.0


@export(number, number, number, number, number, number)
def exponent(Q, T0, m, total, rate):
    """The power of dQ with which the count grows: d ln N / d ln dQ, where dN/dQ = m / r, m being the coldest one.

    NaN without a count, or without an excess.
    """
    excess = Q - (T0 - 1)
    return excess * m / (rate * total) if excess > 0 and total > 0 else math.nan
