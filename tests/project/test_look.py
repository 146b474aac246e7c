"""The look of the site: type, folds, the ledger's filter, reading order, search; as built, and in a browser."""

import json
import re
import sys

import pytest
from axe_playwright_python.sync_playwright import Axe
from bs4 import BeautifulSoup
from docutils import nodes
from docutils.core import publish_doctree
from playwright.sync_api import expect

from spinlearn.course import ledger
from tools import book, pages

sys.path.insert(0, str(pages.ROOT / "book"))

from look import search, together
from look.plaintext import plain

LESSONS = [page.name for page in pages.lessons()]
LESSON = "chapters/1-ising-basics/2-ising-model"
ANSWERS = LESSON.replace("chapters/", "solutions/")
LEDGER = "chapters/back-matter/ledger"
WIDE = {"width": 1280, "height": 900}


@pytest.fixture(scope="module")
def soup(site):
    """Return a function that reads a page."""
    read = {}

    def of(name):
        if name not in read:
            read[name] = BeautifulSoup((site / f"{name}.html").read_text(encoding="utf-8"), "html.parser")
        return read[name]

    return of


# ── Formulas and what touches them ───────────────────────────────────────────────────────────────────────────────────


def paragraph(*parts):
    """A paragraph of texts and, between dollars, formulas."""
    result = nodes.paragraph()
    for part in parts:
        result += nodes.math("", part.strip("$")) if part.startswith("$") else nodes.Text(part)
    return result


@pytest.mark.parametrize(
    ("parts", "kept"),
    [
        (("by ", "$J$", "; if it is (", "$m$", ") or “", "$h$", "”, then."), ["J;", "(m)", "“h”,"]),
        (("a ", "$N$", "-dimensional ", "$x$", "–", "$y$", " space"), ["N-", "x–"]),
        (("the ", "$n$", "th of ", "$k$", " and ", "$a$", "/", "$b$", "."), ["nth", "a/b."]),
        (("alone ", "$x$", " here"), []),
    ],
)
def test_a_formula_is_kept_with_what_touches_it(parts, kept):
    document, before = nodes.section(), paragraph(*parts)
    document += before
    text = before.astext()
    together.keep_together(None, document, "")
    found = [span.astext() for span in document.findall(nodes.inline) if "together" in span["classes"]]
    assert found == kept
    assert before.astext() == text


@pytest.mark.slow
def test_on_no_page_does_a_formula_touch_anything_outside_its_span(site):
    loose = []
    for path in site.rglob("*.html"):
        page = BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
        for formula in page.select("article span.math"):
            following = formula.next_sibling
            if isinstance(following, str) and re.match(r"[,.;:!?)\]”’]", following):
                inside = formula.find_parent(class_="together")
                if inside is None:
                    loose.append((path.name, formula.text, following[:9]))
    assert not loose


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.parametrize("width", [320, 390, 777, 1280])
def test_no_line_begins_with_the_punctuation_of_a_formula(visit, width):
    page = visit(LESSON, width)
    broken = page.evaluate("""() => [...document.querySelectorAll("article .together")].filter((span) => {
        if (!span.checkVisibility()) return false;
        const range = document.createRange();
        range.selectNodeContents(span);
        const boxes = [...range.getClientRects()].filter((box) => box.width);
        const middles = boxes.map((box) => (box.top + box.bottom) / 2);
        return Math.max(...middles) - Math.min(...middles) > 20 && getComputedStyle(span).whiteSpace !== "nowrap";
    }).map((span) => span.textContent.slice(0, 40))""")
    assert broken == []
    assert page.locator("article .together").count() > 50


# ── Type and frame ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.browser
@pytest.mark.slow
def test_mathematics_is_as_large_as_the_text_and_figures_are_lining(visit):
    page = visit(LESSON)
    sizes = page.evaluate("""() => {
        const size = (element) => parseFloat(getComputedStyle(element).fontSize);
        const formulas = [...document.querySelectorAll("article p mjx-container")].slice(0, 60);
        return formulas.map((formula) => size(formula) / size(formula.closest("p")));
    }""")
    assert len(sizes) == 60
    assert all(1 <= size <= 1.06 for size in sizes)
    numeric = "getComputedStyle(document.querySelector('article p:not(.run-time)')).fontVariantNumeric"
    assert "lining-nums" in page.evaluate(numeric)
    assert "oldstyle-nums" not in page.evaluate(numeric)


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.parametrize("width", [1280, 1440, 1920])
@pytest.mark.parametrize("name", [LESSON, ANSWERS, "chapters/back-matter/citing"])
def test_the_text_stands_in_the_middle_of_a_wide_window(visit, name, width):
    page = visit(name, width)
    box = page.locator("article section > p").first.bounding_box()
    assert abs(box["x"] + box["width"] / 2 - width / 2) < 12
    assert box["width"] <= 44 * 16


