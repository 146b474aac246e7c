"""The checks of page 1.4: right answers pass, typical mistakes are refused with the reason."""

from pathlib import Path

import numpy as np
import pytest
from checking import Answers
from scipy.optimize import curve_fit

from spinlearn.course.check import RIGHT, check
from spinlearn.course.check.p1_4_criticality import ERROR_32, ERROR_64, U_32, U_64, T, crossing
from spinlearn.lattice import cluster
from spinlearn.measure import scaling

PAGE = Path(__file__).parents[3] / "source" / "chapters" / "1-ising-basics" / "4-criticality.md"
AT, SIGMA = crossing()


def cross(U, V, degrees=(2, 2)):
    """Where weighted polynomials through both cross, nearest to the middle."""
    fits = [
        np.polyfit(T - 2.27, one, degree, w=1 / error)
        for one, error, degree in zip((U, V), (ERROR_32, ERROR_64), degrees, strict=True)
    ]
    roots = np.roots(np.polysub(*fits))
    return 2.27 + min(roots[roots.imag == 0].real, key=abs)


def by_noise(resamples=4000):
    """The crossing by fits to noisy copies."""
    rng = np.random.default_rng(1)
    found = [cross(rng.normal(U_32, ERROR_32), rng.normal(U_64, ERROR_64)) for _ in range(resamples)]
    return cross(U_32, U_64), np.std(found)


def polyfit(L, y, dy, **settings):
    (slope, _), covariance = np.polyfit(np.log(L), np.log(y), 1, **{"w": y / dy, "cov": "unscaled", **settings})
    return slope, covariance[0, 0] ** 0.5


def with_curve_fit(L, y, dy, absolute=True):
    def law(x, a, p):
        return a + p * x

    best, covariance = curve_fit(law, np.log(L), np.log(y), sigma=dy / y, absolute_sigma=absolute)
    return best[1], covariance[1, 1] ** 0.5


def by_library(L, y, dy):
    fit = scaling.power_law(L, np.stack([y, dy], axis=1))
    return fit.exponent, fit.error


def in_tens(L, y, dy, scale=2.302585092994046):
    (slope, _), covariance = np.polyfit(np.log10(L), np.log10(y), 1, w=y * scale / dy, cov="unscaled")
    return slope, covariance[0, 0] ** 0.5


def bond(s, other, J, T):
    return max(0.0, 1 - np.exp(-2 * J * s * other / T))


def niedermayer(s, other, J, T, q=0.2):
    return 1 - (1 - q) * np.exp(-2 * abs(J) / T) if J * s * other > 0 else q


# The two sizes of exercise c1, their values and errors.
PAIR = np.array([8.0, 64.0]), np.array([40.0, 1600.0]), np.array([0.4, 32.0])

RIGHT_ANSWERS = {
    "1.4-a": [2 * 170 * 41**2, 571_540, 5.7e5, np.int64(571_540)],
    "1.4-b": [
        (AT, SIGMA),
        [AT, SIGMA],
        by_noise(),
        (round(AT, 4), round(SIGMA, 4)),
        np.array([cross(U_32, U_64, (1, 2)), 0.00074]),  # a line for the smaller, which bends less
    ],
    "1.4-c1": [polyfit(*PAIR), (1.774, 0.0108), (1.774, 0.011), (1.774, 0.0105), (1.774, 0.0115), by_library(*PAIR)],
    "1.4-c": [polyfit, with_curve_fit, by_library, in_tens, lambda *a: np.array(polyfit(*a))],
    "1.4-d1": [bond(1, -1, -1, 2.5), 0.551],
    "1.4-d": [
        bond,
        niedermayer,
        lambda s, other, J, T: 1 - np.exp(min(0, -2 * J * s * other / T)),
        lambda s, other, J, T: cluster.bond_probability(T, J=abs(J)) if s * other * J > 0 else 0,
    ],
}

