"""The energy and the two dynamics against enumeration, Kaufman's torus and a slow twin; wrong samplers as controls.

No tolerance here is tuned: every statistical test has its share of one small significance, and the same tests are seen
to reject samplers with one mistake in them.
"""

from fractions import Fraction

import harness
import numpy as np
import pytest
from extremes import refuses_and_changes_nothing
from harness import SIGNIFICANCE, Case, relaxed, stationary, together

from spinlearn import exact
from spinlearn.core import progress
from spinlearn.lattice import all_up, bond_couplings, bonds, chain, cubic, ising, random_spins, square, triangular
from spinlearn.lattice.ising import energy, flip_costs, magnetisation, simulate
from spinlearn.measure.observables import mean, specific_heat

CASES = harness.cases()
each_case = pytest.mark.parametrize("case", CASES.values(), ids=CASES.keys())
each_rule = pytest.mark.parametrize("rule", ising.RULES)
DYNAMICS = [("metropolis", "random"), ("heat-bath", "random"), ("heat-bath", "sequential")]
each_dynamics = pytest.mark.parametrize(("rule", "order"), DYNAMICS)

# As if every case were tried with every dynamics, twice.
SAMPLER_LEVEL = SIGNIFICANCE / (len(CASES) * len(DYNAMICS) * 2)


# The energy


@each_case
def test_energy_is_the_sum_over_bonds_written_out(case, rng):
    spins = random_spins(case.lattice, rng=rng)
    s, J, h = spins.ravel(), case.J, np.broadcast_to(case.h, case.lattice.shape).ravel()
    table = np.broadcast_to(J, case.lattice.neighbours.shape)
    total = 0.0
    for i, row in enumerate(case.lattice.neighbours):
        for k, j in enumerate(row):
            if j >= 0:
                total -= table[i, k] * s[i] * s[j] / 2
        total -= h[i] * s[i]
    assert energy(spins, case.lattice, J=J, h=case.h) == pytest.approx(total, rel=1e-13, abs=1e-13)


@each_case
def test_flip_cost_is_the_energy_difference_at_every_site(case, rng):
    spins = random_spins(case.lattice, rng=rng)
    before = energy(spins, case.lattice, J=case.J, h=case.h)
    costs = flip_costs(spins, case.lattice, J=case.J, h=case.h)
    assert costs.shape == case.lattice.shape
    for site in np.ndindex(case.lattice.shape):
        turned = spins.copy()
        turned[site] *= -1
        assert costs[site] == pytest.approx(energy(turned, case.lattice, J=case.J, h=case.h) - before, abs=1e-12)


def test_a_table_of_equal_couplings_is_a_single_coupling(rng):
    lattice = square(4, 5)
    spins = random_spins(lattice, rng=rng)
    J = bond_couplings(lattice, np.full(40, 1.3))
    assert energy(spins, lattice, J=J, h=0.2) == pytest.approx(energy(spins, lattice, J=1.3, h=0.2), rel=1e-14)
    assert energy(spins, lattice, h=np.full((4, 5), 0.2)) == pytest.approx(energy(spins, lattice, h=0.2), rel=1e-14)


def test_ground_state_energies_per_spin():
    for lattice, bonds_per_spin in ((chain(6), 1), (square(6), 2), (triangular(6), 3), (cubic(4), 3)):
        assert energy(all_up(lattice), lattice, J=1.5, h=0.25) / lattice.size == -1.5 * bonds_per_spin - 0.25


def test_magnetisation_of_any_shape():
    assert magnetisation([1, 1, -1, -1]) == 0.0
    assert magnetisation(-all_up(cubic(3))) == -1.0


# One update, exactly


@each_case
@each_rule
def test_one_update_keeps_the_boltzmann_law_and_balances_in_detail(case, rule):
    law, P = case.law(), harness.transition_matrix(case, rule)
    assert P.min() > -1e-14
    assert np.abs(law @ P - law).max() < 1e-14
    flow = law[:, None] * P
    assert np.abs(flow - flow.T).max() < 1e-14


