"""The edge of chaos as an absorbing transition: what is lost with depth, and how a finite width cuts it off.

Two signals that agree agree for ever: d = 1 - c = 0 is absorbing. Near it a wide network's map is, for a smooth
activation function,

    d -> chi d - b d^2,        b = sigma_w^2 q E[phi''^2] / 2,

the mean field of absorbing transitions: at chi = 1 d goes as 1 / (b l), above it ends at (chi - 1) / b, and it gets
there on the scale 1 / |ln chi|. So delta = beta = nu = 1. (A kink makes the second term d^(3/2): delta = beta = 2.)

What a finite width does is another question, and the noise decides. In a crowd of N agents each of which is active or
not, the number of active ones scatters by its root, so that d -> d - d^2 / 2 + sqrt(d / N) xi: both terms are as large
where d is about N^(-1/2), after l = N^(1/2) steps. That is the finite size of mean-field directed percolation. In a
random network no unit is off. A layer of n units multiplies *all* small differences by

    (sigma_w^2 / n) sum_i phi'(x_i)^2 z_i^2 = 1 + sqrt(v / n) xi,        v = 3 E[phi'^4] / E[phi'^2]^2 - 1,

to which the scatter of q, by which c is divided, adds a part of the same size. The noise is d sqrt(v / n) xi, smaller
by a root of d. It lets ln d walk, with steps of a variance and a mean of order 1 / n, and counts only after l = n
steps: depth over width. `halving` measures where, `width_exponent` the power: 1/2 for the crowd, 1 for the network.

References
----------
K. Tamai, T. Okubo, T. V. T. Duy, N. Natori and S. Todo, Phys. Rev. Research (2025), arXiv:2307.02284: the claim that
fully connected networks are in the mean-field class and convolutional ones in that of directed percolation.
B. Hanin and M. Nica, Commun. Math. Phys. 376, 287 (2020): products of random matrices, depth over width.
M. Henkel, H. Hinrichsen and S. Lübeck, Non-Equilibrium Phase Transitions, vol. 1, Springer (2008): the mean field.
"""

import math
from typing import NamedTuple

import numpy as np

from ..core import arguments
from ..meanfield.depth import edges, propagate
from ..meanfield.finite_width import checked_layers, simulate
from ..meanfield.moments import pair, variances
from .observables import Estimate
from .scaling import PowerLaw, power_law


class Decay(NamedTuple):
    """A decay from the fully active state, of finite systems and of the infinite one.

    Attributes
    ----------
    size : int
        Width of a network, or number of agents.
    paths : (samples, depth + 1) float64
        The order parameter: d = 1 - c, or the active fraction.
    infinite : (depth + 1,) float64
        What it is in an infinite system.
    """

    size: int
    paths: np.ndarray
    infinite: np.ndarray


def network_decay(
    activation, width: int, depth: int, samples: int, *, bias_variance: float, ratio: float = 1.0, rng
) -> Decay:
    """Two unrelated signals in random networks at the edge of chaos: how 1 - c decays with depth.

    Parameters
    ----------
    activation : neuron.activation.Activation or meanfield.moments.Tuned
        With one point of the edge at this bias variance.
    width, depth, samples : int
        As for `meanfield.finite_width.simulate`.
    bias_variance : float
        sigma_b^2, above 0: without biases q decays, too.
    ratio : float
        sigma_w^2 in units of that at the edge, above 0.
    rng : numpy.random.Generator

    Returns
    -------
    Decay

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range, or there is not one point of the edge.

    Examples
    --------
    >>> from spinlearn.neuron import activation
    >>> run = network_decay(activation.tanh, 50, 100, 200, bias_variance=0.09, rng=np.random.default_rng(1))
    >>> (50 * run.infinite[50]).round(2), run.paths[:, 50].mean() < run.infinite[50]
    (np.float64(4.56), np.True_)
    """
    bias = arguments.number("bias_variance", bias_variance, above=0)
    ratio = arguments.number("ratio", ratio, above=0)
    points = edges(activation, bias)
    if len(points) != 1:
        raise ValueError(
            f"bias_variance must be such that there is one point of the edge; at {bias:g} there are {len(points)}"
        )
    weights = {"weight_variance": ratio * points[0].weight_variance, "bias_variance": bias, "q": points[0].q}
    run = simulate(activation, width, depth, samples, d=1.0, rng=rng, **weights)
    return Decay(width, run.d, 1 - propagate(activation, depth, c=0.0, **weights).c)


