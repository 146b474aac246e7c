"""Limits of many spins: exact series, errors that are what they say, and what the assumptions do."""

import numpy as np
import pytest
from scipy.stats import kstest

from spinlearn.measure import sizes
from spinlearn.measure.sizes import extrapolate, influence

N = np.array([8.0, 12.0, 20.0, 32.0, 50.0])


def test_a_series_without_noise_is_found():
    values = -1.4 + 0.7 * N**-1 - 2.5 * N**-2.0
    found = extrapolate(N, values, np.linspace(1, 2, 5), powers=(1, 2))
    assert found.value == pytest.approx(-1.4, abs=1e-12)
    np.testing.assert_allclose(found.slopes, [0.7, -2.5], atol=1e-9)
    assert found.p_value == pytest.approx(1)


def test_errors_and_p_values_are_what_they_say(rng):
    errors = np.array([0.01, 0.02, 0.005, 0.03, 0.02])
    found = [extrapolate(N, 2 + 3 * N**-0.5 + rng.normal(0, errors), errors, powers=(0.5,)) for _ in range(500)]
    off = np.array([(one.value - 2) / one.error for one in found])
    assert kstest(off, "norm").pvalue > 1e-4
    assert kstest([one.p_value for one in found], "uniform").pvalue > 1e-4


def test_as_many_sizes_as_unknowns_leave_no_p_value():
    found = extrapolate(N[:2], [1.0, 2.0], [0.1, 0.1], powers=(1,))
    assert np.isnan(found.p_value)
    assert found.value == pytest.approx(2 + 8 / (12 - 8))  # the line through two points, at 1 / N = 0


def test_a_power_that_is_left_out_shows_in_the_small_sizes():
    values = -0.76 + 0.7 * N ** (-2 / 3) + 0.5 / N**2
    right = influence(N, values - 0.5 / N**2, np.full(5, 1e-3))
    found = influence(N, values, np.full(5, 1e-3))
    assert np.abs(right.by_size + 0.76).max() < 1e-12
    assert (np.abs(np.diff(np.abs(found.by_size + 0.76))) > 1e-5).all()
    whole = extrapolate(N, values, np.full(5, 1e-3)).value
    assert found.systematic == np.abs(np.r_[found.by_power, found.by_size] - whole).max()
    assert found.by_power[4] == pytest.approx(whole)
    assert len(found.by_size) == 3


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"sizes": [1, 2, 2]}, "each larger than the one before"),
        ({"sizes": [0, 1, 2]}, "sizes must be above 0"),
        ({"values": [1, 2]}, "values must have shape"),
        ({"errors": [0.1, 0.0, 0.1]}, "errors must be greater than 0"),
        ({"powers": (1, 2, 3)}, "fewer than sizes"),
        ({"powers": (1, 1)}, "all different"),
        ({"powers": (-1,)}, "powers must be above 0"),
    ],
)
def test_what_cannot_be_fitted_is_refused(change, message):
    good = {"sizes": [1, 2, 4], "values": [1, 2, 3], "errors": [0.1, 0.1, 0.1], "powers": (1,)}
    with pytest.raises((TypeError, ValueError), match=message):
        sizes.extrapolate(**{**good, **change})


def test_an_influence_needs_a_size_to_spare():
    with pytest.raises(ValueError, match="sizes must be at least 3"):
        influence([1, 2], [1, 2], [0.1, 0.1])
