"""Counting spikes: a magnet that is quenched and warms up again, and how long it is magnetised meanwhile.

A neuron at rest is a magnet at the temperature T0, above Tc. An input of size Q quenches it by Q at the time t_c, and
it warms up again at a steady rate r:

    T(t) = T0 - Q + r (t - t_c)        for 0 <= r (t - t_c) <= Q, and T0 before and after             (1)

It is said to spike while it is magnetised, and the *spike count* is the time integral of its magnetisation,

    N = integral of m(T(t)) dt = (1 / r) times the integral of m(T) dT from T0 - Q to T0               (2)

Sakthivadivel (2021) takes for m(T) the curve of his equation (2), m(T) = (1/2)(1 - tanh a(T - c)) with a = 6 and c = 1,
integrates it from 0 to Q, and finds activation functions. The readings below are, in this order: what is written
there; what is evaluated there, with another sign, a = 1 and c = 0; what is printed as its value; and what (1) and (2)
give. All are differences of S(z) = ln(1 + e^(2 a z)) / (2 a), a softplus, since S'(z) = (1/2)(1 + tanh a z):

    literal    S(c) - S(c - Q)                  bounded: it saturates at S(c), which is 1 for a = 6, c = 1
    flipped    S(Q - c) - S(-c)                 a = 1, c = 0:  Q - (ln 2)/2 + ln(1 + e^(-2Q)) / 2
    printed                                                    Q + (ln 2)/2 + ln(1 + e^(-2Q)) / 2 + C
    corrected  [S(Q - g) - S(-g)] / r           with the threshold g = T0 - c
    sharp      ([Q - g]_+ - [-g]_+) / r         its limit of large a: a rectifier with a threshold

The flipped one is the corrected one of a neuron that rests exactly at its centre, T0 = c: so much for the sign. It then
has no threshold, but for large Q an offset, -(ln 2) / (2 a). With g > 0 there is a threshold, and the offset is less,
some -e^(-2 a g) / (2 a). Without both it takes a jump (large a) at T0 = c, and what is left for Q >= 0 is a straight
line. And no rectifier of this kind is endless: no temperature is below 0, so Q is at most T0 and the sharp count at
most c / r.

With the m(T) that solves m = tanh(Tc m / T) the onset is no straight line either. With m = tanh x, T = Tc m / x,

    area(depth) = integral of m dT from Tc - depth to Tc = Tc times the integral of G(y) dy from 0 to x   (3)
    G(y) = tanh(y) [tanh(y) - y / cosh(y)^2] / y^2

    area(depth) = (2 / sqrt 3) depth^(3/2) / sqrt(Tc) for small depth,     area(Tc) = 7 zeta(3) Tc / pi^2 = 0.8526 Tc

by partial integration of (3) from 0 to infinity, the integral of tanh(y) / (y cosh(y)^2). The exponent is 1 + beta.
`exact.quench` has the plane's, 9/8.

References
----------
D. A. R. Sakthivadivel, arXiv:2102.04896: the model; here with its formulas mended.
"""

import math
from typing import NamedTuple

import numpy as np

from ..core import arguments
from ..core.jit import elementwise, kernel
from .weiss import balance

HALF_LOG_2 = math.log(2) / 2
TOTAL = 0.8525567976350116  # 7 zeta(3) / pi^2

# Gauss-Legendre points and weights on (0, 1).
_POINTS, _WEIGHTS = (row / 2 for row in np.polynomial.legendre.leggauss(20))
_POINTS = _POINTS + 0.5
_EDGES = np.array([0.0, 1.0, 2.0, 4.0, 8.0, 20.0])  # of the panels of (3); beyond the last G is 1 / y^2 to every digit
_CLOSE = 0.1  # two depths that differ by less than this share of the smaller one are not subtracted


class EluConstants(NamedTuple):
    """What `elu_constants` returns; each entry has the shape of `alpha`.

    Attributes
    ----------
    low, high : float64
        Smallest and largest constant C with which the count is an ELU to within alpha; NaN where there is none.
    best : float64
        The constant with which it comes closest.
    distance : float64
        How close that is.
    """

    low: np.ndarray
    high: np.ndarray
    best: np.ndarray
    distance: np.ndarray


