"""The infinite square lattice without a field: Onsager's thermodynamics, Yang's magnetisation, the correlation length.

Everywhere K = J / T. Close to the critical point all depends on K - Kc, and the rounding of J / T alone would cost half
of the digits at a relative distance of 1e-9. So that difference is taken first, from T and J as they are, and
sinh 2K - 1, Onsager's k' and all else follow from it without a further difference.

References
----------
L. Onsager, Phys. Rev. 65, 117 (1944): energy, specific heat and free energy of the infinite square lattice.
C. N. Yang, Phys. Rev. 85, 808 (1952): the spontaneous magnetisation.
T. T. Wu, B. M. McCoy, C. A. Tracy and E. Barouch, Phys. Rev. B 13, 316 (1976): correlations on both sides of Tc.
"""

from typing import NamedTuple

import numpy as np
from scipy.integrate import quad_vec

from ..core import arguments

# Kc = ln(1 + sqrt 2) / 2 = K_CRITICAL + K_REST, to 32 digits.
K_CRITICAL = 0.4406867935097715
K_REST = -1.125272946412933e-17

_NEAR = 0.2  # |K - Kc| below which it is taken with care
_FROZEN = 350.0  # K from which on exp(-2K) is nothing, while sinh 2K is a number still


def critical_temperature(*, J: float = 1.0) -> float:
    """Critical temperature of the infinite square lattice, where sinh(2 J / T) = 1: T_c = 2 J / ln(1 + sqrt 2).

    Parameters
    ----------
    J : float
        Above 0.

    Returns
    -------
    float

    Raises
    ------
    TypeError, ValueError
        If `J` is not a number above 0.

    Examples
    --------
    >>> critical_temperature()
    2.269185314213022
    """
    return float(2 * arguments.number("J", J, above=0) / np.log1p(np.sqrt(2)))


def onsager_energy(T, *, J: float = 1.0) -> np.ndarray:
    """Energy per spin of the infinite square lattice without a field.

    e = -J coth 2K [1 + (2/pi) k' F], with k' = 2 tanh^2 2K - 1 and F the complete elliptic integral of the first kind
    of the modulus k, k^2 = 1 - k'^2. Accurate to some 1e-15 of its value.

    Parameters
    ----------
    T : float or array
        Above 0.
    J : float
        Above 0.

    Returns
    -------
    float64 of the shape of `T`

    Raises
    ------
    TypeError, ValueError
        If `T` or `J` has the wrong type or range.

    Examples
    --------
    >>> print(onsager_energy(critical_temperature()).round(12), -np.sqrt(2).round(12))
    -1.414213562373 -1.414213562373
    """
    plane = _onsager(T, J)
    k1, excess = plane.k1, plane.excess
    # Above Tc, where k' is negative, the 1 is taken out of k' and not out of the product.
    bracket = np.where(k1 > 0, 1 + k1 * (1 + excess), plane.gap + k1 * excess)
    return (-float(J) / np.tanh(2 * plane.K) * bracket)[()]


def onsager_specific_heat(T, *, J: float = 1.0) -> np.ndarray:
    """Specific heat per spin of the infinite square lattice without a field.

    c = (4/pi) (K coth 2K)^2 {F - G - (1 - tanh^2 2K) [pi/2 + k' F]}, with k' and F as in `onsager_energy` and G the
    complete elliptic integral of the second kind. It diverges at T_c as -0.4945 ln abs(1 - T / T_c). Accurate to some
    1e-15 of its value at any distance from T_c, and to 1e-14 below T = J / 20: by Gauss's means 2 F / pi = 1 + r and
    (F - G) / F = 2 S (1 - S) + R / 2 with S = 1 - tanh^2 2K, and the braces are (pi/2) [r S + (1 + r) R / 2], a sum of
    positive terms.

    Parameters
    ----------
    T : float or array
        Above 0.
    J : float
        Above 0.

    Returns
    -------
    float64 of the shape of `T`

    Raises
    ------
    TypeError, ValueError
        If `T` or `J` has the wrong type or range.

    Examples
    --------
    >>> onsager_specific_heat([1.0, 2.0, 3.0]).round(6)
    array([0.02338 , 0.724871, 0.40138 ])
    """
    plane = _onsager(T, J)
    bracket = plane.excess * plane.S + (1 + plane.excess) * plane.R / 2
    return (2 * (plane.K / np.tanh(2 * plane.K)) ** 2 * bracket)[()]


