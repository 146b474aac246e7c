"""Avalanches: from a branching process or from a series, their exponents by maximum likelihood, and what these prove.

An avalanche is a burst of activity between two moments of rest; it has a size s, the activity in all, and a duration
t. At a critical point both have power laws, P(s) ~ s^-tau_s and P(t) ~ t^-tau_t, and the mean size of those that last
t is t^gamma. For a critical branching process tau_s = 3/2, tau_t = 2, gamma = 2. The exponents fulfil the *crackling
relation*

    (tau_t - 1) / (tau_s - 1) = gamma,

which is often taken for a proof of criticality. It is a change of variables: where s is about t^gamma, the identity
P(s) ds = P(t) dt says just that, whatever made the power laws. The excursions of an Ornstein-Uhlenbeck process above
its mean, where nothing interacts, fulfil it with 4/3, 3/2 and 3/2; counts that were shuffled in time, with gamma = 1.
The critical branching process itself misses it where its avalanches last less than some hundred steps: the chance to
last for t steps is 2 / t only up to a correction of relative order ln(t) / t.

An exponent is fitted by maximum likelihood to the discrete law

    P(s) = s^-tau exp(-lambda s) / Z,        s = smallest, ..., largest.

Its logarithm is linear in (tau, lambda) up to ln Z, so the likelihood has one maximum, and its curvature, the
covariance of (ln s, s), gives the errors.

References
----------
T. E. Harris, The theory of branching processes, Springer (1963), chapter 1: generations and total progeny.
A. Clauset, C. R. Shalizi and M. E. J. Newman, SIAM Rev. 51, 661 (2009): discrete power laws by maximum likelihood.
J. P. Sethna, K. A. Dahmen and C. R. Myers, Nature 410, 242 (2001): crackling noise.
J. Touboul and A. Destexhe, Phys. Rev. E 95, 012413 (2017): the relation without criticality.
P. Villegas, S. di Santo, R. Burioni and M. A. Munoz, Phys. Rev. E 100, 012133 (2019): thresholds on a series.
"""

import math
from typing import NamedTuple

import numpy as np
from scipy.signal import lfilter
from scipy.special import gammaln

from ..core import arguments
from ..core.jit import kernel
from ..core.progress import keeping, watched
from ..core.words import stream, uniform
from .observables import Estimate

LARGEST_SIZE = 10**9
_DIRECT = 5000  # sizes that are summed one by one; beyond, an integral from half to half is right to 1e-8 of the tail
_POINTS, _WEIGHTS = np.polynomial.legendre.leggauss(12)


class Avalanches(NamedTuple):
    """Sizes (K,) and durations (K,) int64 of avalanches; sizes of a series that is not whole numbers are float64."""

    size: np.ndarray
    duration: np.ndarray


class Law(NamedTuple):
    """What `fit` returns.

    Attributes
    ----------
    exponent, error : float
        tau, with one standard deviation.
    rate, rate_error : float
        lambda of the exponential cut-off; 0 and 0 where none was asked for or none is needed.
    n : int
        Number of values between the two ends.
    log_likelihood : float
    distance : float
        Largest difference of the two distribution functions (Kolmogorov's). Values that follow the law have one above
        1.36 / sqrt(n) in less than five per cent of cases.
    """

    exponent: float
    error: float
    rate: float
    rate_error: float
    n: int
    log_likelihood: float
    distance: float

    def __str__(self) -> str:
        """The exponent with its error in brackets, as an `Estimate` prints."""
        return str(Estimate(self.exponent, self.error, 0.5, self.n))


class Crackling(NamedTuple):
    """What `crackling` returns: four `Estimate` s, and whether they agree.

    Attributes
    ----------
    size, duration : Estimate
        tau_s and tau_t.
    gamma : Estimate
        Slope of ln (mean size) against ln duration.
    predicted : Estimate
        (tau_t - 1) / (tau_s - 1).
    deviation : float
        predicted - gamma in units of its own error; below 2 in size the relation is passed.
    """

    size: Estimate
    duration: Estimate
    gamma: Estimate
    predicted: Estimate
    deviation: float


