"""From copies of a growing magnet to an exponent with its error, and from counts to chances with theirs.

Records of one copy at different times hang together, so their errors cannot be taken apart; copies are independent. So
an exponent is fitted to the mean over the copies, and its error follows from leaving out one copy at a time.

References
----------
A. J. Bray, Adv. Phys. 43, 357 (1994): domains grow as t^(1/2).
E. B. Wilson, J. Am. Stat. Assoc. 22, 209 (1927); C. J. Clopper and E. S. Pearson, Biometrika 26, 404 (1934): intervals.
"""

import math
from typing import NamedTuple

import numpy as np
from scipy.stats import beta, norm

from ..core import arguments
from .observables import Estimate


class Share(NamedTuple):
    """What `share` returns: a chance, and the interval that holds it with the confidence asked for."""

    value: float
    low: float
    high: float

    def __str__(self) -> str:
        """The share and its interval, to three digits."""
        return f"{self.value:.3f} ({self.low:.3f} to {self.high:.3f})"


def domain_length(e, *, rest: float = -2.0, J: float = 1.0):
    """Size of domains, from the energy of their walls: 2 J / (e - rest), the area per length of wall.

    Parameters
    ----------
    e : float or array
        Energy per spin, above `rest`.
    rest : float
        Energy per spin at rest: -2 J at T = 0 on the square lattice, and `exact.onsager_energy` at other T.
    J : float
        Coupling, above 0.

    Returns
    -------
    float64 of the shape of `e`

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    Two stripes on 10 × 10 sites have two walls, ten bonds long each:

    >>> float(domain_length(-2 + 2 * 20 / 100).round(9))
    5.0
    """
    e, rest = arguments.real_values("e", e), arguments.number("rest", rest)
    J = arguments.number("J", J, above=0)
    if not (e > rest).all():
        raise ValueError(f"e must be above rest = {rest:g} everywhere, got {e.min():g}")
    with np.errstate(over="ignore"):
        return (2 * J / (e - rest))[()]


def exponent(x, copies, *, omega: float | None = None) -> Estimate:
    """Exponent p of a power law A x^p for the mean over independent copies.

    Parameters
    ----------
    x : (k,) array_like
        Times, say; at least 2 of them, different and above 0.
    copies : (R, k) array_like
        The quantity in each of R copies, at least 3. Its mean over copies, any of them left out, is above 0. The
        columns may hang together, as the times of one run, or not, as runs of their own.
    omega : float, optional
        Also fit a correction, A x^p exp(c x^-omega), as for `scaling.power_law`. Above 0. A length that grows as
        a t^(1/2) + b has one with omega = 1/2.

    Returns
    -------
    Estimate
        Least squares in the logarithms, weighted with the errors of the means; the error is from the copies.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range.

    Examples
    --------
    >>> noise = np.random.default_rng(1).normal(size=(20, 3))
    >>> print(exponent([1, 2, 4], (10 + noise) * [1.0, 2.0, 4.0]))
    1.014(16)
    """
    x, constants = arguments.series("x", x), 2 if omega is None else 3
    if not (x > 0).all() or np.unique(x).size < constants:
        raise ValueError(f"x must be above 0, and hold {constants} different values at least")
    copies = arguments.real_array("copies", copies)
    if copies.ndim != 2 or copies.shape[1] != x.size or len(copies) < 3:
        raise ValueError(f"copies must have shape (R, {x.size}), R at least 3, got {copies.shape}")
    R, total = len(copies), copies.sum(axis=0)
    means = np.vstack([total / R, (total - copies) / (R - 1)])
    if not (means > 0).all():
        raise ValueError("copies must have means above 0, with any one of them left out")
    spread = copies.std(axis=0, ddof=1) / means[0]
    # A column that does not scatter must not outweigh all others: then all count alike.
    weight = spread.min() / spread if (spread > 0).all() else np.ones(x.size)
    terms = [np.ones_like(x), np.log(x)]
    if omega is not None:
        terms.append(x ** -arguments.number("omega", omega, above=0))
    design = np.stack(terms, axis=1) * weight[:, None]
    slopes = np.linalg.lstsq(design, (np.log(means) * weight).T, rcond=None)[0][1]
    return Estimate(float(slopes[0]), math.sqrt((R - 1) * np.var(slopes[1:])), 0.5, R)


def share(count: int, total: int, *, level: float = 0.95, exact: bool = False) -> Share:
    """Share of runs that ended in one way, with a confidence interval for its chance.

    Parameters
    ----------
    count, total : int
        `count` of `total` runs, `total` at least 1.
    level : float
        Confidence, between 0 and 1.
    exact : bool
        Clopper and Pearson's interval, which holds the chance at least so often; else Wilson's, which is narrower and
        does so on average.

    Returns
    -------
    Share

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> print(share(34, 100)), print(share(0, 100, exact=True))
    0.340 (0.255 to 0.437)
    0.000 (0.000 to 0.036)
    (None, None)
    """
    total = arguments.count("total", total, at_least=1)
    count = arguments.count("count", count, at_most=total)
    level = arguments.number("level", level, above=0)
    if level >= 1:
        raise ValueError(f"level must be below 1, got {level:g}")
    p, tail = count / total, (1 - level) / 2
    if arguments.flag("exact", exact):
        low = float(beta.ppf(tail, count, total - count + 1)) if count else 0.0
        high = float(beta.isf(tail, count + 1, total - count)) if count < total else 1.0
        return Share(p, low, high)
    z = float(norm.isf(tail))
    centre, scale = p + z**2 / (2 * total), 1 + z**2 / total
    reach = z * math.sqrt(p * (1 - p) / total + z**2 / (4 * total**2))
    return Share(p, (centre - reach) / scale if count else 0.0, (centre + reach) / scale if count < total else 1.0)
