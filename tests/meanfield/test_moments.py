"""Gaussian moments against closed forms, and against a plain sum over many points."""

import math
import warnings

import numpy as np
import pytest

from spinlearn.meanfield.moments import features, moments, pair, tuned
from spinlearn.neuron import activation

Q = np.array([1e-6, 0.1, 1.0, 30.0, 1e4])
SMOOTH = (activation.tanh, activation.swish, activation.gelu, activation.softplus, activation.logistic,
          tuned(activation.tanh, gain=8), tuned(activation.logistic, gain=8))  # fmt: skip
each = pytest.mark.parametrize("one", SMOOTH, ids=lambda one: one.name)


def plainly(function, q):
    """E[function(sqrt(q) z)] by the trapezoidal rule, whose error for analytic functions is exponentially small."""
    step = min(0.05, 0.01 / math.sqrt(q))
    z = np.arange(-13 / step, 13 / step + 1) * step
    return step * (function(math.sqrt(q) * z) * np.exp(-z * z / 2)).sum() / math.sqrt(2 * math.pi)


@each
@pytest.mark.parametrize("q", [1e-4, 0.3, 4.0, 900.0])
def test_the_moments_are_those_of_a_plain_sum(one, q):
    found = moments(one, q)
    expected = [plainly(f, q) for f in (one, lambda x: one(x) ** 2, lambda x: one(x) ** 4,
                                        lambda x: one.slope(x) ** 2, lambda x: one.slope(x) ** 4)]  # fmt: skip
    np.testing.assert_allclose(found[:5], expected, rtol=1e-12, atol=1e-15)
    by_parts = plainly(lambda x: x * one(x) * one.slope(x), q) / q
    assert found.growth == pytest.approx(by_parts, rel=1e-11, abs=1e-12)


@each
def test_growth_is_the_derivative_of_the_square(one):
    q = np.array([1e-3, 0.2, 5.0, 200.0])
    h = 1e-3 * q
    near = [moments(one, q + k * h).square for k in (-2, -1, 1, 2)]
    slope = (near[0] - 8 * near[1] + 8 * near[2] - near[3]) / (12 * h)
    np.testing.assert_allclose(moments(one, q).growth, slope, rtol=1e-9)
    near_zero = moments(one, 1e-8 * features(one)[0] ** 2).growth
    assert moments(one, 0.0).growth == pytest.approx(float(near_zero), rel=1e-6, abs=1e-7)


def test_the_error_function_has_an_arcsine():
    found = moments(activation.erf, Q)
    np.testing.assert_allclose(found.square, 2 / math.pi * np.arcsin(Q / (1 + Q)), rtol=2e-14)
    np.testing.assert_allclose(found.slope, 2 / math.pi / np.sqrt(1 + 2 * Q), rtol=2e-14)
    for d in (1e-12, 1e-3, 0.4, 1.0, 1.7, 2.0):
        two = pair(activation.erf, Q, d)
        s = Q * (1 - d) / (1 + Q)
        np.testing.assert_allclose(two.product, 2 / math.pi * np.arcsin(s), rtol=1e-12, atol=1e-14)
        slopes = 2 / math.pi / ((1 + Q) * np.sqrt(1 - s * s))
        np.testing.assert_allclose(two.slopes, slopes, rtol=1e-9 if d < 1e-9 else 1e-12)


@pytest.mark.parametrize("leak", [0.0, 0.2])
def test_the_rectifier_has_an_arccosine(leak):
    one = tuned(activation.leaky_relu, leak=leak)
    np.testing.assert_allclose(moments(one, Q).square, Q * (1 + leak**2) / 2, rtol=1e-14)
    np.testing.assert_allclose(moments(one, Q).fourth, 3 * Q**2 * (1 + leak**4) / 2, rtol=1e-13)
    for d in (1e-6, 0.01, 0.5, 1.0, 1.6):
        angle = 2 * math.asin(math.sqrt(d / 2))
        shared = (math.sin(angle) + (math.pi - angle) * math.cos(angle)) / (2 * math.pi)
        two = pair(one, Q, d)
        # With a leak: (1 - a)^2 of the rectifier's, and a times the whole.
        expected = Q * ((1 - leak) ** 2 * shared + leak * (1 - d))
        np.testing.assert_allclose(two.product, expected, rtol=2e-12, atol=1e-15)
        slopes = (1 - leak) ** 2 * (math.pi - angle) / (2 * math.pi) + leak
        np.testing.assert_allclose(two.slopes, slopes, rtol=2e-12)
    # Close to d = 0: chi d less a power 3/2, which no smooth function has.
    d = np.array([1e-10, 1e-8, 1e-6])
    lost = (1 + leak**2) / 2 - pair(one, 1.0, d).difference / d
    np.testing.assert_allclose(lost, (1 - leak) ** 2 * np.sqrt(2 * d) / (3 * math.pi), rtol=0.01)


