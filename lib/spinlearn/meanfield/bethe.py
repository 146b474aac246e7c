"""Corrections to mean field on a lattice with z neighbours: the correlation of neighbours, and the echo.

`bethe` keeps the correlation of a spin with each of its neighbours and is exact where there are no loops.
`tap_magnetisation` keeps the spin's own echo, the reaction of its neighbours to it: one order of the coupling more than
mean field.

References
----------
H. A. Bethe, Proc. R. Soc. A 150, 552 (1935): the correlation of neighbours.
D. J. Thouless, P. W. Anderson and R. G. Palmer, Phil. Mag. 35, 593 (1977), and T. Plefka, J. Phys. A 15, 1971 (1982):
the reaction term, as an expansion in the coupling.
"""

import math
from typing import NamedTuple

import numpy as np

from ..core import arguments
from ..core.jit import elementwise, kernel
from .weiss import sign_of


class Bethe(NamedTuple):
    """What `bethe` returns; each entry has the shape of T and h.

    Attributes
    ----------
    m : float64
        Magnetisation per spin.
    f, e : float64
        Free energy and energy per spin.
    pair : float64
        Mean of the product of two neighbours.
    cavity : float64
        Field on a spin, divided by T, that is left when one of its neighbours is taken away.
    """

    m: np.ndarray
    f: np.ndarray
    e: np.ndarray
    pair: np.ndarray
    cavity: np.ndarray


def bethe(T, *, z: int, h=0.0, J: float = 1.0) -> Bethe:
    """Bethe's approximation: a spin with its z neighbours, each at the root of a tree of its own.

    Take one neighbour away. The others leave the field x (in units of T) on the spin, and a spin in the field x passes
    artanh(tanh(J / T) tanh(x)) on to the next:

        x = h / T + (z - 1) artanh(tanh(J / T) tanh(x)),        m = tanh(h / T + z artanh(tanh(J / T) tanh(x)))

    Exact on an infinite tree far from its leaves, so also on the chain, z = 2.

    Parameters
    ----------
    T : float or array
        At least J / 100.
    h : float or array
        Field.
    z : int
        Number of neighbours, at least 2.
    J : float
        Above 0.

    Returns
    -------
    Bethe
        The solution with the sign of `h`; without a field the magnetised one, if there is one, and positive. Close to
        the transition it is as uncertain as the rounding of J / T makes it: m to 1e-16 Tc / (Tc - T) of its value.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> print(bethe([2.0, 3.0], z=4).m.round(4))
    [0.9286 0.    ]
    """
    z, J, T, h = _lattice_arguments(T, h, z, J)
    K, H = np.broadcast_arrays(J / T, np.abs(h) / T)
    x = elementwise(_fill_cavity, K, H, z)
    # ln Z of a spin with all of its z neighbours, and of a bond by itself.
    aligned, opposed = np.logaddexp(K + x, -K - x), np.logaddexp(K - x, x - K)
    site = np.logaddexp(H + z * aligned, -H + z * opposed)
    bond = np.logaddexp(K + np.logaddexp(2 * x, -2 * x), np.log(2) - K)
    m = np.tanh((z * x - H) / (z - 1))  # the cavity field and one message, (x - H) / (z - 1), more
    pair = np.tanh(K + (np.logaddexp(2 * x, -2 * x) - np.log(2)) / 2)
    sign = sign_of(h)
    return Bethe(
        (sign * m)[()],
        (-T * (site - z / 2 * bond))[()],
        (-J * z / 2 * pair - np.abs(h) * m)[()],
        pair[()],
        (sign * x)[()],
    )


def bethe_magnetisation(T, *, z: int, h=0.0, J: float = 1.0):
    """Magnetisation in Bethe's approximation, the `m` of `bethe`.

    Examples
    --------
    >>> print(bethe_magnetisation(2.0, z=4).round(4))
    0.9286
    """
    return bethe(T, h=h, z=z, J=J).m


def bethe_critical_temperature(*, z: int, J: float = 1.0) -> float:
    """Temperature below which a tree of coordination z orders: (z - 1) tanh(J / Tc) = 1, so 2 J / ln(z / (z - 2)).

    Parameters
    ----------
    z : int
        At least 2. The chain, z = 2, has Tc = 0.
    J : float
        Above 0.

    Returns
    -------
    float

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> round(bethe_critical_temperature(z=4), 4)
    2.8854
    """
    z, J = arguments.count("z", z, at_least=2), arguments.number("J", J, above=0)
    return 0.0 if z == 2 else -2 * J / math.log1p(-2 / z)


def tap_magnetisation(T, *, z: int, h=0.0, J: float = 1.0):
    """Largest solution of m = tanh(h / T + z K m - z K^2 m (1 - m^2)), K = J / T: mean field without its own echo.

    The neighbours of a spin answer to it, and their answer is no field from outside; the last term takes it out again.
    It is the second order of an expansion in K, and no good where K is not small. For z < 6 the largest solution
    appears with a jump, while m = 0 is still stable, where the lattice's own transition is continuous; for z < 4 m = 0
    is stable at every temperature.

    Parameters
    ----------
    T : float or array
        At least J / 100.
    h : float or array
        Field.
    z : int
        Number of neighbours, at least 2.
    J : float
        Above 0.

    Returns
    -------
    float64 of the shape of `T` and `h`
        With the sign of `h`; without a field not negative.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> print(tap_magnetisation([3.0, 5.0], z=6).round(4))
    [0.9509 0.    ]
    """
    z, J, T, h = _lattice_arguments(T, h, z, J)
    return sign_of(h) * elementwise(_fill_tap, J / T, np.abs(h) / T, z)


