"""Exponential families with a list of states: what a model says that knows a few averages.

A family has d statistics phi(s) of its states and as many natural parameters theta,

    p(s) = w(s) exp(theta . phi(s)) / Z(theta),

where w counts equal states. ln Z is minus a free energy, its gradient the means of phi, and its second derivative chi
their susceptibilities and covariances at once. The likelihood of data is theta . <phi>_data - ln Z: it knows the
averages of the data and is largest where the model has them, too.

    coins(n)            n spins, one field          phi = sum s_i                             theta = h
    ising(n)            n spins, field, coupling    phi = sum s_i, (1/n) sum_{i<j} s_i s_j    theta = h, J
    memories(patterns)  n spins, a strength each    phi_mu = (xi_mu . s)^2 / (2 n)            theta_mu: Hebb's, weighted
    pairwise(n)         n spins, all couplings      phi_ij = s_i s_j                          theta_ij = J_ij

All at T = 1. With theta_mu = beta for all patterns `memories` is Hopfield's network at the temperature 1 / beta.

Averages on the surface of the polytope that the phi(s) span are those of infinite parameters: then only the states of a
face are left. `fit` stops on the way there, where all other states together have a weight of some 1e-12.

References
----------
M. J. Wainwright and M. I. Jordan, Found. Trends Mach. Learn. 1, 1 (2008): families, averages, faces.
"""

from typing import NamedTuple

import numpy as np
from scipy.special import gammaln, logsumexp

from ..core import arguments
from ..core.jit import kernel
from ..exact.enumeration import states

MOST_PARAMETERS = 64
MOST_SPINS = 20
TOLERANCE = 1e-12  # of an average, in units of the range of its statistic
_STEPS = 200
_RIDGE = 1e-14
_REACH = 8.0  # the most that a step may change a log weight


class Family(NamedTuple):
    """An exponential family.

    Attributes
    ----------
    phi : (S, d) float64
        Statistics of the states; no two rows are equal.
    log_weight : (S,) float64
        Logarithms of how many equal states each row stands for.
    """

    phi: np.ndarray
    log_weight: np.ndarray


class Fit(NamedTuple):
    """What `fit` returns: the parameters `theta` (d,) float64, and `off`, the largest deviation of an average."""

    theta: np.ndarray
    off: float


def family(phi, log_weight=0.0) -> Family:
    """A family from the statistics of its states; equal rows become one.

    Parameters
    ----------
    phi : (S, d) array_like
        At most 64 statistics.
    log_weight : float or (S,) array_like

    Returns
    -------
    Family

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or shape, or a statistic has one value only.

    Examples
    --------
    >>> family([[0.0], [1.0], [1.0], [2.0]]).log_weight.round(6)
    array([0.      , 0.693147, 0.      ])
    """
    phi = arguments.real_array("phi", phi)
    if phi.ndim != 2 or phi.shape[0] < 2 or not 1 <= phi.shape[1] <= MOST_PARAMETERS:
        raise ValueError(f"phi must have two states at least and 1 to {MOST_PARAMETERS} columns, got shape {phi.shape}")
    if (np.ptp(phi, axis=0) == 0).any():
        raise ValueError("phi must have statistics that differ between states, and a column is constant")
    log_weight = arguments.real_array("log_weight", log_weight)
    if log_weight.size == 1:
        log_weight = np.full(len(phi), log_weight.item())
    if log_weight.shape != (len(phi),):
        raise ValueError(f"log_weight must have an entry for each of {len(phi)} states, got shape {log_weight.shape}")
    rows, which = np.unique(phi, axis=0, return_inverse=True)
    together = np.full(len(rows), -np.inf)
    np.logaddexp.at(together, which.ravel(), log_weight)
    return Family(np.ascontiguousarray(rows), together)


def coins(n: int) -> Family:
    """n spins in one field: n coins with one parameter between them.

    Examples
    --------
    >>> coins(2).phi.ravel(), np.exp(coins(2).log_weight).round(9)
    (array([-2.,  0.,  2.]), array([1., 2., 1.]))
    """
    k, log_weight = _ups(n)
    return family((2 * k - n)[:, None], log_weight)


def ising(n: int) -> Family:
    """n spins that all see each other, in one field: the Ising learning machine.

    Examples
    --------
    >>> ising(3).phi.round(4) + 0.0
    array([[-3.    ,  1.    ],
           [-1.    , -0.3333],
           [ 1.    , -0.3333],
           [ 3.    ,  1.    ]])
    """
    k, log_weight = _ups(n)
    m = 2 * k - n
    return family(np.column_stack([m, (m * m - n) / (2 * n)]), log_weight)


