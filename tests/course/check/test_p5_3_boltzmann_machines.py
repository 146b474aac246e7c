"""Exercises of page 5.3: right answers pass, typical mistakes are refused with the reason."""

import math

import numpy as np
import pytest
from checking import Answers

from spinlearn import exact
from spinlearn.course.check import p5_3_boltzmann_machines as machines
from spinlearn.dense import boltzmann, learning, work


def phases(J, h, hidden, q):
    s = exact.states(len(h)).astype(float)
    weight = np.exp(((s @ J) * s).sum(axis=1) / 2 + s @ h)
    free = weight / weight.sum()
    table = free.reshape(2**hidden, -1)
    return s, (table / table.sum(axis=0) * q).ravel(), free


def off(matrix):
    return matrix - np.diag(np.diag(matrix))


def difference(J, h, hidden, q):
    s, held, free = phases(J, h, hidden, q)
    return off(s.T @ ((held - free)[:, None] * s))


def by_finite_differences(J, h, hidden, q):
    """To sixth order, so that it is right to nine digits."""
    model, out = boltzmann.machine(J, h=h, hidden=hidden), np.zeros_like(J)
    step, weights = 1e-2, {1: 3 / 4, 2: -3 / 20, 3: 1 / 60}
    for i in range(len(h)):
        for j in range(i):
            for k, weight in weights.items():
                for sign in (1, -1):
                    moved = J.copy()
                    moved[i, j] += sign * k * step
                    moved[j, i] = moved[i, j]
                    out[i, j] += sign * weight / step * learning.log_likelihood(model._replace(J=moved), q)
            out[j, i] = out[i, j]
    return out


def held_at_coins(J, h, hidden, q):
    s, _, free = phases(J, h, hidden, q)
    coins = np.tile(q, 2**hidden) / 2**hidden
    return off(s.T @ ((coins - free)[:, None] * s))


def one_phase(which):
    def function(J, h, hidden, q):
        s, held, free = phases(J, h, hidden, q)
        return off(s.T @ ((held if which else free)[:, None] * s))

    return function


def with_its_diagonal(J, h, hidden, q):
    return difference(J, h, hidden, q) + np.eye(len(h))


def without_the_half(J, h, hidden, q):
    return difference(2 * J, 2 * h, hidden, q)


def slow_order(J, h, hidden, q):
    n = len(h) - hidden
    return difference(J, h, hidden, q.reshape((2,) * n).transpose(range(n)[::-1]).ravel())


def left_behind(w1, w2, c):
    s1, s2 = np.array([1, 1, -1, -1]), np.array([1, -1, 1, -1])
    f = np.logaddexp(w1 * s1 + w2 * s2 + c, -(w1 * s1 + w2 * s2 + c))
    return (f * s1).mean(), (f * s2).mean(), (f * s1 * s2).mean()


def times(factor):
    return lambda *given: tuple(factor * one for one in left_behind(*given))


def free_energy(w):
    x = np.exp(-(w - w.min()))
    return w.min() - np.log(x.mean()), x.std(ddof=1) / np.sqrt(len(w)) / x.mean()


def with_error(change):
    def function(w):
        return change(w), free_energy(w)[1]

    return function


def with_change(error):
    def function(w):
        return free_energy(w)[0], error(w)

    return function


def overflowing(w):
    with np.errstate(all="ignore"):
        x = np.exp(-w)
        return -np.log(x.mean()), x.std(ddof=1) / np.sqrt(len(w)) / x.mean()


def scaled(w):
    return np.exp(-(w - w.min()))


