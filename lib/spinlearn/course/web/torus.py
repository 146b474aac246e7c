"""The table of a periodic square lattice, filled where it lies: a page has no numpy to make it."""

from ...core.jit import kernel


@kernel
def fill_square(neighbours, size):
    """Fill the (size * size, 4) int32 table of ``lattice.square(size)``: the site below, to the right, above, left."""
    for i in range(size * size):
        row, column = i // size, i % size
        neighbours[i, 0] = (row + 1) % size * size + column
        neighbours[i, 1] = row * size + (column + 1) % size
        neighbours[i, 2] = (row + size - 1) % size * size + column
        neighbours[i, 3] = row * size + (column + size - 1) % size
