"""Threshold-linear units: what any weights can hold, what Hebb's rule holds on a diluted network, and the two compared.

A unit answers V = g [h - theta]_+. A pattern eta of rates is stored if it is a fixed point: where eta is 0 the field
must be at most theta, and where it is not, h = theta + eta / g, an equality. With weights of length w, inputs of mean 0
(a mean is a threshold) and the field's standard deviation as the unit, both sets of fields are convex: a half line and
a point. So Gordon's inequality applies as in `gardner`, and weights exist up to

    1 / alpha_c = min over theta of  f <1 + (theta + eta / G)^2> + (1 - f) E[(x - theta)_+^2],    x normal,

with the average over the rates of active units. G is the gain: the rate that one standard deviation of the field adds,
in units of the mean active rate. Weights may be long, which makes G large; the limit is the optimal capacity,

    1 / alpha_c = min over theta of  f (1 + theta^2) + (1 - f) E[(x - theta)_+^2],

and it depends on f alone, not on the law of rates (`optimal`). An equality costs one weight for each active pattern and
more, a half line costs half a weight: at f = 1, alpha_c = 1, and for f to 0 the bound joins that of binary units.
Short weights have a small gain and hold less; `shortest` finds the shortest that store given patterns.

Hebb's rule J_ij = (c_ij / C) sum_mu zeta_i zeta_j, zeta = eta / <eta> - 1, on C inputs of a diluted asymmetric network
(Treves 1990, 1991) gives, when eta is recalled, the field zeta x + rho z plus whatever is common to all units. With
T0 = <zeta^2>, x = <zeta V> and rho^2 = alpha T0^2 <V^2>, v = x / rho, and w the common part over rho,

    alpha = <zeta F1(w + v zeta)>^2 / (v^2 T0^2 <F2(w + v zeta)>),    F1, F2 = E[(. + z)_+], E[(. + z)_+^2],

to be maximised over w (the threshold) and v (which fixes the gain). `hebbian` does that. Where v = 0 is best memory
fades continuously, as with binary units, at alpha = 1/2 whatever the law.

Hebb's rule can pass the optimal bound: with exponential rates at f below 3e-5, with log-normal ones of a coefficient of
variation of 1.3 or more at any f. That is no paradox. The bound asks for every rate without an error. What the Hebbian
network recalls is another pattern: noise silences weakly active units, raises others, and what is left is sparser
(`Hebbian.f`, `Hebbian.sparseness`) and only correlated with what was stored. At a variation of 2 a few units in ten
thousand are left.

References
----------
A. Treves, Phys. Rev. A 42, 2418 (1990): graded-response neurons and information encodings.
A. Treves, J. Phys. A 24, 2645 (1991): threshold-linear units, diluted.
F. Schoensberg, Y. Roudi and A. Treves, Phys. Rev. Lett. 126, 018301 (2021), arXiv:2007.12584: the comparison.
"""

import math
from typing import NamedTuple

import numpy as np
from scipy.optimize import brentq, linprog, minimize, nnls
from scipy.special import ndtr

from ..core import arguments
from . import gardner, graded

_SLACK = 1e-7  # as in `gardner`
_FADED = 1e-3  # signal over noise, over f: less is none
_LONG = 1e3  # what a threshold may be longer than a weight, before its length counts


class Bound(NamedTuple):
    """What `optimal` returns: `alpha`, P / N, and the `threshold` in standard deviations of the field."""

    alpha: float
    threshold: float


class Hebbian(NamedTuple):
    """What `hebbian` returns.

    Attributes
    ----------
    alpha : float
        The most patterns for each of the C synapses of a unit.
    f : float
        Share of the units that are active when a pattern is recalled there.
    sparseness : float
        <V>^2 / <V^2> of the recalled pattern.
    correlation : float
        Of the recalled pattern with the one stored; 0 where memory fades continuously.
    w, v, gain : float
        The common field and the signal, over the noise, and the gain g that goes with them.
    """

    alpha: float
    f: float
    sparseness: float
    correlation: float
    w: float
    v: float
    gain: float


