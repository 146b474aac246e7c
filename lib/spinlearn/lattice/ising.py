"""The Ising model: its energy, and two local dynamics that sample its Boltzmann law.

A dynamics has to be chosen; the energy does not contain one. Both choices here, Metropolis and heat bath, look at one
spin at a time and flip it with a probability that depends on beta times the energy the flip would cost:

    metropolis   min(1, exp(-x))        x = beta * (E_flipped - E)
    heat-bath    1 / (1 + exp(x))

Both satisfy detailed balance with the Boltzmann law (divide p(x) by p(-x): it is exp(-x) either way), so both have the
same equilibrium and differ only in how they get there. In the code they are one loop with another table in it.

On a lattice with one coupling J and one field h, the cost of a flip is 2 s (J total + h) with `total` the sum of the
neighbours, so z neighbours leave 2 (2z + 1) possible costs and the probabilities are looked up. With a coupling for
every bond or a field for every site the cost is worked out for each flip.

References
----------
N. Metropolis, A. W. Rosenbluth, M. N. Rosenbluth, A. H. Teller and E. Teller, J. Chem. Phys. 21, 1087 (1953).
R. J. Glauber, J. Math. Phys. 4, 294 (1963).
"""

from typing import NamedTuple

import numpy as np

from ..core import arguments
from ..core.jit import kernel, pieces
from ..core.words import random_site, stream, uniform
from .geometry import Lattice, interactions

METROPOLIS, HEAT_BATH = 0, 1
RULES = {"metropolis": METROPOLIS, "heat-bath": HEAT_BATH}
ORDERS = {"random": True, "sequential": False}

_PIECE = 2**24  # flips tried in one call of a kernel


class Run(NamedTuple):
    """What `simulate` returns.

    Attributes
    ----------
    spins : int8 array of the lattice's shape
        The configuration after the last sweep.
    e : (records,) float64
        Energy per spin after every recorded sweep.
    m : (records,) float64
        Magnetisation per spin after every recorded sweep.
    """

    spins: np.ndarray
    e: np.ndarray
    m: np.ndarray


def magnetisation(spins) -> float:
    """Magnetisation per spin, the mean of `spins` (any shape, int8).

    Raises
    ------
    TypeError, ValueError
        If `spins` is not an integer array of -1 and +1.

    Examples
    --------
    >>> magnetisation(np.array([1, 1, 1, -1], dtype=np.int8))
    0.5
    """
    return float(arguments.spins(spins).mean())


def energy(spins, lattice: Lattice, *, J=1.0, h=0.0) -> float:
    """Total energy H(s) = -sum_<ij> J_ij s_i s_j - sum_i h_i s_i, each bond once.

    Parameters
    ----------
    spins : integer array of shape ``lattice.shape``
        -1 or +1.
    lattice : Lattice
    J : float or (N, z) float64
        One coupling for all bonds, or a table aligned with ``lattice.neighbours``, as `lattice.bond_couplings` and
        `lattice.from_couplings` make it. Positive favours equal neighbours.
    h : float or array of shape ``lattice.shape``
        The field, for all sites or site by site.

    Returns
    -------
    float
        In the units of J.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range.

    Examples
    --------
    >>> from spinlearn.lattice import all_up, square
    >>> energy(all_up(square(4)), square(4))
    -32.0
    """
    flat = arguments.spins(spins, lattice.shape)
    couplings, fields = interactions(lattice, J, h)
    if couplings is None:
        bond_sum = bond_total(flat, lattice.neighbours)
        return float(-J * bond_sum - h * flat.sum(dtype=np.int64))
    return float(energy_of_bonds(flat, lattice.neighbours, couplings, fields))


