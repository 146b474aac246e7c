"""The quantum Ising chain in a transverse field, and the classical plane that it is.

    H = -J sum_i Z_i Z_{i+1} - G sum_i X_i

Z and X are Pauli matrices; J couples neighbours along z and G, the transverse field, turns spins over. With
beta = 1 / T, Trotter's formula cuts exp(-beta H) into M thin slices. Writing out the product in the basis of up and
down gives a sum over M copies of the chain, one for each slice, with Boltzmann weights: the *classical* Ising model on
a torus of M x n sites, with one coupling along the chain and another along the slices,

    K_space = beta J / M        K_time = -ln[tanh(beta G / M)] / 2        (each a J / T of the classical model)

and a constant. The error of M slices falls as 1 / M**2.

References
----------
M. Suzuki, Prog. Theor. Phys. 56, 1454 (1976): a quantum model in d dimensions as a classical one in d + 1.
P. Pfeuty, Ann. Phys. 57, 79 (1970): the chain solved.
"""

from typing import NamedTuple

import numpy as np
from scipy.special import logsumexp

from ..core import arguments
from ..lattice.geometry import chain
from .enumeration import energies, states

_EXTREME = 1e100  # a coupling over T beyond which its exponentials lose their meaning
_LONGEST = 12  # spins: a matrix of 2**n x 2**n numbers, 128 MiB


class Plane(NamedTuple):
    """What `classical_plane` returns: the classical torus of a quantum chain.

    Attributes
    ----------
    K_space, K_time : float
        Couplings divided by the temperature, along the chain and along the slices.
    log_constant : float
        ln Z of the quantum chain is this plus ln Z of the torus, up to the error of the slicing.
    """

    K_space: float
    K_time: float
    log_constant: float


def hamiltonian(n: int, *, J: float = 1.0, transverse: float = 1.0, periodic: bool = True) -> np.ndarray:
    """Matrix of the Hamiltonian in the basis of up and down along z.

    Parameters
    ----------
    n : int
        Number of spins, 2 to 12; a ring of 2 has two bonds.
    J, transverse : float
        Coupling, and the transverse field G.
    periodic : bool
        A ring, or an open chain.

    Returns
    -------
    (2**n, 2**n) float64
        Symmetric; rows and columns in the order of `exact.states`.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> np.linalg.eigvalsh(hamiltonian(4)).round(4)[:2]
    array([-5.2263, -4.8284])
    """
    n = _length(n)
    transverse, periodic = arguments.number("transverse", transverse), arguments.flag("periodic", periodic)
    matrix = np.diag(energies(chain(n, periodic=periodic), J=J))
    state = np.arange(2**n)
    for i in range(n):
        matrix[state, state ^ (1 << i)] = -transverse  # X turns spin i over
    return matrix


def log_partition(n: int, T: float, *, J: float = 1.0, transverse: float = 1.0, periodic: bool = True) -> float:
    """Logarithm of the partition function of the quantum chain, Tr exp(-H / T), from all eigenvalues.

    Parameters
    ----------
    n : int
        Number of spins, 2 to 12; 10 take a second.
    T : float
        Above 0.
    J, transverse, periodic
        As for `hamiltonian`.

    Returns
    -------
    float

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    Without a coupling, every spin alone has the energies -G and G:

    >>> print(round(log_partition(4, T=2.0, J=0.0), 9), round(4 * np.log(2 * np.cosh(0.5)), 9))
    3.25304675 3.25304675
    """
    T = arguments.number("T", T, above=0)
    levels = np.linalg.eigvalsh(hamiltonian(n, J=J, transverse=transverse, periodic=periodic))
    with np.errstate(over="ignore"):
        return float(logsumexp((levels[0] - levels) / T) - levels[0] / T)


