"""Checks of the exercises of page 1.1, The neuron as a switch."""

import itertools
import re
from typing import NoReturn

import numpy as np
from scipy.integrate import quad

from .answers import NotFiniteError, NotYetError, StoppedError, call, number, numbers, pair, refuse, told, vector
from .switch_steps import GAP, HALF_OF_THE_WAY, HALVINGS, NOT

_GATES = {
    "NAND": (2, lambda x: not all(x), "fires unless both inputs are 1"),
    "first only": (2, lambda x: x == (1, 0), "fires if the first input is 1 and the second is 0"),
    "majority": (3, lambda x: sum(x) >= 2, "fires if at least two of the three inputs are 1"),
}


def three_gates(answer) -> str:
    """1.1-a: weights and thresholds of three gates."""
    for name, (inputs, rule, words) in _GATES.items():
        weights, threshold = pair(call(answer, name), f"the weights and the threshold of {name}")
        weights = vector(weights, f"the weights of {name}, which has {inputs} inputs,", inputs)
        threshold = number(threshold, f"the threshold of {name}")
        wrong, opposite = [], []
        for x in itertools.product((0, 1), repeat=inputs):
            total = float(weights @ x)
            if (total >= threshold) != rule(x):
                wrong.append((x, total))
            if (total < threshold) != rule(x):
                opposite.append(x)
        if not wrong:
            continue
        x, total = wrong[0]
        bits = "".join(map(str, x))
        said = f"{name} {words}, but with these weights input {bits} has the sum {total:.12g}, "
        said += f"{'not ' if total < threshold else ''}at the threshold {threshold:.12g} or above it. "
        if not opposite:
            refuse(said + "Every answer is the opposite of what it should be: turn all signs round.")
        if all(total == threshold for _, total in wrong):
            refuse(said + "A sum that is equal to the threshold fires: move the threshold a little.")
        if all((float(weights @ x) >= -threshold) == rule(x) for x in itertools.product((0, 1), repeat=inputs)):
            refuse(said + "With minus this threshold it would be right: the sum is compared with the threshold itself.")
        refuse(said + "Write down the sum for every input; the threshold lies between those that fire and the others.")
    return "three gates, and each is one line or plane. NAND alone is enough to build all others."


# Dimension, margin, label of the first example, and how far all examples are moved from the origin. With first labels
# of both kinds, who takes w·x = 0 for an answer is wrong somewhere. A narrow margin and a far origin make many passes,
# 1102 in the end, and whole numbers, which a margin of 0 stands for, sums that are exactly zero later on, too.
_EXAMPLES = (
    (2, 0.3, 1, 0.0),
    (5, 0.3, 1, 0.0),
    (3, 0.06, 1, 0.0),
    (2, 0.02, -1, 0.0),
    (4, 0.0, 1, 0.0),
    (4, 0.0, -1, 0.0),
    (2, 0.06, 1, 8.0),
)
# And two examples, where what the first one teaches is right about the second: barely, as w·x = 2^-20 (exactly).
_BARELY = np.array([[1.0, 1.0], [2.0**-20 - 1, 1.0]]), np.array([1, 1])


def _examples(N: int, margin: float, first: int, shift: float) -> tuple[np.ndarray, np.ndarray]:
    """Separable examples in N dimensions, with the constant companion; whole numbers if the margin is 0."""
    rng = np.random.default_rng(1958)
    w = rng.normal(size=N)
    X = rng.normal(size=(60, N)) if margin else rng.integers(-2, 3, size=(60, N)).astype(float)
    X = X[abs(X @ w) > margin]
    y = np.sign(X @ w).astype(int)
    X = np.hstack([X + shift, np.ones((len(X), 1))])
    start = int(np.flatnonzero(y == first)[0])
    return np.roll(X, -start, axis=0), np.roll(y, -start)


def rosenblatt(answer) -> str:
    """1.1-b: Rosenblatt's rule, with the weights it ends with and its mistakes."""
    sets = [*(_examples(*chosen) for chosen in _EXAMPLES), _BARELY]
    for X, y in sets:
        exact, count, passes = _learn(X, y)
        given = X.copy(), y.copy()
        came, mistakes = pair(call(answer, *given), "the weights and the number of mistakes")
        if not (np.array_equal(X, given[0]) and np.array_equal(y, given[1])):
            refuse("your function changed the examples. It should change the weights only.")
        came = vector(came, f"the weights (one for each column of X, {X.shape[1]} columns)", X.shape[1])
        mistakes = number(mistakes, "the number of mistakes")
        if not np.allclose(came, exact):
            _refuse_weights(came, exact, X, y)
        if mistakes != count:
            if mistakes == passes:
                refuse("the weights are right, but you count the passes. Count the corrections.")
            refuse(
                f"the weights are right, but the rule makes {count} mistakes on the way, and you count {mistakes:g}."
            )
    return f"Rosenblatt's rule, weights and number of mistakes, on {len(sets)} sets that it had not seen."


