"""The threshold unit of McCulloch and Pitts, Rosenblatt's rule that teaches it, and what no such unit can do.

A unit with weights w and threshold theta fires when w.x >= theta. A threshold is a weight, -theta, on an input that is
always 1 (`with_bias`), so everything below is said for w.x alone: a data set of P examples is X (P, N) with labels
y (P,) of -1 and +1, and w *separates* it if y_k w.x_k > 0 for every k, strictly.

Only the rows A_k = y_k x_k matter. Either some w has A w > 0, or some u >= 0, not all 0, has u A = 0, never both (for
then 0 = (u A) w = u (A w) > 0). `separate` returns the one that exists, so that a "no" is proven as well as a "yes".

Every float is a fraction. Where rounding could decide who is on which side, fractions decide instead.

References
----------
W. S. McCulloch and W. Pitts, Bull. Math. Biophys. 5, 115 (1943): the unit.
F. Rosenblatt, Psychol. Rev. 65, 386 (1958): the perceptron.
A. B. J. Novikoff, Proc. Symp. Math. Theory of Automata 12, 615 (1962): at most (R / gamma)^2 mistakes.
T. M. Cover, IEEE Trans. Electron. Comput. EC-14, 326 (1965): the number of separable labellings.
P. Wolfe, Math. Program. 11, 128 (1976): the point of a convex hull that is nearest to the origin.
"""

from fractions import Fraction
from math import comb, isqrt, lcm
from typing import NamedTuple

import numpy as np
from scipy.optimize import linprog, nnls

from ..core import arguments
from ..core.jit import kernel
from ..core.progress import keeping, watched

EPSILON, TINY = np.finfo(float).eps, np.finfo(float).tiny


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
        Whether a whole pass went by without a mistake, as floats add up; `separate` decides without rounding.
    """

    w: np.ndarray
    mistakes: np.ndarray
    separates: bool


class Separation(NamedTuple):
    """What `separate` returns. One of the two is an array, the other None; both are None if it is undecided.

    Attributes
    ----------
    w : (N,) float64 or None
        Weights that separate: y_k w.x_k > 0 for every k, without any rounding.
    proof : (P,) float64 or None
        Shares u >= 0 that add up to 1 and balance: the sum of u_k y_k x_k is zero, so that no weights separate. Shares
        that balance exactly exist; these are they, up to rounding.
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
        The weights of length 1 that have it, up to their rounding: that moves a margin by 1e-16 of the longest x.
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


def unit(X, w, *, threshold: float = 0.0) -> np.ndarray:
    """Output of a McCulloch-Pitts unit: 1 where w.x >= threshold, and 0 elsewhere, for the numbers exactly as given.

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
    threshold = arguments.number("threshold", threshold)
    return (_signs(with_bias(X), np.append(w, -threshold)) >= 0).astype(np.int8)


def learn(X, y, *, start=None, max_mistakes: int = 100_000, progress: bool | None = None) -> Learning:
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
    progress : bool, optional
        Whether to show a bar; left out, where a person watches a long run. It is full after the longest run possible.

    Returns
    -------
    Learning

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range, or the weights grow beyond the largest float.
    Interrupted
        If stopped by hand; its `run` is the Learning so far.

    Examples
    --------
    >>> learn(with_bias([[0, 0], [0, 1], [1, 0], [1, 1]]), [-1, -1, -1, 1]).w  # AND
    array([ 3.,  2., -4.])
    """
    X, y = _examples(X, y)
    w = np.zeros(X.shape[1]) if start is None else arguments.real_array("start", start, (X.shape[1],))
    mistakes = np.empty(arguments.count("max_mistakes", max_mistakes, at_most=10**9), dtype=np.int64)
    size = _exponent(X)  # in units of this power of two no product overflows, and no digit changes
    A, w = np.ldexp(X * y[:, None], -size), np.ldexp(w, -size)
    made = right = 0

    def so_far() -> Learning:
        with np.errstate(over="ignore"):
            weights = np.ldexp(w, size)
        if not np.isfinite(weights).all():
            raise ValueError(
                "X and start must be smaller, or closer in size: the weights grew beyond the largest float"
            )
        separates = right == len(A)
        mistakes.resize(made, refcheck=False)  # in place: a copy of a long list takes its time
        return Learning(weights, mistakes, separates)

    with keeping(so_far):
        for looks in watched((mistakes.size + 1) * len(A), progress):
            after = w.copy()  # Ctrl-C strikes when the kernel returns, before its results have their names
            counts = correct_mistakes(A, after, mistakes, made, right, looks.start, looks.stop)
            w, (made, right) = after, counts
            if right in (len(A), -1):
                break
    return so_far()


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
        Good to some units in the last place, however close the example is to the plane; beyond the largest float, inf
        with its sign.

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
    size = _exponent(X)
    return _unscaled(_margin(np.ldexp(X * y[:, None], -size), np.ldexp(w, -_exponent(w))), size)


