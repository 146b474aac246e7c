"""Rules that make couplings of patterns: identities, one pattern after the other, and what each rule is good for."""

import numpy as np
import pytest

from spinlearn.dense import hopfield, network
from spinlearn.dense.recall import recall


def correlated(P, N, rng, bias=0.6):
    return hopfield.random_patterns(P, N, bias=bias, rng=rng)


def stable(J, patterns):
    return np.mean([network.is_fixed(x, J) for x in patterns])


def test_random_patterns_have_their_mean(rng):
    for bias in (-1.0, -0.3, 0.0, 0.7, 1.0):
        x = hopfield.random_patterns(50, 2000, bias=bias, rng=rng)
        assert x.dtype == np.int8
        assert abs(x.mean() - bias) <= 5 * np.sqrt((1 - bias**2) / x.size)


def test_a_cue_has_its_overlap_exactly(rng):
    x = hopfield.random_patterns(1, 200, rng=rng)
    for overlap in (-1.0, -0.5, 0.0, 0.31, 0.99, 1.0):
        assert hopfield.overlaps(hopfield.cue(x[0], overlap, rng=rng), x)[0] == pytest.approx(overlap, abs=1e-12)


def test_hebbs_rule_is_a_sum_over_pairs_and_over_patterns(rng):
    x = hopfield.random_patterns(6, 15, rng=rng)
    J = hopfield.hebb(x)
    for i in range(15):
        for j in range(15):
            wanted = sum(int(p[i]) * int(p[j]) for p in x) / 15 if i != j else 0.0
            assert J[i, j] == pytest.approx(wanted, abs=1e-15)
    np.testing.assert_allclose(J, hopfield.hebb(x[:2]) + hopfield.hebb(x[2:]), atol=1e-15)
    np.testing.assert_allclose(hopfield.hebb(x, whole=True), 15 * J, atol=1e-13)
    np.testing.assert_array_equal(hopfield.hebb(-x), J)


def test_energy_is_the_sum_of_squared_overlaps(rng):
    """E = -(N / 2) sum m^2 + P / 2 for Hebb's couplings."""
    x = hopfield.random_patterns(7, 60, rng=rng)
    s = hopfield.random_patterns(1, 60, rng=rng)[0]
    m = hopfield.overlaps(s, x)
    assert network.energy(s, hopfield.hebb(x)) == pytest.approx(-30 * m @ m + 3.5, abs=1e-11)


def test_stored_bits_are_wrong_as_often_as_they_must_be(rng):
    N, P, sets = 100, 16, 200
    wrong = 0
    for _ in range(sets):
        x = hopfield.random_patterns(P, N, rng=rng)
        J = hopfield.hebb(x, whole=True)
        wrong += sum((p * network.local_fields(p, J) < 0).sum() for p in x)
    bits = N * P * sets
    p = recall(N, P).bit
    assert abs(wrong / bits - p) < 5 * np.sqrt(4 * p / bits)  # errors come in swarms: some four times the variance


def test_patterns_with_a_mean_want_it_taken_off(rng):
    x = correlated(8, 600, rng, bias=0.5)
    assert stable(hopfield.hebb(x), x) < 0.2
    np.testing.assert_allclose(hopfield.hebb(x, mean=0.5)[0, 1], ((x[:, 0] - 0.5) @ (x[:, 1] - 0.5)) / 600)
    assert stable(hopfield.hebb(x, mean=0.5), x) > 0.8


# Projection


@pytest.mark.parametrize("bias", [0.0, 0.6])
def test_the_projection_is_the_pseudo_inverse_and_leaves_patterns_as_they_are(bias, rng):
    x = correlated(30, 80, rng, bias).astype(float)
    J = hopfield.projection(x.astype(int), self_coupling=True)
    np.testing.assert_allclose(J, x.T @ np.linalg.pinv(x.T), atol=1e-10)
    np.testing.assert_allclose(J, x.T @ np.linalg.inv(hopfield.overlap_matrix(x.astype(int))) @ x / 80, atol=1e-9)
    np.testing.assert_allclose(J @ x.T, x.T, atol=1e-10)
    np.testing.assert_allclose(J @ J, J, atol=1e-10)
    assert J.trace() == pytest.approx(30, abs=1e-9)
    np.testing.assert_array_equal(J, J.T)


def test_patterns_learned_one_after_the_other_are_as_those_learned_at_once(rng):
    x = correlated(20, 64, rng)
    x[7] = x[3]  # no news
    x[12] = -x[5]
    J = np.zeros((64, 64))
    for k in range(20):
        J = hopfield.project_in(J, x[k])
        np.testing.assert_allclose(J, hopfield.projection(x[: k + 1], self_coupling=True), atol=1e-9)
    assert J.trace() == pytest.approx(18, abs=1e-9)
    for pattern in (x[0], x[12]):
        np.testing.assert_array_equal(hopfield.project_in(J, pattern), J)


