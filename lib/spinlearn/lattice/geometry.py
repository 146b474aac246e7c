"""Geometries: which spin is a neighbour of which.

Every geometry is one table of neighbours, so that one kernel runs on all of them. Row i of the table lists the z
neighbours of site i; an open edge has -1 where a neighbour is missing. Sites are numbered in C order, so a
configuration is an array of the lattice's shape and its flattened view is what the table speaks of.

A periodic lattice that is two sites long has two bonds between the same two sites, one each way round. That is the
convention of Kaufman's exact solution, and the table lists both.
"""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from ..core import arguments
from ..core.jit import kernel
from ..core.words import next_word, stream

MOST_SITES = 2**31 - 1


@dataclass(frozen=True, eq=False)
class Lattice:
    """A geometry: its name, the shape of a configuration, and the table of neighbours.

    Kernels trust the table, so it is checked here, at the making, and cannot be written to afterwards.

    Attributes
    ----------
    name : str
    shape : tuple of int
        Shape of an array of spins; N is its product.
    neighbours : (N, z) int32, read-only
        Site numbers, -1 where there is no neighbour. If j stands in row i, then i stands in row j, as often.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, the table does not fit the shape, names a site that is not there or the site
        itself, or is not mutual.

    Examples
    --------
    >>> Lattice("pair", (2,), [[1], [0]])
    Lattice('pair', (2,), z=1)
    """

    name: str
    shape: tuple[int, ...]
    neighbours: np.ndarray

    def __post_init__(self):
        if not isinstance(self.name, str):
            raise TypeError(f"name must be a string, not {type(self.name).__name__}")
        shape = _shape(self.shape, at_least=1)
        table = arguments.as_array("neighbours", self.neighbours)
        n = math.prod(shape)
        if table.ndim != 2 or len(table) != n:
            raise ValueError(f"neighbours must have shape ({n}, z), a row for each site, got {table.shape}")
        if table.dtype.kind not in "iu":
            raise TypeError(f"neighbours must hold whole numbers, not {table.dtype}")
        if table.size and (table.min() < -1 or table.max() >= n):
            raise ValueError(f"neighbours must be from -1 to {n - 1}, got {table.min()} to {table.max()}")
        if (table == np.arange(n)[:, None]).any():
            raise ValueError("neighbours must not name the site itself")
        # Always a copy: a read-only array can still be a window onto one that somebody writes to.
        table = np.array(table, dtype=np.int32, order="C")
        table.setflags(write=False)
        if not _mutual(table):
            raise ValueError("neighbours must be mutual: where j stands in row i, i stands in row j, as often")
        object.__setattr__(self, "shape", shape)
        object.__setattr__(self, "neighbours", table)

    def __reduce__(self):
        return Lattice, (self.name, self.shape, self.neighbours)  # a copy, or one from a file, is checked as well

    def __repr__(self) -> str:
        return f"Lattice({self.name!r}, {self.shape}, z={self.coordination})"

    @property
    def size(self) -> int:
        """Number of sites N."""
        return len(self.neighbours)

    @property
    def coordination(self) -> int:
        """Number of columns z of the table: the neighbours of a site away from any edge."""
        return self.neighbours.shape[1]

    @cached_property
    def degrees(self) -> np.ndarray:
        """How many sites have 0, 1, 2, … neighbours, (degree + 1,) int64."""
        return np.bincount((self.neighbours >= 0).sum(axis=1))

    @property
    def degree(self) -> int:
        """The largest number of neighbours that a site has."""
        return len(self.degrees) - 1

    @cached_property
    def pieces(self) -> int:
        """The number of pieces that no bond connects; a site without neighbours is one."""
        row, column = np.nonzero(self.neighbours >= 0)
        matrix = coo_array((np.ones(row.size, bool), (row, self.neighbours[row, column])), shape=2 * (self.size,))
        return int(connected_components(matrix, directed=False)[0])

    @cached_property
    def is_periodic_square(self) -> bool:
        """Whether the table is, entry by entry, that of ``square(rows, columns)``, whatever the name says."""
        if len(self.shape) != 2 or self.coordination != 4 or min(self.shape) < 2:
            return False
        number = np.arange(self.size, dtype=np.int32).reshape(self.shape)
        steps = ((-1, 0), (-1, 1), (1, 0), (1, 1))  # down, right, up, left: the order of `square`
        return all(
            np.array_equal(self.neighbours[:, k], np.roll(number, shift, axis).ravel())
            for k, (shift, axis) in enumerate(steps)
        )


