"""Basins, lists of all fixed points, spurious states, cycles of two: against enumeration, theory and plain twins."""

import numpy as np
import pytest

from spinlearn import exact
from spinlearn.core.progress import Interrupted
from spinlearn.dense import attractors, hopfield, mixtures, network
from spinlearn.dense.attractors import Census


@pytest.mark.parametrize("kind", ["reals", "whole", "asymmetric", "with fields"])
@pytest.mark.parametrize("n", [1, 2, 5, 13, 14])
def test_all_fixed_points_and_no_others_are_listed(n, kind, rng):
    """More than 12 units are listed in several pieces."""
    J = rng.normal(size=(n, n))
    J = J if kind == "asymmetric" else J + J.T
    J = np.rint(J) if kind == "whole" else J
    h = rng.normal(size=n) if kind == "with fields" else np.zeros(n)
    s = exact.states(n).astype(float)
    wanted = (s * (s @ J.T + h) >= -1e-10).all(axis=1)
    np.testing.assert_array_equal(attractors.fixed_points(J, h=h), exact.states(n)[wanted])


def test_without_fields_fixed_points_come_in_pairs(rng):
    for seed in range(5):
        J = hopfield.hebb(hopfield.random_patterns(3, 12, rng=np.random.default_rng(seed)))
        found = attractors.fixed_points(J)
        np.testing.assert_array_equal(found, -found[::-1])


def test_an_ordered_network_has_two_and_its_opposite_all_that_are_balanced():
    n = 10
    J = np.ones((n, n)) - np.eye(n)
    assert len(attractors.fixed_points(J)) == 2
    np.testing.assert_array_equal(np.unique(attractors.fixed_points(-J).sum(axis=1)), [0])
    assert len(attractors.fixed_points(-J)) == 252  # 10 over 5


def test_three_orthogonal_patterns_have_their_mixtures_and_nothing_else():
    """Without noise from the others, the list is that of Amit, Gutfreund and Sompolinsky: 6 memories, 8 mixtures."""
    signs = np.array(np.meshgrid([1, -1], [1, -1], [1, -1])).reshape(3, 8)
    patterns = np.hstack([signs, signs]).astype(np.int8)  # (3, 16), each combination twice
    np.testing.assert_allclose(hopfield.overlap_matrix(patterns), np.eye(3))
    found = attractors.fixed_points(hopfield.hebb(patterns, whole=True))
    assert attractors.census(found, patterns) == Census(3, 3, 8, 0)
    for state in attractors.mixtures_of_three(patterns):
        m = hopfield.overlaps(state, patterns)
        np.testing.assert_allclose(np.abs(m), mixtures.mixture(3, 0.0).m)
        # With the diagonal taken off, the energy is that of the theory but for P / (2 N).
        e = network.energy(state, hopfield.hebb(patterns)) / 16
        assert e == pytest.approx(mixtures.mixture(3, 0.0).f + 3 / 32, abs=1e-12)


def test_a_census_is_right_by_looking_at_each_state(rng):
    for _ in range(20):
        x = hopfield.random_patterns(4, 13, rng=rng)
        found = attractors.fixed_points(hopfield.hebb(x, whole=True))
        counts = attractors.census(found, x)
        assert sum(counts) == len(found)
        memories = sum(any((s == p).all() for p in x) for s in found)
        assert counts.memories == memories
        kept = [s for s in found if not any((s == p).all() for p in x)]
        assert counts.reversed == sum(any((s == -p).all() for p in x) for s in kept)
        mixed = 0
        for s in found:
            if any((s == p).all() or (s == -p).all() for p in x):
                continue
            votes = [np.sign(a * x[i] + b * x[j] + c * x[k]) for a in (1, -1) for b in (1, -1) for c in (1, -1)
                     for i in range(4) for j in range(i) for k in range(j)]  # fmt: skip
            mixed += any((s == vote).all() for vote in votes)
        assert counts.mixtures == mixed


def test_spurious_states_outnumber_memories_as_the_load_grows(rng):
    def mean(P):
        counts = [
            attractors.census(attractors.fixed_points(hopfield.hebb(x)), x)
            for x in (hopfield.random_patterns(P, 14, rng=rng) for _ in range(30))
        ]
        return np.mean(counts, axis=0)

    light, heavy = mean(2), mean(6)
    assert light[0] > 1.8
    assert light[2] + light[3] < heavy[2] + heavy[3]
    assert heavy[2] + heavy[3] > heavy[0]


