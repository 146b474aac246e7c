"""The chain in a field: its transfer matrix against the sum over all states, identities, limits, and bad input."""

import math
from fractions import Fraction

import mpmath
import numpy as np
import pytest

from spinlearn import exact
from spinlearn.exact import averages, chain, chain_correlation_length, chain_correlations, density_of_states
from spinlearn.lattice import chain as chain_lattice

T = np.array([0.3, 0.9, 1.7, 5.0, 40.0])
SYSTEMS = [(1.0, 0.0), (0.7, 0.45), (-1.2, 0.8), (-1.0, 0.0), (0.0, 0.5), (0.0, 0.0), (1.0, -0.3)]
each_system = pytest.mark.parametrize(("J", "h"), SYSTEMS)
each_edge = pytest.mark.parametrize("periodic", [True, False])


def enumerated(n, T, J, h, periodic):
    """The fields of `exact.Chain`, by the sum over all states."""
    a = averages(density_of_states(chain_lattice(n, periodic=periodic)), T, J=J, h=h)
    return a.log_Z, a.f, a.e, a.c, a.m, n / T * (a.m2 - a.m**2)


def slope(function, x, step=1e-5):
    return (function(x + step) - function(x - step)) / (2 * step)


# Finite chains


@each_edge
@each_system
@pytest.mark.parametrize("n", [2, 3, 5, 8, 11])
def test_a_finite_chain_is_the_sum_over_all_states(n, J, h, periodic):
    found, listed = chain(n, T, J=J, h=h, periodic=periodic), enumerated(n, T, J, h, periodic)
    for name, one, other in zip(found._fields, found, listed, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-12, atol=1e-12, err_msg=name)


@each_edge
@each_system
@pytest.mark.parametrize("n", [2, 3, 7, 10])
def test_correlations_are_sums_over_all_states(n, J, h, periodic):
    spins = exact.states(n).astype(float)
    for temperature in (0.3, 1.7):
        p = exact.probabilities(chain_lattice(n, periodic=periodic), temperature, J=J, h=h)
        found = chain_correlations(n, temperature, J=J, h=h, periodic=periodic)
        np.testing.assert_allclose(found.m, p @ spins, atol=1e-12)
        np.testing.assert_allclose(found.pairs, spins.T @ (p[:, None] * spins), atol=1e-12)


@each_edge
@each_system
def test_correlations_add_up_to_the_averages(J, h, periodic):
    n, temperature = 40, 1.1
    whole, parts = (
        chain(n, temperature, J=J, h=h, periodic=periodic),
        chain_correlations(n, temperature, J=J, h=h, periodic=periodic),
    )
    assert whole.m == pytest.approx(parts.m.mean(), abs=1e-12)
    connected = parts.pairs - np.outer(parts.m, parts.m)
    assert whole.chi == pytest.approx(connected.sum() / (n * temperature), abs=1e-11)
    bonds = np.trace(parts.pairs, offset=1) + (parts.pairs[0, -1] if periodic else 0)
    assert whole.e == pytest.approx((-J * bonds - h * parts.m.sum()) / n, abs=1e-12)


def test_an_open_end_would_be_noticed():
    # The control: the ring's numbers must fail where the chain is open.
    open_chain, ring = enumerated(8, T, 0.7, 0.45, False), chain(8, T, J=0.7, h=0.45)
    assert abs(open_chain[2] - ring.e).max() > 1e-2
    assert abs(open_chain[4] - ring.m).max() > 1e-2


def test_the_transfer_matrix_gives_the_partition_function():
    M, end = exact.transfer_matrix(1.3, J=0.7, h=0.45), np.exp(0.45 * np.array([1, -1]) / 2.6)
    assert np.log(np.trace(np.linalg.matrix_power(M, 9))) == pytest.approx(
        chain(9, 1.3, J=0.7, h=0.45).log_Z, rel=1e-14
    )
    ends = end @ np.linalg.matrix_power(M, 8) @ end
    assert np.log(ends) == pytest.approx(chain(9, 1.3, J=0.7, h=0.45, periodic=False).log_Z, rel=1e-14)


def test_an_open_chain_without_a_field_is_a_product_of_free_bonds():
    found = chain(50, T, periodic=False)
    np.testing.assert_allclose(found.log_Z, np.log(2) + 49 * np.log(2 * np.cosh(1 / T)), rtol=1e-14)
    np.testing.assert_allclose(found.e, -49 / 50 * np.tanh(1 / T), rtol=1e-13)


@pytest.mark.parametrize("J", [1.0, -1.0])
def test_near_zero_temperature_a_ring_is_in_its_ground_states(J):
    # An odd ring of antiferromagnetic bonds is frustrated: one bond of n stays broken, in 2 n ways.
    n, cold = 9, 0.02
    found = chain(n, cold, J=J)
    assert found.e == pytest.approx(-1.0 if J > 0 else -7 / 9, abs=1e-15)
    degenerate = 2 if J > 0 else 2 * n
    assert found.log_Z == pytest.approx(-found.e * n / cold + np.log(degenerate), rel=1e-14)
    assert found.chi * cold == pytest.approx(n if J > 0 else 1 / n, rel=1e-12)


