"""The chain in a field: a product of 2 x 2 transfer matrices, finite or infinite.

References
----------
E. Ising, Z. Phys. 31, 253 (1925): the chain. R. J. Baxter, Exactly Solved Models (1982), sec. 2.1: by transfer matrix.
"""

import math
from typing import NamedTuple

import numpy as np

from ..core import arguments

_LONGEST = 10_000  # spins of a table of all pairs


class Chain(NamedTuple):
    """What `chain` returns; each entry has the shape of T.

    Attributes
    ----------
    log_Z : float64
        Logarithm of the partition function of the whole chain; infinite for an infinite chain.
    f, e, c : float64
        Free energy, energy and specific heat at constant field, per spin.
    m, chi : float64
        Magnetisation and susceptibility dm/dh, per spin.
    """

    log_Z: np.ndarray
    f: np.ndarray
    e: np.ndarray
    c: np.ndarray
    m: np.ndarray
    chi: np.ndarray


class ChainCorrelations(NamedTuple):
    """What `chain_correlations` returns.

    Attributes
    ----------
    m : (n,) float64
        Mean of every spin.
    pairs : (n, n) float64
        Mean of the product s_i s_j of every two; 1 on the diagonal.
    """

    m: np.ndarray
    pairs: np.ndarray


def transfer_matrix(T: float, *, J: float = 1.0, h: float = 0.0) -> np.ndarray:
    """Transfer matrix of the chain, M(s, s') = exp[(J s s' + h (s + s') / 2) / T].

    The first row and column are up, the second down. The partition function of a ring of n spins is the trace of M**n;
    that of an open chain is v.M**(n - 1).v with v(s) = exp[h s / (2 T)], the half of the field that an end has no bond
    for.

    Parameters
    ----------
    T : float
        At least a hundredth of abs(J) and of abs(h).
    J, h : float
        Coupling and field, either sign.

    Returns
    -------
    (2, 2) float64

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> M = transfer_matrix(T=2.0)
    >>> print(np.log(np.trace(np.linalg.matrix_power(M, 8))).round(9), chain(8, T=2.0).log_Z.round(9))
    6.508171117 6.508171117
    """
    T = arguments.number("T", T, above=0)
    J, h = arguments.number("J", J), arguments.number("h", h)
    _chain_temperatures(T, J, h)
    return np.exp(-_bond_energies(J, h) / T)


def chain(n: int | float, T, *, J: float = 1.0, h: float = 0.0, periodic: bool = True) -> Chain:
    """Thermodynamics of the chain in a field, by its transfer matrix.

    A finite chain is a product of matrices, taken by repeated squaring. Every matrix carries its first two derivatives
    along, so that nothing is differenced. The infinite chain is the largest eigenvalue, exp(J / T) (C + R), where
    C = cosh(h / T) and R**2 = sinh(h / T)**2 + exp(-4 J / T).

    Parameters
    ----------
    n : int or math.inf
        Number of spins, at least 2; a ring of 2 has two bonds between them.
    T : float or array
        At least a hundredth of abs(J) and of abs(h).
    J, h : float
        Coupling and field, either sign.
    periodic : bool
        A ring, or an open chain. It makes no difference to an infinite one.

    Returns
    -------
    Chain
        ``log_Z`` of the whole chain, all else per spin, each of the shape of `T`. Rounding leaves ``c`` and ``T chi``
        of a finite chain right to some n times 1e-15.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> chain(8, T=[1.0, 2.0]).e.round(6)
    array([-0.817663, -0.465649])
    >>> print(chain(math.inf, T=2.0).e.round(6), -np.tanh(0.5).round(6))
    -0.462117 -0.462117
    """
    if n != math.inf:
        n = arguments.count("n", n, at_least=2)
    J, h, periodic = arguments.number("J", J), arguments.number("h", h), arguments.flag("periodic", periodic)
    T = _chain_temperatures(T, J, h)
    if n == math.inf:
        return Chain(*(entry[()] for entry in _infinite_chain(T, J, h)))
    return Chain(*(entry[()] for entry in _finite_chain(n, T, J, h, periodic)))


