"""The infinite square lattice against high precision, identities, duality and its limits.

Derivatives are taken by central differences; their tolerance is the next term of the expansion plus rounding.
"""

import mpmath
import numpy as np
import pytest

from spinlearn.exact import (
    critical_temperature,
    energies,
    onsager_energy,
    onsager_free_energy,
    onsager_specific_heat,
    plane_correlation_length,
    states,
    yang_magnetisation,
)
from spinlearn.lattice import chain

TC = critical_temperature()
T = np.array([0.4, 0.9, 1.7, 2.2, 2.269, 2.34, 3.0, 5.0, 40.0])

EVERY = onsager_energy, onsager_specific_heat, onsager_free_energy, yang_magnetisation, plane_correlation_length


def slope(function, x, step=1e-5):
    """Central difference, whose relative error is some step**2 and whose rounding error some 1e-16 / step."""
    return (function(x + step) - function(x - step)) / (2 * step)


def in_high_precision(T, J):
    """Energy, specific heat, magnetisation and correlation length from the formulas as they are printed."""
    with mpmath.workdps(400):  # at T = J / 50 the specific heat is what is left after 350 digits have cancelled
        T, J = mpmath.mpf(T), mpmath.mpf(J)
        K = J / T
        k1 = 2 * mpmath.tanh(2 * K) ** 2 - 1
        F, G = mpmath.ellipk(1 - k1**2), mpmath.ellipe(1 - k1**2)
        e = -J * mpmath.coth(2 * K) * (1 + 2 / mpmath.pi * k1 * F)
        braces = F - G - (1 - mpmath.tanh(2 * K) ** 2) * (mpmath.pi / 2 + k1 * F)
        c = 4 / mpmath.pi * (K * mpmath.coth(2 * K)) ** 2 * braces
        m = (1 - mpmath.sinh(2 * K) ** -4) ** mpmath.mpf("0.125") if mpmath.sinh(2 * K) > 1 else mpmath.mpf(0)
        gamma = 2 * K + mpmath.log(mpmath.tanh(K))
        return e, c, m, 1 / (2 * gamma) if gamma > 0 else -1 / gamma


@pytest.mark.parametrize("J", [1.0, 0.7, 2.5e-290, 1e260])
@pytest.mark.parametrize(
    "distance",
    [0.0, 3e-16, *(side * t for side in (1, -1) for t in (1e-15, 1e-12, 1e-9, 1e-5, 0.1, 0.4)), -0.6, -0.98, 1, 9, 1e9],
)
def test_every_digit_is_right_at_any_distance_from_the_critical_point(distance, J):
    T = float(TC * (1 + distance) * J)
    functions = onsager_energy, onsager_specific_heat, yang_magnetisation, plane_correlation_length
    for function, value in zip(functions, in_high_precision(T, J), strict=True):
        assert function(T, J=J) == pytest.approx(float(value), rel=1e-14 if distance > -0.9 else 3e-14, abs=0)


def test_the_quotient_alone_would_lose_half_of_the_digits():
    """Negative control: the formula of the specific heat from J / T as it is rounded."""
    at = TC * (1 + np.array([1e-9, 2e-9, 3e-9, 4e-9]))
    rounded = [float(in_high_precision(1.0, 1.0 / T)[1]) for T in at]
    assert np.abs(rounded / onsager_specific_heat(at) - 1).max() > 1e-10


@pytest.mark.parametrize("T", [TC, TC * (1 + 1e-9), 0.99 * TC, 1.0, 3.0, 1e5])
def test_free_energy_in_high_precision(T):
    with mpmath.workdps(25):
        K = 1 / mpmath.mpf(T)
        k1 = 2 * mpmath.tanh(2 * K) ** 2 - 1
        cuts = [0, 1, 1.5, *(mpmath.pi / 2 - mpmath.mpf(10) ** -k for k in (3, 6, 9)), mpmath.pi / 2]
        root = mpmath.quad(
            lambda x: mpmath.log((1 + mpmath.sqrt(mpmath.cos(x) ** 2 + (k1 * mpmath.sin(x)) ** 2)) / 2), cuts
        )
        expected = -T * (mpmath.log(2 * mpmath.cosh(2 * K)) + root / mpmath.pi)
    assert onsager_free_energy(T) == pytest.approx(float(expected), rel=3e-15)


@pytest.mark.parametrize(("T", "J"), [(1e-300, 1.0), (1e-300, 1e300), (1e-308, 1e-10)])
def test_frozen(T, J):
    assert onsager_energy(T, J=J) == onsager_free_energy(T, J=J) == -2 * J
    assert onsager_specific_heat(T, J=J) == 0
    assert yang_magnetisation(T, J=J) == 1
    assert plane_correlation_length(T, J=J) == T / J / 4


