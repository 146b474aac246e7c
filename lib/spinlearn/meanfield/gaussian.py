"""Mean field with a field that keeps its spread: from unit to unit, or from moment to moment, it is Gaussian.

A lattice's field is the same for all where the neighbours are many. It is not where synapses of both signs have weights
of about 1 / sqrt(K): however many inputs K there are, their sum keeps a spread s around its mean b = Tc m + h, and by
the central limit theorem it is Gaussian. Its spins have the mean

    m = integral Dz tanh((Tc m + h + s z) / T),        Dz = exp(-z^2 / 2) dz / sqrt(2 pi)

The same equation describes a magnet in a random field, and a network of diluted asymmetric synapses, exactly.

References
----------
T. Schneider and E. Pytte, Phys. Rev. B 15, 1519 (1977): the magnet in a random field.
B. Derrida, E. Gardner and A. Zippelius, Europhys. Lett. 4, 167 (1987): the diluted asymmetric network.
"""

import math

import numpy as np

from ..core import arguments
from ..core.jit import elementwise, kernel
from .weiss import outer_root, sign_of

# Trapezoidal sums of analytic functions that vanish at both ends: with this step their error is some exp(-48).
_STEP = 0.2
_FAR_Z, _FAR_U = 45, 100  # steps to where exp(-z^2 / 2) and 1 / cosh(u)^2 are nothing

# Gauss-Legendre points and weights on (-1, 1): the positive half.
_POINTS, _WEIGHTS = (half[6:] for half in np.polynomial.legendre.leggauss(12))


def gaussian_response(b, T, *, spread):
    """What a spin answers on average to a Gaussian field: the integral of Dz tanh((b + spread z) / T).

    Parameters
    ----------
    b : float or array
        Mean of the field.
    T : float or array
        Temperature, above 0.
    spread : float or array
        Standard deviation of the field, at least 0.

    Returns
    -------
    float64 of the shape of `b`, `T` and `spread`
        tanh(b / T) for a sharp field, erf(b / (sqrt(2) spread)) for T to 0; right to some 1e-15 of its value.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> gaussian_response(0.5, [1e-9, 0.5, 2.0], spread=1.0).round(6)
    array([0.382925, 0.352344, 0.204054])
    """
    T, spread = arguments.temperatures(T), _spread(spread)
    b = arguments.real_values("b", b)
    arguments.fit_together(b=b, T=T, spread=spread)
    return sign_of(b) * elementwise(_fill_responses, np.abs(b), T, spread)


def gaussian_magnetisation(T, *, h=0.0, Tc: float = 1.0, spread):
    """Largest solution of m = integral Dz tanh((Tc m + h + spread z) / T), the mean field with a spread.

    With b = Tc m + h the answer to b is odd, and concave for b > 0: Newton's method comes down to the largest root from
    above and cannot miss it. A magnetisation without a field needs both a low temperature and a small spread; at T = 0
    a spread below sqrt(2 / pi) Tc.

    Parameters
    ----------
    T : float or array
        Temperature, above 0.
    h : float or array
        Field.
    Tc : float
        Critical temperature without a spread, above 0.
    spread : float or array
        Standard deviation of the field, at least 0; with 0 this is `magnetisation`.

    Returns
    -------
    float64 of the shape of `T`, `h` and `spread`
        With the sign of `h`; without a field not negative. Right to some 1e-15; close to where it vanishes, to that
        divided by m.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> gaussian_magnetisation(0.5, spread=[0.0, 0.3, 0.6, 0.9]).round(4)
    array([0.9575, 0.907 , 0.4991, 0.    ])
    """
    T, spread, Tc = arguments.temperatures(T), _spread(spread), arguments.number("Tc", Tc, above=0)
    h = arguments.real_values("h", h)
    arguments.fit_together(T=T, h=h, spread=spread)
    return sign_of(h) * elementwise(_fill_magnetisations, T, np.abs(h), Tc, spread)


@kernel
def answer(b, T, spread):
    """Integral of Dz tanh((b + spread z) / T) for b >= 0, and its slope by b; every term of either sum is positive."""
    return _narrow(b, T, spread) if spread < T else _wide(b, T, spread)


@kernel
def _narrow(b, T, spread):
    """The sum over z, with z and -z together: (tanh(a + x) + tanh(a - x)) / 2 = sinh 2a / (cosh 2a + cosh 2x)."""
    value, slope = 0.0, 0.0
    a, sigma = b / T, spread / T
    decay = math.exp(-4 * a)
    for k in range(_FAR_Z + 1):
        z = k * _STEP
        weight = math.exp(-z * z / 2) * (1 if k == 0 else 2)
        x = sigma * z
        ratio = math.exp(2 * x - 2 * a) * (1 + math.exp(-4 * x)) / (1 + decay)  # cosh 2x / cosh 2a
        value += weight / (1 + ratio)
        slope += weight * (sech2(a + x) + sech2(a - x)) / 2
    norm = _STEP / math.sqrt(2 * math.pi)
    return norm * value * math.tanh(2 * a), norm * slope / T


@kernel
def _wide(b, T, spread):
    """The sum over where tanh rises: tanh x is the mean of sign(x - u) over u with the density 1 / (2 cosh(u)^2)."""
    value, slope = 0.0, 0.0
    scale = math.sqrt(2.0) * spread
    for k in range(_FAR_U + 1):
        u = k * _STEP
        weight = sech2(u) * (0.5 if k == 0 else 1)
        middle, half = u * T / scale, b / scale
        x, y = middle - half, middle + half
        value += weight * erf_around(middle, half)
        slope += weight * (math.exp(-x * x) + math.exp(-y * y))
    return _STEP * value / 2, _STEP * slope / (math.sqrt(2 * math.pi) * spread)


@kernel
def erf_around(middle, half):
    """erf(middle + half) - erf(middle - half), without a difference where the two are close."""
    if half > 0.5:
        return math.erf(middle + half) - math.erf(middle - half)
    total = 0.0
    for i in range(_POINTS.size):
        low, high = middle - half * _POINTS[i], middle + half * _POINTS[i]
        total += _WEIGHTS[i] * (math.exp(-low * low) + math.exp(-high * high))
    return 2 / math.sqrt(math.pi) * half * total


@kernel
def sech2(x):
    """1 / cosh(x)^2."""
    decay = math.exp(-2 * abs(x))
    return 4 * decay / (1 + decay) ** 2


@kernel
def mean_field(T, h, Tc, spread):
    """Largest b of b = Tc answer(b) + h, h >= 0: from above."""
    b = Tc + h
    while True:
        value, slope = answer(b, T, spread)
        fall = 1 - Tc * slope
        lower = b - (b - Tc * value - h) / fall
        if not (fall > 0 and lower < b):
            return max(b, 0.0)
        b = lower


@kernel
def _fill_responses(b, T, spread, out):
    for i in range(out.size):
        out[i] = math.tanh(b[i] / T[i]) if spread[i] == 0 else answer(b[i], T[i], spread[i])[0]


@kernel
def _fill_magnetisations(T, h, Tc, spread, out):
    for i in range(out.size):
        if spread[i] == 0:
            out[i] = math.tanh(outer_root(T[i], h[i], Tc[i]))
        elif h[i] == 0 and Tc[i] * answer(0.0, T[i], spread[i])[1] <= 1:
            out[i] = 0.0
        else:
            out[i] = answer(mean_field(T[i], h[i], Tc[i], spread[i]), T[i], spread[i])[0]


def _spread(spread):
    spread = arguments.real_values("spread", spread)
    if not (spread >= 0).all():
        raise ValueError(f"spread must be at least 0, got {spread.min()}")
    return spread
