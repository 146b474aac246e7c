"""Exercises of page 6.4: right answers pass, typical mistakes are refused with the reason."""

import math

import numpy as np
import pytest
from checking import Answers
from scipy.optimize import minimize_scalar
from scipy.stats import binom

from spinlearn.bipartite import closedloop, reuse
from spinlearn.course.check import p6_4_out_of_the_vacuum as vacuum


def times(M):
    inside = np.arange(1, M)
    Q = binom.pmf(inside, M, inside[:, None] / M)
    return np.concatenate([[0], np.linalg.solve(np.eye(M - 1) - Q, np.ones(M - 1)), [0]])


def times_by_adding_up(M):
    """The sum over generations of the probability that all still moves."""
    P = binom.pmf(np.arange(M + 1), M, np.arange(M + 1)[:, None] / M)
    out, moves = np.zeros(M + 1), np.ones(M + 1)
    moves[[0, -1]] = 0
    while moves.max() > 1e-14:
        out, moves = out + moves, P @ moves
    return out


def turned_round(M):
    inside = np.arange(1, M)
    Q = binom.pmf(inside, M, inside[:, None] / M)
    return np.concatenate([[0], np.linalg.solve(np.eye(M - 1) - Q.T, np.ones(M - 1)), [0]])


def spread(M, m, q):
    return math.sqrt(M * q * (1 - q) / ((M + m) ** 2 - M**2 + M))


def spread_by_the_chain(M, m, q):
    loop = closedloop.coin(M, external=m, q=q)
    p = closedloop.stationary(loop)
    return np.sqrt(p @ (loop.estimates - q) ** 2)


def minimised(error):
    def function(M, n):
        found = minimize_scalar(lambda w: error(w, M, n), bounds=(1e-3, 1), method="bounded", options={"xatol": 1e-10})
        return found.x, found.fun

    return function


def settled(w, M, n):
    y = (1 - w) ** 2
    return (w * w / n + y / M) / (1 - y * (1 - 1 / M))


def constant(w, M, n):
    return (w * w / n + (1 - w) ** 2 / M) / (1 - (1 - w) ** 2)


best = minimised(settled)

