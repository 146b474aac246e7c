"""Which functions can be the response of a unit? A theorem with three tests, and the gallery sorted by it.

Let a unit have the law rho(s), and let K(x) = ln E[exp(x s)] be finite on an interval of fields. Then f = K' is
analytic there, because M = exp(K) is, and f'(x) is the variance of s in the field x. So:

1. **f rises.** A function that falls somewhere has a negative variance there.
2. **Flat once is flat always.** f'(x) = 0 at one x means one state only, and then f is constant.
3. **No kink, no jump, in any derivative**; and if f is a straight line somewhere, it is one everywhere.
4. **Four moments.** In each field the skewness and the kurtosis of s obey kurtosis >= 1 + skewness^2 (Pearson 1916: the
   determinant of the matrix of moments up to the fourth is not negative). In terms of the response

       f' f''' + 2 f'^3 - f''^2 >= 0    at each x,

   and it is 0 where s has two states: tanh and the logistic bend as sharply as a unit can. Phi, 2 Phi - 1, the integral
   of Phi, and arctan all break this, and that is the whole proof that none of them is the response of a unit.
5. **All masses.** Softplus passes the four tests, everywhere. Its M is a power series in z = e^x, so that the states
   are 0, 1, 2, ... and the masses its coefficients, and the mass of the state 4 is negative: see `softplus_masses`.

Amplitude and steepness are tied. If f is the response of a unit, a f(a x) + b is (the states a s + b), but c f need not
be: c copies of the logistic, or of tanh, are a unit for c = 1, 2, 3, ... and for no c between: see `logistic_masses`.

None of the excluded is a limit of units either, at all x. If responses f_n came as near as one likes to f everywhere,
their K_n would converge, and so would their M_n, to the M of a law of states (Curtiss 1942), whose response is f.
Each excluded f has a least distance, then. `measure.copies` finds how near binary units come to softplus.

References
----------
K. Pearson, Phil. Trans. R. Soc. A 216, 429 (1916): the inequality of test 4.
E. C. Titchmarsh, The theory of functions, Oxford (1932), chapter 7: Pringsheim's theorem, for `softplus_masses`.
J. H. Curtiss, Ann. Math. Stat. 13, 430 (1942): moment generating functions that converge belong to laws that do.
V. Nair and G. E. Hinton, ICML 2010: copies of a binary unit with shifted biases.
"""

import itertools
from fractions import Fraction
from numbers import Rational
from typing import NamedTuple

import numpy as np
from scipy.optimize import minimize_scalar
from scipy.special import expit

from ..core import arguments
from . import activation
from .law import Unit
from .unit import binary, spin

REASONS = {
    "a unit": "it is the response of this unit",
    "falls": "its slope, a variance, is negative at x",
    "flat": "its slope, a variance, is 0 at x, and yet it is not constant",
    "kink": "at x the derivative of this order jumps, and a response is analytic",
    "four moments": "at x kurtosis - 1 - skewness^2 would be negative",
    "negative mass": "the state x would have a negative a-priori mass",
}


class Verdict(NamedTuple):
    """Whether a function of the gallery can be the response of a unit.

    Attributes
    ----------
    name : str
        Of the activation function.
    admissible : bool
    reason : str
        A key of `REASONS`, which says it in words.
    x : float
        Where it is seen: a field, or for "negative mass" a state. NaN for a unit.
    number : float
        What is seen there: for "falls" and "flat" the slope; for "kink" the jump of the lowest derivative that jumps,
        to four decimals; for "four moments" the kurtosis less 1 less the squared skewness; for "negative mass" the mass
        relative to that of the state 0; for "a unit" the largest difference between the two functions.
    order : int
        Of the derivative that jumps, for "kink": 1 of the slope, 2 of the slope's slope. Otherwise 0.
    unit : Unit or None
    """

    name: str
    admissible: bool
    reason: str
    x: float
    number: float
    order: int = 0
    unit: Unit | None = None


