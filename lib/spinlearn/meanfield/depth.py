"""Deep random networks in the limit of wide layers: how far a signal and a difference of two signals travel in depth.

Layer l + 1 has the inputs x = W phi(x of layer l) + b with independent Gaussian weights, of variance sigma_w^2 / n for
a layer of n units, and biases of variance sigma_b^2. For wide layers the inputs are Gaussian with the variance q and,
between two signals, the correlation c of the maps

    q -> sigma_w^2 E[phi^2](q) + sigma_b^2,        q c -> sigma_w^2 E[phi_1 phi_2](q, c) + sigma_b^2.

Their fixed points are q* and c*. With chi = sigma_w^2 E[phi'^2](q*), the slope of the second map at c = 1, two signals
that nearly agree come closer (chi < 1, the ordered phase, c* = 1) or move apart (chi > 1, the chaotic one, c* < 1); the
same chi multiplies the square of a gradient from layer to layer. Where chi = 1 is the edge of chaos. Small deviations
die out as exp(-l / xi):

    xi_q = -1 / ln(sigma_w^2 dE[phi^2]/dq),        xi_c = -1 / ln(sigma_w^2 E[phi'_1 phi'_2]) at c*.

The edge is a curve with the parameter q: sigma_w^2 = 1 / E[phi'^2], sigma_b^2 = q - sigma_w^2 E[phi^2]. A signal keeps
its size there, too, and not only its direction, where also sigma_w^2 dE[phi^2]/dq = 1, or E[phi phi''] = 0. Which
activation functions have such a point is decided by `classify`, by rule.

References
----------
B. Poole, S. Lahiri, M. Raghu, J. Sohl-Dickstein and S. Ganguli, NeurIPS 29, 3360 (2016): the maps and the two phases.
S. S. Schoenholz, J. Gilmer, S. Ganguli and J. Sohl-Dickstein, ICLR (2017): the depth scales.
D. A. Roberts, S. Yaida and B. Hanin, The Principles of Deep Learning Theory, Cambridge (2022), chapter 5: the classes.
"""

import math
from typing import NamedTuple

import numpy as np
from scipy.optimize import brentq

from ..core import arguments
from .moments import features, layer_variances, moments, pair, variances

_GRID = np.geomspace(1e-9, 1e9, 145)  # of q, for the search of fixed points
_MARGINAL = 1e-11  # slopes of maps that agree with 1 to this are 1: the moments are right to 1e-12


class Propagation(NamedTuple):
    """What `propagate` returns: variance and correlation of the inputs, layer by layer, (depth + 1,) float64 each."""

    q: np.ndarray
    c: np.ndarray


class FixedPoints(NamedTuple):
    """What `fixed_points` returns: variances that a layer hands on unchanged, ascending, and whether they attract."""

    q: np.ndarray
    stable: np.ndarray


class Phase(NamedTuple):
    """What `phase` returns.

    Attributes
    ----------
    name : str
        "ordered", "critical", "chaotic", or "unbounded" where the variance grows without end.
    q : float
        The variance that the start leads to; inf where it is unbounded.
    chi, chi_q : float
        Slopes there of the map of the correlation at c = 1, and of the map of the variance.
    c : float
        Correlation that two signals end with; 1 in the ordered phase.
    xi_q, xi_c : float
        Depth scales in layers; inf for an algebraic decay or none, 0 if all is forgotten in one layer.

    Where the variance is unbounded, chi and chi_q are those at q = 1e9, and c = 1.
    """

    name: str
    q: float
    chi: float
    chi_q: float
    c: float
    xi_q: float
    xi_c: float


class Edge(NamedTuple):
    """A point of the edge of chaos, chi = 1.

    Attributes
    ----------
    q : float
    weight_variance, bias_variance : float
        sigma_w^2 and sigma_b^2.
    chi_q : float
        Slope of the map of the variance: below 1 the network finds q by itself, above 1 it leaves it.
    """

    q: float
    weight_variance: float
    bias_variance: float
    chi_q: float


class Kind(NamedTuple):
    """What `classify` returns.

    Attributes
    ----------
    name : str
        "scale-invariant", "critical at zero", "half-stable" or "none".
    points : tuple of Edge
        Where both slopes are 1, ascending in q; for a scale-invariant function one of them, at q = 1.
    stable : tuple of str
        What q does beside each: "all" keep their q, "from above" only (q = 0 and small ones come back to it),
        "one side" comes back and the other leaves, "not" even that.
    """

    name: str
    points: tuple
    stable: tuple


