"""Every sampler, one line each in the table, asked the same: does it keep the law, reach it, and repeat itself?

A twin with one mistake in it shows that the questions bite. And by enumeration: can it get from every state to every
other one, and is it free of a rhythm? Where it cannot, the library has to refuse.
"""

from dataclasses import replace
from functools import partial

import harness
import numpy as np
import pytest
from harness import SIGNIFICANCE, Case, Sampler, in_a_field, in_words, on_a_ladder, one_by_one, together, without_field

from spinlearn.bipartite import machine as bipartite
from spinlearn.bipartite import units as layers
from spinlearn.dense import anneal, boltzmann, heatbath
from spinlearn.dense import glass as dense_glass
from spinlearn.lattice import (
    Lattice,
    all_up,
    bond_couplings,
    bonds,
    chain,
    cluster,
    cooled,
    drive,
    from_couplings,
    ising,
    multispin,
    samples,
    signs,
    square,
    tempering,
)

CASES = harness.cases() | harness.fieldless()


def in_any_field(case):
    return np.any(case.h)


def one_field(case):
    return np.any(case.h) and np.ndim(case.h) == np.ndim(case.J) == 0


def bond_by_bond(case):
    return np.ndim(case.J) > 0


def ferromagnet(case):
    return not np.any(case.h) and np.ndim(case.J) == 0 and case.J > 0


def even_torus(case):
    return (
        not np.any(case.h)
        and np.ndim(case.J) == 0
        and case.lattice.is_periodic_square
        and not any(side % 2 for side in case.lattice.shape)
    )


def glass_in_words(case):
    return not np.any(case.h) and signs.fits(case.lattice, case.J)


def one_field_everywhere(case):
    return np.ndim(case.h) == 0 and np.ndim(case.J) > 0


def cooled_torus(case):
    return even_torus(case) and ferromagnet(case)


def half(simulate):
    """The temperature twice as high: the cost of a flip without its 2."""
    return lambda spins, lattice, T, sweeps, **options: simulate(spins, lattice, 2 * T, sweeps, **options)


def tenth_less(simulate):
    """Bonds laid with a coupling ten per cent too small."""
    return lambda *system, J, **options: simulate(*system, J=0.9 * J, **options)


def through_a_list(replicas):
    """`cooled.replicas` as a sampler: the same temperature in every sweep."""
    return lambda spins, T, sweeps, **options: replicas(spins, np.tile(T, (sweeps, 1)), **options)


def one_by_one_at(on_lattice):
    """`cooled.on_lattice` as a sampler: the same temperature in every sweep."""
    return lambda spins, lattice, T, sweeps, **options: on_lattice(spins, lattice, np.full(sweeps, T), **options)


def tenth_hotter(replicas):
    return lambda spins, T, sweeps, **options: replicas(spins, 1.1 * T, sweeps, **options)


def through_samples(through):
    """`samples.through` as a sampler: the same temperature in every sweep."""
    return lambda spins, lattice, T, sweeps, **options: through(spins, lattice, np.full(sweeps, T), **options)


def one_bond_over(simulate):
    """The signs of the bonds one column too far: those to the right are taken for those down, and so on."""
    return lambda spins, lattice, T, sweeps, *, J, rng: simulate(
        spins, lattice, T, sweeps, J=bond_couplings(lattice, np.roll(in_order_of_bonds(lattice, J), 1)), rng=rng
    )


def in_order_of_bonds(lattice, table):
    number = bond_couplings(lattice, np.arange(len(bonds(lattice)))).astype(int)
    later = lattice.neighbours > np.arange(lattice.size)[:, None]
    values = np.empty(len(bonds(lattice)))
    values[number[later]] = np.asarray(table)[later]
    return values


def half_dense(spins, J, T, sweeps, **options):
    return dense(spins, J, 2 * T, sweeps, **options)


def all_fields_old(spins, J, T, sweeps, *, h, rng):
    """Incremental fields that are not incremented: every spin of a sweep sees those from before it."""
    for _ in range(sweeps):
        x = 2 * spins * (spins @ J + h) / T
        spins = np.where(rng.random(spins.shape) < 1 / (1 + np.exp(x)), -spins, spins)
    return ising.Run(spins, np.empty(0), np.empty(0))