def crowd_decay(size: int, depth: int, samples: int, *, ratio: float = 1.0, rng: np.random.Generator) -> Decay:
    """The mean field of directed percolation: N agents, each activated by the active ones with the same small chance.

    Each of the A active agents activates each of the N with the chance ratio / N, nearly: the next A is binomial with
    N and 1 - exp(-ratio A / N). With ratio 1 this is critical, and it starts with all active.

    Parameters
    ----------
    size, depth, samples : int
        Agents, at least 1; steps; crowds, at least 1.
    ratio : float
        From 0 to 10.
    rng : numpy.random.Generator

    Returns
    -------
    Decay

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> run = crowd_decay(10_000, 100, 500, rng=np.random.default_rng(1))
    >>> (100 * run.infinite[100]).round(1)  # 2 / l
    np.float64(1.9)
    """
    size, samples = (arguments.count(n, v, at_least=1) for n, v in (("size", size), ("samples", samples)))
    depth, ratio = arguments.count("depth", depth), arguments.number("ratio", ratio, at_least=0)
    if ratio > 10:
        raise ValueError(f"ratio must be at most 10, got {ratio}")
    arguments.generator(rng)
    paths, infinite = arguments.room((samples, depth + 1), depth=depth), np.ones(depth + 1)
    paths[:, 0] = 1
    for step in range(1, depth + 1):
        paths[:, step] = rng.binomial(size, -np.expm1(-ratio * paths[:, step - 1])) / size
        infinite[step] = -math.expm1(-ratio * infinite[step - 1])
    return Decay(size, paths, infinite)


def halving(decay: Decay, *, typical: bool = False, resamples: int = 100, rng: np.random.Generator) -> Estimate:
    """Depth at which the mean of finite systems has fallen to half of the infinite one's value.

    Parameters
    ----------
    decay : Decay
    typical : bool
        Take the geometric mean. It is the better choice where logarithms scatter like Gaussian variables, as in
        networks, and none where the order parameter can be 0.
    resamples : int
        The error is the scatter of so many resampled sets of paths, at least 10.
    rng : numpy.random.Generator

    Returns
    -------
    Estimate

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range, or the runs are too short for it.

    Examples
    --------
    >>> run = crowd_decay(400, 100, 500, rng=np.random.default_rng(1))
    >>> 60 < halving(run, rng=np.random.default_rng(2)).value < 110
    True
    """
    if not isinstance(decay, Decay):
        raise TypeError(f"decay must be a Decay, not {type(decay).__name__}")
    resamples = arguments.count("resamples", resamples, at_least=10)
    paths, infinite = decay.paths, decay.infinite
    if arguments.flag("typical", typical):
        if not (paths > 0).all():
            raise ValueError("typical must be False where the order parameter can be 0")
        paths = np.log(paths / infinite)
    samples = len(paths)
    picks = arguments.generator(rng).multinomial(samples, np.full(samples, 1 / samples), size=resamples) / samples
    means = np.vstack([paths.mean(axis=0), picks @ paths])
    found = [_crossing(one) for one in (np.exp(means) if typical else means / infinite)]
    if None in found:
        raise ValueError("decay must be so deep that the mean falls below half of the infinite system's value")
    return Estimate(found[0], float(np.std(found[1:], ddof=1)), 0.5, samples)


def _crossing(ratio) -> float | None:
    """Where a series falls below 1/2 for the first time, between two steps."""
    below = np.flatnonzero(ratio < 0.5)
    if not below.size or below[0] == 0:
        return None
    k = below[0]
    return float(k - 1 + (ratio[k - 1] - 0.5) / (ratio[k - 1] - ratio[k]))


def width_exponent(
    decays, *, typical: bool = False, omega: float | None = None, resamples: int = 100, rng: np.random.Generator
) -> PowerLaw:
    """Power of the size with which the depth of `halving` grows.

    Parameters
    ----------
    decays : sequence of Decay
        Of at least two sizes.
    omega : float, optional
        Allow for a correction, as `scaling.power_law` does. The first steps, in which the decay is no power yet, make
        one.
    typical, resamples, rng : as for `halving`

    Returns
    -------
    PowerLaw
        The exponent goes to 1/2 for `crowd_decay`, and to 1, slowly and from below, for `network_decay`.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> found = width_exponent([crowd_decay(N, 250, 400, rng=rng) for N in (100, 400, 1600)], rng=rng)
    >>> abs(found.exponent - 0.5) < 5 * found.error
    True
    """
    decays = list(decays)
    depths = [halving(one, typical=typical, resamples=resamples, rng=rng) for one in decays]
    return power_law([one.size for one in decays], depths, omega=omega)


