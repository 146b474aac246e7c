"""One table of Gaussian moments per activation function: all that the mean field of a deep random network asks for.

A unit of a wide network with random weights gets a Gaussian input x = sqrt(q) z. What the next layer sees of the unit
are a few means over z. They decide how a signal's variance, two signals' correlation, and a gradient travel in depth
(see `depth`). With phi the activation function:

    square  E[phi^2]                        the variance that is passed on
    slope   E[phi'^2]                       how a small difference of two inputs is passed on
    growth  dE[phi^2]/dq = E[z phi phi'] / sqrt(q) = E[phi'^2 + phi phi'']

The last form is Gauss's integral by parts. It holds for a kink, too, if phi'' has the delta function there, so that no
second derivative is ever asked for. Two inputs of correlation c = 1 - d share a part of their field:

    x_1, x_2 = sqrt(q) (sqrt(c) z + sqrt(d) y_1 or y_2),        z, y_1, y_2 independent standard Gaussians,

so that for c >= 0, with mean and variance over y at a given z,

    E[phi_1 phi_2]           = E_z [mean_y(phi)^2]
    E[(phi_1 - phi_2)^2] / 2 = E_z [variance_y(phi)],

and the second has all of its digits where c is as close to 1 as one likes.

The integrals are Gauss-Legendre sums over panels. Panels end at the kinks of phi, which are found by bisection, and
around 0 they are as short as phi's own scale, so that a steep function is as good as a flat one.

References
----------
B. Poole, S. Lahiri, M. Raghu, J. Sohl-Dickstein and S. Ganguli, NeurIPS 29, 3360 (2016): the maps.
Y. Cho and L. K. Saul, NeurIPS 22, 342 (2009): the arccosine of the rectifier.
C. K. I. Williams, Neural Comput. 10, 1203 (1998): the arcsine of the error function.
"""

import functools
import math
from typing import NamedTuple

import numpy as np

from ..core import arguments

LARGEST_VARIANCE = 1e60  # its fourth powers are still numbers
_END, _NEAR_END = 13.0, 9.0  # where exp(-z^2 / 2) is nothing: to 1e-37, and to 1e-18 for the double integrals
_POINTS, _WEIGHTS = np.polynomial.legendre.leggauss(20)
_STEPS = np.array([0.0, 1, 2, 3, 5, 8, 13, 21, 34, 55])  # ends of panels, in units of the scale; then they double


class Moments(NamedTuple):
    """What `moments` returns: each float64 of the shape of `q`.

    Attributes
    ----------
    mean, square, fourth : E[phi], E[phi^2], E[phi^4]
    slope, slope_fourth : E[phi'^2], E[phi'^4]
    growth : dE[phi^2]/dq
    """

    mean: np.ndarray
    square: np.ndarray
    fourth: np.ndarray
    slope: np.ndarray
    slope_fourth: np.ndarray
    growth: np.ndarray


class Pair(NamedTuple):
    """What `pair` returns, for two inputs of variance q and correlation c = 1 - d; float64 of the shape of `q`, `d`.

    Attributes
    ----------
    product : E[phi_1 phi_2]
    difference : E[(phi_1 - phi_2)^2] / 2
    slopes : E[phi'_1 phi'_2]
    """

    product: np.ndarray
    difference: np.ndarray
    slopes: np.ndarray


class Tuned:
    """An activation function with its parameters fixed; what `tuned` returns."""

    def __init__(self, activation, gain: float, parameters: dict):
        self._activation, self._gain, self._parameters = activation, gain, parameters
        self.steepest = activation.steepest * gain
        said = "".join(f", {name}={value:g}" for name, value in {"gain": gain, **parameters}.items())
        self.name = f"{activation.name}({said[2:]})"

    def __call__(self, x):
        return self._activation(self._gain * np.asarray(x), **self._parameters)

    def slope(self, x):
        return self._gain * self._activation.slope(self._gain * np.asarray(x), **self._parameters)

    def __repr__(self) -> str:
        return f"<activation {self.name}>"


