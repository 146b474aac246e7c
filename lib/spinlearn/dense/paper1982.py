"""The numbers of Hopfield's paper of 1982, each beside what the same experiment gives here.

Every row has the paper's own number as it says it, and what comes out for neurons 0 or 1 and for spins. `main_table` is
about random memories, `side_table` about what the paper does to synapses and memories beyond that, with its own
neurons, 0 or 1.

References
----------
J. J. Hopfield, Proc. Natl. Acad. Sci. USA 79, 2554 (1982): pages 2556 and 2557.
"""

from typing import NamedTuple

import numpy as np

from ..core import arguments
from . import overload
from .hopfield1982 import ALPHABETS, bit_error, recalled, wandered


class Row(NamedTuple):
    """A row of `main_table`: what is measured, what the paper says, and the shares for neurons 0 or 1 (`binary`) and
    for `spins`."""

    said: str
    paper: str
    binary: float
    spins: float


class Side(NamedTuple):
    """A row of `side_table`: what is measured, what the paper says, and what was `found`."""

    said: str
    paper: str
    found: float


def main_table(sets: int = 150, *, rng: np.random.Generator) -> list[Row]:
    """Memories that are stable, that are recalled, and where random states lead.

    Parameters
    ----------
    sets : int
        Networks in each experiment, at least 1; from random states so many times six.
    rng : numpy.random.Generator

    Returns
    -------
    list of Row

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> row = main_table(2, rng=np.random.default_rng(1))[1]
    >>> row.said, row.paper, round(row.binary, 4)
    ('N = 100, 10 memories: a bit is wrong', '0.0091', 0.0092)
    """
    sets = arguments.count("sets", sets, at_least=1)
    arguments.generator(rng)

    def both(of, *numbers, **options):
        return [of(*numbers, alphabet=alphabet, rng=rng, **options) for alphabet in ALPHABETS]

    five, ten, fifteen = (both(recalled, 100, n, sets) for n in (5, 10, 15))
    errors = [bit_error(100, 10, alphabet=alphabet) for alphabet in ALPHABETS]
    near, far = (both(recalled, 30, 5, sets, distance=distance) for distance in (5, 12))
    ends = both(wandered, 30, 5, 6 * sets, starts=1)
    rows = [
        ("N = 100, 5 memories: stable", "almost always", [run.exact.value for run in five]),
        ("N = 100, 10 memories: a bit is wrong", "0.0091", [error.normal for error in errors]),
        ("no bit wrong, if bits were independent", "0.40", [(1 - error.normal) ** 100 for error in errors]),
        ("no bit wrong", "0.6", [run.exact.value for run in ten]),
        ("N = 100, 15 memories: less than 5 errors", "about half", [_few(run) for run in fifteen]),
        ("N = 30, 5 memories: nearest from 5 bits off", "> 0.9", [run.nearest.value for run in near]),
        ("nearest from 12 bits off", "0.2", [run.nearest.value for run in far]),
        ("random states: end in a memory", "0.85", [run.memory.value + run.mirror.value for run in ends]),
        ("very near one", "0.05", [run.near.value for run in ends]),
        ("in a state of no obvious meaning", "0.10", [run.another.value for run in ends]),
    ]  # fmt: skip
    return [Row(said, paper, *map(float, pair)) for said, paper, pair in rows]


def side_table(sets: int = 100, *, rng: np.random.Generator) -> list[Side]:
    """Synapses that are clipped, go one way, are random or forget; memories that are alike, or far too many.

    Parameters
    ----------
    sets, rng
        As for `main_table`.

    Returns
    -------
    list of Side

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> [row.paper for row in side_table(1, rng=np.random.default_rng(1))][:2]
    ['as the next', '']
    """
    sets = arguments.count("sets", sets, at_least=1)
    arguments.generator(rng)
    clipped = recalled(100, 9, sets, change="clipped", rng=rng)
    twelve = recalled(100, 12, sets, rng=rng)
    one_way, whole = (recalled(100, 5, sets, change=change, rng=rng) for change in ("one-way", "nothing"))
    wandering = overload.wander(30, sets, rng=rng)
    roaming = wandering.states[wandering.states > 1]
    pairs = {distance: overload.merged(100, 8, distance, sets, rng=rng) for distance in (30, 20, 10)}
    young = overload.remembered(100, 60, sets, rng=rng)
    told = overload.familiar(100, 500, 4 * sets, rng=rng).told
    return [
        Side("N = 100, 9 memories, clipped: no error", "as the next", clipped.exact.value),
        Side("12 memories, not clipped", "", twelve.exact.value),
        Side("5 memories, one-way: within 4 bits", "more errors", _few(one_way)),
        Side("5 memories, both ways", "", _few(whole)),
        Side("N = 30, T at random: comes to rest", "the commonest", wandering.rest.value),
        Side("states among which the others wander, median", "25", float(np.median(roaming)) if roaming.size else 1.0),
        Side("memories 30 apart: both stable", "usually", pairs[30].both.value),
        Side("20 apart: lead to different states", "usually", pairs[20].apart.value),
        Side("10 apart: fused", "often", pairs[10].fused.value),
        Side("synapses up to 3: youngest memory stable", "retained", float(young[0])),
        Side("memory of age 7", "no longer", float(young[6])),
        Side("500 memories: known told from new", "mostly", told),
    ]  # fmt: skip


def _few(run) -> float:
    """Share of the runs that end with less than five errors."""
    return float(run.errors[:5].sum() / run.errors.sum())
