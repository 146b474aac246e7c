"""The exercise checks of page 1.1: right answers pass, typical mistakes are refused with the reason."""

import math
from decimal import Decimal
from fractions import Fraction

import numpy as np
import sympy
from checking import Answers
from scipy.integrate import quad

from spinlearn.course.check import check

NOT_GATE = np.array([[0, 1], [1, 1]])  # one input and its companion

GATES = {"NAND": ([-1, -1], -1.5), "first only": ([1, -1], 0.5), "majority": ([1, 1, 1], 1.5)}


def gate(name):
    return GATES[name]


def gates_with(**changed):
    """The right gates, but for one of them; an underscore stands for a space."""
    return (GATES | {name.replace("_", " "): value for name, value in changed.items()}).get


def learner(*, first=0.0, passes=10_000, correct=lambda x, y: y * x, wrong=lambda a: a <= 0, count=lambda m, p: m):
    """Rosenblatt's rule with one thing changed."""

    def rosenblatt(X, y):
        w, mistakes, done = np.full(X.shape[1], first), 0, 0
        while done < passes:
            before, done = mistakes, done + 1
            for x, label in zip(X, y, strict=True):
                if wrong(label * (w @ x)):
                    w = w + correct(x, label)
                    mistakes += 1
            if mistakes == before:
                break
        return w, count(mistakes, done)

    return rosenblatt


def predicts(answers):
    """Rosenblatt's rule for a unit whose answer to 0 is one of the two labels."""

    def rosenblatt(X, y):
        w, mistakes = np.zeros(X.shape[1]), 0
        while True:
            before = mistakes
            for x, label in zip(X, y, strict=True):
                if answers(w @ x) != label:
                    w, mistakes = w + label * x, mistakes + 1
            if mistakes == before:
                return w, mistakes

    return rosenblatt


def changes_the_examples(X, y):
    X *= y[:, None]
    return learner()(X, np.ones(len(X)))


def backwards(X, y):
    return learner()(X[::-1], y[::-1])


def bisect(end="high", tolerance=1e-3, rate_of="high", most=10_000):
    """Bisection with one thing changed."""

    def onset(rate, low, high):
        while high - low > tolerance:
            middle = (low + high) / 2
            low, high = (low, middle) if rate(middle) > 0 else (middle, high)
        ends = {"low": low, "high": high, "middle": (low + high) / 2, "above": high + 0.01}
        return ends[end], rate(ends[rate_of])

    return onset


def walks(step):
    def onset(rate, low, high):
        current = low
        while rate(current) == 0:
            current += step
        return current, rate(current)

    return onset


def asks_again(rate, low, high):
    return max(bisect()(rate, low, high) for _ in range(4))


def quadratic(I, v_reset):
    if I > 0:
        return np.sqrt(I) / (np.pi / 2 - np.arctan(v_reset / np.sqrt(I)))
    a = np.sqrt(-I)
    if v_reset <= a:
        return 0.0
    return v_reset if a == 0 else 2 * a / np.log((v_reset + a) / (v_reset - a))


def quadratic_by_quadrature(I, v_reset):
    if v_reset <= np.sqrt(max(-I, 0)) and I <= 0:
        return 0.0
    return 1 / sum(quad(lambda v: 1 / (v * v + I), a, b, epsabs=0, epsrel=1e-12, limit=1000)[0]
                   for a, b in ((v_reset, v_reset + 4), (v_reset + 4, np.inf)))  # fmt: skip


def but(condition, other):
    """The right rate, but `other` where the condition on the current holds."""
    return lambda I, v_reset: other(I, v_reset) if condition(I) else quadratic(I, v_reset)


def without_the_test(I, v_reset):
    """The right logarithm, also where it starts below the point of no return."""
    a = math.sqrt(-I)
    return 0.0 if v_reset == a else max(2 * a / math.log((v_reset + a) / (v_reset - a)), 0.0)


def positive(I):
    return I > 0


def negative(I):
    return I < 0


