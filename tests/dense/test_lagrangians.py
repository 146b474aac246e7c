"""Lagrangians: gradients, curvatures, entropies as Legendre transforms, energies that fall, networks they become."""

import numpy as np
import pytest

from spinlearn.core.progress import Interrupted
from spinlearn.dense import attention, hopfield, lagrangians, memories
from spinlearn.dense.lagrangians import flow, power, separate, softmax, sphere
from spinlearn.neuron import potts, unit

CONVEX = [
    separate(unit.spin()),
    separate(unit.spin(), 0.3),
    separate(unit.binary(), 2.0),
    separate(unit.gaussian(0.5)),
    separate(unit.half_gaussian(), 0.7),
    separate(unit.poisson(0.4)),
    separate(unit.sphere(3)),
    softmax(),
    softmax(0.2),
    sphere(),
    power(4, 9),
    power(3, 9, rectified=True),
]


@pytest.mark.parametrize("one", [*CONVEX, power(3, 9)], ids=lambda one: one.name)
def test_the_activation_is_the_gradient_and_the_curvature_that_of_the_activation(one, rng):
    x = rng.normal(size=5)
    step = 1e-5 * np.eye(5)
    gradient = [(one.L(x + d) - one.L(x - d)) / 2e-5 for d in step]
    np.testing.assert_allclose(one.activation(x), gradient, atol=1e-8)
    curvature = [(one.activation(x + d) - one.activation(x - d)) / 2e-5 for d in step]
    np.testing.assert_allclose(one.curvature(x), curvature, atol=1e-8)
    many = rng.normal(size=(4, 5))
    np.testing.assert_allclose(one.activation(many)[2], one.activation(many[2]), rtol=1e-14)
    np.testing.assert_allclose(one.dual(many)[2], one.dual(many[2]), rtol=1e-12, atol=1e-14)


@pytest.mark.parametrize("one", CONVEX, ids=lambda one: one.name)
def test_activations_that_rise_have_convex_lagrangians_and_the_transform_is_the_largest(one, rng):
    """The Legendre transform: of all fields x is the one at which x . g - L is largest for its own activation g."""
    x = rng.normal(size=5)
    assert np.linalg.eigvalsh(one.curvature(x)).min() > -1e-12
    g = one.activation(x)
    others = x + rng.normal(size=(300, 5))
    assert (others @ g - one.L(others) <= one.dual(x) + 1e-12).all()


@pytest.mark.parametrize("T", [0.4, 1.0, 3.0])
def test_the_transform_is_minus_temperature_times_entropy(T, rng):
    x = rng.normal(size=6)
    for one in (unit.spin(), unit.binary(), unit.half_gaussian(), unit.poisson(), unit.three_states(1.0)):
        assert separate(one, T).dual(x) == pytest.approx(-T * one.entropy(x / T).sum(), rel=1e-9)
        assert separate(one, T).dual(x) == pytest.approx(
            (one.energy(x, T) - one.free_energy(x, T)).sum() * -1, rel=1e-9
        )
    p = potts.softmax(x / T)
    assert softmax(T).dual(x) == pytest.approx(T * (p * np.log(p)).sum(), rel=1e-12)
    assert sphere().dual(x) == pytest.approx(0, abs=1e-14)


LAYERS = [
    (separate(unit.spin(), 0.5), softmax(0.7)),
    (separate(unit.gaussian()), softmax(2.0)),
    (separate(unit.binary()), separate(unit.half_gaussian(), 2.0)),
    (sphere(), softmax()),
    (separate(unit.spin()), power(4, 8)),
    (separate(unit.spin(), 0.8), separate(unit.gaussian(1 / 8))),
]


