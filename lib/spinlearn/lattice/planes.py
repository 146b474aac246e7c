"""How the words of `multispin` are laid out: spins into words and out again, the rim around them, and what is counted.

`planes` (2, rows + 2, words + 2) uint64 are the two colours of the checkerboard, each with its rim. The 64 bits of a
word are the parts of a system: the tiles of one lattice, or replicas, lattices of their own.
"""

import numpy as np

from ..core import arguments
from ..core.jit import kernel
from .ising import Run

TILES = 8  # tiles along each side
BITS = TILES * TILES
NO_BITS = np.uint64(0)
ALL_BITS = np.uint64(2**64 - 1)

_FIRST_COLUMN = np.uint64(0x0101010101010101)  # of the tiles: bits 8 a
_LAST_COLUMN = np.uint64(0x8080808080808080)  # bits 8 a + 7
_BYTES = np.uint64(0x0101010101010101)  # the lowest bit of each byte


def cut(spins) -> np.ndarray:
    """Check the spins (rows, columns) of a large lattice, and cut it into tiles: (64, rows / 8, columns / 8) int8."""
    spins = arguments.as_array("spins", spins)
    shape = spins.shape
    if len(shape) != 2 or any(side == 0 or side % (2 * TILES) for side in shape):
        raise ValueError(f"spins must have shape (rows, columns), both multiples of {2 * TILES}, got {shape}")
    rows, columns = shape[0] // TILES, shape[1] // TILES
    # (tile row, row, tile column, column) to (tile, row, column); `joined` goes back.
    sorted_out = arguments.spins(spins).reshape(TILES, rows, TILES, columns).transpose(0, 2, 1, 3)
    return sorted_out.reshape(BITS, rows, columns)


def joined(tiles) -> np.ndarray:
    """The lattice that `cut` made the tiles of."""
    rows, columns = tiles.shape[1:]
    return tiles.reshape(TILES, TILES, rows, columns).transpose(0, 2, 1, 3).reshape(TILES * rows, TILES * columns)


