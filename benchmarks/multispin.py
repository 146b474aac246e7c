"""Multi-spin coding side by side with other programs: one large lattice, and 64 temperatures at once.

As in `benchmarks.lattice`, a contender is proved before it is timed, the contenders take turns, and medians are
compared as ratios within the run. mcising (a Rust program on PyPI) takes part; `make bench` installs it.

How fast can it be? On one core of an AMD Zen 4 at 3.7 GHz, which takes two cycles for an operation on 512 bits: to draw
the 12 random words for 64 spins and do nothing else runs at 31 flips/ns, to compare them with p as well at 22, with the
bonds and the turning at 17, and with the spins left over at 14 to 15. The loop has 168 arithmetic operations on 512
bits for 512 spins; at two a cycle, all that was seen of such operations there, it could not pass 22. On a core
that does such an operation in one cycle the limit is higher, and so is the ratio to a peer with one spin at a time.
"""

import time
from collections.abc import Callable
from statistics import median

import numpy as np

from spinlearn import exact
from spinlearn.lattice import multispin
from spinlearn.measure import observables

from .lattice import PROOF_SIDE, PROOF_TEMPERATURE, Contender, T, njit_tutorial, prove, spinlearn

PEER = "mcising"
try:
    from mcising._core import IsingSimulation

    MISSING = ""
except ImportError as error:
    MISSING = str(error)
PEER_IS_HERE = not MISSING
TEMPERATURES = np.linspace(1.5, 3.5, 64)


def coded(threads: int = 1, rule: str = "metropolis") -> Contender:
    """Multi-spin coding."""

    def start(side, T, seed):
        rng = np.random.default_rng(seed)
        spins = rng.choice(np.array([-1, 1], dtype=np.int8), size=(side, side))

        def advance(sweeps):
            nonlocal spins
            run = multispin.simulate(spins, T, sweeps, rule=rule, every=sweeps, threads=threads, rng=rng)
            spins = run.spins
            return run.e[-1]

        return advance

    threaded = f", {threads} threads" if threads > 1 else ""
    return Contender(f"multi-spin, {rule}{threaded}", start)


def mcising() -> Contender:
    """mcising's Metropolis."""

    def start(side, T, seed):
        simulation = peer(side, seed, "metropolis")

        def advance(sweeps):
            simulation.sweep(sweeps, temperature=T)
            return simulation.energy()

        return advance

    return Contender(PEER, start)


def peer(side: int, seed: int, algorithm: str):
    """A simulation of mcising on a periodic square lattice with J = 1."""
    return IsingSimulation(side, 1.0, 0.0, 0.0, 0.0, seed, algorithm)


def report_peer() -> None:
    """Say whether the peer takes part."""
    if not PEER_IS_HERE:
        print(f"({PEER} takes no part: {MISSING}; `make bench` installs it, or says why not)")


def in_turn(jobs: dict[str, tuple[Callable, int]], rounds: int = 7, clock=time.perf_counter) -> dict[str, float]:
    """Median rates per microsecond of jobs that take turns.

    A job is a function of a number of sweeps, which returns how much it did in them, and the number. What a call costs
    before its first sweep, such as checking and packing the spins, is taken off: a call with one sweep is timed too.
    """
    rates = {name: [] for name in jobs}
    for _ in range(rounds):
        for name, (work, sweeps) in jobs.items():
            begin = clock()
            done_in_one = work(1)
            after_one = clock()
            done = work(1 + sweeps)
            spent = (clock() - after_one) - (after_one - begin)
            rates[name].append((done - done_in_one) / spent / 1e6)
    return {name: median(values) for name, values in rates.items()}


def long_enough(work: Callable, seconds: float) -> int:
    """How many sweeps take at least so many seconds, not counting what a call costs before the first."""
    work(1)  # compiles, and fills the caches
    sweeps = 1
    while True:
        begin = time.perf_counter()
        work(1)
        call = time.perf_counter() - begin
        work(1 + sweeps)
        spent = time.perf_counter() - begin - 2 * call
        if spent > max(2 * call, seconds):
            return sweeps
        sweeps *= 2


