"""Weights that keep their sign: identities of the theory, its limits, and linear programmes beside it."""

import math

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import ndtr

from spinlearn.dense import dale, gardner

POINTS = [(0.5, 1.0, 1.0), (0.2, 1.0, 1.0), (0.5, 3.0, 1.0), (0.5, 1.0, 0.8), (0.1, 2.0, 0.9)]


@pytest.mark.parametrize("f", [0.5, 0.1, 0.01])
@pytest.mark.parametrize("excitatory", [1.0, 0.7, 0.5])
def test_signs_cost_half_the_capacity(f, excitatory):
    found = dale.capacity(f, excitatory=excitatory)
    assert found.alpha == pytest.approx(gardner.capacity(f).alpha / 2, rel=1e-9)
    assert found.silent == pytest.approx(0.5, abs=1e-6)


@pytest.mark.parametrize(("f", "kappa", "e"), POINTS)
def test_as_many_weights_speak_as_patterns_touch_the_margin(f, kappa, e):
    found = dale.capacity(f, kappa=kappa, excitatory=e)
    touch = f * ndtr(found.margin + found.threshold) + (1 - f) * ndtr(found.margin - found.threshold)
    speak = e * (1 - found.silent) + (1 - e) * (1 - found.silent_inhibitory)
    assert found.alpha * touch == pytest.approx(speak, abs=1e-6)
    moved = found._replace(alpha=found.alpha * 1.0001)
    assert abs(moved.alpha * touch - speak) > 1e-6  # the identity would see an error
    assert found.silent > 0.5 > found.silent_inhibitory


def test_inhibition_that_balances_makes_margins_free():
    for e in (0.3, 0.5):
        free, asked = dale.capacity(excitatory=e), dale.capacity(kappa=5.0, excitatory=e)
        assert asked.alpha == pytest.approx(free.alpha, rel=1e-9)
        assert math.isinf(asked.scale)
    few, many = (dale.capacity(kappa=kappa, excitatory=0.6).alpha for kappa in (5.0, 50.0))
    assert few == pytest.approx(many, rel=1e-9)  # balanced: less than 1, and no margin makes it less
    assert 0.9 < many < 0.99
    assert dale.capacity(kappa=50.0).alpha < 0.1


@pytest.mark.parametrize(("f", "kappa"), [(0.5, 0.0), (0.3, 2.0)])
def test_the_density_has_the_mass_and_the_mean_that_it_must(f, kappa):
    found = dale.capacity(f, kappa=kappa)
    mass, mean = (
        quad(lambda w, k=k: w**k * dale.weight_density(w, found), 0, 15 * found.scale)[0] for k in (0, 1)
    )  # fmt: skip
    assert mass == pytest.approx(1 - found.silent, abs=1e-8)
    assert mean == pytest.approx(1, abs=1e-8)


def test_the_margin_is_the_capacity_read_backwards():
    kappa, found = dale.margin(0.4, 0.2)
    assert found.alpha == pytest.approx(0.4, rel=1e-7)
    assert dale.capacity(0.2, kappa=kappa) == found


def test_programmes_find_the_margin_and_the_silence_of_the_theory(rng):
    # The margins of instances are spread by some 2 / sqrt(N): 0.2 is four and a half standard errors of twelve of them.
    N, alpha, f = 200, 0.5, 0.5
    kappa, found = dale.margin(alpha, f)
    learnt = []
    for _ in range(12):
        X = (rng.random((round(alpha * N), N)) < f).astype(float)
        learnt.append(dale.learn(X, np.where(rng.random(len(X)) < f, 1, -1)))
    assert np.mean([each.kappa for each in learnt]) == pytest.approx(kappa, abs=0.2)
    silent = np.mean([each.w < 1e-9 for each in learnt])
    assert silent == pytest.approx(found.silent, abs=0.04)
    assert abs(silent - 0.5) > 0.1  # a margin asks for more silence than no margin
    w = np.sort(np.concatenate([each.w for each in learnt])) * f * N  # in units of T / (f N)
    for x in (1.0, 3.0, 6.0):
        above = quad(lambda w: dale.weight_density(w, found), x, 60)[0]
        assert (w > x).mean() == pytest.approx(above, abs=0.05)


def test_a_learnt_unit_has_its_margin_and_no_better_neighbour(rng):
    X = (rng.random((20, 30)) < 0.5).astype(float)
    y = np.where(rng.random(20) < 0.5, 1.0, -1.0)
    signs = np.where(rng.random(30) < 0.8, 1, -1)
    learnt = dale.learn(X, y, signs=signs)
    assert (learnt.w * signs >= 0).all()
    reached = (y * (X @ learnt.w - 1)).min() * math.sqrt(30)
    assert reached == pytest.approx(learnt.kappa, abs=1e-6)
    for _ in range(50):
        other = np.abs(learnt.w + 0.01 * rng.standard_normal(30)) * signs
        assert (y * (X @ other - 1)).min() * math.sqrt(30) <= learnt.kappa + 1e-6


def test_patterns_that_none_can_store_have_a_negative_margin():
    assert dale.learn([[1, 1], [1, 1]], [1, -1]).kappa == pytest.approx(0, abs=1e-9)
    assert dale.learn([[1, 0], [1, 1]], [1, -1]).kappa <= 1e-9


def test_pairs_connected_both_ways_are_many_and_strong(rng):
    N = 40
    X = (rng.random((16, N)) < 0.5).astype(float)
    X[0], X[1] = 1, 0  # every unit is active once, and silent once
    J, kappa = dale.network(X)
    assert (J >= 0).all()
    assert (kappa > 0).all()
    for pattern in X[2:]:
        assert (((J @ pattern) > 1) == pattern).all()  # each is a fixed point
    found = dale.pairs(J)
    assert found.connected < 0.5
    assert found.both > 1.2
    assert found.correlation > 0.1
    shuffled = J.copy()
    for row in shuffled:
        rng.shuffle(row)
    assert abs(dale.pairs(shuffled).correlation) < 0.15  # weights without partners show nothing


def test_pairs_are_counted():
    found = dale.pairs([[9, 2, 0, 0], [4, 9, 0, 0], [0, 1, 9, 0], [0, 0, 0, 9]])
    assert found.connected == 3 / 12
    assert found.both == pytest.approx((1 / 6) / (1 / 16))
    assert found.stronger == 3.0


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: dale.capacity(0.0), "f must lie between"),
        (lambda: dale.capacity(kappa=-1), "kappa must be at least 0"),
        (lambda: dale.capacity(excitatory=1.5), "excitatory must be at most 1"),
        (lambda: dale.margin(1.1), "alpha must be at most 1"),
        (lambda: dale.learn([[1.0], [-1.0]], [1, -1]), "X must be at least 0"),
        (lambda: dale.learn([[1.0]], [1]), "y must hold both outputs"),
        (lambda: dale.network([[1, 2]]), "patterns must be a matrix of 0 and 1"),
        (lambda: dale.network([[1, 0]]), "patterns must have every unit active"),
        (lambda: dale.pairs([[0, 0], [0, 0]]), "J must have a weight"),
        (lambda: dale.weight_density(1.0, dale.capacity(excitatory=0.5)), "optimum must have weights of a given scale"),
    ],
)
def test_what_cannot_be_is_said(call, says):
    with pytest.raises((TypeError, ValueError), match=says):
        call()
