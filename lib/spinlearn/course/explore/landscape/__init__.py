"""The live landscape: the mean-field free energy, a ball that rolls in it, and the loop that it draws in a field."""

import math

import numpy as np

from .... import meanfield
from ..shell import controls
from ..shell.controls import Mark, Pace
from ..shell.shell import Moving
from ..shell.still import Still, drawn

__all__ = ["Landscape"]

RATES = {0.0: "by hand", 0.0001: "0.0001 a sweep", 0.001: "0.001 a sweep", 0.01: "0.01 a sweep"}
SPINS = {None: "infinite", 1600: "1600", 400: "400", 100: "100", 25: "25"}

_FIELD = 0.7
_SPANS = (0.15, 0.3, _FIELD)  # how far the field goes by itself: one of them suits each temperature


class Landscape(Moving):
    """The mean-field free energy f(m; T, h), live, with a ball in it; temperatures and fields in units of Tc.

    Beside it, the ball's magnetisation against the field, between the solutions of the self-consistency: when the field
    goes back and forth below Tc, the ball draws a hysteresis loop. With infinitely many spins it only rolls, and falls
    where its valley ends. With a finite number it is shaken as well, and may hop before.

    It runs on the kernels of `spinlearn.meanfield` as WebAssembly in the browser: the ball rolls as
    `meanfield.flow` does, and is shaken as `meanfield.walk` is, sweep for sweep. A browser's `tanh` may differ from the
    system's in its last bit, so m differs by rounding.

    Parameters
    ----------
    T : float
        Temperature, from 0.2 to 2.
    h : float
        Field, from -0.7 to 0.7. While it goes by itself the trait follows; setting it takes the field in hand again.
    start : float
        Where a reset puts the ball, from -1 to 1.
    rate : {0.0, 0.0001, 0.001, 0.01}
        How much the field changes in a sweep, back and forth across the diagram of the loop; 0 leaves it in your hand.
    N : {None, 1600, 400, 100, 25}
        Number of spins; None is infinitely many.
    seed : int
        Of the generator, from 0 to 2**32 - 1.
    split : bool
        Whether the energy and the entropy's part are drawn as well.
    running : bool
        Whether it runs as soon as it is shown in JupyterLab. In a built page it always starts paused.

    Attributes
    ----------
    t : int
        Sweeps since the last reset.
    m, f : float
        Magnetisation per spin where the ball is, and the free energy per spin there.
    spinodal : float
        Field at which a valley vanishes. Like the next two it is 0, and a dash in the read-out, where there is none:
        from Tc on.
    hill : float
        Height of the hilltop above the ball's valley, per spin.
    turned : float
        Field at which m last changed its sign.

    Raises
    ------
    traitlets.TraitError
        If a value has the wrong type or range, now or when a trait is set later; the trait keeps its value.

    Examples
    --------
    >>> Landscape(0.7, N=100)
    Landscape(T=0.7, h=0.0, start=0.05, rate=0.0, N=100, seed=1, split=False)
    """

    title = "Mean-field landscape with a ball in it"
    wasm = "landscape"
    positional = 2
    pace = Pace("Speed / (sweeps/s)", (10, 50, 200, 1000), start=10, every="second", unit="sweeps/s")

    T = controls.slider(
        0.8, 0.2, 2.0, label="Temperature", symbol="T", unit="Tc", step=0.01, digits=2,
        marks=(Mark(1, "T_c", "Set T to its critical value"),),
    )  # fmt: skip
    h = controls.slider(
        0.0, -_FIELD, _FIELD, label="Field", symbol="h", unit="Tc", step=0.002, digits=3, first=True,
        marks=(Mark(0, "0", "Set h to 0"),),
    )  # fmt: skip
    start = controls.slider(0.05, -1.0, 1.0, label="Ball put down at", symbol="m", step=0.01, digits=2)
    rate = controls.choice(0.0, RATES, label="The field changes")
    N = controls.choice(None, SPINS, label="Spins")
    seed = controls.seed()
    split = controls.check(False, label="Show energy and entropy")

    t = controls.counter("sweeps")
    m = controls.reading("m", digits=3, first=True)
    f = controls.reading("f", digits=4, first=True)
    spinodal = controls.reading("spinodal", digits=4)
    hill = controls.reading("hill", digits=4)
    turned = controls.reading("turned at h", digits=4)

    def data(self) -> dict:
        """Return the windows of the field, and the largest number of spins."""
        return {"spans": _SPANS, "most": max(filter(None, SPINS))}

    def still(self) -> Still:
        """Return the landscape and the solutions against the field, and the words."""
        found = meanfield.branches(self.T, h=self.h)
        valleys = [float(m) for m in (found.stable, found.metastable) if not np.isnan(m)]
        top = [] if np.isnan(found.unstable) else [float(found.unstable)]

        def height(m):
            return meanfield.free_energy(m, self.T, h=self.h) - meanfield.free_energy(0.0, self.T, h=self.h)

        def draw(figure):
            left, right = figure.subplots(1, 2)
            m = np.cos(np.linspace(np.pi, 0, 401))
            left.plot(m, height(m), "0.2")
            left.plot(valleys, height(valleys), "o", color="0.2")
            left.plot(top, height(top), "o", color="0.2", mfc="w")
            left.set(xlabel="m", ylabel="f(m) − f(0)")
            m = m[1:-1]
            h = self.T * np.arctanh(m) - m
            edge = math.sqrt(max(0.0, 1 - self.T))
            right.plot(h, np.where(abs(m) >= edge, m, np.nan), "C0")
            right.plot(h, np.where(abs(m) <= edge, m, np.nan), "C0:")
            right.plot([self.h] * len(valleys), valleys, "o", color="0.2")
            right.plot([self.h] * len(top), top, "o", color="0.2", mfc="w")
            right.set(xlabel="field h", ylabel="m", xlim=(-0.7, 0.7))

        what = f"The free energy over m at T = {self.T:g} Tc in the field h = {self.h:g}"
        has = f"valleys at m = {' and '.join(f'{m:.3f}' for m in valleys)}, a hilltop at {top[0]:.3f}" if top else (
            f"one valley, at m = {valleys[0]:.3f}"
        )  # fmt: skip
        return drawn(
            draw, 5.3, 2.4, f"{what}: {has}. Beside it the solutions m.",
            f"{what}: {has}. Beside it all solutions m, dotted where unstable.",
        )  # fmt: skip
