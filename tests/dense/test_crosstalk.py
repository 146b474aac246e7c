"""Crosstalk of dense memories: exact laws of small networks, limits, and identities of the rates."""

import math

import numpy as np
import pytest
from scipy.special import erf, ndtr

from spinlearn.dense import crosstalk, recall
from spinlearn.dense.memories import exponential, power


def exact_bit(N, P, n, rectified):
    """Chance that a bit is wrong, ties by halves: the law of P - 1 independent terms in whole numbers, term by term."""

    def F(x):
        return x**n if x > 0 or not rectified else 0

    one = {}
    for k in range(N):
        y = 2 * k - (N - 1)
        for sign in (-1, 1):
            value = sign * (F(y + 1) - F(y - 1))
            one[value] = one.get(value, 0.0) + math.comb(N - 1, k) / 2**N
    law = {0: 1.0}
    for _ in range(P - 1):
        new = {}
        for total, chance in law.items():
            for value, share in one.items():
                new[total + value] = new.get(total + value, 0.0) + chance * share
        law = new
    signal = N**n - F(N - 2)
    return (
        math.fsum(p for s, p in law.items() if s < -signal) + math.fsum(p for s, p in law.items() if s == -signal) / 2
    )


@pytest.mark.parametrize("rectified", [False, True])
@pytest.mark.parametrize(("n", "N", "P"), [(3, 8, 9), (3, 12, 14), (4, 8, 9), (4, 10, 12), (5, 9, 12)])
def test_one_bit_of_small_networks(n, N, P, rectified):
    found, exact = crosstalk.stability(N, P, power(n, rectified=rectified)).bit, exact_bit(N, P, n, rectified)
    assert found == pytest.approx(exact, rel=3e-3)
    assert exact != pytest.approx(exact_bit(N, P + 1, n, rectified), rel=3e-2)  # the bound sees a single pattern


def test_rare_errors_have_their_digits():
    exact = exact_bit(22, 7, 3, True)
    assert exact < 2e-5
    found = crosstalk.stability(22, 7, power(3, rectified=True))
    assert found.bit == pytest.approx(exact, rel=2e-3)
    assert found.normal < 0.1 * exact  # what is rare is not Gaussian


@pytest.mark.parametrize("n", [2, 3, 4, 5])
@pytest.mark.parametrize("rectified", [False, True])
def test_the_variance_has_a_double_factorial(n, rectified):
    N = 10_000
    moment = math.prod(range(1, 2 * n - 2, 2)) / (2 if rectified else 1)
    P = round(N ** (n - 1) / (4 * moment)) + 1  # two standard deviations
    assert P > N or n == 2
    if n > 2:
        assert crosstalk.stability(N, P, power(n, rectified=rectified)).normal == pytest.approx(ndtr(-2), rel=2e-3)
    assert crosstalk.stability(N, N + 1, power(2)).normal == pytest.approx(ndtr(-1), rel=1e-3)


def test_many_patterns_make_it_normal():
    for n in (3, 4):
        found = crosstalk.stability(1000, round(1000 ** (n - 1) / (4 * math.prod(range(1, 2 * n - 2, 2)))), power(n))
        assert found.bit == pytest.approx(found.normal, rel=0.01)


def test_the_square_is_that_of_recall():
    for P in (1, 10, 14, 100):
        assert crosstalk.stability(100, P, power(2)) == recall.recall(100, P)
    assert crosstalk.stability(100, 101, power(2)).bit == pytest.approx(recall.recall(100, 100).bit, rel=0.05)


def test_one_or_two_patterns_harm_nobody():
    for P in (1, 2):
        assert crosstalk.stability(20, P, power(3)) == (0.0, pytest.approx(0, abs=1e-9), 1.0, 1.0)


@pytest.mark.parametrize("every", [False, True])
@pytest.mark.parametrize("n", [3, 4])
def test_limits_are_where_half_is_kept_and_grow_with_an_exponent_that_tends_to_one_less_than_the_power(n, every):
    sizes, name = [20, 60, 300, 1500], "every" if every else "pattern"
    limits = [crosstalk.limit(N, power(n), every=every) for N in sizes]
    for N, found in zip(sizes[:3], limits, strict=False):
        step = max(1, found.P * 2e-4)
        at = [getattr(crosstalk.stability(N, round(P), power(n)), name) for P in (found.P, found.P + step)]
        assert at[0] >= 0.5 > at[1] - 2e-3
    slopes = np.diff(np.log([one.P for one in limits])) / np.diff(np.log(sizes))
    assert (np.diff(slopes) > 0).all()
    assert n - 1.4 < slopes[-1] < n - 1
    ratios = [one.P / one.asymptotic for one in limits]
    assert (np.diff(ratios) < 0).all()
    assert ratios[-1] > 1


def test_rectified_powers_hold_twice_as_many():
    for n in (3, 4):
        one, two = (crosstalk.limit(1000, power(n, rectified=r)) for r in (False, True))
        assert abs(two.P / one.P - 2) < 0.08
        assert two.asymptotic == 2 * one.asymptotic


