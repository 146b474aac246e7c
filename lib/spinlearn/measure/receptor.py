"""Spikes of a real neuron beside the stimulus that caused them: reading them, and the linear part of the answer.

Time goes in bins. A train of spikes is an array of counts, 0 or 1 in each bin, and what drives them is an array of the
same length. The average of the stimulus before a spike says what the neuron waits for. For a Gaussian stimulus of any
spectrum, and a neuron that takes a weighted sum of the past and lets some function of it be its rate, that average is
the covariance of the stimulus times the weights, whatever the function (Bussgang's theorem). So the weights are the
inverse of the covariance times the average, up to their size; directions in which the stimulus hardly varies are left
out, since nothing can be learned in them.

References
----------
A. Rokem et al., J. Neurophysiol. 95, 2541 (2006): the recordings that the package nitime ships.
J. J. Bussgang, MIT Research Laboratory of Electronics, Technical Report 216 (1952): the theorem.
"""

import importlib.util
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ..core import arguments
from .observables import Estimate

_FILES = {200: 1, 800: 2}  # cut-off in Hz, number of the recording
_TICK = 50e-6  # s, between two entries of a stimulus file; times of spikes are in microseconds


class Recording(NamedTuple):
    """What `grasshopper` returns.

    Attributes
    ----------
    times : (n,) float64
        Of the spikes, in seconds.
    spikes : (bins,) int64
        How many there are in each bin.
    stimulus : (bins,) float64
        The loudness in decibels above its mean, averaged over each bin.
    dt : float
        Length of a bin in seconds.
    """

    times: np.ndarray
    spikes: np.ndarray
    stimulus: np.ndarray
    dt: float


def grasshopper(cutoff: int = 200, *, every: int = 10) -> Recording:
    """Read the recording of an auditory receptor of a grasshopper that lies in the package nitime.

    Ten seconds of one cell that listens to a tone in its best frequency, whose loudness in decibels is Gaussian noise
    with a standard deviation of 6. Only the text files of the package are read, and nothing of it is imported.

    Parameters
    ----------
    cutoff : int
        Of the noise, in Hz: 200 or 800.
    every : int
        Entries of the stimulus, 50 microseconds each, in one bin; a divisor of 200 000.

    Returns
    -------
    Recording

    Raises
    ------
    ImportError
        If nitime is not installed.
    TypeError, ValueError
        If an argument is not allowed.

    Examples
    --------
    >>> cell = grasshopper(200)
    >>> len(cell.times), cell.dt, int(cell.spikes.max())
    (929, 0.0005, 1)
    """
    if cutoff not in _FILES:
        raise ValueError(f"cutoff must be one of {', '.join(map(str, _FILES))}, got {cutoff!r}")
    every = arguments.count("every", every, at_least=1)
    found = importlib.util.find_spec("nitime")
    if found is None:
        raise ImportError("the recording lies in the package nitime: pip install nitime")
    folder, number = Path(found.origin).parent / "data", _FILES[cutoff]
    loudness = 20 * np.log10(np.loadtxt(folder / f"grasshopper_stimulus{number}.txt", usecols=1))
    if loudness.size % every:
        raise ValueError(f"every must be a divisor of {loudness.size}, got {every}")
    times = np.loadtxt(folder / f"grasshopper_spike_times{number}.txt") * 1e-6
    bins = loudness.size // every
    place = np.minimum((times / (_TICK * every) + 1e-6).astype(int), bins - 1)
    stimulus = (loudness - loudness.mean()).reshape(bins, every).mean(axis=1)
    return Recording(times, np.bincount(place, minlength=bins), stimulus, round(_TICK * every, 9))


def intervals(times) -> Estimate:
    """Coefficient of variation of the intervals between spikes, with its error.

    Parameters
    ----------
    times : (n,) array_like
        At least 4, rising.

    Returns
    -------
    Estimate
        Standard deviation over mean: 1 for a Poisson process, 0 for a clock. The error is the jackknife's, as if the
        intervals were independent.

    Raises
    ------
    TypeError, ValueError
        If `times` is not such a series.

    Examples
    --------
    >>> print(intervals([0.0, 1.0, 2.0, 3.0, 5.0]))
    0.40(32)
    """
    times = arguments.series("times", times, at_least=4)
    gaps = np.diff(times)
    if not (gaps > 0).all():
        raise ValueError("times must rise")
    n, sums, squares = gaps.size, gaps.sum() - gaps, (gaps**2).sum() - gaps**2
    left = np.sqrt(np.maximum(squares - sums**2 / (n - 1), 0) / (n - 2)) / (sums / (n - 1))
    return Estimate(float(gaps.std(ddof=1) / gaps.mean()), float(np.sqrt((n - 1) * left.var())), 0.5, n)


