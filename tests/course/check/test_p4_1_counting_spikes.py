"""Exercises of page 4.1: right answers pass, typical mistakes are refused with the reason."""

from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

import numpy as np
import pytest
from checking import Answers
from scipy.integrate import quad, solve_ivp
from scipy.optimize import minimize_scalar
from scipy.special import erf, erfcx

from spinlearn.course.check import p4_1_counting_spikes as counting
from spinlearn.neuron import integrate

HALF = np.log(2) / 2


def S(z, a):
    return np.logaddexp(0, 2 * a * z) / (2 * a)


def count(Q, T0, a, c, r):
    """A logarithm of a ratio while Q is small, a difference else."""
    g, w = T0 - c, 2 * a * Q
    y = -2 * a * g
    if w < 1:
        return np.log1p(np.exp(y) / (1 + np.exp(y)) * np.expm1(w)) / (2 * a * r)
    return (S(Q - g, a) - S(-g, a)) / r


def count_by_quadrature(Q, T0, a, c, r):
    centre = T0 - c
    ends = np.unique([0, *np.clip(centre + np.array([-4, -0.5, 0, 0.5, 4]), 0, Q), Q])
    options = {"epsabs": 0, "epsrel": 1e-12, "limit": 200}

    def curve(s):
        x = 2 * a * (s - centre)
        return np.exp(min(x, 0)) / (np.exp(min(x, 0)) + np.exp(-max(x, 0)))

    return sum(quad(curve, *pair, **options)[0] for pair in pairwise(ends)) / r


def as_it_stands(Q, T0, a, c, r):
    return (np.log(1 + np.exp(2 * a * (Q - T0 + c))) - np.log(1 + np.exp(-2 * a * (T0 - c)))) / (2 * a * r)


def difference(Q, T0, a, c, r):
    return (S(Q - T0 + c, a) - S(c - T0, a)) / r


def closest(alpha):
    half = max(alpha, HALF) / 2
    return HALF - half, half


def closest_by_search(alpha):
    x = np.r_[np.linspace(-40, 0, 4001), np.linspace(0, 40, 401)]
    gap = np.logaddexp(0, 2 * x) / 2 - HALF - np.where(x >= 0, x, alpha * np.expm1(np.minimum(x, 0)))
    best = minimize_scalar(lambda C: np.abs(gap + C).max(), bounds=(-3, 3), method="bounded", options={"xatol": 1e-12})
    return best.x, best.fun


def siegert(mu, sigma):
    return 1 / (np.sqrt(np.pi) * quad(lambda u: erfcx(-u), -mu / sigma, (1 - mu) / sigma, epsrel=1e-10)[0])


def siegert_by_equation(mu, sigma):
    """The equation for the mean time, integrated from where the mean rest lies; only for moderate drives."""
    if mu > 3 or sigma < 0.3:
        return siegert(mu, sigma)
    low = -mu / sigma
    start = min(low, -6.0)

    def slopes(u, state):
        return [2 * u * state[0] + 2, state[0] if u >= low else 0.0]

    first = solve_ivp(slopes, (start, low), [np.sqrt(np.pi) * erfcx(-start), 0.0], rtol=1e-11, atol=1e-13).y[:, -1]
    second = solve_ivp(slopes, (low, (1 - mu) / sigma), [first[0], 0.0], rtol=1e-11, atol=1e-13).y[:, -1]
    return 1 / second[1]


def siegert_as_it_stands(mu, sigma):
    return 1 / (np.sqrt(np.pi) * quad(lambda u: np.exp(u**2) * (1 + erf(u)), -mu / sigma, (1 - mu) / sigma)[0])


def siegert_reflected(mu, sigma):
    return 1 / (np.sqrt(np.pi) * quad(lambda u: np.exp(u**2) * (1 - erf(u)), -mu / sigma, (1 - mu) / sigma)[0])


