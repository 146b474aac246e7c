"""The transitions through which a machine of two layers learns, one singular vector of its weights after another.

**How modes begin.** With small weights and biases that have the means of the data, a hidden unit answers its field
linearly, f(x) = f(b) + K''(b) x, and so does a visible one. The gradient of the likelihood is then, at T = 1,

    dW / dt = (C - D) W K_h''(b),        C_ik = cov(v_i, v_k) of the data,   D = diag K_v''(a),

so that along an eigenvector of C - D weights grow as exp(lambda K_h'' t): what grows is what the data have beyond
independent units of the same means. For units with two states the diagonal of C is D, and correlations alone count.

**Where a mode orders.** Scale the weights by the deviations of the units in their mean fields,

    G = D_v^(1/2) W D_h^(1/2) / T = sum_a s_a u_a w_a^T.

To the second order the sums x = u.v and y = w.h, of scaled states, are Gaussian with the coupling s, and var(x) =
1 / (1 - s^2): at s = 1 the machine orders along u. The next order is that of the fourth cumulants. With
kappa = -K^(4) / (2 K''^2), 1 of a spin and 0 of a Gaussian unit, and U = sum kappa_i u_i^4, V = sum kappa_j w_j^4,

    ln p(x) = -(1 - s^2 - U) x^2 / 2 - (U + s^4 V) x^4 / 12,

where units and machine are symmetric. At s = 1 this is a law with one length: with size = 1 / (U + V)

    p(x) ~ exp(-(1 - s^2) x^2 / 2 - x^4 / (12 size)),        <x^2> = size^(1/2) g(size^(1/2) (1 - s^2)),

that of a Curie-Weiss magnet. So susceptibilities of machines of all sizes fall on one curve g, nothing fitted; the
exponents are those of mean field, 1 for the susceptibility, and the width of the transition is size^(-1/2). What a unit
is enters by its variance and by kappa.

**How long a sweep takes to forget.** A sweep multiplies the mean of x by s^2: the autocorrelation time is
-1 / ln s^2 below the transition, and exponential in the size beyond it. In a machine of spins whose weights are all
s / sqrt(n m), sums are all that matters, and the law and the time are exact (`even_law`, `even_time`).

References
----------
A. Decelle, G. Fissore and C. Furtlehner, EPL 119, 60001 (2017), arXiv:1708.02917: modes of the weights in learning.
D. Bachtis, G. Biroli, A. Decelle and B. Seoane, NeurIPS 2024, arXiv:2405.14689: learning as a cascade of transitions.
J. Tubiana and R. Monasson, Phys. Rev. Lett. 118, 138301 (2017): how many hidden units take part.
"""

from typing import NamedTuple

import numpy as np
from scipy.special import gammaln, roots_legendre

from ..core import arguments
from . import machine
from .machine import TwoLayers

MOST_EVEN = 4096
_NODES, _WEIGHTS = roots_legendre(400)


class Modes(NamedTuple):
    """What `modes` returns, largest first.

    Attributes
    ----------
    s : (k,) float64
        Singular values of the scaled weights; a mode orders at 1.
    u : (N, k) float64
        Directions among the visible units, as columns.
    w : (M, k) float64
        Directions among the hidden units.
    U, V : (k,) float64
        sum kappa u^4 and sum kappa w^4: how far from Gaussian the sums along the mode are.
    """

    s: np.ndarray
    u: np.ndarray
    w: np.ndarray
    U: np.ndarray
    V: np.ndarray

    @property
    def size(self) -> np.ndarray:
        """1 / (U + V), how large a magnet each mode is. Of n and m spins with equal entries it is n m / (n + m)."""
        return 1 / (self.U + self.V)


class Rates(NamedTuple):
    """What `growth` returns: eigenvalues `rate` (N,) of C - D, largest first, and `u` (N, N), vectors as columns."""

    rate: np.ndarray
    u: np.ndarray


class Even(NamedTuple):
    """What `even_law` returns: the values `x` (n + 1,) of sum v / sqrt(n), and their probabilities `p` (n + 1,)."""

    x: np.ndarray
    p: np.ndarray


