"""Sums over all states against listed states, transfer matrices and identities of thermodynamics.

Derivatives are taken by central differences; their tolerance is the next term of the expansion plus rounding.
"""

import harness
import numpy as np
import pytest

from spinlearn import exact
from spinlearn.core import progress
from spinlearn.exact import averages, density_of_states, energies, probabilities, states
from spinlearn.lattice import all_up, chain, cubic, ising, square, triangular

CASES = harness.cases()
each_case = pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
T = np.array([0.4, 0.9, 1.7, 2.2, 2.269, 2.34, 3.0, 5.0, 40.0])

RING = density_of_states(chain(3))


def slope(function, x, step=1e-5):
    """Central difference, whose relative error is some step**2 and whose rounding error some 1e-16 / step."""
    return (function(x + step) - function(x - step)) / (2 * step)


@pytest.mark.parametrize("n", [1, 3, 9, 17])
def test_states_are_the_bits_of_their_numbers(n):
    listed = states(n)
    assert listed.shape == (2**n, n)
    assert listed.dtype == np.int8
    assert np.isin(listed, (-1, 1)).all()
    np.testing.assert_array_equal((listed > 0) @ (1 << np.arange(n)), np.arange(2**n))


@each_case
def test_energies_are_those_of_the_states(case):
    listed = energies(case.lattice, J=case.J, h=case.h)
    for k in range(0, len(listed), 7):
        spins = states(case.lattice.size)[k].reshape(case.lattice.shape)
        assert listed[k] == pytest.approx(ising.energy(spins, case.lattice, J=case.J, h=case.h), abs=1e-13)


@each_case
def test_probabilities_are_boltzmann_factors(case):
    p, E = case.law(), energies(case.lattice, J=case.J, h=case.h)
    assert p.sum() == pytest.approx(1.0, abs=1e-14)
    np.testing.assert_allclose(np.log(p / p[0]), (E[0] - E) / case.T, atol=1e-12)


def test_probabilities_near_zero_temperature_are_those_of_the_ground_states():
    p = probabilities(square(3), 1e-4)
    assert p[0] == p[-1] == 0.5
    assert p[1:-1].max() == 0.0
    assert probabilities(square(3), 1e-4, h=0.1)[-1] == 1.0


@pytest.mark.parametrize("lattice", [chain(7), square(3, 4), square(2, 5), square(3, periodic=False), triangular(3)])
def test_density_of_states_counts_the_listed_states(lattice):
    dos = density_of_states(lattice)
    assert all(column.dtype == np.int64 for column in dos)
    assert dos.count.sum() == 2**lattice.size
    listed = states(lattice.size).sum(axis=1, dtype=np.int64)
    bond_sums = np.rint(-energies(lattice)).astype(np.int64)
    found, count = np.unique(np.stack([bond_sums, listed], axis=1), axis=0, return_counts=True)
    np.testing.assert_array_equal(found, np.stack([dos.bond_sum, dos.spin_sum], axis=1))
    np.testing.assert_array_equal(count, dos.count)


def test_a_count_in_other_pieces_is_the_same(monkeypatch):
    whole = density_of_states(square(3, 4))
    monkeypatch.setattr(progress, "SLICE", 0.0)
    for one, other in zip(whole, density_of_states(square(3, 4)), strict=True):
        np.testing.assert_array_equal(one, other)


def test_density_of_states_of_25_spins():
    dos = density_of_states(square(5))
    assert dos.count.sum() == 2**25
    number = dict(zip(zip(dos.bond_sum.tolist(), dos.spin_sum.tolist(), strict=True), dos.count.tolist(), strict=True))
    assert all(number[bond_sum, -spin_sum] == count for (bond_sum, spin_sum), count in number.items())
    # All up, one spin turned over, two neighbours or two others turned over.
    assert [number[50, 25], number[42, 23], number[38, 21], number[34, 21]] == [1, 25, 50, 250]


