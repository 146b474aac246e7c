"""A model that learns from what it says itself: the closed loop of one coin, exactly.

In each generation a model draws M data and is fitted to them anew. The simplest one is a coin, s = 0 or 1 with the
probability x of a 1. N equal coins with one parameter between them are one coin that is tossed N M times. Its natural
parameter is theta = ln(x / (1 - x)).

**Maximum likelihood.** The new x is k / M with a binomial k, so the mean of x stays what it was: x is a martingale. It
stops only at 0 and at 1, where a coin cannot say anything else. Since the mean is kept, it ends at 1 with the
probability x_0: a straight line. As a chain with the states k = 0 ... M (Wright's and Fisher's of genetics) all else is
linear algebra. E[k (k - 1) ... (k - j + 1)] = M (M - 1) ... (M - j + 1) x^j makes the eigenvalues known,

    lambda_j = M (M - 1) ... (M - j + 1) / M^j,                                                                 (1)

so that x (1 - x) falls by 1 - 1 / M in each generation, and for large M the mean time to absorption is

    t(x) = -2 M (x ln x + (1 - x) ln(1 - x)),        from t'' x (1 - x) / (2 M) = -1.                              (2)

**What holds it back.** m data of a fixed average q that come in anew each time, or a prior p0(theta)^u and the maximum
of the posterior, as a density of theta. Together the new theta is where

    M (xhat ln x + (1 - xhat) ln(1 - x)) - m D(q || x) + u ln p0(theta)       (D: Kullback and Leibler's divergence)

is largest. With a prior x^a (1 - x)^b that is x = (k + m q + u a) / (M + m + u (a + b)): such a prior is data that
nobody drew. There is no absorption then, unless q is 0 or 1, and the eigenvalues are those of (1) with
M + m + u (a + b) in the denominator.

**The stationary law.** To first order in 1 / M a generation moves the mean by (1 / M) dV / dtheta, V = u ln p0 - m D,
and spreads it with the variance chi / M, chi = dx / dtheta = x (1 - x). The law of x without a current has

    (dV / dtheta) P_x = (1/2) d(chi P_x) / dx,     and with P_x = P / chi, d/dx = (1 / chi) d/dtheta:  dP / P = 2 dV,

    P(theta) = C p0(theta)^(2 u) exp(-2 m D(q || theta)).                                                       (3)

It stands in the natural parameter. The steps hold for any exponential family, with the susceptibility matrix for chi:
its derivative is the third cumulant, symmetric in all three, and drops out. The number M is not in it: more data make
the loop slower and nothing else. And it is broad: m = 1, q = 1/2 and no prior is x (1 - x) in theta, which is the
*uniform* law of x. One true datum a generation prevents absorption; it does not make the model right.

References
----------
F. Jangjoo, G. di Sarra, M. Marsili and Y. Roudi, Phys. Rev. Lett. 136, 197301 (2026), arXiv:2506.20623: the loop for
exponential families, the martingale, and (3).
S. Wright, Genetics 16, 97 (1931): the chain and its limit, for genes.
"""

from typing import NamedTuple

import numpy as np
from scipy.optimize import brentq
from scipy.special import expit, logsumexp, xlog1py, xlogy
from scipy.stats import binom

from ..core import arguments

MOST_STATES = 3000  # of a chain whose matrix is formed
_GRID = np.linspace(-60, 60, 60001)  # of theta


class Conjugate(NamedTuple):
    """A prior of theta that is x^a (1 - x)^b: as a + b data of which a are 1. a = b = 1 is uniform in x."""

    a: float
    b: float


class Normal(NamedTuple):
    """A normal prior of theta, with its `mean` and `deviation`: a penalty on the square of the parameter."""

    mean: float
    deviation: float


