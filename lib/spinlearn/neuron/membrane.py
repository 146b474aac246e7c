"""The squid's giant axon: Hodgkin and Huxley's four equations for a patch of membrane, and what they do.

A patch of membrane is a capacitor with three leaks. Sodium and potassium pass through gated channels, everything else
through one that is always open:

    C dV/dt = I - g_Na m^3 h (V - E_Na) - g_K n^4 (V - E_K) - g_L (V - E_L)
      dx/dt = alpha_x(V) (1 - x) - beta_x(V) x        for the gates x = m, h, n

V is the voltage inside minus outside, in mV, with the rest near -65. Hodgkin and Huxley measured the displacement from
rest with the opposite sign; theirs is -(V + 65) here. Time is in ms, current in uA/cm^2 and positive when it
depolarises, conductance in mS/cm^2, capacitance in uF/cm^2, rates in 1/ms. The temperature is 6.3 degrees Celsius.

A state is the array (V, m, h, n), (4,) float64, and the kernels take the parameters as an array in the order of
`Parameters`. Nothing is allocated inside a step.

References
----------
A. L. Hodgkin and A. F. Huxley, J. Physiol. 117, 500 (1952): equations (12), (13), (20), (21), (23), (24), (26) and
table 3. Its leak potential, -54.387 mV here, is rounded to -54.4, which puts the rest at -65.00 mV.
"""

from math import ceil, pi
from typing import NamedTuple

import numpy as np
from scipy.optimize import brentq

from ..core import arguments
from ..core.jit import kernel
from ..core.progress import Interrupted, keeping, watched

# ms. Over three spikes the error is then below 0.003 mV, and falls as the fourth power; beyond 0.09 ms it blows up.
DT = 0.02

_GRID = np.arange(-200.0, 200.5, 0.5)  # where a rest state is looked for, mV
_BLOCK = 4096  # steps in one call of `count_spikes`, some milliseconds of work


class Parameters(NamedTuple):
    """Constants of the membrane; the defaults are the squid's.

    Attributes
    ----------
    C : float
        Capacitance, uF/cm^2.
    g_Na, g_K, g_L : float
        Conductances with every channel open, and of the leak, mS/cm^2.
    E_Na, E_K, E_L : float
        Voltages at which the sodium, potassium and leak currents vanish, mV.
    """

    C: float = 1.0
    g_Na: float = 120.0
    g_K: float = 36.0
    g_L: float = 0.3
    E_Na: float = 50.0
    E_K: float = -77.0
    E_L: float = -54.4


SQUID = Parameters()


class Gates(NamedTuple):
    """What `gates` returns; each entry has the shape of V.

    Attributes
    ----------
    m, h, n : float64
        Where the gates settle when V is held: sodium activation, sodium inactivation, potassium activation.
    tau_m, tau_h, tau_n : float64
        How fast they do, ms.
    """

    m: np.ndarray
    h: np.ndarray
    n: np.ndarray
    tau_m: np.ndarray
    tau_h: np.ndarray
    tau_n: np.ndarray


class Currents(NamedTuple):
    """What `currents` returns: sodium, potassium and leak current in uA/cm^2, positive outward."""

    Na: np.ndarray
    K: np.ndarray
    L: np.ndarray


class Run(NamedTuple):
    """What `simulate` returns.

    Attributes
    ----------
    t : (records,) float64
        Times, ms; the first is 0.
    V : (records,) float64
        Voltage, mV.
    m, h, n : (records,) float64
        Gates.
    """

    t: np.ndarray
    V: np.ndarray
    m: np.ndarray
    h: np.ndarray
    n: np.ndarray


class Firing(NamedTuple):
    """What `fire` returns.

    Attributes
    ----------
    rate : float
        Spikes per second in the second half of the run: intervals between spikes over the time they take, 0 if fewer
        than two spikes fall there.
    times : (spikes,) float64
        Times of all spikes of the run, ms.
    state : (4,) float64
        Where the run ended; the `start` of another one.
    kind : {"firing", "oscillating", "silent"}
        "firing" where there is a rate. Otherwise "silent" if the voltage settles, and "oscillating" if it goes on
        swinging without spikes: no state of rest is stable, as in depolarisation block, or the swing does not die out.
        In a run too short for two spikes in its second half, firing looks like this, too.
    """

    rate: float
    times: np.ndarray
    state: np.ndarray
    kind: str


