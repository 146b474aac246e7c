"""Finite-size scaling: from runs on small lattices to a critical point and its exponents, with errors.

It starts from runs cut into blocks (`sample`) and their averages at any temperature nearby (`reweight`, both of
`histograms` and known here too), each given B + 1 times, from all records and from all but one block, side by side in
one array. What is worked out from such arrays is again such an array, so that an error survives any formula; `estimate`
reads it off, and `combine` does so for functions of several runs.

Near T_c a quantity that goes as |t|^-kappa in the infinite lattice follows on lattices of side L

    value = L^(kappa / nu) g(t L^(1 / nu)),     t = T / T_c - 1,

up to corrections that die out as L grows. At T_c it is a power of L (`power_law`); Binder's cumulant has kappa = 0, and
its curves for two sizes cross there (`crossing`); and all sizes fall on one curve (`collapse`, `quality`).

References
----------
K. Binder, Z. Phys. B 43, 119 (1981): the cumulant and its crossings.
M. E. Fisher and M. N. Barber, Phys. Rev. Lett. 28, 1516 (1972): scaling with the size.
J. Houdayer and A. K. Hartmann, Phys. Rev. B 70, 014418 (2004): the quality of a collapse.
"""

import math
from typing import NamedTuple

import numpy as np
from scipy.interpolate import CubicSpline
from scipy.optimize import minimize
from scipy.stats import chi2

from ..core import arguments
from ..core.jit import kernel
from ..core.progress import watched
from .histograms import Joint, Sample, reweight
from .histograms import sample as sample  # for readers, beside `reweight`
from .observables import Estimate, answer

# The fits work with squares of value over error.
_LARGEST_WEIGHT = 1e100


class Crossing(NamedTuple):
    """Where the cumulants of two sizes cross: the temperature, and the value of the cumulant there."""

    T: Estimate
    U: Estimate


class PowerLaw(NamedTuple):
    """What `power_law` returns.

    Attributes
    ----------
    exponent, error : float
        With one standard deviation.
    amplitude, correction : float
        A and c of A L^exponent exp(c L^-omega); c is 0 where no omega was given.
    chi2 : float
        Sum of the squared deviations in units of the errors.
    dof : int
        Number of sizes less the number of constants fitted.
    p : float
        Probability of a chi2 at least as large if the law and the errors are right. 1 where dof is 0.
    """

    exponent: float
    error: float
    amplitude: float
    correction: float
    chi2: float
    dof: int
    p: float

    def __str__(self) -> str:
        """The exponent with its error in brackets, as an `Estimate` prints."""
        return str(Estimate(self.exponent, self.error, 0.5, self.dof))


class Curve(NamedTuple):
    """A quantity against temperature on lattices of side L: independent points, T ascending, all (k,) float64."""

    L: int
    T: np.ndarray
    value: np.ndarray
    error: np.ndarray


class Collapse(NamedTuple):
    """What `collapse` returns: three `Estimate` s, and the quality S of the best collapse."""

    Tc: Estimate
    nu: Estimate
    exponent: Estimate
    quality: float


def estimate(replicates) -> Estimate:
    """Value and error of a number that was worked out once from all records and once without each block.

    Parameters
    ----------
    replicates : (B + 1,) array_like
        As they follow from the entries of `Averages`.

    Returns
    -------
    Estimate
        The value from all records, less the bias of order 1/n of a nonlinear function of averages. Its ``n`` is B.

    Raises
    ------
    TypeError, ValueError
        If `replicates` is not a finite one-dimensional array of at least 3.

    Examples
    --------
    >>> print(estimate([2.0, 1.9, 2.1, 2.0]))
    2.00(12)
    """
    return combine(lambda one: one, replicates)