_DENSITY = activation.probit.slope
# First, second and third derivative of the smooth ones, and where their four moments are looked at.
_FOUR_MOMENTS = {
    "probit": (0.0, lambda x: np.array([1.0, -x, x * x - 1]) * _DENSITY(x)),
    "erf": (2.0, lambda x: 2 * np.array([1.0, -x, x * x - 1]) * _DENSITY(x)),
    "arctan": (
        0.0,
        lambda x: np.array([1.0, -2 * x / (1 + x * x), (6 * x * x - 2) / (1 + x * x) ** 2]) / (1 + x * x) / np.pi,
    ),
    "gaussian_ramp": (-2.0, lambda x: np.array([activation.probit(x), _DENSITY(x), -x * _DENSITY(x)])),
}  # fmt: skip


def four_moments(first, second, third):
    """Kurtosis - 1 - skewness^2 of the states of a unit whose response has these three derivatives.

    Parameters
    ----------
    first, second, third : array_like
        f', above 0, f'' and f''' at the same fields: variance, third and fourth cumulant of the states.

    Returns
    -------
    float64 of the shape of the three
        f''' / f'^2 + 2 - f''^2 / f'^3. At least 0 for a unit; 0 where it has two states.

    Raises
    ------
    TypeError, ValueError
        If they do not fit together or `first` is not above 0.

    Examples
    --------
    The slope of tanh at 0 is 1 and its third derivative -2: two states. Phi has the slope 0.4 there, and minus that as
    its third derivative:

    >>> four_moments(1.0, 0.0, -2.0), four_moments(0.3989, 0.0, -0.3989).round(3)
    (np.float64(0.0), np.float64(-0.507))
    """
    first = arguments.real_values("first", first)
    second, third = arguments.real_values("second", second), arguments.real_values("third", third)
    arguments.fit_together(first=first, second=second, third=third)
    if not (first > 0).all():
        raise ValueError(f"first must be above 0, got {first.min():g}: a response rises")
    return third / first**2 + 2 - second**2 / first**3


def verdicts() -> tuple[Verdict, ...]:
    """Judge each function of `activation.GALLERY`, with its default parameters, in the order of the gallery.

    Returns
    -------
    tuple of Verdict

    Examples
    --------
    >>> [verdict.name for verdict in verdicts() if verdict.admissible]
    ['tanh', 'logistic']
    """
    return tuple(_verdict(entry) for entry in activation.GALLERY)


def _verdict(f: activation.Activation) -> Verdict:
    x = np.linspace(-20, 20, 4001)
    for candidate in (spin(), binary()):
        apart = np.abs(f(x) - candidate.response(x)).max()
        if apart < 1e-12:
            return Verdict(f.name, True, "a unit", np.nan, float(apart), unit=candidate)
    slope = f.slope(x)
    if slope.min() < 0:
        k = slope.argmin()
        lowest = minimize_scalar(f.slope, bounds=(x[k - 1], x[k + 1]), method="bounded", options={"xatol": 1e-10})
        return Verdict(f.name, False, "falls", float(lowest.x), float(lowest.fun))
    if (np.abs(x[slope == 0]) < 20).any():
        return Verdict(f.name, False, "flat", -2.0, float(f.slope(-2.0)))
    h = 1e-6
    left, right = f.slope([-2 * h, -h]), f.slope([h, 2 * h])
    for order, jump in ((1, right[0] - left[1]), (2, (right[1] - right[0] - left[1] + left[0]) / h)):
        if abs(jump) > 1e-3:
            return Verdict(f.name, False, "kink", 0.0, round(float(jump), 4), order)
    if f.name in _FOUR_MOMENTS:
        at, derivatives = _FOUR_MOMENTS[f.name]
        return Verdict(f.name, False, "four moments", at, float(four_moments(*derivatives(at))))
    masses = softplus_masses(4)
    return Verdict(f.name, False, "negative mass", 4.0, float(masses[4]))


