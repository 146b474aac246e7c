"""A population that listens to itself: its ends against a search, its threshold against the magnet's."""

import math

import numpy as np
import pytest
from scipy.optimize import minimize_scalar

from spinlearn.neuron import activation
from spinlearn.neuron.feedback import fixed_points, follow, loop, strongest

G = {
    "gaussian": activation.probit,
    "logistic": lambda u: activation.logistic(u * math.pi / math.sqrt(3)),
}
each = pytest.mark.parametrize("law", G)


@each
def test_bistable_beyond_the_threshold_and_not_below(law):
    for s in (0.3, 1.0, 4.0):
        most = strongest(s, law=law)
        assert loop(most, s, law=law) is None
        assert loop(most * (1 + 1e-9), s, law=law) is not None
        assert fixed_points(-most * 0.5, 0.99 * most, s, law=law).size == 1
        assert fixed_points(-most * 0.6, 1.2 * most, s, law=law).size == 3
    assert strongest(2.0) == pytest.approx(2 * math.sqrt(2 * math.pi), rel=1e-15)
    # The control: 1 / G'(0) by differences.
    h = 1e-5
    assert strongest(1.0, law=law) == pytest.approx(2 * h / (G[law](h) - G[law](-h)), rel=1e-9)


@each
def test_the_ends_of_the_loop_are_where_the_curve_turns(law):
    J, s = 5.0, 1.2
    ends = loop(J, s, law=law)
    curve = lambda u: u - J * G[law](u / s)  # noqa: E731
    top = minimize_scalar(lambda u: -curve(u), bounds=(-6, 0), method="bounded", options={"xatol": 1e-12})
    bottom = minimize_scalar(curve, bounds=(0, 6), method="bounded", options={"xatol": 1e-12})
    assert ends.rises == pytest.approx(-top.fun, rel=1e-12)
    assert ends.falls == pytest.approx(bottom.fun, rel=1e-12)
    assert ends.lower == pytest.approx(G[law](top.x / s), abs=1e-6)
    assert ends.upper == pytest.approx(G[law](bottom.x / s), abs=1e-6)
    assert ends.rises + ends.falls == pytest.approx(-J, rel=1e-14)  # symmetric about -J/2
    for x, number in ((ends.falls - 1e-9, 1), (ends.falls + 1e-9, 3), (ends.rises - 1e-9, 3), (ends.rises + 1e-9, 1)):
        assert fixed_points(x, J, s, law=law).size == number


@each
def test_fixed_points_are_fixed(law):
    for x in (-6.0, -2.5, -2.2, 0.0, 3.0):
        for J in (-3.0, 0.0, 1.0, 5.0, 40.0):
            A = fixed_points(x, J, 1.0, law=law)
            assert A.size in (1, 3)
            assert G[law](x + J * A) == pytest.approx(A, rel=1e-9, abs=1e-13)


def test_a_slow_stimulus_goes_round_the_loop():
    J, s = 4.0, 1.0
    ends = loop(J, s)
    up = np.linspace(-4, 0, 401)
    rising, falling = follow(up, J, s), follow(up[::-1], J, s, start=1.0)[::-1]
    jump_up, jump_down = up[np.diff(rising).argmax() + 1], up[np.diff(falling).argmax()]
    assert 0 <= jump_up - ends.rises <= 0.01
    assert 0 <= ends.falls - jump_down <= 0.01
    outside = (up < ends.falls - 0.01) | (up > ends.rises + 0.01)
    assert rising[outside] == pytest.approx(falling[outside], rel=1e-9)
    assert (falling[~outside] - rising[~outside]).max() > 0.9
    single = follow(up, 2.0, s)
    assert single == pytest.approx(follow(up[::-1], 2.0, s, start=1.0)[::-1], rel=1e-9)


def test_logistic_thresholds_are_the_magnet():
    """With m = 2 A - 1 it is m = tanh((h + m Tc) / T): J / strongest is Tc / T, and the stimulus is h - J / 2."""
    from spinlearn.meanfield import weiss

    J, s = 3.0, 1.0
    T = strongest(s, law="logistic") / J  # in units of Tc
    A = fixed_points(-J / 2, J, s, law="logistic")
    assert 2 * A[-1] - 1 == pytest.approx(float(weiss.magnetisation(T)), rel=1e-12)


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda: strongest(0.0), "spread must be greater than 0"),
        (lambda: loop(1.0, 1.0, law="even"), "law must be one of"),
        (lambda: loop(math.inf, 1.0), "J must be finite"),
        (lambda: fixed_points(math.nan, 1.0, 1.0), "x must be finite"),
        (lambda: follow([0.0], -1.0, 1.0), "J must be at least 0"),
        (lambda: follow([0.0], 1.0, 1.0, start=1.5), "start must be at most 1"),
    ],
)
def test_bad_input_is_named(call, text):
    with pytest.raises(ValueError, match=text):
        call()
