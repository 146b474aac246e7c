"""How far spins know of each other: correlation function, structure factor, and the correlation length they give.

On a periodic lattice all sites are alike, so that one configuration gives an average over its N sites,

    G(r) = (1/N) sum_x s_x s_(x+r),        S(k) = sum_r G(r) cos(k r) = |sum_x s_x exp(-i k x)|^2 / N,

with k = 2 pi n / L along each axis. Both come by fast Fourier transform. S(0) is N m^2, the susceptibility times T.

Every function here gives one row for each configuration, so that rows are series like any other of a run: `mean` and
`jackknife` of `observables` give their averages with errors, and `scaling.power_law` fits them against L. At T_c of the
plane G(L/2) goes as L^-eta, and S at the lowest k as L^(2 - eta), with eta = 1/4.

The *second-moment correlation length* asks for two values of S only (Salas and Sokal, in two dimensions),

    xi^2 = (S(0) / S(k) - 1) / (4 sin^2(k/2)),     k = 2 pi / L along one axis.

It is exact where S has the form of Ornstein and Zernike, 1 / (xi^-2 + 4 sin^2(k/2)). For a correlation that decays as
exp(-r / x) along a chain it is 1 / (2 sinh(1 / 2x)), whatever k, and with that x is found again (`decay_length`).

References
----------
J. Salas and A. D. Sokal, J. Stat. Phys. 98, 551 (2000), arXiv:cond-mat/9904038: xi / L at T_c of the plane is 0.9050.
"""

import numpy as np
from scipy.fft import irfftn, rfft, rfftn

from ..core import arguments
from ..lattice.geometry import Lattice
from .observables import Estimate, jackknife

_AT_ONCE = 2**22  # spins that are transformed at a time, so that a long run needs little memory


def correlation(spins, lattice: Lattice) -> np.ndarray:
    """Correlation function of each configuration, averaged over its sites.

    Parameters
    ----------
    spins : (n, …) integer array
        n configurations of the lattice's shape, -1 or +1; or a single one.
    lattice : Lattice
        Periodic in every direction.

    Returns
    -------
    (n, …) float64
        G at every displacement, of the shape of `spins`: entry [i, 0, 1] is the correlation of neighbours along the
        last axis in configuration i. Exact multiples of 1 / N.

    Raises
    ------
    TypeError, ValueError
        If `spins` is no such array, or the lattice is not periodic.

    Examples
    --------
    >>> from spinlearn import lattice
    >>> ring = lattice.chain(6)
    >>> correlation([1, 1, 1, -1, -1, -1], ring).round(3)
    array([ 1.   ,  0.333, -0.333, -1.   , -0.333,  0.333])
    """
    many, shape = _configurations(spins, lattice)
    G = np.empty(many.shape)
    for part in _parts(many):
        power = np.abs(rfftn(many[part].astype(np.float64), axes=_axes(many))) ** 2
        G[part] = irfftn(power, s=many.shape[1:], axes=_axes(many))
    return (np.rint(G) / lattice.size).reshape(shape)  # sums of N terms ±1 are whole numbers


def correlation_along(spins, lattice: Lattice, *, axis: int = 0) -> np.ndarray:
    """Correlation function of each configuration along one axis, averaged over its sites.

    Parameters
    ----------
    spins, lattice
        As for `correlation`.
    axis : int
        Of a configuration.

    Returns
    -------
    (n, L // 2 + 1) float64
        G at the distances 0, 1, … up to half the side L; for a single configuration (L // 2 + 1,).

    Raises
    ------
    TypeError, ValueError
        As for `correlation`, and if there is no such axis.

    Examples
    --------
    Stripes, four rows wide, along and across:

    >>> from spinlearn import lattice
    >>> stripes = np.repeat([1, -1], 4)[:, None] * np.ones((8, 8), dtype=np.int8)
    >>> correlation_along(stripes, lattice.square(8), axis=1)
    array([1., 1., 1., 1., 1.])
    >>> correlation_along(stripes, lattice.square(8), axis=0)
    array([ 1. ,  0.5,  0. , -0.5, -1. ])
    """
    many, shape = _configurations(spins, lattice)
    axis = _axis(axis, lattice)
    half = lattice.shape[axis] // 2 + 1
    G = np.empty((len(many), half))
    for part in _parts(many):
        lines = np.moveaxis(many[part], axis + 1, -1).astype(np.float64)
        power = (np.abs(rfft(lines)) ** 2).reshape(len(lines), -1, half).sum(axis=1)
        G[part] = irfftn(power, s=lattice.shape[axis : axis + 1], axes=(1,))[:, :half]
    return (np.rint(G) / lattice.size).reshape(*shape[: len(shape) - len(lattice.shape)], half)


