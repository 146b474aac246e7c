"""Exact ground states: against enumeration, against each other, and against what is known of the plane."""

import builtins

import numpy as np
import pytest
from scipy.optimize import milp

from spinlearn import exact
from spinlearn.lattice import chain, cubic, from_couplings, glass, ground, ising, square, triangular

LAWS = {"two signs": glass.bimodal, "normal": glass.gaussian}
each_law = pytest.mark.parametrize("law", LAWS.values(), ids=LAWS.keys())
SHAPES = [(2, 2), (2, 7), (3, 3), (3, 6), (4, 4)]


@each_law
@pytest.mark.parametrize("shape", SHAPES)
def test_a_matching_finds_the_lowest_of_all_states(law, shape, rng):
    sheet = square(*shape, periodic=False)
    for _ in range(5):
        J = law(sheet, rng=rng)
        found = ground.by_matching(sheet, J=J)
        assert found.energy == pytest.approx(exact.energies(sheet, J=J).min(), abs=1e-9)
        assert found.energy == ising.energy(found.spins, sheet, J=J)
        assert 0 <= found.energy - found.bound <= 24 * np.abs(J).max() / 2**23


@each_law
@pytest.mark.parametrize("periodic", [True, False], ids=["torus", "open"])
@pytest.mark.parametrize("shape", SHAPES)
def test_cuts_find_the_lowest_of_all_states_in_any_field(law, shape, periodic, rng):
    sheet = square(*shape, periodic=periodic)
    for h in (0.0, 0.4, rng.normal(size=shape)):
        J = law(sheet, J=1.5, rng=rng)
        found = ground.by_cuts(sheet, J=J, h=h)
        assert found.energy == pytest.approx(exact.energies(sheet, J=J, h=h).min(), abs=1e-6)
        assert found.energy == ising.energy(found.spins, sheet, J=J, h=h)
        assert -1e-9 <= found.energy - found.bound < 1e-5


@pytest.mark.parametrize(
    "lattice", [chain(9), triangular(3, 4), cubic(2), from_couplings(1.0 - np.eye(11))[0]], ids=lambda one: one.name
)
def test_cuts_know_every_geometry(lattice, rng):
    for J in (glass.gaussian(lattice, rng=rng), glass.bimodal(lattice, rng=rng), -1.0):
        truth = exact.energies(lattice, J=J).min()
        assert ground.by_cuts(lattice, J=J).energy == pytest.approx(truth, abs=1e-6)


def test_where_the_planes_end_between_whole_numbers_the_programme_goes_on(monkeypatch, rng):
    """The antiferromagnet of everybody: of five spins no cut has more than 6 of the 10 bonds, and x = 2/3 violates
    nothing."""
    asked = []
    monkeypatch.setattr(ground, "milp", lambda *a, **b: asked.append(1) or milp(*a, **b))
    five = from_couplings(1.0 - np.eye(5))[0]
    # All weights equal settle it before: the step of two cuts is 1 or 2. So with weights that are nearly equal.
    J = glass.bimodal(five, p=0.0, rng=rng) * 1.0
    J = J * (1 + 0.01 * (five.neighbours + np.arange(5)[:, None]))
    found = ground.by_cuts(five, J=J)
    assert asked
    assert found.energy == pytest.approx(exact.energies(five, J=J).min(), abs=1e-9)


def test_single_bonds_and_none():
    pair = from_couplings([[0.0, -2.0], [-2.0, 0.0]])
    assert ground.by_cuts(pair[0], J=pair[1]).energy == -2.0
    sheet = square(3, periodic=False)
    for found in (ground.by_cuts(sheet, J=0.0), ground.by_matching(sheet, J=np.zeros((9, 4)))):
        assert (found.energy, found.bound) == (0.0, 0.0)
    assert ground.by_cuts(sheet, J=0.0, h=0.5).energy == -4.5
    assert (ground.by_cuts(sheet, J=0.0, h=-0.5).spins == -1).all()


def test_bonds_that_are_missing_are_bonds_of_nothing(rng):
    """Diluted: one in three is 0, and free clusters may point anywhere."""
    sheet = square(4, periodic=False)
    for _ in range(5):
        J = glass.gaussian(sheet, rng=rng) * (glass.bimodal(sheet, p=2 / 3, rng=rng) > 0)
        truth = exact.energies(sheet, J=J).min()
        assert ground.by_matching(sheet, J=J).energy == pytest.approx(truth, abs=1e-6)
        assert ground.by_cuts(sheet, J=J).energy == pytest.approx(truth, abs=1e-6)


