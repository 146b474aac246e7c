"""More of Hopfield's experiments of 1982: couplings at random, memories that are alike, and too many of them.

What `hopfield1982` does with random memories is done here where the rule is pushed: couplings that are no memory of
anything, in which a network may wander (`wander`); two memories that resemble each other and merge (`merged`); synapses
that hold few values, and forget (`remembered`); and so many memories that none is stable, but known ones still make
less stir than new ones (`familiar`).

References
----------
J. J. Hopfield, Proc. Natl. Acad. Sci. USA 79, 2554 (1982): eq. (9) is the effective number of states.
"""

from typing import NamedTuple

import numpy as np

from ..core import arguments
from ..core.progress import keeping, watched
from ..measure.growth import Share, share
from .hopfield import random_patterns
from .hopfield1982 import ALPHABETS, synapses, threshold_fields
from .network import is_fixed, relax, simulate
from .retrieval import checked_patterns

_COLD = 1e-300  # T = 0, for a run that is not to stop where it comes to rest


class Wander(NamedTuple):
    """What `wander` returns: the share of runs that came to `rest`, and `states` (runs,) float64, the effective number
    of states exp(-sum p ln p) in which each run was after its transient: 1 at rest."""

    rest: Share
    states: np.ndarray


class Merged(NamedTuple):
    """What `merged` returns: in which share of the networks `both` memories that are alike are fixed points; in which
    they lead to two fixed points (`apart`, where they need not be these themselves), and in which to one (`fused`)."""

    both: Share
    apart: Share
    fused: Share


class Familiar(NamedTuple):
    """What `familiar` returns: turns of neurons at the start, (runs,) int64, from `known` states and `new` ones; and
    how often a new state makes more of them than a known one, ties counted half (`told`)."""

    known: np.ndarray
    new: np.ndarray
    told: float


def wander(
    N: int,
    networks: int,
    *,
    symmetric: bool = False,
    transient: int = 50,
    sweeps: int = 200,
    progress: bool | None = None,
    rng: np.random.Generator,
) -> Wander:
    """Where random couplings lead: each T_ij uniform between -1 and 1, neurons 0 or 1 drawn one at a time.

    Parameters
    ----------
    N, networks : int
        Neurons, at least 2, and networks, at least 1, each run once from a random state.
    symmetric : bool
        Whether T_ij is T_ji.
    transient, sweeps : int
        Sweeps before states are counted, and counted ones, at least 1; one state a sweep, so that no effective number
        comes out larger than `sweeps`.
    progress : bool, optional
        True shows a bar, False none; left out: where somebody watches and it takes more than two seconds.
    rng : numpy.random.Generator

    Returns
    -------
    Wander

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.
    spinlearn.core.progress.Interrupted
        At Ctrl-C. Its attribute `run` is the `Wander` of the networks that were finished.

    Examples
    --------
    >>> wander(10, 5, symmetric=True, rng=np.random.default_rng(1)).states
    array([1., 1., 1., 1., 1.])
    """
    N, networks = arguments.count("N", N, at_least=2), arguments.count("networks", networks, at_least=1)
    symmetric = arguments.flag("symmetric", symmetric)
    transient, sweeps = arguments.count("transient", transient), arguments.count("sweeps", sweeps, at_least=1)
    arguments.generator(rng)
    states, resting, done = np.empty(networks), 0, 0
    with keeping(lambda: Wander(share(resting, max(done, 1)), states[:done])):
        for part in watched(networks, progress):
            for k in range(part.start, part.stop):
                T = rng.uniform(-1, 1, size=(N, N))
                T = np.triu(T, 1) + (np.triu(T, 1).T if symmetric else np.tril(T, -1))
                h = threshold_fields(T)
                end = relax(
                    random_patterns(1, N, rng=rng)[0], T, h=h, order="random", promise="nothing", sweeps=transient,
                    progress=False, rng=rng,
                )  # fmt: skip
                resting += end.period == 1
                states[k] = 1.0 if end.period == 1 else effective_states(end.spins, T, h, sweeps, rng=rng)
                done = k + 1
    return Wander(share(resting, networks), states)


def effective_states(spins, T, h, sweeps: int, *, rng: np.random.Generator) -> float:
    """Effective number of states exp(-sum p ln p), with p the shares of the states after each of so many sweeps.

    Examples
    --------
    >>> effective_states([1, 1], np.zeros((2, 2)), [1.0, 1.0], 10, rng=np.random.default_rng(1))
    1.0
    """
    seen = {}
    for _ in range(sweeps):
        spins = simulate(spins, T, _COLD, 1, h=h, promise="nothing", progress=False, rng=rng).spins
        seen[spins.tobytes()] = seen.get(spins.tobytes(), 0) + 1
    p = np.array(list(seen.values())) / sweeps
    return float(np.exp(-p @ np.log(p)))


