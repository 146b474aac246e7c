"""Searches for ground states: schedules, exact laws of coolings, instances with known optimum, greedy against slow."""

import itertools

import numpy as np
import pytest

from spinlearn import exact
from spinlearn.core import progress
from spinlearn.core.progress import Interrupted
from spinlearn.dense import anneal, boltzmann, heatbath, instances, valleys
from spinlearn.dense.anneal import greedy, schedule, simulate, temper
from spinlearn.dense.instances import best_partition, difference, number_partition, perfect_partition, planted_cut
from spinlearn.dense.success import success, time_to_solution
from spinlearn.lattice import bond_couplings, bonds, square


def glass(n=10, seed=1, h=0.0):
    J = np.triu(np.random.default_rng(seed).normal(size=(n, n)), 1) / np.sqrt(n)
    return heatbath.graph(J + J.T, h=h)


def all_energies(units):
    return boltzmann.energies(valleys.machine_of(units, 20))


def starts(units, runs, rng):
    return heatbath.random_states(units, runs, rng=rng)


# Schedules


def test_schedules_are_those_of_their_formulas():
    np.testing.assert_allclose(schedule("linear", 4, hot=3.0, cold=1.5), [3, 2.5, 2, 1.5])
    np.testing.assert_allclose(np.diff(np.log(schedule("geometric", 9, hot=3.0, cold=0.1)), n=2), 0, atol=1e-14)
    np.testing.assert_allclose(schedule("logarithmic", 50, hot=2.0), 2 * np.log(2) / np.log(np.arange(2, 52)))
    for kind in anneal.SCHEDULES:
        T = schedule(kind, 7, hot=2.0, cold=None if kind == "logarithmic" else 0.5)
        assert T[0] == 2.0
        np.testing.assert_array_equal(anneal.checked_schedule("T", T), T)
        assert len(schedule(kind, 1, hot=2.0, cold=None if kind == "logarithmic" else 0.5)) == 1


@pytest.mark.parametrize("kind", ["linear", "geometric"])
@pytest.mark.parametrize("T", [0.1, 1.3, 4.33656e6])
def test_a_schedule_that_stays_warm_is_one(kind, T):
    valleys.cooled([[0.0]], schedule(kind, 300, hot=T, cold=T))