@pytest.mark.parametrize("factor", [0.5, 1.001])
@each_rule
def test_one_update_at_the_wrong_cost_breaks_detailed_balance(factor, rule):
    case = CASES["square"]

    def probability(s, total, rule):
        return ising.flip_probability(ising.RULES[rule], factor * 2 * s * (case.J * total + case.h) / case.T)

    law, P = case.law(), harness.transition_matrix(case, rule, probability)
    flow = law[:, None] * P
    assert np.abs(flow - flow.T).max() > 1e-8
    assert np.abs(law @ P - law).max() > 1e-8


@each_rule
def test_flip_probabilities_divide_to_the_boltzmann_factor(rule):
    x = np.linspace(-30, 30, 61)
    code = ising.RULES[rule]
    there = np.array([ising.flip_probability(code, value) for value in x])
    back = np.array([ising.flip_probability(code, -value) for value in x])
    np.testing.assert_allclose(there, back * np.exp(-x), rtol=1e-14)
    assert ising.flip_probability(code, 1e6) == 0.0
    assert ising.flip_probability(code, -1e6) == 1.0


# Many updates, statistically: mistakes of many kinds. The right ones are tried in test_samplers.


@pytest.mark.slow
@pytest.mark.parametrize(
    ("wrong", "name"),
    [
        (harness.half_cost, "square"),
        (harness.half_cost, "graph"),
        (harness.temperature_for_beta, "ring"),
        (harness.bonds_twice, "triangular"),
        (harness.bonds_twice, "coupling of every bond"),
        (harness.field_outside_beta, "open square"),
        (harness.field_upside_down, "square"),
        (harness.field_upside_down, "field of every site"),
        (harness.one_way_bonds, "double bonds"),
        (harness.all_at_once, "square"),
        (harness.all_at_once, "graph"),
        (harness.straight_line, "square"),
        (harness.blind_ties, "square"),
        (harness.up_for_flip, "square"),
    ],
)
def test_wrong_samplers_leave_the_law(wrong, name, rng):
    assert stationary(together(wrong), CASES[name], rng=rng) < SAMPLER_LEVEL


def test_metropolis_in_a_fixed_order_is_refused_for_a_reason(rng):
    """It keeps the law of a ring, but it does not reach it."""
    ring = Case(chain(8), 2.0, 1.0, 0.0)
    assert relaxed(together(simulate, order="sequential"), ring, sweeps=60, rng=rng) > SAMPLER_LEVEL
    assert stationary(together(harness.metropolis_in_order), ring, rng=rng) > SAMPLER_LEVEL
    assert relaxed(together(harness.metropolis_in_order), ring, sweeps=60, rng=rng) < SAMPLER_LEVEL
    with pytest.raises(ValueError, match=r"^order must be 'random' with the rule 'metropolis', got"):
        simulate(all_up(ring.lattice), ring.lattice, 2.0, 1, rule="metropolis", order="sequential", rng=rng)


# A lattice of 16 × 16 against Kaufman

KAUFMAN_T = [2.0, exact.critical_temperature(), 2.7]
KAUFMAN_LEVEL = SIGNIFICANCE / (len(KAUFMAN_T) * len(DYNAMICS) * 2)


def kaufman_p_values(simulate, T, rng, **options) -> tuple[float, float]:
    """p-values of the mean energy and of the specific heat of a long run at L = 16."""
    lattice = square(16)
    start = simulate(all_up(lattice), lattice, T, 2_000, J=1.0, h=0.0, rng=rng, **options).spins
    e = simulate(start, lattice, T, 80_000, J=1.0, h=0.0, rng=rng, **options).e
    truth = exact.kaufman(16, 16, T)
    return harness.normal_p_value(mean(e), truth.e), harness.normal_p_value(specific_heat(e, T, 256), truth.c)


@pytest.mark.slow
@pytest.mark.parametrize("T", KAUFMAN_T, ids="{:.2f}".format)
@each_dynamics
def test_energy_and_specific_heat_agree_with_kaufman(T, rule, order, rng):
    assert min(kaufman_p_values(simulate, T, rng, rule=rule, order=order)) > KAUFMAN_LEVEL


@pytest.mark.slow
@pytest.mark.parametrize("T", KAUFMAN_T, ids="{:.2f}".format)
@pytest.mark.parametrize("wrong", [harness.half_cost, harness.one_percent_hot, harness.straight_line])
def test_wrong_samplers_disagree_with_kaufman(wrong, T, rng):
    assert kaufman_p_values(wrong, T, rng, rule="heat-bath", order="sequential")[0] < KAUFMAN_LEVEL


