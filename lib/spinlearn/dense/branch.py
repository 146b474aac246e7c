"""Exact ground states of dense spin glasses, by branch and bound: some fifty spins in a second.

Give the spins a sign one after the other, and follow both. Let the first k have theirs. No state that begins so is
below

    E(the first k)  -  sum over the others of |field of the first k on it|  +  E_0(the others by themselves),

and where that is above a state already known, the branch is cut. What makes it strong is the last term, the ground
state of the others without the first: it is a smaller problem of the same kind. So begin with the last spin alone, then
take the last two, the last three, …: each was solved before the next one needs it, and its ground state, with one spin
more put in front, is a first guess of the next ("Russian dolls"). Spins whose couplings are the largest come first,
where cuts are worth most.

A field is one more spin, up, coupled to all others; it stands first.

The number of branches grows tenfold with ten spins: some 2e5 at N = 40, in ten milliseconds, 3e6 at N = 50, 3e7 at N =
60, in a second or two; of the 2^N states that is less than one in a million. For sparse lattices `lattice.ground`
reaches further.

References
----------
S. Kobe and A. Hartwig, Comput. Phys. Commun. 16, 1 (1978): branch and bound for Ising systems.
G. Verfaillie, M. Lemaître and T. Schiex, AAAI-96, 181 (1996): Russian doll search.
"""

from typing import NamedTuple

import numpy as np

from ..core import arguments
from ..core.jit import kernel
from ..core.progress import watched
from . import glass

MOST_SPINS = 128


class Ground(NamedTuple):
    """What `ground_state` returns.

    Attributes
    ----------
    spins : (N,) int8
        A ground state; without a field, minus it is another.
    energy : float
        Of the whole system.
    branches : int
        How many were followed.
    """

    spins: np.ndarray
    energy: float
    branches: int


def ground_state(J, *, h=0.0, most: int = 10**9, progress: bool | None = None) -> Ground:
    """Lowest state of a dense system, and the proof that there is no lower one.

    Parameters
    ----------
    J : (N, N) float64
        Symmetric, 0 on the diagonal; N up to 128, if that can be settled.
    h : float or (N,) array_like
        The field, for all spins or spin by spin.
    most : int
        Branches after which to give up; 10**9 are a minute or so.
    progress : bool, optional
        True shows a bar, of `most` branches, False none. Left out: one where somebody watches, if it takes more than
        two seconds.

    Returns
    -------
    Ground

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range.
    RuntimeError
        If it is not settled after `most` branches. An annealing would then find low states, without a proof.

    Examples
    --------
    >>> J = glass.sherrington_kirkpatrick(30, rng=np.random.default_rng(1))
    >>> found = ground_state(J)
    >>> bool(np.isclose(glass.energy(found.spins, J), found.energy)), found.branches < 10**5
    (True, True)
    """
    matrices = glass.couplings(J)
    if len(matrices) != 1:
        raise ValueError(f"J must be one sample, (N, N), got {len(matrices)} of them")
    matrix = matrices[0]
    n = len(matrix)
    if n > MOST_SPINS:
        raise ValueError(
            f"J must have at most {MOST_SPINS} spins, got {n}: too many for a proof; an annealing finds low states, "
            "and lattice.ground.by_cuts proves those of sparse lattices"
        )
    most = arguments.count("most", most, at_least=1)
    fields = np.full(n, arguments.number("h", h)) if np.ndim(h) == 0 else arguments.real_array("h", h, (n,))
    arguments.flag("progress", progress, optional=True)
    order = np.argsort(-np.abs(matrix).sum(axis=1), kind="stable")
    sorted_out = matrix[np.ix_(order, order)]
    if fields.any():
        whole = np.zeros((n + 1, n + 1))
        whole[1:, 1:], whole[0, 1:], whole[1:, 0] = sorted_out, fields[order], fields[order]
        sorted_out = whole
    size = len(sorted_out)
    scale = float(np.abs(sorted_out).max())
    if scale == 0:
        return Ground(np.ones(n, dtype=np.int8), 0.0, 0)
    sorted_out = np.ascontiguousarray(sorted_out / scale)

    lowest, best = np.zeros(size + 1), np.ones(size, dtype=np.int8)
    trial, tried = np.ones(size, dtype=np.int8), np.zeros(size, dtype=np.int64)
    felt, energies = np.zeros((size + 1, size)), np.zeros(size + 1)
    # Which spin is the first, which one is being tried, how many branches there were.
    at = np.array([size - 1, size - 2, 0])
    for part in watched(most, progress):
        search(sorted_out, part.stop, at, lowest, best, trial, tried, felt, energies)
        if at[0] < 0:
            break
    else:
        raise RuntimeError(
            f"the ground state of {n} spins is not settled after {most} branches; an annealing finds low states, "
            "without a proof, and `most` can be larger"
        )
    spins = np.empty(n, dtype=np.int8)
    spins[order] = best[size - n :] * best[0]
    return Ground(spins, float(glass.energy(spins, matrix, h=fields)), int(at[2]))


@kernel
def search(J, stop, at, lowest, best, trial, tried, felt, energies):
    """Go on to branch number `stop`, or until all N spins are done and at[0] is -1.

    J (N, N). lowest (N + 1,): entry k is the ground state of the spins from k on, once it is known; best (N,) is the
    best state of those from `first` on. trial, tried (N,): signs of the branch, and how many signs were tried at each
    spin. felt (N + 1, N): row k is the field of those from `first` to k - 1 on the others, energies (N + 1,) their
    energy.
    """
    n = J.shape[0]
    first, k, branches = at
    while branches < stop and first >= 0:
        if k < first:  # all branches are followed: one spin more in front, at first as the others would have it
            first -= 1
            if first < 0:
                break
            field = 0.0
            for j in range(first + 1, n):
                field += J[first, j] * best[j]
            best[first] = -1 if field < 0.0 else 1
            lowest[first] = lowest[first + 1] - abs(field)
            k, tried[first], energies[first] = first, 0, 0.0
            for j in range(n):
                felt[first, j] = 0.0
        if tried[k] == 2 or (k == first and tried[k] == 1):  # of the first spin one sign will do
            k -= 1
            continue
        trial[k] = (-1 if felt[k, k] < 0.0 else 1) if tried[k] == 0 else -trial[k]
        tried[k] += 1
        branches += 1
        e = energies[k] - trial[k] * felt[k, k]
        if k == n - 1:
            if e < lowest[first]:
                lowest[first] = e
                for j in range(first, n):
                    best[j] = trial[j]
            continue
        bound = e + lowest[k + 1]
        for j in range(k + 1, n):
            f = felt[k, j] + trial[k] * J[k, j]
            felt[k + 1, j] = f
            bound -= abs(f)
        if bound < lowest[first] - 1e-12 * n:
            energies[k + 1] = e
            k += 1
            tried[k] = 0
    at[0], at[1], at[2] = first, k, branches
