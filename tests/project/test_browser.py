"""The built site in a real browser: every page, narrow and wide, light and dark, from a file and from a server."""

import contextlib
import gzip
import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from seen import CUT_OFF
from storing import anew

from tools import book, pages

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PAGES = book.pages_of(pages.contents())
LESSON = "chapters/1-ising-basics/2-ising-model"
HEAVIEST = 700_000  # bytes
NARROW, WIDE = {"width": 390, "height": 844}, {"width": 1280, "height": 900}


@pytest.fixture(scope="module")
def browser(chromium):
    return chromium


@contextlib.contextmanager
def watched(browser, **options):
    """A page, and the list of what goes wrong in it: complaints in the console, requests that leave the machine."""
    context = browser.new_context(**options)
    page, wrong = context.new_page(), []

    def keep_inside(route):
        if re.match(r"file:|data:|blob:|http://127\.0\.0\.1[:/]", route.request.url):
            route.continue_()
        else:
            wrong.append(f"request to {route.request.url}")
            route.abort()

    context.route("**/*", keep_inside)
    page.on("console", lambda said: said.type in ("error", "warning") and wrong.append(f"{said.type}: {said.text}"))
    page.on("pageerror", lambda error: wrong.append(f"error: {error}"))
    # Broken off is what was still under way when the page was left; what may not leave is on the list already.
    broken_off = "net::ERR_ABORTED"
    page.on("requestfailed", lambda r: r.failure == broken_off or wrong.append(f"failed: {r.url}"))
    page.on("response", lambda answer: answer.status >= 400 and wrong.append(f"{answer.status}: {answer.url}"))
    try:
        yield page, wrong
    finally:
        context.close()


def ready(page):
    """Wait until fonts are there."""
    page.evaluate("document.fonts.ready.then(() => true)")


WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


def serious(page):
    """Violations of WCAG 2.2 AA, and whatever else axe-core calls serious or critical, each with the first places."""
    # Without its preload axe does not fetch the style sheets again, which a page from a file may not do.
    found = Axe().run(page, options={"preload": False, "resultTypes": ["violations"]}).response["violations"]
    return [
        f"{violation['id']}: {[node['target'] for node in violation['nodes'][:3]]}"
        for violation in found
        if violation["impact"] in ("serious", "critical") or set(WCAG) & set(violation["tags"])
    ]


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize(
    ("scheme", "first", "second", "served"),
    [("light", WIDE, NARROW, False), ("dark", NARROW, WIDE, True)],
    ids=["light, from a file", "dark, from a server"],
)
def test_a_page_is_whole(browser, site, server, name, scheme, first, second, served):
    with watched(browser, viewport=first, color_scheme=scheme) as (page, wrong):
        page.goto(f"{server}/{name}.html" if served else (site / f"{name}.html").as_uri())
        ready(page)
        assert page.get_attribute("html", "data-theme") == scheme

        for viewport in (first, second):
            page.set_viewport_size(viewport)
            page.wait_for_timeout(100)
            assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]

        assert page.locator(".math:not(:has(mjx-container)), merror").count() == 0
        assert page.locator("article img:not([alt]), article img[alt='']").count() == 0
        broken = "[...document.images].filter(i => i.complete && !i.naturalWidth).map(i => i.src.slice(0, 80))"
        assert page.evaluate(broken) == []
        assert serious(page) == []
        assert wrong == []


def test_the_checks_above_can_fail(browser, site):
    """Negative control: a page with each of the faults."""
    with watched(browser, viewport=NARROW) as (page, wrong):
        page.goto((site / f"{PAGES[0]}.html").as_uri())
        page.evaluate("""() => {
            console.error("a complaint");
            const main = document.querySelector("article");
            main.insertAdjacentHTML("beforeend", `<p style="width: 900px">too wide</p><button></button>
                <p style="color: #ccc; background: #fff">pale</p><img src="https://elsewhere.example/x.png">`);
        }""")
        page.wait_for_timeout(300)
        violations = "".join(serious(page))
        assert all(fault in violations for fault in ("image-alt", "button-name", "color-contrast"))
        assert any("a complaint" in fault for fault in wrong)
        assert any("request to https://elsewhere.example" in fault for fault in wrong)


LARGE = [PAGES[0], LESSON, "chapters/2-mean-field/2-free-energy-landscape", "chapters/back-matter/ledger",
         "chapters/back-matter/progress"]  # fmt: skip


@pytest.mark.parametrize("name", LARGE)
def test_a_page_can_be_read_in_letters_of_twice_the_size(browser, site, name):
    with watched(browser, viewport=WIDE) as (page, wrong):
        page.goto((site / f"{name}.html").as_uri())
        page.add_style_tag(content="html { font-size: 200% }")
        ready(page)
        size = "parseFloat(getComputedStyle(document.querySelector('article p:not(.run-time)')).fontSize)"
        assert page.evaluate(size) >= 32
        width = "document.querySelector('article p:not(.run-time)').getBoundingClientRect().width"
        assert page.evaluate(width) >= WIDE["width"] / 2
        assert page.evaluate("document.documentElement.scrollWidth") <= WIDE["width"]
        assert page.evaluate(CUT_OFF) == []
        assert wrong == []


