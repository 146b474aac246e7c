"""Cluster algorithms for the ferromagnet without a field, on any geometry: Wolff, and Swendsen and Wang.

Near the critical point domains of all sizes form, and single flips move their borders slowly. These algorithms flip
whole clusters. Between two neighbours that are equal a bond is laid with probability

    p = 1 - exp(-2 J / T)          (2 J, because a broken bond costs 2 J more than a whole one)

and sites that bonds connect are a cluster. Swendsen and Wang lay bonds everywhere and turn each cluster over with
probability 1/2. Wolff grows one cluster from a site drawn at random and always turns it over. Both keep the Boltzmann
law: the choice of the bonds makes up for the energy of the cluster's surface, so that no turn has to be refused. That
works as long as a turned cluster has the same energy inside, so not in a field.

Wolff's cluster measures the susceptibility as it goes: it holds a given site with a probability that the correlations
fix, so that in equilibrium the mean of the cluster's size is N <m**2>, and chi = <size> / T without a field (the
improved estimator).

Random numbers for bonds have 32 bits, so p is exact to 2**-33.

References
----------
C. M. Fortuin and P. W. Kasteleyn, Physica 57, 536 (1972): bonds and spins.
R. H. Swendsen and J.-S. Wang, Phys. Rev. Lett. 58, 86 (1987).
U. Wolff, Phys. Rev. Lett. 62, 361 (1989).
"""

from typing import NamedTuple

import numpy as np

from ..core import arguments
from ..core.jit import kernel
from ..core.progress import keeping, watched
from ..core.words import GOLDEN, next_word, random_site, splitmix64, stream
from .geometry import Lattice, checked, interactions
from .ising import Run, bond_total, is_too_short

_HALF_WORD = np.uint64(2**32 - 1)

MOST = 2**22  # sites that join in one call of a kernel; their number varies from cluster to cluster by a lot

# The kernels below make their indices unsigned: numba checks every signed one for being negative, and at five or ten
# nanoseconds a site that check is felt.


class WolffRun(NamedTuple):
    """What `wolff` returns.

    Attributes
    ----------
    spins : int8 array of the lattice's shape
        The configuration after the last step.
    e : (records,) float64
        Energy per spin after every recorded step.
    m : (records,) float64
        Magnetisation per spin after every recorded step.
    sizes : (steps,) int64
        Number of sites of each cluster. In equilibrium the mean is N <m**2>, and chi = sizes.mean() / T.
    """

    spins: np.ndarray
    e: np.ndarray
    m: np.ndarray
    sizes: np.ndarray


class Cluster(NamedTuple):
    """What `grow` returns.

    Attributes
    ----------
    spins : int8 array of the lattice's shape
        The configuration with the cluster turned over.
    sites : (size,) int32
        The cluster's sites, numbered as in the lattice's table, in the order in which they joined.
    """

    spins: np.ndarray
    sites: np.ndarray


class Growing(NamedTuple):
    """What stays the same in a run of Wolff's: the lattice (`columns` of a periodic square, else 0), and a queue."""

    neighbours: np.ndarray
    columns: int
    threshold: np.uint64
    every: int
    queue: np.ndarray


class Cutting(NamedTuple):
    """What stays the same in a run of Swendsen and Wang's: the lattice, and room for labels, parents and coins."""

    neighbours: np.ndarray
    columns: int
    threshold: np.uint64
    every: int
    labels: np.ndarray
    parents: np.ndarray
    turns: np.ndarray


def bond_probability(T: float, *, J: float = 1.0) -> float:
    """Probability 1 - exp(-2 J / T) of a bond between two equal neighbours.

    Parameters
    ----------
    T, J : float
        Both above 0.

    Returns
    -------
    float

    Raises
    ------
    TypeError, ValueError
        If `T` or `J` is not a number above 0.

    Examples
    --------
    At the critical point of the square lattice:

    >>> from spinlearn.exact import critical_temperature
    >>> round(bond_probability(critical_temperature()), 6)
    0.585786
    """
    J = arguments.number("J", J)
    if J <= 0:
        raise ValueError(f"J must be greater than 0 (clusters of equal spins need a ferromagnet), got {J:g}")
    return float(-np.expm1(-2 * (J / arguments.temperature(T))))


