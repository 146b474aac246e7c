"""Rates of neurons that integrate and fire: Siegert's formula in high precision, limits, simulations."""

import math

import mpmath
import numpy as np
import pytest
from extremes import POSITIVE, REAL, at_all_extremes, with_odd_types
from scipy.stats import kstest, norm

from spinlearn.core.words import stream
from spinlearn.exact import plane_area
from spinlearn.meanfield import mean_field_area
from spinlearn.neuron import membrane
from spinlearn.neuron.activation import gaussian_ramp
from spinlearn.neuron.integrate import (
    gaussian,
    inverse_gaussian,
    leaky_rate,
    noisy_leaky_rate,
    noisy_quadratic_rate,
    perfect_rate,
    quadratic_rate,
    simulate_leaky,
)
from spinlearn.neuron.onset import local_exponents, onset_exponent, rounded

SHIFT = float(-mpmath.zeta(0.5) / mpmath.sqrt(2 * mpmath.pi))  # 0.5826, of a threshold that is looked at in steps
SIGNIFICANCE = 1e-5


# Without noise


@pytest.mark.parametrize("mu", [1.0001, 1.3, 4.0, 1e6])
def test_the_leaky_neuron_against_its_equation(mu):
    """The solution from the reset is V(t) = mu + (reset - mu) e^(-t / tau): after one period it is at the threshold."""
    options = {"tau": 20.0, "threshold": 1.0, "reset": -0.4}
    period = 1 / leaky_rate(mu, **options)
    assert mu + (-0.4 - mu) * math.exp(-period / 20) == pytest.approx(1.0, abs=1e-15 * mu)
    assert 1 / leaky_rate(mu, **options, refractory=3.0) == pytest.approx(period + 3)
    # With a reset of 0, the formula as it is often written.
    assert leaky_rate(mu, refractory=0.1) == pytest.approx(1 / (0.1 - math.log(1 - 1 / mu)), rel=1e-9)


def test_rates_without_noise():
    mu = np.array([-1.0, 0.0, 0.5, 3.0])
    np.testing.assert_allclose(perfect_rate(mu, tau=2.0, threshold=3.0, reset=-1.0), np.maximum(mu, 0) / 8)
    np.testing.assert_allclose(quadratic_rate(mu, tau=2.0), np.sqrt(np.maximum(mu, 0)) / (2 * math.pi))
    assert (leaky_rate([-1.0, 1.0]) == 0).all()
    for function in (perfect_rate, leaky_rate, quadratic_rate):
        assert function(1e16, refractory=0.25) == pytest.approx(4, rel=1e-6)  # it cannot fire faster


# Siegert's formula


def siegert(mu, sigma, threshold=1.0, reset=0.0):
    """Mean passage time over tau, by quadrature in 30 digits."""
    with mpmath.workdps(30):
        mu, sigma = mpmath.mpf(mu), mpmath.mpf(sigma)
        high, low = (mpmath.mpf(threshold) - mu) / sigma, (mpmath.mpf(reset) - mu) / sigma

        def integrand(u):
            return mpmath.exp(u * u) * mpmath.erfc(-u)

        scale = max(integrand(high), integrand(low))
        cuts = [high - k / (1 + abs(high)) for k in (40, 20, 10, 5, 2, 1)] + [-(mpmath.mpf(10) ** k) for k in range(12)]
        cuts = sorted({low, high, *(u for u in (*cuts, 0, 1, 3) if low < u < high)})
        return mpmath.sqrt(mpmath.pi) * scale * mpmath.quad(lambda u: integrand(u) / scale, cuts)


@pytest.mark.parametrize("mu", [-5.0, 0.0, 0.5, 0.99, 1.0, 1.001, 1.3, 5.0, 1e3])
def test_siegerts_formula_in_high_precision(mu):
    for sigma in (0.003, 0.02, 0.1, 0.4, 1.0, 3.0, 40.0, 1e3):
        y = max((1 - mu) / sigma, 0)
        time = siegert(mu, sigma)
        logarithm = float(-mpmath.log(time))
        # The exponent y^2 is as uncertain as y is by its rounding.
        assert noisy_leaky_rate(mu, sigma, log=True) == pytest.approx(logarithm, rel=0, abs=4e-15 * (1 + y * y))
        if logarithm > -700:
            assert noisy_leaky_rate(mu, sigma) == pytest.approx(float(1 / time), rel=4e-15 * (1 + y * y))


