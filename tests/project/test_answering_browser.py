"""Pages that answer, in a browser: right and wrong answers, predictions that stay, a memory of the reader's own."""

import contextlib
import functools
import json
import re

import asking
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect
from storing import anew

from tools import book

pytestmark = [pytest.mark.browser, pytest.mark.slow]

FORBIDDEN = """Object.defineProperty(window, "localStorage", {get() { throw new DOMException("no", "SecurityError"); },
    configurable: true})"""
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
NARROW, WIDE = {"width": 390, "height": 844}, {"width": 1280, "height": 900}


@pytest.fixture(scope="module")
def site(tmp_path_factory):
    return book.build(asking.course(tmp_path_factory.mktemp("course")), quiet=True)


@pytest.fixture
def opened(chromium, site):
    """Open a page of the course; at the end, no script has complained."""
    with contextlib.ExitStack() as stack:
        complaints = []

        def open_page(name=asking.LESSON, base=None, init="", **options):
            context = chromium.new_context(**({"viewport": WIDE} | options))
            stack.callback(context.close)
            page = context.new_page()
            page.on("console", lambda said: said.type in ("error", "warning") and complaints.append(said.text))
            page.on("pageerror", lambda error: complaints.append(str(error)))
            page.add_init_script(init)
            page.goto(f"{base or site.as_uri()}/{name}.html")
            return page

        yield open_page
        assert complaints == []


@pytest.fixture(params=["from a file", "from a server"])
def anywhere(request, opened, server):
    return functools.partial(opened, base=server if request.param == "from a server" else None)


def again(page):
    anew(page, page.reload)


def go(page, name):
    here = page.url
    anew(page, lambda: page.goto(here[: here.index("/chapters/")] + f"/{name}.html"))


def exercise(page, name):
    return page.locator(f'[data-exercise="{name}"]')


def question(page):
    return page.locator("[data-question]")


def prediction(page, number):
    return page.locator(f'[data-predict="1.1-p{number}"]')


def press(home, name="Check"):
    home.get_by_role("button", name=re.compile(f"^{name}")).first.click()


def said(home):
    return home.get_by_role("status").first


def remembered(page):
    return json.loads(page.evaluate("localStorage.getItem('spins-to-neurons')") or "{}")


def answer(page, name, text, label="Your answer"):
    home = exercise(page, name)
    home.get_by_label(label).fill(text)
    press(home)
    return said(home)


def draw(page, *places):
    """Draw through places given as shares of the field."""
    field = prediction(page, 3).locator(".ask-axes")
    field.scroll_into_view_if_needed()
    box = field.bounding_box()
    for k, (right, down) in enumerate(places):
        page.mouse.move(box["x"] + right * box["width"], box["y"] + down * box["height"], steps=4)
        if k == 0:
            page.mouse.down()
    page.mouse.up()


# ── Exercises and questions ──────────────────────────────────────────────────────────────────────────────────────────


def test_a_number_is_answered_at_once_with_the_reason(anywhere):
    page = anywhere()
    expect(answer(page, "1.1-a", "4")).to_have_text("not yet: those are not all.")
    expect(answer(page, "1.1-a", "7")).to_have_text("not yet: count again.")
    expect(answer(page, "1.1-a", "a few")).to_contain_text("not yet: a single number is wanted")
    expect(answer(page, "1.1-a", " ")).to_contain_text("not attempted yet: ")
    assert not remembered(page).get("exercises")
    expect(answer(page, "1.1-a", "12/2")).to_have_text("right: four and two.")
    expect(answer(page, "1.1-b1", "0,5", "First step")).to_have_text("right: a half.")
    assert remembered(page)["exercises"] == {"1.1-a": "12/2", "1.1-b1": "0,5"}

    again(page)
    expect(exercise(page, "1.1-a").get_by_label("Your answer")).to_have_value("12/2")
    expect(said(exercise(page, "1.1-a"))).to_have_text("right: four and two.")


def test_a_sentence_that_comes_again_is_said_again(opened):
    page = opened()
    page.evaluate("""() => {
        window.heard = [];
        const status = document.querySelector('[data-exercise="1.1-a"] [role=status]');
        new MutationObserver(() => heard.push(status.textContent)).observe(status, {childList: true});
    }""")
    for _ in range(2):
        expect(answer(page, "1.1-a", "4")).to_have_text("not yet: those are not all.")
        page.wait_for_timeout(150)
    assert page.evaluate("heard").count("not yet: those are not all.") == 2


