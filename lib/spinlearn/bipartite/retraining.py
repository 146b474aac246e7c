"""The closed loop of any exponential family: a model that is fitted, again and again, to what it has just said.

In each generation M states are drawn from the model and the parameters are fitted to them (`families.fit`). The means
of the statistics are then the averages of the sample, so that each of them is a martingale, as the coin's x is in
`closedloop`. The loop ends where nothing varies any more: at a corner of the polytope of the averages, after passing
through its faces, on which parameters are infinite and some states are never seen again.

m data with fixed averages, or a normal prior of the parameters, keep it inside. For large M the law of theta is then
equation (3) of `closedloop`, p0(theta)^(2 u) exp(-2 m D(q || theta)), whatever the family (`log_density`).

Without a coupling the corners of n spins in one field are all up and all down. Of the Ising learning machine every
number of spins that are up is a corner, since its second statistic is a parabola of the first: with more parameters
there are more states to come to rest in.

References
----------
F. Jangjoo, G. di Sarra, M. Marsili and Y. Roudi, Phys. Rev. Lett. 136, 197301 (2026), arXiv:2506.20623.
"""

from typing import NamedTuple

import numpy as np
from scipy.special import logsumexp

from ..core import arguments
from ..core.jit import kernel
from ..core.progress import keeping, watched
from ..core.words import streams, uniform
from .closedloop import Normal
from .families import Family, checked_family, checked_parameters, climb, describe, law, mean, workspace

_RESTS = 1e-9  # a variance of less, in units of the range of a statistic, is none


class Runs(NamedTuple):
    """What `simulate` returns.

    Attributes
    ----------
    theta : (records, lanes, d) float64
        Parameters, from the start on, after every recorded generation; on a face some of them are large and stand for
        infinite ones.
    mean : (records, lanes, d) float64
        Means of the statistics in the model.
    time : (lanes,) int64
        Generation in which each lane came to rest, -1 if it did not.
    state : (lanes,) int64
        Row of phi that it rests in, or -1.
    """

    theta: np.ndarray
    mean: np.ndarray
    time: np.ndarray
    state: np.ndarray


class Loop(NamedTuple):
    """What never changes in a run."""

    phi: np.ndarray
    log_weight: np.ndarray
    M: int
    pseudo: np.ndarray  # sums of the statistics of external data
    drawn: int  # of those that are drawn anew
    truth: np.ndarray  # their law, summed up
    total: float
    pull: float
    centre: float
    every: int
    generations: int


def simulate(
    theta,
    model: Family,
    M: int,
    generations: int,
    *,
    external: float = 0.0,
    average=None,
    truth=None,
    prior: Normal | None = None,
    strength: float = 1.0,
    every: int = 1,
    progress: bool | None = None,
    rng: np.random.Generator,
) -> Runs:
    """Many loops side by side.

    Parameters
    ----------
    theta : (lanes, d) array_like
        Parameters at the start.
    model : Family
    M : int
        States that are drawn in a generation, at least 1.
    generations : int
    external : float
        Number m of data from elsewhere in each generation, at least 0.
    average : (d,) array_like, optional
        Averages of their statistics, if they are the same in each generation.
    truth : (d,) array_like, optional
        Parameters of the model that they are drawn from, if they are new in each generation. Where there are external
        data one of the two has to be given.
    prior : closedloop.Normal, optional
        Of each parameter; the fit is then the largest posterior.
    strength : float
        Its power u, at least 0.
    every : int
        Record every so many generations, at least 1.
    progress : bool, optional
        True shows a bar, False none. Left out: one where somebody watches, if it takes more than two seconds.
    rng : numpy.random.Generator
        Advanced by one draw.

    Returns
    -------
    Runs

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range.
    spinlearn.core.progress.Interrupted
        At Ctrl-C. Its attribute `run` has the lanes that were finished.

    Examples
    --------
    >>> from spinlearn.bipartite import families
    >>> model = families.coins(5)
    >>> runs = simulate(np.zeros((100, 1)), model, 4, 400, every=400, rng=np.random.default_rng(1))
    >>> sorted(set(model.phi[runs.state].ravel().tolist()))
    [-5.0, 5.0]
    """
    model = checked_family(model)
    d = model.phi.shape[1]
    start = arguments.real_array("theta", theta)
    if start.ndim != 2 or start.shape[1] != d or not len(start):
        raise ValueError(f"theta must have shape (lanes, {d}), got {start.shape}")
    lanes = len(start)
    M, generations = arguments.count("M", M, at_least=1), arguments.count("generations", generations)
    every = arguments.count("every", every, at_least=1)
    external, average, pull, centre = _held(model, external, average, truth, prior, strength)
    drawn = 0 if truth is None else arguments.count("external", int(external) if external % 1 == 0 else external)
    arguments.flag("progress", progress, optional=True)
    records = generations // every + 1
    thetas = arguments.room((records, lanes, d), generations=generations)
    means = arguments.room((records, lanes, d), generations=generations)
    total = M + external
    cumulated = np.zeros(1) if truth is None else np.cumsum(law(model, truth))
    loop = Loop(
        model.phi,
        model.log_weight,
        M,
        (external - drawn) * average,
        drawn,
        cumulated,
        total,
        pull / total,
        centre,
        every,
        generations,
    )
    time, state = np.full(lanes, -1), np.full(lanes, -1)
    now, random, clock = start.copy(), streams(lanes, rng), np.zeros(1, dtype=np.int64)
    room = workspace(model)

    def finished() -> Runs:
        done = clock[0] // max(generations, 1) if generations else lanes
        return Runs(thetas[:, :done], means[:, :done], time[:done], state[:done])

    if not generations:
        for lane in range(lanes):
            record(loop, now[lane], room, thetas, means, 0, lane)
        return finished()
    with keeping(finished):
        for part in watched(lanes * generations, progress):
            run_lanes(loop, now, room, random, clock, part.stop, thetas, means, time, state)
    return finished()


