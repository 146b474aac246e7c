"""Figures on a page: what becomes of a notebook's figures, and what a reader does with them in a browser."""

import csv
import importlib.util
import io
import json
import re
from html import unescape
from pathlib import Path
from urllib.parse import unquote

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest

from spinlearn.course import plotting
from spinlearn.course.figures import bundle, numbers
from tools import book, pages

BOOK = pages.ROOT / "book"
SPEC = importlib.util.spec_from_file_location("figures", BOOK / "figures.py")
figures = importlib.util.module_from_spec(SPEC)
SPEC.loader.exec_module(figures)

PHONE = {"width": 390, "height": 844}
X = np.linspace(0, 2, 201)
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="


def drawn() -> dict:
    """What a notebook keeps of a figure with a long curve, a measured one, and a second panel."""
    with plt.style.context(plotting.STYLE):
        figure, (left, right) = plt.subplots(1, 2, figsize=(7, 3))
        left.plot(X, X**2, label="exact, “so to say”")
        left.errorbar([0.5, 1.0, 1.5], [0.25, 1.0, -2.25], [0.1, 0.2, 0.3], fmt="o", label="measured")
        left.set(xlabel="input x", ylabel="output")
        left.legend()
        right.loglog([1, 10, 100], [2, 4, 8], "s-")
        right.set(xlabel="size", ylabel="time")
        right.axhline(3)
        kept = bundle.bundle(figure)
        plt.close(figure)
    return kept


@pytest.fixture(scope="module")
def kept():
    return drawn()


def notebook(*all_kept) -> str:
    """A notebook with these figures."""
    cells = [
        {
            "cell_type": "code",
            "source": "",
            "metadata": {"mystnb": {"figure": {"name": f"fig-{n}"}, "image": {"alt": f'A "figure" & {n}'}}},
            "outputs": [
                {
                    "output_type": "display_data",
                    "data": {"image/png": PNG, "text/plain": "<Figure>"},
                    "metadata": {figures.KEY: json.dumps(kept)} if kept else {},
                }
            ],
        }
        for n, kept in enumerate(all_kept)
    ]
    return json.dumps({"cells": cells, "metadata": {}, "nbformat": 4, "nbformat_minor": 5})


def html_of(*all_kept) -> list[str]:
    made = json.loads(figures.with_figures(notebook(*all_kept)))
    return [cell["outputs"][0]["data"].get("text/html", "") for cell in made["cells"]]


# ── From the notebook to the page ────────────────────────────────────────────────────────────────────────────────────


def test_a_drawing_is_an_image_with_the_words_of_the_author_and_ids_that_a_page_has_once(kept):
    both = "".join(html_of(kept, kept))
    ids = re.findall(r' id="(.*?)"', both)
    assert len(ids) == len(set(ids)) > 4
    assert set(re.findall(r'href="#(.*?)"', both)) | set(re.findall(r"url\(#(.*?)\)", both)) <= set(ids)
    assert "@@" not in both
    labels = re.findall(r'<svg [^>]*role="img" aria-label="(.*?)"', both)
    assert [unescape(label) for label in labels] == [f'A "figure" & {n}' for n in (0, 0, 1, 1)]


def test_the_file_has_the_numbers_of_the_figure(kept):
    (html,) = html_of(kept)
    link = re.search(r'<a class="cf-csv" download="fig-0.csv" href="data:text/csv;charset=utf-8,(.*?)"', html)[1]
    rows = list(csv.reader(io.StringIO(unquote(link))))
    head, columns = rows[0], list(zip(*rows[1:], strict=True))
    assert head == [
        "left: input x", "left: exact, “so to say”", "left: input x", "left: measured", "left: error of measured",
        "right: size", "right: time",
    ]  # fmt: skip
    values = [[float(value) for value in column if value] for column in columns]
    assert [len(column) for column in values] == [201, 201, 3, 3, 3, 3, 3]
    assert np.allclose(values[0], X)
    assert np.allclose(values[1], X**2, atol=1e-4)
    assert values[2:5] == [[0.5, 1, 1.5], [0.25, 1, -2.25], [0.1, 0.2, 0.3]]
    assert values[5:] == [[1, 10, 100], [2, 4, 8]]


