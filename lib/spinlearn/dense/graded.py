"""Patterns whose active units are not all equally active: laws of rates, from binary to log-normal.

A unit is silent with probability 1 - f; otherwise its rate is drawn from the law of the active ones: one rate (binary
patterns), two or three in equal steps and equally likely (ternary, quaternary), an exponential or a log-normal. The
sparseness a = <eta>^2 / <eta^2> (Treves and Rolls) is f for binary patterns, 9 f / 10 for ternary, 6 f / 7 for
quaternary and f / 2 for exponential ones. Rates are in units of the mean rate of an active unit.

References
----------
A. Treves and E. T. Rolls, Network 2, 371 (1991): sparseness of graded rates.
"""

import math
from typing import NamedTuple

import numpy as np

from ..core import arguments
from ..neuron.law import probabilities

_POINTS, _WEIGHTS = np.polynomial.legendre.leggauss(12)
_PANELS = np.r_[0.0, 60.0 * 2.0 ** np.arange(-22, 1)]  # of the exponential's integral


class Law(NamedTuple):
    """A law of rates.

    Attributes
    ----------
    name : str
    f : float
        Share of active units.
    rates, weights : (n,) float64
        Rates of active units, of mean 1, and their probabilities: all there are, or the points of a sum that stands for
        an integral.
    """

    name: str
    f: float
    rates: np.ndarray
    weights: np.ndarray

    @property
    def square(self) -> float:
        """Mean square of the rate of an active unit."""
        return float(self.weights @ self.rates**2)

    @property
    def sparseness(self) -> float:
        """<eta>^2 / <eta^2> over all units."""
        return self.f / self.square

    def draw(self, size, *, rng: np.random.Generator) -> np.ndarray:
        """Rates of units, of a given shape.

        Examples
        --------
        >>> binary(0.5).draw(4, rng=np.random.default_rng(1))
        array([0., 0., 1., 0.])
        """
        rng = arguments.generator(rng)
        active = rng.random(size) < self.f
        if self.name == "exponential":
            return np.where(active, rng.exponential(size=size), 0.0)
        if self.name == "log-normal":
            spread = math.sqrt(math.log(self.square))
            return np.where(active, np.exp(spread * rng.standard_normal(size) - spread**2 / 2), 0.0)
        return np.where(active, rng.choice(self.rates, size=size, p=self.weights), 0.0)


def levels(n: int, f: float) -> Law:
    """Rates in n equal steps, equally likely: binary patterns for n = 1, ternary for 2, quaternary for 3.

    Parameters
    ----------
    n : int
        At least 1.
    f : float
        Share of active units, above 0 and at most 1.

    Returns
    -------
    Law

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> levels(3, 0.07).rates, round(levels(3, 0.07).sparseness, 9)
    (array([0.5, 1. , 1.5]), 0.06)
    """
    n, f = arguments.count("n", n, at_least=1), _share(f)
    names = {1: "binary", 2: "ternary", 3: "quaternary"}
    return Law(names.get(n, f"{n} levels"), f, np.arange(1.0, n + 1) * 2 / (n + 1), np.full(n, 1 / n))


def binary(f: float) -> Law:
    """One rate: sparseness f."""
    return levels(1, f)


def ternary(f: float) -> Law:
    """Two rates: sparseness 9 f / 10."""
    return levels(2, f)


def quaternary(f: float) -> Law:
    """Three rates: sparseness 6 f / 7."""
    return levels(3, f)


def exponential(f: float) -> Law:
    """Exponential rates: sparseness f / 2.

    Examples
    --------
    >>> round(exponential(0.1).sparseness, 9)
    0.05
    """
    f = _share(f)
    low, high = _PANELS[:-1, None], _PANELS[1:, None]
    rates = ((low + high) / 2 + (high - low) / 2 * _POINTS).ravel()
    weights = ((high - low) / 2 * _WEIGHTS).ravel() * np.exp(-rates)
    return Law("exponential", f, rates, weights / weights.sum())


def lognormal(f: float, variation: float = 1.0) -> Law:
    """Log-normal rates with a coefficient of variation c among active units: sparseness f / (1 + c^2).

    Parameters
    ----------
    f : float
        Share of active units, above 0 and at most 1.
    variation : float
        Above 0 and at most 10.

    Returns
    -------
    Law

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> round(lognormal(0.1, 2.0).sparseness, 9)
    0.02
    """
    f, variation = _share(f), arguments.number("variation", variation, above=0)
    if variation > 10:
        raise ValueError(f"variation must be at most 10, got {variation}")
    spread = math.sqrt(math.log1p(variation**2))
    z = np.arange(-240, 401) / 30.0  # a trapezoidal sum; to the right further, where the squares of the rates weigh
    weights = np.exp(-z * z / 2)
    weights /= weights.sum()
    rates = np.exp(spread * z)
    return Law("log-normal", f, rates / (weights @ rates), weights)


def table(rates, weights, f: float) -> Law:
    """Any rates of active units with their probabilities, for example those of recorded cells.

    Parameters
    ----------
    rates : (n,) array_like
        Above 0; divided by their mean.
    weights : (n,) array_like
        At least 0 and not all 0; divided by their sum.
    f : float
        Share of active units, above 0 and at most 1.

    Returns
    -------
    Law

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range.

    Examples
    --------
    >>> table([1, 3], [1, 1], 0.5).rates
    array([0.5, 1.5])
    """
    rates, f = arguments.series("rates", rates, at_least=1), _share(f)
    if not (rates > 0).all():
        raise ValueError(f"rates must be greater than 0, got {rates.min():g}; f says how many units are silent")
    weights = probabilities("weights", weights, rates.size)
    return Law("table", f, rates / (weights @ rates), weights)


def checked(law) -> Law:
    """Return `law` if it is one, or raise."""
    if not isinstance(law, Law):
        raise TypeError(f"law must be a law of rates such as graded.binary(0.1), not {type(law).__name__}")
    return law


def _share(f) -> float:
    f = arguments.number("f", f, above=0)
    if f > 1:
        raise ValueError(f"f must be at most 1, got {f}")
    return f
