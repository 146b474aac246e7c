"""Hebb's rule on few synapses: the diluted asymmetric network, whose memories fade instead of breaking off.

Each of N units listens to C others, drawn at random, and the choice is not mutual. Its couplings are Hebb's,
J_ij = (1/C) sum_mu xi_i^mu xi_j^mu with P = alpha C patterns. If C is far below ln N, the inputs of a unit, their
inputs, and so on, are all different units: a tree. Then no unit has ever heard of itself, the noise of the other
patterns is new at each step, and the overlap m with the pattern that is recalled goes from step to step by (Derrida,
Gardner and Zippelius 1987)

    m' = E tanh(S / (C T)),    S = sum of C signs with the mean m + sum of C (P - 1) signs with the mean 0.

The second sum is the other patterns. `tree_step` does it as it stands, for finite C. For large C it is a Gaussian,

    m' = integral Dz tanh((m + sqrt(alpha) z) / T),    at T = 0  m' = erf(m / sqrt(2 alpha)),

and m vanishes continuously, at T = 0 at alpha_c = 2 / pi: erf(x) is (2 / sqrt(pi)) (x - x^3 / 3) for small x, and so
m^2 = 6 alpha (1 - sqrt(alpha / alpha_c)) close to it.

Units need not be up or down. With an activation V = g(h) and q = <V^2> the field has the signal m = <xi V> and the
noise sqrt(alpha q), and what counts is M = m / sqrt(q), the cosine between the state and the pattern. Of all
activations the one that answers with the mean of xi, given the field, makes M largest (Meilijson and Ruppin found such
a function for sparse patterns). For signs that is tanh(h m / (alpha q)), with m = q, and so tanh(h / alpha): an
activation as soft as the load is high. Then

    s = M^2 / alpha,    M^2 = integral Dz tanh(s + sqrt(s) z),

and memory fades at alpha = 1 instead of 2 / pi (`best_overlap`). The gain is the choice of the activation alone.

So three limits are taken: C to infinity, N to infinity, and ln N faster than C. `recall` runs the network and takes
none, `tree_step` takes the last two only, `overlap` takes all: what lies between two of them is what a limit is worth.

With C = 100 the tree is within a hundredth of the Gaussian. But C / N = 1 % is not small. Units share inputs, so that
the overlaps m_mu with the other patterns, of the size 1 / sqrt(N), are seen by all and come back: m_mu' = chi m_mu +
eta, with chi = d<s> / dh and a noise eta that stays the same as far as spins do. Those move even at T = 0, with the
overlap q* = 1 - 8 Tw(m / sqrt(alpha), sqrt((1 - q*) / (1 + q*))) of a state with a later one (Tw is Owen's function).
To first order in c = C / N the variance of the noise becomes

    alpha (1 + c (q* / (1 - chi)^2 + (1 - q*) / (1 - chi^2) - 1)),

and since chi = 1 at the continuous transition, memory breaks off before it: at c = 1 % at alpha = 0.45. That is the
factor 1 / (1 - chi)^2 of the Hopfield model, which for q* = 1 and c = 1 this is.

References
----------
B. Derrida, E. Gardner and A. Zippelius, Europhys. Lett. 4, 167 (1987).
I. Meilijson and E. Ruppin, Optimal firing in sparsely-connected low-activity attractor networks (1995).
"""

import math

import numpy as np
from scipy.optimize import brentq, minimize_scalar
from scipy.special import erf, owens_t
from scipy.stats import binom

from ..core import arguments
from ..core.jit import kernel
from ..meanfield.gaussian import answer, gaussian_magnetisation

_LARGEST_SUM = 2 * 10**6  # signs in a field of `tree_step`


def overlap(alpha: float, T: float = 0.0, *, connected: float = 0.0) -> float:
    """Overlap with the pattern that is recalled, for C to infinity.

    Parameters
    ----------
    alpha : float
        Load P / C, above 0.
    T : float
        At least 0.
    connected : float
        c = C / N, from 0, a tree, to 0.1; to first order, and at T = 0.

    Returns
    -------
    float
        The largest solution, 0 beyond `capacity`.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> [round(overlap(alpha), 4) for alpha in (0.1, 0.4, 0.6, 0.7)]
    [0.9984, 0.7861, 0.3285, 0.0]
    >>> [round(overlap(alpha, connected=0.01), 2) for alpha in (0.1, 0.4, 0.5)]
    [1.0, 0.76, 0.0]
    """
    alpha = arguments.number("alpha", alpha, above=0)
    T, connected = _checked(T, connected)
    if connected > 0:
        y, most = _last(connected)
        if alpha > most:
            return 0.0
        return float(erf(brentq(lambda y: _load(y, connected) - alpha, y, 1 / math.sqrt(2 * alpha) + 1.0, xtol=1e-13)))
    if T > 0:
        return float(gaussian_magnetisation(arguments.temperature(T), spread=math.sqrt(alpha)))
    if alpha >= 2 / math.pi:
        return 0.0
    size = math.sqrt(2 * alpha)  # erf(x) / x falls from 2 / sqrt(pi) to 0
    x = brentq(lambda x: erf(x) / x - size, 1e-9, 1 / size + 1e-9, xtol=1e-300, rtol=1e-15)
    return float(x * size)


