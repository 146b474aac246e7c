"""The live closed loop: a thousand models, each fitted again and again to samples of its own."""

from typing import NamedTuple

import numpy as np
import traitlets

from ....bipartite import chains
from ....bipartite.closedloop import Conjugate, Normal
from ....core import arguments, words
from ..shell import controls
from ..shell.controls import Action, Pace
from ..shell.shell import Moving
from ..shell.still import Still, png

__all__ = ["ClosedLoop", "looped"]

LOOPS, _SHOWN = 1000, 24  # how many there are, and how many of them are drawn
_MOST = 100  # data of a generation
_BARS = 21  # of the histogram, at most
_GRID = (60, 2401)  # of theta, for the stationary law: from minus to plus, and how many
_DRAWN, _HIGH, _WIDE, _SCALE = 12, 90, 120, 2  # of the still picture
_CENTRE, _DEVIATION = 0.0, 1.0  # of the normal prior

STATISTICS = {"coin": "A coin", "spins": "Four spins"}
PRIORS = {"data": "Two data", "normal": "Normal, of θ"}
OVER = {"x": "Mean x", "theta": "Parameter θ"}

_OF = {"coin": chains.coin(), "spins": chains.spins(4)}
# Two data whose average is that of the statistic in a model without a field or a coupling.
_FREE = {"coin": Conjugate(1.0, 1.0), "spins": Conjugate(0.5, 1.5)}
# What the axes of the histogram are called.
_NAMED = {
    "coin": {"x": "x, the probability of a 1", "theta": "θ = ln(x / (1 − x))"},
    "spins": {"x": "x = ⟨(s₁ + s₂ + s₃ + s₄)²⟩ / 16", "theta": "θ, twice the coupling"},
}


class Looped(NamedTuple):
    """What `looped` returns.

    Attributes
    ----------
    loop : spinlearn.bipartite.chains.Chain
        The chain of which each loop is a walk.
    states : (generations + 1, 1000) int32
        The state of each; ``loop.x[states]`` are the means.
    collapsed : (generations + 1,) float64
        Share of the loops in which nothing changes any more.
    exact : spinlearn.bipartite.chains.Evolution
        What the mean and that share are on average, and the exact law of the states at the end.
    """

    loop: chains.Chain
    states: np.ndarray
    collapsed: np.ndarray
    exact: chains.Evolution


def looped(
    M: int, generations: int, *, m: float = 0.0, q: float = 0.5, u: float = 0.0, start: float = 0.5,
    statistic: str = "coin", prior: str = "data", seed: int,
) -> Looped:  # fmt: skip
    """Run natively what `ClosedLoop` runs in the browser: the same kernels, seed and loops.

    Parameters
    ----------
    M : int
        Data that a model draws in a generation, from 1 to 100.
    generations : int
    m : float
        External data in each generation, at least 0.
    q : float
        Their average, from 0 to 1.
    u : float
        Power of the prior, at least 0; 0 is maximum likelihood.
    start : float
        The mean x that all loops begin with, from 0 to 1.
    statistic : {"coin", "spins"}
    prior : {"data", "normal"}
    seed : int
        From 0 to 2**64 - 1, of the kernels' generator.

    Returns
    -------
    Looped

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> run = looped(20, 200, seed=1)
    >>> bool(run.collapsed[-1] > 0.99), bool(abs(run.loop.x[run.states[-1]].mean() - 0.5) < 0.05)
    (True, True)
    """
    M = arguments.count("M", M, at_least=1, at_most=_MOST)
    arguments.choice("statistic", statistic, STATISTICS)
    arguments.choice("prior", prior, PRIORS)
    kind = _FREE[statistic] if prior == "data" else Normal(_CENTRE, _DEVIATION)
    loop = chains.chain(_OF[statistic], M, start=start, external=m, q=q, prior=kind, strength=u)
    exact = chains.evolution(loop, generations)
    state = np.empty(4, dtype=np.uint64)
    words.seed_state(np.uint64(arguments.count("seed", seed, at_most=2**64 - 1)), state)
    states = np.full((generations + 1, LOOPS), loop.x.size - 1, dtype=np.int32)
    for t in range(generations):
        states[t + 1] = states[t]
        chains.advance(loop.laws, loop.statistic.heights, M, states[t + 1], state)
    return Looped(loop, states, chains.rests(loop)[states].mean(axis=1), exact)


