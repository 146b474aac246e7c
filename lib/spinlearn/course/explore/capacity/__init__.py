"""The live capacity: what is left of a memory at each load, activation by activation, with the theory beside it."""

import math
from typing import NamedTuple

import numpy as np

from ....core import arguments, words
from ....dense import crosstalk, diluted, fading, loops
from ....lattice.geometry import fill_random
from ..shell import controls
from ..shell.controls import Action, Pace
from ..shell.shell import Moving
from ..shell.still import Still, drawn

__all__ = ["Capacity", "remembered"]

_SHORT = {"sign": "sign(h)", "tanh": "tanh(g h)", "best": "tanh(h/α)", "rectifier": "[h]₊", "x2": "x²", "x3": "x³",
          "x4": "x⁴", "exp": "eˣ"}  # fmt: skip
ACTIVATIONS = {name: f"{text}, {'units' if name in fading.UNITS else 'energy'}" for name, text in _SHORT.items()}
NETWORKS = {"tree": "A tree: no loops", "large": "20 000 units", "small": "4000 units"}
_SIZES = {"tree": 4000, "large": 20_000, "small": 4000}

C, N = 50, 100  # inputs of a unit, on a tree or in a network; units of a dense memory
_STEPS, _LAST, _SWEEPS = 40, 10, 30  # of units, of which the last are averaged; sweeps of a dense memory, at most
_FEW = (*range(2, 77, 2),)  # patterns, that units are followed up to
_STOPS = (*_FEW, 100, 150, 200, 300, 500, 700, 1000, 1500, 2000, 3000, 5000, 7000, 10_000, 15_000, 20_000, 30_000)
# Patterns for a load of 1, as `fading` has it.
_SCALES = dict.fromkeys(fading.UNITS, C) | {"x2": N, "x3": N**2, "x4": N**3}


class Remembered(NamedTuple):
    """What `remembered` returns.

    Attributes
    ----------
    overlap : float
        Correlation of state and pattern: of units the mean over the last ten of forty steps, of a dense memory the mean
        over up to 16 patterns, each at rest.
    theory : float
        What it should be for large networks.
    path : (steps + 1,) float64
        The overlap at the start and after each step, or each sweep.
    by_map : (steps + 1,) float64
        The same by theory: the map of a tree, or for a dense memory the theory's value throughout.
    end : float
        The patterns with which the memory ends by theory.
    """

    overlap: float
    theory: float
    path: np.ndarray
    by_map: np.ndarray
    end: float


def remembered(
    P: int, activation: str = "sign", *, gain: float = 2.0, network: str = "tree", seed: int
) -> Remembered:  # fmt: skip
    """Run natively what `Capacity` runs in the browser at one load: the same kernels and seed.

    Parameters
    ----------
    P : int
        Patterns, from 2 to 30 000; with an activation of units up to 76.
    activation : {"sign", "tanh", "best", "rectifier", "x2", "x3", "x4", "exp"}
    gain : float
        Of tanh, from 1.05 to 10.
    network : {"tree", "large", "small"}
        Of units.
    seed : int
        From 0 to 2**32 - 1, of the kernels' generator.

    Returns
    -------
    Remembered

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> found = remembered(20, "best", seed=1)
    >>> bool(abs(found.overlap - found.theory) < 0.03), round(found.end, 6)
    (True, 50.0)
    """
    arguments.choice("activation", activation, ACTIVATIONS)
    units = activation in fading.UNITS
    P = arguments.count("P", P, at_least=_STOPS[0], at_most=_FEW[-1] if units else _STOPS[-1])
    gain = arguments.number("gain", gain)
    if not 1.05 <= gain <= 10:
        raise ValueError(f"gain must be from 1.05 to 10, got {gain:g}")
    arguments.choice("network", network, NETWORKS)
    arguments.count("seed", seed, at_most=2**32 - 1)
    state, code = np.empty(4, dtype=np.uint64), fading.ACTIVATIONS[activation]
    words.seed_state(np.uint64(seed + P * 2**32), state)
    theory, end = _expected(P, activation, gain)
    if units:
        tree, size = network == "tree", _SIZES[network]
        path, by_map = np.empty((2, _STEPS + 1))
        bits, mesh = np.empty((size, loops.words_of(P)), dtype=np.uint64), np.empty((2, size, C), dtype=np.int32)
        states, fields = np.empty((2, size))
        loops.begin_units(code, P, tree, bits, *mesh, states, fields, state)
        path[0] = 1.0
        for k in range(_STEPS):
            path[k + 1] = loops.step_units(code, gain, P, tree, bits, *mesh, states, fields, state)
        fading.fill_fall(code, gain, P / C, by_map)
        return Remembered(float(path[-_LAST:].mean()), theory, path, by_map, end)
    path, steps, patterns = np.empty(_SWEEPS + 1), np.empty(N), np.empty(N * P, dtype=np.int8)
    fill_random(patterns, state)
    loops.fill_steps(code, N, steps)
    turned, tally = np.empty((2, N), dtype=np.int64)
    loops.run_dense(
        patterns.reshape(N, P), steps, np.empty(N, dtype=np.int8), np.empty(P, dtype=np.int64), turned, tally, state,
        path,
    )  # fmt: skip
    return Remembered(float(path[-1]), theory, path, np.full(_SWEEPS + 1, theory), end)


