"""64 samples of the ±J glass in one word: the same numbers as a plain sweep of the checkerboard, and its own law."""

import harness
import numpy as np
import pytest
from harness import Case, chi_square

from spinlearn import exact
from spinlearn.core import progress
from spinlearn.lattice import all_up, glass, ground, ising, multispin, random_spins, signs, square

SMALL = square(2, 4)


def drawn(lattice, number, rng, J=1.0):
    return np.stack([glass.bimodal(lattice, J=J, rng=rng) for _ in range(number)])


@pytest.mark.parametrize("shape", [(2, 2), (2, 4), (4, 2), (6, 4), (16, 10)])
def test_records_are_those_of_the_states(shape, rng):
    sheet = square(*shape)
    J = drawn(sheet, 64, rng, J=1.3)
    start = np.stack([random_spins(sheet, rng=rng) for _ in range(64)])
    run = signs.simulate(start, sheet, 1.1, 3, J=J, rng=np.random.default_rng(3))
    for sweeps in (1, 2, 3):
        part = signs.simulate(start, sheet, 1.1, sweeps, J=J, rng=np.random.default_rng(3))
        e = [ising.energy(s, sheet, J=one) / sheet.size for s, one in zip(part.spins, J, strict=True)]
        np.testing.assert_allclose(run.e[sweeps - 1], e, atol=1e-13)
        np.testing.assert_allclose(run.m[sweeps - 1], part.spins.mean(axis=(1, 2)), atol=1e-15)
    np.testing.assert_array_equal(run.spins, part.spins)


def test_without_negative_bonds_it_is_the_ferromagnet_bit_by_bit():
    """The same random words as `multispin.replicas`, so the same run."""
    sheet, T = square(16), np.linspace(1.0, 4.0, 64)
    start = random_spins(sheet, rng=np.random.default_rng(2))
    plain = multispin.replicas(start, T, 20, rng=np.random.default_rng(5))
    run = signs.simulate(start, sheet, T, 20, J=np.ones((256, 4)), rng=np.random.default_rng(5))
    np.testing.assert_array_equal(run.spins, plain.spins)
    np.testing.assert_allclose(run.e, plain.e, atol=1e-14)
    np.testing.assert_allclose(run.m, plain.m, atol=1e-14)


def test_a_change_of_gauge_turns_spins_and_nothing_else():
    """J_ij -> g_i g_j J_ij and s_i -> g_i s_i. The broken bonds are the same, so with the same random words all is."""
    rng = np.random.default_rng(8)
    sheet = square(8, 12)
    J, gauge = drawn(sheet, 5, rng), rng.choice([-1, 1], (5, 96))
    turned = J * gauge[..., None] * gauge[:, sheet.neighbours]
    start = rng.choice([-1, 1], (5, 96)).reshape(5, 8, 12)
    one = signs.simulate(start, sheet, 0.8, 10, J=J, rng=np.random.default_rng(4))
    other = signs.simulate(start * gauge.reshape(5, 8, 12), sheet, 0.8, 10, J=turned, rng=np.random.default_rng(4))
    np.testing.assert_array_equal(one.e, other.e)
    # A coin decides a free flip by its bit, up or down alike: flips go with the gauge, too.
    np.testing.assert_array_equal(one.spins * gauge.reshape(5, 8, 12), other.spins)


