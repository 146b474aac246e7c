"""The chain in a field: a product of 2 x 2 transfer matrices, finite or infinite.

References
----------
E. Ising, Z. Phys. 31, 253 (1925): the chain. R. J. Baxter, Exactly Solved Models (1982), sec. 2.1: by transfer matrix.
"""

import math
from fractions import Fraction
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

    A finite chain is a product of matrices, taken by repeated squaring. Every matrix carries the first two moments of
    the energy above the ground state and of the magnetisation along, so that nothing is differenced. The infinite chain
    is the largest eigenvalue, exp(J / T) (C + R), where C = cosh(h / T) and R**2 = sinh(h / T)**2 + exp(-4 J / T).

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
        of a finite chain right to some n times 1e-15, and ``c`` to as many digits near zero temperature, however small
        it is.

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
    T, J, h = arguments.number("T", T, above=0), arguments.number("J", J), arguments.number("h", h)
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
        # (C - R) (C + R) = 1 - exp(-4 J / T), without the difference where C and R are nearly equal.
        small = np.log(abs(np.expm1(-4 * J / T))) - 2 * np.log(C + R)
        return (-1 / np.where(small < -1, small, np.log1p(-2 * np.minimum(C, R) / (C + R))))[()]


def _bond_energies(J: float, h: float) -> np.ndarray:
    """Energy (2, 2) of a bond of the chain with half of the field of either end, up before down."""
    s = np.array([1.0, -1.0])
    return -J * np.outer(s, s) - h * (s[:, None] + s) / 2


class _Sums(NamedTuple):
    """Sums over the states of a piece of a chain, one for every pair of ends, times exp(-log_scale + beta ground).

    A state has the weight exp(-x), where x is beta times its energy above `ground`, the lowest one between these ends.
    So no weight overflows, x is nowhere negative, and it is 0 in the ground states: nothing large is taken away.
    """

    ground: np.ndarray  # (a, b) of `Fraction`, so that what is degenerate stays so
    sums: np.ndarray  # (5, …, a, b): the weights times 1, x, x**2, M and M**2, where M is the sum of the spins
    log_scale: np.ndarray  # of the shape of T


def _finite_chain(n: int, T, J: float, h: float, periodic: bool) -> Chain:
    """The sum over all states as a product of matrices."""
    unit = max(abs(J), abs(h)) or 1.0
    beta, s = unit / T, np.array([[1, -1]])
    J, h = Fraction(J) / Fraction(unit), Fraction(h) / Fraction(unit)
    product = _power(_piece(-J * (s * s.T) - h / 2 * (s + s.T), (s + s.T) / 2, beta), n if periodic else n - 1, beta)
    if not periodic:  # each end has a half of its field left
        row, column = _piece(-h / 2 * s, s / 2, beta), _piece(-h / 2 * s.T, s.T / 2, beta)
        product = _times(_times(row, product, beta), column, beta)
    ground = product.ground.diagonal().min()
    Z, x, x2, M, M2 = sum(
        _above(product.sums[..., k, k], float(product.ground[k, k] - ground) * beta) for k in range(len(product.ground))
    )

    ground, log_Z = float(ground / n), np.log(Z) + product.log_scale
    with np.errstate(over="ignore"):
        f, e = unit * ground - T * (log_Z / n), unit * ground + T * (x / Z / n)
    c = (x2 / Z - (x / Z) ** 2) / n
    chi = (M2 / Z - (M / Z) ** 2) / n / T
    return Chain(log_Z - n * ground * beta, f, e, c, M / Z / n, chi)


def _piece(energy, spins, beta) -> _Sums:
    """One state for every pair of ends, with its energy and its part of the sum of the spins."""
    of_spins = np.stack([np.ones(spins.shape), 0 * spins, 0 * spins, spins, spins**2])
    of_spins = of_spins.reshape(5, *np.ones(beta.ndim, dtype=int), *spins.shape)
    return _Sums(energy, of_spins * np.ones((*beta.shape, 1, 1)), np.zeros(beta.shape))


