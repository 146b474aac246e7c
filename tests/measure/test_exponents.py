"""Responses at criticality: closed forms, a transfer matrix written out, and the three exponents."""

import math

import numpy as np
import pytest
from scipy.optimize import brentq

from spinlearn import exact
from spinlearn.meanfield import magnetisation
from spinlearn.measure.exponents import active_fraction, local_slopes, strip_response


def test_the_three_exponents():
    h = np.geomspace(1e-12, 1e-9, 4)
    np.testing.assert_allclose(local_slopes(h, magnetisation(1.0, h=h)).slope, 1 / 3, atol=1e-5)
    np.testing.assert_allclose(local_slopes(h, active_fraction(h)).slope, 1 / 2, atol=2e-5)
    np.testing.assert_allclose(active_fraction(h) / np.sqrt(2 * h), 1, atol=3e-5)
    # The plane: a strip follows it where h L^(15/8) is large; there the slope is 1/15 up to the next power of h.
    h = np.array([0.06, 0.08])
    narrow, wide = (local_slopes(h, strip_response(h, width)).slope[0] for width in (10, 12))
    assert wide == pytest.approx(1 / 15, abs=0.006)
    assert abs(wide - 1 / 15) < abs(narrow - 1 / 15)


def test_the_active_fraction_solves_its_equation():
    for ratio in (0.0, 0.5, 1.0, 1.5, 10.0, 1000.0):
        h = np.array([1e-300, 1e-20, 1e-6, 0.3, 20.0])
        a = active_fraction(h, ratio=ratio)
        np.testing.assert_allclose(a, -np.expm1(-ratio * a - h), rtol=1e-12)
        assert (np.diff(a) >= 0).all()
    assert active_fraction(0.0) == active_fraction(0.0, ratio=0.7) == 0
    lasting = brentq(lambda a: a - 1 + math.exp(-1.5 * a), 0.1, 1)
    assert active_fraction(0.0, ratio=1.5) == pytest.approx(lasting, rel=1e-12)
    assert active_fraction(1e-14) == pytest.approx(math.sqrt(2e-14), rel=1e-6)


def written_out(K, field, width):
    """Largest eigenvalue of the screw's transfer matrix, as a matrix."""
    states = 2**width
    T = np.zeros((states, states))
    for state in range(states):
        last, oldest = 2 * (state & 1) - 1, 2 * (state >> (width - 1)) - 1
        for bit in (0, 1):
            s = 2 * bit - 1
            T[((state << 1) & (states - 1)) | bit, state] += math.exp(K * s * (last + oldest) + field * s)
    return np.abs(np.linalg.eigvals(T)).max()


@pytest.mark.parametrize(("T", "h", "width"), [(2.5, 0.3, 4), (2.0, -0.1, 3), (3.7, 0.7, 5)])
def test_the_strip_is_the_derivative_of_its_largest_eigenvalue(T, h, width):
    field, e = h / T, 1e-5
    slope = math.log(written_out(1 / T, field + e, width) / written_out(1 / T, field - e, width)) / (2 * e)
    assert strip_response(h, width, T=T) == pytest.approx(slope, rel=1e-7)


def test_the_strip_in_its_limits():
    # Nearly no coupling, and a wide strip below the critical temperature: Yang's magnetisation.
    assert strip_response(0.5, 4, T=1.0, J=1e-9) == pytest.approx(math.tanh(0.5), rel=1e-8)
    assert strip_response(0.003, 9, T=1.5) == pytest.approx(float(exact.yang_magnetisation(1.5)), rel=1e-3)
    assert strip_response(0.0, 4) == 0
    assert strip_response(-0.2, 5) == pytest.approx(-strip_response(0.2, 5), rel=1e-12)
    assert strip_response(0.2, 5) == pytest.approx(strip_response(0.4, 5, T=2 * exact.critical_temperature(), J=2.0))


def test_local_slopes():
    x = np.array([1.0, 2.0, 5.0])
    found = local_slopes(x, 3 * x**-0.7)
    np.testing.assert_allclose(found.slope, -0.7, rtol=1e-12)
    np.testing.assert_allclose(found.x, np.sqrt([2.0, 10.0]), rtol=1e-15)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: local_slopes([1.0], [1.0]), "x must be one-dimensional"),
        (lambda: local_slopes([2.0, 1.0], [1.0, 2.0]), "x must be ascending"),
        (lambda: local_slopes([1.0, 2.0], [1.0, 0.0]), "y must be greater than 0"),
        (lambda: active_fraction(-1.0), "h must be at least 0"),
        (lambda: active_fraction(0.1, ratio=-1.0), "ratio must be at least 0"),
        (lambda: strip_response(0.1, 1), "width must be at least 2"),
        (lambda: strip_response(0.1, 17), "width must be at most 16"),
        (lambda: strip_response(0.1, 4, T=0.0), "T must be greater than 0"),
    ],
)
def test_bad_arguments_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