def _expected(P: float, activation: str, gain: float) -> tuple[float, float]:
    """The overlap by theory, and the patterns with which it ends."""
    if activation == "exp":
        return 1.0, math.exp(N * crosstalk.rates(1.0).typical)
    scale = _SCALES[activation]
    return fading.overlap(activation, P / scale, gain=gain), scale * fading.end(activation, gain=gain)


class Capacity(Moving):
    """What is left of a pattern in a network that has learned P of them, measured and by theory, for eight activations.

    Four are those of the units of a diluted network with Hebb's couplings, of which each hears 50 others: sign(h),
    tanh(gain h), tanh(h/α), and a rectifier with a gain that keeps its mean square. Such a network is a tree, which has
    no loops and which theory solves, or has 20 000 or 4000 units. Four are those of the memory units of a dense
    associative memory with 100 units: x, x², x³ and eˣ. Each turn of P learns new random patterns, starts at one of
    them, and puts a point beside the curve of `spinlearn.dense.fading`; points of other activations stay. It runs on
    the kernels of `spinlearn.dense.loops` as WebAssembly in the browser, whose `exp` and `tanh` may differ from the
    system's in their last bits.

    Parameters
    ----------
    P : float
        Patterns, from 2 to 30 000, to the nearest whole number; with an activation of units up to 76.
    activation : {"sign", "tanh", "best", "rectifier", "x2", "x3", "x4", "exp"}
    gain : float
        Of tanh, from 1.05 to 10.
    network : {"tree", "large", "small"}
        What units stand in: a tree, 20 000 units, or 4000.
    seed : int
        Of the generator, from 0 to 2**32 - 1.
    running : bool
        Whether it runs as soon as it is shown in JupyterLab. In a built page it always starts paused.

    Attributes
    ----------
    measured : int
        Points measured since the start.
    m, theory : float
        Overlap at this load, in the network and by theory.
    load : float
        Patterns for each input of a unit: P / 50, or P / 100 in a dense memory.
    end : float
        The number of patterns at which theory has the memory end.

    Raises
    ------
    traitlets.TraitError
        If a value has the wrong type or range, now or when a trait is set later; the trait keeps its value.

    Examples
    --------
    >>> Capacity(30, activation="best")
    Capacity(P=30.0, activation='best', gain=2.0, network='tree', seed=1)
    """

    title = "Overlap against load"
    wasm = "capacity"
    pace = Pace("Points a second", (1, 2, 5, 10), start=5, every="second", unit="points/s")
    actions = (Action("A", "Next activation", "next"), Action("D", "Draw anew", "again"))

    P = controls.stopped(10.0, _STOPS, label="Patterns learned", symbol="P", first=True)
    activation = controls.choice("sign", ACTIVATIONS, label="Activation")
    gain = controls.slider(2.0, 1.05, 10.0, label="Gain of tanh", symbol="g", step=0.05, digits=2, ends=2)
    network = controls.choice("tree", NETWORKS, label="Units stand in")
    seed = controls.seed()

    measured = controls.counter("points measured")
    m = controls.reading("overlap, network", digits=2, first=True)
    theory = controls.reading("overlap, theory", digits=2, first=True)
    load = controls.reading("patterns an input", digits=2)
    end = controls.reading("theory's last P", digits=1)

    def data(self) -> dict:
        """Return names in the order of their codes, sizes and stops, and theory for signs, to first order in loops."""
        loop = {}
        for name in ("large", "small"):
            c = C / _SIZES[name]
            last = diluted.capacity(connected=c)
            loads = [*np.linspace(0.15, last, 8)[:-1], math.nextafter(last, 0)]
            loop[name] = [[round(a, 3) for a in loads], [round(diluted.overlap(a, connected=c), 3) for a in loads]]
        return {
            "short": _SHORT, "scales": _SCALES, "sizes": _SIZES, "inputs": C, "all": N, "steps": _STEPS, "last": _LAST,
            "sweeps": _SWEEPS, "few": _FEW[-1], "more": _STOPS[len(_FEW) :], "kinds": len(fading.UNITS), "loops": loop,
            "power": round(math.log10(_expected(2, "exp", 2.0)[1])), "seeds": self.traits()["seed"].max + 1,
        }  # fmt: skip

    def still(self) -> Still:
        """Return the curves of theory with points that are measured, and the words."""
        activation, P, units = self.activation, round(self.P), self.activation in fading.UNITS
        P = min(P, _FEW[-1]) if units else P
        there = [8, 20, 28, 32, 40, 56] if units else [4, 10, 14, 20, 50, 200, 500, 1000, 2000]
        options = {"gain": self.gain, "network": self.network, "seed": self.seed}
        points = {p: remembered(p, activation, **options) for p in sorted({*there, P})}
        now, scale = points[P], C if units else 1

        def draw(figure):
            axes = figure.add_subplot()
            for name in ACTIVATIONS:
                if (name in fading.UNITS) == units and name != "exp":
                    curve, per = fading.curve(name, 80, gain=self.gain), _SCALES[name] / scale
                    x, y = np.r_[curve.load, curve.load[-1]] * per, np.r_[curve.overlap, 0.0]
                    axes.plot(x, y, "C0" if name == activation else "0.6", aa=False, lw=1)
            axes.plot([p / scale for p in points], [found.overlap for found in points.values()], "C0s", ms=4, aa=False)
            if units:
                axes.set(xlim=(0, _FEW[-1] / C), xticks=[0, 0.5, 1, 1.5], xlabel="load P/C")
            else:
                axes.set(xscale="log", xlim=(_STOPS[0], _STOPS[-1]), xlabel="patterns P")
            axes.set(ylim=(-0.1, 1.05), yticks=[0, 1], ylabel="overlap")
            for each in figure.findobj(lambda part: hasattr(part, "set_antialiased")):
                each.set_antialiased(False)  # few colours make a small picture

        where = {"tree": "on a tree without loops", "large": "in a network of 20 000 units",
                 "small": "in a network of 4000 units"}[self.network]  # fmt: skip
        place = f"{where}, each with {C} inputs" if units else f"in a memory of {N} units, all to all"
        ends = (
            f"at about 10 to the {round(math.log10(now.end))} patterns" if activation == "exp"
            else f"at the load {now.end / C:.2f}" if units else f"at {now.end:.0f} patterns"
        )  # fmt: skip
        overlap, theory = (f"{x:.2f}".replace("-0.00", "0.00").replace("-", "−") for x in (now.overlap, now.theory))
        text = (
            f"Overlap with a learned pattern against the number of patterns, {place}. With {P} patterns and the "
            f"activation {_SHORT[activation].replace('g h', f'{self.gain:g} h')} it is {overlap}, and {theory} by "
            f"theory, for which the memory ends {ends}."
        )
        return drawn(draw, 3.3, 2.0, f"Curves that fall with the load, and squares; the memory ends {ends}.",
                     f"{text} Lines are theory, squares are measured.")  # fmt: skip
