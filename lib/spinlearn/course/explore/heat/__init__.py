"""The specific heat of a finite torus, live: how a peak becomes a divergence, and how slowly."""

import math

import numpy as np

from ....exact import curves, kaufman, onsager_specific_heat
from ....exact.plane import critical_temperature
from ..shell import controls
from ..shell.controls import Action, Mark
from ..shell.shell import Explorable
from ..shell.still import Still, drawn

__all__ = ["SpecificHeat"]

_SHOWN = 1.5, 3.5  # the temperatures of the graph
_BETWEEN = 2.0, 3.0  # where the peak of every torus lies
_POINTS = 161  # of a curve
_DOUBLED = 2, 4, 8, 16, 32, 64, 128


class SpecificHeat(Explorable):
    """The exact specific heat of a torus of L x L spins, live, with the chain's and the infinite plane's.

    Beside the curves stands the height of the peak against the logarithm of L, for every L that has been set. With a
    line of Onsager's slope 8 Kc^2 / pi = 0.4945 through the last one. It runs on the kernels of
    `spinlearn.exact.curves` as WebAssembly in the browser; a browser's functions may differ from the system's in the
    last bit.

    Parameters
    ----------
    L : float
        Sites along each side, from 2 to 128, to the nearest whole number.
    T : float
        Temperature in units of J, from 1.5 to 3.5, whose energies and heats the read-out gives.

    Attributes
    ----------
    at, height : float
        Temperature of the peak, and its height.
    c, plane : float
        Specific heat of the torus and of the infinite plane at T.
    e, plane_e : float
        Their energies per spin.

    Raises
    ------
    traitlets.TraitError
        If a value has the wrong type or range, now or when a trait is set later; the trait keeps its value.

    Examples
    --------
    >>> SpecificHeat(16)
    SpecificHeat(L=16.0, T=2.0)
    """

    title = "The specific heat of a finite torus"
    wasm = "heat"
    positional = 2
    actions = (Action("D", "Double L", "double"), Action("F", "Forget the sizes", "forget"))

    L = controls.counted(4.0, 2.0, 128.0, label="Side", symbol="L", first=True)
    T = controls.slider(
        2.0, *_SHOWN, label="Temperature", symbol="T", step=0.005, digits=3,
        marks=(Mark(critical_temperature(), "T_c", "Set T to the critical temperature of the plane, 2.269"),),
    )  # fmt: skip

    height = controls.reading("height of the peak", digits=3, first=True)
    at = controls.reading("at temperature", digits=3, first=True)
    c = controls.reading("c of the torus at T", digits=4)
    plane = controls.reading("c of the plane", digits=4)
    e = controls.reading("e of the torus at T", digits=4)
    plane_e = controls.reading("e of the plane", digits=4)

    def data(self) -> dict:
        """Return the critical temperature, what is shown, and where the peaks lie."""
        return {"Tc": critical_temperature(), "shown": _SHOWN, "between": _BETWEEN, "points": _POINTS,
                "doubled": _DOUBLED}  # fmt: skip

    def still(self) -> Still:
        """Return the heats of three sizes, the plane and the chain, and the peaks of all doublings, with the words."""
        side = round(self.L)
        sizes = sorted({4, 16, 64} | {side})
        peaks = [curves.torus_peak(size, *_BETWEEN) for size in _DOUBLED]
        T = np.r_[np.linspace(1.5, 2.2, 60), np.linspace(2.2, 2.4, 101), np.linspace(2.4, 3.5, 80)]

        def draw(figure):
            left, right = figure.subplots(1, 2)
            left.plot(T, [curves.chain_moments(1 / t)[1] for t in T], color="0.7", linestyle=":", label="chain")
            left.plot(T, onsager_specific_heat(T), "0.3", label="plane")
            for size in sizes:
                left.plot(T, kaufman(size, size, T).c, label=f"L = {size}")
            left.set(xlabel="temperature T", ylabel="specific heat c", ylim=(0, 3))
            left.legend()
            right.semilogx(_DOUBLED, [height for _, height in peaks], "oC1")
            right.set_xticks(_DOUBLED, map(str, _DOUBLED))
            right.minorticks_off()
            right.set(xlabel="side L", ylabel="height of the peak", ylim=(0, 3))

        at, height = curves.torus_peak(side, *_BETWEEN)
        what = f"Exact specific heat; the peak of the {side} × {side} torus is {height:.3f} high, at T = {at:.3f}"
        gained = [peaks[k][1] - peaks[k - 1][1] for k in (-2, -1)]
        gains = f"From L = 32 to 64 it gains {gained[0]:.3f}, from 64 to 128 {gained[1]:.3f}"
        return drawn(
            draw, 6.4, 3.0,
            f"{what}. Beside it the heights of the peaks against L on a logarithmic axis, nearly a line.",
            f"{what}. {gains}; every doubling adds nearly the same, "
            f"{math.log(2) * curves.peak_growth():.3f} in the end.",
        )  # fmt: skip
