"""Checks of the exercises of page 3.2, Populations and sigmoids."""

import numpy as np
from scipy.special import expit, ndtr

from ...neuron import activation
from . import call, no, number


def three_four_five(answer) -> str:
    """3.2-a: the fraction that is on, with thresholds 12 ± 3 mV, noise 4 mV and input 17 mV."""
    p = number(answer, "a fraction")
    excess, frozen, fresh = 5.0, 3.0, 4.0
    exact = ndtr(excess / np.hypot(frozen, fresh))
    if abs(p - exact) < 6e-4:
        return f"{exact:.4f}, the value of Φ at 1: three, four, five."
    turns = {
        ndtr(excess / (frozen + fresh)): "spreads do not add. Variances do: 3² + 4² = 5².",
        ndtr(excess / frozen): "the noise is missing. It blurs the thresholds further.",
        ndtr(excess / fresh): "the thresholds are not all equal: their own spread of 3 mV is missing.",
        ndtr(excess / (frozen**2 + fresh**2)): "you have divided by the variance. The spread is its square root.",
        ndtr(excess / np.sqrt(fresh**2 - frozen**2)): "the variance of a difference is the sum of the variances.",
        ndtr(-excess / np.hypot(frozen, fresh)): "that is the fraction that is off.",
        expit(1.7017 * excess / np.hypot(frozen, fresh)): "that is the logistic curve close by. The noise gives Φ.",
        expit(excess / np.hypot(frozen, fresh)): "that is the logistic function. Gaussian noise gives Φ.",
        100 * exact: "that is in per cent. A fraction lies between 0 and 1.",
    }
    for wrong, why in turns.items():
        if abs(p - wrong) < 6e-4 * max(1.0, wrong):
            no(why)
    if not 0 <= p <= 1:
        no(f"a fraction lies between 0 and 1, but {p:g} came.")
    no(
        f"{p:g} is not it. A cell is on if its threshold minus its noise is below 17 mV. What are the mean and the "
        "spread of that difference?"
    )


def mish_slope(answer) -> str:
    """3.2-b: the derivative of mish, accurate from -700 to 1000."""
    x = np.array([-20.0, -5.0, -2.5, -1.0, -0.3, 0.0, 0.4, 1.5, 3.0, 6.0, 15.0])
    exact, gate = activation.mish_slope(x), np.tanh(activation.softplus(x))
    inner = 1 - gate**2
    turns = [
        (gate, "that is one term of the product rule, w. The other is x times the slope of w."),
        (x * inner * expit(x), "that is one term of the product rule, x w'. The other is w itself."),
        (inner * expit(x), "that is the slope of tanh(softplus(x)) alone. Use the product rule on x times it."),
        (gate + x * inner, "the innermost slope is missing: that of ln(1 + e^x) is the logistic function."),
        (gate + x * expit(x), "the slope of tanh is missing: 1 - tanh²."),
        (gate + inner * expit(x), "in the second term of the product rule the factor x is missing."),
        (activation.mish(x), "that is the function itself. Its slope is wanted."),
        (activation.swish_slope(x), "that is the slope of swish, x σ(x)."),
    ]
    with np.errstate(all="ignore"):
        came = np.array([_value(answer, v) for v in x])
    for wrong, why in turns:
        if np.allclose(came, wrong, rtol=1e-6, atol=1e-12):
            no(why)
    if not np.allclose(came, exact, rtol=1e-4, atol=1e-6):
        k = int(np.argmax(np.abs(came - exact)))
        no(
            f"at x = {x[k]:g} it says {came[k]:.8g}, but the slope is {exact[k]:.8g}. Compare with a "
            "difference quotient of the function."
        )
    size = gate + np.abs(x) * inner * expit(x)
    for v in [*x, -700.0, -300.0, -40.0, -1e-12, 1e-12, 30.0, 300.0, 710.0, 1000.0]:
        value, true = _value(answer, v), float(activation.mish_slope(v))
        scale = abs(true) if abs(v) > 20 else float(np.interp(v, x, size))
        if not abs(value - true) <= 1e-10 * scale:
            no(
                f"the formula is right, but at x = {v:g} it gives {value:.12g} where {true:.12g} is meant. "
                + (
                    "ln(1 + e^x) loses its digits there: use log1p, or the fraction in e^x of the second hint."
                    if v < 0
                    else "e^x overflows there: write it in e^-x."
                )
            )
    return "the slope of mish with all its digits, from e^-700 to 1."


def _value(answer, x: float) -> float:
    try:
        result = call(answer, float(x))
    except OverflowError:
        no(f"at x = {x:g} an exponential overflows. Write the formula in e^-|x|.")
    return float(result) if np.ndim(result) == 0 and np.isrealobj(result) else number(result, "a slope")


