"""Activation functions, each with slope, range, formula and source: one switch, averaged, integrated and gated.

``tanh(x)`` is the value and ``tanh.slope(x)`` the slope, for numbers of any shape; parameters go by keyword. In the
formulas Theta(x) is `step`, phi(x) the density of the standard Gaussian, Phi(x) its integral up to x, which is
`probit`, and sigma(x) is `logistic`.

Values and slopes keep their relative accuracy, to some units in the last place, from x = 1e-12 to the far tails and to
the ends of what floats can hold, where the formulas one would write first return 0, NaN or a warning. (A slope that
passes through 0 is accurate relative to its largest term; a sharpness k costs a unit more for each unit of k x; what is
below 1e-308 has fewer digits, or is 0, and what is above 1.8e308 is inf. NaN never comes.)

At a kink or a jump the slope is the one towards larger x, as if the point belonged to the piece on its right: that is
what `step` says of its own value at 0, and the slope of `relu` is then `step`.

`GALLERY` lists them all, in the order of the file.
"""

import functools
from collections.abc import Callable

import numpy as np
from scipy.special import erf as _scipy_erf
from scipy.special import erfcx, expit, ndtr

from ..core import arguments

SELU_SCALE, SELU_ALPHA = 1.0507009873554805, 1.6732632423543772  # Klambauer et al. 2017; see `selu`

# Parameters: what each means, and what it may be.
PARAMETERS = {
    "threshold": ("In the units of x.", {}),
    "gain": ("Above 0.", {"above": 0}),
    "leak": ("At least 0.", {"at_least": 0}),
    "sharpness": ("Above 0; the larger, the closer to a switch.", {"above": 0}),
    "alpha": ("Above 0.", {"above": 0}),
}

_GALLERY = []


class Activation:
    """An activation function: call it for its value, call its `slope` for its slope.

    Attributes
    ----------
    name : str
    slope : callable
        The derivative, with the parameters of the function itself.
    formula : str
        In TeX, for x = the input. Theta, Phi, phi and sigma are those of the module.
    low, high : float
        Infimum and supremum of the values, for the default parameters; -inf and inf where there is none.
    steepest : float
        Largest absolute slope, or its supremum; inf at a jump.
    made_from : str
        How it comes from a step, in TeX and words.
    source : str
        Key of a reference in the course's bibliography; "" where no one paper stands for it.
    parameters : dict
        Names and default values.

    Examples
    --------
    >>> softplus.slope(0), softplus.low, softplus.parameters
    (np.float64(0.5), 0, {'sharpness': 1.0})
    """

    def __init__(self, value: Callable, slope: Callable, formula, low, high, steepest, made_from, source=""):
        self.name = self.__name__ = self.__qualname__ = value.__name__
        self.formula, self.low, self.high, self.steepest = formula, low, high, steepest
        self.made_from, self.source = made_from, source
        self.parameters = dict(value.__kwdefaults__ or {})
        self.__wrapped__ = value
        self._value, self.slope = _checked(value), _checked(slope)
        self.__doc__ = _documented(self, value.__doc__)

    def __call__(self, x, **parameters):
        return self._value(x, **parameters)

    def __repr__(self) -> str:
        return f"<activation {self.name}: {self.formula}>"

    def __reduce__(self) -> str:
        return self.name  # pickled as what it is: a name of this module


def _checked(function: Callable) -> Callable:
    """A formula of arrays, behind the checks of its arguments."""

    @functools.wraps(function)
    def checked(x, **parameters):
        x = arguments.real_values("x", x)
        allowed = function.__kwdefaults__ or {}
        for name, value in parameters.items():
            if name not in allowed:
                raise TypeError(f"{name} is no parameter of this function; it has {', '.join(allowed) or 'none'}")
            parameters[name] = arguments.number(name, value, **PARAMETERS[name][1])
        with np.errstate(over="ignore", under="ignore"):
            return function(x, **parameters).astype(np.float64, copy=False)[()]

    return checked


def _documented(entry: Activation, text: str) -> str:
    """The docstring of an entry: its summary, its arguments, what it carries, and its examples."""
    summary, examples = text.split("\n\n    Examples\n")
    what = "".join(f"\n    {k} : float, default {v:g}\n        {PARAMETERS[k][0]}" for k, v in entry.parameters.items())
    source = f" Source: {entry.source}." if entry.source else ""
    return f"""{summary.rstrip()}

    Parameters
    ----------
    x : array_like{what}

    Returns
    -------
    float64 of the shape of `x`

    Raises
    ------
    TypeError, ValueError
        If an argument is not real and finite, or a parameter out of range.

    Notes
    -----
    Formula :math:`{entry.formula}`, values from {entry.low:.6g} to {entry.high:.6g}, slope up to {entry.steepest:.6g}.
    The method ``slope``, with the same arguments, is its derivative.{source}

    Examples
{examples}"""


