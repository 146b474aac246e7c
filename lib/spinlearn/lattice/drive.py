"""A magnet in a field that goes back and forth: its loop, the work done on it, and the field that turns it over.

The field is held during a sweep and switched between sweeps. A switch happens at fixed spins, so it does the work
-M (h_new - h_old); in the sweep that follows the field is fixed, and what the energy changes by is heat from the bath.
Entry t of `fields` is the field during sweep t, and entry t of a record was taken at the end of that sweep. Over one
period, in a state that repeats, the work per spin is the area of the loop in steps,

    W = -sum_t m_t (h_{t+1} - h_t),

and all of it has gone to the bath as heat. It is positive on average, whatever the rate: the second law.

`drive` is the lattice; the magnet of infinite range is in `spinlearn.meanfield.curie_weiss`.

References
----------
B. K. Chakrabarti and M. Acharyya, Rev. Mod. Phys. 71, 847 (1999): hysteresis of the Ising model.
P. Jung, G. Gray, R. Roy and P. Mandel, Phys. Rev. Lett. 65, 1873 (1990): area against rate where a well vanishes.
"""

import math
from typing import NamedTuple

import numpy as np

from ..core import arguments
from ..core.jit import kernel
from ..core.progress import keeping, watched
from ..core.words import stream
from . import ising
from .geometry import Lattice, checked, interactions
from .ising import RULES, Run


class Driven(NamedTuple):
    """What stays the same in a run, `fields` being the list of what changes."""

    neighbours: np.ndarray
    table: np.ndarray  # overwritten in every sweep
    rule: int
    beta: float
    J: float
    fields: np.ndarray


def cosine(amplitude: float, period: int, cycles: int = 1) -> np.ndarray:
    """Field that goes back and forth, one value a sweep: amplitude * cos(2 pi t / period).

    Parameters
    ----------
    amplitude : float
        The largest field, above 0. It is the first one.
    period : int
        Sweeps there and back, at least 3.
    cycles : int
        How many periods, at least 1.

    Returns
    -------
    (cycles * period,) float64

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> cosine(2.0, 4).round(12) + 0.0
    array([ 2.,  0., -2.,  0.])
    """
    amplitude = arguments.number("amplitude", amplitude, above=0)
    period, cycles = arguments.count("period", period, at_least=3), arguments.count("cycles", cycles, at_least=1)
    return np.tile(amplitude * np.cos(2 * np.pi * np.arange(period) / period), cycles)


