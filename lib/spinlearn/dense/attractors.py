"""What a Hopfield network does from where: basins of attraction, spurious states, cycles of two.

A memory is a fixed point with a basin: the cues that lead to it. Besides the memories there are their mirror images
(the energy does not know up from down), mixtures such as the majority vote of three patterns, and states without a
name, which become many with the load. In networks of up to 22 units all fixed points are listed, one by one.

References
----------
J. J. Hopfield, Proc. Natl. Acad. Sci. USA 79, 2554 (1982): memories, and stable states without a meaning.
D. J. Amit, H. Gutfreund and H. Sompolinsky, Phys. Rev. A 32, 1007 (1985): mixtures.
"""

from itertools import combinations, product
from typing import NamedTuple

import numpy as np

from ..core import arguments
from ..core.jit import kernel
from ..core.progress import keeping, watched
from ..measure.growth import Share, share
from .hopfield import cue, random_patterns
from .network import couplings, no_field, relax
from .retrieval import Packed, checked_patterns, pack, retrieve

MOST_LISTED = 22
_FRESH = 12  # bits of the number of a state below which fields are carried along; then they are summed anew


class Basin(NamedTuple):
    """What `basin` returns: an entry for each initial overlap.

    Attributes
    ----------
    overlap : (K,) float64
        Overlap of the cues with their pattern.
    retrieved, low, high : (K,) float64
        Share of the runs that ended close to the pattern, and Wilson's interval at 95 per cent.
    final : (K,) float64
        Mean overlap with the pattern at the end.
    """

    overlap: np.ndarray
    retrieved: np.ndarray
    low: np.ndarray
    high: np.ndarray
    final: np.ndarray


class Census(NamedTuple):
    """What `census` returns: how many states are `memories`, `reversed` ones, `mixtures` of three, or `others`."""

    memories: int
    reversed: int
    mixtures: int
    others: int