def max_margin(X, y) -> Margin:
    """Largest margin that any weights have, and those weights.

    It is the distance of the origin from the convex hull of the points y_k x_k, and w points to the nearest point of
    the hull. Every w gives a lower bound, every point of the hull an upper one. Where a solution in floats leaves more
    than 1e-12 between the two, the nearest point is found in fractions, without any rounding (slowly, if there are more
    than some thirty inputs).

    Parameters
    ----------
    X, y
        As for `learn`.

    Returns
    -------
    Margin
        Its gamma is good to 1e-12 of itself, however small it is, and inf where it is beyond the largest float.

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
    gamma, w, size = _largest_margin(X, y)
    return Margin(_unscaled(gamma, size), w)


def mistake_bound(X, y) -> float:
    """Novikoff's bound (R / gamma)^2 on the number of mistakes of Rosenblatt's rule that starts from zero.

    Parameters
    ----------
    X, y
        As for `learn`; separable. R is the length of the longest x and gamma the largest margin.

    Returns
    -------
    float
        inf where it is beyond the largest float.

    Raises
    ------
    TypeError, ValueError
        As for `max_margin`.

    Examples
    --------
    >>> round(mistake_bound(with_bias([[0, 0], [0, 1], [1, 0], [1, 1]]), [-1, -1, -1, 1]), 9)  # AND
    51.0
    """
    X, y = _examples(X, y)
    gamma, _, size = _largest_margin(X, y)
    with np.errstate(over="ignore", divide="ignore"):
        return float(np.square(np.linalg.norm(np.ldexp(X, -size), axis=1).max() / gamma))


def separate(X, y) -> Separation:
    """Decide whether some weights separate the examples, with a proof either way.

    A linear programme in floats proposes weights or shares. Weights are tried on all examples, in fractions where
    rounding could matter; shares are taken only with an error bound below the smallest of them, so that shares that
    balance exactly are sure to exist. Where neither holds, Wolfe's method finds the answer in fractions: at once for
    a few inputs, in some ten seconds for thirty.

    Parameters
    ----------
    X, y
        As for `learn`.

    Returns
    -------
    Separation
        Undecided only if weights that separate exist, and lose that when they are rounded to floats.

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
    if not A.any(axis=1).all():  # a zero input is on the plane whatever the weights
        zero = ~A.any(axis=1)
        return Separation(None, zero / np.count_nonzero(zero))
    w, shares = _proposal(A)
    if w is not None and (_signs(A, w) > 0).all():
        return Separation(w, None)
    if shares is not None:
        return Separation(None, shares)
    whole, _ = _whole_numbers(A)
    exact = _nearest(whole)
    point = _mean(whole, exact)
    if not point.any():
        shares = np.zeros(len(A))
        shares[list(exact)] = [float(share) for share in exact.values()]
        return Separation(None, shares)
    w = np.array([float(x / max(abs(point))) for x in point])
    return Separation(w if (_signs(A, w) > 0).all() else None, None)


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
def correct_mistakes(A, w, mistakes, made, right, first, last):
    """Rosenblatt's rule on the rows A_k = y_k x_k, shown in turn, from the first look to the last.

    `made` mistakes were made before, and noted in `mistakes`; the last `right` looks found nothing wrong. Return both
    as they are now: all rows right in a row means that w separates, and right = -1 that `mistakes` is full.

    Being on the plane, A_k.w = 0, is a mistake. So zero weights are wrong about everything, and learning begins.
    """
    for look in range(first, last):
        k = look % A.shape[0]
        total = 0.0
        for i in range(w.size):
            total += A[k, i] * w[i]
        if total > 0.0:
            right += 1
            if right == A.shape[0]:
                return made, right
        elif made == mistakes.size:
            return made, -1
        else:
            right = 0
            mistakes[made] = k
            made += 1
            for i in range(w.size):
                w[i] += A[k, i]
    return made, right


# Floats, with a bound on what rounding does ───────────────────────────────────────────────────────────────────────────