def optimal(law: graded.Law, *, gain: float = math.inf) -> Bound:
    """The most patterns that any weights make fixed points of threshold-linear units.

    Parameters
    ----------
    law : graded.Law
        Of the rates.
    gain : float
        The rate that one standard deviation of the field adds, in units of the mean active rate; above 0. Left out,
        weights of any length.

    Returns
    -------
    Bound
        Right to 1e-10.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> [round(optimal(graded.binary(f)).alpha, 6) for f in (1.0, 0.5, 0.01)]
    [1.0, 1.437543, 19.150254]
    """
    law = graded.checked(law)
    if gain == math.inf:
        shift, spread = 0.0, 0.0
    else:
        gain = arguments.number("gain", gain, above=1e-6)
        shift, spread = 1 / gain, (law.square - 1) / gain**2
    f = law.f

    def slope(theta):
        return f * (theta + shift) - (1 - f) * float(gardner.mean_miss(-theta))

    theta = float(brentq(slope, -shift - 1.0, 40.0, xtol=1e-14))
    missed = f * (1 + (theta + shift) ** 2 + spread) + (1 - f) * float(gardner.squared_miss(-theta))
    return Bound(1 / missed, theta)


def hebbian(law: graded.Law) -> Hebbian:
    """The most patterns that Hebb's rule holds on a diluted asymmetric network of threshold-linear units.

    Parameters
    ----------
    law : graded.Law
        Of the rates, with f at least 1e-5 and rates that are not all the same.

    Returns
    -------
    Hebbian
        alpha right to 1e-8; w and v, where it is flat, to 1e-4.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> found = hebbian(graded.binary(0.05))
    >>> round(found.alpha, 4), round(found.f, 4)
    (1.5513, 0.1271)
    """
    law = graded.checked(law)
    if law.f < 1e-5:
        raise ValueError(f"law must have f of at least 1e-5, got {law.f:g}")
    if law.sparseness > 1 - 1e-9:
        raise ValueError("law must have rates that differ: there is nothing to recall when all are the same")

    def signal(log):  # over the noise: zeta of an active unit is about 1 / f, so that f is its natural unit
        return law.f * math.exp(min(max(log, -14.0), 6.0))

    def loss(at):
        return -math.log(max(_at(law, float(at[0]), signal(at[1]))[0], 1e-300))

    starts = [(w, math.log(u)) for w in (-4.0, -2.0, -0.5, 0.5) for u in (0.02, 0.5, 2.0, 5.0)]
    start = min(starts, key=loss)
    for _ in range(3):  # again from where it stands, since the simplex may have grown thin
        start = minimize(loss, start, method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-13, "maxiter": 2000}).x
    w, v = float(start[0]), signal(start[1])
    zeta_square = 1 / law.sparseness - 1
    if v < _FADED * law.f:  # the load is Phi(w)^2 / F2(w) for v to 0, largest at w = 0
        return Hebbian(0.5, 0.5, 1 / math.pi, 0.0, 0.0, 0.0, 2 / zeta_square)
    alpha, x, active, mean, square = _at(law, w, v)
    correlation = x / math.sqrt(zeta_square * (square - mean**2))
    return Hebbian(alpha, active, mean**2 / square, correlation, w, v, v / x)


def _at(law: graded.Law, w: float, v: float) -> tuple[float, float, float, float, float]:
    """Load, <zeta V>, active share, <V> and <V^2> at w and v, with V = [w + v zeta + z]_+."""
    zeta = np.r_[-1.0, law.rates / law.f - 1]
    p = np.r_[1 - law.f, law.f * law.weights]
    field = w + v * zeta
    first, second = gardner.mean_miss(field), gardner.squared_miss(field)
    x, square = float(p @ (zeta * first)), float(p @ second)
    spread = 1 / law.sparseness - 1
    return (x / (v * spread)) ** 2 / square, x, float(p @ ndtr(field)), float(p @ first), square


