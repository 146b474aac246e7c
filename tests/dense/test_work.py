"""Work and free energy: Jarzynski and Crooks against enumeration, with bias and error; persistent chains."""

import numpy as np
import pytest

from spinlearn.core import progress
from spinlearn.dense import boltzmann, heatbath, learning, persistent, tasks, valleys, work
from spinlearn.dense.boltzmann import random_machine
from spinlearn.dense.maxent import law_moments
from spinlearn.dense.work import Protocol, bennett, crooks, equilibrium, estimate, protocol


def network(n=6, seed=1, *, low=-1, h=0.4, strength=1.0):
    rng = np.random.default_rng(seed)
    J = np.triu(rng.normal(scale=strength / np.sqrt(n), size=(n, n)), 1)
    return heatbath.by_rows(J + J.T, h * rng.normal(size=n), low)


def cooling(K=6):
    return protocol(np.linspace(3.0, 0.6, K + 1))


PROTOCOLS = {
    "cooled": protocol(np.linspace(3.0, 0.6, 7)),
    "from infinity": protocol([np.inf, 2.0, 1.0, 0.7]),
    "a field switched on": protocol(0.9, field=np.linspace(0, 2, 6)),
    "a field turned over": protocol(1.1, field=np.linspace(1, -1, 6)),
    "down and up": protocol([2.0, 0.7, 2.0], field=[0.0, 1.0, 0.5]),
}
each = pytest.mark.parametrize("steps", PROTOCOLS.values(), ids=PROTOCOLS.keys())


def free_energy(units, steps, k):
    """-ln Z at a step, by listing."""
    model = valleys.machine_of(units)
    if steps.beta[k] == 0:
        return -units.size * np.log(2)
    return -boltzmann.log_partition(model._replace(h=steps.field[k] * model.h), 1 / steps.beta[k])


# Exact


@each
@pytest.mark.parametrize("low", [0, -1])
def test_the_average_of_exp_minus_work_is_the_ratio_of_partition_functions_however_fast(steps, low):
    units = network(low=low)
    change = free_energy(units, steps, -1) - free_energy(units, steps, 0)
    for sweeps in (0, 1, 3):
        found = work.exact(units, steps, sweeps=sweeps)
        assert found.change == pytest.approx(change, abs=1e-12)
        assert found.jarzynski == pytest.approx(change, abs=1e-11)
        assert found.mean > change + 1e-3
        assert found.dissipated[-1] == pytest.approx(found.mean - change, abs=1e-12)
        assert (found.dissipated - found.lag).min() > -1e-12
        assert found.spread > 0


def test_slow_protocols_dissipate_less_as_one_over_their_length():
    found = {K: work.exact(network(), cooling(K)).dissipated[-1] for K in (50, 100, 200)}
    assert found[100] / found[200] == pytest.approx(2, rel=0.05)
    assert found[50] / found[100] == pytest.approx(2, rel=0.1)


def test_a_sudden_change_dissipates_its_relative_entropy():
    units, steps = network(), protocol([2.0, 0.8])
    p, q = (boltzmann.law(valleys.machine_of(units), T) for T in (2.0, 0.8))
    found = work.exact(units, steps, sweeps=0)
    assert found.dissipated[-1] == pytest.approx((p * np.log(p / q)).sum(), abs=1e-12)
    assert found.lag[-1] == pytest.approx(found.dissipated[-1], abs=1e-12)
    assert found.spread == pytest.approx((q**2 / p).sum() - 1, rel=1e-10)


# Runs


@each
def test_runs_agree_with_the_exact_account(steps, rng):
    units, n = network(), 20_000
    exact = work.exact(units, steps)
    w = work.run(equilibrium(units, steps, n, rng=rng), units, steps, rng=rng).w
    found = estimate(w)
    assert found.change == pytest.approx(exact.change, abs=5 * np.sqrt(exact.spread / n))
    assert found.error == pytest.approx(np.sqrt(exact.spread / n), rel=0.5)
    assert found.mean == pytest.approx(exact.mean, abs=5 * w.std() / np.sqrt(n))
    assert found.dissipated > 0


def test_weights_bring_the_runs_to_equilibrium_where_they_are_not(rng):
    units, steps, n = network(), protocol([3.0, 1.5, 0.6]), 40_000
    run = work.run(equilibrium(units, steps, n, rng=rng), units, steps, rng=rng)
    where = (run.states > 0) @ (1 << np.arange(6))
    p = boltzmann.law(valleys.machine_of(units), 0.6)
    weights = np.exp(-run.w)
    plain = np.bincount(where, minlength=64) / n
    weighted = np.bincount(where, weights=weights, minlength=64) / weights.sum()
    noise = boltzmann.sampling_variation(p, n)
    assert boltzmann.total_variation(weighted, p) < 3 * noise
    assert boltzmann.total_variation(plain, p) > 8 * noise