def bend(activation, weight_variance: float, q: float) -> float:
    """The b of d -> chi d - b d^2 near d = 0, for a smooth activation function.

    Parameters
    ----------
    activation : as for `network_decay`
    weight_variance, q : float
        sigma_w^2, at least 0, and the variance of the inputs, above 0.

    Returns
    -------
    float
        sigma_w^2 q E[phi''^2] / 2, to six digits, from the map itself. It has no meaning where phi has a kink.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> from spinlearn.neuron import activation
    >>> round(bend(activation.tanh, 1.947655, 0.763475), 4)
    0.2335
    """
    weight = float(variances("weight_variance", arguments.number("weight_variance", weight_variance)))
    # f(d) = chi - b d + c d^2 + …: five points give b without the next terms.
    d = np.array([1e-3, 2e-3, 3e-3, 4e-3, 5e-3])
    f = weight * pair(activation, q, d).difference / (arguments.number("q", q, above=0) * d)
    return float(-np.polyfit(d, f, 4)[3])


def convolve(
    activation, sites: int, channels: int, depth: int, samples: int, *, weight_variance: float,
    bias_variance: float = 0.0, q: float = 1.0, d: float = 1.0, reach: int = 1, rng: np.random.Generator,
) -> np.ndarray:  # fmt: skip
    """Two signals in one-dimensional convolutional networks with random filters, on a ring of sites.

    A layer gives each site a weighted sum over the channels of the site and its neighbours; the weights, of variance
    sigma_w^2 / ((2 reach + 1) channels), are the same at all sites. Differences now have a place, and spread. Directed
    percolation on a line has d ~ l^-0.159 at its critical point. With 4 or 16 channels on 200 to 400 sites at the edge
    of the wide limit no such power was seen up to 100 layers: the noise of a filter is common to all sites.

    Parameters
    ----------
    activation : as for `network_decay`
    sites, channels, depth, samples : int
        Each at least 1; depth at least 0; sites more than 2 reach.
    weight_variance, bias_variance : float
        At least 0.
    q, d : float
        In the first layer, independently at each site and channel: variance, above 0, and 1 - correlation, 0 to 2.
    reach : int
        Neighbours on either side, at least 1.
    rng : numpy.random.Generator

    Returns
    -------
    (samples, depth + 1) float64
        1 minus the correlation of the two signals' inputs over all sites and channels.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> from spinlearn.neuron import activation
    >>> d = convolve(activation.tanh, 50, 4, 20, 10, weight_variance=1.9477, bias_variance=0.09, q=0.7635,
    ...              rng=np.random.default_rng(1))
    >>> d.shape, d[:, 20].mean() < d[:, 1].mean()
    ((10, 21), np.True_)
    """
    reach, depth = arguments.count("reach", reach, at_least=1), arguments.count("depth", depth)
    sites = arguments.count("sites", sites, at_least=2 * reach + 1)
    channels, samples = (
        arguments.count(name, value, at_least=1) for name, value in (("channels", channels), ("samples", samples))
    )
    weight, bias, q, d = checked_layers(weight_variance, bias_variance, q, d)
    found = arguments.room((samples, depth + 1), depth=depth)
    spread = math.sqrt(weight / ((2 * reach + 1) * channels))
    shifts = range(-reach, reach + 1)
    for k in range(samples):
        x, own = math.sqrt(q) * arguments.generator(rng).standard_normal((2, channels, sites))
        both = np.stack([x, (1 - d) * x + math.sqrt(d * (2 - d)) * own], axis=1)  # (channels, 2, sites)
        for layer in range(depth + 1):
            found[k, layer] = _apart(both[:, 0], both[:, 1])
            out = activation(both)
            around = np.concatenate([np.roll(out, shift, axis=2) for shift in shifts]).reshape(-1, 2 * sites)
            both = spread * rng.standard_normal((channels, len(around))) @ around
            both = both.reshape(channels, 2, sites) + math.sqrt(bias) * rng.standard_normal((channels, 1, 1))
    return found


def _apart(x, y) -> float:
    """1 minus the correlation of two signals, with its digits where they nearly agree."""
    first, second = math.sqrt((x * x).sum()), math.sqrt((y * y).sum())
    if first * second == 0:
        return 0.0
    gap = ((x - y) * (x + y)).sum() / (first + second)
    return float(np.clip((((x - y) ** 2).sum() - gap**2) / (2 * first * second), 0, 2))
