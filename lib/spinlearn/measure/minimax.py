"""Best fits in the sense of the largest error, with a proof that nothing nearby is better.

Least squares has scipy.optimize.least_squares. This module has its rival, the *minimax* or Chebyshev fit: parameters p
for which the largest error on an interval,

    E(p) = max |e(x; p)|,    e(x; p) = model(x; p) - target(x),

is as small as it can be. At the optimum several errors are equally large, and whatever one does to the parameters, one
of them grows. That is a finite certificate: points x_k with |e(x_k)| = E and weights w_k >= 0 that add up to 1, with

    sum_k  w_k sign(e_k) grad_p model(x_k) = 0.

For if a small change d of the parameters made all of these errors smaller, sign(e_k) grad_p model(x_k) . d would be
negative for every k, and its weighted mean zero. Where the model is linear in its parameters, the change need not be
small, and the certificate proves that no parameters at all do better. Where it is not, the proof is of a local optimum.

The method is Newton's idea: replace the model by its tangent in the parameters, solve the minimax problem of that, a
linear programme, step there, and repeat. A trust region keeps the steps where the tangent means something.

References
----------
E. W. Cheney, Introduction to approximation theory, McGraw-Hill (1966): chapter 3, the characterisation.
"""

from typing import NamedTuple

import numpy as np
from scipy.optimize import linprog, minimize_scalar

from ..core import arguments

MAX_STEPS = 200
TOLERANCE = 1e-9  # relative to the error
RESOLVED = 1e-10  # relative to the largest error that goes into it: what a linear programme and slopes resolve
ROUNDING = 16 * np.finfo(float).eps  # relative to the values; errors below it are those of the arithmetic
LARGEST = 1e300  # values of model and target; sums of a few of them are still numbers
SMALL = 0.01  # a parameter is taken to matter on this scale at least; the differences below use it


class Certificate(NamedTuple):
    """What `certify` returns.

    Attributes
    ----------
    error : float
        Largest error on the interval.
    bound : float
        What the largest error could be brought down to if the model were its tangent at these parameters. Equal to
        `error` at an optimum. For a model linear in its parameters it is the least error there is, wherever one looks.
        Both up to 1e-10 of `error`, and 0 where the bound is below that.
    points : (K,) float64
        Points that take part in the proof, ascending. Where the bound is 0 nothing is to be proved, and K = 0.
    errors : (K,) float64
        Model minus target there.
    weights : (K,) float64
        Positive, of sum 1, such that sum_k weights_k sign_k grad_p model(points_k) = 0, where sign_k is that of the
        tangent's error at its best; at an optimum that of `errors`.
    """

    error: float
    bound: float
    points: np.ndarray
    errors: np.ndarray
    weights: np.ndarray


class Minimax(NamedTuple):
    """What `minimax` returns.

    Attributes
    ----------
    parameters : (P,) float64
        The best ones.
    error : float
        Largest error with them. Where the model contains the target it is one of rounding.
    points, errors, weights : (K,) float64
        The certificate, as in `Certificate`: where the error is largest, its sign there, and the weights that balance.
        K = 0 where the fit is exact up to rounding: there is nothing to prove.
    """

    parameters: np.ndarray
    error: float
    points: np.ndarray
    errors: np.ndarray
    weights: np.ndarray