# The infinite chain


@each_system
def test_a_long_chain_is_the_infinite_one(J, h):
    # The ring differs by t**n, which is nothing here; an open chain by a term of its ends, in proportion to 1 / n.
    at = T[1:]
    infinite, ring = chain(math.inf, at, J=J, h=h), chain(3000, at, J=J, h=h)
    assert np.isinf(infinite.log_Z).all()
    for name in ("f", "e", "c", "m", "chi"):
        np.testing.assert_allclose(getattr(infinite, name), getattr(ring, name), rtol=1e-12, atol=3e-12, err_msg=name)
    ends = [(chain(n, at, J=J, h=h, periodic=False).f - infinite.f) * n for n in (2000, 4000)]
    np.testing.assert_allclose(ends[0], ends[1], rtol=1e-9, atol=1e-9)


@each_system
def test_thermodynamic_identities_of_the_infinite_chain(J, h):
    at = np.array([0.6, 1.4, 3.0])

    def infinite(T, h=h):
        return chain(math.inf, T, J=J, h=h)

    here = infinite(at)
    np.testing.assert_allclose(slope(lambda T: infinite(T).e, at), here.c, atol=1e-8)
    np.testing.assert_allclose(slope(lambda b: b * infinite(1 / b).f, 1 / at), here.e, atol=1e-8)
    np.testing.assert_allclose(slope(lambda h: infinite(at, h).f, h), -here.m, atol=1e-8)
    np.testing.assert_allclose(slope(lambda h: infinite(at, h).m, h), here.chi, atol=1e-6)


def test_without_a_field_the_infinite_chain_is_elementary():
    found = chain(math.inf, T)
    np.testing.assert_allclose(found.f, -T * np.log(2 * np.cosh(1 / T)), rtol=1e-14)
    np.testing.assert_allclose(found.e, -np.tanh(1 / T), rtol=1e-14)
    np.testing.assert_allclose(found.c, (1 / T / np.cosh(1 / T)) ** 2, rtol=1e-12)
    np.testing.assert_allclose(found.chi, np.exp(2 / T) / T, rtol=1e-13)
    assert (found.m == 0).all()
    np.testing.assert_allclose(chain_correlation_length(T), -1 / np.log(np.tanh(1 / T)), rtol=1e-12)


@each_system
def test_correlations_of_a_long_ring_decay_with_the_correlation_length(J, h):
    temperature, n = 0.9, 400
    found = chain_correlations(n, temperature, J=J, h=h)
    m = chain(math.inf, temperature, J=J, h=h).m
    eigenvalues = np.linalg.eigvalsh(exact.transfer_matrix(temperature, J=J, h=h))
    t = eigenvalues[0] / eigenvalues[1]
    r = np.arange(40)
    np.testing.assert_allclose(found.pairs[0, :40] - found.m[0] ** 2, (1 - m**2) * t**r, atol=1e-12)
    if J:
        assert chain_correlation_length(temperature, J=J, h=h) == pytest.approx(-1 / np.log(abs(t)), rel=1e-12)


def test_the_order_of_limits():
    # A finite ring in no field is never magnetised; a field of a millionth is enough for a long cold one.
    assert chain(1000, 0.1).m == pytest.approx(0.0, abs=1e-12)
    assert chain(math.inf, 0.1, h=1e-6).m > 0.99
    assert chain(math.inf, 0.5, h=1e-6).m < 1e-3


def test_a_correlation_length_without_a_coupling_is_zero():
    assert chain_correlation_length(1.0, J=0.0) == 0
    assert chain_correlation_length(1.0, J=0.0, h=0.3) == 0


@pytest.mark.parametrize(("J", "h"), [(1.0, 0.0), (1.0, 0.4), (-1.0, 0.0), (-0.7, 0.9)])
def test_correlation_lengths_from_the_coldest_to_the_hottest(J, h):
    """Against the ratio of the eigenvalues with 100 digits: 0.02555 at T = 1e17 without a field."""
    temperatures = [0.05, 0.3, 1.0, 3.0, 30.0, 1e4, 1e9, 1e15, 1e17, 1e30]
    with mpmath.workdps(100):
        known = []
        for one in temperatures:
            M = mpmath.matrix(
                [[mpmath.exp((J * s * r + mpmath.mpf(h) * (s + r) / 2) / one) for r in (1, -1)] for s in (1, -1)]
            )
            mean, root = (M[0, 0] + M[1, 1]) / 2, mpmath.sqrt(((M[0, 0] - M[1, 1]) / 2) ** 2 + M[0, 1] ** 2)
            known.append(float(-1 / mpmath.log(abs((mean - root) / (mean + root)))))
    np.testing.assert_allclose(chain_correlation_length(temperatures, J=J, h=h), known, rtol=1e-14)
    assert chain_correlation_length(1e17) == pytest.approx(0.02555, abs=1e-5)