# The protocol ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def quench_temperature(t, Q, T0, *, rate: float = 1.0, start: float = 0.0):
    """Temperature at a time: T0, quenched by Q at `start`, and warming up again; equation (1).

    Parameters
    ----------
    t : float or array
        Time.
    Q : float or array
        Size of the quench, from 0 to `T0`.
    T0 : float or array
        Temperature before it and long after it, above 0.
    rate : float
        Rise of the temperature per time afterwards, above 0.
    start : float
        Time of the quench, t_c.

    Returns
    -------
    float64 of the shape of `t`, `Q` and `T0`
        T0 - Q at `start` itself, and T0 again from `start` + Q / `rate` on.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range; a quench below the absolute zero has a range of its own.

    Examples
    --------
    >>> quench_temperature([-0.1, 0.0, 0.5, 1.0], 0.8, 1.5)
    array([1.5, 0.7, 1.2, 1.5])
    """
    Q, T0, rate = resting(Q, T0, rate)
    t, start = arguments.real_values("t", t), arguments.number("start", start)
    arguments.fit_together(t=t, Q=Q, T0=T0)
    with np.errstate(over="ignore"):
        since = t - start
        return np.where(since < 0, T0, np.minimum(T0, T0 - Q + rate * since))[()]


# Readings of the source's integral ────────────────────────────────────────────────────────────────────────────────────


def literal_count(Q, *, sharpness: float = 6.0, centre: float = 1.0):
    """The integral of the source's equation (2) from 0 to Q, as it is written.

    The integral of (1/2)(1 - tanh a(T - c)) dT from T = 0 to Q. It grows like Q at first and saturates at
    ln(1 + e^(2 a c)) / (2 a): no rectifier.

    Parameters
    ----------
    Q : float or array
        At least 0.
    sharpness : float
        a, above 0.
    centre : float
        c.

    Returns
    -------
    float64 of the shape of `Q`
        Right to some 1e-15 of its value, for each unit of a c.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> literal_count([0.5, 1.0, 2.0, 1000.0]).round(6)
    array([0.499794, 0.942238, 1.      , 1.000001])
    """
    Q = _size(Q)
    a, c = arguments.number("sharpness", sharpness, above=0), arguments.number("centre", centre)
    return elementwise(_fill_tanh_areas, c - Q, c, Q, a)


def flipped_count(Q, *, sharpness: float = 1.0, centre: float = 0.0):
    """The integral that the source evaluates in place of its equation (2): with the other sign.

    The integral of (1/2)(1 + tanh a(T - c)) dT from T = 0 to Q. For a = 1, c = 0, the values taken there without a
    word, it is Q - (ln 2)/2 + ln(1 + e^(-2Q)) / 2: between Q - (ln 2)/2 and Q, and Q / 2 for small Q.

    Parameters
    ----------
    Q : float or array
        At least 0.
    sharpness : float
        a, above 0; with 1/2 this is `logistic_count`.
    centre : float
        c.

    Returns
    -------
    float64 of the shape of `Q`
        Right to some 1e-15 of its value, for each unit of a c.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> print(flipped_count([1e-9, 1.0, 1000.0]))
    [5.00000000e-10 7.16890415e-01 9.99653426e+02]
    """
    Q = _size(Q)
    a, c = arguments.number("sharpness", sharpness, above=0), arguments.number("centre", centre)
    return elementwise(_fill_tanh_areas, -c, Q - c, Q, a)


def logistic_count(Q):
    """The integral of the logistic 1 / (1 + e^-T) from 0 to Q: Q + ln(1 + e^-Q) - ln 2.

    The source prints it with a constant C in place of -ln 2; see `printed_count`.

    Parameters
    ----------
    Q : float or array
        At least 0.

    Returns
    -------
    float64 of the shape of `Q`
        Right to some 1e-15 of its value.

    Raises
    ------
    TypeError, ValueError
        If `Q` has the wrong type or range.

    Examples
    --------
    >>> print(logistic_count([1e-9, 1.0, 1000.0]))
    [5.00000000e-10 6.20114507e-01 9.99306853e+02]
    """
    return flipped_count(Q, sharpness=0.5)