def minimax(model, target, x, start) -> Minimax:
    """Fit a model so that its largest error is as small as possible.

    Parameters
    ----------
    model : callable
        ``model(x, *parameters)`` with an array `x` gives an array of the same shape. It has to be differentiable in its
        parameters, and need not be linear in them.
    target : callable
        ``target(x)``, likewise.
    x : (n,) array_like
        Ascending points from one end of the interval to the other, more than there are parameters, and fine enough that
        between two neighbours the error has at most one extremum. A kink of the target should be among them. Between
        them extrema are located exactly.
    start : (P,) array_like
        Parameters to start from. Choose units in which a change by a hundredth is not a large one.

    Returns
    -------
    Minimax
        An optimum that no small change of the parameters improves, to a relative 1e-9 in the error, or to the rounding
        of the model's values (some 1e-15 of them) where that is more.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or shape, if model or target is not finite at the start or beyond 1e300, or if
        a parameter has no influence there.
    RuntimeError
        If no optimum is reached, because the model has a kink in its parameters or they run away to infinity.

    Examples
    --------
    The best straight line for a parabola; three errors of 1/8 take turns:

    >>> best = minimax(lambda x, a, b: a + b * x, np.square, np.linspace(0, 1, 9), [0, 0])
    >>> print(best.parameters.round(9), round(best.error, 9))
    [-0.125  1.   ] 0.125
    >>> print(best.points.round(6), best.errors.round(9))
    [0.  0.5 1. ] [-0.125  0.125 -0.125]
    """
    x, p = _interval(x), _parameters("start", start)
    _more_points_than(p, x)
    _functions(model, target)
    points, errors = _extrema(model, target, x, p)
    error, radius = np.abs(errors).max(), 1.0
    for _ in range(MAX_STEPS):
        rounding = _rounding(model, target, x, p)
        if error <= rounding:
            return Minimax(p, float(error), *np.empty((3, 0)))
        # The whole grid takes part, so that the tangent's errors are watched where the next extrema may be.
        everywhere = np.union1d(x, points)
        slopes = _slopes(model, everywhere, p)
        step = _tangent_step(_error(model, target, everywhere, p), slopes, np.abs(slopes).max(axis=0), radius)
        gain = error - step.error
        least = max(TOLERANCE * error, rounding)  # a gain that counts
        if gain <= least:
            certificate = certify(model, target, x, p)
            if certificate.bound >= error - 10 * least:
                return Minimax(p, *certificate[:1], *certificate[2:])
        trial = p + step.change
        try:
            new_points, new_errors = _extrema(model, target, x, trial)
            gained = error - np.abs(new_errors).max()
        except ValueError:  # not finite there
            gained = -np.inf
        if gained > 0.0:
            p, points, errors, error = trial, new_points, new_errors, error - gained
        if gained > 0.75 * gain:
            radius = min(2 * radius, 1e3)
        elif gained < 0.25 * gain:
            radius /= 4
        if radius < 1e-12:
            break
    raise RuntimeError(
        f"no optimum was reached from start {np.asarray(start).tolist()}: at {p.tolist()} the largest error is "
        f"{error:.6g}. Try another start, and see that the model is smooth in its parameters"
    )


def certify(model, target, x, parameters) -> Certificate:
    """Say how far parameters are from a minimax optimum, and prove it.

    Parameters
    ----------
    model, target, x
        As for `minimax`.
    parameters : (P,) array_like
        Where to look.

    Returns
    -------
    Certificate

    Raises
    ------
    TypeError, ValueError
        As for `minimax`.
    RuntimeError
        If the numbers are of sizes so different that the linear programme cannot be solved.

    Examples
    --------
    The tangent at 1/2 is not the best line for a parabola:

    >>> c = certify(lambda x, a, b: a + b * x, np.square, np.linspace(0, 1, 9), [-0.25, 1.0])
    >>> print(round(c.error, 9), round(c.bound, 9), c.weights.round(6))
    0.25 0.125 [0.25 0.5  0.25]
    """
    x, p = _interval(x), _parameters("parameters", parameters)
    _more_points_than(p, x)
    _functions(model, target)
    points, errors = _extrema(model, target, x, p)
    largest = np.abs(errors).max()
    least = max(RESOLVED * largest, _rounding(model, target, x, p))
    if largest <= least:
        return Certificate(float(largest), 0.0, *np.empty((3, 0)))
    reach = np.abs(_slopes(model, x, p)).max(axis=0)
    # Exchange, as Remez did: the best tangent for some points may be worse elsewhere; then these points join them.
    for _ in range(MAX_STEPS):
        step = _tangent_step(errors, _slopes(model, points, p), reach, np.inf)
        new, its_errors = _extrema(lambda at, d=step.change: _tangent(model, at, p, d), target, x, ())
        if np.abs(its_errors).max() <= step.error + max(TOLERANCE * step.error, least):
            break
        points = np.union1d(points, new)
        errors = _error(model, target, points, p)
    if step.error <= least:
        return Certificate(float(largest), 0.0, *np.empty((3, 0)))
    used = step.weights > 0
    return Certificate(
        float(largest), float(step.error), points[used], errors[used], step.weights[used] / step.weights.sum()
    )


class _Step(NamedTuple):
    change: np.ndarray  # of the parameters
    error: float  # largest error of the tangent after it
    weights: np.ndarray  # of the points, from the dual programme