def combine(function, *replicates) -> Estimate:
    """Value and error of a function of several independent runs.

    Parameters
    ----------
    function : callable
        Takes one entry of each array, and returns a number.
    *replicates : (B + 1, …) array_like
        One array for each run, as in `Averages`; B may differ. While one run lends its replicates the others stay at
        entry 0, and the squares of the errors add up.

    Returns
    -------
    Estimate
        With ``n`` the number of blocks in all.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or shape, or if the function does not return finite numbers.

    Examples
    --------
    >>> print(combine(lambda a, b: a / b, [2.0, 1.9, 2.1, 2.0], [4.0, 4.2, 3.8]))
    0.499(38)
    """
    if not callable(function):
        raise TypeError(f"function must be callable, not {type(function).__name__}")
    arrays = [arguments.real_array("replicates", one).reshape(np.shape(one)) for one in replicates]
    if not arrays or any(one.ndim == 0 or len(one) < 3 for one in arrays):
        raise ValueError("replicates must be arrays of at least 3 entries: the whole, and without each block")
    first = [one[0] for one in arrays]
    whole = answer(function, *first)
    value, variance, blocks = whole, 0.0, 0
    for k, one in enumerate(arrays):
        B = len(one) - 1
        rest = np.array([answer(function, *first[:k], entry, *first[k + 1 :]) for entry in one[1:]])
        with np.errstate(over="ignore", invalid="ignore"):  # what is not finite is refused below
            value += (B - 1) * (whole - rest.mean())
            variance += (B - 1) * rest.var()
        blocks += B
    if not (math.isfinite(value) and math.isfinite(variance)):
        raise ValueError("function must return finite numbers, for all records and without any one block")
    return Estimate(float(value), math.sqrt(variance), 0.5, blocks)


def crossing(one: Sample | Joint, other: Sample | Joint, T) -> Crossing:
    """Where Binder's cumulants of two sizes cross.

    Parameters
    ----------
    one, other : Sample or Joint
        Independent runs, or runs joined.
    T : (K,) array_like
        At least 4 temperatures, ascending, within reach of both samples. The crossing is looked for between the first
        and the last one. In between the curves are splines; a dozen temperatures are plenty.

    Returns
    -------
    Crossing

    Raises
    ------
    TypeError, ValueError
        As for `reweight`; and if the curves do not cross exactly once, also without any one block.

    Examples
    --------
    >>> from spinlearn import lattice
    >>> from spinlearn.lattice import cluster
    >>> samples, rng = [], np.random.default_rng(1)
    >>> for L in (4, 8):
    ...     torus = lattice.square(L)
    ...     run = cluster.wolff(lattice.all_up(torus), torus, 2.27, 40_000, rng=rng)
    ...     samples.append(sample(run.e[100:], run.m[100:], torus, 2.27))
    >>> found = crossing(*samples, np.linspace(2.2, 2.34, 9))
    >>> abs(found.T.value - 2.23) < 4 * found.T.error < 0.04
    True
    """
    for name, part in (("one", one), ("other", other)):
        if not isinstance(part, (Sample, Joint)):
            raise TypeError(f"{name} must be a Sample or a Joint, not {type(part).__name__}")
    T = arguments.real_array("T", T)
    if T.ndim != 1 or T.size < 4 or not (T[1:] > T[:-1]).all():
        raise ValueError("T must hold at least 4 temperatures, ascending")
    curves = [reweight(part, T).binder for part in (one, other)]

    def meet(U, V):
        roots = CubicSpline(T, U - V).roots(extrapolate=False)
        if roots.size != 1:
            raise ValueError(
                f"T must enclose one crossing of the cumulants, but between {T[0]:g} and {T[-1]:g} there are "
                f"{roots.size}"
            )
        return roots[0]

    def height(U, V):
        return CubicSpline(T, U)(meet(U, V))

    return Crossing(combine(meet, *curves), combine(height, *curves))


