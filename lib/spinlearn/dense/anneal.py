"""Looking for ground states: greedy descent, simulated annealing, parallel tempering, on any network of spins.

Greedy descent turns every spin that gains by it, until none does, and starts anew. Simulated annealing runs the heat
bath while T falls, sweep by sweep, through a `schedule`: it crosses hills while it is warm, and settles where it is
when it is cold. How slowly is the whole question. With T_t = c / ln(t + 2) the chance to be in a ground state tends to
1 if and only if c is at least the depth of the deepest valley without one (Hajek; `valleys.depth` computes it), and
that takes very long: 10^19 sweeps for sixteen states on page 5.3. Parallel tempering never cools: copies at many
temperatures change places, so that what is stuck in the cold gets out by way of the hot.

A network is a matrix of couplings J or a `heatbath.Graph`, dense or sparse (`heatbath.graph`), with fields or without.
Energies are E(s) = -(1/2) s.J.s - h.s. All three searches count sweeps of N updates, so that they can be compared at
equal work; `success` does. And all three look at every state on their way, for the energy is known after each update.
Who looked once in a sweep only would, in a warm chain, pass by N - 1 of N states unseen; a descent, whose last state is
its best, would lose nothing by it.

References
----------
S. Kirkpatrick, C. D. Gelatt and M. P. Vecchi, Science 220, 671 (1983): simulated annealing.
S. Geman and D. Geman, IEEE Trans. Pattern Anal. Mach. Intell. 6, 721 (1984): the logarithmic law.
B. Hajek, Math. Oper. Res. 13, 311 (1988): the constant in it.
K. Hukushima and K. Nemoto, J. Phys. Soc. Jpn. 65, 1604 (1996): parallel tempering.
"""

from typing import NamedTuple

import numpy as np

from ..core import arguments
from ..core.jit import kernel
from ..core.progress import keeping, watched
from ..core.words import next_word, random_site, streams, uniform
from . import heatbath
from .heatbath import Graph

SCHEDULES = ("linear", "geometric", "logarithmic")


class Search(NamedTuple):
    """What `greedy`, `simulate` and `temper` return, for R independent runs.

    Attributes
    ----------
    states : (R, N) int8
        The best state that each run met, after any update.
    energy : (R,) float64
        Its energy.
    found : (R,) int64
        In which sweep that energy was first met; 0 is the start. Sweeps of all rungs count in `temper`.
    last : (R, N) int8, or (R, K, N)
        Where the runs ended; on every rung of a ladder of K.
    sweeps : int
        That each run had.
    """

    states: np.ndarray
    energy: np.ndarray
    found: np.ndarray
    last: np.ndarray
    sweeps: int


class Best(NamedTuple):
    """What runs carry along: the best state so far, its energy, and when."""

    states: np.ndarray
    energy: np.ndarray
    found: np.ndarray


class Running(NamedTuple):
    """What moves in a run: states, fields, energies and random numbers of each, (R, …)."""

    states: np.ndarray
    x: np.ndarray
    energy: np.ndarray
    random: np.ndarray


def schedule(kind: str, sweeps: int, *, hot: float, cold: float | None = None) -> np.ndarray:
    """Temperatures of a cooling, one for each sweep.

    Parameters
    ----------
    kind : {"linear", "geometric", "logarithmic"}
        From `hot` to `cold` by equal differences, or by equal ratios; or hot ln 2 / ln(t + 2), t being the number of
        the sweep, which begins at `hot` and knows no end: its constant c is hot ln 2.
    sweeps : int
        At least 1. With 1, the only temperature is `hot`.
    hot : float
        Above 0.
    cold : float, optional
        Not above `hot`; at least 0 for the linear schedule, above 0 for the geometric one, where it is needed. The
        logarithmic law takes none.

    Returns
    -------
    (sweeps,) float64

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> schedule("linear", 5, hot=2.0, cold=0.0)
    array([2. , 1.5, 1. , 0.5, 0. ])
    >>> schedule("geometric", 3, hot=4.0, cold=1.0)
    array([4., 2., 1.])
    >>> schedule("logarithmic", 3, hot=1.0).round(4)
    array([1.    , 0.6309, 0.5   ])
    """
    arguments.choice("kind", kind, SCHEDULES)
    sweeps, hot = arguments.count("sweeps", sweeps, at_least=1), arguments.number("hot", hot, above=0)
    if kind == "logarithmic":
        if cold is not None:
            raise ValueError(f"cold must be left out of the logarithmic law, which sets the pace itself, got {cold}")
        return hot * np.log(2) / np.log(np.arange(sweeps) + 2)
    if cold is None:
        raise ValueError(f"cold must be given, where a {kind} schedule ends")
    cold = arguments.number("cold", cold, at_least=0)
    if kind == "geometric" and cold == 0:
        raise ValueError("cold must be greater than 0 in a geometric schedule, got 0; a linear one may end there")
    if cold > hot:
        raise ValueError(f"cold must not be above hot = {hot:g}, got {cold:g}")
    T = np.linspace(hot, cold, sweeps) if kind == "linear" else np.geomspace(hot, cold, sweeps)
    return np.minimum.accumulate(T)  # where hot and cold are equal, rounding would let it rise


