"""The fields to draw a curve in: what is written along their axes, at the width of a phone and of a screen."""

import itertools
import json

import pytest

from spinlearn.course.check import asked, declaration, exercises
from spinlearn.course.explore.shell.shell import bundle
from tools import pages

CURVES = {
    name: declared
    for page in sorted({one.partition("-")[0] for one in exercises()})
    for name in asked(page)
    if (declared := declaration(name)).get("form") == "curve"
}
LABELS = """([declared, width]) => new Promise((done) => {
    const place = document.createElement("div");
    place.style.cssText = `width: ${width}px; font: 12px sans-serif`;
    const pad = curvePad(declared, "about");
    place.append(pad.element);
    document.body.replaceChildren(place);
    const wait = () => {
        const texts = [...place.querySelectorAll(".ask-ticks text")];
        if (!texts.length) return requestAnimationFrame(wait);
        const below = (text) => text.getAttribute("text-anchor") === "middle";
        const kept = (along) => texts.filter((text) => below(text) === along).map((text) => {
            const box = text.getBoundingClientRect();
            return [text.textContent, ...(along ? [box.left, box.right] : [box.top, box.bottom])];
        });
        const frame = place.querySelector("svg").getBoundingClientRect();
        done(JSON.stringify({x: kept(true), y: kept(false), frame: [frame.left, frame.right]}));
    };
    wait();
})"""


@pytest.fixture(scope="module")
def labels(chromium):
    page = chromium.new_page()
    script = bundle(pages.ROOT / "book" / "answering" / "curve.js")
    page.add_script_tag(content=f"(() => {{ {script}\nwindow.curvePad = curvePad; }})();")
    yield lambda name, width: json.loads(page.evaluate(LABELS, [CURVES[name], width]))
    page.close()


def value(text):
    return float(text.replace("\u2212", "-"))


@pytest.mark.browser
@pytest.mark.parametrize("width", [240, 330, 660])
@pytest.mark.parametrize("name", CURVES)
def test_both_ends_and_round_numbers_between_them_stand_along_an_axis(labels, name, width):
    found = labels(name, width)
    for along in "xy":
        axis, texts = CURVES[name][along], found[along]
        values = sorted(value(text) for text, *_ in texts)
        assert values[0] == axis["low"]
        assert values[-1] == axis["high"]
        assert 3 <= len(values) <= 9, values
        boxes = sorted((low, high) for _, low, high in texts)
        assert all(one[1] + 3 <= other[0] for one, other in itertools.pairwise(boxes)), texts
        assert along == "y" or found["frame"][0] <= boxes[0][0]
        assert along == "y" or boxes[-1][1] <= found["frame"][1] + 1


@pytest.mark.browser
def test_a_field_from_minus_eight_to_eight_says_so(labels):
    for width in (330, 660):
        assert [value(text) for text, *_ in labels("3.3-p1", width)["x"]] == [-8, -4, 0, 4, 8]