class Coin(NamedTuple):
    """The closed loop of one coin.

    Attributes
    ----------
    M : int
        Data that it draws in a generation.
    external : int
        Data m that come from elsewhere, in each generation.
    q : float
        Their average.
    fresh : bool
        Whether they are drawn anew, or are the same each time with exactly this average.
    prior : Conjugate, Normal or None
    strength : float
        The power u of the prior.
    estimates : (S,) float64
        x after a generation in which k of the data were 1, k = 0 ... S - 1; S is M + 1, and M + m + 1 if external data
        are drawn. Read only.
    """

    M: int
    external: int
    q: float
    fresh: bool
    prior: Conjugate | Normal | None
    strength: float
    estimates: np.ndarray


class Absorption(NamedTuple):
    """What `absorption` returns.

    Attributes
    ----------
    time : (S,) float64
        Mean number of generations until nothing changes any more, from each number k of ones.
    ones : (S,) float64
        Probability that all is 1 then.
    """

    time: np.ndarray
    ones: np.ndarray


class Runs(NamedTuple):
    """What `simulate` returns.

    Attributes
    ----------
    x : (generations + 1, lanes) float64
        Estimates; row 0 is the start.
    time : (lanes,) int64
        Generation in which each lane was absorbed, -1 if it was not.
    """

    x: np.ndarray
    time: np.ndarray


def coin(
    M: int,
    *,
    external: int = 0,
    q: float = 0.5,
    fresh: bool = False,
    prior: Conjugate | Normal | None = None,
    strength: float = 1.0,
) -> Coin:
    """A coin in its closed loop. N coins with one parameter that draw M data each are ``coin(N * M)``.

    Parameters
    ----------
    M : int
        Data of a generation, at least 1.
    external : int
        Data m from elsewhere, at least 0.
    q : float
        Their average, from 0 to 1.
    fresh : bool
        Whether they are drawn anew in each generation.
    prior : Conjugate, Normal or None
        Of theta; None is maximum likelihood.
    strength : float
        Its power u, at least 0.

    Returns
    -------
    Coin

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> coin(4).estimates
    array([0.  , 0.25, 0.5 , 0.75, 1.  ])
    >>> coin(2, external=2).estimates
    array([0.25, 0.5 , 0.75])
    """
    M, external = arguments.count("M", M, at_least=1, at_most=10**7), arguments.count("external", external)
    q = arguments.number("q", q, at_least=0)
    if q > 1:
        raise ValueError(f"q must be at most 1, got {q:g}")
    fresh, strength = arguments.flag("fresh", fresh), arguments.number("strength", strength, at_least=0)
    prior = _checked_prior(prior)
    total = M + external
    ones = np.arange(total + 1.0) if fresh else np.arange(M + 1.0) + external * q
    if isinstance(prior, Normal) and strength:
        width = prior.deviation**2 / strength
        x = np.array([_penalised(k, total, prior.mean, width) for k in ones])
    elif prior is None or strength == 0:
        x = ones / total
    else:
        x = (ones + strength * prior.a) / (total + strength * (prior.a + prior.b))
    x.setflags(write=False)
    return Coin(M, external, q, fresh, prior, strength, x)


def transitions(loop: Coin) -> np.ndarray:
    """Matrix of one generation: in row k the law of the number of ones after k, (S, S) float64.

    Examples
    --------
    >>> transitions(coin(2))
    array([[1.  , 0.  , 0.  ],
           [0.25, 0.5 , 0.25],
           [0.  , 0.  , 1.  ]])
    """
    loop = _checked(loop)
    if loop.estimates.size > MOST_STATES:
        raise ValueError(f"loop must have at most {MOST_STATES} states, got {loop.estimates.size}")
    return _step(loop, loop.estimates)


