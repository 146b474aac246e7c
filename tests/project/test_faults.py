"""Faults of a kind that was found once, in one browser or another, looked for on every page."""

import gzip
import re
import sys
from collections import Counter
from pathlib import Path

import matplotlib as mpl
import pytest
from bs4 import BeautifulSoup
from fontTools.ttLib import TTFont
from playwright.sync_api import expect

from tools import book, pages

sys.path.insert(0, str(pages.ROOT / "book"))

import mathematics
import sheets
import themes
from seen import CUT_OFF

PAGES = book.pages_of(pages.contents())
LESSON = "chapters/1-ising-basics/2-ising-model"
OTHERS = ["genindex", "prf-prf", "py-modindex", "search"]  # pages that Sphinx makes of its own accord


@pytest.fixture(scope="module")
def soups(site):
    return {
        path.relative_to(site).as_posix(): BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
        for path in sorted(site.rglob("*.html"))
    }


def prose(soup):
    """Text of a page that is neither code nor mathematics."""
    copy = BeautifulSoup(str(soup.select_one("article") or ""), "html.parser")
    for part in copy.select("pre, code, script, style, .math, .sl"):
        part.decompose()
    return copy.get_text(" ")


# ── What a page says ─────────────────────────────────────────────────────────────────────────────────────────────────

RAW_TEX = re.compile(r"\\[a-zA-Z]{2,}|\$[^$\n]{1,80}\$|\\[()\[\]]|[\^_]\{")
OF_THIS_MACHINE = re.compile(r"(?:Posix|Windows)Path\(|<[\w. ]+ at 0x[0-9a-f]+>")


@pytest.mark.slow
def test_nothing_of_tex_and_nothing_of_the_machine_is_read(soups):
    found = {}
    for name, soup in soups.items():
        # Docstrings are plain text, in which the indices of a symbol stand in braces.
        said = [it[0] for it in RAW_TEX.finditer(prose(soup)) if it[0] != "_{" or "library" not in name]
        said += [
            it[0] for it in re.finditer(r"\S*[`'\"]\S*", " ".join(it.get_text() for it in soup.select(".citation")))
        ]
        said += [match[0] for match in OF_THIS_MACHINE.finditer(soup.get_text())]
        said += [str(pages.ROOT)] if str(pages.ROOT) in str(soup) else []
        if said:
            found[name] = said
    assert not found


def test_what_is_not_to_be_read_would_be_seen():
    """Negative control of the test above."""
    soup = BeautifulSoup(r"<article><p>the $\phi^4$ chain</p><code>\alpha</code></article>", "html.parser")
    assert RAW_TEX.findall(prose(soup)) == [r"$\phi^4$"]
    assert OF_THIS_MACHINE.search("make(folder=PosixPath('/a/b'))")
    assert OF_THIS_MACHINE.search("f(x=<function tanh at 0x7f21>)")


@pytest.mark.slow
def test_no_identifier_is_there_twice(soups):
    repeated = {
        name: again
        for name, soup in soups.items()
        if (again := [key for key, n in Counter(tag["id"] for tag in soup.find_all(id=True)).items() if n > 1])
    }
    assert not repeated


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.parametrize("name", [LESSON, "search"])
def test_nor_once_the_scripts_have_run(visit, name):
    ids = visit(name).evaluate("[...document.querySelectorAll('[id]')].map((one) => one.id)")
    assert [key for key, n in Counter(ids).items() if n > 1] == []


