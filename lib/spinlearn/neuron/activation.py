"""Activation functions, each with its slope: one switch, averaged, integrated and gated.

Theta(x)           step             1 for x >= 0, else 0
phi(x), Phi(x)     probit           density of the standard Gaussian, and its integral up to x
sigma(x)           logistic         1 / (1 + e^-x)

Every function takes numbers of any shape and returns float64 of that shape, with the slope in a second function of the
same name. Both keep their relative accuracy, to some units in the last place, from x = 1e-12 to the far tails, where
the formulas one would write first return 0, NaN or a warning. (A slope that passes through 0 is accurate relative to
its largest term, and where a result is below 1e-308 it has fewer digits, or is 0.)

At a kink or a jump the slope is the one towards larger x, as if the point belonged to the piece on its right: that is
what `step` says of its own value at 0, and the slope of `relu` is then `step`.

`GALLERY` lists them all with formula, range, steepest slope, and what each is made from.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from scipy.special import erf as _scipy_erf
from scipy.special import erfcx, expit, ndtr

from ..core import arguments

SELU_SCALE, SELU_ALPHA = 1.0507009873554805, 1.6732632423543772  # Klambauer et al. 2017; see `selu`


class Activation(NamedTuple):
    """One entry of `GALLERY`.

    Attributes
    ----------
    name : str
    function, slope : callable
        Of `x` alone: parameters have their defaults.
    formula : str
        In TeX, for x = the input. Theta, Phi, phi and sigma are those of the module.
    low, high : float
        Infimum and supremum of the values; -inf and inf where there is none.
    steepest : float
        Largest absolute slope, or its supremum.
    made_from : str
        How it comes from a step, in TeX and words.
    source : str
        Key of a reference in the course's bibliography; "" where no one paper stands for it.
    """

    name: str
    function: Callable
    slope: Callable
    formula: str
    low: float
    high: float
    steepest: float
    made_from: str
    source: str


# The switch, and averages of it ───────────────────────────────────────────────────────────────────────────────────────


def step(x):
    """A switch: 1 for x >= 0, and 0 elsewhere.

    Parameters
    ----------
    x : array_like

    Returns
    -------
    float64 of the shape of `x`

    Raises
    ------
    TypeError, ValueError
        If `x` is not real and finite.

    Examples
    --------
    >>> step([-0.5, 0, 2])
    array([0., 1., 1.])
    """
    return (_real(x) >= 0).astype(np.float64)[()]


def step_slope(x):
    """Slope of `step`: 0. The jump is not in it. Arguments and errors as for `step`."""
    return np.zeros_like(_real(x))[()]


def sign(x):
    """A spin that obeys its field: +1 for x >= 0, and -1 elsewhere; 2 Theta(x) - 1.

    (numpy.sign is 0 at 0. A spin is not.)

    Parameters
    ----------
    x : array_like

    Returns
    -------
    float64 of the shape of `x`

    Raises
    ------
    TypeError, ValueError
        If `x` is not real and finite.

    Examples
    --------
    >>> sign([-0.5, 0, 2])
    array([-1.,  1.,  1.])
    """
    return 2 * step(x) - 1


def sign_slope(x):
    """Slope of `sign`: 0. Arguments and errors as for `sign`."""
    return step_slope(x)


def hard_tanh(x):
    """x cut off at -1 and 1: the mean of sign(x + u) over u drawn evenly from (-1, 1).

    Parameters
    ----------
    x : array_like

    Returns
    -------
    float64 of the shape of `x`

    Raises
    ------
    TypeError, ValueError
        If `x` is not real and finite.

    Examples
    --------
    >>> hard_tanh([-3, 0.25, 3])
    array([-1.  ,  0.25,  1.  ])
    """
    return np.clip(_real(x), -1, 1)[()]


def hard_tanh_slope(x):
    """Slope of `hard_tanh`: 1 in [-1, 1), else 0. Arguments and errors as for `hard_tanh`."""
    x = _real(x)
    return ((x >= -1) & (x < 1)).astype(np.float64)[()]


def tanh(x):
    """Hyperbolic tangent: the mean of a spin in the field x at temperature 1; 2 sigma(2x) - 1.

    Parameters
    ----------
    x : array_like

    Returns
    -------
    float64 of the shape of `x`

    Raises
    ------
    TypeError, ValueError
        If `x` is not real and finite.

    Examples
    --------
    >>> tanh([-1000, 0, 1]).round(6)
    array([-1.      ,  0.      ,  0.761594])
    """
    return np.tanh(_real(x))[()]


def tanh_slope(x):
    """Slope of `tanh`: 1 / cosh(x)^2. Arguments and errors as for `tanh`."""
    e = np.exp(-2 * np.abs(_real(x)))  # 1 - tanh^2 is 0 from x = 19 on
    return (4 * e / (1 + e) ** 2)[()]


def logistic(x):
    """Logistic function 1 / (1 + e^-x): the mean of a unit with the states 0 and 1, one apart in energy by x.

    Parameters
    ----------
    x : array_like

    Returns
    -------
    float64 of the shape of `x`

    Raises
    ------
    TypeError, ValueError
        If `x` is not real and finite.

    Examples
    --------
    >>> logistic([-1000, 0, 1]).round(6)
    array([0.      , 0.5     , 0.731059])
    """
    return expit(_real(x))[()]


def logistic_slope(x):
    """Slope of `logistic`: sigma(x) sigma(-x). Arguments and errors as for `logistic`."""
    e = np.exp(-np.abs(_real(x)))
    return (e / (1 + e) ** 2)[()]


def probit(x):
    """Phi(x), the integral of the Gaussian density up to x: the mean of step(x + z) over a standard Gaussian z.

    (In statistics *probit* is the inverse of this function. As a unit, it is this.)

    Parameters
    ----------
    x : array_like

    Returns
    -------
    float64 of the shape of `x`

    Raises
    ------
    TypeError, ValueError
        If `x` is not real and finite.

    Examples
    --------
    >>> probit([-1, 0, 2]).round(6)
    array([0.158655, 0.5     , 0.97725 ])
    >>> print(f"{probit(-38):.3e}")
    2.885e-316
    """
    x = _real(x)
    # For x < 0 as phi(x) times a slowly varying factor: the whole of the exponential is in phi.
    tail = _gaussian(x) * np.sqrt(np.pi / 2) * erfcx(np.abs(x) / np.sqrt(2))
    return np.where(x < 0, tail, ndtr(x))[()]


def probit_slope(x):
    """Slope of `probit`: the Gaussian density phi(x). Arguments and errors as for `probit`."""
    return _gaussian(_real(x))[()]


def erf(x):
    """2 Phi(x) - 1: the mean of sign(x + z) over a standard Gaussian z.

    It is the error function of x / sqrt(2).

    Parameters
    ----------
    x : array_like

    Returns
    -------
    float64 of the shape of `x`

    Raises
    ------
    TypeError, ValueError
        If `x` is not real and finite.

    Examples
    --------
    >>> erf([-1, 0, 2]).round(6)
    array([-0.682689,  0.      ,  0.9545  ])
    """
    return _scipy_erf(_real(x) / np.sqrt(2))[()]


def erf_slope(x):
    """Slope of `erf`: 2 phi(x). Arguments and errors as for `erf`."""
    return 2 * probit_slope(x)


def arctan(x):
    """1/2 + arctan(x) / pi: the mean of step(x + c) over a c with Cauchy's density 1 / (pi (1 + c^2)).

    Parameters
    ----------
    x : array_like

    Returns
    -------
    float64 of the shape of `x`

    Raises
    ------
    TypeError, ValueError
        If `x` is not real and finite.

    Examples
    --------
    >>> arctan([-1, 0, 1])
    array([0.25, 0.5 , 0.75])
    >>> print(f"{arctan(-1e6):.6e}")
    3.183099e-07
    """
    # The angle of the point (-x, 1): no difference of two nearly equal numbers for x << 0.
    return (np.arctan2(1.0, -_real(x)) / np.pi)[()]


def arctan_slope(x):
    """Slope of `arctan`: Cauchy's density 1 / (pi (1 + x^2)). Arguments and errors as for `arctan`."""
    return ((1 / np.hypot(1.0, _real(x))) ** 2 / np.pi)[()]


