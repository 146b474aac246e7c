"""Neurons that integrate and fire: how their rate sets in, and how noise rounds that off.

A voltage V is driven by mu, and where it reaches a threshold the neuron fires, and V starts again from a reset:

    perfect    tau dV/dt = mu                        rate ~ mu                     a rectifier
    leaky      tau dV/dt = -V + mu                   rate ~ 1 / ln(1 / (mu - threshold))
    quadratic  tau dV/dt = V^2 + mu                  rate = sqrt(mu) / (pi tau)

With noise, sigma sqrt(tau) xi(t) is added on the right, where xi is Gaussian and white, <xi(t) xi(t')> = delta(t - t').
Left alone, the leaky voltage then has the variance sigma^2 / 2. (Others write sigma for its standard deviation.) All
rates are means, per unit of the time in which tau is given; after a spike the neuron is silent for the refractory time.

The mean time of the leaky neuron from reset to threshold is Siegert's,

    tau sqrt(pi) times the integral of exp(u^2) (1 + erf u) du from (reset - mu)/sigma to (threshold - mu)/sigma    (1)

and that of the quadratic one, whose way is from -infinity to +infinity, with D = sigma^2 / 2

    tau sqrt(pi / D) times the integral of exp(-(mu z + z^3 / 12) / D) dz / sqrt(z) from 0 to infinity              (2)

Noise rounds each onset in its own way. The rectifier of the perfect integrator it leaves as it is: by Wald's identity
its mean rate is mu / (threshold - reset) / tau for any noise, and 0 for mu <= 0, where it comes back too rarely for a
mean. At its onset the leaky neuron fires at some 1 / (tau ln(1 / sigma)), the quadratic one at 0.16 sigma^(2/3) / tau.

References
----------
A. J. F. Siegert, Phys. Rev. 81, 617 (1951): first passage times.
N. Brunel, J. Comput. Neurosci. 8, 183 (2000): equation (1), with this sigma.
B. Lindner, A. Longtin and A. Bulsara, Neural Comput. 15, 1761 (2003): equation (2).
N. Brunel and P. E. Latham, Neural Comput. 15, 2281 (2003): the rate of the noisy quadratic neuron.
"""

import math
from typing import NamedTuple

import numpy as np
from scipy.special import dawsn, erfcx

from ..core import arguments
from ..core.jit import kernel
from ..core.words import stream, uniform

# Gauss-Legendre points and weights on (-1, 1): for the smooth integrands of (1), and for the peaked one of (2).
_X, _W = np.polynomial.legendre.leggauss(48)
_X_PEAK, _W_PEAK = np.polynomial.legendre.leggauss(100)

_LARGE = 50.0  # from here on erfcx(t) is 1 / (sqrt(pi) t) times a short series in 1 / t^2
_PASSED = 45.0  # exp(-45) of the largest value of an integrand is nothing
_BUFFER = 65_536  # spikes in one call of `follow_leaky`
_STEPS = 4_000_000  # and steps, a tenth of a second of work, so that a run can be stopped by hand

_MOST = 1e8  # spikes of a run


class Spikes(NamedTuple):
    """What `simulate_leaky` returns.

    Attributes
    ----------
    times : (spikes,) float64
        When the neuron fired.
    rate : float
        Their number over the duration.
    error : float
        Its standard error: the spread of the intervals over their mean, times sqrt(spikes) over the duration. With
        fewer than two spikes that of one spike.
    """

    times: np.ndarray
    rate: float
    error: float


def perfect_rate(mu, *, tau: float = 1.0, threshold: float = 1.0, reset: float = 0.0, refractory: float = 0.0):
    """Rate of the perfect integrator: 1 / (refractory + tau (threshold - reset) / mu) for mu > 0, else 0.

    Parameters
    ----------
    mu : float or array
        Drive, in units of the voltage.
    tau : float
        Time constant, above 0.
    threshold, reset : float
        Voltages; the reset is the lower one.
    refractory : float
        Time after a spike, at least 0.

    Returns
    -------
    float64 of the shape of `mu`

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> perfect_rate([-1.0, 0.5, 2.0])
    array([0. , 0.5, 2. ])
    """
    mu, tau, gap, _, refractory = _arguments(mu, tau, threshold, reset, refractory)
    with np.errstate(all="ignore"):
        return np.where(mu > 0, 1 / (refractory + tau * (gap / mu)), 0.0)[()]


