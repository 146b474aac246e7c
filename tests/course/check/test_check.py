"""The exercise checks: right answers pass, typical mistakes are refused with the reason, and nothing ever raises."""

import numpy as np
import pytest
from checking import Answers
from scipy.special import expit

from spinlearn.course.check import NOT_YET, check

T = 2.0


def right_cost(spins, row, column, J, h):
    rows, columns = spins.shape
    beside = [(row - 1, column), ((row + 1) % rows, column), (row, column - 1), (row, (column + 1) % columns)]
    return 2 * int(spins[row, column]) * (J * sum(int(spins[site]) for site in beside) + h)


def changed(pair=1.0, field=1.0, both=1.0):
    """The cost of a flip with its two parts multiplied by wrong factors."""

    def cost(spins, row, column, J, h):
        alone = 2 * int(spins[row, column]) * h
        return both * (pair * (right_cost(spins, row, column, J, h) - alone) + field * alone)

    return cost


def walks_off_the_edge(spins, row, column, J, h):
    beside = spins[row - 1, column] + spins[row + 1, column] + spins[row, column - 1] + spins[row, column + 1]
    return 2 * spins[row, column] * (J * beside + h)


def flips_for_real(spins, row, column, J, h):
    cost = right_cost(spins, row, column, J, h)
    spins[row, column] *= -1
    return cost


RIGHT_ANSWERS = {
    "1.2-a": [np.exp(2) / (np.exp(2) + 6 + np.exp(-2)), 0.546, np.float32(0.5464)],
    "1.2-b": [right_cost],
    "1.2-c": [lambda f, T: expit(2 * f / T), lambda f, T: (1 + np.tanh(f / T)) / 2],
    "1.2-d": [
        lambda x: (1 + np.exp(2 * x)) ** -0.5,
        lambda x: (1 + np.exp(5 * x)) ** -0.2,
        lambda x: 0.25 * np.exp(-x / 2) / np.cosh(x),
    ],
}

# Each typical mistake, with a word that its answer must contain.
MISTAKES = {
    "1.2-a": [
        (np.exp(4) / (np.exp(4) + 6 + np.exp(-4)), "twice"),
        (np.exp(2) / (2 * np.exp(2) + 12 + 2 * np.exp(-2)), "all down"),
        (np.exp(8) / (np.exp(8) + 6 + np.exp(-8)), "-E / T"),
        (np.exp(-2) / (np.exp(2) + 6 + np.exp(-2)), "sign"),
        (0.125, "weighted"),
        (2 * np.exp(2), "sum of all sixteen"),
        (1.7, "between 0 and 1"),
        (0.5, "how many"),
        (float("nan"), "finite"),
        ("a half", "single number"),
        ([0.5464, 0.4], "single number"),
    ],
    "1.2-b": [
        (changed(both=0.5), "All costs are half"),
        (changed(both=2), "twice too large"),
        (changed(both=-1), "sign"),
        (changed(field=0), "field is missing"),
        (changed(field=0.5), "field's part is half"),
        (changed(pair=0.5), "bonds' part is half"),
        (changed(field=-1), "sign of the field"),
        (lambda s, i, j, J, h: right_cost(s, i, j, 1.0, h), "J and h included"),
        (lambda s, i, j, J, h: right_cost(s, i, j, J, h) + 1, "Write both energies down"),
        (walks_off_the_edge, "modulo"),
        (flips_for_real, "changed the spins"),
        (0.5, "a function is wanted"),
        (lambda s: 0.0, "TypeError"),
    ],
    "1.2-c": [
        (lambda f, T: expit(f / T), "2 is missing"),
        (lambda f, T: expit(-2 * f / T), "to be down"),
        (lambda f, T: expit(2 * f * T), "divided by it"),
        (lambda f, T: np.tanh(f / T), "mean of the spin"),
        (lambda f, T: min(1.0, np.exp(2 * f / T)), "Metropolis"),
        (lambda f, T: np.exp(f / T), "sum of the two weights"),
        (lambda f, T: np.exp(f / T) / (np.exp(f / T) + np.exp(-f / T)), "larger exponential"),
        (lambda f, T: float(f > 0), "equally likely"),
        (lambda f, T: 0.5 + 0.1 * f**2, "exchange up and down"),
        (lambda f, T: expit(3 * f / T), "e^(b/T)"),
    ],
    "1.2-d": [
        (lambda x: min(1.0, np.exp(-x)), "that is Metropolis"),
        (lambda x: expit(-x), "that is the heat bath"),
        (lambda x: 0.5 * min(1.0, np.exp(-x)), "plus"),
        (lambda x: 0.3 * min(1.0, np.exp(-x)) + 0.7 * expit(-x), "plus"),
        (lambda x: np.exp(-x / 2), "between 0 and 1"),
        (lambda x: 0.5, "detailed balance"),
        (lambda x: np.exp(-max(x, 0) / 2), "detailed balance"),
        (lambda x: 0.0, "never flips"),
        (lambda x: float(x <= 0), "never flips"),
    ],
}


class TestIsingModel(Answers):
    PAGE, RIGHT, MISTAKES, FUNCTIONS = "1.2", RIGHT_ANSWERS, MISTAKES, ("1.2-b", "1.2-c", "1.2-d")


@pytest.mark.parametrize("exercise", ["1.2-z", "99", "", None, 3.7])
def test_an_unknown_exercise_is_named_and_the_known_ones_listed(exercise):
    verdict = check(exercise, 1.0)
    assert verdict.status == NOT_YET
    assert "1.2-a" in verdict.reason


def test_a_verdict_prints_as_one_line():
    assert repr(check("1.2-a", 0.546)).startswith("✓ right: ")
    assert "\n" not in repr(check("1.2-a", 3))
