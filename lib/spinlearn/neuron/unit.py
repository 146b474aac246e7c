"""The equation of state of one unit: an activation function is the response of a law of states to a field.

Each function here makes a `law.Unit`. Its a-priori law is rho(s), and it has ``K(x)``, ``response(x)`` = K'(x),
``slope(x)`` = K''(x), which is the variance of s, ``entropy(x)`` and ``sample(x, rng=...)``.
`neuron.law` says what these are.

    unit              states                          response                       named after
    spin              -1, +1                          tanh x                         Ising, Glauber
    binary            0, 1                            logistic x                     Boltzmann
    three_states      -1, 0, 1; 0 is cheaper          2 sinh x / (e^cost + 2 cosh x) Blume, Capel
    sphere            projection of a unit vector     coth x - 1/x in 3 dimensions   Weiss, Langevin
    brillouin         2S + 1 even steps, -1 to 1      Brillouin's function           Brillouin
    gaussian          the line                        variance * x                   -
    half_gaussian     the half line                   x + phi(x) / Phi(x)            truncated Gaussian
    poisson           0, 1, 2, ...                    rate * e^x                     Poisson
    binomial          0 ... n                         n logistic x                   -
    exponential       the half line                   1 / (1 - x), x < 1             -
    uniform           an interval                     Langevin's, moved              Langevin
    table, density    any                             a sum, an integral             -
    mixed, total      of other units                  weighted, added                -

Values keep their relative accuracy from x = 1e-12 to 1e3, and saturate without overflow.
"""

import numpy as np
from scipy.special import erfcx, expit, gammaln, ive, log_ndtr

from ..core import arguments
from .densities import density
from .law import Unit, integrated, mixed, total
from .tables import table, tilted

__all__ = [
    "binary", "binomial", "brillouin", "density", "exponential", "gaussian", "half_gaussian", "mixed",
    "poisson", "sphere", "spin", "table", "three_states", "tilted", "total", "uniform",
]  # fmt: skip

LARGEST_DIMENSION = 100
_LN2 = np.log(2.0)


def _log_cosh(x):
    a = np.abs(x)
    return np.where(a < 1, np.log1p(2 * np.sinh(np.minimum(a, 1) / 2) ** 2), a + np.log1p(np.exp(-2 * a)) - _LN2)


def _sech_squared(x):
    e = np.exp(-2 * np.abs(x))
    return 4 * e / (1 + e) ** 2


def spin() -> Unit:
    """States -1 and +1, equally likely: K = ln cosh x, response tanh x, slope 1 / cosh(x)^2.

    Examples
    --------
    >>> spin().response([0.0, 1.0, 1000.0]).round(6)
    array([0.      , 0.761594, 1.      ])
    """
    pair = table([-1.0, 1.0], [1, 1])
    return Unit(
        "spin",
        -1.0,
        1.0,
        r"\tfrac12[\delta(s + 1) + \delta(s - 1)]",
        lambda x: (_log_cosh(x), np.tanh(x), _sech_squared(x)),
        lambda x, rng: np.where(rng.random(x.shape) < expit(2 * x), 1.0, -1.0),
        states=pair.states,
        weights=pair.weights,
    )


def binary() -> Unit:
    """States 0 and 1, equally likely: K = ln((1 + e^x) / 2), response 1 / (1 + e^-x).

    Examples
    --------
    >>> binary().response([-1000.0, 0.0, 1.0]).round(6)
    array([0.      , 0.5     , 0.731059])
    """
    return binomial(1)


def binomial(n: int) -> Unit:
    """The number of ones among n independent binary units: K = n ln((1 + e^x) / 2), response n / (1 + e^-x).

    Parameters
    ----------
    n : int
        At least 1.

    Examples
    --------
    >>> binomial(4).response(0.0), binomial(4).slope(0.0)
    (np.float64(2.0), np.float64(1.0))
    """
    n = arguments.count("n", n, at_least=1)

    def cumulants(x):
        e = np.exp(-np.abs(x))
        return n * (np.maximum(x, 0) + np.log1p(np.expm1(-np.abs(x)) / 2)), n * expit(x), n * (e / (1 + e) ** 2)

    listed = None
    if n <= 1000:
        k = np.arange(n + 1.0)
        listed = table(k, np.exp(gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1) - n * _LN2))
    return Unit(
        "binary" if n == 1 else f"binomial of {n}",
        0.0,
        float(n),
        r"\tfrac12[\delta(s) + \delta(s - 1)]" if n == 1 else rf"\binom{{{n}}}{{s}}\, 2^{{-{n}}}",
        cumulants,
        lambda x, rng: rng.binomial(n, expit(x)),
        states=listed.states if listed else None,
        weights=listed.weights if listed else None,
    )


