"""What other patterns do to a stored one: how many a dense associative memory holds, at finite size and in the limit.

At a stored pattern a turn of unit i costs (`memories`)

    [F(N) - F(N - 2)] + S,        S = sum over the other patterns of  e_nu [F(y_nu + 1) - F(y_nu - 1)],

a signal, and crosstalk. For random patterns e_nu = -1 or +1 and y_nu, a sum of N - 1 signs, are independent: S is a sum
of P - 1 independent terms whose law is even and known. Its variance is that of x^(n-1) with x^2 of mean N, so that for
the power n and large N a bit is wrong with the probability

    Phi(-1 / sqrt(a)),        a = (2n - 3)!! P / N^(n-1),            or half of that a if F is rectified.

Here bits are exact but for lattice effects: with M(z) the mean of exp(z term), the probability is an
integral along a line that goes through its saddle point, so that what is rare has all its digits, too.

One pattern is kept if none of its N bits is wrong, and every one if none of P N is, so that

    P = N^(n-1) / (2 (2n - 3)!! ln N),    and that over n,

are kept for ln N to infinity (the first is Krotov and Hopfield's equation 6, their capacity without errors; n = 2 is
McEliece's N / (2 ln N) and N / (4 ln N)). Both exponents are n - 1. What one fits is less by 1 / ln N, and by more in
networks of some dozen units: there it is 1.5 for x^3 and 2.6 for x^4.

Errors come in swarms. Where patterns happen to overlap much, all bits feel it; with an even power, or a rectified one,
large overlaps hold most bits as well, so that it harms less. And with an odd power, or a rectified one, a term of the
crosstalk is the same for all patterns with the same bit: units live in a random field. `stability` knows all that.

For the exponential, P = e^(alpha N), the crosstalk is a sum over a random energy model. Overlaps m N occur with the
entropy alpha - I(m), I(m) = [(1 + m) ln(1 + m) + (1 - m) ln(1 - m)] / 2. With signs it adds up to exp(N w),

    w = (alpha + ln cosh 2b) / 2    if alpha > I(tanh 2b),    else b m with I(m) = alpha,        b = 1 / T,

and a state at the overlap m with its pattern turns towards it if w < b m. So a typical pattern is found from m while

    alpha < 2 b m - ln cosh 2b    if m > tanh 2b,    else I(m).

All are, if not one of e^(alpha N) has a rival at an overlap of m or more: then also alpha < I(m) / 2, which at m = 1 is
ln(2) / 2, the bound of Demircigil and others. These limits are far away: in any network that can be simulated, what
decides is whether two patterns differ at one unit alone. `neighbours` counts those.

Beyond the capacity without errors there is retrieval with some: for n > 2, at T = 0 and replica symmetric,

    m = erf(m^(n-1) / sqrt(2 a)),

without the factor 1 / (1 - C) of n = 2, since the couplings are sums over so many patterns that they are Gaussian.

References
----------
D. Krotov and J. J. Hopfield, Advances in Neural Information Processing Systems 29 (2016), arXiv:1606.01164.
M. Demircigil, J. Heusel, M. Loewe, S. Upgang and F. Vermet, J. Stat. Phys. 168, 288 (2017).
E. Gardner, J. Phys. A 20, 3453 (1987): couplings between more than two. L. F. Abbott and Y. Arian, Phys. Rev. A 36,
5091 (1987).
C. Lucibello and M. Mezard, Phys. Rev. Lett. 132, 077301 (2024): the random energy model; see `attention`.
"""

import math
from typing import NamedTuple

import numpy as np
from scipy.optimize import brentq, minimize_scalar
from scipy.special import erf, factorial2, gammaln, ndtr, ndtri

from ..core import arguments
from . import recall
from .memories import Interaction

_LARGEST = 10_000  # units
_MOST = 1e18  # patterns
_NEVER = -200.0  # logarithm of a chance that no tilt makes count
_FIELD, _WEIGHT = np.polynomial.hermite_e.hermegauss(60)
_WEIGHT = _WEIGHT / _WEIGHT.sum()


class Stability(NamedTuple):
    """Probabilities at finite size.

    Attributes
    ----------
    bit : float
        That a stored bit is unstable.
    normal : float
        The same, were the crosstalk Gaussian with the variance that it has.
    pattern : float
        That a stored pattern is a fixed point.
    every : float
        That all are.
    """

    bit: float
    normal: float
    pattern: float
    every: float


