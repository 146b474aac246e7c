"""How many patterns any weights can hold: Cover's count, Gardner's volume, and linear programmes that check both.

A unit with N inputs x and weights w answers y = -1 or +1. It stores a pattern with the margin kappa if
y (w.x - theta) >= kappa for weights of length 1 and inputs of mean 0 and variance 1. A network of N units that shall
keep P = alpha N patterns is N such problems, one for each unit, with the other units as inputs.

Cover (1965) counts: of the 2^P labellings of P points in general position a plane through 0 makes C(P, N) =
2 sum over k < N of binomial(P - 1, k), so that at P = 2 N exactly one half can be had (`separable_share`).

Gardner (1988) asks for a margin, and for outputs of which a share f is +1. The short way to her answer goes by
Gordon's inequality (Stojnic 2013), since the problem is convex. With X the P x N matrix of the inputs and C the set of
fields that are allowed, the smallest distance of X w from C, over |w| = 1, is for large N

    sqrt(P E dist(g, C)^2) - sqrt(N),    g normal,

so that weights exist up to alpha_c = 1 / E dist(g, C)^2. Here C is a half line for either output, and the threshold is
chosen for the most:

    1 / alpha_c = min over theta of  f F(kappa + theta) + (1 - f) F(kappa - theta),
    F(x) = E[(x - g)_+^2] = (1 + x^2) Phi(x) + x phi(x).

That is Gardner's result, who found it by replicas; her M is the threshold. At f = 1/2 theta vanishes, and kappa = 0
gives 2. For f to 0, alpha_c ~ 1 / (2 f ln(1/f)) at kappa = 0; what follows is smaller by ln ln(1/f) / ln(1/f) only, so
that at any f that a brain has the limit says little (`sparse_limit`).

References
----------
T. M. Cover, IEEE Trans. Electron. Comput. EC-14, 326 (1965).
E. Gardner, J. Phys. A 21, 257 (1988): the space of interactions.
M. Stojnic, arXiv:1306.3980 (2013): the same by Gordon's inequality, and where it is a theorem.
"""

import math
from typing import NamedTuple

import numpy as np
from scipy.optimize import brentq, linprog
from scipy.special import erfcx, ndtr
from scipy.stats import binom

from ..core import arguments

_FAR = 38.0  # standard deviations: beyond, a normal density is 0 in floats
_SPARSEST = 1e-100
_LARGEST = 10**7
_SLACK = 1e-7  # of weights in a box around 0; less is the tolerance of the programme


class Optimum(NamedTuple):
    """What `capacity` returns.

    Attributes
    ----------
    alpha : float
        Patterns for each weight, P / N.
    threshold : float
        Of the unit, in standard deviations of its field.
    bits : float
        Information in the outputs for each weight: alpha times the entropy of a share f, in bits.
    """

    alpha: float
    threshold: float
    bits: float


class Weights(NamedTuple):
    """Weights that store: `w` (N,) float64 and the `threshold`, so that y (w.x - threshold) >= 1 for each pattern."""

    w: np.ndarray
    threshold: float


def squared_miss(x):
    """E[(x - g)_+^2] of a normal g: how far, in the mean square, a field falls short of x.

    Parameters
    ----------
    x : float or array

    Returns
    -------
    float64 of the shape of `x`
        Right to 1e-11 of its value down to x = -20.

    Raises
    ------
    TypeError, ValueError
        If `x` is not real and finite.

    Examples
    --------
    >>> squared_miss([0.0, 1.0]).round(6)
    array([0.5    , 1.92466])
    """
    return _squared_miss(arguments.real_values("x", x))[()]


def _squared_miss(x):
    density, mills = _normal(x)
    return np.where(x < 0, density * ((1 + x * x) * mills - np.abs(x)), (1 + x * x) * ndtr(x) + x * density)


def mean_miss(x):
    """E[(x - g)_+] of a normal g, half the slope of `squared_miss`; like that one."""
    return _mean_miss(arguments.real_values("x", x))[()]


def _mean_miss(x):
    density, mills = _normal(x)
    return np.where(x < 0, density * (1 - np.abs(x) * mills), x * ndtr(x) + density)


def _normal(x):
    """Density at x, and the tail beyond |x| divided by it."""
    return np.exp(-x * x / 2) / math.sqrt(2 * math.pi), erfcx(np.abs(x) / math.sqrt(2)) * math.sqrt(math.pi / 2)


