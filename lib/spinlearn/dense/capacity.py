"""The Hopfield model near saturation: how much it can hold, at any load and temperature, replica symmetric.

N spins store P = alpha N random patterns by Hebb's rule, H = -(1/2) sum_{i != j} J_ij s_i s_j with
J_ij = (1/N) sum_mu xi_i^mu xi_j^mu. A state that remembers has an overlap m with one pattern. The others are not
retrieved, and yet they are felt: they make a Gaussian field of variance alpha r. For N to infinity (Amit, Gutfreund and
Sompolinsky 1985, 1987; here in the form that holds down to T = 0),

    m = <tanh(h / T)>,    q = <tanh(h / T)^2>,    r = q / (1 - C)^2,    C = (1 - q) / T,    h = m + sqrt(alpha r) z,

with the average over z, normal. C is the susceptibility, and it stays finite at T = 0. Replica symmetric means that one
answer h is taken to describe the whole valley. `State.replicon` says where that is stable (Almeida and Thouless);
`one_step` takes the next step.

At a given spread sigma = sqrt(alpha r) the equation of m has one positive solution, and all else follows, the load
with it: alpha = sigma^2 (1 - C)^2 / q. So the states at one temperature are a curve over sigma, which begins with
retrieval at alpha = 0, climbs to the largest load, and comes down along the saddle that bounds the basin. No solution
can be missed and none is found twice.

Averages are sums that converge like exp(-49). At T < sigma they use that tanh(h / T) is the mean of
sign(h - T u) over u with the density 1 / (2 cosh(u)^2): the heat smears the answer at T = 0, where there are
error functions only. At T = 0 nothing is left to sum.

References
----------
D. J. Amit, H. Gutfreund and H. Sompolinsky, Phys. Rev. Lett. 55, 1530 (1985); Ann. Phys. 173, 30 (1987).
M. Stojnic, arXiv:2403.01907 (2024): the capacity and the barrier at T = 0, by another method.
H. Steffan and R. Kuehn, Z. Phys. B 95, 249 (1994): the line that leans over, and what breaking makes of it.
"""

import math
from functools import lru_cache
from typing import NamedTuple

from scipy.optimize import brentq, minimize_scalar
from scipy.special import erfinv

from ..core import arguments
from ..core.jit import kernel
from ..meanfield.gaussian import mean_field, sech2

_STEP, _FAR_Z, _FAR_U = 0.2, 45, 100  # of the trapezoidal sums, as in `meanfield.gaussian`
_EDGE = 1e-12  # relative distance from the largest load at which one is there
_ALL_BUT = 1 - 1e-9
_SMALLEST = 1e-12  # load; less is a network with a handful of patterns
_HOTTEST = 1 - 1e-6  # where the largest load is less than that


class State(NamedTuple):
    """A replica-symmetric state.

    Attributes
    ----------
    m : float
        Overlap with the pattern that is retrieved.
    q : float
        Overlap of two copies in the same valley (Edwards and Anderson).
    r : float
        The other patterns: sum of their squared mean overlaps, divided by alpha.
    C : float
        Susceptibility (1 - q) / T, below 1.
    f, u, s : float
        Free energy, energy and entropy per spin, f = u - T s. The energy of a pattern is -1/2. A negative entropy at
        low T is the mark of replica symmetry where it does not hold.
    replicon : float
        The eigenvalue that decides: replica symmetry is stable where it is positive. -inf at T = 0.
    """

    m: float
    q: float
    r: float
    C: float
    f: float
    u: float
    s: float
    replicon: float


class Point(NamedTuple):
    """A point of a line of the phase diagram: `alpha`, `T`, and the overlap `m` of the retrieval state there."""

    alpha: float
    T: float
    m: float


