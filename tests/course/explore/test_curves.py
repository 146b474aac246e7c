"""The curves of mean field, live: the page computes what the library computes, and shows what parts 2 and 3 find."""

import math
import re

import numpy as np
import pytest
from exploring import button, facts, fill, live, more, refuses, run_until
from playwright.sync_api import expect
from wasm import Wasm

from spinlearn import meanfield
from spinlearn.core import words
from spinlearn.course import web
from spinlearn.course.explore import Cobweb, FitByHand, Landscape
from spinlearn.course.explore.fit import best_fits, curve
from spinlearn.lattice import drive
from spinlearn.meanfield import weiss
from spinlearn.meanfield.curie_weiss import walk_fields
from spinlearn.measure import minimax

# A browser's tanh, exp or log may differ from the system's in the last bits, and differences shrink as the ball rolls.
ROUNDING = 1e-12


def graph(widget, which: int) -> str:
    """What a graph says to a screen reader."""
    return widget.locator("svg[role=img]").nth(which).get_attribute("aria-label")


# ── The module ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def wasm():
    return {name: Wasm(web.read(name)) for name in ("cobweb", "fit", "landscape")}


@pytest.mark.slow
def test_the_numbers_of_the_modules_are_those_of_the_library(wasm, rng):
    """With the system's functions in both. The points include Tc, no field, and both ends of m."""
    T, h = np.r_[rng.uniform(0.1, 3, 200), 1.0, 1 - 1e-9], np.r_[rng.uniform(-1, 1, 200), 0.0, 1e-12]
    m = np.r_[rng.uniform(-1, 1, 200), -1.0, 1.0]
    cobweb, fit, landscape = wasm.values()
    for each in zip(m, T, h, strict=True):
        assert cobweb.call("response", *each, 1.1) == weiss.response(*each, 1.1)
        assert landscape.call("free_energy_at", *each, 1.1) == weiss.free_energy_at(*each, 1.1)
    for t, field in zip(T, h, strict=True):
        # The library's numpy may round a tanh otherwise than the system: a unit in the last place.
        assert fit.call("magnetisation", t) == pytest.approx(meanfield.magnetisation(t), rel=4e-16)
        edge = landscape.call("spinodal_field", t)
        assert edge == pytest.approx(meanfield.spinodal_field(t) if t < 1 else math.nan, rel=0, nan_ok=True)
        at_edge = meanfield.spinodal_magnetisation(t) if t < 1 else 0
        assert landscape.call("spinodal_magnetisation", t) == pytest.approx(at_edge, rel=4e-16)
        assert landscape.call("reach", t) == (2 * edge if t < 1 else 2 * (t - 1))
        for strength in (field, 0.0, *([-0.3 * edge, 0.99 * edge] if t < 1 else [])):
            for module in (cobweb, landscape):
                found = np.empty(3)
                module.call("branches", t, strength, found)
                assert found == pytest.approx(np.array(meanfield.branches(t, h=strength)), rel=4e-16, nan_ok=True)
    assert cobweb.call("response", 0.3, 0.9, 0.1, 1.0) != meanfield.response(0.3, 0.9, 0.1, 1.0001)  # a control


def test_what_is_drawn_are_solutions(wasm):
    """m solves at the temperature and in the field that are drawn for it; the slope is that of the response there."""
    cobweb, _, landscape = wasm.values()
    for m in (-0.9, -0.2, 0.4, 0.95):
        T = cobweb.call("temperature_at", m, 0.03)
        h = landscape.call("field_at", m, 0.7)
        assert meanfield.response(m, T, 0.03, 1.0) == pytest.approx(m, rel=1e-14)
        assert meanfield.response(m, 0.7, h, 1.0) == pytest.approx(m, rel=1e-14)
        rise = [meanfield.response(m + step, 0.7, h, 1.0) for step in (1e-6, -1e-6)]
        assert cobweb.call("slope", m, 0.7) == pytest.approx((rise[0] - rise[1]) / 2e-6, rel=1e-8)
    assert cobweb.call("shrunk", 0.3, 0.5, 4) == 0.3 / 16
    assert cobweb.call("shrunk", 0.3, 0.5, -2) == 1.2
    for up in range(26):
        m = landscape.call("mean_spin", up, 25)
        assert m == 2 * up / 25 - 1 or abs(m - (2 * up / 25 - 1)) < 1e-15
        assert landscape.call("up_spins", m, 25) == landscape.call("up_spins", m + 0.9 / 25, 25) == up


