"""Parallel tempering: a ladder of temperatures, and configurations that change places on it.

Where a cold system has valleys, a local dynamics stays in one of them; a hot one crosses the hills. Run the same system
at temperatures T_1 < T_2 < … side by side, and after every sweep offer neighbours on the ladder the chance to exchange
their configurations, with probability

    min(1, exp((1 / T_k - 1 / T_{k+1}) (E_k - E_{k+1}))).

It is Metropolis's rule for the product of all the laws, so every rung keeps its own. A configuration walks up, forgets,
and comes down elsewhere. The rungs have to be so close that the energies of neighbours overlap: look at `swaps`.

Even and odd pairs of neighbours take turns, which lets configurations travel further than pairs drawn at random.

References
----------
K. Hukushima and K. Nemoto, J. Phys. Soc. Jpn. 65, 1604 (1996).
"""

from typing import NamedTuple

import numpy as np

from ..core import arguments
from ..core.jit import kernel
from ..core.progress import keeping, watched
from ..core.words import seed_all, stream, uniform
from . import ising
from .geometry import Lattice, checked, interactions


class TemperedRun(NamedTuple):
    """What `simulate` returns. Rung k of the ladder is temperature number k.

    Attributes
    ----------
    spins : (R, ...) int8
        The configuration on each rung after the last sweep, each of the lattice's shape.
    e, m : (records, R) float64
        Energy and magnetisation per spin on each rung, after every recorded sweep and the exchange that follows it.
    swaps : (R - 1,) float64
        Share of the exchanges offered between rung k and the next that were made; NaN where none was offered.
    walkers : (records, R) int64
        Which of the R configurations, numbered as at the start, was on each rung.
    """

    spins: np.ndarray
    e: np.ndarray
    m: np.ndarray
    swaps: np.ndarray
    walkers: np.ndarray


class Ladder(NamedTuple):
    """What stays the same in a run: the system, and the temperatures."""

    neighbours: np.ndarray
    couplings: np.ndarray
    fields: np.ndarray
    betas: np.ndarray
    rule: int
    at_random: bool
    every: int


class Walkers(NamedTuple):
    """What moves: configurations, their energies and places, random numbers, exchanges offered and made."""

    spins: np.ndarray  # (R, N) int8
    energies: np.ndarray  # (R,)
    on_rung: np.ndarray  # (R,) int64: the walker on each rung
    states: np.ndarray  # (R + 1, 4) uint64: a stream for each rung, and one for the exchanges
    offered: np.ndarray  # (R - 1,) int64
    made: np.ndarray  # (R - 1,) int64


