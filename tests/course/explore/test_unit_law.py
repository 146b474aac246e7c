"""The live model `UnitLaw`: the page answers as the library does, and what is drawn is a law, whatever is drawn."""

import math

import numpy as np
import pytest
from exploring import button, facts, fill, live, more, refuses
from playwright.sync_api import expect
from traitlets import TraitError
from wasm import Wasm

from spinlearn.course import web
from spinlearn.course.explore import UnitLaw, drawn_law
from spinlearn.course.explore.shell import address
from spinlearn.course.explore.shell.controls import SIGNS
from spinlearn.course.explore.unit_law import LAWS
from spinlearn.neuron import unit

# A browser's exp or log may differ from the system's in the last bit.
ROUNDING = 1e-12

MOST = len(SIGNS) - 1
STATES = np.arange(-20, 21) / 10


def signs(levels) -> str:
    """The text of a law."""
    return "".join(SIGNS[int(level)] for level in levels)


def tilted(weights, fields):
    """K, response and slope of the kernel, natively."""
    out = np.empty((3, len(fields)))
    unit.tilted(STATES, np.asarray(weights, dtype=float), np.asarray(fields, dtype=float), *out)
    return out


# ── The laws ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("x", 6.1, "6.0"), ("x", math.nan, "must be a number"), ("law", "cauchy", "any of .*'spin'.* or 41 levels"),
        ("law", "0" * 41, "not all 0"), ("law", "O" * 40, "41 levels"), ("law", "P" + "0" * 40, "A to O"),
        ("law", "", "41 levels"), ("law", 3, "expected a unicode string"),
    ],
)  # fmt: skip
def test_what_is_no_law_is_refused_and_nothing_changes(name, value, allowed):
    refuses(UnitLaw, name, value, allowed)


def test_a_law_is_read_as_numbers_and_written_back():
    for name, text in LAWS.items():
        states, weights = drawn_law(name)
        np.testing.assert_array_equal(states, STATES)
        assert signs(weights) == text
        assert weights.max() == MOST
        np.testing.assert_array_equal(drawn_law(text)[1], weights)
    drawn_law("spin")[0][0] = 7  # what is returned is the caller's, and the model keeps its own
    assert drawn_law("spin")[0][0] == -2
    for wrong in ("cauchy", "0" * 41, 3):
        with pytest.raises(TraitError, match="'law' trait"):
            drawn_law(wrong)
    assert repr(UnitLaw(2, law="O" + "0" * 40)) == f"UnitLaw(x=2.0, law='O{'0' * 40}')"


def test_the_named_laws_are_those_that_their_names_say():
    x = np.linspace(-6, 6, 25)

    def response(law):
        return unit.table(*drawn_law(law)).response(x)

    def near(expected, rel=0.0):
        return pytest.approx(expected, rel=rel, abs=1e-14)

    assert response("spin") == near(np.tanh(x))
    assert response("binary") == near(1 / (1 + np.exp(-x)))
    assert response("three") == near(unit.three_states(math.log(50)).response(x))
    assert response("even") == near(unit.brillouin(10).response(x))  # 21 even steps
    assert response("one") == near(np.ones(25))
    # In whole levels they are nearly what they would be without rounding, and without the cut where it is far off.
    bell = np.exp(-((STATES / 0.8) ** 2) / 2)
    for law, exact in (("gaussian", bell), ("half", bell * (STATES >= 0))):
        assert response(law) == pytest.approx(unit.table(STATES, exact).response(x), abs=0.01)
    slope = unit.table(*drawn_law("gaussian")).slope(0.0)
    assert response("gaussian")[10:15] == pytest.approx(slope * x[10:15], rel=0.04)
    poisson = 0.2 * unit.poisson(3.0).response(0.2 * x)
    assert response("poisson")[x <= 1] == pytest.approx(poisson[x <= 1], rel=0.03)
    assert unit.table(*drawn_law("bumps")).slope(0.0) > 1.2**2  # two bumps at 1.2 are at least as wide as that