@pytest.mark.parametrize(("start", "rate"), [(0.0, 0.01), (0.14, 0.001), (-0.3, 0.01), (0.05, 0.0)])
def test_the_field_goes_back_and_forth_or_stays(wasm, start, rate):
    fields, motion = np.empty(200), np.array([start, 1.0])
    wasm["landscape"].call("drive", motion, rate, 0.15, fields, 200)
    expected = swept(start, rate, 0.15, 200) if rate else np.full(200, start)
    np.testing.assert_array_equal(fields, expected)
    assert motion[0] == fields[-1]
    assert np.abs(fields[40:]).max() <= 0.15


def test_what_the_fit_leaves_is_what_the_library_leaves(wasm):
    T = np.linspace(0.01, 2, 300)
    m, left = meanfield.magnetisation(T), np.empty(300)
    rms = wasm["fit"].call("leave", T, m, 300, 6.1, 0.9, left)
    np.testing.assert_allclose(left, curve(T, 6.1, 0.9) - m, rtol=0, atol=1e-15)
    assert rms == pytest.approx(np.sqrt(np.mean(left**2)), rel=1e-14)
    assert wasm["fit"].call("fitted", 0.8, 6.1, 0.9) == pytest.approx(curve(0.8, 6.1, 0.9), rel=1e-15)


@pytest.mark.slow
def test_the_ball_of_the_module_rolls_and_is_shaken_as_in_the_library_bit_for_bit(wasm):
    wasm, fields = wasm["landscape"], drive.cosine(0.2, 150)
    record = np.empty(150)
    wasm.call("flow_fields", 0.9, 0.8, 1.0, fields, 150, record)
    np.testing.assert_array_equal(record, meanfield.flow(0.9, 0.8, fields))
    states = np.empty(4, dtype=np.uint64), np.empty(4, dtype=np.uint64)
    words.seed_state(np.uint64(7), states[0])
    wasm.call("seed_state", 7, states[1])
    up, down, native = np.empty(101), np.empty(101), np.empty(150)
    last = walk_fields(90, up, down, 1 / 0.8, 1.0, fields, states[0], native)
    tables = np.empty(101), np.empty(101)
    assert wasm.call("walk_fields", 90, *tables, 100, 0.8, 1.0, fields, 150, states[1], record) == last
    np.testing.assert_array_equal(record, native)
    np.testing.assert_array_equal(tables[0], up)
    np.testing.assert_array_equal(*states)


# ── Landscape ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("T", 0.19, "0.2"), ("T", 2.1, "2.0"), ("T", math.nan, "must be a number"), ("h", -0.8, "-0.7"),
        ("h", math.nan, "must be a number"), ("start", 1.1, "1.0"), ("start", "up", "expected a float"),
        ("rate", 0.1, "any of"), ("N", 7, "any of \\[None, 1600"), ("seed", -1, "less than 0"),
        ("split", 2, "expected a boolean"),
    ],
)  # fmt: skip
def test_the_landscape_refuses_a_bad_value(name, value, allowed):
    refuses(Landscape, name, value, allowed)


def test_the_still_landscape_says_what_the_library_finds():
    found = meanfield.branches(0.6, h=0.05)
    html = Landscape(0.6, 0.05).static_html()
    assert f"valleys at m = {found.stable:.3f} and {found.metastable:.3f}, a hilltop at {found.unstable:.3f}" in html
    assert f"one valley, at m = {meanfield.magnetisation(1.2, h=0.05):.3f}" in Landscape(1.2, 0.05).static_html()


