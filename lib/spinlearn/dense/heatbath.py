"""The heat bath on any graph, for units 0 or 1 and for spins: the kernels that `boltzmann`, `anneal` and `work` share.

The energy is that of the whole library, each pair once,

    E(s) = -(1/2) s.J.s - h.s,        x_i = sum_j J_ij s_j + h_i,

so that a unit which goes from its lower value to 1 changes E by -g x_i, where g is the distance between its two values:
1 for units 0 or 1, and 2 for spins. The heat bath draws a unit anew, given all others,

    P(s_i = 1) = 1 / (1 + exp(-g x_i / T)),

or, which is the same, makes a move of the cost c with the probability 1 / (1 + exp(c / T)). At T = 0 that is 1 for a
move that gains, 0 for one that costs, and 1/2 where x_i = 0.

Couplings are kept by rows, those that are not zero, so one kernel serves dense and sparse networks. The fields x are
carried along: a unit that stays costs nothing, one that moves costs its number of neighbours. Every 64 sweeps they are
summed anew, and rounding cannot pile up.

References
----------
R. J. Glauber, J. Math. Phys. 4, 294 (1963): the rule.
"""

from typing import NamedTuple

import numpy as np

from ..core import arguments
from ..core.jit import kernel
from ..core.words import random_site, uniform
from ..lattice.geometry import Lattice, interactions

SEQUENTIAL, REVERSED, RANDOM = 0, 1, 2
ORDERS = {"sequential": SEQUENTIAL, "reversed": REVERSED, "random": RANDOM}
RENEWAL = 64  # sweeps after which fields are summed anew


class Graph(NamedTuple):
    """Units and their couplings, row by row; row i is entries start[i] to before start[i + 1], neighbours in order.

    Attributes
    ----------
    start : (N + 1,) int64
    neighbour : (E,) int64
    coupling : (E,) float64
        Every pair stands in it twice, and counts once.
    h : (N,) float64
    low : int
        The lower of a unit's two values: 0, or -1 for spins. The other one is 1.
    """

    start: np.ndarray
    neighbour: np.ndarray
    coupling: np.ndarray
    h: np.ndarray
    low: int

    @property
    def size(self) -> int:
        """Number of units."""
        return self.h.size


def graph(J, *, h=0.0, lattice: Lattice | None = None) -> Graph:
    """A network of spins from a matrix of couplings, or from a lattice and the couplings of its bonds.

    Parameters
    ----------
    J : (N, N) array_like, or what `lattice.ising` takes
        Without a `lattice` a symmetric matrix, 0 on the diagonal. With one, a number for all bonds or a table (N, z)
        aligned with its neighbours, as `lattice.bond_couplings` makes it.
    h : float or (N,) array_like
        Field on each spin; on a lattice of its shape.
    lattice : Lattice, optional

    Returns
    -------
    Graph

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or shape; if J is not symmetric, or not 0 on the diagonal.

    Examples
    --------
    >>> graph([[0, 1, 0], [1, 0, -2], [0, -2, 0]]).neighbour
    array([1, 0, 2, 1])
    """
    if lattice is None:
        matrix = couplings("J", J)
        return by_rows(matrix, fields_of("h", h, len(matrix)), -1)
    table, fields = interactions(lattice, J, h)
    if table is None:
        table, fields = np.full(lattice.neighbours.shape, float(J)), np.full(lattice.size, float(h))
    row, k = np.nonzero((lattice.neighbours >= 0) & (table != 0))
    column, values = lattice.neighbours[row, k].astype(np.int64), table[row, k]
    order = np.lexsort((values, column, row))  # two bonds between the same sites become one, in both rows the same
    row, column, values = row[order], column[order], values[order]
    first = np.flatnonzero((np.diff(row, prepend=-1) != 0) | (np.diff(column, prepend=-1) != 0))
    values = np.add.reduceat(values, first) if first.size else values
    start = np.searchsorted(row[first], np.arange(lattice.size + 1)).astype(np.int64)
    return Graph(start, column[first], values, np.array(fields), -1)


def by_rows(matrix: np.ndarray, h: np.ndarray, low: int) -> Graph:
    """The `Graph` of a checked matrix of couplings.

    Examples
    --------
    >>> by_rows(np.array([[0.0, 1.0], [1.0, 0.0]]), np.zeros(2), 0).start
    array([0, 1, 2])
    """
    row, column = np.nonzero(matrix)
    start = np.searchsorted(row, np.arange(len(matrix) + 1))
    return Graph(start.astype(np.int64), column.astype(np.int64), matrix[row, column], h, low)


