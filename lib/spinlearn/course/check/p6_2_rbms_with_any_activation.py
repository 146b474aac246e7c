"""Checks of the exercises of page 6.2, RBMs with any activation."""

import math

import numpy as np
from scipy.special import gamma

from ...bipartite import cascade, machine
from ...bipartite import units as kinds
from ...exact.enumeration import states
from .answers import call, number, refuse, vector
from .declared import Numbers, above, at, below, case, otherwise

COUNT = math.e / (1 + math.e)

UNSEEN = Numbers(
    "a probability",
    right=at(COUNT, 6e-5, "K(ln 2) = 2 - 1 = 1, so the weights are 1 and e."),
    turns=[
        at(2 / 3, 6e-5, "the hidden unit adds K(x), not x: ln 2 is the field, and K(ln 2) = 1."),
        at(0.5, 1e-6, "without a bias of its own, but not alone: the hidden unit prefers it to be 1."),
        at(math.exp(2) / (1 + math.exp(2)), 6e-5, "e^x is the response. K has the -1, so that K(0) = 0."),
        at(1 / (1 + math.e), 6e-5, "that is the probability of 0."),
        at(math.e, 6e-5, "that is the ratio of the two probabilities."),
    ],
    rest=[
        at(COUNT, 6e-3, "close, but not to four decimals."),
        case(below(0), "a probability is not negative."),
        case(above(1), "a probability is at most 1."),
        otherwise("the two visible states have the weights e^K(0) and e^K(ln 2)."),
    ],
)

NINE = Numbers(
    "a number of sweeps",
    right=at(9, 1e-9, "tanh(1)^18 = 0.0074, and tanh(1)^16 = 0.0128."),
    turns=[
        at(17, 1e-9, "a sweep is there and back: two factors tanh 1."),
        at(18, 1e-9, "a sweep is there and back: two factors tanh 1."),
        at(8, 1e-9, "after 8 it is still 0.0128."),
        at(8.45, 0.06, "sweeps are whole: from which on?"),
        at(5, 1e-9, "the mean is multiplied by tanh² 1 = 0.58. Twice in a sweep would be too often."),
    ],
    rest=[otherwise("after k sweeps the mean of v is tanh(1) to the power 2k. When is that below 0.01?")],
)

GROWN = math.log(100) / (0.5 * 0.25)

GROWTH = Numbers(
    "a learning time",
    right=at(GROWN, 6e-3, "ln 100 over λ K'' = ½ · ¼."),
    turns=[
        at(math.log(100) / 0.5, 6e-3, "that is for hidden spins. A binary unit without a field has the variance 1/4."),
        at(math.log(100) / 1.5 * 4, 6e-3, "the rate is the eigenvalue of C - D: what independent units have is away."),
        at(math.log(100) / 1.5, 6e-3, "take D away from C, and give the hidden unit its variance."),
        at(math.log(100) / 0.25, 6e-3, "that is half of it: the variance of a binary unit is 1/4, not 1/2."),
        at(2 / 0.125, 6e-3, "that is the decimal logarithm. The growth is e^(λ K'' t)."),
    ],
    rest=[
        at(GROWN, 0.5, "close, but not to two decimals."),
        case(below(0), "it grows: λ is positive."),
        otherwise("C - D has the off-diagonal ½ and the eigenvalues ±½. Times ¼ that is the rate."),
    ],
)

PEAK = math.sqrt(12) * gamma(0.75) / gamma(0.25)

SHAPE = Numbers(
    "a mean of x²",
    right=at(PEAK, 6e-5, "√12 Γ(3/4)/Γ(1/4)."),
    turns=[
        at(gamma(0.75) / gamma(0.25), 6e-5, "that is the mean of the root of t. x² = √(12 t)."),
        at(2 * gamma(0.75) / gamma(0.25), 6e-5, "that is for the exponent x⁴/4. Here it is x⁴/12."),
        at(math.sqrt(12) * gamma(0.25) / gamma(0.75), 6e-5, "upside down."),
        at(1.0, 6e-6, "that would be a Gaussian of the variance 1. Here the term x² is gone."),
        at(math.sqrt(PEAK), 6e-5, "that is the root of it: χ is the mean of x² itself."),
    ],
    rest=[
        at(PEAK, 3e-2, "close, but not to four decimals."),
        case(below(0), "x² is not negative."),
        otherwise("the mean of x² under the law e^(-x⁴/12)."),
    ],
)