def printed_count(Q, *, curve: str = "tanh", constant: float = 0.0):
    """What the source prints as the value of the integral, with the constant C that a definite integral has not.

    "tanh"      Q + (ln 2)/2 + ln(1 + e^(-2Q)) / 2 + C,  which is `flipped_count` for C = -ln 2
    "logistic"  Q + ln(1 + e^-Q) + C,                    which is `logistic_count` for C = -ln 2

    Parameters
    ----------
    Q : float or array
        Any real number: it is compared with ELU, which lives on both sides of 0.
    curve : {"tanh", "logistic"}
    constant : float
        C.

    Returns
    -------
    float64 of the shape of `Q`

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    An empty quench makes a count, and a large one is off by half of ln 2:

    >>> (printed_count([0.0, 50.0]) - [0.0, 50.0]).round(6)
    array([0.693147, 0.346574])
    """
    Q, C = arguments.real_values("Q", Q), arguments.number("constant", constant)
    a, offset = (1.0, HALF_LOG_2) if arguments.choice("curve", curve, ("tanh", "logistic")) == "tanh" else (0.5, 0.0)
    return (_softplus(Q, a) + (offset + C))[()]


def corrected_count(Q, T0, *, sharpness: float = 6.0, centre: float = 1.0, rate: float = 1.0):
    """Spike count of the source's curve along the path that the protocol takes, from T0 - Q to T0.

    (1 / r) times the integral of (1/2)(1 - tanh a(T - c)) dT over the path, which is [S(Q - g) - S(-g)] / r with
    S(z) = ln(1 + e^(2 a z)) / (2 a) and g = T0 - c. From `sharp_count` it differs by at most (ln 2) / (2 a r).

    Parameters
    ----------
    Q : float or array
        Size of the quench, at least 0. A tanh does not mind temperatures below 0, so it may be above `T0`.
    T0 : float or array
        Temperature at rest.
    sharpness : float
        a, above 0.
    centre : float
        c, in the source Tc.
    rate : float
        r, above 0.

    Returns
    -------
    float64 of the shape of `Q` and `T0`
        Right to some 1e-15 of its value, for each unit of a g. (Infinite where it is beyond the floats.)

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> corrected_count([0.0, 0.3, 0.6, 0.9], 1.3).round(5)
    array([0.     , 0.05552, 0.3    , 0.59782])
    """
    Q, T0 = _size(Q), arguments.real_values("T0", T0)
    arguments.fit_together(Q=Q, T0=T0)
    a, c = arguments.number("sharpness", sharpness, above=0), arguments.number("centre", centre)
    rate = arguments.number("rate", rate, above=0)
    with np.errstate(over="ignore"):
        return elementwise(_fill_tanh_areas, c - T0, total(Q, -T0, c), Q, a) / rate


def sharp_count(Q, T0, *, Tc: float = 1.0, rate: float = 1.0):
    """Spike count of a magnetisation that is 1 below Tc and 0 above it: ([Q - (T0 - Tc)]_+ - [Tc - T0]_+) / r.

    The limit of `corrected_count` for a large sharpness: a rectifier with the threshold T0 - Tc, for a neuron that
    rests above it.

    Parameters
    ----------
    Q, T0, rate
        As for `corrected_count`.
    Tc : float
        Above 0.

    Returns
    -------
    float64 of the shape of `Q` and `T0`

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> sharp_count([0.25, 0.5, 1.0], 1.5)
    array([0. , 0. , 0.5])
    """
    Q, T0 = _size(Q), arguments.real_values("T0", T0)
    arguments.fit_together(Q=Q, T0=T0)
    Tc, rate = arguments.number("Tc", Tc, above=0), arguments.number("rate", rate, above=0)
    with np.errstate(over="ignore"):
        return (np.where(Tc >= T0, Q, np.maximum(total(Q, -T0, Tc), 0.0)) / rate)[()]


