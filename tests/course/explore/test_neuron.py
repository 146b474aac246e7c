"""The live neuron: the page follows the library's membrane, and shows what page 1.1 finds."""

import math
import re

import numpy as np
import pytest
from exploring import button, facts, fill, live, more, refuses, run_until
from playwright.sync_api import expect
from wasm import Wasm

from spinlearn.course import web
from spinlearn.course.explore import Neuron
from spinlearn.course.explore.neuron import HOPF, ONSET, firing_branch
from spinlearn.neuron import membrane

STEP = 1.0  # ms that a press of Step takes


def found(widget) -> str:
    """The points of the diagram, in words."""
    return widget.locator("svg[role=img]").nth(2).get_attribute("aria-label")


# ── In Python ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("I", -0.1, "0.0"), ("I", 20.5, "20.0"), ("I", math.nan, "must be a number"), ("I", "much", "expected a float"),
        ("change", "soon", "any of \\['at once', 'slowly'\\]"), ("gates", 2, "expected a boolean"),
    ],
)  # fmt: skip
def test_a_bad_value_is_refused_with_the_name_of_the_trait_and_what_is_allowed(name, value, allowed):
    refuses(Neuron, name, value, allowed)


@pytest.mark.slow
def test_the_marks_are_where_the_library_finds_them():
    onset = membrane.onset(ONSET - 0.002, ONSET + 0.002, tolerance=5e-4)
    assert onset.below < ONSET + 5e-4
    assert onset.above > ONSET - 5e-4
    assert membrane.hopf_current(5, 15) == pytest.approx(HOPF, abs=5e-4)


def test_the_firing_branch_behind_the_points_is_that_of_long_runs():
    currents, rates = firing_branch()
    assert (currents[0], currents[-1]) == (round(ONSET + 0.001, 3), 20.0)
    assert (np.diff(rates) > 0).all()
    for k in (5, 20, -1):  # above the onset's slow transients
        assert rates[k] == pytest.approx(membrane.fire(currents[k]).rate, abs=0.05)


@pytest.mark.slow
def test_the_still_picture_says_what_the_library_finds():
    spikes = len(membrane.fire(10.0, 100.0).times)
    assert f"a current of 10 µA/cm², from rest: {spikes} spikes" in Neuron().static_html()
    assert "from rest: no spikes" in Neuron(1).static_html()
    assert "from rest: 1 spike," in Neuron(4).static_html()


# ── In the page ──────────────────────────────────────────────────────────────────────────────────────────────────────


def worst_rounding(current, steps) -> float:
    """How far the voltage moves, in mV, when every `exp` is wrong by up to one unit in its last place."""
    rng = np.random.default_rng(1)
    choices = rng.choice([-1, 0, 1], size=2**16)
    calls = 0

    def rounded(x):
        nonlocal calls
        calls += 1
        return math.exp(x) + choices[calls % len(choices)] * math.ulp(math.exp(x))

    runs = []
    for exp in (math.exp, rounded):
        module, state, voltages = Wasm(web.read("neuron"), exp=exp), membrane.rest(), []
        for _ in range(steps):
            module.call("count_spikes", state, current, membrane.DT, np.array(membrane.SQUID), 50, np.empty(26))
            voltages.append(state[0])
        runs.append(voltages)
    return float(np.abs(np.subtract(*runs)).max())


@pytest.mark.browser
@pytest.mark.parametrize("current", [3.0, 10.0])
def test_the_page_follows_the_library_to_rounding(opened, current):
    """The browser's `exp` may differ in the last bit, so equality is asked for up to what that does, ten times over."""
    bound = 10 * worst_rounding(current, 40)
    assert 0 < bound < 1e-7
    widget = live(opened(Neuron(current)))
    run = membrane.simulate(current, 40.0)
    every = round(STEP / membrane.DT)
    for k in range(1, 41):
        button(widget, "Step").click()
        assert facts(widget)["t"] == pytest.approx(k * STEP, abs=1e-9)
        assert abs(facts(widget)["V"] - run.V[k * every]) <= bound
    # The control: another current is not within the bound.
    assert abs(facts(widget)["V"] - membrane.simulate(current + 0.001, 40.0).V[-1]) > bound
    button(widget, "Reset").click()
    now = facts(widget)
    assert (now["t"], now["V"], now["rate"]) == (0, membrane.rest()[0], 0)


@pytest.mark.browser
def test_a_kick_is_a_pulse_of_one_millisecond(opened):
    widget = live(opened(Neuron(3.0)))
    button(widget, "Step").click()
    button(widget, "Kick").click()
    for _ in range(11):
        button(widget, "Step").click()
    current = np.full(round(12 / membrane.DT), 3.0)
    current[50:100] += 5.0
    assert facts(widget)["V"] == pytest.approx(membrane.simulate(current).V[-1], abs=1e-7)
    assert abs(facts(widget)["V"] - membrane.simulate(3.0, 12.0).V[-1]) > 1