def retrieval(alpha: float, T: float, *, saddle: bool = False) -> State:
    """The retrieval state at one load and temperature.

    Parameters
    ----------
    alpha : float
        Load P / N, at least 1e-12.
    T : float
        At least 0.
    saddle : bool
        Instead of the state that remembers, the saddle between it and the spin glass: an overlap below that of the
        saddle is, on the straightest way, lost.

    Returns
    -------
    State
        Right to about 1e-12; at the largest load, where two solutions meet, m is right to about 1e-7.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range, or if nothing is retrieved at this load and temperature.

    Examples
    --------
    >>> round(retrieval(0.1, 0.0).m, 6), round(retrieval(0.05, 0.3).m, 6)
    (0.997999, 0.991165)
    """
    alpha, T, saddle = *_point(alpha, T), arguments.flag("saddle", saddle)
    return _state(alpha, T, _retrieval_spread(alpha, T, saddle), False)


def spin_glass(alpha: float, T: float) -> State:
    """The state that remembers nothing: a spin glass below `glass_temperature`, the paramagnet above.

    Parameters
    ----------
    alpha, T : float
        As for `retrieval`.

    Returns
    -------
    State
        With m = 0. Its `replicon` is negative wherever q is not 0.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> round(spin_glass(0.1, 0.0).u, 6), round(-1 / math.pi - math.sqrt(0.2 / math.pi), 6)
    (-0.570623, -0.570623)
    """
    alpha, T = _point(alpha, T)
    return _glass(alpha, T)


def glass_temperature(alpha: float) -> float:
    """T_g = 1 + sqrt(alpha): above it, a paramagnet."""
    return 1 + math.sqrt(_checked_load(alpha))


def retrieval_limit(T: float) -> Point:
    """The largest load at which there are retrieval states: the spinodal, where they vanish with m far from 0.

    Parameters
    ----------
    T : float
        From 0 to 0.999999; at 1 memories begin.

    Returns
    -------
    Point
        alpha to about 1e-14, m to about 1e-10. At T = 0 it is the capacity of the Hopfield model, replica symmetric.

    Raises
    ------
    TypeError, ValueError
        If T has the wrong type or range.

    Examples
    --------
    >>> alpha, _, m = retrieval_limit(0.0)
    >>> round(alpha, 9), round(m, 6)
    (0.137905566, 0.967417)
    """
    alpha, T, spread, _ = _at_limit(_below_one(T))
    return Point(alpha, T, _overlap(spread, T))


def retrieval_temperature(alpha: float) -> Point:
    """T_M: the highest temperature at which there are retrieval states.

    The replica-symmetric line of `retrieval_limit` leans over: it has its largest load, 0.138189, at T = 0.023. Between
    that load and 0.137906, where the line ends at T = 0, cooling would destroy memory; but there symmetry is broken.

    Parameters
    ----------
    alpha : float
        Load, at least 1e-12 and at most that largest one.

    Returns
    -------
    Point

    Raises
    ------
    TypeError, ValueError
        If alpha has the wrong type or range.

    Examples
    --------
    >>> round(retrieval_temperature(0.05).T, 4)
    0.5423
    """
    alpha = _checked_load(alpha)
    turn = _turn(retrieval_limit)
    if alpha > turn.alpha:
        raise ValueError(f"alpha must be at most {turn.alpha:.6f} for a state to be retrieved, got {alpha}")
    T = _root(lambda T: retrieval_limit(T).alpha - alpha, turn.T, 1 - min(1e-3, 1.9 * math.sqrt(alpha)))
    return retrieval_limit(T)._replace(alpha=alpha)


def ground_limit(T: float) -> Point:
    """The largest load at which the retrieval states lie below the spin glass: the global minima of the free energy.

    Parameters
    ----------
    T : float
        From 0 to 0.999999; at 1 memories begin.

    Returns
    -------
    Point
        Both free energies are replica symmetric, although the spin glass is not. `one_step` lifts its energy, and the
        load at T = 0 to 0.0561.

    Raises
    ------
    TypeError, ValueError
        If T has the wrong type or range.

    Examples
    --------
    >>> round(ground_limit(0.0).alpha, 6)
    0.051854
    """
    T = _below_one(T)
    largest = retrieval_limit(T).alpha
    alpha = _root(lambda alpha: _excess(alpha, T), 1e-3 * largest, largest)
    return Point(alpha, T, _overlap(_retrieval_spread(alpha, T, False), T))