def flip_costs(spins, lattice: Lattice, *, J=1.0, h=0.0) -> np.ndarray:
    """Energy that flipping each single spin would cost, 2 s_i (sum_j J_ij s_j + h_i).

    Parameters
    ----------
    spins, lattice, J, h
        As for `energy`.

    Returns
    -------
    float64 array of shape ``lattice.shape``

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range.

    Examples
    --------
    >>> from spinlearn.lattice import all_up, chain
    >>> flip_costs(all_up(chain(4)), chain(4), h=0.5)
    array([5., 5., 5., 5.])
    """
    flat = arguments.spins(spins, lattice.shape)
    couplings, fields = interactions(lattice, J, h)
    if couplings is None:
        couplings, fields = np.full(lattice.neighbours.shape, float(J)), np.full(lattice.size, float(h))
    beside = np.where(lattice.neighbours >= 0, flat[lattice.neighbours], 0)
    return (2 * flat * ((couplings * beside).sum(axis=1) + fields)).reshape(lattice.shape)


def simulate(
    spins,
    lattice: Lattice,
    T: float,
    sweeps: int,
    *,
    rule: str = "metropolis",
    order: str = "random",
    J=1.0,
    h=0.0,
    every: int = 1,
    rng: np.random.Generator,
) -> Run:
    """Run a local dynamics at temperature `T` from `spins`, and record energy and magnetisation.

    Parameters
    ----------
    spins : integer array of shape ``lattice.shape``
        The start, -1 or +1. It is left as it is.
    lattice : Lattice
    T : float
        Temperature in units of J, above 0.
    sweeps : int
        A sweep is N updates of one spin.
    rule : {"metropolis", "heat-bath"}
        How the flip probability depends on its cost.
    order : {"random", "sequential"}
        Which spin comes next: one drawn at random, or site after site, which is about twice as fast at 512 × 512 and
        is for the heat bath only. Metropolis turns a spin whose flip is free with certainty; in a fixed order such a
        walk keeps the Boltzmann law, but on some lattices, a ring for one, it never reaches all configurations.
    J, h
        As for `energy`.
    every : int
        Record after every so many sweeps.
    rng : numpy.random.Generator
        Advanced by one draw. The same Generator state gives the same run on every machine.

    Returns
    -------
    Run
        ``spins``, and ``sweeps // every`` records of energy ``e`` and magnetisation ``m`` per spin.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range; nothing has been changed then, and `rng` not advanced.

    Examples
    --------
    >>> from spinlearn.lattice import all_up, square
    >>> run = simulate(all_up(square(32)), square(32), T=1.0, sweeps=200, rng=np.random.default_rng(1))
    >>> run.m.shape, bool(run.m[100:].mean() > 0.99)
    ((200,), True)
    """
    flat = arguments.spins(spins, lattice.shape).copy()
    T = arguments.number("T", T, above=0)
    sweeps = arguments.count("sweeps", sweeps)
    every = arguments.count("every", every, at_least=1)
    rule_code = RULES[arguments.choice("rule", rule, RULES)]
    at_random = ORDERS[arguments.choice("order", order, ORDERS)]
    if rule_code == METROPOLIS and not at_random:
        raise ValueError(
            "order must be 'random' with the rule 'metropolis', got 'sequential': in a fixed order Metropolis may "
            "never reach some configurations; take the rule 'heat-bath'"
        )
    couplings, fields = interactions(lattice, J, h)
    arguments.generator(rng)

    n = lattice.size
    neighbours = lattice.neighbours
    state = stream(rng)
    records = sweeps // every
    energies, magnetisations = np.empty(records), np.empty(records)

    if couplings is None:
        table = np.empty((2, 2 * lattice.coordination + 1))
        fill_flip_probabilities(table, rule_code, 1.0 / T, float(J), float(h))
        totals = np.array([bond_total(flat, neighbours), flat.sum(dtype=np.int64)])
        bond_sums, spin_sums = np.empty(records, dtype=np.int64), np.empty(records, dtype=np.int64)
        for part in pieces(records, n * every, _PIECE):
            run_uniform(flat, neighbours, table, at_random, every, state, totals, bond_sums[part], spin_sums[part])
        for _ in range(sweeps - records * every):
            sweep(flat, neighbours, table, at_random, state, totals)
        energies[:] = (-J * bond_sums - h * spin_sums) / n
        magnetisations[:] = spin_sums / n
    else:
        for part in pieces(records, n * every, _PIECE):
            run_bonds(
                flat, neighbours, couplings, fields, 1.0 / T, rule_code, at_random, every, state,
                energies[part], magnetisations[part],
            )  # fmt: skip
        for _ in range(sweeps - records * every):
            sweep_bonds(flat, neighbours, couplings, fields, 1.0 / T, rule_code, at_random, state)
    return Run(flat.reshape(lattice.shape), energies, magnetisations)


