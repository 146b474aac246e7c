"""Small systems by listing all of their 2**N states, whatever the geometry, the couplings and the fields.

The sign, the units and the counting of bonds are those of `spinlearn.lattice.ising`. One count of the states by their
sum over bonds and their sum over spins serves every temperature, coupling and field.
"""

from fractions import Fraction
from typing import NamedTuple

import numpy as np

from ..core import arguments
from ..core.jit import kernel
from ..core.progress import watched
from ..lattice.geometry import Lattice, checked, interactions

_MOST_LISTED = 20  # spins whose states are listed one by one: an array of 2**N numbers
_MOST_COUNTED = 30  # spins whose states are only counted: 2**(N - 1) steps, some seconds
_NEVER = 1e4  # temperatures above the ground: exp(-x) is 0 long before


class DensityOfStates(NamedTuple):
    """What `density_of_states` returns: `count` states share the sums `bond_sum` and `spin_sum`.

    Attributes
    ----------
    bond_sum : (K,) int64
        Sum over bonds of s_i s_j, B.
    spin_sum : (K,) int64
        Sum over spins, M.
    count : (K,) int64
        How many of the 2**N states have both.
    """

    bond_sum: np.ndarray
    spin_sum: np.ndarray
    count: np.ndarray


class Averages(NamedTuple):
    """What `averages` returns; each entry has the shape of T.

    Attributes
    ----------
    log_Z : float64
        Logarithm of the partition function of the whole system.
    f, e, s, c : float64
        Free energy, energy, entropy and specific heat at constant field, per spin: f = e - T s and c = de/dT.
    m, abs_m, m2, m4 : float64
        Averages of the magnetisation per spin m, and of |m|, m**2 and m**4.
    """

    log_Z: np.ndarray
    f: np.ndarray
    e: np.ndarray
    s: np.ndarray
    c: np.ndarray
    m: np.ndarray
    abs_m: np.ndarray
    m2: np.ndarray
    m4: np.ndarray


def states(n: int) -> np.ndarray:
    """List all configurations of `n` spins.

    Parameters
    ----------
    n : int
        From 1 to 20.

    Returns
    -------
    (2**n, n) int8
        In row k, spin i is +1 if bit i of k is set, and -1 if not: row 0 is all down, the last row all up.

    Raises
    ------
    TypeError, ValueError
        If `n` is not a whole number from 1 to 20.

    Examples
    --------
    >>> states(2)
    array([[-1, -1],
           [ 1, -1],
           [-1,  1],
           [ 1,  1]], dtype=int8)
    """
    n = arguments.count("n", n, at_least=1)
    if n > _MOST_LISTED:
        raise ValueError(f"n must be at most {_MOST_LISTED}, got {n}: a list of 2**{n} states would not fit")
    numbers = np.arange(2**n, dtype="<u4").view(np.uint8).reshape(-1, 4)
    bits = np.unpackbits(numbers, axis=1, count=n, bitorder="little")
    return 2 * bits.view(np.int8) - 1


def energies(lattice: Lattice, *, J=1.0, h=0.0) -> np.ndarray:
    """Total energy of every state of a small lattice.

    Parameters
    ----------
    lattice : Lattice
        Of at most 20 sites.
    J, h
        As for `ising.energy`: one number, or a table of couplings, an array of fields.

    Returns
    -------
    (2**N,) float64
        In the order of `states`.

    Raises
    ------
    TypeError, ValueError
        If the lattice is too large, or `J` or `h` has the wrong type or shape.

    Examples
    --------
    >>> from spinlearn.lattice import chain
    >>> energies(chain(2, periodic=False), h=0.5)
    array([ 0.,  1.,  1., -2.])
    """
    table, fields = interactions(lattice, J, h)
    if table is None:
        table, fields = np.full(lattice.neighbours.shape, float(J)), np.full(lattice.size, float(h))
    if lattice.size > _MOST_LISTED:
        raise ValueError(f"lattice must have at most {_MOST_LISTED} sites to be enumerated, got {lattice.size}")
    spins = states(lattice.size)
    total = -(spins @ fields)
    # Each bond stands in the table twice, once at either end, with half of its coupling each time.
    matrix = np.zeros((lattice.size, lattice.size))
    row, column = np.nonzero(lattice.neighbours >= 0)
    np.add.at(matrix, (row, lattice.neighbours[row, column]), table[row, column] / 2)
    for i, j in np.argwhere(matrix):
        total -= matrix[i, j] * (spins[:, i] * spins[:, j])
    return total


