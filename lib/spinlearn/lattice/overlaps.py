"""The overlap of two copies of a glass, by parallel tempering, and two ways to see whether it is that of equilibrium.

A glass has no pattern to compare a state with, but another state of the same sample. The overlap of two copies that
share their bonds and nothing else,

    q = 1/N sum_i s_i s'_i,        and on the bonds        q_l = 1/B sum_<ij> s_i s_j s'_i s'_j,

is the order parameter: P(q), its law over states and samples, is narrow around 0 in the paramagnet and has weight at
the ends in a glass. Single flips do not find it; a ladder of temperatures does (`tempering`), if the run is long
enough.

How long is that? For normal bonds of mean 0, integration by parts over the law of the bonds gives the energy from q_l,

    [<E>] = -(J^2 B / T) (1 - [<q_l>]),

exactly in equilibrium. Copies that start at random begin with too small a q_l and an energy too high: the two sides
come together from both sides (`gap`). For any bonds: averages over windows that double in length, records 0, 1, 2 to 3,
4 to 7, …, have to stop changing, by the errors over samples (`doubled`).

References
----------
G. Parisi, Phys. Rev. Lett. 50, 1946 (1983): the overlap of two copies.
K. Hukushima and K. Nemoto, J. Phys. Soc. Jpn. 65, 1604 (1996): parallel tempering.
H. G. Katzgraber, M. Palassini and A. P. Young, Phys. Rev. B 63, 184422 (2001): the test of equilibrium.
"""

from itertools import pairwise
from typing import NamedTuple

import numpy as np

from ..core import arguments
from ..core.progress import keeping, watched
from . import ising
from .geometry import Lattice, bonds, random_spins
from .glass import tables
from .tempering import Ladder, run_ladder, walkers


class Overlaps(NamedTuple):
    """What `simulate` returns, for S samples, R temperatures, and records.

    Attributes
    ----------
    T : (R,) float64
    q, q_l : (records, S, R) float64
        Overlap of the two copies, and overlap on the bonds.
    e : (records, S, R) float64
        Energy per spin, mean of the two copies.
    swaps : (S, R - 1) float64
        Share of the exchanges between neighbouring temperatures that were made, mean of the two copies.
    """

    T: np.ndarray
    q: np.ndarray
    q_l: np.ndarray
    e: np.ndarray
    swaps: np.ndarray


class Law(NamedTuple):
    """What `law` returns: P(q) in bins.

    Attributes
    ----------
    q : (bins,) float64
        Middles of the bins.
    density, error : (bins,) float64
        Mean over samples, and its error.
    """

    q: np.ndarray
    density: np.ndarray
    error: np.ndarray


class Windows(NamedTuple):
    """What `doubled` and `gap` return, for W windows.

    Attributes
    ----------
    edges : (W + 1,) int64
        Window w is made of the records from edges[w] to edges[w + 1] - 1.
    value : (W,) float64
        Mean over samples.
    error : (W,) float64
        Of that mean, from how samples differ.
    """

    edges: np.ndarray
    value: np.ndarray
    error: np.ndarray


