"""The computer experiments of Hopfield's paper of 1982: networks of 30 and of 100 neurons with random memories.

Neurons are V_i = 0 or 1 there, the synapses T_ij = sum_s (2 V_i^s - 1)(2 V_j^s - 1) for n memories, T_ii = 0, and a
neuron, picked at random, is set to 1 where sum_j T_ij V_j > U_i and to 0 where it is less, with U_i = 0. As spins
s = 2 V - 1 that is not a network without fields, since

    sum_j T_ij V_j = (1/2) (sum_j T_ij s_j + sum_j T_ij),

so that neurons 0 or 1 with thresholds 0 are spins in the fields h_i = sum_j T_ij: noise as strong as that of the
couplings. Where spins have the signal N against the noise sqrt((n - 1) N), neurons have N / 2 against
sqrt((n - 1) N / 2), which is worse by sqrt(2) in their ratio; a bit of a memory is then wrong with the probability

    P = Phi(-(N / 2) / sqrt((n - 1) N / 2)),

0.0092 for n = 10 memories of N = 100 neurons. ``alphabet="spins"`` does each experiment without those fields, which is
as good as half as many memories; the paper says so, too. Done again, its numbers for N = 100 (six in ten of 10 memories
without an error) are those of neurons 0 or 1, and its numbers for N = 30 (nine in ten recalled from 5 bits off, two in
ten from 12) those of spins.

Each experiment can also be done with synapses in one direction only (`change="one-way"`: of T_ij and T_ji one, drawn at
random, is 0) or with those of one strength (`"clipped"`: T_ij becomes its sign). The former is not symmetric: then
nothing promises an end, and a run is given `SWEEPS` sweeps. Experiments beyond this, such as memories that merge or are
too many, are in `overload`.

References
----------
J. J. Hopfield, Proc. Natl. Acad. Sci. USA 79, 2554 (1982).
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from scipy.special import ndtr
from scipy.stats import binom

from ..core import arguments
from ..core.progress import keeping, watched
from ..measure.growth import Share, share
from .hopfield import hebb, random_patterns
from .network import relax

ALPHABETS = ("binary", "spins")
CHANGES = ("nothing", "one-way", "clipped")
SWEEPS = 200
NEAR = 3


class BitError(NamedTuple):
    """Probability that a bit of a stored memory wants to turn: `exact`, and `normal`, Hopfield's formula."""

    exact: float
    normal: float


class Recalled(NamedTuple):
    """What `recalled` returns.

    Attributes
    ----------
    exact : growth.Share
        Of the runs that end in their memory to the last bit.
    nearest : growth.Share
        Of the runs that end nearer to their memory than to any other and to any mirror image.
    errors : (N + 1,) int64
        How many runs end at each number of wrong bits.
    rest : growth.Share
        Of the runs that come to rest at all.
    """

    exact: Share
    nearest: Share
    errors: np.ndarray
    rest: Share


class Wandered(NamedTuple):
    """What `wandered` returns: the shares of runs from random states that end in a `memory`, in the `mirror` image of
    one, in a fixed point `near` one of these, within `NEAR` bits, in `another` one, or come to no rest (`restless`)."""

    memory: Share
    mirror: Share
    near: Share
    another: Share
    restless: Share


def threshold_fields(T, U=0.0) -> np.ndarray:
    """Fields h_i = sum_j T_ij - 2 U_i in which spins with the couplings T do what neurons 0 or 1 do.

    Parameters
    ----------
    T : (N, N) array_like
    U : float or (N,) array_like
        Thresholds of the neurons.

    Returns
    -------
    (N,) float64

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or shape.

    Examples
    --------
    >>> threshold_fields([[0, 2], [2, 0]], 0.5)
    array([1., 1.])
    """
    T = arguments.real_array("T", T)
    if T.ndim != 2 or T.shape[0] != T.shape[1] or T.size == 0:
        raise ValueError(f"T must have shape (N, N), a row for each neuron, got {T.shape}")
    U = arguments.real_values("U", U)
    if U.shape not in ((), T.shape[:1]):
        raise ValueError(f"U must be a number or have shape {T.shape[:1]}, got {U.shape}")
    return T.sum(axis=1) - 2 * U