@pytest.mark.parametrize(("J", "h"), [(1.0, 0.0), (0.8, 0.3), (-0.7, -0.4)])
@pytest.mark.parametrize("lattice", [square(3, 4), triangular(3), chain(6, periodic=False)])
def test_averages_are_sums_over_all_states(lattice, J, h):
    n, dos = lattice.size, density_of_states(lattice)
    found = averages(dos, T, J=J, h=h)
    E, m = energies(lattice, J=J, h=h), states(lattice.size).mean(axis=1)
    for k, temperature in enumerate(T):
        p = probabilities(lattice, temperature, J=J, h=h)
        Z_over_ground = np.exp((E.min() - E) / temperature).sum()
        positive = p[p > 0]
        expected = {
            "log_Z": np.log(Z_over_ground) - E.min() / temperature,
            "e": p @ E / n,
            "s": -(positive * np.log(positive)).sum() / n,
            "c": p @ (E - p @ E) ** 2 / (n * temperature**2),
            "m": p @ m,
            "abs_m": p @ abs(m),
            "m2": p @ m**2,
            "m4": p @ m**4,
        }
        for name, value in expected.items():
            assert getattr(found, name)[k] == pytest.approx(value, rel=1e-12, abs=1e-13), name
        assert found.f[k] == pytest.approx(expected["e"] - temperature * expected["s"], rel=1e-12)


@pytest.mark.parametrize(
    ("lattice", "J", "h"),
    [
        (square(3), -1.0, 0.0),
        (triangular(3), -0.7, 0.0),
        (square(3, 5), -1.0, 4.0),  # where the field makes many more states ground states: some flips cost nothing
        (chain(5), -0.1, 0.2),
        (square(3), -1e-290, 0.0),
        (square(3), -1e300, 0.0),
    ],
)
def test_a_frustrated_lattice_freezes_into_all_of_its_ground_states(lattice, J, h):
    """What is left at T = 0 is ln of their number; the specific heat is gone."""
    dos, n = density_of_states(lattice), lattice.size
    scaled = -np.rint(10 * J / abs(J)) * dos.bond_sum - np.rint(10 * h / abs(J)) * dos.spin_sum
    ground = scaled == scaled.min()
    count, m = dos.count[ground].sum(), dos.spin_sum[ground] / n
    assert count > 2
    for T in abs(J) * np.array([1e-3, 1e-8, 1e-15]):
        found = averages(dos, T, J=J, h=h)
        assert found.s == pytest.approx(np.log(count) / n, rel=1e-13)
        assert found.c == 0
        assert found.e == pytest.approx(scaled.min() / 10 * abs(J) / n, rel=1e-14)
        assert found.f == pytest.approx(found.e - T * found.s, rel=1e-14)
        assert found.m2 == pytest.approx(dos.count[ground] @ m**2 / count, rel=1e-13)


def test_averages_at_the_ends_of_the_floating_point_numbers():
    dos = density_of_states(square(3))
    for T, J in [(1e-300, 1.0), (1e300, 1e-300), (1e-300, 1e300), (1.0, 1e-300), (1e300, 1e300)]:
        found = averages(dos, T, J=J)
        assert all(np.isfinite(entry) for entry in found[1:])
        assert found.e <= 1e-15 * J
        assert 0 <= found.s <= np.log(2) * (1 + 1e-15)


def test_thermodynamic_identities_by_enumeration():
    dos, h, at = density_of_states(square(3, 4)), 0.3, np.array([0.9, 2.1, 4.0])
    found = averages(dos, at, h=h)
    np.testing.assert_allclose(slope(lambda T: averages(dos, T, h=h).e, at), found.c, atol=1e-8)
    np.testing.assert_allclose(slope(lambda T: averages(dos, T, h=h).f, at), -found.s, atol=1e-8)
    np.testing.assert_allclose(slope(lambda b: b * averages(dos, 1 / b, h=h).f, 1 / at), found.e, atol=1e-8)
    np.testing.assert_allclose(slope(lambda b: averages(dos, at, h=b).f, h), -found.m, atol=1e-8)
    response = 12 / at * (found.m2 - found.m**2)
    np.testing.assert_allclose(slope(lambda b: averages(dos, at, h=b).m, h), response, atol=1e-8)


