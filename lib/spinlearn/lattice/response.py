"""What the spins of a lattice answer to the fields of their neighbours, measured on one configuration.

Pick the spins whose neighbours add up to the same `total`, and average them. Given its neighbours, a spin has the
Boltzmann law of a single spin in the field b = J total + h, so in equilibrium the mean is tanh(b / T) at every
temperature: nearly a straight line when it is hot, nearly a step when it is cold. No rule that moves the spins has to
contain a tanh for that.
"""

import math
from typing import NamedTuple

import numpy as np

from ..core import arguments
from ..core.jit import kernel
from .geometry import Lattice, checked
from .ising import sum_of_neighbours


class Response(NamedTuple):
    """What `response` returns, an entry for every sum of the neighbours that was met, in rising order.

    Attributes
    ----------
    total : (k,) int64
        The sum of the neighbours of a spin.
    m : (k,) float64
        Mean of the spins with that sum.
    error : (k,) float64
        Its standard error, that of as many independent spins.
    sites : (k,) int64
        How many spins have it.
    """

    total: np.ndarray
    m: np.ndarray
    error: np.ndarray
    sites: np.ndarray


def response(spins, lattice: Lattice) -> Response:
    """Mean spin against the sum of its neighbours, over all sites of one configuration.

    Two spins that are not neighbours differ from their means independently of each other, since each is drawn given
    all others. So the error is that of independent spins, sqrt((1 - m^2) / sites), with one success and one failure
    added (as Laplace would) lest five spins that happen to agree have none. For neighbours that is not quite so, which
    changes the error by less than a tenth.

    Parameters
    ----------
    spins : integer array of shape ``lattice.shape``
        -1 or +1.
    lattice : Lattice

    Returns
    -------
    Response

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range.

    Examples
    --------
    >>> from spinlearn.lattice import random_spins, square
    >>> place = square(256)
    >>> found = response(random_spins(place, rng=np.random.default_rng(1)), place)
    >>> found.total.tolist(), bool(abs(found.m).max() < 0.1)
    ([-4, -2, 0, 2, 4], True)
    """
    flat = arguments.spins(spins, checked(lattice).shape)
    z = lattice.coordination
    sites, sums = np.zeros(2 * z + 1, dtype=np.int64), np.zeros(2 * z + 1, dtype=np.int64)
    tally_fields(flat, lattice.neighbours, sites, sums)
    (met,) = np.nonzero(sites)
    errors = np.array([standard_error(int(sites[k]), int(sums[k])) for k in met])
    return Response(met - z, sums[met] / sites[met], errors, sites[met])


@kernel
def tally_fields(spins, neighbours, sites, sums):
    """Fill two tables (2z + 1,) int64: how many spins have the sum `column - z` of neighbours, and what they add to."""
    n, z = neighbours.shape
    sites[:] = 0
    sums[:] = 0
    for i in range(n):
        column = z + sum_of_neighbours(i, spins, neighbours)
        sites[column] += 1
        sums[column] += spins[i]


@kernel
def standard_error(sites, total):
    """Standard error of the mean of so many independent spins that add up to `total`, one up and one down added."""
    m = total / (sites + 2)
    return math.sqrt((1.0 - m * m) / (sites + 2))
