"""Mean field: one spin in the average of all the others.

A spin of a lattice feels the field b = J (sum of its z neighbours) + h. Put the mean m in place of every neighbour:
b = Tc m + h with Tc = z J. The spin answers with the mean tanh(b / T), and that has to be the m one started from:

    m = tanh((Tc m + h) / T)                             the self-consistency
    f(m) = -Tc m^2 / 2 - h m - T s(m)                    its free energy per spin, df/dm = 0

with the entropy of a biased coin s(m). Everything here takes Tc as a number, so one function serves every lattice.
f is a variational bound for the lattice, and exact for the Curie-Weiss model as N goes to infinity.

The equation is solved for the field x = b / T, x = K tanh(x) + h / T with K = Tc / T. On the positive side
x - K tanh(x) is convex, so Newton's method comes down to a root from one side and cannot miss it, and it stops where a
step no longer comes down. Close to Tc the difference is taken term by term and loses no digits.

References
----------
P. Weiss, J. Phys. Theor. Appl. 6, 661 (1907): the molecular field.
W. L. Bragg and E. J. Williams, Proc. R. Soc. A 145, 699 (1934): the free energy.
"""

import math
from typing import NamedTuple

import numpy as np

from ..core import arguments
from ..core.jit import elementwise, kernel

_SATURATED = 20.0  # tanh(x) is 1 to the last digit from here on


class Branches(NamedTuple):
    """What `branches` returns: solutions of the self-consistency, of the shape of T and h, NaN where there is none.

    Attributes
    ----------
    stable : float64
        The global minimum of the free energy.
    metastable : float64
        The other minimum, magnetised against the field.
    unstable : float64
        The maximum between the two.
    """

    stable: np.ndarray
    metastable: np.ndarray
    unstable: np.ndarray


def magnetisation(T, *, h=0.0, Tc: float = 1.0):
    """Magnetisation of the mean-field magnet: the solution of m = tanh((Tc m + h) / T) with the lowest free energy.

    Parameters
    ----------
    T : float or array
        Temperature, above 0.
    h : float or array
        Field.
    Tc : float
        Mean-field critical temperature z J, above 0.

    Returns
    -------
    float64 of the shape of `T` and `h`
        It has the sign of `h`. Without a field it is positive below Tc (-m is as good), and 0 from Tc on. It is right
        to about 1e-15 of its value, also close to Tc, where it is as small as sqrt(3 (Tc - T) / Tc).

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> magnetisation([0.5, 0.9, 1.0, 1.1]).round(4)
    array([0.9575, 0.5254, 0.    , 0.    ])
    >>> round(float(magnetisation(1.0, h=-0.01)), 4)
    -0.3048
    """
    T, h, Tc = _arguments(T, h, Tc)
    return sign_of(h) * np.tanh(_roots(T, np.abs(h), Tc))


def branches(T, *, h=0.0, Tc: float = 1.0) -> Branches:
    """All solutions of m = tanh((Tc m + h) / T): one above Tc or in a strong field, else three.

    Three there are below Tc while the field is weaker than `spinodal_field`. At the spinodal the metastable and the
    unstable one meet and vanish; close to it both are as uncertain as the square root of a rounding error, for that is
    how strongly they depend on T and h there. Without a field the stable and the metastable one are equally deep; the
    positive one is called stable.

    Parameters
    ----------
    T, h, Tc
        As for `magnetisation`.

    Returns
    -------
    Branches

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> branches([0.8, 1.2], h=0.02)._asdict()["metastable"].round(4)
    array([-0.6731,     nan])
    """
    T, h, Tc = _arguments(T, h, Tc)
    sign, strength = sign_of(h), np.abs(h)
    three = (Tc > T) & (strength < elementwise(_fill_spinodal_field, T, Tc))
    against = np.where(three, -strength, 0.0)
    metastable = np.where(three, -sign * np.tanh(_roots(T, against, Tc)), np.nan)
    # The 0.0 turns a solution of -0 into 0.
    unstable = np.where(three, 0.0 - sign * np.tanh(elementwise(_fill_inner_roots, T, against, Tc)), np.nan)
    return Branches(sign * np.tanh(_roots(T, strength, Tc)), metastable[()], unstable[()])


