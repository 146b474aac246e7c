"""The valleys of a small network, exactly: how deep they are, and how the law goes through a cooling.

The depth of a local minimum is the least height that one has to climb, spin by spin, to reach a lower state. The
deepest one that is not a ground state decides how slowly a cooling has to go (Hajek): with T_t = c / ln(t + 2) the
chance to be in a ground state tends to 1 if and only if c >= depth.

`cooled` carries the law of all 2^N states through any list of temperatures, so that the chance of success is known
without a single run.

References
----------
B. Hajek, Math. Oper. Res. 13, 311 (1988).
"""

from typing import NamedTuple

import numpy as np

from ..core import arguments
from ..core.jit import kernel
from . import anneal, heatbath
from .boltzmann import Machine, energies

MOST_UNITS = 16  # for the depth: every state is visited in the order of energies
MOST_CARRIED = 12  # for laws that are carried through many sweeps


class Depth(NamedTuple):
    """What `depth` returns.

    Attributes
    ----------
    deepest : float
        Depth of the deepest valley without a ground state; 0 if every local minimum is a ground state.
    ground : float
        The lowest energy.
    valleys : (M, 2) float64
        Energy of the bottom and depth of every valley without a ground state, the deepest first. A valley that
        merges into a lower one counts once.
    """

    deepest: float
    ground: float
    valleys: np.ndarray


class Cooled(NamedTuple):
    """What `cooled` returns.

    Attributes
    ----------
    law : (2**N,) float64
        After the last sweep, in the order of `exact.states`.
    ground : (sweeps + 1,) float64
        Chance to be in a ground state, at the start and after each sweep.
    energy : (sweeps + 1,) float64
        Mean energy.
    """

    law: np.ndarray
    ground: np.ndarray
    energy: np.ndarray


def machine_of(J, most: int = MOST_CARRIED) -> Machine:
    """The machine that a matrix or a `heatbath.Graph` of at most so many units is.

    Examples
    --------
    >>> machine_of([[0, 1], [1, 0]]).alphabet
    'spins'
    """
    units = heatbath.checked_graph("J", J)
    if units.size > most:
        raise ValueError(
            f"J must be of at most {most} units, whose states can be listed, got {units.size}; anneal.simulate and "
            "work.run sample larger networks"
        )
    return Machine(units.h, heatbath.matrix_of(units), 0, "spins" if units.low < 0 else "binary")


def depth(J) -> Depth:
    """How deep the valleys are that hold no ground state.

    Parameters
    ----------
    J : (N, N) array_like, or heatbath.Graph
        Of up to 16 units.

    Returns
    -------
    Depth

    Raises
    ------
    TypeError, ValueError
        If J is no network, or too large.

    Examples
    --------
    Four spins that favour each other, in a small field: all down, at -5.6, is a valley. Two spins have to turn before
    the rest follows, at 2.

    >>> round(depth(heatbath.graph(1.0 - np.eye(4), h=0.1)).deepest, 6)
    7.6
    """
    model = machine_of(J, MOST_UNITS)
    E = energies(model)
    slack = slack_of(E)
    order = np.argsort(E, kind="stable")
    bottoms, depths = np.empty(E.size), np.empty(E.size)
    found = flood(E, order, model.size, slack, bottoms, depths)
    valleys = np.column_stack([bottoms[:found], depths[:found]])
    valleys = valleys[np.lexsort((valleys[:, 0], -valleys[:, 1]))]
    return Depth(float(valleys[0, 1]) if found else 0.0, float(E.min()), valleys)


def slack_of(E: np.ndarray) -> float:
    """How far apart two energies may be by rounding; whole numbers are not rounded.

    Examples
    --------
    >>> slack_of(np.array([-1.0, 3.0])), slack_of(np.array([-1.5, 3.0])) < 1e-12
    (0.5, True)
    """
    return 0.5 if np.array_equal(E, np.rint(E)) else 1e-13 * float(np.abs(E).max())


