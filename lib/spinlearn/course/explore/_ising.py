"""The live Ising lattice, its still picture, and its spins computed natively."""

import base64
import io
import math
import zlib

import numpy as np
import traitlets
from PIL import Image

from ... import lattice
from ...core import arguments, words
from ...lattice import geometry, ising
from .. import web
from ..colours import DOWN, UP
from ._shell import Moving, Still

STARTS = ("random", "up")

COLOURS = {"up": UP, "down": DOWN}

_STILL_SIZE, _STILL_SWEEPS = 256, 100


def replay(
    size: int, T: float, sweeps: int, *, h: float = 0.0, rule: str = "metropolis", start: str = "random", seed: int
) -> np.ndarray:
    """Run natively what `IsingLattice` runs in the browser: the same kernels, the same seed, so the same spins.

    Parameters
    ----------
    size : int
        Sites along each side of the periodic square lattice, at least 2.
    T : float
        Temperature in units of J, above 0.
    sweeps : int
        Sweeps of `size` squared updates, each of a spin drawn at random.
    h : float
        Field.
    rule : {"metropolis", "heat-bath"}
    start : {"random", "up"}
    seed : int
        From 0 to 2**64 - 1. It seeds the kernels' generator directly, with no `numpy.random.Generator` in between.

    Returns
    -------
    (size, size) int8

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> spins = replay(64, 1.5, 100, start="up", seed=1)
    >>> spins.shape, bool(spins.mean() > 0.97)
    ((64, 64), True)
    """
    place = lattice.square(arguments.count("size", size, at_least=2))
    T = arguments.number("T", T, above=0)
    sweeps = arguments.count("sweeps", sweeps)
    h = arguments.number("h", h)
    rule_code = ising.RULES[arguments.choice("rule", rule, ising.RULES)]
    arguments.choice("start", start, STARTS)
    if arguments.count("seed", seed) >= 2**64:
        raise ValueError(f"seed must be below 2**64, got {seed}")

    spins, state = np.ones(place.size, dtype=np.int8), np.empty(4, dtype=np.uint64)
    words.seed_state(np.uint64(seed), state)
    if start == "random":
        geometry.fill_random(spins, state)
    table = np.empty((2, 2 * place.coordination + 1))
    ising.fill_flip_probabilities(table, rule_code, 1.0 / T, 1.0, h)
    totals = np.zeros(2, dtype=np.int64)
    for _ in range(sweeps):
        ising.sweep(spins, place.neighbours, table, True, state, totals)
    return spins.reshape(place.shape)


def digest(spins) -> str:
    """Fingerprint of a configuration: CRC-32 of its bytes, in hexadecimal, as the live lattice shows it.

    Parameters
    ----------
    spins : int8 array
        -1 or +1, in C order.

    Returns
    -------
    str
        Eight letters.

    Raises
    ------
    TypeError
        If the array is not int8: other types have other bytes.

    Examples
    --------
    >>> digest(np.array([1, -1, -1, 1], dtype=np.int8))
    'c3434170'
    """
    array = np.asarray(spins)
    if array.dtype != np.int8:
        raise TypeError(f"spins must be int8, not {array.dtype}")
    return f"{zlib.crc32(np.ascontiguousarray(array)):08x}"


