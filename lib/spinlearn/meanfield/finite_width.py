"""Deep random networks of finite width: real ones, their exact law layer by layer, and how much they must scatter.

The *variance* q of a layer is here what its units are drawn with, given the layer before,

    q_(l+1) = (sigma_w^2 / n) sum_i phi(x_i)^2 + sigma_b^2,

and likewise the covariance of two signals' inputs. Given the layer before, the units of a layer are independent: their
weights are Gaussian, so their sums are, and no two units share one. So a network need not have weights at all. Drawing
each layer's inputs from its own variances gives the same law as drawing n^2 weights, n times faster (``by="law"``).

For a rectifier without biases q_(l+1) = q_l X with X = (sigma_w^2 / n) sum_i max(0, z_i)^2, and the factors of all
layers are independent. With sigma_w^2 = 2 (He's initialisation) X = (2 / n) chi^2_B: a chi-square variable whose
number of degrees of freedom B, the units that are on, is binomial(n, 1/2). For one unit y = max(0, z)^2 has E[y] = 1/2
and E[y^2] = 3/2, so

    E[X] = 1,    E[X^2] = 1 + (4 / n) (3/2 - 1/4) = 1 + 5 / n,    E[(q_L / q_0)^2] = (1 + 5 / n)^L.

The logarithm does a random walk with steps of variance 5 / n and mean -5 / (2 n), nearly: q_L / q_0 is nearly
log-normal, its mean is 1 at any depth, and a typical network has exp(-5 L / (2 n)). Depth counts in units of width.

References
----------
K. He, X. Zhang, S. Ren and J. Sun, ICCV (2015): sigma_w^2 = 2.
B. Hanin and M. Nica, Commun. Math. Phys. 376, 287 (2020): the logarithm is Gaussian with a variance of 5 L / n.
D. A. Roberts, S. Yaida and B. Hanin, The Principles of Deep Learning Theory, Cambridge (2022), chapter 4.
"""

import math
from typing import NamedTuple

import numpy as np

from ..core import arguments
from .moments import layer_variances, moments, variances

_BLOCK = 2_000_000  # numbers that are drawn at once
_DOUBLE_FACTORIALS = (1, 3, 15, 105)  # E[z^2], E[z^4], … of a standard Gaussian


class Networks(NamedTuple):
    """What `simulate` returns.

    Attributes
    ----------
    q : (samples, depth + 1) float64
        Variance of the first signal's inputs, layer by layer.
    d : (samples, depth + 1) float64
        One minus the correlation of the two signals' inputs; it has its digits where it is small.
    """

    q: np.ndarray
    d: np.ndarray


