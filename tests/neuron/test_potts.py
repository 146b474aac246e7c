"""A unit with q states: softmax as a gradient, and as heat bath held against all states of small systems."""

import numpy as np
import pytest
from scipy import stats

from spinlearn.neuron import activation, potts


def test_softmax_is_the_gradient_and_the_covariance_its_derivative(rng):
    x, h = rng.normal(size=5) * 3, 1e-5
    for k in range(5):
        step = h * np.eye(5)[k]
        assert (potts.log_sum(x + step) - potts.log_sum(x - step)) / (2 * h) == pytest.approx(
            potts.softmax(x)[k], abs=1e-9
        )
        turned = (potts.softmax(x + step) - potts.softmax(x - step)) / (2 * h)
        assert turned == pytest.approx(potts.covariance(x)[k], abs=1e-9)
    assert np.linalg.eigvalsh(potts.covariance(x)).min() > -1e-16
    assert potts.covariance(x).sum(axis=1) == pytest.approx(0, abs=1e-16)
    many = rng.normal(size=(2, 3, 4))
    assert potts.softmax(many).shape == (2, 3, 4)
    assert potts.covariance(many).shape == (2, 3, 4, 4)
    assert potts.log_sum(many).shape == (2, 3)


def test_two_states_are_a_binary_unit_and_large_fields_do_not_overflow():
    x = np.linspace(-50, 50, 21)
    two = potts.softmax(np.stack([x, 0 * x], axis=-1))
    assert two[:, 0] == pytest.approx(activation.logistic(x), rel=1e-13)
    assert potts.softmax([1e308, 0.0, -1e308]).tolist() == [1, 0, 0]
    assert potts.log_sum([1e308, 0.0]) == 1e308


def test_heat_bath_picks_by_softmax(rng):
    x = np.array([0.0, 1.0, -0.5, 0.3])
    counts = np.bincount(potts.heat_bath(x, 20_000, rng=rng), minlength=4)
    assert stats.chisquare(counts, 20_000 * potts.softmax(x)).pvalue > 1e-4
    assert stats.chisquare(counts, 20_000 * potts.softmax(1.1 * x)).pvalue < 1e-4  # the control
    assert potts.heat_bath(np.zeros((2, 3, 4)), rng=rng).shape == (2, 3)


def ring(n, J):
    return J * (np.roll(np.eye(n), 1, 0) + np.roll(np.eye(n), -1, 0))


def test_heat_bath_of_a_ring_has_the_law_of_all_its_states(rng):
    J, q, kept = ring(4, 0.8), 3, 4000
    states, p = potts.exact(J, q)
    path = potts.simulate(J, q, 12 * kept + 50, rng=rng)[50::12]
    counts = np.bincount(path @ q ** np.arange(3, -1, -1), minlength=q**4)
    assert stats.chisquare(counts, counts.sum() * p).pvalue > 1e-4
    wrong = potts.exact(1.15 * J, q)[1]
    assert stats.chisquare(counts, counts.sum() * wrong).pvalue < 1e-4
    assert (states @ q ** np.arange(3, -1, -1) == np.arange(q**4)).all()


def test_a_ring_by_its_transfer_matrix():
    """Z = (e^J + q - 1)^n + (q - 1)(e^J - 1)^n; with it the probability that all agree."""
    n, q, J = 5, 3, 0.7
    _, p = potts.exact(ring(n, J), q)
    Z = (np.exp(J) + q - 1) ** n + (q - 1) * (np.exp(J) - 1) ** n
    assert p[0] == pytest.approx(np.exp(n * J) / Z, rel=1e-13)


def test_the_same_seed_gives_the_same_path():
    paths = [potts.simulate(ring(3, 1.0), 4, 20, rng=np.random.default_rng(5)) for _ in range(2)]
    np.testing.assert_array_equal(*paths)


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (lambda rng: potts.softmax(1.0), ValueError, "fields must have a last axis"),
        (lambda rng: potts.softmax([0.0, np.inf]), ValueError, "fields must be finite"),
        (lambda rng: potts.exact(np.zeros((20, 20)), 4), ValueError, "q to the number of spins"),
        (lambda rng: potts.exact([[0, 1.0], [2.0, 0]], 3), ValueError, "couplings must be symmetric"),
        (lambda rng: potts.exact(np.zeros((2, 3)), 3), ValueError, "couplings must be a square"),
        (lambda rng: potts.simulate(np.zeros((2, 2)), 1, 3, rng=rng), ValueError, "q must be at least 2"),
        (lambda rng: potts.simulate(np.zeros((2, 2)), 2, 0, rng=rng), ValueError, "sweeps must be at least 1"),
        (lambda rng: potts.heat_bath([0.0], rng=1), TypeError, "rng must be"),
    ],
)
def test_bad_input_is_named(call, error, text, rng):
    with pytest.raises(error, match=text):
        call(rng)
