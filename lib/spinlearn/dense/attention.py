"""The exponential memory with continuous states: one update is attention, and at a high temperature all memories melt.

P patterns x_k, rows of a matrix, are stored in the energy (Ramsauer and others, equation 2, where beta = 1 / T)

    E(s) = -T ln sum_k exp(x_k . s / T) + s . s / 2 + T ln P + M^2 / 2,        M the largest norm of a pattern,

which is at least 0. Its first term is the free energy of a Potts unit in the fields x_k . s, with the patterns as its
states, so that its gradient is a mean with the weights of softmax. The update

    s  <-  sum_k p_k x_k,        p = softmax(x_k . s / T),

sets the gradient to 0 with p held fixed, and never raises E: the first term is concave and lies below its tangent, what
remains is a parabola, and the update is its minimum. With states as queries and patterns as keys and as values it is
the attention of a transformer, softmax(Q K^T / T) V, where T is the square root of the dimension.

When is a pattern found again? Two things can fail, and raw pixels fail in both.

- **Too warm.** The update is a map with the derivative C / T, C the covariance of the patterns with weights p. Where
  its largest eigenvalue is above 1 a blend of patterns is unstable, as a magnet without field below its Curie point;
  two patterns x and -x are Weiss's magnet with Tc = |x|^2. No covariance exceeds the square of half the largest
  distance D of two patterns, so that above T = D^2 / 4 there is one fixed point, a blur of all, whatever the cue.
- **Too bright.** By inner products a pattern is nearest to itself only if its gap

      gap_i = x_i . x_i - max over k of x_k . x_i

  is positive. A bright pattern beats a pale one at every temperature. Patterns of one norm have positive gaps. So have
  all if distances count, -|x_k - s|^2 / 2 in place of x_k . s (``distance=True``): E then has -|x_k|^2 / 2 beside
  x_k . s, and all of the above holds as it stands.

At a pattern the others have no more weight than (P - 1) exp(-gap / T), so that one update moves it by no more than
2 M (P - 1) exp(-gap / T).

For random patterns of norm sqrt(N), P = e^(alpha N), a state at the overlap m N with its pattern competes with a random
energy model (Lucibello and Mezard). With b = 1 / T, K(b) = lim ln E[exp(b x . s)] / N and I its Legendre transform,

    a typical pattern is found while    alpha < b m - K(b)    if m > K'(b),    else alpha < I(m).

On the sphere K'(b) = q with b = q / (1 - q^2), K = b q + ln(1 - q^2) / 2, and I(m) = -ln(1 - m^2) / 2; for patterns of
-1 and +1, K = ln cosh b. All patterns are found while also alpha < I(m) / 2. On the sphere I(1) is infinite, and at
m = 1 what holds for a typical pattern holds for all. Discrete units with random signs (`crosstalk`) have 2 b for b.

References
----------
H. Ramsauer and others, ICLR 2021, arXiv:2008.02217: the energy, the update, and that it is attention.
C. Lucibello and M. Mezard, Phys. Rev. Lett. 132, 077301 (2024), arXiv:2304.14964: random patterns.
D. Krotov and J. J. Hopfield, ICLR 2021, arXiv:2008.06996: see `lagrangians`.
"""

import math
from typing import NamedTuple

import numpy as np
from scipy.special import logsumexp

from ..core import arguments
from ..core.progress import keeping, watched
from ..neuron.potts import softmax
from .crosstalk import Rates, checked_overlap

_LARGEST_LIST = 10_000  # patterns of which all pairs are looked at


class Retrieved(NamedTuple):
    """What `retrieve` returns.

    Attributes
    ----------
    states : (..., N) float64
        Where the cues have come to rest.
    weights : (..., P) float64
        Of the patterns, in the last update.
    blended : (...) float64
        The number of patterns that a state is a blend of, e to the entropy of its weights: 1 if it is one pattern.
    updates : int
        Updates made.
    moved : float
        By how much the last one has changed any component; above the tolerance if the end was not reached.
    """

    states: np.ndarray
    weights: np.ndarray
    blended: np.ndarray
    updates: int
    moved: float


