"""Near saturation a network of finite size keeps its patterns with a chance: how large, and at which load it is a half.

A run starts at a pattern and follows the fields, without couplings (`retrieval`), one unit after the other. At loads
around the capacity it either comes to rest a few per cent away, or leaves for a state that resembles no pattern, which
takes long in large networks. So a run ends as lost where its overlap falls below `LOST`: a retrieval state has 0.967 at
least, the saddle that bounds it 0.93 from a load of 0.13 on, and nothing comes back from so far below.

For infinite N the chance is a step. At size N it falls over a range of loads, and lies to the right of the step: the
load at which it is a half comes down like a power of N (see page 5.2).

References
----------
D. J. Amit, H. Gutfreund and H. Sompolinsky, Ann. Phys. 173, 30 (1987): the step, and first simulations.
"""

import math
from typing import NamedTuple

import numpy as np
from scipy.optimize import minimize
from scipy.special import log_ndtr

from ..core import arguments
from ..core.progress import keeping, watched
from ..measure.growth import Share, share
from .retrieval import pack, retrieve

LOST = 0.8
_STRETCH = 4  # sweeps between two looks at the overlap


class Held(NamedTuple):
    """What `held` returns.

    Attributes
    ----------
    kept : growth.Share
        Of the patterns that are kept. Those of one network are not independent, which the interval does not know.
    m : float
        Mean final overlap of the patterns that are kept; nan if none is.
    by_network : (networks,) int64
        How many each network keeps.
    """

    kept: Share
    m: float
    by_network: np.ndarray


class Half(NamedTuple):
    """What `half_load` returns: the load `alpha` at which half of the patterns are kept, its standard `error`, and the
    `width` of the fall, all in units of P / N."""

    alpha: float
    error: float
    width: float


def held(
    N: int,
    P: int,
    networks: int,
    *,
    each: int = 20,
    progress: bool | None = None,
    rng: np.random.Generator,
) -> Held:
    """Start at patterns of random networks, and see which are kept.

    Parameters
    ----------
    N, P : int
        Units and patterns, at least 1.
    networks : int
        At least 1.
    each : int
        So many patterns of each network are tried, or all P if those are fewer; at least 1.
    progress : bool, optional
        True shows a bar, False none; left out: where somebody watches and it takes more than two seconds.
    rng : numpy.random.Generator

    Returns
    -------
    Held

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.
    spinlearn.core.progress.Interrupted
        At Ctrl-C. Its attribute `run` is the `Held` of the networks that were finished.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> held(500, 25, 2, rng=rng).kept.value, held(500, 200, 2, rng=rng).kept.value
    (1.0, 0.0)
    """
    N, P = arguments.count("N", N, at_least=1), arguments.count("P", P, at_least=1)
    networks, each = arguments.count("networks", networks, at_least=1), arguments.count("each", each, at_least=1)
    arguments.flag("progress", progress, optional=True)
    arguments.generator(rng)
    runs, sums, done = min(each, P), [], 0
    counts = np.zeros(networks, dtype=np.int64)

    def finished() -> Held:
        kept = int(counts[:done].sum())
        return Held(share(kept, max(done * runs, 1)), math.fsum(sums) / kept if kept else math.nan, counts[:done])

    with keeping(finished):
        for part in watched(networks, progress):
            for k in range(part.start, part.stop):
                patterns = 2 * rng.integers(2, size=(P, N), dtype=np.int8) - np.int8(1)
                packed = pack(patterns)
                ends = [_followed(pattern, packed) for pattern in patterns[:runs]]
                counts[k] = sum(m >= LOST for m in ends)
                sums += [m for m in ends if m >= LOST]
                done = k + 1
    return finished()


def half_load(alpha, kept, runs) -> Half:
    """The load at which half of the patterns are kept: the most likely fall Phi((half - alpha) / width) for counts.

    Parameters
    ----------
    alpha : (K,) array_like
        Loads, at least two of them.
    kept, runs : (K,) integer array
        How many patterns were kept, and tried, at each.

    Returns
    -------
    Half
        The error is that of independent runs. Loads that are too far apart to see the width leave it at a quarter of
        their smallest distance.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range, or if the counts do not fall from one side of a half to the
        other.

    Examples
    --------
    >>> half = half_load([0.13, 0.14, 0.15, 0.16], [98, 84, 50, 16], [100, 100, 100, 100])
    >>> round(half.alpha, 3), round(half.width, 3)
    (0.15, 0.01)
    """
    alpha = arguments.series("alpha", alpha, at_least=2)
    kept = arguments.real_array("kept", kept, alpha.shape, what=", one for each load")
    runs = arguments.real_array("runs", runs, alpha.shape, what=", one for each load")
    if (kept < 0).any() or (kept > runs).any() or (runs < 1).any():
        raise ValueError("kept must be from 0 to runs, and runs at least 1")
    order = np.argsort(alpha)
    shares = (kept / runs)[order]
    if not shares[0] > 0.5 > shares[-1]:
        raise ValueError(
            f"kept must fall from above a half of runs to below, got {shares[0]:g} at the lowest load and "
            f"{shares[-1]:g} at the highest; loads further apart would do"
        )
    scale, floor = float(np.ptp(alpha)), float(np.diff(alpha[order]).min()) / 4

    def unlikely(x):
        z = (x[0] * scale - alpha) / (floor + scale * math.exp(x[1]))
        return -(kept @ log_ndtr(z) + (runs - kept) @ log_ndtr(-z))

    start = float(np.interp(-0.5, -shares, alpha[order])) / scale
    found = minimize(unlikely, [start, math.log(0.3)], method="Nelder-Mead", options={"xatol": 1e-8, "fatol": 1e-10})
    steps = 1e-3 * np.eye(2)

    def curvature(a, b):
        corners = unlikely(found.x + a + b) - unlikely(found.x + a - b) - unlikely(found.x - a + b)
        return (corners + unlikely(found.x - a - b)) / 4e-6

    curve = np.array([[curvature(a, b) for b in steps] for a in steps])
    width = floor + scale * math.exp(found.x[1])
    # At its smallest the width is no longer a fit's.
    precision = 1 / curve[0, 0] if width < 1.01 * floor else np.linalg.inv(curve)[0, 0]
    return Half(float(found.x[0]) * scale, math.sqrt(max(precision, 0.0)) * scale, width)


def _followed(pattern: np.ndarray, packed) -> float:
    """Overlap with its pattern at which a run ends or is lost."""
    spins = pattern
    while True:
        end = retrieve(spins, packed, sweeps=_STRETCH, progress=False)
        spins = end.spins
        m = float(spins @ pattern.astype(np.int64)) / pattern.size
        if end.period == 1 or m < LOST:
            return m
