"""The products of a machine of two layers, v W, h W^T and v^T h, which are nearly all of its work.

In general they are BLAS's, of single precision, SciPy's throughout: it adds to what is there, and with NumPy's in
between the threads of the one would wait for the other's.

**Units of two states need fewer additions.** Take five rows of W. What they can add to a field are 2^5 sums, and a
table of them costs 31 additions a column, because each is another one plus a row. With a table for every five units a
row of states needs one look-up for five multiplications. For 100 rows of states and 784 units that is a quarter of the
additions, and v^T h, where the rows are five members of a batch and the table serves all 784 units, needs a fifth. The
look-ups come eight tables at a time, since each of them waits for memory. With one thread that is faster than BLAS for
all but small layers (`benchmarks/rbm.py`), and it is taken where BLAS has at most two; h W^T is BLAS's always, since
the columns of W that its tables would want lie apart in memory.

The two ways round in another order, so a run repeats bit for bit on one machine with one setting of threads.

References
----------
V. L. Arlazarov, E. A. Dinic, M. A. Kronrod and I. A. Faradzev, Dokl. Akad. Nauk SSSR 194, 487 (1970): tables.
"""

import os

import numpy as np
from scipy.linalg import blas

from ..core.jit import kernel

BITS, AT_ONCE = 5, 8  # units in a table, and tables that are looked up in one pass
WIDEST = 512  # columns of the tables of a pass, so that they stay in the second cache
FEWEST = 48  # rows, units and columns for which tables are worth their making
MOST_THREADS = 2

_ZERO = np.float32(0.0)


def threads() -> int:
    """How many threads BLAS takes, as the environment says, or as many as there are processors.

    Examples
    --------
    >>> threads() >= 1
    True
    """
    for name in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):
        value = os.environ.get(name, "")
        if value.isdigit() and int(value) > 0:
            return int(value)
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


