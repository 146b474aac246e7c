"""Machines of two layers: energies, the law over all pairs of units, sampling that keeps it, and what has no law."""

from functools import cache
from itertools import product

import numpy as np
import pytest
from harness import SIGNIFICANCE
from layers import KINDS, law_of_the_only_hidden_unit
from scipy.integrate import quad
from scipy.stats import norm

from spinlearn.bipartite import machine, units
from spinlearn.core import progress
from spinlearn.neuron import unit

T = 1.3
PAIRS = list(product(KINDS, KINDS))
LEVEL = SIGNIFICANCE / (6 * len(PAIRS))
pairs = pytest.mark.parametrize(
    ("visible", "hidden"),
    [pytest.param(*pair, marks=() if pair[0] == pair[1] or pair[0] == "spin" else pytest.mark.slow) for pair in PAIRS],
)
W = np.array([[0.6], [-0.45]])


@cache
def small(visible, hidden):
    """Two visible units and a hidden one; with both weights negative where only that has a law, None where nothing."""
    kinds = KINDS[visible], KINDS[hidden]
    for weights in (W, -np.abs(W)):
        # A field of an exponential unit must stay below 1, so its own starts low.
        b = -2.6 if hidden == "exponential" else 0.3
        a = np.full(2, -2.0) if visible == "exponential" else np.array([-0.3, 0.2])
        model = machine.machine(weights, *kinds, a=a, b=b)
        if not machine.obstacle(model, T):
            return model
    return None


def without_a_law():
    """Pairs of units that no weight of either sign lets live: one end open both ways, the other thin."""
    return {("gaussian", name) for name in ("poisson", "exponential")} | {
        (name, "gaussian") for name in ("poisson", "exponential")
    }


@cache
def law(visible, hidden):
    """Of the hidden unit of a small machine."""
    return law_of_the_only_hidden_unit(small(visible, hidden), T)


def started(visible, hidden, n, rng):
    """Independent states of the machine, drawn exactly: hidden ones from their table, visible ones given those."""
    model, h = small(visible, hidden), law(visible, hidden).draw(n, rng)[:, None]
    return model.visible.law.sample(machine.visible_fields(model, h, T), rng=rng)


def p_value(run, visible, hidden) -> float:
    """The smaller one of two: of the law of the hidden units, and of the averages <v_0> and <v_1 h>."""
    model, table = small(visible, hidden), law(visible, hidden)
    f = model.visible.law.response(machine.visible_fields(model, table.states[:, None], T))
    v, h = run.visible.astype(float), run.hidden.astype(float)
    gaps = []
    for found, values in ((v[:, 0], f[:, 0]), (v[:, 1] * h[:, 0], f[:, 1] * table.states)):
        gaps.append(abs(found.mean() - table.average(values)) / (max(found.std(), 1e-9) / np.sqrt(len(v))))
    return min(table.p_value(h), 2 * norm.sf(max(gaps)))


# The sampler over the product of all units


@pairs
def test_chains_that_start_at_the_law_stay_there(visible, hidden, rng):
    model = small(visible, hidden)
    if model is None:
        assert (visible, hidden) in without_a_law()
        return
    run = machine.simulate(started(visible, hidden, 20_000, rng), model, T, 3, rng=rng)
    assert p_value(run, visible, hidden) > LEVEL


@pytest.mark.slow
@pairs
def test_chains_that_start_at_rest_reach_the_law(visible, hidden, rng):
    model = small(visible, hidden)
    if model is None:
        return
    kind = KINDS[visible]
    start = np.full((10_000, 2), kind.law.states[-1] if kind.listed else 3.0)
    run = machine.simulate(start, model, T, 40, rng=rng)
    assert p_value(run, visible, hidden) > LEVEL


@pairs
def test_chains_at_another_temperature_leave_it(visible, hidden, rng):
    model = small(visible, hidden)
    if model is None:
        return
    wrong = 2 * T if machine.obstacle(model, T / 2) else T / 2
    run = machine.simulate(started(visible, hidden, 20_000, rng), model, wrong, 6, rng=rng)
    assert p_value(run, visible, hidden) < LEVEL


def test_means_in_the_place_of_draws_leave_the_law(rng):
    """What trains a machine may not sample it: a hidden layer of means has the wrong spread."""

    def fill(x, bias, beta, seed, mean, state):
        model.hidden.fill(x, bias, beta, seed, mean, state)
        state[...] = mean

    model = small("gaussian", "half_gaussian")
    wrong = model._replace(hidden=units.Kind(model.hidden.law, fill, model.hidden.log_prior, model.hidden.tails, 1.0))
    start = started("gaussian", "half_gaussian", 20_000, rng)
    assert p_value(machine.simulate(start, model, T, 5, rng=rng), "gaussian", "half_gaussian") > LEVEL
    assert p_value(machine.simulate(start, wrong, T, 5, rng=rng), "gaussian", "half_gaussian") < LEVEL


