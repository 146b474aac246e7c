"""Dense memories: costs against energies, states against the network with couplings and a naive twin."""

import itertools
from decimal import Decimal, getcontext

import numpy as np
import pytest

from spinlearn.core import progress
from spinlearn.core.progress import Interrupted
from spinlearn.dense import hopfield, memories, network
from spinlearn.dense.memories import exponential, power

ALL = [
    power(2), power(2, rectified=True), power(3), power(3, rectified=True), power(4), power(7),
    power(30, rectified=True), exponential(), exponential(0.2), exponential(30.0),
]  # fmt: skip


def random_case(rng, N, P):
    return rng.choice(np.array([-1, 1], dtype=np.int8), size=N), hopfield.random_patterns(P, N, rng=rng)


@pytest.mark.parametrize("interaction", ALL, ids=lambda one: one.name)
@pytest.mark.parametrize(("N", "P"), [(1, 1), (2, 3), (9, 1), (12, 30), (40, 25)])
def test_costs_are_differences_of_energy(interaction, N, P, rng):
    spins, patterns = random_case(rng, N, P)
    turned = np.where(np.eye(N, dtype=bool), -spins, spins).astype(np.int8)
    before = memories.energy(spins, patterns, interaction)
    differences = [memories.energy(s, patterns, interaction) - before for s in turned]
    found = memories.costs(spins, patterns, interaction)
    scale = np.abs(interaction.F(2.0 * np.arange(N + 1) - N, N)).max() * P
    np.testing.assert_allclose(found, differences, atol=1e-13 * scale)
    np.testing.assert_array_equal(memories.weighed(memories.census(spins, patterns), interaction.steps(N)), found)


@pytest.mark.parametrize("interaction", ALL, ids=lambda one: one.name)
def test_the_activation_is_the_derivative_and_answers_a_perfect_match_with_one(interaction):
    x = np.array([-7.0, -2.5, 1.0, 6.0, 9.0])
    derivative = (interaction.F(x + 1e-5, 9) - interaction.F(x - 1e-5, 9)) / 2e-5
    np.testing.assert_allclose(derivative, interaction.f(x, 9), rtol=1e-6, atol=1e-9)
    assert interaction.f(9.0, 9) == 1.0


@pytest.mark.parametrize("order", network.ORDERS)
def test_the_square_is_hopfields_network_state_by_state(order, rng):
    ties = 0
    for N, P in 6 * [(9, 2), (21, 4), (30, 5)] + [(49, 6), (100, 14), (64, 130)]:
        start, patterns = random_case(rng, N, P)
        J = hopfield.hebb(patterns)
        ties += int((np.abs(network.local_fields(start, J)) < 1e-9).sum())
        one, other = (np.random.default_rng(7) for _ in range(2))
        ours = memories.relax(start, patterns, power(2), order=order, rng=one)
        theirs = network.relax(start, J, order=order, rng=other)
        np.testing.assert_array_equal(ours.spins, theirs.spins)
        np.testing.assert_array_equal(ours.before, theirs.before)
        assert ours[3:] == theirs[3:]
        np.testing.assert_allclose(ours.e, theirs.e - P / (2 * N), atol=1e-12)
    assert ties > 10


def naive_sweep(spins, patterns, F):
    """Krotov and Hopfield's update, unit after unit, as their equation 4 has it; a tie leaves a unit as it is."""
    s = spins.astype(int)
    for i in range(s.size):
        rest = patterns.astype(int) @ s - patterns[:, i] * s[i]
        pull = sum(F(int(x + p)) - F(int(x - p)) for x, p in zip(rest, patterns[:, i].astype(int), strict=True))
        s[i] = np.sign(pull) or s[i]
    return s


@pytest.mark.parametrize("n", [2, 3, 4, 5])
@pytest.mark.parametrize("rectified", [False, True])
def test_a_sweep_is_that_of_a_naive_twin_in_whole_numbers(n, rectified, rng):
    for N, P in ((7, 4), (10, 12), (16, 40)):
        start, patterns = random_case(rng, N, P)
        end = memories.relax(start, patterns, power(n, rectified=rectified), sweeps=1)
        np.testing.assert_array_equal(
            end.spins, naive_sweep(start, patterns, lambda x: (x if x > 0 or not rectified else 0) ** n)
        )


