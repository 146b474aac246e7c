"""The checks of page 3.2: right answers pass, typical mistakes are refused with the reason, and nothing ever raises."""

import math

import numpy as np
from checking import Answers
from scipy.special import expit, ndtr

from spinlearn.course.check import check
from spinlearn.measure import minimax
from spinlearn.neuron import activation


def mish_by_the_product_rule(x):
    w = np.tanh(np.log1p(np.exp(min(x, 700.0))))
    return w + x * (1 - w**2) * expit(x)


def mish_in_powers(x):
    e = math.exp(-abs(x))
    if x < 0:
        d = e * e + 2 * e + 2
        return (e * e + 2 * e) / d + 4 * x * e * (1 + e) / d**2
    d = 1 + 2 * e + 2 * e * e
    return (1 + 2 * e) / d + 4 * x * e * e * (1 + e) / d**2


def as_first_written(x):
    w = np.tanh(np.log(1 + np.exp(x)))
    return w + x * (1 - w**2) * expit(x)


def with_math(x):
    w = math.tanh(math.log1p(math.exp(x)))
    return w + x * (1 - w * w) / (1 + math.exp(-x))


def in_growing_exponentials(x):
    e = np.exp(x)
    d = e * e + 2 * e + 2
    return (e * e + 2 * e) / d + 4 * x * e * (1 + e) / d**2


def w(x):
    return np.tanh(np.logaddexp(0, x))


def moments(x, r, top=None, part=0.5):
    share = np.diff(r) / (r[-1] if top is None else top)
    at = part * x[1:] + (1 - part) * x[:-1]
    mean = share @ at
    return mean, np.sqrt(share @ (at - mean) ** 2)


def by_parts(x, r):
    G = r / r.max()
    mean = x[-1] - np.trapezoid(G, x)
    square = x[-1] ** 2 - np.trapezoid(2 * x * G, x)
    return np.array([mean, np.sqrt(square - mean**2)])


def by_slopes(x, r):
    g = np.gradient(r, x)
    mean = np.average(x, weights=g)
    return mean, np.sqrt(np.average((x - mean) ** 2, weights=g))


def at_half_height(x, r):
    return np.interp(r[-1] / 2, r, x), moments(x, r)[1]


def gaussian_width(x, r):
    low, high = (np.interp(p * r[-1], r, x) for p in (ndtr(-1), ndtr(1)))
    return moments(x, r)[0], (high - low) / 2


def spoils(x, r):
    result = moments(x, r)
    r /= r[-1]
    return result


best = minimax.minimax(
    lambda x, k: np.logaddexp(0, k * x) / k, activation.gaussian_ramp, np.linspace(-8, 8, 161), [1.7]
)
K, E = best.parameters[0], best.error