def law(loop: Coin, x: float, generations: int) -> np.ndarray:
    """Law of the number of ones in each generation, starting from a coin with a given x.

    Parameters
    ----------
    loop : Coin
        With at most 3000 states.
    x : float
        From 0 to 1.
    generations : int

    Returns
    -------
    (generations, S) float64
        Row t is the law in generation t + 1.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> law(coin(2), 0.5, 2)
    array([[0.25 , 0.5  , 0.25 ],
           [0.375, 0.25 , 0.375]])
    """
    P, x = transitions(loop), arguments.number("x", x, at_least=0)
    if x > 1:
        raise ValueError(f"x must be at most 1, got {x:g}")
    generations = arguments.count("generations", generations)
    out = arguments.room((generations, len(P)), generations=generations)
    now = _step(loop, np.array([x]))[0]
    for t in range(generations):
        out[t] = now
        now = now @ P
    return out


def absorption(loop: Coin) -> Absorption:
    """Mean time to absorption, and where it ends, from each state.

    Parameters
    ----------
    loop : Coin

    Returns
    -------
    Absorption

    Raises
    ------
    TypeError, ValueError
        If `loop` is none, has more than 3000 states, or is never absorbed.

    Examples
    --------
    >>> absorption(coin(2)).time, absorption(coin(2)).ones
    (array([0., 2., 0.]), array([0. , 0.5, 1. ]))
    """
    P = transitions(loop)
    rests = np.diag(P) == 1
    if not rests.any():
        raise ValueError("loop must have a state in which it rests, and external data or a prior leave it none")
    moving = ~rests
    left = np.eye(moving.sum()) - P[np.ix_(moving, moving)]
    time, ones = np.zeros(len(P)), (rests & (loop.estimates == 1)).astype(np.float64)
    found = np.linalg.solve(left, np.column_stack([np.ones(moving.sum()), P[moving] @ ones]))
    time[moving], ones[moving] = found.T
    return Absorption(time, ones)


def mean_time(loop: Coin, x: float) -> float:
    """Mean number of generations to absorption of a coin that starts with any x.

    Examples
    --------
    >>> round(mean_time(coin(2), 0.5), 12)
    2.0
    """
    time, first = absorption(loop).time, law(loop, x, 1)[0]
    return 0.0 if x in (0, 1) and _rests(loop, x) else 1.0 + float(first @ time)


def survival(loop: Coin, x: float, generations: int) -> np.ndarray:
    """Probability that the coin still moves after each generation.

    Parameters
    ----------
    loop : Coin
    x : float
        At the start, from 0 to 1.
    generations : int

    Returns
    -------
    (generations + 1,) float64
        Entry 0 is the start. Of N coins with a parameter each, 1 - (1 - survival)^N is the probability that some move.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range, or `loop` has more than 3000 states.

    Examples
    --------
    >>> survival(coin(2), 0.5, 3)
    array([1.   , 0.5  , 0.25 , 0.125])
    """
    p = law(loop, x, generations)
    rests = np.array([_rests(loop, end) for end in (0.0, 1.0)])
    start = 0.0 if x in (0, 1) and rests[int(x)] else 1.0
    return np.concatenate([[start], 1 - p[:, 0] * rests[0] - p[:, -1] * rests[1]])


def diffusion_time(x, M: int) -> np.ndarray:
    """Mean time to absorption for large M, equation (2), of the shape of `x`.

    Examples
    --------
    >>> diffusion_time(0.5, 100).round(4)  # 2 M ln 2
    np.float64(138.6294)
    """
    x, M = arguments.real_values("x", x), arguments.count("M", M, at_least=1)
    if not ((x >= 0) & (x <= 1)).all():
        raise ValueError(f"x must lie between 0 and 1, got {x.min():g} to {x.max():g}")
    return -2.0 * M * (xlogy(x, x) + xlog1py(1 - x, -x))[()] + 0.0