def weights(X, V) -> gardner.Weights | None:
    """Weights that make given rates the answers of one threshold-linear unit, by a linear programme, or None.

    Parameters
    ----------
    X : (P, N) array_like
        One row of inputs for each pattern.
    V : (P,) array_like
        The unit's rates, at least 0 and not all 0.

    Returns
    -------
    gardner.Weights or None
        With [X w - threshold]_+ = V. None where they do not exist, or are longer than a million times the shortest that
        could be asked for.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range.
    RuntimeError
        If the programme ends without an answer.

    Examples
    --------
    >>> found = weights([[1, 0], [0, 1], [1, 1]], [0, 2, 1])
    >>> np.maximum(np.array([[1, 0], [0, 1], [1, 1]]) @ found.w - found.threshold, 0).round(6)
    array([0., 2., 1.])
    """
    X, V = _problem(X, V)
    (_, N), size, rate = X.shape, np.abs(X).max() or 1.0, V.max()
    rows = np.hstack([X / size, -np.ones((len(X), 1)), -V[:, None] / rate])
    active = V > 0
    found = linprog(
        np.r_[np.zeros(N + 1), -1.0], A_ub=rows[~active] if (~active).any() else None,
        b_ub=np.zeros(np.count_nonzero(~active)) if (~active).any() else None,
        A_eq=rows[active], b_eq=np.zeros(np.count_nonzero(active)),
        bounds=[*[(-1, 1)] * N, (-N, N), (0, 1)], method="highs",
        options={"primal_feasibility_tolerance": 1e-9, "dual_feasibility_tolerance": 1e-9},
    )  # fmt: skip
    gardner.answered(found)
    scale = found.x[-1]
    if scale < _SLACK:
        return None
    return gardner.Weights(found.x[:N] * rate / (scale * size), float(found.x[N] * rate / scale))


def storable_share(
    law: graded.Law, P: int, N: int, *, gain: float = math.inf, instances: int = 100, rng: np.random.Generator
) -> float:
    """Of how many random sets of P patterns a threshold-linear unit with N inputs can store all.

    Parameters
    ----------
    law : graded.Law
        Of inputs and outputs.
    P, N : int
        At least 1.
    gain : float
        The largest gain that is allowed, as for `optimal`, above 0: the shortest weights must have no more. Left out, a
        linear programme decides.
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
    >>> storable_share(graded.ternary(0.5), 10, 20, instances=5, rng=np.random.default_rng(1))
    1.0
    """
    law, P = graded.checked(law), arguments.count("P", P, at_least=1)
    N, instances = arguments.count("N", N, at_least=1), arguments.count("instances", instances, at_least=1)
    rng, limited = arguments.generator(rng), gain != math.inf
    longest = 0.0
    if limited:
        spread = math.sqrt(law.f * law.square - law.f**2)
        longest = arguments.number("gain", gain, above=0) / max(spread, 1e-300)
    stored = 0
    for _ in range(instances):
        X, V = law.draw((P, N), rng=rng) - law.f, law.draw(P, rng=rng)
        if V.any():
            found = shortest(X, V) if limited else weights(X, V)
            stored += int(found is not None and (not limited or np.linalg.norm(found.w) <= longest))
        else:
            stored += 1
    return stored / instances


def shortest(X, V) -> gardner.Weights | None:
    """The weights of least length that make given rates the answers of one unit, or None.

    A least distance problem, solved as one of non-negative least squares (Lawson and Hanson). The threshold is free.

    Parameters
    ----------
    X, V
        As for `weights`.

    Returns
    -------
    gardner.Weights or None
        Good to 1e-6.

    Raises
    ------
    TypeError, ValueError
        As for `weights`.

    Examples
    --------
    >>> found = shortest([[1, 0], [-1, 0]], [2, 0])
    >>> found.w.round(4), round(found.threshold, 4)
    (array([1., 0.]), -1.0)
    """
    X, V = _problem(X, V)
    rows = np.hstack([X, -_LONG * np.ones((len(X), 1))])
    active = V > 0
    G = np.vstack([rows[active], -rows[active], -rows[~active]])
    h = np.r_[V[active], -V[active], np.zeros(np.count_nonzero(~active))]
    E = np.vstack([G.T, h / V.max()])
    size = np.linalg.norm(E, axis=0)
    u, _ = nnls(E / size, np.r_[np.zeros(E.shape[0] - 1), 1.0], maxiter=100 * E.shape[1])
    rest = (E / size) @ u - np.r_[np.zeros(E.shape[0] - 1), 1.0]
    if np.linalg.norm(rest) < 1e-7:
        return None
    found = -rest[:-1] / rest[-1] * V.max()
    return gardner.Weights(found[:-1], float(found[-1] * _LONG))


def _problem(X, V) -> tuple[np.ndarray, np.ndarray]:
    X = arguments.real_array("X", X)
    if X.ndim != 2 or X.size == 0:
        raise ValueError(f"X must be a matrix with one row for each pattern, got shape {X.shape}")
    V = arguments.real_array("V", V, (len(X),), what=" (one rate for each row of X)")
    if (V < 0).any() or not V.any():
        raise ValueError(f"V must be at least 0 and not all 0, got values from {V.min():g} to {V.max():g}")
    return X, V
