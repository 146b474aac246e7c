"""64 samples of the ±J glass in one machine word, each with bonds and a temperature of its own.

It is the multi-spin coding of `multispin`: bit r of every word is replica r, and a neighbour is a word next door. A
bond of the glass is one more word, whose bit r is set where sample r has -J there: exclusive or with the neighbour
makes of it what it is for the spin, and the count of broken bonds goes on as before. So 64 samples cost what one does,
and an average over samples is what one gets.

Four words of signs stand beside each spin, for the bonds above it, below it, beside it in the word of the same number,
and beyond. The lattice is a torus with even sides, there is no field, and the rule is the heat bath; `samples` has
everything else.

References
----------
L. Jacobs and C. Rebbi, J. Comput. Phys. 41, 203 (1981): multi-spin coding.
"""

from typing import NamedTuple

import numpy as np

from ..core import arguments
from ..core.jit import kernel
from ..core.progress import keeping, watched
from ..core.words import GOLDEN, splitmix64
from .cooled import fill_digits
from .geometry import Lattice, checked
from .glass import tables
from .ising import Run
from .multispin import CHUNK, DIGITS, TOGETHER, broken_bonds, compare, settle
from .planes import ALL_BITS, BITS, NO_BITS, close_rim, laid_out, unpack
from .samples import starts

_COUNTERS = 40  # binary digits of a count of bonds


class Signs(NamedTuple):
    """What stays the same in a run, see `half_sweep`."""

    to_right: np.ndarray
    signs: np.ndarray
    digits: np.ndarray  # overwritten where the temperature changes
    couplings: np.ndarray  # (1 or sweeps, 1 or R): J / T
    seed: np.uint64
    every: int


def simulate(
    spins,
    lattice: Lattice,
    T,
    sweeps: int,
    *,
    J,
    every: int = 1,
    progress: bool | None = None,
    rng: np.random.Generator,
) -> Run:
    """Run the heat bath on up to 64 samples of the ±J glass on a torus, all at once.

    A sweep updates all spins of one colour of the checkerboard, then all of the other.

    Parameters
    ----------
    spins : integer array of shape ``lattice.shape`` or (R, rows, columns)
        One start for all, or one for each; -1 or +1. It is left as it is.
    lattice : Lattice
        A torus with even sides.
    T : float or (R,) array_like
        Temperature of all, or of each; above 0.
    sweeps : int
    J : (N, 4) or (R, N, 4) float64
        One sample for all, or one for each, as `glass.bimodal` draws it: couplings of one size, with any sign.
    every : int
        Record after every so many sweeps; recording after each one takes about as long as the sweeps.
    progress : bool, optional
        True shows a bar, False none. Left out: one where somebody watches, if it takes more than two seconds.
    rng : numpy.random.Generator
        Advanced by one draw.

    Returns
    -------
    ising.Run
        ``spins`` (R, rows, columns) int8, and ``e``, ``m`` (sweeps // every, R) float64. R is how many there are of
        that which there are most of: starts, temperatures or samples.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range; nothing has been changed then, and `rng` not advanced.
    spinlearn.core.progress.Interrupted
        At Ctrl-C. Its attribute `run` is the `ising.Run` so far.

    Examples
    --------
    >>> from spinlearn.lattice import all_up, glass, square
    >>> sheet, rng = square(16), np.random.default_rng(1)
    >>> J = [glass.bimodal(sheet, rng=rng) for _ in range(64)]
    >>> run = simulate(all_up(sheet), sheet, 0.5, 500, J=J, every=100, rng=rng)
    >>> run.e.shape, bool(-1.4 < run.e[-1].mean() < -1.3)
    ((5, 64), True)
    """
    T = arguments.temperatures(T)
    if T.ndim > 1:
        raise ValueError(f"T must be one temperature, or one for each sample, got shape {T.shape}")
    sweeps = arguments.count("sweeps", sweeps, at_most=2**56)
    return _run(spins, lattice, T.reshape(1, -1), sweeps, J, every, progress, rng)


def through(
    spins,
    lattice: Lattice,
    T,
    *,
    J,
    every: int = 1,
    progress: bool | None = None,
    rng: np.random.Generator,
) -> Run:
    """Run the heat bath through a list of temperatures, as `samples.through` does, 64 samples at once.

    Parameters
    ----------
    spins, lattice, J, every, progress, rng
        As for `simulate`.
    T : (sweeps,) or (sweeps, R) array_like
        The temperature during each sweep, for all samples or for each; at least 0.

    Returns
    -------
    ising.Run
        As from `simulate`.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range; nothing has been changed then, and `rng` not advanced.
    spinlearn.core.progress.Interrupted
        At Ctrl-C. Its attribute `run` is the `ising.Run` so far.

    Examples
    --------
    Cooled slowly, a glass comes lower than quenched.

    >>> from spinlearn.lattice import all_up, glass, square
    >>> sheet, rng = square(16), np.random.default_rng(1)
    >>> J = [glass.bimodal(sheet, rng=rng) for _ in range(64)]
    >>> slow, fast = (through(all_up(sheet), sheet, T, J=J, rng=rng) for T in (np.linspace(2, 0, 2000), np.zeros(2000)))
    >>> bool(slow.e[-1].mean() < fast.e[-1].mean() - 0.005)
    True
    """
    T = arguments.real_array("T", T)
    if T.ndim not in (1, 2) or not T.size or not (T >= 0).all():
        raise ValueError(f"T must have shape (sweeps,) or (sweeps, R), at least 0, got shape {T.shape}")
    return _run(spins, lattice, T.reshape(len(T), -1), len(T), J, every, progress, rng)


