"""The closed loop of one statistic, exactly: a coin, or spins with one coupling between each two, as a chain.

`closedloop` has the coin. Here is any exponential family with one parameter whose statistic takes few values,

    p_j(theta) = w_j exp(theta y_j) / Z(theta),    y_j = h_j / h_top,    h_j whole, h_0 = 0,

so that y lies between 0 and 1, as a toss of a coin does. n spins with the same coupling J between each two and no field
are one: y grows with the square of their sum, and theta with J.

    coin()      y = 0, 1                                                  theta = ln(x / (1 - x))
    spins(4)    y = 0, 1/4, 1 for |sum| = 0, 2, 4, of 6, 8, 2 states      theta = 2 J, with J / 4 on each pair

What M data say is a whole number, the sum k of their h. Hence the loop is a chain with M h_top + 1 states, and its law
is known in every generation: how many have collapsed, what is left of the rest. Fitted is the mean x = <y>,

    M (k / (M h_top) - x) + m (q - x) + (a - (a + b) x) - (u / s^2)(theta - mean) = 0,

from M drawn data, m external ones of the average q, a prior of a + b data whose average is a / (a + b), and a normal
one. Where only the first are there x is a martingale: it keeps its mean, and collapses to 1 with the probability x_0.
With a single parameter it has nowhere else to collapse to than the two ends of y.

References
----------
F. Jangjoo, G. di Sarra, M. Marsili and Y. Roudi, Phys. Rev. Lett. 136, 197301 (2026), arXiv:2506.20623.
"""

import math
from typing import NamedTuple

import numpy as np

from ..core import arguments, words
from ..core.jit import kernel
from ..core.words import uniform
from .closedloop import Conjugate, Normal

MOST_STATES = 3001  # of a chain whose matrix is formed
_REACH = 700.0  # the largest theta: exp(700) is a number yet


class Statistic(NamedTuple):
    """A statistic that takes few values.

    Attributes
    ----------
    heights : (L,) int64
        h_j, from 0 upwards; the values are y_j = h_j / h_top.
    log_weight : (L,) float64
        Logarithms of the numbers of states.
    """

    heights: np.ndarray
    log_weight: np.ndarray


class Chain(NamedTuple):
    """The loop of a statistic. Arrays have a row for each sum k = 0 ... S - 1, and one more, the last, for the start.

    Attributes
    ----------
    statistic : Statistic
    M : int
        Data of a generation.
    x, theta : (S + 1,) float64
        Means and parameters of the model that is fitted; theta is infinite where x is 0 or 1.
    laws : (S + 1, L) float64
        What such a model draws, level by level.
    ones, held : float
        Sum of y, and number, of the data that are there without being drawn: external ones, and those of a prior.
    pull, centre : float
        u / s^2 of a normal prior, and its mean.
    """

    statistic: Statistic
    M: int
    x: np.ndarray
    theta: np.ndarray
    laws: np.ndarray
    ones: float
    held: float
    pull: float
    centre: float


class Evolution(NamedTuple):
    """What `evolution` returns.

    Attributes
    ----------
    mean : (generations + 1,) float64
        Of x; entry 0 is the start.
    collapsed : (generations + 1,) float64
        Probability that nothing changes any more.
    law : (S + 1,) float64
        Of the states in the last generation.
    """

    mean: np.ndarray
    collapsed: np.ndarray
    law: np.ndarray


def coin() -> Statistic:
    """A coin: y is 0 or 1.

    Examples
    --------
    >>> coin().heights
    array([0, 1])
    """
    return Statistic(np.array([0, 1]), np.zeros(2))


