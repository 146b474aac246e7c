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
from ..core.jit import kernel
from ..core.progress import keeping, watched
from ..core.words import random_site, stream, uniform
from .geometry import Lattice, checked, interactions

METROPOLIS, HEAT_BATH = 0, 1
RULES = {"metropolis": METROPOLIS, "heat-bath": HEAT_BATH}
# Where Metropolis refuses at most one flip in a hundred, a run has to be so long that it may refuse twenty: then the
# rhythm in which the parity of the spins up changes is forgotten.
NEARLY_FREE, ENOUGH = 1e-2, 20
ORDERS = {"random": True, "sequential": False}


class Run(NamedTuple):
    """What `simulate` returns, and most other samplers.

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


class Uniform(NamedTuple):
    """What stays the same in a run with one coupling and one field: the lattice, the probabilities, the order."""

    neighbours: np.ndarray
    table: np.ndarray
    at_random: bool
    every: int


class Varied(NamedTuple):
    """What stays the same in a run with a coupling for every bond or a field for every site."""

    neighbours: np.ndarray
    couplings: np.ndarray
    fields: np.ndarray
    beta: float
    rule: int
    at_random: bool
    every: int


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
    flat = arguments.spins(spins, checked(lattice).shape)
    couplings, fields = interactions(lattice, J, h)
    if couplings is None:
        return float(-float(J) * bond_total(flat, lattice.neighbours) - float(h) * flat.sum(dtype=np.int64))
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
    flat = arguments.spins(spins, checked(lattice).shape)
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
    rule: str = "heat-bath",
    order: str = "random",
    J=1.0,
    h=0.0,
    every: int = 1,
    progress: bool | None = None,
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
    rule : {"heat-bath", "metropolis"}
        How the flip probability depends on its cost. Metropolis turns a spin whose flip is free with certainty. Where
        every flip is free, without couplings and fields or at an infinite temperature, the number of spins up would
        change its parity with every update, for ever; that is refused. Where T is merely far above J, it does so for
        some T / J updates; a run that is too short to forget it is refused, too.
    order : {"random", "sequential"}
        Which spin comes next: one drawn at random, or site after site, which is about twice as fast at 512 × 512 and
        is for the heat bath only. Metropolis in a fixed order keeps the Boltzmann law, but on some lattices, a ring for
        one, it never reaches all configurations.
    J, h
        As for `energy`.
    every : int
        Record after every so many sweeps.
    progress : bool, optional
        True shows a bar, False none. Left out: one where somebody watches, if it takes more than two seconds.
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
    spinlearn.core.progress.Interrupted
        At Ctrl-C. Its attribute `run` is the `Run` so far.

    Examples
    --------
    >>> from spinlearn.lattice import all_up, square
    >>> run = simulate(all_up(square(32)), square(32), T=1.0, sweeps=200, rng=np.random.default_rng(1))
    >>> run.m.shape, bool(run.m[100:].mean() > 0.99)
    ((200,), True)
    """
    flat = arguments.spins(spins, checked(lattice).shape).copy()
    T = arguments.temperature(T)
    n = lattice.size
    most = (2**63 - 1) // n  # the clock below counts updates
    sweeps = arguments.count("sweeps", sweeps, at_most=most)
    every = arguments.count("every", every, at_least=1, at_most=most)
    rule_code, at_random = dynamics(rule, order)
    couplings, fields = interactions(lattice, J, h)
    if couplings is None:
        J, h = float(J), float(h)
        refuse_free_flips(rule, lattice.degree * abs(J) + abs(h), T, sweeps * n)
    else:
        refuse_free_flips(rule, largest_fields(lattice, couplings, fields), T, sweeps)
    arguments.flag("progress", progress, optional=True)
    kept = arguments.room((2, sweeps // every), np.int64 if couplings is None else np.float64, sweeps=sweeps)
    state, clock = stream(rng), np.zeros(1, dtype=np.int64)

    if couplings is None:
        table = np.empty((2, 2 * lattice.coordination + 1))
        fill_flip_probabilities(table, rule_code, 1.0 / T, J, h)
        totals = np.array([bond_total(flat, lattice.neighbours), flat.sum(dtype=np.int64)])
        bond_sums, spin_sums = kept
        run, moving = run_uniform, (flat, state, totals, clock, bond_sums, spin_sums)
        system = Uniform(lattice.neighbours, table, at_random, every)
    else:
        energies, magnetisations = kept
        run, moving = run_varied, (flat, state, clock, energies, magnetisations)
        system = Varied(lattice.neighbours, couplings, fields, 1.0 / T, rule_code, at_random, every)

    def finished() -> Run:
        done = slice(clock[0] // (n * every))
        if couplings is None:
            e, m = (-J * bond_sums[done] - h * spin_sums[done]) / n, spin_sums[done] / n
        else:
            e, m = energies[done], magnetisations[done]
        return Run(flat.reshape(lattice.shape), e, m)

    with keeping(finished):
        for part in watched(sweeps * n, progress):
            run(system, part.stop, *moving)
    return finished()


def dynamics(rule: str, order: str) -> tuple[int, bool]:
    """Check a rule and an order; return the rule's number, and whether sites are drawn at random."""
    rule_code = RULES[arguments.choice("rule", rule, RULES)]
    at_random = ORDERS[arguments.choice("order", order, ORDERS)]
    if rule_code == METROPOLIS and not at_random:
        raise ValueError(
            "order must be 'random' with the rule 'metropolis', got 'sequential': in a fixed order Metropolis may "
            "never reach some configurations; take the rule 'heat-bath'"
        )
    return rule_code, at_random


def largest_fields(lattice: Lattice, couplings: np.ndarray, fields: np.ndarray) -> np.ndarray:
    """The largest |sum_j J_ij s_j + h_i| that each spin (N,) can be in."""
    return np.where(lattice.neighbours >= 0, np.abs(couplings), 0.0).sum(axis=1) + np.abs(fields)


def refuse_free_flips(rule: str, strongest, T: float, updates: int) -> None:
    """Refuse Metropolis where no flip, or hardly any, is refused in a run.

    It turns every spin whose flip is free, so that the number of spins up changes its parity with every update until a
    flip is refused. `strongest` are the largest fields that spins can be in, each of which is met in `updates` updates.
    """
    if rule != "metropolis":
        return
    with np.errstate(over="ignore"):  # infinity is a flip that is always refused
        cost = 2 * np.asarray(strongest, dtype=np.float64) / T
    if flip_probability(METROPOLIS, float(cost.max(initial=0.0))) == 1.0:
        raise ValueError(
            "rule must be 'heat-bath' where every flip is free, got 'metropolis': J and h are zero, or T is too high "
            "for them to count, and Metropolis would turn every spin it meets and never reach half of the states"
        )
    refused = -np.expm1(-cost)
    if is_too_short(updates, refused):
        raise ValueError(
            f"rule must be 'heat-bath' in so short a run at T = {T:g}, got 'metropolis', which would refuse hardly a "
            "flip, and hardly reach half of the states"
        )


def is_too_short(updates: int, chances) -> bool:
    """Whether in `updates` of each kind hardly anything happens that is as rare as `chances`."""
    chances = np.asarray(chances)
    return updates > 0 and chances.max() < NEARLY_FREE and updates * float(chances.sum()) < ENOUGH


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
def sum_of_neighbours(i, spins, neighbours):
    """Sum of the spins beside site i."""
    total = np.int64(0)  # not 0: without the compiler that would become an int8 and overflow
    for k in range(neighbours.shape[1]):
        j = neighbours[i, k]
        if j >= 0:
            total += spins[j]
    return total


@kernel
def offer(spins, neighbours, table, at_random, first, last, state, totals):
    """Take steps `first` to `last` - 1 of a sweep: each offers a spin the chance to flip. `totals` follows the sums."""
    n, z = neighbours.shape
    bonds_lost, spin_lost = 0, 0
    for step in range(first, last):
        i = random_site(n, state) if at_random else step
        s = np.int64(spins[i])
        total = sum_of_neighbours(i, spins, neighbours)
        # 2 s if the spin turns, else 0. No `if`: a processor would often guess it wrong.
        turned = 2 * s * (uniform(state) < table[(s + 1) // 2, total + z])
        spins[i] = s - turned
        bonds_lost += turned * total
        spin_lost += turned
    totals[0] -= bonds_lost
    totals[1] -= spin_lost


@kernel
def sweep(spins, neighbours, table, at_random, state, totals):
    """Offer N spins the chance to flip; `totals` follows the sums over bonds and spins."""
    offer(spins, neighbours, table, at_random, 0, spins.size, state, totals)


@kernel
def run_uniform(system, stop, spins, state, totals, clock, bond_sums, spin_sums):
    """Go on to update number `stop` of a run, and record the sums over bonds and spins after every `every` sweeps.

    `system` is a `Uniform`. `clock` (1,) int64 says how many updates there have been.
    """
    neighbours, table, at_random, every = system  # here, since in the loop each name would count references
    n = spins.size
    number, first = clock[0] // n, clock[0] % n
    record, left = number // every, every - number % every
    while clock[0] < stop:
        last = min(n, first + stop - clock[0])
        offer(spins, neighbours, table, at_random, first, last, state, totals)
        clock[0] += last - first
        first = 0  # unless the run stops here
        left -= last == n
        if left == 0:
            bond_sums[record] = totals[0]
            spin_sums[record] = totals[1]
            record, left = record + 1, every


@kernel
def bond_total(spins, neighbours):
    """Sum of s_i s_j over the bonds, each once."""
    twice = np.int64(0)
    for i in range(spins.size):
        twice += spins[i] * sum_of_neighbours(i, spins, neighbours)
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
def run_varied(system, stop, spins, state, clock, energies, magnetisations):
    """Go on to update number `stop` of a run, and record energy and magnetisation per spin after every `every` sweeps.

    `system` is a `Varied`. `clock` (1,) int64 says how many updates there have been.
    """
    neighbours, couplings, fields, beta, rule, at_random, every = system
    n = spins.size
    number, first = clock[0] // n, clock[0] % n
    record, left = number // every, every - number % every
    while clock[0] < stop:
        last = min(n, first + stop - clock[0])
        for step in range(first, last):
            i = random_site(n, state) if at_random else step
            cost = 2.0 * spins[i] * local_field(i, spins, neighbours, couplings, fields)
            if uniform(state) < flip_probability(rule, beta * cost):
                spins[i] = -spins[i]
        clock[0] += last - first
        first = 0  # unless the run stops here
        left -= last == n
        if left == 0:
            energies[record] = energy_of_bonds(spins, neighbours, couplings, fields) / n
            magnetisations[record] = spins.sum() / n
            record, left = record + 1, every
