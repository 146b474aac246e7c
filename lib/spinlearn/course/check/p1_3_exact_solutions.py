"""Checks of the exercises of page 1.3, Exact solutions."""

import numpy as np

from ... import exact
from .answers import call, number, refuse
from .declared import IN_J, Numbers, at, below, case, otherwise

K_100 = float(np.arctanh(np.exp(-1 / 100)))  # the coupling of exercise a

HUNDRED_SITES = Numbers(
    "a temperature",
    right=at(
        1 / K_100,
        6e-4,
        f"{1 / K_100:.4f}. The length is e^(2K) / 2 to four digits there: one digit more of ξ for 1.15 in K.",
    ),
    turns=[
        at(K_100, 5e-3, "that is the coupling K = J / T. The temperature is one over it."),
        at(1 / np.arctanh(10 ** (-1 / 100)), 1e-3, "the logarithm in ξ is the natural one, not the one to base ten."),
        at(2 / np.log(100), 8e-4, "that is where e^(2K) is 100. The correlation length is about half of that."),
        at(1 / np.log(200), 4e-4, "exp(-2K) is about 1 / 200 there, and the 2 is missing."),
        at(
            exact.chain_correlation_length(100.0),
            5e-4,
            "that is the correlation length at T = 100. Turn the question round.",
        ),
    ],
    rest=[
        case((None, 0.0), "a temperature is above zero."),
        at(1 / K_100, 6e-3, "close. Give three decimals."),
        case(below(1 / K_100), "at that temperature the correlation length is larger than 100. Solve for K first."),
        otherwise("at that temperature the correlation length is smaller than 100. Solve for K first."),
    ],
    units=IN_J,
)


def _dual_coupling(K: float) -> float:
    return float(-np.log(np.tanh(K)) / 2)


WARM = 1 / _dual_coupling(2 / 3)  # the mirror image of T = 1.5

ONE_IMAGE = Numbers(
    "a temperature",
    right=at(WARM, 6e-4, f"{WARM:.4f}: as far on the hot side as 1.5 is on the cold one, in the sense of the mirror."),
    turns=[
        at(1 / WARM, 6e-4, "that is the dual coupling K*. The temperature is one over it."),
        at(_dual_coupling(1.5), 6e-4, "the temperature stands where K = 1 / T belongs."),
        at(1 / _dual_coupling(1.5), 6e-3, "the temperature stands where K = 1 / T belongs."),
        at(1 / np.arctanh(np.exp(-2 / 3)), 6e-3, "the 2 is missing: a broken bond has the weight exp(-2K)."),
        at(WARM / 2, 6e-3, "that is one over 2K*. A 2 is missing: tanh K* = exp(-2K)."),
        at(exact.critical_temperature() ** 2 / 1.5, 6e-3, "T T* is not the same for all T. Go by way of K and K*."),
        at(2 * exact.critical_temperature() - 1.5, 6e-3, "the mirror is no reflection in T. Go by way of K and K*."),
        at(1.5, 1e-6, "only the critical temperature stays where it is."),
    ],
    rest=[
        case((None, 0.0), "a temperature is above zero."),
        case(
            below(exact.critical_temperature()), "1.5 is on the cold side, so its image is on the hot one, above 2.269."
        ),
        at(WARM, 6e-2, "close. Give three decimals."),
        otherwise("what is K, and what is K*? Only then go back to a temperature."),
    ],
    units=IN_J,
)


def mirror(answer) -> str:
    """1.3-b: the dual temperature of the square lattice."""
    T = np.array([0.6, 1.0, 1.7, 2.2, exact.critical_temperature(), 2.4, 3.5, 8.0])
    came = np.array([number(call(answer, float(t)), "a temperature") for t in T])
    K = 1 / T
    dual_K = -np.log(np.tanh(K)) / 2
    if np.allclose(came, 1 / dual_K, rtol=1e-6, atol=0):
        twice = np.array([number(call(answer, float(t)), "a temperature") for t in came])
        if np.allclose(twice, T, rtol=1e-4):
            return "hot goes to cold, twice is where you were, and only T_c stays where it is."
        refuse("your function answers differently when it is asked twice.")
    turns = [
        (dual_K, "that is the dual coupling K*. The temperature is one over it."),
        (-np.log(np.tanh(T)) / 2, "the temperature stands where K = 1 / T belongs."),
        (1 / (-np.log(np.tanh(T)) / 2), "the temperature stands where K = 1 / T belongs."),
        (1 / (2 * dual_K), "that is one over 2K*. A 2 is missing: tanh K = exp(-2K*), and sinh 2K sinh 2K* = 1."),
        (1 / np.arctanh(np.exp(-K)), "the 2 is missing: a broken bond has the weight exp(-2K)."),
        (exact.critical_temperature() ** 2 / T, "T T* is not the same for all T. Go by way of tanh K* = exp(-2K)."),
        (2 * exact.critical_temperature() - T, "the mirror is no reflection in T. Go by way of tanh K* = exp(-2K)."),
    ]
    for wrong, why in turns:
        if np.allclose(came, wrong, rtol=1e-6):
            refuse(why)
    if np.allclose(came, T):
        refuse("every temperature stays where it is. A mirror turns hot into cold.")
    k = int(np.argmax(abs(came * dual_K - 1)))
    if (came <= 0).any():
        refuse(f"a temperature is above zero, but at T = {T[k]:g} it says {came[k]:g}.")
    refuse(
        f"at T = {T[k]:.4g} it says T* = {came[k]:.10g}, and sinh(2 / T) sinh(2 / T*) is "
        f"{np.sinh(2 / T[k]) * np.sinh(2 / came[k]):.10g} where it should be 1."
    )


