"""Layers of units: means against the exact response, draws against the law, laws against quadrature."""

import ast
import inspect

import numpy as np
import pytest
from harness import SIGNIFICANCE
from layers import KINDS, law_in
from scipy.integrate import quad

from spinlearn.bipartite import draws, likelihood, machine, products, train, units
from spinlearn.neuron import unit

FIELDS = {name: (-2.5, -0.3, 0.4, 1.7) for name in KINDS} | {"exponential": (-2.5, -0.3, 0.4, 0.9)}
FIELDS["half_gaussian"] += (-6.0, 4.0)
FIELDS["poisson"] += (3.0, 5.5)
TRIED = [(name, x) for name, fields in FIELDS.items() for x in fields]
LEVEL = SIGNIFICANCE / len(TRIED)
every_kind = pytest.mark.parametrize("name", KINDS)


def filled(kind, x, *, bias=0.0, beta=1.0, seed=5):
    """Means and draws of a layer; the field is beta (x + bias)."""
    x = np.atleast_2d(np.asarray(x, dtype=np.float32))
    mean, state = np.empty_like(x), np.empty_like(x)
    kind.fill(x, np.full(x.shape[1], bias, dtype=np.float32), np.float32(beta), np.uint64(seed), mean, state)
    return mean, state


def test_the_exponential_is_right_to_rounding():
    t = -np.geomspace(1e-9, 87, 4001).astype(np.float32)
    mean, _ = filled(KINDS["binary"], t)
    np.testing.assert_allclose(mean[0], KINDS["binary"].law.response(t.astype(float)), rtol=4e-7)
    values = np.array([draws.exp_below(each) for each in np.append(t, np.float32(0.0))])
    np.testing.assert_allclose(values, np.exp(np.append(t, 0.0).astype(float)), rtol=3e-7)


@every_kind
def test_means_are_the_response(name):
    kind = KINDS[name]
    x = np.linspace(-40, 0.95 if name == "exponential" else 6, 301).astype(np.float32)
    mean, _ = filled(kind, x)
    np.testing.assert_allclose(mean[0], kind.law.response(x.astype(float)), rtol=2e-6, atol=1e-7)


@every_kind
def test_bias_and_temperature_enter_the_field(name):
    x = np.linspace(-2, 1, 31).astype(np.float32)
    once, _ = filled(KINDS[name], x, bias=-0.5, beta=0.7)
    np.testing.assert_allclose(once[0], KINDS[name].law.response(0.7 * (x.astype(float) - 0.5)), rtol=2e-6, atol=1e-7)


@pytest.mark.parametrize(("name", "x"), TRIED)
def test_draws_follow_the_law(name, x):
    kind = KINDS[name]
    _, state = filled(kind, np.full((400, 100), x / 0.8), beta=0.8, seed=11)
    assert kind.holds(state).all()
    assert law_in(kind, x).p_value(state.astype(float)) > LEVEL


@every_kind
def test_draws_in_a_field_a_tenth_off_do_not(name):
    kind = KINDS[name]
    _, state = filled(kind, np.full((400, 100), 0.7), seed=11)
    assert law_in(kind, 0.8).p_value(state.astype(float)) < LEVEL


@every_kind
def test_neighbours_in_a_layer_are_independent(name):
    """Means of the products of neighbours, along a row and from row to row, are the squares of the means."""
    kind, x = KINDS[name], 0.3
    _, state = filled(kind, np.full((401, 201), x), seed=3)
    z = (state.astype(float) - kind.law.response(x)) / np.sqrt(kind.law.slope(x))
    for one, other in ((z[:, 1:], z[:, :-1]), (z[1:], z[:-1]), (z[1:, 1:], z[:-1, :-1])):
        assert abs((one * other).mean()) * np.sqrt(one.size) < 5
    apart = [filled(kind, np.full((200, 200), x), seed=draws.seed_of(1, k))[1] for k in (0, 1)]
    z = (np.array(apart, dtype=float) - kind.law.response(x)) / np.sqrt(kind.law.slope(x))
    assert abs((z[0] * z[1]).mean()) * 200 < 5


@every_kind
def test_a_seed_is_a_draw(name):
    one, same, other = (filled(KINDS[name], np.full((20, 20), 0.3), seed=seed)[1] for seed in (1, 1, 2))
    np.testing.assert_array_equal(one, same)
    assert (one != other).any()


