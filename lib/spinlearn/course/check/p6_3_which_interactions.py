"""Checks of the exercises of page 6.3, which interactions an activation makes."""

import math

import numpy as np

from ...bipartite import interactions
from ...neuron import unit
from .answers import call, number, numbers, refuse, vector
from .declared import Numbers, above, at, below, case, near, otherwise

BY_HAND = Numbers(
    "the coupling of the first two units, and that of all three",
    right=case([near(3, 1e-6), near(1.5, 1e-6)], "½ · 3 · 2, and ½ · 3 · 2 · ½: the third unit halves it."),
    turns=[
        case([near(6, 1e-6), near(3, 1e-6)], "the bias is missing: it brings the factor e^b, one half."),
        case([near(6, 1e-6), near(9, 1e-6)], "each unit brings e^w - 1, not e^w: what it adds to being off."),
        case([near(12, 1e-6), near(18, 1e-6)], "each unit brings e^w - 1, not e^w; and the bias a half."),
        case([near(1.5, 1e-6), near(3, 1e-6)], "first the pair, then the triple."),
        case([near(12, 1e-6), near(6, 1e-6)], "the bias is negative: it halves the couplings."),
        case(
            [near(math.log(4) * math.log(3) / 2, 5e-3), (None, None)],
            "a product of weights is right for weak ones. These are strong: take e^w - 1.",
        ),
        case(
            [near(math.log(4) * math.log(3), 5e-3), (None, None)],
            "a product of weights is right for weak ones. These are strong: take e^w - 1.",
        ),
        case([near(5.5, 1e-6), near(8.5, 1e-6)], "that is the whole of K where units are on. Take away what fewer do."),
        case([near(3, 1e-6), near(4.5, 1e-6)], "the third unit brings e^w - 1 = ½, not e^w = 1.5."),
        case([near(3, 1e-6), near(3, 1e-6)], "the third unit brings a factor, too: e^w - 1 = ½."),
    ],
    rest=[
        case([near(3, 0.05), near(1.5, 0.05)], "close, but both are short numbers: give them exactly."),
        otherwise("e^b times the product of e^w - 1 over the units of the set.", 2),
    ],
)


def _softplus(x: float) -> float:
    return max(x, 0.0) + math.log1p(math.exp(-abs(x)))


PAIR = _softplus(1) - 2 * _softplus(-1) + _softplus(-3)

TWO = Numbers(
    "a coupling",
    right=at(PAIR, 6e-5, "K(1) - 2 K(-1) + K(-3): a soft AND of two."),
    turns=[
        at(_softplus(1) - 2 * _softplus(-1), 6e-5, "the state with both off counts, too, with a plus."),
        at(_softplus(1), 6e-5, "that is K with both on. Take away what each does alone."),
        at(
            _softplus(1) - _softplus(-1),
            6e-5,
            "that is what one unit makes while the other is on.",
        ),
        at(_softplus(-1) - _softplus(-3), 6e-5, "that is the coupling of one unit, its field."),
        at(_softplus(1) - _softplus(-3), 6e-5, "of this the fields of both units have to be taken away."),
        at(_softplus(1) - _softplus(-1) + _softplus(-3), 6e-5, "there are two states with one unit on."),
        at(_softplus(1) - 2 * _softplus(-1) - _softplus(-3), 6e-5, "two signs are plus: both on, and both off."),
        at(PAIR / 4, 6e-5, "that is the coupling of two spins. Asked is 0 and 1."),
        at(-PAIR, 6e-5, "the sign is turned round: the state with both on counts with a plus."),
        at(4 * math.exp(-3) / (1 + math.exp(-3)) ** 2, 6e-5, "that is right for weak weights. Take differences."),
    ],
    rest=[
        at(PAIR, 6e-3, "close, but not to four decimals."),
        case(below(0), "two weights of one sign make a positive pair, whatever the unit: K'' is a variance."),
        otherwise("the fields of the four states are -3, -1, -1 and 1, and the signs +, -, -, +."),
    ],
)

BIAS = Numbers(
    "a bias",
    right=at(-25, 1e-6, "5 above with all on, 5 below with two on, 15 below with one."),
    turns=[
        at(25, 1e-6, "the sign: without any unit on, the hidden unit has to be off."),
        at(-30, 1e-6, "then the field is just zero with all units on."),
        at(-20, 1e-6, "then the field is just zero with two units on."),
        at(-15, 1e-6, "that is half-way between none and all: with two on the unit would be on already."),
        at(-5, 1e-6, "that is how far below the field is with two on. The bias is what brings it there."),
        at(-10, 1e-6, "then one unit suffices to bring the field to zero, and two are far above."),
    ],
    rest=[
        at(-25, 0.5, "close: it is a whole number."),
        case(above(-20), "with two units on the field would be above zero."),
        case(below(-30), "with all three units on the field would be below zero."),
        otherwise("with all on the field is 30 + b, with two on 20 + b. One is minus the other."),
    ],
)