def specific_heat(n, T, J, h, periodic):
    """The second derivative of ln Z by ln beta, less the first, from differences with 400 digits."""
    with mpmath.workdps(400):
        step = mpmath.mpf(10) ** -100

        def log_Z(scale):
            K, H = mpmath.mpf(J) / T * scale, mpmath.mpf(h) / T * scale
            M = mpmath.matrix([[mpmath.exp(K + H), mpmath.exp(-K)], [mpmath.exp(-K), mpmath.exp(K - H)]])
            if n == math.inf:
                return mpmath.log((M[0, 0] + M[1, 1]) / 2 + mpmath.sqrt((M[0, 0] - M[1, 1]) ** 2 / 4 + M[0, 1] ** 2))
            power = M ** (n if periodic else n - 1)
            end = mpmath.matrix([mpmath.exp(H / 2), mpmath.exp(-H / 2)])
            return mpmath.log(power[0, 0] + power[1, 1] if periodic else (end.T * power * end)[0])

        curve = log_Z(1 + step) - 2 * log_Z(mpmath.mpf(1)) + log_Z(1 - step)
        return float(curve / step**2 / (1 if n == math.inf else n))


@pytest.mark.parametrize(
    ("T", "J", "h"), [(0.01, -1.0, 0.0), (0.02, -1.0, 2.0), (0.02, 0.3, -2.0), (0.5, -1.0, 1.9), (1e9, 1.0, 0.1)]
)
@pytest.mark.parametrize(("n", "periodic"), [(3, True), (8, True), (5, False), (math.inf, True)])
def test_the_specific_heat_has_its_digits_however_small_it_is(n, periodic, T, J, h):
    """A frustrated ring of three at T = 0.01 has 3e-170."""
    known = specific_heat(n, T, J, h, periodic)
    assert 0 < known < 10
    assert chain(n, T, J=J, h=h, periodic=periodic).c == pytest.approx(known, rel=1e-12, abs=0)


def test_numbers_of_any_kind_are_taken_as_floats():
    known = chain_correlations(4, 0.5, J=0.25, h=0.5, periodic=False)
    for kind in (Fraction, np.float16, np.float32):
        found = chain_correlations(4, kind(0.5), J=kind(0.25), h=kind(0.5), periodic=False)
        np.testing.assert_array_equal(found.m, known.m)
        np.testing.assert_array_equal(found.pairs, known.pairs)


@each_edge
@pytest.mark.parametrize("n", [6, math.inf])
def test_shapes_and_scale(n, periodic):
    assert all(np.shape(entry) == () for entry in chain(n, 2, periodic=periodic))
    grid = T[:4].reshape(2, 2)
    found, scaled = chain(n, grid, J=0.7, h=0.4, periodic=periodic), chain(n, 3 * grid, J=2.1, h=1.2, periodic=periodic)
    assert all(entry.shape == (2, 2) for entry in found)
    for one, other, factor in zip(scaled[1:], found[1:], (3, 3, 1, 1, 1 / 3), strict=True):
        np.testing.assert_allclose(one, factor * other, rtol=1e-12, atol=1e-13)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: chain(1, 2.0), ValueError, "^n must be at least 2, got 1"),
        (lambda: chain(4.0, 2.0), TypeError, "^n must be a whole number"),
        (lambda: chain(4, 0.0), ValueError, "^T must be greater than 0"),
        (lambda: chain(4, "2"), TypeError, "^T must hold real numbers"),
        (
            lambda: chain(4, [1.0, 0.001]),
            ValueError,
            "^T must be at least a hundredth of J and of h, here 0.01, got 0.001",
        ),
        (lambda: chain(math.inf, 0.01, J=0.0, h=-2.0), ValueError, "^T must be at least a hundredth.*here 0.02"),
        (lambda: chain(4, 1.0, J=np.nan), ValueError, "^J must be finite"),
        (lambda: chain(4, 1.0, h=[1.0]), TypeError, "^h must be a real number, not list"),
        (lambda: chain_correlations(math.inf, 1.0), TypeError, "^n must be a whole number"),
        (lambda: chain_correlations(4, [1.0, 2.0]), TypeError, "^T must be a real number, not list"),
        (lambda: chain_correlation_length(-1.0), ValueError, "^T must be greater than 0"),
        (lambda: exact.transfer_matrix(1.0, J=None), TypeError, "^J must be a real number"),
    ],
)
def test_bad_input(call, error, message):
    with pytest.raises(error, match=message):
        call()
