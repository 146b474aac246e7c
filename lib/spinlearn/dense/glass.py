"""Sherrington and Kirkpatrick's spin glass: everybody sees everybody, by couplings that are drawn from a normal law.

    E(s) = -1/2 sum_ij J_ij s_i s_j - sum_i h_i s_i,        J_ij = J_ji normal, of mean `mean` / N and variance J^2 / N.

With T = J the glass begins; its ground state has, in the limit of many spins, -0.763166 J per spin by Parisi's solution
(`PARISI`; Schmidt and Oppermann give more digits). `branch` finds the ground states of up to some fifty spins.

`simulate` is the heat bath for any dense symmetric couplings, also those of `rkky`. The field of every spin is kept,
and changed where a spin turns: a spin that stays costs one random number, one that turns a row of J. Cold glasses turn
few.

What is written for lattices runs on a dense glass, too, for everybody is a neighbour: `on_graph` makes a lattice of it,
for ageing, for a cooling in a field (`lattice.ageing`), and for overlaps by parallel tempering (`lattice.overlaps`).

References
----------
D. Sherrington and S. Kirkpatrick, Phys. Rev. Lett. 35, 1792 (1975).
G. Parisi, J. Phys. A 13, L115 (1980).
M. J. Schmidt and R. Oppermann, Phys. Rev. E 77, 061104 (2008): the ground state.
"""

import math

import numpy as np

from ..core import arguments
from ..core.jit import kernel
from ..core.progress import keeping, watched
from ..core.words import random_site, streams, uniform
from ..lattice.geometry import Lattice, from_couplings
from ..lattice.ising import ORDERS, Run

PARISI = -0.763166
REFRESHED = 64  # sweeps after which the fields are summed anew, so that rounding does not grow


def sherrington_kirkpatrick(N: int, *, mean: float = 0.0, J: float = 1.0, rng: np.random.Generator) -> np.ndarray:
    """Draw the couplings of a sample.

    Parameters
    ----------
    N : int
        Spins, from 2.
    mean : float
        N times the mean of a coupling; above J it makes a ferromagnet.
    J : float
        Root of N times the variance of a coupling, above 0.
    rng : numpy.random.Generator

    Returns
    -------
    (N, N) float64
        Symmetric, 0 on the diagonal.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> sherrington_kirkpatrick(3, rng=np.random.default_rng(1)).round(3)
    array([[0.   , 0.2  , 0.474],
           [0.2  , 0.   , 0.191],
           [0.474, 0.191, 0.   ]])
    """
    N = arguments.count("N", N, at_least=2, at_most=2**15)
    mean, J = arguments.number("mean", mean), arguments.number("J", J, above=0)
    pairs = np.triu_indices(N, 1)
    matrix = np.zeros((N, N))
    matrix[pairs] = arguments.generator(rng).normal(mean / N, J / math.sqrt(N), len(pairs[0]))
    return matrix + matrix.T


def energy(spins, J, *, h=0.0):
    """Energy -1/2 sum_ij J_ij s_i s_j - sum_i h_i s_i of one state or of many.

    Parameters
    ----------
    spins : (N,) or (R, N) integer array
        -1 or +1.
    J : (N, N) or (R, N, N) float64
        Symmetric, 0 on the diagonal; one sample, or one for each state.
    h : float or (N,) array_like

    Returns
    -------
    float, or (R,) float64

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or shape.

    Examples
    --------
    >>> energy([1, 1, -1], np.ones((3, 3)) - np.eye(3), h=0.5)
    0.5
    """
    matrices, fields = couplings(J), _fields(h, np.shape(J)[-1])
    flat, single = _starts(spins, matrices)
    total = -0.5 * np.einsum("ri,rij,rj->r", flat, np.broadcast_to(matrices, (len(flat), *matrices.shape[1:])), flat)
    total = total - flat @ fields
    return float(total[0]) if single else total