# ── Code that folds ──────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.slow
@pytest.mark.parametrize("name", LESSONS)
def test_every_cell_folds_and_what_only_draws_is_folded(soup, name):
    cells = [cell for cell in soup(name).select("div.cell") if cell.select_one(".cell_input")]
    assert len(cells) > 10
    stubs = 0
    for cell in cells:
        fold = cell.select_one("details.fold")
        assert fold is not None
        assert fold.select_one(".cell_input") is not None
        said, code = fold.summary.text, fold.select_one("pre").text
        if "..." in code and re.search(r"^check\(.*\Z", code.strip(), re.MULTILINE):
            stubs += 1
            assert re.fullmatch(r"For the notebook: the cell of exercise \d\.\d-[a-d]\d?", said)
            assert said.split()[-1] in code
            assert fold.select_one(".cell_output") is not None
            assert not fold.has_attr("open")
            continue
        assert fold.select_one(".cell_output") is None
        lines = len(code.strip().splitlines())
        assert said.endswith(f", {lines} line{'s' if lines > 1 else ''}")
        figure = cell.select_one(".cell_output figure.align-default")
        if figure:
            number = figure.select_one(".caption-number")
            what = f"Code of {number.text.strip()}," if number else "Code of the figure,"
            assert said.startswith(what)
            assert fold.has_attr("open") == bool(re.search(r"^\s*(def|class) ", code, re.MULTILINE))
        elif "Code, " in said or "exercise" in said:
            hidden = "tag_hide-input" in cell["class"]
            assert fold.has_attr("open") != hidden
    assert stubs >= 4


@pytest.mark.browser
@pytest.mark.slow
def test_all_code_of_a_page_folds_at_once_and_the_device_remembers(visit):
    page = visit(LESSON)
    opened = "[...document.querySelectorAll('details.fold')].map((fold) => fold.open)"
    as_made = page.evaluate(opened)
    assert True in as_made
    assert False in as_made
    fold, show = (page.get_by_role("button", name=name) for name in ("Fold all code", "Show all code"))
    fold.click()
    assert not any(page.evaluate(opened))
    expect(fold).to_have_attribute("aria-pressed", "true")
    assert not any(visit(LESSONS[0], context=page.context).evaluate(opened))
    show.click()
    assert all(page.evaluate(opened))
    show.click()  # once more: as the page was made
    assert page.evaluate(opened) == as_made


@pytest.mark.browser
@pytest.mark.slow
def test_a_fold_opens_with_the_keyboard_and_a_link_to_its_cell_opens_it(visit):
    page = visit(LESSON)
    first = page.locator("details.fold:not([open]) > summary").first
    fold = page.locator("details.fold").nth(1)
    first.focus()
    page.keyboard.press("Enter")
    expect(fold).to_have_attribute("open", "")
    page.get_by_role("button", name="Fold all code").click()
    other = visit(f"{LESSON}#claim-c11", context=page.context)
    expect(other.locator("#claim-c11 details.fold")).to_have_attribute("open", "")
    assert other.locator("details.fold[open]").count() == 1


@pytest.mark.browser
@pytest.mark.slow
def test_print_shows_all_code_and_no_control(visit):
    page = visit(LESSON)
    page.get_by_role("button", name="Fold all code").click()
    page.emulate_media(media="print")  # which is no printing, so the style sheet alone has to do it
    seen = """[...document.querySelectorAll("details.fold:not(.fold-stub) pre")]
        .map((code) => code.checkVisibility() && code.offsetHeight)"""
    assert min(page.evaluate(seen)) > 10
    assert page.locator("details.fold-stub:visible").count() == 0
    expect(page.locator(".fold-all")).to_be_hidden()


