"""The firing lattice: quenched again and again, warming up in between, its spikes marked and counted."""

import numpy as np

from ....core import arguments
from ....exact.plane import critical_temperature
from ....lattice import cooled, firing
from ...colours import DOWN, UP
from ..shell import controls
from ..shell.controls import Pace
from ..shell.lattice import Spins, begun
from ..shell.still import Still, drawn

__all__ = ["Firing"]

SIDES = (16, 24, 32, 64, 128)

_BEFORE = 100  # sweeps at rest before the first quench, and after a setting has changed
_SHOWN = 3  # periods that the traces show
_STILL, _EACH = 3, 10  # quenches of the still picture, and every so many sweeps a point of it
_MOMENT = 12  # sweeps from the first quench to the spins of the picture


def fired(side: int, T, *, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Run natively what `Firing` runs in the browser: the same kernels, seed and spins.

    Parameters
    ----------
    side : int
        Sites along each side of the periodic square lattice, at least 2. The spins are random at first.
    T : (sweeps,) array_like
        Temperature of each sweep in units of J, at least 0. A sweep asks each spin once, row after row.
    seed : int
        From 0 to 2**64 - 1. It seeds the kernels' generator directly, with no `numpy.random.Generator` in between.

    Returns
    -------
    m : (sweeps,) float64
        Magnetisation per spin after each sweep.
    spins : (side, side) int8
        The last ones.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range.

    Examples
    --------
    >>> m, spins = fired(16, [0.0] * 100, seed=3)
    >>> bool(m[-1] == spins.mean())
    True
    """
    T = cooled.lists(T)
    place, spins, state = begun(arguments.count("side", side, at_least=2), "random", seed)
    table, totals, m = np.empty((2, 9)), np.array([0, spins.sum(dtype=np.int64)]), np.empty(T.size)
    for t in range(T.size):
        cooled.sweep_sites(spins, place.neighbours, table, T[t], state, totals)
        m[t] = totals[1] / spins.size
    return m, spins.reshape(place.shape)


class Firing(Spins):
    """A lattice as a neuron: it rests above Tc, is quenched by Q again and again, and warms up at the rate r.

    The protocol and the criterion of a spike are those of `spinlearn.lattice.firing`: a spike begins when abs(m) rises
    to 0.7, and ends when it falls below 0.1. The spins move by the heat bath, one after the other. It runs on the
    kernels of `spinlearn.lattice.cooled` and `spinlearn.lattice.firing` as WebAssembly in the browser; from one seed
    its spins after k sweeps are those of the library, bit for bit.

    A quench counts once it is over, that is when the next one comes. After a setting has changed the lattice rests for
    100 sweeps, and it is counted anew.

    Parameters
    ----------
    Q : float
        Size of each quench in units of J, from 0 to 5. One larger than T0 takes all there is.
    T0 : float
        Temperature at rest, from 2.3 to 5.
    rate : float
        r, the rise of the temperature per sweep, from 0.001 to 0.02.
    period : int
        Sweeps from quench to quench, from 20 to 5000.
    side : {16, 24, 32, 64, 128}
        Sites along each side; opposite sides are joined.
    seed : int
        Of the generator, from 0 to 2**32 - 1.
    running : bool
        Whether it sweeps as soon as it is shown in JupyterLab. In a built page it always starts paused.

    Attributes
    ----------
    sweeps : int
        Sweeps since the last reset.
    per_quench : float
        Spikes per quench so far, and a dash in the read-out before the first quench is over.
    share_up : float
        Share of these spikes that have m > 0, and a dash before the first.
    quenches, spikes : int
        How many quenches are over, and how many spikes have begun in them.
    T, m : float
        Temperature of the last sweep, and magnetisation per spin at its end.
    digest : str
        Fingerprint of the spins while it is paused, empty while it runs.

    Raises
    ------
    traitlets.TraitError
        If a value has the wrong type or range, now or when a trait is set later; the trait keeps its value.

    Examples
    --------
    >>> Firing(1.5, side=16)
    Firing(Q=1.5, T0=4.0, rate=0.003, period=1000, side=16, seed=1)
    """

    title = "A lattice that fires"
    wasm = "firing"
    pace = Pace("Sweeps a frame", (1, 5, 20, 100), start=5, unit="sweeps/s")

    Q = controls.slider(2.75, 0.0, 5.0, label="Quench", symbol="Q", step=0.01, digits=2, first=True)
    T0 = controls.slider(4.0, 2.3, 5.0, label="Rest at", symbol="T₀", step=0.01, digits=2)
    rate = controls.slider(
        0.003, 0.001, 0.02, label="Reheating rate", symbol="r", step=0.0005, digits=4, ends=3, unit="sweep⁻¹"
    )
    period = controls.whole(1000, 20, 5000, label="Period in sweeps")
    side = controls.choice(24, {side: f"{side} × {side}" for side in SIDES}, label="Lattice")
    seed = controls.seed()

    sweeps = controls.counter("sweeps")
    per_quench = controls.reading("spikes a quench", digits=2, first=True)
    share_up = controls.reading("share of them up", digits=2, first=True)
    quenches = controls.counter("quenches over")
    spikes = controls.counter("spikes in them")
    T = controls.reading("T", digits=2)
    m = controls.reading("m", digits=3)

    def data(self) -> dict:
        """Return the colours of the spins, the sides, Tc, the levels of the criterion, and how time is shown."""
        return {
            "up": UP, "down": DOWN, "sides": list(SIDES), "Tc": critical_temperature(), "begins": firing.UP,
            "ends": firing.DOWN, "before": _BEFORE, "shown": _SHOWN,
        }  # fmt: skip

    def temperatures(self, quenches: int) -> np.ndarray:
        """Return the temperatures of the sweeps from a reset to the end of so many quenches.

        Examples
        --------
        >>> T = Firing(3.0, period=200).temperatures(2)
        >>> T.size, T[99], T[100], T[300]
        (500, np.float64(4.0), np.float64(1.0), np.float64(1.0))
        """
        Q = min(self.Q, self.T0)
        return firing.temperatures(Q, self.T0, rate=self.rate, period=self.period, pulses=quenches, before=_BEFORE)

    def still(self) -> Still:
        """Return the first quenches, their temperature below, with the spins of a cold moment, and the words."""
        T = self.temperatures(_STILL)
        m, _ = fired(self.side, T, seed=self.seed)
        found = firing.spikes(m)
        late = found.start >= _BEFORE
        up = int((found.sign[late] > 0).sum())
        _, spins = fired(self.side, T[: _BEFORE + _MOMENT], seed=self.seed)
        t = np.arange(1, T.size + 1)

        def draw(figure):
            from matplotlib.colors import ListedColormap

            ax = figure.subplot_mosaic([["spins", "m"], ["spins", "T"]], height_ratios=[3, 2], width_ratios=[1, 2])
            ax["spins"].imshow(spins, cmap=ListedColormap([DOWN, UP]), vmin=-1, vmax=1, interpolation="nearest")
            ax["spins"].set_axis_off()
            for level, style in ((firing.UP, "--"), (firing.DOWN, ":")):
                ax["m"].axhline(level, color="0.6", ls=style, lw=0.8)
                ax["m"].axhline(-level, color="0.6", ls=style, lw=0.8)
            ax["m"].plot(t[::_EACH], m[::_EACH], "C0", lw=0.9)
            for start, stop in zip(found.start, found.stop, strict=True):
                ax["m"].plot(t[start:stop:_EACH], m[start:stop:_EACH], "C1", lw=1.8)
            ax["m"].plot(t[found.start], m[found.start], "o", color="C1")
            ax["m"].set(ylabel="m", ylim=(-1.08, 1.08), yticks=(-1, 0, 1), xticklabels=[])
            ax["T"].axhline(critical_temperature(), color="0.6", ls="--", lw=0.8)
            ax["T"].plot(t, T, "C0", lw=1.2)
            ax["T"].set(xlabel="sweeps", ylabel="T", ylim=(0, 1.08 * self.T0))

        words = (
            f"{self.side} × {self.side} spins that rest at T₀ = {self.T0:g} and are quenched by Q = {self.Q:g} every "
            f"{self.period} sweeps, warming up by {self.rate:g} a sweep: {_counted(int(late.sum()), 'spike')} in "
            f"{_counted(_STILL, 'quench')}, {up} up and {int(late.sum()) - up} down"
        )
        return drawn(
            draw, 5.2, 2.4,
            f"{words}. The magnetisation in time, with the levels of a spike, 0.7 and 0.1; below it the temperature "
            f"with Tc; beside them the spins {_MOMENT} sweeps after the first quench.",
            f"{words}. A dot marks where a spike begins; the spins are those {_MOMENT} sweeps after the first quench.",
        )  # fmt: skip


def _counted(many: int, what: str) -> str:
    return f"{many} {what}{'' if many == 1 else 'es' if what.endswith('ch') else 's'}"
