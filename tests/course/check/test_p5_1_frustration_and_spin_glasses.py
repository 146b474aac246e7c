"""Exercises of page 5.1: right answers pass, typical mistakes are refused with the reason."""

import math
from itertools import pairwise

import numpy as np
import pytest
from checking import Answers
from scipy.stats import norm

from spinlearn import exact
from spinlearn.course.check import p5_1_frustration_and_spin_glasses as frustration
from spinlearn.dense.glass import sherrington_kirkpatrick
from spinlearn.lattice import chain, glass


def diluted_line(p, q):
    return 2 / math.log(p / q), q - p


def weak_bonds(J):
    J = np.abs(J)
    return int(np.sum((J[1:-1] < J[:-2]) & (J[1:-1] < J[2:])))


def stable_chain(J):
    return 2 * 2 ** weak_bonds(J)


def stable_by_transfer(J):
    """Count from site to site: the state is what the last two spins are."""
    counts = {(s, t): 1 for s in (-1, 1) for t in (-1, 1) if s * J[0] * t > 0}
    for left, right in pairwise(J):
        new = {}
        for (s, t), number in counts.items():
            for u in (-1, 1):
                if t * (left * s + right * u) > 0:
                    new[t, u] = new.get((t, u), 0) + number
        counts = new
    return sum(number for (s, t), number in counts.items() if t * J[-1] * s > 0)


def by_hermite(N, kappa):
    """The integral on a fine grid, with everything as logarithms."""
    z = np.linspace(-8, 14 + math.sqrt(N), 60001)
    logs = N * (math.log(2) + norm.logcdf((z / math.sqrt(N) - kappa) / math.sqrt((N - 2) / N))) + norm.logpdf(z)
    return float(np.exp(logs).sum() * (z[1] - z[0]))


MARGIN = frustration.LARGEST_MARGIN

RIGHT = {
    "5.1-a": [-6, [-6.0], np.array(-6), "-6"],
    "5.1-b1": [1.1162, 2 / math.log(6), "2/ln 6"],
    "5.1-b": [diluted_line, lambda p, q: np.array(diluted_line(p, q))],
    "5.1-c1": [0.231, math.log(2) / 3, "ln(2)/3"],
    "5.1-c": [stable_chain, stable_by_transfer],
    "5.1-d1": [round(MARGIN, 3), MARGIN],
    "5.1-d": [frustration.mean_states, by_hermite],
}
MISTAKES = {
    "5.1-a": [
        (-8, "product"),
        (-7, "once more"),
        (-4, "size 2"),
        (-2, "strongest"),
        (6, "sign"),
        (-9, "minus the sum"),
        (0, "three strongest"),
    ],
    "5.1-b1": [
        (4.9326, "6 to 1"),
        (0.5581, "2/T"),
        (0.8959, "that is 1/T"),
        (1.7918, "that is 2/T"),
        (2.5702, "natural"),
        (-1.1162, "positive"),
        (1.12, "four decimals"),
        (-3, "above 0"),
        (9, "p to q"),
    ],
    "5.1-b": [
        (lambda p, q: diluted_line(p, q)[::-1], "temperature first"),
        (lambda p, q: (2 / math.log(p / q), p - q), "sign"),
        (lambda p, q: (2 / math.log(p / q), (q - p) / (p + q)), "Missing"),
        (lambda p, q: (2 / math.log(p / q), 1 - 2 * p), "not 1 - p"),
        (lambda p, q: (2 / math.log(p / (1 - p)), q - p), "counts missing"),
        (lambda p, q: (2 / math.log(p / (1 - p)), 1 - 2 * p), "for q = 1 - p"),
        (lambda p, q: (1 / math.log(p / q), q - p), "two units"),
        (lambda p, q: (math.log(p / q) / 2, q - p), "one over"),
        (lambda p, q: (2 / math.log(p / q), 2 * (q - p)), "once"),
        (lambda p, q: (1.0, q - p), "T ="),
        (lambda p, q: (2 / math.log(p / q), -1.0), "each place"),
    ],
    "5.1-c1": [
        (1 / 3, "share of bonds"),
        (0.3466, "not 1/2"),
        (0.1733, "not 1/4"),
        (0.6931, "all states"),
        (0.1992, "its own"),
        (0.2877, "mean of the logarithm"),
        (1.2599, "factor"),
        (0.23, "four decimals"),
        (-1, "positive"),
        (3, "at most ln 2"),
        (0.5, "which share"),
    ],
    "5.1-c": [
        (lambda J: 2 ** weak_bonds(J), "factor of two"),
        (weak_bonds, "may be broken or not"),
        (lambda J: weak_bonds(J) + 1, "multiply"),
        (lambda J: 2 * 2 ** weak_bonds([9, *J, 9]), "at the end"),
        (lambda J: 2 ** (1 + np.sum((J[1:-1] < J[:-2]) & (J[1:-1] < J[2:]))), "not its sign"),
        (lambda J: 2 * 2 ** weak_bonds(1 / np.asarray(J)), "weak ones"),
        (lambda J: 2 ** (len(J) + 1), "all states"),
        (lambda J: 2, "ground states"),
        (lambda J: 5, "it says 5"),
    ],
    "5.1-d1": [
        (-MARGIN, "positive margin"),
        (0.1992, "without a margin"),
        (0.506, "the maximum"),
        (0.3936, "bends"),
        (0, "0.1992"),
        (MARGIN + 0.004, "three decimals"),
        (-1, "more states"),
        (2, "anew"),
    ],
    "5.1-d": [
        (lambda N, kappa: by_hermite(N, 0.0), "without a margin"),
        (lambda N, kappa: by_hermite(N, -kappa), "sign of κ"),
        (lambda N, kappa: by_hermite(N, kappa) / 2**N, "2 to the power N"),
        (lambda N, kappa: 2.0**N * norm.sf(kappa * math.sqrt(N / (N - 1))) ** N, "not independent"),
        (lambda N, kappa: frustration.mean_states(N, kappa, weight=1.0), "variance"),
        (lambda N, kappa: by_hermite(N, kappa * math.sqrt((N - 2) / N)), "divided"),
        (lambda N, kappa: math.exp(N * frustration.exponent(kappa)), "large N"),
        (lambda N, kappa: 1.0, "is right"),
    ],
}


