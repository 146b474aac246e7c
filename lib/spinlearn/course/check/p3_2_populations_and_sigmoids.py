"""Checks of the exercises of page 3.2, Populations and sigmoids."""

import math

import numpy as np
from scipy.special import expit, ndtr

from ...neuron import activation
from .answers import NotFiniteError, StoppedError, call, number, numbers, refuse
from .declared import ANY, Numbers, above, at, below, case, near, otherwise

FRACTION = float(
    ndtr(1.0)
)  # of exercise a: thresholds 12 ± 3 mV, noise 4 mV, input 17 mV, and (17 - 12) / √(3² + 4²) = 1

THREE_FOUR_FIVE = Numbers(
    "a fraction",
    right=at(FRACTION, 6e-4, f"{FRACTION:.4f}, the value of Φ at 1: three, four, five."),
    turns=[
        at(ndtr(5 / 7), 6e-4, "spreads do not add. Variances do: 3² + 4² = 5²."),
        at(ndtr(5 / 3), 6e-4, "the noise is missing. It blurs the thresholds further."),
        at(ndtr(5 / 4), 6e-4, "the thresholds are not all equal: their own spread of 3 mV is missing."),
        at(ndtr(5 / 25), 6e-4, "you have divided by the variance. The spread is its square root."),
        at(ndtr(5 / np.sqrt(7)), 6e-4, "the variance of a difference is the sum of the variances."),
        at(ndtr(-1.0), 6e-4, "that is the fraction that is off."),
        at(expit(1.7017), 6e-4, "that is the logistic curve close by. The noise gives Φ."),
        at(expit(1.0), 6e-4, "that is the logistic function. Gaussian noise gives Φ."),
        at(100 * FRACTION, 0.06, "that is in per cent. A fraction lies between 0 and 1."),
        at(1.0, 1e-9, "that is how many spreads the input is above the mean threshold. What fraction lies below it?"),
    ],
    rest=[
        case(below(0), "a fraction lies between 0 and 1."),
        case(above(1), "a fraction lies between 0 and 1."),
        at(FRACTION, 6e-3, "close, but not to three decimals."),
        otherwise(
            "that is not it. A cell is on if its threshold minus its noise is below 17 mV. What are the mean and the "
            "spread of that difference?"
        ),
    ],
)


_GATE, _X = 0.8, math.log(2)  # of exercise b, first: tanh(ln 3) = (9 - 1) / (9 + 1), with the slope 0.24

AT_LN_2 = Numbers(
    "a slope",
    right=at(_GATE + 0.24 * _X, 6e-4, "0.8 + 0.24 ln 2 = 0.966. Already close to the slope of the rectifier, 1."),
    turns=[
        at(_GATE, 6e-4, "that is one term of the product rule. The other is x times the slope of the tanh."),
        at(0.24 * _X, 6e-4, "that is one term of the product rule. The other is the tanh itself."),
        at(0.24, 6e-4, "that is the slope of tanh(ln(1 + e^x)) alone. Use the product rule on x times it."),
        at(_GATE + 0.24, 6e-4, "in the second term of the product rule the factor x, here ln 2, is missing."),
        at(_GATE + 0.36 * _X, 6e-4, "the innermost slope is missing: that of ln(1 + e^x) is 2/3 here."),
        at(_GATE + 2 / 3 * _X, 6e-4, "the slope of tanh is missing: 1 - 0.8² = 0.36."),
        at(_GATE * _X, 6e-4, "that is the function itself. Its slope is wanted."),
        at(2 / 3 + 2 / 9 * _X, 6e-4, "that is the slope of swish, x σ(x)."),
    ],
    rest=[
        at(_GATE + 0.24 * _X, 6e-3, "close, but not to three decimals."),
        otherwise(
            "that is not it. With e^x = 2 the tanh is tanh(ln 3) = (9 - 1) / (9 + 1). And its slope, by the chain rule?"
        ),
    ],
)

MEAN_THRESHOLD = Numbers(
    "an input",
    right=at(2.625, 6e-4, "1/4 of the cells at 1, 1/2 at 2.5, 1/4 at 4.5."),
    turns=[
        at(2.5, 1e-6, "at half height lies the median. It is the mean only if the law is symmetric."),
        at(2.75, 1e-6, "that is the mean of the inputs. Weight each interval with the share of the thresholds in it."),
        at(8 / 3, 6e-3, "the three intervals do not count alike: in the middle one are half of the thresholds."),
        at(1.75, 1e-6, "each share stands at the left end of its interval. Put it in the middle."),
        at(3.5, 1e-6, "each share stands at the right end of its interval. Put it in the middle."),
        at(105, 1e-6, "the rates are in Hz. Divide by the largest one, where every cell fires."),
        at(265 / 80, 1e-3, "the share of an interval is the rise of the rate in it, not the rate."),
    ],
    rest=[
        case(below(0), "all thresholds lie between 0 and 6."),
        case(above(6), "all thresholds lie between 0 and 6."),
        at(2.625, 3e-2, "close, but it can be had exactly."),
        otherwise("that is not it. Which share of the cells has its threshold between 0 and 2, 2 and 3, 3 and 6?"),
    ],
)