def capacity(T: float = 0.0, *, connected: float = 0.0) -> float:
    """The load at which the overlap vanishes: 2 / pi at T = 0 on a tree, and 0 from T = 1 on.

    Parameters
    ----------
    T, connected
        As for `overlap`.

    Returns
    -------
    float

    Raises
    ------
    TypeError, ValueError
        If T has the wrong type or range.

    Examples
    --------
    >>> round(capacity() * math.pi, 12), round(capacity(0.5), 6)
    (2.0, 0.446965)
    >>> round(capacity(connected=0.01), 4)
    0.4517
    """
    T, connected = _checked(T, connected)
    if connected > 0:
        return _last(connected)[1]
    if T >= 1:
        return 0.0
    if T < 1e-9:
        return 2 / math.pi
    # The slope of the answer at m = 0 falls with the spread, from 1 / T on.
    return float(brentq(lambda spread: answer(0.0, T, spread)[1] - 1, 1e-12, 1.0, xtol=1e-14)) ** 2


def best_overlap(alpha: float) -> float:
    """The cosine M between state and pattern with the activation that recalls best, tanh(h / alpha), at T = 0.

    Parameters
    ----------
    alpha : float
        Load P / C, above 0.

    Returns
    -------
    float
        The largest solution, 0 from alpha = 1 on.

    Raises
    ------
    TypeError, ValueError
        If alpha has the wrong type or range.

    Examples
    --------
    >>> [round(best_overlap(alpha), 4) for alpha in (0.1, 0.4, 0.6, 0.9)]
    [0.9988, 0.8658, 0.6952, 0.326]
    """
    alpha = arguments.number("alpha", alpha, above=0)
    if alpha >= 1:
        return 0.0
    # The answer over s falls with s, from 1 on.
    low = min(1e-3, (1 - alpha) / 10)
    s = brentq(lambda s: answer(s, 1.0, math.sqrt(s))[0] / s - alpha, low, 1 / alpha + 1, xtol=1e-300, rtol=1e-14)
    return math.sqrt(alpha * s)


def tree_step(m: float, C: int, P: int, T: float = 0.0) -> float:
    """Overlap one step later, on a tree with finitely many inputs: exact.

    Parameters
    ----------
    m : float
        Overlap now, from -1 to 1.
    C : int
        Inputs of each unit, at least 1.
    P : int
        Patterns, at least 1; C P is at most two million.
    T : float
        At least 0. At T = 0 a unit in no field is up or down with equal chance.

    Returns
    -------
    float

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> tree_step(1.0, 10, 1), round(tree_step(0.5, 100, 40), 4), round(float(erf(0.5 / math.sqrt(0.8))), 4)
    (1.0, 0.5722, 0.5708)
    """
    m, C, P = arguments.number("m", m), arguments.count("C", C, at_least=1), arguments.count("P", P, at_least=1)
    T = arguments.number("T", T, at_least=0)
    if abs(m) > 1:
        raise ValueError(f"m must lie between -1 and 1, got {m}")
    if C * P > _LARGEST_SUM:
        raise ValueError(f"C and P must have a product of at most {_LARGEST_SUM}, got {C * P}")
    others = C * (P - 1)
    own = binom.pmf(np.arange(C + 1), C, (1 + m) / 2)
    signs = 2.0 * np.arange(C + others + 1) - (C + others)
    answers = np.sign(signs) if T == 0 else np.tanh(signs / (C * T))
    return float(np.convolve(own, binom.pmf(np.arange(others + 1), others, 0.5)) @ answers)