# The same run, written slowly


@each_case
@each_dynamics
def test_a_run_is_the_same_as_its_slow_twin(case, rule, order):
    case = harness.copies(case, 20)
    start = random_spins(case.lattice, rng=np.random.default_rng(3))
    options = {"rule": rule, "order": order, "J": case.J, "h": case.h}
    fast = simulate(start, case.lattice, case.T, 6, rng=np.random.default_rng(4), **options).spins
    slow = harness.naive_sweeps(start, case.lattice, case.T, 6, rng=np.random.default_rng(4), **options)
    np.testing.assert_array_equal(fast, slow)
    other_seed = simulate(start, case.lattice, case.T, 6, rng=np.random.default_rng(5), **options).spins
    assert (fast != other_seed).any()


# What a run promises


@each_case
def test_records_are_those_of_the_configurations(case):
    start, options = all_up(case.lattice), {"J": case.J, "h": case.h}
    run = simulate(start, case.lattice, case.T, 7, rng=np.random.default_rng(1), **options)
    assert run.spins.dtype == np.int8
    for sweeps in range(1, 8):
        spins = simulate(start, case.lattice, case.T, sweeps, rng=np.random.default_rng(1), **options).spins
        n = case.lattice.size
        assert run.e[sweeps - 1] == pytest.approx(energy(spins, case.lattice, **options) / n, abs=1e-13)
        assert run.m[sweeps - 1] == pytest.approx(magnetisation(spins), abs=1e-15)
    np.testing.assert_array_equal(run.spins, spins)


@pytest.mark.parametrize("name", ["square", "coupling of every bond"])
@pytest.mark.parametrize("order", ising.ORDERS)
def test_recording_less_often_changes_nothing_else(name, order):
    case = CASES[name]

    def run(every):
        rng = np.random.default_rng(2)
        options = {"J": case.J, "h": case.h, "every": every, "rule": "heat-bath", "order": order, "rng": rng}
        return simulate(all_up(case.lattice), case.lattice, case.T, 14, **options)

    dense, sparse = run(1), run(4)
    assert len(dense.e) == 14
    assert len(sparse.e) == 3
    np.testing.assert_array_equal(sparse.e, dense.e[3::4])
    np.testing.assert_array_equal(sparse.m, dense.m[3::4])
    np.testing.assert_array_equal(sparse.spins, dense.spins)


@pytest.mark.parametrize("name", ["square", "coupling of every bond"])
def test_a_long_run_in_pieces_is_the_same_run(name, monkeypatch):
    case = CASES[name]

    def run():
        options = {"J": case.J, "h": case.h, "every": 2, "rng": np.random.default_rng(2)}
        return simulate(all_up(case.lattice), case.lattice, case.T, 101, **options)

    whole = run()
    monkeypatch.setattr(progress, "SLICE", 0.0)  # one update at a time
    for piecewise, at_once in zip(run(), whole, strict=True):
        np.testing.assert_array_equal(piecewise, at_once)


def test_same_seed_same_run_and_the_start_is_left_alone():
    lattice = square(8)
    start = random_spins(lattice, rng=np.random.default_rng(1))
    kept = start.copy()
    first, second = (simulate(start, lattice, 2.0, 50, rng=np.random.default_rng(9)) for _ in range(2))
    np.testing.assert_array_equal(start, kept)
    np.testing.assert_array_equal(first.spins, second.spins)
    np.testing.assert_array_equal(first.e, second.e)
    assert not np.shares_memory(first.spins, start)


def test_no_sweeps_give_the_start_back():
    run = simulate(all_up(square(4)), square(4), 1.0, 0, rng=np.random.default_rng(1))
    assert (run.spins == 1).all()
    assert run.e.shape == run.m.shape == (0,)


NUMBERS = [np.uint8, np.int8, np.int16, np.float16, np.float32, np.uint64, Fraction, int]


