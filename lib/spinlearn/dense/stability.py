"""The stability load: up to where memories that are fixed points are also stable, and what the activation has to do
with it.

N units with the rates r follow dr/dt = -r + phi(W (r - m) + b), with an activation phi that can be inverted. Any
P = alpha N patterns of rates are fixed points if W x = h for each, with x = r - m and h the field that gives the rates,
h = phi^-1(r) - b. For alpha < 1 there are such weights, whatever phi: the capacity is 1. But the patterns are recalled
only if they are stable, if D W, with D = phi' at the pattern, has no eigenvalue of a real part above 1. The load up to
which that holds is another number, and it depends on phi (Cohen and Lengyel 2025 do so for their networks; what follows
is derived for the weights of least length without self-couplings, and rates that are independent with mean m).

Let Pi be the projection on the patterns and c = <x h> / <x^2>. What c x explains of the fields makes a multiple of the
projection, and the rest, of the variance e^2 = <h^2> - c^2 <x^2>, a random matrix R with rows in the patterns' space:

    W = c' (Pi - alpha) + R,    c' = c / (1 - alpha).

D is independent of Pi and R, up to one pattern of P, and Pi lies at random. With D~ = D / (z + c' alpha D), and zeta
the outermost solution of 1 = zeta - (1 - alpha) / K, K = < 1 / (zeta - c' D~) >, free compression gives the resolvent
of Pi D~ Pi, and the eigenvalues of D W fill the region where

    e^2 / (<x^2> (1 - alpha))  < D~^2 / (zeta - c' D~)^2 >  /  (1 - (1 - alpha) < (zeta - c' D~)^-2 > / K^2)

is above 1. Its rightmost point is `Spectrum.bulk`. The one pattern that D knows adds a matrix of rank one, and with it
a single eigenvalue where (`Spectrum.memory`)

    < x (D h - z x) / (zeta z - c' D (1 - alpha zeta)) > = 0.

For few patterns it is < x D h > / <x^2>. For a power law phi = h^n without a threshold D h = n r: where rates grow
faster than fields memories run away, however few they are. A linear unit has the eigenvalue 1, P times, and recalls
nothing. The best is between: nearly linear above a soft threshold, and the more silent units, the better.

References
----------
U. Cohen and M. Lengyel, arXiv:2507.10383 (2025): stability of dense patterns, a load of its own.
"""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from scipy.optimize import brentq, minimize_scalar
from scipy.special import ndtr, ndtri

from ..core import arguments
from . import gardner

_FULLEST, _EMPTIEST = 0.999, 1e-4  # loads
_HALVINGS = 60
_LARGEST_N = 5000


class Activation(NamedTuple):
    """An activation that can be inverted: `response`, `field` (its inverse) and `slope` (at a field), of arrays."""

    name: str
    response: Callable
    field: Callable
    slope: Callable


class Rates(NamedTuple):
    """A law of rates: `points` and `weights` (n,) float64, which add up to 1."""

    points: np.ndarray
    weights: np.ndarray


class Spectrum(NamedTuple):
    """Where the eigenvalues of D W end on the right.

    Attributes
    ----------
    bulk : float
        Rightmost point of the region that they fill.
    memory : float or None
        The single eigenvalue that the pattern makes, where it lies to the right of the bulk.
    """

    bulk: float
    memory: float | None

    @property
    def stable(self) -> bool:
        """Whether the pattern is a stable fixed point."""
        return self.bulk < 1 and (self.memory is None or self.memory < 1)


def power(n: int = 1, *, noise: float = 1.0) -> Activation:
    """A power of the rectified field, smoothed by noise: E[(h + noise x)_+^n], x normal.

    Parameters
    ----------
    n : int
        From 1, the threshold-linear unit, to 4.
    noise : float
        Above 0.

    Returns
    -------
    Activation

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> power(2).response(np.array([-1.0, 0.0, 10.0])).round(4)
    array([7.53e-02, 5.00e-01, 1.01e+02])
    """
    n = arguments.count("n", n, at_least=1, at_most=4)
    noise = arguments.number("noise", noise, above=0)

    def moment(k, x):  # E[(x + z)_+^k]
        values = [ndtr(x), gardner.mean_miss(x)]
        for j in range(2, k + 1):
            values.append(x * values[-1] + (j - 1) * values[-2])
        return values[k]

    def response(h):
        return noise**n * moment(n, np.asarray(h) / noise)

    def slope(h):
        return n * noise ** (n - 1) * moment(n - 1, np.asarray(h) / noise)

    def field(r):
        top = max(float(np.max(r)) ** (1 / n), noise)
        return _inverse(response, r, -8 * noise, top)

    return Activation(f"power {n}, noise {noise:g}", response, field, slope)


