"""Checks of the exercises of page 3.1, From magnetisation to activation."""

import numpy as np
from scipy.optimize import minimize_scalar

from ... import meanfield
from .answers import NotFiniteError, NotYetError, call, number, numbers, refuse
from .declared import ANY, IN_TC, Numbers, above, at, below, case, near, otherwise

SIX = Numbers(
    "the weight and the bias",
    right=case([near(-12, 1e-6), near(10.8, 1e-6)], "-12 and 10.8: the sum is zero at T = 0.9, and falls from there."),
    turns=[
        case([near(12, 1e-6), near(-10.8, 1e-6)], "the signs are turned round: your unit rises with T."),
        case([near(10.8, 1e-6), near(-12, 1e-6)], "weight and bias have changed places."),
        case([near(-6, 1e-6), ANY], "a 2 is missing: tanh(x) goes with σ(2x)."),
        case([near(-3, 1e-6), ANY], "the 2 is on the wrong side: the logistic function is the gentler one."),
        case([near(-12, 1e-6), near(-10.8, 1e-6)], "the weight is right. At T = 0.9 the sum wT + b has to be zero."),
        case([near(-12, 1e-6), near(0.9, 1e-6)], "the weight is right, but b is no temperature: -12 · 0.9 + b = 0."),
        case([near(-12, 1e-6), near(5.4, 1e-6)], "the weight is right, and the bias needs the same 2."),
    ],
    rest=[
        case([near(-12, 1e-6), near(10.8, 0.21)], "the weight is right, and the bias close; it can be had exactly."),
        case([near(-12, 1e-6), ANY], "the weight is right. At T = c = 0.9 the sum wT + b has to be zero."),
        case([above(0), ANY], "the curve falls as T grows, so the weight is below zero."),
        otherwise("that is not it. Compare -6 (T - 0.9) with half of wT + b.", parts=2),
    ],
)

NINE_TENTHS = Numbers(
    "a temperature",
    right=at(0.9 / np.arctanh(0.9), 6e-4, "0.611: nine tenths are gone well before two thirds of Tc."),
    turns=[
        at(np.arctanh(0.9) / 0.9, 6e-4, "that is the inverse temperature, Tc / T."),
        at(np.arctanh(0.9), 6e-4, "that is m / T, the field in units of T."),
        at(0.9 * np.arctanh(0.9), 6e-3, "m has to be divided by artanh m: m / T = artanh m."),
        at(np.tanh(0.9) / 0.9, 6e-4, "tanh where its inverse belongs: solve m = tanh(m / T) for T."),
        at(0.9 / np.tanh(0.9), 6e-4, "tanh where its inverse belongs: solve m = tanh(m / T) for T."),
        at(0.9 / np.arctan(0.9), 6e-4, "that is the inverse of tan. The inverse of tanh is artanh."),
        at(1 - 0.9**2 / 3, 6e-4, "that is right close to Tc only. Here solve without an approximation."),
        at(0.5254, 6e-4, "that is m at T = 0.9. Wanted is T at m = 0.9."),
    ],
    rest=[
        case((None, 0.0), "a temperature is above zero."),
        case(above(1), "above Tc nothing is magnetised."),
        at(0.6113, 6e-3, "close, but not to three decimals."),
        otherwise("that is not it: put it into m = tanh(m / T) with m = 0.9, and see."),
    ],
    units=IN_TC,
)

REACH = float(np.arctanh(0.02)) / 100

HOW_CLOSE = Numbers(
    "a distance",
    right=at(REACH, 5.1e-6, "0.0002. For a curve that is twice as steep it would be half of that."),
    turns=[
        at(1e-4, 5e-6, "the steepest slope of ½ tanh(a x) is a / 2, here 50: ε is used up at ε / 50."),
        at(0.01, 1e-5, "that would do for a slope of 1. This curve is steeper."),
        at(1 + REACH, 5.1e-6, "that is the temperature. Its distance from Tc is wanted."),
        at(float(np.arctanh(0.98)) / 100, 2e-4, "there f has come down to 0.01. It should still be above ½ - 0.01."),
        at(0, 1e-9, "at Tc itself the error is ½. How far from there is it still above 0.49?"),
    ],
    rest=[
        case(below(0), "a distance is not negative."),
        case(below(REACH), "there the error is larger than 0.49, but that holds further up as well."),
        otherwise("there the error is no longer larger than 0.49. Where is ½ - ½ tanh(100 d) equal to it?"),
    ],
    units=IN_TC,
)