def test_a_choice_gives_the_reason_of_what_was_chosen(opened):
    page = opened()
    home = exercise(page, "1.1-c")
    press(home)
    expect(said(home)).to_have_text("not attempted yet: choose one of the options.")
    home.get_by_label("The <first>").check()
    press(home)
    expect(said(home)).to_have_text("not yet: because it is not.")
    home.get_by_label("The second").check()
    expect(said(home)).to_have_text("")
    press(home)
    expect(said(home)).to_have_text("right: it is.")


def test_a_function_says_where_it_is_checked_and_can_be_ticked(opened, site):
    page = opened()
    home = exercise(page, "1.1-b").first
    expect(home.locator(":scope > .ask-where")).to_contain_text("make lab")
    link = home.locator(":scope > .ask-where a").get_attribute("href")
    assert (site / asking.LESSON).parent.joinpath(link).is_file()
    home.get_by_label("I have solved it there").check()
    again(page)
    expect(home.get_by_label("I have solved it there")).to_be_checked()
    home.get_by_label("I have solved it there").uncheck()
    assert remembered(page)["exercises"] == {}


def test_a_question_may_be_answered_again_until_it_is_right(anywhere):
    page = anywhere()
    home = question(page)
    home.get_by_role("radio").nth(0).check()
    press(home)
    expect(said(home)).to_have_text("not yet: because <b>two</b> and two are more.")  # text, whatever stands in it
    home.get_by_role("radio").nth(1).check()
    press(home)
    expect(said(home)).to_have_text("right: as on the fingers.")
    again(page)
    expect(said(home)).to_have_text("right: as on the fingers.")
    expect(home.get_by_role("radio").nth(1)).to_be_checked()
    assert home.locator("label").nth(0).locator("mjx-container, .math").count() >= 1


# ── Predictions ──────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_number_is_shown_beside_the_measured_one_and_stays(anywhere):
    page = anywhere()
    home = prediction(page, 1)
    assert "0.342" not in home.inner_text()
    for nonsense, reply in {
        "": "not attempted yet: ",
        "many": "cannot be read as a number",
        "1 2": "2 numbers came",
        "24": "not yet: a number from 0 to 1 is wanted.",
        "-3": "not yet: a number from 0 to 1 is wanted.",
        "1e400": "but that is too large for a number here or divided by zero.",
        "0/0": "but that is no number.",
    }.items():
        home.get_by_label("Your prediction").fill(nonsense)
        press(home, "Commit")
        expect(said(home)).to_contain_text(reply)
    home.get_by_label("Your prediction").fill("1/2")
    home.get_by_label("Your prediction").press("Enter")
    shown = home.locator(".ask-shown")
    expect(shown).to_be_focused()
    for text in (
        "1/2 = 0.5 of all",
        "0.342 of all",
        "Off by 0.16; close would have been within 0.05.",
        "About a third",
    ):
        expect(shown).to_contain_text(text)
    expect(home.get_by_label("Your prediction")).to_be_hidden()
    again(page)
    expect(shown).to_contain_text("1/2 = 0.5 of all")
    expect(home.get_by_label("Your prediction")).to_be_hidden()
    where = shown.get_by_role("link").get_attribute("href")
    assert "0.342" in page.locator(where).inner_text()

    press(home, "Forget my prediction")
    expect(home.get_by_label("Your prediction")).to_be_focused()
    expect(home.get_by_label("Your prediction")).to_have_value("")
    assert remembered(page)["predictions"] == {}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("0.61", "0.61 of all"),
        ("0,61", "0,61 of all"),
        ("1", "1 of all"),
        ("0.50 of all", "0.50 of all"),
        ("1,000", "1,000 = 1 of all"),
        ("1.000", "1.000 = 1 of all"),
        ("1 in all", "1 in all = 1 of all"),
        ("half of all", "half = 0.5 of all"),
        ("61 %", "61 % = 0.61 of all"),
        ("2/3", "2/3 = 0.66667 of all"),
    ],
)
def test_what_is_not_plainly_a_number_is_said_as_it_was_read(opened, text, shown):
    home = prediction(opened(), 1)
    home.get_by_label("Your prediction").fill(text)
    press(home, "Commit")
    expect(home.locator(".ask-value").first).to_have_text(shown)


@pytest.mark.parametrize(
    ("text", "close"),
    [
        ("0.342", "Exactly."),
        ("0.392", "Close: off by 0.05."),
        ("34 %", "Close: off by 0.002."),
        ("0.393", "Off by 0.051; close"),
        ("1", "Off by 0.66; close"),
        ("0.0342", "Off by 0.31, 10 times too small; close"),
    ],
)
def test_closeness_is_said_honestly(opened, text, close):
    home = prediction(opened(), 1)
    home.get_by_label("Your prediction").fill(text)
    press(home, "Commit")
    expect(home.locator(".ask-close")).to_contain_text(close)


