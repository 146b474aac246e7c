"""Errors that know about autocorrelation, tried on processes whose autocorrelation is known.

An AR(1) process a_{t+1} = phi a_t + noise has rho(t) = phi**t, so tau = (1 + phi) / (2 (1 - phi)). Over many
repetitions the claimed errors must cover the truth as often as they say.
"""

import harness
import numpy as np
import pytest
from scipy.signal import lfilter
from scipy.stats import binom

from spinlearn.lattice import all_up, square
from spinlearn.measure.observables import (
    Estimate,
    autocorrelation,
    binder,
    integrated_time,
    jackknife,
    mean,
    specific_heat,
    staggered_magnetisation,
    susceptibility,
)

ONE_SIGMA = 0.682689492137086


def ar1(phi, shape, rng, mean=0.0):
    """Stationary AR(1) series of unit variance along the last axis."""
    noise = rng.normal(size=shape) * np.sqrt(1 - phi**2)
    noise[..., 0] /= np.sqrt(1 - phi**2)  # the first value is drawn from the stationary law
    return mean + lfilter([1.0], [1.0, -phi], noise, axis=-1)


def tau_of(phi):
    return (1 + phi) / (2 * (1 - phi))


def covers(estimates, truth, *, slack=0.02) -> bool:
    """Whether one-sigma errors cover the truth as often as they should: by the binomial law, and a small slack.

    The slack is for what is known to be left out. An error bar with a relative scatter d of its own covers
    (d**2 / 2) 0.48 less often, 0.6 per cent for the d = 0.15 of the slowest series here; one that is 2.5 per cent too
    small, as that of blocks of 20 tau, covers 0.025 * 0.48 = 1.2 per cent less often.
    """
    hits = sum(abs(estimate.value - truth) < estimate.error for estimate in estimates)
    low, high = ONE_SIGMA - slack, ONE_SIGMA + slack
    tail = harness.SIGNIFICANCE / 2
    return binom.ppf(tail, len(estimates), low) <= hits <= binom.isf(tail, len(estimates), high)


# Autocorrelation


def test_autocorrelation_is_the_sum_written_out(rng):
    series = rng.normal(size=101).cumsum()
    d = series - series.mean()
    expected = [d[: len(d) - t] @ d[t:] / (d @ d) for t in range(len(d))]
    np.testing.assert_allclose(autocorrelation(series), expected, atol=1e-13)


def test_autocorrelation_ignores_scale_and_origin(rng):
    series = rng.normal(size=500)
    np.testing.assert_allclose(autocorrelation(1e-6 * series + 3), autocorrelation(series), atol=1e-9)


@pytest.mark.parametrize("size", [1e-320, 1e-200, 1e-100, 1e100, 1e200, 1e307])
@pytest.mark.filterwarnings("error")
def test_numbers_whose_squares_are_no_floats_have_means_and_times(size, rng):
    series = rng.normal(size=1_000).clip(-3, 3)
    digits = 1e-2 if size < 1e-300 else 1e-9  # few digits are left below 1e-308
    assert mean(size * series).error / size == pytest.approx(mean(series).error, rel=digits)
    assert mean(size * series).value / size == pytest.approx(mean(series).value, rel=digits, abs=1e-3 * digits)
    assert integrated_time(size * series).tau == pytest.approx(integrated_time(series).tau, rel=digits)


def test_autocorrelation_of_a_known_process(rng):
    rho = autocorrelation(ar1(0.9, 1_000_000, rng))
    # Bartlett's error of an estimated rho is at most sqrt(2 tau / n) = 0.0044.
    np.testing.assert_allclose(rho[:20], 0.9 ** np.arange(20), atol=4.5 * 0.0044)


@pytest.mark.parametrize("window", [4.0, 6.0])
def test_integrated_time_is_the_windowed_sum_written_out(window, rng):
    series, n = ar1(0.8, 3_000, rng), 3_000
    rho, W, total = autocorrelation(series), 0, 0.5
    while window * total > W:
        W += 1
        total += rho[W]
    tau = total * (1 + (2 * W + 1) / n)
    assert integrated_time(series, window=window) == pytest.approx(
        (tau, tau * np.sqrt(2 * (2 * W + 1) / n), W), rel=1e-12
    )


@pytest.mark.slow
@pytest.mark.parametrize("phi", [0.0, 0.5, 0.9, 0.98])
def test_integrated_time_of_a_known_process(phi, rng):
    times = [integrated_time(series) for series in ar1(phi, (40, 50_000), rng)]
    tau = np.array([time.tau for time in times])
    error = np.array([time.error for time in times])
    # The window cuts off a fraction of about exp(-6) = 0.0025 of the sum; tau is not below 1/2.
    off = tau.mean() - tau_of(phi)
    assert abs(off) < 4.5 * error.mean() / np.sqrt(len(tau)) + 0.005 * tau_of(phi)
    assert (tau >= 0.5).all()
    if phi > 0:  # without the floor at 1/2: is the claimed error the scatter? A chi-square of 39 degrees of freedom.
        assert 0.4 < tau.std(ddof=1) / error.mean() < 1.6


