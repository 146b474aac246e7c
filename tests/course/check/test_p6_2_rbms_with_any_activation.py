"""Exercises of page 6.2: right answers pass, typical mistakes are refused with the reason."""

import math

import numpy as np
import pytest
from checking import Answers
from scipy.integrate import quad
from scipy.special import gammaln

from spinlearn import exact
from spinlearn.bipartite import cascade, likelihood, machine, units
from spinlearn.course.check import p6_2_rbms_with_any_activation as page


def after(W, a, b, q, k, factor=1.0):
    v, h = (exact.states(n).astype(float) for n in W.shape)
    to_h = np.exp(factor * (v @ W + b) @ h.T)
    to_v = np.exp(factor * (h @ W.T + a) @ v.T)
    sweep = (to_h / to_h.sum(axis=1, keepdims=True)) @ (to_v / to_v.sum(axis=1, keepdims=True))
    return q @ np.linalg.matrix_power(sweep, k)


def own_law(W, a, b, q, k):
    model = machine.machine(W, units.spin(), units.spin(), a=a, b=b)
    return np.exp(likelihood.log_probability(model, exact.states(len(a))))


def slow_order(W, a, b, q, k):
    n = len(a)
    return after(W, a, b, q.reshape((2,) * n).transpose(range(n)[::-1]).ravel(), k)


def unnormalised(W, a, b, q, k):
    v, h = (exact.states(n).astype(float) for n in W.shape)
    return q @ np.exp((v @ W + b) @ h.T) @ np.exp((h @ W.T + a) @ v.T)


def rates(v):
    mean = v.mean(axis=0)
    return np.linalg.eigvalsh((v - mean).T @ (v - mean) / len(v) - np.diag(1 - mean**2))[::-1]


def of(matrix):
    return np.linalg.eigvalsh(matrix)[::-1]


def chi(n, m, s):
    up = np.arange(n + 1.0)
    x = (2 * up - n) / math.sqrt(n)
    field = s * x / math.sqrt(m)
    log_p = gammaln(n + 1) - gammaln(up + 1) - gammaln(n - up + 1) + m * np.logaddexp(field, -field)
    p = np.exp(log_p - log_p.max())
    return p @ x**2 / p.sum()


def without_binomials(n, m, s):
    x = (2 * np.arange(n + 1.0) - n) / math.sqrt(n)
    field = s * x / math.sqrt(m)
    log_p = m * np.logaddexp(field, -field)
    p = np.exp(log_p - log_p.max())
    return p @ x**2 / p.sum()


def overflowing(n, m, s):
    with np.errstate(all="ignore"):
        up = np.arange(n + 1.0)
        x = (2 * up - n) / math.sqrt(n)
        p = np.exp(gammaln(n + 1) - gammaln(up + 1) - gammaln(n - up + 1)) * np.cosh(s * x / math.sqrt(m)) ** m
        return p @ x**2 / p.sum()