# ── Mathematics ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.slow
def test_every_formula_is_ready_to_be_read_heard_copied_and_found(soups):
    formulas = [(name, it) for name, soup in soups.items() for it in soup.select(".math")]
    assert len(formulas) > 1000
    for name, it in formulas:
        assert it.select_one("mjx-container > mjx-math[aria-hidden=true]"), (name, it["data-tex"])
        assert it.select_one("mjx-assistive-mml > math"), (name, it["data-tex"])
        assert not it.select("merror, mjx-merror"), (name, it["data-tex"])
        signs = "".join(it.select_one("mjx-math").get_text().replace("√", "").split())
        # What is heard has all that is seen; function application is heard alone.
        heard = "".join(
            it.select_one("mjx-assistive-mml")
            .get_text()
            .replace("\u2061", "")
            .replace("″", "′′")
            .replace("‴", "′′′")
            .split()
        )
        assert signs, (name, it["data-tex"])
        assert len(signs) <= len(heard), (name, it["data-tex"])


@pytest.mark.slow
def test_equations_have_their_numbers_and_what_refers_to_them_finds_them(soups):
    numbered = referred = 0
    for name, soup in soups.items():
        numbers = {
            it["id"]: it.select_one(".eqno").get_text().strip("#¶ ") for it in soup.select("div.math[id]:has(.eqno)")
        }
        numbered += len(numbers)
        for link in soup.select('article a[href^="#equation-"]:not(.headerlink)'):
            referred += 1
            assert numbers[link["href"][1:]] == link.get_text(), name
    assert numbered > 20
    assert referred > 20


@pytest.fixture
def typesetter():
    typesetter = mathematics.Typesetter()
    yield typesetter
    typesetter.close()


@pytest.mark.slow
def test_what_cannot_be_typeset_is_refused_with_a_reason_and_the_next_is_typeset(typesetter):
    for wrong, reason in ((r"\foo", r"Undefined control sequence \\foo"), (r"\frac{1}{", "close brace|closing brace")):
        with pytest.raises(ValueError, match=reason):
            typesetter(wrong, display=False)
    html = typesetter(
        r"T_c < \frac{a}{b} \text{ if } \left(\begin{matrix} 1 \\ 2 \\ 3 \\ 4 \end{matrix}\right)", display=True
    )
    soup = BeautifulSoup(html, "html.parser")
    assert "".join(soup.select_one("mjx-math").get_text().split()) == "Tc<abif1234"
    assert "Tc<ab" in "".join(soup.select_one("math").get_text().split())


@pytest.mark.slow
def test_each_sign_of_the_style_sheet_has_its_room_and_its_text(typesetter):
    typesetter(
        r"x \le \int f' \, \mathbb{R} \mathcal{L} \boldsymbol{\sigma} \hat{a} \overline{ab} \sqrt{x}", display=True
    )
    sheet = typesetter.sheet()
    assert 'content: "x"' not in sheet
    assert re.search(r"mjx-c\.mjx-c1D465\.TEX-I \{\s*padding: [\d.]+em", sheet)
    assert "mjx-stretchy-h" in sheet
    assert mathematics.texts('mjx-c.mjx-c22::before {\n  padding: 1em;\n  content: "\\"";\n}\n'
                             'mjx-c.mjx-c26.TEX-I::before {\n  padding: 1em;\n  content: "\\26 ";\n}') == {
        "mjx-c22": '"', "mjx-c26 TEX-I": "&amp;"
    }  # fmt: skip


# Where the glyphs of the first sign of formulas stand, against the room that they have.
HANGING = """() => [...document.querySelectorAll("article mjx-c")]
    .filter((sign) => "([{⟨|«".includes(sign.textContent || "x") && sign.checkVisibility())
    .map((sign) => {
        const range = document.createRange();
        range.selectNodeContents(sign);
        return range.getBoundingClientRect().left - sign.getBoundingClientRect().left;
    })"""


@pytest.mark.browser
@pytest.mark.slow
def test_no_bracket_leaves_its_formula(engine, site):
    """WebKit hung it out of its box, where it was lost or stood on the sign before it."""
    engine.open((site / f"{LESSON}.html").as_uri())
    engine.wait("document.fonts.ready.then(() => true)")
    offsets = engine.run(HANGING)
    assert len(offsets) > 50
    assert max(map(abs, offsets)) < 0.6