def _refuse_weights(came, exact, X, y) -> NoReturn:
    """Say what is wrong with weights."""
    separates = bool((y * (X @ came) > 0).all())
    if not separates:
        for k, (before, _) in enumerate(_passes(X, y), start=1):
            if np.allclose(came, before):
                if k == 1:
                    refuse("that is after one pass. A correction may spoil an earlier example: go round again.")
                refuse(f"that is after {k} passes. Go on until a whole pass is without a mistake.")
    for way, why in (
        ({"rate": 0.5}, "each correction is half of y x. (That works as well, but add y x as it stands.)"),
        ({"rate": -1, "most": 1}, "the sign is turned round: a mistake adds y x, and does not subtract it."),
        ({"least": 1e-3}, "you correct where y w·x is small but above 0, too. Only what is not above 0 is a mistake."),
        ({"always": True, "most": 1}, "you correct after every example. Only mistakes count."),
        ({"label": False, "most": 1000}, "the label is missing in the correction: add y x, not x."),
        ({"zero_is": 1}, "w·x = 0 is no answer, so it is a mistake, whatever the label."),
        ({"zero_is": -1}, "w·x = 0 is no answer, so it is a mistake, whatever the label."),
        ({"least": 1.0}, "you correct where y w·x is below 1, too. Only what is not above 0 is a mistake."),
    ):
        wrong, made, _ = _learn(X, y, **way)
        if not np.allclose(wrong, exact) and np.allclose(came, wrong) and made:
            refuse(why)
    if not separates:
        left = np.count_nonzero(y * (X @ came) <= 0)
        refuse(f"{left} of {len(y)} examples are on the wrong side. Go on until a whole pass is without a mistake.")
    refuse(
        "your weights separate, but they are not those of the rule. Start from zero, keep the order of the rows, "
        "correct at once, and only if y w·x <= 0."
    )


def _learn(X, y, *, most=3000, **way) -> tuple[np.ndarray, int, int]:
    """Weights, mistakes and passes of Rosenblatt's rule, or of a way to get it wrong, in `most` passes at most."""
    for done, (w, mistakes) in enumerate(_passes(X, y, **way), start=1):  # noqa: B007
        if done == most:
            break
    return w, mistakes, done


def _passes(X, y, *, rate=1.0, always=False, label=True, zero_is=0, least=0.0):
    """Rosenblatt's rule, and the ways to get it wrong: weights and mistakes after each pass, until one is clean."""
    w, mistakes, clean = np.zeros(X.shape[1]), 0, False
    while not clean:
        clean = True
        for x, target in zip(X, y, strict=True):
            total = float(w @ x)
            right = target * total > 0 if least == 0 else target * total >= least
            if always or not (right or (total == 0 and zero_is == target)):
                w = w + rate * (target if label else 1) * x
                mistakes, clean = mistakes + 1, False
        yield w, mistakes


class _Neuron:
    """A firing rate with a known onset, which counts how often it is asked."""

    def __init__(self, at, rate):
        self.at, self.rate, self.asked = at, rate, []

    def __call__(self, I):
        I = float(I)
        self.asked.append(I)
        if len(self.asked) > 1000:
            refuse("more than a thousand calls of rate. Try the middle, and keep the half with the onset in it.")
        return self.rate(I - self.at) if self.at < I else 0.0


def onset(answer) -> str:
    """1.1-c: find the onset of firing by bisection, and the rate there."""
    jump, root = (lambda d: 50.2 + 14 * d**0.5), (lambda d: 30 * d**0.5)
    for low, high, neuron in [
        (0.0, 10.0, _Neuron(6.26421, jump)),
        (0.0, 100.0, _Neuron(2.0 / 3, root)),
        (-20.0, 5.0, _Neuron(-7.77, lambda d: 8 + d)),
        (1.0, 2.0, _Neuron(1.9996, jump)),
    ]:
        current, rate = numbers(call(answer, neuron, low, high), 2, "a current and the rate there")
        said = f"a neuron that begins to fire at {neuron.at:.5f} µA/cm²: you return {current:.7g}"
        if current <= neuron.at:
            if neuron.at - current <= 1e-3:
                refuse(f"{said}, just below. The neuron is silent there; return the end of the interval that fires.")
            refuse(f"{said}, which is too low.")
        if current - neuron.at > 1e-3 * (1 + 1e-9):
            refuse(
                f"{said}, which is {current - neuron.at:.7g} above it. Go on until the interval is no wider than 0.001."
            )
        if not np.isclose(rate, neuron.rate(current - neuron.at), rtol=1e-9):
            there = neuron.rate(current - neuron.at)
            refuse(f"{said} with a rate of {rate:.10g} Hz, but at that current it fires at {there:.10g} Hz.")
        if len(neuron.asked) > 50:
            refuse(f"right, but with {len(neuron.asked)} calls of rate. 17 halvings take you from 100 to 0.001.")
    return "found in a few halvings. Now ask ever closer to the onset: does the rate go to 0, or to a finite limit?"


