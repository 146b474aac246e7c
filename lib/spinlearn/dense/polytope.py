"""Which means and pair averages binary units can have, and which of them a pairwise law reaches with finite fields.

The averages <x_i> and <x_i x_j> of all laws over the 2^N states fill a polytope, whose corners are the states: the
correlation polytope. Pairwise laws with finite fields and couplings reach its inside, each point by exactly one of
them. On its surface some states never occur, and a field would have to be infinite. Sparse data often lie there: a unit
that never fires, a pair that never fires together. `refuse` says so and names the units.

The faces of one unit, of a pair and of a triple are looked at one by one. They are all there are for three units;
beyond that `face` asks a linear program for a plane that has all states on one side and the averages on it.

References
----------
M. M. Deza and M. Laurent, "Geometry of Cuts and Metrics", Springer 1997: the polytope and its faces.
M. J. Wainwright and M. I. Jordan, Found. Trends Mach. Learn. 1, 1 (2008): moments inside, parameters finite.
"""

from itertools import combinations

import numpy as np
from scipy.optimize import linprog

from ..exact.enumeration import states

TOLERANCE = 1e-12  # a probability of less is none
_OUTSIDE = -1e-9  # a probability of less than this is an error in the averages
_SHALLOW = -1e-3  # states lie below a face by some tenths; by less only within the tolerance of the linear program


def refuse(mean: np.ndarray, pair: np.ndarray) -> None:
    """Raise a ValueError that names the units, if a unit, a pair or a triple makes a field infinite.

    Parameters
    ----------
    mean : (N,) float64
        <x_i>, of units that are 0 or 1.
    pair : (N, N) float64
        <x_i x_j>.

    Raises
    ------
    ValueError
        If the averages are on a face that one, two or three units make, or beyond it.

    Examples
    --------
    >>> refuse(np.array([0.5, 0.25]), np.array([[0.5, 0.1], [0.1, 0.25]]))  # nothing is wrong
    """
    for i, p in enumerate(mean):
        for value, weight in ((1, p), (0, 1 - p)):
            _say(weight, f"unit {i}", f"is always {1 - value}", "its field would be infinite")
    n = mean.size
    for i, j in combinations(range(n), 2):
        both = pair[i, j]
        cells = {"11": both, "10": mean[i] - both, "01": mean[j] - both, "00": 1 - mean[i] - mean[j] + both}
        for cell, weight in cells.items():
            _say(weight, f"units {i} and {j}", f"never show {cell}", "their coupling would be infinite")
    for a, b, c in combinations(range(n), 3):
        for i, j, k in ((a, b, c), (b, a, c), (c, a, b)):
            weight = mean[i] - pair[i, j] - pair[i, k] + pair[j, k]
            _say(weight, f"units {i}, {j} and {k}", "never show 100 nor 011", "their couplings would be infinite")
        weight = 1 - mean[[a, b, c]].sum() + pair[a, b] + pair[a, c] + pair[b, c]
        _say(weight, f"units {a}, {b} and {c}", "never show 000 nor 111", "their couplings would be infinite")


def _say(weight: float, who: str, what: str, so: str) -> None:
    if weight < _OUTSIDE:
        raise ValueError(f"mean and pair belong to no law: {who} would need the probability {weight:.3g}")
    if weight < TOLERANCE:
        raise ValueError(f"{who} {what}: {so}, and no pairwise law has these averages")


def face(mean: np.ndarray, pair: np.ndarray) -> np.ndarray | None:
    """The units of a face of the polytope that the averages lie on, or beyond; None if they are inside.

    Parameters
    ----------
    mean, pair
        As for `refuse`.

    Returns
    -------
    (k,) int64, or None
        Averages nearer than some 1e-9 to a face count as on it.

    Examples
    --------
    >>> face(np.array([0.5, 0.5]), np.array([[0.5, 0.0], [0.0, 0.5]]))  # never both
    array([0, 1])
    >>> face(np.array([0.5, 0.5]), np.full((2, 2), 0.25)) is None
    True
    """
    n = mean.size
    i, j = np.triu_indices(n, 1)
    x = (states(n) > 0).astype(np.float64)
    above = np.hstack([x - mean, x[:, i] * x[:, j] - pair[i, j]])
    # The plane that lies furthest below the states on average, while none of them is above it.
    found = linprog(
        above.mean(axis=0), A_ub=above, b_ub=np.zeros(len(above)), bounds=(-1, 1), method="highs",
        options={"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10},
    )  # fmt: skip
    if not found.success or found.fun > _SHALLOW:
        return None
    involved = np.abs(found.x) > 1e-5
    return np.flatnonzero(np.bincount(np.r_[np.arange(n)[involved[:n]], i[involved[n:]], j[involved[n:]]], minlength=n))
