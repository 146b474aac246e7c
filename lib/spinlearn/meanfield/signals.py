"""Two signals through one deep random network, with all its weights: a real one, beside the maps of wide ones.

A network is drawn as numbers of a standard Gaussian, once; sigma_w and sigma_b only scale them. So one and the same
network can be followed across the edge of chaos. Its units come one after the other: of each layer a network of width n
takes the first n (n + 1) numbers,

    unit k:  its bias, its weights from the units 0 … k of the layer before, the weights of the units 0 … k - 1 from k,

and a wider network is the narrower one and further units. The numbers are held as float32, whose rounding, a part in
1e7, is far below what one number decides; all sums are float64.

Variances and correlations are those that `finite_width` defines: what the units of a layer are drawn with, given the
layer before. On average over networks they are what its `simulate` finds.
"""

import math

import numpy as np

from ..core import arguments
from ..core.jit import kernel
from ..core.words import seed_state, splitmix64, uniform
from .finite_width import Networks
from .maps import CODES, value
from .moments import variances


def carry(
    activation: str,
    width: int,
    depth: int,
    samples: int,
    *,
    weight_variance: float,
    bias_variance: float = 0.0,
    q: float = 1.0,
    d: float = 0.5,
    rng: np.random.Generator,
) -> Networks:
    """Send two signals through random networks whose weights are all drawn.

    Parameters
    ----------
    activation : {"tanh", "erf", "relu"}
        As in `neuron.activation`: "erf" is the error function of x / sqrt(2).
    width, depth, samples : int
        Units of a layer, at least 1; layers after the first; networks, at least 1.
    weight_variance, bias_variance : float
        sigma_w^2 and sigma_b^2, at least 0.
    q, d : float
        In the first layer: variance of both signals' inputs, above 0, and 1 minus their correlation, from 0 to 2.
    rng : numpy.random.Generator
        Advanced by one draw. The same seed gives the same networks at all variances, and their first units at all
        widths.

    Returns
    -------
    Networks
        As from `finite_width.simulate`, for any activation function and without weights.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> options = {"bias_variance": 0.05, "d": 0.1}
    >>> for weight_variance in (1.2, 3.0):  # the same networks, ordered and chaotic
    ...     run = carry("tanh", 200, 30, 3, weight_variance=weight_variance, rng=np.random.default_rng(1), **options)
    ...     print(run.d[:, 30] < 0.1)
    [ True  True  True]
    [False False False]
    """
    code = CODES[arguments.choice("activation", activation, CODES)]
    width, samples = (arguments.count(n, v, at_least=1) for n, v in (("width", width), ("samples", samples)))
    depth = arguments.count("depth", depth)
    weight, bias = (
        float(variances(n, arguments.number(n, v)))
        for n, v in (("weight_variance", weight_variance), ("bias_variance", bias_variance))
    )
    q, d = arguments.number("q", q, above=0), arguments.number("d", d, at_least=0)
    if d > 2:
        raise ValueError(f"d must be at most 2, got {d}")
    seed = arguments.generator(rng).integers(2**64, dtype=np.uint64)
    states = np.empty((samples, depth + 1, 4), dtype=np.uint64)
    seed_networks(seed, states)
    both = arguments.room((2, samples, depth + 1), depth=depth)
    numbers, units = np.empty((depth + 1, width * (width + 1)), np.float32), np.empty((2, 2 * width))
    for k in range(samples):  # one after the other: a network has depth * width^2 numbers
        draw(states[k], numbers, 0, width)
        follow(code, width, weight, bias, q, d, numbers, units, both[0, k], both[1, k])
    return Networks(both[0], both[1])


@kernel
def seed_networks(seed, states):
    """Fill (networks, depth + 1, 4) words: a stream for the two inputs of each network, and for each of its layers."""
    first = splitmix64(np.uint64(seed))
    layers = states.shape[1]
    for k in range(states.shape[0]):
        for layer in range(layers):
            seed_state(first + np.uint64(k * layers + layer), states[k, layer])


@kernel
def fill_gaussian(state, numbers, first, last):
    """Fill numbers[first:last], an even number of them, with standard Gaussians (G. Marsaglia's polar method)."""
    for k in range(first, last, 2):
        size = 2.0
        while size >= 1 or size == 0:
            a, b = 2 * uniform(state) - 1, 2 * uniform(state) - 1
            size = a * a + b * b
        length = math.sqrt(-2 * math.log(size) / size)
        numbers[k], numbers[k + 1] = length * a, length * b


@kernel
def draw(states, numbers, had, width):
    """Widen one network from `had` units a layer to `width`.

    `numbers` (depth + 1, width (width + 1) or more) has in its first row two numbers a unit, of which the inputs are
    made, and in each other one the biases and weights of a layer.
    """
    for layer in range(numbers.shape[0]):
        first, last = had * (had + 1), width * (width + 1)
        if layer == 0:
            first, last = 2 * had, 2 * width
        fill_gaussian(states[layer], numbers[layer], first, last)


@kernel
def follow(code, n, weight, bias, q, d, numbers, units, path_q, path_d):
    """Send two signals through one network of n units a layer, and fill its variances and 1 - its correlations.

    `units` (2, 2 n or more) is for a layer's inputs and outputs: those of the first signal, then those of the second.
    """
    both, out = units[0], units[1]
    x, y, a, b = both[:n], both[n:], out[:n], out[n:]
    root, own = math.sqrt(q), math.sqrt(q * d * (2 - d))
    for k in range(n):
        x[k] = root * numbers[0, 2 * k]
        y[k] = (1 - d) * x[k] + own * numbers[0, 2 * k + 1]
    path_q[0], path_d[0] = q, d
    scale, shift = math.sqrt(weight / n), math.sqrt(bias)
    for layer in range(1, path_q.size):
        for k in range(2 * n):
            out[k] = value(code, both[k])
        path_q[layer], path_d[layer] = _covariances(n, weight, bias, path_d[layer - 1], out)
        drawn = numbers[layer]
        for k in range(n):
            shell = drawn[k * (k + 1) + 1 : (k + 1) * (k + 2)]
            row, column = shell[:k], shell[k + 1 :]  # the weights to unit k and from it
            at, to = a[k], b[k]
            first, second = shell[k] * at, shell[k] * to
            for j in range(k):
                first += row[j] * a[j]
                second += row[j] * b[j]
                x[j] += column[j] * at
                y[j] += column[j] * to
            x[k], y[k] = first, second
        for k in range(n):
            constant = shift * drawn[k * (k + 1)]
            x[k], y[k] = scale * x[k] + constant, scale * y[k] + constant


@kernel
def _covariances(n, weight, bias, d, out):
    """The q and d that a layer is drawn with, from the outputs of the one before; without a variance d stays."""
    first, second, apart, gap = 0.0, 0.0, 0.0, 0.0
    for k in range(n):
        a, b = out[k], out[n + k]
        first += a * a
        second += b * b
        apart += (a - b) * (a - b)
        gap += (a - b) * (a + b)
    first, second = weight / n * first + bias, weight / n * second + bias
    roots = math.sqrt(first * second)
    if roots == 0:
        return first, d
    gap *= weight / n / (math.sqrt(first) + math.sqrt(second))
    return first, min(max((weight / n * apart - gap * gap) / (2 * roots), 0.0), 2.0)
