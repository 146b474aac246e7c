"""The infinite square lattice without a field: Onsager's energy, specific heat and free energy, Yang's magnetisation.

Everywhere K = J / T.

References
----------
L. Onsager, Phys. Rev. 65, 117 (1944): energy, specific heat and free energy of the infinite square lattice.
C. N. Yang, Phys. Rev. 85, 808 (1952): the spontaneous magnetisation.
"""

import numpy as np
from scipy.integrate import quad_vec
from scipy.special import ellipe, ellipkm1

from ..core import arguments


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
    of the modulus k, k^2 = 1 - k'^2. Accurate to some 1e-15 of the larger of J and T.

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
    K = arguments.reduced_coupling(T, J)
    product = _elliptic(K)[2]
    return (-J / np.tanh(2 * K) * (1 + 2 / np.pi * product))[()]


def onsager_specific_heat(T, *, J: float = 1.0) -> np.ndarray:
    """Specific heat per spin of the infinite square lattice without a field.

    c = (4/pi) (K coth 2K)^2 {F - G - (1 - tanh^2 2K) [pi/2 + k' F]}, with k' and F as in `onsager_energy` and G the
    complete elliptic integral of the second kind. It diverges at T_c as -0.4945 ln |1 - T / T_c|. Accurate to about
    1e-14 absolutely.

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
    K = arguments.reduced_coupling(T, J)
    k1, first, product = _elliptic(K)
    second = ellipe(1 - k1**2)
    bracket = first - second - (1 - np.tanh(2 * K) ** 2) * (np.pi / 2 + product)
    return (4 / np.pi * (K / np.tanh(2 * K)) ** 2 * bracket)[()]


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
    K = arguments.reduced_coupling(T, J)
    k1 = _elliptic(K)[0].ravel()

    def integrand(x):
        # 1 - k^2 sin^2 x, written so that it keeps its digits where k is nearly 1.
        return np.log((1 + np.hypot(np.cos(x), k1 * np.sin(x))) / 2)

    integral = quad_vec(integrand, 0, np.pi / 2, epsabs=1e-14, epsrel=0)[0].reshape(K.shape)
    return (-(J / K) * (np.logaddexp(2 * K, -2 * K) + integral / np.pi))[()]


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
    K = arguments.reduced_coupling(T, J)
    with np.errstate(over="ignore"):  # sinh is infinite below T = 0.003 J, and its inverse rightly 0
        return (np.maximum(0.0, 1 - np.sinh(2 * K) ** -4.0) ** 0.125)[()]


def _elliptic(K) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Onsager's k', the elliptic integral F, and their product, which is 0 at T_c although F is infinite there."""
    k1 = 2 * np.tanh(2 * K) ** 2 - 1
    first = np.asarray(ellipkm1(k1**2))
    return k1, first, np.multiply(k1, first, out=np.zeros_like(K), where=k1 != 0)