def ground_temperature(alpha: float) -> Point:
    """T_c: the highest temperature at which the retrieval states are the global minima, as in `ground_limit`.

    Parameters
    ----------
    alpha : float
        Load, at least 1e-12 and at most the largest of that line, which leans over, too: 0.0531 at T = 0.085.

    Returns
    -------
    Point

    Raises
    ------
    TypeError, ValueError
        If alpha has the wrong type or range.

    Examples
    --------
    >>> round(ground_temperature(0.02).T, 4)
    0.5913
    """
    alpha = _checked_load(alpha)
    turn = _turn(ground_limit)
    if alpha > turn.alpha:
        raise ValueError(f"alpha must be at most {turn.alpha:.6f} for a pattern to be a global minimum, got {alpha}")
    T = _root(lambda T: _excess(alpha, T), turn.T, retrieval_temperature(alpha).T)
    return Point(alpha, T, retrieval(alpha, T).m)


def stability_temperature(alpha: float) -> Point:
    """T_R: below it the retrieval state breaks replica symmetry (Almeida and Thouless).

    For small loads T_R = sqrt(8 alpha / (9 pi)) exp(-1 / (2 alpha)): where a network works, it is next to nothing.

    Parameters
    ----------
    alpha : float
        Load from 0.002, where T_R is below 1e-110, to ``retrieval_limit(0.0).alpha``.

    Returns
    -------
    Point

    Raises
    ------
    TypeError, ValueError
        If alpha has the wrong type or range.

    Examples
    --------
    >>> f"{stability_temperature(0.05).T:.3e}", round(stability_temperature(0.1379).T, 4)
    ('5.419e-06', 0.0213)
    """
    alpha = arguments.number("alpha", alpha, at_least=0.002)
    largest = retrieval_limit(0.0).alpha
    if alpha > largest:
        raise ValueError(f"alpha must be at most {largest:.6f}, got {alpha}")
    small = 0.5 * math.log(8 * alpha / (9 * math.pi)) - 1 / (2 * alpha)
    high = min(small + 3, math.log(retrieval_temperature(alpha).T))
    log_T = _root(lambda log_T: retrieval(alpha, math.exp(log_T)).replicon, small - 1, high)
    T = math.exp(log_T)
    return Point(alpha, T, retrieval(alpha, T).m)


def stable_limit() -> Point:
    """Where the line of `stability_temperature` meets that of `retrieval_limit`.

    No larger load has a retrieval state with unbroken symmetry. If breaking makes the line of the largest load vertical
    below this point, as Steffan and Kuehn (1994) conjecture, its load is the capacity at T = 0, too; `one_step` gives
    nearly that.

    Returns
    -------
    Point

    Examples
    --------
    >>> alpha, T, m = stable_limit()
    >>> round(alpha, 6), round(T, 4)
    (0.138186, 0.0251)
    """
    return retrieval_limit(_root(lambda T: _state(*_at_limit(T)).replicon, 0.02, 0.05))


def constrained_energy(m: float, alpha: float) -> float:
    """Least energy per spin, at T = 0, of the states that have the overlap m with a pattern, replica symmetric.

    E(m) = alpha / 2 - m^2 / 2 - (sqrt(alpha) + sqrt(2 / pi) exp(-y^2))^2 / 2 with erf(y) = m. Its minimum near m = 1
    is the retrieval state, its maximum the saddle, and E(1) = -1/2 is the pattern.

    Parameters
    ----------
    m : float
        From -1 to 1.
    alpha : float
        Load, at least 1e-12.

    Returns
    -------
    float

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> constrained_energy(1.0, 0.1), round(constrained_energy(0.9, 0.1), 6)
    (-0.5, -0.491503)
    """
    m, alpha = arguments.number("m", m), _checked_load(alpha)
    if abs(m) > 1:
        raise ValueError(f"m must be from -1 to 1, got {m}")
    y = float(erfinv(abs(m)))
    noise = math.sqrt(2 / math.pi) * math.exp(-y * y)  # of the spins that have to differ from the pattern
    return -m * m / 2 - math.sqrt(alpha) * noise - noise**2 / 2


