"""Checks of the exercises of page 5.3, Boltzmann machines."""

import math

import numpy as np

from ...dense import boltzmann, learning, work
from ...dense.maxent import units
from .answers import call, numbers, refuse, vector
from .declared import Numbers, above, at, below, case, near, otherwise

BOTH = (1 + math.e) / (3 + math.e)

TWO_UNITS = Numbers(
    "a probability",
    right=at(BOTH, 6e-5, "(1 + e)/(3 + e): units 0 or 1 lean upwards without any bias."),
    turns=[
        at(0.5, 1e-6, "that is right for spins, which may all turn round. Units 0 or 1 have no such symmetry."),
        at(1 / (1 + math.exp(-1)), 6e-5, "that is the probability while the other unit is 1. It is not always."),
        at(1 / (1 + math.exp(-2)), 6e-5, "that is a spin whose neighbour is up. Here units are 0 or 1."),
        at(1 / (1 + math.exp(-0.5)), 6e-5, "the other unit is not one half: it is 0 or 1. Sum over all four states."),
        at(math.e / (3 + math.e), 6e-5, "that both are 1 has this probability. One of them may be 1 alone."),
    ],
    rest=[
        at(BOTH, 6e-3, "close, but not to four decimals."),
        case(below(0), "a probability is not negative."),
        case(above(1), "a probability is at most 1."),
        otherwise("the four states have the weights 1, 1, 1 and e. In two of them the first unit is 1."),
    ],
)

HALF = math.tanh(0.5)

PHASES = Numbers(
    "the derivatives by the hidden bias and by the coupling",
    right=case(
        [near(HALF, 6e-5), near(0, 6e-5)],
        "the coupling is right as it is: what is wrong is that both spins are up as often as down.",
    ),
    turns=[
        case(
            [near(HALF, 6e-5), near(HALF, 6e-5)], "of the coupling that is the positive phase. Take away the negative."
        ),
        case(
            [near(HALF, 6e-5), near(-HALF, 6e-5)],
            "of the coupling that is the negative phase. There is a positive one.",
        ),
        case([near(-HALF, 6e-5), near(0, 6e-5)], "the sign is turned round: positive less negative phase."),
        case([near(0, 6e-5), near(HALF, 6e-5)], "first the bias, then the coupling."),
        case(
            [near(1, 6e-5), near(0, 6e-5)],
            "1 is the derivative by the bias of the visible spin. Asked is the hidden one.",
        ),
        case(
            [near(0, 6e-5), near(0, 6e-5)],
            "held by the visible spin, the hidden one has a mean. Left alone it has none.",
        ),
        case(
            [near(1 / (1 + math.exp(-0.5)), 6e-5), (None, None)],
            "that is a unit 0 or 1. A spin's mean is a tanh.",
        ),
        case(
            [near(math.tanh(1), 6e-5), (None, None)], "the field is w, and the mean tanh w; 2w stands in the logistic."
        ),
    ],
    rest=[
        case([near(HALF, 6e-3), near(0, 6e-3)], "close, but not to four decimals."),
        otherwise(
            "positive phase: the hidden spin has the mean tanh w, and s₁ = 1. Negative phase: ⟨s₁s₂⟩ = tanh w.", 2
        ),
    ],
)

COUPLING = math.log(math.cosh(2)) / 2

LEFT = Numbers(
    "a coupling",
    right=at(COUPLING, 6e-5, "½ ln cosh 2: nearly one half of the couplings, as for large ones."),
    turns=[
        at(2 * COUPLING, 6e-5, "twice too large: s₁s₂ goes from 1 to -1, which is a difference of two."),
        at(COUPLING / 2, 6e-5, "half of it: two of the four values are ln 2cosh 2, and two are ln 2."),
        at(1, 6e-6, "that is the product of the couplings, right to the second order for small ones only."),
        at(math.log(2 * math.cosh(2)) / 2, 6e-5, "the values where the two spins differ, ln 2, have to be taken away."),
        at(math.log(math.cosh(1)), 6e-5, "the hidden spin's field is 2 or 0, and not 1."),
    ],
    rest=[
        at(COUPLING, 6e-3, "close, but not to four decimals."),
        case(below(0), "both see the hidden spin alike, so what it leaves favours equal spins."),
        otherwise("the average of s₁s₂ ln 2cosh(s₁ + s₂) over the four states."),
    ],
)