def onsager_free_energy(T, *, J: float = 1.0) -> np.ndarray:
    """Free energy per spin of the infinite square lattice without a field.

    -f / T = ln(2 cosh 2K) + (1/pi) times the integral from 0 to pi/2 of ln[(1 + sqrt(1 - k^2 sin^2 x)) / 2] dx, with k
    as in `onsager_energy`. By adaptive quadrature, to about 1e-13.

    Parameters
    ----------
    T : float or array
        Above 0.
    J : float
        Above 0.

    Returns
    -------
    float64 of the shape of `T`

    Raises
    ------
    TypeError, ValueError
        If `T` or `J` has the wrong type or range.

    Examples
    --------
    >>> print(onsager_free_energy(critical_temperature()).round(12))
    -2.109651144608
    """
    plane, T = _onsager(T, J), arguments.temperatures(T)
    k1 = plane.k1.ravel()

    def integrand(x):
        # 1 - k^2 sin^2 x, written so that it keeps its digits where k is nearly 1.
        return np.log((1 + np.hypot(np.cos(x), k1 * np.sin(x))) / 2)

    integral = quad_vec(integrand, 0, np.pi / 2, epsabs=1e-14, epsrel=0)[0].reshape(T.shape)
    return (-2 * float(J) - T * (np.log1p(np.exp(-4 * plane.K)) + integral / np.pi))[()]


def yang_magnetisation(T, *, J: float = 1.0) -> np.ndarray:
    """Spontaneous magnetisation per spin of the infinite square lattice: (1 - sinh(2K)^-4)^(1/8) below T_c, else 0.

    Parameters
    ----------
    T : float or array
        Above 0.
    J : float
        Above 0.

    Returns
    -------
    float64 of the shape of `T`

    Raises
    ------
    TypeError, ValueError
        If `T` or `J` has the wrong type or range.

    Examples
    --------
    >>> yang_magnetisation([1.0, 2.0, 3.0]).round(6)
    array([0.999276, 0.911319, 0.      ])
    """
    K = _reduced(T, J)
    s = np.sinh(2 * K)
    ordered = np.maximum(0.0, sinh_excess(K, from_critical(T, J)) / s)
    return ((ordered * (1 + 1 / s) * (1 + s**-2.0)) ** 0.125)[()]


def plane_correlation_length(T, *, J: float = 1.0) -> np.ndarray:
    """Correlation length of the infinite square lattice along a row, in lattice constants.

    <s_0 s_r> - <s>^2 falls as exp(-r / xi), times a power of r. With K* the dual coupling, tanh K* = exp(-2K),
    Onsager's smallest gamma is the size of 2K - 2K* = 2K + ln tanh K, and

        1 / xi = ln coth K - 2K          above T_c
        1 / xi = 2 (2K - ln coth K)      below T_c, where only pairs of excitations matter: half as long

    Near T_c it diverges as 0.5673 / t above and 0.2837 / abs(t) below, with t = (T - T_c) / T_c: nu = 1. Along a
    diagonal it is another one, shorter far from T_c and the same close to it.

    Parameters
    ----------
    T : float or array
        Above 0.
    J : float
        Above 0.

    Returns
    -------
    float64 of the shape of `T`
        Accurate to some 1e-15 of its value.

    Raises
    ------
    TypeError, ValueError
        If `T` or `J` has the wrong type or range.

    Examples
    --------
    >>> plane_correlation_length([2.0, 2.3, 3.0]).round(4)
    array([ 2.1924, 42.1653,  2.1365])
    """
    distance = from_critical(T, J)
    with np.errstate(over="ignore", divide="ignore"):  # T_c itself is no floating-point number
        gamma = smallest_gamma(arguments.reduced_coupling(T, J), distance)
        return (1 / np.where(distance > 0, 2 * gamma, -gamma))[()]