@pytest.mark.browser
@pytest.mark.parametrize(("T", "h", "start"), [(0.8, 0.0, 0.05), (0.5, -0.2, 1.0), (1.3, 0.1, -0.9)])
def test_the_ball_rolls_as_the_library_has_it(opened, T, h, start):
    widget = live(opened(Landscape(T, h, start=start)))
    path = meanfield.flow(start, T, np.full(12, h))
    for k, m in enumerate(path):
        button(widget, "Step").click()
        now = facts(widget)
        assert now["t"] == k + 1
        assert now["m"] == pytest.approx(m, abs=ROUNDING)
        assert now["f"] == pytest.approx(meanfield.free_energy(m, T, h=h), abs=ROUNDING)
    assert now["spinodal"] == pytest.approx(meanfield.spinodal_field(T) if T < 1 else 0, abs=ROUNDING)
    found = meanfield.branches(T, h=h)
    valley = found.stable if (path[-1] - found.unstable) * (found.stable - found.unstable) > 0 else found.metastable
    f = meanfield.free_energy(np.array([found.unstable, valley]), T, h=h) if T < 1 else [0, 0]
    assert now["hill"] == pytest.approx(f[0] - f[1], abs=ROUNDING)
    # The control: a slightly different temperature is told apart.
    assert abs(now["m"] - meanfield.flow(start, T + 1e-6, np.full(12, h))[-1]) > 100 * ROUNDING
    button(widget, "Reset").click()
    assert facts(widget)["m"] == start


def swept(h, rate, most, sweeps) -> np.ndarray:
    """The field that goes back and forth by itself."""
    way, fields = 1, []
    for _ in range(sweeps):
        if abs(h + way * rate) > most:
            way = -1 if h > 0 else 1
        h += way * rate
        fields.append(h)
    return np.array(fields)


@pytest.mark.browser
def test_swept_it_draws_the_loop_and_turns_where_page_2_2_says(opened):
    widget = live(opened(Landscape(0.8, start=0.7, rate=0.001)))
    now = run_until(widget, "t", 700)
    fields = swept(0.0, 0.001, 0.15, int(now["t"]))
    m = meanfield.flow(0.7, 0.8, fields)
    assert now["m"] == pytest.approx(m[-1], abs=1e-9)  # where the ball falls, rounding grows for a while
    turns = np.flatnonzero(m[1:] * m[:-1] < 0) + 1
    assert now["turned"] == fields[turns[-1]]
    late = abs(fields[turns[0]]) - meanfield.spinodal_field(0.8)
    formula = 2.338 * (0.8 / meanfield.spinodal_magnetisation(0.8)) ** (1 / 3) * 0.001 ** (2 / 3)
    assert late == pytest.approx(formula, rel=0.25)
    assert "m last changed its sign at h = " in graph(widget, 1)
    expect(widget.get_by_label("Field h, exact value")).to_have_value(f"{fields[-1]:.3f}".replace("-", "−"))
    # Who takes hold of the field has it in hand.
    fill(widget, "Field h, exact value", -0.02)
    expect(widget.get_by_label("The field changes")).to_have_value("0")
    button(widget, "Step").click()
    expect(widget.get_by_label("Field h, exact value")).to_have_value("−0.020")


@pytest.mark.browser
def test_shaken_it_walks_as_the_library_does_bit_for_bit(opened):
    widget = live(opened(Landscape(0.8, start=0.7, N=100, seed=5)))
    state, up, down = np.empty(4, dtype=np.uint64), np.empty(101), np.empty(101)
    words.seed_state(np.uint64(5), state)
    k, m = 85, np.empty(1)
    assert facts(widget)["m"] == 0.7
    for _ in range(15):
        button(widget, "Step").click()
        k = walk_fields(k, up, down, 1 / 0.8, 1.0, np.zeros(1), state, m)
        assert facts(widget)["m"] == m[0]
    # With other spins it stays where it is, as nearly as they allow, and goes on.
    more(widget).get_by_label("Spins").select_option("25")
    assert facts(widget)["m"] == (2 * math.floor(25 * (1 + m[0]) / 2 + 0.5) - 25) / 25
    fill(widget, "Seed", 6)
    assert facts(widget)["t"] == 0


