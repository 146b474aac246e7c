"""A lattice that fires: quenched again and again, warming up in between, its spikes counted.

The protocol is that of `meanfield.quench`, with whole sweeps for the time. A magnet rests at T0, above Tc. A pulse of
size Q takes it to T0 - Q at once, and it warms up again at a steady rate r until it is back at T0:

    T(t) = min(T0, T0 - Q + r (t - t_c)),        t_c the time of the latest pulse                                  (1)

A pulse that comes early finds it still cold, and takes it to T0 - Q again, no further.

Magnetisation is not there for the asking. Below Tc domains grow as t^(1/2), and |m| is of the order of 1 only once they
are as large as the lattice, after some L^2 sweeps; the magnet is below Tc for (Q - T0 + Tc) / r sweeps. So a large
lattice that warms up fast does not fire at all, and one that does may end in stripes, with m near 0. Above Tc and near
it |m| fluctuates, the more so the smaller the lattice. A spike therefore needs a criterion, and here it is one with
hysteresis, as for a nerve: it begins when |m| rises to `up` or above, and ends when |m| falls below `down`. An infinite
magnet at rest is at m = 0.7 where T is 1.2 per cent below Tc. With levels closer together, such as 0.5 and 0.25, a
lattice of 16 × 16 that passes Tc slowly seems to spike several times.

m may have either sign, each as often, since nothing in (1) tells up from down; a spike keeps its own.

References
----------
D. A. R. Sakthivadivel, arXiv:2102.04896: a spike as a quench.
A. J. Bray, Adv. Phys. 43, 357 (1994): how domains grow.
"""

import math
from typing import NamedTuple

import numpy as np

from ..core import arguments
from ..core.jit import kernel
from ..meanfield.quench import quench_temperature
from . import cooled
from .geometry import random_spins, square
from .planes import BITS

UP, DOWN = 0.7, 0.1  # where a spike begins and ends


class Spikes(NamedTuple):
    """What `spikes` returns, one entry for each spike, in the order of the lanes and then of time.

    Attributes
    ----------
    lane : (S,) int64
        The column of `m` that it is in.
    start, stop : (S,) int64
        The records at which |m| first was at `up` or above, and next below `down`; the number of records if it was
        still above at the end.
    sign : (S,) int8
        That of m at the start.
    counts : (R,) int64
        Spikes in each lane.
    """

    lane: np.ndarray
    start: np.ndarray
    stop: np.ndarray
    sign: np.ndarray
    counts: np.ndarray


class Firing(NamedTuple):
    """What `fire` returns.

    Attributes
    ----------
    T, m, e : (sweeps, R) float64
        Temperature during each sweep; magnetisation and energy per spin at its end.
    spikes : Spikes
    rate : (R,) float64
        Spikes per sweep, from the first pulse on.
    """

    T: np.ndarray
    m: np.ndarray
    e: np.ndarray
    spikes: Spikes
    rate: np.ndarray


class Recovery(NamedTuple):
    """What `recovery` returns, one entry for each delay: how many of the copies fire.

    Attributes
    ----------
    first : (D,) int64
        Copies in which a spike begins after the first pulse, before the second or before they are warm again.
    second : (D,) int64
        Copies in which a new spike begins after the second pulse, before they are warm again.
    both : (D,) int64
        Copies in which both is so.
    copies : int
    """

    first: np.ndarray
    second: np.ndarray
    both: np.ndarray
    copies: int