def test_larger_layers_of_odd_sizes_have_the_averages_of_their_law(rng):
    """7 spins and 5 units 0 or 1, all pairs <v_i h_j> within their errors: a transposed product would not."""
    model = machine.random_machine(7, 5, units.spin(), units.binary(), strength=0.7, rng=rng)
    model = model._replace(a=rng.normal(size=7), b=rng.normal(size=5))
    start = rng.choice([-1.0, 1.0], size=(20_000, 7))
    run = machine.simulate(start, model, T, 40, rng=rng)
    v = np.array(list(product([-1.0, 1.0], repeat=7)))
    h = np.array(list(product([0.0, 1.0], repeat=5)))
    p = np.exp((v @ model.a[:, None] + h @ model.b + v @ model.W @ h.T) / T)
    p /= p.sum()
    pair = run.visible.astype(float).T @ run.hidden / len(start)
    np.testing.assert_allclose(pair, v.T @ p @ h, atol=5 / np.sqrt(len(start)))


# Energies


@pytest.mark.parametrize(("visible", "hidden"), [("spin", "binary"), ("three states", "binomial"), ("binary", "spin")])
def test_the_free_energy_is_the_sum_over_the_hidden_units(visible, hidden, rng):
    model = machine.random_machine(3, 2, KINDS[visible], KINDS[hidden], strength=1.0, rng=rng)
    model = model._replace(a=rng.normal(size=3), b=rng.normal(size=2))
    h = np.array(list(product(model.hidden.law.states, repeat=2)))
    prior = model.hidden.log_prior(h).sum(axis=1)
    for v in product(model.visible.law.states, repeat=3):
        plain = [-sum(model.a[i] * v[i] for i in range(3)) - model.b @ one
                 - sum(v[i] * model.W[i, j] * one[j] for i in range(3) for j in range(2)) for one in h]  # fmt: skip
        np.testing.assert_allclose(machine.energy(model, np.tile(v, (len(h), 1)), h), plain, atol=1e-12)
        total = np.exp(prior - np.array(plain) / T).sum()
        assert machine.free_energy(model, v, T) == pytest.approx(-T * np.log(total), abs=1e-12)


@pytest.mark.parametrize("hidden", ["gaussian", "half_gaussian", "poisson"])
def test_the_free_energy_is_the_integral_over_a_hidden_unit_without_end(hidden):
    model = machine.machine(W, units.spin(), KINDS[hidden], a=0.2, b=0.1)
    v = np.array([1.0, -1.0])

    def weight(h):
        return np.exp(KINDS[hidden].log_prior(np.asarray(h)) - machine.energy(model, v, [h]) / T)

    if hidden == "poisson":
        total = sum(weight(float(k)) for k in range(60))
    else:
        total = quad(weight, -60 if hidden == "gaussian" else 0, 60, epsabs=0, points=[0, 1], limit=200)[0]
    assert machine.free_energy(model, v, T) == pytest.approx(-T * np.log(total), rel=1e-7)


def test_gaussian_hidden_units_make_a_hopfield_network_of_the_weights():
    """Summed out they leave -1/2 sum_j (v.W_j)^2 / T: Hebb's couplings, the weights as patterns."""
    rng = np.random.default_rng(1)
    model = machine.random_machine(6, 3, units.spin(), units.gaussian(), strength=1.0, rng=rng)
    v = rng.choice([-1.0, 1.0], size=(5, 6))
    expected = -((v @ model.W) ** 2).sum(axis=1) / (2 * T)
    np.testing.assert_allclose(machine.free_energy(model, v, T), expected, atol=1e-12)


def test_the_recorded_energy_is_that_of_the_states(rng):
    model = machine.random_machine(9, 4, units.spin(), units.gaussian(), strength=0.3, rng=rng)
    model = model._replace(a=rng.normal(size=9), b=rng.normal(size=4))
    run = machine.simulate(np.ones((6, 9)), model, T, 7, every=3, rng=rng)
    assert run.energy.shape == (2, 6)
    run = machine.simulate(np.ones((6, 9)), model, T, 6, every=3, rng=rng)
    np.testing.assert_allclose(run.energy[-1], machine.energy(model, run.visible, run.hidden), rtol=1e-5, atol=1e-5)


