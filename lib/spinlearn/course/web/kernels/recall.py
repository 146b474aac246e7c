"""A network that recalls pictures: what it has learned, a cue, and units that go where their fields point.

The orders are those of `dense.network.ORDERS`. J (n, n) is symmetric with 0 on its diagonal, so that its columns are
its rows; there are no other fields, h = 0.
"""

from numba import carray, types

from spinlearn.dense import network, rules

from ..pointers import count, export, float64s, int8s, int64s, number, words
from ..shared import fill_random, seed_state  # noqa: F401


@export(types.void, count, int8s, count, count, float64s, float64s)
def learn(rule, patterns, P, n, J, work):
    """Fill J with Hebb's rule, 0, or the projection, 1, for the patterns (P, n); `work` is (n,) of memory."""
    rules.learn(rule, carray(patterns, (P, n)), carray(J, (n, n)), carray(work, n))


@export(types.void, count, number, count, count, float64s, float64s, float64s, int8s, float64s, words)
def unlearn(times, strength, most, n, J, h, zero, spins, fields, state):
    rules.unlearn(
        times, strength, most, carray(J, (n, n)), carray(h, n), carray(zero, n), carray(spins, n), carray(fields, n),
        carray(state, 4),
    )  # fmt: skip


@export(types.void, int8s, count, count, int64s, words)
def turn_some(spins, n, many, places, state):
    rules.turn_some(carray(spins, n), many, carray(places, n), carray(state, 4))


@export(types.void, int8s, count, float64s, float64s, float64s, float64s)
def look(spins, n, J, h, fields, zero):
    """Fill the local fields of a state, and what counts as none."""
    J, h = carray(J, (n, n)), carray(h, n)
    network.fill_fields(carray(spins, n), J, h, carray(fields, n))
    network.fill_zero(J, h, carray(zero, n))


@export(count, count, count, count, float64s, float64s, int8s, float64s, words, int64s)
def ask(order, i, n, J, zero, spins, fields, state, turned):
    """Ask unit i, or one that is drawn, or all at once; return how many turned."""
    J, zero, spins, fields = carray(J, (n, n)), carray(zero, n), carray(spins, n), carray(fields, n)
    if order == network.PARALLEL:
        return network.ask_together(J, zero, spins, fields, carray(turned, n))
    if order == network.RANDOM:
        return network.ask_drawn(1, J, zero, spins, fields, carray(state, 4))
    return network.ask_in_turn(i, 1, J, zero, spins, fields)


@export(count, int8s, count, float64s, float64s)
def settled(spins, n, fields, zero):
    """1 where no unit wants to turn."""
    return network.settled(carray(spins, n), carray(fields, n), carray(zero, n))


@export(number, int8s, count, float64s, float64s)
def energy(spins, n, fields, h):
    """Energy per unit."""
    return network.energy_of_fields(carray(spins, n), carray(fields, n), carray(h, n))


@export(types.void, int8s, count, int8s, count, float64s)
def match(spins, n, patterns, P, m):
    """Fill `m` (P,) with the overlaps with all patterns."""
    rules.match(carray(spins, n), carray(patterns, (P, n)), carray(m, P))
