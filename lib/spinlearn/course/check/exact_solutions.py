"""Checks of the exercises of page 1.3, Exact solutions."""

import numpy as np
from scipy.optimize import minimize_scalar

from ... import exact
from . import call, no, number


def hundred_sites(answer) -> str:
    """1.3-a: the temperature at which the correlation length of the chain is 100."""
    T = number(answer, "a temperature")
    K = np.arctanh(np.exp(-1 / 100))
    exact_T = 1 / K
    if abs(T - exact_T) < 6e-4:
        return f"{exact_T:.4f}. The length is e^(2K) / 2 to four digits there: one more digit of ξ for every 1.15 in K."
    turns = {
        K: "that is the coupling K = J / T. The temperature is one over it.",
        1 / np.arctanh(10 ** (-1 / 100)): "the logarithm in ξ is the natural one, not the one to base ten.",
        2 / np.log(100): "that is where e^(2K) is 100. The correlation length is about half of that.",
        1 / np.log(200): "exp(-2K) is about 1 / 200 there, and the 2 is missing.",
        exact.chain_correlation_length(100.0): "that is the correlation length at T = 100. Turn the question round.",
    }
    for wrong, why in turns.items():
        if abs(T - wrong) < 2e-3 * wrong:
            no(why)
    if T <= 0:
        no(f"a temperature is above zero, but {T:g} came.")
    length = exact.chain_correlation_length(T) if T > 0.02 else np.inf
    no(f"at T = {T:g} the correlation length is {length:.4g}. It has to be 100. (Give three digits.)")


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
        no("your function answers differently when it is asked twice.")
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
            no(why)
    if np.allclose(came, T):
        no("every temperature stays where it is. A mirror turns hot into cold.")
    k = int(np.argmax(abs(came * dual_K - 1)))
    if (came <= 0).any():
        no(f"a temperature is above zero, but at T = {T[k]:g} it says {came[k]:g}.")
    no(
        f"at T = {T[k]:.4g} it says T* = {came[k]:.6g}, and sinh(2 / T) sinh(2 / T*) is "
        f"{np.sinh(2 / T[k]) * np.sinh(2 / came[k]):.4g} where it should be 1."
    )


def peak_of_ten(answer) -> str:
    """1.3-c: the size at which the peak of the specific heat reaches 10."""
    L = number(answer, "a length")
    if L <= 1:
        no(f"L is a number of sites, but {L:g} came.")
    A = 2 / np.pi * np.log1p(np.sqrt(2)) ** 2
    # At L = 4096 the offset is within 2e-4 of its limit, and so L within 0.04 per cent.
    offset = _peak(4096) - A * np.log(4096)
    offset_at_Tc = exact.kaufman(4096, 4096, exact.critical_temperature()).c - A * np.log(4096)
    exact_L = np.exp((10 - offset) / A)
    if abs(L / exact_L - 1) < 0.011:
        return f"{exact_L:.3g} sites: as many as the atoms along 10 cm of a crystal, and the peak is only 10 high."
    turns = {
        np.exp((10 - offset_at_Tc) / A): "that is for the height at T_c. The peak is beside it, and higher.",
        np.exp(10 / A): "the offset is missing: c is A ln L plus a constant.",
        np.exp((10 + offset) / A): "the offset has the wrong sign.",
        exact_L**2: "that is N, the number of spins. L is the side.",
        np.log(exact_L): "that is ln L. Take the exponential.",
        10 ** ((10 - offset) / A): "the logarithm is the natural one.",
        2 ** ((10 - offset) / A): "the logarithm is the natural one.",
    }
    for wrong, why in turns.items():
        if abs(np.log(L / wrong)) < 0.011:
            no(why)
    reached = A * np.log(L) + offset
    if abs(reached - 10) < 0.3:
        no(
            f"at L = {L:.3g} the peak is {reached:.3f} high: close, but L is within one per cent only if the offset is "
            "right to 0.005. Take it from the largest lattices."
        )
    no(f"at L = {L:.3g} the peak would be {reached:.2f} high, not 10. Heights grow as A ln L plus a constant.")


def _peak(L: int) -> float:
    Tc = exact.critical_temperature()
    window = (Tc, Tc * (1 + 1 / L))
    return -minimize_scalar(lambda T: -exact.kaufman(L, L, T).c, bounds=window, method="bounded").fun


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
            no(why)
    growth = np.polyfit(sizes, came / sizes, 1)[0]
    if not np.isclose(growth, 2, rtol=1e-3):
        no(
            f"for large N it grows as {growth:.3g} N². Far apart, a square can go to N places and a domino to 2N "
            "(upright or lying)."
        )
    no(
        f"the pairs that are far apart are right, 2 N², but for N = 400 it says {came[2]:g}. Which pairs share a bond, "
        "and how many single outlines of length 10 are there?"
    )


EXERCISES = {"a": hundred_sites, "b": mirror, "c": peak_of_ten, "d": loops_of_ten}