def test_correlated_patterns_that_hebb_loses_the_projection_keeps(rng):
    x = correlated(25, 100, rng)
    J = hopfield.projection(x)
    assert not J.diagonal().any()
    assert stable(hopfield.hebb(x), x) < 0.1
    assert stable(J, x) == 1
    # The field of a pattern is 1 - J_ii times its spin, with J_ii of the whole projection.
    whole = hopfield.projection(x, self_coupling=True)
    np.testing.assert_allclose(x[3] * (J @ x[3]), 1 - whole.diagonal(), atol=1e-10)


def test_half_as_many_patterns_as_units_are_kept_and_a_third_of_the_errors_mended(rng):
    """Far beyond 0.138 N, and without self-couplings cues flow to their patterns."""
    x = hopfield.random_patterns(100, 200, rng=rng)
    whole, J = hopfield.projection(x, self_coupling=True), hopfield.projection(x)
    assert stable(J, x) == stable(whole, x) == 1
    ends = {"with": 0.0, "without": 0.0}
    for p in x[:30]:
        start = hopfield.cue(p, 0.9, rng=rng)
        ends["without"] += network.relax(start, J).spins @ p / 6000
        ends["with"] += network.relax(start, whole, promise="symmetric").spins @ p / 6000
    assert ends["without"] > ends["with"] + 0.02


# Unlearning


def plain_unlearn(J, times, strength, rng):
    """The twin: the same starts and runs, J element by element."""
    J = [row[:] for row in J.tolist()]
    n = len(J)
    for _ in range(times):
        start = rng.choice(np.array([-1, 1], dtype=np.int8), size=n)
        s = network.relax(start, np.array(J), order="random", rng=rng).spins.tolist()
        for i in range(n):
            for j in range(n):
                if i != j:
                    J[i][j] -= strength / n * s[i] * s[j]
    return np.array(J)


def test_unlearning_takes_out_where_the_network_ends(rng):
    J = hopfield.hebb(hopfield.random_patterns(6, 30, rng=rng))
    kept = J.copy()
    done = hopfield.unlearn(J, 12, strength=0.02, rng=np.random.default_rng(5))
    np.testing.assert_array_equal(J, kept)
    np.testing.assert_allclose(done.J, plain_unlearn(J, 12, 0.02, np.random.default_rng(5)), atol=1e-14)
    np.testing.assert_array_equal(done.J, done.J.T)
    assert not done.J.diagonal().any()
    assert done.e.shape == (12,)
    again = np.random.default_rng(5)
    half = hopfield.unlearn(J, 5, strength=0.02, rng=again)
    whole = hopfield.unlearn(half.J, 7, strength=0.02, rng=again)
    np.testing.assert_array_equal(whole.J, done.J)
    np.testing.assert_array_equal(np.concatenate([half.e, whole.e]), done.e)


def test_unlearning_makes_room_up_to_a_point(rng):
    """A network of 100 units with 25 patterns, of which Hebb's rule keeps a fifth; too much of it destroys all."""
    x = hopfield.random_patterns(25, 100, rng=rng)
    J = hopfield.hebb(x)
    before = stable(J, x)
    J = hopfield.unlearn(J, 1500, rng=rng).J
    assert before < 0.5
    assert stable(J, x) > 0.9
    assert stable(hopfield.unlearn(J, 3000, rng=rng).J, x) < 0.2


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda r: hopfield.random_patterns(0, 5, rng=r), r"^P must be at least 1, got 0"),
        (lambda r: hopfield.random_patterns(1, 5, bias=1.2, rng=r), r"^bias must be from -1 to 1, got 1.2"),
        (lambda r: hopfield.random_patterns(1, 5, rng=None), r"^rng must be"),
        (lambda r: hopfield.cue([1, 1], 1.5, rng=r), r"^overlap must be from -1 to 1"),
        (lambda r: hopfield.cue([1, 0], 0.5, rng=r), r"^pattern must be -1 or \+1"),
        (lambda r: hopfield.hebb([[1, 2]]), r"^patterns must be -1 or \+1, got values \[1, 2\]"),
        (
            lambda r: hopfield.overlaps([1, 1], [[1, 1, 1]]),
            r"^spins must have shape \(3,\), one for each unit, got \(2",
        ),
        (lambda r: hopfield.project_in([[0, 1], [2, 0]], [1, 1]), r"^J must be symmetric"),
        (lambda r: hopfield.unlearn(np.eye(3), 1, rng=r), r"^J must be 0 on its diagonal"),
        (lambda r: hopfield.unlearn(np.zeros((3, 3)), 1, strength=0, rng=r), r"^strength must be greater than 0"),
    ],
)
def test_errors_name_the_argument(call, message, rng):
    with pytest.raises((TypeError, ValueError), match=message):
        call(rng)
