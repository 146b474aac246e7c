"""The likelihood and its gradient, against sums over everything, quadrature and finite differences; and AIS."""

from itertools import product

import numpy as np
import pytest
from layers import KINDS
from scipy.integrate import dblquad, quad
from scipy.stats import multivariate_normal

from spinlearn.bipartite import likelihood, machine, units
from spinlearn.core import progress
from spinlearn.neuron import unit

T = 1.3
DISCRETE = ["binary", "spin", "binomial", "three states"]


def some(n, m, visible, hidden, seed=1, strength=0.5):
    rng = np.random.default_rng(seed)
    model = machine.random_machine(n, m, KINDS[visible], KINDS[hidden], strength=strength, rng=rng)
    a, b = rng.normal(scale=0.3, size=n), rng.normal(scale=0.3, size=m)
    if "exponential" in (visible, hidden):
        model = model._replace(W=-np.abs(model.W))
        a, b = a - 2 * (visible == "exponential"), b - 2 * (hidden == "exponential")
    return model._replace(a=a, b=b)


def states_of(kind, n):
    """All states of a layer; of counts those below 150."""
    listed = kind.law.states if kind.listed else np.arange(150.0)
    return np.array(list(product(listed, repeat=n)))


def law(model):
    """Probabilities of all pairs of states, as a table, and ln Z, with nothing summed out cleverly."""
    v, h = (states_of(kind, n) for kind, n in zip(model[3:], model.shape, strict=True))
    prior = model.visible.log_prior(v).sum(axis=1)[:, None] + model.hidden.log_prior(h).sum(axis=1)
    weights = np.exp(prior + (v @ model.a[:, None] + h @ model.b + v @ model.W @ h.T) / T)
    return v, h, weights / weights.sum(), np.log(weights.sum())


@pytest.mark.parametrize(("visible", "hidden"), list(product(DISCRETE, [*DISCRETE, "poisson"])))
@pytest.mark.parametrize("turned", [False, True])
def test_ln_Z_and_all_averages_are_sums_over_everything(visible, hidden, turned):
    """Whichever layer has fewer states is listed: 3 + 2 units, and 2 + 3 of the same two kinds the other way round."""
    model = some(3, 2, visible, hidden) if not turned else some(2, 3, hidden, visible)
    v, h, p, log_Z = law(model)
    found = likelihood.moments(model, T)
    assert likelihood.log_partition(model, T) == pytest.approx(log_Z, abs=1e-10)
    assert found.log_Z == pytest.approx(log_Z, abs=1e-10)
    np.testing.assert_allclose(found.pair, v.T @ p @ h, atol=1e-10)
    np.testing.assert_allclose(found.visible, p.sum(axis=1) @ v, atol=1e-10)
    np.testing.assert_allclose(found.hidden, p.sum(axis=0) @ h, atol=1e-10)
    if model.visible.listed:
        np.testing.assert_allclose(likelihood.log_probability(model, v, T), np.log(p.sum(axis=1)), atol=1e-10)


@pytest.mark.parametrize("hidden", ["gaussian", "half_gaussian", "exponential", "poisson"])
def test_units_without_end_are_integrated_out(hidden):
    """One visible unit of four states, one hidden: the sum of the integrals."""
    model = some(1, 1, "binomial", hidden)
    kind, total = KINDS[hidden], 0.0
    for v in KINDS["binomial"].law.states:

        def weight(h, v=v):
            h = np.asarray(float(h))
            u = (model.a[0] * v + model.b[0] * h + v * model.W[0, 0] * h) / T
            return float(np.exp(kind.log_prior(h) + KINDS["binomial"].log_prior(np.asarray(v)) + u))

        if kind.whole:
            total += sum(weight(k) for k in range(80))
        else:
            total += quad(weight, max(kind.law.low, -40), 40, epsabs=0, points=[0, 1], limit=200)[0]
    assert likelihood.log_partition(model, T) == pytest.approx(np.log(total), abs=1e-9)
    turned = machine.machine(model.W.T, model.hidden, model.visible, a=model.b, b=model.a)
    assert likelihood.log_partition(turned, T) == pytest.approx(np.log(total), abs=1e-9)