def three_states(cost: float) -> Unit:
    """States -1, 0 and 1 with the a-priori weights e^-cost, 1 and e^-cost: Blume and Capel's spin.

    Parameters
    ----------
    cost : float
        Of any sign. Above ln 4 the response is steepest away from 0: a switch with three positions.

    Examples
    --------
    >>> three_states(5.0).response([0.0, 5.0, 10.0]).round(4)
    array([0.    , 0.5   , 0.9933])
    """
    cost = arguments.number("cost", cost)
    moved = _LN2 - cost  # log odds of being at one of the ends, without field

    def cumulants(x):
        L, t = _log_cosh(x), np.tanh(x)
        g, idle = expit(moved + L), expit(-moved - L)
        with np.errstate(over="ignore"):
            K = np.where(
                L < 1,
                np.log1p(expit(moved) * np.expm1(np.minimum(L, 1))),
                np.logaddexp(0, moved + L) - np.logaddexp(0, moved),
            )
        return K, t * g, g * idle + g * g * _sech_squared(x)

    listed = table([-1.0, 0.0, 1.0], np.exp(-np.array([cost, 0.0, cost]) + min(cost, 0.0)))
    return Unit(
        f"three states at cost {cost:g}",
        -1.0,
        1.0,
        rf"\propto \delta(s) + e^{{-{cost:g}}}[\delta(s + 1) + \delta(s - 1)]",
        cumulants,
        lambda x, rng: (
            np.where(rng.random(x.shape) < expit(2 * x), 1.0, -1.0)
            * (rng.random(x.shape) < expit(moved + _log_cosh(x)))
        ),
        states=listed.states,
        weights=listed.weights,
        near=0.25,
    )


def _bessel_ratio(n: int, x):
    """I_{n/2}(x) / I_{n/2-1}(x) and its derivative: the response of `sphere`.

    Below `turn` by Gauss's continued fraction q_k = 1 / (b_k + x^2 q_{k+1}) with b_k = n + 2k and f = x q_0, and by its
    derivative f'_k = q_k^2 (b_k - x^2 f'_{k+1}); above, by the expansion in 1/x that f' = 1 - f^2 - (n - 1) f / x
    dictates.
    """
    turn = max(40.0, n * n / 2)
    t = np.minimum(np.abs(x), turn)
    b = n + 2.0 * (40 + int(t.max(initial=0.0)))
    q = slope = np.full_like(t, 1 / b)
    while b > n:
        b -= 2.0
        q_above = q
        q = 1 / (b + t * t * q_above)
        slope = q * q * (b - t * t * slope)
    a = [1.0]
    for k in range(1, 25):
        a.append(((k - n) * a[-1] - sum(a[i] * a[k - i] for i in range(1, k))) / 2)
    u = 1 / np.maximum(np.abs(x), turn)
    far = np.polynomial.polynomial.polyval(u, a)
    far_slope = -u * np.polynomial.polynomial.polyval(u, np.arange(25) * a)
    large = np.abs(x) > turn
    return np.sign(x) * np.where(large, far, t * q), np.where(large, far_slope, slope)


def _log_sphere(n: int, x):
    """K of `sphere`: the logarithm of Gamma(n/2) (2/x)^(n/2-1) I_{n/2-1}(x), which is the series 0F1(n/2; x^2/4)."""
    a, nu = np.abs(x), n / 2 - 1
    t = np.minimum(a, 20.0) ** 2 / 4
    term, series = np.ones_like(t), np.zeros_like(t)
    for k in range(1, 80):
        term = term * t / (k * (nu + k))
        series = series + term
    u = np.maximum(a, 20.0)
    mu, far = 4 * nu * nu, 1 / (8 * np.maximum(u, 1e8))  # beyond 1e8, by Hankel's expansion of I
    bessel = np.where(
        u < 1e8,
        np.log(ive(nu, np.minimum(u, 1e8))),
        np.log1p((1 - mu) * far * (1 + (9 - mu) * far / 2)) - np.log(2 * np.pi * u) / 2,
    )
    return np.where(a < 20, np.log1p(series), gammaln(nu + 1) + nu * np.log(2 / u) + bessel + u)


def sphere(dimensions: int = 3) -> Unit:
    """The projection, on the direction of the field, of a unit vector that points anywhere.

    Parameters
    ----------
    dimensions : int
        From 1 to 100. Three are Langevin's and Weiss's magnet, coth x - 1/x; one is the spin. In n dimensions the
        response is I_{n/2}(x) / I_{n/2-1}(x), with modified Bessel functions.

    Examples
    --------
    >>> sphere().response([0.0, 1.0, 1000.0]).round(6), sphere().slope(0.0).round(6)
    (array([0.      , 0.313035, 0.999   ]), np.float64(0.333333))
    """
    n = arguments.count("dimensions", dimensions, at_least=1, at_most=LARGEST_DIMENSION)
    if n == 1:
        return spin()
    return Unit(
        f"sphere in {n} dimensions",
        -1.0,
        1.0,
        r"\tfrac12,\ |s| \le 1" if n == 3 else rf"\propto (1 - s^2)^{{{(n - 3) / 2:g}}}",
        lambda x: (_log_sphere(n, x), *_bessel_ratio(n, x)),
        lambda x, rng: _draw_on_sphere(n, x, rng),
    )


