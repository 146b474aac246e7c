"""Reweighting: what runs at some temperatures know of all those between.

With beta = 1 / T, an average at T' is an average at T in which every record has the weight exp(-(beta' - beta) E):
`reweight`. One run reaches as far as the energies that it saw. Several runs at temperatures T_k, with n_k records each,
reach from the first to the last if each saw what its neighbour saw (`join`). A record of energy E then has the weight

    w(E, T) = exp(-beta E) / sum_k (n_k / Z_k) exp(-beta_k E),      Z_k = sum over the records of all runs of w(E, T_k),

whichever run it comes from, and the second equation gives the Z_k of the first, up to a common factor. The solution is
unique, and of all ways to combine independent records it has the least error (Shirts and Chodera). Ferrenberg and
Swendsen have the same equations with histograms, and with the records of each run divided by its 2 tau. Here all
records count alike: let there be as many tau from one to the next in each of the runs.

Every average comes B + 1 times, from all records and from all but one block, and so its error is a jackknife over
blocks that are independent of each other: `scaling.estimate` reads it off.

References
----------
A. M. Ferrenberg and R. H. Swendsen, Phys. Rev. Lett. 61, 2635 (1988): one run.
A. M. Ferrenberg and R. H. Swendsen, Phys. Rev. Lett. 63, 1195 (1989): several.
M. R. Shirts and J. D. Chodera, J. Chem. Phys. 129, 124105 (2008): several, and without histograms.
"""

import math
from typing import NamedTuple

import numpy as np
from scipy.optimize import brentq
from scipy.special import expit, logsumexp

from ..core import arguments
from ..lattice.geometry import Lattice
from .observables import BLOCK_TIMES, LEAST_BLOCKS, MOST_BLOCKS, integrated_time

# Reweighting is refused where the records are worth less than this share of their number.
_LEAST_SHARE = 0.1
# Two runs overlap if they share at least this part of what two runs at one temperature would share.
_LEAST_OVERLAP = 0.1
_STEPS = 100  # of Newton's method, which takes about five


class Sample(NamedTuple):
    """A run at one temperature, cut into independent blocks.

    Attributes
    ----------
    L : int
        Side of the lattice.
    N : int
        Number of spins.
    T : float
    e, m : (n,) float64
        Energy and magnetisation per spin, record by record.
    starts : (B,) int64
        Where each block begins.
    """

    L: int
    N: int
    T: float
    e: np.ndarray
    m: np.ndarray
    starts: np.ndarray


class Averages(NamedTuple):
    """Averages at one or more temperatures, each once from all records and once without each block.

    Attributes
    ----------
    N : int
        Number of spins.
    T : float or (K,) float64
    e, abs_m, m2, m4 : (B + 1,) or (B + 1, K) float64
        Averages of the energy per spin, and of abs(m), m**2 and m**4. Entry 0 is from all records, entry b + 1 from all
        but block b.
    e_m2, e_m4 : of the same shape
        Averages of e m**2 and e m**4.
    log_Z : of the same shape
        Logarithm of the partition function of the whole lattice, less that at the temperature of the run, or at the
        lowest temperature of several. The free energy is -T log_Z.
    """

    N: int
    T: np.ndarray
    e: np.ndarray
    abs_m: np.ndarray
    m2: np.ndarray
    m4: np.ndarray
    e_m2: np.ndarray
    e_m4: np.ndarray
    log_Z: np.ndarray

    @property
    def binder(self) -> np.ndarray:
        """Binder's cumulant U = 1 - <m^4> / (3 <m^2>^2)."""
        return 1 - self.m4 / (3 * self.m2**2)

    @property
    def binder_slope(self) -> np.ndarray:
        """Its derivative dU/dT, from d<A>/d(beta) = N (<e> <A> - <e A>)."""
        by_m2 = self.N * (self.e * self.m2 - self.e_m2)
        by_m4 = self.N * (self.e * self.m4 - self.e_m4)
        by_beta = (2 * self.m4 * by_m2 / self.m2 - by_m4) / (3 * self.m2**2)
        return -by_beta / self.T**2


