"""The Curie-Weiss magnet with a temperature that changes from sweep to sweep, at no field.

As in `curie_weiss`, the number of up spins does a walk with steps to the neighbouring numbers only, N of them a sweep;
here the temperature is held for whole sweeps, where there it is the field. Entry t of `temperatures` is that of sweep
t, and entry t of what is returned was taken at its end. At T = 0 a spin follows the sign of its local field, and tosses
a coin where there is none.

`evolve` carries the law, exactly; `walk` simulates many copies; `flow` is the limit of many spins,
dm/dt = -m + tanh(Tc m / T). After a quench m grows exponentially at first, at the rate Tc / T - 1, from the noise
1 / sqrt(N) that it finds: a spike comes some ln(N) / (2 (Tc / T - 1)) sweeps late. On a lattice it is L^2.

References
----------
R. B. Griffiths, C.-Y. Weng and J. S. Langer, Phys. Rev. 149, 301 (1966): the walk.
"""

from typing import NamedTuple

import numpy as np

from ..core import arguments
from ..core.jit import kernel
from ..core.progress import keeping, watched
from ..core.words import stream, uniform
from .curie_weiss import (
    Evolution,
    checked_law,
    checked_magnetisation,
    fill_steps,
    keep_law,
    nearest_state,
    update_law,
)

_LARGEST = 10**6  # spins, as for `curie_weiss`
_STEPS = 16  # of Runge and Kutta in one sweep


class Cooling(NamedTuple):
    """What `evolve` carries along: law, and law after the last whole sweep, steps up and down, (N + 1,) each."""

    law: np.ndarray
    last: np.ndarray
    up: np.ndarray
    down: np.ndarray


def evolve(law, temperatures, *, Tc: float = 1.0, progress: bool | None = None) -> Evolution:
    """Carry the law of the number of up spins through sweeps at given temperatures, exactly.

    Parameters
    ----------
    law : (N + 1,) array_like
        Probabilities of 0 … N spins up at the start; not below 0, and 1 in sum to within 1e-9.
    temperatures : (sweeps,) array_like
        The temperature during each sweep, at least 0.
    Tc : float
        Coupling, as the critical temperature that it makes; above 0.
    progress : bool, optional
        True shows a bar, False none; left out: where somebody watches and it takes more than two seconds.

    Returns
    -------
    curie_weiss.Evolution
        ``law`` after the last sweep, and the mean magnetisation ``m`` after every one.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range.
    core.progress.Interrupted
        At Ctrl-C; its attribute `run` holds what was finished.

    Examples
    --------
    Two spins up at T = 0 stay up; far above Tc each update puts one of them up or down by a coin.

    >>> evolve([0, 0, 1], [0.0, 1e9]).law.round(6)
    array([0.125, 0.5  , 0.375])
    """
    law = checked_law(law)
    T, Tc = arguments.sweep_temperatures("temperatures", temperatures), arguments.number("Tc", Tc, above=0)
    arguments.flag("progress", progress, optional=True)
    N, m = law.size - 1, np.full(T.size, np.nan)
    course = Cooling(law.copy(), law.copy(), np.empty(N + 1), np.empty(N + 1))
    with keeping(lambda: Evolution(course.last, m[: int((~np.isnan(m)).sum())])):
        for part in watched(T.size * N, progress):
            carry(course, part.start, part.stop, arguments.inverse(T), Tc, m)
    return Evolution(course.last, m)