def entropy(m):
    return ((1 + m) * np.log1p(m) + (1 - m) * np.log1p(-m)) / 2


@pytest.mark.parametrize("T", [0.3, 1.0, 4.0])
def test_rates_are_those_of_a_random_energy_model(T):
    """Signed sums of e^(N (alpha - I)) terms, maximised over overlaps that occur: they pass the signal at the rate."""
    overlaps = np.linspace(1e-6, 1 - 1e-9, 400_001)

    def noise(alpha):
        there = alpha - entropy(overlaps)
        return (there / 2 + overlaps / T)[there >= 0].max()

    for m in (0.2, 0.5, 0.9, 0.99, 1.0):
        rate = crosstalk.rates(T, m=m).typical
        assert noise(rate * 0.99) < m / T < noise(rate * 1.01 + 1e-12)


def test_rates_in_the_limits_that_are_known():
    assert crosstalk.rates(1.0).every == pytest.approx(math.log(2) / 2, rel=1e-15)
    assert crosstalk.rates(1e-3).typical == pytest.approx(math.log(2), rel=1e-12)
    assert crosstalk.rates(100.0).typical == pytest.approx(2 / 100, rel=0.02)
    assert crosstalk.rates(100.0).every == crosstalk.rates(100.0).typical
    for m in (0.1, 0.5, 0.9):
        assert crosstalk.rates(1.0, m=m).every == pytest.approx(entropy(m) / 2, rel=1e-12)
    edge = math.tanh(2.0)
    one, other = (crosstalk.rates(1.0, m=edge + d).typical for d in (-1e-7, 1e-7))
    assert one == pytest.approx(other, abs=1e-6)


@pytest.mark.parametrize("n", [3, 4, 6])
def test_retrieval_solves_its_equation_up_to_the_last_load(n):
    last, moment = crosstalk.last_load(n), math.prod(range(1, 2 * n - 2, 2))
    loads = last.load * np.array([0.1, 0.5, 0.9, 0.9999])
    m = crosstalk.retrieved(loads, n)
    np.testing.assert_allclose(m, erf(m ** (n - 1) / np.sqrt(2 * moment * loads)), rtol=1e-10)
    assert (np.diff(m) <= 0).all()
    assert m[-1] == pytest.approx(last.m, abs=0.02)
    assert crosstalk.retrieved(last.load * 1.0001, n) == 0
    assert crosstalk.retrieved(0.0, n) == 1
    grid = np.linspace(0.01, 1 - 1e-9, 200_001)
    above = erf(grid ** (n - 1) / np.sqrt(2 * moment * last.load * 1.001)) - grid
    assert (above < 0).all()
    assert crosstalk.last_load(n, rectified=True).load == pytest.approx(2 * last.load, rel=1e-12)


def test_neighbours_are_counted():
    """All pairs of 2^N states: how many are one unit apart."""
    N = 6
    states = np.arange(2**N)
    apart = np.bitwise_count(states[:, None] ^ states) == 1
    P = 5.0
    pairs = P**2 / 2 * apart.mean()
    assert crosstalk.neighbours(N, P).every == pytest.approx(math.exp(-pairs), rel=1e-12)
    assert crosstalk.neighbours(N, P).bit == pytest.approx(P * apart.mean() / N / 2, rel=1e-12)
    assert crosstalk.neighbours(30, math.sqrt(2**31 * math.log(2) / 30)).every == pytest.approx(0.5, rel=1e-12)
    assert crosstalk.neighbours(30, 2**31 * math.log(2) / 30).pattern == pytest.approx(0.5, rel=0.02)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: crosstalk.stability(3, 5, power(3)), r"^N must be at least 4"),
        (lambda: crosstalk.stability(20, 0, power(3)), r"^P must be at least 1"),
        (lambda: crosstalk.stability(20, 5, exponential()), r"^interaction must be a power.*see neighbours"),
        (lambda: crosstalk.stability(20, 5, 3), r"^interaction must be a power"),
        (lambda: crosstalk.limit(20, power(3), every=1), r"^every must be"),
        (lambda: crosstalk.neighbours(3, 5), r"^N must be at least 4"),
        (lambda: crosstalk.neighbours(20, 0), r"^P must be at least 1"),
        (lambda: crosstalk.rates(0.0), r"^T must be greater than 0"),
        (lambda: crosstalk.rates(1.0, m=0), r"^m must be greater than 0"),
        (lambda: crosstalk.rates(1.0, m=1.1), r"^m must be at most 1"),
        (lambda: crosstalk.retrieved(-0.1, 3), r"^load must be at least 0"),
        (lambda: crosstalk.retrieved(0.1, 2), r"^n must be at least 3"),
        (lambda: crosstalk.last_load(31), r"^n must be at most 30"),
    ],
)
def test_errors_name_the_argument(call, message):
    with pytest.raises((TypeError, ValueError), match=message):
        call()
