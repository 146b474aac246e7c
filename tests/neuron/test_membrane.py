"""The membrane against its equations: limits, identities, another integrator, and what is known of its bifurcations."""

import numpy as np
import pytest
from scipy.integrate import solve_ivp

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


def test_the_onset_does_not_depend_on_step_start_or_direction():
    """It is where two cycles, one stable and one not, meet: a fact of the equations, whatever way one gets there."""
    from_rest = onset(6.0, 7.0, tolerance=1e-3)
    coarse = onset(6.0, 7.0, tolerance=1e-3, dt=0.04)
    firing = onset(6.0, 6.5, tolerance=1e-3, start=fire(6.5).state)
    for found in (from_rest, coarse, firing):
        assert found.above - found.below <= 1e-3
        assert found.below < 6.26422 < found.above
        assert found.rate == pytest.approx(50.4, abs=0.3)


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
        onset(8.0, 10.0)
    with pytest.raises(ValueError, match="high must be a current at which the neuron fires for ever, but at 4"):
        onset(2.0, 4.0)


# Bad arguments


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: gates("here"), TypeError, "V must be a real number"),
        (lambda: gates([np.inf]), ValueError, "V must be finite"),
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
        (lambda: fire("strongly"), TypeError, "I must be a real number"),
        (lambda: onset(6.0, 7.0, tolerance=0), ValueError, "tolerance must be greater than 0"),
    ],
)
def test_bad_arguments_are_named(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_a_start_is_left_as_it_is():
    start = rest()
    before = start.copy()
    simulate(10.0, 5.0, start=start)
    fire(10.0, 5.0, start=start)
    np.testing.assert_array_equal(start, before)