def softplus_masses(n: int, copies=1) -> list[Fraction]:
    """A-priori masses that the states 0 ... n would have if copies * softplus were the response of a unit; exactly.

    With f = c ln(1 + e^x) and z = e^x, K is c times the integral of ln(1 + z) / z, that is -c Li2(-z), and

        M(z) = exp(c (z - z^2/4 + z^3/9 - ...)) = sum of m_k z^k,
        k m_k = c (m_{k-1} - m_{k-2} / 2 + m_{k-3} / 3 - ...).

    If M(e^x) is E[exp(x s)] for x < 0, then s = k has the mass m_k (a Laplace transform has one measure), up to a
    common factor. **For each c > 0 some masses are negative.** The series has radius 1, since M has a branch point at
    z = -1. Had it no negative coefficients, or finitely many, it would have a singularity at z = +1 as well
    (Pringsheim). It has none: there M is analytic. And M is near -1

        exp(-c pi^2 / 6) (1 - c (1 + z) ln(1 + z) + ...),    so that    m_k -> -(-1)^k c exp(-c pi^2 / 6) / k^2:

    every even state has a negative mass from some k on. The sharpness changes nothing: ln(1 + exp(k x)) / k is this
    with c = 1 / k^2, for the states 0, k, 2k, ...

    Parameters
    ----------
    n : int
        The last state.
    copies : int or Fraction
        The factor c, above 0.

    Returns
    -------
    list of n + 1 Fraction
        m_0 = 1, m_1, ... As probabilities they would be divided by their sum, exp(c pi^2 / 12).

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> print(*softplus_masses(6))
    1 1 1/4 1/36 -1/288 23/7200 -647/259200
    """
    n = arguments.count("n", n)
    c = _fraction("copies", copies)
    masses = [Fraction(1)]
    for k in range(1, n + 1):
        masses.append(c / k * sum(Fraction((-1) ** (j + 1), j) * masses[k - j] for j in range(1, k + 1)))
    return masses


def logistic_masses(n: int, copies=1) -> list[Fraction]:
    """A-priori masses that the states 0 ... n would have if copies * logistic were the response of a unit; exactly.

    M = ((1 + z) / 2)^c, and the masses are the binomial coefficients c (c - 1) ... (c - k + 1) / k!. A whole number of
    copies makes a binomial law; with any other the state k = floor(c) + 2 is the first whose mass is negative. For c
    copies of tanh, which is 2 logistic(2x) - 1, they are the masses of the states 2k - c.

    Parameters
    ----------
    n : int
        The last state.
    copies : int or Fraction
        The factor c, above 0.

    Returns
    -------
    list of n + 1 Fraction
        1, c, ... As probabilities they would be divided by 2^c.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> print(*logistic_masses(4, 3), "and", *logistic_masses(4, Fraction(1, 2)))
    1 3 3 1 0 and 1 1/2 -1/8 1/16 -5/128
    """
    n, c = arguments.count("n", n), _fraction("copies", copies)
    masses = [Fraction(1)]
    for k in range(n):
        masses.append(masses[-1] * (c - k) / (k + 1))
    return masses


def first_negative(copies=1, *, at_most: int = 200) -> tuple[int, Fraction]:
    """The first state whose mass is negative in `softplus_masses`, and that mass.

    Parameters
    ----------
    copies : int or Fraction
        The factor c, above 0.
    at_most : int
        Where to give up.

    Returns
    -------
    state : int
    mass : Fraction

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.
    RuntimeError
        If no state up to `at_most` has a negative mass.

    Examples
    --------
    >>> state, mass = first_negative()
    >>> print(state, mass)
    4 -1/288
    """
    at_most, n = arguments.count("at_most", at_most, at_least=2), 8
    while True:
        n = min(2 * n, at_most)
        for state, mass in enumerate(softplus_masses(n, copies)):
            if mass < 0:
                return state, mass
        if n == at_most:
            raise RuntimeError(f"no mass is negative up to the state {at_most}: look further, with a larger at_most")


def _fraction(name: str, value) -> Fraction:
    if isinstance(value, bool) or not isinstance(value, Rational):
        raise TypeError(f"{name} must be a whole number or a Fraction, not {type(value).__name__}")
    if value <= 0:
        raise ValueError(f"{name} must be greater than 0, got {value}")
    return Fraction(value)


