"""Geometries: which spin is a neighbour of which.

Every geometry is one table of neighbours, so that one kernel runs on all of them. Row i of the table lists the z
neighbours of site i; an open edge has -1 where a neighbour is missing. Sites are numbered in C order, so a
configuration is an array of the lattice's shape and its flattened view is what the table speaks of.

A periodic lattice that is two sites long has two bonds between the same two sites, one each way round. That is the
convention of Kaufman's exact solution, and the table lists both.
"""

from typing import NamedTuple

import numpy as np

from ..core import arguments
from ..core.jit import kernel
from ..core.words import next_word, stream


class Lattice(NamedTuple):
    """A geometry: its name, the shape of a configuration, and the table of neighbours.

    Attributes
    ----------
    name : str
    shape : tuple of int
        Shape of an array of spins; N is its product.
    neighbours : (N, z) int32
        Site numbers, -1 where there is no neighbour. If j stands in row i, then i stands in row j, as often.
    """

    name: str
    shape: tuple[int, ...]
    neighbours: np.ndarray

    @property
    def size(self) -> int:
        """Number of sites N."""
        return len(self.neighbours)

    @property
    def coordination(self) -> int:
        """Number of columns z of the table: the neighbours of a site away from any edge."""
        return self.neighbours.shape[1]


def hypercubic(shape, *, periodic: bool = True) -> Lattice:
    """Chain, square, cubic … lattice with nearest neighbours along each axis.

    Parameters
    ----------
    shape : sequence of int
        Sites along each axis, each at least 2; at most 2**31 - 1 in all.
    periodic : bool
        Whether the last site along an axis is a neighbour of the first.

    Returns
    -------
    Lattice
        With z = 2 * len(shape).

    Raises
    ------
    TypeError, ValueError
        If an entry of `shape` is not a whole number of at least 2.

    Examples
    --------
    >>> hypercubic((3, 3)).neighbours[0]
    array([3, 1, 6, 2], dtype=int32)
    """
    shape = tuple(arguments.count("every entry of shape", length, at_least=2) for length in shape)
    if not shape:
        raise ValueError("shape must name at least one axis, got ()")
    steps = [tuple(int(a == axis) for a in range(len(shape))) for axis in range(len(shape))]
    name = {1: "chain", 2: "square", 3: "cubic"}.get(len(shape), f"{len(shape)}-dimensional hypercubic")
    return _from_steps(name, shape, steps, periodic)


def chain(n: int, *, periodic: bool = True) -> Lattice:
    """Ring (or open chain) of `n` sites, z = 2. See `hypercubic`."""
    return hypercubic((n,), periodic=periodic)


def square(rows: int, columns: int | None = None, *, periodic: bool = True) -> Lattice:
    """Square lattice of `rows` × `columns` sites (square if `columns` is left out), z = 4. See `hypercubic`."""
    return hypercubic((rows, rows if columns is None else columns), periodic=periodic)


def cubic(n: int, *, periodic: bool = True) -> Lattice:
    """Simple cubic lattice of n × n × n sites, z = 6. See `hypercubic`."""
    return hypercubic((n, n, n), periodic=periodic)


def triangular(rows: int, columns: int | None = None, *, periodic: bool = True) -> Lattice:
    """Triangular lattice, z = 6: the square lattice with one diagonal of each cell added.

    Sheared into a square array, a site's neighbours are the four of the square lattice, the one up and to the right,
    and the one down and to the left.

    Parameters
    ----------
    rows, columns : int
        Sites along the axes, each at least 2 (`columns` as `rows` if left out).
    periodic : bool
        Whether opposite edges are joined.

    Returns
    -------
    Lattice

    Examples
    --------
    >>> triangular(4).coordination
    6
    """
    columns = rows if columns is None else columns
    shape = (arguments.count("rows", rows, at_least=2), arguments.count("columns", columns, at_least=2))
    return _from_steps("triangular", shape, [(1, 0), (0, 1), (1, -1)], periodic)