@kernel
def flip_probability(rule, x):
    """Probability of a flip that costs x = beta * (E_flipped - E)."""
    if rule == HEAT_BATH:
        return 1.0 / (1.0 + np.exp(x))
    return 1.0 if x <= 0.0 else np.exp(-x)


@kernel
def fill_flip_probabilities(table, rule, beta, J, h):
    """Fill `table` (2, 2z + 1): row 0 for down and 1 for up, column z + sum of neighbours."""
    z = table.shape[1] // 2
    for up in range(2):
        s = 2 * up - 1
        for column in range(2 * z + 1):
            cost = 2 * s * (J * (column - z) + h)
            table[up, column] = flip_probability(rule, beta * cost)


@kernel
def sweep(spins, neighbours, table, at_random, state, totals):
    """Offer N spins the chance to flip; `totals` follows the sums over bonds and spins."""
    n, z = neighbours.shape
    bonds_lost, spin_lost = 0, 0
    for step in range(n):
        i = random_site(n, state) if at_random else step
        s = np.int64(spins[i])
        total = 0
        for k in range(z):
            j = neighbours[i, k]
            if j >= 0:
                total += spins[j]
        # 2 s if the spin turns, else 0. No `if`: a processor would often guess it wrong.
        turned = 2 * s * (uniform(state) < table[(s + 1) // 2, total + z])
        spins[i] = s - turned
        bonds_lost += turned * total
        spin_lost += turned
    totals[0] -= bonds_lost
    totals[1] -= spin_lost


@kernel
def run_uniform(spins, neighbours, table, at_random, every, state, totals, bond_sums, spin_sums):
    """Sweep and record: after every `every` sweeps the sum over bonds and the sum over spins."""
    for record in range(bond_sums.size):
        for _ in range(every):
            sweep(spins, neighbours, table, at_random, state, totals)
        bond_sums[record] = totals[0]
        spin_sums[record] = totals[1]


@kernel
def bond_total(spins, neighbours):
    """Sum of s_i s_j over the bonds, each once."""
    twice = 0
    for i in range(neighbours.shape[0]):
        for k in range(neighbours.shape[1]):
            j = neighbours[i, k]
            if j >= 0:
                twice += spins[i] * spins[j]
    return twice // 2


@kernel
def local_field(i, spins, neighbours, couplings, fields):
    """Field at site i: sum_j J_ij s_j + h_i."""
    field = fields[i]
    for k in range(neighbours.shape[1]):
        j = neighbours[i, k]
        if j >= 0:
            field += couplings[i, k] * spins[j]
    return field


@kernel
def energy_of_bonds(spins, neighbours, couplings, fields):
    """Total energy with a coupling for every bond and a field for every site."""
    total = 0.0
    for i in range(spins.size):
        # Half of the bonds' share, since the sum meets each bond twice, and all of the field's.
        total -= 0.5 * spins[i] * (local_field(i, spins, neighbours, couplings, fields) + fields[i])
    return total


@kernel
def sweep_bonds(spins, neighbours, couplings, fields, beta, rule, at_random, state):
    """Offer N spins the chance to flip, with a coupling for every bond and a field for every site."""
    n = spins.size
    for step in range(n):
        i = random_site(n, state) if at_random else step
        cost = 2.0 * spins[i] * local_field(i, spins, neighbours, couplings, fields)
        if uniform(state) < flip_probability(rule, beta * cost):
            spins[i] = -spins[i]


@kernel
def run_bonds(spins, neighbours, couplings, fields, beta, rule, at_random, every, state, energies, magnetisations):
    """Sweep and record: after every `every` sweeps the energy and the magnetisation per spin."""
    for record in range(energies.size):
        for _ in range(every):
            sweep_bonds(spins, neighbours, couplings, fields, beta, rule, at_random, state)
        energies[record] = energy_of_bonds(spins, neighbours, couplings, fields) / spins.size
        magnetisations[record] = spins.sum() / spins.size