def checked(lattice) -> Lattice:
    """Return `lattice` if it is one, or say how to make one."""
    if not isinstance(lattice, Lattice):
        raise TypeError(f"lattice must be a Lattice such as lattice.square(8), not {type(lattice).__name__}")
    return lattice


def _shape(shape, *, at_least: int) -> tuple[int, ...]:
    """Check a shape: some axes, each long enough, and no more sites than an int32 can number."""
    if isinstance(shape, str) or not np.iterable(shape):
        raise TypeError(f"shape must be a sequence of whole numbers, not {type(shape).__name__}")
    shape = tuple(arguments.count("every entry of shape", length, at_least=at_least) for length in shape)
    if not shape:
        raise ValueError("shape must name at least one axis, got ()")
    if math.prod(shape) > MOST_SITES:
        raise ValueError(f"shape must have at most {MOST_SITES} sites in all, got {math.prod(shape)}")
    return shape


def _mutual(table: np.ndarray) -> bool:
    """Whether every row names those that name it, as often.

    A matrix A of counts is symmetric if x.A.y = y.A.x for all x and y. For two random vectors of whole numbers modulo
    2**64 an asymmetric one passes with a chance of about 2**-60, and nothing has to be sorted or searched for.
    """
    x, y = np.random.default_rng(0).integers(2**64, size=(2, len(table) + 1), dtype=np.uint64)
    x[-1] = y[-1] = 0  # where the table says -1
    there, back = (
        (one[:-1] * sum(other[column] for column in table.T)).sum(dtype=np.uint64) for one, other in ((x, y), (y, x))
    )
    return bool(there == back)


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
        If `shape` is not a sequence of whole numbers of at least 2 or has too many sites, or `periodic` is no flag.

    Examples
    --------
    >>> hypercubic((3, 3)).neighbours[0]
    array([3, 1, 6, 2], dtype=int32)
    """
    shape = _shape(shape, at_least=2)
    steps = [tuple(int(a == axis) for a in range(len(shape))) for axis in range(len(shape))]
    name = {1: "chain", 2: "square", 3: "cubic"}.get(len(shape), f"{len(shape)}-dimensional hypercubic")
    return _from_steps(name, shape, steps, periodic)


def chain(n: int, *, periodic: bool = True) -> Lattice:
    """Ring (or open chain) of `n` sites, z = 2. See `hypercubic`."""
    n = arguments.count("n", n, at_least=2, at_most=MOST_SITES)
    return hypercubic((n,), periodic=periodic)


def square(rows: int, columns: int | None = None, *, periodic: bool = True) -> Lattice:
    """Square lattice of `rows` × `columns` sites (square if `columns` is left out), z = 4. See `hypercubic`."""
    return hypercubic(_rectangle(rows, columns), periodic=periodic)


def cubic(n: int, *, periodic: bool = True) -> Lattice:
    """Simple cubic lattice of n × n × n sites, z = 6. See `hypercubic`."""
    n = arguments.count("n", n, at_least=2, at_most=1290)  # 1290**3 is the last cube below 2**31
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
    return _from_steps("triangular", _rectangle(rows, columns), [(1, 0), (0, 1), (1, -1)], periodic)


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
    return np.ones(checked(lattice).shape, dtype=np.int8)


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
    spins = np.empty(checked(lattice).size, dtype=np.int8)
    fill_random(spins, stream(rng))
    return spins.reshape(lattice.shape)


@kernel
def fill_random(spins, state):
    """Set each of `spins` (N,) int8 to -1 or +1 by the top bit of a random word."""
    for i in range(spins.size):
        spins[i] = np.int8(1) if next_word(state) >> np.uint64(63) else np.int8(-1)


def _rectangle(rows, columns) -> tuple[int, ...]:
    """Check the two sides of a lattice; it is square if `columns` is None."""
    rows = arguments.count("rows", rows, at_least=2)
    return _shape((rows, rows if columns is None else arguments.count("columns", columns, at_least=2)), at_least=2)


def _from_steps(name: str, shape: tuple[int, ...], steps, periodic: bool) -> Lattice:
    """Table whose columns are the given steps, then the same steps backwards."""
    arguments.flag("periodic", periodic)
    number, axes = np.arange(math.prod(shape), dtype=np.int32).reshape(shape), tuple(range(len(shape)))
    columns = []
    for step in [*steps, *[tuple(-d for d in step) for step in steps]]:
        target = np.roll(number, [-d for d in step], axes)
        for axis in () if periodic else np.flatnonzero(step):
            beyond = slice(-step[axis], None) if step[axis] > 0 else slice(-step[axis])
            np.moveaxis(target, axis, 0)[beyond] = -1
        columns.append(target.ravel())
    return Lattice(name, shape, np.stack(columns, axis=1))


def _entries(lattice: Lattice, *, forward: bool) -> tuple[np.ndarray, np.ndarray]:
    """Rows and columns of the table's entries with i < j (or, backwards, j < i), ordered by the bond they belong to.

    The k-th forward and the k-th backward entry are the two ends of one bond, also where two sites share two bonds.
    """
    row, column = np.nonzero(checked(lattice).neighbours >= 0)
    other = lattice.neighbours[row, column]
    keep = row < other if forward else other < row
    row, column, other = row[keep], column[keep], other[keep]
    order = np.lexsort((np.maximum(row, other), np.minimum(row, other)))
    return row[order], column[order]


def interactions(lattice: Lattice, J, h) -> tuple[np.ndarray | None, np.ndarray | None]:
    """Check a lattice, J and h. Two numbers give (None, None); else the table of couplings and the array of fields."""
    shape = checked(lattice).neighbours.shape
    J, h = (arguments.as_array(name, value) if np.iterable(value) else value for name, value in (("J", J), ("h", h)))
    if np.ndim(J) == 0 and np.ndim(h) == 0:
        strongest = shape[1] * abs(arguments.number("J", J)) + abs(arguments.number("h", h))
        _finite_energy(lattice, strongest)
        return None, None
    if np.ndim(J) == 0:
        table = np.full(shape, arguments.number("J", J))
    else:
        table = arguments.real_array("J", J, shape, what=" (aligned with the lattice's table of neighbours)")
        if not _symmetric(table, lattice):
            raise ValueError("J must give both ends of a bond the same coupling; see lattice.bond_couplings")
    if np.ndim(h) == 0:
        fields = np.full(lattice.size, arguments.number("h", h))
    else:
        fields = arguments.real_array("h", h, lattice.shape, what=" (one field for each site)").ravel()
    _finite_energy(lattice, shape[1] * float(np.abs(table).max(initial=0)) + float(np.abs(fields).max()))
    return table, fields


def _finite_energy(lattice: Lattice, strongest: float) -> None:
    """Refuse couplings and fields whose energies, at most `strongest` for each site, would pass the largest float."""
    if not math.isfinite(4.0 * lattice.size * strongest):
        raise ValueError("J and h must be small enough that every energy is finite, below 1.8e308 in size")


def _symmetric(table: np.ndarray, lattice: Lattice) -> bool:
    """Whether both ends of every bond have the same coupling, digit by digit."""
    there, back = (_entries(lattice, forward=forward) for forward in (True, False))
    one, other = table[there], table[back]
    if np.array_equal(one, other):
        return True
    # Where two sites share two bonds, the two couplings may stand in either order.
    pairs = bonds(lattice).T[::-1]
    return np.array_equal(one[np.lexsort((one, *pairs))], other[np.lexsort((other, *pairs))])