def basin(
    patterns,
    overlap,
    *,
    J=None,
    trials: int = 100,
    close: float = 0.95,
    order: str = "sequential",
    progress: bool | None = None,
    rng: np.random.Generator,
) -> Basin:
    """How often a cue leads to its pattern, against the overlap that it starts from.

    Parameters
    ----------
    patterns : (P, N) integer array
        -1 or +1.
    overlap : (K,) array_like
        Initial overlaps, from -1 to 1.
    J : (N, N) array_like, optional
        Symmetric couplings without self-couplings. Left out: Hebb's, which are not formed.
    trials : int
        Cues at each overlap, each of a pattern drawn at random.
    close : float
        The overlap with its pattern from which an end counts as retrieval; above 0, up to 1.
    order : {"sequential", "random", "parallel"}
    progress : bool, optional
        True shows a bar, False none; left out: where somebody watches and it takes more than two seconds.
    rng : numpy.random.Generator

    Returns
    -------
    Basin

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range, or if J is not symmetric or has self-couplings.
    spinlearn.core.progress.Interrupted
        At Ctrl-C. Its attribute `run` is the `Basin` of the overlaps that were finished.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> basin(random_patterns(10, 500, rng=rng), [0.1, 0.8], rng=rng).retrieved[1]
    np.float64(1.0)
    """
    x = checked_patterns(patterns)
    m = arguments.series("overlap", overlap, at_least=1)
    if np.abs(m).max() > 1:
        raise ValueError(f"overlap must be from -1 to 1, got {m.min():g} to {m.max():g}")
    trials = arguments.count("trials", trials, at_least=1)
    close = arguments.number("close", close, above=0)
    if close > 1:
        raise ValueError(f"close must be at most 1, got {close:g}")
    arguments.generator(rng)
    memory = pack(x) if J is None else couplings(J)
    ends = arguments.room((m.size, trials), trials=trials)
    done = 0

    def finished() -> Basin:
        rows = ends[: done // trials]
        parts = [share(int((row >= close - 1e-12).sum()), trials) for row in rows]
        retrieved, low, high = np.array([part[:3] for part in parts]).reshape(-1, 3).T
        return Basin(m[: len(rows)], retrieved, low, high, rows.mean(axis=1))

    with keeping(finished):
        for part in watched(ends.size, progress):
            for k in range(part.start, part.stop):
                pattern = x[rng.integers(len(x))]
                end = settle(cue(pattern, m[k // trials], rng=rng), memory, order=order, rng=rng)
                ends.flat[k] = end.spins @ pattern.astype(np.float64) / pattern.size
                done = k + 1
    return finished()


def settle(spins, memory, *, order: str, rng: np.random.Generator):
    """`relax` with couplings, or `retrieve` with packed patterns; `rng` is drawn from for the order "random" alone.

    Examples
    --------
    >>> settle([1, -1, 1], pack([[1, 1, 1]]), order="sequential", rng=None).spins
    array([1, 1, 1], dtype=int8)
    """
    run = retrieve if isinstance(memory, Packed) else relax
    return run(spins, memory, order=order, progress=False, rng=rng)


def two_cycles(
    N: int,
    P: int,
    trials: int,
    *,
    overlap: float | None = None,
    progress: bool | None = None,
    rng: np.random.Generator,
) -> Share:
    """How often parallel updates end in a cycle of two, in networks of random patterns.

    Parameters
    ----------
    N, P : int
        Units and patterns of each network.
    trials : int
        Networks, at least 1, each drawn anew.
    overlap : float, optional
        That of the start with the first pattern. Left out: the start is a random state.
    progress : bool, optional
        True shows a bar, False none; left out: where somebody watches and it takes more than two seconds.
    rng : numpy.random.Generator

    Returns
    -------
    growth.Share
        With Wilson's interval. What is not a cycle of two is a fixed point.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.
    spinlearn.core.progress.Interrupted
        At Ctrl-C. Its attribute `run` is the share so far.

    Examples
    --------
    A single pattern: its couplings copy the state to the pattern, whatever it is.

    >>> two_cycles(51, 1, 20, rng=np.random.default_rng(1)).value
    0.0
    """
    trials = arguments.count("trials", trials, at_least=1)
    cycles, done = 0, 0
    with keeping(lambda: share(cycles, max(done, 1))):
        for part in watched(trials, progress):
            for _ in range(part.start, part.stop):
                x = random_patterns(P, N, rng=rng)
                start = random_patterns(1, N, rng=rng)[0] if overlap is None else cue(x[0], overlap, rng=rng)
                end = retrieve(start, x, order="parallel", progress=False)
                cycles += end.period == 2
                done += 1
    return share(cycles, trials)


def fixed_points(J, *, h=0.0, progress: bool | None = None) -> np.ndarray:
    """All states from which no unit wants to turn, of a network of up to 22 units.

    Parameters
    ----------
    J, h
        As for `network.energy`; any J. A unit in no field stays, in either direction.
    progress : bool, optional
        True shows a bar, False none; left out: where somebody watches and it takes more than two seconds.

    Returns
    -------
    (K, N) int8
        In the order of `exact.states`: bit i of the number of a state is set where unit i is up.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or shape, or if there are more than 22 units.

    Examples
    --------
    >>> fixed_points(np.ones((3, 3)) - np.eye(3))
    array([[-1, -1, -1],
           [ 1,  1,  1]], dtype=int8)
    """
    J = couplings(J)
    n = len(J)
    if n > MOST_LISTED:
        raise ValueError(
            f"J must be of at most {MOST_LISTED} units, whose states can be listed, got {n}; `relax` from many random "
            "states finds fixed points of larger networks"
        )
    h = np.full(n, arguments.number("h", h)) if np.ndim(h) == 0 else arguments.real_array("h", h, (n,))
    low = min(n, _FRESH)
    found = np.zeros(2**n, dtype=np.bool_)
    for part in watched(2 ** (n - low), progress):
        mark_fixed(J, np.ascontiguousarray(J.T), h, no_field(J, h), part.start, part.stop, low, found)
    numbers = np.flatnonzero(found)
    return np.where((numbers[:, None] >> np.arange(n)) & 1, np.int8(1), np.int8(-1))


def census(states, patterns) -> Census:
    """Sort fixed points: memories, their mirror images, mixtures of three patterns of any signs, and others.

    Parameters
    ----------
    states : (K, N) integer array
        -1 or +1, all different.
    patterns : (P, N) integer array
        -1 or +1.

    Returns
    -------
    Census
        A state that is two things counts as the first of them.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or values.

    Examples
    --------
    >>> x = random_patterns(1, 9, rng=np.random.default_rng(1))
    >>> census(np.vstack([x, -x]), x)
    Census(memories=1, reversed=1, mixtures=0, others=0)
    """
    x = checked_patterns(patterns)
    s = arguments.as_array("states", states)
    if s.ndim != 2 or s.shape[1] != x.shape[1]:
        raise ValueError(f"states must have shape (K, {x.shape[1]}), got {s.shape}")
    names = {}  # the first name that a state gets is its own
    for name, family in (("memories", x), ("reversed", -x), ("mixtures", mixtures_of_three(x))):
        for state in family:
            names.setdefault(state.tobytes(), name)
    kinds = [names.get(state.tobytes(), "others") for state in s.astype(np.int8)]
    return Census(*(kinds.count(name) for name in Census._fields))


def mixtures_of_three(patterns) -> np.ndarray:
    """Majority votes of three patterns, each taken as it is or turned over: 8 for each three, (8 P over 3, N) int8.

    Examples
    --------
    >>> mixtures_of_three([[1, 1], [1, -1], [-1, -1]])[0]
    array([ 1, -1], dtype=int8)
    """
    x = checked_patterns(patterns)
    signs = np.array(list(product((1, -1), repeat=3)), dtype=np.int8)
    votes = [np.sign(signs @ x[list(three)]) for three in combinations(range(len(x)), 3)]
    return np.concatenate(votes) if votes else np.empty((0, x.shape[1]), dtype=np.int8)


@kernel
def mark_fixed(J, columns, h, zero, first, last, low, found):
    """Mark the fixed points among the states whose number without its `low` lowest bits is `first` to `last` - 1.

    The lowest bits go through all their states by turning one spin at a time (Gray's code), fields carried along.
    """
    n = h.size
    spins, fields = np.empty(n), np.empty(n)
    for high in range(first, last):
        number = high << low
        for i in range(n):
            spins[i] = 1.0 if (number >> i) & 1 else -1.0
        for i in range(n):
            fields[i] = h[i]
            for j in range(n):
                fields[i] += J[i, j] * spins[j]
        for step in range(1 << low):
            if step > 0:
                i = 0
                while not (step >> i) & 1:
                    i += 1
                spins[i] = -spins[i]
                number ^= 1 << i
                change, column = 2.0 * spins[i], columns[i]
                for j in range(n):
                    fields[j] += change * column[j]
            fixed = True
            for i in range(n):
                if spins[i] * fields[i] < -zero[i]:
                    fixed = False
                    break
            found[number] = fixed