def eigenvalues(loop: Coin) -> np.ndarray:
    """Eigenvalues of a generation by formula, largest first, (M + 1,) float64.

    Parameters
    ----------
    loop : Coin
        Without a normal prior, which makes the estimate no longer a linear function of the data, and without external
        data that are drawn.

    Returns
    -------
    (M + 1,) float64

    Raises
    ------
    TypeError, ValueError
        If `loop` is none of these.

    Examples
    --------
    >>> eigenvalues(coin(4))
    array([1.     , 1.     , 0.75   , 0.375  , 0.09375])
    """
    loop = _checked(loop)
    if isinstance(loop.prior, Normal) or loop.fresh:
        raise ValueError("loop must have no normal prior and no external data that are drawn anew")
    ones, zeros = _pseudo(loop)
    factors = (loop.M - np.arange(loop.M)) / (loop.M + ones + zeros)
    return np.concatenate([[1.0], np.cumprod(factors)])


def stationary(loop: Coin) -> np.ndarray:
    """Stationary law of the number of ones, exactly.

    Parameters
    ----------
    loop : Coin
        One that is never absorbed, with at most 3000 states.

    Returns
    -------
    (S,) float64

    Raises
    ------
    TypeError, ValueError
        If `loop` is none, or has a state in which it rests: then every such state is a law of its own.

    Examples
    --------
    >>> stationary(coin(2, external=1)).round(4)
    array([0.3214, 0.3571, 0.3214])
    """
    P = transitions(loop)
    if (np.diag(P) == 1).any():
        raise ValueError("loop must not rest in any state; give it external data or a prior")
    A = P.T - np.eye(len(P))
    A[-1] = 1.0
    p = np.linalg.solve(A, np.eye(len(P))[-1])
    return np.maximum(p, 0.0) / np.maximum(p, 0.0).sum()


def density(loop: Coin, theta) -> np.ndarray:
    """The stationary law for large M, equation (3), as a density of theta; divide by x (1 - x) for that of x.

    Parameters
    ----------
    loop : Coin
        With external data or a prior. M does not matter.
    theta : array_like

    Returns
    -------
    float64 of the shape of `theta`

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, or nothing holds the coin back from both of its ends.

    Examples
    --------
    >>> x = np.array([0.1, 0.5])
    >>> loop = coin(100, external=1)
    >>> (density(loop, np.log(x / (1 - x))) / (x * (1 - x))).round(9)  # uniform
    array([1., 1.])
    """
    theta = arguments.real_values("theta", theta)
    log_p, log_norm = _log_density(loop)
    return np.exp(log_p(theta) - log_norm)[()]


def cells(loop: Coin) -> np.ndarray:
    """Equation (3) over the states of the chain: what it gives to the neighbourhood of each estimate.

    Parameters
    ----------
    loop : Coin

    Returns
    -------
    (S,) float64
        To be held against `stationary`. Ends of the cells lie in the middle between two estimates.

    Raises
    ------
    TypeError, ValueError
        As for `density`.

    Examples
    --------
    >>> cells(coin(4, external=4)).round(3)
    array([0.143, 0.223, 0.269, 0.223, 0.143])
    """
    log_p, log_norm = _log_density(loop)
    below = np.exp(log_p(_GRID) - log_norm)
    below = np.concatenate([[0.0], np.cumsum((below[1:] + below[:-1]) / 2) * (_GRID[1] - _GRID[0])])
    x = loop.estimates
    middle = (x[1:] + x[:-1]) / 2
    at = np.interp(np.log(middle) - np.log1p(-middle), _GRID, below)
    return np.diff(np.concatenate([[0.0], at, [below[-1]]]))