@pytest.mark.parametrize("interaction", ALL, ids=lambda one: one.name)
def test_the_energy_never_rises_and_ends_in_a_minimum(interaction, rng):
    for order in ("sequential", "random"):
        for N, P in ((10, 30), (30, 300)):
            start, patterns = random_case(rng, N, P)
            end = memories.relax(start, patterns, interaction, order=order, rng=rng)
            scale = np.abs(end.e).max()
            assert (np.diff(end.e) <= 1e-13 * scale).all()
            assert end.period == 1
            assert (memories.costs(end.spins, patterns, interaction) >= 0).all()
            assert end.e[-1] == pytest.approx(memories.energy(end.spins, patterns, interaction) / N, rel=1e-12)


def by_gradient(spins, patterns, interaction):
    """Another sweep, all units at once: the sign of the gradient, which a unit's own part in the overlaps is in."""
    pull = interaction.f((patterns.astype(int) @ spins).astype(float), spins.size) @ patterns
    return np.where(pull == 0, spins, np.sign(pull)).astype(np.int8)


def test_the_sign_of_the_gradient_is_another_rule_that_lowers_a_convex_energy_and_may_raise_a_cube(rng):
    """It is no substitute: it rests in states that a turn would leave."""
    rose, rested = {}, 0
    for interaction in (power(3), power(4), exponential(2.0)):
        rose[interaction.name] = 0
        for _ in range(1000):
            start, patterns = random_case(rng, 8, 20)
            end = by_gradient(start, patterns, interaction)
            before, after = (memories.energy(s, patterns, interaction) for s in (start, end))
            rose[interaction.name] += after > before + 1e-9
            rested += bool((end == start).all() and (memories.costs(start, patterns, interaction) < 0).any())
    assert rose.pop("x^3") > 10
    assert set(rose.values()) == {0}
    assert rested > 100


@pytest.mark.parametrize("interaction", [power(2), power(3), power(4), power(5), power(2, rectified=True)])
def test_exclusive_or_is_stored_in_three_units_unless_the_energy_is_even(interaction):
    """Krotov and Hopfield, section 3: four memories, two inputs held, and the third unit asked."""
    table = np.array([[x, y, -x * y] for x in (-1, 1) for y in (-1, 1)], dtype=np.int8)
    gained = [
        memories.costs(row * [1, 1, -1], table, interaction)[2] for row in table
    ]  # by the turn to the right answer
    if interaction.degree % 2 or interaction.rectified:
        assert max(gained) < 0
    else:
        np.testing.assert_array_equal(gained, 0.0)


@pytest.mark.parametrize("interaction", [power(2), power(3), power(4, rectified=True), exponential(0.7)])
def test_fixed_points_are_the_minima_of_all_states(interaction, rng):
    patterns = hopfield.random_patterns(9, 8, rng=rng)
    states = np.array(list(itertools.product([-1, 1], repeat=8)), dtype=np.int8)
    E = np.array([memories.energy(s, patterns, interaction) for s in states])
    neighbours = E[np.arange(256)[:, None] ^ (1 << np.arange(8))]
    minima = (neighbours >= E[:, None] - 1e-12).all(axis=1)
    fixed = [memories.relax(s, patterns, interaction).flips == 0 for s in states]
    np.testing.assert_array_equal(fixed, minima)
    assert 0 < minima.sum() < 100


def test_what_cancels_cancels_exactly_at_any_sharpness(rng):
    """A rival one unit away, and far weaker others: the sign of a cost is that of 400 digits."""
    getcontext().prec = 400
    seen = 0
    for T in (1.0, 0.2, 0.05):
        for _ in range(4):
            N = 20
            patterns = hopfield.random_patterns(40, N, rng=rng)
            patterns[1] = patterns[0]
            patterns[1, 3] *= -1
            s = patterns[0].copy()
            found = memories.costs(s, patterns, exponential(T))
            turned = s.copy()
            turned[3] *= -1
            before, after = (
                sum((Decimal(int(x) - N) / Decimal(T)).exp() for x in memories.overlaps(state, patterns))
                for state in (s, turned)
            )
            exact = before - after
            assert float(Decimal(float(found[3])) / (exact * Decimal(T))) == pytest.approx(1, rel=1e-9)
            E = -(exponential(T).F(memories.overlaps(s, patterns).astype(float), N).sum())
            E_turned = -(exponential(T).F(memories.overlaps(turned, patterns).astype(float), N).sum())
            seen += np.sign(E_turned - E) != np.sign(found[3])
    assert seen > 2  # a difference of two energies has lost it


