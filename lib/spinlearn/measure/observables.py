"""From a run to a number with an error: averages of a Markov chain, whose records are not independent.

Neighbouring records of a chain resemble each other. With the normalised autocorrelation rho(t) of a series, the
integrated autocorrelation time, in records, is here

    tau = 1/2 + sum over t >= 1 of rho(t)

so that independent records have tau = 1/2, and n records are worth n / (2 tau) independent ones. The mean of a series
with standard deviation sigma has the error sigma sqrt(2 tau / n). (Some authors call twice this number tau.)

Functions of averages, such as a susceptibility, get their error by a jackknife over blocks that are many tau long.

Every series is taken to be in equilibrium: cut the start of the run off first.

References
----------
N. Madras and A. D. Sokal, J. Stat. Phys. 50, 109 (1988): the automatic window, and the error of tau.
U. Wolff, Comput. Phys. Commun. 156, 143 (2004): the bias of the estimate.
B. Efron, The Jackknife, the Bootstrap and Other Resampling Plans (SIAM, 1982).
K. Binder, Z. Phys. B 43, 119 (1981): the fourth-order cumulant.
"""

import math
from itertools import pairwise
from typing import NamedTuple

import numpy as np
from scipy.fft import irfft, next_fast_len, rfft

from ..core import arguments

# A series that is shorter than this many of its own autocorrelation times says little about either.
_LEAST_TIMES = 50
# Jackknife blocks: at least so many times tau long, at most so many of them, and not fewer than that.
BLOCK_TIMES, MOST_BLOCKS, LEAST_BLOCKS = 10, 100, 10
# Numbers whose fourth powers fit into a float, with room for their sums.
_LARGEST = 1e70


class Estimate(NamedTuple):
    """A value with its statistical error.

    Attributes
    ----------
    value : float
    error : float
        One standard deviation.
    tau : float
        Integrated autocorrelation time that the error allows for, in records (the longest, of several series).
    n : int
        Number of records.

    Examples
    --------
    >>> print(Estimate(-1.42381, 0.00117, 0.5, 1000))
    -1.4238(12)
    """

    value: float
    error: float
    tau: float
    n: int

    def __str__(self) -> str:
        """The value, and in brackets the error in units of its last digit: -1.4238(12) is -1.4238 ± 0.0012."""
        if self.error == 0 or not math.isfinite(self.error):
            return f"{self.value + 0.0:g}({self.error:g})"
        digits, exponent = f"{self.error:.1e}".split("e")
        decimals = max(0, 1 - int(exponent))
        value = f"{self.value:.{decimals}f}"
        error = digits.replace(".", "") if decimals else f"{self.error:.0f}"
        # A value that rounds to 0 has no sign: which one it would be is rounding.
        return f"{value if value.strip('-0.') else value.lstrip('-')}({error})"


class IntegratedTime(NamedTuple):
    """An integrated autocorrelation time.

    Attributes
    ----------
    tau : float
        In records; 1/2 for independent ones.
    error : float
        One standard deviation (Madras and Sokal): tau sqrt(2 (2 W + 1) / n).
    window : int
        W, the last t whose rho(t) was summed.
    """

    tau: float
    error: float
    window: int


def autocorrelation(series) -> np.ndarray:
    """Normalised autocorrelation function of a series, by fast Fourier transform.

    Parameters
    ----------
    series : (n,) array_like
        At least two finite real numbers.

    Returns
    -------
    (n,) float64
        rho(0) = 1, rho(1), …: the sum of (a_i - mean)(a_{i+t} - mean) over the n - t pairs there are, divided by the
        same at t = 0. A constant series has rho(t) = 0 for t > 0.

    Raises
    ------
    TypeError, ValueError
        If `series` is not one-dimensional, real, finite and at least two long.

    Examples
    --------
    >>> autocorrelation([1, -1, 1, -1]).round(12)
    array([ 1.  , -0.75,  0.5 , -0.25])
    """
    series = arguments.series("series", series)
    n = series.size
    if series.min() == series.max():
        return (np.arange(n) == 0).astype(np.float64)
    series = series / _unit(series)
    # Zeros as long as the series keep its end from meeting its start.
    power = abs(rfft(series - series.mean(), next_fast_len(2 * n, real=True))) ** 2
    covariance = irfft(power, next_fast_len(2 * n, real=True))[:n]
    return covariance / covariance[0]