class Limit(NamedTuple):
    """What `limit` returns: the largest `P`, to four digits, and the first term for large N, `asymptotic`."""

    P: float
    asymptotic: float


class Rates(NamedTuple):
    """What `rates` returns: ln P / N up to which a `typical` pattern is found, and `every` one."""

    typical: float
    every: float


def stability(N: int, P: int, interaction: Interaction) -> Stability:
    """How sure it is that random patterns, stored with a power, are fixed points.

    Parameters
    ----------
    N : int
        Units, from 4 to 10 000.
    P : int
        Patterns, from 1 to 1e18.
    interaction : memories.Interaction
        A power.

    Returns
    -------
    Stability
        `bit` counts half of the cases in which the cost is 0, and is right to 0.3 % from 8 units and patterns on: the
        costs lie on a lattice, which is fine for n > 2. Up to P = N that of x^2 is `recall.recall`'s, which is exact.
        `pattern` is right to 0.02 from 20 units on, to 0.1 from 12; `every` is low, as if up to a tenth more patterns
        were there.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range, or the interaction is the exponential: see `neighbours`.

    Examples
    --------
    >>> from spinlearn.dense import memories
    >>> found = stability(100, 500, memories.power(3))
    >>> round(found.bit, 7), round(found.pattern, 4), round(found.every, 4)
    (0.0052594, 0.6168, 0.0)
    """
    N, _ = _power(N, interaction)
    P = arguments.count("P", P, at_least=1, at_most=int(_MOST))
    return _stability(N, float(P), interaction)