def from_couplings(matrix) -> tuple[Lattice, np.ndarray]:
    """Turn a symmetric matrix of couplings into a geometry and the table of couplings that goes with it.

    Parameters
    ----------
    matrix : (N, N) array_like
        Symmetric, zero on the diagonal, finite. Pairs with a zero are not neighbours.

    Returns
    -------
    lattice : Lattice
        With shape (N,); z is the largest number of neighbours that a site has.
    J : (N, z) float64
        Couplings entry by entry of ``lattice.neighbours``, zero where there is no neighbour. Pass both to `ising`.

    Raises
    ------
    TypeError, ValueError
        If the matrix is not real, square, symmetric, finite and zero on its diagonal.

    Examples
    --------
    >>> graph, J = from_couplings([[0, 1, -2], [1, 0, 0], [-2, 0, 0]])
    >>> graph.neighbours
    array([[ 1,  2],
           [ 0, -1],
           [ 0, -1]], dtype=int32)
    >>> J
    array([[ 1., -2.],
           [ 1.,  0.],
           [-2.,  0.]])
    """
    matrix = arguments.real_array("matrix", matrix)
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1] or len(matrix) < 2:
        raise ValueError(f"matrix must be square, (N, N) with N at least 2, got shape {matrix.shape}")
    if not np.array_equal(matrix, matrix.T):
        i, j = np.argwhere(matrix != matrix.T)[0]
        raise ValueError(f"matrix must be symmetric; [{i}, {j}] is {matrix[i, j]:g} but [{j}, {i}] is {matrix[j, i]:g}")
    if matrix.diagonal().any():
        raise ValueError("matrix must be zero on its diagonal: a spin does not couple to itself")
    linked = matrix != 0
    z = int(linked.sum(axis=1).max(initial=0))
    order = np.argsort(~linked, axis=1, kind="stable")[:, :z]
    present = np.take_along_axis(linked, order, axis=1)
    neighbours = np.where(present, order, -1).astype(np.int32)
    table = np.where(present, np.take_along_axis(matrix, order, axis=1), 0.0)
    return Lattice("graph", (len(matrix),), neighbours), table


def bonds(lattice: Lattice) -> np.ndarray:
    """List each bond once.

    Parameters
    ----------
    lattice : Lattice

    Returns
    -------
    (B, 2) int32
        Pairs (i, j) with i < j, in ascending order. A pair with two bonds is listed twice.

    Examples
    --------
    >>> len(bonds(square(3))), len(bonds(square(3, periodic=False)))
    (18, 12)
    """
    row, column = _entries(lattice, forward=True)
    return np.stack([row, lattice.neighbours[row, column]], axis=1).astype(np.int32)


def bond_couplings(lattice: Lattice, values) -> np.ndarray:
    """Lay one coupling per bond out as the table that the `ising` kernels read.

    Parameters
    ----------
    lattice : Lattice
    values : (B,) array_like
        One coupling per row of ``bonds(lattice)``, finite.

    Returns
    -------
    (N, z) float64
        Each value stands at both ends of its bond; zero where there is no neighbour.

    Raises
    ------
    TypeError, ValueError
        If there is not one finite real value per bond.

    Examples
    --------
    >>> bond_couplings(chain(3, periodic=False), [1.0, -2.0])
    array([[ 1.,  0.],
           [-2.,  1.],
           [ 0., -2.]])
    """
    there = _entries(lattice, forward=True)
    back = _entries(lattice, forward=False)
    values = arguments.real_array("values", values, (len(there[0]),), what=" (one for each bond)")
    table = np.zeros(lattice.neighbours.shape)
    table[there] = values
    table[back] = values
    return table


def all_up(lattice: Lattice) -> np.ndarray:
    """Configuration with every spin +1, of shape ``lattice.shape``, int8."""
    return np.ones(lattice.shape, dtype=np.int8)


