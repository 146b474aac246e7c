"""Live annealing: runs of a spin glass, cooled by a schedule that is drawn, over the ground state that is known."""

import base64
from typing import NamedTuple

import numpy as np

from ....core import arguments, words
from ....dense import knots
from ....lattice import bond_couplings, bonds, cooled, geometry, samples, square
from ....meanfield import signals
from ...colours import DOWN, UP
from ..shell import controls
from ..shell.controls import SIGNS, Pace
from ..shell.lattice import Spins
from ..shell.shell import HERE
from ..shell.still import Still, png

__all__ = ["Annealing", "annealed", "drawn_schedule", "glass_of"]

RUNS = 16
_ACROSS = 4  # lattices in a row of the picture
_KNOTS, _HOT = 26, 2.5  # of the schedule, and the temperature of the highest level
_SEED, _PARTS = 2, 1024  # of the bonds: their generator, and into how many parts a unit of J is divided
_SWEEPS = (10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000)
_WIDE = 90  # columns of the schedule in the still picture

# A ground state of each glass by `ground.by_matching`, one bit a spin, row after row, 1 where it is up. Bonds are
# multiples of 1/1024, so energies differ by 2/1024 at least, and the matching is exact to less than that.
GROUND = {
    8: "7Kyw/2seJ1I=",
    16: "9Ds1/9bXeNqfFGV39bdu3PRoxq/M6cEhD+yYVWzKoO4=",
    24: "/kphv4Z8gXoe3zUubJCNQBNADEE0aQNmAi12Veg1OCPRUxQl1Ookh63yDoTZN0RRW5B2xRY1RwiFkgZ7+oAkcuZwC3IP3/+i",
}


def _levels(*knots: tuple[int, int]) -> str:
    """The signs of a schedule in straight lines through (place, level)."""
    levels = np.interp(np.arange(_KNOTS), *zip(*knots, strict=True))
    return "".join(SIGNS[int(level + 0.5)] for level in levels)


NAMES = {
    "linear": "Linear",
    "slow": "Slow at the end",
    "quench": "Quench",
    "late": "Late quench",
    "reheated": "Reheated",
}
SCHEDULES = {
    "linear": _levels((0, 50), (25, 0)),
    "slow": _levels((0, 50), (4, 21), (25, 0)),
    "quench": _levels((0, 0), (25, 0)),
    "late": _levels((0, 50), (24, 50), (25, 0)),
    "reheated": _levels((0, 50), (10, 0), (15, 20), (25, 0)),
}


class Glass(NamedTuple):
    """What `glass_of` returns.

    Attributes
    ----------
    lattice : spinlearn.lattice.Lattice
        A square with open edges.
    J : (N, 4) float64
        Its bonds: normal ones, of mean 0 and standard deviation 1, rounded to multiples of 1/1024.
    ground : (side, side) int8
        A ground state, the one whose first spin is up.
    energy : float
        Of the ground state, in units of J.
    """

    lattice: geometry.Lattice
    J: np.ndarray
    ground: np.ndarray
    energy: float


class Annealed(NamedTuple):
    """What `annealed` returns, for R runs.

    Attributes
    ----------
    e : (sweeps + 1, R) float64
        Energy per spin at the start and after each sweep.
    lowest : (R,) float64
        Lowest energy per spin that each run has met, by which it is judged.
    excess : (R,) float64
        By how much that lies above the ground state: 0 where a run has met it.
    spins : (R, side, side) int8
        The last ones.
    """

    e: np.ndarray
    lowest: np.ndarray
    excess: np.ndarray
    spins: np.ndarray


def glass_of(side: int) -> Glass:
    """The spin glass that `Annealing` has on each of its lattices.

    Parameters
    ----------
    side : {8, 16, 24}

    Returns
    -------
    Glass

    Raises
    ------
    TypeError, ValueError
        If there is none of that size.

    Examples
    --------
    >>> glass = glass_of(8)
    >>> glass.energy, glass.ground.shape
    (-70.3583984375, (8, 8))
    """
    side = arguments.count("side", side)
    if side not in GROUND:
        raise ValueError(f"side must be one of {', '.join(map(str, GROUND))}, got {side}")
    lattice, state = square(side, periodic=False), np.empty(4, dtype=np.uint64)
    numbers = np.empty(len(bonds(lattice)))
    words.seed_state(np.uint64(_SEED), state)
    signals.fill_gaussian(state, numbers, 0, numbers.size)
    J = bond_couplings(lattice, np.floor(_PARTS * numbers + 0.5) / _PARTS)
    bits = np.unpackbits(np.frombuffer(base64.b64decode(GROUND[side]), dtype=np.uint8))
    ground = (2 * bits.astype(np.int8) - 1).reshape(1, -1)
    return Glass(lattice, J, ground.reshape(side, side), float(_energies(ground, lattice, J)[0]))


def _energies(spins, lattice, J) -> np.ndarray:
    """Energies of whole lattices, (R, N)."""
    e, m = np.empty((2, 1, len(spins)))
    for r, each in enumerate(spins):
        samples.record(each, lattice.neighbours, J, 0.0, 0, r, e, m)
    return e[0]


