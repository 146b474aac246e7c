"""Checks of the exercises of page 2.1, Deriving the mean field."""

import math

import numpy as np
from scipy.optimize import brentq

from ...meanfield import branches, curie_weiss, free_energy
from ...meanfield import magnetisation as stable
from .answers import NotYetError, call, number, overflowed, refuse
from .declared import IN_J, Numbers, above, at, below, case, otherwise

DIAGONALS = Numbers(
    "a temperature",
    right=at(6, 1e-6, "4 J + 4 J' = 6: all that counts is the sum of a spin's couplings, however many share it."),
    turns=[
        at(4, 1e-6, "that is the square lattice without its diagonals."),
        at(8, 1e-6, "the four diagonal bonds have only half of the strength of the others."),
        at(12, 1e-6, "every bond has been counted twice, once from each end. In b_i each neighbour of i stands once."),
        at(3, 1e-6, "half of it is missing. A bond has two ends, but it acts in full on the spin at either of them."),
        at(5, 1e-6, "there are four diagonal neighbours, not two."),
        at(1.5, 1e-6, "a spin has four neighbours of each kind."),
        at(0.75, 1e-6, "that is the mean coupling of a neighbour. The field is a sum over all neighbours."),
        at(1 / 6, 1e-3, "that is the inverse temperature."),
    ],
    rest=[
        case((None, 0.0), "a temperature is above zero."),
        otherwise("that is not it. Put m for each of the eight neighbours of a spin: which field does it feel?"),
    ],
    units=IN_J,
)


# Exercise b, first: the three solutions at T = 0.5, h = -0.1, worked out by a change of sign.
WANTED, AGAINST, BETWEEN = -0.9730157, 0.9302972, 0.2028532

BRANCH = Numbers(
    "a magnetisation",
    right=at(WANTED, 6e-4, f"{WANTED:.4f}: along the field, and of the three the one with the lowest free energy."),
    turns=[
        at(AGAINST, 6e-4, "that is the metastable solution, against the field. The free energy has -h m in it."),
        at(BETWEEN, 6e-4, "that is the unstable solution, a maximum of the free energy."),
        at(-WANTED, 6e-4, "that is the answer to the field turned round. What does h = -0.1 favour?"),
        at(-0.9575040, 6e-4, "that is the solution without the field."),
        at(0.9575040, 6e-4, "that is the solution without the field, and the other way round."),
        at(math.tanh(-0.2), 6e-4, "that is a spin alone, tanh(h / T). It hears the others, too: m + h, divided by T."),
        at(math.tanh(-2.2), 6e-4, "that is the first answer if all are down. Hear it, and answer again."),
        at(-1, 1e-9, "not all are down: put -1 into tanh((m + h) / T), and go on from there."),
    ],
    rest=[
        case(below(-1), "a magnetisation lies between -1 and 1."),
        case(above(1), "a magnetisation lies between -1 and 1."),
        at(WANTED, 6e-3, "close, but not to three decimals. Go on until three decimals stay."),
        case(above(0), "the wanted solution has the sign of the field."),
        otherwise("that is not it. Start at m = -1, answer tanh((m - 0.1) / 0.5), and put each answer in again."),
    ],
)


def _three_spins(outer: float, inner: float) -> float:
    """Mean of |m| if the levels M = 3 and M = 1 have these weights."""
    return (outer + inner / 3) / (outer + inner)


# Exercise c, first: three spins at Tc; with M = ±3 in one way each and M = ±1 in three.
THREE = _three_spins(math.exp(3 / 2), 3 * math.exp(1 / 6))

THREE_SPINS = Numbers(
    "the mean of |m|",
    right=at(THREE, 6e-4, f"{THREE:.4f}, where mean field, for very many spins, says 0."),
    turns=[
        at(_three_spins(math.exp(3 / 2), math.exp(1 / 6)), 6e-4, "M = ±1 can be had in three ways each."),
        at(_three_spins(math.exp(3), 3 * math.exp(1 / 3)), 6e-4, "the half is missing: M^2 has each pair twice."),
        at(_three_spins(math.exp(9 / 2), 3 * math.exp(1 / 2)), 6e-4, "each pair is coupled with 1 / N, here 1/3."),
        at(_three_spins(1, 3), 6e-4, "the energy is missing: that is infinite temperature."),
        at(_three_spins(math.exp(-3 / 2), 3 * math.exp(-1 / 6)), 6e-4, "agreeing spins have less energy, not more."),
        at(3 * THREE, 2e-3, "that is the mean of |M|; divide by 3."),
        at(0.6074776, 6e-4, "that is the mean of m squared."),
        at(0.6074776**0.5, 6e-4, "that is the root of the mean of m squared, not the mean of |m|."),
        at(0, 1e-9, "the mean of m is 0; the mean of |m| is wanted."),
    ],
    rest=[
        at(THREE, 6e-3, "close, but not to three decimals."),
        otherwise(
            "that is not it. The levels are M = -3, -1, 1, 3. In how many ways, and with which exp(-H / T), each?"
        ),
    ],
)

