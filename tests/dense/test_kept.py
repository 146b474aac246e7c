"""What dense memories keep: against a naive count in the same networks, theory at finite size, and exponents."""

import numpy as np
import pytest

from spinlearn.core.progress import Interrupted
from spinlearn.dense import crosstalk, kept, memories
from spinlearn.dense.memories import exponential, power
from spinlearn.measure.scaling import power_law


def test_counts_are_those_of_every_pattern_asked_by_itself():
    interactions = [power(2), power(3), power(3, rectified=True), power(4), exponential(), exponential(0.1)]
    for N, P in ((8, 5), (12, 13), (20, 40)):
        found = kept.kept(N, P, interactions, 12, every=True, rng=np.random.default_rng(4))
        rng = np.random.default_rng(4)
        typical, every = np.zeros((2, len(interactions)))
        for _ in range(12):
            x = 2 * rng.integers(2, size=(P, N), dtype=np.int8) - np.int8(1)
            stable = np.array([[(memories.costs(p, x, one) >= 0).all() for one in interactions] for p in x])
            typical += stable[0]
            every += stable.all(axis=0)
        np.testing.assert_allclose([one.typical.value for one in found], typical / 12)
        np.testing.assert_allclose([one.every.value for one in found], every / 12)
    assert kept.kept(8, 5, interactions, 2, rng=np.random.default_rng(1))[0].every is None


@pytest.mark.parametrize(("N", "P", "networks"), [(20, 60, 4000), (40, 200, 3000), (40, 900, 1500)])
def test_a_typical_pattern_is_kept_as_often_as_theory_says(N, P, networks, rng):
    interactions = [power(3), power(3, rectified=True), power(4), power(4, rectified=True)]
    for one, found in zip(interactions, kept.kept(N, P, interactions, networks, rng=rng), strict=True):
        theory = crosstalk.stability(N, P, one)
        error = np.sqrt(theory.pattern * (1 - theory.pattern) / networks)
        assert abs(found.typical.value - theory.pattern) < 4 * error + 0.02
        if one.name == "x^3" and P == 60:  # errors come in swarms, and the harness sees it
            assert abs(found.typical.value - (1 - theory.bit) ** N) > 4 * error + 0.02


@pytest.mark.parametrize("every", [False, True])
@pytest.mark.parametrize("interaction", [power(3), power(4), power(4, rectified=True)], ids=lambda one: one.name)
def test_half_is_kept_where_theory_says_within_a_tenth(interaction, every, rng):
    theory = crosstalk.limit(24, interaction, every=every).P
    P = np.unique(np.round(theory * np.array([0.6, 0.8, 1.05, 1.35, 1.8]))).astype(int)
    found = kept.half(24, P, interaction, 150, every=every, rng=rng)
    assert 0 < found.error < 0.08 * found.P
    assert abs(found.P - theory) < 4 * found.error + 0.1 * theory + 0.5
    assert abs(found.P - 2 * theory) > 4 * found.error + 0.1 * theory + 0.5


@pytest.mark.parametrize("n", [2, 3, 4])
def test_fitted_exponents_are_those_of_theory_at_the_same_sizes_and_far_from_their_limit(n, rng):
    sizes, halves, theory = [16, 26, 42], [], []
    for N in sizes:
        theory.append(crosstalk.limit(N, power(n)).P)
        P = np.unique(np.round(theory[-1] * np.array([0.5, 0.8, 1.2, 1.7]))).astype(int)
        halves.append(kept.half(N, P, power(n), 250, rng=rng))
    fit = power_law(sizes, halves)
    expected = power_law(sizes, [(P, 0.01 * P) for P in theory]).exponent
    assert abs(fit.exponent - expected) < 4 * fit.error + 0.1
    assert fit.exponent + 3 * fit.error < n - 1


