"""The live Ising lattice and its still picture."""

from ....lattice import ising
from ...colours import DOWN, UP
from ..shell import controls
from ..shell.controls import Mark, Pace
from ..shell.lattice import STARTS, Spins, digest, replay, side, temperature
from ..shell.still import Still, png

__all__ = ["IsingLattice", "digest", "replay"]

RULES = {"metropolis": "Metropolis", "heat-bath": "Heat bath"}

_STILL_SIZE, _STILL_SWEEPS = 256, 100

# Magnetised so far, it is in order. At Tc neighbours agree on average by 1/sqrt(2): more, and yet no order, is domains.
_ORDERED, _DOMAINS = 0.5, 0.72


class IsingLattice(Spins):
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

    title = "Live Ising lattice"
    wasm = "ising"
    pace = Pace("Sweeps a frame", (1, 2, 5, 10), unit="sweeps/s")

    size = side(512)
    T = temperature(2.269, at_least=0.5)
    h = controls.slider(
        0.0, -1.0, 1.0, label="Field", symbol="h", step=0.01, digits=3, marks=(Mark(0, "0", "Set h to zero"),)
    )
    rule = controls.choice("metropolis", RULES, label="Algorithm")
    start = controls.choice("random", STARTS, label="Start from")
    seed = controls.seed()

    sweeps = controls.counter("sweeps")
    m = controls.reading("m", digits=3, first=True)
    e = controls.reading("e", digits=3, first=True)

    def data(self) -> dict:
        """Return the colours of the spins, the kernel's numbers of the rules, and from where on it says so."""
        return {"up": UP, "down": DOWN, "rules": dict(ising.RULES), "ordered": _ORDERED, "domains": _DOMAINS}

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
