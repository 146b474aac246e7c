"""The area below Yang's magnetisation against quadrature in high precision, its onset, and the plane's spike count."""

import functools
import math

import mpmath
import numpy as np
import pytest

from spinlearn.exact import critical_temperature, plane_area, plane_count, yang_magnetisation
from spinlearn.meanfield import mean_field_area, quench_temperature, sharp_count

TC = critical_temperature()
B = (4 * math.sqrt(2) * math.log1p(math.sqrt(2))) ** 0.125


def tc():
    return 2 / mpmath.log(1 + mpmath.sqrt(2))


@functools.cache
def area_in_high_precision(low, high):
    """Integral of Yang's formula between two depths below Tc, for J = 1: over s with depth = s^8, where it is smooth.

    Below T = 0.05 the magnetisation is 1 to 60 digits.
    """
    with mpmath.workdps(30):
        low, high, frozen = mpmath.mpf(low), mpmath.mpf(high), tc() - mpmath.mpf("0.05")

        def integrand(s):
            # sinh 2Kc = 1 and cosh 2Kc = sqrt 2, so that nothing cancels in sinh(2Kc + d) - 1.
            d = 2 * s**8 / (tc() * (tc() - s**8))
            excess = mpmath.sqrt(2) * mpmath.sinh(d) + 2 * mpmath.sinh(d / 2) ** 2
            return (-mpmath.expm1(-4 * mpmath.log1p(excess))) ** mpmath.mpf("0.125") * 8 * s**7

        edges = [low, *(mpmath.mpf(e) for e in (0.5, 1.2, 1.7, 2.0, 2.1, 2.17) if low < e < high), min(high, frozen)]
        return mpmath.quad(integrand, [e ** (mpmath.mpf(1) / 8) for e in edges]) + max(high - frozen, 0)


DEPTHS = [1e-12, 1e-9, 1e-4, 0.01, 0.3, 1.0, 1.134, 1.2, 1.702, 1.9, 2.0, 2.2]


@pytest.mark.parametrize("depth", DEPTHS)
def test_the_area_in_high_precision(depth):
    expected = float(area_in_high_precision(0, depth))
    assert plane_area(depth) == pytest.approx(expected, rel=4e-15, abs=0)
    assert plane_area(0.7 * depth, J=0.7) == pytest.approx(0.7 * expected, rel=6e-15, abs=0)


def test_the_whole_area():
    with mpmath.workdps(30):
        expected = area_in_high_precision(0, tc())
        share = float(expected / tc())
    assert plane_area(TC) == pytest.approx(float(expected), rel=2e-15)
    assert plane_area(TC) == pytest.approx(2.197915192614076818748922, rel=2e-15)
    assert plane_area(TC) / TC == pytest.approx(share, rel=3e-15)
    assert plane_area(0.0) == 0
    # Sharper than the mean field's, and less than a step's.
    assert mean_field_area(1.0) < share < 1
    assert plane_count(5.0, 5.0, rate=2.0) == pytest.approx(float(expected) / 2, rel=2e-15)


def test_the_pieces_fit_together():
    for edge in (0.5, 0.75, 0.875):
        below, above = plane_area(TC * edge * (1 + 1e-14 * np.array([-1, 1])))
        assert 0 < above - below < 1e-13
    depth, step = np.array([1e-9, 0.01, 0.6, 1.5, 1.9]), 1e-4
    slope = (plane_area(depth * (1 + step)) - plane_area(depth * (1 - step))) / (2 * step * depth)
    # The slope is the magnetisation; 1e-9 below Tc its own formula knows T to 1e-7 of the distance only.
    np.testing.assert_allclose(slope, yang_magnetisation(TC - depth), rtol=3e-8)


def test_the_onset_of_the_plane():
    """The exponent is 9/8 and the amplitude (8/9) B Tc^(-1/8)."""
    assert pytest.approx(1.2224, abs=1e-4) == B
    depth = np.logspace(-12, -9, 4)
    amplitude = 8 / 9 * B / TC**0.125
    np.testing.assert_allclose(plane_area(depth) / depth**1.125, amplitude, rtol=1e-9)
    slopes = np.diff(np.log(plane_area(depth))) / np.diff(np.log(depth))
    np.testing.assert_allclose(slopes, 1.125, atol=1e-10)


def test_the_excess_of_a_quench_has_all_of_its_digits():
    T0 = 3.1
    Q = T0 - TC + 1e-9
    with mpmath.workdps(40):
        excess = mpmath.mpf(Q) - mpmath.mpf(T0) + tc()
        expected = float(area_in_high_precision(0, excess))
    assert plane_count(Q, T0) == pytest.approx(expected, rel=1e-13)
    # With a rounded excess it has lost half of them: a negative control.
    assert abs(plane_area(Q - (T0 - TC)) / expected - 1) > 1e-10
    # Next to the true Tc, which is no float, a quench from there has an excess of a rounding less than its size.
    assert plane_count(1e-9, TC) == pytest.approx(float(area_in_high_precision(0, 1e-9 - 8.519454e-17)), rel=1e-13)
    J = 0.37
    with mpmath.workdps(40):
        excess = mpmath.mpf(0.5) - mpmath.mpf(1.3) + mpmath.mpf(J) * tc()
        scaled = float(mpmath.mpf(J) * area_in_high_precision(0, excess / mpmath.mpf(J)))
    assert plane_count(0.5, 1.3, J=J) == pytest.approx(scaled, rel=1e-14)


@pytest.mark.parametrize(("T0", "Q"), [(2.2, 1e-9), (2.0, 0.02), (2.0, 0.3), (1.0, 1.0), (TC - 1e-9, 0.5), (0.3, 0.01)])
def test_a_plane_that_is_magnetised_at_rest(T0, Q):
    with mpmath.workdps(40):
        low = tc() - mpmath.mpf(T0)
        high = low + mpmath.mpf(Q)
        expected = mpmath.mpf(Q) if T0 < 0.1 else area_in_high_precision(low, high)
    assert plane_count(Q, T0) == pytest.approx(float(expected), rel=1e-13)


def test_a_count_is_the_time_integral_along_the_protocol():
    T0, Q, rate, n = 3.0, 2.0, 0.7, 200_000
    dt = Q / rate / n
    T = quench_temperature(dt * (np.arange(n) + 0.5), Q, T0, rate=rate)
    assert plane_count(Q, T0, rate=rate) == pytest.approx(
        yang_magnetisation(T).sum() * dt, abs=2 * (rate * dt) ** 1.125
    )
    sizes = np.array([[0.2, 0.7], [1.0, 2.5]])
    assert plane_count(sizes, T0).shape == (2, 2)
    assert (plane_count(sizes, T0) <= sharp_count(sizes, T0, Tc=TC)).all()
    assert (plane_count([0.0, 0.5], T0) == 0).all()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: plane_area(-0.1), "depth must lie between 0 and Tc = 2.26919, got -0.1"),
        (lambda: plane_area([0.1, 2.3]), "depth must lie between 0 and Tc"),
        (lambda: plane_area(0.1, J=0.0), "J must be greater than 0"),
        (lambda: plane_count(-1.0, 3.0), "Q must be at least 0"),
        (lambda: plane_count(3.5, 3.0), "Q must be at most T0"),
        (lambda: plane_count(0.5, 3.0, rate=0.0), "rate must be greater than 0"),
    ],
)
def test_what_is_refused_is_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