class Blur(NamedTuple):
    """What `blur` returns.

    Attributes
    ----------
    state : (N,) float64
        The fixed point that the mean of all patterns leads to.
    blended : float
        The number of patterns that it is a blend of.
    slope : float
        The largest eigenvalue of the update's derivative there; below 1 the blur is stable.
    only_above : float
        The temperature above which it is surely the only fixed point, D^2 / 4.
    """

    state: np.ndarray
    blended: float
    slope: float
    only_above: float


def weights(states, patterns, T: float, *, distance: bool = False) -> np.ndarray:
    """Weights of the patterns in the next update, softmax(x_k . s / T).

    Parameters
    ----------
    states : (..., N) array_like
    patterns : (P, N) array_like
    T : float
        Above 0.
    distance : bool
        Whether distances count, and not inner products.

    Returns
    -------
    (..., P) float64
        Their sum over the last axis is 1.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range.

    Examples
    --------
    >>> weights([1.0, 0.0], [[1.0, 0.0], [0.0, 1.0]], 1 / np.log(3.0))
    array([0.75, 0.25])
    """
    states, patterns, T = _checked(states, patterns, T)
    return softmax(_scores(states, patterns, distance) / T)


def attend(queries, keys, values, T: float | None = None) -> np.ndarray:
    """Attention, softmax(Q K^T / T) V.

    Parameters
    ----------
    queries : (..., d) array_like
    keys : (P, d) array_like
    values : (P, v) array_like
    T : float, optional
        Above 0. Left out, the square root of d, as in a transformer.

    Returns
    -------
    (..., v) float64

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range.

    Examples
    --------
    >>> attend([[4.0, 0.0]], [[4.0, 0.0], [0.0, 4.0]], [[1.0], [2.0]]).round(3)
    array([[1.]])
    """
    queries, keys, T = _checked(queries, keys, np.sqrt(np.shape(keys)[-1]) if T is None else T, "queries", "keys")
    values = arguments.real_array("values", values)
    if values.ndim != 2 or len(values) != len(keys):
        raise ValueError(f"values must have shape ({len(keys)}, v), a row for each key, got {values.shape}")
    return softmax(queries @ keys.T / T) @ values


def energy(states, patterns, T: float, *, distance: bool = False):
    """E(s) of the module's text: at least 0, and never raised by an update.

    Parameters
    ----------
    states, patterns, T, distance
        As for `weights`.

    Returns
    -------
    (...) float64
        Of a sharp memory it is about half the squared distance to the nearest of patterns of one norm.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range.

    Examples
    --------
    >>> energy([[1.0, 0.0], [0.0, 0.0]], [[1.0, 0.0], [-1.0, 0.0]], 0.1).round(3)
    array([0.069, 0.5  ])
    """
    states, patterns, T = _checked(states, patterns, T)
    free = T * logsumexp(_scores(states, patterns, distance) / T, axis=-1)
    largest = 0.0 if distance else (patterns**2).sum(axis=1).max()
    return ((states**2).sum(axis=-1) / 2 + T * math.log(len(patterns)) + largest / 2 - free)[()]


def retrieve(
    states,
    patterns,
    T: float,
    *,
    distance: bool = False,
    updates: int = 10_000,
    tolerance: float = 1e-10,
    progress: bool | None = None,
) -> Retrieved:
    """Update states until they rest.

    Parameters
    ----------
    states : (..., N) array_like
        Cues. They are left as they are.
    patterns, T, distance
        As for `weights`.
    updates : int
        The most that are made; at least 1. With 1 it is one pass of attention.
    tolerance : float
        Relative to the largest component of a pattern.
    progress : bool, optional
        True shows a bar, False none; left out: where somebody watches and it takes more than two seconds.

    Returns
    -------
    Retrieved

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range.
    spinlearn.core.progress.Interrupted
        At Ctrl-C. Its attribute `run` is the `Retrieved` so far.

    Examples
    --------
    >>> patterns = np.random.default_rng(1).choice([-1.0, 1.0], size=(200, 30))
    >>> cue = patterns[7] * (np.arange(30) < 20)
    >>> end = retrieve(cue, patterns, 2.0)
    >>> bool(np.array_equal(np.sign(end.states), patterns[7])), end.weights.argmax(), end.blended.round(2)
    (True, np.int64(7), np.float64(1.04))
    """
    states, patterns, T = _checked(states, patterns, T)
    arguments.flag("distance", distance)
    updates = arguments.count("updates", updates, at_least=1)
    bound = arguments.number("tolerance", tolerance, at_least=0) * np.abs(patterns).max()
    arguments.flag("progress", progress, optional=True)
    now, p, done, moved = states, softmax(_scores(states, patterns, distance) / T), 0, math.inf

    def finished() -> Retrieved:
        return Retrieved(now, p, _blended(p), done, moved)

    with keeping(finished):
        for part in watched(updates, progress):
            for _ in range(part.start, part.stop):
                if moved <= bound:
                    break
                p = softmax(_scores(now, patterns, distance) / T)
                last, now = now, p @ patterns
                moved, done = float(np.abs(now - last).max(initial=0.0)), done + 1
            if moved <= bound:
                break
    return finished()