def _activation(slope: Callable, formula: str, low, high, steepest, made_from: str, source: str = ""):
    """Make an `Activation` of the function of values below, and enter it into the gallery."""

    def make(value) -> Activation:
        _GALLERY.append(Activation(value, slope, formula, low, high, steepest, made_from, source))
        return _GALLERY[-1]

    return make


# Parts of the formulas below ──────────────────────────────────────────────────────────────────────────────────────────


def _gaussian(x):
    """Density phi(x). In x^2 / 2 at x = 38 one rounding is worth 400 of the result, so x is split in two."""
    t = np.minimum(np.abs(x), 40)  # phi(40) is 0 in double precision
    short = np.round(t * 2**20) / 2**20  # its square is exact
    return np.exp(-(short**2) / 2) * np.exp((short - t) * (short + t) / 2) / np.sqrt(2 * np.pi)


def _mills(t):
    """Mills ratio (1 - Phi(t)) / phi(t) for t >= 0."""
    return np.sqrt(np.pi / 2) * erfcx(t / np.sqrt(2))


def _mish_gate(x):
    """tanh(ln(1 + e^x)), with no logarithm left."""
    e = np.exp(-np.abs(x))
    return np.where(x < 0, e * (e + 2) / (e * (e + 2) + 2), (1 + 2 * e) / (1 + 2 * e * (1 + e)))


# The switch, and averages of it ───────────────────────────────────────────────────────────────────────────────────────


def _flat(x):
    return np.zeros_like(x)  # the jump is not in it


@_activation(_flat, r"\Theta(x)", 0, 1, np.inf, "the switch itself", "mcculloch1943")
def step(x):
    """A switch: 1 for x >= 0, and 0 elsewhere. Its slope is 0: the jump is not in it.

    Examples
    --------
    >>> step([-0.5, 0, 2])
    array([0., 1., 1.])
    """
    return (x >= 0).astype(np.float64)


@_activation(_flat, r"2\Theta(x) - 1", -1, 1, np.inf, r"step, $\pm 1$ for $0/1$")
def sign(x):
    """A spin that obeys its field: +1 for x >= 0, and -1 elsewhere. (numpy.sign is 0 at 0. A spin is not.)

    Examples
    --------
    >>> sign([-0.5, 0, 2])
    array([-1.,  1.,  1.])
    """
    return np.where(x >= 0, 1.0, -1.0)


def _hard_tanh_slope(x):
    return ((x >= -1) & (x < 1)).astype(np.float64)


@_activation(
    _hard_tanh_slope, r"\max(-1, \min(1, x))", -1, 1, 1, "mean of a sign over even thresholds", "collobert2011"
)
def hard_tanh(x):
    """x cut off at -1 and 1: the mean of sign(x + u) over u drawn evenly from (-1, 1).

    Examples
    --------
    >>> hard_tanh([-3, 0.25, 3])
    array([-1.  ,  0.25,  1.  ])
    """
    return np.clip(x, -1.0, 1.0)


def _tanh_slope(x):
    """1 / cosh(x)^2; 1 - tanh(x)^2 is 0 from x = 19 on."""
    e = np.exp(-2 * np.abs(x))
    return 4 * e / (1 + e) ** 2


@_activation(_tanh_slope, r"\tanh x", -1, 1, 1, "mean of a spin; $2\\sigma(2x) - 1$", "glauber1963")
def tanh(x):
    """Hyperbolic tangent: the mean of a spin in the field x at temperature 1; 2 sigma(2x) - 1.

    Examples
    --------
    >>> tanh([-1000, 0, 1]).round(6)
    array([-1.      ,  0.      ,  0.761594])
    """
    return np.tanh(x)


def _logistic_slope(x):
    """sigma(x) sigma(-x)."""
    e = np.exp(-np.abs(x))
    return e / (1 + e) ** 2


@_activation(
    _logistic_slope, r"\sigma(x) = 1/(1 + e^{-x})", 0, 1, 0.25, "mean of a step over logistic noise", "ackley1985"
)
def logistic(x):
    """Logistic function 1 / (1 + e^-x): the mean of a unit with the states 0 and 1, one apart in energy by x.

    Examples
    --------
    >>> logistic([-1000, 0, 1]).round(6)
    array([0.      , 0.5     , 0.731059])
    """
    return expit(x)


@_activation(_gaussian, r"\Phi(x)", 0, 1, 1 / np.sqrt(2 * np.pi), "mean of a step over Gaussian noise", "bliss1934")
def probit(x):
    """Phi(x), the integral of the Gaussian density up to x: the mean of step(x + z) over a standard Gaussian z.

    (In statistics *probit* is the inverse of this function. As a unit, it is this.)

    Examples
    --------
    >>> probit([-1, 0, 2]).round(6)
    array([0.158655, 0.5     , 0.97725 ])
    >>> print(f"{probit(-38):.3e}")
    2.885e-316
    """
    # For x < 0 as phi(x) times a slowly varying factor: the whole of the exponential is in phi.
    return np.where(x < 0, _gaussian(x) * _mills(np.abs(x)), ndtr(x))