@pytest.mark.browser
@pytest.mark.slow
def test_print_shows_the_notes_that_are_folded_and_only_the_hints_that_are_open(visit):
    page = visit(LESSON)
    notes, hints = (page.locator(f"article .admonition.toggle-hidden.{kind}") for kind in ("note", "hint"))
    folded, closed = notes.count(), hints.count()
    assert folded >= 2
    assert closed >= 3
    hints.first.locator("button.toggle-button").click()
    page.evaluate("dispatchEvent(new Event('beforeprint'))")  # no script opens them either
    assert (notes.count(), hints.count()) == (folded, closed - 1)
    page.emulate_media(media="print")
    for note in notes.all():
        expect(note.locator(":scope > p:not(.admonition-title)").first).to_be_visible()
    assert page.locator("article .admonition.toggle-hidden.hint:visible").count() == 0
    opened = page.locator("article .admonition.hint:not(.toggle-hidden)")
    expect(opened.locator(":scope > p:not(.admonition-title)").first).to_be_visible()


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.parametrize("width", [1280, 390])
def test_what_is_typed_into_the_search_box_stays_clear_of_its_magnifier(visit, width):
    page = visit(LESSON, width)
    page.keyboard.press("Control+k")
    field = page.locator(".search-button__wrapper input")
    expect(field).to_be_focused()
    icon = page.locator(".search-button__wrapper .bd-search :is(i, svg)").first.bounding_box()
    keys = page.locator(".search-button__wrapper .search-button__kbd-shortcut").bounding_box()
    left, right = field.evaluate("""e => { const box = e.getBoundingClientRect(), style = getComputedStyle(e);
        return [box.left + parseFloat(style.paddingLeft), box.right - parseFloat(style.paddingRight)]; }""")
    assert left >= icon["x"] + icon["width"] + 4
    assert right <= keys["x"] - 4
    assert right - left >= 8 * float(field.evaluate("e => parseFloat(getComputedStyle(e).fontSize)"))


@pytest.mark.browser
@pytest.mark.slow
def test_without_scripts_folds_open_and_the_whole_ledger_stands(chromium, site):
    context = chromium.new_context(viewport=WIDE, java_script_enabled=False)
    page = context.new_page()
    page.goto((site / f"{LESSON}.html").as_uri())
    fold = page.locator("details.fold:not([open])").first
    fold.locator("summary").click()
    expect(page.locator("details.fold").nth(1).locator("pre")).to_be_visible()
    expect(page.locator(".fold-all")).to_be_hidden()
    page.goto((site / f"{LEDGER}.html").as_uri())
    assert page.locator("table.claims tbody tr:visible").count() == len(ledger.claims())
    expect(page.locator(".claims-filter")).to_be_hidden()
    context.close()


# ── The ledger ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.slow
def test_every_verdict_has_its_shape_and_its_word(soup):
    shapes = {}
    for name in (*LESSONS, LEDGER):
        for badge in soup(name).select(".verdict"):
            assert badge.text in ledger.VERDICTS
            assert f"verdict-{badge.text.replace(' ', '-')}" in badge["class"]
            assert badge.svg["aria-hidden"] == "true"
            shapes.setdefault(badge.text, set()).add(str(badge.svg))
    assert all(len(drawn) == 1 for drawn in shapes.values())
    assert len({drawn for [drawn] in shapes.values()}) == len(shapes) == len(ledger.VERDICTS)
    rows = soup(LEDGER).select("table.claims tbody tr")
    said = [" / ".join(badge.text for badge in row.select(".verdict")) for row in rows]
    assert said == [claim.verdict for claim in ledger.claims()]


@pytest.mark.browser
@pytest.mark.slow
def test_the_ledger_is_filtered_and_its_address_says_how(visit):
    page = visit(LEDGER)
    rows, said = page.locator("table.claims tbody tr:visible"), page.get_by_role("status")
    every = ledger.claims()
    expect(said).to_have_text(f"All {len(every)} claims are shown.")
    page.locator("select[name=verdict]").select_option("wrong")
    wrong = [claim for claim in every if "wrong" in claim.verdict.split(" / ")]
    expect(rows).to_have_count(len(wrong))
    page.locator("select[name=source]").select_option("S1")
    page.locator("select[name=page]").select_option(label="1.2 The Ising model")
    left = [claim for claim in wrong if "S1" in claim.source and claim.page.endswith("/2-ising-model")]
    expect(rows).to_have_count(len(left))
    expect(said).to_have_text(f"{len(left)} of {len(every)} claims are shown.")
    address = page.url.partition("#")[2]
    assert address == "source=S1&verdict=wrong&page=1.2"

    again = visit(f"{LEDGER}#{address}")
    expect(again.locator("table.claims tbody tr:visible")).to_have_count(len(left))
    again.get_by_role("button", name="Show all").click()
    expect(again.locator("table.claims tbody tr:visible")).to_have_count(len(every))
    assert "#" not in again.url
    odd = visit(f"{LEDGER}#verdict=nonsense&source=S1", 390, 844)
    expect(odd.locator("table.claims tbody tr:visible")).to_have_count(sum("S1" in claim.source for claim in every))