def test_an_address_holds_a_law():
    text = signs(np.arange(41) + 3)
    assert address.read(f"unit_law?law={text}&x=-2.5") == ("unit_law", {"law": text, "x": -2.5})
    digits = "0" * 20 + "5" * 21  # it looks like a number, and is none
    assert address.read(f"unit_law?law={digits}")[1] == {"law": digits}
    assert address.read("unit_law?law=bumps")[1] == {"law": "bumps"}
    for wrong in ("drawn", "0" * 41, "5" * 42):
        with pytest.raises(ValueError, match=r"'law' trait .* 41 levels"):
            address.read(f"unit_law?law={wrong}")


def test_the_still_picture_says_what_the_library_finds():
    html = UnitLaw(1.0).static_html()
    assert f"the mean is {math.tanh(1):.3f} and the variance {1 - math.tanh(1) ** 2:.3f}" in html
    assert "between its outermost states, −1 and 1" in html
    alone = UnitLaw(0.5, law="one").still()
    assert "at its only state, 1" in alone.caption
    assert "A law drawn by hand" in UnitLaw(law="5" * 41).still().caption


# ── The module, with the system's functions in both ──────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def wasm():
    return Wasm(web.read("unit_law"))


def laws(rng):
    """The named laws and laws of chance, some with few states."""
    chance = [rng.integers(0, MOST + 1, 41) * (rng.random(41) < share) for share in (0.1, 0.5, 1.0)]
    return [drawn_law(name)[1] for name in LAWS] + [each for each in chance if each.any()]


def test_the_module_tilts_as_the_library_does_bit_for_bit(wasm, rng):
    fields = np.r_[np.linspace(-6, 6, 241), 0.0, 1e-9, rng.uniform(-6, 6, 20)]
    for weights in laws(rng):
        weights = weights.astype(float)
        found = np.empty((3, fields.size))
        wasm.call("tilt", STATES.copy(), weights, 41, fields, fields.size, *found)
        np.testing.assert_array_equal(found, tilted(weights, fields))
        assert (found[2] >= 0).all()
        assert (np.diff(found[1][:241]) >= -1e-15).all()
        there = STATES[weights > 0]
        assert (found[1] >= there[0] - 1e-15).all()
        assert (found[1] <= there[-1] + 1e-15).all()
        other = weights.copy()  # the control: one level more somewhere is told apart
        other[7] += 1
        if (weights > 0).sum() > 1:
            assert (tilted(other, fields)[1] != found[1]).any()


@pytest.mark.parametrize("x", [-6.0, -0.3, 0.0, 2.5])
def test_the_leaning_law_is_that_of_the_library(wasm, rng, x):
    for weights in laws(rng):
        weights = weights.astype(float)
        (K,), (f,), (slope,) = tilted(weights, [x])
        shares, made = np.zeros(41), unit.table(STATES, weights)
        wasm.call("lean", STATES.copy(), weights, 41, x, K, shares)
        assert shares[weights > 0] == pytest.approx(made.probabilities(x), rel=1e-13)
        assert shares.sum() == pytest.approx(1, rel=1e-14)
        assert shares @ STATES == pytest.approx(f, abs=1e-13)
        assert shares @ (STATES - f) ** 2 == pytest.approx(slope, abs=1e-13)
        assert wasm.call("entropy", x, K, f) == pytest.approx(made.entropy(x), abs=1e-14)


# ── The page ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def law_of(widget, start="spin") -> str:
    """The law that is shown, as the address has it: nothing of it if it is that of the start."""
    denied = "Object.defineProperty(navigator, 'clipboard', {value: undefined, configurable: true})"
    widget.page.evaluate(denied)  # so that the address stands in a field
    more(widget)
    button(widget, "Copy link").click()
    field = widget.get_by_label("Address of these settings")
    expect(field).to_be_visible()
    found = [part for part in field.input_value().partition("?")[2].split("&") if part.startswith("law=")]
    return found[0].removeprefix("law=") if found else start


def place(widget, state: float, weight: float) -> tuple[float, float]:
    """Where a weight of a state is on the screen."""
    box = widget.locator(".sl-pad .sl-field-area").bounding_box()
    return (
        box["x"] + (state + 2.1) / 4.2 * box["width"],
        box["y"] + (1.06 - weight) / 1.06 * box["height"],
    )