# The height of the peak on an L × L torus is A ln L + OFFSET, and that at T_c is A ln L + OFFSET_AT_TC, each with
# corrections that vanish for large L (Ferdinand and Fisher 1969). A test takes both from Kaufman's formula.
A = float(2 / np.pi * np.log1p(np.sqrt(2)) ** 2)
OFFSET, OFFSET_AT_TC = 0.201359, 0.138149


def _side(offset: float) -> float:
    """Where A ln L + offset is 10."""
    return float(np.exp((10 - offset) / A))


PEAK_OF_TEN = Numbers(
    "a number of sites",
    right=at(_side(OFFSET), 0.011 * _side(OFFSET), f"{_side(OFFSET):.3g} sites. How long is a row of so many atoms?"),
    turns=[
        at(
            _side(OFFSET_AT_TC),
            0.011 * _side(OFFSET_AT_TC),
            "that is for the height at T_c. The peak is beside it, and higher.",
        ),
        at(_side(0), 0.011 * _side(0), "the offset is missing: c is A ln L plus a constant."),
        at(_side(-OFFSET), 0.011 * _side(-OFFSET), "the offset has the wrong sign."),
        at(_side(OFFSET) ** 2, 0.03 * _side(OFFSET) ** 2, "that is N, the number of spins. L is the side."),
        at(np.log(_side(OFFSET)), 0.2, "that is ln L. Take the exponential."),
        at(10 ** ((10 - OFFSET) / A), 0.05 * 10 ** ((10 - OFFSET) / A), "the logarithm is the natural one."),
        at(2 ** ((10 - OFFSET) / A), 0.05 * 2 ** ((10 - OFFSET) / A), "the logarithm is the natural one."),
    ],
    rest=[
        case((None, 1.0), "L is a number of sites, more than one."),
        case(
            (_side(OFFSET + 0.3), _side(OFFSET - 0.3)),
            "close, but L is within one per cent if the offset is right to 0.005. Take it from the largest lattices.",
        ),
        case(
            below(_side(OFFSET)),
            "on so small a lattice the peak is lower than 10. Heights grow as A ln L plus a constant.",
        ),
        otherwise("on so large a lattice the peak is higher than 10. Heights grow as A ln L plus a constant."),
    ],
)


SINGLE_SHAPES = Numbers(
    "a number of shapes",
    right=at(28, 1e-9, "18 of four cells, 8 of five and 2 of six. With N places for each, 28 N."),
    turns=[
        at(18, 1e-9, "those have four cells. With more cells in a block the outline can be as short."),
        at(
            19,
            1e-9,
            "one of the 19 ways to lay four cells is the square, with an outline of 8. And more than four cells?",
        ),
        at(26, 1e-9, "the block of two by three cells is missing, lying and upright."),
        at(
            20,
            1e-9,
            "the block of two by three without one corner is missing: a corner cut off makes no outline shorter.",
        ),
        at(10, 1e-9, "that is five cells and six. Four in a row and their like have an outline of 10, too."),
        at(6, 1e-9, "copies that are turned or mirrored are different walls. Count each."),
        at(9, 1e-9, "copies that are turned are different walls. Count each."),
        at(29, 1e-9, "the square of four cells has an outline of 8 only."),
    ],
    rest=[
        case(below(28), "some are missing. Which blocks of four, of five and of six cells have an outline of 10?"),
        otherwise("too many. The outline is to be a single one, and 10 long: pairs are counted later."),
    ],
)


def loops_of_ten(answer) -> str:
    """1.3-d: the number of closed loops of total length 10."""
    sizes = np.array([144, 225, 400, 1000])
    came = np.array([number(call(answer, int(N)), "a number of ways") for N in sizes])
    exact_number = 2.0 * sizes * (sizes + 6)
    if np.allclose(came, exact_number, rtol=1e-9, atol=0):
        return "2 N (N + 6), the same for the loops of a hot lattice and for the walls of a cold one."
    turns = [
        (2 * exact_number, "that is twice the number. Both states of a pair upside down have the same walls."),
        (2.0 * sizes**2, "pairs alone, all of them: some would share a bond, and single shapes are missing."),
        (2.0 * sizes * (sizes - 8), "those are the pairs of a square and a domino. Single outlines are missing."),
        (28.0 * sizes, "those are the single outlines. Pairs of a square and a domino have length 10, too."),
        (
            2.0 * sizes**2 + 28.0 * sizes,
            "a square that shares a bond with the domino has to be left out.",
        ),
        (2.0 * sizes * (sizes - 2) + 28.0 * sizes, "a square beside the domino may share a bond with it, too."),
        (
            1.94 * sizes**2 + 14.3 * sizes,
            "pairs of straight walls round the torus are still in the counts.",
        ),
        (sizes * (sizes + 9) / 2, "that is the number for length 8."),
    ]
    for wrong, why in turns:
        if np.allclose(came, wrong, rtol=1e-9):
            refuse(why)
    growth = np.polyfit(sizes, came / sizes, 1)[0]
    if not np.isclose(growth, 2, rtol=1e-3):
        refuse(
            f"for large N it grows as {growth:.3g} N². Far apart, a square can go to N places and a domino to 2N "
            "(upright or lying)."
        )
    refuse(
        f"the pairs that are far apart are right, 2 N², but for N = 400 it says {came[2]:g}. Which pairs share a bond, "
        "and how many single outlines of length 10 are there?"
    )


EXERCISES = {
    "a": HUNDRED_SITES,
    "b1": ONE_IMAGE,
    "b": mirror,
    "c": PEAK_OF_TEN,
    "d1": SINGLE_SHAPES,
    "d": loops_of_ten,
}
