"""What readers do with the site: copy from it, go back, read in large letters, forbid it to keep anything."""

import time

import pytest
from playwright.sync_api import expect
from seen import CUT_OFF

from tools import book, pages
from tools.engines import EngineError

pytestmark = [pytest.mark.browser, pytest.mark.slow]

FIRST = "chapters/1-ising-basics/1-neuron-as-a-switch"
LESSON = "chapters/1-ising-basics/2-ising-model"
FRONT = "chapters/index"
LEDGER = "chapters/back-matter/ledger"
FORBIDDEN = """for (const name of ["localStorage", "sessionStorage"]) Object.defineProperty(window, name,
    {get() { throw new DOMException("no", "SecurityError"); }, configurable: true});"""


# ── Copying ──────────────────────────────────────────────────────────────────────────────────────────────────────────

# Note what is put into the clipboard, as text and as HTML, and select all that is in an element.
NOTE = """(selector) => {
    globalThis.noted ??= addEventListener("copy", ({clipboardData}) => {
        globalThis.copied = ["text/plain", "text/html"].map((kind) => clipboardData.getData(kind));
    }) ?? true;
    globalThis.copied = null;
    getSelection().selectAllChildren(document.querySelector(selector));
}"""
# Pieces of the texts that are covered until a prediction is made, each without its spaces.
COVERED = """() => [...document.querySelectorAll(".ask-veiled, .ask-covered > .output")].flatMap((one) => {
    const walk = document.createTreeWalker(one, NodeFilter.SHOW_TEXT), found = [];
    while (walk.nextNode()) {
        const {parentElement, data} = walk.currentNode;
        const seen = parentElement.checkVisibility() && !parentElement.closest("script, .math, svg, .sl, button");
        if (seen) found.push(data);
    }
    return found.map((text) => text.replace(/\\s/g, ""));
}).filter((text) => text.length > 20)"""
BUTTONS = ["Forget my prediction", "Show it without predicting", "Commit", "Show all code", "Click to show"]


def copied(engine, selector):
    """What is copied, by the keys, of an element."""
    engine.run(NOTE, selector)
    engine.press("Control", "c")
    engine.wait("globalThis.copied")
    return engine.run("globalThis.copied")


def bare(text):
    return "".join(text.split())


def test_what_is_copied_is_what_is_seen(engine, site):
    """The declarations, with every answer in them, went into the clipboard once."""
    engine.open((site / f"{FIRST}.html").as_uri())
    engine.wait("document.querySelectorAll('.ask-covered').length")
    text, page = copied(engine, "body")
    assert len(text) > 30_000
    assert text.count("$") > 200
    covered = engine.run(COVERED)
    assert len(covered) >= 3
    for both in (text, page):
        assert not [key for key in ('{"exercise"', '"reason":', '"measured":', "&quot;reason&quot;") if key in both]
        assert "ask-declaration" not in both
        assert not [button for button in BUTTONS if button in both]
        assert not [words for words in covered if words in bare(both)]
    assert "Scripts are off" not in text
    assert "\n$$\n" in text
    assert "\n\nA sum and a threshold\n\n" in text
    assert "\nNOT the first    1  1  0  0\n" in text  # spaces of what is printed, lines of a block
    engine.run("document.querySelectorAll('.ask-cover button').forEach((one) => one.click())")
    engine.wait("!document.querySelector('.ask-covered')")
    opened = bare(copied(engine, "body")[0])
    assert all(words in opened for words in covered)


def test_a_selection_is_copied_from_where_it_begins_to_where_it_ends(visit):
    page = visit(LESSON)
    words, tex = page.evaluate("""() => {
        const formula = [...document.querySelectorAll("article p > span.math, article p > .together > span.math")]
            .find((one) => one.closest("p").firstChild.nodeType === 3 && one.closest("p").firstChild.length > 30
                && one.closest("p").querySelector(".math") === one);
        const selection = getSelection();
        selection.setBaseAndExtent(formula.closest("p").firstChild, 3, formula.querySelector("mjx-c").firstChild
            ?? formula.querySelector("mjx-c"), 0);
        return [formula.closest("p").firstChild.data.slice(3).replace(/\\s+/g, " "), formula.dataset.tex];
    }""")
    copied = page.evaluate("""() => {
        const data = new DataTransfer();
        document.body.dispatchEvent(new ClipboardEvent("copy", {clipboardData: data, bubbles: true, cancelable: true}));
        return data.getData("text/plain");
    }""")
    assert copied.startswith(words.strip()[:25])
    assert copied.endswith(f"${tex}$")
    assert len(copied) < 1000


