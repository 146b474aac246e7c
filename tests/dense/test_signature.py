"""Heat capacities against sums and Schottky's peak, surrogates against the averages and the laws they promise."""

import numpy as np
import pytest
from scipy.stats import chi2, multivariate_normal

from spinlearn import exact
from spinlearn.dense import maxent, signature
from spinlearn.dense.maxent import Pairwise
from spinlearn.lattice import square

RNG = np.random.default_rng
SCHOTTKY = 0.43922884  # of x^2 e^x / (1 + e^x)^2, at x = 2.39935728


def fitted(p):
    return maxent.fit_moments(*maxent.law_moments(p)).model


def neighbours(n):
    J = np.zeros((n, n))
    i = np.arange(n)
    J[i, (i + 1) % n] = J[(i + 1) % n, i] = 1.0
    return J


@pytest.mark.parametrize("T", [0.3, 1.0, 4.0])
def test_it_is_the_heat_capacity_of_the_magnet(T):
    lattice = square(3, 3)
    J = np.zeros((9, 9))
    for i, row in enumerate(lattice.neighbours):
        np.add.at(J[i], row, 1.0)
    model = Pairwise(np.full(9, 0.2), J, "spins")
    expected = exact.averages(exact.density_of_states(lattice), T, h=0.2).c
    assert signature.heat_capacity(model, T) == pytest.approx(expected, rel=1e-10)
    assert signature.heat_capacity(maxent.convert(model, "binary"), T) == pytest.approx(expected, rel=1e-10)


def test_it_is_the_fisher_information_along_the_line_of_temperatures():
    model = Pairwise(np.array([0.3, -0.4, 0.1]), neighbours(3) * 0.5, "spins")
    along = np.r_[model.h, model.J[np.triu_indices(3, 1)]]
    assert signature.heat_capacity(model, 1.0) * 3 == pytest.approx(along @ maxent.fisher(model) @ along, rel=1e-12)


@pytest.mark.parametrize("p", [0.001, 0.02, 0.0832, 0.3, 0.9])
def test_independent_units_have_schottkys_peak(p):
    found = signature.peak(maxent.independent(np.full(4, p)))
    assert found.c == pytest.approx(SCHOTTKY, rel=1e-7)
    assert pytest.approx(abs(np.log(p / (1 - p))) / 2.39935728, rel=1e-5) == found.T


def test_units_that_fire_in_a_twelfth_of_the_bins_look_critical():
    p = 1 / (1 + np.exp(2.39935728))
    assert p == pytest.approx(1 / 12.02, rel=1e-3)
    assert pytest.approx(1, abs=1e-5) == signature.peak(maxent.independent(np.full(10, p))).T


def test_a_common_input_makes_the_peak_grow_with_the_number_of_units():
    c = [signature.heat_capacity(fitted(signature.common_input(np.full(n, 0.0832), 0.3)), 1.0) for n in (3, 5, 8, 10)]
    assert np.all(np.diff(c) > 0.03)
    assert c[-1] > 1.5 * SCHOTTKY
    alone = [signature.heat_capacity(fitted(signature.common_input(np.full(n, 0.0832), 0)), 1.0) for n in (3, 5, 8, 10)]
    assert np.ptp(alone) < 1e-10


def test_without_a_peak_it_says_so():
    with pytest.raises(ValueError, match="model must have a peak"):
        signature.peak(maxent.independent([0.5, 0.5]))


# Surrogates


@pytest.mark.parametrize("latent", [0.0, 0.2, 0.5, 0.8])
def test_the_law_of_a_common_input_has_the_pairs_of_two_gaussians(latent):
    mean = np.array([0.1, 0.5, 0.8])
    averages = maxent.law_moments(signature.common_input(mean, latent))
    assert averages.mean == pytest.approx(mean, abs=1e-13)
    pairs = averages.pair
    if latent:
        found = signature.latent_correlation(mean, pairs)
        assert found[np.triu_indices(3, 1)] == pytest.approx([latent] * 3, abs=1e-9)
    assert pairs[0, 2] == pytest.approx(both(0.1, 0.8, latent), abs=1e-7)


def both(p, q, r):
    from scipy.special import ndtri

    return multivariate_normal.cdf([ndtri(p), ndtri(q)], cov=[[1, r], [r, 1]], allow_singular=True)


def test_three_gaussians_at_zero_have_sheppards_law():
    """All three are on with the chance 1/8 + 3 arcsin(r) / (4 pi)."""
    p = signature.common_input([0.5] * 3, 0.4)
    assert p[-1] == pytest.approx(1 / 8 + 3 * np.arcsin(0.4) / (4 * np.pi), abs=1e-13)


def words_off(words, mean, pair):
    """Chi-square of means and pairs against their promised values, as a p-value."""
    i, j = np.triu_indices(len(mean), 1)
    f = np.hstack([words, words[:, i] * words[:, j]]).astype(float)
    off = f.mean(axis=0) - np.r_[mean, np.asarray(pair)[i, j]]
    return chi2.sf(len(words) * off @ np.linalg.solve(np.cov(f.T), off), f.shape[1])


def test_dichotomised_gaussians_keep_means_and_pairs_and_the_correlation_of_the_signs_would_not():
    mean = np.array([0.2, 0.3, 0.4])
    pair = np.array([[0.2, 0.1, 0.05], [0.1, 0.3, 0.15], [0.05, 0.15, 0.4]])
    words = signature.dichotomised(mean, pair, 40000, rng=RNG(1))
    assert words_off(words, mean, pair) > 1e-4
    width = np.sqrt(mean * (1 - mean))
    signs = (pair - np.outer(mean, mean)) / np.outer(width, width)
    np.fill_diagonal(signs, 1)
    from scipy.special import ndtri

    naive = (RNG(1).multivariate_normal(np.zeros(3), signs, 40000) < ndtri(mean)).astype(int)
    assert words_off(naive, mean, pair) < 1e-4


def test_shuffling_keeps_means_and_takes_pairs():
    x = RNG(2).random(5000) < 0.3
    words = np.c_[x, x, ~x].astype(int)
    mixed = signature.shuffled(words, rng=RNG(3))
    assert mixed.sum(axis=0).tolist() == words.sum(axis=0).tolist()
    assert np.abs(np.corrcoef(mixed.T) - np.eye(3)).max() < 5 / np.sqrt(5000)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: signature.heat_capacity(maxent.independent([0.1]), 0), ValueError, "T must be greater than 0"),
        (lambda: signature.common_input([0.0], 0.1), ValueError, "mean must lie between 0 and 1"),
        (lambda: signature.common_input([0.5], 1.0), ValueError, "latent must be at most 0.99"),
        (lambda: signature.common_input([0.5] * 16, 0.1), ValueError, "at most 15 units"),
        (lambda: signature.latent_correlation([0.5, 0.5], [[0, 0.5], [0.5, 0]]), ValueError, "units 0 and 1 needs"),
        (lambda: signature.shuffled([0, 1], rng=RNG(1)), ValueError, "words must have shape"),
    ],
)
def test_what_came_is_told(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_correlations_that_no_gaussians_have_together_are_refused():
    pair = 0.05 * np.ones((4, 4))  # four units that avoid each other more than four Gaussians can
    pair[0, 1] = pair[1, 0] = 0.45
    pair[0, 2] = pair[2, 0] = 0.45
    pair[1, 2] = pair[2, 1] = 0.26
    np.fill_diagonal(pair, 0.5)
    with pytest.raises(ValueError, match="negative variance"):
        signature.dichotomised([0.5] * 4, pair, 10, rng=RNG(1))
