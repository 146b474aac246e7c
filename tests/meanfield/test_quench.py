"""Spike counts of a quenched magnet against quadrature in high precision, their limits; ELU for every alpha."""

import math

import mpmath
import numpy as np
import pytest

from spinlearn.meanfield import (
    corrected_count,
    elu_constants,
    elu_distance,
    flipped_count,
    literal_count,
    logistic_count,
    magnetisation,
    mean_field_area,
    mean_field_count,
    printed_count,
    quench_temperature,
    sharp_count,
)
from spinlearn.meanfield.quench import area_to, field_at_depth

SIZES = [0.0, 1e-9, 1e-5, 0.3, 0.99, 1.0, 1.7, 3.0, 20.0, 300.0, 1e3]
HALF = math.log(2) / 2


def integral(a, c, low, high, sign):
    """Integral of (1 + sign tanh a(T - c)) / 2, by quadrature with cuts about the centre.

    The integrand is 1 / (1 + e^(-2 sign a (T - c))), written so that its tails keep their digits.
    """
    with mpmath.workdps(30):
        a, c, low, high = map(mpmath.mpf, (a, c, low, high))
        steps = [k / a for k in (-20, -6, -2, 0, 2, 6, 20)]
        cuts = sorted({low, high, *(x for at in (low, c, high) for k in steps if low < (x := at + k) < high)})

        def share(T):
            return 1 / (1 + mpmath.exp(-2 * sign * a * (T - c)))

        scale = max(share(low), share(high))  # mpmath's quadrature stops at an absolute error
        return scale * mpmath.quad(lambda T: share(T) / scale, cuts)


def test_the_protocol_runs_from_the_quench_back_to_rest():
    T0, Q, rate, start = 1.7, 0.9, 2.5, 3.0
    t = start + Q / rate * np.array([-1e-9, 0.0, 0.25, 0.5, 1.0, 7.0])
    path = quench_temperature(t, Q, T0, rate=rate, start=start)
    np.testing.assert_allclose(path, [T0, T0 - Q, T0 - 0.75 * Q, T0 - 0.5 * Q, T0, T0], rtol=1e-12)
    assert quench_temperature(0.0, 2.0, 2.0) == 0  # the deepest there is
    assert quench_temperature(np.zeros((3, 1)), [0.1, 0.2], 1.0).shape == (3, 2)


def test_a_count_is_the_time_integral_along_the_protocol():
    """A plain sum over time of the tanh, and of the magnetisation, with the temperature as a function of time."""
    T0, Q, rate, n = 1.4, 1.1, 0.7, 200_000
    t = (np.arange(n) + 0.5) / n * Q / rate
    T = quench_temperature(t, Q, T0, rate=rate)
    dt = Q / rate / n
    plain = (0.5 - 0.5 * np.tanh(6 * (T - 1))).sum() * dt
    assert corrected_count(Q, T0, rate=rate) == pytest.approx(plain, rel=1e-10)
    # The magnetisation has a root at Tc: the sum over midpoints is off by some dT^(3/2) there.
    assert mean_field_count(Q, T0, rate=rate) == pytest.approx(magnetisation(T).sum() * dt, abs=(rate * dt) ** 1.5)


@pytest.mark.parametrize("Q", SIZES)
@pytest.mark.parametrize(("a", "c"), [(6.0, 1.0), (1.0, 0.0), (0.3, 2.0), (40.0, 0.7), (2.0, -0.4)])
def test_every_reading_against_quadrature(Q, a, c):
    close = {"rel": 1e-12, "abs": 0.0}
    assert literal_count(Q, sharpness=a, centre=c) == pytest.approx(float(integral(a, c, 0, Q, -1)), **close)
    assert flipped_count(Q, sharpness=a, centre=c) == pytest.approx(float(integral(a, c, 0, Q, 1)), **close)
    for T0 in (c, c + 0.2, c + 3.0, c - 1.0):
        with mpmath.workdps(30):
            low = mpmath.mpf(T0) - mpmath.mpf(Q)
        expected = float(integral(a, c, low, T0, -1)) / 1.6
        assert corrected_count(Q, T0, sharpness=a, centre=c, rate=1.6) == pytest.approx(expected, **close)