@pytest.mark.browser
@pytest.mark.slow
def test_the_filter_offers_nothing_that_would_leave_nothing_and_clears_itself(visit):
    page = visit(LEDGER)
    page.locator("select[name=source]").select_option("S1")
    for field in page.locator(".claims-filter select").all()[1:]:
        for option in field.locator("option:not([disabled])").all()[1:]:
            field.select_option(option.get_attribute("value"))
            assert page.locator("table.claims tbody tr:visible").count() >= 1
        field.select_option("")
    disabled = page.locator(".claims-filter option:disabled")
    assert disabled.count() >= 1
    clear = page.get_by_role("button", name="Clear the filters")
    expect(clear).to_be_hidden()
    kind = disabled.first.evaluate("option => option.parentElement.name")
    page = visit(f"{LEDGER}#source=S1&{kind}={disabled.first.get_attribute('value')}")
    expect(page.get_by_role("status")).to_have_text("No claim has all of these.")
    page.get_by_role("button", name="Clear the filters").click()
    expect(page.get_by_role("status")).to_have_text(f"All {len(ledger.claims())} claims are shown.")
    expect(page.locator("select[name=source]")).to_be_focused()


@pytest.mark.browser
@pytest.mark.slow
def test_nothing_lies_over_the_models_in_a_narrow_window(visit):
    page = visit(LESSON, 390, 844)
    page.evaluate("scrollTo(0, 4000); scrollTo(0, 3000)")
    page.wait_for_timeout(300)
    expect(page.locator("#pst-back-to-top")).to_be_hidden()


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.parametrize("width", [1280, 1440])
def test_the_ledger_has_the_whole_width(visit, width):
    page = visit(LEDGER, width)
    table, aside = page.locator("table.claims").bounding_box(), page.locator(".bd-sidebar-primary").bounding_box()
    free = width - aside["x"] - aside["width"]
    assert table["width"] > 0.9 * free
    inside = "[...document.querySelectorAll('table.claims td')].every((cell) => cell.scrollWidth <= cell.clientWidth)"
    assert page.evaluate(inside)


# ── Reading order ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.slow
def test_next_to_a_lesson_is_a_lesson_and_answers_lead_back(soup, site):
    order = [name for name in book.pages_of(pages.contents()) if name.startswith("chapters/")]
    for name in order:
        forward, back = (soup(name).select_one(f".prev-next-area a.{side}") for side in ("right-next", "left-prev"))
        position = order.index(name)
        for link, other in ((forward, position + 1), (back, position - 1)):
            if link is None:
                assert not 0 <= other < len(order)
            else:
                assert (site / f"{name}.html").parent.joinpath(link["href"]).resolve() == site / f"{order[other]}.html"
        assert not soup(name).select('.bd-sidebar a[href*="solutions/"], link[rel=next][href*="solutions/"]')
    for lesson in LESSONS:
        answers = lesson.replace("chapters/", "solutions/")
        links = soup(answers).select(".prev-next-area a")
        assert [link.select_one(".prev-next-subtitle").text for link in links] == ["Back to the lesson"]
        assert (site / f"{answers}.html").parent.joinpath(links[0]["href"]).resolve() == site / f"{lesson}.html"
        marked = soup(answers).select_one(".bd-sidebar li.current > a")
        assert (site / f"{answers}.html").parent.joinpath(marked["href"]).resolve() == site / f"{lesson}.html"
        assert soup(lesson).select("article .admonition.solutions a[href*='solutions/']")


