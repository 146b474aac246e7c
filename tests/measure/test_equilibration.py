"""Two starts: they agree where both are in equilibrium, and not where one of them is known not to be."""

import numpy as np
import pytest
from scipy.signal import lfilter
from scipy.stats import binom

from spinlearn import lattice
from spinlearn.lattice import ising
from spinlearn.measure.equilibration import equilibrated

PHI = 0.8  # of AR(1) series; tau = 4.5


def stationary(rng, n=4000, phi=PHI):
    noise = rng.normal(size=(2, n)) * np.sqrt(1 - phi**2)
    noise[:, 0] /= np.sqrt(1 - phi**2)
    return lfilter([1.0], [1.0, -phi], noise)


def two_starts(L, T, sweeps, rng):
    torus = lattice.square(L)
    starts = lattice.random_spins(torus, rng=rng), lattice.all_up(torus)
    return [ising.simulate(spins, torus, T, sweeps, rule="heat-bath", rng=rng) for spins in starts]


@pytest.mark.slow
@pytest.mark.parametrize("phi", [0.0, 0.8, 0.95])
def test_two_stationary_runs_agree_nearly_always(phi, rng):
    """In 400 pairs few do not: chance has it once in 16 000, and cuts four early windows in a thousand off."""
    found = [equilibrated(*stationary(rng, 12_000, phi)) for _ in range(400)]
    assert sum(not one for one in found) <= binom.isf(1e-5, 400, 1e-3)
    assert sum(one.start > 0 for one in found if one) <= binom.isf(1e-5, 400, 12 * 0.004)


def test_a_start_that_is_forgotten_is_cut_off(rng):
    """One run decays from 30 standard deviations with a time of 20 records: below one after 68, unseen after 160."""
    hot, cold = stationary(rng)
    cold = cold + 30 * np.exp(-np.arange(4000) / 20)
    found = equilibrated(hot, cold)
    assert found
    assert 64 <= found.start <= 256
    assert found.deviations[0] > 15
    assert str(found) == f"in equilibrium from record {found.start} on"


def test_a_difference_of_ten_errors_is_seen_and_one_of_one_is_not(rng):
    hot, cold = stationary(rng)
    error = np.sqrt(2 * 2 * 4.5 / 2000)  # of the difference of two means over half of each run
    assert not equilibrated(hot, cold + 10 * error)
    found = equilibrated(hot, cold + 10 * error)
    assert found.start is None
    assert "errors apart" in found.reason
    assert str(found) == f"not in equilibrium: {found.reason}"
    assert equilibrated(hot, cold + error)


def test_a_magnet_above_its_transition_forgets_both_starts(rng):
    runs = two_starts(24, 2.7, 4000, rng)
    for series in ([run.e for run in runs], [abs(run.m) for run in runs]):
        assert equilibrated(*series)
        assert equilibrated(*series).start < 500


def test_stripes_below_it_do_not_pass():
    """Two domains that span the lattice last for a time that grows as L^3: the run ends before they do."""
    rng, torus = np.random.default_rng(8), lattice.square(32)
    stripes = lattice.all_up(torus).reshape(32, 32)
    stripes[8:24] = -1
    hot, cold = (
        ising.simulate(spins, torus, 1.4, 600, rule="heat-bath", rng=rng) for spins in (stripes, lattice.all_up(torus))
    )
    assert not equilibrated(hot.e, cold.e)
    assert not equilibrated(abs(hot.m), abs(cold.m))


def test_a_run_that_is_too_short_does_not_pass(rng):
    hot, cold = (abs(run.m) for run in two_starts(48, 2.27, 400, rng))
    found = equilibrated(hot, cold)
    assert not found
    assert found.start is None


def test_a_drift_of_both_is_no_equilibrium(rng):
    both = np.linspace(0, 50, 4000) + stationary(rng)
    found = equilibrated(*both)
    assert not found
    assert found.reason.startswith("the second half of hot is too short. series must be longer")


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("size", [1e-300, 1e-200, 1e200, 1e307])
def test_the_unit_does_not_matter(size, rng):
    hot, cold = rng.normal(size=(2, 4000))
    for shift in (0.0, 0.5):
        known, found = equilibrated(hot + shift, cold), equilibrated(size * (hot + shift), size * cold)
        assert bool(found) == bool(known) == (shift == 0)
        assert found.start == known.start
        np.testing.assert_allclose(found.deviations, known.deviations, rtol=1e-12)


def test_frozen_runs():
    assert equilibrated(np.ones(200), np.ones(200)).start == 0
    assert not equilibrated(np.ones(200), np.zeros(200))
    late = np.r_[np.zeros(3), np.ones(197)]
    assert equilibrated(np.ones(200), late).start == 4  # the windows are 0, 1, 2 to 3, 4 to 7, …


def test_the_windows_double(rng):
    found = equilibrated(*stationary(rng, 1000))
    assert found.windows.tolist() == [0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 1000]
    assert found.deviations.shape == (10,)


@pytest.mark.parametrize(
    ("hot", "cold", "error", "message"),
    [
        (np.ones(99), np.ones(99), ValueError, "^hot must be one-dimensional with at least 100 records"),
        (np.ones(200), np.ones(201), ValueError, "^hot and cold must be equally long, got 200 and 201"),
        (np.ones(200), np.ones((200, 2)), ValueError, "^cold must be one-dimensional"),
        (np.ones(200), np.full(200, np.nan), ValueError, "^cold must be finite"),
        (["a"] * 200, np.ones(200), TypeError, "^hot must hold real numbers"),
    ],
)
def test_bad_series_are_named(hot, cold, error, message):
    with pytest.raises(error, match=message):
        equilibrated(hot, cold)
