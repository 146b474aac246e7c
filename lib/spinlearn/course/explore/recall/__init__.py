"""The live memory: a Hopfield network that has learned pictures of digits, and falls from a damaged one to a state."""

import base64
import zlib
from functools import cache
from typing import NamedTuple

import numpy as np

from ....core import arguments, words
from ....dense import network, rules
from ....lattice.geometry import fill_random
from ...colours import DOWN, UP
from ..shell import controls
from ..shell.controls import Action, Pace
from ..shell.lattice import Spins
from ..shell.still import Still, png

__all__ = ["Recall", "recalled"]

RULES = {"hebb": "Hebb", "projection": "Projection", "unlearning": "Unlearning"}
ORDERS = {"random": "At random", "sequential": "In turn", "parallel": "All at once"}
PICTURES = {"digits": "Digits", "random": "Random"}

MOST, SIDE = 80, 16  # pictures at most, and pixels along each side
_CLASSES = 10  # kinds of digits: picture k shows the last figure of k
_INK = 7.5  # what is ink, of grey from 0 to 16
_STRENGTH, _SWEEPS = 0.02, 50  # of unlearning: how much, and sweeps of a run at most
_UNITS = SIDE * SIDE
_SCALE = 2  # of the still picture


class Recalled(NamedTuple):
    """What `recalled` returns.

    Attributes
    ----------
    patterns : (P, 256) int8
        The stored pictures.
    J : (256, 256) float64
        The couplings.
    cue, spins : (256,) int8
        The damaged picture, and the state at the end.
    e : (steps + 1,) float64
        Energy per unit at the start and after each step.
    flips : int
        How often a unit turned.
    state : (4,) uint64
        That of the generator at the end.
    """

    patterns: np.ndarray
    J: np.ndarray
    cue: np.ndarray
    spins: np.ndarray
    e: np.ndarray
    flips: int
    state: np.ndarray