def _tangent_step(errors, slopes, reach, radius) -> _Step:
    """Solve min over d of max_k |e_k + slopes_k . d|, where reach_i |d_i| is at most radius times the largest error."""
    largest = np.abs(errors).max()
    if (reach == 0).any():
        raise ValueError(f"parameter {reach.argmin()} has no influence on the model there")
    # In these units errors are of order one, and so are the tolerances of the solver. So are the changes, along the
    # singular directions: far from the origin the powers of x are nearly parallel, and only their differences count.
    e, (U, S, V) = errors / largest, np.linalg.svd(slopes / reach, full_matrices=False)
    kept = S / S[0] > np.finfo(float).eps * len(e)
    size = np.abs(U[:, kept]).max(axis=0)
    A, to_parameters = U[:, kept] / size, (V[kept].T / (size * S[kept])) / reach[:, None]
    one = np.ones((len(e), 1))
    solved = linprog(
        np.r_[np.zeros(A.shape[1]), 1.0],  # minimise the last variable, the largest error t
        A_ub=np.block([[A, -one], [-A, -one]]),  # e + A d <= t and -(e + A d) <= t
        b_ub=np.r_[-e, e],
        bounds=[(-radius, radius)] * A.shape[1] + [(0, None)],
        method="highs-ds",
        options={"primal_feasibility_tolerance": RESOLVED, "dual_feasibility_tolerance": RESOLVED},
    )
    if solved.x is None:
        raise RuntimeError(f"the linear programme was not solved: {solved.message}")
    weights = -solved.ineqlin.marginals
    return _Step(to_parameters @ solved.x[:-1] * largest, solved.x[-1] * largest, weights[: len(e)] + weights[len(e) :])


def _tangent(model, x, p, change) -> np.ndarray:
    """Values of the model after a change of its parameters, to first order in it."""
    return _values("model", model, x, p) + _slopes(model, x, p) @ change


def _rounding(model, target, x, p) -> float:
    """Error that comes of the arithmetic alone, where the terms are of the size of the values or of slope times p."""
    sizes = [_values("model", model, x, p), _values("target", target, x, ()), _slopes(model, x, p) * p]
    return ROUNDING * max(np.abs(size).max() for size in sizes)


def _slopes(model, x, p) -> np.ndarray:
    """Derivatives of the model by its parameters, (n, P), by central differences."""
    steps = np.cbrt(np.finfo(float).eps) * np.maximum(np.abs(p), SMALL)
    columns = []
    for k, step in enumerate(steps):
        up, down = p.copy(), p.copy()
        up[k] += step
        down[k] -= step
        columns.append((_values("model", model, x, up) - _values("model", model, x, down)) / (up[k] - down[k]))
    return np.stack(columns, axis=1)


def _extrema(model, target, x, p) -> tuple[np.ndarray, np.ndarray]:
    """Points where the error has a local extremum or the interval an end, and the errors there."""
    values = _error(model, target, x, p)
    unit = np.abs(values).max() or 1.0  # in which no product of two errors overflows or underflows
    e = values / unit
    turns = (e[1:-1] - e[:-2]) * (e[2:] - e[1:-1]) <= 0
    points, errors = [x[0], x[-1]], [values[0], values[-1]]
    for k in 1 + np.flatnonzero(turns):
        sign = 1.0 if 2 * e[k] >= e[k - 1] + e[k + 1] else -1.0  # a maximum or a minimum
        peak = minimize_scalar(
            lambda at, sign=sign: -sign * _error(model, target, np.array([at]), p)[0] / unit,
            bounds=(x[k - 1], x[k + 1]),
            method="bounded",
            options={"xatol": 1e-9 * (x[k + 1] - x[k - 1])},
        )
        better = -peak.fun > sign * e[k]  # at a kink the point of the grid is the better one
        points.append(peak.x if better else x[k])
        errors.append(-sign * peak.fun * unit if better else values[k])
    points, first = np.unique(points, return_index=True)
    return points, np.array(errors)[first]


def _error(model, target, x, p) -> np.ndarray:
    return _values("model", model, x, p) - _values("target", target, x, ())


def _values(name, function, x, p) -> np.ndarray:
    values = arguments.real_array(f"{name}(x)", function(x, *p), x.shape, what=" (that of x)")
    if np.abs(values).max() > LARGEST:
        raise ValueError(f"{name}(x) must be at most {LARGEST:g} in size, got {np.abs(values).max():g}")
    return values


def _more_points_than(p, x) -> None:
    if x.size <= p.size:
        raise ValueError(f"x must have more points than there are parameters, {p.size}, got {x.size}")


def _functions(model, target) -> None:
    for name, function in (("model", model), ("target", target)):
        if not callable(function):
            raise TypeError(f"{name} must be callable, not {type(function).__name__}")


def _interval(x) -> np.ndarray:
    x = arguments.real_array("x", x)
    if x.ndim != 1 or x.size < 3 or not (x[1:] > x[:-1]).all():
        raise ValueError(f"x must be one-dimensional and ascending, with three points at least, got shape {x.shape}")
    return x


def _parameters(name, value) -> np.ndarray:
    value = arguments.as_array(name, value)
    if value.ndim != 1 or value.size == 0:
        raise ValueError(f"{name} must be a one-dimensional array of parameters, got shape {value.shape}")
    return arguments.real_array(name, value).copy()
