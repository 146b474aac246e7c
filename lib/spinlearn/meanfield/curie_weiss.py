"""The Curie-Weiss magnet: N spins that all see each other. Its law, and its Glauber dynamics, exactly and simulated.

`curie_weiss` is the law at finite N; all else is the law in time. The energy depends on the spins through
their sum M alone,

    H = -Tc M^2 / (2 N) - h M,

so the heat bath at one random spin is a walk of M in steps of two. A state is the number k of spins that are up,
M = 2 k - N. One update raises k with the chance that a down spin is picked, times the heat bath's probability to put it
up in its local field Tc (M + 1) / N + h; lowering is the mirror image, with the field Tc (M - 1) / N + h of an up spin.
N + 1 states in a row, with steps to the neighbours only, are a birth-death chain, and all one may ask of it has an
answer: the law at any time, and the mean time to get from one state to another.

A sweep is N updates, as in `ising`, and the unit of time. A field is held for whole sweeps: entry t of `fields` is the
field during sweep t, and entry t of what is returned was taken at the end of that sweep. With N to infinity the walk
becomes the flow dm/dt = -m + tanh((Tc m + h) / T). Tc = 0 is N free spins.

References
----------
R. J. Glauber, J. Math. Phys. 4, 294 (1963): the dynamics.
H. A. Kramers, Physica 7, 284 (1940): escape over a barrier.
R. B. Griffiths, C.-Y. Weng and J. S. Langer, Phys. Rev. 149, 301 (1966): this chain, and its metastable state.
"""

import math
from typing import NamedTuple

import numpy as np
from scipy.special import gammaln

from ..core import arguments
from ..core.jit import kernel
from ..core.progress import keeping, watched
from ..core.words import stream, uniform
from . import weiss

# Steps of the fourth-order Runge-Kutta method in one sweep. From Tc / 2 upwards the error of m is then below 1e-6.
_STEPS = 16

_FEWEST = 10  # spins for which Kramers' formula says something
_LARGEST = 10**6  # spins; a sweep of the walk then takes a few hundredths of a second


class CurieWeiss(NamedTuple):
    """What `curie_weiss` returns.

    Attributes
    ----------
    levels : (N + 1,) float64
        The values that the magnetisation per spin can have, from -1 to 1.
    p : (N + 1,) float64
        Their probabilities.
    log_Z, f : float
        Logarithm of the partition function, and -T log_Z / N.
    m, abs_m, m2 : float
        Averages of the magnetisation per spin, of its absolute value and of its square.
    """

    levels: np.ndarray
    p: np.ndarray
    log_Z: float
    f: float
    m: float
    abs_m: float
    m2: float


class Steps(NamedTuple):
    """What `steps` returns; entry k belongs to k spins up.

    Attributes
    ----------
    up, down : (N + 1,) float64
        Probability that one update raises, and lowers, the number of up spins by one.
    """

    up: np.ndarray
    down: np.ndarray


class Evolution(NamedTuple):
    """What `evolve` returns.

    Attributes
    ----------
    law : (N + 1,) float64
        Law of the number of up spins after the last sweep.
    m : (sweeps,) float64
        Mean magnetisation per spin after every sweep.
    """

    law: np.ndarray
    m: np.ndarray


class Course(NamedTuple):
    """What `evolve` carries along, (N + 1,) float64 each.

    Attributes
    ----------
    law, last
        The law now, and after the last whole sweep.
    up, down
        The `Steps` in the present field.
    """

    law: np.ndarray
    last: np.ndarray
    up: np.ndarray
    down: np.ndarray