def test_a_sharp_exponential_is_decided_by_pairs_one_unit_apart(rng):
    sharp = [exponential(0.25), exponential(0.5)]
    for N in (12, 15):
        P = round(np.sqrt(2 ** (N + 1) * np.log(2) / N))
        found = kept.kept(N, P, sharp, 800, every=True, rng=rng)
        for one in found:
            assert abs(one.every.value - crosstalk.neighbours(N, P).every) < 4 * 0.5 / np.sqrt(800) + 0.02
        P = round(2 ** (N + 1) * np.log(2) / N)
        for one in kept.kept(N, P, sharp, 400, rng=rng):
            assert abs(one.typical.value - crosstalk.neighbours(N, P).pattern) < 4 * 0.5 / np.sqrt(400) + 0.02


def test_typical_and_every_pattern_have_two_exponential_rates(rng):
    """ln 2 less a logarithm over N for one, half of it for all: far from each other already at ten units."""
    rates = []
    for every in (False, True):
        sizes, halves = (10, 12, 14), []
        for N in sizes:
            P = (2 ** (N + 1) * np.log(2) / N) ** (0.5 if every else 1)
            P = np.round(P * np.array([0.5, 0.75, 1.05, 1.4, 2.0])).astype(int)
            halves.append(kept.half(N, P, exponential(0.5), 150, every=every, rng=rng))
        rates.append(power_law(np.exp(sizes), halves))
    typical, every = rates
    assert abs(typical.exponent - (np.log(2) - 1 / 12)) < 4 * typical.error + 0.03
    assert abs(every.exponent - (np.log(2) - 1 / 12) / 2) < 4 * every.error + 0.03
    assert typical.exponent - every.exponent > 2.5 * (typical.error + every.error) + 0.06


@pytest.mark.parametrize(("n", "N", "loads"), [(3, 300, (0.04, 0.06)), (4, 70, (0.005, 0.007))])
def test_retrieval_with_errors_ends_where_the_equation_says(n, N, loads, rng):
    for load in loads:
        ends = kept.recalled(N, round(load * N ** (n - 1)), power(n), 30, rng=rng)
        m = crosstalk.retrieved(load, n)
        # wrong units are nearly independent within a run, and runs differ by the swarms in which they come
        error = max(np.sqrt((1 - m**2) / (30 * N)), ends.std(ddof=1) / np.sqrt(30))
        assert abs(ends.mean() - m) < 4 * error + (1 - m) / np.sqrt(N)
    if n == 3:
        assert abs(ends.mean() - crosstalk.retrieved(1.25 * load, n)) > 4 * error + (1 - m) / np.sqrt(N)


def test_below_the_last_load_the_end_is_one_for_all_cues_and_beyond_it_is_where_the_cue_was(rng):
    N, last = 200, crosstalk.last_load(3)
    for load in (0.05, 0.06):
        ends = [kept.recalled(N, round(load * N**2), power(3), 20, m=m, rng=rng).mean() for m in (0.9, 0.75)]
        np.testing.assert_allclose(ends, crosstalk.retrieved(load, 3), atol=0.035)
    load = 1.5 * last.load
    near, far = (kept.recalled(N, round(load * N**2), power(3), 20, m=m, rng=rng).mean() for m in (0.95, 0.65))
    assert last.m > near > far + 0.2


