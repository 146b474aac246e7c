"""The threshold unit of McCulloch and Pitts, Rosenblatt's rule that teaches it, and what no such unit can do.

A unit with weights w and threshold theta fires when w.x >= theta. A threshold is a weight, -theta, on an input that is
always 1 (`with_bias`), so everything below is said for w.x alone: a data set of P examples is X (P, N) with labels
y (P,) of -1 and +1, and w *separates* it if y_k w.x_k > 0 for every k, strictly.

Only the rows A_k = y_k x_k matter. Either some w has A w > 0, or some u >= 0, not all 0, has u A = 0, never both (for
then 0 = (u A) w = u (A w) > 0). `separate` returns the one that exists, so that a "no" is proven as well as a "yes".

References
----------
W. S. McCulloch and W. Pitts, Bull. Math. Biophys. 5, 115 (1943): the unit.
F. Rosenblatt, Psychol. Rev. 65, 386 (1958): the perceptron.
A. B. J. Novikoff, Proc. Symp. Math. Theory of Automata 12, 615 (1962): at most (R / gamma)^2 mistakes.
T. M. Cover, IEEE Trans. Electron. Comput. EC-14, 326 (1965): the number of separable labellings.
"""

from math import comb
from typing import NamedTuple

import numpy as np
from scipy.optimize import linprog, nnls

from ..core import arguments
from ..core.jit import kernel


class Learning(NamedTuple):
    """What `learn` returns.

    Attributes
    ----------
    w : (N,) float64
        The weights in the end.
    mistakes : (M,) int64
        Which example was mistaken at each update, in order. After k updates the weights are the start plus the sum of
        the first k of y x.
    separates : bool
        Whether a whole pass went by without a mistake.
    """

    w: np.ndarray
    mistakes: np.ndarray
    separates: bool


class Separation(NamedTuple):
    """What `separate` returns. One of the two is an array, the other None.

    Attributes
    ----------
    w : (N,) float64 or None
        Weights that separate: y_k w.x_k > 0 for every k.
    proof : (P,) float64 or None
        Shares u >= 0 that add up to 1 and balance: the sum of u_k y_k x_k is zero, so that no weights separate.
    """

    w: np.ndarray | None
    proof: np.ndarray | None


class Margin(NamedTuple):
    """What `max_margin` returns.

    Attributes
    ----------
    gamma : float
        The largest margin, in the units of X.
    w : (N,) float64
        The weights of length 1 that have it.
    """

    gamma: float
    w: np.ndarray


def with_bias(X) -> np.ndarray:
    """Append an input that is always 1, so that its weight is minus the threshold.

    Parameters
    ----------
    X : (P, N) array_like

    Returns
    -------
    (P, N + 1) float64

    Raises
    ------
    TypeError, ValueError
        If `X` is not a real, finite matrix.

    Examples
    --------
    >>> with_bias([[0, 1]])
    array([[0., 1., 1.]])
    """
    X = _inputs(X)
    return np.hstack([X, np.ones((len(X), 1))])


def unit(X, w, threshold: float = 0.0) -> np.ndarray:
    """Output of a McCulloch-Pitts unit: 1 where w.x >= threshold, and 0 elsewhere.

    Parameters
    ----------
    X : (P, N) array_like
        One row for each input.
    w : (N,) array_like
        Weights.
    threshold : float

    Returns
    -------
    (P,) int8

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or shape.

    Examples
    --------
    >>> unit([[0, 0], [0, 1], [1, 0], [1, 1]], w=[1, 1], threshold=2)  # AND
    array([0, 0, 0, 1], dtype=int8)
    """
    X = _inputs(X)
    w = arguments.real_array("w", w, (X.shape[1],), what=" (one weight for each input)")
    return (w @ X.T >= arguments.number("threshold", threshold)).astype(np.int8)


def learn(X, y, *, start=None, max_mistakes: int = 100_000) -> Learning:
    """Rosenblatt's rule: go through the examples again and again, and after each mistake add y x to the weights.

    Parameters
    ----------
    X : (P, N) array_like
        Inputs, in the order in which they are shown.
    y : (P,) array_like
        Labels, -1 or +1.
    start : (N,) array_like, optional
        Weights to start from; all zero if left out.
    max_mistakes : int
        Stop after so many, for a set that no weights separate.

    Returns
    -------
    Learning

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range.

    Examples
    --------
    >>> learn(with_bias([[0, 0], [0, 1], [1, 0], [1, 1]]), [-1, -1, -1, 1]).w  # AND
    array([ 3.,  2., -4.])
    """
    X, y = _examples(X, y)
    w = np.zeros(X.shape[1]) if start is None else arguments.real_array("start", start, (X.shape[1],)).copy()
    mistakes = np.empty(arguments.count("max_mistakes", max_mistakes), dtype=np.int64)
    made, separates = correct_mistakes(X * y[:, None], w, mistakes)
    return Learning(w, mistakes[:made].copy(), bool(separates))


def margin(X, y, w) -> float:
    """Smallest signed distance y w.x / |w| of an example from the plane w.x = 0: positive if `w` separates.

    Parameters
    ----------
    X, y
        As for `learn`.
    w : (N,) array_like
        Not all zero.

    Returns
    -------
    float

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range.

    Examples
    --------
    >>> margin([[3, 0], [0, -5]], [1, -1], [4, 3])
    2.4
    """
    X, y = _examples(X, y)
    w = arguments.real_array("w", w, (X.shape[1],), what=" (one weight for each input)")
    if not w.any():
        raise ValueError("w must not be all zero: it has no direction")
    return float((y * (X @ w)).min() / np.linalg.norm(w))