GAUSSIAN_WORK = Numbers(
    "a change of free energy",
    right=at(3, 1e-6, "mean less half of the variance: two are dissipated."),
    turns=[
        at(5, 1e-6, "that is the mean work, an upper bound. What is above ΔF is dissipated."),
        at(1, 1e-6, "take away half of the variance, not all of it."),
        at(7, 1e-6, "the free energy is below the mean work."),
        at(4, 1e-6, "the variance is 4 already; half of the standard deviation is no part of it."),
        at(-3, 1e-6, "the sign is turned round: ΔF is minus the logarithm."),
        at(math.exp(-3), 1e-4, "that is the mean of exp(-w). Take minus its logarithm."),
    ],
    rest=[
        case(above(5), "the free energy is not above the mean work."),
        otherwise("the mean of exp(-w) is exp(-5 + 4/2). What is minus its logarithm?"),
    ],
)


def _machines() -> list[tuple]:
    rng, cases = np.random.default_rng(8), []
    for visible, hidden in ((2, 1), (3, 2), (3, 0), (1, 2)):
        model = boltzmann.random_machine(visible, hidden, strength=0.8, rng=rng)
        cases.append((model, rng.dirichlet(np.ones(2**visible))))
    return cases


def difference(answer) -> str:
    """5.3-b: positive less negative phase."""
    for model, q in _machines():
        came = _matrix(call(answer, model.J.copy(), model.h.copy(), model.hidden, q.copy()), model.size)
        right = learning.gradient(model, q).J
        if np.allclose(came, right, rtol=0, atol=1e-9):
            continue
        both = learning.phases(model, q)
        plus, minus = (_off(one.pair) for one in (both.positive, both.negative))
        slow = model.visible
        turned = q.reshape((2,) * slow).transpose(range(slow)[::-1]).ravel()
        lazy = _off(_uniform_hidden(model, q))
        turns = [
            (-right, "the sign is turned round: positive less negative phase."),
            (both.positive.pair - both.negative.pair + np.eye(model.size), "the diagonal has to be zero."),
            (2 * right, "twice too large: every pair counts once."),
            (right / 2, "half of it. An entry is the derivative by J_ij = J_ji, which the energy counts once."),
            (plus, "that is the positive phase alone."),
            (-minus, "that is the negative phase alone."),
            (minus, "that is the negative phase alone."),
            (lazy - minus, "hidden units are not tossed like coins in the positive phase: they follow p(k | v)."),
            (np.triu(right), "both entries of a pair are wanted: the matrix is symmetric."),
            (np.tril(right), "both entries of a pair are wanted: the matrix is symmetric."),
            (learning.gradient(model, turned).J, "the order of states: the first visible unit runs fastest."),
            (learning.gradient(model, q, 2.0).J * 2, "that is at T = 2. The energy is -½ s·J·s - h·s, at T = 1."),
            (learning.gradient(model, q, 0.5).J / 2, "the energy counts each pair twice, or T is not 1: ½ s·J·s."),
        ]
        for wrong, why in turns:
            if np.allclose(came, wrong, rtol=0, atol=1e-9):
                refuse(why)
        i, j = np.unravel_index(np.abs(came - right).argmax(), came.shape)
        refuse(
            f"for {model.visible} visible and {model.hidden} hidden units entry [{i}, {j}] is {came[i, j]:.6g}, and "
            f"{right[i, j]:.6g} is right. Does every column of the table add up to q in the positive phase?"
        )
    return "two averages, and nothing else."


def _matrix(came, n: int) -> np.ndarray:
    return vector(came, f"the entries of the matrix, ({n}, {n}),", n * n).reshape(n, n)


def _off(pair: np.ndarray) -> np.ndarray:
    return pair - np.diag(np.diag(pair))


def _uniform_hidden(model, q) -> np.ndarray:
    """Pair averages with hidden units that are coins."""
    s = units(model.size, "spins")
    p = np.tile(q, 2**model.hidden) / 2**model.hidden
    return s.T @ (p[:, None] * s)


_HIDDEN = [(1.0, 1.0, 0.0), (0.7, -1.3, 0.4), (0.2, 0.5, -1.0), (2.0, 1.5, 3.0), (600.0, 500.0, 0.0)]