def elu_distance(alpha, *, constant=None, printed: bool = False):
    """Largest distance, over all real x, between a count plus a constant and ELU: a theorem.

    The count is D(x) + C with D(x) = x - (ln 2)/2 + ln(1 + e^(-2x)) / 2, or with +(ln 2)/2 as `printed`; ELU is x for
    x >= 0 and alpha (e^x - 1) below. The source says that with C = -alpha the two agree to within alpha everywhere.

    Let k = C - (ln 2)/2, or C + (ln 2)/2 as printed. For x >= 0 the difference is k + ln(1 + e^(-2x)) / 2, which falls
    from k + (ln 2)/2 to k. For x < 0 it is k + ln(1 + u^2) / 2 + alpha (1 - u) with u = e^x in (0, 1): never below k,
    and convex in u, its second derivative being (1 - u^2) / (1 + u^2)^2 > 0, so at most the larger of its values at
    the ends, k + alpha and k + (ln 2)/2. All of these are approached. So the distance is

        max(k + max(alpha, (ln 2)/2), -k)

    and it is at most alpha if and only if -alpha <= k <= min(0, alpha - (ln 2)/2). For C = -alpha this is
    - as printed, k = (ln 2)/2 - alpha: true if and only if alpha >= (ln 2)/2;
    - with the right sign, k = -(ln 2)/2 - alpha: false for every alpha; for large x it is off by alpha + (ln 2)/2.
    For x >= 0 alone, where x can be the size of a quench, ELU is x, and both verdicts are the same.
    `elu_constants` says which constants would do.

    Parameters
    ----------
    alpha : float or array
        Above 0.
    constant : float or array, optional
        C; left out, it is -alpha.
    printed : bool
        Whether to take the sign that is printed.

    Returns
    -------
    float64 of the shape of `alpha` and `constant`

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> elu_distance([0.2, 0.5, 1.0], printed=True).round(4), elu_distance([0.2, 0.5, 1.0]).round(4)
    (array([0.4931, 0.3466, 0.6534]), array([0.5466, 0.8466, 1.3466]))
    """
    alpha = _alpha(alpha)
    C = -alpha if constant is None else arguments.real_values("constant", constant)
    arguments.fit_together(alpha=alpha, constant=C)
    k = C + (HALF_LOG_2 if arguments.flag("printed", printed) else -HALF_LOG_2)
    return np.maximum(k + np.maximum(alpha, HALF_LOG_2), -k)[()]


def elu_constants(alpha) -> EluConstants:
    """Constants with which the count, with its right sign, is an ELU to within alpha on the whole line.

    By the theorem of `elu_distance` they run from (ln 2)/2 - alpha to min(alpha, (ln 2)/2), and there are some if and
    only if alpha >= (ln 2)/4. So the source's statement becomes true with C = (ln 2)/2 - alpha for alpha >= (ln 2)/4,
    and also with C = 0 for alpha >= (ln 2)/2. The best constant halves the distance: to max(alpha, (ln 2)/2) / 2.

    Parameters
    ----------
    alpha : float or array
        Above 0.

    Returns
    -------
    EluConstants

    Raises
    ------
    TypeError, ValueError
        If `alpha` has the wrong type or range.

    Examples
    --------
    >>> print(*(f"{value:.4f}" for value in elu_constants(1.0)))
    -0.6534 0.3466 -0.1534 0.5000
    """
    alpha = _alpha(alpha)
    some = alpha >= HALF_LOG_2 / 2
    half = np.maximum(alpha, HALF_LOG_2) / 2
    low = np.where(some, HALF_LOG_2 - alpha, np.nan)
    high = np.where(some, np.minimum(alpha, HALF_LOG_2), np.nan)
    return EluConstants(low[()], high[()], (HALF_LOG_2 - half)[()], half[()])


# With the true magnetisation ──────────────────────────────────────────────────────────────────────────────────────────


def mean_field_area(depth, *, Tc: float = 1.0):
    """Area below the mean-field magnetisation, from Tc - depth to Tc; equation (3).

    Parameters
    ----------
    depth : float or array
        From 0 to Tc.
    Tc : float
        Above 0.

    Returns
    -------
    float64 of the shape of `depth`
        Right to some 1e-15 of its value. (2 / sqrt 3) depth^(3/2) / sqrt(Tc) for small depths; 7 zeta(3) Tc / pi^2 is
        the whole area.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> print(*(f"{area:.8e}" for area in mean_field_area([1e-9, 0.1, 1.0])))
    3.65148372e-14 3.56275589e-02 8.52556798e-01
    """
    Tc = arguments.number("Tc", Tc, above=0)
    depth = depths("depth", depth, Tc)
    return elementwise(_fill_areas, np.zeros_like(depth), depth, depth, Tc)