RIGHT = {
    "6.2-a": [0.7311, math.e / (1 + math.e), [0.73106], "e/(1 + e)"],
    "6.2-b1": [9, 9.0, "9"],
    "6.2-b": [after, lambda *given: after(*given).tolist()],
    "6.2-c1": [36.84, math.log(100) * 8, "8 ln 100"],
    "6.2-c": [rates, lambda v: rates(v).tolist()],
    "6.2-d1": [1.1708, page.PEAK],
    "6.2-d": [chi, lambda *given: np.array(chi(*given))],
}
MISTAKES = {
    "6.2-a": [
        (2 / 3, "not x"),
        (0.5, "prefers"),
        (0.8808, "-1"),
        (0.2689, "of 0"),
        (math.e, "ratio"),
        (0.73, "four decimals"),
        (-0.1, "negative"),
        (3.0, "at most 1"),
        (0.6, "weights"),
    ],
    "6.2-b1": [(17, "there and back"), (8, "0.0128"), (8.45, "whole"), (5, "too often"), (30, "power")],
    "6.2-b": [
        (lambda W, a, b, q, k: after(W, a, b, q, k + 1), "too many"),
        (lambda W, a, b, q, k: after(W, a, b, q, 2 * k), "twice"),
        (own_law, "endless"),
        (lambda W, a, b, q, k: after(W, 0 * a, 0 * b, q, k), "biases are missing"),
        (lambda W, a, b, q, k: after(W, 0 * a, b, q, k), "visible units are missing"),
        (lambda W, a, b, q, k: after(W, a, 0 * b, q, k), "hidden units are missing"),
        (lambda W, a, b, q, k: after(W, a, b, q, k, 0.5), "0 or 1"),
        (lambda W, a, b, q, k: after(W, a, b, q, k, 2.0), "too large"),
        (slow_order, "fastest"),
        (lambda W, a, b, q, k: q, "has not moved"),
        (unnormalised, "add up to 1"),
        (lambda W, a, b, q, k: np.full_like(q, 1 / len(q)), "is right"),
    ],
    "6.2-c1": [
        (9.21, "variance 1/4"),
        (12.28, "C - D"),
        (3.07, "take D away"),
        (18.42, "half of it"),
        (16, "decimal"),
        (36.8, "two decimals"),
        (-36.84, "grows"),
        (1.0, "off-diagonal"),
    ],
    "6.2-c": [
        (lambda v: rates(v)[::-1], "largest first"),
        (lambda v: of(np.cov(v.T, bias=True)), "C alone"),
        (lambda v: of(v.T @ v / len(v)), "means off"),
        (lambda v: of(v.T @ v / len(v) - np.eye(v.shape[1])), "covariance"),
        (lambda v: of(np.cov(v.T, bias=True) - np.eye(v.shape[1])), "m²"),
        (lambda v: of(np.cov(v.T) - np.diag(1 - v.mean(axis=0) ** 2)), "one less"),
        (lambda v: of(np.corrcoef(v.T) - np.eye(v.shape[1])), "correlations"),
        (lambda v: rates(v) / 4, "1/4"),
        (lambda v: np.zeros(v.shape[1]), "is right"),
        (lambda v: [1.0], "rates"),
    ],
    "6.2-d1": [
        (0.3380, "root of t"),
        (0.6760, "x⁴/4"),
        (10.2491, "upside"),
        (1.0, "Gaussian"),
        (1.0820, "root of it"),
        (1.17, "four decimals"),
        (-1, "negative"),
        (2, "under the law"),
    ],
    "6.2-d": [
        (lambda n, m, s: chi(n, m, s) * n, "Divide by n"),
        (lambda n, m, s: chi(n, m, s) / n, "Times n"),
        (lambda n, m, s: 1 / (1 - s * s) if s != 1 else 0.0, "limit"),
        (lambda n, m, s: cascade.susceptibility(s, 1 / n, 1 / m), "expansion"),
        (without_binomials, "binomials"),
        (lambda n, m, s: 1.0, "is right"),
        (overflowing, "finite"),
    ],
}


class TestMachinesOfAnyUnits(Answers):
    PAGE, RIGHT, MISTAKES, FUNCTIONS = "6.2", RIGHT, MISTAKES, ("6.2-b", "6.2-c", "6.2-d")


def test_the_warm_up_is_the_law_of_a_machine():
    model = machine.machine([[math.log(2)]], units.binary(), units.poisson())
    assert np.exp(likelihood.log_probability(model, [[1.0]]))[0] == pytest.approx(page.COUNT)


def test_the_numbers_are_those_that_their_functions_give():
    t = math.tanh(1) ** 2
    assert t**8 > 0.01 > t**9
    top, bottom = (quad(lambda x, k=k: x**k * math.exp(-(x**4) / 12), 0, 12)[0] for k in (2, 0))
    assert top / bottom == pytest.approx(page.PEAK)
    assert 8 * math.log(100) == pytest.approx(page.GROWN)
