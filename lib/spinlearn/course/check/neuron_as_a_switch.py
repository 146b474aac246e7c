"""Checks of the exercises of page 1.1, The neuron as a switch."""

import itertools

import numpy as np
from scipy.integrate import quad

from . import call, no, number

_GATES = {
    "NAND": (2, lambda x: not all(x), "fires unless both inputs are 1"),
    "first only": (2, lambda x: x == (1, 0), "fires if the first input is 1 and the second is 0"),
    "majority": (3, lambda x: sum(x) >= 2, "fires if at least two of the three inputs are 1"),
}


def three_gates(answer) -> str:
    """1.1-a: weights and thresholds of three gates."""
    for name, (inputs, rule, words) in _GATES.items():
        weights, threshold = _pair(call(answer, name), f"gate({name!r})", "the weights and the threshold")
        weights, threshold = _vector(weights, f"the weights of {name}"), number(threshold, f"the threshold of {name}")
        if weights.size != inputs:
            no(f"{name} has {inputs} inputs and needs as many weights, but {weights.size} came.")
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
        said = f"{name} {words}, but with these weights input {bits} has the sum {total:g}, "
        said += f"{'not ' if total < threshold else ''}at the threshold {threshold:g} or above it. "
        if not opposite:
            no(said + "Every answer is the opposite of what it should be: turn all signs round.")
        if all(total == threshold for _, total in wrong):
            no(said + "A sum that is equal to the threshold fires: move the threshold a little.")
        if all((float(weights @ x) >= -threshold) == rule(x) for x in itertools.product((0, 1), repeat=inputs)):
            no(said + "With minus this threshold it would be right: the sum is compared with the threshold itself.")
        no(said + "Write down the sum for every input; the threshold lies between those that fire and the others.")
    return "three gates, and each is one line or plane. NAND alone is enough to build all others."


def rosenblatt(answer) -> str:
    """1.1-b: Rosenblatt's rule, with the weights it ends with and its mistakes."""
    rng = np.random.default_rng(1958)
    for N in (2, 3, 5):
        w = rng.normal(size=N)
        X = rng.normal(size=(60, N))
        X = np.hstack([X[abs(X @ w) > 0.3], np.ones((np.count_nonzero(abs(X @ w) > 0.3), 1))])
        y = np.sign(X[:, :-1] @ w).astype(int)
        exact, count = _learn(X, y)
        given = X.copy(), y.copy()
        came, mistakes = _pair(call(answer, *given), "rosenblatt(X, y)", "the weights and the number of mistakes")
        if not (np.array_equal(X, given[0]) and np.array_equal(y, given[1])):
            no("your function changed the examples. It should change the weights only.")
        came, mistakes = _vector(came, "the weights"), number(mistakes, "the number of mistakes")
        if came.size != X.shape[1]:
            no(f"X has {X.shape[1]} columns, so there are as many weights, but {came.size} came.")
        turns = [
            (
                _learn(X, y, passes=1),
                "that is after one pass. A correction may spoil an earlier example: go round again.",
            ),
            (_learn(X, y, rate=0.5), "each correction is half of y x. (That works as well, but add y x as it stands.)"),
            (
                _learn(X, y, rate=-1, passes=1),
                "the sign is turned round: a mistake adds y x, and does not subtract it.",
            ),
            (_learn(X, y, always=True, passes=1), "you correct after every example. Only mistakes count."),
            (_learn(X, y, label=False), "the label is missing in the correction: add y x, not x."),
        ]
        for (wrong, made), why in turns:
            if not np.allclose(wrong, exact) and np.allclose(came, wrong) and made:
                no(why)
        if not (y * (X @ came) > 0).all():
            left = np.count_nonzero(y * (X @ came) <= 0)
            no(f"{left} of {len(y)} examples are on the wrong side. Go on until a whole pass is without a mistake.")
        if not np.allclose(came, exact):
            no(
                "your weights separate, but they are not those of the rule. Start from zero, keep the order of the "
                "rows, correct at once, and only if y w·x <= 0."
            )
        if mistakes != count:
            if mistakes == _learn(X, y, count_passes=True)[1]:
                no("the weights are right, but you count the passes. Count the corrections.")
            no(f"the weights are right, but the rule makes {count} mistakes on the way, and you count {mistakes:g}.")
    return "Rosenblatt's rule, weights and number of mistakes, on three sets that it had not seen."


def _learn(X, y, rate=1.0, *, passes=1000, always=False, label=True, count_passes=False):
    """Rosenblatt's rule, and the ways to get it wrong."""
    w, mistakes, clean = np.zeros(X.shape[1]), 0, False
    done = 0
    while not clean and done < passes:
        clean, done = True, done + 1
        for x, target in zip(X, y, strict=True):
            if always or target * (w @ x) <= 0:
                w = w + rate * (target if label else 1) * x
                mistakes, clean = mistakes + 1, False
    return w, done if count_passes else mistakes


