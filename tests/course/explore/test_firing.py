"""The firing lattice: in a page it sweeps, fires and counts as the library does, bit for bit."""

import math
import re

import numpy as np
import pytest
from exploring import button, facts, fill, live, more, refuses, run_until, shown
from playwright.sync_api import expect
from wasm import Wasm

from spinlearn import lattice
from spinlearn.course import web
from spinlearn.course.explore import Firing, digest
from spinlearn.course.explore.firing import fired
from spinlearn.course.explore.shell import address
from spinlearn.lattice import cooled, firing, ising
from spinlearn.meanfield import quench

BEFORE = 100  # sweeps at rest before the first quench
PACE = "Sweeps a frame"


def counted(model, sweeps: int) -> dict:
    """What the page has to say after so many sweeps, from the library's own protocol and criterion."""
    T = model.temperatures(max(1, math.ceil((sweeps - BEFORE) / model.period)))[:sweeps]
    m, spins = fired(model.side, T, seed=model.seed)
    # A quench is over once a sweep of the next one has been taken.
    quenches = max(0, (sweeps - 1 - BEFORE) // model.period)
    found = firing.spikes(m)
    late = (found.start >= BEFORE) & (found.start < BEFORE + quenches * model.period)
    spikes, up = int(late.sum()), int((found.sign[late] > 0).sum())
    return {
        "sweeps": sweeps, "quenches": quenches, "spikes": spikes, "T": T[-1], "m": m[-1], "digest": digest(spins),
        "per_quench": spikes / quenches if quenches else 0, "share_up": up / spikes if spikes else 0, "running": False,
    }  # fmt: skip


def status(widget) -> str:
    """What it is doing, as a screen reader hears it."""
    return widget.get_by_role("status").inner_text().split(". ")[1]


# ── In Python ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("Q", -0.1, "0.0"), ("Q", 5.1, "5.0"), ("Q", math.nan, "must be a number"), ("Q", "deep", "expected a float"),
        ("T0", 2.2, "2.3"), ("T0", math.inf, "5.0"), ("rate", 0, "0.001"), ("rate", 0.1, "0.02"),
        ("period", 10, "less than 20"), ("period", 6000, "greater than 5000"), ("period", 99.5, "expected an int"),
        ("side", 48, r"any of \[16, 24, 32, 64, 128\]"), ("seed", -1, "less than 0"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_and_nothing_changes(name, value, allowed):
    refuses(Firing, name, value, allowed)


def test_an_address_holds_its_settings():
    text = "firing?Q=1.5&T0=3&rate=0.01&period=400&side=64&seed=7&run=1&pace=100"
    assert address.read(text)[1] == {
        "Q": 1.5, "T0": 3.0, "rate": 0.01, "period": 400, "side": 64, "seed": 7, "run": True, "pace": 100,
    }  # fmt: skip
    for wrong, says in (("Q=6", "'Q' trait"), ("side=20", "'side' trait"), ("period=1", "'period' trait")):
        with pytest.raises(ValueError, match=says):
            address.read(f"firing?{wrong}")


@pytest.mark.parametrize(
    ("arguments", "error", "text"),
    [
        ({"side": 1}, ValueError, "side must be at least 2"),
        ({"side": 2.5}, TypeError, "side must be a whole number"),
        ({"T": [-1.0]}, ValueError, "temperatures must be at least 0"),
        ({"T": [[1.0]]}, ValueError, "temperatures must have shape"),
        ({"seed": -1}, ValueError, "seed must be at least 0"),
    ],
)
def test_what_cannot_be_run_is_refused(arguments, error, text):
    with pytest.raises(error, match=text):
        fired(**{"side": 8, "T": [2.0], "seed": 1} | arguments)


def test_at_one_temperature_it_is_the_heat_bath_of_the_library():
    """Site after site, from the page's own start: the sweep of `ising` with a table that is filled by hand."""
    m, spins = fired(24, [2.1] * 9, seed=5)
    start, state = np.empty(24 * 24, dtype=np.int8), np.empty(4, dtype=np.uint64)
    wasm = Wasm(web.read("firing"))
    wasm.call("seed_state", 5, state)
    wasm.call("fill_random", start, start.size, state)
    place, table = lattice.square(24), np.empty((2, 9))
    ising.fill_flip_probabilities(table, ising.HEAT_BATH, 1 / 2.1, 1.0, 0.0)
    totals = np.array([0, start.sum(dtype=np.int64)])
    for t in range(9):
        ising.sweep(start, place.neighbours, table, False, state, totals)
        assert m[t] == start.mean()
    np.testing.assert_array_equal(start.reshape(24, 24), spins)


def test_at_absolute_zero_no_flip_costs_energy_and_free_ones_are_tossed():
    table, place = np.empty((2, 9)), lattice.square(4)
    state, totals = np.ones(4, dtype=np.uint64), np.zeros(2, dtype=np.int64)
    for T in (0.0, 1e-320, 1e-9):
        cooled.sweep_sites(np.ones(16, dtype=np.int8), place.neighbours, table, T, state, totals)
        np.testing.assert_array_equal(table[1], [1, 1, 1, 1, 0.5, 0, 0, 0, 0])
        np.testing.assert_array_equal(table[0], table[1, ::-1])


@pytest.mark.slow
def test_it_fires_as_often_as_the_lattices_of_the_library(rng):
    """Sites in turn here, the two colours of the checkerboard there; a slower magnet is told from both."""
    pulses, Q = 300, 2.1
    model = Firing(Q, seed=2)
    T = model.temperatures(pulses)
    here = firing.spikes(fired(24, T, seed=2)[0]).counts[0] / pulses
    there, slower = (
        firing.fire(24, [Q] * 64, 4.0, rate=rate, period=1000, pulses=10, before=BEFORE, rng=rng).spikes.counts
        for rate in (0.003, 0.0045)
    )
    error = math.hypot(there.std() / 80, math.sqrt(here * (1 - here) / pulses))
    assert abs(here - there.mean() / 10) < 4 * error
    assert abs(here - slower.mean() / 10) > 6 * error


@pytest.mark.slow
def test_deep_quenches_make_it_fire_and_shallow_or_too_large_ones_do_not():
    """The defaults, and what the text beside them can promise: always, hardly, never."""
    rates = {}
    for name, model in {
        "deep": Firing(), "between": Firing(2.0), "shallow": Firing(1.5), "above Tc": Firing(1.0),
        "large": Firing(side=128), "open mouth": Firing(rate=0.001),
    }.items():  # fmt: skip
        pulses = 6 if name == "large" else 40
        found = firing.spikes(fired(model.side, model.temperatures(pulses), seed=1)[0])
        rates[name] = (found.start >= BEFORE).sum() / pulses
    assert rates["deep"] > 0.9
    assert 0.4 < rates["between"] < 0.9
    assert rates["shallow"] < 0.1
    assert rates["above Tc"] == rates["large"] == 0
    assert rates["open mouth"] == 1 / 40  # it never is warm again


@pytest.mark.slow
def test_the_still_picture_says_what_the_library_counts():
    for model in (Firing(), Firing(1.2, T0=3.0, rate=0.005, period=400, side=16, seed=3), Firing(5.0)):
        found = firing.spikes(fired(model.side, model.temperatures(3), seed=model.seed)[0])
        late = found.start >= BEFORE
        up = int((found.sign[late] > 0).sum())
        words = f"{late.sum()} spikes in 3 quenches, {up} up and {late.sum() - up} down".replace("1 spikes", "1 spike")
        assert words in model.still().caption
        assert words in model.still().alternative
    assert "0 spikes in 3 quenches" in Firing(1.0, side=16).still().caption


# ── The module ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def wasm():
    # Python's exp raises where JavaScript's is infinite.
    return Wasm(web.read("firing"), exp=lambda x: math.exp(x) if x < 709.7 else math.inf)


@pytest.mark.slow
def test_native_and_web_sweeps_agree_bit_for_bit(wasm, rng):
    """Spins, table, sums and the generator's state through a quench to the absolute zero and back."""
    place = lattice.square(24)
    spins = lattice.random_spins(place, rng=rng).ravel().copy()
    native = spins, np.empty((2, 9)), rng.integers(2**64, size=4, dtype=np.uint64), np.array([0, spins.sum(dtype=int)])
    copies = [array.copy() for array in native]
    for T in firing.temperatures(4.0, 4.0, rate=0.2, period=25, before=3):
        spins, table, state, totals = native
        cooled.sweep_sites(spins, place.neighbours, table, T, state, totals)
        wasm.call("sweep", copies[0], place.neighbours.copy(), place.size, copies[1], float(T), *copies[2:])
        for one, other in zip(native, copies, strict=True):
            np.testing.assert_array_equal(one, other)
    cooled.sweep_sites(spins, place.neighbours, table, 4.0, state, totals)  # the control
    wasm.call("sweep", copies[0], place.neighbours.copy(), place.size, copies[1], 3.9, *copies[2:])
    assert (spins != copies[0]).any()


def test_the_protocol_and_the_criterion_of_the_module_are_those_of_the_library(wasm, rng):
    for Q, T0, rate in [(5.0, 3.1, 0.007), (0.0, 2.3, 0.02), *rng.uniform([0, 2.3, 0.001], [2.3, 5, 0.02], (20, 3))]:
        T = firing.temperatures(min(Q, T0), T0, rate=rate, period=400, before=2)
        found = [wasm.call("temperature", float(t), float(Q), float(T0), float(rate)) for t in range(-2, 400)]
        assert found == T.tolist()
        assert found[2] == quench.quench_temperature(0, min(Q, T0), T0, rate=rate)
    m = np.clip(np.cumsum(rng.normal(size=4000)) / 8, -1, 1)
    marks, on = np.zeros((1, m.size), dtype=np.int8), 0
    firing.mark(m[None], firing.UP, firing.DOWN, marks)
    assert (marks == 1).sum() > 3
    for value, mark in zip(m.tolist(), marks[0], strict=True):
        happens = wasm.call("crossing", on, value)
        assert happens == mark
        on = int(happens > 0) if happens else on


@pytest.mark.parametrize("size", [2, 16])
def test_the_torus_of_the_module_is_that_of_the_library(wasm, size):
    table = np.full((size * size, 4), -9, dtype=np.int32)
    wasm.call("fill_torus", table, size)
    np.testing.assert_array_equal(table, lattice.square(size).neighbours)


# ── The page ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.browser
@pytest.mark.parametrize(
    "settings",
    [
        {}, {"Q": 2.1, "side": 16, "seed": 2**32 - 1}, {"Q": 5.0, "T0": 3.0, "rate": 0.0125, "period": 320, "side": 32},
        {"Q": 3.0, "rate": 0.001, "period": 200, "side": 16, "seed": 5},
    ],
    ids=str,
)  # fmt: skip
def test_the_page_fires_and_counts_as_the_library_does_bit_for_bit(opened, settings):
    model = Firing(**settings)
    widget = live(opened(model))
    for _ in range(3):
        button(widget, "Step").click()
    assert facts(widget) == counted(model, 3)
    now = run_until(widget, "sweeps", BEFORE + 3.3 * model.period, pace=PACE)
    assert now == counted(model, int(now["sweeps"]))
    assert now["digest"] != counted(Firing(**settings | {"seed": 77}), int(now["sweeps"]))["digest"]  # the control
    quenches, spikes = int(now["quenches"]), int(now["spikes"])
    assert quenches >= 3
    told = f"{spikes} spike{'s' * (spikes != 1)} in {quenches} quenches over"
    expect(widget.locator(".sl-foot").first).to_contain_text(told)
    for name, value in {"spikes a quench": now["per_quench"], "share of them up": now["share_up"]}.items():
        if spikes or name == "spikes a quench":
            assert abs(float(shown(widget, name)) - value) <= 0.005 + 1e-9  # of two nearest ones either
        else:
            assert shown(widget, name) == "–"
    button(widget, "Reset").click()
    assert facts(widget)["sweeps"] == facts(widget)["quenches"] == 0
    assert shown(widget, "spikes a quench") == "–"
    assert facts(widget)["digest"] == digest(fired(model.side, [], seed=model.seed)[1])


@pytest.mark.browser
def test_a_changed_setting_rests_and_counts_anew_and_the_spins_go_on(opened):
    widget = live(opened(Firing(3.0, rate=0.02, period=60, side=16)))
    before = int(run_until(widget, "quenches", 2, pace=PACE)["sweeps"])
    fill(widget, "Quench Q, exact value", 2.5)
    now = facts(widget)
    assert (now["sweeps"], now["quenches"], now["spikes"]) == (before, 0, 0)
    assert status(widget) in ("At rest", "Firing, up", "Firing, down")
    now = run_until(widget, "quenches", 2, pace=PACE)
    old = Firing(3.0, rate=0.02, period=60, side=16).temperatures(before)[:before]
    new = Firing(2.5, rate=0.02, period=60, side=16).temperatures(1000)
    m, spins = fired(16, np.r_[old, new][: int(now["sweeps"])], seed=1)
    assert now["digest"] == digest(spins)
    assert now["m"] == m[-1]


@pytest.mark.browser
def test_the_traces_mark_the_quenches_and_the_spikes(opened):
    model = Firing(side=16)
    widget = live(opened(model))
    graphs = widget.locator(".sl-graph svg[role=img]")
    expect(graphs.first).to_have_attribute("aria-label", re.compile("No spike is in sight"))
    expect(graphs.last).to_have_attribute("aria-label", re.compile("no quench is in sight"))
    now = run_until(widget, "sweeps", 2200, pace=PACE, option="20")
    m, _ = fired(16, model.temperatures(3)[: int(now["sweeps"])], seed=1)
    found = firing.spikes(m)
    seen = [f"{start + 1}, {'up' if sign > 0 else 'down'}" for start, sign in zip(found.start, found.sign, strict=True)]
    assert f"spikes begin at {'; '.join(seen)}" in graphs.first.get_attribute("aria-label")
    assert "it falls to 1.25 at 100, 1100, 2100; now it is" in graphs.last.get_attribute("aria-label")
    paths = {name: widget.locator(f".sl-graph {name}").first.get_attribute("d") for name in (".sl-marker",)}
    assert paths[".sl-marker"].count("M") == len(seen) > 0
    # What is drawn as a spike is the part of the trace in which one is on.
    spike = widget.locator(".sl-graph .sl-inside path.sl-look-accent.sl-line").first.get_attribute("d")
    assert spike.count("M") == len(seen)


@pytest.mark.browser
def test_it_says_what_it_is_doing(opened):
    widget = live(opened(Firing(2.5, rate=0.01, period=400, side=16)))
    button(widget, "Step").click()
    assert status(widget) == "At rest"
    for Q, says in ((1.5, "The quench stops above Tc"), (4.5, "No temperature is below 0")):
        fill(widget, "Quench Q, exact value", Q)
        goal = facts(widget)["sweeps"] + BEFORE + 1
        while facts(widget)["sweeps"] < goal:
            button(widget, "Step").click()
        assert says in status(widget)
    fill(widget, "Quench Q, exact value", 2.5)
    fill(more(widget), "Period in sweeps", 60)
    heard = set()
    for _ in range(12):
        run_until(widget, "sweeps", facts(widget)["sweeps"] + 20, pace=PACE, option="5")
        heard.add(status(widget))
    assert any("and quenched again before it is above Tc" in each for each in heard)
    fill(widget, "Rest at T₀, exact value", 2)
    expect(widget.locator(".sl-problem:visible")).to_contain_text("is not a number from 2.3 to 5.0")


@pytest.mark.browser
def test_another_lattice_begins_anew_and_has_its_own_picture(opened):
    widget = live(opened(Firing(seed=4)))
    button(widget, "Step").click()
    for side in (128, 16, 24):
        more(widget).get_by_role("combobox", name="Lattice").select_option(f"{side} × {side}")
        assert facts(widget)["sweeps"] == 0
        button(widget, "Step").click()
        assert facts(widget)["digest"] == counted(Firing(side=side, seed=4), 1)["digest"]
        assert widget.locator("canvas").evaluate_all("all => all.map(({ width }) => width)") == [side]
        expect(widget.locator("canvas")).to_have_attribute("aria-label", re.compile("At rest"))


@pytest.mark.browser
def test_the_prose_sets_it(opened):
    asks = (("too shallow", "Q=1.5"), ("large", "side=128&amp;Q=2.75&amp;run=1"), ("wrong", "side=20"))
    above = "".join(f'<p><span class="sl-set" data-set="firing?{asked}">{word}</span></p>' for word, asked in asks)
    page = opened(Firing(), above=above)
    widget = live(page)
    button(page, "too shallow").click()
    assert widget.get_by_label("Quench Q, exact value").input_value() == "1.50"
    assert facts(widget)["running"] is False
    button(page, "large").click()
    expect(button(widget, "Pause")).to_be_visible()
    assert widget.locator("canvas").get_attribute("width") == "128"
    button(widget, "Pause").click()
    button(page, "wrong").click()
    expect(widget.locator(".sl-problem:visible")).to_contain_text("one of 16, 24, 32, 64, 128")
