"""The live model `Quench`: the page counts what the library counts, and its formulas are those of the derivation."""

import math
import re

import numpy as np
import pytest
from exploring import button, facts, fill, live, more, refuses, run_until
from playwright.sync_api import expect
from wasm import Wasm

from spinlearn import meanfield
from spinlearn.course import web
from spinlearn.course.explore import Quench
from spinlearn.course.explore.shell import address
from spinlearn.meanfield import quench, weiss

# A browser's exp or tanh may differ from the system's in the last bit.
ROUNDING = 1e-12

MAGNETS = ("mean field", "tanh", "step")  # in the order of their numbers
STEP = 0.1  # of time, that a press of Step takes
BEFORE, AFTER = 0.2, 0.4  # of time at r = 1, that it rests


def graph(widget, which: int) -> str:
    """What a graph says to a screen reader."""
    return widget.locator("svg[role=img]").nth(which).get_attribute("aria-label")


def native(magnet, t, Q, T0, a, rate) -> float:
    """The count up to t by the library's scalar kernels, in the order of the module's operations."""
    Q = min(Q, T0)
    warmed = min(Q, rate * max(0.0, t))
    begins, ends = Q - (T0 - 1), Q - warmed - (T0 - 1)
    if magnet == 1:
        return quench.tanh_area(ends, begins, warmed, a) / rate
    begins, ends = np.clip([begins, ends], 0.0, 1.0).tolist()
    if magnet == 2:
        return (begins - ends) / rate
    return (quench.area_below(begins) - quench.area_below(ends)) / rate


def cases(rng, many=40):
    """Quenches of chance, and those where something changes: none, to Tc, to the absolute zero, beyond it."""
    edges = [(0.0, 1.5), (0.5, 1.5), (1.5, 1.5), (1.7, 1.2), (1e-9, 1.0), (2.0, 2.0), (0.25, 1.25)]
    chance = zip(rng.uniform(0, 2, many), rng.uniform(1, 2, many), strict=True)
    for Q, T0 in [*edges, *chance]:
        yield float(Q), float(T0), float(rng.uniform(1, 30)), float(rng.uniform(0.25, 2))