def branching(
    samples: int, *, ratio: float = 1.0, most: int = 10**6, progress: bool | None = None, rng: np.random.Generator
) -> Avalanches:
    """Avalanches of a branching process: each active unit activates a Poisson number of others in the next step.

    Parameters
    ----------
    samples : int
        Number of avalanches, at least 1. Each starts with one unit.
    ratio : float
        Mean number of units that one activates, at least 0 and at most 10; 1 is critical.
    most : int
        An avalanche that reaches this size is stopped there, from 1 to 1e7: its size is `most`, and its duration what
        it had lasted.
    progress : bool, optional
        True shows a bar, False none; left out: where somebody watches and it takes more than two seconds.
    rng : numpy.random.Generator

    Returns
    -------
    Avalanches
        Durations count the first unit as one step.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.
    core.progress.Interrupted
        At Ctrl-C; its attribute `run` holds the avalanches that were finished.

    Examples
    --------
    >>> run = branching(20_000, ratio=0.5, rng=np.random.default_rng(1))
    >>> run.size.mean().round(1), run.duration.max() < 40  # 1 / (1 - ratio)
    (np.float64(2.0), np.True_)
    """
    samples = arguments.count("samples", samples, at_least=1)
    ratio = arguments.number("ratio", ratio, at_least=0)
    if ratio > 10:
        raise ValueError(f"ratio must be at most 10, got {ratio}")
    most = arguments.count("most", most, at_least=1, at_most=10**7)  # a tenth of a second in one call
    state = stream(rng)
    size, duration = (arguments.room((samples,), np.int64, samples=samples) for _ in range(2))
    done = 0
    with keeping(lambda: Avalanches(size[:done], duration[:done])):
        for part in watched(samples, progress):
            branch(math.exp(-ratio), most, state, size[part], duration[part])
            done = part.stop
    return Avalanches(size, duration)


@kernel
def branch(none, most, state, size, duration):
    """Fill sizes and durations; `none` is the chance that a unit activates no other, exp(-ratio)."""
    for k in range(size.size):
        active, total, steps = 1, 1, 0
        while active > 0 and total < most:
            steps += 1
            following = 0
            for _ in range(active):
                left = uniform(state)
                while left > none:
                    following += 1
                    left *= uniform(state)
            active = following
            total += active
        size[k], duration[k] = min(total, most), max(steps, 1)


def progeny(size, *, ratio: float = 1.0) -> np.ndarray:
    """Exact probability of a size in the branching process of `branching`: Borel's law, exp(-m s) (m s)^(s-1) / s!.

    Parameters
    ----------
    size : int array
        At least 1.
    ratio : float
        m, above 0 and at most 10.

    Returns
    -------
    float64 of the shape of `size`
        At m = 1 this goes as s^(-3/2) / sqrt(2 pi). For m > 1 the sum is below 1: some never end.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> progeny([1, 2, 3]).round(6)
    array([0.367879, 0.135335, 0.074681])
    """
    s, m = arguments.real_values("size", size), arguments.number("ratio", ratio, above=0)
    if not ((s >= 1) & (s == np.floor(s)) & (s <= 1e15)).all():
        raise ValueError(f"size must hold whole numbers from 1 to 1e15, got {s.min()}")
    if m > 10:
        raise ValueError(f"ratio must be at most 10, got {ratio}")
    with np.errstate(under="ignore"):
        return np.exp(-m * s + (s - 1) * np.log(m * s) - gammaln(s + 1))


def ended(steps: int, *, ratio: float = 1.0) -> np.ndarray:
    """Exact chance that an avalanche of `branching` has ended after 1, 2, …, `steps` steps.

    It is the iterate of exp(m (x - 1)), from x = 0: the first unit's avalanche has ended when all that it started have.

    Parameters
    ----------
    steps : int
        At least 1.
    ratio : float
        m, from 0 to 10.

    Returns
    -------
    (steps,) float64
        At m = 1 what is left goes as 2 / t.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> ended(3).round(6)
    array([0.367879, 0.531464, 0.625918])
    """
    chance = arguments.room((arguments.count("steps", steps, at_least=1),), steps=steps)
    m, x = arguments.number("ratio", ratio, at_least=0), 0.0
    if m > 10:
        raise ValueError(f"ratio must be at most 10, got {ratio}")
    for t in range(chance.size):
        x = chance[t] = math.exp(m * (x - 1))
    return chance