def simulate(
    activation,
    width: int,
    depth: int,
    samples: int,
    *,
    weight_variance: float,
    bias_variance: float = 0.0,
    q: float = 1.0,
    d: float = 0.5,
    by: str = "law",
    rng: np.random.Generator,
) -> Networks:
    """Send two signals through many random networks of one width.

    Parameters
    ----------
    activation : neuron.activation.Activation or moments.Tuned
    width, depth, samples : int
        Units of a layer, at least 1; layers after the first; networks, at least 1.
    weight_variance, bias_variance : float
        sigma_w^2 and sigma_b^2, at least 0.
    q, d : float
        In the first layer: variance of both signals' inputs, above 0, and 1 minus their correlation, from 0 to 2.
    by : str
        "weights": draw the matrices of weights, and multiply. "law": draw the inputs from their exact law; the same in
        distribution, and faster by the width.
    rng : numpy.random.Generator

    Returns
    -------
    Networks
        A variance that has become 0 stays, and d with it.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> from spinlearn.neuron import activation
    >>> rng = np.random.default_rng(1)
    >>> run = simulate(activation.tanh, 300, 20, 50, weight_variance=2.0, bias_variance=0.05, rng=rng)
    >>> run.q.shape, run.q[:, -1].mean().round(2)  # q* = 0.7218
    ((50, 21), np.float64(0.72))
    """
    width, samples = (arguments.count(n, v, at_least=1) for n, v in (("width", width), ("samples", samples)))
    depth = arguments.count("depth", depth)
    weight, bias, q, d = checked_layers(weight_variance, bias_variance, q, d)
    arguments.choice("by", by, ("law", "weights"))
    arguments.generator(rng)
    moments(activation, 1.0)  # refuses what is no activation
    both = arguments.room((2, samples, depth + 1), depth=depth)
    run = _by_law if by == "law" else _by_weights
    block = max(1, _BLOCK // width)
    for first in range(0, samples, block):
        part = both[:, first : first + block]
        part[0, :, 0], part[1, :, 0] = q, d
        run(activation, width, weight, bias, part, rng)
    return Networks(both[0], both[1])


def checked_layers(weight_variance, bias_variance, q, d) -> tuple[float, float, float, float]:
    """Check the two variances of random layers, and the variance q > 0 and the distance d, up to 2, of two inputs.

    Examples
    --------
    >>> checked_layers(2, 0, 1, 0.5)
    (2.0, 0.0, 1.0, 0.5)
    """
    weight, bias = layer_variances(weight_variance, bias_variance)
    q, d = arguments.number("q", q, above=0), arguments.number("d", d, at_least=0)
    if d > 2:
        raise ValueError(f"d must be at most 2, got {d}")
    return weight, bias, q, d


def _by_law(activation, width: int, weight: float, bias: float, both, rng) -> None:
    """Fill `both` (2, samples, depth + 1), q and d, from the first layer on."""
    samples = both.shape[1]
    q = other = both[0, :, 0]
    apart = 2 * q * both[1, :, 0]  # variance of the difference of the two signals
    for layer in range(1, both.shape[2]):
        x = np.sqrt(q)[:, None] * rng.standard_normal((samples, width))
        # The difference e, as Gaussian as the rest: the part that goes with x, and a part of its own.
        shared = (q - other + apart) / 2
        own = np.sqrt(np.maximum(0, apart - shared**2 / np.where(q > 0, q, 1)))
        e = np.divide(shared, q, where=q > 0, out=np.zeros(samples))[:, None] * x
        e += own[:, None] * rng.standard_normal((samples, width))
        q, other, apart, both[1, :, layer] = _covariances(
            activation(x), activation(x - e), weight, bias, both[1, :, layer - 1]
        )
        both[0, :, layer] = q


def _by_weights(activation, width: int, weight: float, bias: float, both, rng) -> None:
    """The same with matrices, network by network."""
    for k in range(both.shape[1]):
        q, d = both[:, k, 0]
        x = math.sqrt(q) * rng.standard_normal(width)
        y = (1 - d) * x + math.sqrt(q * d * (2 - d)) * rng.standard_normal(width)
        for layer in range(1, both.shape[2]):
            a, b = activation(x), activation(y)
            both[0, k, layer], _, _, both[1, k, layer] = _covariances(a, b, weight, bias, both[1, k, layer - 1])
            W = math.sqrt(weight / width) * rng.standard_normal((width, width))
            x, y = (W @ np.stack([a, b], axis=1) + math.sqrt(bias) * rng.standard_normal((width, 1))).T


def _covariances(a, b, weight: float, bias: float, d):
    """From the two signals' outputs (…, n): next variances, variance of the difference, and d; `d` is what it was."""
    n = a.shape[-1]
    first, second = (weight / n * (out * out).sum(axis=-1) + bias for out in (a, b))
    apart = weight / n * ((a - b) ** 2).sum(axis=-1)
    roots = np.sqrt(first * second)
    gap = weight / n * ((a - b) * (a + b)).sum(axis=-1) / (np.sqrt(first) + np.sqrt(second) + (roots == 0))
    new = np.clip((apart - gap**2) / np.where(roots > 0, 2 * roots, 1), 0, 2)
    return first, second, apart, np.where(roots > 0, new, d)


def scatter(activation, width: int, depth: int, *, weight_variance, bias_variance=0.0, q: float = 1.0) -> np.ndarray:
    """Standard deviation of a layer's variance among networks of finite width, to leading order in 1 / width.

    A layer adds the sampling noise of a mean over n units to what it got, and hands on what it got times the slope of
    the map: v -> (sigma_w^2 dE[phi^2]/dq)^2 v + (sigma_w^4 / n) (E[phi^4] - E[phi^2]^2).

    Parameters
    ----------
    activation, width, depth, weight_variance, bias_variance, q : as for `simulate`

    Returns
    -------
    (depth + 1,) float64
        At the map's own variances q_l. Higher orders count once depth / width is not small: for a critical rectifier
        this is q sqrt(5 L / n), in place of `rectifier_moment`'s q sqrt((1 + 5 / n)^L - 1).

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> from spinlearn.neuron import activation
    >>> scatter(activation.relu, 1000, 100, weight_variance=2.0)[[1, 100]].round(4)
    array([0.0707, 0.7071])
    """
    width, depth = arguments.count("width", width, at_least=1), arguments.count("depth", depth)
    weight, bias = layer_variances(weight_variance, bias_variance)
    q, v = float(variances("q", arguments.number("q", q, above=0))), 0.0
    spread = arguments.room((depth + 1,), depth=depth)
    for layer in range(1, depth + 1):
        at = moments(activation, q)
        v = (weight * at.growth) ** 2 * v + weight**2 / width * max(0.0, at.fourth - at.square**2)
        q = float(variances("q", weight * float(at.square) + bias))
        spread[layer] = math.sqrt(v)
    return spread


def rectifier(width: int, depth: int, samples: int, *, q: float = 1.0, rng: np.random.Generator) -> np.ndarray:
    """Variances of critical rectifier networks (sigma_w^2 = 2, no biases), by the exact law of each layer.

    Parameters
    ----------
    width, depth, samples : int
        Units of a layer, at least 1; layers after the first; networks, at least 1.
    q : float
        Of the first layer, above 0.
    rng : numpy.random.Generator

    Returns
    -------
    (samples, depth + 1) float64
        q_(l+1) = q_l (2 / n) chi^2_B, B binomial(n, 1/2): two draws a layer, however wide it is. 0 where all units of a
        layer were off.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> path = rectifier(1000, 100, 2000, rng=np.random.default_rng(1))
    >>> np.log(path[:, 100]).std().round(1)  # sqrt(5 L / n) = 0.71: a network is off by a factor of two
    np.float64(0.7)
    """
    width, samples = (arguments.count(n, v, at_least=1) for n, v in (("width", width), ("samples", samples)))
    depth, q = arguments.count("depth", depth), arguments.number("q", q, above=0)
    path = arguments.room((samples, depth + 1), depth=depth)
    on = arguments.generator(rng).binomial(width, 0.5, size=(samples, depth))
    path[:, 0] = q
    path[:, 1:] = q * np.cumprod(4 / width * rng.standard_gamma(on / 2), axis=1)
    return path


def rectifier_moment(width: int, depth: int, order: int = 2) -> float:
    """Exact moment E[(q_L / q_0)^order] of critical rectifier networks.

    Parameters
    ----------
    width, depth : int
        Units of a layer, at least 1, and layers after the first.
    order : int
        From 1 to 4.

    Returns
    -------
    float
        For order 2 this is (1 + 5 / width)^depth. inf where it exceeds what floats hold.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> round(rectifier_moment(1000, 100), 6), round(rectifier_moment(100, 100, 1), 6)
    (1.646668, 1.0)
    """
    width, depth = arguments.count("width", width, at_least=1), arguments.count("depth", depth)
    order = arguments.count("order", order, at_least=1, at_most=4)
    # Moments of a sum of n by the recursion E[S^k] = n sum_j C(k - 1, j - 1) kappa_j E[S^(k - j)] with cumulants.
    raw = [1.0] + [value / 2 for value in _DOUBLE_FACTORIALS]
    cumulants = [0.0]
    for k in range(1, order + 1):
        known = sum(math.comb(k - 1, j - 1) * cumulants[j] * raw[k - j] for j in range(1, k))
        cumulants.append(raw[k] - known)
    total = [1.0]
    for k in range(1, order + 1):
        total.append(sum(math.comb(k - 1, j - 1) * width * cumulants[j] * total[k - j] for j in range(1, k + 1)))
    factor = total[order] * (2 / width) ** order
    return math.exp(min(709.0, depth * math.log(factor))) if depth * math.log(factor) <= 709 else math.inf
