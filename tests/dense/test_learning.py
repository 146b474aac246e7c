"""Learning of Boltzmann machines: the gradient against differences, what hidden units add, sampled phases."""

import numpy as np
import pytest
from scipy.special import xlogy

from spinlearn.core import progress
from spinlearn.dense import boltzmann, learning, maxent, tasks
from spinlearn.dense.boltzmann import Machine, random_machine
from spinlearn.dense.learning import Gradient, ascend, gradient, log_likelihood, phases, train


def data_of(n, seed=3):
    return np.random.default_rng(seed).dirichlet(np.ones(2**n))


def differences(model: Machine, q, T, step=1e-4) -> Gradient:
    """Central differences, of fourth order: the error is about step**4 and rounding over step."""

    def slope(place):
        def at(size):
            return log_likelihood(place(size), q, T)

        return (8 * (at(step) - at(-step)) - (at(2 * step) - at(-2 * step))) / (12 * step)

    h, J = np.zeros(model.size), np.zeros((model.size, model.size))
    for i in range(model.size):
        e = np.eye(model.size)[i]
        h[i] = slope(lambda size, e=e: model._replace(h=model.h + size * e))
        for j in range(i):
            pair = np.zeros_like(J)
            pair[i, j] = pair[j, i] = 1
            J[i, j] = J[j, i] = slope(lambda size, pair=pair: model._replace(J=model.J + size * pair))
    return Gradient(h, J)


def off(a: Gradient, b: Gradient) -> float:
    return max(np.abs(a.h - b.h).max(), np.abs(a.J - b.J).max())


@pytest.mark.parametrize("T", [1.0, 1.7])
@pytest.mark.parametrize("hidden", [0, 1, 3])
@pytest.mark.parametrize("alphabet", boltzmann.ALPHABETS)
def test_the_gradient_is_that_of_finite_differences(alphabet, hidden, T):
    model, q = random_machine(4, hidden, strength=0.8, alphabet=alphabet, rng=np.random.default_rng(1)), data_of(4)
    found, expected = gradient(model, q, T), differences(model, q, T)
    assert off(found, expected) < 1e-8
    assert off(Gradient(found.h, 2 * found.J), expected) > 1e-3  # a pair counted twice
    if T != 1:
        assert off(Gradient(T * found.h, T * found.J), expected) > 1e-3  # without the temperature


def test_the_likelihood_and_both_phases_are_those_of_plain_sums():
    model, q, T = random_machine(3, 2, strength=1.0, rng=np.random.default_rng(2)), data_of(3), 1.4
    p, s = boltzmann.law(model, T), maxent.units(5, "spins")
    visible = [sum(p[v + 8 * u] for u in range(4)) for v in range(8)]
    assert log_likelihood(model, q, T) == pytest.approx(sum(q * np.log(visible)), abs=1e-13)
    clamped = np.array([q[k % 8] * p[k] / visible[k % 8] for k in range(32)])
    both = phases(model, q, T)
    np.testing.assert_allclose(both.positive.pair, np.einsum("k,ki,kj->ij", clamped, s, s), atol=1e-14)
    np.testing.assert_allclose(both.negative.mean, p @ s, atol=1e-14)
    np.testing.assert_allclose(both.positive.mean[:3], q @ s[:8, :3], atol=1e-14)  # held at the data


def test_states_that_never_occur_in_the_data_cost_nothing_and_those_without_weight_infinitely_much():
    q = np.array([0.5, 0.0, 0.0, 0.5])
    model = boltzmann.machine([[0, 0.5], [0.5, 0]])
    assert np.isfinite(log_likelihood(model, q))
    cold = log_likelihood(boltzmann.machine([[0, 400], [400, 0]]), q)
    assert cold == pytest.approx(-np.log(2), abs=1e-14)
    far = log_likelihood(boltzmann.machine([[0, -900], [-900, 0]]), q)
    assert far == pytest.approx(-1800 - np.log(2), rel=1e-12)


