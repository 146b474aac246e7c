"""A magnet quenched to zero temperature: where it comes to rest, and whether it does.

At T = 0 a spin turns if that gains energy, tosses a coin if it costs nothing, and else stays. Soon hardly any spin may
turn, and offering all of them a chance is a waste. So the spins that may are kept in two lists, those that gain and
those that are free, and the next event is drawn from these alone, after a waiting time that is exponential with the
rate W = n_gain + n_free / 2: Glauber's dynamics in continuous time, in which each spin is asked once per unit of time
on average. That unit is a sweep. When both lists are empty the magnet is frozen, and the run is over.

On a torus it freezes with all spins alike, or in straight stripes around it. Stripes that wind both ways, diagonal
ones, have edges all of whose corners are free: they wander, and last very much longer than anything else before the
ground state is reached. A run may be capped, and then says that it has not finished.

Which way it goes is settled early on: soon after the quench the domains look like the clusters of critical percolation,
and how these wind decides. So the chances are known, on a torus of any shape and on an open square.

References
----------
A. B. Bortz, M. H. Kalos and J. L. Lebowitz, J. Comput. Phys. 17, 10 (1975): only events that happen.
V. Spirin, P. L. Krapivsky and S. Redner, Phys. Rev. E 63, 036118 (2001): stripes, and diagonal ones.
K. Barros, P. L. Krapivsky and S. Redner, Phys. Rev. E 80, 040101 (2009): their chances, from percolation.
J. Olejarz, P. L. Krapivsky and S. Redner, Phys. Rev. Lett. 109, 195702 (2012): all windings.
H. T. Pinson, J. Stat. Phys. 75, 1167 (1994): windings of critical percolation on a torus.
"""

import math
from typing import NamedTuple

import numpy as np

from ..core import arguments
from ..core.jit import kernel
from ..core.progress import Interrupted, keeping, watched
from ..core.words import random_site, stream, uniform
from . import ising
from .geometry import Lattice, checked, random_spins, square
from .hulls import spanning, winding

FREE, GAIN = 0, 1  # the two lists
OPEN_STRIPES = 0.5 - math.sqrt(3) / (2 * math.pi) * math.log(27 / 16)  # chance of stripes on an open square


class Frozen(NamedTuple):
    """What `quench` returns.

    Attributes
    ----------
    spins : int8 array of the lattice's shape
        The configuration at the end.
    e : float
        Energy per spin at the end.
    time : float
        Sweeps until the last flip.
    finished : bool
        Whether no spin can turn any more. If not, the cap was reached first.
    flips : int
        How many spins have turned.
    """

    spins: np.ndarray
    e: float
    time: float
    finished: bool
    flips: int


class Fates(NamedTuple):
    """What `fates` returns, one entry for each run.

    Attributes
    ----------
    early : (runs, 2) int64
        Class at the time `look`, as `hulls.winding` has it, or `hulls.spanning` where the edges are open.
    final : (runs, 2) int64
        Class at the end. (0, 0) is the ground state where the run has finished.
    time : (runs,) float64
        Sweeps until the last flip.
    finished : (runs,) bool
        Whether the run has come to rest before the cap.
    m : (runs,) float64
        Magnetisation per spin at the end. Up, down and striped are about a third each.
    """

    early: np.ndarray
    final: np.ndarray
    time: np.ndarray
    finished: np.ndarray
    m: np.ndarray


class Census(NamedTuple):
    """What `census` returns: how many runs are of each kind; together they are all.

    Attributes
    ----------
    ground, horizontal, vertical, diagonal : int
        No winding, (0, 1), (1, 0), and all others.
    """

    ground: int
    horizontal: int
    vertical: int
    diagonal: int