def by_metropolis(simulate):
    return partial(simulate, rule="metropolis")


def many_chains(simulate) -> harness.Move:
    """Sampler of `dense` as a `Move`: all chains in one call, on the graph of a case."""

    def move(start, case, sweeps, rng):
        return simulate(start, heatbath.graph(case.J, h=case.h, lattice=case.lattice), case.T, sweeps, rng)

    return move


def gibbs(alphabet, *, order="sequential", shift=True):
    """`boltzmann.simulate` of the machine that a graph is, in either alphabet; careless without `shift` of biases."""

    def run(start, graph, T, sweeps, rng):
        J, h = heatbath.matrix_of(graph), graph.h
        if alphabet == "spins":
            return boltzmann.simulate(start, boltzmann.machine(J, h=h), T, sweeps, order=order, rng=rng).states
        other = boltzmann.convert(boltzmann.machine(J, h=h), "binary").machine
        other = other if shift else other._replace(h=2 * h)
        return 2 * boltzmann.simulate((1 + start) // 2, other, T, sweeps, order=order, rng=rng).states - 1

    return run


def logistic(start, graph, T, sweeps, rng):
    """Spins that follow 1 / (1 + exp(-x / T)), the rule of units 0 or 1."""
    return gibbs("spins")(start, graph, 2 * T, sweeps, rng)


def annealed(factor=1.0, order="sequential"):
    """`anneal.simulate` at the same temperature in every sweep."""

    def run(start, graph, T, sweeps, rng):
        return anneal.simulate(start, graph, np.full(sweeps, factor * T), order=order, rng=rng).last

    return run


def tempered(rung, *, fair=True) -> harness.Move:
    """A rung of `anneal.temper`; or, not fair, the same sweeps with exchanges that are always made."""

    def move(start, case, sweeps, rng):
        few, ratio = start[: len(start) // 4], np.array([1.0, 1.3, 1.7])
        T = case.T * ratio / ratio[rung]
        laws = [few if k == rung else replace(case, T=t).draw(len(few), rng) for k, t in enumerate(T)]
        graph, states = heatbath.graph(case.J, h=case.h, lattice=case.lattice), np.stack(laws, axis=1)
        if fair:
            return anneal.temper(states, graph, T, 3 * sweeps, rng=rng).last[:, rung]
        for sweep in range(sweeps):
            for k, t in enumerate(T):
                states[:, k] = anneal.simulate(states[:, k], graph, [t], rng=rng).last
            k = sweep % 2
            states[:, [k, k + 1]] = states[:, [k + 1, k]]
        return states[:, rung]

    return move


def two_colours(case):
    """Whether sites can be split into two layers that see only each other."""
    return in_any_field(case) and layers_of(case) is not None


def layers_of(case) -> np.ndarray | None:
    """Which sites are in the first layer, found by walking along couplings; None where sites do not split."""
    linked, colour = harness.matrix(case.lattice, case.J) != 0, np.full(case.lattice.size, -1)
    for first in range(case.lattice.size):
        colour[first] = max(colour[first], 0)
        for _ in range(case.lattice.size):
            for i, j in np.argwhere(linked):
                if colour[i] >= 0 and colour[j] < 0:
                    colour[j] = 1 - colour[i]
    return None if (linked & (colour[:, None] == colour)).any() else colour == 0


def layered(alphabet, factor=1.0) -> harness.Move:
    """`bipartite.machine.simulate` of the machine that a graph of two colours is, in either alphabet."""

    def move(start, case, sweeps, rng):
        first, J = layers_of(case), harness.matrix(case.lattice, case.J)
        h, W = np.broadcast_to(case.h, case.lattice.shape).ravel(), J[np.ix_(first, ~first)]
        v, a, b = start[:, first], h[first], h[~first]
        if alphabet == "spins":
            model = bipartite.machine(W, layers.spin(), layers.spin(), a=a, b=b)
        else:  # s = 2 u - 1 in both layers
            a, b = 2 * (a - W.sum(axis=1)), 2 * (b - W.sum(axis=0))
            v, model = (1 + v) // 2, bipartite.machine(4 * W, layers.binary(), layers.binary(), a=a, b=b)
        run, end = bipartite.simulate(v, model, factor * case.T, sweeps, rng=rng), np.empty_like(start)
        for part, states in ((first, run.visible), (~first, run.hidden)):
            end[:, part] = states if alphabet == "spins" else 2 * states - 1
        return end

    return move


local, in_order = ising.simulate, partial(ising.simulate, order="sequential")
wolff, swendsen_wang = without_field(cluster.wolff), without_field(cluster.swendsen_wang)
listed, sites = through_a_list(cooled.replicas), without_field(one_by_one_at(cooled.on_lattice))
dense = dense_glass.simulate
through = through_samples(samples.through)
driven, words, ladder, blind = in_a_field(drive.drive), multispin.replicas, tempering.simulate, harness.swapped_blindly

SAMPLERS = {
    "heat bath": Sampler(together(local), together(half(local)), "graph", in_any_field),
    "metropolis": Sampler(together(by_metropolis(local)), together(half(by_metropolis(local))), "square", in_any_field),
    "heat bath in order": Sampler(together(in_order), together(harness.all_at_once), "square", in_any_field),
    "units": Sampler(harness.units("random"), harness.units("random", 2.0), "graph", in_any_field),
    "units in order": Sampler(harness.units("sequential"), harness.units("parallel"), "square", in_any_field),
    "drive": Sampler(together(driven), together(half(driven)), "triangular", one_field),
    "drive by metropolis": Sampler(together(by_metropolis(driven)), together(half(driven)), "ring", one_field),
    "wolff": Sampler(one_by_one(wolff), one_by_one(tenth_less(wolff)), "square 3 × 3", ferromagnet),
    "swendsen and wang": Sampler(
        together(swendsen_wang), together(tenth_less(swendsen_wang)), "free ring", ferromagnet
    ),
    "words": Sampler(in_words(words), in_words(tenth_hotter(words)), "square 2 × 4", even_torus),
    "cooled words": Sampler(in_words(listed), in_words(tenth_hotter(listed)), "square 2 × 4", cooled_torus),
    "words of a glass": Sampler(
        harness.in_samples(signs.simulate),
        harness.in_samples(one_bond_over(signs.simulate)),
        "glass 2 × 4",
        glass_in_words,
    ),
    "cooled words of a glass": Sampler(
        harness.in_samples(through_samples(signs.through)),
        harness.in_samples(half(signs.simulate)),
        "glass 2 × 4",
        glass_in_words,
    ),
    "samples of a glass": Sampler(
        harness.in_samples(through), harness.in_samples(half(through)), "glass 2 × 4", one_field_everywhere
    ),
    "dense glass": Sampler(harness.in_a_matrix(dense), harness.in_a_matrix(half_dense), "graph", in_any_field),
    "dense glass in order": Sampler(
        harness.in_a_matrix(partial(dense, order="sequential")),
        harness.in_a_matrix(all_fields_old),
        "graph",
        in_any_field,
    ),
    "cooled sites": Sampler(together(sites), together(half(sites)), "square 2 × 4", cooled_torus),
    "cold rung": Sampler(on_a_ladder(ladder, 0), on_a_ladder(blind, 0), "square", in_any_field),
    "machine of spins": Sampler(many_chains(gibbs("spins")), many_chains(logistic), "graph", in_any_field),
    "machine of 0 and 1": Sampler(
        many_chains(gibbs("binary")), many_chains(gibbs("binary", shift=False)), "coupling of every bond", in_any_field
    ),
    "machine at random": Sampler(
        many_chains(gibbs("spins", order="random")), many_chains(logistic), "graph", bond_by_bond
    ),
    "annealing": Sampler(many_chains(annealed()), many_chains(annealed(1.1)), "triangular", in_any_field),
    "annealing backwards": Sampler(
        many_chains(annealed(order="reversed")), many_chains(annealed(1.1, "reversed")), "double bonds", bond_by_bond
    ),
    "tempering, cold": Sampler(tempered(0), tempered(0, fair=False), "graph", bond_by_bond),
    "tempering, hot": Sampler(tempered(2), tempered(2, fair=False), "square", one_field),
    "layers of spins": Sampler(layered("spins"), layered("spins", 1.1), "open square", two_colours),
    "layers of 0 and 1": Sampler(layered("binary"), layered("binary", 1.1), "ring", two_colours),
    "hot rung": Sampler(on_a_ladder(by_metropolis(ladder), 2), on_a_ladder(blind, 2), "graph", bond_by_bond),
}
TRIED = [(name, case) for name, sampler in SAMPLERS.items() for case, system in CASES.items() if sampler.takes(system)]
LEVEL = SIGNIFICANCE / (2 * len(TRIED))


def fast_if(quick: bool):
    """One case of each sampler after every edit; all of them in the whole run."""
    return () if quick else pytest.mark.slow


each_sampler = pytest.mark.parametrize(
    "name", [pytest.param(name, marks=fast_if("rung" not in name)) for name in SAMPLERS]
)
each_pair = pytest.mark.parametrize(
    ("name", "case"), [pytest.param(*pair, marks=fast_if(SAMPLERS[pair[0]].caught == pair[1])) for pair in TRIED]
)


@each_pair
def test_chains_that_start_at_the_law_stay_there(name, case, rng):
    assert harness.stationary(SAMPLERS[name].move, CASES[case], rng=rng) > LEVEL


@pytest.mark.slow
@each_pair
def test_chains_that_start_all_up_reach_the_law(name, case, rng):
    assert harness.relaxed(SAMPLERS[name].move, CASES[case], rng=rng) > LEVEL


@pytest.mark.slow
@each_sampler
def test_one_mistake_leaves_the_law(name, rng):
    sampler = SAMPLERS[name]
    assert sampler.takes(CASES[sampler.caught])
    assert harness.stationary(sampler.wrong, CASES[sampler.caught], rng=rng) < LEVEL


@each_sampler
def test_the_same_seed_gives_the_same_and_another_seed_another(name):
    sampler = SAMPLERS[name]
    case = CASES[sampler.caught]
    start = case.draw(400, np.random.default_rng(3))
    first, second, other = (sampler.move(start, case, 3, np.random.default_rng(seed)) for seed in (9, 9, 10))
    np.testing.assert_array_equal(first, second)
    assert (first != other).any()


def test_a_sampler_that_never_moves_is_found_out(rng):
    assert harness.stationary(together(harness.frozen), CASES["square"], rng=rng) > LEVEL
    assert harness.relaxed(together(harness.frozen), CASES["square"], rng=rng) < LEVEL


@pytest.mark.slow
def test_a_plain_twin_of_the_exchanges_is_right_until_one_of_its_signs_is_not(rng):
    case = CASES["ring"]

    def right(cold, hot, gap):
        return min(1.0, np.exp(gap * (cold - hot)))

    assert harness.stationary(on_a_ladder(harness.exchanged_with(right), 0), case, rng=rng) > LEVEL
    assert harness.stationary(on_a_ladder(harness.swapped_upside_down, 0), case, rng=rng) < LEVEL


# From every state to every other, without a rhythm: small systems whose states are all listed

ONE_FIELD = np.array([0.0, 0.0, 0.0, 0.4])
SITES_ALONE = Lattice("no bonds", (4,), np.full((4, 2), -1))
PARTLY_ALONE = from_couplings([[0, 1, 0, 0], [1, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0]])[0]
SMALL = {
    "ring": Case(chain(4), 1.7),
    "odd ring": Case(chain(3), 1.7, J=-1.0),
    "two sites": Case(chain(2), 1.7),
    "open chain": Case(chain(4, periodic=False), 1.7, h=0.3),
    "no couplings": Case(chain(4), 1.7, J=0.0),
    "a field and no couplings": Case(chain(4), 1.7, J=0.0, h=0.3),
    "a field at one site only": Case(chain(4), 1.7, J=0.0, h=ONE_FIELD),
    "a field nowhere": Case(chain(4), 1.7, J=0.0, h=np.zeros(4)),
    "couplings of no bonds": Case(SITES_ALONE, 1.7, J=1.0),
    "sites alone in a field": Case(SITES_ALONE, 1.7, h=0.3),
    "sites alone in a table": Case(SITES_ALONE, 1.7, J=np.ones((4, 2))),
    "one bond": Case(PARTLY_ALONE, 1.7),
    "cells": Case(square(2, 2), 1.7),
    "antiferromagnetic cells": Case(square(2, 2), 1.7, J=-1.0),
    "no couplings of cells": Case(square(2, 2), 1.7, J=0.0),
    "two rows": Case(square(2, 4), 2.7),
    "infinitely hot": Case(chain(4), 1e30),
    "infinitely hot cells": Case(square(2, 2), 1e30),
}


def random_sites(rule):
    return lambda case: (ising.simulate, rule, harness.transition_matrix(case, rule))


def site_after_site(case):
    return ising.simulate, "heat-bath", np.linalg.multi_dot(harness.site_matrices(case, "heat-bath"))


def one_colour_after_the_other(rule):
    def listed(case):
        colour = np.indices(case.lattice.shape).sum(axis=0).ravel() % 2
        return multispin.replicas, rule, np.linalg.multi_dot(harness.site_matrices(case, rule)[np.argsort(colour)])

    return listed


LISTED = {
    "metropolis": (random_sites("metropolis"), lambda case: True),
    "heat bath": (random_sites("heat-bath"), lambda case: True),
    "heat bath in order": (site_after_site, lambda case: True),
    "words by metropolis": (one_colour_after_the_other("metropolis"), even_torus),
    "words": (one_colour_after_the_other("heat-bath"), even_torus),
    "wolff": (lambda case: (cluster.wolff, None, harness.cluster_matrices(case)[0]), ferromagnet),
    "swendsen and wang": (lambda case: (cluster.swendsen_wang, None, harness.cluster_matrices(case)[1]), ferromagnet),
}


def is_accepted(sampler, rule, case) -> bool:
    """Whether the library runs it; if not, it says why."""
    start, options = np.ones(case.lattice.shape, dtype=np.int8), {"rng": np.random.default_rng(1), "J": case.J}
    options |= {"rule": rule} if rule else {}
    system = ([case.T],) if sampler is multispin.replicas else (case.lattice, case.T)
    options |= {"h": case.h} if sampler is ising.simulate else {}
    try:
        sampler(start, *system, 0, **options)
    except ValueError as refusal:
        return "never reach" not in str(refusal)
    return True


@pytest.mark.parametrize(
    ("name", "case"),
    [(name, case) for name, (_, takes) in LISTED.items() for case, system in SMALL.items()
     if takes(system) and not (name in ("wolff", "swendsen and wang") and system.lattice.size > 4)],
)  # fmt: skip
def test_what_does_not_get_everywhere_is_refused_and_nothing_else(name, case):
    sampler, rule, P = LISTED[name][0](SMALL[case])
    law = SMALL[case].law()
    assert np.abs(law @ P - law).max() < 1e-14  # they all keep the law, which is not enough
    assert is_accepted(sampler, rule, SMALL[case]) == harness.mixes(P)


def test_a_drive_is_refused_where_its_fields_never_count():
    lattice, start, rng = square(4), np.ones((4, 4), dtype=np.int8), np.random.default_rng(1)
    for fields, J, runs in (
        ([0.0, 0.0], 0.0, False),
        ([0.0, 0.2], 0.0, True),
        ([0.0, 0.0], 1.0, True),
        ([], 0.0, False),
        ([], 1.0, True),
        ([], 1e-4, True),
    ):
        options = {"J": J, "rng": rng}
        drive.drive(start, lattice, 2.0, fields, **options)
        if runs:
            drive.drive(start, lattice, 2.0, fields, rule="metropolis", **options)
        else:
            with pytest.raises(ValueError, match=r"^rule must be 'heat-bath' where every flip is free"):
                drive.drive(start, lattice, 2.0, fields, rule="metropolis", **options)


SHEET = square(16)
FOUR = square(4)
SMALL_FIELDS = np.full((4, 4), 1e-12)
NEARLY_FREE = {
    "words": lambda **options: multispin.simulate(all_up(SHEET), 1e15, 5000, **options),
    "replicas": lambda **options: multispin.replicas(all_up(SHEET), np.full(64, 1e8), 5000, **options),
    "one J": lambda **options: ising.simulate(all_up(FOUR), FOUR, 1e14, 5000, **options),
    "small J": lambda **options: ising.simulate(all_up(FOUR), FOUR, 1.0, 5000, J=1e-12, **options),
    "small fields": lambda **options: ising.simulate(all_up(FOUR), FOUR, 1.0, 5000, J=0, h=SMALL_FIELDS, **options),
    "drive": lambda **options: drive.drive(all_up(FOUR), FOUR, 1e8, np.zeros(5000), **options),
    "ladder": lambda **options: tempering.simulate(all_up(FOUR), FOUR, [1e8, 2e8], 5000, **options),
}  # fmt: skip


@pytest.mark.parametrize("name", NEARLY_FREE)
def test_metropolis_is_refused_where_a_run_is_too_short_to_forget_a_parity(name):
    """P(M = 0) of sixteen spins at T = 1e14 came out as 0.39, twice what it is."""
    rng = np.random.default_rng(1)
    with pytest.raises(ValueError, match=r"^rule must be 'heat-bath' in so short a run at T = .*got 'metropolis'"):
        NEARLY_FREE[name](rule="metropolis", rng=rng)
    assert rng.bit_generator.state == np.random.default_rng(1).bit_generator.state
    NEARLY_FREE[name](rule="heat-bath", rng=rng)


def test_metropolis_is_not_refused_at_an_ordinary_temperature_or_in_a_long_run(rng):
    for T in (0.01, 2.0, 100.0, 700.0):
        ising.simulate(all_up(FOUR), FOUR, T, 1, rule="metropolis", rng=rng)
        multispin.simulate(all_up(SHEET), T, 1, rule="metropolis", rng=rng)
        drive.drive(all_up(FOUR), FOUR, T, [0.0], rule="metropolis", rng=rng)
        tempering.simulate(all_up(FOUR), FOUR, [T], 1, rule="metropolis", rng=rng)
    run = ising.simulate(all_up(FOUR), FOUR, 1e4, 200_000, rule="metropolis", every=10, rng=rng)
    counts = np.array([(run.m[500::10] == 0).sum(), (run.m[500::10] != 0).sum()])
    assert abs(counts[0] / counts.sum() - 12870 / 65536) < 0.1  # 0.39 or 0 with a parity


ENDLESS = {
    "ising": (ising.simulate, (FOUR, 2.0, 2**55), {}, "sweeps"),
    "bond by bond": (ising.simulate, (FOUR, 2.0, 2**55), {"h": np.ones((4, 4))}, "sweeps"),
    "words": (multispin.simulate, (2.0, 2**50), {}, "sweeps"),
    "wolff": (cluster.wolff, (FOUR, 2.0, 2**60), {}, "steps"),
    "wolff, no records": (cluster.wolff, (FOUR, 2.0, 2**60), {"every": 2**60}, "steps"),
    "swendsen and wang": (cluster.swendsen_wang, (FOUR, 2.0, 2**60), {}, "sweeps"),
    "ladder": (tempering.simulate, (FOUR, [2.0, 3.0], 2**55), {}, "sweeps"),
}


@pytest.mark.parametrize("name", ENDLESS)
def test_records_that_fit_no_memory_are_refused_before_anything_is_drawn(name):
    sampler, system, options, number = ENDLESS[name]
    rng = np.random.default_rng(1)
    start = all_up(SHEET if sampler is multispin.simulate else FOUR)
    with pytest.raises(ValueError, match=f"^{number} must be so small that the records fit into memory, got "):
        sampler(start, *system, **options, rng=rng)
    assert rng.bit_generator.state == np.random.default_rng(1).bit_generator.state


def test_without_couplings_and_fields_the_heat_bath_gives_every_magnetisation_its_share(rng):
    """P(M = 0) of sixteen free spins is 12870 / 65536; if the parity of the spins up were kept, twice that."""
    run = ising.simulate(np.ones((4, 4), dtype=np.int8), square(4), 2.0, 20_000, J=0.0, rng=rng)
    counts = np.array([(run.m[200::8] == 0).sum(), (run.m[200::8] != 0).sum()])
    assert harness.chi_square(counts, np.array([12870, 65536 - 12870]) / 65536) > SIGNIFICANCE