# Integrals: rates ─────────────────────────────────────────────────────────────────────────────────────────────────────


def relu(x):
    """Rectifier, max(0, x): the integral of `step`.

    Parameters
    ----------
    x : array_like

    Returns
    -------
    float64 of the shape of `x`

    Raises
    ------
    TypeError, ValueError
        If `x` is not real and finite.

    Examples
    --------
    >>> relu([-2, 0, 3])
    array([0., 0., 3.])
    """
    return np.maximum(_real(x), 0.0)[()]


def relu_slope(x):
    """Slope of `relu`: `step`. Arguments and errors as for `relu`."""
    return step(x)


def threshold_linear(x, *, threshold=1.0, gain=1.0):
    """A rate that grows linearly from a threshold on: gain max(0, x - threshold).

    Parameters
    ----------
    x : array_like
    threshold : float
        In the units of x.
    gain : float
        Above 0.

    Returns
    -------
    float64 of the shape of `x`

    Raises
    ------
    TypeError, ValueError
        If an argument is not real and finite, or `gain` not above 0.

    Examples
    --------
    >>> threshold_linear([0, 1, 3], threshold=1, gain=2)
    array([0., 0., 4.])
    """
    gain = arguments.number("gain", gain, above=0)
    return gain * relu(_real(x) - arguments.number("threshold", threshold))