def mean_field_count(Q, T0, *, Tc: float = 1.0, rate: float = 1.0):
    """Spike count with the mean-field magnetisation, equations (1) and (2): no spike up to Q = T0 - Tc, then (3/2).

    Parameters
    ----------
    Q : float or array
        Size of the quench, from 0 to `T0`.
    T0 : float or array
        Temperature at rest, above 0. Below Tc the neuron is magnetised at rest, too.
    Tc : float
        Above 0.
    rate : float
        Rise of the temperature per time, above 0.

    Returns
    -------
    float64 of the shape of `Q` and `T0`
        With an excess of dQ = Q - (T0 - Tc) it is (2 / sqrt 3) dQ^(3/2) / (sqrt(Tc) r) at first. dQ is taken without
        a rounding, so that this holds to some 1e-15 for any.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range, such as a quench below the absolute zero.

    Examples
    --------
    >>> mean_field_count([0.4, 0.6, 1.5], 1.5).round(6)
    array([0.      , 0.035628, 0.852557])
    """
    Q, T0, rate = resting(Q, T0, rate)
    Tc = arguments.number("Tc", Tc, above=0)
    with np.errstate(over="ignore"):
        return elementwise(_fill_areas, *path(Q, T0, Tc), Tc) / rate


def path(Q, T0, Tc, rest=0.0):
    """How deep below Tc + rest the protocol's path begins and ends, and how long it is there; of one shape.

    Parameters
    ----------
    Q, T0 : array
        Quenches and temperatures at rest, with 0 <= Q <= T0.
    Tc, rest : float
        The critical temperature as a float, and what it is short of.

    Returns
    -------
    ends, begins, length : float64 arrays
        Depths from 0 to Tc, exact but for one rounding. The path leaves T0 - Q at the depth `begins` and comes up to
        the depth `ends`.

    Examples
    --------
    >>> path(np.array([0.25, 0.75]), np.array(1.5), 1.0)
    (array([0., 0.]), array([0.  , 0.25]), array([0.  , 0.25]))
    """
    Q, T0 = np.broadcast_arrays(Q, T0)
    begins, ends = np.clip(total(Q, -T0, Tc, rest), 0.0, Tc), np.clip(total(-T0, Tc, rest), 0.0, Tc)
    return ends, begins, np.where(ends > 0, np.minimum(Q, Tc), begins)


def depths(name: str, value, Tc: float) -> np.ndarray:
    """Check depths below Tc, from 0 to Tc, and return them as float64, or raise naming the argument."""
    depth = arguments.real_values(name, value)
    if not ((depth >= 0) & (depth <= Tc)).all():
        worst = depth.min() if (depth < 0).any() else depth.max()
        raise ValueError(f"{name} must lie between 0 and Tc = {Tc:g}, got {worst}")
    return depth


def total(*terms):
    """Sum of numbers or arrays as if no rounding came before the last (Knuth's sum with its error).

    Examples
    --------
    >>> print(total(1.0, 1e-20, -1.0))
    1e-20
    """
    value, error = terms[0], 0.0
    for term in terms[1:]:
        with np.errstate(over="ignore", invalid="ignore"):
            new = value + term
            part = new - value
            error = error + ((value - (new - part)) + (term - part))
        value = new
    return np.where(np.isfinite(error), value + error, value)[()]


@kernel
def tanh_area(low, high, length, a):
    """Integral of (1/2)(1 + tanh a z) dz from `low` to `high`, which is `length` further, with all digits of its value.

    Where w = 2 a length is small it is no difference of softplus, but ln[1 + sigma(2 a low) (e^w - 1)] / (2 a).
    """
    w = 2 * a * length
    if w < 1e-8:
        return length * sigmoid(2 * a * (low + length / 2))
    if w < 1:
        return math.log1p(sigmoid(2 * a * low) * math.expm1(w)) / (2 * a)
    decay_high, decay_low = math.log1p(math.exp(-2 * a * abs(high))), math.log1p(math.exp(-2 * a * abs(low)))
    straight = length if low >= 0 else max(high, 0.0)
    return straight + (decay_high - decay_low) / (2 * a)