# ── Search ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("tex", "text"),
    [
        (r"T_c = \frac{2}{\ln(1+\sqrt{2})}", "Tc = 2/(ln(1+√2))"),
        (r"\chi = \beta\,\langle m^2 \rangle", "χ = β ⟨m²⟩"),
        (r"p(s) \propto e^{-\beta H}", "p(s) ∝ e^(−β H)"),
        (r"s_i \in \{-1, +1\}", "si ∈ {−1, +1}"),
        (r"\mathrm{Var}(x)^{-1/2}", "Var(x)^(−1/2)"),
        (r"\left| \xi \right| \approx 10^{-3}", "| ξ | ≈ 10⁻³"),
        (r"\frac12 \ln(2K) + \frac1{2\pi} \int_0^\pi \gamma(q)\, dq", "1/2 ln(2K) + 1/(2π) ∫0^π γ(q) dq"),
        (r"\frac\pi2 + \frac{\sqrt2}4 - \frac kn", "π/2 + √2/4 − k/n"),
        (r"\frac12 - \frac{\sqrt3}{2\pi}\ln\frac{27}{16}", "1/2 − √3/(2π) ln (27/16)"),
        (r"4\tfrac12 mv^2 = \frac{\frac12 a}{b}", "4 1/2 mv² = (1/2 a)/b"),
        (r"2\sum_{k<N}\binom{P-1}{k}", "2∑k<N(P−1 over k)"),
        (r"\frac{e^{-y^2/2}}{\sqrt{2\pi}}", "(e^(−y^2/2))/√(2π)"),
    ],
)
def test_mathematics_as_plain_text(tex, text):
    assert plain(tex) == text


def sections_of(body, symbols=False):
    """What the search would know of a page of reStructuredText."""
    found = search._Sections(symbols=symbols)
    doctree = publish_doctree(body, settings_overrides={"report_level": 5, "doctitle_xform": False})
    found.visit(doctree, doctree)
    return [section.done() for section in found.sections]


NOTATION = """
Notation
########

Symbols
=======

Here they are.

+-----------------+-----------------+-------+
| symbol          | meaning         | pages |
+=================+=================+=======+
| :math:`\\eta`    | chessboard      | 1.2   |
+-----------------+-----------------+-------+
|                 | exponent        | 1.4   |
+-----------------+-----------------+-------+
| :math:`T_c`     | where it ends   |       |
+-----------------+-----------------+-------+

Last
====

Words.
"""


def test_a_symbol_of_the_notation_is_a_part_of_its_own_with_all_its_meanings():
    found = sections_of(NOTATION, symbols=True)
    assert ["#symbols", "η", "chessboard (1.2); exponent (1.4)", ""] in found
    assert ["#symbols", "Tc", "where it ends", ""] in found
    assert ["#symbols", "Symbols", "Here they are.", ""] in found
    assert [title for _, title, _, _ in sections_of(NOTATION)] == ["Notation", "Symbols", "Last"]


MADE_UP = [
    [0, "1.html", [["", "First", "It is called the magnetisation. Nothing is isolated; it is.", ""]]],
    [0, "2.html", [["", "Second", "Here ηi is a sign, and ηj, ηk, ηl, ηm, ηn too.", "eta"]]],
    [0, "3.html", [["", "Third", "The exponent η = 1/4 of a neighbour.", ""], ["#a", "About Ising", "He.", ""]]],
    [0, "4.html", [["", "Fourth", "Once Tc. Centre and analyse.", ""]]],
    [0, "5.html", [["", "Fifth", "Nothing.", ""], ["#tc", "Close to Tc", "Here.", ""]]],
    [1, "back-matter/library.html", [["", "The library", "Tc Tc Tc Tc Tc Tc eta", ""]]],
    [1, "back-matter/glossary.html", [["", "Glossary", "", ""],
        ["#x", "staggered magnetisation", "A magnetisation.", ""],
        ["#c", "critical temperature", "Tc.", ""], ["#m", "magnetisation", "Mean.", ""]]],
    [1, "back-matter/notation.html", [["", "Notation", "", ""], ["#s", "η", "a sign (1.2); exponent (1.4)", ""],
        ["#s", "Tc", "critical temperature", ""]]],
]  # fmt: skip


@pytest.fixture
def asked(opened):
    """Return a function that searches some made-up pages: the addresses of the results, and the lines above them."""
    above = (
        '<article><form action="#"><input name="q"></form><p id="search-said"></p><div id="search-results"></div>'
        f"</article><script>var searchText = {json.dumps(MADE_UP)};</script>"
    )
    page = opened(above=above)
    page.add_script_tag(content=(pages.ROOT / "book/static/search.js").read_text("utf-8"))

    def ask(query):
        page.locator("input[name=q]").fill(query)
        links = page.locator("#search-results li > a").all()
        lines = page.locator(".search-meaning").all_inner_texts()
        return [link.get_attribute("href") for link in links], lines

    ask.page = page
    return ask


