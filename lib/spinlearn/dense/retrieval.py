"""Retrieval from a Hopfield network whose couplings are never formed: patterns as bits, and counts as planes of bits.

Hebb's couplings J_ij = (1/N) sum_mu xi_i^mu xi_j^mu, J_ii = 0, of P patterns of N units are N^2 numbers made of P N
bits: 800 MB made of 1.25 MB for N = 10 000 and P = 1000. All that the dynamics asks of them goes through the overlaps.
With c_mu the number of units at which the state agrees with pattern mu, so that N m_mu = 2 c_mu - N,

    N f_i = sum_mu xi_i^mu N m_mu - P s_i = 2 (2 A_i - C) - N (2 q_i - P) - P s_i,

where A_i sums c_mu over the patterns that are up at unit i, C over all of them, and q_i is how many are up there. The
counts are held *bit-sliced*: plane k is a word for each 64 patterns, which holds bit k of their counts. Then

    A_i = sum_k 2^k popcount(x_i & plane_k),

with x_i the bits of all patterns at unit i: 64 patterns an instruction, or 512 where the processor counts bits eight
words at a time. When unit i turns, all counts change by one, down where pattern and state agreed and up elsewhere: an
addition by carries from plane to plane. All of this is whole numbers, so that fields are exact, ties too, and states
are those that `network.relax` reaches with J, bit for bit.

Units that are updated in parallel are taken side by side, five planes in one go, and only the *changes* of the counts
are written in planes: the fewer spins have turned, the fewer planes they need. The pattern whose count changes most,
which is the one that is being retrieved, is set apart for the same reason. Single units are taken word by word.

References
----------
J. J. Hopfield, Proc. Natl. Acad. Sci. USA 79, 2554 (1982).
"""

from typing import NamedTuple

import numpy as np

from ..core import arguments
from ..core.jit import kernel
from ..core.progress import keeping, watched
from ..core.words import random_site, stream
from ..lattice.planes import count_bits
from .network import ORDERS, PARALLEL, RANDOM, Relaxed, checked_state, period_of

_TOGETHER = 5  # planes in one go
_BLOCK = 512  # units whose sums stay in the nearest cache
_FEW = 16  # spins that turned whose part in the counts is told one by one
_BIT = 64
_NONE, _ONE, _ALL = np.uint64(0), np.uint64(1), np.uint64(2**64 - 1)


class Packed(NamedTuple):
    """Patterns as bits, set where a pattern is +1. What `pack` returns, and `retrieve` takes.

    Attributes
    ----------
    by_unit : (N, W) uint64
        At each unit the bits of all patterns, W = P / 64 rounded up; bits beyond P are 0.
    by_word : (W, N) uint64
        The same the other way round.
    by_pattern : (P, V) uint64
        In each pattern the bits of all units, V = N / 64 rounded up.
    ups : (N,) int64
        How many patterns are up at each unit.
    """

    by_unit: np.ndarray
    by_word: np.ndarray
    by_pattern: np.ndarray
    ups: np.ndarray


class Memory(NamedTuple):
    """What stays the same in a run: the fields of a `Packed`, and the order."""

    by_unit: np.ndarray
    by_word: np.ndarray
    by_pattern: np.ndarray
    ups: np.ndarray
    order: int


def pack(patterns) -> Packed:
    """Write patterns as bits, once for all retrievals.

    Parameters
    ----------
    patterns : (P, N) integer array
        -1 or +1; at least one pattern.

    Returns
    -------
    Packed
        P N / 8 bytes three times.

    Raises
    ------
    TypeError, ValueError
        If `patterns` has the wrong type, shape or values.

    Examples
    --------
    >>> pack([[1, -1, 1], [1, 1, -1]]).by_unit
    array([[3],
           [2],
           [1]], dtype=uint64)
    """
    up = checked_patterns(patterns) > 0
    by_unit = _words(up.T)
    return Packed(by_unit, np.ascontiguousarray(by_unit.T), _words(up), up.sum(axis=0))


