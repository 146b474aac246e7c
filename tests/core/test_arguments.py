"""One kind of number, one answer: what may be a number or an array takes every number that a number may be."""

import math
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from spinlearn.core import arguments

REAL = [
    2, 2.5, Fraction(5, 2), 10**20, -(10**300), np.uint8(3), np.float16(1.5), np.longdouble(1.5), np.array(2),
    np.array(2.5), np.array(Fraction(5, 2), dtype=object), np.array(10**20, dtype=object),
]  # fmt: skip
OTHERS = [
    (10**400, ValueError, "must fit into a float, below 1.8e308 in size"),
    (-(10**400), ValueError, "must fit into a float, below 1.8e308 in size"),
    (Fraction(10**400, 3), ValueError, "must fit into a float, below 1.8e308 in size"),
    (math.inf, ValueError, "must be finite"),
    (np.array(math.nan), ValueError, "must be finite"),
    (True, TypeError, "must "),
    (np.array(True), TypeError, "must "),
    (np.array(True, dtype=object), TypeError, "must "),
    (1j, TypeError, "must "),
    (None, TypeError, "must "),
    ("2", TypeError, "must "),
    (Decimal(2), TypeError, "must "),
    (np.ma.masked, TypeError, "must "),
]
BOTH = pytest.mark.parametrize("check", [arguments.number, arguments.real_values])


@BOTH
@pytest.mark.parametrize("value", REAL, ids=repr)
def test_every_real_number_is_taken(check, value):
    found = check("x", value)
    assert np.shape(found) == ()
    assert float(found) == float(np.ravel(value)[0])


@BOTH
@pytest.mark.parametrize(("value", "error", "message"), OTHERS, ids=lambda part: repr(part)[:20])
def test_everything_else_is_refused_by_name(check, value, error, message):
    with pytest.raises(error, match=f"^x {message}"):
        check("x", value)


def test_an_array_holds_such_numbers_too():
    found = arguments.real_values("x", [Fraction(1, 2), 10**20, 3])
    assert found.dtype == np.float64
    np.testing.assert_array_equal(found, [0.5, 1e20, 3.0])
    with pytest.raises(TypeError, match=r"^x must hold real numbers, not object"):
        arguments.real_values("x", [Fraction(1, 2), None])
    with pytest.raises(TypeError, match=r"^x must hold real numbers, but some of them are masked"):
        arguments.real_values("x", np.ma.array([1.0, 2.0], mask=[False, True]))


def test_one_temperature_and_many_are_checked_alike():
    assert arguments.temperature(np.array(2.5)) == arguments.temperatures(Fraction(5, 2)) == 2.5
    for check in (arguments.temperature, arguments.temperatures):
        with pytest.raises(ValueError, match=r"^T must fit into a float, below 1\.8e308 in size"):
            check(10**400)


def test_a_run_may_be_as_cold_as_it_likes_and_a_ladder_rises():
    np.testing.assert_array_equal(
        arguments.inverse(arguments.sweep_temperatures("T", [2, 0, 1e-320])), [0.5, 1e300, 1e300]
    )
    assert arguments.sweep_temperatures("T", []).shape == (0,)
    for wrong, message in {
        (1.0, -2.0): r"^T must be at least 0 in every sweep, got -2 in sweep 1$",
        ((1.0, 2.0),): r"^T must be one-dimensional, one for each sweep, got shape \(1, 2\)$",
    }.items():
        with pytest.raises(ValueError, match=message):
            arguments.sweep_temperatures("T", wrong)
    np.testing.assert_array_equal(arguments.ladder([0.5, 1]), [0.5, 1.0])
    for wrong in ([], 1.0, [1, 1], [2, 1], [[1, 2]]):
        with pytest.raises(ValueError, match=r"^T must be a list of temperatures, each higher than the one before"):
            arguments.ladder(wrong)