def thresholds(answer) -> str:
    """3.2-c: mean and spread of the thresholds behind a measured response."""
    even, uneven = np.linspace(-4, 10, 1401), np.sinh(np.linspace(-3, 4.6, 4001)) / 3
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
            no("your function changed the data that it was given.")
        try:
            m, s = (number(part, "each of the two") for part in came)
        except (TypeError, ValueError):
            no("two numbers are wanted, the mean and the spread: return mean, spread.")
        share = np.diff(r) / top
        middle = (x[1:] + x[:-1]) / 2
        median = float(np.interp(0.5, r / top, x))
        low, high = (float(np.interp(p, r / top, x)) for p in (ndtr(-1.0), ndtr(1.0)))
        tolerance = 5e-3
        if abs(m - mean) < tolerance and abs(s - spread) < tolerance:
            continue
        said = f"for {name} it says {m:.4g} and {s:.4g}, but mean and spread are {mean:.4g} and {spread:.4g}. "
        if abs(m - top * mean) < tolerance * top:
            no(said + "The rates are in Hz. Divide by the largest one, where every cell fires.")
        if abs(m - mean) < tolerance and abs(s - spread**2) < tolerance:
            no(said + "The second number is the variance; the spread is its square root.")
        if abs(m - mean) < tolerance and abs(s - np.sqrt(share @ middle**2)) < tolerance:
            no(said + "The mean square is not the variance: subtract the square of the mean.")
        if abs(m - mean) < tolerance and abs(s - (high - low) / 2) < tolerance:
            no(said + "That width belongs to a Gaussian. This law need not be one: sum over the shares.")
        if abs(m - median) < tolerance < abs(mean - median):
            no(said + "At half height lies the median. It is the mean only if the law is symmetric.")
        if abs(m - x.mean()) < tolerance:
            no(said + "That is the mean of the inputs. Weight each interval with the share of the thresholds in it.")
        if x is uneven and abs(m - np.average(x, weights=np.gradient(r, x))) < tolerance:
            no(said + "A slope is a density. To get a share, multiply it by the width of its interval.")
        no(said + "The share of thresholds between two inputs is the rise of the response over its largest value.")
    return "mean and spread come out, for Gaussian, two-humped and lopsided thresholds and for uneven steps."


def sharpest_ramp(answer) -> str:
    """3.2-d: the best softplus for the Gaussian ramp, and its distance."""
    try:
        k, distance = (number(part, "each of the two") for part in answer)
    except (TypeError, ValueError):
        no("a pair is wanted: the sharpness and the distance.")
    if not k > 0:
        no(f"the sharpness is above 0, but {k:g} came.")
    best, least = _best_ramp()
    found = _ramp_distance(k)
    if abs(k - best) < 6e-4 and abs(distance - least) < 1.1e-5:
        return f"k = {best:.4f} and {least:.6f}: the error at 0 and the one near 1.58 are equal and opposite."
    if abs(k - best) < 6e-4:
        no(f"k is right. The largest error with it is {'smaller' if found < distance else 'larger'} than {distance:g}.")
    turns = {
        1.70174: "that is the best slope for the responses. Their integrals have another one.",
        np.log(2) * np.sqrt(2 * np.pi): "that makes the error at 0 vanish, and leaves all of it to the other extremum.",
        np.sqrt(8 / np.pi): "that makes the gains of the responses equal at 0, and not the largest error small.",
        np.pi / np.sqrt(3): "that makes the variances of the two noises equal, which is not the question.",
    }
    for wrong, why in turns.items():
        if abs(k - wrong) < 6e-4:
            no(why)
    no(
        f"with k = {k:g} the largest error is {found:.6f}, and it can be smaller. Look at the error at 0 and at the "
        "other extremum: at the best k they are equal and opposite."
    )


def _ramp_error(x, k):
    return activation.softplus(x, sharpness=k) - activation.gaussian_ramp(x)


def _ramp_distance(k: float) -> float:
    return float(np.abs(_ramp_error(np.linspace(0, 12 + 12 / k, 20_001), k)).max())


def _best_ramp() -> tuple[float, float]:
    """By bisection: the largest and the smallest error, of opposite sign, both fall when k grows."""
    x, low, high = np.linspace(0, 8, 8001), 1.6, 1.9
    for _ in range(40):
        k = (low + high) / 2
        e = _ramp_error(x, k)
        low, high = (k, high) if e.max() > -e.min() else (low, k)
    return k, float(-e.min())


EXERCISES = {"a": three_four_five, "b": mish_slope, "c": thresholds, "d": sharpest_ramp}