def twin(answer) -> str:
    """3.1-a: the logistic unit that equals a tanh of given steepness and centre."""
    pairs = [(6.0, 1.0), (8.2, 0.88), (0.5, -2.0), (3.0, 0.0)]
    came = np.array([numbers(call(answer, a, c), 2, "the weight and the bias") for a, c in pairs])
    a, c = np.array(pairs).T
    right = np.stack([-2 * a, 2 * a * c], axis=1)
    if np.allclose(came, right, rtol=1e-9, atol=1e-12):
        return "w = -2a and b = 2ac: the same curve under another name."
    turns = [
        (-right, "the signs are turned round: your unit rises with T, and the curve falls."),
        (right / 2, "a 2 is missing: tanh(x) goes with σ(2x)."),
        (right / 4, "the 2 is on the wrong side: tanh(x) goes with σ(2x), so the weight is larger than a."),
        (np.stack([-2 * a, -2 * a * c], axis=1), "the weight is right. At T = c the sum wT + b has to be zero."),
        (np.stack([-2 * a, c], axis=1), "the weight is right, but b is no temperature. At T = c wT + b has to be 0."),
        (right[:, ::-1], "weight and bias have changed places."),
    ]
    for wrong, why in turns:
        if np.allclose(came, wrong, rtol=1e-9, atol=1e-12):
            refuse(why)
    k = int(np.argmax(np.abs(came - right).max(axis=1)))
    (w, b), (a, c) = came[k], pairs[k]
    refuse(
        f"for a = {a:g}, c = {c:g} your unit has w = {w:.10g} and b = {b:.10g}, and is {_sigma(w * 1.3 + b):.6g} at "
        f"T = 1.3; the curve is {_sigma(-2 * a * (1.3 - c)):.6g} there. They should be the same at every T."
    )


def _sigma(x: float) -> float:
    return 0.5 + 0.5 * np.tanh(x / 2)


def inverse(answer) -> str:
    """3.1-b: the temperature that belongs to a magnetisation."""
    inside = np.array([0.001, 0.1, 0.5, 0.83, 0.9575, 0.9999])
    came = np.array([number(call(answer, float(m)), "a temperature") for m in inside])
    right = inside / np.arctanh(inside)
    if not np.allclose(came, right, rtol=1e-9, atol=0):
        turns = [
            (1 / right, "that is the inverse temperature, Tc / T."),
            (np.tanh(inside) / inside, "tanh where its inverse belongs: solve m = tanh(m / T) for T."),
            (inside * np.arctanh(inside), "m has to be divided by artanh m: m / T = artanh m."),
            (inside / np.arctan(inside), "that is the inverse of tan. The inverse of tanh is np.arctanh."),
            (1 - inside**2 / 3, "that is right close to Tc only. Invert m = tanh(m / T) without an approximation."),
            (np.arctanh(inside), "that is m / T, the field in units of T."),
        ]
        for wrong, why in turns:
            if np.allclose(came, wrong, rtol=1e-9, atol=0):
                refuse(why)
        k = int(np.argmax(np.abs(came - right)))
        back = np.tanh(inside[k] / came[k])
        refuse(f"for m = {inside[k]:g} it says T = {came[k]:.10g}, but tanh(m / T) is then {back:.10g}.")
    for m, limit, why in [
        (0.0, 1.0, "the magnetisation vanishes at Tc"),
        (1.0, 0.0, "the magnet is complete at T = 0 only"),
        (-0.5, 0.5 / np.arctanh(0.5), "both branches have the same temperature"),
        (-1.0, 0.0, "the magnet is complete at T = 0 only"),
        (1e-9, 1.0, "close to zero it has to go on smoothly"),
    ]:
        try:
            value = number(call(answer, m), "a temperature")
        except NotYetError as reason:
            stopped = isinstance(getattr(reason, "error", None), ZeroDivisionError)
            divided = m == 0 and (stopped or isinstance(reason, NotFiniteError))
            advice = " 0 / 0 wants a line of its own." if divided else ""
            refuse(f"T({m:g}) should be {limit:.6g}: {why}. But {reason}{advice}")
        if not abs(value - limit) < 1e-9:
            refuse(f"T({m:g}) should be {limit:.10g}, but {value:.10g} came: {why}.")
    return "the curve on its side. What nobody can solve for m is one line when solved for T."


# Continuous curves through (1, 1/2), from gentle to nearly a step, and how close to 1/2 the error is wanted.
_CURVES = [
    ("the source's tanh", lambda T: 0.5 - 0.5 * np.tanh(6 * (T - 1)), 0.1),
    ("the source's tanh", lambda T: 0.5 - 0.5 * np.tanh(6 * (T - 1)), 1e-6),
    ("a tanh with a = 1000", lambda T: 0.5 - 0.5 * np.tanh(1000 * (T - 1)), 0.01),
    ("a tanh with a = 1e9", lambda T: 0.5 - 0.5 * np.tanh(1e9 * (T - 1)), 0.001),
    ("an arctan", lambda T: 0.5 - np.arctan(40 * (T - 1)) / np.pi, 0.003),
    ("a straight line", lambda T: 0.5 - 3 * (T - 1), 1e-4),
    ("a tanh with a = 4e14", lambda T: 0.5 - 0.5 * np.tanh(4e14 * (T - 1)), 0.1),
    ("a curve that is vertical at 1", lambda T: 0.5 - 0.5 * np.clip(np.cbrt(T - 1), -1, 1), 0.001),
    ("a curve that wiggles", lambda T: 0.5 * np.cos(1e4 * (T - 1)), 0.02),
]


