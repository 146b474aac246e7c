"""What a spin glass remembers: ageing after a quench, and what a field leaves behind.

Quench a glass from infinite temperature and wait. It is not in equilibrium, and how far it is shows in how it goes on:

    C(t_w + t, t_w) = [1/N sum_i s_i(t_w) s_i(t_w + t)]

falls off with t, the later the older the glass is, t_w sweeps, when one begins to look (`quenched`). In equilibrium it
would depend on t alone.

Cool the glass in a small field, or cool it without and switch the field on when it is cold. Above some temperature,
which depends on how long one waits, both have the same magnetisation; below they part (`in_field`). What is cooled in
the field stays near the equilibrium value. For bonds whose law does not know sign, that is the Curie law 1 / T of free
spins, at any temperature in the paramagnet, as the field goes to zero: a loop of bonds that would correlate two spins
has either sign as often. (In the cold a field has to be small indeed; what is cooled in a larger one bends away.) In
two dimensions the glass phase is at T = 0 only, so the cusp of the zero-field-cooled curve is one of waiting, not of
equilibrium, and it moves to lower T as one waits longer.

Times are in sweeps, the errors are those of the mean over samples.

References
----------
S. Nagata, P. H. Keesom and H. R. Harrison, Phys. Rev. B 19, 1633 (1979): field-cooled and zero-field-cooled CuMn.
L. Lundgren, P. Svedlindh, P. Nordblad and O. Beckman, Phys. Rev. Lett. 51, 911 (1983): ageing.
"""

from contextlib import contextmanager
from typing import NamedTuple

import numpy as np

from ..core import arguments
from ..core.jit import kernel
from ..core.progress import Interrupted
from . import samples, signs
from .geometry import Lattice, random_spins
from .glass import tables


class Ageing(NamedTuple):
    """What `quenched` returns, for W waiting times and K times.

    Attributes
    ----------
    waits : (W,) int64
    times : (K,) int64
    C : (W, K) float64
        Mean over samples.
    error : (W, K) float64
        Of the mean.
    samples : (W, K, R) float64
        C of each sample.
    e : (W,) float64
        Mean energy per spin after each wait.
    """

    waits: np.ndarray
    times: np.ndarray
    C: np.ndarray
    error: np.ndarray
    samples: np.ndarray
    e: np.ndarray


class Cooled(NamedTuple):
    """What `in_field` returns, for K temperatures.

    Attributes
    ----------
    T : (K,) float64
        Rising.
    zero_field : (K,) float64
        Magnetisation over field, M / (N h), of what was cooled without the field, on the way up in it.
    zero_field_error : (K,) float64
        Over samples.
    field : (K,) float64
        The same of what was cooled in the field, on the way down.
    field_error : (K,) float64
    """

    T: np.ndarray
    zero_field: np.ndarray
    zero_field_error: np.ndarray
    field: np.ndarray
    field_error: np.ndarray


