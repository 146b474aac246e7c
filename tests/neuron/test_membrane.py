"""The membrane against its equations: limits, identities, another integrator, and what is known of its bifurcations."""

import mpmath as mp
import numpy as np
import pytest
from scipy.integrate import solve_ivp

from spinlearn.core.progress import Interrupted
from spinlearn.neuron import membrane
from spinlearn.neuron.membrane import (
    SQUID,
    Parameters,
    currents,
    eigenvalues,
    fire,
    gates,
    hopf_current,
    onset,
    rest,
    simulate,
    spike_times,
)

P = np.array(SQUID)
PASSIVE = Parameters(g_Na=0.0, g_K=0.0)


def reference(I, start, times):
    """The same equations by an adaptive method of eighth order at tight tolerances."""
    solved = solve_ivp(
        lambda t, state: membrane.slopes(*state, I, P),
        (0, times[-1]),
        start,
        method="DOP853",
        rtol=1e-13,
        atol=1e-13,
        t_eval=times,
    )
    return solved.y


# Rates and gates


def test_rates_are_hodgkin_and_huxleys_in_their_own_convention():
    """The paper's formulas in its own variable v, which is minus the displacement from rest."""
    V = np.array([-120.0, -90.3, -65.0, -51.7, -20.2, 0.0, 33.3, 80.1])
    v = -(V + 65)
    alpha_n = 0.01 * (v + 10) / (np.exp((v + 10) / 10) - 1)
    beta_n = 0.125 * np.exp(v / 80)
    alpha_m = 0.1 * (v + 25) / (np.exp((v + 25) / 10) - 1)
    beta_m = 4 * np.exp(v / 18)
    alpha_h = 0.07 * np.exp(v / 20)
    beta_h = 1 / (np.exp((v + 30) / 10) + 1)
    came = np.array([membrane.rates(x) for x in V]).T
    np.testing.assert_allclose(came, [alpha_m, beta_m, alpha_h, beta_h, alpha_n, beta_n], rtol=1e-11)


@pytest.mark.parametrize("V", [-40.0, -55.0])
def test_rates_are_smooth_through_their_removable_singularities(V):
    """At 0 / 0 the formulas have a limit; near it they lose digits, and the series takes over."""
    x = np.array([-2e-3, -1.0001e-3, -0.9999e-3, -1e-7, -1e-15, 0.0, 1e-300, 1e-9, 0.9999e-3, 1.0001e-3, 2e-3])
    exact = np.where(x == 0, 1.0, -x / np.expm1(-np.where(x == 0, 1.0, x)))
    np.testing.assert_allclose([membrane.linear_over_exponential(v) for v in x], exact, rtol=2e-13)
    around = np.array([membrane.rates(V + step) for step in (-1e-6, 0.0, 1e-6)])
    assert np.isfinite(around).all()
    np.testing.assert_allclose(around[1], around[[0, 2]].mean(axis=0), rtol=1e-11)


def test_gates_at_the_ends():
    cold, hot = gates(-200.0), gates(200.0)
    assert cold.m < 1e-6
    assert hot.m == pytest.approx(1, abs=1e-6)
    assert cold.h == pytest.approx(1, abs=1e-6)
    assert hot.h < 1e-5
    assert cold.n < 1e-2
    assert hot.n > 0.99
    V = np.linspace(-100, 60, 9).reshape(3, 3)
    assert gates(V).tau_h.shape == (3, 3)
    assert gates(V).m[1, 1] == gates(float(V[1, 1])).m


def test_gates_are_open_or_shut_at_absurd_voltages_too():
    for V in (-1e4, -1e5, -1e308):
        assert gates(V)[:3] == (0, 1, 0)
    for V in (1e5, 1e308):
        assert gates(V)[:3] == (1, 0, 1)
        assert np.isfinite(gates(V)).all()


@pytest.mark.parametrize("V", [-90.0, -65.0, -30.0, 20.0])
def test_gates_settle_where_and_as_fast_as_told(V):
    at = gates(V)
    for k in range(3):
        state = [V, *at[:3]]
        assert abs(membrane.slopes(*state, 0.0, P)[1 + k]) < 1e-14
        state[1 + k] += 0.1
        assert membrane.slopes(*state, 0.0, P)[1 + k] == pytest.approx(-0.1 / at[3 + k], rel=1e-9)


# Rest and its stability


