"""Products and readings of small machines, as kernels of their own: where there is no BLAS, as in a browser.

`multiply` is `products.Products`, in plain loops, and with W^T the way back. Where weights and states are multiples of
powers of two, and not too many, their sums are exact in single precision; then both give the same bits, in whatever
order they add.

References
----------
J. Tubiana and R. Monasson, Phys. Rev. Lett. 118, 138301 (2017): participation of hidden units.
"""

import numpy as np

from ..core.jit import kernel

_ZERO = np.float32(0.0)


@kernel
def multiply(s, W, out):
    """Fill `out` (rows, M) with s W: s (rows, N) and W (N, M), all float32. What is 0 in s takes no time."""
    for r in range(s.shape[0]):
        row = out[r]
        for j in range(row.size):
            row[j] = _ZERO
        for i in range(s.shape[1]):
            if s[r, i] != _ZERO:
                for j in range(row.size):
                    row[j] += s[r, i] * W[i, j]


@kernel
def add_energies(x, bias, s, out):
    """Add to `out` (rows,) float64 the energies -(x + bias).s of states s (rows, n) in the fields x + bias, float32.

    E(v, h) of a machine is that of h in b + v W, and that of v in a alone.
    """
    for r in range(s.shape[0]):
        for i in range(s.shape[1]):
            out[r] -= (np.float64(x[r, i]) + bias[i]) * s[r, i]


@kernel
def participation(h, low):
    """(sum u^2)^2 / sum u^4 of u = h - low, for h (M,): of states `low` and one other, how many are in the other."""
    squares = fourths = 0.0
    for j in range(h.size):
        u = np.float64(h[j]) - low
        squares += u * u
        fourths += u * u * u * u
    return squares * squares / fourths if fourths > 0 else 0.0