def power_law(L, values, *, omega: float | None = None) -> PowerLaw:
    """Fit A L^p to independent measurements, by weighted least squares in the logarithms.

    Parameters
    ----------
    L : (k,) array_like
        Sizes, above 0.
    values : sequence of k `Estimate`, or (k, 2) array_like
        Values and errors, all above 0.
    omega : float, optional
        Also fit a correction: A L^p exp(c L^-omega), which for large L is A L^p (1 + c L^-omega). Above 0.

    Returns
    -------
    PowerLaw
        The error is that of the measurements alone. Whether a power is the right law chi2 can tell.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range, or if there are fewer sizes than constants.

    Examples
    --------
    >>> fit = power_law([8, 16, 32], [(2.0, 0.02), (4.0, 0.04), (8.0, 0.08)])
    >>> print(fit)
    1.000(10)
    """
    constants = 2 if omega is None else 3
    L = arguments.real_array("L", L)
    if L.ndim != 1 or np.unique(L).size < constants:
        raise ValueError(f"L must hold at least {constants} different sizes, got {np.unique(L).size}")
    try:
        pairs = [tuple(one)[:2] for one in values]
    except TypeError:
        raise TypeError("values must hold a value and its error for each size, as `Estimate` does") from None
    values = arguments.real_array("values", pairs, (L.size, 2), what=" (value and error)")
    for name, array in (("L", L), ("values", values)):
        if not (array > 0).all():
            raise ValueError(f"{name} must be greater than 0, got {array.min()}")
    terms = [np.ones_like(L), np.log(L)]
    if omega is not None:
        terms.append(L ** -arguments.number("omega", omega, above=0))
    with np.errstate(over="ignore"):
        weight = values[:, 0] / values[:, 1]  # one over the error of the logarithm
    if not (weight < _LARGEST_WEIGHT).all():
        raise ValueError(f"values must have errors above {1 / _LARGEST_WEIGHT:g} of them, got {1 / weight.max():g}")
    design = np.stack(terms, axis=1) * weight[:, None]
    target = np.log(values[:, 0]) * weight
    constants_found, _, rank, _ = np.linalg.lstsq(design, target, rcond=None)
    if rank < constants:
        what = "L must hold sizes" if omega is None else "L and omega must be such"
        raise ValueError(f"{what} that tell {constants} constants apart to the digits of a float")
    variance = np.linalg.inv(design.T @ design)[1, 1]
    off = float(((target - design @ constants_found) ** 2).sum())
    dof = L.size - constants
    return PowerLaw(
        exponent=float(constants_found[1]),
        error=math.sqrt(variance),
        amplitude=_exp("L", constants_found[0]),
        correction=float(constants_found[2]) if omega is not None else 0.0,
        chi2=off,
        dof=dof,
        p=float(chi2.sf(off, dof)) if dof else 1.0,
    )


def quality(x, y, dy) -> float:
    """How well scaled data fall on one curve: the S of Houdayer and Hartmann, about 1 where errors explain the rest.

    For each point, the master curve is the straight line through its neighbours: of every other set that reaches over
    the point, the next one to the left and the next one to the right. S is the mean of the squared distances from the
    line, in units of the errors of point and line together.

    Parameters
    ----------
    x, y, dy : sequences of arrays
        One array for each set, of the same length in all three: places in ascending order, values, errors above 0.

    Returns
    -------
    float
        Infinite where fewer than half of the points have neighbours.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range.

    Examples
    --------
    >>> x = [np.arange(0.0, 8.0), np.arange(0.5, 8.0)]
    >>> quality(x, [x[0], x[1]], [0.1 + 0 * x[0], 0.1 + 0 * x[1]]) < 1e-9
    True
    """
    for name, sort in (("x", x), ("y", y), ("dy", dy)):
        if np.ndim(sort[0] if isinstance(sort, (list, tuple)) and len(sort) else sort) == 0:
            raise TypeError(f"{name} must be a sequence of arrays, one for each set")
    if not len(x) == len(y) == len(dy) or len(x) < 2:
        raise ValueError(f"x, y and dy must hold as many sets, at least 2, got {len(x)}, {len(y)} and {len(dy)}")
    sets = [[arguments.real_array(n, one) for one in sort] for n, sort in (("x", x), ("y", y), ("dy", dy))]
    for xs, ys, errors in zip(*sets, strict=True):
        if not xs.shape == ys.shape == errors.shape or xs.ndim != 1 or xs.size < 2:
            raise ValueError(f"x, y and dy must be alike in shape, got {xs.shape}, {ys.shape} and {errors.shape}")
        if not (np.diff(xs) > 0).all():
            raise ValueError("x must be ascending in every set")
        if not (errors > 0).all():
            raise ValueError(f"dy must be greater than 0, got {errors.min()}")
        if not (errors**2 > 0).all():
            raise ValueError(f"dy must have squares that are floats above 0, got {errors.min()}: take other units")
    starts = np.cumsum([0, *map(len, sets[0])])
    with np.errstate(over="ignore", invalid="ignore"):
        S = mean_square_distance(*map(np.concatenate, sets), starts)
    if math.isnan(S):
        raise ValueError("x, y and dy must have squares that are floats: take other units")
    return S


