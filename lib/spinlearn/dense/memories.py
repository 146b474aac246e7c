"""Dense associative memories: the energy's power decides how many patterns a network holds.

P patterns xi of N units are stored in the energy

    E(s) = -sum_mu F(x_mu),        x_mu = xi_mu . s,

with an interaction F that grows faster than the square of Hopfield and Hebb (Krotov and Hopfield's equation 2). Read as
a network of two layers, x_mu is the field of a memory unit and f = F' its activation: linear for x^2, a square for x^3,
a cube for x^4, an exponential for e^x. Here f(N) = 1, whatever F: a memory unit that sees its pattern whole answers 1.

    power(n)          F = x^n / (n N^(n-1))             f = (x / N)^(n-1)
    ... rectified     the same where x > 0, else 0      the same where x > 0, else 0
    exponential(T)    F = T e^((x - N) / T)             f = e^((x - N) / T)

power(2) is Hopfield's network with Hebb's couplings, J_ii = 0, but for the constant P / 2.

A unit turns if that lowers E (their equation 4), and stays if E would be the same. So E never rises, whatever F, as
long as units move one at a time; no step is small, and no gradient is taken. (To follow the sign of the gradient,
sum_mu xi_mu f(x_mu), lowers E as well where F is convex, even with all units at once; but that rests in states which a
turn would leave.)

What a turn costs needs no more than whole numbers. Let c_mu be the number of units at which state and pattern agree, so
that x_mu = 2 c_mu - N, and F_c the interaction there. A turn of unit i takes c_mu down by one where pattern and state
agree at i, and up elsewhere:

    E(turned) - E(s) = sum over c from 0 to N - 1 of  K_c (F_{c+1} - F_c),

where K_c counts the patterns that agree at i and have c + 1 agreements, less those that disagree and have c. The
*census* K has nothing of F in it: one census tells what a turn costs under every interaction. And what cancels, cancels
exactly: a pattern that differs from the state at unit i alone takes away precisely what the state's own pattern gives,
e^1 or e^1000.

References
----------
D. Krotov and J. J. Hopfield, Advances in Neural Information Processing Systems 29 (2016), arXiv:1606.01164: the model.
M. Demircigil, J. Heusel, M. Loewe, S. Upgang and F. Vermet, J. Stat. Phys. 168, 288 (2017): the exponential.
D. Krotov, B. Hoover, P. Ram and B. Pham, arXiv:2507.06211 (2025): a tutorial.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..core import arguments
from ..core.jit import kernel
from ..core.progress import keeping, watched
from ..core.words import random_site, stream
from .network import ORDERS, PARALLEL, RANDOM, Relaxed, checked_state, period_of
from .retrieval import checked_patterns

_ZERO = 2.0**-36  # as in `network`: a cost below this share of its parts is none
_HIGHEST = 30  # powers


@dataclass(frozen=True, repr=False)
class Interaction:
    """An interaction F and its activation f = F', made by `power` or `exponential`.

    Attributes
    ----------
    name : str
    degree : int
        The power; 0 for the exponential.
    rectified : bool
    F, f : callable
        Of the overlap x = xi . s, an array, and the number N of units.

    Examples
    --------
    >>> cube = power(3)
    >>> cube.F(np.array([10.0]), 10), cube.f(np.array([5.0, 10.0]), 10)
    (array([3.33333333]), array([0.25, 1.  ]))
    """

    name: str
    degree: int
    rectified: bool
    F: Callable
    f: Callable

    def __repr__(self) -> str:
        return f"<interaction {self.name}>"

    def steps(self, N: int) -> np.ndarray:
        """F at c + 1 agreements less F at c, for c from 0 to N - 1: (N,) float64.

        Examples
        --------
        >>> power(2).steps(4)
        array([-1.5, -0.5,  0.5,  1.5])
        """
        N = arguments.count("N", N, at_least=1)
        return np.diff(self.F(2.0 * np.arange(N + 1) - N, N))


def power(n: int, *, rectified: bool = False) -> Interaction:
    """The interaction x^n / (n N^(n-1)), with the activation (x / N)^(n-1).

    Parameters
    ----------
    n : int
        From 2 to 30. With an even one, a pattern and its mirror image are stored alike.
    rectified : bool
        Whether overlaps below 0 count for nothing. A memory unit then is a rectifier (n = 2), or a power of one.

    Returns
    -------
    Interaction

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.
    """
    n = arguments.count("n", n, at_least=2, at_most=_HIGHEST)
    rectified = arguments.flag("rectified", rectified)

    def of(x, N, k):
        share = x / N
        return np.maximum(share, 0.0) ** k if rectified else share**k

    name = f"x^{n}" + (" where x > 0" if rectified else "")
    return Interaction(name, n, rectified, lambda x, N: N / n * of(x, N, n), lambda x, N: of(x, N, n - 1))


def exponential(T: float = 1.0) -> Interaction:
    """The interaction T e^((x - N) / T), with the activation e^((x - N) / T).

    Parameters
    ----------
    T : float
        Above 0. Demircigil and others have T = 1. It is the sharpness of the memory units, and no noise.

    Returns
    -------
    Interaction

    Raises
    ------
    TypeError, ValueError
        If `T` has the wrong type or range.
    """
    T = arguments.temperature(T)
    return Interaction(
        f"exp(x / {T:g})", 0, False, lambda x, N: T * np.exp((x - N) / T), lambda x, N: np.exp((x - N) / T)
    )


def overlaps(spins, patterns) -> np.ndarray:
    """Overlaps x_mu = xi_mu . s of one state, or of many, with the patterns: whole numbers from -N to N.

    Parameters
    ----------
    spins : (N,) integer array
        -1 or +1.
    patterns : (P, N) integer array
        -1 or +1; at least one pattern.

    Returns
    -------
    (P,) int64

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or values.

    Examples
    --------
    >>> overlaps([1, 1, -1], [[1, 1, 1], [-1, -1, 1]])
    array([ 1, -3])
    """
    patterns = checked_patterns(patterns)
    spins = checked_state("spins", spins, patterns.shape[1])
    return patterns.astype(np.int64) @ spins


def energy(spins, patterns, interaction: Interaction) -> float:
    """E = -sum_mu F(xi_mu . s).

    Parameters
    ----------
    spins, patterns
        As for `overlaps`.
    interaction : Interaction

    Returns
    -------
    float

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or values.

    Examples
    --------
    >>> energy([1, 1, 1, 1], [[1, 1, 1, 1], [1, 1, -1, -1]], power(2))
    -2.0
    """
    _checked(interaction)
    x = overlaps(spins, patterns).astype(np.float64)
    return float(-interaction.F(x, np.shape(spins)[0]).sum()) + 0.0


def census(spins, patterns) -> np.ndarray:
    """Count what decides about every unit, under any interaction: K of the module's text.

    Parameters
    ----------
    spins, patterns
        As for `overlaps`.

    Returns
    -------
    (N, N) int64
        Row c, column i: patterns that agree with the state at unit i, and at c + 1 units in all, less those that
        disagree there and agree at c.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or values.

    Examples
    --------
    The costs of all turns under two interactions, from one census:

    >>> K = census([1, 1, 1], [[1, 1, 1], [1, -1, -1]])
    >>> power(2).steps(3) @ K, power(3).steps(3) @ K
    (array([0.        , 1.33333333, 1.33333333]), array([1.92592593, 0.88888889, 0.88888889]))
    """
    patterns = checked_patterns(patterns)
    spins = checked_state("spins", spins, patterns.shape[1])
    counts = np.empty((spins.size, spins.size), dtype=np.int64)
    fill_census(spins, patterns, counts)
    return counts


def costs(spins, patterns, interaction: Interaction) -> np.ndarray:
    """What it would cost to turn each unit, (N,) float64: a state is a fixed point where nothing costs less than 0.

    Parameters
    ----------
    spins, patterns, interaction
        As for `energy`.

    Returns
    -------
    (N,) float64
        Costs that are 0 but for rounding are 0.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or values.

    Examples
    --------
    A state that is one unit away from the only pattern gains by a turn of that unit alone.

    >>> (costs([1, 1, -1], [[1, 1, 1]], power(2)) < 0)
    array([False, False,  True])
    """
    _checked(interaction)
    counts = census(spins, patterns)
    return weighed(counts, interaction.steps(len(counts)))


def weighed(counts: np.ndarray, steps: np.ndarray) -> np.ndarray:
    """Costs (N,) from a census (N, N) and the steps (N,) of an interaction; 0 where they are 0 but for rounding.

    Examples
    --------
    >>> weighed(census([1, 1, -1], [[1, 1, 1]]), exponential(0.5).steps(3)).round(6)
    array([ 0.00899 ,  0.00899 , -0.490842])
    """
    cost = np.zeros(counts.shape[1])
    fill_costs(counts, steps, cost)
    return cost


def relax(
    spins,
    patterns,
    interaction: Interaction,
    *,
    order: str = "sequential",
    sweeps: int = 1000,
    progress: bool | None = None,
    rng: np.random.Generator | None = None,
) -> Relaxed:
    """Let units turn where that lowers the energy, until nothing new comes.

    Parameters
    ----------
    spins : (N,) integer array
        The start, -1 or +1. It is left as it is.
    patterns, interaction
        As for `energy`.
    order : {"sequential", "random", "parallel"}
        Unit after unit, N units drawn one by one, or all at once. In parallel the energy may rise.
    sweeps : int
        The most sweeps that are made.
    progress : bool, optional
        True shows a bar, False none; left out: where somebody watches and it takes more than two seconds.
    rng : numpy.random.Generator
        For the order "random" alone, and needed there; advanced by one draw.

    Returns
    -------
    network.Relaxed
        With the energy per spin. Under ``power(2)`` every state is that of ``network.relax(spins, hebb(patterns))``.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range.
    spinlearn.core.progress.Interrupted
        At Ctrl-C. Its attribute `run` is the `Relaxed` so far.

    Examples
    --------
    60 patterns in 40 units, more than there are units:

    >>> patterns = np.random.default_rng(1).choice([-1, 1], size=(60, 40))
    >>> start = patterns[0].copy()
    >>> start[:8] *= -1
    >>> for interaction in (power(2), power(3), exponential()):
    ...     end = relax(start, patterns, interaction)
    ...     print(interaction.name, end.spins @ patterns[0] / 40)
    x^2 0.3
    x^3 1.0
    exp(x / 1) 1.0
    """
    patterns = checked_patterns(patterns)
    n = patterns.shape[1]
    flat = checked_state("spins", spins, n)
    _checked(interaction)
    code = ORDERS[arguments.choice("order", order, ORDERS)]
    sweeps = arguments.count("sweeps", sweeps)
    arguments.flag("progress", progress, optional=True)
    e = arguments.room((sweeps + 1,), sweeps=sweeps)
    state = stream(rng) if code == RANDOM else np.zeros(4, dtype=np.uint64)
    table, steps = interaction.F(2.0 * np.arange(n + 1) - n, n), interaction.steps(n)
    agreed = (patterns == flat).sum(axis=1)
    before, seen, clock = flat.copy(), flat.copy(), np.zeros(4, dtype=np.int64)
    by_unit = np.ascontiguousarray(patterns.T)
    e[0] = -table[agreed].sum() / n + 0.0

    def finished() -> Relaxed:
        done, flips, period = (int(value) for value in clock[:3])
        return Relaxed(flat, before, e[: done + 1], done, flips, period)

    with keeping(finished):
        for part in watched(sweeps, progress):
            if clock[2]:
                break
            relax_dense(by_unit, table, steps, code, part.stop, flat, before, seen, agreed, state, clock, e)
    return finished()


def _checked(interaction) -> None:
    if not isinstance(interaction, Interaction):
        raise TypeError(
            f"interaction must be what power or exponential returns, such as power(3), not {type(interaction).__name__}"
        )


@kernel
def fill_census(spins, patterns, counts):
    """Fill `counts` (N, N), a row for each number of agreements but the last, with the census of a state."""
    n = spins.size
    counts[:] = 0
    for mu in range(patterns.shape[0]):
        row, c = patterns[mu], 0
        for i in range(n):
            c += row[i] == spins[i]
        above, below = counts[min(c, n - 1)], counts[max(c - 1, 0)]
        for i in range(n):
            same = np.int64(row[i] == spins[i])
            below[i] += same
            above[i] -= 1 - same


@kernel
def fill_costs(counts, steps, cost):
    """Fill `cost` (N,) from a census; what is 0 but for rounding is 0. The smallest parts are added first."""
    size = np.zeros(cost.size)
    cost[:] = 0.0
    for c in range(steps.size):
        for i in range(cost.size):
            part = counts[c, i] * steps[c]
            cost[i] += part
            size[i] += abs(part)
    for i in range(cost.size):
        if abs(cost[i]) <= _ZERO * size[i]:
            cost[i] = 0.0


@kernel
def wants_to_turn(i, spins, by_unit, agreed, steps, tally):
    """Whether a turn of unit i lowers the energy. `tally` (N,) int64 is scratch: its column of the census."""
    row, s = by_unit[i], spins[i]
    tally[:] = 0
    for mu in range(row.size):
        same = np.int64(row[mu] == s)
        tally[agreed[mu] - same] += 2 * same - 1
    cost = size = 0.0
    for c in range(steps.size):
        part = tally[c] * steps[c]
        cost += part
        size += abs(part)
    return cost < -_ZERO * size


@kernel
def turn_dense(i, spins, by_unit, agreed):
    """Turn unit i over, and carry the numbers of agreements along."""
    spins[i] = -spins[i]
    row, s = by_unit[i], spins[i]
    for mu in range(row.size):
        agreed[mu] += 2 * np.int64(row[mu] == s) - 1


@kernel
def sweep_dense(by_unit, steps, order, spins, agreed, state, turned, tally):
    """One sweep; return how many units turned. `turned` and `tally` (N,) int64 are scratch."""
    flips, n = 0, spins.size
    for step in range(n):
        i = random_site(n, state) if order == RANDOM else step
        if wants_to_turn(i, spins, by_unit, agreed, steps, tally):
            if order == PARALLEL:
                turned[flips] = i
            else:
                turn_dense(i, spins, by_unit, agreed)
            flips += 1
    if order == PARALLEL:
        for k in range(flips):
            turn_dense(turned[k], spins, by_unit, agreed)
    return flips


@kernel
def relax_dense(by_unit, table, steps, order, stop, spins, before, seen, agreed, state, clock, e):
    """Go on to sweep number `stop`, or to the end; `clock` (4,) int64 as in `network.relax_sweeps`."""
    n = spins.size
    turned, tally = np.empty(n, dtype=np.int64), np.empty(n, dtype=np.int64)
    last = np.empty_like(spins)
    while clock[0] < stop and clock[2] == 0:
        last[:] = spins
        flips = sweep_dense(by_unit, steps, order, spins, agreed, state, turned, tally)
        clock[0] += 1
        clock[1] += flips
        total = 0.0
        for mu in range(agreed.size):
            total -= table[agreed[mu]]
        e[clock[0]] = total / n
        rests = flips == 0
        if rests and order == RANDOM:  # some units were not looked at
            for i in range(n):
                rests &= not wants_to_turn(i, spins, by_unit, agreed, steps, tally)
        clock[2] = period_of(order, flips, clock[0], rests, spins, last, before, seen, clock)
        before[:] = last