def mish_slope(answer) -> str:
    """3.2-b: the derivative of mish, accurate from -700 to 1000."""
    x = np.array([-20.0, -5.0, -2.5, -1.0, -0.3, 0.0, 0.4, 1.5, 3.0, 6.0, 15.0])
    exact, gate = activation.mish.slope(x), np.tanh(activation.softplus(x))
    inner = 1 - gate**2
    turns = [
        (gate, "that is one term of the product rule, w. The other is x times the slope of w."),
        (x * inner * expit(x), "that is one term of the product rule, x w'. The other is w itself."),
        (inner * expit(x), "that is the slope of tanh(softplus(x)) alone. Use the product rule on x times it."),
        (gate + x * inner, "the innermost slope is missing: that of ln(1 + e^x) is the logistic function."),
        (gate + x * expit(x), "the slope of tanh is missing: 1 - tanh²."),
        (gate + inner * expit(x), "in the second term of the product rule the factor x is missing."),
        (activation.mish(x), "that is the function itself. Its slope is wanted."),
        (activation.swish.slope(x), "that is the slope of swish, x σ(x)."),
    ]
    with np.errstate(all="ignore"):
        came = np.array([_value(answer, v) for v in x])
    for wrong, why in turns:
        if np.allclose(came, wrong, rtol=1e-6, atol=1e-12):
            refuse(why)
    if not np.allclose(came, exact, rtol=1e-4, atol=1e-6):
        k = int(np.argmax(np.abs(came - exact)))
        refuse(
            f"at x = {x[k]:g} it says {came[k]:.8g}, but the slope is {exact[k]:.8g}. Compare with a "
            "difference quotient of the function."
        )
    size = gate + np.abs(x) * inner * expit(x)
    # From the middle outwards: what fails there already is no matter of exponentials.
    for v in sorted([*x, -700.0, -300.0, -40.0, -1e-12, 1e-12, 30.0, 300.0, 710.0, 1000.0], key=abs):
        value, true = _value(answer, v), float(activation.mish.slope(v))
        scale = abs(true) if abs(v) > 20 else float(np.interp(v, x, size))
        if not abs(value - true) <= 1e-10 * scale:
            refuse(
                f"the formula is right, but at x = {v:g} it gives {value:.12g} where {true:.12g} is meant. "
                + (
                    "ln(1 + e^x) loses its digits there: use log1p, or the fraction in e^x of the second hint."
                    if v <= -20
                    else "e^x overflows there: write it in e^-x."
                    if v >= 300
                    else "Ten digits are asked for, and a difference quotient has fewer: differentiate by hand."
                )
            )
    return "the slope of mish with all its digits, from e^-700 to 1."


MODEST = 40  # a size of x up to which no power of e^x in a formula for the slope overflows


def _value(answer, x: float) -> float:
    try:
        return number(call(answer, float(x)), "a slope")
    except StoppedError as stopped:
        if not (isinstance(stopped.error, OverflowError) and abs(x) > MODEST):
            raise
        refuse(f"at x = {x:g} an exponential overflows. Write the formula in e^-|x|.")
    except NotFiniteError as reason:
        advice = " Write the formula in e^-|x|, which cannot overflow." if abs(x) > MODEST else ""
        refuse(f"at x = {x:g}: {reason}{advice}")


