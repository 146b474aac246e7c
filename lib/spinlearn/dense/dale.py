"""Dale's law as a constraint: what weights that keep their sign can hold, how many of them are silent, and the rest.

A cell is excitatory or inhibitory, so that its synapses have one sign. A unit receives N inputs that are 1 with
probability f and 0 otherwise, through weights w_i >= 0, of which a share e counts as positive and the rest as negative.
It shall have a field of at least T + K where its output is 1 (a share f, too) and at most T - K elsewhere. The
threshold T > 0 is given, and the margin is K = kappa T / sqrt(N): the mean field f N <w> has to meet T, while the
patterns tell themselves apart by its fluctuations only.

As in `gardner`, weights exist as long as h.w can exceed sqrt(P E dist^2) for |w| = 1 and h normal, now over the cone of
the signs. At a given mean the best weights are w = (h + gamma)_+ for excitatory ones and (h - gamma)_+ for inhibitory
ones. With A1(x) = E(x - g)_+ and A2(x) = E(x - g)_+^2 (`gardner.mean_miss`, `squared_miss`), and a bar for the average
over both kinds, signs included in A1, the mean field is T if w = T (h +- gamma)_+ / (f N A1bar). So

    alpha = max over gamma of  Phibar^2 / A2bar / min over theta [f A2(k + theta) + (1 - f) A2(k - theta)],
    k = kappa sqrt(f / (1 - f)) A1bar / sqrt(A2bar),    Phibar = e Phi(gamma) + (1 - e) Phi(-gamma).

At kappa = 0 gamma is 0 (for e of at least 1/2): half the weights are silent, the others half a Gaussian, and the
capacity is one half of Gardner's, whatever the signs. A margin asks for spread at a given mean, and gamma < 0: more
than half of the excitatory weights are silent, exactly 0, Phi(-gamma) of them, and less than half of the inhibitory.
With inhibition the mean can be balanced away; where A1bar = 0, weights may be as large as one likes, and the margin
costs nothing.

The programme is linear with a margin, too, since it is measured by T: `learn` finds the largest. Its solution is a
corner, with as many weights that are not silent as patterns on the margin. In the theory this is the identity
alpha (f Phi(k + theta) + (1 - f) Phi(k - theta)) = Phibar, which is what the derivative by gamma says.

References
----------
D. J. Amit, K. Y. M. Wong and C. Campbell, J. Phys. A 22, 2039 (1989): learning with signs that are given.
N. Brunel, V. Hakim, P. Isope, J.-P. Nadal and B. Barbour, Neuron 43, 745 (2004): silent synapses of Purkinje cells.
J. Chapeton, T. Fares, D. LaSota and A. Stepanyants, PNAS 109, E3614 (2012): both kinds of neurons.
N. Brunel, Nat. Neurosci. 19, 749 (2016): pairs that are connected both ways.
"""

import math
from typing import NamedTuple

import numpy as np
from scipy.optimize import brentq, linprog, minimize_scalar
from scipy.special import ndtr

from ..core import arguments
from . import gardner

_WIDEST = 6.0  # |gamma|
MOST = 100.0  # margins of `learn`; beyond, inhibition makes it as large as one likes


class Optimum(NamedTuple):
    """What `capacity` returns.

    Attributes
    ----------
    alpha : float
        Patterns for each weight.
    silent : float
        Share of the excitatory weights that are exactly 0.
    silent_inhibitory : float
        Share of the inhibitory weights that are.
    gamma : float
        Where the Gaussian of the weights is cut.
    scale : float
        Its standard deviation, in units of T / (f N); inf where inhibition balances excitation.
    margin : float
        kappa in standard deviations of the field, as in `gardner`.
    threshold : float
        What the threshold differs from the mean field by, in those units.
    """

    alpha: float
    silent: float
    silent_inhibitory: float
    gamma: float
    scale: float
    margin: float
    threshold: float


class Learnt(NamedTuple):
    """What `learn` returns: `w` (N,) float64, with the signs of the cells, for T = 1; and `kappa`, the largest margin.

    A negative `kappa` means that no weights store the patterns.
    """

    w: np.ndarray
    kappa: float


class Pairs(NamedTuple):
    """What `pairs` returns.

    Attributes
    ----------
    connected : float
        Share of the weights that are not silent.
    both : float
        Pairs that are connected both ways, over what independent weights with that share would have.
    stronger : float
        Mean weight in such pairs, over that in pairs connected one way. NaN where there is none of a kind.
    correlation : float
        Of J_ij with J_ji, all weights counted.
    """

    connected: float
    both: float
    stronger: float
    correlation: float