def checked_schedule(name: str, temperatures) -> np.ndarray:
    """Check temperatures that a cooling goes through: finite, at least 0, never rising.

    Examples
    --------
    >>> checked_schedule("T", [2, 1, 1, 0])
    array([2., 1., 1., 0.])
    """
    T = arguments.real_array(name, temperatures)
    if np.ndim(temperatures) != 1 or not T.size:
        raise ValueError(f"{name} must be one-dimensional, a temperature for each sweep, got shape {T.shape}")
    if T.min() < 0:
        raise ValueError(f"{name} must be at least 0 in every sweep, got {T.min():g} in sweep {int(T.argmin())}")
    rises = np.flatnonzero(np.diff(T) > 0)
    if rises.size:
        t = int(rises[0])
        raise ValueError(
            f"{name} must never rise, got {T[t]:g} in sweep {t} and {T[t + 1]:g} in the next: for a system that warms "
            "up again, take `temper`, or boltzmann.simulate, one temperature after the other"
        )
    return T


def simulate(
    states,
    J,
    T,
    *,
    order: str = "sequential",
    progress: bool | None = None,
    rng: np.random.Generator,
) -> Search:
    """Simulated annealing: the heat bath through a list of temperatures, in many independent runs.

    Parameters
    ----------
    states : (R, N) integer array
        The starts, -1 or +1; `heatbath.random_states` draws some. It is left as it is.
    J : (N, N) array_like, or heatbath.Graph
    T : (sweeps,) array_like
        The temperature of each sweep, at least 0 and never rising, such as `schedule` gives.
    order : {"sequential", "reversed", "random"}
    progress : bool, optional
        True shows a bar, False none. Left out: one where somebody watches, if it takes more than two seconds.
    rng : numpy.random.Generator
        Advanced by one draw.

    Returns
    -------
    Search

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range, or T rises; nothing has been changed then.
    spinlearn.core.progress.Interrupted
        At Ctrl-C. Its attribute `run` is the `Search` so far.

    Examples
    --------
    >>> J = 1.0 - np.eye(8)
    >>> start = np.tile(np.array([1, -1], dtype=np.int8), (5, 4))
    >>> T = schedule("linear", 40, hot=8.0, cold=0.0)
    >>> simulate(start, J, T, rng=np.random.default_rng(1)).energy
    array([-28., -28., -28., -28., -28.])
    """
    units = heatbath.checked_graph("J", J)
    states = heatbath.checked_states("states", states, units.size, units.low)
    T = checked_schedule("T", T)
    code = heatbath.ORDERS[arguments.choice("order", order, heatbath.ORDERS)]
    arguments.flag("progress", progress, optional=True)
    with np.errstate(divide="ignore", over="ignore"):
        betas = 1 / T
    running, best = _begin(units, states, len(states), rng)
    clock = np.zeros(1, dtype=np.int64)

    def finished() -> Search:
        return Search(*best, running.states, int(clock[0]) // len(states))

    with keeping(finished):
        for part in watched(T.size * len(states), progress):
            cool(units, betas, code, running, best, clock, part.stop)
    return finished()


def greedy(states, J, sweeps: int, *, progress: bool | None = None, rng: np.random.Generator) -> Search:
    """Greedy descent: turn every spin that gains, and start anew from a random state when none does.

    Parameters
    ----------
    states, J, progress, rng
        As for `simulate`.
    sweeps : int
        That each run may take, over all its descents.

    Returns
    -------
    Search

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range.
    spinlearn.core.progress.Interrupted
        At Ctrl-C. Its attribute `run` is the `Search` so far.

    Examples
    --------
    >>> greedy([[1, -1, 1]], 1.0 - np.eye(3), 10, rng=np.random.default_rng(1)).energy
    array([-3.])
    """
    units = heatbath.checked_graph("J", J)
    states = heatbath.checked_states("states", states, units.size, units.low)
    sweeps = arguments.count("sweeps", sweeps, at_most=(2**63 - 1) // len(states))
    arguments.flag("progress", progress, optional=True)
    running, best = _begin(units, states, len(states), rng)
    clock = np.zeros(1, dtype=np.int64)
    free = 1e-13 * max(np.abs(units.coupling).max(initial=0.0), np.abs(units.h).max())

    def finished() -> Search:
        return Search(*best, running.states, int(clock[0]) // len(states))

    with keeping(finished):
        for part in watched(sweeps * len(states), progress):
            descend(units, free, running, best, clock, part.stop)
    return finished()


def temper(
    states,
    J,
    T,
    sweeps: int,
    *,
    order: str = "sequential",
    progress: bool | None = None,
    rng: np.random.Generator,
) -> Search:
    """Parallel tempering: K copies of each run on a ladder of temperatures, which change places after every turn.

    Parameters
    ----------
    states : (R, N) or (R, K, N) integer array
        One start for all rungs of a run, or one for each, -1 or +1.
    J
        As for `simulate`.
    T : (K,) array_like
        Temperatures above 0, each higher than the one before.
    sweeps : int
        Of one rung: a turn, in which every rung has a sweep, counts K. What is left over below K is not used.
    order, progress, rng
        As for `simulate`.

    Returns
    -------
    Search
        ``last`` is ordered by rungs.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range.
    spinlearn.core.progress.Interrupted
        At Ctrl-C. Its attribute `run` is the `Search` so far.

    Examples
    --------
    >>> run = temper([[1, -1, 1]], 1.0 - np.eye(3), [0.5, 1.0, 2.0], 30, rng=np.random.default_rng(1))
    >>> run.energy, run.last.shape
    (array([-3.]), (1, 3, 3))
    """
    units = heatbath.checked_graph("J", J)
    T = arguments.ladder(T)
    start, K, n = arguments.as_array("states", states), T.size, units.size
    if start.ndim not in (2, 3) or start.shape[-1] != n or (start.ndim == 3 and start.shape[1] != K) or not len(start):
        raise ValueError(f"states must have shape (R, {n}) or (R, {K}, {n}), got {start.shape}")
    wide = np.broadcast_to(start if start.ndim == 3 else start[:, None], (len(start), K, n))
    flat = heatbath.checked_states("states", wide.reshape(-1, n), n, units.low)
    runs = len(start)
    sweeps = arguments.count("sweeps", sweeps, at_most=(2**63 - 1) // runs)
    code = heatbath.ORDERS[arguments.choice("order", order, heatbath.ORDERS)]
    arguments.flag("progress", progress, optional=True)
    running, best = _begin(units, flat, runs, rng)
    rungs, clock = np.tile(np.arange(K), (runs, 1)), np.zeros(1, dtype=np.int64)

    def finished() -> Search:
        last = np.take_along_axis(running.states.reshape(runs, K, n), rungs[:, :, None], axis=1)
        return Search(*best, last, K * (int(clock[0]) // runs))

    with keeping(finished):
        for part in watched(sweeps // K * runs, progress):
            climb(units, 1 / T, code, running, rungs, best, clock, part.stop)
    return finished()


def _begin(units: Graph, states: np.ndarray, runs: int, rng) -> tuple[Running, Best]:
    """Copies with their energies, and the best of each run among them."""
    energy = heatbath.energies_of(states, units)
    random = streams(len(states) + (runs if len(states) > runs else 0), rng)  # one more a run for exchanges
    lowest = energy.reshape(runs, -1).argmin(axis=1) + np.arange(runs) * (len(states) // runs)
    best = Best(states[lowest].copy(), energy[lowest].copy(), np.zeros(runs, dtype=np.int64))
    return Running(states, np.empty(states.shape), energy, random), best


@kernel
def note(units, best, r, s, energy, when):
    """Keep a state if it is lower than any before it in run r, by more than rounding.

    By rounding it is lower if it is the same state, or without fields its mirror image.
    """
    if energy < best.energy[r]:
        same, mirrored = 0, units.low == -1
        for i in range(s.size):
            same += s[i] == best.states[r, i]
            mirrored = mirrored and units.h[i] == 0.0
        if same != s.size and not (mirrored and same == 0):
            best.energy[r], best.found[r] = energy, when
            best.states[r] = s


@kernel
def turn(units, k, number, beta, order, running, best, r, when):
    """A sweep of copy k, which belongs to run r; every state that it comes through may be the best one."""
    s, x, random = running.states[k], running.x[k], running.random[k]
    if number % heatbath.RENEWAL == 0:
        heatbath.fill_fields(units, s, x)
        running.energy[k] = heatbath.energy_in(units, s, x)
    energy, lowest = running.energy[k], best.energy[r]
    for step in range(s.size):  # as in heatbath.sweep: a function for one update, called by both, is three times slower
        i = step
        if order == heatbath.REVERSED:
            i = s.size - 1 - step
        elif order == heatbath.RANDOM:
            i = random_site(s.size, random)
        cost = -(units.low + 1 - 2 * s[i]) * x[i]
        if uniform(random) < heatbath.chance(cost, beta):
            heatbath.move(units, s, x, i)
            energy += cost
            if energy < lowest:
                note(units, best, r, s, energy, when)
                lowest = best.energy[r]
    running.energy[k] = energy


@kernel
def cool(units, betas, order, running, best, clock, stop):
    """Go on to sweep number `stop`, all runs taking one in turn."""
    runs = len(running.states)
    for number in range(clock[0], stop):
        t, r = number // runs, number % runs
        turn(units, r, t, betas[t], order, running, best, r, t + 1)
        clock[0] = number + 1


@kernel
def descend(units, free, running, best, clock, stop):
    """Go on to sweep number `stop` of greedy descents; one that moves nothing ends in a new start.

    Gains up to `free` are rounding: with them a free spin would turn round for ever.
    """
    runs, n = running.states.shape
    for number in range(clock[0], stop):
        t, r = number // runs, number % runs
        s, x, moved = running.states[r], running.x[r], 0
        if t % heatbath.RENEWAL == 0:
            heatbath.fill_fields(units, s, x)
            running.energy[r] = heatbath.energy_in(units, s, x)
        for i in range(n):
            cost = -(units.low + 1 - 2 * s[i]) * x[i]
            if cost < -free:
                heatbath.move(units, s, x, i)
                running.energy[r] += cost
                moved += 1
        note(units, best, r, s, running.energy[r], t + 1)
        if not moved:
            for i in range(n):
                s[i] = 1 if next_word(running.random[r]) >> np.uint64(63) else units.low
            heatbath.fill_fields(units, s, x)
            running.energy[r] = heatbath.energy_in(units, s, x)
        clock[0] = number + 1


@kernel
def climb(units, betas, order, running, rungs, best, clock, stop):
    """Go on to turn number `stop` of ladders: a sweep on every rung, and exchanges between neighbours."""
    runs, K = rungs.shape
    for number in range(clock[0], stop):
        t, r = number // runs, number % runs
        for k in range(K):
            turn(units, r * K + rungs[r, k], t, betas[k], order, running, best, r, K * t + k + 1)
        for k in range(t % 2, K - 1, 2):
            gap = running.energy[r * K + rungs[r, k]] - running.energy[r * K + rungs[r, k + 1]]
            if uniform(running.random[runs * K + r if K > 1 else r]) < np.exp(
                min(0.0, (betas[k] - betas[k + 1]) * gap)
            ):
                rungs[r, k], rungs[r, k + 1] = rungs[r, k + 1], rungs[r, k]
        clock[0] = number + 1