def limit(N: int, interaction: Interaction, *, every: bool = False) -> Limit:
    """The most patterns at which one of them, or `every` one, is a fixed point with probability 1/2.

    Parameters
    ----------
    N, interaction
        As for `stability`.
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
    >>> from spinlearn.dense import memories
    >>> [round(limit(100, memories.power(n)).P) for n in (2, 3, 4)]
    [18, 556, 10916]
    """
    N, n = _power(N, interaction)
    every = arguments.flag("every", every)

    first = N ** (n - 1) / (2 * _moment(interaction) * math.log(N)) / (n if every else 1)
    low, high = 1, 30 * math.ceil(first)
    while high - low > max(1, low // 10**4):
        P = (low + high) // 2
        found = _stability(N, float(P), interaction)
        low, high = (P, high) if (found.every if every else found.pattern) >= 0.5 else (low, P)
    return Limit(float(low), first)


def neighbours(N: int, P: float) -> Stability:
    """How sure it is that patterns stored with a sharp exponential are fixed points, counted by pairs one unit apart.

    Where F grows so fast that the nearest pattern decides, nothing harms a pattern but another that differs from it at
    one unit. At that unit the two cancel, and the rest decides which of them is lost. A pattern has such a rival at a
    given unit with the chance P / 2^N, so that a bit is lost with half of that; among all patterns are P^2 N / 2^(N+1)
    such pairs on average, and none with Poisson's probability.

    Parameters
    ----------
    N : int
        Units, from 4 to 1000.
    P : float
        Patterns, at least 1.

    Returns
    -------
    Stability
        `normal` is nan. Half of typical patterns are lost at P = 2^(N+1) ln 2 / N, and one in every other network at
        P = sqrt(2^(N+1) ln 2 / N).

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> round(neighbours(20, 270).every, 3), round(neighbours(20, 72_000).pattern, 3)
    (0.499, 0.497)
    """
    N, P = arguments.count("N", N, at_least=4, at_most=1000), arguments.number("P", P, at_least=1)
    bit = min(P / 2 / 2.0**N, 1.0)
    return Stability(bit, math.nan, (1 - bit) ** N, math.exp(-P / 2 * (P / 2.0**N) * N))


def rates(T: float, *, m: float = 1.0) -> Rates:
    """Patterns that an exponential memory finds again, as rates ln P / N for large N.

    Parameters
    ----------
    T : float
        Of ``memories.exponential``.
    m : float
        Overlap with its pattern at which a state starts, above 0 and at most 1.

    Returns
    -------
    Rates
        A typical rate of 0 or less means that there is no retrieval from `m`.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    Demircigil and others: all e^(alpha N) are stable up to ln(2) / 2. A typical one is so nearly up to ln 2.

    >>> [round(rate, 4) for rate in rates(1.0)], [round(rate, 4) for rate in rates(1.0, m=0.5)]
    ([0.675, 0.3466], [0.1308, 0.0654])
    """
    b = 1 / arguments.temperature(T)
    m = checked_overlap(m)
    log_cosh = 2 * b + math.log1p(math.exp(-4 * b)) - math.log(2)
    entropy = ((1 + m) * math.log1p(m) + ((1 - m) * math.log1p(-m) if m < 1 else 0.0)) / 2
    typical = 2 * b * m - log_cosh if m > math.tanh(2 * b) else entropy
    return Rates(typical, min(typical, entropy / 2))


def retrieved(load, n: int, *, rectified: bool = False):
    """Overlap with a pattern at which a network with the power n > 2 rests, at T = 0 and replica symmetric.

    Parameters
    ----------
    load : float or array
        P / N^(n-1), at least 0.
    n : int
        From 3 to 30.
    rectified : bool

    Returns
    -------
    float64 of the shape of `load`
        The largest solution of m = erf(m^(n-1) / sqrt(2 a)); 0 beyond the last load that has one. Below it cues from
        far and near end there. Beyond it a run that follows the fields comes to rest not far from wherever it starts,
        in one of many states: at 0.1 N^2 patterns with x^3 at 0.86 from an overlap of 0.9, and at 0.6 from 0.7.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> retrieved([0.04, 0.08, 0.2], 3).round(4)
    array([0.9958, 0.9066, 0.    ])
    """
    moment, n = _higher(n, rectified)
    load = arguments.real_values("load", load)
    if (load < 0).any():
        raise ValueError(f"load must be at least 0, got {load.min():g}")
    least, most = last_load(n, rectified=rectified)[1], moment * last_load(n, rectified=rectified)[0]

    def one(a):
        if a == 0:
            return 1.0
        return brentq(lambda m: m - erf(m ** (n - 1) / math.sqrt(2 * a)), least, 1.0) if a < most else 0.0

    return np.reshape([one(moment * value) for value in load.flat], load.shape)[()]


class Last(NamedTuple):
    """What `last_load` returns: the load P / N^(n-1) at which retrieval ends, and the overlap `m` there."""

    load: float
    m: float


def last_load(n: int, *, rectified: bool = False) -> Last:
    """The load beyond which no state of a network with the power n > 2 has an overlap with a pattern.

    m = erf(u) and a = m^(2n-2) / (2 u^2) solve the equation of `retrieved`; a is the largest where its slope is 0.

    Parameters
    ----------
    n : int
        From 3 to 30.
    rectified : bool

    Returns
    -------
    Last

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> last = last_load(3)
    >>> round(last.load, 5), round(last.m, 5)
    (0.08406, 0.83848)
    """
    moment, n = _higher(n, rectified)
    found = minimize_scalar(lambda u: math.log(u) - (n - 1) * math.log(erf(u)), bounds=(0.3, 5), method="bounded",
                            options={"xatol": 1e-12})  # fmt: skip
    m = float(erf(found.x))
    return Last(float(m ** (2 * n - 2) / (2 * found.x**2) / moment), m)


def _power(N, interaction) -> tuple[int, int]:
    if not isinstance(interaction, Interaction) or not interaction.degree:
        raise ValueError(
            "interaction must be a power, as memories.power returns it; for the exponential see neighbours"
        )
    return arguments.count("N", N, at_least=4, at_most=_LARGEST), interaction.degree


def _higher(n, rectified) -> tuple[float, int]:
    n = arguments.count("n", n, at_least=3, at_most=30)
    return float(factorial2(2 * n - 3)) / (2 if arguments.flag("rectified", rectified) else 1), n


def checked_overlap(m) -> float:
    """Check an overlap above 0 and at most 1.

    Examples
    --------
    >>> checked_overlap(1)
    1.0
    """
    m = arguments.number("m", m, above=0)
    if m > 1:
        raise ValueError(f"m must be at most 1, got {m:g}")
    return m


def _moment(interaction: Interaction) -> float:
    return float(factorial2(2 * interaction.degree - 3)) / (2 if interaction.rectified else 1)


def _stability(N: int, P: float, interaction: Interaction) -> Stability:
    if interaction.degree == 2 and not interaction.rectified and P <= N:
        return Stability(*recall.recall(N, int(P)))
    steps = interaction.steps(N)
    terms, log_chance = steps / steps[-1], _log_binomial(N - 1)
    chance = np.exp(log_chance)
    mean, square = chance @ terms, chance @ terms**2
    width = math.sqrt(max(P - 1, 0) * square)
    normal = float(ndtr(-1 / width)) if width > 0 else 0.0
    bit = _tail(log_chance, terms, P - 1, width) if P > 2 else 0.0
    if bit == 0:
        return Stability(0.0, normal, 1.0, 1.0)
    pattern = _pattern(N, P, bit, terms)
    swarms = math.log(pattern) / (N * math.log1p(-bit)) if pattern > 0 else 1.0
    return Stability(bit, normal, pattern, _every(N, P, bit, mean**2 / square) ** swarms)


def _log_binomial(n: int) -> np.ndarray:
    k = np.arange(n + 1)
    return gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1) - n * math.log(2)