def test_a_start_out_of_equilibrium_or_a_forgotten_temperature_is_found_out(rng):
    units, steps, n = network(), cooling(3), 20_000
    exact = work.exact(units, steps)
    error = np.sqrt(exact.spread / n)
    wrong_start = work.run(np.ones((n, 6), dtype=np.int8), units, steps, rng=rng).w
    assert abs(estimate(wrong_start).change - exact.change) > 10 * error
    w = work.run(equilibrium(units, steps, n, rng=rng), units, steps, rng=rng).w
    assert abs(estimate(w / 2).change - exact.change) > 10 * error


@pytest.mark.slow
def test_the_bias_of_few_runs_is_that_of_the_exact_spread(rng):
    """-ln of a mean of 20 weights is too large by spread / 40, up to the next order."""
    units, steps, n, groups = network(), cooling(4), 20, 3000
    exact = work.exact(units, steps)
    w = work.run(equilibrium(units, steps, n * groups, rng=rng), units, steps, rng=rng).w.reshape(groups, n)
    found = np.array([estimate(row).change for row in w])
    error = found.std() / np.sqrt(groups)
    expected = exact.spread / (2 * n)
    assert expected > 6 * error
    assert found.mean() - exact.change == pytest.approx(expected, abs=5 * error + 0.35 * expected)
    assert np.mean([estimate(row).bias for row in w]) == pytest.approx(expected, rel=0.4)


@each
def test_crooks_theorem_holds_and_work_a_fifth_too_large_breaks_it(steps, rng):
    units, n = network(h=0.8), 60_000
    exact = work.exact(units, steps)
    forward = work.run(equilibrium(units, steps, n, rng=rng), units, steps, rng=rng).w
    backward = work.run(equilibrium(units, steps, n, at=-1, rng=rng), units, steps, backwards=True, rng=rng).w
    found = crooks(forward, backward)
    assert found.slope == pytest.approx(1.0, abs=5 * found.slope_error)
    assert found.crossing == pytest.approx(exact.change, abs=5 * found.crossing_error)
    assert estimate(backward).change == pytest.approx(-exact.change, abs=0.1)
    both = bennett(forward, backward)
    assert both == pytest.approx(exact.change, abs=5 * np.sqrt(exact.spread / n))
    hot = crooks(1.2 * forward, 1.2 * backward)
    assert abs(hot.slope - 1) > 5 * hot.slope_error


@pytest.mark.slow
def test_the_estimate_from_both_directions_is_better_than_that_from_one(rng):
    units, steps, n, groups = network(), cooling(2), 50, 200
    change = work.exact(units, steps).change
    forward = work.run(equilibrium(units, steps, n * groups, rng=rng), units, steps, rng=rng).w.reshape(groups, n)
    start = equilibrium(units, steps, n * groups, at=-1, rng=rng)
    backward = work.run(start, units, steps, backwards=True, rng=rng).w.reshape(groups, n)
    one = np.array([estimate(row).change for row in forward]) - change
    both = np.array([bennett(*rows) for rows in zip(forward, backward, strict=True)]) - change
    assert (both**2).mean() < (one**2).mean()
    assert abs(both.mean()) < 5 * both.std() / np.sqrt(groups) + 0.2 * both.std()


def test_work_of_normal_law_is_estimated_right(rng):
    w = rng.normal(2.0, 1.0, 40_000)
    found = estimate(w)
    assert found.change == pytest.approx(1.5, abs=5 * np.sqrt((np.e - 1) / 40_000))
    assert found.gaussian == pytest.approx(1.5, abs=0.05)
    assert found.effective == pytest.approx(40_000 / np.e, rel=0.2)


def test_directions_may_have_different_numbers_of_runs(rng):
    forward, backward = rng.normal(2.0, 1.0, 40_000), rng.normal(-1.0, 1.0, 1000)
    assert bennett(forward, backward) == pytest.approx(1.5, abs=0.1)
    assert bennett(backward, forward) == pytest.approx(-1.5, abs=0.1)


def test_a_large_network_starts_where_all_states_are_alike(rng):
    """100 free spins in a field: ln Z is known, and a cooling finds it."""
    units = heatbath.graph(np.zeros((100, 100)), h=0.1)
    steps = protocol([np.inf, 4.0, 2.0, 1.0])
    w = work.run(equilibrium(units, steps, 4000, rng=rng), units, steps, rng=rng).w
    assert estimate(w).change == pytest.approx(-100 * np.log(np.cosh(0.1)), abs=5 * estimate(w).error)


