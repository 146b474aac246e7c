"""The random numbers: reference values, an independent twin in Python's whole numbers, and their distribution."""

import harness
import numpy as np
import pytest
from scipy.stats import binom

from spinlearn.core.words import next_word, random_site, seed_state, stream, streams, uniform
from spinlearn.lattice import random_spins, square

SEEDS = [0, 1, 1234567, 2**63, 2**64 - 1]


def test_splitmix_reference_values():
    # The first outputs from seed 1234567, as published with the reference implementation.
    state = np.empty(4, dtype=np.uint64)
    seed_state(np.uint64(1234567), state)
    assert state.tolist() == [6457827717110365317, 3203168211198807973, 9817491932198370423, 4593380528125082431]


def test_xoshiro_reference_values():
    # The first outputs from state 1, 2, 3, 4, as the reference implementation gives them.
    state = np.array([1, 2, 3, 4], dtype=np.uint64)
    expected = [
        41943041,
        58720359,
        3588806011781223,
        3591011842654386,
        9228616714210784205,
        9973669472204895162,
        14011001112246962877,
        12406186145184390807,
        15849039046786891736,
        10450023813501588000,
    ]
    assert [int(next_word(state)) for _ in expected] == expected


@pytest.mark.parametrize("seed", SEEDS)
def test_kernels_agree_with_their_slow_twin(seed):
    state, twin = np.empty(4, dtype=np.uint64), harness.Xoshiro(seed)
    seed_state(np.uint64(seed), state)
    assert state.tolist() == twin.state
    for n in (1, 2, 7, 256, 10**6, 2**32 - 1):
        assert int(next_word(state)) == twin.next_word()
        assert uniform(state) == twin.uniform()
        assert random_site(n, state) == twin.site(n)
    assert state.tolist() == twin.state


def test_uniform_numbers_fill_the_unit_interval():
    # The ends: states that give a word with no bit set, and one with every bit set.
    assert uniform(np.zeros(4, dtype=np.uint64)) == 0.0
    assert uniform(np.array([0, 0, 0, 2**64 - 1], dtype=np.uint64)) == 1.0 - 2.0**-53


def test_uniform_numbers_and_sites_are_equally_likely(rng):
    state = stream(rng)
    draws = 200_000
    in_bins = np.bincount([int(64 * uniform(state)) for _ in range(draws)], minlength=64)
    sites = np.bincount([random_site(37, state) for _ in range(draws)], minlength=37)
    assert harness.chi_square(in_bins, np.full(64, 1 / 64)) > harness.SIGNIFICANCE / 2
    assert harness.chi_square(sites, np.full(37, 1 / 37)) > harness.SIGNIFICANCE / 2
    # The control: one bin in 64 taken half as often.
    in_bins[5] //= 2
    assert harness.chi_square(in_bins, np.full(64, 1 / 64)) < harness.SIGNIFICANCE / 2


def test_random_spins_are_up_half_of_the_time(rng):
    lattice = square(300)
    spins = random_spins(lattice, rng=rng)
    assert spins.shape == lattice.shape
    assert spins.dtype == np.int8
    assert np.isin(spins, (-1, 1)).all()
    tail = harness.SIGNIFICANCE / 4
    # Spins up, and pairs of neighbours that are equal: both are fair coins.
    for up in (spins > 0, spins[:, 1:] == spins[:, :-1]):
        assert binom.ppf(tail, up.size, 0.5) <= up.sum() <= binom.isf(tail, up.size, 0.5)


def test_a_stream_advances_its_generator_and_repeats_with_it():
    rng = np.random.default_rng(5)
    first, second = stream(rng), stream(rng)
    again = np.random.default_rng(5)
    np.testing.assert_array_equal(first, stream(again))
    np.testing.assert_array_equal(second, stream(again))
    assert (first != second).all()
    assert rng.bit_generator.state == again.bit_generator.state
    # One 64-bit draw each, no more.
    other = np.random.default_rng(5)
    other.integers(2**64, size=2, dtype=np.uint64)
    assert rng.bit_generator.state == other.bit_generator.state


def test_the_streams_of_many_lanes_differ_and_do_not_depend_on_how_many_there_are():
    few, many = streams(3, np.random.default_rng(5)), streams(1000, np.random.default_rng(5))
    np.testing.assert_array_equal(few, many[:3])
    assert len(np.unique(many)) == many.size
    rng = np.random.default_rng(5)
    streams(1000, rng)
    assert rng.integers(2**64, dtype=np.uint64) == np.random.default_rng(5).integers(2**64, size=2, dtype=np.uint64)[1]


@pytest.mark.parametrize("wrong", [None, 3, np.random, np.random.RandomState(1)])
def test_a_stream_needs_a_generator(wrong):
    with pytest.raises(TypeError, match=r"^rng must be a numpy.random.Generator such as"):
        stream(wrong)
    with pytest.raises(TypeError, match=r"^rng must be a numpy.random.Generator such as"):
        random_spins(square(3), rng=wrong)
