"""Checks of the exercises of page 5.1, Frustration and spin glasses."""

import math

import numpy as np
from scipy.integrate import quad
from scipy.optimize import brentq
from scipy.stats import norm

from .answers import call, number, numbers, refuse
from .declared import Numbers, above, at, below, case, otherwise

ONE_SQUARE = Numbers(
    "an energy",
    right=at(-6, 1e-6, "the loop is frustrated, and the cheapest bond to break is that of size 1."),
    turns=[
        at(-8, 1e-6, "that satisfies all four bonds. Their signs have a negative product, so one is broken at least."),
        at(-7, 1e-6, "a broken bond does not count as nothing. It costs its size once more: from -1 to +1."),
        at(-4, 1e-6, "that breaks a bond of size 2. The negative bond is cheaper to break."),
        at(-2, 1e-6, "that breaks the strongest bond. Which one is the cheapest?"),
        at(6, 1e-6, "the sign: the lowest energy is negative, E = -J s s for each bond."),
    ],
    rest=[
        case(below(-8), "no state is below minus the sum of all sizes, -8."),
        otherwise("satisfy the three strongest bonds. What does the fourth one give then?"),
    ],
)

FIRST_LINE = 2 / math.log(6)

DILUTED_T = Numbers(
    "a temperature",
    right=at(FIRST_LINE, 6e-5, "e to the power 2/T is p/q = 6."),
    turns=[
        at(2 / math.log(1.5), 6e-5, "that is for q = 1 - p. Here a positive and a negative bond are as 6 to 1."),
        at(1 / math.log(6), 6e-5, "a bond differs by 2 J between satisfied and broken: 2/T = ln(p/q)."),
        at(math.log(6) / 2, 6e-5, "that is 1/T."),
        at(math.log(6), 6e-5, "that is 2/T."),
        at(2 / math.log10(6), 6e-5, "the logarithm is the natural one."),
        at(-FIRST_LINE, 6e-5, "p is larger than q, so the temperature is positive."),
    ],
    rest=[
        at(FIRST_LINE, 6e-2, "close, but not to four decimals."),
        case(below(0), "a temperature is above 0."),
        otherwise("plant a state: satisfied and broken bonds are as p to q. Which T has e^(2/T) = p/q?"),
    ],
)

CHAIN = math.log(2) / 3

CHAIN_EXPONENT = Numbers(
    "an exponent",
    right=at(CHAIN, 6e-5, "one bond in three can be broken, and each of these doubles the number."),
    turns=[
        at(1 / 3, 6e-5, "that is the share of bonds that can be broken. Each doubles the number: ln 2 comes in."),
        at(math.log(2) / 2, 6e-5, "of three numbers the middle one is the smallest with probability 1/3, not 1/2."),
        at(math.log(2) / 4, 6e-5, "of three numbers the middle one is the smallest with probability 1/3, not 1/4."),
        at(math.log(2), 6e-5, "that is all states. A bond can be broken only if both of its neighbours are stronger."),
        at(0.1992, 6e-5, "that is Sherrington and Kirkpatrick's glass. The chain has its own."),
        at(math.log(4 / 3), 6e-5, "that is the logarithm of a mean. Take the mean of the logarithm."),
        at(2 ** (1 / 3), 6e-5, "that is the factor for each bond. The exponent is its logarithm."),
    ],
    rest=[
        at(CHAIN, 3e-3, "close, but not to four decimals."),
        case(below(0), "the number grows: the exponent is positive."),
        case(above(math.log(2)), "there are no more than 2 to the power n + 1 states: at most ln 2."),
        otherwise("which share of the bonds is weaker than both neighbours? Each of them may be broken or not."),
    ],
)


def exponent(kappa: float) -> float:
    """Growth of the mean number of states with the margin kappa."""
    y = np.linspace(0, 4, 40001)
    return float(math.log(2) + (norm.logcdf(y - kappa) - y**2 / 2).max())


LARGEST_MARGIN = brentq(exponent, 0, 1)