def _exponent(values, axis=None):
    """Exponent of the power of two at or just below the largest absolute value."""
    return np.frexp(np.abs(values).max(axis=axis))[1] - 1


def _products(A, w) -> tuple[np.ndarray, np.ndarray]:
    """A w, and a bound on its rounding error; where that is not finite, so is not the bound."""
    with np.errstate(all="ignore"):
        size = np.abs(A) @ np.abs(w)
        return A @ w, 2 * w.size * (EPSILON * size + TINY)


def _unscaled(value, size) -> float:
    """A value times a power of two: inf beyond the largest float."""
    with np.errstate(over="ignore"):
        return float(np.ldexp(value, size))


def _margin(A, w) -> float:
    """Smallest distance of the rows from the plane with the normal w, in their direction."""
    product, error = _products(A, w)
    near = product - error <= (product + error).min()  # the smallest is one of these
    return float(min(_exact_product(row, w) for row in A[near])) / np.linalg.norm(w)


def _largest_margin(X, y) -> tuple[float, np.ndarray, int]:
    """Margin and weights of `max_margin`, the former in units of a power of two, and its exponent."""
    size = _exponent(X)
    A = np.ldexp(X * y[:, None], -size)
    w = _nearest_in_floats(A)
    if w is not None:
        return _margin(A, w), w, size
    if separate(X, y).proof is not None:
        raise ValueError("X and y must be separable to have a margin; separate(X, y).proof shows that they are not")
    whole, scale = _whole_numbers(X * y[:, None])
    point = _mean(whole, _nearest(whole))
    length = _root(point @ point)
    return float(length / (scale * Fraction(2) ** int(size))), np.array([float(x / length) for x in point]), size


def _exact_product(row, w) -> Fraction:
    return sum((Fraction(a) * Fraction(b) for a, b in zip(row, w, strict=True)), Fraction(0))


def _signs(A, w) -> np.ndarray:
    """Signs of A w, (P,) float64, as for real numbers."""
    product, error = _products(A, w)
    signs = np.sign(product)
    for k in np.flatnonzero(~(np.abs(product) > error)):  # NaN is among them
        exact = _exact_product(A[k], w)
        signs[k] = (exact > 0) - (exact < 0)
    return signs


def _proposal(A) -> tuple[np.ndarray | None, np.ndarray | None]:
    """By linear programming: weights that may separate the rows, or shares near which some balance them exactly."""
    # Every column and then every row in units of a power of two: no digit changes.
    columns = _exponent(A, axis=0)
    rows = _exponent(np.ldexp(A, -columns), axis=1)
    B = np.ldexp(np.ldexp(A, -columns), -rows[:, None])
    if not (np.ldexp(np.ldexp(B, rows[:, None]), columns) == A).all():  # numbers of sizes too different for floats
        return None, None
    # The largest t with B w >= t and every |w_i| <= 1. It is positive if and only if some w separates.
    P, N = B.shape
    result = linprog(
        np.append(np.zeros(N), -1.0),
        A_ub=np.hstack([-B, np.ones((P, 1))]),
        b_ub=np.zeros(P),
        bounds=[(-1, 1)] * N + [(None, None)],
        method="highs",
    )
    if not result.success:
        return None, None
    with np.errstate(over="ignore"):
        w = np.ldexp(result.x[:N], -columns) + 0.0  # no -0
    w = w if np.isfinite(w).all() and w.any() else None
    # The multipliers of B w >= t add up to 1 and balance the rows of B; those of A are balanced by others.
    balance = _balance(B, -result.ineqlin.marginals)
    if balance is None:
        return w, None
    shares = np.ldexp(balance, rows.min() - rows)
    return w, shares / shares.sum()


def _balance(B, shares) -> np.ndarray | None:
    """Solve for shares that balance N + 1 rows, the largest ones, and return them if all are surely positive.

    With R close to the inverse of M, the solution of M u = b is within |R| |b - M u'| / (1 - |1 - R M|) of u'.
    """
    P, N = B.shape
    chosen = np.argsort(-shares, kind="stable")[: N + 1]
    if len(chosen) <= N:
        return None
    M, b = np.vstack([B[chosen].T, np.ones(N + 1)]), np.append(np.zeros(N), 1.0)
    try:
        R = np.linalg.inv(M)
    except np.linalg.LinAlgError:
        return None
    rounding = 4 * (N + 2) * EPSILON
    far = np.abs(np.eye(N + 1) - R @ M).sum(axis=1).max() + rounding * (np.abs(R) @ np.abs(M)).sum(axis=1).max()
    if not far < 0.5:
        return None
    u = R @ b
    error = np.abs(b - M @ u) + rounding * (np.abs(M) @ np.abs(u) + b)
    if not u.min() > 4 * (np.abs(R) @ error).max():
        return None
    result = np.zeros(P)
    result[chosen] = u
    return result


