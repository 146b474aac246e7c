"""Which function of its drive is the rate of a neuron? Fits by likelihood, and a contest on spikes not yet seen.

In a bin of length dt the neuron fires with the probability 1 - exp(-mu), where

    mu = dt [floor + f(x)] w(age) g(time),                                                                        (1)

x is the drive, f one of `MODELS`, w = 1 / (1 + (recover / age)^steep) the recovery after the latest spike, half of
which is reached at the age `recover`, and g = (time / middle)^-adapt a slow loss of readiness. All models have a floor;
without one a rectifier would call a spike below its threshold impossible, and lose every contest at once. The logarithm
of the likelihood is a sum over bins, and is maximised by the method of scoring: Newton's with the expected curvature.
The inverse of that is the covariance of the estimates.

A model with more constants fits the spikes that it was shown at least as well. What counts are spikes that it was not
shown: blocks of time take turns to be left out, weights of the past included, and a block's score is the gain of
information over a neuron that fires at one rate, in bits per spike. Blocks hang together little, so the error of a mean
score, or of a difference of two, comes from drawing blocks anew.

References
----------
W. Truccolo et al., J. Neurophysiol. 93, 1074 (2005): the likelihood of spikes in bins, and what may enter it.
L. Paninski, Network: Comput. Neural Syst. 15, 243 (2004): for which f it has one maximum.
"""

import math
from typing import NamedTuple

import numpy as np
from scipy.special import expit, ndtr

from ..core import arguments
from ..core.jit import kernel
from ..core.words import stream, uniform
from . import receptor
from .observables import Estimate

MODELS = ("logistic", "Phi", "softplus", "ReLU", "power")
_WIDE = 700.0  # largest logarithm that is still a number
_SETTLED = 1e-5  # gain of log-likelihood in one step below which a fit is done


class Fit(NamedTuple):
    """What `fit` returns.

    Attributes
    ----------
    model : str
    height : float
        Of logistic and Phi: the rate far up, in spikes per second. Else the rate one unit above `centre`, roughly.
    centre, width : float
        In units of the drive. A ReLU has no width, and gets 0; for a power it is the exponent.
    floor : float
        Rate far below, in spikes per second.
    recover, steep : float
        Age in seconds at which half of the readiness is back, and how suddenly.
    adapt : float
        Exponent of the slow loss.
    errors : (7,) float64
        Standard errors of the logarithms of height, of centre, of the logarithms of width, floor, recover and steep,
        and of adapt; 0 for what is not fitted.
    log_likelihood : float
    """

    model: str
    height: float
    centre: float
    width: float
    floor: float
    recover: float
    steep: float
    adapt: float
    errors: np.ndarray
    log_likelihood: float


def response(model: str, x, height: float, centre: float, width: float) -> np.ndarray:
    """Rate f(x) of a model, without the floor.

    Parameters
    ----------
    model : str
        One of `MODELS`.
    x : array_like
        Drive.
    height, centre, width : float
        As in `Fit`; height and width above 0 (no matter for a ReLU).

    Returns
    -------
    float64 of the shape of `x`

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> [response(model, 2.0, 10.0, 1.0, 2.0).round(3).item() for model in MODELS]
    [6.225, 6.915, 19.482, 10.0, 10.0]
    """
    arguments.choice("model", model, MODELS)
    x = arguments.real_values("x", x)
    height, centre = arguments.number("height", height, above=0), arguments.number("centre", centre)
    width = arguments.number("width", width, **({} if model == "ReLU" else {"above": 0}))
    return _response_and_slopes(model, x, height, centre, width)[0]


def _response_and_slopes(model, x, height, centre, width):
    """Return f(x) and its slopes with the centre and with the logarithm of the width."""
    d = x - centre
    if model == "ReLU":
        return height * np.maximum(d, 0), -height * (d > 0), 0 * d
    if model == "power":
        safe = np.maximum(d, 1e-300)
        f = np.where(d > 0, height * safe**width, 0.0)
        return f, -f * width / safe, f * width * np.log(safe)
    u = d / width
    if model == "softplus":
        ramp, share = np.logaddexp(0, u), expit(u)
        return height * width * ramp, -height * share, height * width * (ramp - u * share)
    if model == "logistic":
        f = height * expit(u)
        rise = f * expit(-u)
    else:
        f, rise = height * ndtr(u), height * np.exp(-(u**2) / 2) / math.sqrt(2 * math.pi)
    return f, -rise / width, -u * rise


