"""Hopfield's experiments of 1982: neurons 0 or 1 against spins, exact error rates, and the numbers of the paper."""

import itertools

import numpy as np
import pytest
from scipy.special import ndtr

from spinlearn.dense import hopfield, hopfield1982, network
from spinlearn.dense.recall import recall


def test_neurons_0_or_1_are_spins_in_fields(rng):
    """Neuron by neuron, with Hopfield's own rule: 1 where what comes in exceeds the threshold, 0 where it is less."""
    for _ in range(20):
        T = hopfield1982.synapses(hopfield.random_patterns(4, 12, rng=rng))
        U = rng.integers(-3, 4, size=12)
        V = rng.integers(0, 2, size=12)
        spins = (2 * V - 1).astype(np.int8)
        run = network.relax(spins, T, h=hopfield1982.threshold_fields(T, U), sweeps=1)
        for i in range(12):
            incoming = T[i] @ V
            V[i] = 1 if incoming > U[i] else 0 if incoming < U[i] else V[i]
        np.testing.assert_array_equal(run.spins, 2 * V - 1)


def test_the_energies_of_both_differ_by_a_factor_and_a_constant(rng):
    """Hopfield's E = -(1/2) V.T.V + U.V is a quarter of that of the spins."""
    T, U = hopfield1982.synapses(hopfield.random_patterns(3, 10, rng=rng)), rng.normal(size=10)
    V = rng.integers(0, 2, size=(6, 10))
    neurons = [-0.5 * v @ T @ v + U @ v for v in V]
    h = hopfield1982.threshold_fields(T, U)
    spins = [network.energy(2 * v - 1, T, h=h) for v in V]
    np.testing.assert_allclose(np.diff(neurons), np.diff(spins) / 4, atol=1e-12)


def enumerated(N, n, alphabet):
    """Share of the bits that want to turn, over all sets of memories."""
    wrong = total = 0
    for bits in itertools.product([-1, 1], repeat=N * n):
        x = np.array(bits).reshape(n, N)
        T = x.T @ x - n * np.eye(N, dtype=int)
        h = T.sum(axis=1) if alphabet == "binary" else 0
        wrong += int((x[0] * (T @ x[0] + h) < 0).sum())
        total += N
    return wrong / total


@pytest.mark.parametrize("alphabet", hopfield1982.ALPHABETS)
@pytest.mark.parametrize(("N", "n"), [(2, 3), (3, 2), (3, 3), (4, 3), (5, 2)])
def test_bit_errors_of_tiny_networks_by_listing_all_memories(N, n, alphabet):
    assert hopfield1982.bit_error(N, n, alphabet=alphabet).exact == pytest.approx(enumerated(N, n, alphabet), abs=1e-13)


def test_the_formula_of_the_paper_and_its_number():
    """P = 0.0091 for n = 10 and N = 100 is what the paper has; and without those fields it is half a per mil."""
    ours = hopfield1982.bit_error(100, 10)
    assert ours.normal == pytest.approx(ndtr(-50 / np.sqrt(9 * 100 / 2)), abs=1e-15)
    assert round(ours.normal, 3) == 0.009
    assert ours.exact == pytest.approx(ours.normal, rel=0.06)
    assert hopfield1982.bit_error(100, 10, alphabet="spins").exact == pytest.approx(recall(100, 10).bit, abs=1e-15)
    assert hopfield1982.bit_error(100, 1).exact == 0.0
    for n in (5, 10, 15):  # noise that is the same with half as many memories
        assert hopfield1982.bit_error(10**4, n).normal == pytest.approx(
            ndtr(-np.sqrt(10**4 / (2 * (n - 1)))), abs=1e-15
        )


def test_memories_are_stable_as_often_as_in_the_paper(rng):
    """N = 100: nearly all of 5, some six tenths of 10 (0.6 in the paper, where independent errors would leave 0.4)."""
    five, ten = (hopfield1982.recalled(100, n, 60, rng=rng) for n in (5, 10))
    assert five.exact.value > 0.95
    assert abs(ten.exact.value - 0.6) < 0.08
    independent = (1 - hopfield1982.bit_error(100, 10).exact) ** 100
    assert 0.38 < independent < 0.44
    assert ten.exact.low > independent
    assert ten.errors.sum() == 600
    assert ten.rest.value == 1.0
    spins = hopfield1982.recalled(100, 10, 60, alphabet="spins", rng=rng)
    assert abs(spins.exact.value - recall(100, 10).pattern) < 0.03


def test_the_share_that_is_recalled_is_that_of_fixed_points(rng):
    seeds = [np.random.default_rng(3) for _ in range(2)]
    ours = hopfield1982.recalled(30, 4, 1, rng=seeds[0])
    x = hopfield.random_patterns(4, 30, rng=seeds[1])
    T = hopfield.hebb(x, whole=True)
    fixed = [network.is_fixed(p, T, h=T.sum(axis=1)) for p in x]
    assert ours.exact.value == np.mean(fixed)
    assert ours.errors[0] == sum(fixed)


