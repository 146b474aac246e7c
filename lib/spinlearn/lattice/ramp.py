"""Slowly through the critical point: the Kibble-Zurek law.

A magnet is cooled at a steady pace, T(t) = Tc (1 - t / tau). On the way to Tc its relaxation time grows as the
correlation length does, xi^z with xi = |t / tau|^-nu, until it is as long as the time that is left. Then the magnet
falls behind, and its domains are of the size that xi had there,

    xi(tau) ~ tau^(nu / (1 + nu z)),                                                                              (1)

0.316 for the square lattice with nu = 1 and z = 2.167. What depends on xi alone at Tc follows: the energy in excess of
the critical one as xi^-(d - 1 / nu) = 1 / xi, and the structure factor at small wave numbers as xi^(gamma / nu) =
xi^(7/4). Both come with corrections that die out slowly, as 1 / xi; `measure.scaling.power_law` has a term for them.

References
----------
T. W. B. Kibble, J. Phys. A 9, 1387 (1976); W. H. Zurek, Nature 317, 505 (1985): the law.
G. Biroli, L. F. Cugliandolo and A. Sicilia, Phys. Rev. E 81, 050101 (2010): what happens after that.
M. P. Nightingale and H. W. J. Blöte, Phys. Rev. Lett. 76, 4548 (1996): z.
"""

import math
from typing import NamedTuple

import numpy as np

from ..core import arguments
from . import cooled
from .geometry import random_spins, square
from .planes import BITS

NU, Z = 1.0, 2.167
LENGTH_EXPONENT = NU / (1 + NU * Z)  # of equation (1), 0.3158
STRUCTURE_EXPONENT = 1.75 * LENGTH_EXPONENT  # 0.5526
_TC = 2 / math.log(1 + math.sqrt(2))
_MODES = np.array([-1, 0, 1])


class Crossed(NamedTuple):
    """What `cross` returns, (copies,) float64 each.

    Attributes
    ----------
    excess : energy per spin above the critical one, -sqrt(2) J, on arrival at Tc; it falls as tau^-0.316
    structure : structure factor |sum_i s_i exp(i k x_i)|^2 / N, the mean of the nine smallest k; it grows as tau^0.553
    """

    excess: np.ndarray
    structure: np.ndarray


def ramp(tau: float, *, J: float = 1.0, start: float = 1.0, stop: float = 0.0) -> np.ndarray:
    """Temperatures Tc (1 - t / tau) of whole sweeps t, from above Tc down to it, or through it.

    Parameters
    ----------
    tau : float
        Sweeps in which the temperature falls by Tc; at least 1.
    J : float
        Coupling, above 0; Tc = 2.2692 J.
    start : float
        The first temperature is just below (1 + start) Tc; above 0.
    stop : float
        The last one is (1 - stop) Tc, or just above; from 0 to 1.

    Returns
    -------
    (sweeps,) float64
        With the last sweep at Tc itself where `stop` is 0.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> (ramp(4) / ramp(4)[-1]).round(2)
    array([1.75, 1.5 , 1.25, 1.  ])
    """
    tau, J = arguments.number("tau", tau, at_least=1), arguments.number("J", J, above=0)
    start, stop = arguments.number("start", start, above=0), arguments.number("stop", stop, at_least=0)
    if stop > 1:
        raise ValueError(f"stop must be at most 1, the absolute zero, got {stop:g}")
    first, last = math.floor(-start * tau) + 1, math.floor(stop * tau)
    arguments.room((max(0, last - first + 1),), bool, tau=int(tau))
    return np.maximum(_TC * J * (1 - np.arange(first, last + 1) / tau), 0.0)


def cross(
    side: int,
    tau: float,
    *,
    copies: int = BITS,
    J: float = 1.0,
    start: float = 1.0,
    progress: bool | None = None,
    rng: np.random.Generator,
) -> Crossed:
    """Cool copies of a square torus from random spins to Tc, and measure how far they lag behind.

    Parameters
    ----------
    side : int
        Sites along each edge: even, from 4 to 512. For (1) it has to be many times the length 1.5 tau^0.316 or so.
    tau, J, start
        As for `ramp`.
    copies : int
        From 1 to 64.
    progress : bool, optional
        True shows a bar, False none; left out: where somebody watches and it takes more than two seconds.
    rng : numpy.random.Generator

    Returns
    -------
    Crossed

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range; `rng` is not advanced then.
    spinlearn.core.progress.Interrupted
        At Ctrl-C. Its attribute `run` is the `ising.Run` so far.

    Examples
    --------
    >>> fast, slow = (cross(64, tau, copies=16, rng=np.random.default_rng(1)) for tau in (8, 512))
    >>> bool(slow.excess.mean() < 0.5 * fast.excess.mean())
    True
    """
    side = arguments.count("side", side, at_least=4, at_most=512)
    if side % 2:
        raise ValueError(f"side must be even, for the two colours of the checkerboard, got {side}")
    copies = arguments.count("copies", copies, at_least=1, at_most=BITS)
    T, J = ramp(tau, J=J, start=start), arguments.number("J", J, above=0)
    arguments.flag("progress", progress, optional=True)
    arguments.generator(rng)
    lattice = square(side)
    begin = np.stack([random_spins(lattice, rng=rng) for _ in range(copies)])
    run = cooled.replicas(begin, T, J=J, every=len(T), progress=progress, rng=rng)
    return Crossed(run.e[-1] + math.sqrt(2) * J, structure(run.spins))


def structure(spins) -> np.ndarray:
    """Structure factor |sum_i s_i exp(i k x_i)|^2 / N of the torus, the mean of the nine smallest wave vectors k.

    Parameters
    ----------
    spins : (copies, rows, columns) integer array
        -1 or +1.

    Returns
    -------
    (copies,) float64

    Raises
    ------
    TypeError, ValueError
        If `spins` has the wrong type, shape or values.

    Examples
    --------
    >>> structure(np.ones((1, 6, 6), dtype=int)).round(9)
    array([4.])
    """
    spins = arguments.as_array("spins", spins)
    if spins.ndim != 3:
        raise ValueError(f"spins must have shape (copies, rows, columns), got {spins.shape}")
    whole = arguments.spins(spins).reshape(spins.shape).astype(float)
    down, along = (np.exp(2j * np.pi * np.outer(_MODES, np.arange(n)) / n) for n in whole.shape[1:])
    modes = np.einsum("ai,cij,bj->cab", down, whole, along, optimize=True)
    return (np.abs(modes) ** 2).mean(axis=(1, 2)) / (whole.shape[1] * whole.shape[2])