def test_a_predicted_choice_is_held_against_what_happens(opened):
    page = opened()
    home = prediction(page, 2)
    press(home, "Commit")
    expect(said(home)).to_have_text("not attempted yet: choose one of the options.")
    home.get_by_label("It rests.").check()
    press(home, "Commit")
    shown = home.locator(".ask-shown")
    for text in (
        "It rests.",
        "It rises to",
        "2.13",
        "Not so: because it does not rest.",
        "It is above two.",
        "settled by",
    ):
        expect(shown).to_contain_text(text)
    press(home, "Forget")
    home.get_by_role("radio").first.check()
    press(home, "Commit")
    expect(shown).to_contain_text("Right: it is above two.")
    assert remembered(page)["predictions"] == {"1.1-p2": "a"}


def test_a_curve_is_drawn_with_the_pointer_and_both_are_shown(anywhere):
    page = anywhere()
    home = prediction(page, 3)
    press(home, "Commit")
    expect(said(home)).to_contain_text("draw a curve first")
    draw(page, (0.12, 0.1), (0.95, 0.8))
    expect(said(home)).to_have_text("")
    press(home, "Commit")
    shown = home.locator(".ask-shown")
    expect(shown).to_be_focused()
    expect(shown.locator(".ask-legend")).to_contain_text("your prediction")
    expect(shown.locator(".ask-legend")).to_contain_text("measured")
    expect(shown.locator(".ask-close")).to_contain_text("On average your curve is")
    expect(shown.locator(".ask-close")).to_contain_text(
        re.compile(r"Compared only where you drew: from temperature T = 0\.\d+ to temperature T = 3\.\d+\.$")
    )
    curves = [shown.locator(f".ask-axes .{name}").get_attribute("d") for name in ("ask-mine", "ask-measured")]
    assert all(len(curve) > 20 for curve in curves)
    kept = remembered(page)["predictions"]["1.1-p3"]
    assert len(kept) > 10
    again(page)
    expect(shown.locator(".ask-close")).to_contain_text("On average your curve is")
    assert shown.locator(".ask-axes .ask-mine").get_attribute("d") == curves[0]
    draw(page, (0.2, 0.2), (0.8, 0.2))  # nothing can be changed any more
    assert shown.locator(".ask-axes .ask-mine").get_attribute("d") == curves[0]


def test_a_curve_is_drawn_with_the_keyboard_alone_and_spoken(opened):
    page = opened()
    home = prediction(page, 3)
    field = home.get_by_role("slider")
    field.focus()
    expect(field).to_have_attribute("aria-valuetext", re.compile(r"temperature T = 0\.0: nothing drawn"))
    for key in ("ArrowUp", "End", "PageDown"):
        page.keyboard.press(key)
    expect(field).to_have_attribute("aria-valuetext", re.compile(r"temperature T = 4\.0: 0\.42"))
    page.keyboard.press("Delete")
    expect(field).to_have_attribute("aria-valuetext", re.compile("nothing drawn"))
    page.keyboard.press("Home")
    for _ in range(3):
        page.keyboard.press("ArrowRight")  # moving alone draws nothing
    press(home, "Commit")
    expect(said(home)).to_contain_text("draw a curve first")
    field.focus()
    for key in ("End", "Space", "Tab"):
        page.keyboard.press(key)
    assert page.evaluate("document.activeElement.textContent").startswith("Commit")
    page.keyboard.press("Enter")
    expect(home.locator(".ask-close")).to_contain_text("On average")
    expect(home.locator(".ask-close")).not_to_contain_text("Compared")  # it goes from end to end
    assert remembered(page)["predictions"]["1.1-p3"] == [[0, 0.52], [4, 0.52]]


def test_with_shift_the_height_is_taken_along(opened):
    page = opened()
    home = prediction(page, 3)
    home.get_by_role("slider").focus()
    for key in ("ArrowUp", "Shift+ArrowRight", "Shift+End", "ArrowDown"):
        page.keyboard.press(key)
    press(home, "Commit")
    kept = remembered(page)["predictions"]["1.1-p3"]
    assert [level for _, level in kept] == [0.52] * (len(kept) - 1) + [0.5]
    assert len(kept) > 20


