"""The exact results against each other: identities of thermodynamics, duality, limits, and one method against another.

Derivatives are taken by central differences; their tolerance is the next term of the expansion plus rounding.
"""

import harness
import numpy as np
import pytest

from spinlearn import exact
from spinlearn.exact import (
    averages,
    critical_temperature,
    density_of_states,
    energies,
    kaufman,
    onsager_energy,
    onsager_free_energy,
    onsager_specific_heat,
    probabilities,
    states,
    yang_magnetisation,
)
from spinlearn.lattice import all_up, chain, cubic, ising, square, triangular

CASES = harness.cases()
each_case = pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
TC = critical_temperature()
T = np.array([0.4, 0.9, 1.7, 2.2, 2.269, 2.34, 3.0, 5.0, 40.0])
TORI = [(2, 2), (2, 3), (3, 2), (2, 5), (3, 3), (3, 4), (4, 3), (4, 4), (4, 5), (5, 4)]


def slope(function, x, step=1e-5):
    """Central difference, whose relative error is some step**2 and whose rounding error some 1e-16 / step."""
    return (function(x + step) - function(x - step)) / (2 * step)


# Enumeration


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


# The infinite square lattice


def test_critical_temperature_is_self_dual():
    assert np.sinh(2 / TC) == pytest.approx(1.0, abs=1e-15)
    assert critical_temperature(J=2.5) == pytest.approx(2.5 * TC, rel=1e-15)


def test_onsager_identities():
    at = np.array([0.7, 1.5, 2.1, 2.2, 2.35, 2.6, 4.0, 9.0])
    np.testing.assert_allclose(slope(onsager_energy, at), onsager_specific_heat(at), atol=2e-7)
    np.testing.assert_allclose(slope(lambda b: b * onsager_free_energy(1 / b), 1 / at), onsager_energy(at), atol=1e-8)


def test_onsager_free_energy_is_dual():
    # -f / T - ln(sinh 2K) / 2 is the same at K and at K*, where tanh K* = exp(-2K).
    K = np.array([0.05, 0.2, 0.4, 0.44, np.log1p(np.sqrt(2)) / 2, 0.45, 0.7, 1.5])
    dual = -np.log(np.tanh(K)) / 2
    phi, phi_dual = (-x * onsager_free_energy(1 / x) - np.log(np.sinh(2 * x)) / 2 for x in (K, dual))
    np.testing.assert_allclose(phi, phi_dual, rtol=0, atol=2e-13)


def test_onsager_at_the_critical_temperature():
    catalan = 0.915965594177219015054603514932384110774
    assert onsager_energy(TC) == pytest.approx(-np.sqrt(2), abs=1e-13)
    assert onsager_free_energy(TC) == pytest.approx(-TC * (np.log(2) / 2 + 2 * catalan / np.pi), abs=1e-13)


def test_specific_heat_diverges_with_onsagers_amplitude():
    # c = A (-ln |t|) + B + O(t ln t), on both sides alike.
    amplitude = 2 / np.pi * np.log1p(np.sqrt(2)) ** 2
    assert amplitude == pytest.approx(0.4945, abs=5e-5)
    t = np.array([1e-5, 1e-7])
    for side in (1, -1):
        c = onsager_specific_heat(TC * (1 + side * t))
        assert (c[1] - c[0]) / np.log(t[0] / t[1]) == pytest.approx(amplitude, abs=1e-4)


def test_onsager_limits():
    # The first excitation turns one spin over at a cost of 8; far above, every bond alone has energy -tanh(1 / T).
    cold, hot = 0.4, 1e3
    assert onsager_energy(cold) == pytest.approx(-2 + 8 * np.exp(-8 / cold), abs=30 * np.exp(-12 / cold))
    assert onsager_energy(hot) == pytest.approx(-2 * np.tanh(1 / hot), abs=1e-8)
    assert onsager_free_energy(0.01) == -2.0
    assert onsager_free_energy(hot) == pytest.approx(-hot * np.log(2) - 1 / hot, abs=1e-9)