@pytest.mark.parametrize(("visible", "hidden"), LAYERS)
@pytest.mark.parametrize("fast", [False, True])
def test_the_energy_falls_at_the_rate_of_the_formula(visible, hidden, fast, rng):
    patterns, v = rng.normal(size=(5, 8)), rng.normal(size=8)
    h, inputs = None if fast else rng.normal(size=5), 0.3 * rng.normal(size=8)
    options = {"inputs": inputs, "times": (1.0, 0.6)}
    start = flow(v, h, patterns, visible, hidden, steps=0, **options)
    short = flow(v, h, patterns, visible, hidden, steps=2, step=1e-4, **options)
    slope = (-3 * short.e[0] + 4 * short.e[1] - short.e[2]) / 2e-4
    assert start.rate == pytest.approx(slope, rel=1e-4, abs=1e-6)
    end = flow(v, h, patterns, visible, hidden, steps=600, step=0.02, **options)
    assert (np.diff(end.e) < 1e-10).all()
    assert start.rate < 0
    assert abs(end.rate) < abs(start.rate)


def test_an_activation_that_falls_lets_the_energy_rise():
    """The harness: x^3 has a concave side, and there the formula has the other sign."""
    patterns, v = np.eye(3), np.array([0.1, -0.2, 0.3])
    run = flow(
        v, [-3.0, -2.0, -4.0], patterns, separate(unit.spin()), power(3, 3), steps=20, step=0.01, times=(9.0, 1.0)
    )
    assert run.rate > 0
    assert (np.diff(run.e) > 0).any()


def test_the_flow_rests_where_units_see_each_others_means(rng):
    """Naive mean field: a mean is the response to the means of the other layer, and the energy is its free energy."""
    for one, other, T in ((unit.spin(), unit.spin(), 3.0), (unit.binary(), unit.half_gaussian(), 3.0)):
        patterns = 0.4 * rng.normal(size=(4, 6))
        end = flow(rng.normal(size=6), rng.normal(size=4), patterns, separate(one, T), separate(other, T), inputs=0.2,
                   steps=400, step=0.2)  # fmt: skip
        m = one.response((other.response(end.h / T) @ patterns + 0.2) / T)
        n = other.response(patterns @ m / T)
        np.testing.assert_allclose(m, one.response(end.v / T), atol=1e-8)
        np.testing.assert_allclose(n, other.response(end.h / T), atol=1e-8)
        entropy = one.entropy(end.v / T).sum() + other.entropy(end.h / T).sum()
        assert end.e[-1] == pytest.approx(-n @ patterns @ m - 0.2 * m.sum() - T * entropy, abs=1e-6)


def test_that_free_energy_is_above_the_true_one(rng):
    """Gibbs and Bogoliubov: of a machine of 4 + 3 spins, by enumeration, at any fields."""
    T, patterns = 0.9, rng.normal(size=(3, 4))
    s = np.array(np.meshgrid(*4 * [[-1, 1]])).reshape(4, -1)
    fields = patterns @ s / T
    F = -T * np.log(np.exp(unit.spin().K(fields).sum(axis=0)).mean())
    layers = separate(unit.spin(), T), separate(unit.spin(), T)
    for _ in range(8):
        v, h = rng.normal(size=4), rng.normal(size=3)
        assert lagrangians.energy(v, h, patterns, *layers) > F
        assert flow(v, h, patterns, *layers, steps=150, step=0.1).e[-1] > F


def test_softmax_over_linear_units_is_attention(rng):
    patterns, v, T = rng.normal(size=(7, 5)), rng.normal(size=5), 0.6
    linear = separate(unit.gaussian())
    constant = T * np.log(7) + (patterns**2).sum(axis=1).max() / 2
    ours = lagrangians.energy(v, None, patterns, linear, softmax(T))
    assert ours + constant == pytest.approx(attention.energy(v, patterns, T), rel=1e-12)
    velocity = softmax(T).activation(patterns @ v) @ patterns - v  # one step of Euler's, as long as tau_v
    np.testing.assert_allclose(v + velocity, attention.retrieve(v, patterns, T, updates=1).states, rtol=1e-12)
    end = flow(v, None, patterns, linear, softmax(T), steps=3000)
    np.testing.assert_allclose(end.v, attention.retrieve(v, patterns, T).states, atol=1e-6)