FREE_UNITS = Numbers(
    "a temperature",
    right=at(2 / 3, 6e-4, "2/3: a unit that may be silent hears less of its like."),
    turns=[
        at(1, 1e-6, "that is the spin with two states. Here s can be 0 as well."),
        at(1 / 3, 6e-4, "two of the three states are active, +1 and -1, and both have s^2 = 1."),
        at(3 / 2, 1e-6, "that is the inverse temperature."),
        at(1 / 2, 1e-6, "three states that cost the same are equally likely, not silent half of the time."),
        at(0, 1e-9, "the mean of s is zero, but its mean square is not. The slope at m = 0 is <s^2> / T."),
    ],
    rest=[
        case((None, 0.0), "a temperature is above zero."),
        at(2 / 3, 6e-3, "close, but it is a fraction: give that, or three decimals."),
        otherwise(
            "that is not it. The slope of the answer at m = 0 is <s^2> / T, with <s^2> in no field. Where is it 1?"
        ),
    ],
    units=("zJ",),
)

_POINTS = (
    (0.5, 0.0), (0.9, 0.0), (0.05, 0.0), (1.0, 0.0), (1.3, 0.0), (0.7, 0.02), (0.7, -0.02), (0.7, -0.6),
    (2.0, -0.4), (1.0, 0.1), (0.999, 0.0), (0.999, -0.01), (0.98, 1e-4), (0.3, -0.01), (1.02, 0.0),
)  # fmt: skip
# All solutions at these points, and what comes out if m is divided by T twice. Worked out here, before the time of an
# answer begins to run: the first time on a machine, the library's functions are compiled.
_SOLUTIONS = [(branches(T, h=h), float(stable(T * T, h=h * T))) for T, h in _POINTS]


def right_branch(answer) -> str:
    """2.1-b: the stable solution of m = tanh((m + h) / T)."""
    came = [number(call(answer, T, h), f"m at T = {T:g}, h = {h:g}") for T, h in _POINTS]
    for (T, h), m, (found, divided_twice) in zip(_POINTS, came, _SOLUTIONS, strict=True):
        true = found.stable
        if abs(m - true) < 1e-8:
            continue
        said = f"at T = {T:g}, h = {h:g} it says {m:.10g}"
        if T == 1 and h == 0 and abs(m) > 1e-3:
            refuse(f"{said}. At Tc the answer is 0, but an iteration gets there ever more slowly: use another method.")
        if abs(m + true) < 1e-8:
            both = "Both signs are as good there; the positive one was asked for."
            refuse(f"{said}. " + ("That is the answer to the field turned round." if h else both))
        if abs(m - found.unstable) < 1e-6:
            refuse(f"{said}. That is a solution, but the unstable one, a maximum of the free energy.")
        if abs(m - found.metastable) < 1e-6:
            gap = float(free_energy(m, T, h=h) - free_energy(true, T, h=h))
            refuse(f"{said}. That is the metastable solution: its free energy is {gap:.4f} above that of {true:.6f}.")
        if abs(m - math.tanh((m + h) / T)) < 1e-3 and abs(m - true) < 0.1:
            refuse(
                f"{said} and not {true:.10g}: nearly there. How fast does your method converge, and when does it stop?"
            )
        if abs(m - divided_twice) < 1e-8 or abs(m - math.tanh(h / T)) < 1e-9:
            refuse(f"{said}. The spin feels m + h, divided by T: the field of the others, and the one from outside.")
        refuse(f"{said}, but tanh((m + h) / T) of that is {math.tanh((m + h) / T):.10g}. It should be the same.")
    return "the lowest free energy at fifteen points, both sides of Tc and of h = 0 among them."


def counting_levels(answer) -> str:
    """2.1-c: the mean of |m| of the Curie-Weiss model."""
    cases = [(3, 0.7), (10, 0.9), (2, 1.0), (100, 1.0), (101, 1.4), (3000, 0.8)]
    for N, T in cases:
        true = curie_weiss(N, T).abs_m
        try:
            value = number(call(answer, N, T), "the mean of |m|")
        except NotYetError as reason:
            if N < 100 or not overflowed(reason):
                raise
            refuse(f"for N = {N}: {reason} Work with the logarithms of the weights, less the largest of them.")
        if abs(value - true) < 1e-8:
            continue
        said = f"for N = {N}, T = {T:g} it says {value:.10g}, not {true:.10g}. "
        for wrong, why in _level_mistakes(N, T):
            if abs(value - wrong) < 1e-7:
                refuse(said + why)
        refuse(
            said + "With k spins up M is 2k - N. Add up |M| / N with the weights of the levels, divide by their sum."
        )
    return f"exact up to 3000 spins, where m is {true:.6f} and mean field says {float(stable(0.8)):.6f}."


