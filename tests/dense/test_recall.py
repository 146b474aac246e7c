"""Exact recall at finite size: all patterns of tiny networks, random ones of larger, the theorems' limits."""

import itertools
import math
from fractions import Fraction

import numpy as np
import pytest

from spinlearn.dense import capacity, recall


def enumerated(N, P, ties):
    """Exact chance that the first bit of the first pattern is wrong, over all sets of patterns."""
    wrong = Fraction(0)
    for bits in itertools.product([-1, 1], repeat=N * (P - 1)):
        others = np.array(bits).reshape(P - 1, N)  # the first pattern is all up
        field = N - 1 + int((others[:, :1] * others[:, 1:]).sum())
        wrong += Fraction(1 if field < 0 else 0) + (ties if field == 0 else 0)
    return wrong / 2 ** (N * (P - 1))


@pytest.mark.parametrize(("N", "P"), [(3, 2), (3, 3), (4, 3), (5, 3), (4, 4)])
@pytest.mark.parametrize("ties", [Fraction(0), Fraction(1, 2), Fraction(1)])
def test_one_bit_of_tiny_networks(N, P, ties):
    assert recall.recall(N, P, ties=float(ties)).bit == pytest.approx(float(enumerated(N, P, ties)), abs=1e-14)


def test_one_bit_of_large_networks_is_normal():
    for N, P in ((10**5, 10**4), (10**6, 10**5)):
        found = recall.recall(N, P)
        assert found.normal == pytest.approx(math.erfc(math.sqrt(N / (2 * P))) / 2, rel=1e-12)
        # the sum is even or odd: half a step of 2, over sqrt(N P), is the first correction
        assert found.bit == pytest.approx(found.normal, rel=20 * math.sqrt(N / P) / math.sqrt(N * P))


def stored(N, P, runs, rng):
    """Share of wrong bits, of stored patterns and of networks that store all, with errors of the first two."""
    bits, patterns, every = [], [], []
    for _ in range(runs):
        xi = rng.choice(np.float32([-1, 1]), size=(P, N))
        stable = ((xi @ xi.T) @ xi - P * xi) * xi >= 0
        bits.append(1 - stable.mean())
        patterns.append(stable.all(1).mean())
        every.append(stable.all())
    error = [np.std(each, ddof=1) / math.sqrt(runs) for each in (bits, patterns)]
    return np.mean(bits), np.mean(patterns), np.mean(every), error


@pytest.mark.parametrize(("N", "P", "runs"), [(100, 14, 1500), (200, 25, 500)])
def test_random_patterns(N, P, runs):
    bits, patterns, every, error = stored(N, P, runs, np.random.default_rng(11))
    found = recall.recall(N, P)
    assert abs(bits - found.bit) < 4 * error[0]
    assert abs(patterns - found.pattern) < 4 * error[1] + 0.03 * (1 - found.pattern)
    # Errors come in swarms: bits that are independent are the wrong twin, and it is seen.
    assert patterns - (1 - found.bit) ** N > 4 * error[1]
    assert every > found.every - 4 * math.sqrt((every * (1 - every) + 1 / runs) / runs)


def test_the_limits_come_down_to_the_theorems():
    sizes = (100, 1000, 10**4, 10**5, 10**6)
    for every in (False, True):
        limits = [recall.recall_limit(N, every=every) for N in sizes]
        ratios = [limit.P / limit.asymptotic for limit in limits]
        assert (np.diff(ratios) < 0).all()
        assert 1 < ratios[-1] < 1.3
        assert limits[1].asymptotic == pytest.approx(1000 / ((4 if every else 2) * math.log(1000)))
    assert recall.recall(1000, recall.recall_limit(1000).P).pattern >= 0.5
    assert recall.recall(1000, recall.recall_limit(1000).P + 1).pattern < 0.5


def test_few_patterns_are_always_stored():
    assert recall.recall(50, 1) == (0, pytest.approx(0, abs=1e-11), 1, 1)
    assert recall.recall(50, 2)[0] == 0
    assert recall.recall(50, 2, ties=1.0).bit == pytest.approx(2.0**-49, rel=1e-12)


def test_overlaps_that_are_not_meant():
    state = capacity.spin_glass(1e-9, 1e9)  # free spins
    noise = recall.overlap_noise(state, 400, 2)
    assert noise.one == pytest.approx(1 / 20, rel=1e-6)
    assert noise.largest == pytest.approx(math.sqrt(2 / math.pi) / 20, rel=1e-6)
    many = recall.overlap_noise(state, 400, 1001)
    drawn = np.abs(np.random.default_rng(1).normal(size=(400, 1000))).max(1) / 20
    assert many.largest == pytest.approx(drawn.mean(), abs=4 * drawn.std() / 20)
    cold = capacity.retrieval(0.1, 0.0)
    assert recall.overlap_noise(cold, 500, 50).one == pytest.approx(math.sqrt(cold.r / 500), rel=1e-14)


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: recall.recall(2, 1), ValueError, "N must be at least 3"),
        (lambda: recall.recall(10, 0), ValueError, "P must be at least 1"),
        (lambda: recall.recall(10, 11), ValueError, "P must be at most 10"),
        (lambda: recall.recall(10.0, 2), TypeError, "N must be a whole number"),
        (lambda: recall.recall(10, 2, ties=2), ValueError, "ties must be at most 1"),
        (lambda: recall.recall_limit(10**7), ValueError, "N must be at most"),
        (lambda: recall.recall_limit(100, every=1), TypeError, "every must be True or False"),
        (lambda: recall.overlap_noise((0.9, 1.0), 100, 10), TypeError, "state must be a capacity.State"),
        (lambda: recall.overlap_noise(capacity.retrieval(0.1, 0.0), 100, 1), ValueError, "P must be at least 2"),
    ],
)
def test_wrong_arguments(call, error, words):
    with pytest.raises(error, match=words):
        call()