def max_margin(X, y) -> Margin:
    """Largest margin that any weights have, and those weights.

    It is the distance of the origin from the convex hull of the points y_k x_k, and w points to the nearest point of
    the hull. Found exactly, up to rounding, as a problem of non-negative least squares (Lawson and Hanson's method for
    the shortest w with y_k w.x_k >= 1).

    Parameters
    ----------
    X, y
        As for `learn`.

    Returns
    -------
    Margin

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or shape, or no weights separate the examples.

    Examples
    --------
    >>> round(max_margin([[2, 0], [0, -2]], [1, -1]).gamma, 9)
    1.414213562
    """
    X, y = _examples(X, y)
    if separate(X, y).w is None:
        raise ValueError("X and y must be separable to have a margin; separate(X, y).proof shows that they are not")
    # Minimise |E u - f| over u >= 0, with f = (0, ..., 0, 1). Its residual r gives w = -r[:-1] / r[-1].
    size = np.linalg.norm(X, axis=1).max()
    E = np.vstack([(X * y[:, None] / size).T, np.ones(len(X))])
    f = np.append(np.zeros(X.shape[1]), 1.0)
    residual = E @ nnls(E, f)[0] - f
    w = -residual[:-1] / residual[-1]
    w /= np.linalg.norm(w)
    return Margin(margin(X, y, w), w)


def mistake_bound(X, y) -> float:
    """Novikoff's bound (R / gamma)^2 on the number of mistakes of Rosenblatt's rule that starts from zero.

    Parameters
    ----------
    X, y
        As for `learn`; separable. R is the length of the longest x and gamma the largest margin.

    Returns
    -------
    float

    Raises
    ------
    TypeError, ValueError
        As for `max_margin`.

    Examples
    --------
    >>> round(mistake_bound(with_bias([[0, 0], [0, 1], [1, 0], [1, 1]]), [-1, -1, -1, 1]), 9)  # AND
    51.0
    """
    gamma = max_margin(X, y).gamma
    return float((np.linalg.norm(_inputs(X), axis=1).max() / gamma) ** 2)


def separate(X, y) -> Separation:
    """Decide by linear programming whether some weights separate the examples, with a proof either way.

    Parameters
    ----------
    X, y
        As for `learn`.

    Returns
    -------
    Separation
        Weights have been tried on all examples before they are returned. A set whose margin is below some 1e-7 of the
        length of its inputs is within the rounding of the solver, and may count as not separable.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or shape.

    Examples
    --------
    >>> corners = with_bias([[0, 0], [0, 1], [1, 0], [1, 1]])
    >>> separate(corners, [-1, 1, 1, -1]).proof  # XOR
    array([0.25, 0.25, 0.25, 0.25])
    """
    X, y = _examples(X, y)
    A = X * y[:, None]
    lengths = np.linalg.norm(A, axis=1)
    if not lengths.all():  # a zero input is on the plane whatever the weights
        return Separation(None, (lengths == 0) / np.count_nonzero(lengths == 0))
    A /= lengths[:, None]
    # The largest t with A w >= t and every |w_i| <= 1. It is positive if and only if some w separates.
    P, N = A.shape
    result = linprog(
        np.append(np.zeros(N), -1.0),
        A_ub=np.hstack([-A, np.ones((P, 1))]),
        b_ub=np.zeros(P),
        bounds=[(-1, 1)] * N + [(None, None)],
        method="highs",
    )
    if not result.success:
        raise RuntimeError(f"the linear programme was not solved: {result.message}")
    w = result.x[:N]
    if (A @ w > 1e-9).all():
        return Separation(w, None)
    # The multipliers of A w >= t add up to 1, and balance; dividing by the lengths makes them balance the rows of X.
    shares = np.maximum(-result.ineqlin.marginals, 0) / lengths
    return Separation(None, shares / shares.sum())


def cover_count(P: int, N: int) -> int:
    """Number of the 2^P labellings of P points in general position in N dimensions that a plane through 0 separates.

    C(P, N) = 2 sum over k < N of binomial(P - 1, k). General position means that any N of the points are linearly
    independent. For a plane with a threshold, N is the number of inputs plus one.

    Parameters
    ----------
    P, N : int
        At least 1.

    Returns
    -------
    int
        Exact, however large.

    Raises
    ------
    TypeError, ValueError
        If `P` or `N` is not a whole number of at least 1.

    Examples
    --------
    >>> cover_count(4, 3)
    14
    """
    P, N = arguments.count("P", P, at_least=1), arguments.count("N", N, at_least=1)
    return 2 * sum(comb(P - 1, k) for k in range(min(N, P)))


@kernel
def correct_mistakes(A, w, mistakes):
    """Rosenblatt's rule on the rows A_k = y_k x_k: fill `mistakes`, return their number and whether w separates.

    Being on the plane, A_k.w = 0, is a mistake. So zero weights are wrong about everything, and learning begins.
    """
    made = 0
    while True:
        before = made
        for k in range(A.shape[0]):
            total = 0.0
            for i in range(w.size):
                total += A[k, i] * w[i]
            if total <= 0.0:
                if made == mistakes.size:
                    return made, False
                mistakes[made] = k
                made += 1
                for i in range(w.size):
                    w[i] += A[k, i]
        if made == before:
            return made, True


def _inputs(X) -> np.ndarray:
    X = arguments.real_array("X", X)
    if X.ndim != 2 or X.size == 0:
        raise ValueError(f"X must be a matrix with one row for each example, got shape {X.shape}")
    return X


def _examples(X, y) -> tuple[np.ndarray, np.ndarray]:
    """Check inputs and labels and return both as float64."""
    X = _inputs(X)
    y = arguments.real_array("y", y, (len(X),), what=" (one label for each row of X)")
    if not np.isin(y, (-1, 1)).all():
        raise ValueError(f"y must be -1 or +1, got values {np.unique(y)[:5].tolist()}")
    return X, y