class Onset(NamedTuple):
    """What `onset` returns.

    Attributes
    ----------
    below, above : float
        The neuron stops firing at the first current and fires for ever at the second, uA/cm^2.
    rate : float
        Its rate at `above`, Hz.
    """

    below: float
    above: float
    rate: float


def gates(V) -> Gates:
    """Where the gates settle at a held voltage, and how fast.

    Parameters
    ----------
    V : float or array
        Voltage, mV.

    Returns
    -------
    Gates

    Raises
    ------
    TypeError, ValueError
        If `V` does not hold finite real numbers.

    Examples
    --------
    >>> print(f"{gates(-65.0).m:.4f}, {gates(-65.0).tau_m:.3f} ms")
    0.0529, 0.237 ms
    """
    many = arguments.as_array("V", V).ndim
    V = arguments.real_array("V", V) if many else np.array(arguments.number("V", V))
    with np.errstate(over="ignore"):  # the kernel warns of nothing; as plain Python it would
        table = np.array([rates(v) for v in V.ravel()]).reshape(*V.shape, 6)
    opening, closing = table[..., 0::2], table[..., 1::2]
    # Far below rest the gate h opens infinitely fast, for a float, and there it is open.
    settled = np.where(np.isinf(opening), 1.0, opening / np.where(np.isinf(opening), 1.0, opening + closing))
    tau = 1 / (opening + closing)
    return Gates(*(array[..., k][()] for array in (settled, tau) for k in range(3)))


def currents(V, m, h, n, *, parameters: Parameters = SQUID) -> Currents:
    """Ionic currents through the membrane.

    Parameters
    ----------
    V, m, h, n : float or array
        Voltage in mV, and gates; of shapes that go together.
    parameters : Parameters

    Returns
    -------
    Currents
        Positive outward, so that a depolarising sodium current is negative.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range.

    Examples
    --------
    At rest the three add up to nothing:

    >>> round(float(sum(currents(*rest()))), 9) + 0.0
    0.0
    """
    _parameters(parameters)
    p = parameters
    given = {name: arguments.real_values(name, x) for name, x in {"V": V, "m": m, "h": h, "n": n}.items()}
    arguments.fit_together(**given)
    for name in ("m", "h", "n"):
        if not ((given[name] >= 0) & (given[name] <= 1)).all():
            raise ValueError(f"{name} must be between 0 and 1, the share of gates that are open")
    V, m, h, n = given.values()
    return Currents(p.g_Na * m**3 * h * (V - p.E_Na), p.g_K * n**4 * (V - p.E_K), p.g_L * (V - p.E_L))


def rest(I: float = 0.0, *, parameters: Parameters = SQUID) -> np.ndarray:
    """State in which nothing changes, stable or not, under a constant current.

    Parameters
    ----------
    I : float
        Current, uA/cm^2.
    parameters : Parameters

    Returns
    -------
    (4,) float64
        V, m, h, n.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range, or there is not exactly one such state between -200 and 200 mV.

    Examples
    --------
    >>> rest().round(4)
    array([-6.49997e+01,  5.29000e-02,  5.96100e-01,  3.17700e-01])
    """
    I, p = arguments.number("I", I), _parameters(parameters)
    found = _rests(I, p)
    if len(found) != 1:
        raise ValueError(
            f"I and parameters must leave one state of rest between {_GRID[0]:g} and {_GRID[-1]:g} mV, "
            f"but there are {len(found)}"
        )
    return found[0]