def integrated_time(series, *, window: float = 6.0) -> IntegratedTime:
    """Integrated autocorrelation time of a series, with the automatic window of Madras and Sokal.

    rho(t) is summed up to the first W that is at least `window` times the sum so far: far enough to meet the signal,
    not so far as to add up noise. Subtracting the sample's own mean lowers the sum by the fraction (2 W + 1) / n, which
    is put back (Wolff). tau is never given below 1/2: where neighbours repel each other the error of the mean comes out
    too large rather than too small.

    Parameters
    ----------
    series : (n,) array_like
        At least two finite real numbers.
    window : float
        Length of the window in units of tau, above 0. Too small cuts slow modes off, too large adds noise: it must not
        reach over more than a quarter of the series.

    Returns
    -------
    IntegratedTime
        A constant series has tau = 1/2 and error 0, by definition.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range, or if the series is shorter than 50 times the estimate of
        tau, which is then in the message.

    Examples
    --------
    >>> noise = np.random.default_rng(1).normal(size=10_000)
    >>> abs(integrated_time(noise).tau - 0.5) < 0.1
    True
    """
    series = arguments.series("series", series)
    window = arguments.number("window", window, above=0)
    estimate = _integrated_time(series, window)
    if estimate.error > 0 and series.size < _LEAST_TIMES * estimate.tau:
        raise ValueError(
            f"series must be longer: {series.size} records are fewer than {_LEAST_TIMES} times its autocorrelation "
            f"time, which this series puts at tau = {estimate.tau:.3g} ± {estimate.error:.2g} (probably too low)"
        )
    if estimate.window > series.size // 4:
        raise ValueError(
            f"window must be shorter: {window:g} tau reach over {estimate.window} of the {series.size} records, and "
            f"the sum over all of them is 1/2 - 1/2 whatever tau is"
        )
    return estimate


def mean(series) -> Estimate:
    """Mean of a series with an error that knows the autocorrelation time.

    Parameters
    ----------
    series : (n,) array_like
        Records of a chain in equilibrium, at least 50 tau of them.

    Returns
    -------
    Estimate
        The error is sigma sqrt(2 tau / (n - 2 tau)), with sigma**2 the mean squared deviation; for independent records
        it is the usual standard error.

    Raises
    ------
    TypeError, ValueError
        As for `integrated_time`.

    Examples
    --------
    >>> print(mean(np.random.default_rng(1).normal(size=10_000)))
    -0.011(10)
    """
    series = arguments.series("series", series)
    tau = integrated_time(series).tau
    if series.min() == series.max():
        return Estimate(float(series[0]), 0.0, tau, series.size)
    unit = _unit(series)
    scaled = series / unit
    error = math.sqrt(scaled.var() * 2 * tau / (series.size - 2 * tau)) * unit
    return Estimate(float(scaled.mean() * unit), error, tau, series.size)