def barrier_limit() -> Point:
    """The largest load, at T = 0, at which each pattern lies in a well of its own: an energy barrier around it.

    All states at some distance from the pattern have then an energy above its own, -1/2. At larger loads the valley is
    still a minimum of `constrained_energy`, but the pattern lies above its rim. The rigorous bounds of Newman, of
    Loukianova and of Talagrand are about this.

    Returns
    -------
    Point
        At T = 0, with m the overlap on top of the barrier. Replica symmetric, as Stojnic (2024).

    Examples
    --------
    >>> round(barrier_limit().alpha, 6)
    0.12949
    """
    largest = retrieval_limit(0.0).alpha
    alpha = _root(lambda alpha: retrieval(alpha, 0.0, saddle=True).u + 0.5, 0.1, largest)
    return Point(alpha, 0.0, retrieval(alpha, 0.0, saddle=True).m)


def _point(alpha, T) -> tuple[float, float]:
    return _checked_load(alpha), arguments.number("T", T, at_least=0)


def _checked_load(alpha) -> float:
    return arguments.number("alpha", alpha, at_least=_SMALLEST)


def _below_one(T) -> float:
    T = arguments.number("T", T, at_least=0)
    if T > _HOTTEST:
        raise ValueError(f"T must be at most {_HOTTEST}, for memories begin below 1, got {T}")
    return T


def _root(function, low: float, high: float) -> float:
    """The root between two bounds, to the last digits."""
    return brentq(function, low, high, xtol=1e-300, rtol=1e-15, maxiter=500)


def _state(alpha: float, T: float, spread: float, glass: bool) -> State:
    m = 0.0 if glass else _overlap(spread, T)
    _, absolute, q, C, _, _, sharp, spin_entropy = _averages(m, spread, T)
    r = q / (1 - C) ** 2
    logs = math.log1p(-C)
    s = spin_entropy - alpha / 2 * (logs + C / (1 - C))
    u = -m * m / 2 + alpha / 2 * (1 - r * C - 1 / (1 - C))
    f = (alpha + m * m + alpha * (T * logs - q / (1 - C) + r * C)) / 2 - absolute
    decay = alpha * sharp / (1 - C) ** 2  # times T: what broken symmetry gains
    replicon = 1 - decay / T if T > 0 else -math.inf if decay > 0 else 1.0
    return State(m, q, r, C, f, u, s, replicon)


def _glass(alpha: float, T: float) -> State:
    if 1 + math.sqrt(alpha) <= T:
        return _state(alpha, T, 0.0, True)
    low = _largest_spread(T) if T < 1 else 0.0
    high = low + math.sqrt(alpha)
    while _load(high, T, True) < alpha:
        high *= 2
    low = max(low, 1e-9 * high)
    below = _load(low, T, True) < alpha  # else T_g is less than rounding away
    return _state(alpha, T, _root(lambda x: _load(x, T, True) - alpha, low, high) if below else 0.0, True)


def _excess(alpha: float, T: float) -> float:
    """Free energy of the retrieval state above that of the spin glass."""
    return _state(alpha, T, _retrieval_spread(alpha, T, False), False).f - _glass(alpha, T).f


def _retrieval_spread(alpha: float, T: float, saddle: bool) -> float:
    top = _spinodal(_below_one(T))
    largest = _load(top, T, False)
    if abs(alpha / largest - 1) < _EDGE:
        return top
    if alpha > largest:
        raise ValueError(f"alpha must be at most {largest:.6f} for a state to be retrieved at T = {T:g}, got {alpha}")
    if saddle:
        low, high = top, _largest_spread(T)
        while (nearer := (low + high) / 2) not in (low, high) and _load(nearer, T, False) > alpha:
            low = nearer
        high = nearer
    else:
        low = min(top, math.sqrt(alpha)) / 2
        while _load(low, T, False) > alpha:
            low /= 2
        high = low
        while high < top and _load(high, T, False) < alpha:
            high = min(2 * high, top)
    if _load(high, T, False) == alpha or low == high:
        return high
    return _root(lambda spread: _load(spread, T, False) - alpha, low, high)


