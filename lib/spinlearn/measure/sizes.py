"""To the limit of many spins: a quantity of finite systems as a power series in 1 / size, and what that assumes.

A mean over samples at sizes x_1 < x_2 < … is fitted by least squares with

    value(x) = limit + a_1 x^-p_1 + a_2 x^-p_2 + …        (`extrapolate`).

The statistical error of the limit follows from those of the means. It says nothing about the form: whether the powers
are the right ones and whether the smallest size is large enough. That is a systematic error, and it is tried out here
(`influence`): the leading power is varied, and small sizes are left out, one after the other. What the limit does then
is the honest error bar.

The ground state of Sherrington and Kirkpatrick's glass has the power 2/3 of 1 / N, which was found and not proved; a
square lattice with open edges has 1 and 2 of 1 / L, for edges and corners.

References
----------
S. Boettcher, Eur. Phys. J. B 46, 501 (2005): the exponent 2/3.
I. A. Campbell, A. K. Hartmann and H. G. Katzgraber, Phys. Rev. B 70, 054429 (2004): edges and corners.
"""

from typing import NamedTuple

import numpy as np
from scipy.stats import chi2

from ..core import arguments


class Limit(NamedTuple):
    """What `extrapolate` returns.

    Attributes
    ----------
    value, error : float
        The limit and its statistical error.
    slopes : (K,) float64
        The factors a of the powers.
    p_value : float
        How often means that follow this form would lie further from it; NaN where there are no more sizes than
        unknowns.
    """

    value: float
    error: float
    slopes: np.ndarray
    p_value: float


class Influence(NamedTuple):
    """What `influence` returns.

    Attributes
    ----------
    powers : (P,) float64
        The leading powers that were tried.
    by_power : (P,) float64
        The limit with each of them.
    by_size : (sizes - unknowns,) float64
        The limit without the smallest size, without the two smallest, ….
    systematic : float
        The largest distance of any of these from the limit as it was.
    """

    powers: np.ndarray
    by_power: np.ndarray
    by_size: np.ndarray
    systematic: float


def extrapolate(sizes, values, errors, *, powers=(2 / 3,)) -> Limit:
    """Fit value = limit + sum of a_k size^-p_k by weighted least squares.

    Parameters
    ----------
    sizes : (n,) array_like
        Above 0, each larger than the one before.
    values : (n,) array_like
    errors : (n,) array_like
        Standard errors of the values, above 0.
    powers : sequence of float
        Above 0, all different; fewer than there are sizes.

    Returns
    -------
    Limit

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range.

    Examples
    --------
    >>> N = np.array([10, 20, 40])
    >>> found = extrapolate(N, -0.76 + 0.7 * N ** (-2 / 3), np.full(3, 0.001))
    >>> print(f"{found.value:.6f} {found.slopes[0]:.6f}")
    -0.760000 0.700000
    """
    sizes, values, errors, powers = _checked(sizes, values, errors, powers)
    columns = np.concatenate([np.ones((len(sizes), 1)), sizes[:, None] ** -powers], axis=1)
    # Columns of one size, so that none is lost beside another.
    length = np.sqrt(((columns / errors[:, None]) ** 2).sum(axis=0))
    left = columns / errors[:, None] / length
    found = np.linalg.lstsq(left, values / errors, rcond=None)[0]
    covariance = np.linalg.inv(left.T @ left)
    rest, free = float((((values / errors) - left @ found) ** 2).sum()), len(sizes) - len(found)
    p_value = float(chi2.sf(rest, free)) if free else float("nan")
    factors = found / length
    return Limit(float(factors[0]), float(np.sqrt(covariance[0, 0]) / length[0]), factors[1:], p_value)


def influence(sizes, values, errors, *, powers=(2 / 3,), tried=None) -> Influence:
    """How the limit of `extrapolate` depends on the leading power and on the smallest sizes.

    Parameters
    ----------
    sizes, values, errors, powers
        As for `extrapolate`; one size more than there are unknowns, or more.
    tried : (P,) array_like, optional
        Leading powers, above 0 and none of the others. Left out, nine from 0.9 to 1.1 times the one given.

    Returns
    -------
    Influence

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range.

    Examples
    --------
    >>> N = np.array([10, 14, 20, 28, 40])
    >>> values = -0.76 + 0.7 * N ** (-2 / 3)
    >>> found = influence(N, values, np.full(5, 0.001), tried=[0.6, 2 / 3, 0.75])
    >>> print(found.by_power.round(3), round(found.systematic, 3))
    [-0.771 -0.76  -0.749] 0.011
    """
    sizes, values, errors, powers = _checked(sizes, values, errors, powers)
    if len(sizes) < len(powers) + 2:
        raise ValueError(f"sizes must be at least {len(powers) + 2}, one more than unknowns, got {len(sizes)}")
    if tried is None:
        tried = powers[0] * np.linspace(0.9, 1.1, 9)
    tried = np.atleast_1d(arguments.real_array("tried", tried))
    whole = extrapolate(sizes, values, errors, powers=powers).value
    by_power = [extrapolate(sizes, values, errors, powers=(p, *powers[1:])).value for p in tried]
    by_size = [
        extrapolate(sizes[k:], values[k:], errors[k:], powers=powers).value for k in range(1, len(sizes) - len(powers))
    ]
    by_power, by_size = np.array(by_power), np.array(by_size)
    return Influence(tried, by_power, by_size, float(np.abs(np.concatenate([by_power, by_size]) - whole).max()))


def _checked(sizes, values, errors, powers):
    """Check what is fitted."""
    sizes = arguments.series("sizes", sizes)
    if not (sizes > 0).all() or not (np.diff(sizes) > 0).all():
        raise ValueError(f"sizes must be above 0, each larger than the one before, got {sizes.tolist()}")
    values = arguments.real_array("values", values, sizes.shape, what=" (one for each size)")
    errors = arguments.real_array("errors", errors, sizes.shape, what=" (one for each size)")
    if not (errors > 0).all():
        raise ValueError(f"errors must be greater than 0, got {errors.min():g}")
    powers = np.atleast_1d(arguments.real_array("powers", powers))
    if powers.ndim != 1 or not (powers > 0).all() or len(np.unique(powers)) < len(powers) or len(powers) >= len(sizes):
        raise ValueError(f"powers must be above 0, all different, and fewer than sizes, got {powers.tolist()}")
    return sizes, values, errors, powers