def test_projections_are_those_of_the_states(rng):
    model = machine.random_machine(9, 4, units.spin(), units.spin(), strength=0.3, rng=rng)
    directions = np.linalg.svd(model.W)[0][:, :3]
    run = machine.simulate(np.ones((6, 9)), model, T, 6, every=2, along=directions, rng=np.random.default_rng(1))
    assert run.along.shape == (3, 6, 3)
    np.testing.assert_allclose(run.along[-1], run.visible @ directions, atol=1e-12)
    before = machine.simulate(np.ones((6, 9)), model, T, 6, every=2, rng=np.random.default_rng(1))
    assert before.along is None
    np.testing.assert_array_equal(before.visible, run.visible)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("visible", "hidden"),
    [("spin", "spin"), ("binary", "binary"), ("spin", "gaussian"), ("binary", "half_gaussian"),
     ("three states", "poisson"), ("binomial", "spin"), ("gaussian", "binary"), ("half_gaussian", "three states"),
     ("poisson", "spin")],
)  # fmt: skip
def test_all_units_order_at_the_same_singular_value_in_units_of_their_widths(visible, hidden, rng):
    """A single mode s u w^T of many units: along u the variance is sigma_v^2 / (1 - (s sigma_v sigma_h / T)^2).

    The entries of u and w add up to 0, so that means of units do not push the mode.
    """
    n, m, part = 200, 150, 0.6
    widths = [KINDS[name].law.slope(0.0) for name in (visible, hidden)]
    u, w = (np.where(np.arange(size) % 2, 1.0, -1.0) / np.sqrt(size) for size in (n, m))
    model = machine.machine(part * T / np.sqrt(np.prod(widths)) * np.outer(u, w), KINDS[visible], KINDS[hidden])
    start = model.visible.law.sample(0.0, (800, n), rng=rng)
    run = machine.simulate(start, model, T, 30, every=10, along=u[:, None], rng=rng)
    assert run.along[1:, :, 0].var() == pytest.approx(widths[0] / (1 - part**2), rel=5 * np.sqrt(2 / 1600))


# What has a law


def test_two_gaussian_layers_have_a_law_until_the_largest_singular_value_is_in_the_way(rng):
    weights = rng.normal(size=(5, 3))
    top = np.linalg.svd(weights, compute_uv=False)[0]
    kinds = units.gaussian(0.7), units.gaussian(1.9)
    edge = T / np.sqrt(0.7 * 1.9) / top
    for factor, there in ((0.999, True), (1.001, False)):
        model = machine.machine(factor * edge * weights, *kinds)
        assert (machine.obstacle(model, T) == "") == there
        # Exactly as the inverse covariance says.
        blocks = np.block([[np.eye(5) / 0.7, -model.W / T], [-model.W.T / T, np.eye(3) / 1.9]])
        assert (np.linalg.eigvalsh(blocks)[0] > 0) == there


@pytest.mark.parametrize(
    ("weights", "lives"),
    [
        ([[-5.0, -3.0]], True),  # inhibition, as strong as one likes
        ([[1.2, -3.0]], True),
        ([[1.4, -3.0]], False),
        ([[1.0, 0.9]], False),  # together they stretch more than 1.3
        ([[0.9, 0.9]], True),
        ([[2.0, -9.0], [-9.0, 0.1]], False),
    ],
)
def test_rectified_layers_are_stretched_only_where_they_can_go(weights, lives):
    model = machine.machine(weights, units.half_gaussian(), units.half_gaussian())
    assert (machine.obstacle(model, T) == "") == lives


def test_a_search_from_a_start_finds_what_a_search_from_everywhere_finds(rng):
    for kind in (units.gaussian(), units.half_gaussian()):
        model = machine.random_machine(30, 20, kind, kind, strength=0.2, rng=rng)
        size, direction = machine.stretch(model)
        moved = model._replace(W=model.W + 1e-3 * rng.normal(size=(30, 20)))
        assert machine.stretch(moved, direction)[0] == pytest.approx(machine.stretch(moved)[0], rel=1e-6)
        assert size > 0


@pytest.mark.parametrize(
    ("visible", "hidden", "weight", "words"),
    [
        ("poisson", "poisson", 0.1, "excite each other without end"),
        ("poisson", "gaussian", -0.1, "excite each other without end"),
        ("half_gaussian", "poisson", 0.1, "excite each other without end"),
        ("binary", "exponential", 1.4, "field of hidden unit 0 reaches from 0 to 1.07692"),
        ("exponential", "spin", -1.4, "field of visible unit 0 reaches from -1.07692 to 1.07692"),
        ("gaussian", "exponential", -0.1, "reaches from -inf to inf"),
        ("poisson", "exponential", 0.1, "reaches from 0 to inf"),
    ],
)
def test_what_is_in_the_way_is_said(visible, hidden, weight, words):
    model = machine.machine([[weight]], KINDS[visible], KINDS[hidden])
    assert words in machine.obstacle(model, T)
    with pytest.raises(ValueError, match=r"^model must have a law at T = 1\.3, and has none: "):
        machine.simulate(np.ones((1, 1)), model, T, 1, rng=np.random.default_rng(1))


