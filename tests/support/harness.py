"""How a sampler is tried: the same questions are put to the right ones and, to see that they bite, to wrong ones.

A sampler of the library has the signature of `spinlearn.lattice.ising.simulate`. Here it becomes a `Move`, which takes
many independent chains of a small system some sweeps further: ``move(start, case, sweeps, rng)`` with the states of all
chains, (chains, N) int8, returns those at the end. `together`, `one_by_one`, `in_words` and `on_a_ladder` make one of
the other. Two questions need no reference:

`stationary`  Many independent chains start exactly at the Boltzmann law, by enumeration. After some sweeps they must
              still be there: a chi-square test of their final states.
`relaxed`     The same, but all chains start with all spins up and are given time to forget it. A sampler that never
              moves passes the first test and fails this one.

Both return a p-value. A right sampler gives one below `SIGNIFICANCE / tests` with that probability; a wrong one does
so nearly always, by many orders of magnitude.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from scipy.stats import chi2, norm

from spinlearn import exact
from spinlearn.core.words import stream
from spinlearn.dense import network
from spinlearn.lattice import (
    Lattice,
    bond_couplings,
    bonds,
    chain,
    from_couplings,
    ising,
    square,
    triangular,
)

# Chance that a right library fails anywhere in one run of a family of tests; each of k tests gets a k-th of it.
SIGNIFICANCE = 1e-4


@dataclass(frozen=True)
class Case:
    """A small system: geometry, temperature, couplings and field. beta is not 1 and the field not 0, on purpose."""

    lattice: Lattice
    T: float
    J: object = 1.0
    h: object = 0.0

    def law(self) -> np.ndarray:
        """Boltzmann law over all states."""
        return exact.probabilities(self.lattice, self.T, J=self.J, h=self.h)

    def draw(self, chains: int, rng) -> np.ndarray:
        """Independent states (chains, N) int8 at that law."""
        law = self.law()
        return exact.states(self.lattice.size)[rng.choice(law.size, size=chains, p=law)]


Move = Callable[[np.ndarray, Case, int, np.random.Generator], np.ndarray]


@dataclass(frozen=True)
class Sampler:
    """A row of the table that `test_samplers` goes through."""

    move: Move
    wrong: Move  # the same with one mistake in it
    caught: str  # name of a case on which the mistake shows
    takes: Callable[[Case], bool] = lambda case: True  # which cases it is made for


def cases() -> dict[str, Case]:
    """The systems that every sampler is tried on, by name."""
    draw = np.random.default_rng(7)
    matrix = np.triu(draw.normal(size=(8, 8)) * (draw.random((8, 8)) < 0.6), 1)
    graph, graph_J = from_couplings(matrix + matrix.T)
    torus = square(3, 3)
    double = square(2, 4)  # two bonds between the two rows
    edged = square(3, 3, periodic=False)
    return {
        "ring": Case(chain(8), 1.6, J=0.9, h=0.35),
        "open chain": Case(chain(8, periodic=False), 0.9, J=-0.7, h=0.25),
        "square": Case(torus, 2.6, J=0.8, h=0.3),
        "open square": Case(edged, 2.2, J=1.1, h=-0.4),
        "square two wide": Case(double, 4.1, J=1.2, h=0.3),
        "triangular": Case(triangular(3, 3), 4.7, J=0.9, h=0.5),
        "antiferromagnetic triangular": Case(triangular(3, 3), 2.2, J=-0.8, h=0.6),
        "field of every site": Case(edged, 1.9, J=0.7, h=draw.normal(size=(3, 3))),
        "coupling of every bond": Case(torus, 2.3, J=bond_couplings(torus, draw.normal(size=18)), h=0.3),
        "double bonds": Case(double, 2.1, J=bond_couplings(double, draw.normal(size=len(bonds(double)))), h=0.2),
        "graph": Case(graph, 1.7, J=graph_J, h=draw.normal(size=8)),
    }


def fieldless() -> dict[str, Case]:
    """Systems for samplers that know no field; the first ones of the periodic square lattice, for words of spins."""
    draw = np.random.default_rng(4).random((8, 8)) < 0.4
    double = square(2, 4)
    signs = np.random.default_rng(11).choice([-1.0, 1.0], len(bonds(double)))
    links = np.triu(draw, 1)
    return {
        "square 2 × 4": Case(square(2, 4), 3.1, J=1.2),
        "square 4 × 2": Case(square(4, 2), 3.3, J=1.2),
        "square 4 × 4": Case(square(4, 4), 2.9, J=1.1),
        "antiferromagnetic 4 × 2": Case(square(4, 2), 3.3, J=-1.2),
        "square 3 × 3": Case(square(3, 3), 2.6, J=0.8),
        "glass 2 × 4": Case(double, 2.4, J=1.1 * bond_couplings(double, signs)),
        "free ring": Case(chain(8), 1.6, J=0.9),
        "free open chain": Case(chain(8, periodic=False), 0.8, J=0.7),
        "free open square": Case(square(3, 3, periodic=False), 1.7, J=1.1),
        "free triangular": Case(triangular(3, 3), 3.3, J=0.9),
        "free graph": Case(from_couplings(1.0 * (links | links.T))[0], 1.7, J=0.8),
    }


def copies(case: Case, number: int) -> Case:
    """`number` copies of a system with nothing between them, as one lattice of shape (number, N)."""
    table = case.lattice.neighbours
    n = case.lattice.size
    shift = (n * np.arange(number, dtype=np.int32))[:, None, None]
    neighbours = np.where(table >= 0, table + shift, np.int32(-1)).reshape(-1, table.shape[1])
    return replace(
        case,
        lattice=Lattice(f"{number} × {case.lattice.name}", (number, n), neighbours),
        J=case.J if np.ndim(case.J) == 0 else np.tile(case.J, (number, 1)),
        h=case.h if np.ndim(case.h) == 0 else np.tile(np.ravel(case.h), (number, 1)),
    )


def together(simulate, **options) -> Move:
    """All chains at once, as one lattice of copies: for a sampler that does not care what is beside a spin's system."""

    def move(start, case, sweeps, rng):
        many = copies(case, len(start))
        run = simulate(start, many.lattice, case.T, sweeps, J=many.J, h=many.h, rng=rng, **options)
        return run.spins.reshape(start.shape)

    return move


