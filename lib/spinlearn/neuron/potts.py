"""A unit with q states that have no order: softmax is its response, and picking from it is heat bath of a Potts spin.

State k has the field x_k. Then K = ln(sum of exp x_k), its gradient is softmax, the probabilities of the states, and
its second derivatives are their covariances. In a lattice x_k is, over T, the coupling times the number of neighbours
in state k.
"""

import numpy as np

from ..core import arguments
from ..core.jit import kernel
from ..core.words import random_site, stream, uniform

LARGEST_LIST = 2**20


def log_sum(fields) -> np.ndarray:
    """K = ln(sum of exp x_k) over the last axis, without overflow. (It is ln q, not 0, where all fields are 0.)

    Examples
    --------
    >>> (log_sum([1000.0, 1000.0]) - 1000).round(6)
    np.float64(0.693147)
    """
    x = _fields(fields)
    top = x.max(axis=-1)
    return (top + np.log(np.exp(x - top[..., None]).sum(axis=-1)))[()]


def softmax(fields) -> np.ndarray:
    """Probabilities of the q states in the fields x_k, the last axis: exp x_k over its sum, the gradient of `log_sum`.

    Two states with the fields x and 0 are a binary unit: the first has the probability logistic(x).

    Parameters
    ----------
    fields : (..., q) array_like

    Returns
    -------
    (..., q) float64

    Raises
    ------
    TypeError, ValueError
        If `fields` is not real and finite, or has no last axis.

    Examples
    --------
    >>> softmax([0.0, np.log(2), np.log(5)])
    array([0.125, 0.25 , 0.625])
    """
    x = _fields(fields)
    with np.errstate(over="ignore"):  # fields further apart than the largest float: exp(-inf) is 0
        p = np.exp(x - x.max(axis=-1, keepdims=True))
    return p / p.sum(axis=-1, keepdims=True)


def covariance(fields) -> np.ndarray:
    """Derivatives of `softmax` by the fields, (..., q, q): diag(p) - p p^T, the covariance of the states.

    Examples
    --------
    >>> covariance([0.0, 0.0])
    array([[ 0.25, -0.25],
           [-0.25,  0.25]])
    """
    p = softmax(fields)
    return p[..., None] * (np.eye(p.shape[-1]) - p[..., None, :])


def heat_bath(fields, size=None, *, rng: np.random.Generator) -> np.ndarray:
    """Draw states 0 ... q - 1 of a Potts spin in its fields: state k with the probability softmax(fields)[k].

    Parameters
    ----------
    fields : (..., q) array_like
    size : int or tuple of int, optional
        Shape of what is drawn. Left out, one for each set of fields.
    rng : numpy.random.Generator

    Returns
    -------
    int64

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or shape.

    Examples
    --------
    >>> heat_bath([0.0, 50.0, 0.0], 4, rng=np.random.default_rng(1))
    array([1, 1, 1, 1])
    """
    p = softmax(fields)
    shape = p.shape[:-1] if size is None else size
    u = arguments.generator(rng).random(shape)
    return (u[..., None] >= np.cumsum(p, axis=-1)[..., :-1]).sum(axis=-1)[()]


def exact(couplings, q: int) -> tuple[np.ndarray, np.ndarray]:
    """All states of a few Potts spins, and their probabilities under exp(sum of J_ij over pairs of equal states).

    Parameters
    ----------
    couplings : (n, n) array_like
        J_ij / T, symmetric with a diagonal of 0.
    q : int
        Number of states of each, at least 2; q^n at most 2^20.

    Returns
    -------
    states : (q^n, n) int64
    p : (q^n,) float64

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range.

    Examples
    --------
    Two spins agree with the probability e^J / (e^J + q - 1):

    >>> states, p = exact([[0, 1.0], [1.0, 0]], 3)
    >>> round(p[states[:, 0] == states[:, 1]].sum(), 6) == round(np.e / (np.e + 2), 6)
    np.True_
    """
    J, q = _couplings(couplings), arguments.count("q", q, at_least=2)
    n = len(J)
    if q**n > LARGEST_LIST:
        raise ValueError(f"q to the number of spins must be at most {LARGEST_LIST}, got {q}^{n}")
    states = np.indices((q,) * n).reshape(n, -1).T
    exponent = sum(J[i, j] * (states[:, i] == states[:, j]) for i in range(n) for j in range(i)) + np.zeros(q**n)
    return states, softmax(exponent)


def simulate(couplings, q: int, sweeps: int, *, rng: np.random.Generator) -> np.ndarray:
    """Heat bath of a few Potts spins: at each step one of them, at random, is drawn anew from its softmax.

    Parameters
    ----------
    couplings, q
        As for `exact`, without its bound.
    sweeps : int
        Of n updates each, at least 1.
    rng : numpy.random.Generator

    Returns
    -------
    (sweeps, n) int64
        States after each sweep, from a random start.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range.

    Examples
    --------
    >>> path = simulate([[0, 5.0], [5.0, 0]], 3, 2000, rng=np.random.default_rng(1))
    >>> bool(np.mean(path[:, 0] == path[:, 1]) > 0.95)
    True
    """
    J, q = _couplings(couplings), arguments.count("q", q, at_least=2)
    sweeps = arguments.count("sweeps", sweeps, at_least=1)
    path = arguments.room((sweeps, len(J)), np.int64, sweeps=sweeps)
    spins = arguments.generator(rng).integers(q, size=len(J))
    run(J, spins, np.empty(q), path, stream(rng))
    return path


@kernel
def run(couplings, spins, chances, path, state):
    """Fill `path` (sweeps, n) by heat bath on `spins` (n,), with the work space `chances` (q,)."""
    n, q = spins.size, chances.size
    for sweep in range(path.shape[0]):
        for _ in range(n):
            i = random_site(n, state)
            chances[:] = 0.0
            for j in range(n):
                chances[spins[j]] += couplings[i, j]
            top = chances[0]
            for k in range(1, q):
                top = max(top, chances[k])
            total = 0.0
            for k in range(q):
                total += np.exp(chances[k] - top)
                chances[k] = total
            u, k = uniform(state) * total, 0
            while k < q - 1 and u >= chances[k]:
                k += 1
            spins[i] = k
        for i in range(n):
            path[sweep, i] = spins[i]


def _fields(value) -> np.ndarray:
    x = arguments.real_values("fields", value)
    if x.ndim == 0 or x.shape[-1] == 0:
        raise ValueError(f"fields must have a last axis with one field for each state, got shape {x.shape}")
    return x


def _couplings(value) -> np.ndarray:
    J = arguments.real_array("couplings", value)
    if J.ndim != 2 or J.shape[0] != J.shape[1] or not len(J):
        raise ValueError(f"couplings must be a square table, got shape {J.shape}")
    if (J != J.T).any() or J.diagonal().any():
        raise ValueError("couplings must be symmetric with a diagonal of 0")
    return J