def curie_weiss(N: int, T: float, *, h: float = 0.0, Tc: float = 1.0) -> CurieWeiss:
    """Exact averages of the Curie-Weiss model: N spins, each pair coupled with Tc / N.

    H = -(Tc / N) sum_{i<j} s_i s_j - h M = -(Tc / 2N) (M^2 - N) - h M depends on M = sum_i s_i alone, so that the sum
    over 2**N states is one over N + 1 levels, each taken as often as there are ways to choose the spins that are up.

    Parameters
    ----------
    N : int
        From 2 to a million.
    T, Tc : float
        Above 0.
    h : float
        Field.

    Returns
    -------
    CurieWeiss
        Rounding leaves the logarithm of a probability right to about 1e-16 N ln N. ``log_Z`` is infinite where it is
        too large for a float.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> for N in (10, 100, 1000):
    ...     print(N, round(curie_weiss(N, 0.9).abs_m, 4))
    10 0.5597
    100 0.44
    1000 0.5125
    """
    N = arguments.count("N", N, at_least=2, at_most=_LARGEST)
    T, Tc, h = arguments.number("T", T, above=0), arguments.number("Tc", Tc, above=0), arguments.number("h", h)
    up = np.arange(N + 1)
    M = 2.0 * up - N
    ways = gammaln(N + 1) - gammaln(up + 1) - gammaln(N - up + 1)
    E = -(Tc / (2 * N) * (M**2 - N) + h * M)
    ground = E.min()
    with np.errstate(over="ignore"):  # what is infinitely far above the ground has no weight
        weights = ways - (E - ground) / T
        largest = weights.max()
        p = np.exp(weights - largest)
        total = p.sum()
        p /= total
        log_Z = largest + np.log(total) - ground / T
    f = float(ground / N - T * (largest + np.log(total)) / N)
    levels = M / N
    m, abs_m, m2 = (float(p @ values) for values in (levels, np.abs(levels), levels**2))
    return CurieWeiss(levels, p, float(log_Z), f, m, abs_m, m2)


def steps(N: int, T: float, *, h: float = 0.0, Tc: float = 1.0) -> Steps:
    """Probabilities of a step up and a step down, from every number of up spins.

    Parameters
    ----------
    N : int
        Number of spins, from 1 to a million.
    T : float
        Temperature, above 0 and so large that 1 / T is finite.
    h : float
        Field.
    Tc : float
        Coupling, as the critical temperature that it makes; at least 0.

    Returns
    -------
    Steps

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    Two free spins without a field: half of the updates of a pair that is up turn one of them down.

    >>> steps(2, 1.0, Tc=0.0)
    Steps(up=array([0.5 , 0.25, 0.  ]), down=array([0.  , 0.25, 0.5 ]))
    """
    N, T, Tc = arguments.count("N", N, at_least=1, at_most=_LARGEST), arguments.temperature(T), _coupling(Tc)
    table = Steps(np.empty(N + 1), np.empty(N + 1))
    fill_steps(*table, 1 / T, arguments.number("h", h), Tc)
    return table


def evolve(law, T: float, fields, *, Tc: float = 1.0, progress: bool | None = None) -> Evolution:
    """Carry the law of M through sweeps in given fields, exactly: the master equation of the walk.

    Parameters
    ----------
    law : (N + 1,) array_like
        Probabilities of 0 … N spins up at the start; not below 0, and 1 in sum to within 1e-9.
    T : float
        Temperature, above 0 and so large that 1 / T is finite.
    fields : (sweeps,) array_like
        The field during each sweep.
    Tc : float
        As for `steps`.
    progress : bool, optional
        True shows a bar, False none; left out: where somebody watches and it takes more than two seconds.

    Returns
    -------
    Evolution

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range.
    core.progress.Interrupted
        At Ctrl-C; its attribute `run` holds what was finished.

    Examples
    --------
    One spin, up at first, at a temperature that makes the field nothing: after one update it has forgotten.

    >>> evolve([0, 1], 1e9, [0.5]).law.round(6)
    array([0.5, 0.5])
    """
    law = checked_law(law)
    T, fields, Tc = arguments.temperature(T), arguments.fields(fields), _coupling(Tc)
    N, m = law.size - 1, np.full(fields.size, np.nan)
    course = Course(law.copy(), law.copy(), np.empty(N + 1), np.empty(N + 1))
    with keeping(lambda: Evolution(course.last, m[: _finished(m)])):
        for part in watched(fields.size * N, progress):
            carry_law(course, part.start, part.stop, 1 / T, Tc, fields, m)
    return Evolution(course.last, m)