def _level_mistakes(N: int, T: float) -> list:
    """Values that typical mistakes lead to, each with its reason."""
    up = np.arange(N + 1)
    M = 2.0 * up - N
    ways = np.array([math.lgamma(N + 1) - math.lgamma(k + 1) - math.lgamma(N - k + 1) for k in up])

    def mean(values, weights):
        p = np.exp(weights - weights.max())
        return float(values @ p / p.sum())

    right = ways + M**2 / (2 * N * T)
    m, m2 = abs(M) / N, mean((M / N) ** 2, right)
    return [
        (mean(abs(M), right), "That is the mean of |M|; divide by N."),
        (mean(M / N, right), "Without a field the mean of m is 0; the mean of |m| was asked for."),
        (m2, "That is the mean of m squared."),
        (math.sqrt(m2), "That is the root of the mean of m squared, not the mean of |m|."),
        (mean(m, ways + M**2 / (N * T)), "The half is missing: each pair of spins counts once, M^2 has it twice."),
        (mean(m, M**2 / (2 * N * T)), "Each level counts as often as there are ways to choose the spins up."),
        (mean(m, ways), "The energy is missing: these are the levels at infinite temperature."),
        (mean(m, ways - M**2 / (2 * N * T)), "The sign of the exponent is turned round: -H / T is positive."),
        (mean(m, ways + M**2 / (2 * T)), "Each pair is coupled with 1 / N, so that the energy is of the order N."),
        (mean(up / N, right), "That is the share of spins that are up."),
        (float(stable(T)), "That is mean field, N to infinity."),
    ]


def three_states(answer) -> str:
    """2.1-d: where m = 0 becomes unstable for spins -1, 0, 1 with the cost D."""
    for D in (0.0, 0.2, -0.3, 0.4, -1.0, -5.0):
        T = number(call(answer, D), f"the temperature for D = {D:g}")
        true = _spin_one(D)
        if abs(T - true) < 1e-6:
            continue
        said = f"for D = {D:g} it says {T:.8g}. "
        if T <= 0:
            refuse(said + "A temperature is above 0.")
        if D > 0 and abs(T - _spin_one(D, lower=True)) < 1e-6:
            refuse(
                said + "There the slope is 1, too; but coming from high temperature another such point is met before."
            )
        if abs(D) < 0.46 and abs(T - _spin_one(-D)) < 1e-6:
            refuse(
                said + "The sign of D is turned round: a positive D is a cost of activity, and silence becomes likely."
            )
        if abs(T - 1) < 1e-6:
            refuse(said + "That is the spin with two states. Here s can be 0 as well.")
        if D and abs(T - 2 / 3) < 1e-6:
            refuse(said + "That is right for D = 0. The three states have different weights if activity has a cost.")
        for wrong, why in (
            (lambda t, D: t - 2 / (1 + 2 * math.exp(-D / t)) * math.exp(-D / t) / 2, "Two of the states are active."),
            (lambda t, D: t - 1 / (1 + math.exp(D / t)), "There are two active states, +1 and -1, and one silent one."),
            (lambda t, D: t - 2 * math.exp(-D / t) / 3, "Divide by the sum of the three weights, 1 + 2 exp(-D / T)."),
        ):
            if abs(wrong(T, D)) < 1e-6:
                refuse(said + why)
        weight = math.exp(-D / T)
        mean_square = 2 * weight / (1 + 2 * weight)
        refuse(said + f"At that temperature a unit alone has <s^2> = {mean_square:.6g}, and <s^2> / T should be 1.")
    return "T = 2 / (2 + exp(D / T)): from 1, where no unit is ever silent, over 2/3 at D = 0, down to the jump."


def _spin_one(D: float, *, lower: bool = False) -> float:
    """Solution of T (2 + exp(D / T)) = 2: the only one for D <= 0, the upper or the lower one above."""
    if D == 0:
        return 2 / 3

    def difference(T):
        return T * (2 + math.exp(D / T)) - 2

    # For D > 0 the left-hand side is smallest where 2 + (1 - x) exp(x) = 0 with x = D / T.
    valley = D / brentq(lambda x: 2 + (1 - x) * math.exp(x), 1, 2) if D > 0 else 1e-9
    low, high = (D / 100, valley) if lower else (valley, 2.0)
    return brentq(difference, low, high, xtol=1e-14)


EXERCISES = {
    "a": DIAGONALS,
    "b1": BRANCH,
    "b": right_branch,
    "c1": THREE_SPINS,
    "c": counting_levels,
    "d1": FREE_UNITS,
    "d": three_states,
}
