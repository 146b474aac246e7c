"""Networks with any couplings: identities of the energy, plain twins, the theorems, and what each condition is for."""

import json
import os
import subprocess
import sys

import harness
import numpy as np
import pytest

from spinlearn import exact
from spinlearn.core import progress
from spinlearn.core.progress import Interrupted
from spinlearn.dense import maxent, network, retrieval
from spinlearn.lattice import from_couplings, ising

ORDERS = list(network.ORDERS)
ONE_BY_ONE = ["sequential", "random"]


def couplings(n, seed=1, *, symmetric=True, diagonal=False):
    rng = np.random.default_rng(seed)
    J = rng.normal(size=(n, n)) / np.sqrt(n)
    J = (J + J.T) / np.sqrt(2) if symmetric else J
    if not diagonal:
        np.fill_diagonal(J, 0)
    return J


def state(n, rng):
    return rng.choice(np.array([-1, 1], dtype=np.int8), size=n)


def plain_relax(spins, J, h, order, sweeps, rng=None):
    """The twin of `relax`: sums as they stand, and all states remembered."""
    s, n = [int(x) for x in spins], len(spins)
    random = harness.Xoshiro(int(rng.integers(2**64, dtype=np.uint64))) if order == "random" else None
    visited, flips, seen = [tuple(s)], 0, 0

    def wants(i):
        return s[i] * (sum(J[i][j] * s[j] for j in range(n)) + h[i]) < -1e-10

    for sweep in range(1, sweeps + 1):
        seen = sweep
        turned = []
        if order == "parallel":
            turned = [i for i in range(n) if wants(i)]
            for i in turned:
                s[i] = -s[i]
        else:
            for step in range(n):
                i = random.site(n) if random else step
                if wants(i):
                    s[i] = -s[i]
                    turned.append(i)
        flips += len(turned)
        if not any(wants(i) for i in range(n)) and not turned:
            return s, sweep, flips, 1
        if order != "random" and tuple(s) in visited:
            return s, sweep, flips, sweep - visited.index(tuple(s))
        visited.append(tuple(s))
    return s, seen, flips, 0


# The energy


@pytest.mark.parametrize("T", [0.7, 2.5])
def test_the_energy_is_that_of_the_wing_and_of_a_magnet_on_a_graph(T):
    J, h = couplings(7), np.random.default_rng(2).normal(size=7)
    all_states = exact.states(7)
    ours = np.array([network.energy(s, J, h=h) for s in all_states])
    np.testing.assert_allclose(ours, maxent.energies(maxent.Pairwise(h, J, "spins")), atol=1e-13)
    graph, table = from_couplings(J)
    np.testing.assert_allclose(ours, exact.energies(graph, J=table, h=h), atol=1e-13)
    np.testing.assert_allclose(ours[5], ising.energy(all_states[5], graph, J=table, h=h), atol=1e-13)


def test_a_threshold_is_a_field_with_the_other_sign(rng):
    """E = -(1/2) s.J.s + theta.s, and a unit is up where what comes in exceeds its threshold."""
    J, theta = couplings(30), rng.normal(size=30)
    s = state(30, rng)
    assert network.energy(s, J, h=-theta) == pytest.approx(-0.5 * s @ J @ s + theta @ s)
    end = network.relax(s, J, h=-theta).spins
    np.testing.assert_array_equal(end > 0, J @ end > theta)
    wrong = network.relax(s, J, h=theta).spins
    assert ((wrong > 0) != (J @ wrong > theta)).any()


def test_a_flip_costs_twice_spin_times_field(rng):
    J, h, s = couplings(12), rng.normal(size=12), state(12, rng)
    fields = network.local_fields(s, J, h=h)
    for i in range(12):
        turned = s.copy()
        turned[i] *= -1
        cost = network.energy(turned, J, h=h) - network.energy(s, J, h=h)
        assert cost == pytest.approx(2 * s[i] * fields[i], abs=1e-12)


def test_the_energy_sees_neither_the_diagonal_nor_the_antisymmetric_part(rng):
    J, s = couplings(9, symmetric=False, diagonal=True), state(9, rng)
    plain = (J + J.T) / 2 - np.diag(J.diagonal())
    assert network.energy(s, J) == pytest.approx(network.energy(s, plain) - J.trace() / 2, abs=1e-12)