def propagate(activation, depth: int, *, weight_variance, bias_variance=0.0, q: float = 1.0, c: float = 0.5):
    """Variance and correlation of the inputs of two signals, layer by layer, in a wide random network.

    Parameters
    ----------
    activation : neuron.activation.Activation or moments.Tuned
    depth : int
        Number of layers.
    weight_variance, bias_variance : float
        sigma_w^2 and sigma_b^2, at least 0.
    q, c : float
        In the first layer: variance of both inputs, above 0, and their correlation, from -1 to 1.

    Returns
    -------
    Propagation
        A correlation stays what it was where the variance has become 0.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range, or a variance exceeds 1e60.

    Examples
    --------
    >>> from spinlearn.neuron import activation
    >>> propagate(activation.relu, 3, weight_variance=2.0, c=0.0).c.round(6)  # 1 / pi in the second
    array([0.      , 0.31831 , 0.493731, 0.604826])
    """
    depth = arguments.count("depth", depth)
    weight, bias = layer_variances(weight_variance, bias_variance)
    q, c = arguments.number("q", q, above=0), arguments.number("c", c, at_least=-1)
    if c > 1:
        raise ValueError(f"c must be at most 1, got {c}")
    path = arguments.room((2, depth + 1), depth=depth)
    d = 1 - c
    path[:, 0] = q, d
    for layer in range(1, depth + 1):
        if q > 0:
            two = pair(activation, variances("q", q), d)
            q = weight * float(moments(activation, q).square) + bias
            d = weight * float(two.difference) / q if q > 0 else d
            d = min(d, 2.0)
        else:
            q = weight * float(moments(activation, 0.0).square) + bias
        path[:, layer] = q, d
    return Propagation(path[0], 1 - path[1])


def fixed_points(activation, *, weight_variance, bias_variance=0.0) -> FixedPoints:
    """All variances q that the map of the variance hands on unchanged, between 0 and 1e9.

    Parameters
    ----------
    activation, weight_variance, bias_variance : as for `propagate`

    Returns
    -------
    FixedPoints
        Empty arrays where there is none. 0 is one exactly if phi(0) = 0 and sigma_b = 0; next to it none below 1e-9 are
        looked for. Where all q are (a scale-invariant function at its critical point), q = 0 alone, stable False.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> from spinlearn.neuron import activation
    >>> fixed_points(activation.tanh, weight_variance=2.0)
    FixedPoints(q=array([0.        , 0.61796477]), stable=array([False,  True]))
    """
    weight, bias = layer_variances(weight_variance, bias_variance)
    gain = weight * moments(activation, _GRID).square + bias - _GRID
    gain[np.abs(gain) < _MARGINAL * _GRID] = 0.0  # the map is the identity there
    found = [0.0] if bias + weight * float(moments(activation, 0.0).square) == 0 else []
    for low, high in _crossings(gain):
        found.append(_root(lambda q: weight * float(moments(activation, q).square) + bias - q, low, high))
    q = np.array(found)
    with np.errstate(invalid="ignore"):
        slopes = weight * moments(activation, q).growth if q.size else q
    # At a slope of exactly 1 (tanh at q = 0) the next order decides: where the map lies just above.
    stable = [
        s < 1 - _MARGINAL or (s < 1 + _MARGINAL and _comes_back(activation, weight, bias, x))
        for x, s in zip(q, slopes, strict=True)
    ]
    return FixedPoints(q, np.array(stable, dtype=bool))


def phase(activation, *, weight_variance, bias_variance=0.0, start: float = 1.0) -> Phase:
    """The phase of a wide random network: its fixed points, slopes and depth scales.

    Parameters
    ----------
    activation, weight_variance, bias_variance : as for `propagate`
    start : float
        Variance of the first layer, above 0. It matters where several fixed points attract, and where all q are fixed.

    Returns
    -------
    Phase
        At q = 0 nothing is left to be correlated; c is then 1, and xi_c the scale on which a difference vanishes.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> from spinlearn.neuron import activation
    >>> found = phase(activation.tanh, weight_variance=2.0, bias_variance=0.05)
    >>> found.name, [round(number, 4) for number in found[1:]]
    ('chaotic', [0.7218, 1.0477, 0.4865, 0.7441, 1.388, 25.2134])
    """
    weight, bias = layer_variances(weight_variance, bias_variance)
    start = float(variances("start", arguments.number("start", start, above=0)))
    q = _reached(activation, weight, bias, start)
    at = moments(activation, min(q, _GRID[-1]))
    chi, chi_q = (weight * float(slope) if weight else 0.0 for slope in (at.slope, at.growth))
    if math.isinf(q):
        return Phase("unbounded", q, chi, chi_q, 1.0, math.inf, math.inf)
    name = "critical" if abs(chi - 1) < 1e-9 else "ordered" if chi < 1 else "chaotic"
    c, slope = 1.0, chi
    if name == "chaotic" and q > 0:
        d = _distance(activation, weight, q, chi)
        c, slope = 1 - d, weight * float(pair(activation, q, d).slopes)
    return Phase(name, q, chi, chi_q, c, _scale(chi_q), _scale(1.0 if name == "critical" else slope))