def from_critical(T, J: float) -> np.ndarray:
    """K - Kc to all digits, from T and J as the floating-point numbers they are.

    J - Kc T is taken before it is divided by T, with Kc T as an exact sum of two numbers (Dekker's product).

    Parameters
    ----------
    T : float or array
        Above 0.
    J : float
        Above 0.

    Returns
    -------
    float64 of the shape of `T`

    Raises
    ------
    TypeError, ValueError
        If `T` or `J` has the wrong type or range.

    Examples
    --------
    The critical temperature is no floating-point number. The one next to it is off by

    >>> print(f"{from_critical(critical_temperature(), 1.0):.3e}")
    -1.655e-17
    """
    T, J = arguments.temperatures(T), arguments.number("J", J, above=0)
    with np.errstate(over="ignore"):
        far = J / T - K_CRITICAL
    T, exponent = np.frexp(T)
    with np.errstate(over="ignore"):
        J = np.ldexp(J, -exponent)
    product = K_CRITICAL * T
    (a, b), (c, d) = _halves(K_CRITICAL), _halves(T)
    rest = ((a * c - product) + a * d + b * c) + b * d
    return np.where(np.abs(far) < _NEAR, ((J - product) - rest - K_REST * T) / T, far)


def sinh_excess(K, distance):
    """sinh 2K - 1 from K and `from_critical`."""
    near = np.clip(distance, -_NEAR, _NEAR)
    careful = 2 * np.sinh(near) * np.cosh(2 * K_CRITICAL + near)
    return np.where(near == distance, careful, np.sinh(2 * np.minimum(K, _FROZEN)) - 1)


def smallest_gamma(K, distance):
    """Onsager's gamma_0 = 2K + ln tanh K, negative above T_c, from K and `from_critical`."""
    excess = sinh_excess(K, distance)
    with np.errstate(divide="ignore"):  # without a coupling it is infinite
        far = 2 * K + np.log(np.tanh(K))
        return np.where(np.abs(distance) < _NEAR, 2 * np.arcsinh(excess / np.sqrt(2 * np.abs(1 + excess))), far)


class _Onsager(NamedTuple):
    """What the thermodynamics is made of: K; k' = k1 and gap = 1 - abs(k'); S = 1 - tanh^2 2K; and Gauss's means.

    2 F / pi = 1 + excess; (F - G) / F = k^2 / 2 + R / 2 with k^2 = 4 S (1 - S).
    """

    K: np.ndarray
    k1: np.ndarray
    gap: np.ndarray
    S: np.ndarray
    excess: np.ndarray
    R: np.ndarray


def _onsager(T, J) -> _Onsager:
    K = _reduced(T, J)
    S, tanh2 = np.cosh(2 * K) ** -2.0, np.tanh(2 * K) ** 2
    distance = from_critical(T, J)
    careful = sinh_excess(K, distance) * S * (1 + np.sinh(2 * K))
    k1 = np.where(np.abs(distance) < _NEAR, careful, tanh2 - S)
    gap = 2 * np.where(k1 > 0, S, tanh2)

    # Arithmetic and geometric mean of 1 and |k'|, and what each is short of 1; c is half of their difference.
    a, g, short_a, short_g = np.ones_like(K), np.abs(k1), np.zeros_like(K), gap
    c, R = gap / 2, np.zeros_like(K)
    for n in range(1, 13):
        R = R + 2.0**n * c**2
        root = np.sqrt(a * g)
        short_a, short_g = (short_a + short_g) / 2, (short_a + short_g - short_a * short_g) / (1 + root)
        a, g = (a + g) / 2, root
        c = c**2 / (2 * (a + g))
    return _Onsager(K, k1, gap, S, short_a / a, R)


def _reduced(T, J) -> np.ndarray:
    """K = J / T, within the range in which its exponentials are numbers; beyond, nothing changes any more."""
    with np.errstate(over="ignore"):
        return np.clip(arguments.reduced_coupling(T, J), 1e-150, _FROZEN)


def _halves(x):
    """A float as the sum of two of half as many digits, so that products of halves are exact (Veltkamp)."""
    large = 134217729.0 * x
    high = large - (large - x)
    return high, x - high
