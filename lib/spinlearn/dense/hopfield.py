"""Hopfield's network as a memory: patterns, cues, overlaps, and three rules that make couplings of them.

Hebb's rule adds each pattern to the couplings, and nothing else,

    J_ij = (1/N) sum_mu xi_i^mu xi_j^mu,        J_ii = 0.

It needs patterns that are hardly correlated: what several of them have in common is stored several times over. Patterns
with a mean a can be stored as xi - a. The projection rule, J the projection on the space that the patterns span, makes
any of them fixed points as long as they are linearly independent. It is Hebb's rule for what is new in a pattern,
xi - J xi, so that patterns can be learned one after the other. Unlearning goes the other way round: start anywhere, see
where the network ends, and take a little of that state out of the couplings. It weakens the deepest states most, the
spurious ones with them, so that for a while memories become easier to reach; too much of it destroys them.

Everything here has J. For retrieval without J from Hebb's rule see `retrieval`, for the theory `capacity`, `mixtures`
and `recall`.

References
----------
J. J. Hopfield, Proc. Natl. Acad. Sci. USA 79, 2554 (1982): the network.
L. Personnaz, I. Guyon and G. Dreyfus, J. Physique Lett. 46, L359 (1985): the projection rule.
I. Kanter and H. Sompolinsky, Phys. Rev. A 35, 380 (1987): the same without self-couplings.
J. J. Hopfield, D. I. Feinstein and R. G. Palmer, Nature 304, 158 (1983): unlearning.
D. J. Amit, H. Gutfreund and H. Sompolinsky, Phys. Rev. A 35, 2293 (1987): patterns with a mean.
"""

from typing import NamedTuple

import numpy as np

from ..core import arguments
from ..core.progress import keeping, watched
from . import rules
from .network import check_promise, checked_state, couplings, relax
from .retrieval import checked_patterns


class Unlearned(NamedTuple):
    """What `unlearn` returns: `J` afterwards, (N, N) float64, and the energy per spin `e` of each state that was
    unlearned, in the couplings of that moment, (times,) float64."""

    J: np.ndarray
    e: np.ndarray


def random_patterns(P: int, N: int, *, bias: float = 0.0, rng: np.random.Generator) -> np.ndarray:
    """Independent random patterns.

    Parameters
    ----------
    P, N : int
        Patterns and units, at least 1 each.
    bias : float
        Mean of a spin, from -1 to 1: it is up with the probability (1 + bias) / 2.
    rng : numpy.random.Generator

    Returns
    -------
    (P, N) int8

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> random_patterns(2, 1000, bias=0.5, rng=np.random.default_rng(1)).mean().round(1)
    np.float64(0.5)
    """
    P, N = arguments.count("P", P, at_least=1), arguments.count("N", N, at_least=1)
    bias = arguments.number("bias", bias)
    if abs(bias) > 1:
        raise ValueError(f"bias must be from -1 to 1, got {bias:g}")
    up = arguments.generator(rng).random((P, N)) < (1 + bias) / 2
    return np.where(up, np.int8(1), np.int8(-1))


def cue(pattern, overlap: float, *, rng: np.random.Generator) -> np.ndarray:
    """A state at a given overlap with a pattern: so many of its spins, drawn at random, have turned.

    Parameters
    ----------
    pattern : (N,) integer array
        -1 or +1.
    overlap : float
        From -1 to 1; N (1 - overlap) / 2 spins turn, rounded to a whole number.
    rng : numpy.random.Generator

    Returns
    -------
    (N,) int8

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> cue([1, 1, 1, 1], 0.5, rng=np.random.default_rng(1)).sum()
    np.int64(2)
    """
    state = checked_state("pattern", pattern, np.size(pattern))
    overlap = arguments.number("overlap", overlap)
    if abs(overlap) > 1:
        raise ValueError(f"overlap must be from -1 to 1, got {overlap:g}")
    turned = arguments.generator(rng).choice(state.size, round(state.size * (1 - overlap) / 2), replace=False)
    state[turned] *= -1
    return state


def overlaps(spins, patterns) -> np.ndarray:
    """Overlaps m_mu = (1/N) sum_i xi_i^mu s_i of a state with all patterns, (P,) float64.

    Parameters
    ----------
    spins : (N,) integer array
        -1 or +1.
    patterns : (P, N) integer array
        -1 or +1.

    Returns
    -------
    (P,) float64

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or values.

    Examples
    --------
    >>> overlaps([1, 1, -1, 1], [[1, 1, 1, 1], [-1, -1, 1, -1]])
    array([ 0.5, -1. ])
    """
    x = checked_patterns(patterns)
    return x.astype(np.float64) @ checked_state("spins", spins, x.shape[1]) / x.shape[1]


def overlap_matrix(patterns) -> np.ndarray:
    """Overlaps of all patterns with each other, (P, P) float64; away from the diagonal, 1 / sqrt(N) for random ones.

    Examples
    --------
    >>> overlap_matrix([[1, 1, 1, 1], [1, 1, 1, -1]])
    array([[1. , 0.5],
           [0.5, 1. ]])
    """
    x = checked_patterns(patterns).astype(np.float64)
    return x @ x.T / x.shape[1]