def recovery(age, recover: float, steep: float) -> np.ndarray:
    """Readiness w of equation (1) at an age after the latest spike, in the unit of `recover`.

    Parameters
    ----------
    age : array_like
        Above 0.
    recover, steep : float
        Above 0.

    Returns
    -------
    float64 of the shape of `age`

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> recovery([1.0, 2.0, 200.0], 2.0, 4.0).round(4)
    array([0.0588, 0.5   , 1.    ])
    """
    age = arguments.real_values("age", age)
    if not (age > 0).all():
        raise ValueError(f"age must be above 0, got {age.min():g}")
    recover, steep = arguments.number("recover", recover, above=0), arguments.number("steep", steep, above=0)
    return expit(steep * np.log(age / recover))


def fit(model: str, x, spikes, dt: float, *, used=None, steps: int = 60) -> Fit:
    """Fit a model of the rate to spikes by maximum likelihood, equation (1).

    Parameters
    ----------
    model : str
        One of `MODELS`.
    x : (bins,) array_like
        Drive, of the order of 1.
    spikes : (bins,) array_like
        0 or 1 in each; at least 20 where they are used.
    dt : float
        Length of a bin in seconds, above 0.
    used : (bins,) array of bool, optional
        Bins that count. Left out, all.
    steps : int
        At most so many steps of scoring, at least 1.

    Returns
    -------
    Fit

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> x = rng.normal(size=40_000)
    >>> rate = response("softplus", x, 60.0, 0.5, 0.3)
    >>> found = fit("softplus", x, simulate(rate, 0.001, recover=0.003, rng=rng), 0.001)
    >>> bool(abs(found.height - 60) < 6), bool(abs(found.recover - 0.003) < 0.001)
    (True, True)
    """
    arguments.choice("model", model, MODELS)
    x, spikes, dt, used = _checked(x, spikes, dt, used)
    steps = arguments.count("steps", steps, at_least=1)
    # Before the first spike nobody knows the age.
    age, n = receptor.ages(spikes) * dt, spikes
    here = used & (np.cumsum(spikes) - spikes > 0)
    if n[here].sum() < 20:
        raise ValueError("spikes must hold at least 20 that are used, after the first")
    logs = np.log(age[here]), np.log((np.flatnonzero(here) + 0.5) / (x.size / 2))
    x, n = x[here], n[here]
    mean = n.mean() / dt
    start = {"logistic": (4 * mean, 1.0, 0.7), "Phi": (4 * mean, 1.0, 1.0), "softplus": (mean, -0.3, 0.5)}
    height, centre, width = start.get(model, (mean, -1.0, 1.0))
    theta = np.log([height, 1.0, width, 0.02 * mean, 2 * np.quantile(age[spikes > 0], 0.01), 4.0, 1.0])
    theta[[1, 6]] = centre, 0.05
    free = np.array([k for k in range(7) if not (model == "ReLU" and k == 2)])
    best, damp = _log_likelihood(model, theta, x, n, dt, logs)[0], 1e-3
    for _ in range(steps):
        _, mu, slopes = _log_likelihood(model, theta, x, n, dt, logs, free)
        score, curvature = _score(mu, n, slopes)
        while damp < 1e9:
            move = np.linalg.solve(curvature + damp * np.diag(curvature.diagonal() + 1e-9), score)
            trial = theta.copy()
            trial[free] = theta[free] + np.clip(move, -1, 1)
            value = _log_likelihood(model, trial, x, n, dt, logs)[0]
            if value >= best:
                break
            damp *= 5
        if not value >= best:
            break
        gain, theta, best, damp = value - best, trial, value, damp / 5
        if gain < _SETTLED:
            break
    _, mu, slopes = _log_likelihood(model, theta, x, n, dt, logs, free)
    errors = np.zeros(7)
    errors[free] = np.sqrt(np.maximum(np.linalg.pinv(_score(mu, n, slopes)[1]).diagonal(), 0))
    height, _, width, floor, recover, steep, _ = np.exp(np.minimum(theta, _WIDE))
    width = 0.0 if model == "ReLU" else width
    return Fit(model, height, theta[1], width, floor, recover, steep, theta[6], errors, float(best))


