"""What the models of spins on a square lattice share: settings, where they start, their runs and a fingerprint."""

import zlib

import numpy as np
import traitlets

from ....core import arguments, words
from ....exact.plane import critical_temperature
from ....lattice import geometry, ising
from . import controls
from .shell import Moving

STARTS = {"random": "Random", "up": "All up"}


class Spins(Moving):
    """Moving spins on a square lattice, which tell the fingerprint of their configuration while they are paused."""

    digest = traitlets.Unicode("", help="fingerprint of the spins while paused").tag(sync=True)


def side(default: int) -> traitlets.Int:
    """The sites along each side of the lattice, fixed once it is made."""
    return controls.fixed(default, 8, 1024, label="Sites along each side")


def temperature(default: float, *, at_least: float, digits: int = 3) -> controls.Number:
    """The temperature under the slider that is in sight, with Onsager's marked on its scale."""
    mark = controls.Mark(critical_temperature(), "T_c", "Set T to its critical value 2.269")
    return controls.slider(
        default, at_least, 5.0, label="Temperature", symbol="T", step=0.01, digits=digits, marks=(mark,), first=True
    )


def begun(size: int, start: str, seed: int) -> tuple[geometry.Lattice, np.ndarray, np.ndarray]:
    """Check what a run starts from; return the lattice, its spins, and the generator's state after filling them."""
    place = geometry.square(arguments.count("size", size, at_least=2))
    arguments.choice("start", start, STARTS)
    arguments.count("seed", seed, at_most=2**64 - 1)
    spins, state = np.ones(place.size, dtype=np.int8), np.empty(4, dtype=np.uint64)
    words.seed_state(np.uint64(seed), state)
    if start == "random":
        geometry.fill_random(spins, state)
    return place, spins, state


def replay(
    size: int, T: float, sweeps: int, *, h: float = 0.0, rule: str = "metropolis", start: str = "random", seed: int
) -> np.ndarray:
    """Run natively what `IsingLattice` and `Cooling` run in the browser: the same kernels, seed and spins.

    Parameters
    ----------
    size : int
        Sites along each side of the periodic square lattice, at least 2.
    T : float
        Temperature in units of J, above 0.
    sweeps : int
        Sweeps of `size` squared updates, each of a spin drawn at random.
    h : float
        Field.
    rule : {"metropolis", "heat-bath"}
    start : {"random", "up"}
    seed : int
        From 0 to 2**64 - 1. It seeds the kernels' generator directly, with no `numpy.random.Generator` in between.

    Returns
    -------
    (size, size) int8

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> spins = replay(64, 1.5, 100, start="up", seed=1)
    >>> spins.shape, bool(spins.mean() > 0.97)
    ((64, 64), True)
    """
    T = arguments.number("T", T, above=0)
    sweeps = arguments.count("sweeps", sweeps)
    h = arguments.number("h", h)
    rule_code = ising.RULES[arguments.choice("rule", rule, ising.RULES)]
    place, spins, state = begun(size, start, seed)
    table = np.empty((2, 2 * place.coordination + 1))
    ising.fill_flip_probabilities(table, rule_code, 1.0 / T, 1.0, h)
    totals = np.zeros(2, dtype=np.int64)
    for _ in range(sweeps):
        ising.sweep(spins, place.neighbours, table, True, state, totals)
    return spins.reshape(place.shape)


def digest(spins) -> str:
    """Fingerprint of a configuration: CRC-32 of its bytes, in hexadecimal, as the live lattice shows it.

    Parameters
    ----------
    spins : int8 array
        -1 or +1, in C order.

    Returns
    -------
    str
        Eight letters.

    Raises
    ------
    TypeError
        If the array is not int8: other types have other bytes.

    Examples
    --------
    >>> digest(np.array([1, -1, -1, 1], dtype=np.int8))
    'c3434170'
    """
    array = np.asarray(spins)
    if array.dtype != np.int8:
        raise TypeError(f"spins must be int8, not {array.dtype}")
    return f"{zlib.crc32(np.ascontiguousarray(array)):08x}"