def merged(
    N: int,
    n: int,
    distance: int,
    sets: int,
    *,
    alphabet: str = "binary",
    progress: bool | None = None,
    rng: np.random.Generator,
) -> Merged:
    """Store n memories, all random but the last, which is the first with a number of its bits changed.

    Parameters
    ----------
    N, n : int
        Neurons, and memories, at least 2.
    distance : int
        Changed bits, from 0 to N.
    sets : int
        Networks, at least 1.
    alphabet, progress, rng
        As for `hopfield1982.recalled`.

    Returns
    -------
    Merged
        In each network both memories are a start.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.
    spinlearn.core.progress.Interrupted
        At Ctrl-C. Its attribute `run` is the `Merged` of the networks that were finished.

    Examples
    --------
    >>> merged(100, 2, 0, 5, rng=np.random.default_rng(1)).fused.value
    1.0
    """
    N, n = arguments.count("N", N, at_least=2), arguments.count("n", n, at_least=2)
    distance, sets = arguments.count("distance", distance, at_most=N), arguments.count("sets", sets, at_least=1)
    arguments.choice("alphabet", alphabet, ALPHABETS)
    arguments.generator(rng)
    both, apart, done = 0, 0, 0

    def finished() -> Merged:
        return Merged(*(share(count, max(done, 1)) for count in (both, apart, done - apart)))

    with keeping(finished):
        for part in watched(sets, progress):
            for _ in range(part.start, part.stop):
                memories = random_patterns(n, N, rng=rng)
                memories[-1] = memories[0]
                memories[-1, rng.choice(N, distance, replace=False)] *= -1
                T, h = _network(memories, alphabet)
                ends = [relax(memories[k], T, h=h, order="random", progress=False, rng=rng) for k in (0, -1)]
                both += ends[0].flips == ends[1].flips == 0
                apart += bool((ends[0].spins != ends[1].spins).any())
                done += 1
    return finished()


def bounded(memories, limit: int = 3) -> np.ndarray:
    """Synapses that hold -limit … limit and no more: memories are added one by one, and what would go beyond is lost.

    Parameters
    ----------
    memories : (n, N) integer array
        -1 or +1, the oldest first.
    limit : int
        At least 1; Hopfield's is 3.

    Returns
    -------
    (N, N) float64

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range.

    Examples
    --------
    >>> bounded([[1, 1], [1, 1], [1, -1]], 1) + 0.0
    array([[0., 0.],
           [0., 0.]])
    """
    x = checked_patterns(memories).astype(np.float64)
    limit = arguments.count("limit", limit, at_least=1)
    T = np.zeros((x.shape[1], x.shape[1]))
    for one in x:
        T = np.clip(T + np.outer(one, one), -limit, limit)
    np.fill_diagonal(T, 0.0)
    return T


def remembered(
    N: int,
    n: int,
    sets: int,
    *,
    limit: int | None = 3,
    alphabet: str = "binary",
    progress: bool | None = None,
    rng: np.random.Generator,
) -> np.ndarray:
    """How many memories of each age are fixed points, with synapses that are `bounded`.

    Parameters
    ----------
    N, n, sets : int
        Neurons, memories and networks.
    limit : int or None
        As for `bounded`; None is Hebb's rule, which forgets nothing until it loses all.
    alphabet, progress, rng
        As for `hopfield1982.recalled`.

    Returns
    -------
    (n,) float64
        Share of the networks in which it is one, the youngest memory first.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> young, *_, old = remembered(100, 30, 10, alphabet="spins", rng=np.random.default_rng(1))
    >>> bool(young > 0.8 and old < 0.2)
    True
    """
    arguments.count("N", N, at_least=2)
    n, sets = arguments.count("n", n, at_least=1), arguments.count("sets", sets, at_least=1)
    arguments.choice("alphabet", alphabet, ALPHABETS)
    fixed = np.zeros(n)
    for part in watched(sets, progress):
        for _ in range(part.start, part.stop):
            memories = random_patterns(n, N, rng=rng)
            T = synapses(memories) if limit is None else bounded(memories, limit)
            h = threshold_fields(T) if alphabet == "binary" else 0.0
            fixed += [is_fixed(one, T, h=h) for one in memories[::-1]]
    return fixed / sets


def familiar(
    N: int,
    n: int,
    runs: int,
    *,
    alphabet: str = "binary",
    progress: bool | None = None,
    rng: np.random.Generator,
) -> Familiar:
    """Tell known states from new ones by the stir that they make, with more memories than can be recalled.

    Parameters
    ----------
    N, n : int
        Neurons and memories.
    runs : int
        Starts of either kind in one network, at least 1.
    alphabet, progress, rng
        As for `hopfield1982.recalled`.

    Returns
    -------
    Familiar
        Turns in N / 2 updates of neurons drawn at random, half a sweep.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> familiar(100, 5, 20, rng=np.random.default_rng(1)).told
    1.0
    """
    N, n = arguments.count("N", N, at_least=2), arguments.count("n", n, at_least=1)
    runs = arguments.count("runs", runs, at_least=1)
    arguments.choice("alphabet", alphabet, ALPHABETS)
    memories = random_patterns(n, N, rng=rng)
    T, h = _network(memories, alphabet)
    turns = np.zeros((2, runs), dtype=np.int64)
    for part in watched(runs, progress):
        for k in range(part.start, part.stop):
            for kind, start in enumerate((memories[rng.integers(n)], random_patterns(1, N, rng=rng)[0])):
                s = start.astype(np.float64)
                for i in rng.integers(N, size=N // 2):
                    if s[i] * (T[i] @ s + h[i]) < 0:
                        s[i] = -s[i]
                        turns[kind, k] += 1
    known, new = turns
    more, as_many = (new[:, None] > known).mean(), (new[:, None] == known).mean()
    return Familiar(known, new, float(more + as_many / 2))


def _network(memories, alphabet):
    """Hopfield's synapses, and the fields of the alphabet."""
    T = synapses(memories)
    return T, threshold_fields(T) if alphabet == "binary" else np.zeros(len(T))