# ── Going back ───────────────────────────────────────────────────────────────────────────────────────────────────────


def leave(engine, script, sign):
    """Leave a page by a script, until the next one gives a sign; no browser answers while it is on its way."""
    engine.run(f"void setTimeout(() => {{ {script} }}, 20)")
    end = time.monotonic() + 20
    while True:
        time.sleep(0.1)
        try:
            if engine.run(sign):
                return
        except EngineError:
            pass
        assert time.monotonic() < end, sign


def test_a_page_that_comes_back_shows_what_is_remembered_by_then(engine, server):
    """Firefox and WebKit show it as it was left."""
    engine.open(f"{server}/{FRONT}.html")
    engine.run("localStorage.clear()")
    place = "document.querySelector('[data-progress-of=\"1.2\"]')?.textContent"
    leave(
        engine,
        "location.href = document.querySelector('.front-card a').href",
        "document.querySelector('article h1') && !document.querySelector('.front-card')",
    )
    engine.run("localStorage.setItem('spins-to-neurons', JSON.stringify({course: 'spins-to-neurons', version: 1, "
               "pages: {'1.2': true}}))")  # fmt: skip
    leave(engine, "history.back()", f"{place} === 'finished'")
    engine.run("localStorage.clear()")


def test_a_page_is_read_anew_only_if_something_has_changed(visit):
    """What a browser does that keeps a page, played: Chromium keeps none that is being driven."""
    page = visit(LESSON)
    back = """(change) => {
        window.sign = true;
        dispatchEvent(new PageTransitionEvent("pagehide", {persisted: true}));
        if (change) localStorage.setItem(...change);
        dispatchEvent(new PageTransitionEvent("pageshow", {persisted: true}));
    }"""
    for change, again in ((None, False), (["another", "1"], False), (["spins-to-neurons-code", "shown"], True),
                          (["mode", "dark"], True)):  # fmt: skip
        page.evaluate(back, change)
        if again:
            page.wait_for_function("!window.sign")
            page.wait_for_load_state()
        else:
            page.wait_for_timeout(400)
            assert page.evaluate("window.sign"), change
    assert page.get_attribute("html", "data-theme") == "dark"


def test_what_was_typed_still_stands_there(engine, server):
    """WebKit emptied each field that asks for no completion."""
    field, option = "[data-exercise='1.2-a'] .ask-text", "[data-question='1.2-q1'] input[value=b]"
    engine.open(f"{server}/{LESSON}.html")
    engine.click(field)
    engine.type("0.25")
    engine.click(option)
    stands = f"[document.querySelector({field!r})?.value, document.querySelector({option!r})?.checked]"
    assert engine.run(stands) == ["0.25", True]
    leave(engine, "location.href = document.querySelector('a.right-next').href", "document.title.startsWith('1.3')")
    leave(engine, "history.back()", "document.title.startsWith('1.2') && document.readyState === 'complete'")
    time.sleep(0.5)
    kept = engine.run(stands)
    assert engine.name == "chromium" or kept == ["0.25", True]  # which keeps no page while it is driven


# ── Storage forbidden ────────────────────────────────────────────────────────────────────────────────────────────────


def test_the_theme_can_be_chosen_where_nothing_may_be_kept(visit):
    page = visit(LESSON, init=FORBIDDEN, color_scheme="light")
    seen = []
    for _ in range(6):
        seen.append(page.get_attribute("html", "data-mode"))
        page.locator("button.theme-switch-button:visible").first.click()
    assert seen == ["auto", "dark", "light"] * 2
    folds = page.get_by_role("button", name="Show all code")
    folds.click()
    expect(folds).to_have_attribute("aria-pressed", "true")