# Each typical mistake, with a word that its answer must contain.
MISTAKES = {
    "1.4-a": [
        (170 * 41**2, "2 tau that counts"),
        (41**2, "independent records"),
        (340 * 41, "squared"),
        (170 * 41, "squared"),
        (340 / 0.01**2, "41 %"),
        (np.sqrt(340) * 41, "square root"),
        (np.sqrt(340) * 41**2, "under the same root"),
        (1e6, "too many"),
        (1e5, "too few"),
        (-1, "above zero"),
        (float("nan"), "finite"),
        ("long", "single number"),
    ],
    "1.4-b": [
        (AT, "two numbers"),
        ("crossing", "two numbers"),
        ((AT, SIGMA, 1), "two numbers"),
        ((AT - 2.27, SIGMA), "Shift it back"),
        ((AT - 2.269, SIGMA), "Shift it back"),
        ((SIGMA, AT), "comes first"),
        (crossing(degree=1), "Fit parabolas"),
        ((2.262, SIGMA), "apart"),
        ((2.4, SIGMA), "outside"),
        ((AT, 0), "above zero"),
        ((AT, SIGMA / 2), "too small"),
        ((AT, SIGMA**2), "variance"),
        ((AT, 3 * SIGMA), "too large"),
        ((AT, 0.001), "by eye"),
        ((AT, 0.0006), "by eye"),
        ((AT, crossing(degree=1)[1]), "straight lines"),
        ((AT, np.nan), "finite"),
    ],
    "1.4-c1": [
        ((1 / polyfit(*PAIR)[0], 0.01), "horizontal"),
        ((np.log(40), 0.01), "rise of ln y"),
        ((1560 / 56, 0.01), "logarithms of both"),
        ((1.774, 0.03 / np.log(8)), "as squares do"),
        ((1.774, np.hypot(0.01, 0.02)), "divided by ln 8"),
        ((1.774, polyfit(*PAIR)[1] ** 2), "variance"),
        ((1.774, 0.02 / np.log(8)), "second value alone"),
        ((1.774, np.hypot(0.4, 32) / np.log(8)), "errors of y"),
        (in_tens(*PAIR, scale=1), "mixed"),
        ((1.774, 0), "above zero"),
        ((1.774, 0.1), "exponent is right"),
        ((1.75, 0.01), "three decimals"),
        ((3, 0.01), "rise of ln L"),
        (1.774, "two numbers"),
    ],
    "1.4-c": [
        (lambda L, y, dy: polyfit(L, y, dy, w=None), "equally good"),
        (lambda L, y, dy: polyfit(L, y, dy, w=1 / dy), "dy / y"),
        (lambda L, y, dy: polyfit(L, y, dy, w=(y / dy) ** 2), "squares it itself"),
        (lambda L, y, dy: polyfit(L, y, dy, w=(y / dy) ** 0.5), "error squared"),
        (lambda L, y, dy: (np.polyfit(L, y, 1)[0], 0.1), "logarithms of both"),
        (lambda L, y, dy: (np.log(y[-1] / y[0]) / np.log(L[-1] / L[0]), 0.1), "first and the last"),
        (lambda L, y, dy: (-polyfit(L, y, dy)[0], 0.1), "sign"),
        (lambda L, y, dy: (1 / polyfit(L, y, dy)[0], 0.1), "horizontal"),
        (lambda L, y, dy: (0.3, 0.1), "weighted line"),
        (lambda L, y, dy: polyfit(L, y, dy, cov=True), "rescaled"),
        (lambda L, y, dy: with_curve_fit(L, y, dy, absolute=False), "rescaled"),
        (lambda L, y, dy: (polyfit(L, y, dy)[0], polyfit(L, y, dy)[1] ** 2), "square root"),
        (lambda L, y, dy: in_tens(L, y, dy, scale=1), "ln 10"),
        (lambda L, y, dy: (polyfit(L, y, dy)[0], 1.0), "error bars make it"),
        (lambda L, y, dy: polyfit(L, y, dy)[0], "two numbers"),
        (lambda L, y, dy: ("a", "b"), "two numbers"),
        (1.75, "a function is wanted"),
    ],
    "1.4-d1": [
        (bond(1, 1, -1, 2.5), "content"),
        (1 - np.exp(2 / 2.5), "negative"),
        (1 - np.exp(-1 / 2.5), "2 is missing"),
        (np.exp(-2 / 2.5), "decline"),
        (1 - np.exp(-2), "temperature is missing"),
        (1 - np.exp(-5), "not multiplied"),
        (55.07, "per cent"),
        (0.56, "three decimals"),
        (-0.1, "between 0 and 1"),
        (1.1, "between 0 and 1"),
        (0.2, "which energy"),
    ],
    "1.4-d": [
        (lambda s, other, J, T: 1 - np.exp(-2 * J * s * other / T), "from 0 to 1"),
        (lambda s, other, J, T: 1 - np.exp(-2 * abs(J) / T) if s == other else 0, "wants to be opposite"),
        (lambda s, other, J, T: max(0, 1 - np.exp(-2 * J / T)) if s == other else 0, "no bond at all"),
        (lambda s, other, J, T: max(0, 1 - np.exp(-J * s * other / T)), "2 is missing"),
        (lambda s, other, J, T: np.exp(-2 * abs(J) / T) if J * s * other > 0 else 0, "decline"),
        (lambda s, other, J, T: max(0, 1 - np.exp(-2 * J * s * other)), "temperature is missing"),
        (lambda s, other, J, T: 1 - np.exp(-2 * abs(J) / T), "stand to each other"),
        (lambda s, other, J, T: 1.0, "whole lattice"),
        (lambda s, other, J, T: 1 - 1e-12, "whole lattice"),
        (lambda s, other, J, T: 0.5 if J * s * other > 0 else 0.1, "Detailed balance"),
        (lambda s, other, J, T: bond(s, other, J, T) if s > 0 else 0.0, "turned over"),
        (lambda s, other, J, T: np.nan, "finite"),
        (0.5858, "a function is wanted"),
    ],
}


class TestCriticality(Answers):
    PAGE, RIGHT, MISTAKES, FUNCTIONS = "1.4", RIGHT_ANSWERS, MISTAKES, ("1.4-c", "1.4-d")


def test_the_numbers_of_the_crossing_are_those_of_the_page():
    text = PAGE.read_text(encoding="utf-8")
    for name, numbers, digits in (
        ("T", T, 3), ("U_32", U_32, 4), ("error_32", ERROR_32, 4), ("U_64", U_64, 4), ("error_64", ERROR_64, 4)
    ):  # fmt: skip
        assert f"{name} = np.array([{', '.join(f'{one:.{digits}f}' for one in numbers)}])" in text


@pytest.mark.slow
def test_the_error_of_the_crossing_is_the_scatter_of_noisy_copies():
    at, sigma = by_noise(8000)
    assert at == pytest.approx(AT, abs=1e-9)
    assert sigma == pytest.approx(SIGMA, rel=0.05)


def test_niedermayers_family_is_told_apart():
    assert "Niedermayer" in check("1.4-d", niedermayer).reason
    assert "Niedermayer" not in check("1.4-d", bond).reason
    assert check("1.4-d", niedermayer).status == RIGHT