def capacity(f: float = 0.5, *, kappa: float = 0.0, excitatory: float = 1.0) -> Optimum:
    """The most patterns that weights with given signs store, with the margin kappa T / sqrt(N).

    Parameters
    ----------
    f : float
        Coding level of inputs and outputs, from 1e-6 to 1 - 1e-6.
    kappa : float
        At least 0.
    excitatory : float
        Share e of the inputs, above 0 and at most 1; the others are inhibitory.

    Returns
    -------
    Optimum
        alpha right to 1e-9, the shares to 1e-6.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> round(capacity().alpha, 6), round(capacity(kappa=1.0).alpha, 4), round(capacity(kappa=1.0).silent, 4)
    (1.0, 0.4789, 0.6788)
    """
    f, kappa = arguments.number("f", f), arguments.number("kappa", kappa, at_least=0)
    if not 1e-6 <= f <= 1 - 1e-6:
        raise ValueError(f"f must lie between 1e-6 and 1 - 1e-6, got {f}")
    e = arguments.number("excitatory", excitatory, above=0)
    if e > 1:
        raise ValueError(f"excitatory must be at most 1, got {e}")
    if kappa > MOST:
        raise ValueError(f"kappa must be at most {MOST:g}, got {kappa}")

    def found(gamma):
        return _at(gamma, f, kappa, e)

    balance = -_WIDEST  # below it the mean field is negative
    if e < 1:
        balance = brentq(lambda gamma: _mean(gamma, e), -40.0, 40.0, xtol=1e-15)
    high = max(balance, 0.0)
    options = {"xatol": 1e-10}
    best = minimize_scalar(lambda gamma: -found(gamma).alpha, bounds=(balance, high), method="bounded", options=options)
    return max((found(gamma) for gamma in (best.x, balance, high)), key=lambda each: each.alpha)


def margin(alpha: float, f: float = 0.5, *, excitatory: float = 1.0) -> tuple[float, Optimum]:
    """The largest margin at a load: `capacity` read the other way round.

    Parameters
    ----------
    alpha : float
        Above 0 and at most the capacity without a margin.
    f, excitatory
        As for `capacity`.

    Returns
    -------
    float, Optimum
        kappa, and what `capacity` returns at it. kappa is at most 100.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range, or the load is above the capacity.

    Examples
    --------
    >>> kappa, optimum = margin(0.5)
    >>> round(kappa, 4), round(optimum.silent, 4)
    (0.9297, 0.6692)
    """
    alpha = arguments.number("alpha", alpha, above=0)
    most = capacity(f, excitatory=excitatory).alpha
    if alpha > most:
        raise ValueError(f"alpha must be at most {most:.6g}, the capacity at f = {f:g}, got {alpha}")

    def over(kappa):
        return capacity(f, kappa=kappa, excitatory=excitatory).alpha - alpha

    kappa = MOST if over(MOST) >= 0 else float(brentq(over, 0.0, MOST, xtol=1e-9))
    return kappa, capacity(f, kappa=kappa, excitatory=excitatory)


def weight_density(w, optimum: Optimum) -> np.ndarray:
    """Density of the excitatory weights that are not silent, whose integral is 1 - silent.

    Parameters
    ----------
    w : array_like
        Weights in units of T / (f N), the mean of all weights where all are excitatory; at least 0.
    optimum : Optimum

    Returns
    -------
    float64 of the shape of `w`

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range, or the weights have no scale.

    Examples
    --------
    >>> weight_density([0.0, 1.0], capacity()).round(4)
    array([0.1592, 0.147 ])
    """
    w = arguments.real_values("w", w)
    if not (w >= 0).all():
        raise ValueError(f"w must be at least 0, got {w.min():g}")
    if not isinstance(optimum, Optimum):
        raise TypeError(f"optimum must be what `capacity` returns, not {type(optimum).__name__}")
    if math.isinf(optimum.scale):
        raise ValueError("optimum must have weights of a given scale, and in balance they have none")
    z = w / optimum.scale - optimum.gamma
    return np.exp(-z * z / 2) / (math.sqrt(2 * math.pi) * optimum.scale)


def learn(X, y, *, signs=None) -> Learnt:
    """The weights of given signs with the largest margin, by a linear programme, at T = 1.

    Parameters
    ----------
    X : (P, N) array_like
        One row of inputs for each pattern, at least 0.
    y : (P,) array_like
        Outputs, -1 or +1, and both of them.
    signs : (N,) array_like, optional
        -1 or +1 for each cell; all excitatory if left out.

    Returns
    -------
    Learnt

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range.
    RuntimeError
        If the programme ends without an answer.

    Examples
    --------
    >>> learnt = learn([[1, 0], [0, 1]], [1, -1])
    >>> learnt.w.tolist(), round(learnt.kappa / 2**0.5, 6)
    ([2.0, 0.0], 1.0)
    """
    X, y = gardner.patterns(X, y)
    if (X < 0).any():
        raise ValueError(f"X must be at least 0: a rate or a spike is no less, got {X.min():g}")
    if abs(y.sum()) == y.size:
        raise ValueError("y must hold both outputs: with one of them any margin can be had")
    N = X.shape[1]
    signs = np.ones(N) if signs is None else arguments.real_array("signs", signs, (N,))
    bounds = [*gardner.sign_bounds(signs, N), (None, MOST / math.sqrt(N))]
    rows = np.hstack([-y[:, None] * X, np.ones((len(X), 1))])
    found = linprog(np.r_[np.zeros(N), -1.0], A_ub=rows, b_ub=-y, bounds=bounds, method="highs")
    if not gardner.answered(found):
        raise RuntimeError("the linear programme found no weights at all, although w = 0 satisfies it")
    return Learnt(found.x[:N], float(found.x[N] * math.sqrt(N)))