@pytest.mark.browser
def test_few_spins_hop_over_the_hill_and_infinitely_many_do_not(opened):
    """The law of the time to the first hop falls off exponentially: 1000 sweeps without one are unheard of."""
    assert math.exp(-1000 / meanfield.passage_time(25, 0.8, start=0.72, target=-0.72)) < 1e-7
    widget = live(opened(Landscape(0.8, start=0.72)))
    run_until(widget, "t", 1000)
    assert "m last changed its sign never" in graph(widget, 1)
    expect(widget.get_by_role("status")).to_contain_text("one of two equal valleys")
    widget.get_by_label("Spins").select_option("25")
    run_until(widget, "t", 2000)
    assert "m last changed its sign at h = 0.000" in graph(widget, 1)


@pytest.mark.browser
def test_the_valleys_are_told_and_the_split_is_shown(opened):
    widget = live(opened(Landscape(0.8, -0.03, start=1.0)))
    found = meanfield.branches(0.8, h=-0.03)
    told = f"valleys at {found.stable:.3f} and {found.metastable:.3f}, hilltop at {found.unstable:.3f}"
    assert told.replace("-", "−") in graph(widget, 0)
    button(widget, "Step").click()
    expect(widget.get_by_role("status")).to_contain_text("in the higher valley, which is metastable")
    energy = widget.locator("svg[role=img]").nth(0).locator(".sl-inside .sl-look-second")
    expect(energy).to_be_hidden()
    more(widget).get_by_label("Show energy and entropy").check()
    expect(energy).to_be_visible()
    button(widget, "Set T to its critical value").click()
    assert "one valley" in graph(widget, 0)


# ── Cobweb ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("T", 0.1, "0.2"), ("T", math.nan, "must be a number"), ("h", 0.8, "0.7"), ("h", math.nan, "must be a number"),
        ("start", -1.1, "-1.0"), ("start", math.nan, "must be a number"),
    ],
)  # fmt: skip
def test_the_cobweb_refuses_a_bad_value(name, value, allowed):
    refuses(Cobweb, name, value, allowed)


def test_the_still_cobweb_says_what_the_library_finds():
    found = meanfield.branches(0.6, h=0.1)
    html = Cobweb().static_html()
    assert f"stable solutions at m = {found.stable:.3f} and {found.metastable:.3f}" in html
    assert f"an unstable one at {found.unstable:.3f}" in html
    assert f"The staircase from -0.2 leads to {found.stable:.3f}" in html
    assert "and no other" in Cobweb(1.4).static_html()


@pytest.mark.browser
@pytest.mark.parametrize(("T", "h", "start"), [(0.6, 0.1, -0.2), (0.6, 0.1, -0.35), (1.0, 0.0, 1.0), (1.5, -0.3, 0.9)])
def test_the_cobweb_steps_as_the_library_answers(opened, T, h, start):
    widget = live(opened(Cobweb(T, h, start=start)))
    m = start
    for k in range(12):
        now = facts(widget)
        assert (now["steps"], now["m"]) == (k, pytest.approx(m, abs=ROUNDING))
        m = meanfield.response(m, T, h, 1.0)
        assert now["answer"] == pytest.approx(m, abs=ROUNDING)
        button(widget, "Step").click()
    # The end is where the library's own iteration arrives, and the slope is that of the answer there.
    for _ in range(20_000):
        m = meanfield.response(m, T, h, 1.0)
    assert now["end"] == pytest.approx(m, abs=0.01 if T == 1 else ROUNDING)  # at Tc m falls as 1 / sqrt(steps) only
    assert now["gain"] == pytest.approx((1 - now["end"] ** 2) / T, abs=ROUNDING)
    slope = (meanfield.response(now["end"] + 1e-6, T, h, 1.0) - meanfield.response(now["end"] - 1e-6, T, h, 1.0)) / 2e-6
    assert now["gain"] == pytest.approx(slope, abs=1e-8)


