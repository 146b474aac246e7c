"""One workload, several programs: single-spin updates of the square lattice at the critical temperature.

Every contender first has to give Kaufman's exact energy of a small torus within four standard errors; only then is it
timed. The contenders take turns, so that a slow moment of a shared machine falls on all of them, and the medians are
compared as ratios within the run.
"""

import time
from collections.abc import Callable
from statistics import median
from typing import NamedTuple

import numba
import numpy as np

from spinlearn import exact, lattice
from spinlearn.lattice import ising
from spinlearn.measure import observables

T = exact.critical_temperature()
PROOF_SIDE, PROOF_TEMPERATURE, PROOF_SWEEPS = 16, 2.6, 20_000


class Contender(NamedTuple):
    """A program that makes sweeps.

    `start(side, T, seed)` returns a function `advance(sweeps)`, which makes so many sweeps and returns the energy per
    spin after the last one.
    """

    name: str
    start: Callable


def spinlearn(order: str, rule: str = "metropolis") -> Contender:
    """The kernel of this library."""

    def start(side, T, seed):
        torus, rng = lattice.square(side), np.random.default_rng(seed)
        spins = lattice.random_spins(torus, rng=rng)

        def advance(sweeps):
            nonlocal spins
            run = ising.simulate(spins, torus, T, sweeps, rule=rule, order=order, every=sweeps, rng=rng)
            spins = run.spins
            return run.e[-1]

        return advance

    return Contender(f"spinlearn, {order}, {rule}", start)


def numpy_roll() -> Contender:
    """What a student writes first: two sublattices, and neighbours by numpy.roll."""

    def start(side, T, seed):
        rng = np.random.default_rng(seed)
        spins = rng.choice(np.array([-1, 1], dtype=np.int8), size=(side, side))
        boards = np.indices((side, side)).sum(axis=0) % 2

        def neighbours():
            return sum(np.roll(spins, shift, axis) for axis in (0, 1) for shift in (-1, 1))

        def advance(sweeps):
            for _ in range(sweeps):
                for colour in (0, 1):
                    cost = 2 * spins * neighbours()
                    flip = (boards == colour) & (rng.random((side, side)) < np.exp(-cost / T))
                    spins[flip] *= -1
            return -0.5 * np.mean(spins * neighbours())

        return advance

    return Contender("NumPy, np.roll", start)


@numba.njit
def _tutorial_sweeps(spins, T, sweeps):
    """The loop of many tutorials: a random site, its four neighbours, an exponential."""
    side = spins.shape[0]
    for _ in range(sweeps * side * side):
        i = np.random.randint(side)  # noqa: NPY002 - the generator that these tutorials use
        j = np.random.randint(side)  # noqa: NPY002
        beside = spins[(i + 1) % side, j] + spins[i - 1, j] + spins[i, (j + 1) % side] + spins[i, j - 1]
        cost = 2 * spins[i, j] * beside
        if cost <= 0 or np.random.random() < np.exp(-cost / T):  # noqa: NPY002
            spins[i, j] = -spins[i, j]


@numba.njit
def _seed(seed):
    np.random.seed(seed)  # noqa: NPY002


def njit_tutorial() -> Contender:
    """The same loop as a tutorial has it, compiled."""

    def start(side, T, seed):
        _seed(seed)
        spins = np.random.default_rng(seed).choice(np.array([-1, 1], dtype=np.int8), size=(side, side))

        def advance(sweeps):
            _tutorial_sweeps(spins, T, sweeps)
            return -0.5 * np.mean(spins * sum(np.roll(spins, shift, axis) for axis in (0, 1) for shift in (-1, 1)))

        return advance

    return Contender("njit, tutorial loop", start)


def contenders() -> list[Contender]:
    """All of them, the reference of the ratios last."""
    return [spinlearn("sequential", "heat-bath"), spinlearn("random"), njit_tutorial(), numpy_roll()]


def prove(contender: Contender, seed: int = 1) -> float:
    """Deviation of the contender's mean energy from Kaufman's, in standard errors; a ValueError beyond four."""
    advance = contender.start(PROOF_SIDE, PROOF_TEMPERATURE, seed)
    advance(500)
    estimate = observables.mean([advance(5) for _ in range(PROOF_SWEEPS // 5)])
    deviation = (estimate.value - exact.kaufman(PROOF_SIDE, PROOF_SIDE, PROOF_TEMPERATURE).e) / estimate.error
    if abs(deviation) > 4:
        raise ValueError(f"{contender.name} is off by {deviation:.1f} standard errors: its speed means nothing")
    return float(deviation)


def measure(side: int, rounds: int = 7, seconds: float = 0.25) -> dict[str, float]:
    """Median rates in flips tried per nanosecond, the contenders taking turns."""
    running, sweeps = {}, {}
    for contender in contenders():
        advance = contender.start(side, T, 1)
        advance(1)  # compiles, and fills the caches
        begin = time.perf_counter()
        advance(1)
        sweeps[contender.name] = max(1, round(seconds / (time.perf_counter() - begin)))
        running[contender.name] = advance
    rates = {name: [] for name in running}
    for _ in range(rounds):
        for name, advance in running.items():
            begin = time.perf_counter()
            advance(sweeps[name])
            rates[name].append(sweeps[name] * side * side / (time.perf_counter() - begin) / 1e9)
    return {name: median(values) for name, values in rates.items()}


def main() -> None:
    """Prove, measure, print."""
    print("Square lattice at the critical temperature, single-spin updates, one thread")
    torus = f"{PROOF_SIDE}×{PROOF_SIDE} torus at T = {PROOF_TEMPERATURE}"
    print(f"\nFirst, is it right? Energy of the {torus}, against Kaufman:")
    for contender in contenders():
        print(f"  {contender.name:32s} {prove(contender):+5.1f} standard errors")
    for side in (512, 2048):
        rates = measure(side)
        slowest = rates[contenders()[-1].name]
        print(f"\nL = {side}{'':26s} flips/ns   × NumPy")
        for name, rate in rates.items():
            print(f"  {name:32s} {rate:7.4f} {rate / slowest:9.1f}")
