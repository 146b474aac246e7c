"""The edge of chaos as an absorbing transition: exponents of the map, and what a finite width does to them."""

import math

import numpy as np
import pytest

from spinlearn.meanfield import depth
from spinlearn.meanfield.finite_width import simulate
from spinlearn.meanfield.moments import moments
from spinlearn.measure.absorbing import bend, convolve, crowd_decay, halving, network_decay, width_exponent
from spinlearn.measure.exponents import local_slopes
from spinlearn.neuron import activation

BIAS = 0.09
EDGE = depth.edges(activation.tanh, BIAS)[0]
WEIGHTS = {"weight_variance": EDGE.weight_variance, "bias_variance": BIAS, "q": EDGE.q}


def test_the_map_has_the_exponents_of_the_mean_field():
    b = bend(activation.tanh, EDGE.weight_variance, EDGE.q)
    # b = sigma_w^2 q E[phi''^2] / 2 with phi'' = -2 tanh / cosh^2
    z, w = np.polynomial.hermite_e.hermegauss(120)
    x = math.sqrt(EDGE.q) * z
    second = w @ (2 * np.tanh(x) / np.cosh(x) ** 2) ** 2 / math.sqrt(2 * math.pi)
    assert b == pytest.approx(EDGE.weight_variance * EDGE.q * second / 2, rel=1e-5)
    # delta: 1 / d grows by b a layer, up to a constant in the next order.
    d = 1 - depth.propagate(activation.tanh, 400, c=0.0, **WEIGHTS).c
    assert (1 / d[400] - 1 / d[200]) / 200 == pytest.approx(b, rel=0.02)
    assert local_slopes([200, 400], d[[200, 400]]).slope[0] == pytest.approx(-1, abs=0.03)
    # beta and nu: above the edge, d* goes as (chi - 1) / b and the depth scale as 1 / (chi - 1).
    found = [
        depth.phase(activation.tanh, weight_variance=EDGE.weight_variance * (1 + e), bias_variance=BIAS)
        for e in (0.005, 0.01)
    ]
    apart = np.array([one.chi - 1 for one in found])
    assert local_slopes(apart, [1 - one.c for one in found]).slope[0] == pytest.approx(1, abs=0.02)
    assert local_slopes(apart, [one.xi_c for one in found]).slope[0] == pytest.approx(-1, abs=0.02)
    assert (1 - found[0].c) * b / apart[0] == pytest.approx(1, abs=0.02)


def test_a_layer_multiplies_small_differences_with_the_derived_noise(rng):
    """Variance v / n of the factor, v = 3 E[phi'^4] / E[phi'^2]^2 - 1, and what the scatter of the next q adds, by
    which the difference is divided; there is no root of the difference in it."""
    width, samples, weight = 100, 20_000, EDGE.weight_variance
    at = moments(activation.tanh, EDGE.q)
    z, w = np.polynomial.hermite_e.hermegauss(120)
    x = math.sqrt(EDGE.q) * z
    both = w @ (np.tanh(x) ** 2 / np.cosh(x) ** 4) / math.sqrt(2 * math.pi)
    v = 3 * at.slope_fourth / at.slope**2 - 1
    of_q = weight**2 * (at.fourth - at.square**2) / EDGE.q**2
    shared = weight * (both / at.slope - at.square) / EDGE.q
    for d in (1e-4, 1e-8):
        factor = simulate(activation.tanh, width, 1, samples, d=d, rng=rng, **WEIGHTS).d[:, 1] / d
        expected = (v + of_q - 2 * shared) / width
        assert factor.var() == pytest.approx(expected, rel=5 * math.sqrt(3 / samples) + 10 / width)
        assert abs(factor.mean() - 1) < 5 * factor.std() / math.sqrt(samples) + 5 / width


def test_a_crowd_is_cut_off_after_the_root_of_its_size(rng):
    decays = [crowd_decay(N, int(6 * N**0.5), 1500, rng=rng) for N in (100, 400, 1600)]
    found = width_exponent(decays, rng=rng)
    assert abs(found.exponent - 0.5) < 5 * found.error
    assert found.error < 0.03


def test_a_network_is_cut_off_after_a_depth_of_its_width(rng):
    """Not after its root, as a crowd: at l = n, all widths are as far from the infinite one."""
    decays = [
        network_decay(activation.tanh, n, n + 20, 60_000 // n, bias_variance=BIAS, rng=rng) for n in (25, 50, 100, 200)
    ]
    found = width_exponent(decays, typical=True, rng=rng)
    assert 0.5 + 5 * found.error < found.exponent < 1 + 3 * found.error
    assert found.exponent > 0.85
    logs = [np.log(one.paths[:, one.size] / one.infinite[one.size]) for one in decays]
    means = np.array([one.mean() for one in logs])
    errors = np.array([one.std() / math.sqrt(one.size) for one in logs])
    assert np.ptp(means) < 0.3 + 5 * errors.max()
    at_root = [np.log(one.paths[:, k] / one.infinite[k]).mean() for one in decays for k in [round(2 * one.size**0.5)]]
    assert abs(at_root[0]) > 1.5 * abs(at_root[-1])  # at l of the root of n, wide ones still follow the map


def test_two_signals_in_a_convolutional_network(rng):
    options = {"rng": rng, **WEIGHTS}
    d = convolve(activation.tanh, 30, 2, 5, 400, d=0.4, **options)
    assert d[:, 0].mean() == pytest.approx(0.4, abs=5 * d[:, 0].std() / 20 + 0.01)
    assert convolve(activation.tanh, 10, 2, 5, 2, d=0.0, **options).max() == 0
    # With many channels it follows the same map.
    many = convolve(activation.tanh, 8, 150, 6, 20, **options)
    path = 1 - depth.propagate(activation.tanh, 6, c=0.0, **WEIGHTS).c
    error = many.std(axis=0, ddof=1) / math.sqrt(20)
    assert (np.abs(many.mean(axis=0) - path) < 5 * error + 10 / 150).all()
    one, two = (convolve(activation.tanh, 8, 2, 3, 2, **{**options, "rng": np.random.default_rng(2)}) for _ in range(2))
    np.testing.assert_array_equal(one, two)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda rng: crowd_decay(0, 3, 2, rng=rng), "size must be at least 1"),
        (lambda rng: network_decay(activation.tanh, 0, 3, 2, bias_variance=0.1, rng=rng), "width must be at least 1"),
        (
            lambda rng: network_decay(activation.tanh, 5, 3, 2, bias_variance=0.0, rng=rng),
            "bias_variance must be greater",
        ),
        (lambda rng: network_decay(activation.relu, 5, 3, 2, bias_variance=0.1, rng=rng), "there are 0"),
        (lambda rng: halving(crowd_decay(10**6, 3, 5, rng=rng), rng=rng), "decay must be so deep"),
        (lambda rng: convolve(activation.tanh, 2, 1, 1, 1, weight_variance=1.0, rng=rng), "sites must be at least 3"),
        (
            lambda rng: convolve(activation.tanh, 5, 0, 1, 1, weight_variance=1.0, rng=rng),
            "channels must be at least 1",
        ),
        (
            lambda rng: convolve(activation.tanh, 5, 1, 1, 1, weight_variance=-1.0, rng=rng),
            "weight_variance must be at",
        ),
    ],
)
def test_bad_arguments_are_refused(call, message, rng):
    with pytest.raises(ValueError, match=message):
        call(rng)
