"""Mean field of any network of couplings: naive, and with the reaction term of Thouless, Anderson and Palmer.

References
----------
D. J. Thouless, P. W. Anderson and R. G. Palmer, Phil. Mag. 35, 593 (1977), and T. Plefka, J. Phys. A 15, 1971 (1982):
the reaction term, as an expansion in the coupling.
"""

import math

import numpy as np

from ..core import arguments
from ..core.jit import kernel


def naive(matrix, T: float, *, h=0.0, start=None, damping: float = 0.5, most: int = 10_000) -> np.ndarray:
    """Mean-field magnetisations of any network: m_i = tanh((sum_j J_ij m_j + h_i) / T), by damped iteration.

    Parameters
    ----------
    matrix : (N, N) array_like
        Couplings J_ij, symmetric and zero on the diagonal.
    T : float
        Above 0.
    h : float or (N,) array_like
        Field on each spin.
    start : (N,) array_like, optional
        Where the iteration starts; tanh(h / T) if left out. With several solutions it chooses among them.
    damping : float
        How much of the old value each step keeps, from 0 to below 1.
    most : int
        Number of steps after which to give up.

    Returns
    -------
    (N,) float64

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range.
    RuntimeError
        If the iteration has not settled to 1e-14 after `most` steps.

    Examples
    --------
    >>> naive([[0, 1], [1, 0]], 2.0, h=0.1).round(4)
    array([0.0993, 0.0993])
    """
    return _iterate(matrix, T, h, start, damping, most, 0.0)


def tap(matrix, T: float, *, h=0.0, start=None, damping: float = 0.5, most: int = 10_000) -> np.ndarray:
    """Magnetisations of any network with the reaction term of Thouless, Anderson and Palmer.

    m_i = tanh((sum_j J_ij m_j + h_i) / T - (m_i / T^2) sum_j J_ij^2 (1 - m_j^2)): the expansion in the coupling to
    second order, where `naive` is the first. Arguments and errors are those of `naive`.

    Examples
    --------
    >>> tap([[0, 1], [1, 0]], 2.0, h=0.1).round(4)
    array([0.0666, 0.0666])
    """
    return _iterate(matrix, T, h, start, damping, most, 1.0)


@kernel
def _settle(J, J2, H, reaction, keep, m, most):
    """Iterate m (N,) in place; return the largest difference between the two sides at the last step."""
    largest = np.inf
    field = np.empty_like(m)
    for _ in range(most):
        for i in range(m.size):
            b, echo = H[i], 0.0
            for j in range(m.size):
                b += J[i, j] * m[j]
                echo += J2[i, j] * (1 - m[j] * m[j])
            field[i] = b - reaction * m[i] * echo
        largest = 0.0
        for i in range(m.size):
            change = math.tanh(field[i]) - m[i]
            largest = max(largest, abs(change))
            m[i] += (1 - keep) * change
        if largest < 1e-14:
            break
    return largest


def _iterate(matrix, T, h, start, damping, most, reaction: float) -> np.ndarray:
    """Check the arguments of `naive` and `tap`, and iterate."""
    J = arguments.real_array("matrix", matrix)
    if J.ndim != 2 or J.shape[0] != J.shape[1] or not len(J):
        raise ValueError(f"matrix must be square, (N, N), got shape {J.shape}")
    if not np.array_equal(J, J.T):
        raise ValueError("matrix must be symmetric: J_ij = J_ji")
    if J.diagonal().any():
        raise ValueError("matrix must be zero on its diagonal: a spin does not couple to itself")
    N = len(J)
    h = np.full(N, arguments.number("h", h)) if np.ndim(h) == 0 else arguments.real_array("h", h, (N,))
    T = arguments.number("T", T, above=0)
    damping = arguments.number("damping", damping, at_least=0)
    if damping >= 1:
        raise ValueError(f"damping must be below 1, got {damping}")
    most = arguments.count("most", most, at_least=1)
    m = np.tanh(h / T) if start is None else arguments.real_array("start", start, (N,)).copy()
    if np.abs(m).max() > 1:
        raise ValueError(f"start must lie between -1 and 1, got {m[np.abs(m).argmax()]}")
    left = _settle(J / T, (J / T) ** 2, h / T, reaction, damping, m, most)
    if not left < 1e-14:
        raise RuntimeError(
            f"the iteration has not settled after {most} steps: the two sides still differ by {left:.1e}. "
            "Try more damping, or a higher temperature."
        )
    return m
