"""Couplings under random weights: formulas, quadrature and draws against each other."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import norm

from spinlearn.bipartite import ensembles, interactions, potentials
from spinlearn.bipartite.ensembles import exponential_moments, moments
from spinlearn.neuron import unit


@pytest.mark.parametrize("g", [0.3, 0.68, 1.0])
def test_exponential_units_have_the_moments_of_the_formula(g):
    found = moments(unit.poisson(0.5), g, n=5, bias=-0.3, hidden=3)
    known = exponential_moments(g, n=5, bias=-0.3, rate=0.5, hidden=3)
    np.testing.assert_allclose(found.mean, known.mean, atol=1e-8)
    np.testing.assert_allclose(found.square, known.square, rtol=1e-5, atol=1e-8)


def test_linear_units_make_pairs_whatever_their_weights():
    """J_2 = v w w' has the mean 0 and the mean square v^2 g^4; J_1 = v (b w + w^2 / 2); higher ones are none."""
    v, g, b, M = 0.7, 0.8, 0.4, 5
    mean, square = moments(unit.gaussian(v), g, n=4, bias=b, hidden=M)
    np.testing.assert_allclose(mean, [M * v * g * g / 2, 0, 0, 0], atol=1e-12)
    one = v * v * (b * b * g * g + 3 * g**4 / 4)
    np.testing.assert_allclose(
        square, [M * one + M * (M - 1) * (v * g * g / 2) ** 2, M * v * v * g**4, 0, 0], atol=1e-11
    )


@pytest.mark.slow
@pytest.mark.parametrize(
    ("K", "atol"), [(unit.binary(), 0.0), (unit.half_gaussian(), 0.0), (potentials.relu().sharp, 2e-3)]
)
def test_draws_have_the_moments(K, atol, rng):
    """Within five standard errors, of the mean and of the mean square; a twin with another spread of weights is not."""
    n, samples, g, b = 4, 4000, 1.3, -0.4
    J = ensembles.draw(K, g, n=n, samples=samples, bias=b, hidden=2, rng=rng)

    def off(g):
        expected = moments(K, g, n=n, bias=b, hidden=2)
        errors = J.std(axis=0) / np.sqrt(samples), (J**2).std(axis=0) / np.sqrt(samples)
        return max(
            (np.maximum(np.abs((J**k).mean(axis=0) - value) - atol, 0) / error).max()
            for k, value, error in zip((1, 2), expected, errors, strict=True)
        )

    assert off(g) < 5
    assert off(1.15 * g) > 8


def test_a_first_order_is_an_integral(rng):
    """E[J_1] and E[J_1^2] of a binary unit by scipy's quadrature."""
    K, g, b = unit.binary().K, 1.1, -0.6
    found = moments(unit.binary(), g, n=1, bias=b)
    for k, value in zip((1, 2), found, strict=True):
        known = quad(lambda w, k=k: norm.pdf(w, scale=g) * (K(b + w) - K(b)) ** k, -12, 12)[0]
        assert value[0] == pytest.approx(known, abs=1e-9)


def test_low_orders_dominate_typically_except_for_the_exponential_unit():
    """Claim C50 and C49 under Gaussian weights: root mean squares fall with the order, or rise above a threshold."""
    for one in (potentials.step(), potentials.relu()):
        for g in (0.5, 1.0, 2.0):
            rms = np.sqrt(moments(one.unit, g, n=5).square)
            assert (np.diff(rms[1:]) < 0).all()
    critical = ensembles.thresholds().rms
    for factor, sign in ((0.95, -1), (1.05, 1)):
        rms = np.sqrt(moments(unit.poisson(), factor * critical, n=5).square)
        assert (sign * np.diff(rms) > 0).all()


@pytest.mark.parametrize(("one", "least"), [(potentials.step(), 3), (potentials.relu(), 4)], ids=["step", "ReLU"])
def test_strong_weights_make_high_orders_of_units_0_or_1_and_not_of_spins(one, least, rng):
    """Claim C50 is not a theorem: without noise the root mean square falls to an order, and rises from there."""
    rms = np.sqrt(moments(one.sharp, 1.0, n=8, spacing=0.03).square)
    assert rms.argmin() + 1 == least
    assert (np.diff(rms[least - 1 :]) > 0).all()
    assert rms[7] > 1.5 * rms[least - 1]
    spins = [
        interactions.by_order(interactions.of_unit(one.sharp, rng.normal(size=8), alphabet="spins")).rms
        for _ in range(200)
    ]
    spins = np.sqrt(np.mean(np.square(spins), axis=0))
    falls = spins[spins > 1e-9]  # the kink is even, or odd, so that every other order is none
    assert (np.diff(falls) < 0).all()
    assert falls[-1] < 0.05 * falls[0]


def test_thresholds_are_where_factors_are_one(rng):
    rms, mean, typical = ensembles.thresholds()
    assert exponential_moments(rms, n=1).square[0] == pytest.approx(1, abs=1e-12)
    assert exponential_moments(mean, n=1).mean[0] == pytest.approx(1, abs=1e-12)
    for low, high in ((-12 * typical, 0), (0, 12 * typical)):
        assert np.isfinite(quad(lambda w: norm.pdf(w, scale=typical) * np.log(abs(np.expm1(w))), low, high)[0])
    known = sum(
        quad(lambda w: norm.pdf(w, scale=typical) * np.log(abs(np.expm1(w))), *ends, limit=200)[0]
        for ends in ((-12 * typical, 0), (0, 12 * typical))
    )
    assert known == pytest.approx(0, abs=1e-8)
    J = np.abs(ensembles.draw(unit.poisson(), typical, n=2, samples=4000, rng=rng))
    step = np.log(J[:, 1] / J[:, 0])
    assert abs(step.mean()) < 5 * step.std() / np.sqrt(len(step))


def test_the_window_of_an_exponential_unit():
    for g in (0.5, 1.0, 2.0):
        b = ensembles.exponential_bias(g, 0.3, n=6, rate=2.0)
        assert exponential_moments(g, n=6, bias=b, rate=2.0).square[-1] == pytest.approx(0.09, rel=1e-12)


def test_a_draw_of_one_is_a_unit(rng):
    seed = np.random.default_rng(5)
    J = ensembles.draw(unit.binary(), 0.9, n=3, samples=1, bias=0.2, rng=seed)
    w = np.random.default_rng(5).normal(scale=0.9, size=3)
    np.testing.assert_allclose(J[0], interactions.of_unit(unit.binary(), w, 0.2)[[1, 3, 7]], atol=1e-15)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: moments(unit.binary(), -1.0, n=2), "g must be at least 0"),
        (lambda: moments(unit.binary(), 1.0, n=9), "n must be at most 8"),
        (lambda: moments(unit.binary(), 1.0, n=2, spacing=1e-5), "spacing must be larger"),
        (lambda: moments(unit.exponential(), 1.0, n=2), "x must lie between"),
        (lambda: exponential_moments(1.0, n=2, rate=0.0), "rate must be greater than 0"),
        (lambda: ensembles.draw(unit.binary(), 1.0, n=2, samples=1, rng=1), "rng must be"),
        (lambda: ensembles.exponential_bias(1.0, -1.0, n=2), "size must be greater than 0"),
    ],
)
def test_what_cannot_be_is_said(call, said):
    with pytest.raises((TypeError, ValueError), match=said):
        call()