def edge(activation, q: float) -> Edge:
    """The point of the edge of chaos at which a network's inputs have the variance q.

    Parameters
    ----------
    activation : as for `propagate`
    q : float
        From 0 to 1e60.

    Returns
    -------
    Edge
        Its `bias_variance` is negative where no network has this q at its edge.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range, or the function is flat or jumps: chi is 0 or inf at any weights.

    Examples
    --------
    >>> from spinlearn.neuron import activation
    >>> edge(activation.relu, 1.0)._replace(bias_variance=0.0)
    Edge(q=1.0, weight_variance=2.0, bias_variance=0.0, chi_q=1.0)
    """
    q = float(variances("q", arguments.number("q", q, at_least=0)))
    at = moments(activation, q)
    if not (0 < at.slope < math.inf):
        raise ValueError(f"activation must have a slope and no jump, so that chi can be 1; E[phi'^2] is {at.slope}")
    weight = 1 / float(at.slope)
    bias = q - weight * float(at.square)
    if abs(bias) < _MARGINAL * q:
        bias = 0.0
    return Edge(q, weight, bias, weight * float(at.growth))


def edges(activation, bias_variance: float) -> tuple[Edge, ...]:
    """All points of the edge of chaos at one bias variance, with q from 0 to 1e9.

    Parameters
    ----------
    activation : as for `propagate`
    bias_variance : float
        sigma_b^2, at least 0.

    Returns
    -------
    tuple of Edge
        Ascending in q; empty where there is none. Where all q are critical (a scale-invariant function without biases)
        the one at q = 1.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range, or the function is flat or jumps.

    Examples
    --------
    >>> from spinlearn.neuron import activation
    >>> [round(edges(activation.tanh, bias)[0].weight_variance, 6) for bias in (0.0, 0.05)]
    [1.0, 1.760955]
    """
    bias = float(variances("bias_variance", arguments.number("bias_variance", bias_variance, at_least=0)))
    if is_scale_invariant(activation):
        return (edge(activation, 1.0),) if bias == 0 else ()
    found = [edge(activation, 0.0)] if bias == 0 and float(moments(activation, 0.0).square) == 0 else []

    def excess(q):
        return edge(activation, q).bias_variance - bias

    at = moments(activation, _GRID)
    if math.isinf(activation.steepest):
        edge(activation, 1.0)  # says that there is none
    seen = at.slope > 0  # below a threshold nothing is
    left = np.where(seen, _GRID - at.square / np.where(seen, at.slope, 1) - bias, 0.0)
    left[_GRID < 1e-4 if bias == 0 else _GRID < 0] = 0.0  # there q and sigma_w^2 E[phi^2] agree to rounding
    for low, high in _crossings(left):
        found.append(edge(activation, _root(excess, low, high))._replace(bias_variance=bias))
    return tuple(found)


def critical_line(activation, bias_variances) -> np.ndarray:
    """sigma_w^2 on the edge of chaos, at several sigma_b^2: where a network finds the q of the edge by itself.

    Parameters
    ----------
    activation : as for `propagate`
    bias_variances : float or array
        sigma_b^2, at least 0.

    Returns
    -------
    float64 of the shape of `bias_variances`

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range, or if no such point exists, or more than one.

    Examples
    --------
    >>> from spinlearn.neuron import activation
    >>> critical_line(activation.tanh, [0.0, 0.01, 0.3]).round(6)
    array([1.      , 1.424205, 2.505127])
    """
    biases = variances("bias_variances", bias_variances)
    line = np.empty(biases.shape)
    for k, bias in np.ndenumerate(biases):
        found = [one for one in edges(activation, float(bias)) if one.chi_q <= 1 + _MARGINAL]
        if len(found) != 1:
            raise ValueError(
                f"bias_variances must be such that one point of the edge attracts; at {bias:g} there are {len(found)}"
            )
        line[k] = found[0].weight_variance
    return line[()]


