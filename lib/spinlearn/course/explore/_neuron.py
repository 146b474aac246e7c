"""The live neuron: Hodgkin and Huxley's membrane under a current that the reader holds."""

import base64
import functools
import math

import numpy as np
import traitlets

from ...neuron import membrane
from .. import web
from ._shell import Moving, Still
from ._still import drawn

WAYS = ("at once", "slowly")

#: Where firing ends and where rest does, uA/cm^2: `membrane.onset` and `membrane.hopf_current` find them.
ONSET, HOPF = 6.264, 9.779

_MOST = 20.0  # uA/cm^2
_KICK = (5.0, 1.0)  # uA/cm^2 and ms


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

    _scripts = ("plot.js", "neuron.js")
    _esm = Moving.javascript(_scripts)

    I = traitlets.Float(10.0, min=0.0, max=_MOST, help="current").tag(sync=True, page=True)
    change = traitlets.Enum(list(WAYS), "at once", help="how the current changes").tag(sync=True, page=True)
    gates = traitlets.Bool(True, help="whether the gates are drawn").tag(sync=True, page=True)

    t = traitlets.Float(0.0, help="time since the reset").tag(sync=True)
    V = traitlets.Float(0.0, help="voltage").tag(sync=True)
    rate = traitlets.Float(0.0, help="firing rate").tag(sync=True)

    _wasm = traitlets.Unicode(base64.b64encode(web.read("membrane")).decode()).tag(sync=True, page=True)
    _membrane = traitlets.Dict().tag(sync=True, page=True)

    def __init__(self, I=10.0, *, change="at once", gates=True, running=False):
        currents, rates = firing_branch()
        constants = {
            "parameters": list(membrane.SQUID), "rest": membrane.rest().tolist(), "dt": membrane.DT, "kick": _KICK,
            "onset": ONSET, "hopf": HOPF, "currents": currents, "rates": rates,
        }  # fmt: skip
        super().__init__(I=I, change=change, gates=gates, running=running, _membrane=constants)

    def __repr__(self) -> str:
        return f"Neuron({', '.join(f'{name}={getattr(self, name)!r}' for name in ('I', 'change', 'gates'))})"

    @traitlets.validate("I")
    def _finite(self, proposal):
        if math.isnan(proposal["value"]):
            raise traitlets.TraitError("The 'I' trait must be a number, not nan")
        return proposal["value"]

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
