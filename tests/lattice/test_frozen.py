"""Quenches to zero temperature: exact chances and times on small lattices, percolation's chances on large ones."""

import math

import numpy as np
import pytest
from extremes import refuses_and_changes_nothing
from harness import SIGNIFICANCE, chi_square
from scipy.stats import norm

from spinlearn import exact
from spinlearn.core import progress
from spinlearn.core.progress import Interrupted
from spinlearn.lattice import all_up, frozen, ising, random_spins, square
from spinlearn.lattice.frozen import OPEN_STRIPES, census, diagonal, fates, percolation_winding, quench

SMALL = {"torus": square(3), "open": square(3, periodic=False), "two wide": square(2, 4)}


def generator(lattice, free=0.5) -> np.ndarray:
    """Rates from state to state of Glauber's dynamics at T = 0; `free` is that of a flip that costs nothing."""
    states = exact.states(lattice.size).astype(int)
    Q = np.zeros((len(states), len(states)))
    for a, s in enumerate(states):
        for i in range(lattice.size):
            gain = s[i] * sum(s[j] for j in lattice.neighbours[i] if j >= 0)
            if gain <= 0:
                Q[a, a ^ (1 << i)] = 1.0 if gain < 0 else free
    return Q - np.diag(Q.sum(axis=1))


def ends(lattice, free=0.5):
    """Frozen states, the chance of each, and the mean and variance of the time, from a random start."""
    Q = generator(lattice, free)
    stays = ~Q.any(axis=1)
    assert stays.any()
    moving = Q[~stays][:, ~stays]
    time = np.linalg.solve(moving, -np.ones(len(moving)))
    square_time = np.linalg.solve(moving, -2 * time)
    chance = np.linalg.solve(moving, -Q[~stays][:, stays]).sum(axis=0) + 1
    mean = time.sum() / len(Q)
    return np.flatnonzero(stays), chance / len(Q), mean, square_time.sum() / len(Q) - mean**2


@pytest.mark.parametrize("lattice", SMALL.values(), ids=SMALL)
def test_where_it_ends_and_when_are_those_of_the_exact_chain(lattice, rng):
    runs = [quench(random_spins(lattice, rng=rng), lattice, cap=10**6, rng=rng) for _ in range(20_000)]
    states, chance, mean, variance = ends(lattice)
    assert chance.sum() == pytest.approx(1)
    number = np.array([int((run.spins.ravel() > 0) @ (1 << np.arange(lattice.size))) for run in runs])
    assert all(run.finished for run in runs)
    assert chi_square(np.array([(number == one).sum() for one in states]), chance) > SIGNIFICANCE / 6
    took = np.mean([run.time for run in runs])
    reach = -norm.ppf(SIGNIFICANCE / 12) * math.sqrt(variance / len(runs))
    assert abs(took - mean) < reach
    assert abs(took - ends(lattice, free=1.0)[2]) > reach  # a twin that takes free flips with certainty


@pytest.mark.parametrize("periodic", [True, False])
def test_the_energy_never_rises_and_at_rest_every_flip_costs(periodic, rng):
    lattice = square(24, periodic=periodic)
    spins, e = random_spins(lattice, rng=rng), math.inf
    for _ in range(200):
        run = quench(spins, lattice, cap=1, J=0.7, rng=rng)
        assert run.e <= e
        assert run.e == pytest.approx(ising.energy(run.spins, lattice, J=0.7) / lattice.size)
        spins, e = run.spins, run.e
    run = quench(spins, lattice, cap=10**6, rng=rng)
    assert run.finished
    assert (ising.flip_costs(run.spins, lattice) > 0).all()
    assert run.e == quench(run.spins, lattice, cap=5, rng=rng).e


def test_a_long_run_is_the_same_in_pieces(monkeypatch, rng):
    lattice = square(16)
    start, runs = random_spins(lattice, rng=rng), []
    for span in (progress.SLICE, 0.0):
        monkeypatch.setattr(progress, "SLICE", span)
        runs.append(quench(start, lattice, cap=50, rng=np.random.default_rng(2)))
    assert runs[0][1:] == runs[1][1:]
    np.testing.assert_array_equal(runs[0].spins, runs[1].spins)


def test_a_capped_run_says_so_and_never_waits(rng):
    run = quench(diagonal(64), square(64), cap=100, rng=rng)
    assert not run.finished
    assert 99 < run.time <= 100
    assert run.flips > 100
    end = fates(8, 300, cap=9, look=8, rng=rng)
    assert 0 < end.finished.sum() < 300
    assert (end.time <= 9).all()


def test_what_was_finished_survives_a_stop(monkeypatch, rng):
    whole = fates(8, 6, cap=1000, rng=np.random.default_rng(4))

    def watched(total, shown):
        for number, part in enumerate(progress.watched(total, shown)):
            if number == 3 and total == 6:
                raise KeyboardInterrupt
            yield part

    monkeypatch.setattr(progress, "SLICE", 0.0)
    monkeypatch.setattr(frozen, "watched", watched)
    with pytest.raises(Interrupted) as stopped:
        fates(8, 6, cap=1000, rng=np.random.default_rng(4))
    for part, all_of_it in zip(stopped.value.run, whole, strict=True):
        np.testing.assert_array_equal(part, all_of_it[:3])