def test_a_curve_that_is_drawn_over_a_part_of_the_axis_is_not_taken_yet(opened):
    page = opened()
    home = prediction(page, 3)
    field = home.get_by_role("slider")
    field.focus()
    for key in ("ArrowUp", *["Shift+ArrowRight"] * 9):
        page.keyboard.press(key)
    press(home, "Commit")
    said_so = re.compile(
        r"^not attempted yet: draw the rest too: "
        r"nothing stands between temperature T = 1\.8 and temperature T = 4 yet\.$"
    )
    expect(said(home)).to_have_text(said_so)
    assert not remembered(page).get("predictions")
    expect(home.locator(".ask-shown")).to_be_hidden()
    field.focus()
    page.keyboard.press("Shift+End")
    page.keyboard.press("Delete")  # nearly all is enough
    press(home, "Commit")
    expect(home.locator(".ask-close")).to_contain_text("On average")


@pytest.mark.parametrize("width", [320, 390, 700, 1280])
def test_a_cover_is_as_high_as_what_it_says(opened, width):
    page = opened()
    page.set_viewport_size({"width": width, "height": 800})
    for cover in page.locator(".ask-cover").all():
        page.wait_for_function("c => c.clientHeight >= c.scrollHeight", arg=cover.element_handle())
        inside = """c => { const [all, button] = [c, c.querySelector("button")].map((e) => e.getBoundingClientRect());
            return button.bottom <= all.bottom - 2 && button.top >= all.top + 2 }"""
        page.wait_for_function(inside, arg=cover.element_handle())


def test_a_model_that_comes_late_is_covered_too_unless_the_address_asks_for_it(opened):
    page = opened()
    output = page.locator(".cell.tag_as-well .cell_output")
    cover = output.locator(".ask-cover")
    expect(cover).to_be_visible()
    output.evaluate("""o => { o.append(Object.assign(document.createElement("button"), { id: "late" }));
        o.dataset.address = "model"; }""")
    page.wait_for_function("document.getElementById('late').inert")
    expect(cover.get_by_role("button")).to_be_enabled()
    assert not page.evaluate("document.querySelector('.ask-cover').inert")
    page.evaluate("location.hash = 'model?T=2'")
    expect(cover).to_have_count(0)
    assert not page.evaluate("document.getElementById('late').inert")


def test_clear_takes_the_drawn_curve_away(opened):
    page = opened()
    draw(page, (0.2, 0.2), (0.8, 0.4))
    press(prediction(page, 3), "Clear")
    press(prediction(page, 3), "Commit")
    expect(said(prediction(page, 3))).to_contain_text("draw a curve first")


# ── What they were measured by ───────────────────────────────────────────────────────────────────────────────────────


def covered(page, name):
    """The cover over the cell of a figure or a tag, and what it covers."""
    output = page.locator(f"div.cell:has([id='{name}']), div.cell[id='{name}']").locator(".cell_output")
    return output.locator(".ask-cover"), output.locator(":scope > :not(.ask-cover)").first


def guess(page, number):
    home = prediction(page, number)
    if number == 1:
        home.get_by_label("Your prediction").fill("0.3")
    elif number == 2:
        home.get_by_role("radio").first.check()
    else:
        draw(page, (0.12, 0.1), (0.95, 0.8))
    press(home, "Commit")


def measured_by(page):
    return json.loads(prediction(page, 1).locator(".ask-declaration").text_content())["from"]


def test_what_was_measured_is_covered_until_all_who_ask_for_it_are_answered(anywhere):
    page = anywhere()
    cell = measured_by(page)
    cover, output = covered(page, cell)
    expect(cover).to_contain_text("Covered until you have committed to a prediction.")
    box, over = output.bounding_box(), cover.bounding_box()
    assert over["y"] <= box["y"]
    assert over["y"] + over["height"] >= box["y"] + box["height"]
    assert output.evaluate("""e => { e.scrollIntoView({block: "center", behavior: "instant"});
        const box = e.getBoundingClientRect();
        return !!document.elementFromPoint(box.x + 9, box.y + 9).closest(".ask-cover") && e.inert }""")
    guess(page, 1)
    expect(cover).to_be_visible()  # the curve is measured there as well
    guess(page, 3)
    expect(cover).to_have_count(0)
    assert not output.evaluate("e => e.inert")
    again(page)
    expect(cover).to_have_count(0)
    expect(covered(page, "fig-made")[0]).to_be_visible()
    press(prediction(page, 1), "Forget my prediction")
    expect(cover).to_be_visible()
    guess(page, 1)
    expect(cover).to_have_count(0)


