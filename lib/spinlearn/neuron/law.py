"""A unit is a law of its states. This file has the class, and what can be done with units: shift, add and mix them.

A unit has states s that come with an a-priori law rho(s), a probability. In a field x the law is tilted,

    p(s) = rho(s) exp(x s - K(x)),    K(x) = ln of the integral of rho(s) exp(x s) ds,

which is Boltzmann's law of the energy -h s at temperature T with x = h / T and with a-priori weights. Then

    f(x)  = K'(x)              the mean of s: the response,
    f'(x) = K''(x)             its variance: never negative,
    S(x)  = K(x) - x f(x)      the entropy, relative to rho: minus the divergence of p from rho, at most 0,
    F     = -T K(h / T),  E = -h f(h / T),  F = E - T S.

K(0) = 0 and S(0) = 0, whatever the unit, because rho is a probability. `neuron.unit` has the units themselves.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import brentq

from ..core import arguments

_NODES, _WEIGHTS = np.polynomial.legendre.leggauss(24)
_NODES, _WEIGHTS = (_NODES + 1) / 2, _WEIGHTS / 2


@dataclass(frozen=True, eq=False, repr=False)
class Unit:
    """A unit: what its states are, and what a field makes of them. Made by the functions of `neuron.unit`.

    Attributes
    ----------
    name : str
    low, high : float
        Ends of the states; -inf and inf where they have none. The response lies between them.
    fields : tuple of two floats
        The open interval of the fields x at which K is finite.
    law : str
        The a-priori law, in TeX.
    states, weights : (n,) float64 or None
        The states, ascending, and their a-priori probabilities, of a unit with finitely many states. Read only.
    near : float
        Half the distance from 0 within which f is analytic; nearer than that K and S are integrals of f and f'.

    Examples
    --------
    >>> from spinlearn.neuron import unit
    >>> spin = unit.spin()
    >>> spin.response(1.0).round(6), spin.slope(1.0).round(6), spin.entropy([0.0, 50.0]).round(6)
    (np.float64(0.761594), np.float64(0.419974), array([ 0.      , -0.693147]))
    """

    name: str
    low: float
    high: float
    law: str
    cumulants: Callable  # (K, f, f') of an array of fields
    draw: Callable  # states, from an array of fields and a Generator
    fields: tuple[float, float] = (-np.inf, np.inf)
    states: np.ndarray | None = None
    weights: np.ndarray | None = None
    near: float = 0.5

    def __repr__(self) -> str:
        return f"<unit {self.name}: states from {self.low:g} to {self.high:g}>"

    def _fields(self, x) -> np.ndarray:
        x = arguments.real_values("x", x)
        least, most = self.fields
        outside = ~((x > least) & (x < most))
        if outside.any():
            raise ValueError(
                f"x must lie between {least:g} and {most:g}, where K of the unit {self.name} is finite, "
                f"got {x[outside].flat[0]:g}"
            )
        return x

    def _parts(self, x):
        x = self._fields(x)
        with np.errstate(over="ignore", under="ignore"):
            return x, *self.cumulants(x)

    def K(self, x):
        """Cumulant generating function ln E[exp(x s)], of the shape of `x`; K(0) = 0. It is -F / T at h / T = x."""
        return self._parts(x)[1][()]

    def response(self, x):
        """f(x) = K'(x), the mean state in the field x: the activation function of the unit."""
        return self._parts(x)[2][()]

    def slope(self, x):
        """f'(x) = K''(x), the variance of the states in the field x."""
        return self._parts(x)[3][()]

    def entropy(self, x):
        """K(x) - x f(x), relative to the a-priori law: 0 at x = 0, and below elsewhere.

        It is minus the divergence (Kullback and Leibler's) of the tilted law from rho, in nats. A unit with n equally
        likely states has the Shannon entropy ln n + entropy(x); `shannon` has that of any finite number of states.
        """
        x, K, f, _ = self._parts(x)
        with np.errstate(over="ignore", under="ignore", invalid="ignore"):
            value = np.asarray(K - x * f)
        value[np.isnan(value)] = -np.inf  # both terms are above 1.8e308, and x f is the larger
        close = np.abs(x) < self.near
        if close.any():  # there the two terms cancel; -S is the integral of u f'(u) from 0 to x
            at = x[close]
            slopes = self.cumulants(at[..., None] * _NODES)[2]
            value[close] = -(at**2) * (slopes @ (_WEIGHTS * _NODES))
        return np.minimum(value, 0.0)[()]

    def shannon(self, x):
        """-sum of p ln p over the states, in nats: at most the logarithm of their number.

        Raises
        ------
        ValueError
            If the unit has not finitely many states: of a density this sum does not exist.
        """
        if self.states is None:
            raise ValueError(f"the unit {self.name} has not finitely many states: ask for its entropy relative to rho")
        p = self.probabilities(x)
        with np.errstate(divide="ignore", invalid="ignore"):
            return -np.where(p > 0, p * np.log(p), 0.0).sum(axis=-1)[()] + 0.0

    def probabilities(self, x) -> np.ndarray:
        """Probabilities of the states in the field x: of the shape of `x` with one more axis, for the states."""
        if self.states is None:
            raise ValueError(f"the unit {self.name} has not finitely many states, so that none has a list")
        exponents = self._fields(x)[..., None] * self.states + np.log(self.weights)
        p = np.exp(exponents - exponents.max(axis=-1, keepdims=True))
        return p / p.sum(axis=-1, keepdims=True)

    def free_energy(self, h, T: float):
        """F = -T K(h / T) in the field h at temperature T, both in units of energy; 0 at h = 0."""
        T = arguments.temperature(T)
        return -T * self.K(arguments.real_values("h", h) / T)

    def energy(self, h, T: float):
        """E = -h f(h / T), the mean of -h s. With `free_energy` F = E - T S, where S is `entropy` at h / T."""
        h, T = arguments.real_values("h", h), arguments.temperature(T)
        return -h * self.response(h / T)

    def sample(self, x, size=None, *, rng: np.random.Generator):
        """Draw states in the field x.

        Parameters
        ----------
        x : array_like
        size : int or tuple of int, optional
            Shape of what is drawn; `x` has to broadcast to it. Left out, the shape of `x`.
        rng : numpy.random.Generator

        Returns
        -------
        float64 of that shape

        Raises
        ------
        TypeError, ValueError
            If an argument has the wrong type, shape or range.

        Examples
        --------
        >>> from spinlearn.neuron import unit
        >>> unit.spin().sample(50.0, 3, rng=np.random.default_rng(1))
        array([1., 1., 1.])
        """
        x, rng = self._fields(x), arguments.generator(rng)
        if size is not None:
            try:
                x = np.broadcast_to(x, size)
            except ValueError:
                raise ValueError(f"size must be a shape that x of shape {x.shape} fits into, got {size}") from None
        return np.asarray(self.draw(x, rng), dtype=np.float64)[()]

    def field(self, mean: float) -> float:
        """The field in which the mean state is `mean`: the response, read the other way round.

        Of all laws with that mean the tilted law in this field is nearest to rho: it has the largest entropy.

        Raises
        ------
        TypeError, ValueError
            If `mean` is not a number between the smallest and the largest response that floats can hold.

        Examples
        --------
        >>> from spinlearn.neuron import unit
        >>> round(unit.binary().field(0.9), 6) == round(np.log(0.9 / 0.1), 6)
        np.True_
        """
        mean = arguments.number("mean", mean)
        if not self.low < mean < self.high:
            raise ValueError(f"mean must be one that the unit {self.name} can have, got {mean:g}")
        ends = []
        for end, way in zip(self.fields, (-1.0, 1.0), strict=True):
            step, at = 1.0, 0.0
            while way * (self.response(at) - mean) < 0 and step < 1e9:
                step *= 2
                at = way * step if np.isinf(end) else end * (1 - 1 / step)
            if way * (self.response(at) - mean) < 0:
                raise ValueError(f"mean must be one that the unit {self.name} can have, got {mean:g}")
            ends.append(at)
        if ends[0] == ends[1]:
            return 0.0
        return brentq(lambda x: self.response(x) - mean, *ends, xtol=1e-300, rtol=1e-15, maxiter=1000)

    def biased(self, x0: float) -> "Unit":
        """The unit with a field of its own: its a-priori law is this one's law in the field x0.

        Examples
        --------
        >>> from spinlearn.neuron import unit
        >>> unit.binary().biased(-2.0).response(2.0)
        np.float64(0.5)
        """
        x0 = float(self._fields(arguments.number("x0", x0)))
        K0 = float(self.K(x0))

        def cumulants(x):
            K, f, slope = self.cumulants(x + x0)
            near = integrated(lambda at: self.cumulants(at + x0)[1], np.clip(x, -self.near, self.near))
            return np.where(np.abs(x) < self.near, near, K - K0), f, slope

        weights = None if self.weights is None else _read_only(self.probabilities(x0))
        return Unit(
            f"{self.name} in a field {x0:g}",
            self.low,
            self.high,
            rf"e^{{{x0:g} s}} \times {self.law}",
            cumulants,
            lambda x, rng: self.draw(x + x0, rng),
            (self.fields[0] - x0, self.fields[1] - x0),
            self.states,
            weights,
            self.near / 2,
        )

    def scaled(self, a: float, b: float = 0.0) -> "Unit":
        """The unit with the states a s + b: its response is a f(a x) + b. Amplitude and steepness go together.

        Examples
        --------
        >>> from spinlearn.neuron import unit
        >>> unit.spin().scaled(0.5, 0.5).response(1.0) - unit.binary().response(1.0)
        np.float64(0.0)
        """
        a, b = arguments.number("a", a), arguments.number("b", b)
        if a == 0:
            raise ValueError("a must not be 0: then the unit has one state only")

        def cumulants(x):
            K, f, slope = self.cumulants(a * x)
            return K + b * x, a * f + b, a * a * slope

        low, high = sorted((a * self.low + b, a * self.high + b))
        states, weights = self.states, self.weights
        if states is not None:
            states, weights = (_read_only(part[:: 1 if a > 0 else -1]) for part in (a * states + b, weights))
        return Unit(
            f"{a:g} * {self.name}" + (f" {b:+g}" if b else ""),
            low,
            high,
            rf"\text{{law of }} {a:g} s {b:+g} \text{{ with }} {self.law}" if b else rf"{a:g}\,s:\ {self.law}",
            cumulants,
            lambda x, rng: a * self.draw(a * x, rng) + b,
            tuple(sorted(end / a for end in self.fields)),
            states,
            weights,
            self.near / abs(a),
        )


