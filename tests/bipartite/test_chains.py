"""The loop of one statistic as a chain: against the coin's, enumeration, any family's fit, and walks."""

import itertools
import math

import numpy as np
import pytest

from spinlearn.bipartite import chains, closedloop, families, retraining
from spinlearn.bipartite.closedloop import Conjugate, Normal
from spinlearn.core import words
from spinlearn.exact.enumeration import states

HELD = [
    {}, {"external": 2.0, "q": 0.3}, {"external": 1.0, "q": 1.0}, {"prior": Conjugate(1.5, 0.5), "strength": 0.7},
    {"prior": Normal(0.4, 1.5), "strength": 2.0}, {"external": 1.0, "q": 0.2, "prior": Normal(0.0, 1.0)},
]  # fmt: skip


def family(statistic):
    """The same as a family of `families`, whose only column is y."""
    return families.family((statistic.heights / statistic.heights[-1])[:, None], statistic.log_weight)


# ── The coin ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("held", HELD, ids=str)
@pytest.mark.parametrize("M", [1, 2, 13])
def test_a_coin_is_that_of_the_closed_loop(M, held):
    loop = chains.chain(chains.coin(), M, start=0.3, **held)
    whole = {key: int(value) if key == "external" else value for key, value in held.items()}
    coin = closedloop.coin(M, **whole)
    np.testing.assert_allclose(loop.x[:-1], coin.estimates, rtol=0, atol=1e-13)
    np.testing.assert_allclose(chains.transitions(loop)[:-1], closedloop.transitions(coin), rtol=0, atol=1e-12)
    found, law = chains.evolution(loop, 9), closedloop.law(coin, 0.3, 9)
    np.testing.assert_allclose(found.law[:-1], law[-1], rtol=0, atol=1e-12)
    np.testing.assert_allclose(found.mean[1:], law @ coin.estimates, rtol=0, atol=1e-12)
    np.testing.assert_allclose(found.collapsed, 1 - closedloop.survival(coin, 0.3, 9), rtol=0, atol=1e-12)
    other = chains.chain(chains.coin(), M, start=0.3, **held | {"external": 3.0, "q": 0.5})  # the control
    assert abs(other.x[:-1] - coin.estimates).max() > 1e-3


@pytest.mark.parametrize("held", HELD[1:2] + HELD[3:], ids=str)
def test_the_stationary_law_of_a_coin_is_that_of_the_closed_loop(held):
    theta = np.linspace(-60, 60, 24001)
    coin = closedloop.coin(5, **{key: int(value) if key == "external" else value for key, value in held.items()})
    found = chains.density(chains.chain(chains.coin(), 5, start=0.5, **held), theta)
    np.testing.assert_allclose(found, closedloop.density(coin, theta), rtol=1e-6, atol=1e-300)


# ── Spins with a coupling ────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("n", [2, 3, 4, 5, 8])
def test_the_levels_of_spins_are_counted(n):
    of, square = chains.spins(n), states(n).sum(axis=1, dtype=int) ** 2
    values, many = np.unique(square, return_counts=True)
    np.testing.assert_allclose(np.exp(of.log_weight), many)
    np.testing.assert_allclose(of.heights / of.heights[-1], (values - values[0]) / (values[-1] - values[0]))


def test_theta_is_the_coupling_that_it_is_said_to_be():
    """Against four spins one by one, with J / 4 on each pair."""
    J, s = 0.7, states(4).astype(float)
    energy = -J / 4 * sum(s[:, i] * s[:, j] for i, j in itertools.combinations(range(4), 2))
    p = np.exp(-energy)
    x = (p @ s.sum(axis=1) ** 2) / p.sum() / 16
    loop = chains.chain(chains.spins(4), 1, start=x)
    assert loop.theta[-1] == pytest.approx(2 * J, abs=1e-12)
    assert chains.chain(chains.spins(4), 1, start=0.25).theta[-1] == pytest.approx(0, abs=1e-12)


@pytest.mark.parametrize("n", [3, 4])
@pytest.mark.parametrize("M", [1, 2, 3])
def test_a_generation_is_that_of_all_samples(n, M):
    loop = chains.chain(chains.spins(n), M, start=0.4)
    heights, L = loop.statistic.heights, loop.statistic.heights.size
    wanted = np.zeros((loop.x.size, loop.x.size - 1))
    for sample in itertools.product(range(L), repeat=M):
        wanted[:, heights[list(sample)].sum()] += loop.laws[:, list(sample)].prod(axis=1)
    np.testing.assert_allclose(chains.transitions(loop), wanted, rtol=0, atol=1e-14)