def test_yang_magnetisation():
    m = yang_magnetisation(T)
    below = T < TC
    np.testing.assert_allclose(m[below] ** 8, 1 - np.sinh(2 / T[below]) ** -4.0, rtol=1e-13)
    assert (m[~below] == 0).all()
    assert yang_magnetisation(1e-3) == 1.0
    # beta = 1/8
    near = yang_magnetisation(TC * (1 - np.array([1e-6, 1e-8])))
    assert np.log(near[0] / near[1]) / np.log(100) == pytest.approx(1 / 8, abs=1e-6)


@pytest.mark.parametrize("function", [onsager_energy, onsager_specific_heat, onsager_free_energy, yang_magnetisation])
def test_coupling_sets_the_scale_and_shapes_are_kept(function):
    power = 0 if function in (onsager_specific_heat, yang_magnetisation) else 1
    np.testing.assert_allclose(function(2.5 * T, J=2.5), 2.5**power * function(T), rtol=1e-12, atol=1e-13)
    assert np.shape(function(2)) == ()
    assert function(T.reshape(3, 3)).shape == (3, 3)
    np.testing.assert_allclose(function(T.reshape(3, 3)).ravel(), [function(x) for x in T], rtol=1e-13, atol=1e-13)
    assert function([]).shape == (0,)


# The torus


@pytest.mark.parametrize(("rows", "columns"), TORI)
def test_kaufman_is_the_sum_over_all_states(rows, columns):
    at = np.append(T, [0.02, TC, np.nextafter(TC, 3), TC * (1 + 1e-9), 1e3])
    torus, listed = kaufman(rows, columns, at), averages(density_of_states(square(rows, columns)), at)
    np.testing.assert_allclose(torus.log_Z, listed.log_Z, rtol=1e-12)
    np.testing.assert_allclose(torus.e, listed.e, rtol=1e-10, atol=1e-12)
    np.testing.assert_allclose(torus.c, listed.c, rtol=1e-10, atol=1e-12)


def test_kaufman_would_notice_a_single_bond_between_two_sites():
    # The control of the test above: an open side of two has one bond where the torus has two.
    listed = averages(density_of_states(square(2, 4, periodic=False)), 2.0)
    assert abs(kaufman(2, 4, 2.0).e - listed.e) > 0.1


@pytest.mark.parametrize(("rows", "columns"), [(5, 37), (16, 64), (200, 3), (6, 1000)])
def test_kaufman_does_not_care_which_way_round_the_torus_lies(rows, columns):
    at = np.append(T, TC)
    there, back = kaufman(rows, columns, at), kaufman(columns, rows, at)
    np.testing.assert_allclose(there.log_Z, back.log_Z, rtol=1e-13)
    np.testing.assert_allclose(there.e, back.e, rtol=1e-11)
    np.testing.assert_allclose(there.c, back.c, rtol=1e-8, atol=1e-11)


@pytest.mark.parametrize("size", [8, 16, 128])
def test_kaufman_identities(size):
    at = np.array([1.2, 2.0, 2.25, TC, 2.29, 3.0, 7.0])
    torus = kaufman(size, size, at)
    # The tolerance of the difference is step**2 times the third derivative, which grows at T_c with the square of L.
    np.testing.assert_allclose(slope(lambda T: kaufman(size, size, T).e, at), torus.c, atol=1e-9 * size**2 + 1e-7)
    log_Z_per_spin = slope(lambda b: kaufman(size, size, 1 / b).log_Z / size**2, 1 / at)
    np.testing.assert_allclose(-log_Z_per_spin, torus.e, atol=1e-7)