@pytest.mark.parametrize("I", [-10.0, 0.0, 5.0, 20.0, 200.0])
def test_nothing_changes_at_rest(I):
    assert np.abs(membrane.slopes(*rest(I), I, P)).max() < 1e-10
    assert sum(currents(*rest(I))) == pytest.approx(I, abs=1e-10)


def test_rest_of_the_squid():
    V, m, h, n = rest()
    assert pytest.approx(-65, abs=1e-3) == V
    np.testing.assert_allclose([m, h, n], [0.0529, 0.5961, 0.3177], atol=5e-5)  # as Hodgkin and Huxley's table has them
    assert m**3 * h < 1e-4


def test_a_membrane_with_three_states_of_rest_is_refused():
    with pytest.raises(ValueError, match="must leave one state of rest"):
        rest(-8.0, parameters=Parameters(g_K=1.0))


def test_a_passive_membrane_relaxes_exponentially():
    start, t = [-40.0, 0.1, 0.2, 0.3], np.arange(501) * 0.02
    I, tau = 1.5, PASSIVE.C / PASSIVE.g_L
    run = simulate(I, 10.0, start=start, parameters=PASSIVE)
    settled = PASSIVE.E_L + I / PASSIVE.g_L
    np.testing.assert_allclose(run.t, t, atol=1e-12)
    np.testing.assert_allclose(run.V, settled + (start[0] - settled) * np.exp(-t / tau), rtol=1e-11)
    assert rest(I, parameters=PASSIVE)[0] == pytest.approx(settled, rel=1e-12)
    assert eigenvalues(I, parameters=PASSIVE).real.max() == pytest.approx(
        max(-1 / tau, *(-1 / np.array(gates(settled)[3:]))), rel=1e-7
    )


def test_a_small_disturbance_grows_and_turns_as_the_eigenvalues_say():
    """Ring down from rest at 5 uA/cm^2: the slowest pair of eigenvalues is read off the voltage."""
    I = 5.0
    run = simulate(I, 60.0, start=rest(I) + 1e-4 * np.eye(4)[0], dt=0.005)
    pair = eigenvalues(I)
    slow = pair[np.abs(pair.imag) > 0][0]
    V = run.V - rest(I)[0]
    crossings = spike_times(run.t, V)[1:]
    assert 2 * np.pi / np.diff(crossings).mean() == pytest.approx(abs(slow.imag), rel=2e-3)
    peaks = V[1:-1][(V[1:-1] > V[:-2]) & (V[1:-1] > V[2:])][1:]
    assert np.log(peaks[1:] / peaks[:-1]).mean() / np.diff(crossings).mean() == pytest.approx(slow.real, rel=2e-2)


def test_the_rest_state_is_unstable_between_two_hopf_points():
    low, high = hopf_current(5.0, 20.0), hopf_current(100.0, 200.0)
    for I in (low, high):
        pair = eigenvalues(I)[-2:]
        assert np.abs(pair.real).max() < 1e-6
        assert np.abs(pair.imag).min() > 0.1  # a pair crosses, not a single real one
    assert eigenvalues(low - 0.01).real.max() < 0 < eigenvalues(low + 0.01).real.max()
    assert low == pytest.approx(9.78, abs=0.005)
    assert high == pytest.approx(154.5, abs=0.05)
    with pytest.raises(ValueError, match="rest is stable at both"):
        hopf_current(0.0, 5.0)
    with pytest.raises(ValueError, match="rest is unstable at both"):
        hopf_current(20.0, 50.0)


