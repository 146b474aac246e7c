"""The kernels as plain Python, as a debugger or a reader steps through them: the same numbers, and no warnings."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest

from spinlearn.lattice import (
    all_up,
    bond_couplings,
    bonds,
    cluster,
    cooled,
    drive,
    firing,
    from_couplings,
    frozen,
    hulls,
    ising,
    multispin,
    overlaps,
    random_spins,
    samples,
    signs,
    square,
    tempering,
)


def measured() -> dict[str, list[float]]:
    """A short run of every sampler, and energies that are larger than 127."""
    rng, lattice, sheet = np.random.default_rng(1), square(4, 6), square(16)
    start, whole = all_up(lattice), all_up(sheet)
    J = bond_couplings(lattice, np.random.default_rng(2).normal(size=len(bonds(lattice))))
    everyone = from_couplings(1.0 - np.eye(200))[0]  # 199 neighbours each
    runs = {
        "ising": ising.simulate(start, lattice, 2.0, 4, h=0.2, rng=rng),
        "ising in order": ising.simulate(start, lattice, 2.0, 4, order="sequential", rng=rng),
        "ising bond by bond": ising.simulate(start, lattice, 2.0, 4, J=J, rng=rng),
        "everyone": ising.simulate(all_up(everyone), everyone, 150.0, 2, rng=rng),
        "drive": drive.drive(start, lattice, 2.0, [0.1, -0.5, 0.3], rng=rng),
        "wolff": cluster.wolff(start, lattice, 2.0, 6, rng=rng),
        "wolff by table": cluster.wolff(all_up(square(4, periodic=False)), square(4, periodic=False), 2.0, 6, rng=rng),
        "swendsen and wang": cluster.swendsen_wang(start, lattice, 2.0, 4, rng=rng),
        "words": multispin.simulate(whole, 2.0, 2, rng=rng),
        "replicas": multispin.replicas(start, [2.0, 3.0], 2, rng=rng),
        "cooled words": cooled.replicas(start[None], [2.0, 0.0], rng=rng),
        "cooled sites": cooled.on_lattice(start, lattice, [2.0, 0.0], rng=rng),
        "frozen": frozen.quench(random_spins(lattice, rng=rng), lattice, cap=100, rng=rng),
        "hulls": hulls.walls(random_spins(lattice, rng=rng)),
        "spikes": firing.spikes(rng.uniform(-1, 1, (20, 3))),
        "tempering": tempering.simulate(start, lattice, [2.0, 3.0], 4, rng=rng),
        "glass in words": signs.simulate(start, lattice, [1.0, 2.0], 2, J=np.sign(J), rng=rng),
        "glass": samples.through(start, lattice, [1.0, 0.0], J=[J, -J], h=0.2, rng=rng),
        "overlaps": overlaps.simulate(lattice, [1.0, 2.0], 2, J=J, rng=rng),
    }
    found = {name: np.concatenate([np.ravel(part) for part in run]).tolist() for name, run in runs.items()}
    found["energy"] = [ising.energy(whole, sheet), ising.energy(all_up(everyone), everyone)]
    return found


def test_energies_are_what_they_are():
    assert measured()["energy"] == [-512.0, -19900.0]


@pytest.mark.slow
def test_plain_python_gives_the_same_numbers():
    command = [sys.executable, "-W", "error::RuntimeWarning", __file__]
    shown = subprocess.run(command, env={**os.environ, "NUMBA_DISABLE_JIT": "1"}, capture_output=True, timeout=300)
    assert shown.returncode == 0, shown.stderr.decode()
    plain, compiled = json.loads(shown.stdout), measured()
    assert plain.keys() == compiled.keys()
    for name, values in compiled.items():
        assert plain[name] == pytest.approx(values, rel=1e-12), name


if __name__ == "__main__":
    json.dump(measured(), sys.stdout)
