"""Exercises of page 4.3: right answers pass, typical mistakes are refused with the reason."""

from fractions import Fraction
from itertools import product

import numpy as np
import pytest
from checking import Answers
from scipy.optimize import brentq, minimize_scalar

from spinlearn.course.check import p4_3_sparse_codes_and_energy as sparse
from spinlearn.dense import maxent, signature

X = brentq(lambda x: x * np.tanh(x / 2) - 2, 1, 4, xtol=1e-13)
HEIGHT = (X**2 - 4) / 4


def coupling(c):
    return np.log((1 + 3 * c) / (1 - c)) / 4


def coupling_by_counting(c):
    """A root of the average over all eight states."""
    states = list(product((-1, 1), repeat=3))
    bonds = np.array([s[0] * s[1] + s[0] * s[2] + s[1] * s[2] for s in states])

    def average(J):
        weight = np.exp(J * (bonds - 3 * (J > 0)))
        return (weight * bonds).sum() / weight.sum() / 3

    return brentq(lambda J: average(J) - c, -40, 40, xtol=1e-14, rtol=1e-14)


def schottky(p):
    return abs(np.log((1 - p) / p)) / X, HEIGHT


def schottky_by_search(p):
    e = abs(np.log((1 - p) / p))
    best = minimize_scalar(
        lambda x: -((x / 2 / np.cosh(x / 2)) ** 2), bounds=(1, 4), method="bounded", options={"xatol": 1e-9}
    )
    return [e / best.x, -best.fun]


RIGHT = {
    "4.3-a": [0.2, Fraction(1, 5), [0.2], np.array(0.2), "1/5"],
    "4.3-b1": [0.4024, np.log(5) / 4, "ln(5)/4"],
    "4.3-b": [coupling, coupling_by_counting],
    "4.3-c": [3, "c", "(C)"],
    "4.3-d1": [1.622, schottky(0.02)[0], "ln(49)/2.39936"],
    "4.3-d": [schottky, schottky_by_search, lambda p: np.array(schottky(p))],
}
MISTAKES = {
    "4.3-a": [
        (0.8, "1 - a"),
        (0.914, "Vinje"),
        (0.25, "share that fires"),
        (5, "upside down"),
        (1.6, "divide by eight"),
        (0.5, "mean rate"),
        (1.25, "mean of the squares"),
        (0.19, "close"),
        (0.1, "single cell"),
        (3, "never above 1"),
        (0.6, "add up to 4"),
    ],
    "4.3-b1": [
        (0.5493, "two spins"),
        (1.6094, "divide by 4"),
        (0.8047, "not by 2"),
        (0.2012, "counts once"),
        (-0.4024, "sign"),
        (0.1277, "factor of 3"),
        (0.6770, "factor of 3"),
        (0.5, "mean field"),
        (0.40, "four decimals"),
        (-0.1, "positive"),
        (0.9, "5/8"),
    ],
    "4.3-b": [
        (lambda c: np.arctanh(c), "two spins"),
        (lambda c: 4 * coupling(c), "divide by 4"),
        (lambda c: 2 * coupling(c), "not by 2"),
        (lambda c: coupling(c) / 2, "counts once"),
        (lambda c: -coupling(c), "sign"),
        (lambda c: coupling(c) + np.log(3) / 4, "factor of 3"),
        (lambda c: c, "Is w"),
    ],
    "4.3-c": [("a", "each pair shows 11"), ("b", "independent"), ("d", "nevertheless")],
    "4.3-d1": [
        (3.892, "distance"),
        (1.6304, "0.98"),
        (0.6165, "upside down"),
        (1.946, "not the solution 2"),
        (2.399, "that is x"),
        (0.439, "height"),
        (-1.622, "not negative"),
        (0.704, "natural"),
        (1.61, "three decimals"),
        (7.0, "how far apart"),
    ],
    "4.3-d": [
        (lambda p: schottky(p)[::-1], "temperature first"),
        (lambda p: (np.log((1 - p) / p) / X, HEIGHT), "not negative"),
        (lambda p: (abs(np.log((1 - p) / p)), HEIGHT), "distance of the levels"),
        (lambda p: (1 / schottky(p)[0], HEIGHT), "upside down"),
        (lambda p: (schottky(p)[0], X**2 / 4), "cosh"),
        (lambda p: (schottky(p)[0], X**2 - 4), "/ 4"),
        (lambda p: (abs(np.log((1 - p) / p)) / 2.4, 0.44), "five digits"),
        (lambda p: (-np.log(p) / X, HEIGHT), "is right"),
    ],
}


class TestSparseCodesAndEnergy(Answers):
    PAGE, RIGHT, MISTAKES, FUNCTIONS = "4.3", RIGHT, MISTAKES, ("4.3-b", "4.3-d")


@pytest.mark.parametrize("c", [-0.3, 0.1, 0.8])
def test_the_coupling_that_is_asked_is_the_fit(c):
    fitted = maxent.fit_moments(np.zeros(3), np.full((3, 3), c), alphabet="spins").model
    assert fitted.J[0, 1] == pytest.approx(sparse._coupling(c), abs=1e-10)
    assert np.abs(fitted.h).max() < 1e-10


def test_the_probability_that_a_hint_names_is_that_of_the_law():
    law = maxent.law(maxent.Pairwise(np.zeros(3), coupling(0.5) * (1 - np.eye(3)), "spins"))
    assert law[0] + law[-1] == pytest.approx(5 / 8, abs=1e-12)


@pytest.mark.parametrize("p", [0.02, 0.3, 0.9])
def test_the_peak_that_is_asked_is_the_one_of_all_states(p):
    top = signature.peak(maxent.independent([p] * 4))
    assert (top.T, top.c) == pytest.approx((abs(np.log(p / (1 - p))) / sparse.X, sparse.C_PEAK), rel=2e-6)


def test_only_the_set_that_is_called_so_has_no_fit():
    every = {f"{k:03b}" for k in range(8)}
    sets = [every - {"011", "101", "110"}, {"000", "011", "101", "110"}, every - {"100", "011"}, every - {"111"}]
    for option, words in zip(sparse.NO_FIT.options, sets, strict=True):
        table = np.array([[int(bit) for bit in word] for word in sorted(words)])
        if option.right:
            with pytest.raises(ValueError, match="100 nor 011"):
                maxent.fit(table)
        else:
            maxent.fit(table)
