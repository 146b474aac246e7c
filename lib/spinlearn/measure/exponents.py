"""How systems at their critical points answer a small field: m ~ h^(1/delta), three exponents on one footing.

    mean field of the Ising magnet           m = tanh(m + h)          1/3     `meanfield.magnetisation`
    the Ising magnet in the plane            m ~ h^(1/15)             1/15    `exact.strip`: on a strip
    branching, mean field of percolation     a = 1 - exp(-a - h)      1/2     `active_fraction`

At its critical point a system is the most sensitive to weak inputs, and compresses strong ones: a response with a power
below 1 maps many decades of input onto few of output. An exponent is read off as the local slope d ln m / d ln h, which
shows, as a fit over a range does not, whether there is one.

References
----------
O. Kinouchi and M. Copelli, Nature Phys. 2, 348 (2006): 1/2, and the dynamic range of a critical network.
B. M. McCoy and T. T. Wu, The Two-Dimensional Ising Model, Harvard (1973): the plane; delta = 15.
"""

import math
from typing import NamedTuple

import numpy as np

from ..core import arguments
from ..core.jit import elementwise, kernel


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
