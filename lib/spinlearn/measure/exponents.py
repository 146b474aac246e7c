"""How systems at their critical points answer a small field: m ~ h^(1/delta), three exponents on one footing.

    mean field of the Ising magnet           m = tanh(m + h)          1/3     `meanfield.magnetisation`
    the Ising magnet in the plane            m ~ h^(1/15)             1/15    `strip_response`, exact on a strip
    branching, mean field of percolation     a = 1 - exp(-a - h)      1/2     `active_fraction`

At its critical point a system is the most sensitive to weak inputs, and compresses strong ones: a response with a power
below 1 maps many decades of input onto few of output. An exponent is read off as the local slope d ln m / d ln h, which
shows, as a fit over a range does not, whether there is one.

References
----------
O. Kinouchi and M. Copelli, Nature Phys. 2, 348 (2006): 1/2, and the dynamic range of a critical network.
B. M. McCoy and T. T. Wu, The Two-Dimensional Ising Model, Harvard (1973): the plane; delta = 15.
H. W. J. Blote and M. P. Nightingale, Physica A 112, 405 (1982): transfer matrices site by site.
"""

import math
from typing import NamedTuple

import numpy as np

from ..core import arguments
from ..core.jit import elementwise, kernel
from ..exact.plane import critical_temperature

_LARGEST_WIDTH = 16  # of a strip: 65536 states of a row


class Slopes(NamedTuple):
    """What `local_slopes` returns: places (geometric means of neighbours) and slopes there, (k - 1,) float64 each."""

    x: np.ndarray
    slope: np.ndarray


def local_slopes(x, y) -> Slopes:
    """Exponent by exponent: d ln y / d ln x between neighbouring points.

    Parameters
    ----------
    x : (k,) array_like
        Above 0, ascending, at least 2.
    y : (k,) array_like
        Above 0.

    Returns
    -------
    Slopes

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range.

    Examples
    --------
    >>> local_slopes([1, 4, 16], [2, 4, 8]).slope
    array([0.5, 0.5])
    """
    x = arguments.series("x", x)
    y = arguments.real_array("y", y, x.shape, what=" (that of x)")
    for name, array in (("x", x), ("y", y)):
        if not (array > 0).all():
            raise ValueError(f"{name} must be greater than 0, got {array.min()}")
    if not (np.diff(x) > 0).all():
        raise ValueError("x must be ascending")
    return Slopes(np.sqrt(x[1:]) * np.sqrt(x[:-1]), np.diff(np.log(y)) / np.diff(np.log(x)))


def active_fraction(h, *, ratio: float = 1.0):
    """Active fraction of a branching process that lasts: a = 1 - exp(-ratio a - h), the largest solution.

    Many agents; each is activated by any active one with the chance ratio / N and from outside with 1 - exp(-h).

    Parameters
    ----------
    h : float or array
        Drive from outside, at least 0.
    ratio : float
        Mean number that one activates, from 0 to 1e3; 1 is critical, where a = sqrt(2 h) for small h.

    Returns
    -------
    float64 of the shape of `h`
        To a relative 1e-14.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> active_fraction([0.0, 1e-6, 0.5]).round(6)
    array([0.      , 0.001414, 0.69829 ])
    """
    h, ratio = arguments.real_values("h", h), arguments.number("ratio", ratio, at_least=0)
    if not (h >= 0).all():
        raise ValueError(f"h must be at least 0, got {h.min()}")
    if ratio > 1e3:
        raise ValueError(f"ratio must be at most 1000, got {ratio}")
    return elementwise(_fill_fractions, h, ratio)


@kernel
def _fill_fractions(h, ratio, out):
    """Newton's method from above: 1 - exp(-m a - h) is concave, so it comes down to the largest root, and stops there.

    The step is written as a quotient of sums of positive terms, so that the smallest root keeps its digits.
    """
    for i in range(out.size):
        m, a = ratio[i], 1.0
        if h[i] == 0 and m <= 1:
            out[i] = 0.0
            continue
        while True:
            y = m * a + h[i]
            lower = (h[i] * math.exp(-y) + two_or_more(y)) / (1 - m - m * math.expm1(-y))
            if not lower < a:
                break
            a = lower
        out[i] = a


