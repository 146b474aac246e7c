"""Mean field, Bethe and what is known, dimension by dimension, live."""

import numpy as np

from .... import meanfield
from ....exact import critical_temperature, yang_magnetisation
from ..shell import controls
from ..shell.controls import Mark
from ..shell.shell import Explorable
from ..shell.still import Still, drawn

__all__ = ["Dimensions"]

# Best known critical temperatures, in units of J: none, Onsager's, and simulations (Ferrenberg, Xu and Landau 2018;
# Lundow and Markström 2009, 2015).
KNOWN = 0.0, critical_temperature(), 1 / 0.221654626, 1 / 0.1496947, 1 / 0.11391498

_HOTTEST = 1.2  # in units of the temperature at which mean field orders


class Dimensions(Explorable):
    """The magnetisation of a hypercubic lattice by mean field and by Bethe, against what is known, live.

    Temperatures are in units of zJ = 2 d J, at which mean field orders; so its curve is the same in every dimension.
    What is known of the magnetisation is nothing at all in one dimension and Yang's formula in two; of higher
    dimensions the critical temperature. It runs on the kernels of `spinlearn.meanfield` and `spinlearn.exact.curves` as
    WebAssembly in the browser; a browser's functions may differ from the system's in the last bit.

    Parameters
    ----------
    d : float
        Dimension, from 1 to 5, to the nearest whole number.
    T : float
        Temperature in units of zJ, from 0.05 to 1.2, whose magnetisations the read-out gives.

    Attributes
    ----------
    rough, better : float
        By how many per cent the critical temperatures of mean field and of Bethe are too high.
    m, m_bethe, m_known : float
        The magnetisations at T.

    Raises
    ------
    traitlets.TraitError
        If a value has the wrong type or range, now or when a trait is set later; the trait keeps its value.

    Examples
    --------
    >>> Dimensions(2)
    Dimensions(d=2.0, T=0.6)
    """

    title = "Mean field, Bethe and the truth, dimension by dimension"
    wasm = "dimensions"
    positional = 2

    d = controls.counted(2.0, 1.0, 5.0, label="Dimension", symbol="d", first=True)
    T = controls.slider(
        0.6, 0.05, _HOTTEST, label="Temperature", symbol="T", unit="zJ", step=0.005, digits=3,
        marks=(Mark(1, "1", "Set T to where mean field orders"),),
    )  # fmt: skip

    rough = controls.reading("mean field too high", digits=0, unit="%", first=True)
    better = controls.reading("Bethe too high", digits=0, unit="%", first=True)
    m = controls.reading("m, mean field", digits=4)
    m_bethe = controls.reading("m, Bethe", digits=4)
    m_known = controls.reading("m, exact", digits=4)

    def data(self) -> dict:
        """Return the known critical temperatures, and what is shown."""
        return {"known": KNOWN, "hottest": _HOTTEST}

    def still(self) -> Still:
        """Return the curves of the dimension and the critical temperatures of all, with the words."""
        d = round(self.d)
        z, T = 2 * d, np.linspace(0.05, _HOTTEST, 500)
        dimensions = np.arange(1, 6)
        theirs = [meanfield.bethe_critical_temperature(z=2 * int(each)) / (2 * each) for each in dimensions]
        known = np.array(KNOWN) / (2 * dimensions)

        def draw(figure):
            left, right = figure.subplots(1, 2)
            left.plot(T, meanfield.magnetisation(T), "0.6", label="mean field")
            left.plot(T, meanfield.bethe(T * z, z=z).m, "C0", label="Bethe")
            if d == 2:
                left.plot(T, yang_magnetisation(T * z), "C1", label="exact")
            left.axvline(known[d - 1], color="C1", linestyle="--", linewidth=1)
            left.set(xlabel="T / zJ", ylabel="magnetisation m")
            left.legend()
            right.axhline(1, color="0.6")
            right.plot(dimensions, theirs, "oC0", mfc="w", label="Bethe")
            right.plot(dimensions, known, "oC1", label="best known")
            right.set(xlabel="dimension d", ylabel="critical temperature / zJ", ylim=(-0.05, 1.1))
            right.legend()

        what = (
            f"In {d} {'dimension' if d == 1 else 'dimensions'} mean field orders at T = zJ, Bethe at "
            f"{theirs[d - 1]:.3f} of it, and the lattice {f'at {known[d - 1]:.3f}' if d > 1 else 'not at all'}"
        )
        return drawn(
            draw, 6.4, 3.0,
            f"{what}: magnetisation against temperature, and the critical temperatures against dimension.",
            f"{what}. In five dimensions the lattice's is at {known[-1]:.3f}: the more neighbours, the better.",
        )  # fmt: skip