def spins(n: int) -> Statistic:
    """n spins without a field: y is the square of their sum, from the least that it can be, 0, to n^2, 1.

    Examples
    --------
    >>> four = spins(4)
    >>> four.heights, np.exp(four.log_weight).round(9)
    (array([0, 1, 4]), array([6., 8., 2.]))
    """
    n = arguments.count("n", n, at_least=2, at_most=60)
    up = np.arange((n + 1) // 2, n + 1)
    square = (2 * up - n) ** 2
    many = [math.comb(n, k) * (1 if 2 * k == n else 2) for k in up.tolist()]
    return Statistic((square - square[0]) // (4 if n % 2 == 0 else 8), np.log(many))


def chain(
    statistic: Statistic,
    M: int,
    *,
    start: float,
    external: float = 0.0,
    q: float = 0.5,
    prior: Conjugate | Normal | None = None,
    strength: float = 1.0,
) -> Chain:
    """The loop of a statistic.

    Parameters
    ----------
    statistic : Statistic
    M : int
        Data of a generation, at least 1; M h_top is at most 3000.
    start : float
        Mean of the model at the start, from 0 to 1.
    external : float
        Data m from elsewhere in each generation, at least 0.
    q : float
        Their average, from 0 to 1.
    prior : closedloop.Conjugate, closedloop.Normal or None
        As a + b data whose sum is a, or of theta; None is maximum likelihood.
    strength : float
        Its power u, at least 0.

    Returns
    -------
    Chain

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> chain(coin(), 4, start=0.3).x
    array([0.  , 0.25, 0.5 , 0.75, 1.  , 0.3 ])
    """
    if not isinstance(statistic, Statistic):
        raise TypeError(f"statistic must be a Statistic, not {type(statistic).__name__}")
    heights, log_weight = statistic
    M = arguments.count("M", M, at_least=1, at_most=(MOST_STATES - 1) // int(heights[-1]))
    start, q = _share("start", start), _share("q", q)
    external = arguments.number("external", external, at_least=0)
    strength = arguments.number("strength", strength, at_least=0)
    ones, held, pull, centre = external * q, external, 0.0, 0.0
    if isinstance(prior, Normal):
        pull = strength / arguments.number("prior.deviation", prior.deviation, above=0) ** 2
        centre = arguments.number("prior.mean", prior.mean)
    elif isinstance(prior, Conjugate):
        a = strength * arguments.number("prior.a", prior.a, at_least=0)
        ones, held = ones + a, held + a + strength * arguments.number("prior.b", prior.b, at_least=0)
    elif prior is not None:
        raise TypeError(f"prior must be None, a Conjugate or a Normal, not {type(prior).__name__}")
    S, L = M * int(heights[-1]) + 1, heights.size
    x, theta, laws = np.empty(S + 1), np.empty(S + 1), np.empty((S + 1, L))
    fill_models(heights, log_weight, M, start, ones, held, pull, centre, x, theta, laws)
    return Chain(statistic, M, x, theta, laws, ones, held, pull, centre)


def transitions(loop: Chain) -> np.ndarray:
    """Law of the sum in the next generation, for each state and for the start, (S + 1, S) float64.

    Examples
    --------
    >>> transitions(chain(coin(), 2, start=0.5))
    array([[1.  , 0.  , 0.  ],
           [0.25, 0.5 , 0.25],
           [0.  , 0.  , 1.  ],
           [0.25, 0.5 , 0.25]])
    """
    loop = _checked(loop)
    P = np.empty((loop.x.size, loop.x.size - 1))
    fill_transitions(loop.laws, loop.statistic.heights, loop.M, P)
    return P


def rests(loop: Chain) -> np.ndarray:
    """Which of the states nothing leaves: the first, the last, both or none, (S + 1,) bool.

    Examples
    --------
    >>> rests(chain(coin(), 2, start=0.5)).tolist()
    [True, False, True, False]
    """
    loop = _checked(loop)
    still = np.zeros(loop.x.size, dtype=bool)
    still[0], still[-2] = loop.laws[0, 0] == 1, loop.laws[-2, -1] == 1
    return still


def evolution(loop: Chain, generations: int) -> Evolution:
    """What the loop comes to, from its start.

    Parameters
    ----------
    loop : Chain
    generations : int

    Returns
    -------
    Evolution

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> evolution(chain(coin(), 2, start=0.5), 3).collapsed
    array([0.   , 0.5  , 0.75 , 0.875])
    """
    P, still = transitions(loop), rests(loop)
    generations = arguments.count("generations", generations)
    now, after = np.zeros(loop.x.size), np.empty(loop.x.size)
    now[-1] = 1.0
    mean, collapsed = np.empty((2, generations + 1))
    for t in range(generations + 1):
        if t:
            evolve(P, now, after)
            now, after = after, now
        mean[t], collapsed[t] = now @ loop.x, now[still].sum()
    return Evolution(mean, collapsed, now)


def walk(loop: Chain, lanes: int, generations: int, *, rng: np.random.Generator) -> np.ndarray:
    """Many loops side by side: the state of each in each generation, (generations + 1, lanes) int32.

    Examples
    --------
    >>> loop = chain(spins(4), 10, start=0.25)
    >>> ends = walk(loop, 1000, 400, rng=np.random.default_rng(1))[-1]
    >>> sorted(set(loop.x[ends].tolist())), bool(abs(loop.x[ends].mean() - 0.25) < 0.05)
    ([0.0, 1.0], True)
    """
    loop, lanes = _checked(loop), arguments.count("lanes", lanes, at_least=1)
    generations = arguments.count("generations", generations)
    k = arguments.room((generations + 1, lanes), np.int32, generations=generations)
    k[0] = loop.x.size - 1
    random = words.stream(rng)
    for t in range(generations):
        k[t + 1] = k[t]
        advance(loop.laws, loop.statistic.heights, loop.M, k[t + 1], random)
    return k


def density(loop: Chain, theta) -> np.ndarray:
    """The stationary law for large M, equation (3) of `closedloop`, as a density of theta.

    Parameters
    ----------
    loop : Chain
        With external data or a prior. M does not matter.
    theta : (G,) array_like
        Evenly spaced, and so far that nothing is left outside: the law is normalised on them.

    Returns
    -------
    (G,) float64
        Divided by the variance of y it is the density of x.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, or nothing holds the loop back from both of its ends.

    Examples
    --------
    >>> theta = np.linspace(-60, 60, 2401)
    >>> p, x = density(chain(coin(), 9, start=0.5, external=1), theta), 1 / (1 + np.exp(-theta))
    >>> bool(np.allclose(p, x * (1 - x)))  # uniform in x
    True
    """
    loop, theta = _checked(loop), arguments.series("theta", theta, at_least=3)
    if not stays(loop.ones, loop.held, loop.pull):
        raise ValueError("loop must have external data or a prior that hold it back from both ends")
    levels, (p, x, chi) = loop.statistic.heights.size, np.empty((3, theta.size))
    fill_density(*loop.statistic, loop.ones, loop.held, loop.pull, loop.centre, theta, p, x, chi, np.empty(levels))
    return p


def _checked(loop) -> Chain:
    if not isinstance(loop, Chain):
        raise TypeError(f"loop must be a Chain, not {type(loop).__name__}")
    return loop


def _share(name: str, value) -> float:
    value = arguments.number(name, value, at_least=0)
    if value > 1:
        raise ValueError(f"{name} must be at most 1, got {value:g}")
    return value


@kernel
def tilt(heights, log_weight, theta, p):
    """Fill `p` with the law at theta; return the mean of y, its variance and ln Z."""
    top = 0.0
    for j in range(len(heights)):
        p[j] = log_weight[j] + theta * heights[j] / heights[-1]
        top = p[j] if j == 0 else max(top, p[j])
    Z, mean, square = 0.0, 0.0, 0.0
    for j in range(len(heights)):
        p[j] = math.exp(p[j] - top)
        Z += p[j]
    for j in range(len(heights)):
        p[j] /= Z
        mean += p[j] * heights[j] / heights[-1]
    for j in range(len(heights)):
        off = heights[j] / heights[-1] - mean
        square += p[j] * off * off
    return mean, square, top + math.log(Z)


@kernel
def fit(heights, log_weight, average, total, pull, centre, p):
    """Fill `p` with the law of the best theta, and return that: total (average - x) = pull (theta - centre)."""
    top = len(heights) - 1
    if pull == 0.0 and (average <= 0.0 or average >= 1.0):
        p[:] = 0.0
        p[0 if average <= 0.0 else top] = 1.0
        return -math.inf if average <= 0.0 else math.inf
    if pull == 0.0 and top == 1:
        p[0], p[1] = 1.0 - average, average
        return math.log(average) - math.log(1.0 - average) + log_weight[0] - log_weight[1]
    low, high, theta = -_REACH, _REACH, 0.0
    for _ in range(200):  # Newton's steps, halved intervals where these lead astray
        mean, chi, _ln_Z = tilt(heights, log_weight, theta, p)
        off = total * (average - mean) - pull * (theta - centre)
        if off > 0.0:
            low = theta
        else:
            high = theta
        step = off / (total * chi + pull + 1e-300)
        if not low < theta + step < high:
            step = (low + high) / 2 - theta
        theta += step
        if abs(step) < 1e-14 * (1.0 + abs(theta)):
            break
    tilt(heights, log_weight, theta, p)
    return theta


@kernel
def fill_models(heights, log_weight, M, start, ones, held, pull, centre, x, theta, laws):
    """Fill the models that are fitted to each sum, and that of the start."""
    top, last = heights[-1], len(x) - 1
    for k in range(last + 1):
        if k == last:
            theta[k] = fit(heights, log_weight, start, 1.0, 0.0, 0.0, laws[k])
        else:
            average = (k / top + ones) / (M + held)
            theta[k] = fit(heights, log_weight, average, M + held, pull, centre, laws[k])
        x[k] = 0.0
        for j in range(1, len(heights)):
            x[k] += laws[k, j] * heights[j] / top


@kernel
def fill_transitions(laws, heights, M, P):
    """Fill P (S + 1, S) with the laws of the sum of M data, a datum at a time."""
    P[:] = 0.0
    for row in range(len(P)):
        P[row, 0] = 1.0
        for n in range(1, M + 1):
            for k in range(n * heights[-1], -1, -1):
                value = 0.0
                for j in range(len(heights)):
                    if k >= heights[j]:
                        value += laws[row, j] * P[row, k - heights[j]]
                P[row, k] = value


@kernel
def evolve(P, now, after):
    """Fill `after` (S + 1,) with the law a generation later; nothing comes back to the start."""
    after[:] = 0.0
    for k in range(len(now)):
        if now[k] > 0.0:
            for j in range(len(now) - 1):
                after[j] += now[k] * P[k, j]


@kernel
def advance(laws, heights, M, states, random):
    """Take each loop on by a generation: M data, and the model that is fitted to their sum."""
    top = len(heights) - 1
    for lane in range(len(states)):
        p = laws[states[lane]]
        if p[0] == 1.0 or p[top] == 1.0:
            states[lane] = 0 if p[0] == 1.0 else M * heights[top]
            continue
        total = 0
        for _ in range(M):
            u, below = uniform(random), 0.0
            for j in range(top, 0, -1):
                below += p[j]
                if u < below:
                    total += heights[j]
                    break
        states[lane] = total


@kernel
def stays(ones, held, pull):
    """Whether something holds the loop back from both of its ends."""
    return pull > 0.0 or (ones > 0.0 and ones < held)


@kernel
def fill_density(heights, log_weight, ones, held, pull, centre, theta, p, x, chi, levels):
    """Fill the stationary law over evenly spaced theta, and mean and variance of y there; `levels` is memory."""
    most, area = -math.inf, 0.0
    for g in range(len(theta)):
        x[g], chi[g], ln_Z = tilt(heights, log_weight, theta[g], levels)
        off = theta[g] - centre
        p[g] = 2 * (theta[g] * ones - held * ln_Z) - pull * off * off
        most = max(most, p[g])
    for g in range(len(theta)):
        p[g] = math.exp(p[g] - most)
        area += p[g]
    for g in range(len(theta)):
        p[g] /= area * (theta[1] - theta[0])