def modes(model: TwoLayers, T: float = 1.0, *, mean=None) -> Modes:
    """Singular values and vectors of weights in units in which a mode orders at 1.

    Parameters
    ----------
    model : TwoLayers
    T : float
        Above 0.
    mean : (N,) array_like, optional
        Means of the visible units, which give every unit its mean field. Left out, units are taken as without weights:
        right, where both layers and the machine are symmetric.

    Returns
    -------
    Modes

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> from spinlearn.bipartite import units
    >>> even = machine.machine(np.full((9, 4), 1 / 6), units.spin(), units.spin())
    >>> modes(even).s[0].round(9), modes(even, 2.0).s[0].round(9), modes(even).size[0].round(6)
    (np.float64(1.0), np.float64(0.5), np.float64(2.769231))
    """
    model, T = machine.checked_machine(model), arguments.temperature(T)
    if mean is None:
        at_v, at_h = model.a / T, model.b / T
    else:
        mean = arguments.real_array("mean", mean, (model.shape[0],))
        at_h = machine.hidden_fields(model, mean, T)
        at_v = machine.visible_fields(model, model.hidden.law.response(at_h), T)
    wide_v, wide_h = np.sqrt(model.visible.law.slope(at_v)), np.sqrt(model.hidden.law.slope(at_h))
    u, s, w = np.linalg.svd(wide_v[:, None] * model.W * wide_h / T, full_matrices=False)
    w = w.T
    turn = np.where(u[np.abs(u).argmax(axis=0), np.arange(s.size)] < 0, -1.0, 1.0)
    U, V = _kappa(model.visible, at_v) @ u**4, _kappa(model.hidden, at_h) @ w**4
    return Modes(s, u * turn, w * turn, U, V)


def growth(model: TwoLayers, data) -> Rates:
    """How fast modes of small weights grow when a machine begins to learn, at T = 1.

    Parameters
    ----------
    model : TwoLayers
        Its visible units alone matter. A hidden unit makes everything K_h''(b) times as fast.
    data : (rows, N) array_like
        States of the visible units.

    Returns
    -------
    Rates

    Raises
    ------
    TypeError, ValueError
        If the data are no states of the visible units.

    Examples
    --------
    Two spins with the correlation 1/2:

    >>> from spinlearn.bipartite import units
    >>> blank = machine.machine(np.zeros((2, 1)), units.spin(), units.spin())
    >>> growth(blank, [[1, 1], [-1, -1]] * 3 + [[1, -1], [-1, 1]]).rate
    array([ 0.5, -0.5])
    """
    model = machine.checked_machine(model)
    v = machine.states_of("data", data, model.visible, model.shape[0])
    mean = v.mean(axis=0)
    own = np.array([_variance(model.visible.law, value) for value in mean])
    off = v - mean
    rate, u = np.linalg.eigh(off.T @ off / len(v) - np.diag(own))
    return Rates(rate[::-1] + 0.0, u[:, ::-1])


def scaling(y) -> np.ndarray:
    """g(y): <x^2> of the law exp(-y x^2 / 2 - x^4 / 12), the shape of the transition at every size.

    For large y, weights too weak to order, it is 1 / y; for strong ones, y below 0, it is 3 |y|; and at y = 0
    sqrt(12) Gamma(3/4) / Gamma(1/4).

    Examples
    --------
    >>> scaling(0.0).round(6), bool(abs(scaling(30.0) * 30 - 1) < 0.01)
    (np.float64(1.170829), True)
    """
    y = arguments.real_values("y", y)
    # x^2 between the ends where the exponent has fallen by 40 from its top.
    top, wide = 3 * np.maximum(-y, 0), np.sqrt(480)
    ends = (
        np.sqrt(np.maximum(top - wide, 0)),
        np.sqrt(np.where(y > 0, 480 / (3 * y + np.hypot(3 * y, wide)), top + wide)),
    )
    x2 = (ends[0][..., None] + (ends[1] - ends[0])[..., None] * (_NODES + 1) / 2) ** 2
    log_p = -y[..., None] * x2 / 2 - x2 * x2 / 12
    p = _WEIGHTS * np.exp(log_p - log_p.max(axis=-1, keepdims=True))
    return ((p * x2).sum(axis=-1) / p.sum(axis=-1))[()]


def susceptibility(s, U, V) -> np.ndarray:
    """<x^2> along a mode, with the first correction of a finite machine; U and V are those of `modes`, not both 0.

    Good up to the transition and through it: beyond, where x is as large as its largest value, higher orders count.

    Examples
    --------
    >>> bool(abs(susceptibility(0.5, 1e-6, 1e-6) * (1 - 0.5**2) - 1) < 1e-4)
    True
    """
    s, U, V = (arguments.real_values(name, value) for name, value in (("s", s), ("U", U), ("V", V)))
    size = U + s**4 * V
    if (size <= 0).any():
        raise ValueError(f"U + s^4 V must be above 0, got {size.min():g}")
    return scaling((1 - s * s - U) / np.sqrt(size)) / np.sqrt(size)