def tuned(activation, *, gain: float = 1.0, **parameters) -> Tuned:
    """An activation function with its parameters fixed and its input multiplied: x -> phi(gain x; parameters).

    Parameters
    ----------
    activation : neuron.activation.Activation
    gain : float
        Above 0; a large one makes a sigmoid step-like.
    **parameters : float
        Those of the function, such as ``leak=0.1``.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> from spinlearn.neuron import activation
    >>> steep = tuned(activation.tanh, gain=8)
    >>> steep, round(float(steep(0.1)), 4), float(steep.slope(0))
    (<activation tanh(gain=8)>, 0.664, 8.0)
    """
    _checked(activation)
    gain = arguments.number("gain", gain, above=0)
    made = Tuned(activation, gain, parameters)
    made.slope(0.0)  # refuses parameters that the function does not have
    return made


def moments(activation, q) -> Moments:
    """Gaussian moments of an activation function at input variance q.

    Parameters
    ----------
    activation : neuron.activation.Activation or Tuned
        Or any hashable function of arrays with a method `slope`, whose features lie within a few of its own scale of 0.
    q : float or array
        Variance of the input, from 0 to 1e60. At 0 it is the limit from above.

    Returns
    -------
    Moments
        Right to a relative 1e-12 and better. `growth` of a function with phi(0) not 0 loses 1e-16 / sqrt(q) below
        q = 1e-8. `slope`, `slope_fourth` and `growth` of a function that jumps (`step`, `sign`) are inf where phi' is
        squared: the jump is in it here.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> from spinlearn.neuron import activation
    >>> relu = moments(activation.relu, [0.5, 2.0])
    >>> relu.square.round(12), relu.slope.round(12), relu.growth.round(12)
    (array([0.25, 1.  ]), array([0.5, 0.5]), array([0.5, 0.5]))
    >>> round(float(moments(activation.erf, 1.0).square), 12)  # (2 / pi) arcsin(1 / 2)
    0.333333333333
    """
    _checked(activation)
    q = variances("q", q)
    rows = [_at_zero(activation) if one == 0 else _single(activation, float(one)) for one in q.flat]
    columns = np.array(rows).reshape(q.size, 6).T
    return Moments(*(column.reshape(q.shape)[()] for column in columns))


def pair(activation, q, d) -> Pair:
    """Gaussian moments of an activation function at two inputs of variance q and correlation 1 - d.

    Parameters
    ----------
    activation : as for `moments`
    q : float or array
        Variance of both inputs, from above 0 to 1e60.
    d : float or array
        One minus their correlation, from 0 to 2.

    Returns
    -------
    Pair
        `difference` is right to a relative 1e-12, or 1e-16 / sqrt(d) where that is more. `slopes` of a function that
        jumps are inf at d = 0, and leave the jump out elsewhere: see `moments`.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> from spinlearn.neuron import activation
    >>> two = pair(activation.erf, 1.0, [0.0, 1e-12, 1.0])  # product (2 / pi) arcsin((1 - d) / 2)
    >>> two.product.round(12), two.difference
    (array([0.33333333, 0.33333333, 0.        ]), array([0.00000000e+00, 3.67552597e-13, 3.33333333e-01]))
    """
    _checked(activation)
    q, d = variances("q", q), arguments.real_values("d", d)
    if not (q > 0).all():
        raise ValueError("q must be greater than 0 for two inputs: without variance they have no correlation")
    if not ((d >= 0) & (d <= 2)).all():
        raise ValueError(f"d must be from 0 to 2, got {d[(d < 0) | (d > 2)].flat[0]}")
    arguments.fit_together(q=q, d=d)
    q, d = np.broadcast_arrays(q, d)
    rows = [_double(activation, float(a), float(b)) for a, b in zip(q.flat, d.flat, strict=True)]
    columns = np.array(rows).reshape(q.size, 3).T
    return Pair(*(column.reshape(q.shape)[()] for column in columns))


def variances(name: str, value) -> np.ndarray:
    """Return one or many variances as float64 of the same shape, from 0 to 1e60, or raise naming the argument."""
    array = arguments.real_values(name, value)
    if not (array >= 0).all():
        raise ValueError(f"{name} must be at least 0, got {array.min()}")
    if not (array <= LARGEST_VARIANCE).all():
        raise ValueError(f"{name} must be at most {LARGEST_VARIANCE:g}, got {array.max()}")
    return array