def compare(contenders: list[Contender], side: int, seconds: float = 0.5, clock=time.perf_counter) -> None:
    """Print flips tried per nanosecond, and ratios to the last contender."""

    def work_of(contender):
        advance = contender.start(side, T, 1)

        def work(sweeps):
            advance(sweeps)
            return sweeps * side**2

        return work

    works = {contender.name: work_of(contender) for contender in contenders}
    jobs = {name: (work, long_enough(work, seconds)) for name, work in works.items()}
    rates = in_turn(jobs, clock=clock)
    last = rates[contenders[-1].name]
    print(f"\nL = {side}{'':26s} flips/ns   × {contenders[-1].name}")
    for name, rate in rates.items():
        print(f"  {name:32s} {rate / 1e3:7.4f} {rate / last:9.1f}")


def prove_replicas(seed: int = 1) -> float:
    """Largest deviation of 64 replicas from Kaufman's energies, in standard errors; a ValueError beyond 4.5."""
    spins = np.ones((PROOF_SIDE, PROOF_SIDE), dtype=np.int8)
    warm = TEMPERATURES[TEMPERATURES > PROOF_TEMPERATURE]
    run = multispin.replicas(spins, warm, 20_000, every=5, rng=np.random.default_rng(seed))
    truth = exact.kaufman(PROOF_SIDE, PROOF_SIDE, warm).e
    estimates = [observables.mean(e) for e in run.e[100:].T]
    deviations = [(one.value - e) / one.error for one, e in zip(estimates, truth, strict=True)]
    largest = max(deviations, key=abs)
    if abs(largest) > 4.5:
        raise ValueError(f"replicas are off by {largest:.1f} standard errors: their speed means nothing")
    return float(largest)


def compare_replicas(side: int = 64, every: int = 10, seconds: float = 0.5, clock=time.perf_counter) -> None:
    """Print flips tried per nanosecond at 64 temperatures, energies and magnetisations recorded."""
    spins, rng = np.ones((side, side), dtype=np.int8), np.random.default_rng(1)

    def coded_replicas(records):
        multispin.replicas(spins, TEMPERATURES, records * every, every=every, rng=rng)
        return records * every * TEMPERATURES.size * side**2

    works = {"multi-spin, replicas": coded_replicas}
    if PEER_IS_HERE:
        simulations = [peer(side, seed, "metropolis") for seed in range(TEMPERATURES.size)]

        def one_by_one(records):
            for simulation, t in zip(simulations, TEMPERATURES, strict=True):
                simulation.production_sweeps(records, every, temperature=t, store_configs=False)
            return records * every * TEMPERATURES.size * side**2

        works[PEER] = one_by_one
    rates = in_turn({name: (work, long_enough(work, seconds)) for name, work in works.items()}, clock=clock)
    print(f"\n64 temperatures, L = {side}, records every {every} sweeps: flips/ns in all")
    for name, rate in rates.items():
        ratio = f"{rate / rates[PEER]:9.1f} × {PEER}" if PEER_IS_HERE else ""
        print(f"  {name:32s} {rate / 1e3:7.4f} {ratio}")


def main() -> None:
    """Prove, measure, print."""
    print("Square lattice at the critical temperature, 64 spins a word")
    report_peer()
    peers = [mcising()] if PEER_IS_HERE else []
    contenders = [
        coded(),
        coded(rule="heat-bath"),
        coded(threads=2),
        spinlearn("sequential", "heat-bath"),
        njit_tutorial(),
        *peers,
    ]
    torus = f"{PROOF_SIDE}×{PROOF_SIDE} torus at T = {PROOF_TEMPERATURE}"
    print(f"\nFirst, is it right? Energy of the {torus}, against Kaufman:")
    for contender in contenders:
        print(f"  {contender.name:32s} {prove(contender):+5.1f} standard errors")
    print(f"  {'multi-spin, replicas':32s} {prove_replicas():+5.1f} standard errors, the largest of many")
    # Once by the processor time of one thread, which leaves out what else a shared machine does, and once by the clock.
    print("\nBy processor time, one thread:")
    single = [coded(), coded(rule="heat-bath"), spinlearn("sequential", "heat-bath"), njit_tutorial(), *peers]
    compare(single, 512, clock=time.thread_time)
    compare([coded(), coded(rule="heat-bath"), *peers], 4096, clock=time.thread_time)
    compare_replicas(clock=time.thread_time)
    print("\nBy the clock:")
    for side in (512, 4096):
        compare([coded(threads=2), coded()], side)
