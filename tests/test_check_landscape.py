"""The checks of page 2.2: right answers pass, typical mistakes are refused with the reason."""

import numpy as np
from scipy.integrate import quad, solve_ivp
from scipy.optimize import brentq
from scipy.special import xlogy

from checking import Answers
from spinlearn.check import NOT_ATTEMPTED, check

LOST = np.log(2) + xlogy(0.8, 0.8) + xlogy(0.2, 0.2)


def spinodal(T):
    if T >= 1:
        return 0.0
    m = np.sqrt(1 - T)
    return m - T * np.arctanh(m)


def spinodal_by_search(T):
    """The largest force that the valley can hold out against."""
    if T >= 1:
        return 0.0
    m = brentq(lambda m: 1 - T / (1 - m * m), 0, 1 - 1e-12, xtol=1e-15)
    return m - T * np.arctanh(m)


def below(function):
    """The same below Tc, and 0 above."""
    return lambda T: function(T, np.sqrt(1 - T)) if T < 1 else 0.0


def recursion(up, down, start, target, first=0, last=0, weight=True, total=sum):
    times, before = {}, 0.0
    for k in range(first if first is not None else start, len(up) - 1):
        before = (1 + down[k] * before) / up[k] if weight else 1 / up[k] + before
        times[k] = before
    return total([times[k] for k in range(start, target + last)])


def linear(up, down, start, target):
    n = target
    A = np.diag(up[:n] + down[:n]) - np.diag(up[: n - 1], 1) - np.diag(down[1:n], -1)
    return np.linalg.solve(A, np.ones(n))[start]


def spoils(up, down, start, target):
    result = linear(up, down, start, target)
    up[0] = 1.0
    return result


def simulated(up, down, start, target):
    return linear(up, down, start, target) * 1.03


def first_harmonic(h_0, T):
    return quad(lambda x: np.tanh(h_0 * np.cos(x) / T) * np.cos(x), 0, 2 * np.pi)[0] / np.pi


def work(omega, h_0, T):
    return np.pi * h_0 * first_harmonic(h_0, T) * omega / (1 + omega**2)


def work_by_integration(omega, h_0, T):
    """Twenty relaxation times to settle, in whole periods; then the integral of the work along with the flow."""

    def slopes(t, state):
        return [-state[0] + np.tanh(h_0 * np.cos(omega * t) / T), state[0] * h_0 * omega * np.sin(omega * t)]

    period = 2 * np.pi / omega
    settle = period * np.ceil(20 / period)
    options = {"rtol": 1e-8, "atol": 1e-10}
    settled = solve_ivp(slopes, (0, settle), [0, 0], **options).y[0, -1]
    return solve_ivp(slopes, (0, period), [settled, 0], **options).y[1, -1]


RIGHT_ANSWERS = {
    "2.2-a": [(-0.18, 0.8 * LOST), [-0.18, 0.154], np.array([-0.18, 0.1542])],
    "2.2-b": [spinodal, spinodal_by_search, lambda T: max(0.0, spinodal(min(T, 1.0)))],
    "2.2-c": [recursion, linear],
    "2.2-d": [work, work_by_integration],
}

# Each typical mistake, with a word that its answer must contain.
MISTAKES = {
    "2.2-a": [
        ((0.8 * LOST, -0.18), "exchanged"),
        ((-0.36, 0.8 * LOST), "counts once"),
        ((0.18, 0.8 * LOST), "less energy"),
        ((-0.18, LOST), "lacks its T"),
        ((-0.18, -LOST), "Multiply it by -T"),
        ((-0.18, -0.8 * LOST), "s falls"),
        ((-0.18, 0.8 * LOST / np.log(2)), "in bits"),
        ((-0.18, -0.8 * (np.log(2) - LOST)), "Subtract what it was"),
        ((-0.18, 0.3), "three digits"),
        ((-0.2, 0.154), "three digits"),
        (-0.18, "two numbers"),
        ((-0.18, float("nan")), "finite"),
    ],
    "2.2-b": [
        (below(lambda T, m: m), "first condition"),
        (below(lambda T, m: -spinodal(T)), "without its sign"),
        (below(lambda T, m: m - np.arctanh(m)), "in front of artanh"),
        (below(lambda T, m: m + T * np.arctanh(m)), "subtracted"),
        (below(lambda T, m: m - T * np.tanh(m)), "inverse of tanh"),
        (below(lambda T, m: 2 / 3 * (1 - T) ** 1.5), "near Tc only"),
        (below(lambda T, m: 2 / 3 * (1 - T) ** 1.5 / np.sqrt(T)), "Landau"),
        (lambda T: 0.0, "holds out"),
        (lambda T: spinodal(T) if T < 1 else 0.1, "one valley only"),
        (lambda T: np.sqrt(1 - T) - T * np.arctanh(np.sqrt(1 - T)) if T != 1 else 0, "one valley only"),
        (below(lambda T, m: 0.5 * spinodal(T)), "overcome"),
        (0.0622, "a function is wanted"),
    ],
    "2.2-c": [
        (lambda *a: recursion(*a, first=None), "begin at 0"),
        (lambda up, down, start, target: recursion(up, down, 0, target), "from 0 to the target"),
        (lambda *a: recursion(*a, total=lambda t: t[-1]), "last step alone"),
        (lambda up, down, start, target: (1 / up[start:target]).sum(), "made good"),
        (lambda up, down, *ends: recursion(up, down, *ends) / (len(up) - 1), "not sweeps"),
        (lambda *a: recursion(*a, weight=False), "weighted by down_k"),
        (simulated, "simulation"),
        (spoils, "changed up or down"),
        (lambda up, down, start, target: target - start, "linear equations"),
    ],
    "2.2-d": [
        (lambda w, h, T: np.pi * h * h / T * w / (1 + w * w), "weak fields"),
        (lambda w, h, T: -work(w, h, T), "sign"),
        (lambda w, h, T: work(w, h, T) / np.pi, "factor π"),
        (lambda w, h, T: 2 * work(w, h, T), "twice too large"),
        (lambda w, h, T: work(w, h, T) / 2, "half of it"),
        (lambda w, h, T: work(w, h, T) / w, "in phase"),
        (lambda w, h, T: work(w, h, T) * w / (2 * np.pi), "Multiply by the period"),
        (lambda w, h, T: np.pi * h * np.tanh(h / T) * w / (1 + w * w), "not tanh of"),
        (lambda w, h, T: work(w, h, T) * (1 + w * w), "slow fields only"),
        (lambda w, h, T: 1.05 * work(w, h, T), "smaller steps"),
        (lambda w, h, T: 1.0, "the work is"),
    ],
}


class TestFreeEnergyLandscape(Answers):
    PAGE, RIGHT, MISTAKES = "2.2", RIGHT_ANSWERS, MISTAKES
    FUNCTIONS = ("2.2-b", "2.2-c", "2.2-d")


def test_a_pair_of_dots_is_not_an_attempt():
    assert check("2.2-a", (..., ...)).status == NOT_ATTEMPTED
    assert check("2.2-a", (-0.18, ...)).status == NOT_ATTEMPTED