def without_field(simulate):
    """A sampler that knows no field, with an `h` that has to be 0."""

    def run(*system, h, **options):
        assert not np.any(h)
        return simulate(*system, **options)

    return run


def one_by_one(simulate, **options) -> Move:
    """Chain after chain, for a sampler that looks at the whole of a system. They are many calls, so fewer chains."""

    def move(start, case, sweeps, rng):
        few = start[: len(start) // 4].reshape(-1, *case.lattice.shape)
        system = case.lattice, case.T, sweeps
        final = [simulate(one, *system, J=case.J, h=case.h, rng=rng, **options).spins.ravel() for one in few]
        return np.array(final)

    return move


def units(order: str, factor: float = 1.0) -> Move:
    """`network.simulate`, the couplings of the lattice as a matrix; wrong with another `factor`."""

    def run(spins, lattice, T, sweeps, *, J, h, rng):
        J, h = matrix(lattice, J), np.broadcast_to(h, lattice.shape).ravel()
        return network.simulate(np.ravel(spins), J, factor * T, sweeps, h=h, order=order, rng=rng)

    return one_by_one(run)


def matrix(lattice: Lattice, J) -> np.ndarray:
    """Couplings of a lattice as a matrix (N, N), those of double bonds added up."""
    present, full = lattice.neighbours >= 0, np.zeros((lattice.size, lattice.size))
    table = np.broadcast_to(J, lattice.neighbours.shape)
    np.add.at(full, (np.nonzero(present)[0], lattice.neighbours[present]), table[present])
    return full


def in_words(replicas, **options) -> Move:
    """64 chains a call, for `multispin.replicas`."""

    def move(start, case, sweeps, rng):
        chains = start.reshape(-1, *case.lattice.shape)
        batches = [chains[k : k + 64] for k in range(0, len(chains), 64)]
        runs = [replicas(batch, np.full(len(batch), case.T), sweeps, J=case.J, rng=rng, **options) for batch in batches]
        return np.concatenate([run.spins for run in runs]).reshape(start.shape)

    return move


def in_samples(simulate, **options) -> Move:
    """64 chains a call, each a copy of the same sample of a glass, for `signs.simulate` and `samples.through`."""

    def move(start, case, sweeps, rng):
        chains = start.reshape(-1, *case.lattice.shape)
        system = case.lattice, case.T, sweeps
        more = {"h": case.h} if np.any(case.h) else {}
        J = case.J if np.ndim(case.J) else np.full(case.lattice.neighbours.shape, float(case.J))
        runs = [
            simulate(chains[k : k + 64], *system, J=J, rng=rng, **more, **options) for k in range(0, len(chains), 64)
        ]
        return np.concatenate([run.spins for run in runs]).reshape(start.shape)

    return move


def in_a_matrix(simulate, **options) -> Move:
    """All chains a call, as copies of one dense system, for `dense.glass.simulate`."""

    def move(start, case, sweeps, rng):
        table, n = case.lattice.neighbours, case.lattice.size
        row, column = np.nonzero(table >= 0)
        matrix = np.zeros((n, n))
        np.add.at(matrix, (row, table[row, column]), np.broadcast_to(case.J, table.shape)[row, column])
        h = case.h if np.ndim(case.h) == 0 else np.ravel(case.h)
        return simulate(start, matrix, case.T, sweeps, h=h, rng=rng, **options).spins

    return move


def on_a_ladder(simulate, rung: int, **options) -> Move:
    """What is on one rung of a ladder of three, whose temperature is the case's; the others start at their own laws."""

    def move(start, case, sweeps, rng):
        few = start[: len(start) // 16]
        T = case.T * np.array([1.0, 1.3, 1.7]) / (1.0, 1.3, 1.7)[rung]
        starts = np.stack(
            [few if k == rung else replace(case, T=t).draw(len(few), rng) for k, t in enumerate(T)], axis=1
        )
        starts = starts.reshape(len(few), 3, *case.lattice.shape)
        runs = [simulate(one, case.lattice, T, sweeps, J=case.J, h=case.h, rng=rng, **options) for one in starts]
        return np.array([run.spins[rung].ravel() for run in runs])

    return move


def in_a_field(drive):
    """`drive` as a sampler: the same field in every sweep."""

    def run(spins, lattice, T, sweeps, *, h, **options):
        return drive(spins, lattice, T, np.full(sweeps, h), **options)

    return run


def stationary(move: Move, case: Case, *, rng, chains: int = 40_000, sweeps: int = 3) -> float:
    """p-value of the final states of `chains` chains that started at the Boltzmann law."""
    return p_value(move(case.draw(chains, rng), case, sweeps, rng), case)


def relaxed(move: Move, case: Case, *, rng, chains: int = 8_000, sweeps: int = 64) -> float:
    """p-value of the final states of `chains` chains that started with all spins up.

    The slowest mode of the slowest of the `cases` decays by a factor e in 9 sweeps.
    """
    return p_value(move(np.ones((chains, case.lattice.size), dtype=np.int8), case, sweeps, rng), case)


def p_value(final, case: Case) -> float:
    """p-value of states (chains, N) under the Boltzmann law."""
    law = case.law()
    return chi_square(np.bincount((final > 0) @ (1 << np.arange(case.lattice.size)), minlength=law.size), law)


def chi_square(counts, law, least: float = 20.0) -> float:
    """p-value of Pearson's test; the rarest outcomes are pooled until `least` are expected in every group."""
    expected = counts.sum() * np.asarray(law)
    order = np.argsort(expected)
    group = np.floor(np.cumsum(expected[order]) / least)
    starts = np.flatnonzero(np.diff(group, prepend=-1))
    # The last group may be a remainder: it goes to the one before.
    if expected[order][starts[-1] :].sum() < least:
        starts = starts[:-1]
    observed = np.add.reduceat(np.asarray(counts)[order], starts)
    expected = np.add.reduceat(expected[order], starts)
    return float(chi2.sf(((observed - expected) ** 2 / expected).sum(), len(starts) - 1))


def normal_p_value(estimate, truth: float) -> float:
    """Two-sided p-value of an `Estimate` whose true value is known."""
    if estimate.error == 0:
        return float(estimate.value == truth)
    return float(2 * norm.sf(abs(estimate.value - truth) / estimate.error))


def transition_matrix(case: Case, rule: str, probability=None) -> np.ndarray:
    """Matrix P[a, b] of one update of one random site, states in the order of `exact.states`, for a small system."""
    return np.mean(site_matrices(case, rule, probability), axis=0)


def site_matrices(case: Case, rule: str, probability=None) -> np.ndarray:
    """Matrices P[i, a, b] of one update of site i.

    `probability(s, total, rule)` stands in for the library's own, for a single J and h.
    """
    lattice, code = case.lattice, ising.RULES[rule]
    table, present = lattice.neighbours, lattice.neighbours >= 0
    spins = exact.states(lattice.size).astype(np.int64)
    state = np.arange(len(spins))
    P = np.zeros((lattice.size, len(spins), len(spins)))
    for i in range(lattice.size):
        s, beside = spins[:, i], spins[:, table[i, present[i]]]
        if probability is not None:
            p = np.array([probability(*pair, rule) for pair in zip(s, beside.sum(axis=1), strict=True)])
        elif np.ndim(case.J) == 0 and np.ndim(case.h) == 0:
            lookup = np.empty((2, 2 * lattice.coordination + 1))
            ising.fill_flip_probabilities(lookup, code, 1 / case.T, float(case.J), float(case.h))
            p = lookup[(s + 1) // 2, beside.sum(axis=1) + lattice.coordination]
        else:
            J = np.broadcast_to(case.J, table.shape)[i, present[i]]
            cost = 2 * s * (beside @ J + np.broadcast_to(case.h, lattice.shape).flat[i])
            p = np.array([ising.flip_probability(code, x) for x in cost / case.T])
        P[i, state, state ^ (1 << i)] = p
        P[i, state, state] = 1 - p
    return P


def cluster_matrices(case: Case) -> tuple[np.ndarray, np.ndarray]:
    """Matrices of one step of Wolff's and of one sweep of Swendsen and Wang's, by listing every set of laid bonds."""
    lattice, n = case.lattice, case.lattice.size
    p, spins, pairs = -math.expm1(-2 * case.J / case.T), exact.states(n), bonds(lattice)
    wolff, swendsen_wang = np.zeros((2, len(spins), len(spins)))
    for a, s in enumerate(spins):
        equal = [(i, j) for i, j in pairs if s[i] == s[j]]
        for laid in range(2 ** len(equal)):
            chosen = [pair for k, pair in enumerate(equal) if laid >> k & 1]
            label = np.arange(n)
            for i, j in chosen:
                label[label == label[j]] = label[i]
            weight = p ** len(chosen) * (1 - p) ** (len(equal) - len(chosen))
            clusters = [int((label == one) @ (1 << np.arange(n))) for one in set(label.tolist())]
            for turned in clusters:
                wolff[a, a ^ turned] += weight * turned.bit_count() / n
            for coins in range(2 ** len(clusters)):
                turned = sum(one for k, one in enumerate(clusters) if coins >> k & 1)
                swendsen_wang[a, a ^ turned] += weight / 2 ** len(clusters)
    return wolff, swendsen_wang


def mixes(P) -> bool:
    """Whether a chain forgets its start: some number of steps leads from every state to every other (Wielandt)."""
    reached, steps = P > 2.0**-33, 1  # random numbers for bonds have 32 bits: what is rarer never happens
    while not reached.all() and steps < len(P) ** 2:
        reached, steps = (reached.astype(np.float32) @ reached.astype(np.float32)) > 0, 2 * steps
    return bool(reached.all())


class Xoshiro:
    """xoshiro256++ seeded by SplitMix64 in Python's own whole numbers: slow, and plain to check against the papers."""

    def __init__(self, seed: int):
        self.state = []
        for _ in range(4):
            seed = (seed + 0x9E3779B97F4A7C15) % 2**64
            word = (seed ^ (seed >> 30)) * 0xBF58476D1CE4E5B9 % 2**64
            word = (word ^ (word >> 27)) * 0x94D049BB133111EB % 2**64
            self.state.append(word ^ (word >> 31))

    def next_word(self) -> int:
        def rotate_left(word, places):
            return (word << places | word >> (64 - places)) % 2**64

        a, b, c, d = self.state
        word = (rotate_left((a + d) % 2**64, 23) + a) % 2**64
        c, d = c ^ a, d ^ b
        self.state = [a ^ d, b ^ c, c ^ (b << 17) % 2**64, rotate_left(d, 45)]
        return word

    def uniform(self) -> float:
        return (self.next_word() >> 11) / 2**53

    def site(self, n: int) -> int:
        return (self.next_word() >> 32) * n >> 32


def naive_sweeps(spins, lattice, T, sweeps, *, rule, order, J, h, rng) -> np.ndarray:
    """The twin of `ising.simulate`: the same random numbers, everything else as a student would write it."""
    random = Xoshiro(int(rng.integers(2**64, dtype=np.uint64)))
    s = [int(spin) for spin in np.ravel(spins)]
    field = [float(b) for b in np.broadcast_to(h, lattice.shape).ravel()]
    J = np.broadcast_to(J, lattice.neighbours.shape)
    for _ in range(sweeps):
        for step in range(len(s)):
            i = random.site(len(s)) if order == "random" else step
            total = sum(J[i, k] * s[j] for k, j in enumerate(lattice.neighbours[i]) if j >= 0)
            cost = 2 * s[i] * (total + field[i])
            p = math.exp(min(0.0, -cost / T)) if rule == "metropolis" else 1 / (1 + math.exp(cost / T))
            if random.uniform() < p:
                s[i] = -s[i]
    return np.array(s, dtype=np.int8).reshape(lattice.shape)


# Wrong samplers. Each has one mistake that is easy to make and hard to see. Some are the right sampler given the wrong
# arguments, which is what the mistake comes to; for those that are not, the table of probabilities is filled wrongly.


def half_cost(spins, lattice, T, sweeps, **options):
    """The energy difference without its 2."""
    return ising.simulate(spins, lattice, 2 * T, sweeps, **options)


def one_percent_hot(spins, lattice, T, sweeps, **options):
    """The temperature one per cent too high."""
    return ising.simulate(spins, lattice, 1.01 * T, sweeps, **options)


def temperature_for_beta(spins, lattice, T, sweeps, **options):
    """T where 1 / T belongs."""
    return ising.simulate(spins, lattice, 1 / T, sweeps, **options)


def bonds_twice(spins, lattice, T, sweeps, *, J, **options):
    """Each bond counted twice."""
    return ising.simulate(spins, lattice, T, sweeps, J=2 * J, **options)


def field_outside_beta(spins, lattice, T, sweeps, *, J, h, **options):
    """beta multiplies the bonds and not the field."""
    return ising.simulate(spins, lattice, 1.0, sweeps, J=J / T, h=h, **options)


def field_upside_down(spins, lattice, T, sweeps, *, h, **options):
    """The field with the wrong sign."""
    return ising.simulate(spins, lattice, T, sweeps, h=-h, **options)


def one_way_bonds(spins, lattice, T, sweeps, *, J, h=0.0, rng, **_):
    """A bond is felt at one of its ends only."""
    later = lattice.neighbours > np.arange(lattice.size)[:, None]
    couplings, fields = np.where(later, J, 0.0), np.broadcast_to(h, lattice.shape).astype(float).ravel()
    flat, state, clock, none = np.array(spins, dtype=np.int8).ravel(), stream(rng), np.zeros(1, np.int64), np.empty(0)
    system = ising.Varied(lattice.neighbours, couplings, fields, 1 / T, ising.HEAT_BATH, True, sweeps + 1)
    ising.run_varied(system, sweeps * lattice.size, flat, state, clock, none, none)
    return ising.Run(flat.reshape(lattice.shape), np.empty(0), np.empty(0))


def metropolis_in_order(spins, lattice, T, sweeps, *, J, h, rng, **_):
    """Site after site with a rule that turns every spin whose flip is free."""
    table = np.empty((2, 2 * lattice.coordination + 1))
    ising.fill_flip_probabilities(table, ising.METROPOLIS, 1 / T, float(J), float(h))
    flat, state = np.array(spins, dtype=np.int8).ravel(), stream(rng)
    for _ in range(sweeps):
        ising.sweep(flat, lattice.neighbours, table, False, state, np.zeros(2, dtype=np.int64))
    return ising.Run(flat.reshape(lattice.shape), np.empty(0), np.empty(0))


def all_at_once(spins, lattice, T, sweeps, *, J=1.0, h=0.0, rng, **_):
    """Every spin sees the neighbours as they were before the sweep: parallel heat bath."""
    spins = np.array(spins, dtype=np.int8)
    for _ in range(sweeps):
        x = ising.flip_costs(spins, lattice, J=J, h=h) / T
        spins[rng.random(spins.shape) < 1 / (1 + np.exp(x))] *= -1
    return ising.Run(spins, np.empty(0), np.empty(0))


def frozen(spins, lattice, T, sweeps, **_):
    """Never moves."""
    return ising.Run(np.array(spins), np.empty(0), np.empty(0))


def _with_table(probability):
    """A simulate, for a single J and h, that flips s beside a sum `total` with `probability(s, total, beta, J, h)`."""

    def simulate(spins, lattice, T, sweeps, *, rule="metropolis", order="random", J=1.0, h=0.0, rng):
        z = lattice.coordination
        table = np.array([[probability(s, total, 1 / T, J, h) for total in range(-z, z + 1)] for s in (-1, 1)])
        flat = np.array(spins, dtype=np.int8).ravel()
        totals = np.array([ising.bond_total(flat, lattice.neighbours), flat.sum(dtype=np.int64)])
        bond_sums, spin_sums = np.empty((2, sweeps), dtype=np.int64)
        system, clock = ising.Uniform(lattice.neighbours, table, ising.ORDERS[order], 1), np.zeros(1, dtype=np.int64)
        ising.run_uniform(system, sweeps * lattice.size, flat, stream(rng), totals, clock, bond_sums, spin_sums)
        e = (-J * bond_sums - h * spin_sums) / lattice.size
        return ising.Run(flat.reshape(lattice.shape), e, spin_sums / lattice.size)

    simulate.__name__, simulate.__doc__ = probability.__name__, probability.__doc__
    return simulate


def swapped_blindly(spins, lattice, T, sweeps, *, J, h, rng, **_):
    """Parallel tempering in which every exchange is made."""
    return exchanged_with(lambda cold, hot, gap: 1.0)(spins, lattice, T, sweeps, J=J, h=h, rng=rng)


def swapped_upside_down(spins, lattice, T, sweeps, *, J, h, rng, **_):
    """Parallel tempering with the sign of the energies the wrong way round."""
    return exchanged_with(lambda cold, hot, gap: min(1.0, math.exp(-gap * (cold - hot))))(
        spins, lattice, T, sweeps, J=J, h=h, rng=rng
    )


def exchanged_with(probability):
    """Parallel tempering written plainly; the chance to exchange depends on two energies and the gap of the betas."""

    def simulate(spins, lattice, T, sweeps, *, J, h, rng, **_):
        spins = list(spins)
        for sweep in range(sweeps):
            spins = [
                ising.simulate(one, lattice, t, 1, J=J, h=h, rng=rng).spins for one, t in zip(spins, T, strict=True)
            ]
            for k in range(sweep % 2, len(T) - 1, 2):
                cold, hot = (ising.energy(one, lattice, J=J, h=h) for one in spins[k : k + 2])
                if rng.random() < probability(cold, hot, 1 / T[k] - 1 / T[k + 1]):
                    spins[k], spins[k + 1] = spins[k + 1], spins[k]
        return ising.Run(np.array(spins), np.empty(0), np.empty(0))

    return simulate


@_with_table
def straight_line(s, total, beta, J, h):
    """1 - x in place of exp(-x)."""
    return min(1.0, max(0.0, 1 - beta * 2 * s * (J * total + h)))


@_with_table
def blind_ties(s, total, beta, J, h):
    """Metropolis that lets a flip pass where the bonds do not object, whatever the field says."""
    return 1.0 if s * J * total <= 0 else min(1.0, math.exp(-beta * 2 * s * (J * total + h)))


@_with_table
def up_for_flip(s, total, beta, J, h):
    """The heat bath's probability to be up, taken for the probability to flip."""
    return 1 / (1 + math.exp(-2 * beta * (J * total + h)))