def stroke(widget, *points):
    """Draw along some points with the mouse, which stays down."""
    widget.locator(".sl-sheet").scroll_into_view_if_needed()
    mouse = widget.page.mouse
    mouse.move(*place(widget, *points[0]))
    mouse.down()
    for point in points[1:]:
        mouse.move(*place(widget, *point))


@pytest.mark.browser
@pytest.mark.parametrize(
    ("law", "x"), [("spin", 1.0), ("bumps", -2.4), ("poisson", 5.95), ("one", 0.0), (signs(np.arange(41) + 5), 0.05)]
)
def test_the_page_answers_as_the_library_does(opened, law, x):
    widget = live(opened(UnitLaw(x, law=law)))
    weights, now = drawn_law(law)[1], facts(widget)
    (K,), (f,), (slope,) = tilted(weights, [x])
    there = STATES[weights > 0]
    assert now["f"] == pytest.approx(f, abs=ROUNDING)
    assert now["slope"] == pytest.approx(slope, abs=ROUNDING)
    assert now["K"] == pytest.approx(K, abs=ROUNDING)
    assert now["entropy"] == pytest.approx(K - x * f, abs=ROUNDING)
    assert (now["lowest"], now["highest"]) == (there[0], there[-1])
    assert now["steepest"] == pytest.approx(tilted(weights, np.linspace(-6, 6, 241))[2].max(), abs=ROUNDING)
    fill(widget, "Field x, exact value", -3)
    assert facts(widget)["f"] == pytest.approx(tilted(weights, [-3.0])[1][0], abs=ROUNDING)


@pytest.mark.browser
def test_a_law_is_drawn_with_the_pointer_and_taken_back(opened):
    widget = live(opened(UnitLaw(2.0, law="one")))
    mouse = widget.page.mouse
    stroke(widget, (-1.0, 0.5))  # a tap: one more state
    mouse.up()
    levels = drawn_law("one")[1]
    levels[10] = 25
    assert law_of(widget) == signs(levels)
    assert facts(widget)["f"] == pytest.approx(tilted(levels, [2.0])[1][0], abs=ROUNDING)
    stroke(widget, (0.0, 0.2), (1.0, 1.0))  # a quick stroke leaves no state out, however few points it has
    mouse.up()
    levels[20:31] = np.floor(np.linspace(10, 50, 11) + 0.5)
    assert law_of(widget) == signs(levels)
    stroke(widget, (-2.0, 0.5), (0.0, 0.7), (2.0, 0.3))
    widget.locator(".sl-sheet").dispatch_event("pointercancel")  # the finger was to move the page
    mouse.up()
    assert law_of(widget) == signs(levels)
    button(widget, "Undo").click()  # a stroke is one thing
    button(widget, "Undo").click()
    assert law_of(widget, "one") == "one"
    button(widget, "Undo").click()  # there is nothing before it
    assert law_of(widget, "one") == "one"


@pytest.mark.browser
def test_a_law_is_drawn_with_the_keys_and_said(opened):
    page = opened(UnitLaw(0.0))
    widget, press = live(page), page.keyboard.press
    sheet = widget.locator(".sl-sheet")
    cursor = widget.locator(".sl-pad .sl-look-ink")
    expect(cursor).to_have_css("display", "none")
    sheet.focus()
    expect(cursor).to_have_css("display", "inline")
    expect(sheet).to_have_attribute("aria-valuetext", "state 0.0: weight 0.00")
    for key in ("PageUp", "ArrowUp", "ArrowDown", "ArrowUp"):
        press(key)
    expect(sheet).to_have_attribute("aria-valuetext", "state 0.0: weight 0.12")
    expect(sheet).to_have_attribute("aria-valuenow", "0.12")
    levels = drawn_law("spin")[1]
    levels[20] = 6
    assert law_of(widget) == signs(levels)
    assert facts(widget)["slope"] == pytest.approx(100 / 106, abs=ROUNDING)
    sheet.focus()
    press("Home")
    press("ArrowLeft")
    press("ArrowDown")
    expect(sheet).to_have_attribute("aria-valuetext", "state −2.0: weight 0.00")
    press("End")
    for _ in range(12):
        press("PageUp")
    expect(sheet).to_have_attribute("aria-valuetext", "state 2.0: weight 1.00")
    assert facts(widget)["highest"] == 2
    press("u")  # one state is one thing
    assert facts(widget)["highest"] == 1
    press("u")
    assert law_of(widget) == "spin"


