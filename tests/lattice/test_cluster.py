"""The cluster algorithms against enumeration, Kaufman and plain twins; wrong bond probabilities as controls."""

from dataclasses import replace

import harness
import numpy as np
import pytest
from extremes import refuses_and_changes_nothing
from harness import SIGNIFICANCE, Case, Xoshiro

from spinlearn import exact
from spinlearn.core import progress
from spinlearn.lattice import Lattice, all_up, chain, cluster, cubic, ising, random_spins, square, triangular
from spinlearn.lattice.cluster import bond_probability, grow, swendsen_wang, wolff
from spinlearn.measure.observables import mean

pytestmark = pytest.mark.slow

CASES = {name: case for name, case in harness.fieldless().items() if np.ndim(case.J) == 0 and case.J > 0}
each_case = pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
ALGORITHMS = [wolff, swendsen_wang]
each_algorithm = pytest.mark.parametrize("algorithm", ALGORITHMS)

LARGER = [square(4, 5), square(2, 3), square(5, 5, periodic=False), triangular(4, 5), cubic(3), chain(12)]


def by_table(lattice):
    """The same geometry in one long row, for which no special case is made."""
    return replace(lattice, shape=(lattice.size,))


# One step and one sweep from one state, in all their ways. The law of small systems is tried in test_samplers.


@pytest.mark.parametrize("lattice", [chain(4), square(2, 2), square(2, 3), chain(5, periodic=False)], ids=str)
@pytest.mark.parametrize("named", [True, False], ids=["special", "table"])
def test_one_sweep_of_swendsen_and_wang_has_the_listed_probabilities(lattice, named, rng):
    T, sweeps = 1.9, 20_000
    start = np.array([1, 1, -1, 1, 1, 1][: lattice.size], dtype=np.int8)
    law = harness.cluster_matrices(Case(lattice, T))[1][(start > 0) @ (1 << np.arange(lattice.size))]
    assert law.sum() == pytest.approx(1)
    geometry = lattice if named else by_table(lattice)
    found = np.zeros(law.size, dtype=int)
    state, columns = cluster.stream(rng), cluster._columns(geometry)
    threshold = np.uint64(round(bond_probability(T) * 2**32))
    labels, parents = np.empty((2, lattice.size), dtype=np.int32)
    turns = np.empty(lattice.size, dtype=np.int8)
    for _ in range(sweeps):
        spins = start.copy()
        cluster.swendsen_wang_sweep(spins, lattice.neighbours, columns, threshold, state, labels, parents, turns)
        found[(spins > 0) @ (1 << np.arange(lattice.size))] += 1
    assert not found[law == 0].any()
    assert harness.chi_square(found[law > 0], law[law > 0]) > SIGNIFICANCE / 8


@pytest.mark.parametrize("lattice", [chain(4), square(2, 2), chain(5, periodic=False)], ids=str)
@pytest.mark.parametrize("named", [True, False], ids=["special", "table"])
def test_one_step_of_wolff_has_the_listed_probabilities(lattice, named, rng):
    T, start = 1.9, np.array([1, 1, -1, 1, 1][: lattice.size], dtype=np.int8)
    places = 1 << np.arange(lattice.size)
    law = harness.cluster_matrices(Case(lattice, T))[0][(start > 0) @ places]
    geometry = lattice if named else by_table(lattice)
    found = np.zeros(law.size, dtype=int)
    for _ in range(20_000):
        found[(wolff(start.reshape(geometry.shape), geometry, T, 1, rng=rng).spins.ravel() > 0) @ places] += 1
    assert not found[law == 0].any()
    assert harness.chi_square(found[law > 0], law[law > 0]) > SIGNIFICANCE / 6


# Plain twins


def naive_cluster(spins, lattice, p, site, random) -> list[int]:
    """Wolff's cluster as the paper tells it, with the kernel's random numbers: 32 bits a neighbour, low half first."""
    joined, was, word = [site], spins[site], 0
    for i in joined:  # grows meanwhile
        for k, j in enumerate(lattice.neighbours[i].tolist()):
            word = word >> 32 if k % 2 else random.next_word()
            if j >= 0 and j not in joined and spins[j] == was and (word % 2**32) / 2**32 < p:
                joined.append(j)
    spins[joined] *= -1
    return joined