def _machines() -> list[tuple]:
    rng, cases = np.random.default_rng(62), []
    for n, m, k in ((3, 2, 2), (2, 1, 1), (2, 3, 7), (3, 2, 0)):
        model = machine.random_machine(n, m, kinds.spin(), kinds.spin(), strength=0.8, rng=rng)
        model = model._replace(a=rng.normal(scale=0.5, size=n), b=rng.normal(scale=0.5, size=m))
        cases.append((model, rng.dirichlet(np.ones(2**n)), k))
    return cases


def _tables(W, a, b) -> tuple[np.ndarray, np.ndarray]:
    v, h = (states(n).astype(float) for n in W.shape)
    to_h, to_v = np.exp((v @ W + b) @ h.T), np.exp((h @ W.T + a) @ v.T)
    return to_h / to_h.sum(axis=1, keepdims=True), to_v / to_v.sum(axis=1, keepdims=True)


def _after(W, a, b, q, k: int) -> np.ndarray:
    to_h, to_v = _tables(W, a, b)
    for _ in range(k):
        q = q @ to_h @ to_v
    return q


def after(answer) -> str:
    """6.2-b: the law of chains that started at the data."""
    for model, q, k in _machines():
        W, a, b = (part.copy() for part in model[:3])
        n = len(a)
        came = vector(call(answer, W.copy(), a.copy(), b.copy(), q.copy(), k), "probabilities of the states", 2**n)
        right = _after(W, a, b, q, k)
        if np.allclose(came, right, rtol=0, atol=1e-9):
            continue
        v = states(n).astype(float)
        own = np.exp(v @ a + np.logaddexp(v @ W + b, -(v @ W + b)).sum(axis=1))
        turned = q.reshape((2,) * n).transpose(range(n)[::-1]).ravel()
        turns = [
            (_after(W, a, b, q, k + 1), "that is one sweep too many."),
            (_after(W, a, b, q, max(k - 1, 0)), "that is one sweep too few."),
            (_after(W, a, b, q, 2 * k), "that is twice as many sweeps: one is there and back."),
            (own / own.sum(), "that is the machine's own law, of endless chains."),
            (_after(W, 0 * a, 0 * b, q, k), "the biases are missing."),
            (_after(W, 0 * a, b, q, k), "the biases of the visible units are missing."),
            (_after(W, a, 0 * b, q, k), "the biases of the hidden units are missing."),
            (_after(W / 2, a / 2, b / 2, q, k), "that is for units 0 or 1 with their logistic function, or T = 2."),
            (_after(2 * W, 2 * a, 2 * b, q, k), "the fields are twice too large: exp(h x), with h = -1 or +1."),
            (_after(W, a, b, turned, k), "the order of states: the first unit runs fastest, as in exact.states."),
            (q, "that is the law of the data, which has not moved."),
        ]
        for wrong, why in turns:
            if np.allclose(came, wrong, rtol=0, atol=1e-9):
                refuse(why)
        if not math.isclose(came.sum(), 1, abs_tol=1e-6):
            refuse(f"probabilities add up to 1, and these to {came.sum():.6g}. Is every row of both tables a law?")
        place = int(np.abs(came - right).argmax())
        refuse(
            f"for {n} visible and {len(b)} hidden spins and k = {k} entry {place} is {came[place]:.6g}, and "
            f"{right[place]:.6g} is right."
        )
    return "a product of matrices, and all that CD-k knows of the machine."


def _samples() -> list[np.ndarray]:
    rng, out = np.random.default_rng(63), []
    for n, rows in ((2, 30), (5, 60), (4, 200)):
        common = rng.normal(size=(rows, 1))
        out.append(np.where(rng.normal(size=(rows, n)) + common > 0.4, 1, -1))
    return out


