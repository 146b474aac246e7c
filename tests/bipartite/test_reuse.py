"""Replaced, accumulated and mixed data: the recursions against simulated coins and normal numbers, and what is best."""

import numpy as np
import pytest
from scipy.optimize import minimize_scalar

from spinlearn.bipartite.reuse import SCHEMES, best_weight, errors, settled

LANES = 40000


def played(scheme, generations, M, n, w, draw, rng):
    """The loop as it stands, with data instead of errors; `draw(mu, k, rng)` is the mean of k data at each mean."""
    truth = np.full(LANES, 0.3)
    real = draw(truth, n, rng)
    mu, out = real, [((real - 0.3) ** 2)]
    for t in range(1, generations + 1):
        drawn = draw(mu, M, rng)
        if scheme == "replace":
            mu = drawn
        elif scheme == "accumulate":
            mu = ((n + (t - 1) * M) * mu + M * drawn) / (n + t * M)
        elif scheme == "fresh":
            mu = w * draw(truth, n, rng) + (1 - w) * drawn
        else:
            mu = w * real + (1 - w) * drawn
        out.append((mu - 0.3) ** 2)
    return np.array(out)


KINDS = {
    "coin": (lambda mu, k, rng: rng.binomial(k, mu) / k, 0.21, -1.0),
    "normal": (lambda mu, k, rng: rng.normal(mu, np.sqrt(0.7 / k)), 0.7, 0.0),
    "poisson": (lambda mu, k, rng: rng.poisson(k * mu) / k, 0.3, 0.0),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("scheme", SCHEMES)
def test_errors_are_those_of_data(scheme, kind, rng):
    """Within five standard errors in every generation; with a datum less in each, not."""
    draw, variance, c = KINDS[kind]
    squares = played(scheme, 8, 12, 20, 0.4, draw, rng)
    found, error = squares.mean(axis=1), squares.std(axis=1) / np.sqrt(LANES)

    def off(M, n):
        return np.abs((found - variance * errors(scheme, 8, M=M, n=n, weight=0.4, curvature=c)) / error).max()

    assert off(12, 20) < 5
    assert off(10, 18) > 8


def test_replaced_data_have_no_end_and_accumulated_ones_a_price():
    coin = errors("replace", 100_000, M=10, n=10, curvature=-1.0)
    assert coin[-1] == pytest.approx(1, rel=1e-9)  # the variance of what is absorbed: e = truth (1 - truth)
    np.testing.assert_allclose(coin[:5], 1 - (1 - 0.1) ** np.arange(1, 6), rtol=1e-12)
    assert errors("accumulate", 200_000, M=5)[-1] * 5 == pytest.approx(np.pi**2 / 6, abs=1e-5)


@pytest.mark.parametrize("scheme", ["fresh", "same"])
@pytest.mark.parametrize("c", [0.0, -1.0])
def test_what_settles_is_the_end_of_the_recursion(scheme, c):
    for w in (0.1, 0.618, 1.0):
        end = errors(scheme, 3000, M=20, n=7, weight=w, curvature=c)[-1]
        assert settled(w, M=20, n=7, scheme=scheme, curvature=c) == pytest.approx(end, rel=1e-9)


@pytest.mark.parametrize(("M", "n"), [(50, 50), (1000, 10), (10, 1000), (7, 3)])
def test_the_best_weight_is_the_best(M, n):
    found = minimize_scalar(lambda w: settled(w, M=M, n=n), bounds=(1e-6, 1), method="bounded", options={"xatol": 1e-9})
    assert best_weight(M, n) == pytest.approx(found.x, abs=1e-5)
    assert settled(best_weight(M, n), M=M, n=n) < 1 / n


def test_with_as_many_real_data_it_is_the_golden_ratio():
    golden = (1 + np.sqrt(5)) / 2
    assert best_weight(30, 30) == pytest.approx(1 / golden, rel=1e-14)
    assert settled(1 / golden, M=30) * 30 == pytest.approx(1 / golden, rel=1e-12)


def test_the_same_data_should_have_all_the_weight():
    left = [settled(w, M=30, scheme="same") for w in (0.2, 0.6, 1.0)]
    assert left[0] > left[1] > left[2] == pytest.approx(1 / 30)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: errors("forget", 3, M=1), "scheme must be one of"),
        (lambda: errors("fresh", 3, M=1, weight=1.5), "weight must be at most 1"),
        (lambda: errors("fresh", 3, M=0), "M must be at least 1"),
        (lambda: settled(0.0, M=1), "weight must be above 0"),
        (lambda: best_weight(1, 0), "n must be at least 1"),
    ],
)
def test_what_cannot_be_is_said(call, said):
    with pytest.raises((TypeError, ValueError), match=said):
        call()
