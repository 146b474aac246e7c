"""The loop of exponential families: against the exact chain of the coin, martingales, corners, the stationary law."""

import json
import os
import subprocess
import sys
from itertools import product

import numpy as np
import pytest
from scipy.optimize import minimize
from scipy.special import logsumexp
from scipy.stats import chi2, multinomial

from spinlearn.bipartite import closedloop, families, retraining
from spinlearn.bipartite.closedloop import Normal, coin
from spinlearn.core import progress
from spinlearn.core.progress import Interrupted
from spinlearn.core.words import streams, uniform

SIGNIFICANCE = 1e-4
QUIET = {"progress": False}
PATTERNS = np.where(np.random.default_rng(8).random((6, 12)) < 0.5, -1, 1).astype(np.int8)


def p_value(counts, p):
    order = np.argsort(p)
    expected, found = counts.sum() * p[order], counts[order]
    few = np.searchsorted(np.cumsum(expected), 10) + 1
    expected = np.concatenate([[expected[:few].sum()], expected[few:]])
    found = np.concatenate([[found[:few].sum()], found[few:]])
    return chi2.sf(((found - expected) ** 2 / expected).sum(), len(expected) - 1)


# Against the exact law of one coin


HELD = {
    "likelihood": {},
    "external": {"external": 2, "q": 0.3},
    "normal": {"prior": Normal(0.4, 1.5), "strength": 2.0},
}
SPINS, M, X0 = 4, 7, 0.4


def counted(held, generations, rng, M=M, lanes=6000):
    """States of the coin that loops of SPINS coins are in. Their field is theta / 2, their statistic 2 k - SPINS."""
    options = {key: held[key] for key in held if key == "strength"}
    if "external" in held:
        # a datum here is SPINS tosses, so that external tosses are that much less of one
        options |= {"external": held["external"] / SPINS, "average": [SPINS * (2 * held["q"] - 1)]}
    if "prior" in held:
        options["prior"] = Normal(held["prior"].mean / 2, held["prior"].deviation / 2)
    start = np.full((lanes, 1), np.log(X0 / (1 - X0)) / 2)
    runs = retraining.simulate(start, families.coins(SPINS), M, generations, **options, **QUIET, rng=rng)
    x = (runs.mean[-1, :, 0] / SPINS + 1) / 2
    loop = coin(SPINS * M, **held)
    ends = np.concatenate([[-1], (loop.estimates[1:] + loop.estimates[:-1]) / 2, [2]])
    if M == 7:  # they are estimates of the coin, to rounding
        assert np.abs(x[:, None] - loop.estimates).min(axis=1).max() < 1e-9
    return np.histogram(x, ends)[0]


@pytest.mark.parametrize("name", HELD)
def test_coins_have_the_exact_law_of_their_chain(name, rng):
    expected = closedloop.law(coin(SPINS * M, **HELD[name]), X0, 4)[-1]
    assert p_value(counted(HELD[name], 4, rng), expected) > SIGNIFICANCE / 3


@pytest.mark.parametrize("wrong", ["a datum too few", "a generation too few", "half of the prior"])
def test_wrong_loops_are_caught(wrong, rng):
    held = HELD["normal"]
    expected = closedloop.law(coin(SPINS * 7, **held), X0, 4)[-1]
    if wrong == "a datum too few":
        held, counts = HELD["likelihood"], counted(HELD["likelihood"], 4, rng, M=6)
        expected = closedloop.law(coin(SPINS * 7), X0, 4)[-1]
        x = closedloop.coin(SPINS * 6).estimates
        ends = np.concatenate([[-1], (coin(SPINS * 7).estimates[1:] + coin(SPINS * 7).estimates[:-1]) / 2, [2]])
        counts = np.histogram(np.repeat(x, counts), ends)[0]
    elif wrong == "a generation too few":
        counts = counted(held, 2, rng)
    else:
        other = held | {"strength": 1.0}
        x = np.repeat(coin(SPINS * 7, **other).estimates, counted(other, 4, rng))
        right = coin(SPINS * 7, **held).estimates
        counts = np.histogram(x, np.concatenate([[-1], (right[1:] + right[:-1]) / 2, [2]]))[0]
    assert p_value(counts, expected) < 1e-6


def test_times_to_rest_are_those_of_the_coin_in_units_of_all_tosses(rng):
    for n, M in ((3, 8), (6, 4)):
        runs = retraining.simulate(np.zeros((400, 1)), families.coins(n), M, 600, every=600, **QUIET, rng=rng)
        assert (runs.time >= 0).all()
        known = closedloop.mean_time(coin(24), 0.5)
        assert abs(runs.time.mean() - known) < 5 * runs.time.std() / np.sqrt(400)
        assert set(runs.state.tolist()) == {0, n}