def test_without_hidden_units_the_ascent_ends_at_the_pairwise_law():
    q = data_of(4)
    learnt = ascend(boltzmann.machine(np.zeros((4, 4))), q, steps=800)
    found = maxent.fit_moments(*maxent.law_moments(q, alphabet="spins"), alphabet="spins").model
    np.testing.assert_allclose(learnt.machine.J, found.J, atol=1e-6)
    np.testing.assert_allclose(learnt.machine.h, found.h, atol=1e-6)
    np.testing.assert_allclose(learnt.log_likelihood[-1], learning.log_likelihood(learnt.machine, q), atol=1e-14)
    np.testing.assert_allclose(learnt.divergence, -learnt.log_likelihood + xlogy(q, q).sum(), atol=1e-14)


def test_small_steps_without_momentum_only_rise():
    start = random_machine(3, 2, strength=0.5, rng=np.random.default_rng(5))
    learnt = ascend(start, tasks.parity(3), 1.3, steps=300, rate=0.1, momentum=0.0)
    assert np.diff(learnt.log_likelihood).min() > -1e-14


# What hidden units add


def test_a_machine_without_hidden_units_does_not_learn_exclusive_or_at_all():
    q = tasks.parity(3)
    start = random_machine(3, strength=0.5, rng=np.random.default_rng(1))
    learnt = ascend(start, q, steps=600)
    assert learnt.divergence[-1] == pytest.approx(np.log(2), abs=1e-9)
    np.testing.assert_allclose(boltzmann.visible_law(learnt.machine), 1 / 8, atol=1e-5)


def test_one_hidden_unit_learns_it():
    start = random_machine(3, 1, strength=0.5, rng=np.random.default_rng(1))
    learnt = ascend(start, tasks.parity(3), steps=1500)
    assert learnt.divergence[-1] < 0.01
    assert gradient(start, tasks.parity(3)).J[:3, 3].any()


def test_a_start_in_which_hidden_units_are_alike_never_leaves_it():
    learnt = ascend(boltzmann.machine(np.zeros((4, 4)), hidden=1), tasks.parity(3), steps=100)
    np.testing.assert_array_equal(learnt.machine.J, 0)


@pytest.mark.slow
def test_hidden_units_learn_the_shifter_beyond_the_floor_of_those_that_are_visible():
    q = tasks.shifter(3)
    floor = tasks.floor(q, [6])
    visible = ascend(random_machine(7, strength=0.2, rng=np.random.default_rng(1)), q, steps=400)
    assert visible.divergence[-1] > floor.loss
    start = random_machine(7, 4, strength=0.2, rng=np.random.default_rng(1))
    assert ascend(start, q, steps=600).divergence[-1] < 0.5 * floor.loss


@pytest.mark.parametrize(("seed", "codes"), [(1, 4), pytest.param(2, 3, marks=pytest.mark.slow)])
def test_two_hidden_units_carry_the_encoder_of_four_unless_two_patterns_share_a_code(seed, codes):
    """The encoder 4-2-4 of Ackley, Hinton and Sejnowski. Where half of the patterns share a code, ln 2 / 2 is lost."""
    mask = tasks.encoder_mask(4, 2)
    start = random_machine(8, 2, strength=1.0, alphabet="binary", mask=mask, rng=np.random.default_rng(seed))
    learnt = ascend(start, tasks.encoder(4), steps=500, rate=0.5, mask=mask)
    assert not learnt.machine.J[~mask].any()
    p = boltzmann.law(learnt.machine).reshape(4, 256)
    assert len({int(p[:, k].argmax()) for k in np.flatnonzero(tasks.encoder(4))}) == codes
    assert learnt.divergence[-1] == pytest.approx(0.0 if codes == 4 else np.log(2) / 2, abs=0.02)


# Sampled phases


@pytest.mark.parametrize("method", learning.METHODS)
def test_sampled_phases_of_many_chains_and_sweeps_point_along_the_gradient(method, rng):
    model, q = random_machine(3, 2, strength=0.5, rng=np.random.default_rng(2)), data_of(3)
    one = train(model, q, steps=1, method=method, sweeps=40, chains=40_000, rate=1.0, rng=rng)
    step = Gradient(one.machine.h - model.h, one.machine.J - model.J)
    assert off(step, gradient(model, q)) < 5 * np.sqrt(2 / 40_000)
    assert off(step, Gradient(np.zeros(5), np.zeros((5, 5)))) > 0.1


@pytest.mark.slow
def test_persistent_chains_learn_exclusive_or(rng):
    start = random_machine(3, 1, strength=0.5, rng=np.random.default_rng(1))
    learnt = train(start, tasks.parity(3), steps=1500, chains=300, rate=0.1, sweeps=2, rng=rng)
    assert learnt.divergence[-100:].mean() < 0.15
    assert learnt.chains.shape == (300, 4)


