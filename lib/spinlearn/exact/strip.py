"""An endless strip of the plane Ising lattice in a field: exact, by a transfer matrix that lays one spin at a time.

The plane in a field has no known solution. At its critical point m ~ h^(1/15) follows from exponents that are exact,
and a strip shows it: one of width L is the plane where h L^(15/8) is large.

References
----------
H. A. Kramers and G. H. Wannier, Phys. Rev. 60, 252 (1941): a transfer matrix of one spin at a time, on a screw.
B. M. McCoy and T. T. Wu, The Two-Dimensional Ising Model, Harvard (1973): the exponents of the plane.
"""

import math

import numpy as np

from ..core import arguments
from ..core.jit import kernel
from .plane import critical_temperature

_LARGEST_WIDTH = 16  # 65536 states of a row


def strip_magnetisation(h, width: int, *, T: float | None = None, J: float = 1.0):
    """Exact magnetisation of an endless strip of the square Ising lattice, closed to a ring across, in a field.

    The transfer matrix, a factor a site, takes a state of the last `width` spins to the next, and its two leading
    eigenvectors are found by iteration. The ring is a screw with a pitch of one row: each spin has bonds to the one
    before and to the one `width` before.

    Parameters
    ----------
    h : float or array
        Field. Without a field a strip has no magnetisation.
    width : int
        From 2 to 16. It is the plane where h width^(15/8) is large against 1.
    T : float, optional
        Temperature, above 0; the plane's critical one if left out.
    J : float
        Coupling, above 0.

    Returns
    -------
    float64 of the shape of `h`

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.
    RuntimeError
        If the iteration does not settle: a weak field far below the critical temperature.

    Examples
    --------
    >>> m = strip_magnetisation([0.08, 0.16], 10)
    >>> m.round(3), (np.log(m[1] / m[0]) / np.log(2)).round(3)  # 1 / 15 = 0.067 in the plane, for small fields
    (array([0.843, 0.881]), np.float64(0.064))
    """
    J = arguments.number("J", J, above=0)
    T = critical_temperature(J=J) if T is None else arguments.temperature(T)
    width = arguments.count("width", width, at_least=2, at_most=_LARGEST_WIDTH)
    h = arguments.real_values("h", h)
    K = min(J / T, arguments.LARGEST_COUPLING)
    m = np.array([_strip(K, float(np.clip(one / T, -100, 100)), width) for one in h.flat])
    return m.reshape(h.shape)[()]


def _strip(K: float, field: float, width: int) -> float:
    """Magnetisation of one spin, from both eigenvectors: up less down, at the moment when it is laid."""
    if field == 0:
        return 0.0
    right, left = (_leading(K, field, width, backwards) for backwards in (False, True))
    up = (np.arange(2**width) & 1) == 1
    law = left * right
    return float((law[up].sum() - law[~up].sum()) / law.sum())


def _leading(K: float, field: float, width: int, backwards: bool) -> np.ndarray:
    vector = np.full(2**width, 2.0**-width)
    spare = np.empty_like(vector)
    for _ in range(20_000):
        change = turn(K, field, width, vector, spare, backwards)
        vector, spare = spare, vector
        if change < 1e-13:
            return vector
    raise RuntimeError(f"the strip's transfer matrix has not settled: two states still differ by {change:.1e}")


@kernel
def turn(K, field, width, old, new, backwards):
    """Lay one spin (or take it back): `old` to `new`, of sum 1; return the largest relative change.

    Bit k of a state is the spin that was laid k steps ago. The new spin s has a bond to the last one (bit 0) and one to
    the oldest (bit width - 1), which then leaves.
    """
    states, total = old.size, 0.0
    weights = np.empty((3, 2))
    for neighbours in range(3):  # -2, 0 and 2 is their sum
        for bit in range(2):
            s = 2 * bit - 1
            weights[neighbours, bit] = math.exp(2 * K * (s * (neighbours - 1) - 1) + field * s - abs(field))
    for state in range(states):
        new[state] = 0.0
    top = width - 1
    for state in range(states):
        neighbours = (state & 1) + ((state >> top) & 1)
        for bit in range(2):
            weight = weights[neighbours, bit]
            following = ((state << 1) & (states - 1)) | bit
            if backwards:
                new[state] += weight * old[following]
            else:
                new[following] += weight * old[state]
    for state in range(states):
        total += new[state]
    change = 0.0
    for state in range(states):
        new[state] /= total
        change = max(change, abs(new[state] - old[state]) / (new[state] + 1e-300))
    return change
