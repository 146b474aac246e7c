"""How much of a memory is left at each load, activation by activation: the curves that networks are held against.

Units decide, or memory units do. In a diluted network with Hebb's couplings (`diluted`) a unit hears C others, and
answers its field h, of the signal m = <xi V> and the noise sqrt(alpha q), q = <V^2>, with an activation V = g(h):

    sign         sign(h)                the overlap fades to 0 at the load alpha = P / C = 2 / pi
    tanh         tanh(gain h)           between 2 / pi (a large gain) and 1 (a gain of 1); below 1 nothing is kept
    best         tanh(h / alpha)        at 1; at every load the largest overlap there is
    rectifier    g [h]_+                at 1 / 2; the gain g keeps <V^2> = 1

In a network of all to all, N units of signs, the activation is that of the memory units (`memories`):

    x2           linear, Hebb           breaks off at P = 0.1379 N (Amit, Gutfreund and Sompolinsky)
    x3, x4       square, cube           breaks off at P = 0.0841 N^2, and at 0.01319 N^3

The overlap is the correlation of state and pattern, which for signs is m. Each curve is known as a function of a
parameter u from 0, no load, to 1, where it ends, and the load rises with u. With y = m / sqrt(2) over the spread of the
noise,

    sign     sqrt(2 alpha) = erf(y) / y                  x2     sqrt(2 alpha) = erf(y) / y - (2 / sqrt(pi)) exp(-y^2)
    x3, x4   sqrt(2 (2n - 3)!! P / N^(n-1)) = erf(y)^(n-1) / y

all with m = erf(y). For tanh it is m / s, the signal over the spread s = sqrt(alpha q) of the noise: s follows, q from
both, and alpha is s^2 / q. m vanishes where gain E sech^2(gain s z) = 1, with q above 0: noise that the network makes
itself, as a chaotic one does. For a gain just above 1 both are small, and alpha = s^2 / q goes to 1. So a soft unit
forgets late and remembers badly, a sharp one the other way round, and tanh(h / alpha) goes along the top of all such
curves. A rectifier is linear in the sum of its answers at h and -h, so that m' = g m / 2 and
<V^2> = g^2 (m^2 + alpha q) / 2.

References
----------
B. Derrida, E. Gardner and A. Zippelius, Europhys. Lett. 4, 167 (1987).
A. Treves, J. Phys. A 24, 2645 (1991): threshold-linear units, diluted.
"""

import math
from typing import NamedTuple

import numpy as np

from ..core import arguments
from ..core.jit import kernel
from ..meanfield.gaussian import answer

ACTIVATIONS = {"sign": 0, "tanh": 1, "best": 2, "rectifier": 3, "x2": 4, "x3": 5, "x4": 6, "exp": 7}
SIGN, TANH, BEST, RECTIFIER, SQUARE, CUBE, FOURTH, EXPONENTIAL = range(8)
UNITS = ("sign", "tanh", "best", "rectifier")  # the others are activations of memory units

# y at which the load of x2, x3 and x4 is the largest: to first order the load does not feel an error here.
_LAST_2, _LAST_3, _LAST_4 = 1.5112185527, 0.9899390697, 1.2294846676

_NEXT_TO_NONE = 1e-12  # the smallest signal over noise that is looked at: memory has ended


class Curve(NamedTuple):
    """What `curve` returns: loads (points,) that rise up to the end, and the overlap at each."""

    load: np.ndarray
    overlap: np.ndarray


def curve(activation: str, points: int = 100, *, gain: float = 2.0) -> Curve:
    """Overlap against load up to where the memory ends.

    Parameters
    ----------
    activation : {"sign", "tanh", "best", "rectifier", "x2", "x3", "x4"}
    points : int
        At least 2.
    gain : float
        Of tanh, above 0.

    Returns
    -------
    Curve
        The load is P / C of units with few inputs, and P / N^(n-1) with the power n.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> found = curve("rectifier", 3)
    >>> found.load, found.overlap.round(4)
    (array([0.  , 0.25, 0.5 ]), array([1.    , 0.6156, 0.    ]))
    """
    code, gain = _checked(activation, gain)
    points = arguments.count("points", points, at_least=2)
    found = Curve(np.empty(points), np.empty(points))
    fill_curve(code, gain, found.load, found.overlap)
    return found


def overlap(activation: str, load: float, *, gain: float = 2.0) -> float:
    """Overlap at one load: 0 beyond the end.

    Parameters
    ----------
    activation, gain
        As for `curve`.
    load : float
        At least 0.

    Returns
    -------
    float

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> [round(overlap(name, 0.4), 4) for name in ("sign", "best", "rectifier")]
    [0.7861, 0.8658, 0.3837]
    """
    code, gain = _checked(activation, gain)
    return overlap_at(code, gain, arguments.number("load", load, at_least=0))


def end(activation: str, *, gain: float = 2.0) -> float:
    """The load at which the memory ends.

    Parameters
    ----------
    activation, gain
        As for `curve`.

    Returns
    -------
    float

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> round(end("sign") * math.pi, 9), round(end("tanh"), 4), round(end("best"), 6), round(end("x2"), 5)
    (2.0, 0.8939, 1.0, 0.13791)
    """
    code, gain = _checked(activation, gain)
    return curve_point(code, gain, 1.0)[0]