def saturating() -> Activation:
    """The hyperbolic tangent, for rates between -1 and 1.

    Examples
    --------
    >>> saturating().field(saturating().response(np.array([0.5]))).round(9)
    array([0.5])
    """
    return Activation("tanh", np.tanh, np.arctanh, lambda h: 1 / np.cosh(h) ** 2)


def lognormal(variation: float = 1.0, *, points: int = 200) -> Rates:
    """Log-normal rates of mean 1 with a coefficient of variation, as `points` equally likely ones.

    So many units have no rates that are rarer than one in that many; `graded.lognormal` has the whole tail.

    Parameters
    ----------
    variation : float
        Standard deviation over mean, above 0.
    points : int
        At least 2.

    Returns
    -------
    Rates

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> law = lognormal(0.5)
    >>> round(float(law.weights @ law.points), 12)
    1.0
    """
    variation = arguments.number("variation", variation, above=0)
    count = arguments.count("points", points, at_least=2)
    spread = math.sqrt(math.log1p(variation**2))
    rates = np.exp(spread * ndtri((np.arange(count) + 0.5) / count))
    return Rates(rates / rates.mean(), np.full(count, 1 / count))


def spectrum(activation: Activation, rates: Rates, alpha: float) -> Spectrum:
    """Where the eigenvalues of a stored pattern end, in theory.

    Parameters
    ----------
    activation : Activation
    rates : Rates
        Independent for each unit and pattern, in the range of the activation.
    alpha : float
        Load P / N, from 1e-4 to 0.999.

    Returns
    -------
    Spectrum
        Right to 1e-9 for the law of rates as it is given.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range, or no field gives a rate.

    Examples
    --------
    >>> found = spectrum(power(1, noise=0.3), lognormal(2.0), 0.2)
    >>> round(found.bulk, 4), round(found.memory, 4), found.stable
    (0.9768, 0.986, True)
    """
    alpha, law = _load(alpha), _prepared(activation, rates)
    high = 2.0
    while not _outside(law, alpha, high)[0]:
        high *= 2
    low = 0.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        low, high = (low, middle) if _outside(law, alpha, middle)[0] else (middle, high)
    bulk = high
    far = 2 * bulk + 10 * abs(_few(law)) + 1
    if _memory(law, alpha, bulk * (1 + 1e-9)) <= 0:
        return Spectrum(bulk, None)
    return Spectrum(bulk, float(brentq(lambda z: _memory(law, alpha, z), bulk * (1 + 1e-9), far, xtol=1e-12)))


def stability_load(activation: Activation, rates: Rates) -> float:
    """The load up to which stored patterns are stable; their capacity is 1, whatever the activation.

    Parameters
    ----------
    activation, rates
        As for `spectrum`.

    Returns
    -------
    float
        0 where even few patterns are unstable. Right to 1e-6.

    Raises
    ------
    TypeError, ValueError
        As for `spectrum`.

    Examples
    --------
    >>> stability_load(power(2, noise=0.01), lognormal(0.5))
    0.0
    """
    law = _prepared(activation, rates)

    def stable(alpha):
        return _outside(law, alpha, 1.0)[0] and _memory(law, alpha, 1.0) < 0

    if not stable(_EMPTIEST):
        return 0.0
    low, high = _EMPTIEST, _FULLEST
    if stable(high):
        return 1.0
    while high - low > 1e-7:
        middle = (low + high) / 2
        low, high = (middle, high) if stable(middle) else (low, middle)
    return (low + high) / 2


def best_noise(rates: Rates, alpha: float, *, n: int = 1) -> tuple[float, float]:
    """The activation that recalls best at a load: the noise at which the rightmost eigenvalue is furthest to the left.

    Parameters
    ----------
    rates, alpha
        As for `spectrum`; rates above 0.
    n : int
        Power, as for `power`.

    Returns
    -------
    float, float
        The noise, from 0.01 to 10, to three digits; and the rightmost eigenvalue there. Deviations from a pattern
        shrink like exp(-(1 - that) t).

    Raises
    ------
    TypeError, ValueError
        As for `spectrum`.

    Examples
    --------
    >>> noise, rightmost = best_noise(lognormal(2.0), 0.1)
    >>> 0.2 < noise < 0.6, rightmost < 1
    (True, True)
    """

    def rightmost(log):
        found = spectrum(power(n, noise=math.exp(log)), rates, alpha)
        return found.bulk if found.memory is None else found.memory

    steps = np.linspace(math.log(0.01), math.log(10.0), 13)
    best = min(range(13), key=lambda k: rightmost(steps[k]))
    ends = steps[max(best - 1, 0)], steps[min(best + 1, 12)]
    found = minimize_scalar(rightmost, bounds=ends, method="bounded", options={"xatol": 1e-3})
    return math.exp(found.x), float(found.fun)