def test_siegerts_formula_in_other_units():
    """Brunel's neuron: 20 ms, thresholds of 20 and 10 mV, 2 ms of silence."""
    mu, sigma = np.array([12.0, 20.0, 31.0])[:, None], np.array([0.5, 5.0])
    rates = noisy_leaky_rate(mu, sigma, tau=20.0, threshold=20.0, reset=10.0, refractory=2.0)
    plain = noisy_leaky_rate((mu - 10) / 10, sigma / 10)
    assert rates.shape == (3, 2)
    np.testing.assert_allclose(1 / rates, 2 + 20 / plain, rtol=1e-13)
    expected = 1 / (2 + 20 * float(siegert(20.0, 5.0, 20.0, 10.0)))
    assert rates[1, 1] == pytest.approx(expected, rel=1e-14)


def test_limits_of_weak_noise():
    mu = np.array([1.05, 1.4, 3.0])
    # The first correction is (sigma^2 / 4) [1 / (mu - threshold)^2 - 1 / (mu - reset)^2] in the time.
    for sigma in (1e-3, 2e-3):
        correction = 1 / noisy_leaky_rate(mu, sigma) - 1 / leaky_rate(mu)
        np.testing.assert_allclose(correction, -(sigma**2) / 4 * ((mu - 1) ** -2.0 - mu**-2.0), rtol=0.01)
    for sigma in (0.0, 1e-9, 1e-300):
        np.testing.assert_allclose(
            noisy_leaky_rate(mu, sigma, refractory=0.1), leaky_rate(mu, refractory=0.1), rtol=1e-14
        )
        assert noisy_leaky_rate(0.9, sigma) == 0
    assert noisy_leaky_rate(0.9, 0.0, log=True) == -np.inf


def test_far_below_threshold_it_is_kramers_rate():
    y = np.array([20.0, 100.0, 1e4, 1e8])
    sigma = 1 / y  # mu = 0, threshold 1
    logs = noisy_leaky_rate(0.0, sigma, log=True)
    # ln[y e^(-y^2) / sqrt(pi)], and next (-1 / 2y^2) of Dawson's asymptotic series.
    np.testing.assert_allclose(logs, -(y**2) + np.log(y / math.sqrt(math.pi)) - 1 / (2 * y**2), rtol=1e-15, atol=2e-5)
    assert (noisy_leaky_rate(0.0, sigma) >= 0).all()
    assert noisy_leaky_rate(0.0, 0.01) == 0


def test_the_rate_rises_with_the_drive_and_joins_smoothly():
    """Across the seams between the formulas, in steps so small that the true rate hardly changes."""
    mu = np.linspace(-3, 6, 20_001)
    for sigma in (0.05, 0.2, 0.9, 1.1, 5.0):
        logs = noisy_leaky_rate(mu, sigma, log=True)
        steps = np.diff(logs)
        assert (steps > 0).all()
        assert np.abs(np.diff(steps)).max() < 1e-3 * steps.max()


# The quadratic neuron


@pytest.mark.parametrize("sigma", [0.05, 0.5, 2.0, 30.0])
def test_the_noisy_quadratic_neuron_in_high_precision(sigma):
    with mpmath.workdps(30):
        D = mpmath.mpf(sigma) ** 2 / 2
        for mu in (-30.0, -2.0, -0.3, -1e-3, 0.0, 1e-3, 0.4, 6.0, 1e3):

            def exponent(w, mu=mu):
                return -(mu * w**2 + w**6 / 12) / D

            top = max(exponent(w) for w in (mpmath.mpf(0), mpmath.root(4 * max(-mu, 0), 4)))
            reach = mpmath.root(4 * max(-mpmath.mpf(mu), 0), 4)
            width = mpmath.sqrt(D / max(abs(mu), D ** (mpmath.mpf(1) / 3)))
            cuts = sorted({mpmath.mpf(0), *(w for k in (-20, -8, -3, 0, 3, 8, 20, 60) if (w := reach + k * width) > 0)})
            time = 2 * mpmath.sqrt(mpmath.pi / D) * mpmath.quad(lambda w, t=top: mpmath.exp(exponent(w) - t), cuts)
            expected = mpmath.exp(-top) / time
            rate = noisy_quadratic_rate(mu, sigma)
            assert rate == pytest.approx(float(expected), rel=1e-13 * (1 + float(top)), abs=1e-300)


