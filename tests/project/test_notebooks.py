"""The committed notebooks: they agree with their texts, they were run, and they hold what every page has to hold."""

import base64
import json
import os
import re
import subprocess
import sys
from functools import cache

import jupytext
import pytest

from spinlearn.course.figures import bundle
from tools import execute, pages, processor

PAGES = pages.pages()
LESSONS = pages.lessons()
EXERCISES = re.compile(r"^:{3,}\{exercise\}", re.MULTILINE)


def named(chosen):
    return [pytest.param(page, id=page.name) for page in chosen]


@cache
def notebook(page):
    """A page's notebook, read once."""
    return pages.read_notebook(page)


def cells(page, kind="code"):
    return [cell for cell in notebook(page).cells if cell.cell_type == kind]


def text_of(page):
    """All that the notebook says, without pictures and without what a widget needs to run."""
    return "\n".join(f"{cell.source}\n{execute.texts(cell)}" for cell in notebook(page).cells)


def test_every_notebook_agrees_with_its_text_and_its_library():
    assert execute.problems() == []


@pytest.mark.parametrize("page", named(PAGES))
def test_every_cell_was_run_in_order_without_an_error_or_a_warning(page):
    code = cells(page)
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    kinds = [(output.output_type, output.get("name")) for cell in code for output in cell.outputs]
    assert not [kind for kind in kinds if kind[0] == "error" or kind[1] == "stderr"]


@pytest.mark.parametrize("page", named(PAGES))
def test_nothing_random_and_nothing_of_a_machine_is_stored(page):
    raw = page.notebook.read_text(encoding="utf-8")
    assert "application/vnd.jupyter.widget" not in raw
    assert set(re.findall(r"\bat 0x[0-9a-fA-F]+", text_of(page))) <= {"at 0x0"}
    assert not re.search(r"(?<![\w.:/])/(?:home|root|Users|tmp|work|opt)/\w", text_of(page))
    assert str(pages.ROOT) not in raw
    assert set(json.loads(raw)["metadata"]) <= {"kernelspec", "language_info", "spinlearn", *pages.OWN}


# ── What is printed survives another processor ───────────────────────────────────────────────────────────────────────

ZERO = r"0(?:\.0*)?(?:e[+-]?\d+)?"
SIGNED_ZERO = re.compile(rf"(?<![\w.)\]])[+\-−]{ZERO}(?![\w.])|[+\-−]{ZERO}j")  # the second as in -4.7+0.0j
MINUS_ZERO = re.compile(rf"[-−]{ZERO}(?![\w.])")
BASE64 = re.compile(r"[A-Za-z0-9+/=]{60,}")
SMALL = re.compile(r"(?<![\w.])\d(?:\.\d+)?e-\d+")


def residues(text):
    """Numbers in a text that another processor may print otherwise: signed zeros, and the digits of next to nothing."""
    small = [number for number in SMALL.findall(text) if 1e-25 < float(number) < 1e-13 and number[:2] != "1e"]
    return SIGNED_ZERO.findall(text) + small


def test_residues_are_seen_and_what_is_no_residue_is_not():
    told = "-0.0000 +0.0 %, −0. [-0.  1.] -0.0e+00 1.3e-17 (+0.00) 4e-16 +0 -4.675+0.000j 1.0-0j"
    assert len(residues(told)) == 11
    assert residues("-0.0001 0.0000 below 1e-14, 3e-05 10-0 x-0 -0.00e1x 1.5e-12 -0.5 +0.01 ±0.000 3.4e-302") == []
    assert residues("-0.203+0.383j 0j 0.1-0.05j") == []


@pytest.mark.parametrize("page", named(PAGES))
def test_no_zero_has_a_sign_and_no_rounding_residue_is_printed(page):
    """What is meant as such a small number is in a cell with the tag ``small-numbers``."""
    found = {
        cell.execution_count: hits
        for cell in cells(page)
        if "small-numbers" not in cell.metadata.get("tags", []) and (hits := residues(execute.texts(cell)))
    }
    assert not found, f"numbers by code cell: {found}"


def behind(output):
    """Signed zeros in what a reader of the site or of a live model meets, and no text output holds: HTML and figures.

    Of a figure those are its numbers, from which the site makes a table and a file, its axes, its words and its paths.
    """
    html = SIGNED_ZERO.findall(BASE64.sub("", output.get("data", {}).get("text/html", "")))
    return html + MINUS_ZERO.findall(BASE64.sub("", output.get("metadata", {}).get(bundle.KEY, "")))


def test_a_signed_zero_is_seen_behind_the_text():
    picture = f"base64,{'ab+/+0==' * 20}"
    figure = f"""{{"x":[-0.0,1],"axes":[0,-0],"svg":"<path d='M2.25-0 1-0.5'/><text>−0.0</text>{picture}"}}"""
    assert len(behind({"metadata": {bundle.KEY: figure}})) == 4
    assert behind({"metadata": {bundle.KEY: '{"x":[-0.05,0.0],"svg":"M0-0.5 3.5 0-2.25 0 Z −0.5"}'}}) == []
    assert len(behind({"data": {"text/html": f'<p>at −0.00</p><script>show({{"T":-0.0}}, "{picture}")</script>'}})) == 2
    assert behind({"data": {"text/html": "<p style='margin:-0.5px'>-0.01</p>"}}) == []


@pytest.mark.parametrize("page", named(PAGES))
def test_no_zero_has_a_sign_in_a_figure_or_in_html(page):
    found = {
        cell.execution_count: hits for cell in cells(page) if (hits := [z for o in cell.outputs for z in behind(o)])
    }
    assert not found, f"numbers by code cell: {found}"


