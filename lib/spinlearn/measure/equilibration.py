"""From where on a run is in equilibrium: two starts that must forget where they came from.

A run that starts ordered comes to its equilibrium from one side, one that starts at random from the other. While they
differ, at least one of them is not there. So compare them in windows that grow, records 0, 1, 2 to 3, 4 to 7, …: after
some window all later ones must agree within their errors (`equilibrated`).

That they agree does not prove that both have arrived: what neither start has ever seen, neither can miss. But it tells
of what keeps two starts apart: a run that is too short, an ordered phase that keeps its sign, stripes that lie across
the lattice, the two branches of a hysteresis loop.

References
----------
A. Gelman and D. B. Rubin, Statistical Science 7, 457 (1992): starts that are spread wider than what they are to find.
"""

import math
from typing import NamedTuple

import numpy as np

from ..core import arguments
from .observables import Estimate, mean

# Runs agree if the last window, half of each or more, differs by no more than so many errors: chance exceeds that once
# in 16 000 pairs of runs. Earlier windows are left out from three errors on, where chance costs a few records at most.
_LIMIT, _EARLY_LIMIT = 4.0, 3.0
_LEAST_RECORDS = 100


class Equilibration(NamedTuple):
    """What `equilibrated` returns. In a condition it is true where the runs agreed.

    Attributes
    ----------
    start : int or None
        First record that may be used, the same for both runs; None where the runs had not agreed by half their length.
    reason : str
        Why not; empty where they agreed.
    windows : (W + 1,) int64
        Edges of the windows.
    deviations : (W,) float64
        Difference of the two runs in each window, in errors. Empty where the errors are not known.
    """

    start: int | None
    reason: str
    windows: np.ndarray
    deviations: np.ndarray

    def __bool__(self) -> bool:
        """Whether the runs agreed."""
        return self.start is not None

    def __str__(self) -> str:
        """In words."""
        return f"in equilibrium from record {self.start} on" if self else f"not in equilibrium: {self.reason}"


def equilibrated(hot, cold) -> Equilibration:
    """Say from which record on two runs from different starts agree.

    Parameters
    ----------
    hot, cold : (n,) array_like
        The same quantity, recorded in two independent runs of equal length, one from a random start and one from an
        ordered one; at least 100 records. Take one that the symmetry of the system does not turn over: abs(m) or the
        energy of a magnet without a field, not m itself.

    Returns
    -------
    Equilibration
        The errors come from the second halves, each of which must be 50 of its autocorrelation times long. A window of
        w records has the error sigma sqrt(2 tau / w), and at most sigma.

    Raises
    ------
    TypeError, ValueError
        If a series is not one-dimensional, real, finite and 100 records long, or if they differ in length.

    Examples
    --------
    >>> from spinlearn import lattice
    >>> from spinlearn.lattice import ising
    >>> torus, rng = lattice.square(16), np.random.default_rng(1)
    >>> starts = lattice.random_spins(torus, rng=rng), lattice.all_up(torus)
    >>> hot, cold = (ising.simulate(spins, torus, 2.8, 4000, rule="heat-bath", rng=rng).e for spins in starts)
    >>> found = equilibrated(hot, cold)
    >>> bool(found), found.start < 200
    (True, True)
    >>> bool(equilibrated(hot[:100], cold[:100]))
    False
    """
    runs = [arguments.series(name, one, at_least=_LEAST_RECORDS) for name, one in (("hot", hot), ("cold", cold))]
    n = runs[0].size
    if runs[1].size != n:
        raise ValueError(f"hot and cold must be equally long, got {n} and {runs[1].size} records")
    # In a unit of their size, a power of two, so that squares neither overflow nor vanish and no digit changes.
    size = math.frexp(max(np.abs(one).max() for one in runs))[1]
    runs = [np.ldexp(one, -size) for one in runs]
    edges = np.r_[0, 2 ** np.arange(math.floor(math.log2(n // 2)) + 1), n]
    variances = []
    for name, one in zip(("hot", "cold"), runs, strict=True):
        try:
            late = mean(one[n // 2 :])
        except ValueError as short:
            return Equilibration(None, f"the second half of {name} is too short. {short}", edges, np.empty(0))
        variances.append(_variances(late, one[n // 2 :].var(), np.diff(edges)))
    means = [np.add.reduceat(one, edges[:-1]) / np.diff(edges) for one in runs]
    apart, error = abs(means[0] - means[1]), np.sqrt(sum(variances))
    # Two series that stand still, at one value, agree; at two values nothing could be further apart.
    deviations = np.divide(apart, error, out=np.where(apart > 0, np.inf, 0.0), where=error > 0)
    if deviations[-1] > _LIMIT:
        reason = f"in the last {n - edges[-2]} of {n} records the two runs are {deviations[-1]:.3g} errors apart"
        return Equilibration(None, reason, edges, deviations)
    different = np.flatnonzero(deviations[:-1] > _EARLY_LIMIT)
    return Equilibration(int(edges[different[-1] + 1]) if different.size else 0, "", edges, deviations)


def _variances(late: Estimate, variance: float, widths: np.ndarray) -> np.ndarray:
    """Variance of the mean of windows of these widths, from a series in equilibrium."""
    return variance * np.minimum(1.0, 2 * late.tau / widths)