def simulate(
    lattice: Lattice,
    T,
    sweeps: int,
    *,
    J,
    every: int = 1,
    progress: bool | None = None,
    rng: np.random.Generator,
) -> Overlaps:
    """Run two copies of each sample by parallel tempering, from random starts, and record their overlaps.

    Parameters
    ----------
    lattice : Lattice
    T : (R,) array_like
        Temperatures, above 0, each higher than the one before.
    sweeps : int
        On every rung of every ladder.
    J : (N, z) or (S, N, z) float64
        One sample, or S of them.
    every : int
        Record after every so many sweeps.
    progress : bool, optional
        True shows a bar, False none. Left out: one where somebody watches, if it takes more than two seconds.
    rng : numpy.random.Generator

    Returns
    -------
    Overlaps

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range.
    spinlearn.core.progress.Interrupted
        At Ctrl-C. Its attribute `run` is the `Overlaps` of the samples that were finished.

    Examples
    --------
    >>> from spinlearn.lattice import glass, square
    >>> sheet, rng = square(4), np.random.default_rng(1)
    >>> J = [glass.gaussian(sheet, rng=rng) for _ in range(4)]
    >>> run = simulate(sheet, [0.5, 1.0, 2.0], 200, J=J, every=2, rng=rng)
    >>> run.q.shape, bool((run.q_l.mean(axis=(0, 1)) > [0.5, 0.3, 0.1]).all())
    ((100, 4, 3), True)
    """
    couplings, T = tables(lattice, J), arguments.ladder(T)
    sweeps, every = arguments.count("sweeps", sweeps), arguments.count("every", every, at_least=1)
    arguments.flag("progress", progress, optional=True)
    arguments.generator(rng)
    S, R, records = len(couplings), T.size, sweeps // every
    q, q_l, e = (arguments.room((records, S, R), sweeps=sweeps) for _ in range(3))
    swaps, done = np.zeros((S, R - 1)), [0]
    pairs = bonds(lattice)

    def finished() -> Overlaps:
        part = slice(done[0])
        return Overlaps(T, q[:, part], q_l[:, part], e[:, part], swaps[part])

    with keeping(finished):
        for part in watched(S, progress):
            for k in range(part.start, part.stop):
                two = _copies(lattice, T, couplings[k], records, every, pairs, rng)
                q[:, k], q_l[:, k], e[:, k], swaps[k] = two
                done[0] = k + 1
    return finished()


def _copies(lattice, T, J, records, every, pairs, rng):
    """Two ladders of one sample: q, q_l, e (records, R) and the share of exchanges made (R - 1,)."""
    n, R = lattice.size, T.size
    system = Ladder(lattice.neighbours, J, np.zeros(n), 1 / T, ising.HEAT_BATH, True, every)
    ladders, clocks = [], np.zeros((2, 1), dtype=np.int64)
    for _ in range(2):
        spins = np.stack([random_spins(lattice, rng=rng).ravel() for _ in range(R)])
        ladders.append(walkers(spins, lattice, J, np.zeros(n), rng))
    q, q_l = np.empty((2, records, R))
    logs = [(np.zeros((records, R)), np.zeros((records, R)), np.zeros((records, R), np.int64)) for _ in range(2)]
    for record in range(records):
        for one, clock, log in zip(ladders, clocks, logs, strict=True):
            run_ladder(system, (record + 1) * every * R, one, clock, *log)
        product = ladders[0].spins[ladders[0].on_rung] * ladders[1].spins[ladders[1].on_rung]
        q[record] = product.mean(axis=1)
        q_l[record] = (product[:, pairs[:, 0]] * product[:, pairs[:, 1]]).mean(axis=1) if len(pairs) else np.nan
    made, offered = (sum(getattr(one, name) for one in ladders) for name in ("made", "offered"))
    swaps = np.divide(made, offered, out=np.full(R - 1, np.nan), where=offered > 0)
    return q, q_l, (logs[0][0] + logs[1][0]) / 2, swaps


def gap(run: Overlaps, rung: int, lattice: Lattice, *, J: float = 1.0) -> Windows:
    """Energy per spin minus what the overlap on the bonds makes of it, for normal bonds of mean 0; 0 in equilibrium.

    Parameters
    ----------
    run : Overlaps
        Of at least two samples, drawn by `glass.gaussian` with mean 0.
    rung : int
        Which temperature.
    lattice : Lattice
    J : float
        Standard deviation of the bonds, above 0.

    Returns
    -------
    Windows
        In windows that double in length. Above 0 at first, in a run from random starts: e too high, and q_l too low.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range.

    Examples
    --------
    >>> from spinlearn.lattice import glass, square
    >>> sheet, rng = square(4), np.random.default_rng(1)
    >>> J = [glass.gaussian(sheet, rng=rng) for _ in range(40)]
    >>> run = simulate(sheet, [0.6, 1.0, 1.6, 2.5], 256, J=J, rng=rng)
    >>> late = gap(run, 0, sheet)
    >>> bool(late.value[0] > 0.5), bool(abs(late.value[-1]) < 4 * late.error[-1])
    (True, True)
    """
    _checked(run)
    rung = arguments.count("rung", rung, at_most=run.T.size - 1)
    J = arguments.number("J", J, above=0)
    share = len(bonds(lattice)) / lattice.size
    return doubled(run.e[..., rung] + share * J**2 / run.T[rung] * (1 - run.q_l[..., rung]))