def spinodal_magnetisation(T, *, Tc: float = 1.0):
    """Size of the magnetisation at which the metastable state ends, sqrt(1 - T / Tc): there f has no curvature.

    Parameters
    ----------
    T : float or array
        From above 0 to Tc.
    Tc : float
        Above 0.

    Returns
    -------
    float64 of the shape of `T`

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range; above Tc there is no spinodal.

    Examples
    --------
    >>> print(spinodal_magnetisation(0.75))
    0.5
    """
    T, _, Tc = _arguments(T, 0.0, Tc)
    _below(T, Tc)
    return np.sqrt((Tc - T) / Tc)


def spinodal_field(T, *, Tc: float = 1.0):
    """Field against which a magnetised state can just hold out, at the spinodal.

    h_sp = Tc m_sp - T artanh(m_sp) with m_sp = sqrt(1 - T / Tc).

    Parameters
    ----------
    T : float or array
        From above 0 to Tc.
    Tc : float
        Above 0.

    Returns
    -------
    float64 of the shape of `T`
        Not negative; the two spinodals are at +h_sp and -h_sp. Right to about 1e-15 of its value.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range; above Tc there is no spinodal.

    Examples
    --------
    >>> spinodal_field([0.5, 0.9, 1.0]).round(5)
    array([0.26642, 0.02152, 0.     ])
    """
    T, _, Tc = _arguments(T, 0.0, Tc)
    _below(T, Tc)
    return elementwise(_fill_spinodal_field, T, Tc)


def susceptibility(T, *, h=0.0, Tc: float = 1.0):
    """How the stable magnetisation answers a field: dm/dh = (1 - m^2) / (T - Tc (1 - m^2)).

    Parameters
    ----------
    T, h, Tc
        As for `magnetisation`.

    Returns
    -------
    float64 of the shape of `T` and `h`
        Infinite at T = Tc, h = 0. Above Tc without a field it is 1 / (T - Tc), the law of Curie and Weiss.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> susceptibility([0.9, 1.2]).round(4)
    array([4.1114, 5.    ])
    """
    T, h, Tc = _arguments(T, h, Tc)
    x = _roots(T, np.abs(h), Tc)
    decay = np.exp(-2 * x)
    loose = 4 * decay / (1 + decay) ** 2  # 1 - m^2, without a difference
    # The two differences are the same one: where x is small that of T and Tc counts, else that of T and nearly nothing.
    stiffness = np.where(x < 0.5, (T - Tc) + Tc * np.tanh(x) ** 2, T - Tc * loose)
    with np.errstate(divide="ignore"):
        return (loose / stiffness)[()]


def energy(m, *, h=0.0, Tc: float = 1.0):
    """Mean-field energy per spin, -Tc m^2 / 2 - h m. See `free_energy`.

    Examples
    --------
    >>> print(energy(1.0, h=0.2))
    -0.7
    """
    m, h, Tc = _magnetisations(m), arguments.real_values("h", h), arguments.number("Tc", Tc, above=0)
    return -Tc * m**2 / 2 - h * m


def entropy(m):
    """Entropy per spin of independent spins with the mean m, in units of Boltzmann's constant.

    s(m) = -p ln p - q ln q with p = (1 + m) / 2 and q = (1 - m) / 2: the logarithm, per spin, of how many
    configurations have this magnetisation.

    Parameters
    ----------
    m : float or array
        From -1 to 1.

    Returns
    -------
    float64 of the shape of `m`
        From 0 at m = -1 and 1 to ln 2 at m = 0. No digits are lost close to -1 or 1.

    Raises
    ------
    TypeError, ValueError
        If `m` has the wrong type or range.

    Examples
    --------
    >>> entropy([0.0, 0.5, 1.0]).round(5)
    array([0.69315, 0.56234, 0.     ])
    """
    return elementwise(_fill_entropy, _magnetisations(m))


