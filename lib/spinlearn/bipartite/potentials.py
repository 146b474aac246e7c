"""Hidden units that are given by a potential U(z), and what is left of them where they have no noise.

Papers on machines of two layers name hidden units after their activation and define them by a potential U(z): in the
field x the states z have the law exp(x z - U(z)), so that

    K(x) = ln int exp(x z - U(z)) dz - ln int exp(-U(z)) dz,        activation f(x) = K'(x),

and rho(z) = exp(-U(z)) is the a-priori law of `neuron.law`. Four names are common. This is what they mean here:

    name         states z       U(z)               K(x)                  f(x)              sharp: U*(x), f(x)
    linear       the line       z^2 / 2            x^2 / 2               x                 x^2 / 2, x
    step         0, 1           0                  ln((1 + e^x) / 2)     1 / (1 + e^-x)    max(0, x), 0 or 1
    ReLU         z >= 0         z^2 / 2            x^2 / 2 + ln 2 Phi    x + phi / Phi     max(0, x)^2 / 2, max(0, x)
    exponential  0, 1, 2, ...   ln z! - z ln rate  rate (e^x - 1)        rate e^x          the same

So a "step" with noise is a logistic function and a "ReLU" a smooth rectifier. Their sharp namesakes are the limit in
which the law of z narrows down to its peak: sharpness n turns the law into exp(n (x z - U(z))), and

    (1/n) ln int exp(n (x z - U(z))) dz  ->  max over z of (x z - U(z)) = U*(x),

the Legendre transform of U, whose derivative is the step or the rectifier itself. A bias is a field, so that it needs
no place in U.

References
----------
N. Bulso and Y. Roudi, Neural Comput. 33 (10), 2021, arXiv:2103.15917: what hidden units of any activation express.
G. di Sarra and Y. Roudi, arXiv:2605.19178 (2026): linear, step, ReLU and exponential units.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from ..core import arguments
from ..neuron import unit
from ..neuron.law import Unit


class Potential(NamedTuple):
    """A hidden unit of the literature.

    Attributes
    ----------
    name : {"linear", "step", "ReLU", "exponential"}
    unit : neuron.law.Unit
        The unit as it is, with its noise.
    sharp : callable
        ``sharp(x)``: U*(x) of an array of fields, the K of the unit without noise.
    """

    name: str
    unit: Unit
    sharp: Callable


def linear() -> Potential:
    """U = z^2 / 2 on the line: f(x) = x.

    Examples
    --------
    >>> linear().unit.response(2.0), linear().sharp(2.0)
    (np.float64(2.0), np.float64(2.0))
    """
    return Potential("linear", unit.gaussian(), lambda x: np.square(np.asarray(x, dtype=np.float64))[()] / 2)


def step() -> Potential:
    """U = 0 at 0 and at 1: f is a logistic function, and without noise a step.

    Examples
    --------
    >>> step().unit.response(0.0), step().sharp([-1.0, 2.0])
    (np.float64(0.5), array([0., 2.]))
    """
    return Potential("step", unit.binary(), lambda x: np.maximum(x, 0.0))


def relu() -> Potential:
    """U = z^2 / 2 on the half line: f is a smooth rectifier, and without noise max(0, x).

    Examples
    --------
    >>> relu().unit.response(-1.0).round(4), relu().sharp([-1.0, 2.0])
    (np.float64(0.5251), array([0., 2.]))
    """
    return Potential("ReLU", unit.half_gaussian(), lambda x: np.square(np.maximum(x, 0.0)) / 2)


def exponential(rate: float = 1.0) -> Potential:
    """U = ln z! - z ln rate on the whole numbers: f(x) = rate e^x.

    Without noise the states are a continuum, U = z ln(z / rate) - z, and U* is rate e^x: the same function but for a
    constant.

    Examples
    --------
    >>> exponential().unit.K(1.0).round(6), exponential().sharp(1.0).round(6)
    (np.float64(1.718282), np.float64(2.718282))
    """
    law = unit.poisson(rate)
    return Potential("exponential", law, lambda x: float(rate) * np.exp(x))


def all_four() -> tuple[Potential, Potential, Potential, Potential]:
    """Linear, step, ReLU and exponential.

    Examples
    --------
    >>> [one.name for one in all_four()]
    ['linear', 'step', 'ReLU', 'exponential']
    """
    return linear(), step(), relu(), exponential()


def of_potential(U: Callable, low: float, high: float, *, sharpness: float = 1.0, fields=(-np.inf, np.inf)) -> Unit:
    """The unit of any potential, by quadrature.

    Parameters
    ----------
    U : callable
        ``U(z)`` of an array of states: an array, finite where states are.
    low, high : float
        Ends of the states; -inf and inf are allowed.
    sharpness : float
        n, above 0. The law is exp(n (x z - U(z))), so that the unit answers the field n x with its states z, and
        K(n x) / n tends to U*(x), but for a constant.
    fields : tuple of two floats
        Open interval of the fields n x at which K is finite, where it is known.

    Returns
    -------
    neuron.law.Unit

    Raises
    ------
    TypeError, ValueError
        If U cannot be called, `sharpness` is not above 0, or exp(-n U) has no integral.

    Examples
    --------
    >>> quartic = of_potential(lambda z: z**4, -np.inf, np.inf)
    >>> quartic.response(1.0) > quartic.slope(0.0)  # between its ends it is steeper than at 0
    np.False_
    """
    if not callable(U):
        raise TypeError(f"U must be a function of states, not {type(U).__name__}")
    n = arguments.number("sharpness", sharpness, above=0)

    def rho(z):
        with np.errstate(over="ignore"):
            density = np.exp(-n * np.asarray(U(z), dtype=np.float64))
        if not np.isfinite(density).all():
            raise ValueError("U must be a number for every state, and so large that exp(-n U) is finite")
        return density

    return unit.density(rho, low, high, fields=fields, name="potential")