def eigenvalues(I: float = 0.0, *, parameters: Parameters = SQUID) -> np.ndarray:
    """Rates at which a small disturbance of the rest state grows (real part) and turns (imaginary part).

    Parameters
    ----------
    I, parameters
        As for `rest`.

    Returns
    -------
    (4,) complex128
        Eigenvalues of the equations linearised at rest, 1/ms, by rising real part; good to about 1e-11.

    Raises
    ------
    TypeError, ValueError
        As for `rest`.

    Examples
    --------
    >>> bool(eigenvalues(0.0).real.max() < 0 < eigenvalues(12.0).real.max())
    True
    """
    return _growth(rest(I, parameters=parameters), float(I), _parameters(parameters))


def hopf_current(low: float, high: float, *, parameters: Parameters = SQUID) -> float:
    """Current at which the rest state loses or regains its stability: where the largest real part is zero.

    Parameters
    ----------
    low, high : float
        Currents to search between, the lower one first, uA/cm^2. The rest state must be stable at one of them and
        unstable at the other.
    parameters : Parameters

    Returns
    -------
    float
        uA/cm^2, good to about 1e-9.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range, or stability is the same at both ends.

    Examples
    --------
    >>> round(hopf_current(5, 15), 4)
    9.7793
    """
    low, high = _bracket(low, high)

    def growth(I):
        return eigenvalues(I, parameters=parameters)[-1].real

    at_low, at_high = growth(low), growth(high)
    if (at_low > 0) == (at_high > 0):
        kind = "unstable" if at_low > 0 else "stable"
        raise ValueError(f"low and high must lie on two sides of a change of stability; rest is {kind} at both")
    return float(brentq(growth, low, high, xtol=1e-10))