@kernel
def flood(E, order, n, slack, bottoms, depths):
    """Let water rise: where two lakes meet, that with the higher bottom has found its depth. Returns how many did."""
    root, bottom = np.full(E.size, -1), np.empty(E.size)
    found = 0
    for k in order:
        root[k], bottom[k] = k, E[k]
        for i in range(n):
            j = k ^ (1 << i)
            if root[j] < 0:
                continue
            a, b = k, j
            while root[a] != a:
                root[a] = root[root[a]]
                a = root[a]
            while root[b] != b:
                root[b] = root[root[b]]
                b = root[b]
            if a == b:
                continue
            if bottom[a] < bottom[b]:
                a, b = b, a
            # a has the higher bottom. Where they are equal neither is lower, and the two go on as one.
            if bottom[a] > bottom[b] + slack and E[k] > bottom[a] + slack:
                bottoms[found], depths[found] = bottom[a], E[k] - bottom[a]
                found += 1
            root[a] = b
    return found


def cooled(J, T, *, start=None, order: str = "sequential") -> Cooled:
    """The exact law of simulated annealing, sweep by sweep.

    Parameters
    ----------
    J : (N, N) array_like, or heatbath.Graph
        Of up to 12 units.
    T : (sweeps,) array_like
        As for `anneal.simulate`.
    start : (2**N,) array_like, optional
        The law at the start; if left out all states alike, as `heatbath.random_states` draws them.
    order : {"sequential", "reversed", "random"}

    Returns
    -------
    Cooled

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range.

    Examples
    --------
    >>> cooled([[0, 1], [1, 0]], [0.0]).ground
    array([0.5, 1. ])
    """
    model = machine_of(J)
    T = anneal.checked_schedule("T", T)
    E = energies(model)
    p = start_law(start, E.size)
    code = heatbath.ORDERS[arguments.choice("order", order, heatbath.ORDERS)]
    slack = slack_of(E)
    lowest = slack > E - E.min()
    ground, mean = np.empty(T.size + 1), np.empty(T.size + 1)
    ground[0], mean[0] = p[lowest].sum(), p @ E
    for t, now in enumerate(T.tolist()):
        sweep_law(p, E, slack, np.inf if now == 0 else 1 / now, code)
        ground[t + 1], mean[t + 1] = p[lowest].sum(), p @ E
    return Cooled(p, ground, mean)


def start_law(start, size: int) -> np.ndarray:
    """Check a law over all states; left out, all are alike. Returns a copy.

    Examples
    --------
    >>> start_law(None, 2)
    array([0.5, 0.5])
    """
    if start is None:
        return np.full(size, 1 / size)
    p = arguments.real_array("start", start, (size,))
    if p.min() < 0 or abs(p.sum() - 1) > 1e-9:
        raise ValueError(f"start must be probabilities with the sum 1, got the sum {p.sum():g}")
    return p.copy()


def transition_matrix(J, T: float, *, order: str = "sequential") -> np.ndarray:
    """Probabilities (2**N, 2**N) that a sweep leads from state to state, from rows to columns, up to 10 units.

    Examples
    --------
    >>> transition_matrix([[0.0]], 1.0)
    array([[0.5, 0.5],
           [0.5, 0.5]])
    """
    model = machine_of(J, 10)
    T = arguments.number("T", T, at_least=0)
    code, E = heatbath.ORDERS[arguments.choice("order", order, heatbath.ORDERS)], energies(model)
    P = np.eye(E.size)
    for row in P:
        sweep_law(row, E, slack_of(E), np.inf if T == 0 else 1 / T, code)
    return P


@kernel
def update_law(p, E, slack, i, beta, share, out):
    """Add to `out` the law after unit i was drawn anew, times `share`; where that is 1, p is changed instead."""
    bit = 1 << i
    for k in range(p.size):
        if not k & bit:
            cost, total = E[k | bit] - E[k], share * (p[k] + p[k | bit])
            if abs(cost) < slack:
                cost = 0.0
            up, down = total * heatbath.chance(cost, beta), total * heatbath.chance(-cost, beta)
            if share == 1.0:
                p[k | bit], p[k] = up, down
            else:
                out[k | bit] += up
                out[k] += down


@kernel
def sweep_law(p, E, slack, beta, order):
    """Carry a law (or any weights) of all states through one sweep of the heat bath, in place."""
    n = 0
    while 1 << n < p.size:
        n += 1
    out = np.zeros(p.size if order == heatbath.RANDOM else 0)
    for step in range(n):
        if order == heatbath.RANDOM and n > 1:
            out[:] = 0.0
            for i in range(n):
                update_law(p, E, slack, i, beta, 1.0 / n, out)
            p[:] = out
        else:
            i = n - 1 - step if order == heatbath.REVERSED else step
            update_law(p, E, slack, i, beta, 1.0, p)
