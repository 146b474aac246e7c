"""Exponential families with a list of states: laws, averages and fits against what other parts of the library know."""

import numpy as np
import pytest

from spinlearn import exact
from spinlearn.bipartite import families
from spinlearn.bipartite.families import divergence, family, fit, law, log_partition, mean, susceptibility
from spinlearn.dense import boltzmann, maxent

PATTERNS = np.where(np.random.default_rng(3).random((3, 8)) < 0.5, -1, 1).astype(np.int8)
MODELS = {
    "coins": (families.coins(6), [0.3]),
    "ising": (families.ising(6), [0.2, 0.7]),
    "memories": (families.memories(PATTERNS), [1.0, 0.3, 0.6]),
    "pairwise": (families.pairwise(4), np.linspace(-0.5, 0.8, 6)),
}
every_model = pytest.mark.parametrize("name", MODELS)


def grouped(model, phi, weights):
    """Weights of all states added up over the rows of a family."""
    out = np.zeros(len(model.phi))
    for row, weight in zip(phi, weights, strict=True):
        out[np.abs(model.phi - row).max(axis=1).argmin()] += weight
    return out


@every_model
def test_every_state_is_in_one_row(name):
    model, _ = MODELS[name]
    n = {"coins": 6, "ising": 6, "memories": 8, "pairwise": 4}[name]
    assert np.exp(model.log_weight).sum() == pytest.approx(2**n, rel=1e-12)
    assert log_partition(model, np.zeros(model.phi.shape[1])) == pytest.approx(n * np.log(2), rel=1e-13)


def test_the_ising_machine_is_a_magnet_in_which_all_see_all():
    n, h, J = 6, 0.2, 0.7
    model = families.ising(n)
    full = boltzmann.machine((np.ones((n, n)) - np.eye(n)) * J / n, h=h)
    s = exact.states(n).astype(float)
    m = s.sum(axis=1)
    expected = grouped(model, np.column_stack([m, (m * m - n) / (2 * n)]), boltzmann.law(full))
    np.testing.assert_allclose(law(model, [h, J]), expected, atol=1e-14)


def test_memories_are_hopfields_network():
    n, beta = 8, 0.9
    model = families.memories(PATTERNS)
    xi = PATTERNS.astype(float)
    J = xi.T @ xi / n
    np.fill_diagonal(J, 0.0)
    s = exact.states(n).astype(float)
    expected = grouped(model, (s @ xi.T) ** 2 / (2 * n), boltzmann.law(boltzmann.machine(J), 1 / beta))
    np.testing.assert_allclose(law(model, np.full(3, beta)), expected, atol=1e-14)
    assert (model.phi.max(axis=0) == n / 2).all()  # each pattern, at itself


def test_all_couplings_are_a_boltzmann_machine():
    model, theta = MODELS["pairwise"]
    J = np.zeros((4, 4))
    J[np.triu_indices(4, 1)] = theta
    J += J.T
    s = exact.states(4).astype(float)
    i, j = np.triu_indices(4, 1)
    expected = grouped(model, s[:, i] * s[:, j], boltzmann.law(boltzmann.machine(J)))
    np.testing.assert_allclose(law(model, theta), expected, atol=1e-14)


@every_model
def test_derivatives_of_the_logarithm_of_the_partition_function(name):
    model, theta = MODELS[name]
    theta = np.asarray(theta, dtype=float)
    step = 1e-5
    for a in range(theta.size):
        e = np.zeros(theta.size)
        e[a] = step
        slope = (log_partition(model, theta + e) - log_partition(model, theta - e)) / (2 * step)
        assert mean(model, theta)[a] == pytest.approx(slope, abs=1e-8)
        bend = (mean(model, theta + e) - mean(model, theta - e)) / (2 * step)
        np.testing.assert_allclose(susceptibility(model, theta)[a], bend, atol=1e-7)