def capacity(f: float = 0.5, *, kappa: float = 0.0) -> Optimum:
    """The most patterns that any weights store with the margin kappa, when a share f of the outputs is +1.

    Parameters
    ----------
    f : float
        Coding level, between 0 and 1 (from 1e-100 on).
    kappa : float
        Margin in standard deviations of the field, at least 0. Below 0 the problem is not convex, and this no answer.

    Returns
    -------
    Optimum
        Right to 1e-9.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> round(capacity().alpha, 9), round(capacity(kappa=1.0).alpha, 6), round(capacity(0.01).alpha, 6)
    (2.0, 0.519572, 19.197286)
    """
    f, kappa = _level(f), arguments.number("kappa", kappa, at_least=0)
    if kappa > 1e6:
        raise ValueError(f"kappa must be at most 1e6, got {kappa}")
    theta = _best_threshold(f, kappa)
    alpha = 1 / _missed(f, kappa, theta)
    return Optimum(alpha, theta, alpha * entropy(f))


def margin(alpha: float, f: float = 0.5) -> float:
    """The largest margin that weights have at a load: `capacity` read the other way round.

    Parameters
    ----------
    alpha : float
        Load, above 0 and at most `capacity(f).alpha`.
    f : float
        As for `capacity`.

    Returns
    -------
    float

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range, or the load is above the capacity.

    Examples
    --------
    >>> round(margin(0.5195721), 6)
    1.0
    """
    alpha, f = arguments.number("alpha", alpha, above=0), _level(f)
    most = capacity(f).alpha
    if alpha > most:
        raise ValueError(f"alpha must be at most {most:.6g}, the capacity at f = {f:g}, got {alpha}")
    if alpha < 1e-10:
        raise ValueError(f"alpha must be at least 1e-10, got {alpha}")
    return float(brentq(lambda kappa: capacity(f, kappa=kappa).alpha - alpha, 0.0, 1.1e5, xtol=1e-12))


def sparse_limit(f: float) -> float:
    """1 / (2 f ln(1/f)): what the capacity tends to for f to 0, and is far from at any f worth the name.

    Examples
    --------
    >>> [round(sparse_limit(f) / capacity(f).alpha, 2) for f in (0.1, 0.001, 1e-12)]
    [0.55, 0.61, 0.81]
    """
    f = _level(f)
    return -1 / (2 * f * math.log(f))


def entropy(f: float) -> float:
    """Entropy of a unit that is active with probability f, in bits.

    Examples
    --------
    >>> entropy(0.5)
    1.0
    """
    f = _level(f)
    return -(f * math.log(f) + (1 - f) * math.log1p(-f)) / math.log(2)


def separable_share(P: int, N: int) -> float:
    """Share of the 2^P labellings of P points in general position that a plane through 0 in N dimensions makes.

    It is Cover's count over 2^P, the probability that a coin thrown P - 1 times shows fewer than N heads.

    Parameters
    ----------
    P, N : int
        From 1 to ten million. With a threshold N is the number of inputs plus one.

    Returns
    -------
    float

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> separable_share(200, 100), round(separable_share(180, 100), 4)
    (0.5, 0.9326)
    """
    P = arguments.count("P", P, at_least=1, at_most=_LARGEST)
    N = arguments.count("N", N, at_least=1, at_most=_LARGEST)
    return 0.5 if P == 2 * N else float(binom.cdf(N - 1, P - 1, 0.5))


def weights(X, y, *, threshold: bool = True, signs=None) -> Weights | None:
    """Weights that store given patterns, found by a linear programme, or None where there are none.

    Parameters
    ----------
    X : (P, N) array_like
        One row of inputs for each pattern.
    y : (P,) array_like
        Outputs, -1 or +1.
    threshold : bool
        Whether the unit may choose its threshold; otherwise it is 0.
    signs : (N,) array_like, optional
        The sign of each weight, -1 or +1, or 0 where it is free: Dale's law.

    Returns
    -------
    Weights or None
        As sure as the tolerance of the programme, 1e-9 of the largest field; `neuron.perceptron.separate` proves its
        answer, and takes longer.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range.
    RuntimeError
        If the programme ends without an answer.

    Examples
    --------
    >>> corners = [[0, 0], [0, 1], [1, 0], [1, 1]]
    >>> weights(corners, [-1, -1, -1, 1]) is not None, weights(corners, [-1, 1, 1, -1])  # AND, XOR
    (True, None)
    """
    X, y = patterns(X, y)
    (P, N), largest = X.shape, np.abs(X).max() or 1.0
    threshold = arguments.flag("threshold", threshold)
    # The largest slack t of weights in a box: a programme that always has a solution, which is t = 0 at worst.
    bounds = [(0 if low == 0 else -1, 0 if high == 0 else 1) for low, high in sign_bounds(signs, N)]
    bounds += [(-N, N) if threshold else (0, 0), (0, 1)]
    rows = np.hstack([-y[:, None] * np.hstack([X / largest, -np.ones((P, 1))]), np.ones((P, 1))])
    found = linprog(
        np.r_[np.zeros(N + 1), -1.0], A_ub=rows, b_ub=np.zeros(P), bounds=bounds, method="highs",
        options={"primal_feasibility_tolerance": 1e-9, "dual_feasibility_tolerance": 1e-9},
    )  # fmt: skip
    answered(found)
    slack = found.x[-1]
    if slack < _SLACK:
        return None
    return Weights(found.x[:N] / (slack * largest), float(found.x[N] / slack))