def test_the_further_off_the_less_is_recalled(rng):
    found = [hopfield1982.recalled(30, 3, 60, distance=d, alphabet="spins", rng=rng).exact for d in (0, 5, 12)]
    assert found[0].value > 0.97
    assert found[1].low > found[2].high


def test_what_the_paper_says_of_30_neurons_holds_for_spins(rng):
    """n = 5: from 5 bits off the nearest memory was reached in nine of ten, from 12 bits off in two of ten.

    Neurons 0 or 1 without thresholds do it half as often from 5 bits off.
    """
    near, far = (hopfield1982.recalled(30, 5, 80, distance=d, alphabet="spins", rng=rng).nearest for d in (5, 12))
    assert near.high > 0.85
    assert far.low < 0.25 < near.low
    neurons = hopfield1982.recalled(30, 5, 80, distance=5, rng=rng).nearest
    assert neurons.high < near.low - 0.1


def test_the_kinds_of_ends_are_told_apart(rng):
    """Runs of one network again, each end looked at by itself."""
    seeds = [np.random.default_rng(11) for _ in range(2)]
    ours = hopfield1982.wandered(20, 4, 1, starts=60, alphabet="spins", rng=seeds[0])
    x = hopfield.random_patterns(4, 20, rng=seeds[1])
    counts = [0, 0, 0, 0]
    for _ in range(60):
        start = hopfield.random_patterns(1, 20, rng=seeds[1])[0]
        end = network.relax(start, hopfield1982.synapses(x), order="random", rng=seeds[1]).spins
        off = min(min((end != p).sum(), (end != -p).sum()) for p in x)
        kind = 3 if off > hopfield1982.NEAR else 2
        kind = 0 if any((end == p).all() for p in x) else 1 if any((end == -p).all() for p in x) else kind
        counts[kind] += 1
    assert [part.value for part in ours[:4]] == pytest.approx(np.array(counts) / 60)


def test_from_random_states_memories_and_their_mirror_images_are_found_equally_often(rng):
    found = hopfield1982.wandered(30, 5, 400, starts=1, rng=rng)
    assert abs(found.memory.value - found.mirror.value) < 5 * np.sqrt(0.5 / 400)
    assert sum(kind.value for kind in found) == pytest.approx(1)
    assert found.restless.value == 0.0
    fewer = hopfield1982.wandered(30, 2, 400, starts=1, alphabet="spins", rng=rng)
    assert fewer.another.high < found.another.low


def test_synapses_that_are_clipped_or_go_one_way(rng):
    x = hopfield.random_patterns(5, 40, rng=rng)
    T = hopfield1982.synapses(x)
    np.testing.assert_array_equal(T, hopfield.hebb(x, whole=True))
    np.testing.assert_array_equal(hopfield1982.synapses(x, change="clipped"), np.sign(T))
    one_way = hopfield1982.synapses(x, change="one-way", rng=rng)
    np.testing.assert_array_equal(one_way + one_way.T, T)
    assert not ((one_way != 0) & (one_way.T != 0)).any()
    share = (np.triu(one_way) != 0).sum() / (np.triu(T) != 0).sum()
    assert abs(share - 0.5) < 5 / np.sqrt(4 * 780)


def test_damaged_synapses_recall_less_and_still_recall(rng):
    whole, clipped, one_way = (
        hopfield1982.recalled(100, 5, 40, alphabet="spins", change=change, distance=10, rng=rng)
        for change in hopfield1982.CHANGES
    )
    assert whole.exact.value > 0.97
    assert 0.5 < one_way.exact.value < whole.exact.value
    assert 0.5 < clipped.exact.value <= whole.exact.value


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda r: hopfield1982.recalled(30, 0, 5, rng=r), r"^n must be at least 1"),
        (lambda r: hopfield1982.recalled(30, 3, 0, rng=r), r"^sets must be at least 1"),
        (lambda r: hopfield1982.recalled(30, 3, 5, distance=31, rng=r), r"^distance must be at most 30, got 31"),
        (lambda r: hopfield1982.recalled(30, 3, 5, alphabet="bits", rng=r), r"^alphabet must be one of"),
        (lambda r: hopfield1982.wandered(30, 3, 5, change="cut", rng=r), r"^change must be one of"),
        (lambda r: hopfield1982.wandered(30, 3, 5, starts=0, rng=r), r"^starts must be at least 1"),
        (lambda r: hopfield1982.synapses([[1, -1]], change="one-way"), r"^rng must be"),
        (lambda r: hopfield1982.threshold_fields([[0, 1]]), r"^T must have shape \(N, N\)"),
        (lambda r: hopfield1982.threshold_fields(np.zeros((2, 2)), [1, 2, 3]), r"^U must be a number or have shape"),
        (lambda r: hopfield1982.bit_error(10**6, 10), r"^N n must be at most a million"),
    ],
)
def test_errors_name_the_argument(call, message, rng):
    with pytest.raises((TypeError, ValueError), match=message):
        call(rng)