def simulate(
    spins,
    J,
    T: float,
    sweeps: int,
    *,
    order: str = "random",
    h=0.0,
    every: int = 1,
    progress: bool | None = None,
    rng: np.random.Generator,
) -> Run:
    """Run the heat bath on one sample or on R of them, side by side.

    Parameters
    ----------
    spins : (N,) or (R, N) integer array
        The start, one for all samples or one for each; -1 or +1. It is left as it is.
    J : (N, N) or (R, N, N) float64
        Symmetric, 0 on the diagonal, of any law. One sample with R starts is R copies of it.
    T : float
        Above 0.
    sweeps : int
        A sweep is N updates of one spin.
    order : {"random", "sequential"}
        Which spin comes next: one drawn at random, or spin after spin.
    h : float or (N,) array_like
        The field, for all spins or spin by spin.
    every : int
        Record after every so many sweeps.
    progress : bool, optional
        True shows a bar, False none. Left out: one where somebody watches, if it takes more than two seconds.
    rng : numpy.random.Generator
        Advanced by one draw.

    Returns
    -------
    lattice.ising.Run
        ``spins``, and ``sweeps // every`` records of energy ``e`` and magnetisation ``m`` per spin. With R samples
        ``spins`` (R, N), and ``e``, ``m`` (records, R).

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range; nothing has been changed then, and `rng` not advanced.
    spinlearn.core.progress.Interrupted
        At Ctrl-C. Its attribute `run` is the `Run` so far.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> J = sherrington_kirkpatrick(200, rng=rng)
    >>> run = simulate(np.ones(200, dtype=np.int8), J, 0.2, 500, rng=rng)
    >>> run.e.shape, bool(-0.76 < run.e[-1] < -0.6)
    ((500,), True)
    """
    matrices = couplings(J)
    n = matrices.shape[1]
    fields = _fields(h, n)
    flat, single = _starts(spins, matrices)
    T = arguments.temperature(T)
    R = len(flat)
    sweeps = arguments.count("sweeps", sweeps, at_most=(2**63 - 1) // R)
    every = arguments.count("every", every, at_least=1)
    at_random = ORDERS[arguments.choice("order", order, ORDERS)]
    arguments.flag("progress", progress, optional=True)
    e, m = arguments.room((2, sweeps // every, R), sweeps=sweeps)
    states = streams(R, rng)
    clock, locals_ = np.zeros(1, dtype=np.int64), np.empty((R, n))

    def finished() -> Run:
        done = slice(clock[0] // (R * every))
        if single:
            return Run(flat[0], e[done, 0] / n, m[done, 0] / n)
        return Run(flat, e[done] / n, m[done] / n)

    with keeping(finished):
        for part in watched(sweeps * R, progress):
            run(part.stop, flat, matrices, fields, 1 / T, at_random, every, locals_, states, clock, e, m)
    return finished()


def on_graph(J) -> tuple[Lattice, np.ndarray]:
    """The complete graph as a lattice, and the couplings of one sample or many as the tables that go with it.

    Parameters
    ----------
    J : (N, N) or (R, N, N) float64
        Symmetric, 0 on the diagonal. A coupling of 0 elsewhere is a bond of 0.

    Returns
    -------
    lattice : Lattice
        With N sites, N - 1 neighbours each.
    tables : (R, N, N - 1) float64
        As `lattice.samples`, `lattice.ageing` and `lattice.overlaps` take them.

    Raises
    ------
    TypeError, ValueError
        If `J` has the wrong type or shape.

    Examples
    --------
    >>> graph, tables = on_graph([[0, 1, 2], [1, 0, 3], [2, 3, 0]])
    >>> tables
    array([[[1., 2.],
            [1., 3.],
            [2., 3.]]])
    """
    matrices = couplings(J)
    n = matrices.shape[1]
    lattice = from_couplings(1.0 - np.eye(n))[0]
    return lattice, np.take_along_axis(matrices, np.broadcast_to(lattice.neighbours, (len(matrices), n, n - 1)), axis=2)


def couplings(J) -> np.ndarray:
    """Check one matrix of couplings or many, (N, N) or (R, N, N), and return them as (R, N, N) float64."""
    array = arguments.real_array("J", J)
    if array.ndim not in (2, 3) or array.shape[-1] != array.shape[-2] or array.shape[-1] < 2 or not len(array):
        raise ValueError(f"J must have shape (N, N), or (R, N, N) for R samples, N at least 2, got {array.shape}")
    many = array.reshape(-1, *array.shape[-2:])
    if not np.array_equal(many, many.transpose(0, 2, 1)):
        raise ValueError("J must be symmetric: energies are those of pairs; take (J + J.T) / 2 of a matrix that is not")
    if np.diagonal(many, axis1=1, axis2=2).any():
        raise ValueError("J must be 0 on its diagonal: a spin does not couple to itself")
    if not math.isfinite(4.0 * many[0].size * float(np.abs(many).max())):
        raise ValueError("J must be so small that every energy is finite, below 1.8e308 in size")
    return many


def _fields(h, n: int) -> np.ndarray:
    """Check a field, one number or one for each spin."""
    if np.ndim(h) == 0:
        return np.full(n, arguments.number("h", h))
    return arguments.real_array("h", h, (n,), what=" (one field for each spin)")


def _starts(spins, matrices) -> tuple[np.ndarray, bool]:
    """Check states for R samples: (R, N) int8, a copy; and whether it is one state of one sample."""
    R, n = matrices.shape[:2]
    array = arguments.as_array("spins", spins)
    if array.shape != (n,) and not (array.ndim == 2 and array.shape[1] == n and (R == 1 or len(array) == R)):
        raise ValueError(f"spins must have shape ({n},), or ({R}, {n}) for {R} samples, got {array.shape}")
    flat = arguments.spins(array).reshape(-1, n)
    many = max(R, len(flat))
    return np.broadcast_to(flat, (many, n)).copy(), array.ndim == 1 and R == 1


@kernel
def run(stop, spins, matrices, external, beta, at_random, every, fields, states, clock, e, m):
    """Go on to sample sweep number `stop` of a run: one sweep of each sample in turn.

    spins (R, N) int8, matrices (1 or R, N, N), fields (R, N) overwritten. `clock` (1,) says how many sweeps there were.
    """
    R = spins.shape[0]
    for number in range(clock[0], stop):
        t, r = number // R, number % R
        J = matrices[min(r, matrices.shape[0] - 1)]
        if t % REFRESHED == 0:
            fill_fields(spins[r], J, external, fields[r])
        sweep(spins[r], J, fields[r], beta, at_random, states[r])
        if (t + 1) % every == 0:
            bonds, total = 0.0, 0
            for i in range(spins.shape[1]):
                bonds += spins[r, i] * (fields[r, i] + external[i])
                total += spins[r, i]
            e[t // every, r] = -0.5 * bonds
            m[t // every, r] = total
        clock[0] = number + 1


@kernel
def fill_fields(spins, J, external, fields):
    """Set `fields` (N,) to sum_j J_ij s_j + h_i."""
    for i in range(spins.size):
        field = external[i]
        for j in range(spins.size):
            field += J[i, j] * spins[j]
        fields[i] = field


@kernel
def sweep(spins, J, fields, beta, at_random, state):
    """N updates by the heat bath; `fields` (N,) follow the spins."""
    n = spins.size
    for step in range(n):
        i = random_site(n, state) if at_random else step
        s = np.float64(spins[i])
        x = 2.0 * beta * s * fields[i]
        if uniform(state) < (0.0 if x > 700.0 else 1.0 / (1.0 + np.exp(x))):
            spins[i] = -spins[i]
            for j in range(n):
                fields[j] -= 2.0 * s * J[i, j]