def leaky_rate(mu, *, tau: float = 1.0, threshold: float = 1.0, reset: float = 0.0, refractory: float = 0.0):
    """Rate of the leaky integrator without noise: it sets in logarithmically, with an infinite slope.

    1 / (refractory + tau ln[(mu - reset) / (mu - threshold)]) for mu > threshold, else 0. With a reset of 0 and a
    membrane of resistance R, mu = R I, this is 1 / (refractory - tau ln(1 - threshold / (R I))).

    Parameters
    ----------
    mu, tau, threshold, reset, refractory
        As for `perfect_rate`.

    Returns
    -------
    float64 of the shape of `mu`

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> leaky_rate([1.0, 1 + 1e-9, 1.1, 2.0]).round(4)
    array([0.    , 0.0483, 0.417 , 1.4427])
    """
    mu, tau, gap, threshold, refractory = _arguments(mu, tau, threshold, reset, refractory)
    with np.errstate(all="ignore"):
        return np.where(mu > threshold, 1 / (refractory + tau * np.log1p(gap / (mu - threshold))), 0.0)[()]


def quadratic_rate(mu, *, tau: float = 1.0, refractory: float = 0.0):
    """Rate of the quadratic integrator without noise: 1 / (refractory + pi tau / sqrt(mu)) for mu > 0, else 0.

    Close to its onset every neuron that begins to fire at a saddle-node on its cycle is one, with mu in proportion to
    what the current is above the onset. V and mu have no units; V runs from -infinity to +infinity.

    Parameters
    ----------
    mu : float or array
        Drive above the onset.
    tau, refractory
        As for `perfect_rate`.

    Returns
    -------
    float64 of the shape of `mu`

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> (quadratic_rate([-1.0, 0.25, 1.0]) * np.pi).round(12)
    array([0. , 0.5, 1. ])
    """
    mu, tau, _, _, refractory = _arguments(mu, tau, 1.0, 0.0, refractory)
    with np.errstate(all="ignore"):
        return np.where(mu > 0, 1 / (refractory + tau * (math.pi / np.sqrt(np.abs(mu)))), 0.0)[()]


def noisy_leaky_rate(
    mu,
    sigma,
    *,
    tau: float = 1.0,
    threshold: float = 1.0,
    reset: float = 0.0,
    refractory: float = 0.0,
    log: bool = False,
):
    """Rate of the leaky integrator in white noise, by Siegert's formula, equation (1).

    Parameters
    ----------
    mu : float or array
        Mean drive, in units of the voltage.
    sigma : float or array
        Noise, at least 0, in units of the voltage: tau dV/dt = -V + mu + sigma sqrt(tau) xi(t). Without a threshold the
        voltage has the standard deviation sigma / sqrt(2).
    tau, threshold, reset, refractory
        As for `perfect_rate`.
    log : bool
        Whether to return the natural logarithm of the rate.

    Returns
    -------
    float64 of the shape of `mu` and `sigma`
        With y = (threshold - mu) / sigma, right to some 1e-15 (1 + y^2) of its value for y > 0 and to some 1e-14 else.
        Far below threshold it is y exp(-y^2) / (sqrt(pi) tau), as Kramers has it, with a barrier of y^2: below 1e-308
        from y = 26.6 on, where its logarithm still is a number. For sigma = 0 it is `leaky_rate`.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    Brunel's neuron, of 20 ms, with a threshold of 20 mV, a reset of 10 mV, and silent for 2 ms; in Hz:

    >>> brunel = {"tau": 0.020, "threshold": 20.0, "reset": 10.0, "refractory": 0.002}
    >>> noisy_leaky_rate([10.0, 15.0, 20.0, 25.0], 5.0, **brunel).round(4)
    array([ 0.8819,  9.4608, 27.3406, 47.2174])
    >>> print(noisy_leaky_rate(0.0, 0.01, log=True).round(3))
    -9995.967
    """
    mu, tau, gap, threshold, refractory = _arguments(mu, tau, threshold, reset, refractory)
    sigma, log = _noise(sigma), arguments.flag("log", log)
    arguments.fit_together(mu=mu, sigma=sigma)
    mu, sigma = np.broadcast_arrays(mu, sigma)
    above = mu - threshold
    with np.errstate(all="ignore"):
        quiet = sigma == 0
        s = np.where(quiet, 1.0, sigma)
        exponent, integral = _siegert(-above / s, gap / s, gap / above)
        time = tau * math.sqrt(math.pi) * integral  # of the passage, over exp(exponent)
        time = np.where(quiet, np.where(above > 0, tau * np.log1p(gap / above), np.inf), time)
        exponent = np.where(quiet, 0.0, exponent)
        decay = np.exp(-exponent)
        if log:
            return (-exponent - np.log(refractory * decay + time))[()]
        return np.where(decay > 0, decay / (refractory * decay + time), 0.0)[()]