def even_law(n: int, m: int, s: float) -> Even:
    """Law of the visible sum of n + m spins whose weights are all s / sqrt(n m), exactly.

    Parameters
    ----------
    n, m : int
        Numbers of visible and of hidden spins, from 1 to 4096.
    s : float
        The singular value of the weights over the temperature, at least 0.

    Returns
    -------
    Even

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> even_law(2, 1, 0.0).p
    array([0.25, 0.5 , 0.25])
    """
    n, m, s = _even(n, m, s)
    up = np.arange(n + 1.0)
    sums = 2 * up - n
    log_p = gammaln(n + 1) - gammaln(up + 1) - gammaln(n - up + 1) + m * _log_cosh(s * sums / np.sqrt(n * m))
    p = np.exp(log_p - log_p.max())
    return Even(sums / np.sqrt(n), p / p.sum())


def even_time(n: int, m: int, s: float) -> float:
    """Autocorrelation time of these spins in sweeps: that of the slowest mode of both layers' sums, exactly.

    Parameters, errors as for `even_law`; n and m at most 1024.

    Examples
    --------
    >>> round(even_time(1, 1, 0.5), 6)  # -1 / ln tanh(1/2)^2
    0.647721
    """
    n, m, s = _even(n, m, s)
    if max(n, m) > 1024:
        raise ValueError(f"n and m must be at most 1024 here, got {n} and {m}")
    law, q = even_law(n, m, s), even_law(m, n, s).p
    x, p = law.x * np.sqrt(n), law.p
    up = np.arange(m + 1.0)
    field = s * x / np.sqrt(n * m)
    log_up, log_down = -np.logaddexp(0, -2 * field), -np.logaddexp(0, 2 * field)
    ways = gammaln(m + 1) - gammaln(up + 1) - gammaln(m - up + 1)
    log_step = ways + up * log_up[:, None] + (m - up) * log_down[:, None]
    # A sweep is there and back; between the roots of both laws it is symmetric, and 1 its largest singular value.
    step = np.exp(log_step + (_log(p)[:, None] - _log(q)) / 2)
    second = np.linalg.svd(step, compute_uv=False)[1]
    return float(-1 / (2 * np.log(min(second, 1 - 1e-15)))) if second > 0 else 0.0


def participation(h, power: float = 1.0) -> np.ndarray:
    """How many entries of the last axis count: (sum |h|^a)^2 / sum |h|^(2 a), with a the `power`; 0 of zeros.

    Examples
    --------
    >>> participation([[1.0, 0, 0, 0], [2.0, 2.0, -2.0, 0]])
    array([1., 3.])
    """
    power = arguments.number("power", power, above=0)
    size = np.abs(arguments.real_values("h", h)) ** power
    if not size.ndim:
        raise ValueError("h must have an axis of units")
    square = (size * size).sum(axis=-1)
    return np.divide(size.sum(axis=-1) ** 2, square, out=np.zeros_like(square), where=square > 0)[()]


def _variance(law, mean: float) -> float:
    """Of a unit in the field that gives it this mean."""
    at_end = mean <= law.low or mean >= law.high
    return 0.0 if at_end else float(law.slope(law.field(mean)))


def _kappa(kind, x) -> np.ndarray:
    """-K^(4) / (2 K''^2), by differences of the variance K'', to some seven digits."""
    if kind.linear:
        return np.zeros_like(x)
    slope, step = kind.law.slope, 0.02
    near, far = (slope(x + k * step) + slope(x - k * step) - 2 * slope(x) for k in (1, 2))
    return -(16 * near - far) / (12 * step**2) / (2 * slope(x) ** 2)


def _even(n, m, s) -> tuple[int, int, float]:
    n = arguments.count("n", n, at_least=1, at_most=MOST_EVEN)
    m = arguments.count("m", m, at_least=1, at_most=MOST_EVEN)
    return n, m, arguments.number("s", s, at_least=0)


def _log_cosh(x):
    return np.logaddexp(x, -x) - np.log(2)


def _log(p):
    return np.log(np.maximum(p, 1e-300))