def quench(
    spins,
    lattice: Lattice,
    *,
    cap: int,
    J: float = 1.0,
    progress: bool | None = None,
    rng: np.random.Generator,
) -> Frozen:
    """Run Glauber's dynamics at zero temperature until nothing moves, or until a cap.

    Parameters
    ----------
    spins : integer array of shape ``lattice.shape``
        The start, -1 or +1. It is left as it is.
    lattice : Lattice
        With open edges or without.
    cap : int
        Most sweeps, at least 1. The run ends with the last flip before it.
    J : float
        Coupling of every bond, above 0. It is only the unit of energy.
    progress : bool, optional
        True shows a bar, False none. Left out: one where somebody watches, if it takes more than two seconds.
    rng : numpy.random.Generator
        Advanced by one draw.

    Returns
    -------
    Frozen

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range; nothing has been changed then, and `rng` not advanced.
    spinlearn.core.progress.Interrupted
        At Ctrl-C. Its attribute `run` is the `Frozen` so far.

    Examples
    --------
    A lone spin turns after one sweep on average; straight stripes never move.

    >>> sheet = square(4)
    >>> lone = np.ones((4, 4), dtype=np.int8)
    >>> lone[1, 2] = -1
    >>> run = quench(lone, sheet, cap=100, rng=np.random.default_rng(1))
    >>> run.e, run.finished, run.flips
    (-2.0, True, 1)
    >>> stripes = np.repeat([[1, 1, -1, -1]], 4, axis=0)
    >>> quench(stripes, sheet, cap=100, rng=np.random.default_rng(1))[1:]
    (-1.0, 0.0, True, 0)
    """
    flat = arguments.spins(spins, checked(lattice).shape).copy()
    cap, J = arguments.count("cap", cap, at_least=1, at_most=2**53), arguments.number("J", J, above=0)
    arguments.flag("progress", progress, optional=True)
    state = stream(rng)
    n = lattice.size
    lists, places, sizes = np.empty((2, n), dtype=np.int64), np.empty((2, n), dtype=np.int64), np.zeros(2, np.int64)
    clock, flips = np.array([0.0, -1.0]), np.zeros(1, dtype=np.int64)
    places[:] = -1
    for i in range(0, n, 2**20):  # large lattices in parts, so that Ctrl-C is heard
        sort_sites(i, min(n, i + 2**20), flat, lattice.neighbours, lists, places, sizes)

    def finished() -> Frozen:
        e = -J * ising.bond_total(flat, lattice.neighbours) / n
        return Frozen(flat.reshape(lattice.shape), float(e), float(clock[0]), bool(sizes.sum() == 0), int(flips[0]))

    with keeping(finished):
        for part in watched(cap, progress):
            go_on(flat, lattice.neighbours, lists, places, sizes, clock, float(part.stop), flips, state)
            if not sizes.any():
                break
    return finished()


