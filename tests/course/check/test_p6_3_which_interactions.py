"""Exercises of page 6.3: right answers pass, typical mistakes are refused with the reason."""

import math

import numpy as np
import pytest
from checking import Answers

from spinlearn.bipartite import interactions
from spinlearn.course.check import p6_3_which_interactions as page
from spinlearn.neuron import unit


def subsets(n):
    return [[i for i in range(n) if R >> i & 1] for R in range(2**n)]


def top(K, w, b):
    n = len(w)
    return sum((-1) ** (n - len(R)) * float(K(b + w[R].sum())) for R in subsets(n))


def by_differences(K, w, b):
    if len(w) == 0:
        return float(K(b))
    return by_differences(K, w[1:], b + w[0]) - by_differences(K, w[1:], b)


def signs_of_R(K, w, b):
    return sum((-1) ** len(R) * float(K(b + w[R].sum())) for R in subsets(len(w)))


def without_signs(K, w, b):
    return sum(float(K(b + w[R].sum())) for R in subsets(len(w)))


def without_the_empty_set(K, w, b):
    return top(K, w, b) - (-1) ** len(w) * float(K(b))


def singles_only(K, w, b):
    alone = sum(float(K(b + one)) - float(K(b)) for one in w)
    return float(K(b + w.sum())) - float(K(b)) - alone


def of_spins(K, w, b):
    return interactions.of_unit(K, w, b, alphabet="spins")[-1]


def gate(n):
    return [10.0] * n, -(n - 0.5) * 10


def wide_gate(n):
    return np.full(n, 9.0), -9.0 * n + 4.2


def spins(J, i, j):
    both = 1 << i | 1 << j
    return sum(J[k] / 2 ** bin(k).count("1") for k in range(len(J)) if k & both == both)


def by_states(J, i, j):
    return interactions.convert(J, "spins")[1 << i | 1 << j]


def either(J, i, j):
    both = 1 << i | 1 << j
    return sum(J[k] / 2 ** bin(k).count("1") for k in range(len(J)) if k & both)


def signed(J, i, j):
    both = 1 << i | 1 << j
    return sum(J[k] / (-2) ** bin(k).count("1") for k in range(len(J)) if k & both == both)


def holding(power):
    def function(J, i, j):
        both = 1 << i | 1 << j
        return sum(J[k] * power(bin(k).count("1")) for k in range(len(J)) if k & both == both)

    return function


