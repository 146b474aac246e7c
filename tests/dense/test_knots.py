"""A schedule that is drawn: straight lines between knots."""

import numpy as np
import pytest

from spinlearn.dense import anneal, knots


def test_it_is_linear_between_knots_and_begins_and_ends_on_them(rng):
    for many, sweeps in [(2, 2), (2, 100), (26, 10), (26, 26), (26, 1000), (7, 5)]:
        drawn = rng.integers(0, 51, many) / 20
        T = knots.temperatures(drawn, sweeps)
        assert T.shape == (sweeps,)
        assert T[0] == drawn[0]
        assert T[-1] == pytest.approx(drawn[-1], abs=1e-15)
        assert (T >= 0).all()
        x = np.arange(sweeps) / (sweeps - 1)
        np.testing.assert_allclose(T, np.interp(x, np.linspace(0, 1, many), drawn), rtol=0, atol=1e-13)
        wrong = np.interp(
            (np.arange(sweeps) + 0.5) / sweeps, np.linspace(0, 1, many), drawn
        )  # the control: half a sweep on
        assert np.ptp(drawn) == 0 or abs(T - wrong).max() > 1e-6


def test_two_knots_are_the_linear_schedule():
    np.testing.assert_allclose(
        knots.temperatures([2.5, 0.0], 101), anneal.schedule("linear", 101, hot=2.5, cold=0.0), atol=1e-15
    )


def test_at_a_knot_it_is_the_knot_and_it_may_rise():
    drawn = [2.0, 0.0, 1.0, 0.25]
    T = knots.temperatures(drawn, 13)
    np.testing.assert_allclose(T[::4], drawn, atol=1e-15)
    assert (np.diff(T) > 0).any()
    with pytest.raises(ValueError, match="T must never rise"):
        anneal.checked_schedule("T", T)


@pytest.mark.parametrize(
    ("drawn", "sweeps", "error", "text"),
    [
        ([1.0], 10, ValueError, "at least two temperatures"), ([[1.0, 0.0]], 10, ValueError, "at least two"),
        ([1.0, -0.1], 10, ValueError, "each at least 0"), ([1.0, np.nan], 10, ValueError, "knots must"),
        (["hot", "cold"], 10, TypeError, "knots must"), ([1.0, 0.0], 1, ValueError, "sweeps must be at least 2"),
        ([1.0, 0.0], 2.5, TypeError, "sweeps must be a whole number"),
    ],
)  # fmt: skip
def test_what_is_no_schedule_is_refused(drawn, sweeps, error, text):
    with pytest.raises(error, match=text):
        knots.temperatures(drawn, sweeps)
