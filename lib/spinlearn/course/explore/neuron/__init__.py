"""The live neuron: Hodgkin and Huxley's membrane under a current that the reader holds."""

import functools

import numpy as np

from ....neuron import membrane
from ..shell import controls
from ..shell.controls import Action, Mark, Pace
from ..shell.shell import Moving
from ..shell.still import Still, drawn

__all__ = ["Neuron"]

#: Where firing ends and where rest does, uA/cm^2: `membrane.onset` and `membrane.hopf_current` find them.
ONSET, HOPF = 6.264, 9.779

_MOST = 20.0  # uA/cm^2
_KICK = (5.0, 1.0)  # uA/cm^2 and ms
_RAMP = 0.01  # uA/cm^2 a ms, when the current changes slowly
_BLOCK = 5  # Runge-Kutta steps between two points of the trace, which are 0.1 ms then
_SHOWN = 100.0  # ms of the trace
_LOOK = 250.0  # ms: the rate is that of the latest so many, and a point is made after twice that
_QUIET = 50.0  # ms without a spike: silent. The slowest firing there is has 20 ms between spikes.


@functools.cache
def firing_branch() -> tuple[tuple[float, ...], tuple[float, ...]]:
    """Return currents from the onset to the slider's end, and the rate at each, followed downwards by the firing."""
    currents = np.concatenate([np.linspace(_MOST, 7.0, 27), np.linspace(6.9, 6.3, 7), [ONSET + 0.001]])
    rates, state = [], None
    for I in currents:
        run = membrane.fire(float(I), 400.0, start=state)
        rates.append(round(run.rate, 2))
        state = run.state
    return tuple(currents[::-1].round(3).tolist()), tuple(rates[::-1])


class Neuron(Moving):
    """A live patch of the squid's membrane: voltage and gates in time, and the firing rate against the current.

    It runs on the kernel of `spinlearn.neuron.membrane`, step for step, as WebAssembly in the browser. Its `exp`
    may differ from the system's in its last bit, so its voltages differ from those of `membrane.simulate` by rounding.

    Behind the rates that the reader finds stand those of `membrane.fire`: silence up to the Hopf point, firing down to
    the onset, and a strip in which a neuron may do either.

    Parameters
    ----------
    I : float
        Current, uA/cm^2, from 0 to 20.
    change : {"at once", "slowly"}
        How the current follows its slider: in one step, or by 0.01 uA/cm^2 a millisecond.
    gates : bool
        Whether the gates m, h and n are drawn as well.
    running : bool
        Whether it runs as soon as it is shown in JupyterLab. In a built page it always starts paused.

    Attributes
    ----------
    t : float
        Time since the last reset, ms.
    V : float
        Voltage, mV.
    rate : float
        Spikes per second: intervals between the spikes of the last 250 ms over the time they take, since the current
        last jumped or the neuron was kicked. It is 0 after 50 ms without a spike, and before there have been two spikes
        or such a silence, when the read-out shows a dash.

    Raises
    ------
    traitlets.TraitError
        If a value has the wrong type or range, now or when a trait is set later; the trait keeps its value.

    Examples
    --------
    >>> Neuron(8, change="slowly")
    Neuron(I=8.0, change='slowly', gates=True)
    """

    title = "Live Hodgkin–Huxley neuron"
    wasm = "neuron"
    pace = Pace(
        "Speed / (ms/s)", ((200, "20"), (500, "50"), (2000, "200"), (10000, "real time")), start=500, every="second",
        unit="ms/s", scale=_BLOCK * membrane.DT,
    )  # fmt: skip
    actions = (Action("K", "Kick", "kick"), Action("C", "Clear points", "clear"))

    I = controls.slider(
        10.0, 0.0, _MOST, label="Current", symbol="I", unit="µA/cm²", step=0.01, digits=2, ends=0, first=True,
        marks=(
            Mark(6.27, "6.27", "Set I to 6.27, just above the onset of firing"),
            Mark(9.78, "9.78", "Set I to 9.78, where rest loses its stability"),
        ),
    )  # fmt: skip
    change = controls.choice("at once", {"at once": "at once", "slowly": "slowly"}, label="The current follows")
    gates = controls.check(True, label="Show the gates")

    t = controls.reading("time", unit="ms", digits=1)
    V = controls.reading("V", unit="mV", digits=1, first=True)
    rate = controls.reading("rate", unit="Hz", digits=1, first=True)

    def data(self) -> dict:
        """Return the membrane, what is done to it and how it is watched, and the rates that are drawn behind."""
        currents, rates = firing_branch()
        return {
            "parameters": list(membrane.SQUID), "rest": membrane.rest().tolist(), "dt": membrane.DT, "kick": _KICK,
            "ramp": _RAMP, "block": _BLOCK, "shown": _SHOWN, "look": _LOOK, "quiet": _QUIET, "onset": ONSET,
            "hopf": HOPF, "currents": currents, "rates": rates,
        }  # fmt: skip

    def still(self) -> Still:
        """Return the first 100 ms under the current, and the words."""
        run = membrane.simulate(self.I, 100.0, every=5)
        spikes = len(membrane.spike_times(run.t, run.V))

        def draw(figure):
            ax = figure.subplots()
            ax.plot(run.t, run.V, linewidth=1.2)
            ax.set(xlabel="time / ms", ylabel="V / mV", ylim=(-90, 60), xlim=(0, 100))

        what = f"The voltage of the membrane in the first 100 ms of a current of {self.I:g} µA/cm², from rest"
        fired = f"{spikes or 'no'} spike{'' if spikes == 1 else 's'}"
        alternative = f"{what}: {fired}, between {run.V.min():.0f} and {run.V.max():.0f} mV."
        return drawn(draw, 6.4, 2.6, alternative, f"{what}: {fired}.")