def test_densities_of_continuous_visible_units_are_normalised():
    model = some(2, 3, "gaussian", "spin")

    def density(y, x):
        return np.exp(likelihood.log_probability(model, [[x, y]], T, log_Z=log_Z)[0])

    log_Z = likelihood.log_partition(model, T)
    assert dblquad(density, -9, 9, -9, 9, epsabs=1e-4)[0] == pytest.approx(1, abs=1e-4)


def test_two_gaussian_layers_are_one_gaussian():
    model = some(3, 2, "gaussian", "gaussian")
    v = np.random.default_rng(1).normal(size=(5, 3))
    precision = np.block([[np.eye(3) / 0.7, -model.W / T], [-model.W.T / T, np.eye(2) / 0.7]])
    covariance = np.linalg.inv(precision)
    mean = covariance @ np.concatenate([model.a, model.b]) / T
    expected = multivariate_normal(mean[:3], covariance[:3, :3]).logpdf(v)
    np.testing.assert_allclose(likelihood.log_probability(model, v, T), expected, atol=1e-10)
    found = likelihood.moments(model, T)
    np.testing.assert_allclose(found.pair, (covariance + np.outer(mean, mean))[:3, 3:], atol=1e-12)


@pytest.mark.parametrize(("visible", "hidden"), list(product(KINDS, KINDS)))
def test_a_machine_without_weights_is_independent_units(visible, hidden):
    """Of any size and any units, with biases: each adds its K, and has its mean."""
    model = machine.machine(np.zeros((70, 60)), KINDS[visible], KINDS[hidden], a=-0.3, b=0.2)
    K = 70 * KINDS[visible].law.K(-0.3 / T) + 60 * KINDS[hidden].law.K(0.2 / T)
    found = likelihood.moments(model, T)
    assert found.log_Z == pytest.approx(K, rel=1e-12)
    assert likelihood.log_partition(model, T) == pytest.approx(K, rel=1e-12)
    means = KINDS[visible].law.response(-0.3 / T), KINDS[hidden].law.response(0.2 / T)
    np.testing.assert_allclose(found.pair, means[0] * means[1])


@pytest.mark.parametrize(("visible", "hidden"), [("spin", "binary"), ("gaussian", "gaussian"), ("spin", "poisson")])
def test_units_without_a_weight_are_alone(visible, hidden):
    """A small machine with more units around it, none of them linked, in any order."""
    inner = some(3, 2, visible, hidden, strength=0.3)
    v, h = np.array([30, 4, 17]), np.array([25, 1])
    W, a, b = np.zeros((40, 30)), np.full(40, 0.1), np.full(30, -0.2)
    W[np.ix_(v, h)], a[v], b[h] = inner.W, inner.a, inner.b
    model = machine.machine(W, *inner[3:], a=a, b=b)
    part, whole = likelihood.moments(inner, T), likelihood.moments(model, T)
    alone = 37 * inner.visible.law.K(0.1 / T) + 28 * inner.hidden.law.K(-0.2 / T)
    assert whole.log_Z == pytest.approx(part.log_Z + alone, abs=1e-12)
    assert likelihood.log_partition(model, T) == pytest.approx(whole.log_Z, abs=1e-12)
    np.testing.assert_allclose(whole.pair[np.ix_(v, h)], part.pair, atol=1e-12)
    np.testing.assert_allclose(whole.visible[v], part.visible, atol=1e-12)
    np.testing.assert_allclose(whole.pair[0, h], inner.visible.law.response(0.1 / T) * part.hidden, atol=1e-12)
    data = inner.visible.law.sample(0.1, (4, 40), rng=np.random.default_rng(1))
    np.testing.assert_allclose(
        likelihood.gradient(model, data, T).W[np.ix_(v, h)], likelihood.gradient(inner, data[:, v], T).W, atol=1e-12
    )


GRADIENTS = [(v, h) for v, h in product(KINDS, KINDS) if (v in DISCRETE or h in DISCRETE) or v == h == "gaussian"]


@pytest.mark.parametrize(("visible", "hidden"), GRADIENTS)
def test_the_gradient_is_that_of_the_likelihood(visible, hidden, rng):
    """By finite differences, of every weight and bias."""
    model = some(2, 3, visible, hidden)
    data = model.visible.law.sample(np.full((6, 2), -0.2), rng=rng)
    found = likelihood.gradient(model, data, T)
    for part, name in zip(found, "Wab", strict=True):
        for place in np.ndindex(part.shape):
            ends = []
            for step in (1e-5, -1e-5):
                moved = getattr(model, name).copy()
                moved[place] += step
                ends.append(likelihood.log_likelihood(model._replace(**{name: moved}), data, T))
            assert part[place] == pytest.approx((ends[0] - ends[1]) / 2e-5, abs=2e-8)