# ── In Python ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("Q", -0.1, "0.0"), ("Q", 2.1, "2.0"), ("Q", math.nan, "must be a number"), ("Q", "much", "expected a float"),
        ("T0", 0.9, "1.0"), ("T0", 2.1, "2.0"), ("rate", 0, "0.25"), ("rate", math.inf, "2.0"),
        ("magnet", "plane", "any of .*'mean field'"), ("sharpness", 0.5, "1.0"), ("literal", 2, "expected a boolean"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_and_nothing_changes(name, value, allowed):
    refuses(Quench, name, value, allowed)


def test_an_address_holds_its_settings():
    text = "quench?Q=0.55&T0=1&rate=0.5&magnet=tanh&sharpness=12&literal=True&run=1&pace=100"
    assert address.read(text)[1] == {
        "Q": 0.55, "T0": 1.0, "rate": 0.5, "magnet": "tanh", "sharpness": 12.0, "literal": True, "run": True,
        "pace": 100,
    }  # fmt: skip
    assert address.read("quench?magnet=mean field")[1] == {"magnet": "mean field"}
    with pytest.raises(ValueError, match="'Q' trait"):
        address.read("quench?Q=-1")


@pytest.mark.slow
def test_the_still_picture_says_what_the_library_counts():
    for model, count in (
        (Quench(), meanfield.mean_field_count(0.9, 1.3)),
        (Quench(0.7, T0=1.2, rate=0.5, magnet="tanh"), quench.corrected_count(0.7, 1.2, rate=0.5)),
        (Quench(1.8, T0=1.2, magnet="step"), 1.0),
    ):
        line = meanfield.sharp_count(min(model.Q, model.T0), model.T0, rate=model.rate)
        said = f"counts {count:.3f}, and the rectifier says {line:.3f}"
        assert said in model.still().caption
        assert said in model.still().alternative
    assert "a = 9" in Quench(magnet="tanh", sharpness=9).still().caption


# ── The module, with the system's functions in both ──────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def wasm():
    return Wasm(web.read("quench"))


@pytest.mark.slow
@pytest.mark.parametrize("magnet", range(3))
def test_the_module_counts_as_the_library_does_bit_for_bit(wasm, rng, magnet):
    told_apart = 0
    for Q, T0, a, rate in cases(rng):
        for t in (-1.0, 0.0, 1e-6, *rng.uniform(0, Q / rate + 0.1, 3), math.inf):
            found = wasm.call("counted", magnet, t, Q, T0, a, rate)
            assert found == native(magnet, t, Q, T0, a, rate)
            told_apart += found != native(magnet, t, Q, T0, a, rate * (1 + 1e-15))  # the control
        taken = min(Q, T0)
        public = (
            quench.mean_field_count(taken, T0, rate=rate),
            quench.corrected_count(taken, T0, sharpness=a, rate=rate),
            quench.sharp_count(taken, T0, rate=rate),
        )[magnet]
        assert found == pytest.approx(public, rel=1e-14, abs=1e-300)  # the whole one, with all its digits
    assert told_apart > 50


@pytest.mark.slow
def test_the_path_and_the_magnetisation_of_the_module_are_those_of_the_library(wasm, rng):
    for Q, T0, a, rate in cases(rng):
        for t in (-0.3, 0.0, 0.1, float(rng.uniform(0, Q / rate)), 20.0):
            T = wasm.call("temperature", t, Q, T0, rate)
            assert quench.quench_temperature(t, min(Q, T0), T0, rate=rate) == T
            m = math.tanh(weiss.outer_root(T, 0.0, 1.0)) if T > 0 else 1.0
            assert wasm.call("magnetisation", 0, T, a) == m
            assert wasm.call("magnetisation", 1, T, a) == quench.sigmoid(2 * a * (1 - T))
            assert wasm.call("magnetisation", 1, T, a) == pytest.approx(0.5 - 0.5 * math.tanh(a * (T - 1)), abs=1e-15)
            assert wasm.call("magnetisation", 2, T, a) == (T < 1)
    assert wasm.call("magnetisation", 0, 0.5, 1.0) == pytest.approx(meanfield.magnetisation(0.5), rel=4e-16)


@pytest.mark.slow
@pytest.mark.parametrize("magnet", range(3))
def test_the_count_is_the_integral_of_the_magnetisation_in_time(wasm, magnet):
    """Summed by midpoints, a naive twin of the areas: its error falls, and is what is left at a corner or a jump."""
    Q, T0, a, rate = 0.83, 1.27, 6.0, 0.7
    for t in (0.4, 0.9, Q / rate):
        steps = t / 20000
        times = steps * (np.arange(20000) + 0.5)
        T = [wasm.call("temperature", time, Q, T0, rate) for time in times.tolist()]
        summed = steps * sum(wasm.call("magnetisation", magnet, each, a) for each in T)
        assert wasm.call("counted", magnet, t, Q, T0, a, rate) == pytest.approx(summed, abs=2 * steps)


def test_the_formulas_are_what_the_counts_follow(wasm):
    for Q in (0.1, 0.3, 0.75, 1.3):
        assert wasm.call("rectifier", Q, 1.3, 0.5) == meanfield.sharp_count(Q, 1.3, rate=0.5)
    # Mean field: the law of the onset, reached from below, and the exponent 3/2.
    for excess, near in ((1e-2, 1e-2), (1e-4, 1e-4), (1e-6, 1e-6)):
        Q = 0.25 + excess
        count = wasm.call("counted", 0, math.inf, Q, 1.25, 6.0, 0.5)
        law = wasm.call("formula", 0, Q, 1.25, 6.0, 0.5)
        assert law == pytest.approx(2 / math.sqrt(3) * (Q - 0.25) ** 1.5 / 0.5, rel=1e-14)
        assert count == pytest.approx(law, rel=near)
        assert count < law
        m = wasm.call("magnetisation", 0, 1.25 - Q, 6.0)
        assert wasm.call("exponent", Q, 1.25, m, count, 0.5) == pytest.approx(1.5, abs=2 * near + 1e-9)
    # The tanh: a softplus in d, short of it by its value without a quench; at Tc that is the offset -(ln 2) / (2 a r).
    for Q, T0 in ((0.0, 1.0), (0.6, 1.0), (0.3, 1.4), (1.9, 2.0)):
        softplus = np.logaddexp(0, 2 * 6 * (Q - (T0 - 1))) / (2 * 6 * 0.5)
        rest = np.logaddexp(0, -2 * 6 * (T0 - 1)) / (2 * 6 * 0.5)
        assert wasm.call("formula", 1, Q, T0, 6.0, 0.5) == pytest.approx(softplus, rel=1e-13)
        assert wasm.call("counted", 1, math.inf, Q, T0, 6.0, 0.5) == pytest.approx(softplus - rest, abs=1e-14)
    offset = wasm.call("counted", 1, math.inf, 1.0, 1.0, 20.0, 1.0) - wasm.call("rectifier", 1.0, 1.0, 1.0)
    assert offset == pytest.approx(-math.log(2) / 40, rel=1e-12)
    # A step has no law but the rectifier, and below the threshold there is no exponent.
    assert math.isnan(wasm.call("formula", 2, 0.5, 1.2, 6.0, 1.0))
    assert wasm.call("formula", 0, 0.1, 1.2, 6.0, 1.0) == 0
    assert math.isnan(wasm.call("exponent", 0.1, 1.2, 0.0, 0.0, 1.0))
    # As it is written, from 0 to Q: the same area for a neuron that rests at Q.
    for Q in (0.0, 0.2, 1.0, 1.9):
        written = [wasm.call("counted", magnet, math.inf, Q, Q, 6.0, 1.0) for magnet in range(3)]
        area = quench.mean_field_area(1.0) - quench.mean_field_area(max(0.0, 1 - Q))
        expected = [area, quench.literal_count(Q), min(Q, 1.0)]
        assert written == pytest.approx(expected, rel=1e-13, abs=1e-15)


# ── The page ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.browser
@pytest.mark.parametrize(
    ("settings", "steps"),
    [
        ({"Q": 0.9}, 9), ({"Q": 0.3}, 4), ({"Q": 1.9, "T0": 1.4, "rate": 2.0}, 5),
        ({"Q": 0.6, "T0": 1.0, "magnet": "tanh", "sharpness": 3.0}, 6),
        ({"Q": 1.2, "rate": 0.35, "magnet": "step"}, 9),
    ],
)  # fmt: skip
def test_the_page_counts_as_the_library_does(opened, settings, steps):
    model = Quench(**settings)
    widget, magnet = live(opened(model)), MAGNETS.index(model.magnet)
    assert facts(widget)["so_far"] == 0
    for k in range(1, steps + 1):
        button(widget, "Step").click()
        now, phase = facts(widget), k * STEP - BEFORE / model.rate
        assert now["t"] == pytest.approx(k * STEP, abs=1e-12)
        taken, a = min(model.Q, model.T0), model.sharpness
        # At the very time of the quench rounding decides.
        if abs(phase) > 1e-9:
            T = quench.quench_temperature(phase, taken, model.T0, rate=model.rate)
            assert now["T"] == pytest.approx(T, abs=1e-12)
            m = float(model.magnetisation(max(T, 1e-9)))
            assert now["m"] == pytest.approx(m, abs=1e-6 if magnet == 0 else 1e-9)  # a root has its edge at Tc
        so_far = native(magnet, phase, model.Q, model.T0, a, model.rate)
        assert now["so_far"] == pytest.approx(so_far, abs=1e-11)
    assert now["count"] == pytest.approx(float(model.counts(model.Q)), abs=ROUNDING)
    assert now["rectifier"] == pytest.approx(meanfield.sharp_count(taken, model.T0, rate=model.rate), abs=ROUNDING)
    other = native(magnet, math.inf, model.Q - 1e-6, model.T0, a, model.rate)  # the control: it is told apart
    assert taken < model.Q or now["count"] == 0 or abs(now["count"] - other) > ROUNDING
    button(widget, "Reset").click()
    assert (facts(widget)["t"], facts(widget)["T"], facts(widget)["so_far"]) == (0, model.T0, 0)


@pytest.mark.browser
def test_one_quench_follows_another_and_each_counts_anew(opened):
    widget = live(opened(Quench(0.8, T0=1.2, magnet="step", rate=2.0)))
    # A cycle is 0.1 of rest, 0.4 of warming up, and 0.2 of rest again.
    seen = []
    for _ in range(16):
        button(widget, "Step").click()
        seen.append(facts(widget)["so_far"])
    assert max(seen) == pytest.approx(0.3, abs=1e-12)
    drops = [k for k in range(1, 16) if seen[k] < seen[k - 1]]
    assert len(drops) == 2
    now = run_until(widget, "t", 6)
    assert now["count"] == pytest.approx(0.3, abs=1e-12)
    assert 0 <= now["so_far"] <= now["count"] + 1e-12


@pytest.mark.browser
def test_it_says_where_it_is_and_what_the_graphs_show(opened):
    widget = live(opened(Quench(0.9, T0=1.5)))
    status = widget.get_by_role("status")
    button(widget, "Step").click()
    expect(status).to_contain_text("At rest")
    for _ in range(3):
        button(widget, "Step").click()
    expect(status).to_contain_text("Below Tc: magnetised, and counting")
    count = meanfield.mean_field_count(0.9, 1.5)
    assert "jumps from T₀ = 1.50 to 0.60, where m is 0.907" in graph(widget, 0)
    assert f"which builds up to {count:.3f}" in graph(widget, 1)
    assert f"{meanfield.mean_field_count(1.0, 1.5):.2f} and 0.50 at 1.0" in graph(widget, 2)
    for _ in range(4):
        button(widget, "Step").click()
    expect(status).to_contain_text("Warm again")
    fill(widget, "Quench Q, exact value", 0.4)
    expect(status).to_contain_text("The quench stops above Tc")
    assert facts(widget)["count"] == 0
    fill(widget, "Quench Q, exact value", 1.9)
    expect(status).to_contain_text("No temperature is below 0: the quench takes all there is")
    assert facts(widget)["count"] == pytest.approx(quench.TOTAL, abs=ROUNDING)
    fill(widget, "Rest at T₀, exact value", 0.5)
    expect(widget.locator(".sl-problem:visible")).to_contain_text("is not a number from 1 to 2")


@pytest.mark.browser
def test_the_legend_names_the_law_of_the_magnet(opened):
    widget = live(opened(Quench(0.9)))
    legend = widget.locator(".sl-graph-below .sl-legend")
    expect(legend).to_contain_text("(2/√3) d √d / r")
    expect(legend.locator("[data-part=literal]")).to_be_hidden()
    magnet = more(widget).get_by_role("combobox", name="Magnet")
    magnet.select_option("tanh")
    expect(legend).to_contain_text("softplus of d")
    assert facts(widget)["count"] == pytest.approx(quench.corrected_count(0.9, 1.3), abs=ROUNDING)
    magnet.select_option("step")
    expect(legend.locator("[data-part=formula]")).to_be_hidden()
    assert facts(widget)["count"] == facts(widget)["rectifier"]
    widget.get_by_label("The literal integral, from 0 to Q").check()
    expect(legend.locator("[data-part=literal]")).to_be_visible()
    fill(widget, "Rest at T₀, exact value", 2)  # then nothing is below the absolute zero
    expect(legend.locator("[data-part=none]")).to_be_hidden()


@pytest.mark.browser
def test_what_is_shaded_is_what_is_counted(opened):
    """The area of the polygon below m(T), from the pixels of its path: the count, times r."""
    widget = live(opened(Quench(0.9, T0=1.3, rate=0.5)))
    for _ in range(12):
        button(widget, "Step").click()
    areas = []
    for which, (wide, r) in enumerate([(2.06, 0.5), (2.4 / 0.5 + 0.2 / 0.5, 1.0)]):
        inside = widget.locator(".sl-graph-half .sl-inside").nth(which)
        width, height = (float(inside.get_attribute(name)) for name in ("width", "height"))
        tall = 1.12 if which == 0 else 1.06 * 1.04 / 0.5
        text = inside.locator("path").first.get_attribute("d")
        x, y = np.array([[float(n) for n in pair.split()] for pair in re.split("[ML]", text)[1:]]).T
        area = abs(np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y)) / 2
        areas.append(area * wide / width * tall / height / r)
    assert areas == pytest.approx([facts(widget)["so_far"]] * 2, rel=0.02)


@pytest.mark.browser
def test_the_prose_sets_it(opened):
    above = "".join(
        f'<p><span class="sl-set" data-set="quench?{asked}">{word}</span></p>'
        for word, asked in (("at Tc", "magnet=tanh&amp;T0=1&amp;Q=0.5"), ("wrong", "Q=3"))
    )
    page = opened(Quench(), above=above)
    widget = live(page)
    button(page, "at Tc").click()
    assert facts(widget)["count"] == pytest.approx(quench.corrected_count(0.5, 1.0), abs=ROUNDING)
    button(page, "wrong").click()
    expect(widget.locator(".sl-problem:visible")).to_contain_text("a number from 0 to 2")
    assert facts(widget)["count"] == pytest.approx(quench.corrected_count(0.5, 1.0), abs=ROUNDING)