def test_limits_of_the_noisy_quadratic_neuron():
    sigma = np.array([1e-12, 0.01, 0.3, 5.0])
    onset = np.cbrt(sigma**2 / 2) / (2 * math.sqrt(math.pi) * 12 ** (1 / 6) * math.gamma(7 / 6))
    np.testing.assert_allclose(noisy_quadratic_rate(0.0, sigma), onset, rtol=1e-14)
    np.testing.assert_allclose(onset / sigma ** (2 / 3), 0.1595, rtol=3e-4)
    mu = np.array([-1.0, 0.0, 0.3, 20.0])
    np.testing.assert_allclose(noisy_quadratic_rate(mu, 0.0, refractory=0.5), quadratic_rate(mu, refractory=0.5))
    np.testing.assert_allclose(noisy_quadratic_rate(mu[2:], 1e-7), quadratic_rate(mu[2:]), rtol=1e-12)
    # Kramers: sqrt(-mu) exp(-(8/3) (-mu)^(3/2) / sigma^2) / pi.
    kramers = math.sqrt(2) / math.pi * math.exp(-8 / 3 * 2**1.5 / 0.2**2)
    assert noisy_quadratic_rate(-2.0, 0.2) == pytest.approx(kramers, rel=0.01)
    assert noisy_quadratic_rate(0.4, 0.3, tau=5.0, refractory=1.0) == pytest.approx(
        1 / (1 + 5 / noisy_quadratic_rate(0.4, 0.3)), rel=1e-14
    )


def test_noise_rounds_the_onsets_of_two_neurons_and_not_that_of_the_third(rng):
    # The quadratic one: sigma^(2/3). The leaky one: 1 / ln(1 / sigma), slowly.
    sigma = np.logspace(-6, -3, 13)
    assert onset_exponent(sigma, noisy_quadratic_rate(0.0, sigma)).value == pytest.approx(2 / 3, abs=1e-12)
    times = 1 / noisy_leaky_rate(1.0, sigma)
    np.testing.assert_allclose(np.diff(times), -np.diff(np.log(sigma)), rtol=1e-6)
    # The perfect one: its passages are inverse Gaussian, of mean (threshold - reset) / mu for any noise.
    mu, n = 0.4, 20_000
    for noise in (0.1, 0.8):
        passages = rng.wald(1 / mu, 1 / noise**2, n)
        error = noise / mu**1.5 / math.sqrt(n)
        assert abs(passages.mean() - 1 / perfect_rate(mu)) < norm.isf(SIGNIFICANCE) * error


# Simulation

CASES = [(0.8, 0.5, 0.1, 0.2), (1.2, 0.1, 0.2, 0.0), (-0.5, 1.0, 0.1, 0.0), (3.0, 0.5, 0.05, 0.3), (0.8, 0.5, 1.0, 0.0)]


@pytest.mark.parametrize(("mu", "sigma", "dt", "refractory"), CASES)
def test_a_simulated_neuron_fires_as_siegert_says(mu, sigma, dt, refractory, rng):
    options = {"tau": 2.0, "refractory": refractory}
    run = simulate_leaky(mu, sigma, 100_000.0, dt=2 * dt, rng=rng, **options)
    exact = noisy_leaky_rate(mu, sigma, **options)
    # What the chord leaves: as if the threshold were nearer to mu by this. And what the last interval leaves.
    bias = noisy_leaky_rate(mu, sigma, threshold=1 - (1 - mu) * dt**2 / 12, **options) - exact
    bound = norm.isf(SIGNIFICANCE / 2) * run.error + 1 / 100_000
    assert abs(run.rate - exact) < bound + 1.3 * abs(bias)
    if abs(bias) > 2 * bound:  # then it is seen, and of that size
        assert abs(run.rate - exact - bias) < bound + 0.3 * abs(bias)
    assert (np.diff(run.times, prepend=0.0) > refractory).all()
    assert run.times[-1] < 100_000


