"""Checks of the exercises of page 6.1, Capacity of associative memories."""

import math

import numpy as np
from scipy.special import erf

from ...dense import attention, gardner, graded, threshold_linear
from .answers import call, number, refuse, vector
from .declared import Numbers, above, at, below, case, otherwise

LOAD = float(erf(1.0) ** 2 / 2)

LOAD_OF_ONE = Numbers(
    "a load",
    right=at(LOAD, 6e-5, "0.3551: the argument of erf is 1, so √(2α) = m."),
    turns=[
        at(float(erf(1.0)), 6e-5, "that is m. At which load?"),
        at(2 * LOAD, 1e-4, "that is m², which is 2α."),
        at(4 * LOAD, 2e-4, "m² is 2α: divide by 2, do not multiply."),
        at(float(erf(1.0)) / 2, 6e-5, "√(2α) = m, so that m has to be squared."),
        at(float(erf(1.0)) / math.sqrt(2), 6e-5, "that is √α."),
        at(1 / LOAD, 6e-4, "turned round: the argument of erf is m/√(2α)."),
        at(2 / math.pi, 6e-5, "that is where the overlap vanishes. Here it is erf(1)."),
    ],
    rest=[
        case(below(0), "a load is not negative."),
        at(LOAD, 5e-3, "close, but not to four decimals."),
        case(above(0.6367), "beyond 2/π nothing is recalled."),
        otherwise("m = erf(m/√(2α)) has to be erf(1). So m/√(2α) = 1."),
    ],
)

HALF = gardner.capacity(kappa=0.5).alpha

HALF_MARGIN = Numbers(
    "a capacity",
    right=at(HALF, 6e-5, "0.9612: a margin of half a standard deviation costs half of the capacity."),
    turns=[
        at(1 / HALF, 6e-5, "that is F(½). The capacity is one over it."),
        at(1 / float(gardner.squared_miss(-0.5)), 6e-4, "the sign of κ: a field has to be above it."),
        at(2 * HALF, 1e-4, "both outputs miss alike, f F + (1 - f) F = F: no factor 2."),
        at(HALF / 2, 6e-5, "both outputs miss alike, f F + (1 - f) F = F: no factor ½."),
        at(1 / float(gardner.mean_miss(0.5)), 6e-5, "that is the mean of the miss. Its square counts."),
        at(2.0, 1e-6, "that is without a margin."),
    ],
    rest=[
        at(HALF, 4e-3, "close, but not to four decimals."),
        case(above(2), "a margin cannot raise the capacity above 2."),
        otherwise("it is one over F(½) = (1 + ¼) Φ(½) + ½ φ(½)."),
    ],
)

WITHOUT_THRESHOLD = Numbers(
    "a capacity",
    right=at(0.5, 1e-3, "a field of one standard deviation, for all patterns: the miss is 1 + 1."),
    turns=[
        at(2.0, 1e-3, "that is the miss, 1 + (0 + 1)². The capacity is one over it."),
        at(1.0, 1e-3, "that is with the best threshold, -1. Here there is none."),
        at(0.25, 1e-3, "1 + (θ + η/G)², and not (1 + θ + η/G)²."),
    ],
    rest=[
        case(above(1), "N unknowns do not solve more than N equations."),
        otherwise("put f = 1, θ = 0 and η/G = 1 into the bracket."),
    ],
)

MELTING = Numbers(
    "a temperature",
    right=at(4.0, 1e-6, "6²/9: the covariance multiplies a difference of two patterns by that."),
    turns=[
        at(36.0, 1e-6, "the weights are 1/9: each pattern counts a ninth."),
        at(6 / 9, 1e-3, "the length counts squared."),
        at(18.0, 1e-6, "that is a quarter of the squared distance, above which the blur is surely alone."),
        at(72 / 4 / 9, 1e-6, "a quarter of the squared distance is a bound on the covariance, not the covariance."),
        at(36 / 8, 1e-6, "with the weights 1/P, and not 1/(P - 1)."),
        at(0.25, 1e-6, "turned round: the slope is the eigenvalue over T, and 1 at the temperature asked for."),
    ],
    rest=[
        case(below(0), "a temperature is not negative."),
        otherwise("the covariance is the mean of x xᵀ less that of the mean. Apply it to a difference of two."),
    ],
)

_CASES = ((0.5, 0.0), (0.5, 1.0), (0.1, 0.0), (0.02, 0.3), (0.8, 0.7))