def walk(
    N: int,
    temperatures,
    *,
    copies: int = 1,
    Tc: float = 1.0,
    start: float | None = None,
    progress: bool | None = None,
    rng: np.random.Generator,
) -> np.ndarray:
    """Simulate copies of the walk through sweeps at given temperatures.

    Parameters
    ----------
    N : int
        Number of spins, from 1 to a million.
    temperatures : (sweeps,) array_like
        The temperature during each sweep, at least 0.
    copies : int
        Independent walks, at least 1.
    Tc : float
        As for `evolve`.
    start : float, optional
        Magnetisation per spin at the start, from -1 to 1, or the nearest to it that is possible. Left out, every copy
        starts with N spins each up or down by a coin.
    progress : bool, optional
        As for `evolve`.
    rng : numpy.random.Generator

    Returns
    -------
    (sweeps, copies) float64
        Magnetisation per spin after every sweep, of the form that `lattice.firing.spikes` reads.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range; `rng` is not advanced then.
    core.progress.Interrupted
        At Ctrl-C; its attribute `run` holds the sweeps that were finished.

    Examples
    --------
    >>> m = walk(1000, [2.0] * 20 + [0.5] * 60, copies=10, rng=np.random.default_rng(1))
    >>> bool(abs(m[19]).max() < 0.2), bool(abs(m[-1]).min() > 0.9)
    (True, True)
    """
    N = arguments.count("N", N, at_least=1, at_most=_LARGEST)
    T, Tc = arguments.sweep_temperatures("temperatures", temperatures), arguments.number("Tc", Tc, above=0)
    copies = arguments.count("copies", copies, at_least=1)
    begin = None if start is None else nearest_state("start", start, N)
    arguments.flag("progress", progress, optional=True)
    m = arguments.room((T.size, copies), copies=copies)
    arguments.generator(rng)
    up = rng.binomial(N, 0.5, copies) if begin is None else np.full(copies, begin)
    raises, lowers, state, done, betas = np.empty(N + 1), np.empty(N + 1), stream(rng), 0, arguments.inverse(T)
    with keeping(lambda: m[:done]):
        for part in watched(T.size, progress):
            walk_cooling(up, raises, lowers, betas[part], Tc, state, m[part])
            done = part.stop
    return m


def flow(m: float, temperatures, *, Tc: float = 1.0) -> np.ndarray:
    """Follow dm/dt = -m + tanh(Tc m / T), the limit of many spins, through sweeps at given temperatures.

    Parameters
    ----------
    m : float
        Magnetisation per spin at the start, from -1 to 1. From 0 it never moves.
    temperatures : (sweeps,) array_like
        The temperature during each sweep, which lasts one unit of time; at least 0.
    Tc : float
        As for `evolve`.

    Returns
    -------
    (sweeps,) float64
        m after every sweep, to some 1e-6 for Tc / T up to 2.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range.

    Examples
    --------
    >>> flow(0.5, [1e9, 1e9, 0.0]).round(4)
    array([0.1839, 0.0677, 0.657 ])
    """
    m = checked_magnetisation("m", m)
    T, Tc = arguments.sweep_temperatures("temperatures", temperatures), arguments.number("Tc", Tc, above=0)
    record = np.empty(T.size)
    flow_cooling(m, arguments.inverse(T), Tc, record)
    return record


@kernel
def carry(course, first, last, betas, Tc, m):
    """Carry the law of a `Cooling` through the updates `first` to before `last`, N of them at each of the `betas`."""
    law, up, down = course.law, course.up, course.down
    n = law.size - 1
    for update in range(first, last):
        t = update // n
        if update % n == 0 or update == first:
            fill_steps(up, down, betas[t], 0.0, Tc)
        update_law(law, up, down)
        if update % n == n - 1:
            m[t] = keep_law(law, course.last)


@kernel
def walk_cooling(ups, raises, lowers, betas, Tc, state, m):
    """Walk N updates of every copy at each of the `betas`; `ups` (copies,) are the numbers of up spins."""
    n = raises.size - 1
    for t in range(betas.size):
        if t == 0 or betas[t] != betas[t - 1]:
            fill_steps(raises, lowers, betas[t], 0.0, Tc)
        for c in range(ups.size):
            k = ups[c]
            for _ in range(n):
                u = uniform(state)
                if u < raises[k]:
                    k += 1
                elif u < raises[k] + lowers[k]:
                    k -= 1
            ups[c] = k
            m[t, c] = (2 * k - n) / n


@kernel
def slope(m, beta, Tc):
    """dm/dt."""
    return np.tanh(beta * (Tc * m)) - m


@kernel
def flow_cooling(m, betas, Tc, record):
    """Follow the limit of many spins by the classical Runge-Kutta method, one unit of time at each of the `betas`."""
    dt = 1.0 / _STEPS
    for t in range(betas.size):
        for _ in range(_STEPS):
            k1 = slope(m, betas[t], Tc)
            k2 = slope(m + dt / 2 * k1, betas[t], Tc)
            k3 = slope(m + dt / 2 * k2, betas[t], Tc)
            k4 = slope(m + dt * k3, betas[t], Tc)
            m += dt / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
        record[t] = m