def connected(G, m) -> list[Estimate]:
    """Connected correlation function <s_0 s_r> - <s>^2, with errors.

    Parameters
    ----------
    G : (n, R) array_like
        Correlations of n configurations, such as those of `correlation_along`.
    m : (n,) array_like
        Their magnetisations per spin. Without a field and below T_c give ``abs(m)``: a long run on a finite lattice
        turns over, and <s> itself is 0 in it.

    Returns
    -------
    list of R `Estimate`
        By a jackknife over blocks. Neighbouring distances share the same configurations: their errors are not
        independent.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or shape, or if the run is too short for its autocorrelation time.

    Examples
    --------
    >>> from spinlearn import lattice
    >>> spins = np.random.default_rng(1).choice(np.array([-1, 1]), p=[0.2, 0.8], size=(2000, 30))
    >>> found = connected(correlation_along(spins, lattice.chain(30)), spins.mean(axis=1))
    >>> abs(found[0].value - (1 - 0.6**2)) < 0.01, abs(found[5].value) < 0.01
    (True, True)
    """
    G, m = arguments.real_array("G", G), arguments.series("m", m)
    if G.ndim != 2 or len(G) != m.size:
        raise ValueError(f"G must have shape (n, R) with the n = {m.size} configurations of m, got {G.shape}")
    return [jackknife(lambda g, s: g.mean() - s.mean() ** 2, column, m) for column in G.T]


def structure_factor(spins, lattice: Lattice) -> np.ndarray:
    """Structure factor S(k) of each configuration.

    Parameters
    ----------
    spins, lattice
        As for `correlation`.

    Returns
    -------
    (n, …) float64
        Of the shape of `spins`. Entry n along an axis of side L belongs to k = 2 pi n / L, so that ``[i, 0, …]`` is
        N m^2, and half the sides the square of the staggered magnetisation. The mean over all k is 1.

    Raises
    ------
    TypeError, ValueError
        As for `correlation`.

    Examples
    --------
    >>> from spinlearn import lattice
    >>> structure_factor([1, -1, 1, -1, 1, -1], lattice.chain(6)).round(12) + 0.0
    array([0., 0., 0., 6., 0., 0.])
    """
    many, shape = _configurations(spins, lattice)
    S = np.empty(many.shape)
    for part in _parts(many):
        S[part] = np.abs(np.fft.fftn(many[part], axes=_axes(many))) ** 2 / lattice.size
    return S.reshape(shape)


def lowest_modes(spins, lattice: Lattice, *, axis: int | None = None) -> np.ndarray:
    """S at k = 0 and at the lowest k above it, for each configuration: all that `second_moment_length` asks for.

    Parameters
    ----------
    spins, lattice
        As for `correlation`.
    axis : int, optional
        Along which k = 2 pi / L. Left out: the mean over all axes, whose sides must then be equal.

    Returns
    -------
    (n, 2) float64
        For a single configuration (2,).

    Raises
    ------
    TypeError, ValueError
        As for `correlation`, and if there is no such axis or the sides differ.

    Examples
    --------
    >>> from spinlearn import lattice
    >>> lowest_modes(np.ones((4, 4), dtype=np.int8), lattice.square(4)).round(12)
    array([16.,  0.])
    """
    many, shape = _configurations(spins, lattice)
    if axis is None and len(set(lattice.shape)) > 1:
        raise ValueError(f"axis must be named where the sides of the lattice differ, got {lattice.shape}")
    axes = range(len(lattice.shape)) if axis is None else [_axis(axis, lattice)]
    found = np.empty((len(many), 2))
    found[:, 0] = many.sum(axis=_axes(many), dtype=np.int64).astype(np.float64) ** 2
    waves = [
        rfft(many.sum(axis=tuple(a for a in _axes(many) if a != axis + 1), dtype=np.int64).astype(np.float64))[:, 1]
        for axis in axes
    ]
    found[:, 1] = np.mean(np.abs(waves) ** 2, axis=0)
    return (found / lattice.size).reshape(*shape[: len(shape) - len(lattice.shape)], 2)