def random_spins(lattice: Lattice, *, rng: np.random.Generator) -> np.ndarray:
    """Configuration at infinite temperature: each spin -1 or +1 with equal chance, independently.

    Parameters
    ----------
    lattice : Lattice
    rng : numpy.random.Generator

    Returns
    -------
    int8 array of shape ``lattice.shape``

    Examples
    --------
    >>> set(random_spins(square(8), rng=np.random.default_rng(1)).ravel().tolist()) == {-1, 1}
    True
    """
    spins = np.empty(lattice.size, dtype=np.int8)
    fill_random(spins, stream(rng))
    return spins.reshape(lattice.shape)


@kernel
def fill_random(spins, state):
    """Set each of `spins` (N,) int8 to -1 or +1 by the top bit of a random word."""
    for i in range(spins.size):
        spins[i] = np.int8(1) if next_word(state) >> np.uint64(63) else np.int8(-1)


def _from_steps(name: str, shape: tuple[int, ...], steps, periodic: bool) -> Lattice:
    """Table whose columns are the given steps, then the same steps backwards."""
    sites = np.indices(shape)
    columns = []
    for step in [*steps, *[tuple(-d for d in step) for step in steps]]:
        moved = [axis + d for axis, d in zip(sites, step, strict=True)]
        wrapped = [axis % length for axis, length in zip(moved, shape, strict=True)]
        target = np.ravel_multi_index(wrapped, shape)
        if not periodic:
            outside = np.any([m != w for m, w in zip(moved, wrapped, strict=True)], axis=0)
            target = np.where(outside, -1, target)
        columns.append(target.ravel())
    return Lattice(name, shape, np.stack(columns, axis=1).astype(np.int32))


def _entries(lattice: Lattice, *, forward: bool) -> tuple[np.ndarray, np.ndarray]:
    """Rows and columns of the table's entries with i < j (or, backwards, j < i), ordered by the bond they belong to.

    The k-th forward and the k-th backward entry are the two ends of one bond, also where two sites share two bonds.
    """
    row, column = np.nonzero(lattice.neighbours >= 0)
    other = lattice.neighbours[row, column]
    keep = row < other if forward else other < row
    row, column, other = row[keep], column[keep], other[keep]
    order = np.lexsort((np.maximum(row, other), np.minimum(row, other)))
    return row[order], column[order]


def interactions(lattice: Lattice, J, h) -> tuple[np.ndarray | None, np.ndarray | None]:
    """Check J and h. Two numbers give (None, None); otherwise the table of couplings and the array of fields."""
    if np.ndim(J) == 0 and np.ndim(h) == 0:
        arguments.number("J", J)
        arguments.number("h", h)
        return None, None
    shape = lattice.neighbours.shape
    if np.ndim(J) == 0:
        table = np.full(shape, arguments.number("J", J))
    else:
        table = arguments.real_array("J", J, shape, what=" (aligned with the lattice's table of neighbours)")
        if not _symmetric(table, lattice.neighbours):
            raise ValueError("J must give both ends of a bond the same coupling; see lattice.bond_couplings")
    if np.ndim(h) == 0:
        return table, np.full(lattice.size, arguments.number("h", h))
    return table, arguments.real_array("h", h, lattice.shape, what=" (one field for each site)").ravel()


def _symmetric(table: np.ndarray, neighbours: np.ndarray) -> bool:
    """Whether J_ij = J_ji in a table of couplings.

    A symmetric matrix has x.J.y = y.J.x for all x and y. With two vectors that know nothing of J, another one does not,
    and no pair of entries has to be searched for.
    """
    x, y = np.random.default_rng(0).random((2, len(neighbours)))
    table = np.where(neighbours >= 0, table, 0.0)
    there = x @ (table * y[neighbours]).sum(axis=1)
    back = y @ (table * x[neighbours]).sum(axis=1)
    return bool(abs(there - back) <= 1e-12 * np.abs(table).sum())
