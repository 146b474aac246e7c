"""Parallel tempering: who is where, how often places change, what it is good for. Its law is tried in test_samplers."""

import harness
import numpy as np
import pytest
from extremes import refuses_and_changes_nothing
from harness import SIGNIFICANCE

from spinlearn import exact
from spinlearn.core import progress
from spinlearn.lattice import all_up, bond_couplings, bonds, ising, random_spins, square, tempering
from spinlearn.lattice.tempering import simulate
from spinlearn.measure.observables import mean

LATTICE = square(4)
LADDER = np.array([1.2, 1.6, 2.2, 3.0])


def glass(lattice, seed):
    """Couplings +1 and -1 at random, one for each bond."""
    return bond_couplings(lattice, np.random.default_rng(seed).choice([-1.0, 1.0], size=len(bonds(lattice))))


@pytest.mark.parametrize(("J", "h"), [(0.8, 0.3), (glass(LATTICE, 3), np.linspace(-0.5, 0.5, 16).reshape(4, 4))])
def test_records_are_those_of_the_configurations(J, h):
    start = random_spins(LATTICE, rng=np.random.default_rng(2))
    run = simulate(start, LATTICE, LADDER, 6, J=J, h=h, rng=np.random.default_rng(1))
    for sweeps in range(1, 7):
        part = simulate(start, LATTICE, LADDER, sweeps, J=J, h=h, rng=np.random.default_rng(1))
        e = [ising.energy(spins, LATTICE, J=J, h=h) / 16 for spins in part.spins]
        np.testing.assert_allclose(run.e[sweeps - 1], e, atol=1e-13)
        np.testing.assert_allclose(run.m[sweeps - 1], part.spins.mean(axis=(1, 2)), atol=1e-15)
        np.testing.assert_array_equal(part.walkers[-1], run.walkers[sweeps - 1])
    np.testing.assert_array_equal(part.spins, run.spins)


def test_every_rung_has_exactly_one_walker_and_neighbours_take_turns():
    run = simulate(all_up(LATTICE), LATTICE, LADDER, 500, rng=np.random.default_rng(1))
    assert (np.sort(run.walkers, axis=1) == np.arange(4)).all()
    before = np.vstack([np.arange(4), run.walkers[:-1]])
    for first in (0, 1):  # pairs (0, 1), (2, 3) after even sweeps, (1, 2) after odd ones
        moved = (run.walkers != before)[first::2]
        assert not moved[:, [0, 3]].any() if first else (moved[:, 0] == moved[:, 1]).all()
        assert (moved[:, 1] == moved[:, 2]).all() if first else (moved[:, 2] == moved[:, 3]).all()


def test_exchanges_are_made_as_often_as_the_two_laws_say(rng):
    """The mean of min(1, exp(gap * (E_cold - E_hot))) over the product of both laws, by enumeration."""
    T = np.array([1.8, 2.6])
    run = simulate(all_up(LATTICE), LATTICE, T, 60_000, rng=rng)
    E = exact.energies(LATTICE)
    cold, hot = (exact.probabilities(LATTICE, t) for t in T)
    levels, level = np.unique(E, return_inverse=True)
    p, q = (np.bincount(level, weights=law) for law in (cold, hot))
    gap = 1 / T[0] - 1 / T[1]
    truth = p @ np.minimum(1, np.exp(gap * (levels[:, None] - levels))) @ q
    before = np.vstack([np.arange(2), run.walkers[:-1]])
    made = (run.walkers != before).any(axis=1)[200::2].astype(float)  # offered after every other sweep
    assert harness.normal_p_value(mean(made), truth) > SIGNIFICANCE
    assert run.swaps[0] == pytest.approx(made.mean(), abs=0.01)


def test_a_ladder_crosses_what_a_cold_chain_does_not(rng):
    """In two wells with a wall of 4 L J between them: at T = 1 a chain of single flips stays where it began."""
    lattice = square(8)
    alone = ising.simulate(all_up(lattice), lattice, 1.0, 4000, rng=rng).m
    ladder = simulate(all_up(lattice), lattice, np.geomspace(1.0, 3.2, 10), 4000, rng=rng)
    assert (alone > 0).all()
    assert 0.05 < (ladder.m[500:, 0] < 0).mean() < 0.95
    assert ladder.swaps.min() > 0.05