def retrieve(
    spins,
    patterns,
    *,
    order: str = "sequential",
    sweeps: int = 1000,
    progress: bool | None = None,
    rng: np.random.Generator | None = None,
) -> Relaxed:
    """Let a Hopfield network with Hebb's couplings go where its fields point, until nothing new comes, without J.

    Parameters
    ----------
    spins : (N,) integer array
        The start, -1 or +1. It is left as it is.
    patterns : (P, N) integer array or Packed
        The patterns that are stored. Who retrieves more than once hands in what `pack` returns.
    order, sweeps, progress, rng
        As for `network.relax`.

    Returns
    -------
    network.Relaxed
        As ``relax(spins, hebb(patterns))`` returns it, to the last spin and sweep. A unit in no field stays as it is.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range.
    spinlearn.core.progress.Interrupted
        At Ctrl-C. Its attribute `run` is the `Relaxed` so far.

    Examples
    --------
    >>> patterns = np.random.default_rng(1).choice([-1, 1], size=(50, 1000))
    >>> start = patterns[0].copy()
    >>> start[:100] *= -1
    >>> end = retrieve(start, patterns)
    >>> bool((end.spins == patterns[0]).all()), end.period
    (True, 1)
    """
    packed = _packed(patterns)
    n, P = packed.by_unit.shape[0], packed.by_pattern.shape[0]
    flat = checked_state("spins", spins, n)
    code = ORDERS[arguments.choice("order", order, ORDERS)]
    sweeps = arguments.count("sweeps", sweeps)
    arguments.flag("progress", progress, optional=True)
    squares = arguments.room((sweeps + 1,), np.int64, sweeps=sweeps)
    state = stream(rng) if code == RANDOM else np.zeros(4, dtype=np.uint64)
    memory = Memory(*packed, code)
    before, seen, clock = flat.copy(), flat.copy(), np.zeros(4, dtype=np.int64)
    counts = np.empty(P, dtype=np.int64)
    fill_counts(packed.by_pattern, flat, counts)
    squares[0] = ((2 * counts - n) ** 2).sum()

    def finished() -> Relaxed:
        done, flips, period = (int(value) for value in clock[:3])
        e = -(squares[: done + 1] - n * P) / (2 * n**2)
        return Relaxed(flat, before, e + 0.0, done, flips, period)

    if code == PARALLEL:
        run, moving = retrieve_together, -n * (2 * packed.ups - P)  # the fields as they would be if all counts were 0
        add_to_fields(memory, counts, 1, moving)
        followed = counts
    else:
        run, moving = retrieve_one_by_one, np.zeros((packed.by_word.shape[0], n.bit_length()), dtype=np.uint64)
        fill_planes(counts, moving)
        moving, followed = np.ascontiguousarray(moving.T), counts.sum(keepdims=True)
    with keeping(finished):
        for part in watched(sweeps, progress):
            if clock[2]:
                break
            run(memory, part.stop, flat, before, seen, followed, moving, state, clock, squares)
    return finished()


def checked_patterns(patterns) -> np.ndarray:
    """Check patterns, at least one; return them as (P, N) int8.

    Examples
    --------
    >>> checked_patterns([[1, -1]])
    array([[ 1, -1]], dtype=int8)
    """
    array = arguments.as_array("patterns", patterns)
    if array.dtype.kind not in "iu":
        raise TypeError(f"patterns must be an integer array of -1 and +1, not {array.dtype}")
    if array.ndim != 2 or 0 in array.shape:
        raise ValueError(f"patterns must have shape (P, N), a row for each and one at least, got {array.shape}")
    if not ((array == 1) | (array == -1)).all():
        raise ValueError(f"patterns must be -1 or +1, got values {np.unique(array)[:5].tolist()}")
    return np.ascontiguousarray(array, dtype=np.int8)