def left_behind(answer) -> str:
    """5.3-c: fields and coupling that a hidden spin leaves."""
    came = np.array([numbers(call(answer, *one), 3, "h1, h2 and J") for one in _HIDDEN])
    right = np.array([_left(*one) for one in _HIDDEN])
    if np.allclose(came, right, rtol=1e-9, atol=1e-9):
        return "a hidden unit leaves what the curvature of ln cosh makes of it."
    turns = [
        (2 * right, "twice too large."),
        (4 * right, "four times too large: take the mean of the four values, not the sum."),
        (right / 2, "half of it."),
        (right[:, [2, 0, 1]], "first the two fields, then the coupling."),
        (right[:, [1, 0, 2]], "the fields have changed places."),
        (-right, "the sign is turned round: the weight is the exponential of plus what is left."),
        (np.array([(0.0, 0.0, a * b) for a, b, _ in _HIDDEN]), "that is the first order for small couplings."),
    ]
    for wrong, why in turns:
        if np.allclose(came, wrong, rtol=1e-9, atol=1e-9):
            refuse(why)
    k = int(np.argmax(np.abs(came - right).max(axis=1)))
    w1, w2, c = _HIDDEN[k]
    refuse(
        f"for w1 = {w1:g}, w2 = {w2:g} and c = {c:g} it says {_said(came[k])}, and {_said(right[k])} is right. "
        "Multiply ln 2cosh by s₁, s₂ or s₁s₂, and average over the four states."
    )


def _left(w1: float, w2: float, c: float) -> tuple[float, float, float]:
    s1, s2 = np.array([-1.0, 1.0, -1.0, 1.0]), np.array([-1.0, -1.0, 1.0, 1.0])
    x = w1 * s1 + w2 * s2 + c
    left = np.logaddexp(x, -x)
    return float((left * s1).mean()), float((left * s2).mean()), float((left * s1 * s2).mean())


def _said(values) -> str:
    return ", ".join(f"{one:.6g}" for one in values)


def _works() -> list[np.ndarray]:
    rng = np.random.default_rng(9)
    return [
        rng.normal(3.0, 1.0, 50),
        rng.exponential(2.0, 200) - 4.0,
        rng.normal(2000.0, 2.0, 100),
        rng.normal(-3000.0, 1.5, 80),
    ]


def free_energy(answer) -> str:
    """5.3-d: the exponential average, with its error, without an overflow."""
    cases = _works()
    for k, w in enumerate(cases):
        change, error = numbers(call(answer, w.copy()), 2, "ΔF and its standard error")
        right = work.estimate(w)
        if math.isclose(change, right.change, abs_tol=1e-8) and math.isclose(error, right.error, rel_tol=1e-6):
            continue
        n = w.size
        x = np.exp(-(w - w.min()))
        turns = [
            (change, w.mean(), "that is the mean work. Take exponentials before you average."),
            (change, right.gaussian, "that is right for Gaussian work only."),
            (change, -right.change, "the sign is turned round: ΔF is minus the logarithm."),
            (change, right.change - w.min(), "what you took away before the exponentials has to come back."),
            (change, right.change - math.log(n), "that is the sum. Divide it by the number of runs."),
            (error, right.error * math.sqrt(n), "that is the standard deviation. Divide by the root of n."),
            (error, right.error * math.sqrt((n - 1) / n), "the variance is taken with n. Take n - 1."),
            (
                error,
                w.std(ddof=1) / math.sqrt(n),
                "that is the error of the mean of w, not of ln of the mean of exp(-w).",
            ),
            (error, x.std(ddof=1) / math.sqrt(n), "divide by the mean of exp(-w), with the same w taken away."),
            (error, right.error**2, "that is the square of it."),
        ]
        for came, wrong, why in turns:
            if math.isclose(came, wrong, rel_tol=1e-6, abs_tol=1e-9):
                refuse(why)
        what = (
            f"ΔF = {change:.6g}, and {right.change:.6g}"
            if not math.isclose(change, right.change, abs_tol=1e-8)
            else f"an error of {error:.6g}, and {right.error:.6g}"
        )
        refuse(
            f"for {n} runs with a mean work of {w.mean():.4g} it says {what} is right (case {k + 1} of {len(cases)})."
        )
    return "the free energy, out of runs that were not in equilibrium."


EXERCISES = {
    "a": TWO_UNITS,
    "b1": PHASES,
    "b": difference,
    "c1": LEFT,
    "c": left_behind,
    "d1": GAUSSIAN_WORK,
    "d": free_energy,
}
