"""Networks of units -1 and +1 with any couplings J: their energy, their local fields, and dynamics at T = 0 and above.

A unit goes where its local field points,

    s_i <- sign(f_i),        f_i = sum_j J_ij s_j + h_i,

and stays where it is in no field at all: a field of 0 turns nothing. A field is a threshold with the other sign,
theta_i = -h_i: unit i is up where sum_j J_ij s_j > theta_i. The energy is

    E = -(1/2) s.J.s - h.s = -(1/2) s.J.s + theta.s.

Under three conditions it never rises, and every start ends in a fixed point (Hopfield): J is symmetric, no unit acts on
itself, J_ii = 0, and units move one at a time. This is descent along coordinates, one spin a step. It is no gradient
descent, and where it ends is a minimum, not the lowest one. Without the third condition, all units moving at once,
another quantity falls as long as J is symmetric (Goles, Fogelman and Pellegrin),

    L(t) = -s(t).J.s(t-1) - h.(s(t) + s(t-1)),

and every start ends in a fixed point or in a cycle of two states. `relax` checks what its `promise` needs; with
``promise="nothing"`` it takes any J, for instance one that goes round in circles.

Rounding must not decide what a unit in no field does. A field counts as 0 within 2^-36 of the largest field that the
unit can be in. So J from Hebb's rule gives the same states whether it is divided by N or not.

References
----------
J. J. Hopfield, Proc. Natl. Acad. Sci. USA 79, 2554 (1982): the energy, and why it falls.
E. Goles, F. Fogelman and D. Pellegrin, Discrete Appl. Math. 12, 261 (1985): parallel updates, and their cycles of two.
W. A. Little, Math. Biosci. 19, 101 (1974): parallel updates at a temperature.
P. Peretto, Biol. Cybern. 50, 51 (1984): their law.
R. P. Brent, BIT 20, 176 (1980): how a cycle of any length is found with one stored state.
"""

from typing import NamedTuple

import numpy as np

from ..core import arguments
from ..core.jit import kernel
from ..core.progress import keeping, watched
from ..core.words import random_site, stream, uniform

SEQUENTIAL, RANDOM, PARALLEL = 0, 1, 2
ORDERS = {"sequential": SEQUENTIAL, "random": RANDOM, "parallel": PARALLEL}
PROMISES = ("descent", "symmetric", "nothing")

_ZERO = 2.0**-36  # a field below this share of the largest that a unit can be in is none


class Conditions(NamedTuple):
    """What `conditions` returns: which of the three conditions hold, under all of which the energy never rises."""

    symmetric: bool
    no_self_coupling: bool
    one_at_a_time: bool


class Relaxed(NamedTuple):
    """What `relax` returns.

    Attributes
    ----------
    spins : (N,) int8
        The last state.
    before : (N,) int8
        The state one sweep earlier; in a cycle of two its other state.
    e : (sweeps + 1,) float64
        Energy per spin at the start and after every sweep.
    sweeps : int
        Sweeps made, the one included in which it was seen that nothing new would come.
    flips : int
        How often a spin turned.
    period : int
        1 for a fixed point, 2 or more for a cycle of so many sweeps, 0 if the end was not reached.
    """

    spins: np.ndarray
    before: np.ndarray
    e: np.ndarray
    sweeps: int
    flips: int
    period: int


class Run(NamedTuple):
    """What `simulate` returns: `spins` (N,) int8 at the end, and energy `e` and magnetisation `m` per spin of every
    record, (records,) float64."""

    spins: np.ndarray
    e: np.ndarray
    m: np.ndarray


class System(NamedTuple):
    """What stays the same in a run: the columns of J as rows, the fields h, what counts as no field, and the order."""

    columns: np.ndarray
    h: np.ndarray
    zero: np.ndarray
    order: int


def energy(spins, J, *, h=0.0) -> float:
    """Total energy E = -(1/2) s.J.s - h.s.

    Parameters
    ----------
    spins : (N,) integer array
        -1 or +1.
    J : (N, N) array_like
        Couplings; positive ones favour equal spins. J_ij is what unit j does to unit i. The energy sees (J + J^T) / 2
        alone, and a diagonal only adds the constant -(1/2) sum_i J_ii.
    h : float or (N,) array_like
        Fields, which favour +1 where they are positive. Thresholds theta are fields h = -theta.

    Returns
    -------
    float

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or shape.

    Examples
    --------
    >>> energy([1, 1, -1], [[0, 1, 0], [1, 0, 2], [0, 2, 0]], h=0.5)
    0.5
    """
    spins, J, h = _checked(spins, J, h)
    return float(-0.5 * (spins @ (J @ spins)) - h @ spins) + 0.0  # no signed zero