def test_white_noise_has_half_a_record(rng):
    time = integrated_time(rng.normal(size=100_000))
    assert abs(time.tau - 0.5) < 4.5 * time.error
    assert time.window == 3  # six times one half


def test_repelling_neighbours_are_not_credited(rng):
    assert integrated_time(ar1(-0.7, 10_000, rng)).tau == 0.5
    alternating = np.tile([1.0, -1.0], 500)
    assert integrated_time(alternating).tau == 0.5
    assert mean(alternating).error == pytest.approx(1 / np.sqrt(999), rel=1e-12)


def test_a_constant_series_is_known_exactly():
    for value in (0.0, 0.1, -1e6):
        series = np.full(10, value)
        np.testing.assert_array_equal(autocorrelation(series), [1.0] + 9 * [0.0])
        assert integrated_time(series) == (0.5, 0.0, 0)
        assert mean(series) == Estimate(value, 0.0, 0.5, 10)
    assert jackknife(lambda a: a.mean() ** 2, np.full(100, 3.0)) == Estimate(9.0, 0.0, 0.5, 100)


def test_a_short_series_is_refused_with_what_it_says():
    series = ar1(0.99, 2_000, np.random.default_rng(1))
    with pytest.raises(ValueError, match=r"2000 records are fewer than 50 times.*tau = \d+(\.\d+)? ± "):
        integrated_time(series)
    with pytest.raises(ValueError, match=r"2000 records are fewer than 50 times"):
        mean(series)
    with pytest.raises(ValueError, match=r"fewer than 50 times"):
        integrated_time(np.arange(1000.0))  # a drift never ends
    with pytest.raises(ValueError, match=r"1000 records make fewer than 10 blocks of 10 tau"):
        jackknife(np.var, ar1(0.9, 1_000, np.random.default_rng(1)))


# Means and functions of means


@pytest.mark.slow
@pytest.mark.parametrize("phi", [0.0, 0.8, 0.9])
def test_errors_of_the_mean_cover_the_truth(phi, rng):
    estimates = [mean(series) for series in ar1(phi, (1_000, 5_000), rng, mean=2.0)]
    assert covers(estimates, 2.0)
    assert np.mean([estimate.tau for estimate in estimates]) == pytest.approx(tau_of(phi), rel=0.05)


@pytest.mark.parametrize("phi", [0.8, 0.9])
def test_errors_that_ignore_autocorrelation_do_not_cover_it(phi, rng):
    naive = [
        Estimate(series.mean(), series.std(ddof=1) / np.sqrt(series.size), 0.5, series.size)
        for series in ar1(phi, (1_000, 5_000), rng, mean=2.0)
    ]
    assert not covers(naive, 2.0)


def test_the_mean_of_independent_records_has_the_usual_standard_error(rng):
    series = rng.normal(size=100_000)
    estimate = mean(series)
    assert estimate.value == series.mean()
    expected = series.std(ddof=1) / np.sqrt(series.size)
    assert estimate.error == pytest.approx(expected * np.sqrt(2 * estimate.tau), rel=1e-4)
    assert estimate.error == pytest.approx(expected, rel=0.05)


@pytest.mark.slow
@pytest.mark.parametrize("blocks", [None, 40])
@pytest.mark.parametrize(
    ("function", "truth"),
    [
        (np.mean, 0.5),
        (np.var, 1.0),
        (lambda a: np.mean((a * a) ** 2) / np.mean(a * a) ** 2, (3 + 6 * 0.5**2 + 0.5**4) / 1.25**2),
    ],
    ids=["mean", "variance", "ratio"],
)
def test_jackknife_errors_cover_the_truth(function, truth, blocks, rng):
    estimates = [jackknife(function, series, blocks=blocks) for series in ar1(0.6, (400, 4_000), rng, mean=0.5)]
    assert covers(estimates, truth)


@pytest.mark.slow
def test_jackknife_over_blocks_of_one_record_does_not_cover_it(rng):
    many = ar1(0.9, (100, 1_000), rng, mean=0.5)
    assert not covers([jackknife(np.mean, series, blocks=1_000) for series in many], 0.5)


