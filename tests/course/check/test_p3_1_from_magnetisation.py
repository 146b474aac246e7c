"""Exercises of page 3.1: right answers pass, typical mistakes are refused with the reason."""

import numpy as np
import pytest
from checking import Answers
from scipy.optimize import brentq, minimize_scalar

from spinlearn import meanfield
from spinlearn.course.check import p3_1_from_magnetisation as from_magnetisation


def temperature(m):
    return 1.0 if m == 0 else m / np.arctanh(m)


def branchwise(m):
    """By solving instead of inverting."""
    if m == 0:
        return 1.0
    if abs(m) == 1:
        return 0.0
    x = brentq(lambda x: np.tanh(x) - abs(m), 0, 40, xtol=1e-16, rtol=1e-15)
    return abs(m) / x


def halving(f, eps):
    distance = 1.0
    while abs(f(1 + distance)) <= 0.5 - eps:
        distance /= 2
    return 1 + distance


def halving_on_either_side(f, eps):
    distance = 0.5
    while True:
        for T in (1 - distance, 1 + distance):
            if abs(f(T) - meanfield.magnetisation(T)) > 0.5 - eps:
                return T
        distance /= 2


def halving_too_far(f, eps):
    distance = 1.0
    while distance > 0:
        distance /= 2
    return 1 + distance


def over_field(g):
    fun = minimize_scalar(
        lambda x: g * (1 - np.tanh(x) / x) - np.tanh(x), bounds=(1e-9, 30), method="bounded", options={"xatol": 1e-12}
    ).fun
    return -fun / 2


def by_tangent(g):
    """Where dm/dT = -g: with x = artanh m, dT/dx = (sech^2 x - tanh(x) / x) / x and dm/dx = sech^2 x."""

    def condition(x):
        s = 1 / np.cosh(x) ** 2
        return s * x + g * (s - np.tanh(x) / x)

    x = brentq(condition, 1e-5, 30, xtol=1e-14)
    return (np.tanh(x) - g * (1 - np.tanh(x) / x)) / 2


def on_a_grid(g):
    T = np.linspace(0.01, 1, 100)
    return np.max(meanfield.magnetisation(T) - g * (1 - T)) / 2


RIGHT = {
    "3.1-a1": [(-12, 10.8), [-12.0, 10.8]],
    "3.1-b1": [temperature(0.9), 0.611, np.float32(0.61132)],
    "3.1-c1": [np.arctanh(0.02) / 100, 0.0002, 2e-4],
    "3.1-d1": [over_field(2.0), 0.166, 0.1656],
    "3.1-a": [
        lambda a, c: (-2 * a, 2 * a * c),
        lambda a, c: np.array([-2 * a, 2 * a * c]),
        lambda a, c: [[-2 * a], [2 * a * c]],
    ],
    "3.1-b": [temperature, branchwise],
    "3.1-c": [halving, halving_on_either_side, lambda f, eps: [halving(f, eps)]],
    "3.1-d": [over_field, by_tangent, lambda g: round(over_field(g), 6), lambda g: np.array([over_field(g)])],
}