def test_no_zero_has_a_sign():
    assert str(network.energy([1, -1], np.zeros((2, 2)))) == "0.0"
    assert str(network.lyapunov([1, -1], [1, 1], np.zeros((2, 2)))) == "0.0"
    assert str(network.relax([1, -1], np.zeros((2, 2))).e[0]) == "0.0"


# T = 0


@pytest.mark.parametrize("order", ORDERS)
@pytest.mark.parametrize("kind", ["whole", "reals", "asymmetric"])
def test_the_plain_twin_ends_in_the_same_state_in_the_same_sweep(order, kind, rng):
    for seed in range(12):
        n = 4 + seed
        if kind == "whole":  # many units in no field at all
            J, h = np.rint(2 * couplings(n, seed)), np.zeros(n)
        else:
            J, h = couplings(n, seed, symmetric=kind == "reals", diagonal=kind == "asymmetric"), rng.normal(size=n) / 5
        s = state(n, rng)
        run = network.relax(s, J, h=h, order=order, promise="nothing", sweeps=200, rng=np.random.default_rng(seed))
        spins, *rest = plain_relax(s, J.tolist(), h, order, 200, np.random.default_rng(seed))
        assert run.period == rest[2]
        if run.period <= 2:  # with one state remembered, a longer cycle is seen some rounds later
            assert (run.sweeps, run.flips) == tuple(rest[:2])
            np.testing.assert_array_equal(run.spins, spins)
        else:
            assert rest[0] <= run.sweeps <= 3 * rest[0]
            again = network.relax(run.spins, J, h=h, order=order, promise="nothing", sweeps=run.period)
            np.testing.assert_array_equal(again.spins, run.spins)


@pytest.mark.parametrize("order", ONE_BY_ONE)
def test_under_the_three_conditions_the_energy_never_rises_and_the_end_is_a_fixed_point(order, rng):
    for seed in range(40):
        J, h = couplings(50, seed), rng.normal(size=50) * (seed % 2)
        run = network.relax(state(50, rng), J, h=h, order=order, rng=rng)
        assert np.diff(run.e).max() <= 1e-12
        assert run.period == 1
        assert network.is_fixed(run.spins, J, h=h)
        assert run.e[-1] == pytest.approx(network.energy(run.spins, J, h=h) / 50, abs=1e-12)


DROPPED = {  # couplings, fields, a start, an order; the energy before and after
    "symmetry": ([[0, 1], [-3, 0]], 0.0, [1, -1], "sequential", -1, 1),
    "no self-coupling": ([[-2, 1], [1, -2]], 0.0, [1, 1], "sequential", 1, 3),
    "one at a time": ([[0, 1], [1, 0]], [0.5, -0.5], [1, -1], "parallel", 0, 2),
}


@pytest.mark.parametrize("name", DROPPED)
def test_without_any_one_of_the_three_conditions_the_energy_can_rise(name):
    J, h, start, order, before, after = DROPPED[name]
    held = network.conditions(J, order)
    assert [held.symmetric, held.no_self_coupling, held.one_at_a_time] == [key != name for key in DROPPED]
    wrong_turn = next(i for i in range(2) if start[i] * network.local_fields(start, J, h=h)[i] < 0)
    turned = -np.array(start) if order == "parallel" else np.where(np.arange(2) == wrong_turn, -1, 1) * start
    assert network.energy(start, J, h=h) == before
    assert network.energy(turned, J, h=h) == after
    with pytest.raises(ValueError, match="promise"):
        network.relax(start, J, h=h, order=order, promise="descent")
    run = network.relax(start, J, h=h, order=order, promise="nothing", sweeps=9)
    assert run.period != 1


def test_in_parallel_the_lyapunov_function_falls_and_no_cycle_is_longer_than_two(rng):
    """Symmetric J with any diagonal and fields; the theorem of Goles, Fogelman and Pellegrin."""
    periods = []
    for seed in range(60):
        J, h = couplings(30, seed, diagonal=seed % 3 > 0), rng.normal(size=30) * (seed % 2) / 2
        before, now = (s := state(30, rng)), network.relax(s, J, h=h, order="parallel", sweeps=1).spins
        falling = [network.lyapunov(now, before, J, h=h)]
        for _ in range(100):
            before, now = now, network.relax(now, J, h=h, order="parallel", sweeps=1).spins
            falling.append(network.lyapunov(now, before, J, h=h))
        assert np.diff(falling).max() <= 1e-12
        run = network.relax(s, J, h=h, order="parallel")
        periods.append(run.period)
        np.testing.assert_array_equal(network.relax(run.spins, J, h=h, order="parallel", sweeps=1).spins, run.before)
        assert network.lyapunov(run.spins, run.before, J, h=h) == pytest.approx(falling[-1], abs=1e-12)
    assert set(periods) == {1, 2}


