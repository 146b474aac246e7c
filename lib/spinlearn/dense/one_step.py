"""One step of replica-symmetry breaking in the Hopfield model at T = 0: what the capacities are with it.

`capacity` takes the states of one valley for all alike. One step further (Parisi), a valley has valleys in it: copies
in the same one agree, q1 = 1, copies in different ones have the overlap q0. Of the other patterns' Gaussian field a
part s0 z is common to the valleys, and a part s1 u differs between them. Valleys are weighted with exp(-N D E), so
that, with a = m + s0 z,

    K(a) = <exp(D |a + s1 u|)>_u,    m = <S>_z,    q0 = <S^2>_z,    C = <c>_z,

where S and c are the averages over u, with the weight in K, of the sign of the field and of twice its density at 0.
With L = 1 - C - D (1 - q0) the patterns that are not retrieved have s0^2 = alpha q0 / L^2 and
s1^2 = alpha (1 - q0) / ((1 - C) L). The energy is stationary in D; there the valleys' number no longer grows like
exp(N ...), which is how that equation is written here: nothing in it cancels. K, S and c have closed forms in the
normal integral, and only the average over z remains.

Crisanti, Amit and Gutfreund (1986) gave 0.144 for the capacity with one step. Steffan and Kuehn (1994) could not
confirm it and found 0.138186, with two steps 0.138187; Stojnic (2024) came to 0.138186 by another method. This solver
says 0.138186, too, and finds nothing near 0.144.

References
----------
H. Steffan and R. Kuehn, Z. Phys. B 95, 249 (1994).
M. Stojnic, arXiv:2403.01907 (2024).
"""

import math
from functools import lru_cache
from typing import NamedTuple

import numpy as np
from scipy.optimize import brentq, minimize_scalar
from scipy.special import entr, log_ndtr

from ..core import arguments
from . import capacity

_T = np.linspace(-1.0, 1.0, 201)  # points of the average over z, closer where the sign of the field turns
_FAR = 9.0  # where exp(-z^2 / 2) is nothing

# Where the search begins: m, and the logarithms of s0, s1 and D there; and s0, and those of s1 and D, of the glass.
_BEGIN = 0.967, (-0.7914, -3.6941, 3.6121)
_BEGIN_GLASS = math.exp(-0.0261), (-0.4644, -0.5243)
_LOWEST, _HIGHEST = 0.5, 0.998  # overlaps
_STRIDE = 0.006  # of m from one solution to the next
_NEWTON = 60


class Step(NamedTuple):
    """A state with one step of replica-symmetry breaking, at T = 0.

    Attributes
    ----------
    alpha, m : float
        Load, and overlap with the pattern.
    q0 : float
        Overlap of copies in different valleys; 1 without broken symmetry.
    D : float
        Weight of the valleys: the number of those with the energy N E grows with E as exp(N D E).
    C : float
        Susceptibility of one valley.
    r0, r1 : float
        What is not retrieved, between valleys and in one: s0^2 = alpha r0, s0^2 + s1^2 = alpha r1.
    u : float
        Energy per spin.
    """

    alpha: float
    m: float
    q0: float
    D: float
    C: float
    r0: float
    r1: float
    u: float


def retrieval(m: float) -> Step:
    """The stationary state with a given overlap, and the load at which it is one.

    Along the curve the load has a maximum, `retrieval_limit`. States with a larger overlap are those that remember,
    with a smaller one the saddles that bound their basin.

    Parameters
    ----------
    m : float
        From 0.9 to 0.985, where the loads are from 0.117 to 0.1383. Further up, broken symmetry drowns in rounding.

    Returns
    -------
    Step
        Load and energy to some 1e-12.

    Raises
    ------
    TypeError, ValueError
        If m has the wrong type or range.

    Examples
    --------
    >>> state = retrieval(0.97)
    >>> round(state.alpha, 6), round(state.q0, 4)
    (0.138063, 0.997)
    """
    m = arguments.number("m", m)
    if not _LOWEST <= m <= _HIGHEST:
        raise ValueError(f"m must be from {_LOWEST} to {_HIGHEST}, got {m}")
    return _state(*np.exp(_retrieved(m)), m)


def spin_glass(alpha: float) -> Step:
    """The state that remembers nothing.

    Parameters
    ----------
    alpha : float
        Load, from 0.01 to 100.

    Returns
    -------
    Step
        With m = 0. The energy lies above the replica-symmetric one, and more steps would lift it further.

    Raises
    ------
    TypeError, ValueError
        If alpha has the wrong type or range.

    Examples
    --------
    >>> round(spin_glass(0.05).u, 5), round(capacity.spin_glass(0.05, 0.0).u, 5)
    (-0.48978, -0.49672)
    """
    alpha = arguments.number("alpha", alpha, at_least=0.01)
    if alpha > 100:
        raise ValueError(f"alpha must be at most 100, got {alpha}")
    s0, unknown = _BEGIN_GLASS
    slope, stride, before = 2.0, None, 0.0
    for _ in range(_NEWTON):  # the load grows with s0: the secant rule for the logarithms
        unknown = _newton(lambda x, s0=s0: _equations(s0, *np.exp(x), 0.0)[0][1:], unknown)
        state = _state(s0, *np.exp(unknown), 0.0)
        miss = math.log(alpha / state.alpha)
        if abs(miss) < 1e-12:
            break
        if stride is not None:
            slope = (before - miss) / stride
        stride, before = max(-0.1, min(0.1, miss / slope)), miss
        s0 *= math.exp(stride)
    return state


