"""Live clusters of Wolff's algorithm: how they grow, how they turn over, and how large they are."""

import math

import numpy as np

from ....core import arguments, words
from ....exact.plane import critical_temperature
from ....lattice import cluster
from ...colours import DOWN, UP
from ..shell import controls
from ..shell.controls import Pace
from ..shell.lattice import STARTS, Spins, begun, side, temperature
from ..shell.still import Still, png

__all__ = ["Wolff", "WolffClusters"]

COLOURS = {"up": UP, "down": DOWN, "cluster": "#d9652b", "front": "#ffd21f"}

_STILL_SIZE = 256

_FOLLOWS = 10  # the means begin when so many times the number of sites have turned since T was set
_AT_TC, _ENOUGH = 0.003, 50  # so close to Tc, and with so many clusters, the law is drawn


class Wolff:
    """Natively what `WolffClusters` is in the browser: the same kernels, the same seed, so the same spins.

    Parameters
    ----------
    size : int
        Sites along each side of the periodic square lattice, at least 2.
    T : float
        Temperature in units of J, above 0. It may be set anew between two clusters or while one grows.
    start : {"up", "random"}
    seed : int
        From 0 to 2**64 - 1. It seeds the kernels' generator directly, with no `numpy.random.Generator` in between.

    Attributes
    ----------
    spins : (size, size) int8
        As they are now; a site is turned over when it joins the cluster.
    clusters : int
        How many are complete.
    growing : bool
        Whether one is not.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> model = Wolff(64, 1.5, start="up", seed=1)
    >>> model.complete(3).clusters, bool(model.spins.mean() < -0.97)
    (3, True)
    """

    def __init__(self, size: int, T: float, *, start: str = "up", seed: int):
        self.T = arguments.number("T", T, above=0)
        self._lattice, self._flat, self._state = begun(size, start, seed)
        self._queue, self._ends = np.empty(self._lattice.size + 1, dtype=np.int32), np.zeros(2, dtype=np.int64)
        self.spins = self._flat.reshape(self._lattice.shape)
        self.clusters = 0

    @property
    def growing(self) -> bool:
        return bool(self._ends[0] < self._ends[1])

    @property
    def cluster(self) -> tuple[np.ndarray, np.ndarray]:
        """Sites of the present or last cluster that have asked their neighbours, and those that have not: its front."""
        return self._queue[: self._ends[0]], self._queue[self._ends[0] : self._ends[1]]

    def grow(self, most: int) -> int:
        """Let up to `most` sites of one cluster ask their neighbours, and return how many did."""
        if not self.growing:
            site = words.random_site(self._lattice.size, self._state)
            cluster.begin(self._flat, site, self._queue, self._ends)
        before = self._ends[0]
        threshold = np.uint64(round(cluster.bond_probability(self.T) * 2**32))
        cluster.advance(self._flat, self._lattice.neighbours, threshold, self._state, self._queue, self._ends, most)
        self.clusters += not self.growing
        return int(self._ends[0] - before)

    def complete(self, clusters: int) -> "Wolff":
        """Complete so many clusters, the present one first if there is one; return self."""
        for _ in range(clusters):
            self.grow(self._lattice.size)
        return self


class WolffClusters(Spins):
    """Live clusters of Wolff's algorithm on a periodic square lattice without a field, J = 1.

    Slowly, one sees a cluster grow from its first site, turn over, and the next one begin. Fast, the sizes of many
    clusters add up to their distribution, and their mean to the susceptibility: the mean share of the lattice that they
    take is the mean of m squared.

    It runs on the kernels of `spinlearn.lattice.cluster` as WebAssembly in the browser. With the same seed and settings
    its spins are those of ``Wolff(size, T, …).complete(clusters)``, bit for bit.

    Parameters
    ----------
    size : int
        Sites along each side, from 8 to 1024; fixed once made.
    T : float
        Temperature in units of J, from 1 to 5.
    start : {"up", "random"}
        The configuration that a reset begins with.
    settle : int
        Clusters that a reset completes before it is shown, from 0 to 1000; fixed once made.
    seed : int
        Of the generator, from 0 to 2**32 - 1.
    running : bool
        Whether it runs as soon as it is shown in JupyterLab. In a built page it always starts paused.

    Attributes
    ----------
    clusters : int
        Clusters completed since the last reset, those before it was shown among them.
    last : int
        Sites of the last one that is complete.
    m : float
        Magnetisation per spin after it.
    share, square : float
        Means over the clusters: of the share of all sites that one takes, and of m squared when it begins. They count
        the clusters after a reset was shown and after ten times as many sites have turned as there are, since the reset
        or since the temperature was last set. 0, and a dash in the read-out, before the first one.
    digest : str
        Fingerprint of the spins (see `digest`) while it is paused, empty while it runs.

    Raises
    ------
    traitlets.TraitError
        If a value has the wrong type or range, now or when a trait is set later; the trait keeps its value.

    Examples
    --------
    >>> WolffClusters(64, T=2.5)
    WolffClusters(size=64, T=2.5, start='up', settle=50, seed=1)
    """

    title = "Live Wolff clusters"
    wasm = "wolff"
    pace = Pace("Sites a frame", (8, 64, 512, 4096, (65536, "65 536")), start=64, unit="sites/s")

    size = side(256)
    T = temperature(2.269185, at_least=1.0)
    start = controls.choice("up", dict(reversed(STARTS.items())), label="Start from")
    settle = controls.fixed(50, 0, 1000, label="Clusters before it is shown")
    seed = controls.seed()

    clusters = controls.counter("clusters")
    last = controls.counter("last one", first=True)
    m = controls.reading("m", digits=3)
    share = controls.reading("mean share", digits=3, significant=2, first=True)
    square = controls.reading("mean m²", digits=3, significant=2)

    def data(self) -> dict:
        """Return the colours, when clusters are counted and the law is drawn, and the window of the distribution."""
        n = self.size**2
        return {
            "colours": COLOURS, "follows": _FOLLOWS, "critical": critical_temperature(), "near": _AT_TC,
            "enough": _ENOUGH, "sizes": [0.8, 2 ** math.ceil(math.log2(n))],
            "least": 10.0 ** -math.ceil(math.log10(n) + 2),
        }  # fmt: skip

    def still(self) -> Still:
        """Return a lattice, at most 256 sites wide, with the first large cluster half grown, and the words."""
        size = min(self.size, _STILL_SIZE)
        model = Wolff(size, self.T, start=self.start, seed=self.seed).complete(self.settle)
        # The first cluster of which a fortieth of the lattice has asked and more are waiting, or the hundredth.
        for _ in range(100):
            model.grow(size**2 // 40)
            if model.growing:
                break
        inside, front = model.cluster
        colours = ["down", "up", "cluster", "front"]
        sites = (model.spins.ravel() > 0).astype(np.uint8)
        sites[inside], sites[front] = colours.index("cluster"), colours.index("front")
        what = f"A cluster of {len(inside) + len(front)} sites on {size} × {size} spins at T = {self.T:.4g}"
        state = f"still growing, with {len(front)} sites at its front" if len(front) else "complete"
        words = "light is up, dark is down, orange is the cluster and yellow its front"
        picture = png(sites.reshape(size, size), [COLOURS[name] for name in colours])
        began = "all spins up" if self.start == "up" else "random spins"
        caption = f"{what}, after {model.clusters} others from {began}"
        return Still(picture, 512, 512, f"{what}, {state}; {words}.", f"{caption}; {state}. {words.capitalize()}.")