def matrix_of(units: Graph) -> np.ndarray:
    """The matrix (N, N) of couplings of a `Graph`; bonds between the same two units add up.

    Examples
    --------
    >>> matrix_of(graph([[0, 3], [3, 0]]))
    array([[0., 3.],
           [3., 0.]])
    """
    matrix = np.zeros((units.h.size, units.h.size))
    np.add.at(matrix, (np.repeat(np.arange(units.h.size), np.diff(units.start)), units.neighbour), units.coupling)
    return matrix


def couplings(name: str, J) -> np.ndarray:
    """Check a matrix of couplings: real, finite, square, symmetric, 0 on the diagonal.

    Examples
    --------
    >>> couplings("J", [[0, 1], [1, 0]]).dtype
    dtype('float64')
    """
    J = arguments.real_array(name, J)
    if J.ndim != 2 or J.shape[0] != J.shape[1] or not len(J):
        raise ValueError(f"{name} must be square, (N, N), got shape {J.shape}")
    if not np.array_equal(J, J.T):
        i, j = np.argwhere(J != J.T)[0]
        raise ValueError(
            f"{name} must be symmetric, got {J[i, j]:g} at [{i}, {j}] and {J[j, i]:g} at [{j}, {i}]: without symmetry "
            "there is no energy"
        )
    if J.diagonal().any():
        i = int(np.flatnonzero(J.diagonal())[0])
        raise ValueError(
            f"{name} must be 0 on its diagonal, got {J[i, i]:g} at [{i}, {i}]: a unit does not couple to itself"
        )
    return J


def fields_of(name: str, h, n: int) -> np.ndarray:
    """Check fields, one for all units or one for each; return them as (n,) float64.

    Examples
    --------
    >>> fields_of("h", 0.5, 2)
    array([0.5, 0.5])
    """
    if np.ndim(arguments.as_array(name, h)) == 0:
        return np.full(n, arguments.number(name, h))
    return arguments.real_array(name, h, (n,)).copy()


def checked_graph(name: str, units) -> Graph:
    """Return a `Graph` as it is, and a matrix of couplings as the `Graph` of spins that it makes.

    Examples
    --------
    >>> checked_graph("J", [[0, 1], [1, 0]]).low
    -1
    """
    if not isinstance(units, Graph):
        matrix = couplings(name, units)
        return by_rows(matrix, np.zeros(len(matrix)), -1)
    h = arguments.series(f"{name}.h", units.h, at_least=1)
    start, neighbour = (arguments.as_array(f"{name}.{field}", getattr(units, field)) for field in Graph._fields[:2])
    coupling, n = arguments.real_array(f"{name}.coupling", units.coupling, neighbour.shape), h.size
    if start.dtype.kind not in "iu" or neighbour.dtype.kind not in "iu" or neighbour.ndim != 1:
        raise TypeError(f"{name}.start and {name}.neighbour must be one-dimensional and hold whole numbers")
    if start.shape != (n + 1,) or start[0] or start[-1] != neighbour.size or (np.diff(start) < 0).any():
        raise ValueError(f"{name}.start must rise from 0 to {neighbour.size} in {n} steps, as heatbath.graph makes it")
    row = np.repeat(np.arange(n), np.diff(start))
    place, mirror = row * n + neighbour, neighbour * n + row
    back = np.argsort(mirror, kind="stable")
    if (
        (np.diff(place) <= 0).any()
        or (row == neighbour).any()
        or not np.array_equal(mirror[back], place)
        or not np.array_equal(coupling[back], coupling)
    ):
        raise ValueError(
            f"{name} must have symmetric couplings, none of a unit to itself, and the neighbours of each in order, as "
            "heatbath.graph makes them"
        )
    if units.low not in (0, -1):
        raise ValueError(f"{name}.low must be 0 or -1, got {units.low}")
    return Graph(start.astype(np.int64), neighbour.astype(np.int64), coupling, h, int(units.low))


