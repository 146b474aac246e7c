"""The checks of page 2.2: right answers pass, typical mistakes are refused with the reason."""

import numpy as np
from checking import Answers
from scipy.integrate import quad
from scipy.optimize import brentq
from scipy.special import xlogy

from spinlearn.course.check import NOT_ATTEMPTED, check
from spinlearn.lattice import drive

STAYS = float(np.exp(-1))
LOST = np.log(2) + xlogy(0.8, 0.8) + xlogy(0.2, 0.2)


def spinodal(T):
    if T >= 1:
        return 0.0
    m = np.sqrt(1 - T)
    return m - T * np.arctanh(m)


def warmest(h):
    return 0.0 if h >= 1 else brentq(lambda T: spinodal(T) - h, 1e-14, 1.0, xtol=1e-14)


def warmest_by_parameter(h):
    """Another way: search for m_sp, and T = 1 - m_sp^2."""
    if h >= 1:
        return 0.0
    low, high = 0.0, 1.0
    for _ in range(50):
        m = (low + high) / 2
        low, high = (m, high) if m - (1 - m * m) * np.arctanh(m) < h else (low, m)
    return 1 - low * low


def inside(function):
    """The same for fields below 1, and 0 for the others."""
    return lambda h: function(h) if h < 1 else 0.0


def differences(up, down, start, ratio=lambda u, d: d / u, more=0):
    steps = np.concatenate([[1.0], np.cumprod(ratio(np.asarray(up)[1:-1], np.asarray(down)[1:-1]))])
    return steps[: start + more].sum() / steps.sum()


def linear(up, down, start):
    n = len(up) - 1
    A, b = np.eye(n + 1), np.zeros(n + 1)
    for k in range(1, n):
        A[k, k - 1 : k + 2] = -down[k], up[k] + down[k], -up[k]
    b[n] = 1.0
    return np.linalg.solve(A, b)[start]


def by_shooting(up, down, start):
    """q_0 = 0, q_1 = 1, the others step by step, and all of them divided by the last."""
    q = [0.0, 1.0]
    for k in range(1, len(up) - 1):
        q.append(q[k] + (down[k] * (q[k] - q[k - 1])) / up[k])
    return q[start] / q[-1]


def straight_up(up, down, start, wait=False):
    """As if the walk never stepped down; with `wait`, nor waited."""
    n = len(up) - 1
    return np.prod([up[k] / (1 if wait else up[k] + down[k]) for k in range(start, n)])


def forgets_the_ends(up, down, start):
    return linear(up, down, start) if 0 < start < len(up) - 1 else 0.5


def spoils(up, down, start):
    result = linear(up, down, start)
    up[0] = 1.0
    return result


def first_harmonic(h_0, T):
    return quad(lambda x: np.tanh(h_0 * np.cos(x) / T) * np.cos(x), 0, 2 * np.pi)[0] / np.pi


def smooth(period, h_0, T):
    omega = 2 * np.pi / period
    return np.pi * h_0 * first_harmonic(h_0, T) * omega / (1 + omega**2)


