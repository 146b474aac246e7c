"""Spikes beside their stimulus: the recording as it lies in its package, and the weights that a spike reveals."""

import sys

import numpy as np
import pytest

from spinlearn.measure import receptor
from spinlearn.measure.receptor import ages, filtered, grasshopper, intervals, triggered_average, weights


def test_the_recording_is_the_one_that_nitime_ships():
    cell = grasshopper(200)
    assert (len(cell.times), cell.spikes.sum(), cell.spikes.size) == (929, 929, 20_000)
    assert cell.times[[0, -1]] == pytest.approx([0.0067, 9.9993])
    assert intervals(cell.times).value == pytest.approx(0.533, abs=5e-4)
    assert np.diff(cell.times).min() == pytest.approx(0.0032)
    assert abs(cell.stimulus.mean()) < 1e-9
    assert 5.5 < cell.stimulus.std() < 6  # 6 dB, less what the bins average away
    other = grasshopper(800, every=1)
    assert len(other.times) == 868
    assert other.stimulus.std() == pytest.approx(5.984, abs=5e-4)
    assert intervals(other.times).value == pytest.approx(0.450, abs=5e-4)


def test_nothing_of_the_package_is_imported():
    before = "nitime" in sys.modules
    grasshopper(800)
    assert ("nitime" in sys.modules) == before


def test_without_the_package_it_says_what_to_do(monkeypatch):
    monkeypatch.setattr(receptor.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ImportError, match="pip install nitime"):
        grasshopper(200)


def test_the_average_is_that_of_a_loop(rng):
    stimulus, spikes = rng.normal(size=300), rng.integers(0, 3, size=300)
    slow = np.zeros(7)
    total = 0
    for t in range(6, 300):
        total += spikes[t]
        for k in range(7):
            slow[k] += spikes[t] * stimulus[t - k]
    assert triggered_average(stimulus, spikes, 7) == pytest.approx(slow / total - stimulus.mean())


def test_the_weights_come_out_of_a_correlated_stimulus(rng):
    """And the average itself does not: it has the stimulus's own correlations in it."""
    stimulus = np.convolve(rng.normal(size=200_000), [1.0, 1.0, 0.5], mode="same")
    truth = np.array([0.0, 0.6, -0.3, 0.1])
    drive = filtered(stimulus, truth)
    spikes = rng.random(200_000) < 0.3 / (1 + np.exp(-3 * drive))
    truth = truth / filtered(stimulus, truth).std()
    found = weights(stimulus, spikes, 4, keep=0.0)
    assert found == pytest.approx(truth, abs=0.05)
    assert filtered(stimulus, found).std() == pytest.approx(1, abs=0.01)
    average = triggered_average(stimulus, spikes, 4)
    average *= truth @ average / (average @ average)
    assert np.abs(average - truth).max() > 0.2
    half = weights(stimulus, spikes, 4, keep=0.0, used=np.arange(200_000) < 100_000)
    assert half == pytest.approx(truth, abs=0.08)
    assert not np.array_equal(half, found)


def test_ages_are_those_of_a_loop(rng):
    spikes = (rng.random(200) < 0.1).astype(int)
    age, slow = 200, []
    for one in spikes:
        slow.append(age)
        age = 1 if one else age if age == 200 else age + 1
    assert ages(spikes).tolist() == slow


def test_intervals_of_a_clock_and_of_a_poisson_process(rng):
    assert intervals(np.arange(50.0)).value == pytest.approx(0, abs=1e-12)
    poisson = intervals(np.cumsum(rng.exponential(size=5000)))
    assert abs(poisson.value - 1) < 4 * poisson.error
    assert poisson.error < 0.03


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: grasshopper(300), "cutoff must be one of 200, 800"),
        (lambda: grasshopper(200, every=7), "divisor of 200000"),
        (lambda: intervals([0.0, 1.0, 1.0, 2.0]), "times must rise"),
        (lambda: triggered_average([0.0, 1.0], [0, 0, 1], 1), "spikes must have the shape"),
        (lambda: triggered_average([0.0, 1.0], [1, 0], 2), "at least one"),
        (lambda: triggered_average([0.0, 1.0], [1, 0], 3), "lags must be at most 2"),
        (lambda: weights([0.0, 1.0], [1, 1], 1, used=[1, 0]), "used must be an array of bool"),
    ],
)
def test_odd_arguments_are_refused(call, says):
    with pytest.raises(ValueError, match=says):
        call()