FOLDED = Numbers(
    "a coupling",
    right=at(0.5, 1e-6, "a quarter of -2, and an eighth of 8: the triple turns its sign."),
    turns=[
        at(-0.5, 1e-6, "that is a quarter of the pair. The triple falls upon its pairs, too."),
        at(1, 1e-6, "that is what comes from the triple. The pair itself brings something as well."),
        at(-2, 1e-6, "that is the coupling in 0/1. In spins all sets that contain the pair count."),
        at(1.5, 1e-6, "the triple has three units, so it is divided by eight, not by four; and the pair is negative."),
        at(6, 1e-6, "the couplings have to be divided, by 2 for each unit of the set."),
        at(0.25, 1e-6, "too small by a half: v = (1 + s)/2 brings ½ for each unit of the set."),
        at(-1.5, 1e-6, "both count with the sign that they have."),
        at(-0.25, 1e-6, "the three pairs are different ones. s₁s₂ occurs in the pair 12 and in the triple."),
    ],
    rest=[
        at(0.5, 0.02, "close: it is a short number."),
        otherwise("s₁s₂ occurs in -2 v₁v₂ with -2/4, and in 8 v₁v₂v₃ with 8/8."),
    ],
)


def _hidden() -> list[tuple]:
    """K by name, weights and bias."""
    return [
        ("x²/2", lambda x: np.asarray(x) ** 2 / 2, np.array([0.5, -2.0]), 0.7),
        ("e^x - 1", np.expm1, np.array([0.7, 1.1, -0.4]), -0.3),
        ("ln(1 + e^x)", lambda x: np.logaddexp(0.0, x), np.array([1.5]), -0.5),
        ("ln(1 + e^x)", lambda x: np.logaddexp(0.0, x), np.array([2.0, 1.0, -1.5, 3.0]), 0.4),
        ("ln(1 + e^x)", lambda x: np.logaddexp(0.0, x), np.array([1.0, 2.0, 3.0]), -2.0),
    ]


def top(answer) -> str:
    """6.3-b: the coupling of all units of a hidden one, by inclusion and exclusion."""
    for name, K, w, b in _hidden():
        came = number(call(answer, K, w.copy(), b), "the coupling of all units")
        n = w.size
        right = interactions.of_unit(K, w, b)[-1]
        if math.isclose(came, right, rel_tol=1e-8, abs_tol=1e-10):
            continue
        order, x = interactions.orders(n), _fields(w, b)
        plain = np.asarray(K(x), dtype=float)
        turns = [
            (plain.sum(), "that is a sum without signs. Sets that lack an odd number of units count with a minus."),
            (
                -right,
                "the sign is turned round: it is (-1)^(|S| - |R|), not (-1)^|R|, so that all on counts with a plus.",
            ),
            (interactions.of_unit(K, w, 0.0)[-1], "the bias is missing."),
            (interactions.of_unit(K, w, b, alphabet="spins")[-1], "that is the coupling of spins. Asked is 0 and 1."),
            (right / 2**n, "that is an average over the states. Take the sum."),
            (plain[-1] - plain[0], "that is all on less all off. It still contains what fewer units do."),
            (
                plain[-1] - plain[order == 1].sum() + (n - 1) * plain[0],
                "sets in between count, too.",
            ),
            ((plain * (-1.0) ** (n - order))[1:].sum(), "the empty set counts, too: K(b)."),
            (plain[-1], "that is K with all units on. Take away what fewer do."),
        ]
        for wrong, why in turns:
            if math.isclose(came, wrong, rel_tol=1e-8, abs_tol=1e-10):
                refuse(why)
        if math.isclose(came, right, rel_tol=2e-2, abs_tol=2e-3):
            refuse(f"close, but {came:.6g} in place of {right:.6g}: do not round inside.")
        refuse(
            f"for K = {name}, the weights {_said(w)} and the bias {b:g} it says {came:.6g}, and {right:.6g} is right. "
            "Each subset of the units counts once."
        )
    return "all that a hidden unit makes is in the differences of its K."


def _fields(w: np.ndarray, b: float) -> np.ndarray:
    x = np.array([b])
    for one in w:
        x = np.concatenate([x, x + one])
    return x


def _said(values) -> str:
    return ", ".join(f"{one:g}" for one in values)