class _Neuron:
    """A firing rate with a known onset, which counts how often it is asked."""

    def __init__(self, at, rate):
        self.at, self.rate, self.asked = at, rate, []

    def __call__(self, I):
        I = float(I)
        self.asked.append(I)
        if len(self.asked) > 1000:
            no("more than a thousand calls of rate. Try the middle, and keep the half with the onset in it.")
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
        found = call(answer, neuron, low, high)
        current, rate = _pair(found, "onset(rate, low, high)", "a current and the rate there")
        current, rate = number(current, "the current"), number(rate, "the rate")
        said = f"a neuron that begins to fire at {neuron.at:.5f} µA/cm²: you return {current:.5f}"
        if current <= neuron.at:
            if neuron.at - current <= 1e-3:
                no(f"{said}, just below. The neuron is silent there; return the end of the interval that fires.")
            no(f"{said}, which is too low.")
        if current - neuron.at > 1e-3 * (1 + 1e-9):
            no(f"{said}, which is {current - neuron.at:.4f} above it. Go on until the interval is no wider than 0.001.")
        if not np.isclose(rate, neuron.rate(current - neuron.at), rtol=1e-9):
            no(f"{said} with a rate of {rate:g} Hz, but at that current it fires at "
               f"{neuron.rate(current - neuron.at):g} Hz.")  # fmt: skip
        if len(neuron.asked) > 50:
            no(f"right, but with {len(neuron.asked)} calls of rate. 17 halvings take you from 100 to 0.001.")
    return "found in a few halvings. Now ask ever closer to the onset: does the rate go to 0, or to a finite limit?"


def quadratic(answer) -> str:
    """1.1-d: the rate of the quadratic neuron with a reset."""
    cases = [(0.3, -2.0), (2.5, 0.7), (0.01, -1.0), (1e-4, 0.5), (1.0, 0.0), (-2.0, -3.0), (-1.0, 1.0), (-0.3, -0.1),
             (-0.5, 0.1), (-0.2, 0.5), (-1.0, 3.0), (0.0, 0.8), (0.0, -0.5)]  # fmt: skip
    for I, v_reset in cases:
        came = call(answer, I, v_reset)
        exact = _quadratic_rate(I, v_reset)
        what = f"the rate at I = {I:g} with v_reset = {v_reset:g}"
        if not isinstance(came, (int, float, np.number, np.ndarray)) or isinstance(came, bool) or np.size(came) != 1:
            no(f"{what} is a single number, but {type(came).__name__} came.")
        if np.iscomplexobj(came):
            no(f"{what} is a real number, but {came} came. A negative current has no real square root.")
        came = float(np.ravel(came)[0])
        said = f"{what} should be {exact:.5f}, but {came:.5f} came. "
        if np.isclose(came, exact, rtol=1e-7, atol=1e-12):
            continue
        if I > 0:
            root = np.sqrt(I)
            if np.isclose(came, root / np.pi):
                no(said + "That is for a reset to minus infinity. The integral begins at v_reset.")
            if np.isclose(came, (np.pi / 2 - np.arctan(v_reset / root)) / root):
                no(said + "That is the time between spikes. The rate is one over it.")
            if np.isclose(came, root / (np.pi / 2 + np.arctan(v_reset / root))):
                no(
                    said
                    + "Check the sign at the lower end of the integral: it is arctan(∞) minus arctan(v_reset / √I)."
                )
            no(said + "The period is the integral of dv / (v² + I) from v_reset to infinity.")
        if I == 0:
            no(
                said
                + "Without current the period is the integral of dv / v² from v_reset: 1 / v_reset if that is positive."
            )
        if exact == 0:
            no(said + "It starts at or below √(-I), where v falls back or stands still: it never fires again.")
        if came == 0:
            no(said + "A neuron that is put back above √(-I) is past the point of no return, and fires again.")
        no(said + "For I = -a² split 1 / (v² - a²) into 1 / (v - a) and 1 / (v + a), each over 2a.")
    return (
        "for every sign of the current. With v_reset <= 0 the rate begins at zero like √I; with v_reset > 0 it jumps "
        "by v_reset as I passes 0, and below that firing and rest coexist."
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


def _pair(answer, what: str, parts: str):
    if not isinstance(answer, (tuple, list)) or len(answer) != 2:
        no(f"{what} should return two things, {parts}, but {type(answer).__name__} came.")
    return answer


def _vector(answer, what: str) -> np.ndarray:
    try:
        vector = np.asarray(answer, dtype=float)
    except (TypeError, ValueError):
        no(f"{what} are numbers, but {type(answer).__name__} came.")
    if vector.ndim != 1 or not np.isfinite(vector).all():
        no(f"{what} are a list of finite numbers, but {answer!r} came.")
    return vector


EXERCISES = {"a": three_gates, "b": rosenblatt, "c": onset, "d": quadratic}
