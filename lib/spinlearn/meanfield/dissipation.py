"""Energy, entropy and free energy of a magnet that is not in equilibrium, while it is cooled: the second law at work.

A law P over configurations, whatever it is, has an energy E = <H>, an entropy S = -sum P ln P, and in a bath of the
temperature T the free energy F = E - T S. How far F is above the equilibrium one is a relative entropy,

    F - F_eq = T D(P || Boltzmann at T) >= 0,

and under any dynamics that leaves the Boltzmann law alone, D never grows (it is a Lyapunov function). So at constant T
F falls, and this is what the second law says here: the magnet takes up the heat Q = dE, the bath loses it, and together
they gain the entropy

    dS - dE / T = -dF / T >= 0.

The magnet's own entropy may go either way. When it magnetises it falls, and the bath's rises by more. "Systems always
produce entropy" is right of the two together, and wrong of one of them.

All this is exact for the Curie-Weiss magnet at finite N, whose law is one of N + 1 numbers of up spins
(`meanfield.curie_weiss`): configurations with the same number are equally likely at the start, and so they stay. A
sweep is N updates. `follow_flow` is the limit of many spins, where the law is sharp about one m and D is N times the
height of f(m) above its minimum, over T. The energy is -Tc (M^2 - N) / (2 N) - h M, as in `curie_weiss`: per spin it
is higher by Tc / (2 N) than -Tc m^2 / 2 - h m, a constant that no difference knows.

References
----------
R. J. Glauber, J. Math. Phys. 4, 294 (1963): the dynamics.
J. Schnakenberg, Rev. Mod. Phys. 48, 571 (1976): entropy production of a master equation.
"""

import math
from typing import NamedTuple

import numpy as np
from scipy.special import gammaln

from ..core import arguments
from ..core.jit import kernel
from ..core.progress import keeping, watched
from . import weiss
from .curie_weiss import checked_law, checked_magnetisation, fill_steps, flow_fields, update_law


class State(NamedTuple):
    """What `state` returns, all per spin.

    Attributes
    ----------
    m, abs_m : float
        Averages of the magnetisation and of its size.
    e, s, f : float
        Energy, entropy, and e - T s.
    relative : float
        Relative entropy to the Boltzmann law at T: (f - f_eq) / T, not below 0 but for rounding.
    """

    m: float
    abs_m: float
    e: float
    s: float
    f: float
    relative: float


class Path(NamedTuple):
    """What `follow` and `follow_flow` return, all per spin; n is the number of sweeps.

    Attributes
    ----------
    T : (n,) float64
        Temperature of the bath in each sweep.
    m, abs_m, e, s : (n + 1,) float64
        At the start, and after every sweep.
    before, f : (n,) float64
        Free energy e - T s at the T of the sweep, before and after it. Where T changes, `before` is not the last f.
    relative : (n,) float64
        Relative entropy to the Boltzmann law at the sweep's T, after it.
    production : (n,) float64
        Entropy that magnet and bath gained together in the sweep, ds - de / T = (before - f) / T: not below 0, but
        for rounding.
    """

    T: np.ndarray
    m: np.ndarray
    abs_m: np.ndarray
    e: np.ndarray
    s: np.ndarray
    before: np.ndarray
    f: np.ndarray
    relative: np.ndarray
    production: np.ndarray


def state(law, T: float, *, h: float = 0.0, Tc: float = 1.0) -> State:
    """Energy, entropy and free energy of any law of the number of up spins, in a bath.

    Parameters
    ----------
    law : (N + 1,) array_like
        Probabilities of 0 … N spins up; configurations with the same number are equally likely.
    T : float
        Temperature of the bath, above 0.
    h : float
        Field.
    Tc : float
        Coupling, as the critical temperature that it makes; at least 0.

    Returns
    -------
    State
        ``relative`` is infinite where the Boltzmann law has no weight, to what floats hold, and the law has some.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range.

    Examples
    --------
    Four free spins, all up:

    >>> found = state([0, 0, 0, 0, 1], 1.0, Tc=0.0)
    >>> found.s, round(found.relative, 6)  # ln 2
    (0.0, 0.693147)
    """
    law, T = checked_law(law), arguments.temperature(T)
    h, Tc = arguments.number("h", h), arguments.number("Tc", Tc, at_least=0)
    tables = _tables(law.size - 1, h, Tc)
    equilibrium, record = np.empty(law.size), np.empty(5)
    fill_equilibrium(*tables, T, equilibrium)
    record_law(law, *tables, equilibrium, record)
    m, abs_m, e, s, relative = record.tolist()
    return State(m, abs_m, e, s, e - T * s, relative)


def follow(law, T, *, h: float = 0.0, Tc: float = 1.0, progress: bool | None = None) -> Path:
    """Carry a law through sweeps in a bath that is heated or cooled, exactly, and account for energy and entropy.

    Parameters
    ----------
    law : (N + 1,) array_like
        At the start. ``curie_weiss(N, T0).p`` is equilibrium at T0.
    T : (n,) array_like
        Temperature of the bath in each sweep, above 0.
    h, Tc : float
        As for `state`.
    progress : bool, optional
        True shows a bar, False none; left out: where somebody watches and it takes more than two seconds.

    Returns
    -------
    Path

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range.
    core.progress.Interrupted
        At Ctrl-C; its attribute `run` holds what was finished.

    Examples
    --------
    A quench: the magnet's entropy falls, that of magnet and bath rises.

    >>> from spinlearn.meanfield import curie_weiss
    >>> path = follow(curie_weiss(100, 2.0).p, np.full(20, 0.5))
    >>> bool(path.s[-1] < path.s[0] - 0.2), bool(path.production.min() > 0)
    (True, True)
    """
    law, T = checked_law(law), _temperatures(T)
    h, Tc = arguments.number("h", h), arguments.number("Tc", Tc, at_least=0)
    N, tables = law.size - 1, _tables(law.size - 1, h, Tc)
    # m, |m|, e, s, relative; the first row's last is against the first T.
    record = arguments.room((T.size + 1, 5), T=T.size)
    work = Work(law.copy(), np.empty(N + 1), np.empty(N + 1), np.empty(N + 1), *tables)
    record_law(work.law, *tables, work.equilibrium, record[0])
    done = [0]
    with keeping(lambda: _path(T[: done[0]], record[: done[0] + 1])):
        for part in watched(T.size * N, progress):
            carry_path(work, part.start, part.stop, T, h, Tc, record)
            done[0] = part.stop // N
    return _path(T, record)


