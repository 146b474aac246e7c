"""Overlaps of two copies by parallel tempering: their law by enumeration, and the two tests of equilibrium."""

import harness
import numpy as np
import pytest
from harness import SIGNIFICANCE
from scipy.stats import norm

from spinlearn import exact
from spinlearn.core import progress
from spinlearn.lattice import bonds, glass, overlaps, square

SHEET = square(3, periodic=False)
LADDER = np.array([0.6, 1.0, 1.6, 2.4])


def drawn(lattice, number, rng, law=glass.gaussian, **options):
    return np.stack([law(lattice, rng=rng, **options) for _ in range(number)])


def exact_law(J, T):
    """Law of 9 q = -9, -7, … 9 of two independent states, and the mean of q_l, by enumeration."""
    law, states = exact.probabilities(SHEET, T, J=J), exact.states(9).astype(int)
    found = np.zeros(10)
    for k, state in enumerate(states):
        found += law[k] * np.bincount((states @ state + 9) // 2, weights=law, minlength=10)
    pairs = bonds(SHEET)
    mean = law @ (states[:, pairs[:, 0]] * states[:, pairs[:, 1]])
    return found, (mean**2).mean(), law @ exact.energies(SHEET, J=J) / 9


def test_overlaps_and_energies_have_their_exact_laws(rng):
    J = glass.gaussian(SHEET, rng=rng)
    run = overlaps.simulate(SHEET, LADDER, 40_000, J=J, every=20, rng=rng)
    late = slice(100, None)
    for rung, T in enumerate(LADDER):
        law, q_l, e = exact_law(J, T)
        counts = np.bincount(np.round((9 * run.q[late, 0, rung] + 9) / 2).astype(int), minlength=10)
        assert harness.chi_square(counts, law) > SIGNIFICANCE / 12
        for series, truth in ((run.q_l, q_l), (run.e, e)):
            values = series[late, 0, rung]
            assert abs(values.mean() - truth) < norm.isf(SIGNIFICANCE / 24) * values.std() / np.sqrt(len(values))


def test_records_are_those_of_the_states_on_their_rungs(rng):
    """Of a ferromagnet at next to no temperature: two copies, each up or down, so q = 1 or -1 and q_l = 1."""
    sheet = square(4)
    run = overlaps.simulate(sheet, [0.05, 2.0], 600, J=np.ones((16, 4)), every=6, rng=rng)
    cold = run.q[-20:, 0, 0]
    assert set(np.abs(cold)) == {1.0}
    assert (run.q_l[-20:, 0, 0] == 1).all()
    np.testing.assert_array_equal(run.e[-20:, 0, 0], -2.0)
    assert run.q.shape == run.q_l.shape == run.e.shape == (100, 1, 2)


@pytest.mark.slow
def test_the_gap_closes_from_above_and_only_with_normal_bonds(rng):
    sheet = square(4)
    run = overlaps.simulate(sheet, LADDER, 1024, J=drawn(sheet, 150, rng), rng=rng)
    for rung in range(4):
        found = overlaps.gap(run, rung, sheet)
        assert found.value[0] > 4 * found.error[0]
        assert abs(found.value[-1]) < 4 * found.error[-1]
    signs = overlaps.simulate(sheet, LADDER, 1024, J=drawn(sheet, 150, rng, glass.bimodal), rng=rng)
    found = overlaps.gap(signs, 2, sheet)
    assert abs(found.value[-1]) > 10 * found.error[-1]


def test_the_energy_of_normal_bonds_follows_from_the_overlap_exactly():
    """[<E>] = -(J^2 B / T) (1 - [<q_l>]) on a ring of two bonds between two sites, by quadrature."""
    x, w = np.polynomial.hermite_e.hermegauss(80)
    J, T = 1.2, 0.9
    a, b = np.meshgrid(J * x, J * x)
    weight, pair = np.outer(w, w) / (2 * np.pi), np.tanh((a + b) / T)
    energy, q_l = (weight * -(a + b) * pair).sum(), (weight * pair**2).sum()
    assert energy == pytest.approx(-(J**2) * 2 / T * (1 - q_l), abs=1e-6)


@pytest.mark.slow
def test_two_signs_have_the_nishimori_line(rng):
    """On the line [<q>] = [<m>] is out of reach without a field, [<E>] is not."""
    sheet = square(4)
    line = glass.nishimori(sheet, p=0.85)
    J = drawn(sheet, 200, rng, glass.bimodal, p=0.85)
    run = overlaps.simulate(sheet, [line.T, 1.5 * line.T, 2.5 * line.T], 400, J=J, rng=rng)
    e = 16 * run.e[200:, :, 0].mean(axis=0)
    # Averages over states scatter less than states do: the exact variance bounds their error from above.
    error = e.std(ddof=1) / np.sqrt(len(e))
    assert error < np.sqrt(line.variance / len(e))
    assert abs(e.mean() - line.energy) < 4 * error
    hot = 16 * run.e[200:, :, 1].mean(axis=0)
    assert abs(hot.mean() - line.energy) > 4 * error


def test_windows_double():
    series = np.arange(11.0)[:, None] + np.zeros((1, 3))
    found = overlaps.doubled(series)
    np.testing.assert_array_equal(found.edges, [0, 1, 2, 4, 8])
    np.testing.assert_array_equal(found.value, [0, 1, 2.5, 5.5])
    np.testing.assert_array_equal(found.error, 0)


def test_the_law_of_q_is_one_and_even_and_narrows_with_heat(rng):
    sheet = square(4)
    run = overlaps.simulate(sheet, LADDER, 400, J=drawn(sheet, 40, rng), every=2, rng=rng)
    widths = []
    for rung in range(4):
        q, density, error = overlaps.law(run, rung, bins=11)
        assert (density * 2 / 11).sum() == pytest.approx(1)
        np.testing.assert_allclose(density, density[::-1])
        np.testing.assert_allclose(q, -q[::-1], atol=1e-15)
        assert (error >= 0).all()
        widths.append(density @ q**2)
    assert (np.diff(widths) < 0).all()


def test_what_was_finished_is_kept(monkeypatch, rng):
    J = drawn(SHEET, 5, rng)
    whole = overlaps.simulate(SHEET, LADDER, 20, J=J, rng=np.random.default_rng(1))

    def watched(total, shown):
        for part in progress.watched(total, shown):
            if part.start == 2:
                raise KeyboardInterrupt
            yield slice(part.start, part.start + 1)

    monkeypatch.setattr(progress, "SLICE", 0.0)
    monkeypatch.setattr(overlaps, "watched", watched)
    with pytest.raises(progress.Interrupted) as stopped:
        overlaps.simulate(SHEET, LADDER, 20, J=J, rng=np.random.default_rng(1))
    np.testing.assert_array_equal(stopped.value.run.q, whole.q[:, :2])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda J, rng: overlaps.simulate(SHEET, [1.0, 1.0], 4, J=J, rng=rng), "each higher than the one before"),
        (lambda J, rng: overlaps.simulate(SHEET, [0.0, 1.0], 4, J=J, rng=rng), "T must be greater than 0"),
        (lambda J, rng: overlaps.simulate(SHEET, [1.0], -4, J=J, rng=rng), "sweeps must be at least 0"),
        (lambda J, rng: overlaps.simulate(SHEET, [1.0], 4, J=J[:, :3], rng=rng), "J must have shape"),
        (lambda J, rng: overlaps.gap(J, 0, SHEET), "run must be what overlaps.simulate returns"),
        (lambda J, rng: overlaps.doubled([1.0, 2.0]), "series must have shape"),
        (
            lambda J, rng: overlaps.gap(overlaps.simulate(SHEET, [1.0], 4, J=J, rng=rng), 1, SHEET),
            "rung must be at most 0",
        ),
        (
            lambda J, rng: overlaps.law(overlaps.simulate(SHEET, [1.0], 4, J=J[0], rng=rng), 0),
            "run must hold at least two records of two samples",
        ),
        (
            lambda J, rng: overlaps.law(overlaps.simulate(SHEET, [1.0], 4, J=J, rng=rng), 0, skip=1.0),
            "skip must leave records",
        ),
    ],
)
def test_what_cannot_be_asked_is_refused(call, message, rng):
    with pytest.raises((TypeError, ValueError), match=message):
        call(drawn(SHEET, 2, rng), rng)
