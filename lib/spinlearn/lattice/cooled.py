"""A magnet whose temperature changes from sweep to sweep, down to 0 and up again, 64 spins at a time.

The temperature is held during a sweep and switched between sweeps: entry t of `temperatures` is that of sweep t, and
record t was taken at its end. The kernel is that of `multispin`: the only thing that depends on the temperature is the
binary digits of two probabilities, that of a flip with no broken bond and that of a flip with one, and these are worked
out anew before every sweep. Replicas may go through different temperatures at the same time, each in its own bit.

The heat bath is the rule throughout. It keeps the Boltzmann law of whatever temperature it is given, and at T = 0 it is
Glauber's dynamics of a quench: a flip that would cost energy is never made, one that gains energy always, and one that
is free by the toss of a coin. Then p = 0, all of whose digits are 0, and the probabilities are exact there as well.

`simulate` and `replicas` are lattices on a torus; `on_lattice` takes any lattice, with open edges for example, and
updates one random site after the other.

References
----------
R. J. Glauber, J. Math. Phys. 4, 294 (1963): the dynamics.
"""

from typing import NamedTuple

import numpy as np

from ..core import arguments
from ..core.arguments import LARGEST_BETA
from ..core.jit import kernel
from ..core.progress import keeping, watched
from ..core.words import stream
from . import ising
from .geometry import Lattice, checked
from .ising import HEAT_BATH, Run, flip_probability
from .multispin import DIGITS, sweep
from .planes import ALL_BITS, BITS, NO_BITS, count, cut, laid_out, read_off


class Cooling(NamedTuple):
    """What stays the same in a run, `couplings` (sweeps, 1 or 64) being the list of J / T that changes."""

    to_right: np.ndarray
    flags: np.ndarray
    digits: np.ndarray  # overwritten in every sweep
    couplings: np.ndarray
    tiled: bool
    seed: np.uint64
    every: int


def simulate(
    spins,
    temperatures,
    *,
    J: float = 1.0,
    every: int = 1,
    progress: bool | None = None,
    rng: np.random.Generator,
) -> Run:
    """Run the heat bath on a large torus through a list of temperatures.

    Parameters
    ----------
    spins : (rows, columns) integer array
        The start, -1 or +1; rows and columns are multiples of 16. It is left as it is.
    temperatures : (sweeps,) array_like
        The temperature during each sweep, at least 0.
    J : float
        The coupling, above 0.
    every : int
        Record after every so many sweeps.
    progress : bool, optional
        True shows a bar, False none. Left out: one where somebody watches, if it takes more than two seconds.
    rng : numpy.random.Generator
        Advanced by one draw. With one temperature all along, the run is that of `multispin.simulate`, bit for bit.

    Returns
    -------
    ising.Run
        ``spins``, and ``sweeps // every`` records of energy ``e`` and magnetisation ``m`` per spin.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range; nothing has been changed then, and `rng` not advanced.
    spinlearn.core.progress.Interrupted
        At Ctrl-C. Its attribute `run` is the `ising.Run` so far.

    Examples
    --------
    >>> run = simulate(np.ones((32, 32), dtype=np.int8), [1.0] * 20 + [9.0] * 20, rng=np.random.default_rng(1))
    >>> bool(run.m[:20].min() > 0.95), bool(abs(run.m[-10:]).max() < 0.2)
    (True, True)
    """
    tiles = cut(spins)
    J, temperatures = arguments.number("J", J, above=0), lists(temperatures)
    return _run(tiles, temperatures[:, None], True, J, every, progress, rng)


