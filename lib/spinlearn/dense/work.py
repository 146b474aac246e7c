"""Annealing as work and heat: Jarzynski's equality, Crooks' theorem, and what an estimate from them is worth.

A network is carried through the steps k = 0, …, K of a protocol, each with its temperature T_k and the factor b_k of
its fields, so that its reduced energy is u_k = (E_couplings + b_k E_fields) / T_k. It begins in equilibrium at step 0.
Then the parameters change, which is work, and the units move, which is heat, in turns:

    w = sum_k [u_k(s_{k-1}) - u_{k-1}(s_{k-1})],        s_k = sweeps of the heat bath at step k, from s_{k-1}.

At one temperature w is the work over T. When T itself changes it is (1 / T_k - 1 / T_{k-1}) E, summed. However fast,

    <exp(-w)> = Z_K / Z_0        (Jarzynski)

so that the free energy comes from annealings that never were in equilibrium; and by Jensen <w> >= ln Z_0 / Z_K. What
<w> is above it, the dissipated work, is at least the relative entropy of where the units are to where they should be.
Sweeps need to keep the Boltzmann law, and nothing else. Run backwards, from equilibrium at step K, with the sweeps in
reversed order and each before its change of parameters, the work w' obeys

    P(w) / P'(-w) = exp(w - ln Z_0 / Z_K)        (Crooks).

The mean of exp(-w) is ruled by rare runs, and its logarithm is too small on average: the estimate of ln Z_0 / Z_K is
too large, by about the relative variance of exp(-w) over 2 n (`estimate`). All of it is known exactly for up to 12
units (`exact`).

References
----------
C. Jarzynski, Phys. Rev. Lett. 78, 2690 (1997).
G. E. Crooks, Phys. Rev. E 60, 2721 (1999).
C. H. Bennett, J. Comput. Phys. 22, 245 (1976): the best estimate from both directions.
R. M. Neal, Stat. Comput. 11, 125 (2001): the same weights, as a way to sample.
S. Vaikuntanathan and C. Jarzynski, EPL 87, 60005 (2009): dissipation and lag.
"""

import math
from typing import NamedTuple

import numpy as np
from scipy.optimize import brentq
from scipy.special import expit, logsumexp

from ..core import arguments
from ..core.jit import kernel
from ..core.progress import keeping, watched
from ..core.words import stream
from ..exact.enumeration import states as all_states
from . import boltzmann, heatbath, valleys
from .valleys import sweep_law


class Protocol(NamedTuple):
    """What is done to a network, step by step: `beta` (K + 1,) = 1 / T, and the factor `field` (K + 1,) of fields."""

    beta: np.ndarray
    field: np.ndarray


class Work(NamedTuple):
    """What `run` returns: the reduced work `w` (n,) float64 of each run, and the `states` (n, N) int8 at its end."""

    w: np.ndarray
    states: np.ndarray


class JarzynskiEstimate(NamedTuple):
    """What `estimate` returns. All are reduced free energies: F / T, that is -ln Z.

    Attributes
    ----------
    change : float
        ln Z_0 / Z_K = -ln mean of exp(-w).
    error : float
        Its standard error, to first order in 1 / n.
    bias : float
        By how much it is too large on average, to first order in 1 / n. It is not taken away.
    mean : float
        Mean of w, an upper bound.
    dissipated : float
        mean - change.
    gaussian : float
        mean - variance / 2: right where w is normal, which it is for slow protocols.
    effective : float
        How many runs count, (sum of exp(-w))^2 / sum of exp(-2 w).
    """

    change: float
    error: float
    bias: float
    mean: float
    dissipated: float
    gaussian: float
    effective: float