def couplings(patterns, activation: Activation) -> tuple[np.ndarray, np.ndarray, float]:
    """Weights of least length, without self-couplings, that make patterns of rates fixed points.

    Parameters
    ----------
    patterns : (P, N) array_like
        Rates, in the range of the activation; P below N - 1.
    activation : Activation

    Returns
    -------
    (N, N) float64, (N,) float64, float
        W, the constant inputs b, and the mean rate m: the fields are W (r - m) + b.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range.

    Examples
    --------
    >>> r = np.array([[0.5, 1.0, 2.0, 1.5], [1.0, 0.5, 1.5, 2.0]])
    >>> W, b, m = couplings(r, power(1))
    >>> (power(1).response((r - m) @ W.T + b) - r).round(9) + 0.0
    array([[0., 0., 0., 0.],
           [0., 0., 0., 0.]])
    """
    r = arguments.real_array("patterns", patterns)
    if r.ndim != 2 or not 0 < r.shape[0] < r.shape[1] - 1 or r.shape[1] > _LARGEST_N:
        raise ValueError(f"patterns must be (P, N) with P from 1 to N - 2 and N at most 5000, got shape {r.shape}")
    h, m = _fields(activation, r), float(r.mean())
    b = h.mean(axis=0)
    x, h = r - m, h - b
    left, sizes, right = np.linalg.svd(x, full_matrices=False)
    if sizes[-1] <= 1e-9 * sizes[0]:
        raise ValueError("patterns must be linearly independent once their mean is taken away")
    full = (h.T @ (left / sizes)) @ right  # without regard to self-couplings
    rest = np.eye(r.shape[1]) - right.T @ right  # what can be added to a row without changing a field
    return full - (np.diag(full) / np.diag(rest))[:, None] * rest, b, m


def rightmost(patterns, activation: Activation, *, pattern: int = 0) -> np.ndarray:
    """The eigenvalues of D W of a network at one of its patterns, those with the largest real part first.

    Parameters
    ----------
    patterns, activation
        As for `couplings`.
    pattern : int
        Which one.

    Returns
    -------
    (N,) complex128

    Raises
    ------
    TypeError, ValueError
        As for `couplings`.

    Examples
    --------
    >>> r = np.array([[0.5, 1.0, 2.0, 1.5], [1.0, 0.5, 1.5, 2.0]])
    >>> rightmost(r, power(1)).shape
    (4,)
    """
    W, _, _ = couplings(patterns, activation)
    r = arguments.real_array("patterns", patterns)
    pattern = arguments.count("pattern", pattern, at_most=len(r) - 1)
    values = np.linalg.eigvals(activation.slope(_fields(activation, r[pattern]))[:, None] * W)
    return values[np.argsort(-values.real)].astype(complex)


def recall(
    patterns,
    activation: Activation,
    *,
    pattern: int = 0,
    error: float = 0.1,
    time: float = 20.0,
    step: float = 0.1,
    rng: np.random.Generator,
) -> np.ndarray:
    """How far a network is from a pattern, as it follows dr/dt = -r + phi(W (r - m) + b) from near by.

    Parameters
    ----------
    patterns, activation, pattern
        As for `rightmost`.
    error : float
        Deviation at the beginning (root mean square), in units of the standard deviation of the rates; at least 0.
    time : float
        How long, in units of the units' time constant; above 0.
    step : float
        Of Euler's method, above 0 and at most 1.
    rng : numpy.random.Generator

    Returns
    -------
    (steps + 1,) float64
        The deviation, in the same units, at the beginning and after each step.

    Raises
    ------
    TypeError, ValueError
        As for `couplings`, or if the rates grow beyond all bounds.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> away = recall(rng.choice(lognormal(4.0).points, (5, 100)), power(1, noise=0.3), rng=rng)
    >>> bool(away[-1] < away[0] / 2)
    True
    """
    W, b, m = couplings(patterns, activation)
    r = arguments.real_array("patterns", patterns)
    target = r[arguments.count("pattern", pattern, at_most=len(r) - 1)]
    error, time = arguments.number("error", error, at_least=0), arguments.number("time", time, above=0)
    step, rng = arguments.number("step", step, above=0), arguments.generator(rng)
    if step > 1:
        raise ValueError(f"step must be at most 1, got {step}")
    now, spread = target + error * r.std() * rng.standard_normal(target.size), r.std()
    away = arguments.room((math.ceil(time / step) + 1,), time=time)
    away[0] = math.sqrt(((now - target) ** 2).mean()) / spread
    for k in range(1, away.size):
        with np.errstate(over="ignore", invalid="ignore"):
            now = now + step * (activation.response(W @ (now - m) + b) - now)
        if not np.abs(now).max() < 1e100:
            away[k:] = math.inf
            break
        away[k] = math.sqrt(((now - target) ** 2).mean()) / spread
    return away