def triggered_average(stimulus, spikes, lags: int) -> np.ndarray:
    """Mean of the stimulus before a spike, less its mean.

    Parameters
    ----------
    stimulus, spikes : (bins,) array_like
        As in a `Recording`.
    lags : int
        How many bins back, the spike's own among them; at least 1.

    Returns
    -------
    (lags,) float64
        Entry k is that of k bins before the spike.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range.

    Examples
    --------
    >>> triggered_average([0, 4, 0, 0, 4, 0, 0, 0], [0, 0, 1, 0, 0, 1, 0, 0], 2)
    array([-1.,  3.])
    """
    stimulus, spikes, lags = _pair(stimulus, spikes, lags)
    rows = _past(stimulus, lags)
    weights = spikes[lags - 1 :]
    if weights.sum() <= 0:
        raise ValueError(f"spikes must have at least one that is {lags} bins or more from the start")
    return weights @ rows / weights.sum() - stimulus.mean()


def weights(stimulus, spikes, lags: int, *, keep: float = 0.01, used=None) -> np.ndarray:
    """Weights of the past that drive the neuron: the triggered average without the stimulus's own correlations.

    Parameters
    ----------
    stimulus, spikes, lags
        As for `triggered_average`.
    keep : float
        Directions in which the variance is below this share of the largest are left out; from 0 to 1.
    used : (bins,) array of bool, optional
        Spikes elsewhere are not looked at. Left out, all are.

    Returns
    -------
    (lags,) float64
        Scaled so that the weighted sum has the variance 1.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> noise = np.convolve(rng.normal(size=20_000), np.ones(3) / 3, mode="same")
    >>> drive = filtered(noise, [0, 1, -1])
    >>> w = weights(noise, drive > 1, 4)
    >>> (w / w[1]).round(1)
    array([ 0. ,  1. , -1.1,  0. ])
    """
    stimulus, spikes, lags = _pair(stimulus, spikes, lags)
    keep = arguments.number("keep", keep, at_least=0)
    if used is not None:
        used = arguments.as_array("used", used)
        if used.shape != spikes.shape or used.dtype != bool:
            raise ValueError(f"used must be an array of bool with shape {spikes.shape}")
        spikes = np.where(used, spikes, 0)
    average = triggered_average(stimulus, spikes, lags)
    rows = _past(stimulus - stimulus.mean(), lags)
    variances, directions = np.linalg.eigh(rows.T @ rows / len(rows))
    kept = variances >= keep * variances[-1]
    along = directions[:, kept]
    raw = along @ (along.T @ average / variances[kept])
    return raw / np.sqrt(raw @ (rows.T @ (rows @ raw)) / len(rows))


def filtered(stimulus, weights) -> np.ndarray:
    """Weighted sum of the past, entry k of `weights` for k bins ago; before the start the stimulus is at its mean.

    Parameters
    ----------
    stimulus : (bins,) array_like
    weights : (lags,) array_like

    Returns
    -------
    (bins,) float64

    Raises
    ------
    TypeError, ValueError
        If an argument is no such series.

    Examples
    --------
    >>> filtered([1.0, -1.0, 0.0], [0.0, 2.0])
    array([ 0.,  2., -2.])
    """
    stimulus = arguments.series("stimulus", stimulus)
    weights = arguments.series("weights", weights, at_least=1)
    return np.convolve(stimulus - stimulus.mean(), weights)[: stimulus.size] + 0.0


def ages(spikes) -> np.ndarray:
    """Bins since the latest spike: 1 in the bin after it; before the first spike as many as there are bins.

    Parameters
    ----------
    spikes : (bins,) array_like

    Returns
    -------
    (bins,) int64

    Raises
    ------
    TypeError, ValueError
        If `spikes` is no such series.

    Examples
    --------
    >>> ages([0, 1, 0, 0, 1, 1, 0])
    array([7, 7, 1, 2, 3, 1, 1])
    """
    spikes = arguments.series("spikes", spikes)
    index = np.arange(spikes.size)
    latest = np.maximum.accumulate(np.where(spikes > 0, index, -1))
    before = np.r_[-1, latest[:-1]]
    return np.where(before < 0, spikes.size, index - before)


def _past(stimulus, lags: int) -> np.ndarray:
    """Rows of the stimulus at 0 … lags - 1 bins before each bin that has such a past."""
    return np.lib.stride_tricks.sliding_window_view(stimulus, lags)[:, ::-1]


def _pair(stimulus, spikes, lags):
    stimulus = arguments.series("stimulus", stimulus)
    spikes = arguments.real_array("spikes", np.asarray(spikes) * 1.0)
    if spikes.shape != stimulus.shape:
        raise ValueError(f"spikes must have the shape {stimulus.shape} of stimulus, got {spikes.shape}")
    if not (spikes >= 0).all():
        raise ValueError("spikes must not be below 0")
    return stimulus, spikes, arguments.count("lags", lags, at_least=1, at_most=stimulus.size)