def classical_plane(n: int, slices: int, T: float, *, J: float = 1.0, transverse: float = 1.0) -> Plane:
    """Couplings of the classical torus that stands for the quantum chain cut into `slices`.

    Parameters
    ----------
    n : int
        Number of spins of the chain, at least 2.
    slices : int
        Number of slices M, at least 1.
    T : float
        Temperature of the quantum chain, above 0.
    J, transverse : float
        As for `hamiltonian`; the transverse field above 0.

    Returns
    -------
    Plane

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    The two couplings of a critical chain, J = G, are dual to each other, whatever T and M are:

    >>> plane = classical_plane(8, 16, T=0.5)
    >>> print(np.round(np.sinh(2 * plane.K_space) * np.sinh(2 * plane.K_time), 12))
    1.0
    """
    n = arguments.count("n", n, at_least=2)
    M = arguments.count("slices", slices, at_least=1)
    T = arguments.number("T", T, above=0)
    J, transverse = arguments.number("J", J), arguments.number("transverse", transverse, above=0)
    with np.errstate(over="ignore"):
        K_space, x = np.divide(J, T) / M, np.divide(transverse, T) / M
    if not (abs(K_space) < _EXTREME and 1 / _EXTREME < x < _EXTREME):
        raise ValueError(
            f"T must leave J / T / slices below {_EXTREME:g} and transverse / T / slices between {1 / _EXTREME:g} and "
            f"{_EXTREME:g}, got {T:g}"
        )
    # <s| exp(x X) |s'> is cosh x or sinh x: A exp(K s s') with A**2 = cosh x sinh x and exp(-2 K) = tanh x.
    # Both by logarithms, so that neither a thin slice nor a thick one loses digits.
    K_time = np.log1p(-2 * np.exp(-2 * x) / np.expm1(-2 * x)) / 2
    log_A = x + np.log(-np.expm1(-4 * x)) / 2 - np.log(2)
    return Plane(float(K_space), float(K_time), float(n * M * log_A))


def log_partition_sliced(
    n: int, slices: int, T: float, *, J: float = 1.0, transverse: float = 1.0, periodic: bool = True
) -> float:
    """Logarithm of the partition function with `slices`: that of the classical torus, plus the constant.

    The torus is summed exactly, row by row, by the transfer matrix between two slices. As the number of slices grows it
    approaches `log_partition`, from above (Golden and Thompson), with an error that falls as 1 / slices**2, down to a
    rounding of some 1e-15 of its value.

    Parameters
    ----------
    n : int
        Number of spins, 2 to 12.
    slices, T, J, transverse
        As for `classical_plane`.
    periodic : bool
        A ring, so that the plane is a torus; or an open chain, a tube.

    Returns
    -------
    float

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> print(log_partition_sliced(4, 32, T=1.0) - log_partition(4, T=1.0) < 1e-2)
    True
    """
    periodic = arguments.flag("periodic", periodic)
    T, transverse = arguments.number("T", T, above=0), arguments.number("transverse", transverse, above=0)
    plane = classical_plane(_length(n), slices, T, J=J, transverse=transverse)
    # Half of a row's own bonds on either side keep the matrix symmetric.
    row = plane.K_space * energies(chain(n, periodic=periodic))
    s = states(n).astype(np.float64)
    differ = (n - s @ s.T) / 2
    x = transverse / T / slices
    if n * x < 1 and abs(row).max() < 1:
        # Thin slices: the matrix is nearly the identity, and only what is left without it has all its digits.
        log_cosh = np.log1p(2 * np.sinh(x / 2) ** 2)
        half = np.exp(-row / 2)
        rest = half[:, None] * np.exp(n * log_cosh) * np.tanh(x) ** differ * half
        np.fill_diagonal(rest, np.expm1(n * log_cosh - row))
        return float(logsumexp(slices * np.log1p(np.linalg.eigvalsh(rest))))
    half = np.exp((row.min() - row) / 2)  # rows are counted from their ground state
    eigenvalues = np.linalg.eigvalsh(half[:, None] * np.exp(-2 * plane.K_time * differ) * half)
    # All are positive; rounding may push the smallest below zero, and they do not matter.
    positive = eigenvalues[eigenvalues > 0]
    constant = slices * (n * plane.K_time - row.min()) + plane.log_constant
    return float(logsumexp(slices * np.log(positive)) + constant)


def _length(n) -> int:
    """Check the number of spins of a chain that is to be diagonalised."""
    n = arguments.count("n", n, at_least=2)
    if n > _LONGEST:
        raise ValueError(f"n must be at most {_LONGEST}, got {n}: the matrix has 2**n rows")
    return n