def noisy_quadratic_rate(mu, sigma, *, tau: float = 1.0, refractory: float = 0.0):
    """Rate of the quadratic integrator in white noise, equation (2).

    Parameters
    ----------
    mu : float or array
        Mean drive above the onset.
    sigma : float or array
        Noise, at least 0: tau dV/dt = V^2 + mu + sigma sqrt(tau) xi(t).
    tau, refractory
        As for `perfect_rate`.

    Returns
    -------
    float64 of the shape of `mu` and `sigma`
        Right to some 1e-14 of its value, times the exponent where it is small. At the onset, mu = 0, and without a
        refractory time it is (sigma^2 / 2)^(1/3) / [2 sqrt(pi) 12^(1/6) Gamma(7/6) tau] = 0.1595 sigma^(2/3) / tau. Far
        below it is sqrt(-mu) exp(-(8/3) (-mu)^(3/2) / sigma^2) / (pi tau), Kramers' rate. For sigma = 0 it is
        `quadratic_rate`.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> noisy_quadratic_rate([-0.5, 0.0, 1.0], 0.5).round(5)
    array([0.00466, 0.10048, 0.31905])
    """
    mu, tau, _, _, refractory = _arguments(mu, tau, 1.0, 0.0, refractory)
    sigma = _noise(sigma)
    arguments.fit_together(mu=mu, sigma=sigma)
    mu, sigma = np.broadcast_arrays(mu, sigma)
    with np.errstate(all="ignore"):
        quiet = sigma == 0
        s = np.where(quiet, 1.0, sigma) / math.sqrt(2)  # its square is D
        # z = (12 D)^(1/3) x^2 makes the exponent of (2) -(kappa x^2 + x^6).
        kappa = np.clip(mu * np.cbrt(12.0) * s ** (-4 / 3), -1e16, 1e16)
        peak = np.sqrt(np.sqrt(np.maximum(-kappa, 0.0) / 3))
        barrier = 2 * peak**6
        # At a distance d above the peak the exponent has fallen by 12 peak^4 d^2 + d^6 at least, below by 2 peak^4 d^2.
        fall = 12 * peak**4 + np.maximum(kappa, 0.0)
        high = peak + np.minimum(_PASSED ** (1 / 6), np.sqrt(_PASSED / fall))
        low = np.maximum(peak - np.sqrt(_PASSED / (2 * peak**4)), 0.0)
        x = low[..., None] + (high - low)[..., None] * (1 + _X_PEAK) / 2
        shape = np.exp(-(kappa[..., None] * x**2 + x**6 + barrier[..., None]))
        time = tau * math.sqrt(math.pi) * 12 ** (1 / 6) * s ** (-2 / 3) * (high - low) * (_W_PEAK * shape).sum(-1)
        decay = np.exp(-barrier)
        noisy = np.where(decay > 0, decay / (refractory * decay + time), 0.0)
    return np.where(quiet | (kappa == 1e16), quadratic_rate(mu, tau=tau, refractory=refractory), noisy)[()]