def probabilities(lattice: Lattice, T: float, *, J=1.0, h=0.0) -> np.ndarray:
    """Boltzmann law exp(-E / T) / Z over every state of a small lattice.

    Parameters
    ----------
    lattice : Lattice
        Of at most 20 sites.
    T : float
        Above 0.
    J, h
        As for `energies`.

    Returns
    -------
    (2**N,) float64
        In the order of `states`; the sum is 1. States whose energies are equal but for rounding are equally likely only
        while T is far above that rounding, some 1e-16 of the energies.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range.

    Examples
    --------
    >>> from spinlearn.lattice import chain
    >>> probabilities(chain(2, periodic=False), T=2.0).round(4)
    array([0.3655, 0.1345, 0.1345, 0.3655])
    """
    T = arguments.number("T", T, above=0)
    energy = energies(lattice, J=J, h=h)
    with np.errstate(over="ignore", under="ignore"):  # what is infinitely far above the ground has no weight
        weights = np.exp((energy.min() - energy) / T)
    return weights / weights.sum()


def density_of_states(lattice: Lattice, *, progress: bool | None = None) -> DensityOfStates:
    """Count the states of a small lattice by their sum over bonds B and their sum over spins M.

    One count serves every temperature, coupling and field: with a single J and h the energy is E = -J B - h M.

    Parameters
    ----------
    lattice : Lattice
        Of at most 30 sites: 25 take about a tenth of a second, 30 some seconds.
    progress : bool, optional
        True shows a bar, False none; left out: where somebody watches and it takes more than two seconds.

    Returns
    -------
    DensityOfStates
        Ordered by B, then M; combinations that no state has are left out.

    Raises
    ------
    TypeError, ValueError
        If `lattice` is none, or has more than 30 sites.

    Examples
    --------
    >>> from spinlearn.lattice import chain
    >>> density_of_states(chain(3))
    DensityOfStates(bond_sum=array([-1, -1,  3,  3]), spin_sum=array([-1,  1, -3,  3]), count=array([3, 3, 1, 1]))
    """
    n = checked(lattice).size
    if n > _MOST_COUNTED:
        raise ValueError(f"lattice must have at most {_MOST_COUNTED} sites to be enumerated, got {n}")
    bonds = int((lattice.neighbours >= 0).sum()) // 2
    counts = np.zeros((2 * bonds + 1, n + 1), dtype=np.int64)
    spins = np.full(n, -1, dtype=np.int64)
    counts[-1, 0] = 1  # all spins are down: every bond contributes 1
    at = np.array([2 * bonds, 0])
    for part in watched(2 ** (n - 1) - 1, progress):
        count_states(lattice.neighbours, part.start + 1, part.stop + 1, spins, at, counts)
    # The last spin stayed down. Turning all spins over keeps B and gives the states in which it is up.
    counts += counts[:, ::-1].copy()
    row, up = np.nonzero(counts)
    return DensityOfStates(row - bonds, 2 * up - n, counts[row, up])


@kernel
def count_states(neighbours, first, last, spins, at, counts):
    """Add the states of steps `first` to before `last` to `counts` (2B + 1, N + 1), by bond sum plus B and up spins.

    The states are visited in Gray-code order: step k flips only the spin whose number is that of the lowest set bit
    of k, so that both sums follow at the cost of one flip. `spins` (N,) and `at`, the row and column reached, are
    carried from call to call.
    """
    z = neighbours.shape[1]
    row, up = at
    for step in range(first, last):
        i = 0
        while not (step >> i) & 1:
            i += 1
        total = 0
        for k in range(z):
            j = neighbours[i, k]
            if j >= 0:
                total += spins[j]
        row -= 2 * spins[i] * total
        spins[i] = -spins[i]
        up += spins[i]
        counts[row, up] += 1
    at[0], at[1] = row, up


