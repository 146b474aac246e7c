"""Kernels for pages that run live: couplings of one hidden unit by order, and one generation of a coin in its loop.

What they compute stands in `interactions`, `potentials` and `closedloop`; here it is in loops, without checks.
"""

import math

from ..core.jit import kernel
from ..core.words import uniform

LINEAR, STEP, RELU, EXPONENTIAL = range(4)
_LN2 = math.log(2.0)


@kernel
def log_moment(kind, noisy, x):
    """K(x) of a hidden unit, with K(0) = 0: LINEAR, STEP, RELU or EXPONENTIAL, with its noise or without."""
    if kind == LINEAR:
        return x * x / 2
    if kind == EXPONENTIAL:
        return math.expm1(x)
    if not noisy:
        above = max(x, 0.0)
        return above if kind == STEP else above * above / 2
    if kind == STEP:
        return max(x, 0.0) + math.log1p(math.exp(-abs(x))) - _LN2
    if x > -30.0:
        return x * x / 2 + math.log(math.erfc(-x / math.sqrt(2.0)))
    s = 1 / (x * x)  # Laplace's series, which is right to 1e-9 there
    return math.log(math.sqrt(2 / math.pi) / -x * (1 - s * (1 - 3 * s * (1 - 5 * s))))


@kernel
def fill_couplings(kind, noisy, w, b, spins, out):
    """Fill `out` (2^n,) with the couplings that a hidden unit with the weights w (n,) and the bias b makes.

    `spins` says whether the visible units are -1 or +1, or 0 or 1. The sets stand as in `interactions.couplings`.
    """
    n = len(w)
    low = -1.0 if spins else 0.0
    for k in range(1 << n):
        x = b
        for i in range(n):
            x += w[i] * (1.0 if k >> i & 1 else low)
        out[k] = log_moment(kind, noisy, x)
    for i in range(n):
        bit = 1 << i
        for k in range(1 << n):
            if k & bit:
                without, with_it = out[k ^ bit], out[k]
                if spins:
                    out[k ^ bit], out[k] = (without + with_it) / 2, (with_it - without) / 2
                else:
                    out[k] = with_it - without


@kernel
def generation(x, M, ones, zeros, random):
    """The next x of a coin that draws M data, to which so many ones and zeros are added, of real data or a prior."""
    drawn = 0
    for _ in range(M):
        if uniform(random) < x:
            drawn += 1
    return (drawn + ones) / (M + ones + zeros)
