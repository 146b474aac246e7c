"""The live machine of two layers: it has learned handwritten digits, and draws some, layer by layer."""

import base64
import re
import zlib
from functools import cache
from typing import NamedTuple

import numpy as np
import traitlets

from ....bipartite import draws, machine, small
from ....core import arguments
from ...colours import DOWN, UP
from ..shell import controls
from ..shell.controls import Action, Mark, Pace
from ..shell.shell import Moving
from ..shell.still import Still, png
from . import weights
from .weights import SIDE, VISIBLE, learned

__all__ = ["Digits", "sampled"]

HIDDEN = {"binary": "0 or 1", "spin": "Spins", "gaussian": "Gaussian", "half_gaussian": "Half-Gaussian"}
STARTS = {"noise": "Noise", "digits": "Ten digits", "picture": "The picture"}
GIVEN = {"none": "Nothing", "upper": "Upper half", "lower": "Lower half", "left": "Left half", "right": "Right half"}
SHOWN = {"states": "States", "means": "Means"}
CODES = {name: k for k, name in enumerate(HIDDEN)}

CHAINS, CLASSES, MOST = 10, 10, 20  # pictures: two of each digit
_LEVELS = 7  # of the grey of the mean pictures, which are stored as figures
_HELD = re.compile(f"[012]{{{VISIBLE}}}")  # free, blank and ink
_NOISE = 2**32  # added to the seed, of what a chain starts from


class Sampled(NamedTuple):
    """What `sampled` returns.

    Attributes
    ----------
    visible : (10, 64) float32
        The pictures at the end, of 0 and 1.
    means : (10, 64) float32
        The means from which they were drawn; at the start the pictures themselves.
    hidden : (10, 24) float32
        Hidden states that were drawn given them.
    energy : (sweeps + 1, 10) float64
        E(v, h) at the start and after every sweep.
    looks : (sweeps + 1, 10) int32
        The digit whose mean picture is nearest.
    """

    visible: np.ndarray
    means: np.ndarray
    hidden: np.ndarray
    energy: np.ndarray
    looks: np.ndarray