def averages(dos: DensityOfStates, T, *, J: float = 1.0, h: float = 0.0) -> Averages:
    """Thermal averages of a small lattice from its density of states.

    Parameters
    ----------
    dos : DensityOfStates
        From `density_of_states`.
    T : float or array
        Above 0.
    J, h : float
        One coupling for all bonds and one field for all spins; either sign.

    Returns
    -------
    Averages
        ``log_Z`` of the whole lattice, all else per spin, each of the shape of `T`. Only ``log_Z`` may be infinite,
        where it is too large for a float.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range, or if `dos` does not count 2**N states.

    Examples
    --------
    >>> from spinlearn.lattice import chain
    >>> ring = averages(density_of_states(chain(8)), T=[1.0, 2.0])
    >>> ring.e.round(6)
    array([-0.817663, -0.465649])
    """
    dos = _checked(dos)
    T = arguments.temperatures(T)
    J, h = arguments.number("J", J), arguments.number("h", h)
    n = dos.spin_sum.max()  # all spins up
    ground, excess = _above_the_ground(dos, J, h)
    m = dos.spin_sum / n
    with np.errstate(over="ignore", under="ignore"):
        x = np.minimum(excess / T[..., None], _NEVER)  # all that matters is exp(-x)
        weight = dos.count * np.exp(-x)
        norm = weight.sum(axis=-1, keepdims=True)
        weight /= norm
        log_norm = np.log(norm[..., 0])
        mean = (weight * x).sum(axis=-1)
        e = ground / n + T * mean / n
        s = (log_norm + mean) / n
        c = (weight * (x - mean[..., None]) ** 2).sum(axis=-1) / n
        log_Z = log_norm - ground / T
        f = ground / n - T * log_norm / n
    moments = (weight @ power for power in (m, abs(m), m**2, m**4))
    return Averages(*(entry[()] for entry in (log_Z, f, e, s, c, *moments)))


def _checked(dos: DensityOfStates) -> DensityOfStates:
    """Check a count of states, of which a field may have been replaced."""
    if not isinstance(dos, DensityOfStates):
        raise TypeError(f"dos must be what density_of_states returns, not {type(dos).__name__}")
    dos = DensityOfStates(
        *(arguments.as_array(f"dos.{name}", part) for name, part in zip(dos._fields, dos, strict=True))
    )
    for name, part in zip(dos._fields, dos, strict=True):
        if part.dtype.kind not in "iu":
            raise TypeError(f"dos.{name} must hold whole numbers, not {part.dtype}")
        if part.ndim != 1 or part.shape != dos.bond_sum.shape or part.size == 0:
            raise ValueError(f"dos.{name} must be one-dimensional and as long as dos.bond_sum, got shape {part.shape}")
    n = int(dos.spin_sum.max())  # all spins up
    if not 1 <= n <= _MOST_COUNTED or (dos.count < 1).any() or dos.count.sum() != 2**n:
        raise ValueError(f"dos.count must add up to 2**N, where N = {n} is the largest spin_sum, got {dos.count.sum()}")
    return dos


def _above_the_ground(dos: DensityOfStates, J: float, h: float) -> tuple[float, np.ndarray]:
    """Lowest energy, and how far every other lies above it, by exact arithmetic: degenerate levels stay degenerate."""
    J, h = Fraction(J), Fraction(h)
    pairs = zip(dos.bond_sum.tolist(), dos.spin_sum.tolist(), strict=True)
    energies = [-J * bond_sum - h * spin_sum for bond_sum, spin_sum in pairs]
    lowest = min(energies)
    try:
        return float(lowest), np.array([float(energy - lowest) for energy in energies])
    except OverflowError:
        raise ValueError(
            f"J and h must leave energies that fit into a float, got {float(J):g} and {float(h):g}"
        ) from None