@lru_cache(maxsize=1)
def retrieval_limit() -> Step:
    """The capacity with one step: the largest load with retrieval states at T = 0.

    Examples
    --------
    >>> round(retrieval_limit().alpha, 6)
    0.138186
    """
    found = minimize_scalar(lambda m: -retrieval(m).alpha, bounds=(0.963, 0.971), method="bounded")
    return retrieval(float(found.x))


@lru_cache(maxsize=1)
def barrier_limit() -> Step:
    """The largest load at which an energy barrier stands around each pattern, as `capacity.barrier_limit`.

    Examples
    --------
    >>> round(barrier_limit().alpha, 5)
    0.12979
    """
    return retrieval(brentq(lambda m: retrieval(m).u + 0.5, 0.925, 0.94, xtol=1e-12))


@lru_cache(maxsize=1)
def ground_limit() -> Step:
    """The largest load at which the retrieval states have a lower energy than the spin glass.

    Returns
    -------
    Step
        The spin glass there. The retrieval state's energy is the replica-symmetric one: its entropy at T = 0 is off by
        1e-10 and its symmetry breaks below T = 1e-5, which bounds the error of the energy by 1e-15.

    Examples
    --------
    >>> round(ground_limit().alpha, 4)
    0.0561
    """
    low = capacity.ground_limit(0.0).alpha
    alpha = brentq(lambda alpha: capacity.retrieval(alpha, 0.0).u - spin_glass(alpha).u, low, 0.07, xtol=1e-12)
    return spin_glass(alpha)


@lru_cache(maxsize=512)
def _retrieved(m: float) -> tuple[float, ...]:
    start, unknown = _BEGIN
    for overlap in np.linspace(start, m, 2 + int(abs(m - start) / _STRIDE)):
        unknown = _newton(lambda x, overlap=overlap: _equations(*np.exp(x), overlap)[0], unknown)
    return unknown


def _newton(function, unknown) -> tuple[float, ...]:
    """Newton's method with differences for derivatives, a step at most 0.3 long."""
    x, h = np.array(unknown), 1e-6
    last = np.inf
    for _ in range(_NEWTON):
        here = function(x)
        slopes = [(function(x + shift) - here) / h for shift in h * np.eye(x.size)]
        step = np.linalg.solve(np.transpose(slopes), -here)
        size = np.abs(step).max()
        if size < 1e-12 or (size < 1e-7 and size >= last / 2):  # it moves by rounding
            return tuple(x.tolist())
        x += step * min(1.0, 0.3 / size)
        last = size
    raise RuntimeError(f"Newton's method did not settle near {x.tolist()}")


def _state(s0: float, s1: float, D: float, m: float) -> Step:
    D = float(D)
    alpha, q0, C, L, log_K = _equations(s0, s1, D, m)[1]
    r0 = q0 / L**2
    r1 = r0 + (1 - q0) / ((1 - C) * L)
    bulk = math.log1p(-D * (1 - q0) / (1 - C)) / D - q0 / L + r1 * C + D * (r1 - r0 * q0)
    return Step(alpha, m, q0, D, C, r0, r1, (alpha + m * m + alpha * bulk) / 2 - log_K / D)


def _equations(s0: float, s1: float, D: float, m: float):
    """What is 0 at a solution: for m, for s1, and the growth of the valleys' number. And load, q0, C, L, <log K>."""
    turn, width = -m / s0, s1 / s0
    t = _T * math.asinh((_FAR + abs(turn)) / width)
    z = turn + width * np.sinh(t)
    weights = np.exp(-z * z / 2) * np.cosh(t)
    weights /= weights.sum()
    a = s1 * np.sinh(t)  # m + s0 z
    log_up, log_down = log_ndtr(a / s1 + D * s1), log_ndtr(D * s1 - a / s1)
    log_K = np.logaddexp(D * a + log_up, log_down - D * a)  # less D^2 s1^2 / 2
    up, down = np.exp(D * a + log_up - log_K), np.exp(log_down - D * a - log_K)  # chances of the signs of the field
    c = 2 * np.exp(-((a / s1) ** 2 + (D * s1) ** 2) / 2 - log_K) / (math.sqrt(2 * math.pi) * s1)
    C, spread = weights @ c, weights @ (4 * up * down)  # and 1 - q0
    x = D * spread / (1 - C)
    L = (1 - C) * (1 - x)
    load = s0**2 * L**2 / (1 - spread)
    valleys = entr(up) + entr(down) + up * log_up + down * log_down - D * s1**2 * c
    number = load / 2 * (-np.log1p(-x) - x / (1 - x)) + weights @ valleys
    found = load, 1 - spread, C, L, weights @ log_K + (D * s1) ** 2 / 2
    return (
        np.array([weights @ (up - down) - m, np.log(s1**2 * (1 - C) * L / (spread * load)), number]),
        tuple(map(float, found)),
    )