@pytest.mark.parametrize("Q", SIZES)
def test_the_readings_of_the_source(Q):
    expected = float(integral(1, 0, 0, Q, 1))
    assert flipped_count(Q) == pytest.approx(expected, rel=1e-14, abs=0)
    assert logistic_count(Q) == pytest.approx(float(integral(0.5, 0, 0, Q, 1)), rel=1e-14, abs=0)
    # The printed values have offsets of ln 2 each: (ln 2)/2 where -(ln 2)/2 belongs, and none where -ln 2 does.
    assert printed_count(Q) - 2 * HALF == pytest.approx(expected, abs=1e-15 * (1 + Q))
    assert printed_count(Q, curve="logistic", constant=-2 * HALF) == pytest.approx(
        logistic_count(Q), abs=1e-15 * (1 + Q)
    )
    # The flipped reading is the corrected one of a neuron that rests at its centre.
    for c in (0.0, 1.0, 2.5):
        assert corrected_count(Q, c, sharpness=1.0, centre=c) == pytest.approx(expected, rel=1e-14, abs=0)


def test_limits_of_large_and_of_small_quenches():
    assert literal_count(1e3) == math.log1p(math.exp(12)) / 12  # it saturates
    assert 1 < literal_count(1e3) < 1 + 1e-6
    assert flipped_count(1e3) == pytest.approx(1e3 - HALF, abs=1e-12)
    assert printed_count(1e3) == pytest.approx(1e3 + HALF, abs=1e-12)
    assert logistic_count(1e3) == pytest.approx(1e3 - 2 * HALF, abs=1e-12)
    assert flipped_count(1e-300) == logistic_count(1e-300) == 5e-301
    # With a threshold g the offset is ln(1 + e^(-2 a g)) / (2 a).
    for a, g in ((1.0, 0.5), (6.0, 0.3)):
        offset = math.log1p(math.exp(-2 * a * g)) / (2 * a)
        count = corrected_count(500.0, 1 + g, sharpness=a)
        assert count == pytest.approx(500 - g - offset, abs=1e-12)
    for function in (literal_count, flipped_count, logistic_count):
        assert function(0.0) == 0
        assert (function(np.array([[1.0, 2.0]])) == [[function(1.0), function(2.0)]]).all()


@pytest.mark.parametrize("T0", [0.4, 1.0, 1.3, 7.0])
def test_the_sharp_limit_is_a_rectifier_with_a_threshold(T0):
    Q = np.linspace(0, 9, 91)
    sharp = sharp_count(Q, T0, rate=2.0)
    np.testing.assert_allclose(sharp, (np.maximum(Q - (T0 - 1), 0) - max(1 - T0, 0)) / 2, rtol=1e-12, atol=1e-15)
    for a in (3.0, 30.0, 3e5):
        gap = np.abs(corrected_count(Q, T0, sharpness=a, rate=2.0) - sharp).max()
        assert gap <= 2 * HALF / (2 * a * 2.0) * (1 + 1e-12) + 2e-15
    np.testing.assert_allclose(corrected_count(Q, T0, sharpness=1e300, rate=2.0), sharp, rtol=0, atol=1e-15)


# ELU


def differences(alpha, constant, sign):
    """Smallest and largest difference between the count plus a constant and ELU on a fine grid that reaches far."""
    x = np.concatenate([-np.logspace(3, -9, 40_000), np.logspace(-9, 3, 40_000)])
    count = x + sign * HALF + np.logaddexp(0, -2 * x) / 2 + constant
    elu = np.where(x >= 0, x, alpha * np.expm1(np.minimum(x, 0)))
    return (count - elu).min(), (count - elu).max()


ALPHAS = [*np.linspace(0.01, 3, 300), HALF / 2, HALF, 2 * HALF, 1.0]


def test_elu_is_decided_for_every_alpha():
    alphas = np.array(ALPHAS)
    printed, correct = elu_distance(alphas, printed=True), elu_distance(alphas)
    for alpha, p, c in zip(alphas, printed, correct, strict=True):
        for distance, sign in ((p, 1), (c, -1)):
            assert distance == pytest.approx(max(map(abs, differences(alpha, -alpha, sign))), abs=1e-8)
    # The three pieces of the one, and the single piece of the other.
    pieces = np.select([alphas <= HALF, alphas <= 2 * HALF], [2 * HALF - alphas, HALF], alphas - HALF)
    np.testing.assert_allclose(printed, pieces, atol=1e-15)
    np.testing.assert_allclose(correct, alphas + HALF, rtol=1e-15)
    # True if and only if alpha is at least (ln 2)/2; false for every alpha.
    assert ((printed <= alphas + 1e-15) == (alphas >= HALF)).all()
    assert (correct > alphas).all()


