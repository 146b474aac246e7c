"""The pairwise law against closed forms, the models that made the data, its errors against refits; wrong twins."""

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.stats import kstest

from spinlearn import exact
from spinlearn.dense import maxent
from spinlearn.dense.maxent import Pairwise
from spinlearn.lattice import from_couplings


def magnet(n, seed=1, *, h=0.0, strength=0.7, alphabet="spins"):
    rng = np.random.default_rng(seed)
    J = np.triu(rng.normal(scale=strength, size=(n, n)), 1)
    return Pairwise(h + rng.normal(scale=0.5, size=n), J + J.T, alphabet)


def distance(a, b):
    return max(np.abs(a.h - b.h).max(), np.abs(a.J - b.J).max())


# The law


@pytest.mark.parametrize("T", [1.0, 2.5])
def test_the_law_is_that_of_a_magnet_on_a_graph(T):
    model = magnet(6)
    graph, J = from_couplings(model.J)
    np.testing.assert_allclose(maxent.law(model, T), exact.probabilities(graph, T, J=J, h=model.h), atol=1e-15)


@pytest.mark.parametrize("alphabet", maxent.ALPHABETS)
def test_both_alphabets_give_the_same_law_and_conversion_there_and_back_nothing_new(alphabet):
    model = magnet(7, alphabet=alphabet)
    other = maxent.convert(model, "spins" if alphabet == "binary" else "binary")
    np.testing.assert_allclose(maxent.law(model), maxent.law(other), atol=1e-15)
    assert distance(maxent.convert(other, alphabet), model) < 1e-14
    shifted = maxent.energies(model) - maxent.energies(other)
    assert np.ptp(shifted) < 1e-13
    careless = Pairwise(other.h, model.J, other.alphabet)
    assert np.abs(maxent.law(careless) - maxent.law(model)).max() > 1e-3


def test_cold_and_hot_laws_overflow_nothing():
    model = magnet(5)
    with np.errstate(all="raise"):
        cold, hot = maxent.law(model, 1e-305), maxent.law(model, 1e300)
    assert cold.max() == 1
    assert cold.argmax() == maxent.energies(model).argmin()
    np.testing.assert_allclose(hot, 1 / 32, rtol=1e-12)


# The fit


@pytest.mark.parametrize("alphabet", maxent.ALPHABETS)
@pytest.mark.parametrize(("n", "h", "strength"), [(1, 0.3, 0), (2, -1, 1), (6, 0, 1.2), (10, -2.5, 0.6), (10, 1, 0.3)])
def test_the_model_that_made_the_averages_is_found_again(n, h, strength, alphabet):
    model = magnet(n, 3, h=h, strength=strength, alphabet=alphabet)
    averages = maxent.law_moments(maxent.law(model), alphabet=alphabet)
    found = maxent.fit_moments(*averages, alphabet=alphabet)
    assert found.gradient < 1e-12
    assert found.steps < 25
    assert distance(found.model, model) < 1e-8
    again = maxent.law_moments(maxent.law(found.model), alphabet=alphabet)
    assert np.abs(again.mean - averages.mean).max() < 1e-10
    assert np.abs(again.pair - averages.pair)[np.triu_indices(n, 1)].max(initial=0) < 1e-10


@pytest.mark.slow
def test_fifteen_units_are_fitted_too():
    model = magnet(15, 2, strength=0.3)
    averages = maxent.law_moments(maxent.law(model), alphabet="spins")
    assert distance(maxent.fit_moments(*averages, alphabet="spins").model, model) < 1e-9


def test_units_that_fire_once_in_ten_thousand_bins_are_no_trouble():
    model = Pairwise(np.full(5, -9.0), 1.5 * (1 - np.eye(5)), "binary")
    found = maxent.fit_moments(*maxent.law_moments(maxent.law(model)))
    assert distance(found.model, model) < 1e-5


def test_two_units_have_a_closed_form():
    """J is the log odds ratio of the four cells, h the log odds of a unit while the other one is silent."""
    p = np.array([0.5, 0.1, 0.15, 0.25])
    model = maxent.fit_moments(*maxent.law_moments(p)).model
    assert model.J[0, 1] == pytest.approx(np.log(p[0] * p[3] / (p[1] * p[2])), rel=1e-12)
    assert model.h == pytest.approx([np.log(p[1] / p[0]), np.log(p[2] / p[0])], rel=1e-12)


