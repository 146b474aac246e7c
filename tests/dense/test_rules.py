"""The rules of a Hopfield network as kernels: those of `hopfield`, a pattern at a time."""

from itertools import pairwise

import numpy as np
import pytest

from spinlearn.core import words
from spinlearn.core.words import stream
from spinlearn.dense import hopfield, network, rules


def scratch(n: int):
    """h = 0, and memory for what counts as no field, spins, fields."""
    return np.zeros(n), np.empty(n), np.empty(n, dtype=np.int8), np.empty(n)


@pytest.mark.parametrize(("P", "N"), [(1, 1), (3, 64), (20, 256)])
def test_hebb_pattern_by_pattern_is_hebb_at_once(P, N, rng):
    """Bit for bit where 1/N is exact."""
    x, J = hopfield.random_patterns(P, N, rng=rng), np.full((N, N), np.nan)
    rules.learn(rules.HEBB, x, J, np.empty(N))
    np.testing.assert_array_equal(J, hopfield.hebb(x))
    whole = np.zeros((N, N))
    for pattern in x:
        rules.imprint(whole, pattern, 1.0)
    np.testing.assert_array_equal(whole, hopfield.hebb(x, whole=True))


def test_the_projection_pattern_by_pattern_is_that_of_all_and_knows_what_is_no_news(rng):
    x, J, new = hopfield.random_patterns(12, 40, rng=rng), np.full((40, 40), np.nan), np.empty(40)
    x[5] = -x[2]
    rules.learn(rules.PROJECTION, x, J, new)
    np.testing.assert_allclose(J, hopfield.projection(x), atol=1e-12)
    assert np.abs(J - hopfield.hebb(x)).max() > 0.05  # the control
    np.testing.assert_array_equal(J, J.T)
    whole = np.zeros((40, 40))
    assert [bool(rules.project_in(whole, pattern, new)) for pattern in x] == [k != 5 for k in range(12)]


@pytest.mark.parametrize("order", network.ORDERS)
def test_units_that_are_asked_one_by_one_end_where_relax_ends(order, rng):
    n, sweeps = 80, 6
    J = hopfield.hebb(hopfield.random_patterns(11, n, rng=rng))
    start = hopfield.random_patterns(1, n, rng=rng)[0]
    seed = int(rng.integers(2**31))
    run = network.relax(start, J, order=order, sweeps=sweeps, rng=np.random.default_rng(seed))
    state, turned, flips = stream(np.random.default_rng(seed)), np.empty(n, dtype=np.int64), 0
    h, zero, spins, fields = scratch(n)
    spins[:] = start
    network.fill_fields(spins, J, h, fields)
    network.fill_zero(J, h, zero)
    np.testing.assert_allclose(zero, network.no_field(J, h), rtol=1e-12)
    np.testing.assert_allclose(fields, network.local_fields(start, J), atol=1e-12)
    for _ in range(run.sweeps):
        if order == "parallel":
            flips += network.ask_together(J, zero, spins, fields, turned)
        for k in range(n if order != "parallel" else 0):
            if order == "random":
                flips += network.ask_drawn(1, J, zero, spins, fields, state)
            else:
                flips += network.ask_in_turn(k, 1, J, zero, spins, fields)
    np.testing.assert_array_equal(spins, run.spins)
    assert flips == run.flips > 0
    assert network.settled(spins, fields, zero) == network.is_fixed(spins, J)


def test_units_in_turn_go_round(rng):
    n = 7
    J = hopfield.hebb(hopfield.random_patterns(2, n, rng=rng))
    ends = []
    for parts in ([(0, 3 * n)], [(0, 5), (5, 4), (9 % n, 3 * n - 9)]):
        h, zero, spins, fields = scratch(n)
        spins[:] = [1, -1, 1, -1, 1, -1, 1]
        network.fill_fields(spins, J, h, fields)
        network.fill_zero(J, h, zero)
        ends.append((sum(network.ask_in_turn(*part, J, zero, spins, fields) for part in parts), spins.tolist()))
    assert ends[0] == ends[1]


def plain_unlearn(J, times, strength, most, state):
    """Word by word: a random state, units drawn one by one, and out with the end."""
    J, n = J.copy(), len(J)
    for _ in range(times):
        s = np.array([1 if words.next_word(state) >> np.uint64(63) else -1 for _ in range(n)])
        for _ in range(most):
            if (s * (J @ s) > -1e-9).all():
                break
            for _ in range(n):
                i = words.random_site(n, state)
                field = J[i] @ s
                s[i] = s[i] if abs(field) < 1e-9 else np.sign(field)
        J -= strength / n * (np.outer(s, s) - np.eye(n))
    return J


def test_unlearning_is_what_it_says(rng):
    J = hopfield.hebb(hopfield.random_patterns(6, 32, rng=rng))
    state = rng.integers(2**64, size=4, dtype=np.uint64)
    plain = plain_unlearn(J, 20, 0.05, 50, state.copy())
    found = J.copy()
    rules.unlearn(20, 0.05, 50, found, *scratch(32), state.copy())
    np.testing.assert_allclose(found, plain, atol=1e-12)
    assert np.abs(found - J).max() > 0.05 / 32
    wrong = J.copy()  # the control
    rules.unlearn(19, 0.05, 50, wrong, *scratch(32), state.copy())
    assert np.abs(wrong - plain).max() > 0.001


def test_so_many_spins_turn_and_fewer_are_the_first_of_them(rng):
    state, sets = rng.integers(2**64, size=4, dtype=np.uint64), []
    for many in range(0, 31):
        spins = np.ones(30, dtype=np.int8)
        rules.turn_some(spins, many, np.empty(30, dtype=np.int64), state.copy())
        sets.append(set(np.flatnonzero(spins < 0).tolist()))
        assert len(sets[-1]) == many
    assert all(few < more for few, more in pairwise(sets))


def test_every_spin_turns_as_often_as_any_other(rng):
    """Pearson's chi squared over 40 sites, 10 of which turn each time; places that are drawn with bias are told."""
    times, many, n = 8000, 10, 40
    counts = np.zeros(n)
    for _ in range(times):
        spins = np.ones(n, dtype=np.int8)
        rules.turn_some(spins, many, np.empty(n, dtype=np.int64), stream(rng))
        counts += spins < 0
    # Without replacement the counts of a draw have the variance p (1 - p) and the covariance of a fixed sum.
    p = many / n
    chi2 = ((counts - times * p) ** 2).sum() / (times * p * (1 - p) * n / (n - 1))
    assert abs(chi2 - (n - 1)) < 5 * np.sqrt(2 * (n - 1))
    biased = counts + times * p * 0.05 * np.linspace(-1, 1, n)
    assert ((biased - times * p) ** 2).sum() / (times * p * (1 - p) * n / (n - 1)) > (n - 1) + 5 * np.sqrt(2 * (n - 1))


def test_overlaps_are_those_of_the_library(rng):
    x, m = hopfield.random_patterns(9, 300, rng=rng), np.empty(9)
    spins = hopfield.random_patterns(1, 300, rng=rng)[0]
    rules.match(spins, x, m)
    np.testing.assert_array_equal(m, hopfield.overlaps(spins, x))
    rules.match(x[4], x, m)
    assert m[4] == 1
