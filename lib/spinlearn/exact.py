"""Exact results: what every simulation of this library is held against.

Three kinds of them. A *small* system can be solved by listing all of its 2**N states, whatever its geometry, couplings
and fields. The *chain* in a field is a product of 2 x 2 matrices. The *square lattice* without a field has closed
formulas: Onsager's for the infinite lattice, Yang's for its magnetisation, Kaufman's for the torus of any size, which
is the one that a simulation meets digit by digit.

Everywhere K = J / T. The sign, the units and the counting of bonds are those of `spinlearn.ising`; Kaufman's torus has
two bonds between the same two sites where a side is two sites long, as `spinlearn.lattice` has.

References
----------
E. Ising, Z. Phys. 31, 253 (1925): the chain. R. J. Baxter, Exactly Solved Models (1982), sec. 2.1: by transfer matrix.
L. Onsager, Phys. Rev. 65, 117 (1944): energy, specific heat and free energy of the infinite square lattice.
B. Kaufman, Phys. Rev. 76, 1232 (1949): the partition function of the torus.
C. N. Yang, Phys. Rev. 85, 808 (1952): the spontaneous magnetisation.
A. E. Ferdinand and M. E. Fisher, Phys. Rev. 185, 832 (1969): the torus near the critical point.
"""

import math
from typing import NamedTuple

import numpy as np
from scipy.integrate import quad_vec
from scipy.special import ellipe, ellipkm1

from . import _validate
from ._jit import kernel
from .ising import _interactions
from .lattice import Lattice

_MOST_LISTED = 20  # spins whose states are listed one by one: an array of 2**N numbers
_MOST_COUNTED = 30  # spins whose states are only counted: 2**(N - 1) steps, some seconds
_WIDEST_TORUS = 12  # columns of a torus whose magnetisation is counted

# Beyond this K the torus is in its two ground states to every digit, and the formulas only add rounding.
_LARGEST_K = 100.0


class DensityOfStates(NamedTuple):
    """What `density_of_states` returns: `count` states share the sums `bond_sum` and `spin_sum`.

    Attributes
    ----------
    bond_sum : (K,) int64
        Sum over bonds of s_i s_j, B.
    spin_sum : (K,) int64
        Sum over spins, M.
    count : (K,) int64
        How many of the 2**N states have both.
    """

    bond_sum: np.ndarray
    spin_sum: np.ndarray
    count: np.ndarray


class Averages(NamedTuple):
    """What `averages` returns; each entry has the shape of T.

    Attributes
    ----------
    log_Z : float64
        Logarithm of the partition function of the whole system.
    f, e, s, c : float64
        Free energy, energy, entropy and specific heat at constant field, per spin: f = e - T s and c = de/dT.
    m, abs_m, m2, m4 : float64
        Averages of the magnetisation per spin m, and of |m|, m**2 and m**4.
    """

    log_Z: np.ndarray
    f: np.ndarray
    e: np.ndarray
    s: np.ndarray
    c: np.ndarray
    m: np.ndarray
    abs_m: np.ndarray
    m2: np.ndarray
    m4: np.ndarray


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


class Torus(NamedTuple):
    """What `kaufman` returns; each entry has the shape of T.

    Attributes
    ----------
    log_Z : float64
        Logarithm of the partition function of the whole torus.
    e, c : float64
        Energy and specific heat per spin.
    """

    log_Z: np.ndarray
    e: np.ndarray
    c: np.ndarray


def states(n: int) -> np.ndarray:
    """List all configurations of `n` spins.

    Parameters
    ----------
    n : int
        From 1 to 20.

    Returns
    -------
    (2**n, n) int8
        In row k, spin i is +1 if bit i of k is set, and -1 if not: row 0 is all down, the last row all up.

    Raises
    ------
    TypeError, ValueError
        If `n` is not a whole number from 1 to 20.

    Examples
    --------
    >>> states(2)
    array([[-1, -1],
           [ 1, -1],
           [-1,  1],
           [ 1,  1]], dtype=int8)
    """
    n = _validate.count("n", n, at_least=1)
    if n > _MOST_LISTED:
        raise ValueError(f"n must be at most {_MOST_LISTED}, got {n}: a list of 2**{n} states would not fit")
    numbers = np.arange(2**n, dtype="<u4").view(np.uint8).reshape(-1, 4)
    bits = np.unpackbits(numbers, axis=1, count=n, bitorder="little")
    return 2 * bits.view(np.int8) - 1