@cache
def unseen() -> np.ndarray:
    """Pictures that no machine has learned, (20, 64) int8 of 0 and 1: picture k shows the last figure of k.

    Examples
    --------
    >>> unseen().shape, bool(unseen().flags.writeable)
    ((20, 64), False)
    """
    data, shows = weights.pictures()
    rows = [np.flatnonzero(shows[weights.LEARNED_FROM :] == k % CLASSES)[k // CLASSES] for k in range(MOST)]
    found = data[weights.LEARNED_FROM :][rows].astype(np.int8)
    found.flags.writeable = False
    return found


@cache
def means() -> np.ndarray:
    """Mean picture of each digit, of those that were learned, (10, 64) int8 in steps of a seventh."""
    data, shows = (part[: weights.LEARNED_FROM] for part in weights.pictures())
    found = np.stack([data[shows == k].mean(axis=0) for k in range(CLASSES)])
    return np.round(_LEVELS * found).astype(np.int8)


def nearest(v: np.ndarray) -> np.ndarray:
    """Digits whose mean pictures are nearest to pictures (rows, 64), int32; of two equally near the first."""
    apart = ((_LEVELS * v.astype(np.int64)[:, None] - means()) ** 2).sum(axis=-1)
    return apart.argmin(axis=1).astype(np.int32)


def held(given: str, picture: int) -> np.ndarray:
    """What is given of the pixels, (64,) int8: 0 or 1, and -1 of one that is free.

    Examples
    --------
    >>> (held("upper", 3).reshape(8, 8) < 0).all(axis=1).tolist()
    [False, False, False, False, True, True, True, True]
    """
    if given not in GIVEN:
        return np.array([int(sign) - 1 for sign in given], dtype=np.int8)
    row, column = np.divmod(np.arange(VISIBLE), SIDE)
    half = {"none": row < 0, "upper": row < SIDE // 2, "lower": row >= SIDE // 2,
            "left": column < SIDE // 2, "right": column >= SIDE // 2}[given]  # fmt: skip
    return np.where(half, unseen()[picture], np.int8(-1))


def sampled(
    sweeps: int, T: float = 1.0, *, hidden: str = "binary", start: str = "noise", given: str = "none",
    picture: int = 3, seed: int,
) -> Sampled:  # fmt: skip
    """Run natively what `Digits` runs in the browser: the same kernels, seed and pictures.

    Parameters
    ----------
    sweeps : int
        A sweep draws all visible units given the hidden ones, and then all hidden ones given those.
    T : float
        Temperature, above 0; they have learned at 1.
    hidden : {"binary", "spin", "gaussian", "half_gaussian"}
        What the hidden units are.
    start : {"noise", "digits", "picture"}
        Where the ten chains begin.
    given : {"none", "upper", "lower", "left", "right"} or str
        Which part of the picture keeps its pixels; or 64 signs, row by row: 0 free, 1 blank, 2 ink.
    picture : int
        The one that is given or started from, from 0 to 19.
    seed : int
        From 0 to 2**32 - 1.

    Returns
    -------
    Sampled

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> run = sampled(50, given="upper", picture=3, seed=1)
    >>> bool((run.visible[:, :32] == unseen()[3][:32]).all())
    True
    """
    sweeps = arguments.count("sweeps", sweeps)
    T = arguments.temperature(T)
    arguments.choice("hidden", hidden, HIDDEN)
    arguments.choice("start", start, STARTS)
    if not (isinstance(given, str) and (given in GIVEN or _HELD.fullmatch(given))):
        raise ValueError(f"given must be any of {list(GIVEN)}, or {VISIBLE} signs 0, 1 or 2, got {given!r}")
    picture = arguments.count("picture", picture, at_most=MOST - 1)
    seed = arguments.count("seed", seed, at_most=2**32 - 1)
    model, beta = learned(hidden), machine.single_beta(T)
    W, a, b = (np.ascontiguousarray(part, dtype=np.float32) for part in model[:3])
    v, h = (np.zeros((CHAINS, size), dtype=np.float32) for size in model.shape)
    x, y, zero, mean, spare = (np.zeros_like(like) for like in (h, v, v, v, h))
    energy, looks = np.zeros((sweeps + 1, CHAINS)), np.empty((sweeps + 1, CHAINS), dtype=np.int32)
    fixed = held(given, picture)
    if start == "noise":
        model.visible.fill(zero, zero[0], np.float32(1), draws.seed_of(seed + _NOISE, 0), mean, v)
    else:
        v[:] = unseen()[:CHAINS] if start == "digits" else unseen()[picture]
    for k in range(sweeps + 1):
        if k:
            small.multiply(h, W.T.copy(), y)
            model.visible.fill(y, a, beta, draws.seed_of(seed, 2 * k - 1), mean, v)
        v[:, fixed >= 0] = fixed[fixed >= 0]
        if k == 0:
            mean[:] = v
        mean[:, fixed >= 0] = fixed[fixed >= 0]
        small.multiply(v, W, x)
        model.hidden.fill(x, b, beta, draws.seed_of(seed, 2 * k), spare, h)
        small.add_energies(zero, a, v, energy[k])
        small.add_energies(x, b, h, energy[k])
        looks[k] = nearest(v)
    return Sampled(v, mean, h, energy, looks)


def lowest(hidden: str) -> float:
    """The state of a hidden unit that counts as off."""
    return -1.0 if hidden == "spin" else 0.0


class Given(controls.Levels):
    """One of the names of `GIVEN`, or 64 signs, of which one is not 0."""

    def validate(self, owner, value):
        value = super().validate(owner, value)
        if value in GIVEN or _HELD.fullmatch(value):
            return value
        raise traitlets.TraitError(
            f"The {self.name!r} trait must have signs 0, 1 or 2 (free, blank, ink), not {value!r}"
        )


def _given(default: str, *, label: str) -> Given:
    made = controls.levels(default, GIVEN, VISIBLE, label=label, own="Drawn")
    made.metadata["control"]["signs"] = controls.SIGNS[:3]
    return Given(default, help=label).tag(**{key: made.metadata[key] for key in made.metadata if key != "help"})


class Digits(Moving):
    """Ten chains of a machine of two layers that has learned handwritten digits, with hidden units of several kinds.

    64 pixels see 24 hidden units, and the other way round. Each sweep draws all pixels given the hidden units, and then
    all hidden units given the pixels. The reader turns the temperature, gives a part of a picture, or draws one, and
    the chains draw the rest. It runs on the kernels of `spinlearn.bipartite` as WebAssembly in the browser, from
    weights of a byte each: what is sampled is the exact law of conditionals of `learned`, and from one seed the
    pictures are those of the library.

    Parameters
    ----------
    T : float
        Temperature, from 0.2 to 3; the machines have learned at 1.
    hidden : {"binary", "spin", "gaussian", "half_gaussian"}
        What the hidden units are: one machine of spins, which is the binary one in other words, and three others.
    given : {"none", "upper", "lower", "left", "right"} or str
        The part of the picture that all chains keep; or 64 signs, row by row: 0 free, 1 blank, 2 ink.
    start : {"noise", "digits", "picture"}
        Where the chains begin: noise, a digit each, or all the picture.
    picture : int
        From 0 to 19; picture 13 is a 3. No machine has learned from one of them.
    chain : int
        The one whose picture is large and whose hidden units are shown, from 1 to 10.
    shown : {"states", "means"}
        The pixels that were drawn, or the means that they were drawn from.
    seed : int
        Of all draws, from 0 to 2**32 - 1.
    running : bool
        Whether it runs as soon as it is shown in JupyterLab. In a built page it always starts paused.

    Attributes
    ----------
    sweeps : int
        Since the start.
    e : float
        E(v, h) of the chain that is followed.
    on : float
        Its hidden units that are on: of units 0 or 1 and spins how many, of others (sum h^2)^2 / sum h^4.
    looks : int
        The digit whose mean picture is nearest to it.
    changes : float
        How often a chain has come to look like another digit, per 100 sweeps, over all chains.
    digest : str
        Fingerprint of all pictures while it is paused, empty while it runs.

    Raises
    ------
    traitlets.TraitError
        If a value has the wrong type or range, now or when a trait is set later; the trait keeps its value.

    Examples
    --------
    >>> Digits(hidden="gaussian")  # doctest: +ELLIPSIS
    Digits(T=1.0, hidden='gaussian', given='none', start='noise', picture=3, chain=1, shown='states', seed=1)
    """

    title = "A machine that draws digits"
    wasm = "gibbs"
    pace = Pace("Sweeps a second", (1, 3, 10, 100, 1000), start=3, every="second", unit="sweeps/s")
    actions = (
        Action("G", "Give a half", "half"), Action("N", "Next picture", "next"), Action("C", "Free all", "free"),
    )  # fmt: skip

    T = controls.slider(
        1.0, 0.2, 3.0, label="Temperature", symbol="T", step=0.05, digits=2,
        marks=(Mark(1.0, "1", "Set T to 1, at which it has learned"),), first=True,
    )  # fmt: skip
    hidden = controls.choice("binary", HIDDEN, label="Hidden units")
    given = _given("none", label="Given")
    start = controls.choice("noise", STARTS, label="Start")
    picture = controls.whole(3, 0, MOST - 1, label="Picture")
    chain = controls.whole(1, 1, CHAINS, label="Chain followed")
    shown = controls.choice("states", SHOWN, label="Pixels shown")
    seed = controls.seed()

    digest = traitlets.Unicode("", help="fingerprint of the pictures while paused").tag(sync=True)

    sweeps = controls.counter("sweeps")
    looks = controls.counter("looks like", first=True)
    on = controls.reading("hidden units on", digits=1)
    e = controls.reading("energy", digits=1, first=True)
    changes = controls.reading("other digit, per 100 sweeps", digits=1)

    def data(self) -> dict:
        """Return machines, pictures and means in one packed text, their sizes, and the codes of hidden units."""
        stored = {name: weights.stored(name) for name in HIDDEN if name != "spin"}
        packed = _packed(*(numbers for numbers, _ in stored.values()), means().T, np.packbits(unseen()))
        return {
            "packed": base64.b64encode(packed).decode(), "steps": [step for _, step in stored.values()],
            "names": list(stored), "codes": CODES, "sizes": [VISIBLE, weights.HIDDEN, CHAINS, CLASSES, MOST],
            "levels": _LEVELS, "up": UP, "down": DOWN, "noise": _NOISE,
        }  # fmt: skip

    def still(self) -> Still:
        """Return the ten pictures at the start, and after 10 and 100 sweeps, with the words."""
        times = 0, 10, 100
        runs = [self._run(sweeps) for sweeps in times]
        kind = {"binary": "0 or 1", "spin": "that are spins", "gaussian": "of Gaussian states",
                "half_gaussian": "of half-Gaussian states"}[self.hidden]  # fmt: skip
        begin = {"noise": "random pixels", "digits": "a digit each", "picture": f"picture {self.picture}"}[self.start]
        part = {"none": "", **{name: f", and keep the {text.lower()} of picture {self.picture}"
                               for name, text in GIVEN.items() if name != "none"}}  # fmt: skip
        text = (
            f"Ten chains of a machine with {weights.HIDDEN} hidden units {kind}, which begin with "
            f"{begin}{part.get(self.given, ', and keep what is drawn')}: the start, and what they drew after "
            f"10 and 100 sweeps at T = {self.T:g}. At the end they look like "
            f"{', '.join(map(str, runs[-1].looks[-1]))}."
        )
        panel = _panel([run.visible for run in runs])
        height, width = (4 * side for side in panel.shape)
        seen = "Ten small pictures in three rows, light on dark: the start, and the same after 10 and 100 sweeps."
        return Still(png(panel, [DOWN, UP, "#ffffff"]), width, height, seen, text)

    def _run(self, sweeps: int) -> Sampled:
        return sampled(
            sweeps, self.T, hidden=self.hidden, start=self.start, given=self.given, picture=self.picture, seed=self.seed
        )


def _packed(*parts: np.ndarray) -> bytes:
    """Bytes of arrays one after the other, deflated; each has a code of its own, since numbers of each are as rare."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS, 9, zlib.Z_FILTERED)
    return b"".join(packer.compress(part.tobytes()) + packer.flush(zlib.Z_BLOCK) for part in parts) + packer.flush()


def _panel(rows: list[np.ndarray]) -> np.ndarray:
    """Numbers of colours, 2 for none: pictures side by side, a row for each entry."""
    size = SIDE + 1
    panel = np.full((len(rows) * size - 1, CHAINS * size - 1), 2)
    for k, pictures in enumerate(rows):
        for r, picture in enumerate(pictures):
            panel[k * size : k * size + SIDE, r * size : r * size + SIDE] = picture.reshape(SIDE, SIDE) > 0
    return panel