@pytest.mark.parametrize("held", HELD, ids=str)
def test_what_is_fitted_solves_the_equation_and_is_what_any_family_has(held):
    of = chains.spins(4)
    loop, top, M = chains.chain(of, 6, start=0.25, **held), of.heights[-1], 6
    k = np.arange(loop.x.size - 1)
    theta = np.where(np.isfinite(loop.theta), loop.theta, 0)[:-1]  # at the ends there is none, and no pull
    off = k / top + loop.ones - (M + loop.held) * loop.x[:-1] - loop.pull * (theta - loop.centre)
    np.testing.assert_allclose(off, 0, atol=1e-11)
    model = family(of)
    for at, x in zip(loop.theta, loop.x, strict=True):
        if math.isinf(at):
            assert x == (at > 0)
            continue
        assert families.mean(model, [at])[0] == pytest.approx(x, abs=1e-13)
        assert families.fit(model, [x]).theta[0] == pytest.approx(at, abs=1e-8)


@pytest.mark.parametrize("held", HELD[1:2] + HELD[3:], ids=str)
def test_the_stationary_law_is_that_of_any_family(held):
    of, theta = chains.spins(4), np.linspace(-30, 30, 3001)
    prior = held.get("prior")
    found = chains.density(chains.chain(of, 3, start=0.5, **held), theta)
    if isinstance(prior, Conjugate):  # that is data, too
        u, total = held["strength"], prior.a + prior.b
        held = {"external": u * total, "q": prior.a / total}
    others = {key: value for key, value in held.items() if key != "q"}
    log_p = retraining.log_density(family(of), theta[:, None], average=[held["q"]] if "q" in held else None, **others)
    log_p -= log_p.max()
    np.testing.assert_allclose(
        found, np.exp(log_p) / np.exp(log_p).sum() / (theta[1] - theta[0]), rtol=1e-9, atol=1e-250
    )


# ── What becomes of it ───────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("of", [chains.coin(), chains.spins(4)], ids=["coin", "spins"])
def test_by_maximum_likelihood_the_mean_stays_and_decides_the_end(of):
    found = chains.evolution(chains.chain(of, 10, start=0.25), 3000)
    np.testing.assert_allclose(found.mean, 0.25, rtol=0, atol=1e-10)
    assert (np.diff(found.collapsed) >= -1e-15).all()
    assert found.collapsed[-1] == pytest.approx(1, abs=1e-10)
    assert found.law[-2] == pytest.approx(0.25, abs=1e-10)
    held = chains.evolution(chains.chain(of, 10, start=0.25, external=1, q=0.5), 3000)  # the control
    assert held.collapsed[-1] == 0
    assert held.mean[-1] == pytest.approx(0.5, abs=1e-10)


def test_one_true_datum_makes_the_law_of_a_coin_uniform():
    """It is so at every M but for the ends: the exact variance of x comes to 1/12 as 1/M."""
    off = []
    for M in (25, 50, 100):
        loop = chains.chain(chains.coin(), M, start=0.5, external=1)
        law = chains.evolution(loop, 40 * M).law
        off.append(law @ (loop.x - 0.5) ** 2 - 1 / 12)
    assert abs(off[0]) < 0.004
    np.testing.assert_allclose(off[:-1], 2 * np.array(off[1:]), rtol=0.1)


def test_the_stationary_law_of_spins_is_met_as_one_over_M():
    theta = np.linspace(-60, 60, 12001)
    p, x, chi = np.empty((3, theta.size))
    off = []
    for M in (25, 50, 100):
        loop = chains.chain(chains.spins(4), M, start=0.25, external=3, q=0.4)
        chains.fill_density(*loop.statistic, loop.ones, loop.held, 0.0, 0.0, theta, p, x, chi, np.empty(3))
        wanted = (p * (x - 0.4) ** 2).sum() * (theta[1] - theta[0])
        off.append(chains.evolution(loop, 12 * M).law @ (loop.x - 0.4) ** 2 / wanted - 1)
    assert abs(off[-1]) < 0.02
    np.testing.assert_allclose(off[:-1], 2 * np.array(off[1:]), rtol=0.15)


def test_spins_collapse_in_the_time_of_a_diffusion():
    """t'' chi / (2 M) = -1 with t = 0 at both ends, by quadrature; for the coin that is 2 M times the entropy."""
    M = 100
    for of, start in ((chains.coin(), 0.5), (chains.spins(4), 0.25)):
        loop = chains.chain(of, M, start=start)
        exact = (1 - chains.evolution(loop, 30 * M).collapsed).sum()
        x = np.linspace(0, 1, 4001)[1:-1]
        levels, chi = of.heights / of.heights[-1], np.empty(x.size)
        for k, mean in enumerate(x):
            p = np.empty(levels.size)
            chains.fit(of.heights, of.log_weight, mean, 1.0, 0.0, 0.0, p)
            chi[k] = p @ (levels - mean) ** 2
        green = np.where(x < start, x * (1 - start), start * (1 - x))
        wanted = (green * 2 * M / chi).sum() * (x[1] - x[0])
        assert exact == pytest.approx(wanted, rel=0.02)
        assert abs(exact / (2 * M * math.log(2)) - 1) < 0.02 or of.heights.size == 3  # and four spins take their own