def energies(lattice: Lattice, J=1.0, h=0.0) -> np.ndarray:
    """Total energy of every state of a small lattice.

    Parameters
    ----------
    lattice : Lattice
        Of at most 20 sites.
    J, h
        As for `ising.energy`: one number, or a table of couplings, an array of fields.

    Returns
    -------
    (2**N,) float64
        In the order of `states`.

    Raises
    ------
    TypeError, ValueError
        If the lattice is too large, or `J` or `h` has the wrong type or shape.

    Examples
    --------
    >>> from spinlearn.lattice import chain
    >>> energies(chain(2, periodic=False), h=0.5)
    array([ 0.,  1.,  1., -2.])
    """
    table, fields = _interactions(lattice, J, h)
    if table is None:
        table, fields = np.full(lattice.neighbours.shape, float(J)), np.full(lattice.size, float(h))
    if lattice.size > _MOST_LISTED:
        raise ValueError(f"lattice must have at most {_MOST_LISTED} sites to be enumerated, got {lattice.size}")
    spins = states(lattice.size)
    total = -(spins @ fields)
    # Each bond stands in the table twice, once at either end, with half of its coupling each time.
    matrix = np.zeros((lattice.size, lattice.size))
    row, column = np.nonzero(lattice.neighbours >= 0)
    np.add.at(matrix, (row, lattice.neighbours[row, column]), table[row, column] / 2)
    for i, j in np.argwhere(matrix):
        total -= matrix[i, j] * (spins[:, i] * spins[:, j])
    return total


def probabilities(lattice: Lattice, T: float, *, J=1.0, h=0.0) -> np.ndarray:
    """Boltzmann law exp(-E / T) / Z over every state of a small lattice.

    Parameters
    ----------
    lattice : Lattice
        Of at most 20 sites.
    T : float
        Above 0.
    J, h
        As for `energies`.

    Returns
    -------
    (2**N,) float64
        In the order of `states`; the sum is 1.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range.

    Examples
    --------
    >>> from spinlearn.lattice import chain
    >>> probabilities(chain(2, periodic=False), T=2.0).round(4)
    array([0.3655, 0.1345, 0.1345, 0.3655])
    """
    T = _validate.number("T", T, above=0)
    energy = energies(lattice, J, h)
    weights = np.exp((energy.min() - energy) / T)
    return weights / weights.sum()


def density_of_states(lattice: Lattice) -> DensityOfStates:
    """Count the states of a small lattice by their sum over bonds B and their sum over spins M.

    One count serves every temperature, coupling and field: with a single J and h the energy is E = -J B - h M.

    Parameters
    ----------
    lattice : Lattice
        Of at most 30 sites: 25 take about a tenth of a second, 30 some seconds.

    Returns
    -------
    DensityOfStates
        Ordered by B, then M; combinations that no state has are left out.

    Raises
    ------
    ValueError
        If the lattice has more than 30 sites.

    Examples
    --------
    >>> from spinlearn.lattice import chain
    >>> density_of_states(chain(3))
    DensityOfStates(bond_sum=array([-1, -1,  3,  3]), spin_sum=array([-1,  1, -3,  3]), count=array([3, 3, 1, 1]))
    """
    n = lattice.size
    if n > _MOST_COUNTED:
        raise ValueError(f"lattice must have at most {_MOST_COUNTED} sites to be enumerated, got {n}")
    bonds = int((lattice.neighbours >= 0).sum()) // 2
    counts = np.zeros((2 * bonds + 1, n + 1), dtype=np.int64)
    count_states(lattice.neighbours, counts)
    # The last spin stayed down. Turning all spins over keeps B and gives the states in which it is up.
    counts += counts[:, ::-1].copy()
    row, up = np.nonzero(counts)
    return DensityOfStates(row - bonds, 2 * up - n, counts[row, up])


@kernel
def count_states(neighbours, counts):
    """Add the states whose last spin is down to `counts` (2B + 1, N + 1), by bond sum plus B and number of up spins.

    The states are visited in Gray-code order: step k flips only the spin whose number is that of the lowest set bit
    of k, so that both sums follow at the cost of one flip.
    """
    n, z = neighbours.shape
    offset = counts.shape[0] // 2
    spins = np.full(n, -1, dtype=np.int64)
    bond_sum, up = offset, 0  # all spins are equal, every bond contributes +1
    counts[bond_sum + offset, up] += 1
    for step in range(1, 1 << (n - 1)):
        i = 0
        while not (step >> i) & 1:
            i += 1
        total = 0
        for k in range(z):
            j = neighbours[i, k]
            if j >= 0:
                total += spins[j]
        bond_sum -= 2 * spins[i] * total
        spins[i] = -spins[i]
        up += spins[i]
        counts[bond_sum + offset, up] += 1