def threshold_linear_slope(x, *, threshold=1.0, gain=1.0):
    """Slope of `threshold_linear`: gain from there on, else 0. Arguments and errors as for `threshold_linear`."""
    gain = arguments.number("gain", gain, above=0)
    return gain * step(_real(x) - arguments.number("threshold", threshold))


def leaky_relu(x, *, leak=0.01):
    """A rectifier that lets something through: x for x >= 0, leak x below; (1 - leak) relu(x) + leak x.

    Parameters
    ----------
    x : array_like
    leak : float
        At least 0.

    Returns
    -------
    float64 of the shape of `x`

    Raises
    ------
    TypeError, ValueError
        If an argument is not real and finite, or `leak` is negative.

    Examples
    --------
    >>> leaky_relu([-2, 3], leak=0.1)
    array([-0.2,  3. ])
    """
    x = _real(x)
    return np.where(x >= 0, x, arguments.number("leak", leak, at_least=0) * x)[()]


def leaky_relu_slope(x, *, leak=0.01):
    """Slope of `leaky_relu`: 1 for x >= 0, leak below. Arguments and errors as for `leaky_relu`."""
    return np.where(_real(x) >= 0, 1.0, arguments.number("leak", leak, at_least=0))[()]


def softplus(x, *, sharpness=1.0):
    """ln(1 + e^(k x)) / k with the sharpness k: the integral of logistic(k x), and the mean of relu(x + l / k)
    over an l with the density of the slope of `logistic`.

    Parameters
    ----------
    x : array_like
    sharpness : float
        Above 0; the larger, the closer to `relu`, which it exceeds by ln 2 / k at most, at 0.

    Returns
    -------
    float64 of the shape of `x`

    Raises
    ------
    TypeError, ValueError
        If an argument is not real and finite, or `sharpness` not above 0.

    Examples
    --------
    >>> softplus([-100, 0, 100]).round(6)
    array([  0.      ,   0.693147, 100.      ])
    >>> print(f"{softplus(-700):.6e}")
    9.859677e-305
    """
    k = arguments.number("sharpness", sharpness, above=0)
    return (np.logaddexp(0, k * _real(x)) / k)[()]