RIGHT = {
    "6.3-a": [(3, 1.5), [3.0, 1.5], np.array([3, 1.5]), "3; 1.5"],
    "6.3-b1": [0.7353, page.PAIR, "0.73535"],
    "6.3-b": [top, by_differences],
    "6.3-c1": [-25, "-25", [-25.0]],
    "6.3-c": [gate, wide_gate, lambda n: (tuple(gate(n)[0]), np.float64(gate(n)[1]))],
    "6.3-d1": [0.5, "1/2", "-2/4 + 8/8"],
    "6.3-d": [spins, by_states],
}
MISTAKES = {
    "6.3-a": [
        ((6, 3), "bias"),
        ((6, 9), "not e^w"),
        ((12, 18), "not e^w"),
        ((1.5, 3), "first the pair"),
        ((12, 6), "negative"),
        ((0.7615, 0.154), "weak"),
        ((1.523, 0.62), "weak"),
        ((5.5, 8.5), "fewer"),
        ((3, 4.5), "third unit"),
        ((3, 3), "third unit"),
        ((3.01, 1.5), "close"),
        ((1, 1), "product of"),
    ],
    "6.3-b1": [
        (0.6867, "both off"),
        (1.3133, "each does alone"),
        (1.0, "while the other"),
        (0.2647, "field"),
        (1.2647, "fields of both"),
        (1.0486, "two states"),
        (0.6381, "two signs"),
        (0.1838, "two spins"),
        (-0.7353, "sign"),
        (0.1807, "weak"),
        (0.735, "four decimals"),
        (-0.1, "positive pair"),
        (3, "signs"),
    ],
    "6.3-b": [
        (without_signs, "without signs"),
        (lambda *given: -top(*given), "turned round"),
        (signs_of_R, "not (-1)^|R|"),
        (lambda K, w, b: top(K, w, 0.0), "bias is missing"),
        (of_spins, "spins"),
        (lambda K, w, b: top(K, w, b) / 2 ** len(w), "average"),
        (lambda K, w, b: float(K(b + w.sum())) - float(K(b)), "fewer"),
        (singles_only, "in between"),
        (without_the_empty_set, "empty set"),
        (lambda K, w, b: float(K(b + w.sum())), "all units on"),
        (lambda *given: round(top(*given), 3), "do not round"),
        (lambda K, w, b: 0.123, "Each subset"),
    ],
    "6.3-c1": [
        (25, "sign"),
        (-30, "all units on"),
        (-20, "two units on"),
        (-15, "half-way"),
        (-5, "how far below"),
        (-10, "one unit suffices"),
        (-24.9, "whole number"),
        (-18, "two units on"),
        (-40, "all three"),
        (-22, "One is minus"),
    ],
    "6.3-c": [
        (lambda n: ([10.0] * n, -10.0 * n), "off even then"),
        (lambda n: ([10.0] * n, -10.0 * n + 12), "too early"),
        (lambda n: ([20.0] * n, -20.0 * (n - 0.5)), "allowed is 10"),
        (lambda n: ([3.0] * n, -3.0 * (n - 0.5)), "too little of a step"),
        (lambda n: ([10.0] * n, -10.0 * n + 8), "not far enough"),
        (lambda n: ([10.0] * n, -10.0 * n + 2), "weak"),
        (lambda n: ([-10.0] * n, 5.0), "not positive"),
        (lambda n: 5, "two things"),
        (lambda n: ([10.0] * 3, -25.0), "weights for n = 2"),
    ],
    "6.3-d1": [
        (-0.5, "quarter of the pair"),
        (1, "from the triple"),
        (-2, "0/1"),
        (1.5, "eight, not by four"),
        (6, "divided"),
        (0.25, "half"),
        (-1.5, "sign"),
        (-0.25, "different"),
        (0.51, "short number"),
        (7, "occurs"),
    ],
    "6.3-d": [
        (lambda J, i, j: J[1 << i | 1 << j] / 4, "quarter of the pair"),
        (lambda J, i, j: J[1 << i | 1 << j], "as it is"),
        (holding(lambda k: 1), "divided by 2"),
        (holding(lambda k: 1 / 4), "not every one by four"),
        (holding(lambda k: 2.0 ** (2 - k)), "half each"),
        (holding(lambda k: 2.0**k), "halves"),
        (signed, "no signs"),
        (either, "not one of them"),
        (holding(lambda k: 2.0**-k if k > 2 else 0.0), "itself"),
        (lambda J, i, j: interactions.convert(J, "binary")[1 << i | 1 << j], "other way"),
        (lambda *given: round(spins(*given), 3), "do not round"),
        (lambda J, i, j: 0.123, "Which sets"),
    ],
}


class TestWhichInteractions(Answers):
    PAGE, RIGHT, MISTAKES, FUNCTIONS = "6.3", RIGHT, MISTAKES, ("6.3-b", "6.3-c", "6.3-d")


def test_the_warm_up_is_what_the_library_says():
    J = interactions.of_unit(unit.poisson(), np.log([4.0, 3.0, 1.5]), -math.log(2))
    assert J[3] == pytest.approx(3)
    assert J[7] == pytest.approx(1.5)


def test_the_first_numbers_are_what_the_library_says():
    assert interactions.of_unit(unit.binary(), [2.0, 2.0], -3.0)[3] == pytest.approx(page.PAIR)
    J = np.zeros(8)
    J[[3, 5, 6, 7]] = -2.0, -2.0, -2.0, 8.0
    assert interactions.convert(J, "spins")[3] == pytest.approx(0.5)
    assert interactions.and_gate(3, 10.0).b == -25.0
