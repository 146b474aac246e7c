"""Spin glasses: what is drawn, and the Nishimori line, which every simulator of a glass has to pass."""

import itertools
from functools import partial

import harness
import numpy as np
import pytest
from harness import SIGNIFICANCE
from scipy.stats import binom, chi2, kstest, norm

from spinlearn import exact
from spinlearn.core import progress, words
from spinlearn.lattice import (
    all_up,
    bond_couplings,
    bonds,
    chain,
    cubic,
    from_couplings,
    glass,
    ising,
    samples,
    signs,
    square,
    tempering,
    triangular,
)
from spinlearn.lattice.ageing import energies
from spinlearn.meanfield import signals

EVERYONE = from_couplings(1.0 - np.eye(4))[0]
GRAPHS = {
    "open square": square(2, 3, periodic=False),
    "torus with double bonds": square(2, 2),
    "ring": chain(6),
    "everyone": EVERYONE,
}
each_graph = pytest.mark.parametrize("lattice", GRAPHS.values(), ids=GRAPHS.keys())


# What is drawn


def test_the_share_and_the_moments_are_those_asked_for(rng):
    sheet = square(60)
    number = len(bonds(sheet))
    J = glass.bimodal(sheet, p=0.3, J=2.0, rng=rng)
    assert set(np.unique(J)) == {-2.0, 2.0}
    assert binom.cdf((J > 0).sum() // 2, number, 0.3) == pytest.approx(0.5, abs=0.4999)
    J = np.stack(glass.square_bonds(sheet, glass.gaussian(sheet, mean=0.7, J=1.5, rng=rng)))
    assert kstest(J.ravel(), norm(0.7, 1.5).cdf).pvalue > SIGNIFICANCE


@pytest.mark.parametrize("lattice", [square(4), square(3, 5, periodic=False), triangular(3), cubic(3), EVERYONE])
def test_a_sample_is_a_table_that_the_energy_takes(lattice, rng):
    for J in (glass.bimodal(lattice, rng=rng), glass.gaussian(lattice, rng=rng)):
        spins = rng.choice([-1, 1], lattice.shape)
        flat, total = spins.ravel(), 0.0
        for i, row in enumerate(lattice.neighbours):
            total -= sum(J[i, k] * flat[i] * flat[j] for k, j in enumerate(row) if j >= 0) / 2
        assert ising.energy(spins, lattice, J=J) == pytest.approx(total, abs=1e-12)
        assert energies(flat[None], lattice, J[None])[0] == pytest.approx(total, abs=1e-12)


@pytest.mark.parametrize("place", [square(3), square(3, 5, periodic=False), triangular(3), cubic(3), EVERYONE], ids=str)
@pytest.mark.parametrize("law", [glass.FERROMAGNET, glass.BIMODAL, glass.GAUSSIAN])
def test_the_kernel_draws_one_number_for_each_bond(place, law, rng):
    """In the order in which the table first names them, from the words of the generator."""
    number, J = len(bonds(place)), np.full(place.neighbours.shape, 9.0)
    even = number + number % 2
    state = rng.integers(2**64, size=4, dtype=np.uint64)
    twin = state.copy()
    glass.fill_couplings(law, place.neighbours, J, np.empty(even), state)
    if law == glass.GAUSSIAN:
        drawn = np.empty(even)
        signals.fill_gaussian(twin, drawn, 0, even)
    else:
        signs_of_words = [1 - 2 * (int(words.next_word(twin)) >> 63) for _ in range(even)] if law else [1] * even
        drawn = np.array(signs_of_words, dtype=float)
    later = place.neighbours > np.arange(place.size)[:, None]
    np.testing.assert_array_equal(J[later], drawn[:number])
    glass.tables(place, J)  # it refuses a table whose ends differ
    assert (J[place.neighbours < 0] == 0).all()
    np.testing.assert_array_equal(state, twin)


@pytest.mark.parametrize("sheet", [square(4, 5), square(4, 5, periodic=False)], ids=["torus", "open"])
def test_frustrated_plaquettes_are_those_with_an_odd_number_of_negative_bonds(sheet, rng):
    J = glass.gaussian(sheet, rng=rng)
    matrix = np.zeros((20, 20))
    for i, row in enumerate(sheet.neighbours):
        for k, j in enumerate(row):
            matrix[i, j] = J[i, k] if j >= 0 else matrix[i, j]
    found = glass.frustrated(sheet, J)
    for (i, j), here in np.ndenumerate(found):
        corner = [np.ravel_multi_index(((i + a) % 4, (j + b) % 5), (4, 5)) for a, b in ((0, 0), (0, 1), (1, 1), (1, 0))]
        loop = [matrix[a, b] for a, b in itertools.pairwise([*corner, corner[0]])]
        assert here == (np.prod(loop) < 0)
    if sheet.is_periodic_square:
        assert found.sum() % 2 == 0  # every bond has two sides


def test_a_change_of_gauge_frustrates_nothing(rng):
    sheet = square(6)
    J, gauge = glass.bimodal(sheet, rng=rng), rng.choice([-1, 1], 36)
    turned = J * gauge[:, None] * gauge[sheet.neighbours]
    np.testing.assert_array_equal(glass.frustrated(sheet, J), glass.frustrated(sheet, turned))
    J = glass.gaussian(EVERYONE, rng=rng)
    turned = J * gauge[:4, None] * gauge[:4][EVERYONE.neighbours]
    levels = [np.sort(exact.energies(EVERYONE, J=one)) for one in (J, turned)]
    np.testing.assert_allclose(*levels, atol=1e-14)


# The Nishimori line, by enumeration of all bonds and all states


@each_graph
@pytest.mark.parametrize(("p", "J"), [(0.8, 1.0), (0.6, 1.7)])
def test_the_energy_on_the_line_is_binomial_on_any_graph(lattice, p, J):
    line, number = glass.nishimori(lattice, p=p, J=J), len(bonds(lattice))
    law = np.zeros(number + 1)  # of the number of broken bonds
    m, q = 0.0, 0.0
    states = exact.states(lattice.size).astype(float)
    for signs_of_bonds in itertools.product((1, -1), repeat=number):
        table = bond_couplings(lattice, J * np.array(signs_of_bonds))
        weight = np.prod(np.where(np.array(signs_of_bonds) > 0, p, 1 - p))
        E, boltzmann = exact.energies(lattice, J=table), exact.probabilities(lattice, line.T, J=table)
        np.add.at(law, np.round((E / J + number) / 2).astype(int), weight * boltzmann)
        # Two sites, since without a field a single spin has no mean: [<s s'>] = [<s s'>^2].
        pair = boltzmann @ (states[:, 0] * states[:, -1])
        m, q = m + weight * pair, q + weight * pair**2
    np.testing.assert_allclose(law, binom.pmf(np.arange(number + 1), number, 1 - p), atol=1e-14)
    mean = law @ (2 * np.arange(number + 1) - number) * J
    assert line.energy == pytest.approx(mean, abs=1e-12)
    assert line.energy == pytest.approx(-number * J * np.tanh(J / line.T), abs=1e-12)
    assert line.variance == pytest.approx(law @ ((2 * np.arange(number + 1) - number) * J - mean) ** 2, abs=1e-12)
    assert m == pytest.approx(q, abs=1e-13)


def test_the_energy_on_the_line_of_normal_bonds_by_quadrature():
    """A ring of two bonds between two sites, each bond integrated by Gauss and Hermite."""
    pair, mean, J = chain(2), 0.6, 1.3
    line = glass.nishimori_gaussian(pair, mean=mean, J=J)
    x, w = np.polynomial.hermite_e.hermegauss(60)
    a, b = np.meshgrid(mean + J * x, mean + J * x)
    weight = np.outer(w, w) / (2 * np.pi)
    E = -(a + b) * np.tanh((a + b) / line.T)
    assert line.energy == pytest.approx((weight * E).sum(), abs=1e-10)
    assert line.variance == pytest.approx((weight * (a + b) ** 2).sum() - line.energy**2, abs=1e-10)


# The line as a test of simulators. With all spins up each sample is in equilibrium as a whole: what is energy stays.

P, SHEET, SAMPLES, SWEEPS = 0.8, square(6), 384, 12
LINE = glass.nishimori(SHEET, p=P)


def one_by_one(simulate):
    def run(J, T, rng):
        return [simulate(all_up(SHEET), SHEET, T, SWEEPS, J=one, rng=rng).spins for one in J]

    return run


def rung(k):
    """A rung of a ladder, all of whose rungs have bonds of the line, but only one its temperature."""

    def run(J, T, rng, exchange=tempering.simulate):
        ladder = T * np.array([0.7, 1.0, 1.4]) / (0.7, 1.0, 1.4)[k]
        found = []
        for one in J:
            start = np.stack([settled(one, t, rng) if j != k else all_up(SHEET) for j, t in enumerate(ladder)])
            found.append(exchange(start, SHEET, ladder, SWEEPS, J=one, h=0.0, rng=rng).spins[k])
        return found

    return run


def settled(J, T, rng):
    """A state of about equilibrium off the line; the rung on the line has to keep its own law whatever it is given."""
    return ising.simulate(all_up(SHEET), SHEET, T, 30, order="sequential", J=J, rng=rng).spins


def in_words(J, T, rng, wrong=1.0):
    parts = np.array_split(J, len(J) // 64)
    return np.concatenate([signs.simulate(all_up(SHEET), SHEET, wrong * T, SWEEPS, J=a, rng=rng).spins for a in parts])


def side_by_side(J, T, rng, wrong=1.0):
    return samples.through(all_up(SHEET), SHEET, np.full(SWEEPS, wrong * T), J=J, rng=rng).spins


heat_bath = ising.simulate
SIMULATORS = {
    "heat bath": (one_by_one(heat_bath), one_by_one(harness.half_cost)),
    "heat bath in order": (one_by_one(partial(heat_bath, order="sequential")), one_by_one(harness.all_at_once)),
    "metropolis": (one_by_one(partial(heat_bath, rule="metropolis")), one_by_one(harness.temperature_for_beta)),
    "a bond felt at one end": (one_by_one(heat_bath), one_by_one(harness.one_way_bonds)),
    "words": (in_words, partial(in_words, wrong=1.2)),
    "samples": (side_by_side, partial(side_by_side, wrong=1.2)),
}


def on_the_line(simulator, rng):
    """p-values of the mean and of the law of the energies of independent samples."""
    J = np.stack([glass.bimodal(SHEET, p=P, rng=rng) for _ in range(SAMPLES)])
    E = energies(np.reshape(simulator(J, LINE.T, rng), (SAMPLES, -1)), SHEET, J)
    number = len(bonds(SHEET))
    broken = np.round((E + number) / 2).astype(int)
    law = binom.pmf(np.arange(number + 1), number, 1 - P)
    seen = glass.deviation(E, LINE)
    spread = chi2.cdf((SAMPLES - 1) * seen.spread, SAMPLES - 1)
    return (
        float(2 * norm.sf(abs(seen.errors))),
        harness.chi_square(np.bincount(broken, minlength=number + 1), law),
        2 * min(spread, 1 - spread),
    )


@pytest.mark.parametrize("name", SIMULATORS)
def test_a_right_simulator_stays_on_the_line_and_a_wrong_one_leaves_it(name, rng):
    right, wrong = SIMULATORS[name]
    assert min(on_the_line(right, rng)) > SIGNIFICANCE / (3 * len(SIMULATORS))
    assert min(on_the_line(wrong, rng)) < SIGNIFICANCE / (3 * len(SIMULATORS))


@pytest.mark.slow
def test_a_rung_of_parallel_tempering_stays_on_the_line_unless_all_exchanges_are_made(rng):
    """On the line in the middle, with neighbours that are near their equilibrium."""
    assert min(on_the_line(rung(1), rng)) > SIGNIFICANCE
    assert min(on_the_line(partial(rung(1), exchange=harness.swapped_blindly), rng)) < SIGNIFICANCE


@pytest.mark.slow
def test_a_start_at_random_comes_to_the_line(rng):
    J = np.stack([glass.bimodal(SHEET, p=P, rng=rng) for _ in range(SAMPLES)])
    start = rng.choice([-1, 1], (SAMPLES, *SHEET.shape))
    early, late = (samples.through(start, SHEET, np.full(n, LINE.T), J=J, rng=rng) for n in (1, 400))
    E = [energies(run.spins.reshape(SAMPLES, -1), SHEET, J) for run in (early, late)]
    assert glass.deviation(E[0], LINE).errors > 10
    assert abs(glass.deviation(E[1], LINE).errors) < 4


def test_normal_bonds_have_a_line_of_their_own(rng):
    sheet = square(5, periodic=False)
    line = glass.nishimori_gaussian(sheet, mean=0.7)
    J = np.stack([glass.gaussian(sheet, mean=0.7, rng=rng) for _ in range(SAMPLES)])
    for T, right in ((line.T, True), (1.25 * line.T, False)):
        spins = samples.through(all_up(sheet), sheet, np.full(SWEEPS, T), J=J, rng=rng).spins
        E = energies(spins.reshape(SAMPLES, -1), sheet, J)
        law = norm(line.energy, np.sqrt(line.variance))
        assert (kstest(E, law.cdf).pvalue > SIGNIFICANCE) == right
        assert (abs(glass.deviation(E, line).errors) < 4) == right


# Many samples side by side


def test_records_are_those_of_the_states(rng):
    sheet = square(4, 3, periodic=False)
    J = np.stack([glass.gaussian(sheet, rng=rng) for _ in range(3)])
    T, h = [2.0, 1.0, 0.0, 0.5], [0.0, 0.3, -0.2, 0.7]
    run = samples.through(all_up(sheet), sheet, T, J=J, h=h, rng=np.random.default_rng(3))
    for sweeps in (1, 2, 3, 4):
        part = samples.through(all_up(sheet), sheet, T[:sweeps], J=J, h=h[:sweeps], rng=np.random.default_rng(3))
        e = [ising.energy(s, sheet, J=one, h=h[sweeps - 1]) / 12 for s, one in zip(part.spins, J, strict=True)]
        np.testing.assert_allclose(run.e[sweeps - 1], e, atol=1e-13)
        np.testing.assert_allclose(run.m[sweeps - 1], part.spins.mean(axis=(1, 2)), atol=1e-15)
    np.testing.assert_array_equal(run.spins, part.spins)
    every = samples.through(all_up(sheet), sheet, T, J=J, h=h, every=2, rng=np.random.default_rng(3))
    np.testing.assert_array_equal(every.e, run.e[1::2])


def test_a_run_in_pieces_is_the_run(monkeypatch, rng):
    sheet = square(4)
    J = np.stack([glass.gaussian(sheet, rng=rng) for _ in range(3)])
    T = np.linspace(2, 1, 7)
    whole = samples.through(all_up(sheet), sheet, T, J=J, every=2, rng=np.random.default_rng(2))
    monkeypatch.setattr(progress, "SLICE", 0.0)
    pieces = samples.through(all_up(sheet), sheet, T, J=J, every=2, rng=np.random.default_rng(2))
    np.testing.assert_array_equal(pieces.e, whole.e)
    np.testing.assert_array_equal(pieces.spins, whole.spins)


def test_at_zero_temperature_no_sweep_raises_the_energy(rng):
    sheet = square(12)
    J = np.stack([glass.gaussian(sheet, rng=rng) for _ in range(5)])
    run = samples.through(rng.choice([-1, 1], sheet.shape), sheet, np.zeros(30), J=J, rng=rng)
    assert (np.diff(run.e, axis=0) <= 1e-12).all()
    cost = ising.flip_costs(run.spins[0], sheet, J=J[0])
    assert (cost > -1e-12).all()


# What is refused


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda rng: glass.bimodal(square(4), p=1.2, rng=rng), "p must be at most 1"),
        (lambda rng: glass.bimodal(square(4), p=-0.1, rng=rng), "p must be at least 0"),
        (lambda rng: glass.bimodal(square(4), J=0.0, rng=rng), "J must be greater than 0"),
        (lambda rng: glass.gaussian(square(4), mean=np.nan, rng=rng), "mean must be finite"),
        (lambda rng: glass.nishimori(square(4), p=0.5), "p must be above 1/2 and below 1"),
        (lambda rng: glass.nishimori(square(4), p=1.0), "p must be above 1/2 and below 1"),
        (lambda rng: glass.nishimori_gaussian(square(4), mean=0.0), "mean must be greater than 0"),
        (lambda rng: glass.frustrated(triangular(4), np.ones((16, 6))), "lattice must be a square lattice"),
        (lambda rng: glass.frustrated(square(2), np.ones((4, 4))), "at least 3 × 3"),
        (lambda rng: glass.frustrated(square(4), rng.normal(size=(16, 4))), "J must give both ends"),
        (lambda rng: glass.deviation([1.0], glass.nishimori(square(4), p=0.8)), "energies must be one-dimensional"),
        (lambda rng: glass.deviation([1.0, 2.0], (1.0, 2.0)), "line must be what glass.nishimori returns"),
        (lambda rng: samples.through(all_up(SHEET), SHEET, [-1.0], J=np.ones((36, 4)), rng=rng), "T must be"),
        (lambda rng: samples.through(all_up(SHEET), SHEET, [1.0], J=rng.normal(size=(36, 4)), rng=rng), "both ends"),
        (lambda rng: samples.through(all_up(SHEET), SHEET, [1.0], J=np.ones((3, 4)), rng=rng), "J must have shape"),
        (
            lambda rng: samples.through(all_up(SHEET), SHEET, [1.0], J=np.ones((36, 4)), h=[1, 2], rng=rng),
            "h must be one number, or as long as T",
        ),
        (
            lambda rng: samples.through(np.ones((3, 6, 6), int), SHEET, [1.0], J=np.ones((2, 36, 4)), rng=rng),
            "spins must have the lattice's shape",
        ),
    ],
)
def test_what_makes_no_glass_is_refused(call, message, rng):
    before = rng.bit_generator.state
    with pytest.raises((TypeError, ValueError), match=message):
        call(rng if "normal" not in message else np.random.default_rng(1))
    if "both ends" not in message:
        assert rng.bit_generator.state == before