def step(activation: str, load: float, m: float, q: float, *, gain: float = 2.0) -> tuple[float, float, float]:
    """The map of a diluted network: what m and q are one step later, and the overlap.

    Parameters
    ----------
    activation : {"sign", "tanh", "best", "rectifier"}
    load : float
        P / C, above 0.
    m, q : float
        <xi V> and <V^2> now; q above 0.
    gain : float
        Of tanh, above 0.

    Returns
    -------
    m, q, overlap : float

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> [round(value, 4) for value in step("best", 0.5, 1.0, 1.0)]
    [0.769, 0.769, 0.8769]
    """
    code, gain = _checked(activation, gain)
    if activation not in UNITS:
        raise ValueError(f"activation must be one of units, {', '.join(map(repr, UNITS))}, got {activation!r}")
    load, q = arguments.number("load", load, above=0), arguments.number("q", q, above=0)
    return map_step(code, gain, load, arguments.number("m", m), q)


def _checked(activation, gain) -> tuple[int, float]:
    code = ACTIVATIONS[arguments.choice("activation", activation, ACTIVATIONS)]
    if code == EXPONENTIAL:
        raise ValueError("activation must not be 'exp', whose load is exponential in N: see crosstalk.rates")
    return code, arguments.number("gain", gain, above=0)


@kernel
def map_step(code, gain, alpha, m, q):
    """m, q and the overlap one step later."""
    if code == SIGN:
        m = math.erf(m / math.sqrt(2.0 * alpha * q))
        return m, 1.0, m
    if code == RECTIFIER:
        noise = alpha * q
        mean = m * math.erf(m / math.sqrt(2.0 * noise)) + math.sqrt(2.0 * noise / math.pi) * math.exp(
            -m * m / (2.0 * noise)
        )
        size = math.sqrt(2.0 * (m * m + noise))
        m, mean = m / size, mean / size
        return m, 1.0, m / math.sqrt(1.0 - mean * mean)
    T = alpha if code == BEST else 1.0 / gain
    value, slope = answer(abs(m), T, math.sqrt(alpha * q))
    m, q = math.copysign(value, m), max(1.0 - T * slope, 0.0)
    if q < 1e-12:  # 1 - T slope has rounded away what tanh(x)^2 is for small x
        return m, value * value, 0.0
    return m, q, m / math.sqrt(q)


@kernel
def fill_fall(code, gain, alpha, found):
    """Fill `found` (steps + 1,) with the overlaps by the map, from the pattern itself."""
    m, q = (math.sqrt(0.5) if code == RECTIFIER else 1.0), 1.0
    found[0] = 1.0
    for k in range(1, found.size):
        found[k] = 0.0
        if q > 0.0:
            m, q, found[k] = map_step(code, gain, alpha, m, q)


@kernel
def spread_at(y, gain):
    """The spread s of the noise of tanh units at m = y s, where m = E tanh(gain (m + s z)); 0 if there is none."""
    low, high = 0.0, min(1.0, 1.0 / y)  # m is below 1, and the mean over s falls with s
    for _ in range(36):
        middle = 0.5 * (low + high)
        if answer(y * middle, 1.0 / gain, middle)[0] > y * middle:
            low = middle
        else:
            high = middle
    return low


@kernel
def curve_point(code, gain, u):
    """Load and overlap at the parameter u from 0 to 1."""
    if u <= 0.0:
        return 0.0, 1.0
    if code == RECTIFIER:
        m, alpha = math.sqrt(0.5 * (1.0 - u)), 0.5 * u
        return alpha, map_step(RECTIFIER, 1.0, alpha, m, 1.0)[2]
    rest = max(1.0 / u - 1.0, _NEXT_TO_NONE)
    if code == TANH:
        spread = spread_at(rest, gain)
        if spread == 0.0:
            return 0.0, 0.0
        m = rest * spread
        q = 1.0 - answer(m, 1.0 / gain, spread)[1] / gain
        return spread * spread / q, m / math.sqrt(q)
    if code == BEST:
        square = answer(rest, 1.0, math.sqrt(rest))[0]
        return square / rest, math.sqrt(square)
    y = rest
    if code == SQUARE:
        y = _LAST_2 / u
    elif code == CUBE:
        y = _LAST_3 / u
    elif code == FOURTH:
        y = _LAST_4 / u
    m = math.erf(y)
    size, moment = m / y, 1.0
    if code == SQUARE:
        size -= 2.0 / math.sqrt(math.pi) * math.exp(-y * y)
    elif code == CUBE:
        size, moment = size * m, 3.0
    elif code == FOURTH:
        size, moment = size * m * m, 15.0
    return 0.5 * size * size / moment, m


@kernel
def overlap_at(code, gain, load):
    """Overlap at one load, by halving: the load rises with u."""
    low, high, u, found = 0.0, 1.0, 1.0, 0.0
    for k in range(40):
        at, value = curve_point(code, gain, u)
        if at > load:
            high = u
        elif k == 0:  # beyond the end
            return 0.0
        else:
            low, found = u, value
        u = 0.5 * (low + high)
    return found if low > 0.0 else 1.0


@kernel
def fill_curve(code, gain, load, overlap):
    """Fill loads and overlaps at parameters from 0 to 1, closer together at both ends."""
    for k in range(load.size):
        x = k / (load.size - 1)
        load[k], overlap[k] = curve_point(code, gain, x * x * (3.0 - 2.0 * x))