@pytest.mark.parametrize("n", [3, 4, 9, 14])
@pytest.mark.parametrize(("J", "h"), [(1.0, 0.0), (0.7, 0.45), (-1.2, 0.8)])
def test_ring_is_the_trace_of_its_transfer_matrix(n, J, h):
    found = averages(density_of_states(chain(n)), T, J=J, h=h)
    s = np.array([-1, 1])
    for k, temperature in enumerate(T):
        transfer = np.exp((J * np.outer(s, s) + h * (s[:, None] + s) / 2) / temperature)
        assert found.log_Z[k] == pytest.approx(np.log(np.sum(np.linalg.eigvalsh(transfer) ** n)), rel=1e-12)


def test_averages_have_the_shape_of_the_temperature():
    dos = density_of_states(square(2, 3))
    assert all(np.shape(entry) == () for entry in averages(dos, 2.0))
    assert all(entry.shape == (2, 3) for entry in averages(dos, np.full((2, 3), 2.0)))
    assert all(entry.shape == (0,) for entry in averages(dos, np.empty(0)))


def test_enumeration_of_the_cubic_lattice_has_its_ground_states():
    # Two sites a side: three pairs of bonds a site, so an energy of -6 a site.
    dos = density_of_states(cubic(2))
    assert dos.bond_sum.max() == -ising.energy(all_up(cubic(2)), cubic(2)) == 24
    assert exact.averages(dos, 0.01).e == pytest.approx(-3.0, abs=1e-12)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: states(0), ValueError, "^n must be at least 1, got 0"),
        (lambda: states(21), ValueError, "^n must be at most 20, got 21"),
        (lambda: states(3.0), TypeError, "^n must be a whole number"),
        (lambda: energies(square(5)), ValueError, "^lattice must have at most 20 sites to be enumerated, got 25"),
        (lambda: energies(square(3), J=np.nan), ValueError, "^J must be finite"),
        (lambda: energies(square(3), h=np.ones(9)), ValueError, r"^h must have shape \(3, 3\)"),
        (lambda: probabilities(square(3), 0), ValueError, "^T must be greater than 0"),
        (lambda: probabilities(square(3), [1.0]), TypeError, "^T must be a real number, not list"),
        (lambda: density_of_states(square(6)), ValueError, "^lattice must have at most 30 sites.*got 36"),
        (lambda: averages(RING._replace(count=[1]), 1.0), ValueError, r"^dos\.count must be one-dimensional"),
        (lambda: averages(RING._replace(count=[3, 3, 1, 2]), 1.0), ValueError, r"^dos\.count must add up to 2\*\*N"),
        (lambda: averages(RING._replace(count=[9, -3, 1, 1]), 1.0), ValueError, r"^dos\.count must add up to 2\*\*N"),
        (lambda: averages(RING._replace(spin_sum=[-1, 1, -3, 3.0]), 1.0), TypeError, r"^dos\.spin_sum must hold whole"),
        (lambda: averages(RING._replace(spin_sum=[1]), 1.0), ValueError, r"^dos\.spin_sum must be one-dimensional"),
        (lambda: averages(RING._replace(bond_sum=None), 1.0), TypeError, r"^dos\.bond_sum must hold whole numbers"),
        (lambda: averages(tuple(RING), 1.0), TypeError, "^dos must be what density_of_states returns, not tuple"),
        (lambda: averages(density_of_states(chain(3)), -1.0), ValueError, "^T must be greater than 0, got -1.0"),
        (lambda: averages(density_of_states(chain(3)), 1.0, J=np.inf), ValueError, "^J must be finite"),
        (lambda: averages(density_of_states(chain(3)), 1.0, h=None), TypeError, "^h must be a real number"),
    ],
)
def test_bad_input(call, error, message):
    with pytest.raises(error, match=message):
        call()
