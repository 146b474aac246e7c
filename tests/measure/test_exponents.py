"""Responses at criticality: closed forms, and the three exponents."""

import math

import numpy as np
import pytest
from scipy.optimize import brentq

from spinlearn.exact.strip import strip_magnetisation
from spinlearn.meanfield import magnetisation
from spinlearn.measure.exponents import active_fraction, local_slopes


def test_the_three_exponents():
    h = np.geomspace(1e-12, 1e-9, 4)
    np.testing.assert_allclose(local_slopes(h, magnetisation(1.0, h=h)).slope, 1 / 3, atol=1e-5)
    np.testing.assert_allclose(local_slopes(h, active_fraction(h)).slope, 1 / 2, atol=2e-5)
    np.testing.assert_allclose(active_fraction(h) / np.sqrt(2 * h), 1, atol=3e-5)
    # The plane: a strip follows it where h L^(15/8) is large; there the slope is 1/15 up to the next power of h.
    h = np.array([0.06, 0.08])
    narrow, wide = (local_slopes(h, strip_magnetisation(h, width)).slope[0] for width in (10, 12))
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
    ],
)
def test_bad_arguments_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