def softplus_slope(x, *, sharpness=1.0):
    """Slope of `softplus`: logistic(k x). Arguments and errors as for `softplus`."""
    return logistic(arguments.number("sharpness", sharpness, above=0) * _real(x))


def gaussian_ramp(x):
    """x Phi(x) + phi(x): the integral of `probit`, and the mean of relu(x + z) over a standard Gaussian z.

    Parameters
    ----------
    x : array_like

    Returns
    -------
    float64 of the shape of `x`

    Raises
    ------
    TypeError, ValueError
        If `x` is not real and finite.

    Examples
    --------
    >>> gaussian_ramp([-1, 0, 2]).round(6)
    array([0.083315, 0.398942, 2.008491])
    """
    x = _real(x)
    t = np.abs(x)
    ramp = np.maximum(x, 0) + _gaussian(t) * (1 - t * _mills(t))
    # Below -3 the two terms nearly cancel. Laplace's continued fraction for the Mills ratio is
    # 1 / (t + K) with K = 1 / (t + 2 / (t + 3 / (t + ...))), so that 1 - t / (t + K) = K / (t + K).
    u, rest = np.maximum(t, 3), 0.0
    for n in range(60, 1, -1):
        rest = n / (u + rest)
    K = 1 / (u + rest)
    return np.where(x < -3, _gaussian(u) * (K / (u + K)), ramp)[()]


def gaussian_ramp_slope(x):
    """Slope of `gaussian_ramp`: `probit`. Arguments and errors as for `gaussian_ramp`."""
    return probit(x)


def elu(x, *, alpha=1.0):
    """x for x >= 0, alpha (e^x - 1) below. With alpha = 1 it is the integral of min(1, e^x) from 0.

    Parameters
    ----------
    x : array_like
    alpha : float
        Above 0.

    Returns
    -------
    float64 of the shape of `x`

    Raises
    ------
    TypeError, ValueError
        If an argument is not real and finite, or `alpha` not above 0.

    Examples
    --------
    >>> elu([-1000, -1e-12, 2])
    array([-1.e+00, -1.e-12,  2.e+00])
    """
    x = _real(x)
    alpha = arguments.number("alpha", alpha, above=0)
    return np.where(x >= 0, x, alpha * np.expm1(np.minimum(x, 0)))[()]


def elu_slope(x, *, alpha=1.0):
    """Slope of `elu`: 1 for x >= 0, alpha e^x below. Arguments and errors as for `elu`."""
    x = _real(x)
    alpha = arguments.number("alpha", alpha, above=0)
    return np.where(x >= 0, 1.0, alpha * np.exp(np.minimum(x, 0)))[()]


def selu(x):
    """SELU_SCALE elu(x, alpha=SELU_ALPHA): of a standard Gaussian input it has mean 0 and variance 1 again.

    Parameters
    ----------
    x : array_like

    Returns
    -------
    float64 of the shape of `x`

    Raises
    ------
    TypeError, ValueError
        If `x` is not real and finite.

    Examples
    --------
    >>> selu([-1000, 0, 1]).round(6)
    array([-1.758099,  0.      ,  1.050701])
    """
    return SELU_SCALE * elu(x, alpha=SELU_ALPHA)


def selu_slope(x):
    """Slope of `selu`. Arguments and errors as for `selu`."""
    return SELU_SCALE * elu_slope(x, alpha=SELU_ALPHA)


# Gates: the input times how far a switch is open ──────────────────────────────────────────────────────────────────────


