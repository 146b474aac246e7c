"""Random networks of finite width: the exact law against real weights, and the scatter against its formulas."""

import math

import numpy as np
import pytest
from scipy.special import digamma, polygamma
from scipy.stats import binom, ks_2samp

from spinlearn.meanfield import depth as wide
from spinlearn.meanfield.finite_width import rectifier, rectifier_moment, scatter, simulate
from spinlearn.neuron import activation


def test_the_second_moment_of_a_critical_rectifier():
    for width, depth in ((10, 7), (100, 100), (1000, 100), (3000, 300)):
        assert rectifier_moment(width, depth) == pytest.approx((1 + 5 / width) ** depth, rel=1e-12)
        assert rectifier_moment(width, depth, 1) == pytest.approx(1, rel=1e-12)
    # One unit: E[(2 y)^k] = 2^k (2k - 1)!! / 2.
    assert [rectifier_moment(1, 1, k) for k in (1, 2, 3, 4)] == pytest.approx([1, 6, 60, 840])


@pytest.mark.parametrize(("width", "depth"), [(50, 20), (400, 100)])
def test_sampled_networks_have_that_moment(width, depth, rng):
    """The tolerance is five errors of the mean of a square; its variance is the exact fourth moment's."""
    samples = 20_000
    path = rectifier(width, depth, samples, q=0.3, rng=rng) / 0.3
    for order in (1, 2):
        exact, double = rectifier_moment(width, depth, order), rectifier_moment(width, depth, 2 * order)
        error = math.sqrt((double - exact**2) / samples)
        assert abs((path[:, depth] ** order).mean() - exact) < 5 * error
    mean, variance = logarithm(width)
    logs = np.log(path[:, depth])
    assert abs(logs.mean() - depth * mean) < 5 * math.sqrt(depth * variance / samples)
    assert logs.var() == pytest.approx(depth * variance, rel=5 * math.sqrt(2 / samples) * 1.1)  # nearly Gaussian


def logarithm(width):
    """Exact mean and variance of the logarithm of one layer's factor: that of a chi-square, averaged over B."""
    on = np.arange(1, width + 1)
    chance = binom.pmf(on, width, 0.5)
    mean = math.log(4 / width) + digamma(on / 2)
    return chance @ mean, chance @ (mean**2 + polygamma(1, on / 2)) - (chance @ mean) ** 2


def test_the_logarithm_walks_with_steps_of_variance_five_over_the_width():
    for width, size in ((100, 0.1), (1000, 0.01)):
        mean, variance = logarithm(width)
        assert variance * width / 5 == pytest.approx(1, abs=size)
        assert mean * width / -2.5 == pytest.approx(1, abs=size)


def test_a_sampler_that_keeps_half_of_the_units_on_is_caught(rng):
    """The wrong twin forgets that the number of units that are on scatters: 4 / n for 5 / n."""
    width, depth, samples = 400, 20, 60_000
    wrong = np.prod(2 / width * rng.chisquare(width / 2, size=(samples, depth)), axis=1)
    exact, double = rectifier_moment(width, depth, 2), rectifier_moment(width, depth, 4)
    assert abs((wrong**2).mean() - exact) > 5 * math.sqrt((double - exact**2) / samples)
    assert np.log(wrong).var() < 0.9 * depth * logarithm(width)[1]


@pytest.mark.parametrize("one", [activation.tanh, activation.gelu], ids=lambda one: one.name)
def test_the_law_is_that_of_real_weights(one, rng):
    options = {"weight_variance": 1.9, "bias_variance": 0.1, "q": 0.8, "d": 0.3, "rng": rng}
    law = simulate(one, 12, 6, 4000, **options)
    real = simulate(one, 12, 6, 1500, by="weights", **options)
    for a, b in ((law.q, real.q), (law.d, real.d), (law.q * law.d, real.q * real.d)):
        for layer in (1, 2, 6):
            assert ks_2samp(a[:, layer], b[:, layer]).pvalue > 1e-4 / 18


