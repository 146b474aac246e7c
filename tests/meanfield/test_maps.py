"""The scalar kernels of the maps: the same as the public functions, which are held against exact values elsewhere."""

import math

import numpy as np
import pytest

from spinlearn.meanfield import depth, maps
from spinlearn.meanfield.moments import moments, pair
from spinlearn.neuron import activation

FUNCTIONS = {name: getattr(activation, name) for name in maps.CODES}
functions = pytest.mark.parametrize("name", FUNCTIONS)
VARIANCES = (1e-9, 1e-3, 0.1, 1.0, 3.0, 9.0)


@pytest.fixture
def work():
    return np.empty(maps.WORK)


def found(name, weight, bias, work, start=1.0):
    phase = np.empty(5)
    maps.phase(maps.CODES[name], weight, bias, start, phase, work)
    return phase


@functions
def test_the_functions_are_those_of_the_gallery(name):
    x = np.concatenate([np.linspace(-9, 9, 101), [1e-9, -1e-9, 40.0]])
    values = [maps.value(maps.CODES[name], each) for each in x.tolist()]
    np.testing.assert_allclose(values, FUNCTIONS[name](x), rtol=1e-14, atol=1e-300)


@functions
@pytest.mark.parametrize("q", VARIANCES)
def test_moments_of_one_input(name, q):
    exact = moments(FUNCTIONS[name], q)
    assert maps.single(maps.CODES[name], q) == pytest.approx((exact.square, exact.slope, exact.growth), rel=1e-12)


@functions
@pytest.mark.parametrize("q", VARIANCES)
@pytest.mark.parametrize("d", [1e-12, 1e-6, 0.01, 0.5, 1.0, 1.5, 2.0])
def test_moments_of_two_inputs(name, q, d, work):
    """The tolerance is the public function's: 1e-12, or 1e-16 / sqrt(d)."""
    exact, (difference, slopes) = pair(FUNCTIONS[name], q, d), maps.pair(maps.CODES[name], q, d, work)
    assert difference == pytest.approx(exact.difference, rel=2e-12 + 2e-16 / math.sqrt(d))
    assert slopes == pytest.approx(exact.slopes, rel=1e-11, abs=1e-12)


def test_a_coarser_sum_is_told_apart():
    """The control, in plain Python: half of the points lose half of the digits."""
    q, errors = 9.0, []
    for factor in (1, 2):
        h = factor * math.pi**2 / 46 / math.sqrt(q)
        z = np.arange(-200, 201) * h
        square = h / math.sqrt(2 * math.pi) * np.sum(np.exp(-z * z / 2) * np.tanh(3 * z) ** 2)
        errors.append(abs(square / moments(activation.tanh, q).square - 1))
    assert errors[0] < 1e-12 < 1e-10 < errors[1]


@functions
@pytest.mark.parametrize(
    ("weight", "bias"),
    [(0.8, 0.05), (1.2, 0.3), (1.7, 0.05), (1.8, 0.05), (2.0, 0.05), (3.9, 0.1), (4.0, 0.5), (1.3, 0)],
)
def test_phases_are_those_of_depth(name, weight, bias, work):
    exact = depth.phase(FUNCTIONS[name], weight_variance=weight, bias_variance=bias)
    q, chi, chi_q, c, xi = found(name, weight, bias, work)
    assert [q, chi, chi_q, c] == pytest.approx([exact.q, exact.chi, exact.chi_q, exact.c], rel=1e-11)
    assert xi == pytest.approx(exact.xi_c, rel=1e-8)


def test_phases_with_a_name_of_their_own(work):
    assert found("tanh", 1.0, 0.0, work).tolist() == [0, pytest.approx(1), pytest.approx(1), 1, math.inf]
    assert found("relu", 2.0, 0.0, work, start=0.7).tolist() == [0.7, 1, 1, 1, math.inf]
    assert found("relu", 2.5, 0.1, work).tolist() == [math.inf, 1.25, 1.25, 1, math.inf]
    assert found("erf", math.pi / 2 * (1 - 1e-12), 0.0, work)[0] == 0
    # Without biases two signals come to a right angle in chaos, for an odd function.
    assert found("tanh", 2.0, 0.0, work)[3] == depth.phase(activation.tanh, weight_variance=2.0).c == 0


@functions
@pytest.mark.parametrize(
    ("weight", "bias", "c"), [(2.5, 0.05, 0.866), (1.1, 0.0, 0.1), (0.7, 0.0, 0.5), (1.9, 0.4, -1.0)]
)
def test_paths_are_those_of_depth(name, weight, bias, c, work):
    exact = depth.propagate(FUNCTIONS[name], 25, weight_variance=weight, bias_variance=bias, q=0.6, c=c)
    q, d = np.empty(26), np.empty(26)
    maps.propagate(maps.CODES[name], weight, bias, 0.6, 1 - c, q, d, work)
    np.testing.assert_allclose(q, exact.q, rtol=1e-11)
    np.testing.assert_allclose(1 - d, exact.c, rtol=0, atol=1e-11)


@pytest.mark.parametrize("name", ["tanh", "erf"])
def test_the_edge_is_that_of_depth(name):
    for bias in (0.0, 1e-4, 0.05, 0.5, 3.0):
        exact = depth.critical_line(FUNCTIONS[name], bias)
        assert maps.critical_weight(maps.CODES[name], bias) == pytest.approx(exact, rel=1e-11)
    for q in (0.3, 1.0, 4.0):
        exact = depth.edge(FUNCTIONS[name], q)
        assert maps.edge(maps.CODES[name], q) == pytest.approx((exact.weight_variance, exact.bias_variance), rel=1e-11)


def test_the_edge_of_the_rectifier():
    assert maps.critical_weight(maps.RELU, 0.0) == maps.critical_weight(maps.RELU, 0.3) == 2
    assert maps.edge(maps.RELU, 5.0) == (2, 0)