def test_many_states_are_summed_in_pieces(monkeypatch):
    model = some(9, 8, "spin", "binary")
    whole = likelihood.moments(model, T)
    monkeypatch.setattr(likelihood, "_BLOCK", 100)
    for part, other in zip(likelihood.moments(model, T), whole, strict=True):
        np.testing.assert_allclose(part, other, atol=1e-12)
    assert likelihood.log_partition(model, T) == pytest.approx(whole.log_Z, abs=1e-12)


# Contrastive divergence


@pytest.mark.parametrize(("visible", "hidden"), list(product(DISCRETE, DISCRETE)))
def test_contrastive_divergence_is_a_walk_from_the_data(visible, hidden):
    """Steps of Gibbs sampling written as sums over all states, one after the other."""
    model = some(2, 2, visible, hidden)
    v, h, p, _ = law(model)
    given_v, given_h = p / p.sum(axis=1, keepdims=True), (p / p.sum(axis=0)).T
    data = v[[0, 1, 1, -1]]
    q = np.array([(data == one).all(axis=1).mean() for one in v])
    f = given_v @ h
    for sweeps in (1, 3):
        walked = q @ np.linalg.matrix_power(given_v @ given_h, sweeps)
        found = likelihood.contrastive(model, data, T, sweeps=sweeps)
        np.testing.assert_allclose(found.W, v.T @ ((q - walked)[:, None] * f) / T, atol=1e-12)
        np.testing.assert_allclose(found.a, (q - walked) @ v / T, atol=1e-12)
        np.testing.assert_allclose(found.b, (q - walked) @ f / T, atol=1e-12)


def test_the_bias_goes_with_the_sweeps_and_where_the_start_is_the_law():
    model = some(3, 3, "spin", "spin", strength=1.0)
    data = states_of(KINDS["spin"], 3)[[0, 3, 3, 5]]
    exact = likelihood.gradient(model, data, T).W
    bias = [np.abs(likelihood.contrastive(model, data, T, sweeps=k).W - exact).max() for k in (1, 2, 4, 40)]
    assert bias[0] > 0.05
    assert bias[0] > bias[1] > bias[2] > bias[3]
    assert bias[3] < 1e-6
    # Where the data are the machine's own law there is nothing to learn, and one sweep says so.
    p = np.exp(likelihood.log_probability(model, states_of(KINDS["spin"], 3), T))
    own = np.repeat(states_of(KINDS["spin"], 3), np.round(1e5 * p).astype(int), axis=0)
    assert np.abs(likelihood.contrastive(model, own, T).W).max() < 1e-4
    free = likelihood.contrastive(model, data, T, start=own)
    np.testing.assert_allclose(free.W, exact, atol=1e-4)


# Annealed importance sampling


@pytest.mark.parametrize(
    ("visible", "hidden"),
    [("binary", "binary"), ("spin", "spin"), ("spin", "gaussian"), ("binary", "half_gaussian"), ("binomial", "poisson"),
     ("gaussian", "spin"), ("half_gaussian", "binary"), ("poisson", "spin"), ("three states", "binomial"),
     ("spin", "exponential"), ("gaussian", "gaussian")],
)  # fmt: skip
@pytest.mark.parametrize("matched", [False, True])
def test_annealing_finds_ln_Z(visible, hidden, matched, rng):
    model = some(6, 4, visible, hidden, strength=0.25 if hidden == "poisson" else 0.4)
    data = model.visible.law.sample(np.full((30, 6), 0.2 if visible != "exponential" else -1.0), rng=rng)
    exact = likelihood.log_partition(model, T)
    found = likelihood.ais(model, T, steps=150, chains=400, data=data if matched else None, rng=rng)
    assert abs(found.log_Z - exact) < 5 * found.error + 1e-6
    assert found.error < 0.1
    assert 1 <= found.effective <= 400