def characteristic(V):
    """The current that holds V at rest, the Jacobian there, and a1 to a4 of its characteristic polynomial."""
    q = {name: mp.mpf(str(value)) for name, value in SQUID._asdict().items()}
    opening = {
        "m": lambda V: (V + 40) / 10 / (1 - mp.exp(-(V + 40) / 10)),
        "h": lambda V: mp.mpf("0.07") * mp.exp(-(V + 65) / 20),
        "n": lambda V: (V + 55) / 100 / (1 - mp.exp(-(V + 55) / 10)),
    }
    closing = {
        "m": lambda V: 4 * mp.exp(-(V + 65) / 18),
        "h": lambda V: 1 / (1 + mp.exp(-(V + 35) / 10)),
        "n": lambda V: mp.mpf("0.125") * mp.exp(-(V + 65) / 80),
    }
    x = {g: opening[g](V) / (opening[g](V) + closing[g](V)) for g in "mhn"}
    m, h, n = x["m"], x["h"], x["n"]
    current = q["g_Na"] * m**3 * h * (V - q["E_Na"]) + q["g_K"] * n**4 * (V - q["E_K"]) + q["g_L"] * (V - q["E_L"])
    J = mp.zeros(4)
    J[0, 0] = -(q["g_Na"] * m**3 * h + q["g_K"] * n**4 + q["g_L"]) / q["C"]
    J[0, 1] = -3 * q["g_Na"] * m**2 * h * (V - q["E_Na"]) / q["C"]
    J[0, 2] = -q["g_Na"] * m**3 * (V - q["E_Na"]) / q["C"]
    J[0, 3] = -4 * q["g_K"] * n**3 * (V - q["E_K"]) / q["C"]
    for k, g in enumerate("mhn", start=1):
        J[k, 0] = mp.diff(opening[g], V) * (1 - x[g]) - mp.diff(closing[g], V) * x[g]
        J[k, k] = -opening[g](V) - closing[g](V)
    a, M = [], mp.eye(4)  # Faddeev and LeVerrier
    for k in range(1, 5):
        trace = sum((J * M)[i, i] for i in range(4))
        a.append(-trace / k)
        M = J * M + a[-1] * mp.eye(4)
    return current, J, a


@pytest.mark.parametrize(("guess", "low", "high"), [(-59.0, 5.0, 20.0), (-43.0, 100.0, 200.0)])
def test_the_hopf_points_are_those_of_the_exact_characteristic_polynomial(guess, low, high):
    """A pair of eigenvalues is imaginary where Hurwitz's determinant a1 a2 a3 - a3^2 - a1^2 a4 vanishes."""

    def hurwitz(V):
        _, _, (a1, a2, a3, a4) = characteristic(V)
        return a1 * a2 * a3 - a3**2 - a1**2 * a4

    with mp.workdps(30):
        V = mp.findroot(hurwitz, mp.mpf(guess))
        current, J, (a1, _, a3, _) = characteristic(V)
        eigen, _ = mp.eig(J)
        I, turn = float(current), float(mp.sqrt(a3 / a1))
        exact = sorted((complex(value) for value in eigen), key=lambda v: (round(v.real, 8), v.imag))
    assert hopf_current(low, high) == pytest.approx(I, abs=2e-9)
    assert rest(I)[0] == pytest.approx(float(V), abs=1e-11)
    found = sorted(eigenvalues(I), key=lambda v: (round(v.real, 8), v.imag))
    np.testing.assert_allclose(found, exact, atol=2e-11)
    assert abs(found[-1].imag) == pytest.approx(turn, abs=2e-11)


# The integrator


def test_a_run_is_that_of_another_method_at_tight_tolerances():
    times = np.arange(401) * 0.1
    exact = reference(10.0, rest(), times)
    run = simulate(10.0, 40.0, dt=0.005, every=20)
    np.testing.assert_allclose(run.V, exact[0], atol=1e-5)
    np.testing.assert_allclose([run.m, run.h, run.n], exact[1:], atol=1e-6)
    usual = simulate(10.0, 40.0, every=5)
    assert 1e-4 < np.abs(usual.V - exact[0]).max() < 3e-3  # what the comment at DT promises


def test_the_error_falls_as_the_fourth_power_of_the_step():
    """Over the upstroke of one spike; the slope between successive halvings, whose own error falls with the step."""
    start = [-50.0, 0.2, 0.5, 0.35]
    exact = reference(10.0, start, np.array([0.0, 4.0]))[:, -1]
    steps = 0.04 / 2.0 ** np.arange(4)
    ends = [np.array(simulate(10.0, 4.0, start=start, dt=dt)[1:])[:, -1] for dt in steps]
    errors = np.array([np.abs(end - exact).max() for end in ends])
    orders = np.log2(errors[:-1] / errors[1:])
    assert orders[-1] == pytest.approx(4, abs=0.1)
    assert errors[-1] > 1e-11  # rounding plays no part


@pytest.mark.parametrize("wrong", [{"g_Na": 121.2}, {"E_L": -54.387}, {"C": 1.001}])
def test_a_constant_that_is_slightly_off_would_be_noticed(wrong):
    """Negative controls for the comparison: a conductance by 1 %, the leak's voltage before rounding."""
    run = simulate(10.0, 40.0, dt=0.005, every=20, parameters=SQUID._replace(**wrong), start=rest())
    assert np.abs(run.V - reference(10.0, rest(), np.arange(401) * 0.1)[0]).max() > 100 * 1e-5