RIGHT_ANSWERS = {
    "3.2-a": [ndtr(1.0), 0.841, np.float32(0.8413), (1 + math.erf(1 / math.sqrt(2))) / 2],
    "3.2-b1": [activation.mish.slope(math.log(2)), 0.966, np.float32(0.96636)],
    "3.2-c1": [2.625, moments(np.array([0.0, 2, 3, 6]), np.array([0.0, 10, 30, 40]))[0]],
    "3.2-b": [activation.mish.slope, mish_by_the_product_rule, mish_in_powers],
    "3.2-c": [moments, by_parts, lambda x, r: list(moments(x, r))],
    "3.2-d": [(K, E), (1.776, 0.008677), np.array([1.7761, 0.00868])],
}
MISTAKES = {
    "3.2-a": [
        (ndtr(5 / 7), "spreads do not add"),
        (ndtr(5 / 3), "noise is missing"),
        (ndtr(5 / 4), "own spread of 3 mV"),
        (ndtr(5 / 25), "variance"),
        (ndtr(5 / np.sqrt(7)), "sum of the variances"),
        (ndtr(-1.0), "off"),
        (expit(1.7017), "logistic"),
        (expit(1.0), "logistic"),
        (84.13, "per cent"),
        (1.7, "between 0 and 1"),
        (0.5, "mean and the spread"),
        (float("nan"), "finite"),
    ],
    "3.2-b1": [
        (w(math.log(2)), "slope of the tanh"),
        (math.log(2) * 0.36 * 2 / 3, "the tanh itself"),
        (0.24, "alone"),
        (1.04, "factor x"),
        (0.8 + 0.36 * math.log(2), "innermost"),
        (0.8 + math.log(2) * 2 / 3, "slope of tanh is missing"),
        (activation.mish(math.log(2)), "function itself"),
        (activation.swish.slope(math.log(2)), "swish"),
        (0.97, "close, but not to three decimals"),
        (0.3, "chain rule"),
    ],
    "3.2-c1": [
        (2.5, "median"),
        (2.75, "mean of the inputs"),
        (2.667, "do not count alike"),
        (1.75, "left end"),
        (3.5, "right end"),
        (105, "Divide by the largest"),
        ((10 * 1 + 30 * 2.5 + 40 * 4.5) / 80, "not the rate"),
        (-1, "between 0 and 6"),
        (7, "between 0 and 6"),
        (2.63, "exactly"),
        (4.9, "Which share"),
    ],
    "3.2-b": [
        (w, "product rule, w."),
        (lambda x: x * (1 - w(x) ** 2) * expit(x), "x w'"),
        (lambda x: (1 - w(x) ** 2) * expit(x), "alone"),
        (lambda x: w(x) + x * (1 - w(x) ** 2), "innermost"),
        (lambda x: w(x) + x * expit(x), "slope of tanh is missing"),
        (lambda x: w(x) + (1 - w(x) ** 2) * expit(x), "factor x is missing"),
        (activation.mish, "function itself"),
        (activation.swish.slope, "swish"),
        (as_first_written, "log1p"),
        (in_growing_exponentials, "cannot overflow"),
        (lambda x: (activation.mish(x + 1e-6) - activation.mish(x - 1e-6)) / 2e-6, "differentiate by hand"),
        (with_math, "overflows"),
        (lambda x: 0.6 + 0.3 * np.tanh(x), "difference quotient"),
    ],
    "3.2-c": [
        (lambda x, r: moments(x, r, top=1.0), "Divide by the largest"),
        (lambda x, r: (moments(x, r)[0], moments(x, r)[1] ** 2), "variance"),
        (lambda x, r: (moments(x, r)[0], np.hypot(*moments(x, r))), "square of the mean"),
        (gaussian_width, "Gaussian"),
        (at_half_height, "median"),
        (lambda x, r: moments(x, r, part=0.0), "left end"),
        (lambda x, r: moments(x, r, part=1.0), "right end"),
        (lambda x, r: moments(x, r, part=0.45), "share of thresholds"),
        (by_slopes, "density"),
        (lambda x, r: (x.mean(), x.std()), "mean of the inputs"),
        (lambda x, r: (0.0, 1.0), "share of thresholds"),
        (lambda x, r: moments(x, r)[0], "two numbers"),
        (lambda x, r: (1.0, 2.0, 3.0), "two numbers"),
        (spoils, "changed the data"),
    ],
    "3.2-d": [
        ((1.7017, 0.0095), "responses"),
        ((np.log(2) * np.sqrt(2 * np.pi), 0.01), "vanish"),
        ((np.sqrt(8 / np.pi), 0.01), "gains"),
        ((np.pi / np.sqrt(3), 0.01), "variances"),
        ((K, 0.0095), "k is right"),
        ((1.85, 0.0087), "too large"),
        ((1.75, 0.0087), "too small"),
        ((K, 0.0080), "larger than that"),
        ((1.7745, 0.0087), "four digits"),
        ((-1.0, 0.1), "above 0"),
        (1.776, "two numbers"),
        ((0.008677, 1.776), "exchanged"),
    ],
}


class TestPopulations(Answers):
    PAGE, RIGHT, MISTAKES, FUNCTIONS = "3.2", RIGHT_ANSWERS, MISTAKES, ("3.2-b", "3.2-c")


def test_no_number_where_nothing_overflows_gets_no_advice_against_overflow():
    reason = check("3.2-b", lambda x: activation.mish.slope(x) if x else math.nan).reason
    assert reason.endswith("nan came, which is not finite.")
