"""Edwards and Anderson's spin glass: bonds of random sign or size on a lattice, and what is known exactly about it.

A sample is a lattice and one coupling for each of its bonds, drawn once and then held (quenched). It is the table that
`ising.energy`, `ising.simulate` and `tempering.simulate` take as J; `samples` runs many samples side by side, `signs`
64 of them in one machine word, and `ground` finds their ground states. Two laws of the bonds are drawn here:

    bimodal    +J with probability p, -J with 1 - p
    gaussian   normal, of mean `mean` and standard deviation J

What is averaged over samples is written [...], what is averaged over a sample's states <...>.

One line through this model is solved, on any lattice, at any size. Turning a spin over together with its bonds changes
no energy. Where the law of a sample's bonds is proportional to exp(sum of J_ij / T), as that of ±J is at

    exp(2 J / T) = p / (1 - p)        and that of normal bonds at        T = J^2 / mean,

the energy of a state drawn from a sample has, over samples and states together, the same law as the energy of the state
with all spins up: minus the sum of B independent bonds (`nishimori`, `nishimori_gaussian`). Its mean is -B J tanh(J /
T) or -B mean, and its variance is known, too. So a simulator of glasses can be told right from wrong: start each sample
with all spins up, which is then an equilibrium state as good as any, take some sweeps, and compare energies, one for
each sample (`deviation`). Whatever differs by more than the error is a mistake, and the error is known beforehand.

References
----------
S. F. Edwards and P. W. Anderson, J. Phys. F 5, 965 (1975).
G. Toulouse, Commun. Phys. 2, 115 (1977): frustration.
H. Nishimori, Prog. Theor. Phys. 66, 1169 (1981): the line and its energy.
"""

import math
from typing import NamedTuple

import numpy as np

from ..core import arguments
from ..core.jit import kernel
from ..core.words import next_word
from ..meanfield.signals import fill_gaussian
from .geometry import Lattice, bond_couplings, bonds, checked, interactions

FERROMAGNET, BIMODAL, GAUSSIAN = 0, 1, 2  # the laws that `fill_couplings` draws


class Line(NamedTuple):
    """A point of the Nishimori line: what `nishimori` and `nishimori_gaussian` return.

    Attributes
    ----------
    T : float
        The temperature that belongs to the law of the bonds.
    energy : float
        [<E>], the energy of the whole lattice averaged over states and samples, exactly.
    variance : float
        Variance of the energy over states and samples together, exactly.
    """

    T: float
    energy: float
    variance: float


class Deviation(NamedTuple):
    """What `deviation` returns.

    Attributes
    ----------
    mean : float
        Mean of the energies.
    error : float
        Standard error of that mean, from the exact variance.
    errors : float
        How many of these errors the mean lies above the exact one.
    spread : float
        Variance of the energies over the exact one; about 1.
    """

    mean: float
    error: float
    errors: float
    spread: float


def bimodal(lattice: Lattice, *, p: float = 0.5, J: float = 1.0, rng: np.random.Generator) -> np.ndarray:
    """Draw the bonds of a ±J sample: +J with probability `p`, else -J.

    Parameters
    ----------
    lattice : Lattice
    p : float
        Share of positive bonds, from 0 to 1.
    J : float
        Size of the couplings, above 0.
    rng : numpy.random.Generator

    Returns
    -------
    (N, z) float64
        The table of couplings, as `ising.simulate` takes it.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> from spinlearn.lattice import chain
    >>> bimodal(chain(3), rng=np.random.default_rng(1))
    array([[-1., -1.],
           [ 1., -1.],
           [-1.,  1.]])
    """
    number = len(bonds(checked(lattice)))
    p, J = _share(p), arguments.number("J", J, above=0)
    return bond_couplings(lattice, np.where(arguments.generator(rng).random(number) < p, J, -J))


