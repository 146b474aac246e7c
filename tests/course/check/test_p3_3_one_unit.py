"""The checks of page 3.3: right answers pass, typical mistakes are refused with the reason."""

import math
from fractions import Fraction

import numpy as np
from checking import Answers
from scipy.special import expit, ndtr

from spinlearn.course.check import check
from spinlearn.neuron import unit


def by_log_odds(x, f, a, b):
    if f.min() <= a or f.max() >= b:
        return False
    steps = np.diff(np.log((f - a) / (b - f)))
    return bool(np.all(np.diff(f) > 0) and np.all(steps <= (b - a) * np.diff(x) + 1e-9))


def in_a_loop(x, f, a, b):
    for k in range(len(x) - 1):
        if not a < f[k] < f[k + 1] < b:
            return False
        least = (b - f[k]) / (f[k] - a) * math.exp(-(b - a) * (x[k + 1] - x[k]) - 1e-9)
        if (b - f[k + 1]) / (f[k + 1] - a) < least:
            return False
    return True


def only_rising(x, f, a, b):
    return a < f[0] and f[-1] < b and bool(np.all(np.diff(f) > 0))


def by_largest_slope(x, f, a, b):
    return only_rising(x, f, a, b) and bool(np.all(np.diff(f) <= (b - a) ** 2 / 4 * np.diff(x) + 1e-9))


def without_the_ends(x, f, a, b):
    return by_log_odds(x, f, a, b) if f.min() > a and f.max() < b else True


def as_for_a_switch(x, f, a, b):
    if f.min() <= a or f.max() >= b:
        return False
    steps = np.diff(np.log((f - a) / (b - f)))
    return bool(np.all(np.diff(f) > 0) and np.all(steps <= np.diff(x) + 1e-9))


def without_room(x, f, a, b):
    if f.min() <= a or f.max() >= b:
        return False
    steps = np.diff(np.log((f - a) / (b - f)))
    return bool(np.all(np.diff(f) > 0) and np.all(steps <= (b - a) * np.diff(x) - 1e-12))


def spoils(x, f, a, b):
    verdict = by_log_odds(x, f, a, b)
    f -= a
    return verdict


def turns(J, s):
    return math.sqrt(2 * math.log(J / (s * math.sqrt(2 * math.pi))))


def jumps(J, s, theta):
    u = turns(J, s)
    return theta - s * u - J * ndtr(-u), theta + s * u - J * ndtr(u)


def without_s(J, s, theta):
    u = turns(J, s)
    return theta - u - J * ndtr(-u), theta + u - J * ndtr(u)


def on_a_grid(J, s, theta):
    """Another way: the turning points of x(v), found by looking."""
    v = np.linspace(-6, 6, 2_000_001)
    x = theta + s * v - J * ndtr(v)
    middle = v.size // 2
    return x[:middle].max(), x[middle:].min()


def mass_of(copies, n):
    c = [Fraction(1)]
    for k in range(1, n + 1):
        c.append(Fraction(copies, k) * sum(Fraction((-1) ** (j + 1), j) * c[k - j] for j in range(1, k + 1)))
    return c[n]


EIGHT = float(mass_of(2, 8))

