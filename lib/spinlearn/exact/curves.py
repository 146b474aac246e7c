"""The exact energy and specific heat at one temperature, as kernels: chain, torus and plane without a field.

`exact.chain`, `exact.kaufman` and `exact.onsager_specific_heat` hold every digit close to the critical point and far
from it. These are the same formulas written down as they are printed, for where there is no numpy: in the page. Away
from T_c they agree with those to some 1e-10, which is tested. Everywhere K = J / T, and e is in units of J.

References
----------
L. Onsager, Phys. Rev. 65, 117 (1944). B. Kaufman, Phys. Rev. 76, 1232 (1949).
A. E. Ferdinand and M. E. Fisher, Phys. Rev. 185, 832 (1969): how the peak of the torus grows.
"""

import math

from ..core.jit import kernel

_GOLDEN = (math.sqrt(5) - 1) / 2


@kernel
def chain_moments(K):
    """Energy and specific heat per spin of the infinite chain."""
    return -math.tanh(K), (K / math.cosh(K)) ** 2


@kernel
def plane_moments(K):
    """Energy and specific heat per spin of the infinite plane, by Gauss's means; infinite at the critical point."""
    tanh = math.tanh(2 * K)
    short = 1 - tanh * tanh
    k1 = 1 - 2 * short
    a, g, factor, total = 1.0, abs(k1), 0.5, 0.5 * (1 - k1 * k1)
    for _ in range(40):
        a, g, c = (a + g) / 2, math.sqrt(a * g), (a - g) / 2
        factor *= 2
        total += factor * c * c
        if c < 1e-16:
            break
    F = math.pi / 2 / a  # the complete elliptic integral of the first kind; that of the second is F (1 - total)
    e = -(1 + 2 / math.pi * k1 * F) / tanh
    c = 4 / math.pi * (K / tanh) ** 2 * (F * total - short * (math.pi / 2 + k1 * F))
    return e, c


@kernel
def torus_moments(side, K):
    """Energy and specific heat per spin of the torus of side x side spins, by Kaufman's four products.

    Each product is kept as its logarithm, with two derivatives by K: of 2 cosh(n g / 2) and of 2 sinh(n g / 2) over the
    odd and over the even l below 2n. g_0 changes its sign at the critical point and, with it, so does one sinh.
    """
    n = side
    s, ch = math.sinh(2 * K), math.cosh(2 * K)
    first, second = 2 * ch * (1 - 1 / (s * s)), 4 * s + 4 / s + 8 / (s * s * s)  # derivatives of cosh 2K coth 2K
    w = w1 = w2 = largest = 0.0
    for odd in (1, 0):
        log_cosh = log_sinh = cosh1 = sinh1 = cosh2 = sinh2 = 0.0
        for l in range(odd, 2 * n, 2):
            if l == 0:
                continue
            cosh_g = ch * ch / s - math.cos(l * math.pi / n)
            sinh_g = math.sqrt((cosh_g - 1) * (cosh_g + 1))
            g1 = first / sinh_g
            g2 = (second - g1 * g1 * cosh_g) / sinh_g
            y, y1, y2 = n / 2 * math.acosh(cosh_g), n / 2 * g1, n / 2 * g2
            t = math.tanh(y)
            log_cosh += y + math.log1p(math.exp(-2 * y))
            log_sinh += y + math.log1p(-math.exp(-2 * y))
            cosh1 += y1 * t
            sinh1 += y1 / t
            cosh2 += y2 * t + y1 * y1 * (1 - t * t)
            sinh2 += y2 / t + y1 * y1 * (1 - 1 / (t * t))
        if odd:
            largest = log_cosh
        a, b = math.exp(log_cosh - largest), math.exp(log_sinh - largest)
        u, u1, u2, v, v1, v2 = 1.0, 0.0, 0.0, 1.0, 0.0, 0.0
        if not odd:  # the factors of l = 0 and their derivatives
            x, x1, x2 = n / 2 * (2 * K + math.log(math.tanh(K))), n * (1 + 1 / s), -2 * n * ch / (s * s)
            u, v = 2 * math.cosh(x), 2 * math.sinh(x)
            u1, v1 = x1 * v, x1 * u
            u2, v2 = x2 * v + x1 * x1 * u, x2 * u + x1 * x1 * v
        w += a * u + b * v
        w1 += a * (u1 + u * cosh1) + b * (v1 + v * sinh1)
        w2 += a * (u2 + 2 * u1 * cosh1 + u * (cosh2 + cosh1 * cosh1))
        w2 += b * (v2 + 2 * v1 * sinh1 + v * (sinh2 + sinh1 * sinh1))
    size = n * n
    slope = size * ch / s + w1 / w
    curvature = -2 * size / (s * s) + w2 / w - (w1 / w) * (w1 / w)
    return -slope / size, K * K * curvature / size


@kernel
def torus_peak(side, low, high):
    """Temperature between two others, in units of J, at which the specific heat of the torus is highest, and how high.

    By golden sections: between the two it has to rise and then fall.
    """
    left, right = high - _GOLDEN * (high - low), low + _GOLDEN * (high - low)
    at_left, at_right = torus_moments(side, 1 / left)[1], torus_moments(side, 1 / right)[1]
    for _ in range(40):
        if at_left > at_right:
            high, right, at_right = right, left, at_left
            left = high - _GOLDEN * (high - low)
            at_left = torus_moments(side, 1 / left)[1]
        else:
            low, left, at_left = left, right, at_right
            right = low + _GOLDEN * (high - low)
            at_right = torus_moments(side, 1 / right)[1]
    middle = (low + high) / 2
    return middle, torus_moments(side, 1 / middle)[1]


@kernel
def peak_growth():
    """What an infinite torus's peak gains when the logarithm of its side grows by one: 8 Kc^2 / pi = 0.4945."""
    Kc = math.asinh(1.0) / 2
    return 8 * Kc * Kc / math.pi


@kernel
def plane_magnetisation(K):
    """Yang's spontaneous magnetisation of the infinite plane."""
    s = math.sinh(2 * K)
    return (1 - 1 / (s * s * s * s)) ** 0.125 if s > 1 else 0.0
