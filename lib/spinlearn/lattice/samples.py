"""Many samples of a glass side by side, each with bonds of its own, through a list of temperatures and fields.

The kernel is the plain one: site after site in order, each spin drawn anew by the heat bath,

    up with probability 1 / (1 + exp(-2 (sum_j J_ij s_j + h) / T)).

It takes any lattice, with open edges or on a torus, any bonds, and a field; at T = 0 a spin follows its field, and a
coin where there is none. `signs` is many times faster for ±J on a torus without a field.

Entry t of `T` and of `h` is that of sweep t, as in `cooled`. The samples share the list, and nothing else: each has its
own random numbers, so the samples are independent, which is what an error over samples needs.
"""

from typing import NamedTuple

import numpy as np

from ..core import arguments
from ..core.jit import kernel
from ..core.progress import keeping, watched
from ..core.words import next_word, seed_state, stream, uniform
from .geometry import Lattice, checked
from .glass import tables
from .ising import Run

LARGEST_BETA = 1e300  # colder than that is T = 0 to every digit


class Course(NamedTuple):
    """What stays the same in a run."""

    neighbours: np.ndarray
    couplings: np.ndarray  # (R, N, z)
    betas: np.ndarray  # (sweeps,)
    fields: np.ndarray  # (sweeps,)
    every: int


def through(
    spins,
    lattice: Lattice,
    T,
    *,
    J,
    h=0.0,
    every: int = 1,
    progress: bool | None = None,
    rng: np.random.Generator,
) -> Run:
    """Run the heat bath on R samples through a list of temperatures, and of fields.

    Parameters
    ----------
    spins : integer array of shape ``lattice.shape`` or (R, ...)
        One start for all samples, or one for each; -1 or +1. It is left as it is.
    lattice : Lattice
    T : (sweeps,) array_like
        The temperature during each sweep, at least 0.
    J : (N, z) or (R, N, z) float64
        One sample, or R of them, each as `glass.bimodal` draws it. One sample with R starts is R copies of it.
    h : float or (sweeps,) array_like
        The field, the same for all spins, held or for each sweep.
    every : int
        Record after every so many sweeps.
    progress : bool, optional
        True shows a bar, False none. Left out: one where somebody watches, if it takes more than two seconds.
    rng : numpy.random.Generator
        Advanced by one draw.

    Returns
    -------
    ising.Run
        ``spins`` (R, ...), and ``e``, ``m`` (sweeps // every, R): energy, with the field's share, and magnetisation per
        spin.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range; nothing has been changed then, and `rng` not advanced.
    spinlearn.core.progress.Interrupted
        At Ctrl-C. Its attribute `run` is the `ising.Run` so far.

    Examples
    --------
    >>> from spinlearn.lattice import all_up, glass, square
    >>> sheet, rng = square(8, periodic=False), np.random.default_rng(1)
    >>> J = [glass.gaussian(sheet, rng=rng) for _ in range(10)]
    >>> run = through(all_up(sheet), sheet, np.linspace(3.0, 0.0, 100), J=J, rng=rng)
    >>> run.e.shape, bool((run.e[-1] < -0.9).all())
    ((100, 10), True)
    """
    couplings = tables(lattice, J)
    flat = starts(spins, lattice, len(couplings))
    if len(couplings) != len(flat):
        couplings = np.broadcast_to(couplings, (len(flat), *couplings.shape[1:]))
    T = arguments.real_array("T", T)
    if T.ndim != 1 or not (T >= 0).all():
        raise ValueError(f"T must be one-dimensional, a temperature of at least 0 for each sweep, got {T!r:.80}")
    fields = np.broadcast_to(arguments.real_values("h", h), T.shape) if np.ndim(h) == 0 else arguments.fields(h)
    if fields.shape != T.shape:
        raise ValueError(f"h must be one number, or as long as T, {T.size}, got {fields.shape}")
    every = arguments.count("every", every, at_least=1)
    arguments.flag("progress", progress, optional=True)
    R, n, sweeps = len(flat), lattice.size, T.size
    e, m = arguments.room((2, sweeps // every, R), T=sweeps)
    first, states = stream(rng), np.empty((R, 4), dtype=np.uint64)
    for state in states:
        seed_state(np.uint64(next_word(first)), state)
    with np.errstate(divide="ignore", over="ignore"):
        betas = np.minimum(1 / T, LARGEST_BETA)
    clock = np.zeros(1, dtype=np.int64)
    system = Course(
        lattice.neighbours, np.ascontiguousarray(couplings), betas, np.ascontiguousarray(fields, dtype=float), every
    )

    def finished() -> Run:
        done = slice(clock[0] // (R * every))
        return Run(flat.reshape(R, *lattice.shape), e[done] / n, m[done] / n)

    with keeping(finished):
        for part in watched(sweeps * R, progress):
            run_samples(system, part.stop, flat, states, clock, e, m)
    return finished()


def starts(spins, lattice: Lattice, R: int) -> np.ndarray:
    """Check one start or many for R samples, and return a flat copy for each: (R, N) int8. One sample takes any."""
    shape = checked(lattice).shape
    array = arguments.as_array("spins", spins)
    many = array.ndim == len(shape) + 1 and array.shape[1:] == shape and (R == 1 or len(array) == R)
    if array.shape != shape and not many:
        raise ValueError(f"spins must have the lattice's shape {shape}, or ({R}, ...) for R samples, got {array.shape}")
    flat = arguments.spins(array).reshape(-1, lattice.size)
    return np.broadcast_to(flat, (max(R, len(flat)), lattice.size)).copy()


@kernel
def run_samples(system, stop, spins, states, clock, e, m):
    """Go on to sample sweep number `stop` of a run: one sweep of each sample in turn.

    `system` is a `Course`. `clock` (1,) int64 says how many sweeps of one sample there were.
    """
    neighbours, couplings, betas, fields, every = system
    R = spins.shape[0]
    for number in range(clock[0], stop):
        t, r = number // R, number % R
        sweep(spins[r], neighbours, couplings[r], betas[t], fields[t], states[r])
        if (t + 1) % every == 0:
            record(spins[r], neighbours, couplings[r], fields[t], t // every, r, e, m)
        clock[0] = number + 1


@kernel
def sweep(spins, neighbours, couplings, beta, h, state):
    """Draw each spin anew, in order, at the temperature 1 / beta in the field h."""
    for i in range(spins.size):
        field = h
        for k in range(neighbours.shape[1]):
            j = neighbours[i, k]
            if j >= 0:
                field += couplings[i, k] * spins[j]
        x = -2.0 * beta * field
        up = uniform(state) < (0.0 if x > 700.0 else 1.0 / (1.0 + np.exp(x)))
        spins[i] = 1 if up else -1


@kernel
def record(spins, neighbours, couplings, h, place, r, e, m):
    """Write down the energy and the magnetisation of sample r, not divided by N."""
    bonds, total = 0.0, 0
    for i in range(spins.size):
        field = 0.0
        for k in range(neighbours.shape[1]):
            j = neighbours[i, k]
            if j >= 0:
                field += couplings[i, k] * spins[j]
        bonds += spins[i] * field
        total += spins[i]
    e[place, r] = -0.5 * bonds - h * total
    m[place, r] = total