def test_the_table_has_the_same_numbers_and_says_how_many_it_leaves_out(kept):
    (html,) = html_of(kept)
    tables = re.findall(r"<table>.*?</table>", html)
    captions = [re.search("<caption>(.*?)</caption>", table)[1] for table in tables]
    assert captions == [
        "left: output against input x, 31 of 201 points",
        "left: output against input x",
        "right: time against size",
    ]
    cells = [re.findall("<td>(.*?)</td>", table) for table in tables]
    assert cells[0][:2] == ["0", "0"]
    assert cells[0][-2:] == ["2", "4"]
    assert cells[1] == ["0.5", "0.25", "0.1", "1", "1", "0.2", "1.5", "−2.25", "0.3"]
    assert "<li>Right: a horizontal line at 3.</li>" in html


def test_a_thinned_curve_says_so():
    panel = {"name": "", "notes": [], "curves": [{"name": "a", "x": [0, 1], "y": [0, 1], "of": 4001}]}
    assert figures.remarks([panel]) == ["2 of the 4001 points of a curve are kept, evenly."]


def test_no_number_is_an_empty_field():
    named, _ = figures.columns(
        [{"name": "", "x": "x", "y": "y", "notes": [], "curves": [{"name": 'a "b"', "x": [1, 2], "y": [None, 0.5]}]}]
    )
    assert figures.csv(named) == '"x","a ""b"""\n1,\n2,0.5\n'


def test_a_figure_without_a_drawing_or_with_too_large_a_one_stays_a_picture(kept):
    large = {**kept, "wide": {**kept["wide"], "svg": "x" * figures.MOST}}
    outputs = [cell["outputs"][0] for cell in json.loads(figures.with_figures(notebook(None, large)))["cells"]]
    assert [output["data"].get("image/png") for output in outputs] == [PNG, PNG]


def nameless(name: str) -> bool:
    """Whether a curve is called by its looks, because its author gave it no name, or by the name of another."""
    kinds = {"bars", "points", *numbers.DASHES.values(), *numbers.MARKERS.values()}
    colours, kinds = "|".join((*numbers.COLOURS, "grey")), "|".join(sorted(kinds, key=len, reverse=True))
    return bool(re.fullmatch(rf"(({colours}) )?(open )?({kinds})( \(\d+\))?|.* \(\d+\)", name))


def test_a_curve_that_is_called_by_its_looks_is_seen():
    """Negative control."""
    with plt.style.context(plotting.STYLE):
        figure, ax = plt.subplots()
        ax.plot([0, 1], [0, 1])
        ax.plot([0, 1], [1, 0], "--C1")
        ax.plot([0, 1], [1, 1], "oC2", mfc="w")
        ax.bar([0, 1], [1, 2])
        ax.plot([0, 1], [2, 1], label="_the third")
        ax.plot([0, 1], [2, 2], label="_the third")
        names = [curve["name"] for curve in numbers.numbers(figure)[0]["curves"]]
        assert len(ax.get_legend_handles_labels()[1]) == 0
        plt.close(figure)
    assert sorted(filter(nameless, names)) == sorted({*names} - {"the third"})
    assert len(names) == 6
    assert not any(map(nameless, ["open gates", "T = 2 (exact)", "line of slope A", "V / mV"]))


def test_every_committed_figure_has_its_drawings_and_numbers():
    """Of what `make execute` wrote: small enough for the page, and walkable wherever it is no picture."""
    for page in pages.pages():
        for cell in pages.read_notebook(page).cells:
            for output in cell.get("outputs", []):
                if "image/png" in output.get("data", {}):
                    name = f"{page.name}: {cell.source.splitlines()[0]}"
                    assert bundle.KEY in output.metadata, f"no drawing: {name}"
                    kept = json.loads(output.metadata[bundle.KEY])
                    assert figures.size(kept) < figures.MOST, name
                    for panel in kept["panels"]:
                        assert panel["curves"] or panel["notes"], f"an empty panel: {name}"
                        unnamed = [curve["name"] for curve in panel["curves"] if nameless(curve["name"])]
                        assert not unnamed, f"{name}: needs a label (with an underscore: none in the legend): {unnamed}"


# ── In a browser ─────────────────────────────────────────────────────────────────────────────────────────────────────

SHEETS = [BOOK / "static" / name for name in ("course.css", "figures.css")]

