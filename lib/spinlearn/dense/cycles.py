"""Where all units of a small network go when they all move at once: every state followed to its cycle.

With symmetric couplings no cycle is longer than two (Goles, Fogelman and Pellegrin); without, any length is possible.
All 2^N states are listed, each with the state that follows it, so that nothing is left to chance.

References
----------
E. Goles, F. Fogelman and D. Pellegrin, Discrete Appl. Math. 12, 261 (1985).
"""

import numpy as np

from ..core import arguments
from ..exact.enumeration import states
from .network import couplings, no_field

MOST_FOLLOWED = 16


def longest_cycle(J, *, h=0.0) -> int:
    """The longest period that the parallel dynamics of a small network has, from any of its states.

    Parameters
    ----------
    J : (N, N) array_like
        Any couplings of up to 16 units.
    h : float or (N,) array_like
        Fields. A unit in no field stays as it is.

    Returns
    -------
    int
        1 if all starts end in fixed points.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or shape, or if there are more than 16 units.

    Examples
    --------
    Three units that copy each other in a ring, and two that do.

    >>> longest_cycle([[0, 0, 1], [1, 0, 0], [0, 1, 0]]), longest_cycle([[0, 1], [1, 0]])
    (3, 2)
    """
    J = couplings(J)
    n = len(J)
    if n > MOST_FOLLOWED:
        raise ValueError(f"J must be of at most {MOST_FOLLOWED} units, whose states can all be followed, got {n}")
    h = np.full(n, arguments.number("h", h)) if np.ndim(h) == 0 else arguments.real_array("h", h, (n,))
    s = states(n).astype(np.float64)
    f, zero = s @ J.T + h, no_field(J, h)
    up = np.where(np.abs(f) <= zero, s, f) > 0
    to = up @ (1 << np.arange(n))
    far = to
    for _ in range(n):  # 2^N steps on, by doubling: all are on their cycles
        far = far[far]
    cycle = here = np.unique(far)
    length, open_ = 0, np.ones(len(cycle), dtype=bool)
    while open_.any():
        here, length = to[here], length + 1
        open_ &= here != cycle
    return length