def test_couplings_in_one_direction_go_round_in_longer_circles():
    """Each unit copies the one before it: a pattern goes once round the ring."""
    for n in (3, 5, 8, 13):
        J = np.roll(np.eye(n), 1, axis=0)
        start = -np.ones(n, dtype=np.int8)
        start[0] = 1
        run = network.relax(start, J, order="parallel", promise="nothing")
        assert run.period == n
        with pytest.raises(ValueError, match=r"^J must be symmetric for the promise 'symmetric'"):
            network.relax(start, J, order="parallel")


def test_a_unit_in_no_field_stays_whatever_the_rounding(rng):
    """Couplings over N, for an N that is no power of two, leave residues of some 1e-17 where the field is none."""
    patterns = rng.choice([-1, 1], size=(4, 49))
    whole = (patterns.T @ patterns - 4 * np.eye(49)).astype(float)
    ties = 0
    for _ in range(200):
        s = state(49, rng)
        ties += (network.local_fields(s, whole) == 0).sum()
        for order in ("sequential", "parallel"):
            one, other = network.relax(s, whole, order=order), network.relax(s, whole / 49, order=order)
            np.testing.assert_array_equal(one.spins, other.spins)
            assert one[3:] == other[3:]
    assert ties > 100


def test_a_run_that_was_cut_short_says_so():
    run = network.relax([1, -1], [[0, 1], [1, 0]], order="parallel", sweeps=1)
    assert (run.period, run.sweeps, len(run.e)) == (0, 1, 2)
    run = network.relax([1, -1], [[0, 1], [1, 0]], sweeps=0)
    assert (run.period, run.sweeps, len(run.e)) == (0, 0, 1)


# T > 0


@pytest.mark.parametrize("order", ORDERS)
def test_the_coldest_heat_bath_goes_where_the_fields_point(order, rng):
    J, s = couplings(40), state(40, rng)
    cold = network.simulate(s, J, 1e-12, 1, order=order, rng=np.random.default_rng(3))
    if order != "random":  # it draws for other things, too
        np.testing.assert_array_equal(cold.spins, network.relax(s, J, order=order, sweeps=1).spins)
    end = network.relax(s, J).spins
    np.testing.assert_array_equal(network.simulate(end, J, 1e-12, 5, rng=rng).spins, end)


def test_records_are_energies_and_magnetisations_of_the_states(rng):
    J, h, s = couplings(20), rng.normal(size=20), state(20, rng)
    for order in ORDERS:
        run = network.simulate(s, J, 1.3, 7, h=h, order=order, every=7, rng=rng)
        assert run.e == pytest.approx([network.energy(run.spins, J, h=h) / 20], abs=1e-12)
        assert run.m == pytest.approx([run.spins.mean()])


def parallel_law(J, h, T):
    """Peretto's: exp(h.s / T) times 2 cosh(f_i / T) at every unit."""
    s = exact.states(len(J))
    log_p = s @ h / T + np.log(2 * np.cosh((s @ J.T + h) / T)).sum(axis=1)
    p = np.exp(log_p - log_p.max())
    return p / p.sum()


def test_all_at_once_has_another_law_than_one_at_a_time(rng):
    J, h, T, runs = couplings(6, 3, diagonal=True), np.linspace(-0.4, 0.6, 6), 1.7, 20_000
    for law, right in ((parallel_law(J, h, T), True), (maxent_law(J, h, T), False)):
        starts = exact.states(6)[rng.choice(64, size=runs, p=law)]
        ends = [network.simulate(s, J, T, 2, h=h, order="parallel", rng=rng).spins for s in starts]
        counts = np.bincount((np.array(ends) > 0) @ (1 << np.arange(6)), minlength=64)
        p = harness.chi_square(counts, law)
        assert (p > harness.SIGNIFICANCE) == right


def maxent_law(J, h, T):
    return maxent.law(maxent.Pairwise(h, J - np.diag(J.diagonal()), "spins"), T)


# What stops, what is refused, and what the compiler changes


