"""Cluster algorithms at the critical point of the square lattice, side by side with mcising where it is installed.

All contenders of a size start from the same equilibrated configuration. A rate is of sites turned over (Wolff) or
looked at (Swendsen and Wang), in millions a second, by the processor time of one thread.

Wolff's algorithm goes from site to site, some 130 instructions each: at L = 512 they are what it waits for, at 4096 it
is also the memory. Reading the neighbours of 64 sites ahead of their turn made it slower; reading those of one site
16 places ahead was slower at 512 and within the noise at 4096.
"""

import time
from dataclasses import replace

import numpy as np

from spinlearn import exact, lattice
from spinlearn.lattice import cluster
from spinlearn.measure import observables

from .lattice import PROOF_SIDE, PROOF_TEMPERATURE, T
from .multispin import PEER, PEER_IS_HERE, in_turn, peer, report_peer


def prove(name: str, algorithm, torus: lattice.Lattice, seed: int = 1) -> float:
    """Deviation of the mean energy from Kaufman's, in standard errors; a ValueError beyond four."""
    run = algorithm(lattice.all_up(torus), torus, PROOF_TEMPERATURE, 10_000, rng=np.random.default_rng(seed))
    estimate = observables.mean(run.e[200:])
    return check(name, estimate)


def prove_peer(algorithm: str, seed: int = 1) -> float:
    """The same for the peer."""
    simulation = peer(PROOF_SIDE, seed, algorithm)
    energies = []
    for _ in range(10_000):
        simulation.sweep(1, temperature=PROOF_TEMPERATURE)
        energies.append(simulation.energy())
    return check(f"{PEER}, {algorithm}", observables.mean(energies[200:]))


def check(name: str, estimate: observables.Estimate) -> float:
    """Deviation of an estimate from Kaufman's energy, in standard errors; a ValueError beyond four."""
    deviation = (estimate.value - exact.kaufman(PROOF_SIDE, PROOF_SIDE, PROOF_TEMPERATURE).e) / estimate.error
    if abs(deviation) > 4:
        raise ValueError(f"{name} is off by {deviation:.1f} standard errors: its speed means nothing")
    return float(deviation)


def by_table(torus: lattice.Lattice) -> lattice.Lattice:
    """The same geometry in one long row, for which no special case is made."""
    return replace(torus, shape=(torus.size,))


def measure(side: int, clusters: int, rounds: int = 7) -> dict[str, dict[str, float]]:
    """Median rates of the two algorithms in millions of sites a second, `clusters` clusters or sweeps a turn."""
    torus, rng = lattice.square(side), np.random.default_rng(1)
    start = cluster.swendsen_wang(lattice.all_up(torus), torus, T, 60, every=60, rng=rng).spins

    def wolff(geometry):
        spins = start.reshape(geometry.shape)
        return lambda steps: cluster.wolff(spins, geometry, T, steps, every=steps + 1, rng=rng).sizes.sum()

    def swendsen_wang(geometry):
        spins = start.reshape(geometry.shape)

        def work(sweeps):
            cluster.swendsen_wang(spins, geometry, T, sweeps, every=sweeps + 1, rng=rng)
            return sweeps * side**2

        return work

    works = {
        "Wolff": {"square": wolff(torus), "by table": wolff(by_table(torus))},
        "Swendsen-Wang": {"square": swendsen_wang(torus), "by table": swendsen_wang(by_table(torus))},
    }
    if PEER_IS_HERE:
        simulations = {name: peer(side, 1, name) for name in ("wolff", "swendsen_wang")}
        for simulation in simulations.values():
            simulation.set_spins(start)

        def peer_wolff(steps):
            # Its sweep is one cluster, and it says how large.
            return sum(simulations["wolff"].sweep(1, temperature=T)[1] for _ in range(steps))

        def peer_swendsen_wang(sweeps):
            simulations["swendsen_wang"].sweep(sweeps, temperature=T)
            return sweeps * side**2

        works["Wolff"][PEER] = peer_wolff
        works["Swendsen-Wang"][PEER] = peer_swendsen_wang
    for group in works.values():
        for work in group.values():
            work(1)
    return {
        name: in_turn({label: (work, clusters) for label, work in group.items()}, rounds, time.thread_time)
        for name, group in works.items()
    }


def main() -> None:
    """Prove, measure, print."""
    print("Cluster algorithms on the square lattice at the critical temperature, one thread")
    report_peer()
    print(f"\nFirst, is it right? Energy of the {PROOF_SIDE}×{PROOF_SIDE} torus at T = {PROOF_TEMPERATURE}:")
    torus = lattice.square(PROOF_SIDE)
    for name, algorithm in (("Wolff", cluster.wolff), ("Swendsen-Wang", cluster.swendsen_wang)):
        for label, geometry in (("square", torus), ("by table", by_table(torus))):
            print(f"  {name + ', ' + label:26s} {prove(name, algorithm, geometry):+5.1f} standard errors")
    if PEER_IS_HERE:
        for name in ("wolff", "swendsen_wang"):
            print(f"  {PEER + ', ' + name:26s} {prove_peer(name):+5.1f} standard errors")
    for side, clusters in ((512, 40), (4096, 6)):
        for name, rates in measure(side, clusters).items():
            print(f"\n{name}, L = {side}{'':8s} million sites/s")
            for contender, rate in rates.items():
                ratio = f"{rate / rates[PEER]:6.2f} × {PEER}" if PEER_IS_HERE else ""
                print(f"  {contender:24s} {rate:8.1f} {ratio}")
