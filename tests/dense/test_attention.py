"""Attention as a memory: gradient and descent, Weiss's and Potts's magnets, raw pixels, and random patterns."""

import math

import numpy as np
import pytest
from sklearn.datasets import load_digits

from spinlearn import meanfield
from spinlearn.core.progress import Interrupted
from spinlearn.dense import attention, crosstalk, hopfield, memories
from spinlearn.neuron import unit


@pytest.fixture(scope="module")
def digits():
    return load_digits().data / 16


def test_an_update_is_attention_written_out(rng):
    Q, K, V = rng.normal(size=(5, 8)), rng.normal(size=(12, 8)), rng.normal(size=(12, 3))
    expected = []
    for q in Q:
        p = [math.exp(sum(a * b for a, b in zip(q, k, strict=True)) / math.sqrt(8)) for k in K]
        expected.append([sum(w * v[j] for w, v in zip(p, V, strict=True)) / sum(p) for j in range(3)])
    np.testing.assert_allclose(attention.attend(Q, K, V), expected, rtol=1e-12)
    one = attention.retrieve(Q, K, 0.7, updates=1)
    np.testing.assert_allclose(one.states, attention.attend(Q, K, K, 0.7), rtol=1e-12)
    assert one.updates == 1


@pytest.mark.parametrize("distance", [False, True])
def test_an_update_is_where_the_gradient_points_and_never_raises_the_energy(distance, rng):
    patterns, states = rng.normal(size=(9, 6)), 2 * rng.normal(size=(4, 6))
    for T in (0.05, 0.5, 5.0):
        step = 1e-5 * np.eye(6)
        slope = [
            [(attention.energy(s + d, patterns, T, distance=distance)
              - attention.energy(s - d, patterns, T, distance=distance)) / 2e-5 for d in step]
            for s in states
        ]  # fmt: skip
        after = attention.weights(states, patterns, T, distance=distance) @ patterns
        np.testing.assert_allclose(slope, states - after, atol=1e-8)
        energies = [attention.energy(states, patterns, T, distance=distance)]
        for _ in range(30):
            states_now = attention.retrieve(states, patterns, T, distance=distance, updates=len(energies)).states
            energies.append(attention.energy(states_now, patterns, T, distance=distance))
        assert (np.diff(energies, axis=0) <= 1e-12).all()
        assert (np.array(energies) >= 0).all()


def test_a_longer_step_is_another_rule_that_does_raise_it(rng):
    """The harness: three times the step overshoots."""
    patterns, states = rng.normal(size=(9, 6)), rng.normal(size=(200, 6))
    after = states + 3 * (attention.weights(states, patterns, 1.0) @ patterns - states)
    assert (attention.energy(after, patterns, 1.0) > attention.energy(states, patterns, 1.0)).any()


@pytest.mark.parametrize("T", [1.0, 3.0, 3.9, 5.0])
def test_two_opposite_patterns_are_weisss_magnet(T):
    x = np.array([[1.2, -1.6], [-1.2, 1.6]])
    end = attention.retrieve(0.5 * x[0], x, T, updates=100_000, tolerance=1e-14)
    np.testing.assert_allclose(end.states, meanfield.magnetisation(T, Tc=4.0) * x[0], atol=1e-6)
    assert attention.blur(x, T).slope == pytest.approx(4 / T, rel=1e-12)
    assert attention.blur(x, T).only_above == pytest.approx(4.0, rel=1e-12)


def test_two_opposite_patterns_melt_at_the_curie_point():
    x = np.array([[1.2, -1.6], [-1.2, 1.6]])
    assert attention.melting_temperature(x, 1) == pytest.approx(4.0, rel=5e-4)


def test_orthogonal_patterns_of_one_norm_are_a_potts_magnet():
    """C has the eigenvalue a^2 / q in the symmetric state. The transition is of first order: memories live on above it,
    up to the largest T = a^2 (p - r) / ln(p / r) with p of the weight on one state and r on each of the others."""
    q, a = 5, 3.0
    x = a * np.eye(q)
    p = np.linspace(0.5, 1, 200_001)[1:-1]
    r = (1 - p) / (q - 1)
    spinodal = (a * a * (p - r) / np.log(p / r)).max()
    assert attention.melting_temperature(x, 2) == pytest.approx(spinodal, rel=1e-4)
    T = 1.1 * a * a / q
    assert spinodal - T > 0.05
    blur = attention.blur(x, T)
    np.testing.assert_allclose(blur.state, a / q, rtol=1e-9)
    assert blur.blended == pytest.approx(q, rel=1e-9)
    assert blur.slope == pytest.approx(1 / 1.1, rel=1e-9)
    assert attention.retrieve(x[0], x, T).weights[0] > 0.8