def test_any_start_leads_to_the_same_minimum():
    """The function to minimise is convex: a general minimiser, started anywhere, comes to the same couplings."""
    p = np.random.default_rng(5).dirichlet(np.ones(16))
    model = maxent.fit_moments(*maxent.law_moments(p)).model
    f = maxent.features(model)
    for seed in range(4):
        start = np.random.default_rng(seed).normal(scale=2, size=10)
        best = minimize(lambda e: np.log(np.exp(f @ e).sum()) - p @ f @ e, start, tol=1e-12).x
        assert np.abs(best - np.r_[model.h, model.J[np.triu_indices(4, 1)]]).max() < 1e-4


def test_no_law_with_the_same_averages_has_more_entropy():
    rng = np.random.default_rng(6)
    q = maxent.law(maxent.fit_moments(*maxent.law_moments(rng.dirichlet(np.ones(16)))).model)
    f = np.hstack([np.ones((16, 1)), maxent.features(magnet(4))])
    free = np.linalg.svd(f.T)[2][11:]  # changes of a law that no average notices
    assert len(free) == 5

    def entropy(p):
        return -(p * np.log(p)).sum()

    for _ in range(50):
        change = rng.normal(size=5) @ free
        assert entropy(q + 0.1 * q.min() * change / np.abs(change).max()) < entropy(q)


def test_units_in_another_order_have_the_same_couplings_in_that_order():
    averages = maxent.law_moments(np.random.default_rng(7).dirichlet(np.ones(64)))
    order = np.random.default_rng(8).permutation(6)
    a = maxent.fit_moments(*averages).model
    b = maxent.fit_moments(averages.mean[order], averages.pair[np.ix_(order, order)]).model
    assert distance(Pairwise(a.h[order], a.J[np.ix_(order, order)], "binary"), b) < 1e-9


def test_words_and_their_averages_give_the_same_fit():
    words = maxent.draw(magnet(5), 2000, rng=np.random.default_rng(2))
    a = maxent.fit(words, alphabet="spins").model
    b = maxent.fit(((1 + words) // 2).astype(bool)).model
    assert distance(a, maxent.convert(b, "spins")) < 1e-9
    counted = maxent.counts(words, alphabet="spins")
    assert counted.sum() == 2000
    assert np.abs(maxent.law_moments(counted / 2000).mean - (1 + words.mean(axis=0)) / 2).max() < 1e-12


# Errors


def test_fisher_information_is_the_second_derivative_of_ln_Z():
    model, step = magnet(4), 1e-4
    information = maxent.fisher(model)
    i, j = np.triu_indices(4, 1)

    def averages(k, move):
        h, J = model.h.copy(), model.J.copy()
        if k < 4:
            h[k] += move
        else:
            J[i[k - 4], j[k - 4]] += move
            J[j[k - 4], i[k - 4]] += move
        changed = Pairwise(h, J, "spins")
        return maxent.law(changed) @ maxent.features(changed)

    for k in range(10):
        slope = (averages(k, step) - averages(k, -step)) / (2 * step)
        assert np.abs(slope - information[k]).max() < 1e-7


def refits(model, n, runs):
    rng = np.random.default_rng(11)
    fits = [maxent.fit(maxent.draw(model, n, rng=rng), alphabet=model.alphabet).model for _ in range(runs)]
    i, j = np.triu_indices(model.h.size, 1)
    found = np.array([np.r_[one.h, one.J[i, j]] for one in fits])
    return found - np.r_[model.h, model.J[i, j]]


def test_errors_are_the_scatter_of_refits_and_those_of_one_coupling_alone_are_not():
    model, n, runs = magnet(4, 8), 4000, 300
    off = refits(model, n, runs)
    error = maxent.errors(model, n)
    stated = np.r_[error.h, error.J[np.triu_indices(4, 1)]]
    ratio = (off**2).mean(axis=0) / stated**2  # chi2(300) / 300: a standard deviation of 0.08
    assert ((ratio > 0.65) & (ratio < 1.45)).all()
    alone = 1 / np.sqrt(n * np.diag(maxent.fisher(model)))  # as if all others were known
    assert ((off**2).mean(axis=0) / alone**2 > 1.45).any()
    whole = np.einsum("ri,ij,rj->r", off, n * maxent.fisher(model), off)
    assert kstest(whole, "chi2", args=(10,)).pvalue > 1e-4


# Data that have no finite fields


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([[0, 1, 0], [1, 1, 0], [1, 0, 0], [0, 0, 0]], "unit 2 is always 0"),
        ([[0, 1], [1, 1]], "unit 1 is always 1"),
        ([[0, 1], [1, 0], [0, 0]], "units 0 and 1 never show 11"),
        ([[0, 0], [1, 1], [0, 0]], "units 0 and 1 never show 10"),
        ([[1, 1], [1, 0], [0, 1]], "units 0 and 1 never show 00"),
    ],
)
def test_a_unit_or_pair_without_a_finite_field_is_named(words, message):
    with pytest.raises(ValueError, match=message):
        maxent.fit(words)
    with pytest.raises(ValueError, match=message):
        maxent.fit(2 * np.array(words) - 1, alphabet="spins")