def hebb(patterns, *, mean: float = 0.0, whole: bool = False) -> np.ndarray:
    """Hebb's couplings, J_ij = (1/N) sum_mu (xi_i^mu - a)(xi_j^mu - a) and J_ii = 0.

    Parameters
    ----------
    patterns : (P, N) integer array
        -1 or +1.
    mean : float
        a, what is taken off each spin.
    whole : bool
        True leaves the factor 1/N out: whole numbers, if `mean` is 0. That is what Hopfield wrote, and gives the same
        states at T = 0.

    Returns
    -------
    (N, N) float64
        J of two sets of patterns is the sum of their J.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or values.

    Examples
    --------
    >>> hebb([[1, 1, -1], [1, -1, -1]], whole=True) + 0.0
    array([[ 0.,  0., -2.],
           [ 0.,  0.,  0.],
           [-2.,  0.,  0.]])
    """
    x = checked_patterns(patterns) - arguments.number("mean", mean)
    J = x.T @ x
    if not arguments.flag("whole", whole):
        J /= x.shape[1]
    np.fill_diagonal(J, 0.0)
    return J


def projection(patterns, *, self_coupling: bool = False) -> np.ndarray:
    """Couplings of the projection rule, also called pseudo-inverse: J projects on the space that the patterns span.

    With C the `overlap_matrix`, J_ij = (1/N) sum_mu,nu xi_i^mu (C^-1)_mu,nu xi_j^nu.

    Parameters
    ----------
    patterns : (P, N) integer array
        -1 or +1. Those that depend linearly on others add nothing.
    self_coupling : bool
        True keeps the diagonal, J_ii = P/N on average: all patterns then have J xi = xi, and with P near N so has
        everything else. False sets it to 0: patterns stay fixed points where J_ii < 1, and basins become larger.

    Returns
    -------
    (N, N) float64

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or values.

    Examples
    --------
    >>> x = [[1, 1, 1, 1], [1, 1, 1, -1]]
    >>> bool(np.allclose(projection(x, self_coupling=True) @ x[1], x[1]))
    True
    """
    x = checked_patterns(patterns).astype(np.float64)
    _, size, axes = np.linalg.svd(x, full_matrices=False)
    axes = axes[size > rules.NEW * size[0]]
    J = axes.T @ axes
    J = (J + J.T) / 2
    if not arguments.flag("self_coupling", self_coupling):
        np.fill_diagonal(J, 0.0)
    return J


def project_in(J, pattern) -> np.ndarray:
    """Learn one more pattern by the projection rule: Hebb's rule for what is new in it.

    Parameters
    ----------
    J : (N, N) array_like
        A projection, its diagonal with it, such as ``projection(patterns, self_coupling=True)``, or zeros.
    pattern : (N,) integer array
        -1 or +1.

    Returns
    -------
    (N, N) float64
        J + r r^T / (r.r) with r = pattern - J pattern, or J as it was if the pattern is no news.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or shape, or if J is not symmetric.

    Examples
    --------
    >>> project_in(np.zeros((2, 2)), [1, -1])
    array([[ 0.5, -0.5],
           [-0.5,  0.5]])
    """
    J = couplings(J)
    check_promise(J, "sequential", "symmetric")
    pattern = checked_state("pattern", pattern, len(J))
    J = J.copy()
    rules.project_in(J, pattern, np.empty(pattern.size))
    return J


def unlearn(
    J,
    times: int,
    *,
    strength: float = 0.01,
    progress: bool | None = None,
    rng: np.random.Generator,
) -> Unlearned:
    """Unlearn: from a random state run to a fixed point s, and take it out, J_ij -> J_ij - (strength / N) s_i s_j.

    Parameters
    ----------
    J : (N, N) array_like
        Symmetric, with 0 on the diagonal, such as `hebb` makes it with its factor 1/N. It is left as it is.
    times : int
        How often.
    strength : float
        What is taken out of J, in units of what Hebb's rule has put in for one pattern; above 0.
    progress : bool, optional
        True shows a bar, False none; left out: where somebody watches and it takes more than two seconds.
    rng : numpy.random.Generator
        Advanced by the random states, and by a draw for the order of each run.

    Returns
    -------
    Unlearned
        Twice in a row is as once in one go, with the same `rng`.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range, or if J is not symmetric or has self-couplings.
    spinlearn.core.progress.Interrupted
        At Ctrl-C. Its attribute `run` is the `Unlearned` so far.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> J = hebb(random_patterns(5, 100, rng=rng))
    >>> bool(np.abs(unlearn(J, 10, rng=rng).J - J).max() <= 0.1 / 100 + 1e-12)
    True
    """
    J = couplings(J).copy()
    check_promise(J, "sequential", "descent")
    times = arguments.count("times", times)
    strength = arguments.number("strength", strength, above=0)
    arguments.flag("progress", progress, optional=True)
    arguments.generator(rng)
    n, e = len(J), arguments.room((times,), times=times)
    done = 0
    with keeping(lambda: Unlearned(J, e[:done])):
        for part in watched(times, progress):
            for k in range(part.start, part.stop):
                start = rng.choice(np.array([-1, 1], dtype=np.int8), size=n)
                end = relax(start, J, order="random", progress=False, rng=rng)
                rules.imprint(J, end.spins, -strength / n)
                e[k], done = end.e[-1], k + 1
    return Unlearned(J, e)