def test_the_text_below_what_was_measured_is_covered_with_it(opened):
    page = opened()
    text = page.get_by_text("About a third, and"), page.get_by_text("It falls to nothing.")
    on_top = """e => { e.scrollIntoView({block: "center", behavior: "instant"});
        const [box] = e.getClientRects();
        const style = getComputedStyle(e.closest(".ask-veiled") ?? e, "::after");
        return [style.content !== "none" && style.position === "absolute" && style.backgroundColor.startsWith("rgb("),
            !!e.closest("[inert]"), box.height > 0]; }"""
    for one in text:
        assert one.evaluate(on_top) == [True, True, True]
    assert page.get_by_text("Nor is this.").evaluate(on_top) == [False, False, True]
    expect(covered(page, measured_by(page))[0]).to_contain_text("So is the text below.")
    expect(covered(page, "fig-made")[0]).not_to_contain_text("So is the text below.")
    guess(page, 1)
    assert text[0].evaluate(on_top)[1]
    guess(page, 3)
    for one in text:
        assert one.evaluate(on_top) == [False, False, True]
    page = opened(java_script_enabled=False)
    assert page.get_by_text("About a third, and").is_visible()
    assert page.locator(".ask-veiled").count() == 0


def test_another_cell_that_gives_it_away_is_covered_too(opened):
    page = opened()
    output = page.locator(".tag_as-well .cell_output")
    expect(output.locator(".ask-cover")).to_be_visible()
    guess(page, 2)
    expect(output.locator(".ask-cover")).to_have_count(0)
    expect(covered(page, "fig-made")[0]).to_have_count(0)
    press(prediction(page, 2), "Forget my prediction")
    expect(output.locator(".ask-cover")).to_be_visible()


def test_it_can_be_seen_without_a_prediction_and_that_is_not_remembered(opened):
    page = opened()
    cover, output = covered(page, measured_by(page))
    button = cover.get_by_role("button", name="Show it without predicting")
    button.focus()
    page.keyboard.press("Tab")
    assert not page.evaluate("!!document.activeElement.closest('.ask-cover, [inert]')")
    button.focus()
    page.keyboard.press("Enter")
    expect(cover).to_have_count(0)
    assert page.evaluate("document.activeElement.matches('.cell_output')")
    assert not output.evaluate("e => e.inert")
    assert not remembered(page).get("predictions")
    again(page)
    expect(cover).to_be_visible()


def test_a_link_to_what_was_measured_shows_it(opened):
    page = opened()
    cover, _ = covered(page, "fig-made")
    expect(cover).to_be_visible()
    page.evaluate("location.hash = 'fig-made'")
    expect(cover).to_have_count(0)
    expect(covered(page, measured_by(page))[0]).to_be_visible()
    again(page)
    expect(cover).to_have_count(0)


def test_nothing_is_covered_in_print_or_without_scripts(opened):
    page = opened()
    page.emulate_media(media="print")
    assert covered(page, "fig-made")[0].is_hidden()
    expect(page.get_by_text("About a third, and")).to_be_visible()
    page = opened(java_script_enabled=False)
    assert page.locator(".ask-cover").count() == 0


@pytest.mark.parametrize("colours", [{"color_scheme": "light"}, {"color_scheme": "dark"}, {"forced_colors": "active"}])
@pytest.mark.parametrize("viewport", [NARROW, WIDE], ids=["narrow", "wide"])
def test_the_cover_has_room_for_what_it_says(opened, colours, viewport):
    page = opened(viewport=viewport, has_touch=viewport == NARROW, **colours)
    for cover in page.locator(".ask-cover").all():
        assert cover.evaluate("e => e.scrollHeight <= e.clientHeight && e.scrollWidth <= e.clientWidth")
        assert cover.evaluate("e => getComputedStyle(e).backgroundColor.match(/[\\d.]+/g).length") == 3  # opaque
    options = {"preload": False, "resultTypes": ["violations"], "runOnly": {"type": "tag", "values": WCAG}}
    found = Axe().run(page, context=".cell_output", options=options).response["violations"]
    assert [(one["id"], [node["target"] for node in one["nodes"]]) for one in found] == []


def test_the_cell_of_an_exercise_is_folded_as_a_whole(opened):
    fold = opened().locator("details.fold-stub")
    expect(fold.locator("summary")).to_have_text("For the notebook: the cell of exercise 1.1-a")
    expect(fold).not_to_have_attribute("open", "")
    expect(fold.locator(".cell_output")).to_be_hidden()
    fold.locator("summary").click()
    expect(fold.locator(".cell_output")).to_be_visible()


