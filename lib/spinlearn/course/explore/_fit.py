"""The live fit: a tanh that the reader lays over the magnetisation, with the best ones to compare."""

import base64
import functools
import math
from typing import NamedTuple

import numpy as np
import traitlets
from scipy.optimize import least_squares

from ... import meanfield
from ...measure import minimax
from .. import web
from ._shell import Explorable, Still
from ._still import drawn

_WINDOW, _STEPS = 2.0, 4000  # of T; the mean is over the midpoints of equal steps


class Optima(NamedTuple):
    """What `best_fits` returns.

    Attributes
    ----------
    mean, worst : tuple of float
        Steepness and centre of the least rms, and of the least largest error.
    rms, largest : float
        These two errors.
    """

    mean: tuple[float, float]
    worst: tuple[float, float]
    rms: float
    largest: float


def curve(T, a, c):
    """Return the tanh that is fitted, 1/2 - 1/2 tanh(a (T - c))."""
    return 0.5 - 0.5 * np.tanh(a * (T - c))


@functools.cache
def best_fits() -> Optima:
    """Return the best fits to the magnetisation on the window, by least squares and by `minimax.minimax`."""
    T = _WINDOW * (np.arange(_STEPS) + 0.5) / _STEPS
    m = meanfield.magnetisation(T)
    mean = least_squares(lambda p: curve(T, *p) - m, [6.0, 0.9], xtol=1e-12, ftol=1e-12, gtol=1e-12).x
    grid = np.union1d(np.linspace(0.01, _WINDOW, 200), 1.0)
    worst = minimax.minimax(curve, meanfield.magnetisation, grid, mean)
    # So few digits that they are the same on every computer.
    rms = math.sqrt(np.mean((curve(T, *mean) - m) ** 2))
    return Optima(
        tuple(mean.round(4).tolist()), tuple(worst.parameters.round(4).tolist()), round(rms, 6), round(worst.error, 6)
    )


class FitByHand(Explorable):
    """The curve 1/2 - 1/2 tanh(a (T - c)), laid by hand over the mean-field magnetisation m(T), with Tc = 1.

    Below the curves stands their difference. Its rms and its largest absolute value, on temperatures from 0 to 2, are
    read out beside the least ones that are possible; buttons go there. It has no time: it answers its controls.

    m(T) comes from the kernels of `spinlearn.meanfield` as WebAssembly in the browser, whose `tanh` may differ from the
    system's in its last bit. The best fits are computed in Python, by least squares and by `minimax.minimax`.

    Parameters
    ----------
    a : float
        Steepness, from 1 to 30.
    c : float
        Centre, from 0.6 to 1.2.
    best : bool
        Whether the best fits are drawn as well.

    Attributes
    ----------
    rms, largest : float
        Errors of the present fit: root of the mean square, and largest absolute value.
    where : float
        Temperature of the largest error.
    least_rms, least_largest : float
        The least possible of each.

    Raises
    ------
    traitlets.TraitError
        If a value has the wrong type or range, now or when a trait is set later; the trait keeps its value.

    Examples
    --------
    >>> FitByHand(8.0, 0.9)
    FitByHand(a=8.0, c=0.9, best=False)
    """

    _scripts = ("plot.js", "fit.js")
    _esm = Explorable.javascript(_scripts)

    a = traitlets.Float(6.0, min=1.0, max=30.0, help="steepness").tag(sync=True, page=True)
    c = traitlets.Float(1.0, min=0.6, max=1.2, help="centre").tag(sync=True, page=True)
    best = traitlets.Bool(False, help="whether the best fits are drawn").tag(sync=True, page=True)

    rms = traitlets.Float(0.0, help="root of the mean square error").tag(sync=True)
    largest = traitlets.Float(0.0, help="largest error").tag(sync=True)
    where = traitlets.Float(0.0, help="temperature of the largest error").tag(sync=True)
    least_rms = traitlets.Float(0.0, help="least possible rms").tag(sync=True)
    least_largest = traitlets.Float(0.0, help="least possible largest error").tag(sync=True)

    _wasm = traitlets.Unicode(base64.b64encode(web.read("meanfield")).decode()).tag(sync=True, page=True)
    _best = traitlets.Dict().tag(sync=True, page=True)

    def __init__(self, a=6.0, c=1.0, *, best=False):
        super().__init__(a=a, c=c, best=best, _best=best_fits()._asdict())

    def __repr__(self) -> str:
        return f"FitByHand({', '.join(f'{name}={getattr(self, name)!r}' for name in ('a', 'c', 'best'))})"

    @traitlets.validate("a", "c")
    def _finite(self, proposal):
        if math.isnan(proposal["value"]):
            raise traitlets.TraitError(f"The {proposal['trait'].name!r} trait must be a number, not nan")
        return proposal["value"]

    def still(self) -> Still:
        """Return the magnetisation, the fit and their difference, and the words."""
        T = np.unique(np.r_[_WINDOW * (np.arange(_STEPS) + 0.5) / _STEPS, 1.0])
        m = meanfield.magnetisation(T)
        error = curve(T, self.a, self.c) - m
        k = np.abs(error).argmax()

        def draw(figure):
            above, below = figure.subplots(2, sharex=True, height_ratios=[3, 2])
            above.plot(T, m, "0.2", label="m")
            above.plot(T, curve(T, self.a, self.c), "C1", label="f")
            above.legend()
            above.set(ylabel="m and f")
            below.plot(T, error, "C1")
            below.axhline(0, color="0.6", linewidth=0.8)
            below.set(xlabel="temperature T / Tc", ylabel="f − m", xlim=(0, 1.6))

        what = f"The magnetisation m(T) and the tanh f with steepness {self.a:g} and centre {self.c:g} Tc"
        has = f"their largest difference is {abs(error[k]):.3f}, at T = {T[k]:.2f} Tc"
        return drawn(draw, 5.6, 3.6, f"{what}; below, f − m: {has}.", f"{what}, and what it leaves: {has}.")