def readiness(found: Fit, spikes, dt: float) -> np.ndarray:
    """Readiness w(age) g(time) of every bin, equation (1); 0 up to the first spike, when nobody knows the age.

    Parameters
    ----------
    found : Fit
    spikes, dt
        As for `fit`.

    Returns
    -------
    (bins,) float64

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range.
    """
    spikes, dt = arguments.series("spikes", spikes), arguments.number("dt", dt, above=0)
    time = (np.arange(spikes.size) + 0.5) / (spikes.size / 2)
    ready = recovery(receptor.ages(spikes) * dt, found.recover, found.steep) * time**-found.adapt
    return np.where(np.cumsum(spikes) - spikes > 0, ready, 0.0)


def scores(found: Fit, x, spikes, dt: float) -> np.ndarray:
    """Log-likelihood of every bin under a model that was fitted, in nats; 0 up to the first spike.

    Parameters
    ----------
    found : Fit
    x, spikes, dt
        As for `fit`.

    Returns
    -------
    (bins,) float64

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range.
    """
    x, spikes, dt, _ = _checked(x, spikes, dt, None)
    width = found.width or 1.0  # a ReLU has none
    rate = found.floor + response(found.model, x, found.height, found.centre, width)
    mu = np.maximum(dt * rate * readiness(found, spikes, dt), 1e-300)
    return np.where(np.cumsum(spikes) - spikes > 0, _bin_likelihood(mu, spikes), 0.0)


def contest(stimulus, spikes, dt: float, *, lags: int, blocks: int = 20, folds: int = 5, models=MODELS) -> np.ndarray:
    """Score models on blocks of time that they were not fitted to.

    Parameters
    ----------
    stimulus, spikes : (bins,) array_like
        As in a `receptor.Recording`.
    dt : float
        Length of a bin in seconds.
    lags : int
        For `receptor.weights`, which are estimated anew, from the other blocks.
    blocks : int
        Blocks of time, at least 2.
    folds : int
        Blocks k, k + folds, … are left out together; from 2 to `blocks`.
    models : sequence of str
        Of `MODELS`.

    Returns
    -------
    (models, blocks) float64
        Bits in each block more than under the mean rate of the other blocks, per spike of an average block.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range.
    """
    stimulus, spikes, dt, _ = _checked(stimulus, spikes, dt, None, name="stimulus")
    blocks = arguments.count("blocks", blocks, at_least=2, at_most=stimulus.size)
    folds = arguments.count("folds", folds, at_least=2, at_most=blocks)
    block = np.arange(stimulus.size) * blocks // stimulus.size
    known = np.cumsum(spikes) - spikes > 0
    out = np.zeros((len(models), blocks))
    for fold in range(folds):
        left = block % folds == fold
        x = receptor.filtered(stimulus, receptor.weights(stimulus, spikes, lags, used=~left))
        flat = -np.log1p(-spikes[~left].mean())
        base = np.where(known, _bin_likelihood(np.full(x.size, flat), spikes), 0.0)
        for k, model in enumerate(models):
            gain = scores(fit(model, x, spikes, dt, used=~left), x, spikes, dt) - base
            out[k] += np.bincount(block[left], gain[left], minlength=blocks)
    return out / np.log(2) / (spikes.sum() / blocks)


def block_mean(scores, *, resamples: int = 2000, rng: np.random.Generator) -> Estimate:
    """Mean over blocks with its bootstrap error.

    Parameters
    ----------
    scores : (blocks,) array_like
        Such as a row of `contest`, or the difference of two.
    resamples : int
        At least 10.
    rng : numpy.random.Generator

    Returns
    -------
    Estimate

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range.

    Examples
    --------
    >>> print(block_mean(np.arange(20) % 2, rng=np.random.default_rng(1)))
    0.50(11)
    """
    scores = arguments.series("scores", scores)
    resamples = arguments.count("resamples", resamples, at_least=10)
    drawn = arguments.generator(rng).integers(scores.size, size=(resamples, scores.size))
    return Estimate(float(scores.mean()), float(scores[drawn].mean(axis=1).std(ddof=1)), 0.5, scores.size)


