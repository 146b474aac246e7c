"""Multi-spin coding: 64 spins of the square lattice in one machine word, updated together by logic on whole words.

A spin is one bit. Cut the lattice into 8 x 8 equal tiles; word (i, j) holds the spins at place (i, j) of all 64 tiles,
bit 8 a + b that of tile (a, b). Here with 2 x 2 tiles of 2 x 4 spins, so four bits a word:

    A B C D | a b c d        word (0, 0) = A a 1 s        The right neighbours of the four spins in word (0, 0)
    E F G H | e f g h        word (0, 1) = B b 2 t        are the four spins in word (0, 1), in the same order.
    --------+--------        word (0, 2) = C c 3 u        Right of D is a, right of d is A: the neighbours beyond the
    1 2 3 4 | s t u v        ...                          edge of a tile are word (0, 0) with its bits exchanged.
    5 6 7 8 | w x y z

So a neighbour is a word next door. Words beyond the edge are kept ready in a rim around the tile (`close_rim`). If the
tile's sides are even, all spins of a word have one colour of the checkerboard: none is a neighbour of another, and all
of them can be updated at once. The two colours lie in two separate arrays, so that a row is contiguous memory.

With J > 0 and u of a spin's four bonds broken, a flip costs 4 J (2 - u). Three words of sums say which spins have u =
0, 1, 2 and so on, and each spin has to be flipped with a probability p that depends on u. Draw the binary digits of a
uniform number U for every spin, one word of random bits for each digit, and compare with the digits of p: U < p where,
at the first digit that differs, U has 0 and p has 1. Spins whose U agrees with p in the first 12 digits (one in 4096)
go on alone until a digit differs. The probabilities are therefore exact, to 2**-64.

Random word number n of a run is number n of SplitMix64's sequence, and n follows from the sweep, the digit and the
place. So it does not matter who works out which word, and in what order: any number of threads gives the same run.

The same words can hold 64 independent lattices, bit r being replica r, each with its own temperature: `replicas`. The
digits of p then differ from bit to bit, and the neighbours beyond the edge keep their bits; nothing else changes.

There is no field here: with one, p would depend on the spin as well as on u. `ising.simulate` has fields.

References
----------
L. Jacobs and C. Rebbi, J. Comput. Phys. 41, 203 (1981): multi-spin coding.
G. L. Steele, D. Lea and C. H. Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014: SplitMix64.
"""

import math
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from ..core import arguments
from ..core.jit import kernel
from ..core.progress import keeping, watched
from ..core.words import GOLDEN, splitmix64
from .ising import HEAT_BATH, RULES, Run, flip_probability, refuse_free_flips
from .planes import ALL_BITS, BITS, NO_BITS, close_rim, count, cut, laid_out, read_off

DIGITS = 64  # binary digits of a probability, and random words set aside for each word and update
TOGETHER = 12  # digits that are compared for all spins of a word together
CHUNK = 1024  # words after which the spins that are still undecided are looked for; a multiple of 8
AT_ONCE = 4  # digits that such a spin is given at once; a divisor of DIGITS - TOGETHER


class System(NamedTuple):
    """What stays the same in a run, see `half_sweep`."""

    to_right: np.ndarray
    flags: np.ndarray
    digits: np.ndarray
    tiled: bool
    seed: np.uint64
    every: int


def simulate(
    spins,
    T: float,
    sweeps: int,
    *,
    rule: str = "heat-bath",
    J: float = 1.0,
    every: int = 1,
    threads: int = 1,
    progress: bool | None = None,
    rng: np.random.Generator,
) -> Run:
    """Run a local dynamics on a large periodic square lattice without a field, 64 spins at a time.

    A sweep updates every spin once: all of one colour of the checkerboard, then all of the other. As with any fixed
    order, each update keeps the Boltzmann law, so the sweep does.

    Parameters
    ----------
    spins : (rows, columns) integer array
        The start, -1 or +1; rows and columns are multiples of 16. It is left as it is.
    T : float
        Temperature, above 0.
    sweeps : int
    rule : {"heat-bath", "metropolis"}
        Both take the same time. Metropolis turns a spin whose flip is free with certainty, so that a configuration in
        which all flips are free, such as diagonal stripes two spins wide, turns over for ever and is never reached from
        any other. Two neighbouring rows of such a configuration settle all others, so there are at most
        4**min(rows, columns) of them among the 2**N, and Metropolis samples the rest. The heat bath samples all.
    J : float
        The coupling, of either sign. With Metropolis not 0, where all flips would be free; and where T is far above J,
        Metropolis turns nearly all spins in every sweep, and forgets its start in some T / (10 J) sweeps; a run that is
        too short for that is refused.
    every : int
        Record after every so many sweeps. Recording after each one costs a few per cent.
    threads : int
        How many threads share the rows. The result does not depend on it. They meet after every colour, which costs
        more than it saves on small lattices; to use several cores, run several lattices side by side instead.
    progress : bool, optional
        True shows a bar, False none. Left out: one where somebody watches, if it takes more than two seconds.
    rng : numpy.random.Generator
        Advanced by one draw. The same Generator state gives the same run on every machine.

    Returns
    -------
    ising.Run
        ``spins``, and ``sweeps // every`` records of energy ``e`` and magnetisation ``m`` per spin.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range; nothing has been changed then, and `rng` not advanced.
    spinlearn.core.progress.Interrupted
        At Ctrl-C. Its attribute `run` is the `ising.Run` so far.

    Examples
    --------
    >>> run = simulate(np.ones((64, 64), dtype=np.int8), T=1.0, sweeps=200, rng=np.random.default_rng(1))
    >>> run.m.shape, bool(run.m[100:].mean() > 0.99)
    ((200,), True)
    """
    tiles, T = cut(spins), arguments.temperature(T)
    return _run(tiles, np.full(BITS, T), True, sweeps, rule, arguments.number("J", J), every, threads, progress, rng)


