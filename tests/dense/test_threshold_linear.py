"""Threshold-linear units: integrals done naively, limits, programmes, the shortest weights, and Hebb's fields."""

import math

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.optimize import brentq, minimize_scalar

from spinlearn.dense import gardner, graded, threshold_linear

MAKERS = [graded.binary, graded.ternary, graded.quaternary, graded.exponential]


def normal(function, low=-12.0, high=12.0):
    return quad(lambda x: function(x) * math.exp(-x * x / 2) / math.sqrt(2 * math.pi), low, high, limit=200)[0]


@pytest.mark.parametrize(("make", "a"), list(zip([*MAKERS, graded.lognormal], (1, 0.9, 6 / 7, 0.5, 0.5), strict=True)))
def test_laws_have_the_sparseness_that_is_said(make, a, rng):
    law = make(0.3)
    assert law.sparseness == pytest.approx(0.3 * a, rel=1e-12)
    assert law.weights @ law.rates == pytest.approx(1, rel=1e-12)
    drawn = law.draw(40_000, rng=rng)
    assert (drawn > 0).mean() == pytest.approx(0.3, abs=4 * math.sqrt(0.21 / 40_000))
    assert drawn.mean() == pytest.approx(0.3, abs=4 * drawn.std() / 200)
    assert (drawn**2).mean() == pytest.approx(0.3 * law.square, abs=4 * (drawn**2).std() / 200)


def test_the_exponential_is_summed_to_twelve_digits():
    law = graded.exponential(1.0)
    for n in range(1, 6):
        assert law.weights @ law.rates**n == pytest.approx(math.factorial(n), rel=1e-11)
    sharp = law.weights @ gardner.mean_miss(50 * law.rates - 3)  # a kink of the width 1 / 50
    exact = quad(lambda x: math.exp(-x) * float(gardner.mean_miss(50 * x - 3)), 0, 60, points=[0.06], limit=300)[0]
    assert sharp == pytest.approx(exact, rel=1e-9)


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize(("f", "gain"), [(0.5, math.inf), (0.1, math.inf), (0.01, math.inf), (0.3, 0.7), (1.0, 2.0)])
def test_the_bound_is_the_least_of_its_integrals(make, f, gain):
    law = make(f)

    def missed(theta):
        silent = normal(lambda x: (x - theta) ** 2, theta) if f < 1 else 0.0
        active = law.weights @ (1 + (theta + law.rates / gain) ** 2)
        return f * active + (1 - f) * silent

    found = minimize_scalar(missed, bounds=(-4, 5), method="bounded", options={"xatol": 1e-9})
    assert threshold_linear.optimal(law, gain=gain).alpha == pytest.approx(1 / found.fun, rel=1e-7)


def test_limits_of_the_bound():
    assert threshold_linear.optimal(graded.exponential(1.0)).alpha == pytest.approx(1, rel=1e-12)
    for f in (0.5, 0.1, 0.001):
        laws = [threshold_linear.optimal(make(f)).alpha for make in MAKERS]
        assert laws == pytest.approx([laws[0]] * 4, rel=1e-12)  # rates of any law, as long as weights may be long
        binary = gardner.capacity(f).alpha
        assert laws[0] < binary
    assert laws[0] > 0.999 * binary
    long = threshold_linear.optimal(graded.ternary(0.2), gain=1e4).alpha
    assert long == pytest.approx(threshold_linear.optimal(graded.ternary(0.2)).alpha, rel=1e-3)


@pytest.mark.parametrize("make", [graded.binary, graded.exponential])
def test_programmes_cross_half_at_the_bound(make, rng):
    N, law = 60, make(0.5)
    load = threshold_linear.optimal(law).alpha * N
    below = threshold_linear.storable_share(law, round(0.75 * load), N, instances=20, rng=rng)
    above = threshold_linear.storable_share(law, round(1.25 * load), N, instances=20, rng=rng)
    assert below > 0.8
    assert above < 0.2


def test_a_finite_gain_crosses_half_at_its_own_bound(rng):
    N, law, gain = 150, graded.binary(0.5), 0.85
    load = threshold_linear.optimal(law, gain=gain).alpha * N
    assert load < 0.6 * threshold_linear.optimal(law).alpha * N
    shares = [
        threshold_linear.storable_share(law, round(factor * load), N, gain=gain, instances=20, rng=rng)
        for factor in (0.8, 1.2)
    ]
    assert shares[0] > 0.8
    assert shares[1] < 0.2


def test_weights_answer_with_the_rates(rng):
    law = graded.quaternary(0.4)
    X, V = law.draw((30, 40), rng=rng), law.draw(30, rng=rng)
    for solve in (threshold_linear.weights, threshold_linear.shortest):
        found = solve(X, V)
        assert np.maximum(X @ found.w - found.threshold, 0) == pytest.approx(V, abs=1e-6)
    short, other = threshold_linear.shortest(X, V), threshold_linear.weights(X, V)
    assert np.linalg.norm(short.w) < np.linalg.norm(other.w)
    assert threshold_linear.weights(X[:, :2], V) is None
    assert threshold_linear.shortest(X[:, :2], V) is None


