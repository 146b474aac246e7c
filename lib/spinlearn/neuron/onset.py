"""How a rate sets in: the exponent of its growth with the distance from the onset.

Close to an onset a rate may grow as A d^p with the distance d of the input from it. On logarithmic axes that is a line
of slope p. A logarithmic onset, 1 / ln(1 / d), has a slope that goes to 0 as slowly as 1 / ln(1 / d); a jump has one
that goes to 0 like a power of d. The slope between neighbours, the local exponent, tells them apart.

If the distance is not the same each time, but Gaussian with a spread s, the mean rate has no corner any more. At the
onset itself it is then A s^p times the mean of z^p over the positive half of a standard Gaussian, which is
2^(p/2) Gamma((p + 1) / 2) / (2 sqrt(pi)): a rectifier becomes the Gaussian ramp of `activation`.
"""

import math
from typing import NamedTuple

import numpy as np

from ..core import arguments

_FAR = 9.0  # standard deviations beyond which a Gaussian is nothing
_POINTS, _WEIGHTS = np.polynomial.legendre.leggauss(200)
_ROOT = 8  # distance = w^8 makes the powers 1/2, 1, 9/8 and 3/2 smooth at 0
_SEEN = 2.0  # a drift of so many standard errors is one


class OnsetExponent(NamedTuple):
    """What `onset_exponent` returns.

    Attributes
    ----------
    value : float
        The exponent p.
    error : float
        Its error, statistical and from the drift of the local exponent within the window, together.
    amplitude : float
        A in A d^p.
    drift : float
        Half of the difference between the exponents of the farther and of the nearer half of the window.
    """

    value: float
    error: float
    amplitude: float
    drift: float


def local_exponents(distance, rate) -> tuple[np.ndarray, np.ndarray]:
    """Slopes d ln(rate) / d ln(distance) between neighbours.

    Parameters
    ----------
    distance : (n,) array
        Distances from the onset, above 0, rising; at least two.
    rate : (n,) array
        Rates at them, above 0.

    Returns
    -------
    middle, slope : (n - 1,) float64
        The geometric means of neighbouring distances, and the slopes there.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range.

    Examples
    --------
    >>> middle, slope = local_exponents([0.01, 1.0, 4.0], [0.1, 1.0, 2.0])
    >>> middle.round(6), slope.round(6)
    (array([0.1, 2. ]), array([0.5, 0.5]))
    """
    x, y = _logarithms(distance, rate, at_least=2)
    return np.exp((x[1:] + x[:-1]) / 2), np.diff(y) / np.diff(x)


def onset_exponent(distance, rate, *, errors=None) -> OnsetExponent:
    """Fit A d^p to rates close to an onset, on logarithmic axes.

    Parameters
    ----------
    distance : (n,) array
        Distances from the onset, above 0, rising; at least four.
    rate : (n,) array
        Rates at them, above 0.
    errors : (n,) array, optional
        Their standard errors, above 0. Left out, all logarithms count alike, and their scatter about the line is the
        error.

    Returns
    -------
    OnsetExponent
        The error joins the statistical one with the drift across the window, less what scatter gives of that; with
        `errors`, only a drift that is beyond twice what these would give.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range.

    Examples
    --------
    >>> d = np.logspace(-6, -2, 9)
    >>> fit = onset_exponent(d, 3 * d**1.5 * (1 + d))
    >>> print(f"{fit.value:.3f} +- {fit.error:.3f}, amplitude {fit.amplitude:.2f}")
    1.501 +- 0.001, amplitude 3.03
    """
    x, y = _logarithms(distance, rate, at_least=4)
    if errors is None:
        weights = np.ones_like(x)
    else:
        errors = arguments.real_array("errors", errors, x.shape, what=" (that of distance)")
        if not (errors > 0).all():
            raise ValueError(f"errors must be greater than 0, got {errors.min()}")
        weights = (np.exp(y) / errors) ** 2
    slope, level, variance = _line(x, y, weights)
    scatter = 1.0 if errors is not None else ((y - level - slope * x) ** 2).sum() / (len(x) - 2)
    half = len(x) // 2
    near, _, near_variance = _line(x[:half], y[:half], weights[:half])
    far, _, far_variance = _line(x[-half:], y[-half:], weights[-half:])
    drift = (far - near) / 2
    noise = 0.0 if errors is None else (near_variance + far_variance) / 4
    seen = drift**2 > _SEEN**2 * noise
    error = math.sqrt(variance * scatter + (drift**2 - noise if seen else 0.0))
    return OnsetExponent(float(slope), float(error), float(math.exp(level)), float(drift))


def rounded(rate, distance, *, spread: float) -> np.ndarray:
    """Mean rate where the distance from the onset is Gaussian.

    Parameters
    ----------
    rate : callable
        The rate at an array of distances above 0; below there is none.
    distance : float or array
        Mean distances from the onset, of either sign.
    spread : float
        Their standard deviation, above 0.

    Returns
    -------
    float64 of the shape of `distance`
        To some 1e-12 of the largest value within reach if the rate grows from 0 with an exponent that is a multiple of
        1/8, and is smooth else; to some 1e-4 if it grows like a logarithm.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range, or `rate` does not return an array of the shape it was given.

    Examples
    --------
    >>> rounded(lambda d: d, [-1.0, 0.0, 2.0], spread=1.0).round(6)
    array([0.083315, 0.398942, 2.008491])
    """
    if not callable(rate):
        raise TypeError(f"rate must be a function of distances, not {type(rate).__name__}")
    distance, spread = arguments.real_values("distance", distance), arguments.number("spread", spread, above=0)
    low = np.maximum(distance - _FAR * spread, 0.0) ** (1 / _ROOT)
    high = np.maximum(distance + _FAR * spread, 0.0) ** (1 / _ROOT)
    w = (low + (high - low) / 2)[..., None] + ((high - low) / 2)[..., None] * _POINTS
    d = w**_ROOT
    with np.errstate(under="ignore"):
        density = np.exp(-(((d - distance[..., None]) / spread) ** 2) / 2) / (spread * math.sqrt(2 * math.pi))
    inside = d > 0
    values = np.asarray(rate(np.where(inside, d, 1.0)))
    if values.shape != d.shape:
        raise ValueError(f"rate must return one number for each distance, shape {d.shape}, got {values.shape}")
    integrand = np.where(inside, values * density, 0.0) * _ROOT * w ** (_ROOT - 1)
    return ((high - low) / 2 * (_WEIGHTS * integrand).sum(-1))[()]


def _line(x, y, weights) -> tuple[float, float, float]:
    """Slope, level and variance of the slope of a weighted line."""
    total = weights.sum()
    centre = (weights * x).sum() / total
    spread = (weights * (x - centre) ** 2).sum()
    slope = (weights * (x - centre) * y).sum() / spread
    return slope, (weights * y).sum() / total - slope * centre, 1 / spread


def _logarithms(distance, rate, *, at_least: int) -> tuple[np.ndarray, np.ndarray]:
    x = arguments.series("distance", distance, at_least=at_least)
    y = arguments.real_array("rate", rate, x.shape, what=" (that of distance)")
    if not (x[0] > 0 and (np.diff(x) > 0).all()):
        raise ValueError("distance must be greater than 0 and rise")
    if not (y > 0).all():
        raise ValueError(f"rate must be greater than 0, got {y.min()}")
    return np.log(x), np.log(y)