@pytest.mark.slow
def test_contrastive_phases_after_one_sweep_are_biased_and_after_many_are_not(rng):
    """After one sweep the chains are still near the data: the step is too short, and off by far more than the noise."""
    model = random_machine(5, strength=0.7, rng=np.random.default_rng(4))
    q = boltzmann.law(random_machine(5, strength=0.4, rng=np.random.default_rng(5)))
    exact, noise = gradient(model, q), 5 * np.sqrt(2 / 40_000)
    steps = {}
    for sweeps in (1, 150):
        options = {"steps": 1, "method": "contrastive", "chains": 40_000, "rate": 1.0}
        moved = train(model, q, sweeps=sweeps, rng=rng, **options).machine
        steps[sweeps] = Gradient(moved.h - model.h, moved.J - model.J)
    assert off(steps[150], exact) < noise
    assert off(steps[1], exact) > 5 * noise
    assert np.linalg.norm(steps[1].J) < 0.9 * np.linalg.norm(exact.J)


def test_observations_do_as_well_as_their_law():
    rows = np.array([[1, 1], [1, 1], [-1, 1], [-1, -1]])
    q = maxent.counts(rows, alphabet="spins") / 4
    start = random_machine(2, 1, rng=np.random.default_rng(1))
    from_rows = train(start, rows, steps=20, rng=np.random.default_rng(2))
    from_law = train(start, q, steps=20, rng=np.random.default_rng(2))
    assert from_rows.log_likelihood[0] == pytest.approx(from_law.log_likelihood[0], abs=1e-14)
    assert from_rows.divergence[0] == pytest.approx(from_law.divergence[0], abs=1e-14)


def test_larger_machines_are_trained_without_their_likelihood(rng):
    rows = rng.choice([0, 1], size=(50, 30))
    learnt = train(random_machine(30, 10, alphabet="binary", rng=rng), rows, steps=3, rng=rng)
    assert np.isnan(learnt.log_likelihood).all()
    assert learnt.chains.shape == (100, 40)


def test_learning_is_stopped_and_leaves_what_was_learnt(monkeypatch):
    start, q = random_machine(3, 1, rng=np.random.default_rng(1)), data_of(3)
    whole = ascend(start, q, steps=9), train(start, q, steps=9, rng=np.random.default_rng(2))

    def watched(total, shown):
        for number, part in enumerate(progress.watched(total, shown)):
            if number == 4:
                raise KeyboardInterrupt
            yield part

    monkeypatch.setattr(progress, "SLICE", 0.0)
    monkeypatch.setattr(learning, "watched", watched)
    for run, all_of_it in zip(
        (lambda: ascend(start, q, steps=9), lambda: train(start, q, steps=9, rng=np.random.default_rng(2))),
        whole,
        strict=True,
    ):
        with pytest.raises(progress.Interrupted) as stopped:
            run()
        found = stopped.value.run
        np.testing.assert_array_equal(found.log_likelihood, all_of_it.log_likelihood[:5])
        assert log_likelihood(found.machine, q) == pytest.approx(found.log_likelihood[-1], abs=1e-12)


def test_a_mask_keeps_its_zeros(rng):
    mask = np.zeros((3, 3), dtype=bool)
    mask[0, 2] = mask[2, 0] = True
    start = random_machine(2, 1, mask=mask, rng=rng)
    for learnt in (
        ascend(start, data_of(2), steps=9, mask=mask),
        train(start, data_of(2), steps=9, mask=mask, rng=rng),
    ):
        assert not learnt.machine.J[~mask].any()
        assert learnt.machine.J[0, 2] != start.J[0, 2]


# The laws


def test_all_pairs_of_exclusive_or_are_uncorrelated_and_the_third_moment_is_one():
    q = tasks.parity(3)
    found = maxent.law_moments(q, alphabet="spins")
    np.testing.assert_allclose(found.mean, 0, atol=1e-15)
    np.testing.assert_allclose(found.pair, np.eye(3), atol=1e-15)
    assert q @ maxent.units(3, "spins").prod(axis=1) == pytest.approx(1)
    floor = tasks.floor(q, [2])
    assert (floor.loss, floor.third) == pytest.approx((np.log(2), 1.0), abs=1e-14)