class TestFrustrationAndSpinGlasses(Answers):
    PAGE, RIGHT, MISTAKES, FUNCTIONS = "5.1", RIGHT, MISTAKES, ("5.1-b", "5.1-c", "5.1-d")


def test_stable_states_of_chains_by_enumeration(rng):
    s = exact.states(9).astype(float)
    for _ in range(20):
        J = rng.normal(size=8)
        fields = np.zeros_like(s)
        fields[:, :-1] += J * s[:, 1:]
        fields[:, 1:] += J * s[:, :-1]
        assert stable_chain(J) == (s * fields > 0).all(axis=1).sum() == stable_by_transfer(J)


def test_the_mean_number_by_enumeration(rng):
    s = exact.states(10).astype(float)
    for kappa in (0.0, 0.3):
        found = []
        for _ in range(2000):
            J = sherrington_kirkpatrick(10, rng=rng)
            found.append((s * (s @ J) > kappa).all(axis=1).sum())
        error = np.std(found) / math.sqrt(len(found))
        assert abs(np.mean(found) - frustration.mean_states(10, kappa)) < 4.5 * error


def test_three_spins_share_all_they_have():
    """For N = 3 all three fields are positive with a probability that is an angle."""
    covariance = np.full((3, 3), 1 / 3) + np.eye(3) / 3
    correlation = covariance[0, 1] / covariance[0, 0]
    orthant = 1 / 8 + 3 * math.asin(correlation) / (4 * math.pi)
    assert frustration.mean_states(3, 0.0) == pytest.approx(8 * orthant, rel=1e-9)


def test_the_diluted_line_by_enumeration():
    """All bonds and all states of a ring of four."""
    ring, (p, q) = chain(4), (0.5, 0.2)
    T, e = diluted_line(p, q)
    total = 0.0
    for code in range(3**4):
        values = np.array([code // 3**k % 3 - 1 for k in range(4)], dtype=float)
        weight = np.prod(np.choose(values.astype(int) + 1, [q, 1 - p - q, p]))
        table = glass.bond_couplings(ring, values)
        total += weight * (exact.probabilities(ring, T, J=table) @ exact.energies(ring, J=table))
    assert total / 4 == pytest.approx(e, abs=1e-12)