def is_scale_invariant(activation) -> bool:
    """Whether E[phi^2] is proportional to q, over twelve orders of magnitude, as for the rectifier, leaky or not."""
    ratio = moments(activation, [1e-6, 1e-3, 1.0, 1e3, 1e6]).square / [1e-6, 1e-3, 1.0, 1e3, 1e6]
    return bool(np.ptp(ratio) <= _MARGINAL * ratio[0]) and ratio[0] > 0


def classify(activation) -> Kind:
    """Which points an activation function has where signals keep both size and difference, and how stable they are.

    Parameters
    ----------
    activation : as for `propagate`

    Returns
    -------
    Kind

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type.

    Examples
    --------
    >>> from spinlearn.neuron import activation
    >>> [classify(one).name for one in (activation.relu, activation.tanh, activation.gelu, activation.softplus)]
    ['scale-invariant', 'critical at zero', 'half-stable', 'none']
    """
    start = moments(activation, 0.0)
    if math.isinf(start.slope) or start.slope + moments(activation, 1.0).slope == 0:
        return Kind("none", (), ())
    if is_scale_invariant(activation):
        return Kind("scale-invariant", (edge(activation, 1.0),), ("all",))
    points, stable = [], []
    if start.square == 0 and start.slope > 0:
        point = edge(activation, 0.0)
        points.append(point)
        stable.append("from above" if _comes_back(activation, point.weight_variance, 0.0, 0.0) else "not")
    at = moments(activation, _GRID)
    bend = at.growth / np.where(at.slope > 0, at.slope, math.inf) - 1  # E[phi phi''] / E[phi'^2]
    bend[np.abs(bend) < 1e-9] = 0.0
    for low, high in _crossings(bend):
        q = _root(lambda q: edge(activation, q).chi_q - 1, low, high)
        if edge(activation, q).bias_variance >= 0:
            points.append(edge(activation, q))
            stable.append("one side")
    name = "critical at zero" if "from above" in stable else "half-stable" if "one side" in stable else "none"
    return Kind(name, tuple(points), tuple(stable))


def _crossings(values) -> list[tuple[float, float]]:
    """Between which q of the grid a function changes its sign; a zero on the grid itself is stepped over."""
    (at,) = np.nonzero(values)
    changes = np.flatnonzero(np.diff(np.sign(values[at])))
    return [(_GRID[at[k]], _GRID[at[k + 1]]) for k in changes]


def _root(function, low: float, high: float) -> float:
    """Zero of a function between two q, to all digits of its logarithm."""
    return math.exp(brentq(lambda s: function(math.exp(s)), math.log(low), math.log(high), xtol=1e-15, rtol=1e-14))


def _comes_back(activation, weight: float, bias: float, q: float) -> bool:
    """Whether the map lies below the identity just above q."""
    above = q + (features(activation)[0] / 3) ** 2  # far enough to see a kink, near enough for the order that decides
    return bool(weight * float(moments(activation, above).square) + bias < above)


def _reached(activation, weight: float, bias: float, start: float) -> float:
    """Fixed point that the variance goes to from `start`: the next one in the direction in which it sets out."""
    step = weight * float(moments(activation, start).square) + bias - start
    if abs(step) < _MARGINAL * start:
        return start
    q = fixed_points(activation, weight_variance=weight, bias_variance=bias).q
    ahead = q[q > start] if step > 0 else q[q < start]
    if ahead.size:
        return float(ahead[0] if step > 0 else ahead[-1])
    return math.inf if step > 0 else 0.0


def _distance(activation, weight: float, q: float, chi: float) -> float:
    """d* = 1 - c* in the chaotic phase: the map of c has a power series in c without negative terms, is convex, and so
    crosses the identity once below c = 1."""

    def excess(s):
        d = math.exp(s)
        return weight * float(pair(activation, q, d).difference) / (q * d) - 1

    if excess(0.0) > -1e-13:
        return 1.0
    return math.exp(
        brentq(excess, math.log(1e-13 if math.isinf(chi) else 1e-3 * min(1.0, chi - 1) ** 2), 0.0, xtol=1e-13)
    )


def _scale(slope: float) -> float:
    """-1 / ln(slope), 0 for a slope of 0, inf where nothing decays."""
    if slope <= 0:
        return 0.0
    return math.inf if slope >= 1 - _MARGINAL else -1 / math.log(slope)
