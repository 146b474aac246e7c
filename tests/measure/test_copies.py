"""Copies against softplus: the distance over a fine grid, the law of its order, and that the best is not beaten."""

import math

import numpy as np
import pytest

from spinlearn.measure.copies import distance, nearest, nearest_law
from spinlearn.neuron import activation, unit

X = np.linspace(-25, 25, 20_001)


def test_even_copies_err_as_the_midpoint_rule_does():
    for d in (0.25, 0.5, 1.0):
        even = np.abs(distance(X, np.arange(int(70 / d)) + 0.5, d)).max()
        assert even == pytest.approx(d * d / 96, rel=0.03 * d)
        assert nearest(d).error == pytest.approx(d * d / 24 * (3 - math.sqrt(8)), rel=0.02 * d)


@pytest.mark.parametrize("free", [0, 1, 3])
def test_the_best_is_what_it_says_and_no_neighbour_is_better(free, rng):
    best = nearest(free=free)
    thresholds = np.concatenate([best.first, np.arange(free, 70) + best.offset])
    error = np.abs(distance(X, thresholds)).max()
    assert error == pytest.approx(best.error, rel=1e-5)
    assert np.abs(best.errors) == pytest.approx(best.error, rel=1e-6)
    for change in rng.normal(size=(20, free + 1)) * 1e-3:
        moved = thresholds + np.concatenate([change[1:], np.full(70 - free, change[0])])
        assert np.abs(distance(X, moved)).max() > best.error


def test_free_thresholds_gain_less_and_less():
    errors = [nearest(free=free).error for free in range(5)]
    assert (np.diff(errors) < 0).all()
    assert errors == pytest.approx([7.2537e-3, 1.6129e-3, 7.581e-4, 4.959e-4, 3.893e-4], rel=1e-3)


def test_the_nearest_law_of_whole_numbers():
    for free, expected in ((1, 3.2789e-2), (4, 1.2809e-3), (10, 2.827e-4)):
        error, masses = nearest_law(free)
        assert error == pytest.approx(expected, rel=1e-3)
        made, x = unit.table(np.arange(60), masses), np.linspace(-25, 25, 5001)
        assert np.abs(made.response(x) - activation.softplus(x)).max() == pytest.approx(error, rel=1e-4)
    assert error < nearest(free=6).error < 1.2 * error


def test_bad_input_is_named():
    for call, text in (
        (lambda: nearest(0.1), "step must be at least 0.2"),
        (lambda: nearest(5.0), "step must be at most 4"),
        (lambda: nearest(free=9), "free must be at most 6"),
        (lambda: nearest_law(0), "free must be at least 1"),
        (lambda: distance(0.0, [0.5], 0.0), "step must be greater than 0"),
    ):
        with pytest.raises(ValueError, match=text):
            call()
