"""The ageing glass: quenched once, looked at again and again, the later the slower it forgets."""

import base64
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from ....core import arguments, words
from ....lattice import ageing, geometry, glass, ground, samples
from ...colours import DOWN, UP
from ..shell import controls
from ..shell.controls import Action, Pace
from ..shell.lattice import Spins, begun
from ..shell.still import Still, drawn

__all__ = ["Ageing", "aged"]

WAITS = (10, 100, 1000)  # sweeps from the quench to each snapshot
TIMES = (1, 2, 3, 4, 5, 7, 10, 14, 20, 30, 50, 70, 100, 140, 200, 300, 500, 700, 1000, 1400, 2000, 3000, 5000, 7000,
         10000)  # fmt: skip
BONDS = {"bimodal": "±J", "gaussian": "Gaussian", "ferromagnet": "Ferromagnet"}
SHOWN = {"changes": "Changes", "domains": "Domains", "spins": "Spins"}

_NAMES = {"bimodal": "+J or −J as often", "gaussian": "normal numbers", "ferromagnet": "all +J"}
_LAWS = {"bimodal": glass.BIMODAL, "gaussian": glass.GAUSSIAN, "ferromagnet": glass.FERROMAGNET}
_BLOCK = 2**32  # the bonds are of the seed itself, quench number k of the seed and k times this
_STILL = 1000  # the last t of the still picture


class Aged(NamedTuple):
    """What `aged` returns.

    Attributes
    ----------
    spins : (side, side) int8
        The last ones.
    couplings : (N, 4) float64
        The bonds, as the table of ``lattice.square(side, periodic=False)``.
    C : (waits, times) float64
        1/N sum_i s_i(t_w) s_i(t_w + t), and NaN where the run has not come to it.
    overlap : float
        Of the last spins with the latest snapshot; NaN before the first one.
    e : float
        Energy per spin of the last ones, in units of J.
    """

    spins: np.ndarray
    couplings: np.ndarray
    C: np.ndarray
    overlap: float
    e: float


def sample(side: int, bonds: str, seed: int) -> tuple[geometry.Lattice, np.ndarray]:
    """Draw the bonds that `Ageing` has for a seed: a sheet with open edges, and its table of couplings (N, 4).

    Examples
    --------
    >>> sheet, J = sample(16, "bimodal", 1)
    >>> sheet.shape, bool((abs(J[17]) == 1).all())
    ((16, 16), True)
    """
    sheet = geometry.square(arguments.count("side", side, at_least=2), periodic=False)
    law = _LAWS[arguments.choice("bonds", bonds, _LAWS)]
    arguments.count("seed", seed, at_most=_BLOCK - 1)
    state, couplings = np.empty(4, dtype=np.uint64), np.empty(sheet.neighbours.shape)
    words.seed_state(np.uint64(seed), state)
    glass.fill_couplings(law, sheet.neighbours, couplings, np.empty(2 * side * (side - 1)), state)
    return sheet, couplings


def aged(side: int, T: float, sweeps: int, *, bonds: str = "bimodal", seed: int, quench: int = 1) -> Aged:
    """Run natively what `Ageing` runs in the browser: the same kernels, bonds and spins.

    Parameters
    ----------
    side : int
        Sites along each side of the sheet, at least 2. Its edges are open.
    T : float
        In units of J, above 0.
    sweeps : int
        Since the quench from random spins.
    bonds : {"bimodal", "gaussian", "ferromagnet"}
    seed : int
        Of the bonds, from 0 to 2**32 - 1.
    quench : int
        Number of the quench of these bonds, from 1 to 9999: each has its own random numbers.

    Returns
    -------
    Aged

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> run = aged(16, 0.5, 200, seed=1)
    >>> bool(run.C[1, 12] > run.C[0, 12]), bool(np.isnan(run.C[2]).all())
    (True, True)
    """
    sheet, J = sample(side, bonds, seed)
    T, sweeps = arguments.number("T", T, above=0), arguments.count("sweeps", sweeps)
    number = arguments.count("quench", quench, at_least=1, at_most=9999)
    _, spins, state = begun(side, "random", number * _BLOCK + seed)
    kept, q, C = {}, np.nan, np.full((len(WAITS), len(TIMES)), np.nan)
    for t in range(1, sweeps + 1):
        samples.sweep(spins, sheet.neighbours, J, 1.0 / T, 0.0, state)
        for w, before in kept.items():
            if t - w in TIMES:
                C[WAITS.index(w), TIMES.index(t - w)] = ageing.overlap(spins, before)
        if t in WAITS:
            kept[t] = spins.copy()
    if kept:
        q = ageing.overlap(spins, kept[max(kept)])
    e = float(ageing.energies(spins[None], sheet, J[None])[0]) / spins.size
    return Aged(spins.reshape(sheet.shape), J, C, q, e)


@lru_cache(maxsize=16)
def _ground(side: int, bonds: str, seed: int) -> tuple[float, np.ndarray] | None:
    """The energy per spin of the ground state and its spins, or None where the package for it is not installed."""
    sheet, J = sample(side, bonds, seed)
    try:
        found = ground.by_matching(sheet, J=J)
    except ImportError:
        return None
    return round(found.energy / sheet.size, 6), found.spins