def law_of_means(loop: chains.Chain) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The stationary law for large M as `ClosedLoop` draws it: theta, its density, and x there."""
    far, many = _GRID
    theta = np.linspace(-far, far, many)
    p, x, chi = np.empty((3, many))
    heights, log_weight = loop.statistic
    chains.fill_density(
        heights, log_weight, loop.ones, loop.held, loop.pull, loop.centre, theta, p, x, chi, np.empty(heights.size)
    )
    return p, x, chi


class ClosedLoop(Moving):
    """A thousand models that learn from themselves: each draws M data, is fitted to them, and draws again.

    A model is a coin, or four spins with one coupling between each two. Its mean x, the probability of a 1 or the mean
    square of the sum of the spins over 16, is what the fit takes from the data. By maximum likelihood all loops
    collapse, sooner or later, to x = 0 or to x = 1. The reader adds m external data of the average q to each
    generation, or a prior to the power u, and sees what becomes of the law of x. The loops go on then: what they have
    drawn last is fitted anew, so that collapsed ones come alive. Beside all that is counted stands the exact chain, and
    beside the histogram the stationary law for large M, p0^(2 u) exp(-2 m D(q || theta)).

    It runs on the kernels of `spinlearn.bipartite.chains` as WebAssembly in the browser. Another M, start, statistic or
    seed begins anew. From one seed its loops are those of the library; with a coupling or a normal prior a browser's
    `exp` may differ from the system's in the last bit, and a datum in 10^15 with it.

    Parameters
    ----------
    M : float
        Data of a generation, from 1 to 100, to the nearest whole number.
    m : float
        External data in each generation, from 0 to 20.
    q : float
        Their average, from 0 to 1.
    u : float
        Power of the prior, from 0 to 4.
    start : float
        The mean x at the start, from 0 to 1.
    statistic : {"coin", "spins"}
        What a model is: a coin, or four spins with one coupling.
    prior : {"data", "normal"}
        Two data of the model without a field or a coupling, or a normal law of theta with the deviation 1.
    over : {"x", "theta"}
        What the histogram is one of.
    scaled : bool
        Whether times are drawn in units of M generations.
    seed : int
        Of the generator, from 0 to 2**32 - 1.
    running : bool
        Whether it runs as soon as it is shown in JupyterLab. In a built page it always starts paused.

    Attributes
    ----------
    t : int
        Generations since the start.
    collapsed, exact : float
        Share of the loops that have collapsed, and its expectation.
    mean, expected : float
        Mean x of all loops, and its expectation.
    ones : float
        Share of those that have collapsed to 1 among those that have collapsed; a dash in the read-out if none has.
    digest : str
        Fingerprint of the states of the loops while it is paused, empty while it runs.

    Raises
    ------
    traitlets.TraitError
        If a value has the wrong type or range, now or when a trait is set later; the trait keeps its value.

    Examples
    --------
    >>> ClosedLoop(20, m=1)
    ClosedLoop(M=20.0, m=1.0, q=0.5, u=0.0, start=0.5, statistic='coin', prior='data', over='x', scaled=False, seed=1)
    """

    title = "A model that learns from itself"
    wasm = "closedloop"
    pace = Pace("Generations a second", (2, 10, 40, 200), start=10, every="second", unit="generations/s")
    actions = (Action("D", "External datum", "datum"),)

    M = controls.counted(20.0, 1.0, float(_MOST), label="Own data", symbol="M", first=True)
    m = controls.counted(0.0, 0.0, 20.0, label="External data", symbol="m")
    q = controls.slider(0.5, 0.0, 1.0, label="Their average", symbol="q", step=0.05, digits=2)
    u = controls.slider(0.0, 0.0, 4.0, label="Power of the prior", symbol="u", step=0.05, digits=2)
    start = controls.slider(0.5, 0.0, 1.0, label="Start", symbol="x₀", step=0.05, digits=2)
    statistic = controls.choice("coin", STATISTICS, label="Model")
    prior = controls.choice("data", PRIORS, label="Prior")
    over = controls.choice("x", OVER, label="Histogram of")
    scaled = controls.check(False, label="Time in units of M")
    seed = controls.seed()

    t = controls.counter("generation")
    collapsed = controls.reading("collapsed", digits=3, first=True)
    exact = controls.reading("in theory", digits=3, first=True)
    mean = controls.reading("mean x", digits=3)
    expected = controls.reading("mean in theory", digits=3)
    ones = controls.reading("of them at 1", digits=3)
    digest = traitlets.Unicode("", help="fingerprint of the loops while paused").tag(sync=True)

    def data(self) -> dict:
        """Return the levels of the statistics, the priors, and how many loops, curves and bars there are."""
        normal = [0.0, 0.0, _DEVIATION**-2]
        return {
            "statistics": {
                name: {
                    "heights": of.heights.tolist(), "weights": [round(float(each), 15) for each in of.log_weight],
                    **_NAMED[name], "priors": {"data": [_FREE[name].a, _FREE[name].b, 0.0], "normal": normal},
                }
                for name, of in _OF.items()
            },
            "loops": LOOPS, "shown": _SHOWN, "bars": _BARS, "grid": list(_GRID),
        }  # fmt: skip

    def still(self) -> Still:
        """Return walks of some loops, what has collapsed or the law that they come to, and the words."""
        M = round(self.M)
        generations = 3 * M
        run = looped(
            M, generations, m=self.m, q=self.q, u=self.u, start=self.start, statistic=self.statistic,
            prior=self.prior, seed=self.seed,
        )  # fmt: skip
        x, rests = run.loop.x[run.states], chains.rests(run.loop).any()
        picture = _picture(run, x, rests)
        high, wide = (_SCALE * side for side in picture.shape)
        name = {"coin": "coins", "spins": "models of four spins with one coupling"}[self.statistic]
        held = [f"{self.m:g} external data of the average {self.q:g}"] if self.m else []
        held += [f"a prior to the power {self.u:g}"] if self.u else []
        what = (
            f"{LOOPS} {name} learn from {M} samples of their own in each generation{', with ' if held else ''}"
            f"{' and '.join(held)}, from x = {self.start:g} on"
        )
        last = f"After {generations} generations {run.collapsed[-1]:.3f} of them have collapsed"
        after = f"{last}, {run.exact.collapsed[-1]:.3f} in theory" if rests else "None can collapse"
        mean = f"their mean x is {x[-1].mean():.3f}, {run.exact.mean[-1]:.3f} in theory"
        beside = (
            "the share that has collapsed, and dashed the exact one"
            if rests
            else "the histogram of x after them, from 0 to 1, and the stationary law for large M"
        )
        return Still(
            png(picture, ["#ffffff", "#b0b0b0", "#e3b9a6", "#a8441c", "#1f5a96"]), wide, high,
            f"Random walks of {_DRAWN} loops, between 0 and 1, and their mean, a level line; beside them {beside}.",
            f"{what}. {after}; {mean}. Left: x of {_DRAWN} loops, from 0 to 1, and the mean of all; right: {beside}.",
        )  # fmt: skip


def _picture(run: Looped, x: np.ndarray, rests: bool) -> np.ndarray:
    """Numbers of colours: walks in one frame, and in another what has collapsed or the law that they come to."""
    columns = np.arange(_WIDE)
    t = np.round(columns * (len(x) - 1) / (_WIDE - 1)).astype(int)
    left, right = np.zeros((2, _HIGH, _WIDE), dtype=np.int64)
    for k in range(_DRAWN):
        _line(left, x[t, k], 1)
    _line(left, x[t].mean(axis=1), 3)
    if rests:
        _line(right, run.collapsed[t], 3)
        _line(right, np.where(columns % 6 < 3, run.exact.collapsed[t], np.nan), 4)
    else:
        S = run.loop.x.size - 1  # states, in groups, each as wide as from the middle to the one before to the next
        first = -(-np.arange(min(S, _BARS)) * S // min(S, _BARS))
        edges = np.concatenate([[0.0], (run.loop.x[first[1:] - 1] + run.loop.x[first[1:]]) / 2, [1.0]])
        count = np.add.reduceat(np.bincount(run.states[-1], minlength=S + 1)[:S], first)
        density = count / LOOPS / np.diff(edges)
        top = max(1.4 * density.max(), 1.4)
        at = np.round(edges * _WIDE).astype(int)
        for height, start, stop in zip(density, at[:-1], at[1:], strict=True):
            right[_HIGH - 1 - int(height / top * (_HIGH - 1)) :, start : max(stop - 1, start + 1)] = 2
        p, mean, chi = law_of_means(run.loop)
        law = np.interp((columns + 0.5) / _WIDE, mean, p / chi) / top
        _line(right, np.where(law <= 1, law, np.nan), 4)
    frames = [np.pad(each, 1, constant_values=1) for each in (left, right)]
    return np.hstack([frames[0], np.zeros((_HIGH + 2, 8), dtype=np.int64), frames[1]])


def _line(panel: np.ndarray, shares: np.ndarray, colour: int) -> None:
    """Draw shares from 0 to 1, one a column; nan is a gap."""
    last = None
    for column, share in enumerate(shares):
        if np.isnan(share):
            last = None
            continue
        row = int((len(panel) - 1) * (1 - share) + 0.5)
        low, high = sorted((row, row if last is None else last))
        panel[low : high + 1, column] = colour
        last = row
