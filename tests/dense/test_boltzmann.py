"""Boltzmann machines: the law, both alphabets and their factors two and four, hidden units, the limit T = 0."""

import numpy as np
import pytest
from scipy.special import expit

from spinlearn import exact
from spinlearn.core import progress, words
from spinlearn.core.progress import Interrupted
from spinlearn.dense import boltzmann, heatbath, maxent
from spinlearn.dense.boltzmann import convert, law, machine, simulate, total_variation
from spinlearn.lattice import bond_couplings, bonds, chain, from_couplings, square

OTHER = {"spins": "binary", "binary": "spins"}
both = pytest.mark.parametrize("alphabet", boltzmann.ALPHABETS)


def some(n=6, hidden=0, *, seed=1, alphabet="spins", strength=0.8):
    return boltzmann.random_machine(
        n - hidden, hidden, strength=strength, alphabet=alphabet, rng=np.random.default_rng(seed)
    )


def ones(chains, model):
    return np.ones((chains, model.size), dtype=np.int8)


# The law


@pytest.mark.parametrize("T", [1.0, 0.6, 2.5])
def test_the_law_is_that_of_a_magnet_on_a_graph(T):
    model = some()
    lattice, J = from_couplings(model.J)
    np.testing.assert_allclose(law(model, T), exact.probabilities(lattice, T, J=J, h=model.h), atol=1e-14)
    plain = [
        -sum(model.J[i, j] * s[i] * s[j] for i in range(6) for j in range(i)) - model.h @ s for s in exact.states(6)
    ]
    np.testing.assert_allclose(boltzmann.energies(model), plain, atol=1e-13)
    assert boltzmann.log_partition(model, T) == pytest.approx(np.log(np.exp(-np.array(plain) / T).sum()), abs=1e-12)


@both
def test_the_law_is_that_of_the_pairwise_model_with_the_same_numbers(alphabet):
    model = some(alphabet=alphabet)
    pairwise = maxent.Pairwise(model.h, model.J, alphabet)
    np.testing.assert_allclose(law(model, 1.7), maxent.law(pairwise, 1.7), atol=1e-14)
    np.testing.assert_allclose(boltzmann.energies(model), maxent.energies(pairwise), atol=1e-13)


def test_cold_and_hot_laws_overflow_nothing():
    model = some()
    with np.errstate(over="raise", invalid="raise"):
        cold, hot = law(model, 1e-305), law(model, 1e300)
    assert cold.max() == 1
    assert cold.argmax() == boltzmann.energies(model).argmin()
    np.testing.assert_allclose(hot, 1 / 64, rtol=1e-12)


@both
def test_the_visible_law_is_the_sum_over_the_hidden_units(alphabet):
    model = some(6, 2, alphabet=alphabet)
    p, visible = law(model, 1.4), np.zeros(16)
    for k in range(64):
        visible[k % 16] += p[k]
    np.testing.assert_allclose(boltzmann.visible_law(model, 1.4), visible, atol=1e-15)


def test_one_hidden_unit_sums_to_a_hyperbolic_cosine():
    """sum over u of exp(u (w.s + c)) is 2 cosh for a spin and 1 + exp for a unit 0 or 1."""
    w, c, T = np.array([0.7, -1.1, 0.4]), 0.3, 1.3
    J = np.zeros((4, 4))
    J[:3, 3] = J[3, :3] = w
    for alphabet, factor in (("spins", lambda x: 2 * np.cosh(x)), ("binary", lambda x: 1 + np.exp(x))):
        model = machine(J, h=[0, 0, 0, c], hidden=1, alphabet=alphabet)
        expected = factor((maxent.units(3, alphabet) @ w + c) / T)
        np.testing.assert_allclose(boltzmann.visible_law(model, T), expected / expected.sum(), atol=1e-15)


# Two alphabets


@both
def test_both_alphabets_give_the_same_law_and_the_way_back_gives_nothing_new(alphabet):
    model = some(7, 2, alphabet=alphabet)
    other, shift = convert(model, OTHER[alphabet])
    np.testing.assert_allclose(law(model, 0.7), law(other, 0.7), atol=1e-14)
    np.testing.assert_allclose(boltzmann.energies(other) - boltzmann.energies(model), shift, atol=1e-12)
    back, again = convert(other, alphabet)
    np.testing.assert_allclose(back.h, model.h, atol=1e-13)
    np.testing.assert_allclose(back.J, model.J, atol=1e-14)
    assert again == pytest.approx(-shift, abs=1e-12)
    assert convert(model, alphabet) == (model, 0.0)


