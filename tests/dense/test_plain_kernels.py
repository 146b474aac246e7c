"""The kernels of machines and annealings as plain Python, as a debugger steps through them: the same numbers."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest

from spinlearn.dense import anneal, boltzmann, heatbath, instances, valleys, work


def measured() -> dict[str, list[float]]:
    """A short run of everything that samples, down to T = 0 and with costs whose exponentials overflow."""
    rng = np.random.default_rng(1)
    model = boltzmann.random_machine(5, 2, strength=1.0, alphabet="binary", rng=rng)
    start = np.ones((2, 7), dtype=np.int8)
    planted = instances.perfect_partition(8, 10_000, rng=rng)
    spins = heatbath.random_states(planted.graph, 2, rng=rng)
    small = heatbath.graph(np.ones((4, 4)) - np.eye(4), h=0.1)
    steps = work.protocol([np.inf, 2.0, 0.5])
    runs = {
        "machine": boltzmann.simulate(start, model, 1.3, 4, rng=rng)[:2],
        "clamped at random": boltzmann.simulate(start, model, 0.0, 4, clamped=5, order="random", rng=rng)[:2],
        "annealing": anneal.simulate(spins, planted.graph, [1e8, 1.0, 1e-3, 0.0], rng=rng),
        "greedy": anneal.greedy(spins, planted.graph, 9, rng=rng),
        "tempering": anneal.temper(spins, planted.graph, [1.0, 1e8], 8, rng=rng),
        "work": work.run(work.equilibrium(small, steps, 3, rng=rng), small, steps, rng=rng),
        "exact": work.exact(small, steps)[:4],
        "cooled": valleys.cooled(small, [2.0, 1.0, 0.0], order="random"),
        "depth": valleys.depth(small),
    }
    return {name: np.concatenate([np.ravel(part) for part in run]).tolist() for name, run in runs.items()}


@pytest.mark.slow
def test_plain_python_gives_the_same_numbers():
    command = [sys.executable, "-W", "error::RuntimeWarning", __file__]
    shown = subprocess.run(command, env={**os.environ, "NUMBA_DISABLE_JIT": "1"}, capture_output=True, timeout=300)
    assert shown.returncode == 0, shown.stderr.decode()
    plain, compiled = json.loads(shown.stdout), measured()
    assert plain.keys() == compiled.keys()
    for name, values in compiled.items():
        assert plain[name] == pytest.approx(values, rel=1e-12, abs=1e-12), name


if __name__ == "__main__":
    json.dump(measured(), sys.stdout)
