"""What every explorable promises: it is light, offline, legible, reachable, at rest when nobody looks."""

import inspect
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from exploring import STICKS_OUT, button, live, more
from playwright.sync_api import expect

from spinlearn.course import explore, web
from spinlearn.course.explore.shell.shell import Explorable, Moving
from tools import processor

FOLDER = Path(explore.__file__).parent
MODELS = {name: each for name in explore.__all__ if isinstance(each := getattr(explore, name), type)}
MODELS = {name: each for name, each in MODELS.items() if issubclass(each, Explorable)}


def declared(model) -> dict:
    """What a model tells its page, by the kind of what is declared."""
    return model(**{"size": 64} if model.class_traits().get("size") else {})._spec


def small(model):
    """One with little work in it, and with all that can be ticked."""
    ticked = {control["key"]: True for control in declared(model)["controls"] if control["kind"] == "check"}
    return model(**ticked | ({"size": 64} if model.class_traits().get("size") else {}))


def at_rest(widget, model):
    """Paused, and where it began: an eager one has started by itself."""
    if model.eager:
        button(widget, "Pause").click()
        button(widget, "Reset").click()
    return widget


def clock(model) -> str:
    """The reading that counts its time: the first."""
    return declared(model)["readings"][0]["key"]


every = pytest.mark.parametrize("model", MODELS.values(), ids=MODELS)
moving = pytest.mark.parametrize("model", [pytest.param(each, id=name) for name, each in MODELS.items()
                                           if issubclass(each, Moving)])  # fmt: skip

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


# Numbers that mean nothing by themselves, in any script.
COMMON = {0, 1, 2, 3, 4, 5}
# What would be a formula: a function of analysis, or a power. Sums and means may be computed where they are drawn.
FORMULA = re.compile(r"\bMath\.(?!abs|ceil|floor|max|min|round|sign|PI)\w+|\*\*")


def code(name: str) -> str:
    """A model's script without its comments."""
    return re.sub(r"/\*.*?\*/|//[^\n]*", "", (FOLDER / name / "view.js").read_text(encoding="utf-8"), flags=re.S)


def twice(script: str, spec: dict) -> set:
    """What a script says although the model has declared it: labels, and numbers of ranges and choices."""
    controls, numbers, words = spec["controls"], set(), {spec["title"]}
    for each in [*controls, *spec["readings"], *spec["actions"], *filter(None, [spec["pace"]])]:
        words.add(each["label"])
        words |= {mark["says"] for mark in each.get("marks", ())}
        words |= {text for value, text in each.get("options", ()) if text != value}
        numbers |= {each[key] for key in ("min", "max", "step") if key in each}
        numbers |= {mark["at"] for mark in each.get("marks", ())}
        numbers |= {value for value, _ in each.get("options", ()) if isinstance(value, int | float)}
    said = {float(number) for number in re.findall(r"(?<![\w.])\d+(?:\.\d+)?(?:e-?\d+)?(?![\w.])", script)}
    texts = set(re.findall(r"""["']([^"'\n]+)["']""", script))
    return (said & {abs(number) for number in numbers} - COMMON) | {word for word in words if len(word) > 1} & texts


@every
def test_what_is_declared_in_python_is_said_nowhere_else(model):
    name, spec = declared(model)["name"], declared(model)
    # A graph may be named as a reading is; nothing else that is declared stands in the script.
    assert twice(code(name), spec) <= {reading["label"] for reading in spec["readings"]}
    step, label = spec["controls"][0]["step"], spec["controls"][0]["label"]
    assert twice(f'{code(name)}\nconst again = {{ step: {step}, label: "{label}" }};', spec) >= {step, label} - COMMON


@every
def test_one_slider_and_two_readings_come_first(model):
    spec = declared(model)
    assert [each["first"] for each in spec["controls"] if each["kind"] == "range"].count(True) == 1
    assert [each["first"] for each in spec["readings"]].count(True) == 2


@pytest.mark.browser
@every
def test_the_rest_is_under_more_and_stays_open(opened, model):
    page, spec = opened(small(model)), declared(model)
    widget = live(page)
    firsts = [each for each in spec["readings"] if each["first"]]
    assert widget.locator(".sl-value:visible").count() == len(firsts) == 2
    assert widget.locator("input[type=range]:visible").count() == 1
    assert widget.locator("select:visible").count() == 0
    buttons = widget.locator(".sl-panel > .sl-buttons button")
    assert buttons.count() == buttons.filter(visible=True).count()
    more(widget)
    assert widget.locator(".sl-value:visible").count() == len(spec["readings"])
    sliders = [control for control in spec["controls"] if control["kind"] == "range"]
    assert widget.locator("input[type=range]:visible").count() == len(sliders)
    widget.focus()
    page.keyboard.press("r")
    assert widget.locator(".sl-value:visible").count() == len(spec["readings"])


@every
def test_no_formula_stands_in_the_script(model):
    assert FORMULA.findall(code(declared(model)["name"])) == []


def test_a_formula_would_be_seen():
    for wrong in ("Math.tanh(m / T)", "m ** 2", "-Math.expm1(-2 / T)", "T * Math.atanh(m)", "Math.sqrt(1 - T)"):
        assert FORMULA.search(wrong)
    for right in ("Math.max(1, n)", "2 * n", "Math.floor(k / 2)"):
        assert not FORMULA.search(right)


