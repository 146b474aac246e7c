"""Couplings of every order under random weights: what a hidden unit makes typically, and how far that is from its best.

The weights of a hidden unit are independent normal numbers of mean 0 and standard deviation g, its bias is b, visible
units are 0 or 1, and T = 1. The coupling of n visible units (`interactions`, eq. 1) is then a random number J_n,
whatever the number of the other units. With X_R for the sum of the weights of a set R,

    E[J_n]   = sum_k (-1)^(n-k) C(n, k) E[K(b + X_k)],
    E[J_n^2] = sum over pairs of sets R, R' of (-1)^(|R| + |R'|) E[K(b + X_R) K(b + X_R')],

where X_R and X_R' are normal with variances g^2 |R|, g^2 |R'| and the covariance g^2 |R and R'|: integrals over one and
over three Gaussian numbers, for any K. M hidden units of one kind add up: the mean is M E[J_n] and the variance M times
that of one.

**An exponential unit** has J_n = rate exp(b) prod (exp(w_i) - 1), so that

    E[J_n] = rate exp(b) (exp(g^2/2) - 1)^n,
    E[J_n^2] = rate^2 exp(2b) (exp(2 g^2) - 2 exp(g^2/2) + 1)^n:

powers of n. Three standard deviations part weak high orders from strong ones, depending on what is asked:

    root mean square     exp(2 g^2) = 2 exp(g^2/2):       g = sqrt((2/3) ln 2) = 0.6798
    mean                 exp(g^2/2) = 2:                  g = sqrt(2 ln 2)     = 1.1774
    typical, a median    E ln |exp(w) - 1| = 0:           g = 1.6879

Between the first and the last, high orders are strong in few sets and weak in most. The larger g is, the lower exp(b)
must be, or the strongest couplings freeze the machine. The bias at which the coupling of order n has a given size is
`exponential_bias`; around it is the window in which such a unit can say what others cannot.

**Step and ReLU units** have low orders that dominate where weights are weak, since J_n falls like g^n. Without noise,
which is the limit of strong weights, g is a scale and no more, and the root mean square of J_n has a minimum at the
third order (step) or the fourth (ReLU) and rises from there: a function with a kink, seen through a difference of 2^n
terms. Noise moves the minimum to higher orders. Written for spins, the same units fall from order to order.

References
----------
N. Bulso and Y. Roudi, Neural Comput. 33 (10), 2021, arXiv:2103.15917: J_n for a given weight.
G. di Sarra and Y. Roudi, arXiv:2605.19178 (2026): the question, and moments of their own for it.
"""

from math import comb, factorial
from typing import NamedTuple

import numpy as np
from scipy.optimize import brentq

from ..core import arguments
from .interactions import couplings, response_of

MOST_IN_A_SET = 12
_REACH = 10.0  # standard deviations
_MOST_POINTS = 4000


class Moments(NamedTuple):
    """Averages over the weights: `mean` E[J_n] and `square` E[J_n^2]; the orders 1 ... n, (n,) float64 each."""

    mean: np.ndarray
    square: np.ndarray


class Thresholds(NamedTuple):
    """Standard deviations of weights at which an exponential unit's couplings neither grow nor fall with the order.

    Attributes
    ----------
    rms : float
        Root mean square.
    mean : float
    typical : float
        Exponential of the mean logarithm, which is about a median.
    """

    rms: float
    mean: float
    typical: float