class Exact(NamedTuple):
    """What `exact` returns, without a sample.

    Attributes
    ----------
    change : float
        ln Z_0 / Z_K, by enumeration.
    jarzynski : float
        -ln <exp(-w)>, summed over all paths: the same.
    mean : float
        <w>.
    spread : float
        Variance of exp(-w) over the square of its mean: the error of n runs is sqrt(spread / n), their bias
        spread / (2 n).
    lag : (K + 1,) float64
        Relative entropy of the law at step k, after its sweeps, to the Boltzmann law of step k.
    dissipated : (K + 1,) float64
        <w> until step k less the change of free energy until then: at least `lag`.
    """

    change: float
    jarzynski: float
    mean: float
    spread: float
    lag: np.ndarray
    dissipated: np.ndarray


class Crooks(NamedTuple):
    """What `crooks` returns.

    Attributes
    ----------
    w : (B,) float64
        Centres of the bins in which both histograms have enough counts.
    ratio, error : (B,) float64
        ln P(w) / P'(-w), and its standard error.
    slope, slope_error : float
        Of a straight line through them; 1 by the theorem.
    crossing, crossing_error : float
        Where the line is 0: ln Z_0 / Z_K.
    """

    w: np.ndarray
    ratio: np.ndarray
    error: np.ndarray
    slope: float
    slope_error: float
    crossing: float
    crossing_error: float


def protocol(T, *, field=1.0) -> Protocol:
    """A protocol from temperatures and factors of the fields, for step 0 and each of the K that follow.

    Parameters
    ----------
    T : float or (K + 1,) array_like
        Above 0; infinite where all states are alike, a start for which equilibrium is known. It may fall and rise.
    field : float or (K + 1,) array_like
        Where T is one number, `field` is a list, and the other way round; or both are.

    Returns
    -------
    Protocol

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range.

    Examples
    --------
    >>> protocol([np.inf, 2.0, 1.0]).beta
    array([0. , 0.5, 1. ])
    """
    T, b = np.asarray(arguments.as_array("T", T)), arguments.real_values("field", field)
    hot = np.asarray(np.inf == T)
    T = arguments.real_array("T", np.where(hot, 1.0, T)).reshape(T.shape)
    if not (T > 0).all():
        raise ValueError(f"T must be greater than 0 in every step, got {T.min():g}")
    with np.errstate(over="ignore"):
        beta = np.where(hot, 0.0, 1 / T)
    if not np.isfinite(beta).all():
        raise ValueError(f"T must be so large that 1 / T is finite, got {T.min():g}")
    arguments.fit_together(T=T, field=b)
    beta, b = np.broadcast_arrays(beta, b)
    if beta.ndim != 1 or beta.size < 2:
        raise ValueError(
            f"T or field must be a list, an entry for step 0 and each that follows, got shape {beta.shape}"
        )
    return Protocol(beta.copy(), b.astype(np.float64))


def equilibrium(J, steps: Protocol, n: int, *, at: int = 0, rng: np.random.Generator) -> np.ndarray:
    """Independent states in equilibrium at a step of a protocol, (n, N) int8, to start from.

    Parameters
    ----------
    J : (N, N) array_like, or heatbath.Graph
        Up to 20 units, whose states are listed; any number where T is infinite.
    steps : Protocol
    n : int
    at : int
        The step: 0, or -1 for the last one, where the way back starts.
    rng : numpy.random.Generator

    Returns
    -------
    (n, N) int8

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range.

    Examples
    --------
    >>> equilibrium([[0, 1], [1, 0]], protocol([np.inf, 1.0]), 3, rng=np.random.default_rng(1)).shape
    (3, 2)
    """
    units, steps = heatbath.checked_graph("J", J), checked_protocol(steps)
    n = arguments.count("n", n, at_least=1)
    beta, field = steps.beta[at], steps.field[at]
    if beta == 0:
        return heatbath.random_states(units, n, rng=rng)
    if units.size > boltzmann.MOST_UNITS:
        raise ValueError(
            f"J must be of at most {boltzmann.MOST_UNITS} units to start at a finite T, got {units.size}; "
            "start at T = inf"
        )
    model = valleys.machine_of(units, boltzmann.MOST_UNITS)
    p = boltzmann.law(model._replace(h=field * model.h), 1 / beta)
    picked = arguments.generator(rng).choice(p.size, size=n, p=p)
    s = all_states(units.size)[picked]
    return s if units.low < 0 else (1 + s) // 2