# ── Memory ───────────────────────────────────────────────────────────────────────────────────────────────────────────


def do_something(page):
    answer(page, "1.1-a", "6")
    home = question(page)
    home.get_by_role("radio").nth(1).check()
    press(home)
    prediction(page, 1).get_by_label("Your prediction").fill("0.3")
    press(prediction(page, 1), "Commit")
    page.get_by_label("I have finished this page").check()


def kept(page):
    """Names of all that is stored, but for the light or the dark, which is the theme's own affair."""
    return sorted(set(page.evaluate("Object.keys(localStorage)")) - {"mode", "theme"})


def counts(page):
    return page.locator("tr[data-lesson='1.1'] td").all_inner_texts()


def test_progress_is_counted_wherever_it_is_shown(anywhere):
    page = anywhere("chapters/index")
    expect(page.locator("[data-progress-of='1.1']")).to_have_text("")
    go(page, asking.LESSON)
    do_something(page)
    expect(page.locator("[data-progress-of='1.1']")).to_have_text("3 of 8 done, finished")
    go(page, "chapters/index")
    expect(page.locator("[data-progress-of='1.1']")).to_have_text("3 of 8 done, finished")
    go(page, asking.PROGRESS)
    assert counts(page) == ["1 of 4", "1 of 1", "1 of 3", "✓ yes"]


def test_progress_goes_out_as_a_file_and_comes_back(anywhere, tmp_path):
    page = anywhere()
    do_something(page)
    go(page, asking.PROGRESS)
    with page.expect_download() as download:
        page.get_by_role("button", name="Export as a file").click()
    assert download.value.suggested_filename == "spins-to-neurons-progress.json"
    file = tmp_path / "progress.json"
    download.value.save_as(file)

    page.get_by_role("button", name="Forget everything").click()
    page.get_by_role("button", name="Keep it").click()
    assert counts(page)[0] == "1 of 4"
    page.get_by_role("button", name="Forget everything").click()
    page.locator("dialog").get_by_role("button", name="Forget everything").click()
    expect(said(page.locator("[data-progress]"))).to_have_text("Everything is forgotten.")
    assert counts(page) == ["0 of 4", "0 of 1", "0 of 3", "no"]
    assert kept(page) == []
    expect(page.get_by_role("button", name="Forget everything")).to_be_focused()

    page.locator("input[type=file]").set_input_files(file)
    expect(said(page.locator("[data-progress]"))).to_contain_text("progress.json has been added: 4 things")
    assert counts(page) == ["1 of 4", "1 of 1", "1 of 3", "✓ yes"]
    page.locator("input[type=file]").set_input_files(file)
    expect(said(page.locator("[data-progress]"))).to_contain_text("nothing that is not here already")


def test_what_is_folded_is_forgotten_too_and_what_is_not_ours_stays(anywhere):
    page = anywhere(init="if (!sessionStorage.once) sessionStorage.once = localStorage.theirs = 1")
    page.get_by_role("button", name="Fold all code").click()
    do_something(page)
    assert kept(page) == ["spins-to-neurons", "spins-to-neurons-code", "theirs"]
    for _ in ("all of it", "what is folded alone"):
        go(page, asking.PROGRESS)
        page.get_by_role("button", name="Forget everything").click()
        page.locator("dialog").get_by_role("button", name="Forget everything").click()
        expect(said(page.locator("[data-progress]"))).to_have_text("Everything is forgotten.")
        assert kept(page) == ["theirs"]
        go(page, asking.LESSON)
        expect(page.locator("details.fold[open]").first).to_be_attached()
        page.get_by_role("button", name="Fold all code").click()
        assert page.locator("details.fold[open]").count() == 0
    page.evaluate("localStorage.removeItem('spins-to-neurons-code')")
    go(page, asking.PROGRESS)
    page.get_by_role("button", name="Forget everything").click()
    expect(said(page.locator("[data-progress]"))).to_have_text("There is nothing to forget.")