def second_moment_length(spins, lattice: Lattice, *, axis: int | None = None) -> Estimate:
    """Second-moment correlation length of a run without a field, in its symmetric phase or at the critical point.

    Parameters
    ----------
    spins : (n, …) integer array
        Configurations of a run in equilibrium, -1 or +1.
    lattice : Lattice
        Periodic. Above T_c it should be six to eight times as wide as the length: fewer change it (by exp(-L / xi)
        or so), more make the two values of S alike and the error large.
    axis : int, optional
        As for `lowest_modes`.

    Returns
    -------
    Estimate
        In steps of the lattice, by a jackknife over blocks. The 4 sin^2(k/2) of the head of this file stands for
        2 d sum_j (1 - cos(k r_j)) / z over the neighbours, which is the same on a hypercubic lattice, and k^2 for small
        k on a triangular one as well.

    Raises
    ------
    TypeError, ValueError
        As for `lowest_modes`; if the run is too short for its autocorrelation time; or if xi^2 is not two of its
        errors above 0: then the length cannot be told from 0.

    Examples
    --------
    A ring has the length sqrt(t) / (1 - t) with t = tanh K, however many spins it has:

    >>> from spinlearn import exact, lattice
    >>> ring = lattice.chain(12)
    >>> drawn = np.random.default_rng(1).choice(4096, size=4000, p=exact.probabilities(ring, 1.0))
    >>> found = second_moment_length(exact.states(12)[drawn], ring)
    >>> bool(abs(found.value - np.sqrt(np.tanh(1)) / (1 - np.tanh(1))) < 4 * found.error < 0.4)
    True
    """
    modes = lowest_modes(spins, lattice, axis=axis)
    if modes.ndim != 2:
        raise ValueError(f"spins must hold many configurations of shape {lattice.shape}, got a single one")
    if not modes[:, 1].any():
        raise ValueError("spins must vary over the lattice: S(k) is 0 in every configuration")
    unit = laplacian(lattice, 0 if axis is None else axis)

    def square(zero, low):
        return (zero.mean() / low.mean() - 1) / unit

    found = jackknife(square, *modes.T)
    if found.value < 2 * found.error:
        raise ValueError(
            f"spins must be correlated over a length that can be told from 0, but xi^2 = {found} in this run"
        )
    return jackknife(lambda *parts: np.sqrt(square(*parts)), *modes.T)


def decay_length(second_moment: float) -> float:
    """Length x of the decay exp(-r / x) along a chain that has this second-moment correlation length.

    Parameters
    ----------
    second_moment : float
        Above 0.

    Returns
    -------
    float
        1 / (2 asinh(1 / (2 xi))), which is xi with a correction of 1 / (24 xi). Exact for the chain; in the plane above
        T_c it is the exact length along a row to some parts in a thousand.

    Raises
    ------
    TypeError, ValueError
        If the argument is not a finite number above 0.

    Examples
    --------
    A chain has <s_0 s_r> = t^r with t = tanh K, and xi = sqrt(t) / (1 - t):

    >>> t = np.tanh(0.8)
    >>> bool(np.isclose(decay_length(np.sqrt(t) / (1 - t)), -1 / np.log(t)))
    True
    """
    return float(0.5 / np.arcsinh(0.5 / arguments.number("second_moment", second_moment, above=0)))


def laplacian(lattice: Lattice, axis: int = 0) -> float:
    """2 d sum_j (1 - cos(k r_j)) / z over the neighbours j, at the lowest k above 0 along an axis.

    Parameters
    ----------
    lattice : Lattice
        Periodic.
    axis : int

    Returns
    -------
    float
        On a hypercubic lattice 4 sin^2(pi / L).

    Raises
    ------
    TypeError, ValueError
        If the lattice is not periodic, or has no such axis.

    Examples
    --------
    >>> from spinlearn import lattice
    >>> round(laplacian(lattice.square(6)), 12)
    1.0
    """
    every = _steps(lattice)
    steps = every[_axis(axis, lattice)]
    return 2 * len(lattice.shape) * float(np.mean(1 - np.cos(2 * np.pi * steps / lattice.shape[axis])))


def _configurations(spins, lattice: Lattice) -> tuple[np.ndarray, tuple[int, ...]]:
    """Check configurations; return them as (n, …) int8 whatever came, and the shape that came."""
    _steps(lattice)
    spins = arguments.as_array("spins", spins)
    shape, inner = spins.shape, tuple(lattice.shape)
    if shape != inner and shape[1:] != inner:
        raise ValueError(f"spins must have shape (n, …) with configurations of shape {inner}, got {shape}")
    return arguments.spins(spins).reshape(-1, *inner), shape


def _steps(lattice: Lattice) -> np.ndarray:
    """Steps to the neighbours of a site, (d, z), the same for every site: else the lattice is not periodic."""
    if not isinstance(lattice, Lattice):
        raise TypeError(f"lattice must be a Lattice, not {type(lattice).__name__}")
    table, shape = lattice.neighbours, np.array(lattice.shape)[:, None, None]
    there = np.array(np.unravel_index(np.maximum(table, 0), lattice.shape))
    here = np.array(np.unravel_index(np.arange(lattice.size), lattice.shape))[:, :, None]
    steps = (there - here) % shape
    if (table < 0).any() or not (steps == steps[:, :1]).all():
        raise ValueError(f"lattice must be periodic in every direction; this one ({lattice.name}) has an edge")
    return steps[:, 0]


def _axis(axis, lattice: Lattice) -> int:
    axis = arguments.count("axis", axis)
    if axis >= len(lattice.shape):
        raise ValueError(f"axis must be below {len(lattice.shape)}, the number of axes, got {axis}")
    return axis


def _axes(many: np.ndarray) -> tuple[int, ...]:
    return tuple(range(1, many.ndim))


def _parts(many: np.ndarray):
    """Slices of configurations that are transformed at a time."""
    size = max(1, _AT_ONCE // many[0].size)
    return (slice(first, first + size) for first in range(0, len(many), size))
