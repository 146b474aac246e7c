"""The lattice of the front door: it cools, and what its spins answer to their neighbours becomes an activation."""

import numpy as np
import traitlets

from ....core import arguments
from ....exact.plane import critical_temperature
from ....lattice import ising
from ....lattice.response import response
from ...colours import DOWN, UP
from ..shell import controls
from ..shell.controls import Mark, Pace
from ..shell.lattice import begun
from ..shell.shell import Moving
from ..shell.still import Still, drawn

__all__ = ["Cooling", "cooled"]

_STILL_SIZE, _STILL_SWEEPS = 96, 150

_HEARD = 2  # the sum of neighbours whose answer the read-out names
_LINE, _SWITCH = 0.54, 0.92  # that answer, below which all answers are called a straight line, and from which a switch


def cooled(size: int, T: float, sweeps: int, *, seed: int) -> np.ndarray:
    """Run natively what `Cooling` runs in the browser at one temperature: the same kernels, so the same spins.

    Parameters
    ----------
    size : int
        Sites along each side of the periodic square lattice, at least 2.
    T : float
        Temperature in units of J, above 0.
    sweeps : int
        Sweeps of `size` squared updates by Metropolis's rule, each of a spin drawn at random.
    seed : int
        From 0 to 2**64 - 1, of the kernels' generator.

    Returns
    -------
    (size, size) int8

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> spins = cooled(64, 5.0, 20, seed=1)
    >>> spins.shape, bool(abs(spins.mean()) < 0.1)
    ((64, 64), True)
    """
    T, sweeps = arguments.number("T", T, above=0), arguments.count("sweeps", sweeps)
    place, spins, state = begun(size, "random", seed)
    table, totals = np.empty((2, 9)), np.zeros(2, dtype=np.int64)
    ising.fill_flip_probabilities(table, ising.METROPOLIS, 1.0 / T, 1.0, 0.0)
    for _ in range(sweeps):
        ising.sweep(spins, place.neighbours, table, True, state, totals)
    return spins.reshape(place.shape)


class Cooling(Moving):
    """A live lattice under one slider, and beside it what its spins answer to the sum of their neighbours.

    The points are measured on the lattice as it stands: the mean of all spins whose neighbours add up to b. The curve
    is tanh(b / T), the law of one spin in that field. The spins move by Metropolis's rule, in which there is no tanh.
    It runs on the kernels of `spinlearn.lattice.ising` and `spinlearn.lattice.response` as WebAssembly; from one seed
    its spins after k sweeps at one temperature are those of `cooled`, bit for bit. A built page starts it as soon as
    it is in sight, unless its reader has asked for less motion.

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

    size = controls.fixed(384, 8, 1024, label="Sites along each side")
    T = controls.slider(
        2.269, 0.8, 5.0, label="Temperature", symbol="T", step=0.01, digits=2,
        marks=(Mark(critical_temperature(), "T_c", "Set T to its critical value 2.269"),), first=True,
    )  # fmt: skip
    seed = controls.seed()

    sweeps = controls.counter("sweeps")
    answer = controls.reading("answer to b = 2", digits=3, first=True)
    law = controls.reading("tanh(2/T)", digits=3, first=True)
    m = controls.reading("m", digits=3)
    digest = traitlets.Unicode("", help="fingerprint of the spins while paused").tag(sync=True)

    def data(self) -> dict:
        """Return the colours of the spins, which answer is read out, and what it is called."""
        return {"up": UP, "down": DOWN, "heard": _HEARD, "line": _LINE, "switch": _SWITCH}

    def still(self) -> Still:
        """Return a small lattice and its answers, with the words."""
        size = min(self.size, _STILL_SIZE)
        spins = cooled(size, self.T, _STILL_SWEEPS, seed=self.seed)
        found = response(spins, begun(size, "random", 0)[0])

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
