"""The heat capacity of a fitted law, as a sign that data are critical, and data without anything critical that have it.

A law p(s) = exp(-E(s)) / Z that was fitted at T = 1 may be heated and cooled: p_T is as exp(-E / T). Its heat capacity
per unit is c(T) = (<E^2> - <E>^2) / (N T^2), the same in both alphabets. A peak near T = 1 has been read as a critical
point. Whoever does so has to look at data for which it can be none:

- Independent units. Each is a two-level system with the distance |ln(p / (1 - p))| between its levels, and has
  Schottky's peak, c = 0.4392 at T = |ln(p / (1 - p))| / 2.3994. For p = 0.083 that is at T = 1: units that fire in a
  twelfth of the bins are "critical" without knowing of each other.
- Units that share an input and nothing else (`common_input`). Here the peak at T = 1 grows with N, as at a critical
  point, since the input moves all units at once, and no coupling was tuned to anything.

References
----------
W. Schottky, Phys. Z. 23, 448 (1922): the anomaly of two levels.
J. H. Macke, P. Berens, A. S. Ecker, A. S. Tolias and M. Bethge, Neural Comput. 21, 397 (2009): dichotomised Gaussians.
I. Mastromatteo and M. Marsili, J. Stat. Mech. P10012 (2011): why inferred models tend to look critical.
M. Nonnenmacher, C. Behrens, P. Berens, M. Bethge and J. H. Macke, PLoS Comput. Biol. 13, e1005718 (2017): the peak
that grows, from common input.
"""

from typing import NamedTuple

import numpy as np
from scipy.optimize import brentq, minimize_scalar
from scipy.special import ndtr, ndtri

from ..core import arguments
from . import maxent

_LOWEST, _HIGHEST = 0.02, 50.0  # temperatures among which a peak is looked for
_LARGEST_LATENT = 0.99


class Peak(NamedTuple):
    """The highest point of c(T): the temperature, and c there."""

    T: float
    c: float


def heat_capacity(model: maxent.Pairwise, T) -> np.ndarray:
    """Heat capacity per unit of a fitted law that is heated or cooled.

    Parameters
    ----------
    model : Pairwise
        Fitted at T = 1.
    T : float or array
        Above 0.

    Returns
    -------
    float64 of the shape of `T`

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> heat_capacity(maxent.independent([0.0832] * 3), [0.5, 1.0, 2.0]).round(4)
    array([0.1866, 0.4392, 0.2561])
    """
    energy = maxent.energies(model)
    T = arguments.temperatures(T)
    above = energy - energy.min()
    out = [_variance(above, one) / np.log2(energy.size) for one in T.ravel()]
    return np.array(out).reshape(T.shape)[()]


def _variance(above: np.ndarray, T: float) -> float:
    """Variance of E / T."""
    with np.errstate(over="ignore", under="ignore"):
        x = np.minimum(above / T, 1e4)  # what is further above the ground has no weight
        w = np.exp(-x)
    w /= w.sum()
    return float(w @ (x - w @ x) ** 2)


def peak(model: maxent.Pairwise) -> Peak:
    """Where c(T) is highest.

    Parameters
    ----------
    model : Pairwise

    Returns
    -------
    Peak
        Between T = 0.02 and 50. T is right to about 1e-6.

    Raises
    ------
    TypeError, ValueError
        If `model` is none; if c falls or rises over the whole range, as where all energies are equal.

    Examples
    --------
    >>> found = peak(maxent.independent([0.01] * 3))
    >>> round(found.T, 4), round(found.c, 4)
    (1.9151, 0.4392)
    """
    energy = maxent.energies(model)
    above = energy - energy.min()
    T = np.geomspace(_LOWEST, _HIGHEST, 160)
    c = np.array([_variance(above, one) for one in T])
    k = int(c.argmax())
    if not 0 < k < T.size - 1:
        raise ValueError(f"model must have a peak between T = {_LOWEST:g} and {_HIGHEST:g}, and has none")
    bounds = (np.log(T[k - 1]), np.log(T[k + 1]))
    best = minimize_scalar(
        lambda t: -_variance(above, np.exp(t)), bounds=bounds, method="bounded", options={"xatol": 1e-9}
    )
    return Peak(float(np.exp(best.x)), float(-best.fun / np.log2(energy.size)))