def run(
    states,
    J,
    steps: Protocol,
    *,
    sweeps: int = 1,
    backwards: bool = False,
    progress: bool | None = None,
    rng: np.random.Generator,
) -> Work:
    """Carry states in equilibrium through a protocol, and add up the work.

    Parameters
    ----------
    states : (n, N) integer array
        In equilibrium at step 0, or backwards at step K: see `equilibrium`. It is left as it is.
    J : (N, N) array_like, or heatbath.Graph
    steps : Protocol
    sweeps : int
        Of the heat bath at each step, at least 0. Without any the work is that of a sudden change.
    backwards : bool
        From step K to step 0, with the sweeps in reversed order and each before the change: the runs that Crooks'
        theorem compares with.
    progress : bool, optional
        True shows a bar, False none. Left out: one where somebody watches, if it takes more than two seconds.
    rng : numpy.random.Generator
        Advanced by one draw.

    Returns
    -------
    Work

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range.
    spinlearn.core.progress.Interrupted
        At Ctrl-C. Its attribute `run` is the `Work` of the runs that are finished.

    Examples
    --------
    >>> J, cooling = 1.0 - np.eye(4), protocol([np.inf, 4.0, 3.0, 2.0])
    >>> start = equilibrium(J, cooling, 2000, rng=np.random.default_rng(1))
    >>> found = estimate(run(start, J, cooling, rng=np.random.default_rng(2)).w)
    >>> bool(abs(found.change - exact(J, cooling).change) < 5 * found.error)
    True
    """
    units, steps = heatbath.checked_graph("J", J), checked_protocol(steps)
    states = heatbath.checked_states("states", states, units.size, units.low)
    sweeps = arguments.count("sweeps", sweeps, at_most=2**31)
    backwards = arguments.flag("backwards", backwards)
    arguments.flag("progress", progress, optional=True)
    w, random, done = np.zeros(len(states)), stream(rng), [0]

    with keeping(lambda: Work(w[: done[0]], states[: done[0]])):
        for part in watched(len(states), progress):
            carry(units, steps, sweeps, backwards, states[part], w[part], random)
            done[0] = part.stop
    return Work(w, states)


@kernel
def carry(units, steps, sweeps, backwards, states, w, random):
    """Take states (n, N) one after the other through a protocol, and fill the work (n,)."""
    n, K = units.h.size, steps.beta.size - 1
    x, field = np.empty(n), np.empty(n)
    order = heatbath.REVERSED if backwards else heatbath.SEQUENTIAL
    for r in range(len(states)):
        s, total = states[r], 0.0
        for step in range(K):
            before, after = (K - step, K - step - 1) if backwards else (step, step + 1)
            if not backwards:
                total += change_of(units, steps, s, before, after, x)
            at = before if backwards else after
            field[:] = steps.field[at] * units.h
            now = heatbath.Graph(units.start, units.neighbour, units.coupling, field, units.low)
            heatbath.fill_fields(now, s, x)
            for _ in range(sweeps):
                heatbath.sweep(now, s, x, 0, steps.beta[at], order, random)
            if backwards:
                total += change_of(units, steps, s, before, after, x)
        w[r] = total


@kernel
def change_of(units, steps, s, before, after, x):
    """Reduced work of a change of parameters in a state."""
    heatbath.fill_fields(units, s, x)
    pairs, fields = 0.0, 0.0
    for i in range(s.size):
        pairs -= 0.5 * s[i] * (x[i] - units.h[i])
        fields -= s[i] * units.h[i]
    later = steps.beta[after] * (pairs + steps.field[after] * fields)
    return later - steps.beta[before] * (pairs + steps.field[before] * fields)


