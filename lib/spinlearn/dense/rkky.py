"""Where the glass comes from: magnetic impurities in a metal, coupled by its electrons (RKKY).

A magnetic atom in a metal leaves ripples in the electrons around it. Another one, at a distance r, feels them as

    J(r) = J0 cos(2 k_F r + phi) / r^3,

with k_F the wave number of the fastest electrons. The ripples are about as long as the distance of two atoms, so
whether two impurities that lie anywhere like to be parallel or not is a matter of chance, and fixed with the alloy: a
glass, from positions alone. It is drawn here on a simple cubic lattice with spins at few of its sites, at random
(`draw`), r in lattice constants, with each pair at its nearest distance on the torus. The couplings are a dense matrix,
for `glass.simulate`, `branch.ground_state` and, by `glass.on_graph`, all that is written for lattices.

Because of 1 / r^3 the mean size of the couplings goes with the concentration, and so do all temperatures (Blandin's
scaling): T is best given in units of `scale`, J0 times the number of spins in a unit volume.

References
----------
M. A. Ruderman and C. Kittel, Phys. Rev. 96, 99 (1954); T. Kasuya, Prog. Theor. Phys. 16, 45 (1956); K. Yosida, Phys.
Rev. 106, 893 (1957).
V. Cannella and J. A. Mydosh, Phys. Rev. B 6, 4220 (1972): the cusp of gold with iron.
"""

import math
from typing import NamedTuple

import numpy as np

from ..core import arguments

ONE_ELECTRON = (3 * math.pi**2) ** (1 / 3)  # k_F of free electrons, one for each site of a cubic lattice, 3.09


class Alloy(NamedTuple):
    """What `draw` returns.

    Attributes
    ----------
    positions : (N, 3) int64
        Sites of the spins on the cubic lattice.
    J : (N, N) float64
        Couplings, symmetric, 0 on the diagonal.
    scale : float
        J0 times the spins for each site, the unit of temperature of the alloy.
    """

    positions: np.ndarray
    J: np.ndarray
    scale: float


def coupling(r, *, k_F: float, phase: float = 0.0, J: float = 1.0):
    """J cos(2 k_F r + phase) / r^3 at distances `r`.

    Parameters
    ----------
    r : float or array_like
        Above 0.
    k_F : float
        In radians for each unit of r, at least 0.
    phase : float
        In radians.
    J : float
        Of any sign.

    Returns
    -------
    float64 of the shape of `r`

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> coupling([1.0, 2.0], k_F=np.pi / 2).round(6)
    array([-1.   ,  0.125])
    """
    r = arguments.real_values("r", r)
    if not (r > 0).all():
        raise ValueError(f"r must be greater than 0, got {r.min():g}")
    k_F, phase = arguments.number("k_F", k_F, at_least=0), arguments.number("phase", phase)
    J = arguments.number("J", J)
    with np.errstate(over="ignore", divide="ignore", invalid="ignore"):
        found = J * np.cos(2 * k_F * r + phase) / r**3
    if not np.isfinite(found).all():
        raise ValueError("r, k_F and J must leave finite couplings, below 1.8e308 in size")
    return found


def draw(
    side: int, N: int, *, k_F: float = ONE_ELECTRON, phase: float = 0.0, J: float = 1.0, rng: np.random.Generator
) -> Alloy:
    """Put N spins on the sites of a cubic lattice at random, and couple them.

    Parameters
    ----------
    side : int
        Sites along each edge of a cube with opposite faces joined, from 2 to 1000.
    N : int
        Spins, from 2 to side**3.
    k_F : float
        In radians for each lattice constant, at least 0. Ripples have the length pi / k_F. Left out, that of free
        electrons, one for each site.
    phase, J
        As for `coupling`.
    rng : numpy.random.Generator

    Returns
    -------
    Alloy

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range; `rng` is not advanced then.

    Examples
    --------
    >>> alloy = draw(10, 30, rng=np.random.default_rng(1))
    >>> alloy.J.shape, round(alloy.scale, 3), bool((alloy.J < 0).any() and (alloy.J > 0).any())
    ((30, 30), 0.03, True)
    """
    side = arguments.count("side", side, at_least=2, at_most=1000)
    N = arguments.count("N", N, at_least=2, at_most=min(side**3, 2**15))
    coupling(1.0, k_F=k_F, phase=phase, J=J)
    sites = np.sort(arguments.generator(rng).choice(side**3, size=N, replace=False))
    positions = np.stack(np.unravel_index(sites, (side, side, side)), axis=1)
    apart = distances(positions, side)
    pairs = np.triu_indices(N, 1)
    matrix = np.zeros((N, N))
    matrix[pairs] = coupling(apart[pairs], k_F=k_F, phase=phase, J=J)
    return Alloy(positions, matrix + matrix.T, abs(float(J)) * N / side**3)


def distances(positions, side: int) -> np.ndarray:
    """Nearest distances (N, N) float64 of sites (N, 3) on a cubic torus, in lattice constants.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range.

    Examples
    --------
    >>> distances([[0, 0, 0], [9, 0, 0], [0, 5, 0]], 10)
    array([[0.        , 1.        , 5.        ],
           [1.        , 0.        , 5.09901951],
           [5.        , 5.09901951, 0.        ]])
    """
    side = arguments.count("side", side, at_least=2, at_most=1000)
    positions = arguments.real_array("positions", positions)
    if positions.ndim != 2 or positions.shape[1] != 3 or not len(positions):
        raise ValueError(f"positions must have shape (N, 3), got {positions.shape}")
    total = np.zeros((len(positions), len(positions)))
    for axis in positions.T:
        step = np.abs(axis[:, None] - axis) % side
        total += np.minimum(step, side - step) ** 2
    return np.sqrt(total)


def period(k_F: float) -> float:
    """Length of a ripple, pi / k_F.

    Examples
    --------
    >>> round(period(np.pi), 6)
    1.0
    """
    return math.pi / arguments.number("k_F", k_F, above=0)