def collapse(
    curves,
    *,
    Tc: float,
    nu: float,
    exponent: float,
    resamples: int = 40,
    progress: bool | None = None,
    rng: np.random.Generator,
) -> Collapse:
    """Find the T_c, nu and exponent with which all sizes fall best on one curve.

    That is, value L^-exponent against (T / T_c - 1) L^(1/nu), with the least `quality` S.

    Parameters
    ----------
    curves : sequence of Curve
        At least two sizes.
    Tc, nu, exponent : float
        Where the search starts; the first two above 0.
    resamples : int
        The errors are the scatter of so many further searches, at least 10, after noise of the size of the errors has
        been added to the data.
    progress : bool, optional
        True shows a bar, False none; left out: where somebody watches and it takes more than two seconds.
    rng : numpy.random.Generator

    Returns
    -------
    Collapse

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range, or if the curves do not overlap at the start.

    Examples
    --------
    >>> curves = []
    >>> for L in (8, 16, 32):
    ...     T = 2 * (1 + np.linspace(-2, 2, 15) / L)
    ...     curves.append(Curve(L, T, L**0.5 * np.exp(-(T / 2 - 1) * L), np.full(15, 0.01 * L**0.5)))
    >>> found = collapse(curves, Tc=2.01, nu=1.1, exponent=0.45, rng=np.random.default_rng(1))
    >>> abs(found.Tc.value - 2) < 0.01, abs(found.nu.value - 1) < 0.05, abs(found.exponent.value - 0.5) < 0.05
    (True, True, True)
    """
    start = np.array(
        [
            arguments.number("Tc", Tc, above=0),
            arguments.number("nu", nu, above=0),
            arguments.number("exponent", exponent),
        ]
    )
    resamples = arguments.count("resamples", resamples, at_least=10)
    arguments.flag("progress", progress, optional=True)
    arguments.generator(rng)
    curves = _curves(curves)
    if len(curves) < 2:
        raise ValueError(f"curves must hold at least 2 sizes, got {len(curves)}")
    if not math.isfinite(quality(*scaled(curves, Tc=Tc, nu=nu, exponent=exponent))):
        raise ValueError("curves must overlap when they are scaled with the Tc, nu and exponent to start from")
    sizes = [curve.L for curve in curves]
    starts = np.cumsum([0, *(len(curve.T) for curve in curves)])
    L = np.repeat(sizes, np.diff(starts))
    T, values, errors = (np.concatenate([curve[k] for curve in curves]) for k in (1, 2, 3))

    @np.errstate(over="ignore", invalid="ignore", divide="ignore")  # the search may look anywhere
    def search(values, first, steps):
        def S(at):
            if at[0] <= 0 or at[1] <= 0:
                return math.inf
            shrink = L ** -at[2]
            if not ((errors * shrink) ** 2 > 0).all():
                return math.inf
            S = mean_square_distance((T / at[0] - 1) * L ** (1 / at[1]), values * shrink, errors * shrink, starts)
            return S if math.isfinite(S) else math.inf

        # S jumps a little wherever a point gets another neighbour, so a single search may end in a small dent.
        best = None
        for step in steps:
            corners = first + np.vstack([np.zeros(3), np.diag(step)])
            options = {"initial_simplex": corners, "xatol": 1e-5, "fatol": 1e-4, "maxfev": 2000}
            found = minimize(S, first, method="Nelder-Mead", options=options)
            if best is None or found.fun < best.fun:
                best, first = found, found.x
        return best

    wide = np.array([0.01 * start[0], 0.1 * start[1], 0.05])
    steps = [wide * signs * size for size in (1, 0.3) for signs in ([1, 1, 1], [-1, 1, -1], [1, -1, 1], [-1, -1, -1])]
    best = search(values, start, steps)
    others = []
    for part in watched(resamples, progress):
        others += [search(rng.normal(values, errors), best.x, steps).x for _ in range(part.start, part.stop)]
    if not np.abs([best.x, *others]).max() < _LARGEST_WEIGHT:
        raise ValueError(f"Tc, nu and exponent must start a search that ends somewhere, not one that went to {best.x}")
    scatter = np.std(others, axis=0, ddof=1)
    found = [Estimate(float(v), float(s), 0.5, T.size) for v, s in zip(best.x, scatter, strict=True)]
    return Collapse(*found, float(best.fun))