@pytest.mark.parametrize("distance", [False, True])
def test_above_a_quarter_of_the_squared_diameter_every_cue_ends_in_the_blur(distance, rng):
    for P, N in ((2, 3), (10, 4), (40, 20)):
        patterns = rng.normal(size=(P, N)) * rng.uniform(0.2, 3, size=(P, 1))
        top = attention.blur(patterns, 1.0, distance=distance).only_above
        diameter = max(np.linalg.norm(a - b) for a in patterns for b in patterns)
        assert top == pytest.approx(diameter**2 / 4, rel=1e-10)
        blur = attention.blur(patterns, 1.01 * top, distance=distance)
        ends = attention.retrieve(
            5 * rng.normal(size=(20, N)), patterns, 1.01 * top, distance=distance, tolerance=1e-12
        )
        np.testing.assert_allclose(ends.states, np.broadcast_to(blur.state, ends.states.shape), atol=1e-8)
        assert blur.slope < 1


def test_a_pattern_is_a_memory_up_to_its_melting_temperature(digits):
    patterns = digits[:100]
    gaps, found = attention.gaps(patterns), []
    for k in range(8):
        T = attention.melting_temperature(patterns, k)
        found.append(T)
        assert (T > 0) == (gaps[k] > 0)
        if T > 0:
            below, above = (attention.retrieve(patterns[k], patterns, s * T).weights[k] for s in (0.999, 1.001))
            assert above < 0.511 < below
    assert 0 < max(found) < 0.8  # beta = 1 is far too warm for all of them


def test_raw_pixels_with_beta_one_retrieve_a_blur_whichever_digit_is_asked_for(digits):
    """The user's failure: too warm, and too bright besides."""
    ends = attention.retrieve(digits[:60], digits, 1.0)
    assert np.abs(ends.states - ends.states[0]).max() < 1e-6
    assert 200 < ends.blended[0] < 260
    blur = attention.blur(digits, 1.0)
    np.testing.assert_allclose(ends.states[0], blur.state, atol=1e-6)
    assert 0.5 < blur.slope < 0.6
    gaps = attention.gaps(digits)
    assert 0.17 < (gaps > 0).mean() < 0.20
    assert attention.safe_temperature(digits, 0.1) == 0
    cold = attention.retrieve(digits[:60], digits, 0.001)
    assert (cold.weights.argmax(axis=1) == np.arange(60)).mean() < 0.3  # a bright digit has beaten it


def test_distances_and_a_lower_temperature_cure_it(digits):
    assert attention.gaps(digits, distance=True).min() > 0
    T = attention.safe_temperature(digits, 0.01, distance=True)
    assert 0.001 < T < 0.1
    moved = attention.retrieve(digits, digits, T, distance=True, updates=1).states - digits
    assert np.linalg.norm(moved, axis=1).max() <= 0.01
    half = digits[:60] * (np.arange(64) < 40)
    ends = attention.retrieve(half, digits, T, distance=True)
    assert np.median(ends.blended) < 1.01
    warm = attention.retrieve(digits[:60], digits, 1.0, distance=True)
    assert np.abs(warm.states - warm.states[0]).max() < 1e-6  # distances alone do not


@pytest.mark.parametrize("distance", [False, True])
def test_one_update_moves_a_pattern_by_no_more_than_the_bound(distance, rng):
    patterns = rng.normal(size=(30, 10))
    patterns *= 3 / np.linalg.norm(patterns, axis=1)[:, None]
    gaps = attention.gaps(patterns, distance=distance)
    np.testing.assert_allclose(gaps, attention.gaps(patterns), atol=1e-12)  # of one norm: no difference
    for T in (0.2, 0.6):
        moved = attention.retrieve(patterns, patterns, T, distance=distance, updates=1).states - patterns
        assert (np.linalg.norm(moved, axis=1) <= 2 * 3 * 29 * np.exp(-gaps / T)).all()
    T = attention.safe_temperature(patterns, 1e-3, distance=distance)
    assert 2 * 3 * 29 * np.exp(-gaps.min() / T) == pytest.approx(1e-3, rel=1e-9)


@pytest.mark.parametrize("T", [0.5, 2.0, 8.0])
def test_the_exponential_memory_turns_a_unit_as_attention_says_once_its_own_part_is_left_out(T, rng):
    patterns = hopfield.random_patterns(25, 12, rng=rng)
    s = hopfield.random_patterns(1, 12, rng=rng)[0]
    p = attention.weights(s.astype(float), patterns, T)
    f = memories.exponential(T).f(memories.overlaps(s, patterns).astype(float), 12)
    np.testing.assert_allclose(f / f.sum(), p, rtol=1e-12)
    without = p[:, None] * np.exp(-patterns * s / T)
    costs = memories.costs(s, patterns, memories.exponential(T))
    expected = 2 * T * np.sinh(1 / T) * f.sum() * s * (without * patterns).sum(axis=0)
    np.testing.assert_allclose(costs, expected, atol=1e-11 * np.abs(expected).max())


