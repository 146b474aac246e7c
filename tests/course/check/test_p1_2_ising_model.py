"""The exercise checks of page 1.2: right answers pass, typical mistakes are refused with the reason."""

import math

import numpy as np
from checking import Answers
from scipy.special import expit


def agreement(x):
    """Probability that four spins on a ring agree, from all sixteen of their states; x is 4 J / T."""
    states = np.array(np.meshgrid(*[[-1, 1]] * 4)).reshape(4, -1).T
    weights = np.exp(x / 4 * (states * np.roll(states, 1, axis=1)).sum(axis=1))
    return weights[abs(states.sum(axis=1)) == 4].sum() / weights.sum()


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


# A spin that points down, with three neighbours up and one down.
BESIDE = np.array([[1, 1, 1], [1, -1, 1], [1, -1, 1]])

RIGHT_ANSWERS = {
    "1.2-a": [agreement(4 / 3), 0.377, 0.3772, np.float32(0.3772)],
    "1.2-b1": [right_cost(BESIDE, 1, 1, 0.7, 0.4), -3.6],
    "1.2-b": [right_cost],
    "1.2-c1": [expit(2 * 2 / 2.5), 0.832, 0.8320],
    "1.2-c": [lambda f, T: expit(2 * f / T), lambda f, T: (1 + np.tanh(f / T)) / 2],
    "1.2-d1": [0.6 * math.exp(-2), 0.0812, 0.081],
    "1.2-d": [
        lambda x: (1 + np.exp(2 * x)) ** -0.5,
        lambda x: (1 + np.exp(5 * x)) ** -0.2,
        lambda x: 0.25 * np.exp(-x / 2) / np.cosh(x),
    ],
}