def doubled(series) -> Windows:
    """Averages of records over windows that double in length, with their errors over samples.

    Parameters
    ----------
    series : (records, S) array_like
        A record of each of S samples, two or more; such as ``run.q[..., 0] ** 2``.

    Returns
    -------
    Windows

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or shape.

    Examples
    --------
    >>> doubled([[2.0, 4.0], [1.0, 3.0], [1.0, 1.0], [1.0, 1.0]]).value
    array([3., 2., 1.])
    """
    series = arguments.real_array("series", series)
    if series.ndim != 2 or len(series) < 2 or series.shape[1] < 2:
        raise ValueError(f"series must have shape (records, S), at least (2, 2), got {series.shape}")
    edges = np.concatenate([[0], 2 ** np.arange(len(series).bit_length())]).astype(np.int64)
    edges = edges[edges <= len(series)]
    means = np.stack([series[first:last].mean(axis=0) for first, last in pairwise(edges)])
    return Windows(edges, means.mean(axis=1), means.std(axis=1, ddof=1) / np.sqrt(series.shape[1]))


def law(run: Overlaps, rung: int, *, bins: int = 20, skip: float = 0.5) -> Law:
    """P(q) at one temperature.

    Parameters
    ----------
    run : Overlaps
        Of at least two samples.
    rung : int
        Which temperature.
    bins : int
        From 1, over q from -1 to 1.
    skip : float
        Share of the records that are left out at the beginning, from 0 and below 1.

    Returns
    -------
    Law
        Turning all spins of one copy over changes nothing, so both signs of q are taken together.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> from spinlearn.lattice import glass, square
    >>> sheet, rng = square(4), np.random.default_rng(1)
    >>> J = [glass.gaussian(sheet, rng=rng) for _ in range(4)]
    >>> q, density, error = law(simulate(sheet, [1.0, 2.0], 100, J=J, rng=rng), 0, bins=10)
    >>> bool(np.isclose(density.sum() * 0.2, 1)), bool(np.allclose(density, density[::-1]))
    (True, True)
    """
    _checked(run)
    rung = arguments.count("rung", rung, at_most=run.T.size - 1)
    bins = arguments.count("bins", bins, at_least=1, at_most=10**6)
    skip = arguments.number("skip", skip, at_least=0)
    late = run.q[int(skip * len(run.q)) :, :, rung]
    if not len(late):
        raise ValueError(f"skip must leave records, and be below 1, got {skip:g}")
    edges = np.linspace(-1, 1, bins + 1)
    each = np.stack([np.histogram(np.concatenate([one, -one]), edges, density=True)[0] for one in late.T])
    each = (each + each[:, ::-1]) / 2  # a bin holds its lower edge and not the upper
    return Law((edges[1:] + edges[:-1]) / 2, each.mean(axis=0), each.std(axis=0, ddof=1) / np.sqrt(len(each)))


def _checked(run) -> None:
    """Check what is to be looked at."""
    if not isinstance(run, Overlaps):
        raise TypeError(f"run must be what overlaps.simulate returns, not {type(run).__name__}")
    if len(run.q) < 2 or run.q.shape[1] < 2:
        raise ValueError(f"run must hold at least two records of two samples, got {run.q.shape[:2]}")
