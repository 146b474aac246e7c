"""How a Boltzmann machine learns: the gradient of its likelihood is a positive phase minus a negative one.

The data are a law q over the states v of the visible units. With p(v), the machine's marginal law, the likelihood
L = sum_v q(v) ln p(v) has the gradient (Ackley, Hinton and Sejnowski)

    dL / dh_i  = (<s_i>+ - <s_i>-) / T,        dL / dJ_ij = (<s_i s_j>+ - <s_i s_j>-) / T.

In the positive phase the visible units are held at the data and the hidden ones drawn given them, the law
q(v) p(hidden | v); in the negative phase nothing is held, and the law is the machine's own. Both are exact here for up
to 15 units (`phases`, `gradient`, `ascend`). Without hidden units L has one maximum; with them it may have several, and
a start at J = h = 0 never leaves it, since all hidden units are alike there.

A larger machine samples its phases (`train`). `"contrastive"` starts the negative phase at the data and stops it after
a few sweeps, which leaves the chains near the data. `"persistent"` goes on from where the chains were before the last
step. Neither law is the machine's: by how much is what `persistent` measures.

References
----------
D. H. Ackley, G. E. Hinton and T. J. Sejnowski, Cogn. Sci. 9, 147 (1985): the rule.
G. E. Hinton, Neural Comput. 14, 1771 (2002): contrastive divergence.
L. Younes, Stochastics 65, 177 (1999); T. Tieleman, ICML 2008: persistent chains.
"""

from typing import NamedTuple

import numpy as np
from scipy.special import xlogy

from ..core import arguments
from ..core.progress import keeping, watched
from . import boltzmann, heatbath
from .boltzmann import Machine
from .maxent import MOST_UNITS, Moments, checked_law, units

METHODS = ("contrastive", "persistent")


class Phases(NamedTuple):
    """What `phases` returns: averages with the visible units held at the data (`positive`) and free (`negative`)."""

    positive: Moments
    negative: Moments


class Gradient(NamedTuple):
    """Derivatives by the biases, `h` (N,), and by the couplings, `J` (N, N): entry ij is that by J_ij = J_ji."""

    h: np.ndarray
    J: np.ndarray


class Learning(NamedTuple):
    """What `ascend` and `train` return.

    Attributes
    ----------
    machine : Machine
        After the last step.
    log_likelihood : (steps + 1,) float64
        sum_v q(v) ln p(v) in nats, before every step and at the end. From `train` NaN beyond 15 units.
    divergence : (steps + 1,) float64
        Relative entropy of the data to the machine, the entropy's rest: -L - S(q), not below 0 but for rounding.
    chains : (n, N) int8, or None
        From `train`: where the chains of the negative phase were at the end.
    """

    machine: Machine
    log_likelihood: np.ndarray
    divergence: np.ndarray
    chains: np.ndarray | None


def log_likelihood(model: Machine, data, T: float = 1.0) -> float:
    """Mean of ln p(v) over the data, in nats for one observation of the visible units.

    Parameters
    ----------
    model : Machine
        Of up to 15 units.
    data : (2**visible,) array_like
        Law of the visible units, in the order of `exact.states`; `maxent.counts` makes it of observations.
    T : float
        Above 0.

    Returns
    -------
    float

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range.

    Examples
    --------
    >>> round(log_likelihood(boltzmann.machine([[0]]), [0.3, 0.7]), 6)  # -ln 2
    -0.693147
    """
    model, q = _checked(model, data)
    return float(_weighted(q, _log_visible(boltzmann.log_law(model, T), model)))


def phases(model: Machine, data, T: float = 1.0) -> Phases:
    """Averages of s_i and s_i s_j in both phases, exactly. Arguments and errors are those of `log_likelihood`.

    Examples
    --------
    >>> phases(boltzmann.machine([[0]]), [0.25, 0.75]).positive.mean
    array([0.5])
    """
    model, q = _checked(model, data)
    return _phases(boltzmann.log_law(model, T), model, q, units(model.size, model.alphabet))


def gradient(model: Machine, data, T: float = 1.0) -> Gradient:
    """Gradient of the likelihood, exactly. Arguments and errors are those of `log_likelihood`.

    Examples
    --------
    >>> gradient(boltzmann.machine([[0]]), [0.25, 0.75]).h
    array([0.5])
    """
    T = arguments.temperature(T)
    return _difference(phases(model, data, T), T)


