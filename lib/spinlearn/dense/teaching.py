"""How a unit comes by its weights: descent on a loss, as back-propagation does it, and a rule that needs no teacher.

`gardner` says which weights exist. Rosenblatt's rule (`neuron.perceptron.learn`) finds them wherever they exist, after
finitely many mistakes: it reaches the optimal capacity, and so does whatever else converges, back-propagation included
(`descend`, which with one layer is the descent of the logistic loss). All these rules compare what the unit says with
what it should say: they need the error.

A synapse knows less: the activity of its input, and the field of its unit. Alemi and others (2015) let the pattern
itself be the teacher. While it is presented, a strong input +-strength drives the unit to where it should be, and the
whole field H = w.x - theta + strength y is all that the synapses see:

    0 < H < strength + margin       the weights of active inputs grow,
    0 > H > -(strength + margin)    they shrink,
    otherwise                       nothing happens: the pattern is stable enough.

As long as the input from outside outweighs the field inside, the sign of H is y, and this is Rosenblatt's rule with a
margin, written without an error (`three_thresholds`). Its price is that input. A pattern whose field lies on the wrong
side by more than the strength is read the wrong way round, and learning makes it worse. Close to capacity the weights
are long, fields are large compared with the margin, and the input has to be larger still.

References
----------
F. Rosenblatt, Psychol. Rev. 65, 386 (1958).
A. Alemi, C. Baldassi, N. Brunel and R. Zecchina, PLoS Comput. Biol. 11, e1004439 (2015): three thresholds.
"""

import math
from typing import NamedTuple

import numpy as np
from scipy.special import expit

from ..core import arguments
from ..core.jit import kernel
from ..neuron.perceptron import with_bias
from . import gardner


class Taught(NamedTuple):
    """What a rule has come to.

    Attributes
    ----------
    w : (N,) float64
    threshold : float
    stored : (passes + 1,) float64
        Share of the patterns with y (w.x - threshold) > 0, at the beginning and after each pass.
    """

    w: np.ndarray
    threshold: float
    stored: np.ndarray


def descend(X, y, *, passes: int = 1000) -> Taught:
    """Back-propagation with one layer: full steps down the logistic loss, the mean of ln(1 + exp(-y (w.x - theta))).

    The step is 1 / L, with L the largest curvature that the loss has anywhere, so that it falls with every step; steps
    are accelerated by Nesterov's momentum.

    Parameters
    ----------
    X : (P, N) array_like
        One row of inputs for each pattern.
    y : (P,) array_like
        Outputs, -1 or +1.
    passes : int
        It ends earlier where all patterns are stored.

    Returns
    -------
    Taught

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range.

    Examples
    --------
    >>> descend([[0, 0], [0, 1], [1, 0], [1, 1]], [-1, -1, -1, 1]).stored[-1]  # AND
    np.float64(1.0)
    """
    X, y = gardner.patterns(X, y)
    passes = arguments.count("passes", passes)
    A = with_bias(X) * y[:, None]
    step = 4 * len(A) / np.linalg.norm(A, 2) ** 2
    w = ahead = np.zeros(A.shape[1])
    stored, speed = [0.0], 1.0
    while len(stored) <= passes and stored[-1] < 1:
        after = ahead + step * (expit(-(A @ ahead)) @ A) / len(A)
        faster = (1 + math.sqrt(1 + 4 * speed * speed)) / 2
        ahead = after + (speed - 1) / faster * (after - w)
        w, speed = after, faster
        stored.append(float((A @ w > 0).mean()))
    return Taught(w[:-1], 0.0 - float(w[-1]), np.array(stored))


def three_thresholds(
    X, y, *, strength: float, margin: float = 1.0, rate: float = 0.1, passes: int = 1000, rng: np.random.Generator
) -> Taught:
    """Learn without an error signal: the field, with a strong input from outside, is compared with three thresholds.

    Parameters
    ----------
    X, y
        As for `descend`.
    strength : float
        The input from outside while a pattern is presented, above 0.
    margin : float
        By how much the field inside shall be on the right side, above 0.
    rate : float
        A presentation that changes something changes the field of its own pattern by this times the mean square of an
        input; above 0.
    passes : int
        Each shows every pattern once, in random order; it ends earlier where nothing is changed any more.
    rng : numpy.random.Generator

    Returns
    -------
    Taught

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range.

    Examples
    --------
    >>> X, y = gardner.random_patterns(20, 50, 0.5, np.random.default_rng(1))
    >>> three_thresholds(X, y, strength=10.0, rng=np.random.default_rng(2)).stored[-1]
    np.float64(1.0)
    """
    X, y = gardner.patterns(X, y)
    strength, margin = arguments.number("strength", strength, above=0), arguments.number("margin", margin, above=0)
    rate, passes = arguments.number("rate", rate, above=0), arguments.count("passes", passes)
    rng, X = arguments.generator(rng), with_bias(X)
    w, stored = np.zeros(X.shape[1]), [0.0]
    for _ in range(passes):
        changed = present(X, y, w, rng.permutation(len(X)), strength, strength + margin, rate / X.shape[1])
        if not np.isfinite(w).all():
            raise ValueError(f"rate must be smaller: the weights grew beyond the largest float, got {rate:g}")
        stored.append(float((y * (X @ w) > 0).mean()))
        if not changed:
            break
    return Taught(w[:-1], 0.0 - float(w[-1]), np.array(stored))


@kernel
def present(X, y, w, order, strength, most, rate):
    """Show every pattern once, and return how many changed the weights. The field and the input decide alone."""
    changed = 0
    for k in order:
        field = strength * y[k]
        for i in range(w.size):
            field += w[i] * X[k, i]
        if 0.0 < field < most:
            way = rate
        elif -most < field < 0.0:
            way = -rate
        else:
            continue
        changed += 1
        for i in range(w.size):
            w[i] += way * X[k, i]
    return changed