def simulate(
    spins,
    lattice: Lattice,
    T,
    sweeps: int,
    *,
    rule: str = "heat-bath",
    order: str = "random",
    J=1.0,
    h=0.0,
    every: int = 1,
    progress: bool | None = None,
    rng: np.random.Generator,
) -> TemperedRun:
    """Run a local dynamics at each temperature of a ladder, and offer exchanges between neighbours after every sweep.

    Parameters
    ----------
    spins : integer array of shape ``lattice.shape`` or (R, ...)
        One start for all rungs, or one for each; -1 or +1. It is left as it is.
    lattice : Lattice
    T : (R,) array_like
        Temperatures, above 0, each higher than the one before.
    sweeps : int
        A sweep is N updates of one spin on every rung.
    rule, order, J, h, progress
        As for `ising.simulate`.
    every : int
        Record after every so many sweeps.
    rng : numpy.random.Generator
        Advanced by one draw. The same Generator state gives the same run on every machine.

    Returns
    -------
    TemperedRun

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range; nothing has been changed then, and `rng` not advanced.
    spinlearn.core.progress.Interrupted
        At Ctrl-C. Its attribute `run` is the `TemperedRun` so far.

    Examples
    --------
    >>> from spinlearn.lattice import all_up, square
    >>> T = np.linspace(1.5, 3.0, 6)
    >>> run = simulate(all_up(square(8)), square(8), T, 500, rng=np.random.default_rng(1))
    >>> run.e.shape, bool((np.diff(run.e[100:].mean(axis=0)) > 0).all()), bool(run.swaps.min() > 0.1)
    ((500, 6), True, True)
    """
    shape = checked(lattice).shape
    T = arguments.ladder(T)
    start = arguments.as_array("spins", spins)
    if start.shape not in (shape, (T.size, *shape)):
        raise ValueError(f"spins must have the lattice's shape {shape}, or {(T.size, *shape)}, got {start.shape}")
    flat = np.broadcast_to(arguments.spins(start).reshape(-1, lattice.size), (T.size, lattice.size)).copy()
    n, rungs = lattice.size, T.size
    most = (2**63 - 1) // (n * rungs)
    sweeps = arguments.count("sweeps", sweeps, at_most=most)
    every = arguments.count("every", every, at_least=1, at_most=most)
    rule_code, at_random = ising.dynamics(rule, order)
    couplings, fields = interactions(lattice, J, h)
    if couplings is None:
        couplings, fields = np.full(lattice.neighbours.shape, float(J)), np.full(n, float(h))
    ising.refuse_free_flips(rule, ising.largest_fields(lattice, couplings, fields), float(T.max()), sweeps)
    arguments.flag("progress", progress, optional=True)
    records = sweeps // every
    e, m = arguments.room((2, records, rungs), sweeps=sweeps)
    who, clock = arguments.room((records, rungs), np.int64, sweeps=sweeps), np.zeros(1, dtype=np.int64)

    copies = walkers(flat, lattice, couplings, fields, rng)
    system = Ladder(lattice.neighbours, couplings, fields, 1 / T, rule_code, at_random, every)

    def finished() -> TemperedRun:
        done = slice(clock[0] // (rungs * every))
        offered, made = copies.offered, copies.made
        swaps = np.divide(made, offered, out=np.full(rungs - 1, np.nan), where=offered > 0)
        return TemperedRun(flat[copies.on_rung].reshape(rungs, *shape), e[done], m[done], swaps, who[done])

    with keeping(finished):
        for part in watched(sweeps * rungs, progress):
            run_ladder(system, part.stop, copies, clock, e, m, who)
    return finished()


def walkers(spins: np.ndarray, lattice: Lattice, couplings: np.ndarray, fields: np.ndarray, rng) -> Walkers:
    """Put a configuration on each rung: `spins` (R, N) int8, which the run changes in place."""
    R = len(spins)
    states = np.empty((R + 1, 4), dtype=np.uint64)
    states[-1] = stream(rng)
    seed_all(states[-1], states[:-1])
    energies = np.array([ising.energy_of_bonds(one, lattice.neighbours, couplings, fields) for one in spins])
    return Walkers(spins, energies, np.arange(R), states, *np.zeros((2, R - 1), dtype=np.int64))


@kernel
def run_ladder(system, stop, walkers, clock, e, m, who):
    """Go on to rung sweep number `stop` of a run: a sweep on every rung, an exchange, a record after `every` of them.

    `system` is a `Ladder`, `walkers` are `Walkers`. `clock` (1,) int64 says how many sweeps of one rung there were.
    """
    rungs, n = walkers.spins.shape
    none = np.empty(0)
    for number in range(clock[0], stop):
        turn, k = number // rungs, number % rungs
        i = walkers.on_rung[k]
        spins, state = walkers.spins[i], walkers.states[k]
        one = ising.Varied(
            system.neighbours, system.couplings, system.fields, system.betas[k], system.rule, system.at_random, 2
        )
        ising.run_varied(one, n, spins, state, np.zeros(1, dtype=np.int64), none, none)
        walkers.energies[i] = ising.energy_of_bonds(spins, system.neighbours, system.couplings, system.fields)
        if k == rungs - 1:
            exchange(walkers, system.betas, turn % 2)
            if (turn + 1) % system.every == 0:
                for j in range(rungs):
                    there = walkers.on_rung[j]
                    e[turn // system.every, j] = walkers.energies[there] / n
                    m[turn // system.every, j] = walkers.spins[there].sum() / n
                    who[turn // system.every, j] = there
        clock[0] = number + 1


@kernel
def exchange(walkers, betas, first):
    """Offer the pairs of rungs (first, first + 1), (first + 2, first + 3) and so on the chance to change places."""
    for k in range(first, betas.size - 1, 2):
        cold, hot = walkers.on_rung[k], walkers.on_rung[k + 1]
        x = (betas[k] - betas[k + 1]) * (walkers.energies[hot] - walkers.energies[cold])
        walkers.offered[k] += 1
        if uniform(walkers.states[-1]) < ising.flip_probability(ising.METROPOLIS, x):
            walkers.on_rung[k], walkers.on_rung[k + 1] = hot, cold
            walkers.made[k] += 1
