"""The account of energy and entropy against all 2^N configurations, identities and the equilibrium; wrong twins."""

import harness
import numpy as np
import pytest
from harness import Case

from spinlearn import exact, meanfield
from spinlearn.core import progress
from spinlearn.lattice import from_couplings
from spinlearn.meanfield import dissipation
from spinlearn.meanfield.curie_weiss import evolve, steps

ROUNDING = 1e-14


def equal_ways(N):
    """The law of free spins: all configurations equally likely."""
    return meanfield.curie_weiss(N, 1.0, Tc=1e-300).p


def one_up(N, k):
    return (np.arange(N + 1) == k).astype(float)


def full_account(p, energy, T):
    """e, s and relative entropy of a law over configurations, from the definitions."""
    boltzmann = np.exp(-(energy - energy.min()) / T)
    boltzmann /= boltzmann.sum()
    on = p > 0
    s = -(p[on] * np.log(p[on])).sum()
    return p @ energy, s, (p[on] * np.log(p[on] / boltzmann[on])).sum()


@pytest.mark.parametrize("start", [0, 2, 6])
def test_it_is_the_account_of_all_configurations(start):
    """Six spins, 64 configurations, one update as a 64 by 64 matrix, energies listed pair by pair."""
    N, h, Tc, path_T = 6, 0.2, 1.3, [0.9, 0.9, 0.4, 2.0]
    graph, J = from_couplings(Tc / N * (1 - np.eye(N)))
    energy = exact.energies(graph, J=J, h=h)
    up = (exact.states(N) > 0).sum(axis=1)
    p = (up == start) / (up == start).sum()
    found = dissipation.follow(one_up(N, start), path_T, h=h, Tc=Tc)
    assert [found.e[0], found.s[0]] == pytest.approx(np.array(full_account(p, energy, 1.0)[:2]) / N, abs=ROUNDING)
    for t, T in enumerate(path_T):
        whole = harness.transition_matrix(Case(graph, T, J, np.full(N, h)), "heat-bath")
        before = full_account(p, energy, T)
        p = p @ np.linalg.matrix_power(whole, N)
        after = full_account(p, energy, T)
        assert [found.e[t + 1], found.s[t + 1], found.relative[t]] == pytest.approx(np.array(after) / N, abs=ROUNDING)
        assert found.production[t] == pytest.approx((before[2] - after[2]) / N, abs=ROUNDING)
        assert found.m[t + 1] == pytest.approx(p @ (2 * up - N) / N, abs=ROUNDING)


@pytest.mark.parametrize(("N", "T", "h"), [(2, 0.7, 0.0), (50, 0.7, 0.1), (1000, 1.5, -0.2), (1000, 0.3, 0.0)])
def test_equilibrium_has_the_least_free_energy(N, T, h):
    law = meanfield.curie_weiss(N, T, h=h)
    found = dissipation.state(law.p, T, h=h)
    assert found.f == pytest.approx(law.f, rel=1e-12)
    assert abs(found.relative) < 1e-13
    rng = np.random.default_rng(1)
    for other in (equal_ways(N), one_up(N, N), rng.dirichlet(np.ones(N + 1))):
        state = dissipation.state(other, T, h=h)
        assert state.f > law.f
        assert state.relative == pytest.approx((state.f - law.f) / T, rel=1e-9)


def test_free_energy_falls_in_every_sweep_and_the_magnet_and_its_bath_gain_entropy():
    N = 200
    path = dissipation.follow(meanfield.curie_weiss(N, 2.0).p, np.full(60, 0.6))
    assert (np.diff(path.f) < ROUNDING).all()
    assert (np.diff(path.relative) < ROUNDING).all()
    assert path.production.min() > -ROUNDING
    assert path.production == pytest.approx((path.before - path.f) / path.T, abs=ROUNDING)
    assert path.f - 0.6 * path.relative == pytest.approx(meanfield.curie_weiss(N, 0.6).f, abs=1e-12)
    # The magnet by itself loses entropy, and gives more heat away than that is worth at T.
    assert path.s[-1] - path.s[0] < -0.3
    assert -(path.e[-1] - path.e[0]) / 0.6 > -(path.s[-1] - path.s[0])


def test_it_falls_in_every_single_update():
    N, T, h = 30, 0.5, 0.1
    up, down = steps(N, T, h=h)
    law, last = equal_ways(N), np.inf
    for _ in range(5 * N):
        now = dissipation.state(law, T, h=h).f
        assert now < last + ROUNDING
        last = now
        law = law * (1 - up - down) + np.r_[0, (law * up)[:-1]] + np.r_[(law * down)[1:], 0]