def test_a_rectifier_by_all_three_ways(rng):
    width, depth = 20, 5
    options = {"weight_variance": 2.0, "rng": rng}
    direct = rectifier(width, depth, 3000, rng=rng)[:, depth]
    for by, samples in (("law", 3000), ("weights", 1000)):
        run = simulate(activation.relu, width, depth, samples, by=by, **options)
        assert ks_2samp(direct, run.q[:, depth]).pvalue > 1e-4


def test_wide_networks_follow_the_map_with_the_predicted_scatter(rng):
    """Differences from the map are of order 1 / n in the mean and sqrt(1 / n) in the scatter; both are tried."""
    samples, depth = 400, 40
    options = {"weight_variance": 2.0, "bias_variance": 0.05}
    path = wide.propagate(activation.tanh, depth, q=1.0, c=0.5, **options)
    for width in (100, 1000):
        run = simulate(activation.tanh, width, depth, samples, rng=rng, **options)
        spread = scatter(activation.tanh, width, depth, **options)
        error = spread / math.sqrt(samples)
        assert (np.abs(run.q.mean(axis=0) - path.q)[1:] < 5 * error[1:] + 5 * spread[-1] ** 2).all()
        ratio = run.q.std(axis=0, ddof=1)[1:] / spread[1:]
        assert (np.abs(ratio - 1) < 5 / math.sqrt(2 * samples) + 10 / width).all()
        assert (np.abs(run.d.mean(axis=0) + path.c - 1) < 5 * run.d.std(axis=0) / math.sqrt(samples) + 20 / width).all()


def test_small_differences_keep_their_digits(rng):
    run = simulate(activation.tanh, 200, 3, 200, weight_variance=2.0, bias_variance=0.1, d=1e-14, rng=rng)
    chi = wide.phase(activation.tanh, weight_variance=2.0, bias_variance=0.1).chi
    assert np.log(run.d[:, 3] / 1e-14).mean() / 3 == pytest.approx(math.log(chi), abs=0.25)
    assert simulate(activation.tanh, 20, 3, 5, weight_variance=2.0, d=0.0, rng=rng).d.max() == 0


def test_it_repeats_and_takes_no_variance():
    one, two = (
        simulate(activation.relu, 30, 4, 3, weight_variance=2.0, rng=np.random.default_rng(3)) for _ in range(2)
    )
    np.testing.assert_array_equal(one.q, two.q)
    dead = simulate(activation.tanh, 10, 3, 2, weight_variance=0.0, rng=np.random.default_rng(3))
    assert (dead.q[:, 1:] == 0).all()
    assert (dead.d == 0.5).all()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"width": 0}, "width must be at least 1"),
        ({"samples": 0}, "samples must be at least 1"),
        ({"depth": -1}, "depth must be at least 0"),
        ({"weight_variance": -1.0}, "weight_variance must be at least 0"),
        ({"bias_variance": -1.0}, "bias_variance must be at least 0"),
        ({"q": 0.0}, "q must be greater than 0"),
        ({"d": 2.5}, "d must be at most 2"),
        ({"by": "magic"}, "by must be one of"),
    ],
)
def test_bad_arguments_are_refused(change, message, rng):
    options = {"width": 5, "depth": 2, "samples": 2, "weight_variance": 1.0, "rng": rng} | change
    with pytest.raises(ValueError, match=message):
        simulate(activation.tanh, **options)


def test_other_bad_arguments_are_refused(rng):
    with pytest.raises(ValueError, match="width must be at least 1"):
        rectifier(0, 3, 2, rng=rng)
    with pytest.raises(ValueError, match="width must be at least 1"):
        rectifier_moment(0, 3)
    with pytest.raises(ValueError, match="width must be at least 1"):
        scatter(activation.tanh, 0, 3, weight_variance=1.0)
    with pytest.raises(ValueError, match="order must be at most 4"):
        rectifier_moment(10, 3, 5)
    with pytest.raises(TypeError, match="rng must be"):
        rectifier(3, 3, 2, rng=1)