class Products:
    """The products of one machine with a fixed number of rows.

    Parameters
    ----------
    shape : tuple of two int
        N and M, of W.
    rows : int
        Of v and h in `onto_hidden` and `onto_visible`; `add` takes twice as many, and `onto_hidden` may.
    two : tuple of two float, or None
        The states of the visible units, if there are two.
    tables : bool, optional
        Whether to look up in tables; left out, where that is faster.

    Examples
    --------
    >>> W, v, out = np.ones((3, 2), np.float32), np.ones((1, 3), np.float32), np.empty((1, 2), np.float32)
    >>> for tables in (False, True):
    ...     Products((3, 2), 1, (0.0, 1.0), tables=tables).onto_hidden(W, v, out)
    ...     out
    array([[3., 3.]], dtype=float32)
    array([[3., 3.]], dtype=float32)
    """

    def __init__(self, shape: tuple[int, int], rows: int, two, *, tables: bool | None = None):
        n, m = shape
        if tables is None:
            tables = min(n, m, rows) >= FEWEST and threads() <= MOST_THREADS
        self.two = two if tables else None
        if self.two:
            self.middle = np.float32(sum(two) / 2)
            self.width = -(-m // -(-m // WIDEST))
            self.across = {size: np.zeros((padded(n), size), np.uint8) for size in (rows, 2 * rows)}
            self.down = np.zeros((padded(2 * rows), n), np.uint8)
            self.tables = np.empty((AT_ONCE, 2**BITS, self.width), np.float32)

    def onto_hidden(self, W: np.ndarray, v: np.ndarray, out: np.ndarray) -> None:
        """Fill `out` (rows, M) with v W: v (rows, N) and W (N, M), all float32 and in C's order; or twice the rows."""
        if self.two is None:
            blas.sgemm(1.0, W.T, v.T, 0.0, out.T, overwrite_c=1)
            return
        codes = self.across[len(v)]
        codes_across(v, self.middle, codes)
        out[...] = _ZERO
        low, high = (np.float32(state) for state in self.two)
        add_from_tables(W, codes, low, high, out, self.tables, self.width)

    def onto_visible(self, W: np.ndarray, h: np.ndarray, out: np.ndarray) -> None:
        """Fill `out` (rows, N) with h W^T: h (rows, M) and W (N, M), all float32 and in C's order."""
        blas.sgemm(1.0, W.T, h.T, 0.0, out.T, trans_a=1, overwrite_c=1)

    def add(self, rate: float, v: np.ndarray, h: np.ndarray, kept: float, W: np.ndarray) -> None:
        """Turn W (N, M) into kept W + rate v^T h: v (2 rows, N) and h (2 rows, M)."""
        if self.two is None:
            blas.sgemm(rate, h.T, v.T, kept, W.T, trans_b=1, overwrite_c=1)
            return
        codes_down(v, self.middle, self.down)
        if kept != 1:
            W *= np.float32(kept)
        low, high = (np.float32(rate * state) for state in self.two)
        add_from_tables(h, self.down, low, high, W, self.tables, self.width)


def padded(n: int) -> int:
    """Number of tables for n units, filled up to whole passes.

    Examples
    --------
    >>> padded(40), padded(41)
    (8, 16)
    """
    return -(-n // (BITS * AT_ONCE)) * AT_ONCE


@kernel
def codes_across(v, middle, codes):
    """Fill `codes` (tables, rows): bit k of table t is set where unit BITS t + k of a row is in its upper state."""
    for r in range(v.shape[0]):
        row = v[r]
        for t in range(codes.shape[0]):
            code = 0
            for k in range(BITS):
                i = BITS * t + k
                if i < row.size and row[i] > middle:
                    code |= 1 << k
            codes[t, r] = code


@kernel
def codes_down(v, middle, codes):
    """Fill `codes` (tables, N): bit k of table t is set where row BITS t + k of a unit is in its upper state."""
    codes[:] = 0
    for r in range(v.shape[0]):
        row, code, bit = v[r], codes[r // BITS], np.uint8(1 << (r % BITS))
        for i in range(row.size):
            code[i] |= bit if row[i] > middle else np.uint8(0)


@kernel
def fill_table(values, first, low, high, start, stop, table):
    """Fill `table` (2^BITS, width): sums of BITS rows from `first`, each times `low` or, if its bit is set, `high`."""
    width, lowest = stop - start, table[0, : stop - start]
    lowest[:] = _ZERO
    for i in range(first, min(first + BITS, values.shape[0])):
        row = values[i, start:stop]
        for c in range(width):
            lowest[c] += low * row[c]
    for k in range(min(BITS, values.shape[0] - first)):
        row, bit = values[first + k, start:stop], 1 << k
        for code in range(bit):
            without, with_it = table[code], table[code + bit]
            for c in range(width):
                with_it[c] = without[c] + (high - low) * row[c]


@kernel
def add_from_tables(values, codes, low, high, out, tables, width):
    """Add to each row of `out` (rows, m) all rows of `values` (n, m), times `high` where a bit is set, else `low`."""
    m = values.shape[1]
    for start in range(0, m, width):
        stop = min(start + width, m)
        for t in range(0, codes.shape[0], AT_ONCE):
            for q in range(AT_ONCE):
                fill_table(values, BITS * (t + q), low, high, start, stop, tables[q])
            for r in range(out.shape[0]):
                a, b = tables[0, codes[t, r]], tables[1, codes[t + 1, r]]
                c, d = tables[2, codes[t + 2, r]], tables[3, codes[t + 3, r]]
                e, f = tables[4, codes[t + 4, r]], tables[5, codes[t + 5, r]]
                g, h = tables[6, codes[t + 6, r]], tables[7, codes[t + 7, r]]
                row = out[r, start:stop]
                for j in range(stop - start):
                    row[j] += ((a[j] + b[j]) + (c[j] + d[j])) + ((e[j] + f[j]) + (g[j] + h[j]))