def averages(dos: DensityOfStates, T, J: float = 1.0, h: float = 0.0) -> Averages:
    """Thermal averages of a small lattice from its density of states.

    Parameters
    ----------
    dos : DensityOfStates
        From `density_of_states`.
    T : float or array
        Above 0.
    J, h : float
        One coupling for all bonds and one field for all spins; either sign.

    Returns
    -------
    Averages
        ``log_Z`` of the whole lattice, all else per spin, each of the shape of `T`.

    Raises
    ------
    TypeError, ValueError
        If `T`, `J` or `h` has the wrong type or range.

    Examples
    --------
    >>> from spinlearn.lattice import chain
    >>> ring = averages(density_of_states(chain(8)), T=[1.0, 2.0])
    >>> ring.e.round(6)
    array([-0.817663, -0.465649])
    """
    T = _temperatures(T)
    J, h = _validate.number("J", J), _validate.number("h", h)
    n = dos.spin_sum.max()  # all spins up
    energy = -J * dos.bond_sum - h * dos.spin_sum
    m = dos.spin_sum / n
    exponent = np.log(dos.count) - energy / T[..., None]
    largest = exponent.max(axis=-1, keepdims=True)
    weight = np.exp(exponent - largest)
    norm = weight.sum(axis=-1, keepdims=True)
    weight /= norm
    log_Z = (largest + np.log(norm))[..., 0]
    e = weight @ energy / n
    variance = (weight * (energy - n * e[..., None]) ** 2).sum(axis=-1)
    f = -T * log_Z / n
    moments = (weight @ power for power in (m, abs(m), m**2, m**4))
    return Averages(*(entry[()] for entry in (log_Z, f, e, (e - f) / T, variance / (n * T**2), *moments)))


def transfer_matrix(T: float, J: float = 1.0, h: float = 0.0) -> np.ndarray:
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
    T = _validate.number("T", T, above=0)
    J, h = _validate.number("J", J), _validate.number("h", h)
    _chain_temperatures(T, J, h)
    return np.exp(-_bond_energies(J, h) / T)


def chain(n: int | float, T, J: float = 1.0, h: float = 0.0, *, periodic: bool = True) -> Chain:
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
        n = _validate.count("n", n, at_least=2)
    J, h = _validate.number("J", J), _validate.number("h", h)
    T = _chain_temperatures(T, J, h)
    if n == math.inf:
        return Chain(*(entry[()] for entry in _infinite_chain(T, J, h)))
    return Chain(*(entry[()] for entry in _finite_chain(n, T, J, h, periodic)))