@pytest.mark.parametrize("lattice", LARGER, ids=lambda lattice: f"{lattice.name} {lattice.shape}")
@pytest.mark.parametrize("T", [1.2, 2.4, 5.0])
def test_wolff_is_the_same_as_its_plain_twin(lattice, T):
    start = random_spins(lattice, rng=np.random.default_rng(3))
    fast = wolff(start, lattice, T, 30, J=0.9, rng=np.random.default_rng(4))
    random = Xoshiro(int(np.random.default_rng(4).integers(2**64, dtype=np.uint64)))
    spins, sizes = start.ravel().copy(), []
    for _ in range(30):
        sizes.append(len(naive_cluster(spins, lattice, 1 - np.exp(-2 * 0.9 / T), random.site(lattice.size), random)))
    np.testing.assert_array_equal(fast.spins.ravel(), spins)
    assert fast.sizes.tolist() == sizes


@pytest.mark.parametrize("lattice", LARGER, ids=lambda lattice: f"{lattice.name} {lattice.shape}")
def test_swendsen_wang_by_table_is_the_same_as_its_plain_twin(lattice):
    lattice, T, J = by_table(lattice), 2.4, 0.9
    start = random_spins(lattice, rng=np.random.default_rng(3))
    fast = swendsen_wang(start, lattice, T, 5, J=J, rng=np.random.default_rng(4)).spins
    random = Xoshiro(int(np.random.default_rng(4).integers(2**64, dtype=np.uint64)))
    spins = start.ravel().copy()
    for _ in range(5):
        label, draws, word = list(range(lattice.size)), 0, 0
        for i, row in enumerate(lattice.neighbours.tolist()):
            for j in row:
                if j > i:
                    word = word >> 32 if draws % 2 else random.next_word()
                    draws += 1
                    if spins[i] == spins[j] and (word % 2**32) / 2**32 < 1 - np.exp(-2 * J / T):
                        a, b = sorted((label[i], label[j]))
                        label = [a if one == b else one for one in label]
        coins = random.next_word()
        for i in range(lattice.size):
            mixed = (coins + label[i] * 0x9E3779B97F4A7C15) % 2**64
            mixed = (mixed ^ (mixed >> 30)) * 0xBF58476D1CE4E5B9 % 2**64
            mixed = (mixed ^ (mixed >> 27)) * 0x94D049BB133111EB % 2**64
            spins[i] *= 1 - 2 * ((mixed ^ (mixed >> 31)) >> 63)
    np.testing.assert_array_equal(fast.ravel(), spins)


@pytest.mark.parametrize("shape", [(2, 2), (2, 3), (3, 2), (7, 12), (64, 48)])
def test_the_square_lattice_without_its_table_gives_the_same_wolff_clusters(shape):
    lattice = square(*shape)
    assert cluster._columns(lattice) == shape[1]
    start = random_spins(lattice, rng=np.random.default_rng(3))
    special, table = (
        wolff(start.reshape(one.shape), one, 2.3, 200, rng=np.random.default_rng(4))
        for one in (lattice, by_table(lattice))
    )
    for left, right in zip(special, table, strict=True):
        np.testing.assert_array_equal(left.ravel(), right.ravel())


def cut(lattice, site=5):
    """The same lattice with all bonds of one site taken away, under the same name."""
    table = np.array(lattice.neighbours)
    table[site] = -1
    table[table == site] = -1
    return replace(lattice, neighbours=table)


@pytest.mark.parametrize("T", [2.0, 3.0])
@each_algorithm
def test_a_square_lattice_with_a_site_cut_out_is_sampled_as_what_it_is(algorithm, T, rng):
    """Its name and the first row of its table are those of the whole one; <m**2> at T = 2 is 0.706, not 0.870."""
    lattice = cut(square(4))
    np.testing.assert_array_equal(lattice.neighbours[0], square(4).neighbours[0])
    truth = exact.averages(exact.density_of_states(lattice), T)
    run = algorithm(all_up(lattice), lattice, T, 40_000, rng=rng)
    for series, value in ((run.m**2, truth.m2), (run.e, truth.e)):
        assert harness.normal_p_value(mean(series[500:]), value) > SIGNIFICANCE / 8


def labels_of(spins, lattice, across, upwards) -> np.ndarray:
    """Clusters of given bonds on a square lattice, each with its smallest site as the label."""
    rows, columns = lattice.shape
    label = np.arange(lattice.size)
    for i in range(rows):
        for j in range(columns):
            for laid, k in (
                (across[i, j], i * columns + (j - 1) % columns),
                (upwards[i, j], (i - 1) % rows * columns + j),
            ):
                if laid:
                    a, b = sorted((label[i * columns + j], label[k]))
                    label[label == b] = a
    return label