def swish(x, *, sharpness=1.0):
    """x logistic(k x) with the sharpness k; for k = 1 also called SiLU.

    Parameters
    ----------
    x : array_like
    sharpness : float
        Above 0.

    Returns
    -------
    float64 of the shape of `x`

    Raises
    ------
    TypeError, ValueError
        If an argument is not real and finite, or `sharpness` not above 0.

    Examples
    --------
    >>> swish([-1000, 0, 2]).round(6)
    array([-0.      ,  0.      ,  1.761594])
    """
    x = _real(x)
    return x * logistic(arguments.number("sharpness", sharpness, above=0) * x)


def swish_slope(x, *, sharpness=1.0):
    """Slope of `swish`: sigma(y) + y sigma(y) sigma(-y) with y = k x. Arguments and errors as for `swish`."""
    y = arguments.number("sharpness", sharpness, above=0) * _real(x)
    return logistic(y) + y * logistic_slope(y)


def gelu(x):
    """x Phi(x).

    Parameters
    ----------
    x : array_like

    Returns
    -------
    float64 of the shape of `x`

    Raises
    ------
    TypeError, ValueError
        If `x` is not real and finite.

    Examples
    --------
    >>> gelu([-1000, 0, 2]).round(6)
    array([-0.    ,  0.    ,  1.9545])
    """
    x = _real(x)
    return x * probit(x)


def gelu_slope(x):
    """Slope of `gelu`: Phi(x) + x phi(x). Arguments and errors as for `gelu`."""
    x = _real(x)
    return probit(x) + x * _gaussian(x)


def mish(x):
    """x tanh(softplus(x)).

    With e = e^x it is x (e^2 + 2 e) / (e^2 + 2 e + 2), and no logarithm is left.

    Parameters
    ----------
    x : array_like

    Returns
    -------
    float64 of the shape of `x`

    Raises
    ------
    TypeError, ValueError
        If `x` is not real and finite.

    Examples
    --------
    >>> mish([-1000, 0, 2]).round(6)
    array([-0.      ,  0.      ,  1.943959])
    """
    x = _real(x)
    return (x * _mish_gate(x))[()]


def mish_slope(x):
    """Slope of `mish`, g + x g' with the gate g. Arguments and errors as for `mish`."""
    x = _real(x)
    e = np.exp(-np.abs(x))
    # g' = (1 - g^2) sigma(x), with e^x, and for x > 0 written in e^-x.
    rising = 4 * e * (1 + e) / (e * (e + 2) + 2) ** 2
    falling = 4 * e**2 * (1 + e) / (2 * e * (e + 1) + 1) ** 2
    return (_mish_gate(x) + x * np.where(x < 0, rising, falling))[()]


# Parts of the formulas above ──────────────────────────────────────────────────────────────────────────────────────────


def _real(x) -> np.ndarray:
    """Check `x` and return it as a float64 array of the same shape."""
    return arguments.real_array("x", x).reshape(np.shape(x))


def _gaussian(x):
    """Density phi(x). In x^2 / 2 at x = 38 one rounding is worth 400 of the result, so x is split in two."""
    t = np.minimum(np.abs(x), 40)  # phi(40) is 0 in double precision
    short = np.round(t * 2**20) / 2**20  # its square is exact
    return np.exp(-(short**2) / 2) * np.exp((short - t) * (short + t) / 2) / np.sqrt(2 * np.pi)


def _mills(t):
    """Mills ratio (1 - Phi(t)) / phi(t) for t >= 0."""
    return np.sqrt(np.pi / 2) * erfcx(t / np.sqrt(2))


def _mish_gate(x):
    """tanh(ln(1 + e^x))."""
    e = np.exp(-np.abs(x))
    return np.where(x < 0, e * (e + 2) / (e * (e + 2) + 2), (1 + 2 * e) / (1 + 2 * e * (1 + e)))


# The gallery ─────────────────────────────────────────────────────────────────────────────────────────────────────────

_INF = np.inf
_GATE_STEEPEST = {"swish": 1.0998393201288670, "gelu": 1.1289041451851548, "mish": 1.0884981612517279}