@pytest.mark.parametrize(("T", "J"), [(1e300, 1.0), (1e300, 1e-300)])
def test_free(T, J):
    assert onsager_free_energy(T, J=J) == pytest.approx(-T * np.log(2), rel=1e-15)
    assert -1e-149 <= onsager_energy(T, J=J) / J <= 0
    assert 0 <= onsager_specific_heat(T, J=J) < 1e-290
    assert yang_magnetisation(T, J=J) == 0
    assert plane_correlation_length(T, J=J) < 0.0015


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
    assert (yang_magnetisation(T[T > TC]) == 0).all()
    assert yang_magnetisation(1e-3) == 1.0
    # beta = 1/8
    near = yang_magnetisation(TC * (1 - np.array([1e-6, 1e-8])))
    assert np.log(near[0] / near[1]) / np.log(100) == pytest.approx(1 / 8, abs=1e-6)


def levels(n, T):
    """-ln of the eigenvalues of the transfer matrix of rings of n spins, even and odd under turning all over."""
    s, E = states(n).astype(float), energies(chain(n))
    half = np.exp(-(E - E.min()) / (2 * T))
    V = half[:, None] * np.exp((s @ s.T - n) / T) * half
    h = 2 ** (n - 1)  # the states whose last spin is down; the others are these, turned over
    return [-np.log(np.linalg.eigvalsh(V[:h, :h] + sign * V[:h, ::-1][:, :h])[::-1]) for sign in (1, -1)]


def excitation(T, q):
    """Energy gamma(q) of one excitation, cosh gamma(q) = cosh gamma_0 + 1 - cos q, with gamma_0 from the length."""
    gamma_0 = 1 / plane_correlation_length(T) / (1 if T > TC else 2)
    return np.arccosh(np.cosh(gamma_0) + 1 - np.cos(q))


@pytest.mark.parametrize("n", [4, 7, 8])
@pytest.mark.parametrize("T", [1.7, 2.1, 2.6, 4.0])
def test_correlation_length_gives_the_levels_of_a_cylinder(T, n):
    """The lowest pair of excitations that a ring of n takes up costs 2 gamma(pi / n), whatever n is."""
    even, odd = levels(n, T)
    assert even[1] - even[0] == pytest.approx(2 * excitation(T, np.pi / n), rel=1e-11)
    if T < TC:
        # What the magnetisation of a row excites is among the odd ones: a pair with momenta 2 pi / n and -2 pi / n.
        assert np.abs(odd - odd[0] - 2 * excitation(T, 2 * np.pi / n)).min() < 1e-10


@pytest.mark.parametrize("T", [3.0, 4.0, 8.0])
def test_correlation_length_is_the_gap_of_a_wide_cylinder(T):
    """Above Tc one excitation is enough. The gap comes down to 1 / xi, by about exp(-2 / xi) in two sites."""
    xi = plane_correlation_length(T)
    gaps = np.array([odd[0] - even[0] for even, odd in (levels(n, T) for n in (4, 6, 8))])
    left = gaps - 1 / xi
    assert (left > 0).all()
    np.testing.assert_allclose(left[1:] / left[:-1], np.exp(-2 / xi), rtol=0.35)


def test_correlation_length_is_half_as_long_on_the_other_side_and_nu_is_1():
    K = np.array([0.45, 0.5, 0.8])
    dual = -np.log(np.tanh(K)) / 2
    np.testing.assert_allclose(2 * plane_correlation_length(1 / K), plane_correlation_length(1 / dual), rtol=1e-12)
    t = np.array([1e-3, 1e-6, 1e-9])
    amplitude = 1 / (2 * np.log1p(np.sqrt(2)))
    assert amplitude == pytest.approx(0.5673, abs=5e-5)
    for side, factor in ((1, 1), (-1, 0.5)):
        at = TC * (1 + side * t)
        scaled = plane_correlation_length(at) * np.abs(at - TC) / TC / (factor * amplitude)
        assert (np.abs(scaled - 1) < 2 * t + 4e-16 / t).all()  # the next order, and the rounding of T


@pytest.mark.slow
@pytest.mark.parametrize("function", EVERY)
def test_coupling_sets_the_scale_and_shapes_are_kept(function):
    power = 0 if function in (onsager_specific_heat, yang_magnetisation, plane_correlation_length) else 1
    np.testing.assert_allclose(function(2.5 * T, J=2.5), 2.5**power * function(T), rtol=1e-12, atol=1e-13)
    assert np.shape(function(2)) == ()
    assert function(T.reshape(3, 3)).shape == (3, 3)
    np.testing.assert_allclose(function(T.reshape(3, 3)).ravel(), [function(x) for x in T], rtol=1e-13, atol=1e-13)
    assert function([]).shape == (0,)


@pytest.mark.parametrize("function", EVERY)
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
        (lambda: critical_temperature(J=0), ValueError, "^J must be greater than 0"),
    ],
)
def test_bad_input(call, error, message):
    with pytest.raises(error, match=message):
        call()
