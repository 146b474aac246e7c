"""Checks of the exercises of page 4.3, Sparse codes and energy-based learning."""

import math

from scipy.optimize import brentq

from .answers import call, number, numbers, refuse
from .declared import Choice, Numbers, Option, above, at, below, case, otherwise

HOW_SPARSE = Numbers(
    "a number",
    right=at(0.2, 1e-6, "a half squared over five quarters: a fifth, though a quarter of the cells fire."),
    turns=[
        at(0.8, 1e-6, "that is 1 - a, or the average over the two that fire alone. Average over all eight."),
        at(0.9142857, 1e-3, "that is Vinje and Gallant's S = (1 - a) / (1 - 1/8)."),
        at(0.25, 1e-6, "that is the share that fires. They fire unequally, and a is less than that."),
        at(5, 1e-6, "that is upside down."),
        at(1.6, 1e-6, "that has sums in place of means: divide by eight once more."),
        at(0.5, 1e-6, "that is the mean rate."),
        at(1.25, 1e-6, "that is the mean of the squares."),
    ],
    rest=[
        at(0.2, 0.05, "close, but it is a plain fraction: do it exactly."),
        case(below(0.125), "no eight rates have an a below 1/8, which is a single cell."),
        case(above(1), "a is never above 1."),
        otherwise("the rates add up to 4 and their squares to 10. What are the means over eight?"),
    ],
)

J_HALF = math.log(5) / 4

COUPLING_AT_HALF = Numbers(
    "a coupling",
    right=at(J_HALF, 6e-5, "a quarter of ln 5."),
    turns=[
        at(math.atanh(0.5), 6e-5, "that is for two spins alone. The third one helps: it takes less."),
        at(math.log(5), 6e-5, "the two kinds of states differ in energy by 4 J: divide by 4."),
        at(math.log(5) / 2, 6e-5, "the energies are -3 J and +J: they differ by 4 J, not by 2 J."),
        at(math.log(5) / 8, 6e-5, "each pair counts once in the energy."),
        at(-J_HALF, 6e-5, "the sign: spins that agree have a positive coupling."),
        at(math.log(5 / 3) / 4, 6e-5, "there are six states of the one kind and two of the other: a factor of 3."),
        at(math.log(15) / 4, 6e-5, "there are six states of the one kind and two of the other: a factor of 3."),
        at(
            0.5,
            6e-5,
            "that is c itself, or what mean field says, from the inverse of the covariances. Count states instead.",
        ),
    ],
    rest=[
        at(J_HALF, 6e-3, "close, but not to four decimals."),
        case(below(0), "spins that agree more often than not have a positive coupling."),
        otherwise("all three are equal with the probability 5/8. What is the ratio of Boltzmann weights for that?"),
    ],
)


def coupling(answer) -> str:
    """4.3-b: the coupling of three spins whose pairs are alike."""
    for c in (0.5, 0.2, -0.2, 0.9, 0.0, -0.33, 0.999):
        J, right = number(call(answer, c), "a coupling"), _coupling(c)
        if abs(J - right) <= 1e-9 * max(1, abs(right)):
            continue
        turns = [
            (math.atanh(c), "that is for two spins alone."),
            (4 * right, "the two kinds of states differ in energy by 4 J: divide by 4."),
            (2 * right, "the two kinds of states differ in energy by 4 J, not by 2 J."),
            (right / 2, "each pair counts once in the energy."),
            (-right, "the sign: spins that agree have a positive coupling."),
            (right + math.log(3) / 4, "six states are of the one kind and two of the other: a factor of 3."),
            (right - math.log(3) / 4, "six states are of the one kind and two of the other: a factor of 3."),
        ]
        why = next((why for wrong, why in turns if abs(J - wrong) < 1e-9), "Is w / (1 - w) = exp(4 J) / 3?")
        refuse(f"for c = {c:g} it says {J:.8g}, and {right:.8g} is right. {why}")
    return "a quarter of ln((1 + 3c) / (1 - c)), which is finite between -1/3 and 1, and nowhere else."


