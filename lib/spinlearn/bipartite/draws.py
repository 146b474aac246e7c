"""Layers in fields: means and random states of all units of a layer at once, in single precision.

Every kernel here takes the same: products x (rows, n) float32, biases (n,), beta = 1 / T, a seed, and two arrays of the
shape of x that it fills, the mean of each unit in the field beta (x + bias) and a state drawn there. What is large is
done in one pass. Units 0 or 1 and spins run many at a time in a register: the exponential is a polynomial, and the
random numbers are SplitMix64's at counted positions, which need no memory. The others draw one by one.

A mean is right to about 1e-6 of itself, and what is rarer than 2^-31 does not happen. A field in which a unit cannot
live (a count above 2^23, whose neighbours float32 cannot tell apart) gives NaN, and the callers stop there.

References
----------
W. Hoermann, Insur. Math. Econ. 12, 39 (1993): counts of a large mean by transformed rejection.
C. P. Robert, Stat. Comput. 5, 121 (1995): a Gaussian beyond a point far out.
"""

import math

import numpy as np

from ..core.jit import kernel
from ..core.words import GOLDEN, seed_state, splitmix64, uniform
from ..neuron import unit

MOST_COUNTED = 2.0**23
_LN2 = math.log(2.0)
_FAR, _STEPS = 30, 32  # of the table of half-Gaussian means: its ends, and entries a unit of the field

_ZERO, _HALF, _ONE, _TWO = (np.float32(value) for value in (0.0, 0.5, 1.0, 2.0))
_LOG2_E, _STEP = np.float32(1.4426950408889634), np.float32(2.0**-31)
# ln 2 in two parts, the first of few bits, so that a multiple of it is exact.
_LN2_HEAD, _LN2_REST = np.float32(0.693359375), np.float32(math.log(2.0) - 0.693359375)
_LEAST = np.float32(-87.0)  # exp of it is the smallest that float32 has at full precision
# exp(r) = 1 + r + r^2 P(r) for |r| <= ln(2) / 2, where P is the interpolation at six of Chebyshev's points.
_P0, _P1, _P2, _P3, _P4, _P5 = (
    np.float32(value)
    for value in (1.9891080443e-4, 1.3933730715e-3, 8.3333108447e-3, 4.1666464197e-2, 1.6666666682e-1, 5.0000000135e-1)
)


def seed_of(base: int, call: int) -> np.uint64:
    """Seed of call number `call` of a run whose own seed is `base`.

    Examples
    --------
    >>> seed_of(1, 2) != seed_of(1, 3), seed_of(1, 2) == seed_of(1, 2)
    (np.True_, np.True_)
    """
    return np.uint64(splitmix64(np.uint64((base + (call + 1) * int(GOLDEN)) % 2**64)))


@kernel
def exp_below(t):
    """exp(t) of a float32 t <= 0, without a branch: 2^n exp(r)."""
    t = max(t, _LEAST)
    n = np.int32(t * _LOG2_E - _HALF)
    k = np.float32(n)
    r = t - k * _LN2_HEAD - k * _LN2_REST
    p = _P0 * r + _P1
    p = p * r + _P2
    p = p * r + _P3
    p = p * r + _P4
    p = p * r + _P5
    p = p * r * r + r + _ONE
    return p * np.int32((n + 127) << 23).view(np.float32)


@kernel
def binary(x, bias, beta, seed, mean, state):
    """Units 0 or 1: the mean 1 / (1 + exp(-t)). The rarer of the two states is drawn, so both tails keep their law."""
    rows, n = x.shape
    for r in range(rows):
        field, f, s = x[r], mean[r], state[r]
        for i in range(n):
            t = (field[i] + bias[i]) * beta
            e = exp_below(-abs(t))
            low = e / (_ONE + e)
            word = splitmix64(seed + np.uint64(r * n + i) * GOLDEN)
            rare = (np.float32(np.int32(word >> np.uint64(33))) + _HALF) * _STEP < low
            up = t > _ZERO
            f[i] = t if t != t else (_ONE - low if up else low)  # a field that is none gives none
            s[i] = _ONE if rare != up else _ZERO