def walk(
    N: int,
    T: float,
    fields,
    *,
    Tc: float = 1.0,
    start: float = 1.0,
    progress: bool | None = None,
    rng: np.random.Generator,
) -> np.ndarray:
    """Simulate the walk of M through sweeps in given fields.

    Parameters
    ----------
    N : int
        Number of spins, from 1 to a million.
    T : float
        Temperature, above 0 and so large that 1 / T is finite.
    fields : (sweeps,) array_like
        The field during each sweep.
    Tc : float
        As for `steps`.
    start : float
        Magnetisation per spin at the start, from -1 to 1; the walk begins at the nearest state.
    progress : bool, optional
        True shows a bar, False none; left out: where somebody watches and it takes more than two seconds.
    rng : numpy.random.Generator
        Advanced by one draw.

    Returns
    -------
    (sweeps,) float64
        Magnetisation per spin after every sweep.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range; `rng` is not advanced then.
    core.progress.Interrupted
        At Ctrl-C; its attribute `run` holds what was finished.

    Examples
    --------
    >>> m = walk(1000, 0.5, np.zeros(200), rng=np.random.default_rng(1))
    >>> bool(abs(m[50:].mean() - 0.9575) < 0.01)
    True
    """
    N, T, Tc = arguments.count("N", N, at_least=1, at_most=_LARGEST), arguments.temperature(T), _coupling(Tc)
    fields, k = arguments.fields(fields), nearest_state("start", start, N)
    arguments.flag("progress", progress, optional=True)
    arguments.generator(rng)
    up, down, m, state = np.empty(N + 1), np.empty(N + 1), np.full(fields.size, np.nan), stream(rng)
    with keeping(lambda: m[: _finished(m)]):
        for part in watched(fields.size, progress):
            k = walk_fields(k, up, down, 1 / T, Tc, fields[part], state, m[part])
    return m


def flow(m: float, T: float, fields, *, Tc: float = 1.0, progress: bool | None = None) -> np.ndarray:
    """Follow dm/dt = -m + tanh((Tc m + h) / T), the limit of many spins, through sweeps in given fields.

    Parameters
    ----------
    m : float
        Magnetisation per spin at the start, from -1 to 1.
    T : float
        Temperature, above 0 and so large that 1 / T is finite.
    fields : (sweeps,) array_like
        The field during each sweep, which lasts one unit of time.
    Tc : float
        As for `steps`.
    progress : bool, optional
        True shows a bar, False none; left out: where somebody watches and it takes more than two seconds.

    Returns
    -------
    (sweeps,) float64
        m after every sweep.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range.
    core.progress.Interrupted
        At Ctrl-C; its attribute `run` holds what was finished.

    Examples
    --------
    Free spins relax exponentially:

    >>> flow(1.0, 1.0, [0.0, 0.0], Tc=0.0).round(5)
    array([0.36788, 0.13534])
    """
    m, T, Tc = checked_magnetisation("m", m), arguments.temperature(T), _coupling(Tc)
    fields = arguments.fields(fields)
    record = np.full(fields.size, np.nan)
    with keeping(lambda: record[: _finished(record)]):
        for part in watched(fields.size, progress):
            flow_fields(record[part.start - 1] if part.start else m, T, Tc, fields[part], record[part])
    return record


def passage_time(N: int, T: float, *, h: float = 0.0, Tc: float = 1.0, start: float, target: float) -> float:
    """Mean number of sweeps that the walk takes from one magnetisation to another, exactly.

    To get from k up spins to k + 1 the walk steps up at once with the chance up_k; or it stays; or it steps down, and
    has then to come back first. So the mean number t_k of updates obeys t_k = (1 + down_k t_{k-1}) / up_k, a sum of
    positive terms, and the times of all steps on the way add up.

    Parameters
    ----------
    N : int
        Number of spins, from 1 to a million.
    T : float
        Temperature, above 0 and so large that 1 / T is finite.
    h : float
        Field.
    Tc : float
        As for `steps`.
    start, target : float
        Magnetisations per spin from -1 to 1; the nearest states are meant.

    Returns
    -------
    float
        Sweeps; inf if the number is too large for a float64.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    A free spin, which is up: each update turns it down with the chance one half, so two are needed on average.

    >>> passage_time(1, 1.0, Tc=0.0, start=1.0, target=-1.0)
    2.0
    """
    N, T, Tc = arguments.count("N", N, at_least=1, at_most=_LARGEST), arguments.temperature(T), _coupling(Tc)
    h = arguments.number("h", h)
    first, last = nearest_state("start", start, N), nearest_state("target", target, N)
    if first > last:  # the same magnet upside down
        first, last, h = N - first, N - last, -h
    times = np.empty(N)
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        climbing_times(*steps(N, T, h=h, Tc=Tc), times)
        time = times[first:last].sum() / N
        if not np.isfinite(time):
            # Somewhere a step is so unlikely that its inverse is no number, though the time itself may be one.
            log_climbing_times(1 / T, h, Tc, times)
            time = np.exp(np.logaddexp.reduce(times[first:last], initial=-np.inf)) / N
    return float(time)


