"""Deep random networks in the limit of wide layers: closed forms, six digits of the edge, and identities."""

import math

import numpy as np
import pytest
from scipy.optimize import brentq

from spinlearn.meanfield import depth
from spinlearn.meanfield.moments import moments, pair, tuned
from spinlearn.neuron import activation

STEEP = tuned(activation.tanh, gain=8)


def test_the_critical_line_of_tanh():
    """Six digits at five bias variances, and at sigma_b = 0.3."""
    found = depth.critical_line(activation.tanh, [0.0, 0.01, 0.05, 0.1, 0.3])
    np.testing.assert_allclose(found, [1.0, 1.424205, 1.760955, 1.986073, 2.505127], atol=6e-7)
    assert math.sqrt(depth.critical_line(activation.tanh, 0.09)) == pytest.approx(1.395584, abs=1e-6)


def test_the_critical_line_of_the_error_function_in_closed_form():
    """sigma_w^2 = (pi / 2) sqrt(1 + 2q) with q = sigma_b^2 + sqrt(1 + 2q) arcsin(q / (1 + q))."""
    for bias in (0.01, 0.1, 0.7):
        q = brentq(lambda q: q - bias - math.sqrt(1 + 2 * q) * math.asin(q / (1 + q)), 1e-6, 1e3)  # noqa: B023
        (point,) = depth.edges(activation.erf, bias)
        assert point.q == pytest.approx(q, rel=1e-10)
        assert point.weight_variance == pytest.approx(math.pi / 2 * math.sqrt(1 + 2 * q), rel=1e-10)


def test_the_edge_leaves_zero_with_the_power_two_thirds():
    """E[tanh^2] = q - 2 q^2 + ... and E[sech^4] = 1 - 2 q + ...: their ratio has no term of order q^2, and sigma_b^2,
    which is q less the ratio, goes as q^3."""
    bias = np.array([1e-9, 8e-9])
    q = [depth.edges(activation.tanh, one)[0].q for one in bias]
    assert q[1] / q[0] == pytest.approx(2, rel=0.01)


def test_the_classes_and_the_numbers_of_roberts_yaida_and_hanin():
    """Their table: SWISH C_b = 0.55514317, C_W = 1.98800468; GELU 0.17292239 and 1.98305826."""
    for one, wanted in ((activation.swish, (1.98800468, 0.55514317)), (activation.gelu, (1.98305826, 0.17292239))):
        kind = depth.classify(one)
        assert kind.name == "half-stable"
        assert kind.stable == ("not", "one side")
        np.testing.assert_allclose(kind.points[1][1:3], wanted, atol=6e-9)
        assert kind.points[1].chi_q == pytest.approx(1, abs=1e-12)
        assert kind.points[0][:3] == (0.0, 4.0, 0.0)
    for one, weight in ((activation.tanh, 1.0), (activation.erf, math.pi / 2), (STEEP, 1 / 64), (activation.elu, 1.0)):
        kind = depth.classify(one)
        assert (kind.name, kind.stable) == ("critical at zero", ("from above",))
        assert kind.points[0].weight_variance == pytest.approx(weight, rel=1e-12)
    for leak in (0.0, 0.01, 0.3):
        kind = depth.classify(tuned(activation.leaky_relu, leak=leak))
        assert kind.name == "scale-invariant"
        assert kind.points[0].weight_variance == pytest.approx(2 / (1 + leak**2), rel=1e-12)
        assert kind.points[0].bias_variance == 0
    for one in (activation.logistic, activation.softplus, activation.step, activation.sign, activation.probit):
        assert depth.classify(one) == ("none", (), ())


def test_a_point_that_keeps_size_and_difference_is_left_on_one_side_only():
    point = depth.classify(activation.gelu).points[1]
    q = point.q * np.array([0.9, 0.99, 1.01, 1.1])
    step = point.weight_variance * moments(activation.gelu, q).square + point.bias_variance - q
    assert (np.sign(step) == np.sign(step[0])).all()


def test_fixed_points_and_phases():
    for one, weight, bias in ((activation.tanh, 2.0, 0.05), (activation.gelu, 1.9, 0.1), (STEEP, 0.5, 0.01)):
        found = depth.phase(one, weight_variance=weight, bias_variance=bias)
        assert weight * moments(one, found.q).square + bias == pytest.approx(found.q, rel=1e-12)
        product = weight * pair(one, found.q, 1 - found.c).product + bias
        assert product == pytest.approx(found.q * found.c, rel=1e-10)
        assert found.name == ("chaotic" if found.chi > 1 else "ordered")
    assert depth.phase(activation.tanh, weight_variance=0.9).q == 0
    assert depth.phase(activation.relu, weight_variance=2.0, start=3.0)[:3] == pytest.approx(("critical", 3.0, 1.0))
    assert depth.phase(activation.relu, weight_variance=2.0, bias_variance=0.1).name == "unbounded"
    at = depth.edges(activation.tanh, 0.1)[0]
    found = depth.phase(activation.tanh, weight_variance=at.weight_variance, bias_variance=0.1)
    assert (found.name, found.xi_c) == ("critical", math.inf)
    np.testing.assert_allclose(found.q, at.q, rtol=1e-10)
    still = depth.phase(activation.tanh, weight_variance=0.0, bias_variance=0.5)
    assert still == ("ordered", 0.5, 0.0, 0.0, 1.0, 0.0, 0.0)