@pytest.mark.browser
@pytest.mark.slow
def test_a_formula_can_be_selected_and_is_copied_as_tex(visit, chromium):
    page = visit(LESSON)
    copied = page.evaluate("""() => {
        const block = document.querySelector("article div.math");
        const range = document.createRange();
        range.selectNodeContents(block.querySelector("mjx-math"));
        getSelection().removeAllRanges();
        getSelection().addRange(range);
        const data = new DataTransfer();
        const event = new ClipboardEvent("copy", {clipboardData: data, bubbles: true, cancelable: true});
        document.dispatchEvent(event);
        return [getSelection().toString().trim().length, data.getData("text/plain"), block.dataset.tex];
    }""")
    assert copied[0] > 3
    assert copied[1] == f"$$\n{copied[2]}\n$$"


# ── What can be reached ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.parametrize("name", PAGES)
def test_nothing_is_cut_off_where_nobody_can_scroll_to(visit, name):
    page = visit(name)
    for width in (1280, 390, 320):
        page.set_viewport_size({"width": width, "height": 800})
        page.wait_for_timeout(100)
        assert page.evaluate(CUT_OFF) == [], width


@pytest.mark.browser
@pytest.mark.slow
def test_what_is_cut_off_would_be_seen(visit):
    """Negative control: an ancestor that only hides, one that scrolls, and one that hides inside one that scrolls."""
    page = visit(PAGES[0], width=390)
    page.evaluate("""() => document.querySelector("article").insertAdjacentHTML("beforeend", `
        <style>article .wide { width: 900px }</style>
        <div style="overflow: hidden"><p class="wide">hidden</p></div>
        <div style="overflow: auto"><p class="wide">scrolled</p></div>
        <div style="overflow: auto"><div style="overflow: hidden"><p class="wide">hidden inside</p></div></div>`)""")
    assert page.evaluate(CUT_OFF) == ["P.wide: hidden", "P.wide: hidden inside"]


@pytest.mark.browser
@pytest.mark.slow
def test_a_wide_formula_in_a_line_can_be_scrolled_to_its_end_in_every_engine(engine, site):
    engine.open((site / f"{LESSON}.html").as_uri())
    engine.size(390, 800)
    reached = engine.run("""() => {
        const it = [...document.querySelectorAll("article p span.math")].find((one) => one.checkVisibility());
        it.querySelector("mjx-math").style.paddingRight = "600px";
        it.scrollLeft = 1e4;
        const [formula, box] = [it.querySelector("mjx-math"), it].map((one) => one.getBoundingClientRect());
        return [it.scrollLeft, formula.right - box.right];
    }""")
    assert reached[0] > 100
    assert abs(reached[1]) < 2


# ── The keyboard ─────────────────────────────────────────────────────────────────────────────────────────────────────

FOCUSED = """() => {
    const it = document.activeElement, box = it.getBoundingClientRect(), style = getComputedStyle(it);
    const name = `${it.tagName}.${it.className} ${(it.textContent || it.ariaLabel || "").trim().slice(0, 30)}`;
    const seen = it.checkVisibility({visibilityProperty: true}) && box.width > 0;
    const ring = style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 1.5;
    const there = seen && box.right > 0 && box.left < innerWidth;
    return [it === document.body ? "" : name, ring, there];
}"""


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.parametrize("width", [1280, 1100, 390])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_where_the_focus_is_is_seen_and_it_is_never_off_stage(visit, width, scheme):
    page = visit(LESSON, width=width, color_scheme=scheme)
    stops = []
    for _ in range(140):
        page.keyboard.press("Tab")
        name, ring, there = page.evaluate(FOCUSED)
        if not name:
            break
        stops.append(name)
        assert there, name
        assert ring, name
    assert len(stops) > 60


