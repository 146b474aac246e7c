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
from ..core.progress import keeping, watched

_SETTLED = 1e-14


def naive(
    matrix, T: float, *, h=0.0, start=None, damping: float = 0.5, most: int = 10_000, progress: bool | None = None
) -> np.ndarray:
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
    progress : bool, optional
        True shows a bar, False none; left out: where somebody watches and it takes more than two seconds.

    Returns
    -------
    (N,) float64

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range.
    core.progress.Interrupted
        At Ctrl-C; its attribute `run` holds the magnetisations that were reached, a `start` for the next call.
    RuntimeError
        If the iteration has not settled to 1e-14 after `most` steps.

    Examples
    --------
    >>> naive([[0, 1], [1, 0]], 2.0, h=0.1).round(4)
    array([0.0993, 0.0993])
    """
    return _iterate(matrix, T, h, start, damping, most, 0.0, progress)


def tap(
    matrix, T: float, *, h=0.0, start=None, damping: float = 0.5, most: int = 10_000, progress: bool | None = None
) -> np.ndarray:
    """Magnetisations of any network with the reaction term of Thouless, Anderson and Palmer.

    m_i = tanh((sum_j J_ij m_j + h_i) / T - (m_i / T^2) sum_j J_ij^2 (1 - m_j^2)): the expansion in the coupling to
    second order, where `naive` is the first. Arguments and errors are those of `naive`.

    Examples
    --------
    >>> tap([[0, 1], [1, 0]], 2.0, h=0.1).round(4)
    array([0.0666, 0.0666])
    """
    return _iterate(matrix, T, h, start, damping, most, 1.0, progress)


@kernel
def settle(K, K2, H, keep, m, most, left):
    """Iterate m (N,) in place, until `left` (1,), the largest difference between the two sides, is small enough."""
    field = np.empty_like(m)
    for _ in range(most):
        for i in range(m.size):
            b, echo = H[i], 0.0
            for j in range(m.size):
                b += K[i, j] * m[j]
                echo += K2[i, j] * (1 - m[j] * m[j])
            field[i] = b - m[i] * echo
        left[0] = 0.0
        for i in range(m.size):
            change = math.tanh(field[i]) - m[i]
            left[0] = max(left[0], abs(change))
            m[i] += (1 - keep) * change
        if left[0] < _SETTLED:
            return


def _iterate(matrix, T, h, start, damping, most, reaction: float, progress) -> np.ndarray:
    """Check the arguments of `naive` and `tap`, and iterate."""
    J = arguments.real_array("matrix", matrix)
    if J.ndim != 2 or J.shape[0] != J.shape[1] or not len(J):
        raise ValueError(f"matrix must be square, (N, N), got shape {J.shape}")
    if not np.array_equal(J, J.T):
        raise ValueError("matrix must be symmetric: J_ij = J_ji")
    if J.diagonal().any():
        raise ValueError("matrix must be zero on its diagonal: a spin does not couple to itself")
    N = len(J)
    if np.ndim(arguments.as_array("h", h)) == 0:
        h = np.full(N, arguments.number("h", h))
    h = arguments.real_array("h", h, (N,))
    T = arguments.number("T", T, above=0)
    damping = arguments.number("damping", damping, at_least=0)
    if damping >= 1:
        raise ValueError(f"damping must be below 1, got {damping}")
    most = arguments.count("most", most, at_least=1)
    with np.errstate(over="ignore"):
        K, H = J / T, h / T
        echo = (reaction * K) * K  # of nothing, where there is no reaction
    if not (np.isfinite(K).all() and np.isfinite(echo).all() and np.isfinite(H).all()):
        raise ValueError(f"T must be so large that matrix / T, its squares and h / T are finite, got {T}")
    m = np.tanh(H) if start is None else arguments.real_array("start", start, (N,)).copy()
    if np.abs(m).max() > 1:
        raise ValueError(f"start must lie between -1 and 1, got {m[np.abs(m).argmax()]}")
    left = np.array([np.inf])
    with keeping(lambda: m):
        for part in watched(most, progress):
            settle(K, echo, H, damping, m, part.stop - part.start, left)
            if left[0] < _SETTLED:
                return m
    raise RuntimeError(
        f"the iteration has not settled after {most} steps: the two sides still differ by {left[0]:.1e}. "
        "Try more damping, or a higher temperature."
    )
