"""The checks of page 2.1."""

import math

import numpy as np
from checking import Answers
from scipy.optimize import brentq, root
from scipy.special import comb, gammaln

from spinlearn.meanfield import branches, curie_weiss, landau, magnetisation


def by_bracketing(T, h):
    """The right branch by a change of sign, without the library."""
    if h == 0 and T >= 1:
        return 0.0
    edge = math.sqrt(max(0.0, 1 - T)) if h == 0 else 0.0
    edge = max(edge, 1e-12)
    found = brentq(lambda m: m - math.tanh((m + abs(h)) / T), edge, 1.0, xtol=1e-15)
    return math.copysign(found, h) if h else found


def iterated(steps, start=1.0):
    def solve(T, h):
        m = start
        for _ in range(steps):
            m = math.tanh((m + h) / T)
        return m

    return solve


def root_from_zero(T, h):
    return float(root(lambda m: m - np.tanh((m + h) / T), 0.0).x[0])


def by_landau(T, h):
    slope = np.polynomial.Polynomial(landau(T, h=h)).deriv()
    roots = slope.roots()
    return float(roots[abs(roots.imag) < 1e-9].real.max())


def by_levels(N, T):
    k = np.arange(N + 1)
    M = 2.0 * k - N
    w = gammaln(N + 1) - gammaln(k + 1) - gammaln(N - k + 1) + M**2 / (2 * N * T)
    p = np.exp(w - w.max())
    return p @ abs(M) / N / p.sum()


def by_whole_numbers(N, T):
    """Exact binomials as Python integers, logarithms of those."""
    w = [math.log(math.comb(N, k)) + (2 * k - N) ** 2 / (2 * N * T) for k in range(N + 1)]
    p = [math.exp(v - max(w)) for v in w]
    return sum(q * abs(2 * k - N) for k, q in enumerate(p)) / N / sum(p)


def levels(weight, value=lambda M, N: abs(M) / N):
    """The mean with changed weights."""

    def mean(N, T):
        k = np.arange(N + 1)
        M = 2.0 * k - N
        ways = gammaln(N + 1) - gammaln(k + 1) - gammaln(N - k + 1)
        w = weight(ways, M, N, T)
        p = np.exp(w - w.max())
        return p @ value(M, N) / p.sum()

    return mean


def right_weight(ways, M, N, T):
    return ways + M**2 / (2 * N * T)


def overflowing(N, T):
    k = np.arange(N + 1)
    M = 2.0 * k - N
    w = comb(N, k) * np.exp(M**2 / (2 * N * T))
    return w @ abs(M) / N / w.sum()


def spin_one(D, sign=1):
    """Iterating from above leads to the highest solution."""
    T = 1.0
    for _ in range(20_000):
        T = 2 / (2 + math.exp(sign * D / T))
    return T


def spin_one_bracketed(D):
    grid = np.linspace(2.0, 0.05, 4000)
    value = grid * (2 + np.exp(D / grid)) - 2
    first = np.flatnonzero(value < 0)[0]
    return brentq(lambda T: T * (2 + math.exp(D / T)) - 2, grid[first], grid[first - 1])


def lower_root(D):
    if D <= 0:
        return spin_one(D)
    return brentq(lambda T: T * (2 + math.exp(D / T)) - 2, D / 100, D / 1.463)