def kramers_time(N: int, T: float, *, h: float = 0.0, Tc: float = 1.0) -> float:
    """Kramers' estimate of the time from the metastable well to the other one, in sweeps.

    With m_w in the well and m_b on top of the barrier, where f has slope 0, and the height df = f(m_b) - f(m_w),

        t = 2 pi T exp(N df / T) / sqrt((T - Tc (1 - m_w^2)) (Tc (1 - m_b^2) - T)),

    which is what the sum of `passage_time` tends to for N df much larger than T. For many spins its error depends on
    that ratio alone: it is a fifth too short where N df = T or 2 T, a tenth at 5 T, and one part in forty at 20 T.
    Below T there is no barrier to speak of; towards the spinodal the formula grows without bound, and the time itself
    does not. With few spins, or in the cold, the wells are as narrow as the steps of M, and the formula may be wrong by
    any factor; at the limits that are set here it is from a quarter too short to a fifth too long.

    Parameters
    ----------
    N : int
        Number of spins, from 10 to a million.
    T : float
        Temperature, at least Tc / (2 N) and below Tc.
    h : float
        Field, weaker than the one at which the well vanishes. At h = 0 both wells are equally deep.
    Tc : float
        As for `steps`, and above T.

    Returns
    -------
    float
        Sweeps; inf if the number is too large for a float64.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range, or if there is no metastable well, or none deeper than T / N.

    Examples
    --------
    >>> exact = passage_time(1000, 0.8, h=-0.02, start=0.6485, target=-0.7581)
    >>> round(kramers_time(1000, 0.8, h=-0.02) / exact, 2)
    0.98
    """
    N, T = arguments.count("N", N, at_least=1, at_most=_LARGEST), arguments.temperature(T)
    h, Tc = arguments.number("h", h), arguments.number("Tc", Tc, above=0)
    if Tc <= T:
        raise ValueError(f"T must be below Tc = {Tc:g}, got {T:g}: there is only one well")
    _, m_w, m_b = weiss.branches(T, h=h, Tc=Tc)
    if np.isnan(m_w):
        strongest = weiss.spinodal_field(T, Tc=Tc)
        raise ValueError(f"h must be weaker than the spinodal field {strongest:g}, got {h:g}: there is only one well")
    height = weiss.free_energy(m_b, T, h=h, Tc=Tc) - weiss.free_energy(m_w, T, h=h, Tc=Tc)
    if not N * height >= T:
        raise ValueError(
            f"N must make the barrier N df at least as high as T for Kramers' formula to hold, so at least "
            f"{math.ceil(min(T / height, 1e18)) if height > 0 else 'infinity'}, got {N}; see passage_time"
        )
    if N < _FEWEST:
        raise ValueError(f"N must be at least {_FEWEST} for Kramers' formula to hold, got {N}; see passage_time")
    if Tc / N > 2 * T:
        raise ValueError(f"T must be at least Tc / (2 N) for Kramers' formula to hold, got {T:g}; see passage_time")
    well, barrier = T - Tc * (1 - m_w**2), Tc * (1 - m_b**2) - T
    with np.errstate(over="ignore"):
        return float(2 * math.pi * (T / np.sqrt(well) / np.sqrt(barrier)) * np.exp(N * height / T))


@kernel
def fill_steps(up, down, beta, h, Tc):
    """Fill the probabilities of a step up and of a step down, (N + 1,) each."""
    n = up.size - 1  # beta may be near the largest float: first times the field, which may be 0, and then twice
    for k in range(n + 1):
        M = 2 * k - n
        up[k] = (n - k) / n / (1.0 + np.exp(-2.0 * (beta * (Tc * (M + 1) / n + h))))
        down[k] = k / n / (1.0 + np.exp(2.0 * (beta * (Tc * (M - 1) / n + h))))


@kernel
def update_law(law, up, down):
    """Carry `law` (N + 1,) through one update, in place."""
    from_below = 0.0
    for k in range(law.size):
        here = law[k]
        law[k] = here * (1.0 - up[k] - down[k]) + from_below
        if k + 1 < law.size:
            law[k] += law[k + 1] * down[k + 1]
        from_below = here * up[k]


@kernel
def keep_law(law, last):
    """Copy `law` (N + 1,) to `last`, and return its mean magnetisation per spin."""
    n = law.size - 1
    mean = 0.0
    for k in range(n + 1):
        mean += law[k] * (2 * k - n)
        last[k] = law[k]
    return mean / n


