"""The walk of M against detailed balance, enumeration, dense linear algebra and its limits; wrong walks as controls."""

import sys

import harness
import numpy as np
import pytest
from harness import SIGNIFICANCE, Case
from scipy.integrate import solve_ivp
from scipy.special import comb

from spinlearn import exact, meanfield
from spinlearn.core import progress
from spinlearn.lattice import from_couplings
from spinlearn.meanfield.curie_weiss import evolve, flow, kramers_time, passage_time, steps, walk

curie_weiss_module = sys.modules[steps.__module__]  # on the wing's face its name is that of a function

MAGNETS = [(1, 0.7, 0.2, 1.0), (6, 0.7, 0.1, 1.3), (25, 1.4, -0.3, 1.0), (60, 0.5, 0.05, 0.8), (10, 2.0, 0.4, 0.0)]
each_magnet = pytest.mark.parametrize(("N", "T", "h", "Tc"), MAGNETS)


def boltzmann(N, T, h=0.0, Tc=1.0):
    """The law of the number of up spins in equilibrium; for free spins the binomial one."""
    if N == 1:
        return np.array([1, np.exp(2 * h / T)]) / (1 + np.exp(2 * h / T))
    return meanfield.curie_weiss(N, T, h=h, Tc=Tc or 1e-300).p


def matrix(N, T, h, Tc):
    """One update as a matrix that multiplies a law from the left."""
    up, down = steps(N, T, h=h, Tc=Tc)
    return np.diag(1 - up - down) + np.diag(up[:-1], -1) + np.diag(down[1:], 1)


def imbalance(p, up, down):
    """How far the traffic between neighbouring states is from being equal both ways, relative to itself."""
    return np.abs(p[:-1] * up[:-1] / (p[1:] * down[1:]) - 1).max()


def one_up(N, k):
    return (np.arange(N + 1) == k).astype(float)


# The steps


@each_magnet
def test_the_traffic_between_two_states_is_equal_both_ways(N, T, h, Tc):
    p = boltzmann(N, T, h, Tc)
    assert imbalance(p, *steps(N, T, h=h, Tc=Tc)) < 1e-11


def test_a_spin_that_feels_itself_would_be_noticed():
    """The field Tc M / N + h, with the spin's own share in it, breaks the balance."""
    N, T, h = 25, 0.7, 0.1
    k = np.arange(N + 1)
    b = (2 * k - N) / N + h
    up, down = (N - k) / N / (1 + np.exp(-2 * b / T)), k / N / (1 + np.exp(2 * b / T))
    assert imbalance(boltzmann(N, T, h), up, down) > 0.05


def test_the_walk_is_the_heat_bath_of_spins_that_all_see_each_other():
    """All 64 states of six spins, one update as a matrix, added up by the number of up spins."""
    N, T, h, Tc = 6, 0.9, 0.2, 1.3
    graph, J = from_couplings(Tc / N * (1 - np.eye(N)))
    whole = harness.transition_matrix(Case(graph, T, J, np.full(N, h)), "heat-bath")
    k = (exact.states(N) > 0).sum(axis=1)
    up, down = steps(N, T, h=h, Tc=Tc)
    for a, row in enumerate(whole):
        lumped = np.bincount(k, weights=row, minlength=N + 1)
        assert lumped[k[a] + 1 : k[a] + 2].sum() == pytest.approx(up[k[a]], abs=1e-14)
        assert lumped[max(k[a] - 1, 0) : k[a]].sum() == pytest.approx(down[k[a]], abs=1e-14)


def test_a_field_that_saturates_the_spins_overflows_nothing():
    with np.errstate(all="raise"):
        up, down = steps(10, 1e-3, h=5.0)
    assert up.tolist() == [(10 - k) / 10 for k in range(11)]
    assert not down.any()


# The master equation