def temperatures(Q, T0, *, rate: float, period: int, pulses: int = 1, before: int = 0, after: int | None = None):
    """Temperature of every sweep of a magnet that is quenched periodically, equation (1).

    Parameters
    ----------
    Q : float or (R,) array_like
        Size of each pulse, from 0 to `T0`; R magnets side by side.
    T0 : float
        Temperature at rest, above 0.
    rate : float
        Rise of the temperature per sweep, above 0.
    period : int
        Sweeps from pulse to pulse, at least 1.
    pulses : int
        At least 1.
    before : int
        Sweeps at rest before the first pulse.
    after : int, optional
        Sweeps from the last pulse on, at least 1; left out, `period`.

    Returns
    -------
    (sweeps,) or (sweeps, R) float64
        With sweeps = before + (pulses - 1) period + after.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> temperatures(2.0, 3.0, rate=0.5, period=4, pulses=2, before=2)
    array([3. , 3. , 1. , 1.5, 2. , 2.5, 1. , 1.5, 2. , 2.5])
    """
    period, pulses = arguments.count("period", period, at_least=1), arguments.count("pulses", pulses, at_least=1)
    before = arguments.count("before", before)
    after = period if after is None else arguments.count("after", after, at_least=1)
    Q, T0 = arguments.real_values("Q", Q), arguments.number("T0", T0, above=0)
    if Q.ndim > 1:
        raise ValueError(f"Q must be a number or have shape (R,), got {Q.shape}")
    arguments.room((before + (pulses - 1) * period + after,), bool, period=period)
    t = np.arange(before + (pulses - 1) * period + after) - before
    since = t - period * np.clip(t // period, 0, pulses - 1)
    return quench_temperature(since if Q.ndim == 0 else since[:, None], Q, T0, rate=rate)


def spikes(m, *, up: float = UP, down: float = DOWN) -> Spikes:
    """Find the spikes in records of the magnetisation: |m| rises to `up`, and falls below `down`.

    Parameters
    ----------
    m : (records,) or (records, R) array_like
        Magnetisation per spin of one lane or of R, finite.
    up, down : float
        Above 0; `down` is at most `up`, and `up` at most 1. A lane is taken to be at rest before its first record.

    Returns
    -------
    Spikes

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range.

    Examples
    --------
    The second rise is none: |m| has not been below 0.1 in between.

    >>> found = spikes([0.1, -0.8, -0.4, -0.7, 0.0, 0.2, 0.9])
    >>> found.start, found.stop, found.sign, found.counts
    (array([1, 6]), array([4, 7]), array([-1,  1], dtype=int8), array([2]))
    """
    m = arguments.real_array("m", m)
    if m.ndim > 2 or m.size == 0:
        raise ValueError(f"m must have shape (records,) or (records, R), and not be empty, got {m.shape}")
    up, down = criterion(up, down)
    columns = np.ascontiguousarray(m.reshape(len(m), -1).T)
    marks = np.zeros(columns.shape, dtype=np.int8)
    mark(columns, up, down, marks)
    lane, start = np.nonzero(marks == 1)
    ends = np.nonzero(marks == -1)
    # Within a lane starts and ends take turns, so the next end is that of the spike, if there is one.
    place = np.searchsorted(ends[0] * len(m) + ends[1], lane * len(m) + start)
    open_end = np.append(ends[0], -1)[place] != lane
    stop = np.where(open_end, len(m), np.append(ends[1], 0)[place])
    counts = np.bincount(lane, minlength=len(columns))
    return Spikes(lane, start, stop, np.sign(columns[lane, start]).astype(np.int8), counts)


def fire(
    side: int,
    Q,
    T0: float,
    *,
    rate: float,
    period: int,
    pulses: int = 1,
    before: int = 0,
    periodic: bool = True,
    J: float = 1.0,
    up: float = UP,
    down: float = DOWN,
    progress: bool | None = None,
    rng: np.random.Generator,
) -> Firing:
    """Quench up to 64 square lattices side by side, each with pulses of its own size, and count their spikes.

    They start with random spins.

    Parameters
    ----------
    side : int
        Sites along each edge: even, from 2 to 512.
    Q : float or (R,) array_like
        Size of each pulse, from 0 to `T0`, for R = 1 to 64 lattices. Give one size many times for an error.
    T0 : float
        Temperature at rest, above 0.
    rate, period, pulses, before
        As for `temperatures`. Give them time to come to rest `before`.
    periodic : bool
        Whether opposite edges are joined. With open edges the spins take turns at random, one lattice after the other,
        which is some hundred times slower.
    J : float
        Coupling, above 0; Tc is 2.2692 J.
    up, down : float
        As for `spikes`.
    progress : bool, optional
        True shows a bar, False none; left out: where somebody watches and it takes more than two seconds.
    rng : numpy.random.Generator

    Returns
    -------
    Firing

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range; `rng` is not advanced then.
    spinlearn.core.progress.Interrupted
        At Ctrl-C. Its attribute `run` is the `ising.Run` of the lattices at work.

    Examples
    --------
    >>> run = fire(16, [0.0, 2.5], 4.0, rate=0.005, period=600, pulses=3, before=100, rng=np.random.default_rng(1))
    >>> run.spikes.counts
    array([0, 3])
    """
    side = _side(side)
    T = temperatures(Q, T0, rate=rate, period=period, pulses=pulses, before=before)
    T = T[:, None] if T.ndim == 1 else T
    R = T.shape[1]
    if not 1 <= R <= BITS:
        raise ValueError(f"Q must have from 1 to {BITS} entries, got {R}")
    arguments.flag("periodic", periodic)
    up, down = criterion(up, down)
    J = arguments.number("J", J, above=0)
    arguments.flag("progress", progress, optional=True)
    arguments.generator(rng)
    lattice = square(side, periodic=periodic)
    start = np.stack([random_spins(lattice, rng=rng) for _ in range(R)])
    if periodic:
        run = cooled.replicas(start, T, J=J, progress=progress, rng=rng)
        m, e = run.m, run.e
    else:
        each = [
            cooled.on_lattice(one, lattice, temperature, J=J, progress=progress, rng=rng)
            for one, temperature in zip(start, T.T, strict=True)
        ]
        m, e = np.stack([run.m for run in each], axis=1), np.stack([run.e for run in each], axis=1)
    found = spikes(m, up=up, down=down)
    late = np.bincount(found.lane[found.start >= before], minlength=R)
    return Firing(T, m, e, found, late / (len(m) - before))


def recovery(
    side: int,
    Q: float,
    T0: float,
    delays,
    *,
    rate: float,
    copies: int = BITS,
    before: int = 0,
    J: float = 1.0,
    up: float = UP,
    down: float = DOWN,
    progress: bool | None = None,
    rng: np.random.Generator,
) -> Recovery:
    """Look for refractoriness: give a second pulse after a delay, and see who fires again.

    A magnet that is still magnetised cannot begin a spike; one with large domains left begins it sooner. A pulse counts
    until the magnet is warm again, Q / r sweeps later.

    Parameters
    ----------
    side : int
        As for `fire`.
    Q, T0 : float
        As for `fire`, one size for both pulses, above 0.
    delays : (D,) array_like of int
        Sweeps between the two, at least 1.
    rate, before, J, up, down, progress, rng
        As for `fire`.
    copies : int
        Lattices for each delay, from 1 to 64.

    Returns
    -------
    Recovery

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range; `rng` is not advanced then.
    spinlearn.core.progress.Interrupted
        At Ctrl-C. Its attribute `run` is the `ising.Run` of the lattices at work.

    Examples
    --------
    While it is magnetised it does not begin anew; after a rest it does.

    >>> again = recovery(16, 2.5, 4.0, [100, 1000], rate=0.005, copies=16, before=50, rng=np.random.default_rng(1))
    >>> again.first[1], again.second
    (np.int64(16), array([ 1, 16]))
    """
    side, Q = _side(side), arguments.number("Q", Q, above=0)
    delays = arguments.as_array("delays", delays)
    if delays.ndim != 1 or delays.size == 0:
        raise ValueError(f"delays must be one-dimensional and not empty, got shape {delays.shape}")
    delays = [arguments.count("every entry of delays", delay, at_least=1) for delay in delays.tolist()]
    copies = arguments.count("copies", copies, at_least=1, at_most=BITS)
    rate, before = arguments.number("rate", rate, above=0), arguments.count("before", before)
    window = math.ceil(min(Q / rate, 2.0**40))
    plans = [
        temperatures(Q, T0, rate=rate, period=delay, pulses=2, before=before, after=window + 1) for delay in delays
    ]
    up, down = criterion(up, down)
    J = arguments.number("J", J, above=0)
    arguments.flag("progress", progress, optional=True)
    arguments.generator(rng)
    lattice, fired = square(side), np.zeros((3, len(delays)), dtype=np.int64)
    for k, (delay, T) in enumerate(zip(delays, plans, strict=True)):
        start = np.stack([random_spins(lattice, rng=rng) for _ in range(copies)])
        found = spikes(cooled.replicas(start, T, J=J, progress=progress, rng=rng).m, up=up, down=down)
        since = found.start - before
        one = np.bincount(found.lane[(since >= 0) & (since < min(delay, window))], minlength=copies) > 0
        two = np.bincount(found.lane[since >= delay], minlength=copies) > 0
        fired[:, k] = one.sum(), two.sum(), (one & two).sum()
    return Recovery(*fired, copies)


def criterion(up, down) -> tuple[float, float]:
    """Check the two levels of a spike."""
    up, down = arguments.number("up", up, above=0), arguments.number("down", down, above=0)
    if not down <= up <= 1:
        raise ValueError(f"up must be at least down and at most 1, got up = {up:g}, down = {down:g}")
    return up, down


def _side(side) -> int:
    side = arguments.count("side", side, at_least=2, at_most=512)
    if side % 2:
        raise ValueError(f"side must be even, for the two colours of the checkerboard, got {side}")
    return side


@kernel
def crossing(on, m, up, down):
    """What a record of m does to a spike that is on or not: 1 where one begins, -1 where it has ended, else 0."""
    size = abs(m)
    if not on and size >= up:
        return 1
    return -1 if on and size < down else 0


@kernel
def mark(m, up, down, marks):
    """Set `marks` (R, records), 0 before, to 1 where a spike begins and to -1 where it has ended."""
    for r in range(m.shape[0]):
        on = False
        for t in range(m.shape[1]):
            marks[r, t] = crossing(on, m[r, t], up, down)
            on ^= marks[r, t] != 0