def replicas(
    spins,
    T,
    sweeps: int,
    *,
    rule: str = "heat-bath",
    J: float = 1.0,
    every: int = 1,
    threads: int = 1,
    progress: bool | None = None,
    rng: np.random.Generator,
) -> Run:
    """Run up to 64 independent copies of a periodic square lattice, each at its own temperature, all at once.

    Every spin of every replica has its own random number, so the replicas are independent of each other.

    Parameters
    ----------
    spins : (rows, columns) or (R, rows, columns) integer array
        One start for all replicas, or one for each; -1 or +1, rows and columns even. It is left as it is.
    T : (R,) array_like
        Temperatures, above 0, for R = 1 to 64 replicas. The time taken hardly depends on R.
    rule : {"heat-bath", "metropolis"}
        As for `simulate`. Metropolis is refused where the configurations that it never reaches might be more than one
        in a million, on lattices such as 2 × 10, 4 × 4 and 4 × 6.
    sweeps, J, every, threads, progress, rng
        As for `simulate`.

    Returns
    -------
    ising.Run
        ``spins`` (R, rows, columns) int8, and ``e``, ``m`` (sweeps // every, R) float64.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range; nothing has been changed then, and `rng` not advanced.
    spinlearn.core.progress.Interrupted
        At Ctrl-C. Its attribute `run` is the `ising.Run` so far.

    Examples
    --------
    >>> T = np.linspace(1.0, 4.0, 64)
    >>> run = replicas(np.ones((32, 32), dtype=np.int8), T, 300, rng=np.random.default_rng(1))
    >>> run.e.shape, bool(run.m[100:, 0].mean() > 0.99), bool(abs(run.m[100:, -1].mean()) < 0.05)
    ((300, 64), True, True)
    """
    T = arguments.temperatures(T)
    if T.ndim != 1 or not 1 <= T.size <= BITS:
        raise ValueError(f"T must have shape (R,) with R from 1 to {BITS}, got {T.shape}")
    spins = arguments.as_array("spins", spins)
    shape = spins.shape
    if len(shape) not in (2, 3) or any(side == 0 or side % 2 for side in shape[-2:]) or shape[:-2] not in ((), T.shape):
        raise ValueError(
            f"spins must have shape (rows, columns) or ({T.size}, rows, columns), rows and columns even, got {shape}"
        )
    copies = np.broadcast_to(arguments.spins(spins).reshape(shape), (T.size, *shape[-2:]))
    J = arguments.number("J", J)
    if arguments.choice("rule", rule, RULES) == "metropolis" and 2.0 ** (2 * min(shape[-2:]) - copies[0].size) > 1e-6:
        raise ValueError(
            f"rule must be 'heat-bath' on a lattice as small as {shape[-2]} × {shape[-1]}, got 'metropolis', which "
            "never reaches the states whose flips are all free"
        )

    return _run(copies, T, False, sweeps, rule, J, every, threads, progress, rng)


