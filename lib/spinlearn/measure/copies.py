"""How near copies of a binary unit come to softplus: the best thresholds in the sense of the largest error.

Softplus is the response of no unit (`neuron.admissible`). Copies of a binary unit with thresholds one apart come near
it, as Nair and Hinton proposed. They are a midpoint rule for softplus(x) = integral of logistic(x - t) over t > 0, and
its error is that rule's: with the step d and thresholds d (i + 1/2 - e), i = 0, 1, ..., by Euler and Maclaurin,

    copies - softplus  ->  d e logistic(x) - (d^2 / 24) logistic'(x) + O(d^4),

so that e = 0 errs by d^2 / 96, at x = 0, and the best e by (d^2 / 24) (3 - sqrt 8) = d^2 0.00715: there is an error of
this size far to the right, and minus that near 0. Here x is in units in which softplus has the sharpness 1. Since d is
k^2 for copies of the sharpness k, and values are divided by k, the error of `admissible.copies` is about k^3 / 96.

The first thresholds need not be evenly spaced. With some of them free, each one gains, less and less: from 0.0073 by
0.0016, 0.00076, 0.00050 and 0.00039 to 0.0003. A law of whole-number states is more general than copies are, and gains
hardly more: `nearest_law` comes to 0.00028, and stays. That softplus has a least distance from all units is a theorem,
in `neuron.admissible`.

References
----------
V. Nair and G. E. Hinton, "Rectified linear units improve restricted Boltzmann machines", ICML 2010.
"""

from typing import NamedTuple

import numpy as np
from scipy.special import expit

from ..core import arguments
from .minimax import minimax

LOW, HIGH = -14.0, 22.0  # beyond, the error has gone to 0 and to its constant, to a relative 1e-6


class Copies(NamedTuple):
    """What `nearest` returns.

    Attributes
    ----------
    error : float
        Largest distance to softplus, over all inputs, in units of the amplitude 1/k.
    offset : float
        Thresholds beyond the free ones are at d (i + offset), in units in which softplus has the sharpness 1.
    first : (free,) float64
        The free thresholds, in units of d.
    points, errors : (K,) float64
        Where the error is largest, and with which sign: the certificate of `minimax`.
    """

    error: float
    offset: float
    first: np.ndarray
    points: np.ndarray
    errors: np.ndarray


def distance(x, thresholds, step: float = 1.0) -> np.ndarray:
    """step * (sum of logistic(x - step * threshold)) - softplus(x): copies with thresholds against softplus.

    Parameters
    ----------
    x : array_like
    thresholds : (n,) array_like
        In units of the step. They end somewhere, and above their end the sum does.
    step : float
        Above 0; the square of the sharpness of the copies.

    Returns
    -------
    float64 of the shape of `x`

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    Nair and Hinton's copies are right to one per cent of the amplitude of one:

    >>> round(float(np.abs(distance(np.linspace(-9, 20, 5801), np.arange(99) + 0.5)).max()), 4)
    0.0106
    """
    x, thresholds = arguments.real_values("x", x), arguments.series("thresholds", thresholds, at_least=1)
    step = arguments.number("step", step, above=0)
    return step * expit(x[..., None] - step * thresholds).sum(axis=-1) - np.logaddexp(0, x)


def nearest(step: float = 1.0, *, free: int = 0) -> Copies:
    """The copies that come nearest to softplus in the largest error.

    Parameters
    ----------
    step : float
        From 0.2 to 4: the square of the sharpness. 1 are copies with the states 0 and 1.
    free : int
        How many of the first thresholds are chosen one by one, from 0 to 6; the rest is evenly spaced.

    Returns
    -------
    Copies

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> best = nearest()
    >>> round(best.error, 5), round(best.offset, 4)
    (0.00725, 0.4927)
    """
    d = arguments.number("step", step, at_least=0.2)
    if d > 4:
        raise ValueError(f"step must be at most 4, got {d:g}")
    free = arguments.count("free", free, at_most=6)
    rest = np.arange(free, int((HIGH + 40) / d))

    def model(x, offset, *first):
        thresholds = np.concatenate([first, rest + offset])
        return d * expit(x[..., None] - d * thresholds).sum(axis=-1)

    x = np.linspace(LOW, HIGH, 721)
    start = [0.5 - 0.007 * d, *(np.arange(free) + 0.5)]
    best = minimax(model, lambda x: np.logaddexp(0, x), x, start)
    return Copies(best.error, float(best.parameters[0]), best.parameters[1:], best.points, best.errors)


def nearest_law(free: int = 6) -> tuple[float, np.ndarray]:
    """The unit with the states 0, 1, 2, ... that comes nearest to softplus in the largest error.

    Evenly spaced copies to the right of it have the masses exp(-k^2 / 2 + e k), by the same midpoint rule; here the
    masses of the first states are free.

    Parameters
    ----------
    free : int
        How many masses are chosen one by one, from 1 to 10.

    Returns
    -------
    error : float
        Largest distance to softplus, over all inputs.
    masses : (60,) float64
        A-priori probabilities of the states 0 ... 59. Beyond 37 they are below what floats hold, and 0: a `unit.table`
        of them follows softplus up to x = 30.

    Raises
    ------
    TypeError, ValueError
        If `free` has the wrong type or range.

    Examples
    --------
    >>> error, masses = nearest_law(6)
    >>> round(error, 6), masses[:3].round(3)
    (0.000312, array([0.44 , 0.438, 0.113]))
    """
    free = arguments.count("free", free, at_least=1, at_most=10)
    k = np.arange(60.0)

    def logarithms(tilt, first):
        log = tilt * k - k * k / 2
        log[: len(first)] += first
        return log

    def model(x, tilt, *first):
        exponents = x[:, None] * k + logarithms(tilt, first)
        p = np.exp(exponents - exponents.max(axis=1, keepdims=True))
        return (p @ k) / p.sum(axis=1)

    x, found = np.linspace(LOW, HIGH, 721), np.zeros(1)
    for _ in range(free):  # each starts from the best with one mass fewer
        best = minimax(model, lambda x: np.logaddexp(0, x), x, [*found, 0.0])
        found = best.parameters
    masses = np.exp(logarithms(found[0], found[1:]))
    return best.error, masses / masses.sum()