@_activation(
    lambda x: 2 * _gaussian(x), r"2\Phi(x) - 1", -1, 1, np.sqrt(2 / np.pi), "mean of a sign over Gaussian noise"
)
def erf(x):
    """2 Phi(x) - 1: the mean of sign(x + z) over a standard Gaussian z. It is the error function of x / sqrt(2).

    Examples
    --------
    >>> erf([-1, 0, 2]).round(6)
    array([-0.682689,  0.      ,  0.9545  ])
    """
    return _scipy_erf(x / np.sqrt(2))


def _cauchy(x):
    """Cauchy's density 1 / (pi (1 + x^2))."""
    return (1 / np.hypot(1.0, x)) ** 2 / np.pi


@_activation(_cauchy, r"\tfrac12 + \tfrac1\pi \arctan x", 0, 1, 1 / np.pi, "mean of a step over Cauchy noise")
def arctan(x):
    """1/2 + arctan(x) / pi: the mean of step(x + c) over a c with Cauchy's density 1 / (pi (1 + c^2)).

    Examples
    --------
    >>> arctan([-1, 0, 1])
    array([0.25, 0.5 , 0.75])
    >>> print(f"{arctan(-1e6):.6e}")
    3.183099e-07
    """
    # The angle of the point (-x, 1): no difference of two nearly equal numbers for x << 0.
    return np.arctan2(1.0, -x) / np.pi


# Integrals: rates ─────────────────────────────────────────────────────────────────────────────────────────────────────


@_activation(step.__wrapped__, r"\max(0, x)", 0, np.inf, 1, "integral of the step", "fukushima1969")
def relu(x):
    """Rectifier, max(0, x): the integral of `step`.

    Examples
    --------
    >>> relu([-2, 0, 3])
    array([0., 0., 3.])
    """
    return np.maximum(x, 0.0)


def _threshold_linear_slope(x, *, threshold=1.0, gain=1.0):
    return np.where(x >= threshold, gain, 0.0)


@_activation(
    _threshold_linear_slope, r"g \max(0, x - \theta)", 0, np.inf, 1, "integral of a step at a threshold", "treves1990"
)
def threshold_linear(x, *, threshold=1.0, gain=1.0):
    """A rate that grows linearly from a threshold on: gain max(0, x - threshold).

    Examples
    --------
    >>> threshold_linear([0, 1, 3], threshold=1, gain=2)
    array([0., 0., 4.])
    """
    return 2 * (gain * np.maximum(x / 2 - threshold / 2, 0.0))  # by halves: the difference itself can be above 1.8e308


def _leaky_relu_slope(x, *, leak=0.01):
    return np.where(x >= 0, 1.0, leak)


@_activation(
    _leaky_relu_slope, r"\max(0, x) + a \min(0, x)", -np.inf, np.inf, 1, "integral of a step that does not quite close",
    "maas2013",
)  # fmt: skip
def leaky_relu(x, *, leak=0.01):
    """A rectifier that lets something through: x for x >= 0, leak x below; (1 - leak) relu(x) + leak x.

    Examples
    --------
    >>> leaky_relu([-2, 3], leak=0.1)
    array([-0.2,  3. ])
    """
    return np.where(x >= 0, x, leak * x)


def _softplus_slope(x, *, sharpness=1.0):
    return expit(sharpness * x)


@_activation(_softplus_slope, r"\ln(1 + e^{kx})/k", 0, np.inf, 1, "integral of the logistic", "dugas2001")
def softplus(x, *, sharpness=1.0):
    """ln(1 + e^(k x)) / k with the sharpness k: the integral of logistic(k x), and the mean of relu(x + l / k)
    over an l with the density of the slope of `logistic`. It exceeds `relu` by ln 2 / k at most, at 0.

    Examples
    --------
    >>> softplus([-100, 0, 100]).round(6)
    array([  0.      ,   0.693147, 100.      ])
    >>> print(f"{softplus(-700):.6e}")
    9.859677e-305
    """
    return np.maximum(x, 0.0) + np.log1p(np.exp(-sharpness * np.abs(x))) / sharpness