def bit_error(N: int, n: int, *, alphabet: str = "binary") -> BitError:
    """How likely a bit of a stored memory wants to turn.

    In the direction that it should have, the field of a neuron in a memory is K + S. K others are 1 in that memory, and
    each of them adds 1, and a random sign for each of the other memories, whose sum is S. K is binomial, and so is S
    for a given K. As spins all N - 1 others take part, so that K = N - 1. A field of exactly 0 turns nothing.

    Parameters
    ----------
    N, n : int
        Neurons, at least 2, and memories, at least 1; N n at most a million.
    alphabet : {"binary", "spins"}

    Returns
    -------
    BitError

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> round(bit_error(100, 10).normal, 4), round(bit_error(100, 10, alphabet="spins").normal, 5)
    (0.0092, 0.00043)
    """
    N, n = arguments.count("N", N, at_least=2), arguments.count("n", n, at_least=1)
    if N * n > 10**6:
        raise ValueError(f"N n must be at most a million, got {N * n}")
    if arguments.choice("alphabet", alphabet, ALPHABETS) == "spins":
        K, weight, part = np.array([N - 1]), np.ones(1), N
    else:
        K, part = np.arange(N), N / 2
        weight = binom.pmf(K, N - 1, 0.5)
    signs = K * (n - 1)
    # K + S < 0, with S = 2 X - signs and X the number of signs that are +1.
    exact = weight @ binom.cdf(np.ceil((signs - K) / 2) - 1, signs, 0.5)
    return BitError(float(exact), float(ndtr(-np.sqrt(part / (n - 1)))) if n > 1 else 0.0)