def drawn_schedule(schedule: str) -> np.ndarray:
    """The temperatures at the 26 knots of a schedule that `Annealing` has, named or drawn, from its start to its end.

    Parameters
    ----------
    schedule : str
        A name, or 26 signs: what *Copy link* puts into the address, and the attribute `schedule`.

    Returns
    -------
    (26,) float64
        Multiples of 0.05 from 0 to 2.5.

    Raises
    ------
    traitlets.TraitError
        If it is neither; it says what is allowed.

    Examples
    --------
    >>> drawn_schedule("linear")[[0, 1, 25]]
    array([2.5, 2.4, 0. ])
    """
    signs = SCHEDULES.get(schedule) or Annealing.schedule.validate(None, schedule)
    return _HOT * np.array([SIGNS.index(sign) for sign in signs]) / (len(SIGNS) - 1)


def annealed(side: int, T, *, times: int = 1, seed: int) -> Annealed:
    """Run natively what `Annealing` runs in the browser: the same kernels, bonds, seed and spins.

    Parameters
    ----------
    side : {8, 16, 24}
    T : (sweeps,) array_like
        The temperature of each sweep, at least 0: ``knots.temperatures(drawn_schedule(…), sweeps)``.
    times : int
        How often the 16 runs are made, each time from new random spins; the last time is returned.
    seed : int
        From 0 to 2**64 - 1. It seeds the kernels' generator directly, with no `numpy.random.Generator` in between.

    Returns
    -------
    Annealed

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range.

    Examples
    --------
    >>> found = annealed(8, knots.temperatures(drawn_schedule("linear"), 200), seed=1)
    >>> found.e.shape, bool(0 < found.excess.mean() < 0.1)
    ((201, 16), True)
    """
    glass, T = glass_of(side), cooled.lists(T)
    lattice, n = glass.lattice, side * side
    betas = arguments.inverse(T)
    states, spins = np.empty((RUNS + 1, 4), dtype=np.uint64), np.empty((RUNS, n), dtype=np.int8)
    words.seed_state(np.uint64(arguments.count("seed", seed, at_most=2**64 - 1)), states[RUNS])
    words.seed_all(states[RUNS], states[:RUNS])
    e = np.empty((T.size + 1, RUNS))
    for _ in range(arguments.count("times", times, at_least=1)):
        for r in range(RUNS):
            geometry.fill_random(spins[r], states[r])
        e[0] = _energies(spins, lattice, glass.J)
        for t, beta in enumerate(betas):
            for r in range(RUNS):
                samples.sweep(spins[r], lattice.neighbours, glass.J, beta, 0.0, states[r])
            e[t + 1] = _energies(spins, lattice, glass.J)
    lowest = e.min(axis=0)
    return Annealed(e / n, lowest / n, (lowest - glass.energy) / n, spins.reshape(RUNS, side, side))


def agreement(spins, ground) -> np.ndarray:
    """+1 where a spin is as in the ground state and -1 where it is opposite, for each lattice (R, side, side).

    Of the two ground states, which are each other's mirror image, each lattice is held against the nearer one.

    Examples
    --------
    >>> agreement(np.array([[[-1, -1, 1]]], dtype=np.int8), np.array([[1, 1, 1]]))
    array([[[ 1,  1, -1]]])
    """
    product = spins * np.asarray(ground, dtype=np.int64)
    return product * np.where(product.sum(axis=(1, 2), keepdims=True) < 0, -1, 1)