def chain_correlations(n: int, T: float, *, J: float = 1.0, h: float = 0.0, periodic: bool = True) -> ChainCorrelations:
    """Mean of every spin of a finite chain, and of every product of two.

    In an infinite chain the correlation <s_i s_j> - <s_i> <s_j> is (1 - m**2) t**abs(i - j), where t, the ratio of the
    two eigenvalues, gives the `chain_correlation_length`.

    Parameters
    ----------
    n : int
        Number of spins, from 2 to ten thousand; the answer has n**2 numbers.
    T : float
        At least a hundredth of abs(J) and of abs(h).
    J, h : float
        Coupling and field, either sign.
    periodic : bool
        A ring, or an open chain.

    Returns
    -------
    ChainCorrelations

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    In an open chain without a field it is a power of tanh(J / T), whatever the length:

    >>> chain_correlations(5, T=1.0, periodic=False).pairs[0].round(6)
    array([1.      , 0.761594, 0.580026, 0.441744, 0.33643 ])
    """
    n = arguments.count("n", n, at_least=2, at_most=_LONGEST)
    periodic = arguments.flag("periodic", periodic)
    M = transfer_matrix(T, J=J, h=h)
    M /= np.linalg.eigvalsh(M)[-1]  # so that no power grows
    sign = np.array([1.0, -1.0])
    powers = np.empty((n + 1, 2, 2))
    powers[0] = np.eye(2)
    for k in range(n):
        powers[k + 1] = powers[k] @ M

    between = sign[:, None] * powers * sign  # s M**r s'
    if periodic:
        distance = np.arange(n)
        row = np.einsum("rab,rba->r", between[distance], powers[n - distance])
        m = np.full(n, np.trace(sign[:, None] * powers[n]))
        pairs = row[abs(distance[:, None] - distance)]
        Z = np.trace(powers[n])
    else:
        end = np.exp(h / T * sign / 2)
        left = powers[:n] @ end  # of all that stands on one side of a spin; by symmetry of the other side, too
        right = left[::-1]
        Z = right[0] @ end
        m = (left * sign * right).sum(axis=1)
        first, last = np.triu_indices(n)
        pairs = np.empty((n, n))
        pairs[first, last] = np.einsum("ka,kab,kb->k", left[first], between[last - first], right[last])
        pairs[last, first] = pairs[first, last]
    return ChainCorrelations(m / Z, pairs / Z)


def chain_correlation_length(T, *, J: float = 1.0, h: float = 0.0) -> np.ndarray:
    """Correlation length of the infinite chain, -1 / ln|t| with t = (C - R) / (C + R) the ratio of the two eigenvalues.

    C and R are those of `chain`. Without a field t = tanh(J / T). Where J < 0 the correlation also changes sign from
    site to site.

    Parameters
    ----------
    T : float or array
        At least a hundredth of abs(J) and of abs(h).
    J, h : float
        Coupling and field, either sign. Without a coupling the length is 0.

    Returns
    -------
    float64 of the shape of `T`

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> chain_correlation_length([0.5, 1.0, 2.0]).round(4)
    array([27.296 ,  3.6719,  1.2954])
    """
    J, h = arguments.number("J", J), arguments.number("h", h)
    T = _chain_temperatures(T, J, h)
    C, R = np.cosh(h / T), np.hypot(np.sinh(h / T), np.exp(-2 * J / T))
    with np.errstate(divide="ignore"):  # t = 0: the length is 0
        return (-1 / np.log1p(-2 * np.minimum(C, R) / (C + R)))[()]


def _bond_energies(J: float, h: float) -> np.ndarray:
    """Energy (2, 2) of a bond of the chain with half of the field of either end, up before down."""
    s = np.array([1.0, -1.0])
    return -J * np.outer(s, s) - h * (s[:, None] + s) / 2