def around(period, h_0, T, kept=STAYS, target=np.tanh, after=0.0, rounds=None):
    """By going round until it repeats, with whatever can go wrong."""
    h = h_0 * np.cos(2 * np.pi * np.arange(period) / period)
    m = 0.0
    for _ in range(rounds or 2 + 60 // period):
        total = 0.0
        for k in range(period):
            m = kept * m + (1 - kept) * target(h[k] / T)
            total -= ((1 - after) * m) * (h[(k + 1) % period] - h[k]) + after * m * (h[k] - h[k - 1])
    return total


def by_linear_equations(period, h_0, T):
    """The state that repeats, from one system of equations."""
    h = h_0 * np.cos(2 * np.pi * np.arange(period) / period)
    A = np.eye(period) - np.exp(-1) * np.roll(np.eye(period), -1, axis=1)
    m = np.linalg.solve(A, (1 - np.exp(-1)) * np.tanh(h / T))
    return m @ (h - np.roll(h, -1))


RIGHT_ANSWERS = {
    "2.2-a": [(-0.18, 0.8 * LOST), [-0.18, 0.154], np.array([-0.18, 0.1542])],
    "2.2-b": [warmest, warmest_by_parameter, lambda h: np.float64(warmest(h))],
    "2.2-b1": [spinodal(0.5), 0.266, np.float32(0.26642)],
    "2.2-c1": [0.4, 2 / 5, linear(np.array([0, 0.2, 0.4, 0]), np.array([0, 0.2, 0.2, 0]), 1)],
    "2.2-d1": [0.6 * STAYS, 0.2207, 0.6 * (1 - 1 / 10_000) ** 10_000],
    "2.2-c": [differences, linear, by_shooting],
    "2.2-d": [around, by_linear_equations, lambda P, h, T: drive.free_spin_work(T, h, P)],
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
        ((-0.18, 0.3), "Three decimals"),
        ((-0.1, 0.3), "neither"),
        ((-0.2, 0.154), "first is not"),
        (-0.18, "two numbers"),
        ((-0.18, float("nan")), "finite"),
    ],
    "2.2-b": [
        (spinodal, "Turn it round"),
        (inside(lambda h: np.sqrt(1 - warmest(h))), "magnetisation at the spinodal"),
        (inside(lambda h: 1 - warmest(h)), "distance from Tc"),
        (lambda h: 1 - (1.5 * h) ** (2 / 3), "near Tc only"),
        (lambda h: max(0.0, 1 - (1.5 * h) ** (2 / 3)), "near Tc only"),
        (inside(lambda h: brentq(lambda T: 2 / 3 * (1 - T) ** 1.5 / np.sqrt(T) - h, 1e-12, 1)), "Landau"),
        (inside(lambda h: 1 - h), "straight line"),
        (inside(lambda h: 1 - h * h), "where m_sp is h"),
        (lambda h: 1e-9, "wrong half"),
        (lambda h: 1.0, "no second valley"),
        (lambda h: warmest(min(h, 0.99)), "Nothing holds"),
        (inside(lambda h: warmest(h) + 1e-4), "Six decimals"),
        (inside(lambda h: 0.5 * warmest(h)), "the valley ends at a field of"),
        (0.8, "a function is wanted"),
    ],
    "2.2-b1": [
        (np.sqrt(0.5), "where the valley ends"),
        (-spinodal(0.5), "How strong"),
        (np.sqrt(0.5) - np.arctanh(np.sqrt(0.5)), "here a half"),
        (0.5 * np.arctanh(np.sqrt(0.5)), "entropy's part"),
        (np.sqrt(0.5) - 0.5 * np.tanh(np.sqrt(0.5)), "its inverse"),
        (2 / 3 * 0.5**1.5, "law near Tc"),
        (2 / 3 * 0.5**1.5 / np.sqrt(0.5), "Landau"),
        (0.5, "straight line"),
        (0.268, "close, but not to three decimals"),
        (-0.9, "not negative"),
        (0.9, "vanish"),
    ],
    "2.2-c1": [
        (0.6, "0 first"),
        (1 / 3, "try again"),
        (0.5, "first step only"),
        (0.8, "from 2."),
        (2 / 3, "begins at 1"),
        (0.08, "in a row"),
        (0.25, "turned round"),
        (40, "per cent"),
        (0.404, "small numbers"),
        (1.5, "between 0 and 1"),
        (0.1, "one step leads to"),
    ],
    "2.2-c": [
        (lambda *a: 1 - linear(*a), "0 first"),
        (lambda up, down, start: start / (len(up) - 1), "fair walk"),
        (lambda *a: differences(*a, ratio=lambda u, d: u / d), "turned round"),
        (straight_up, "no product"),
        (lambda *a: straight_up(*a, wait=True), "in a row"),
        (lambda *a: differences(*a, more=1), "too many"),
        (lambda *a: differences(*a, ratio=lambda u, d: d), "not down alone"),
        (forgets_the_ends, "the walk is there"),
        (lambda *a: 0.97 * linear(*a), "simulation"),
        (spoils, "changed up or down"),
        (lambda up, down, start: start, "linear equations"),
    ],
    "2.2-d1": [
        (0.6 * (1 - STAYS), "what was lost"),
        (STAYS, "not picked. They had"),
        (0, "not one of each"),
        (0.6, "forget theirs"),
        (0.3, "not a half"),
        (0.6 - STAYS, "nothing is subtracted"),
        (0.222, "close, but not to three decimals"),
        (0.5, "in N picks"),
    ],
    "2.2-d": [
        (smooth, "changes smoothly"),
        (lambda *a: -around(*a), "sign"),
        (lambda P, h, T: around(P, h, T) / P, "per sweep"),
        (lambda *a: around(*a, kept=0.0), "follow at once"),
        (lambda *a: around(*a, kept=1 - STAYS), "the other way"),
        (lambda *a: around(*a, target=lambda x: x), "weak fields only"),
        (lambda *a: around(*a, after=1.0), "sweep before left them"),
        (lambda *a: around(*a, after=0.5), "fixed spins"),
        (lambda *a: around(*a, rounds=1), "forgotten"),
        (lambda *a: 1.01 * around(*a), "can be exact"),
        (lambda P, h, T: 1.0, "the work is"),
    ],
}


class TestFreeEnergyLandscape(Answers):
    PAGE, RIGHT, MISTAKES = "2.2", RIGHT_ANSWERS, MISTAKES
    FUNCTIONS = ("2.2-b", "2.2-c", "2.2-d")


def test_a_pair_of_dots_is_not_an_attempt():
    assert check("2.2-a", (..., ...)).status == NOT_ATTEMPTED
    assert check("2.2-a", (-0.18, ...)).status == NOT_ATTEMPTED