@pytest.mark.browser
def test_one_state_always_stays(opened):
    page = opened(UnitLaw(law="one"))
    widget = live(page)
    stroke(widget, (-2.0, 0.0), (2.0, 0.0))
    page.mouse.up()
    now = facts(widget)
    assert now["slope"] == 0
    assert now["lowest"] == now["highest"] == 1
    assert drawn_law(law_of(widget))[1].sum() == 1
    widget.locator(".sl-sheet").focus()
    page.keyboard.press("Home")
    page.keyboard.press("ArrowUp")
    assert facts(widget)["lowest"] == -2


@pytest.mark.browser
def test_mirror_reset_and_the_options(opened):
    widget = live(opened(UnitLaw(1.5, law="poisson")))
    before = facts(widget)
    button(widget, "Mirror").click()
    fill(widget, "Field x, exact value", -1.5)
    assert facts(widget)["f"] == pytest.approx(-before["f"], abs=ROUNDING)
    select = more(widget).get_by_role("combobox", name="Law")
    expect(select.locator("option:checked")).to_have_text("Drawn by hand")
    select.select_option("even")
    button(widget, "Mirror").click()  # it is its own mirror image, and keeps its name
    assert law_of(widget) == "even"
    select.select_option("Drawn by hand")  # what was drawn is not lost
    assert law_of(widget) == LAWS["poisson"][::-1]
    button(widget, "Reset").click()
    assert law_of(widget, "that of the page") == "that of the page"
    assert facts(widget)["f"] == before["f"]
    expect(select.locator("option:checked")).to_have_text("Like Poisson, in steps of 0.2")


@pytest.mark.browser
def test_the_prose_and_the_address_set_the_law(opened):
    text = signs(np.arange(41) + 5)
    above = "".join(
        f'<p><span class="sl-set" data-set="unit_law?{asked}">{word}</span></p>'
        for word, asked in (("bumps", "law=bumps"), ("drawn", f"law={text}&amp;x=-1"), ("wrong", "law=000"))
    )
    page = opened(UnitLaw(2.0), above=above)
    widget = live(page)
    button(page, "bumps").click()
    assert facts(widget)["f"] == pytest.approx(tilted(drawn_law("bumps")[1], [2.0])[1][0], abs=ROUNDING)
    expect(widget.get_by_role("status")).to_contain_text("law Two bumps")
    button(page, "drawn").click()
    assert facts(widget)["f"] == pytest.approx(tilted(drawn_law(text)[1], [-1.0])[1][0], abs=ROUNDING)
    expect(widget.get_by_role("status")).to_contain_text("law drawn by hand")
    assert law_of(widget) == text
    button(page, "wrong").click()
    expect(widget.locator(".sl-problem:visible")).to_contain_text("or 41 levels")
    assert law_of(widget) == text
    page.evaluate("location.hash = 'unit_law?law=even'")
    expect(widget.get_by_role("status")).to_contain_text("law Evenly")
    assert (law_of(widget), facts(widget)["f"]) == ("even", pytest.approx(unit.brillouin(10).response(2.0)))


@pytest.mark.browser
def test_the_graphs_say_what_they_show(opened):
    widget = live(opened(UnitLaw(1.0, law="half")))
    said = widget.locator("svg[role=img]").evaluate_all("all => all.map((each) => each.getAttribute('aria-label'))")
    assert "between the outermost states, 0.0 to 2.0" in said[0]
    assert "21 states from 0.0 to 2.0 have weight" in said[1]
    assert "nowhere negative" in said[2]
    assert "convex" in said[3]
    fill(widget, "Field x, exact value", 0)
    # Without a field the law that leans is the law: both have bars of one height.
    heights = widget.evaluate("""widget => ["second", "accent"].map((look) =>
        [...widget.querySelector(`.sl-pad .sl-inside .sl-bars.sl-look-${look}`).getAttribute("d")
            .matchAll(/L[\\d.-]+ ([\\d.-]+)/g)].map(([, y]) => y))""")
    assert heights[0] == heights[1]
    assert len(heights[0]) == 3 * 21
