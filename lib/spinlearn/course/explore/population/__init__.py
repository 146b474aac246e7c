"""A population of switches, live: a staircase that becomes the distribution function of its thresholds."""

import numpy as np

from ....core import words
from ....neuron import population
from ..shell import controls
from ..shell.controls import Action
from ..shell.shell import Explorable
from ..shell.still import Still, drawn

__all__ = ["Population", "drawn_thresholds"]

NAMES = {"gaussian": "Gaussian", "logistic": "Logistic", "even": "Even", "two groups": "Two groups"}

_SHOWN = 4.0  # inputs from minus to plus
_MOST = 400


def drawn_thresholds(N: int, *, law: str = "gaussian", spread: float = 1.0, seed: int) -> np.ndarray:
    """Draw natively the thresholds that `Population` draws in the browser: the same kernels, the same seed.

    Parameters
    ----------
    N : int
        From 1 to 400.
    law : {"gaussian", "logistic", "even", "two groups"}
    spread : float
    seed : int
        From 0 to 2**64 - 1, of the kernels' generator.

    Returns
    -------
    (N,) float64
        The smallest first. A browser's functions may differ in the last bit.

    Examples
    --------
    >>> drawn_thresholds(3, law="even", seed=1).shape
    (3,)
    """
    state, found = np.empty(4, dtype=np.uint64), np.empty(N)
    words.seed_state(np.uint64(seed), state)
    population.fill_thresholds(population.LAWS[law], spread, state, found)
    return np.sort(found)


class Population(Explorable):
    """N switches with thresholds drawn from a law: which share of them is on, against the input, live.

    The staircase is counted. The smooth curve is the distribution function of the law, which is what it is on average;
    beside them is the difference, between twice the standard error of N independent switches. A larger population is
    the smaller one and further switches. It runs on the kernels of `spinlearn.neuron.population` as WebAssembly in the
    browser; a browser's functions may differ from the system's in the last bit.

    Parameters
    ----------
    N : float
        Number of switches, from 1 to 400, to the nearest whole number.
    spread : float
        Standard deviation of the thresholds, from 0.1 to 1.5.
    law : {"gaussian", "logistic", "even", "two groups"}
        What the thresholds are drawn from.
    seed : int
        Of the generator, from 0 to 2**32 - 1.

    Attributes
    ----------
    gap : float
        Largest distance between the staircase and the curve.
    scatter : float
        Standard error where half of them are on, 1 / (2 sqrt(N)).

    Raises
    ------
    traitlets.TraitError
        If a value has the wrong type or range, now or when a trait is set later; the trait keeps its value.

    Examples
    --------
    >>> Population(20, law="even")
    Population(N=20.0, spread=1.0, law='even', seed=1)
    """

    title = "A population of switches"
    wasm = "population"
    actions = (Action("D", "Draw anew", "again"),)

    N = controls.counted(5.0, 1.0, float(_MOST), label="Switches", symbol="N", first=True)
    spread = controls.slider(1.0, 0.1, 1.5, label="Spread of the thresholds", symbol="s", step=0.05, digits=2)
    law = controls.choice("gaussian", NAMES, label="Law of the thresholds")
    seed = controls.seed()

    gap = controls.reading("largest gap", digits=3, first=True)
    scatter = controls.reading("one standard error", digits=3, first=True)

    def data(self) -> dict:
        """Return the kernel's numbers of the laws, and what is shown."""
        return {
            "laws": dict(population.LAWS),
            "shown": _SHOWN,
            "most": _MOST,
            "ticks": [-4, -2, 0, 2, 4],
            "seeds": self.traits()["seed"].max,
        }

    def still(self) -> Still:
        """Return the staircase of so many switches and that of twenty times as many, with the words."""
        few = round(self.N)
        many = min(20 * few, _MOST)
        x = np.linspace(-_SHOWN, _SHOWN, 801)
        settings = {"law": self.law, "spread": self.spread, "seed": self.seed}

        def draw(figure):
            for ax, N in zip(figure.subplots(1, 2, sharey=True), (few, many), strict=True):
                ordered = drawn_thresholds(N, **settings)
                ax.plot(x, population.mean_activity(x, self.law, spread=self.spread), "0.6")
                ax.step(x, population.activity(x, ordered), "C1", where="post")
                ax.plot(ordered, np.full(N, -0.05), "|C0")
                ax.set(xlabel="input x", title=f"N = {N}")
            figure.axes[0].set_ylabel("share that is on")

        code = population.LAWS[self.law]
        gaps = [population.largest_gap(code, self.spread, drawn_thresholds(N, **settings), N) for N in (few, many)]
        what = f"{few} and {many} switches with thresholds from a law of spread {self.spread:g} ({NAMES[self.law]})"
        return drawn(
            draw, 6.2, 2.8,
            f"{what}: two rising staircases, one rough and one fine, on one smooth curve; ticks at the thresholds.",
            f"{what}. The staircases leave the curve by {gaps[0]:.3f} and by {gaps[1]:.3f} at most.",
        )  # fmt: skip