def gaussian(lattice: Lattice, *, mean: float = 0.0, J: float = 1.0, rng: np.random.Generator) -> np.ndarray:
    """Draw the bonds of a sample from a normal law.

    Parameters
    ----------
    lattice : Lattice
    mean : float
    J : float
        Standard deviation, above 0.
    rng : numpy.random.Generator

    Returns
    -------
    (N, z) float64
        The table of couplings, as `ising.simulate` takes it.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> from spinlearn.lattice import chain
    >>> gaussian(chain(3), rng=np.random.default_rng(1)).round(3)
    array([[0.346, 0.822],
           [0.33 , 0.346],
           [0.822, 0.33 ]])
    """
    number = len(bonds(checked(lattice)))
    mean, J = arguments.number("mean", mean), arguments.number("J", J, above=0)
    return bond_couplings(lattice, arguments.generator(rng).normal(mean, J, number))


def nishimori(lattice: Lattice, *, p: float, J: float = 1.0) -> Line:
    """The point of the Nishimori line that belongs to ±J bonds with a share `p` of positive ones.

    Parameters
    ----------
    lattice : Lattice
        Any: the result depends on the number of its bonds alone.
    p : float
        Above 1/2, where T would be infinite, and below 1, where it would be 0.
    J : float
        Size of the couplings, above 0.

    Returns
    -------
    Line
        T = 2 J / ln(p / (1 - p)), the energy -B J tanh(J / T) = -B J (2 p - 1), and its variance 4 B J^2 p (1 - p). The
        energy over states and samples is J (B - 2 k), where k is binomial of B and p.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> from spinlearn.lattice import square
    >>> line = nishimori(square(4), p=0.8)
    >>> print(f"{line.T:.6f} {line.energy:.6f} {line.variance:.6f}")
    1.442695 -19.200000 20.480000
    """
    number = len(bonds(checked(lattice)))
    p, J = _share(p), arguments.number("J", J, above=0)
    if not 0.5 < p < 1:
        raise ValueError(f"p must be above 1/2 and below 1 on the Nishimori line, got {p:g}")
    T = 2 * J / math.log(p / (1 - p))
    if not math.isfinite(number * J * max(J, 1.0)) or not 0 < T < math.inf:
        raise ValueError(f"J must be so small, and p so far from 1/2, that energies and T are finite, got {J:g}, {p:g}")
    return Line(T, -number * J * (2 * p - 1), number * J**2 * 4 * p * (1 - p))


def nishimori_gaussian(lattice: Lattice, *, mean: float, J: float = 1.0) -> Line:
    """The point of the Nishimori line that belongs to normal bonds of mean `mean` and standard deviation `J`.

    Parameters
    ----------
    lattice : Lattice
        Any: the result depends on the number of its bonds alone.
    mean : float
        Above 0.
    J : float
        Above 0.

    Returns
    -------
    Line
        T = J^2 / mean, the energy -B mean, and its variance B J^2. The energy over states and samples is normal.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> from spinlearn.lattice import square
    >>> nishimori_gaussian(square(4), mean=0.5)
    Line(T=2.0, energy=-16.0, variance=32.0)
    """
    number = len(bonds(checked(lattice)))
    mean, J = arguments.number("mean", mean, above=0), arguments.number("J", J, above=0)
    T, energy, variance = J * J / mean, -number * mean, number * J * J
    if not (0 < T < math.inf and math.isfinite(energy) and math.isfinite(variance)):
        raise ValueError(f"mean and J must leave T and the energies finite and above 0, got {mean:g} and {J:g}")
    return Line(T, energy, variance)