def test_wrong_neurons_are_caught(rng):
    """Without the bridge, and with the noise of another convention."""
    mu, sigma, dt, duration = 0.8, 0.5, 0.02, 50_000.0
    exact = noisy_leaky_rate(mu, sigma)
    blind = simulate_leaky(mu, sigma, duration, dt=dt, bridge=False, rng=rng)
    assert exact - blind.rate > 8 * blind.error
    # How wrong it is, is known: as if the threshold were higher.
    shifted = noisy_leaky_rate(mu, sigma, threshold=1 + SHIFT * sigma * math.sqrt(dt))
    assert abs(blind.rate - shifted) < norm.isf(SIGNIFICANCE / 2) * blind.error + 0.5 * dt * exact
    other = simulate_leaky(mu, sigma * math.sqrt(2), duration, rng=rng)
    assert other.rate - exact > 8 * other.error


def test_the_default_step_has_no_bias_that_could_be_seen():
    exact = noisy_leaky_rate(0.5, 0.4)
    assert abs(noisy_leaky_rate(0.5, 0.4, threshold=1 - 0.5 * 0.02**2 / 12) / exact - 1) < 1e-4


def test_the_laws_that_are_drawn_from(rng):
    words = stream(rng)
    assert kstest([gaussian(words) for _ in range(20_000)], "norm").pvalue > SIGNIFICANCE
    for slope, shape in ((0.5, 1.3), (3.0, 0.2), (0.0, 0.7)):
        drawn = np.array([inverse_gaussian(slope, shape, words) for _ in range(20_000)])

        def law(x, slope=slope, shape=shape):  # of the passage through sqrt(shape) with the drift slope sqrt(shape)
            root = np.sqrt(shape / x)
            return norm.cdf(root * (slope * x - 1)) + np.exp(2 * shape * slope) * norm.cdf(-root * (slope * x + 1))

        assert kstest(drawn, law).pvalue > SIGNIFICANCE


def test_a_run_repeats_and_may_be_silent():
    one, two = (simulate_leaky(0.9, 0.3, 200.0, rng=np.random.default_rng(3)) for _ in range(2))
    assert (one.times == two.times).all()
    silent = simulate_leaky(0.0, 0.01, 100.0, rng=np.random.default_rng(3))
    assert silent.rate == 0
    assert silent.error == 1 / 100
    assert silent.times.size == 0


def test_almost_without_noise_it_is_the_neuron_without():
    for sigma in (1e-4, 1e-300):
        run = simulate_leaky(1.5, sigma, 1000.0, refractory=0.1, rng=np.random.default_rng(4))
        np.testing.assert_allclose(np.diff(run.times), 0.1 + math.log(3), rtol=max(20 * sigma, 5e-5))


# At the ends of the floats

BASE = {"mu": REAL, "tau": (1e-3, 1.0, 1e17), "refractory": (0.0, 1e-17, 2.5)}
VOLTAGES = {"threshold": (-1e17, 1.0, 1e300), "reset": (-1e300, 0.0)}
NOISE = {"sigma": (0.0, *POSITIVE)}
CALLS = {
    "perfect": (lambda mu=0.5, **rest: perfect_rate(mu, **rest), {**BASE, **VOLTAGES}),
    "leaky": (lambda mu=0.5, **rest: leaky_rate(mu, **rest), {**BASE, **VOLTAGES}),
    "quadratic": (lambda mu=0.5, **rest: quadratic_rate(mu, **rest), BASE),
    "noisy leaky": (
        lambda mu=0.5, sigma=0.3, **rest: noisy_leaky_rate(mu, sigma, **rest),
        {**BASE, **VOLTAGES, **NOISE},
    ),
    "logarithm": (
        lambda mu=0.5, sigma=0.3, **rest: noisy_leaky_rate(mu, sigma, log=True, **rest),
        {**BASE, **VOLTAGES, **NOISE},
    ),
    "noisy quadratic": (lambda mu=0.5, sigma=0.3, **rest: noisy_quadratic_rate(mu, sigma, **rest), {**BASE, **NOISE}),
}


