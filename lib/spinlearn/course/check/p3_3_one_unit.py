"""Checks of the exercises of page 3.3, The equation of state of one unit."""

import numpy as np

from .answers import call, number, refuse
from .declared import Numbers, above, at, case, otherwise

MAGNETISATION = Numbers(
    "a magnetisation",
    right=at(np.tanh(0.5), 6e-5, "the spin follows its field less than half of the way."),
    turns=[
        at(np.tanh(2), 6e-5, "that is tanh(h T). Heat weakens the answer: divide by the temperature."),
        at((1 + np.tanh(0.5)) / 2, 6e-5, "that is the probability to be up. The mean of s is that of up minus down."),
    ],
    rest=[case(above(1), "a magnetisation is at most 1."), otherwise("put h = 1 and T = 2 into the formula.")],
)

TEMPERATURE = Numbers(
    "a temperature",
    right=at(1 / np.arctanh(0.5), 6e-5, "2 / ln 3: the tanh has been turned round."),
    turns=[
        at(np.arctanh(0.5), 6e-5, "that is h / T. The temperature is one over it."),
        at(1 / np.tanh(0.5), 6e-5, "the tanh has to be turned round: h / T = artanh(m)."),
    ],
    rest=[otherwise("solve m = tanh(h / T) for T, and put m = 1/2 and h = 1.")],
)


def response(answer) -> str:
    """3.3-b: the magnetisation of one spin."""
    for h, T in [(0.3, 1.0), (-0.7, 2.0), (1.5, 0.5), (0.0, 1.0), (1e4, 1.0), (-1e4, 1.0)]:
        came, right = number(call(answer, h, T), "a magnetisation"), np.tanh(h / T)
        if abs(came - right) < 1e-9:
            continue
        if abs(came - np.tanh(h * T)) < 1e-9:
            refuse("that is tanh(h T). Heat weakens the answer: divide by the temperature.")
        if abs(came + right) < 1e-9:
            refuse("the sign is turned round: a spin follows its field.")
        refuse(f"for h = {h:g} and T = {T:g} it says {came:.6g}, but the two weights give {right:.6g}.")
    return "right for weak fields, for strong ones, and for none."


EXERCISES = {"a": MAGNETISATION, "b": response, "c": TEMPERATURE}
