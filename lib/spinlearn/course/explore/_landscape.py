"""The live landscape: the mean-field free energy, a ball that rolls in it, and the loop that it draws in a field."""

import base64
import math

import numpy as np
import traitlets

from ... import meanfield
from .. import web
from ._shell import Moving, Still
from ._still import drawn

RATES = (0.0, 0.0001, 0.001, 0.01)
SPINS = (None, 1600, 400, 100, 25)


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
        Field at which a valley vanishes; 0 from Tc on.
    hill : float
        Height of the hilltop above the ball's valley, per spin; 0 where there is no hilltop.
    turned : float
        Field at which m last changed its sign; 0 before the first time.

    Raises
    ------
    traitlets.TraitError
        If a value has the wrong type or range, now or when a trait is set later; the trait keeps its value.

    Examples
    --------
    >>> Landscape(0.7, N=100)
    Landscape(T=0.7, h=0.0, start=0.05, rate=0.0, N=100, seed=1, split=False)
    """

    _scripts = ("plot.js", "meanfield.js", "landscape.js")
    _esm = Moving.javascript(_scripts)

    T = traitlets.Float(0.8, min=0.2, max=2.0, help="temperature").tag(sync=True, page=True)
    h = traitlets.Float(0.0, min=-0.7, max=0.7, help="field").tag(sync=True, page=True)
    start = traitlets.Float(0.05, min=-1.0, max=1.0, help="where a reset puts the ball").tag(sync=True, page=True)
    rate = traitlets.Enum(list(RATES), 0.0, help="change of the field in a sweep").tag(sync=True, page=True)
    N = traitlets.Enum(list(SPINS), None, allow_none=True, help="number of spins").tag(sync=True, page=True)
    seed = traitlets.Int(1, min=0, max=2**32 - 1, help="seed of the generator").tag(sync=True, page=True)
    split = traitlets.Bool(False, help="whether energy and entropy are drawn").tag(sync=True, page=True)

    t = traitlets.Int(0, help="sweeps since the reset").tag(sync=True)
    m = traitlets.Float(0.0, help="magnetisation per spin").tag(sync=True)
    f = traitlets.Float(0.0, help="free energy per spin").tag(sync=True)
    spinodal = traitlets.Float(0.0, help="field at which a valley vanishes").tag(sync=True)
    hill = traitlets.Float(0.0, help="height of the hilltop above the valley").tag(sync=True)
    turned = traitlets.Float(0.0, help="field at which m last changed sign").tag(sync=True)

    _wasm = traitlets.Unicode(base64.b64encode(web.read("meanfield")).decode()).tag(sync=True, page=True)

    def __init__(self, T=0.8, h=0.0, *, start=0.05, rate=0.0, N=None, seed=1, split=False, running=False):
        super().__init__(T=T, h=h, start=start, rate=rate, N=N, seed=seed, split=split, running=running)

    def __repr__(self) -> str:
        values = ("T", "h", "start", "rate", "N", "seed", "split")
        return f"Landscape({', '.join(f'{name}={getattr(self, name)!r}' for name in values)})"

    @traitlets.validate("T", "h", "start")
    def _finite(self, proposal):
        if math.isnan(proposal["value"]):
            raise traitlets.TraitError(f"The {proposal['trait'].name!r} trait must be a number, not nan")
        return proposal["value"]

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

        what = f"The mean-field free energy over m at T = {self.T:g} Tc in the field h = {self.h:g}"
        has = f"valleys at m = {' and '.join(f'{m:.3f}' for m in valleys)}, a hilltop at {top[0]:.3f}" if top else (
            f"one valley, at m = {valleys[0]:.3f}"
        )  # fmt: skip
        return drawn(
            draw, 5.8, 2.6, f"{what}: {has}. Beside it the solutions m against the field.",
            f"{what}: {has}. Beside it all solutions against the field, dotted where unstable.",
        )  # fmt: skip