@each_law
def test_both_ways_agree_where_enumeration_does_not_reach(law, rng):
    sheet = square(14, 12, periodic=False)
    J = law(sheet, rng=rng)
    one, other = ground.by_matching(sheet, J=J), ground.by_cuts(sheet, J=J)
    assert one.energy == pytest.approx(other.energy, abs=1e-6)
    assert max(one.bound, other.bound) <= min(one.energy, other.energy) + 1e-9


@each_law
def test_an_antiperiodic_seam_moves_no_frustration(law, rng):
    """A change of gauge keeps the ground state's energy."""
    torus = square(8)
    J, gauge = law(torus, rng=rng), rng.choice([-1, 1], 64)
    turned = J * gauge[:, None] * gauge[torus.neighbours]
    energies = [ground.by_cuts(torus, J=one).energy for one in (J, turned)]
    assert energies[0] == pytest.approx(energies[1], abs=1e-6)


def test_a_ferromagnet_has_its_two_ground_states():
    for sheet in (square(6), square(6, periodic=False)):
        found = ground.by_cuts(sheet, J=1.0)
        assert abs(found.spins.sum()) == 36
        assert found.energy == -(72 if sheet.is_periodic_square else 60)
    assert abs(ground.by_matching(sheet, J=np.where(sheet.neighbours >= 0, 1.0, 0.0)).spins.sum()) == 36


# What is known of the plane: e(L) = e + a / L + b / L^2 with open edges, exactly a bulk, edges and corners.

KNOWN = {glass.bimodal: (-1.4015, 0.0008), glass.gaussian: (-1.3148, 0.0001)}


@pytest.mark.slow
@each_law
def test_the_energy_of_the_plane_is_the_known_one(law, rng):
    sizes, means, errors = np.array([8, 12, 20, 32, 64]), [], []
    for L, number in zip(sizes, (2000, 1000, 400, 150, 40), strict=True):
        sheet = square(int(L), periodic=False)
        e = [ground.by_matching(sheet, J=law(sheet, rng=rng)).energy / L**2 for _ in range(number)]
        means.append(np.mean(e))
        errors.append(np.std(e, ddof=1) / np.sqrt(number))
    w = 1 / np.array(errors)
    A = np.stack([np.ones(5), 1 / sizes, 1.0 / sizes**2], axis=1)
    value = np.linalg.lstsq(A * w[:, None], means * w, rcond=None)[0]
    error = np.sqrt(np.linalg.inv((A * w[:, None]).T @ (A * w[:, None]))[0, 0])
    truth, uncertain = KNOWN[law]
    assert error < 0.003
    assert abs(value[0] - truth) < 4 * np.hypot(error, uncertain)
    assert value[1] > 0  # what an edge costs


# What is refused


def test_what_cannot_be_matched_says_what_would_do(monkeypatch):
    with pytest.raises(ValueError, match=r"open edges.*ground.by_cuts takes any"):
        ground.by_matching(square(4), J=np.ones((16, 4)))
    with pytest.raises(ValueError, match="open edges"):
        ground.by_matching(triangular(4, periodic=False), J=np.ones((16, 6)))
    with pytest.raises(ValueError, match="J must have shape"):
        ground.by_matching(square(4, periodic=False), J=np.ones((16, 3)))
    with pytest.raises(ValueError, match="J must give both ends"):
        ground.by_matching(square(3, periodic=False), J=np.random.default_rng(1).normal(size=(9, 4)))
    with pytest.raises(TypeError, match="lattice must be a Lattice"):
        ground.by_cuts(4, J=1.0)
    with pytest.raises(ValueError, match="J must be finite"):
        ground.by_cuts(square(4), J=np.full((16, 4), np.nan))

    whole = builtins.__import__

    def without(name, *rest):
        if name == "pymatching":
            raise ImportError(name)
        return whole(name, *rest)

    monkeypatch.setattr(builtins, "__import__", without)
    with pytest.raises(ImportError, match=r"by_matching needs the package pymatching.*by_cuts does without"):
        ground.by_matching(
            square(4, periodic=False), J=glass.bimodal(square(4, periodic=False), rng=np.random.default_rng(1))
        )


def test_what_is_not_settled_is_not_returned(monkeypatch, rng):
    monkeypatch.setattr(ground, "MOST_ROUNDS", 2)
    torus = square(10)
    with pytest.raises(RuntimeError, match="not settled after 2 rounds; an annealing"):
        ground.by_cuts(torus, J=glass.gaussian(torus, rng=rng))