def checked_states(name: str, states, n: int, low: int) -> np.ndarray:
    """Check states of many chains; return a copy (chains, n) int8.

    Examples
    --------
    >>> checked_states("states", [[0, 1], [1, 1]], 2, 0).dtype
    dtype('int8')
    """
    array = arguments.as_array(name, states)
    if array.dtype.kind not in "iu":
        raise TypeError(f"{name} must be an integer array of {low} and 1, not {array.dtype}")
    if array.ndim != 2 or array.shape[1] != n or not len(array):
        raise ValueError(f"{name} must have shape (chains, {n}), a row for each chain, got {array.shape}")
    if not ((array == low) | (array == 1)).all():
        raise ValueError(f"{name} must be {low} or 1, got values {np.unique(array)[:5].tolist()}")
    return np.array(array, dtype=np.int8)


def random_states(units: Graph, chains: int, *, rng: np.random.Generator) -> np.ndarray:
    """States of independent units, each value with probability 1/2, (chains, N) int8.

    Examples
    --------
    >>> random_states(graph([[0, 1], [1, 0]]), 3, rng=np.random.default_rng(1)).shape
    (3, 2)
    """
    chains = arguments.count("chains", chains, at_least=1)
    bits = arguments.generator(rng).integers(2, size=(chains, units.h.size), dtype=np.int8)
    return bits if units.low == 0 else 2 * bits - 1


def energy(states, units) -> np.ndarray:
    """Energies E(s) = -(1/2) s.J.s - h.s of many states.

    Parameters
    ----------
    states : (chains, N) integer array
    units : Graph, or (N, N) array_like

    Returns
    -------
    (chains,) float64

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or values.

    Examples
    --------
    >>> energy([[1, 1], [1, -1]], [[0, 1], [1, 0]])
    array([-1.,  1.])
    """
    units = checked_graph("units", units)
    return energies_of(checked_states("states", states, units.h.size, units.low), units)


def energies_of(states: np.ndarray, units: Graph) -> np.ndarray:
    """Energies of checked states.

    Examples
    --------
    >>> energies_of(np.array([[1, 1]], dtype=np.int8), graph([[0, 1], [1, 0]]))
    array([-1.])
    """
    x, out = np.empty(units.h.size), np.empty(len(states))
    for k, s in enumerate(states):
        fill_fields(units, s, x)
        out[k] = energy_in(units, s, x)
    return out


@kernel
def fill_fields(units, s, x):
    """Fill the fields x (N,) of a state s (N,) int8."""
    for i in range(s.size):
        total = units.h[i]
        for k in range(units.start[i], units.start[i + 1]):
            total += units.coupling[k] * s[units.neighbour[k]]
        x[i] = total


@kernel
def energy_in(units, s, x):
    """Energy of a state whose fields are known: every pair stands in x twice, a field once."""
    total = 0.0
    for i in range(s.size):
        total -= 0.5 * s[i] * (x[i] + units.h[i])
    return total


@kernel
def chance(cost, beta):
    """Probability of a move that costs `cost`; beta may be infinite."""
    if cost == 0.0:
        return 0.5
    return 1.0 / (1.0 + np.exp(beta * cost))


@kernel
def move(units, s, x, i):
    """Give unit i its other value, and all neighbours their new fields."""
    step = units.low + 1 - 2 * s[i]
    s[i] += step
    first, last = units.start[i], units.start[i + 1]
    if last - first == s.size - 1:  # of everybody: the list need not be looked at, and compilers make it fast
        add_to(x[:i], units.coupling[first : first + i], step)
        add_to(x[i + 1 :], units.coupling[first + i : last], step)
    else:
        for k in range(first, last):
            x[units.neighbour[k]] += units.coupling[k] * step


@kernel
def add_to(x, coupling, step):
    """Add step times couplings to fields, both of one length."""
    for k in range(x.size):
        x[k] += coupling[k] * step


@kernel
def sweep(units, s, x, clamped, beta, order, state):
    """N - clamped updates of a chain: the first `clamped` units keep their values. Returns the change of energy."""
    free, change = s.size - clamped, 0.0
    for k in range(free):
        i = clamped + k
        if order == REVERSED:
            i = s.size - 1 - k
        elif order == RANDOM:
            i = clamped + random_site(free, state)
        cost = -(units.low + 1 - 2 * s[i]) * x[i]
        if uniform(state) < chance(cost, beta):
            move(units, s, x, i)
            change += cost
    return change
