"""A schedule that is drawn: the temperature goes in straight lines from knot to knot, which stand evenly over a run.

With K knots T_0, …, T_(K-1) and S sweeps, sweep t of 0, …, S - 1 is at x = (K - 1) t / (S - 1) along the knots, and

    T(x) = T_k + (x - k) (T_(k+1) - T_k)        where k is the whole part of x.

Such a schedule may rise. `anneal.simulate` takes those that do not; `lattice.samples.through` takes any.
"""

import numpy as np

from ..core import arguments
from ..core.jit import kernel


def temperatures(knots, sweeps: int) -> np.ndarray:
    """The temperatures of a drawn schedule, one for each sweep.

    Parameters
    ----------
    knots : (K,) array_like
        At least two temperatures, each at least 0. The first sweep is at the first of them, the last one at the last.
    sweeps : int
        At least 2.

    Returns
    -------
    (sweeps,) float64

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range.

    Examples
    --------
    >>> temperatures([2.0, 0.0, 1.0], 5)
    array([2. , 1. , 0. , 0.5, 1. ])
    """
    knots = np.ascontiguousarray(arguments.real_array("knots", knots), dtype=np.float64)
    if knots.ndim != 1 or knots.size < 2 or knots.min() < 0:
        raise ValueError(f"knots must be at least two temperatures, each at least 0, got {knots!r:.80}")
    sweeps = arguments.count("sweeps", sweeps, at_least=2)
    return np.array([temperature(knots, t, sweeps) for t in range(sweeps)])


@kernel
def temperature(knots, t, sweeps):
    """That of sweep t."""
    last = knots.size - 1
    x = last * t / (sweeps - 1)
    k = min(int(x), last - 1)
    return knots[k] + (x - k) * (knots[k + 1] - knots[k])