def tap_critical_temperature(*, z: int, J: float = 1.0) -> float:
    """Where the paramagnet of `tap_magnetisation` becomes unstable: z K (1 - K) = 1, T = z J (1 + sqrt(1 - 4 / z)) / 2.

    Parameters
    ----------
    z : int
        At least 2. For z = 2 and z = 3 the paramagnet never does, and 0 is returned. For z = 4 and z = 5 a magnetised
        solution is there already at a higher temperature.
    J : float
        Above 0.

    Returns
    -------
    float

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> round(tap_critical_temperature(z=6), 4)
    4.7321
    """
    z, J = arguments.count("z", z, at_least=2), arguments.number("J", J, above=0)
    return z * J * (1 + math.sqrt(1 - 4 / z)) / 2 if z >= 4 else 0.0


@kernel
def cavity_message(x, K):
    """Field artanh(tanh(K) tanh(x)), x >= 0, that a spin in the field x hands on through a bond K; and its slope."""
    a, b = math.exp(-2 * K), math.exp(-2 * x)
    t, tanh = (1 - a) / (1 + a), (1 - b) / (1 + b)
    if x < 0.5:
        tanh = math.tanh(x)
    if K < 0.5:
        t = math.tanh(K)
    # 1 - t tanh(x), from what is missing to 1 in either factor.
    gap = 2 * a / (1 + a) + t * 2 * b / (1 + b)
    return math.log1p(2 * t * tanh / gap) / 2, (math.tanh(K + x) + math.tanh(K - x)) / 2


@kernel
def cavity_field(K, eta, z):
    """Largest x of x = eta + (z - 1) artanh(tanh(K) tanh(x)), eta >= 0: from above."""
    if eta == 0 and (z - 1) * math.tanh(K) <= 1:
        return 0.0
    x = (eta + (z - 1) * K) * (1 + 1e-12)
    while True:
        message, gain = cavity_message(x, K)
        slope = 1 - (z - 1) * gain
        lower = x - (x - eta - (z - 1) * message) / slope
        if not (slope > 0 and lower < x):
            return max(x, 0.0)
        x = lower


@kernel
def tap_root(K, H, z):
    """Largest m >= 0 of artanh(m) = H + z K m - z K^2 m (1 - m^2), H >= 0: by bisection between the extrema."""
    # With w = m^2 the slope of the difference vanishes where 1 - zK(1 - w) + zK^2 (1 - 3w)(1 - w) = 0.
    a, b, c = 3 * z * K * K, z * K - 4 * z * K * K, 1 - z * K + z * K * K
    high = 1.0
    root = b * b - 4 * a * c
    if root > 0:
        root = math.sqrt(root)
        for w in ((-b + root) / (2 * a), (-b - root) / (2 * a)):
            if 0 < w < 1:
                low = math.sqrt(w)
                # Between two extrema the difference is monotonic, so a change of sign is one root.
                if (_tap_balance(low, K, H, z) < 0) != (high < 1 and _tap_balance(high, K, H, z) < 0):
                    return _tap_bisect(low, high, K, H, z)
                high = low
    if H > 0 or (c < 0 and high == 1.0):
        return _tap_bisect(0.0, high, K, H, z)
    return 0.0


@kernel
def _tap_balance(m, K, H, z):
    return math.log1p(2 * m / (1 - m)) / 2 - H - z * K * m + z * K * K * m * (1 - m * m)


@kernel
def _tap_bisect(low, high, K, H, z):
    """Where the balance changes its sign. At low = 0 and high = 1 its sign is known, and not computed."""
    rising = high == 1.0 or _tap_balance(high, K, H, z) > 0
    while True:
        middle = (low + high) / 2
        if not low < middle < high:
            return middle
        if (_tap_balance(middle, K, H, z) > 0) == rising:
            high = middle
        else:
            low = middle


@kernel
def _fill_cavity(K, H, z, out):
    for i in range(out.size):
        out[i] = cavity_field(K[i], H[i], z[i])


@kernel
def _fill_tap(K, H, z, out):
    for i in range(out.size):
        out[i] = tap_root(K[i], H[i], z[i])


def _lattice_arguments(T, h, z, J):
    """Check the arguments of the approximations that know z and J apart."""
    z, J = arguments.count("z", z, at_least=2), arguments.number("J", J, above=0)
    T, h = arguments.temperatures(T), arguments.real_values("h", h)
    arguments.fit_together(T=T, h=h)
    if (T * arguments.LARGEST_COUPLING < J).any():
        raise ValueError(f"T must be at least J / {arguments.LARGEST_COUPLING:g} (below it m = 1), got {T.min()}")
    with np.errstate(over="ignore"):
        if not np.isfinite(h / T).all():
            raise ValueError(f"T must be so large that h / T is finite, got {T.min()}")
    return z, J, T, h
