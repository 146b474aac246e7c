"""Recall to the last bit, and the noise of overlaps: what a Hopfield network of finite size does.

A stored bit is stable if its field has its sign, the field of pattern mu at spin i times N being

    xi_i^mu N h_i = N - 1 + S,

with S the sum of (N - 1)(P - 1) signs xi_i^mu xi_j^mu xi_i^nu xi_j^nu, nu != mu and j != i. They are independent, so
that a bit is wrong with a binomial probability, which for large N is Phi(-sqrt(N / P)). The bits of one pattern are not
independent of each other: they all feel its overlaps with the other patterns. With Q / N the sum of their squares,
S + P - 1 is the projection of a vector of length sqrt(N Q) on one of P - 1 signs. Q is spread like chi^2 with P - 1
degrees of freedom: errors come in swarms, in patterns that happen to lie close to others, and more patterns are stored
to the last bit than independent errors would allow.

McEliece and others (1987): a random pattern is a fixed point up to P = N / (2 ln N), and all are up to N / (4 ln N).
Both are limits for ln N to infinity, and from above.

References
----------
R. J. McEliece, E. C. Posner, E. R. Rodemich and S. S. Venkatesh, IEEE Trans. Inf. Theory 33, 461 (1987).
"""

import math
from typing import NamedTuple

import numpy as np
from scipy.integrate import quad
from scipy.special import betainc, erf, gammaln, ndtr

from ..core import arguments
from . import capacity

_LARGEST = 10**6  # spins
_GRID = np.linspace(-12.0, 6.0, 361)  # of log Q, in units of its spread


class Recall(NamedTuple):
    """Probabilities at finite size.

    Attributes
    ----------
    bit : float
        That a stored bit is unstable; exact.
    normal : float
        The same for large N, Phi(-sqrt(N / P)).
    pattern : float
        That a stored pattern is a fixed point.
    every : float
        That all are, as if patterns were independent. Errors of several patterns prefer the same spins, so that the
        true probability is larger: 0.75 instead of 0.71 for 10 patterns of 100 spins.
    """

    bit: float
    normal: float
    pattern: float
    every: float


class Limit(NamedTuple):
    """What `recall_limit` returns: the largest `P`, and its limit for large N, `asymptotic`."""

    P: int
    asymptotic: float


class Noise(NamedTuple):
    """What `overlap_noise` returns: the standard deviation of the overlap with `one` pattern that is not retrieved, and
    the mean of the `largest` of them in size."""

    one: float
    largest: float


def recall(N: int, P: int, *, ties: float = 0.0) -> Recall:
    """How sure it is that random patterns, stored by Hebb's rule without self-couplings, are fixed points.

    Parameters
    ----------
    N : int
        Spins, from 3 to a million.
    P : int
        Patterns, from 1 to `N`.
    ties : float
        Share of the spins in no field at all that count as wrong, from 0 to 1. With 0 such a spin stays as it is.

    Returns
    -------
    Recall
        `bit` is exact. The chance of an error in a `pattern` is right to some per cent from 8 patterns of 100 spins on.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> [round(recall(1000, P).bit, 6) for P in (50, 100, 138)]
    [3e-06, 0.000737, 0.003435]
    """
    N = arguments.count("N", N, at_least=3, at_most=_LARGEST)
    P = arguments.count("P", P, at_least=1, at_most=N)
    ties = arguments.number("ties", ties, at_least=0)
    if ties > 1:
        raise ValueError(f"ties must be at most 1, got {ties}")
    signs, twice = (N - 1) * (P - 1), (N - 1) * (P - 2)  # unstable where the signs that are +1 are fewer than twice / 2
    k = (twice + 1) // 2 - 1
    bit = float(betainc(signs - k, k + 1, 0.5)) if twice > 0 else 0.0
    if twice >= 0 and twice % 2 == 0:
        k = twice // 2
        log_tie = gammaln(signs + 1) - gammaln(k + 1) - gammaln(signs - k + 1) - signs * math.log(2)
        bit += ties * math.exp(log_tie)
    pattern = _stored(bit, N, P)
    return Recall(bit, float(ndtr(-math.sqrt(N / P))), pattern, pattern**P)


def recall_limit(N: int, *, every: bool = False) -> Limit:
    """The most patterns at which one of them, or `every` one, is a fixed point with probability 1/2.

    Parameters
    ----------
    N : int
        Spins, from 3 to a million.
    every : bool

    Returns
    -------
    Limit

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> recall_limit(1000).P, recall_limit(1000, every=True).P
    (101, 57)
    """
    N, every = arguments.count("N", N, at_least=3, at_most=_LARGEST), arguments.flag("every", every)
    low, high = 1, N + 1
    while high - low > 1:
        P = (low + high) // 2
        found = recall(N, P)
        low, high = (P, high) if (found.every if every else found.pattern) >= 0.5 else (low, P)
    return Limit(low, N / ((4 if every else 2) * math.log(N)))


def overlap_noise(state: capacity.State, N: int, P: int) -> Noise:
    """Overlaps with the patterns that are not retrieved, in a network of N spins at one moment.

    Each is Gaussian with the variance (r + (1 - q) / (1 - C)) / N: what it is on average, and what heat adds. A
    retrieved pattern has to stand out from the largest of them.

    Parameters
    ----------
    state : capacity.State
    N : int
        Spins, from 2 to a million.
    P : int
        Patterns, at least 2; one of them is retrieved.

    Returns
    -------
    Noise

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> noise = overlap_noise(capacity.retrieval(0.1, 0.0), 1000, 100)
    >>> round(noise.one, 4), round(noise.largest, 4)
    (0.0323, 0.0886)
    """
    if not isinstance(state, capacity.State):
        raise TypeError(f"state must be a capacity.State, not {type(state).__name__}")
    N, P = arguments.count("N", N, at_least=2, at_most=_LARGEST), arguments.count("P", P, at_least=2)
    one = math.sqrt((state.r + (1 - state.q) / (1 - state.C)) / N)
    largest = quad(lambda x: 1 - erf(x / math.sqrt(2)) ** (P - 1), 0, 12, limit=200)[0]
    return Noise(one, one * largest)


def _stored(bit: float, N: int, P: int) -> float:
    """Probability that all N bits of a pattern are stable: they are independent once Q is known."""
    if bit == 0 or P < 3:
        return (1 - bit) ** N
    d = P - 1
    log_Q = math.log(d) + _GRID * math.sqrt(2 / d)
    Q = np.exp(log_Q)
    weights = np.exp(d / 2 * (log_Q - math.log(d)) - (Q - d) / 2)
    weights /= weights.sum()
    cosine = np.minimum((N - P) / np.sqrt(N * Q * d), 1.0)  # of the angle at which a spin turns
    # A spin has a part in the overlaps, and lies the less against them the larger they are.
    wrong = betainc((d - 1) / 2, 0.5, 1 - cosine**2) * np.exp(-Q / (2 * N))
    wrong = np.minimum(wrong * (bit / (weights @ wrong)), 1.0)  # so that the mean is the exact one
    return float(weights @ (1 - wrong) ** N)
