"""Modes of a machine and their transitions, against exact sums, the linear regime and formulas."""

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import gamma

from spinlearn.bipartite import cascade, likelihood, machine, units


def even(n, m, s, visible=None, hidden=None):
    W = np.full((n, m), s / np.sqrt(n * m))
    return machine.machine(W, visible or units.spin(), hidden or units.spin())


@pytest.mark.parametrize("y", [-20.0, -2.0, 0.0, 0.7, 5.0, 300.0])
def test_the_shape_of_the_transition_is_its_integral(y):
    top = max(0.0, -3 * y)

    def p(x):
        return np.exp(-y * x * x / 2 - x**4 / 12 - (y * y * 3 / 4 if y < 0 else 0))

    ends = np.sqrt(top) + 12
    moments = [quad(lambda x, k=k: x**k * p(x), 0, ends, points=[np.sqrt(top) + 0.01], limit=400)[0] for k in (0, 2)]
    assert cascade.scaling(y) == pytest.approx(moments[1] / moments[0], rel=1e-7)


def test_the_shape_at_the_transition_and_far_from_it():
    assert cascade.scaling(0.0) == pytest.approx(np.sqrt(12) * gamma(3 / 4) / gamma(1 / 4), rel=1e-10)
    assert cascade.scaling(1e4) * 1e4 == pytest.approx(1, abs=1e-6)
    assert cascade.scaling(-1e3) / 3e3 == pytest.approx(1, abs=1e-5)
    assert cascade.scaling(np.array([[0.0, 1.0]])).shape == (1, 2)


@pytest.mark.parametrize("s", [0.0, 0.6, 1.0, 1.4])
def test_the_law_of_even_weights_is_that_of_all_states(s):
    n, m = 5, 3
    law = cascade.even_law(n, m, s)
    whole = likelihood.moments(even(n, m, s))
    v = np.array(np.meshgrid(*n * [[-1, 1]])).reshape(n, -1).T
    p = np.exp(likelihood.log_probability(even(n, m, s), v, log_Z=whole.log_Z))
    sums = v.sum(axis=1) / np.sqrt(n)
    np.testing.assert_allclose([p[np.isclose(sums, x)].sum() for x in law.x], law.p, atol=1e-12)


@pytest.mark.parametrize(("n", "m", "s"), [(4, 3, 0.8), (3, 5, 1.2), (5, 5, 1.0)])
def test_the_autocorrelation_time_is_that_of_the_sweep_itself(n, m, s):
    v, h = (np.array(np.meshgrid(*k * [[-1, 1]])).reshape(k, -1).T for k in (n, m))
    pair = np.exp(s / np.sqrt(n * m) * np.outer(v.sum(axis=1), h.sum(axis=1)))
    sweep = pair / pair.sum(axis=1, keepdims=True) @ (pair / pair.sum(axis=0)).T
    second = np.sort(np.abs(np.linalg.eigvals(sweep)))[-2]
    assert cascade.even_time(n, m, s) == pytest.approx(-1 / np.log(second), rel=1e-9)


def test_below_the_transition_a_sweep_multiplies_by_s_squared():
    assert cascade.even_time(1024, 1024, 0.6) == pytest.approx(-1 / np.log(0.6**2), rel=0.01)
    assert cascade.even_time(3, 3, 0.0) < 0.05


@pytest.mark.parametrize("m", [64, 512])
def test_the_correction_of_a_finite_machine(m):
    """Without it the error at s = 0.5 would be twice 1 / n, with it the next order is left."""
    for s in (0.0, 0.5, 0.9, 1.0):
        law = cascade.even_law(512, m, s)
        exact = law.p @ law.x**2
        U, V = 1 / 512, 1 / m
        assert cascade.susceptibility(s, U, V) == pytest.approx(exact, rel=0.015 if m == 512 else 0.07)
    assert cascade.susceptibility(0.0, 1 / 512, 1 / 512) == pytest.approx(1, abs=1e-4)