@pytest.mark.parametrize("kind", NUMBERS)
def test_a_coupling_and_a_field_of_any_type_of_number_are_the_number(kind):
    spins, lattice = random_spins(square(12), rng=np.random.default_rng(1)), square(12)
    J, h = kind(3), kind(1)
    assert energy(spins, lattice, J=J, h=h) == energy(spins, lattice, J=3.0, h=1.0)
    np.testing.assert_array_equal(flip_costs(spins, lattice, J=J, h=h), flip_costs(spins, lattice, J=3.0, h=1.0))
    runs = [
        simulate(spins, lattice, t, 9, J=j, h=b, rng=np.random.default_rng(2))
        for t, j, b in ((kind(6), J, h), (6.0, 3.0, 1.0))
    ]
    for left, right in zip(*runs, strict=True):
        np.testing.assert_array_equal(left, right)


# Limits


@pytest.mark.slow
@each_case
def test_at_infinite_temperature_all_states_are_equally_likely(case, rng):
    # The heat bath only: there Metropolis accepts every flip, so that it alternates between two halves of the states.
    hot = Case(case.lattice, 1e9, case.J, case.h)
    assert np.ptp(hot.law()) * len(hot.law()) < 1e-6
    assert relaxed(together(simulate), hot, sweeps=20, rng=rng) > SIGNIFICANCE / len(CASES)


@each_dynamics
def test_near_zero_temperature_a_field_leads_to_the_ground_state(rule, order, rng):
    lattice = square(12)
    with np.errstate(all="raise"):
        run = simulate(random_spins(lattice, rng=rng), lattice, 0.01, 400, rule=rule, order=order, h=2.5, rng=rng)
    assert (run.spins == 1).all()
    assert run.e[-1] == -4.5
    assert run.m[-1] == 1.0


@each_dynamics
def test_the_antiferromagnet_is_the_ferromagnet_with_every_other_spin_turned_over(rule, order):
    lattice = square(6, 4)
    checkerboard = 1 - 2 * (np.indices(lattice.shape).sum(axis=0) % 2)
    start = random_spins(lattice, rng=np.random.default_rng(1))
    options = {"rule": rule, "order": order}
    ferro = simulate(start, lattice, 1.9, 30, J=1.0, rng=np.random.default_rng(2), **options)
    anti = simulate(start * checkerboard, lattice, 1.9, 30, J=-1.0, rng=np.random.default_rng(2), **options)
    np.testing.assert_array_equal(anti.spins, ferro.spins * checkerboard)
    np.testing.assert_array_equal(anti.e, ferro.e)


# Bad input

LATTICE = square(4)
GOOD = {"spins": all_up(LATTICE), "lattice": LATTICE, "T": 2.0, "sweeps": 3}
ASKEW = np.ones((4, 4), dtype=np.int8)
ASKEW[1, 2] = 0