# Pairs of texts of a drawing that lie over each other.
COLLISIONS = """svg => {
    const boxes = [...svg.querySelectorAll("text")].map((t) => [t.textContent, t.getBoundingClientRect()]);
    const found = [];
    for (const [i, [a, p]] of boxes.entries()) for (const [b, q] of boxes.slice(i + 1)) {
        const wide = Math.min(p.right, q.right) - Math.max(p.left, q.left);
        const high = Math.min(p.bottom, q.bottom) - Math.max(p.top, q.top);
        if (wide > 1.5 && high > 3.5) found.push(`${a} / ${b}`);
    }
    return found;
}"""
SIZES = """svg => [...svg.querySelectorAll("text, tspan")].map((t) =>
    parseFloat(getComputedStyle(t).fontSize) * svg.getBoundingClientRect().width / svg.viewBox.baseVal.width)"""

# What is played, without a sound.
SILENCE = """window.played = [];
window.AudioContext = class {
    currentTime = 0; destination = {}; resume() {}
    node() { return { connect: (to) => to, addEventListener() {}, start() {}, stop() { played.push("stop"); },
        gain: this.values(), frequency: this.values(true) }; }
    values(heard) { const keep = (v) => heard && played.push(Math.round(v));
        return { setValueAtTime: keep, linearRampToValueAtTime: keep }; }
    createOscillator() { return this.node(); }
    createGain() { return this.node(); }
};"""


@pytest.fixture
def shown(opened, kept):
    """Open a page with the figure; its script runs as on the site, after the page is there."""
    sheets = "".join(path.read_text("utf-8") for path in SHEETS)
    script = (BOOK / "static" / "figures.js").read_text("utf-8")

    def open_figure(theme="light", scripts=True, **options):
        (html,) = html_of(kept)
        above = f'<style>{sheets}</style><article class="bd-article"><figure>{html}</figure></article>'
        page = opened(above=above, attributes=f'data-theme="{theme}"', init=SILENCE, **options)
        if scripts:
            page.add_script_tag(content=script)
        return page

    yield open_figure
    assert opened.complaints == []