@kernel
def carry_law(course, first, last, beta, Tc, fields, m):
    """Carry the law of a `Course` through the updates `first` to before `last`, N of them in each of the `fields`.

    After each field the law is kept and its mean magnetisation recorded.
    """
    law, up, down = course.law, course.up, course.down
    n = law.size - 1
    for update in range(first, last):
        t = update // n
        if update % n == 0:
            fill_steps(up, down, beta, fields[t], Tc)
        update_law(law, up, down)
        if update % n == n - 1:
            m[t] = keep_law(law, course.last)


@kernel
def walk_fields(k, up, down, beta, Tc, fields, state, m):
    """Walk N updates in each of the `fields`, record the magnetisation after each, and return the last state."""
    n = up.size - 1
    for t in range(fields.size):
        if t == 0 or fields[t] != fields[t - 1]:
            fill_steps(up, down, beta, fields[t], Tc)
        for _ in range(n):
            u = uniform(state)
            if u < up[k]:
                k += 1
            elif u < up[k] + down[k]:
                k -= 1
        m[t] = (2 * k - n) / n
    return k


@kernel
def flow_fields(m, T, Tc, fields, record):
    """Follow the limit of many spins by the classical Runge-Kutta method, one unit of time in each of the `fields`."""
    dt = 1.0 / _STEPS
    for t in range(fields.size):
        h = fields[t]
        for _ in range(_STEPS):
            k1 = np.tanh((Tc * m + h) / T) - m
            x = m + dt / 2 * k1
            k2 = np.tanh((Tc * x + h) / T) - x
            x = m + dt / 2 * k2
            k3 = np.tanh((Tc * x + h) / T) - x
            x = m + dt * k3
            k4 = np.tanh((Tc * x + h) / T) - x
            m += dt / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
        record[t] = m


@kernel
def log_climbing_times(beta, h, Tc, times):
    """Fill `times` (N,) with the logarithms of what `climbing_times` gives, whatever the size of the numbers."""
    n = times.size
    before = -np.inf
    for k in range(n):
        M = 2 * k - n
        log_down = math.log(k / n) if k else -np.inf
        log_down -= softplus(2.0 * (beta * (Tc * (M - 1) / n + h)))
        log_up = math.log((n - k) / n) - softplus(-2.0 * (beta * (Tc * (M + 1) / n + h)))
        back = log_down + before if k else -np.inf
        high = max(back, 0.0)
        before = high + math.log(math.exp(back - high) + math.exp(-high)) - log_up
        times[k] = before


@kernel
def softplus(x):
    """ln(1 + exp(x)), of a finite number at most."""
    return min(max(x, 0.0), 1e300) + math.log1p(math.exp(-abs(x)))


@kernel
def climbing_times(up, down, times):
    """Fill `times` (N,) with the mean numbers of updates from k up spins to k + 1."""
    before = 0.0
    for k in range(times.size):
        before = (1.0 + down[k] * before) / up[k]
        times[k] = before


def _finished(record) -> int:
    """How many entries of a record were written."""
    return int(np.count_nonzero(~np.isnan(record)))


def _coupling(Tc) -> float:
    return arguments.number("Tc", Tc, at_least=0)


def checked_law(law) -> np.ndarray:
    """Check a law of the number of up spins; return it as float64.

    Examples
    --------
    >>> checked_law([0, 1])
    array([0., 1.])
    """
    array = arguments.real_array("law", law)
    if np.ndim(law) != 1 or array.size < 2:
        raise ValueError(f"law must be one-dimensional, of N + 1 at least 2 entries, got shape {np.shape(law)}")
    if array.min() < 0 or abs(array.sum() - 1) > 1e-9:
        raise ValueError(
            f"law must be probabilities with the sum 1, got the sum {array.sum():g}, least {array.min():g}"
        )
    return array


def checked_magnetisation(name: str, m) -> float:
    """Check a magnetisation per spin, from -1 to 1.

    Examples
    --------
    >>> checked_magnetisation("m", 1)
    1.0
    """
    m = arguments.number(name, m)
    if abs(m) > 1:
        raise ValueError(f"{name} must lie between -1 and 1, got {m:g}")
    return m


def nearest_state(name: str, m, N: int) -> int:
    """Check a magnetisation per spin; return the number of up spins, of N, whose magnetisation is nearest to it.

    Examples
    --------
    >>> nearest_state("start", 0.5, 5)
    4
    """
    return math.floor(N * (1 + checked_magnetisation(name, m)) / 2 + 0.5)
