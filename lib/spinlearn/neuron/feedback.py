"""A population that listens to itself: A = G(x + J A), bistable where feedback beats spread.

The share A of a population that is on (`neuron.population`) is G of its input, the distribution function of the
thresholds. Let the input be a stimulus x and, with the strength J, the activity itself. With u = x + J A the states of
rest are on the curve x(u) = u - J G(u), which is one to one as long as J G'(u) <= 1. G' is largest in the middle:

    Gaussian thresholds of standard deviation s:   bistable for some x if J > s sqrt(2 pi)          = 2.507 s,
    logistic ones:                                 bistable for some x if J > s 4 sqrt(3) / pi      = 2.205 s.

Beyond, the curve turns round where G'(u) = 1/J, at u = +-u*, and between x(u*) and x(-u*) there are three states, the
middle one unstable. A magnet has the same equation: with tanh for G, Tc / T is what J / (s sqrt(2 pi)) is here, and its
field is the stimulus less the one, -J/2, at which half of the population is on.
"""

import math
from typing import NamedTuple

import numpy as np
from scipy.optimize import brentq

from ..core import arguments
from . import activation

LAWS = ("gaussian", "logistic")
_STEEPEST = {"gaussian": 1 / math.sqrt(2 * math.pi), "logistic": math.pi / (4 * math.sqrt(3))}
_LOGISTIC_SCALE = math.sqrt(3) / math.pi  # that of a standard deviation of 1


class Loop(NamedTuple):
    """Ends of a hysteresis loop, as `loop` returns them.

    Attributes
    ----------
    falls, rises : float
        Stimulus at which the upper state ends, on the way down, and the lower one, on the way up; falls < rises.
    upper, lower : float
        Activity at these two ends, just before it jumps.
    """

    falls: float
    rises: float
    upper: float
    lower: float


def strongest(spread: float, *, law: str = "gaussian") -> float:
    """The feedback J above which there is bistability: 1 / G'(0).

    Parameters
    ----------
    spread : float
        Standard deviation of the thresholds, above 0.
    law : {"gaussian", "logistic"}

    Returns
    -------
    float

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> round(strongest(1.0), 6), round(strongest(1.0, law="logistic"), 6)
    (2.506628, 2.205316)
    """
    arguments.choice("law", law, LAWS)
    return arguments.number("spread", spread, above=0) / _STEEPEST[law]


def loop(J: float, spread: float, *, law: str = "gaussian") -> Loop | None:
    """Ends of the hysteresis loop, in closed form; None where there is no loop.

    Gaussian thresholds: u* = s sqrt(2 ln(J / (s sqrt(2 pi)))). Logistic ones, with the scale t = s sqrt(3) / pi:
    G(u*) = (1 + sqrt(1 - 4 t / J)) / 2.

    Parameters
    ----------
    J : float
        Strength of the feedback.
    spread, law
        As for `strongest`.

    Returns
    -------
    Loop or None

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> ends = loop(4.0, 1.0)
    >>> round(ends.falls, 6), round(ends.rises, 6)
    (-2.365912, -1.634088)
    >>> loop(2.5, 1.0) is None
    True
    """
    J, most = arguments.number("J", J), strongest(spread, law=law)
    if most >= J:
        return None
    if law == "gaussian":
        turn = spread * math.sqrt(2 * math.log(J / most))
    else:
        root = math.sqrt(1 - most / J)
        turn = spread * _LOGISTIC_SCALE * 2 * math.atanh(root)
    upper, lower = float(_share(turn, spread, law)), float(_share(-turn, spread, law))
    return Loop(turn - J * upper, -turn - J * lower, upper, lower)


def fixed_points(x: float, J: float, spread: float, *, law: str = "gaussian") -> np.ndarray:
    """All states of rest A = G(x + J A) at a stimulus, ascending: one or three (two at the very end of a loop).

    Parameters
    ----------
    x : float
        The stimulus.
    J, spread, law
        As for `loop`; a J below 0 is feedback that damps, and leaves one state.

    Returns
    -------
    (1,), (2,) or (3,) float64
        Of three the middle one is unstable.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> fixed_points(-2.0, 4.0, 1.0).round(6)
    array([0.030074, 0.5     , 0.969926])
    >>> fixed_points(-2.0, 2.0, 1.0).size
    1
    """
    x, J = arguments.number("x", x), arguments.number("J", J)
    ends = loop(J, spread, law=law)
    reach = abs(x) + abs(J) + 1.0
    if ends is None:
        pieces = [(-reach, reach)]
    else:
        turn = ends.falls + J * ends.upper
        pieces = [(-reach - turn, -turn), (-turn, turn), (turn, reach + turn)]
    found = []
    for left, right in pieces:
        low, high = (u - J * float(_share(u, spread, law)) - x for u in (left, right))
        if low == 0 or high == 0:
            found.append(left if low == 0 else right)
        elif low * high < 0:
            found.append(
                brentq(lambda u: u - J * float(_share(u, spread, law)) - x, left, right, xtol=1e-15, rtol=1e-15)
            )
    return np.unique(_share(np.array(found), spread, law))


def follow(x, J: float, spread: float, *, start: float = 0.0, law: str = "gaussian") -> np.ndarray:
    """The activity while a stimulus changes slowly: the state of rest that A reaches from the one before.

    A flows to the fixed point in whose basin it is, so that on the way up and on the way down it differs within a loop.

    Parameters
    ----------
    x : (n,) array_like
        Stimuli, in the order in which they come.
    J, spread, law
        As for `loop`; J at least 0.
    start : float
        Activity before the first, from 0 to 1.

    Returns
    -------
    (n,) float64

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> follow([-3.0, -2.0, -1.0, -2.0, -3.0], 4.0, 1.0).round(3)
    array([0.001, 0.03 , 0.999, 0.97 , 0.001])
    """
    x, J = arguments.series("x", x, at_least=1), arguments.number("J", J, at_least=0)
    A = arguments.number("start", start, at_least=0)
    if A > 1:
        raise ValueError(f"start must be at most 1, got {A:g}")
    path = np.empty(x.size)
    for k, stimulus in enumerate(x):
        points = fixed_points(stimulus, J, spread, law=law)
        rises = _share(stimulus + J * A, spread, law) > A
        way = points[points > A] if rises else points[points < A]
        if way.size:
            A = way[0] if rises else way[-1]
        path[k] = A
    return path


def _share(u, spread: float, law: str):
    if law == "gaussian":
        return activation.probit(np.asarray(u) / spread)
    return activation.logistic(np.asarray(u) / (spread * _LOGISTIC_SCALE))