@pytest.mark.parametrize(
    ("visible", "hidden", "weight"),
    [("poisson", "poisson", -0.1), ("poisson", "half_gaussian", -2.0), ("binary", "exponential", 1.2),
     ("poisson", "exponential", -3.0), ("poisson", "binary", 9.0), ("gaussian", "spin", 9.0)],
)  # fmt: skip
def test_what_has_a_law_is_let_through(visible, hidden, weight):
    assert machine.obstacle(machine.machine([[weight]], KINDS[visible], KINDS[hidden]), T) == ""


def test_a_potential_that_rises_faster_than_a_square_lives_with_any_gaussian():
    """rho ~ exp(-s^4): 1/4 + 1/2 < 1 with a Gaussian, and 1/4 + 1 > 1 with a count, by which the sum diverges."""
    law = unit.density(lambda s: np.exp(-(s**4)), -np.inf, np.inf)
    quartic = units.of(law, lambda s: -(s**4), power=4)
    for other, lives in ((units.gaussian(), True), (quartic, True), (units.poisson(), False)):
        assert (machine.obstacle(machine.machine([[9.0]], quartic, other)) == "") == lives
    # K(x) ~ x^(4/3) against s ln s, in the sum over counts, and against s^2 in the integral over the line.
    s = np.array([1e3, 1e6, 1e9])
    K = 3 / 4 ** (4 / 3) * s ** (4 / 3)
    assert (np.diff(K - s * np.log(s)) > 0)[-1]
    assert (np.diff(K - s**2 / 2) < 0).all()
    assert law.K(100.0) == pytest.approx(3 * 25 ** (4 / 3), rel=0.02)
    assert machine.obstacle(machine.machine([[0.1]], units.of(law), units.gaussian())) != ""


def test_a_density_with_gaussian_tails_is_stretched_like_a_gaussian():
    """Two Gaussians side by side, as one unit: at the same largest singular value."""
    law = unit.density(lambda s: np.exp(-((s - 1) ** 2)) + np.exp(-((s + 1) ** 2)), -np.inf, np.inf)
    bumps = units.of(law, power=2, variance=0.5)
    for weight, lives in ((1.41, True), (1.42, False)):
        assert (machine.obstacle(machine.machine([[weight]], bumps, units.gaussian())) == "") == lives


def test_a_sum_that_is_refused_does_not_converge_and_one_that_is_not_does():
    """Terms of Z of two Poisson units: ln rho(v) + K_h(w v) falls without end, or rises."""
    v = np.arange(1, 200.0)
    for w, falls in ((0.1, False), (-0.1, True)):
        terms = units.poisson().log_prior(v) + unit.poisson().K(w * v)
        assert (terms[-1] < -500) == falls


# Options, errors and bounds


def test_clamped_units_keep_their_values_and_the_others_their_law_given_those(rng):
    model = machine.random_machine(4, 3, units.spin(), units.spin(), strength=0.8, rng=rng)
    held = np.array([True, False, True, False])
    start = np.tile([1.0, 1.0, -1.0, 1.0], (40_000, 1))
    run = machine.simulate(start, model, T, 50, clamped=held, rng=rng)
    np.testing.assert_array_equal(run.visible[:, held], start[:, held])
    v = np.array([[1, x, -1, y] for x in (-1, 1) for y in (-1, 1)])
    p = np.exp(-machine.free_energy(model, v, T) / T)
    np.testing.assert_allclose(run.visible.mean(axis=0), p / p.sum() @ v, atol=5 / 200)


def test_a_seed_gives_one_run_and_one_draw_of_the_generator():
    model, start = small("spin", "half_gaussian"), np.ones((50, 2))
    one, same = (machine.simulate(start, model, T, 5, rng=np.random.default_rng(4)) for _ in range(2))
    for part, other in zip(one[:3], same[:3], strict=True):
        np.testing.assert_array_equal(part, other)
    rng, twin = np.random.default_rng(4), np.random.default_rng(4)
    machine.simulate(start, model, T, 5, rng=rng)
    twin.integers(2**64, dtype=np.uint64)
    assert rng.random() == twin.random()


