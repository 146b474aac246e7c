"""The lattice of the front door: it cools, and what its spins answer to their neighbours becomes an activation."""

import numpy as np

from ....lattice import square
from ....lattice.response import response
from ...colours import DOWN, UP
from ..shell import controls
from ..shell.controls import Pace
from ..shell.lattice import Spins, replay, side, temperature
from ..shell.still import Still, drawn

__all__ = ["Cooling"]

_STILL_SIZE, _STILL_SWEEPS = 96, 150

_HEARD = 2  # the sum of neighbours whose answer the read-out names
_LINE, _SWITCH = 0.54, 0.92  # that answer, below which all answers are called a straight line, and from which a switch


class Cooling(Spins):
    """A live lattice under one slider, and beside it what its spins answer to the sum of their neighbours.

    The points are measured on the lattice as it stands: the mean of all spins whose neighbours add up to b. The curve
    is tanh(b / T), the law of one spin in that field. The spins move by Metropolis's rule, in which there is no tanh.
    It runs on the kernels of `spinlearn.lattice.ising` and `spinlearn.lattice.response` as WebAssembly; from one seed
    its spins after k sweeps at one temperature are those of ``replay(…, sweeps=k)``, bit for bit. A built page starts
    it as soon as it is in sight, unless its reader has asked for less motion.

    Parameters
    ----------
    size : int
        Sites along each side, from 8 to 1024; fixed once made.
    T : float
        Temperature in units of J, from 0.8 to 5.
    seed : int
        Of the generator, from 0 to 2**32 - 1.
    running : bool
        Whether it sweeps as soon as it is shown in JupyterLab.

    Attributes
    ----------
    sweeps : int
        Sweeps since the last reset.
    m : float
        Magnetisation per spin.
    answer, law : float
        Mean of the spins with three neighbours up and one down, and tanh(2 / T).
    digest : str
        Fingerprint of the spins while it is paused, empty while it runs.

    Raises
    ------
    traitlets.TraitError
        If a value has the wrong type or range, now or when a trait is set later; the trait keeps its value.

    Examples
    --------
    >>> Cooling(64, T=4.0)
    Cooling(size=64, T=4.0, seed=1)
    """

    title = "A lattice that cools, and what its spins answer"
    wasm = "cooling"
    eager = True
    pace = Pace("Sweeps a frame", (1, 2, 5, 10), unit="sweeps/s")

    size = side(384)
    T = temperature(2.269, at_least=0.8, digits=2)
    seed = controls.seed()

    sweeps = controls.counter("sweeps")
    answer = controls.reading("answer to b = 2", digits=3, first=True)
    law = controls.reading("tanh(2/T)", digits=3, first=True)
    m = controls.reading("m", digits=3)

    def data(self) -> dict:
        """Return the colours of the spins, which answer is read out, and what it is called."""
        return {"up": UP, "down": DOWN, "heard": _HEARD, "line": _LINE, "switch": _SWITCH}

    def still(self) -> Still:
        """Return a small lattice and its answers, with the words."""
        size = min(self.size, _STILL_SIZE)
        spins = replay(size, self.T, _STILL_SWEEPS, seed=self.seed)
        found = response(spins, square(size))

        def draw(figure):
            from matplotlib.colors import ListedColormap

            left, right = figure.subplots(1, 2)
            left.imshow(spins, cmap=ListedColormap([DOWN, UP]), interpolation="nearest")
            left.set_axis_off()
            b = np.linspace(-4.4, 4.4, 201)
            right.bar(found.total, found.sites / spins.size, 0.8, -1, color="0.88")
            right.plot(b, np.tanh(b / self.T), "C0")
            right.errorbar(found.total, found.m, found.error, fmt="o", color="C1")
            right.set(xlabel="sum of the neighbours b", ylabel="mean spin that answers", ylim=(-1.08, 1.08))
            right.set_xticks([-4, -2, 0, 2, 4])

        answers = ", ".join(f"{m:.2f} to {total}" for total, m in zip(found.total, found.m, strict=True))
        words = (
            f"{size} × {size} spins at T = {self.T:g}, {_STILL_SWEEPS} sweeps after random ones, light where up and "
            f"dark where down. The mean spin answers {answers}".replace("-", "−")
        )
        return drawn(
            draw, 6.2, 3.0, f"{words}; beside it these points on the curve tanh(b/T).",
            f"{words}. The curve is tanh(b/T); the bars say how many spins hear each sum b of their neighbours.",
        )  # fmt: skip
