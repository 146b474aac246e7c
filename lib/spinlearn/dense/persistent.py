"""The bias of persistent chains, measured as excess work.

While a machine learns, its chains run after it. A step of learning changes the energy under them, which is work; then
they take a few sweeps, which is heat. If p_t is the law of the chains after the sweeps of step t and pi_t the
machine's, with u_t = E_t / T and F_t = -ln Z_t, then exactly

    work W_t = <u_{t+1} - u_t> over p_t,
    excess   = W_t - (F_{t+1} - F_t) = D(p_t || pi_{t+1}) - D(p_t || pi_t),
    sweeps:    D(p_t || pi_{t+1}) - D(p_{t+1} || pi_{t+1}) >= 0, the entropy that they produce,

so the distance at the end is what was put in as excess work, less what sweeps took away. That distance is the bias: no
average of something between -1 and 1 is off by more than sqrt(2 D) (Pinsker). And a chain that keeps account of its
work w knows how far it is behind: with weights exp(-w) chains have the machine's own averages, whatever the sweeps
(Jarzynski), and ln <exp(-w)> is the change of ln Z, from which the likelihood follows.

`learn` is the learning of infinitely many chains, whose law is carried exactly, for up to 12 units. `follow` keeps the
same account along any list of machines, and `measure` does it with chains, as many as one likes.

References
----------
C. Jarzynski, Phys. Rev. Lett. 78, 2690 (1997).
T. Tieleman, ICML 2008: persistent chains.
D. Carbone, M. Hua, S. Coste and E. Vanden-Eijnden, NeurIPS 2023, arXiv:2305.19414: learning with these weights.
"""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from scipy.special import logsumexp, xlogy

from ..core import arguments
from . import boltzmann, heatbath, learning, valleys
from .boltzmann import Machine
from .maxent import Moments, units
from .work import relative_entropy


class Account(NamedTuple):
    """What `follow` returns, for K + 1 machines, everything in units of T or in nats.

    Attributes
    ----------
    lag : (K + 1,) float64
        Relative entropy of the chains' law to the machine's, after the sweeps.
    work, change : (K,) float64
        Mean work of each step, and change of the free energy -ln Z.
    excess : (K,) float64
        work - change. It is not below -lag; where chains are in equilibrium it is not below 0.
    production : (K,) float64
        What the sweeps took away of the distance; not below 0 but for rounding.
    bias : (K + 1,) float64
        Largest deviation of a mean or a pair average of the chains from the machine's.
    law : (2**N,) float64
        Of the chains at the end.
    """

    lag: np.ndarray
    work: np.ndarray
    change: np.ndarray
    excess: np.ndarray
    production: np.ndarray
    bias: np.ndarray
    law: np.ndarray


class Persistent(NamedTuple):
    """What `learn` returns: the K + 1 machines of its `path`, their `divergence` from the data, and the `account`."""

    path: tuple[Machine, ...]
    divergence: np.ndarray
    account: Account


class Measured(NamedTuple):
    """What `measure` returns, for K + 1 machines.

    Attributes
    ----------
    work : (K + 1,) float64
        Mean work of the chains from the start until then, with its standard error `work_error`.
    change : (K + 1,) float64
        Change of -ln Z until then, from the mean of exp(-w), with its standard error `change_error`.
    effective : (K + 1,) float64
        How many chains count under the weights.
    plain, weighted : Moments
        Averages at the end, of all chains alike, and with the weights exp(-w).
    states : (chains, N) int8
    w : (chains,) float64
        At the end.
    """

    work: np.ndarray
    work_error: np.ndarray
    change: np.ndarray
    change_error: np.ndarray
    effective: np.ndarray
    plain: Moments
    weighted: Moments
    states: np.ndarray
    w: np.ndarray


def learn(
    model: Machine, data, T: float = 1.0, *, steps: int, rate: float = 0.1, sweeps: int = 1, start=None, mask=None
) -> Persistent:
    """Learning with infinitely many persistent chains, whose law is known exactly.

    Parameters
    ----------
    model : Machine
        Of up to 12 units.
    data : (2**visible,) array_like
        Law of the visible units. The positive phase is exact.
    T : float
        Above 0.
    steps : int
    rate : float
        Above 0. The slower, the nearer chains are to the machine.
    sweeps : int
        Of the chains after each step, at least 0.
    start : (2**N,) array_like, optional
        Law of the chains at the start; the machine's own if left out.
    mask : (N, N) boolean array, optional
        Couplings that may change.

    Returns
    -------
    Persistent

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range.

    Examples
    --------
    >>> q = boltzmann.law(boltzmann.machine([[0, 1], [1, 0]]))
    >>> found = learn(boltzmann.machine([[0, 0], [0, 0]]), q, steps=100)
    >>> bool(found.divergence[-1] < 1e-3), bool(found.account.excess.sum() > found.account.lag[-1])
    (True, True)
    """
    model = _small(model)
    T, steps = arguments.temperature(T), arguments.count("steps", steps)
    rate, sweeps = arguments.number("rate", rate, above=0), arguments.count("sweeps", sweeps)
    allowed = boltzmann.checked_mask(mask, model.size)
    p = boltzmann.law(model, T) if start is None else valleys.start_law(start, 2**model.size)
    begun, s, path = p.copy(), units(model.size, model.alphabet), [model]
    likelihood = [learning.log_likelihood(model, data, T)]
    for _ in range(steps):
        up = learning.phases(model, data, T).positive
        down = Moments(p @ s, s.T @ (p[:, None] * s))
        slope = rate * (up.pair - down.pair) * allowed / T
        model = model._replace(h=model.h + rate * (up.mean - down.mean) / T, J=model.J + (slope + slope.T) / 2)
        if not (np.isfinite(model.h).all() and np.isfinite(model.J).all()):
            raise ValueError(f"rate must be so small that the steps do not run away, got {rate:g}")
        _sweep(p, model, T, sweeps)
        path.append(model)
        likelihood.append(learning.log_likelihood(model, data, T))
    q = np.asarray(data, dtype=np.float64)
    return Persistent(
        tuple(path), float(xlogy(q, q).sum()) - np.array(likelihood), follow(path, T, sweeps=sweeps, start=begun)
    )