class Annealing(Spins):
    """Sixteen runs of one spin glass, cooled by a schedule T(t) that the reader draws, over its exact ground state.

    The glass is a square with open edges and normal bonds, drawn once for each size; its ground state is known by
    matching. The runs begin at random spins, and each has random numbers of its own. A sweep draws spin after spin
    anew by the heat bath; its temperature lies on the straight lines between 26 knots. A run is judged by the lowest
    energy that it has met. After a run has ended, starting makes sixteen further ones; after the schedule, the sweeps
    or the seed has changed, the runs begin from the seed. What has ended stays as a comparison.

    It runs on the kernels of `spinlearn.lattice.samples` as WebAssembly in the browser, whose `exp` may differ from
    the system's in its last bit; from one seed its spins after k sweeps are those of the library.

    Parameters
    ----------
    sweeps : float
        Sweeps of a run, S, from 10 to 10 000, to the nearest whole number. The slider stops at 1, 2 and 5 times powers
        of ten.
    schedule : str
        Name of a schedule, or the temperatures at all knots, drawn or written: 26 levels of 0 to 50, which are T from 0
        to 2.5, each a sign from 0 to 9, a to z or A to O. `drawn_schedule` makes temperatures of it.
    side : {8, 16, 24}
        Sites along each side.
    seed : int
        Of the generators of the runs, from 0 to 2**32 - 1. The bonds are the same for all seeds.
    running : bool
        Whether it runs as soon as it is shown in JupyterLab. In a built page it always starts paused.

    Attributes
    ----------
    swept : int
        Sweeps of the present runs.
    mean, best : float
        Excess energy per spin over the ground state, the mean of the runs and that of the best.
    found : int
        Runs that have met the ground state.
    agree : float
        Share of spins that are as in the ground state, the mean of the runs.
    T : float
        Temperature of the last sweep.
    mean_before, best_before, found_before : float
        The same of the runs that ended before, and a dash in the read-out where there are none.
    digest : str
        Fingerprint of the spins of all runs while it is paused, empty while it runs.

    Raises
    ------
    traitlets.TraitError
        If a value has the wrong type or range, now or when a trait is set later; the trait keeps its value.

    Examples
    --------
    >>> Annealing(500, schedule="slow")
    Annealing(sweeps=500.0, schedule='slow', side=24, seed=1)
    """

    title = "A spin glass, cooled as you draw it"
    wasm = "annealing"
    pace = Pace(
        "A run takes", ((17, "1 min"), (67, "15 s"), (200, "5 s"), (1000, "1 s")), start=200, every="second",
        unit="% of a run/s", scale=0.1,
    )  # fmt: skip

    # On a phone the schedule comes before the buttons.
    _css = f"""{Spins._css}{(HERE / "levels.css").read_text(encoding="utf-8")}
        @container (max-width: 37.99rem) {{ .sl .sl-top .sl-graph-drawn {{ order: 0; }} }}"""

    sweeps = controls.stopped(1000.0, _SWEEPS, label="Sweeps of a run", symbol="S", first=True)
    schedule = controls.levels("linear", NAMES, _KNOTS, label="Schedule", own="Drawn by hand")
    side = controls.choice(24, {side: f"{side} × {side}" for side in GROUND}, label="Lattice")
    seed = controls.seed()

    swept = controls.counter("sweeps")
    mean = controls.reading("mean excess", digits=4, first=True)
    best = controls.reading("best run", digits=4, first=True)
    found = controls.counter("in the ground state")
    agree = controls.reading("spins as in it", digits=3)
    T = controls.reading("T", digits=2)
    mean_before = controls.reading("mean before", digits=4)
    best_before = controls.reading("best before", digits=4)
    found_before = controls.reading("found before", digits=0)

    def data(self) -> dict:
        """Return the schedules, the ground states, how bonds are drawn, how many runs there are, and the colours."""
        pixels = [int.from_bytes(bytes.fromhex(colour[1:] + "ff"), "little") for colour in (UP, DOWN)]
        return {
            "up": UP, "down": DOWN, "pixels": pixels, "schedules": SCHEDULES, "signs": SIGNS, "knots": _KNOTS,
            "hot": _HOT, "ground": GROUND, "bonds": [_SEED, _PARTS], "runs": RUNS, "across": _ACROSS,
        }  # fmt: skip

    def still(self) -> Still:
        """Return the schedule and the lattices at its end, and the words."""
        sweeps, points = round(self.sweeps), drawn_schedule(self.schedule)
        glass, found = glass_of(self.side), annealed(self.side, knots.temperatures(points, sweeps), seed=self.seed)
        many = int((found.excess == 0).sum())

        what = (
            f"{NAMES.get(self.schedule, 'A schedule drawn by hand')}, {sweeps} sweeps: {RUNS} runs of one spin glass, "
            f"{self.side} × {self.side}, come to {found.excess.mean():.4f} J per spin above its exact ground state on "
            f"average, and the best run to {found.excess.min():.4f}; {many} met it"
        )
        sites = _picture(agreement(found.spins, glass.ground), knots.temperatures(points, _WIDE))
        high, wide = sites.shape
        return Still(
            png(sites, [DOWN, "#ffffff", UP, "#b0b0b0", "#a8441c"]), 2 * wide, 2 * high,
            f"{RUNS} lattices, with dark domains; beside them T during a run, from {points[0]:g} to {points[-1]:g}.",
            f"{what}. Dark spins are opposite to the ground state. The line is T, from 0 to {_HOT:g}, during a run.",
        )  # fmt: skip


def _picture(seen, T) -> np.ndarray:
    """Numbers of colours: the lattices, four in a row, and beside them a column for each temperature."""
    framed = np.pad(seen + 1, ((0, 0), (0, 1), (0, 1)), constant_values=1)
    side = framed.shape[1]
    mosaic = framed.reshape(-1, _ACROSS, side, side).swapaxes(1, 2).reshape(-1, _ACROSS * side)[:-1, :-1]
    high = len(mosaic)
    graph = np.ones((high, T.size + 2), dtype=mosaic.dtype)
    graph[[0, -1]] = graph[:, [0, -1]] = 3
    rows = 1 + np.floor((high - 3) * (1 - T / _HOT) + 0.5).astype(int)
    for k, (one, other) in enumerate(zip(rows, [rows[0], *rows[:-1]], strict=True)):
        graph[min(one, other) : max(one, other) + 1, k + 1] = 4
    return np.hstack([mosaic, np.ones((high, 8), dtype=mosaic.dtype), graph])