def recall(
    N: int,
    C: int,
    P: int,
    T: float = 0.0,
    *,
    start: float = 1.0,
    steps: int = 20,
    graded: bool = False,
    rng: np.random.Generator,
) -> np.ndarray:
    """Run one network, all units at once, from a state with a given overlap with the first pattern.

    Parameters
    ----------
    N : int
        Units, at least 2.
    C : int
        Inputs of each, different ones and not the unit itself: from 1 to N - 1.
    P : int
        Patterns, at least 1.
    T : float
        At least 0.
    start : float
        Overlap that the units are drawn with at the beginning, from -1 to 1.
    steps : int
    graded : bool
        Units that answer tanh(h / T) instead of being up or down with that mean; T is above 0 then.
    rng : numpy.random.Generator

    Returns
    -------
    (steps + 1,) float64
        The overlap at the beginning and after each step; of graded units the cosine M.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> m = recall(2000, 20, 4, steps=5, rng=np.random.default_rng(1))
    >>> m[0], bool(0.9 < m[5] < 1)
    (np.float64(1.0), True)
    """
    N, P = arguments.count("N", N, at_least=2, at_most=2**31 - 1), arguments.count("P", P, at_least=1)
    C, steps = arguments.count("C", C, at_least=1, at_most=N - 1), arguments.count("steps", steps)
    T, start = arguments.number("T", T, at_least=0), arguments.number("start", start)
    if abs(start) > 1:
        raise ValueError(f"start must lie between -1 and 1, got {start}")
    graded, rng = arguments.flag("graded", graded), arguments.generator(rng)
    if graded and T == 0:
        raise ValueError("T must be greater than 0 for graded units")
    overlaps = arguments.room((steps + 1,), steps=steps)
    inputs, patterns = draw_inputs(N, C, rng), rng.integers(2, size=(N, P), dtype=np.int8) * 2 - 1
    couplings = np.empty((N, C), dtype=np.int32)
    fill_couplings(patterns, inputs, couplings)
    pattern, fields = patterns[:, 0].astype(np.float64), np.empty(N)
    states = np.where(rng.random(N) < (1 + start) / 2, pattern, -pattern)
    overlaps[0] = (states * pattern).mean()
    for step in range(1, steps + 1):
        fill_fields(couplings, inputs, states, fields)
        means = np.sign(fields) if T == 0 else np.tanh(fields / (C * T))
        states = means if graded else np.where(rng.random(N) < (1 + means) / 2, 1.0, -1.0)
        size = math.sqrt((states**2).mean())
        overlaps[step] = (states * pattern).mean() / size if size > 0 else 0.0
    return overlaps


def draw_inputs(N: int, C: int, rng: np.random.Generator) -> np.ndarray:
    """(N, C) int32, in each row C different numbers, and not that of the row.

    Examples
    --------
    >>> draw_inputs(3, 2, np.random.default_rng(1)).shape
    (3, 2)
    """
    if 4 * C > N:
        drawn = np.argsort(rng.random((N, N - 1)), axis=1)[:, :C]
    else:
        drawn = np.sort(rng.integers(N - 1, size=(N, C)), axis=1)
        while (twice := np.diff(drawn, axis=1, prepend=-1) == 0).any():  # drawn anew as long as one is there twice
            drawn[twice] = rng.integers(N - 1, size=np.count_nonzero(twice))
            drawn.sort(axis=1)
    return (drawn + (drawn >= np.arange(N)[:, None])).astype(np.int32)


def _checked(T, connected) -> tuple[float, float]:
    T, connected = arguments.number("T", T, at_least=0), arguments.number("connected", connected, at_least=0)
    if connected > 0.1:
        raise ValueError(f"connected must be at most 0.1, since it counts to first order, got {connected}")
    if connected > 0 and T > 0:
        raise ValueError(f"T must be 0 where connected is above 0, got {T}")
    return T, connected


def _load(y: float, connected: float) -> float:
    """The load at which m is erf(y): y is m over sqrt(2) times the spread of the noise."""
    size = erf(y) / y
    chi = 2 / math.sqrt(math.pi) * math.exp(-y * y) / size
    moved = 0.0  # 1 - q*
    if y < 5:
        moved = brentq(lambda d: 8 * owens_t(math.sqrt(2) * y, math.sqrt(d / (2 - d))) - d, 1e-30, 1.0, xtol=1e-32)
    back = (1 - moved) / (1 - chi) ** 2 + moved / (1 - chi**2)
    return size**2 / 2 / (1 + connected * (back - 1))


def _last(connected: float) -> tuple[float, float]:
    """Where the load is largest: y, and the load."""
    found = minimize_scalar(
        lambda y: -_load(y, connected), bounds=(1e-3, 2.0), method="bounded", options={"xatol": 1e-9}
    )
    return float(found.x), float(-found.fun)


@kernel
def fill_couplings(patterns, inputs, out):
    """C J_ij: how many patterns two units agree in, minus those they differ in."""
    for i in range(inputs.shape[0]):
        for k in range(inputs.shape[1]):
            total = 0
            for mu in range(patterns.shape[1]):
                total += patterns[i, mu] * patterns[inputs[i, k], mu]
            out[i, k] = total


@kernel
def fill_fields(couplings, inputs, states, out):
    """Every unit's field, times C."""
    for i in range(out.size):
        field = 0.0
        for k in range(inputs.shape[1]):
            field += couplings[i, k] * states[inputs[i, k]]
        out[i] = field