RIGHT_ANSWERS = {
    "1.1-a1": [(-2, -1), [-2.0, -1.0], np.array([-2, -1])],
    "1.1-a": [
        gate,
        lambda name: {"NAND": ((-2.0, -3.0), -4), "first only": ([5, -7], 5), "majority": ([1, 2, 2], 3)}[name],
        lambda name: tuple(np.array(part) for part in GATES[name]),
        lambda name: np.array([np.array(GATES[name][0]), GATES[name][1]], dtype=object),
        lambda name: (np.array([GATES[name][0]]), [GATES[name][1]]),
        lambda name: ([Fraction(w) for w in GATES[name][0]], Decimal(GATES[name][1])),
    ],
    "1.1-b1": [learner()(NOT_GATE, [1, -1])[1], 5],
    "1.1-b": [
        learner(),
        lambda X, y: list(learner()(X, y)),
        lambda X, y: (learner()(X, y)[0][:, None], np.array([learner()(X, y)[1]])),
        learner(wrong=lambda a: not a > 0),
    ],
    "1.1-c1": [math.ceil(math.log2(1e5)), 17.0],
    "1.1-c": [
        bisect(),
        bisect(tolerance=1e-5),
        lambda *a: np.array(bisect()(*a)),
        lambda *a: [np.array([part]) for part in bisect()(*a)],
    ],
    "1.1-d1": [quadratic(3, 0), 1.1027, 1.103, 2 * math.sqrt(3) / math.pi],
    "1.1-d": [
        quadratic,
        quadratic_by_quadrature,
        lambda I, v: np.array([quadratic(I, v)]),
        lambda I, v: Fraction(float(quadratic(I, v))),
        lambda I, v: Decimal(float(quadratic(I, v))),
        lambda I, v: complex(quadratic(I, v)),
        lambda I, v: sympy.Float(float(quadratic(I, v)), 30),
        lambda I, v: sympy.Rational(float(quadratic(I, v))),
    ],
}