def _run(spins, lattice, T, sweeps, J, every, progress, rng) -> Run:
    """Check what both public functions share, and run; T is (1 or sweeps, 1 or R)."""
    couplings, size = of_one_size(lattice, J)
    R = max(len(couplings), T.shape[1])
    flat = starts(spins, lattice, R)
    R = len(flat)
    if R > BITS or any(length not in (1, R) for length in (len(couplings), T.shape[1])):
        raise ValueError(
            f"spins, T and J must be one or R each, for R up to {BITS} samples, "
            f"got {R}, {T.shape[1]} and {len(couplings)}"
        )
    every = arguments.count("every", every, at_least=1)
    arguments.flag("progress", progress, optional=True)
    broken, up = arguments.room((2, sweeps // every, BITS), np.int64, sweeps=sweeps)
    seed = arguments.generator(rng).integers(2**64, dtype=np.uint64)

    planes, to_right = laid_out(flat.reshape(R, *lattice.shape), False)
    signs = np.zeros((2, 4, *planes.shape[1:]), dtype=np.uint64)
    negative = np.broadcast_to(couplings < 0, (R, *couplings.shape[1:])).reshape(R, *lattice.shape, 4)
    fill_signs(np.ascontiguousarray(negative), signs)
    cold = np.ascontiguousarray(arguments.inverse(T, size))
    digits = np.zeros((2, DIGITS), dtype=np.uint64)
    clock = np.zeros(1, dtype=np.int64)
    system = Signs(to_right, signs, digits, cold, seed, every)

    def finished() -> Run:
        done, n = slice(clock[0] // every), lattice.size
        final = np.empty((R, *lattice.shape), dtype=np.int8)
        unpack(planes, final)
        return Run(final, -size * (2 - 2 * broken[done, :R] / n), 2 * up[done, :R] / n - 1)

    with keeping(finished):
        for part in watched(sweeps, progress):
            run(system, part.stop, planes, clock, broken, up)
    return finished()


def fits(lattice: Lattice, J) -> bool:
    """Whether `simulate` can take this lattice and these bonds.

    Examples
    --------
    >>> from spinlearn.lattice import glass, square
    >>> rng = np.random.default_rng(1)
    >>> [fits(sheet, glass.bimodal(sheet, rng=rng)) for sheet in (square(4), square(5), square(4, periodic=False))]
    [True, False, False]
    """
    sizes = np.abs(arguments.real_array("J", J))
    even = checked(lattice).is_periodic_square and not any(side % 2 for side in lattice.shape)
    return bool(even and sizes.size and sizes.min() == sizes.max() > 0)


def of_one_size(lattice: Lattice, J) -> tuple[np.ndarray, float]:
    """Check a torus with even sides and its ±J bonds; return the tables (R, N, 4) and the size of the couplings."""
    if not checked(lattice).is_periodic_square or any(side % 2 for side in lattice.shape):
        raise ValueError(
            f"lattice must be a torus with even sides, such as lattice.square(16), got {lattice!r}; "
            "samples.through takes any lattice"
        )
    couplings = tables(lattice, J)
    if not fits(lattice, couplings):
        raise ValueError(
            "J must hold couplings of one size, +J or -J, above 0; samples.through takes bonds of any size"
        )
    return couplings, float(np.abs(couplings).max())


@kernel
def fill_signs(negative, signs):
    """Set bit r of the words to the bonds of sample r: negative (R, rows, columns, 4) bool; down, right, up, left.

    signs (2, 4, rows + 2, words + 2): above, below, beside, beyond, for each spin of the two colours; see
    `planes.pack`.
    """
    for r in range(negative.shape[0]):
        bit = np.uint64(1) << np.uint64(r)
        for i in range(negative.shape[1]):
            for j in range(negative.shape[2]):
                colour, w = (i + j) % 2, j // 2 + 1
                beside, beyond = (1, 3) if j % 2 == 0 else (3, 1)
                for place, side in enumerate((2, 0, beside, beyond)):
                    if negative[r, i, j, side]:
                        signs[colour, place, i + 1, w] |= bit


@kernel
def half_sweep(planes, to_right, signs, digits, seed, half):
    """Update the spins of one colour; it is half-sweep number `half` of a run. As `multispin.half_sweep`, with bonds.

    Digit k of the random number of the word in place n is number (64 half + k) S + n + 1 of the sequence of `seed`, S
    words in a plane. With u = 3, 4 broken bonds a flip has one minus the probability of 4 - u, with u = 2 it is a coin.
    """
    rows, width = planes.shape[1] - 2, planes.shape[2]
    colour = half % 2
    mine, others, side = planes[colour].ravel(), planes[1 - colour].ravel(), to_right[colour].ravel()
    up, down, near, far = (
        signs[colour, 0].ravel(), signs[colour, 1].ravel(), signs[colour, 2].ravel(), signs[colour, 3].ravel(),
    )  # fmt: skip
    low, high = digits[0], digits[1]
    stride = np.uint64(mine.size) * GOLDEN
    start = seed + np.uint64(half) * np.uint64(DIGITS) * stride + GOLDEN
    odds, undecided = np.empty(CHUNK, dtype=np.uint64), np.empty(CHUNK, dtype=np.uint64)
    together, places = np.empty(CHUNK // 8, dtype=np.uint64), np.empty(CHUNK + 1, dtype=np.int64)

    for begin in range(width, (rows + 1) * width, CHUNK):
        size = min(CHUNK, (rows + 1) * width - begin)
        spins, right = mine[begin:], side[begin:]
        above, below, beside = others[begin - width :], others[begin + width :], others[begin:]
        before, after = others[begin - 1 :], others[begin + 1 :]
        a, b, c, d = up[begin:], down[begin:], near[begin:], far[begin:]
        place = start + np.uint64(begin) * GOLDEN

        for w in range(size):
            beyond = before[w] ^ (right[w] & (before[w] ^ after[w]))
            odd, two, more = broken_bonds(spins[w], above[w] ^ a[w], below[w] ^ b[w], beside[w] ^ c[w], beyond ^ d[w])
            position = place + np.uint64(w) * GOLDEN
            less, left = NO_BITS, ALL_BITS
            for k in range(DIGITS - TOGETHER, DIGITS):
                less, left = compare(less, left, odd, low[k], high[k], position + np.uint64(k) * stride)
            coin = splitmix64(position + np.uint64(DIGITS - 1) * stride) & two
            left &= ~two
            spins[w] ^= more ^ (((less & ~two) | coin) & ~left)
            undecided[w], odds[w] = left, odd

        eighths = (size + 7) // 8 * 8
        undecided[size:eighths] = NO_BITS
        settle(spins, undecided[:eighths], odds, together, places, digits, place, stride)


@kernel
def run(system, stop, planes, clock, broken, up):
    """Go on to sweep number `stop` of a run, and fill a row of `broken` and `up` after every `every` sweeps.

    `system` is a `Signs`. `clock` (1,) int64 says how many sweeps there have been.
    """
    to_right, signs, digits, couplings, seed, every = system
    for number in range(clock[0], stop):
        if number == clock[0] or couplings.shape[0] > 1:
            fill_digits(digits, couplings[min(number, couplings.shape[0] - 1)])
        for half in range(2 * number, 2 * number + 2):
            half_sweep(planes, to_right, signs, digits, seed, half)
            close_rim(planes, half % 2, False)
        if (number + 1) % every == 0:
            count(planes, signs, broken[number // every], up[number // every])
        clock[0] = number + 1


@kernel
def add(word, counters):
    """Add one to the counters of the bits that are set in a word; counters (K,) uint64 are binary digits."""
    k = 0
    while word:
        word, counters[k] = word & counters[k], word ^ counters[k]
        k += 1


@kernel
def read(counters, numbers):
    """Add to numbers (64,) int64 what the counters have counted."""
    for r in range(numbers.size):
        for k in range(counters.size):
            numbers[r] += np.int64((counters[k] >> np.uint64(r)) & np.uint64(1)) << k


@kernel
def count(planes, signs, broken, up):
    """Count the broken bonds and the spins +1 of each sample, into `broken` and `up` (64,).

    Every bond has one end of colour 0, so the four bonds of each spin of that colour are all bonds there are.
    """
    rows, words = planes.shape[1] - 2, planes.shape[2] - 2
    bonds, ones = np.zeros(_COUNTERS, dtype=np.uint64), np.zeros(_COUNTERS, dtype=np.uint64)
    for i in range(1, rows + 1):
        for w in range(1, words + 1):
            s, beside = planes[0, i, w], planes[1, i, w]
            beyond = planes[1, i, w + 1] if i % 2 == 0 else planes[1, i, w - 1]
            add(s ^ planes[1, i - 1, w] ^ signs[0, 0, i, w], bonds)
            add(s ^ planes[1, i + 1, w] ^ signs[0, 1, i, w], bonds)
            add(s ^ beside ^ signs[0, 2, i, w], bonds)
            add(s ^ beyond ^ signs[0, 3, i, w], bonds)
            add(s, ones)
            add(beside, ones)
    read(bonds, broken)
    read(ones, up)
