"""Retrieval from bits: the same states, sweep for sweep, as with couplings; its parts against plain sums."""

import numpy as np
import pytest

from spinlearn.core import progress
from spinlearn.core.progress import Interrupted
from spinlearn.dense import capacity, hopfield, network, retrieval

SIZES = [(2, 1), (30, 5), (63, 64), (64, 64), (65, 7), (100, 14), (100, 130), (301, 40), (520, 65), (1000, 3)]
WITH_TIES = 8 * [(9, 2), (21, 4), (49, 6)]


def starts(patterns, rng):
    """A cue, a random state, a stored pattern, the mirror image of one."""
    return [
        hopfield.cue(patterns[0], 0.7, rng=rng),
        rng.choice(np.array([-1, 1], dtype=np.int8), size=patterns.shape[1]),
        patterns[-1],
        -patterns[0],
    ]


def same(one, other):
    np.testing.assert_array_equal(one.spins, other.spins)
    np.testing.assert_array_equal(one.before, other.before)
    assert one[3:] == other[3:]
    np.testing.assert_allclose(one.e, other.e, atol=1e-12)


@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize("order", network.ORDERS)
def test_every_sweep_is_that_of_the_network_with_couplings(order, whole, rng):
    """Whole couplings have exact ties; over N, they are ties within rounding."""
    ties = 0
    for N, P in SIZES + WITH_TIES:
        patterns = hopfield.random_patterns(P, N, rng=rng)
        J = hopfield.hebb(patterns, whole=whole)
        packed = retrieval.pack(patterns)
        for start in starts(patterns, rng):
            seed = int(rng.integers(2**32))
            one, other = np.random.default_rng(seed), np.random.default_rng(seed)
            with_couplings = network.relax(start, J, order=order, rng=one)
            if whole:
                ties += int((network.local_fields(start, J) == 0).sum())
                with_couplings = with_couplings._replace(e=with_couplings.e / N)
            same(retrieval.retrieve(start, packed, order=order, rng=other), with_couplings)
            assert one.bit_generator.state == other.bit_generator.state
    assert ties > 20 or not whole


@pytest.mark.parametrize("bias", [0.0, 0.8, 1.0])
@pytest.mark.parametrize("order", ["sequential", "parallel"])
def test_patterns_with_a_mean_are_no_exception(order, bias, rng):
    """All counts are then far from N / 2, and a spin that turns changes most of them."""
    patterns = hopfield.random_patterns(20, 200, bias=bias, rng=rng)
    J = hopfield.hebb(patterns)
    for start in starts(patterns, rng):
        same(retrieval.retrieve(start, patterns, order=order), network.relax(start, J, order=order))


def test_the_parts_are_what_plain_sums_give(rng):
    patterns = hopfield.random_patterns(150, 333, rng=rng)
    packed, spins = retrieval.pack(patterns), np.int64(hopfield.random_patterns(1, 333, rng=rng)[0])
    counts = np.empty(150, dtype=np.int64)
    retrieval.fill_counts(packed.by_pattern, spins, counts)
    np.testing.assert_array_equal(counts, (patterns == spins).sum(axis=1))
    planes = np.empty((3, 9), dtype=np.uint64)
    retrieval.fill_planes(counts, planes)
    bits = (planes[:, :, None] >> np.arange(64, dtype=np.uint64)) & np.uint64(1)
    np.testing.assert_array_equal((bits.astype(int) * 2 ** np.arange(9)[:, None]).sum(axis=1).ravel()[:150], counts)
    fields = -333 * (2 * packed.ups - 150)
    retrieval.add_to_fields(retrieval.Memory(*packed, network.PARALLEL), counts, 1, fields)
    x = patterns.astype(np.int64)
    np.testing.assert_array_equal(fields, x.T @ (x @ spins))
    planes = np.ascontiguousarray(planes.T)
    one = [retrieval.field_of(i, spins, packed.by_unit, packed.ups, 150, counts.sum(), planes) for i in range(333)]
    np.testing.assert_array_equal(one, x.T @ (x @ spins) - 150 * spins)