def test_half_of_all_random_starts_reach_a_memory_where_krotov_and_hopfield_saw_it(rng):
    """Their figure 5 at N = 100: x^3 at equation 6, and the rectified one a little above."""
    P = round(100**2 / (6 * np.log(100)))
    cube, rectified = power(3), power(3, rectified=True)
    assert abs(kept.reached(100, P, cube, 12, rng=rng).value - 0.5) < 0.2
    assert kept.reached(100, P // 2, cube, 6, rng=rng).value > 0.8
    assert kept.reached(100, 3 * P // 2, cube, 6, rng=rng).value < 0.35
    assert kept.reached(100, P, rectified, 12, rng=rng).value > 0.6
    assert kept.reached(100, 2 * P, rectified, 6, rng=rng).value < 0.4
    assert crosstalk.limit(100, cube).P > 1.4 * P


@pytest.mark.parametrize("interaction", [power(2), power(3), power(4), exponential()], ids=lambda one: one.name)
def test_one_pattern_is_always_reached_or_its_mirror_image_if_that_is_a_pattern(interaction, rng):
    found = kept.reached(30, 1, interaction, 4, starts=30, rng=rng).value
    if interaction.name in ("x^2", "x^4"):
        assert found > 0.95
    else:
        assert found == 1


def test_the_higher_the_power_the_more_is_recalled_from_the_same_cue(rng):
    ends = [
        kept.recalled(40, 60, one, 40, m=0.6, rng=rng).mean() for one in (power(2), power(3), power(4), exponential())
    ]
    assert ends[0] < 0.5 < ends[1] < 0.9 < ends[3]
    assert ends[1] < ends[2] < ends[3]


def test_stopped_it_keeps_the_networks_that_were_finished(monkeypatch):
    whole = kept.recalled(30, 40, power(3), 6, m=0.8, rng=np.random.default_rng(2))

    def stopped_early(total, shown):
        yield slice(0, 2)
        raise KeyboardInterrupt

    monkeypatch.setattr(kept, "watched", stopped_early)
    with pytest.raises(Interrupted) as stopped:
        kept.recalled(30, 40, power(3), 6, m=0.8, rng=np.random.default_rng(2))
    np.testing.assert_array_equal(stopped.value.run, whole[:2])
    with pytest.raises(Interrupted) as stopped:
        kept.kept(10, 4, [power(3)], 6, rng=np.random.default_rng(2))
    assert stopped.value.run[0].typical.value in (0, 0.5, 1)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda r: kept.kept(0, 5, [power(3)], 1, rng=r), r"^N must be at least 1"),
        (lambda r: kept.kept(5, 0, [power(3)], 1, rng=r), r"^P must be at least 1"),
        (lambda r: kept.kept(50, 10**9, [power(3)], 1, rng=r), r"^P must be at most 20000000, got"),
        (lambda r: kept.kept(5, 5, [], 1, rng=r), r"^interactions must hold one"),
        (lambda r: kept.kept(5, 5, [3], 1, rng=r), r"^interactions must be what power"),
        (lambda r: kept.kept(5, 5, [power(3)], 0, rng=r), r"^networks must be at least 1"),
        (lambda r: kept.kept(5, 5, [power(3)], 1, every=2, rng=r), r"^every must be"),
        (lambda r: kept.kept(5, 5, [power(3)], 1, rng=3), r"^rng must be"),
        (lambda r: kept.half(5, [4], power(3), 5, rng=r), r"^P must be a list of at least two"),
        (lambda r: kept.half(5, [4.0, 5.0], power(3), 5, rng=r), r"^P must be a list of at least two"),
        (lambda r: kept.half(5, [4, 5], 3, 5, rng=r), r"^interaction must be what power.*not int"),
        (lambda r: kept.recalled(5, 5, 3, 5, rng=r), r"^interaction must be what power.*not int"),
        (lambda r: kept.half(30, [2, 3], power(3), 5, rng=r), r"^kept must fall"),
        (lambda r: kept.reached(5, 5, power(3), 1, starts=0, rng=r), r"^starts must be at least 1"),
        (lambda r: kept.reached(5, 5, "x^3", 1, rng=r), r"^interaction must be what power"),
        (lambda r: kept.recalled(5, 5, power(3), 0, rng=r), r"^runs must be at least 1"),
        (lambda r: kept.recalled(5, 5, power(3), 1, m=1.5, rng=r), r"^overlap must"),
    ],
)
def test_errors_name_the_argument(call, message, rng):
    with pytest.raises((TypeError, ValueError), match=message):
        call(rng)