class IsingLattice(Moving):
    """A live Ising lattice: coupling J = 1 on a periodic square, temperature and field under sliders.

    It runs on the kernels of `spinlearn.lattice.ising`, in random order, as WebAssembly in the browser. With the same
    seed, start and settings its spins after k sweeps are those of ``replay(…, sweeps=k)``, bit for bit.

    Parameters
    ----------
    size : int
        Sites along each side, from 8 to 1024; fixed once made.
    T : float
        Temperature in units of J, from 0.5 to 5.
    h : float
        Field, from -1 to 1.
    rule : {"metropolis", "heat-bath"}
    start : {"random", "up"}
        The configuration that a reset begins with.
    seed : int
        Of the generator, from 0 to 2**32 - 1.
    running : bool
        Whether it sweeps as soon as it is shown in JupyterLab. In a built page it always starts paused.

    Attributes
    ----------
    sweeps : int
        Sweeps since the last reset.
    m, e : float
        Magnetisation and energy per spin, reported about twice a second while it runs.
    digest : str
        Fingerprint of the spins (see `digest`) while it is paused, empty while it runs.

    Raises
    ------
    traitlets.TraitError
        If a value has the wrong type or range, now or when a trait is set later; the trait keeps its value.

    Examples
    --------
    >>> IsingLattice(64, T=2.0)
    IsingLattice(size=64, T=2.0, h=0.0, rule='metropolis', start='random', seed=1)
    """

    _scripts = ("lattice.js", "plot.js", "ising.js")
    _esm = Moving.javascript(_scripts)

    size = traitlets.Int(512, min=8, max=1024, read_only=True, help="sites along each side").tag(sync=True, page=True)
    T = traitlets.Float(2.269, min=0.5, max=5.0, help="temperature").tag(sync=True, page=True)
    h = traitlets.Float(0.0, min=-1.0, max=1.0, help="field").tag(sync=True, page=True)
    rule = traitlets.Enum(list(ising.RULES), "metropolis", help="local dynamics").tag(sync=True, page=True)
    start = traitlets.Enum(list(STARTS), "random", help="first configuration").tag(sync=True, page=True)
    seed = traitlets.Int(1, min=0, max=2**32 - 1, help="seed of the generator").tag(sync=True, page=True)

    sweeps = traitlets.Int(0, help="sweeps since the reset").tag(sync=True)
    m = traitlets.Float(0.0, help="magnetisation per spin").tag(sync=True)
    e = traitlets.Float(0.0, help="energy per spin").tag(sync=True)
    digest = traitlets.Unicode("", help="fingerprint of the spins while paused").tag(sync=True)

    _wasm = traitlets.Unicode(base64.b64encode(web.read("ising")).decode()).tag(sync=True, page=True)
    _colours = traitlets.Dict(COLOURS).tag(sync=True, page=True)

    def __init__(self, size=512, *, T=2.269, h=0.0, rule="metropolis", start="random", seed=1, running=False):
        self.set_trait("size", size)
        super().__init__(T=T, h=h, rule=rule, start=start, seed=seed, running=running)

    def __repr__(self) -> str:
        values = ("size", "T", "h", "rule", "start", "seed")
        return f"IsingLattice({', '.join(f'{name}={getattr(self, name)!r}' for name in values)})"

    @traitlets.validate("T", "h")
    def _finite(self, proposal):
        if math.isnan(proposal["value"]):
            raise traitlets.TraitError(f"The '{proposal['trait'].name}' trait must be a number, not nan")
        return proposal["value"]

    def still(self) -> Still:
        """Return a smaller lattice after a hundred sweeps as a PNG of two colours, with its words."""
        size = min(self.size, _STILL_SIZE)
        settings = {"h": self.h, "rule": self.rule, "start": self.start, "seed": self.seed}
        spins = replay(size, self.T, _STILL_SWEEPS, **settings)
        what = f"{size} × {size} spins at T = {self.T:g}, h = {self.h:g}"
        alternative = f"{what}, light where up and dark where down; magnetisation {spins.mean():.3f} per spin."
        began = "all spins up" if self.start == "up" else f"random spins (seed {self.seed})"
        algorithm = "heat-bath" if self.rule == "heat-bath" else "Metropolis"
        caption = f"{what}, {_STILL_SWEEPS} {algorithm} sweeps after {began}; light is up, dark is down."
        return Still(png(spins > 0, [DOWN, UP]), 512, 512, alternative, caption)


def png(sites: np.ndarray, colours: list[str]) -> str:
    """Return a data URI of a picture with one dot a site: an array of numbers of colours, at most 16."""
    image = Image.fromarray(sites.astype(np.uint8), mode="P")
    image.putpalette([int(colour[k : k + 2], 16) for colour in colours for k in (1, 3, 5)])
    file = io.BytesIO()
    image.save(file, format="PNG", bits=1 if len(colours) <= 2 else 4, optimize=True)
    return f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}"