def laid_out(parts, tiled: bool) -> tuple[np.ndarray, np.ndarray]:
    """The planes of parts (R, rows, columns) int8, and where the neighbour beyond lies to the right, see `pack`."""
    rows, columns = parts.shape[1:]
    planes = np.zeros((2, rows + 2, columns // 2 + 2), dtype=np.uint64)
    to_right = np.zeros_like(planes)
    to_right[0, 2::2] = to_right[1, 1::2] = ALL_BITS
    pack(parts, planes)
    close_rim(planes, 0, tiled)
    close_rim(planes, 1, tiled)
    return planes, to_right


def read_off(planes, parts: int, tiled: bool, J: float, broken, up) -> Run:
    """What a run returns: the spins in the planes, and energy and magnetisation per spin from what was counted.

    J is the size of the coupling, and `broken`, `up` (records, 64) are the unsatisfied bonds and the spins +1 of each
    part, those of all tiles together in entry 0.
    """
    spins = np.empty((parts, planes.shape[1] - 2, 2 * (planes.shape[2] - 2)), dtype=np.int8)
    unpack(planes, spins)
    if tiled:
        spins, broken, up = joined(spins), broken.sum(axis=1), up.sum(axis=1)
        size = spins.size
    else:
        broken, up, size = broken[:, :parts], up[:, :parts], spins[0].size
    return Run(spins, -J * (2 - 2 * broken / size), 2 * up / size - 1)


@kernel
def pack(spins, planes):
    """Set bit r of the words to the spins of part r: spins (R, rows, columns) int8, planes as in `half_sweep`.

    The spin in row i, column j has colour (i + j) % 2 and stands in word j // 2 of its row. So its neighbours to the
    left and to the right are, in the row of the other colour, the word in the same place and one of the two next to
    that: the one to the right where j is odd.
    """
    for r in range(spins.shape[0]):
        for i in range(spins.shape[1]):
            for j in range(spins.shape[2]):
                if spins[r, i, j] > 0:
                    planes[(i + j) % 2, i + 1, j // 2 + 1] |= np.uint64(1) << np.uint64(r)


@kernel
def unpack(planes, spins):
    """Read the spins (R, rows, columns) int8 off the words."""
    for r in range(spins.shape[0]):
        for i in range(spins.shape[1]):
            for j in range(spins.shape[2]):
                bit = (planes[(i + j) % 2, i + 1, j // 2 + 1] >> np.uint64(r)) & np.uint64(1)
                spins[r, i, j] = 2 * np.int8(bit) - 1


@kernel
def close_rim(planes, colour, tiled):
    """Set the words around the edge of one colour to those beyond the edge.

    With replicas that is the word at the opposite edge. With tiles it is that word with the bits of the next tile.
    """
    plane = planes[colour]
    rows, words = plane.shape[0] - 2, plane.shape[1] - 2
    for i in range(1, rows + 1):
        first, last = plane[i, 1], plane[i, words]
        if tiled:
            first = ((first & ~_FIRST_COLUMN) >> np.uint64(1)) | ((first & _FIRST_COLUMN) << np.uint64(7))
            last = ((last & ~_LAST_COLUMN) << np.uint64(1)) | ((last & _LAST_COLUMN) >> np.uint64(7))
        plane[i, 0], plane[i, words + 1] = last, first
    for w in range(1, words + 1):
        first, last = plane[1, w], plane[rows, w]
        if tiled:
            first = (first >> np.uint64(TILES)) | (first << np.uint64(BITS - TILES))
            last = (last << np.uint64(TILES)) | (last >> np.uint64(BITS - TILES))
        plane[0, w], plane[rows + 1, w] = last, first


@kernel
def count(planes, flags, tiled, broken, up):
    """Count the unsatisfied bonds and the spins +1."""
    if tiled:
        count_tiles(planes, flags, broken, up)
    else:
        count_replicas(planes, flags, broken, up)


@kernel
def count_bits(word):
    """Number of set bits: sums of 1, 2, 4, 8 neighbouring bits, side by side in the word."""
    word -= (word >> np.uint64(1)) & np.uint64(0x5555555555555555)
    word = (word & np.uint64(0x3333333333333333)) + ((word >> np.uint64(2)) & np.uint64(0x3333333333333333))
    word = (word + (word >> np.uint64(4))) & np.uint64(0x0F0F0F0F0F0F0F0F)
    return (word * _BYTES) >> np.uint64(56)


@kernel
def count_tiles(planes, flags, broken, up):
    """Count the unsatisfied bonds and the spins +1 of all tiles together, into `broken` and `up` (64,), entry 0.

    Every bond has one end of colour 0, so the four bonds of each spin of that colour are all bonds there are.
    """
    rows, words = planes.shape[1] - 2, planes.shape[2] - 2
    for i in range(1, rows + 1):
        spins, beside = planes[0, i, 1 : words + 1], planes[1, i, 1 : words + 1]
        above, below, beyond = planes[1, i - 1, 1:], planes[1, i + 1, 1:], planes[1, i, 2 * ((i - 1) % 2) :]
        bonds, ones = NO_BITS, NO_BITS
        for w in range(words):
            s = spins[w] ^ flags[0]
            bonds += count_bits(s ^ above[w]) + count_bits(s ^ below[w])
            bonds += count_bits(s ^ beside[w]) + count_bits(s ^ beyond[w])
            ones += count_bits(spins[w]) + count_bits(beside[w])
        broken[0] += np.int64(bonds)
        up[0] += np.int64(ones)


@kernel
def count_replicas(planes, flags, broken, up):
    """Count the unsatisfied bonds and the spins +1 of each replica, into `broken` and `up` (64,).

    A word is taken apart into eight, whose bytes are 0 or 1; byte b of number r is replica 8 b + r. The bytes are
    summed down the rows, at most 63 of them: four bonds a row make 252, and a byte holds 255.
    """
    rows, words = planes.shape[1] - 2, planes.shape[2] - 2
    bonds, ones = np.empty((2, 8, words), dtype=np.uint64)
    for begin in range(1, rows + 1, 63):
        end = min(begin + 63, rows + 1)
        bonds[:], ones[:] = 0, 0
        for i in range(begin, end):
            spins, beside = planes[0, i, 1 : words + 1], planes[1, i, 1 : words + 1]
            above, below, beyond = planes[1, i - 1, 1:], planes[1, i + 1, 1:], planes[1, i, 2 * ((i - 1) % 2) :]
            for r in range(8):
                place = np.uint64(r)
                for w in range(words):
                    s = spins[w] ^ flags[0]
                    vertical = (((s ^ above[w]) >> place) & _BYTES) + (((s ^ below[w]) >> place) & _BYTES)
                    horizontal = (((s ^ beside[w]) >> place) & _BYTES) + (((s ^ beyond[w]) >> place) & _BYTES)
                    bonds[r, w] += vertical + horizontal
                    ones[r, w] += ((spins[w] >> place) & _BYTES) + ((beside[w] >> place) & _BYTES)
        for r in range(8):
            for w in range(words):
                for byte in range(8):
                    place = np.uint64(8 * byte)
                    broken[8 * byte + r] += np.int64((bonds[r, w] >> place) & np.uint64(255))
                    up[8 * byte + r] += np.int64((ones[r, w] >> place) & np.uint64(255))