def test_large_torus_is_onsagers_lattice():
    # Away from T_c the correction falls exponentially with L over the correlation length, here below 6.
    at = np.array([0.5, 1.5, 2.0, 2.7, 4.0])
    torus = kaufman(400, 400, at)
    degenerate = np.where(at < TC, np.log(2), 0.0)
    log_Z = (torus.log_Z - degenerate) / 400**2
    np.testing.assert_allclose(-at * log_Z, onsager_free_energy(at), atol=1e-12)
    np.testing.assert_allclose(torus.e, onsager_energy(at), atol=1e-12)
    np.testing.assert_allclose(torus.c, onsager_specific_heat(at), atol=1e-10)


def test_torus_at_the_critical_temperature_grows_with_the_logarithm_of_its_size():
    sizes = [128, 256, 512]
    c = [kaufman(size, size, TC).c for size in sizes]
    amplitude = 2 / np.pi * np.log1p(np.sqrt(2)) ** 2
    np.testing.assert_allclose(np.diff(c), amplitude * np.log(2), atol=1e-3)
    e = np.array([kaufman(size, size, TC).e for size in sizes])
    # The energy approaches -sqrt 2 as 1 / L.
    correction = (e + np.sqrt(2)) * sizes
    np.testing.assert_allclose(correction, correction[0], rtol=1e-3)


def test_kaufman_shapes_and_scale():
    assert all(np.shape(entry) == () for entry in kaufman(4, 5, 2))
    torus = kaufman(4, 5, T.reshape(3, 3))
    assert all(entry.shape == (3, 3) for entry in torus)
    scaled = kaufman(4, 5, 3 * T.reshape(3, 3), J=3.0)
    for one, other, factor in zip(scaled, torus, (1, 3, 1), strict=True):
        np.testing.assert_allclose(one, factor * other, rtol=1e-12, atol=1e-13)


# Bad input


@pytest.mark.parametrize("function", [onsager_energy, onsager_specific_heat, onsager_free_energy, yang_magnetisation])
@pytest.mark.parametrize(
    ("T", "J", "error", "message"),
    [
        (0.0, 1.0, ValueError, "^T must be greater than 0, got 0.0"),
        ([1.0, -2.0], 1.0, ValueError, "^T must be greater than 0, got -2.0"),
        (np.nan, 1.0, ValueError, "^T must be finite"),
        ("2", 1.0, TypeError, "^T must hold real numbers"),
        (2.0, 0.0, ValueError, "^J must be greater than 0, got 0.0"),
        (2.0, -1, ValueError, "^J must be greater than 0, got -1"),
        (2.0, [1.0], TypeError, "^J must be a real number, not list"),
    ],
)
def test_bad_input_to_the_infinite_lattice(function, T, J, error, message):
    with pytest.raises(error, match=message):
        function(T, J=J)


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
        (lambda: averages(density_of_states(chain(3)), -1.0), ValueError, "^T must be greater than 0, got -1.0"),
        (lambda: averages(density_of_states(chain(3)), 1.0, J=np.inf), ValueError, "^J must be finite"),
        (lambda: averages(density_of_states(chain(3)), 1.0, h=None), TypeError, "^h must be a real number"),
        (lambda: kaufman(1, 4, 2.0), ValueError, "^rows must be at least 2, got 1"),
        (lambda: kaufman(4, 4.0, 2.0), TypeError, "^columns must be a whole number"),
        (lambda: kaufman(4, 4, -2.0), ValueError, "^T must be greater than 0"),
        (lambda: kaufman(4, 4, 2.0, J=-1), ValueError, "^J must be greater than 0, got -1"),
        (lambda: kaufman(4, 4, [2.0, 0.001]), ValueError, "^T must be at least J / 100.*got 0.001"),
        (lambda: critical_temperature(J=0), ValueError, "^J must be greater than 0"),
    ],
)
def test_bad_input(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_enumeration_of_the_cubic_lattice_has_its_ground_states():
    # Two sites a side: three pairs of bonds a site, so an energy of -6 a site.
    dos = density_of_states(cubic(2))
    assert dos.bond_sum.max() == -ising.energy(all_up(cubic(2)), cubic(2)) == 24
    assert exact.averages(dos, 0.01).e == pytest.approx(-3.0, abs=1e-12)