@kernel
def two_or_more(y):
    """1 - (1 + y) exp(-y) for y >= 0, to all digits: the chance of two events where y are expected."""
    if y > 0.5:
        return 1 - (1 + y) * math.exp(-y)
    term, total = y * y / 2, 0.0
    for k in range(3, 25):
        total += term
        term *= y / k
    return total * math.exp(-y)


def strip_response(h, width: int, *, T: float | None = None, J: float = 1.0):
    """Exact magnetisation of an endless strip of the square Ising lattice, closed to a ring across, in a field.

    The transfer matrix, a factor a site, takes a state of the last `width` spins to the next, and its two leading
    eigenvectors are found by iteration. The ring is a screw with a pitch of one row: each spin has bonds to the one
    before and to the one `width` before.

    Parameters
    ----------
    h : float or array
        Field. Without a field a strip has no magnetisation.
    width : int
        From 2 to 16. It is the plane where h width^(15/8) is large against 1.
    T : float, optional
        Temperature, above 0; the plane's critical one if left out.
    J : float
        Coupling, above 0.

    Returns
    -------
    float64 of the shape of `h`

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.
    RuntimeError
        If the iteration does not settle: a weak field far below the critical temperature.

    Examples
    --------
    >>> m = strip_response([0.08, 0.16], 10)
    >>> m.round(3), local_slopes([0.08, 0.16], m).slope.round(3)  # 1 / 15 = 0.067 in the plane, for small fields
    (array([0.843, 0.881]), array([0.064]))
    """
    J = arguments.number("J", J, above=0)
    T = critical_temperature(J=J) if T is None else arguments.temperature(T)
    width = arguments.count("width", width, at_least=2, at_most=_LARGEST_WIDTH)
    h = arguments.real_values("h", h)
    K = min(J / T, arguments.LARGEST_COUPLING)
    m = np.array([_strip(K, float(np.clip(one / T, -100, 100)), width) for one in h.flat])
    return m.reshape(h.shape)[()]


def _strip(K: float, field: float, width: int) -> float:
    """Magnetisation of one spin, from both eigenvectors: up less down, at the moment when it is laid."""
    if field == 0:
        return 0.0
    right, left = (_leading(K, field, width, backwards) for backwards in (False, True))
    up = (np.arange(2**width) & 1) == 1
    law = left * right
    return float((law[up].sum() - law[~up].sum()) / law.sum())


def _leading(K: float, field: float, width: int, backwards: bool) -> np.ndarray:
    vector = np.full(2**width, 2.0**-width)
    spare = np.empty_like(vector)
    for _ in range(20_000):
        change = turn(K, field, width, vector, spare, backwards)
        vector, spare = spare, vector
        if change < 1e-13:
            return vector
    raise RuntimeError(f"the strip's transfer matrix has not settled: two states still differ by {change:.1e}")


@kernel
def turn(K, field, width, old, new, backwards):
    """Lay one spin (or take it back): `old` to `new`, of sum 1; return the largest relative change.

    Bit k of a state is the spin that was laid k steps ago. The new spin s has a bond to the last one (bit 0) and one to
    the oldest (bit width - 1), which then leaves.
    """
    states, total = old.size, 0.0
    weights = np.empty((3, 2))
    for neighbours in range(3):  # -2, 0 and 2 is their sum
        for bit in range(2):
            s = 2 * bit - 1
            weights[neighbours, bit] = math.exp(2 * K * (s * (neighbours - 1) - 1) + field * s - abs(field))
    for state in range(states):
        new[state] = 0.0
    top = width - 1
    for state in range(states):
        neighbours = (state & 1) + ((state >> top) & 1)
        for bit in range(2):
            weight = weights[neighbours, bit]
            following = ((state << 1) & (states - 1)) | bit
            if backwards:
                new[state] += weight * old[following]
            else:
                new[following] += weight * old[state]
    for state in range(states):
        total += new[state]
    change = 0.0
    for state in range(states):
        new[state] /= total
        change = max(change, abs(new[state] - old[state]) / (new[state] + 1e-300))
    return change