RIGHT = {
    "3.3-a": [(3 / 7, 26 / 49), (0.429, 0.531), [Fraction(3, 7), Fraction(26, 49)], np.array([0.4286, 0.5306])],
    "3.3-b1": [math.tanh(1), 0.762, np.float32(0.7616)],
    "3.3-b": [by_log_odds, in_a_loop],
    "3.3-c1": [2 * math.sqrt(2 * math.pi), 5.01, 5.013],
    "3.3-c": [jumps, on_a_grid, lambda *a: list(jumps(*a))],
    "3.3-d": [(8, EIGHT), (8, -0.000328), (8, mass_of(2, 8))],
}
MISTAKES = {
    "3.3-a": [
        ((0.6, 0.64), "tanh of a spin"),
        ((1.5, 2.5), "divide by the sum"),
        ((26 / 49, 3 / 7), "exchanged"),
        ((3 / 7, 5 / 7), "mean square"),
        ((3 / 7, math.sqrt(26 / 49)), "not its root"),
        ((3 / 7, 40 / 49), "whose square is always 1"),
        ((3 / 7, 2 / 3), "without a field"),
        ((3 / 7, 0.1), "mean is right"),
        ((0.43, 0.53), "close, but not to three digits"),
        ((2.0, 0.5), "at most 1"),
        ((0.2, 0.5), "weights"),
    ],
    "3.3-b1": [
        (1.0, "slope of 1"),
        (math.tanh(2), "tanh 2"),
        (math.tanh(0.5), "tanh ½"),
        (expit(1), "switch"),
        (expit(2), "probability"),
        (ndtr(1), "Gaussian"),
        (0.667, "third"),
        (1.2, "largest state"),
        (-0.2, "rises"),
        (0.76, "close, but not to three digits"),
        (0.3, "gets further"),
        (0.9, "no unit gets"),
    ],
    "3.3-b": [
        (lambda x, f, a, b: True, "overshoots"),
        (lambda x, f, a, b: False, "a spin"),
        (only_rising, "σ(3x)"),
        (by_largest_slope, "foot of"),
        (without_the_ends, "leaves the states"),
        (as_for_a_switch, "leave room"),
        (without_room, "leave room"),
        (lambda x, f, a, b: not by_log_odds(x, f, a, b), "a spin"),
        (lambda x, f, a, b: f.max(), "True or False is wanted"),
        (spoils, "changed the table"),
    ],
    "3.3-c1": [
        (math.sqrt(2 * math.pi), "spread of 1 mV"),
        (8, "logistic"),
        (4.41, "logistic thresholds"),
        (2, "that is the spread"),
        (12, "shifts the loop"),
        (0.1995, "one over it"),
        (4 * math.sqrt(2 * math.pi), "not its square"),
        (2 * math.sqrt(math.pi), "below the root"),
        (-5.01, "above zero"),
        (5.05, "close, but not to three digits"),
        (7.0, "largest density"),
    ],
    "3.3-c": [
        (lambda J, s, theta: jumps(J, s, theta)[::-1], "exchanged"),
        (lambda J, s, theta: jumps(J, s, 0.0), "shifts both"),
        (lambda J, s, theta: tuple(v + J for v in jumps(J, s, theta)), "Something of J"),
        (lambda J, s, theta: (theta - s * turns(J, s), theta + s * turns(J, s)), "comes off"),
        (lambda J, s, theta: (ndtr(-turns(J, s)), ndtr(turns(J, s))), "activities"),
        (lambda J, s, theta: (-turns(J, s), turns(J, s)), "values of v"),
        (without_s, "multiplies v"),
        (lambda J, s, theta: (theta - J / 2 + 1, theta - J / 2 - 1), "its width"),
        (lambda J, s, theta: (1.0, 2.0), "turns round"),
    ],
    "3.3-d": [
        ((4, -1 / 288), "softplus itself"),
        ((8, -EIGHT), "the sign"),
        ((EIGHT, 8), "exchanged"),
        ((8, EIGHT * math.exp(-(math.pi**2) / 6)), "sum to 1"),
        ((9, EIGHT), "begin with 0"),
        ((2, 1.5), "is negative"),
        ((8, -0.000325), "three digits"),
        ((8, -0.1), "mass is not"),
        ((6, -0.0005), "all masses are positive"),
        ((10, -0.0002), "earlier"),
    ],
}


class TestAnswers(Answers):
    PAGE, RIGHT, MISTAKES, FUNCTIONS = "3.3", RIGHT, MISTAKES, ("3.3-b", "3.3-c")


def test_the_referee_of_the_exercise_lets_every_unit_pass():
    x = np.linspace(-3, 3, 61)
    for one in (
        unit.spin(),
        unit.binary(),
        unit.sphere(3),
        unit.brillouin(2),
        unit.three_states(-1.0),
        unit.binomial(7),
    ):
        assert by_log_odds(x, one.response(x), one.low, one.high), one


def test_the_two_jumps_agree_with_a_population_that_is_followed():
    A, x = 0.0, -3.0
    while A < 0.5 and x < 3:
        x += 0.001
        for _ in range(2000):
            A = float(ndtr(x - 2.0 + 4.0 * A))
    assert abs(x - jumps(4.0, 1.0, 2.0)[0]) < 0.002
    assert check("3.3-c", jumps)