def free_energy(m, T, *, h=0.0, Tc: float = 1.0):
    """Mean-field free energy per spin of the magnetisation m, f = -Tc m^2 / 2 - h m - T s(m).

    Parameters
    ----------
    m : float or array
        From -1 to 1; any value, not only a solution of the self-consistency.
    T, h, Tc
        As for `magnetisation`.

    Returns
    -------
    float64 of the shape of `m`, `T` and `h`

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> free_energy([-0.8, 0.0, 0.8], T=0.7).round(4)
    array([-0.5476, -0.4852, -0.5476])
    """
    m = _magnetisations(m)
    T, h, Tc = _arguments(T, h, Tc)
    return elementwise(_fill_free_energy, m, T, h, Tc)


def landau(T: float, *, h: float = 0.0, Tc: float = 1.0, order: int = 4) -> np.ndarray:
    """Coefficients of the expansion of f in powers of m (Landau's, derived and not assumed).

    f = -T ln 2 - h m + (T - Tc) m^2 / 2 + T m^4 / 12 + T m^6 / 30 + ... + T m^2k / (2k (2k - 1)) + ...

    Parameters
    ----------
    T, Tc : float
        Above 0.
    h : float
        Field.
    order : int
        Highest power, from 2 to 1000.

    Returns
    -------
    (order + 1,) float64
        Entry k belongs to m**k: what `numpy.polynomial.Polynomial` takes.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> landau(0.9, order=4).round(4)
    array([-0.6238,  0.    , -0.05  ,  0.    ,  0.075 ])
    """
    T, Tc = arguments.number("T", T, above=0), arguments.number("Tc", Tc, above=0)
    order = arguments.count("order", order, at_least=2, at_most=1000)
    coefficients = np.zeros(order + 1)
    coefficients[0], coefficients[1] = -T * math.log(2), 0.0 - arguments.number("h", h)  # no -0
    even = np.arange(2, order + 1, 2)
    coefficients[even] = T / (even * (even - 1))
    coefficients[2] = (T - Tc) / 2
    return coefficients


@kernel
def response(m, T, h, Tc):
    """What a spin answers to the mean field of the others, tanh((Tc m + h) / T)."""
    return math.tanh((Tc * m + h) / T)


@kernel
def relaxation_step(m, T, h, Tc, dt):
    """One step of length dt, from 0 to 1, of dm/dt = tanh((Tc m + h) / T) - m.

    That is the heat bath of the Curie-Weiss model for large N, with a sweep as the unit of time. f never grows: the
    right-hand side has the sign of -df/dm. With dt = 1 it is the iteration of the self-consistency.
    """
    return m + dt * (response(m, T, h, Tc) - m)


@kernel
def entropy_at(m):
    """Entropy of one spin with the mean m."""
    q = (1 - abs(m)) / 2
    return -q * math.log(q) - (1 - q) * math.log1p(-q) if q > 0 else 0.0


@kernel
def free_energy_at(m, T, h, Tc):
    """Free energy per spin of the magnetisation m."""
    return -(Tc * m / 2 + h) * m - T * entropy_at(m)


@kernel
def spinodal_field_at(T, Tc):
    """Spinodal field at T, not above Tc."""
    w = (Tc - T) / Tc
    m = math.sqrt(w)
    if w > 0.25:
        # artanh(m) = ln((1 + m) / sqrt(1 - m^2)), which is exact where m is close to 1.
        return Tc * m - T * math.log((1 + m) / math.sqrt(T / Tc))
    # Tc m - T m = Tc m^3; the rest of artanh(m) is the series m^3/3 + m^5/5 + ..., and nothing cancels.
    rest = 0.0
    for k in range(61, 1, -2):
        rest = rest * w + 1 / k
    return m * w * (Tc - T * rest)