def everywhere_but(n, *missing):
    """The law that is even over all states of n units except some."""
    p = np.ones(2**n)
    p[list(missing)] = 0
    return maxent.law_moments(p / p.sum())


def test_a_triple_is_named_and_one_missing_state_is_no_reason():
    with pytest.raises(ValueError, match="units 0, 1 and 2 never show 100 nor 011"):
        maxent.fit_moments(*everywhere_but(3, 0b001, 0b110))
    with pytest.raises(ValueError, match="units 0, 1 and 2 never show 000 nor 111"):
        maxent.fit_moments(*everywhere_but(3, 0b000, 0b111))
    assert maxent.fit_moments(*everywhere_but(3, 0b001)).gradient < 1e-10


@pytest.mark.parametrize(("n", "sums"), [(5, (2, 3)), (6, (3,)), (10, (3,)), (9, (4, 5))])
def test_a_face_of_many_units_is_found(n, sums):
    """Always two or three of five: no unit, pair or triple gives it away, yet the couplings run to infinity."""
    p = np.isin(maxent.units(n, "binary").sum(axis=1), sums).astype(float)
    with pytest.raises(ValueError, match=f"{n - 1} together leave out states"):
        maxent.fit_moments(*maxent.law_moments(p / p.sum()))


def test_a_face_of_five_units_among_seven_is_named():
    x = maxent.units(7, "binary")
    p = np.isin(x[:, [0, 2, 3, 5, 6]].sum(axis=1), (2, 3)).astype(float)
    with pytest.raises(ValueError, match="units 0, 2, 3, 5, 6 together"):
        maxent.fit_moments(*maxent.law_moments(p / p.sum()))


@pytest.mark.parametrize("least", [1e-4, 1e-6, 1e-7])
def test_large_couplings_are_fitted_while_they_are_finite(least):
    p = np.isin(maxent.units(5, "binary").sum(axis=1), (2, 3)) + least
    model = maxent.fit_moments(*maxent.law_moments(p / p.sum())).model
    assert model.J.min() < -5
    assert model.J[np.triu_indices(5, 1)].max() < -5


def test_averages_of_no_law_are_told_apart():
    with pytest.raises(ValueError, match="belong to no law: units 0 and 1"):
        maxent.fit_moments([0.5, 0.5], [[0.5, 0.6], [0.6, 0.5]])
    three = -0.5 * np.ones((3, 3)) + 1.5 * np.eye(3)  # three spins cannot all disagree so much
    with pytest.raises(ValueError, match="belong to no law: units 0, 1 and 2"):
        maxent.fit_moments(np.zeros(3), three, alphabet="spins")
    five = -0.25 * np.ones((5, 5)) + 1.25 * np.eye(5)  # nor five, though every three of them could
    with pytest.raises(ValueError, match="units 0, 1, 2, 3, 4 together"):
        maxent.fit_moments(np.zeros(5), five, alphabet="spins")


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: maxent.fit([[0, 2]]), ValueError, "words must be 0 or 1"),
        (lambda: maxent.fit([[0, 1]], alphabet="spins"), ValueError, "words must be -1 or 1"),
        (lambda: maxent.fit([[0.0, 1.0]]), TypeError, "words must be an integer array"),
        (lambda: maxent.fit([0, 1]), ValueError, "words must have shape"),
        (lambda: maxent.fit(np.zeros((3, 16), int)), ValueError, "at most 15 units"),
        (lambda: maxent.fit([[0, 1]], alphabet="letters"), ValueError, "alphabet must be one of"),
        (lambda: maxent.fit_moments([0.5, 0.5], np.eye(3)), ValueError, "pair must have shape"),
        (lambda: maxent.fit_moments([0.5, 0.5], [[0, 0.2], [0.1, 0]]), ValueError, "pair must be symmetric"),
        (lambda: maxent.law(Pairwise([1.0], [[1.0]], "binary")), ValueError, "0 on the diagonal"),
        (lambda: maxent.law(magnet(2), 0), ValueError, "T must be greater than 0"),
        (lambda: maxent.errors(magnet(2), 0), ValueError, "n must be at least 1"),
        (lambda: maxent.law_moments([0.5, 0.25, 0.25]), ValueError, r"2\*\*N entries"),
        (lambda: maxent.law_moments([0.5, 0.6]), ValueError, "probabilities"),
        (lambda: maxent.independent([0.0]), ValueError, "mean must lie between"),
    ],
)
def test_what_came_is_told(call, error, message):
    with pytest.raises(error, match=message):
        call()
