"""What any weights can hold: integrals done naively, Cover's theorem, limits, and instances decided one by one."""

import math

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.optimize import minimize_scalar

from spinlearn.dense import gardner
from spinlearn.neuron import perceptron


def naive_miss(x):
    def weighted(g):
        return (x - g) ** 2 * math.exp(-g * g / 2) / math.sqrt(2 * math.pi)

    return quad(weighted, min(x, 0) - 12, x, epsabs=0, epsrel=1e-12, limit=200)[0]


def naive_capacity(f, kappa):
    """Gardner's integrals, minimised over the threshold by a search that knows no slope."""
    found = minimize_scalar(
        lambda t: f * naive_miss(kappa + t) + (1 - f) * naive_miss(kappa - t),
        bounds=(-2, 5),
        method="bounded",
        options={"xatol": 1e-8},
    )
    return 1 / found.fun


@pytest.mark.parametrize("x", [-20.0, -6.0, -1.0, 0.0, 0.5, 8.0])
def test_the_mean_squared_miss_is_its_integral(x):
    assert gardner.squared_miss(x) == pytest.approx(naive_miss(x), rel=1e-9)
    h = 1e-4 * max(1, abs(x)) / (1 + x * x)
    slope = (gardner.squared_miss(x + h) - gardner.squared_miss(x - h)) / (2 * h)
    assert 2 * gardner.mean_miss(x) == pytest.approx(slope, rel=1e-6)


@pytest.mark.parametrize(("f", "kappa"), [(0.5, 0.0), (0.5, 0.7), (0.2, 0.0), (0.05, 0.3), (0.001, 0.0), (0.8, 0.0)])
def test_the_capacity_has_six_digits(f, kappa):
    assert gardner.capacity(f, kappa=kappa).alpha == pytest.approx(naive_capacity(f, kappa), rel=1e-7)


def test_what_is_known_in_closed_form():
    assert gardner.capacity().alpha == 2.0
    assert gardner.capacity(kappa=30.0).alpha == pytest.approx(1 / 901, rel=1e-12)  # a wide margin: 1 / (1 + kappa^2)
    for f in (0.3, 0.01):
        assert gardner.capacity(f).alpha == pytest.approx(gardner.capacity(1 - f).alpha, rel=1e-12)
    bits = [gardner.capacity(f).bits for f in (0.5, 1e-2, 1e-4, 1e-20, 1e-90)]
    assert bits[0] == pytest.approx(2.0)
    assert (np.diff(bits) < 0).all()
    assert bits[-1] > 1 / (2 * math.log(2))
    ratios = np.array([gardner.sparse_limit(f) / gardner.capacity(f).alpha for f in (0.01, 0.001, 1e-12, 1e-90)])
    assert (np.diff(ratios) > 0).all()
    assert ratios[-1] > 0.95
    assert (ratios[:2] < 0.62).all()


def test_the_margin_is_the_capacity_read_backwards():
    for alpha, f in ((0.1, 0.5), (1.9, 0.5), (2.0, 0.5), (3.0, 0.1)):
        assert gardner.capacity(f, kappa=gardner.margin(alpha, f)).alpha == pytest.approx(alpha, rel=1e-9)


def test_covers_share_is_covers_count():
    for P, N in ((4, 3), (7, 2), (30, 12), (3, 5), (40, 20)):
        assert gardner.separable_share(P, N) == pytest.approx(perceptron.cover_count(P, N) / 2**P, rel=1e-12)
    assert gardner.separable_share(2 * 10**6, 10**6) == 0.5


def test_the_programme_decides_as_the_proof_does(rng):
    answers = []
    for _ in range(30):
        X, y = gardner.random_patterns(12, 5, 0.5, rng)
        X += 0.1 * rng.standard_normal(X.shape)
        found = gardner.weights(X, y)
        proven = perceptron.separate(perceptron.with_bias(X), y)
        assert (found is None) == (proven.w is None)
        answers.append(found is not None)
        if found is not None:
            assert (y * (X @ found.w - found.threshold) > 1 - 1e-6).all()
    assert 0 < sum(answers) < 30


def test_random_instances_are_separable_as_often_as_cover_says(rng):
    N, tries = 12, 150
    for P in (22, 24, 28):
        found = [
            gardner.weights(rng.standard_normal((P, N)), rng.choice((-1, 1), P), threshold=False) for _ in range(tries)
        ]
        share = sum(each is not None for each in found) / tries
        exact, wrong = gardner.separable_share(P, N), gardner.separable_share(P, N + 4)
        allowed = 4 * math.sqrt(exact * (1 - exact) / tries)
        assert abs(share - exact) < allowed
        assert abs(share - wrong) > allowed  # four inputs too many would be seen


@pytest.mark.slow
def test_sparse_instances_cross_half_at_gardners_load(rng):
    # At f = 0.1 the capacity is 3.91; at N = 50 the crossing is within a tenth of it.
    N, alpha = 50, gardner.capacity(0.1).alpha
    below = gardner.storable_share(round(0.8 * alpha * N), N, f=0.1, instances=25, rng=rng)
    above = gardner.storable_share(round(1.2 * alpha * N), N, f=0.1, instances=25, rng=rng)
    assert below > 0.75
    assert above < 0.25


def test_the_largest_margin_of_instances_is_gardners(rng):
    N, alpha = 100, 0.5
    X = rng.choice((-1.0, 1.0), (int(alpha * N), N))
    margins = [perceptron.max_margin(X, rng.choice((-1, 1), len(X))).gamma for _ in range(6)]
    assert np.mean(margins) == pytest.approx(gardner.margin(alpha), abs=0.06)


def test_signs_are_kept(rng):
    X, y = gardner.random_patterns(10, 30, 0.5, rng)
    signs = np.repeat([1, -1, 0], 10)
    w = gardner.weights(X, y, signs=signs).w
    assert (w[:10] >= 0).all()
    assert (w[10:20] <= 0).all()


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: gardner.capacity(0.0), "f must be greater than 0"),
        (lambda: gardner.capacity(1.0), "f must lie between 0 and 1"),
        (lambda: gardner.capacity(kappa=-1), "kappa must be at least 0"),
        (lambda: gardner.margin(2.1), "alpha must be at most 2"),
        (lambda: gardner.weights([[1.0]], [0]), "y must be -1 or"),
        (lambda: gardner.weights([[1.0]], [1], signs=[2]), "signs must be -1, 0 or"),
        (lambda: gardner.weights([1.0], [1]), "X must be a matrix"),
        (lambda: gardner.separable_share(0, 1), "P must be at least 1"),
        (lambda: gardner.storable_share(3, 3, rng=1), "rng must be"),
    ],
)
def test_what_cannot_be_is_said(call, says):
    with pytest.raises((TypeError, ValueError), match=says):
        call()