def local_fields(spins, J, *, h=0.0) -> np.ndarray:
    """Local fields f_i = sum_j J_ij s_j + h_i, (N,) float64; a coupling of a unit to itself is in them.

    Parameters
    ----------
    spins, J, h
        As for `energy`.

    Returns
    -------
    (N,) float64
        A state is a fixed point where s_i f_i >= 0 at all units.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or shape.

    Examples
    --------
    >>> local_fields([1, 1, -1], [[0, 1, 0], [1, 0, 2], [0, 2, 0]], h=0.5)
    array([ 1.5, -0.5,  2.5])
    """
    spins, J, h = _checked(spins, J, h)
    return J @ spins + h


def is_fixed(spins, J, *, h=0.0) -> bool:
    """Whether no unit wants to turn: s_i f_i >= 0 for all i, but for rounding.

    Parameters
    ----------
    spins, J, h
        As for `energy`.

    Returns
    -------
    bool

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or shape.

    Examples
    --------
    >>> is_fixed([1, 1], [[0, 1], [1, 0]]), is_fixed([1, -1], [[0, 1], [1, 0]])
    (True, False)
    """
    spins, J, h = _checked(spins, J, h)
    return bool((spins * (J @ spins + h) >= -no_field(J, h)).all())


def lyapunov(spins, before, J, *, h=0.0) -> float:
    """What falls when all units move at once: L = -s(t).J.s(t-1) - h.(s(t) + s(t-1)).

    Parameters
    ----------
    spins, before : (N,) integer array
        Two states, one after the other.
    J : (N, N) array_like
        Symmetric, with any diagonal.
    h
        As for `energy`.

    Returns
    -------
    float
        In a fixed point twice the energy.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or shape, or J is not symmetric.

    Examples
    --------
    Two units that copy each other go round in a cycle of two, in which L is as low as it gets.

    >>> J = [[0.0, 1.0], [1.0, 0.0]]
    >>> lyapunov([1, -1], [-1, 1], J), lyapunov([1, -1], [1, -1], J)
    (-2.0, 2.0)
    """
    spins, J, h = _checked(spins, J, h)
    before = checked_state("before", before, len(J)).astype(np.float64)
    check_promise(J, "parallel", "symmetric")
    return float(-(spins @ (J @ before)) - h @ (spins + before)) + 0.0


def conditions(J, order: str = "sequential") -> Conditions:
    """Which of the three conditions hold, under all of which the energy never rises.

    Parameters
    ----------
    J : (N, N) array_like
    order : {"sequential", "random", "parallel"}

    Returns
    -------
    Conditions

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or shape.

    Examples
    --------
    >>> conditions([[0, 1], [2, 1]], "parallel")
    Conditions(symmetric=False, no_self_coupling=False, one_at_a_time=False)
    """
    J = couplings(J)
    arguments.choice("order", order, ORDERS)
    return Conditions(np.array_equal(J, J.T), not J.diagonal().any(), order != "parallel")