def test_runs_repeat():
    units, steps = network(), cooling(3)
    start = equilibrium(units, steps, 50, rng=np.random.default_rng(1))
    one, two, other = (work.run(start, units, steps, rng=np.random.default_rng(s)) for s in (2, 2, 3))
    np.testing.assert_array_equal(one.w, two.w)
    assert (one.w != other.w).any()
    a = work.run(start, units, steps, progress=True, rng=np.random.default_rng(2))
    np.testing.assert_array_equal(a.w, one.w)


def test_a_run_is_stopped_and_leaves_what_was_finished(monkeypatch):
    units, steps = network(), cooling(3)
    start = equilibrium(units, steps, 50, rng=np.random.default_rng(1))
    whole = work.run(start, units, steps, rng=np.random.default_rng(2))

    def watched(total, shown):
        for number, part in enumerate(progress.watched(total, shown)):
            if number == 7:
                raise KeyboardInterrupt
            yield part

    monkeypatch.setattr(progress, "SLICE", 0.0)
    monkeypatch.setattr(work, "watched", watched)
    with pytest.raises(progress.Interrupted) as stopped:
        work.run(start, units, steps, rng=np.random.default_rng(2))
    np.testing.assert_array_equal(stopped.value.run.w, whole.w[:7])
    np.testing.assert_array_equal(stopped.value.run.states, whole.states[:7])


# Persistent chains


def learnt(rate=0.3, sweeps=1, *, hidden=1, steps=120):
    start = random_machine(3, hidden, strength=0.5, rng=np.random.default_rng(1))
    return persistent.learn(start, tasks.parity(3) * 0.9 + 0.1 / 8, steps=steps, rate=rate, sweeps=sweeps)


def test_excess_work_less_what_sweeps_take_away_is_the_distance_at_every_step():
    account = learnt().account
    gained = np.cumsum(account.excess - account.production)
    np.testing.assert_allclose(account.lag[1:], account.lag[0] + gained, atol=1e-12)
    assert account.production.min() > -1e-13
    assert account.lag.min() > -1e-14
    assert account.excess.sum() > account.lag[-1] > 0
    # With the free energy forgotten the account does not close.
    assert abs(account.lag[-1] - (account.work - account.production).sum()) > 0.1


def test_no_average_is_off_by_more_than_the_distance_allows():
    account = learnt(rate=1.0).account
    assert (account.bias <= np.sqrt(2 * account.lag) + 1e-7).all()
    assert account.bias.max() > 0.05


@pytest.mark.slow
def test_faster_learning_and_fewer_sweeps_leave_chains_further_behind():
    path = learnt(rate=1.0).path
    one, ten, none = (persistent.follow(path, sweeps=sweeps).lag for sweeps in (1, 10, 0))
    assert one.max() > 5 * ten.max()
    assert none[-1] > 5 * one[-1]
    slow = learnt(rate=0.2, steps=600)
    assert slow.divergence[-1] == pytest.approx(learnt(rate=1.0).divergence[-1], abs=0.01)
    assert one.max() > 3 * slow.account.lag.max()
    np.testing.assert_array_equal(persistent.follow(path, sweeps=0).production, 0)


def test_chains_that_follow_at_once_learn_along_the_exact_gradient():
    start = random_machine(3, 1, strength=0.5, rng=np.random.default_rng(1))
    q = tasks.parity(3) * 0.9 + 0.1 / 8
    many = persistent.learn(start, q, steps=20, rate=0.2, sweeps=300)
    exact = learning.ascend(start, q, steps=20, rate=0.2, momentum=0.0)
    np.testing.assert_allclose(many.path[-1].J, exact.machine.J, atol=1e-6)
    np.testing.assert_allclose(many.divergence, exact.divergence, atol=1e-6)
    assert np.abs(learnt(0.2, 1, steps=20).path[-1].J - exact.machine.J).max() > 1e-3


@pytest.mark.slow
def test_chains_that_lag_behind_damp_steps_that_are_too_large_for_the_exact_gradient():
    """Where the likelihood's curvature is above 2 / rate, steps along the exact gradient swing ever further."""
    start = random_machine(3, 1, strength=0.5, rng=np.random.default_rng(1))
    q = tasks.parity(3) * 0.9 + 0.1 / 8
    exact = learning.ascend(start, q, steps=120, rate=1.0, momentum=0.0)
    lagging = persistent.learn(start, q, steps=120, rate=1.0)
    assert np.diff(exact.divergence).max() > 0.05
    assert exact.divergence[-1] > 0.2
    assert np.diff(lagging.divergence).max() < 0
    assert lagging.divergence[-1] < 0.02