class _Law(NamedTuple):
    """Moments that the theory needs: probabilities, x, h, D, <x^2>, c and e^2."""

    p: np.ndarray
    x: np.ndarray
    h: np.ndarray
    D: np.ndarray
    square: float
    c: float
    rest: float


def _prepared(activation, rates) -> _Law:
    if not isinstance(rates, Rates):
        raise TypeError(f"rates must be a law such as stability.lognormal(), not {type(rates).__name__}")
    p = rates.weights
    h = _fields(activation, rates.points)
    D = np.asarray(activation.slope(h), dtype=np.float64)
    x, h = rates.points - p @ rates.points, h - p @ h
    square, c = float(p @ x**2), float(p @ (x * h) / (p @ x**2))
    return _Law(p, x, h, D, square, c, max(float(p @ h**2) - c * c * square, 0.0))


def _resolvent(law: _Law, alpha: float, z: float):
    """The outermost zeta at z, None where there is none; and D~, with the sums that go with them."""
    strength = law.c / (1 - alpha)
    tilted = law.D / (z + strength * alpha * law.D)
    edge = float((strength * tilted).max())

    def sums(zeta):
        inverse = 1 / (zeta - strength * tilted)
        K = float(law.p @ inverse)
        return K, 1 - (1 - alpha) * float(law.p @ inverse**2) / K**2

    high = edge + (1 + edge) / alpha
    while sums(high)[1] <= 0 or high - (1 - alpha) / sums(high)[0] < 1:
        high *= 2
    low = max(edge * (1 + 1e-14), 1e-9)
    if sums(low)[1] <= 0:  # where it turns, the spectrum of the compression ends
        low = brentq(lambda zeta: sums(zeta)[1], low, high, xtol=1e-300, rtol=1e-13)
        low *= 1 + 1e-12
    if low - (1 - alpha) / sums(low)[0] > 1:
        return None, tilted, strength, sums
    return brentq(lambda zeta: zeta - (1 - alpha) / sums(zeta)[0] - 1, low, high, rtol=1e-14), tilted, strength, sums


def _outside(law: _Law, alpha: float, z: float) -> tuple[bool, float]:
    """Whether z lies to the right of the bulk; and zeta there."""
    zeta, tilted, strength, sums = _resolvent(law, alpha, z)
    if zeta is None:
        return False, math.nan
    turned = sums(zeta)[1]
    if turned <= 0:
        return False, math.nan
    spread = float(law.p @ (tilted / (zeta - strength * tilted)) ** 2)
    return law.rest / (law.square * (1 - alpha)) * spread / turned < 1, zeta


def _memory(law: _Law, alpha: float, z: float) -> float:
    """The average that vanishes where the pattern makes an eigenvalue: positive to the left of the outermost one."""
    zeta = _resolvent(law, alpha, z)[0]
    if zeta is None:
        return math.nan
    weight = zeta * z - law.c / (1 - alpha) * law.D * (1 - alpha * zeta)
    return float(law.p @ (law.x * (law.D * law.h - z * law.x) / weight))


def _few(law: _Law) -> float:
    return float(law.p @ (law.x * law.D * law.h)) / law.square


def _fields(activation, r) -> np.ndarray:
    if not isinstance(activation, Activation):
        raise TypeError(f"activation must be one such as stability.power(), not {type(activation).__name__}")
    with np.errstate(all="ignore"):
        h = np.asarray(activation.field(np.asarray(r)), dtype=np.float64)
        bad = ~np.isfinite(h) | ~(np.abs(activation.response(h) - r) <= 1e-6 * (1e-3 + np.abs(r)))
    if bad.any():
        raise ValueError(f"rates must be ones that the activation {activation.name} has, got {np.asarray(r)[bad][0]:g}")
    return h


def _inverse(response: Callable, r, low: float, high: float) -> np.ndarray:
    """The argument at which a rising function has the values r, by halving."""
    low, high = np.full(np.shape(r), low), np.full(np.shape(r), high)
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        below = response(middle) < r
        low, high = np.where(below, middle, low), np.where(below, high, middle)
    return (low + high) / 2


def _load(alpha) -> float:
    alpha = arguments.number("alpha", alpha, above=0)
    if not _EMPTIEST <= alpha <= _FULLEST:
        raise ValueError(f"alpha must lie between {_EMPTIEST} and {_FULLEST}, got {alpha}")
    return alpha
