"""Exercises of page 5.2: right answers pass, typical mistakes are refused with the reason."""

import math
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest
from checking import Answers
from scipy.optimize import brentq, minimize_scalar
from scipy.special import erf, ndtr

from spinlearn.course.check import p5_2_hopfield_networks as page
from spinlearn.dense import hopfield, network


def fields(s, x):
    x, s = x.astype(float), s.astype(float)
    return x.T @ (x @ s) / s.size - len(x) / s.size * s


def fields_from_couplings(s, x):
    return network.local_fields(s, hopfield.hebb(x))


def fields_of_int8(s, x):
    """Overflows where an overlap is beyond 127."""
    return (x.T @ (x @ s)) / s.size - len(x) / s.size * s


def side(y):
    return erf(y) / y - 2 / np.sqrt(np.pi) * np.exp(-y * y)


TOP = minimize_scalar(lambda y: -side(y), bounds=(1, 2), method="bounded", options={"xatol": 1e-12})


def overlap(alpha):
    if np.sqrt(2 * alpha) > -TOP.fun:
        return 0.0
    return float(erf(brentq(lambda y: side(y) - np.sqrt(2 * alpha), TOP.x, 100)))


def overlap_by_iteration(alpha):
    """Down from a perfect memory, until nothing moves."""
    m, r = 1.0, 1.0
    for _ in range(20_000):
        y = m / np.sqrt(2 * alpha * r)
        C = np.sqrt(2 / (np.pi * alpha * r)) * np.exp(-y * y)
        m, r = float(erf(y)), 1 / (1 - min(C, 0.999)) ** 2
    return m if m > 0.5 else 0.0


def saddle(alpha):
    return 0.0 if overlap(alpha) == 0 else float(erf(brentq(lambda y: side(y) - np.sqrt(2 * alpha), 1e-3, TOP.x)))


def without_feedback(alpha):
    return float(erf(brentq(lambda y: erf(y) / y - np.sqrt(2 * alpha), 1e-6, 100))) if alpha < 0.63 else 0.0


def mixture(n):
    m = math.comb(n - 1, n // 2) / 2 ** (n - 1)
    return m, -n * m * m / 2


def mixture_by_counting(n):
    """Mean size of a sum of n signs, over n."""
    m = math.fsum(math.comb(n, k) * abs(2 * k - n) / 2**n for k in range(n + 1)) / n
    return [m, -n * m**2 / 2]


def with_both(change):
    return lambda n: change(*mixture(n), n)


RIGHT = {
    "5.2-a": [-0.6, Fraction(-3, 5), [-0.6], np.array(-0.6), Decimal("-0.6"), "-3/5"],
    "5.2-b1": [1.95, 1000 * float(ndtr(-np.sqrt(1000 / 120))), [1.946]],
    "5.2-b": [fields, fields_from_couplings, lambda s, x: list(fields(s, x))],
    "5.2-c1": [0.1138, side(2.0) ** 2 / 2, [0.11376]],
    "5.2-c": [overlap, overlap_by_iteration, lambda a: np.array(overlap(a))],
    "5.2-d1": [-0.3418, -7 / 2 * (20 / 64) ** 2, [-0.34180]],
    "5.2-d": [mixture, mixture_by_counting, lambda n: np.array(mixture(n))],
}
MISTAKES = {
    "5.2-a": [
        (0.6, "lowers"),
        (-0.3, "twice"),
        (0.3, "2 s f"),
        (-2.6, "wrong sign"),
        (2.6, "both signs"),
        (-1.3, "counts twice"),
        (-1.6, "missing"),
        (0, "does turn"),
        (7.0, "never raises"),
        (-5.0, "less the threshold"),
    ],
    "5.2-b1": [
        (0.001946, "one bit"),
        (3.89, "one tail"),
        (20.6, "0 or 1"),
        (1.864, "exact"),
        (-1.0, "negative"),
        (1.9, "two decimals"),
        (50.0, "0.12"),
    ],
    "5.2-b": [
        (fields_of_int8, "overflows"),
        (lambda s, x: fields(s, x) + len(x) / s.size * s, "self-coupling is still"),
        (lambda s, x: s.size * fields(s, x), "1/N is missing"),
        (lambda s, x: fields(s, x) + len(x) / s.size * s - s, "P/N, not 1"),
        (lambda s, x: fields(s, x) + 2 * len(x) / s.size * s, "not added"),
        (lambda s, x: -fields(s, x), "signs"),
        (lambda s, x: np.sign(fields(s, x)), "where the units go"),
        (lambda s, x: 0.0 * s, "the field at unit"),
        (lambda s, x: fields(s, x)[:-1], "numbers"),
    ],
    "5.2-c1": [
        (0.4770, "Square"),
        (0.2275, "that is 2α"),
        (0.4550, "do not multiply"),
        (0.1238, "feedback"),
        (0.1343, "minus"),
        (0.9953, "that is m"),
        (0.114, "four decimals"),
        (0.2, "no retrieval"),
        (0.05, "right side"),
    ],
    "5.2-c": [
        (saddle, "saddle"),
        (without_feedback, "feedback"),
        (lambda a: brentq(lambda y: side(y) - np.sqrt(2 * a), TOP.x, 100) if overlap(a) else 0.0, "that is y"),
        (lambda a: 0.0, "there is a memory"),
        (lambda a: (1 - overlap(a)) / 2, "wrong bits"),
        (lambda a: round(overlap(a), 4), "Six digits"),
        (lambda a: overlap(a) or 0.967, "no retrieval state"),
        (lambda a: 1.0, "it says"),
    ],
    "5.2-d1": [
        (0.3418, "sign"),
        (-0.6836, "half"),
        (0.3125, "overlap"),
        (-0.0488, "seven"),
        (-0.3516, "five"),
        (-0.375, "three"),
        (-0.3183, "limit"),
        (-0.342, "four decimals"),
        (-0.7, "nothing lies below"),
        (-0.2, "three to three"),
    ],
    "5.2-d": [
        (lambda n: mixture(n)[::-1], "overlap first"),
        (with_both(lambda m, e, n: (m, -e)), "negative"),
        (with_both(lambda m, e, n: (m, 2 * e)), "½ times"),
        (with_both(lambda m, e, n: (m, e / n)), "each of the n"),
        (with_both(lambda m, e, n: ((1 + m) / 2, e)), "agree"),
        (lambda n: (1 / n, -1 / (2 * n)), "not 1/n"),
        (lambda n: (0.5, -0.375), "for n = 1"),
        (with_both(lambda m, e, n: (m, e) if n < 150 else (0.0, 0.0)), "small enough"),
    ],
}


class TestHopfieldNetworks(Answers):
    PAGE, RIGHT, MISTAKES, FUNCTIONS = "5.2", RIGHT, MISTAKES, ("5.2-b", "5.2-c", "5.2-d")


def test_the_first_exercise_is_what_a_network_does():
    """One unit with the input -0.8 and the threshold -0.5."""
    J = np.array([[0, 0.8], [0.8, 0]])
    before = network.energy([1, -1], J, h=[0.5, 0])
    run = network.relax([1, -1], J, h=[0.5, 0], sweeps=1)
    assert run.spins.tolist() == [-1, -1]
    assert network.energy([-1, -1], J, h=[0.5, 0]) - before == pytest.approx(-0.6)
    assert page.ONE_TURN.right.holds([-0.6])


def test_mixtures_rise_to_their_limit():
    energies = [mixture(n)[1] for n in range(1, 202, 2)]
    assert (np.diff(energies) > 0).all()
    assert energies[-1] == pytest.approx(-1 / math.pi, abs=1e-3)
