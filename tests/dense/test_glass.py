"""The dense glass: its couplings, its sampler, the Nishimori line of everybody, and lattices made of it."""

import harness
import numpy as np
import pytest
from extremes import refuses_and_changes_nothing
from harness import SIGNIFICANCE
from scipy.stats import binom, kstest, norm

from spinlearn import exact
from spinlearn.core import progress
from spinlearn.dense import glass
from spinlearn.dense.glass import energy, on_graph, sherrington_kirkpatrick, simulate
from spinlearn.lattice import ageing, ising, overlaps, samples
from spinlearn.lattice import glass as bonds_of

N = 10


def drawn(number, rng, N=N, **options):
    return np.stack([sherrington_kirkpatrick(N, rng=rng, **options) for _ in range(number)])


def test_couplings_have_the_moments_asked_for(rng):
    J = sherrington_kirkpatrick(300, mean=2.0, J=1.5, rng=rng)
    np.testing.assert_array_equal(J, J.T)
    assert not J.diagonal().any()
    law = norm(2.0 / 300, 1.5 / np.sqrt(300))
    assert kstest(J[np.triu_indices(300, 1)], law.cdf).pvalue > SIGNIFICANCE


def test_energies_are_those_of_the_lattice_it_makes(rng):
    J, h = drawn(4, rng), rng.normal(size=N)
    spins = rng.choice([-1, 1], (4, N))
    lattice, tables = on_graph(J)
    truth = [ising.energy(s, lattice, J=t, h=h) for s, t in zip(spins, tables, strict=True)]
    np.testing.assert_allclose(energy(spins, J, h=h), truth, atol=1e-13)
    assert energy(spins[0], J[0], h=h) == pytest.approx(truth[0], abs=1e-13)
    np.testing.assert_allclose(energy(spins, J[0]), [-0.5 * s @ J[0] @ s for s in spins], atol=1e-13)


@pytest.mark.parametrize("order", ["random", "sequential"])
def test_records_are_those_of_the_states(order, rng):
    J, h = drawn(3, rng), rng.normal(size=N)
    start = rng.choice([-1, 1], (3, N))
    more = {"order": order, "h": h}
    run = simulate(start, J, 0.7, 5, **more, rng=np.random.default_rng(3))
    for sweeps in range(1, 6):
        part = simulate(start, J, 0.7, sweeps, **more, rng=np.random.default_rng(3))
        np.testing.assert_allclose(run.e[sweeps - 1], energy(part.spins, J, h=h) / N, atol=1e-13)
        np.testing.assert_allclose(run.m[sweeps - 1], part.spins.mean(axis=1), atol=1e-15)
    np.testing.assert_array_equal(run.spins, part.spins)
    every = simulate(start, J, 0.7, 5, **more, every=2, rng=np.random.default_rng(3))
    np.testing.assert_array_equal(every.e, run.e[1::2])


def test_fields_that_follow_the_spins_are_fields(rng):
    """Between two sums of all couplings rounding stays rounding."""
    J = sherrington_kirkpatrick(50, rng=rng)
    run = simulate(np.ones(50, int), J, 1.0, glass.REFRESHED, rng=rng)
    assert run.e[-1] == pytest.approx(energy(run.spins, J) / 50, abs=1e-12)


def test_a_twin_without_incremental_fields_walks_the_same_way(rng):
    J, T = sherrington_kirkpatrick(12, rng=rng), 0.8
    run = simulate(np.ones(12, int), J, T, 20, rng=np.random.default_rng(4))
    first = harness.Xoshiro(int(np.random.default_rng(4).integers(2**64, dtype=np.uint64)))
    random, s = harness.Xoshiro(first.next_word()), np.ones(12)
    for _ in range(20 * 12):
        i = random.site(12)
        if random.uniform() < 1 / (1 + np.exp(2 * s[i] * (J[i] @ s) / T)):
            s[i] = -s[i]
    np.testing.assert_array_equal(run.spins, s)


def test_one_sample_is_the_first_of_many(rng):
    J, start = sherrington_kirkpatrick(N, rng=rng), rng.choice([-1, 1], N)
    one = simulate(start, J, 0.5, 9, rng=np.random.default_rng(1))
    many = simulate(np.tile(start, (7, 1)), J, 0.5, 9, rng=np.random.default_rng(1))
    assert one.spins.shape == (N,)
    assert many.e.shape == (9, 7)
    np.testing.assert_array_equal(one.e, many.e[:, 0])
    assert len(np.unique(many.spins, axis=0)) > 1


# The Nishimori line of everybody


@pytest.mark.parametrize("factor", [1.0, 1.2], ids=["right", "wrong"])
def test_two_signs_stay_on_the_line_at_the_right_temperature_alone(factor, rng):
    lattice = on_graph(np.ones((N, N)) - np.eye(N))[0]
    line = bonds_of.nishimori(lattice, p=0.75)
    pairs, number = np.triu_indices(N, 1), N * (N - 1) // 2
    J = np.zeros((1500, N, N))
    J[:, *pairs] = np.where(rng.random((1500, number)) < 0.75, 1.0, -1.0)
    J = J + J.transpose(0, 2, 1)
    E = energy(simulate(np.ones(N, int), J, factor * line.T, 6, rng=rng).spins, J)
    law = binom.pmf(np.arange(number + 1), number, 0.25)
    broken = np.bincount(np.round((E + number) / 2).astype(int), minlength=number + 1)
    right = harness.chi_square(broken, law) > SIGNIFICANCE
    assert right == (abs(bonds_of.deviation(E, line).errors) < 4) == (factor == 1)