def simulate(
    I,
    duration: float | None = None,
    *,
    start=None,
    dt: float = DT,
    every: int = 1,
    parameters: Parameters = SQUID,
    progress: bool | None = None,
) -> Run:
    """Follow the membrane under a current, by the classical Runge-Kutta method of fourth order.

    Parameters
    ----------
    I : float or (steps,) array
        Current in uA/cm^2: one for the whole run, or one for each step, held while the step lasts.
    duration : float, optional
        Length of the run in ms, above 0; wanted with a single current, and not allowed with an array.
    start : (4,) array_like, optional
        V, m, h, n at time 0; the rest state without current if left out. It is left as it is.
    dt : float
        Length of a step, ms.
    every : int
        Record the start, and then the state after every so many steps.
    parameters : Parameters
    progress : bool, optional
        Whether to show a bar; left out, where a person watches a long run.

    Returns
    -------
    Run

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range, or if `dt` is so long that the solution blows up.
    Interrupted
        If stopped by hand; its `run` is the Run so far.

    Examples
    --------
    >>> run = simulate(10.0, 50.0)
    >>> len(spike_times(run.t, run.V))
    4
    """
    dt = arguments.number("dt", dt, above=0)
    every = arguments.count("every", every, at_least=1)
    p, state = _parameters(parameters), _state(start, parameters)
    if arguments.as_array("I", I).ndim == 0:
        if duration is None:
            raise ValueError("duration must be given with a single current I")
        held = np.full(_steps(duration, dt), arguments.number("I", I))
    else:
        if duration is not None:
            raise ValueError("duration must be left out when I is an array: it has one current for each step")
        held = arguments.real_array("I", I)
        if held.ndim != 1 or held.size == 0:
            raise ValueError(f"I must be a number or a one-dimensional array of currents, got shape {held.shape}")
    records = np.empty((held.size // every + 1, 4))
    records[0] = state
    done = 0

    def so_far() -> Run:
        finished = records[: done // every + 1]
        _finite(finished, dt)
        return Run(dt * every * np.arange(len(finished)), *finished.T.copy())

    with keeping(so_far):
        for part in watched(held.size, progress):
            follow(state, held[part], dt, p, every, done, records[1:])
            done = part.stop
    return so_far()


def spike_times(t, V, *, threshold: float = 0.0) -> np.ndarray:
    """Times at which the voltage rises through a threshold, interpolated linearly between records.

    Parameters
    ----------
    t, V : (records,) array_like
        Times, and the voltage at them.
    threshold : float
        mV.

    Returns
    -------
    (spikes,) float64
        In the units of `t`.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or shape, or `t` decreases.

    Examples
    --------
    >>> spike_times([0, 1, 2, 3], [-1, 3, -1, 1])
    array([0.25, 2.5 ])
    """
    t = arguments.real_values("t", t)
    V = arguments.real_array("V", V, t.shape, what=" (that of t)") - arguments.number("threshold", threshold)
    if t.ndim != 1:
        raise ValueError(f"t must be one-dimensional, got shape {t.shape}")
    if (t[1:] < t[:-1]).any():
        raise ValueError("t must not decrease: a record belongs to each time, in order")
    (k,) = np.nonzero((V[:-1] < 0) & (V[1:] >= 0))
    return t[k] + (t[k + 1] - t[k]) * V[k] / (V[k] - V[k + 1])


def fire(
    I: float,
    duration: float = 2000.0,
    *,
    start=None,
    dt: float = DT,
    parameters: Parameters = SQUID,
    progress: bool | None = None,
) -> Firing:
    """Hold a current and count spikes, upward crossings of 0 mV.

    Parameters
    ----------
    I : float
        Current, uA/cm^2.
    duration : float
        Length of the run, ms. The rate is taken from its second half.
    start, dt, parameters, progress
        As for `simulate`.

    Returns
    -------
    Firing

    Raises
    ------
    TypeError, ValueError
        As for `simulate`.
    Interrupted
        If stopped by hand; its `run` is the Firing of the shorter run.

    Examples
    --------
    >>> round(fire(10.0).rate, 1)
    68.3
    >>> fire(5.0).kind, fire(100.0).kind, fire(200.0).kind
    ('silent', 'oscillating', 'silent')
    """
    I, dt = arguments.number("I", I), arguments.number("dt", dt, above=0)
    p, state = _parameters(parameters), _state(start, parameters)
    steps = _steps(duration, dt)
    blocks = [(np.empty(0), state)]  # spike times in a block, and the state after it

    def so_far() -> Firing:
        state = blocks[-1][1]
        _finite(state, dt)
        times = np.concatenate([spikes for spikes, _ in blocks])
        late = times[times >= min(duration, (len(blocks) - 1) * _BLOCK * dt) / 2]
        rate = 1000 * (len(late) - 1) / (late[-1] - late[0]) if len(late) > 1 else 0.0
        return Firing(float(rate), times, state, "firing" if rate > 0 else _without_spikes(state, I, dt, p))

    with keeping(so_far):
        for part in watched(ceil(steps / _BLOCK), progress):  # in blocks, so that no cut changes a last digit
            for block in range(part.start, part.stop):
                done, state = block * _BLOCK, blocks[-1][1].copy()
                length = min(_BLOCK, steps - done)
                times = np.empty(length // 2 + 1)  # between two upward crossings there is a downward one
                count = count_spikes(state, I, dt, p, length, times)
                blocks.append((times[:count] + done * dt, state))
    return so_far()


def onset(
    low: float,
    high: float,
    *,
    tolerance: float = 1e-3,
    duration: float = 10_000.0,
    start=None,
    dt: float = DT,
    parameters: Parameters = SQUID,
    progress: bool | None = None,
) -> Onset:
    """Locate by bisection the current at which a neuron begins to fire for ever.

    Parameters
    ----------
    low, high : float
        Currents to search between, the lower one first, uA/cm^2: no lasting spikes at `low`, firing at `high`.
    tolerance : float
        Stop when the two currents are no further apart than this, uA/cm^2, or when no float lies between them.
    duration : float
        Length of each run, ms. Just below the onset a neuron fires for long before it falls silent, so make it long.
    start, dt, parameters, progress
        As for `simulate`; a bar for each run.

    Returns
    -------
    Onset

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range, or the neuron fires at `low` or does not at `high`.
    Interrupted
        If stopped by hand in the bisection; its `run` is the Onset so far.

    Examples
    --------
    >>> found = onset(6.0, 6.5, tolerance=0.01)
    >>> print(f"between {found.below:.2f} and {found.above:.2f} uA/cm^2, {found.rate:.0f} Hz")
    between 6.26 and 6.27 uA/cm^2, 51 Hz
    """
    low, high = _bracket(low, high)
    tolerance = arguments.number("tolerance", tolerance, above=0)

    def run(I) -> Firing:
        return fire(I, duration, start=start, dt=dt, parameters=parameters, progress=progress)

    if run(low).kind == "firing":
        raise ValueError(f"low must be a current at which the neuron falls silent, but at {low:g} it fires")
    at_high = run(high)
    if at_high.kind != "firing":
        does = "oscillates below 0 mV" if at_high.kind == "oscillating" else "falls silent"
        raise ValueError(f"high must be a current at which the neuron fires for ever, but at {high:g} it {does}")
    rate = at_high.rate
    try:
        while high - low > tolerance and low < (middle := low / 2 + high / 2) < high:
            here = run(middle)
            if here.kind == "firing":
                high, rate = middle, here.rate
            else:
                low = middle
    except KeyboardInterrupt:
        raise Interrupted(Onset(low, high, rate)) from None
    return Onset(low, high, rate)


@kernel
def linear_over_exponential(x):
    """x / (1 - exp(-x)), which at x = 0 is 1; to some 1e-13 everywhere."""
    if abs(x) < 1e-3:
        return 1.0 + x / 2.0 + x * x / 12.0
    return x / (1.0 - np.exp(-x))


@kernel
def rates(V):
    """Rates of opening and closing, in 1/ms, of the gates m, h and n: six numbers."""
    return (
        linear_over_exponential((V + 40.0) / 10.0),
        4.0 * np.exp(-(V + 65.0) / 18.0),
        0.07 * np.exp(-(V + 65.0) / 20.0),
        1.0 / (1.0 + np.exp(-(V + 35.0) / 10.0)),
        0.1 * linear_over_exponential((V + 55.0) / 10.0),
        0.125 * np.exp(-(V + 65.0) / 80.0),
    )


@kernel
def slopes(V, m, h, n, I, p):
    """Hodgkin and Huxley's equations: dV/dt, dm/dt, dh/dt and dn/dt, for the parameters `p` (7,)."""
    C, g_Na, g_K, g_L, E_Na, E_K, E_L = p[0], p[1], p[2], p[3], p[4], p[5], p[6]
    a_m, b_m, a_h, b_h, a_n, b_n = rates(V)
    ionic = g_Na * m**3 * h * (V - E_Na) + g_K * n**4 * (V - E_K) + g_L * (V - E_L)
    return (I - ionic) / C, a_m * (1 - m) - b_m * m, a_h * (1 - h) - b_h * h, a_n * (1 - n) - b_n * n


@kernel
def step(state, I, dt, p):
    """Advance `state` (4,) by one Runge-Kutta step of length dt under the current I."""
    V, m, h, n = state[0], state[1], state[2], state[3]
    half = dt / 2
    a = slopes(V, m, h, n, I, p)
    b = slopes(V + half * a[0], m + half * a[1], h + half * a[2], n + half * a[3], I, p)
    c = slopes(V + half * b[0], m + half * b[1], h + half * b[2], n + half * b[3], I, p)
    d = slopes(V + dt * c[0], m + dt * c[1], h + dt * c[2], n + dt * c[3], I, p)
    for k in range(4):
        state[k] += dt / 6 * (a[k] + 2 * b[k] + 2 * c[k] + d[k])


@kernel
def follow(state, held, dt, p, every, before, records):
    """Advance `state` through the currents `held` (steps,), after `before` steps of the same run, and fill `records`.

    Row r of them (rows, 4) is the state after (r + 1) `every` steps of the run.
    """
    for k in range(held.size):
        step(state, held[k], dt, p)
        done = before + k + 1
        if done % every == 0:
            records[done // every - 1] = state


@kernel
def count_spikes(state, I, dt, p, steps, times):
    """Advance `state` by `steps` steps, fill `times` with the upward crossings of 0 mV, return their number."""
    count = 0
    for k in range(steps):
        before = state[0]
        step(state, I, dt, p)
        if before < 0.0 <= state[0]:
            times[count] = (k + before / (before - state[0])) * dt
            count += 1
    return count


@kernel
def swing(state, I, dt, p, steps):
    """Advance `state` by `steps` steps and return the highest minus the lowest voltage on the way."""
    low = high = state[0]
    for _ in range(steps):
        step(state, I, dt, p)
        low, high = min(low, state[0]), max(high, state[0])
    return high - low


def _rests(I: float, p) -> list[np.ndarray]:
    """All states of rest between -200 and 200 mV, by rising voltage."""

    def net(V):
        return slopes(V, *gates(V)[:3], I, p)[0]

    values = np.array([net(float(V)) for V in _GRID])
    (crossings,) = np.nonzero(np.diff(values > 0))
    found = [brentq(net, _GRID[k], _GRID[k + 1], xtol=1e-12, rtol=1e-14) for k in crossings]
    return [np.array([V, *gates(V)[:3]]) for V in found]


def _growth(state, I: float, p) -> np.ndarray:
    """Eigenvalues of the equations linearised at a state, (4,) complex128 by rising real part."""
    # Differences of fourth order: exact in the gates, which enter as polynomials, and to 1e-11 in the voltage.
    matrix, width = np.empty((4, 4)), 1e-2
    for k, step in enumerate(width * np.eye(4)):
        far, near = (np.subtract(slopes(*(state + s), I, p), slopes(*(state - s), I, p)) for s in (2 * step, step))
        matrix[:, k] = (8 * near - far) / (12 * width)
    found = np.linalg.eigvals(matrix)
    return found[np.argsort(found.real, kind="stable")]


def _without_spikes(state, I: float, dt: float, p) -> str:
    """What a membrane does that does not fire: oscillate where no rest is stable; else see whether it rings down."""
    rates_of_growth = [_growth(at, I, p) for at in _rests(I, p)]
    stable = [found for found in rates_of_growth if found[-1].real < 0]
    if rates_of_growth and not stable:
        return "oscillating"
    turn = max((abs(found.imag).max() for found in stable), default=0.0)
    window = ceil(min(4 * pi / turn / dt, 200_000)) if turn > 0 else 1000  # steps; two turns around the rest
    state = state.copy()
    first, second = swing(state, I, dt, p, window), swing(state, I, dt, p, window)
    return "oscillating" if second > 1e-6 and second > 0.999 * first else "silent"


def _bracket(low, high) -> tuple[float, float]:
    low, high = arguments.number("low", low), arguments.number("high", high)
    if not low < high:
        raise ValueError(f"low must be below high, got {low:g} and {high:g}")
    return low, high


def _parameters(parameters) -> np.ndarray:
    """Check the parameters and return them as the array that the kernels take."""
    if not isinstance(parameters, Parameters):
        raise TypeError(f"parameters must be membrane.Parameters, not {type(parameters).__name__}")
    limits = {"C": {"above": 0}, "g_Na": {"at_least": 0}, "g_K": {"at_least": 0}, "g_L": {"at_least": 0}}
    values = parameters._asdict().items()
    return np.array([arguments.number(f"parameters.{name}", x, **limits.get(name, {})) for name, x in values])


def _state(start, parameters) -> np.ndarray:
    """Check a start and return a copy of it, or the rest state without current."""
    if start is None:
        return rest(parameters=parameters)
    state = arguments.real_array("start", start, (4,), what=" (V, m, h, n)").copy()
    if not ((state[1:] >= 0) & (state[1:] <= 1)).all():
        raise ValueError(f"start must have its gates m, h, n between 0 and 1, got {state[1:].tolist()}")
    return state


def _steps(duration, dt: float) -> int:
    duration = arguments.number("duration", duration, above=0)
    if duration < dt:
        raise ValueError(f"duration must be at least one step of {dt:g} ms, got {duration:g}")
    if not duration / dt < 1e15:
        raise ValueError(f"duration must be below 1e15 steps of {dt:g} ms, got {duration:g}")
    return round(duration / dt)


def _finite(result, dt: float) -> None:
    if not np.isfinite(result).all():
        raise ValueError(f"dt must be shorter: with steps of {dt:g} ms the solution blew up")