@every_model
def test_a_fit_gives_back_the_parameters(name):
    model, theta = MODELS[name]
    found = fit(model, mean(model, theta))
    assert found.off < 1e-11
    np.testing.assert_allclose(found.theta, theta, atol=1e-7)
    again = fit(model, mean(model, theta), start=5 * np.ones(len(theta)))
    np.testing.assert_allclose(again.theta, theta, atol=1e-7)


def test_a_fit_is_that_of_maximum_entropy():
    words = np.random.default_rng(2).integers(2, size=(300, 4)) * 2 - 1
    words[:100, 1] = words[:100, 0]
    s = exact.states(4).astype(float)
    i, j = np.triu_indices(4, 1)
    model = family(np.hstack([s, s[:, i] * s[:, j]]))
    known = maxent.fit(words, alphabet="spins").model
    average = np.hstack([words, words[:, i] * words[:, j]]).mean(axis=0)
    np.testing.assert_allclose(fit(model, average).theta, np.concatenate([known.h, known.J[i, j]]), atol=1e-8)


def test_averages_on_a_face_leave_its_states_alone():
    """Half of the data with two spins up, half with three: all other states die out, and the fit says no more."""
    model = families.ising(6)
    found = fit(model, model.phi[[2, 3]].mean(axis=0))
    p = law(model, found.theta)
    np.testing.assert_allclose(p[[2, 3]], 0.5, atol=1e-9)
    assert p.sum() - p[[2, 3]].sum() < 1e-9
    corner = law(model, fit(model, model.phi[4]).theta)
    assert 1 - corner[4] < 1e-9


def test_divergence_is_that_of_the_laws():
    model, theta = MODELS["ising"]
    p, q = law(model, theta), law(model, [0.0, 0.1])
    assert divergence(model, theta, [0.0, 0.1]) == pytest.approx((p * np.log(p / q)).sum(), rel=1e-12)
    known = log_partition(model, [0.0, 0.1]) - log_partition(model, theta)
    known += (np.array(theta) - [0.0, 0.1]) @ mean(model, theta)
    assert divergence(model, theta, [0.0, 0.1]) == pytest.approx(known, rel=1e-10)


def test_rows_that_are_equal_become_one():
    model = family([[1.0, 0.0], [0.0, 1.0], [1.0, 0.0]], np.log([1.0, 2.0, 3.0]))
    np.testing.assert_array_equal(model.phi, [[0, 1], [1, 0]])
    np.testing.assert_allclose(model.log_weight, np.log([2, 4]), atol=1e-15)


def test_large_numbers_of_coins_overflow_nothing():
    model = families.coins(5000)
    assert np.isfinite(model.log_weight).all()
    assert mean(model, [0.3])[0] == pytest.approx(5000 * np.tanh(0.3), rel=1e-9)
    assert np.isfinite(law(families.ising(2000), [0.0, 500.0])).all()


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: family([[1.0], [1.0]]), "a column is constant"),
        (lambda: family([1.0, 2.0]), "phi must have two states"),
        (lambda: family([[1.0], [2.0]], [1.0, 2.0, 3.0]), "log_weight must have an entry"),
        (lambda: fit(families.coins(3), [4.0]), "average must be one that a law"),
        (lambda: fit(families.ising(6), [0.0, 100.0]), "average must be one that a law"),
        (lambda: law(3, [1.0]), "model must be a Family"),
        (lambda: law(families.coins(3), [1.0, 2.0]), "theta must have shape"),
        (lambda: families.memories([[1, 0]]), "spins must be -1 or"),
        (lambda: families.memories(np.ones((2, 30), dtype=int)), "patterns must have shape"),
        (lambda: families.pairwise(12), "n must be at most 11"),
        (lambda: families.coins(0), "n must be at least 1"),
    ],
)
def test_what_cannot_be_is_said(call, said):
    with pytest.raises((TypeError, ValueError), match=said):
        call()
