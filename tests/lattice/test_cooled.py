"""A temperature that changes from sweep to sweep: against exact matrices, the plain kernels, and itself in pieces."""

from functools import partial

import harness
import numpy as np
import pytest
from extremes import refuses_and_changes_nothing
from harness import SIGNIFICANCE, Case, chi_square

from spinlearn import exact
from spinlearn.core import progress
from spinlearn.lattice import all_up, cooled, ising, multispin, random_spins, square

SMALL = square(2, 4)
CHAINS = 40_000


def checkerboard_law(temperatures, J) -> np.ndarray:
    """Law of 2 × 4 spins that began all up, after one checkerboard sweep at each temperature, by matrices."""
    row = np.zeros(2**SMALL.size)
    row[-1] = 1.0
    colours = np.indices(SMALL.shape).sum(axis=0).ravel() % 2
    for T in temperatures:
        P = harness.site_matrices(Case(SMALL, T, J=J), "heat-bath")
        for i in np.argsort(colours, kind="stable"):
            row = row @ P[i]
    return row


def state_counts(final) -> np.ndarray:
    bits = (final.reshape(len(final), -1) > 0) @ (1 << np.arange(SMALL.size))
    return np.bincount(bits, minlength=2**SMALL.size)


def word_counts(temperatures, J, rng) -> np.ndarray:
    start = np.ones((64, *SMALL.shape), dtype=np.int8)
    runs = [cooled.replicas(start, temperatures, J=J, rng=rng).spins for _ in range(CHAINS // 64)]
    return state_counts(np.concatenate(runs))


def test_after_a_few_sweeps_the_law_is_that_of_the_matrices(rng):
    J, T = 1.1, [3.0, 6.0, 1.5, 2.2]
    law = checkerboard_law(T, J)
    assert np.array_equal(exact.states(SMALL.size)[-1], np.ones(SMALL.size))
    assert chi_square(word_counts(T, J, rng), law) > SIGNIFICANCE
    # Twins that take the temperatures in another order, one sweep late, or only their mean.
    for wrong in (T[::-1], [T[0], *T[:-1]], [np.mean(T)] * 4):
        assert chi_square(word_counts(wrong, J, rng), law) < SIGNIFICANCE**2


def test_replicas_go_through_temperatures_of_their_own(rng):
    J, one, other = 0.9, [2.0, 5.0, 1.4], [6.0, 1.0, 3.0]
    T = np.array([one, other] * 32).T
    start = np.ones((64, *SMALL.shape), dtype=np.int8)
    final = np.array([cooled.replicas(start, T, J=J, rng=rng).spins for _ in range(600)])
    assert chi_square(state_counts(final[:, ::2].reshape(-1, *SMALL.shape)), checkerboard_law(one, J)) > SIGNIFICANCE
    assert chi_square(state_counts(final[:, 1::2].reshape(-1, *SMALL.shape)), checkerboard_law(other, J)) > SIGNIFICANCE


def test_at_random_sites_the_law_is_that_of_the_matrices(rng):
    lattice, T = square(2, 3, periodic=False), [1.2, 4.0, 0.7]
    law = np.eye(2**lattice.size)[-1]
    for one in T:
        law = law @ np.linalg.matrix_power(harness.transition_matrix(Case(lattice, one), "heat-bath"), lattice.size)

    def counts(temperatures):
        final = [cooled.on_lattice(all_up(lattice), lattice, temperatures, rng=rng).spins for _ in range(8000)]
        return np.bincount(
            (np.reshape(final, (8000, -1)) > 0) @ (1 << np.arange(lattice.size)), minlength=2**lattice.size
        )

    assert chi_square(counts(T), law) > SIGNIFICANCE
    assert chi_square(counts(T[::-1]), law) < SIGNIFICANCE**2


@pytest.mark.parametrize("J", [1.0, 0.7])
def test_with_one_temperature_it_is_the_ordinary_run_bit_for_bit(J, rng):
    sheet = random_spins(square(32, 48), rng=rng)
    mine = cooled.simulate(sheet, np.full(12, 2.1), J=J, every=3, rng=np.random.default_rng(3))
    other = multispin.simulate(sheet, 2.1, 12, J=J, every=3, rng=np.random.default_rng(3))
    few, T = np.stack([random_spins(square(6, 8), rng=rng) for _ in range(5)]), np.linspace(1.0, 3.0, 5)
    each = cooled.replicas(few, np.tile(T, (9, 1)), J=J, rng=np.random.default_rng(4))
    words = multispin.replicas(few, T, 9, J=J, rng=np.random.default_rng(4))
    single = cooled.replicas(few, np.full(9, 1.7), J=J, rng=np.random.default_rng(5))
    same = multispin.replicas(few, np.full(5, 1.7), 9, J=J, rng=np.random.default_rng(5))
    for one, two in ((mine, other), (each, words), (single, same)):
        for part, twin in zip(one, two, strict=True):
            np.testing.assert_array_equal(part, twin)


def test_a_change_of_temperature_leaves_the_sweeps_before_it_alone(rng):
    sheet = random_spins(square(32), rng=rng)
    change = cooled.simulate(sheet, [2.0] * 6 + [0.5] * 6, rng=np.random.default_rng(3))
    constant = multispin.simulate(sheet, 2.0, 12, rng=np.random.default_rng(3))
    np.testing.assert_array_equal(change.e[:6], constant.e[:6])
    assert change.e[-1] < constant.e[-1] - 0.05


def test_energy_and_magnetisation_are_those_of_the_spins(rng):
    lattice = square(16, 32)
    run = cooled.simulate(random_spins(lattice, rng=rng), [3.0, 1.0, 0.0], J=0.6, rng=rng)
    assert run.e[-1] == pytest.approx(ising.energy(run.spins, lattice, J=0.6) / lattice.size, abs=1e-14)
    assert run.m[-1] == pytest.approx(run.spins.mean(), abs=1e-14)


def test_at_absolute_zero_the_energy_never_rises(rng):
    sheet, edged = square(64), square(20, periodic=False)
    runs = [
        cooled.simulate(random_spins(sheet, rng=rng), np.zeros(300), rng=rng),
        cooled.on_lattice(random_spins(edged, rng=rng), edged, np.zeros(200), rng=rng),
        cooled.simulate(random_spins(sheet, rng=rng), np.full(100, 1e-310), rng=rng),
    ]
    for run in runs:
        assert (np.diff(run.e) <= 0).all()
        assert run.e[-1] < -1.5
    # Barely warm, it does rise.
    assert (np.diff(cooled.simulate(all_up(sheet), np.full(300, 0.8), rng=rng).e) > 0).any()


def test_a_long_run_is_the_same_in_pieces(monkeypatch):
    T, start = np.linspace(3.0, 0.0, 20), all_up(square(4))
    makes = [
        partial(cooled.replicas, start[None], T),
        partial(cooled.on_lattice, start, square(4), T),
    ]
    for make in makes:
        runs = []
        for span in (progress.SLICE, 0.0):
            monkeypatch.setattr(progress, "SLICE", span)
            runs.append(make(rng=np.random.default_rng(1)))
        np.testing.assert_array_equal(runs[0].m, runs[1].m)
        np.testing.assert_array_equal(runs[0].spins, runs[1].spins)


@pytest.mark.parametrize(
    ("run", "system", "options", "says"),
    [
        (cooled.simulate, (np.ones((24, 32), dtype=int), [1.0]), {}, "multiples of 16"),
        (cooled.simulate, (np.ones((16, 16), dtype=int), [-0.1]), {}, "temperatures must be at least 0, got -0.1"),
        (cooled.simulate, (np.ones((16, 16), dtype=int), [[1.0]]), {}, r"shape \(sweeps,\)"),
        (cooled.simulate, (np.ones((16, 16), dtype=int), [np.nan]), {}, "finite"),
        (cooled.simulate, (np.ones((16, 16), dtype=int), [1.0]), {"J": 0.0}, "J must be greater than 0"),
        (cooled.simulate, (np.ones((16, 16), dtype=int), [1.0]), {"every": 0}, "every must be at least 1"),
        (cooled.replicas, (np.ones((2, 5, 4), dtype=int), [1.0]), {}, "even"),
        (cooled.replicas, (np.ones((65, 4, 4), dtype=int), [1.0]), {}, "1 to 64"),
        (cooled.replicas, (np.ones((2, 4, 4), dtype=int), np.ones((3, 4))), {}, r"\(sweeps, 2\)"),
        (cooled.on_lattice, (np.ones((4, 5), dtype=int), square(4), [1.0]), {}, "shape"),
    ],
)
def test_odd_arguments_are_refused(run, system, options, says):
    names = ("spins", "lattice", "temperatures") if run is cooled.on_lattice else ("spins", "temperatures")
    refuses_and_changes_nothing(run, ValueError, says, **dict(zip(names, system, strict=True)), **options)