# Stripes


def test_chances_of_percolation_add_up_and_are_those_in_print():
    classes = [(a, b) for a in range(7) for b in range(-7, 8) if (a, b) > (0, 0) and math.gcd(a, b) == 1]
    for r in (1.0, 0.7, 0.4):
        some = sum(percolation_winding(*one, aspect=r) for one in classes)
        assert percolation_winding(1, 0, aspect=r) == pytest.approx(percolation_winding(0, 1, aspect=1 / r), rel=1e-12)
        assert percolation_winding(2, 1, aspect=r) == pytest.approx(percolation_winding(-2, 1, aspect=r), rel=1e-12)
        assert 0 < some < 1
    # Pinson: a cluster that winds both ways has the chance 0.30953, and so has its dual, none.
    ground = 1 - sum(percolation_winding(*one) for one in classes)
    assert ground == pytest.approx(2 * 0.309526275, abs=1e-8)
    assert pytest.approx(0.3558, abs=5e-5) == OPEN_STRIPES


def expected(periodic) -> np.ndarray:
    """Chances of the ground state, horizontal, vertical and diagonal stripes."""
    if not periodic:
        return np.array([1 - OPEN_STRIPES, OPEN_STRIPES / 2, OPEN_STRIPES / 2])
    straight, slanted = percolation_winding(1, 0), 2 * percolation_winding(1, 1)
    return np.array([1 - 2 * straight - slanted, straight, straight, slanted])


def test_fates_are_those_of_percolation_torus_and_open_edges_apart(rng):
    for periodic, side, runs in ((True, 48, 900), (False, 40, 1500)):
        end = fates(side, runs, periodic=periodic, cap=side**2, rng=rng)
        law = expected(periodic)
        counts = np.array(census(end.early)[: len(law)])
        assert counts.sum() == runs
        # 900 runs do not see the 1 per cent by which a side of 48 is off, and do see 10.
        assert chi_square(counts, law) > SIGNIFICANCE
        if periodic:
            assert counts[3] > 0
            assert chi_square(np.array([counts[0], counts[1:].sum()]), [0.72, 0.28]) < SIGNIFICANCE


def test_straight_stripes_stay_and_diagonal_ones_end_in_the_ground_state(rng):
    end = fates(16, 1500, cap=10**6, rng=rng)
    assert end.finished.all()
    straight = (end.early != 0).sum(axis=1) == 1
    slanted = (end.early != 0).all(axis=1)
    # A stripe that is cut through by chance while it is still rough: none in a thousand on large lattices, few here.
    assert (end.early[straight] != end.final[straight]).any(axis=1).mean() < 0.01
    assert slanted.sum() >= 5
    assert not end.final[slanted].any()
    ground = ~end.final.any(axis=1)
    np.testing.assert_array_equal(np.abs(end.m) == 1, ground)
    assert abs(end.m[ground].sum()) < 4 * math.sqrt(ground.sum())  # up as often as down; two-sided 6e-5
    assert end.time[slanted].mean() > 1.5 * end.time[~slanted].mean()


def test_diagonal_stripes_live_longer_and_longer(rng):
    """Faster than the square of the side, with which all else grows; from 16 to 32 the exponent is 3.6."""
    times = [
        [quench(diagonal(side), square(side), cap=10**7, rng=rng).time for _ in range(runs)]
        for side, runs in ((16, 200), (32, 100))
    ]
    means = np.array([np.mean(one) for one in times])
    errors = np.array([np.std(one) / math.sqrt(len(one)) for one in times])
    exponent, error = math.log2(means[1] / means[0]), math.hypot(*(errors / means)) / math.log(2)
    assert exponent - 4 * error > 2.5
    assert abs(exponent - 3.6) < 4 * error


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"cap": 0}, "cap must be at least 1"),
        ({"J": 0.0}, "J must be greater than 0"),
        ({"spins": np.zeros((4, 4), dtype=int)}, "spins must be -1 or"),
        ({"spins": np.ones((4, 5), dtype=int)}, "shape"),
    ],
)
def test_odd_arguments_are_refused(options, says):
    good = {"spins": all_up(square(4)), "lattice": square(4), "cap": 5}
    refuses_and_changes_nothing(quench, ValueError, says, **good | options)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda rng: fates(1, 1, cap=9, rng=rng), "side must be at least 2"),
        (lambda rng: fates(8, 0, cap=99, rng=rng), "runs must be at least 1"),
        (lambda rng: fates(8, 1, cap=8, rng=rng), "cap must be greater than look = 8"),
        (lambda rng: percolation_winding(2, 2), "no common divisor"),
        (lambda rng: percolation_winding(0, 0), "no common divisor"),
        (lambda rng: percolation_winding(1, 0, aspect=0.0), "aspect must be at least 0.01"),
        (lambda rng: diagonal(7), "side must be even"),
        (lambda rng: census([1, 2]), r"shape \(runs, 2\)"),
    ],
)
def test_odd_numbers_are_refused(call, says, rng):
    with pytest.raises(ValueError, match=says):
        call(rng)