RIGHT = {
    "5.3-a": [0.6502, (1 + math.e) / (3 + math.e), [0.65020], "(1 + e)/(3 + e)"],
    "5.3-b1": [(0.4621, 0), (math.tanh(0.5), 0.0), np.array([0.46212, 0.0]), "0.4621; 0"],
    "5.3-b": [difference, by_finite_differences, lambda *given: difference(*given).tolist()],
    "5.3-c1": [0.6625, math.log(math.cosh(2)) / 2],
    "5.3-c": [left_behind, lambda *given: np.array(left_behind(*given))],
    "5.3-d1": [3, 3.0, "5 - 4/2"],
    "5.3-d": [free_energy, lambda w: (work.estimate(w).change, work.estimate(w).error)],
}
MISTAKES = {
    "5.3-a": [
        (0.5, "no such symmetry"),
        (0.7311, "while the other"),
        (0.8808, "neighbour is up"),
        (0.6225, "one half"),
        (0.4754, "may be 1 alone"),
        (0.65, "four decimals"),
        (-0.1, "negative"),
        (1.2, "at most 1"),
        (0.9, "weights 1, 1, 1"),
    ],
    "5.3-b1": [
        ((0.4621, 0.4621), "Take away"),
        ((0.4621, -0.4621), "There is a positive"),
        ((-0.4621, 0), "sign"),
        ((0, 0.4621), "first the bias"),
        ((1, 0), "visible spin"),
        ((0, 0), "has a mean"),
        ((0.6225, 0), "tanh"),
        ((0.7616, 0), "mean tanh w"),
        ((0.46, 0), "four decimals"),
        ((0.3, 0.2), "Negative phase"),
    ],
    "5.3-b": [
        (lambda *given: -difference(*given), "sign"),
        (with_its_diagonal, "diagonal"),
        (lambda *given: 2 * difference(*given), "twice"),
        (lambda *given: difference(*given) / 2, "half of it"),
        (one_phase(True), "positive phase alone"),
        (one_phase(False), "negative phase alone"),
        (held_at_coins, "coins"),
        (lambda *given: np.triu(difference(*given)), "symmetric"),
        (slow_order, "fastest"),
        (without_the_half, "counts each pair twice"),
        (lambda J, h, hidden, q: np.zeros_like(J), "add up"),
        (lambda J, h, hidden, q: np.zeros(3), "entries of the matrix"),
    ],
    "5.3-c1": [
        (1.325, "twice"),
        (0.33125, "half of it"),
        (1, "second order"),
        (1.0091, "taken away"),
        (0.4338, "not 1"),
        (0.66, "four decimals"),
        (-0.6625, "equal spins"),
        (5, "average"),
    ],
    "5.3-c": [
        (times(2), "twice"),
        (times(4), "sum"),
        (times(0.5), "half"),
        (lambda *given: np.array(left_behind(*given))[[2, 0, 1]], "first the two"),
        (lambda *given: np.array(left_behind(*given))[[1, 0, 2]], "changed places"),
        (times(-1), "sign"),
        (lambda w1, w2, c: (0, 0, w1 * w2), "first order"),
        (lambda w1, w2, c: (0, 0, 0), "average over"),
    ],
    "5.3-d1": [
        (5, "mean work"),
        (1, "half of the variance"),
        (7, "below"),
        (4, "variance is 4"),
        (-3, "sign"),
        (0.0498, "minus its logarithm"),
        (6, "not above"),
        (2.5, "exp"),
    ],
    "5.3-d": [
        (with_error(np.mean), "mean work"),
        (with_error(lambda w: w.mean() - w.var(ddof=1) / 2), "Gaussian"),
        (with_error(lambda w: -free_energy(w)[0]), "sign"),
        (with_error(lambda w: free_energy(w)[0] - w.min()), "come back"),
        (with_error(lambda w: free_energy(w)[0] - math.log(len(w))), "Divide it"),
        (with_change(lambda w: free_energy(w)[1] * math.sqrt(len(w))), "root of n"),
        (with_change(lambda w: free_energy(w)[1] * math.sqrt((len(w) - 1) / len(w))), "n - 1"),
        (with_change(lambda w: w.std(ddof=1) / math.sqrt(len(w))), "mean of w"),
        (with_change(lambda w: scaled(w).std(ddof=1) / math.sqrt(len(w))), "divide by the mean"),
        (with_change(lambda w: free_energy(w)[1] ** 2), "square"),
        (lambda w: (0.0, 0.0), "it says"),
        (overflowing, "finite"),
    ],
}


class TestBoltzmannMachines(Answers):
    PAGE, RIGHT, MISTAKES, FUNCTIONS = "5.3", RIGHT, MISTAKES, ("5.3-b", "5.3-c", "5.3-d")


def test_a_hidden_spin_leaves_the_law_of_a_pair():
    for w1, w2, c in machines._HIDDEN[:-1]:
        hidden = boltzmann.machine([[0, 0, w1], [0, 0, w2], [w1, w2, 0]], h=[0, 0, c], hidden=1)
        h1, h2, J = machines._left(w1, w2, c)
        np.testing.assert_allclose(
            boltzmann.visible_law(hidden), boltzmann.law(boltzmann.machine([[0, J], [J, 0]], h=[h1, h2])), atol=1e-13
        )


def test_the_numbers_of_the_warm_up_are_those_of_a_machine():
    p = boltzmann.law(boltzmann.machine([[0, 1], [1, 0]], alphabet="binary"))
    assert p[1] + p[3] == pytest.approx(machines.BOTH)
    slope = learning.gradient(boltzmann.machine([[0, 0.5], [0.5, 0]], hidden=1), [0.0, 1.0])
    assert slope.h[1] == pytest.approx(machines.HALF)
    assert slope.J[0, 1] == pytest.approx(0, abs=1e-14)