def test_external_data_that_are_drawn_have_the_exact_law_too(rng):
    """A datum is SPINS tosses, and so is an external one."""
    loop = coin(SPINS * M, external=SPINS, q=0.3, fresh=True)
    truth, start = ([np.log(x / (1 - x)) / 2] for x in (0.3, X0))
    model = families.coins(SPINS)
    runs = retraining.simulate([start] * 6000, model, M, 4, external=1, truth=truth, **QUIET, rng=rng)
    x = (runs.mean[-1, :, 0] / SPINS + 1) / 2
    counts = np.bincount(np.abs(x[:, None] - loop.estimates).argmin(axis=1), minlength=loop.estimates.size)
    assert p_value(counts, closedloop.law(loop, X0, 4)[-1]) > SIGNIFICANCE
    assert p_value(counts, closedloop.law(coin(SPINS * M, external=SPINS, q=0.36, fresh=True), X0, 4)[-1]) < 1e-6


def exact_chain(model, M):
    """All multisets of M states, the fit to each, and the law of the next: the loop as a chain, by listing."""
    S = len(model.phi)
    bags = [bag for bag in product(range(M + 1), repeat=S) if sum(bag) == M]
    P = np.empty((len(bags), len(bags)))
    for row, bag in enumerate(bags):
        p = families.law(model, families.fit(model, bag @ model.phi / M).theta)
        P[row] = multinomial.pmf(bags, M, p / p.sum())
    return np.array(bags), P


@pytest.mark.slow
def test_two_parameters_have_the_exact_law_of_the_chain_of_all_samples(rng):
    """Three spins with field and coupling, three data: twenty samples, four corners, and the faces between them."""
    model, M, lanes = families.ising(3), 3, 4000
    bags, P = exact_chain(model, M)
    rest = np.flatnonzero(bags.max(axis=1) == M)
    np.testing.assert_allclose(np.diag(P)[rest], 1, atol=1e-9)
    np.testing.assert_allclose(P @ bags @ model.phi, bags @ model.phi, atol=1e-9)  # martingales, in every sample
    first = multinomial.pmf(bags, M, families.law(model, [0.1, 0.4]))
    runs = retraining.simulate([[0.1, 0.4]] * lanes, model, M, 400, every=400, **QUIET, rng=rng)
    assert (runs.time >= 0).all()
    final = first @ np.linalg.matrix_power(P, 400)
    expected = np.array([final[(bags[:, k] == M)].sum() for k in range(4)])
    assert expected.sum() == pytest.approx(1, abs=1e-9)
    counts = np.bincount(runs.state, minlength=4)
    assert chi2.sf(((counts - lanes * expected) ** 2 / (lanes * expected)).sum(), 3) > SIGNIFICANCE
    moves, p = [], first
    for _ in range(400):
        moves.append(1 - p[rest].sum())
        p = p @ P
    assert abs(runs.time.mean() - 1 - sum(moves)) < 5 * runs.time.std() / np.sqrt(lanes)
    other = multinomial.pmf(bags, M, families.law(model, [0.2, 0.4])) @ np.linalg.matrix_power(P, 400)
    wrong = np.array([other[(bags[:, k] == M)].sum() for k in range(4)])
    assert chi2.sf(((counts - lanes * wrong) ** 2 / (lanes * wrong)).sum(), 3) < 1e-6


# One generation, as it stands


def test_a_generation_by_hand():
    """The same random numbers, a plain search in the list of the law, and scipy's maximum of the likelihood."""
    model, theta, M = families.ising(6), np.array([0.2, 0.5]), 25
    runs = retraining.simulate([theta], model, M, 1, external=2, average=[1.0, 0.3], prior=Normal(0.1, 2.0), **QUIET,
                               rng=np.random.default_rng(4))  # fmt: skip
    random = streams(1, np.random.default_rng(4))[0]
    cumulative = np.cumsum(families.law(model, theta))
    drawn = [int(np.searchsorted(cumulative, uniform(random) * cumulative[-1], side="right")) for _ in range(M)]
    sums = model.phi[drawn].sum(axis=0) + 2 * np.array([1.0, 0.3])

    def loss(t):
        return (M + 2) * logsumexp(model.log_weight + model.phi @ t) - t @ sums + ((t - 0.1) ** 2).sum() / (2 * 4)

    best = minimize(loss, theta, method="BFGS", options={"gtol": 1e-9}).x
    np.testing.assert_allclose(runs.theta[1, 0], best, atol=1e-6)
    np.testing.assert_allclose(runs.mean[1, 0], families.mean(model, runs.theta[1, 0]), atol=1e-12)


# The Ising learning machine