def replicas(
    spins,
    temperatures,
    *,
    J: float = 1.0,
    every: int = 1,
    progress: bool | None = None,
    rng: np.random.Generator,
) -> Run:
    """Run the heat bath on up to 64 independent tori, each through its own list of temperatures, all at once.

    Parameters
    ----------
    spins : (R, rows, columns) integer array
        The starts of R = 1 to 64 replicas, -1 or +1; rows and columns even. It is left as it is.
    temperatures : (sweeps,) or (sweeps, R) array_like
        The temperature during each sweep, at least 0: one for all replicas, or one for each.
    J, every, progress, rng
        As for `simulate`. With one temperature all along, the run is that of `multispin.replicas`, bit for bit.

    Returns
    -------
    ising.Run
        ``spins`` (R, rows, columns) int8, and ``e``, ``m`` (sweeps // every, R) float64.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range; nothing has been changed then, and `rng` not advanced.
    spinlearn.core.progress.Interrupted
        At Ctrl-C. Its attribute `run` is the `ising.Run` so far.

    Examples
    --------
    Three magnets that rest, of which one is quenched for ten sweeps:

    >>> T = np.full((30, 3), 9.0)
    >>> T[10:20, 1] = 0.5
    >>> start = np.ones((3, 16, 16), dtype=np.int8)
    >>> run = replicas(start, T, rng=np.random.default_rng(1))
    >>> run.e[19].argmin()
    np.int64(1)
    """
    spins = arguments.as_array("spins", spins)
    shape = spins.shape
    if len(shape) != 3 or not 1 <= shape[0] <= BITS or any(side == 0 or side % 2 for side in shape[1:]):
        raise ValueError(
            f"spins must have shape (R, rows, columns), R from 1 to {BITS}, rows and columns even, got {shape}"
        )
    copies = arguments.spins(spins).reshape(shape)
    J, temperatures = arguments.number("J", J, above=0), lists(temperatures, shape[0])
    temperatures = temperatures[:, None] if temperatures.ndim == 1 else temperatures
    return _run(copies, temperatures, False, J, every, progress, rng)