def chain_correlations(n: int, T: float, J: float = 1.0, h: float = 0.0, *, periodic: bool = True) -> ChainCorrelations:
    """Mean of every spin of a finite chain, and of every product of two.

    In an infinite chain the correlation <s_i s_j> - <s_i> <s_j> is (1 - m**2) t**abs(i - j), where t, the ratio of the
    two eigenvalues, gives the `chain_correlation_length`.

    Parameters
    ----------
    n : int
        Number of spins, at least 2; the answer has n**2 numbers.
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
    n = _validate.count("n", n, at_least=2)
    M = transfer_matrix(T, J, h)
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


def chain_correlation_length(T, J: float = 1.0, h: float = 0.0) -> np.ndarray:
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
    J, h = _validate.number("J", J), _validate.number("h", h)
    T = _chain_temperatures(T, J, h)
    C, R = np.cosh(h / T), np.hypot(np.sinh(h / T), np.exp(-2 * J / T))
    with np.errstate(divide="ignore"):  # t = 0: the length is 0
        return (-1 / np.log1p(-2 * np.minimum(C, R) / (C + R)))[()]


def critical_temperature(J: float = 1.0) -> float:
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
    return float(2 * _validate.number("J", J, above=0) / np.log1p(np.sqrt(2)))


def onsager_energy(T, J: float = 1.0) -> np.ndarray:
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
    K = _coupling(T, J)
    product = _elliptic(K)[2]
    return (-J / np.tanh(2 * K) * (1 + 2 / np.pi * product))[()]


def onsager_specific_heat(T, J: float = 1.0) -> np.ndarray:
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
    K = _coupling(T, J)
    k1, first, product = _elliptic(K)
    second = ellipe(1 - k1**2)
    bracket = first - second - (1 - np.tanh(2 * K) ** 2) * (np.pi / 2 + product)
    return (4 / np.pi * (K / np.tanh(2 * K)) ** 2 * bracket)[()]


def onsager_free_energy(T, J: float = 1.0) -> np.ndarray:
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
    K = _coupling(T, J)
    k1 = _elliptic(K)[0].ravel()

    def integrand(x):
        # 1 - k^2 sin^2 x, written so that it keeps its digits where k is nearly 1.
        return np.log((1 + np.hypot(np.cos(x), k1 * np.sin(x))) / 2)

    integral = quad_vec(integrand, 0, np.pi / 2, epsabs=1e-14, epsrel=0)[0].reshape(K.shape)
    return (-(J / K) * (np.logaddexp(2 * K, -2 * K) + integral / np.pi))[()]


def yang_magnetisation(T, J: float = 1.0) -> np.ndarray:
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
    K = _coupling(T, J)
    with np.errstate(over="ignore"):  # sinh is infinite below T = 0.003 J, and its inverse rightly 0
        return (np.maximum(0.0, 1 - np.sinh(2 * K) ** -4.0) ** 0.125)[()]


def kaufman(rows: int, columns: int, T, J: float = 1.0) -> Torus:
    """Exact partition function, energy and specific heat of the torus of rows x columns spins, without a field.

    With n rows, m columns and cosh g_l = cosh 2K coth 2K - cos(l pi / n), g_0 = 2K + ln tanh K (Kaufman 1949):

        2 Z = (2 sinh 2K)^(mn/2) [ prod 2 cosh(m g_l / 2) + prod 2 sinh(m g_l / 2)    over the odd l below 2n
                                 + prod 2 cosh(m g_l / 2) + prod 2 sinh(m g_l / 2) ]  over the even l below 2n

    All products are kept as logarithms, and the derivatives by K are taken term by term, so that nothing overflows and
    nothing is differenced. g_0 passes through zero at the critical point; the one sinh that holds it has no logarithm
    there and is kept as it is.

    Parameters
    ----------
    rows, columns : int
        At least 2 each; 2 means two bonds between the same two sites.
    T : float or array
        At least J / 100.
    J : float
        Above 0. Where both sides are even, -J has the same log_Z, e and c: turn over every other spin.

    Returns
    -------
    Torus
        ``log_Z`` of the whole torus, ``e`` and ``c`` per spin, each of the shape of `T`. Rounding leaves ``e / J``
        and ``c`` right to about 1e-13, and to 1e-15 T / J where that is larger.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> torus = kaufman(16, 16, critical_temperature())
    >>> print(torus.e.round(6), torus.c.round(6))
    -1.453065 1.498705
    """
    n = _validate.count("rows", rows, at_least=2)
    m = _validate.count("columns", columns, at_least=2)
    K = _coupling(T, J)
    if (K > _LARGEST_K).any():
        raise ValueError(f"T must be at least J / {_LARGEST_K:g} (below it e = -2 J and c = 0), got {np.min(T)}")
    s, cosh, coth = np.sinh(2 * K), np.cosh(2 * K), 1 / np.tanh(2 * K)

    # Half of m g_l and its two derivatives by K for l = 1 ... 2n - 1, on a last axis; for l = 0 on its own, as x.
    # delta is cosh(g_l) - 1, as a sum of squares.
    half_angle = np.arange(1, 2 * n) * np.pi / (2 * n)
    delta = ((1 - s) ** 2 / s)[..., None] + 2 * np.sin(half_angle) ** 2
    sinh_g = np.sqrt(delta * (delta + 2))
    g1 = (2 * cosh * (1 - s**-2))[..., None] / sinh_g
    g2 = ((4 * s + 4 / s + 8 / s**3)[..., None] - g1**2 * (delta + 1)) / sinh_g
    y, y1, y2 = m * np.arcsinh(np.sqrt(delta / 2)), m / 2 * g1, m / 2 * g2
    x, x1, x2 = m / 2 * (2 * K + np.log(np.tanh(K))), m * (1 + 1 / s), -2 * m * cosh / s**2

    # ln(2 cosh y), ln(2 sinh y) and their derivatives, each summed over the odd l and over the even l > 0.
    decay = np.exp(-2 * y)
    tanh = np.tanh(y)
    log_cosh = y + np.log1p(decay), y1 * tanh, y2 * tanh + y1**2 * (1 - tanh**2)
    log_sinh = y + np.log1p(-decay), y1 / tanh, y2 / tanh + y1**2 * (1 - tanh**-2)
    odd, even = slice(0, None, 2), slice(1, None, 2)
    first, second, third, fourth = (
        np.array([term[..., which].sum(axis=-1) for term in terms])
        for which in (odd, even)
        for terms in (log_cosh, log_sinh)
    )
    # The l = 0 factors 2 cosh x and 2 sinh x without their e^|x|, which goes to the logarithms.
    cosh_x, sinh_x = 1 + np.exp(-2 * abs(x)), np.sign(x) * -np.expm1(-2 * abs(x))

    # Everything relative to the first product, the largest of the four: sums of w, of dw/dK and of d^2w/dK^2.
    one, zero = np.ones_like(K), np.zeros_like(K)
    products = (
        (first, (one, zero, zero)),
        (second, (one, zero, zero)),
        (third + np.array([abs(x), zero, zero]), (cosh_x, x1 * sinh_x, x2 * sinh_x + x1**2 * cosh_x)),
        (fourth + np.array([abs(x), zero, zero]), (sinh_x, x1 * cosh_x, x2 * cosh_x + x1**2 * sinh_x)),
    )
    w = w1 = w2 = 0.0
    for logarithm, (v, v1, v2) in products:
        r, r1, r2 = logarithm - first
        scale = np.exp(r)
        w = w + scale * v
        w1 = w1 + scale * (v1 + v * r1)
        w2 = w2 + scale * (v2 + 2 * v1 * r1 + v * (r2 + r1**2))

    size = n * m
    log_Z = size / 2 * np.log(2 * s) - np.log(2) + first[0] + np.log(w)
    slope = size * coth + first[1] + w1 / w
    curvature = -2 * size / s**2 + first[2] + w2 / w - (w1 / w) ** 2
    return Torus(log_Z[()], (-J * slope / size)[()], (K**2 * curvature / size)[()])


def torus_magnetisation(rows: int, columns: int, T: float, J: float = 1.0) -> np.ndarray:
    """Law of the number of up spins on a small periodic square lattice without a field, exactly.

    The torus is built up site after site, as one lays bricks. What is kept on the way is the weight of every state of
    the last `columns` sites together with every number of up spins so far. In a field h the law is the same one with
    the weights exp(h M / T), where M is the sum of the spins.

    Parameters
    ----------
    rows, columns : int
        From 2; at most 12 columns. The work goes as (rows * columns)**2 * 4**columns: 10 × 10 takes a fraction
        of a second, and 12 × 12 some seconds.
    T : float
        Above 0.
    J : float
        Coupling.

    Returns
    -------
    (rows * columns + 1,) float64
        Probabilities of 0 … N spins up; the sum is 1.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> torus_magnetisation(2, 2, T=8.0).round(4)
    array([0.1496, 0.2201, 0.2606, 0.2201, 0.1496])
    """
    rows, columns = _validate.count("rows", rows, at_least=2), _validate.count("columns", columns, at_least=2)
    if columns > _WIDEST_TORUS:
        raise ValueError(f"columns must be at most {_WIDEST_TORUS}, got {columns}")
    T, J = _validate.number("T", T, above=0), _validate.number("J", J)
    law = np.zeros(rows * columns + 1)
    scratch = np.empty((2**columns, law.size))
    for first, alike in _first_rows(columns):
        add_torus(first, alike, rows, columns, J / T, scratch, law)
    law += law[::-1].copy()
    return law / law.sum()


@kernel
def add_torus(first, alike, rows, columns, K, weights, law):
    """Add to `law` (N + 1,) the weights of all states whose first row is `first`, `alike` times.

    `weights` (2**columns, N + 1) is scratch. A bond has the weight exp(K s s' - |K|), so that nothing overflows.
    """
    agree, differ = np.exp(K - abs(K)), np.exp(-K - abs(K))
    weights[:] = 0.0
    weight, ups = 1.0, 0
    for c in range(columns):
        here, right = first >> c & 1, first >> ((c + 1) % columns) & 1
        weight *= agree if here == right else differ
        ups += here
    weights[first, ups] = weight
    for row in range(1, rows):
        for c in range(columns):
            most = row * columns + c  # up spins so far, at most
            for state in range(weights.shape[0]):
                if state >> c & 1:
                    continue
                other = state | 1 << c
                # Bonds of the new site to its left, and at the end of the row to the first site as well.
                down, up = 1.0, 1.0
                if c > 0:
                    left = state >> (c - 1) & 1
                    down *= differ if left else agree
                    up *= agree if left else differ
                if c == columns - 1:
                    right = state & 1
                    down *= differ if right else agree
                    up *= agree if right else differ
                carried = 0.0
                for n in range(most + 2):
                    a, b = weights[state, n], weights[other, n]
                    weights[state, n] = down * (agree * a + differ * b)
                    weights[other, n] = carried
                    carried = up * (differ * a + agree * b)
    for state in range(weights.shape[0]):
        weight = float(alike)
        for c in range(columns):
            weight *= differ if (state ^ first) >> c & 1 else agree
        for n in range(law.size):
            law[n] += weight * weights[state, n]


def _first_rows(columns: int) -> list[tuple[int, int]]:
    """One first row of each class of rows that shifting, mirroring and turning over make of each other, and its size.

    Members of a class share a law, up to exchanging up and down.
    """
    rows = 2**columns
    seen, classes = np.zeros(rows, dtype=bool), []
    for row in range(rows):
        if seen[row]:
            continue
        bits = [row >> c & 1 for c in range(columns)]
        shifts = [bits[k:] + bits[:k] for k in range(columns)]
        turned = shifts + [shift[::-1] for shift in shifts]
        members = {sum(bit << c for c, bit in enumerate(one)) for one in turned}
        members |= {rows - 1 - member for member in members}
        seen[list(members)] = True
        classes.append((row, len(members)))
    return classes


def _bond_energies(J: float, h: float) -> np.ndarray:
    """Energy (2, 2) of a bond of the chain with half of the field of either end, up before down."""
    s = np.array([1.0, -1.0])
    return -J * np.outer(s, s) - h * (s[:, None] + s) / 2


def _finite_chain(n: int, T, J: float, h: float, periodic: bool) -> Chain:
    """The sum over all states as a product of matrices, with its derivatives by beta and by beta h."""
    beta = 1 / T[..., None, None]
    s = np.array([[1.0, -1.0]])
    bond, end = _bond_energies(J, h), -h * s / 2
    bonds, ends = (n, 0) if periodic else (n - 1, 2)
    # Energies from the lowest up: no weight overflows, and all terms of a derivative by beta have one sign.
    lowest = bonds * bond.min() + ends * end.min()
    bond, end = bond - bond.min(), end - end.min()

    sums = []
    for per_bond, per_end in ((-bond, -end), ((s.T + s) / 2, s / 2)):  # what a derivative brings down
        product, log_scale = _power(_with_derivatives(-beta * bond, per_bond), bonds)
        if not periodic:
            row = _with_derivatives(-beta * end, per_end)
            column = tuple(part.swapaxes(-1, -2) for part in row)
            product = _times(_times(row, product), column)
        sums.append([np.trace(part, axis1=-2, axis2=-1) for part in product])
    (Z, by_beta, by_beta_twice), (_, by_field, by_field_twice) = sums

    log_Z = np.log(Z) + log_scale - lowest / T
    e, m = (lowest - by_beta / Z) / n, by_field / Z / n
    c = (by_beta_twice / Z - (by_beta / Z) ** 2) / (n * T**2)
    chi = (by_field_twice / Z - (by_field / Z) ** 2) / (n * T)
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
    T, least = _temperatures(T), max(abs(J), abs(h)) / _LARGEST_K
    if not (least <= T).all():
        raise ValueError(f"T must be at least a hundredth of J and of h, here {least:g}, got {T.min()}")
    return T


def _temperatures(T) -> np.ndarray:
    """Check one or many temperatures and return them as a float64 array of the same shape."""
    array = _validate.real_array("T", T).reshape(np.shape(T))
    if not (array > 0).all():
        raise ValueError(f"T must be greater than 0, got {array.min()}")
    return array


def _coupling(T, J) -> np.ndarray:
    """Check `T` and `J` > 0 and return K = J / T."""
    return _validate.number("J", J, above=0) / _temperatures(T)


def _elliptic(K) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Onsager's k', the elliptic integral F, and their product, which is 0 at T_c although F is infinite there."""
    k1 = 2 * np.tanh(2 * K) ** 2 - 1
    first = np.asarray(ellipkm1(k1**2))
    return k1, first, np.multiply(k1, first, out=np.zeros_like(K), where=k1 != 0)