def _read_only(array) -> np.ndarray:
    array = np.array(array, dtype=np.float64)
    array.setflags(write=False)
    return array


def integrated(f: Callable, x: np.ndarray) -> np.ndarray:
    """The integral of f from 0 to x, by Gauss's rule: right to rounding where f is analytic within 2 |x| of 0."""
    return x * (f(x[..., None] * _NODES) @ _WEIGHTS)


def total(units) -> Unit:
    """The sum of the states of independent units in one field: K, response and slope add up.

    Parameters
    ----------
    units : sequence of Unit
        At least one.

    Returns
    -------
    Unit

    Raises
    ------
    TypeError, ValueError
        If there is none, or they share no field at which all have a finite K.

    Examples
    --------
    >>> from spinlearn.neuron import unit
    >>> pair = unit.total([unit.binary(), unit.binary()])
    >>> pair.response(0.0), pair.slope(0.0), pair.high
    (np.float64(1.0), np.float64(0.5), 2.0)
    """
    units = _units(units)

    def cumulants(x):
        return tuple(sum(parts) for parts in zip(*(unit.cumulants(x) for unit in units), strict=True))

    return Unit(
        "sum of " + ", ".join(unit.name for unit in units[:3]) + (", ..." if len(units) > 3 else ""),
        sum(unit.low for unit in units),
        sum(unit.high for unit in units),
        r"\rho_1 * \rho_2 * \dots",
        cumulants,
        lambda x, rng: sum(unit.draw(x, rng) for unit in units),
        _shared_fields(units),
        near=min(unit.near for unit in units),
    )