@pytest.mark.slow
def test_jackknife_takes_the_bias_away(rng):
    # The square of the mean of 20 independent records is too large by 1/20; of the jackknife's value nothing is left.
    values = [jackknife(lambda a: a.mean() ** 2, series, blocks=20).value for series in rng.normal(size=(2_000, 20))]
    assert abs(np.mean(values)) < 4.5 * np.std(values) / np.sqrt(len(values))
    assert np.mean(values) < 0.025


def test_jackknife_of_the_mean_is_the_mean(rng):
    series = rng.normal(size=1_000)
    estimate = jackknife(np.mean, series, blocks=100)
    of_blocks = series.reshape(100, 10).mean(axis=1)
    assert estimate.value == pytest.approx(series.mean(), abs=1e-13)
    assert estimate.error == pytest.approx(of_blocks.std(ddof=1) / 10, rel=1e-10)


def test_jackknife_keeps_series_side_by_side(rng):
    x = rng.normal(size=5_000)
    slope = jackknife(lambda a, b: np.mean(a * b) / np.mean(a * a), x, 3 * x)
    assert slope.value == pytest.approx(3.0, abs=1e-9)
    assert slope.error < 1e-9


# Observables of a magnet


def test_susceptibility_and_binder_of_free_spins(rng):
    N, T = 64, 2.5
    m = rng.choice([-1, 1], size=(40_000, N)).mean(axis=1)
    estimate = susceptibility(m, T, N, connected=False)
    assert harness.normal_p_value(estimate, 1 / T) > harness.SIGNIFICANCE
    # <m^4> / <m^2>^2 = 3 - 2 / N for N free spins.
    assert harness.normal_p_value(binder(m), 1 - (3 - 2 / N) / 3) > harness.SIGNIFICANCE


def test_connected_susceptibility_takes_the_mean_away(rng):
    N, T = 100, 2.0
    m = 0.6 + 0.05 * rng.normal(size=20_000)
    m *= rng.choice([-1, 1], size=m.size)
    assert harness.normal_p_value(susceptibility(m, T, N), N * 0.05**2 / T) > harness.SIGNIFICANCE
    unconnected = susceptibility(m, T, N, connected=False)
    assert harness.normal_p_value(unconnected, N * (0.05**2 + 0.6**2) / T) > harness.SIGNIFICANCE


def test_slow_reversals_do_not_blow_up_the_error_of_even_observables(rng):
    # m turns over as a whole every thousand records or so; |m| and m^2 do not notice.
    sign = np.where(np.cumsum(rng.random(20_000) < 1e-3) % 2, 1, -1)
    m = sign * (0.8 + 0.02 * rng.normal(size=20_000))
    assert susceptibility(m, 2.0, 100).tau < 0.7
    assert binder(m).tau < 0.7


def test_specific_heat_of_normal_energies(rng):
    e = rng.normal(-1.4, 0.03, size=20_000)
    assert harness.normal_p_value(specific_heat(e, 2.2, 256), 256 * 0.03**2 / 2.2**2) > harness.SIGNIFICANCE


def test_binder_of_an_ordered_magnet_is_two_thirds():
    assert binder(np.tile([0.9, -0.9], 100)).value == pytest.approx(2 / 3, abs=1e-14)


def test_staggered_magnetisation():
    checkerboard = 1 - 2 * (np.indices((4, 6)).sum(axis=0) % 2)
    assert staggered_magnetisation(checkerboard) == 1.0
    assert staggered_magnetisation(-checkerboard) == -1.0
    assert staggered_magnetisation(all_up(square(4, 6))) == 0.0
    assert staggered_magnetisation([1, -1, 1]) == 1.0
    assert staggered_magnetisation(np.ones((3, 3, 3), dtype=np.int8)) == pytest.approx(1 / 27)
    with pytest.raises(ValueError, match=r"^spins must be -1 or \+1.*got values \[0, 2\]"):
        staggered_magnetisation([[0, 2], [2, 0]])
    with pytest.raises(TypeError, match=r"^spins must be an integer array"):
        staggered_magnetisation([0.5, -0.5])


# How an estimate reads