MISTAKES = {
    "3.1-a1": [
        ((12, -10.8), "turned round"),
        ((10.8, -12), "changed places"),
        ((-6, 5.4), "2 is missing"),
        ((-3, 2.7), "wrong side"),
        ((-12, -10.8), "has to be zero"),
        ((-12, 0.9), "no temperature"),
        ((-12, 5.4), "same 2"),
        ((-12, 1), "wT + b has to be zero"),
        ((5, 1), "falls"),
        ((-7, 1), "half of wT + b"),
        (-12, "two numbers"),
    ],
    "3.1-b1": [
        (np.arctanh(0.9) / 0.9, "inverse temperature"),
        (np.arctanh(0.9), "field in units"),
        (0.9 * np.arctanh(0.9), "divided"),
        (np.tanh(0.9) / 0.9, "where its inverse belongs"),
        (0.9 / np.tanh(0.9), "where its inverse belongs"),
        (0.9 / np.arctan(0.9), "inverse of tan"),
        (1 - 0.27, "close to Tc only"),
        (meanfield.magnetisation(0.9), "m at T = 0.9"),
        (-0.6, "above zero"),
        (1.3, "above Tc"),
        (0.615, "close, but not to three decimals"),
        (0.2, "and see"),
    ],
    "3.1-c1": [
        (1e-4, "ε / 50"),
        (0.01, "slope of 1"),
        (1.0002, "the temperature"),
        (np.arctanh(0.98) / 100, "come down to 0.01"),
        (0, "at Tc itself"),
        (-1e-4, "not negative"),
        (5e-5, "further up"),
        (0.0005, "no longer"),
    ],
    "3.1-d1": [
        (2 * over_field(2.0), "half of it"),
        (over_field(2.0) / 2, "twice"),
        (3 / 16, "steep curves"),
        ((1 - 2) / 2, "whole way"),
        (0, "last part"),
        (0.5, "horizontal"),
        (0.6833, "the x at which"),
        (-1, "not negative"),
        (0.17, "close, but not to three decimals"),
        (0.3, "Try x"),
    ],
    "3.1-a": [
        (lambda a, c: (-a, a * c), "2 is missing"),
        (lambda a, c: (2 * a, -2 * a * c), "signs"),
        (lambda a, c: (-a / 2, a * c / 2), "wrong side"),
        (lambda a, c: (-2 * a, -2 * a * c), "has to be zero"),
        (lambda a, c: (-2 * a, c), "no temperature"),
        (lambda a, c: (2 * a * c, -2 * a), "changed places"),
        (lambda a, c: (-3 * a, a * c), "at T = 1.3"),
        (lambda a, c: -2 * a, "two numbers"),
        (lambda a, c: (-2 * a, np.nan), "finite"),
    ],
    "3.1-b": [
        (lambda m: np.arctanh(m) / m, "inverse temperature"),
        (lambda m: np.tanh(m) / m, "where its inverse belongs"),
        (lambda m: m * np.arctanh(m), "divided"),
        (lambda m: m / np.arctan(m), "inverse of tan"),
        (lambda m: 1 - m**2 / 3, "close to Tc only"),
        (lambda m: np.arctanh(m), "field in units of T"),
        (lambda m: m / np.arctanh(m), "line of its own"),
        (lambda m: 1.0 if m == 0 else m / abs(np.arctanh(m)), "both branches"),
        (lambda m: 1.0 if m < 1e-3 else m / np.arctanh(m), "both branches"),
        (lambda m: 0.9 * temperature(m), "is then"),
    ],
    "3.1-c": [
        (lambda f, eps: 1.0, "there are others"),
        (halving_too_far, "there are others"),
        (lambda f, eps: 1 + 1e-12, "go closer"),
        (lambda f, eps: 1 + 1e-15, "go closer"),
        (lambda f, eps: np.nextafter(1, 2), "never calls f"),
        (lambda f, eps: 1 + eps, "go closer"),
        (lambda f, eps: 1 + 1e-6, "go closer"),
        (lambda f, eps: 1 - 1e-4, "Look above"),
        (lambda f, eps: -1.0, "above zero"),
        (lambda f, eps: np.inf, "finite"),
    ],
    "3.1-d": [
        (lambda g: 2 * over_field(g), "half of it"),
        (lambda g: over_field(g) / 2, "twice"),
        (lambda g: 3 / (8 * g), "steep curves"),
        (lambda g: (1 - g) / 2, "whole way"),
        (lambda g: max(1 - g, 0) / 2, "whole way"),
        (on_a_grid, "grid"),
        (lambda g: 1 / (1 + g), "Is it"),
    ],
}


class TestFromMagnetisation(Answers):
    PAGE, RIGHT, MISTAKES, FUNCTIONS = "3.1", RIGHT, MISTAKES, ("3.1-a", "3.1-b", "3.1-c", "3.1-d")


@pytest.mark.parametrize("name_curve_eps", from_magnetisation._CURVES, ids=lambda row: row[0] if row else "")
def test_every_curve_of_the_witness_passes_through_a_half(name_curve_eps):
    _, curve, eps = name_curve_eps
    assert curve(1.0) == 0.5
    assert curve(np.nextafter(1, 2)) > 0.5 - eps  # so there is a number that is close enough


@pytest.mark.parametrize("g", [0.3, 1.0, 4.122, 30.0])
def test_the_price_is_a_bound_that_is_reached(g):
    """Follow m up to where its slope is g, go on straight to zero, and shift down by the price."""
    price = from_magnetisation._least_error(g)
    T = np.linspace(0.01, 3, 300_001)
    m = meanfield.magnetisation(T)
    leave = np.argmax(m - g * (1 - T) - 1e9 * (T > 1))
    f = np.where(T[leave] > T, m, np.maximum(m[leave] - g * (T - T[leave]), 0)) - price
    assert np.abs(np.diff(f)).max() <= g * (T[1] - T[0]) * (1 + 1e-6)
    assert np.abs(f - m).max() == pytest.approx(price, rel=1e-4)