def test_a_bath_of_another_temperature_and_a_spin_that_feels_itself_would_be_noticed():
    N, T = 40, 0.7
    laws = [one_up(N, 0)]
    for _ in range(40):
        laws.append(evolve(laws[-1], T, [0.2]).law)
    account = {bath: np.diff([dissipation.state(law, bath, h=0.2).f for law in laws]) for bath in (T, 2 * T)}
    assert (account[T] < ROUNDING).all()
    assert (account[2 * T] > 1e-3).any()
    k = np.arange(N + 1)
    b = (2 * k - N) / N + 0.2  # the spin's own share in its field: no detailed balance with the Boltzmann law
    up, down = (N - k) / N / (1 + np.exp(-2 * b / T)), k / N / (1 + np.exp(2 * b / T))
    law = meanfield.curie_weiss(N, T, h=0.2).p
    wrong = law * (1 - up - down) + np.r_[0, (law * up)[:-1]] + np.r_[(law * down)[1:], 0]
    assert dissipation.state(wrong, T, h=0.2).f > dissipation.state(law, T, h=0.2).f + 1e-9


def test_the_entropy_without_the_ways_would_be_wrong():
    """-sum P ln P over the N + 1 sums alone forgets that many configurations share one."""
    N = 50
    law = equal_ways(N)
    assert dissipation.state(law, 1.0).s == pytest.approx(np.log(2), rel=1e-12)
    assert -(law * np.log(law)).sum() / N < 0.1


def test_a_slow_path_gains_less_than_a_quench():
    """From T = 2 to 0.6 in one step or in many: the same end, the gain of entropy goes as one over the time."""
    start = meanfield.curie_weiss(60, 2.0, h=0.3).p
    total = {}
    for sweeps in (1, 100, 200):
        T = np.r_[np.linspace(2.0, 0.6, sweeps), np.full(200, 0.6)]
        path = dissipation.follow(start, T, h=0.3)
        assert path.relative[-1] < 1e-12
        total[sweeps] = path.production.sum()
    assert total[1] > 10 * total[100]
    assert total[100] / total[200] == pytest.approx(2, rel=0.1)


def test_heat_over_temperature_and_entropy_balance_along_the_path():
    T = np.linspace(2, 0.5, 30)
    path = dissipation.follow(equal_ways(80), T, h=0.1)
    assert path.s[-1] - path.s[0] == pytest.approx(path.production.sum() + (np.diff(path.e) / T).sum(), abs=1e-12)


# Many spins


@pytest.mark.parametrize(("T", "h"), [(0.5, 0.05), (1.4, 0.3), (0.8, 0.1)])
def test_many_spins_follow_the_flow(T, h):
    start = 0.4
    limit = dissipation.follow_flow(start, np.full(8, T), h=h)
    assert (np.diff(limit.f) < ROUNDING).all()
    assert limit.production.min() > -ROUNDING
    gaps = []
    for N in (500, 2000):
        path = dissipation.follow(one_up(N, round(N * 0.7)), np.full(8, T), h=h)
        gaps.append(max(np.abs(path.e - limit.e).max(), np.abs(path.s - limit.s).max(), np.abs(path.m - limit.m).max()))
    assert gaps[1] < 0.01
    assert gaps[1] < 0.4 * gaps[0]  # as ln(N) / N


def test_the_flow_ends_in_the_minimum():
    path = dissipation.follow_flow(0.2, np.full(60, 0.7), h=0.01)
    assert path.m[-1] == pytest.approx(meanfield.magnetisation(0.7, h=0.01), abs=1e-9)
    assert abs(path.relative[-1]) < 1e-12
    assert (path.relative > -ROUNDING).all()
    assert path.s[-1] < path.s[0]


# What it takes


def test_it_stops_within_a_moment_and_keeps_what_was_finished(monkeypatch):
    law, T = equal_ways(50), np.linspace(2, 0.5, 40)
    whole = dissipation.follow(law, T)

    def stopped(total, shown=None):
        yield slice(0, 7 * 50 + 13)
        raise KeyboardInterrupt

    monkeypatch.setattr(dissipation, "watched", stopped)
    with pytest.raises(progress.Interrupted) as caught:
        dissipation.follow(law, T)
    assert caught.value.run.f.tolist() == whole.f[:7].tolist()
    assert caught.value.run.s.tolist() == whole.s[:8].tolist()


def test_the_argument_is_left_as_it_is():
    law = one_up(4, 4)
    dissipation.follow(law, [1.0])
    assert law.tolist() == [0, 0, 0, 0, 1]


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: dissipation.follow([0.5, 0.6], [1.0]), ValueError, "law must be probabilities"),
        (lambda: dissipation.follow([1.0], [1.0]), ValueError, "law must be one-dimensional"),
        (lambda: dissipation.follow([0.5, 0.5], [0.0]), ValueError, "T must be greater than 0"),
        (lambda: dissipation.follow([0.5, 0.5], 1.0), ValueError, "T must be one-dimensional"),
        (lambda: dissipation.state([0.5, 0.5], 1.0, Tc=-1), ValueError, "Tc must be at least 0"),
        (lambda: dissipation.state([0.5, 0.5], 1.0, h=np.nan), ValueError, "h must be finite"),
        (lambda: dissipation.follow_flow(1.5, [1.0]), ValueError, "m must lie between -1 and 1"),
    ],
)
def test_what_came_is_told(call, error, message):
    with pytest.raises(error, match=message):
        call()