def moments(K, g: float, *, n: int, bias: float = 0.0, hidden: int = 1, spacing: float = 0.1) -> Moments:
    """Mean and mean square of the couplings of the orders 1 ... n.

    Parameters
    ----------
    K : neuron.law.Unit, units.Kind or callable
        The hidden unit. One whose K diverges somewhere has no moments.
    g : float
        Standard deviation of a weight, at least 0.
    n : int
        From 1 to 8.
    bias : float
    hidden : int
        Number of hidden units, at least 1.
    spacing : float
        Largest distance of the points at which K is taken, above 0; it is at most g / 8 in any case. The sums over them
        (trapezia) are right to rounding, some 4^n 1e-16 of the largest K^2, for K that are smooth on this scale. With a
        kink, such as that of a unit without noise, the error falls like the square of the spacing.

    Returns
    -------
    Moments

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range, or K diverges in a field that the rule asks for.

    Examples
    --------
    >>> from spinlearn.neuron import unit
    >>> moments(unit.gaussian(), 0.5, n=3).square.round(6) + 0.0  # E[(w^2 / 2)^2], E[(w1 w2)^2], and no triples
    array([0.046875, 0.0625  , 0.      ])
    """
    K, g = response_of(K), arguments.number("g", g, at_least=0)
    n = arguments.count("n", n, at_least=1, at_most=8)
    bias, hidden = arguments.number("bias", bias), arguments.count("hidden", hidden, at_least=1)
    spacing = min(arguments.number("spacing", spacing, above=0), g / 8)
    if not spacing:
        return Moments(np.zeros(n), np.zeros(n))
    half = int(np.ceil(_REACH * np.sqrt(n) * g / spacing))
    if half > _MOST_POINTS:
        raise ValueError(f"spacing must be larger for weights of g = {g:g}, got {spacing:g}")
    points = np.arange(-2 * half, 2 * half + 1)
    values = K(bias + spacing * points)
    values = values - values[2 * half]  # differences do not know K(b), and are more exact without
    # In column r the law of the sum of r weights over the points within reach, in P.
    inner = spacing * points[half : 3 * half + 1]
    P = np.exp(-(inner[:, None] ** 2) / (2 * g * g * np.maximum(np.arange(n + 1), 1e-300)))
    P /= P.sum(axis=0)
    # In column r of G: K averaged over r weights more, where the weights that two sets share have the sum `inner`.
    G = np.lib.stride_tricks.sliding_window_view(values, inner.size) @ P
    one = G[half]
    mean, square = np.zeros(n), np.zeros(n)
    for order in range(1, n + 1):
        mean[order - 1] = sum((-1) ** (order - k) * comb(order, k) * one[k] for k in range(order + 1))
        total = 0.0
        for c in range(order + 1):
            for k in range(c, order + 1):
                for m in range(c, order + c - k + 1):
                    ways = factorial(order) // (
                        factorial(c) * factorial(k - c) * factorial(m - c) * factorial(order - k - m + c)
                    )
                    total += (-1) ** (k + m) * ways * ((G[:, k - c] * G[:, m - c]) @ P[:, c])
        square[order - 1] = max(total, 0.0)
    return _of_many(mean, square, hidden)


def exponential_moments(g: float, *, n: int, bias: float = 0.0, rate: float = 1.0, hidden: int = 1) -> Moments:
    """Mean and mean square of the couplings of the orders 1 ... n that exponential units make, by formula.

    Parameters
    ----------
    g : float
        Standard deviation of a weight, at least 0.
    n : int
        At least 1.
    bias : float
    rate : float
        Of the units, above 0.
    hidden : int
        Their number, at least 1.

    Returns
    -------
    Moments

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> exponential_moments(thresholds().rms, n=4).square.round(9)
    array([1., 1., 1., 1.])
    """
    g, n = arguments.number("g", g, at_least=0), arguments.count("n", n, at_least=1)
    size = arguments.number("rate", rate, above=0) * np.exp(arguments.number("bias", bias))
    hidden, order = arguments.count("hidden", hidden, at_least=1), np.arange(1, n + 1)
    with np.errstate(over="ignore"):
        return _of_many(size * np.expm1(g * g / 2) ** order, size**2 * _square(g) ** order, hidden)


