"""The closed loop of one coin: theorems, the exact chain, its limit, and simulations that are held against it."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import beta, binom, chi2, norm

from spinlearn.bipartite import closedloop
from spinlearn.bipartite.closedloop import (
    Conjugate,
    Normal,
    absorption,
    cells,
    coin,
    density,
    law,
    stationary,
    transitions,
)
from spinlearn.dense.boltzmann import total_variation

SIGNIFICANCE = 1e-4

HELD = {
    "external": coin(30, external=2, q=0.3),
    "drawn": coin(30, external=2, q=0.3, fresh=True),
    "conjugate": coin(30, prior=Conjugate(1.0, 2.0), strength=0.5),
    "normal": coin(30, prior=Normal(0.4, 1.5), strength=2.0),
    "both": coin(30, external=1, q=0.7, prior=Conjugate(0.5, 0.5)),
}
held = pytest.mark.parametrize("name", HELD)


# Maximum likelihood


@pytest.mark.parametrize("M", [1, 2, 7, 40])
def test_a_generation_is_binomial(M):
    P = transitions(coin(M))
    for k in range(M + 1):
        np.testing.assert_allclose(P[k], binom.pmf(range(M + 1), M, k / M), atol=1e-14)


@pytest.mark.parametrize("M", [2, 7, 40])
def test_the_estimate_is_a_martingale_and_ends_on_a_straight_line(M):
    """E[x'] = x in every state; so the end is at 1 with the probability of the start."""
    loop = coin(M)
    np.testing.assert_allclose(transitions(loop) @ loop.estimates, loop.estimates, atol=1e-13)
    np.testing.assert_allclose(absorption(loop).ones, loop.estimates, atol=1e-12)


@pytest.mark.parametrize("M", [3, 12])
def test_eigenvalues_are_those_of_the_matrix(M):
    found = np.sort(np.linalg.eigvals(transitions(coin(M))).real)[::-1]
    np.testing.assert_allclose(found, closedloop.eigenvalues(coin(M)), atol=1e-7)


def test_the_variance_falls_by_one_part_in_m():
    loop, x = coin(25), 0.3
    p = law(loop, x, 60)
    left = p @ (loop.estimates * (1 - loop.estimates))
    np.testing.assert_allclose(left, x * (1 - x) * (1 - 1 / 25) ** np.arange(1, 61), atol=1e-13)


def test_times_fall_on_one_curve_in_units_of_the_number_of_tosses():
    """Equation (2): t / (N M) at x = 1/2 tends to 2 ln 2, and its error falls like the inverse of N M."""
    off = []
    for tosses in (50, 200, 800):
        t = absorption(coin(tosses)).time[tosses // 2]
        off.append(t / tosses - 2 * np.log(2))
    assert abs(off[2]) < 0.01
    assert abs(off[1]) < 0.4 * abs(off[0])
    assert abs(off[2]) < 0.4 * abs(off[1])
    x = np.linspace(0, 1, 801)
    exact, limit = absorption(coin(800)).time, closedloop.diffusion_time(x, 800)
    assert np.abs(exact - limit)[20:-20].max() < 0.01 * limit.max()
    assert limit[0] == limit[-1] == 0


def test_a_mean_time_is_the_sum_of_what_still_moves():
    loop, x = coin(12), 0.37
    p = law(loop, x, 600)
    moving = 1 - p[:, 0] - p[:, -1]
    assert closedloop.mean_time(loop, x) == pytest.approx(1 + moving.sum(), rel=1e-9)
    assert closedloop.mean_time(loop, 0.25) == pytest.approx(absorption(loop).time[3], rel=1e-12)
    assert closedloop.mean_time(loop, 0) == closedloop.mean_time(loop, 1.0) == 0


def test_coins_of_their_own_wait_for_the_last(rng):
    """N parameters instead of one: the last of N coins, by the product of their laws and by simulation."""
    loop, N = coin(8), 5
    moves = 1 - (1 - closedloop.survival(loop, 0.3, 400)) ** N
    last = closedloop.simulate(np.full(2000 * N, 0.3), loop, 400, rng=rng).time.reshape(-1, N).max(axis=1)
    assert abs(last.mean() - moves.sum()) < 5 * last.std() / np.sqrt(2000)
    alone = closedloop.survival(loop, 0.3, 400)
    assert alone.sum() == pytest.approx(closedloop.mean_time(loop, 0.3), rel=1e-9)
    np.testing.assert_array_equal(closedloop.survival(HELD["external"], 0.3, 4), 1)
    np.testing.assert_array_equal(closedloop.survival(loop, 1.0, 2), 0)


def test_two_tosses_by_hand():
    """From one of each half of the pairs agree: a geometric time of mean 2. One toss ends at once."""
    assert absorption(coin(2)).time[1] == pytest.approx(2)
    np.testing.assert_array_equal(absorption(coin(1)).time, [0, 0])


# External data and priors


@held
def test_nothing_is_absorbed_and_the_law_stays(name):
    loop = HELD[name]
    p, P = stationary(loop), transitions(loop)
    np.testing.assert_allclose(P.sum(axis=1), 1, atol=1e-12)
    np.testing.assert_allclose(p @ P, p, atol=1e-13)
    np.testing.assert_allclose(law(loop, 0.9, 3000)[-1], p, atol=1e-9)
    with pytest.raises(ValueError, match="loop must have a state in which it rests"):
        absorption(loop)


@held
def test_an_estimate_is_the_largest_posterior(name):
    """The gradient of the log posterior in theta vanishes, by differences of the posterior as it stands."""
    loop = HELD[name]
    prior, m = loop.prior, loop.external
    for k in (1, 5, len(loop.estimates) - 2):
        ones = k if loop.fresh else k + m * loop.q
        total = loop.M + m

        def posterior(theta, ones=ones, total=total):
            value = ones * theta - total * np.logaddexp(0, theta)
            if isinstance(prior, Conjugate):
                value += loop.strength * (prior.a * theta - (prior.a + prior.b) * np.logaddexp(0, theta))
            if isinstance(prior, Normal):
                value += loop.strength * norm.logpdf(theta, prior.mean, prior.deviation)
            return value

        x = loop.estimates[k]
        theta = np.log(x / (1 - x))
        slope = (posterior(theta + 1e-5) - posterior(theta - 1e-5)) / 2e-5
        assert abs(slope) < 1e-5
        assert posterior(theta) > max(posterior(theta + 0.1), posterior(theta - 0.1))


@pytest.mark.parametrize("name", ["external", "conjugate", "both"])
def test_pseudo_data_only_change_the_denominator(name):
    loop = HELD[name]
    found = np.sort(np.linalg.eigvals(transitions(loop)).real)[::-1][:6]
    np.testing.assert_allclose(found, closedloop.eigenvalues(loop)[:6], atol=1e-9)


@pytest.mark.parametrize("name", ["external", "conjugate", "both"])
def test_mean_and_variance_of_the_stationary_law_are_known_exactly(name):
    """From E[k] = M x and E[k^2] = M x (1 - x) + M^2 x^2, with A of B pseudo data that are 1."""
    loop = HELD[name]
    M, ones = loop.M, loop.external * loop.q
    B = loop.external
    if loop.prior is not None:
        ones, B = ones + loop.strength * loop.prior.a, B + loop.strength * (loop.prior.a + loop.prior.b)
    mean = ones / B
    second = (M * mean + 2 * M * ones * mean + ones**2) / ((M + B) ** 2 + M - M**2)
    p, x = stationary(loop), loop.estimates
    assert p @ x == pytest.approx(mean, abs=1e-12)
    assert p @ x**2 == pytest.approx(second, abs=1e-12)


def test_drawn_data_are_noisier_than_fixed_ones():
    fixed, drawn = HELD["external"], HELD["drawn"]
    spread = [np.sqrt(stationary(loop) @ (loop.estimates - 0.3) ** 2) for loop in (fixed, drawn)]
    assert spread[1] > spread[0] * 1.01
    assert stationary(drawn) @ drawn.estimates == pytest.approx(0.3, abs=1e-12)


@held
def test_the_formula_is_the_limit_of_many_data(name):
    """Claim C51, equation (3): the total variation falls with M, for each way to hold the coin back."""
    kept = HELD[name]._asdict()
    del kept["estimates"]
    off = []
    for M in (30, 120, 480):
        loop = coin(**(kept | {"M": M}))
        off.append(total_variation(stationary(loop), cells(loop)))
    assert off[2] < 0.02
    assert off[2] < 0.5 * off[1] < 0.25 * off[0]


def test_the_formula_stands_in_the_natural_parameter():
    """Read as a density of x instead of theta, it misses, and goes on missing as M grows."""
    loop = coin(480, external=2, q=0.3)
    x = loop.estimates
    wrong = beta(2 * 2 * 0.3 + 1, 2 * 2 * 0.7 + 1)
    edges = np.concatenate([[0.0], (x[1:] + x[:-1]) / 2, [1.0]])
    assert total_variation(stationary(loop), np.diff(wrong.cdf(edges))) > 0.1
    right = beta(2 * 2 * 0.3, 2 * 2 * 0.7)
    np.testing.assert_allclose(cells(loop), np.diff(right.cdf(edges)), atol=1e-6)


def test_one_true_datum_makes_the_law_uniform():
    """m = 1, q = 1/2: absorption is prevented, accuracy is not."""
    loop = coin(400, external=1)
    x = np.linspace(0.01, 0.99, 9)
    np.testing.assert_allclose(density(loop, np.log(x / (1 - x))) / (x * (1 - x)), 1, atol=1e-8)
    p = stationary(loop)
    assert np.abs(p[4:-4] * 401 - 1).max() < 0.02
    assert np.sqrt(p @ (loop.estimates - 0.5) ** 2) == pytest.approx(np.sqrt(1 / 12), rel=0.01)


def test_a_uniform_prior_of_x_depends_on_how_it_is_written():
    """As a density of theta it is x (1 - x) and holds the coin back; as one of x it is constant and does nothing."""
    np.testing.assert_allclose(coin(4, prior=Conjugate(1, 1)).estimates, (np.arange(5) + 1) / 6, rtol=1e-15)
    np.testing.assert_array_equal(coin(4, prior=Conjugate(0, 0)).estimates, coin(4).estimates)


@held
def test_densities_are_normalised(name):
    assert quad(lambda theta: density(HELD[name], theta), -60, 60, limit=200, points=[0.0])[0] == pytest.approx(
        1, abs=1e-7
    )
    assert cells(HELD[name]).sum() == pytest.approx(1, abs=1e-7)


def test_external_data_of_one_kind_still_absorb():
    found = absorption(coin(10, external=1, q=1.0))
    np.testing.assert_allclose(found.ones, 1, atol=1e-10)
    assert found.time[-1] == 0 < found.time[0]


# Simulations against the exact law


def p_value(counts, p):
    """Chi-square of counts of states against a law, states that are rare taken together."""
    order = np.argsort(p)
    expected, found = counts.sum() * p[order], counts[order]
    few = np.searchsorted(np.cumsum(expected), 10) + 1
    expected = np.concatenate([[expected[:few].sum()], expected[few:]])
    found = np.concatenate([[found[:few].sum()], found[few:]])
    return chi2.sf(((found - expected) ** 2 / expected).sum(), len(expected) - 1)


SIMULATED = {"likelihood": coin(30), **HELD}


def ends(loop, x, generations, lanes, rng):
    runs = closedloop.simulate(np.full(lanes, x), loop, generations, rng=rng)
    return np.bincount(np.searchsorted(loop.estimates, runs.x[-1]), minlength=loop.estimates.size)


@pytest.mark.parametrize("name", SIMULATED)
def test_simulations_have_the_exact_law(name, rng):
    loop = SIMULATED[name]
    assert p_value(ends(loop, 0.4, 5, 20000, rng), law(loop, 0.4, 5)[-1]) > SIGNIFICANCE / 6


@pytest.mark.parametrize(
    "wrong", ["a toss too few", "the estimate of before", "external data forgotten", "prior twice"]
)
def test_wrong_simulations_are_caught(wrong, rng):
    loop = HELD["both"]
    kept = loop._asdict()
    del kept["estimates"]
    other, generations = {
        "a toss too few": (coin(**(kept | {"M": 29})), 5),
        "the estimate of before": (loop, 4),
        "external data forgotten": (coin(**(kept | {"external": 0})), 5),
        "prior twice": (coin(**(kept | {"strength": 2.0})), 5),
    }[wrong]
    runs = closedloop.simulate(np.full(20000, 0.4), other, generations, rng=rng)
    edges = np.concatenate([[-1], (loop.estimates[1:] + loop.estimates[:-1]) / 2, [2]])
    counts = np.histogram(runs.x[-1], edges)[0]
    assert p_value(counts, law(loop, 0.4, 5)[-1]) < 1e-8


def test_two_hundred_runs_a_point_lie_on_the_line(rng):
    starts = np.linspace(0.1, 0.9, 9)
    runs = closedloop.simulate(np.repeat(starts, 200), coin(10 * 5), 2000, rng=rng)
    assert (runs.time >= 0).all()
    found = runs.x[-1].reshape(9, 200).mean(axis=1)
    assert np.abs((found - starts) / np.sqrt(starts * (1 - starts) / 200)).max() < norm.isf(SIGNIFICANCE / 18)
    t = runs.time.reshape(9, 200)
    known = [closedloop.mean_time(coin(50), x) for x in starts]
    assert np.abs((t.mean(axis=1) - known) / (t.std(axis=1) / np.sqrt(200))).max() < 6


def test_runs_repeat_and_rest():
    first, again = (closedloop.simulate([0.5, 0.5], coin(6), 300, rng=np.random.default_rng(3)) for _ in range(2))
    np.testing.assert_array_equal(first.x, again.x)
    for lane in range(2):
        t = first.time[lane]
        assert (first.x[t:, lane] == first.x[t, lane]).all()
        assert first.x[t - 1, lane] not in (0, 1)
    none = closedloop.simulate([0.0, 1.0], coin(6), 5, rng=np.random.default_rng(3))
    np.testing.assert_array_equal(none.time, 0)
    free = closedloop.simulate([0.0, 1.0], coin(6, external=1), 50, rng=np.random.default_rng(3))
    np.testing.assert_array_equal(free.time, -1)


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: coin(0), "M must be at least 1"),
        (lambda: coin(3, q=1.5), "q must be at most 1"),
        (lambda: coin(3, prior=(1, 1)), "prior must be None, a Conjugate or a Normal"),
        (lambda: coin(3, prior=Conjugate(-1, 1)), "prior.a must be at least 0"),
        (lambda: coin(3, prior=Normal(0, 0)), "prior.deviation must be greater than 0"),
        (lambda: transitions(3), "loop must be a Coin"),
        (lambda: transitions(coin(4000)), "loop must have at most 3000 states"),
        (lambda: stationary(coin(4)), "loop must not rest"),
        (lambda: density(coin(4), 0.0), "hold it back"),
        (lambda: density(coin(4, external=1, q=1.0), 0.0), "hold it back"),
        (lambda: law(coin(4), 1.5, 3), "x must be at most 1"),
        (lambda: closedloop.eigenvalues(HELD["normal"]), "loop must have no normal prior"),
        (lambda: closedloop.simulate([2.0], coin(3), 1, rng=np.random.default_rng(1)), "x must lie between"),
        (lambda: closedloop.diffusion_time(-1.0, 3), "x must lie between"),
    ],
)
def test_what_cannot_be_is_said(call, said):
    with pytest.raises((TypeError, ValueError), match=said):
        call()