def gate(answer) -> str:
    """6.3-c: weights and bias of a step unit whose highest order dominates."""
    for n in (2, 3, 4, 5):
        came = call(answer, n)
        try:
            weights, bias = came
        except (TypeError, ValueError):
            refuse(f"two things are wanted for n = {n}: a list of {n} weights, and a bias.")
        w = vector(weights, f"the weights for n = {n}", n)
        b = number(bias, f"the bias for n = {n}")
        if np.abs(w).max() > 10 + 1e-9:
            refuse(f"for n = {n} a weight is {np.abs(w).max():.4g} in size. The largest that is allowed is 10.")
        if abs(b) > 1e6:
            refuse(f"for n = {n} the bias is {b:.4g}. That is out of proportion.")
        J = interactions.by_order(interactions.of_unit(unit.binary(), w, b))
        highest, others = interactions.of_unit(unit.binary(), w, b)[-1], J.largest[:-1]
        if highest >= 3 and others.max() <= 0.05:
            continue
        worst = int(J.order[:-1][np.argmax(others)])
        _refuse_gate(n, w, b, highest, others, worst)
    return "a bonus for all on is a product of all, and no other."


def _refuse_gate(n, w, b, highest, others, worst) -> None:
    """Say what is wrong with a gate that is none."""
    said = (
        f"for n = {n} the coupling of all is {highest:.4g}, and the largest other one {others.max():.4g}, "
        f"of order {worst}."
    )
    full = w.sum() + b
    if (w <= 0).any():
        refuse(f"{said} A unit with a weight that is not positive does not bring the gate any nearer to being on.")
    if full <= 0:
        refuse(f"{said} With all units on the field is {full:.4g}: the hidden unit is off even then.")
    nearest = full - w.min()
    if nearest > 0:
        refuse(f"{said} With all but one unit on the field is {nearest:.4g}, above zero: the gate opens too early.")
    if others.max() > 0.05 and highest >= 3:
        refuse(f"{said} All but one have the field {nearest:.4g}: not far enough below zero.")
    if highest < 3 and others.max() <= 0.05:
        refuse(f"{said} The gate is clean, but weak. How far above zero is the field with all units on?")
    refuse(f"{said} The field goes from {nearest:.4g} to {full:.4g} as the last unit comes on: too little of a step.")


def _lists() -> list[tuple]:
    """Couplings of units 0 or 1, and two units."""
    rng = np.random.default_rng(12)
    triple = np.zeros(8)
    triple[[3, 5, 6, 7]] = -2.0, -2.0, -2.0, 8.0
    return [(rng.normal(size=2**n), i, j) for n, i, j in ((4, 0, 2), (2, 0, 1), (5, 4, 1), (6, 2, 3))] + [
        (triple, 0, 1)
    ]


def spins(answer) -> str:
    """6.3-d: a pair coupling of spins, from the couplings of units 0 or 1."""
    for J, i, j in _lists():
        came = numbers(call(answer, J.copy(), i, j), 1, "the pair coupling of the spins")[0]
        both = (1 << i) | (1 << j)
        right = interactions.convert(J, "spins")[both]
        if math.isclose(came, right, rel_tol=1e-8, abs_tol=1e-10):
            continue
        n = J.size.bit_length() - 1
        order, sets = interactions.orders(n), np.arange(J.size)
        holds = (sets & both) == both
        either = (sets & both) > 0
        turns = [
            (J[both] / 4, "that is a quarter of the pair. All sets that contain it fall upon it."),
            (J[both], "that is the coupling in 0/1, as it is."),
            (J[holds].sum(), "each coupling is to be divided by 2 for each unit of its set."),
            (J[holds].sum() / 4, "a set of n units is divided by 2^n, not every one by four."),
            ((J[holds] / 2.0 ** (order[holds] - 2)).sum(), "the two units of the pair bring a half each, as well."),
            ((J[holds] * 2.0 ** order[holds]).sum(), "v = (1 + s)/2: halves, not twos."),
            (((-1.0) ** order[holds] * J[holds] / 2.0 ** order[holds]).sum(), "no signs: (1 + s)/2 has a plus."),
            ((J[either] / 2.0 ** order[either]).sum(), "sets that contain both units count, not one of them."),
            ((J[holds & (order > 2)] / 2.0 ** order[holds & (order > 2)]).sum(), "the pair itself counts, too."),
            (interactions.convert(J, "binary")[both], "that goes the other way round, from spins to 0 and 1."),
        ]
        for wrong, why in turns:
            if math.isclose(came, wrong, rel_tol=1e-8, abs_tol=1e-10):
                refuse(why)
        if math.isclose(came, right, rel_tol=2e-2, abs_tol=2e-3):
            refuse(f"close, but {came:.6g} in place of {right:.6g}: do not round inside.")
        refuse(
            f"for {n} units and the pair {i}, {j} it says {came:.6g}, and {right:.6g} is right. "
            "Which sets contain both units, and by what is each divided?"
        )
    return "a coupling of a high order speaks in all orders below it, once one writes spins."


EXERCISES = {
    "a": BY_HAND,
    "b1": TWO,
    "b": top,
    "c1": BIAS,
    "c": gate,
    "d1": FOLDED,
    "d": spins,
}