MARGIN = Numbers(
    "a margin",
    right=at(LARGEST_MARGIN, 6e-4, "with a larger margin, states become exponentially rare."),
    turns=[
        at(-LARGEST_MARGIN, 6e-4, "the sign: a positive margin makes states fewer."),
        at(exponent(0), 6e-4, "that is the exponent without a margin. Asked is the margin without an exponent."),
        at(0.506, 6e-4, "that is the y of the maximum without a margin."),
        at(exponent(0) / 0.5061, 6e-4, "that follows the first slope in κ. The curve bends: find the zero itself."),
        at(0, 1e-9, "without a margin the number grows as e^(0.1992 N)."),
    ],
    rest=[
        at(LARGEST_MARGIN, 6e-3, "close, but not to three decimals."),
        case(below(0), "a negative margin allows more states, not fewer."),
        otherwise("for each κ maximise ln Φ(y - κ) - y²/2 over y anew, add ln 2, and look for the zero."),
    ],
)

_LINES = [(0.6, 0.1), (0.8, 0.2), (0.3, 0.2), (0.55, 0.05), (0.9, 0.01)]


def diluted_line(answer) -> str:
    """5.1-b: the line of a diluted glass."""
    came = np.array([numbers(call(answer, p, q), 2, "the temperature and the energy") for p, q in _LINES])
    p, q = np.array(_LINES).T
    T, e = 2 / np.log(p / q), q - p
    right = np.stack([T, e], axis=1)
    if np.allclose(came, right, rtol=1e-9, atol=0):
        return "without dilution, q = 1 - p, it is the line of the text."
    turns = [
        (right[:, ::-1], "the temperature first, and then the energy."),
        (np.stack([T, -e], axis=1), "the sign of the energy: satisfied bonds lower it."),
        (np.stack([T, e / (p + q)], axis=1), "that is the energy for each bond that is there. Missing ones count."),
        (np.stack([2 / np.log(p / (1 - p)), e], axis=1), "p/(1 - p) counts missing bonds as broken ones: it is p/q."),
        (np.stack([2 / np.log(p / (1 - p)), 1 - 2 * p], axis=1), "that is for q = 1 - p."),
        (np.stack([T, 1 - 2 * p], axis=1), "a place is broken with the probability q, not 1 - p."),
        (np.stack([T / 2, e], axis=1), "between satisfied and broken there are two units of energy: e^(2/T) = p/q."),
        (np.stack([1 / T, e], axis=1), "that is one over the temperature."),
        (np.stack([T, 2 * e], axis=1), "the energy counts each bond once."),
    ]
    for wrong, why in turns:
        if np.allclose(came, wrong, rtol=1e-9, atol=1e-12):
            refuse(why)
    which = 0 if not np.allclose(came[:, 0], T, rtol=1e-9, atol=0) else 1
    k = int(np.argmax(np.abs(came - right)[:, which]))
    name = ("T", "the energy for each place")[which]
    refuse(f"for p = {p[k]:g}, q = {q[k]:g} it says {name} = {came[k, which]:.6g}, and {right[k, which]:.6g} is right.")


_CHAINS = [
    [1.0],
    [0.5, -2.0],
    [1.3, -0.2, 0.9],
    [0.1, 0.7, -0.4, 1.1, -0.3, 0.8],
    [2.0, 1.5, 1.0, 0.5],
    list(np.random.default_rng(5).normal(size=41)),
]