def _coupling(c: float) -> float:
    return math.log((1 + 3 * c) / (1 - c)) / 4


NO_FIT = Choice(
    [
        Option(
            "The first set.",
            "three states are missing there, but each pair shows 11 (in 111), and nothing forces any state out.",
        ),
        Option(
            "The second.",
            "there the pairs know nothing of each other, and independent units have the same averages: J = 0.",
        ),
        Option(
            "The third.",
            "turn the first unit round, and the three are never all equal: no law with these averages has 100 or 011.",
            right=True,
        ),
        Option(
            "The last.",
            "a pairwise law gives 111 some probability there, and has the same averages nevertheless.",
        ),
    ]
)

X = brentq(lambda x: x * math.tanh(x / 2) - 2, 1, 4, xtol=1e-14)
C_PEAK = (X * X - 4) / 4
T_RARE = math.log(49) / X

PEAK_OF_RARE = Numbers(
    "a temperature",
    right=at(T_RARE, 6e-4, "ln 49 over 2.39936."),
    turns=[
        at(math.log(49), 6e-3, "that is the distance of the two levels. Divide it by 2.39936."),
        at(math.log(50) / X, 6e-4, "the distance is ln of (1 - p) / p, and 1 - p is 0.98."),
        at(X / math.log(49), 6e-4, "that is upside down: T is the distance over x."),
        at(math.log(49) / 2, 6e-3, "x tanh(x/2) = 2 has not the solution 2."),
        at(X, 6e-4, "that is x, the distance in units of T."),
        at(C_PEAK, 6e-4, "that is the height of the peak."),
        at(-T_RARE, 6e-4, "a temperature is not negative: take the size of the distance."),
        at(math.log10(49) / X, 6e-4, "the logarithm is the natural one."),
    ],
    rest=[
        case(below(0), "a temperature is not negative."),
        at(T_RARE, 6e-2, "close, but not to three decimals."),
        otherwise("how far apart are the two levels of a unit that is on with p = 0.02, and at which x is the peak?"),
    ],
)


def schottky(answer) -> str:
    """4.3-d: where the heat capacity of independent units has its peak."""
    for p in (0.02, 0.1, 0.3, 0.001, 0.9, 0.499):
        T, c = numbers(call(answer, p), 2, "the temperature and the height")
        distance = abs(math.log(p / (1 - p)))
        right = distance / X
        if abs(T - right) <= 2e-5 * right and abs(c - C_PEAK) <= 2e-5:
            continue
        pairs = [
            ((C_PEAK, right), "the temperature first, and then the height."),
            ((-right, C_PEAK), "a temperature is not negative: above ½ the lower level is the other one."),
            ((distance, C_PEAK), "that is the distance of the levels. Divide it by x."),
            ((1 / right, C_PEAK), "that is upside down: T is the distance over x."),
            ((right, X * X / 4), "the height has cosh²(x/2) below the line."),
            ((right, 4 * C_PEAK), "the height is (x² - 4) / 4."),
        ]
        for wrong, why in pairs:
            if abs(T - wrong[0]) <= 2e-5 * abs(wrong[0]) and abs(c - wrong[1]) <= 2e-5:
                refuse(why)
        if abs(T - right) <= 2e-3 * right and abs(c - C_PEAK) <= 2e-3:
            refuse(f"for p = {p:g} it is close, but not to five digits. Solve for x, and do not read it off.")
        refuse(f"for p = {p:g} it says {T:.6g} and {c:.6g}, and {right:.6g} and {C_PEAK:.6g} is right.")
    return "one height for all of them, and a temperature that goes with ln((1 - p) / p)."


EXERCISES = {
    "a": HOW_SPARSE,
    "b1": COUPLING_AT_HALF,
    "b": coupling,
    "c": NO_FIT,
    "d1": PEAK_OF_RARE,
    "d": schottky,
}
