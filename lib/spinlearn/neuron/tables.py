"""Units with a table of states, each with its a-priori weight; and the kernel that tilts such a table."""

import math

import numpy as np

from ..core import arguments
from ..core.jit import kernel
from .law import Unit, probabilities


def table(states, weights, *, name: str = "table") -> Unit:
    """A unit with finitely many states, in any order.

    Parameters
    ----------
    states : (n,) array_like
        At least one. A state that stands there twice has the sum of its weights.
    weights : (n,) array_like
        A-priori weights, at least 0; divided by their sum. States of weight 0 are left out.
    name : str

    Returns
    -------
    Unit

    Raises
    ------
    TypeError, ValueError
        If an argument is not finite, weights are negative or all 0, or there are not as many as states.

    Examples
    --------
    >>> table([-1, 1], [1, 1]).response([0.0, 1.0, 1000.0]).round(6)
    array([0.      , 0.761594, 1.      ])
    """
    states = arguments.series("states", states, at_least=1)
    weights = probabilities("weights", weights, states.size)
    states, where = np.unique(states[weights > 0], return_inverse=True)
    weights = np.bincount(where, weights=weights[weights > 0])
    for array in (states, weights):
        array.setflags(write=False)

    def cumulants(x):
        out = np.empty((3, x.size))
        tilted(states, weights, np.ascontiguousarray(x).ravel(), *out)
        return tuple(out.reshape(3, *x.shape))

    def draw(x, rng):
        return states[chosen(unit.probabilities(x), rng.random(x.shape))]

    unit = Unit(
        name,
        float(states[0]),
        float(states[-1]),
        r"\sum_k w_k\, \delta(s - s_k)",
        cumulants,
        draw,
        states=states,
        weights=weights,
        near=0.5 / max(np.ptp(states), 1e-300),
    )
    return unit


def chosen(p: np.ndarray, u: np.ndarray) -> np.ndarray:
    """Number of the state that each uniform number u picks, from probabilities in the last axis of p."""
    return (u[..., None] >= np.cumsum(p, axis=-1)[..., :-1]).sum(axis=-1)


@kernel
def _remainder(y):
    """e^y - 1 - y for |y| <= 1, without cancellation."""
    term, total, k = 0.5 * y * y, 0.0, 2
    while abs(term) > 1e-18 * total:
        total += term
        k += 1
        term *= y / k
    return total


@kernel
def tilted(states, weights, fields, K, response, slope):
    """Fill K, response and slope (m,) for each of the `fields` (m,) of a table of states.

    `states` (n,) ascend; `weights` (n,) are at least 0, not all 0, and need not add up to 1: K is relative to their
    sum. One pass over the table for each field, from the end that the field prefers: its exponent is the largest, so
    that nothing overflows, and mean and variance are taken along as in D. H. D. West, Commun. ACM 22, 532 (1979).
    Where |x s| <= 1 for all states K comes from e^y - 1 - y instead, and is right to rounding relative to itself.
    """
    n = states.size
    far = max(abs(states[0]), abs(states[n - 1]))
    for j in range(fields.size):
        x = fields[j]
        small = abs(x) * far <= 1.0
        first = states[0]
        started = False
        W = Z = mean = spread = linear = rest = gain = 0.0
        for k in range(n):
            i = n - 1 - k if x > 0.0 else k
            w, s = weights[i], states[i]
            if w <= 0.0:
                continue
            if not started:
                first, started = s, True
            W += w
            if small:  # the mean as its value without field, and what the field adds
                y = x * s
                linear += w * s
                rest += w * _remainder(y)
                gain += w * s * math.expm1(y)
            p = w * math.exp(x * (s - first))
            if p > 0.0:
                Z += p
                off = s - mean
                mean += p / Z * off
                spread += p * off * (s - mean)
        slope[j] = spread / Z
        if small:
            K[j] = math.log1p((x * linear + rest) / W)
            response[j] = (linear + gain) / (W + x * linear + rest)
        else:
            K[j] = x * first + math.log(Z / W)
            response[j] = mean