def test_walks_are_those_of_the_chain(rng):
    lanes, generations = 4000, 12
    for of, held in ((chains.coin(), {}), (chains.spins(4), {"external": 1.0, "q": 0.5})):
        loop = chains.chain(of, 8, start=0.3, **held)
        k = chains.walk(loop, lanes, generations, rng=rng)
        assert (k[0] == loop.x.size - 1).all()
        exact = chains.evolution(loop, generations)
        p = exact.law[:-1]
        error = np.sqrt(p * (1 - p) / lanes) + 1e-9
        share = np.bincount(k[-1], minlength=p.size) / lanes
        assert (abs(share - p) < 5 * error).all()
        assert abs(loop.x[k[-1]].mean() - exact.mean[-1]) < 5 * loop.x[k[-1]].std() / math.sqrt(lanes)
        other = chains.evolution(chains.chain(of, 8, start=0.3, external=2.0, q=0.9), generations).law[
            :-1
        ]  # the control
        assert (abs(share - other) > 5 * error).any()


def test_a_generation_of_walks_is_what_its_words_say():
    """A plain twin: a number for each datum, which is compared from the highest level down."""
    loop = chains.chain(chains.spins(4), 7, start=0.3, external=1.0, q=0.5)
    start = np.arange(loop.x.size, dtype=np.int32)
    one, other = np.empty((2, 4), dtype=np.uint64)
    words.seed_state(np.uint64(9), one)
    words.seed_state(np.uint64(9), other)
    now = start.copy()
    chains.advance(loop.laws, loop.statistic.heights, 7, now, one)
    for k, found in zip(start, now, strict=True):
        total = 0
        for _ in range(7):
            u = words.uniform(other)
            total += 4 if u < loop.laws[k, 2] else 1 if u < loop.laws[k, 2] + loop.laws[k, 1] else 0
        assert found == total
    np.testing.assert_array_equal(one, other)


def test_what_has_collapsed_rests_and_external_data_wake_it():
    loop = chains.chain(chains.spins(4), 5, start=0.3)
    ends, state = np.array([0, 20], dtype=np.int32), np.ones(4, dtype=np.uint64)
    chains.advance(loop.laws, loop.statistic.heights, 5, ends, state)
    assert ends.tolist() == [0, 20]
    assert (state == 1).all()
    assert chains.rests(loop).nonzero()[0].tolist() == [0, 20]
    assert chains.rests(chains.chain(chains.spins(4), 5, start=0.3, external=1, q=0.0)).nonzero()[0].tolist() == [0]
    assert not chains.rests(chains.chain(chains.spins(4), 5, start=0.3, external=1)).any()


def test_a_weak_pull_and_a_far_end_are_solved():
    for deviation, strength in ((100.0, 1e-3), (1.0, 1e4), (1e-2, 1.0)):
        loop = chains.chain(chains.spins(4), 50, start=0.5, prior=Normal(0.3, deviation), strength=strength)
        assert np.isfinite(loop.theta).all()
        assert (np.diff(loop.theta[:-1]) > 0).all()
        off = np.arange(201) / 4 - 50 * loop.x[:-1] - loop.pull * (loop.theta[:-1] - 0.3)
        assert abs(off).max() < 1e-12 * (50 + loop.pull)


# ── What is refused ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("given", "error", "text"),
    [
        ({"M": 0}, ValueError, "M must be at least 1"), ({"M": 751}, ValueError, "M must be at most 750"),
        ({"M": 2.5}, TypeError, "M must be a whole number"), ({"start": 1.5}, ValueError, "start must be at most 1"),
        ({"q": -0.1}, ValueError, "q must be at least 0"), ({"external": -1}, ValueError, "external must be"),
        ({"strength": -1}, ValueError, "strength must be"), ({"prior": "flat"}, TypeError, "prior must be None"),
        ({"prior": Normal(0, 0)}, ValueError, "prior.deviation must be"),
        ({"statistic": "coin"}, TypeError, "statistic must be a Statistic"),
    ],
    ids=str,
)  # fmt: skip
def test_what_cannot_be_is_refused(given, error, text):
    with pytest.raises(error, match=text):
        chains.chain(**{"statistic": chains.spins(4), "M": 3, "start": 0.5} | given)


def test_no_chain_is_refused_and_a_free_loop_has_no_stationary_law():
    for call in (chains.transitions, chains.rests, lambda loop: chains.evolution(loop, 3)):
        with pytest.raises(TypeError, match="loop must be a Chain"):
            call("coin")
    for held in ({}, {"external": 1, "q": 0.0}, {"external": 2, "q": 1.0}):
        with pytest.raises(ValueError, match="hold it back from both ends"):
            chains.density(chains.chain(chains.coin(), 3, start=0.5, **held), np.linspace(-9, 9, 99))
    with pytest.raises(ValueError, match="n must be at least 2"):
        chains.spins(1)