@pytest.mark.browser
def test_the_current_can_follow_slowly(opened):
    widget = live(opened(Neuron(0.15, change="slowly")))
    for _ in range(20):
        button(widget, "Step").click()
    held = np.minimum(0.01 * 0.1 * (np.arange(1000) // 5 + 1), 0.15)  # 0.01 a ms, in stairs of a tenth of a ms
    assert facts(widget)["V"] == pytest.approx(membrane.simulate(held).V[-1], abs=1e-9)


@pytest.mark.browser
def test_below_the_onset_silence_and_above_it_fifty_a_second(opened):
    """The jump of page 1.1: switched on from rest, a current of 6 leaves silence, and one of 6.3 more than 50 Hz."""
    widget = live(opened(Neuron(6.0)))
    assert run_until(widget, "t", 700)["rate"] == 0
    assert "0 Hz at 6.00" in found(widget)
    fill(widget, "Current I, exact value", 6.3)
    button(widget, "Reset").click()
    now = run_until(widget, "t", 800)
    assert now["rate"] == pytest.approx(membrane.fire(6.3).rate, abs=1.0)
    assert now["rate"] > 50
    assert re.search(r"0 Hz at 6\.00, 5\d Hz at 6\.30", found(widget))  # the reset has kept the first
    button(widget, "Clear points").click()
    assert found(widget).endswith("0 found so far: none")


@pytest.mark.browser
def test_at_one_current_two_states_and_a_kick_between_them(opened):
    """At 8 it is silent when the current came slowly; a kick makes it fire, a second one at the right moment stops it.

    The right moment is taken from the library: some ms after a spike, found by trying all of them natively.
    """
    page = opened(Neuron(8.0, change="slowly"))
    widget = live(page)
    assert run_until(widget, "t", 1400)["rate"] == 0
    widget.focus()
    page.keyboard.press("k")
    now = run_until(widget, "t", 2100)
    assert now["rate"] == pytest.approx(membrane.fire(8.0, start=membrane.fire(10.0).state).rate, abs=0.5)
    assert re.search(r"0 Hz at 8\.00, 6\d Hz at 8\.00", found(widget))

    stops = [phase for phase in np.arange(0, 16, 0.5) if falls_silent(phase)]
    assert 0 < len(stops) < 8
    goal = stops[len(stops) // 2]
    spiked = False
    for _ in range(120):  # to a spike, in steps of 1 ms: one that is above 0 for less may fall between two of them
        before = facts(widget)["V"]
        button(widget, "Step").click()
        if spiked := before < 0 <= facts(widget)["V"]:
            break
    assert spiked
    for _ in range(round(goal)):
        button(widget, "Step").click()
    button(widget, "Kick").click()
    assert run_until(widget, "t", facts(widget)["t"] + 700)["rate"] == 0
    expect(widget.get_by_role("status")).to_contain_text("Silent")


def falls_silent(phase: float) -> bool:
    """Whether a kick so many ms after an upward crossing of 0 mV stops the firing at 8 uA/cm^2."""
    state = membrane.fire(8.0, 300.0, start=membrane.fire(10.0).state).state
    run = membrane.simulate(8.0, 40.0, start=state)
    crossing = membrane.spike_times(run.t, run.V)[0]
    current = np.full(round((crossing + phase + 400) / membrane.DT), 8.0)
    kick = round((crossing + phase) / membrane.DT)
    current[kick : kick + 50] += 5.0
    after = membrane.simulate(current, start=state)
    return bool((membrane.spike_times(after.t, after.V) < crossing + phase + 200).all())


@pytest.mark.browser
def test_the_rate_is_not_told_before_there_are_two_spikes_or_a_silence(opened):
    widget = live(opened(Neuron(10.0)))
    rate = widget.locator(".sl-readout .sl-value").nth(1)  # the voltage, and the rate
    expect(rate).to_have_text("–")
    firing = run_until(widget, "t", 300)["rate"]
    expect(rate).to_have_text(f"{firing:.1f}")
    # In a spike, for some ms later, about one time in nine, a kick would stop the firing.
    while facts(widget)["V"] < -40:
        button(widget, "Step").click()
    button(widget, "Kick").click()
    expect(rate).to_have_text("–")
    for _ in range(45):  # ms, in which 10 µA/cm² makes two spikes
        button(widget, "Step").click()
    assert facts(widget)["rate"] == pytest.approx(firing, rel=0.1)

    fill(widget, "Current I, exact value", 1.0)
    for _ in range(52):
        button(widget, "Step").click()
    expect(rate).to_have_text("0.0")


@pytest.mark.browser
def test_while_it_runs_the_pictures_have_no_numbers_that_would_be_out_of_date(opened):
    widget = live(opened(Neuron()))
    assert "now −65 mV" in widget.get_by_role("img").first.get_attribute("aria-label")
    button(widget, "Start").click()
    for picture in widget.locator("svg[role=img]").all():
        assert not re.search("now|found", picture.get_attribute("aria-label"))


@pytest.mark.browser
def test_a_bad_current_is_answered_and_the_onset_is_a_press_away(opened):
    widget = live(opened(Neuron()))
    fill(widget, "Current I, exact value", 21)
    problem = widget.locator(".sl-problem:visible")
    expect(problem).to_contain_text("“21” is not a number from 0 to 20. It stays at 10.00.")
    button(widget, "Reset").click()
    expect(problem).to_have_count(0)
    expect(widget.get_by_label("Current I, exact value")).to_have_value("10.00")
    fill(widget, "Current I, exact value", 21)
    expect(problem).to_have_count(1)
    button(widget, "Set I to 6.27, just above the onset of firing").click()
    expect(problem).to_have_count(0)
    expect(widget.get_by_label("Current I, exact value")).to_have_value("6.27")


@pytest.mark.browser
def test_the_gates_can_be_put_away(opened):
    widget = live(opened(Neuron()))
    gates = widget.locator("svg[role=img]").nth(1)
    expect(gates).to_be_visible()
    more(widget).get_by_label("Show the gates").uncheck()
    expect(gates).to_be_hidden()
    widget.get_by_label("Show the gates").check()
    expect(gates).to_be_visible()
    _, m, h, n = membrane.rest()
    assert gates.get_attribute("aria-label").endswith(f"now m {m:.2f}, h {h:.2f}, n {n:.2f}")