def log_density(
    model: Family,
    theta,
    *,
    external: float = 0.0,
    average=None,
    truth=None,
    prior: Normal | None = None,
    strength: float = 1.0,
) -> np.ndarray:
    """Logarithm of the stationary law for many data, equation (3) of `closedloop`, but for a constant.

    Parameters
    ----------
    model : Family
    theta : (..., d) array_like
    external, average, truth, prior, strength
        As for `simulate`.

    Returns
    -------
    (...) float64
        2 u ln p0(theta) - 2 m D(q || theta), without the terms in which theta is not.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range.

    Examples
    --------
    >>> from spinlearn.bipartite import families
    >>> log_density(families.coins(1), [[0.0], [1.0]], external=1, average=[0.0]).round(6)  # -2 ln 2 cosh
    array([-1.386294, -2.253856])
    """
    model = checked_family(model)
    theta = arguments.real_array("theta", theta)
    if theta.shape[-1] != model.phi.shape[1]:
        raise ValueError(f"theta must have {model.phi.shape[1]} parameters along its last axis, got {theta.shape}")
    external, average, pull, centre = _held(model, external, average, truth, prior, strength)
    log_Z = logsumexp(model.log_weight + theta @ model.phi.T, axis=-1)
    return 2 * external * (theta @ average - log_Z) - pull * ((theta - centre) ** 2).sum(axis=-1)


def _held(model: Family, external, average, truth, prior, strength) -> tuple[float, np.ndarray, float, float]:
    """External data and the prior: their number, averages, and the pull to a centre."""
    external = arguments.number("external", external, at_least=0)
    strength = arguments.number("strength", strength, at_least=0)
    if average is not None and truth is not None:
        raise ValueError("average and truth must not both be given: external data are the same each time, or new")
    if truth is not None:
        average = mean(model, checked_parameters("truth", truth, model))
    elif average is None:
        if external:
            raise ValueError("average or truth must be given where there are external data")
        average = np.zeros(model.phi.shape[1])
    average = checked_parameters("average", average, model)
    if prior is None:
        return external, average, 0.0, 0.0
    if not isinstance(prior, Normal):
        raise TypeError(f"prior must be None or a closedloop.Normal, not {type(prior).__name__}")
    deviation = arguments.number("prior.deviation", prior.deviation, above=0)
    return external, average, strength / deviation**2, arguments.number("prior.mean", prior.mean)


@kernel
def record(loop, theta, room, thetas, means, row, lane):
    """Keep the parameters of a lane and the means at them."""
    describe(loop.phi, loop.log_weight, theta, room)
    thetas[row, lane] = theta
    means[row, lane] = room.mean


@kernel
def pick(cumulated, random):
    """A row by its probability, of sums of probabilities."""
    u = uniform(random) * cumulated[-1]
    low, high = 0, len(cumulated) - 1
    while low < high:
        middle = (low + high) // 2
        if cumulated[middle] > u:
            high = middle
        else:
            low = middle + 1
    return low


@kernel
def draw(loop, room, average, random):
    """Fill `average` with the averages of the M states that the law in `room` gives, and of the external data."""
    S, d = loop.phi.shape
    for k in range(1, S):
        room.p[k] += room.p[k - 1]
    average[:] = loop.pseudo
    for one in range(loop.M + loop.drawn):
        row = pick(room.p if one < loop.M else loop.truth, random)
        for a in range(d):
            average[a] += loop.phi[row, a]
    for a in range(d):
        average[a] /= loop.total


@kernel
def resting(room):
    """Row of the state that a law has come to rest in, or -1 if its statistics vary."""
    for a in range(len(room.width)):
        if room.chi[a, a] >= _RESTS * room.width[a] ** 2:
            return -1
    return np.argmax(room.p)


@kernel
def run_lanes(loop, now, room, random, clock, stop, thetas, means, time, state):
    """Take the loops on, lane after lane, to so many generations of all lanes together."""
    average = np.empty(now.shape[1])
    while clock[0] < stop:
        lane, t = clock[0] // loop.generations, clock[0] % loop.generations
        theta = now[lane]
        if t == 0:
            record(loop, theta, room, thetas, means, 0, lane)
            state[lane] = resting(room)
            if state[lane] >= 0:
                time[lane] = 0
        if state[lane] < 0:
            describe(loop.phi, loop.log_weight, theta, room)
            draw(loop, room, average, random[lane])
            climb(loop.phi, loop.log_weight, average, loop.pull, loop.centre, theta, room)
            state[lane] = resting(room)
            if state[lane] >= 0:
                time[lane] = t + 1
        clock[0] += 1
        if (t + 1) % loop.every == 0:
            record(loop, theta, room, thetas, means, (t + 1) // loop.every, lane)