def mixed(units, weights) -> Unit:
    """A unit whose a-priori law is a mixture: with probability w_k it has the law of unit k.

    Parameters
    ----------
    units : sequence of Unit
    weights : array_like
        One for each unit, at least 0; divided by their sum.

    Returns
    -------
    Unit

    Raises
    ------
    TypeError, ValueError
        If weights are negative, all 0, or not as many as the units.

    Examples
    --------
    A cell that is silent half of the time, a priori, and otherwise has half a Gaussian:

    >>> from spinlearn.neuron import unit
    >>> silent_or_not = unit.mixed([unit.table([0.0], [1.0]), unit.half_gaussian()], [1, 1])
    >>> silent_or_not.response([-4.0, 0.0]).round(4)
    array([0.0358, 0.3989])
    """
    units = _units(units)
    weights = probabilities("weights", weights, len(units))
    log = np.log(weights[weights > 0])
    units = [unit for unit, weight in zip(units, weights, strict=True) if weight > 0]

    def cumulants(x):
        K, f, slope = (np.stack(parts, axis=-1) for parts in zip(*(u.cumulants(x) for u in units), strict=True))
        small = np.log1p((np.expm1(np.minimum(K, 1)) * np.exp(log)).sum(axis=-1))
        top = (K + log).max(axis=-1, keepdims=True)
        p = np.exp(K + log - top)
        large = top[..., 0] + np.log(p.sum(axis=-1))
        p /= p.sum(axis=-1, keepdims=True)
        mean = (p * f).sum(axis=-1)
        variance = (p * (slope + (f - mean[..., None]) ** 2)).sum(axis=-1)
        return np.where(np.abs(K).max(axis=-1) < 1, small, large), mean, variance

    def draw(x, rng):
        K = np.stack([unit.cumulants(x)[0] for unit in units], axis=-1)
        p = np.exp(K + log - (K + log).max(axis=-1, keepdims=True))
        p /= p.sum(axis=-1, keepdims=True)
        which = (rng.random(x.shape)[..., None] >= np.cumsum(p, axis=-1)[..., :-1]).sum(axis=-1)
        return np.choose(which, [unit.draw(x, rng) for unit in units])

    return Unit(
        "mixture of " + ", ".join(unit.name for unit in units),
        min(unit.low for unit in units),
        max(unit.high for unit in units),
        r"\sum_k w_k \rho_k",
        cumulants,
        draw,
        _shared_fields(units),
        near=min(unit.near for unit in units) / 2,
    )


def probabilities(name: str, value, n: int | None = None) -> np.ndarray:
    """Check weights and divide them by their sum: (n,) float64."""
    array = arguments.series(name, value, at_least=1)
    if n is not None and array.size != n:
        raise ValueError(f"{name} must have {n} entries, one for each, got {array.size}")
    if (array < 0).any():
        raise ValueError(f"{name} must be at least 0, got {array.min():g}")
    if not array.any():
        raise ValueError(f"{name} must not all be 0: a law has something to spread")
    array = array / array.max()
    return array / array.sum()


def _units(units) -> list[Unit]:
    units = list(units)
    for unit in units:
        if not isinstance(unit, Unit):
            raise TypeError(f"units must hold units, not {type(unit).__name__}")
    if not units:
        raise ValueError("units must hold one unit at least")
    return units


def _shared_fields(units) -> tuple[float, float]:
    least, most = max(unit.fields[0] for unit in units), min(unit.fields[1] for unit in units)
    if not least < most:
        raise ValueError("units must share fields at which K of each is finite, and these share none")
    return least, most
