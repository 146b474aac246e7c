"""The membrane in time, and how often it fires."""

import math

from numba import carray

from spinlearn.neuron import membrane

from ..pointers import count, export, float64s, number


@export(count, float64s, number, number, float64s, count, float64s)
def count_spikes(state, I, dt, p, steps, times):
    return membrane.count_spikes(carray(state, 4), I, dt, carray(p, 7), steps, carray(times, steps // 2 + 1))


@export(number, number, number, number)
def followed(current, goal, most):
    """The current after it has come nearer to its goal, by `most` at most."""
    return min(max(goal, current - most), current + most)


@export(number, float64s, count, number, number, number, number)
def firing_rate(times, many, since, now, look, quiet):
    """Spikes a second by the intervals of the latest `look` ms, and not from before `since`.

    It is 0 after `quiet` ms without a spike, and NaN while neither two spikes nor that silence have been seen.
    """
    times = carray(times, many)
    found, first, last = 0, since, since
    for k in range(many):
        if times[k] >= max(since, now - look):
            first = times[k] if found == 0 else first
            last = times[k]
            found += 1
    if now - last > quiet:
        return 0.0
    return 1000.0 * (found - 1) / (last - first) if found > 1 else math.nan