BAD = [
    ({"spins": ASKEW}, ValueError, r"^spins must be -1 or \+1.*got values \[0, 1\]"),
    ({"spins": 2 * all_up(LATTICE)}, ValueError, r"^spins must be -1 or \+1.*\[2\]"),
    ({"spins": np.ones((4, 4))}, TypeError, "^spins must be an integer array.*float64"),
    ({"spins": np.ones((4, 4), dtype=bool)}, TypeError, "^spins must be an integer array.*bool"),
    ({"spins": "up"}, TypeError, "^spins must be an integer array"),
    ({"spins": np.ones(16, dtype=np.int8)}, ValueError, r"^spins must have the lattice's shape \(4, 4\), got \(16,\)"),
    ({"T": 0.0}, ValueError, "^T must be greater than 0, got 0.0"),
    ({"T": -1}, ValueError, "^T must be greater than 0, got -1"),
    ({"T": np.nan}, ValueError, "^T must be finite, got nan"),
    ({"T": np.inf}, ValueError, "^T must be finite, got inf"),
    ({"T": "2"}, TypeError, "^T must be a real number, not str"),
    ({"T": True}, TypeError, "^T must be a real number, not bool"),
    ({"T": 1j}, TypeError, "^T must be a real number, not complex"),
    ({"T": np.complex128(1)}, TypeError, "^T must be a real number, not complex128"),
    ({"T": [1.0, 2.0]}, TypeError, "^T must be a real number, not list"),
    ({"sweeps": -1}, ValueError, "^sweeps must be at least 0, got -1"),
    ({"sweeps": 2.0}, TypeError, "^sweeps must be a whole number, not float"),
    ({"every": 0}, ValueError, "^every must be at least 1, got 0"),
    ({"T": 5e-324}, ValueError, "^T must be so large that 1 / T is finite, got 5e-324"),
    ({"T": 10**400}, ValueError, "^T must fit into a float, below 1.8e308 in size"),
    ({"J": -(10**400)}, ValueError, "^J must fit into a float, below 1.8e308 in size"),
    ({"J": 1e307}, ValueError, "^J and h must be small enough that every energy is finite"),
    ({"J": np.full((16, 4), 1e308)}, ValueError, "^J and h must be small enough that every energy is finite"),
    ({"J": [[1.0, 2.0], [3.0]]}, ValueError, "^J must be an array, but its rows are not of one length"),
    ({"h": np.full((4, 4), 1e307)}, ValueError, "^J and h must be small enough that every energy is finite"),
    ({"spins": [[1, 1], [1]]}, ValueError, "^spins must be an array, but its rows are not of one length"),
    ({"lattice": (4, 4)}, TypeError, r"^lattice must be a Lattice such as lattice.square\(8\), not tuple"),
    ({"sweeps": 10**400}, ValueError, "^sweeps must be at most 576460752303423487, got far more"),
    ({"every": 2**63}, ValueError, "^every must be at most 576460752303423487, got 9223372036854775808"),
    ({"progress": "yes"}, TypeError, "^progress must be None, True or False, not str"),
    ({"rule": "glauber"}, ValueError, "^rule must be one of 'metropolis', 'heat-bath', got 'glauber'"),
    ({"rule": ["metropolis"]}, ValueError, r"^rule must be one of .*, got \['metropolis'\]"),
    ({"order": "typewriter"}, ValueError, "^order must be one of 'random', 'sequential', got 'typewriter'"),
    ({"J": np.nan}, ValueError, "^J must be finite"),
    ({"J": None}, TypeError, "^J must be a real number, not NoneType"),
    ({"J": np.ones((16, 3))}, ValueError, r"^J must have shape \(16, 4\).*got \(16, 3\)"),
    ({"J": np.full((16, 4), np.inf)}, ValueError, "^J must be finite"),
    ({"J": np.arange(64.0).reshape(16, 4)}, ValueError, "^J must give both ends of a bond the same coupling"),
    ({"J": np.where(np.arange(64) == 5, 1 + 1e-6, 1.0).reshape(16, 4)}, ValueError, "^J must give both ends"),
    ({"h": np.inf}, ValueError, "^h must be finite"),
    ({"h": np.ones(16)}, ValueError, r"^h must have shape \(4, 4\).*got \(16,\)"),
    ({"h": np.full((4, 4), "a")}, TypeError, "^h must hold real numbers"),
]


@pytest.mark.parametrize(("change", "error", "message"), BAD)
def test_bad_input_is_named_and_changes_nothing(change, error, message):
    refuses_and_changes_nothing(simulate, error, message, **{**GOOD, **change})


@pytest.mark.parametrize("wrong", [None, 1, np.random.RandomState(1), np.random])
def test_a_generator_must_be_given(wrong):
    with pytest.raises(TypeError, match=r"^rng must be a numpy.random.Generator such as"):
        simulate(**GOOD, rng=wrong)


def test_rng_has_no_default():
    with pytest.raises(TypeError, match="rng"):
        simulate(**GOOD)


@pytest.mark.parametrize("function", [energy, flip_costs])
@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"spins": ASKEW}, ValueError, "^spins"),
        ({"spins": np.ones(16, dtype=np.int8)}, ValueError, "^spins"),
        ({"J": np.ones((4, 4))}, ValueError, "^J"),
        ({"h": np.ones(4)}, ValueError, "^h"),
        ({"h": np.nan}, ValueError, "^h"),
        ({"lattice": (4, 4)}, TypeError, "^lattice"),
    ],
)
def test_bad_input_to_the_energies(function, change, error, message):
    with pytest.raises(error, match=message):
        function(**{"spins": all_up(LATTICE), "lattice": LATTICE, **change})


@pytest.mark.parametrize(("wrong", "error"), [([], TypeError), (np.empty(0, int), ValueError), ([1, 3], ValueError)])
def test_bad_input_to_the_magnetisation(wrong, error):
    with pytest.raises(error, match=r"^spins"):
        magnetisation(wrong)


def test_bonds_are_listed_once_each():
    for case in CASES.values():
        assert 2 * len(bonds(case.lattice)) == (case.lattice.neighbours >= 0).sum()