@pytest.mark.browser
@pytest.mark.slow
class TestRanking:
    @pytest.mark.parametrize("query", ["η", "eta"])
    def test_a_symbol_by_itself_comes_before_one_with_an_index_and_its_meanings_before_all(self, asked, query):
        found, lines = asked(query)
        assert found[:3] == ["3.html", "2.html", "back-matter/notation.html"]
        assert lines == ["η: a sign (1.2); exponent (1.4)"]

    def test_a_heading_comes_before_a_mention_and_the_words_for_a_symbol_before_the_library(self, asked):
        found, lines = asked("Tc")
        assert found == [
            "5.html",
            "4.html",
            *(f"back-matter/{name}.html" for name in ("notation", "glossary", "library")),
        ]
        assert lines == ["Tc: critical temperature"]

    def test_a_word_that_begins_with_a_symbol_has_no_meaning_line(self, asked):
        assert asked("critical temperature")[1] == []

    @pytest.mark.parametrize(
        ("one", "other"),
        [("magnetisation", "magnetization"), ("analyse", "analyze"), ("centre", "center"), ("neighbour", "neighbor")],
    )
    def test_both_spellings_find_each_other(self, asked, one, other):
        assert asked(one) == asked(other)
        assert asked(one)[0]
        asked(other)
        assert asked.page.locator("mark").first.inner_text().lower().startswith(one[:6])

    def test_a_term_of_the_glossary_comes_before_those_that_contain_it(self, asked):
        asked("magnetization")
        parts = asked.page.locator("li:has(> a[href*=glossary]) .search-part a").all_inner_texts()
        assert parts == ["magnetisation", "staggered magnetisation"]

    def test_of_a_short_word_nothing_is_taken_away(self, asked):
        """The ending of “Ising” is none: it is not looked for as “is”."""
        assert asked("ising")[0] == ["3.html"]


@pytest.mark.slow
def test_what_is_searched_has_no_tex_and_no_weight_beyond_its_use(site):
    file = site / "_static" / "search-text.js"
    found = json.loads(file.read_text(encoding="utf-8").removeprefix("var searchText = ").rstrip(";\n"))
    assert [kind for kind, _, _ in found] == sorted(kind for kind, _, _ in found)
    for kind, address, sections in found:
        assert (site / address).is_file()
        for _, title, text, _ in sections:
            if kind != 1:
                assert not re.search(r"\\[a-zA-Z]+|\$|[_^]\{", title + text), (address, title)
            # A lesson's own words are some 40 kB, and an object of the library has a few sentences.
            assert len(json.dumps(sections, ensure_ascii=False).encode()) < max(50_000, 400 * len(sections)), address
    pages_with_it = [path.name for path in site.rglob("*.html") if "search-text.js" in path.read_text(encoding="utf-8")]
    assert pages_with_it == ["search.html"]


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.parametrize("query", ["χ", "chi", "0.4407", "antiferromagnet", "critical temperature", "Tc", "simulate"])
def test_search_from_a_file_finds_lessons_first_and_shows_where(visit, query):
    page = visit(f"search?q={query}")
    expect(page.locator("#search-results li > a").first).to_be_visible()
    kinds = page.locator("#search-results h2").all_inner_texts()
    order = ["Lessons", "Back matter", "Answers"]
    assert kinds == [kind for kind in order if kind in kinds]
    assert kinds[0] == "Lessons"
    assert page.locator("#search-results mark").count() >= 1
    shown = page.locator("#search-results").inner_text()
    assert not re.search(r"\\[a-z]{2,}|\\\(|\$", shown)
    target = page.locator("#search-results .search-part a").first
    target.click()
    page.wait_for_url(re.compile(r"/(chapters|solutions)/"))
    anchor = page.url.partition("#")[2]
    assert page.locator(f"[id='{anchor}']").count() == 1


@pytest.mark.browser
@pytest.mark.slow
def test_search_says_when_nothing_is_found_and_answers_while_typing(visit):
    page = visit("search?q=zzyzx")
    expect(page.get_by_role("status")).to_contain_text("Nothing has this word")
    page.locator("article input[name=q]").fill("worked answers")
    expect(page.locator("#search-results h2").last).to_have_text("Answers")
    page.locator("article input[name=q]").fill("(")
    expect(page.locator("#search-results li")).to_have_count(0)


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("address", ["search?q=temperature", f"{LEDGER}#verdict=wrong"])
def test_results_and_filtered_claims_can_be_read_by_everyone(visit, address, scheme):
    page = visit(address, color_scheme=scheme)
    found = Axe().run(page, options={"preload": False, "resultTypes": ["violations"]}).response["violations"]
    grave = [violation for violation in found if violation["impact"] in ("serious", "critical")]
    assert [(violation["id"], violation["nodes"][0]["target"]) for violation in grave] == []