GOOD = {"course": "spins-to-neurons", "version": 1, "exercises": {"1.1-a": "6"}}
DAMAGED = {
    "no JSON": "{",
    "nothing": "",
    "a picture": "\x89PNG\r\n",
    "another file": '{"a": 1}',
    "null": "null",
    "a list": "[]",
    "of another course": json.dumps(GOOD | {"course": "other"}),
    "of a later version": json.dumps(GOOD | {"version": 2}),
    "a shelf that is a list": json.dumps(GOOD | {"exercises": []}),
    "an id that is none": json.dumps(GOOD | {"exercises": {"__proto__x": "6"}}),
    "a value that is none": json.dumps(GOOD | {"exercises": {"1.1-a": {"b": 1}}}),
    "a curve without numbers": json.dumps(GOOD | {"predictions": {"1.1-p3": [[0, "x"], [1, 2]]}}),
    "a page half finished": json.dumps(GOOD | {"pages": {"1.1": "yes"}}),
    "too large": json.dumps(GOOD) + " " * 1_000_001,
    "the prototype": '{"course": "spins-to-neurons", "version": 1, "exercises": {"__proto__": {"1.1-a": "6"}}}',
}


def test_a_damaged_file_is_refused_politely_and_changes_nothing(opened, tmp_path):
    page = opened()
    do_something(page)
    go(page, asking.PROGRESS)
    before, status = remembered(page), said(page.locator("[data-progress]"))
    for name, text in DAMAGED.items():
        file = tmp_path / f"{name}.json"
        file.write_text(text, encoding="utf-8")
        page.locator("input[type=file]").set_input_files(file)
        expect(status).to_have_text(
            f"{name}.json is not a file of your progress, or it is damaged. Nothing has been changed."
        )
        assert remembered(page) == before
    file = tmp_path / "good.json"
    file.write_text(json.dumps(GOOD | {"exercises": {"1.1-a": "5.999", "1.1-c": "b"}}), encoding="utf-8")
    page.locator("input[type=file]").set_input_files(file)
    expect(status).to_contain_text("1 thing that was not here before")
    assert remembered(page)["exercises"] == {"1.1-a": "6", "1.1-c": "b"}  # what is here stays


@pytest.mark.parametrize(
    "left",
    [
        "{",
        "null",
        '{"exercises": 1}',
        json.dumps(GOOD | {"predictions": {"1.1-p1": "x", "1.1-p2": "h", "1.1-p3": "no"}}),
    ],
)
def test_whatever_is_in_the_storage_the_page_works(opened, left):
    page = opened(init=f"if (!sessionStorage.once) localStorage.setItem('spins-to-neurons', {json.dumps(left)})")
    page.evaluate("sessionStorage.once = 1")
    expect(answer(page, "1.1-a", "6")).to_contain_text("right")
    expect(prediction(page, 1).get_by_label("Your prediction")).to_be_visible()
    assert remembered(page)["exercises"]["1.1-a"] == "6"


def test_where_storage_is_forbidden_all_works_and_nothing_complains(anywhere):
    page = anywhere(init=FORBIDDEN)
    do_something(page)
    expect(said(exercise(page, "1.1-a"))).to_have_text("right: four and two.")
    expect(page.locator("[data-progress-of='1.1']")).to_have_text("3 of 8 done, finished")
    again(page)
    expect(page.locator("[data-progress-of='1.1']")).to_have_text("")
    go(page, asking.PROGRESS)
    expect(page.locator(".ask-forbidden")).to_be_visible()
    page.get_by_role("button", name="Forget everything").click()
    expect(said(page.locator("[data-progress]"))).to_have_text("There is nothing to forget.")


def test_two_pages_open_at_once_do_not_forget_for_each_other(opened):
    page = opened()
    other = page.context.new_page()
    other.goto(page.url)
    answer(page, "1.1-a", "6")
    expect(other.locator("[data-progress-of='1.1']")).to_have_text("1 of 8 done")
    answer(other, "1.1-b1", "0.5", "First step")
    expect(page.locator("[data-progress-of='1.1']")).to_have_text("2 of 8 done")
    assert remembered(page)["exercises"] == {"1.1-a": "6", "1.1-b1": "0.5"}


# ── For everybody ────────────────────────────────────────────────────────────────────────────────────────────────────


def test_with_the_keyboard_alone(opened):
    page = opened()
    home = question(page)
    home.get_by_role("radio").first.focus()
    for key in ("ArrowDown", "Tab"):
        page.keyboard.press(key)
    assert page.evaluate("document.activeElement.textContent").startswith("Check")
    assert page.evaluate("getComputedStyle(document.activeElement).outlineStyle") != "none"
    page.keyboard.press("Enter")
    expect(said(home)).to_have_text("right: as on the fingers.")
    assert page.evaluate("document.activeElement.textContent").startswith("Check")
    exercise(page, "1.1-a").get_by_label("Your answer").focus()
    page.keyboard.type("4")
    page.keyboard.press("Enter")
    expect(said(exercise(page, "1.1-a"))).to_have_text("not yet: those are not all.")
    expect(exercise(page, "1.1-a").get_by_label("Your answer")).to_be_focused()