def _nearest_in_floats(A) -> np.ndarray | None:
    """Unit vector to the point of the rows' convex hull that is nearest to the origin, if it is sure to 1e-12."""
    # Minimise |E u - f| over u >= 0, with f = (0, ..., 0, 1): the rows with u > 0 span the face of that point.
    E, f = np.vstack([A.T, np.ones(len(A))]), np.append(np.zeros(A.shape[1]), 1.0)
    try:
        face = np.flatnonzero(nnls(E, f)[0])
    except RuntimeError:  # too many iterations
        return None
    if not face.size:
        return None
    base, edges = A[face[0]], A[face[1:]] - A[face[0]]
    along = np.linalg.lstsq(edges.T, -base, rcond=None)[0] if len(edges) else np.zeros(0)
    shares = np.append(1 - along.sum(), along)
    w = shares @ A[face]
    if not (w.any() and (shares >= 0).all()):
        return None
    w = np.ldexp(w, -_exponent(w))
    point = [_exact_product(column, shares) for column in A[face].T]
    above = float(_root(sum(x * x for x in point))) / shares.sum()
    return w / np.linalg.norm(w) if _margin(A, w) >= above * (1 - 1e-12) else None


# Fractions ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def _whole_numbers(A) -> tuple[np.ndarray, int]:
    """A matrix of floats times the smallest power of two that makes it whole: Python's integers, and that power."""
    ratios = [[x.as_integer_ratio() for x in row] for row in A.tolist()]
    scale = max(below for row in ratios for _, below in row)
    return np.array([[above * (scale // below) for above, below in row] for row in ratios], dtype=object), scale


def _nearest(rows) -> dict[int, Fraction]:
    """Shares, by row, of the point of the convex hull of whole-number rows that is nearest to the origin (Wolfe 1976).

    The point is kept nearest among all weighted means of a few rows, and more rows join while one is on its near side.
    """
    shares = {int(np.argmin((rows * rows).sum(axis=1))): Fraction(1)}
    while True:
        common = lcm(*(share.denominator for share in shares.values()))
        point = sum(int(share * common) * rows[k] for k, share in shares.items())
        reach = rows @ point
        new = int(np.argmin(reach))
        if reach[new] * common >= point @ point:
            return shares
        shares[new] = Fraction(0)
        while True:
            best = dict(zip(shares, _nearest_mean(rows[list(shares)]), strict=True))
            if all(share > 0 for share in best.values()):
                shares = best
                break
            # Go there as far as all shares stay positive, and drop those that do not.
            way = min(shares[k] / (shares[k] - best[k]) for k in shares if best[k] <= 0)
            shares = {k: u for k in shares if (u := shares[k] + way * (best[k] - shares[k])) > 0}


def _mean(rows, shares) -> np.ndarray:
    return sum(share * rows[k] for k, share in shares.items())


def _nearest_mean(rows) -> list[Fraction]:
    """Weights with the sum 1, of either sign, of the mean of independent whole-number rows that is nearest to 0.

    Stationarity: the row products G times the weights are all equal. Solved by elimination without fractions (Bareiss).
    """
    n = len(rows) + 1
    table = np.zeros((n, n + 1), dtype=object)
    table[1:, 1:n] = rows @ rows.T
    table[0, 1:n] = table[1:, 0] = 1
    table[0, n] = 1
    pivot = 1
    for k in range(n):
        row = next(r for r in range(k, n) if table[r, k])
        table[[k, row]] = table[[row, k]]
        last, pivot, kept = pivot, table[k, k], table[k].copy()
        table = (table * pivot - np.outer(table[:, k], kept)) // last
        table[k] = kept
    return [Fraction(x, pivot) for x in table[1:, n]]


def _root(square) -> Fraction:
    """Square root of a fraction or whole number, to some sixty digits."""
    square, shift = Fraction(square), 4**200
    return Fraction(isqrt(square.numerator * square.denominator * shift), square.denominator * 2**200)


# Arguments ────────────────────────────────────────────────────────────────────────────────────────────────────────────


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