@pytest.mark.browser
@pytest.mark.slow
def test_buttons_show_their_focus_in_every_engine(engine, site):
    engine.open((site / f"{LESSON}.html").as_uri())
    engine.size(1100, 800)
    presses = seen = 0
    while presses < 45 or (seen < 3 and presses < 200):  # on the way there is the list of all pages
        presses += 1
        engine.press("Tab")
        name, ring, there = engine.run(FOCUSED)
        if not there:  # what comes on stage for it is on its way
            engine.run("new Promise((over) => setTimeout(over, 400))")
            name, ring, there = engine.run(FOCUSED)
        assert not name or (ring and there), name
        seen += name.startswith("BUTTON")
    assert seen >= 3


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.parametrize("width", [1280, 390])
def test_escape_takes_the_focus_back_to_where_it_was(visit, width):
    page = visit(LESSON, width=width)
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    before = page.evaluate(FOCUSED)[0]
    page.keyboard.press("Control+k")
    expect(page.locator(".search-button__wrapper input")).to_be_focused()
    page.keyboard.press("Escape")
    page.wait_for_function(
        "() => document.activeElement !== document.body && !document.querySelector('.search-button__wrapper.show')"
    )
    assert page.evaluate(FOCUSED)[0] == before


@pytest.mark.browser
@pytest.mark.slow
def test_the_list_of_pages_takes_the_focus_on_a_phone_and_gives_it_back(visit):
    page = visit(LESSON, width=390)
    button = page.locator("button.primary-toggle")
    button.click()
    page.wait_for_function("() => document.activeElement.closest('.bd-sidebar-primary')")
    page.keyboard.press("Escape")
    expect(button).to_be_focused()
    expect(page.locator(".bd-sidebar-primary")).to_be_hidden()
    button.click()
    page.wait_for_function("() => document.activeElement.closest('.bd-sidebar-primary')")
    page.locator("label.overlay-primary").click(position={"x": 380, "y": 400})
    expect(button).to_be_focused()


@pytest.mark.browser
@pytest.mark.slow
def test_under_a_finger_every_button_is_there_without_hovering(visit):
    page = visit(LESSON, width=390, has_touch=True, is_mobile=True)
    pale = page.evaluate("""() => [...document.querySelectorAll("article button")]
        .filter((one) => one.checkVisibility({visibilityProperty: true}) && getComputedStyle(one).opacity < 0.5)
        .map((one) => one.className)""")
    assert pale == []
    assert page.locator("button.copybtn:visible").count() > 0


# ── Colour, paper, and scripts switched off ──────────────────────────────────────────────────────────────────────────

# Contrast of every text with white paper, as WCAG reckons it; the palest first.
ON_PAPER = """() => {
    const part = (v) => (v /= 255) <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4;
    const light = (colour) => {
        const [r, g, b, a = 1] = colour.match(/[\\d.]+/g).map(Number);
        return [0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b), a];
    };
    const found = [];
    for (const one of document.querySelectorAll("article *")) {
        if (one.closest(".sl, svg, figure, .cell_output img, mjx-assistive-mml") || !one.checkVisibility()) continue;
        const style = getComputedStyle(one);
        const [ground, alpha] = light(style.backgroundColor);
        const name = `${one.tagName}.${one.className}`;
        if (alpha > 0.5 && ground < 0.6) found.push(`dark ground: ${name} ${style.backgroundColor}`);
        if (![...one.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim())) continue;
        if (1.05 / (light(style.color)[0] + 0.05) < 4.5) found.push(`pale: ${name} ${style.color}`);
    }
    return [...new Set(found)].slice(0, 12);
}"""


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.parametrize("name", [LESSON, "chapters/back-matter/ledger", "chapters/back-matter/library"])
def test_paper_is_light_whatever_the_screen_was(visit, name):
    page = visit(name, color_scheme="dark")
    assert page.get_attribute("html", "data-theme") == "dark"
    assert page.evaluate(ON_PAPER)  # on the screen it is dark: the question can be answered with no
    page.emulate_media(media="print", color_scheme="dark")
    page.wait_for_timeout(500)
    assert page.evaluate(ON_PAPER) == []


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_without_scripts_there_is_a_theme_and_a_list_of_pages(visit, scheme):
    page = visit(LESSON, width=390, java_script_enabled=False, color_scheme=scheme)
    ground, text = (page.evaluate(f"getComputedStyle(document.body).{what}") for what in ("backgroundColor", "color"))
    ground, text = (sum(map(int, re.findall(r"\d+", colour)[:3])) / 765 for colour in (ground, text))
    assert (ground > 0.9 and text < 0.3) if scheme == "light" else (ground < 0.2 and text > 0.7)
    assert page.locator("button:visible").count() == 0, "a button that does nothing"
    page.get_by_role("link", name="All pages").click()
    link = page.locator(".bd-sidebar-primary a", has_text="1.3").first
    expect(link).to_be_in_viewport()
    link.click()
    expect(page.locator("article h1")).to_contain_text("1.3")