def thresholds() -> Thresholds:
    """Where the couplings of an exponential unit keep their size from order to order.

    Examples
    --------
    >>> rms, mean, typical = thresholds()
    >>> round(rms, 6), round(mean, 6), round(typical, 6)
    (0.679778, 1.17741, 1.687922)
    """
    typical = brentq(log_factor, 0.5, 5.0, xtol=1e-13)
    return Thresholds(float(np.sqrt(2 / 3 * np.log(2))), float(np.sqrt(2 * np.log(2))), typical)


def log_factor(g: float) -> float:
    """E ln |e^w - 1| of a normal weight of standard deviation g: growth of typical couplings from order to order.

    Examples
    --------
    >>> bool(log_factor(0.5) < 0 < log_factor(2.0))
    True
    """
    g = arguments.number("g", g, above=0)
    # ln |e^w - 1| is w / 2 + ln |w| + ln(2 sinh(|w| / 2) / |w|). The mean of ln |w| is known, the rest is smooth.
    z, weight = np.polynomial.hermite_e.hermegauss(100)
    w = np.abs(g * z)
    smooth = w / 2 + np.log(-np.expm1(-w) / w)
    return float(np.log(g) - (np.euler_gamma + np.log(2)) / 2 + smooth @ weight / weight.sum())


def exponential_bias(g: float, size: float, *, n: int, rate: float = 1.0) -> float:
    """The bias at which the coupling of order n of an exponential unit has a given root mean square.

    Parameters
    ----------
    g, size : float
        Both above 0.
    n : int
        At least 1.
    rate : float
        Above 0.

    Returns
    -------
    float

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> b = exponential_bias(1.0, 0.5, n=6)
    >>> np.sqrt(exponential_moments(1.0, n=6, bias=b).square[-1]).round(9)
    np.float64(0.5)
    """
    g, size = arguments.number("g", g, above=0), arguments.number("size", size, above=0)
    n, rate = arguments.count("n", n, at_least=1), arguments.number("rate", rate, above=0)
    return float(np.log(size / rate) - n / 2 * np.log(_square(g)))


def draw(K, g: float, *, n: int, samples: int, bias: float = 0.0, hidden: int = 1, rng) -> np.ndarray:
    """Couplings under random weights, drawn: one set of each order 1 ... n, each holding the one before.

    Parameters
    ----------
    K : neuron.law.Unit, units.Kind or callable
    g : float
        Standard deviation of a weight, at least 0.
    n : int
        From 1 to 12.
    samples : int
        At least 1.
    bias : float
    hidden : int
        Number of hidden units, at least 1.
    rng : numpy.random.Generator

    Returns
    -------
    (samples, n) float64

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range, or K diverges in one of the fields.

    Examples
    --------
    >>> from spinlearn.neuron import unit
    >>> draw(unit.gaussian(), 1.0, n=3, samples=2, rng=np.random.default_rng(1))[:, 2].round(12) + 0.0
    array([0., 0.])
    """
    K, g = response_of(K), arguments.number("g", g, at_least=0)
    n = arguments.count("n", n, at_least=1, at_most=MOST_IN_A_SET)
    samples, hidden = arguments.count("samples", samples, at_least=1), arguments.count("hidden", hidden, at_least=1)
    bias = arguments.number("bias", bias)
    rng, out = arguments.generator(rng), np.empty((samples, n))
    nested = 2 ** np.arange(1, n + 1) - 1
    for k in range(samples):
        w = rng.normal(scale=g, size=(hidden, n))
        x = np.full((hidden, 1), bias)
        for i in range(n):
            x = np.concatenate([x, x + w[:, i : i + 1]], axis=1)
        out[k] = couplings(K(x).sum(axis=0))[nested]
    return out


def _square(g: float) -> float:
    """E[(exp(w) - 1)^2] = exp(2 g^2) - 2 exp(g^2 / 2) + 1, without a difference of large numbers where g is small."""
    return float(np.expm1(2 * g * g) - 2 * np.expm1(g * g / 2))


def _of_many(mean: np.ndarray, square: np.ndarray, hidden: int) -> Moments:
    return Moments(hidden * mean, hidden * square + hidden * (hidden - 1) * mean**2)
