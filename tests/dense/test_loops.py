"""Diluted networks and trees with any activation: against plain twins, the exact map of a tree, and the theory."""

import math

import numpy as np
import pytest

from spinlearn.core.words import stream
from spinlearn.dense import diluted, fading, loops, memories
from spinlearn.lattice.planes import count_bits


def drawn(N, C, P, rng):
    """Bits, inputs and couplings of a network."""
    bits, state = np.empty((N, loops.words_of(P)), dtype=np.uint64), stream(rng)
    inputs, couplings = np.empty((2, N, C), dtype=np.int32)
    loops.draw_bits(P, state, bits)
    loops.wire(state, inputs, np.empty(N))
    loops.couple(P, bits, inputs, couplings)
    return bits, inputs, couplings, state


def unpacked(bits, P) -> np.ndarray:
    """(N, P) -1 or +1."""
    shifts = np.arange(P, dtype=np.uint64)
    return (((bits[:, (shifts // 64).astype(int)] >> (shifts % 64)) & np.uint64(1)) > 0) * 2.0 - 1


@pytest.mark.parametrize("P", [1, 2, 63, 64, 65, 76, 130])
def test_couplings_are_those_of_hebb(P, rng):
    bits, inputs, couplings, _ = drawn(60, 7, P, rng)
    patterns = unpacked(bits, P)
    assert bits[:, -1].max() < 2.0 ** ((P - 1) % 64 + 1)  # nothing behind the last bit
    expected = np.array([[patterns[i] @ patterns[j] for j in row] for i, row in enumerate(inputs)])
    np.testing.assert_array_equal(couplings, expected)
    plain = np.empty_like(couplings)
    diluted.fill_couplings(patterns.astype(np.int8), inputs, plain)
    np.testing.assert_array_equal(couplings, plain)
    if P > 2:
        assert abs(patterns.mean()) < 6 / math.sqrt(60 * P)


@pytest.mark.parametrize(("N", "C"), [(2, 1), (5, 4), (300, 30)])
def test_inputs_are_different_and_evenly_drawn(N, C, rng):
    heard = np.zeros(N)
    for _ in range(20):
        _, inputs, _, _ = drawn(N, C, 3, rng)
        assert all(len({*row}) == C and i not in row for i, row in enumerate(inputs.tolist()))
        assert inputs.min() >= 0
        assert inputs.max() < N
        heard += np.bincount(inputs.ravel(), minlength=N)
    assert abs(heard - 20 * C).max() <= 6 * math.sqrt(20 * C)


def test_ones_are_counted(rng):
    for word in rng.integers(2**64, size=200, dtype=np.uint64):
        assert count_bits(word) == bin(int(word)).count("1")


@pytest.mark.parametrize("activation", fading.UNITS)
def test_a_network_answers_as_a_plain_twin(activation, rng):
    N, C, P, gain = 80, 9, 4, 1.7
    bits, inputs, couplings, state = drawn(N, C, P, rng)
    states, fields = rng.standard_normal(N), np.empty(N)
    J = np.zeros((N, N))
    np.put_along_axis(J, inputs, couplings / C, axis=1)
    h = J @ states
    answer = {
        "sign": np.sign(h), "tanh": np.tanh(gain * h), "best": np.tanh(h * C / P), "rectifier": np.maximum(h, 0),
    }[activation]  # fmt: skip
    if activation == "rectifier":
        answer /= np.sqrt((answer**2).mean())
    found = loops.step_units(
        fading.ACTIVATIONS[activation], gain, P, False, bits, inputs, couplings, states, fields, state
    )  # fmt: skip
    np.testing.assert_allclose(states, answer, atol=1e-12)
    assert found == pytest.approx(np.corrcoef(answer, unpacked(bits, P)[:, 0])[0, 1], abs=1e-12)


@pytest.mark.parametrize("P", [2, 30, 66])
def test_a_tree_makes_the_exact_step_of_signs(P, rng):
    """From a state with a given overlap, one layer on, within five standard errors; the control has other patterns."""
    N, C, m = 20_000, 31, 0.6
    bits, state = np.empty((N, loops.words_of(P)), dtype=np.uint64), stream(rng)
    loops.draw_bits(P, state, bits)
    pattern = unpacked(bits, P)[:, 0]
    states = np.where(rng.random(N) < (1 + m) / 2, pattern, -pattern)
    now, fields, mesh = (states * pattern).mean(), np.empty(N), np.empty((2, 1, C), dtype=np.int32)
    found = loops.step_units(fading.SIGN, 1.0, P, True, bits, *mesh, states, fields, state)
    expected, control = diluted.tree_step(now, C, P), diluted.tree_step(now, C, P + 12)
    assert abs(found - expected) < 5 / math.sqrt(N)
    assert abs(found - control) > 5 / math.sqrt(N)


@pytest.mark.slow
@pytest.mark.parametrize(("activation", "loads"), [
    ("sign", (0.2, 0.4, 0.5)), ("tanh", (0.2, 0.5, 0.7)), ("best", (0.2, 0.5, 0.8)), ("rectifier", (0.1, 0.2, 0.3)),
])  # fmt: skip
def test_a_tree_follows_the_theory(activation, loads, rng):
    """C = 200, so that the discrete sum is close to a Gaussian; other activations are far from it."""
    for load in loads:
        found = loops.recall(8000, 200, round(200 * load), activation, tree=True, steps=30, rng=rng)[-10:].mean()
        assert found == pytest.approx(fading.overlap(activation, load), abs=0.02)
    others = [fading.overlap(name, loads[-1]) for name in fading.UNITS if name != activation]
    assert min(abs(found - other) for other in others) > 0.02 or activation in ("tanh", "best")


@pytest.mark.slow
def test_loops_end_a_memory_before_the_tree_does(rng):
    """C / N = 1 %: signs break off at 0.452, and the best activation is far below its curve at 0.7."""
    network = [loops.recall(10_000, 100, P, name, steps=40, rng=rng)[-10:].mean() for P, name in (
        (35, "sign"), (56, "sign"), (70, "best"))]  # fmt: skip
    m = 1.0
    for _ in range(100):
        m = diluted.tree_step(m, 100, 35)
    few_inputs = m - diluted.overlap(0.35)
    assert network[0] == pytest.approx(diluted.overlap(0.35, connected=0.01) + few_inputs, abs=0.02)
    assert network[1] < 0.3 < fading.overlap("sign", 0.56)
    assert network[2] < 0.35 < 0.55 < fading.overlap("best", 0.7)


@pytest.mark.parametrize(("name", "code"), [("x2", 2), ("x3", 3), ("x4", 4), ("exp", 0)])
def test_steps_of_the_energy_are_those_of_memories(name, code):
    found = np.empty(24)
    loops.fill_steps(fading.ACTIVATIONS[name], 24, found)
    interaction = memories.power(code) if code else memories.exponential()
    np.testing.assert_allclose(found, interaction.steps(24), rtol=1e-12, atol=1e-30)


@pytest.mark.parametrize(("name", "interaction", "P"), [
    ("x2", memories.power(2), 9), ("x3", memories.power(3), 150), ("x4", memories.power(4), 900),
    ("exp", memories.exponential(), 40),
])  # fmt: skip
def test_a_dense_memory_ends_where_relax_ends(name, interaction, P, rng):
    n = 40
    patterns = rng.choice(np.array([-1, 1], dtype=np.int8), size=(P, n))
    found, steps = np.empty(41), np.empty(n)
    loops.fill_steps(fading.ACTIVATIONS[name], n, steps)
    turned, tally = np.empty((2, n), dtype=np.int64)
    loops.run_dense(
        np.ascontiguousarray(patterns.T), steps, np.empty(n, dtype=np.int8), np.empty(P, dtype=np.int64), turned, tally,
        stream(rng), found,
    )  # fmt: skip
    starts = min(16, P)
    ends = [memories.relax(patterns[k], patterns, interaction, sweeps=40).spins for k in range(starts)]
    assert found[0] == pytest.approx(1, abs=1e-12)
    seen = [end @ patterns[k].astype(float) / n for k, end in enumerate(ends)]
    assert found[-1] == pytest.approx(np.mean(seen), abs=1e-12)


@pytest.mark.parametrize(
    ("settings", "error", "text"),
    [
        ({"N": 1}, ValueError, "N must be at least 2"), ({"C": 30}, ValueError, "C must be at most 29"),
        ({"P": 0}, ValueError, "P must be at least 1"), ({"activation": "x2"}, ValueError, "activation must be one of"),
        ({"gain": 0}, ValueError, "gain must be greater than 0"), ({"tree": 1}, TypeError, "tree must be"),
        ({"steps": -1}, ValueError, "steps must be at least 0"),
    ],
)  # fmt: skip
def test_what_cannot_be_run_is_refused(settings, error, text, rng):
    with pytest.raises(error, match=text):
        loops.recall(**{"N": 30, "C": 5, "P": 2, "activation": "sign", "rng": rng} | settings)