def test_what_would_have_to_change_for_elu():
    alphas = np.array(ALPHAS)
    low, high, best, distance = elu_constants(alphas)
    some = alphas >= HALF / 2
    assert (np.isfinite(low) == some).all()
    assert (np.isfinite(high) == some).all()
    for constant in (low, high):
        np.testing.assert_array_less(elu_distance(alphas[some], constant=constant[some]), alphas[some] + 1e-15)
    for constant in (low - 1e-6, high + 1e-6):  # and beyond them no longer
        assert (elu_distance(alphas[some], constant=constant[some]) > alphas[some]).all()
    np.testing.assert_allclose(elu_distance(alphas, constant=best), distance, rtol=1e-14)
    for shift in (-1e-3, 1e-3):
        assert (elu_distance(alphas, constant=best + shift) > distance).all()
    np.testing.assert_allclose(distance, np.maximum(alphas, HALF) / 2)
    assert (elu_distance(alphas, constant=0.0)[alphas > HALF] <= alphas[alphas > HALF]).all()
    assert (elu_distance(alphas, constant=0.0)[alphas < HALF] > alphas[alphas < HALF]).all()
    for alpha, constant in ((0.1, 0.3), (1.0, -0.5), (2.5, 0.2), (0.4, 0.0)):
        found = max(map(abs, differences(alpha, constant, -1)))
        assert elu_distance(alpha, constant=constant) == pytest.approx(found, abs=1e-8)


# The true magnetisation


def area_in_high_precision(depth, Tc=1):
    """Integral of m dT over its upper piece, from T as a function of m: depth m(depth) minus that of Tc - T by m."""
    with mpmath.workdps(40):
        v = mpmath.mpf(depth) / mpmath.mpf(Tc)
        if v == 1:
            return 7 * mpmath.zeta(3) / mpmath.pi**2 * Tc
        x = mpmath.findroot(lambda x: mpmath.tanh(x) - (1 - v) * x, mpmath.sqrt(3 * v) if v < 0.3 else 1 / (1 - v))
        m = mpmath.tanh(x)
        cuts = [mpmath.mpf(0), *(e for e in (0.5, 0.9, 0.99, 0.999, 0.999999) if e < m), m]
        return Tc * (v * m - mpmath.quad(lambda y: 1 - y / mpmath.atanh(y) if y else 0, cuts))


@pytest.mark.parametrize("depth", [1e-300, 1e-15, 1e-9, 1e-4, 0.01, 0.2, 0.4, 0.5, 0.7, 0.9, 0.97])
def test_mean_field_area_in_high_precision(depth):
    expected = float(2 / mpmath.sqrt(3) * mpmath.mpf(depth) ** 1.5 if depth < 1e-200 else area_in_high_precision(depth))
    assert mean_field_area(depth) == pytest.approx(expected, rel=4e-15, abs=0)
    assert mean_field_area(2.5 * depth, Tc=2.5) == pytest.approx(2.5 * expected, rel=6e-15, abs=0)


def test_the_whole_area_of_the_mean_field():
    total = float(7 * mpmath.zeta(3) / mpmath.pi**2)
    assert mean_field_area(1.0) == total
    assert area_to(1e3) == pytest.approx(total - 1e-3, rel=1e-15)
    # Near T = 0 the magnetisation is 1.
    assert mean_field_area(0.98) == pytest.approx(total - 0.02, rel=1e-15)
    np.testing.assert_allclose(mean_field_count([1.3, 5.0], [1.3, 5.0], rate=4.0), total / 4, rtol=1e-15)


def test_the_slope_of_the_area_is_the_magnetisation():
    depth, step = np.array([1e-6, 0.01, 0.3, 0.6, 0.8, 0.95]), 1e-4
    slope = (mean_field_area(depth * (1 + step)) - mean_field_area(depth * (1 - step))) / (2 * step * depth)
    np.testing.assert_allclose(slope, magnetisation(1 - depth), rtol=1e-8)


