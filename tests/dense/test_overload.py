"""Where Hopfield pushed his network in 1982: random couplings, memories alike, bounded synapses, familiarity."""

import numpy as np
import pytest

from spinlearn.core.progress import Interrupted
from spinlearn.dense import hopfield, hopfield1982, network, overload


def test_symmetric_couplings_end_at_rest_and_others_often_wander(rng):
    symmetric = overload.wander(30, 30, symmetric=True, rng=rng)
    assert symmetric.rest.value == 1.0
    np.testing.assert_array_equal(symmetric.states, 1.0)
    random = overload.wander(30, 60, rng=rng)
    assert 0.2 < random.rest.value < 0.8
    assert (random.states >= 1).all()
    assert random.states.max() > 25  # the number of the paper for one of its wanderings
    assert random.states.max() <= 200


def test_the_effective_number_of_states_of_a_known_wandering(rng):
    """One neuron that copies another's opposite and is copied goes through four states, each as often."""
    T = np.array([[0.0, 1.0], [-1.0, 0.0]])
    found = overload.effective_states([1, 1], T, np.zeros(2), 4000, rng=rng)
    assert found == pytest.approx(4, abs=0.02)


@pytest.mark.parametrize("alphabet", hopfield1982.ALPHABETS)
def test_memories_merge_as_they_come_closer(alphabet, rng):
    """N = 100 and n = 8 as in the paper, at distances of 30, 20 and 10."""
    far, middle, close = (overload.merged(100, 8, d, 50, alphabet=alphabet, rng=rng) for d in (30, 20, 10))
    assert far.apart.value > 0.8
    assert far.both.value > middle.both.value >= close.both.value
    assert close.fused.low > far.fused.high
    for found in (far, middle, close):
        assert found.apart.value + found.fused.value == pytest.approx(1)
        assert found.both.value <= found.apart.value


def test_synapses_within_bounds_are_those_of_hebb_until_the_bounds_count(rng):
    x = hopfield.random_patterns(6, 15, rng=rng)
    np.testing.assert_array_equal(overload.bounded(x, 6), hopfield.hebb(x, whole=True))
    T = overload.bounded(x, 2)
    for i in range(15):
        for j in range(15):
            value = 0
            for one in x:
                value = max(-2, min(2, value + int(one[i]) * int(one[j])))
            assert T[i, j] == (value if i != j else 0)


def test_bounded_synapses_keep_the_young_and_hebbs_keep_none(rng):
    ages = overload.remembered(100, 30, 40, alphabet="spins", rng=rng)
    assert ages[:2].min() > 0.9
    assert ages[15:].max() < 0.1
    hebb = overload.remembered(100, 30, 40, limit=None, alphabet="spins", rng=rng)
    assert hebb.max() < 0.4
    assert abs(hebb[:15].mean() - hebb[15:].mean()) < 0.1  # all ages alike


def test_a_network_of_five_hundred_memories_still_knows_them(rng):
    """N = 100: none is stable, and known states make less stir than new ones, most of the time."""
    for alphabet in hopfield1982.ALPHABETS:
        found = overload.familiar(100, 500, 200, alphabet=alphabet, rng=rng)
        assert 0.75 < found.told < 0.98
    x = hopfield.random_patterns(500, 100, rng=rng)
    T = hopfield.hebb(x, whole=True)
    assert not any(network.is_fixed(one, T) for one in x)


def test_what_was_finished_is_kept(monkeypatch):
    whole = overload.wander(12, 6, rng=np.random.default_rng(1))

    def stopped_early(total, shown):
        yield slice(0, 4)
        raise KeyboardInterrupt

    monkeypatch.setattr(overload, "watched", stopped_early)
    with pytest.raises(Interrupted) as stopped:
        overload.wander(12, 6, rng=np.random.default_rng(1))
    np.testing.assert_array_equal(stopped.value.run.states, whole.states[:4])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda r: overload.wander(1, 5, rng=r), r"^N must be at least 2"),
        (lambda r: overload.wander(5, 5, rng=None), r"^rng must be"),
        (lambda r: overload.merged(10, 1, 2, 5, rng=r), r"^n must be at least 2"),
        (lambda r: overload.merged(10, 3, 11, 5, rng=r), r"^distance must be at most 10"),
        (lambda r: overload.bounded([[1, -1]], 0), r"^limit must be at least 1"),
        (lambda r: overload.remembered(10, 3, 0, rng=r), r"^sets must be at least 1"),
        (lambda r: overload.familiar(10, 3, 0, rng=r), r"^runs must be at least 1"),
    ],
)
def test_errors_name_the_argument(call, message, rng):
    with pytest.raises((TypeError, ValueError), match=message):
        call(rng)