def wolff(
    spins,
    lattice: Lattice,
    T: float,
    steps: int,
    *,
    J: float = 1.0,
    every: int = 1,
    progress: bool | None = None,
    rng: np.random.Generator,
) -> WolffRun:
    """Turn over one cluster after another, each grown from a site drawn at random.

    Parameters
    ----------
    spins : integer array of shape ``lattice.shape``
        The start, -1 or +1. It is left as it is.
    lattice : Lattice
        Any geometry that has bonds. Without any, every step would turn exactly one spin, and the number of spins up
        would change its parity with every step, for ever.
    T : float
        Temperature, above 0 and not so high that the bond probability is below 2**-33: then there are no bonds either.
        Where T is merely far above J, the parity lasts for a time of the order of T / J steps. On a lattice of several
        pieces every step turns one piece as a whole where T is low, so that the number of turned pieces has such a
        parity, too. A run that is too short to forget either is refused.
    steps : int
        How many clusters. Their size grows from a few sites far above the critical temperature to nearly all far below.
    J : float
        One coupling for all bonds, above 0.
    every : int
        Record after every so many steps. A record takes a look at the whole lattice: where clusters are small, choose
        `every` so large that they cover about the lattice in between.
    progress : bool, optional
        True shows a bar, False none. Left out: one where somebody watches, if it takes more than two seconds.
    rng : numpy.random.Generator
        Advanced by one draw. The same Generator state gives the same run on every machine.

    Returns
    -------
    WolffRun
        ``spins``, ``steps // every`` records of ``e`` and ``m`` per spin, and the ``sizes`` of all clusters.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range; nothing has been changed then, and `rng` not advanced.
    spinlearn.core.progress.Interrupted
        At Ctrl-C. Its attribute `run` is the `WolffRun` so far, after the last complete step.

    Examples
    --------
    >>> from spinlearn.lattice import all_up, triangular
    >>> run = wolff(all_up(triangular(16)), triangular(16), T=3.6, steps=100, rng=np.random.default_rng(1))
    >>> run.m.shape, run.sizes.shape
    ((100,), (100,))
    """
    flat, J, threshold = _start(spins, lattice, T, J)
    steps = arguments.count("steps", steps)
    every = arguments.count("every", every, at_least=1)
    if not lattice.degree or not threshold:
        why = "lattice must have bonds" if not lattice.degree else f"T must be so low that bonds are laid, got {T}"
        raise ValueError(f"{why}: single spins, each turned in its turn, never reach half of the states")
    _refuse_a_rhythm(lattice, T, J, steps)
    arguments.flag("progress", progress, optional=True)
    n, records = lattice.size, steps // every
    sizes = arguments.room((steps,), np.int64, steps=steps)
    bond_sums, spin_sums = arguments.room((2, records), np.int64, steps=steps)
    state = stream(rng)

    # Complete steps; where the queue of the cluster at work starts and stops; the sum of the spins without it.
    clock = np.array([0, 0, 0, flat.sum(dtype=np.int64)])
    queue = np.empty(n + 1, dtype=np.int32)
    system = Growing(lattice.neighbours, _columns(lattice), threshold, every, queue)

    def finished() -> WolffRun:
        if clock[1] < clock[2]:  # stopped within a cluster: as if it had never begun
            flat[queue[: clock[2]]] *= -1
        done = slice(clock[0] // every)
        spins = flat.reshape(lattice.shape)
        return WolffRun(spins, -J * bond_sums[done] / n, spin_sums[done] / n, sizes[: clock[0]])

    with keeping(finished):
        for part in watched(steps, progress):
            while clock[0] < part.stop:
                run_wolff(system, part.stop, flat, state, clock, sizes, bond_sums, spin_sums)
    return finished()


def swendsen_wang(
    spins,
    lattice: Lattice,
    T: float,
    sweeps: int,
    *,
    J: float = 1.0,
    every: int = 1,
    progress: bool | None = None,
    rng: np.random.Generator,
) -> Run:
    """Cut the whole lattice into clusters and turn each of them over with probability 1/2, again and again.

    Parameters
    ----------
    spins, lattice, T, J, progress, rng
        As for `wolff`; here the lattice need not have bonds, and T may be as high as you like.
    sweeps : int
        How many times.
    every : int
        Record after every so many sweeps.

    Returns
    -------
    ising.Run
        ``spins``, and ``sweeps // every`` records of ``e`` and ``m`` per spin.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range; nothing has been changed then, and `rng` not advanced.
    spinlearn.core.progress.Interrupted
        At Ctrl-C. Its attribute `run` is the `ising.Run` so far.

    Examples
    --------
    >>> from spinlearn.lattice import all_up, cubic
    >>> run = swendsen_wang(all_up(cubic(8)), cubic(8), T=4.5, sweeps=100, rng=np.random.default_rng(1))
    >>> run.m.shape
    (100,)
    """
    flat, J, threshold = _start(spins, lattice, T, J)
    sweeps = arguments.count("sweeps", sweeps)
    every = arguments.count("every", every, at_least=1)
    arguments.flag("progress", progress, optional=True)
    bond_sums, spin_sums = arguments.room((2, sweeps // every), np.int64, sweeps=sweeps)
    state = stream(rng)

    n, clock = lattice.size, np.zeros(1, dtype=np.int64)
    labels, parents = np.empty((2, n), dtype=np.int32)
    turns = np.empty(n, dtype=np.int8)
    system = Cutting(lattice.neighbours, _columns(lattice), threshold, every, labels, parents, turns)

    def finished() -> Run:
        done = slice(clock[0] // every)
        return Run(flat.reshape(lattice.shape), -J * bond_sums[done] / n, spin_sums[done] / n)

    with keeping(finished):
        for part in watched(sweeps, progress):
            run_swendsen_wang(system, part.stop, flat, state, clock, bond_sums, spin_sums)
    return finished()


def grow(spins, lattice: Lattice, T: float, *, site: int, J: float = 1.0, rng: np.random.Generator) -> Cluster:
    """Grow one of Wolff's clusters and tell in which order the sites joined.

    Parameters
    ----------
    spins, lattice, T, J, rng
        As for `wolff`.
    site : int
        Where it starts, from 0 to N - 1.

    Returns
    -------
    Cluster
        The configuration afterwards, and the ``sites``, first to last.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range; nothing has been changed then, and `rng` not advanced.

    Examples
    --------
    At a very low temperature the cluster is the whole lattice, ring after ring:

    >>> from spinlearn.lattice import all_up, chain
    >>> grow(all_up(chain(6)), chain(6), T=0.01, site=2, rng=np.random.default_rng(1)).sites
    array([2, 3, 1, 4, 0, 5], dtype=int32)
    """
    flat, _, threshold = _start(spins, lattice, T, J)
    site = arguments.count("site", site)
    if site >= lattice.size:
        raise ValueError(f"site must be below the number of sites {lattice.size}, got {site}")
    state = stream(rng)
    queue, ends = np.empty(lattice.size + 1, dtype=np.int32), np.zeros(2, dtype=np.int64)
    begin(flat, site, queue, ends)
    advance(flat, lattice.neighbours, threshold, state, queue, ends, lattice.size)
    return Cluster(flat.reshape(lattice.shape), queue[: ends[1]].copy())


def _start(spins, lattice, T, J) -> tuple[np.ndarray, float, np.uint64]:
    """Check what all three share; return a flat copy of the spins, J, and the bond probability in units of 2**-32."""
    flat = arguments.spins(spins, checked(lattice).shape).copy()
    threshold = np.uint64(round(bond_probability(T, J=J) * 2**32))
    interactions(lattice, J, 0.0)
    return flat, float(J), threshold


def _refuse_a_rhythm(lattice: Lattice, T, J: float, steps: int) -> None:
    """Refuse a run of Wolff's that is too short to forget a parity which every step changes, see `wolff`."""
    x = 2 * (J / float(T))
    share, degrees = lattice.degrees / lattice.size, np.arange(lattice.degree + 1)
    # A chance in every step that the cluster is more than its first site, from above.
    if is_too_short(steps, -np.expm1(-x) * (share @ degrees)):
        raise ValueError(
            f"T must be so low, or steps so many, that bonds are laid, got T = {T} and {steps} steps: single spins, "
            "each turned in its turn, hardly reach half of the states"
        )
    # And the chance that it leaves out a site of its piece: all bonds of that are missing.
    left_out = share[1:] @ np.exp(-x * degrees[1:])
    if is_too_short(steps, left_out) and lattice.pieces > 1:
        raise ValueError(
            f"T must be so high, or steps so many, that clusters break, got T = {T} and {steps} steps on a lattice of "
            f"{lattice.pieces} pieces: whole pieces, each turned in its turn, hardly reach half of the states"
        )


def _columns(lattice: Lattice) -> int:
    """Number of columns of a periodic square lattice, whose neighbours need no table; 0 for all else."""
    return lattice.shape[1] if lattice.is_periodic_square else 0


@kernel
def begin(spins, site, queue, ends):
    """Turn `site` over and make it the whole of the queue.

    `ends` (2,) int64 says where the queue starts and stops.
    """
    spins[site] = -spins[site]
    queue[0] = site
    ends[0], ends[1] = 0, 1


@kernel
def ask(j, was, draw, threshold, spins, queue, tail):
    """Ask site j to join.

    If its spin is still `was` and the 32-bit `draw` lays a bond, turn it over and queue it.
    No `if`: a processor cannot guess the answer. Site j is written behind the queue's
    end, and stays if that moves.
    """
    s = spins[j]
    joins = (s == was) & (draw < threshold)
    spins[j] = -was if joins else s
    queue[tail] = j
    return tail + np.uint64(joins)


@kernel
def advance(spins, neighbours, threshold, state, queue, ends, most):
    """Let up to `most` sites of the queue ask their neighbours.

    The cluster is complete when ``ends[0] == ends[1]``. spins (N,) int8,
    neighbours (N, z) int32, state (4,) uint64 of xoshiro256++, queue (N + 1,) int32.
    """
    head, tail = np.uint64(ends[0]), np.uint64(ends[1])
    stop = head + np.uint64(most)
    while head < min(tail, stop):
        i = queue[head]
        head += np.uint64(1)
        was = -spins[i]
        word = np.uint64(0)
        for k in range(neighbours.shape[1]):
            word = word >> np.uint64(32) if k % 2 else next_word(state)
            j = neighbours[i, k]
            if j >= 0:
                tail = ask(j, was, word & _HALF_WORD, threshold, spins, queue, tail)
    ends[0], ends[1] = head, tail


@kernel
def advance_square(spins, columns, threshold, state, queue, ends, most):
    """What `advance` does, for a periodic square lattice: the same cluster, without a table."""
    n, width, one = np.uint64(spins.size), np.uint64(columns), np.uint64(1)
    last_row, last_column = n - width, width - one
    head, tail = np.uint64(ends[0]), np.uint64(ends[1])
    stop = head + np.uint64(most)
    while head < min(tail, stop):
        i = np.uint64(np.uint32(queue[head]))
        head += one
        was = -spins[i]
        column = np.uint64(np.uint32(i) % np.uint32(width))  # a division of 64 bits takes longer
        word = next_word(state)
        down = i + width if i < last_row else i - last_row
        tail = ask(down, was, word & _HALF_WORD, threshold, spins, queue, tail)
        right = i + one if column < last_column else i - last_column
        tail = ask(right, was, word >> np.uint64(32), threshold, spins, queue, tail)
        word = next_word(state)
        up = i - width if i >= width else i + last_row
        tail = ask(up, was, word & _HALF_WORD, threshold, spins, queue, tail)
        left = i - one if column else i + last_column
        tail = ask(left, was, word >> np.uint64(32), threshold, spins, queue, tail)
    ends[0], ends[1] = head, tail


@kernel
def run_wolff(system, stop, spins, state, clock, sizes, bond_sums, spin_sums):
    """Go on until `stop` clusters of a run are complete, or about `MOST` sites have joined; record as `system` says.

    `system` is a `Growing`. clock (4,) int64: complete clusters, where the queue starts and stops, the sum of the spins
    without the cluster at work.
    """
    neighbours, columns, threshold, every, queue = system
    n, left, ends = spins.size, MOST, clock[1:3]
    while clock[0] < stop and left > 0:
        if ends[0] == ends[1]:
            begin(spins, random_site(n, state), queue, ends)
        before = ends[0]
        if columns:
            advance_square(spins, columns, threshold, state, queue, ends, left)
        else:
            advance(spins, neighbours, threshold, state, queue, ends, left)
        left -= ends[0] - before
        if ends[0] == ends[1]:
            sizes[clock[0]] = ends[1]
            clock[3] += 2 * ends[1] * spins[queue[0]]
            clock[0] += 1
            if clock[0] % every == 0:
                record = clock[0] // every - 1
                bond_sums[record] = bond_total(spins, neighbours)
                spin_sums[record] = clock[3]
                left -= n


@kernel
def root(i, parents):
    """Follow the parents up to the one that is its own parent, and shorten the way for the next time."""
    i = np.uint32(i)
    parent = np.uint32(parents[i])
    while parent != i:
        above = np.uint32(parents[parent])
        parents[i] = above
        i, parent = above, np.uint32(parents[above])
    return i


@kernel
def unite(i, j, parents):
    """Make i and j one cluster: the smaller of their roots becomes the parent of the other."""
    i, j = root(i, parents), root(j, parents)
    parents[max(i, j)] = min(i, j)


@kernel
def join_table(spins, neighbours, threshold, state, labels, parents):
    """Lay the bonds and unite what they connect. Every site is a label of its own. Returns the number of labels."""
    for i in range(spins.size):
        labels[i] = i
        parents[i] = i
    word, halves = np.uint64(0), 0
    for i in range(spins.size):
        for k in range(neighbours.shape[1]):
            j = neighbours[i, k]
            if j > i:  # each bond once
                word = word >> np.uint64(32) if halves % 2 else next_word(state)
                halves += 1
                if spins[i] == spins[j] and (word & _HALF_WORD) < threshold:
                    unite(i, j, parents)
    return spins.size


@kernel
def lay_bonds(here, above, threshold, position, across, upwards):
    """Draw the bonds of one row of a square lattice, 0 or 1 each: `across` to the left and `upwards`."""
    last = here.size - 1
    for j in range(1, here.size):
        word = splitmix64(position + np.uint64(j) * GOLDEN)
        across[j] = (here[j] == here[j - 1]) & ((word & _HALF_WORD) < threshold)
        upwards[j] = (here[j] == above[j]) & ((word >> np.uint64(32)) < threshold)
    word = splitmix64(position)  # the first site is a neighbour of the last
    across[0] = (here[0] == here[last]) & ((word & _HALF_WORD) < threshold)
    upwards[0] = (here[0] == above[0]) & ((word >> np.uint64(32)) < threshold)


@kernel
def unite_rows(labels, labels_above, across, across_above, upwards, parents, places):
    """Unite the labels of two rows where bonds go upwards. `places` (columns + 1,) is overwritten.

    A bond next to another one, with bonds across above and below, adds nothing. The places of all others are listed
    first, without an `if`, which a processor could not guess.
    """
    places[0] = 0
    count = np.int64(upwards[0])
    for j in range(1, labels.size):
        places[count] = j
        count += upwards[j] & ~(upwards[j - 1] & across[j] & across_above[j])
    for k in range(count):
        j = np.uint32(places[k])
        unite(labels[j], labels_above[j], parents)


@kernel
def join_square(spins, columns, threshold, state, labels, parents):
    """What `join_table` does, for a periodic square lattice. Sites that bonds connect along a row share a label."""
    rows = spins.size // columns
    spins, labels = spins.reshape(rows, columns), labels.reshape(rows, columns)
    across, upwards = np.empty((2, rows, columns), dtype=np.uint8)
    start = next_word(state)
    for i in range(rows):
        position = start + np.uint64(i * columns) * GOLDEN
        lay_bonds(spins[i], spins[i - 1 if i else rows - 1], threshold, position, across[i], upwards[i])

    count = np.int32(0)
    for i in range(rows):
        first = count
        for j in range(columns):
            count += np.int32(1 - across[i, j] if j else 1)
            labels[i, j] = count - 1
            parents[count - 1] = count - 1
        if across[i, 0]:
            unite(first, count - 1, parents)

    places = np.empty(columns + 1, dtype=np.int32)
    for i in range(rows):
        k = i - 1 if i else rows - 1
        unite_rows(labels[i], labels[k], across[i], across[k], upwards[i], parents, places)
    return count


@kernel
def swendsen_wang_sweep(spins, neighbours, columns, threshold, state, labels, parents, turns):
    """Lay bonds, find the clusters, toss a coin for each."""
    if columns:
        count = join_square(spins, columns, threshold, state, labels, parents)
    else:
        count = join_table(spins, neighbours, threshold, state, labels, parents)
    start = next_word(state)
    for label in range(count):
        word = splitmix64(start + np.uint64(label) * GOLDEN)
        turns[label] = np.int8(1) - np.int8(2) * np.int8(word >> np.uint64(63))
    # A parent is never larger than its child, so it is already its cluster's root here, and its coin the cluster's.
    for label in range(count):
        parents[label] = parents[np.uint32(parents[label])]
        turns[label] = turns[np.uint32(parents[label])]
    for i in range(spins.size):
        spins[i] *= turns[np.uint32(labels[i])]


@kernel
def run_swendsen_wang(system, stop, spins, state, clock, bond_sums, spin_sums):
    """Go on to sweep number `stop` of a run, and record after every `every` sweeps. `system` is a `Cutting`."""
    neighbours, columns, threshold, every, labels, parents, turns = system
    for sweep in range(clock[0], stop):
        swendsen_wang_sweep(spins, neighbours, columns, threshold, state, labels, parents, turns)
        if (sweep + 1) % every == 0:
            bond_sums[sweep // every] = bond_total(spins, neighbours)
            spin_sums[sweep // every] = spins.sum()
    clock[0] = max(clock[0], stop)
