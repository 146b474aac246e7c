"""Mean field: one spin in the average of all the others, and the first corrections to that.

A spin of a lattice feels the field b = J (sum of its z neighbours) + h. Put the mean m in place of every neighbour:
b = Tc m + h with Tc = z J. The spin answers with the mean tanh(b / T), and that has to be the m one started from:

    m = tanh((Tc m + h) / T)                             the self-consistency
    f(m) = -Tc m^2 / 2 - h m - T s(m)                    its free energy per spin, df/dm = 0

with the entropy of a biased coin s(m). Everything here takes Tc as a number, so one function serves every lattice.
f is a variational bound for the lattice, and exact for the Curie-Weiss model, in which every spin is the neighbour of
every other, as N goes to infinity; `curie_weiss` is that model for finite N, exactly.

`bethe` keeps the correlation of a spin with each of its neighbours and is exact where there are no loops. `tap` keeps
the spin's own echo, the reaction of its neighbours to it, and is right to one order of the coupling more than `naive`.

The equation is solved for the field x = b / T, x = K tanh(x) + h / T with K = Tc / T. On the positive side
x - K tanh(x) is convex, so Newton's method comes down to a root from one side and cannot miss it, and it stops where a
step no longer comes down. Close to Tc the difference is taken term by term and loses no digits.

References
----------
P. Weiss, J. Phys. Theor. Appl. 6, 661 (1907): the molecular field.
W. L. Bragg and E. J. Williams, Proc. R. Soc. A 145, 699 (1934): the free energy.
H. A. Bethe, Proc. R. Soc. A 150, 552 (1935): the correlation of neighbours.
D. J. Thouless, P. W. Anderson and R. G. Palmer, Phil. Mag. 35, 593 (1977), and T. Plefka, J. Phys. A 15, 1971 (1982):
the reaction term, as an expansion in the coupling.
"""

import math
from typing import NamedTuple

import numpy as np
from scipy.special import gammaln

from . import _validate
from ._jit import kernel

_SATURATED = 20.0  # tanh(x) is 1 to the last digit from here on
_LARGEST_K = 100.0  # largest J / T that `bethe` and `tap_magnetisation` take, as in `exact`


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


class CurieWeiss(NamedTuple):
    """What `curie_weiss` returns.

    Attributes
    ----------
    levels : (N + 1,) float64
        The values that the magnetisation per spin can have, from -1 to 1.
    p : (N + 1,) float64
        Their probabilities.
    log_Z, f : float
        Logarithm of the partition function, and -T log_Z / N.
    m, abs_m, m2 : float
        Averages of the magnetisation per spin, of its absolute value and of its square.
    """

    levels: np.ndarray
    p: np.ndarray
    log_Z: float
    f: float
    m: float
    abs_m: float
    m2: float


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


# The self-consistency


def magnetisation(T, h=0.0, *, Tc: float = 1.0):
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
    >>> round(float(magnetisation(1.0, -0.01)), 4)
    -0.3048
    """
    T, h, Tc = _arguments(T, h, Tc)
    return _sign(h) * np.tanh(_roots(T, np.abs(h), Tc))


def branches(T, h=0.0, *, Tc: float = 1.0) -> Branches:
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
    >>> branches([0.8, 1.2], 0.02)._asdict()["metastable"].round(4)
    array([-0.6731,     nan])
    """
    T, h, Tc = _arguments(T, h, Tc)
    sign, strength = _sign(h), np.abs(h)
    three = (Tc > T) & (strength < _each(_fill_spinodal_field, T, Tc))
    against = np.where(three, -strength, 0.0)
    metastable = np.where(three, -sign * np.tanh(_roots(T, against, Tc)), np.nan)
    # The 0.0 turns a solution of -0 into 0.
    unstable = np.where(three, 0.0 - sign * np.tanh(_each(_fill_inner_roots, T, against, Tc)), np.nan)
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
    return _each(_fill_spinodal_field, T, Tc)


def susceptibility(T, h=0.0, *, Tc: float = 1.0):
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
    with np.errstate(divide="ignore"):
        return loose / ((T - Tc) + Tc * np.tanh(x) ** 2)


# The free energy