def memories(patterns) -> Family:
    """Hebb's network with a strength for each pattern.

    Parameters
    ----------
    patterns : (P, n) integer array
        Of -1 and +1; n from 2 to 20.

    Returns
    -------
    Family
        A state and its mirror image are one.

    Raises
    ------
    TypeError, ValueError
        If `patterns` has the wrong type, shape or values.

    Examples
    --------
    >>> memories([[1, 1, 1, 1], [1, -1, 1, -1]]).phi
    array([[0. , 0. ],
           [0. , 2. ],
           [0.5, 0.5],
           [2. , 0. ]])
    """
    patterns = arguments.as_array("patterns", patterns)
    if patterns.ndim != 2 or not len(patterns) or not 2 <= patterns.shape[1] <= MOST_SPINS:
        raise ValueError(f"patterns must have shape (P, n), n from 2 to {MOST_SPINS}, got {patterns.shape}")
    arguments.spins(patterns)
    n = patterns.shape[1]
    half = states(n)[: 2 ** (n - 1)]  # the last spin is down
    overlaps = np.abs(half @ patterns.T.astype(np.int8 if n < 128 else np.int64))
    rows, number = np.unique(overlaps, axis=0, return_counts=True)
    return family(rows.astype(np.float64) ** 2 / (2 * n), np.log(2.0 * number))


def pairwise(n: int) -> Family:
    """n spins, 2 to 11, with a coupling of its own between each two, in the order of ``np.triu_indices(n, 1)``.

    Examples
    --------
    >>> pairwise(3).phi.shape
    (4, 3)
    """
    n = arguments.count("n", n, at_least=2, at_most=11)
    s = states(n)[: 2 ** (n - 1)].astype(np.float64)
    i, j = np.triu_indices(n, 1)
    return family(s[:, i] * s[:, j], np.log(2.0))


def log_partition(model: Family, theta) -> float:
    """ln Z, in which states count with their weights.

    Examples
    --------
    >>> round(log_partition(coins(3), [0.0]), 6)  # 3 ln 2
    2.079442
    """
    model, theta = checked_family(model), checked_parameters("theta", theta, model)
    return float(logsumexp(model.log_weight + model.phi @ theta))


def law(model: Family, theta) -> np.ndarray:
    """Probabilities of the rows of phi, (S,) float64.

    Examples
    --------
    >>> law(coins(2), [0.0])
    array([0.25, 0.5 , 0.25])
    """
    model, theta = checked_family(model), checked_parameters("theta", theta, model)
    u = model.log_weight + model.phi @ theta
    return np.exp(u - logsumexp(u))


def mean(model: Family, theta) -> np.ndarray:
    """Means of the statistics, (d,) float64.

    Examples
    --------
    >>> mean(coins(2), [1.0]).round(6)  # 2 tanh 1
    array([1.523188])
    """
    return law(model, theta) @ model.phi


def susceptibility(model: Family, theta) -> np.ndarray:
    """chi, (d, d) float64: covariances of the statistics, and derivatives of their means by the parameters.

    Examples
    --------
    >>> susceptibility(coins(2), [0.0])
    array([[2.]])
    """
    p = law(model, theta)
    deviations = model.phi - p @ model.phi
    return deviations.T @ (p[:, None] * deviations)


def divergence(model: Family, theta, other) -> float:
    """Kullback and Leibler's divergence of the law at `other` from that at `theta`, D(theta || other), in nats.

    Examples
    --------
    >>> divergence(coins(2), [0.5], [0.5])
    0.0
    """
    p, q = law(model, theta), law(model, other)
    with np.errstate(divide="ignore", invalid="ignore"):
        return max(0.0, float(np.where(p > 0, p * (np.log(p) - np.log(q)), 0.0).sum()))


def fit(model: Family, average, *, start=None) -> Fit:
    """Parameters of the largest likelihood: those at which the model has the averages of the data.

    Parameters
    ----------
    model : Family
    average : (d,) array_like
        Of the statistics.
    start : (d,) array_like, optional
        Parameters to start from; 0 if left out.

    Returns
    -------
    Fit
        Averages on a face, whose parameters are infinite, are met to some 1e-12 by large ones.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or shape, or no law has these averages.

    Examples
    --------
    >>> fit(coins(2), [1.0]).theta.round(6)  # artanh(1 / 2)
    array([0.549306])
    """
    model, average = checked_family(model), checked_parameters("average", average, model)
    theta = np.zeros(average.size) if start is None else checked_parameters("start", start, model).copy()
    room = workspace(model)
    climb(model.phi, model.log_weight, average, 0.0, 0.0, theta, room)
    off = float(np.abs(room.mean - average).max())
    if (np.abs(room.mean - average) > 1e-8 * room.width).any():
        raise ValueError(f"average must be one that a law over the states has; the nearest is off by {off:.3g}")
    return Fit(theta, off)


class Room(NamedTuple):
    """Arrays that `climb` and `describe` work in, and leave the law at the parameters in."""

    p: np.ndarray
    mean: np.ndarray
    chi: np.ndarray
    step: np.ndarray
    trial: np.ndarray
    width: np.ndarray