def drive(
    spins,
    lattice: Lattice,
    T: float,
    fields,
    *,
    rule: str = "heat-bath",
    J: float = 1.0,
    progress: bool | None = None,
    rng: np.random.Generator,
) -> Run:
    """Run a local dynamics in a field that may change from sweep to sweep; random sites.

    Parameters
    ----------
    spins : integer array of shape ``lattice.shape``
        The start, -1 or +1. It is left as it is.
    lattice : Lattice
    T : float
        Temperature, above 0.
    fields : (sweeps,) array_like
        The field during each sweep.
    rule : {"heat-bath", "metropolis"}
        As for `ising.simulate`.
    J : float
        Coupling of every bond.
    progress
        As for `ising.simulate`.
    rng : numpy.random.Generator
        Advanced by one draw.

    Returns
    -------
    ising.Run
        The spins at the end, and energy (in the field of the sweep) and magnetisation per spin after every sweep.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range; nothing has been changed then, and `rng` not advanced.
    spinlearn.core.progress.Interrupted
        At Ctrl-C. Its attribute `run` is the `ising.Run` so far.

    Examples
    --------
    >>> from spinlearn.lattice import all_up, square
    >>> run = drive(all_up(square(32)), square(32), 1.0, [-3.0] * 40, rng=np.random.default_rng(1))
    >>> bool(run.m[-1] < -0.99)
    True
    """
    flat = arguments.spins(spins, checked(lattice).shape).copy()
    T, J = arguments.temperature(T), arguments.number("J", J)
    fields = arguments.fields(fields)
    interactions(lattice, J, np.abs(fields).max(initial=0.0))
    code = RULES[arguments.choice("rule", rule, RULES)]
    n, clock = lattice.size, np.zeros(1, dtype=np.int64)
    met, updates = (np.abs(fields), n) if fields.size else (0.0, 0)
    ising.refuse_free_flips(rule, lattice.degree * abs(J) + met, T, updates)
    arguments.flag("progress", progress, optional=True)
    table = np.empty((2, 2 * lattice.coordination + 1))
    totals = np.array([ising.bond_total(flat, lattice.neighbours), flat.sum(dtype=np.int64)])
    bond_sums, spin_sums = np.empty((2, fields.size), dtype=np.int64)
    state = stream(rng)
    system = Driven(lattice.neighbours, table, code, 1 / T, J, fields)

    def finished() -> Run:
        done = slice(clock[0] // n)
        e = (-J * bond_sums[done] - fields[done] * spin_sums[done]) / n
        return Run(flat.reshape(lattice.shape), e, spin_sums[done] / n)

    with keeping(finished):
        for part in watched(fields.size * n, progress):
            run_driven(system, part.stop, flat, state, totals, clock, bond_sums, spin_sums)
    return finished()


def work(fields, m) -> float:
    """Work per spin that the field does in one period, the area of the loop in steps.

    Parameters
    ----------
    fields, m : (period,) array_like
        The field during each sweep of one period, and the magnetisation per spin at its end. The last switch leads back
        to the first field.

    Returns
    -------
    float
        -sum_t m_t (h_{t+1} - h_t): positive if m lags behind the field.

    Raises
    ------
    TypeError, ValueError
        If the two are not equally long one-dimensional arrays of finite numbers.

    Examples
    --------
    A magnet that turns over at -1 on the way down and at +1 on the way up; a square of sides 2 and 2:

    >>> work([2, 1, 0, -1, -2, -1, 0, 1], [1, 1, 1, -1, -1, -1, -1, 1])
    4.0
    """
    fields, m = _period(fields, m)
    with np.errstate(over="ignore", invalid="ignore"):
        total = float(-(m * (np.roll(fields, -1) - fields)).sum())
    if not math.isfinite(total):
        raise ValueError("fields and m must be small enough that the work is finite, below 1.8e308 in size")
    return total


def coercive_field(fields, m) -> float:
    """Size of the field at which the magnetisation changes sign, the mean of the way down and the way up.

    Parameters
    ----------
    fields, m : (period,) array_like
        One period of a loop, as for `work`, that begins at the largest field. On each way the first change of sign of m
        counts, and the field is interpolated between the two sweeps beside it.

    Returns
    -------
    float

    Raises
    ------
    TypeError, ValueError
        If the two are not equally long one-dimensional arrays of finite numbers, or m does not change its sign on
        both ways.

    Examples
    --------
    >>> coercive_field([2, 1, 0, -1, -2, -1, 0, 1], [1, 1, 1, -1, -1, -1, -1, 1])
    0.5
    """
    fields, m = _period(fields, m)
    lowest = int(fields.argmin())
    fields, m = np.append(fields, fields[0]), np.append(m, m[0])
    crossings = []
    for sign, part in ((1, slice(0, lowest + 1)), (-1, slice(lowest, None))):
        h, x = fields[part], sign * m[part]
        turned = np.flatnonzero((x[:-1] > 0) & (x[1:] <= 0))
        if not turned.size:
            raise ValueError("m must change sign on the way down and on the way up, once at least")
        t = turned[0]
        before, after = x[t : t + 2] / max(1.0, x[t], -x[t + 1])
        # Half of the field, which no difference takes past the largest float; and half of the two ways is their mean.
        half, gap = h[t] / 2, h[t + 1] / 2 - h[t] / 2
        crossings.append(-sign * (half + gap * before / (before - after)))
    return float(sum(crossings))


def free_spin_work(T: float, amplitude: float, period: int, *, N: float = math.inf) -> float:
    """Work per spin and period on free spins in the field `cosine(amplitude, period)`, exactly.

    A sweep carries m to a m + (1 - a) tanh(h / T), with a = (1 - 1/N)^N, which is linear in m whatever the field. The
    field has a single harmonic, so only the first harmonic of tanh(h / T) does work, and the rest follows from a
    geometric series.

    Parameters
    ----------
    T : float
        Temperature, above 0.
    amplitude : float
        Above 0.
    period : int
        Sweeps, at least 3.
    N : int, optional
        Number of spins. Left out: infinitely many, a = 1/e.

    Returns
    -------
    float
        A field that changes smoothly would do pi amplitude mu w / (1 + w^2), w = 2 pi / period and mu the amplitude
        of the first harmonic of tanh(h / T). Steps of a sweep cost more: 8 per cent when the field is slow.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> round(free_spin_work(1.0, 0.1, 1000) / (np.pi * 0.1**2 * 2 * np.pi / 1000), 2)
    1.08
    """
    T = arguments.temperature(T)
    h = cosine(amplitude, period)
    if not math.isfinite(8.0 * float(amplitude)):
        raise ValueError(f"amplitude must be small enough that the work is finite, got {amplitude}")
    endless = isinstance(N, float) and math.inf == N
    kept = _kept_in_a_sweep(0.0 if endless else 1 / arguments.count("N", N, at_least=1))
    turn = np.exp(2j * np.pi * np.arange(period) / period)
    response = (1 - kept) / (1 - kept * turn[1].conjugate())
    with np.errstate(over="ignore"):  # tanh of infinity is 1
        response = 2 / period * (np.tanh(h / T) @ turn.conjugate()) * response
    return work(h, (response * turn).real)


@kernel
def run_driven(system, stop, spins, state, totals, clock, bond_sums, spin_sums):
    """Go on to update number `stop`, one sweep in each field, and record the sums over bonds and spins after each.

    `system` is a `Driven`. `clock` (1,) int64 says how many updates there have been.
    """
    neighbours, table, rule, beta, J, fields = system
    n = spins.size
    while clock[0] < stop:
        t, first = clock[0] // n, clock[0] % n
        last = min(n, first + stop - clock[0])
        ising.fill_flip_probabilities(table, rule, beta, J, fields[t])
        ising.offer(spins, neighbours, table, True, first, last, state, totals)
        clock[0] += last - first
        bond_sums[t] = totals[0]
        spin_sums[t] = totals[1]


def _kept_in_a_sweep(x: float) -> float:
    """Share (1 - x)^(1/x) of the magnetisation that a sweep of 1 / x random sites leaves alone, also for tiny x."""
    if x == 1:
        return 0.0
    return math.exp(math.log1p(-x) / x) if x else math.exp(-1)


def _period(fields, m) -> tuple[np.ndarray, np.ndarray]:
    fields, m = arguments.real_array("fields", fields), arguments.real_array("m", m)
    if fields.ndim != 1 or fields.shape != m.shape or fields.size < 2:
        raise ValueError(
            f"fields and m must be one-dimensional, equally long and at least 2 long, got shapes {fields.shape} "
            f"and {m.shape}"
        )
    return fields, m