def simulate(x, loop: Coin, generations: int, *, rng: np.random.Generator) -> Runs:
    """Many loops side by side.

    Parameters
    ----------
    x : (lanes,) array_like
        The coins at the start, from 0 to 1.
    loop : Coin
        With any number of states.
    generations : int
    rng : numpy.random.Generator

    Returns
    -------
    Runs

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range.

    Examples
    --------
    >>> runs = simulate(np.full(1000, 0.3), coin(20), 400, rng=np.random.default_rng(1))
    >>> set(runs.x[-1].tolist()), bool(abs(runs.x[-1].mean() - 0.3) < 0.05)
    ({0.0, 1.0}, True)
    """
    loop, x = _checked(loop), arguments.series("x", x, at_least=1)
    if not ((x >= 0) & (x <= 1)).all():
        raise ValueError(f"x must lie between 0 and 1, got {x.min():g} to {x.max():g}")
    generations = arguments.count("generations", generations)
    rng, lanes = arguments.generator(rng), x.size
    out = arguments.room((generations + 1, lanes), generations=generations)
    time = np.full(lanes, -1)
    ends = [end for end in (0.0, 1.0) if _rests(loop, end)]
    out[0] = x
    for t in range(generations + 1):
        if t:
            ones = rng.binomial(loop.M, out[t - 1])
            if loop.fresh:
                ones = ones + rng.binomial(loop.external, loop.q, size=lanes)
            out[t] = loop.estimates[ones]
        time[(time < 0) & np.isin(out[t], ends)] = t
        if (time >= 0).all():
            out[t:] = out[t]
            break
    return Runs(out, time)


def _checked(loop) -> Coin:
    if not isinstance(loop, Coin):
        raise TypeError(f"loop must be a Coin, not {type(loop).__name__}")
    return loop


def _checked_prior(prior):
    if prior is None:
        return None
    if isinstance(prior, Conjugate):
        return Conjugate(
            arguments.number("prior.a", prior.a, at_least=0), arguments.number("prior.b", prior.b, at_least=0)
        )
    if isinstance(prior, Normal):
        return Normal(
            arguments.number("prior.mean", prior.mean), arguments.number("prior.deviation", prior.deviation, above=0)
        )
    raise TypeError(f"prior must be None, a Conjugate or a Normal, not {type(prior).__name__}")


def _penalised(ones: float, total: float, mean: float, width: float) -> float:
    """x at the theta where ones - total x(theta) = (theta - mean) / width."""
    low, high = mean - width * (total - ones), mean + width * ones
    if low == high:
        return float(expit(low))
    root = brentq(lambda theta: ones - total * expit(theta) - (theta - mean) / width, low, high, xtol=1e-13, rtol=1e-14)
    return float(expit(root))


def _step(loop: Coin, x: np.ndarray) -> np.ndarray:
    """Law of the number of ones in the next generation, for each of some coins."""
    P = binom.pmf(np.arange(loop.M + 1), loop.M, x[:, None])
    if loop.fresh and loop.external:
        drawn = binom.pmf(np.arange(loop.external + 1), loop.external, loop.q)
        P = np.array([np.convolve(row, drawn) for row in P])
    return P


def _rests(loop: Coin, end: float) -> bool:
    """Whether a coin with x = end, 0 or 1, draws data that make it so again."""
    return loop.estimates[int(end) * (loop.estimates.size - 1)] == end and (not loop.fresh or loop.q == end)


def _pseudo(loop: Coin) -> tuple[float, float]:
    """External and conjugate data that are 1, and that are 0."""
    ones, zeros = loop.external * loop.q, loop.external * (1 - loop.q)
    if isinstance(loop.prior, Conjugate):
        ones, zeros = ones + loop.strength * loop.prior.a, zeros + loop.strength * loop.prior.b
    return ones, zeros


def _log_density(loop: Coin):
    """The logarithm of (3) without its constant, a function of theta, and that of the integral."""
    loop = _checked(loop)
    ones, zeros = _pseudo(loop)
    normal = loop.prior if isinstance(loop.prior, Normal) and loop.strength else None
    if normal is None and not (ones > 0 and zeros > 0):
        raise ValueError("loop must have external data or a prior that hold it back from 0 and from 1")

    def log_p(theta):
        # ln x and ln(1 - x) of theta, without a difference of large numbers
        value = -2 * (ones * np.logaddexp(0, -theta) + zeros * np.logaddexp(0, theta))
        return value if normal is None else value - loop.strength * ((theta - normal.mean) / normal.deviation) ** 2

    return log_p, logsumexp(log_p(_GRID)) + np.log(_GRID[1] - _GRID[0])