@kernel
def outer_root(T, h, Tc):
    """Largest x of x = (Tc / T) tanh(x) + h / T, from above.

    tanh(x) is the stable magnetisation in the field h >= 0. For h < 0 it is minus the
    metastable one in the field -h; that has to exist: T < Tc and -h <= h_sp.
    """
    K, H, excess = Tc / T, h / T, (Tc - T) / T
    x = K + max(H, 0.0)
    # Where x <= 1, tanh(x) <= x - x^3 / 5. So if the larger of these two is below 1,
    # the root is below it.
    low = math.sqrt(10 * max(excess, 0.0) / K)
    if H > 0:
        low = max(low, math.exp(math.log(10 * H / K) / 3))
    if low < 1:
        x = min(x, low)
    if excess < 0 and H > 0:
        x = min(x, -H / excess)  # tanh(x) <= x
    x *= 1 + 1e-12
    while True:
        value, slope = balance(x, K, H, excess)
        lower = x - value / slope
        if not (slope > 0 and lower < x):
            return max(x, 0.0)
        x = lower


@kernel
def inner_root(T, h, Tc):
    """Smallest x >= 0 of x = (Tc / T) tanh(x) + h / T for -h_sp <= h <= 0 and T < Tc: from below.

    tanh of it is minus the unstable magnetisation in the field -h.
    """
    K, H, excess = Tc / T, h / T, (Tc - T) / T
    x = 0.0
    while True:
        value, slope = balance(x, K, H, excess)
        higher = x - value / slope
        if not (slope < 0 and higher > x):
            return x
        x = higher


@kernel
def balance(x, K, H, excess):
    """x - K tanh(x) - H for x >= 0 and its slope, with excess = K - 1."""
    if x > _SATURATED:
        return x - K - H, 1.0
    if x > 1:
        tanh = math.tanh(x)
        return x - K * tanh - H, K * tanh**2 - excess
    # Lambert's fraction: tanh(x) = x / (1 + q) with q = x^2 / (3 + x^2 / (5 + ...)).
    # So x - tanh(x) = x q / (1 + q), with all of its digits.
    rest = 21.0
    for k in range(19, 1, -2):
        rest = k + x * x / rest
    q = x * x / rest
    tanh = x / (1 + q)
    return K * tanh * q - excess * x - H, K * tanh**2 - excess


@kernel
def _fill_outer_roots(T, h, Tc, out):
    for i in range(out.size):
        out[i] = outer_root(T[i], h[i], Tc[i])


@kernel
def _fill_inner_roots(T, h, Tc, out):
    for i in range(out.size):
        out[i] = inner_root(T[i], h[i], Tc[i]) if T[i] < Tc[i] else 0.0


@kernel
def _fill_spinodal_field(T, Tc, out):
    for i in range(out.size):
        out[i] = spinodal_field_at(min(T[i], Tc[i]), Tc[i]) if T[i] / Tc[i] > 0 else Tc[i]


@kernel
def _fill_entropy(m, out):
    for i in range(out.size):
        out[i] = entropy_at(m[i])


@kernel
def _fill_free_energy(m, T, h, Tc, out):
    for i in range(out.size):
        out[i] = free_energy_at(m[i], T[i], h[i], Tc[i])


def _roots(T, h, Tc):
    return elementwise(_fill_outer_roots, T, h, Tc)


def sign_of(h) -> np.ndarray:
    """The side that a magnet is on in a field h: its sign, and 1 without a field.

    Examples
    --------
    >>> sign_of(np.array([-0.5, 0.0, 2.0]))
    array([-1.,  1.,  1.])
    """
    return np.where(h < 0, -1.0, 1.0)


def _arguments(T, h, Tc):
    """Check temperature, field and Tc; the first two are returned as arrays."""
    T, h = arguments.temperatures(T), arguments.real_values("h", h)
    arguments.fit_together(T=T, h=h)
    return T, h, arguments.number("Tc", Tc, above=0)


def _magnetisations(m) -> np.ndarray:
    m = arguments.real_values("m", m)
    if m.size and np.abs(m).max() > 1:
        raise ValueError(f"m must lie between -1 and 1, got {m.flat[np.abs(m).argmax()]}")
    return m


def _below(T, Tc: float) -> None:
    if (Tc < T).any():
        raise ValueError(f"T must not be above Tc = {Tc:g}, where there is no spinodal, got {T.max()}")