def test_it_is_four_for_pairs_and_two_for_what_stands_alone_and_thresholds_come_out_of_couplings():
    model = machine([[0, 1.5], [1.5, 0]], h=[0.25, 0])
    other = convert(model, "binary").machine
    np.testing.assert_array_equal(other.J, 4 * model.J)
    np.testing.assert_array_equal(other.h, [2 * 0.25 - 2 * 1.5, -2 * 1.5])
    # What one is tempted to do is another law: not to scale, to scale all by two, to leave thresholds alone.
    wrong = [(model.h, model.J), (2 * model.h, 2 * model.J), (2 * model.h, 4 * model.J)]
    for h, J in wrong:
        careless = machine(J, h=h, alphabet="binary")
        assert total_variation(law(careless), law(model)) > 0.15


@both
def test_the_probability_to_be_up_is_that_of_the_law_given_the_others(alphabet):
    model, T = some(5, alphabet=alphabet), 1.6
    p, s = law(model, T), maxent.units(5, alphabet)
    for i in range(5):
        field = s @ model.J[i] + model.h[i]
        up = p[np.arange(32) | 1 << i]
        np.testing.assert_allclose(
            boltzmann.probability_up(field, T, alphabet=alphabet),
            up / (up + p[np.arange(32) & ~(1 << i)]),
            atol=1e-13,
        )


def test_the_logistic_function_of_the_field_is_right_for_0_and_1_and_too_hot_for_spins():
    """Spins that follow 1 / (1 + exp(-x)) sample, exactly, the law at twice the temperature."""
    x = np.linspace(-3, 3, 7)
    np.testing.assert_allclose(boltzmann.probability_up(x, 1.0, alphabet="binary"), expit(x), atol=1e-15)
    np.testing.assert_allclose(boltzmann.probability_up(x, 1.0), expit(2 * x), atol=1e-15)
    np.testing.assert_allclose(boltzmann.probability_up(x, 2.0), expit(x), atol=1e-15)
    model = machine(1.0 - np.eye(5), h=0.3)
    assert total_variation(law(model, 2.0), law(model, 1.0)) > 0.1


@pytest.mark.parametrize("T", [0.8, 1.9])
@both
def test_chains_meet_each_state_as_often_as_the_law_says(alphabet, T, rng):
    model = some(6, alphabet=alphabet, strength=0.5)
    run = simulate(ones(2000, model), model, T, 120, every=10, counted=True, rng=rng)
    met = run.counts
    assert met.sum() == 12 * 2000
    noise = boltzmann.sampling_variation(law(model, T), met.sum())
    assert total_variation(met / met.sum(), law(model, T)) < 2 * noise
    wrong = law(model, T * (2 if alphabet == "spins" else 0.5))
    assert total_variation(met / met.sum(), wrong) > 4 * noise


def test_the_variation_of_honest_samples_is_that_of_the_formula(rng):
    p = law(some(4))
    found = [total_variation(rng.multinomial(500, p) / 500, p) for _ in range(400)]
    assert np.mean(found) == pytest.approx(boltzmann.sampling_variation(p, 500), abs=5 * np.std(found) / 20)


# The sampler


def twin(states, model, T, sweeps, *, rng, clamped=0):
    """As a student writes it, with the same streams of random numbers."""
    states, out = np.array(states), []
    for s, random in zip(states, words.streams(len(states), rng), strict=True):
        for _ in range(sweeps):
            for i in range(clamped, model.size):
                x = model.J[i] @ s + model.h[i]
                up = boltzmann.probability_up(x, T, alphabet=model.alphabet)
                move = up if s[i] == model.low else 1 - up
                if heatbath.uniform(random) < move:
                    s[i] = model.low + 1 - s[i]
        out.append(s)
    return np.array(out)


@pytest.mark.parametrize("clamped", [0, 3])
@both
def test_the_kernel_is_its_plain_twin(alphabet, clamped):
    model = some(7, alphabet=alphabet)
    run = simulate(ones(5, model), model, 1.3, 70, clamped=clamped, rng=np.random.default_rng(5))
    expected = twin(ones(5, model), model, 1.3, 70, clamped=clamped, rng=np.random.default_rng(5))
    np.testing.assert_array_equal(run.states, expected)
    np.testing.assert_allclose(
        run.energy[-1], heatbath.energy(run.states, heatbath.by_rows(model.J, model.h, model.low)), atol=1e-10
    )


