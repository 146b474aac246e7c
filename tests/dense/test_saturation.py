"""Patterns that are kept near saturation: against runs that are followed to their end, theory, and known falls."""

import numpy as np
import pytest
from scipy.special import ndtr

from spinlearn.core.progress import Interrupted
from spinlearn.dense import capacity, hopfield, retrieval, saturation


def followed_to_the_end(N, P, networks, each, rng):
    """The same networks, run until nothing turns, with no look in between."""
    ends = []
    for _ in range(networks):
        x = np.where(rng.integers(2, size=(P, N), dtype=np.int8) == 1, np.int8(1), np.int8(-1))
        ends.append([retrieval.retrieve(p, x, progress=False).spins @ p.astype(np.int64) / N for p in x[:each]])
    return np.array(ends)


@pytest.mark.parametrize(("N", "P"), [(400, 60), (400, 68), (900, 140)])
def test_a_run_that_is_called_lost_does_not_come_back(N, P):
    ours = saturation.held(N, P, 4, each=15, rng=np.random.default_rng(5))
    ends = followed_to_the_end(N, P, 4, 15, np.random.default_rng(5))
    np.testing.assert_array_equal(ours.by_network, (ends >= saturation.LOST).sum(axis=1))
    assert ours.kept.value == (ends >= saturation.LOST).mean()
    assert ours.m == pytest.approx(ends[ends >= saturation.LOST].mean(), abs=1e-12)
    assert ((ends > 0.75) & (ends < 0.85)).mean() < 0.05  # where the line is drawn matters little


def test_what_is_kept_is_what_the_equations_say(rng):
    ours = saturation.held(2000, 200, 2, each=40, rng=rng)
    assert ours.kept.value == 1.0
    # Wrong spins are nearly independent: some 160 of them in all.
    assert ours.m == pytest.approx(capacity.retrieval(0.1, 0.0).m, abs=5 * 2 * np.sqrt(160) / 160_000)


def test_the_fall_becomes_steeper_and_moves_to_the_left(rng):
    halves = []
    for N, loads, networks in ((250, (0.14, 0.18, 0.22), 20), (2000, (0.14, 0.155, 0.17), 4)):
        runs = [saturation.held(N, round(a * N), networks, each=20, rng=rng) for a in loads]
        tried = [20 * networks] * 3
        halves.append(saturation.half_load(loads, [run.by_network.sum() for run in runs], tried))
    small, large = halves
    assert capacity.retrieval_limit(0.0).alpha < large.alpha < small.alpha
    assert large.width < small.width


@pytest.mark.parametrize("width", [0.002, 0.01])
def test_a_known_fall_is_found_within_its_error(width, rng):
    alpha, runs = 0.15 + width * np.array([-1.5, -0.5, 0.6, 1.4]), np.full(4, 400)
    found = [saturation.half_load(alpha, rng.binomial(runs, ndtr((0.15 - alpha) / width)), runs) for _ in range(60)]
    z = np.array([(half.alpha - 0.15) / half.error for half in found])
    assert abs(z.mean()) < 4 / np.sqrt(60)
    assert 0.6 < z.std() < 1.45
    assert np.mean([half.width for half in found]) == pytest.approx(width, rel=0.06)
    wrong = np.array([(half.alpha - 0.15 - width / 3) / half.error for half in found])
    assert abs(wrong.mean()) > 4 / np.sqrt(60)  # the harness sees a third of a width


def test_a_fall_between_two_loads_is_known_to_a_part_of_their_distance():
    half = saturation.half_load([0.8, 0.9, 1.0, 1.1], [10, 10, 8, 0], [10, 10, 10, 10])
    assert 1.0 < half.alpha < 1.08
    assert 0.005 < half.error < 0.05
    assert half.width == pytest.approx(0.025, rel=0.5)


def test_the_order_of_the_loads_does_not_matter():
    one = saturation.half_load([0.14, 0.15, 0.16], [90, 60, 10], [100, 100, 100])
    other = saturation.half_load([0.16, 0.14, 0.15], [10, 90, 60], [100, 100, 100])
    assert other == pytest.approx(one, rel=1e-4)


def test_stopped_it_keeps_the_networks_that_were_finished(monkeypatch):
    whole = saturation.held(200, 30, 5, each=5, rng=np.random.default_rng(2))

    def stopped_early(total, shown):
        yield slice(0, 2)
        raise KeyboardInterrupt

    monkeypatch.setattr(saturation, "watched", stopped_early)
    with pytest.raises(Interrupted) as stopped:
        saturation.held(200, 30, 5, each=5, rng=np.random.default_rng(2))
    np.testing.assert_array_equal(stopped.value.run.by_network, whole.by_network[:2])


def test_patterns_that_are_fewer_than_asked_for_are_all_tried(rng):
    assert len(hopfield.random_patterns(3, 50, rng=rng)) == 3
    assert saturation.held(50, 3, 2, each=20, rng=rng).by_network.max() <= 3


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda r: saturation.held(0, 5, 1, rng=r), r"^N must be at least 1"),
        (lambda r: saturation.held(50, 0, 1, rng=r), r"^P must be at least 1"),
        (lambda r: saturation.held(50, 5, 0, rng=r), r"^networks must be at least 1"),
        (lambda r: saturation.held(50, 5, 1, each=0, rng=r), r"^each must be at least 1"),
        (lambda r: saturation.held(50, 5, 1, rng=3), r"^rng must be"),
        (lambda r: saturation.half_load([0.14], [1], [2]), r"^alpha must"),
        (lambda r: saturation.half_load([0.14, 0.15], [1, 3], [2, 2]), r"^kept must be from 0 to runs"),
        (lambda r: saturation.half_load([0.14, 0.15], [2, 2], [2, 2]), r"^kept must fall.*loads further apart"),
        (lambda r: saturation.half_load([0.14, 0.15], [2, 1, 0], [2, 2]), r"^kept must have shape \(2,\)"),
    ],
)
def test_errors_name_the_argument(call, message, rng):
    with pytest.raises((TypeError, ValueError), match=message):
        call(rng)