@pytest.mark.parametrize("shape", [(2, 2), (3, 5), (6, 4), (16, 16), (5, 40)])
@pytest.mark.parametrize("T", [1.5, 2.3, 4.0])
def test_labels_of_runs_are_those_of_single_sites(shape, T):
    lattice, threshold = square(*shape), np.uint64(round(bond_probability(T) * 2**32))
    spins = random_spins(lattice, rng=np.random.default_rng(5))
    spins[: shape[0] // 2] = 1  # a large domain
    state = cluster.stream(np.random.default_rng(6))
    position = cluster.next_word(state.copy())
    across, upwards = np.empty((2, *shape), dtype=np.uint8)
    with np.errstate(over="ignore"):
        for i in range(shape[0]):
            start = np.uint64(position) + np.uint64(i * shape[1]) * cluster.GOLDEN
            cluster.lay_bonds(spins[i], spins[i - 1], threshold, start, across[i], upwards[i])
    labels, parents = np.empty((2, lattice.size), dtype=np.int32)
    count = cluster.join_square(spins.ravel(), shape[1], threshold, state, labels, parents)
    assert labels.max() == count - 1
    found = np.array([cluster.root(label, parents) for label in labels])
    plain = labels_of(spins, lattice, across, upwards)
    # The same partition: every pair of names belongs together.
    assert len(set(zip(found, plain, strict=True))) == len(set(found)) == len(set(plain))


# Larger lattices

KAUFMAN = [(L, T) for L in (16, 32, 64) for T in (2.0, exact.critical_temperature(), 2.7)]


def kaufman_p_value(algorithm, L, T, sampled_at, rng) -> float:
    lattice = square(L)
    number, every = (4_000, 1) if algorithm is swendsen_wang else (20_000, 5)
    start = algorithm(all_up(lattice), lattice, sampled_at, 500, every=500, rng=rng).spins
    e = algorithm(start, lattice, sampled_at, number, every=every, rng=rng).e
    return harness.normal_p_value(mean(e), exact.kaufman(L, L, T).e)


@pytest.mark.parametrize(("L", "T"), KAUFMAN)
@each_algorithm
def test_the_energy_agrees_with_kaufman(algorithm, L, T, rng):
    assert kaufman_p_value(algorithm, L, T, T, rng) > SIGNIFICANCE / (2 * len(KAUFMAN))


@each_algorithm
def test_two_per_cent_of_temperature_are_noticed(algorithm, rng):
    assert kaufman_p_value(algorithm, 64, 2.0, 1.02 * 2.0, rng) < SIGNIFICANCE / (2 * len(KAUFMAN))


ESTIMATED = [square(5), square(4, 5, periodic=False), triangular(4, 5), cubic(2), chain(16)]


@pytest.mark.parametrize("lattice", ESTIMATED, ids=lambda lattice: f"{lattice.name} {lattice.shape}")
@pytest.mark.parametrize("T", [1.5, 2.5, 6.0])
def test_the_mean_size_of_a_cluster_is_the_susceptibility(lattice, T, rng):
    truth = exact.averages(exact.density_of_states(lattice), T)
    run = wolff(all_up(lattice), lattice, T, 40_000, rng=rng)
    sizes, m2 = mean(run.sizes[1000:]), mean(run.m[1000:] ** 2)
    level = SIGNIFICANCE / (2 * 3 * len(ESTIMATED))
    assert harness.normal_p_value(sizes, lattice.size * truth.m2) > level
    assert harness.normal_p_value(m2, truth.m2) > level


# Growing one cluster


@pytest.mark.parametrize("lattice", LARGER, ids=lambda lattice: f"{lattice.name} {lattice.shape}")
def test_a_cluster_grows_from_neighbour_to_neighbour(lattice):
    start = random_spins(lattice, rng=np.random.default_rng(3))
    start.flat[:4] = 1
    for seed in range(20):
        grown = grow(start, lattice, 2.0, site=2, rng=np.random.default_rng(seed))
        sites = grown.sites.tolist()
        assert sites[0] == 2
        assert len(set(sites)) == len(sites)
        assert all(set(lattice.neighbours[j]) & set(sites[:k]) for k, j in enumerate(sites) if k)
        assert (start.ravel()[sites] == 1).all()
        turned = np.flatnonzero(grown.spins.ravel() != start.ravel())
        assert turned.tolist() == sorted(sites)


@pytest.mark.parametrize("most", [1, 3, 100])
def test_growing_in_portions_gives_the_same_cluster(most):
    lattice = triangular(8)
    whole = grow(all_up(lattice), lattice, 3.8, site=5, rng=np.random.default_rng(2))
    spins, state = all_up(lattice).ravel(), cluster.stream(np.random.default_rng(2))
    queue, ends = np.empty(lattice.size + 1, dtype=np.int32), np.zeros(2, dtype=np.int64)
    threshold = np.uint64(round(bond_probability(3.8) * 2**32))
    cluster.begin(spins, 5, queue, ends)
    portions = 0
    while ends[0] < ends[1]:
        before = ends[0]
        cluster.advance(spins, lattice.neighbours, threshold, state, queue, ends, most)
        assert 1 <= ends[0] - before <= most
        portions += 1
    np.testing.assert_array_equal(queue[: ends[1]], whole.sites)
    np.testing.assert_array_equal(spins, whole.spins.ravel())
    assert len(whole.sites) > 10
    assert portions >= len(whole.sites) / most


# What a run promises


@each_case
@each_algorithm
def test_records_are_those_of_the_configurations(case, algorithm):
    start, lattice, n = all_up(case.lattice), case.lattice, case.lattice.size
    run = algorithm(start, lattice, case.T, 7, J=case.J, rng=np.random.default_rng(1))
    for number in range(1, 8):
        spins = algorithm(start, lattice, case.T, number, J=case.J, rng=np.random.default_rng(1)).spins
        assert run.e[number - 1] == pytest.approx(ising.energy(spins, lattice, J=case.J) / n, abs=1e-13)
        assert run.m[number - 1] == pytest.approx(spins.mean(), abs=1e-15)
    np.testing.assert_array_equal(run.spins, spins)
    assert run.spins.dtype == np.int8
    assert run.spins.shape == lattice.shape


@each_algorithm
def test_recording_less_often_or_in_pieces_changes_nothing_else(algorithm, monkeypatch):
    lattice = square(6)

    def run(every):
        return algorithm(all_up(lattice), lattice, 2.3, 14, every=every, rng=np.random.default_rng(2))

    dense, sparse = run(1), run(4)
    assert (len(dense.e), len(sparse.e)) == (14, 3)
    np.testing.assert_array_equal(sparse.e, dense.e[3::4])
    np.testing.assert_array_equal(sparse.m, dense.m[3::4])
    np.testing.assert_array_equal(sparse.spins, dense.spins)
    if algorithm is wolff:
        np.testing.assert_array_equal(sparse.sizes, dense.sizes)
    monkeypatch.setattr(progress, "SLICE", 0.0)  # one step at a time
    for piecewise, at_once in zip(run(4), sparse, strict=True):
        np.testing.assert_array_equal(piecewise, at_once)


@each_algorithm
def test_the_start_is_left_alone_and_no_steps_give_it_back(algorithm):
    lattice = square(8)
    start = random_spins(lattice, rng=np.random.default_rng(1))
    kept = start.copy()
    first, second = (algorithm(start, lattice, 2.0, 9, rng=np.random.default_rng(9)) for _ in range(2))
    np.testing.assert_array_equal(start, kept)
    np.testing.assert_array_equal(first.spins, second.spins)
    none = algorithm(start, lattice, 2.0, 0, rng=np.random.default_rng(9))
    np.testing.assert_array_equal(none.spins, start)
    assert none.e.shape == none.m.shape == (0,)


@each_algorithm
def test_limits_of_temperature(algorithm, rng):
    lattice = square(16)
    cold = algorithm(all_up(lattice), lattice, 0.01, 20, rng=rng)
    assert (cold.e == -2).all()
    assert (np.abs(cold.m) == 1).all()
    if algorithm is wolff:
        assert (cold.sizes == 256).all()
        assert all(grow(all_up(lattice), lattice, 1e9, site=site, rng=rng).sites.tolist() == [site] for site in (0, 9))
    else:  # every spin is a cluster of its own
        m = swendsen_wang(all_up(lattice), lattice, 1e12, 200, rng=rng).m
        assert abs(m.mean()) < 5 / np.sqrt(200 * 256)
        assert m.var() * 256 == pytest.approx(1, abs=5 * np.sqrt(2 / 200))


def test_bond_probability():
    assert bond_probability(2.0, J=1.5) == pytest.approx(1 - np.exp(-1.5), rel=1e-15)
    assert bond_probability(1e300) == pytest.approx(2e-300)


# Bad input

LATTICE = square(4)
NO_BONDS = Lattice("no bonds", (4, 4), np.full((16, 4), -1))
GOOD = {"spins": all_up(LATTICE), "lattice": LATTICE, "T": 2.0}
BAD = [
    ({"spins": np.zeros((4, 4), dtype=np.int8)}, ValueError, r"^spins must be -1 or \+1"),
    ({"spins": np.ones(16, dtype=np.int8)}, ValueError, r"^spins must have the lattice's shape \(4, 4\)"),
    ({"spins": np.ones((4, 4))}, TypeError, "^spins must be an integer array"),
    ({"T": 0.0}, ValueError, "^T must be greater than 0, got 0.0"),
    ({"T": np.nan}, ValueError, "^T must be finite"),
    ({"T": "2"}, TypeError, "^T must be a real number, not str"),
    ({"J": 0.0}, ValueError, r"^J must be greater than 0 .*ferromagnet.* got 0"),
    ({"J": -1.0}, ValueError, r"^J must be greater than 0 .*ferromagnet.* got -1"),
    ({"J": np.ones((16, 4))}, TypeError, "^J must be a real number, not ndarray"),
    ({"J": 1e307}, ValueError, "^J and h must be small enough that every energy is finite"),
    ({"h": 0.1}, TypeError, "h"),
    ({"lattice": (4, 4)}, TypeError, "^lattice must be a Lattice"),
]
BAD_RUN = [
    ({"every": 0}, ValueError, "^every must be at least 1, got 0"),
    ({"every": 1.0}, TypeError, "^every must be a whole number, not float"),
]


@pytest.mark.parametrize(
    ("function", "change", "error", "message"),
    [
        *[(function, *bad) for function in (wolff, swendsen_wang, grow) for bad in BAD],
        *[(function, *bad) for function in (wolff, swendsen_wang) for bad in BAD_RUN],
        (wolff, {"T": 1e12}, ValueError, "^T must be so low that bonds are laid, got 1000000000000.0"),
        (wolff, {"lattice": NO_BONDS}, ValueError, "^lattice must have bonds"),
        (wolff, {"progress": 1}, TypeError, "^progress must be None, True or False, not int"),
        (swendsen_wang, {"progress": 1}, TypeError, "^progress must be None, True or False, not int"),
        (wolff, {"steps": -1}, ValueError, "^steps must be at least 0, got -1"),
        (swendsen_wang, {"sweeps": 1.5}, TypeError, "^sweeps must be a whole number, not float"),
        (grow, {"site": 16}, ValueError, "^site must be below the number of sites 16, got 16"),
        (grow, {"site": -1}, ValueError, "^site must be at least 0, got -1"),
    ],
)
def test_bad_input_is_named_and_changes_nothing(function, change, error, message):
    number = {wolff: {"steps": 3}, swendsen_wang: {"sweeps": 3}, grow: {"site": 0}}[function]
    refuses_and_changes_nothing(function, error, message, **{**GOOD, **number, **change})


PAIRS = Lattice("pairs", (4,), [[1], [0], [3], [2]])


def test_a_parity_that_every_step_changes_is_forgotten_or_the_run_refused(rng):
    """Of two pairs of spins <m**2> is (1 + tanh(J / T)) / 4; cold pairs that take turns give 1 every other time."""
    start = all_up(PAIRS)
    for T, steps, what in ((0.05, 20_000, "high"), (0.35, 500, "high"), (1e8, 20_000, "low"), (1e4, 500, "low")):
        with pytest.raises(ValueError, match=f"^T must be so {what}, or steps so many.*hardly reach half of the"):
            wolff(start, PAIRS, T, steps, every=2, rng=rng)
        wolff(start, PAIRS, T, 0, rng=rng)
    wolff(start, PAIRS, 0.35, 20_000, rng=rng)
    run = wolff(start, PAIRS, 0.5, 80_000, every=2, rng=rng)
    assert harness.normal_p_value(mean(run.m**2), (1 + np.tanh(2)) / 4) > SIGNIFICANCE
    for T in (0.05, 1.0, 100.0):  # in one piece, and as short as it may be
        wolff(all_up(LATTICE), LATTICE, T, 1, rng=rng)
        swendsen_wang(all_up(PAIRS), PAIRS, T, 1, rng=rng)


@each_algorithm
def test_a_generator_must_be_given(algorithm):
    with pytest.raises(TypeError, match=r"^rng must be a numpy.random.Generator"):
        algorithm(all_up(LATTICE), LATTICE, 2.0, 1, rng=1)
    with pytest.raises(TypeError, match="rng"):
        algorithm(all_up(LATTICE), LATTICE, 2.0, 1)