@cache
def digits() -> np.ndarray:
    """Pictures of digits with 16 × 16 pixels, (80, 256) int8: +1 where there is ink.

    They are handwritten, and come with scikit-learn: 8 × 8 levels of grey, enlarged by linear interpolation. Picture k
    shows the last figure of k, in the hand of one writer after another.

    Examples
    --------
    >>> digits().shape, bool(digits().flags.writeable)
    ((80, 256), False)
    """
    from sklearn.datasets import load_digits

    found = load_digits()
    places = [np.flatnonzero(found.target == k % _CLASSES)[k // _CLASSES] for k in range(MOST)]
    grey = np.pad(found.images[places], ((0, 0), (1, 1), (1, 1)), mode="edge")
    large = np.empty((MOST, SIDE, SIDE))
    for row in (0, 1):  # a pixel of the four that one becomes lies a quarter from its middle
        near, far = grey[:, 1:-1], grey[:, 2:] if row else grey[:, :-2]
        blend = 0.75 * near + 0.25 * far
        for column in (0, 1):
            near, far = blend[:, :, 1:-1], blend[:, :, 2:] if column else blend[:, :, :-2]
            large[:, row::2, column::2] = 0.75 * near + 0.25 * far
    pictures = np.where(large > _INK, np.int8(1), np.int8(-1)).reshape(MOST, _UNITS)
    pictures.flags.writeable = False
    return pictures


def recalled(
    P: int, picture: int = 0, steps: int = 0, *, noise: float = 0.2, rule: str = "hebb", order: str = "random",
    pictures: str = "digits", rounds: float = 100, seed: int,
) -> Recalled:  # fmt: skip
    """Run natively what `Recall` runs in the browser: the same kernels, seed and spins.

    Parameters
    ----------
    P : int
        Pictures that are learned, from 1 to 80.
    picture : int
        The one that is shown, from 0 to 79. From P on it is one that has not been learned.
    steps : int
        How often a unit is asked, or all of them where they move at once.
    noise : float
        Share of the pixels that are turned, from 0 to 0.5.
    rule : {"hebb", "projection", "unlearning"}
    order : {"random", "sequential", "parallel"}
    pictures : {"digits", "random"}
    rounds : int
        States that are unlearned by the rule of that name.
    seed : int
        From 0 to 2**32 - 1, of the kernels' generator.

    Returns
    -------
    Recalled

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> run = recalled(10, 3, 3000, rule="projection", seed=1)
    >>> bool((run.spins == digits()[3]).all())
    True
    """
    P = arguments.count("P", P, at_least=1, at_most=MOST)
    picture = arguments.count("picture", picture, at_most=MOST - 1)
    steps = arguments.count("steps", steps)
    noise = arguments.number("noise", noise)
    if not 0 <= noise <= 0.5:
        raise ValueError(f"noise must be from 0 to 0.5, got {noise:g}")
    arguments.choice("rule", rule, RULES)
    code = network.ORDERS[arguments.choice("order", order, ORDERS)]
    arguments.choice("pictures", pictures, PICTURES)
    arguments.count("seed", seed, at_most=2**32 - 1)
    all_of_them = digits() if pictures == "digits" else _random(seed)
    patterns = np.ascontiguousarray(all_of_them[:P])
    J, h, zero, fields = np.empty((_UNITS, _UNITS)), np.zeros(_UNITS), np.empty(_UNITS), np.empty(_UNITS)
    spins, places = np.empty(_UNITS, dtype=np.int8), np.empty(_UNITS, dtype=np.int64)
    rules.learn(rules.PROJECTION if rule == "projection" else rules.HEBB, patterns, J, fields)
    if rule == "unlearning":
        rules.unlearn(round(rounds), _STRENGTH, _SWEEPS, J, h, zero, spins, fields, _stream(seed, 1))
    state = _stream(seed, 2)
    spins[:] = all_of_them[picture]
    rules.turn_some(spins, round(noise * _UNITS), places, state)
    cue = spins.copy()
    network.fill_fields(spins, J, h, fields)
    network.fill_zero(J, h, zero)
    e, flips = np.empty(steps + 1), 0
    e[0] = network.energy_of_fields(spins, fields, h)
    for k in range(steps):
        if code == network.PARALLEL:
            flips += network.ask_together(J, zero, spins, fields, places)
        elif code == network.RANDOM:
            flips += network.ask_drawn(1, J, zero, spins, fields, state)
        else:
            flips += network.ask_in_turn(k % _UNITS, 1, J, zero, spins, fields)
        e[k + 1] = network.energy_of_fields(spins, fields, h)
    return Recalled(patterns, J, cue, spins, e, int(flips), state)


def _stream(seed: int, which: int) -> np.ndarray:
    """The state of a generator for the random pictures, 0, for unlearning, 1, or for a cue and what follows, 2."""
    state = np.empty(4, dtype=np.uint64)
    words.seed_state(np.uint64(seed + which * 2**32), state)
    return state


def _random(seed: int) -> np.ndarray:
    pictures = np.empty(MOST * _UNITS, dtype=np.int8)
    fill_random(pictures, _stream(seed, 0))
    return pictures.reshape(MOST, _UNITS)


class Recall(Spins):
    """A network of 256 units that has learned P pictures, is shown a damaged one, and goes where its fields point.

    The pictures are handwritten digits, or random ones. The reader turns pixels at random, or draws; then one unit
    after the other, or all at once, follows its field until none wants to turn. The overlaps with all pictures and the
    energy say what has been recalled. It runs on the kernels of `spinlearn.dense.rules` and `spinlearn.dense.network`
    as WebAssembly in the browser; from one seed its spins are those of the library, bit for bit.

    Parameters
    ----------
    P : float
        Pictures that are learned, from 1 to 80, to the nearest whole number.
    noise : float
        Share of the pixels of the cue that are turned, from 0 to 0.5.
    rounds : float
        States that are unlearned, from 0 to 500, by the third of the rules alone.
    rule : {"hebb", "projection", "unlearning"}
    order : {"random", "sequential", "parallel"}
        Which units are asked: one that is drawn, one after the other, or all at once.
    pictures : {"digits", "random"}
    picture : int
        The one that is shown, from 0 to 79; picture 13 is a 3. From P on it has not been learned.
    seed : int
        Of the generator, from 0 to 2**32 - 1.
    running : bool
        Whether it runs as soon as it is shown in JupyterLab. In a built page it always starts paused.

    Attributes
    ----------
    asked : int
        Units asked since the start.
    best : float
        Overlap with the picture that the state is nearest to; negative where it is nearest to a negative.
    e : float
        Energy per unit.
    own : float
        Overlap with the picture that is shown.
    flips : int
        Units turned since the start.
    load : float
        P / 256.
    digest : str
        Fingerprint of the spins while it is paused, empty while it runs.

    Raises
    ------
    traitlets.TraitError
        If a value has the wrong type or range, now or when a trait is set later; the trait keeps its value.

    Examples
    --------
    >>> Recall(10, rule="projection")
    Recall(P=10.0, noise=0.2, rounds=100.0, rule='projection', order='random', pictures='digits', picture=0, seed=1)
    """

    title = "A memory for pictures"
    wasm = "recall"
    pace = Pace("Units a second", (16, 64, 256, 1024), start=256, every="second", unit="units/s")
    actions = (Action("N", "Next picture", "next"), Action("D", "Damage anew", "again"), Action("C", "Clear", "clear"))

    P = controls.counted(5.0, 1.0, float(MOST), label="Pictures learned", symbol="P", first=True)
    noise = controls.slider(0.2, 0.0, 0.5, label="Pixels turned, share", symbol="f", step=0.01, digits=2)
    rounds = controls.slider(100.0, 0.0, 500.0, label="States unlearned", symbol="U", step=5, digits=0, ends=0)
    rule = controls.choice("hebb", RULES, label="Rule")
    order = controls.choice("random", ORDERS, label="Units move")
    pictures = controls.choice("digits", PICTURES, label="Pictures")
    picture = controls.whole(0, 0, MOST - 1, label="Picture shown")
    seed = controls.seed()

    asked = controls.counter("units asked")
    best = controls.reading("overlap, nearest", digits=2, first=True)
    e = controls.reading("energy a unit", digits=3, first=True)
    own = controls.reading("overlap, shown", digits=2)
    flips = controls.counter("units turned")
    load = controls.reading("load P/N", digits=3)

    def data(self) -> dict:
        """Return the digits as packed bits, sizes, colours, and the codes of rules and orders."""
        packed = zlib.compress(np.packbits(digits() > 0).tobytes(), 9)
        return {
            "digits": base64.b64encode(packed).decode(), "most": MOST, "side": SIDE, "classes": _CLASSES, "up": UP,
            "down": DOWN, "orders": network.ORDERS, "projection": rules.PROJECTION, "strength": _STRENGTH,
            "sweeps": _SWEEPS, "seeds": self.traits()["seed"].max + 1,
        }  # fmt: skip

    def still(self) -> Still:
        """Return pictures that it has learned, the damaged one, and below it where that ends, with the words."""
        P, together = round(self.P), self.order == "parallel"
        steps = 24 if together else 24 * _UNITS
        run = recalled(
            P, self.picture, steps, noise=self.noise, rule=self.rule, order=self.order, pictures=self.pictures,
            rounds=self.rounds, seed=self.seed,
        )  # fmt: skip
        m = np.empty(P)
        rules.match(run.spins, run.patterns, m)
        best = int(np.abs(m).argmax())
        many = "1 picture" if P == 1 else f"{P} pictures"
        kind = {"digits": "of digits", "random": "drawn at random"}[self.pictures]
        by = {"hebb": "by Hebb's rule", "projection": "by the projection rule",
              "unlearning": f"by Hebb's rule, after unlearning {self.rounds:g} states"}[self.rule]  # fmt: skip
        first, last = (f"{e:.3f}".replace("-", "−") for e in run.e[[0, -1]])
        text = (
            f"A network of {_UNITS} units has learned {many} {kind} {by} ({'the first ten ' if P > _CLASSES else ''}"
            f"above). Below on the left is what it is shown, picture {self.picture} with "
            f"{round(self.noise * _UNITS)} pixels turned; on the right is where that leads, after 24 sweeps: its "
            f"largest overlap is {f'{m[best]:.2f}'.replace('-', '−')}, with picture {best}, and its energy {last} a "
            f"unit, from {first}"
        )
        picture = _panel(run)
        height, width = (_SCALE * side for side in picture.shape)
        return Still(png(picture, [DOWN, UP, "#ffffff"]), width, height, f"{text}.", f"{text}.")


def _panel(run: Recalled) -> np.ndarray:
    """Numbers of colours, 2 for none: up to ten pictures in a row, and below the cue and the end, enlarged."""
    size, gap = SIDE + 2, 3
    panel = np.full((size + 4 * SIDE, _CLASSES * size), 2)
    for k, pattern in enumerate(run.patterns[:_CLASSES]):
        panel[:SIDE, k * size : k * size + SIDE] = pattern.reshape(SIDE, SIDE) > 0
    for left, spins in ((gap, run.cue), (panel.shape[1] - 4 * SIDE - gap, run.spins)):
        panel[size:, left : left + 4 * SIDE] = np.kron(spins.reshape(SIDE, SIDE) > 0, np.ones((4, 4)))
    return panel
