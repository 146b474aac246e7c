"""Checks of the exercises of page 6.4, Out of the vacuum."""

import math

import numpy as np
from scipy.optimize import minimize_scalar

from ...bipartite import closedloop, reuse
from .answers import call, number, numbers, refuse, vector
from .declared import Numbers, above, at, below, case, near, otherwise

LEFT = 0.16 * (1 - 1 / 40) ** 10

WHERE = Numbers(
    "the probability and the mean",
    right=case([near(0.2, 6e-5), near(LEFT, 6e-5)], "a martingale, and a variance that falls by 1/40 each time."),
    turns=[
        case([near(0.8, 6e-5), (None, None)], "that is the probability to end at 1. Asked is 0."),
        case([near(0.5, 6e-5), (None, None)], "the ends are not alike: the coin starts nearer to 1."),
        case([near(0, 6e-5), (None, None)], "the nearer end is likelier, not certain. The mean of x stays 0.8."),
        case([near(0.2, 6e-5), near(0.16, 6e-6)], "x is a martingale. x(1 - x) is not: it falls."),
        case(
            [near(0.2, 6e-5), near(0.16 * (1 - 1 / 40) ** 9, 6e-5)],
            "that is after nine generations.",
        ),
        case(
            [near(0.2, 6e-5), near(0.16 * (1 - 1 / 40) ** 11, 6e-5)],
            "that is after eleven generations.",
        ),
        case([near(0.2, 6e-5), near(0.16 * math.exp(-0.25), 6e-5)], "nearly: that is the limit of many data."),
        case([near(0.2, 6e-5), near(0.12, 6e-5)], "0.16 · (1 - 10/40): the factors multiply, each to what is left."),
        case([near(LEFT, 6e-5), near(0.2, 6e-5)], "first the probability, then the mean."),
        case([near(0.2, 6e-5), near((1 - 1 / 40) ** 10, 6e-5)], "times x(1 - x) at the start."),
    ],
    rest=[
        case([near(0.2, 6e-3), near(LEFT, 6e-3)], "close, but not to four decimals."),
        otherwise("the mean of x stays 0.8; and the mean of x'(1 - x') is x(1 - x)(1 - 1/M).", 2),
    ],
)

THREE = Numbers(
    "a number of generations",
    right=at(3, 1e-6, "two of three generations go on, 18/27."),
    turns=[
        at(2, 1e-6, "that is M = 2. Of three tosses with x = 1/3 all are equal with 9/27."),
        at(1.5, 1e-6, "1 + t times the probability of going on: it is 18/27, and not 1/3."),
        at(2.25, 1e-6, "from 1 it may go to 2 as well: 12/27 and 6/27 go on."),
        at(1.8, 1e-6, "12/27 is the probability to stay at 1. It may go to 2 as well."),
        at(1.8, 0.02, "12/27 is the probability to stay at 1. It may go to 2 as well."),
        at(4, 1e-6, "count this generation once: t = 1 + (18/27) t."),
        at(6 * 0.636514, 2e-2, "2 M S(x) is the limit for many data. Three are few: solve exactly."),
    ],
    rest=[
        at(3, 0.05, "close. It is a fraction with a small denominator: solve t = 1 + p t."),
        case(below(1), "it cannot be at rest before the next generation."),
        otherwise("the next k is 0, 1, 2, 3 with the probabilities 8, 12, 6 and 1, over 27."),
    ],
)

SIXTH = Numbers(
    "a standard deviation",
    right=at(1 / 6, 6e-5, "1/6: true data by the handful leave a coin that wanders widely."),
    turns=[
        at(math.sqrt(1 / 20), 6e-5, "the exponent has a two: the powers of x are 2 m q - 1, and not m q - 1."),
        at(math.sqrt(1 / 44), 6e-5, "the formula is a density of θ. For that of x divide by x(1 - x)."),
        at(math.sqrt(1 / 28), 6e-5, "without the two in the exponent, and as a density of x: both are amiss."),
        at(1 / 36, 6e-5, "that is the variance. Take the root."),
        at(0.25, 6e-5, "that is the scatter of averages of four tosses. The loop has another law."),
        at(math.sqrt(1 / 32), 6e-5, "with 2m + 1 = 9 in the denominator, and not 8."),
    ],
    rest=[
        at(1 / 6, 6e-3, "close, but not to four decimals."),
        case(below(0), "a standard deviation is not negative."),
        case(above(0.5), "between 0 and 1 none is above a half."),
        otherwise("D is -½ ln 4x(1 - x), and dx/dθ = x(1 - x): so x has a power of x(1 - x) for its density."),
    ],
)

HALF = Numbers(
    "a weight",
    right=at(0.5, 1e-6, "as much weight as all drawn ones, though they are half as many."),
    turns=[
        at((math.sqrt(5) - 1) / 2, 6e-3, "that is for as many fresh as drawn ones."),
        at(1 / 3, 6e-3, "that is their share. Real data are worth more than drawn ones."),
        at(2, 1e-6, "that is the other root of the equation, or y itself upside down. Between 0 and 1."),
        at(-1, 1e-6, "1 - w = 2 is the other root. The one below 1 is wanted."),
        at(1 - 2 / (4 + math.sqrt(12)), 6e-4, "r is n/M = 1/2, not 2."),
        at(1, 1e-6, "fresh data alone do worse than a mixture: what was learned before is in the drawn ones."),
    ],
    rest=[
        at(0.5, 0.02, "close. It comes out even."),
        case(below(0), "a weight is not negative."),
        case(above(1), "a weight is at most 1."),
        otherwise("y² - 2.5 y + 1 = 0, and w = 1 - y."),
    ],
)