def layer_variances(weight_variance, bias_variance) -> tuple[float, float]:
    """Return the two variances of a random layer, of its weights and its biases, as floats, or raise naming them.

    Examples
    --------
    >>> layer_variances(2, 0)
    (2.0, 0.0)
    """
    names = {"weight_variance": weight_variance, "bias_variance": bias_variance}
    weight, bias = (float(variances(name, arguments.number(name, value))) for name, value in names.items())
    return weight, bias


def _checked(activation) -> None:
    if not (callable(activation) and callable(getattr(activation, "slope", None))):
        raise TypeError(
            f"activation must be an activation function with a slope, such as neuron.activation.tanh, "
            f"not {type(activation).__name__}"
        )


# Where the panels end ─────────────────────────────────────────────────────────────────────────────────────────────────


@functools.lru_cache(maxsize=256)
def features(activation) -> tuple[float, tuple[float, ...]]:
    """Return the scale on which a function bends, and the places of its kinks and jumps, all in the units of x."""
    side = np.geomspace(1e-4, 1e3, 3000)
    x = np.concatenate([-side[::-1], [0.0], side])
    slope = activation.slope(x)
    steps = np.abs(np.diff(slope))
    kinks = set()
    for function, values in ((activation, activation(x)), (activation.slope, slope)):
        # Between two neighbours a function without a jump changes little, and in the end nothing at all.
        change = np.abs(np.diff(values))
        (asked,) = np.nonzero(change > 1e-3 * change.max())
        low, high = x[asked], x[asked + 1]
        for _ in range(60):
            middle = (low + high) / 2
            at = function(middle)
            left = np.abs(at - function(low)) > np.abs(function(high) - at)
            low, high = np.where(left, low, middle), np.where(left, middle, high)
        jumps = np.abs(function(high) - function(low)) > change[asked] / 2
        kinks |= {float(place) if abs(place) > 1e-15 else 0.0 for place in high[jumps]}
        if function is not activation:
            steps[asked[jumps]] = 0.0
    bend = (steps / np.diff(x)).max()
    scale = np.abs(slope).max() / bend if bend > 0 else 1.0
    return float(np.clip(scale, 1e-3, 1e3)), tuple(sorted(kinks))


def _landmarks(activation, reach: float) -> np.ndarray:
    """Where panels of x end: at the kinks, and at multiples of the scale up to some `reach`."""
    scale, kinks = features(activation)
    far = _STEPS[-1] * 2.0 ** np.arange(1, 2 + math.ceil(math.log2(1 + reach / scale)))
    steps = scale * np.concatenate([_STEPS, far])
    return np.unique(np.concatenate([steps, -steps, kinks]))


def _ends(activation, root_q: float, end: float) -> np.ndarray:
    """Ends of panels for z in x = root_q z, symmetric, from -end to end."""
    with np.errstate(over="ignore"):
        near = np.abs(_landmarks(activation, end * root_q)) / root_q
    near = np.unique(np.concatenate([near[near < end], np.arange(0.0, end, 2.0), [end]]))
    return np.concatenate([-near[:0:-1], near])


def _panels(ends) -> tuple[np.ndarray, np.ndarray]:
    """Points and weights over consecutive panels, with the Gaussian density in the weights."""
    middle, half = (ends[1:] + ends[:-1]) / 2, (ends[1:] - ends[:-1]) / 2
    z = (middle[:, None] + half[:, None] * _POINTS).ravel()
    return z, (half[:, None] * _WEIGHTS).ravel() * np.exp(-z * z / 2) / math.sqrt(2 * math.pi)


def _single(activation, q: float) -> tuple:
    root = math.sqrt(q)
    z, w = _panels(_ends(activation, root, _END))
    value, slope = activation(root * z), activation.slope(root * z)
    square = value * value
    odd = value * slope
    growth = (
        w @ (z * (odd - odd[::-1])) / (2 * root)
    )  # z and -z together: what is even in z is gone before it is summed
    mean_square = w @ (slope * slope)
    if math.isinf(activation.steepest):
        return w @ value, w @ square, w @ square**2, math.inf, math.inf, growth + _jumps(activation, q)
    return w @ value, w @ square, w @ square**2, mean_square, w @ slope**4, growth