def recalled(
    N: int,
    n: int,
    sets: int,
    *,
    distance: int = 0,
    alphabet: str = "binary",
    change: str = "nothing",
    progress: bool | None = None,
    rng: np.random.Generator,
) -> Recalled:
    """Start at every memory, or at a distance from it, and see where the network comes to rest.

    Parameters
    ----------
    N, n : int
        Neurons and memories of each network.
    sets : int
        Networks, at least 1, each with memories of its own: ``sets * n`` runs.
    distance : int
        How many bits of the memory are wrong at the start, from 0 to N.
    alphabet : {"binary", "spins"}
        Neurons 0 or 1 with thresholds 0, or spins without fields.
    change : {"nothing", "one-way", "clipped"}
        What is done to the synapses.
    progress : bool, optional
        True shows a bar, False none; left out: where somebody watches and it takes more than two seconds.
    rng : numpy.random.Generator

    Returns
    -------
    Recalled
        With `distance` 0, `exact` is the share of memories that are fixed points. The runs in one network are not
        independent of each other, which the intervals do not know.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.
    spinlearn.core.progress.Interrupted
        At Ctrl-C. Its attribute `run` is the `Recalled` of the networks that were finished.

    Examples
    --------
    >>> found = recalled(100, 5, 20, rng=np.random.default_rng(1))
    >>> found.exact.value > 0.9, found.errors.sum()
    (True, np.int64(100))
    """
    arguments.count("N", N, at_least=2)
    arguments.count("n", n, at_least=1)
    sets = arguments.count("sets", sets, at_least=1)
    distance = arguments.count("distance", distance, at_most=N)
    arguments.choice("alphabet", alphabet, ALPHABETS)
    arguments.choice("change", change, CHANGES)
    errors, nearest, resting, done = np.zeros(N + 1, dtype=np.int64), 0, 0, 0

    def finished() -> Recalled:
        runs = max(done, 1)
        return Recalled(share(int(errors[0]), runs), share(nearest, runs), errors, share(resting, runs))

    with keeping(finished):
        for memories, T, h in _networks(N, n, sets, alphabet, change, progress, rng):
            for k in range(n):
                start = memories[k].copy()
                start[rng.choice(N, distance, replace=False)] *= -1
                end = _run(start, T, h, change, rng)
                overlap = memories @ end.spins.astype(np.int64)
                errors[(N - overlap[k]) // 2] += 1
                nearest += overlap[k] > max(np.abs(np.delete(overlap, k)).max(initial=0), -overlap[k])
                resting += end.period == 1
                done += 1
    return finished()


def wandered(
    N: int,
    n: int,
    sets: int,
    *,
    starts: int = 10,
    alphabet: str = "binary",
    change: str = "nothing",
    progress: bool | None = None,
    rng: np.random.Generator,
) -> Wandered:
    """Start at random states, and see where the network comes to rest.

    Parameters
    ----------
    N, n, sets, alphabet, change, progress, rng
        As for `recalled`.
    starts : int
        Random states in each network, at least 1.

    Returns
    -------
    Wandered
        Runs in one network are not independent of each other: many networks with one start each say more.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.
    spinlearn.core.progress.Interrupted
        At Ctrl-C. Its attribute `run` is the `Wandered` of the runs that were finished.

    Examples
    --------
    >>> found = wandered(30, 2, 20, alphabet="spins", rng=np.random.default_rng(1))
    >>> found.memory.value + found.mirror.value > 0.9
    True
    """
    arguments.count("N", N, at_least=2)
    arguments.count("n", n, at_least=1)
    sets, starts = arguments.count("sets", sets, at_least=1), arguments.count("starts", starts, at_least=1)
    arguments.choice("alphabet", alphabet, ALPHABETS)
    arguments.choice("change", change, CHANGES)
    kinds = np.zeros(5, dtype=np.int64)

    def finished() -> Wandered:
        return Wandered(*(share(int(kind), max(int(kinds.sum()), 1)) for kind in kinds))

    with keeping(finished):
        for memories, T, h in _networks(N, n, sets, alphabet, change, progress, rng):
            for _ in range(starts):
                end = _run(random_patterns(1, N, rng=rng)[0], T, h, change, rng)
                overlap = memories @ end.spins.astype(np.int64)
                if end.period != 1:
                    kinds[4] += 1
                elif overlap.max() == N:
                    kinds[0] += 1
                elif overlap.min() == -N:
                    kinds[1] += 1
                else:
                    kinds[2 if np.abs(overlap).max() >= N - 2 * NEAR else 3] += 1
    return finished()


def synapses(memories, *, change: str = "nothing", rng: np.random.Generator | None = None) -> np.ndarray:
    """Hopfield's synapses, whole numbers, and what can be done to them.

    Parameters
    ----------
    memories : (n, N) integer array
        -1 or +1.
    change : {"nothing", "one-way", "clipped"}
    rng : numpy.random.Generator
        For "one-way" alone, and needed there.

    Returns
    -------
    (N, N) float64

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or values.

    Examples
    --------
    >>> synapses([[1, 1, -1], [1, 1, 1]], change="clipped") + 0.0
    array([[0., 1., 0.],
           [1., 0., 0.],
           [0., 0., 0.]])
    """
    T = hebb(memories, whole=True)
    if arguments.choice("change", change, CHANGES) == "clipped":
        return np.sign(T)
    if change == "one-way":
        kept = np.triu(arguments.generator(rng).random(T.shape) < 0.5, 1)
        return T * (kept | np.tril(~kept.T, -1))
    return T


def _networks(N, n, sets, alphabet, change, progress, rng) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Memories, synapses and fields of one network after the other."""
    for part in watched(sets, progress):
        for _ in range(part.start, part.stop):
            memories = random_patterns(n, N, rng=rng)
            T = synapses(memories, change=change, rng=rng)
            yield memories, T, threshold_fields(T) if alphabet == "binary" else np.zeros(N)


def _run(start, T, h, change, rng):
    """Units one at a time, drawn at random, until rest."""
    promise = "nothing" if change == "one-way" else "descent"
    return relax(start, T, h=h, order="random", promise=promise, sweeps=SWEEPS, progress=False, rng=rng)