def energy(m, h=0.0, *, Tc: float = 1.0):
    """Mean-field energy per spin, -Tc m^2 / 2 - h m. See `free_energy`.

    Examples
    --------
    >>> print(energy(1.0, 0.2))
    -0.7
    """
    m, h, Tc = _magnetisations(m), _validate_array("h", h), _validate.number("Tc", Tc, above=0)
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
    return _each(_fill_entropy, _magnetisations(m))


def free_energy(m, T, h=0.0, *, Tc: float = 1.0):
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
    return _each(_fill_free_energy, m, T, h, Tc)


def landau(T: float, h: float = 0.0, *, Tc: float = 1.0, order: int = 4) -> np.ndarray:
    """Coefficients of the expansion of f in powers of m (Landau's, derived and not assumed).

    f = -T ln 2 - h m + (T - Tc) m^2 / 2 + T m^4 / 12 + T m^6 / 30 + ... + T m^2k / (2k (2k - 1)) + ...

    Parameters
    ----------
    T, Tc : float
        Above 0.
    h : float
        Field.
    order : int
        Highest power, at least 2.

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
    array([-0.6238, -0.    , -0.05  ,  0.    ,  0.075 ])
    """
    T, Tc = _validate.number("T", T, above=0), _validate.number("Tc", Tc, above=0)
    order = _validate.count("order", order, at_least=2)
    coefficients = np.zeros(order + 1)
    coefficients[0], coefficients[1] = -T * math.log(2), -_validate.number("h", h)
    even = np.arange(2, order + 1, 2)
    coefficients[even] = T / (even * (even - 1))
    coefficients[2] = (T - Tc) / 2
    return coefficients


# Every spin the neighbour of every other


def curie_weiss(N: int, T: float, h: float = 0.0, *, Tc: float = 1.0) -> CurieWeiss:
    """Exact averages of the Curie-Weiss model: N spins, each pair coupled with Tc / N.

    H = -(Tc / N) sum_{i<j} s_i s_j - h M = -(Tc / 2N) (M^2 - N) - h M depends on M = sum_i s_i alone, so that the sum
    over 2**N states is one over N + 1 levels, each taken as often as there are ways to choose the spins that are up.

    Parameters
    ----------
    N : int
        At least 2.
    T, Tc : float
        Above 0.
    h : float
        Field.

    Returns
    -------
    CurieWeiss
        Rounding leaves the logarithm of a probability right to about 1e-16 N ln N.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> for N in (10, 100, 1000):
    ...     print(N, round(curie_weiss(N, 0.9).abs_m, 4))
    10 0.5597
    100 0.44
    1000 0.5125
    """
    N = _validate.count("N", N, at_least=2)
    T, Tc, h = _validate.number("T", T, above=0), _validate.number("Tc", Tc, above=0), _validate.number("h", h)
    up = np.arange(N + 1)
    M = 2.0 * up - N
    ways = gammaln(N + 1) - gammaln(up + 1) - gammaln(N - up + 1)
    weights = ways + (Tc / (2 * N) * (M**2 - N) + h * M) / T
    largest = weights.max()
    p = np.exp(weights - largest)
    total = p.sum()
    p /= total
    log_Z, levels = float(largest + np.log(total)), M / N
    m, abs_m, m2 = (float(p @ values) for values in (levels, np.abs(levels), levels**2))
    return CurieWeiss(levels, p, log_Z, -T * log_Z / N, m, abs_m, m2)


# Corrections: the correlation of neighbours, and the echo


def bethe(T, h=0.0, *, z: int, J: float = 1.0) -> Bethe:
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
        The solution with the sign of `h`; without a field the magnetised one, if there is one, and positive.

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
    x = _each(_fill_cavity, K, H, z)
    # ln Z of a spin with all of its z neighbours, and of a bond by itself.
    aligned, opposed = np.logaddexp(K + x, -K - x), np.logaddexp(K - x, x - K)
    site = np.logaddexp(H + z * aligned, -H + z * opposed)
    bond = np.logaddexp(K + np.logaddexp(2 * x, -2 * x), np.log(2) - K)
    m = np.tanh((z * x - H) / (z - 1))  # the cavity field and one message, (x - H) / (z - 1), more
    pair = np.tanh(K + (np.logaddexp(2 * x, -2 * x) - np.log(2)) / 2)
    sign = _sign(h)
    return Bethe(
        (sign * m)[()],
        (-T * (site - z / 2 * bond))[()],
        (-J * z / 2 * pair - np.abs(h) * m)[()],
        pair[()],
        (sign * x)[()],
    )