def relax(
    spins,
    J,
    *,
    h=0.0,
    order: str = "sequential",
    promise: str | None = None,
    sweeps: int = 1000,
    progress: bool | None = None,
    rng: np.random.Generator | None = None,
) -> Relaxed:
    """Let the units go where their fields point until nothing new comes: the network at T = 0.

    Parameters
    ----------
    spins : (N,) integer array
        The start, -1 or +1. It is left as it is.
    J, h
        As for `energy`.
    order : {"sequential", "random", "parallel"}
        Unit after unit, N units drawn one by one, or all of them at once. Each is one sweep.
    promise : {"descent", "symmetric", "nothing"}, optional
        What is promised of J, and checked. "descent": symmetric, no self-couplings, and not in parallel, so that the
        energy never rises. "symmetric": in parallel, no cycle is longer than two. Left out: "descent", or in parallel
        "symmetric". "nothing" takes any J.
    sweeps : int
        The most sweeps that are made.
    progress : bool, optional
        True shows a bar, False none. Left out: one where somebody watches, if it takes more than two seconds.
    rng : numpy.random.Generator
        For the order "random" alone, and needed there; advanced by one draw.

    Returns
    -------
    Relaxed
        A fixed point is seen in any order, a cycle of any length in the sequential and the parallel one.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range, or if J breaks the promise.
    spinlearn.core.progress.Interrupted
        At Ctrl-C. Its attribute `run` is the `Relaxed` so far.

    Examples
    --------
    >>> J = np.ones((5, 5)) - np.eye(5)
    >>> relax([1, 1, 1, -1, -1], J).spins
    array([1, 1, 1, 1, 1], dtype=int8)
    >>> relax([1, -1], [[0, 1], [1, 0]], order="parallel").period
    2
    """
    start, J, h = _checked(spins, J, h)
    code = ORDERS[arguments.choice("order", order, ORDERS)]
    if promise is None:
        promise = "symmetric" if order == "parallel" else "descent"
    check_promise(J, order, promise)
    sweeps = arguments.count("sweeps", sweeps)
    arguments.flag("progress", progress, optional=True)
    e = arguments.room((sweeps + 1,), sweeps=sweeps)
    state = stream(rng) if code == RANDOM else np.zeros(4, dtype=np.uint64)
    system = System(np.ascontiguousarray(J.T), h, no_field(J, h), code)
    flat, fields = start.astype(np.int8), J @ start + h
    before, seen, clock = flat.copy(), flat.copy(), np.zeros(4, dtype=np.int64)
    e[0] = energy_of_fields(flat, fields, h)

    def finished() -> Relaxed:
        done, flips, period = (int(value) for value in clock[:3])
        return Relaxed(flat, before, e[: done + 1], done, flips, period)

    with keeping(finished):
        for part in watched(sweeps, progress):
            if clock[2]:
                break
            relax_sweeps(system, part.stop, flat, before, seen, fields, state, clock, e)
    return finished()