def from_series(series, threshold: float = 0.0) -> Avalanches:
    """Avalanches of a series: its stretches above a threshold that have a beginning and an end in it.

    Parameters
    ----------
    series : (n,) array_like
        Activity, step by step, such as numbers of spikes in bins.
    threshold : float

    Returns
    -------
    Avalanches
        Sizes are what lies above the threshold; whole numbers where series and threshold are. (The whole activity,
        what lies below the threshold included, would grow as the duration does, and hide the exponents.)

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, or no avalanche begins and ends in the series.

    Examples
    --------
    >>> from_series([5, 0, 1, 3, 0, 0, 2, 0, 7])
    Avalanches(size=array([4, 2]), duration=array([2, 1]))
    """
    activity = arguments.series("series", series, at_least=1)
    threshold = arguments.number("threshold", threshold)
    edge = np.diff((activity > threshold).astype(np.int8))
    begin, end = np.flatnonzero(edge == 1) + 1, np.flatnonzero(edge == -1) + 1
    if begin.size and end.size and end[0] < begin[0]:
        end = end[1:]
    begin = begin[: end.size]
    if not begin.size:
        raise ValueError(f"series must hold an avalanche that begins and ends in it, above the threshold {threshold:g}")
    total = np.concatenate([[0.0], np.cumsum(activity - threshold)])
    if (activity == np.floor(activity)).all() and threshold == math.floor(threshold) and np.abs(total).max() < 2**53:
        total = total.astype(np.int64)
        return Avalanches(total[end] - total[begin], end - begin)
    return Avalanches(
        np.array([np.sum(activity[a:b] - threshold) for a, b in zip(begin, end, strict=True)]), end - begin
    )


def fit(values, *, smallest: int, largest: int | None = None, cutoff: bool = False) -> Law:
    """Exponent of a discrete power law between two ends, by maximum likelihood; with an exponential cut-off if asked.

    Parameters
    ----------
    values : (K,) array_like of whole numbers
        Those outside of the two ends are left out.
    smallest : int
        Lower end, at least 1.
    largest : int, optional
        Upper end, the last value that counts, from smallest + 1 to 1e9. Left out: none; the exponent is then above 1.1.
    cutoff : bool
        Whether the law has a factor exp(-lambda s), lambda >= 0.

    Returns
    -------
    Law

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range, or fewer than two different values lie between the ends.

    Examples
    --------
    >>> run = branching(50_000, rng=np.random.default_rng(1))
    >>> print(fit(run.size, smallest=10, largest=10_000))
    1.5044(58)
    """
    s, n = _between(values, smallest, largest)
    points, weights = _sum_rule(smallest, largest)
    logs, most = np.log(points), float(s.max())
    wanted = np.array([np.log(s).mean(), s.mean()])
    theta = np.array([1.5, 0.0])
    free = 2 if arguments.flag("cutoff", cutoff) else 1
    least = -40.0 if largest is not None else 1.1
    for _ in range(200):
        mean, covariance, log_z = _averages(points, logs, weights, theta)
        # The likelihood is concave; a step that is too long for its own curvature is cut.
        step = np.linalg.solve(covariance[:free, :free] + 1e-300 * np.eye(free), (mean - wanted)[:free])
        step = np.append(step, np.zeros(2 - free)) * min(1.0, 1.0 / max(1e-300, abs(step[0])))
        new = theta + step
        new[0] = max(new[0], least)
        if new[1] < 0:
            new[1] = theta[1] / 2 if theta[1] * most > 1e-9 else 0.0
        moved = abs(new[0] - theta[0]) + abs(new[1] - theta[1]) * most
        if free == 2 and theta[1] == new[1] == 0 and (mean - wanted)[1] < 0:
            free = 1  # the likelihood falls with lambda: there is no cut-off in these values
        theta = new
        if moved < 1e-11:
            break
    if theta[0] == least:
        raise ValueError("largest must be given, since the exponent of these values is too small for a law without end")
    _, covariance, log_z = _averages(points, logs, weights, theta)
    inverse = np.linalg.inv(covariance[:free, :free]) / n
    errors = np.sqrt(np.append(np.diag(inverse), 0.0)[:2])
    likelihood = n * (-theta @ wanted - log_z)
    distance = _distance(s, points, weights * np.exp(-theta[0] * logs - theta[1] * points - log_z))
    return Law(float(theta[0]), float(errors[0]), float(theta[1]), float(errors[1]), n, float(likelihood), distance)