def gaps(patterns, *, distance: bool = False) -> np.ndarray:
    """By how much a pattern is nearer to itself than any other is: x_i . x_i - max over k of x_k . x_i.

    Parameters
    ----------
    patterns : (P, N) array_like
        From 2 to 10 000 patterns.
    distance : bool
        Whether distances count; a gap then is half the squared distance to the nearest other pattern.

    Returns
    -------
    (P,) float64

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range.

    Examples
    --------
    A pale and a bright picture of the same:

    >>> gaps([[1.0, 1.0], [2.0, 2.0]]), gaps([[1.0, 1.0], [2.0, 2.0]], distance=True)
    (array([-2.,  4.]), array([1., 1.]))
    """
    patterns = _pairs(patterns)
    scores = _scores(patterns, patterns, distance)
    own = scores.diagonal().copy()
    np.fill_diagonal(scores, -np.inf)
    return own - scores.max(axis=1)


def safe_temperature(patterns, error: float, *, distance: bool = False) -> float:
    """The temperature up to which one update moves no pattern by more than `error`: 2 M (P - 1) e^(-gap / T) = error.

    Parameters
    ----------
    patterns, distance
        As for `gaps`.
    error : float
        Above 0, and below 2 M (P - 1).

    Returns
    -------
    float
        0 if a gap is 0 or less: then there is no such temperature.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range.

    Examples
    --------
    >>> round(safe_temperature([[3.0, 0.0], [0.0, 3.0]], 0.01), 3)
    1.407
    """
    error = arguments.number("error", error, above=0)
    gap = gaps(patterns, distance=distance).min()
    patterns = _pairs(patterns)
    most = 2 * math.sqrt((patterns**2).sum(axis=1).max()) * (len(patterns) - 1)
    if error >= most:
        raise ValueError(f"error must be below 2 M (P - 1) = {most:g}, got {error:g}")
    return max(float(gap) / math.log(most / error), 0.0)


def blur(patterns, T: float, *, distance: bool = False) -> Blur:
    """The blend of all patterns that a warm memory answers with, whatever the cue.

    Parameters
    ----------
    patterns, distance
        As for `gaps`.
    T : float
        Above 0.

    Returns
    -------
    Blur

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range.

    Examples
    --------
    Weiss's magnet: below Tc = |x|^2 = 4 the blur is unstable.

    >>> [blur([[2.0], [-2.0]], T).slope for T in (2.0, 8.0)]
    [2.0, 0.5]

    If the patterns are as good as each other, as here, the blur becomes unstable as it gets colder. Some that are
    brighter are what a field is to a magnet: the blur may stay stable, and turn into the brightest.
    """
    patterns = _pairs(patterns)
    end = retrieve(patterns.mean(axis=0), patterns, T, distance=distance, progress=False)
    squares = (patterns**2).sum(axis=1)
    largest = (squares[:, None] + squares - 2 * patterns @ patterns.T).max()
    covariance = (patterns * end.weights[:, None]).T @ patterns - np.outer(end.states, end.states)
    slope = max(float(np.linalg.eigvalsh(covariance)[-1]), 0.0) / arguments.temperature(T)
    return Blur(end.states, float(end.blended), slope, float(largest / 4))