def test_each_control_has_a_name_and_what_it_asks_for(opened):
    page = opened()
    for field in page.locator(".ask-text, fieldset, .ask-field").all():
        about = (field.get_attribute("aria-describedby") or "").split()
        assert all(page.locator(f"#{one}").count() == 1 for one in about)
    assert (
        exercise(page, "1.1-a")
        .get_by_label("Your answer")
        .get_attribute("aria-describedby")
        .startswith("ask-1-1-a-hint")
    )
    expect(page.locator("#ask-1-1-a-hint")).to_have_text("A single number is wanted, a number of neighbours.")
    expect(question(page).get_by_role("group", name="Your answer 1.1-q1")).to_be_visible()
    names = [button.inner_text() for button in page.locator(".ask-press[type=submit]").all()]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("viewport", [NARROW, WIDE], ids=["narrow", "wide"])
def test_axe_finds_nothing_and_nothing_sticks_out(opened, scheme, viewport):
    page = opened(color_scheme=scheme, viewport=viewport, has_touch=viewport == NARROW)
    page.evaluate("async () => { await window.MathJax?.startup?.promise; }")

    def look():
        assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]
        for part in page.locator(
            "[data-question], [data-predict], [data-exercise], [data-finish], [data-progress]"
        ).all():
            inside = part.evaluate("""home => [...home.querySelectorAll("*")].filter((e) => e.checkVisibility()
                && !e.closest(".ask-hidden, svg, mjx-container")
                && e.getBoundingClientRect().right > home.getBoundingClientRect().right + 1)
                .map((e) => e.outerHTML.slice(0, 99))""")
            assert inside == []
        least = 44 if viewport == NARROW else 24
        small = page.evaluate(
            """(least) => [...document.querySelectorAll(".ask-press, .ask-text, .ask-option, .ask-tick")]
                .filter((e) => e.checkVisibility() && e.getBoundingClientRect().height < least)
                .map((e) => e.outerHTML.slice(0, 99))""",
            least - 0.5,
        )
        assert small == []
        options = {"preload": False, "resultTypes": ["violations"], "runOnly": {"type": "tag", "values": WCAG}}
        for selector in ("[data-question]", "[data-predict]", "[data-exercise]", "[data-finish]", "[data-progress]"):
            if page.locator(selector).count():
                found = Axe().run(page, context=selector, options=options).response["violations"]
                assert [(one["id"], [node["target"] for node in one["nodes"]]) for one in found] == []

    look()
    do_something(page)
    answer(page, "1.1-b1", "7", "First step")
    draw(page, (0.12, 0.2), (0.95, 0.4))
    press(prediction(page, 3), "Commit")
    look()
    go(page, asking.PROGRESS)
    look()


def test_without_scripts_all_stand_as_plain_questions(opened):
    page = opened(java_script_enabled=False)
    expect(question(page).locator("ol > li")).to_have_count(3)
    expect(question(page)).to_contain_text('check("1.1-q1", "a")')
    expect(prediction(page, 1)).to_contain_text("write your prediction down")
    expect(exercise(page, "1.1-a")).to_contain_text("Scripts are off")
    assert page.locator("article").get_by_role("button", name=re.compile("^(Check|Commit|Clear)")).count() == 0
    assert (
        page.locator(".ask-text:visible, .ask-option input:visible, .ask-curve:visible, .ask-tick:visible").count() == 0
    )
    go(page, asking.PROGRESS)
    assert counts(page) == ["4", "1", "3", "–"]
    expect(page.locator("[data-progress]")).to_contain_text("Scripts are off")
    assert page.locator("[data-progress] button:visible").count() == 0


def test_in_print_the_questions_stand_and_the_buttons_do_not(opened):
    page = opened()
    page.emulate_media(media="print")
    expect(question(page).locator("ol > li").first).to_be_visible()
    assert page.locator(".ask-press:visible").count() == 0


def test_in_high_contrast_both_curves_can_be_seen_and_told_apart(opened):
    page = opened(forced_colors="active")
    draw(page, (0.12, 0.2), (0.95, 0.4))
    press(prediction(page, 3), "Commit")
    strokes = [
        page.locator(f".ask-shown .ask-axes .{name}").evaluate("e => getComputedStyle(e).stroke")
        for name in ("ask-mine", "ask-measured")
    ]
    paper = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert len({*strokes, paper}) == 3
