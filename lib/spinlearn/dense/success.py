"""How often a search finds the ground state, against the sweeps that it may take, and how long that is on average.

A run of S sweeps that succeeds with probability p has to be repeated ln(1 - P) / ln(1 - p) times to succeed with
probability P at least once; times S, that is the time to solution. Too short runs succeed too seldom, too long ones are
wasted: the best S lies between.

References
----------
E. B. Wilson, J. Am. Stat. Assoc. 22, 209 (1927): the interval.
T. F. Rønnow, Z. Wang, J. Job et al., Science 345, 420 (2014): time to solution, and how to compare by it.
"""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from ..core import arguments
from ..core.progress import keeping, watched
from ..measure.growth import share
from .anneal import Search


class Success(NamedTuple):
    """What `success` returns; K numbers of sweeps were tried.

    Attributes
    ----------
    sweeps : (K,) int64
        That a run had.
    runs, found : (K,) int64
        How many runs there were, and how many ended at the target or below.
    p, low, high : (K,) float64
        Share that did, with Wilson's interval.
    time, time_low, time_high : (K,) float64
        Sweeps to solution, and between which they lie where p lies between high and low. Infinite where p is 0.
    """

    sweeps: np.ndarray
    runs: np.ndarray
    found: np.ndarray
    p: np.ndarray
    low: np.ndarray
    high: np.ndarray
    time: np.ndarray
    time_low: np.ndarray
    time_high: np.ndarray


def success(
    search: Callable[[int, np.random.Generator], Search],
    sweeps,
    target: float,
    *,
    tolerance: float = 1e-6,
    wanted: float = 0.99,
    level: float = 0.95,
    progress: bool | None = None,
    rng: np.random.Generator,
) -> Success:
    """Run a search with several numbers of sweeps, and count how often it reached an energy.

    Parameters
    ----------
    search : callable
        ``search(sweeps, rng)`` makes many independent runs and returns the `Search` that `anneal.simulate`,
        `anneal.greedy` or `anneal.temper` give.
    sweeps : (K,) integer array
        Numbers of sweeps to try, at least 1.
    target : float
        The energy of the ground state.
    tolerance : float
        How far above it still counts, at least 0.
    wanted : float
        The P of the time to solution, between 0 and 1.
    level : float
        Of the intervals, between 0 and 1.
    progress : bool, optional
        True shows a bar, False none; left out: where somebody watches and it takes more than two seconds.
    rng : numpy.random.Generator

    Returns
    -------
    Success

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range, or a run went below the target, which is no ground state then.
    spinlearn.core.progress.Interrupted
        At Ctrl-C. Its attribute `run` is the `Success` so far.

    Examples
    --------
    >>> from spinlearn.dense import anneal
    >>> def search(sweeps, rng):
    ...     start = np.tile(np.array([1, -1, 1], dtype=np.int8), (50, 1))
    ...     return anneal.greedy(start, 1.0 - np.eye(3), sweeps, rng=rng)
    >>> success(search, [1, 4], -3.0, rng=np.random.default_rng(1)).p
    array([1., 1.])
    """
    tried = arguments.as_array("sweeps", sweeps)
    if tried.ndim != 1 or not tried.size:
        raise ValueError(f"sweeps must be a list of whole numbers, got shape {tried.shape}")
    tried = np.array([arguments.count("sweeps", one, at_least=1) for one in tried.tolist()], dtype=np.int64)
    target = arguments.number("target", target)
    tolerance = arguments.number("tolerance", tolerance, at_least=0)
    wanted = arguments.number("wanted", wanted, above=0)
    if wanted >= 1:
        raise ValueError(f"wanted must be below 1, got {wanted:g}")
    arguments.generator(rng)
    share(0, 1, level=level)  # for its check
    counts = []

    def finished() -> Success:
        rows = [(S, runs, k, *share(k, runs, level=level)) for S, runs, k in counts]
        table = np.array(rows, dtype=np.float64).reshape(-1, 6).T
        S, p = table[0], table[3:]
        time, time_low, time_high = (
            np.array([time_to_solution(one, int(s), wanted=wanted) for one, s in zip(row, S, strict=True)])
            for row in (p[0], p[2], p[1])
        )
        return Success(*table[:3].astype(np.int64), *p, time, time_low, time_high)

    with keeping(finished):
        for part in watched(tried.size, progress):
            for k in range(part.start, part.stop):
                run = search(int(tried[k]), rng)
                if run.energy.min() < target - tolerance:
                    raise ValueError(
                        f"target must be the energy of the ground state, got {target:g}, and a run found "
                        f"{run.energy.min():g}"
                    )
                counts.append((int(tried[k]), run.energy.size, int((run.energy <= target + tolerance).sum())))
    return finished()


def time_to_solution(p: float, sweeps: int, *, wanted: float = 0.99) -> float:
    """Sweeps until a search has succeeded with probability `wanted`, if a run of so many does with probability p.

    At least one run is needed; infinite where p is 0.

    Examples
    --------
    >>> round(time_to_solution(0.5, 100), 1), time_to_solution(1.0, 100)
    (664.4, 100.0)
    """
    p, sweeps = arguments.number("p", p, at_least=0), arguments.count("sweeps", sweeps, at_least=1)
    wanted = arguments.number("wanted", wanted, above=0)
    if p > 1 or wanted >= 1:
        raise ValueError(f"p must be at most 1 and wanted below 1, got {p:g} and {wanted:g}")
    if p == 0:
        return math.inf
    return float(sweeps) if p >= wanted else sweeps * math.log1p(-wanted) / math.log1p(-p)