def test_onset_of_the_mean_field():
    """The exponent is 3/2, its amplitude 2 / sqrt(3), and both to the last digit at an excess of 1e-9."""
    T0, Q = 1.25, 0.25 + 1e-9
    excess = mpmath.mpf(Q) - mpmath.mpf(0.25)
    assert mean_field_count(Q, T0) == pytest.approx(float(area_in_high_precision(excess)), rel=1e-14)
    depth = np.logspace(-9, -7, 3)
    np.testing.assert_allclose(mean_field_area(depth) / depth**1.5, 2 / math.sqrt(3), rtol=1e-7)
    slopes = np.diff(np.log(mean_field_area(depth))) / np.diff(np.log(depth))
    np.testing.assert_allclose(slopes, 1.5, atol=1e-7)
    # In other units: Tc = 3.3 and T0 no sum of powers of two.
    T0, Tc, Q = 5.1, 3.3, 1.8 + 1e-9
    excess = mpmath.mpf(Q) - mpmath.mpf(T0) + mpmath.mpf(Tc)
    expected = float(area_in_high_precision(excess, mpmath.mpf(Tc)))
    assert mean_field_count(Q, T0, Tc=Tc) == pytest.approx(expected, rel=1e-14)
    # Taken with roundings, the excess has lost half of its digits: a negative control.
    assert abs(mean_field_area((Q - (T0 - Tc)), Tc=Tc) / expected - 1) > 1e-9
    assert (mean_field_count([0.0, 0.1, 0.25], 1.25) == 0).all()


@pytest.mark.parametrize(
    ("T0", "Q"), [(0.5, 0.5), (0.99, 1e-9), (0.9, 0.05), (0.9, 0.3), (1 - 1e-9, 0.2), (0.02, 1e-4)]
)
def test_a_neuron_that_is_magnetised_at_rest(T0, Q):
    with mpmath.workdps(40):
        low, high = mpmath.mpf(1) - mpmath.mpf(T0), mpmath.mpf(1) - mpmath.mpf(T0) + mpmath.mpf(Q)
        if high - low < 0.01 * low:  # Simpson's rule is enough where the magnetisation is nearly constant

            def m(v):
                return mpmath.tanh(mpmath.findroot(lambda x: mpmath.tanh(x) - (1 - v) * x, field_at_depth(float(v))))

            expected = (high - low) * (m(low) + 4 * m((low + high) / 2) + m(high)) / 6
        else:
            expected = area_in_high_precision(high) - area_in_high_precision(low)
    assert mean_field_count(Q, T0) == pytest.approx(float(expected), rel=1e-13)


def test_the_field_at_a_depth():
    for v in (1e-18, 1e-9, 0.05, 0.1, 0.3, 0.7, 0.99, 1 - 1e-12):
        x = field_at_depth(v)
        with mpmath.workdps(60):
            assert abs(mpmath.tanh(x) / x - (1 - mpmath.mpf(v))) < 6e-16 * v
    assert math.tanh(field_at_depth(0.5)) == pytest.approx(magnetisation(0.5), rel=1e-15)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: quench_temperature(0.0, -0.1, 1.0), "Q must be at least 0"),
        (lambda: quench_temperature(0.0, 0.1, 1.0, rate=0.0), "rate must be greater than 0"),
        (lambda: quench_temperature(0.0, 1.1, 1.0), "Q must be at most T0"),
        (lambda: quench_temperature([0.0, 1.0], [0.1, 0.2, 0.3], 1.0), "do not fit together"),
        (lambda: mean_field_count([0.5, 2.0], 1.5), "Q must be at most T0"),
        (lambda: mean_field_count(0.0, 0.0), "T0 must be greater than 0"),
        (lambda: mean_field_count(0.5, 1.5, rate=-1.0), "rate must be greater than 0"),
        (lambda: mean_field_area(-0.1), "depth must lie between 0 and Tc = 1, got -0.1"),
        (lambda: mean_field_area(1.1), "depth must lie between 0 and Tc = 1, got 1.1"),
        (lambda: corrected_count(0.5, 1.5, rate=0.0), "rate must be greater than 0"),
        (lambda: corrected_count(-0.5, 1.5), "Q must be at least 0"),
        (lambda: sharp_count(-0.5, 1.5), "Q must be at least 0"),
        (lambda: sharp_count(0.5, 1.5, rate=0.0), "rate must be greater than 0"),
        (lambda: literal_count(-1.0), "Q must be at least 0"),
        (lambda: flipped_count(1.0, sharpness=0.0), "sharpness must be greater than 0"),
        (lambda: printed_count(1.0, curve="erf"), "curve must be one of"),
        (lambda: elu_distance(0.0), "alpha must be greater than 0"),
        (lambda: elu_constants([1.0, -1.0]), "alpha must be greater than 0"),
    ],
)
def test_what_is_refused_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