def scaled(curves, *, Tc: float, nu: float, exponent: float) -> tuple[list, list, list]:
    """Scale curves for `quality` or for drawing.

    Parameters
    ----------
    curves : sequence of Curve
    Tc, nu, exponent : float
        The first two above 0.

    Returns
    -------
    x, y, dy : lists of arrays
        (T / T_c - 1) L^(1/nu), value L^-exponent, and error L^-exponent.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range.

    Examples
    --------
    >>> scaled([Curve(4, np.array([2.0, 3.0]), np.ones(2), np.ones(2))], Tc=2.0, nu=1.0, exponent=0.5)[0]
    [array([0., 2.])]
    """
    curves = _curves(curves)
    Tc, nu = arguments.number("Tc", Tc, above=0), arguments.number("nu", nu, above=0)
    exponent = arguments.number("exponent", exponent)
    sizes = np.array([curve.L for curve in curves])
    with np.errstate(over="ignore", invalid="ignore"):
        stretch, shrink = sizes ** (1 / nu), sizes**-exponent
        x = [(curve.T / Tc - 1) * factor for curve, factor in zip(curves, stretch, strict=True)]
        y = [curve.value * factor for curve, factor in zip(curves, shrink, strict=True)]
        dy = [curve.error * factor for curve, factor in zip(curves, shrink, strict=True)]
    if not all(np.isfinite([a, b, c]).all() and (c > 0).all() and (a[1:] > a[:-1]).all()
               for a, b, c in zip(x, y, dy, strict=True)):  # fmt: skip
        raise ValueError(f"Tc, nu and exponent must keep the scaled curves finite, got {Tc:g}, {nu:g} and {exponent:g}")
    return x, y, dy


def _curves(curves) -> list[Curve]:
    """Check curves; return them with numbers and arrays of float64."""
    if not isinstance(curves, (list, tuple)) or isinstance(curves, Curve):
        raise TypeError(f"curves must be a list or tuple of `Curve`, not {type(curves).__name__}")
    checked = []
    for k, one in enumerate(curves):
        name = f"curves[{k}]"
        if not isinstance(one, Curve):
            raise TypeError(f"{name} must be a Curve, not {type(one).__name__}")
        L = arguments.number(f"{name}.L", one.L, above=0)
        T = arguments.series(f"{name}.T", one.T)
        if not (np.diff(T) > 0).all():
            raise ValueError(f"{name}.T must be ascending")
        value, error = (arguments.real_array(f"{name}.{what}", getattr(one, what), T.shape, what=" (that of T)")
                        for what in ("value", "error"))  # fmt: skip
        if not (error > 0).all():
            raise ValueError(f"{name}.error must be greater than 0, got {error.min()}")
        checked.append(Curve(L, T, value, error))
    return checked


def _exp(name: str, logarithm: float) -> float:
    try:
        return math.exp(logarithm)
    except OverflowError:
        raise ValueError(f"{name} must be such that the amplitude at L = 1 is finite, got exp({logarithm:g})") from None


@kernel
def mean_square_distance(x, y, dy, starts):
    """The S of `quality`: sets lie one behind the other, set a from ``starts[a]`` to ``starts[a + 1] - 1``."""
    total, terms = 0.0, 0
    for a in range(starts.size - 1):
        for i in range(starts[a], starts[a + 1]):
            # Sums over the neighbours for the line y = A + B (x - x_i), with weights 1 / dy^2.
            w = wx = wy = wxx = wxy = 0.0
            for c in range(starts.size - 1):
                first, last = starts[c], starts[c + 1] - 1
                if c == a or not x[first] <= x[i] <= x[last]:
                    continue
                k = first + 1
                while x[k] < x[i]:
                    k += 1
                for j in range(k - 1, k + 1):
                    weight, d = dy[j] ** -2, x[j] - x[i]
                    w += weight
                    wx += weight * d
                    wy += weight * y[j]
                    wxx += weight * d * d
                    wxy += weight * d * y[j]
            spread = w * wxx - wx * wx
            if spread > 0:
                there, variance = (wxx * wy - wx * wxy) / spread, wxx / spread
                total += (y[i] - there) ** 2 / (dy[i] ** 2 + variance)
                terms += 1
    return total / terms if 2 * terms >= x.size else np.inf