# ── Addresses ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", [FIRST, LEDGER, FRONT, "search"])
def test_an_address_that_is_no_address_stops_nothing(visit, name):
    page = visit(f"{name}#100%")
    if name == FIRST:
        page.get_by_role("button", name="Show all code").click()
        assert page.locator("article details.fold:not([open])").count() == 0


def test_what_is_searched_stands_in_the_address_and_comes_back(engine, server):
    engine.open(f"{server}/search.html?q=antiferromagnet")
    engine.wait("document.querySelector('#search-results a')?.href")
    engine.run("(text) => { const field = document.querySelector('article input[name=q]'); field.value = text; "
               "field.dispatchEvent(new InputEvent('input', {bubbles: true})); }", "mean field & χ")  # fmt: skip
    engine.wait("new URLSearchParams(location.search).get('q') === 'mean field & χ'")
    shown = "document.querySelector('#search-results').textContent.slice(0, 300)"
    before = engine.run(shown)
    assert len(before) > 50
    leave(engine, "document.querySelector('#search-results a').click()", "!document.querySelector('#search-results')")
    field = "document.querySelector('article input[name=q]')?.value"
    leave(engine, "history.back()", f"{field} === 'mean field & χ'")
    assert engine.run(shown) == before


# ── Large letters, narrow windows ────────────────────────────────────────────────────────────────────────────────────

WIDTH = "document.querySelector('article p:not(.run-time)').getBoundingClientRect().width"
TOO_WIDE = """() => document.documentElement.scrollWidth > innerWidth && [...document.querySelectorAll("body *")]
    .filter((one) => one.checkVisibility() && one.getBoundingClientRect().right > innerWidth + 1)
    .map((one) => `${one.localName}.${one.className.baseVal ?? one.className}`).slice(-3)"""


@pytest.fixture(scope="module")
def large(launch):
    """A browser whose reader wants letters of 32 pixels."""
    browser = launch("--blink-settings=defaultFontSize=32")
    yield browser
    browser.close()


@pytest.mark.parametrize("name", [FRONT, LESSON, "chapters/2-mean-field/2-free-energy-landscape", LEDGER])
def test_in_large_letters_half_of_the_window_is_for_the_text(large, visit, name):
    page = visit(name, browser=large)
    assert page.evaluate("getComputedStyle(document.documentElement).fontSize") == "32px"
    assert page.evaluate(WIDTH) >= 640
    assert page.evaluate(CUT_OFF) == []
    assert not page.evaluate(TOO_WIDE)


@pytest.mark.parametrize("width", [640, 1280])
@pytest.mark.parametrize("name", [FRONT, LESSON, LEDGER])
def test_nothing_is_wider_than_the_window_in_letters_of_twice_the_size(visit, name, width):
    page = visit(name, width=width)
    page.add_style_tag(content="html { font-size: 200% }")
    page.wait_for_timeout(300)
    assert not page.evaluate(TOO_WIDE)
    assert page.evaluate(WIDTH) >= width / 2


@pytest.mark.parametrize("width", [320, 390])
@pytest.mark.parametrize("name", ["genindex", "py-modindex", "prf-prf", "search", *book.pages_of(pages.contents())])
def test_no_page_is_wider_than_a_phone(visit, name, width):
    assert not visit(name, width=width).evaluate(TOO_WIDE)


def test_what_begins_to_scroll_in_a_narrower_window_can_be_reached(visit):
    page = visit(FIRST)
    page.evaluate("for (const one of document.querySelectorAll('.cf-numbers')) one.open = true")
    loose = """[...document.querySelectorAll(".cf-scroll")].filter((box) => box.checkVisibility()).filter((box) =>
        (box.scrollWidth > box.clientWidth || box.scrollHeight > box.clientHeight) !== (box.tabIndex === 0)).length"""
    wide = "[...document.querySelectorAll('.cf-scroll')].filter((box) => box.scrollWidth > box.clientWidth).length"
    counts = []
    for width in (1280, 320):
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_timeout(300)
        assert page.evaluate(loose) == 0
        counts.append(page.evaluate(wide))
    assert counts[1] > counts[0]