@pytest.mark.browser
@pytest.mark.slow
def test_without_scripts_the_reader_chooses_by_the_system_in_every_engine(start_engine, site):
    for dark in (False, True):
        with start_engine(dark=dark, scripts=False) as engine:
            engine.open((site / f"{LESSON}.html").as_uri())
            ground = engine.run("getComputedStyle(document.body).backgroundColor")
            assert (sum(map(int, re.findall(r"\d+", ground)[:3])) < 150) is dark


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("name", OTHERS)
def test_pages_that_nobody_wrote_can_be_read_too(visit, name, scheme):
    from axe_playwright_python.sync_playwright import Axe

    page = visit(name, color_scheme=scheme)
    found = (
        Axe().run(page, options={"preload": False, "runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]}).response
    )
    assert [f"{it['id']}: {[node['target'] for node in it['nodes'][:3]]}" for it in found["violations"]] == []


def test_dark_rules_are_kept_off_paper_and_light_ones_hold_there():
    css = """/* [data-theme="dark"] */ a { b: c } html[data-theme="dark"] .x, .y { d: e }
    @media (min-width: 9px) { html[data-theme=light] .z { f: "}" } } @import "q.css";"""
    assert themes.for_paper(css).split("\n") == [
        "a { b: c }", ".y { d: e }", '@media screen { html[data-theme="dark"] .x { d: e } }',
        "@media (min-width: 9px) {",
        'html[data-theme=light] .z { f: "}" }', '@media print { html[data-theme] .z { f: "}" } }', "}",
        '@import "q.css";',
    ]  # fmt: skip
    assert themes.without_scripts(css) == 'html[data-theme="light"] .x { d: e }'
    assert themes.for_paper("a{b:c}") == "a{b:c}"
    assert themes.parts(":is(a, b) c, d") == [":is(a, b) c", "d"]


# ── What a page weighs, and what it waits for ────────────────────────────────────────────────────────────────────────


@pytest.mark.slow
def test_nothing_is_waited_for_but_style_sheets(soups):
    waited = {
        tag["src"]
        for soup in soups.values()
        for tag in soup.find_all("script", src=True)
        if not {"defer", "async"} & tag.attrs.keys()
    }
    assert waited == set()
    assert not [
        tag for soup in soups.values() for tag in soup.find_all("script", src=re.compile("fontawesome|mathjax"))
    ]


@pytest.mark.browser
@pytest.mark.slow
def test_icons_are_drawn_in_every_engine(engine, site):
    engine.open((site / f"{LESSON}.html").as_uri())
    engine.wait("document.fonts.ready.then(() => true)")
    for width in (1280, 390):
        engine.size(width, 800)
        drawn = engine.run("""() => [...document.querySelectorAll("[class*='fa-']")]
            .filter((icon) => icon.checkVisibility({visibilityProperty: true}))
            .map((icon) => {
                const room = icon.getBoundingClientRect().width;
                return [icon.className, getComputedStyle(icon, "::before").content, room];
            })""")
        assert len(drawn) >= 3
        assert [name for name, content, room in drawn if content in ("none", "normal") or room < 8] == []
        assert engine.run("[...document.fonts].some((font) => /Awesome/.test(font.family) && font.status === 'loaded')")


FIRST_VIEW = 500_000  # bytes, text compressed as servers do it


@pytest.mark.browser
@pytest.mark.slow
@pytest.mark.parametrize("name", PAGES)
def test_a_first_view_is_light(chromium, site, server, name):
    """All that a phone loads for a page that it has never seen, as a server would send it, is under half a megabyte."""
    context = chromium.new_context(viewport={"width": 390, "height": 844}, is_mobile=True, has_touch=True)
    page = context.new_page()
    loaded = []
    page.on("response", lambda answer: loaded.append(answer.url.split("?")[0].removeprefix(server).lstrip("/")))
    page.goto(f"{server}/{name}.html", wait_until="networkidle")
    context.close()
    weight = {
        path: len(gzip.compress(data) if path.endswith((".html", ".css", ".js", ".svg")) else data)
        for path in set(loaded)
        if (data := (site / path).read_bytes())
    }
    assert sum(weight.values()) < FIRST_VIEW, sorted(weight.items(), key=lambda it: -it[1])[:5]


@pytest.mark.slow
def test_one_style_sheet_holds_what_every_page_needs(site, soups):
    for name, soup in soups.items():
        if soup.select_one("article"):
            sheets = [it["href"] for it in soup.select('head > link[rel="stylesheet"]')]
            assert [re.sub(r".*/|\?.*", "", it) for it in sheets] == ["site.css"], name
    css = (site / "_static" / "site.css").read_text(encoding="utf-8")
    assert "@import" not in css
    for address in re.findall(r"url\(\s*['\"]?([^'\")]+)", css):
        if not address.startswith(("data:", "#")):
            assert (site / "_static" / address.split("?")[0].split("#")[0]).is_file(), address


def test_sheets_keep_their_order_and_icons_that_are_not_used_go():
    assert sheets.in_order([["a", "c"], ["a", "b", "c", "d"], []]) == ["a", "b", "c", "d"]
    css = """.fa{x:y}.fa-bars:before,.fa-navicon:before{content:"\\f0c9"}.fa-cat:before{content:"\\f6be"}
    @font-face{font-family:Font Awesome 6 Free;src:url(../webfonts/fa-solid-900.woff2) format("woff2")}
    @font-face{font-family:Font Awesome 6 Brands;src:url(../webfonts/fa-brands-400.woff2)}"""
    kept, characters = sheets.icons(css, {"fa-bars"})
    assert characters == {0xF0C9}
    assert "f6be" not in kept
    assert "brands" not in kept
    assert kept.count("icons.woff") == 1
    assert (
        sheets.relative("a{b:url(x.png)}c{d:url('data:e')}", "styles/")
        == "a{b:url(\"styles/x.png\")}c{d:url('data:e')}"
    )


def test_a_sheet_changes_at_so_many_letters_a_line_and_only_there():
    css = "@media(max-width:1199.98px)and (min-width: 600px) { a { width: 16px; min-width: 32px } }"
    assert (
        sheets.in_letters(css)
        == "@media(max-width:74.9988em)and (min-width: 37.5em) { a { width: 16px; min-width: 32px } }"
    )


def test_a_font_with_tables_that_are_dropped_is_made_smaller_without_a_word(tmp_path, caplog):
    """matplotlib's own face has the dates of FontForge, FFTM, of which fontTools would warn."""
    font = Path(mpl.get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"
    with TTFont(font) as face:
        assert "FFTM" in face
    sheets.only(font, {ord("A")}, tmp_path / "small.woff")
    assert 0 < (tmp_path / "small.woff").stat().st_size < font.stat().st_size / 20
    assert caplog.records == []