@kernel
def spin(x, bias, beta, seed, mean, state):
    """Spins: the mean tanh t."""
    rows, n = x.shape
    for r in range(rows):
        field, f, s = x[r], mean[r], state[r]
        for i in range(n):
            t = (field[i] + bias[i]) * beta
            e = exp_below(-_TWO * abs(t))
            low = e / (_ONE + e)
            word = splitmix64(seed + np.uint64(r * n + i) * GOLDEN)
            rare = (np.float32(np.int32(word >> np.uint64(33))) + _HALF) * _STEP < low
            up = t > _ZERO
            f[i] = t if t != t else (_ONE - _TWO * low if up else _TWO * low - _ONE)
            s[i] = _ONE if rare != up else -_ONE


@kernel
def normal(random):
    """A standard normal number, by Marsaglia's polar method; its twin is thrown away."""
    while True:
        x, y = 2 * uniform(random) - 1, 2 * uniform(random) - 1
        square = x * x + y * y
        if 0 < square < 1:
            return x * math.sqrt(-2 * math.log(square) / square)


@kernel
def gaussian(x, bias, beta, variance, seed, mean, state):
    """Gaussian units: the mean variance t, and the variance everywhere the same."""
    random, width = np.empty(4, dtype=np.uint64), math.sqrt(variance)
    seed_state(seed, random)
    for r in range(x.shape[0]):
        for i in range(x.shape[1]):
            m = variance * (np.float64(x[r, i]) + bias[i]) * beta
            mean[r, i] = m
            state[r, i] = m + width * normal(random)


def half_gaussian_table() -> np.ndarray:
    """Means of half-Gaussian units, and their slopes times the step, at the fields from -30 to 30 in steps of 1 / 32.

    Examples
    --------
    >>> half_gaussian_table().shape
    (1921, 2)
    """
    law, fields = unit.half_gaussian(), np.arange(-_FAR * _STEPS, _FAR * _STEPS + 1) / _STEPS
    return np.stack([law.response(fields), law.slope(fields) / _STEPS], axis=1)


@kernel
def half_gaussian_mean(t, table):
    """t + phi(t) / Phi(t), by Hermite's cubic between two entries of the table: right to 1e-9."""
    if t < -_FAR:
        return (-1 + (2 - 10 / (t * t)) / (t * t)) / t
    if t >= _FAR:
        return t
    at = (t + _FAR) * _STEPS
    k = int(at)
    r, f, g = at - k, table[k, 0], table[k, 1]
    rise, h = table[k + 1, 0] - f, table[k + 1, 1]
    return f + r * (g + r * (3 * rise - 2 * g - h + r * (g + h - 2 * rise)))


@kernel
def half_gaussian_draw(t, random):
    """A Gaussian of variance 1 about t, kept where it is above 0; below -0.3 Robert's rejection from an exponential."""
    if t < -0.3:
        rate = (math.sqrt(t * t + 4) - t) / 2
        while True:
            s = -math.log1p(-uniform(random)) / rate
            if math.log1p(-uniform(random)) <= -((s - t - rate) ** 2) / 2:
                return s
    while True:
        s = t + normal(random)
        if s >= 0:
            return s


@kernel
def half_gaussian(x, bias, beta, table, seed, mean, state):
    """Half-Gaussian units, the smooth rectifier."""
    random = np.empty(4, dtype=np.uint64)
    seed_state(seed, random)
    for r in range(x.shape[0]):
        for i in range(x.shape[1]):
            t = (np.float64(x[r, i]) + bias[i]) * beta
            if math.isfinite(t):
                mean[r, i] = half_gaussian_mean(t, table)
                state[r, i] = half_gaussian_draw(t, random)
            else:
                mean[r, i] = state[r, i] = np.nan