@pytest.mark.parametrize("patterns", ["sphere", "binary"])
@pytest.mark.parametrize("T", [0.2, 1.0, 3.0])
def test_rates_are_those_of_a_random_energy_model(patterns, T):
    grid = np.linspace(0, 1 - 1e-9, 400_001)
    entropy = -np.log1p(-(grid**2)) / 2
    if patterns == "binary":
        entropy = ((1 + grid) * np.log1p(grid) + (1 - grid) * np.log1p(-grid)) / 2

    def rivals(alpha):
        return (alpha - entropy + grid / T)[entropy <= alpha].max()

    for m in (0.2, 0.6, 0.95, 1.0):
        rate = attention.rates(T, m=m, patterns=patterns)
        assert rivals(0.99 * rate.typical) < m / T < rivals(1.01 * rate.typical)
        if m < 1:
            assert rate.every == pytest.approx(min(rate.typical, np.interp(m, grid, entropy) / 2), abs=1e-5)
    if patterns == "sphere":
        assert attention.rates(T).every == attention.rates(T).typical
    else:
        assert attention.rates(T, patterns=patterns) == pytest.approx(crosstalk.rates(2 * T), rel=1e-12)


def test_on_a_sphere_the_rivals_are_the_free_energy_of_a_unit_that_points_anywhere():
    """K of `neuron.unit.sphere` in N dimensions, at b N, over N: its limit is what the rate is made of."""
    for T in (0.5, 1.0, 2.0):
        errors = [unit.sphere(N).K(N / T) / N - (1 / T - attention.rates(T).typical) for N in (25, 50, 100)]
        assert abs(errors[-1]) < 0.01
        assert errors[-1] / errors[0] == pytest.approx(0.25, abs=0.02)  # a correction of 1 / N, and no other limit


def test_random_patterns_on_a_sphere_are_found_up_to_the_rate(rng):
    """At finite N rivals weigh as much as the pattern where ln P + K_N(b N) = b N, on average."""
    N, T = 16, 1.0
    middle = N / T - unit.sphere(N).K(N / T)
    own = []
    for log_P in (middle - 3, middle + 2):
        x = rng.normal(size=(round(math.exp(log_P)), N))
        x *= math.sqrt(N) / np.linalg.norm(x, axis=1)[:, None]
        own.append(np.median(attention.weights(x[:60], x, T)[np.arange(60), np.arange(60)]))
    assert own[0] > 0.9
    assert own[1] < 0.3


def test_stopped_it_keeps_the_states_so_far(monkeypatch, rng):
    patterns, cue = rng.normal(size=(6, 4)), rng.normal(size=4)

    def stopped_early(total, shown):
        yield slice(0, 3)
        raise KeyboardInterrupt

    monkeypatch.setattr(attention, "watched", stopped_early)
    with pytest.raises(Interrupted) as stopped:
        attention.retrieve(cue, patterns, 1.0, tolerance=0)
    assert stopped.value.run.updates == 3


def test_far_apart_scores_do_not_overflow():
    patterns = np.array([[1e6, 0.0], [0.0, 1e6]])
    np.testing.assert_array_equal(attention.weights(patterns, patterns, 1e-3), np.eye(2))
    assert attention.energy(patterns[0], patterns, 1e-3) == pytest.approx(1e-3 * math.log(2), abs=1e-3)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: attention.weights([1.0], [[1.0, 2.0]], 1.0), r"^states must have 2 components"),
        (lambda: attention.weights(1.0, [[1.0]], 1.0), r"^states must have 1 components"),
        (lambda: attention.weights([1.0], [1.0], 1.0), r"^patterns must have shape"),
        (lambda: attention.weights([np.nan], [[1.0]], 1.0), r"^states must be finite"),
        (lambda: attention.energy([1.0], [[1.0]], 0.0), r"^T must be greater than 0"),
        (lambda: attention.attend([[1.0]], [[1.0]], [[1.0], [2.0]]), r"^values must have shape \(1, v\)"),
        (lambda: attention.attend([[1.0]], [[1.0, 2.0]], [[1.0]]), r"^queries must have 2 components"),
        (lambda: attention.retrieve([1.0], [[1.0]], 1.0, updates=0), r"^updates must be at least 1"),
        (lambda: attention.retrieve([1.0], [[1.0]], 1.0, tolerance=-1), r"^tolerance must be at least 0"),
        (lambda: attention.retrieve([1.0], [[1.0]], 1.0, distance=1), r"^distance must be"),
        (lambda: attention.gaps([[1.0]]), r"^patterns must have shape \(P, N\), P from 2"),
        (lambda: attention.safe_temperature([[1.0], [2.0]], 0), r"^error must be greater than 0"),
        (lambda: attention.safe_temperature([[1.0], [2.0]], 5), r"^error must be below"),
        (lambda: attention.melting_temperature([[1.0], [2.0]], 2), r"^k must be at most 1"),
        (lambda: attention.rates(1.0, patterns="gaussian"), r"^patterns must be one of"),
        (lambda: attention.rates(1.0, m=2), r"^m must be at most 1"),
    ],
)
def test_errors_name_the_argument(call, message):
    with pytest.raises((TypeError, ValueError), match=message):
        call()