RIGHT = {
    "4.1-a": [2.4, Fraction(12, 5), [2.4], np.array(2.4), Decimal("2.4"), "12/5"],
    "4.1-b1": [1.2734, (1.6 + np.log(np.cosh(1.6))) / 2, [1.27340]],
    "4.1-b": [count, count_by_quadrature],
    "4.1-c1": [0.0966, np.log(2) / 2 - 0.25, [0.09657]],
    "4.1-c": [closest, closest_by_search, lambda alpha: np.array(closest(alpha))],
    "4.1-d1": [0.420, siegert(1.0, 0.25)],
    "4.1-d": [siegert, siegert_by_equation, integrate.noisy_leaky_rate],
}
MISTAKES = {
    "4.1-a": [
        (0.6, "how long"),
        (0.15, "upside down"),
        (3.2, "back at T0"),
        (0.8, "first 0.2"),
        (1.6, "not from 0"),
        (0.1, "how deep"),
        (-2.4, "negative"),
        (7.0, "from 0.4"),
    ],
    "4.1-b1": [
        (1.9666, "prints"),
        (1.2534, "last term"),
        (1.9466, "last term"),
        (0.3266, "falling"),
        (1.6200, "S(0)"),
        (1.0908, "steepness"),
        (0.9468, "Add 1.6"),
        (2.0, "below 1"),
        (0.1, "above ½"),
        (1.2, "ln cosh"),
        (1.27, "four decimals"),
    ],
    "4.1-b": [
        (as_it_stands, "digits"),
        (difference, "digits"),
        (lambda Q, T0, a, c, r: r * count(Q, T0, a, c, r), "rate is missing"),
        (lambda Q, T0, a, c, r: r**2 * count(Q, T0, a, c, r), "upside down"),
        (lambda Q, T0, a, c, r: S(Q - T0 + c, a) / r, "empty quench"),
        (lambda Q, T0, a, c, r: (S(c, a) - S(c - Q, a)) / r, "literal"),
        (lambda Q, T0, a, c, r: (S(Q - c, a) - S(-c, a)) / r, "flipped"),
        (lambda Q, T0, a, c, r: (S(Q + T0 - c, a) - S(T0 - c, a)) / r, "sign of g"),
        (lambda Q, T0, a, c, r: max(Q - T0 + c, 0) / r, "sharp"),
        (lambda Q, T0, a, c, r: 2 * count(Q, T0, a, c, r), "one half"),
        (lambda Q, T0, a, c, r: Q / r, "Is it"),
    ],
    "4.1-c1": [
        (-0.25, "that is k"),
        (-0.5966, "printed"),
        (-0.1534, "better one"),
        (-0.5, "source's"),
        (0.25, "the distance"),
        (0, "not closest"),
        (0.1733, "below ½ ln 2"),
        (0.097, "four decimals"),
        (0.4, "which k"),
    ],
    "4.1-c": [
        (lambda alpha: closest(alpha)[::-1], "constant first"),
        (lambda alpha: (closest(alpha)[0] - 2 * HALF, closest(alpha)[1]), "printed sign"),
        (lambda alpha: (closest(alpha)[0] - HALF, closest(alpha)[1]), "that is k"),
        (lambda alpha: (HALF - alpha / 2, alpha / 2), "above ½ ln 2"),
        (lambda alpha: (HALF / 2, HALF / 2), "below ½ ln 2"),
        (lambda alpha: (HALF - alpha, max(alpha, HALF - alpha)), "not the best"),
        (lambda alpha: (-alpha, alpha + HALF), "source's"),
        (lambda alpha: (0.0, 0.0), "the distance is"),
        (lambda alpha: (0.0, max(alpha - HALF, HALF, 0)), "smaller one"),
    ],
    "4.1-d1": [
        (2.3830, "one over"),
        (0.7438, "root of π"),
        (0, "without noise"),
        (2.45e-7, "-4 and 0"),
        (float(integrate.noisy_leaky_rate(1.0, 0.25 * np.sqrt(2))), "√2"),
        (float(integrate.noisy_leaky_rate(1.0, 0.25 / np.sqrt(2))), "itself"),
        (-0.5, "negative"),
        (0.424, "three decimals"),
        (0.9, "from -4 to 0"),
    ],
    "4.1-d": [
        (lambda mu, sigma: 1 / siegert(mu, sigma), "one over"),
        (lambda mu, sigma: siegert(mu, sigma) * np.sqrt(np.pi), "root of π"),
        (lambda mu, sigma: siegert(mu, sigma * np.sqrt(2)), "too much"),
        (lambda mu, sigma: siegert(mu, sigma / np.sqrt(2)), "missing in sigma"),
        (lambda mu, sigma: integrate.leaky_rate(mu), "without noise"),
        (siegert_reflected, "sign of u"),
        (siegert_as_it_stands, "keep its digits"),
        (lambda mu, sigma: 0.5, "it says"),
    ],
}


class TestCountingSpikes(Answers):
    PAGE, RIGHT, MISTAKES, FUNCTIONS = "4.1", RIGHT, MISTAKES, ("4.1-b", "4.1-c", "4.1-d")


@pytest.mark.parametrize("one", counting._COUNTS, ids=str)
def test_the_counts_that_are_asked_are_right(one):
    assert counting._true(*one) == pytest.approx(count_by_quadrature(*one), rel=1e-10)


def test_what_is_called_a_turn_of_sign_is_one():
    wrong = 1 / (np.sqrt(np.pi) * quad(lambda u: np.exp(u**2) * (1 - erf(u)), -4, 0)[0])
    assert counting.NOISY_AT_THRESHOLD.turns[2].holds([wrong])