def _finite_chain(n: int, T, J: float, h: float, periodic: bool) -> Chain:
    """The sum over all states as a product of matrices, with its derivatives by ln beta and by beta h."""
    beta = 1 / T[..., None, None]
    s = np.array([[1.0, -1.0]])
    bond, end = _bond_energies(J, h), -h * s / 2
    bonds, ends = (n, 0) if periodic else (n - 1, 2)
    # Energies from the lowest up: no weight overflows, and all terms of a derivative by beta have one sign.
    lowest = bonds * bond.min() + ends * end.min()
    bond, end = bond - bond.min(), end - end.min()

    sums = []
    # What a derivative brings down: by ln beta the energy over T, by beta h the spins.
    for per_bond, per_end in ((-beta * bond, -beta * end), ((s.T + s) / 2, s / 2)):
        product, log_scale = _power(_with_derivatives(-beta * bond, per_bond), bonds)
        if not periodic:
            row = _with_derivatives(-beta * end, per_end)
            column = tuple(part.swapaxes(-1, -2) for part in row)
            product = _times(_times(row, product), column)
        sums.append([np.trace(part, axis1=-2, axis2=-1) for part in product])
    (Z, by_beta, by_beta_twice), (_, by_field, by_field_twice) = sums

    log_Z = np.log(Z) + log_scale - lowest / T
    e, m = (lowest - T * by_beta / Z) / n, by_field / Z / n
    c = (by_beta_twice / Z - (by_beta / Z) ** 2) / n
    chi = (by_field_twice / Z - (by_field / Z) ** 2) / n / T
    return Chain(log_Z, -T * log_Z / n, e, c, m, chi)


def _with_derivatives(exponent, rate):
    """exp(exponent) and its first two derivatives by a variable of which the exponent has the derivative `rate`."""
    weight = np.exp(exponent)
    return weight, rate * weight, rate**2 * weight


def _times(a, b):
    """Product of two matrices that come with their first two derivatives, by the rule of Leibniz."""
    return a[0] @ b[0], a[1] @ b[0] + a[0] @ b[1], a[2] @ b[0] + 2 * a[1] @ b[1] + a[0] @ b[2]


def _power(a, exponent: int):
    """Power of a positive matrix with its derivatives, divided by exp(log_scale); returns both."""
    power, log_scale = None, 0.0
    log_scale_a = 0.0
    while exponent:
        if exponent % 2:
            power = a if power is None else _times(power, a)
            log_scale = log_scale + log_scale_a
        a, log_scale_a = _times(a, a), 2 * log_scale_a
        largest = a[0].max(axis=(-2, -1), keepdims=True)
        a, log_scale_a = tuple(part / largest for part in a), log_scale_a + np.log(largest[..., 0, 0])
        exponent //= 2
    return power, log_scale


def _infinite_chain(T, J: float, h: float) -> Chain:
    """The largest eigenvalue exp(K) (C + R) and its derivatives, as functions of K = J / T and H = h / T."""
    K, H = J / T, h / T
    C, S, p = np.cosh(H), np.sinh(H), np.exp(-2 * K)
    R = np.hypot(S, p)
    m, a2, rho = S / R, (p / R) ** 2, R / (C + R)  # a2 = 1 - m**2, without a difference
    pair = 1 - 2 * a2 * rho  # mean of s_i s_(i+1)
    by_KK, by_KH, by_HH = 4 * a2 * rho * (2 - a2 * (1 + rho)), 2 * m * a2, a2 * C / R
    f = -T * (K + np.log(C + R))
    c = K**2 * by_KK + 2 * K * H * by_KH + H**2 * by_HH
    return Chain(np.full_like(T, math.inf), f, -J * pair - h * m, c, m, by_HH / T)


def _chain_temperatures(T, J: float, h: float) -> np.ndarray:
    """Check temperatures and return them as an array; below the bound the formulas would overflow."""
    T, least = arguments.temperatures(T), max(abs(J), abs(h)) / arguments.LARGEST_COUPLING
    if not (least <= T).all():
        raise ValueError(f"T must be at least a hundredth of J and of h, here {least:g}, got {T.min()}")
    return T