@pytest.mark.slow
@pytest.mark.parametrize("name", CALLS)
def test_no_number_makes_a_nan_or_a_warning(name):
    function, values = CALLS[name]
    assert at_all_extremes(function, name == "logarithm", **values) > 0


@pytest.mark.parametrize("name", CALLS)
def test_odd_types_are_refused_by_name(name):
    function, values = CALLS[name]
    assert {argument for argument, _ in with_odd_types(function, *values, infinite=name == "logarithm")} == set(values)


def test_odd_types_of_a_simulation_are_refused_by_name():
    names = ("mu", "sigma", "duration", "dt", "tau", "threshold", "reset", "refractory", "bridge")

    def call(mu=0.5, sigma=0.3, duration=20.0, **rest):
        return simulate_leaky(mu, sigma, duration, rng=np.random.default_rng(1), **rest)

    assert {argument for argument, _ in with_odd_types(call, *names)} == set(names)


# How a rate sets in


def test_six_onsets():
    distance = np.logspace(-8, -5, 16)
    powers = {1.5: mean_field_area(distance), 1.125: plane_area(distance)}
    powers |= {1.0: perfect_rate(distance), 0.5: quadratic_rate(distance)}
    for exponent, rate in powers.items():
        fit = onset_exponent(distance, rate)
        assert fit.value == pytest.approx(exponent, abs=1e-5)
        assert abs(fit.value - exponent) < max(fit.error, 1e-12)
    # The leaky one: the local exponent is the rate itself, 1 / ln(1 / d), and falls with d.
    distance = np.logspace(-14, -2, 200)
    voltages = {"threshold": 0.0, "reset": -1.0}  # so that no distance is rounded
    middle, slope = local_exponents(distance, leaky_rate(distance, **voltages))
    np.testing.assert_allclose(slope, leaky_rate(middle, **voltages), rtol=0.02)
    assert (np.diff(slope) > 0).all()
    # Hodgkin and Huxley's: a jump.
    start = membrane.onset(6.2, 6.3, tolerance=0.005, duration=2000.0)
    distance = np.logspace(-1.5, 0, 6)
    rates = [membrane.fire(start.above + d, 1000.0).rate for d in distance]
    assert rates[0] > 45
    assert onset_exponent(distance, rates).value < 0.1


def test_a_spread_of_the_input_rounds_an_onset():
    x = np.linspace(-6, 30, 37)
    np.testing.assert_allclose(
        rounded(lambda d: d, x * 0.02, spread=0.02), 0.02 * gaussian_ramp(x), rtol=1e-11, atol=1e-14
    )
    # At the onset: the spread to the power of the exponent, with the half moment of a Gaussian.
    curves = {1.5: mean_field_area, 1.125: plane_area, 1.0: perfect_rate, 0.5: quadratic_rate}
    for p, rate in curves.items():
        spread, tiny = 1e-9, np.array([1e-9])
        moment = 2 ** (p / 2) * math.gamma((p + 1) / 2) / (2 * math.sqrt(math.pi))
        assert rounded(rate, 0.0, spread=spread) == pytest.approx(rate(tiny)[0] * moment, rel=1e-7)
        # Far above it is the curve itself, and its curvature.
        assert rounded(rate, 0.5, spread=1e-3) == pytest.approx(rate(np.array([0.5]))[0], rel=1e-5)
        assert rounded(rate, -1e-3, spread=1e-5) == 0
    with mpmath.workdps(20):
        exact = mpmath.quad(lambda z: mpmath.npdf(z) / mpmath.log1p(1 / (0.1 * z)), [0, 0.001, 0.1, 1, 3, 12])
    rate = rounded(lambda d: leaky_rate(d, threshold=0.0, reset=-1.0), 0.0, spread=0.1)
    assert rate == pytest.approx(float(exact), rel=1e-4)