def _draw_on_sphere(n: int, x, rng):
    """A. T. A. Wood, Commun. Stat. Simul. Comput. 23, 157 (1994): rejection from a law that is nearly it."""
    k = np.abs(x).ravel()
    m = n - 1
    b = m / (2 * k + np.sqrt(4 * k**2 + m**2))
    c = (1 - b) / (1 + b)
    least = k * c + m * np.log1p(-(c**2))
    out, open_ones = np.empty(k.size), np.arange(k.size)
    while open_ones.size:
        z = rng.beta(m / 2, m / 2, open_ones.size)
        at = b[open_ones]
        s = (1 - (1 + at) * z) / (1 - (1 - at) * z)
        u = rng.random(open_ones.size)
        taken = k[open_ones] * s + m * np.log1p(-c[open_ones] * s) - least[open_ones] >= np.log1p(-u)
        out[open_ones[taken]] = s[taken]
        open_ones = open_ones[~taken]
    return np.where(x < 0, -1.0, 1.0) * out.reshape(x.shape)


def brillouin(S: float) -> Unit:
    """A quantum spin S: 2S + 1 states m / S from -1 to 1, equally likely. S = 1/2 is the spin; large S is `uniform`.

    Parameters
    ----------
    S : float
        A positive multiple of 1/2, up to 1000.

    Examples
    --------
    >>> brillouin(0.5).response(1.0).round(6), brillouin(2).slope(0.0).round(6)
    (np.float64(0.761594), np.float64(0.5))
    """
    S = arguments.number("S", S, above=0)
    if not (2 * S).is_integer() or S > 1000:
        raise ValueError(f"S must be a multiple of 1/2, at most 1000, got {S:g}")
    b = 1 / (2 * S)
    a = 1 + b

    def cumulants(x):
        up, down = _bessel_ratio(3, a * x), _bessel_ratio(3, b * x)
        near = np.abs(b * x) < 1
        y = np.maximum(np.abs(x), 1 / b)
        # 4 e^-2y / (1 - e^-2y)^2 is 1 / sinh(y)^2
        tails = [(4 * c * c) * np.exp(-2 * c * y) / np.expm1(-2 * c * y) ** 2 for c in (b, a)]
        slope = np.where(near, a * a * up[1] - b * b * down[1], tails[0] - tails[1])
        far = np.sign(x) * (
            1 + 2 * a / np.expm1(2 * a * y) - 2 * b / np.expm1(2 * b * y)
        )  # coth y is 1 + 2 / (e^2y - 1)
        return _log_sphere(3, a * x) - _log_sphere(3, b * x), np.where(near, a * up[0] - b * down[0], far), slope

    listed = table(np.arange(-round(2 * S), round(2 * S) + 1, 2) / (2 * S), np.ones(round(2 * S) + 1))
    return Unit(
        f"Brillouin, S = {S:g}",
        -1.0,
        1.0,
        rf"\tfrac{{1}}{{{round(2 * S) + 1}}} \sum_m \delta(s - m / {S:g})",
        cumulants,
        listed.draw,
        states=listed.states,
        weights=listed.weights,
    )


def uniform(low: float, high: float) -> Unit:
    """States spread evenly from `low` to `high`: Langevin's function, moved and stretched.

    Examples
    --------
    >>> uniform(0, 2).response(0.0), uniform(0, 2).slope(0.0).round(6)
    (np.float64(1.0), np.float64(0.333333))
    """
    low, high = arguments.number("low", low), arguments.number("high", high)
    if not low < high:
        raise ValueError(f"high must be above low = {low:g}, got {high:g}")
    c, r = low / 2 + high / 2, high / 2 - low / 2

    def cumulants(x):
        f, slope = _bessel_ratio(3, r * x)
        return c * x + _log_sphere(3, r * x), c + r * f, r * (r * slope)

    return Unit(
        f"uniform from {low:g} to {high:g}",
        low,
        high,
        rf"\tfrac{{1}}{{{high - low:g}}},\ {low:g} \le s \le {high:g}",
        cumulants,
        lambda x, rng: c + r * _draw_on_sphere(3, r * x, rng),
        near=0.5 / r,
    )