def test_a_current_for_each_step_and_records_now_and_then():
    whole = simulate(8.0, 20.0)
    np.testing.assert_array_equal(simulate(np.full(1000, 8.0)).V, whole.V)
    every = simulate(8.0, 20.0, every=7)
    np.testing.assert_array_equal(every.V, whole.V[::7])
    np.testing.assert_allclose(every.t, whole.t[::7], rtol=1e-12)
    first = simulate(8.0, 10.0)
    second = simulate(8.0, 10.0, start=[x[-1] for x in first[1:]])
    np.testing.assert_array_equal(np.append(first.V, second.V[1:]), whole.V)


def test_charge_is_conserved():
    """What the current brings either charges the capacitor or leaves through the channels."""
    run = simulate(10.0, 30.0, dt=0.005)
    ionic = sum(currents(*run[1:]))
    charge = ((10.0 - ionic)[1:] + (10.0 - ionic)[:-1]).sum() / 2 * 0.005
    assert charge == pytest.approx(SQUID.C * (run.V[-1] - run.V[0]), abs=0.02)


def test_a_step_that_is_too_long_is_refused():
    with pytest.raises(ValueError, match=r"dt must be shorter: with steps of 0\.2 ms the solution blew up"):
        simulate(10.0, 50.0, dt=0.2)
    with pytest.raises(ValueError, match="dt must be shorter"):
        fire(10.0, 50.0, dt=0.2)


# Spikes


def test_spike_times_are_interpolated():
    t = np.linspace(0, 100, 2001)
    found = spike_times(t, 40 * np.sin(2 * np.pi * (t - 3.7) / 12.5) - 5, threshold=-5.0)
    # Linear interpolation is off by at most step^2 / 8 times the curvature over the slope, which vanishes at zero.
    np.testing.assert_allclose(found, 3.7 + 12.5 * np.arange(8), atol=1e-4)
    assert len(spike_times([0, 1, 2], [1, 2, 1])) == 0
    np.testing.assert_array_equal(spike_times([0, 1, 2], [-1, 0, -1]), [1.0])


def test_firing_is_counted_as_in_a_recorded_run():
    run, counted = simulate(10.0, 200.0), fire(10.0, 200.0)
    times = spike_times(run.t, run.V)
    np.testing.assert_allclose(counted.times, times, atol=1e-9)
    late = times[times >= 100]
    assert counted.rate == pytest.approx(1000 / np.diff(late).mean(), rel=1e-9)
    np.testing.assert_array_equal(counted.state, [x[-1] for x in run[1:]])


def test_a_spike_overshoots_and_undershoots():
    run = simulate(10.0, 20.0)
    assert 35 < run.V.max() < SQUID.E_Na
    assert SQUID.E_K < run.V.min() < -70


def test_one_spike_is_not_a_rate():
    single = fire(4.0)
    assert len(single.times) == 1
    assert single.rate == 0.0


HOPF = hopf_current(5.0, 20.0), hopf_current(100.0, 200.0)