@pytest.mark.parametrize("theta", [[0.0, 0.0], [0.1, 0.5], [0.0, 1.0]])
def test_statistics_are_martingales_and_end_in_corners(theta, rng):
    model, lanes = families.ising(8), 400
    runs = retraining.simulate(np.tile(theta, (lanes, 1)), model, 20, 1500, every=15, **QUIET, rng=rng)
    assert (runs.time >= 0).all()
    np.testing.assert_allclose(runs.mean[-1], model.phi[runs.state], atol=1e-4)
    start = families.mean(model, theta)
    off = np.abs(runs.mean[1:].mean(axis=1) - start) / (runs.mean[1:].std(axis=1) / np.sqrt(lanes))
    assert off.max() < 5
    assert len(set(runs.state.tolist())) > 5  # a coupling makes every magnetisation a corner


def test_without_a_coupling_only_the_ends_are_corners(rng):
    runs = retraining.simulate(np.zeros((200, 1)), families.coins(8), 6, 900, every=900, **QUIET, rng=rng)
    assert set(runs.state.tolist()) == {0, 8}


@pytest.mark.slow
def test_a_loop_goes_through_faces():
    """Two states in turn are left before one is: the third has been out of sight since."""
    model = families.ising(4)
    runs = retraining.simulate(np.zeros((10, 2)), model, 12, 800, every=4, **QUIET, rng=np.random.default_rng(2))
    assert (runs.time >= 0).all()
    for lane in range(10):
        seen = np.array([families.law(model, theta) > 1e-8 for theta in runs.theta[:, lane]])
        assert (seen[1:] <= seen[:-1]).all()  # what has left does not come back
        assert seen[-1].sum() == 1


@pytest.mark.slow
@pytest.mark.parametrize("held", ["external", "prior"])
def test_the_stationary_law_is_the_formula_in_two_dimensions(held, rng):
    """Claim C51 for the Ising learning machine: means and variances of both statistics at large M."""
    model, M = families.ising(5), 300
    options = {
        "external": {"external": 6.0, "average": families.mean(model, [0.2, 0.4])},
        "prior": {"prior": Normal(0.3, 0.8), "strength": 3.0},
    }[held]
    runs = retraining.simulate(np.tile([0.2, 0.4], (250, 1)), model, M, 600, every=100, **options, **QUIET, rng=rng)
    assert (runs.time < 0).all()
    grid = np.stack(np.meshgrid(np.linspace(-3, 3.5, 241), np.linspace(-9, 9, 241), indexing="ij"), axis=-1)
    log_p = retraining.log_density(model, grid, **options)
    p = np.exp(log_p - log_p.max()).ravel()
    p /= p.sum()
    u = model.log_weight + grid.reshape(-1, 2) @ model.phi.T
    means = np.exp(u - logsumexp(u, axis=1, keepdims=True)) @ model.phi
    found = runs.mean[2:].reshape(-1, 2)
    for k in (1, 2):
        value, expected = found**k, p @ means**k
        error = value.std(axis=0) / np.sqrt(250)  # lanes are independent, records of one nearly so
        assert (np.abs(value.mean(axis=0) - expected) < 5 * error + 0.04 * np.abs(expected)).all()
    broad = np.exp((log_p - log_p.max()) / 2).ravel()  # without the two in the exponent it is far off
    broad /= broad.sum()
    assert broad @ means[:, 0] ** 2 - (broad @ means[:, 0]) ** 2 > 1.3 * found[:, 0].var()


# Hopfield's network


@pytest.mark.slow
def test_six_memories_in_the_loop(rng):
    """Strengths of patterns as natural parameters: each overlap squared is a martingale, one state is left at last."""
    model, lanes = families.memories(PATTERNS), 60
    runs = retraining.simulate(np.full((lanes, 6), 1.5), model, 40, 700, every=50, **QUIET, rng=rng)
    rested = runs.time >= 0
    assert rested.mean() > 0.9
    start = families.mean(model, np.full(6, 1.5))
    off = np.abs(runs.mean[1:].mean(axis=1) - start) / (runs.mean[1:].std(axis=1) / np.sqrt(lanes))
    assert off.max() < 5
    p = families.law(model, np.full(6, 1.5))
    assert (
        np.bincount(runs.state[rested], minlength=len(p)).max() / rested.sum() > p.max()
    )  # and so amplify what was there


def test_external_data_keep_all_memories(rng):
    model = families.memories(PATTERNS)
    truth = families.mean(model, np.full(6, 1.5))
    runs = retraining.simulate(
        np.full((20, 6), 1.5), model, 40, 300, external=20, average=truth, every=50, **QUIET, rng=rng
    )
    assert (runs.time < 0).all()
    # With the weight w = 1/3 of real data the squared error settles at (1 - w)^2 / (1 - (1 - w)^2) chi / M, nearly.
    spread = ((runs.mean[2:] - truth) ** 2).mean(axis=(0, 1))
    expected = (4 / 9) / (5 / 9) * np.diag(families.susceptibility(model, np.full(6, 1.5))) / 40
    assert (spread < 2 * expected).all()
    assert (spread > expected / 2).all()


