"""Mixtures of patterns: the spurious memories of the Hopfield model that have a formula.

A state can have the same overlap m with each of n patterns and none with the others. Its spins sit in the field m z,
where z is the sum of n random signs, with a Gaussian on top where the other patterns are many (load alpha):

    m = <z tanh(h / T)> / n,        h = m z + sqrt(alpha r) x.

n = 1 is retrieval. At T = 0 and without load an odd mixture is the majority vote of its patterns. Whether a mixture is
one more memory or only a saddle is said by the curvature of the free energy in the overlaps: the softest way is to
favour one of the patterns over another.

References
----------
D. J. Amit, H. Gutfreund and H. Sompolinsky, Phys. Rev. A 32, 1007 (1985): few patterns; odd mixtures, below T = 0.46.
D. J. Amit, H. Gutfreund and H. Sompolinsky, Ann. Phys. 173, 30 (1987): with a load, below 0.03.
"""

import math
from typing import NamedTuple

import numpy as np
from scipy.optimize import brentq
from scipy.special import comb, erf

from ..core import arguments

_MOST = 101  # patterns in a mixture
_Y = np.geomspace(12.0, 1e-2, 300)  # ratios of signal to noise, from clear to drowned


class Mixture(NamedTuple):
    """A symmetric mixture.

    Attributes
    ----------
    m : float
        Overlap with each of its patterns; 0 where there is none.
    f : float
        Free energy per spin; at T = 0 the energy.
    curvature : float
        The smallest curvature of the free energy in the overlaps. Positive: a minimum, and a spurious memory.
    """

    m: float
    f: float
    curvature: float


class Loaded(NamedTuple):
    """A symmetric mixture at T = 0 below a load, replica symmetric: `alpha`, and `m`, `r`, `C`, `u` as in
    `capacity.State`, and `curvature` as in `Mixture`."""

    alpha: float
    m: float
    r: float
    C: float
    u: float
    curvature: float


def mixture(n: int, T: float) -> Mixture:
    """The symmetric mixture of n out of few patterns.

    Parameters
    ----------
    n : int
        From 1 to 101.
    T : float
        At least 0.

    Returns
    -------
    Mixture
        To about 1e-14.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> [mixture(n, 0.0)[:2] for n in (1, 3, 5)]
    [(1.0, -0.5), (0.5, -0.375), (0.375, -0.3515625)]
    >>> mixture(3, 0.4).curvature > 0, mixture(3, 0.5).curvature > 0, mixture(2, 0.2).curvature > 0
    (True, False, False)
    """
    n, T = arguments.count("n", n, at_least=1, at_most=_MOST), arguments.number("T", T, at_least=0)
    z, p = _signs(n)
    m = float(p @ np.abs(z)) / n  # what it is at T = 0, and an upper bound
    if T == 0:
        free = float(p[z == 0].sum())  # spins on which the patterns do not agree
        return Mixture(m, -n * m * m / 2, -math.inf if free else 1.0)
    if T >= 1:
        m = 0.0
    lower = m
    while m > 0:  # the answer is concave: Newton's method comes down to its only root above 0
        t = np.tanh(m * z / T)
        lower = m - (m - p @ (z * t) / n) / (1 - p @ (z * z * (1 - t * t)) / (n * T))
        if not 0 < lower < m:
            break
        m = float(lower)
    x = np.abs(m * z / T)
    f = n * m * m / 2 - T * float(p @ (x + np.log1p(np.exp(-2 * x))))
    t2 = np.tanh(x) ** 2
    C = float(p @ (1 - t2)) / T
    pair = float(p @ ((z * z - n) * t2)) / (n * (n - 1) * T) if n > 1 else 0.0
    return Mixture(m, f, 1 - C - max(pair, -(n - 1) * pair))