@pytest.mark.browser
@pytest.mark.slow
class TestInTheBrowser:
    def test_on_a_phone_the_panels_stack_and_every_label_is_readable(self, shown):
        page = shown(viewport=PHONE)
        svg = page.locator("svg.cf-plot:visible")
        assert svg.get_attribute("class") == "cf-plot cf-narrow"
        assert min(svg.evaluate(SIZES)) >= 8
        assert svg.evaluate(COLLISIONS) == []
        page.set_viewport_size({"width": 1280, "height": 900})
        assert page.locator("svg.cf-plot:visible").get_attribute("class") == "cf-plot cf-wide"
        assert page.locator("svg.cf-plot:visible").evaluate(COLLISIONS) == []

    def test_collisions_are_seen(self, shown):
        """Negative control."""
        svg = shown().locator("svg.cf-plot:visible")
        svg.evaluate("svg => svg.append(svg.querySelector('text').cloneNode(true))")
        assert svg.evaluate(COLLISIONS)

    def test_the_drawing_follows_the_theme(self, shown):
        page = shown()
        text, line = page.locator("svg.cf-wide text").first, page.locator("svg.cf-wide path[style*='--c0']").first
        inks = []
        for theme in ("light", "dark"):
            page.evaluate("theme => document.documentElement.dataset.theme = theme", theme)
            inks.append(
                (text.evaluate("e => getComputedStyle(e).fill"), line.evaluate("e => getComputedStyle(e).stroke"))
            )
        assert inks[0][0] != inks[1][0]
        assert inks[0][1] != inks[1][1]
        assert "none" not in str(inks)

    def test_a_curve_is_walked_with_the_keyboard_and_said(self, shown):
        page = shown()
        plots, said = page.locator(".cf-plots"), page.locator(".cf-said [aria-live]")
        page.keyboard.press("Tab")
        assert plots.evaluate("e => e === document.activeElement")
        assert "Left and right" in said.inner_text()
        page.keyboard.press("ArrowRight")
        assert said.inner_text() == "left, exact, “so to say”, against input x, 201 points. At 0: 0"
        assert page.locator("svg.cf-wide .cf-here").count() == 1
        page.keyboard.press("ArrowRight")
        assert said.inner_text() == "At 0.01: 0.0001"
        page.keyboard.press("End")
        assert said.inner_text() == "At 2: 4"
        page.keyboard.press("ArrowDown")
        assert said.inner_text() == "left, measured, against input x, 3 points. At 1.5: −2.25 ± 0.3"
        page.keyboard.press("Home")
        assert said.inner_text() == "At 0.5: 0.25 ± 0.1"
        page.keyboard.press("ArrowDown")
        assert said.inner_text() == "right, time, against size, 3 points. At 1: 2"
        page.keyboard.press("ArrowDown")
        assert said.inner_text().startswith("left, exact")
        page.keyboard.press("Escape")
        assert page.locator(".cf-here").count() == 0
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.tagName") == "SUMMARY", "one stop of the tabulator, then on"

    def test_the_point_that_is_said_is_where_the_mark_is(self, shown):
        page = shown()
        page.locator(".cf-plots").focus()
        for key in ("ArrowRight", "ArrowUp", "ArrowRight"):  # the middle one of three squares, on logarithmic axes
            page.keyboard.press(key)
        assert page.locator(".cf-said [aria-live]").inner_text() == "At 10: 4"
        there = page.evaluate("""() => {
            const box = (e) => e.getBoundingClientRect();
            const middle = (e) => [box(e).x + box(e).width / 2, box(e).y + box(e).height / 2];
            const here = middle(document.querySelector(".cf-wide .cf-here"));
            return [...document.querySelectorAll(".cf-wide use")].map(middle)
                .map(([x, y]) => Math.hypot(x - here[0], y - here[1]));
        }""")
        assert min(there) < 1

    def test_a_curve_is_played_as_pitch(self, shown):
        page = shown()
        page.locator(".cf-plots").focus()
        for key in ("ArrowRight", "ArrowUp", "p"):
            page.keyboard.press(key)
        assert page.locator(".cf-figure").get_attribute("data-playing") == "time"
        low, middle, high = [pitch for pitch in page.evaluate("played") if pitch != "stop"]
        assert low < middle < high
        assert high / middle == pytest.approx(middle / low, rel=0.01), "as the logarithm, like the axis"
        page.keyboard.press("p")
        assert page.locator(".cf-figure").get_attribute("data-playing") is None

    def test_a_tap_says_the_nearest_point(self, shown):
        page = shown(viewport=PHONE, has_touch=True)
        spots = page.locator("svg.cf-narrow use").all()
        squares = [spot for spot in spots if spot.get_attribute("href") == spots[-1].get_attribute("href")]
        box = squares[-1].bounding_box()
        squares[-1].dispatch_event("click", {"clientX": box["x"] + 3, "clientY": box["y"] + 3, "bubbles": True})
        assert page.locator(".cf-said [aria-live]").inner_text().startswith("right, time")

    def test_without_scripts_the_figure_its_table_and_its_file_are_there(self, shown):
        page = shown(scripts=False)
        assert page.locator(".cf-said").count() == 0
        page.locator("summary").click()
        assert page.locator("table:visible").count() == 3
        with page.expect_download() as download:
            page.get_by_role("link", name="Download as CSV").click()
        assert download.value.suggested_filename == "fig-0.csv"
        assert Path(download.value.path()).read_text("utf-8").startswith('"left: input x",')

    def test_every_figure_of_the_site_is_readable_on_a_phone_and_wide(self, chromium):
        """Labels of at least 8 pixels, none over another."""
        site = book.build(quiet=True)
        context = chromium.new_context(viewport=PHONE)
        page = context.new_page()
        wrong = []
        for lesson in pages.lessons():
            page.goto((site / f"{lesson.name}.html").as_uri())
            for width in (390, 1280):
                page.set_viewport_size({"width": width, "height": 900})
                for svg in page.locator("svg.cf-plot:visible").all():
                    mark = f"{lesson.number}, {svg.get_attribute('aria-label')[:40]}, at {width}"
                    wrong += [f"{mark}: {pair}" for pair in svg.evaluate(COLLISIONS)]
                    wrong += [f"{mark}: {size:.1f} pixels" for size in svg.evaluate(SIZES) if size < 8]
        context.close()
        assert wrong == []
