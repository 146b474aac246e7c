"""The live cobweb: hearing and answering in turn, and the solutions to which that leads."""

import base64
import math

import numpy as np
import traitlets

from ... import meanfield
from .. import web
from ._shell import Moving, Still
from ._still import drawn


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

    _scripts = ("plot.js", "meanfield.js", "cobweb.js")
    _esm = Moving.javascript(_scripts)

    T = traitlets.Float(0.6, min=0.2, max=2.0, help="temperature").tag(sync=True, page=True)
    h = traitlets.Float(0.1, min=-0.7, max=0.7, help="field").tag(sync=True, page=True)
    start = traitlets.Float(-0.2, min=-1.0, max=1.0, help="what is heard first").tag(sync=True, page=True)

    steps = traitlets.Int(0, help="steps since the reset").tag(sync=True)
    m = traitlets.Float(0.0, help="what is heard").tag(sync=True)
    answer = traitlets.Float(0.0, help="what is answered").tag(sync=True)
    end = traitlets.Float(0.0, help="solution that the start leads to").tag(sync=True)
    gain = traitlets.Float(0.0, help="slope of the answer at the solution").tag(sync=True)
    left = traitlets.Float(0.0, help="distance from the solution").tag(sync=True)

    _wasm = traitlets.Unicode(base64.b64encode(web.read("meanfield")).decode()).tag(sync=True, page=True)

    def __init__(self, T=0.6, h=0.1, *, start=-0.2, running=False):
        super().__init__(T=T, h=h, start=start, running=running)

    def __repr__(self) -> str:
        return f"Cobweb({', '.join(f'{name}={getattr(self, name)!r}' for name in ('T', 'h', 'start'))})"

    @traitlets.validate("T", "h", "start")
    def _finite(self, proposal):
        if math.isnan(proposal["value"]):
            raise traitlets.TraitError(f"The {proposal['trait'].name!r} trait must be a number, not nan")
        return proposal["value"]

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
            draw, 5.8, 2.9, words, f"{words} Beside it all solutions against temperature, dotted where unstable."
        )
