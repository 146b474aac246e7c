"""Exercises of page 4.4: right answers pass, typical mistakes are refused with the reason."""

import math

import numpy as np
import pytest
from checking import Answers
from scipy.optimize import brentq, minimize_scalar
from scipy.special import zeta

from spinlearn.course.check import p4_4_the_edge_of_chaos as chaos
from spinlearn.meanfield import depth, finite_width
from spinlearn.meanfield.moments import moments, tuned
from spinlearn.measure import avalanches
from spinlearn.neuron import activation


def erf_edge(q):
    root = np.sqrt(1 + 2 * q)
    return np.pi / 2 * root, q - root * np.arcsin(q / (1 + q))


def erf_edge_by_integrals(q):
    point = depth.edge(activation.erf, q)
    return point.weight_variance, point.bias_variance


def second_moment(a, n, L):
    return (1 + (6 * (1 + a**4) / (1 + a**2) ** 2 - 1) / n) ** L


def second_moment_by_integrals(a, n, L):
    """From the table of moments; a leak is at least 0 there."""
    at = moments(tuned(activation.leaky_relu, leak=abs(a)), 1.0)
    return (1 + (at.fourth / at.square**2 - 1) / n) ** L


def exponent(sizes, smallest, largest):
    sizes = np.asarray(sizes)
    s = sizes[(sizes >= smallest) & (sizes <= largest)]
    logs = np.log(np.arange(smallest, largest + 1))

    def off(tau):
        p = np.exp(-tau * logs)
        return p @ logs / p.sum() - np.log(s).mean()

    return brentq(off, -5, 10)


def exponent_by_search(sizes, smallest, largest):
    s = sizes[(sizes >= smallest) & (sizes <= largest)]
    logs = np.log(np.arange(smallest, largest + 1))
    return minimize_scalar(
        lambda tau: tau * np.log(s).mean() + np.log(np.exp(-tau * logs).sum()), bounds=(-5, 10), method="bounded"
    ).x


def without_an_end(sizes, smallest, largest):
    s = sizes[(sizes >= smallest) & (sizes <= largest)]
    return minimize_scalar(
        lambda tau: tau * np.log(s).mean() + np.log(zeta(tau, smallest)), bounds=(1.001, 10), method="bounded"
    ).x


def over_what_occurs(sizes, smallest, largest):
    s = sizes[(sizes >= smallest) & (sizes <= largest)]
    logs = np.log(np.unique(s))
    return brentq(lambda tau: np.exp(-tau * logs) @ (logs - np.log(s).mean()), -20, 40)


def without_the_last(sizes, smallest, largest):
    s = sizes[(sizes >= smallest) & (sizes <= largest)]
    logs = np.log(np.arange(smallest, largest))
    return brentq(lambda tau: np.exp(-tau * logs) @ (logs - np.log(s).mean()), -20, 40)


def continuous(half):
    def formula(sizes, smallest, largest):
        s = sizes[(sizes >= smallest) & (sizes <= largest)]
        return 1 + len(s) / np.log(s / (smallest - half)).sum()

    return formula


def line(sizes, smallest, largest):
    values, counts = np.unique(sizes[(sizes >= smallest) & (sizes <= largest)], return_counts=True)
    return -np.polyfit(np.log(values), np.log(counts), 1)[0]


MOMENT = 1.025**80

