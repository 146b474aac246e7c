"""Activation as the gradient of a Lagrangian, energy as its Legendre transform: every dense memory is one network.

Two layers, v and h, see each other through the patterns Xi alone, pair by pair. Each answers its fields with the
gradient of its Lagrangian (Krotov and Hopfield, equation 1),

    g = grad L_v(v),    f = grad L_h(h),    tau_v dv/dt = Xi^T f - v + I,    tau_h dh/dt = Xi g - h,

and the energy (equation 2)

    E = [(v - I) . g - L_v(v)] + [h . f - L_h(h)] - f . Xi g

has the derivatives dE/dv = -tau_v L_v'' dv/dt and dE/dh = -tau_h L_h'' dh/dt, so that

    dE/dt = -tau_v (dv/dt) . L_v'' (dv/dt) - tau_h (dh/dt) . L_h'' (dh/dt),

which is never positive if both Lagrangians are convex, that is, if activations rise. Each bracket is a Legendre
transform, a function of the activation.

A layer of units with an a-priori law (`neuron.law`) at temperature T has the Lagrangian T sum K(x / T). Its gradient is
the response, and its Legendre transform is x f - T K = -T S: minus the entropy of the units. So E is

    E = -f . Xi g - I . g - T S_v - T S_h,

the free energy F = E - T S of units that see each other's means: what falls here is naive mean field's free energy of a
machine with two layers, and where the flow rests is its solution. K is convex since its curvature is a variance.

Let the hidden layer be fast, h = Xi g. Then E = v . g - L_v(v) - L_h(Xi g), less I . g, and the hidden activation
decides which memory it is:

    hidden                visible             memory
    power(n)              units +-1, T = 0    dense memory, E = -sum F (`memories`)
    softmax(T)            linear              modern Hopfield network (`attention`), the update is one step tau_v long
    softmax(T)            sphere              states of norm 1
    linear                units +-1, T        Hopfield's, with mean-field units

References
----------
D. Krotov and J. J. Hopfield, ICLR 2021, arXiv:2008.06996: the network, its energy, and these models of it.
D. Krotov, B. Hoover, P. Ram and B. Pham, arXiv:2507.06211 (2025): more layers, and a tutorial.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.special import logsumexp

from ..core import arguments
from ..core.progress import keeping, watched
from ..neuron import potts
from ..neuron.law import Unit
from . import memories


@dataclass(frozen=True, repr=False)
class Lagrangian:
    """A function L of the fields of a layer, made by the functions below.

    Attributes
    ----------
    name : str
    L : callable
        Of fields (..., n); (...).
    activation : callable
        Its gradient, (..., n).
    curvature : callable
        Its second derivatives, (..., n, n).

    Examples
    --------
    >>> two = softmax(0.5)
    >>> two.activation(np.array([0.0, 0.0])), two.dual(np.array([0.0, 0.0])).round(6)
    (array([0.5, 0.5]), np.float64(-0.346574))
    """

    name: str
    L: Callable
    activation: Callable
    curvature: Callable

    def __repr__(self) -> str:
        return f"<Lagrangian {self.name}>"

    def dual(self, x):
        """The Legendre transform at the activation that fields x cause, x . grad L - L: minus T times an entropy."""
        x = arguments.real_values("x", x)
        return (x * self.activation(x)).sum(axis=-1) - self.L(x)


def separate(unit: Unit, T: float = 1.0) -> Lagrangian:
    """Units that answer each for itself: L = T sum K(x / T), with the response as activation.

    Parameters
    ----------
    unit : neuron.law.Unit
    T : float
        Above 0.

    Returns
    -------
    Lagrangian

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> from spinlearn.neuron import unit
    >>> layer, x = separate(unit.spin(), 2.0), np.array([1.0, -3.0])
    >>> bool(np.isclose(layer.dual(x), -2.0 * unit.spin().entropy(x / 2.0).sum()))
    True
    """
    if not isinstance(unit, Unit):
        raise TypeError(f"unit must be a unit of neuron.unit, not {type(unit).__name__}")
    T = arguments.temperature(T)
    return Lagrangian(
        f"of units {unit.name} at T = {T:g}",
        lambda x: T * unit.K(x / T).sum(axis=-1),
        lambda x: np.asarray(unit.response(x / T)),
        lambda x: _diagonal(unit.slope(x / T) / T),
    )


def softmax(T: float = 1.0) -> Lagrangian:
    """Units that compete, a Potts unit: L = T ln sum exp(x / T), with softmax as activation.

    Parameters
    ----------
    T : float
        Above 0.

    Returns
    -------
    Lagrangian

    Raises
    ------
    TypeError, ValueError
        If `T` has the wrong type or range.
    """
    T = arguments.temperature(T)
    return Lagrangian(
        f"softmax at T = {T:g}",
        lambda x: T * logsumexp(x / T, axis=-1),
        lambda x: potts.softmax(x / T),
        lambda x: potts.covariance(x / T) / T,
    )


def sphere() -> Lagrangian:
    """Units that share one norm: L = |x|, with x / |x| as activation; x must not be 0.

    Returns
    -------
    Lagrangian

    Examples
    --------
    >>> sphere().activation(np.array([3.0, 4.0]))
    array([0.6, 0.8])
    """

    def norm(x):
        length = np.linalg.norm(x, axis=-1)
        if not np.all(length > 0):
            raise ValueError("x must not be 0: there the norm has no gradient")
        return length

    def curvature(x):
        g = x / norm(x)[..., None]
        return (np.eye(x.shape[-1]) - g[..., None] * g[..., None, :]) / norm(x)[..., None, None]

    return Lagrangian("norm", norm, lambda x: x / norm(x)[..., None], curvature)


def power(n: int, N: int, *, rectified: bool = False) -> Lagrangian:
    """Memory units of ``memories.power``: L = sum x^n / (n N^(n-1)), with (x / N)^(n-1) as activation.

    Parameters
    ----------
    n : int
        From 2 to 30. An odd one is convex where x > 0 only, unless it is rectified.
    N : int
        Units of the visible layer.
    rectified : bool

    Returns
    -------
    Lagrangian

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.
    """
    of, N = memories.power(n, rectified=rectified), arguments.count("N", N, at_least=1)

    def slope(x):
        share = np.maximum(x / N, 0.0) if rectified else x / N
        return (n - 1) / N * share ** (n - 2) * (x > 0 if rectified else 1.0)

    return Lagrangian(of.name, lambda x: of.F(x, N).sum(axis=-1), lambda x: of.f(x, N), lambda x: _diagonal(slope(x)))


class Flow(NamedTuple):
    """What `flow` returns.

    Attributes
    ----------
    v : (N,) float64
    h : (P,) float64
        Fields of the two layers at the end.
    e : (steps + 1,) float64
        The energy at the start and after every step.
    rate : float
        dE/dt at the end.
    """

    v: np.ndarray
    h: np.ndarray
    e: np.ndarray
    rate: float


class Network(NamedTuple):
    """What stays the same in a flow: patterns, the Lagrangians, the input and the two times."""

    patterns: np.ndarray
    visible: Lagrangian
    hidden: Lagrangian
    inputs: np.ndarray
    times: tuple[float, float]


def energy(v, h, patterns, visible: Lagrangian, hidden: Lagrangian, *, inputs=0.0) -> float:
    """E of both layers, each in any fields.

    Parameters
    ----------
    v : (N,) array_like
        Fields of the visible layer.
    h : (P,) array_like or None
        Fields of the hidden layer. None: a fast layer, h = Xi g.
    patterns : (P, N) array_like
        Xi.
    visible, hidden : Lagrangian
    inputs : float or (N,) array_like
        Fields I from outside.

    Returns
    -------
    float

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or shape.

    Examples
    --------
    With softmax over linear units it is `attention.energy`, but for constants:

    >>> from spinlearn.dense import attention
    >>> from spinlearn.neuron import unit
    >>> x, v = np.array([[1.0, 0.0], [0.0, 1.0]]), np.array([0.5, 0.2])
    >>> E = energy(v, None, x, separate(unit.gaussian()), softmax(0.5))
    >>> bool(np.isclose(E + 0.5 * np.log(2) + 0.5, attention.energy(v, x, 0.5)))
    True
    """
    v, h, network = _network(v, h, patterns, visible, hidden, inputs, (1.0, 1.0))
    return float(_energy(v, h, network))


def flow(
    v,
    h,
    patterns,
    visible: Lagrangian,
    hidden: Lagrangian,
    *,
    inputs=0.0,
    steps: int = 200,
    step: float = 0.05,
    times: tuple[float, float] = (1.0, 1.0),
    progress: bool | None = None,
) -> Flow:
    """Follow the two layers in time, by the fourth-order Runge-Kutta method.

    Parameters
    ----------
    v, h, patterns, visible, hidden, inputs
        As for `energy`. With ``h=None`` the hidden layer follows at once.
    steps : int
    step : float
        Length of a step, above 0; short beside both times.
    times : tuple of two floats
        tau_v and tau_h, above 0.
    progress : bool, optional
        True shows a bar, False none; left out: where somebody watches and it takes more than two seconds.

    Returns
    -------
    Flow

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range.
    spinlearn.core.progress.Interrupted
        At Ctrl-C. Its attribute `run` is the `Flow` so far.

    Examples
    --------
    >>> from spinlearn.neuron import unit
    >>> patterns = np.random.default_rng(1).choice([-1.0, 1.0], size=(5, 20))
    >>> cue = patterns[2] * (np.arange(20) < 14)
    >>> end = flow(cue, np.zeros(5), patterns, separate(unit.spin(), 0.2), softmax(1.0))
    >>> bool((np.sign(end.v) == patterns[2]).all()), bool((np.diff(end.e) < 1e-12).all())
    (True, True)
    """
    try:
        times = tuple(arguments.number("times", each, above=0) for each in times)
    except TypeError:
        raise TypeError("times must be two numbers, tau_v and tau_h") from None
    if len(times) != 2:
        raise ValueError(f"times must be two numbers, tau_v and tau_h, got {len(times)}")
    v, h, network = _network(v, h, patterns, visible, hidden, inputs, times)
    steps, dt = arguments.count("steps", steps), arguments.number("step", step, above=0)
    arguments.flag("progress", progress, optional=True)
    e, done = arguments.room((steps + 1,), steps=steps), 0
    e[0] = _energy(v, h, network)

    def finished() -> Flow:
        return Flow(
            v, network.patterns @ visible.activation(v) if h is None else h, e[: done + 1], _rate(v, h, network)
        )

    with keeping(finished):
        for part in watched(steps, progress):
            for k in range(part.start, part.stop):
                v, h = _runge_kutta(v, h, dt, network)
                e[k + 1] = _energy(v, h, network)
                done = k + 1
    return finished()


def _diagonal(values) -> np.ndarray:
    values = np.asarray(values)
    return values[..., None] * np.eye(values.shape[-1])


def _network(v, h, patterns, visible, hidden, inputs, times):
    patterns = arguments.real_array("patterns", patterns)
    if patterns.ndim != 2 or 0 in patterns.shape:
        raise ValueError(f"patterns must have shape (P, N), a row for each and one at least, got {patterns.shape}")
    P, N = patterns.shape
    for name, one in (("visible", visible), ("hidden", hidden)):
        if not isinstance(one, Lagrangian):
            raise TypeError(f"{name} must be a Lagrangian, such as softmax(), not {type(one).__name__}")
    v = arguments.real_array("v", v, (N,), what=", one for each visible unit")
    h = None if h is None else arguments.real_array("h", h, (P,), what=", one for each pattern")
    if np.ndim(inputs) == 0:
        inputs = np.full(N, arguments.number("inputs", inputs))
    inputs = arguments.real_array("inputs", inputs, (N,), what=", one for each visible unit")
    return v, h, Network(patterns, visible, hidden, inputs, times)


def _energy(v, h, network: Network):
    patterns, visible, hidden, inputs, _ = network
    g = visible.activation(v)
    own = (v - inputs) @ g - visible.L(v)
    if h is None:
        return own - hidden.L(patterns @ g)
    f = hidden.activation(h)
    return own + h @ f - hidden.L(h) - f @ (patterns @ g)


def _velocity(v, h, network: Network):
    patterns, visible, hidden, inputs, (tau_v, tau_h) = network
    fields = patterns @ visible.activation(v)
    f = hidden.activation(fields if h is None else h)
    return (f @ patterns - v + inputs) / tau_v, None if h is None else (fields - h) / tau_h


def _rate(v, h, network: Network) -> float:
    """dE/dt of the module's text. Of a fast hidden layer nothing but the first term is left."""
    of_v, of_h = _velocity(v, h, network)
    tau_v, tau_h = network.times
    rate = -tau_v * (of_v @ network.visible.curvature(v) @ of_v)
    return float(rate if h is None else rate - tau_h * (of_h @ network.hidden.curvature(h) @ of_h)) + 0.0


def _runge_kutta(v, h, dt: float, network: Network):
    total_v, total_h, at_v, at_h = np.zeros_like(v), 0.0, v, h
    for share, ahead in ((1, 0.5), (2, 0.5), (2, 1.0), (1, 0.0)):
        of_v, of_h = _velocity(at_v, at_h, network)
        total_v = total_v + share * of_v
        at_v = v + ahead * dt * of_v
        if h is not None:
            total_h = total_h + share * of_h
            at_h = h + ahead * dt * of_h
    return v + dt / 6 * total_v, None if h is None else h + dt / 6 * total_h