def test_clamped_units_stay_and_the_others_follow_their_law_given_them(rng):
    model = some(6, 3)
    held = np.tile(np.array([1, -1, 1, 1, 1, 1], dtype=np.int8), (20_000, 1))
    run = simulate(held, model, 1.5, 30, clamped=3, rng=rng)
    assert (run.states[:, :3] == held[:, :3]).all()
    p = law(model, 1.5).reshape(8, 8)[:, 0b101]
    met = np.bincount((run.states[:, 3:] > 0) @ [1, 2, 4], minlength=8) / 20_000
    assert total_variation(met, p / p.sum()) < 3 * boltzmann.sampling_variation(p / p.sum(), 20_000)


def test_rounding_does_not_pile_up(rng):
    model = some(12, strength=1 / 3)
    run = simulate(ones(3, model), model, 2.0, 3000, rng=rng)
    np.testing.assert_allclose(
        run.energy[-1], heatbath.energy(run.states, heatbath.by_rows(model.J, model.h, -1)), atol=1e-10
    )


def test_a_run_is_stopped_and_leaves_what_was_finished(monkeypatch):
    model = some()
    whole = simulate(ones(4, model), model, 1.0, 12, rng=np.random.default_rng(2))

    def watched(total, shown):
        for number, part in enumerate(progress.watched(total, shown)):
            if number == 30:
                raise KeyboardInterrupt
            yield part

    monkeypatch.setattr(progress, "SLICE", 0.0)
    monkeypatch.setattr(boltzmann, "watched", watched)
    with pytest.raises(Interrupted) as stopped:
        simulate(ones(4, model), model, 1.0, 12, rng=np.random.default_rng(2))
    np.testing.assert_array_equal(stopped.value.run.energy, whole.energy[:7])


# T = 0


@both
def test_at_zero_temperature_the_energy_only_falls_and_chains_end_where_every_unit_follows_its_field(alphabet, rng):
    model = some(40, alphabet=alphabet)
    units = heatbath.by_rows(model.J, model.h, model.low)
    start = heatbath.random_states(units, 50, rng=rng)
    run = simulate(start, model, 0.0, 60, rng=rng)
    energy = np.vstack([heatbath.energy(start, units), run.energy])
    assert np.diff(energy, axis=0).max() < 1e-10
    x = run.states @ model.J + model.h
    np.testing.assert_array_equal(run.states, np.where(x > 0, 1, model.low))


def test_the_limit_of_low_temperatures_is_hopfields_rule():
    """With the same random numbers, T = 0.001 and T = 0 are the same run, and that of sign(J s + h), unit by unit."""
    model = some(40)
    start = heatbath.random_states(heatbath.by_rows(model.J, model.h, -1), 20, rng=np.random.default_rng(4))
    cold, frozen = (simulate(start, model, T, 15, rng=np.random.default_rng(1)).states for T in (1e-3, 0.0))
    np.testing.assert_array_equal(cold, frozen)
    hopfield = start.copy()
    for s in hopfield:
        for _ in range(15):
            for i in range(40):
                s[i] = 1 if model.J[i] @ s + model.h[i] > 0 else -1
    np.testing.assert_array_equal(frozen, hopfield)
    x = np.array([-0.5, 0.0, 0.5])
    np.testing.assert_array_equal(boltzmann.probability_up(x, 0.0), [0, 0.5, 1])
    np.testing.assert_allclose(boltzmann.probability_up(x, 1e-3), [0, 0.5, 1], atol=1e-200)


def test_a_unit_without_a_field_tosses_a_coin_at_zero_temperature(rng):
    model = machine(np.zeros((1, 1)))
    up = (simulate(ones(4000, model), model, 0.0, 1, rng=rng).states > 0).mean()
    assert abs(up - 0.5) < 5 * 0.5 / np.sqrt(4000)


# Graphs


def test_a_lattice_and_its_matrix_are_the_same_graph(rng):
    lattice = square(3, 4)
    J = bond_couplings(lattice, rng.normal(size=len(bonds(lattice))))
    units = heatbath.graph(J, h=rng.normal(size=(3, 4)), lattice=lattice)
    states = heatbath.random_states(units, 9, rng=rng)
    dense = heatbath.graph(heatbath.matrix_of(units), h=units.h)
    from_ising = [exact.energies(lattice, J=J, h=units.h.reshape(3, 4))[(s > 0) @ (1 << np.arange(12))] for s in states]
    np.testing.assert_allclose(heatbath.energy(states, units), from_ising, atol=1e-12)
    np.testing.assert_allclose(heatbath.energy(states, dense), from_ising, atol=1e-12)