def storable_share(
    P: int,
    N: int,
    *,
    f: float = 0.5,
    threshold: bool = True,
    signs=None,
    instances: int = 100,
    rng: np.random.Generator,
) -> float:
    """Of how many random sets of P patterns a unit with N inputs can store all.

    Inputs and outputs are active with probability f; the inputs are 1 - f and -f, so that their mean is 0.

    Parameters
    ----------
    P, N : int
        At least 1.
    f : float
        Coding level, between 0 and 1.
    threshold, signs
        As for `weights`.
    instances : int
        Sets to try.
    rng : numpy.random.Generator

    Returns
    -------
    float
        With a standard error of at most 0.5 / sqrt(instances).

    Raises
    ------
    TypeError, ValueError, RuntimeError
        As for `weights`.

    Examples
    --------
    >>> storable_share(10, 20, instances=5, rng=np.random.default_rng(1))
    1.0
    """
    P, N, f = arguments.count("P", P, at_least=1), arguments.count("N", N, at_least=1), _level(f)
    instances, rng = arguments.count("instances", instances, at_least=1), arguments.generator(rng)
    stored = 0
    for _ in range(instances):
        X, y = random_patterns(P, N, f, rng)
        stored += weights(X, y, threshold=threshold, signs=signs) is not None
    return stored / instances


def random_patterns(P: int, N: int, f: float, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Inputs (P, N) of 1 - f and -f, with mean 0, and outputs (P,) of -1 and +1: each active with probability f.

    Examples
    --------
    >>> X, y = random_patterns(2, 3, 0.5, np.random.default_rng(1))
    >>> X.shape, y.shape, float(abs(X).max())
    ((2, 3), (2,), 0.5)
    """
    return (rng.random((P, N)) < f) - f, np.where(rng.random(P) < f, 1.0, -1.0)


def patterns(X, y) -> tuple[np.ndarray, np.ndarray]:
    """Check inputs (P, N) and outputs (P,) of -1 and +1; return both as float64."""
    X = arguments.real_array("X", X)
    if X.ndim != 2 or X.size == 0:
        raise ValueError(f"X must be a matrix with one row for each pattern, got shape {X.shape}")
    y = arguments.real_array("y", y, (len(X),), what=" (one output for each row of X)")
    if not np.isin(y, (-1, 1)).all():
        raise ValueError(f"y must be -1 or +1, got values {np.unique(y)[:5].tolist()}")
    return X, y


def sign_bounds(signs, N: int) -> list:
    """Bounds of weights, for a linear programme, whose `signs` are given; None leaves all free."""
    if signs is None:
        return [(None, None)] * N
    signs = arguments.real_array("signs", signs, (N,), what=" (one for each input)")
    if not np.isin(signs, (-1, 0, 1)).all():
        raise ValueError(f"signs must be -1, 0 or +1, got values {np.unique(signs)[:5].tolist()}")
    return [{-1: (None, 0), 0: (None, None), 1: (0, None)}[int(sign)] for sign in signs]


def answered(found) -> bool:
    """Whether a linear programme has a solution; raise if it says neither yes nor no."""
    if found.status not in (0, 2):
        raise RuntimeError(f"the linear programme ended without an answer: {found.message}")
    return found.status == 0


def _level(f) -> float:
    f = arguments.number("f", f, above=0)
    if not _SPARSEST <= f < 1:
        raise ValueError(f"f must lie between 0 and 1, at least 1e-100, got {f}")
    return f


def _missed(f: float, kappa: float, theta: float) -> float:
    return float(f * _squared_miss(kappa + theta) + (1 - f) * _squared_miss(kappa - theta))


def _best_threshold(f: float, kappa: float) -> float:
    """Where the mean misses of both outputs balance, which is where `_missed` is least: it is convex."""
    if f == 0.5:
        return 0.0
    far = kappa + _FAR
    return float(brentq(lambda t: f * _mean_miss(kappa + t) - (1 - f) * _mean_miss(kappa - t), -far, far, xtol=1e-14))