@pytest.mark.parametrize(("weight", "name"), [(1.2, "ordered"), (3.0, "chaotic")])
def test_deviations_die_out_on_the_depth_scales(weight, name):
    found = depth.phase(activation.tanh, weight_variance=weight, bias_variance=0.05)
    assert found.name == name
    path = depth.propagate(
        activation.tanh, 60, weight_variance=weight, bias_variance=0.05, q=found.q * 1.001, c=0.999 * found.c
    )
    late = np.abs(path.c[[30, 40]] - found.c)
    assert 10 / math.log(late[0] / late[1]) == pytest.approx(found.xi_c, rel=0.01)
    late = np.abs(path.q[[2, 6]] / found.q - 1)
    assert 4 / math.log(late[0] / late[1]) == pytest.approx(found.xi_q, rel=0.01)


def test_a_critical_rectifier_forgets_a_difference_as_one_over_the_depth_squared():
    """d -> d - (2 sqrt 2 / (3 pi)) d^(3/2), hence d = (9 pi^2 / 2) / l^2; a smooth function has 1 / l."""
    d = 1 - depth.propagate(activation.relu, 150, weight_variance=2.0, c=0.0).c
    assert (d[150] ** -0.5 - d[100] ** -0.5) / 50 == pytest.approx(math.sqrt(2) / (3 * math.pi), rel=0.02)


def test_the_edge_of_swish_does_not_hold_its_variance_at_small_biases():
    """Below the half-stable point's sigma_b^2 = 0.5551 all of the edge repels q; above, it attracts."""
    (low,), (high,) = depth.edges(activation.swish, 0.04), depth.edges(activation.swish, 0.8)
    assert low.chi_q > 1.05
    assert high.chi_q < 0.995
    with pytest.raises(ValueError, match="there are 0"):
        depth.critical_line(activation.swish, 0.04)


@pytest.mark.parametrize("one", activation.GALLERY, ids=lambda one: one.name)
def test_the_whole_gallery_has_a_phase_and_a_class(one):
    depth.classify(one)
    for weight, bias in ((1e-300, 0.0), (2.0, 0.05), (50.0, 1e3)):
        found = depth.phase(one, weight_variance=weight, bias_variance=bias)
        assert not np.isnan(found[1:]).any()
    if np.isfinite(one.steepest):
        for point in depth.edges(one, 0.1):
            assert point.weight_variance * moments(one, point.q).slope == pytest.approx(1, rel=1e-12)
            assert point.weight_variance * moments(one, point.q).square + 0.1 == pytest.approx(point.q, rel=1e-9)


def test_several_points_or_none_are_said():
    with pytest.raises(ValueError, match="there are 0"):
        depth.critical_line(activation.relu, 0.1)
    assert depth.critical_line(activation.relu, 0.0) == pytest.approx(2.0)
    with pytest.raises(ValueError, match="activation must have a slope and no jump"):
        depth.edge(activation.sign, 1.0)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"weight_variance": -1.0}, "weight_variance must be at least 0"),
        ({"weight_variance": 1.0, "bias_variance": -1e-9}, "bias_variance must be at least 0"),
        ({"weight_variance": math.inf}, "weight_variance must be finite"),
    ],
)
def test_negative_variances_are_refused(arguments, message):
    for function in (depth.phase, depth.fixed_points, lambda one, **rest: depth.propagate(one, 3, **rest)):
        with pytest.raises(ValueError, match=message):
            function(activation.tanh, **arguments)
    with pytest.raises(ValueError, match="bias_variance must be at least 0"):
        depth.edges(activation.tanh, -0.1)
    with pytest.raises(ValueError, match="c must be at most 1"):
        depth.propagate(activation.tanh, 3, weight_variance=1.0, c=1.1)


def test_a_fixed_point_that_lies_on_the_grid_of_the_search_is_found():
    """At sigma_w^2 = pi / 2 the erf has q = arcsin(q / (1 + q)) + sigma_b^2, nearly sigma_b for small ones."""
    for exponent in (-7.0, -6.5, -6.0):
        q = depth.fixed_points(activation.erf, weight_variance=math.pi / 2, bias_variance=10 ** (2 * exponent)).q
        assert q == pytest.approx([10**exponent], rel=1e-5)
