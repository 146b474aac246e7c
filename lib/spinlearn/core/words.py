"""Random numbers for kernels: xoshiro256++, seeded through SplitMix64.

A `numpy.random.Generator` is the right thing to hand around in Python and too slow to call once a spin. So a public
function draws one 64-bit seed from the Generator it was given, and the kernel below it runs on a small generator of
its own: four 64-bit words, advanced by shifts, exclusive ors and additions. The arithmetic is exact in every target, so
one seed gives one sequence, natively and in WebAssembly, on one thread or many.

References
----------
D. Blackman and S. Vigna, "Scrambled linear pseudorandom number generators", ACM Trans. Math. Softw. 47, 36 (2021).
G. L. Steele, D. Lea and C. H. Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.
"""

import numpy as np

from . import arguments
from .jit import kernel

GOLDEN = np.uint64(0x9E3779B97F4A7C15)  # the step of SplitMix64's counter
_MIX_1 = np.uint64(0xBF58476D1CE4E5B9)
_MIX_2 = np.uint64(0x94D049BB133111EB)


def stream(rng: np.random.Generator) -> np.ndarray:
    """Start a stream for one kernel: draw a seed from `rng` and spread it over four words.

    Parameters
    ----------
    rng : numpy.random.Generator
        Advanced by one 64-bit draw, so two calls give two independent streams.

    Returns
    -------
    (4,) uint64
        The state that `next_word` and `uniform` advance in place.

    Examples
    --------
    >>> state = stream(np.random.default_rng(1))
    >>> state.shape, state.dtype
    ((4,), dtype('uint64'))
    """
    state = np.empty(4, dtype=np.uint64)
    seed_state(arguments.generator(rng).integers(2**64, dtype=np.uint64), state)
    return state


def streams(number: int, rng: np.random.Generator) -> np.ndarray:
    """Start a stream for each of many lanes, replicas or samples.

    Parameters
    ----------
    number : int
    rng : numpy.random.Generator
        Advanced by one 64-bit draw.

    Returns
    -------
    (number, 4) uint64
        Lane k gets the same stream whatever `number` is.

    Examples
    --------
    >>> streams(3, np.random.default_rng(1)).shape
    (3, 4)
    """
    states = np.empty((number, 4), dtype=np.uint64)
    seed_all(stream(rng), states)
    return states


@kernel
def splitmix64(position):
    """SplitMix64's output at a position of its sequence: output number n of a seed is at seed + n * GOLDEN."""
    word = (position ^ (position >> np.uint64(30))) * _MIX_1
    word = (word ^ (word >> np.uint64(27))) * _MIX_2
    return word ^ (word >> np.uint64(31))


@kernel
def seed_state(seed, state):
    """Fill `state` (4,) uint64 with four SplitMix64 outputs of the 64-bit `seed`."""
    word = np.uint64(seed)
    for k in range(4):
        word += GOLDEN
        state[k] = splitmix64(word)


@kernel
def seed_all(first, states):
    """Fill every row of `states` (R, 4) uint64 from the next word of the stream `first`."""
    for k in range(len(states)):
        seed_state(next_word(first), states[k])


@kernel
def _rotate_left(word, places):
    return (word << np.uint64(places)) | (word >> np.uint64(64 - places))


@kernel
def next_word(state):
    """Advance `state` (4,) uint64 by one step of xoshiro256++ and return 64 random bits."""
    word = _rotate_left(state[0] + state[3], 23) + state[0]
    carried = state[1] << np.uint64(17)
    state[2] ^= state[0]
    state[3] ^= state[1]
    state[1] ^= state[2]
    state[0] ^= state[3]
    state[2] ^= carried
    state[3] = _rotate_left(state[3], 45)
    return word


@kernel
def uniform(state):
    """Return a float64 in [0, 1), a multiple of 2**-53."""
    return np.float64(next_word(state) >> np.uint64(11)) * 2.0**-53


@kernel
def random_site(n, state):
    """Return a site number in 0 … n - 1, for n below 2**32; the bias is below n / 2**32 and the same everywhere."""
    return np.int64(((next_word(state) >> np.uint64(32)) * np.uint64(n)) >> np.uint64(32))
