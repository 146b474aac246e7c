"""The Curie-Weiss magnet through a list of temperatures: exact law, walk and flow hold each other."""

import numpy as np
import pytest
from harness import SIGNIFICANCE, chi_square

from spinlearn import meanfield
from spinlearn.core import progress
from spinlearn.lattice.firing import spikes, temperatures
from spinlearn.meanfield import cooled

UP = np.eye(9)[-1]


def matrix_law(law, T, Tc=1.0) -> np.ndarray:
    """By matrices, from the steps of the plain walk."""
    for one in T:
        up, down = meanfield.steps(law.size - 1, one, Tc=Tc)
        P = np.diag(1 - up - down) + np.diag(up[:-1], 1) + np.diag(down[1:], -1)
        law = law @ np.linalg.matrix_power(P, law.size - 1)
    return law


def test_the_law_is_that_of_the_matrices():
    T = [2.0, 0.4, 0.9, 3.0]
    run = cooled.evolve(UP, T, Tc=1.3)
    assert run.law == pytest.approx(matrix_law(UP, T, 1.3), abs=1e-14)
    assert run.m[-1] == pytest.approx(run.law @ np.linspace(-1, 1, 9), abs=1e-14)
    assert abs(run.law - matrix_law(UP, T[::-1], 1.3)).max() > 0.01


def test_with_one_temperature_it_is_the_plain_evolution():
    mine, other = cooled.evolve(UP, [0.7] * 5), meanfield.evolve(UP, 0.7, np.zeros(5))
    assert mine.law == pytest.approx(other.law, abs=1e-15)
    assert mine.m == pytest.approx(other.m, abs=1e-15)
    assert cooled.flow(0.3, [0.7] * 5) == pytest.approx(meanfield.flow(0.3, 0.7, np.zeros(5)), abs=1e-14)


def test_the_walk_has_the_law(rng):
    T = [0.5, 2.0, 0.8]
    m = cooled.walk(8, T, copies=40_000, start=1.0, rng=rng)
    counts = np.bincount(np.rint(4 * (m[-1] + 1)).astype(int), minlength=9)
    assert chi_square(counts, matrix_law(UP, T)) > SIGNIFICANCE
    assert chi_square(counts, matrix_law(UP, T[::-1])) < SIGNIFICANCE**2


def test_at_absolute_zero_the_larger_part_wins():
    law = np.zeros(8)
    law[5] = 1.0  # of 7 spins, 5 up
    assert cooled.evolve(law, np.zeros(60)).law[7] == pytest.approx(1, abs=1e-9)
    even = np.zeros(9)
    even[4] = 1.0
    assert cooled.evolve(even, np.zeros(60)).law == pytest.approx(cooled.evolve(even, np.zeros(60)).law[::-1])


def test_pieces_and_wholes_agree(monkeypatch):
    T, runs = np.linspace(2, 0, 6), []
    for span in (progress.SLICE, 0.0):
        monkeypatch.setattr(progress, "SLICE", span)
        runs.append((cooled.walk(20, T, copies=3, rng=np.random.default_rng(1)), cooled.evolve(UP, T)))
    np.testing.assert_array_equal(runs[0][0], runs[1][0])
    np.testing.assert_array_equal(runs[0][1].law, runs[1][1].law)


def test_it_fires_every_time_whatever_its_size_if_it_has_the_time(rng):
    """No stripes here: every pulse that is deep and long enough makes a spike; one above Tc makes none."""
    for N in (200, 1000):
        deep, shallow = (
            cooled.walk(N, temperatures(Q, 1.8, rate=0.005, period=500, pulses=3, before=50), copies=10, rng=rng)
            for Q in (1.3, 0.4)
        )
        assert (spikes(deep).counts == 3).all()
        assert (spikes(shallow).counts == 0).all()


def test_a_larger_one_fires_later_by_the_logarithm(rng):
    """From 1 / sqrt(N) at the rate Tc / T - 1: ln(16) / 2 sweeps later at T = Tc / 2 for 16 times the spins."""
    late = [
        np.mean((np.abs(cooled.walk(N, [0.5] * 40, copies=400, rng=rng)) >= 0.5).argmax(axis=0)) for N in (400, 6400)
    ]
    # The time to reach 0.5 scatters by about 1.1 sweeps: twice 1.1 / sqrt(400), four times over.
    assert late[1] - late[0] == pytest.approx(np.log(16) / 2, abs=4 * np.sqrt(2) * 1.1 / 20)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda rng: cooled.walk(0, [1.0], rng=rng), "N must be at least 1"),
        (lambda rng: cooled.walk(9, [-1.0], rng=rng), "temperatures must be at least 0"),
        (lambda rng: cooled.walk(9, 1.0, rng=rng), "one-dimensional"),
        (lambda rng: cooled.walk(9, [1.0], copies=0, rng=rng), "copies must be at least 1"),
        (lambda rng: cooled.walk(9, [1.0], start=1.1, rng=rng), "start must lie between"),
        (lambda rng: cooled.evolve([0.5, 0.4], [1.0]), "law must be"),
        (lambda rng: cooled.flow(2.0, [1.0]), "m must lie between"),
        (lambda rng: cooled.flow(0.0, [1.0], Tc=0.0), "Tc must be greater than 0"),
    ],
)
def test_odd_arguments_are_refused(call, says, rng):
    before = rng.bit_generator.state
    with pytest.raises(ValueError, match=says):
        call(rng)
    assert rng.bit_generator.state == before