def crackling(
    avalanches, *, sizes: tuple, durations: tuple, resamples: int = 50, rng: np.random.Generator
) -> Crackling:
    """Measure the three exponents of the crackling relation, and whether they fulfil it.

    Parameters
    ----------
    avalanches : Avalanches
        Sizes that are not whole are rounded up.
    sizes, durations : (smallest, largest) of int
        Between which `fit` is applied; durations also give the range for gamma. Ranges that belong together go from
        t to about t^gamma; others compare two different parts of the laws.
    resamples : int
        Errors are the scatter of so many resampled sets of avalanches, at least 10.
    rng : numpy.random.Generator

    Returns
    -------
    Crackling

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range, or too few avalanches lie between the ends.

    Examples
    --------
    >>> run = branching(50_000, rng=np.random.default_rng(1))
    >>> found = crackling(run, sizes=(75, 30_000), durations=(15, 300), rng=np.random.default_rng(2))
    >>> abs(found.size.value - 1.5) < 0.05, abs(found.gamma.value - 2) < 0.15, found.deviation < 0
    (True, True, True)
    """
    size, duration = _avalanches(avalanches)
    resamples = arguments.count("resamples", resamples, at_least=10)
    arguments.generator(rng)
    ends = []
    for name, pair in (("sizes", sizes), ("durations", durations)):
        if not isinstance(pair, (tuple, list)) or len(pair) != 2:
            raise TypeError(f"{name} must be a pair (smallest, largest), not {pair!r}")
        ends.append([arguments.count(name, end, at_least=1, at_most=LARGEST_SIZE) for end in pair])

    def measured(chosen):
        s, t = size[chosen], duration[chosen]
        tau_s = fit(np.ceil(s), smallest=ends[0][0], largest=ends[0][1]).exponent
        tau_t = fit(t, smallest=ends[1][0], largest=ends[1][1]).exponent
        gamma = _growth(s, t, *ends[1])
        predicted = (tau_t - 1) / (tau_s - 1)
        return tau_s, tau_t, gamma, predicted, predicted - gamma

    value = measured(slice(None))
    others = [measured(rng.integers(size.size, size=size.size)) for _ in range(resamples)]
    error = np.std(others, axis=0, ddof=1)
    four = [Estimate(float(v), float(e), 0.5, size.size) for v, e in zip(value[:4], error[:4], strict=True)]
    return Crackling(*four, float(value[4] / error[4]))


def ornstein_uhlenbeck(steps: int, time: float, *, rng: np.random.Generator) -> np.ndarray:
    """A surrogate without criticality: noise that forgets in `time` steps, of mean 0 and variance 1.

    Its excursions above 0, between one step and `time`, have tau_s = 4/3, tau_t = 3/2 and gamma = 3/2: those of a
    random walk.

    Parameters
    ----------
    steps : int
        At least 1.
    time : float
        Above 0.
    rng : numpy.random.Generator

    Returns
    -------
    (steps,) float64

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> x = ornstein_uhlenbeck(100_000, 10.0, rng=np.random.default_rng(1))
    >>> np.corrcoef(x[10:], x[:-10])[0, 1].round(1)  # 1 / e
    np.float64(0.4)
    """
    steps = arguments.count("steps", steps, at_least=1)
    keep = math.exp(-1 / arguments.number("time", time, above=0))
    noise = arguments.generator(rng).standard_normal(steps)
    noise[1:] *= math.sqrt(1 - keep * keep)
    return lfilter([1.0], [1.0, -keep], noise)


