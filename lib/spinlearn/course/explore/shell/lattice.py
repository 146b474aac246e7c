"""What the models of spins on a square lattice share: where they start, and the fingerprint of a configuration."""

import zlib

import numpy as np

from ....core import arguments, words
from ....lattice import geometry

STARTS = {"random": "Random", "up": "All up"}


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