@kernel
def count(m, random):
    """A count of Poisson's law of the mean m: below 10 by products, above by Hoermann's PTRS."""
    if m < 10:
        least, product, k = math.exp(-m), uniform(random), 0
        while product > least:
            product *= uniform(random)
            k += 1
        return np.float64(k)
    b = 0.931 + 2.53 * math.sqrt(m)
    a = -0.059 + 0.02483 * b
    inverse_alpha, v_r = 1.1239 + 1.1328 / (b - 3.4), 0.9277 - 3.6224 / (b - 2)
    while True:
        u, v = uniform(random) - 0.5, 1 - uniform(random)
        at = 0.5 - abs(u)
        if at <= 0:
            continue
        k = math.floor((2 * a / at + b) * u + m + 0.43)
        if at >= 0.07 and v <= v_r:
            return np.float64(k)
        if k < 0 or (at < 0.013 and v > at):
            continue
        if math.log(v * inverse_alpha / (a / (at * at) + b)) <= k * math.log(m) - m - math.lgamma(k + 1.0):
            return np.float64(k)


@kernel
def poisson(x, bias, beta, rate, seed, mean, state):
    """Poisson units: the mean rate exp(t)."""
    random = np.empty(4, dtype=np.uint64)
    seed_state(seed, random)
    for r in range(x.shape[0]):
        for i in range(x.shape[1]):
            m = rate * math.exp(min((np.float64(x[r, i]) + bias[i]) * beta, 700.0))
            if m <= MOST_COUNTED:
                mean[r, i] = m
                state[r, i] = count(m, random)
            else:
                mean[r, i] = state[r, i] = np.nan


@kernel
def binomial(x, bias, beta, copies, seed, mean, state):
    """The number of ones among `copies` units 0 or 1 that share their field."""
    random = np.empty(4, dtype=np.uint64)
    seed_state(seed, random)
    for r in range(x.shape[0]):
        for i in range(x.shape[1]):
            t = (np.float64(x[r, i]) + bias[i]) * beta
            e = math.exp(-abs(t))
            low, k = e / (1 + e), 0
            for _ in range(copies):
                if uniform(random) < low:
                    k += 1
            mean[r, i] = t if t != t else copies * (low if t < 0 else 1 / (1 + e))
            state[r, i] = k if t < 0 else copies - k


@kernel
def binary_K(x):
    """ln((1 + exp x) / 2)."""
    return max(x, 0.0) + math.log1p(math.exp(-abs(x))) - _LN2


@kernel
def spin_K(x):
    """ln cosh x."""
    return abs(x) + math.log1p(math.exp(-2 * abs(x))) - _LN2


@kernel
def half_gaussian_K(x):
    """x^2 / 2 + ln(2 Phi(x))."""
    if x < -30:
        y = 1 / (x * x)  # the asymptotic series of Phi(x) / phi(x)
        return math.log(math.sqrt(2 / math.pi) / -x) + math.log1p(-y * (1 - 3 * y * (1 - 5 * y * (1 - 7 * y))))
    return x * x / 2 + math.log(math.erfc(-x / math.sqrt(2)))


@kernel
def sum_binary(x, copies, out):
    """Fill `out` (rows,) with the sums over the units of their K, in fields x (rows, n) float64."""
    for r in range(x.shape[0]):
        total = 0.0
        for i in range(x.shape[1]):
            total += binary_K(x[r, i])
        out[r] = copies * total


@kernel
def sum_spin(x, out):
    """The same for spins."""
    for r in range(x.shape[0]):
        total = 0.0
        for i in range(x.shape[1]):
            total += spin_K(x[r, i])
        out[r] = total


@kernel
def sum_half_gaussian(x, out):
    """The same for half-Gaussian units."""
    for r in range(x.shape[0]):
        total = 0.0
        for i in range(x.shape[1]):
            total += half_gaussian_K(x[r, i])
        out[r] = total