def ascend(
    model: Machine,
    data,
    T: float = 1.0,
    *,
    steps: int,
    rate: float = 0.2,
    momentum: float = 0.9,
    mask=None,
    progress: bool | None = None,
) -> Learning:
    """Learn by ascent along the exact gradient.

    Parameters
    ----------
    model : Machine
        The start, of up to 15 units. It is left as it is.
    data, T
        As for `log_likelihood`.
    steps : int
    rate : float
        Of a step, above 0.
    momentum : float
        What is kept of the step before, from 0 to below 1; the look ahead is Nesterov's. Without it, and with a small
        rate, the likelihood only rises.
    mask : (N, N) boolean array, optional
        Couplings that may change; all if left out.
    progress : bool, optional
        True shows a bar, False none; left out: where somebody watches and it takes more than two seconds.

    Returns
    -------
    Learning

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range; or if the steps run away, which a smaller rate prevents.
    spinlearn.core.progress.Interrupted
        At Ctrl-C. Its attribute `run` is the `Learning` so far.

    Examples
    --------
    >>> learnt = ascend(boltzmann.machine([[0]]), [0.25, 0.75], steps=100)
    >>> learnt.machine.h.round(4), bool(learnt.divergence[-1] < 1e-9)  # artanh(1 / 2)
    (array([0.5493]), True)
    """
    model, q = _checked(model, data)
    T, steps = arguments.temperature(T), arguments.count("steps", steps)
    rate, momentum = _pace(rate, momentum)
    allowed = boltzmann.checked_mask(mask, model.size)
    arguments.flag("progress", progress, optional=True)
    s, now, speed = units(model.size, model.alphabet), model, Gradient(np.zeros(model.size), np.zeros_like(model.J))
    record, floor = arguments.room((steps + 1,), steps=steps), -xlogy(q, q).sum()
    record[0], done = _likelihood(now, q, T, s), [0]

    def finished() -> Learning:
        L = record[: done[0] + 1]
        return Learning(now, L, -L - floor, None)

    with keeping(finished):
        for part in watched(steps, progress):
            for step in range(part.start, part.stop):
                ahead = _moved(now, speed, momentum)
                slope = _difference(_phases(_log_law(ahead, T, s), ahead, q, s), T)
                speed = Gradient(momentum * speed.h + rate * slope.h, momentum * speed.J + rate * slope.J * allowed)
                now = _moved(now, speed, 1.0)
                record[step + 1] = _likelihood(now, q, T, s)
                if not np.isfinite(record[step + 1]):
                    raise ValueError(f"rate must be so small that the steps do not run away, got {rate:g}")
                done[0] = step + 1
    return finished()


def train(
    model: Machine,
    data,
    T: float = 1.0,
    *,
    steps: int,
    method: str = "persistent",
    sweeps: int = 1,
    chains: int = 100,
    rate: float = 0.05,
    momentum: float = 0.0,
    mask=None,
    progress: bool | None = None,
    rng: np.random.Generator,
) -> Learning:
    """Learn from sampled phases.

    Parameters
    ----------
    model : Machine
        The start, of any size.
    data : (2**visible,) array_like, or (n, visible) integer array
        The law of the visible units, or observations of them in the machine's alphabet.
    T : float
        Above 0.
    steps : int
    method : {"persistent", "contrastive"}
        Where the chains of the negative phase start: where they were, or at the data.
    sweeps : int
        Sweeps in each phase of a step, at least 1. With hidden units that see each other, the positive phase needs
        several.
    chains : int
        In either phase. In each step the positive phase holds so many fresh draws of the data.
    rate, momentum, mask, progress
        As for `ascend`.
    rng : numpy.random.Generator

    Returns
    -------
    Learning
        The likelihoods are exact, of machines of up to 15 units; of larger ones they are NaN.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range.
    spinlearn.core.progress.Interrupted
        At Ctrl-C. Its attribute `run` is the `Learning` so far.

    Examples
    --------
    >>> start = boltzmann.machine([[0, 0], [0, 0]])
    >>> q = boltzmann.law(boltzmann.machine([[0, 1], [1, 0]]))
    >>> learnt = train(start, q, steps=200, chains=200, rng=np.random.default_rng(1))
    >>> bool(learnt.divergence[-50:].mean() < 0.01)
    True
    """
    model = boltzmann.checked_machine(model)
    rows, weights = _observations(model, data)
    T, steps = arguments.temperature(T), arguments.count("steps", steps)
    arguments.choice("method", method, METHODS)
    sweeps = arguments.count("sweeps", sweeps, at_least=1)
    chains = arguments.count("chains", chains, at_least=1)
    rate, momentum = _pace(rate, momentum)
    allowed = boltzmann.checked_mask(mask, model.size)
    arguments.flag("progress", progress, optional=True)
    record = arguments.room((steps + 1,), steps=steps)
    exact = model.size <= MOST_UNITS
    q = _as_law(rows, weights, model) if exact else None
    s = units(model.size, model.alphabet) if exact else None
    record[0] = _likelihood(model, q, T, s) if exact else np.nan
    rows = rows.astype(np.int8)
    entropy = -xlogy(weights, weights).sum()
    now, speed, done = model, Gradient(np.zeros(model.size), np.zeros_like(model.J)), [0]
    free = _coins(chains, model, arguments.generator(rng))
    held = _coins(chains, model, rng)

    def finished() -> Learning:
        L = record[: done[0] + 1]
        return Learning(now, L, -L - entropy, free)

    with keeping(finished):
        for part in watched(steps, progress):
            for step in range(part.start, part.stop):
                held[:, : model.visible] = rows[rng.choice(len(rows), size=chains, p=weights)]
                quiet = {"rng": rng, "progress": False}
                held = boltzmann.simulate(held, now, T, sweeps, clamped=model.visible, **quiet).states
                start = free if method == "persistent" else held
                free = boltzmann.simulate(start, now, T, sweeps, **quiet).states
                slope = _difference(Phases(_moments(held), _moments(free)), T)
                speed = Gradient(momentum * speed.h + rate * slope.h, momentum * speed.J + rate * slope.J * allowed)
                now = _moved(now, speed, 1.0)
                record[step + 1] = _likelihood(now, q, T, s) if exact else np.nan
                done[0] = step + 1
    return finished()


