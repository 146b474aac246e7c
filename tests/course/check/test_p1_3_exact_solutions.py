"""The checks of page 1.3: right answers pass, typical mistakes are refused with the reason."""

import numpy as np
import pytest
from checking import Answers

from spinlearn import exact
from spinlearn.course.check import RIGHT, check
from spinlearn.course.check import p1_3_exact_solutions as page

TC = exact.critical_temperature()
A = 2 / np.pi * np.log1p(np.sqrt(2)) ** 2
K_100 = np.arctanh(np.exp(-0.01))


def dual(T):
    return 1 / np.arctanh(np.exp(-2 / T))


class Fickle:
    """Right when it is asked for the first nine temperatures, wrong afterwards."""

    def __init__(self):
        self.asked = 0

    def __call__(self, T):
        self.asked += 1
        return dual(T) if self.asked <= 9 else T


RIGHT_ANSWERS = {
    "1.3-a": [1 / K_100, 0.3775, 0.377, 2 / np.log(200), np.float32(0.3775)],
    "1.3-b1": [dual(1.5), 3.704, 3.7041],
    "1.3-b": [
        dual,
        lambda T: -2 / np.log(np.tanh(1 / T)),
        lambda T: 2 / np.arcsinh(1 / np.sinh(2 / T)),
        lambda T: 1 / np.arctanh(np.exp(-2 / np.float64(T))),
    ],
    "1.3-c": [np.exp((10 - 0.2014) / A), np.exp((10 - 0.2009) / A), 4.03e8, 403_000_000],
    "1.3-d1": [28],
    "1.3-d": [lambda N: 2 * N * (N + 6), lambda N: 2.0 * N**2 + 12 * N, lambda N: np.int64(2 * N * N + 12 * N)],
}

# Each typical mistake, with a word that its answer must contain.
MISTAKES = {
    "1.3-a": [
        (K_100, "one over it"),
        (1 / np.arctanh(10**-0.01), "base ten"),
        (2 / np.log(100), "about half"),
        (1 / np.log(200), "2 is missing"),
        (exact.chain_correlation_length(100.0), "Turn the question round"),
        (0.38, "three decimals"),
        (0.3, "larger than 100"),
        (0.6, "smaller than 100"),
        (-0.3775, "above zero"),
        (0.0, "above zero"),
        (float("nan"), "finite"),
        ("cold", "single number"),
    ],
    "1.3-b1": [
        (1 / dual(1.5), "dual coupling"),
        (1 / dual(1 / 1.5), "belongs"),
        (dual(1 / 1.5), "belongs"),
        (1 / np.arctanh(np.exp(-2 / 3)), "2 is missing"),
        (dual(1.5) / 2, "2K*"),
        (TC**2 / 1.5, "not the same"),
        (2 * TC - 1.5, "no reflection"),
        (1.5, "stays where it is"),
        (-1, "above zero"),
        (2.0, "hot one"),
        (3.72, "three decimals"),
        (3.7, "three decimals"),
        (9.0, "what is K*"),
    ],
    "1.3-b": [
        (lambda T: 1 / dual(T), "one over it"),
        (lambda T: -np.log(np.tanh(T)) / 2, "K = 1 / T belongs"),
        (lambda T: -2 / np.log(np.tanh(T)), "K = 1 / T belongs"),
        (lambda T: -1 / np.log(np.tanh(1 / T)), "2 is missing"),
        (lambda T: 1 / np.arctanh(np.exp(-1 / T)), "2 is missing"),
        (lambda T: 1 / np.arcsinh(1 / np.sinh(2 / T)), "one over 2K*"),
        (lambda T: TC**2 / T, "not the same for all T"),
        (lambda T: 2 * TC - T, "no reflection"),
        (lambda T: T, "hot into cold"),
        (lambda T: -dual(T), "above zero"),
        (lambda T: dual(T) + 0.01, "where it should be 1"),
        (lambda T: TC, "where it should be 1"),
        (Fickle(), "asked twice"),
        (lambda T: float("nan"), "finite"),
        (2.269, "a function is wanted"),
    ],
    "1.3-c": [
        (np.exp((10 - 0.1381) / A), "height at T_c"),
        (np.exp(10 / A), "offset is missing"),
        (np.exp((10 + 0.2014) / A), "wrong sign"),
        (np.exp((10 - 0.2014) / A) ** 2, "number of spins"),
        ((10 - 0.2014) / A, "Take the exponential"),
        (10 ** ((10 - 0.2014) / A), "natural"),
        (2 ** ((10 - 0.2014) / A), "natural"),
        (np.exp((10 - 0.1907) / A), "right to 0.005"),  # the offset of L = 32
        (np.exp((10 - 0.1450) / 0.5026), "close"),  # a straight line through L = 8 to 512
        (1e6, "lower than 10"),
        (1e12, "higher than 10"),
        (0.5, "number of sites"),
    ],
    "1.3-d1": [
        (18, "more cells in a block"),
        (19, "outline of 8"),
        (26, "two by three cells is missing"),
        (20, "without one corner"),
        (10, "Four in a row"),
        (6, "turned or mirrored"),
        (9, "turned"),
        (29, "outline of 8 only"),
        (12, "missing"),
        (40, "too many"),
    ],
    "1.3-d": [
        (lambda N: 4 * N * (N + 6), "twice"),
        (lambda N: 2 * N**2, "single shapes are missing"),
        (lambda N: 2 * N * (N - 8), "Single outlines are missing"),
        (lambda N: 28 * N, "Pairs of a square and a domino"),
        (lambda N: 2 * N**2 + 28 * N, "left out"),
        (lambda N: 2 * N * (N - 2) + 28 * N, "may share a bond"),
        (lambda N: N * (N + 9) / 2, "length 8"),
        (lambda N: 1.94 * N**2 + 14.3 * N, "round the torus"),  # two tori, with the pairs round them left in
        (lambda N: N * (N + 6), "grows as 1 N²"),
        (lambda N: 2 * N * (N + 7), "single outlines"),
        (7, "a function is wanted"),
    ],
}


class TestExactSolutions(Answers):
    PAGE, RIGHT, MISTAKES, FUNCTIONS = "1.3", RIGHT_ANSWERS, MISTAKES, ("1.3-b", "1.3-d")


@pytest.mark.slow
def test_the_size_for_a_peak_of_ten_follows_from_kaufmans_formula():
    # Heights of peaks by a plain search; the offset is fitted with the corrections of finite size.
    sizes = np.array([128, 256, 512])
    heights = []
    for L in sizes:
        T = TC * (1 + np.linspace(0.34, 0.38, 2001) / L)
        heights.append(exact.kaufman(L, L, T).c.max())
    corrections = np.stack([np.ones(3), np.log(sizes) / sizes, 1 / sizes], axis=1)
    offset = np.linalg.solve(corrections, heights - A * np.log(sizes))[0]
    assert check("1.3-c", np.exp((10 - offset) / A)).status == RIGHT
    assert offset == pytest.approx(page.OFFSET, abs=1e-4)
    at_Tc = exact.kaufman(4096, 4096, TC).c - A * np.log(4096)
    assert at_Tc == pytest.approx(page.OFFSET_AT_TC, abs=1e-4)