@each_magnet
def test_the_law_is_carried_as_a_matrix_carries_it(N, T, h, Tc):
    fields = np.array([h, -2 * h, 0.3])
    law = np.random.default_rng(3).dirichlet(np.ones(N + 1))
    came = evolve(law, T, fields, Tc=Tc)
    for t, field in enumerate(fields):
        law = np.linalg.matrix_power(matrix(N, T, field, Tc), N) @ law
        assert came.m[t] == pytest.approx(law @ (2 * np.arange(N + 1) - N) / N, abs=1e-13)
    np.testing.assert_allclose(came.law, law, atol=1e-14)


@each_magnet
def test_equilibrium_stays_and_is_reached(N, T, h, Tc):
    p = boltzmann(N, T, h, Tc)
    np.testing.assert_allclose(evolve(p, T, np.full(20, h), Tc=Tc).law, p, atol=1e-13)
    if Tc < T:
        np.testing.assert_allclose(evolve(one_up(N, 0), T, np.full(200, h), Tc=Tc).law, p, atol=1e-12)


def test_the_argument_is_left_as_it_is():
    law = one_up(4, 4)
    evolve(law, 1.0, [0.0])
    assert law.tolist() == [0, 0, 0, 0, 1]


def free_energy_of(law, T, h):
    """E - T S of a law of M whose configurations are equally likely at each M."""
    N = law.size - 1
    there = law > 0
    M = (2 * np.arange(N + 1) - N)[there]
    ways = comb(N, np.arange(N + 1))[there]
    entropy = -(law[there] * np.log(law[there] / ways)).sum()
    return law[there] @ (-M * M / (2 * N) - h * M) - T * entropy


def test_the_free_energy_of_the_bath_falls_in_every_sweep_and_another_one_does_not():
    N, T, h = 40, 0.7, 0.2
    laws = [one_up(N, 0)]
    for _ in range(40):
        laws.append(evolve(laws[-1], T, [h]).law)
    fall = np.diff([free_energy_of(law, T, h) for law in laws])
    assert (fall < 1e-12).all()
    other = np.diff([free_energy_of(law, 2 * T, h) for law in laws])  # a bath that is not there
    assert (other > 1e-3).any()


# The walk


def final_states(N, T, fields, runs, Tc=1.0):
    rng = np.random.default_rng(22)
    m = np.array([walk(N, T, fields, Tc=Tc, start=0.4, rng=rng)[-1] for _ in range(runs)])
    return np.bincount(np.rint((1 + m) / 2 * N).astype(int), minlength=N + 1)


@pytest.mark.slow
def test_walks_end_as_the_master_equation_says_and_a_temperature_too_high_is_noticed():
    N, T, fields = 20, 0.8, np.array([0.1, -0.2, -0.2, 0.3, 0.0, 0.05])
    law = evolve(one_up(N, 14), T, fields).law
    assert harness.chi_square(final_states(N, T, fields, 6000), law) > SIGNIFICANCE
    assert harness.chi_square(final_states(N, 1.2 * T, fields, 6000), law) < SIGNIFICANCE
    swapped = evolve(one_up(N, 14), T, fields[::-1]).law  # the field must come in its order
    assert harness.chi_square(final_states(N, T, fields, 6000), swapped) < SIGNIFICANCE


def test_the_same_generator_gives_the_same_walk():
    runs = [walk(50, 0.9, np.zeros(30), rng=np.random.default_rng(4)) for _ in range(2)]
    assert (runs[0] == runs[1]).all()
    assert (np.abs(runs[0] * 50 - np.rint(runs[0] * 50)) < 1e-12).all()


# Many spins


def test_the_flow_agrees_with_an_adaptive_method():
    T, fields = 0.6, np.array([0.3, 0.1, -0.5, -0.5, 0.0, 0.2])
    m, came = -0.2, flow(-0.2, T, fields)
    for t, h in enumerate(fields):
        m = solve_ivp(lambda _, x, h=h: np.tanh((x + h) / T) - x, (0, 1), [m], rtol=1e-11, atol=1e-12).y[0, -1]
        assert came[t] == pytest.approx(m, abs=1e-6)


@pytest.mark.parametrize(("T", "h"), [(0.5, 0.1), (0.8, -0.3), (1.3, 0.2), (0.7, 0.0)])
def test_the_flow_ends_in_the_solution_of_the_mean_field(T, h):
    ended = flow(0.9 if h >= 0 else -0.9, T, np.full(200, h))[-1]
    assert ended == pytest.approx(float(meanfield.magnetisation(T, h=h)), abs=1e-12)


