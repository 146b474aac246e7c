"""Ageing, and cooling with and without a field: against exact matrices, equilibrium, and Curie's law."""

import harness
import numpy as np
import pytest
from harness import Case
from scipy.stats import norm

from spinlearn import exact
from spinlearn.lattice import ageing, all_up, glass, square, tempering

RING = square(2, 3, periodic=False)


def drawn(lattice, number, rng, law=glass.bimodal):
    return np.stack([law(lattice, rng=rng) for _ in range(number)])


def exact_correlation(case, order, wait, time) -> float:
    """C(wait + time, wait) of one sample from infinite temperature, by the matrix of a sweep in some order of sites."""
    P = harness.site_matrices(case, "heat-bath")
    sweep = np.linalg.multi_dot([P[i] for i in order])
    states = exact.states(case.lattice.size).astype(float)
    row = np.full(len(states), 1 / len(states)) @ np.linalg.matrix_power(sweep, wait)
    moved = np.linalg.matrix_power(sweep, time) @ states
    return float((row[:, None] * states * moved).sum(axis=0).mean())


CHECKERBOARD = np.argsort(np.indices((2, 4)).sum(axis=0).ravel() % 2, kind="stable")


@pytest.mark.parametrize(
    ("lattice", "law", "order"),
    [(RING, glass.gaussian, range(6)), (square(2, 4), glass.bimodal, CHECKERBOARD)],
    ids=["one by one", "in words"],
)
def test_correlations_are_those_of_the_matrix_of_a_sweep(lattice, law, order, rng):
    """One sample, 6000 times."""
    J = law(lattice, rng=rng)
    waits, times = [0, 1, 3], [0, 1, 4]
    found = ageing.quenched(lattice, 0.8, waits, times, J=np.tile(J, (6000, 1, 1)), rng=rng)
    assert found.samples.shape == (3, 3, 6000)
    np.testing.assert_allclose(found.error, found.samples.std(axis=-1, ddof=1) / np.sqrt(6000))
    for w, wait in enumerate(waits):
        for k, time in enumerate(times):
            truth = exact_correlation(Case(lattice, 0.8, J=J), order, wait, time)
            if time == 0:
                assert found.C[w, k] == 1
            assert abs(found.C[w, k] - truth) < norm.isf(1e-5) * found.error[w, k] + 1e-12


def test_a_glass_ages_and_a_paramagnet_does_not(rng):
    sheet = square(16)
    J = drawn(sheet, 128, rng)
    cold = ageing.quenched(sheet, 0.4, [2, 32, 512], [16], J=J, rng=rng)
    hot = ageing.quenched(sheet, 3.0, [8, 32, 512], [2], J=J, rng=rng)
    assert (np.diff(cold.C[:, 0]) > 5 * cold.error.max()).all()
    assert np.ptp(hot.C[:, 0]) < 5 * hot.error.max()
    assert (np.diff(cold.e) < 0).all()


def test_a_paramagnet_cooled_either_way_obeys_curie(rng):
    """Without a sign that the bonds prefer, [<s_i s_j>] = 0, and chi = 1 / T - O(h^2) in any paramagnet."""
    sheet = square(8, periodic=False)
    found = ageing.in_field(sheet, [1.5, 2.5, 4.0], J=drawn(sheet, 300, rng, glass.gaussian), h=0.1, sweeps=40, rng=rng)
    for value, error in ((found.zero_field, found.zero_field_error), (found.field, found.field_error)):
        assert (np.abs(value - 1 / found.T) < 4.5 * error + 0.01).all()
        assert error.max() < 0.05


def test_susceptibilities_are_those_of_enumeration_sample_by_sample(rng):
    """Slow enough for nine spins to stay in equilibrium: M / (N h), by enumeration, of the same few samples."""
    sheet, h, T = square(3, periodic=False), 0.3, np.array([0.8, 1.4])
    J = np.tile(drawn(sheet, 4, rng), (50, 1, 1))
    found = ageing.in_field(sheet, T, J=J, h=h, sweeps=2000, rng=rng)
    m = exact.states(9).astype(float).mean(axis=1)
    for k, t in enumerate(T):
        truth = np.mean([exact.probabilities(sheet, t, J=one, h=h) @ m / h for one in J[:4]])
        # The error is over samples; here these are 4, 50 times each, so it is far too large, and still small.
        assert abs(found.field[k] - truth) < 0.02
        assert abs(found.zero_field[k] - truth) < 0.02


def test_cold_the_two_ways_part(rng):
    sheet = square(12)
    found = ageing.in_field(sheet, np.linspace(0.2, 2.6, 9), J=drawn(sheet, 60, rng), h=0.15, sweeps=60, rng=rng)
    apart = (found.field - found.zero_field) / np.hypot(found.field_error, found.zero_field_error)
    assert apart[0] > 5
    assert abs(apart[-1]) < 4
    assert found.zero_field.argmax() not in (0, 8)  # the cusp of waiting


def test_what_is_cooled_in_the_field_stays_near_equilibrium_and_that_is_not_curies_law(rng):
    """Of the same samples, by parallel tempering: the field of page 5.1 is not small in the cold."""
    sheet, h, T = square(8), 0.2, np.array([0.4, 0.6, 0.8, 1.0, 1.2, 1.6, 2.0, 3.0])
    J = drawn(sheet, 24, rng)
    found = ageing.in_field(sheet, T, J=J, h=h, sweeps=120, rng=rng)
    options = {"h": h, "every": 4, "rng": rng}
    tempered = [tempering.simulate(all_up(sheet), sheet, T, 1200, J=one, **options).m[100:].mean(axis=0) for one in J]
    truth = np.mean(tempered, axis=0) / h
    # The error is over samples, and these are the same ones: it is too large, and still small.
    assert (np.abs(found.field - truth) < 3 * found.field_error).all()
    assert truth[0] < 0.5 / T[0]
    assert (found.zero_field[:2] < truth[:2] - 4 * found.zero_field_error[:2]).all()
    assert (np.diff(truth) < 0).all()  # no cusp


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda J, rng: ageing.quenched(RING, 0.0, [1], [1], J=J, rng=rng), "T must be greater than 0"),
        (lambda J, rng: ageing.quenched(RING, 1.0, [-1], [1], J=J, rng=rng), "waits must be from 0"),
        (lambda J, rng: ageing.quenched(RING, 1.0, [1], [0.5], J=J, rng=rng), "times must be a list of whole numbers"),
        (lambda J, rng: ageing.quenched(RING, 1.0, [1], [1], J=J[0], rng=rng), "J must hold at least two samples"),
        (lambda J, rng: ageing.in_field(RING, [1.0], J=J[0], h=0.1, sweeps=4, rng=rng), "at least two samples"),
        (lambda J, rng: ageing.in_field(RING, [2.0, 1.0], J=J, h=0.1, sweeps=4, rng=rng), "each higher than the one"),
        (lambda J, rng: ageing.in_field(RING, [1.0], J=J, h=0.0, sweeps=4, rng=rng), "h must be greater than 0"),
        (lambda J, rng: ageing.in_field(RING, [1.0], J=J, h=0.1, sweeps=1, rng=rng), "sweeps must be at least 2"),
    ],
)
def test_what_cannot_be_asked_is_refused(call, message, rng):
    with pytest.raises((TypeError, ValueError), match=message):
        call(drawn(RING, 2, rng), rng)
