"""One step of replica-symmetry breaking: naive integrals, stationarity, and capacities of the literature."""

import math

import numpy as np
import pytest

from spinlearn.dense import capacity, one_step


def energy(alpha, m, q0, D, C, r0, r1):
    """The functional whose stationary value is the energy, with the inner average done as a sum over u."""
    L = 1 - C - D * (1 - q0)
    z = np.arange(-200, 201) * 0.04
    weights = np.exp(-z * z / 2) / np.exp(-z * z / 2).sum()
    u = np.linspace(-8, 8, 3201)
    bell = np.exp(-u * u / 2) / np.exp(-u * u / 2).sum()
    h = m + math.sqrt(alpha * r0) * z[:, None] + math.sqrt(alpha * (r1 - r0)) * u
    log_K = np.log((np.exp(D * np.abs(h)) * bell).sum(1))
    bulk = math.log(L / (1 - C)) / D - q0 / L + r1 * C + D * (r1 - r0 * q0)
    return (alpha + m * m + alpha * bulk) / 2 - weights @ log_K / D


def parts(state):
    return state.alpha, np.array([state.m, state.q0, state.D, state.C, state.r0, state.r1])


@pytest.mark.parametrize("state", [one_step.retrieval(0.95), one_step.spin_glass(0.1)], ids=["retrieval", "glass"])
def test_the_energy_is_stationary(state):
    alpha, at = parts(state)
    # The sum over u has a kink of |h| in it: right to about D times the square of its step.
    assert energy(alpha, *at) == pytest.approx(state.u, abs=1e-6)
    for k, size in enumerate((1e-3, 1e-3, 0.05 * state.D, 1e-3, 1e-3, 1e-3)):
        shift = size * np.eye(6)[k]
        here, up, down = (energy(alpha, *(at + step)) for step in (0, shift, -shift))
        # Where it is stationary, what the shift makes is of second order.
        assert abs(up - down) < 0.05 * (abs(up - here) + abs(down - here)) + 1e-8


def test_averages_are_those_over_both_gaussians():
    state = one_step.spin_glass(0.1)
    alpha, (m, _, D, C, r0, r1) = parts(state)
    s0, s1 = math.sqrt(alpha * r0), math.sqrt(alpha * (r1 - r0))

    def bell(x):
        return math.exp(-x * x / 2) / math.sqrt(2 * math.pi)

    def weight(z):
        a = m + s0 * z
        u = np.linspace(-10, 10, 4001)
        return (np.exp(D * np.abs(a + s1 * u) - u * u / 2)).sum() * (u[1] - u[0]) / math.sqrt(2 * math.pi)

    z = np.linspace(-8, 8, 161)
    K = np.array([weight(x) for x in z])
    flat = np.array([bell(x) for x in z]) * (z[1] - z[0])
    density = np.array([2 * bell((m + s0 * x) / s1) / s1 for x in z]) / K
    assert flat @ density == pytest.approx(C, abs=1e-5)


def test_the_capacity_is_that_of_steffan_and_kuehn():
    limit = one_step.retrieval_limit()
    assert limit.alpha == pytest.approx(0.138186, abs=5e-7)  # and of Stojnic (2024); not the 0.144 of 1986
    symmetric = capacity.retrieval_limit(0.0)
    assert 0 < limit.alpha - symmetric.alpha < 3e-4
    assert limit.m == pytest.approx(symmetric.m, abs=1e-3)
    assert limit.q0 == pytest.approx(0.9965, abs=1e-4)


def test_the_barrier_is_that_of_stojnic():
    limit = one_step.barrier_limit()
    assert limit.alpha == pytest.approx(0.12979, abs=5e-6)
    assert limit.u == pytest.approx(-0.5, abs=1e-11)
    assert limit.alpha > capacity.barrier_limit().alpha


def test_memories_stay_ground_states_longer():
    limit = one_step.ground_limit()
    assert limit.alpha > capacity.ground_limit(0.0).alpha
    assert limit.u == pytest.approx(capacity.retrieval(limit.alpha, 0.0).u, abs=1e-11)
    assert one_step.spin_glass(0.05).u > capacity.retrieval(0.05, 0.0).u
    assert one_step.spin_glass(0.06).u < capacity.retrieval(0.06, 0.0).u


@pytest.mark.parametrize("alpha", [0.01, 0.1, 1.0])
def test_breaking_lifts_the_energy_of_the_glass(alpha):
    broken, symmetric = one_step.spin_glass(alpha), capacity.spin_glass(alpha, 0.0)
    assert symmetric.u < broken.u < 0.97 * symmetric.u
    assert broken.alpha == pytest.approx(alpha, rel=1e-12)
    assert broken.m == 0


def test_a_heavy_load_makes_it_the_glass_of_sherrington_and_kirkpatrick():
    near, far = (one_step.spin_glass(alpha).u / math.sqrt(alpha) for alpha in (25.0, 100.0))
    # One step gives -0.7652 there (Parisi 1980), symmetry -sqrt(2 / pi); corrections fall like 1 / sqrt(alpha).
    assert 2 * far - near == pytest.approx(-0.7652, abs=3e-4)


def test_the_curve_turns_at_the_capacity():
    loads = [one_step.retrieval(m).alpha for m in (0.7, 0.9, 0.96, 0.9668, 0.975, 0.99)]
    assert (np.diff(loads[:4]) > 0).all()
    assert (np.diff(loads[3:]) < 0).all()


def test_where_memories_are_good_symmetry_hardly_breaks():
    states = [one_step.retrieval(m) for m in (0.98, 0.99, 0.998)]
    gains = [state.u - capacity.retrieval(state.alpha, 0.0).u for state in states[1:]]
    assert 0 < gains[1] < 1e-8 < gains[0] < 1e-6
    assert (np.diff([state.q0 for state in states]) > 0).all()
    assert (np.diff([state.alpha for state in states]) < 0).all()


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: one_step.retrieval(0.999), ValueError, "m must be from 0.5 to 0.998"),
        (lambda: one_step.retrieval("0.95"), TypeError, "m must be a real number"),
        (lambda: one_step.spin_glass(0.001), ValueError, "alpha must be at least 0.01"),
        (lambda: one_step.spin_glass(1e3), ValueError, "alpha must be at most 100"),
    ],
)
def test_wrong_arguments(call, error, words):
    with pytest.raises(error, match=words):
        call()