def estimate(w) -> JarzynskiEstimate:
    """The change of the free energy from the work of runs, with its error and bias.

    Parameters
    ----------
    w : (n,) array_like
        Reduced work, of at least two runs.

    Returns
    -------
    JarzynskiEstimate

    Raises
    ------
    TypeError, ValueError
        If w has the wrong type or shape.

    Examples
    --------
    >>> estimate([0.0, 0.0]).change, round(estimate([0.0, np.log(3.0)]).change, 6)  # -ln 2/3
    (0.0, 0.405465)
    """
    w = arguments.series("w", w)
    n = w.size
    log_sum, log_squares = logsumexp(-w), logsumexp(-2 * w)
    effective = math.exp(2 * log_sum - log_squares)
    spread = max(0.0, (n / effective - 1) * n / (n - 1))  # variance of exp(-w) over the square of its mean
    change, mean = math.log(n) - log_sum, float(w.mean())
    return JarzynskiEstimate(
        float(change) + 0.0,
        math.sqrt(spread / n),
        spread / (2 * n),
        mean,
        mean - float(change),
        mean - float(w.var(ddof=1)) / 2,
        effective,
    )


def bennett(forward, backward) -> float:
    """ln Z_0 / Z_K from runs in both directions, by Bennett's acceptance ratio.

    Parameters
    ----------
    forward, backward : (n,), (m,) array_like
        Reduced work of runs from 0 to K, and of runs backwards.

    Returns
    -------
    float

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or shape.

    Examples
    --------
    >>> round(bennett([1.0, 1.0], [-1.0, -1.0]), 9)
    1.0
    """
    forward, backward = arguments.series("forward", forward), arguments.series("backward", backward)
    shift = math.log(forward.size / backward.size)

    def balance(change):
        return expit(change - shift - forward).sum() - expit(-change + shift - backward).sum()

    low, high = min(forward.min(), -backward.max()), max(forward.max(), -backward.min())
    width = 1 + high - low + abs(shift)
    return float(brentq(balance, low - width, high + width, xtol=1e-13))


def crooks(forward, backward, *, bins: int = 20, least: int = 20) -> Crooks:
    """Hold the work of runs in both directions against Crooks' theorem.

    Parameters
    ----------
    forward, backward : (n,), (m,) array_like
        Reduced work.
    bins : int
        Of equal width, over where the two histograms overlap; at least 3.
    least : int
        Counts that a bin needs in both histograms, at least 1.

    Returns
    -------
    Crooks

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or shape; or if the histograms overlap in fewer than two bins, so that a
        slower protocol or more runs are needed.

    Examples
    --------
    >>> rng = np.random.default_rng(1)  # normal work with the variance 1 dissipates 1 / 2
    >>> found = crooks(rng.normal(1.5, 1.0, 20_000), rng.normal(-0.5, 1.0, 20_000))
    >>> bool(abs(found.slope - 1) < 5 * found.slope_error), bool(abs(found.crossing - 1) < 5 * found.crossing_error)
    (True, True)
    """
    forward, backward = arguments.series("forward", forward), -arguments.series("backward", backward)
    bins, least = arguments.count("bins", bins, at_least=3), arguments.count("least", least, at_least=1)
    low, high = max(forward.min(), backward.min()), min(forward.max(), backward.max())
    if not low < high:
        raise ValueError("forward and -backward must overlap: take a slower protocol, or more runs")
    edges = np.linspace(low, high, bins + 1)
    one, two = np.histogram(forward, edges)[0], np.histogram(backward, edges)[0]
    good = (one >= least) & (two >= least)
    if good.sum() < 2:
        raise ValueError(
            f"forward and -backward must share two bins with {least} counts, got {good.sum()}: take a slower protocol, "
            "or more runs"
        )
    # Where a bin's runs are on average, so that the width of bins bends nothing to first order.
    sums = np.histogram(forward, edges, weights=forward)[0] + np.histogram(backward, edges, weights=backward)[0]
    w = sums[good] / (one + two)[good]
    one, two = one[good], two[good]
    ratio = np.log(one / forward.size) - np.log(two / backward.size)
    error = np.sqrt(1 / one - 1 / forward.size + 1 / two - 1 / backward.size)
    design = np.column_stack([w, np.ones(w.size)]) / error[:, None]
    covariance = np.linalg.inv(design.T @ design)
    slope, level = covariance @ design.T @ (ratio / error)
    crossing = -level / slope
    gradient = np.array([crossing, 1.0]) / -slope
    return Crooks(
        w,
        ratio,
        error,
        float(slope),
        math.sqrt(covariance[0, 0]),
        float(crossing),
        math.sqrt(gradient @ covariance @ gradient),
    )