@kernel
def sigmoid(x):
    """1 / (1 + e^-x), with all digits of its tails."""
    e = math.exp(-abs(x))
    return 1 / (1 + e) if x >= 0 else e / (1 + e)


@kernel
def _fill_tanh_areas(low, high, length, a, out):
    for i in range(out.size):
        out[i] = tanh_area(low[i], high[i], length[i], a[i])


@kernel
def field_at_depth(v):
    """Positive root x of tanh(x) = (1 - v) x, for 0 < v < 1, to all digits: the field at T = Tc (1 - v), from above."""
    K, excess = 1 / (1 - v), v / (1 - v)
    low = math.sqrt(10 * v)  # where it is below 1 the root is below it, as in `weiss.outer_root`
    x = (min(K, low) if low < 1 else K) * (1 + 1e-12)
    while True:
        value, slope = balance(x, K, 0.0, excess)
        lower = x - value / slope
        if not (slope > 0 and lower < x):
            return x
        x = lower


@kernel
def area_density(y):
    """G(y) of equation (3), 2 y^2 / 3 for small y."""
    if y > 1:
        m, decay = math.tanh(y), math.exp(-2 * y)
        return m * (m - y * 4 * decay / (1 + decay) ** 2) / (y * y)
    # Lambert's fraction, as in `weiss.balance`: tanh(y) = y / (1 + q), and nothing cancels but two thirds of a term.
    rest = 21.0
    for k in range(19, 1, -2):
        rest = k + y * y / rest
    q = y * y / rest
    return (y * y - q * (1 + q)) / (1 + q) ** 3


@kernel
def area_to(x):
    """Integral of G from 0 to x."""
    area = 0.0
    for k in range(_EDGES.size - 1):
        low, high = _EDGES[k], min(x, _EDGES[k + 1])
        for i in range(_POINTS.size):
            area += (high - low) * _WEIGHTS[i] * area_density(low + (high - low) * _POINTS[i])
        if x <= _EDGES[k + 1]:
            return area
    return area + (1 / _EDGES[-1] - 1 / x)


@kernel
def area_below(v):
    """Area from the depth v to 0, in units of Tc, for 0 <= v <= 1."""
    if v <= 0:
        return 0.0
    return area_to(field_at_depth(v)) if v < 1 else TOTAL


@kernel
def _fill_areas(shallow, deep, length, Tc, out):
    for i in range(out.size):
        low, high, width = shallow[i] / Tc[i], deep[i] / Tc[i], length[i] / Tc[i]
        if width < _CLOSE * low:
            mean = 0.0
            for k in range(_POINTS.size):
                v = low + width * _POINTS[k]
                mean += _WEIGHTS[k] * (math.tanh(field_at_depth(v)) if v < 1 else 1.0)
            out[i] = length[i] * mean
        else:
            out[i] = Tc[i] * (area_below(high) - area_below(low))


def _softplus(z, a: float):
    """ln(1 + e^(2 a z)) / (2 a)."""
    with np.errstate(over="ignore", under="ignore"):
        return np.maximum(z, 0.0) + np.log1p(np.exp(-2 * a * np.abs(z))) / (2 * a)


def _size(Q) -> np.ndarray:
    Q = arguments.real_values("Q", Q)
    if not (Q >= 0).all():
        raise ValueError(f"Q must be at least 0, the size of a quench, got {Q.min()}")
    return Q


def resting(Q, T0, rate):
    """Check a quench, its resting temperature and the rate of warming up, or raise naming the argument."""
    Q, T0 = _size(Q), arguments.real_values("T0", T0)
    if not (T0 > 0).all():
        raise ValueError(f"T0 must be greater than 0, got {T0.min()}")
    arguments.fit_together(Q=Q, T0=T0)
    if not (Q <= T0).all():
        raise ValueError(f"Q must be at most T0, for no temperature is below 0, got T0 - Q = {(T0 - Q).min():g}")
    return Q, T0, arguments.number("rate", rate, above=0)


def _alpha(alpha) -> np.ndarray:
    alpha = arguments.real_values("alpha", alpha)
    if not (alpha > 0).all():
        raise ValueError(f"alpha must be greater than 0, got {alpha.min()}")
    return alpha
