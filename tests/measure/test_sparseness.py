"""Sparseness against cases known by hand, closed forms against high precision and simulation; wrong twins."""

import mpmath
import numpy as np
import pytest
from scipy.special import expit, ndtr

from spinlearn.measure import sparseness

RNG = np.random.default_rng


def test_k_equal_rates_among_n():
    for n in (2, 5, 40):
        for k in range(1, n + 1):
            rates = np.r_[np.full(k, 3.7), np.zeros(n - k)]
            assert sparseness.activity_ratio(rates) == pytest.approx(k / n, rel=1e-14)
            assert sparseness.sparseness(rates) == pytest.approx((n - k) / (n - 1), abs=1e-14)


def test_neither_the_unit_of_rates_nor_their_order_matters():
    rates = RNG(1).exponential(size=200)
    S = sparseness.sparseness(rates)
    for scale in (1e-200, 1e200):
        assert sparseness.sparseness(scale * rates[::-1]) == pytest.approx(S, rel=1e-12)
    assert sparseness.sparseness(rates + 1) < S  # a rate at rest makes it less sparse


def test_lifetime_and_population_are_averages_of_one_table_and_not_the_same():
    rates = RNG(2).exponential(size=(7, 5))
    for cell in range(5):
        assert sparseness.lifetime(rates)[cell] == sparseness.sparseness(rates[:, cell])
    for stimulus in range(7):
        assert sparseness.population(rates)[stimulus] == sparseness.sparseness(rates[stimulus])
    broad = np.diag([1.0, 2.0, 3.0]) + np.zeros((3, 3))
    assert np.all(sparseness.lifetime(broad) == 1)
    assert np.all(sparseness.population(broad) == 1)
    together = np.outer([1.0, 0, 0, 0], np.ones(4))
    assert np.all(sparseness.lifetime(together) == 1)
    assert sparseness.population(together)[0] == 0


def test_silence_is_not_a_number():
    rates = [[0.0, 1.0], [0.0, 2.0], [0.0, 0.0]]
    assert np.isnan(sparseness.lifetime(rates)).tolist() == [True, False]
    assert np.isnan(sparseness.population(rates)).tolist() == [False, False, True]


def reference(u):
    """The moments of max(u + z, 0), to 40 digits."""
    with mpmath.workdps(60):
        u = mpmath.mpf(u)
        Phi, phi = mpmath.ncdf(u), mpmath.npdf(u)
        first, second = phi + u * Phi, (1 + u * u) * Phi + u * phi
        return [float(value) for value in (Phi, first, second, first**2 / second)]


@pytest.mark.parametrize("u", [-30, -12.5, -5, -3.0001, -3, -2.9999, -1, 0, 0.5, 4, 50, 1e6])
def test_closed_forms_to_the_last_digits(u):
    found = sparseness.rectified(2.5 * u, 2.5)
    for value, expected, power in zip(found, reference(u), (0, 1, 2, 0), strict=True):
        assert value == pytest.approx(2.5**power * expected, rel=3e-13)


def test_limits_of_the_ratio():
    assert sparseness.rectified(0.0).ratio == pytest.approx(1 / np.pi, rel=1e-14)
    found = sparseness.rectified(-25.0)
    assert found.ratio / found.active == pytest.approx(0.5, rel=2e-3)
    assert sparseness.rectified(1e9).ratio == 1


def lifetimes(quenches, thresholds):
    rates = np.maximum(quenches[:, None] - thresholds, 0)
    return sparseness.activity_ratio(rates, axis=0), sparseness.activity_ratio(rates, axis=1)


def test_a_population_under_gaussian_quenches():
    """Quenches of mean 1 and spread 2 over thresholds of mean 0.5 and spread 3, each way round."""
    rng = RNG(3)
    quenches, thresholds = rng.normal(1, 2, 4000), rng.normal(0.5, 3, 4000)
    cells, stimuli = lifetimes(quenches, thresholds[:20])[0], lifetimes(quenches[:20], thresholds)[1]
    of_cells = sparseness.rectified(1 - thresholds[:20], 2).ratio
    of_stimuli = sparseness.rectified(quenches[:20] - 0.5, 3).ratio
    # a of n rates scatters by about sqrt(a (1 - a) kurtosis / n), and here by at most 0.03.
    assert np.abs(cells - of_cells).max() < 0.04
    assert np.abs(stimuli - of_stimuli).max() < 0.04
    assert np.abs(stimuli - sparseness.rectified(quenches[:20] - 0.5, 2).ratio).max() > 0.04  # the wrong spread


def test_simulated_moments_and_shares_within_their_errors():
    r = np.maximum(RNG(4).normal(-0.7, 1.5, 100_000), 0)
    found = sparseness.rectified(-0.7, 1.5)
    for sample, expected in ((r > 0, found.active), (r, found.mean), (r**2, found.second)):
        assert abs(sample.mean() - expected) < 4.5 * sample.std() / np.sqrt(r.size)
    assert abs(r.mean() - sparseness.rectified(-0.7, 1.6).mean) > 4.5 * r.std() / np.sqrt(r.size)
    at = np.array([-0.1, 0.0, 0.3, 2.0])
    share = sparseness.rectified_share(at, -0.7, 1.5)
    assert np.abs((r[:, None] <= at).mean(axis=0) - share).max() < 4.5 * 0.5 / np.sqrt(r.size)


def test_other_responses_by_quadrature():
    a = sparseness.driven(lambda x: np.maximum(x - 0.4, 0), -0.3, 1.7, kinks=[0.4])
    b = sparseness.rectified(-0.7, 1.7)
    assert a == pytest.approx(b, rel=1e-12)
    lognormal = sparseness.driven(np.exp, -2.0, 0.8)
    assert lognormal == pytest.approx([1, np.exp(-2 + 0.32), np.exp(-4 + 1.28), np.exp(-0.64)], rel=1e-12)
    switch = sparseness.driven(lambda x: np.where(x > 1, 2.0, 0.0), 0.0, 1.0, kinks=[1.0])
    assert switch.ratio == pytest.approx(ndtr(-1), rel=1e-12)
    assert sparseness.driven(expit, 0.0, 1.3).mean == pytest.approx(0.5, rel=1e-12)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: sparseness.sparseness([1, -1]), ValueError, "rates must be at least 0"),
        (lambda: sparseness.sparseness([1.0]), ValueError, "at least two entries"),
        (lambda: sparseness.sparseness([]), ValueError, "axis must be one"),
        (lambda: sparseness.sparseness([1, 2], axis=1), ValueError, "axis must be one"),
        (lambda: sparseness.sparseness([1, 2], axis=0.0), TypeError, "axis must be a whole number"),
        (lambda: sparseness.lifetime([1, 2]), ValueError, r"shape \(stimuli, cells\)"),
        (lambda: sparseness.rectified(0, 0), ValueError, "spread must be greater than 0"),
        (lambda: sparseness.rectified(1e300, 1e-300), ValueError, "finite number of spreads"),
        (lambda: sparseness.driven(lambda x: x, 0.0), ValueError, "response must give rates"),
        (lambda: sparseness.driven(lambda x: 1.0, 0.0), ValueError, "response"),
    ],
)
def test_what_came_is_told(call, error, message):
    with pytest.raises(error, match=message):
        call()