START = np.ones((2, 3), dtype=np.int8)
J3 = 1.0 - np.eye(3)
BAD = {
    "rises": (lambda: simulate(START, J3, [1, 0.5, 0.6], rng=None), r"T must never rise, got 0.5 in sweep 1 and 0.6"),
    "nan": (lambda: simulate(START, J3, [1, np.nan], rng=None), "T must be finite, but holds NaN"),
    "infinite": (lambda: simulate(START, J3, [np.inf, 1], rng=None), "T must be finite"),
    "below zero": (lambda: simulate(START, J3, [1, -0.5], rng=None), "T must be at least 0 in every sweep, got -0.5"),
    "no schedule": (lambda: simulate(START, J3, [], rng=None), "T must be one-dimensional"),
    "one number": (lambda: simulate(START, J3, 1.0, rng=None), "T must be one-dimensional, a temperature for each"),
    "rising ends": (lambda: schedule("linear", 3, hot=1, cold=2), "cold must not be above hot = 1, got 2"),
    "geometric to 0": (lambda: schedule("geometric", 3, hot=1, cold=0), "cold must be greater than 0 in a geometric"),
    "no end": (lambda: schedule("linear", 3, hot=1), "cold must be given, where a linear schedule ends"),
    "logarithmic end": (lambda: schedule("logarithmic", 3, hot=1, cold=0.1), "cold must be left out"),
    "kind": (lambda: schedule("fast", 3, hot=1), "kind must be one of 'linear', 'geometric', 'logarithmic'"),
    "not symmetric": (lambda: greedy(START, [[0, 1, 0], [0, 0, 0], [0, 0, 0]], 1, rng=None), "units|J must be symm"),
    "ladder": (lambda: temper(START, J3, [1.0, 0.5], 3, rng=None), "T must be a list of temperatures, each higher"),
    "rungs": (
        lambda: temper(np.ones((1, 3, 3), dtype=np.int8), J3, [1, 2], 3, rng=None),
        r"states must have shape \(R, 3\) or \(R, 2, 3\)",
    ),
    "zeros": (lambda: greedy(0 * START, J3, 1, rng=None), "states must be -1 or 1, got values"),
    "numbers": (lambda: number_partition([1, 0]), r"a must lie between 1 and 2\^53"),
    "rounded": (lambda: number_partition([2**25, 2**25 + 1]), r"a must have a sum up to 2\^26"),
    "long sums": (lambda: best_partition([2**40, 2**40]), "a must have a sum below .* take method='differencing'"),
    "large": (lambda: valleys.cooled(np.zeros((13, 13)), [1.0]), "J must be of at most 12 units"),
    "no law": (lambda: valleys.cooled(J3, [1.0], start=np.ones(8)), "start must be probabilities with the sum 1"),
    "no ground": (
        lambda: success(lambda S, rng: greedy(START, J3, S, rng=rng), [2], -2.0, rng=np.random.default_rng(1)),
        "target must be the energy of the ground state, got -2, and a run found -3",
    ),
    "wanted": (lambda: time_to_solution(0.5, 1, wanted=1.0), "p must be at most 1 and wanted below 1"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_makes_no_sense_is_refused_and_said(name):
    call, message = BAD[name]
    with pytest.raises(ValueError, match=f"^({message})"):
        call()


# Against exact laws


@pytest.mark.parametrize("order", heatbath.ORDERS)
def test_transitions_keep_the_law_and_reversed_order_is_the_reversed_walk(order):
    units, T = glass(5, h=0.3), 0.8
    P = valleys.transition_matrix(units, T, order=order)
    p = boltzmann.law(valleys.machine_of(units), T)
    np.testing.assert_allclose(P.sum(axis=1), 1, atol=1e-14)
    np.testing.assert_allclose(p @ P, p, atol=1e-14)
    back = {"sequential": "reversed", "reversed": "sequential", "random": "random"}[order]
    flow = p[:, None] * P
    np.testing.assert_allclose(flow.T, p[:, None] * valleys.transition_matrix(units, T, order=back), atol=1e-15)
    if order != "random":
        assert np.abs(flow - flow.T).max() > 1e-3  # a sweep in order is not reversible by itself


@pytest.mark.parametrize("order", heatbath.ORDERS)
def test_runs_end_as_the_exact_law_of_the_cooling_says(order, rng):
    units = glass(6, h=0.2)
    T = schedule("linear", 6, hot=1.5, cold=0.1)
    p = valleys.cooled(units, T, order=order).law
    run = simulate(starts(units, 40_000, rng), units, T, order=order, rng=rng)
    met = np.bincount((run.last > 0) @ (1 << np.arange(6)), minlength=64) / 40_000
    noise = boltzmann.sampling_variation(p, 40_000)
    assert boltzmann.total_variation(met, p) < 1.7 * noise
    hotter = valleys.cooled(units, 1.3 * T, order=order).law
    assert boltzmann.total_variation(met, hotter) > 3 * noise


def test_a_cooling_to_zero_in_one_sweep_is_greedy_and_a_slow_one_finds_the_ground():
    units = glass(10)
    fast = valleys.cooled(units, np.zeros(30)).ground[-1]
    slow = valleys.cooled(units, schedule("linear", 3000, hot=1.5, cold=0.02)).ground[-1]
    assert fast < 0.7
    assert slow > 0.99
    between = [valleys.cooled(units, schedule("linear", S, hot=1.5, cold=0.02)).ground[-1] for S in (3, 30, 300)]
    assert fast < between[0] + 0.2
    assert between == sorted(between)


def brute_depth(E):
    """For every local minimum the least height on the way to something lower, by Dijkstra's algorithm, plainly."""
    n, depths = E.size.bit_length() - 1, []
    for start in range(E.size):
        top, waiting, seen = E[start], {start}, set()
        while waiting:
            k = min(waiting, key=lambda j: E[j])
            waiting.discard(k)
            seen.add(k)
            top = max(top, E[k])
            if E[k] < E[start] - 1e-9:
                depths.append(top - E[start])
                break
            waiting |= {k ^ 1 << i for i in range(n)} - seen
    return max(depths)


@pytest.mark.parametrize("seed", range(4))
def test_depths_are_those_of_a_plain_search(seed):
    units = glass(7, seed, h=0.1)
    found = valleys.depth(units)
    E = all_energies(units)
    assert found.deepest == pytest.approx(brute_depth(E), abs=1e-9)
    assert found.ground == E.min()
    minima = sum(all(E[k] < E[k ^ 1 << i] for i in range(7)) for k in range(128))
    assert len(found.valleys) <= minima - 1


def test_two_mirror_images_of_the_ground_state_are_no_valley():
    assert valleys.depth(1.0 - np.eye(5)).deepest == 0


def test_hajeks_law_the_cooling_with_the_depth_gets_there_and_a_faster_one_stays_behind():
    """One valley of depth d: c = 2 d tends to the ground, c = d / 3 leaves for ever what it caught early."""
    units = heatbath.graph(1.0 - np.eye(4), h=0.1)
    d = valleys.depth(units).deepest
    ends = {}
    for ratio in (1 / 3, 2.0):
        for sweeps in (300, 3000):
            T = schedule("logarithmic", sweeps, hot=ratio * d / np.log(2))
            ends[ratio, sweeps] = valleys.cooled(units, T).ground[-1]
    assert ends[1 / 3, 3000] - ends[1 / 3, 300] < 1e-3
    assert ends[1 / 3, 3000] < 0.9
    # Slow ones are near the Boltzmann law of their last temperature, which is still far from cold.
    T = 2 * d / np.log(3001)
    p = boltzmann.law(valleys.machine_of(units), T)
    assert ends[2.0, 3000] == pytest.approx(p[-1], abs=1e-3)
    assert ends[2.0, 3000] > ends[2.0, 300]


# Searches


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_all_searches_find_the_ground_of_a_small_glass(seed, rng):
    units = glass(12, seed, h=0.1)
    E = all_energies(units).min()
    found = {
        "greedy": greedy(starts(units, 20, rng), units, 300, rng=rng),
        "annealing": simulate(starts(units, 20, rng), units, schedule("linear", 300, hot=1.5, cold=0.0), rng=rng),
        "tempering": temper(starts(units, 20, rng), units, np.linspace(0.2, 1.5, 6), 300, rng=rng),
    }
    for name, run in found.items():
        np.testing.assert_allclose(run.energy, heatbath.energy(run.states, units), atol=1e-12, err_msg=name)
        assert run.energy.min() == pytest.approx(E, abs=1e-12), name
        assert (run.energy < E + 1e-9).mean() > 0.9, name
        assert run.found.max() <= run.sweeps == 300, name


def test_sparse_and_dense_networks_are_the_same_run():
    lattice = square(4, 4)
    J = bond_couplings(lattice, np.random.default_rng(1).choice([-1.0, 1.0], size=len(bonds(lattice))))
    sparse = heatbath.graph(J, lattice=lattice)
    matrix = heatbath.matrix_of(sparse)
    start, T = starts(sparse, 5, np.random.default_rng(2)), schedule("geometric", 50, hot=3.0, cold=0.2)
    one, two = (simulate(start, J, T, rng=np.random.default_rng(3)) for J in (sparse, matrix))
    for a, b in zip(one, two, strict=True):
        np.testing.assert_array_equal(a, b)
    assert one.energy.min() == exact.energies(lattice, J=J).min()


def test_greedy_descents_only_fall_and_end_in_local_minima_and_start_anew(rng):
    units = glass(30)
    once = greedy(starts(units, 200, rng), units, 12, rng=rng)
    x = once.states @ heatbath.matrix_of(units) + units.h
    assert ((once.states * x) > -1e-9).all(axis=1).mean() > 0.9
    longer = greedy(starts(units, 200, rng), units, 200, rng=rng)
    assert longer.energy.mean() < once.energy.mean() - 0.3
    again = greedy(longer.states, units, 1, rng=rng)
    np.testing.assert_array_equal(again.found, 0)  # nothing is lower than a start that is a minimum


def test_free_spins_do_not_turn_round_for_ever(rng):
    """On a ring with couplings of either sign greedy descents end, though most flips are free."""
    n = 12
    J = np.zeros((n, n))
    J[np.arange(n), (np.arange(n) + 1) % n] = rng.choice([-0.1, 0.3, -0.7], size=n)
    run = greedy(starts(heatbath.graph(J + J.T), 20, rng), J + J.T, 50, rng=rng)
    assert run.energy.min() == pytest.approx(all_energies(heatbath.graph(J + J.T)).min(), abs=1e-12)


def test_when_the_best_was_met_is_told(rng):
    units = glass(40)
    T = schedule("linear", 60, hot=1.5, cold=0.0)
    start = starts(units, 8, rng)
    run = simulate(start, units, T, rng=np.random.default_rng(4))
    for r in range(8):
        cut = simulate(start, units, T[: run.found[r]], rng=np.random.default_rng(4))
        np.testing.assert_array_equal(cut.states[r], run.states[r])
        assert cut.energy[r] == run.energy[r]
        assert simulate(start, units, T[: run.found[r] - 1], rng=np.random.default_rng(4)).energy[r] > run.energy[r]


@pytest.mark.parametrize("order", ["sequential", "reversed"])
@pytest.mark.parametrize("rungs", [0, 1])
def test_every_state_on_the_way_is_looked_at(order, rungs, rng):
    """In a sweep in order the states between are those of its end and of its start, put together."""
    units, start = glass(12, h=0.1), starts(glass(12), 30, rng)

    def run(sweeps):
        rng = np.random.default_rng(6)
        if rungs:
            return temper(start, units, [2.0], sweeps, order=order, rng=rng)
        return simulate(start, units, np.full(sweeps, 2.0), order=order, rng=rng)

    lowest = at_ends = heatbath.energy(start, units)
    before = start
    for sweeps in range(1, 6):
        now, moved = run(sweeps), np.zeros(12, dtype=bool)
        after = now.last.reshape(30, 12)
        for i in range(12) if order == "sequential" else range(11, -1, -1):
            moved[i] = True
            lowest = np.minimum(lowest, heatbath.energy(np.where(moved, after, before), units))
        at_ends = np.minimum(at_ends, heatbath.energy(after, units))
        np.testing.assert_allclose(now.energy, lowest, atol=1e-12)
        np.testing.assert_allclose(heatbath.energy(now.states, units), lowest, atol=1e-12)
        before = after
    assert (lowest < at_ends - 1e-9).mean() > 0.3  # who looks at the ends of sweeps only misses lower ones


@pytest.mark.parametrize("name", ["greedy", "annealing", "tempering"])
def test_a_run_repeats_and_can_be_stopped(name, monkeypatch):
    units = glass(20)
    start = starts(units, 3, np.random.default_rng(1))
    search = {
        "greedy": lambda S, rng: greedy(start, units, S, rng=rng),
        "annealing": lambda S, rng: simulate(start, units, np.linspace(2, 1, 24)[:S], rng=rng),
        "tempering": lambda S, rng: temper(start, units, [0.5, 1.0], S, rng=rng),
    }[name]
    whole, other = search(24, np.random.default_rng(1)), search(24, np.random.default_rng(2))
    for a, b in zip(whole, search(24, np.random.default_rng(1)), strict=True):
        np.testing.assert_array_equal(a, b)
    assert (whole.last != other.last).any()
    part = search(8, np.random.default_rng(1))

    def watched(total, shown):
        for number, piece in enumerate(progress.watched(total, shown)):
            if number == 3 * (4 if name == "tempering" else 8):
                raise KeyboardInterrupt
            yield piece

    monkeypatch.setattr(progress, "SLICE", 0.0)
    monkeypatch.setattr(anneal, "watched", watched)
    with pytest.raises(Interrupted) as stopped:
        search(24, np.random.default_rng(1))
    assert stopped.value.run.sweeps == 8
    for a, b in zip(stopped.value.run, part, strict=True):
        np.testing.assert_array_equal(a, b)


# Instances


@pytest.mark.parametrize("seed", range(5))
def test_the_best_partition_is_that_of_all_signs(seed):
    a = np.random.default_rng(seed).integers(1, 2000, size=12)
    expected = np.abs(exact.states(12) @ a).min()
    E = all_energies(number_partition(a))
    assert E.min() == (expected**2 - a @ a) / 2
    for method in instances.METHODS:
        found = best_partition(a, method=method)
        assert found.difference == expected == difference(found.signs, a), method


def test_both_methods_agree_where_nothing_is_listed(rng):
    a = rng.integers(1, 60_000, size=30)
    one, two = (best_partition(a, method=method) for method in instances.METHODS)
    assert one.difference == two.difference == difference(one.signs, a) == difference(two.signs, a)


@pytest.mark.parametrize("method", instances.METHODS)
def test_small_and_lopsided_lists_too(method):
    for a, expected in (([1, 1], 0), ([5, 1], 4), ([8, 1, 1], 6), ([3, 3, 2, 2, 2], 0), ([1] * 7, 1)):
        found = best_partition(a, method=method)
        assert found.difference == expected == difference(found.signs, a)


def test_planted_partitions_are_perfect_and_known(rng):
    for _ in range(5):
        planted = perfect_partition(14, 5000, rng=rng)
        a = instances.numbers_of(planted.graph)
        assert planted.energy == heatbath.energy(planted.signs[None], planted.graph)[0] == -(a @ a) / 2
        assert best_partition(a).difference == 0


def test_planted_cuts_are_the_largest(rng):
    for _ in range(5):
        planted = planted_cut(10, 15, rng=rng)
        assert all_energies(planted.graph).min() == planted.energy == -15
        assert heatbath.energy(planted.signs[None], planted.graph)[0] == -15
        weights = -heatbath.matrix_of(planted.graph)
        cuts = [
            sum(weights[i, j] for i, j in itertools.combinations(range(10), 2) if s[i] != s[j])
            for s in exact.states(10)[::7]
        ]
        assert max(cuts) <= 30 == instances.cut_weight(planted.signs, planted.graph)


# Success


def test_shares_and_times_are_those_of_the_formulas(rng):
    planted = planted_cut(40, 80, rng=rng)

    def search(sweeps, rng):
        T = schedule("linear", sweeps, hot=2.0, cold=0.2)
        return simulate(starts(planted.graph, 200, rng), planted.graph, T, rng=rng)

    found = success(search, [3, 30, 300], planted.energy, rng=rng)
    np.testing.assert_array_equal(found.runs, 200)
    np.testing.assert_allclose(found.p, found.found / 200)
    assert (found.low <= found.p).all()
    assert (found.p <= found.high).all()
    for k in range(3):
        if 0 < found.p[k] < 0.99:
            assert found.time[k] == pytest.approx(found.sweeps[k] * np.log(0.01) / np.log(1 - found.p[k]))
    assert (found.time_low <= found.time).all()
    assert (found.time <= found.time_high).all()
    assert found.high[0] < found.low[2]  # too fast a cooling fails
    assert time_to_solution(0.0, 5) == np.inf
    assert time_to_solution(0.995, 5) == 5


def test_counted_shares_are_the_exact_chances(rng):
    units = glass(8, 4)
    target = all_energies(units).min()

    def search(sweeps, rng):
        return simulate(starts(units, 4000, rng), units, schedule("linear", sweeps, hot=1.5, cold=0.0), rng=rng)

    found = success(search, [1, 4, 16, 64], target, level=1 - 1e-5, rng=rng)
    # A run counts if it was in the ground state after any sweep, or at the start: at least as often as at the end.
    ends = [valleys.cooled(units, schedule("linear", S, hot=1.5, cold=0.0)).ground[-1] for S in found.sweeps]
    assert (found.high > ends).all()
    last = [heatbath.energy(search(int(S), rng).last, units) < target + 1e-9 for S in found.sweeps]
    for k in range(4):
        assert abs(last[k].mean() - ends[k]) < 5 * np.sqrt(ends[k] * (1 - ends[k]) / 4000)


def test_counting_is_stopped_and_leaves_what_was_counted():
    calls = []

    def search(sweeps, rng):
        calls.append(sweeps)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return greedy(START, J3, sweeps, rng=rng)

    with pytest.raises(Interrupted) as stopped:
        success(search, [5, 6, 7, 8], -3.0, rng=np.random.default_rng(1))
    np.testing.assert_array_equal(stopped.value.run.sweeps, [5, 6])


@pytest.mark.slow
def test_slow_cooling_beats_greedy_descent_at_the_same_work_where_there_are_many_valleys(rng):
    planted = planted_cut(120, 250, rng=rng)
    units = planted.graph

    def annealing(S, rng):
        return simulate(starts(units, 60, rng), units, schedule("linear", S, hot=2.0, cold=0.2), rng=rng)

    def tempering(S, rng):
        return temper(starts(units, 60, rng), units, np.geomspace(0.4, 2.5, 10), S, rng=rng)

    def descents(S, rng):
        return greedy(starts(units, 60, rng), units, S, rng=rng)

    slow, ladder, fast = (success(f, [3000], planted.energy, rng=rng) for f in (annealing, tempering, descents))
    assert slow.low[0] > fast.high[0]
    assert ladder.low[0] > fast.high[0]


@pytest.mark.slow
def test_number_partition_has_nothing_for_slow_cooling_to_find(rng):
    """Descents from many starts find a perfect partition at least as often as annealing with the same work."""
    planted = perfect_partition(16, 4000, rng=rng)
    units, largest = planted.graph, float(instances.numbers_of(planted.graph).max())

    def annealing(S, rng):
        T = schedule("geometric", S, hot=2 * largest**2, cold=1e-4 * largest**2)
        return simulate(starts(units, 200, rng), units, T, rng=rng)

    def descents(S, rng):
        return greedy(starts(units, 200, rng), units, S, rng=rng)

    slow, fast = (success(f, [1000], planted.energy, rng=rng) for f in (annealing, descents))
    assert fast.low[0] > slow.p[0] > 0