def stable_chain(answer) -> str:
    """5.1-c: stable states of an open chain."""
    came = np.array([number(call(answer, np.array(J)), "a number of states") for J in _CHAINS])
    sizes = [np.abs(J) for J in _CHAINS]
    inner = np.array([np.sum((J[1:-1] < J[:-2]) & (J[1:-1] < J[2:])) for J in sizes], dtype=float)
    right = 2.0 ** (inner + 1)
    if np.allclose(came, right, rtol=1e-9, atol=0):
        return "two for each bond that is weaker than both of its neighbours, and two for the sign of all."
    framed = [np.concatenate([[np.inf], J, [np.inf]]) for J in sizes]
    ends = np.array([np.sum((J[1:-1] < J[:-2]) & (J[1:-1] < J[2:])) for J in framed], dtype=float)
    signed = np.array([np.sum((J[1:-1] < J[:-2]) & (J[1:-1] < J[2:])) for J in map(np.array, _CHAINS)], dtype=float)
    maxima = np.array([np.sum((J[1:-1] > J[:-2]) & (J[1:-1] > J[2:])) for J in sizes], dtype=float)
    every = np.array([len(J) for J in sizes], dtype=float)
    turns = [
        (2.0**inner, "each state has a partner with all spins turned over: a factor of two is missing."),
        (inner, "that counts the bonds that can be broken. Each of them may be broken or not."),
        (inner + 1, "the bonds can be broken independently: the numbers multiply."),
        (2.0 ** (ends + 1), "a bond at the end cannot be broken: its outer spin has no other bond to obey."),
        (2.0 ** (signed + 1), "what counts is the size of a bond, not its sign."),
        (2.0 ** (maxima + 1), "a bond that is stronger than its neighbours is always satisfied. It is the weak ones."),
        (2.0 ** (every + 1), "that is all states. Most of them are not stable."),
        (0 * inner + 2, "that is the ground states alone. A weak bond may be broken in a stable state."),
    ]
    for wrong, why in turns:
        if np.allclose(came, wrong, rtol=1e-9, atol=1e-12):
            refuse(why)
    k = int(np.argmax(np.abs(came / right - 1)))
    shown = ", ".join(f"{one:.1f}" for one in _CHAINS[k][:6]) + (", …" if len(_CHAINS[k]) > 6 else "")
    refuse(f"for the couplings {shown} it says {came[k]:.6g}, and {right[k]:g} is right.")


_MARGINS = [(3, 0.0), (6, 0.0), (14, 0.0), (14, 0.2), (40, 0.1), (100, 0.3), (10, -0.2)]


def mean_states(N: int, kappa: float, share: float = 1.0, weight: float = 0.0) -> float:
    """Mean number of states with a margin; `share` and `weight` distort it as typical mistakes do."""
    spread = math.sqrt((N - 2) / N) if weight == 0 else weight

    def term(z):
        with np.errstate(under="ignore"):
            return math.exp(N * (math.log(2) + norm.logcdf((share * z / math.sqrt(N) - kappa) / spread)) - z * z / 2)

    peak = math.sqrt(N) * 0.5 if share else 0.0
    total, _ = quad(term, -8, 14 + peak, points=[0, peak], limit=400, epsabs=0, epsrel=1e-11)
    return total / math.sqrt(2 * math.pi)


def states_with_margin(answer) -> str:
    """5.1-d: the mean number of states with a margin."""
    came = np.array([number(call(answer, N, kappa), "a number of states") for N, kappa in _MARGINS])
    right = np.array([mean_states(N, kappa) for N, kappa in _MARGINS])
    if np.allclose(came, right, rtol=1e-5, atol=0):
        return "the exact mean at any size."
    N, kappa = np.array(_MARGINS).T
    turns = [
        ([mean_states(int(n), 0.0) for n in N], "that is the number without a margin."),
        ([mean_states(int(n), -k) for n, k in _MARGINS], "the sign of κ: a margin makes states fewer."),
        (right / 2.0**N, "that is the probability for one state. There are 2 to the power N."),
        (2.0**N * norm.sf(kappa * np.sqrt(N / (N - 1))) ** N, "the fields share couplings: they are not independent."),
        ([mean_states(int(n), k, weight=1.0) for n, k in _MARGINS], "the x_i have the variance (N - 2)/N, not 1."),
        (
            [mean_states(int(n), k * math.sqrt((n - 2) / n)) for n, k in _MARGINS],
            "κ has to be divided by the root of (N - 2)/N, as z has.",
        ),
        (np.exp(N * np.array([exponent(k) for k in kappa])), "that is the growth for large N. It can be had exactly."),
    ]
    for wrong, why in turns:
        if np.allclose(came, wrong, rtol=1e-5, atol=0):
            refuse(why)
    k = int(np.argmax(np.abs(came / right - 1)))
    refuse(f"for N = {N[k]:g}, κ = {kappa[k]:g} it says {came[k]:.7g}, and {right[k]:.7g} is right.")


EXERCISES = {
    "a": ONE_SQUARE,
    "b1": DILUTED_T,
    "b": diluted_line,
    "c1": CHAIN_EXPONENT,
    "c": stable_chain,
    "d1": MARGIN,
    "d": states_with_margin,
}