def _at_limit(T: float) -> tuple[float, float, float, bool]:
    """What `_state` takes, at the largest load."""
    spread = _spinodal(T)
    return _load(spread, T, False), T, spread, False


@lru_cache(maxsize=4096)
def _spinodal(T: float) -> float:
    """The spread at which the load of the retrieval states is largest."""
    end = _largest_spread(T)
    return _root(lambda spread: _slope(spread, T), 1e-3 * end, _ALL_BUT * end)


@lru_cache(maxsize=4096)
def _largest_spread(T: float) -> float:
    """The spread beyond which there is no magnetisation: there C = 1 at m = 0."""
    zero_T = math.sqrt(2 / math.pi)
    if T == 0:
        return zero_T
    return _root(lambda spread: _averages(0.0, spread, T)[3] - 1, 0.0, zero_T)


@lru_cache(maxsize=2)
def _turn(line) -> Point:
    """The point of a line with the largest load; at lower T the line leans back."""
    return line(minimize_scalar(lambda T: -line(T).alpha, bounds=(0.0, 0.2), method="bounded").x)


def _overlap(spread: float, T: float) -> float:
    return mean_field(T, 0.0, 1.0, spread)


def _load(spread: float, T: float, glass: bool) -> float:
    """The load at which the other patterns make this spread."""
    if spread == 0:
        return (1 - T) ** 2 if glass else 0.0  # the glass begins where q does
    _, _, q, C, _, _, _, _ = _averages(0.0 if glass else _overlap(spread, T), spread, T)
    return spread**2 * (1 - C) ** 2 / q


def _slope(spread: float, T: float) -> float:
    """Derivative of the logarithm of the load of the retrieval states by the spread."""
    _, _, q, C, by_m, by_mm, _, _ = _averages(_overlap(spread, T), spread, T)
    # An average changes with the spread as with the mean, by twice as many derivatives: it solves the heat equation.
    change = by_m * spread * by_m / (1 - C) + spread * by_mm
    return 2 / spread - 2 * change / (1 - C) + T * change / q


@kernel
def _averages(m, spread, T):
    """Averages over h = m + spread z; `spread` or T above 0.

    Of tanh(h / T), of T ln(2 cosh(h / T)), and q; C = <1 / cosh(h / T)^2> / T and its first two derivatives by m;
    <1 / cosh(h / T)^4> / T; and the entropy of a spin in the field h.
    """
    mean, absolute, C, by_m, by_mm, sharp, entropy, q = 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0
    if spread < T:
        for k in range(-_FAR_Z, _FAR_Z + 1):
            z = k * _STEP
            weight = _STEP / math.sqrt(2 * math.pi) * math.exp(-z * z / 2)
            x = (m + spread * z) / T
            t, slope = math.tanh(x), sech2(x)
            mean += weight * t
            q += weight * t * t
            absolute += weight * T * _log_2cosh(x)
            entropy += weight * (_log_2cosh(x) - x * t)
            C += weight * slope / T
            by_m -= weight * 2 * t * slope / T**2
            by_mm += weight * (6 * t * t - 2) * slope / T**3
            sharp += weight * slope * slope / T
        return mean, absolute, q, C, by_m, by_mm, sharp, entropy
    for k in range(-_FAR_U, _FAR_U + 1):
        u = k * _STEP
        slope = sech2(u)
        weight = _STEP * slope / 2
        h = m - T * u
        x = h / spread
        normal = math.exp(-x * x / 2) / (math.sqrt(2 * math.pi) * spread)
        answer = math.erf(x / math.sqrt(2.0))
        mean += weight * answer
        absolute += weight * (h * answer + 2 * spread**2 * normal)
        C += weight * 2 * normal
        by_m -= weight * 2 * normal * x / spread
        by_mm += weight * 2 * normal * (x * x - 1) / spread**2
        sharp += weight * 2 * slope * normal
        entropy += _STEP * T * (_log_2cosh(u) - u * math.tanh(u)) * normal
    return mean, absolute, 1 - T * C, C, by_m, by_mm, sharp, entropy


@kernel
def _log_2cosh(x):
    return abs(x) + math.log1p(math.exp(-2 * abs(x)))