def follow(path: Sequence[Machine], T: float = 1.0, *, sweeps: int = 1, start=None) -> Account:
    """Carry the law of chains along a list of machines, exactly, and keep account of work and free energy.

    Parameters
    ----------
    path : sequence of Machine
        Of the same units, up to 12.
    T, sweeps, start
        As for `learn`.

    Returns
    -------
    Account

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range.

    Examples
    --------
    >>> path = [boltzmann.machine([[0.0]], h=h) for h in (0.0, 0.5)]  # a sudden change of a single spin
    >>> found = follow(path)
    >>> bool(abs(found.work[0]) < 1e-12), round(float(found.excess[0]), 6), bool(found.lag[1] < 1e-12)  # ln cosh 1/2
    (True, 0.120115, True)
    """
    path = _path(path)
    T, sweeps = arguments.temperature(T), arguments.count("sweeps", sweeps)
    size = path[0].size
    p = boltzmann.law(path[0], T) if start is None else valleys.start_law(start, 2**size)
    s, K, before = units(size, path[0].alphabet), len(path) - 1, np.empty(0)
    lag, bias, (work, change, excess, production) = np.empty(K + 1), np.empty(K + 1), np.empty((4, K))
    for t, model in enumerate(path):
        u, log_pi = boltzmann.energies(model) / T, boltzmann.log_law(model, T)
        if t:
            work[t - 1] = p @ (u - before)
            change[t - 1] = logsumexp(-before) - logsumexp(-u)
            excess[t - 1] = work[t - 1] - change[t - 1]
            far = relative_entropy(p, log_pi)
            _sweep(p, model, T, sweeps)
            production[t - 1] = far - relative_entropy(p, log_pi)
        gap = p - np.exp(log_pi)
        lag[t], before = relative_entropy(p, log_pi), u
        bias[t] = max(np.abs(gap @ s).max(), np.abs(s.T @ (gap[:, None] * s)).max())
    return Account(lag, work, change, excess, production, bias, p)


def measure(
    path: Sequence[Machine], T: float = 1.0, *, sweeps: int = 1, chains: int = 1000, rng: np.random.Generator
) -> Measured:
    """Let chains run along a list of machines, and add up the work of each: what a laboratory can measure.

    Parameters
    ----------
    path : sequence of Machine
        Of the same units, up to 20: chains start in equilibrium with the first one.
    T, sweeps
        As for `learn`.
    chains : int
        At least 2.
    rng : numpy.random.Generator

    Returns
    -------
    Measured

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range.

    Examples
    --------
    >>> path = [boltzmann.machine([[0.0]], h=h) for h in (0.0, 0.25, 0.5)]
    >>> found = measure(path, chains=4000, rng=np.random.default_rng(1))
    >>> bool(abs(found.change[-1] + np.log(np.cosh(0.5))) < 5 * found.change_error[-1])
    True
    """
    path = _path(path, boltzmann.MOST_UNITS)
    T, sweeps = arguments.temperature(T), arguments.count("sweeps", sweeps)
    chains = arguments.count("chains", chains, at_least=2)
    first = path[0]
    picked = arguments.generator(rng).choice(2**first.size, size=chains, p=boltzmann.law(first, T))
    bits = (picked[:, None] >> np.arange(first.size)) & 1
    states = (bits if first.low == 0 else 2 * bits - 1).astype(np.int8)
    w, records = np.zeros(chains), np.zeros((5, len(path)))
    records[4, 0] = chains
    for t, model in enumerate(path[1:], 1):
        w += (_energies(states, model) - _energies(states, path[t - 1])) / T
        states = boltzmann.simulate(states, model, T, sweeps, progress=False, rng=rng).states
        log_sum = logsumexp(-w)
        effective = np.exp(2 * log_sum - logsumexp(-2 * w))
        records[:, t] = (
            w.mean(),
            w.std(ddof=1) / np.sqrt(chains),
            np.log(chains) - log_sum,
            np.sqrt(max(0.0, chains / effective - 1) / (chains - 1)),
            effective,
        )
    s, weights = states.astype(np.float64), np.exp(-w - logsumexp(-w))
    plain = Moments(s.mean(axis=0), s.T @ s / chains)
    return Measured(*records, plain, Moments(weights @ s, s.T @ (weights[:, None] * s)), states, w)


def _energies(states: np.ndarray, model: Machine) -> np.ndarray:
    s = states.astype(np.float64)
    return -((s @ model.J) * s).sum(axis=1) / 2 - s @ model.h


def _sweep(p: np.ndarray, model: Machine, T: float, sweeps: int) -> None:
    E = boltzmann.energies(model)
    for _ in range(sweeps):
        valleys.sweep_law(p, E, valleys.slack_of(E), 1 / T, heatbath.SEQUENTIAL)


def _small(model) -> Machine:
    return boltzmann.listed(model, valleys.MOST_CARRIED)


def _path(path, most: int = valleys.MOST_CARRIED) -> list[Machine]:
    if isinstance(path, Machine) or not isinstance(path, Sequence) or not path:
        raise TypeError("path must be a list of machines, at least one of them")
    path = [boltzmann.listed(model, most) for model in path]
    if len({(model.size, model.alphabet) for model in path}) > 1:
        raise ValueError("path must hold machines of one size and one alphabet")
    return path