def test_no_machine_without_hidden_units_comes_nearer_than_the_floor(rng):
    q = tasks.parity(3)
    for _ in range(200):
        p = boltzmann.visible_law(random_machine(3, strength=2.0, rng=rng))
        assert -(q[q > 0] @ np.log(p[q > 0])) - np.log(4) >= np.log(2) - 1e-12


def test_the_floor_is_reached_where_the_groups_alone_are_pairwise_laws():
    noisy = 0.1 / 8 + 0.9 * tasks.parity(3)
    best = ascend(boltzmann.machine(np.zeros((3, 3))), noisy, steps=300).divergence[-1]
    assert best == pytest.approx(tasks.floor(noisy, [0]).loss, abs=1e-9)


@pytest.mark.parametrize("w", [0.5, 1.0, 3.0, 8.0])
def test_the_machine_that_says_exclusive_or_does_and_how_well_is_known(w):
    model, divergence = tasks.xor_machine(w)
    p, q = boltzmann.visible_law(model), tasks.parity(3)
    assert -(q[q > 0] @ np.log(p[q > 0])) - np.log(4) == pytest.approx(divergence, abs=1e-12)
    assert divergence < np.log(2)
    np.testing.assert_allclose(p[q > 0], p[q > 0][0], atol=1e-14)


@pytest.mark.parametrize(("n", "shifts", "noise"), [(3, (-1, 1), 0.0), (4, (-1, 0, 1), 0.1), (4, (0, 1), 0.2)])
def test_the_shifter_is_what_it_says(n, shifts, noise, rng):
    q = tasks.shifter(n, shifts=shifts, noise=noise)
    assert q.sum() == pytest.approx(1)
    if noise == 0:
        for k in np.flatnonzero(q):
            bits = [k >> i & 1 for i in range(2 * n + 1)]
            d = shifts[bits[-1]]
            assert all(bits[n + (i + d) % n] == bits[i] for i in range(n))
    flags = list(range(2 * n, int(np.log2(q.size))))
    found = tasks.floor(q, flags)
    assert found.covariance < 1e-12
    assert found.third > 0.05
    assert 0 < found.loss < np.log(len(shifts))


BAD = {
    "law": (lambda: gradient(boltzmann.machine([[0]]), [0.5, 0.25, 0.25, 0]), "data must be a law of the 1 visible"),
    "no law": (lambda: gradient(boltzmann.machine([[0]]), [0.5, 0.6]), "p must be probabilities with the sum 1"),
    "large": (
        lambda: gradient(boltzmann.machine(np.zeros((16, 16))), [0.5, 0.5]),
        "model must have at most 15 units.*samples larger",
    ),
    "rate": (lambda: ascend(boltzmann.machine([[0]]), [0.5, 0.5], steps=1, rate=0), "rate must be greater than 0"),
    "momentum": (lambda: ascend(boltzmann.machine([[0]]), [0.5, 0.5], steps=1, momentum=1), "momentum must be below 1"),
    "mask": (lambda: ascend(boltzmann.machine([[0]]), [0.5, 0.5], steps=1, mask=[[1]]), "mask must be a symmetric"),
    "rows": (lambda: train(boltzmann.machine([[0]]), [[0], [1]], steps=1, rng=None), "data must be -1 or 1"),
    "method": (lambda: train(boltzmann.machine([[0]]), [0.5, 0.5], steps=1, method="cd", rng=None), "method must be"),
    "correlated": (lambda: tasks.floor([0.4, 0.1, 0.1, 0.4], [0]), "group must be correlated with no other unit"),
    "no group": (lambda: tasks.floor(tasks.parity(3), []), "group must hold some of the 3 units, and not all"),
    "same shifts": (lambda: tasks.shifter(3, shifts=(0, 3)), "shifts must be at least two, different modulo n = 3"),
    "wide": (lambda: tasks.shifter(8), "n must be so small that there are at most 15 units, got 8: 17"),
    "noise": (lambda: tasks.shifter(3, noise=0.6), "noise must be at most 0.5"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_makes_no_sense_is_refused_and_said(name):
    call, message = BAD[name]
    with pytest.raises(ValueError, match=f"^{message}"):
        call()