def _words(bits: np.ndarray) -> np.ndarray:
    """Rows of bits (n, k) as words (n, k / 64 rounded up) uint64, the first in the lowest place."""
    padded = np.zeros((bits.shape[0], -(-bits.shape[1] // _BIT) * _BIT), dtype=bool)
    padded[:, : bits.shape[1]] = bits
    packed = np.packbits(padded, axis=1, bitorder="little")
    return np.ascontiguousarray(packed.view("<u8"), dtype=np.uint64)


def _packed(patterns) -> Packed:
    """Packed patterns, checked as far as their shapes tell, or those of an array."""
    if not isinstance(patterns, Packed):
        return pack(patterns)
    (n, words), P = patterns.by_unit.shape, len(patterns.by_pattern)
    if patterns.by_word.shape != (words, n) or words != -(-P // _BIT) or -(-n // _BIT) != patterns.by_pattern.shape[1]:
        raise ValueError("patterns must be what pack returns, but the shapes of its arrays do not fit together")
    return patterns


@kernel
def fill_counts(by_pattern, spins, counts):
    """Fill `counts` (P,): at how many units the state agrees with each pattern."""
    n, words = spins.size, by_pattern.shape[1]
    state = np.zeros(words, dtype=np.uint64)
    for i in range(n):
        if spins[i] > 0:
            state[i // 64] |= _ONE << np.uint64(i % 64)
    for mu in range(counts.size):
        row, differ = by_pattern[mu], _NONE
        for w in range(words):  # beyond N both are 0
            differ += count_bits(row[w] ^ state[w])
        counts[mu] = n - np.int64(differ)


@kernel
def fill_planes(counts, planes):
    """Write counts bit by bit: bit k of the count of pattern 64 w + b is bit b of planes[w, k]."""
    planes[:] = _NONE
    for mu in range(counts.size):
        row, place, left = planes[mu // 64], np.uint64(mu % 64), np.uint64(counts[mu])
        for k in range(row.size):
            row[k] |= (left & _ONE) << place
            left >>= _ONE


@kernel
def add_five(x, out, p0, p1, p2, p3, p4):
    """Add to `out` what five planes, from the lowest, count at units x side by side."""
    for i in range(x.size):
        word = x[i]
        total = count_bits(word & p4)
        total = total + total + count_bits(word & p3)
        total = total + total + count_bits(word & p2)
        total = total + total + count_bits(word & p1)
        total = total + total + count_bits(word & p0)
        out[i] += total


@kernel
def add_single(x, out, p0):
    """Add to `out` what one plane counts at units x side by side."""
    for i in range(x.size):
        out[i] += count_bits(x[i] & p0)


@kernel
def set_apart(change):
    """The pattern whose count has changed most unlike the others', and the least and the largest change of these.

    It is the one that is being retrieved: without it all others need few planes.
    """
    mean, far = change.sum() // change.size, 0
    for mu in range(change.size):
        if abs(change[mu] - mean) > abs(change[far] - mean):
            far = mu
    least = largest = change[0 if far > 0 else change.size - 1]
    for mu in range(change.size):
        if mu != far:
            least, largest = min(least, change[mu]), max(largest, change[mu])
    return far, least, largest


@kernel
def add_to_fields(memory, change, unit, fields):
    """Add to N f_i + P s_i of all units what comes of a `change` (P,) int64 of the counts.

    All differences between changes are multiples of `unit`: 2, where each spin that turned has added or taken one. As
    many planes are needed as the largest change and the smallest are apart: five for some dozen spins that turned.
    """
    n, P = fields.size, change.size
    far, least, largest = set_apart(change)
    steps, depth = (change - least) // unit, 1
    steps[far] = 0
    while (largest - least) // unit >> depth:
        depth += 1
    if depth % _TOGETHER > 2:
        depth += _TOGETHER - depth % _TOGETHER  # one more of five costs less than three alone
    planes = np.empty((memory.by_word.shape[0], depth), dtype=np.uint64)
    fill_planes(steps, planes)
    total, extra = steps.sum(), change[far] - least
    word, place = memory.by_word[far // 64], np.uint64(far % 64)
    sums = np.empty(_BLOCK, dtype=np.uint64)
    for first in range(0, n, _BLOCK):
        last = min(n, first + _BLOCK)
        out = sums[: last - first]
        out[:] = _NONE
        level = depth
        while level > 0:
            together = 1 if level % _TOGETHER else _TOGETHER
            level -= together
            for i in range(out.size):
                out[i] <<= np.uint64(together)
            for w in range(planes.shape[0]):
                x, p = memory.by_word[w, first:last], planes[w, level : level + together]
                if together == 1:
                    add_single(x, out, p[0])
                else:
                    add_five(x, out, p[0], p[1], p[2], p[3], p[4])
        for i in range(first, last):
            sum_over_up, up = np.int64(out[i - first]), np.int64((word[i] >> place) & _ONE)
            of_others = unit * (2 * sum_over_up - total) + least * (2 * memory.ups[i] - P)
            fields[i] += 2 * (of_others + extra * (2 * up - 1))


@kernel
def follow(memory, spins, turned, counts):
    """Carry the `counts` along with spins `turned` that are few."""
    for i in turned:
        row, s = memory.by_unit[i], np.int64(spins[i])
        for mu in range(counts.size):
            up = np.int64((row[mu // 64] >> np.uint64(mu % 64)) & _ONE)
            counts[mu] += s * (2 * up - 1)


@kernel
def retrieve_together(memory, stop, spins, before, seen, counts, fields, state, clock, squares):
    """Go on to sweep number `stop` in parallel, or to the end; `clock` as for `network.relax_sweeps`.

    `fields` hold N f_i + P s_i. `state`, of random numbers, has nothing to do here.
    """
    n, P, last, old = spins.size, counts.size, np.empty_like(spins), np.empty_like(counts)
    turned = np.empty(n, dtype=np.int64)
    while clock[0] < stop and clock[2] == 0:
        last[:] = spins
        flips = 0
        for i in range(n):
            if spins[i] * fields[i] < P:  # s_i N f_i < 0
                spins[i] = -spins[i]
                turned[flips] = i
                flips += 1
        clock[0] += 1
        clock[1] += flips
        if flips:
            old[:] = counts
            if flips < _FEW:
                follow(memory, spins, turned[:flips], counts)
            else:
                fill_counts(memory.by_pattern, spins, counts)
            add_to_fields(memory, counts - old, 2, fields)
        squares[clock[0]] = sum_of_squares(counts, n)
        clock[2] = period_of(PARALLEL, flips, clock[0], flips == 0, spins, last, before, seen, clock)
        before[:] = last


@kernel
def sum_of_squares(counts, n):
    """Sum of (N m)^2 over the patterns."""
    total = 0
    for mu in range(counts.size):
        total += (2 * counts[mu] - n) ** 2
    return total


@kernel
def field_of(i, spins, by_unit, ups, P, total, planes):
    """N f_i of one unit; `planes` (K, W) from the lowest."""
    n, row, sum_over_up = spins.size, by_unit[i], _NONE
    for k in range(planes.shape[0] - 1, -1, -1):
        plane, ones = planes[k], _NONE
        for w in range(row.size):
            ones += count_bits(row[w] & plane[w])
        sum_over_up += sum_over_up + ones
    return 2 * (2 * np.int64(sum_over_up) - total) - n * (2 * ups[i] - P) - P * np.int64(spins[i])


@kernel
def recount(row, up, planes, carry):
    """Unit `row` has turned and is `up` now, or not: one more where pattern and state agree now, one less elsewhere.

    One less is the addition of a number all of whose bits are set. `carry` (W,) is scratch.
    """
    flip = _NONE if up else _ALL
    lowest = planes[0]
    for w in range(row.size):
        carry[w] = lowest[w]
        lowest[w] = ~lowest[w]
    for k in range(1, planes.shape[0]):
        plane = planes[k]
        for w in range(row.size):
            less, bits = ~(row[w] ^ flip), plane[w]
            plane[w] = bits ^ less ^ carry[w]
            carry[w] = (bits & less) | (carry[w] & (bits ^ less))


@kernel
def retrieve_one_by_one(memory, stop, spins, before, seen, total, planes, state, clock, squares):
    """Go on to sweep number `stop` one unit at a time, or to the end; `clock` as for `network.relax_sweeps`.

    `planes` (K, W) hold the counts, and `total` (1,) int64 their sum; both are carried from call to call.
    """
    by_unit, _, by_pattern, ups, order = memory
    n, P, last, carry = spins.size, len(by_pattern), np.empty_like(spins), np.empty(planes.shape[1], dtype=np.uint64)
    square = squares[clock[0]]
    while clock[0] < stop and clock[2] == 0:
        last[:] = spins
        flips = 0
        for step in range(n):
            i = random_site(n, state) if order == RANDOM else step
            field = field_of(i, spins, by_unit, ups, P, total[0], planes)
            if spins[i] * field < 0:
                square -= 4 * spins[i] * field  # before it turns
                spins[i] = -spins[i]
                recount(by_unit[i], spins[i] > 0, planes, carry)
                total[0] += spins[i] * (2 * ups[i] - P)
                flips += 1
        clock[0] += 1
        clock[1] += flips
        squares[clock[0]] = square
        settled = flips == 0
        if settled and order == RANDOM:  # some units were not looked at
            for i in range(n):
                settled &= spins[i] * field_of(i, spins, by_unit, ups, P, total[0], planes) >= 0
        clock[2] = period_of(order, flips, clock[0], settled, spins, last, before, seen, clock)
        before[:] = last