def _jumps(activation, q: float) -> float:
    """What jumps add to E[z phi phi'] / sqrt(q): by parts, (phi_+^2 - phi_-^2) / 2 times z density(z) / q there."""
    total = 0.0
    for x in features(activation)[1]:
        below, above = activation(np.nextafter(x, -math.inf)), activation(x)
        z = x / math.sqrt(q)
        total += (above**2 - below**2) / 2 * z * math.exp(-z * z / 2) / math.sqrt(2 * math.pi) / q
    return float(total)


def _at_zero(activation) -> tuple:
    """The limits for q to 0: half of the units are on either side of a kink at 0."""
    tiny = np.array([-1e-300, 1e-300])
    value = float(activation(0.0))
    sides, values = activation.slope(tiny), activation(tiny)
    if math.isinf(activation.steepest):
        return values.mean(), (values**2).mean(), (values**4).mean(), math.inf, math.inf, 0.0
    square = (sides**2).mean()
    growth = square
    if value != 0:
        # phi''(0) by differences over h and h / 2, without their error of order h^2.
        h = 1e-3 * features(activation)[0]
        wide, close = ((activation.slope(step) - activation.slope(-step)) / (2 * step) for step in (h, h / 2))
        growth += value * (4 * close - wide) / 3
    return value, value**2, value**4, square, (sides**4).mean(), growth


def _double(activation, q: float, d: float) -> tuple:
    root = math.sqrt(q)
    if d == 0:
        one = _single(activation, q)
        return one[1], 0.0, one[3]
    opposite = d > 1
    d = 2 - d if opposite else d
    shared, own = root * math.sqrt(1 - d), root * math.sqrt(d)
    ends = _ends(activation, shared, _NEAR_END) if shared > 0 else np.arange(-8.0, 9.0, 2)
    kinks = np.array(features(activation)[1])
    if shared > 0 and kinks.size and d > 0:
        # The mean over y rounds a kink off, over a width of sqrt(d) in x / sqrt(q).
        around = np.concatenate([[-k, k] for k in own / shared * 2.0 ** np.arange(-1, 4)])
        more = ((np.concatenate([kinks, -kinks]) / shared)[:, None] + around).ravel()
        ends = np.unique(np.concatenate([ends, more[np.abs(more) < _NEAR_END], -more[np.abs(more) < _NEAR_END]]))
    z, w = _panels(ends)
    mean, variance, slope = _over_own_part(activation, shared * z, own) if own > 0 else (
        activation(shared * z), np.zeros_like(z), activation.slope(shared * z))  # fmt: skip
    if not opposite:
        return w @ (mean * mean), w @ variance, w @ (slope * slope)
    turned = mean[::-1]  # the points are symmetric about 0
    return w @ (mean * turned), w @ (variance + (mean - turned) ** 2 / 2), w @ (slope * slope[::-1])


def _over_own_part(activation, centre, own: float) -> tuple:
    """Mean and variance of phi(centre + own y), and mean of its slope, over a standard Gaussian y, for each centre."""
    fixed = np.array([-_NEAR_END, -6, -4, -2, 0, 2, 4, 6, _NEAR_END])
    x = _landmarks(activation, _NEAR_END * own + np.abs(centre).max())
    ends = np.clip((x - centre[:, None]) / own, -_NEAR_END, _NEAR_END)
    ends = np.sort(np.hstack([ends, np.broadcast_to(fixed, (centre.size, fixed.size))]), axis=1)
    row, column = np.nonzero(np.diff(ends, axis=1) > 0)
    low, high = ends[row, column], ends[row, column + 1]
    y = (low + high)[:, None] / 2 + (high - low)[:, None] / 2 * _POINTS
    weights = (high - low)[:, None] / 2 * _WEIGHTS * np.exp(-y * y / 2) / math.sqrt(2 * math.pi)
    at = centre[row][:, None] + own * y
    values = activation(at)

    def summed(terms):
        return np.bincount(row, weights=(weights * terms).sum(axis=1), minlength=centre.size)

    mean = summed(values)
    return mean, summed((values - mean[row][:, None]) ** 2), summed(activation.slope(at))