def test_without_a_sweep_nothing_moves(rng):
    model, start = small("spin", "spin"), np.ones((3, 2))
    run = machine.simulate(start, model, T, 0, rng=rng)
    np.testing.assert_array_equal(run.visible, start)
    assert run.energy.shape == (0, 3)
    assert units.spin().holds(run.hidden).all()


def test_a_run_is_stopped_and_leaves_what_it_has(monkeypatch):
    model, start = small("spin", "gaussian"), np.ones((5, 2))

    def watched(total, shown):
        for number, part in enumerate(progress.watched(total, shown)):
            if number == 4:
                raise KeyboardInterrupt
            yield part

    monkeypatch.setattr(progress, "SLICE", 0.0)
    monkeypatch.setattr(machine, "watched", watched)
    with pytest.raises(progress.Interrupted) as stopped:
        machine.simulate(start, model, T, 9, rng=np.random.default_rng(2))
    monkeypatch.undo()
    whole = machine.simulate(start, model, T, 4, rng=np.random.default_rng(2))
    for part, other in zip(stopped.value.run[:3], whole[:3], strict=True):
        np.testing.assert_array_equal(part, other)


def test_cold_machines_are_in_their_ground_state(rng):
    model = machine.machine([[1.0, 0.5], [0.7, -0.2]], units.spin(), units.binary(), a=[0.1, 0.0])
    for cold in (1e-3, 1e-300):
        run = machine.simulate(np.ones((20, 2)), model, cold, 3, rng=rng)
        np.testing.assert_array_equal(run.visible, 1)
        np.testing.assert_array_equal(run.hidden, 1)


def test_counts_that_run_away_are_found_out(rng):
    model = machine.machine(np.full((20, 1), 1.0), units.binary(), units.poisson(), b=0.0)
    with pytest.raises(ValueError, match=r"^model must have weights in which states do not run away, as in sweep 0"):
        machine.simulate(np.ones((1, 20)), model, 1.0, 5, rng=rng)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"v": [[0.0, 1.0]]}, "v must hold states of the unit spin, got 0"),
        ({"v": [1.0, 1.0]}, "v must have rows of 2 units"),
        ({"v": np.ones((2, 3))}, "v must have rows of 2 units"),
        ({"v": np.ones((0, 2))}, "v must have rows of 2 units"),
        ({"v": [[np.nan, 1.0]]}, "v must be finite"),
        ({"model": "machine"}, "model must be a TwoLayers"),
        ({"T": 0.0}, "T must be greater than 0"),
        ({"sweeps": -1}, "sweeps must be at least 0"),
        ({"sweeps": 10**15}, "sweeps must be so small"),
        ({"every": 0}, "every must be at least 1"),
        ({"along": np.ones(2)}, "along must have a row for each of 2 visible units"),
        ({"along": np.ones((3, 1))}, "along must have a row for each of 2 visible units"),
        ({"clamped": [True]}, "clamped must be 2 truth values"),
        ({"progress": 1}, "progress must be None, True or False"),
        ({"rng": 3}, "rng must be a numpy.random.Generator"),
    ],
)
def test_bad_arguments_are_named_and_nothing_has_moved(change, message):
    rng = np.random.default_rng(1)
    options = {"v": np.ones((2, 2)), "model": small("spin", "spin"), "T": T, "sweeps": 2, "rng": rng} | change
    v, model, temperature, sweeps = (options.pop(name) for name in ("v", "model", "T", "sweeps"))
    with pytest.raises((TypeError, ValueError), match=f"^{message}"):
        machine.simulate(v, model, temperature, sweeps, **options)
    assert rng.random() == np.random.default_rng(1).random()


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: machine.machine([1.0, 2.0], units.spin(), units.spin()), "W must be two-dimensional"),
        (lambda: machine.machine(np.ones((0, 2)), units.spin(), units.spin()), "W must be two-dimensional"),
        (lambda: machine.machine([[np.inf]], units.spin(), units.spin()), "W must be finite"),
        (lambda: machine.machine([[2e30]], units.spin(), units.spin()), r"W must be at most 1e\+30 in size"),
        (lambda: machine.machine([[1.0]], unit.spin(), units.spin()), "visible must be a Kind"),
        (lambda: machine.machine([[1.0]], units.spin(), units.spin(), a=[1, 2]), r"a must have shape \(1,\)"),
        (lambda: machine.machine([[1.0]], units.spin(), units.spin(), b="no"), "b must be a real number"),
        (lambda: machine.hidden_fields(small("spin", "spin"), [1, 1, 1]), "v must end in an axis of 2 units"),
    ],
)
def test_bad_machines_are_refused(make, message):
    with pytest.raises((TypeError, ValueError), match=f"^{message}"):
        make()