@pytest.mark.browser
@pytest.mark.parametrize(("T", "h"), [(0.6, 0.1), (0.7, -0.05), (0.8, 0.0), (1.2, 0.2), (0.3, 0.6)])
def test_all_solutions_are_told(opened, T, h):
    widget = live(opened(Cobweb(T, h, start=0.9)))
    found = meanfield.branches(T, h=h)
    if np.isnan(found.unstable):
        told = f"one solution, {found.stable:.3f}, stable"
    else:
        told = f"stable solutions {found.stable:.3f} and {found.metastable:.3f}, unstable solution {found.unstable:.3f}"
    for which in (0, 1):
        assert told.replace("-", "−").replace("−0.000", "0.000") in graph(widget, which)


@pytest.mark.browser
def test_the_unstable_solution_divides_the_starts(opened):
    page = opened(Cobweb(0.6, 0.1))
    widget = live(page)
    found = meanfield.branches(0.6, h=0.1)
    for start, end in ((-0.25, found.stable), (-0.27, found.metastable)):
        fill(widget, "First heard m, exact value", start)
        assert facts(widget)["steps"] == 0
        button(widget, "To the end").click()
        now = facts(widget)
        assert now["m"] == pytest.approx(end, abs=1e-11)
        assert now["left"] < 1e-12
        expect(widget.get_by_role("status")).to_contain_text(f"arrived at {end:.3f}".replace("-", "−"))
    # Another temperature: the same number of steps from the same start.
    steps = now["steps"]
    fill(widget, "Temperature T, exact value", 0.5)
    m = -0.27
    for _ in range(int(steps)):
        m = meanfield.response(m, 0.5, 0.1, 1.0)
    assert facts(widget)["steps"] == steps
    assert facts(widget)["m"] == pytest.approx(m, abs=ROUNDING)
    # On the unstable solution itself it stays.
    more(widget)
    button(widget, "Set h to 0").click()
    fill(widget, "First heard m, exact value", 0)
    button(widget, "Step").click()
    assert facts(widget)["m"] == facts(widget)["end"] == 0


@pytest.mark.browser
def test_at_the_critical_temperature_the_end_comes_near_ever_more_slowly(opened):
    """m - m^3 / 3 a step: m tends to sqrt(3 / (2 steps)), where elsewhere the distance falls by a factor."""
    widget = live(opened(Cobweb(1.0, 0.0, start=1.0)))
    button(widget, "To the end").click()
    now = facts(widget)
    assert now["steps"] == 5000
    assert now["gain"] == 1
    assert now["left"] == pytest.approx(math.sqrt(3 / (2 * 5000)), rel=0.01)
    fill(widget, "Temperature T, exact value", 1.1)
    button(widget, "Reset").click()
    button(widget, "To the end").click()
    assert facts(widget)["steps"] < 400


# ── FitByHand ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("a", 0.5, "1.0"), ("a", 31, "30.0"), ("a", math.nan, "must be a number"), ("c", 0.5, "0.6"),
        ("c", math.nan, "must be a number"), ("best", "yes", "expected a boolean"),
    ],
)  # fmt: skip
def test_the_fit_refuses_a_bad_value(name, value, allowed):
    refuses(FitByHand, name, value, allowed)


def errors_of(a, c):
    """rms and largest error on the window, from the library's magnetisation; and where the latter is."""
    middle = (np.arange(4000) + 0.5) / 2000
    every = np.union1d(middle, np.r_[1.0, 1 - np.logspace(-6, -2, 41)])
    rms = np.sqrt(np.mean((curve(middle, a, c) - meanfield.magnetisation(middle)) ** 2))
    error = np.abs(curve(every, a, c) - meanfield.magnetisation(every))
    return rms, error.max(), every[error.argmax()]