_NO_ROOT = "A negative current has no real square root: go another way there."


def _takes_the_root(answer) -> bool:
    """Whether there is no real answer to a negative current on either side of √(-I). (A logarithm has one on one.)"""
    return all(_unreal(answer, I, v_reset) for I, v_reset in ((-2.0, -3.0), (-0.3, -0.1)))


def _unreal(answer, *case) -> bool:
    came = 0.0
    try:
        came = call(answer, *case)
        number(came, "a rate")
    except NotFiniteError:
        return True
    except StoppedError as stopped:
        error = stopped.error
        words = {ValueError: "domain|negative", TypeError: "complex"}  # of math.sqrt, and of math with (-1) ** 0.5
        return any(isinstance(error, kind) and re.search(word, told(error)) for kind, word in words.items())
    except NotYetError:
        return np.iscomplexobj(came)
    return np.iscomplexobj(came)


def quadratic(answer) -> str:
    """1.1-d: the rate of the quadratic neuron with a reset."""
    cases = [(0.3, -2.0), (2.5, 0.7), (0.01, -1.0), (1e-4, 0.5), (1.0, 0.0), (-2.0, -3.0), (-1.0, 1.0), (-0.3, -0.1),
             (-0.5, 0.1), (-0.2, 0.5), (-1.0, 3.0), (0.0, 0.8), (0.0, -0.5)]  # fmt: skip
    for I, v_reset in cases:
        exact = _quadratic_rate(I, v_reset)
        what = f"the rate at I = {I:g} with v_reset = {v_reset:g}"
        try:
            came = call(answer, I, v_reset)
            value = number(came, what)
        except NotYetError as why:
            if I < 0 and _takes_the_root(answer):
                refuse(f"{why} {_NO_ROOT}")
            raise
        said = f"{what} should be {exact:.10g}, but {value:.10g} came. "
        if np.isclose(value, exact, rtol=1e-7, atol=1e-12):
            continue
        if I < 0 and np.iscomplexobj(came):
            refuse(said + _NO_ROOT)
        if I > 0:
            root = np.sqrt(I)
            if np.isclose(value, root / np.pi):
                refuse(said + "That is for a reset to minus infinity. The integral begins at v_reset.")
            if np.isclose(value, (np.pi / 2 - np.arctan(v_reset / root)) / root):
                refuse(said + "That is the time between spikes. The rate is one over it.")
            if np.isclose(value, root / (np.pi / 2 + np.arctan(v_reset / root))):
                refuse(
                    said
                    + "Check the sign at the lower end of the integral: it is arctan(∞) minus arctan(v_reset / √I)."
                )
            refuse(said + "The period is the integral of dv / (v² + I) from v_reset to infinity.")
        if I == 0:
            refuse(
                said
                + "Without current the period is the integral of dv / v² from v_reset: 1 / v_reset if that is positive."
            )
        if exact == 0:
            refuse(said + "It starts at or below √(-I), where v falls back or stands still: it never fires again.")
        if value == 0:
            refuse(said + "A neuron that is put back above √(-I) is past the point of no return, and fires again.")
        refuse(said + "For I = -a² split 1 / (v² - a²) into 1 / (v - a) and 1 / (v + a), each over 2a.")
    return (
        "for every sign of the current. For which v_reset is the onset continuous, and how large is the jump otherwise?"
    )


def _quadratic_rate(I, v_reset) -> float:
    """One over the period, by quadrature in u = 1 / (v - v_reset + 1), which runs from 1 down to 0."""
    if (v_reset <= 0 and I <= 0) or v_reset**2 <= -I:
        return 0.0

    def time(u):
        v = v_reset - 1 + 1 / u
        return 1 / (u**2 * (v**2 + I))

    # The slowest place, v = 0, is given to the quadrature where the way leads through it.
    slow = [1 / (1 - v_reset)] if v_reset < 0 else None
    return 1 / quad(time, 0, 1, epsabs=0, epsrel=1e-11, limit=500, points=slow)[0]


EXERCISES = {
    "a1": GAP,
    "a": three_gates,
    "b1": NOT,
    "b": rosenblatt,
    "c1": HALVINGS,
    "c": onset,
    "d1": HALF_OF_THE_WAY,
    "d": quadratic,
}