def gaussian(variance: float = 1.0) -> Unit:
    """States on the whole line with a Gaussian law of mean 0: the linear unit, with response variance * x.

    Examples
    --------
    >>> gaussian(2.0).response(3.0), gaussian(2.0).slope(3.0)
    (np.float64(6.0), np.float64(2.0))
    """
    v = arguments.number("variance", variance, above=0)
    return Unit(
        f"Gaussian of variance {v:g}",
        -np.inf,
        np.inf,
        rf"e^{{-s^2 / {2 * v:g}}} / \sqrt{{{2 * v:g} \pi}}",
        lambda x: (v / 2 * x * x, v * x, np.full_like(x, v)),
        lambda x, rng: rng.normal(v * x, np.sqrt(v)),
    )


def half_gaussian() -> Unit:
    """States s >= 0 with half a Gaussian law: the smooth rectifier x + phi(x) / Phi(x).

    Examples
    --------
    >>> half_gaussian().response([-1000.0, 0.0, 1000.0]).round(6)
    array([1.00000e-03, 7.97885e-01, 1.00000e+03])
    """

    def response_and_slope(x):
        t = np.clip(-x, -40, 3)
        h = np.sqrt(2 / np.pi) / erfcx(t / np.sqrt(2))  # phi(x) / Phi(x)
        f, slope = h - t, 1 - h * (h - t)
        # Below -3 the terms cancel. Laplace: phi / Phi = t + k1 with k1 = 1 / (t + k2), k2 = 2 / (t + 3 / (t + ...)).
        u, k2 = np.maximum(-x, 3), 0.0
        for n in range(60, 1, -1):
            k2 = n / (u + k2)
        k1 = 1 / (u + k2)
        f, slope = np.where(x < -3, k1, f), np.where(x < -3, k1 * (k2 - k1), slope)
        return np.where(x > 40, x, f), np.where(x > 40, 1.0, slope)

    def cumulants(x):
        negative = np.log(erfcx(np.maximum(-x, 0) / np.sqrt(2)))
        near = integrated(lambda at: response_and_slope(at)[0], np.clip(x, -0.5, 0.5))
        K = np.where(x < 0, negative, x * x / 2 + _LN2 + log_ndtr(np.maximum(x, 0)))
        return np.where(np.abs(x) < 0.5, near, K), *response_and_slope(x)

    return Unit(
        "half a Gaussian",
        0.0,
        np.inf,
        r"\sqrt{2/\pi}\, e^{-s^2/2},\ s \ge 0",
        cumulants,
        _draw_half_gaussian,
    )


def _draw_half_gaussian(x, rng):
    """A Gaussian about x, kept where it is above 0; far below, C. P. Robert's rejection from an exponential law
    (Stat. Comput. 5, 121, 1995)."""
    at = np.ravel(x)
    out, open_ones = np.empty(at.size), np.arange(at.size)
    while open_ones.size:
        m = at[open_ones]
        rate = (np.sqrt(m * m + 4) - m) / 2
        tail = rng.exponential(1 / rate)
        kept = np.log1p(-rng.random(m.size)) <= -((tail - m - rate) ** 2) / 2
        normal = rng.normal(m, 1.0)
        s, taken = np.where(m < 0, tail, normal), np.where(m < 0, kept, normal >= 0)
        out[open_ones[taken]] = s[taken]
        open_ones = open_ones[~taken]
    return out.reshape(np.shape(x))


def poisson(rate: float = 1.0) -> Unit:
    """States 0, 1, 2, ... with Poisson's law: K = rate (e^x - 1), response rate e^x; the count is Poisson's again.

    Examples
    --------
    >>> poisson(2.0).response(0.0), poisson().slope(1.0).round(6)
    (np.float64(2.0), np.float64(2.718282))
    """
    rate = arguments.number("rate", rate, above=0)

    def draw(x, rng):
        mean = rate * np.exp(np.minimum(x, 700.0))
        if (mean > 1e18).any():
            raise ValueError(f"x must be so small that counts stay below 1e18, got {np.max(x):g}")
        return rng.poisson(mean)

    return Unit(
        f"Poisson of rate {rate:g}",
        0.0,
        np.inf,
        rf"e^{{-{rate:g}}} {rate:g}^s / s!",
        lambda x: (rate * np.expm1(x), rate * np.exp(x), rate * np.exp(x)),
        draw,
    )


def exponential() -> Unit:
    """States s >= 0 with the law e^-s: K = -ln(1 - x), response 1 / (1 - x), for x < 1 only.

    Examples
    --------
    >>> exponential().response([-1.0, 0.0, 0.5])
    array([0.5, 1. , 2. ])
    """
    return Unit(
        "exponential",
        0.0,
        np.inf,
        r"e^{-s},\ s \ge 0",
        lambda x: (-np.log1p(-x), 1 / (1 - x), 1 / (1 - x) ** 2),
        lambda x, rng: rng.exponential(1 / (1 - x)),
        (-np.inf, 1.0),
        near=0.25,
    )