@pytest.mark.slow
def test_the_energies_of_a_glass_are_those_of_enumeration(rng):
    J = glass(LATTICE, 5)
    T = np.array([0.5, 0.8, 1.2, 1.8])
    run = simulate(all_up(LATTICE), LATTICE, T, 40_000, J=J, rng=rng)
    E = exact.energies(LATTICE, J=J)
    for k, t in enumerate(T):
        truth = exact.probabilities(LATTICE, t, J=J) @ E / 16
        assert harness.normal_p_value(mean(run.e[500:, k]), truth) > SIGNIFICANCE / 4


def test_a_long_run_in_pieces_or_with_fewer_records_is_the_same_run(monkeypatch):
    def run(every):
        return simulate(all_up(LATTICE), LATTICE, LADDER, 14, every=every, rng=np.random.default_rng(2))

    dense, sparse = run(1), run(4)
    for name in ("e", "m", "walkers"):
        np.testing.assert_array_equal(getattr(sparse, name), getattr(dense, name)[3::4])
    np.testing.assert_array_equal(sparse.spins, dense.spins)
    np.testing.assert_array_equal(sparse.swaps, dense.swaps)
    monkeypatch.setattr(progress, "SLICE", 0.0)
    for piecewise, at_once in zip(run(4), sparse, strict=True):
        np.testing.assert_array_equal(piecewise, at_once)


def test_one_rung_and_no_sweeps():
    start = random_spins(LATTICE, rng=np.random.default_rng(2))
    kept = start.copy()
    run = simulate(start, LATTICE, [2.0], 5, rng=np.random.default_rng(1))
    assert run.swaps.shape == (0,)
    assert run.e.shape == (5, 1)
    none = simulate(start, LATTICE, LADDER, 0, rng=np.random.default_rng(1))
    np.testing.assert_array_equal(none.spins, np.broadcast_to(start, (4, 4, 4)))
    assert np.isnan(none.swaps).all()
    np.testing.assert_array_equal(start, kept)


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"T": [2.0, 1.0]}, ValueError, r"^T must be a list of temperatures, each higher .* got \[2.0, 1.0\]"),
        ({"T": [1.0, 1.0]}, ValueError, "^T must be a list of temperatures, each higher"),
        ({"T": 2.0}, ValueError, "^T must be a list of temperatures"),
        ({"T": []}, ValueError, "^T must be a list of temperatures"),
        ({"T": [0.0, 1.0]}, ValueError, "^T must be greater than 0, got 0.0"),
        ({"T": [1.0, np.nan]}, ValueError, "^T must be finite"),
        ({"spins": np.ones((3, 4, 4), dtype=int)}, ValueError, r"^spins must have the lattice's shape \(4, 4\), or"),
        ({"spins": np.zeros((4, 4), dtype=int)}, ValueError, r"^spins must be -1 or \+1"),
        ({"lattice": (4, 4)}, TypeError, "^lattice must be a Lattice"),
        ({"sweeps": 1.5}, TypeError, "^sweeps must be a whole number"),
        ({"every": 0}, ValueError, "^every must be at least 1"),
        ({"rule": "glauber"}, ValueError, "^rule must be one of"),
        ({"rule": "metropolis", "order": "sequential"}, ValueError, "^order must be 'random'"),
        ({"rule": "metropolis", "J": 0.0}, ValueError, "^rule must be 'heat-bath' where every flip is free"),
        ({"J": np.ones((16, 3))}, ValueError, r"^J must have shape \(16, 4\)"),
        ({"progress": 1}, TypeError, "^progress must be None, True or False"),
        ({"rng": 1}, TypeError, r"^rng must be a numpy.random.Generator"),
    ],
)
def test_bad_input_is_named_and_changes_nothing(change, error, message):
    good = {"spins": all_up(LATTICE), "lattice": LATTICE, "T": [1.0, 2.0], "sweeps": 3}
    refuses_and_changes_nothing(simulate, error, message, **(good | change))


def test_the_sign_in_the_exchange_is_that_of_the_product_law():
    """A cold rung with the higher energy always gives it away."""
    states = np.zeros((3, 4), dtype=np.uint64)
    states[-1] = tempering.stream(np.random.default_rng(1))
    counts = np.zeros((2, 1), dtype=np.int64)
    for energies, made in (([-5.0, -20.0], True), ([-20.0, 500.0], False)):
        walkers = tempering.Walkers(
            np.ones((2, 4), dtype=np.int8), np.array(energies), np.arange(2), states, *counts.copy()
        )
        tempering.exchange(walkers, 1 / np.array([1.0, 2.0]), 0)
        assert walkers.on_rung.tolist() == ([1, 0] if made else [0, 1])