@pytest.mark.parametrize(
    ("value", "error", "text"),
    [
        (-1.42381, 0.00117, "-1.4238(12)"),
        (0.5, 0.0996, "0.50(10)"),
        (0.5, 0.00999, "0.500(10)"),
        (12.34, 1.26, "12.3(13)"),
        (1234.4, 56.0, "1234(56)"),
        (123456.0, 789.0, "123456(789)"),
        (-2.0, 0.0, "-2(0)"),
        (1e-9, 2.5e-7, "0.00000000(25)"),
        (0.1, 0.095, "0.100(95)"),
        (-0.00004, 0.0012, "0.0000(12)"),  # the sign of what rounds to zero is rounding
        (-0.04, 1.2, "0.0(12)"),
        (-3.0, 12.0, "-3(12)"),
        (-0.3, 12.0, "0(12)"),
        (-0.0, 0.0, "0(0)"),
        (1.5, float("inf"), "1.5(inf)"),
        (1.0, 1e-310, "1." + 311 * "0" + "(10)"),
        (0.0, 5e-324, "0." + 325 * "0" + "(49)"),
        (1e300, 3e300, f"{1e300:.0f}({3e300:.0f})"),
    ],
)
def test_an_estimate_reads_as_physicists_write_it(value, error, text):
    assert str(Estimate(value, error, 0.5, 100)) == text
    assert f"{Estimate(value, error, 0.5, 100)}" == text


# Bad input


@pytest.mark.parametrize("function", [autocorrelation, integrated_time, mean])
@pytest.mark.parametrize(
    ("series", "error", "message"),
    [
        ([], ValueError, r"^series must be one-dimensional with at least 2 records, got shape \(0,\)"),
        ([1.0], ValueError, r"^series must be one-dimensional with at least 2 records, got shape \(1,\)"),
        (1.0, ValueError, r"^series must be one-dimensional with at least 2 records, got shape \(\)"),
        (np.ones((5, 5)), ValueError, r"^series must be one-dimensional.*got shape \(5, 5\)"),
        ([1.0, np.nan, 2.0], ValueError, r"^series must be finite"),
        (["a", "b"], TypeError, r"^series must hold real numbers"),
        ([1j, 2j], TypeError, r"^series must hold real numbers"),
    ],
)
def test_bad_series(function, series, error, message):
    with pytest.raises(error, match=message):
        function(series)


NOISE = np.random.default_rng(0).normal(size=1_000)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: integrated_time(NOISE, window=0), ValueError, "^window must be greater than 0, got 0"),
        (
            lambda: integrated_time(NOISE, window=5000),
            ValueError,
            r"^window must be shorter: 5000 tau reach over 999 of the 1000",
        ),
        (
            lambda: integrated_time(NOISE, window=1200.0),
            ValueError,
            "^window must be shorter: 1200 tau reach over 600 of",
        ),
        (lambda: integrated_time(NOISE, window=None), TypeError, "^window must be a real number"),
        (lambda: jackknife("var", NOISE), TypeError, "^function must be callable, not str"),
        (lambda: jackknife(np.var), ValueError, "^series must be given"),
        (lambda: jackknife(np.var, NOISE, NOISE[1:]), ValueError, "^series must be equally long, got 1000, 999"),
        (lambda: jackknife(np.var, NOISE, blocks=9), ValueError, "^blocks must be at least 10, got 9"),
        (lambda: jackknife(np.var, NOISE, blocks=1001), ValueError, "^blocks must be at most.*1000, got 1001"),
        (lambda: jackknife(np.var, NOISE, blocks=20.0), TypeError, "^blocks must be a whole number"),
        (lambda: jackknife(lambda a: np.inf, NOISE), ValueError, "^function must return finite numbers"),
        (lambda: susceptibility(NOISE, 0, 16), ValueError, "^T must be greater than 0"),
        (lambda: susceptibility(NOISE, 2.0, 0), ValueError, "^N must be at least 1"),
        (lambda: susceptibility([[1.0]], 2.0, 16), ValueError, "^m must be one-dimensional"),
        (lambda: specific_heat(NOISE, np.nan, 16), ValueError, "^T must be finite"),
        (lambda: specific_heat([np.inf, 1.0], 1.0, 16), ValueError, "^e must be finite"),
        (lambda: binder(np.zeros(100)), ValueError, "^m must not be zero throughout"),
        (lambda: staggered_magnetisation("up"), TypeError, "^spins must be an integer array"),
        (lambda: specific_heat(NOISE, 1e-200, 16), ValueError, "^T must be so large that 16 / T² is finite"),
        (lambda: susceptibility(NOISE, 1e-310, 16), ValueError, "^T must be so large that 16 / T is finite"),
        (lambda: susceptibility(NOISE, 1.0, 10**400), ValueError, "^N must be at most"),
        (lambda: susceptibility(1e80 * NOISE, 1.0, 16), ValueError, r"^m must be at most 1e\+70 in size"),
        (lambda: specific_heat(1e80 * NOISE, 1.0, 16), ValueError, r"^e must be at most 1e\+70 in size"),
        (lambda: binder(1e80 * NOISE), ValueError, r"^m must be at most 1e\+70 in size"),
        (lambda: binder(1e-80 * NOISE), ValueError, "^m must not be zero"),
    ],
)
def test_bad_input(call, error, message):
    with pytest.raises(error, match=message):
        call()