GALLERY = (
    Activation("step", step, step_slope, r"\Theta(x)", 0, 1, _INF, "the switch itself", "mcculloch1943"),
    Activation("sign", sign, sign_slope, r"2\Theta(x) - 1", -1, 1, _INF, r"step, $\pm 1$ for $0/1$", ""),
    Activation(
        "hard_tanh", hard_tanh, hard_tanh_slope, r"\max(-1, \min(1, x))", -1, 1, 1,
        "mean of a sign over even thresholds", "collobert2011",
    ),
    Activation("tanh", tanh, tanh_slope, r"\tanh x", -1, 1, 1, "mean of a spin; $2\\sigma(2x) - 1$", "glauber1963"),
    Activation(
        "logistic", logistic, logistic_slope, r"\sigma(x) = 1/(1 + e^{-x})", 0, 1, 0.25,
        "mean of a step over logistic noise", "ackley1985",
    ),
    Activation(
        "probit", probit, probit_slope, r"\Phi(x)", 0, 1, 1 / np.sqrt(2 * np.pi),
        "mean of a step over Gaussian noise", "bliss1934",
    ),
    Activation(
        "erf", erf, erf_slope, r"2\Phi(x) - 1", -1, 1, np.sqrt(2 / np.pi), "mean of a sign over Gaussian noise", ""
    ),
    Activation(
        "arctan", arctan, arctan_slope, r"\tfrac12 + \tfrac1\pi \arctan x", 0, 1, 1 / np.pi,
        "mean of a step over Cauchy noise", "",
    ),
    Activation("relu", relu, relu_slope, r"\max(0, x)", 0, _INF, 1, "integral of the step", "fukushima1969"),
    Activation(
        "threshold_linear", threshold_linear, threshold_linear_slope, r"g \max(0, x - \theta)", 0, _INF, 1,
        "integral of a step at a threshold", "treves1990",
    ),
    Activation(
        "leaky_relu", leaky_relu, leaky_relu_slope, r"\max(0, x) + a \min(0, x)", -_INF, _INF, 1,
        "integral of a step that closes not quite", "maas2013",
    ),
    Activation(
        "softplus", softplus, softplus_slope, r"\ln(1 + e^{kx})/k", 0, _INF, 1, "integral of the logistic", "dugas2001"
    ),
    Activation(
        "gaussian_ramp", gaussian_ramp, gaussian_ramp_slope, r"x \Phi(x) + \varphi(x)", 0, _INF, 1,
        r"integral of $\Phi$", "",
    ),
    Activation(
        "elu", elu, elu_slope, r"\max(0, x) + \alpha\,(e^{\min(0, x)} - 1)", -1, _INF, 1,
        r"integral of $\min(1, e^x)$", "clevert2016",
    ),
    Activation(
        "selu", selu, selu_slope, r"\lambda\, \mathrm{elu}_\alpha(x)", -SELU_SCALE * SELU_ALPHA, _INF,
        SELU_SCALE * SELU_ALPHA, "ELU with mean 0 and variance 1 under Gaussian input", "klambauer2017",
    ),
    Activation(
        "swish", swish, swish_slope, r"x\, \sigma(kx)", -0.27846454276107379, _INF, _GATE_STEEPEST["swish"],
        "input times slope of softplus", "elfwing2018",
    ),
    Activation(
        "gelu", gelu, gelu_slope, r"x\, \Phi(x)", -0.16997120747990369, _INF, _GATE_STEEPEST["gelu"],
        "input times slope of the Gaussian ramp", "hendrycks2016",
    ),
    Activation(
        "mish", mish, mish_slope, r"x \tanh(\ln(1 + e^x))", -0.30884341301725041, _INF, _GATE_STEEPEST["mish"],
        "input times tanh of softplus", "misra2020",
    ),
)  # fmt: skip