def digits(page):
    """How many decimals a page prints."""
    return sum(len(decimals) for cell in cells(page) for decimals in re.findall(r"\d\.(\d+)", execute.texts(cell)))


@pytest.mark.slow
@pytest.mark.parametrize("page", named(sorted(PAGES, key=digits)[-3:]))
def test_the_pages_with_most_digits_print_the_same_on_an_old_processor(page):
    assert execute.differences(page, processor.old()) == []


def test_an_old_processor_is_not_this_one():
    """Negative control: what is switched off does change the last bits of a sum, or this processor is an old one."""
    program = (
        "import math; import numpy as np; x = np.linspace(-5, 5, 9999); a = np.sin(np.outer(x[:200], x[:200]))\n"
        "print([math.sin(value) for value in x], np.exp(x).tolist(), (a @ a).tolist())"
    )
    said = [
        subprocess.run([sys.executable, "-c", program], env=env, capture_output=True, text=True, check=True).stdout
        for env in (os.environ, {**os.environ, **processor.old()})
    ]
    assert said[0] != said[1] or not processor.dispatched()


# ── Every page ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("page", named(PAGES))
def test_a_page_stays_in_its_time_budget(page):
    assert notebook(page).metadata["spinlearn"]["seconds"] <= 60


def test_hardly_a_cell_is_left_unvalidated():
    ignored = [
        page.name for page in PAGES for cell in cells(page) if "nbval-ignore-output" in cell.metadata.get("tags", [])
    ]
    skipped = [page.name for page in PAGES for cell in cells(page) if "nbval-skip" in cell.metadata.get("tags", [])]
    assert not skipped
    assert len(ignored) <= len(LESSONS), f"at most one measured time a page; ignored: {ignored}"


@pytest.mark.parametrize("page", named(PAGES))
def test_code_is_what_a_reader_should_read(page):
    source = "\n".join(cell.source for cell in cells(page))
    assert not re.search(r"^\s*[!%]", source, re.MULTILINE), "no shell commands, no magic"
    assert not re.search(r"^\s*from \S+ import \*", source, re.MULTILINE), "no star imports"
    assert not re.search(r"default_rng\(\)|np\.random\.seed|plt\.show", source)


@pytest.mark.parametrize("page", named(PAGES))
def test_a_page_has_one_title(page):
    prose = re.sub(
        r"^(`{3,}|:{3,}).*?^\1", "", "\n\n".join(c.source for c in cells(page, "markdown")), flags=re.M | re.S
    )
    assert len(re.findall(r"^# ", prose, re.MULTILINE)) == 1


@pytest.mark.parametrize("page", named(PAGES))
def test_no_prose_is_lost_as_a_comment(page):
    # To MyST a line that begins with % is a comment, also where wrapping a sentence put the sign there.
    lost = [line for cell in cells(page, "markdown") for line in cell.source.splitlines() if line.startswith("%")]
    assert not lost


@pytest.mark.parametrize("page", named(PAGES))
def test_every_figure_has_a_caption_and_words_for_who_cannot_see_it_and_is_small(page):
    for cell in cells(page):
        for output in cell.outputs:
            if "image/png" not in output.get("data", {}):
                continue
            about = cell.metadata.get("mystnb", {})
            first = cell.source.splitlines()[0]
            assert len(about.get("figure", {}).get("caption", "")) > 40, f"no caption: {first}"
            assert len(about.get("image", {}).get("alt", "")) > 40, f"no alternative text: {first}"
            size = len(base64.b64decode(output["data"]["image/png"]))
            assert size < 100_000, f"{size} bytes: {first}"
    for cell in cells(page, "markdown"):
        assert not re.search(r"!\[\s*\]\(", cell.source), "a picture without alternative text"


@pytest.mark.parametrize("page", named(LESSONS))
def test_a_lesson_has_its_parts(page):
    prose = "\n\n".join(cell.source for cell in cells(page, "markdown"))
    for part in ("**You will learn**", "**You need**", "**Time**"):
        assert part in prose
    headings = re.findall(r"^## (.+)$", prose, re.MULTILINE)
    closing = ["What the sources say and what we found", "Exercises", "Summary", "Further reading", "What is next"]
    assert headings[-len(closing) :] == closing
    objectives = prose.split("**You will learn**")[1].split("**You need**")[0]
    assert 3 <= len(re.findall(r"^- ", objectives, re.MULTILINE)) <= 5
    assert len(EXERCISES.findall(prose)) >= 3
    assert cells(page)[0].source.startswith(("import ", "from ")), "the first cell imports"


@pytest.mark.parametrize("page", named(LESSONS))
def test_a_lesson_has_its_solutions(page):
    solutions = pages.find_page(page.name.replace("chapters/", "solutions/", 1))
    checked = [
        set(re.findall(r"^check\(\"([^\"]+)\"", "\n".join(c.source for c in cells(p)), re.M)) for p in (page, solutions)
    ]
    assert len(checked[0]) >= 3
    assert checked[0] <= checked[1], "every exercise is answered, and its answer checked"


@pytest.mark.parametrize("page", named(PAGES))
def test_a_text_survives_the_way_through_jupyterlab(page):
    """Text to notebook to text to notebook: the cells, their metadata and the page's own settings stay."""
    there = jupytext.read(page.source, fmt="md:myst")
    back = jupytext.reads(jupytext.writes(there, fmt="md:myst"), fmt="md:myst")
    assert [(c.cell_type, c.source, c.metadata) for c in back.cells] == [
        (c.cell_type, c.source, c.metadata) for c in there.cells
    ]