def workspace(model: Family) -> Room:
    """Arrays for `climb`; `width` is the range of each statistic.

    Examples
    --------
    >>> workspace(coins(2)).width
    array([4.])
    """
    S, d = model.phi.shape
    return Room(np.empty(S), np.empty(d), np.empty((d, d)), np.empty(d), np.empty(d), np.ptp(model.phi, axis=0))


def checked_family(model) -> Family:
    """Return `model` if it is a family, or raise.

    Examples
    --------
    >>> checked_family(coins(1)).phi.shape
    (2, 1)
    """
    if not isinstance(model, Family):
        raise TypeError(f"model must be a Family, not {type(model).__name__}")
    return model


def checked_parameters(name: str, value, model: Family) -> np.ndarray:
    """Return parameters or averages as (d,) float64, or raise naming the argument.

    Examples
    --------
    >>> checked_parameters("theta", [1], coins(2))
    array([1.])
    """
    return arguments.real_array(name, value, (model.phi.shape[1],), what=", one for each statistic")


def _ups(n: int) -> tuple[np.ndarray, np.ndarray]:
    """Numbers of spins that are up, and the logarithms of the numbers of states."""
    n = arguments.count("n", n, at_least=1, at_most=10000)
    k = np.arange(n + 1.0)
    return k, gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1)


@kernel
def describe(phi, log_weight, theta, room):
    """Fill `room` with the law at theta, its means and its susceptibilities; return ln Z."""
    S, d = phi.shape
    top = -np.inf
    for k in range(S):
        u = log_weight[k]
        for a in range(d):
            u += theta[a] * phi[k, a]
        room.p[k] = u
        top = max(top, u)
    total = 0.0
    for k in range(S):
        room.p[k] = np.exp(room.p[k] - top)
        total += room.p[k]
    room.mean[:] = 0.0
    for k in range(S):
        room.p[k] /= total
        for a in range(d):
            room.mean[a] += room.p[k] * phi[k, a]
    room.chi[:] = 0.0
    for k in range(S):
        if room.p[k] > 0:
            for a in range(d):
                off = room.p[k] * (phi[k, a] - room.mean[a])
                for b in range(a + 1):
                    room.chi[a, b] += off * (phi[k, b] - room.mean[b])
    return top + np.log(total)


@kernel
def log_sum(phi, log_weight, theta):
    """ln Z at theta."""
    S, d = phi.shape
    top, total = -np.inf, 0.0
    for k in range(S):
        u = log_weight[k]
        for a in range(d):
            u += theta[a] * phi[k, a]
        if u > top:
            total = total * np.exp(top - u) + 1.0
            top = u
        else:
            total += np.exp(u - top)
    return top + np.log(total)


@kernel
def solve(A, b):
    """Overwrite b with the solution of A x = b; of A, positive definite, the lower half is read and overwritten."""
    d = len(b)
    for a in range(d):
        for c in range(a):
            for k in range(c):
                A[a, c] -= A[a, k] * A[c, k]
            A[a, c] /= A[c, c]
            A[a, a] -= A[a, c] * A[a, c]
            b[a] -= A[a, c] * b[c]
        A[a, a] = np.sqrt(max(A[a, a], 1e-300))
        b[a] /= A[a, a]
    for a in range(d - 1, -1, -1):
        for k in range(a + 1, d):
            b[a] -= A[k, a] * b[k]
        b[a] /= A[a, a]


@kernel
def climb(phi, log_weight, average, pull, centre, theta, room):
    """Move theta to the top of theta . average - ln Z - (pull / 2) |theta - centre|^2 by Newton's steps, and leave the
    law there in `room`."""
    d = len(theta)
    for _ in range(_STEPS):
        height = -describe(phi, log_weight, theta, room)
        off = 0.0
        for a in range(d):
            away = theta[a] - centre
            height += theta[a] * average[a] - pull / 2 * away * away
            room.step[a] = average[a] - room.mean[a] - pull * away
            off = max(off, abs(room.step[a]) / room.width[a])
        if off < TOLERANCE:
            return
        for a in range(d):
            room.chi[a, a] += pull + _RIDGE * room.width[a] ** 2
        room.trial[:] = room.step
        solve(room.chi, room.step)
        slope, reach = 0.0, 0.0
        for a in range(d):
            slope += room.trial[a] * room.step[a]
            reach += abs(room.step[a]) * room.width[a]
        size = min(1.0, _REACH / reach)
        while size > 1e-9:
            for a in range(d):
                room.trial[a] = theta[a] + size * room.step[a]
            now = -log_sum(phi, log_weight, room.trial)
            for a in range(d):
                now += room.trial[a] * average[a] - pull / 2 * (room.trial[a] - centre) ** 2
            # Near the top heights differ by rounding only, and Newton's step is right.
            if now >= height + 1e-4 * size * slope - 1e-13 * (1 + abs(height)):
                break
            size /= 2
        theta[:] = room.trial
    describe(phi, log_weight, theta, room)
