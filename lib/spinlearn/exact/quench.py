"""The spike count of a quenched plane: the area below Yang's magnetisation, with the onset exponent 9/8.

The protocol is that of `meanfield.quench`: from T0 the temperature drops by Q and rises again at the rate r, and the
spike count is the time integral of the magnetisation. With Tc = 2 J / ln(1 + sqrt 2) and v = 1 - T / Tc,

    m(T) = (1 - sinh(2 J / T)^-4)^(1/8) = v^(1/8) h(v),        h(0) = B = (4 sqrt 2 ln(1 + sqrt 2))^(1/8) = 1.2224
    area(depth) = integral of m dT from Tc - depth to Tc = (8/9) B depth^(9/8) Tc^(-1/8) for small depth
    area(Tc) = 2.1979151926 J = 0.9685921986 Tc

h is analytic for T > 0, and towards T = 0 m is 1 to every digit. So close to Tc the integral is taken by Gauss and
Jacobi's rule for the weight v^(1/8), farther from it by Gauss and Legendre's, and it is as accurate as m itself. Only
the depth below Tc enters, which is known to all digits, and not T, in which close to Tc half of them are lost.

References
----------
C. N. Yang, Phys. Rev. 85, 808 (1952): the magnetisation.
L. Onsager, Phys. Rev. 65, 117 (1944): the critical temperature.
"""

from fractions import Fraction
from functools import cache
from itertools import pairwise

import numpy as np
from scipy.special import roots_jacobi

from ..core import arguments
from ..meanfield.quench import depths, path, resting
from .plane import K_CRITICAL, critical_temperature, sinh_excess

# Tc / J = critical_temperature() + _REST, to 32 digits.
_REST = -8.519454153395313e-17

_BETA = 0.125
_EDGES = (0.0, 0.5, 0.75, 0.875, 1.0)  # of the panels, in units of Tc; the first has the root
_CLOSE = 0.1  # two depths that differ by less than this share of the smaller one are not subtracted
_FROZEN = 300.0  # K from which on m is 1 to every digit


def plane_area(depth, *, J: float = 1.0):
    """Area below the plane's spontaneous magnetisation, from Tc - depth to Tc.

    Parameters
    ----------
    depth : float or array
        From 0 to Tc.
    J : float
        Coupling, above 0.

    Returns
    -------
    float64 of the shape of `depth`
        Right to some 1e-15 of its value, from the smallest depth to the whole area, 2.1979151926 J. For small depths
        (8/9) B depth^(9/8) / Tc^(1/8) with B = (4 sqrt 2 ln(1 + sqrt 2))^(1/8).

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> print(*(f"{area:.8e}" for area in plane_area([1e-9, 0.1, 2.0])))
    7.35496499e-11 7.31621366e-02 1.92872988e+00
    """
    high, _ = _critical(J)
    depth = depths("depth", depth, high)
    return (high * _area_below(depth / high))[()]


def plane_count(Q, T0, *, J: float = 1.0, rate: float = 1.0):
    """Spike count of a quenched plane: no spike up to Q = T0 - Tc, and then with the exponent 9/8.

    Parameters
    ----------
    Q : float or array
        Size of the quench, from 0 to `T0`.
    T0 : float or array
        Temperature at rest, above 0. Below Tc the plane is magnetised at rest, too.
    J : float
        Coupling, above 0.
    rate : float
        Rise of the temperature per time, above 0.

    Returns
    -------
    float64 of the shape of `Q` and `T0`
        With the excess dQ = Q - (T0 - Tc) it is (8/9) B dQ^(9/8) / (Tc^(1/8) r) at first. dQ is taken with the true
        Tc, which is no float, and without a rounding. (Infinite where it is beyond the floats.)

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range, such as a quench below the absolute zero.

    Examples
    --------
    >>> plane_count([0.5, 0.8, 3.0], 3.0).round(6)
    array([0.      , 0.048418, 2.197915])
    """
    Q, T0, rate = resting(Q, T0, rate)
    Tc, rest = _critical(J)
    ends, begins, length = path(Q, T0, Tc, rest)
    low, high, width = ends / Tc, begins / Tc, length / Tc
    close = width < _CLOSE * low
    apart = _area_below(np.where(close, 0.0, high)) - _area_below(np.where(close, 0.0, low))
    # Where the ends are close, the mean magnetisation between them.
    x, w = _legendre()
    v = np.where(close, low, 0.5)[..., None] + np.where(close, width, 0.0)[..., None] * x
    mean = (w * v**_BETA * _smooth(v)).sum(-1)
    with np.errstate(over="ignore"):
        return (np.where(close, length * mean, Tc * apart) / rate)[()]


def _critical(J) -> tuple[float, float]:
    """The critical temperature as a float, and what that is short of."""
    J = arguments.number("J", J, above=0)
    unit = critical_temperature()
    high = J * unit
    if not 0 < high < np.inf:
        raise ValueError(f"J must be such that Tc is a float, got {J}")
    return high, float(Fraction(J) * Fraction(unit) - Fraction(high)) + J * _REST


def _smooth(v):
    """h(v) = m / v^(1/8) at T = Tc (1 - v), without a difference: near Tc it is the limit of sinh 2K - 1 over v."""
    v = np.maximum(v, 1e-300)
    with np.errstate(divide="ignore"):
        K = np.minimum(K_CRITICAL / (1 - v), _FROZEN)
    excess = sinh_excess(K, K * v)  # K - Kc = K v
    s = np.sinh(2 * K)
    return (excess / v / s * (1 + 1 / s) * (1 + s**-2.0)) ** _BETA


@cache
def _legendre():
    """Points and weights on (0, 1)."""
    x, w = np.polynomial.legendre.leggauss(40)
    return (x + 1) / 2, w / 2


@cache
def _jacobi():
    """Points and weights on (0, 1) for the weight v^(1/8)."""
    x, w = roots_jacobi(40, 0, _BETA)
    return (x + 1) / 2, w / 2 ** (1 + _BETA)


def _piece(low: float, high):
    """Area between a depth and deeper ones, in units of Tc; `low` is 0 or an edge."""
    x, w = _legendre() if low else _jacobi()
    v = low + (high - low)[..., None] * x
    values = _smooth(v) * (v**_BETA if low else 1.0)
    return (w * values).sum(-1) * (high - low) ** (1.0 if low else 1 + _BETA)


@cache
def _whole(k: int) -> float:
    """Area of the first k panels."""
    return sum(float(_piece(low, np.array(high))) for low, high in pairwise(_EDGES[: k + 1]))


def _area_below(v):
    """Area from the depth v to 0, in units of Tc, for 0 <= v <= 1."""
    area = np.zeros(np.shape(v))
    for k in range(len(_EDGES) - 1):
        here = (v > _EDGES[k]) & (v <= _EDGES[k + 1])
        if here.any():
            area[here] = _whole(k) + _piece(_EDGES[k], v[here])
    return area