@pytest.mark.parametrize("n", [2, 3, 4])
def test_powers_over_cold_spins_are_dense_memories(n, rng):
    patterns = hopfield.random_patterns(4, 10, rng=rng)
    s = hopfield.random_patterns(1, 10, rng=rng)[0]
    T = 1e-3
    found = lagrangians.energy(s * 1.0, None, patterns, separate(unit.spin(), T), power(n, 10))
    dense = memories.energy(s, patterns, memories.power(n))
    assert found == pytest.approx(dense + T * 10 * np.log(2), abs=1e-9)


def test_linear_memory_units_over_spins_are_hopfields_network_in_mean_field(rng):
    """tanh of Hebb's fields, a unit's own included."""
    patterns, T = hopfield.random_patterns(2, 40, rng=rng), 0.4
    end = flow(0.9 * patterns[0], None, patterns, separate(unit.spin(), T), separate(unit.gaussian(1 / 40)), steps=1500)
    m = np.tanh(end.v / T)
    np.testing.assert_allclose(m, np.tanh(patterns.T @ (patterns @ m) / 40 / T), atol=1e-8)
    assert m @ patterns[0] / 40 > 0.9


def test_on_a_sphere_states_have_norm_one(rng):
    patterns = rng.normal(size=(6, 20))
    patterns /= np.linalg.norm(patterns, axis=1)[:, None]
    end = flow(patterns[2] + 0.2 * rng.normal(size=20), None, patterns, sphere(), softmax(0.05), steps=800)
    assert sphere().activation(end.v) @ patterns[2] > 0.99


def test_stopped_it_keeps_the_steps_so_far(monkeypatch, rng):
    arguments = (rng.normal(size=4), rng.normal(size=3), rng.normal(size=(3, 4)), separate(unit.spin()), softmax())
    whole = flow(*arguments, steps=10)

    def stopped_early(total, shown):
        yield slice(0, 4)
        raise KeyboardInterrupt

    monkeypatch.setattr(lagrangians, "watched", stopped_early)
    with pytest.raises(Interrupted) as stopped:
        flow(*arguments, steps=10)
    np.testing.assert_array_equal(stopped.value.run.e, whole.e[:5])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: separate(3), r"^unit must be a unit of neuron.unit, not int"),
        (lambda: separate(unit.spin(), 0), r"^T must be greater than 0"),
        (lambda: softmax(-1), r"^T must be greater than 0"),
        (lambda: power(1, 5), r"^n must be at least 2"),
        (lambda: power(3, 0), r"^N must be at least 1"),
        (lambda: sphere().activation(np.zeros(3)), r"^x must not be 0"),
        (lambda: softmax().dual([np.nan]), r"^x must be finite"),
        (lambda: flow([1.0], [1.0], [1.0], softmax(), softmax()), r"^patterns must have shape"),
        (lambda: flow([1.0, 2.0], [1.0], [[1.0]], softmax(), softmax()), r"^v must have shape \(1,\)"),
        (lambda: flow([1.0], [1.0, 2.0], [[1.0]], softmax(), softmax()), r"^h must have shape \(1,\)"),
        (lambda: flow([1.0], None, [[1.0]], "tanh", softmax()), r"^visible must be a Lagrangian.*not str"),
        (lambda: flow([1.0], None, [[1.0]], softmax(), 3), r"^hidden must be a Lagrangian"),
        (lambda: flow([1.0], None, [[1.0]], softmax(), softmax(), inputs=[1.0, 2.0]), r"^inputs must have shape"),
        (lambda: flow([1.0], None, [[1.0]], softmax(), softmax(), times=1.0), r"^times must be two numbers"),
        (
            lambda: flow([1.0], None, [[1.0]], softmax(), softmax(), times=(1, 2, 3)),
            r"^times must be two numbers.*got 3",
        ),
        (lambda: flow([1.0], None, [[1.0]], softmax(), softmax(), times=(1, 0)), r"^times must be greater than 0"),
        (lambda: flow([1.0], None, [[1.0]], softmax(), softmax(), step=0), r"^step must be greater than 0"),
        (lambda: flow([1.0], None, [[1.0]], softmax(), softmax(), steps=-1), r"^steps must be at least 0"),
    ],
)
def test_errors_name_the_argument(call, message):
    with pytest.raises((TypeError, ValueError), match=message):
        call()