def test_the_fit_of_an_exponent_knows_its_error(rng):
    distance, errors = np.logspace(-3, -1, 12), np.full(12, 0.02)
    found = []
    for _ in range(400):
        rate = 2 * distance**0.5 * (1 + errors * rng.normal(size=12))
        found.append(onset_exponent(distance, rate, errors=errors * 2 * distance**0.5))
    values, stated = np.array([fit.value for fit in found]), np.array([fit.error for fit in found])
    assert values.mean() == pytest.approx(0.5, abs=5 * values.std() / 20)
    assert 0.9 < (stated**2).mean() ** 0.5 / values.std() < 1.6
    assert np.median([fit.amplitude for fit in found]) == pytest.approx(2, rel=0.02)
    # A curve that bends says so.
    bent = onset_exponent(distance, distance**0.5 / (1 + 30 * distance))
    assert bent.drift < -0.1
    assert bent.error > abs(bent.drift)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: leaky_rate(2.0, reset=1.0), "reset must be below threshold = 1, got 1"),
        (lambda: perfect_rate(2.0, threshold=0.0, reset=0.5), "reset must be below threshold"),
        (lambda: leaky_rate(2.0, tau=0.0), "tau must be greater than 0"),
        (lambda: quadratic_rate(2.0, refractory=-1.0), "refractory must be at least 0"),
        (lambda: noisy_leaky_rate(0.5, -0.1), "sigma must be at least 0"),
        (lambda: noisy_leaky_rate([0.5, 0.6, 0.7], [0.1, 0.2]), "do not fit together"),
        (lambda: noisy_leaky_rate(np.nan, 0.1), "mu must be finite"),
        (lambda: noisy_quadratic_rate(0.5, -0.1), "sigma must be at least 0"),
        (lambda: simulate_leaky(0.5, 0.0, 10.0, rng=np.random.default_rng(1)), "sigma must be greater than 0"),
        (lambda: simulate_leaky(0.5, 0.1, 0.0, rng=np.random.default_rng(1)), "duration must be greater than 0"),
        (lambda: simulate_leaky(0.5, 0.1, 9.0, dt=1.1, rng=np.random.default_rng(1)), "dt must be at most tau = 1"),
        (lambda: simulate_leaky(0.5, 0.1, 1e9, dt=1e-4, rng=np.random.default_rng(1)), "duration must be below 1e12"),
        (lambda: simulate_leaky(1e6, 0.1, 1e4, rng=np.random.default_rng(1)), "duration must be so short"),
        (lambda: simulate_leaky(2.0, 0.1, 9.0, reset=2.0, rng=np.random.default_rng(1)), "reset must be below"),
        (lambda: onset_exponent([1.0, 2.0, 3.0], [1.0, 2.0, 3.0]), "at least 4 records"),
        (lambda: onset_exponent([1.0, 3.0, 2.0, 4.0], np.ones(4)), "distance must be greater than 0 and rise"),
        (lambda: onset_exponent([1.0, 2.0, 3.0, 4.0], [0.0, 1.0, 2.0, 3.0]), "rate must be greater than 0"),
        (lambda: onset_exponent([1.0, 2.0, 3.0, 4.0], np.ones(4), errors=np.zeros(4)), "errors must be greater than 0"),
        (lambda: local_exponents([1.0, 2.0], [1.0]), "rate must have shape"),
        (lambda: rounded(np.sqrt, 0.0, spread=0.0), "spread must be greater than 0"),
        (lambda: rounded(np.sum, 0.0, spread=1.0), "rate must return one number for each distance"),
    ],
)
def test_what_is_refused_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
    with pytest.raises(TypeError, match="rng must be"):
        simulate_leaky(0.5, 0.1, 10.0, rng=1)