@every
def test_the_settings_are_the_arguments_with_the_defaults_of_the_controls(model):
    signature = inspect.signature(model)
    for control in declared(model)["controls"]:
        assert signature.parameters[control["key"]].default == getattr(small(model), control["key"]) or (
            control["kind"] == "check"
        )
    for name in signature.parameters:
        assert model.class_traits()[name].help
    with pytest.raises(TypeError, match="nonsense"):
        model(nonsense=1)


@every
def test_each_stands_in_a_folder_of_its_own_and_runs_on_a_module_that_is_there(model):
    folder = FOLDER / declared(model)["name"]
    assert model.__module__ == f"spinlearn.course.explore.{folder.name}"
    assert (folder / "view.js").is_file()
    assert model.wasm in web.names()


def test_every_folder_is_found_and_what_is_not_there_is_said():
    assert {declared(model)["name"] for model in MODELS.values()} == {
        path.parent.name for path in FOLDER.glob("*/view.js")
    }
    assert dir(explore) == explore.__all__
    with pytest.raises(AttributeError, match=r"no attribute 'Potts'; there are (\w+, )*Cobweb, "):
        explore.Potts  # noqa: B018


@pytest.mark.slow
@pytest.mark.parametrize(("name", "others"), [
    ("IsingLattice", ["spinlearn.course.explore.neuron", "spinlearn.neuron.membrane", "matplotlib"]),
    ("Neuron", ["spinlearn.course.explore.ising", "spinlearn.lattice.ising", "spinlearn.measure.minimax"]),
])  # fmt: skip
def test_one_is_imported_without_the_others(name, others):
    line = f"import sys; from spinlearn.course.explore import {name}; print([o for o in {others} if o in sys.modules])"
    run = subprocess.run([sys.executable, "-c", line], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "[]"


@pytest.mark.slow
@every
def test_the_output_is_light_repeats_and_names_no_address(model):
    html = small(model).static_html()
    assert html == small(model).static_html()
    assert len(html.encode()) < 60_000
    assert set(re.findall(r"https?://[^\s\"'`)]+", html)) == {"http://www.w3.org/2000/svg"}  # the name of SVG
    text = repr(small(model))
    assert repr(eval(text, dict(MODELS))) == text


@pytest.mark.slow
def test_the_output_is_the_same_on_an_old_processor():
    """Numbers that Python computes stand in the output with all their digits: those have to be the same everywhere."""
    code = "import sys; from spinlearn.course import explore as e; " + "".join(
        f"sys.stdout.buffer.write(e.{name}().static_html().encode()); " for name in MODELS
    )
    runs = [
        subprocess.run([sys.executable, "-c", code], env=os.environ | kind, capture_output=True, check=True).stdout
        for kind in ({}, processor.old())
    ]
    assert len(runs[0]) > 200_000
    assert runs[0] == runs[1]


@pytest.mark.browser
@every
def test_without_scripts_there_is_a_picture_with_its_words(opened, model):
    page = opened(small(model), java_script_enabled=False)
    picture = page.locator(".sl-still img")
    expect(picture).to_be_visible()
    assert picture.evaluate("image => image.naturalWidth") >= 64
    assert len(picture.get_attribute("alt")) > 40
    expect(page.locator(".sl-still")).to_contain_text("The live version needs scripts")
    assert page.locator(".sl-live").count() == 0


@pytest.mark.browser
@every
@pytest.mark.parametrize(("scheme", "width"), [("dark", 390), ("light", 1280)])  # colours know no width
def test_axe_is_content_and_everything_has_room(opened, model, scheme, width):
    page = opened(
        small(model), small(model), color_scheme=scheme, viewport={"width": width, "height": 900},
        body=f"style='background: {'#121417; color: #eee' if scheme == 'dark' else '#fff'}'",
    )  # fmt: skip
    more(live(page, 1))  # and the first as it is at once
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
@moving
def test_keys_start_pause_step_and_reset(opened, model):
    page = opened(small(model))
    widget = at_rest(live(page), model)
    read = f"() => Number(document.querySelector('.sl-live').dataset.{clock(model)})"
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
@moving
def test_it_waits_for_its_reader_and_rests_off_screen(opened, model):
    page = opened(small(model), above='<div style="height: 3000px"></div>')
    widget = live(page)

    def moves():
        read = f"() => document.querySelector('.sl-live').dataset.{clock(model)}"
        before = page.evaluate(read)
        page.wait_for_timeout(500)
        return page.evaluate(read) != before

    assert not moves()
    widget.scroll_into_view_if_needed()
    page.wait_for_timeout(200)
    assert moves() == model.eager
    at_rest(widget, model)
    assert not moves()
    more(widget)
    for select in widget.locator("select").all():  # as fast as it goes
        if "S" in select.locator("xpath=..").inner_text()[:1]:
            select.select_option(index=len(select.locator("option").all()) - 1)
    button(widget, "Start").click()
    assert moves()
    page.set_viewport_size({"width": 700, "height": 800})  # a resize does not stop it
    assert moves()
    page.evaluate("scrollTo(0, 0)")
    page.wait_for_timeout(300)
    assert not moves()
    widget.scroll_into_view_if_needed()
    page.wait_for_timeout(200)
    assert moves()


@pytest.mark.browser
@moving
def test_reduced_motion_repaints_once_a_second(opened, model):
    page = opened(small(model), reduced_motion="reduce")
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
    page = opened(explore.Neuron(), viewport={"width": 390, "height": 900})
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