def fates(
    side: int,
    runs: int,
    *,
    periodic: bool = True,
    cap: int,
    look: int | None = None,
    progress: bool | None = None,
    rng: np.random.Generator,
) -> Fates:
    """Quench square lattices from infinite temperature to zero, and sort them by how their stripes run.

    Parameters
    ----------
    side : int
        Sites along each edge, from 2 to 4096.
    runs : int
        How many, at least 1.
    periodic : bool
        Whether opposite edges are joined.
    cap : int
        Most sweeps of a run, above `look`. A diagonal stripe may need side**3.5 of them.
    look : int, optional
        Sweeps after which the class is taken for the first time. Left out, side**2 / 8 (rounded up), when which way
        the stripes run is settled, and those that will not last are still there.
    progress
        As for `quench`; the bar counts runs.
    rng : numpy.random.Generator
        Advanced by three draws for each run.

    Returns
    -------
    Fates

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range; `rng` is not advanced then.
    spinlearn.core.progress.Interrupted
        At Ctrl-C. Its attribute `run` is the `Fates` of the runs that were finished.

    Examples
    --------
    >>> end = fates(16, 100, cap=200_000, rng=np.random.default_rng(1))
    >>> census(end.early), bool(end.finished.all())
    (Census(ground=72, horizontal=12, vertical=16, diagonal=0), True)
    """
    side = arguments.count("side", side, at_least=2, at_most=4096)
    runs = arguments.count("runs", runs, at_least=1)
    look = (side**2 + 7) // 8 if look is None else arguments.count("look", look, at_least=1)
    cap = arguments.count("cap", cap, at_least=1, at_most=2**53)
    if cap <= look:
        raise ValueError(f"cap must be greater than look = {look}, got {cap}")
    lattice = square(side, periodic=periodic)
    kind = winding if periodic else spanning
    arguments.flag("progress", progress, optional=True)
    arguments.generator(rng)
    early, final = np.zeros((2, runs, 2), dtype=np.int64)
    time, m, rested, done = np.zeros(runs), np.zeros(runs), np.zeros(runs, dtype=bool), 0

    def finished() -> Fates:
        return Fates(early[:done], final[:done], time[:done], rested[:done], m[:done])

    with keeping(finished):
        for part in watched(runs, progress):
            for k in range(part.start, part.stop):
                try:
                    first = quench(random_spins(lattice, rng=rng), lattice, cap=look, progress=False, rng=rng)
                    last = quench(first.spins, lattice, cap=cap - look, progress=False, rng=rng)
                except Interrupted:  # within a run: that one is lost, those before it are not
                    raise KeyboardInterrupt from None
                early[k], final[k] = kind(first.spins), kind(last.spins)
                time[k] = look + last.time if last.flips else first.time
                m[k] = last.spins.mean()
                rested[k], done = last.finished, k + 1
    return finished()


def census(classes) -> Census:
    """Count classes by kind.

    Parameters
    ----------
    classes : (runs, 2) integer array
        Such as `Fates.final`.

    Returns
    -------
    Census

    Raises
    ------
    TypeError, ValueError
        If `classes` does not hold pairs of whole numbers.

    Examples
    --------
    >>> census([[0, 0], [0, 1], [1, 1], [1, -1]])
    Census(ground=1, horizontal=1, vertical=0, diagonal=2)
    """
    array = arguments.as_array("classes", classes)
    if array.dtype.kind not in "iu":
        raise TypeError(f"classes must hold whole numbers, not {array.dtype}")
    if array.ndim != 2 or array.shape[1] != 2:
        raise ValueError(f"classes must have shape (runs, 2), got {array.shape}")
    down, along = array[:, 0] != 0, array[:, 1] != 0
    counts = (~down & ~along, ~down & along, down & ~along, down & along)
    return Census(*(int(one.sum()) for one in counts))