class Ageing(Spins):
    """A plane spin glass that ages: quenched from random spins to T at once, and correlated with what it was.

    Snapshots are taken 10, 100 and 1000 sweeps after the quench. C(t_w + t, t_w) is the overlap with the one taken at
    t_w, a time t later. The older the glass, the more slowly it falls. The sheet has open edges, so its ground state is
    known exactly, by `spinlearn.lattice.ground.by_matching`, for the bonds of the seed that it is made with.

    It runs on the heat bath of `spinlearn.lattice.samples` as WebAssembly in the browser; its spins are those of
    `aged`, bit for bit, unless a browser's `exp` or `log` differs in the last bit, just where a random number falls in
    between. A changed setting begins a new quench; what the curves were, if the run before had come to its last
    snapshot, stays as grey lines.

    Parameters
    ----------
    T : float
        Temperature in units of J, from 0.2 to 2.
    size : int
        Sites along each side, from 16 to 128; fixed once made.
    bonds : {"bimodal", "gaussian", "ferromagnet"}
        +1 or -1 as often, normal numbers with standard deviation 1, or all +1.
    shown : {"changes", "domains", "spins"}
        The picture: the spins compared with the latest snapshot, with the ground state, or as they are. They are shown
        as they are also before the first snapshot, and where the ground state is not known.
    scaled : bool
        Whether the curves are drawn against t / t_w.
    quench : int
        Number of the quench of these bonds, from 1 to 9999: each has its own random numbers.
    seed : int
        Of the bonds, from 0 to 2**32 - 1.
    running : bool
        Whether it sweeps as soon as it is shown in JupyterLab. In a built page it always starts paused.

    Attributes
    ----------
    sweeps : int
        Sweeps since the quench, the age.
    overlap : float
        With the latest snapshot, and a dash in the read-out before the first one.
    e : float
        Energy per spin.
    lowest : float
        Energy per spin of the exact ground state, and a dash in the read-out where it is not known.
    wait : int
        Age at the latest snapshot, t_w; 0 before the first.
    digest : str
        Fingerprint of the spins while it is paused, empty while it runs.

    Raises
    ------
    traitlets.TraitError
        If a value has the wrong type or range, now or when a trait is set later; the trait keeps its value.

    Examples
    --------
    >>> Ageing(0.4, size=64)
    Ageing(T=0.4, size=64, bonds='bimodal', shown='changes', scaled=False, quench=1, seed=1)
    """

    title = "A glass that ages"
    wasm = "ageing"
    pace = Pace("Sweeps a frame", (1, 5, 20, 100), start=5, unit="sweeps/s")
    actions = (Action("Q", "Quench anew", "anew"),)

    T = controls.slider(0.6, 0.2, 2.0, label="Temperature", symbol="T", step=0.01, digits=2, first=True)
    size = controls.fixed(80, 16, 128, label="Sites along each side")
    bonds = controls.choice("bimodal", BONDS, label="Bonds")
    shown = controls.choice("changes", SHOWN, label="Picture")
    scaled = controls.check(False, label="Curves against t / tw")
    quench = controls.whole(1, 1, 9999, label="Quench number")
    seed = controls.seed()

    sweeps = controls.counter("age in sweeps")
    overlap = controls.reading("overlap with the snapshot", digits=3, first=True)
    e = controls.reading("energy per spin", digits=3, first=True)
    lowest = controls.reading("exact ground state", digits=3)
    wait = controls.counter("snapshot at the age of")

    def data(self) -> dict:
        """Return the colours of the spins, the times, the numbers of the laws, and the ground states of this seed."""
        lowest = {}
        for bonds in BONDS:
            found = _ground(self.size, bonds, self.seed)
            if found:
                bits = np.packbits(found[1].ravel() > 0) if bonds != "ferromagnet" else b""
                lowest[bonds] = [found[0], base64.b64encode(bits).decode()]
        return {
            "up": UP, "down": DOWN, "waits": WAITS, "times": TIMES, "laws": _LAWS, "block": _BLOCK, "seed": self.seed,
            "lowest": lowest,
        }  # fmt: skip

    def still(self) -> Still:
        """Return the three curves up to t = 1000, and what has changed since the last snapshot, with the words."""
        options = {"bonds": self.bonds, "seed": self.seed, "quench": self.quench}
        run = aged(self.size, self.T, WAITS[-1] + _STILL, **options)
        known = _ground(self.size, self.bonds, self.seed)
        before = aged(self.size, self.T, WAITS[-1], **options).spins
        last = TIMES.index(_STILL)

        def draw(figure):
            from matplotlib.colors import ListedColormap

            left, right = figure.subplots(1, 2)
            turned = run.spins * before
            left.imshow(turned, cmap=ListedColormap([DOWN, UP]), vmin=-1, vmax=1, interpolation="nearest")
            left.set_axis_off()
            for w, C, style in zip(WAITS, run.C, ("C2:", "C1--", "C0-"), strict=True):
                right.semilogx(TIMES[: last + 1], C[: last + 1], style, label=str(w))
            right.set(xlabel="t", ylabel="C", ylim=(0, 1.02), xticks=(1, 10, 100, 1000), yticks=(0, 0.5, 1))
            right.legend()

        falls = ", ".join(f"{C:.2f}" for C in run.C[:, last])
        words = (
            f"{self.size} × {self.size} spins, bonds {_NAMES[self.bonds]}, quenched to T = {self.T:g}. The overlap "
            f"with the spins at the ages of 10, 100 and 1000, each {_STILL} sweeps later, is {falls}; at last the "
            f"energy per spin is {run.e:.3f}" + (f", that of the ground state {known[0]:.3f}" if known else "")
        )
        return drawn(
            draw, 3.4, 1.6,
            f"{words}. On the right the three curves; on the left, dark, the spins that have turned over since the "
            "last snapshot.",
            f"{words}. Dark are spins that have turned over since the last snapshot.",
        )  # fmt: skip