def moments_from_cumulants(cumulants) -> list:
    """Moments 0 ... n from cumulants 1 ... n, in the arithmetic that the cumulants come in (Fraction stays exact).

    Examples
    --------
    >>> moments_from_cumulants([0, 2, 0, 3])
    [1, 0, 2, 0, 15]
    """
    cumulants = list(cumulants)
    moments, binomials = [1], [1]
    for n in range(1, len(cumulants) + 1):
        moments.append(sum(binomials[k] * cumulants[k] * moments[n - 1 - k] for k in range(n)))
        binomials = [1, *(a + b for a, b in itertools.pairwise(binomials)), 1]
    return moments


def hankel_determinants(moments) -> list:
    """Determinants of the matrices of moments (m_{i+j}), of sizes 1, 2, ...: none is negative for a law of states.

    Examples
    --------
    Moments of a law that is spread evenly from -1 to 1, and of one that there is not:

    >>> hankel_determinants([Fraction(1), 0, Fraction(1, 3), 0, Fraction(1, 5)])
    [Fraction(1, 1), Fraction(1, 3), Fraction(4, 135)]
    >>> hankel_determinants([Fraction(1), 0, Fraction(1, 3), 0, Fraction(1, 10)])[-1]
    Fraction(-1, 270)
    """
    moments = list(moments)
    sizes = range(1, len(moments) // 2 + 2)
    return [_determinant([[moments[i + j] for j in range(n)] for i in range(n)]) for n in sizes]


def _determinant(rows):
    """By Gauss's elimination with exchange of rows; exact for fractions."""
    rows, value, n = [list(row) for row in rows], 1, len(rows)
    for k in range(n):
        pivot = next((i for i in range(k, n) if rows[i][k]), None)
        if pivot is None:
            return 0 * value
        if pivot != k:
            rows[k], rows[pivot], value = rows[pivot], rows[k], -value
        value *= rows[k][k]
        for i in range(k + 1, n):
            factor = rows[i][k] / rows[k][k]
            rows[i] = [a - factor * b for a, b in zip(rows[i], rows[k], strict=True)]
    return value


def copies(n: int, *, sharpness: float = 1.0, offset: float = 0.5) -> Unit:
    """Copies of a binary unit, each a step harder to excite: an admissible stand-in for softplus (Nair and Hinton).

    Copy i has the states 0 and k, with the sharpness k, and the threshold k (i + offset) for i = 0 ... n - 1. Together

        f(x) = sum over i of k logistic(k (x - k (i + offset))),

    near softplus(x, sharpness=k) below x = n k. The spacing k of the thresholds is no free choice: it has to be the
    amplitude, so that f has slope 1 above, and the amplitude is the steepness, since the states are 0 and k. So only
    blunt copies are fine: their distance to softplus is about k^3 / 96 for small k, see `measure.copies`.

    Parameters
    ----------
    n : int
        At least 1.
    sharpness : float
        Above 0.
    offset : float
        Where the first threshold is, in steps.

    Returns
    -------
    Unit

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> float((copies(60).response(5.0) - activation.softplus(5.0)).round(5))
    -0.00027
    """
    n, k = arguments.count("n", n, at_least=1), arguments.number("sharpness", sharpness, above=0)
    thresholds = k * k * (np.arange(n) + arguments.number("offset", offset))

    def cumulants(x):
        u = k * np.asarray(x)[..., None] - thresholds
        near = np.log1p(expit(-thresholds) * np.expm1(np.clip(k * x, -1, 1))[..., None])
        far = np.logaddexp(0, u) - np.logaddexp(0, -thresholds)
        K = np.where(np.abs(k * x)[..., None] < 1, near, far).sum(axis=-1)
        return K, k * expit(u).sum(axis=-1), k * k * activation.logistic.slope(u).sum(axis=-1)

    def draw(x, rng):
        u = k * np.asarray(x)[..., None] - thresholds
        return k * (rng.random(u.shape) < expit(u)).sum(axis=-1)

    return Unit(
        f"{n} copies of a binary unit",
        0.0,
        n * k,
        r"\prod_i (1 + e^{ks - \theta_i})",
        cumulants,
        draw,
        near=0.5 / k,
    )