def bethe_magnetisation(T, h=0.0, *, z: int, J: float = 1.0):
    """Magnetisation in Bethe's approximation, the `m` of `bethe`.

    Examples
    --------
    >>> print(bethe_magnetisation(2.0, z=4).round(4))
    0.9286
    """
    return bethe(T, h, z=z, J=J).m


def bethe_critical_temperature(z: int, J: float = 1.0) -> float:
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
    >>> round(bethe_critical_temperature(4), 4)
    2.8854
    """
    z, J = _validate.count("z", z, at_least=2), _validate.number("J", J, above=0)
    return 0.0 if z == 2 else -2 * J / math.log1p(-2 / z)


def tap_magnetisation(T, h=0.0, *, z: int, J: float = 1.0):
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
    return _sign(h) * _each(_fill_tap, J / T, np.abs(h) / T, z)


def tap_critical_temperature(z: int, J: float = 1.0) -> float:
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
    >>> round(tap_critical_temperature(6), 4)
    4.7321
    """
    z, J = _validate.count("z", z, at_least=2), _validate.number("J", J, above=0)
    return z * J * (1 + math.sqrt(1 - 4 / z)) / 2 if z >= 4 else 0.0


def naive(matrix, h, T: float, *, start=None, damping: float = 0.5, most: int = 10_000) -> np.ndarray:
    """Mean-field magnetisations of any network: m_i = tanh((sum_j J_ij m_j + h_i) / T), by damped iteration.

    Parameters
    ----------
    matrix : (N, N) array_like
        Couplings J_ij, symmetric and zero on the diagonal.
    h : float or (N,) array_like
        Field on each spin.
    T : float
        Above 0.
    start : (N,) array_like, optional
        Where the iteration starts; tanh(h / T) if left out. With several solutions it chooses among them.
    damping : float
        How much of the old value each step keeps, from 0 to below 1.
    most : int
        Number of steps after which to give up.

    Returns
    -------
    (N,) float64

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range.
    RuntimeError
        If the iteration has not settled to 1e-14 after `most` steps.

    Examples
    --------
    >>> naive([[0, 1], [1, 0]], 0.1, 2.0).round(4)
    array([0.0993, 0.0993])
    """
    return _iterate(matrix, h, T, start, damping, most, 0.0)


def tap(matrix, h, T: float, *, start=None, damping: float = 0.5, most: int = 10_000) -> np.ndarray:
    """Magnetisations of any network with the reaction term of Thouless, Anderson and Palmer.

    m_i = tanh((sum_j J_ij m_j + h_i) / T - (m_i / T^2) sum_j J_ij^2 (1 - m_j^2)): the expansion in the coupling to
    second order, where `naive` is the first. Arguments and errors are those of `naive`.

    Examples
    --------
    >>> tap([[0, 1], [1, 0]], 0.1, 2.0).round(4)
    array([0.0666, 0.0666])
    """
    return _iterate(matrix, h, T, start, damping, most, 1.0)


# Kernels of numbers: what the explorables run as WebAssembly, too


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
        value, slope = _balance(x, K, H, excess)
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
        value, slope = _balance(x, K, H, excess)
        higher = x - value / slope
        if not (slope < 0 and higher > x):
            return x
        x = higher


@kernel
def _balance(x, K, H, excess):
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


# The same over arrays


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
        out[i] = spinodal_field_at(min(T[i], Tc[i]), Tc[i])


@kernel
def _fill_entropy(m, out):
    for i in range(out.size):
        out[i] = entropy_at(m[i])


@kernel
def _fill_free_energy(m, T, h, Tc, out):
    for i in range(out.size):
        out[i] = free_energy_at(m[i], T[i], h[i], Tc[i])


@kernel
def _fill_cavity(K, H, z, out):
    for i in range(out.size):
        out[i] = cavity_field(K[i], H[i], z[i])


@kernel
def _fill_tap(K, H, z, out):
    for i in range(out.size):
        out[i] = tap_root(K[i], H[i], z[i])


