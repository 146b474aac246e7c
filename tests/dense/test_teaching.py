"""Rules that learn: they reach what exists, and the one without an error signal pays with a strong input."""

import numpy as np
import pytest

from spinlearn.dense import gardner, teaching
from spinlearn.neuron import perceptron


@pytest.mark.slow
def test_rosenblatts_rule_and_descent_store_what_can_be_stored(rng):
    N, decided = 40, []
    for alpha in (1.2, 1.6, 2.4):
        for _ in range(3):
            X, y = gardner.random_patterns(round(alpha * N), N, 0.5, rng)
            exists = gardner.weights(X, y) is not None
            decided.append(exists)
            rule = perceptron.learn(perceptron.with_bias(X), y, max_mistakes=300_000)
            taught = teaching.descend(X, y, passes=20_000)
            assert rule.separates == exists
            assert (taught.stored[-1] == 1) == exists
            assert taught.stored[-1] == (y * (X @ taught.w - taught.threshold) > 0).mean()
    assert 0 < sum(decided) < 9


def test_a_strong_input_makes_it_rosenblatts_rule_with_a_margin(rng):
    X, y = rng.standard_normal((50, 40)), rng.choice((-1.0, 1.0), 50)
    taught = teaching.three_thresholds(X, y, strength=1e3, rng=np.random.default_rng(3))
    bias, w, order = perceptron.with_bias(X), np.zeros(41), np.random.default_rng(3)
    for _ in range(len(taught.stored) - 1):
        for k in order.permutation(50):
            if y[k] * (bias[k] @ w) < 1.0:
                w += 0.1 / 41 * y[k] * bias[k]
    assert taught.w == pytest.approx(w[:-1], abs=1e-9)
    assert (y * (X @ taught.w - taught.threshold) >= 1 - 1e-6).all()  # every pattern has the margin


def test_a_weak_input_is_the_price(rng):
    N = 60
    X, y = gardner.random_patterns(round(1.3 * N), N, 0.5, rng)
    stored = [
        teaching.three_thresholds(X, y, strength=strength, passes=2000, rng=np.random.default_rng(4)).stored[-1]
        for strength in (0.1, 100.0)
    ]
    assert stored[1] == 1
    assert stored[0] < 0.95


def test_the_field_is_all_that_is_seen():
    # A field on the wrong side by more than the input: the pattern is learnt the wrong way round.
    w = np.array([-3.0])
    assert teaching.present(np.array([[1.0]]), np.array([1.0]), w, np.array([0]), 2.0, 3.0, 0.5) == 1
    assert w[0] == -3.5
    w = np.array([-1.0])
    assert teaching.present(np.array([[1.0]]), np.array([1.0]), w, np.array([0]), 2.0, 3.0, 0.5) == 1
    assert w[0] == -0.5
    w = np.array([1.0])
    assert teaching.present(np.array([[1.0]]), np.array([1.0]), w, np.array([0]), 2.0, 3.0, 0.5) == 0


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: teaching.descend([[1.0]], [2]), "y must be -1 or"),
        (lambda: teaching.descend([[1.0]], [1], passes=-1), "passes must be at least 0"),
        (lambda: teaching.three_thresholds([[1.0]], [1], strength=0, rng=np.random.default_rng(1)), "strength must be"),
        (lambda: teaching.three_thresholds([[1.0]], [1], strength=1, rng=1), "rng must be"),
    ],
)
def test_what_cannot_be_is_said(call, says):
    with pytest.raises((TypeError, ValueError), match=says):
        call()