@each
def test_product_and_difference_are_one_identity(one):
    for d in (0.01, 0.7, 1.0, 1.5, 2.0):
        two = pair(one, Q[1:4], d)
        np.testing.assert_allclose(two.product + two.difference, moments(one, Q[1:4]).square, rtol=1e-11)
    # Price's theorem: the derivative by the correlation is q times the slopes' product.
    h = 1e-3
    near = [pair(one, Q[1:4], 0.6 + k * h).product for k in (-2, -1, 1, 2)]
    derivative = (near[0] - 8 * near[1] + 8 * near[2] - near[3]) / (12 * h)
    np.testing.assert_allclose(-derivative, Q[1:4] * pair(one, Q[1:4], 0.6).slopes, rtol=1e-7)


def test_kinks_and_scales_are_found():
    assert features(activation.relu)[1] == (0.0,)
    assert features(activation.hard_tanh)[1] == pytest.approx((-1.0, 1.0), abs=1e-12)
    assert features(activation.threshold_linear)[1] == pytest.approx((1.0,), abs=1e-12)
    assert features(activation.tanh)[1] == features(activation.gelu)[1] == ()
    assert features(tuned(activation.tanh, gain=8))[0] == pytest.approx(features(activation.tanh)[0] / 8, rel=0.01)


def test_a_jump_is_in_the_moments():
    found = moments(activation.sign, Q)
    np.testing.assert_allclose(found.square, 1, rtol=1e-14)
    assert np.isinf(found.slope).all()
    np.testing.assert_allclose(found.growth, 0, atol=1e-15)
    np.testing.assert_allclose(moments(activation.step, Q).square, 0.5, rtol=1e-14)
    two = pair(activation.sign, 2.0, [0.1, 1.0, 1.5])
    np.testing.assert_allclose(two.product, 2 / math.pi * np.arcsin([0.9, 0.0, -0.5]), atol=1e-9)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: moments(activation.tanh, -0.1), "q must be at least 0"),
        (lambda: moments(activation.tanh, 1e61), "q must be at most"),
        (lambda: moments(activation.tanh, np.nan), "q must be finite"),
        (lambda: pair(activation.tanh, 0.0, 0.1), "q must be greater than 0"),
        (lambda: pair(activation.tanh, 1.0, 2.1), "d must be from 0 to 2"),
        (lambda: pair(activation.tanh, [1.0, 2.0], [0.1, 0.2, 0.3]), "do not fit together"),
        (lambda: tuned(activation.tanh, gain=0), "gain must be greater than 0"),
    ],
)
def test_bad_arguments_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_what_is_no_activation_is_refused():
    with pytest.raises(TypeError, match="activation must be an activation function"):
        moments(np.tanh, 1.0)
    with pytest.raises(TypeError, match="leak is no parameter"):
        tuned(activation.tanh, leak=0.1)


@pytest.mark.slow
@pytest.mark.parametrize("one", activation.GALLERY, ids=lambda one: one.name)
def test_the_whole_gallery_at_the_ends_of_the_numbers(one):
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        found = moments(one, [0.0, 1e-300, 1e-8, 1.0, 1e8, 1e60])
        assert np.isfinite(found[:3]).all()
        assert not np.isnan(found).any()
        for q in (1e-300, 1.0, 1e12):
            two = np.array(pair(one, q, [0.0, 1e-300, 1e-9, 1.0, 2.0]))
            assert not np.isnan(two).any()
            assert (two[1] >= 0).all()