@_activation(probit.__wrapped__, r"x \Phi(x) + \varphi(x)", 0, np.inf, 1, r"integral of $\Phi$")
def gaussian_ramp(x):
    """x Phi(x) + phi(x): the integral of `probit`, and the mean of relu(x + z) over a standard Gaussian z.

    Examples
    --------
    >>> gaussian_ramp([-1, 0, 2]).round(6)
    array([0.083315, 0.398942, 2.008491])
    """
    t = np.abs(x)
    ramp = np.maximum(x, 0) + _gaussian(t) * (1 - t * _mills(t))
    # Below -3 the two terms nearly cancel. Laplace's continued fraction for the Mills ratio is
    # 1 / (t + K) with K = 1 / (t + 2 / (t + 3 / (t + ...))), so that 1 - t / (t + K) = K / (t + K).
    u, rest = np.maximum(t, 3), 0.0
    for n in range(60, 1, -1):
        rest = n / (u + rest)
    K = 1 / (u + rest)
    return np.where(x < -3, _gaussian(u) * (K / (u + K)), ramp)


def _elu_slope(x, *, alpha=1.0):
    return np.where(x >= 0, 1.0, alpha * np.exp(np.minimum(x, 0)))


@_activation(
    _elu_slope, r"\max(0, x) + \alpha\,(e^{\min(0, x)} - 1)", -1, np.inf, 1, r"integral of $\min(1, e^x)$",
    "clevert2016",
)  # fmt: skip
def elu(x, *, alpha=1.0):
    """x for x >= 0, alpha (e^x - 1) below. With alpha = 1 it is the integral of min(1, e^x) from 0.

    Examples
    --------
    >>> elu([-1000, -1e-12, 2])
    array([-1.e+00, -1.e-12,  2.e+00])
    """
    return np.where(x >= 0, x, alpha * np.expm1(np.minimum(x, 0)))


def _selu_slope(x):
    return SELU_SCALE * _elu_slope(x, alpha=SELU_ALPHA)


@_activation(
    _selu_slope, r"\lambda\, \mathrm{elu}_\alpha(x)", -SELU_SCALE * SELU_ALPHA, np.inf, SELU_SCALE * SELU_ALPHA,
    "ELU with mean 0 and variance 1 under Gaussian input", "klambauer2017",
)  # fmt: skip
def selu(x):
    """SELU_SCALE elu(x, alpha=SELU_ALPHA): of a standard Gaussian input it has mean 0 and variance 1 again.

    Examples
    --------
    >>> selu([-1000, 0, 1]).round(6)
    array([-1.758099,  0.      ,  1.050701])
    """
    return SELU_SCALE * elu(x, alpha=SELU_ALPHA)


# Gates: the input times how far a switch is open ──────────────────────────────────────────────────────────────────────


def _swish_slope(x, *, sharpness=1.0):
    """sigma(y) + y sigma(y) sigma(-y) with y = k x; beyond 1000 the last term is 0, and infinity times 0 is none."""
    y = np.clip(sharpness * x, -1000, 1000)
    return expit(y) + y * _logistic_slope(y)


@_activation(
    _swish_slope, r"x\, \sigma(kx)", -0.27846454276107379, np.inf, 1.0998393201288670,
    "input times slope of softplus", "elfwing2018",
)  # fmt: skip
def swish(x, *, sharpness=1.0):
    """x logistic(k x) with the sharpness k; for k = 1 also called SiLU.

    Examples
    --------
    >>> swish([-1, 0, 2]).round(6)
    array([-0.268941,  0.      ,  1.761594])
    """
    return x * expit(sharpness * x)


def _gelu_slope(x):
    """Phi(x) + x phi(x)."""
    return probit(x) + x * _gaussian(x)


@_activation(
    _gelu_slope, r"x\, \Phi(x)", -0.16997120747990369, np.inf, 1.1289041451851548,
    "input times slope of the Gaussian ramp", "hendrycks2016",
)  # fmt: skip
def gelu(x):
    """x Phi(x).

    Examples
    --------
    >>> gelu([-1, 0, 2]).round(6)
    array([-0.158655,  0.      ,  1.9545  ])
    """
    return x * probit(x)


def _mish_slope(x):
    """g + x g' with the gate g: g' = (1 - g^2) sigma(x), with e^x, and for x > 0 written in e^-x."""
    e = np.exp(-np.abs(x))
    rising = 4 * e * (1 + e) / (e * (e + 2) + 2) ** 2
    falling = 4 * e**2 * (1 + e) / (2 * e * (e + 1) + 1) ** 2
    return _mish_gate(x) + x * np.where(x < 0, rising, falling)


@_activation(
    _mish_slope, r"x \tanh(\ln(1 + e^x))", -0.30884341301725041, np.inf, 1.0884981612517279,
    "input times tanh of softplus", "misra2020",
)  # fmt: skip
def mish(x):
    """x tanh(softplus(x)).

    Examples
    --------
    >>> mish([-1, 0, 2]).round(6)
    array([-0.303401,  0.      ,  1.943959])
    """
    return x * _mish_gate(x)


GALLERY = tuple(_GALLERY)