def test_the_walk_tends_to_the_flow_as_one_over_the_number_of_spins():
    T, fields = 1.2, np.array([0.4, 0.4, -0.3, 0.1])
    limit = flow(0.5, T, fields)[-1]
    sizes = np.array([200, 400, 800])
    gaps = [evolve(one_up(N, 3 * N // 4), T, fields).m[-1] - limit for N in sizes]
    scaled = sizes * gaps
    # What is left is of order 1/N^2, so the scaled gaps differ half as much at every doubling.
    assert abs(scaled[2] - scaled[1]) < 0.6 * abs(scaled[1] - scaled[0])
    assert abs(scaled[2]) > 10 * abs(scaled[2] - scaled[1])


# Passing from one state to another


@each_magnet
def test_passage_times_solve_the_linear_equations(N, T, h, Tc):
    stay = matrix(N, T, h, Tc).T
    for first, last in ((0, N), (N, 0), (N // 2, N)):
        if first == last:
            continue
        others = np.array([k for k in range(N + 1) if k != last])
        times = np.linalg.solve(np.eye(N) - stay[np.ix_(others, others)], np.ones(N))
        came = passage_time(N, T, h=h, Tc=Tc, start=2 * first / N - 1, target=2 * last / N - 1)
        # The solver loses as many digits as the longest time has.
        tolerance = max(1e-12, np.finfo(float).eps * times.max())
        assert came == pytest.approx(times[list(others).index(first)] / N, rel=tolerance)


def test_passage_times_add_up_and_turn_over_with_the_magnet():
    whole = passage_time(30, 0.7, h=0.03, start=-0.8, target=0.8)
    parts = [passage_time(30, 0.7, h=0.03, start=a, target=b) for a, b in ((-0.8, 0.2), (0.2, 0.8))]
    assert whole == pytest.approx(sum(parts), rel=1e-13)
    assert whole == pytest.approx(passage_time(30, 0.7, h=-0.03, start=0.8, target=-0.8), rel=1e-13)
    assert passage_time(30, 0.7, start=0.2, target=0.2) == 0


@pytest.mark.parametrize(("T", "h"), [(0.8, 0.0), (0.8, -0.02), (0.6, 0.05)])
def test_kramers_is_the_limit_of_many_spins(T, h):
    """The relative difference falls as 1/N, and is gone when that is taken off."""
    stable, well, _ = meanfield.branches(T, h=h)
    start, target = (float(well), float(stable))

    def ratio(N):
        return kramers_time(N, T, h=h) / passage_time(N, T, h=h, start=start, target=target)

    sizes = (1000, 2000) if T == 0.8 else (600, 1200)
    small, large = (ratio(N) for N in sizes)
    assert abs(large - 1) < 0.03
    assert abs(large - 1) < 0.6 * abs(small - 1)
    assert 2 * large - small == pytest.approx(1, abs=2e-3)


def test_from_the_top_of_the_barrier_half_of_the_walks_fall_back():
    T, N = 0.8, 800
    m = float(meanfield.magnetisation(T))
    to_top, across = (passage_time(N, T, start=m, target=end) for end in (0.0, -m))
    assert to_top / across == pytest.approx(0.5, abs=0.03)  # the top is flat over some 1/sqrt(N)


def test_a_time_too_long_for_a_number_is_infinite():
    assert passage_time(20_000, 0.5, start=0.9575, target=-0.9575) == np.inf
    assert kramers_time(20_000, 0.5) == np.inf


def test_a_time_is_a_number_even_where_a_step_on_the_way_is_too_unlikely_for_one():
    """Some steps have the chance exp(-2b / T) = exp(-1300). In a strong field every update of an up spin turns it."""
    cold = passage_time(5, 0.003, h=-2.0, start=1.0, target=-1.0)
    assert cold == pytest.approx(sum(5 / k for k in range(1, 6)) / 5, rel=1e-12)
    for N, T, h, start, target in [(10, 1e-300, 0.0, 0.6, -0.6), (10, 1e-300, 0.3, -1, 1), (5, 1e-300, -1e300, -1, 1)]:
        assert passage_time(N, T, h=h, start=start, target=target) == np.inf
    # Beyond the barrier of a well that is not deep: down from there at once, although the way back takes for ever.
    assert passage_time(10, 1e-300, h=-0.5, start=-0.2, target=-1) == pytest.approx(
        sum(10 / k for k in range(1, 5)) / 10
    )


@pytest.mark.parametrize("T", [0.4, 0.8, 0.95])
@pytest.mark.parametrize("share", [0.0, 0.6, 0.95, 0.999])
def test_kramers_is_as_good_as_it_says_and_refuses_where_there_is_no_barrier(T, share):
    """At 0.999 of the spinodal and ten spins it would be eleven times too long, and more with every digit."""
    h = -share * float(meanfield.spinodal_field(T))
    stable, well, barrier = meanfield.branches(T, h=h)
    if share == 0:
        well, stable = stable, well
    df = float(meanfield.free_energy(barrier, T, h=h) - meanfield.free_energy(well, T, h=h))
    for height, worst in ((1.1, 0.22), (2, 0.22), (5, 0.12), (20, 0.03)):
        N = round(height * T / df)
        if 10 <= N <= 100_000:
            exact_time = passage_time(N, T, h=h, start=float(well), target=float(stable))
            assert -worst < kramers_time(N, T, h=h) / exact_time - 1 < 0
    few = int(0.95 * T / df)
    if 0 < few < 10**6:
        with pytest.raises(
            ValueError, match=f"N must make the barrier .* so at least {int(np.ceil(T / df))}, got {few}"
        ):
            kramers_time(few, T, h=h)


# Long work


@pytest.mark.parametrize("job", ["law", "walk", "flow"])
def test_a_run_in_other_pieces_is_the_same(job, monkeypatch):
    fields = np.random.default_rng(3).normal(size=40)
    run = {
        "law": lambda: np.concatenate(evolve(one_up(30, 20), 0.8, fields)),
        "walk": lambda: walk(30, 0.8, fields, rng=np.random.default_rng(4)),
        "flow": lambda: flow(0.3, 0.8, fields),
    }[job]
    whole = run()
    monkeypatch.setattr(progress, "SLICE", 0.0)
    np.testing.assert_array_equal(run(), whole)


@pytest.mark.parametrize("job", ["law", "walk", "flow"])
def test_what_was_finished_is_kept_at_an_interrupt(job, monkeypatch):
    """Ctrl-C after 100 units of work, in the middle of the fourth sweep of 30 updates."""
    fields = np.random.default_rng(3).normal(size=200)

    def stopped(total, _):
        yield from (slice(k, k + 1) for k in range(100))
        raise KeyboardInterrupt

    monkeypatch.setattr(curie_weiss_module, "watched", stopped)
    run = {
        "law": lambda fields: evolve(one_up(30, 20), 0.8, fields),
        "walk": lambda fields: walk(30, 0.8, fields, rng=np.random.default_rng(4)),
        "flow": lambda fields: flow(0.3, 0.8, fields),
    }[job]
    with pytest.raises(progress.Interrupted) as caught:
        run(fields)
    monkeypatch.undo()
    kept = caught.value.run
    expected = run(fields[: 3 if job == "law" else 100])
    if job == "law":
        np.testing.assert_array_equal(kept.law, expected.law)
        kept, expected = kept.m, expected.m
    np.testing.assert_array_equal(kept, expected)


@pytest.mark.parametrize("N", [10, 11, 20, 40, 100])
def test_kramers_with_few_spins_is_right_to_a_quarter_or_refused(N):
    """With one spin at T = 0.1 it would be 78 times too long; with ten at 0.01, 27 times."""
    for T in (0.005, 0.0125, 0.025, 0.05, 0.2, 0.5):
        for share in (0.0, 0.1, 0.3, 0.6, 0.8, 0.9):
            h = -share * float(meanfield.spinodal_field(T))
            stable, well, barrier = meanfield.branches(T, h=h)
            df = meanfield.free_energy(barrier, T, h=h) - meanfield.free_energy(well, T, h=h)
            if N * T < 0.5 or N * df < T:
                with pytest.raises(ValueError, match=r"T must be at least Tc / \(2 N\)|N must make the barrier"):
                    kramers_time(N, T, h=h)
                continue
            kramers = kramers_time(N, T, h=h)
            time = passage_time(N, T, h=h, start=abs(float(well)), target=-abs(float(stable)))
            assert 0.75 < kramers / time < 1.2 or kramers == np.inf
    for few, T in ((1, 0.1), (3, 0.05), (9, 0.2)):
        with pytest.raises(ValueError, match="N must be at least 10 for Kramers"):
            kramers_time(few, T)


def test_in_the_cold_a_field_of_nothing_leaves_a_spin_free():
    """Tc (M + 1) / N = 0: however large 1 / T is, half of the updates go either way."""
    for T in (1e-300, 1e-308):
        np.testing.assert_allclose(steps(3, T).up, [0, 1 / 3, 1 / 3, 0], rtol=1e-15)
        assert evolve([0.5, 0.5], T, [0.0]).m.tolist() == [0.0]
        assert passage_time(3, T, Tc=0.0, start=-1, target=1) == pytest.approx(20 / 3)
        assert passage_time(3, T, start=1, target=-1) == np.inf


@pytest.mark.parametrize(
    "job",
    [
        lambda T: steps(3, T),
        lambda T: evolve([0.5, 0.5], T, [0.0]),
        lambda T: walk(3, T, [0.0], rng=np.random.default_rng(1)),
        lambda T: flow(0.5, T, [0.0]),
        lambda T: passage_time(3, T, start=1, target=-1),
        lambda T: kramers_time(100, T),
    ],
)
def test_a_temperature_without_an_inverse_is_refused(job):
    with pytest.raises(ValueError, match="T must be so large that 1 / T is finite, got 1e-320"):
        job(1e-320)


# Bad input


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: steps(0, 1.0), ValueError, "N must be at least 1"),
        (lambda: steps(2.5, 1.0), TypeError, "N must be a whole number"),
        (lambda: steps(5, 0.0), ValueError, "T must be greater than 0"),
        (lambda: steps(5, 1.0, h=np.inf), ValueError, "h must be finite"),
        (lambda: steps(5, 1.0, Tc=-1), ValueError, "Tc must be at least 0"),
        (lambda: evolve([0.5, 0.4], 1.0, [0]), ValueError, "law must be probabilities"),
        (lambda: evolve([1.5, -0.5], 1.0, [0]), ValueError, "law must be probabilities"),
        (lambda: evolve([1.0], 1.0, [0]), ValueError, "law must be one-dimensional"),
        (lambda: evolve([0, 1], 1.0, 0.3), ValueError, "fields must be one-dimensional"),
        (lambda: evolve([0, 1], 1.0, ["a"]), TypeError, "fields must hold real numbers"),
        (lambda: walk(5, 1.0, [0], start=1.2, rng=np.random.default_rng(1)), ValueError, "start must lie between"),
        (lambda: walk(5, 1.0, [0], rng=1), TypeError, r"rng must be a numpy\.random\.Generator"),
        (lambda: flow(-2, 1.0, [0]), ValueError, "m must lie between -1 and 1"),
        (lambda: passage_time(5, 1.0, start=0, target=3), ValueError, "target must lie between"),
        (lambda: kramers_time(5, 1.0), ValueError, "T must be below Tc = 1"),
        (lambda: kramers_time(5, 0.8, h=0.1), ValueError, r"h must be weaker than the spinodal field 0\.0622"),
    ],
)
def test_bad_input_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_a_refused_walk_leaves_the_generator_alone():
    rng = np.random.default_rng(5)
    with pytest.raises(ValueError, match="fields"):
        walk(5, 1.0, [[0.0]], rng=rng)
    assert rng.random() == np.random.default_rng(5).random()