def common_input(mean, latent: float) -> np.ndarray:
    """The exact law of units that share one Gaussian input, and do not see each other.

    Unit i is 1 where sqrt(latent) z + sqrt(1 - latent) e_i is below its threshold, with one z for all and an e_i for
    each, all Gaussian of variance 1.

    Parameters
    ----------
    mean : (N,) array_like
        Of units that are 0 or 1; between 0 and 1, for up to 15 units.
    latent : float
        Share of the common input, from 0 to 0.99.

    Returns
    -------
    (2**N,) float64
        In the order of `exact.states`. Right to about 1e-13.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> common_input([0.5, 0.5], 0.5).round(6)  # 1/4 + arcsin(1/2) / (2 pi) are both 1
    array([0.333333, 0.166667, 0.166667, 0.333333])
    """
    mean, latent = _means(mean), arguments.number("latent", latent, at_least=0)
    if latent > _LARGEST_LATENT:
        raise ValueError(f"latent must be at most {_LARGEST_LATENT:g}, got {latent:g}")
    if mean.size > maxent.MOST_UNITS:
        raise ValueError(f"mean must be of at most {maxent.MOST_UNITS} units, got {mean.size}")
    # The integrand is analytic and dies out: equal steps are exact to every digit once they are fine enough.
    z = np.linspace(-9, 9, 1201)
    weight = np.exp(-z * z / 2)
    reach = (ndtri(mean)[:, None] - np.sqrt(latent) * z) / np.sqrt(1 - latent)
    on, off = ndtr(reach), ndtr(-reach)
    p = np.zeros(2**mean.size)
    for k in range(z.size):
        one = weight[k : k + 1]
        for i in range(mean.size):
            one = np.concatenate([one * off[i, k], one * on[i, k]])
        p += one
    return p / p.sum()


def latent_correlation(mean, pair) -> np.ndarray:
    """Correlations of Gaussians whose signs, about thresholds, have given means and pair averages.

    Parameters
    ----------
    mean : (N,) array_like
        Of units that are 0 or 1.
    pair : (N, N) array_like
        <x_i x_j>; the diagonal is not looked at.

    Returns
    -------
    (N, N) float64
        Ones on the diagonal.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range; if a pair average needs a correlation beyond 0.99.

    Examples
    --------
    >>> latent_correlation([0.5, 0.5], [[0.5, 1 / 3], [1 / 3, 0.5]]).round(6)
    array([[1. , 0.5],
           [0.5, 1. ]])
    """
    mean = _means(mean)
    pair = arguments.real_array("pair", pair, (mean.size, mean.size))
    gamma, found = ndtri(mean), np.eye(mean.size)
    for i in range(mean.size):
        for j in range(i):
            excess = pair[i, j] - mean[i] * mean[j]
            low, high = (_both(gamma[i], gamma[j], r) - excess for r in (-_LARGEST_LATENT, _LARGEST_LATENT))
            if not low <= 0 <= high:
                raise ValueError(f"pair of units {j} and {i} needs a correlation beyond {_LARGEST_LATENT:g}")
            root = brentq(lambda r, a=gamma[i], b=gamma[j], e=excess: _both(a, b, r) - e, -_LARGEST_LATENT,
                          _LARGEST_LATENT, xtol=1e-14)  # fmt: skip
            found[i, j] = found[j, i] = root
    return found


_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(60)


def _both(a: float, b: float, r: float) -> float:
    """Chance that two Gaussians of correlation r are below a and b, less that without correlation.

    Its derivative by r is the density at (a, b); with r = sin t that is smooth up to r = 1.
    """
    t = np.arcsin(r) * (_NODES + 1) / 2
    density = np.exp(-(a * a + b * b - 2 * a * b * np.sin(t)) / (2 * np.cos(t) ** 2)) / (2 * np.pi)
    return float(np.arcsin(r) / 2 * (_WEIGHTS @ density))


def dichotomised(mean, pair, n: int, *, rng: np.random.Generator) -> np.ndarray:
    """Observations with given means and pair averages from Gaussians about thresholds: a surrogate without couplings.

    Parameters
    ----------
    mean, pair
        As for `latent_correlation`.
    n : int
        Number of observations.
    rng : numpy.random.Generator

    Returns
    -------
    (n, N) int8
        0 or 1.

    Raises
    ------
    TypeError, ValueError
        As for `latent_correlation`; and if no Gaussian has all these correlations at once.

    Examples
    --------
    >>> words = dichotomised([0.5, 0.2], [[0.5, 0.15], [0.15, 0.2]], 4000, rng=np.random.default_rng(1))
    >>> bool(abs((words[:, 0] & words[:, 1]).mean() - 0.15) < 0.02)
    True
    """
    n = arguments.count("n", n)
    latent = latent_correlation(mean, pair)
    arguments.generator(rng)
    values, vectors = np.linalg.eigh(latent)
    if values[0] < -1e-12:
        raise ValueError(f"mean and pair ask for Gaussians with a negative variance, {values[0]:.3g}")
    z = rng.normal(size=(n, len(latent))) @ (vectors * np.sqrt(np.maximum(values, 0))).T
    return (z < ndtri(_means(mean))).astype(np.int8)


def shuffled(words, *, rng: np.random.Generator) -> np.ndarray:
    """The same observations of each unit in an order of its own: means stay, all correlations go.

    Examples
    --------
    >>> shuffled([[0, 0], [1, 1]], rng=np.random.default_rng(1)).sum(axis=0)
    array([1, 1])
    """
    words = arguments.as_array("words", words)
    if words.ndim != 2:
        raise ValueError(f"words must have shape (n, N), a row for each observation, got {words.shape}")
    return arguments.generator(rng).permuted(words, axis=0)


def _means(mean) -> np.ndarray:
    mean = arguments.series("mean", mean, at_least=1)
    if not ((mean > 0) & (mean < 1)).all():
        raise ValueError(f"mean must lie between 0 and 1, got {mean.min():g} to {mean.max():g}")
    return mean