def test_where_a_run_is_cut_changes_nothing_and_what_is_finished_is_kept(monkeypatch):
    n = 300
    J, s = couplings(n, symmetric=False), state(n, np.random.default_rng(4))
    runs = {
        "relax": lambda: network.relax(s, J, order="parallel", promise="nothing", sweeps=30),
        "in order": lambda: network.relax(s, J, promise="nothing", sweeps=30),
        "simulate": lambda: network.simulate(s, J, 0.5, 30, promise="nothing", rng=np.random.default_rng(5)),
    }
    whole = {name: run() for name, run in runs.items()}
    monkeypatch.setattr(progress, "SLICE", 0.0)
    for name, run in runs.items():
        for one, other in zip(run(), whole[name], strict=True):
            np.testing.assert_array_equal(one, other)

    def stopped_early(total, shown):
        for number, part in enumerate(progress.watched(total, shown)):
            if number == 3:
                raise KeyboardInterrupt
            yield part

    monkeypatch.setattr(network, "watched", stopped_early)
    for name, run in runs.items():
        with pytest.raises(Interrupted) as stopped:
            run()
        e = stopped.value.run.e
        assert len(e) == 3 + (name != "simulate")
        np.testing.assert_array_equal(e, whole[name].e[: len(e)])


GOOD = {"spins": [1, -1], "J": [[0, 1], [1, 0]]}
WRONG = {
    "J must have shape (N, N)": {"J": [[0, 1]]},
    "J must be finite": {"J": [[0, np.nan], [np.nan, 0]]},
    "J must be symmetric for the promise 'descent', got J[0, 1] = 1 and J[1, 0] = 2": {"J": [[0, 1], [2, 0]]},
    "J must be 0 on its diagonal for the promise 'descent', got J[1, 1] = 3": {"J": [[0, 1], [1, 3]]},
    "spins must be -1 or +1": {"spins": [0, 1]},
    "spins must have shape (2,), one for each unit": {"spins": [1, 1, 1]},
    "h must have shape (2,)": {"h": [1.0]},
    "order must be one of 'sequential', 'random', 'parallel'": {"order": "all"},
    "order must be 'sequential' or 'random' for the promise 'descent'": {"order": "parallel", "promise": "descent"},
    "promise must be one of": {"promise": "all"},
    "sweeps must be at least 0": {"sweeps": -1},
    "rng must be a numpy.random.Generator": {"order": "random"},
}


@pytest.mark.parametrize("message", WRONG)
def test_errors_name_the_argument_and_what_would_do(message):
    options = GOOD | WRONG[message]
    with pytest.raises((TypeError, ValueError)) as error:
        network.relax(options.pop("spins"), options.pop("J"), **options)
    assert str(error.value).startswith(message)


def test_a_temperature_that_is_none_is_refused_before_anything_is_drawn(rng):
    before = rng.bit_generator.state
    for T in (0.0, -1.0, np.nan):
        with pytest.raises(ValueError, match=r"^T must be"):
            network.simulate([1, -1], GOOD["J"], T, 1, rng=rng)
    assert rng.bit_generator.state == before


PLAIN = """
import json, warnings
import numpy as np
warnings.simplefilter("error")
from spinlearn.dense import attractors, network, retrieval
rng = np.random.default_rng(1)
patterns = rng.choice(np.array([-1, 1], dtype=np.int8), size=(140, 200))
J = (patterns.T.astype(float) @ patterns) / 200
np.fill_diagonal(J, 0)
start = np.where(rng.random(200) < 0.2, -patterns[0], patterns[0])
found = []
for order in network.ORDERS:
    for run in (network.relax(start, J, order=order, sweeps=2, rng=np.random.default_rng(2)),
                retrieval.retrieve(start, patterns, order=order, sweeps=2, rng=np.random.default_rng(2))):
        found += [run.spins.tolist(), run.e.round(12).tolist(), list(run[3:])]
run = network.simulate(start, J, 0.7, 2, rng=rng)
found += [run.spins.tolist(), run.e.round(12).tolist(), run.m.tolist()]
found += [attractors.fixed_points(J[:5, :5]).tolist()]
print(json.dumps(found))
"""


@pytest.mark.slow
def test_the_kernels_as_plain_python_give_the_same_and_no_warnings():
    outputs = []
    for off in ("0", "1"):
        environment = os.environ | {"NUMBA_DISABLE_JIT": off}
        run = subprocess.run([sys.executable, "-c", PLAIN], env=environment, capture_output=True, text=True)
        assert run.returncode == 0, run.stderr
        outputs.append(json.loads(run.stdout))
    assert outputs[0] == outputs[1]


def test_the_period_is_told_by_one_rule_for_both_kinds_of_run():
    assert retrieval.period_of is network.period_of
