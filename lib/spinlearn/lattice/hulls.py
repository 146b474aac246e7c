"""Domain walls of the square lattice: what they enclose, and how they wind around the torus.

A domain is a set of equal spins that nearest neighbours connect. Walk along its edge with the domain on the left. The
walk closes, and tells three things: how long the edge is; by how much it has moved on in all, which is whole turns
around the torus; and, if it does not wind, the area to the left of it, by Gauss's formula. A positive area belongs to
the outer edge, the *hull*, and counts the domain with all that is inside it; a negative one to the edge of a hole. A
domain that does not wind has one hull, so there are as many hulls as such domains.

At a corner where four domains meet like the squares of a chessboard the walk turns left, since diagonal neighbours are
not connected. Every wall is walked along twice, with the one domain on the left and with the other.

Where curvature drives the walls, as after a quench, the area A that a hull encloses shrinks at one rate whatever its
shape, dA/dt = -lambda, and the number of hulls per site that enclose more than A is

    N(A, t) = 2 c / (A + lambda t),        c = 1 / (8 pi sqrt 3) = 0.02297                                        (1)

after a quench from infinite temperature, since the domains are soon those of critical percolation, whose hulls have
this c; and c / 2 from Tc. c is universal; lambda belongs to the lattice and its dynamics. For the square lattice at
T = 0 it is exact, too. A wall that makes the angle a with the axes moves at its curvature times
g(a) = 1 / (2 (|cos a| + |sin a|)^2), so lambda is the integral of g over all directions, which is 2, if the sites are
random. If the two colours take turns it is 4: a free corner of a wall then moves as often, but each half-sweep shuffles
neighbouring corners afresh, and they diffuse twice as fast.

References
----------
J. J. Arenzon, A. J. Bray, L. F. Cugliandolo and A. Sicilia, Phys. Rev. Lett. 98, 145701 (2007): equation (1).
A. Sicilia, J. J. Arenzon, A. J. Bray and L. F. Cugliandolo, Phys. Rev. E 76, 061116 (2007): the whole story.
H. Lacoin, F. Simenhaus and F. L. Toninelli, arXiv:1112.3160 (2011): the curvature and g(a), for random sites.
J. Cardy and R. M. Ziff, J. Stat. Phys. 110, 1 (2003): the constant c.
"""

import math
from typing import NamedTuple

import numpy as np

from ..core import arguments
from ..core.jit import kernel

HULL_CONSTANT = 1 / (8 * math.pi * math.sqrt(3))  # c of equation (1)
RATE_OF_SITES, RATE_OF_COLOURS = 2.0, 4.0  # lambda at T = 0: random sites, and one colour after the other


class Walls(NamedTuple):
    """What `walls` returns.

    Attributes
    ----------
    areas : (H,) int64
        Sites enclosed by the hull of each domain that does not wind, the domain and what is inside it.
    lengths : (H,) int64
        Bonds that the hull cuts.
    signs : (H,) int8
        The spin of the domain.
    windings : (W, 2) int64
        Turns down the rows and along the columns of each wall that winds, seen with the domain of +1 on the left.
    """

    areas: np.ndarray
    lengths: np.ndarray
    signs: np.ndarray
    windings: np.ndarray


def walls(spins) -> Walls:
    """Walk along all domain walls of a square torus.

    Parameters
    ----------
    spins : (rows, columns) integer array
        -1 or +1, each side at least 2.

    Returns
    -------
    Walls
        In no particular order. Without a wall all is empty.

    Raises
    ------
    TypeError, ValueError
        If `spins` has the wrong type, shape or values.

    Examples
    --------
    A square of four spins within a sea, which winds both ways and so has no hull:

    >>> spins = np.ones((6, 6), dtype=np.int8)
    >>> spins[2:4, 2:4] = -1
    >>> walls(spins)[:3]
    (array([4]), array([8]), array([-1], dtype=int8))

    Two stripes, with a wall down the rows on either side:

    >>> spins[:, :3], spins[:, 3:] = 1, -1
    >>> walls(spins).windings.tolist()
    [[1, 0], [-1, 0]]
    """
    flat, rows, columns = _sheet(spins)
    seen = np.zeros((flat.size, 4), dtype=np.bool_)
    found = np.empty((2 * flat.size + 2, 5), dtype=np.int64)  # no more than that: each is at least two steps long
    found = found[: trace(flat, rows, columns, seen, found)]
    area, length, down, along, sign = found.T
    winds = (down != 0) | (along != 0)
    hull = ~winds & (area > 0)
    return Walls(
        area[hull].copy(), length[hull].copy(), sign[hull].astype(np.int8), found[winds & (sign > 0)][:, 2:4].copy()
    )


