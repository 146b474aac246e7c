"""How sparse a code is: over the life of a cell, over a population, and in closed form for rectified Gaussian inputs.

Rates r >= 0 are called sparse if most of them are small and few are large. Treves and Rolls measure that by

    a = <r>^2 / <r^2>,

the share of cells that are on, if those that are on fire alike. Vinje and Gallant turn it round and stretch it, so that
n equal rates give 0 and a single one 1: S = (1 - a) / (1 - 1/n). Over the stimuli that one cell is shown this is its
lifetime sparseness; over the cells at one stimulus, the population's. The two are different averages of one table, and
one does not follow from the other (Willmore and Tolhurst).

A quench of size Q over cells with thresholds t drives each by Q - t. If Q is Gaussian, so is what a cell gets over
its life, and if thresholds are, what the cells get at one Q; a rectifier makes a rate of it, r = max(Q - t, 0). With u
the mean of the drive in units of its standard deviation s, phi and Phi the normal density and its integral,

    P(r > 0) = Phi(u),    <r> = s (phi(u) + u Phi(u)),    <r^2> = s^2 ((1 + u^2) Phi(u) + u phi(u)),

so that sparseness is a function of u alone: a = 1/pi for a drive of mean 0, and Phi(u) / 2 far below, where the drive
above threshold is exponential.

References
----------
A. Treves and E. T. Rolls, Network 2, 371 (1991), and E. T. Rolls and M. J. Tovee, J. Neurophysiol. 73, 713 (1995): a.
W. E. Vinje and J. L. Gallant, Science 287, 1273 (2000): S.
B. Willmore and D. J. Tolhurst, Network 12, 255 (2001): lifetime against population.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from scipy.special import ndtr

from ..core import arguments

_FAR = -3.0  # below, the closed forms cancel, and a continued fraction takes over
_REACH = 12.0  # standard deviations
_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(24)


class Rates(NamedTuple):
    """The law of a rate whose drive is Gaussian; entries have the shape of the arguments.

    Attributes
    ----------
    active : float64
        Chance of a rate above 0.
    mean, second : float64
        <r> and <r^2>.
    ratio : float64
        a = <r>^2 / <r^2>. Sparseness, of very many rates, is 1 - a.
    """

    active: np.ndarray
    mean: np.ndarray
    second: np.ndarray
    ratio: np.ndarray


def activity_ratio(rates, *, axis: int = -1) -> np.ndarray:
    """Treves and Rolls' a = <r>^2 / <r^2> along an axis.

    Parameters
    ----------
    rates : array_like
        At least 0.
    axis : int

    Returns
    -------
    float64
        From 1/n, one rate above 0, to 1, all equal. NaN where all rates are 0.

    Raises
    ------
    TypeError, ValueError
        If a rate is below 0 or no number, or if there is no such axis.

    Examples
    --------
    >>> activity_ratio([[1, 1, 1, 1], [0, 2, 2, 0], [0, 0, 0, 3]])
    array([1.  , 0.5 , 0.25])
    """
    r = _rates(rates, axis)
    with np.errstate(invalid="ignore", divide="ignore", under="ignore"):
        r = r / r.max(axis=axis, keepdims=True)  # squares neither overflow nor vanish
        return (r.mean(axis=axis) ** 2 / (r**2).mean(axis=axis))[()]


def sparseness(rates, *, axis: int = -1) -> np.ndarray:
    """Vinje and Gallant's S = (1 - a) / (1 - 1/n) along an axis.

    Parameters
    ----------
    rates : array_like
        At least 0, and at least two along the axis.
    axis : int

    Returns
    -------
    float64
        From 0, all equal, to 1, one alone. NaN where all rates are 0.

    Raises
    ------
    TypeError, ValueError
        As for `activity_ratio`, and if the axis has fewer than two rates.

    Examples
    --------
    >>> sparseness([[1, 1, 1, 1], [0, 2, 2, 0], [0, 0, 0, 3]]).round(4)
    array([0.    , 0.6667, 1.    ])
    """
    n = _rates(rates, axis).shape[axis]
    if n < 2:
        raise ValueError(f"rates must have at least two entries along axis {axis}, got {n}")
    return (1 - activity_ratio(rates, axis=axis)) / (1 - 1 / n)


def lifetime(rates) -> np.ndarray:
    """Sparseness of each cell over the stimuli.

    Parameters
    ----------
    rates : (stimuli, cells) array_like
        At least 0.

    Returns
    -------
    (cells,) float64
        NaN for a cell that never fires.

    Examples
    --------
    >>> lifetime([[3, 1], [0, 1], [0, 1]])
    array([1., 0.])
    """
    return sparseness(_table(rates), axis=0)


def population(rates) -> np.ndarray:
    """Sparseness of the population at each stimulus.

    Parameters
    ----------
    rates : (stimuli, cells) array_like
        At least 0.

    Returns
    -------
    (stimuli,) float64
        NaN for a stimulus that leaves all cells silent.

    Examples
    --------
    Here each cell answers to one stimulus of three, and all cells to the same: sparse in life, and not as a population.

    >>> rates = [[2, 2, 2], [0, 0, 0], [0, 0, 0]]
    >>> lifetime(rates), population(rates)[0] + 0.0
    (array([1., 1., 1.]), np.float64(0.0))
    """
    return sparseness(_table(rates), axis=1)


def rectified(mean, spread: float = 1.0) -> Rates:
    """The law of max(x, 0) for a Gaussian x.

    Parameters
    ----------
    mean : float or array
        Of x: for a cell with threshold t and quenches of mean Q, Q - t.
    spread : float
        Standard deviation of x, above 0.

    Returns
    -------
    Rates
        Relative accuracy stays near 1e-13 while the chance to be active is a float.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> rectified([-1.0, 0.0, 3.0]).ratio.round(4)
    array([0.0921, 0.3183, 0.9002])
    """
    mean, spread = arguments.real_values("mean", mean), arguments.number("spread", spread, above=0)
    with np.errstate(over="ignore"):
        u = mean / spread
    if not np.isfinite(u).all():
        raise ValueError(f"mean must be a finite number of spreads, got spread {spread:g}")
    active = ndtr(u)
    near = np.maximum(u, _FAR)
    density = np.exp(-near * near / 2) / np.sqrt(2 * np.pi)
    first, second = density + near * ndtr(near), (1 + near * near) * ndtr(near) + near * density
    # Far below, with t = -u: phi / Phi = t + k1, k1 = 1 / (t + k2), k2 = 2 / (t + 3 / (t + ...)), by Laplace; then
    # <r> is Phi k1 and <r^2> is Phi k1 k2.
    t, k2 = np.maximum(-u, -_FAR), 0.0
    for n in range(80, 1, -1):
        k2 = n / (t + k2)
    k1 = 1 / (t + k2)
    far = u < _FAR
    with np.errstate(under="ignore"):
        first, second = np.where(far, active * k1, first), np.where(far, active * k1 * k2, second)
        ratio = np.where(far, active * (k1 / k2), (density + near * ndtr(near)) ** 2 / np.where(far, 1, second))
    with np.errstate(over="ignore", under="ignore"):
        return Rates(active[()], (spread * first)[()], (spread * (spread * second))[()], ratio[()])


def rectified_share(r, mean: float, spread: float = 1.0) -> np.ndarray:
    """What share of the rates max(x, 0), of a Gaussian x, is at most r: a jump at 0, and a Gaussian's tail.

    Parameters
    ----------
    r : float or array
    mean, spread : float
        Of x.

    Returns
    -------
    float64 of the shape of `r`

    Examples
    --------
    >>> rectified_share([-1.0, 0.0, 1.0], mean=0.0).round(4)
    array([0.    , 0.5   , 0.8413])
    """
    r, mean = arguments.real_values("r", r), arguments.number("mean", mean)
    spread = arguments.number("spread", spread, above=0)
    return np.where(r < 0, 0.0, ndtr((r - mean) / spread))[()]


def driven(response: Callable, mean: float, spread: float = 1.0, *, kinks=()) -> Rates:
    """The law of a rate f(x) for a Gaussian x and any response f, by quadrature.

    Parameters
    ----------
    response : function
        From (n,) inputs to (n,) rates, at least 0. For e^x the ratio is exp(-spread^2), whatever the mean.
    mean, spread : float
        Of x.
    kinks : (k,) array_like
        Where f or its slope jumps. Between them it should be smooth on the scale of `spread`.

    Returns
    -------
    Rates
        To about 1e-12 then; `active` counts rates above 0.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range, or if `response` gives no rates.

    Examples
    --------
    >>> driven(np.exp, 0.3, 1.0).ratio.round(6)  # 1/e
    np.float64(0.367879)
    """
    mean, spread = arguments.number("mean", mean), arguments.number("spread", spread, above=0)
    kinks = (np.sort(arguments.series("kinks", kinks, at_least=0)) - mean) / spread
    edges = np.unique(np.r_[np.linspace(-_REACH, _REACH, 49), kinks[np.abs(kinks) < _REACH]])
    half = np.diff(edges)[:, None] / 2
    u = (edges[:-1, None] + half * (_NODES + 1)).ravel()
    weight = (half * _WEIGHTS).ravel() * np.exp(-u * u / 2) / np.sqrt(2 * np.pi)
    r = arguments.real_array("response(x)", response(mean + spread * u), u.shape)
    if r.min() < 0:
        raise ValueError(f"response must give rates of at least 0, got {r.min():g}")
    first, second = weight @ r, weight @ r**2
    ratio = first**2 / second if second > 0 else np.float64(np.nan)
    return Rates(weight @ (r > 0), first, second, ratio)


def _rates(rates, axis) -> np.ndarray:
    array = arguments.real_values("rates", rates)
    if isinstance(axis, bool) or not isinstance(axis, int):
        raise TypeError(f"axis must be a whole number, not {type(axis).__name__}")
    if not -array.ndim <= axis < array.ndim or array.shape[axis] == 0:
        raise ValueError(f"axis must be one of rates' {array.ndim}, with entries along it, got {axis}")
    if array.size and array.min() < 0:
        raise ValueError(f"rates must be at least 0, got {array.min():g}")
    return array


def _table(rates) -> np.ndarray:
    array = arguments.real_values("rates", rates)
    if array.ndim != 2:
        raise ValueError(f"rates must have shape (stimuli, cells), got {array.shape}")
    return array
