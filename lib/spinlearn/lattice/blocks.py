"""Block spins: a configuration seen from further away, Kadanoff's step of the renormalisation group.

References
----------
L. P. Kadanoff, Physics Physique Fizika 2, 263 (1966).
"""

import numpy as np

from ..core import arguments


def block_spins(spins, b: int = 2, *, rng: np.random.Generator) -> np.ndarray:
    """Replace each square of b x b spins by one: the sign of their sum, and a coin where it is zero.

    Parameters
    ----------
    spins : (…, rows, columns) integer array
        One configuration or many, -1 or +1; rows and columns are multiples of b.
    b : int
        At least 2.
    rng : numpy.random.Generator
        Tosses the coins. Where b is odd there are none.

    Returns
    -------
    (…, rows / b, columns / b) int8

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range.

    Examples
    --------
    >>> block_spins(np.array([[1, 1, -1, -1], [1, -1, -1, -1]]), rng=np.random.default_rng(1))
    array([[ 1, -1]], dtype=int8)
    """
    spins = arguments.as_array("spins", spins)
    b = arguments.count("b", b, at_least=2)
    arguments.generator(rng)
    if spins.dtype.kind not in "iu":
        raise TypeError(f"spins must be an integer array of -1 and +1, not {spins.dtype}")
    if spins.ndim < 2 or any(side == 0 or side % b for side in spins.shape[-2:]):
        raise ValueError(f"spins must have rows and columns that are multiples of b = {b}, got shape {spins.shape}")
    if not (abs(spins) == 1).all():
        raise ValueError(f"spins must be -1 or +1, got values {np.unique(spins)[:5].tolist()}")
    rows, columns = spins.shape[-2] // b, spins.shape[-1] // b
    sums = spins.reshape(*spins.shape[:-2], rows, b, columns, b).sum(axis=(-3, -1))
    ties = sums == 0
    sums[ties] = rng.choice([-1, 1], size=np.count_nonzero(ties))
    return np.sign(sums).astype(np.int8)