def _above(sums, shift):
    """The same sums with all energies counted from a ground that lies lower, by `shift` / beta."""
    Z, x, x2, M, M2 = sums
    return np.exp(-shift) * np.stack([Z, x + shift * Z, x2 + 2 * shift * x + shift**2 * Z, M, M2])


def _times(a: _Sums, b: _Sums, beta) -> _Sums:
    """Join two pieces: the last spin of one is the first of the other, up or down."""
    grounds = [a.ground[:, [k]] + b.ground[[k], :] for k in (0, 1)]
    ground, total = np.minimum(*grounds), 0.0
    for k in (0, 1):
        (Z, x, x2, M, M2), (Y, y, y2, L, L2) = a.sums[..., :, [k]], b.sums[..., [k], :]
        both = Z * Y, x * Y + Z * y, x2 * Y + 2 * x * y + Z * y2, M * Y + Z * L, M2 * Y + 2 * M * L + Z * L2
        total = total + _above(both, (grounds[k] - ground).astype(np.float64) * beta[..., None, None])
    largest = total[0].max(axis=(-2, -1))
    return _Sums(ground, total / largest[..., None, None], a.log_scale + b.log_scale + np.log(largest))


def _power(a: _Sums, exponent: int, beta) -> _Sums:
    """Power of a matrix by repeated squaring."""
    power = None
    while True:
        if exponent % 2:
            power = a if power is None else _times(power, a, beta)
        exponent //= 2
        if not exponent:
            return power
        a = _times(a, a, beta)


def _infinite_chain(T, J: float, h: float) -> Chain:
    """The largest eigenvalue exp(K) (C + R) and its derivatives, as functions of K = J / T and H = h / T."""
    K, H = J / T, h / T
    C, S, p = np.cosh(H), np.sinh(H), np.exp(-2 * K)
    R = np.hypot(S, p)
    m, a2, rho = S / R, (p / R) ** 2, R / (C + R)  # a2 = 1 - m**2, without a difference
    pair = 1 - 2 * a2 * rho  # mean of s_i s_(i+1)
    f = -T * (K + np.log(C + R))
    return Chain(np.full_like(T, math.inf), f, -J * pair - h * m, _infinite_c(K, H), m, a2 * C / R / T)


def _infinite_c(K, H):
    """Second derivative of the logarithm of the eigenvalue by a factor of the energies, all counted from the ground.

    Its matrix is exp(-u) and exp(-w) on the diagonal and exp(-v) beside it, and the least of u, v, w is 0.
    """
    energies = np.stack([-K - H, K, -K + H])
    u, v, w = energies - energies.min(axis=0)
    a, b, d = np.exp(-u), np.exp(-v), np.exp(-w)
    D = (a - d) / 2
    R = np.hypot(D, b)
    larger = (R + abs(D)) / (2 * R)
    smaller = b * (b / R) / (R + abs(D)) / 2  # (R - |D|) / (2 R)
    up, down = np.where(D > 0, larger, smaller), np.where(D > 0, smaller, larger)
    eigenvalue = (a + d) / 2 + R
    first = u * a * up + w * d * down + v * b * (b / R)
    second = u**2 * a * up + w**2 * d * down + v**2 * b * (b / R) + (b / R * ((u - v) * a - (w - v) * d) / 2) ** 2 / R
    return second / eigenvalue - (first / eigenvalue) ** 2


def _chain_temperatures(T, J: float, h: float) -> np.ndarray:
    """Check temperatures and return them as an array; below the bound the formulas would overflow."""
    T, least = arguments.temperatures(T), max(abs(J), abs(h)) / arguments.LARGEST_COUPLING
    if not (least <= T).all():
        raise ValueError(f"T must be at least a hundredth of J and of h, here {least:g}, got {T.min()}")
    return T
