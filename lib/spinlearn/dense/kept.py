"""Which patterns a dense associative memory keeps, measured: one typical pattern, or every one, and from how far.

A pattern is kept if it is a fixed point: no unit's turn lowers the energy. One census of a state (`memories`) tells
that for all interactions at once, so that they are compared in the same networks. `kept` counts, `half` finds the
number of patterns at which a half is kept, and `measure.scaling.power_law` fits the exponent with which that grows.

`recalled` is about what is beyond the capacity without errors: where a run ends that starts at a pattern, or near it.
`reached` starts anywhere.

References
----------
D. Krotov and J. J. Hopfield, Advances in Neural Information Processing Systems 29 (2016), arXiv:1606.01164.
"""

import math
from typing import NamedTuple

import numpy as np

from ..core import arguments
from ..core.jit import kernel
from ..core.progress import keeping, watched
from ..measure.growth import Share, share
from .hopfield import cue
from .memories import Interaction, fill_census, fill_costs, relax
from .saturation import half_load

_LARGEST = 10**9  # bytes of patterns
_CHUNK = 8  # patterns looked at before it is asked whether one more could change anything


class Kept(NamedTuple):
    """What `kept` returns for an interaction.

    Attributes
    ----------
    typical : growth.Share
        Of the patterns, one in each network.
    every : growth.Share or None
        Of the networks that keep every pattern, if that was asked for.
    """

    typical: Share
    every: Share | None


class Half(NamedTuple):
    """What `half` returns: the number `P` of patterns of which a half is kept, and its standard `error`."""

    P: float
    error: float