@pytest.mark.slow
@pytest.mark.parametrize(
    "I", [0.0, 4.0, 6.0, 6.5, 9.0, 30.0, 61.0, 70.0, 100.0, 130.0, 150.0, 154.0, 155.0, 170.0, 300.0]
)
def test_firing_oscillating_or_silent_is_what_the_voltage_does(I):
    """Where rest is unstable nothing is silent. From 65 to the upper Hopf point the swing stays below 0 mV."""
    found, V = fire(I), simulate(I, 8000.0, every=5).V
    early, late = np.ptp(V[len(V) // 2 : 3 * len(V) // 4]), np.ptp(V[3 * len(V) // 4 :])
    if found.kind == "silent":
        assert not HOPF[0] < I < HOPF[1]
        assert late < 1e-6 or late < early / 2
    else:
        assert late == pytest.approx(early, rel=1e-3)
        assert late > 1
        assert (V[len(V) // 2 :].max() > 0) == (found.kind == "firing")
    assert (found.rate > 0) == (found.kind == "firing")


def test_beside_a_stable_rest_it_depends_on_the_start():
    """Between the onset and the lower Hopf point; just below it the ringing of a small kick dies out slowly."""
    for I in (7.0, 9.7):
        assert fire(I, start=rest(I) + 1e-3).kind == "silent"
        assert fire(I, start=rest(0.0)).kind == "firing"
    ringing = fire(9.7, 100.0, start=rest(9.7) + np.array([0.5, 0, 0, 0]))
    assert ringing.kind == "silent"
    assert len(ringing.times) == 0
    assert abs(ringing.state[0] - rest(9.7)[0]) > 0.01
    assert fire(12.0, 20.0, start=rest(12.0)).kind == "oscillating", "unstable, however small the swing is yet"


def test_a_membrane_with_no_or_several_states_of_rest_can_be_asked_too():
    three = Parameters(g_K=1.0)
    assert fire(-8.0, start=[-60.0, 0.1, 0.6, 0.3], parameters=three).kind == "silent"
    assert fire(0.5, start=rest(), parameters=PASSIVE).kind == "silent"


@pytest.mark.slow
def test_the_onset_does_not_depend_on_step_start_or_direction():
    """It is where two cycles, one stable and one not, meet: a fact of the equations, whatever way one gets there."""
    from_rest = onset(6.0, 7.0, tolerance=1e-3)
    coarse = onset(6.0, 7.0, tolerance=1e-3, dt=0.04)
    firing = onset(6.0, 6.5, tolerance=1e-3, start=fire(6.5).state)
    for found in (from_rest, coarse, firing):
        assert found.above - found.below <= 1e-3
        assert found.below < 6.26422 < found.above
        assert found.rate == pytest.approx(50.4, abs=0.3)


@pytest.mark.slow
def test_the_onset_is_a_jump_with_two_states_beside_it():
    found = onset(6.0, 7.0, tolerance=0.01)
    assert fire(found.below, 10_000.0).rate == 0.0
    assert found.rate > 50.0
    I = (found.above + hopf_current(5.0, 15.0)) / 2
    silent = fire(I, start=rest(I) + 1e-3)
    firing = fire(I, start=rest(0.0))
    assert silent.rate == 0.0
    assert len(silent.times) == 0
    assert firing.rate > 55


def test_onset_refuses_a_bracket_that_is_none():
    with pytest.raises(ValueError, match="low must be a current at which the neuron falls silent, but at 8 it fires"):
        onset(8.0, 10.0, duration=500.0)
    with pytest.raises(ValueError, match="high must be a current at which the neuron fires for ever, but at 4"):
        onset(2.0, 4.0, duration=500.0)
    with pytest.raises(ValueError, match="but at 100 it oscillates below 0 mV"):
        onset(2.0, 100.0, duration=500.0)
    with pytest.raises(ValueError, match="low must be below high, got 200 and 30"):
        onset(200, 30)
    with pytest.raises(ValueError, match="low must be below high, got 20 and 5"):
        hopf_current(20, 5)


# Long runs


def cut(most):
    return lambda total, progress: (slice(k, min(k + most, total)) for k in range(0, total, most))


def stopped_after(slices, most):
    def watched(total, progress):
        for k in range(slices):
            yield slice(k * most, (k + 1) * most)
        raise KeyboardInterrupt

    return watched


@pytest.mark.parametrize("most", [1, 10, 10**9])
def test_a_run_in_slices_is_a_run(monkeypatch, most):
    current = 10 * np.random.default_rng(1).random(997)
    whole, counted = simulate(current, every=7), fire(10.0, 500.0)
    monkeypatch.setattr(membrane, "watched", cut(most))
    for a, b in ((simulate(current, every=7), whole), (fire(10.0, 500.0), counted)):
        for x, y in zip(a, b, strict=True):
            np.testing.assert_array_equal(x, y)


def test_an_interrupt_keeps_what_is_finished(monkeypatch):
    run, counted = simulate(10.0, 50.0, every=7), fire(10.0, 2 * membrane._BLOCK * membrane.DT)
    monkeypatch.setattr(membrane, "watched", stopped_after(4, 100))
    with pytest.raises(Interrupted) as caught:
        simulate(10.0, 50.0, every=7)
    for part, all_of_it in zip(caught.value.run, run, strict=True):
        np.testing.assert_array_equal(part, all_of_it[: 400 // 7 + 1])
    monkeypatch.setattr(membrane, "watched", stopped_after(2, 1))
    with pytest.raises(Interrupted) as caught:
        fire(10.0)
    for part, all_of_it in zip(caught.value.run, counted, strict=True):
        np.testing.assert_array_equal(part, all_of_it)


def test_an_interrupted_bisection_returns_its_bracket(monkeypatch):
    runs, whole = [], fire

    def stops(I, *args, **keywords):
        runs.append(I)
        if len(runs) == 5:
            raise Interrupted(None)
        return whole(I, 1000.0)

    monkeypatch.setattr(membrane, "fire", stops)
    with pytest.raises(Interrupted) as caught:
        onset(6.0, 7.0)
    found = caught.value.run
    assert runs[:2] == [6.0, 7.0]
    assert found.above - found.below == 0.25
    assert found.below < 6.264 < found.above
    assert found.rate > 50


# Bad arguments


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: gates("here"), TypeError, "V must be a real number"),
        (lambda: gates([np.inf]), ValueError, "V must be finite"),
        (lambda: gates([[1], [2, 3]]), ValueError, "V must be an array, but its rows are not of one length"),
        (lambda: simulate([[1], [2, 3]]), ValueError, "I must be an array, but its rows are not of one length"),
        (lambda: rest(np.nan), ValueError, "I must be finite"),
        (lambda: rest(parameters=(1, 2)), TypeError, "parameters must be membrane.Parameters, not tuple"),
        (lambda: rest(parameters=Parameters(C=0.0)), ValueError, "parameters.C must be greater than 0"),
        (lambda: rest(parameters=Parameters(g_K=-1.0)), ValueError, "parameters.g_K must be at least 0"),
        (lambda: simulate(1.0), ValueError, "duration must be given"),
        (lambda: simulate([1.0], 3.0), ValueError, "duration must be left out"),
        (lambda: simulate(1.0, 0.0), ValueError, "duration must be greater than 0"),
        (lambda: simulate(1.0, 0.001), ValueError, "duration must be at least one step"),
        (lambda: simulate([[1.0]]), ValueError, "I must be a number or a one-dimensional array"),
        (lambda: simulate([]), ValueError, "I must be a number or a one-dimensional array"),
        (lambda: simulate(1.0, 1.0, dt=-0.1), ValueError, "dt must be greater than 0"),
        (lambda: simulate(1.0, 1.0, every=0), ValueError, "every must be at least 1"),
        (lambda: simulate(1.0, 1.0, start=[-65, 0.1, 0.2]), ValueError, r"start must have shape \(4,\)"),
        (lambda: simulate(1.0, 1.0, start=[-65, 0.1, 0.2, 1.3]), ValueError, "gates m, h, n between 0 and 1"),
        (lambda: spike_times([0, 1], [0, 1, 2]), ValueError, r"V must have shape \(2,\)"),
        (lambda: spike_times([[0, 1]], [[0, 1]]), ValueError, "t must be one-dimensional"),
        (lambda: spike_times([0, 2, 1], [0, 1, 2]), ValueError, "t must not decrease"),
        (lambda: currents("low", 0.1, 0.1, 0.1), TypeError, "V must hold real numbers"),
        (lambda: currents(-65, 0.1, [0.1, np.nan], 0.1), ValueError, "h must be finite"),
        (lambda: currents(-65, 0.1, 0.1, 1.1), ValueError, "n must be between 0 and 1"),
        (lambda: currents([1, 2], [0.1, 0.2, 0.3], 0.1, 0.1), ValueError, r"shapes of V \(2,\) and m \(3,\)"),
        (lambda: currents(-65, 0.1, 0.1, 0.1, parameters=None), TypeError, "parameters must be membrane.Parameters"),
        (lambda: fire(1.0, 1e300, dt=1e-10), ValueError, "duration must be below 1e15 steps"),
        (lambda: simulate(1.0, 1.0, progress="yes"), TypeError, "progress must be None, True or False"),
        (lambda: fire("strongly"), TypeError, "I must be a real number"),
        (lambda: onset(6.0, 7.0, tolerance=0), ValueError, "tolerance must be greater than 0"),
    ],
)
def test_bad_arguments_are_named(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_kinds_of_numbers():
    """What is a whole number in eight bits is the number itself, without wrapping round."""
    assert currents(np.uint8(0), np.uint8(1), 1, (1,)).K[0] == -36 * SQUID.E_K
    assert pytest.approx(0.3 * 54.4) == currents([0], 0, 0, 0).L
    assert fire(np.uint8(200), 50).state.tolist() == fire(200.0, 50.0).state.tolist()
    assert rest(np.int8(5)).tolist() == rest(5.0).tolist()
    assert eigenvalues(np.uint8(5)).tolist() == eigenvalues(5.0).tolist()
    np.testing.assert_array_equal(simulate((np.uint8(7),) * 5).V, simulate(7.0, 0.1).V)


def test_a_start_is_left_as_it_is():
    start = rest()
    before = start.copy()
    simulate(10.0, 5.0, start=start)
    fire(10.0, 5.0, start=start)
    np.testing.assert_array_equal(start, before)
