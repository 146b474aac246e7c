"""Stored is not stable: the theory's spectrum against closed cases and against networks with all their weights."""

import math

import numpy as np
import pytest
from scipy.sparse.linalg import eigs

from spinlearn.dense import stability

TANH = stability.Rates(np.linspace(-0.8, 0.8, 201), np.full(201, 1 / 201))
CASES = [
    (stability.power(1, noise=0.3), stability.lognormal(1.0)),
    (stability.power(1, noise=1.0), stability.lognormal(2.0)),
    (stability.power(2, noise=1.0), stability.lognormal(0.5)),
    (stability.saturating(), TANH),
]


def drawn(rates, P, N, rng):
    return rng.choice(rates.points, size=(P, N), p=rates.weights)


@pytest.mark.parametrize(("activation", "rates"), CASES)
def test_activations_are_inverted_and_their_slopes_are_slopes(activation, rates):
    h = activation.field(rates.points)
    assert activation.response(h) == pytest.approx(rates.points, rel=1e-9)
    step = 1e-5
    slope = (activation.response(h + step) - activation.response(h - step)) / (2 * step)
    assert activation.slope(h) == pytest.approx(slope, rel=1e-5, abs=1e-9)
    assert (activation.slope(h) > 0).all()


def test_rates_have_the_variation_that_is_said():
    for variation in (0.3, 1.0):
        law = stability.lognormal(variation, points=200_000)
        assert math.sqrt(law.weights @ law.points**2 - 1) == pytest.approx(variation, rel=1e-2)


@pytest.mark.parametrize(("activation", "rates"), CASES)
def test_weights_store_every_pattern_and_have_no_diagonal(activation, rates, rng):
    r = drawn(rates, 30, 50, rng)
    W, b, m = stability.couplings(r, activation)
    assert activation.response((r - m) @ W.T + b) == pytest.approx(r, rel=1e-6, abs=1e-9)
    assert np.abs(np.diag(W)).max() < 1e-9
    i = 7  # of least length: what a row is made of are the patterns without that unit
    others = np.arange(50) != i
    shortest = np.linalg.lstsq((r - m)[:, others], activation.field(r[:, i]) - b[i], rcond=None)[0]
    assert W[i, others] == pytest.approx(shortest, rel=1e-6, abs=1e-9)


def test_a_linear_unit_is_marginal():
    def same(h):
        return np.asarray(h, dtype=float)

    linear = stability.Activation("linear", same, same, lambda h: np.ones_like(np.asarray(h, dtype=float)))
    for alpha in (0.1, 0.5, 0.9):
        assert stability.spectrum(linear, TANH, alpha).bulk == pytest.approx(1, abs=1e-6)


def test_fields_that_the_rates_say_nothing_about_fill_a_disc():
    # x and h without a correlation, and D = 1: rows of random weights, of the squared length alpha / (1 - alpha) x 3/4.
    x, h = np.array([-1.0, 0.0, 1.0]), np.array([0.5, -1.0, 0.5])
    law = stability._Law(np.full(3, 1 / 3), x, h, np.ones(3), 2 / 3, 0.0, 0.5)
    for alpha in (0.1, 0.5):
        radius = math.sqrt(alpha / (1 - alpha) * 0.5 / (2 / 3))
        assert stability._outside(law, alpha, radius * 1.0001)[0]
        assert not stability._outside(law, alpha, radius * 0.9999)[0]


def test_few_patterns_of_a_power_run_away():
    for n in (2, 3):
        found = stability.spectrum(stability.power(n, noise=0.01), stability.lognormal(0.3), 0.001)
        law = stability.lognormal(0.3)
        h = law.points ** (1 / n)
        x = law.points - 1
        few = (x * n * h ** (n - 1) * (h - h.mean())).mean() / (x * x).mean()
        assert found.memory == pytest.approx(few, rel=0.01)
        assert stability.stability_load(stability.power(n, noise=0.01), law) == 0


@pytest.mark.slow
@pytest.mark.parametrize(("activation", "rates"), CASES)
@pytest.mark.parametrize("alpha", [0.1, 0.4])
def test_networks_have_the_spectrum_of_the_theory(activation, rates, alpha, rng):
    # The rightmost eigenvalue scatters from pattern to pattern, and where it is that of the bulk it lies
    # below its limit, by up to a fifth of the distance from 1.
    found = stability.spectrum(activation, rates, alpha)
    alone = found.memory is not None  # then an iteration finds it; in the bulk it would not
    limit, N, looked_at = (found.memory, 300, 12) if alone else (found.bulk, 200, 3)
    r = drawn(rates, round(alpha * N), N, rng)
    W, _, _ = stability.couplings(r, activation)
    rightmost = []
    for row in r[:looked_at]:
        DW = activation.slope(activation.field(row))[:, None] * W
        values = eigs(DW, 1, which="LR", v0=np.ones(N), return_eigenvectors=False) if alone else np.linalg.eigvals(DW)
        rightmost.append(max(values, key=np.real))
    measured, scatter = np.mean(np.real(rightmost)), np.std(np.real(rightmost))
    assert measured == pytest.approx(limit, abs=0.005 + 0.2 * abs(limit - 1) + 4 * scatter / math.sqrt(looked_at))
    assert np.abs(np.imag(rightmost)).max() < 0.15
    if alone and found.memory > found.bulk + 0.08:
        assert (
            measured > found.bulk + 0.03
        )  # without the eigenvalue of the pattern the theory would be seen to be wrong