def simulate_leaky(
    mu: float,
    sigma: float,
    duration: float,
    *,
    dt: float | None = None,
    tau: float = 1.0,
    threshold: float = 1.0,
    reset: float = 0.0,
    refractory: float = 0.0,
    bridge: bool = True,
    rng: np.random.Generator,
) -> Spikes:
    """Simulate the leaky integrator in white noise; it has just fired at time 0.

    The step of the voltage is exact, whatever its length: an Ornstein-Uhlenbeck process is Gaussian. Between its ends
    the voltage may reach the threshold and come back. In the time q = (sigma^2 / 2)(e^(2t / tau) - 1) the process is
    Brownian, (V - mu) e^(t / tau), below the curve (threshold - mu) e^(t / tau). With the chord in place of the curve
    the probability of that is exp(-2 A B / (sigma^2 sinh(dt / tau))), where A and B are the distances from the
    threshold at both ends, and the moment of it has a law that is drawn from exactly (an inverse Gaussian one). What is
    left is the sagitta of the curve, as if the threshold were moved by (threshold - mu) (dt / tau)^2 / 12 towards mu.

    Parameters
    ----------
    mu, sigma
        As for `noisy_leaky_rate`; sigma above 0.
    duration : float
        In units of time, above 0.
    dt : float, optional
        Length of a step, above 0 and at most tau; left out, tau / 50.
    tau, threshold, reset, refractory
        As for `perfect_rate`.
    bridge : bool
        False looks at the voltage at the ends of the steps only, as if the threshold were higher by
        0.5826 sigma sqrt(dt / tau): the mistake that the bridge takes away.
    rng : numpy.random.Generator
        Advanced by one draw.

    Returns
    -------
    Spikes

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Notes
    -----
    The constant is -zeta(1/2) / sqrt(2 pi): M. Broadie, P. Glasserman and S. Kou, Math. Finance 7, 325 (1997).

    Examples
    --------
    >>> run = simulate_leaky(0.8, 0.5, 10_000.0, rng=np.random.default_rng(1))
    >>> bool(abs(run.rate - noisy_leaky_rate(0.8, 0.5)) < 4 * run.error)
    True
    """
    mu = arguments.number("mu", mu)
    _, tau, _, threshold, refractory = _arguments(mu, tau, threshold, reset, refractory)
    reset = float(reset)
    sigma, duration = arguments.number("sigma", sigma, above=0), arguments.number("duration", duration, above=0)
    dt = tau / 50 if dt is None else arguments.number("dt", dt, above=0)
    if not dt <= tau:
        raise ValueError(f"dt must be at most tau = {tau:g}, got {dt:g}")
    if not duration / dt < 1e12:
        raise ValueError(f"duration must be below 1e12 steps of {dt:g}, got {duration:g}")
    bridge, voltages = arguments.flag("bridge", bridge), {"threshold": threshold, "reset": reset}
    if noisy_leaky_rate(mu, sigma, tau=tau, refractory=refractory, **voltages) * duration > _MOST:
        raise ValueError(f"duration must be so short that fewer than {_MOST:.0e} spikes are expected, got {duration:g}")
    words = stream(rng)
    state, parts, buffer = np.array([refractory, reset]), [np.empty(0)], np.empty(_BUFFER)
    while state[0] < duration:
        count = follow_leaky(
            state, duration, mu, sigma, dt, tau, threshold, reset, refractory, bridge, words, buffer, _STEPS
        )
        parts.append(buffer[:count].copy())
    times = np.concatenate(parts)
    n = len(times)
    intervals = np.diff(times, prepend=0.0)
    spread = intervals.std(ddof=1) / intervals.mean() if n > 1 else 1.0
    return Spikes(times, n / duration, float(spread * math.sqrt(max(n, 1)) / duration))


@kernel
def gaussian(words):
    """One standard Gaussian number, of two words."""
    return math.sqrt(-2 * math.log(1.0 - uniform(words))) * math.cos(2 * math.pi * uniform(words))


@kernel
def inverse_gaussian(slope, shape, words):
    """First passage time of a Brownian motion with a drift towards a wall: mean 1 / slope, and a shape.

    By J. R. Michael, W. R. Schucany and R. W. Haas, Am. Stat. 30, 88 (1976), with their smaller root without a
    difference, so that the drift, and `slope`, may be 0.
    """
    y = gaussian(words) ** 2 / shape
    x = 1 / (slope + y / 2 + math.sqrt(slope * y + y * y / 4)) if slope + y > 0 else math.inf
    return x if uniform(words) * (1 + slope * x) <= 1 else 1 / (slope * slope * x)


@kernel
def follow_leaky(state, end, mu, sigma, dt, tau, threshold, reset, refractory, bridge, words, times, steps):
    """Advance time and voltage, `state` (2,), to `end` or as far as `times` or `steps` go; return how many spikes."""
    h = dt / tau
    decay, kick = math.exp(-h), sigma * math.sqrt(-math.expm1(-2 * h) / 2)
    growth = math.expm1(2 * h)
    span = growth / 2  # of a step, in the Brownian time, over sigma^2
    count, t, V = 0, state[0], state[1]
    for _ in range(steps):
        if t >= end or count == times.size:
            break
        after = mu + (V - mu) * decay + kick * gaussian(words)
        gap, left = (threshold - V) / sigma, (threshold - after) / decay / sigma  # distances from the chord
        fired = left <= 0 or (bridge and uniform(words) < math.exp(-2 * gap * left / span))
        if not fired:
            t, V = t + dt, after
            continue
        if bridge:
            u = inverse_gaussian(abs(left) / gap, gap * gap / span, words)
            share = u / (1 + u) if u < math.inf else 1.0
            t += tau / 2 * math.log1p(growth * share)
        else:
            t += dt
        if t < end:
            times[count] = t
            count += 1
        t, V = t + refractory, reset
    state[0], state[1] = t, V
    return count