def _avalanches(avalanches) -> tuple[np.ndarray, np.ndarray]:
    if not isinstance(avalanches, Avalanches):
        raise TypeError(f"avalanches must be Avalanches, not {type(avalanches).__name__}")
    size = arguments.series("avalanches.size", avalanches.size, at_least=1)
    duration = arguments.real_array("avalanches.duration", avalanches.duration, size.shape, what=" (that of size)")
    if not ((size > 0).all() and (duration > 0).all()):
        raise ValueError("avalanches must have sizes and durations greater than 0")
    return size, duration


def _between(values, smallest, largest) -> tuple[np.ndarray, int]:
    """Values between the two ends, all arguments checked."""
    s = arguments.series("values", values, at_least=1)
    if not (s == np.floor(s)).all():
        raise ValueError("values must be whole numbers; round them up, or count in finer units")
    smallest = arguments.count("smallest", smallest, at_least=1, at_most=LARGEST_SIZE - 1)
    if largest is not None:
        largest = arguments.count("largest", largest, at_least=smallest + 1, at_most=LARGEST_SIZE)
    s = s[(s >= smallest) & (s <= (math.inf if largest is None else largest))]
    if s.size < 2 or s.min() == s.max():
        raise ValueError(
            f"values must hold at least two different ones from {smallest} to {largest}, got {s.size} in all"
        )
    return s, s.size


def _sum_rule(smallest: int, largest: int | None) -> tuple[np.ndarray, np.ndarray]:
    """Points and weights of a sum over smallest … largest: one by one, then as an integral over the logarithm."""
    direct = np.arange(smallest, min(smallest + _DIRECT, (largest or LARGEST_SIZE) + 1), dtype=float)
    start, end = math.log(direct[-1] + 0.5), math.log(largest + 0.5) if largest else 230.0
    if largest is not None and largest <= direct[-1]:
        return direct, np.ones(direct.size)
    ends = np.linspace(start, end, 2 + math.ceil((end - start) / 0.25))
    middle, half = (ends[1:] + ends[:-1]) / 2, (ends[1:] - ends[:-1]) / 2
    points = np.exp((middle[:, None] + half[:, None] * _POINTS).ravel())
    weights = (half[:, None] * _WEIGHTS).ravel() * points
    return np.concatenate([direct, points]), np.concatenate([np.ones(direct.size), weights])


def _averages(points, logs, weights, theta):
    """Mean and covariance of (ln s, s) under the law, and ln Z."""
    exponent = -theta[0] * logs - theta[1] * points
    top = exponent.max()
    with np.errstate(under="ignore"):
        p = weights * np.exp(exponent - top)
    z = p.sum()
    p /= z
    finite = np.where(p > 0, points, 0.0) if theta[1] > 0 or points[-1] < 1e12 else np.minimum(points, 1e12)
    both = np.stack([logs, finite])
    mean = both @ p
    apart = both - mean[:, None]
    return mean, (apart * p) @ apart.T, math.log(z) + top


def _distance(s, points, p) -> float:
    """Kolmogorov's distance of values to a law, at the points of its sum."""
    chance = np.cumsum(p)
    s = np.sort(s)
    at = np.floor(points)
    inner = np.searchsorted(s, at, side="right") / s.size
    whole = points == at  # inside a panel the integral has no distribution function of whole numbers
    return float(np.abs(inner - chance)[whole].max())


def _growth(size, duration, low, high) -> float:
    """Slope of ln (mean size) against ln duration, every avalanche with the same weight."""
    inside = (duration >= low) & (duration <= high)
    lasting, which, counts = np.unique(duration[inside], return_inverse=True, return_counts=True)
    if lasting.size < 2:
        raise ValueError(
            f"durations must hold avalanches of two lengths at least, got {lasting.size} from {low} to {high}"
        )
    mean = np.bincount(which, weights=size[inside]) / counts
    x, y = np.log(lasting), np.log(mean)
    x = x - np.average(x, weights=counts)
    return float((counts * x * y).sum() / (counts * x * x).sum())