def on_lattice(
    spins,
    lattice: Lattice,
    temperatures,
    *,
    J: float = 1.0,
    progress: bool | None = None,
    rng: np.random.Generator,
) -> Run:
    """Run the heat bath on any lattice, such as one with open edges, through a list of temperatures; random sites.

    Parameters
    ----------
    spins : integer array of shape ``lattice.shape``
        The start, -1 or +1. It is left as it is.
    lattice : Lattice
    temperatures : (sweeps,) array_like
        The temperature during each sweep, at least 0. A sweep is N updates.
    J : float
        Coupling of every bond, above 0.
    progress, rng
        As for `simulate`.

    Returns
    -------
    ising.Run
        The spins at the end, and energy and magnetisation per spin after every sweep.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range; nothing has been changed then, and `rng` not advanced.
    spinlearn.core.progress.Interrupted
        At Ctrl-C. Its attribute `run` is the `ising.Run` so far.

    Examples
    --------
    >>> from spinlearn.lattice import random_spins, square
    >>> rng, sheet = np.random.default_rng(1), square(8, periodic=False)
    >>> run = on_lattice(random_spins(sheet, rng=rng), sheet, np.zeros(50), rng=rng)
    >>> bool((np.diff(run.e) <= 0).all())
    True
    """
    flat = arguments.spins(spins, checked(lattice).shape).copy()
    J, temperatures = arguments.number("J", J, above=0), lists(temperatures)
    arguments.flag("progress", progress, optional=True)
    n, clock = lattice.size, np.zeros(1, dtype=np.int64)
    table = np.empty((2, 2 * lattice.coordination + 1))
    totals = np.array([ising.bond_total(flat, lattice.neighbours), flat.sum(dtype=np.int64)])
    bond_sums, spin_sums = np.empty((2, temperatures.size), dtype=np.int64)
    couplings, state = arguments.inverse(temperatures, J), stream(rng)

    def finished() -> Run:
        done = slice(clock[0] // n)
        return Run(flat.reshape(lattice.shape), -J * bond_sums[done] / n, spin_sums[done] / n)

    with keeping(finished):
        for part in watched(temperatures.size * n, progress):
            run_sites(flat, lattice.neighbours, table, couplings, part.stop, state, totals, clock, bond_sums, spin_sums)
    return finished()


def lists(temperatures, R: int | None = None) -> np.ndarray:
    """Check a list of temperatures, (sweeps,) or, where there are R replicas, (sweeps, R): float64, all at least 0."""
    array = arguments.real_array("temperatures", temperatures).reshape(np.shape(temperatures))
    allowed = "(sweeps,)" if R is None else f"(sweeps,) or (sweeps, {R})"
    if array.ndim != 1 and (R is None or array.ndim != 2 or array.shape[1] != R):
        raise ValueError(f"temperatures must have shape {allowed}, got {array.shape}")
    if not (array >= 0).all():
        raise ValueError(f"temperatures must be at least 0, got {array.min():g}")
    return array


def _run(parts, temperatures, tiled, J, every, progress, rng) -> Run:
    """Check what both public functions share, and run; as for `multispin`, with temperatures (sweeps, 1 or R)."""
    every = arguments.count("every", every, at_least=1)
    arguments.flag("progress", progress, optional=True)
    sweeps = len(temperatures)
    broken, up = arguments.room((2, sweeps // every, BITS), np.int64, sweeps=sweeps)
    seed = arguments.generator(rng).integers(2**64, dtype=np.uint64)
    planes, to_right = laid_out(parts, tiled)
    clock, digits = np.zeros(1, dtype=np.int64), np.zeros((2, DIGITS), dtype=np.uint64)
    couplings = np.ascontiguousarray(arguments.inverse(temperatures, J))
    system = Cooling(to_right, np.array([NO_BITS, ALL_BITS]), digits, couplings, tiled, seed, every)

    def finished() -> Run:
        done = slice(clock[0] // every)
        return read_off(planes, len(parts), tiled, J, broken[done], up[done])

    with keeping(finished):
        for part in watched(sweeps, progress):
            run_cooling(system, part.stop, planes, clock, broken, up)
    return finished()


@kernel
def fill_digits(digits, couplings):
    """Digits (2, 64) of the probabilities to flip with no and with one broken bond; couplings (1 or R,) are J / T.

    Bit r of word k is the digit of replica r that stands for 2**(k - 64). One coupling is that of all.
    """
    for u in range(2):
        digits[u] = NO_BITS
        for r in range(couplings.size):
            p = flip_probability(HEAT_BATH, (8.0 - 4.0 * u) * couplings[r])  # at most one half
            scaled = np.uint64(p * 2.0**DIGITS)
            for k in range(DIGITS):
                digits[u, k] |= ((scaled >> np.uint64(k)) & np.uint64(1)) << np.uint64(r)
        if couplings.size == 1:
            for k in range(DIGITS):
                digits[u, k] = ALL_BITS if digits[u, k] else NO_BITS


@kernel
def run_cooling(system, stop, planes, clock, broken, up):
    """Go on to sweep number `stop` of a run, and fill a row of `broken` and `up` after every `every` sweeps.

    `system` is a `Cooling`. `clock` (1,) int64 says how many sweeps there have been.
    """
    to_right, flags, digits, couplings, tiled, seed, every = system
    for number in range(clock[0], stop):
        if number == clock[0] or not np.array_equal(couplings[number], couplings[number - 1]):
            fill_digits(digits, couplings[number])
        sweep(planes, to_right, flags, digits, tiled, seed, number)
        if (number + 1) % every == 0:
            count(planes, flags, tiled, broken[number // every], up[number // every])
        clock[0] = number + 1


@kernel
def run_sites(spins, neighbours, table, couplings, stop, state, totals, clock, bond_sums, spin_sums):
    """Go on to update number `stop`, N at random sites for each of the `couplings` J / T, and record after each N."""
    n = spins.size
    while clock[0] < stop:
        t, first = clock[0] // n, clock[0] % n
        last = min(n, first + stop - clock[0])
        ising.fill_flip_probabilities(table, HEAT_BATH, 1.0, couplings[t], 0.0)
        ising.offer(spins, neighbours, table, True, first, last, state, totals)
        clock[0] += last - first
        bond_sums[t] = totals[0]
        spin_sums[t] = totals[1]


@kernel
def sweep_sites(spins, neighbours, table, T, state, totals):
    """One sweep at the temperature T, at least 0, with J = 1, site after site; `table` is filled, `totals` followed."""
    coupling = 1.0 / T if LARGEST_BETA * T > 1.0 else LARGEST_BETA
    ising.fill_flip_probabilities(table, HEAT_BATH, 1.0, coupling, 0.0)
    ising.sweep(spins, neighbours, table, False, state, totals)