def test_stored_and_stable_are_two_loads():
    loads = [stability.stability_load(stability.power(1, noise=0.3), stability.lognormal(v)) for v in (1.0, 2.0, 4.0)]
    assert loads == sorted(loads)  # the sparser the rates, the more are stable
    assert 0.1 < loads[0] < loads[2] < 0.6
    for load, variation in zip(loads, (1.0, 2.0, 4.0), strict=True):
        for factor, stable in ((0.98, True), (1.02, False)):
            law = stability.lognormal(variation)
            assert stability.spectrum(stability.power(1, noise=0.3), law, load * factor).stable == stable


def test_the_best_activation_is_softer_than_a_line_and_harder_than_a_curve():
    noise, rightmost = stability.best_noise(stability.lognormal(2.0), 0.1)
    for other in (noise / 1.5, noise * 1.5):
        found = stability.spectrum(stability.power(1, noise=other), stability.lognormal(2.0), 0.1)
        assert max(found.bulk, found.memory or 0) > rightmost
    assert rightmost < 0.99


def test_the_eigenvalues_are_those_of_the_weights(rng):
    activation, rates = CASES[0]
    r = drawn(rates, 10, 30, rng)
    W, _, _ = stability.couplings(r, activation)
    values = stability.rightmost(r, activation, pattern=4)
    D = activation.slope(activation.field(r[4]))
    assert (np.diff(values.real) <= 1e-9).all()
    assert values.sum() == pytest.approx(0, abs=1e-9)  # no diagonal, no trace
    assert (values**2).sum().real == pytest.approx(np.trace(np.linalg.matrix_power(D[:, None] * W, 2)), rel=1e-9)


def test_small_deviations_follow_the_eigenvalues(rng):
    activation, rates = stability.power(1, noise=0.3), stability.lognormal(4.0)
    r = drawn(rates, 8, 60, rng)
    W, b, m = stability.couplings(r, activation)
    D = activation.slope((r[2] - m) @ W.T + b)
    state = np.random.default_rng(5)
    away = stability.recall(r, activation, pattern=2, error=1e-6, time=3.0, step=0.1, rng=state)
    deviation = 1e-6 * np.random.default_rng(5).standard_normal(60)
    for _ in range(30):
        deviation = 0.9 * deviation + 0.1 * D * (W @ deviation)
    assert away.size == 31
    assert away[-1] == pytest.approx(math.sqrt((deviation**2).mean()), rel=1e-3)


def test_beyond_the_load_memories_are_fixed_points_that_one_leaves(rng):
    activation, rates = stability.power(1, noise=1.0), stability.lognormal(1.0)
    N = 150
    stays = stability.recall(drawn(rates, 3, N, rng), activation, error=0.01, time=60, rng=rng)
    leaves = stability.recall(drawn(rates, 90, N, rng), activation, error=0.01, time=60, rng=rng)
    assert stays[-1] < stays[0]
    assert leaves[-1] > 5 * leaves[0]


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: stability.power(0), "n must be at least 1"),
        (lambda: stability.power(noise=0.0), "noise must be greater than 0"),
        (lambda: stability.lognormal(0.0), "variation must be greater than 0"),
        (lambda: stability.spectrum(stability.power(), TANH, 0.1), "rates must be ones that the activation"),
        (lambda: stability.spectrum(stability.power(), stability.lognormal(), 1.0), "alpha must lie between"),
        (lambda: stability.spectrum(np.tanh, TANH, 0.1), "activation must be one such as"),
        (lambda: stability.spectrum(stability.power(), [1.0], 0.1), "rates must be a law"),
        (lambda: stability.couplings(np.ones((3, 4)), stability.power()), r"patterns must be \(P, N\)"),
        (lambda: stability.couplings(np.ones((2, 6)), stability.power()), "patterns must be linearly independent"),
        (lambda: stability.rightmost(np.eye(3, 6) + 1, stability.power(), pattern=3), "pattern must be at most 2"),
    ],
)
def test_what_cannot_be_is_said(call, says):
    with pytest.raises((TypeError, ValueError), match=says):
        call()