@pytest.mark.parametrize("name", ["spin", "binary", "gaussian", "binomial"])
def test_every_unit_orders_at_one(name):
    """In units of its deviation: the susceptibility at s = 1 is that of the size that the unit's kappa gives."""
    kind = {"spin": units.spin(), "binary": units.binary(), "gaussian": units.gaussian(2.0),
            "binomial": units.binomial(3)}[name]  # fmt: skip
    kappa = {"spin": 1, "binary": 1, "gaussian": 0, "binomial": 1 / 3}[name]
    deviation = np.sqrt(kind.law.slope(0.0))
    mode = cascade.modes(even(400, 100, 1 / deviation, hidden=kind))
    assert mode.s[0] == pytest.approx(1)
    assert (mode.U[0], mode.V[0]) == pytest.approx((1 / 400, kappa / 100), rel=1e-6)
    # The hidden units summed out, on the sum of the visible ones; a field of their mean is taken away.
    x = cascade.even_law(400, 1, 0.0)
    field = x.x / deviation / np.sqrt(100)
    log_w = 100 * (kind.law.K(field) - kind.law.response(0.0) * field)
    p = x.p * np.exp(log_w - log_w.max())
    assert p @ x.x**2 / p.sum() == pytest.approx(cascade.susceptibility(1.0, mode.U[0], mode.V[0]), rel=0.05)


def test_mean_fields_are_taken_into_account():
    model = even(6, 4, 0.5)._replace(a=np.full(6, 0.3))
    mean = likelihood.moments(model).visible
    b = machine.hidden_fields(model, mean)
    a = machine.visible_fields(model, np.tanh(b))
    G = np.sqrt(1 - np.tanh(a) ** 2)[:, None] * model.W * np.sqrt(1 - np.tanh(b) ** 2)
    assert cascade.modes(model, mean=mean).s[0] == pytest.approx(np.linalg.norm(G, 2))
    assert cascade.modes(model, 2.0).s[0] < cascade.modes(model).s[0]


@pytest.mark.parametrize("visible", ["spin", "binary", "gaussian"])
def test_small_weights_grow_as_the_linear_regime_says(visible):
    """The gradient at tiny weights is (C - D) W K_h'', for any unit."""
    rng = np.random.default_rng(1)
    kind = {"spin": units.spin(), "binary": units.binary(), "gaussian": units.gaussian()}[visible]
    common = rng.normal(size=(300, 1))
    v = rng.normal(size=(300, 4)) + common
    v = v if visible == "gaussian" else np.where(v > 0, 1.0, kind.law.low)
    v = v - v.mean(axis=0) if visible == "gaussian" else v
    hidden = units.binomial(3)
    W = 1e-5 * rng.normal(size=(4, 2))
    mean = v.mean(axis=0)
    a = np.array([kind.law.field(one) for one in mean])
    # The bias takes away what the hidden units' mean adds to the fields, as learning does.
    model = machine.machine(W, kind, hidden, a=a - W @ np.full(2, 1.5), b=-mean @ W)
    found = likelihood.gradient(model, v).W - np.outer(likelihood.gradient(model, v).a, np.full(2, 1.5))
    rates = cascade.growth(model, v)
    linear = rates.u @ np.diag(rates.rate) @ rates.u.T @ W * hidden.law.slope(0.0)
    extra = np.outer(mean, likelihood.gradient(model, v).b)
    np.testing.assert_allclose(found - extra, linear, atol=2e-8 if visible == "gaussian" else 1e-8)
    assert np.abs(linear).max() > 1e-6


def test_rates_of_data_are_those_of_correlations():
    blank = machine.machine(np.zeros((3, 1)), units.spin(), units.spin())
    data = np.repeat([[1, 1, 1], [-1, -1, 1]], 50, axis=0)  # the third never turns
    np.testing.assert_allclose(cascade.growth(blank, data).rate, [1, 0, -1], atol=1e-9)


def test_participation_counts():
    assert cascade.participation(np.ones(7)) == pytest.approx(7)
    assert cascade.participation([0.0, 0.0]) == 0
    h = np.random.default_rng(1).exponential(size=(5, 9))
    assert (cascade.participation(h, 3.0) < cascade.participation(h)).all()
    np.testing.assert_allclose(cascade.participation(h, 2.0), cascade.participation(h**2))


def test_what_is_wrong_is_said():
    with pytest.raises(ValueError, match=r"s must be at least 0"):
        cascade.even_law(3, 3, -1.0)
    with pytest.raises(ValueError, match=r"at most 1024"):
        cascade.even_time(2000, 3, 1.0)
    with pytest.raises(ValueError, match=r"above 0"):
        cascade.susceptibility(1.0, 0.0, 0.0)
    with pytest.raises(ValueError, match=r"h must have an axis"):
        cascade.participation(3.0)
    with pytest.raises(TypeError, match=r"TwoLayers"):
        cascade.modes(np.ones((2, 2)))
