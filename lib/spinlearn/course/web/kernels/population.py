"""A population of switches: thresholds drawn from a law, the staircase that they make, and its scatter."""

import math

from numba import carray, types

from spinlearn.neuron import population

from ..pointers import count, export, float64s, number, words
from ..shared import seed_state  # noqa: F401


@export(types.void, count, number, words, float64s, count)
def draw(law, spread, state, ordered, n):
    """Fill `ordered` (n,) with thresholds, the smallest first."""
    ordered = carray(ordered, n)
    population.fill_thresholds(law, spread, carray(state, 4), ordered)
    population.sort(ordered, n)


@export(number, count, number, number)
def mean_activity(law, x, spread):
    return population.share_on(law, x / spread)


@export(number, count, number, float64s, count)
def largest_gap(law, spread, ordered, n):
    return population.largest_gap(law, spread, carray(ordered, n), n)


@export(number, number, count)
def scatter(share, n):
    """Standard error of the activity of n switches that is `share` on average."""
    return math.sqrt(share * (1.0 - share) / n)