@kernel
def _settle(J, J2, H, reaction, keep, m, most):
    """Iterate m (N,) in place; return the largest difference between the two sides at the last step."""
    largest = np.inf
    field = np.empty_like(m)
    for _ in range(most):
        for i in range(m.size):
            b, echo = H[i], 0.0
            for j in range(m.size):
                b += J[i, j] * m[j]
                echo += J2[i, j] * (1 - m[j] * m[j])
            field[i] = b - reaction * m[i] * echo
        largest = 0.0
        for i in range(m.size):
            change = math.tanh(field[i]) - m[i]
            largest = max(largest, abs(change))
            m[i] += (1 - keep) * change
        if largest < 1e-14:
            break
    return largest


def _iterate(matrix, h, T, start, damping, most, reaction: float) -> np.ndarray:
    """Check the arguments of `naive` and `tap`, and iterate."""
    J = _validate.real_array("matrix", matrix)
    if J.ndim != 2 or J.shape[0] != J.shape[1] or not len(J):
        raise ValueError(f"matrix must be square, (N, N), got shape {J.shape}")
    if not np.array_equal(J, J.T):
        raise ValueError("matrix must be symmetric: J_ij = J_ji")
    if J.diagonal().any():
        raise ValueError("matrix must be zero on its diagonal: a spin does not couple to itself")
    N = len(J)
    h = np.full(N, _validate.number("h", h)) if np.ndim(h) == 0 else _validate.real_array("h", h, (N,))
    T = _validate.number("T", T, above=0)
    damping = _validate.number("damping", damping, at_least=0)
    if damping >= 1:
        raise ValueError(f"damping must be below 1, got {damping}")
    most = _validate.count("most", most, at_least=1)
    m = np.tanh(h / T) if start is None else _validate.real_array("start", start, (N,)).copy()
    if np.abs(m).max() > 1:
        raise ValueError(f"start must lie between -1 and 1, got {m[np.abs(m).argmax()]}")
    left = _settle(J / T, (J / T) ** 2, h / T, reaction, damping, m, most)
    if not left < 1e-14:
        raise RuntimeError(
            f"the iteration has not settled after {most} steps: the two sides still differ by {left:.1e}. "
            "Try more damping, or a higher temperature."
        )
    return m


def _roots(T, h, Tc):
    return _each(_fill_outer_roots, T, h, Tc)


def _each(fill, *arguments):
    """Run a kernel over its arguments, broadcast against each other."""
    arrays = np.broadcast_arrays(*arguments)
    out = np.empty(arrays[0].shape)
    fill(*(np.ascontiguousarray(array, dtype=np.float64).ravel() for array in arrays), out.reshape(-1))
    return out[()]


def _sign(h):
    return np.where(h < 0, -1.0, 1.0)


def _validate_array(name: str, value) -> np.ndarray:
    """Check an argument that may be a number or an array, and keep its shape."""
    return _validate.real_array(name, value).reshape(np.shape(value))


def _temperatures(T) -> np.ndarray:
    T = _validate_array("T", T)
    if not (T > 0).all():
        raise ValueError(f"T must be greater than 0, got {T.min()}")
    return T


def _arguments(T, h, Tc):
    """Check temperature, field and Tc; the first two are returned as arrays."""
    T, h = _temperatures(T), _validate_array("h", h)
    _fit(T=T, h=h)
    return T, h, _validate.number("Tc", Tc, above=0)


def _magnetisations(m) -> np.ndarray:
    m = _validate_array("m", m)
    if m.size and np.abs(m).max() > 1:
        raise ValueError(f"m must lie between -1 and 1, got {m.flat[np.abs(m).argmax()]}")
    return m


def _below(T, Tc: float) -> None:
    if (Tc < T).any():
        raise ValueError(f"T must not be above Tc = {Tc:g}, where there is no spinodal, got {T.max()}")


def _lattice_arguments(T, h, z, J):
    """Check the arguments of the approximations that know z and J apart."""
    z, J = _validate.count("z", z, at_least=2), _validate.number("J", J, above=0)
    T, h = _temperatures(T), _validate_array("h", h)
    _fit(T=T, h=h)
    if (T * _LARGEST_K < J).any():
        raise ValueError(f"T must be at least J / {_LARGEST_K:g} (below it m = 1), got {T.min()}")
    return z, J, T, h


def _fit(**arrays) -> None:
    try:
        np.broadcast_shapes(*(array.shape for array in arrays.values()))
    except ValueError:
        shapes = " and ".join(f"{name} {array.shape}" for name, array in arrays.items())
        raise ValueError(f"the shapes of {shapes} do not fit together") from None