def test_counts_follow_thousands_of_turns(rng):
    patterns, spins = hopfield.random_patterns(70, 90, rng=rng), np.ones(90, dtype=np.int8)
    packed, carry = retrieval.pack(patterns), np.empty(2, dtype=np.uint64)
    counts, planes = (patterns == spins).sum(axis=1), np.zeros((2, 7), dtype=np.uint64)
    retrieval.fill_planes(counts, planes)
    planes = np.ascontiguousarray(planes.T)
    for i in rng.integers(90, size=3000):
        spins[i] *= -1
        retrieval.recount(packed.by_unit[i], spins[i] > 0, planes, carry)
    fresh = np.zeros((2, 7), dtype=np.uint64)
    retrieval.fill_planes((patterns == spins).sum(axis=1), fresh)
    kept = np.array([2**64 - 1, 2**6 - 1], dtype=np.uint64)  # bits beyond the last pattern mean nothing
    np.testing.assert_array_equal(planes & kept, fresh.T)


def test_ten_thousand_units_without_a_matrix(rng):
    """One memory in a thousand is retrieved as the equations of Amit, Gutfreund and Sompolinsky say."""
    patterns = hopfield.random_patterns(1000, 10_000, rng=rng)
    packed = retrieval.pack(patterns)
    assert sum(part.nbytes for part in packed) < 5e6
    m = capacity.retrieval(0.1, 0.0).m
    for order in ("sequential", "parallel"):
        end = retrieval.retrieve(hopfield.cue(patterns[7], 0.8, rng=rng), packed, order=order)
        assert end.period == 1
        # Wrong spins are rare and nearly independent: a Poisson number.
        wrong, expected = (end.spins != patterns[7]).sum(), 10_000 * (1 - m) / 2
        assert abs(wrong - expected) < 5 * np.sqrt(expected) + 5


def test_cut_anywhere_a_run_is_the_same_and_stopped_it_keeps_what_is_finished(monkeypatch, rng):
    patterns = hopfield.random_patterns(60, 400, rng=rng)
    packed, start = retrieval.pack(patterns), rng.choice(np.array([-1, 1], dtype=np.int8), size=400)
    runs = {
        order: lambda order=order: retrieval.retrieve(start, packed, order=order, rng=np.random.default_rng(1))
        for order in network.ORDERS
    }
    whole = {order: run() for order, run in runs.items()}
    monkeypatch.setattr(progress, "SLICE", 0.0)
    for order, run in runs.items():
        same(run(), whole[order])

    def stopped_early(total, shown):
        for number, part in enumerate(progress.watched(total, shown)):
            if number == 2:
                raise KeyboardInterrupt
            yield part

    monkeypatch.setattr(retrieval, "watched", stopped_early)
    for order, run in runs.items():
        with pytest.raises(Interrupted) as stopped:
            run()
        assert (stopped.value.run.sweeps, stopped.value.run.period) == (2, 0)
        np.testing.assert_array_equal(stopped.value.run.e, whole[order].e[:3])


@pytest.mark.parametrize(
    ("patterns", "message"),
    [
        (np.empty((0, 5), dtype=int), r"^patterns must have shape \(P, N\), a row for each and one at least, got \(0"),
        ([1, -1], r"^patterns must have shape"),
        ([[1, 0]], r"^patterns must be -1 or \+1, got values \[0, 1\]"),
        ([[1.0, -1.0]], r"^patterns must be an integer array"),
        ([[1, -1], [1]], r"^patterns must be an array"),
    ],
)
def test_patterns_that_are_none_are_refused(patterns, message):
    with pytest.raises((TypeError, ValueError), match=message):
        retrieval.pack(patterns)


def test_packed_patterns_of_another_network_are_refused():
    packed = retrieval.pack(np.ones((3, 70), dtype=int))
    with pytest.raises(ValueError, match=r"^spins must have shape"):
        retrieval.retrieve(np.ones(71, dtype=int), packed)
    with pytest.raises(ValueError, match=r"^patterns must be what pack returns"):
        retrieval.retrieve(np.ones(70, dtype=int), packed._replace(by_word=packed.by_word[:, 1:]))