def deviation(energies, line: Line) -> Deviation:
    """Hold energies of independent samples, one state of each, against the Nishimori line.

    Parameters
    ----------
    energies : (samples,) array_like
        Energies of whole lattices. Each sample, and so its bonds, must have been drawn anew; several states of one
        sample are not independent, since they share the bonds.
    line : Line

    Returns
    -------
    Deviation
        A right simulator gives ``errors`` beyond 4 in one of 16 000 runs.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or shape.

    Examples
    --------
    With all spins up, which is where a run may start, the energy is minus the sum of the bonds.

    >>> from spinlearn.lattice import all_up, ising, square
    >>> sheet, rng = square(8), np.random.default_rng(1)
    >>> line = nishimori(sheet, p=0.8)
    >>> energies = [ising.energy(all_up(sheet), sheet, J=bimodal(sheet, p=0.8, rng=rng)) for _ in range(400)]
    >>> bool(abs(deviation(energies, line).errors) < 4)
    True
    """
    if not isinstance(line, Line):
        raise TypeError(f"line must be what glass.nishimori returns, not {type(line).__name__}")
    energies = arguments.series("energies", energies)
    mean, error = float(energies.mean()), math.sqrt(line.variance / energies.size)
    return Deviation(mean, error, (mean - line.energy) / error, float(energies.var(ddof=1) / line.variance))


def frustrated(lattice: Lattice, J) -> np.ndarray:
    """Which plaquettes of a square lattice are frustrated: the product of their four bonds is negative.

    Parameters
    ----------
    lattice : Lattice
        A square lattice, at least 3 × 3 if it is a torus.
    J : (N, 4) float64
        Couplings, as `bimodal` draws them. A bond of 0 counts as positive.

    Returns
    -------
    bool array of shape (rows, columns), or (rows - 1, columns - 1) with open edges
        Entry (i, j) is the plaquette whose first corner is site (i, j).

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or shape.

    Examples
    --------
    >>> from spinlearn.lattice import square
    >>> sheet = square(3, periodic=False)
    >>> frustrated(sheet, bimodal(sheet, rng=np.random.default_rng(1)))
    array([[ True,  True],
           [ True, False]])
    """
    down, right = square_bonds(lattice, J)
    if lattice.is_periodic_square:
        signs = _sign(down), _sign(right), _sign(np.roll(down, -1, 1)), _sign(np.roll(right, -1, 0))
    else:
        signs = _sign(down[:, :-1]), _sign(right[:-1]), _sign(down[:, 1:]), _sign(right[1:])
    return np.prod(signs, axis=0) < 0


def square_bonds(lattice: Lattice, J) -> tuple[np.ndarray, np.ndarray]:
    """Couplings of a square lattice as two arrays: of the bonds down from each site, and of those to its right.

    Parameters
    ----------
    lattice : Lattice
        A torus of at least 3 × 3 sites, or a square lattice with open edges.
    J : (N, 4) float64

    Returns
    -------
    down, right : float64
        On a torus both (rows, columns); with open edges (rows - 1, columns) and (rows, columns - 1).

    Raises
    ------
    TypeError, ValueError
        If `lattice` is no such lattice, or `J` has the wrong shape or is not symmetric.

    Examples
    --------
    >>> from spinlearn.lattice import square
    >>> sheet = square(2, 3, periodic=False)
    >>> down, right = square_bonds(sheet, bimodal(sheet, p=1.0, rng=np.random.default_rng(1)))
    >>> down.shape, right.shape
    ((1, 3), (2, 2))
    """
    shape = checked(lattice).shape
    table = arguments.real_array("J", J, lattice.neighbours.shape, what=" (aligned with the lattice's table)")
    periodic = lattice.is_periodic_square
    if periodic and min(shape) < 3:
        raise ValueError(f"lattice must be at least 3 × 3 if it is a torus, got {shape[0]} × {shape[1]}")
    if not periodic and not is_open_square(lattice):
        raise ValueError(f"lattice must be a square lattice, such as lattice.square(8), got {lattice!r}")
    grid = table.reshape(*shape, 4)  # the columns of `square`: down, right, up, left
    down, right, up, left = np.moveaxis(grid, -1, 0)
    if periodic:
        there, back = (down, right), (np.roll(up, -1, 0), np.roll(left, -1, 1))
    else:
        there, back = (down[:-1], right[:, :-1]), (up[1:], left[:, 1:])
    if not all(np.array_equal(one, other) for one, other in zip(there, back, strict=True)):
        raise ValueError("J must give both ends of a bond the same coupling; see lattice.bond_couplings")
    return there