def test_the_mean_weight_is_Z_whatever_the_number_of_steps(rng):
    """One step is plain importance sampling; the weights scatter, and their mean is right."""
    model = some(5, 3, "spin", "binary", strength=0.5)
    exact = likelihood.log_partition(model, T)
    spreads = []
    for steps in (1, 4, 32):
        found = likelihood.ais(model, T, steps=steps, chains=20_000, rng=rng)
        assert abs(found.log_Z - exact) < 5 * found.error
        spreads.append(found.error)
        assert np.log(np.exp(found.log_w).mean()) == pytest.approx(found.log_Z, abs=1e-9)
    assert spreads[0] > spreads[1] > spreads[2]


def test_annealing_at_another_temperature_finds_another_Z(rng):
    model = some(6, 4, "spin", "spin", strength=0.6)
    found = likelihood.ais(model, T, steps=200, chains=400, rng=rng)
    assert abs(found.log_Z - likelihood.log_partition(model, 1.0)) > 10 * found.error


def test_a_logarithm_of_a_mean_is_too_small_on_average(rng):
    model = some(12, 8, "spin", "spin", strength=1.2)
    exact = likelihood.log_partition(model, T)
    few = [likelihood.ais(model, T, steps=3, chains=10, rng=rng).log_Z for _ in range(200)]
    assert np.mean(few) < exact - 3 * np.std(few) / np.sqrt(200)


def test_matched_biases_give_the_means():
    data = np.array([[0, 1, 4], [1, 1, 4], [2, 1, 3]])
    a = likelihood.matched_biases(units.binomial(4), data, 3, T)
    np.testing.assert_allclose(units.binomial(4).law.response(a / T), (data.sum(axis=0) + 2) / 4, rtol=1e-9)


def test_stopped_annealing_is_worth_nothing(monkeypatch, rng):
    def watched(total, shown):
        raise KeyboardInterrupt
        yield

    monkeypatch.setattr(likelihood, "watched", watched)
    with pytest.raises(KeyboardInterrupt) as stopped:
        likelihood.ais(some(2, 2, "spin", "spin"), rng=rng)
    assert not isinstance(stopped.value, progress.Interrupted)


# Errors


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: likelihood.log_partition(some(21, 21, "spin", "spin")), "model must have a layer of at most 1048576"),
        (lambda: likelihood.log_partition(some(2000, 2000, "spin", "spin")), "model must have a layer of at most"),
        (lambda: likelihood.log_partition(some(1, 1, "half_gaussian", "half_gaussian")), "model must have a layer of"),
        (lambda: likelihood.log_partition(some(1, 1, "poisson", "poisson", seed=2)), "model must have a law at T = 1"),
        (lambda: likelihood.contrastive(some(1, 1, "spin", "gaussian"), [[1]]), "model must have at most 4194304"),
        (lambda: likelihood.contrastive(some(1, 1, "spin", "spin"), [[1]], sweeps=0), "sweeps must be at least 1"),
        (lambda: likelihood.log_likelihood(some(2, 1, "binary", "spin"), [[0.5, 1]]), "v must hold states"),
        (lambda: likelihood.log_likelihood(some(2, 1, "binary", "spin"), [[0, 1]], log_Z="a"), "log_Z must be a real"),
        (lambda: likelihood.gradient(some(2, 1, "binary", "spin"), [[0, 1, 1]]), "data must have rows of 2 units"),
        (lambda: likelihood.ais(some(2, 1, "binary", "spin"), steps=0, rng=np.random.default_rng(1)), "steps must"),
        (lambda: likelihood.ais(some(2, 1, "binary", "spin"), chains=1, rng=np.random.default_rng(1)), "chains must"),
        (lambda: likelihood.ais(some(2, 1, "binary", "spin"), rng=1), "rng must be a numpy.random.Generator"),
    ],
)  # fmt: skip
def test_bad_arguments_are_named(call, message):
    with pytest.raises((TypeError, ValueError), match=f"^{message}"):
        call()


def test_nobody_knows_the_density_of_a_unit_that_came_without_it():
    model = machine.machine([[-0.1]], units.of(unit.exponential()), units.binary(), a=-1.0)
    with pytest.raises(ValueError, match=r"^model\.visible must be a unit whose a-priori law is known"):
        likelihood.log_likelihood(model, [[1.0]])