@pytest.mark.parametrize("make", [graded.binary, graded.exponential])
def test_the_shortest_weights_have_the_gain_of_the_theory(make, rng):
    N, alpha, law = 200, 0.8, make(0.5)
    gain = brentq(lambda gain: threshold_linear.optimal(law, gain=gain).alpha - alpha, 1e-2, 1e2)
    found = []
    for _ in range(10):
        X, V = law.draw((round(alpha * N), N), rng=rng) - law.f, law.draw(round(alpha * N), rng=rng)
        length = np.linalg.norm(threshold_linear.shortest(X, V).w)
        found.append(length * math.sqrt(law.f * law.square - law.f**2))
    assert np.mean(found) == pytest.approx(gain, abs=4 * np.std(found) / math.sqrt(10) + 0.03 * gain)
    wrong = brentq(lambda gain: threshold_linear.optimal(law, gain=gain).alpha - 0.7 * alpha, 1e-2, 1e2)
    assert abs(np.mean(found) - wrong) > 4 * np.std(found) / math.sqrt(10)  # a load of 0.7 would be seen


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize("f", [0.4, 0.05])
def test_hebbs_capacity_is_the_largest_there_is(make, f):
    law = make(f)
    found = threshold_linear.hebbian(law)

    def load(w, v):
        zeta = np.r_[-1.0, law.rates / f - 1]
        p = np.r_[1 - f, f * law.weights]
        first = gardner.mean_miss(w + v * zeta)
        second = gardner.squared_miss(w + v * zeta)
        return (p @ (zeta * first)) ** 2 / (v * (p @ zeta**2)) ** 2 / (p @ second)

    assert load(found.w, max(found.v, 1e-5)) == pytest.approx(found.alpha, rel=1e-6)
    for w in np.linspace(-3, 1, 25):
        for v in np.geomspace(1e-3, 2, 25):
            assert load(w, v) <= found.alpha * (1 + 1e-9)


def test_dense_patterns_fade_continuously_and_graded_ones_hold_more():
    dense = threshold_linear.hebbian(graded.binary(0.6))
    assert dense == pytest.approx((0.5, 0.5, 1 / math.pi, 0.0, 0.0, 0.0, 3.0), rel=1e-12)
    loads = [threshold_linear.hebbian(make(0.1)).alpha for make in MAKERS]
    assert loads == sorted(loads)
    assert loads[0] > 0.5
    recalled = threshold_linear.hebbian(graded.exponential(0.1))
    assert recalled.sparseness < 0.5 * graded.exponential(0.1).sparseness  # sparser than what was stored
    assert recalled.correlation < 0.7


def test_where_hebb_passes_the_bound_and_where_not():
    for f, passes in ((1e-4, False), (1e-5, True)):
        law = graded.exponential(f)
        found = threshold_linear.hebbian(law)
        assert (found.alpha > threshold_linear.optimal(law).alpha) == passes
        # No paradox: for a pattern as sparse as the one recalled the bound is far higher.
        assert found.alpha < threshold_linear.optimal(graded.exponential(found.f)).alpha / 2


def test_long_tails_pass_the_bound_at_any_sparseness():
    for f in (0.9, 0.5, 0.1):
        law = graded.lognormal(f, 1.3)
        assert threshold_linear.hebbian(law).alpha > 1.2 * threshold_linear.optimal(law).alpha


@pytest.mark.slow
def test_hebbs_fields_have_the_signal_and_the_noise_of_the_theory(rng):
    # One step of M units from a recalled state: at the capacity it reproduces its own signal over noise.
    M, C, law = 500, 3000, graded.ternary(0.2)
    found = threshold_linear.hebbian(law)
    P = round(found.alpha * C)
    eta = law.draw((P, C), rng=rng) / law.f
    inputs, own = eta - 1, law.draw(M, rng=rng) / law.f - 1
    V = found.gain * np.maximum(found.w + found.v * inputs[0] + rng.standard_normal(C), 0)
    others = law.draw((P - 1, M), rng=rng) / law.f - 1
    h = (others.T @ (inputs[1:] @ V) + own * (inputs[0] @ V)) / C  # all listen to the same C: units stay independent
    signal = (own @ h) / (own @ own)
    noise = np.std(h - signal * own)
    assert signal / noise == pytest.approx(found.v, rel=0.25)
    assert noise == pytest.approx(1, abs=0.1)
    assert signal == pytest.approx(found.v, rel=0.25)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: graded.binary(0.0), "f must be greater than 0"),
        (lambda: graded.exponential(1.1), "f must be at most 1"),
        (lambda: graded.levels(0, 0.1), "n must be at least 1"),
        (lambda: graded.table([0.0], [1], 0.1), "rates must be greater than 0"),
        (lambda: threshold_linear.optimal(0.1), "law must be a law of rates"),
        (lambda: threshold_linear.optimal(graded.binary(0.1), gain=0.0), "gain must be greater than"),
        (lambda: threshold_linear.hebbian(graded.binary(1.0)), "law must have rates that differ"),
        (lambda: threshold_linear.hebbian(graded.binary(1e-6)), "law must have f of at least 1e-5"),
        (lambda: threshold_linear.weights([[1.0]], [0.0]), "V must be at least 0 and not all 0"),
        (lambda: threshold_linear.weights([1.0], [1.0]), "X must be a matrix"),
    ],
)
def test_what_cannot_be_is_said(call, says):
    with pytest.raises((TypeError, ValueError), match=says):
        call()