# Each typical mistake, with a word that its answer must contain.
MISTAKES = {
    "1.1-a1": [
        ((-1, -2), "smaller one comes first"),
        ((1, 2), "compared with the threshold itself"),
        ((-1, 0), "NOR"),
        ((0, 1), "no input at all"),
        ((-2, 0), "would be silent"),
        ((-3, -2), "four sums"),
        (-1.5, "two numbers"),
    ],
    "1.1-a": [
        (gates_with(NAND=([1, 1], 2)), "opposite"),
        (gates_with(NAND=([-1, -1], 1.5)), "minus this threshold"),
        (gates_with(majority=([1, 1, 1], -1.5)), "minus this threshold"),
        (gates_with(first_only=([1, -1], 0)), "equal to the threshold"),
        (gates_with(first_only=([1, 1], 1)), "input 01 has the sum 1"),
        (gates_with(majority=([1, 1, 1], 2.5)), "input 011 has the sum 2, not at"),
        (gates_with(majority=([1, 1], 1.5)), "has 3 inputs"),
        (gates_with(majority=3), "two things"),
        (gates_with(majority=([1, 1, "one"], 2)), "are numbers"),
        (gates_with(majority=([1, 1, np.nan], 2)), "finite"),
        (gates_with(NAND=([-1, -1], None)), "single number"),
    ],
    "1.1-b1": [
        (learner(passes=1)(NOT_GATE, [1, -1])[1], "first pass"),
        (predicts(lambda a: 1 if a >= 0 else -1)(NOT_GATE, [1, -1])[1], "exactly zero"),
        (predicts(lambda a: 1 if a > 0 else -1)(NOT_GATE, [1, -1])[1], "exactly zero"),
        (learner(count=lambda m, p: p)(NOT_GATE, [1, -1])[1], "number of passes"),
        (8, "looked at"),
        (10, "the bound"),
        (1, "not enough"),
        (0, "zero weights"),
        (6, "keep a table"),
    ],
    "1.1-b": [
        (learner(passes=1), "after one pass"),
        (learner(passes=5), "after 5 passes"),
        (learner(passes=10), "after 10 passes"),
        (learner(passes=50), "after 50 passes"),
        (learner(passes=100), "after 100 passes"),
        (learner(passes=1000), "after 1000 passes"),
        (learner(wrong=lambda a: a < 1), "below 1"),
        (learner(wrong=lambda a: a < 1e-3), "small but above 0"),
        (learner(wrong=lambda a: a < 1e-5), "small but above 0"),
        (predicts(lambda total: 1 if total >= 0 else -1), "whatever the label"),
        (predicts(lambda total: 1 if total > 0 else -1), "whatever the label"),
        (learner(correct=lambda x, y: -y * x, passes=50), "wrong side"),
        (learner(correct=lambda x, y: -y * x, passes=1), "sign"),
        (learner(correct=lambda x, y: x, passes=1000), "label is missing"),
        (learner(correct=lambda x, y: 0.5 * y * x), "half of y x"),
        (learner(wrong=lambda a: True, passes=1), "Only mistakes count"),
        (learner(wrong=lambda a: a < 0), "wrong side"),
        (learner(first=1.0), "not those of the rule"),
        (backwards, "not those of the rule"),
        (learner(count=lambda mistakes, passes: passes), "count the passes"),
        (learner(count=lambda mistakes, passes: mistakes + 1), "mistakes on the way"),
        (changes_the_examples, "changed the examples"),
        (lambda X, y: learner()(X, y)[0], "two things"),
        (lambda X, y: (learner()(X, y)[0][:-1], 3), "columns"),
    ],
    "1.1-c1": [
        (math.log2(1e5), "whole"),
        (16, "0.0015"),
        (1e5, "throws half"),
        (5e4, "what is left"),
        (5, "by ten"),
        (math.log(1e5), "base two"),
        (12, "wider"),
        (18, "fewer"),
    ],
    "1.1-c": [
        (bisect(end="low", rate_of="low"), "just below"),
        (bisect(end="middle", rate_of="middle", tolerance=0.5), "no wider than 0.001"),
        (bisect(tolerance=0.01), "no wider than 0.001"),
        (bisect(end="above", rate_of="high"), "no wider than 0.001"),
        (bisect(rate_of="low"), "with a rate of 0 Hz"),
        (walks(0.05), "no wider than 0.001"),
        (walks(0.001), "thousand calls"),
        (asks_again, "calls of rate"),
        (lambda rate, low, high: (low, rate(low)), "too low"),
        (lambda rate, low, high: 6.264, "two numbers"),
    ],
    "1.1-d1": [
        (math.sqrt(3) / math.pi, "minus infinity"),
        (1 / quadratic(3, 0), "time between spikes"),
        (2 / math.pi, "current is missing"),
        (6 / math.pi, "not 1 / I"),
        (math.sqrt(3) / 90, "degrees"),
        (0, "fires again"),
        (-1, "below zero"),
        (1.115, "three decimals"),
        (1.1, "three decimals"),
        (2.5, "too fast"),
        (0.2, "too slow"),
    ],
    "1.1-d": [
        (but(positive, lambda I, v: np.sqrt(I) / np.pi), "minus infinity"),
        (but(positive, lambda I, v: 1 / quadratic(I, v)), "time between spikes"),
        (but(positive, lambda I, v: quadratic(I, -v)), "sign at the lower end"),
        (but(positive, lambda I, v: I), "from v_reset to infinity"),
        (but(negative, lambda I, v: 0.0), "past the point of no return"),
        (but(negative, lambda I, v: 2 * quadratic(I, v)), "each over 2a"),
        (but(negative, lambda I, v: 1.0), "never fires again"),
        (but(lambda I: I == 0, lambda I, v: 0.0), "Without current"),
        (lambda I, v: "fast", "single number"),
        (lambda I, v: quadratic(I, v) if I > 0 else None, "called with (-2, -3) your function returns nothing"),
        (lambda I, v: np.sqrt(I) / (np.pi / 2 - np.arctan(v / np.sqrt(I))), "no real square root"),
        (lambda I, v: math.sqrt(I) / (math.pi / 2 - math.atan(v / math.sqrt(I))), "no real square root"),
        (lambda I, v: I**0.5 / (math.pi / 2 - math.atan(v / I**0.5)), "no real square root"),
        (but(negative, lambda I, v: I**0.5), "no real square root"),
        (but(negative, without_the_test), "math domain error."),
        (lambda I, v: np.emath.sqrt(I) / (np.pi / 2 - np.arctan(v / np.emath.sqrt(I))), "no real square root"),
    ],
}


class TestNeuronAsASwitch(Answers):
    PAGE, RIGHT, MISTAKES = "1.1", RIGHT_ANSWERS, MISTAKES
    FUNCTIONS = ("1.1-a", "1.1-b", "1.1-c", "1.1-d")


def test_only_a_root_of_a_negative_current_is_told_that_there_is_none():
    for failure in (
        without_the_test,
        lambda I, v: "text",
        lambda I, v: (1.0, 2.0),
        lambda I, v: None,
        lambda I, v: int("a"),
    ):
        assert "square root" not in check("1.1-d", but(negative, failure)).reason


def test_the_gates_do_what_their_names_say():
    """The right answers are right by the definition of the unit, not only by the check."""
    for name, (weights, threshold) in GATES.items():
        inputs = np.array(np.meshgrid(*[[0, 1]] * len(weights))).reshape(len(weights), -1).T
        fires = inputs @ weights >= threshold
        wanted = {
            "NAND": inputs.sum(axis=1) < 2,
            "first only": (inputs[:, 0] == 1) & (inputs[:, -1] == 0),
            "majority": inputs.sum(axis=1) >= 2,
        }[name]
        assert (fires == wanted).all()