def quenched(
    lattice: Lattice,
    T: float,
    waits,
    times,
    *,
    J,
    rng: np.random.Generator,
) -> Ageing:
    """Quench samples from infinite temperature to `T`, and correlate them with what they were after each wait.

    Parameters
    ----------
    lattice : Lattice
        On a torus with even sides, ±J bonds go 64 at a time (`signs`); anything else as well, but slower (`samples`).
    T : float
        Above 0.
    waits : (W,) array_like of int
        Sweeps t_w from the quench to the first look, from 0.
    times : (K,) array_like of int
        Sweeps t from the first look to the second, from 0.
    J : (R, N, z) float64
        Samples, at least two, as `glass.bimodal` draws them.
    rng : numpy.random.Generator

    Returns
    -------
    Ageing

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range.

    Examples
    --------
    >>> from spinlearn.lattice import glass, square
    >>> sheet, rng = square(16), np.random.default_rng(1)
    >>> J = [glass.bimodal(sheet, rng=rng) for _ in range(64)]
    >>> old = quenched(sheet, 0.4, [4, 256], [0, 64], J=J, rng=rng)
    >>> old.C[:, 0], bool(old.C[1, 1] > old.C[0, 1] + 5 * old.error.max())
    (array([1., 1.]), True)
    """
    couplings, T = tables(lattice, J), arguments.temperature(T)
    waits, times = _sweeps("waits", waits), _sweeps("times", times)
    if len(couplings) < 2:
        raise ValueError(f"J must hold at least two samples, to have an error over samples, got {len(couplings)}")
    looks = np.unique(np.concatenate([waits, np.add.outer(waits, times).ravel()]))
    R, parts = len(couplings), [couplings]
    fast = signs.fits(lattice, couplings)
    if fast:
        parts = np.array_split(couplings, -(-R // 64))
    found, energies, done = np.empty((waits.size, times.size, R)), np.empty((waits.size, R)), 0
    with _as_a_whole():
        for part in parts:
            here = slice(done, done + len(part))
            found[..., here], energies[:, here] = _aged(lattice, T, waits, times, looks, part, fast, rng)
            done += len(part)
    error = found.std(axis=-1, ddof=1) / np.sqrt(R)
    return Ageing(waits, times, found.mean(axis=-1), error, found, energies.mean(axis=-1))


def _aged(lattice, T, waits, times, looks, J, fast, rng):
    """Correlations (W, K, R) and energies (W, R) of samples that are run together."""
    R, n = len(J), lattice.size
    spins = np.stack([random_spins(lattice, rng=rng) for _ in range(R)])
    kept, e, found, now = {}, np.empty((waits.size, R)), np.empty((waits.size, times.size, R)), 0
    for look in looks.tolist():
        if fast:
            spins = signs.simulate(spins, lattice, T, look - now, J=J, every=max(1, look - now), rng=rng).spins
        else:
            spins = samples.through(
                spins, lattice, np.full(look - now, T), J=J, every=max(1, look - now), rng=rng
            ).spins
        now = look
        flat = spins.reshape(R, n)
        if look in waits:
            kept[look] = flat.copy()
            e[waits == look] = energies(flat, lattice, J) / n
        for w, k in np.argwhere(np.add.outer(waits, times) == look):
            found[w, k] = (flat * kept[int(waits[w])]).mean(axis=1)
    return found, e


def energies(spins, lattice: Lattice, J) -> np.ndarray:
    """Energies of whole lattices without a field, (R,) float64, of spins (R, N) with tables J (R, N, z).

    Examples
    --------
    >>> from spinlearn.lattice import all_up, chain
    >>> energies(all_up(chain(4))[None], chain(4), np.ones((1, 4, 2)))
    array([-4.])
    """
    beside = np.where(lattice.neighbours >= 0, np.asarray(spins)[:, lattice.neighbours], 0)
    return -0.5 * np.einsum("rik,rik,ri->r", J, beside, spins)


@kernel
def overlap(spins, before):
    """1/N sum_i s_i s'_i of two configurations (N,)."""
    total = 0
    for i in range(spins.size):
        total += spins[i] * before[i]
    return total / spins.size


def in_field(
    lattice: Lattice,
    T,
    *,
    J,
    h: float,
    sweeps: int,
    rng: np.random.Generator,
) -> Cooled:
    """Magnetisation over field of samples that were cooled without the field, and in it.

    Both go through the list of temperatures with the same number of sweeps at each: without the field, down and, once
    it is switched on, up again; in the field, down. What is measured is the mean of the last half of the sweeps.

    Parameters
    ----------
    lattice : Lattice
    T : (K,) array_like
        Temperatures, above 0, each higher than the one before.
    J : (R, N, z) float64
        Samples, at least two.
    h : float
        The field, above 0. Small against T and J, for a susceptibility.
    sweeps : int
        At each temperature, at least 2.
    rng : numpy.random.Generator

    Returns
    -------
    Cooled

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range.

    Examples
    --------
    >>> from spinlearn.lattice import glass, square
    >>> sheet, rng = square(16), np.random.default_rng(1)
    >>> J = [glass.gaussian(sheet, rng=rng) for _ in range(20)]
    >>> curves = in_field(sheet, [0.2, 0.6, 1.0, 1.5, 2.0, 3.0], J=J, h=0.1, sweeps=50, rng=rng)
    >>> bool(curves.field[0] > curves.zero_field[0] + 0.3), bool(abs(curves.field[-1] - 1 / 3) < 0.1)
    (True, True)
    """
    couplings, T, h = tables(lattice, J), arguments.ladder(T), arguments.number("h", h, above=0)
    if len(couplings) < 2:
        raise ValueError(f"J must hold at least two samples, to have an error over samples, got {len(couplings)}")
    sweeps = arguments.count("sweeps", sweeps, at_least=2)
    start = np.stack([random_spins(lattice, rng=rng) for _ in couplings])
    down, up = np.repeat(T[::-1], sweeps), np.repeat(T, sweeps)

    with _as_a_whole():
        cold = samples.through(start, lattice, down, J=couplings, every=down.size, rng=rng).spins
        # Without a field a state and the one with all spins turned over are as likely: with both, what magnetisation
        # the state happens to have drops out.
        both, twice = np.concatenate([cold, -cold]), np.concatenate([couplings, couplings])
        switched_on = samples.through(both, lattice, up, J=twice, h=h, rng=rng)
        in_it = samples.through(start, lattice, down, J=couplings, h=h, rng=rng)
    warm = _late(switched_on.m, T.size).reshape(T.size, 2, -1).mean(axis=1) / h
    field = _late(in_it.m, T.size)[::-1] / h
    error = [part.std(axis=1, ddof=1) / np.sqrt(len(couplings)) for part in (warm, field)]
    return Cooled(T, warm.mean(axis=1), error[0], field.mean(axis=1), error[1])


@contextmanager
def _as_a_whole():
    """Ctrl-C in a part of the work leaves nothing of the whole, so it is no more than an interrupt."""
    try:
        yield
    except Interrupted:
        raise KeyboardInterrupt from None


def _late(m, K: int) -> np.ndarray:
    """Mean of the second half of the records at each of K temperatures, (K, R)."""
    parts = m.reshape(K, -1, m.shape[1])
    return parts[:, parts.shape[1] // 2 :].mean(axis=1)


def _sweeps(name: str, value) -> np.ndarray:
    """Check a list of numbers of sweeps."""
    array = arguments.as_array(name, value)
    if array.ndim != 1 or not array.size or array.dtype.kind not in "iu":
        raise ValueError(f"{name} must be a list of whole numbers, got {value!r:.80}")
    if array.min() < 0 or array.max() > 2**40:
        raise ValueError(f"{name} must be from 0 to 2**40, got {array.min()} to {array.max()}")
    return array.astype(np.int64)