def test_with_an_even_power_a_mirror_image_is_stored_too(rng):
    patterns = hopfield.random_patterns(10, 40, rng=rng)
    for interaction, stored in ((power(4), True), (power(3), False), (exponential(), False)):
        assert (memories.costs(-patterns[0], patterns, interaction) >= 0).all() == stored


def test_cut_anywhere_a_run_is_the_same_and_stopped_it_keeps_what_is_finished(monkeypatch, rng):
    start, patterns = random_case(rng, 60, 200)
    runs = {
        order: lambda order=order: memories.relax(
            start, patterns, power(3), order=order, sweeps=40, rng=np.random.default_rng(1)
        )
        for order in network.ORDERS
    }
    whole = {order: run() for order, run in runs.items()}
    monkeypatch.setattr(progress, "SLICE", 0.0)
    for order, run in runs.items():
        np.testing.assert_array_equal(run().spins, whole[order].spins)
        assert run()[3:] == whole[order][3:]

    def stopped_early(total, shown):
        yield slice(0, 1)
        raise KeyboardInterrupt

    monkeypatch.setattr(memories, "watched", stopped_early)
    for order, run in runs.items():
        with pytest.raises(Interrupted) as stopped:
            run()
        assert stopped.value.run.sweeps == 1
        np.testing.assert_array_equal(stopped.value.run.e, whole[order].e[:2])


def test_kernels_as_plain_python_give_the_same(rng):
    start, patterns = random_case(rng, 11, 15)
    counts = np.empty((11, 11), dtype=np.int64)
    memories.fill_census.py_func(start, patterns, counts)
    np.testing.assert_array_equal(counts, memories.census(start, patterns))
    cost = np.empty(11)
    memories.fill_costs.py_func(counts, exponential().steps(11), cost)
    np.testing.assert_allclose(cost, memories.costs(start, patterns, exponential()), rtol=1e-12)
    by_unit, agreed = np.ascontiguousarray(patterns.T), (patterns == start).sum(axis=1)
    wants = [
        memories.wants_to_turn.py_func(i, start, by_unit, agreed, exponential().steps(11), np.empty(11, dtype=np.int64))
        for i in range(11)
    ]
    np.testing.assert_array_equal(wants, cost < 0)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda s, p: power(1), r"^n must be at least 2"),
        (lambda s, p: power(31), r"^n must be at most 30"),
        (lambda s, p: power(2.5), r"^n must be a whole number"),
        (lambda s, p: power(3, rectified=1), r"^rectified must be"),
        (lambda s, p: exponential(0), r"^T must be greater than 0"),
        (lambda s, p: power(3).steps(0), r"^N must be at least 1"),
        (lambda s, p: memories.energy(s, p, "x^3"), r"^interaction must be what power or exponential returns.*not str"),
        (lambda s, p: memories.energy(s[1:], p, power(3)), r"^spins must have shape"),
        (lambda s, p: memories.costs(s, p * 2, power(3)), r"^patterns must be -1 or \+1"),
        (lambda s, p: memories.census(s, p[:0]), r"^patterns must have shape"),
        (lambda s, p: memories.relax(s, p, power(3), order="any"), r"^order must be one of"),
        (lambda s, p: memories.relax(s, p, power(3), order="random"), r"^rng must be"),
        (lambda s, p: memories.relax(s, p, power(3), sweeps=-1), r"^sweeps must be"),
    ],
)
def test_errors_name_the_argument(call, message, rng):
    with pytest.raises((TypeError, ValueError), match=message):
        call(*random_case(rng, 6, 3))