# Runs


def test_runs_repeat_and_do_not_know_where_they_are_cut(monkeypatch):
    model, start = families.ising(5), np.tile([0.1, 0.2], (7, 1))
    first = retraining.simulate(start, model, 9, 40, **QUIET, rng=np.random.default_rng(1))
    monkeypatch.setattr(progress, "SLICE", 1e-7)
    again = retraining.simulate(start, model, 9, 40, **QUIET, rng=np.random.default_rng(1))
    few = retraining.simulate(start[:3], model, 9, 40, every=8, **QUIET, rng=np.random.default_rng(1))
    for name in ("theta", "mean", "time", "state"):
        np.testing.assert_array_equal(getattr(first, name), getattr(again, name))
    np.testing.assert_array_equal(few.theta, first.theta[::8, :3])
    np.testing.assert_array_equal(start, np.tile([0.1, 0.2], (7, 1)))


def test_what_was_finished_is_kept(monkeypatch):
    model, start = families.coins(5), np.zeros((6, 1))
    whole = retraining.simulate(start, model, 9, 10, **QUIET, rng=np.random.default_rng(1))

    def stopped(total, shown):
        yield slice(0, 34)
        raise KeyboardInterrupt

    monkeypatch.setattr(retraining, "watched", stopped)
    with pytest.raises(Interrupted) as caught:
        retraining.simulate(start, model, 9, 10, **QUIET, rng=np.random.default_rng(1))
    np.testing.assert_array_equal(caught.value.run.theta, whole.theta[:, :3])
    np.testing.assert_array_equal(caught.value.run.time, whole.time[:3])


def short() -> list[float]:
    model = families.ising(4)
    options = {"external": 1.0, "average": [0.5, 0.2], "prior": Normal(0.0, 2.0)}
    runs = [
        retraining.simulate([[0.1, 0.2]] * 2, model, 5, 6, rng=np.random.default_rng(1)),
        retraining.simulate([[0.1, 0.2]], model, 5, 4, **options, rng=np.random.default_rng(2)),
    ]
    return np.concatenate([np.ravel(run.mean) for run in runs]).tolist()


@pytest.mark.slow
def test_plain_python_gives_the_same_numbers():
    command = [sys.executable, "-W", "error::RuntimeWarning", __file__]
    shown = subprocess.run(command, env={**os.environ, "NUMBA_DISABLE_JIT": "1"}, capture_output=True, timeout=300)
    assert shown.returncode == 0, shown.stderr.decode()
    assert json.loads(shown.stdout) == pytest.approx(short(), rel=1e-10, abs=1e-10)


def test_no_generation_is_the_start():
    runs = retraining.simulate([[0.5]], families.coins(3), 5, 0, rng=np.random.default_rng(1))
    assert runs.theta.tolist() == [[[0.5]]]
    assert runs.mean[0, 0, 0] == pytest.approx(3 * np.tanh(0.5))


def test_a_start_at_rest_rests():
    runs = retraining.simulate([[40.0]], families.coins(3), 5, 4, rng=np.random.default_rng(1))
    assert runs.time.tolist() == [0]
    assert runs.state.tolist() == [3]


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"theta": [0.0]}, "theta must have shape"),
        ({"theta": [[0.0, 0.0]]}, "theta must have shape"),
        ({"M": 0}, "M must be at least 1"),
        ({"external": 1.0}, "average or truth must be given"),
        ({"external": 1.0, "average": [0.0], "truth": [0.0]}, "average and truth must not both"),
        ({"external": 0.5, "truth": [0.0]}, "external must be a whole number"),
        ({"external": -1.0}, "external must be at least 0"),
        ({"prior": closedloop.Conjugate(1, 1)}, "prior must be None or a closedloop.Normal"),
        ({"every": 0}, "every must be at least 1"),
        ({"model": 3}, "model must be a Family"),
        ({"rng": 3}, "rng must be"),
        ({"generations": 10**15}, "generations must be so small"),
    ],
)
def test_what_cannot_be_is_said(options, said):
    all_of = {"theta": [[0.0]], "model": families.coins(3), "M": 5, "generations": 2, "rng": np.random.default_rng(1)}
    all_of |= options
    positional = [all_of.pop(name) for name in ("theta", "model", "M", "generations")]
    with pytest.raises((TypeError, ValueError), match=said):
        retraining.simulate(*positional, **all_of)


if __name__ == "__main__":
    json.dump(short(), sys.stdout)