@pytest.mark.parametrize("factor", [1.0, 1.2], ids=["right", "wrong"])
def test_normal_couplings_stay_on_their_line(factor, rng):
    """mean / N and variance 1 / N: T = 1 / mean."""
    lattice = on_graph(np.ones((N, N)) - np.eye(N))[0]
    line = bonds_of.nishimori_gaussian(lattice, mean=1.5 / N, J=1 / np.sqrt(N))
    assert pytest.approx(1 / 1.5) == line.T
    J = drawn(1500, rng, mean=1.5)
    E = energy(simulate(np.ones(N, int), J, factor * line.T, 6, rng=rng).spins, J)
    p = kstest(E, norm(line.energy, np.sqrt(line.variance)).cdf).pvalue
    assert (p > SIGNIFICANCE) == (abs(bonds_of.deviation(E, line).errors) < 4) == (factor == 1)


# A lattice of it


def test_what_is_written_for_lattices_has_the_same_law(rng):
    J, T = sherrington_kirkpatrick(6, rng=rng), 0.6
    lattice, tables = on_graph(J)
    law = exact.probabilities(lattice, T, J=tables[0])
    start = exact.states(6)[rng.choice(64, 20_000, p=law)]
    for final in (
        simulate(start, J, T, 3, rng=rng).spins,
        samples.through(start, lattice, np.full(3, T), J=tables, rng=rng).spins,
    ):
        assert harness.chi_square(np.bincount((final > 0) @ (1 << np.arange(6)), minlength=64), law) > SIGNIFICANCE


def test_above_the_transition_the_overlap_is_that_of_the_paramagnet(rng):
    """[<q^2>] N -> 1 / (1 - 1 / T^2) at T = 2, and the energy -1 / (2 T): both but for terms of order 1 / N."""
    lattice, tables = on_graph(drawn(40, rng, N=64))
    run = overlaps.simulate(lattice, [2.0], 300, J=tables, every=3, rng=rng)
    q2 = 64 * (run.q[20:, :, 0] ** 2).mean(axis=0)
    e = run.e[20:, :, 0].mean(axis=0)
    assert q2.mean() == pytest.approx(4 / 3, abs=0.15)
    assert e.mean() == pytest.approx(-0.25, abs=0.01)
    assert abs(overlaps.gap(run, 0, lattice, J=1 / 8).value[-1]) < 0.01


@pytest.mark.slow
def test_the_susceptibility_has_a_cusp_where_the_glass_begins(rng):
    """Cooled without the field, 1 / T above T = 1, and below it less."""
    lattice, tables = on_graph(drawn(200, rng, N=48))
    T = np.array([0.2, 0.5, 1.0, 2.0])
    found = ageing.in_field(lattice, T, J=tables, h=0.2, sweeps=40, rng=rng)
    assert found.zero_field[-1] == pytest.approx(0.5, abs=0.05)
    assert found.zero_field[0] < 0.8
    assert found.field[0] > found.zero_field[0] + 3 * np.hypot(found.field_error[0], found.zero_field_error[0])


def test_a_run_in_pieces_is_the_run(monkeypatch, rng):
    J = drawn(3, rng)
    whole = simulate(np.ones(N, int), J, 0.8, 9, every=3, rng=np.random.default_rng(2))
    monkeypatch.setattr(progress, "SLICE", 0.0)
    pieces = simulate(np.ones(N, int), J, 0.8, 9, every=3, rng=np.random.default_rng(2))
    np.testing.assert_array_equal(pieces.e, whole.e)
    np.testing.assert_array_equal(pieces.spins, whole.spins)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"J": [[0, 1], [2, 0]]}, r"J must be symmetric.*\(J \+ J.T\) / 2"),
        ({"J": [[1, 0], [0, 0]]}, "J must be 0 on its diagonal"),
        ({"J": np.ones((2, 3))}, "J must have shape"),
        ({"J": np.full((2, 2), np.nan)}, "J must be finite"),
        ({"J": [[0, 1e308], [1e308, 0]]}, "J must be so small"),
        ({"spins": [1, 0]}, r"spins must be -1 or \+1"),
        ({"spins": [1, 1, 1]}, "spins must have shape"),
        ({"T": 0.0}, "T must be greater than 0"),
        ({"sweeps": -1}, "sweeps must be at least 0"),
        ({"h": [1.0, 2.0, 3.0]}, "h must have shape"),
        ({"order": "parallel"}, "order must be one of"),
        ({"rng": 1}, "rng must be a numpy.random.Generator"),
    ],
)
def test_what_is_no_dense_glass_is_refused(change, message):
    good = {"spins": np.array([1, 1]), "J": np.array([[0.0, 1.0], [1.0, 0.0]]), "T": 1.0, "sweeps": 2}
    refuses_and_changes_nothing(simulate, (TypeError, ValueError), message, **{**good, **change})


def test_a_glass_needs_two_spins(rng):
    with pytest.raises(ValueError, match="N must be at least 2"):
        sherrington_kirkpatrick(1, rng=rng)
    with pytest.raises(ValueError, match="J must be greater than 0"):
        sherrington_kirkpatrick(5, J=0.0, rng=rng)