# Each typical mistake, with a word that its answer must contain.
MISTAKES = {
    "1.2-a": [
        (agreement(8 / 3), "twice"),
        (agreement(4 / 3) / 2, "all down"),
        (agreement(4), "temperature is missing"),
        (agreement(12), "not -E T"),
        (agreement(-4 / 3), "sign"),
        (agreement(2 / 3), "four bonds"),
        (1 / (1 + 6 * np.exp(-4 / 3)), "E = +4 are missing"),
        (0.125, "weighted"),
        (2 * np.exp(4 / 3), "sum of all sixteen"),
        (37.73, "per cent"),
        (0.37, "three decimals"),
        (1.7, "between 0 and 1"),
        (-0.1, "between 0 and 1"),
        (0.5, "how many"),
        (float("nan"), "finite"),
        ("a few", "single number"),
        ([0.3772, 0.4], "single number"),
        (0.3772 + 0.2j, "complex"),
    ],
    "1.2-b1": [
        (3.6, "turned round"),
        (changed(both=0.5)(BESIDE, 1, 1, 0.7, 0.4), "after the flip"),
        (1.8, "before the flip"),
        (changed(both=2)(BESIDE, 1, 1, 0.7, 0.4), "twice too much"),
        (changed(field=0)(BESIDE, 1, 1, 0.7, 0.4), "field is missing"),
        (changed(field=0.5)(BESIDE, 1, 1, 0.7, 0.4), "field's part goes"),
        (changed(pair=0.5)(BESIDE, 1, 1, 0.7, 0.4), "a bond goes"),
        (changed(field=-1)(BESIDE, 1, 1, 0.7, 0.4), "wrong sign"),
        (right_cost(BESIDE, 1, 1, 1.0, 0.4), "coupling is missing"),
        (-2 * (0.7 * 3 + 0.4), "counts as -1"),
        (-2 * (0.7 * 4 + 0.4), "with their signs"),
        (-3.58, "exactly"),
        (0, "four bonds"),
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
        (lambda s, i, j, J, h: s[0][0][0], "your function stopped with IndexError"),
        (lambda s, i, j, J, h: s[i, j / 1], "your function stopped with IndexError"),
        (lambda s, i, j, J, h: s[i + 99, j], "called with (an array of shape (4, 4), 0, 0, 1, 0)"),
        (flips_for_real, "changed the spins"),
        (0.5, "a function is wanted"),
        (lambda s: 0.0, "TypeError"),
    ],
    "1.2-c1": [
        (expit(0.8), "2 is missing"),
        (expit(2.4), "3 - 1"),
        (expit(3.2), "cancel"),
        (expit(0.4), "not their mean"),
        (expit(-1.6), "to be down"),
        (expit(10), "divided by it"),
        (np.tanh(0.8), "mean of the spin"),
        (np.exp(0.8), "a weight"),
        (np.exp(-1.6), "ratio of the two"),
        (0.75, "temperature come in"),
        (83.2, "per cent"),
        (0.84, "three decimals"),
        (-0.3, "between 0 and 1"),
        (1.3, "between 0 and 1"),
        (0.55, "two weights"),
    ],
    "1.2-c": [
        (lambda f, T: expit(f / T), "2 is missing"),
        (lambda f, T: expit(-2 * f / T), "to be down"),
        (lambda f, T: expit(2 * f * T), "divided by it"),
        (lambda f, T: np.tanh(f / T), "mean of the spin"),
        (lambda f, T: min(1.0, np.exp(2 * f / T)), "Metropolis"),
        (lambda f, T: np.exp(f / T), "sum of the two weights"),
        (lambda f, T: np.exp(f / T) / (np.exp(f / T) + np.exp(-f / T)), "larger exponential"),
        (lambda f, T: math.exp(f / T) / (math.exp(f / T) + math.exp(-f / T)), "larger exponential"),
        (lambda f, T: 1 / (1 + math.exp(-2 * f / T)), "grew too large"),
        (lambda f, T: float(f > 0), "equally likely"),
        (lambda f, T: 0.5 + 0.1 * f**2, "exchange up and down"),
        (lambda f, T: expit(3 * f / T), "e^(b/T)"),
    ],
    "1.2-d1": [
        (0.6 * math.exp(2), "above one"),
        (math.exp(-2), "Metropolis"),
        (0.4, "add up to one"),
        (expit(-2), "heat bath"),
        (0.6, "infinite temperature"),
        (0.6 * math.exp(-4), "doubled"),
        (8.12, "per cent"),
        (0.083, "three decimals"),
        (-0.1, "between 0 and 1"),
        (1.3, "between 0 and 1"),
        (0.3, "fixes the ratio"),
    ],
    "1.2-d": [
        (lambda x: min(1.0, np.exp(-x)), "that is Metropolis"),
        (lambda x: expit(-x), "that is the heat bath"),
        (lambda x: 0.5 * min(1.0, np.exp(-x)), "that is 0.5 of Metropolis:"),
        (lambda x: 0.9 * expit(-x), "that is 0.9 of the heat bath:"),
        (lambda x: 0.3 * min(1.0, np.exp(-x)) + 0.7 * expit(-x), "plus"),
        (lambda x: np.exp(-x / 2), "between 0 and 1"),
        (lambda x: 0.5, "detailed balance"),
        (lambda x: np.exp(-max(x, 0) / 2), "detailed balance"),
        (lambda x: 0.0, "never flips"),
        (lambda x: float(x <= 0), "never flips"),
        (lambda x: np.exp(-x / 2) / 21, "between 0 and 1"),
        (lambda x: np.exp(-x / 2) / 1e9, "between 0 and 1"),
        (lambda x: np.exp(-x / 2) / 1e100, "between 0 and 1"),
        (lambda x: (1 + np.exp(2 * x)) ** -0.5 if x > -20 else {}["x"], "called with (-25) your function stopped"),
    ],
}


class TestIsingModel(Answers):
    PAGE, RIGHT, MISTAKES, FUNCTIONS = "1.2", RIGHT_ANSWERS, MISTAKES, ("1.2-b", "1.2-c", "1.2-d")