def melting_temperature(patterns, k: int, *, distance: bool = False) -> float:
    """The temperature up to which a pattern is a memory: shown itself, it gives most of the weight to itself, for good.

    Parameters
    ----------
    patterns, distance
        As for `gaps`.
    k : int
        Which pattern, from 0 on.

    Returns
    -------
    float
        Right to a part in a thousand; 0 if there is none, as of a pattern with a gap below 0.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range.

    Examples
    --------
    A Potts magnet with five states, where a memory lives on beside a blur that is stable again:

    >>> round(melting_temperature(3 * np.eye(5), 0), 3), round(blur(3 * np.eye(5), 1.9).slope, 3)
    (2.525, 0.947)
    """
    patterns = _pairs(patterns)
    k = arguments.count("k", k, at_most=len(patterns) - 1)

    def remembers(T):
        end = retrieve(patterns[k], patterns, T, distance=distance, updates=20_000, tolerance=1e-8, progress=False)
        return end.weights[k] > 0.51  # what tends to 1/2 does so as slowly as a magnet at its Curie point

    scores = _scores(patterns[k], patterns, distance)
    gap = scores[k] - np.delete(scores, k).max()
    high = low = blur(patterns, 1.0, distance=distance).only_above
    if not gap > 0:
        return 0.0
    while remembers(high):
        high *= 2
    while not remembers(low):
        high, low = low, low / 1.3
    while high - low > 1e-5 * high:
        middle = (low + high) / 2
        low, high = (middle, high) if remembers(middle) else (low, middle)
    return low


def rates(T: float, *, m: float = 1.0, patterns: str = "sphere") -> Rates:
    """Random patterns of norm sqrt(N) that are found again, as rates ln P / N for large N.

    Parameters
    ----------
    T : float
        Above 0.
    m : float
        Overlap x . s / N with its pattern at which a state starts, above 0 and at most 1.
    patterns : {"sphere", "binary"}
        Anywhere on the sphere, or of components -1 and +1.

    Returns
    -------
    crosstalk.Rates

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> [round(rate, 4) for rate in rates(1.0)], [round(rate, 4) for rate in rates(1.0, patterns="binary")]
    ([0.6226, 0.6226], [0.5662, 0.3466])
    """
    b, m = 1 / arguments.temperature(T), checked_overlap(m)
    if arguments.choice("patterns", patterns, ("sphere", "binary")) == "sphere":
        q = 2 * b / (1 + math.hypot(1, 2 * b))
        missing = q / b  # 1 - q^2
        K = b * q + math.log(missing) / 2
        entropy = -math.log1p(-(m**2)) / 2 if m < 1 else math.inf
    else:
        q, K = math.tanh(b), b + math.log1p(math.exp(-2 * b)) - math.log(2)
        entropy = ((1 + m) * math.log1p(m) + ((1 - m) * math.log1p(-m) if m < 1 else 0.0)) / 2
    typical = b * m - K if m > q else entropy
    return Rates(typical, min(typical, entropy / 2))


def _checked(states, patterns, T, one: str = "states", other: str = "patterns"):
    patterns = arguments.real_array(other, patterns)
    if patterns.ndim != 2 or 0 in patterns.shape:
        raise ValueError(f"{other} must have shape (P, N), a row for each and one at least, got {patterns.shape}")
    states = arguments.real_values(one, states)
    if states.ndim < 1 or states.shape[-1] != patterns.shape[1]:
        raise ValueError(f"{one} must have {patterns.shape[1]} components along the last axis, got {states.shape}")
    return states, patterns, arguments.temperature(T)


def _pairs(patterns) -> np.ndarray:
    patterns = arguments.real_array("patterns", patterns)
    if patterns.ndim != 2 or 0 in patterns.shape or not 2 <= len(patterns) <= _LARGEST_LIST:
        raise ValueError(f"patterns must have shape (P, N), P from 2 to {_LARGEST_LIST}, got {patterns.shape}")
    return patterns


def _scores(states, patterns, distance) -> np.ndarray:
    """Fields of the memory units: x_k . s, less half of |x_k|^2 if distances count."""
    scores = states @ patterns.T
    return scores - (patterns**2).sum(axis=1) / 2 if distance else scores


def _blended(p) -> np.ndarray:
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.exp(-np.where(p > 0, p * np.log(p), 0.0).sum(axis=-1))[()]