def jackknife(function, *series, blocks: int | None = None) -> Estimate:
    """Value and error of a function of one or more series, by leaving out one block of records at a time.

    Parameters
    ----------
    function : callable
        Takes as many arrays as there are series and returns a number, such as ``lambda m: m.var()``. It must depend on
        averages over the records, not on their order or their number.
    *series : (n,) array_like
        Recorded side by side.
    blocks : int, optional
        How many blocks, at least 10, each many tau long: blocks of b records make the error too small by the fraction
        tau / (2 b) or so. Left out, they are at most 100, and at least 10 tau long for the slowest of the series.

    Returns
    -------
    Estimate
        The value is corrected for the bias of order 1/n that a nonlinear function of averages has. Where every series
        is constant the error is 0.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range, if a series is too short for 10 such blocks, or if the
        function does not return finite numbers (below 1e70 in size).

    Examples
    --------
    >>> noise = np.random.default_rng(1).normal(size=10_000)
    >>> print(jackknife(np.var, noise, blocks=100))
    0.997(14)
    """
    if not callable(function):
        raise TypeError(f"function must be callable, not {type(function).__name__}")
    if not series:
        raise ValueError("series must be given: at least one, after the function")
    series = [arguments.series("series", one) for one in series]
    n = series[0].size
    if any(one.size != n for one in series):
        raise ValueError(f"series must be equally long, got {', '.join(str(one.size) for one in series)} records")
    if blocks is None:
        tau = max(integrated_time(one).tau for one in series)
        blocks = min(MOST_BLOCKS, n // math.ceil(BLOCK_TIMES * tau))
        if blocks < LEAST_BLOCKS:
            raise ValueError(
                f"series must be longer: {n} records make fewer than {LEAST_BLOCKS} blocks of {BLOCK_TIMES} tau, "
                f"with tau = {tau:.3g}"
            )
    else:
        blocks = arguments.count("blocks", blocks, at_least=LEAST_BLOCKS)
        if blocks > n:
            raise ValueError(f"blocks must be at most the number of records {n}, got {blocks}")
        tau = max(_integrated_time(one, 6.0).tau for one in series)

    edges = np.linspace(0, n, blocks + 1).astype(np.int64)
    rest = [
        answer(function, *(np.concatenate([one[:start], one[stop:]]) for one in series))
        for start, stop in pairwise(edges)
    ]
    whole = answer(function, *series)
    if not (np.abs([whole, *rest]) < _LARGEST).all():
        raise ValueError(
            f"function must return finite numbers, and below {_LARGEST:g} in size, for the whole series and with any "
            f"block left out"
        )
    if all(one.min() == one.max() for one in series):
        return Estimate(whole, 0.0, tau, n)
    value = blocks * whole - (blocks - 1) * math.fsum(rest) / blocks
    return Estimate(value, math.sqrt((blocks - 1) * np.var(rest)), tau, n)


def answer(function, *values) -> float:
    """Return the number that a caller's function gives for these values.

    Parameters
    ----------
    function : callable
    *values
        Its arguments.

    Returns
    -------
    float

    Raises
    ------
    TypeError
        If it gives something else than one real number.

    Examples
    --------
    >>> answer(np.mean, [1, 2])
    1.5
    """
    given = function(*values)
    if np.ndim(given) or np.iscomplexobj(given):
        kind = f"an array of shape {np.shape(given)}" if np.ndim(given) else type(given).__name__
        raise TypeError(f"function must return a real number, not {kind}")
    try:
        return float(given)
    except (TypeError, ValueError):
        raise TypeError(f"function must return a real number, not {type(given).__name__}") from None


def susceptibility(m, T: float, N: int, *, connected: bool = True) -> Estimate:
    """Magnetic susceptibility per spin from the magnetisation per spin.

    Parameters
    ----------
    m : (n,) array_like
        Records of the magnetisation per spin, without a field.
    T : float
        Above 0.
    N : int
        Number of spins.
    connected : bool
        True: N (<m^2> - <|m|>^2) / T, which peaks at the transition of a finite system. False: N <m^2> / T, which is
        the response to a small field wherever <m> = 0, so in the symmetric phase.

    Returns
    -------
    Estimate

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range, or the series is too short for its autocorrelation time.

    Examples
    --------
    Free spins have a susceptibility of 1 / T:

    >>> free = np.random.default_rng(1).choice([-1, 1], size=(10_000, 100)).mean(axis=1)
    >>> print(susceptibility(free, T=2.0, N=100, connected=False))
    0.5026(73)
    """
    m = _moderate("m", m)
    scale, connected = _scale(N, T, 1), arguments.flag("connected", connected)
    if connected:
        return jackknife(lambda size, square: scale * (square.mean() - size.mean() ** 2), abs(m), m**2)
    return jackknife(lambda square: scale * square.mean(), m**2)


def specific_heat(e, T: float, N: int) -> Estimate:
    """Specific heat per spin from the energy per spin: N (<e^2> - <e>^2) / T^2.

    Parameters
    ----------
    e : (n,) array_like
        Records of the energy per spin.
    T : float
        Above 0.
    N : int
        Number of spins.

    Returns
    -------
    Estimate

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range, or the series is too short for its autocorrelation time.

    Examples
    --------
    >>> e = np.random.default_rng(1).normal(scale=0.1, size=10_000)
    >>> print(specific_heat(e, T=1.0, N=100))
    0.997(14)
    """
    e = _moderate("e", e)
    scale = _scale(N, T, 2)
    return jackknife(lambda part: scale * part.var(), e)


def binder(m) -> Estimate:
    """Binder's cumulant U = 1 - <m^4> / (3 <m^2>^2): 0 for Gaussian m, 2/3 where |m| has one value.

    Parameters
    ----------
    m : (n,) array_like
        Records of the magnetisation, per spin or in all.

    Returns
    -------
    Estimate

    Raises
    ------
    TypeError, ValueError
        If `m` is not a real, finite series, is zero throughout (or below 1e-70, whose fourth power is), or is too short
        for its autocorrelation time.

    Examples
    --------
    >>> print(binder(np.tile([1.0, -1.0], 50)))
    0.666667(0)
    """
    m = _moderate("m", m)
    if abs(m).max() < 1 / _LARGEST:
        raise ValueError(f"m must not be zero throughout, or all below {1 / _LARGEST:g}: the cumulant is then 0 / 0")
    return jackknife(lambda square, fourth: 1 - fourth.mean() / (3 * square.mean() ** 2), m**2, m**4)


def staggered_magnetisation(spins) -> float:
    """Magnetisation per spin with the sign of every other site turned over, the order parameter of the antiferromagnet.

    Parameters
    ----------
    spins : integer array of any shape
        Configuration of a hypercubic lattice, -1 or +1. A site counts with + where its coordinates have an even sum.

    Returns
    -------
    float

    Raises
    ------
    TypeError, ValueError
        If `spins` is not such an array.

    Examples
    --------
    >>> staggered_magnetisation(np.array([[1, -1], [-1, 1]], dtype=np.int8))
    1.0
    """
    spins = arguments.as_array("spins", spins)
    shape = spins.shape
    spins = arguments.spins(spins).reshape(shape)
    return float((spins * (1 - 2 * (np.indices(shape).sum(axis=0) % 2))).mean())


def _unit(series: np.ndarray) -> float:
    """1 for a series of ordinary numbers; for one whose squares would not fit, the size to measure it by."""
    size = abs(series).max()
    spread = 0.5 * series.max() - 0.5 * series.min()
    if size < _LARGEST and spread > 1 / _LARGEST:
        return 1.0
    return float(size if size >= _LARGEST else spread)


def _moderate(name: str, value) -> np.ndarray:
    """Return a series whose fourth powers fit into a float, or raise naming it."""
    series = arguments.series(name, value)
    if abs(series).max() > _LARGEST:
        raise ValueError(f"{name} must be at most {_LARGEST:g} in size, got {abs(series).max():g}")
    return series


def _scale(N, T, power: int) -> float:
    """Return N / T**power, or raise where it is not finite."""
    N, T = arguments.count("N", N, at_least=1), arguments.number("T", T, above=0)
    if T > _LARGEST:
        return N / T / (T if power == 2 else 1)
    if not T**power > 0 or math.isinf(N / T**power):
        raise ValueError(f"T must be so large that {N} / T{'²' if power == 2 else ''} is finite, got {T}")
    return N / T**power


def _integrated_time(series: np.ndarray, window: float) -> IntegratedTime:
    """Estimate the integrated autocorrelation time, however short the series is for it."""
    n = series.size
    if series.min() == series.max():
        return IntegratedTime(0.5, 0.0, 0)
    sums = np.cumsum(autocorrelation(series)) - 0.5
    # The sum over all t is zero, because the deviations add up to zero: there is no such W if window / 2 is n or more.
    W = int(np.argmax(np.arange(n) >= window * np.maximum(sums, 0.5))) if window < 2 * (n - 1) else n - 1
    tau = max(0.5, float(sums[W]) * (1 + (2 * W + 1) / n))
    return IntegratedTime(tau, tau * math.sqrt(2 * (2 * W + 1) / n), W)