def _run(parts, T, tiled, sweeps, rule, J, every, threads, progress, rng) -> Run:
    """Check what both public functions share, and run.

    Parameters
    ----------
    parts : (R, rows, columns) int8
        The spins of tile or replica r, which become bit r of the words.
    T : (R,) float64
    tiled : bool
        Whether the R parts are tiles of one lattice, or lattices of their own.
    """
    sweeps = arguments.count("sweeps", sweeps, at_most=2**56)  # 64 random words for each of two half-sweeps
    every = arguments.count("every", every, at_least=1)
    threads = arguments.count("threads", threads, at_least=1)
    heat_bath = RULES[arguments.choice("rule", rule, RULES)] == HEAT_BATH
    # In a fixed order each spin has to be refused now and then, not just any.
    refuse_free_flips(rule, 4 * abs(J), float(T.max()), sweeps)
    if not math.isfinite(8 * J * parts.size):
        raise ValueError("J must be small enough that every energy is finite, below 1.8e308 in size")
    arguments.flag("progress", progress, optional=True)
    broken, up = arguments.room((2, sweeps // every, BITS), np.int64, sweeps=sweeps)
    seed = arguments.generator(rng).integers(2**64, dtype=np.uint64)

    planes, to_right = laid_out(parts, tiled)
    # The antiferromagnet is the ferromagnet with a broken bond for a whole one, and the other way round.
    flags = np.array([ALL_BITS if J < 0 else NO_BITS, ALL_BITS if heat_bath else NO_BITS])
    digits = np.stack(
        [_digits([flip_probability(RULES[rule], cost * (abs(J) / t)) for t in T.tolist()]) for cost in (8, 4)]
    )

    clock = np.zeros(1, dtype=np.int64)
    system = System(to_right, flags, digits, tiled, seed, every)

    def finished() -> Run:
        done = slice(clock[0] // every)
        return read_off(planes, len(parts), tiled, abs(J), broken[done], up[done])

    with keeping(finished), ThreadPoolExecutor(threads) as pool:
        for part in watched(sweeps, progress):
            if threads == 1:
                run(system, part.stop, planes, clock, broken, up)
            else:
                _run_shared(pool, threads, system, part.stop, planes, clock, broken, up)
    return finished()


def _digits(probabilities) -> np.ndarray:
    """Binary digits of up to 64 probabilities: bit r of word k is the digit of number r that stands for 2**(k - 64)."""
    scaled = np.array([min(int(p * 2.0**DIGITS), 2**DIGITS - 1) for p in probabilities], dtype=np.uint64)
    place, part = np.arange(DIGITS, dtype=np.uint64)[:, None], np.arange(scaled.size, dtype=np.uint64)
    return (((scaled >> place) & np.uint64(1)) << part).sum(axis=1, dtype=np.uint64)


def _run_shared(pool, threads, system, stop, planes, clock, broken, up) -> None:
    """What `run` does, the rows shared out among threads."""
    tiled, every = system.tiled, system.every
    words = planes, system.to_right, system.flags, system.digits, system.seed
    edges = np.linspace(0, planes.shape[1] - 2, threads + 1).astype(int)
    for number in range(clock[0], stop):
        for half in range(2 * number, 2 * number + 2):
            work = [pool.submit(half_sweep, *words, half, *rows) for rows in pairwise(edges)]
            for part in work:
                part.result()
            close_rim(planes, half % 2, tiled)
        if (number + 1) % every == 0:
            count(planes, system.flags, tiled, broken[number // every], up[number // every])
        clock[0] = number + 1


@kernel
def broken_bonds(s, a, b, c, d):
    """Count, for each bit, how many of a, b, c, d differ from s: three words, for one or three, for two, for more."""
    a, b, c, d = a ^ s, b ^ s, c ^ s, d ^ s
    odd = a ^ b ^ c ^ d
    both, either = a & b, a ^ b
    pair = c & d
    two_or_more = both | pair | (either & (c ^ d))
    three_or_more = (both & (c | d)) | (pair & (a | b))
    return odd, two_or_more & ~three_or_more, three_or_more


@kernel
def compare(less, undecided, odd, low, high, position):
    """One more digit of U and p, more significant than all before: where they differ, U < p if the digit of p is 1.

    Where `odd` is set the digit of p is that of `high`, elsewhere that of `low`.
    """
    p = low ^ (odd & (low ^ high))
    differ = splitmix64(position) ^ p
    return less ^ (differ & (less ^ p)), undecided & ~differ


@kernel
def settle(spins, undecided, odds, together, places, digits, place, stride):
    """Give the undecided spins of a chunk further digits, from the most significant to the least, until they differ.

    Word w of `spins`, `undecided`, `odds` (8 m,) has its random words at `place` + w GOLDEN, `stride` from digit to
    digit. `together` (m,) and `places` (8 m + 1,) are overwritten. One word in eighty or so has such a spin. An `if`
    for each word would be slow, and so would be one for each digit: a processor guesses the answer, and a wrong guess
    costs it more than the digits do.
    """
    low, high = digits[0], digits[1]
    eighth = undecided.size // 8
    for w in range(eighth):
        together[w] = undecided[w]
        for k in range(1, 8):
            together[w] |= undecided[w + k * eighth]
    count = 0
    for w in range(eighth):
        if together[w]:
            for v in range(w, undecided.size, eighth):
                places[count] = v
                count += np.int64(undecided[v] != NO_BITS)

    for w in places[:count]:
        left, odd = undecided[w], odds[w]
        position = place + np.uint64(w) * GOLDEN
        flips, k = NO_BITS, DIGITS - TOGETHER
        while left and k:
            for _ in range(AT_ONCE):
                k -= 1
                p = low[k] ^ (odd & (low[k] ^ high[k]))
                differ = left & (splitmix64(position + np.uint64(k) * stride) ^ p)
                flips ^= differ & p
                left ^= differ
        spins[w] ^= flips


@kernel
def half_sweep(planes, to_right, flags, digits, seed, half, first, last):
    """Update the spins of one colour in the rows from `first` to `last` - 1. It is half-sweep number `half` of a run.

    planes (2, rows + 2, words + 2) uint64: the two colours, each with its rim. to_right: the same
    shape, all bits set in rows whose spins have odd column numbers, see `pack`.
    flags (2,): all bits set or none, for an antiferromagnet and for the heat bath. digits (2, 64): of the probability
    to flip with u = 0 broken bonds, and with u = 1. With u > 2 the heat bath flips with one minus the probability of
    4 - u, Metropolis always. The loop runs over the rim as well, to be one loop; `close_rim` has to follow.
    """
    width = planes.shape[2]
    colour = half % 2
    mine, others, side = planes[colour].ravel(), planes[1 - colour].ravel(), to_right[colour].ravel()
    anti, heat = flags[0], flags[1]
    low, high = digits[0], digits[1]
    # Digit k of the word in place n is number (64 half + k) S + n + 1 of the random sequence, S words in a plane.
    stride = np.uint64(mine.size) * GOLDEN
    start = seed + np.uint64(half) * np.uint64(DIGITS) * stride + GOLDEN
    odds, undecided = np.empty(CHUNK, dtype=np.uint64), np.empty(CHUNK, dtype=np.uint64)
    together, places = np.empty(CHUNK // 8, dtype=np.uint64), np.empty(CHUNK + 1, dtype=np.int64)

    for begin in range((first + 1) * width, (last + 1) * width, CHUNK):
        size = min(CHUNK, (last + 1) * width - begin)
        spins, right = mine[begin:], side[begin:]
        above, below, beside = others[begin - width :], others[begin + width :], others[begin:]
        before, after = others[begin - 1 :], others[begin + 1 :]
        place = start + np.uint64(begin) * GOLDEN

        for w in range(size):
            beyond = before[w] ^ (right[w] & (before[w] ^ after[w]))
            odd, two, more = broken_bonds(spins[w] ^ anti, above[w], below[w], beside[w], beyond)
            position = place + np.uint64(w) * GOLDEN
            less, left = NO_BITS, ALL_BITS
            for k in range(DIGITS - TOGETHER, DIGITS):
                less, left = compare(less, left, odd, low[k], high[k], position + np.uint64(k) * stride)
            # With two broken bonds a flip is free: Metropolis does it, the heat bath tosses a coin, the first digit.
            coin = two & heat
            less = (less & ~coin) | (splitmix64(position + np.uint64(DIGITS - 1) * stride) & coin)
            turn = more | (two & ~heat)
            asked = ~turn | heat
            left &= asked & ~coin
            spins[w] ^= turn ^ (less & asked & ~left)
            undecided[w], odds[w] = left, odd

        eighths = (size + 7) // 8 * 8
        undecided[size:eighths] = NO_BITS
        settle(spins, undecided[:eighths], odds, together, places, digits, place, stride)


@kernel
def sweep(planes, to_right, flags, digits, tiled, seed, number):
    """Sweep number `number` of a run."""
    for half in range(2 * number, 2 * number + 2):
        half_sweep(planes, to_right, flags, digits, seed, half, 0, planes.shape[1] - 2)
        close_rim(planes, half % 2, tiled)


@kernel
def run(system, stop, planes, clock, broken, up):
    """Go on to sweep number `stop` of a run, and fill a row of `broken` and `up` after every `every` sweeps.

    `system` is a `System`. `clock` (1,) int64 says how many sweeps there have been.
    """
    to_right, flags, digits, tiled, seed, every = system
    for number in range(clock[0], stop):
        sweep(planes, to_right, flags, digits, tiled, seed, number)
        if (number + 1) % every == 0:
            count(planes, flags, tiled, broken[number // every], up[number // every])
        clock[0] = number + 1