def follow_flow(m: float, T, *, h: float = 0.0, Tc: float = 1.0) -> Path:
    """The same for very many spins: dm/dt = -m + tanh((Tc m + h) / T), and the mean-field e, s and f of m.

    Parameters
    ----------
    m : float
        Magnetisation at the start, from -1 to 1. Without a field, 0 stays 0 below Tc.
    T : (n,) array_like
        Temperature of the bath in each sweep, above 0.
    h, Tc : float
        As for `state`, with Tc above 0.

    Returns
    -------
    Path
        Its `relative` is the height of f above its lowest minimum, over T.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range.

    Examples
    --------
    >>> path = follow_flow(0.01, np.full(30, 0.5))
    >>> path.m[[0, 10, 30]].round(3), bool((np.diff(path.f) < 1e-15).all())
    (array([0.01 , 0.952, 0.958]), True)
    """
    m, T = checked_magnetisation("m", m), _temperatures(T)
    h, Tc = arguments.number("h", h), arguments.number("Tc", Tc, above=0)
    course, one = np.empty(T.size + 1), np.empty(1)
    course[0] = m
    for t, now in enumerate(T.tolist()):
        flow_fields(course[t], now, Tc, np.array([h]), one)
        course[t + 1] = min(max(one[0], -1.0), 1.0)
    e, s = weiss.energy(course, h=h, Tc=Tc), weiss.entropy(course)
    lowest = weiss.free_energy(weiss.magnetisation(T, h=h, Tc=Tc), T, h=h, Tc=Tc)
    relative = np.r_[np.nan, (e[1:] - T * s[1:] - lowest) / T]
    return _path(T, np.column_stack([course, np.abs(course), e, s, relative]))


class Work(NamedTuple):
    """What `follow` carries along, (N + 1,) float64 each: the law now, steps and Boltzmann law at the present T, and
    the tables of `_tables`.
    """

    law: np.ndarray
    up: np.ndarray
    down: np.ndarray
    equilibrium: np.ndarray
    ways: np.ndarray
    energy: np.ndarray


@kernel
def carry_path(work, first, last, T, h, Tc, record):
    """Carry the law of a `Work` through the updates `first` to before `last`, N of them at each T, and record."""
    n = work.law.size - 1
    for update in range(first, last):
        t = update // n
        if update % n == 0:
            fill_steps(work.up, work.down, 1.0 / T[t], h, Tc)
            fill_equilibrium(work.ways, work.energy, T[t], work.equilibrium)
        update_law(work.law, work.up, work.down)
        if update % n == n - 1:
            record_law(work.law, work.ways, work.energy, work.equilibrium, record[t + 1])


@kernel
def fill_equilibrium(ways, energy, T, equilibrium):
    """Fill the logarithms of the Boltzmann law at T, (N + 1,)."""
    ground, most = energy.min(), -np.inf
    for k in range(ways.size):
        equilibrium[k] = ways[k] - (energy[k] - ground) / T
        most = max(most, equilibrium[k])
    total = 0.0
    for k in range(ways.size):
        total += math.exp(equilibrium[k] - most)
    for k in range(ways.size):
        equilibrium[k] -= most + math.log(total)


@kernel
def record_law(law, ways, energy, equilibrium, record):
    """Fill m, |m|, energy, entropy and relative entropy to `equilibrium`, per spin, (5,)."""
    n = law.size - 1
    m, abs_m, e, s, relative = 0.0, 0.0, 0.0, 0.0, 0.0
    for k in range(n + 1):
        p = law[k]
        if p > 0:
            m += p * (2 * k - n)
            abs_m += p * abs(2 * k - n)
            e += p * energy[k]
            s += p * (ways[k] - math.log(p))
            relative += p * (math.log(p) - equilibrium[k])
    record[0], record[1], record[2], record[3], record[4] = m / n, abs_m / n, e / n, s / n, relative / n


def _tables(N: int, h: float, Tc: float) -> tuple[np.ndarray, np.ndarray]:
    """Logarithm of the number of configurations, and energy, of each number of up spins."""
    k = np.arange(N + 1)
    M = 2.0 * k - N
    return gammaln(N + 1) - gammaln(k + 1) - gammaln(N - k + 1), -(Tc / (2 * N) * (M**2 - N) + h * M)


def _path(T: np.ndarray, record: np.ndarray) -> Path:
    m, abs_m, e, s, relative = record.T
    before, after = e[:-1] - T * s[:-1], e[1:] - T * s[1:]
    production = np.diff(s) - np.diff(e) / T
    return Path(T, m.copy(), abs_m.copy(), e.copy(), s.copy(), before, after, relative[1:].copy(), production)


def _temperatures(T) -> np.ndarray:
    T = arguments.temperatures(T)
    if T.ndim != 1:
        raise ValueError(f"T must be one-dimensional, one for each sweep, got shape {T.shape}")
    return T