RIGHT_ANSWERS = {
    "2.1-a": [6, 6.0, np.float64(6)],
    "2.1-b1": [by_bracketing(0.5, -0.1), -0.973, np.float32(-0.97302)],
    "2.1-c1": [by_levels(3, 1.0), 0.706, np.float64(0.70561)],
    "2.1-d1": [2 / 3, 0.6667, spin_one(0.0)],
    "2.1-b": [by_bracketing, lambda T, h: magnetisation(T, h=h), lambda T, h: branches(T, h=h).stable],
    "2.1-c": [by_levels, by_whole_numbers, lambda N, T: curie_weiss(N, T).abs_m],
    "2.1-d": [spin_one, spin_one_bracketed],
}
MISTAKES = {
    "2.1-a": [
        (4, "without its diagonals"),
        (8, "half of the strength"),
        (12, "counted twice"),
        (3, "acts in full"),
        (5, "four diagonal"),
        (0.75, "sum over all"),
        (7.3, "eight neighbours"),
    ],
    "2.1-b1": [
        (iterated(100)(0.5, -0.1), "metastable"),
        (brentq(lambda m: m - math.tanh((m - 0.1) / 0.5), 0, 0.5), "unstable"),
        (0.973, "turned round"),
        (magnetisation(0.5), "without the field, and"),
        (-magnetisation(0.5), "without the field."),
        (math.tanh(-0.2), "alone"),
        (iterated(1, start=-1.0)(0.5, -0.1), "answer again"),
        (-1, "not all are down"),
        (-0.978, "three decimals stay"),
        (-1.2, "between -1 and 1"),
        (0.5, "sign of the field"),
        (-0.4, "Start at m = -1"),
    ],
    "2.1-c1": [
        (levels(lambda w, M, N, T: M**2 / (2 * N * T))(3, 1.0), "three ways"),
        (levels(lambda w, M, N, T: w + M**2 / (N * T))(3, 1.0), "half is missing"),
        (levels(lambda w, M, N, T: w + M**2 / (2 * T))(3, 1.0), "1 / N"),
        (levels(lambda w, M, N, T: w)(3, 1.0), "infinite temperature"),
        (levels(lambda w, M, N, T: w - M**2 / (2 * N * T))(3, 1.0), "less energy"),
        (levels(right_weight, lambda M, N: abs(M))(3, 1.0), "divide by 3"),
        (levels(right_weight, lambda M, N: (M / N) ** 2)(3, 1.0), "m squared."),
        (math.sqrt(levels(right_weight, lambda M, N: (M / N) ** 2)(3, 1.0)), "root of the mean"),
        (levels(right_weight, lambda M, N: M / N)(3, 1.0), "mean of |m| is wanted"),
        (0.7, "close, but not to three decimals"),
        (0.3, "In how many ways"),
    ],
    "2.1-d1": [
        (1, "two states"),
        (1 / 3, "two of the three"),
        (1.5, "inverse"),
        (0.5, "equally likely"),
        (0, "mean square"),
        (-1.0, "above zero"),
        (0.9, "Where is it 1"),
    ],
    "2.1-b": [
        (iterated(100_000), "ever more slowly"),
        (lambda T, h: 0.0 if T >= 1 and h == 0 else iterated(100_000)(T, h), "metastable"),
        (lambda T, h: 0.0 if T >= 1 and h == 0 else iterated(40)(T, h), "How fast"),
        (root_from_zero, "unstable"),
        (lambda T, h: magnetisation(T, h=abs(h)), "field turned round"),
        (lambda T, h: -magnetisation(T, h=-h), "positive one"),
        (by_landau, "should be the same"),
        (lambda T, h: math.tanh(h / T), "unstable"),
        (lambda T, h: [1.0, 2.0], "single number"),
        (lambda T: T, "TypeError"),
    ],
    "2.1-c": [
        (overflowing, "logarithms"),
        (levels(lambda w, M, N, T: M**2 / (2 * N * T)), "as often as"),
        (levels(lambda w, M, N, T: w + M**2 / (N * T)), "half is missing"),
        (levels(lambda w, M, N, T: w), "infinite temperature"),
        (levels(lambda w, M, N, T: w - M**2 / (2 * N * T)), "sign"),
        (levels(lambda w, M, N, T: w + M**2 / (2 * T)), "of the order N"),
        (levels(right_weight, lambda M, N: abs(M)), "divide by N"),
        (levels(right_weight, lambda M, N: M / N), "mean of |m| was asked"),
        (levels(right_weight, lambda M, N: (M / N) ** 2), "m squared"),
        (lambda N, T: magnetisation(T), "mean field"),
        (lambda N, T: 0.3, "2k - N"),
    ],
    "2.1-d": [
        (lambda D: 1.0, "two states"),
        (lambda D: 2 / 3, "right for D = 0"),
        (lambda D: spin_one(D, sign=-1), "sign of D"),
        (lower_root, "met before"),
        (lambda D: 0.9, "<s^2>"),
        (lambda D: 0.5, "two active states"),
        (lambda D: -1.0, "above 0"),
    ],
}


class TestDerivingTheMeanField(Answers):
    PAGE, RIGHT, MISTAKES, FUNCTIONS = "2.1", RIGHT_ANSWERS, MISTAKES, ("2.1-b", "2.1-c", "2.1-d")