def simulate(rate, dt: float, *, recover: float = 0.0, steep: float = 8.0, rng: np.random.Generator) -> np.ndarray:
    """Spikes of a neuron with a given rate when it is ready, and a recovery: the surrogate that fits are tried on.

    Parameters
    ----------
    rate : (bins,) array_like
        In spikes per second, at least 0.
    dt : float
        Length of a bin in seconds.
    recover, steep : float
        As for `recovery`; 0 for `recover` makes a Poisson process.
    rng : numpy.random.Generator

    Returns
    -------
    (bins,) int64
        0 or 1.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range.

    Examples
    --------
    >>> spikes = simulate(np.full(100_000, 50.0), 0.001, rng=np.random.default_rng(1))
    >>> bool(abs(spikes.mean() / 0.001 - 48.8) < 2)
    True
    """
    rate = arguments.series("rate", rate)
    if not (rate >= 0).all():
        raise ValueError(f"rate must be at least 0, got {rate.min():g}")
    dt = arguments.number("dt", dt, above=0)
    recover, steep = arguments.number("recover", recover, at_least=0), arguments.number("steep", steep, above=0)
    spikes = np.zeros(rate.size, dtype=np.int64)
    fire(rate * dt, recover / dt, steep, stream(arguments.generator(rng)), spikes)
    return spikes


@kernel
def fire(mu, recover, steep, state, spikes):
    """Fill `spikes` (bins,), in bins of which `recover` is a number."""
    age = 0.0
    for i in range(mu.size):
        age += 1.0
        ready = 1.0 if recover == 0.0 or i + 1 == age else 1.0 / (1.0 + (recover / age) ** steep)
        if uniform(state) < -np.expm1(-mu[i] * ready):
            spikes[i] = 1
            age = 0.0


def _mu(model, theta, x, dt, logs, free=()):
    """Expected spikes of each bin, equation (1), and the slopes of their logarithm along the free directions."""
    height, width, floor, _, steep = np.exp(np.minimum(theta[[0, 2, 3, 4, 5]], _WIDE))
    f, by_centre, by_width = _response_and_slopes(model, x, height, theta[1], width)
    rate = floor + f
    late = logs[0] - theta[4]
    ready = expit(np.clip(steep * late, -_WIDE, _WIDE))
    mu = np.maximum(dt * rate * ready * np.exp(-theta[6] * logs[1]), 1e-300)
    if not len(free):
        return mu, None
    left = steep * (1 - ready)
    slopes = [f / rate, by_centre / rate, by_width / rate, floor / rate, -left, left * late, -logs[1]]
    return mu, np.stack([slopes[k] for k in free])


def _log_likelihood(model, theta, x, n, dt, logs, free=()):
    """Log-likelihood, mu, and the slopes of ln mu along the free directions."""
    mu, slopes = _mu(model, theta, x, dt, logs, free)
    return float(_bin_likelihood(mu, n).sum()), mu, slopes


def _bin_likelihood(mu, n):
    return np.where(n > 0, np.log(-np.expm1(-mu)), -mu)


def _score(mu, n, slopes):
    """Slope of the log-likelihood and its expected curvature."""
    odds = mu / np.maximum(np.expm1(mu), 1e-300)
    return slopes @ np.where(n > 0, odds, -mu), (slopes * (mu * odds)) @ slopes.T


def _checked(x, spikes, dt, used, name: str = "x"):
    x = arguments.series(name, x, at_least=100)
    spikes = arguments.series("spikes", spikes)
    if spikes.shape != x.shape:
        raise ValueError(f"spikes must have the shape {x.shape} of {name}, got {spikes.shape}")
    if not np.isin(spikes, (0, 1)).all():
        raise ValueError("spikes must be 0 or 1 in each bin: take shorter bins")
    if used is None:
        used = np.ones(x.size, dtype=bool)
    used = arguments.as_array("used", used)
    if used.shape != x.shape or used.dtype != bool:
        raise ValueError(f"used must be an array of bool with shape {x.shape}")
    return x, spikes.astype(np.int64), arguments.number("dt", dt, above=0), used
