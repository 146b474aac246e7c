"""Multi-spin coding against a plain twin, enumeration and Kaufman; wrong random numbers as controls.

The twin has whole numbers U and p where the kernel has digits in words, and ordinary arrays where it has tiles, rims
and colours. Fed with the same random bits it must give the same configuration.
"""

import harness
import numpy as np
import pytest
from extremes import refuses_and_changes_nothing
from harness import SIGNIFICANCE, Case, in_words, stationary
from scipy.stats import chi2

from spinlearn import exact
from spinlearn.core import progress
from spinlearn.lattice import all_up, ising, multispin, square
from spinlearn.lattice.multispin import replicas, simulate
from spinlearn.measure.observables import mean

each_rule = pytest.mark.parametrize("rule", ising.RULES)

GOLDEN = 0x9E3779B97F4A7C15


def split_mix(n) -> np.ndarray:
    """SplitMix64's mixing of n (uint64 array), written out."""
    n = (n ^ n >> np.uint64(30)) * np.uint64(0xBF58476D1CE4E5B9)
    n = (n ^ n >> np.uint64(27)) * np.uint64(0x94D049BB133111EB)
    return n ^ n >> np.uint64(31)


def random_words(seed, half, rows, columns) -> np.ndarray:
    """The (64, rows, columns) random words of a half-sweep: digit k of the word that holds the spin in row i, column j.

    `rows` and `columns` are those of a tile.
    """
    width, size = columns // 2 + 2, (rows + 2) * (columns // 2 + 2)
    i, j = np.indices((rows, columns))
    n = [(64 * half + k) * size + (i + 1) * width + j // 2 + 1 + 1 for k in range(64)]
    return split_mix(np.uint64(seed) + np.array(n, dtype=np.uint64) * np.uint64(GOLDEN))


def uniforms(words, bit) -> np.ndarray:
    """U as a whole number below 2**64, put together from the given bit of its 64 words."""
    place = np.arange(64, dtype=np.uint64).reshape(64, *[1] * (words.ndim - 1))
    return ((words >> np.uint64(bit) & np.uint64(1)) << place).sum(axis=0, dtype=np.uint64)


def naive_half_sweep(spins, T, colour, U, rule, J) -> None:
    """Update one colour of `spins` (…, rows, columns) in place, U one number below 2**64 for each spin."""
    beside = [np.roll(spins, shift, axis) for axis in (-2, -1) for shift in (-1, 1)]
    broken = sum(np.sign(J) * spins * other < 0 for other in beside)
    p = [int(ising.flip_probability(ising.RULES[rule], 4 * abs(J) * (2 - u) / T) * 2.0**64) for u in (0, 1)]
    below = np.array([*p, 0], dtype=np.uint64)[np.minimum(broken, 4 - broken)] > U
    if rule == "metropolis":
        flip = below | (broken >= 2)
    else:
        flip = np.where(broken > 2, ~below, np.where(broken == 2, U >= 2**63, below))
    checkerboard = np.indices(spins.shape[-2:]).sum(axis=0) % 2 == colour
    spins[flip & checkerboard] *= -1


def naive_simulate(spins, T, sweeps, *, rule, J, rng) -> np.ndarray:
    """The twin of `simulate`."""
    seed = rng.integers(2**64, dtype=np.uint64)
    spins = np.array(spins)
    rows, columns = spins.shape[0] // 8, spins.shape[1] // 8
    for half in range(2 * sweeps):
        words = random_words(seed, half, rows, columns)
        U = np.block([[uniforms(words, 8 * a + b) for b in range(8)] for a in range(8)])
        naive_half_sweep(spins, T, half % 2, U, rule, J)
    return spins


def naive_replicas(spins, T, sweeps, *, rule, J, rng) -> np.ndarray:
    """The twin of `replicas`."""
    seed = rng.integers(2**64, dtype=np.uint64)
    spins = np.array(spins)
    for half in range(2 * sweeps):
        words = random_words(seed, half, *spins.shape[1:])
        for r, one in enumerate(spins):
            naive_half_sweep(one, T[r], half % 2, uniforms(words, r), rule, J)
    return spins


def random_spins(shape, seed=1) -> np.ndarray:
    return np.random.default_rng(seed).choice(np.array([-1, 1], dtype=np.int8), size=shape)


# The same run, written plainly


@pytest.mark.parametrize("shape", [(16, 16), (32, 48), (48, 16), (256, 128)])
@pytest.mark.parametrize(("T", "J"), [(2.3, 1.0), (1.7, -0.8), (30.0, 1.0)])
@each_rule
def test_a_run_is_the_same_as_its_plain_twin(shape, T, J, rule):
    # At 256 × 128 some 60 spins are undecided after the digits that are compared together.
    start, sweeps = random_spins(shape), 5
    fast = simulate(start, T, sweeps, rule=rule, J=J, rng=np.random.default_rng(2)).spins
    plain = naive_simulate(start, T, sweeps, rule=rule, J=J, rng=np.random.default_rng(2))
    np.testing.assert_array_equal(fast, plain)
    assert (simulate(start, T, sweeps, rule=rule, J=J, rng=np.random.default_rng(3)).spins != fast).any()


@pytest.mark.slow
@pytest.mark.parametrize("shape", [(64, 2, 2), (64, 4, 6), (5, 12, 8), (1, 2, 16)])
@pytest.mark.parametrize("J", [1.0, -0.8])
@each_rule
def test_replicas_are_the_same_as_their_plain_twin(shape, J, rule):
    start, T = random_spins(shape), np.linspace(0.7, 5.0, shape[0])
    run = smaller_than_allowed if rule == "metropolis" else replicas
    fast = run(start, T, 6, rule=rule, J=J, rng=np.random.default_rng(2)).spins
    np.testing.assert_array_equal(fast, naive_replicas(start, T, 6, rule=rule, J=J, rng=np.random.default_rng(2)))


# Probabilities to the last digit


@pytest.mark.slow
@pytest.mark.parametrize(("above", "flips"), [(-1, False), (0, False), (1, True), (2**30, True), (-(2**30), False)])
def test_a_flip_is_decided_by_the_last_digit_if_need_be(above, flips):
    """Each replica gets a p that differs from its U by `above` units of 2**-64, so 63 digits do not settle it."""
    seed, rows, columns = 77, 4, 4
    U = [int(uniforms(random_words(seed, 0, rows, columns)[:, :1, :1], bit).item()) for bit in range(64)]
    digits = np.zeros((2, 64), dtype=np.uint64)
    for k in range(64):
        digits[:, k] = sum((((U[r] + above) >> k) & 1) << r for r in range(64))
    planes = np.zeros((2, rows + 2, columns // 2 + 2), dtype=np.uint64)  # all down: u = 0 everywhere
    to_right, flags = np.zeros_like(planes), np.zeros(2, dtype=np.uint64)
    multispin.half_sweep(planes, to_right, flags, digits, np.uint64(seed), 0, 0, rows)
    assert planes[0, 1, 1] == (2**64 - 1 if flips else 0)


def test_digits_of_a_probability():
    digits = multispin._digits([0.5, 0.75, 1.0, 0.0, 2.0**-64, 2.0**-70])
    numbers = [sum((int(digits[k]) >> r & 1) << k for k in range(64)) for r in range(6)]
    assert numbers == [2**63, 3 * 2**62, 2**64 - 1, 0, 1, 0]


# The Boltzmann law of small lattices

SMALL = {
    "2 × 4": Case(square(2, 4), 2.6, J=0.8),
    "4 × 2": Case(square(4, 2), 3.3, J=-1.2),
    "4 × 4": Case(square(4, 4), 2.9, J=1.1),
}
LAW_LEVEL = SIGNIFICANCE / (len(SMALL) * len(ising.RULES))


def smaller_than_allowed(spins, T, sweeps, *, rule, J, rng):
    """`replicas` without its refusal of Metropolis on small lattices, whose kernels are the same."""
    return multispin._run(spins, np.asarray(T), False, sweeps, rule, J, 1, 1, False, rng)


def plain_sampler(rule, distort):
    """The same from the plain twin, U drawn by numpy and passed through `distort`."""

    def move(start, case, sweeps, rng):
        spins = np.array(start, dtype=np.int8).reshape(-1, *case.lattice.shape)
        for half in range(2 * sweeps):
            U = distort(rng.integers(2**64, size=spins.shape, dtype=np.uint64))
            naive_half_sweep(spins, case.T, half % 2, U, rule, case.J)
        return spins.reshape(len(spins), -1)

    return move


@pytest.mark.slow
@pytest.mark.parametrize("case", SMALL.values(), ids=SMALL.keys())
@each_rule
def test_chains_that_start_at_the_law_stay_there(case, rule, rng):
    assert stationary(in_words(smaller_than_allowed, rule=rule), case, rng=rng) > LAW_LEVEL


@pytest.mark.slow
@pytest.mark.parametrize("digit", [60, 62, 63])
@each_rule
def test_a_digit_left_out_leaves_the_law(digit, rule, rng):
    case = SMALL["2 × 4"]
    assert stationary(plain_sampler(rule, lambda U: U & ~np.uint64(1 << digit)), case, rng=rng) < LAW_LEVEL
    assert stationary(plain_sampler(rule, lambda U: U), case, rng=rng) > LAW_LEVEL


def test_every_replica_has_its_own_temperature(rng):
    T = np.linspace(1.5, 5.0, 64)
    truth = exact.averages(exact.density_of_states(square(4)), T)
    run = replicas(all_up(square(4)), T, 40_000, every=4, rng=rng)
    p_values = [harness.normal_p_value(mean(e), value) for e, value in zip(run.e[100:].T, truth.e, strict=True)]
    p_values += [harness.normal_p_value(mean(m**2), value) for m, value in zip(run.m[100:].T, truth.m2, strict=True)]
    assert min(p_values) > SIGNIFICANCE / (2 * len(p_values))


@each_rule
def test_every_replica_has_the_energy_of_its_torus(rule, rng):
    T = np.linspace(1.5, 5.0, 64)
    run = replicas(all_up(square(4, 8)), T, 40_000, rule=rule, every=4, rng=rng)
    truth = [exact.kaufman(4, 8, t).e for t in T]
    p_values = [harness.normal_p_value(mean(e), value) for e, value in zip(run.e[100:].T, truth, strict=True)]
    assert min(p_values) > SIGNIFICANCE / (2 * len(p_values))


@pytest.mark.parametrize(("shape", "runs"), [((2, 2), False), ((4, 4), False), ((2, 10), False), ((4, 6), False),
                                             ((2, 12), True), ((4, 8), True), ((6, 6), True)])  # fmt: skip
def test_metropolis_is_refused_where_a_state_in_a_million_is_out_of_reach(shape, runs):
    """Two rows settle the others of a state whose flips are all free: there are 4**side of them at most."""
    spins, rng = np.ones(shape, dtype=np.int8), np.random.default_rng(1)
    replicas(spins, [2.0], 2, rng=rng)
    assert runs == (4.0 ** min(shape) / 2.0 ** (shape[0] * shape[1]) < 1e-6)
    if runs:
        replicas(spins, [2.0], 2, rule="metropolis", rng=rng)
    else:
        with pytest.raises(ValueError, match=r"^rule must be 'heat-bath' on a lattice as small as"):
            replicas(spins, [2.0], 2, rule="metropolis", rng=rng)


@pytest.mark.parametrize("shape", [(2, 4), (4, 4), (2, 6)])
def test_states_out_of_reach_are_those_whose_flips_are_all_free(shape):
    """The count that the bound above is a bound of: 36 of the 65536 states of 4 × 4."""
    lattice = square(*shape)
    spins = exact.states(lattice.size).astype(int)
    costs = np.array([spins[:, i] * spins[:, row].sum(axis=1) for i, row in enumerate(lattice.neighbours)])
    free = int((costs == 0).all(axis=0).sum())
    assert free == (36 if shape == (4, 4) else 4)
    assert free <= 4 ** min(shape)


def test_only_metropolis_is_caught_where_every_flip_is_free(rng):
    i, j = np.indices((16, 32))
    stripes = np.where((i + j) % 4 < 2, 1, -1).astype(np.int8)
    caught = simulate(stripes, 2.0, 1001, rule="metropolis", rng=rng)
    np.testing.assert_array_equal(caught.spins, -stripes)
    assert (caught.e == 0).all()
    assert simulate(stripes, 2.0, 1001, rule="heat-bath", rng=rng).e[-1] < -1


# Independent replicas


def independence(m) -> float:
    """p-value that the columns of `m` (n, R), each a series of independent records, have nothing to do with each other.

    With all correlation coefficients zero, n times the sum of their squares is chi-square distributed.
    """
    r = np.corrcoef(m.T)[np.triu_indices(m.shape[1], 1)]
    return float(chi2.sf(len(m) * (r**2).sum(), r.size))


def test_replicas_are_independent(rng):
    run = replicas(np.ones((8, 8), dtype=np.int8), np.full(64, 6.0), 60_000, every=30, rng=rng)
    assert independence(run.m[1:]) > SIGNIFICANCE / 2
    assert independence(run.e[1:]) > SIGNIFICANCE / 2


def test_replicas_that_share_their_random_numbers_are_not(rng):
    # One random number for all replicas of a spin. They start with a few spins turned over, lest they be equal.
    spins, m = np.ones((64, 8, 8), dtype=np.int8), []
    spins[np.arange(64), np.arange(64) // 8, np.arange(64) % 8] = -1
    for half in range(2 * 600):
        U = rng.integers(2**64, size=(8, 8), dtype=np.uint64)
        naive_half_sweep(spins, 6.0, half % 2, U, "metropolis", 1.0)
        if half % 60 == 59:
            m.append(spins.mean(axis=(1, 2)))
    assert independence(np.array(m)) < SIGNIFICANCE / 2


# Larger lattices against Kaufman

KAUFMAN = [(L, T) for L in (16, 32, 64) for T in (2.0, exact.critical_temperature(), 2.7)]


def kaufman_p_value(L, T, sampled_at, rule, rng) -> float:
    start = simulate(np.ones((L, L), dtype=np.int8), sampled_at, 20 * L**2, rule=rule, every=L**2, rng=rng).spins
    e = simulate(start, sampled_at, 80_000 if L < 64 else 160_000, rule=rule, every=5, rng=rng).e
    return harness.normal_p_value(mean(e), exact.kaufman(L, L, T).e)


@pytest.mark.slow
@pytest.mark.parametrize(("L", "T"), KAUFMAN)
@each_rule
def test_the_energy_agrees_with_kaufman(L, T, rule, rng):
    assert kaufman_p_value(L, T, T, rule, rng) > SIGNIFICANCE / (2 * len(KAUFMAN))


@pytest.mark.parametrize("L", [16, 32])
def test_one_per_cent_of_temperature_is_noticed(L, rng):
    assert kaufman_p_value(L, 2.7, 1.01 * 2.7, "metropolis", rng) < SIGNIFICANCE / (2 * len(KAUFMAN))


# What a run promises


@pytest.mark.parametrize("threads", [2, 3, 7])
@each_rule
def test_any_number_of_threads_gives_the_same_run(threads, rule):
    start = random_spins((64, 96))
    one, many = (
        simulate(start, 2.2, 11, rule=rule, every=3, threads=n, rng=np.random.default_rng(5)) for n in (1, threads)
    )
    for left, right in zip(one, many, strict=True):
        np.testing.assert_array_equal(left, right)
    T = np.linspace(1, 3, 10)
    one, many = (
        replicas(start[:10, :12], T, 11, rule=rule, every=3, threads=n, rng=np.random.default_rng(5))
        for n in (1, threads)
    )
    for left, right in zip(one, many, strict=True):
        np.testing.assert_array_equal(left, right)


@pytest.mark.parametrize("J", [1.3, -0.7])
def test_records_are_those_of_the_configurations(J):
    start, lattice = random_spins((32, 48)), square(32, 48)
    run = simulate(start, 2.5, 5, J=J, rng=np.random.default_rng(1))
    for sweeps in range(1, 6):
        spins = simulate(start, 2.5, sweeps, J=J, rng=np.random.default_rng(1)).spins
        assert run.e[sweeps - 1] == pytest.approx(ising.energy(spins, lattice, J=J) / lattice.size, abs=1e-13)
        assert run.m[sweeps - 1] == pytest.approx(spins.mean(), abs=1e-15)
    np.testing.assert_array_equal(run.spins, spins)
    assert run.spins.dtype == np.int8


@pytest.mark.parametrize("shape", [(130, 4), (2, 2), (6, 20)])
@pytest.mark.parametrize("J", [1.3, -0.7])
def test_records_of_replicas_are_those_of_their_configurations(shape, J):
    # 130 rows are more than a byte can count.
    start, lattice, T = random_spins(shape), square(*shape), np.geomspace(0.1, 100, 64)
    run = replicas(start, T, 4, J=J, every=2, rng=np.random.default_rng(1))
    assert run.e.shape == run.m.shape == (2, 64)
    for r in range(64):
        assert run.e[-1, r] == pytest.approx(ising.energy(run.spins[r], lattice, J=J) / lattice.size, abs=1e-13)
        assert run.m[-1, r] == pytest.approx(run.spins[r].mean(), abs=1e-15)


def test_recording_less_often_or_in_pieces_changes_nothing_else(monkeypatch):
    start = random_spins((32, 32))

    def run(every):
        return simulate(start, 2.2, 14, every=every, rng=np.random.default_rng(2))

    dense, sparse = run(1), run(4)
    assert (len(dense.e), len(sparse.e)) == (14, 3)
    np.testing.assert_array_equal(sparse.e, dense.e[3::4])
    np.testing.assert_array_equal(sparse.m, dense.m[3::4])
    np.testing.assert_array_equal(sparse.spins, dense.spins)
    monkeypatch.setattr(progress, "SLICE", 0.0)  # one sweep at a time
    np.testing.assert_array_equal(run(4).e, sparse.e)
    np.testing.assert_array_equal(run(4).spins, sparse.spins)


def test_the_start_is_left_alone_and_no_sweeps_give_it_back():
    start = random_spins((16, 32))
    kept = start.copy()
    simulate(start, 5.0, 3, rng=np.random.default_rng(1))
    np.testing.assert_array_equal(start, kept)
    run = simulate(start, 5.0, 0, rng=np.random.default_rng(1))
    np.testing.assert_array_equal(run.spins, start)
    assert not np.shares_memory(run.spins, start)
    assert run.e.shape == run.m.shape == (0,)


@each_rule
def test_the_antiferromagnet_is_the_ferromagnet_with_every_other_spin_turned_over(rule):
    start = random_spins((32, 32))
    checkerboard = (1 - 2 * (np.indices(start.shape).sum(axis=0) % 2)).astype(np.int8)
    ferro = simulate(start, 1.9, 30, rule=rule, rng=np.random.default_rng(2))
    anti = simulate(start * checkerboard, 1.9, 30, rule=rule, J=-1.0, rng=np.random.default_rng(2))
    np.testing.assert_array_equal(anti.spins, ferro.spins * checkerboard)
    np.testing.assert_allclose(anti.e, ferro.e, atol=1e-14)


@each_rule
def test_limits_of_temperature(rule, rng):
    cold = simulate(np.ones((32, 32), dtype=np.int8), 0.01, 50, rule=rule, rng=rng)
    assert (cold.e == -2).all()
    if rule == "metropolis":  # nearly every flip is accepted
        with pytest.raises(ValueError, match=r"^rule must be 'heat-bath' in so short a run"):
            simulate(np.ones((64, 64), dtype=np.int8), 1e12, 50, rule=rule, rng=rng)
    else:
        hot = simulate(np.ones((64, 64), dtype=np.int8), 1e12, 50, rule=rule, rng=rng)
        assert abs(hot.m[5:].mean()) < 5 / np.sqrt(45 * 4096)


# Bad input

GOOD = {"spins": np.ones((16, 32), dtype=np.int8), "T": 2.0, "sweeps": 3}
BAD = [
    ({"spins": np.ones((16, 24), dtype=np.int8)}, ValueError, r"^spins .*multiples of 16, got \(16, 24\)"),
    ({"spins": np.ones((8, 16), dtype=np.int8)}, ValueError, r"^spins .*multiples of 16"),
    ({"spins": np.ones((0, 16), dtype=np.int8)}, ValueError, r"^spins .*multiples of 16"),
    ({"spins": np.ones(256, dtype=np.int8)}, ValueError, r"^spins .*multiples of 16, got \(256,\)"),
    ({"spins": np.zeros((16, 16), dtype=np.int8)}, ValueError, r"^spins must be -1 or \+1.*\[0\]"),
    ({"spins": np.ones((16, 16))}, TypeError, "^spins must be an integer array.*float64"),
    ({"T": 0.0}, ValueError, "^T must be greater than 0, got 0.0"),
    ({"T": np.inf}, ValueError, "^T must be finite"),
    ({"T": [1.0, 2.0]}, TypeError, "^T must be a real number, not list"),
    ({"sweeps": -1}, ValueError, "^sweeps must be at least 0, got -1"),
    ({"every": 0}, ValueError, "^every must be at least 1, got 0"),
    ({"threads": 0}, ValueError, "^threads must be at least 1, got 0"),
    ({"threads": 1.5}, TypeError, "^threads must be a whole number, not float"),
    ({"rule": "glauber"}, ValueError, "^rule must be one of 'metropolis', 'heat-bath', got 'glauber'"),
    ({"J": np.nan}, ValueError, "^J must be finite"),
    ({"J": np.ones(4)}, TypeError, "^J must be a real number, not ndarray"),
    ({"h": 0.1}, TypeError, "h"),
]
BAD_REPLICAS = [
    ({"T": 2.0}, ValueError, r"^T must have shape \(R,\) with R from 1 to 64, got \(\)"),
    ({"T": np.ones(65)}, ValueError, r"^T must have shape .* got \(65,\)"),
    ({"T": np.empty(0)}, ValueError, r"^T must have shape .* got \(0,\)"),
    ({"T": [1.0, 0.0]}, ValueError, "^T must be greater than 0, got 0.0"),
    ({"T": [1.0, np.nan]}, ValueError, "^T must be finite"),
    ({"spins": np.ones((3, 4), dtype=np.int8)}, ValueError, r"^spins .*rows and columns even, got \(3, 4\)"),
    ({"spins": np.ones((3, 4, 4), dtype=np.int8)}, ValueError, r"^spins .*or \(2, rows, columns\).*got \(3, 4, 4\)"),
    ({"spins": np.ones(4, dtype=np.int8)}, ValueError, r"^spins must have shape"),
    ({"J": None}, TypeError, "^J must be a real number"),
    ({"sweeps": 1.0}, TypeError, "^sweeps must be a whole number"),
]


@pytest.mark.parametrize(
    ("function", "change", "error", "message"),
    [(simulate, *bad) for bad in BAD] + [(replicas, *bad) for bad in BAD_REPLICAS],
)
def test_bad_input_is_named_and_changes_nothing(function, change, error, message):
    ladder = {"T": [1.0, 2.0]} if function is replicas else {}
    refuses_and_changes_nothing(function, error, message, **{**GOOD, **ladder, **change})


@pytest.mark.parametrize("function", [simulate, replicas])
def test_a_generator_must_be_given(function):
    T = 2.0 if function is simulate else [2.0]
    with pytest.raises(TypeError, match=r"^rng must be a numpy.random.Generator"):
        function(GOOD["spins"], T, 1, rng=1)
    with pytest.raises(TypeError, match="rng"):
        function(GOOD["spins"], T, 1)