def simulate(
    spins,
    J,
    T: float,
    sweeps: int,
    *,
    h=0.0,
    order: str = "random",
    promise: str | None = None,
    every: int = 1,
    progress: bool | None = None,
    rng: np.random.Generator,
) -> Run:
    """Run the heat bath at temperature T: unit i comes up with the probability 1 / (1 + exp(-2 f_i / T)).

    One unit at a time, with a J that keeps the promise, its law is Boltzmann's. All at once it is another one, P(s)
    proportional to exp(h.s / T) prod_i 2 cosh(f_i / T) (Peretto).

    Parameters
    ----------
    spins : (N,) integer array
        The start, -1 or +1. It is left as it is.
    J, h, order, promise
        As for `relax`.
    T : float
        Above 0. `relax` is T = 0.
    sweeps : int
        A sweep is N updates of one unit, or one of all.
    every : int
        Record after every so many sweeps.
    progress : bool, optional
        As for `relax`.
    rng : numpy.random.Generator
        Advanced by one draw.

    Returns
    -------
    Run

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range, or if J breaks the promise; `rng` is not advanced then.
    spinlearn.core.progress.Interrupted
        At Ctrl-C. Its attribute `run` is the `Run` so far.

    Examples
    --------
    >>> J = (np.ones((100, 100)) - np.eye(100)) / 100
    >>> run = simulate(np.ones(100, dtype=np.int8), J, 0.5, 300, rng=np.random.default_rng(1))
    >>> bool(abs(run.m[20:].mean() - 0.95) < 0.02)
    True
    """
    start, J, h = _checked(spins, J, h)
    T = arguments.temperature(T)
    code = ORDERS[arguments.choice("order", order, ORDERS)]
    if promise is None:
        promise = "symmetric" if order == "parallel" else "descent"
    check_promise(J, order, promise)
    sweeps, every = arguments.count("sweeps", sweeps), arguments.count("every", every, at_least=1)
    arguments.flag("progress", progress, optional=True)
    e, m = arguments.room((2, sweeps // every), sweeps=sweeps)
    state = stream(rng)
    system = System(np.ascontiguousarray(J.T), h, no_field(J, h), code)
    flat, fields, done = start.astype(np.int8), J @ start + h, np.zeros(1, dtype=np.int64)

    def finished() -> Run:
        records = int(done[0]) // every
        return Run(flat, e[:records], m[:records])

    with keeping(finished):
        for part in watched(sweeps, progress):
            heat_sweeps(system, 1 / T, part.stop, every, flat, fields, state, done, e, m)
    return finished()


def couplings(J) -> np.ndarray:
    """Check a square matrix of couplings, of one unit at least; return it as float64.

    Examples
    --------
    >>> couplings([[0, 1], [1, 0]])
    array([[0., 1.],
           [1., 0.]])
    """
    J = arguments.real_array("J", J)
    if J.ndim != 2 or J.shape[0] != J.shape[1] or J.size == 0:
        raise ValueError(f"J must have shape (N, N), a row for each unit, got {J.shape}")
    return J


def checked_state(name: str, spins, n: int) -> np.ndarray:
    """Check the state of n units; return it as a new (n,) int8.

    Examples
    --------
    >>> checked_state("spins", [1, -1], 2)
    array([ 1, -1], dtype=int8)
    """
    array = arguments.as_array(name, spins)
    if array.shape != (n,):
        raise ValueError(f"{name} must have shape ({n},), one for each unit, got {array.shape}")
    if array.dtype.kind not in "iu":
        raise TypeError(f"{name} must be an integer array of -1 and +1, not {array.dtype}")
    if not ((array == 1) | (array == -1)).all():
        raise ValueError(f"{name} must be -1 or +1, got values {np.unique(array)[:5].tolist()}")
    return array.astype(np.int8)


def check_promise(J: np.ndarray, order: str, promise: str) -> None:
    """Raise, saying what is broken and where, if checked couplings and an order do not keep a promise.

    Examples
    --------
    >>> check_promise(np.zeros((2, 2)), "sequential", "descent")
    """
    arguments.choice("promise", promise, PROMISES)
    if promise == "nothing":
        return
    if not np.array_equal(J, J.T):
        i, j = (int(k) for k in np.argwhere(J != J.T)[0])
        raise ValueError(
            f"J must be symmetric for the promise {promise!r}, got J[{i}, {j}] = {J[i, j]:g} and J[{j}, {i}] = "
            f"{J[j, i]:g}; take promise='nothing' to run it all the same, or (J + J.T) / 2"
        )
    if promise == "symmetric":
        return
    if J.diagonal().any():
        i = int(np.flatnonzero(J.diagonal())[0])
        raise ValueError(
            f"J must be 0 on its diagonal for the promise 'descent', got J[{i}, {i}] = {J[i, i]:g}; take "
            "promise='symmetric' to run it all the same, or set the diagonal to 0"
        )
    if order == "parallel":
        raise ValueError(
            "order must be 'sequential' or 'random' for the promise 'descent', got 'parallel': the energy can rise "
            "when all units move at once; promise='symmetric' promises cycles of two at most"
        )


def no_field(J: np.ndarray, h: np.ndarray) -> np.ndarray:
    """What counts as no field at each unit, (N,) float64: far above the rounding of a sum, far below what decides.

    Examples
    --------
    >>> no_field(np.zeros((1, 1)), np.array([2.0**36]))
    array([1.])
    """
    return _ZERO * (np.abs(J).sum(axis=1) + np.abs(h))


def _checked(spins, J, h) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Check a state, couplings and fields; return float64 arrays of the shapes (N,), (N, N), (N,)."""
    J = couplings(J)
    n = len(J)
    spins = checked_state("spins", spins, n).astype(np.float64)
    if np.ndim(h) == 0:
        return spins, J, np.full(n, arguments.number("h", h))
    return spins, J, arguments.real_array("h", h, (n,), what=", one for each unit")


@kernel
def fill_fields(spins, J, h, fields):
    """Fill `fields` (N,) with the local fields, summed anew."""
    for i in range(spins.size):
        fields[i] = h[i]
        for j in range(spins.size):
            fields[i] += J[i, j] * spins[j]


@kernel
def fill_zero(J, h, zero):
    """Fill `zero` (N,) with what counts as no field: see `no_field`."""
    for i in range(h.size):
        total = abs(h[i])
        for j in range(h.size):
            total += abs(J[i, j])
        zero[i] = _ZERO * total


@kernel
def energy_of_fields(spins, fields, h):
    """Energy per spin from the local fields: s.f counts each pair twice and h once."""
    total = 0.0
    for i in range(spins.size):
        total -= 0.5 * spins[i] * (fields[i] + h[i])
    return total / spins.size


@kernel
def turn(i, spins, fields, columns):
    """Turn spin i over, and carry the fields along."""
    spins[i] = -spins[i]
    change, column = 2.0 * spins[i], columns[i]
    for j in range(fields.size):
        fields[j] += change * column[j]


@kernel
def ask_in_turn(first, many, columns, zero, spins, fields):
    """Ask so many units one after the other, from unit `first` on, round and round; return how many turned."""
    i, flips = first, 0
    for _ in range(many):
        if spins[i] * fields[i] < -zero[i]:
            turn(i, spins, fields, columns)
            flips += 1
        i += 1
        if i == spins.size:
            i = 0
    return flips


@kernel
def ask_drawn(many, columns, zero, spins, fields, state):
    """Ask so many units that are drawn at random, one after the other; return how many turned."""
    flips = 0
    for _ in range(many):
        i = random_site(spins.size, state)
        if spins[i] * fields[i] < -zero[i]:
            turn(i, spins, fields, columns)
            flips += 1
    return flips


@kernel
def ask_together(columns, zero, spins, fields, turned):
    """Ask all units at once; return how many turned. `turned` (N,) int64 is scratch."""
    flips = 0
    for i in range(spins.size):
        if spins[i] * fields[i] < -zero[i]:
            turned[flips] = i
            flips += 1
    for k in range(flips):
        turn(turned[k], spins, fields, columns)
    return flips


@kernel
def sweep_to_fields(system, spins, fields, state, turned):
    """One sweep at T = 0; return how many spins turned. `turned` (N,) int64 is scratch."""
    columns, _, zero, order = system
    if order == PARALLEL:
        return ask_together(columns, zero, spins, fields, turned)
    if order == RANDOM:
        return ask_drawn(spins.size, columns, zero, spins, fields, state)
    return ask_in_turn(0, spins.size, columns, zero, spins, fields)


@kernel
def settled(spins, fields, zero):
    """Whether no unit wants to turn."""
    rests = True
    for i in range(spins.size):
        rests &= spins[i] * fields[i] >= -zero[i]
    return rests


@kernel
def period_of(order, flips, number, settled, spins, last, before, seen, clock):
    """Period that is certain after sweep `number` in which `flips` spins turned, or 0.

    `last` is the state before this sweep, `before` the one before that, `seen` the one of sweep clock[3]. `settled`
    says whether no unit wants to turn.
    """
    if flips == 0 and settled:
        return 1
    if order == RANDOM:
        return 0
    if number > 1 and np.array_equal(spins, before):
        return 2
    if np.array_equal(spins, seen):
        return number - clock[3]
    if number >= 2 * clock[3]:
        seen[:] = spins
        clock[3] = number
    return 0


@kernel
def relax_sweeps(system, stop, spins, before, seen, fields, state, clock, e):
    """Go on to sweep number `stop`, or to the end if that comes earlier.

    `clock` (4,) int64: sweeps made, spins turned, period (0 as long as it is open), and the sweep of state `seen`.
    """
    _, h, zero, order = system
    turned, last = np.empty(spins.size, dtype=np.int64), np.empty_like(spins)
    while clock[0] < stop and clock[2] == 0:
        last[:] = spins
        flips = sweep_to_fields(system, spins, fields, state, turned)
        clock[0] += 1
        clock[1] += flips
        e[clock[0]] = energy_of_fields(spins, fields, h)
        rests = flips == 0
        if rests and order == RANDOM:  # some units were not looked at
            rests = settled(spins, fields, zero)
        clock[2] = period_of(order, flips, clock[0], rests, spins, last, before, seen, clock)
        before[:] = last


@kernel
def heat_sweeps(system, beta, stop, every, spins, fields, state, done, e, m):
    """Go on to sweep number `stop` of the heat bath, and record after every `every` sweeps."""
    columns, h, _, order = system
    n = spins.size
    turned = np.empty(n, dtype=np.int64)
    while done[0] < stop:
        flips = 0
        for step in range(n):
            i = random_site(n, state) if order == RANDOM else step
            up = uniform(state) < 1.0 / (1.0 + np.exp(-2.0 * beta * fields[i]))
            if up != (spins[i] > 0):
                if order == PARALLEL:
                    turned[flips] = i
                    flips += 1
                else:
                    turn(i, spins, fields, columns)
        for k in range(flips):
            turn(turned[k], spins, fields, columns)
        done[0] += 1
        if done[0] % every == 0:
            record = done[0] // every - 1
            e[record] = energy_of_fields(spins, fields, h)
            m[record] = spins.sum() / n
