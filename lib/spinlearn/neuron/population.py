"""A population of switches with thresholds of their own, and the activity that they make together.

A switch is on where its input x reaches its threshold. Of N switches that hear the same input, the share that is on is
a staircase A(x) with N steps; on average over the draw of the thresholds it is their distribution function G(x),
whatever their law. A scatters about G by sqrt(G (1 - G) / N).

References
----------
H. R. Wilson and J. D. Cowan, Biophys. J. 12, 1 (1972): the response of a population as the distribution of thresholds.
"""

import math

import numpy as np

from ..core import arguments
from ..core.jit import kernel
from ..core.words import stream, uniform

GAUSSIAN, LOGISTIC, EVEN, TWO_GROUPS = 0, 1, 2, 3
LAWS = {"gaussian": GAUSSIAN, "logistic": LOGISTIC, "even": EVEN, "two groups": TWO_GROUPS}

# Each law has the mean 0 and the standard deviation 1. Two groups are Gaussian ones of this width about plus and minus
# a centre.
_WIDTH = 0.3
_CENTRE = math.sqrt(1 - _WIDTH**2)
_LOGISTIC_SCALE = math.sqrt(3) / math.pi
_FAR = 6.0  # erf is 1 to the last digit from here on


def thresholds(law: str, n: int, *, spread: float = 1.0, rng: np.random.Generator) -> np.ndarray:
    """Draw thresholds with mean 0.

    Parameters
    ----------
    law : {"gaussian", "logistic", "even", "two groups"}
        "even" is uniform between two ends. "two groups" lie about one threshold or, by a coin, about another.
    n : int
        How many.
    spread : float
        Standard deviation, at least 0.
    rng : numpy.random.Generator
        Advanced by one draw.

    Returns
    -------
    (n,) float64
        In the order in which they are drawn: the first of a larger population are those of a smaller one.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> drawn = thresholds("even", 1000, rng=np.random.default_rng(1))
    >>> bool(abs(drawn).max() < 3**0.5), bool(abs(drawn.std() - 1) < 0.05)
    (True, True)
    """
    code = LAWS[arguments.choice("law", law, LAWS)]
    n, spread = arguments.count("n", n), arguments.number("spread", spread, at_least=0)
    drawn = arguments.room((n,), n=n)
    fill_thresholds(code, spread, stream(rng), drawn)
    return drawn


def mean_activity(x, law: str, *, spread: float = 1.0) -> np.ndarray:
    """What share of an infinite population is on at the input x: the distribution function of the thresholds.

    Parameters
    ----------
    x : float or array
    law : {"gaussian", "logistic", "even", "two groups"}
        As for `thresholds`.
    spread : float
        Standard deviation of the thresholds, above 0.

    Returns
    -------
    float64 of the shape of `x`
        From 0 to 1, right to some 1e-15.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> mean_activity([-1, 0, 1], "gaussian").round(6)
    array([0.158655, 0.5     , 0.841345])
    """
    code = LAWS[arguments.choice("law", law, LAWS)]
    x, spread = arguments.real_values("x", x), arguments.number("spread", spread, above=0)
    flat = np.array([share_on(code, value / spread) for value in np.ravel(x)])
    return flat.reshape(np.shape(x))[()]


def activity(x, thresholds) -> np.ndarray:
    """What share of a population is on at the input x: a staircase.

    Parameters
    ----------
    x : float or array
    thresholds : (n,) array
        At least one. A switch is on where its threshold is at most x.

    Returns
    -------
    float64 of the shape of `x`

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or shape.

    Examples
    --------
    >>> activity([-1, 0, 0.5, 3], [0, 0.5, 2]).round(3)
    array([0.   , 0.333, 0.667, 1.   ])
    """
    x, sorted_ones = arguments.real_values("x", x), np.sort(arguments.series("thresholds", thresholds, at_least=1))
    return (np.searchsorted(sorted_ones, x, side="right") / len(sorted_ones))[()]


@kernel
def error_function(x):
    """erf(x), by a series of positive terms: a browser has none of its own."""
    size = abs(x)
    if size >= _FAR:
        return math.copysign(1.0, x)
    term = total = size
    k = 1
    while term > 1e-17 * total:
        term *= 2 * size * size / (2 * k + 1)
        total += term
        k += 1
    return math.copysign(2 / math.sqrt(math.pi) * math.exp(-size * size) * total, x)


@kernel
def share_on(law, x):
    """The distribution function of a law of spread 1."""
    if law == LOGISTIC:
        return 0.5 + 0.5 * math.tanh(x / _LOGISTIC_SCALE / 2)
    if law == EVEN:
        return min(max(0.5 + x / math.sqrt(12.0), 0.0), 1.0)
    if law == TWO_GROUPS:
        low, high = (x - _CENTRE) / _WIDTH, (x + _CENTRE) / _WIDTH
        return 0.5 + (error_function(low / math.sqrt(2.0)) + error_function(high / math.sqrt(2.0))) / 4
    return 0.5 + error_function(x / math.sqrt(2.0)) / 2


@kernel
def fill_thresholds(law, spread, state, drawn):
    """Fill `drawn` (n,) with thresholds; each takes two words of the generator."""
    for k in range(drawn.size):
        u, v = 1.0 - uniform(state), uniform(state)  # u is above 0
        if law == LOGISTIC:
            value = _LOGISTIC_SCALE * math.log(u / (1.0 - u + 1e-300))
        elif law == EVEN:
            value = math.sqrt(12.0) * (v - 0.5)
        else:
            value = math.sqrt(-2.0 * math.log(u)) * math.cos(2.0 * math.pi * v)
            if law == TWO_GROUPS:  # whichever half v is in, the cosine has the same law
                value = _WIDTH * value + (_CENTRE if v < 0.5 else -_CENTRE)
        drawn[k] = spread * value


@kernel
def sort(values, n):
    """Sort the first n values, in place, by insertion in steps that shrink (Shell's method)."""
    step = 1
    while step < n // 3:
        step = 3 * step + 1
    while step > 0:
        for k in range(step, n):
            value, place = values[k], k
            while place >= step and values[place - step] > value:
                values[place] = values[place - step]
                place -= step
            values[place] = value
        step //= 3


@kernel
def largest_gap(law, spread, ordered, n):
    """Largest distance between the staircase of n ordered thresholds and the distribution function (Kolmogorov)."""
    gap = 0.0
    for k in range(n):
        share = share_on(law, ordered[k] / spread)
        gap = max(gap, (k + 1) / n - share, share - k / n)
    return gap