def test_a_sweep_of_the_checkerboard_has_its_exact_law(rng):
    """From all up, one sweep of 2 × 4 spins with double bonds, by the matrices of single sites."""
    J, chains = glass.bimodal(SMALL, J=0.9, rng=rng), 40_000
    case = Case(SMALL, 1.7, J=J)
    row = np.zeros(256)
    row[-1] = 1.0
    P = harness.site_matrices(case, "heat-bath")
    for i in np.argsort(np.indices(SMALL.shape).sum(axis=0).ravel() % 2, kind="stable"):
        row = row @ P[i]
    start = np.ones((64, 2, 4), dtype=np.int8)
    final = np.concatenate([signs.simulate(start, SMALL, 1.7, 1, J=J, rng=rng).spins for _ in range(chains // 64)])
    counts = np.bincount((final.reshape(-1, 8) > 0) @ (1 << np.arange(8)), minlength=256)
    assert chi_square(counts, row) > 1e-4
    assert chi_square(counts, exact.probabilities(SMALL, 1.7, J=J)) < 1e-4  # it is not there yet


def test_samples_do_not_know_of_each_other():
    """What one sample does depends on its own bonds, start and temperature, whatever the other bits hold."""
    rng = np.random.default_rng(9)
    sheet = square(6)
    J, start, T = drawn(sheet, 64, rng), rng.choice([-1, 1], (64, 6, 6)), np.linspace(0.3, 2.0, 64)
    whole = signs.simulate(start, sheet, T, 5, J=J, rng=np.random.default_rng(1))
    part = signs.simulate(start[:10], sheet, T[:10], 5, J=J[:10], rng=np.random.default_rng(1))
    np.testing.assert_array_equal(whole.spins[:10], part.spins)
    np.testing.assert_array_equal(whole.e[:, :10], part.e)


def test_a_run_in_pieces_is_the_run(monkeypatch):
    monkeypatch.setattr(progress, "SLICE", 0.0)
    J = glass.bimodal(SMALL, rng=np.random.default_rng(1))
    pieces = signs.simulate(all_up(SMALL), SMALL, 1.0, 9, J=J, every=3, rng=np.random.default_rng(2))
    monkeypatch.undo()
    whole = signs.simulate(all_up(SMALL), SMALL, 1.0, 9, J=J, every=3, rng=np.random.default_rng(2))
    np.testing.assert_array_equal(pieces.e, whole.e)
    np.testing.assert_array_equal(pieces.spins, whole.spins)


def test_a_list_of_temperatures_is_gone_through_sweep_by_sweep():
    """T = 0 among them, by the matrices of single sites; and a list of one value is a run."""
    rng = np.random.default_rng(6)
    J, chains, T = glass.bimodal(SMALL, rng=rng), 40_000, [2.0, 0.0, 1.2]
    row, order = np.full(256, 1 / 256), np.argsort(np.indices(SMALL.shape).sum(axis=0).ravel() % 2, kind="stable")
    for t in T:
        P = harness.site_matrices(Case(SMALL, max(t, 1e-6), J=J), "heat-bath")
        for i in order:
            row = row @ P[i]
    start = rng.choice([-1, 1], (chains, 2, 4))
    final = np.concatenate(
        [signs.through(start[k : k + 64], SMALL, T, J=J, rng=rng).spins for k in range(0, chains, 64)]
    )
    assert chi_square(np.bincount((final.reshape(-1, 8) > 0) @ (1 << np.arange(8)), minlength=256), row) > 1e-4

    each = np.linspace(0.5, 2, 64)
    held = signs.simulate(start[:64], SMALL, each, 7, J=J, rng=np.random.default_rng(1))
    listed = signs.through(start[:64], SMALL, np.tile(each, (7, 1)), J=J, rng=np.random.default_rng(1))
    np.testing.assert_array_equal(held.e, listed.e)
    np.testing.assert_array_equal(held.spins, listed.spins)


def test_slow_cooling_comes_near_the_ground_state(rng):
    sheet = square(8)
    J = drawn(sheet, 16, rng)
    run = signs.through(random_spins(sheet, rng=rng), sheet, np.linspace(2.0, 0.1, 4000), J=J, every=4000, rng=rng)
    truth = np.array([ground.by_cuts(sheet, J=one).energy / 64 for one in J])
    assert (run.e[-1] >= truth - 1e-12).all()
    assert (run.e[-1] - truth).mean() < 0.02


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"lattice": square(5)}, "lattice must be a torus with even sides"),
        ({"lattice": square(4, periodic=False)}, "samples.through takes any lattice"),
        ({"J": np.full((16, 4), 0.0)}, "J must hold couplings of one size"),
        ({"J": glass.gaussian(square(4), rng=np.random.default_rng(1))}, "samples.through takes bonds of any size"),
        ({"T": 0.0}, "T must be greater than 0"),
        ({"T": np.ones(65)}, "up to 64 samples"),
        ({"T": np.ones((2, 2))}, "T must be one temperature"),
        ({"J": np.ones((3, 16, 4)), "T": np.ones(2)}, "one or R each"),
        ({"spins": np.zeros((4, 4), int)}, "spins must be -1 or \\+1"),
        ({"sweeps": -1}, "sweeps must be at least 0"),
    ],
)
def test_what_does_not_fit_into_words_is_refused(change, message):
    rng = np.random.default_rng(1)
    lattice = change.get("lattice", square(4))
    good = {"spins": all_up(lattice), "lattice": lattice, "T": 1.0, "sweeps": 2, "J": np.ones((lattice.size, 4))}
    before = rng.bit_generator.state
    with pytest.raises((TypeError, ValueError), match=message):
        signs.simulate(**{**good, **change}, rng=rng)
    assert rng.bit_generator.state == before