def witness(answer) -> str:
    """3.1-c: a temperature other than Tc at which the error is close to a half, for any continuous curve."""
    asked = 0
    for name, curve, eps in _CURVES:

        def counted(T, curve=curve):
            nonlocal asked
            asked += 1
            return curve(T)

        T = number(call(answer, counted, eps), "a temperature")
        if T <= 0:
            refuse(f"a temperature is above zero, but {T:g} came.")
        if T == 1:
            refuse(
                "at T = 1 itself the error is ½. The claim is that there are others: stop halving the distance as soon "
                "as the curve obliges."
            )
        error = abs(float(curve(T)) - float(meanfield.magnetisation(T)))
        if not error > 0.5 - eps:
            side = "below" if T < 1 else "above"
            advice = (
                "below Tc the magnetisation grows at once, as a square root. Look above, where it is zero."
                if T < 1
                else "go closer; how close depends on the curve."
            )
            refuse(
                f"for {name} and eps = {eps:g} you went {abs(T - 1):.3g} {side} Tc, where the error is {error:.10g}, "
                f"and that is not above {0.5 - eps:.10g}: {advice}"
            )
    if not asked:
        refuse(
            "how close to Tc is close enough depends on the curve, but your function never calls f. It would fail for "
            "a curve that is steeper than those tried here."
        )
    return "for every continuous curve through (Tc, ½). The largest error is at least ½, and not at one point only."


def price(answer) -> str:
    """3.1-d: the least error of a curve of bounded slope."""
    slopes = np.array([0.3, 1.0, 3.0, 4.122, 10.0, 100.0])
    came = np.array([number(call(answer, float(g)), "an error") for g in slopes])
    right = np.array([_least_error(g) for g in slopes])
    if np.allclose(came, right, rtol=0, atol=6e-7):  # six decimals
        return "the price of a slope, to six decimals. Times g it goes to a limit. To which, and how fast?"
    turns = [
        (2 * right, "that is the whole of the difference. It is shared between two errors: take half of it."),
        (right / 2, "the half is in there twice."),
        (3 / (8 * slopes), "that is the law for steep curves, with the square root in place of m."),
        (
            (np.sqrt(3) - slopes) / 2,
            "that takes the whole way from T = 0 to Tc. Find the stretch where the difference is largest.",
        ),
        ((1 - slopes) / 2, "that takes the whole way from T = 0 to Tc. Find the stretch where it is largest."),
        (np.maximum(1 - slopes, 0) / 2, "that takes the whole way from T = 0 to Tc. Find the best stretch."),
    ]
    for wrong, why in turns:
        if np.allclose(came, wrong, rtol=0, atol=6e-7):
            refuse(why)
    k = int(np.argmax(np.abs(came - right)))
    how = "smaller" if came[k] < right[k] else "larger"
    if np.allclose(came[:4], right[:4], rtol=0.02):
        refuse(
            f"gentle slopes are nearly right, but for g = {slopes[k]:g} it says {came[k]:.8f}, which is {how} than the "
            "true value. An even grid of temperatures misses the maximum; six decimals want a search."
        )
    refuse(f"for g = {slopes[k]:g} it says {came[k]:.8g}, which is {how} than the true value. Is it ½ max [m - g δ]?")


def _least_error(g: float) -> float:
    """Half the largest tanh(x) - g (1 - tanh(x) / x); it has one maximum, below x = 2 + 2 / g."""
    best = minimize_scalar(
        lambda x: g * (1 - np.tanh(x) / x) - np.tanh(x),
        bounds=(1e-6, 2 + 2 / g),
        method="bounded",
        options={"xatol": 1e-10},
    )
    return -best.fun / 2


# Exercise d, first: half the largest tanh(x) - 2 (1 - tanh(x) / x), at x = 0.683.
TWO = 0.1656442

SLOPE_TWO = Numbers(
    "an error",
    right=at(TWO, 6e-4, f"{TWO:.4f}. What it costs close to Tc, 3/16, is only an estimate at so gentle a slope."),
    turns=[
        at(2 * TWO, 1.2e-3, "that is the whole of the difference. It is shared between two errors: take half of it."),
        at(TWO / 2, 6e-4, "the half is in there twice."),
        at(3 / 16, 6e-4, "that is 3/(8g), the law for steep curves. Put m in, and not its square root."),
        at(-1 / 2, 6e-4, "that takes the whole way from T = 0 to Tc. Find the stretch where it is largest."),
        at(0, 1e-9, "over the whole way from T = 0 to Tc nothing is missing, but over the last part of it."),
        at(1 / 2, 6e-4, "that is what a horizontal line pays. A slope of 2 is better."),
        at(0.683286, 6e-4, "that is the x at which it is largest. How large is half of it there?"),
    ],
    rest=[
        case(below(0), "a largest error is not negative."),
        at(TWO, 6e-3, "close, but not to three decimals."),
        otherwise("that is not it. Is it ½ max [tanh x - 2 (1 - tanh(x) / x)]? Try x = 0.5, 0.7, 0.9."),
    ],
)

EXERCISES = {
    "a1": SIX,
    "a": twin,
    "b1": NINE_TENTHS,
    "b": inverse,
    "c1": HOW_CLOSE,
    "c": witness,
    "d1": SLOPE_TWO,
    "d": price,
}
