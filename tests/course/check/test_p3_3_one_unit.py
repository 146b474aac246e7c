"""The checks of page 3.3: right answers pass, typical mistakes are refused with the reason."""

from fractions import Fraction

import numpy as np
from checking import Answers


def by_weights(h, T):
    """Another way: the two weights, the larger one taken out."""
    x = np.array([h, -h]) / T
    weights = np.exp(x - x.max())
    return weights @ [1, -1] / weights.sum()


RIGHT = {
    "3.3-a": [np.tanh(0.5), 0.4621, [0.46212], np.array(0.4621)],
    "3.3-b": [lambda h, T: np.tanh(h / T), by_weights],
    "3.3-c": [1.8205, 2 / np.log(3), Fraction(18205, 10000)],
}
MISTAKES = {
    "3.3-a": [(np.tanh(2), "divide"), (0.7311, "probability"), (2.0, "at most 1"), (0.5, "formula")],
    "3.3-b": [
        (lambda h, T: np.tanh(h * T), "divide"),
        (lambda h, T: -np.tanh(h / T), "sign"),
        (lambda h, T: h / T, "weights"),
    ],
    "3.3-c": [(np.arctanh(0.5), "one over"), (1 / np.tanh(0.5), "turned round"), (1.0, "solve")],
}


class TestAnswers(Answers):
    PAGE, RIGHT, MISTAKES, FUNCTIONS = "3.3", RIGHT, MISTAKES, ("3.3-b",)