def winding(spins) -> tuple[int, int]:
    """Class of a configuration of the square torus: how its stripes run.

    Parameters
    ----------
    spins : (rows, columns) integer array
        -1 or +1, each side at least 2.

    Returns
    -------
    tuple of int
        (0, 0) if no wall winds; else the turns of every wall that does, down the rows and along the columns, up to a
        common sign, which makes the first that is not 0 positive. (1, 0) are vertical stripes, (0, 1) horizontal ones,
        (1, 1) and (1, -1) diagonal ones. Walls that do not cross wind alike, so there is one class.

    Raises
    ------
    TypeError, ValueError
        If `spins` has the wrong type, shape or values.

    Examples
    --------
    >>> i, j = np.indices((8, 8))
    >>> winding(np.where((i + j) % 8 < 4, 1, -1)), winding(np.where(i < 4, 1, -1)), winding(np.ones((8, 8), dtype=int))
    ((1, -1), (0, 1), (0, 0))
    """
    found = walls(spins).windings
    if not len(found):
        return 0, 0
    a, b = (int(turns) for turns in found[0])
    return (a, b) if (a, b) > (0, 0) else (-a, -b)


def spanning(spins) -> tuple[int, int]:
    """Class of a configuration with open edges: whether stripes run from edge to edge.

    Parameters
    ----------
    spins : (rows, columns) integer array
        -1 or +1.

    Returns
    -------
    tuple of int
        (1, 0) where some domain reaches from the first row to the last, and none from the first column to the last;
        (0, 1) the other way round; (0, 0) where there is both or neither. Neither happens only where domains meet at
        corners, never in a state that has come to rest.

    Raises
    ------
    TypeError, ValueError
        If `spins` has the wrong type, shape or values.

    Examples
    --------
    >>> spanning([[1, -1], [1, -1]]), spanning([[1, 1], [-1, -1]]), spanning([[1, 1], [1, -1]])
    ((1, 0), (0, 1), (0, 0))
    """
    flat, rows, columns = _sheet(spins)
    queue, reached = np.empty(flat.size, dtype=np.int64), np.empty(flat.size, dtype=np.bool_)
    down = reaches(flat, rows, columns, 1, columns, queue, reached)
    along = reaches(flat, rows, columns, columns, 1, queue, reached)
    return (int(down), int(along)) if down != along else (0, 0)


def hull_density(areas, sites: int, A) -> np.ndarray:
    """Number of hulls per site that enclose more than an area.

    Parameters
    ----------
    areas : (H,) array_like
        Of all hulls, such as `Walls.areas`, of one configuration or of many.
    sites : int
        Sites in all these configurations together, above 0.
    A : array_like
        Areas.

    Returns
    -------
    float64 of the shape of `A`

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range.

    Examples
    --------
    >>> hull_density([1, 4, 4, 9], 100, [0, 1, 4, 9])
    array([0.04, 0.03, 0.01, 0.  ])
    """
    areas, A = arguments.real_array("areas", areas).ravel(), arguments.real_values("A", A)
    sites = arguments.count("sites", sites, at_least=1)
    return (areas.size - np.searchsorted(np.sort(areas), A, side="right")) / sites


