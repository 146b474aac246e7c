"""What a layer is made of: a unit of `neuron.unit`, and how a whole layer of such units answers its fields.

A unit has an a-priori law rho(s) and, in a field x, the law rho(s) exp(x s - K(x)). A machine of two layers needs four
things of a unit and nothing else; a `Kind` is these four:

    law         the unit itself: K, the mean K', the variance K'', exactly, and draws one by one
    fill        means and draws of a whole layer, in single precision (`draws`)
    log_prior   ln rho(s), to say how probable data are
    tails       how rho falls off where states have no end, which decides whether the machine has a law at all

    kind           states        response           what it is called elsewhere
    binary         0, 1          logistic           Bernoulli
    spin           -1, +1        tanh               Ising
    binomial       0 ... n       n logistic         binomial copies: n units 0 or 1 that share their weights
    gaussian       the line      variance * x       linear
    half_gaussian  s >= 0        x + phi / Phi      truncated Gaussian; a smooth rectifier
    poisson        0, 1, 2, ...  rate * e^x         Poisson
    of             any unit      its own            -

The convention is that of `neuron.law`: rho is a probability, so that K(0) = 0, and ln Z of a machine without weights
and biases is 0, whatever its units.

References
----------
M. Welling, M. Rosen-Zvi and G. E. Hinton, NIPS 17 (2004): layers of any exponential family.
V. Nair and G. E. Hinton, ICML 2010: binomial copies, and rectifiers as many of them.
J. Tubiana and R. Monasson, Phys. Rev. Lett. 118, 138301 (2017): rectified units, and what they make of data.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from scipy.special import gammaln

from ..core import arguments
from ..neuron import unit
from ..neuron.law import Unit
from . import draws

_CLOSE = 1e-6  # states come in single precision


@dataclass(frozen=True, eq=False, repr=False)
class Kind:
    """What all units of a layer are. Made by the functions of this file.

    Attributes
    ----------
    law : neuron.law.Unit
    fill : callable
        ``fill(x, bias, beta, seed, mean, state)``, all float32 but the seed, a uint64: writes means and draws of a
        layer in the fields beta (x + bias), and NaN where a unit cannot live.
    log_prior : callable or None
        ln rho(s) of an array of states, a density where states are continuous; None where nobody knows it.
    tails : tuple of two floats
        The power p of rho ~ exp(-c |s|^p) far below and far above: inf where states end, 2 of a Gaussian, 1 of an
        exponential and, since s ln s is hardly more, of a count.
    variance : float
        Of tails like exp(-s^2 / (2 variance)); 0 without such.
    whole : bool
        Whether states are whole numbers.
    linear : bool
        Whether the unit is Gaussian on the whole line: two layers of such are one Gaussian law.
    added : callable or None
        ``added(x, out)``: a kernel that fills `out` (rows,) with what `sum_K` returns; without one the unit is asked.

    Examples
    --------
    >>> spin()
    <kind spin>
    >>> spin().holds([1.0, 0.0])
    array([ True, False])
    """

    law: Unit
    fill: Callable
    log_prior: Callable | None
    tails: tuple[float, float] = (np.inf, np.inf)
    variance: float = 0.0
    whole: bool = False
    linear: bool = False
    added: Callable | None = None

    def __repr__(self) -> str:
        return f"<kind {self.law.name}>"

    @property
    def listed(self) -> bool:
        """Whether the unit has a list of states, so that a small layer can be summed over."""
        return self.law.states is not None

    @property
    def two(self) -> tuple[float, float] | None:
        """The states, where there are two."""
        return tuple(self.law.states.tolist()) if self.listed and len(self.law.states) == 2 else None

    def sum_K(self, x) -> np.ndarray:
        """Sums of K(x) over the last axis, float64: what a layer in the fields x (..., n) adds to a log weight."""
        x = np.ascontiguousarray(x, dtype=np.float64)
        if self.added is None:
            return self.law.K(x).sum(axis=-1)
        out = np.empty(x.shape[:-1])
        self.added(x.reshape(out.size, x.shape[-1]), out.reshape(-1))
        return out[()]

    def holds(self, s) -> np.ndarray:
        """Which entries of an array are states of the unit; to single precision, where states are listed."""
        s = np.asarray(s, dtype=np.float64)
        if self.listed:
            states, width = self.law.states, _CLOSE * np.abs(self.law.states).max()
            place = np.clip(np.searchsorted(states, s - width), 0, len(states) - 1) if len(states) > 2 else 0
            return (np.abs(s - states[place]) <= width) | (np.abs(s - states[-1]) <= width)
        inside = (s >= self.law.low) & (s <= self.law.high)
        return inside & (s == np.floor(s)) if self.whole else inside


def binary() -> Kind:
    """Units 0 or 1.

    Examples
    --------
    >>> binary().law.response(0.0)
    np.float64(0.5)
    """
    return _known(unit.binary(), draws.binary, added=_copies(1))


def spin() -> Kind:
    """Units -1 or +1.

    Examples
    --------
    >>> spin().law.slope(0.0)
    np.float64(1.0)
    """
    return _known(unit.spin(), draws.spin, added=draws.sum_spin)


def binomial(n: int) -> Kind:
    """Counts 0 ... n: so many units 0 or 1 with the same weights and bias.

    Parameters
    ----------
    n : int
        From 1 to 1000. A draw takes a time that grows with it.

    Examples
    --------
    >>> binomial(16).law.high
    16.0
    """
    n = arguments.count("n", n, at_least=1, at_most=1000)
    return _known(unit.binomial(n), _with(draws.binomial, n), added=_copies(n))


def gaussian(variance: float = 1.0) -> Kind:
    """Units on the whole line.

    Examples
    --------
    >>> gaussian(2.0).law.response(1.0)
    np.float64(2.0)
    """
    law = unit.gaussian(variance)
    v = float(variance)
    return Kind(
        law,
        _with(draws.gaussian, v),
        lambda s: -s * s / (2 * v) - np.log(2 * np.pi * v) / 2,
        (2.0, 2.0),
        v,
        linear=True,
    )


def half_gaussian() -> Kind:
    """Units on the half line s >= 0 with half a Gaussian law of variance 1.

    Examples
    --------
    >>> half_gaussian().holds([-1.0, 0.5])
    array([False,  True])
    """
    return Kind(
        unit.half_gaussian(),
        _with(draws.half_gaussian, draws.half_gaussian_table()),
        lambda s: -s * s / 2 + np.log(2 / np.pi) / 2,
        (np.inf, 2.0),
        1.0,
        added=draws.sum_half_gaussian,
    )


def poisson(rate: float = 1.0) -> Kind:
    """Units that count 0, 1, 2, ...

    Examples
    --------
    >>> poisson().holds([3.0, 0.5])
    array([ True, False])
    """
    law, rate = unit.poisson(rate), float(rate)
    return Kind(
        law,
        _with(draws.poisson, rate),
        lambda s: s * np.log(rate) - rate - gammaln(s + 1),
        (np.inf, 1.0),
        whole=True,
    )


def of(
    law: Unit, log_prior: Callable | None = None, *, power: float | None = None, variance: float | None = None
) -> Kind:
    """A layer of any unit: of `neuron.unit.density` for a unit that is given by its potential U(s), for example.

    Parameters
    ----------
    law : neuron.law.Unit
    log_prior : callable, optional
        ln rho(s) of an array of states. It is needed only where the unit is visible, and known of a unit with a list
        of states.
    power : float, optional
        p of rho ~ exp(-c |s|^p), at least 1, of a unit whose states have an end missing. It decides which weights are
        let through: left out it is 1, which is on the safe side.
    variance : float, optional
        With power 2, that of exp(-s^2 / (2 variance)).

    Returns
    -------
    Kind
        It draws by `Unit.sample`, which is slower than the kernels of the others.

    Raises
    ------
    TypeError, ValueError
        If `law` is no unit, `log_prior` cannot be called, or a number is out of range.

    Examples
    --------
    >>> of(unit.three_states(1.0)).listed
    True
    """
    if not isinstance(law, Unit):
        raise TypeError(f"law must be a Unit, such as neuron.unit.spin(), not {type(law).__name__}")
    if log_prior is not None and not callable(log_prior):
        raise TypeError(f"log_prior must be a function of states, not {type(log_prior).__name__}")
    power = 1.0 if power is None else arguments.number("power", power, at_least=1)
    if (variance is None) != (power != 2):
        raise ValueError("variance must be given with power 2, and with no other")
    tails = tuple(np.inf if np.isfinite(end) else power for end in (law.low, law.high))
    variance = 0.0 if variance is None else arguments.number("variance", variance, above=0)
    return replace(_known(law, partial(_one_by_one, law), log_prior), tails=tails, variance=variance)


def checked_kind(name: str, kind) -> Kind:
    """Return `kind` if it is one, or raise naming the argument.

    Examples
    --------
    >>> checked_kind("hidden", spin())
    <kind spin>
    """
    if not isinstance(kind, Kind):
        raise TypeError(f"{name} must be a Kind, such as units.binary(), not {type(kind).__name__}")
    return kind


def _known(law: Unit, fill: Callable, log_prior: Callable | None = None, added: Callable | None = None) -> Kind:
    """A kind whose states end."""
    if log_prior is None and law.states is not None:
        log_prior = partial(_looked_up, log_weights(law), (law.states[1:] + law.states[:-1]) / 2)
    return Kind(law, fill, log_prior, added=added)


def log_weights(law: Unit) -> np.ndarray:
    """Logarithms of the a-priori probabilities of a unit's states; -inf of one that never occurs.

    Examples
    --------
    >>> log_weights(unit.spin()).round(6)
    array([-0.693147, -0.693147])
    """
    with np.errstate(divide="ignore"):
        return np.log(law.weights)


def _looked_up(values: np.ndarray, middles: np.ndarray, s) -> np.ndarray:
    return values[np.searchsorted(middles, s)]


def _with(kernel: Callable, parameter) -> Callable:
    """A kernel of a unit that has a parameter, as the others."""

    def fill(x, bias, beta, seed, mean, state):
        kernel(x, bias, beta, parameter, seed, mean, state)

    return fill


def _copies(n: int) -> Callable:
    def added(x, out):
        draws.sum_binary(x, n, out)

    return added


def _one_by_one(law: Unit, x, bias, beta, seed, mean, state) -> None:
    at = float(beta) * (x.astype(np.float64) + bias)
    lives = (at > law.fields[0]) & (at < law.fields[1])
    there = at[lives]
    mean[...], state[...] = np.nan, np.nan
    mean[lives] = law.response(there)
    state[lives] = law.sample(there, rng=np.random.default_rng(int(seed)))
