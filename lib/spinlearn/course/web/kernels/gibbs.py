"""Pictures sampled from machines that have learned digits: hidden units given the visible ones, and the way back.

Every draw of a run has a number, and follows from it and from the seed alone, as in `bipartite.machine.simulate`.
"""

from numba import carray, types

from spinlearn.bipartite import draws, small
from spinlearn.core import words as rng

from ..pointers import count, export, float64s, number, words

float32s = types.CPointer(types.float32)


@export(types.void, float32s, float32s, count, count, count, float32s)
def multiply(s, W, rows, n, m, out):
    """Fill `out` (rows, m) with states s (rows, n) times W (n, m)."""
    small.multiply(carray(s, (rows, n)), carray(W, (n, m)), carray(out, (rows, m)))


@export(types.void, count, types.uint64, count, number, count, count, float32s, float32s, float32s, float32s, words)
def fill(kind, seed, call, beta, rows, n, x, bias, mean, state, random):
    """Draw number `call`: fill the states (rows, n) of units 0 or 1, spins, Gaussian ones or half-Gaussian ones.

    These are the kinds 0 to 3, and the first two have their means filled, too.
    """
    x, mean, state = carray(x, (rows, n)), carray(mean, (rows, n)), carray(state, (rows, n))
    bias, random, cold = carray(bias, n), carray(random, 4), types.float32(beta)
    seed = rng.splitmix64(seed + types.uint64(call + 1) * rng.GOLDEN)
    if kind == 0:
        draws.binary(x, bias, cold, seed, mean, state)
    elif kind == 1:
        draws.spin(x, bias, cold, seed, mean, state)
    else:  # as `draws` does it, whose kernels ask for memory and for a table of means
        rng.seed_state(seed, random)
        for r in range(rows):
            for i in range(n):
                t = (types.float64(x[r, i]) + bias[i]) * cold
                state[r, i] = t + draws.normal(random) if kind == 2 else draws.half_gaussian_draw(t, random)


@export(types.void, float32s, float32s, float32s, count, count, float64s)
def add_energies(x, bias, states, rows, n, out):
    """Add to `out` (rows,) the energies of states (rows, n) in the fields x + bias."""
    small.add_energies(carray(x, (rows, n)), carray(bias, n), carray(states, (rows, n)), carray(out, rows))


@export(number, float32s, count, number)
def participation(h, m, low):
    """How many hidden states (m,) are far from `low`."""
    return small.participation(carray(h, m), low)
