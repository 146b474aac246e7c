"""Exercises of page 6.1: right answers pass, typical mistakes are refused with the reason."""

import math
from fractions import Fraction

import numpy as np
import pytest
from checking import Answers
from scipy.optimize import brentq, minimize_scalar
from scipy.special import erf, ndtr, softmax

from spinlearn.course.check import p6_1_capacity_of_associative_memories as page
from spinlearn.dense import attention, diluted, gardner, graded, threshold_linear


def F(x):
    return (1 + x * x) * ndtr(x) + x * np.exp(-x * x / 2) / math.sqrt(2 * math.pi)


def capacity(f, kappa):
    found = minimize_scalar(
        lambda t: f * F(kappa + t) + (1 - f) * F(kappa - t),
        bounds=(-9, 9),
        method="bounded",
        options={"xatol": 1e-9},
    )
    return 1 / found.fun


def by_derivative(f, kappa):
    def mean(x):
        return x * ndtr(x) + np.exp(-x * x / 2) / math.sqrt(2 * math.pi)

    theta = brentq(lambda t: f * mean(kappa + t) - (1 - f) * mean(kappa - t), -20, 20)
    return [1 / (f * F(kappa + theta) + (1 - f) * F(kappa - theta))]


def bound(f, G):
    found = minimize_scalar(
        lambda t: f * (1 + (t + 1 / G) ** 2) + (1 - f) * F(-t),
        bounds=(-9, 9),
        method="bounded",
        options={"xatol": 1e-9},
    )
    return 1 / found.fun


def bound_of_the_library(f, G):
    return np.array(threshold_linear.optimal(graded.binary(f), gain=G).alpha)


def recall(cue, patterns, T):
    s = cue
    for _ in range(5000):
        s = softmax(patterns @ s / T) @ patterns
    return s


def recall_of_the_library(cue, patterns, T):
    return list(attention.retrieve(cue, patterns, T).states)


RIGHT = {
    "6.1-a": [0.3551, float(erf(1.0)) ** 2 / 2, [0.35507], np.array(0.3551)],
    "6.1-b1": [0.9612, 1 / F(0.5), [0.96121]],
    "6.1-b": [capacity, by_derivative, lambda f, kappa: gardner.capacity(f, kappa=kappa).alpha],
    "6.1-c1": [0.5, Fraction(1, 2), "1/2"],
    "6.1-c": [bound, bound_of_the_library],
    "6.1-d1": [4, 36 / 9, [4.0]],
    "6.1-d": [recall, recall_of_the_library],
}
MISTAKES = {
    "6.1-a": [
        (0.8427, "that is m"),
        (0.7101, "2α"),
        (1.4203, "multiply"),
        (0.42135, "squared"),
        (0.59588, "√α"),
        (2.8163, "turned round"),
        (0.6366, "vanishes"),
        (0.355, "four decimals"),
        (-0.4, "negative"),
        (0.9, "nothing is recalled"),
        (0.1, "erf(1)"),
    ],
    "6.1-b1": [
        (1.04036, "one over it"),
        (1 / F(-0.5), "sign"),
        (1.92241, "no factor 2"),
        (0.4806, "no factor ½"),
        (1 / (0.5 * ndtr(0.5) + 0.3520653), "square counts"),
        (2.0, "without a margin"),
        (0.96, "four decimals"),
        (3.0, "above 2"),
        (0.1, "one over F"),
    ],
    "6.1-b": [
        (lambda f, kappa: 1 / capacity(f, kappa), "one over it"),
        (lambda f, kappa: 1 / F(kappa), "threshold is missing"),
        (lambda f, kappa: capacity(f, 0.0), "margin is missing"),
        (lambda f, kappa: gardner.capacity(f).threshold, "that is the threshold"),
        (lambda f, kappa: gardner.sparse_limit(f), "limit for small f"),
        (lambda f, kappa: round(capacity(f, kappa), 3), "Six digits"),
        (lambda f, kappa: 2.0, "it says"),
    ],
    "6.1-c1": [
        (2.0, "one over it"),
        (1.0, "best threshold"),
        (0.25, "and not"),
        (3.0, "equations"),
        (0.3, "bracket"),
    ],
    "6.1-c": [
        (lambda f, G: 1 / bound(f, G), "one over it"),
        (lambda f, G: bound(f, math.inf), "gain is missing"),
        (lambda f, G: gardner.capacity(min(f, 1 - 1e-12)).alpha, "exactly"),
        (lambda f, G: round(bound(f, G), 3), "Six digits"),
        (lambda f, G: 1.0, "it says"),
    ],
    "6.1-d1": [
        (36.0, "ninth"),
        (0.6667, "squared"),
        (18.0, "surely alone"),
        (4.5, "1/(P - 1)"),
        (0.25, "turned round"),
        (-4.0, "negative"),
        (7.0, "difference of two"),
    ],
    "6.1-d": [
        (lambda cue, x, T: softmax(x @ cue / T) @ x, "one update"),
        (lambda cue, x, T: cue, "cue itself"),
        (lambda cue, x, T: x.mean(axis=0), "plain mean"),
        (lambda cue, x, T: x[np.argmax(x @ cue)], "nearest"),
        (lambda cue, x, T: recall(cue, x, 1 / T), "divided by T"),
        (lambda cue, x, T: 0 * cue, "in case 1"),
        (lambda cue, x, T: recall(cue, x, T)[:-1], "numbers"),
    ],
}


class TestCapacityOfAssociativeMemories(Answers):
    PAGE, RIGHT, MISTAKES, FUNCTIONS = "6.1", RIGHT, MISTAKES, ("6.1-b", "6.1-c", "6.1-d")


def test_the_load_of_the_first_exercise_recalls_with_that_overlap():
    assert diluted.overlap(page.LOAD) == pytest.approx(float(erf(1.0)), abs=1e-9)


def test_the_blur_of_orthogonal_patterns_gives_way_where_the_exercise_says():
    nine = 6 * np.eye(9)
    assert attention.blur(nine, 4.0).slope == pytest.approx(1.0, rel=1e-9)
    assert attention.retrieve(nine[2], nine, 4.5).weights[2] > 0.99
