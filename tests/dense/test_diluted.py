"""The diluted network: its map counted out sign by sign, its limits, and networks that take none of them."""

import itertools
import math

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.optimize import brentq
from scipy.special import erf

from spinlearn.dense import diluted


def counted(m, C, P, T):
    """The average over all signs, one by one."""
    total = 0.0
    for signs in itertools.product((-1, 1), repeat=C * P):
        weight = np.prod([(1 + s * m) / 2 for s in signs[:C]]) / 2 ** (C * (P - 1))
        field = sum(signs)
        total += weight * (np.sign(field) if T == 0 else math.tanh(field / (C * T)))
    return total


@pytest.mark.parametrize(("C", "P"), [(1, 1), (2, 2), (3, 2), (3, 4), (5, 2)])
@pytest.mark.parametrize("T", [0.0, 0.7])
def test_the_tree_is_the_average_over_all_signs(C, P, T):
    for m in (-0.3, 0.6, 1.0):
        assert diluted.tree_step(m, C, P, T) == pytest.approx(counted(m, C, P, T), abs=1e-12)


@pytest.mark.parametrize("T", [0.0, 0.4])
def test_the_tree_becomes_gaussian_like_one_over_C(T):
    def limit(m):
        def weighted(z):
            h = m + math.sqrt(0.5) * z
            return (np.sign(h) if T == 0 else math.tanh(h / T)) * math.exp(-z * z / 2) / math.sqrt(2 * math.pi)

        return quad(weighted, -10, 10, points=[-m / math.sqrt(0.5)], limit=200)[0]

    errors = [abs(diluted.tree_step(0.6, C, C // 2, T) - limit(0.6)) for C in (50, 200, 800)]
    assert errors[0] > 2 * errors[1] > 4 * errors[2] > 0
    assert errors[2] < 2e-3


@pytest.mark.parametrize(("alpha", "T"), [(0.3, 0.0), (0.6, 0.0), (0.63, 0.0), (0.3, 0.3), (0.1, 0.8)])
def test_the_overlap_is_where_the_map_rests(alpha, T):
    m = diluted.overlap(alpha, T)

    def weighted(z):
        h = m + math.sqrt(alpha) * z
        return math.tanh(h / max(T, 1e-6)) * math.exp(-z * z / 2) / math.sqrt(2 * math.pi)

    points = [-m / math.sqrt(alpha)]
    assert m > 0
    assert quad(weighted, -10, 10, points=points, limit=500)[0] == pytest.approx(m, abs=1e-5)


def test_the_capacity_is_two_over_pi_and_the_overlap_vanishes_like_a_root():
    assert diluted.capacity() == 2 / math.pi
    assert diluted.capacity(1e-4) == pytest.approx(2 / math.pi, abs=1e-6)
    assert diluted.capacity(1.0) == 0
    for T in (0.0, 0.3, 0.8):
        critical = diluted.capacity(T)
        assert diluted.overlap(critical * 1.0001, T) == pytest.approx(0, abs=1e-6)
        ratio = diluted.overlap(critical * 0.999, T) / diluted.overlap(critical * 0.99, T)
        assert ratio == pytest.approx(math.sqrt(0.1), rel=0.03)
    alpha = 0.999 * 2 / math.pi
    assert diluted.overlap(alpha) ** 2 == pytest.approx(6 * alpha * (1 - math.sqrt(0.999)), rel=2e-3)
    x = brentq(lambda x: erf(x) / x - math.sqrt(0.8), 0.1, 3)
    assert diluted.overlap(0.4) == pytest.approx(erf(x), rel=1e-9)


def graded_map(activation, m, q, alpha):
    """m = <xi V> and q = <V^2> one step later, integrated naively."""

    def mean(power):
        def weighted(z):
            return activation(m + math.sqrt(alpha * q) * z) ** power * math.exp(-z * z / 2) / math.sqrt(2 * math.pi)

        return quad(weighted, -10, 10, limit=200)[0]

    return mean(1), mean(2)


def test_no_activation_recalls_better_than_the_best():
    alpha = 0.5
    best = diluted.best_overlap(alpha)
    m = best**2  # with the best activation m = q = M^2
    assert graded_map(lambda h: math.tanh(h / alpha), m, m, alpha) == pytest.approx((m, m), abs=1e-9)
    others = [lambda h, g=g: math.tanh(g * h / alpha) for g in (0.3, 0.8, 1.25, 4.0)]
    others += [lambda h: min(max(h, -1), 1), lambda h: h, lambda h: math.copysign(abs(h) ** 0.5, h)]
    for other in others:
        once, size = graded_map(other, m, m, alpha)
        assert once / math.sqrt(size) < best - 1e-5


def test_the_best_activation_remembers_to_a_load_of_one():
    for alpha in (0.1, 0.3, 0.6):
        assert diluted.best_overlap(alpha) > diluted.overlap(alpha)
    assert diluted.best_overlap(0.99) > 0
    assert diluted.best_overlap(1.0) == 0
    # tanh s averaged is s - s^2 + ..., so that M^2 vanishes like alpha (1 - alpha).
    assert diluted.best_overlap(0.999) ** 2 == pytest.approx(0.001, rel=0.01)


def test_a_network_of_graded_units_beats_signs(rng):
    N, C, alpha = 40_000, 40, 0.5
    best = diluted.recall(N, C, round(alpha * C), alpha, graded=True, steps=15, rng=rng)[-5:].mean()
    signs = diluted.recall(N, C, round(alpha * C), steps=15, rng=rng)[-5:].mean()
    assert best == pytest.approx(diluted.best_overlap(alpha), abs=0.03)
    assert signs == pytest.approx(diluted.overlap(alpha), abs=0.08)
    assert best > signs + 0.1


@pytest.mark.parametrize("T", [0.0, 0.5])
def test_a_large_network_begins_as_the_tree_does(T, rng):
    # Two steps of 40 000 units with 10 inputs: 110 ancestors each, which are different units.
    N, C, P = 40_000, 10, 4
    found = diluted.recall(N, C, P, T, start=0.6, steps=2, rng=rng)
    once = diluted.tree_step(found[0], C, P, T)
    twice = diluted.tree_step(once, C, P, T)
    # Units share ancestors, so that their answers are not independent: some standard errors more.
    assert found[1] == pytest.approx(once, abs=6 / math.sqrt(N))
    assert found[2] == pytest.approx(twice, abs=8 / math.sqrt(N))
    assert abs(diluted.tree_step(found[0], C, P + 1, T) - once) > 6 / math.sqrt(N)  # one pattern more would be seen


@pytest.mark.slow
def test_the_limit_of_many_units_is_the_one_that_fails(rng):
    # At C = 50 and alpha = 0.5 the tree keeps 0.63. With C / N of a tenth and a hundredth the network loses more.
    C, P = 50, 25
    tree = 1.0
    for _ in range(200):
        tree = diluted.tree_step(tree, C, P)
    last = [
        np.mean([diluted.recall(N, C, P, steps=40, rng=rng)[-10:].mean() for _ in range(n)])
        for N, n in ((500, 10), (100_000, 1))
    ]
    assert abs(tree - diluted.overlap(0.5)) < 0.02
    assert last[0] < tree - 0.15
    assert last[1] == pytest.approx(tree, abs=0.05)


@pytest.mark.parametrize(("alpha", "c"), [(0.3, 0.01), (0.4, 0.01), (0.2, 0.1), (0.5, 1e-3)])
def test_shared_inputs_raise_the_noise_as_it_says(alpha, c):
    m = diluted.overlap(alpha, connected=c)
    y = brentq(lambda y: erf(y) - m, 1e-6, 6)
    spread = m / (math.sqrt(2) * y)
    chi = math.sqrt(2 / math.pi) / spread * math.exp(-y * y)
    q = 0.5
    for _ in range(300):  # the signs of two fields whose noises have the correlation q
        inner = [math.erf((m / spread + math.sqrt(q) * z) / math.sqrt(2 * (1 - q))) for z in np.linspace(-8, 8, 321)]
        weights = np.exp(-(np.linspace(-8, 8, 321) ** 2) / 2)
        q = float(weights @ np.square(inner) / weights.sum())
    noise = alpha * (1 + c * (q / (1 - chi) ** 2 + (1 - q) / (1 - chi**2) - 1))
    assert noise == pytest.approx(spread**2, rel=1e-6)
    assert m < diluted.overlap(alpha)


@pytest.mark.slow
def test_a_hundredth_connected_is_not_a_tree(rng):
    assert diluted.capacity(connected=1e-6) == pytest.approx(diluted.capacity(), abs=0.03)
    assert diluted.overlap(0.3, connected=1e-9) == pytest.approx(diluted.overlap(0.3), abs=1e-6)
    critical = diluted.capacity(connected=0.01)
    assert diluted.overlap(critical * 0.9999, connected=0.01) > 0.5  # it breaks off
    assert diluted.overlap(critical * 1.0001, connected=0.01) == 0
    N, C = 10_000, 100
    kept, lost = (
        np.mean([diluted.recall(N, C, round(alpha * C), steps=80, rng=rng)[-10:].mean() for _ in range(3)])
        for alpha in (0.38, 0.56)
    )
    assert kept == pytest.approx(diluted.overlap(0.38, connected=0.01), abs=0.03)
    assert lost < 0.25 < diluted.overlap(0.56)


def test_couplings_are_hebbs(rng):
    patterns = rng.choice([-1, 1], (12, 5)).astype(np.int8)
    for C in (2, 11):
        inputs = diluted.draw_inputs(12, C, rng)
        assert all(len(set(row)) == C and i not in row for i, row in enumerate(inputs))
        out = np.empty((12, C), dtype=np.int32)
        diluted.fill_couplings(patterns, inputs, out)
        full = patterns.astype(int) @ patterns.T
        assert (out == np.take_along_axis(full, inputs.astype(int), axis=1)).all()


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: diluted.overlap(0.0), "alpha must be greater than 0"),
        (lambda: diluted.overlap(0.3, connected=0.5), "connected must be at most 0.1"),
        (lambda: diluted.overlap(0.3, 0.1, connected=0.05), "T must be 0 where connected"),
        (lambda: diluted.capacity(-1.0), "T must be at least 0"),
        (lambda: diluted.tree_step(1.1, 3, 3), "m must lie between -1 and 1"),
        (lambda: diluted.tree_step(1.0, 10**4, 10**4), "C and P must have a product"),
        (lambda: diluted.recall(5, 5, 1, rng=np.random.default_rng(1)), "C must be at most 4"),
        (lambda: diluted.recall(5, 2, 1, start=2, rng=np.random.default_rng(1)), "start must lie between"),
        (lambda: diluted.recall(5, 2, 1, rng=None), "rng must be"),
        (lambda: diluted.recall(5, 2, 1, graded=True, rng=np.random.default_rng(1)), "T must be greater than 0"),
        (lambda: diluted.best_overlap(-1.0), "alpha must be greater than 0"),
    ],
)
def test_what_cannot_be_is_said(call, says):
    with pytest.raises((TypeError, ValueError), match=says):
        call()