def _checked(model, data) -> tuple[Machine, np.ndarray]:
    model, q = boltzmann.listed(model, MOST_UNITS), checked_law(data)
    if q.size != 2**model.visible:
        raise ValueError(
            f"data must be a law of the {model.visible} visible units with {2**model.visible} entries, got {q.size}"
        )
    return model, q


def _pace(rate, momentum) -> tuple[float, float]:
    rate, momentum = arguments.number("rate", rate, above=0), arguments.number("momentum", momentum, at_least=0)
    if momentum >= 1:
        raise ValueError(f"momentum must be below 1, got {momentum:g}")
    return rate, momentum


def _observations(model: Machine, data) -> tuple[np.ndarray, np.ndarray]:
    """Rows that data hold, and the weight of each."""
    array = arguments.as_array("data", data)
    if array.ndim == 1:
        if model.visible > MOST_UNITS:
            raise ValueError(f"data must be observations, (n, {model.visible}), of more than {MOST_UNITS} units")
        q = checked_law(array)
        if q.size != 2**model.visible:
            raise ValueError(f"data must be a law with {2**model.visible} entries, got {q.size}")
        return units(model.visible, model.alphabet), q / q.sum()
    rows = heatbath.checked_states("data", array, model.visible, model.low)
    rows, times = np.unique(rows, axis=0, return_counts=True)
    return rows, times / times.sum()


def _as_law(rows: np.ndarray, weights: np.ndarray, model: Machine) -> np.ndarray:
    where = (rows == 1) @ (1 << np.arange(model.visible))
    return np.bincount(where, weights=weights, minlength=2**model.visible)


def _coins(chains: int, model: Machine, rng) -> np.ndarray:
    bits = rng.integers(2, size=(chains, model.size), dtype=np.int8)
    return bits if model.low == 0 else 2 * bits - 1


def _log_visible(log_p: np.ndarray, model: Machine) -> np.ndarray:
    table = log_p.reshape(2**model.hidden, -1)
    most = table.max(axis=0)
    return most + np.log(np.exp(table - most).sum(axis=0))


def _weighted(q: np.ndarray, log_p: np.ndarray) -> float:
    """Sum of q log_p, where what never occurs counts nothing."""
    return (q[q > 0] * log_p[q > 0]).sum()


def _likelihood(model: Machine, q: np.ndarray, T: float, s: np.ndarray) -> float:
    return _weighted(q, _log_visible(_log_law(model, T, s), model))


def _log_law(model: Machine, T: float, s: np.ndarray) -> np.ndarray:
    """`boltzmann.log_law` of a checked machine whose states `s` are listed already."""
    u = (s @ model.h + ((s @ model.J) * s).sum(axis=1) / 2) / T
    most = u.max()
    return u - (most + np.log(np.exp(u - most).sum()))


def _phases(log_p: np.ndarray, model: Machine, q: np.ndarray, s: np.ndarray) -> Phases:
    table = log_p.reshape(2**model.hidden, -1)
    clamped = (np.exp(table - _log_visible(log_p, model)) * q).ravel()
    return Phases(*(Moments(p @ s, s.T @ (p[:, None] * s)) for p in (clamped, np.exp(log_p))))


def _moments(states: np.ndarray) -> Moments:
    s = states.astype(np.float64)
    return Moments(s.mean(axis=0), s.T @ s / len(s))


def _difference(both: Phases, T: float) -> Gradient:
    J = (both.positive.pair - both.negative.pair) / T
    np.fill_diagonal(J, 0.0)
    return Gradient((both.positive.mean - both.negative.mean) / T, (J + J.T) / 2)


def _moved(model: Machine, by: Gradient, size: float) -> Machine:
    return model._replace(h=model.h + size * by.h, J=model.J + size * by.J)