def melting(n: int) -> float:
    """The temperature below which an odd mixture is a minimum of the free energy.

    Parameters
    ----------
    n : int
        Odd, from 1 to 101. Even mixtures never are one.

    Returns
    -------
    float
        1 for a single pattern.

    Raises
    ------
    TypeError, ValueError
        If n has the wrong type, or is not odd or out of range.

    Examples
    --------
    >>> [round(melting(n), 4) for n in (3, 5, 7)]
    [0.4598, 0.3847, 0.3439]
    """
    n = arguments.count("n", n, at_least=1, at_most=_MOST)
    if n % 2 == 0:
        raise ValueError(f"n must be odd, for even mixtures are never a minimum, got {n}")
    return 1.0 if n == 1 else brentq(lambda T: mixture(n, T).curvature, 0.01, 0.9, xtol=1e-14)


def loaded(n: int, alpha: float) -> Loaded:
    """The symmetric mixture of n patterns at T = 0, in the noise of alpha N others; n = 1 is `capacity.retrieval`.

    Parameters
    ----------
    n : int
        Odd, from 1 to 101.
    alpha : float
        Load, above 0.

    Returns
    -------
    Loaded

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range, or if there is no such mixture at this load.

    Examples
    --------
    >>> state = loaded(3, 0.02)
    >>> round(state.m, 4), round(state.u, 4), state.curvature > 0
    (0.4999, -0.375, True)
    """
    limit = loaded_limit(n)
    alpha = arguments.number("alpha", alpha, above=0)
    if alpha > limit.alpha:
        raise ValueError(f"alpha must be at most {limit.alpha:.6f} for a mixture of {n}, got {alpha}")
    top = limit.m / math.sqrt(2 * limit.alpha * limit.r)
    far = max(2 * top, 2 / math.sqrt(alpha))
    y = brentq(lambda y: _by_noise(n, y).alpha - alpha, top, far, xtol=1e-14) if alpha < limit.alpha else top
    return _by_noise(n, y)


def loaded_limit(n: int) -> Loaded:
    """The largest load at which there is a symmetric mixture of n patterns at T = 0.

    Parameters
    ----------
    n : int
        Odd, from 1 to 101.

    Returns
    -------
    Loaded

    Raises
    ------
    TypeError, ValueError
        If n has the wrong type, or is not odd or out of range.

    Examples
    --------
    >>> [round(loaded_limit(n).alpha, 4) for n in (1, 3, 5)]
    [0.1379, 0.0299, 0.0163]
    """
    n = arguments.count("n", n, at_least=1, at_most=_MOST)
    if n % 2 == 0:
        raise ValueError(f"n must be odd, for even mixtures are never a minimum, got {n}")
    loads = np.array([_by_noise(n, y).alpha for y in _Y])
    k = int(np.argmax(np.diff(loads) < 0))  # coming from a clear signal, where the load first turns
    y = brentq(lambda y: _slope(n, y), _Y[k + 1], _Y[k - 1], xtol=1e-14)
    return _by_noise(n, y)


def _signs(n: int) -> tuple[np.ndarray, np.ndarray]:
    """Values of a sum of n random signs, and their probabilities."""
    k = np.arange(n + 1)
    return 2.0 * k - n, comb(n, k) / 2.0**n


def _by_noise(n: int, y: float) -> Loaded:
    """The state at T = 0 in which the signal m is y times sqrt(2) as large as the noise sqrt(alpha r)."""
    z, p = _signs(n)
    m = float(p @ (z * erf(y * z))) / n
    sharp = p * np.exp(-((y * z) ** 2)) * 2 * y / (math.sqrt(math.pi) * m)
    C = float(sharp.sum())
    pair = float(sharp @ (z * z - n)) / (n * (n - 1)) if n > 1 else 0.0
    r = (1 - C) ** -2.0
    alpha = (m * (1 - C) / y) ** 2 / 2
    return Loaded(alpha, m, r, C, -n * m * m / 2 + alpha * (1 - r) / 2, 1 - C + min(pair, -(n - 1) * pair))


def _slope(n: int, y: float) -> float:
    """Derivative by y of sqrt(2 alpha) = m / y - (2 / sqrt(pi)) <exp(-y^2 z^2)>."""
    z, p = _signs(n)
    bell = p * np.exp(-((y * z) ** 2)) * 2 / math.sqrt(math.pi)
    return float(bell @ (z * z)) / (n * y) - float(p @ (z * erf(y * z))) / (n * y * y) + 2 * y * float(bell @ (z * z))