def network(patterns, *, signs=None) -> tuple[np.ndarray, np.ndarray]:
    """A network in which each pattern is a fixed point with the largest margin that each unit can give it.

    Parameters
    ----------
    patterns : (P, N) array_like
        0 or 1; every unit is active in some pattern and silent in another.
    signs : (N,) array_like, optional
        Of the cell that sends.

    Returns
    -------
    (N, N) float64, (N,) float64
        Weights J_ij from unit j to unit i, without a diagonal, for T = 1; and the margin kappa of each unit.

    Raises
    ------
    TypeError, ValueError, RuntimeError
        As for `learn`.

    Examples
    --------
    >>> J, kappa = network([[1, 1, 0, 0], [0, 0, 1, 1]])
    >>> J[0].tolist(), bool((kappa > 0).all())
    ([0.0, 2.0, 0.0, 0.0], True)
    """
    X = arguments.real_array("patterns", patterns)
    if X.ndim != 2 or X.shape[1] < 2 or not np.isin(X, (0, 1)).all():
        raise ValueError(f"patterns must be a matrix of 0 and 1 with two columns at least, got shape {X.shape}")
    P, N = X.shape
    if not ((X.sum(axis=0) > 0) & (X.sum(axis=0) < P)).all():
        raise ValueError("patterns must have every unit active in one of them and silent in another")
    signs = np.ones(N) if signs is None else arguments.real_array("signs", signs, (N,))
    J, kappa = np.zeros((N, N)), np.empty(N)
    for i in range(N):
        others = np.arange(N) != i
        J[i, others], kappa[i] = learn(X[:, others], 2 * X[:, i] - 1, signs=signs[others])
    return J, kappa


def pairs(J, *, silent: float = 1e-9) -> Pairs:
    """How a network's units are connected in pairs.

    Parameters
    ----------
    J : (N, N) array_like
        Weights; the diagonal is left out.
    silent : float
        A weight up to this size counts as silent.

    Returns
    -------
    Pairs

    Raises
    ------
    TypeError, ValueError
        If J is no square matrix, or nothing is connected.

    Examples
    --------
    >>> pairs([[0, 1, 0], [1, 0, 0], [1, 0, 0]]).both
    1.3333333333333333
    """
    J = arguments.real_array("J", J)
    if J.ndim != 2 or J.shape[0] != J.shape[1] or len(J) < 2:
        raise ValueError(f"J must be a square matrix of two units at least, got shape {J.shape}")
    silent = arguments.number("silent", silent, at_least=0)
    i, j = np.triu_indices(len(J), 1)
    there, back = np.abs(J[i, j]), np.abs(J[j, i])
    on = np.array([there > silent, back > silent])
    connected = float(on.mean())
    if connected == 0:
        raise ValueError("J must have a weight that is not silent")
    both, one = on.all(axis=0), on.sum(axis=0) == 1
    twice, once = np.r_[there[both], back[both]], (there + back)[one]
    stronger = float(twice.mean() / once.mean()) if twice.size and once.size else math.nan
    x, y = np.r_[there, back], np.r_[back, there]
    spread = x.var()
    correlation = float(((x - x.mean()) * (y - x.mean())).mean() / spread) if spread > 0 else math.nan
    return Pairs(connected, float(both.mean()) / connected**2, stronger, correlation)


def _mean(gamma: float, e: float) -> float:
    return float(e * gardner.mean_miss(gamma) - (1 - e) * gardner.mean_miss(-gamma))


def _at(gamma: float, f: float, kappa: float, e: float) -> Optimum:
    mean = max(_mean(gamma, e), 0.0)
    square = float(e * gardner.squared_miss(gamma) + (1 - e) * gardner.squared_miss(-gamma))
    active = e * ndtr(gamma) + (1 - e) * ndtr(-gamma)
    reach = kappa * math.sqrt(f / (1 - f)) * mean / math.sqrt(square)
    best = gardner.capacity(f, kappa=reach)
    scale = 1 / mean if mean > 1e-12 else math.inf
    alpha = float(active**2 / square * best.alpha)
    return Optimum(alpha, float(ndtr(-gamma)), float(ndtr(gamma)), float(gamma), scale, reach, best.threshold)
