"""The kernels of layers as plain Python, as a debugger steps through them: the same numbers."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest

from spinlearn.bipartite import draws, units


def measured() -> dict[str, list[float]]:
    """Means, draws and sums of every kind with a kernel, in fields whose exponentials overflow, too."""
    x = np.concatenate([np.linspace(-4, 4, 60), [-1e30, -200.0, -35.0, 35.0, 200.0, 1e30]]).astype(np.float32)[None]
    kinds = [units.binary(), units.spin(), units.binomial(3), units.gaussian(), units.half_gaussian(), units.poisson()]
    found = {}
    for kind in kinds:
        mean, state = np.empty_like(x), np.empty_like(x)
        kind.fill(x, np.zeros(x.shape[1], np.float32), np.float32(0.9), draws.seed_of(3, 1), mean, state)
        found[kind.law.name] = np.nan_to_num(np.concatenate([mean[0], state[0]]), nan=-7.0, posinf=1e30).tolist()
        found[f"{kind.law.name}, K"] = np.atleast_1d(kind.sum_K(x[0, :62].astype(float))).tolist()
    return found


@pytest.mark.slow
def test_plain_python_gives_the_same_numbers():
    command = [sys.executable, "-W", "error::RuntimeWarning", __file__]
    shown = subprocess.run(command, env={**os.environ, "NUMBA_DISABLE_JIT": "1"}, capture_output=True, timeout=300)
    assert shown.returncode == 0, shown.stderr.decode()
    plain, compiled = json.loads(shown.stdout), measured()
    assert plain.keys() == compiled.keys()
    for name, values in compiled.items():
        assert plain[name] == pytest.approx(values, rel=1e-6, abs=1e-7), name


if __name__ == "__main__":
    json.dump(measured(), sys.stdout)