@pytest.mark.parametrize("name", PAGES)
def test_the_first_view_of_a_page_is_light(browser, site, server, name):
    """What comes over the line before anything is touched, packed as servers pack it."""
    with watched(browser, viewport=NARROW) as (page, wrong):
        weights = []
        page.on("response", lambda answer: weights.append(len(gzip.compress(answer.body()))))
        page.goto(f"{server}/{name}.html")
        page.wait_for_load_state("networkidle")
        assert len(weights) > 3
        assert sum(weights) < HEAVIEST
        assert wrong == []


@pytest.mark.parametrize("served", [False, True], ids=["from a file", "from a server"])
def test_search_finds_a_word_and_leads_to_it(browser, site, server, served):
    with watched(browser, viewport=WIDE) as (page, wrong):
        page.goto(
            f"{server}/search.html?q=antiferromagnet"
            if served
            else (site / "search.html").as_uri() + "?q=antiferromagnet"
        )
        expect(page.locator("#search-results li a").first).to_be_visible(timeout=10_000)
        titles = page.locator("#search-results li > a").all_inner_texts()
        assert any("Ising" in title for title in titles)
        page.wait_for_load_state("networkidle")  # who leaves earlier breaks off the reading of excerpts
        page.locator("#search-results li > a", has_text="Glossary").first.click()
        expect(page.locator("article h1")).to_contain_text("Glossary")
        assert wrong == []


def test_the_reader_can_choose_the_theme_and_the_choice_stays(browser, site):
    with watched(browser, viewport=WIDE, color_scheme="light") as (page, wrong):
        page.goto((site / f"{PAGES[0]}.html").as_uri())
        button = page.locator("button.theme-switch-button:visible").first
        for _ in range(3):
            if page.get_attribute("html", "data-theme") == "dark":
                break
            button.click()
        assert page.get_attribute("html", "data-theme") == "dark"
        anew(page, lambda: page.goto((site / f"{LESSON}.html").as_uri()))
        assert page.get_attribute("html", "data-theme") == "dark"
        assert wrong == []


def test_a_page_can_be_read_without_scripts(browser, site):
    with watched(browser, viewport=WIDE, java_script_enabled=False) as (page, _):
        page.goto((site / f"{LESSON}.html").as_uri())
        expect(page.locator("article h1")).to_contain_text("The Ising model")
        assert page.locator("article figure :is(img, svg.cf-plot):visible").count() >= 1


def test_the_live_lattice_of_the_page_orders_when_cold_and_not_when_hot(browser, site):
    """Without a server: it starts, its picture changes, and its magnetisation is what the temperature says."""
    with watched(browser, viewport=WIDE) as (page, wrong):
        page.goto((site / f"{LESSON}.html").as_uri())
        live = page.locator("[data-explorable=ising]").first
        live.scroll_into_view_if_needed()
        expect(live).to_have_attribute("data-running", "false")
        picture = live.locator("canvas").first
        still = picture.screenshot()
        live.locator(".sl-more > summary").click()
        live.get_by_label("Start from").select_option("up")

        def settled(temperature, more):
            slider = live.get_by_label("Temperature", exact=False).and_(live.locator("input[type=range]"))
            slider.fill(str(temperature))
            live.get_by_role("button", name="Start").click()
            page.wait_for_function(
                "(until) => Number(document.querySelector('[data-explorable=ising]').dataset.sweeps) >= until",
                arg=int(live.get_attribute("data-sweeps")) + more,
                timeout=60_000,
            )
            live.get_by_role("button", name="Pause").click()
            return float(live.get_attribute("data-m"))

        # Yang's value at T = 1.5 is 0.9865. At T = 4 the spread of m is sqrt(T chi / N) = 0.004, with T chi = 4.3.
        assert abs(settled(1.5, 60) - 0.9865) < 0.005
        assert picture.screenshot() != still
        assert abs(settled(4.0, 100)) < 0.02
        assert wrong == []


def test_the_live_lattice_answers_to_the_keyboard(browser, site):
    with watched(browser, viewport=WIDE) as (page, wrong):
        page.goto((site / f"{LESSON}.html").as_uri())
        live = page.locator("[data-explorable=ising]").first
        live.focus()
        page.keyboard.press("s")
        expect(live).to_have_attribute("data-sweeps", "1")
        page.keyboard.press("Space")
        expect(live).to_have_attribute("data-running", "true")
        page.keyboard.press("Space")
        expect(live).to_have_attribute("data-running", "false")
        page.keyboard.press("r")
        expect(live).to_have_attribute("data-sweeps", "0")
        assert wrong == []