def capacity(answer) -> str:
    """6.1-b: Gardner's capacity."""
    came = np.array([number(call(answer, *one), "a capacity") for one in _CASES])
    right = np.array([gardner.capacity(f, kappa=kappa).alpha for f, kappa in _CASES])
    if np.allclose(came, right, rtol=2e-6, atol=0):
        return "with a margin and without, for codes of every level."
    F = gardner.squared_miss
    flat = np.array([1 / float(F(kappa)) for _, kappa in _CASES])
    turned = np.array([gardner.capacity(f).alpha for f, _ in _CASES])
    turns = [
        (1 / right, "that is the miss. The capacity is one over it."),
        (flat, "the threshold is missing: at f = 0.1 it is 0.86 standard deviations."),
        (turned, "the margin is missing."),
        (np.array([gardner.capacity(f).threshold for f, _ in _CASES]), "that is the threshold."),
        (np.array([gardner.sparse_limit(f) for f, _ in _CASES]), "that is the limit for small f, and far off."),
    ]
    for wrong, why in turns:
        if np.allclose(came, wrong, rtol=2e-6, atol=1e-9):
            refuse(why)
    k = int(np.argmax(np.abs(came / right - 1)))
    near = " Six digits are wanted." if abs(came[k] / right[k] - 1) < 1e-3 else ""
    f, kappa = _CASES[k]
    refuse(f"for f = {f:g} and kappa = {kappa:g} it is {right[k]:.7g}, and it says {came[k]:.7g}.{near}")


_GAINS = ((0.5, math.inf), (0.2, math.inf), (0.01, math.inf), (0.5, 2.0), (0.2, 0.7), (1.0, 1.0))


def bound(answer) -> str:
    """6.1-c: the bound for units with rates."""
    came = np.array([number(call(answer, *one), "a capacity") for one in _GAINS])
    right = np.array([threshold_linear.optimal(graded.binary(f), gain=G).alpha for f, G in _GAINS])
    if np.allclose(came, right, rtol=2e-6, atol=0):
        return "for sparse codes and full ones, steep units and flat ones."
    limit = np.array([threshold_linear.optimal(graded.binary(f)).alpha for f, _ in _GAINS])
    binary = np.array([gardner.capacity(min(f, 1 - 1e-12)).alpha for f, _ in _GAINS])
    turns = [
        (1 / right, "that is the miss. The capacity is one over it."),
        (limit, "the gain is missing: an active unit has to reach θ + 1/G."),
        (binary, "an active unit has to meet its field exactly: a point, and no half line."),
    ]
    for wrong, why in turns:
        if np.allclose(came, wrong, rtol=2e-6, atol=1e-9):
            refuse(why)
    k = int(np.argmax(np.abs(came / right - 1)))
    near = " Six digits are wanted." if abs(came[k] / right[k] - 1) < 1e-3 else ""
    f, G = _GAINS[k]
    refuse(f"for f = {f:g} and G = {G:g} it is {right[k]:.7g}, and it says {came[k]:.7g}.{near}")


def recall(answer) -> str:
    """6.1-d: attention, followed to its end."""
    rng = np.random.default_rng(61)
    patterns = rng.normal(size=(12, 30))
    nine = 6 * np.eye(9)
    cases = [
        (patterns[3] + 0.3 * rng.normal(size=30), patterns, 6.0),
        (patterns[0], patterns, 0.001),
        (nine[2], nine, 4.5),
        (nine.mean(axis=0), nine, 8.0),
    ]
    for k, (cue, x, T) in enumerate(cases):
        right = attention.retrieve(cue, x, T).states
        came = vector(call(answer, cue.copy(), x.copy(), T), "the state", cue.size)
        if np.allclose(came, right, rtol=0, atol=1e-6):
            continue
        turns = [
            (attention.retrieve(cue, x, T, updates=1).states, "that is one update. Go on until nothing changes."),
            (cue, "that is the cue itself."),
            (x.mean(axis=0), "that is the plain mean of the patterns: where are the weights?"),
            (x[np.argmax(x @ cue)], "that is the nearest pattern alone. Scores are divided by T: the others count."),
        ]
        for wrong, why in turns:
            if not np.allclose(wrong, right, rtol=0, atol=1e-6) and np.allclose(came, wrong, rtol=0, atol=1e-6):
                refuse(why)
        far = float(np.abs(came - right).max())
        refuse(f"in case {k + 1}, of {len(x)} patterns at T = {T:g}, it ends {far:.3g} away from the fixed point.")
    return "and at T = 4.5, where the blur is stable, it still finds one of nine orthogonal memories."


EXERCISES = {
    "a": LOAD_OF_ONE,
    "b1": HALF_MARGIN,
    "b": capacity,
    "c1": WITHOUT_THRESHOLD,
    "c": bound,
    "d1": MELTING,
    "d": recall,
}