@pytest.mark.parametrize(("name", "x"), TRIED)
def test_K_is_that_of_the_law_by_quadrature(name, x):
    kind = KINDS[name]
    if kind.listed or kind.whole:
        s = kind.law.states if kind.listed else np.arange(2000.0)
        moments = [(np.exp(kind.log_prior(s) + x * s) * s**k).sum() for k in range(3)]
    else:
        low = max(kind.law.low, -np.inf)
        moments = [
            quad(lambda s, k: np.exp(kind.log_prior(s) + x * s) * s**k, low, np.inf, args=(k,), epsabs=0)[0]
            for k in range(3)
        ]
    mean = moments[1] / moments[0]
    assert kind.law.K(x) == pytest.approx(np.log(moments[0]), rel=1e-7, abs=1e-9)
    assert kind.law.response(x) == pytest.approx(mean, rel=1e-7)
    assert kind.law.slope(x) == pytest.approx(moments[2] / moments[0] - mean**2, rel=1e-5)


@every_kind
def test_sums_of_K_over_a_layer_are_sums_of_K(name):
    kind = KINDS[name]
    x = np.linspace(-60, 0.95 if name == "exponential" else 30, 1001).reshape(7, 11, 13)
    np.testing.assert_allclose(kind.sum_K(x), kind.law.K(x).sum(axis=-1), rtol=1e-13, atol=1e-11)
    np.testing.assert_allclose(kind.sum_K(x[..., :1] / 1e3), kind.law.K(x[..., 0] / 1e3), rtol=1e-12, atol=1e-15)
    assert kind.sum_K(x[0, 0]).shape == ()


def test_binomial_copies_are_units_that_share_their_field():
    """The sum of n columns of units 0 or 1 has the law of one binomial unit."""
    _, state = filled(units.binary(), np.full((4000, 4), 0.6), seed=2)
    assert law_in(KINDS["binomial"], 0.6).p_value(state.sum(axis=1).astype(float)) > LEVEL


def test_a_unit_that_cannot_live_in_a_field_says_so():
    for name, x in (("poisson", 16.0), ("exponential", 1.0), ("exponential", 3.0)):
        mean, state = filled(KINDS[name], [[0.0, x]])
        assert np.isfinite([mean[0, 0], state[0, 0]]).all()
        assert np.isnan([mean[0, 1], state[0, 1]]).all()
    for name in KINDS:
        assert np.isnan(filled(KINDS[name], [[np.nan]])[0]).all()


@pytest.mark.parametrize("name", ["binary", "spin", "binomial", "three states"])
def test_fields_without_end_saturate(name):
    kind = KINDS[name]
    mean, state = filled(kind, [[-3e38, 3e38]], beta=1e30)
    np.testing.assert_allclose(mean[0], [kind.law.low, kind.law.high], atol=1e-30)
    np.testing.assert_array_equal(state[0], [kind.law.low, kind.law.high])


def test_what_is_rare_is_drawn_as_often_as_it_should_be():
    """At the probability 2e-6 of the rarer state, in both tails."""
    for x in (-13.1, 13.1):
        _, state = filled(units.binary(), np.full((4000, 1000), x), seed=7)
        rare = state.sum() if x < 0 else (1 - state).sum()
        expected = 4e6 * units.binary().law.response(-13.1)
        assert abs(rare - expected) < 5 * np.sqrt(expected)


@every_kind
def test_states_are_known(name):
    kind = KINDS[name]
    assert kind.holds(kind.law.sample(0.3, 100, rng=np.random.default_rng(1)).astype(np.float32)).all()
    wrong = {"spin": 0.0, "binary": -1.0, "binomial": 1.5, "poisson": 0.5, "three states": 0.5}.get(name, -0.1)
    assert name == "gaussian" or not kind.holds(wrong)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: units.binomial(0), "n must be at least 1"),
        (lambda: units.binomial(1001), "n must be at most 1000"),
        (lambda: units.gaussian(-1.0), "variance must be greater than 0"),
        (lambda: units.poisson(0.0), "rate must be greater than 0"),
        (lambda: units.of("spin"), "law must be a Unit"),
        (lambda: units.of(unit.spin(), 3), "log_prior must be a function"),
        (lambda: units.of(unit.exponential(), power=0.5), "power must be at least 1"),
        (lambda: units.of(unit.exponential(), power=2), "variance must be given with power 2, and with no other"),
        (lambda: units.of(unit.exponential(), variance=2.0), "variance must be given with power 2"),
    ],
)
def test_bad_units_are_refused(make, message):
    with pytest.raises((TypeError, ValueError), match=f"^{message}"):
        make()


def test_nothing_that_uses_layers_names_a_unit():
    """The files above `units` know a kind by what it offers: none of its names stands in their code."""
    made = {node.name for node in ast.parse(inspect.getsource(units)).body if isinstance(node, ast.FunctionDef)}
    kinds = made - {"checked_kind", "log_weights"} - {name for name in made if name[0] == "_"}
    assert {"binary", "spin", "gaussian", "half_gaussian", "poisson", "binomial", "of"} <= kinds
    for module in (machine, likelihood, train, products):
        tree = ast.parse(inspect.getsource(module))
        named = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
        named |= {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}
        assert not named & kinds