# Basins


def test_a_basin_is_what_one_finds_by_trying(rng):
    x = hopfield.random_patterns(10, 60, rng=rng)
    J = hopfield.hebb(x)
    for options in ({}, {"J": J}, {"J": hopfield.projection(x)}):
        ours = attractors.basin(x, [0.2, 0.6], trials=25, rng=np.random.default_rng(8), **options)
        plain, matrix = np.random.default_rng(8), options.get("J", J)
        for k, m in enumerate((0.2, 0.6)):
            ends = []
            for _ in range(25):
                p = x[plain.integers(10)]
                ends.append(network.relax(hopfield.cue(p, m, rng=plain), matrix).spins @ p / 60)
            assert ours.retrieved[k] == np.mean(np.array(ends) > 0.949)
            assert ours.final[k] == pytest.approx(np.mean(ends))
        assert (ours.low <= ours.retrieved).all()
        assert (ours.retrieved <= ours.high).all()


def test_basins_grow_with_the_overlap_and_shrink_with_the_load(rng):
    m = [0.1, 0.3, 0.5, 0.9]
    light = attractors.basin(hopfield.random_patterns(15, 500, rng=rng), m, rng=rng)
    heavy = attractors.basin(hopfield.random_patterns(45, 500, rng=rng), m, rng=rng)
    assert (np.diff(light.retrieved) >= -0.1).all()
    assert light.retrieved[3] == heavy.retrieved[3] == 1.0
    assert light.low[1] > heavy.high[1]


def test_a_basin_that_was_stopped_keeps_the_overlaps_that_were_finished(monkeypatch, rng):
    x = hopfield.random_patterns(5, 100, rng=rng)
    whole = attractors.basin(x, [0.1, 0.5, 0.9], trials=4, rng=np.random.default_rng(2))

    def stopped_early(total, shown):
        yield slice(0, 10)
        raise KeyboardInterrupt

    monkeypatch.setattr(attractors, "watched", stopped_early)
    with pytest.raises(Interrupted) as stopped:
        attractors.basin(x, [0.1, 0.5, 0.9], trials=4, rng=np.random.default_rng(2))
    for part, all_of_it in zip(stopped.value.run, whole, strict=True):
        np.testing.assert_array_equal(part, all_of_it[:2])


# Cycles of two


def test_the_share_of_cycles_is_what_the_network_does(rng):
    ours = attractors.two_cycles(40, 12, 60, rng=np.random.default_rng(3))
    plain, cycles = np.random.default_rng(3), 0
    for _ in range(60):
        x = hopfield.random_patterns(12, 40, rng=plain)
        start = hopfield.random_patterns(1, 40, rng=plain)[0]
        cycles += network.relax(start, hopfield.hebb(x), order="parallel").period == 2
    assert ours.value == cycles / 60


@pytest.mark.slow
def test_cycles_become_more_with_the_load_and_are_few_near_a_memory(rng):
    few, many = (attractors.two_cycles(200, P, 300, rng=rng) for P in (4, 80))
    near = attractors.two_cycles(200, 4, 300, overlap=0.9, rng=rng)
    assert many.low > few.high
    assert near.value == 0.0


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda r: attractors.fixed_points(np.zeros((23, 23))), r"^J must be of at most 22 units.*`relax` from many"),
        (lambda r: attractors.fixed_points(np.zeros((3, 3)), h=[1.0]), r"^h must have shape \(3,\)"),
        (lambda r: attractors.basin([[1, -1]], [2.0], rng=r), r"^overlap must be from -1 to 1, got 2 to 2"),
        (lambda r: attractors.basin([[1, -1]], [0.5], trials=0, rng=r), r"^trials must be at least 1"),
        (lambda r: attractors.basin([[1, -1]], [0.5], close=1.5, rng=r), r"^close must be at most 1"),
        (lambda r: attractors.basin([[1, -1]], [0.5], J=np.zeros((3, 3)), rng=r), r"^spins must have shape \(3,\)"),
        (lambda r: attractors.basin([[1, -1]], [0.5], rng=1), r"^rng must be"),
        (lambda r: attractors.two_cycles(10, 0, 5, rng=r), r"^P must be at least 1"),
        (lambda r: attractors.census([[1, 1]], [[1, 1, 1]]), r"^states must have shape \(K, 3\)"),
    ],
)
def test_errors_name_the_argument(call, message, rng):
    with pytest.raises((TypeError, ValueError), match=message):
        call(rng)
