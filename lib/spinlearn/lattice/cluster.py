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
from ..core.jit import kernel, pieces
from ..core.words import GOLDEN, next_word, random_site, splitmix64, stream
from .geometry import Lattice
from .ising import Run, bond_total

_HALF_WORD = np.uint64(2**32 - 1)

_PIECE = 2**24  # sites in one call of a kernel

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


def bond_probability(T: float, J: float = 1.0) -> float:
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
    return float(-np.expm1(-2 * J / arguments.number("T", T, above=0)))


def wolff(
    spins, lattice: Lattice, T: float, steps: int, *, J: float = 1.0, every: int = 1, rng: np.random.Generator
) -> WolffRun:
    """Turn over one cluster after another, each grown from a site drawn at random.

    Parameters
    ----------
    spins : integer array of shape ``lattice.shape``
        The start, -1 or +1. It is left as it is.
    lattice : Lattice
        Any geometry.
    T : float
        Temperature, above 0.
    steps : int
        How many clusters. Their size grows from a few sites far above the critical temperature to nearly all far below.
    J : float
        One coupling for all bonds, above 0.
    every : int
        Record after every so many steps. A record takes a look at the whole lattice: where clusters are small, choose
        `every` so large that they cover about the lattice in between.
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

    Examples
    --------
    >>> from spinlearn.lattice import all_up, triangular
    >>> run = wolff(all_up(triangular(16)), triangular(16), T=3.6, steps=100, rng=np.random.default_rng(1))
    >>> run.m.shape, run.sizes.shape
    ((100,), (100,))
    """
    flat, threshold = _start(spins, lattice, T, J)
    steps = arguments.count("steps", steps)
    every = arguments.count("every", every, at_least=1)
    state = stream(rng)

    n, records = lattice.size, steps // every
    queue = np.empty(n + 1, dtype=np.int32)
    sizes = np.empty(steps, dtype=np.int64)
    bond_sums, spin_sums = np.empty((2, records), dtype=np.int64)
    system = flat, lattice.neighbours, _columns(lattice), threshold, state, queue
    for part in pieces(records, n * every, _PIECE):
        wolff_steps(*system, sizes[part.start * every : part.stop * every], every, bond_sums[part], spin_sums[part])
    wolff_steps(*system, sizes[records * every :], every, bond_sums[records:], spin_sums[records:])
    return WolffRun(flat.reshape(lattice.shape), -J * bond_sums / n, spin_sums / n, sizes)


def swendsen_wang(
    spins, lattice: Lattice, T: float, sweeps: int, *, J: float = 1.0, every: int = 1, rng: np.random.Generator
) -> Run:
    """Cut the whole lattice into clusters and turn each of them over with probability 1/2, again and again.

    Parameters
    ----------
    spins, lattice, T, J, rng
        As for `wolff`.
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

    Examples
    --------
    >>> from spinlearn.lattice import all_up, cubic
    >>> run = swendsen_wang(all_up(cubic(8)), cubic(8), T=4.5, sweeps=100, rng=np.random.default_rng(1))
    >>> run.m.shape
    (100,)
    """
    flat, threshold = _start(spins, lattice, T, J)
    sweeps = arguments.count("sweeps", sweeps)
    every = arguments.count("every", every, at_least=1)
    state = stream(rng)

    n, records = lattice.size, sweeps // every
    labels, parents = np.empty((2, n), dtype=np.int32)
    turns = np.empty(n, dtype=np.int8)
    bond_sums, spin_sums = np.empty((2, records), dtype=np.int64)
    system = flat, lattice.neighbours, _columns(lattice), threshold, state, labels, parents, turns
    for part in pieces(records, n * every, _PIECE):
        swendsen_wang_sweeps(*system, every, bond_sums[part], spin_sums[part])
    for _ in range(sweeps - records * every):
        swendsen_wang_sweep(*system)
    return Run(flat.reshape(lattice.shape), -J * bond_sums / n, spin_sums / n)


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
    flat, threshold = _start(spins, lattice, T, J)
    site = arguments.count("site", site)
    if site >= lattice.size:
        raise ValueError(f"site must be below the number of sites {lattice.size}, got {site}")
    state = stream(rng)
    queue, ends = np.empty(lattice.size + 1, dtype=np.int32), np.zeros(2, dtype=np.int64)
    begin(flat, site, queue, ends)
    advance(flat, lattice.neighbours, threshold, state, queue, ends, lattice.size)
    return Cluster(flat.reshape(lattice.shape), queue[: ends[1]].copy())


def _start(spins, lattice, T, J) -> tuple[np.ndarray, np.uint64]:
    """Check what all three share; return a flat copy of the spins, and the bond probability in units of 2**-32."""
    flat = arguments.spins(spins, lattice.shape).copy()
    return flat, np.uint64(round(bond_probability(T, J) * 2**32))


def _columns(lattice: Lattice) -> int:
    """Number of columns of a periodic square lattice, whose neighbours need no table; 0 for all else."""
    if lattice.name != "square" or len(lattice.shape) != 2:
        return 0
    rows, columns = lattice.shape
    first_row = [columns, 1, (rows - 1) * columns, columns - 1]
    return columns if lattice.neighbours[0].tolist() == first_row else 0


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
def advance_square(spins, columns, threshold, state, queue, ends):
    """What `advance` does to the end, for a periodic square lattice: the same cluster, without a table."""
    n, width, one = np.uint64(spins.size), np.uint64(columns), np.uint64(1)
    last_row, last_column = n - width, width - one
    head, tail = np.uint64(ends[0]), np.uint64(ends[1])
    while head < tail:
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
def wolff_steps(spins, neighbours, columns, threshold, state, queue, sizes, every, bond_sums, spin_sums):
    """Turn over a cluster for each entry of `sizes`, and record after every `every` of them."""
    n = spins.size
    ends = np.empty(2, dtype=np.int64)
    total = spins.sum()
    for step in range(sizes.size):
        site = random_site(n, state)
        was = spins[site]
        begin(spins, site, queue, ends)
        if columns:
            advance_square(spins, columns, threshold, state, queue, ends)
        else:
            advance(spins, neighbours, threshold, state, queue, ends, n)
        sizes[step] = ends[1]
        total -= 2 * was * ends[1]
        if (step + 1) % every == 0:
            record = step // every
            bond_sums[record] = bond_total(spins, neighbours)
            spin_sums[record] = total


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
def swendsen_wang_sweeps(
    spins, neighbours, columns, threshold, state, labels, parents, turns, every, bond_sums, spin_sums
):
    """Sweep, and record after every `every` sweeps."""
    for record in range(bond_sums.size):
        for _ in range(every):
            swendsen_wang_sweep(spins, neighbours, columns, threshold, state, labels, parents, turns)
        bond_sums[record] = bond_total(spins, neighbours)
        spin_sums[record] = spins.sum()