RIGHT = {
    "4.4-a": [2.49, math.sqrt(MOMENT - 1), [2.492], np.array(2.4919)],
    "4.4-b1": [4.7124, 1.5 * math.pi, "3π/2"],
    "4.4-b": [erf_edge, erf_edge_by_integrals, lambda q: np.array(erf_edge(q))],
    "4.4-c1": [3.08, 4.08 - 1],
    "4.4-c": [second_moment],
    "4.4-d1": [0.0351, math.exp(-5) * 625 / 120],
    "4.4-d": [
        exponent,
        exponent_by_search,
        lambda sizes, a, b: avalanches.fit(sizes, smallest=a, largest=b).exponent,
    ],
}
MISTAKES = {
    "4.4-a": [
        (MOMENT, "mean square"),
        (MOMENT - 1, "variance"),
        (math.sqrt(MOMENT), "before the root"),
        (1.41, "far below n"),
        (2.53, "log-normal"),
        (2.5, "two decimals"),
        (-2.0, "negative"),
        (9.0, "mean is 1"),
    ],
    "4.4-b1": [
        (14.1372, "root is missing"),
        (3, "2/π"),
        (0.2122, "one over it"),
        (1.5708, "without biases"),
        (3.5124, "twice"),
        (3.7599, "squared, too"),
        (2.1708, "σ_w"),
        (4.71, "four decimals"),
        (-1, "negative"),
        (9, "variance 4"),
    ],
    "4.4-b": [
        (lambda q: erf_edge(q)[::-1], "weights first"),
        (lambda q: (erf_edge(q)[0], q - 2 / np.pi * np.arcsin(q / (1 + q))), "multiplied"),
        (lambda q: (erf_edge(q)[0], 2 * q - erf_edge(q)[1]), "do not"),
        (lambda q: (erf_edge(q)[0], erf_edge(q)[1] / q), "over q"),
        (lambda q: tuple(np.sqrt(erf_edge(q))), "standard deviations"),
        (lambda q: (1 / erf_edge(q)[0], erf_edge(q)[1]), "one over"),
        (lambda q: (np.pi / 2 * np.sqrt(1 + q), erf_edge(q)[1]), "says that σ_w²"),
        (lambda q: (erf_edge(q)[0], 0.0), "says that σ_b²"),
    ],
    "4.4-c1": [
        (5, "ReLU"),
        (2, "linear"),
        (4.08, "taken away"),
        (0.36, "not 1"),
        (5.25, "fourth power"),
        (3.1, "two decimals"),
        (7, "leaks help"),
        (1, "more than 2"),
        (4, "half of"),
    ],
    "4.4-c": [
        (lambda a, n, L: (1 + 5 / n) ** L, "right for ReLU"),
        (lambda a, n, L: (1 + 6 * (1 + a**4) / (1 + a**2) ** 2 / n) ** L, "1 is missing"),
        (lambda a, n, L: second_moment(a, n, L) - 1, "the variance"),
        (lambda a, n, L: 1 + (6 * (1 + a**4) / (1 + a**2) ** 2 - 1) * L / n, "first order"),
        (lambda a, n, L: np.exp((6 * (1 + a**4) / (1 + a**2) ** 2 - 1) * L / n), "fixed L / n"),
        (lambda a, n, L: second_moment(a, n, L) * (1 + a**2) ** (2 * L), "With leaks"),
        (lambda a, n, L: np.sqrt(second_moment(a, n, L) - 1), "relative scatter"),
        (lambda a, n, L: 1.0, "it says"),
    ],
    "4.4-d1": [
        (5**-1.5 / math.sqrt(2 * math.pi), "Stirling"),
        (0.08944, "alone"),
        (0.17547, "Poisson"),
        (0.0354, "four decimals"),
        (-0.1, "negative"),
        (2, "at most 1"),
        (0.5, "Borel"),
    ],
    "4.4-d": [
        (lambda *given: -exponent(*given), "sign"),
        (without_the_last, "both ends"),
        (over_what_occurs, "those that occur"),
        (lambda sizes, a, b: exponent_of_all(sizes, a, b), "leave out"),
        (continuous(0.5), "half"),
        (continuous(0.0), "continuous"),
        (line, "histogram"),
        (without_an_end, "it says"),
        (lambda sizes, a, b: 1.5, "it says"),
    ],
}


def exponent_of_all(sizes, smallest, largest):
    logs = np.log(np.arange(smallest, largest + 1))
    wanted = np.log(sizes).mean()

    def off(tau):
        p = np.exp(-tau * (logs - logs[0]))
        return p @ logs / p.sum() - wanted

    return brentq(off, -20, 40) if off(-20) * off(40) < 0 else math.nan


class TestTheEdgeOfChaos(Answers):
    PAGE, RIGHT, MISTAKES, FUNCTIONS = "4.4", RIGHT, MISTAKES, ("4.4-b", "4.4-c", "4.4-d")


def test_the_moments_of_leaky_networks_are_those_of_the_table():
    for a, n, L in chaos._NETWORKS:
        assert second_moment(a, n, L) == pytest.approx(second_moment_by_integrals(a, n, L), rel=1e-10) or a < 0
    assert second_moment(0.0, 200, 80) == pytest.approx(finite_width.rectifier_moment(200, 80))