def test_chains_of_a_laboratory_measure_the_account(rng):
    """Mean work, change of free energy and so the excess, from 20 000 chains; and weights that undo the bias."""
    found, chains = learnt(rate=1.0, steps=60), 20_000
    account = found.account
    measured = persistent.measure(found.path, chains=chains, rng=rng)
    work_error, change_error = measured.work_error[1:], measured.change_error[1:]
    assert (np.abs(measured.work[1:] - np.cumsum(account.work)) < 5 * work_error).all()
    assert (np.abs(measured.change[1:] - np.cumsum(account.change)) < 6 * change_error).all()
    excess = measured.work[-1] - measured.change[-1]
    assert excess == pytest.approx(account.excess.sum(), abs=5 * np.hypot(work_error[-1], change_error[-1]))
    assert excess > 5 * np.hypot(work_error[-1], change_error[-1])
    own, theirs = (law_moments(p, alphabet="spins") for p in (boltzmann.law(found.path[-1]), account.law))
    few = 5 / np.sqrt(measured.effective[-1])
    assert np.abs(measured.weighted.pair - own.pair).max() < few
    assert np.abs(measured.plain.pair - theirs.pair).max() < 5 / np.sqrt(chains)


@pytest.mark.parametrize("alphabet", boltzmann.ALPHABETS)
def test_the_law_of_chains_is_where_chains_are(alphabet, rng):
    a, b = (random_machine(4, strength=s, alphabet=alphabet, rng=np.random.default_rng(2)) for s in (0.2, 2.0))
    account = persistent.follow([a, b], 1.3, sweeps=2)
    states = persistent.measure([a, b], 1.3, sweeps=2, chains=40_000, rng=rng).states
    met = np.bincount((states == 1) @ (1 << np.arange(4)), minlength=16) / 40_000
    noise = boltzmann.sampling_variation(account.law, 40_000)
    assert boltzmann.total_variation(met, account.law) < 2.5 * noise
    assert boltzmann.total_variation(met, boltzmann.law(b, 1.3)) > 5 * noise


# Errors

MODEL = boltzmann.machine([[0, 1], [1, 0]])
J2 = [[0, 1], [1, 0]]
BAD = {
    "no list": (lambda: protocol(1.0), "T or field must be a list"),
    "cold": (lambda: protocol([1.0, 0.0]), "T must be greater than 0 in every step, got 0"),
    "nan": (lambda: protocol([1.0, np.nan]), "T must be finite, but holds NaN"),
    "lists": (lambda: protocol([1.0, 2.0], field=[1, 2, 3]), "the shapes of T .* do not fit together"),
    "large": (
        lambda: equilibrium(np.zeros((21, 21)), protocol([2.0, 1.0]), 5, rng=None),
        "J must be of at most 20 units to start at a finite T, got 21; start at T = inf",
    ),
    "exact": (lambda: work.exact(np.zeros((13, 13)), cooling()), "J must be of at most 12 units"),
    "one run": (lambda: estimate([1.0]), "w must be one-dimensional with at least 2"),
    "apart": (lambda: crooks([1.0, 1.1], [3.0, 3.1]), "forward and -backward must overlap"),
    "few": (lambda: crooks([1.0, 1.1, 1.2], [-1.0, -1.1, -1.2]), "forward and -backward must share two bins with 20"),
    "units": (
        lambda: persistent.follow([MODEL, boltzmann.machine([[0]])]),
        "path must hold machines of one size and one alphabet",
    ),
    "pace": (lambda: persistent.learn(MODEL, [0.25] * 4, steps=1, rate=0), "rate must be greater than 0"),
    "start": (lambda: persistent.follow([MODEL], start=[1, 1, 1, 1]), "start must be probabilities"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_makes_no_sense_is_refused_and_said(name):
    call, message = BAD[name]
    with pytest.raises(ValueError, match=f"^{message}"):
        call()


def test_other_types_are_refused():
    with pytest.raises(TypeError, match="steps must be a Protocol"):
        work.exact(J2, [2.0, 1.0])
    with pytest.raises(TypeError, match="path must be a list of machines"):
        persistent.follow(MODEL)
    with pytest.raises(ValueError, match=r"steps\.beta must be at least 0"):
        work.exact(J2, Protocol(np.array([0.0, -1.0]), np.ones(2)))