def kept(
    N: int,
    P: int,
    interactions,
    networks: int,
    *,
    every: bool = False,
    progress: bool | None = None,
    rng: np.random.Generator,
) -> list[Kept]:
    """Store random patterns in many networks, and see which are fixed points.

    Parameters
    ----------
    N, P : int
        Units and patterns, at least 1, and P N at most 10^9.
    interactions : sequence of memories.Interaction
        All are given the same patterns.
    networks : int
        At least 1. In each, the first pattern is the typical one.
    every : bool
        Whether to look at every pattern, which costs up to P^2 N steps in a network.
    progress : bool, optional
        True shows a bar, False none; left out: where somebody watches and it takes more than two seconds.
    rng : numpy.random.Generator

    Returns
    -------
    list of Kept
        One for each interaction.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.
    spinlearn.core.progress.Interrupted
        At Ctrl-C. Its attribute `run` has what was finished, if one network was.

    Examples
    --------
    >>> from spinlearn.dense.memories import exponential, power
    >>> found = kept(20, 60, [power(2), power(3), exponential()], 20, every=True, rng=np.random.default_rng(1))
    >>> [one.typical.value for one in found], [one.every.value for one in found]
    ([0.0, 0.45, 1.0], [0.0, 0.0, 0.95])
    """
    N = arguments.count("N", N, at_least=1)
    P = arguments.count("P", P, at_least=1, at_most=_LARGEST // N)
    steps = _steps(interactions, N)
    networks, every = arguments.count("networks", networks, at_least=1), arguments.flag("every", every)
    arguments.flag("progress", progress, optional=True)
    arguments.generator(rng)
    counts, done = np.zeros((2, len(steps)), dtype=np.int64), 0

    def finished() -> list[Kept]:
        return [
            Kept(share(int(one), max(done, 1)), share(int(all_of), max(done, 1)) if every else None)
            for one, all_of in counts.T
        ]

    with keeping(finished):
        for part in watched(networks, progress):
            for _ in range(part.start, part.stop):
                patterns = 2 * rng.integers(2, size=(P, N), dtype=np.int8) - np.int8(1)
                stable = are_stable(patterns, 0, 1, steps)[0]
                counts[0] += stable
                first = 1
                while every and stable.any() and first < P:
                    last = min(first + _CHUNK, P)
                    stable &= are_stable(patterns, first, last, steps).all(axis=0)
                    first = last
                counts[1] += stable
                done += 1
    return finished()


def half(
    N: int,
    P,
    interaction: Interaction,
    networks: int,
    *,
    every: bool = False,
    progress: bool | None = None,
    rng: np.random.Generator,
) -> Half:
    """The number of patterns at which half of the typical ones, or half of the networks with `every` one, are kept.

    Parameters
    ----------
    N : int
    P : (K,) integer array
        Numbers of patterns, at least two, which have to reach from where most are kept to where few are.
    interaction : memories.Interaction
    networks, every, progress, rng
        As for `kept`, for each of the numbers.

    Returns
    -------
    Half
        Of the fall Phi((ln half - ln P) / width) that fits best: see `saturation.half_load`.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range, or if what is kept does not fall from above a half to below.

    Examples
    --------
    >>> from spinlearn.dense import crosstalk
    >>> from spinlearn.dense.memories import power
    >>> found = half(20, [15, 22, 32, 47], power(3), 100, rng=np.random.default_rng(1))
    >>> abs(found.P - crosstalk.limit(20, power(3)).P) < 4 * found.error
    True
    """
    numbers = arguments.as_array("P", P)
    if numbers.ndim != 1 or numbers.size < 2 or numbers.dtype.kind not in "iu":
        raise ValueError(f"P must be a list of at least two whole numbers, got {P!r}")
    _steps([interaction], arguments.count("N", N, at_least=1), "interaction")
    counts = []
    for number in numbers:
        found = kept(N, int(number), [interaction], networks, every=every, progress=progress, rng=rng)[0]
        counts.append(round((found.every if every else found.typical).value * networks))
    at = half_load(np.log(numbers), counts, np.full(numbers.size, networks))
    return Half(math.exp(at.alpha), math.exp(at.alpha) * at.error)


def recalled(
    N: int,
    P: int,
    interaction: Interaction,
    runs: int,
    *,
    m: float = 1.0,
    progress: bool | None = None,
    rng: np.random.Generator,
) -> np.ndarray:
    """Overlaps with a pattern at which runs end that start at the overlap m, each in a network of its own.

    Parameters
    ----------
    N, P : int
        Units and patterns, at least 1, and P N at most 10^9.
    interaction : memories.Interaction
    runs : int
        At least 1.
    m : float
        From -1 to 1.
    progress : bool, optional
        As for `kept`.
    rng : numpy.random.Generator

    Returns
    -------
    (runs,) float64
        Units move one after the other, until none wants to.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.
    spinlearn.core.progress.Interrupted
        At Ctrl-C. Its attribute `run` has the overlaps of the runs that were finished.

    Examples
    --------
    >>> from spinlearn.dense.memories import power
    >>> recalled(50, 100, power(3), 3, m=0.8, rng=np.random.default_rng(1))
    array([1., 1., 1.])
    """
    N = arguments.count("N", N, at_least=1)
    P = arguments.count("P", P, at_least=1, at_most=_LARGEST // N)
    _steps([interaction], N, "interaction")
    runs = arguments.count("runs", runs, at_least=1)
    arguments.flag("progress", progress, optional=True)
    arguments.generator(rng)
    ends, done = np.empty(runs), 0
    with keeping(lambda: ends[:done]):
        for part in watched(runs, progress):
            for k in range(part.start, part.stop):
                patterns = 2 * rng.integers(2, size=(P, N), dtype=np.int8) - np.int8(1)
                start = cue(patterns[0], m, rng=rng)
                end = relax(start, patterns, interaction, progress=False).spins
                ends[k] = end @ patterns[0].astype(np.int64) / N
                done = k + 1
    return ends


def reached(
    N: int,
    P: int,
    interaction: Interaction,
    networks: int,
    *,
    starts: int = 20,
    progress: bool | None = None,
    rng: np.random.Generator,
) -> Share:
    """Start anywhere, and see how often a run ends in a pattern, to the last unit.

    Krotov and Hopfield measured this (their figure 5): half of the runs do at about the number of patterns at which a
    pattern becomes unstable in the limit, N^2 / (6 ln N) for x^3. At these sizes patterns are stable up to half as many
    again; what gives out first is the basins.

    Parameters
    ----------
    N, P : int
        Units and patterns, at least 1, and P N at most 10^9.
    interaction : memories.Interaction
        With an even power mirror images are patterns, too.
    networks, starts : int
        So many networks, and random states in each, at least 1.
    progress : bool, optional
        As for `kept`.
    rng : numpy.random.Generator

    Returns
    -------
    growth.Share
        Runs in one network are not independent, which the interval does not know.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.
    spinlearn.core.progress.Interrupted
        At Ctrl-C. Its attribute `run` is the share in the networks that were finished.

    Examples
    --------
    >>> from spinlearn.dense.memories import power
    >>> reached(40, 20, power(3), 3, rng=np.random.default_rng(1)).value > 0.8
    True
    """
    N = arguments.count("N", N, at_least=1)
    P = arguments.count("P", P, at_least=1, at_most=_LARGEST // N)
    _steps([interaction], N, "interaction")
    networks, starts = arguments.count("networks", networks, at_least=1), arguments.count("starts", starts, at_least=1)
    arguments.flag("progress", progress, optional=True)
    arguments.generator(rng)
    mirrored, found, done = interaction.degree % 2 == 0 < interaction.degree and not interaction.rectified, 0, 0
    with keeping(lambda: share(found, max(done * starts, 1))):
        for part in watched(networks, progress):
            for _ in range(part.start, part.stop):
                patterns = 2 * rng.integers(2, size=(P, N), dtype=np.int8) - np.int8(1)
                states = 2 * rng.integers(2, size=(starts, N), dtype=np.int8) - np.int8(1)
                ends = np.array([relax(s, patterns, interaction, progress=False).spins for s in states])
                overlaps = ends.astype(np.float32) @ patterns.astype(np.float32).T  # whole numbers, and exact
                found += int(((np.abs(overlaps) if mirrored else overlaps).max(axis=1) == N).sum())
                done += 1
    return share(found, done * starts)


def are_stable(patterns: np.ndarray, first: int, last: int, steps: np.ndarray) -> np.ndarray:
    """Whether patterns `first` to `last` - 1 of checked ones are fixed points: (last - first, interactions) bool.

    Examples
    --------
    >>> from spinlearn.dense.memories import power
    >>> are_stable(np.ones((2, 3), dtype=np.int8), 0, 1, power(2).steps(3)[None])
    array([[ True]])
    """
    stable = np.empty((last - first, len(steps)), dtype=np.bool_)
    fill_stable(patterns, first, steps, stable)
    return stable


def _steps(interactions, N: int, name: str = "interactions") -> np.ndarray:
    """Check interactions; return their steps, (interactions, N) float64."""
    interactions = list(interactions)
    for one in interactions:
        if not isinstance(one, Interaction):
            raise TypeError(f"{name} must be what power or exponential returns, not {type(one).__name__}")
    if not interactions:
        raise ValueError("interactions must hold one at least")
    return np.array([one.steps(N) for one in interactions])


@kernel
def fill_stable(patterns, first, steps, stable):
    """Fill `stable` (tests, interactions): whether patterns from `first` on are fixed points."""
    n = patterns.shape[1]
    counts, cost = np.empty((n, n), dtype=np.int64), np.empty(n)
    for t in range(stable.shape[0]):
        fill_census(patterns[first + t], patterns, counts)
        for k in range(steps.shape[0]):
            fill_costs(counts, steps[k], cost)
            stable[t, k] = cost.min() >= 0.0
