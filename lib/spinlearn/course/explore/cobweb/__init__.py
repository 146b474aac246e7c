"""The live cobweb: hearing and answering in turn, and the solutions to which that leads."""

import numpy as np

from .... import meanfield
from ..shell import controls
from ..shell.controls import Action, Mark, Pace
from ..shell.shell import Moving
from ..shell.still import Still, drawn

__all__ = ["Cobweb"]

_KEPT, _MOST = 400, 5000  # steps that are drawn; steps of which the end is waited for
_ARRIVED, _SEEN = 1e-12, 1e-7  # distances at which the end is reached, and down to which the law is laid


class Cobweb(Moving):
    """The self-consistency m = tanh((m + h) / T), live: its iteration as a cobweb, and all of its solutions.

    Temperatures and fields are in units of Tc. A step hears m and answers tanh((m + h) / T), which is heard next.
    Beside the staircase stand the solutions against the temperature, filled where they are stable and open where not;
    below, how fast the end comes near: by a factor g' = (1 - m^2) / T a step, where m is the solution.

    It runs on the kernels of `spinlearn.meanfield` as WebAssembly in the browser; a browser's `tanh` may differ from
    the system's in its last bit.

    Parameters
    ----------
    T : float
        Temperature, from 0.2 to 2.
    h : float
        Field, from -0.7 to 0.7.
    start : float
        The m that is heard first, from -1 to 1.
    running : bool
        Whether it runs as soon as it is shown in JupyterLab. In a built page it always starts paused.

    Attributes
    ----------
    steps : int
        Since the last reset. When T or h is set, as many are taken anew from the start.
    m, answer : float
        What is heard now, and what is answered to it.
    end : float
        The solution that the start leads to.
    gain : float
        Slope of the answer there.
    left : float
        Distance of m from there.

    Raises
    ------
    traitlets.TraitError
        If a value has the wrong type or range, now or when a trait is set later; the trait keeps its value.

    Examples
    --------
    >>> Cobweb(0.9, 0.0, start=0.1)
    Cobweb(T=0.9, h=0.0, start=0.1)
    """

    title = "Self-consistency as a cobweb"
    wasm = "cobweb"
    positional = 2
    pace = Pace("Speed / (steps/s)", (1, 2, 5, 20), start=2, every="second")
    actions = (Action("E", "To the end", "settle"),)

    T = controls.slider(
        0.6, 0.2, 2.0, label="Temperature", symbol="T", unit="Tc", step=0.01, digits=2, first=True,
        marks=(Mark(1, "T_c", "Set T to its critical value"),),
    )  # fmt: skip
    h = controls.slider(
        0.1, -0.7, 0.7, label="Field", symbol="h", unit="Tc", step=0.002, digits=3, marks=(Mark(0, "0", "Set h to 0"),)
    )
    start = controls.slider(-0.2, -1.0, 1.0, label="First heard", symbol="m", step=0.01, digits=2)

    steps = controls.counter("steps")
    m = controls.reading("heard", digits=4, first=True)
    answer = controls.reading("answered", digits=4)
    end = controls.reading("leads to", digits=4, first=True)
    gain = controls.reading("slope g′ there", digits=3)
    left = controls.reading("still to go", digits=6)

    def data(self) -> dict:
        """Return how many steps are drawn and waited for, and which distances count."""
        return {"kept": _KEPT, "most": _MOST, "arrived": _ARRIVED, "seen": _SEEN}

    def still(self) -> Still:
        """Return the first thirty steps and the solutions against temperature, and the words."""
        found = meanfield.branches(self.T, h=self.h)
        stable = [float(m) for m in (found.stable, found.metastable) if not np.isnan(m)]
        unstable = [] if np.isnan(found.unstable) else [float(found.unstable)]
        heard = [self.start]
        for _ in range(30):
            heard += [meanfield.response(heard[-1], self.T, self.h, 1.0)] * 2

        def draw(figure):
            left, right = figure.subplots(1, 2, sharey=True)
            m = np.linspace(-1, 1, 201)
            left.plot(m, m, color="0.6", linewidth=1)
            left.plot(m, np.tanh((m + self.h) / self.T), "C0")
            left.plot(heard[:-2], heard[1:-1], "C1", linewidth=1)
            left.set(xlabel="m, heard", ylabel="m, answered")
            T = np.linspace(0.02, 2, 1000)
            every = meanfield.branches(T, h=self.h)
            right.plot(T, every.stable, "C0", T, every.metastable, "C0", T, every.unstable, "C0:")
            if not self.h:
                right.plot(T, -every.stable, "C0")
            right.set(xlabel="temperature T / Tc", ylabel="solutions m")
            for ax, place in ((left, stable), (right, [self.T] * len(stable))):
                ax.plot(place, stable, "o", color="0.2")
            for ax, place in ((left, unstable), (right, [self.T] * len(unstable))):
                ax.plot(place, unstable, "o", color="0.2", mfc="w")

        what = f"The answer tanh((m + h)/T) against m at T = {self.T:g} Tc and h = {self.h:g}"
        has = f"stable solutions at m = {' and '.join(f'{m:.3f}' for m in stable)}" + (
            f", an unstable one at {unstable[0]:.3f}" if unstable else ", and no other"
        )
        goes = f"The staircase from {self.start:g} leads to {heard[-1]:.3f} in thirty steps"
        words = f"{what}: {has}. {goes}."
        return drawn(
            draw, 5.3, 2.7, words, f"{words} Beside it all solutions against temperature, dotted where unstable."
        )
