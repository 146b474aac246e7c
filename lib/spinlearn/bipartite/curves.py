"""Kernels for pages that run live: couplings of one hidden unit by order, and one generation of a coin in its loop.

What they compute stands in `interactions`, `potentials` and `closedloop`; here it is in loops, without checks. Units
have the rate 1 and T = 1, and n visible units have 2^n states, and as many sets.

References
----------
M. Abramowitz and I. A. Stegun, Handbook of Mathematical Functions, National Bureau of Standards (1964).
"""

import math

from ..core.jit import kernel
from ..core.words import uniform

LINEAR, STEP, RELU, EXPONENTIAL, SPIN = range(5)
_LN2, _ROOT2 = math.log(2.0), math.sqrt(2.0)
_NEAR, _TERMS = (
    1.2,
    120,
)  # where the series gives way to the fraction; a fraction of so many terms is exact from there on
_ULP = 2.0**-52


@kernel
def scaled_erfc(t):
    """exp(t^2) erfc(t) of t >= 0, right to some 1e-15: a browser has no erfc.

    Up to 1.2 by the series of erf, whose terms are positive (Abramowitz and Stegun 7.1.6), from there on by the
    continued fraction (7.1.14), from its end.
    """
    if t < _NEAR:
        term = total = 2 * t / math.sqrt(math.pi)
        n = 1
        while term > _ULP * total / 8:
            term *= 2 * t * t / (2 * n + 1)
            total += term
            n += 1
        return math.exp(t * t) - total
    below = t
    for n in range(_TERMS, 0, -1):
        below = t + n / 2 / below
    return 1 / (math.sqrt(math.pi) * below)


@kernel
def log_moment(kind, noisy, x):
    """K(x) of a hidden unit, with K(0) = 0: LINEAR, STEP, RELU, EXPONENTIAL or SPIN, with its noise or without."""
    if kind == LINEAR:
        return x * x / 2
    if kind == EXPONENTIAL:
        return math.expm1(x)
    if kind == SPIN:
        return abs(x) + (math.log1p(math.exp(-2 * abs(x))) - _LN2 if noisy else 0.0)
    above = max(x, 0.0)
    if not noisy:
        return above if kind == STEP else above * above / 2
    if kind == STEP:
        return above + math.log1p(math.exp(-abs(x))) - _LN2
    tail = scaled_erfc(abs(x) / _ROOT2)
    return math.log(tail) if x <= 0 else x * x / 2 + math.log(2 - math.exp(-x * x / 2) * tail)


@kernel
def response(kind, noisy, x):
    """f(x) = K'(x), the activation of a hidden unit; without noise, at its kink, the mean of both sides."""
    if kind == LINEAR:
        return x
    if kind == EXPONENTIAL:
        return math.exp(x)
    if not noisy:
        side = 1.0 if x > 0 else -1.0 if x < 0 else 0.0
        return side if kind == SPIN else (1 + side) / 2 if kind == STEP else max(x, 0.0)
    if kind == SPIN:
        return math.tanh(x)
    if kind == STEP:
        small = math.exp(-abs(x))
        return (1.0 if x > 0 else small) / (1 + small)
    tail, small = scaled_erfc(abs(x) / _ROOT2), math.exp(-x * x / 2)
    return x + math.sqrt(2 / math.pi) * (1 / tail if x <= 0 else small / (2 - small * tail))


@kernel
def potential(kind, z):
    """U(z) of a hidden unit, and inf where there is no state; of an exponential one, which has rate 1, for whole z."""
    if kind == LINEAR or (kind == RELU and z >= 0):
        return z * z / 2
    if (kind == STEP and z in (0.0, 1.0)) or (kind == SPIN and abs(z) == 1):
        return 0.0
    if kind != EXPONENTIAL or z < 0 or z != math.floor(z):
        return math.inf
    total = 0.0
    for k in range(2, int(z) + 1):
        total += math.log(k)
    return total


@kernel
def fill_fields(w, b, spins, x):
    """Fill x (2^n,) with the field b + w.v of every state, in the order of `exact.states`."""
    low = -1.0 if spins else 0.0
    for k in range(len(x)):
        x[k] = b
        for i in range(len(w)):
            x[k] += w[i] * (1.0 if k >> i & 1 else low)


@kernel
def fill_answers(kind, noisy, x, K, f):
    """Fill K and the activation in the fields x."""
    for k in range(len(x)):
        K[k], f[k] = log_moment(kind, noisy, x[k]), response(kind, noisy, x[k])


@kernel
def fill_couplings(kind, noisy, w, b, spins, out):
    """Fill `out` (2^n,) with the couplings that a hidden unit with the weights w (n,) and the bias b makes.

    `spins` says whether the visible units are -1 or +1, or 0 or 1. The sets stand as in `interactions.couplings`.
    """
    fill_fields(w, b, spins, out)
    for k in range(len(out)):
        out[k] = log_moment(kind, noisy, out[k])
    invert(out, spins, -1.0)


@kernel
def invert(f, spins, sign):
    """Moebius' inversion, or Walsh's transform, in place: of K, the couplings. With `sign` 1 all terms are added."""
    bit = 1
    while bit < len(f):
        for k in range(len(f)):
            if k & bit:
                low, high = f[k ^ bit], f[k]
                if spins:
                    f[k ^ bit], f[k] = (low + high) / 2, (high + sign * low) / 2
                else:
                    f[k] = high + sign * low
        bit *= 2


@kernel
def fill_grain(x, K, f, n, out):
    """Fill `out` (2^n,) with the error that rounding may make of K in each state, from x, K and f of all states.

    A field is wrong by a few units of the last place of the largest one, and K by as many of its own. In a coupling
    errors add up: `invert` with the sign 1 makes of them the size that rounding may give to each that is 0.
    """
    most = 0.0
    for each in x:
        most = max(most, abs(each))
    for k in range(len(out)):
        out[k] = _ULP * (4 * abs(K[k]) + n * most * abs(f[k]) + 4)


@kernel
def fill_values(J, most, spins, f):
    """Fill f (2^n,) with what couplings J say of every state, those of more than `most` units left out."""
    for k in range(len(f)):
        units, rest = 0, k
        while rest:
            units += rest & 1
            rest >>= 1
        f[k] = J[k] if units <= most else 0.0
    bit = 1
    while bit < len(f):
        for k in range(len(f)):
            if k & bit:
                low, high = f[k ^ bit], f[k]
                f[k ^ bit], f[k] = (low - high if spins else low), low + high
        bit *= 2


@kernel
def normalise(p):
    """Make probabilities of their logarithms, in place, such as K in the fields of all states."""
    top, total = -math.inf, 0.0
    for each in p:
        top = max(top, each)
    for k in range(len(p)):
        p[k] = math.exp(p[k] - top)
        total += p[k]
    for k in range(len(p)):
        p[k] /= total


@kernel
def variation(p, q):
    """Half the sum of |p - q|: the probability that one law has in another place than the other."""
    total = 0.0
    for k in range(len(p)):
        total += abs(p[k] - q[k])
    return total / 2


@kernel
def generation(x, M, ones, zeros, random):
    """The next x of a coin that draws M data, to which so many ones and zeros are added, of real data or a prior."""
    drawn = 0
    for _ in range(M):
        if uniform(random) < x:
            drawn += 1
    return (drawn + ones) / (M + ones + zeros)
