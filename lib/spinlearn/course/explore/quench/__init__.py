"""The live quench: a magnet that is cooled at once and warms up again, and the count of its spikes."""

import numpy as np

from .... import meanfield
from ....meanfield import quench
from ..shell import controls
from ..shell.controls import Pace
from ..shell.shell import Moving
from ..shell.still import Still, drawn

__all__ = ["Quench"]

MAGNETS = {"mean field": "Mean field", "tanh": "A tanh", "step": "A sharp step"}

_LAWS = ("(2/√3) d √d / r", "softplus of d", "")  # what is drawn dotted for each, with the excess d = Q - (T0 - Tc)
_DT, _STEP = 0.02, 5  # time of what is one step for the pace, and how many a press of Step takes
_BEFORE, _AFTER = 0.2, 0.4  # how long it rests before a quench and after it has warmed up, times 1 / r


class Quench(Moving):
    """A neuron as a magnet at rest above Tc: quenched by Q it warms up again, and spikes while it is magnetised.

    Temperatures are in units of Tc. A quench takes the temperature from T0 to T0 - Q at once; then it rises by r per
    unit of time. The count is the time integral of m(T), which is the area below m(T) along the path, over r. After a
    rest the next quench follows, as long as it runs. Below stands the count against Q, an activation function, with the
    rectifier [Q - (T0 - Tc)]_+ / r and, dotted, a law of its own for two of the magnets: (2 / sqrt 3) d^(3/2) / r with
    the excess d = Q - (T0 - Tc) for small d in mean field, and ln(1 + e^(2 a d)) / (2 a r) for the tanh.

    It runs on the kernels of `spinlearn.meanfield` as WebAssembly in the browser, whose `tanh` or `exp` may differ from
    the system's in its last bit. Nothing is summed step by step: at each time it is the exact area.

    Parameters
    ----------
    Q : float
        Size of the quench, from 0 to 2. One larger than T0 takes all there is, for no temperature is below 0.
    T0 : float
        Temperature at rest, from 1 to 2.
    rate : float
        r, the rise of the temperature per unit of time, from 0.25 to 2.
    magnet : {"mean field", "tanh", "step"}
        What m(T) is: the solution of m = tanh(m / T), the source's (1/2)(1 - tanh a(T - 1)), or 1 below Tc and 0 above.
    sharpness : float
        a of the tanh, from 1 to 30.
    literal : bool
        Whether the integral of m(T) from T = 0 to Q, over r, is drawn, too: what the source writes.
    running : bool
        Whether it runs as soon as it is shown in JupyterLab. In a built page it always starts paused.

    Attributes
    ----------
    t : float
        Time since the last reset.
    T, m : float
        Temperature and magnetisation now.
    so_far : float
        What has been counted in this quench.
    count : float
        The whole count of a quench of this size.
    rectifier, formula : float
        What the rectifier and the dotted law say. A step has none but the rectifier, and 0 here.
    exponent : float
        d ln(count) / d ln(d), the power of the excess d with which the count grows; 0 below the threshold.

    Raises
    ------
    traitlets.TraitError
        If a value has the wrong type or range, now or when a trait is set later; the trait keeps its value.

    Examples
    --------
    >>> Quench(0.7, T0=1.2, magnet="tanh")
    Quench(Q=0.7, T0=1.2, rate=1.0, magnet='tanh', sharpness=6.0, literal=False)
    """

    title = "A quench and its spike count"
    wasm = "quench"
    pace = Pace(
        "Speed / (time/s)", ((10, "0.2"), (25, "0.5"), (50, "1"), (100, "2")), start=25, every="second", unit="time/s",
        scale=_DT,
    )  # fmt: skip

    Q = controls.slider(0.9, 0.0, 2.0, label="Quench", symbol="Q", unit="Tc", step=0.01, digits=2, ends=0, first=True)
    T0 = controls.slider(1.3, 1.0, 2.0, label="Rest at", symbol="T₀", unit="Tc", step=0.01, digits=2, ends=0)
    rate = controls.slider(1.0, 0.25, 2.0, label="Reheating rate", symbol="r", unit="Tc", step=0.05, digits=2, ends=2)
    magnet = controls.choice("mean field", MAGNETS, label="Magnet")
    sharpness = controls.slider(6.0, 1.0, 30.0, label="Sharpness of the tanh", symbol="a", step=0.1, digits=1, ends=0)
    literal = controls.check(False, label="The literal integral, from 0 to Q")

    t = controls.reading("time", digits=2)
    T = controls.reading("T", digits=2)
    m = controls.reading("m", digits=3)
    so_far = controls.reading("so far", digits=3)
    count = controls.reading("count", digits=4, first=True)
    rectifier = controls.reading("ReLU", digits=4, first=True)
    formula = controls.reading("dotted law", digits=4)
    exponent = controls.reading("growth exponent", digits=3)

    def data(self) -> dict:
        """Return the magnets in the order of their numbers, and how time goes."""
        return {"magnets": list(MAGNETS), "laws": _LAWS, "dt": _DT, "step": _STEP, "before": _BEFORE, "after": _AFTER}

    def magnetisation(self, T) -> np.ndarray:
        """Return m at temperatures above 0, natively.

        Examples
        --------
        >>> Quench(magnet="step").magnetisation([0.5, 1.5])
        array([1., 0.])
        """
        T = np.asarray(T, dtype=float)
        if self.magnet == "tanh":
            return 0.5 - 0.5 * np.tanh(self.sharpness * (T - 1))
        return meanfield.magnetisation(T) if self.magnet == "mean field" else np.where(T < 1, 1.0, 0.0)

    def counts(self, Q) -> np.ndarray:
        """Return the whole counts of quenches of the sizes Q, from 0 up, natively.

        Examples
        --------
        >>> Quench(T0=1.5, magnet="step").counts([0.25, 1.0])
        array([0. , 0.5])
        """
        Q = np.minimum(Q, self.T0)
        if self.magnet == "tanh":
            return quench.corrected_count(Q, self.T0, sharpness=self.sharpness, rate=self.rate)
        made = quench.mean_field_count if self.magnet == "mean field" else quench.sharp_count
        return made(Q, self.T0, rate=self.rate)

    def still(self) -> Still:
        """Return the path on m(T) and the count against Q, and the words."""
        T0, Q = self.T0, min(self.Q, self.T0)
        count, line = float(self.counts(self.Q)), float(quench.sharp_count(Q, T0, rate=self.rate))

        def draw(figure):
            left, right = figure.subplots(1, 2)
            T = np.r_[np.linspace(0.01, 1, 300) ** 0.5, np.linspace(1.001, 2, 100)]
            path = np.clip(T, T0 - Q, T0)
            left.fill_between(path, self.magnetisation(np.maximum(path, 0.01)), color="0.85")
            left.plot(T, self.magnetisation(T), "C0")
            left.plot(T0 - Q, self.magnetisation(max(T0 - Q, 0.01)), "o", color="C1")
            left.plot(T0, self.magnetisation(T0), "o", color="0.2", mfc="w")
            left.set(xlabel="temperature T / Tc", ylabel="magnetisation m")
            sizes = np.linspace(0, T0, 201)
            right.plot(sizes, quench.sharp_count(sizes, T0, rate=self.rate), "C0--", label="ReLU")
            right.plot(sizes, self.counts(sizes), "C1", label="count")
            right.plot(Q, count, "o", color="C1")
            right.legend()
            right.set(xlabel="quench Q / Tc", ylabel="spike count")

        what = {"mean field": "the mean-field magnet", "tanh": f"the source's tanh with a = {self.sharpness:g}",
                "step": "a sharp step"}[self.magnet]  # fmt: skip
        has = f"counts {count:.3f}, and the rectifier says {line:.3f}"
        words = f"A quench by {self.Q:g} from T₀ = {T0:g} Tc, with reheating at the rate {self.rate:g}: {what} {has}"
        return drawn(
            draw, 4.8, 2.4, f"{words}. On the left m(T) with the area below the path, on the right the count.",
            f"{words}. The count is the shaded area below m(T), over the rate.",
        )  # fmt: skip