def times(answer) -> str:
    """6.4-b: mean times to absorption."""
    for M in (1, 3, 10, 40):
        came = vector(call(answer, M), f"the times from 0 to {M} ones", M + 1)
        right = closedloop.absorption(closedloop.coin(M)).time
        if np.allclose(came, right, rtol=1e-7, atol=1e-9):
            continue
        inside = np.where(right > 0, 1.0, 0.0)
        turns = [
            (right - inside, "one generation is missing: t = 1 + Q t, the one that passes counts."),
            (right + inside, "one generation too many: at rest means that k is 0 or M."),
            (right + 1, "from 0 and M nothing is to come: these times are 0."),
            (closedloop.diffusion_time(np.arange(M + 1) / M, M), "that is 2 M S(x), right for many data only."),
            (right / M, "that is in units of M. Generations are wanted."),
        ]
        if M > 1:
            P = closedloop.transitions(closedloop.coin(M))[1:-1, 1:-1]
            other = np.linalg.solve(np.eye(M - 1) - P.T, np.ones(M - 1))
            turns.append((np.pad(other, 1), "the matrix is turned round: row k is the law of what comes after k."))
        for wrong, why in turns:
            if np.allclose(came, wrong, rtol=1e-6, atol=1e-9):
                refuse(why)
        k = int(np.abs(came - right).argmax())
        if np.allclose(came, right, rtol=0.01, atol=0.02):
            refuse(f"close, but for M = {M} and k = {k} it says {came[k]:.6g}, and {right[k]:.6g} is exact.")
        refuse(f"for M = {M} and k = {k} it says {came[k]:.6g}, and {right[k]:.6g} is right.")
    return "a small linear system, and no simulation."


_HELD = [(10, 1, 0.5), (5, 3, 0.2), (100, 4, 0.5), (1, 2, 0.7), (1000, 2, 0.4)]


def spread(answer) -> str:
    """6.4-c: standard deviation of the stationary law, exactly."""
    for M, m, q in _HELD:
        came = number(call(answer, M, m, q), "a standard deviation")
        variance = _variance(M, m, q)
        right = math.sqrt(variance)
        if math.isclose(came, right, rel_tol=1e-8):
            continue
        limit = q * (1 - q) / (2 * m + 1)
        turns = [
            (variance, "that is the variance. Take the root."),
            (math.sqrt(limit), "that is the limit of many data. Here M is finite."),
            (math.sqrt(variance + q * q), "that is the root of the mean square of x. Take away the mean squared."),
            (math.sqrt(q * (1 - q) / (M + m)), "that is the scatter of one generation that starts from the truth."),
            (math.sqrt(M * q * (1 - q)) / (M + m), "that is one generation from the truth: a loop has more."),
            (
                math.sqrt(M * q * (1 - q) / ((M + m) ** 2 - M * M)),
                "the variance of a toss is x(1 - x), whose mean is smaller than q(1 - q): x scatters.",
            ),
        ]
        for wrong, why in turns:
            if math.isclose(came, wrong, rel_tol=1e-7):
                refuse(why)
        what = f"for M = {M}, m = {m} and q = {q:g} it says {came:.6g}, and {right:.6g} is"
        refuse(f"close, but {what} exact." if math.isclose(came, right, rel_tol=0.01) else f"{what} right.")
    return "two moments are enough, and they close."


def _variance(M: int, m: int, q: float) -> float:
    """Exactly: the mean squares of x' and x are the same."""
    return M * q * (1 - q) / ((M + m) ** 2 - M * M + M)


_MIXED = [(100, 100), (10, 10), (1000, 50), (3, 12), (2, 1)]


def best(answer) -> str:
    """6.4-d: best weight of fresh data for a coin, and what is left."""
    for M, n in _MIXED:
        weight, error = numbers(call(answer, M, n), 2, "a weight and an error")
        right, least = _best(M, n)
        # The minimum is flat: where the error is right to eight digits, the weight is so to four.
        if math.isclose(weight, right, abs_tol=2e-5) and math.isclose(error, least, rel_tol=1e-6):
            continue
        plain = reuse.best_weight(M, n)
        good = math.isclose(weight, right, abs_tol=2e-5), math.isclose(error, least, rel_tol=1e-6)
        turns = [
            (0, plain, 1e-6, "that is the best weight for a constant variance. A coin's depends on where it is."),
            (0, 1 - right, 2e-5, "that is the weight of the drawn data."),
            (0, n / (n + M), 1e-6, "that is their share, which is not the best weight."),
            (1, least * n, 1e-6, "that is in units of what fresh data alone would leave. Divide by n."),
            (1, math.sqrt(least), 1e-6, "that is the root. The mean square is wanted."),
            (1, reuse.settled(plain, M=M, n=n), 1e-6, "that is the error for a constant variance."),
        ]
        for which, wrong, within, why in turns:
            if not good[which] and math.isclose((weight, error)[which], wrong, abs_tol=within):
                refuse(why)
        close = math.isclose(weight, right, rel_tol=0.02) and math.isclose(error, least, rel_tol=0.02)
        what = f"for M = {M} and n = {n} it says {weight:.6g} and {error:.6g}, and {right:.6g} and {least:.6g}"
        refuse(f"close, but {what} are exact." if close else f"{what} are right.")
    return "a coin that has gone astray is less noisy, and drawn data are worth a little more."


def _best(M: int, n: int) -> tuple[float, float]:
    found = minimize_scalar(
        lambda w: reuse.settled(w, M=M, n=n, curvature=-1.0),
        bounds=(1e-6, 1),
        method="bounded",
        options={"xatol": 1e-11},
    )
    return float(found.x), float(found.fun)


EXERCISES = {
    "a": WHERE,
    "b1": THREE,
    "b": times,
    "c1": SIXTH,
    "c": spread,
    "d1": HALF,
    "d": best,
}
