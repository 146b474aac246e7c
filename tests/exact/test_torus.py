"""Kaufman's torus against enumeration, high precision, Onsager's lattice and itself the other way round.

Derivatives are taken by central differences; their tolerance is the next term of the expansion plus rounding.
"""

import mpmath
import numpy as np
import pytest

from spinlearn.exact import (
    averages,
    critical_temperature,
    density_of_states,
    kaufman,
    onsager_energy,
    onsager_free_energy,
    onsager_specific_heat,
)
from spinlearn.lattice import square

TC = critical_temperature()
T = np.array([0.4, 0.9, 1.7, 2.2, 2.269, 2.34, 3.0, 5.0, 40.0])
TORI = [(2, 2), (2, 3), (3, 2), (2, 5), (3, 3), (3, 4), (4, 3), (4, 4), (4, 5), (5, 4)]


def slope(function, x, step=1e-5):
    """Central difference, whose relative error is some step**2 and whose rounding error some 1e-16 / step."""
    return (function(x + step) - function(x - step)) / (2 * step)


@pytest.mark.parametrize(("rows", "columns"), TORI)
def test_kaufman_is_the_sum_over_all_states(rows, columns):
    at = np.append(T, [0.02, TC, np.nextafter(TC, 3), TC * (1 + 1e-9), 1e3])
    torus, listed = kaufman(rows, columns, at), averages(density_of_states(square(rows, columns)), at)
    np.testing.assert_allclose(torus.log_Z, listed.log_Z, rtol=1e-12)
    np.testing.assert_allclose(torus.e, listed.e, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(torus.c, listed.c, rtol=1e-10, atol=1e-12)


def test_kaufman_would_notice_a_single_bond_between_two_sites():
    # The control of the test above: an open side of two has one bond where the torus has two.
    listed = averages(density_of_states(square(2, 4, periodic=False)), 2.0)
    assert abs(kaufman(2, 4, 2.0).e - listed.e) > 0.1


def in_high_precision(n, m, T):
    """Kaufman's formula as it is printed, with the derivatives by K of every factor."""
    with mpmath.workdps(60):
        K = 1 / mpmath.mpf(T)
        s, cosh, size = mpmath.sinh(2 * K), mpmath.cosh(2 * K), n * m
        C, C1, C2 = s + 1 / s, 2 * cosh * (1 - s**-2), 4 * s + 4 / s + 8 / s**3

        def factor(l):
            if l == 0:
                return m * (K + mpmath.log(mpmath.tanh(K)) / 2), m * (1 + 1 / s), -2 * m * cosh / s**2
            cosh_g = C - mpmath.cos(l * mpmath.pi / n)
            sinh_g = mpmath.sqrt(cosh_g**2 - 1)
            g1 = C1 / sinh_g
            return m * mpmath.log(cosh_g + sinh_g) / 2, m * g1 / 2, m * (C2 - g1**2 * cosh_g) / sinh_g / 2

        total = [mpmath.mpf(0)] * 3
        for start in (1, 0):
            factors = [factor(l) for l in range(start, 2 * n, 2)]
            for f, f1 in ((mpmath.cosh, mpmath.sinh), (mpmath.sinh, mpmath.cosh)):
                product, slope, curvature = mpmath.mpf(1), mpmath.mpf(0), mpmath.mpf(0)
                for y, y1, y2 in factors:
                    v, v1 = 2 * f(y), 2 * y1 * f1(y)
                    v2 = 2 * (y2 * f1(y) + y1**2 * f(y))
                    product, slope, curvature = (
                        product * v,
                        slope * v + product * v1,
                        curvature * v + 2 * slope * v1 + product * v2,
                    )
                total = [a + b for a, b in zip(total, (product, slope, curvature), strict=True)]
        log_Z = size * mpmath.log(2 * s) / 2 + mpmath.log(total[0] / 2)
        slope = total[1] / total[0]
        e = -(size * mpmath.coth(2 * K) + slope) / size
        return log_Z, e, K**2 * (-2 * size / s**2 + total[2] / total[0] - slope**2) / size


@pytest.mark.slow
@pytest.mark.parametrize("at", [TC, TC * (1 + 1e-9), TC * (1 - 1e-4), 1.0, 3.2, 50.0])
@pytest.mark.parametrize(("rows", "columns"), [(1024, 1024), (7, 300), (300, 7), (3, 3)])
def test_kaufman_in_high_precision(rows, columns, at):
    torus, (log_Z, e, c) = kaufman(rows, columns, at), in_high_precision(rows, columns, at)
    assert torus.log_Z == pytest.approx(float(log_Z), rel=2e-15)
    assert torus.e == pytest.approx(float(e), rel=0, abs=1e-14)
    assert torus.c == pytest.approx(float(c), rel=0, abs=1.5e-13)


@pytest.mark.parametrize(
    ("rows", "columns"), [(2, 2), (2, 3), (3, 2), (2, 7), (3, 3), (3, 4), (4, 4), (4, 7), (5, 5), (16, 16), (20, 30)]
)
def test_kaufman_far_above_the_critical_point(rows, columns):
    """All is small there, and has its digits all the same."""
    at = [30.0, 1e3, 3e3, 3.4e3, 1e4, 1e6, 1e9, 1e12]
    torus, known = kaufman(rows, columns, at), [in_high_precision(rows, columns, T) for T in at]
    log_Z, e, c = np.array(known, dtype=float).T
    np.testing.assert_allclose(torus.log_Z, log_Z, rtol=2e-15)
    np.testing.assert_allclose(torus.e, e, rtol=1e-8)
    np.testing.assert_allclose(torus.c, c, rtol=1e-8)


def test_kaufman_of_spins_that_are_free():
    """With K = 1e-300 nothing overflows."""
    assert kaufman(16, 16, 1e300).e == pytest.approx(-2e-300, rel=1e-15)
    assert kaufman(16, 16, 1e300).c == 0
    assert kaufman(16, 16, 1e300).log_Z == pytest.approx(256 * np.log(2), rel=1e-15)


@pytest.mark.parametrize(("rows", "columns"), [(5, 37), (16, 64), (200, 3), (6, 1000)])
def test_kaufman_does_not_care_which_way_round_the_torus_lies(rows, columns):
    at = np.append(T, TC)
    there, back = kaufman(rows, columns, at), kaufman(columns, rows, at)
    np.testing.assert_allclose(there.log_Z, back.log_Z, rtol=1e-13)
    np.testing.assert_allclose(there.e, back.e, rtol=1e-11)
    np.testing.assert_allclose(there.c, back.c, rtol=1e-8, atol=1e-11)


@pytest.mark.parametrize("size", [8, 16, 128])
def test_kaufman_identities(size):
    at = np.array([1.2, 2.0, 2.25, TC, 2.29, 3.0, 7.0])
    torus = kaufman(size, size, at)
    # The tolerance of the difference is step**2 times the third derivative, which grows at T_c with the square of L.
    np.testing.assert_allclose(slope(lambda T: kaufman(size, size, T).e, at), torus.c, atol=1e-9 * size**2 + 1e-7)
    log_Z_per_spin = slope(lambda b: kaufman(size, size, 1 / b).log_Z / size**2, 1 / at)
    np.testing.assert_allclose(-log_Z_per_spin, torus.e, atol=1e-7)


def test_large_torus_is_onsagers_lattice():
    # Away from T_c the correction falls exponentially with L over the correlation length, here below 6.
    at = np.array([0.5, 1.5, 2.0, 2.7, 4.0])
    torus = kaufman(400, 400, at)
    degenerate = np.where(at < TC, np.log(2), 0.0)
    log_Z = (torus.log_Z - degenerate) / 400**2
    np.testing.assert_allclose(-at * log_Z, onsager_free_energy(at), atol=1e-12)
    np.testing.assert_allclose(torus.e, onsager_energy(at), atol=1e-12)
    np.testing.assert_allclose(torus.c, onsager_specific_heat(at), atol=1e-10)


def test_torus_at_the_critical_temperature_grows_with_the_logarithm_of_its_size():
    sizes = [128, 256, 512]
    c = [kaufman(size, size, TC).c for size in sizes]
    amplitude = 2 / np.pi * np.log1p(np.sqrt(2)) ** 2
    np.testing.assert_allclose(np.diff(c), amplitude * np.log(2), atol=1e-3)
    e = np.array([kaufman(size, size, TC).e for size in sizes])
    # The energy approaches -sqrt 2 as 1 / L.
    correction = (e + np.sqrt(2)) * sizes
    np.testing.assert_allclose(correction, correction[0], rtol=1e-3)


def test_kaufman_shapes_and_scale():
    assert all(np.shape(entry) == () for entry in kaufman(4, 5, 2))
    torus = kaufman(4, 5, T.reshape(3, 3))
    assert all(entry.shape == (3, 3) for entry in torus)
    scaled = kaufman(4, 5, 3 * T.reshape(3, 3), J=3.0)
    for one, other, factor in zip(scaled, torus, (1, 3, 1), strict=True):
        np.testing.assert_allclose(one, factor * other, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: kaufman(1, 4, 2.0), ValueError, "^rows must be at least 2, got 1"),
        (lambda: kaufman(4, 4.0, 2.0), TypeError, "^columns must be a whole number"),
        (lambda: kaufman(4, 4, -2.0), ValueError, "^T must be greater than 0"),
        (lambda: kaufman(4, 4, 2.0, J=-1), ValueError, "^J must be greater than 0, got -1"),
        (lambda: kaufman(4, 4, [2.0, 0.001]), ValueError, "^T must be at least J / 100.*got 0.001"),
    ],
)
def test_bad_input(call, error, message):
    with pytest.raises(error, match=message):
        call()