def _siegert(y, width, ratio):
    """The integral of (1) as exp(exponent) times a number: the exponent, and the number.

    y is (threshold - mu) / sigma, width (threshold - reset) / sigma, and ratio (threshold - reset) / (mu - threshold).
    """
    b, width = np.clip(y, -1e150, 1e150), np.minimum(width, 1e300)
    a = b - width
    exponent = np.maximum(y, 0.0) ** 2
    # A short way, on which the integrand hardly changes: as it stands. It is exp(u^2)(1 + erf u) = erfcx(-u).
    short = (width <= 1) & (width * b <= 4)
    w = np.where(short, width, 0.0)
    u = np.where(short, y, 0.0)[..., None] - w[..., None] * (1 + _X) / 2
    near = np.where(u > 0, 2 * np.exp(u**2 - exponent[..., None]), 0.0)
    near = near + np.where(u > 0, -erfcx(np.abs(u)), erfcx(np.abs(u))) * np.exp(-exponent)[..., None]
    straight = w / 2 * (_W * near).sum(-1)
    # Else what lies at u < 0, the integral of erfcx, and at u > 0: 2 exp(u^2) is 2 d/du [exp(u^2) Dawson(u)].
    below = np.exp(-exponent) * _erfcx_area(np.maximum(-b, 0.0), np.maximum(-a, 0.0), ratio)
    lower, rest = np.maximum(a, 0.0), np.minimum(width, np.maximum(b, 0.0))
    dawson = dawsn(b) - np.exp(-rest * (b + lower)) * dawsn(lower)
    back = np.exp(-exponent) * _erfcx_area(lower, np.maximum(b, lower), rest / lower)
    long = below + np.where(b > 0, 2 * dawson - back, 0.0)
    return exponent, np.where(short, straight, long)


def _erfcx_area(low, high, ratio):
    """Integral of erfcx from low >= 0 to high >= low; `ratio` is (high - low) / low, for where low is large."""
    middle = np.clip(high, low, np.maximum(low, _LARGE))
    start, end = np.arcsinh(np.minimum(low, _LARGE)), np.arcsinh(np.minimum(middle, _LARGE))
    s = start[..., None] + (end - start)[..., None] * (1 + _X) / 2
    near = (end - start) / 2 * (_W * erfcx(np.sinh(s)) * np.cosh(s)).sum(-1)
    t = np.maximum(low, _LARGE)
    span = np.where(low >= _LARGE, np.log1p(ratio), np.log(np.maximum(high, _LARGE) / _LARGE))
    far = (span + _erfcx_tail(np.maximum(high, t)) - _erfcx_tail(t)) / math.sqrt(math.pi)
    return near + far


def _erfcx_tail(t):
    """Integral of sqrt(pi) erfcx(t) - 1/t = -1/(2t^3) + 3/(4t^5) - 15/(8t^7) + ..., for large t."""
    r = 1 / t**2
    return r * (1 / 4 + r * (-3 / 16 + r * (5 / 16 + r * (-105 / 128 + r * (189 / 64)))))


def _arguments(mu, tau, threshold, reset, refractory):
    """Check them; return mu, tau, threshold - reset, threshold, refractory."""
    mu, tau = arguments.real_values("mu", mu), arguments.number("tau", tau, above=0)
    threshold, reset = arguments.number("threshold", threshold), arguments.number("reset", reset)
    if not reset < threshold:
        raise ValueError(f"reset must be below threshold = {threshold:g}, got {reset:g}")
    return mu, tau, threshold - reset, threshold, arguments.number("refractory", refractory, at_least=0)


def _noise(sigma) -> np.ndarray:
    sigma = arguments.real_values("sigma", sigma)
    if not (sigma >= 0).all():
        raise ValueError(f"sigma must be at least 0, got {sigma.min()}")
    return sigma