class Joint(NamedTuple):
    """Several runs that were joined: see `join`.

    Attributes
    ----------
    L, N : int
        Side of the lattice and number of spins.
    T : (K,) float64
        Temperatures of the runs, ascending.
    log_Z : (B + 1, K) float64
        Logarithm of the partition function at these temperatures less that at the first: entry 0 from all records,
        entry b + 1 from all but block b of every run.
    samples : tuple of `Sample`
        The runs in this order, all cut into the same number B of blocks.
    """

    L: int
    N: int
    T: np.ndarray
    log_Z: np.ndarray
    samples: tuple[Sample, ...]


def sample(e, m, lattice: Lattice, T: float) -> Sample:
    """Cut a run in equilibrium into blocks that are independent of each other.

    Parameters
    ----------
    e, m : (n,) or (n, R) array_like
        Energy and magnetisation per spin. Of one run it makes at most 100 blocks of at least 10 autocorrelation times,
        those of e or m**2, whichever is slower. Where R independent runs stand side by side, as `multispin.replicas`
        returns them, each is a block; there must be at least 10.
    lattice : Lattice
        On which they were recorded; its first side counts as L.
    T : float
        Temperature, above 0.

    Returns
    -------
    Sample

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range, or if the run is too short for 10 such blocks.

    Examples
    --------
    >>> from spinlearn import lattice
    >>> from spinlearn.lattice import cluster
    >>> torus = lattice.square(8)
    >>> run = cluster.wolff(lattice.all_up(torus), torus, 2.3, 4000, rng=np.random.default_rng(1))
    >>> sample(run.e[100:], run.m[100:], torus, 2.3).starts.size
    100
    """
    T = arguments.temperature(T)
    if not isinstance(lattice, Lattice):
        raise TypeError(f"lattice must be a Lattice, not {type(lattice).__name__}")
    e, m = arguments.as_array("e", e), arguments.as_array("m", m)
    if np.shape(e) != np.shape(m):
        raise ValueError(f"e and m must have the same shape, got {np.shape(e)} and {np.shape(m)}")
    if np.ndim(e) == 2:
        records, blocks = np.shape(e)
        if blocks < LEAST_BLOCKS or records == 0:
            raise ValueError(f"e must hold at least {LEAST_BLOCKS} runs side by side, got shape {np.shape(e)}")
        e, m = (arguments.real_array(name, series).T.ravel() for name, series in (("e", e), ("m", m)))
        starts = records * np.arange(blocks)
    else:
        e, m = arguments.series("e", e), arguments.series("m", m)
        tau = max(integrated_time(e).tau, integrated_time(m**2).tau)
        blocks = min(MOST_BLOCKS, e.size // math.ceil(BLOCK_TIMES * tau))
        if blocks < LEAST_BLOCKS:
            raise ValueError(
                f"e and m must be longer: {e.size} records make fewer than {LEAST_BLOCKS} blocks of {BLOCK_TIMES} "
                f"tau, with tau = {tau:.3g}"
            )
        starts = np.linspace(0, e.size, blocks + 1).astype(np.int64)[:-1]
    return Sample(lattice.shape[0], lattice.size, T, e, m, starts)


def join(samples) -> Joint:
    """Join runs at several temperatures, so that `reweight` can go anywhere between the lowest and the highest.

    Parameters
    ----------
    samples : sequence of `Sample`
        Independent runs of one system, with the same couplings and field, in any order. Each must have seen energies
        that its neighbour in temperature saw as well.

    Returns
    -------
    Joint

    Raises
    ------
    TypeError, ValueError
        If `samples` does not hold runs of lattices of one size, or if two neighbours do not overlap: they share less
        than a tenth of what two runs at the same temperature would.

    Examples
    --------
    >>> from spinlearn import exact, lattice
    >>> from spinlearn.lattice import cluster
    >>> torus, rng, runs = lattice.square(8), np.random.default_rng(1), []
    >>> for T in (2.0, 2.3, 2.7):
    ...     run = cluster.wolff(lattice.all_up(torus), torus, T, 20_000, every=5, rng=rng)
    ...     runs.append(sample(run.e[100:], run.m[100:], torus, T))
    >>> found, known = reweight(join(runs), 2.5), exact.kaufman(8, 8, 2.5)
    >>> bool(abs(found.e[0] - known.e) < 0.02)
    True
    """
    samples = sorted(_runs(samples), key=lambda one: one.T)
    blocks = min(one.starts.size for one in samples)
    samples = tuple(one._replace(starts=one.starts[np.arange(blocks) * one.starts.size // blocks]) for one in samples)
    T = np.array([one.T for one in samples])
    pool = _pool(samples)
    guess = np.cumsum([0.0, *(_step(pool, T, k) for k in range(T.size - 1))])
    log_Z = [_log_partition(pool.seen.sum(axis=(0, 1)), pool.counts.sum(axis=0), pool.levels, T, guess)]
    for rest in range(blocks):
        kept = np.arange(blocks) != rest
        seen, counts = pool.seen[kept].sum(axis=(0, 1)), pool.counts[kept].sum(axis=0)
        log_Z.append(_log_partition(seen, counts, pool.levels, T, log_Z[0]))
    log_Z = np.array(log_Z) - (1 / T - 1 / T[0]) * pool.lowest
    return Joint(samples[0].L, samples[0].N, T, log_Z, samples)


def reweight(sample: Sample | Joint, T) -> Averages:
    """Averages at other temperatures than those that were run.

    Parameters
    ----------
    sample : Sample or Joint
        One run, or several.
    T : float or (K,) array_like
        Temperatures, above 0 and near those of the runs: where the weights leave less than a tenth of the records of
        a run, as counted by (sum w)^2 / sum w^2, the answer would rest on a few of them and is refused.

    Returns
    -------
    Averages
        Entries of shape (B + 1,) for one temperature and (B + 1, K) for several.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range, or if a temperature lies too far away.

    Examples
    --------
    >>> from spinlearn import lattice
    >>> from spinlearn.lattice import cluster
    >>> torus = lattice.square(8)
    >>> run = cluster.wolff(lattice.all_up(torus), torus, 2.3, 4000, rng=np.random.default_rng(1))
    >>> at = reweight(sample(run.e[100:], run.m[100:], torus, 2.3), [2.2, 2.3, 2.4])
    >>> at.e.shape, bool((np.diff(at.e[0]) > 0).all())
    ((101, 3), True)
    """
    if not isinstance(sample, (Sample, Joint)):
        raise TypeError(f"sample must be a Sample or a Joint, not {type(sample).__name__}")
    sample = _checked("sample", sample) if isinstance(sample, Sample) else _checked_joint(sample)
    temperatures = arguments.temperatures(T)
    if temperatures.ndim > 1 or temperatures.size == 0:
        raise ValueError(f"T must be a number or one-dimensional and not empty, got shape {temperatures.shape}")
    total, shift = (_one_run if isinstance(sample, Sample) else _many_runs)(sample, temperatures.ravel())
    total, shift = (part.reshape(*part.shape[:-1], *np.shape(T)) for part in (total, shift))
    return Averages(sample.N, temperatures[()], *(total[1:] / total[0]), np.log(total[0]) + shift)


class _Pool(NamedTuple):
    """The records of several runs, sorted by energy level: of the whole lattice, above the lowest that was seen."""

    records: np.ndarray  # (7, n), see `_records`
    members: list  # of each block, the places of its records
    level: np.ndarray  # (n,) number of the level of each record
    levels: np.ndarray  # (U,) energies
    lowest: float
    seen: np.ndarray  # (B, K, U) how often each block of each run saw each level
    counts: np.ndarray  # (B, K) records of each block of each run


def _pool(samples) -> _Pool:
    records = np.concatenate([_records(one) for one in samples], axis=1)
    counts = np.stack([np.diff(np.r_[one.starts, one.e.size]) for one in samples], axis=1)
    B, K = counts.shape
    place = np.repeat(np.arange(K * B), counts.T.ravel())  # run after run, block after block
    energy = samples[0].N * records[1]
    levels, level = np.unique(energy - energy.min(), return_inverse=True)
    seen = np.bincount(place * levels.size + level, minlength=K * B * levels.size).reshape(K, B, -1)
    members = [np.flatnonzero(place % B == b) for b in range(B)]
    return _Pool(records, members, level, levels, energy.min(), seen.swapaxes(0, 1), counts)


def _step(pool: _Pool, T, k: int) -> float:
    """ln Z(T_(k+1)) - ln Z(T_k) from these two runs alone, or an error where they do not overlap."""
    seen, (n, other) = pool.seen[:, k : k + 2].sum(axis=(0, 1)), pool.counts.sum(axis=0)[k : k + 2]
    drop = (1 / T[k] - 1 / T[k + 1]) * pool.levels[seen > 0]
    seen = seen[seen > 0]

    def excess(step):  # of records that the second run should have seen, over those it has
        return seen @ expit(drop - step + np.log(other / n)) - other

    # The step is the logarithm of a mean of exp(drop).
    step = brentq(excess, drop.min() - 1, drop.max() + 1, xtol=1e-10)
    share = expit(drop - step + np.log(other / n))
    overlap = seen @ (share * (1 - share)) / (n * other / (n + other))
    if overlap < _LEAST_OVERLAP:
        raise ValueError(
            f"samples must overlap, but those at T = {T[k]:g} and {T[k + 1]:g} share {overlap:.2g} of what two runs at "
            f"one temperature would, less than {_LEAST_OVERLAP:g}: run between them"
        )
    return step


def _log_partition(seen, counts, levels, T, guess) -> np.ndarray:
    """Solve for ln Z at the temperatures of the runs, the first being 0, by Newton's method from a guess.

    The solution is the minimum of the convex function sum_u seen_u ln D_u + sum_k n_k ln Z_k with the denominator
    D_u = sum_k n_k exp(-beta_k E_u) / Z_k.
    """
    log_Z = guess.copy()
    exponent = np.log(counts)[:, None] - levels / T[:, None]

    def height(log_Z):
        return seen @ logsumexp(exponent - log_Z[:, None], axis=0) + counts @ log_Z

    now = height(log_Z)
    for _ in range(_STEPS):
        shares = np.exp(exponent - log_Z[:, None] - logsumexp(exponent - log_Z[:, None], axis=0))  # (K, U)
        slope = counts - shares @ seen
        curvature = np.diag(shares @ seen) - (shares * seen) @ shares.T
        step = np.r_[0.0, -np.linalg.solve(curvature[1:, 1:], slope[1:])]
        while (new := height(log_Z + step)) > now + 1e-12 * abs(now):
            step /= 2
        log_Z, now = log_Z + step, new
        if (abs(slope) <= 1e-7 * counts).all():  # and this last step has squared it
            break
    return log_Z


def _records(sample: Sample) -> np.ndarray:
    """1, e, abs(m), m**2, m**4, e m**2 and e m**4 of every record, (7, n)."""
    e, m2 = sample.e, sample.m**2
    return np.stack([np.ones_like(e), e, abs(sample.m), m2, m2**2, e * m2, e * m2**2])


def _one_run(sample: Sample, temperatures) -> tuple[np.ndarray, np.ndarray]:
    """Weighted sums of the records at each temperature, (7, B + 1, K), and what the logarithm of the first lacks."""
    observed = _records(sample)
    above_lowest = sample.N * (sample.e - sample.e.min())
    columns, shifts = [], []
    for t in temperatures:
        exponent = (1 / sample.T - 1 / t) * above_lowest
        weight = np.exp(exponent - exponent.max())
        share = weight.sum() ** 2 / (weight**2).sum() / weight.size
        if share < _LEAST_SHARE:
            raise ValueError(
                f"T must be nearer to {sample.T:g}, where the sample was run: at {t:g} its {weight.size} records are "
                f"worth {share * weight.size:.0f}"
            )
        blocks = np.add.reduceat(observed * weight, sample.starts, axis=1)
        whole = blocks.sum(axis=1, keepdims=True)
        columns.append(np.concatenate([whole, whole - blocks], axis=1))
        shifts.append(exponent.max() + (1 / sample.T - 1 / t) * sample.N * sample.e.min())
    lengths = np.diff(np.r_[sample.starts, sample.e.size])
    records = np.r_[sample.e.size, sample.e.size - lengths]
    return np.stack(columns, axis=-1), np.array(shifts) - np.log(records)[:, None]


def _many_runs(joint: Joint, temperatures) -> tuple[np.ndarray, np.ndarray]:
    """The same of several runs."""
    pool, beta = _pool(joint.samples), 1 / joint.T
    sums = np.array([np.bincount(pool.level, weights=one, minlength=pool.levels.size) for one in pool.records])
    log_Z = joint.log_Z + (beta - beta[0]) * pool.lowest  # of the energies above the lowest
    seen, counts = pool.seen.sum(axis=(0, 1)), pool.counts.sum(axis=0)
    columns, shifts = [], []
    for b, one in enumerate(log_Z):
        here = counts if b == 0 else counts - pool.counts[b - 1]
        exponent = -pool.levels / temperatures[:, None]
        exponent = exponent - logsumexp(np.log(here)[:, None] - one[:, None] - beta[:, None] * pool.levels, axis=0)
        largest = exponent.max(axis=1)
        weight = np.exp(exponent - largest[:, None])  # (K, U)
        total = sums @ weight.T
        if b == 0:
            worth = (weight @ seen) ** 2 / (weight**2 @ seen)
            if (worth < _LEAST_SHARE * counts.min()).any():
                far = temperatures[worth.argmin()]
                raise ValueError(
                    f"T must be nearer to those that were run, {', '.join(f'{t:g}' for t in joint.T)}: at {far:g} all "
                    f"{counts.sum()} records are worth {worth.min():.0f}"
                )
        else:
            left_out = pool.members[b - 1]
            total = total - pool.records[:, left_out] @ weight[:, pool.level[left_out]].T
        columns.append(total)
        shifts.append(largest - (1 / temperatures - beta[0]) * pool.lowest)
    return np.stack(columns, axis=1), np.array(shifts)


def _runs(samples) -> list[Sample]:
    if isinstance(samples, Sample) or not isinstance(samples, (list, tuple)) or not samples:
        raise TypeError("samples must be a list or tuple of runs, each as `sample` returns it, and not empty")
    for one in samples:
        if not isinstance(one, Sample):
            raise TypeError(f"samples must hold runs, each as `sample` returns it, not {type(one).__name__}")
    samples = [_checked(f"samples[{k}]", one) for k, one in enumerate(samples)]
    if len({(one.L, one.N) for one in samples}) > 1:
        sizes = ", ".join(f"{one.N} spins with L = {one.L}" for one in samples)
        raise ValueError(f"samples must be runs of one lattice, got {sizes}")
    return samples


def _checked(name: str, one: Sample) -> Sample:
    """Check a run, of which a field may have been replaced."""
    L, N = (arguments.count(f"{name}.{field}", getattr(one, field), at_least=1) for field in ("L", "N"))
    T = arguments.number(f"{name}.T", one.T, at_least=1 / np.finfo(float).max)
    e = arguments.series(f"{name}.e", one.e)
    m = arguments.real_array(f"{name}.m", one.m, e.shape, what=" (that of e)")
    starts = arguments.as_array(f"{name}.starts", one.starts)
    if starts.dtype.kind not in "iu" or starts.ndim != 1 or not 0 < starts.size <= e.size:
        raise TypeError(f"{name}.starts must be a row of whole numbers, one for each block, not {starts.dtype}")
    if starts[0] != 0 or not (starts[1:] > starts[:-1]).all() or starts[-1] >= e.size:
        raise ValueError(f"{name}.starts must ascend from 0 and stay below {e.size}, the number of records")
    return Sample(L, N, T, e, m, starts)


def _checked_joint(joint: Joint) -> Joint:
    """Check runs that were joined, of which a field may have been replaced."""
    samples = _runs(joint.samples)
    blocks, T = {one.starts.size for one in samples}, arguments.real_array("sample.T", joint.T, (len(samples),))
    if len(blocks) > 1 or not np.array_equal(T, [one.T for one in samples]) or (T[1:] < T[:-1]).any():
        raise ValueError("sample must be what `join` returns: its T ascends and is that of its runs, cut alike")
    sizes = tuple(arguments.count(f"sample.{name}", getattr(joint, name)) for name in ("L", "N"))
    if sizes != samples[0][:2]:
        raise ValueError(f"sample.L and sample.N must be those of its runs, {samples[0][:2]}")
    log_Z = arguments.real_array("sample.log_Z", joint.log_Z, (blocks.pop() + 1, len(samples)))
    return Joint(*samples[0][:2], T, log_Z, tuple(samples))