def diagonal(side: int) -> np.ndarray:
    """Two diagonal stripes that fill a square torus, the start of the longest-lived states; (side, side) int8.

    Parameters
    ----------
    side : int
        Even, from 4 to 4096.

    Raises
    ------
    TypeError, ValueError
        If `side` is no such number.

    Examples
    --------
    >>> winding(diagonal(8))
    (1, -1)
    """
    side = arguments.count("side", side, at_least=4, at_most=4096)
    if side % 2:
        raise ValueError(f"side must be even, got {side}")
    i, j = np.indices((side, side))
    return np.where((i + j) % side < side // 2, 1, -1).astype(np.int8)


def percolation_winding(a: int, b: int, *, aspect: float = 1.0) -> float:
    """Chance that the cluster boundaries of critical percolation on a torus wind a times down and b times along.

    With z_n the Coulomb gas's sum over a field that gains n on each of the pairs of winding walls, n steps in all,

        z_n = sqrt(2 / (3 r)) exp(-(2 pi / 3) n^2 |a i r + b|^2 / r) / |eta(i r)|^2,
        P(a, b) = sum over n from 1 of z_n 2 [cos(2 pi n / 3) - (-1)^n],

    where 2^k cos^k of pi / 3 counts k walls with the weight 1 and of pi / 2 with the weight 0.

    Parameters
    ----------
    a, b : int
        Turns, without a common divisor, not both 0. (a, b) and (-a, -b) are one class.
    aspect : float
        r, rows over columns, from 0.01 to 100.

    Returns
    -------
    float

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> print([round(percolation_winding(*turns), 5) for turns in ((1, 0), (0, 1), (1, 1), (1, -1), (2, 1))])
    [0.16942, 0.16942, 0.02098, 0.02098, 4e-05]
    """
    a, b = (arguments.count(name, turns, at_least=-1000, at_most=1000) for name, turns in (("a", a), ("b", b)))
    if math.gcd(a, b) != 1:
        raise ValueError(f"a and b must have no common divisor, got ({a}, {b})")
    r = arguments.number("aspect", aspect, at_least=0.01)
    if r > 100:
        raise ValueError(f"aspect must be at most 100, got {aspect}")
    n = np.arange(1.0, 100.0)
    exponent = -(2 * math.pi / 3) * n**2 * (a**2 * r + b**2 / r)
    # |eta(i r)|^2 from whichever of r and 1 / r converges fast, since eta(i / r) = sqrt(r) eta(i r).
    s = max(r, 1 / r)
    log_eta = -math.pi * s / 6 + 2 * np.log1p(-np.exp(-2 * math.pi * s * n)).sum() + (math.log(s) if r < 1 else 0.0)
    weights = 2 * (np.cos(2 * math.pi * n / 3) - (-1) ** n)
    return float(math.sqrt(2 / (3 * r)) * (weights * np.exp(exponent - log_eta)).sum())


@kernel
def put(i, kind, lists, places, sizes):
    """Enter site i in a list, or take it out of the other; `kind` is FREE, GAIN, or -1 for neither."""
    for one in range(2):
        place = places[one, i]
        if one == kind:
            if place < 0:
                places[one, i] = sizes[one]
                lists[one, sizes[one]] = i
                sizes[one] += 1
        elif place >= 0:
            sizes[one] -= 1
            last = lists[one, sizes[one]]
            lists[one, place] = last
            places[one, last] = place
            places[one, i] = -1


@kernel
def sort_site(i, spins, neighbours, lists, places, sizes):
    """Put site i where it belongs."""
    gain = spins[i] * ising.sum_of_neighbours(i, spins, neighbours)
    put(i, GAIN if gain < 0 else FREE if gain == 0 else -1, lists, places, sizes)


@kernel
def sort_sites(first, last, spins, neighbours, lists, places, sizes):
    """Put the sites from `first` to `last` - 1 where they belong."""
    for i in range(first, last):
        sort_site(i, spins, neighbours, lists, places, sizes)


@kernel
def wait(sizes, clock, state):
    """Draw the time of the next event."""
    clock[1] = clock[0] - math.log(1.0 - uniform(state)) / (sizes[GAIN] + 0.5 * sizes[FREE])


@kernel
def go_on(spins, neighbours, lists, places, sizes, clock, until, flips, state):
    """Go on to the time `until`, or until nothing can move.

    `clock` (2,) float64 is the time of the last event and of the next, below 0 where that is not drawn yet.
    """
    if clock[1] < 0 and sizes[FREE] + sizes[GAIN]:
        wait(sizes, clock, state)
    while sizes[FREE] + sizes[GAIN] and clock[1] <= until:
        rate = sizes[GAIN] + 0.5 * sizes[FREE]
        kind = GAIN if uniform(state) * rate < sizes[GAIN] else FREE
        if sizes[kind] == 0:  # a product that was rounded up
            kind = 1 - kind
        i = lists[kind, random_site(sizes[kind], state)]
        spins[i] = -spins[i]
        flips[0] += 1
        sort_site(i, spins, neighbours, lists, places, sizes)
        for k in range(neighbours.shape[1]):
            j = neighbours[i, k]
            if j >= 0:
                sort_site(j, spins, neighbours, lists, places, sizes)
        clock[0] = clock[1]
        if sizes[FREE] + sizes[GAIN]:
            wait(sizes, clock, state)
