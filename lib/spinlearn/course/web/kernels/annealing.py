"""Runs of a spin glass through a schedule that is drawn, each with random numbers of its own."""

import math

from numba import carray, types

from spinlearn.core import arguments
from spinlearn.core import words as rng
from spinlearn.dense import knots as drawn
from spinlearn.lattice import geometry, samples
from spinlearn.meanfield import signals

from ..pointers import count, export, float64s, int8s, int32s, number, words


@export(types.void, count, types.uint64, number, int32s, float64s, float64s, words)
def glass(side, seed, parts, neighbours, couplings, numbers, state):
    """Fill the tables (side^2, 4) of an open square and its normal bonds, each a whole number of 1/parts.

    `numbers` is memory for all bonds, in the order of ``geometry.bonds``; `state` (4,) for the generator.
    """
    n = side * side
    neighbours, couplings = carray(neighbours, (n, 4)), carray(couplings, (n, 4))
    numbers, state = carray(numbers, 2 * n), carray(state, 4)
    rng.seed_state(seed, state)
    signals.fill_gaussian(state, numbers, 0, 2 * side * (side - 1))
    bond = 0
    for i in range(n):
        for k in range(4):
            neighbours[i, k] = -1
            couplings[i, k] = 0.0
    for i in range(n):
        for k, j, there in ((1, i + 1, i % side < side - 1), (0, i + side, i < n - side)):
            if there:
                neighbours[i, k], neighbours[j, k + 2] = j, i
                couplings[i, k] = couplings[j, k + 2] = math.floor(parts * numbers[bond] + 0.5) / parts
                bond += 1


@export(types.void, types.uint64, words, count)
def begin(seed, states, runs):
    """Fill the states (runs, 4) of the generators, each from a word of the first, as `samples.through` does."""
    states = carray(states, (runs + 1, 4))
    rng.seed_state(seed, states[runs])
    for r in range(runs):
        rng.seed_state(rng.next_word(states[runs]), states[r])


@export(types.void, int8s, count, count, words)
def scatter(spins, n, runs, states):
    """Random spins (runs, n)."""
    spins, states = carray(spins, (runs, n)), carray(states, (runs + 1, 4))
    for r in range(runs):
        geometry.fill_random(spins[r], states[r])


@export(number, float64s, count, count, count)
def temperature(knots, many, t, sweeps):
    return drawn.temperature(carray(knots, many), t, sweeps)


@export(types.void, int8s, int32s, float64s, count, count, number, words)
def sweep(spins, neighbours, couplings, n, runs, T, states):
    """A sweep of each run at the temperature T, at least 0."""
    spins, states = carray(spins, (runs, n)), carray(states, (runs + 1, 4))
    neighbours, couplings = carray(neighbours, (n, 4)), carray(couplings, (n, 4))
    for r in range(runs):
        samples.sweep(spins[r], neighbours, couplings, min(1.0 / T, arguments.LARGEST_BETA), 0.0, states[r])


@export(types.void, int8s, int32s, float64s, count, count, float64s, float64s)
def measure(spins, neighbours, couplings, n, runs, energies, sums):
    """Fill the energies (runs,) of the whole lattices, and the sums of their spins."""
    spins, energies, sums = carray(spins, (runs, n)), carray(energies, (1, runs)), carray(sums, (1, runs))
    neighbours, couplings = carray(neighbours, (n, 4)), carray(couplings, (n, 4))
    for r in range(runs):
        samples.record(spins[r], neighbours, couplings, 0.0, 0, r, energies, sums)
