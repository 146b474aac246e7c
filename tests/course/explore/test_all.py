"""What every explorable promises: it is light, offline, legible, reachable, at rest when nobody looks."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from exploring import STICKS_OUT, button, live
from playwright.sync_api import expect

from spinlearn.course import explore
from spinlearn.course.explore import Cobweb, FitByHand, IsingLattice, Landscape, Neuron, WolffClusters

# A way to make each, with little work in it, and the reading that counts its time (None if it has none).
EXPLORABLES = {
    "Cobweb": (lambda: Cobweb(), "steps"),
    "FitByHand": (lambda: FitByHand(best=True), None),
    "IsingLattice": (lambda: IsingLattice(64), "sweeps"),
    "Landscape": (lambda: Landscape(split=True), "t"),
    "Neuron": (lambda: Neuron(), "t"),
    "WolffClusters": (lambda: WolffClusters(64), "clusters"),
}
every = pytest.mark.parametrize(("make", "clock"), EXPLORABLES.values(), ids=EXPLORABLES)
moving = [pytest.param(*each, id=name) for name, each in EXPLORABLES.items() if each[1]]

# Text in a graph that is too small to read or lies outside its widget.
ILLEGIBLE = """() => [...document.querySelectorAll(".sl-plot text")].filter((text) => {
    const [inner, outer] = [text.getBoundingClientRect(), text.closest(".sl-live").getBoundingClientRect()];
    const size = parseFloat(getComputedStyle(text).fontSize) * text.getScreenCTM().a;
    return text.textContent && (size < 12 || inner.left < outer.left || inner.right > outer.right);
}).map((text) => text.textContent)"""

# Pairs of numbers of one axis that touch.
COLLIDING = """() => [...document.querySelectorAll(".sl-ticks")].flatMap((ticks) => {
    const boxes = [...ticks.querySelectorAll("text")].map((text) => [text.textContent, text.getBoundingClientRect()]);
    return boxes.flatMap(([a, one], k) => boxes.slice(k + 1).filter(([, other]) => one.left < other.right
        && other.left < one.right && one.top + 2 < other.bottom && other.top + 2 < one.bottom)
        .map(([b]) => `${a} and ${b}`));
})"""


def test_none_is_left_out():
    shown = {name for name in explore.__all__ if issubclass(type(getattr(explore, name)), type)}
    assert {name for name in shown if hasattr(getattr(explore, name), "static_html")} == set(EXPLORABLES)


@every
def test_the_output_is_light_repeats_and_names_no_address(make, clock):
    html = make().static_html()
    assert html == make().static_html()
    assert len(html.encode()) < 60_000
    assert set(re.findall(r"https?://[^\s\"'`)]+", html)) == {"http://www.w3.org/2000/svg"}  # the name of SVG
    text = repr(make())
    assert repr(eval(text, vars(explore))) == text


@pytest.mark.browser
@every
def test_without_scripts_there_is_a_picture_with_its_words(opened, make, clock):
    page = opened(make(), java_script_enabled=False)
    picture = page.locator(".sl-still img")
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.naturalWidth") >= 64
    assert len(picture.get_attribute("alt")) > 40
    expect(page.locator(".sl-still")).to_contain_text("The live version needs scripts")
    assert page.locator(".sl-live").count() == 0


@pytest.mark.browser
@every
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_is_content_and_everything_has_room(opened, make, clock, scheme, width):
    page = opened(
        make(), make(), color_scheme=scheme, viewport={"width": width, "height": 900},
        body=f"style='background: {'#121417; color: #eee' if scheme == 'dark' else '#fff'}'",
    )  # fmt: skip
    live(page, 1)
    found = [each for each in Axe().run(page).response["violations"] if each["impact"] in ("serious", "critical")]
    assert [(each["id"], [node["html"] for node in each["nodes"]]) for each in found] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert page.evaluate(STICKS_OUT) == []
    assert page.evaluate(ILLEGIBLE) == []
    assert page.evaluate(COLLIDING) == []
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map((part) => part.id)")
    assert len(ids) == len(set(ids))
    named = page.locator("[role=img]").evaluate_all("all => all.map((each) => each.getAttribute('aria-label') ?? '')")
    assert len(named) >= 2
    assert min(map(len, named)) > 20


@pytest.mark.browser
@pytest.mark.parametrize(("make", "clock"), moving)
def test_keys_start_pause_step_and_reset(opened, make, clock):
    page = opened(make())
    widget = live(page)
    read = f"() => Number(document.querySelector('.sl-live').dataset.{clock})"
    widget.focus()
    began = page.evaluate(read)
    page.keyboard.press("s")
    assert page.evaluate(read) > began
    page.keyboard.press("r")
    assert page.evaluate(read) == began
    page.keyboard.press("Space")
    page.wait_for_function(f"began => ({read})() > began", arg=began)
    page.keyboard.press("Space")
    expect(button(widget, "Start")).to_be_visible()
    paused = page.evaluate(read)
    page.wait_for_timeout(150)
    assert page.evaluate(read) == paused
    assert page.evaluate("scrollY") == 0


@pytest.mark.browser
@pytest.mark.parametrize(("make", "clock"), moving)
def test_it_waits_for_its_reader_and_rests_off_screen(opened, make, clock):
    page = opened(make(), above='<div style="height: 3000px"></div>')
    widget = live(page)

    def moves():
        read = "() => document.querySelector('.sl-live .sl-readout').textContent"
        before = page.evaluate(read)
        page.wait_for_timeout(500)
        return page.evaluate(read) != before

    widget.scroll_into_view_if_needed()
    assert not moves()
    for select in widget.locator("select").all():  # as fast as it goes
        if "S" in select.locator("xpath=..").inner_text()[:1]:
            select.select_option(index=len(select.locator("option").all()) - 1)
    button(widget, "Start").click()
    assert moves()
    page.evaluate("scrollTo(0, 0)")
    page.wait_for_timeout(300)
    assert not moves()
    widget.scroll_into_view_if_needed()
    page.wait_for_timeout(200)
    assert moves()


@pytest.mark.browser
@pytest.mark.parametrize(("make", "clock"), moving)
def test_reduced_motion_repaints_once_a_second(opened, make, clock):
    page = opened(make(), reduced_motion="reduce")
    widget = live(page)
    page.evaluate("""() => {
        globalThis.repaints = 0;
        const graph = document.querySelectorAll(".sl-inside");
        new MutationObserver(() => { repaints += 1; }).observe(graph[graph.length - 1],
            {subtree: true, attributes: true, attributeFilter: ["d"]});
    }""")
    button(widget, "Start").click()
    page.wait_for_timeout(2500)
    assert page.evaluate("repaints") <= 4


@pytest.mark.browser
def test_the_checks_above_notice_what_is_wrong(opened):
    """The controls: small print, numbers on top of each other, a wide box and a nameless picture are seen."""
    page = opened(Neuron(), viewport={"width": 390, "height": 900})
    live(page)
    page.evaluate("""() => {
        const [one, two] = document.querySelectorAll(".sl-ticks text");
        one.style.fontSize = "9px";
        for (const side of ["x", "y"]) two.setAttribute(side, one.getAttribute(side));
        document.querySelector(".sl-panel .sl-row label").style.minWidth = "900px";
        for (const picture of document.querySelectorAll("svg[role=img]")) picture.removeAttribute("aria-label");
    }""")
    assert page.evaluate(ILLEGIBLE)
    assert page.evaluate(COLLIDING)
    assert page.evaluate(STICKS_OUT)
    assert "svg-img-alt" in [each["id"] for each in Axe().run(page).response["violations"]]