def rates(answer) -> str:
    """6.2-c: growth rates of the modes."""
    for v in _samples():
        came = vector(call(answer, v.copy()), "rates, one for each unit,", v.shape[1])
        mean = v.mean(axis=0)
        C = np.cov(v.T, bias=True)
        D = np.diag(1 - mean**2)
        right = _sorted(C - D)
        if np.allclose(came, right, rtol=0, atol=1e-9):
            continue
        raw = v.T @ v / len(v)
        turns = [
            (right[::-1], "largest first."),
            (_sorted(C), "that is C alone. What independent units have, D, has to go."),
            (_sorted(raw), "take the means off, and D."),
            (_sorted(raw - D), "the means have to be taken off: C is a covariance."),
            (_sorted(raw - np.eye(len(mean))), "the means have to be taken off: C is a covariance."),
            (_sorted(C - np.eye(len(mean))), "the variance of a spin with the mean m is 1 - m², not 1."),
            (_sorted(np.cov(v.T) - D), "the average is over the rows: divide by their number, not by one less."),
            (_sorted(np.corrcoef(v.T) - np.eye(len(mean))), "those are correlations. C has covariances."),
            (right / 4, "hidden units are spins: K'' = 1, not 1/4."),
            (np.linalg.svd(C - D, compute_uv=False), "those are singular values. A rate may be negative."),
        ]
        for wrong, why in turns:
            if np.allclose(came, wrong, rtol=0, atol=1e-9):
                refuse(why)
        refuse(f"for {len(v)} rows of {len(mean)} spins the largest is {came[0]:.6g}, and {right[0]:.6g} is right.")
    return "correlations grow, and nothing else."


def _sorted(matrix) -> np.ndarray:
    return np.linalg.eigvalsh(matrix)[::-1]


_EVEN = [(3, 2, 0.7), (40, 60, 1.0), (500, 200, 1.05), (4000, 3000, 0.9), (2000, 4000, 1.2)]


def chi(answer) -> str:
    """6.2-d: susceptibility of a machine with even weights."""
    for n, m, s in _EVEN:
        came = number(call(answer, n, m, s), "a susceptibility")
        law = cascade.even_law(n, m, s)
        right = float(law.p @ law.x**2)
        if math.isclose(came, right, rel_tol=1e-7):
            continue
        flat = cascade.even_law(n, m, 0.0)
        field = s * flat.x / np.sqrt(m)
        one = np.log(flat.p + 1e-300) + np.logaddexp(field, -field)
        lone = np.exp(one - one.max())
        ways = np.logaddexp(field, -field) * m
        weights = np.exp(ways - ways.max())
        turns = [
            (right * n, "that is the mean square of the sum. Divide by n."),
            (right / n, "that is the mean square of the magnetisation. Times n."),
            (float(law.p @ np.abs(law.x)) ** 2, "the mean of the square, not the square of the mean size."),
            (1 / (1 - s * s) if s != 1 else math.nan, "that is the limit of large machines below the transition."),
            (cascade.susceptibility(s, 1 / n, 1 / m), "that is the expansion near the transition. Sum exactly."),
            (float(lone @ flat.x**2 / lone.sum()), "there are m hidden spins, each with its ln cosh."),
            (float(weights @ flat.x**2 / weights.sum()), "states with the same sum are counted once: binomials."),
            (float((law.x**2).mean()), "every sum as likely as any other: the weights are missing."),
        ]
        for wrong, why in turns:
            if math.isclose(came, wrong, rel_tol=1e-6):
                refuse(why)
        refuse(f"for n = {n}, m = {m} and s = {s} it says {came:.6g}, and {right:.6g} is right.")
    return "four thousand terms instead of 2 to the power of seven thousand."


EXERCISES = {
    "a": UNSEEN,
    "b1": NINE,
    "b": after,
    "c1": GROWTH,
    "c": rates,
    "d1": SHAPE,
    "d": chi,
}