def is_open_square(lattice: Lattice) -> bool:
    """Whether the table is, entry by entry, that of ``square(rows, columns, periodic=False)``."""
    if len(lattice.shape) != 2 or lattice.coordination != 4 or min(lattice.shape) < 2:
        return False
    number = np.arange(lattice.size).reshape(lattice.shape)
    framed = np.pad(number, 1, constant_values=-1)
    beside = framed[2:, 1:-1], framed[1:-1, 2:], framed[:-2, 1:-1], framed[1:-1, :-2]
    return all(np.array_equal(lattice.neighbours[:, k], one.ravel()) for k, one in enumerate(beside))


def tables(lattice: Lattice, J) -> np.ndarray:
    """Check one table of couplings or many, (N, z) or (R, N, z), and return them as (R, N, z) float64."""
    shape = checked(lattice).neighbours.shape
    array = arguments.real_array("J", J)
    if array.ndim not in (2, 3) or array.shape[-2:] != shape or not len(array):
        raise ValueError(f"J must have shape {shape}, or (R, {shape[0]}, {shape[1]}) for R samples, got {array.shape}")
    many = array.reshape(-1, *shape)
    # The number of its bond at each entry: both ends of all samples at once.
    number = bond_couplings(lattice, np.arange(len(bonds(lattice)))).astype(np.int64)
    present, later = lattice.neighbours >= 0, lattice.neighbours > np.arange(lattice.size)[:, None]
    one, other = np.zeros((2, len(many), len(bonds(lattice))))
    one[:, number[later]] = many[:, later]
    other[:, number[present & ~later]] = many[:, present & ~later]
    # Where two sites share two bonds these may stand in either order: `interactions` looks closer, and raises.
    odd = np.flatnonzero((one != other).any(axis=1))
    if len(odd) or not math.isfinite(4.0 * lattice.size * shape[1] * float(np.abs(many).max(initial=0))):
        for k in odd if len(odd) else range(len(many)):
            interactions(lattice, many[k], 0.0)
    return many


@kernel
def fill_couplings(law, neighbours, couplings, numbers, state):
    """Draw a sample as a kernel: fill `couplings` (N, z) with one number for each bond, at both of its ends, and 0
    where there is no neighbour.

    `law` is `FERROMAGNET` (all bonds 1), `BIMODAL` (1 or -1, as often) or `GAUSSIAN` (normal, of mean 0 and standard
    deviation 1). `numbers` float64 is memory for one number a bond, or one more so that they are even. No two sites may
    share two bonds.
    """
    if law == GAUSSIAN:
        fill_gaussian(state, numbers, 0, numbers.size)
    else:
        for bond in range(numbers.size):
            numbers[bond] = -1.0 if law == BIMODAL and next_word(state) >> np.uint64(63) else 1.0
    bond = 0
    for i in range(neighbours.shape[0]):
        for k in range(neighbours.shape[1]):
            j = neighbours[i, k]
            if j < 0:
                couplings[i, k] = 0.0
            if j <= i:
                continue
            couplings[i, k] = numbers[bond]
            for back in range(neighbours.shape[1]):
                if neighbours[j, back] == i:
                    couplings[j, back] = numbers[bond]
            bond += 1


def _share(p) -> float:
    """Check a share."""
    p = arguments.number("p", p, at_least=0)
    if p > 1:
        raise ValueError(f"p must be at most 1, got {p:g}")
    return p


def _sign(couplings: np.ndarray) -> np.ndarray:
    """+1 or -1, +1 for 0."""
    return np.where(couplings < 0, -1, 1)