def hull_law(A, t: float, *, rate: float, critical: bool = False):
    """Equation (1): hulls per site that enclose more than A, a time t after a quench.

    Parameters
    ----------
    A : float or array
        Area in sites, above 0.
    t : float
        Time in sweeps, at least 0.
    rate : float
        lambda, what a hull loses of its area in one sweep, at least 0.
    critical : bool
        Whether the quench began at Tc, and not at infinite temperature.

    Returns
    -------
    float64 of the shape of `A`

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> float(hull_law(100.0, 50.0, rate=2.0).round(6))
    0.00023
    """
    A = arguments.real_values("A", A)
    if not (A > 0).all():
        raise ValueError(f"A must be greater than 0, got {A.min()}")
    t, rate = arguments.number("t", t, at_least=0), arguments.number("rate", rate, at_least=0)
    c = HULL_CONSTANT / 2 if arguments.flag("critical", critical) else HULL_CONSTANT
    with np.errstate(over="ignore"):
        return (2 * c / (A + rate * t))[()]


def _sheet(spins) -> tuple[np.ndarray, int, int]:
    """Check a configuration of a square lattice; return it flat, and its sides."""
    spins = arguments.as_array("spins", spins)
    if spins.ndim != 2 or min(spins.shape) < 2:
        raise ValueError(f"spins must have shape (rows, columns), each at least 2, got {spins.shape}")
    return arguments.spins(spins), *spins.shape


@kernel
def beside(i, direction, rows, columns):
    """The site to the right, above, to the left or below (0 to 3), on the torus."""
    row, column = i // columns, i % columns
    if direction == 0:
        column = column + 1 if column + 1 < columns else 0
    elif direction == 1:
        row = row - 1 if row else rows - 1
    elif direction == 2:
        column = column - 1 if column else columns - 1
    else:
        row = row + 1 if row + 1 < rows else 0
    return row * columns + column


@kernel
def trace(spins, rows, columns, seen, found):
    """Walk along every wall with the domain on the left; a row of `found` for each: area, length, turns, sign.

    `seen` (N, 4) says which sides of which sites have been walked along. Returns the number of rows filled. A wall on
    the side `d` of a site is walked along in the direction d + 1, counterclockwise around the site.
    """
    number = 0
    for start in range(spins.size):
        for side in range(4):
            if seen[start, side] or spins[beside(start, side, rows, columns)] == spins[start]:
                continue
            i, d = start, side
            x, y, area, length = 0, 0, 0, 0  # y upwards
            while not seen[i, d]:
                seen[i, d] = True
                length += 1
                if d == 0:
                    y += 1
                    area += x
                elif d == 1:
                    x -= 1
                elif d == 2:
                    y -= 1
                    area -= x
                else:
                    x += 1
                ahead = (d + 1) % 4
                a = beside(i, ahead, rows, columns)
                if spins[a] != spins[i]:
                    d = ahead
                else:
                    b = beside(a, d, rows, columns)
                    if spins[b] != spins[i]:
                        i = a
                    else:
                        i, d = b, (d + 3) % 4
            found[number, 0], found[number, 1] = area, length
            found[number, 2], found[number, 3] = -y // rows, x // columns
            found[number, 4] = spins[start]
            number += 1
    return number


@kernel
def reaches(spins, rows, columns, step, stride, queue, reached):
    """Whether a domain reaches from the first line to the last; `step` leads along a line, `stride` to the next."""
    lines, length = (rows, columns) if stride == columns else (columns, rows)
    reached[:] = False
    tail = 0
    for k in range(length):
        queue[tail] = k * step
        reached[k * step] = True
        tail += 1
    head = 0
    while head < tail:
        i = queue[head]
        head += 1
        line, place = i // stride % lines, i // step % length
        if line == lines - 1:
            return True
        for move in range(4):
            if (move == 0 and place == 0) or (move == 1 and place == length - 1) or (move == 2 and line == 0):
                continue
            j = i + (-step if move == 0 else step if move == 1 else -stride if move == 2 else stride)
            if not reached[j] and spins[j] == spins[i]:
                reached[j] = True
                queue[tail] = j
                tail += 1
    return False