def thresholds(answer) -> str:
    """3.2-c: mean and spread of the thresholds behind a measured response."""
    # Steps so wide that it matters where in its interval a share is put, and not to the middle of it.
    even, uneven = np.linspace(-4, 10, 141), np.sinh(np.linspace(-3, 4.6, 401)) / 3
    groups = 0.3 * ndtr((even + 1) / 0.5) + 0.7 * ndtr((even - 4) / 0.8)
    two_groups = np.sqrt(0.3 * (3.5**2 + 0.5**2) + 0.7 * (1.5**2 + 0.8**2))
    cases = [
        ("Gaussian thresholds", even, 40 * ndtr((even - 1.5) / 0.7), 40.0, 1.5, 0.7),
        ("thresholds in two groups", even, 25 * groups, 25.0, 2.5, two_groups),
        ("lopsided thresholds", uneven, 60 * -np.expm1(-np.maximum(uneven - 0.5, 0)), 60.0, 1.5, 1.0),
    ]
    for name, x, r, top, mean, spread in cases:
        given = x.copy(), r.copy()
        came = call(answer, *given)
        if not (np.array_equal(given[0], x) and np.array_equal(given[1], r)):
            refuse("your function changed the data that it was given.")
        m, s = numbers(came, 2, "the mean and the spread")
        share = np.diff(r) / top
        middle = (x[1:] + x[:-1]) / 2
        median = float(np.interp(0.5, r / top, x))
        low, high = (float(np.interp(p, r / top, x)) for p in (ndtr(-1.0), ndtr(1.0)))
        tolerance = 5e-3  # of the spread, which the width of the steps makes a little larger
        mean_is_right = abs(m - mean) < 1e-3
        if mean_is_right and abs(s - spread) < tolerance:
            continue
        said = f"for {name} it says {m:.4g} and {s:.4g}, but mean and spread are {mean:.4g} and {spread:.4g}. "
        if abs(m - top * mean) < tolerance * top:
            refuse(said + "The rates are in Hz. Divide by the largest one, where every cell fires.")
        if mean_is_right and abs(s - spread**2) < tolerance:
            refuse(said + "The second number is the variance; the spread is its square root.")
        if mean_is_right and abs(s - np.sqrt(share @ middle**2)) < tolerance:
            refuse(said + "The mean square is not the variance: subtract the square of the mean.")
        if mean_is_right and abs(s - (high - low) / 2) < tolerance:
            refuse(said + "That width belongs to a Gaussian. This law need not be one: sum over the shares.")
        if abs(m - median) < tolerance < abs(mean - median):
            refuse(said + "At half height lies the median. It is the mean only if the law is symmetric.")
        if abs(m - x.mean()) < tolerance:
            refuse(
                said + "That is the mean of the inputs. Weight each interval with the share of the thresholds in it."
            )
        if x is uneven and abs(m - np.average(x, weights=np.gradient(r, x))) < tolerance:
            refuse(said + "A slope is a density. To get a share, multiply it by the width of its interval.")
        for ends, name_of in ((x[:-1], "left"), (x[1:], "right")):
            if abs(m - share @ ends) < 1e-6 * (1 + abs(m)):
                refuse(said + f"Each share stands at the {name_of} end of its interval. Put it in the middle.")
        refuse(said + "The share of thresholds between two inputs is the rise of the response over its largest value.")
    return "mean and spread come out, for Gaussian, two-humped and lopsided thresholds and for uneven steps."


# The best softplus for the Gaussian ramp and its distance, which a test takes from the exchange algorithm.
SHARPNESS, DISTANCE = 1.7760918, 0.0086769

SHARPEST_RAMP = Numbers(
    "the sharpness and the distance",
    right=case(
        [near(SHARPNESS, 6e-4), near(DISTANCE, 1.1e-5)],
        f"k = {SHARPNESS:.4f} and {DISTANCE:.6f}. Can you prove that no other k does better?",
    ),
    turns=[
        case([(None, 0.0), ANY], "the sharpness is above 0."),
        case([near(1.70174, 6e-4), ANY], "that is the best slope for the responses. Their integrals have another one."),
        case(
            [near(math.log(2) * math.sqrt(2 * math.pi), 6e-4), ANY],
            "that makes the error at 0 vanish, and leaves all of it to the other extremum.",
        ),
        case(
            [near(math.sqrt(8 / math.pi), 6e-4), ANY],
            "that makes the gains of the responses equal at 0, and not the largest error small.",
        ),
        case(
            [near(math.pi / math.sqrt(3), 6e-4), ANY],
            "that makes the variances of the two noises equal, which is not the question.",
        ),
        case([near(DISTANCE, 1.1e-5), near(SHARPNESS, 6e-4)], "the two are exchanged: the sharpness comes first."),
    ],
    rest=[
        case([near(SHARPNESS, 6e-4), near(DISTANCE, 6e-5)], "k is right, and the distance close. Give four digits."),
        case(
            [near(SHARPNESS, 6e-4), below(DISTANCE)], "k is right, and the largest error with it is larger than that."
        ),
        case(
            [near(SHARPNESS, 6e-4), above(DISTANCE)], "k is right, and the largest error with it is smaller than that."
        ),
        case(
            [near(SHARPNESS, 2.5e-2), ANY],
            "k is close; four digits are asked for. At the best k the error at 0 and that at the other extremum are "
            "equal and opposite.",
        ),
        case(
            [below(SHARPNESS), ANY],
            "k is too small, the softplus too high. At the best k the error at 0 and that at the other extremum are "
            "equal and opposite.",
        ),
        otherwise(
            "k is too large, the softplus too low. At the best k the error at 0 and that at the other extremum are "
            "equal and opposite.",
            parts=2,
        ),
    ],
)

EXERCISES = {
    "a": THREE_FOUR_FIVE,
    "b1": AT_LN_2,
    "b": mish_slope,
    "c1": MEAN_THRESHOLD,
    "c": thresholds,
    "d": SHARPEST_RAMP,
}
