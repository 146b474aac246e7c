"""The live fit: a tanh that the reader lays over the magnetisation, with the best ones to compare."""

import functools
import math
from typing import NamedTuple

import numpy as np
from scipy.optimize import least_squares

from .... import meanfield
from ....measure import minimax
from ..shell import controls
from ..shell.controls import Action, Mark
from ..shell.shell import Explorable
from ..shell.still import Still, drawn

__all__ = ["FitByHand"]

_WINDOW, _STEPS = 2.0, 4000  # of T; the mean is over the midpoints of equal steps
_SHOWN = (0.0, 1.6)  # of T
_ZOOMS = (0.15, 0.3, 0.6, 1.1)  # of the difference
_SOURCE = (6.0, 1.0)  # steepness and centre that the source has


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

    title = "A tanh laid by hand over the magnetisation"
    wasm = "fit"
    positional = 2
    actions = (Action("M", "Best mean", "mean"), Action("W", "Minimax", "worst"), Action("S", "Source", "source"))

    a = controls.slider(_SOURCE[0], 1.0, 30.0, label="Steepness", symbol="a", step=0.01, digits=2, ends=0, first=True)
    c = controls.slider(
        _SOURCE[1], 0.6, 1.2, label="Centre", symbol="c", unit="Tc", step=0.001, digits=3,
        marks=(Mark(1, "T_c", "Set c to the critical temperature"),),
    )  # fmt: skip
    best = controls.check(False, label="Draw the best ones")

    rms = controls.reading("rms", digits=4, first=True)
    largest = controls.reading("largest", digits=4, first=True)
    where = controls.reading("at T", digits=3)
    least_rms = controls.reading("least rms", digits=4)
    least_largest = controls.reading("least largest", digits=4)

    def data(self) -> dict:
        """Return the best fits and that of the source, the window, and temperatures close to the corner and in it."""
        corner = [1.0, *(1 - np.logspace(-6, -2, 41)).round(12).tolist()]  # the same on every computer
        return best_fits()._asdict() | {
            "source": _SOURCE,
            "window": _WINDOW,
            "steps": _STEPS,
            "corner": corner,
            "shown": _SHOWN,
            "zooms": _ZOOMS,
        }

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
            below.set(xlabel="temperature T / Tc", ylabel="f − m", xlim=_SHOWN)

        what = f"The magnetisation m(T) and the tanh f with steepness {self.a:g} and centre {self.c:g} Tc"
        has = f"their largest difference is {abs(error[k]):.3f}, at T = {T[k]:.2f} Tc"
        return drawn(draw, 5.6, 3.6, f"{what}; below, f − m: {has}.", f"{what}, and what it leaves: {has}.")