def test_the_best_fits_cannot_be_improved():
    """The largest error by its certificate, the mean by trying: no neighbour is better."""
    best = best_fits()
    grid = np.union1d(np.linspace(0.01, 2, 200), 1.0)
    proof = minimax.certify(curve, meanfield.magnetisation, grid, best.worst)
    assert proof.error == pytest.approx(best.largest, abs=1e-4)
    assert proof.bound == pytest.approx(best.largest, abs=1e-4)
    assert len(proof.points) == 3
    for da, dc in ((0.01, 0), (-0.01, 0), (0, 0.001), (0, -0.001)):
        assert errors_of(best.mean[0] + da, best.mean[1] + dc)[0] > errors_of(*best.mean)[0]
    assert errors_of(*best.mean)[0] == pytest.approx(best.rms, abs=1e-6)


def test_the_still_fit_says_where_the_largest_difference_is():
    assert "their largest difference is 0.500, at T = 1.00 Tc" in FitByHand().static_html()


@pytest.mark.browser
def test_the_errors_are_those_of_the_librarys_magnetisation(opened):
    widget = live(opened(FitByHand()))
    for a, c in ((6, 1), (5.97, 0.877), (29, 1.1), (1, 0.6)):
        fill(widget, "Steepness a, exact value", a)
        fill(widget, "Centre c, exact value", c)
        rms, largest, where = errors_of(a, c)
        now = facts(widget)
        assert now["rms"] == pytest.approx(rms, abs=ROUNDING)
        assert now["largest"] == pytest.approx(largest, abs=ROUNDING)
        assert now["where"] == pytest.approx(where, abs=1e-3)
        assert abs(now["rms"] - errors_of(a, c + 1e-6)[0]) > 100 * ROUNDING  # the control


@pytest.mark.browser
def test_no_steepness_helps_at_the_critical_temperature(opened):
    widget = live(opened(FitByHand(c=1.0)))
    for a in (1, 6, 19):
        fill(widget, "Steepness a, exact value", a)
        assert facts(widget)["largest"] == 0.5
        assert facts(widget)["where"] == 1
    fill(widget, "Steepness a, exact value", 25)
    assert facts(widget)["largest"] > 0.51


@pytest.mark.browser
def test_the_best_fits_are_a_press_away_and_can_be_drawn(opened):
    page = opened(FitByHand(8.0, 0.9))
    widget = live(page)
    best = best_fits()
    button(widget, "Best mean").click()
    now = facts(widget)
    assert now["rms"] == pytest.approx(best.rms, abs=1e-6)
    expect(widget.get_by_label("Steepness a, exact value")).to_have_value(f"{best.mean[0]:.2f}")
    widget.focus()
    page.keyboard.press("w")
    assert facts(widget)["largest"] == pytest.approx(best.largest, abs=1e-4)
    assert facts(widget)["rms"] > now["rms"]
    # Three errors, equally large, with signs in turn.
    told = [float(each.replace("−", "-")) for each in re.findall(r"(−?[\d.]+) at", graph(widget, 1))]
    assert np.sign(told).tolist() == [1, -1, 1]
    assert np.abs(told) == pytest.approx(best.largest, abs=5e-4)
    drawn = widget.locator("svg[role=img]").nth(0).locator(".sl-inside .sl-look-third")
    expect(drawn).to_be_hidden()
    more(widget).get_by_label("Draw the best ones").check()
    expect(drawn).to_be_visible()
    button(widget, "Source").click()
    assert facts(widget)["largest"] == 0.5
    fill(widget, "Centre c, exact value", 2)
    problem = widget.locator(".sl-problem:visible")
    expect(problem).to_contain_text("“2” is not a number from 0.6 to 1.2. It stays at 1.000.")