RIGHT = {
    "6.4-a": [(0.2, 0.1242), (0.2, 0.16 * (39 / 40) ** 10), "0.2; 0.16 (39/40)^10", [0.2, 0.12421]],
    "6.4-b1": [3, 3.0, "27/9"],
    "6.4-b": [times, times_by_adding_up, lambda M: times(M).tolist()],
    "6.4-c1": [0.1667, 1 / 6, "1/6"],
    "6.4-c": [spread, spread_by_the_chain],
    "6.4-d1": [0.5, "1/2"],
    "6.4-d": [best, lambda M, n: np.array(best(M, n))],
}
MISTAKES = {
    "6.4-a": [
        ((0.8, 0.1242), "end at 1"),
        ((0.5, 0.1242), "not alike"),
        ((0, 0.1242), "not certain"),
        ((0.2, 0.16), "it falls"),
        ((0.2, 0.1274), "nine"),
        ((0.2, 0.1211), "eleven"),
        ((0.2, 0.1246), "many data"),
        ((0.2, 0.12), "multiply"),
        ((0.1242, 0.2), "first the probability"),
        ((0.2, 0.7763), "at the start"),
        ((0.2, 0.124), "four decimals"),
        ((0.3, 0.4), "stays 0.8"),
    ],
    "6.4-b1": [
        (2, "M = 2"),
        (1.5, "18/27"),
        (2.25, "12/27 and 6/27"),
        (1.8, "go to 2 as well"),
        (4, "once"),
        (3.82, "many data"),
        (3.02, "close"),
        (0.5, "next generation"),
        (7, "over 27"),
    ],
    "6.4-b": [
        (lambda M: times(M) - (times(M) > 0), "missing"),
        (lambda M: times(M) + (times(M) > 0), "too many"),
        (lambda M: times(M) + 1, "nothing is to come"),
        (lambda M: closedloop.diffusion_time(np.arange(M + 1) / M, M), "many data only"),
        (lambda M: times(M) / M, "units of M"),
        (turned_round, "turned round"),
        (lambda M: times(M) * 1.001, "close"),
        (lambda M: np.zeros(M + 1), "is right"),
        (lambda M: np.zeros(M), "the times from"),
    ],
    "6.4-c1": [
        (0.2236, "has a two"),
        (0.1508, "density of θ"),
        (0.189, "both"),
        (0.0278, "variance"),
        (0.25, "four tosses"),
        (0.1768, "2m + 1"),
        (0.17, "four decimals"),
        (-0.1, "negative"),
        (0.6, "above a half"),
        (0.4, "power"),
    ],
    "6.4-c": [
        (lambda M, m, q: spread(M, m, q) ** 2, "Take the root"),
        (lambda M, m, q: math.sqrt(q * (1 - q) / (2 * m + 1)), "limit"),
        (lambda M, m, q: math.sqrt(spread(M, m, q) ** 2 + q * q), "mean squared"),
        (lambda M, m, q: math.sqrt(q * (1 - q) / (M + m)), "one generation"),
        (lambda M, m, q: math.sqrt(M * q * (1 - q)) / (M + m), "a loop has more"),
        (lambda M, m, q: math.sqrt(M * q * (1 - q) / ((M + m) ** 2 - M * M)), "smaller"),
        (lambda M, m, q: spread(M, m, q) * 1.001, "close"),
        (lambda M, m, q: 0.3, "is right"),
    ],
    "6.4-d1": [
        (0.618, "as many fresh"),
        (0.333, "their share"),
        (2, "other root"),
        (-1, "other root"),
        (0.7321, "not 2"),
        (1, "worse than a mixture"),
        (0.51, "close"),
        (-0.3, "negative"),
        (1.5, "at most 1"),
        (0.1, "1 - y"),
    ],
    "6.4-d": [
        (minimised(constant), "constant variance"),
        (lambda M, n: (1 - best(M, n)[0], best(M, n)[1]), "weight of the drawn"),
        (lambda M, n: (n / (n + M), best(M, n)[1]), "share"),
        (lambda M, n: (best(M, n)[0], best(M, n)[1] * n), "Divide by n"),
        (lambda M, n: (best(M, n)[0], math.sqrt(best(M, n)[1])), "root"),
        (lambda M, n: (best(M, n)[0], minimised(constant)(M, n)[1]), "constant variance"),
        (lambda M, n: (best(M, n)[0] + 1e-3, best(M, n)[1]), "close"),
        (lambda M, n: (0.9, 0.9), "are right"),
    ],
}


class TestOutOfTheVacuum(Answers):
    PAGE, RIGHT, MISTAKES, FUNCTIONS = "6.4", RIGHT, MISTAKES, ("6.4-b", "6.4-c", "6.4-d")


def test_the_numbers_asked_for_are_those_of_the_chain():
    p = closedloop.law(closedloop.coin(40), 0.8, 10)[-1]
    x = closedloop.coin(40).estimates
    assert p @ (x * (1 - x)) == pytest.approx(vacuum.LEFT, rel=1e-12)
    assert 1 - closedloop.absorption(closedloop.coin(40)).ones[32] == pytest.approx(0.2)
    assert closedloop.absorption(closedloop.coin(3)).time[1] == pytest.approx(3)
    assert spread(10**7, 4, 0.5) == pytest.approx(1 / 6, rel=1e-5)
    assert reuse.best_weight(2, 1) == pytest.approx(0.5)


def test_the_exact_variance_is_that_of_the_chain():
    for M, m, q in vacuum._HELD:
        assert math.sqrt(vacuum._variance(M, m, q)) == pytest.approx(spread_by_the_chain(M, m, q), rel=1e-9)