@pytest.mark.parametrize(
    "lattice", [chain(2), chain(3), square(2, 2), square(2, 3), chain(5, periodic=False)], ids=lambda one: one.name
)
def test_small_lattices_in_which_everybody_meets_everybody_or_twice_are_right(lattice, rng):
    """Bonds that are double, or in any order, sampled as by a plain twin."""
    J = bond_couplings(lattice, rng.normal(size=len(bonds(lattice))))
    units = heatbath.graph(J, h=0.2, lattice=lattice)
    model = machine(heatbath.matrix_of(units), h=0.2)
    np.testing.assert_allclose(boltzmann.energies(model), exact.energies(lattice, J=J, h=0.2), atol=1e-13)
    s, x = heatbath.random_states(units, 1, rng=rng)[0], np.empty(lattice.size)
    heatbath.fill_fields(units, s, x)
    for i in rng.integers(lattice.size, size=20):
        heatbath.move(units, s, x, i)
        np.testing.assert_allclose(x, model.J @ s + model.h, atol=1e-13)


def test_a_graph_that_was_tampered_with_is_refused():
    units = heatbath.graph([[0, 1, 2], [1, 0, 3], [2, 3, 0]])
    states = np.ones((1, 3), dtype=np.int8)
    for wrong, message in (
        ({"coupling": np.arange(6.0)}, "units must have symmetric couplings"),
        ({"neighbour": units.neighbour[::-1]}, "units must have symmetric couplings"),
        ({"start": np.array([0, 2, 4, 5])}, "units.start must rise from 0 to 6 in 3 steps"),
        ({"low": 1}, "units.low must be 0 or -1, got 1"),
        ({"h": np.array([0, np.nan, 0])}, "units.h must be finite"),
    ):
        with pytest.raises(ValueError, match=f"^{message}"):
            heatbath.energy(states, units._replace(**wrong))
    assert heatbath.energy(states, units) == -6


# Errors

GOOD = machine([[0, 1], [1, 0]])
BAD = {
    "not symmetric": (lambda: machine([[0, 1], [2, 0]]), r"J must be symmetric, got 1 at \[0, 1\] and 2"),
    "to itself": (lambda: machine([[1, 1], [1, 0]]), r"J must be 0 on its diagonal, got 1 at \[0, 0\]"),
    "not finite": (lambda: machine([[0, np.nan], [np.nan, 0]]), "J must be finite"),
    "not square": (lambda: machine([[0, 1]]), r"J must be square, \(N, N\), got shape \(1, 2\)"),
    "all hidden": (lambda: machine([[0, 1], [1, 0]], hidden=2), "hidden must be at most 1, got 2"),
    "alphabet": (lambda: machine([[0]], alphabet="01"), "alphabet must be one of 'binary', 'spins', got '01'"),
    "biases": (lambda: machine([[0]], h=[1, 2]), r"h must have shape \(1,\), got \(2,\)"),
    "too many": (lambda: law(machine(np.zeros((21, 21)))), "model must have at most 20 units.*simulate samples larger"),
    "cold": (lambda: law(GOOD, 0.0), "T must be greater than 0, got 0.0"),
    "below zero": (lambda: simulate([[1, 1]], GOOD, -1.0, 1, rng=None), "T must be at least 0, got -1.0"),
    "zeros": (lambda: simulate([[0, 1]], GOOD, 1.0, 1, rng=None), r"states must be -1 or 1, got values \[0, 1\]"),
    "a row": (lambda: simulate([1, 1], GOOD, 1.0, 1, rng=None), r"states must have shape \(chains, 2\)"),
    "clamped": (lambda: simulate([[1, 1]], GOOD, 1.0, 1, clamped=3, rng=None), "clamped must be at most 2, got 3"),
    "order": (lambda: simulate([[1, 1]], GOOD, 1.0, 1, order="any", rng=None), "order must be one of 'sequential'"),
    "endless": (lambda: simulate([[1, 1]], GOOD, 1.0, 2**55, rng=None), "sweeps must be so small that the records fit"),
    "laws": (lambda: total_variation([0.5, 0.5], [1, 1]), "q must be probabilities with the sum 1, got the sum 2"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_makes_no_sense_is_refused_and_said(name):
    call, message = BAD[name]
    with pytest.raises(ValueError, match=f"^{message}"):
        call()


def test_other_types_are_refused_too():
    with pytest.raises(TypeError, match="rng must be a numpy"):
        simulate([[1, 1]], GOOD, 1.0, 1, rng=1)
    with pytest.raises(TypeError, match="states must be an integer array"):
        simulate([[1.0, 1.0]], GOOD, 1.0, 1, rng=np.random.default_rng(1))
    with pytest.raises(TypeError, match="model must be a Machine"):
        law([[0, 1], [1, 0]])
