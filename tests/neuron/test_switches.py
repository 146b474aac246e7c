"""Noisy switches: with logistic noise Boltzmann's law to rounding, with another a current that can be measured."""

import math

import numpy as np
import pytest

from spinlearn.neuron.activation import arctan, logistic, probit
from spinlearn.neuron.switches import affinity, stationary

b, J = np.array([-1.0, 0.5, -2.0]), np.array([[0, 2.0, -1.0], [2.0, 0, 0.7], [-1.0, 0.7, 0]])


def matched(h):
    """Gaussian noise whose distance to the logistic is the least."""
    return probit(h / 1.702)


def test_logistic_noise_obeys_boltzmann():
    found = stationary(logistic, b, J)
    s = found.states
    weight = np.exp(s @ b + 0.5 * np.einsum("ai,ij,aj->a", s, J, s))
    assert found.p == pytest.approx(weight / weight.sum(), rel=1e-12)
    assert np.abs(found.currents).max() < 1e-16
    assert 0 <= found.entropy_production < 1e-14


@pytest.mark.parametrize(
    "G", [probit, matched, arctan, lambda h: logistic(h) ** 2], ids=["probit", "matched", "arctan", "square"]
)
def test_no_other_noise_does(G):
    found = stationary(G, b, J)
    assert found.p.sum() == pytest.approx(1, rel=1e-13)
    assert np.abs(found.currents.sum(axis=1)).max() < 1e-15  # what flows in flows out
    np.testing.assert_array_equal(found.currents, -found.currents.T)
    assert np.abs(found.currents).max() > 1e-5
    assert found.entropy_production > 1e-6
    assert abs(affinity(G, -1.0, 0.5, 2.0)) > 0.01


def test_the_affinity_of_two_is_that_of_their_currents():
    """Round one loop of four states, entropy is produced at the rate current times affinity."""
    pair = stationary(probit, [-1.0, 0.5], [[0, 2.0], [2.0, 0]])
    current = pair.currents[0, 2]  # 00 to 10
    assert pair.currents[2, 3] == pytest.approx(current)
    assert current * affinity(probit, -1.0, 0.5, 2.0) == pytest.approx(pair.entropy_production, rel=1e-9)
    assert affinity(probit, 0.5, 0.5, 2.0) == pytest.approx(0, abs=1e-14)  # equal ones have no sense of direction


def test_the_affinity_is_0_for_the_logistic_of_each_steepness(rng):
    for b1, b2, coupling, k in rng.normal(size=(50, 4)):
        assert affinity(lambda h, k=k: logistic(k * h), b1, b2, coupling) == pytest.approx(0, abs=1e-13)


def test_the_law_is_the_one_that_a_long_walk_finds(rng):
    found, n, walks = stationary(probit, b, J), 3, 20_000
    s = rng.integers(2, size=(walks, n))
    for _ in range(60):
        i = rng.integers(n, size=walks)
        h = b[i] + (J[i] * s).sum(axis=1)
        s[np.arange(walks), i] = rng.random(walks) < probit(h)
    counts = np.bincount(s @ [4, 2, 1], minlength=8)
    chi2 = ((counts - walks * found.p) ** 2 / (walks * found.p)).sum()
    assert chi2 < 32  # seven degrees of freedom: 4e-5
    wrong = stationary(logistic, b, J).p
    assert ((counts - walks * wrong) ** 2 / (walks * wrong)).sum() > 100


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (lambda: stationary(logistic, np.zeros(11), np.zeros((11, 11))), ValueError, "biases must be at most 10"),
        (lambda: stationary(logistic, [0.0, 0.0], np.ones((2, 2))), ValueError, "couplings must have a diagonal of 0"),
        (lambda: stationary(logistic, [0.0, 0.0], np.ones((3, 3))), ValueError, "couplings must have shape"),
        (lambda: stationary(0.5, [0.0], [[0.0]]), TypeError, "G must be callable"),
        (lambda: stationary(np.sign, [1.0], [[0.0]]), ValueError, "must lie between 0 and 1"),
        (lambda: affinity(logistic, math.nan, 0, 0), ValueError, "b1 must be finite"),
    ],
)
def test_bad_input_is_named(call, error, text):
    with pytest.raises(error, match=text):
        call()