def _pattern(N: int, P: float, bit: float, terms) -> float:
    """Probability that all bits of a pattern are stable.

    The overlaps say by how much the crosstalk is for all units (its mean), and how strong it is (its variance, of which
    the logarithm is taken to be Gaussian). Once they are known, the crosstalk's sum over the units is: independent
    parts would add 1 / N of the variance to the mean, which is taken away beforehand.
    """
    c, chance = np.arange(N + 1), np.exp(_log_binomial(N))
    agree, other = np.append(0.0, terms), np.append(terms, 0.0)
    mean = (c * agree - (N - c) * other) / N
    square = ((c * agree**2 + (N - c) * other**2) / N - mean**2) * N / (N - 1)
    size = chance @ square
    spread = (P - 1) * np.cov(np.stack([mean, square / ((P - 1) * size)]), aweights=chance, ddof=0)
    spread[1, 1] = math.log1p(spread[1, 1])
    tilt = spread[0, 1] / math.sqrt(spread[1, 1])
    log_size = math.log((P - 1) * size) - spread[1, 1] / 2 + math.sqrt(spread[1, 1]) * _FIELD
    rest = math.sqrt(max(spread[0, 0] - tilt**2 - (P - 1) * size / N, 0.0))
    shift = tilt * _FIELD[:, None] + rest * _FIELD
    wrong = ndtr(-(1 + shift) / np.exp(log_size / 2)[:, None])
    weights = _WEIGHT[:, None] * _WEIGHT
    wrong = np.minimum(wrong * (bit / (weights * wrong).sum()), 1.0)  # so that the mean is the exact one
    return float((weights * (1 - wrong) ** N).sum())


def _tail(log_chance, terms, count: float, width: float) -> float:
    """Probability that `count` terms of either sign add up to more than 1: along the line through the saddle."""

    there = log_chance > _NEVER
    log_chance, terms = log_chance[there], terms[there]

    def log_mean(z):
        exponents = np.multiply.outer(z, np.concatenate([terms, -terms])) + np.tile(log_chance, 2) - math.log(2)
        top = exponents.real.max(axis=-1, keepdims=True)
        return np.log(np.exp(exponents - top).sum(axis=-1)) + top[..., 0]

    def exponent(log_z):
        z = math.exp(log_z)
        return count * float(log_mean(np.float64(z))) - z - log_z

    guess = math.log(max(1 / width, 1 / width**2))
    log_z = minimize_scalar(exponent, bounds=(guess - 4, guess + 4), method="bounded", options={"xatol": 1e-6}).x
    z = math.exp(log_z)
    peak = count * float(log_mean(np.float64(z))) - z
    if peak < -700:
        return 0.0
    reach = 1 / width
    while abs(np.exp(count * (log_mean(z + 1j * reach) - log_mean(np.float64(z))))) > 1e-10 and reach < 1e3 / width:
        reach *= 1.3
    t = np.linspace(0.0, reach, 1 + 12 * math.ceil(reach * (width + 1)))
    values = np.exp(count * log_mean(z + 1j * t) - (z + 1j * t) - peak) / (z + 1j * t)
    values[0] /= 2
    return float(np.clip(math.exp(peak) * values.real.sum() * t[1] / math.pi, 0.0, 0.5))


def _every(N: int, P: float, bit: float, shared: float) -> float:
    """Probability that all bits of all patterns are stable; a share of the crosstalk's variance is a field for all."""
    z = float(ndtri(bit))
    up, down = (ndtr((z + sign * math.sqrt(shared) * _FIELD) / math.sqrt(1 - shared)) for sign in (1, -1))
    with np.errstate(divide="ignore"):
        both = np.exp(P / 2 * (np.log1p(-np.minimum(up, 1 - 1e-16)) + np.log1p(-np.minimum(down, 1 - 1e-16))))
    return float(_WEIGHT @ both) ** N