def exact(J, steps: Protocol, *, sweeps: int = 1) -> Exact:
    """Work, free energy and lag of a protocol, summed over all paths.

    Parameters
    ----------
    J : (N, N) array_like, or heatbath.Graph
        Of up to 12 units.
    steps : Protocol
    sweeps : int
        As for `run`.

    Returns
    -------
    Exact

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range.

    Examples
    --------
    >>> found = exact([[0.0]], protocol([1.0, 1.0, 1.0], field=[0.0, 0.5, 1.0]))
    >>> round(found.change, 9) + 0.0, round(found.mean, 9) + 0.0  # no field to switch
    (0.0, 0.0)
    """
    model, steps = valleys.machine_of(J), checked_protocol(steps)
    sweeps = arguments.count("sweeps", sweeps)
    pairs = boltzmann.energies(model._replace(h=np.zeros(model.size)))
    fields = boltzmann.energies(model._replace(J=np.zeros_like(model.J)))
    u = steps.beta[:, None] * (pairs + steps.field[:, None] * fields)
    log_Z = logsumexp(-u, axis=1)
    p = np.exp(-u[0] - log_Z[0])
    once, twice = p.copy(), p.copy()  # carried with exp(-w) and exp(-2 w)
    scale, mean = np.zeros(2), 0.0
    lag, dissipated = np.zeros(len(u)), np.zeros(len(u))
    for k in range(1, len(u)):
        step = u[k] - u[k - 1]
        mean += p @ step
        for power, weights in enumerate((once, twice), 1):
            least = (power * step).min()
            weights *= np.exp(least - power * step)
            scale[power - 1] += math.log(weights.sum()) - least
            weights /= weights.sum()
        for weights in (p, once, twice):
            for _ in range(sweeps):
                # Reduced energies at beta = 1: T may be infinite.
                sweep_law(weights, u[k], valleys.slack_of(u[k]), 1.0, heatbath.SEQUENTIAL)
        dissipated[k] = mean - (log_Z[0] - log_Z[k])
        lag[k] = relative_entropy(p, -u[k] - log_Z[k])
    change = float(log_Z[0] - log_Z[-1])
    return Exact(change, -float(scale[0]), float(mean), float(np.expm1(scale[1] - 2 * scale[0])), lag, dissipated)


def relative_entropy(p: np.ndarray, log_q: np.ndarray) -> float:
    """Sum of p (ln p - ln q), where what never occurs counts nothing.

    Examples
    --------
    >>> round(relative_entropy(np.array([1.0, 0.0]), np.log([0.5, 0.5])), 6)
    0.693147
    """
    there = p > 0
    return float((p[there] * (np.log(p[there]) - log_q[there])).sum())


def checked_protocol(steps) -> Protocol:
    """Check a protocol, of which a field may have been replaced.

    Examples
    --------
    >>> checked_protocol(protocol([2.0, 1.0])).beta
    array([0.5, 1. ])
    """
    if not isinstance(steps, Protocol):
        raise TypeError(f"steps must be a Protocol, such as work.protocol(T), not {type(steps).__name__}")
    beta = arguments.series("steps.beta", steps.beta)
    if beta.min() < 0:
        raise ValueError(f"steps.beta must be at least 0, got {beta.min():g}")
    return Protocol(beta, arguments.real_array("steps.field", steps.field, beta.shape))
