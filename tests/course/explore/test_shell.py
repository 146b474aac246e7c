"""What the shell adds to all explorables: a state in an address, buttons in prose, a budget a frame, fingers, paper."""

import io
import re

import numpy as np
import pytest
from exploring import button, facts, fill, live, more, shown
from PIL import Image
from playwright.sync_api import expect

from spinlearn.course.explore import (
    Cobweb,
    Dimensions,
    FitByHand,
    IsingLattice,
    Landscape,
    Neuron,
    UnitLaw,
    WolffClusters,
    digest,
    replay,
)
from spinlearn.course.explore.shell import address, lean, shell

PROSE = """<p>Now <span class="sl-set" data-set="ising?T=4">heat it to <i>T</i> = 4</span>, and then
<span class="sl-set" data-set="ising?start=up&amp;T=1.8&amp;h=-0.15&amp;run=1">all up in a weak field</span>.</p>"""


def script(name: str) -> str:
    """A script of the shell, for a page that is to try its functions."""
    return shell.bundle(shell.HERE / name)


def at(page, state: str):
    """Open the page again under an address with a state, and return its first model."""
    page.goto("about:blank")
    page.goto(f"{page.mine}#{state}")
    return live(page)


@pytest.fixture
def opened(opened):
    """As everywhere, and the page knows its own file."""

    def open_page(*widgets, **options):
        page = opened(*widgets, **options)
        page.mine = page.url
        return page

    return open_page


# ── Without what only people read ────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("let a = 1; // one\n// two\nlet b;", "let a=1;let b;"),
        ('x = "a  // b" + c', 'x="a  // b"+c'),
        ("`a ${ b ? `c , ${ { d: 1 }.d } , e` : ' f ' } , g`", "`a ${b?`c , ${{d:1}.d} , e`:' f '} , g`"),
        ("a = b / c / d; e = /[/ ]  x/.test(f)", "a=b/c/d;e=/[/ ]  x/.test(f)"),
        ("a = b + +c - -d + ++e", "a=b+ +c- -d+ ++e"),
        ("return /x y/", "return/x y/"),
        ("f((a) => g(a), (b, c) => b, async (d) => d, `${(e) => e}`)", "f(a=>g(a),(b,c)=>b,async(d)=>d,`${e=>e}`)"),
        ("return (a) => b", "return(a)=>b"),
        ("for (a; b;) { c(); '; }' }", "for(a;b;){c();'; }'}"),
        ("a = () => { b(); }\nc()", "a=()=>{b()}\nc()"),
        ("/* a\nb */ typeof a in b", "typeof a in b"),
        ("a\n  .b( c )", "a.b(c)"),
    ],
)
def test_a_script_loses_space_and_comments_and_nothing_else(text, left):
    assert lean.script(text) == left


def test_a_style_sheet_keeps_the_space_that_means_something():
    assert lean.style(
        ".a :focus > b + i, c { d: calc(1px + 2px) ; }\n/* e */ @media (f: 1px) { g { h: 0.5em 10.5em } }"
    ) == (".a :focus>b+i,c{d:calc(1px + 2px)}@media (f:1px){g{h:.5em 10.5em}}")


# ── A state in a text ────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("ising?T=4&h=-0.15&seed=3", {"T": 4.0, "h": -0.15, "seed": 3}),
        ("ising-2?rule=heat-bath&run=0", {"rule": "heat-bath", "run": False}),
        ("landscape?N=None&rate=1e-3&split=True", {"N": None, "rate": 0.001, "split": True}),
        ("landscape?N=100", {"N": 100}),
        ("landscape?h=-0.3&pace=1000&run=1", {"h": -0.3, "pace": 1000, "run": True}),
        ("neuron?pace=10000", {"pace": 10000}),
    ],
)
def test_a_text_is_read_as_the_traits_take_it(text, values):
    assert address.read(text) == (text.partition("?")[0], values)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("potts?T=1", "there is no model 'potts'; there are .*cobweb, .*fit, .*ising"),
        ("ising?T=99", "'T' trait .* should not be greater than 5.0"),
        ("ising?T=hot", "'T' trait .* expected a float"),
        ("ising?T=nan", "'T' trait .* expected a float"),
        ("ising?seed=1.5", "'seed' trait .* expected an int"),
        ("ising?start=down", "any of \\['random', 'up'\\]"),
        ("ising?size=64", "ising has no setting 'size'; it has T, h, rule, start, seed"),
        ("ising?run=yes", "run must be 0 or 1"),
        ("landscape?pace=300", "pace must be one of 10, 50, 200, 1000, not '300'"),
        ("neuron?pace=fast", "pace must be one of 200, 500, 2000, 10000, not 'fast'"),
        ("dimensions?pace=1", "dimensions has no setting 'pace'; it has d, T$"),
        ("fit?run=1", "fit has no setting 'run'"),
        ("landscape?split=maybe", "'split' trait .* expected a boolean"),
        ("ising?T=1&T=2", "T is set twice"),
        ("ising", "it sets nothing"),
    ],
)
def test_a_text_that_cannot_be_is_refused_with_what_is_allowed(text, why):
    with pytest.raises(ValueError, match=why):
        address.read(text)


# ── In the address of the page ───────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.browser
def test_an_address_holds_a_state_and_the_run_that_follows_is_the_librarys(opened):
    page = opened(IsingLattice(32), IsingLattice(32), above='<div style="height: 3000px"></div>')
    widget = at(page, "ising?T=1.8&h=-0.15&rule=heat-bath&start=up&seed=3")
    expect(widget).to_be_in_viewport()
    settings = {"h": -0.15, "rule": "heat-bath", "start": "up", "seed": 3}
    assert facts(widget)["digest"] == digest(replay(32, 1.8, 0, **settings))
    button(widget, "Step").click()
    button(widget, "Step").click()
    assert facts(widget)["digest"] == digest(replay(32, 1.8, 2, **settings))
    # Another address in the same page: what it does not name is as it was at first, and the run begins anew.
    page.evaluate("location.hash = 'ising?T=4'")
    expect(widget.get_by_label("Temperature T, exact value")).to_have_value("4.000")
    assert facts(widget)["digest"] == digest(replay(32, 4.0, 0, seed=1))
    expect(widget.get_by_role("status")).to_have_text("Live Ising lattice: T 4.000. ")
    # The second of its kind has a name of its own.
    page.evaluate("location.hash = 'ising-2?seed=9'")
    expect(more(live(page, 1)).get_by_label("Seed")).to_have_value("9")
    assert facts(live(page, 1))["digest"] == digest(replay(32, 2.269, 0, seed=9))
    assert facts(widget)["digest"] == digest(replay(32, 4.0, 0, seed=1))


@pytest.mark.browser
@pytest.mark.parametrize(
    ("state", "says"),
    [
        ("T=99", "Left out: T=99, which is not a number from 0.5 to 5.0."),
        ("T=&h=0.2", "Left out: T=, which is not a number from 0.5 to 5.0."),
        ("seed=-1", "Left out: seed=-1, which is not a whole number from 0 to 4294967295."),
        ("rule=glauber", "Left out: rule=glauber, which is not one of metropolis, heat-bath."),
        ("pace=3", "Left out: pace=3, which is not one of 1, 2, 5, 10."),
        ("run=yes", "Left out: run=yes, which is not 0 or 1."),
        ("temperature=2&size=8", "temperature, which is no setting of this model; and size, which is no setting"),
        ("%E0%A4%A=%", "which is no setting of this model."),
        ("<b>x</b>=1", "which is no setting of this model."),
    ],
)
def test_what_cannot_be_is_left_out_politely_and_nothing_breaks(opened, state, says):
    page = opened(IsingLattice(32))
    widget = at(page, f"ising?{state}")
    note = widget.locator(".sl-problem:visible")
    expect(note).to_contain_text(says)
    expect(widget.get_by_role("status")).to_contain_text(says)
    h = 0.2 if "h=0.2" in state else 0.0  # what can be is taken
    assert facts(widget)["digest"] == digest(replay(32, 2.269, 0, h=h, seed=1))
    assert not facts(widget)["running"]
    assert widget.locator("b").count() == 0
    button(widget, "Reset").click()
    expect(note).to_have_count(0)


@pytest.mark.browser
@pytest.mark.parametrize("anchor", ["", "#", "#potts?T=1", "#an-anchor", "#ising-3?T=4", "#%"])
def test_an_address_that_is_not_meant_for_it_changes_nothing(opened, anchor):
    page = opened(IsingLattice(32))
    widget = at(page, anchor.removeprefix("#"))
    assert facts(widget)["digest"] == digest(replay(32, 2.269, 0, seed=1))
    assert widget.get_by_role("status").inner_text() == ""


@pytest.mark.browser
@pytest.mark.parametrize("model", [Cobweb, FitByHand, IsingLattice, Landscape, Neuron, UnitLaw, WolffClusters])
def test_a_copied_link_brings_every_setting_back(opened, model):
    """Each control moved, the link taken from the field that stands where a page may not copy."""
    page = opened(model(**{"size": 32} if "size" in model.class_traits() else {}),
                  init="Object.defineProperty(navigator, 'clipboard', {value: undefined})")  # fmt: skip
    widget = more(live(page))
    for slider in widget.locator("input[type=range]").all():
        slider.press("End")
        slider.press("ArrowLeft")
    for box in widget.get_by_label("Seed").all():
        box.fill("77")
        box.press("Enter")
    for select in widget.locator("select").all():
        select.select_option(index=1)
    for tick in widget.locator("input[type=checkbox]").all():
        tick.click()
    settings = """widget => [...widget.querySelectorAll("input:not([readonly]), select")].map((each) =>
        each.type === "checkbox" ? each.checked : each.value)"""
    before = widget.evaluate(settings)
    button(widget, "Copy link").click()
    field = widget.get_by_label("Address of these settings")
    expect(field).to_be_focused()
    link = field.input_value()
    assert link.startswith(f"{page.mine}#{model.__module__.rpartition('.')[2]}?")
    assert page.evaluate("getSelection().toString()") == link or field.evaluate(
        "field => field.selectionEnd - field.selectionStart"
    ) == len(link)
    page.goto("about:blank")
    page.goto(link)
    again = more(live(page))
    expect(again.locator(".sl-problem:visible")).to_have_count(0)
    assert again.evaluate(settings) == before
    # And the text is one that the build would take.
    assert address.read(link.partition("#")[2].replace("%2C", ","))


@pytest.mark.browser
def test_a_link_is_copied_where_the_page_may(opened):
    page = opened(
        IsingLattice(32),
        init="""globalThis.copied = [];
        Object.defineProperty(navigator, "clipboard", {value: {writeText: async (text) => copied.push(text)}})""",
    )
    widget = more(live(page))
    fill(widget, "Seed", 3)
    button(widget, "Copy link").click()
    expect(widget.get_by_role("status")).to_contain_text("is copied")
    assert page.evaluate("copied") == [f"{page.mine}#ising?seed=3"]
    expect(widget.get_by_label("Address of these settings")).to_be_hidden()


# ── In the prose ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.browser
def test_a_button_in_the_prose_sets_what_it_names_and_no_more(opened):
    page = opened(IsingLattice(32, seed=4), above=PROSE)
    widget = live(page)
    button(widget, "Step").click()
    heat = page.get_by_role("button", name="heat it to T = 4")
    assert heat.evaluate("b => [b.type, b.className, b.dataset.set, b.querySelector('i').textContent]") == [
        "button", "sl-set", "ising?T=4", "T",
    ]  # fmt: skip
    heat.focus()
    page.keyboard.press("Enter")
    expect(heat).to_be_focused()
    expect(widget.get_by_label("Temperature T, exact value")).to_have_value("4.000")
    expect(widget.get_by_role("status")).to_have_text("Live Ising lattice: T 4.000. ")
    assert facts(widget)["sweeps"] == 1  # the spins are those that it had: heated, not begun anew
    assert page.evaluate("scrollY") == 0  # the model is in sight
    again = page.get_by_role("button", name="all up in a weak field")
    for _ in range(2):  # and each time it begins with all up
        again.click()
        page.wait_for_function("Number(document.querySelector('.sl-live').dataset.sweeps) > 3")
        button(widget, "Pause").click()
        sweeps = int(facts(widget)["sweeps"])
        assert facts(widget)["digest"] == digest(replay(32, 1.8, sweeps, h=-0.15, start="up", seed=4))


@pytest.mark.browser
def test_a_button_brings_its_model_into_sight_and_keeps_the_focus(opened):
    page = opened(IsingLattice(32), above=PROSE + '<div style="height: 3000px"></div>')
    live(page)
    heat = page.get_by_role("button", name="heat it to T = 4")
    heat.click()
    expect(page.locator("canvas")).to_be_in_viewport(ratio=0.9)
    expect(heat).to_be_focused()


@pytest.mark.browser
@pytest.mark.parametrize("reduced_motion", ["reduce", "no-preference"])
def test_from_a_model_far_away_there_is_a_way_back(opened, reduced_motion):
    space = '<div style="height: 3000px"></div>'
    page = opened(IsingLattice(32), above=space + PROSE + space, reduced_motion=reduced_motion)
    widget = live(page)
    heat, back = page.get_by_role("button", name="heat it to T = 4"), button(widget, "Back to the text")
    expect(back).to_be_hidden()
    heat.click()
    expect(back).to_be_in_viewport()
    expect(widget.locator("canvas")).to_be_in_viewport(ratio=0.9)
    back.click()
    expect(heat).to_be_in_viewport()
    expect(heat).to_be_focused()
    expect(back).to_be_hidden()
    heat.click()
    expect(back).to_be_in_viewport()
    page.wait_for_timeout(800)
    heat.evaluate("heat => heat.scrollIntoView()")  # the reader has found the way alone
    expect(back).to_be_hidden()


@pytest.mark.browser
def test_where_model_and_text_are_both_in_sight_no_way_back_is_offered(opened):
    page = opened(IsingLattice(32), above=PROSE)
    widget = live(page)
    page.get_by_role("button", name="heat it to T = 4").click()
    expect(widget.get_by_label("Temperature T, exact value")).to_have_value("4.000")
    expect(button(widget, "Back to the text")).to_be_hidden()


@pytest.mark.browser
def test_a_button_opens_more_where_it_changes_something_in_there_and_clears_what_was_refused(opened):
    prose = PROSE + '<p><span class="sl-set" data-set="ising?T=4&amp;h=0">no field</span></p>'
    page = opened(IsingLattice(32), above=prose)
    widget = live(page)
    rest, field = widget.locator(".sl-more"), widget.get_by_label("Field h, exact value")
    button(page, "no field").click()
    expect(rest).not_to_have_attribute("open", "")  # nothing in there has changed
    fill(widget, "Field h, exact value", "abc")
    expect(widget.locator(".sl-problem:visible")).to_have_count(1)
    button(page, "no field").click()  # it was 0 before, too
    expect(widget.locator(".sl-problem:visible")).to_have_count(0)
    expect(field).to_have_value("0.000")
    assert field.get_attribute("aria-invalid") is None
    rest.locator("summary").click()
    expect(field).to_be_hidden()
    button(page, "all up in a weak field").click()
    expect(field).to_be_visible()
    expect(field).to_have_value(re.compile("^[-\u2212]0.15"))


@pytest.mark.browser
def test_a_button_sets_the_pace_and_an_address_without_one_sets_it_back(opened):
    prose = '<p><span class="sl-set" data-set="landscape?pace=1000">fast</span></p>'
    page = opened(Landscape(), above=prose)
    widget = more(live(page))
    pace = widget.get_by_label("Speed / (sweeps/s)")
    button(page, "fast").click()
    expect(pace).to_have_value("1000")
    expect(widget.get_by_role("status")).to_have_text("Mean-field landscape with a ball in it: speed 1000. ")
    button(widget, "Start").click()
    page.wait_for_timeout(600)
    button(widget, "Pause").click()
    assert facts(widget)["t"] > 100  # and goes as fast
    page.evaluate("location.hash = 'landscape?T=0.7'")
    expect(pace).to_have_value("10")


@pytest.mark.browser
def test_typing_a_field_that_moves_by_itself_takes_it_in_hand_and_says_so(opened):
    page = opened(Landscape(rate=0.01))
    widget = more(live(page))
    widget.get_by_label("Speed / (sweeps/s)").select_option("1000")
    button(widget, "Start").click()
    page.wait_for_function("Number(document.querySelector('.sl-live').dataset.t) > 50")
    box = widget.get_by_label("Field h, exact value")
    box.click()
    page.keyboard.press("Control+a")
    page.keyboard.type("0.123", delay=60)
    expect(widget.get_by_label("The field changes")).to_have_value("0")
    expect(widget.get_by_role("status")).to_contain_text("it no longer moves by itself")
    expect(widget.locator(".sl-keys:visible", has_text="it no longer moves by itself")).to_have_count(1)
    page.keyboard.press("Enter")
    page.wait_for_timeout(200)
    expect(box).to_have_value("0.123")
    assert facts(widget)["running"]  # the ball goes on
    # So does the slider; and where the field does not move, nothing is said.
    widget.get_by_label("The field changes").select_option("0.001")
    expect(widget.locator(".sl-keys:visible", has_text="it no longer")).to_have_count(0)
    widget.get_by_label("Field h / Tc", exact=True).press("Home")
    expect(widget.get_by_label("The field changes")).to_have_value("0")
    expect(widget.locator(".sl-keys:visible", has_text="it no longer")).to_have_count(1)


@pytest.mark.browser
@pytest.mark.parametrize("options", [{"java_script_enabled": False}, {"init": "delete globalThis.WebAssembly"}])
def test_where_nothing_can_be_set_a_button_is_words(opened, options):
    page = opened(IsingLattice(32), above=PROSE, **options)
    expect(page.locator("span.sl-set").first).to_have_text("heat it to T = 4")
    page.wait_for_timeout(200)
    assert page.locator("button").count() == 0


# ── A budget a frame ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.browser
@pytest.mark.parametrize(("cost", "at_once"), [(0.001, False), (0.5, False), (3, False), (50, False), (0.01, True)])
def test_a_frame_does_what_fits_and_never_more_than_its_pace(opened, cost, at_once):
    """With a clock of its own, which every step moves on by its cost."""
    frames = opened().evaluate(
        f"""([cost, atOnce]) => {{
            {script("pace.js")}
            let now = 0;
            const within = budget(12, () => now);
            return Array.from({{ length: 60 }}, (_, k) => {{
                const [began, asked] = [now, k < 40 ? 1000 : 2];
                const done = within(asked, (n) => {{ now += n * cost; }}, atOnce);
                return {{ asked, done, took: now - began }};
            }});
        }}""",
        [cost, at_once],
    )
    assert all(1 <= frame["done"] <= frame["asked"] for frame in frames)
    fits = min(1000, max(1, int(12 / cost)))
    for frame in frames[5:40]:
        assert frame["took"] <= max(12, cost) + 1e-9
        assert frame["done"] >= 0.9 * fits
    assert all(frame["done"] == min(2, max(1, fits)) for frame in frames[40:])


@pytest.mark.browser
def test_a_frame_recovers_from_a_pause_and_from_a_coarse_clock(opened):
    done = opened().evaluate(f"""() => {{
        {script("pace.js")}
        let [now, k] = [0, 0];
        const within = budget(12, () => Math.floor(now)); // whole milliseconds
        return Array.from({{ length: 100 }}, () => within(100, (n) => {{
            k += 1;
            now += 0.2 * n + (k === 60 ? 500 : 0); // once, something else took half a second
        }}));
    }}""")
    assert min(done) >= 1
    assert np.mean(done[70:]) > 30


@pytest.mark.browser
def test_the_speed_that_is_told_is_that_of_the_steps_done(opened):
    page = opened(IsingLattice(32))
    widget = more(live(page))
    rate = widget.locator(".sl-rate")
    expect(rate).to_have_text("")
    button(widget, "Start").click()
    expect(rate).to_have_text(re.compile(r"^now [1-9][\d.]* sweeps/s$"), timeout=10_000)
    button(widget, "Pause").click()
    expect(rate).to_have_text("")
    told = page.evaluate(f"""() => {{
        {script("pace.js")}
        const count = speedometer();
        return Array.from({{ length: 200 }}, (_, k) => count(3, 20 * k + (k > 100 ? 60_000 : 0)));
    }}""")
    assert told[10] is None or np.isnan(told[10])
    assert told[60] == pytest.approx(150, rel=0.03)
    assert told[105] is None or np.isnan(told[105])  # it has rested
    assert told[-1] == pytest.approx(150, rel=0.03)


@pytest.mark.browser
def test_a_slow_processor_still_answers(opened):
    """512 × 512 at ten sweeps a frame, the processor slowed down six times: as many frames as sweeps, near enough."""
    page = opened(IsingLattice(512))
    widget = more(live(page))
    page.context.new_cdp_session(page).send("Emulation.setCPUThrottlingRate", {"rate": 6})
    widget.get_by_label("Sweeps a frame").select_option("10")
    page.evaluate("""() => {
        globalThis.frames = 0;
        const count = () => { frames += 1; requestAnimationFrame(count); };
        count();
    }""")
    button(widget, "Start").click()
    page.wait_for_function("Number(document.querySelector('.sl-live').dataset.sweeps) > 8")
    began, sweeps = page.evaluate("frames"), facts(widget)["sweeps"]
    widget.get_by_label("Temperature T", exact=True).fill("3")
    expect(widget.get_by_label("Temperature T, exact value")).to_have_value("3.000")
    page.wait_for_function(
        "until => Number(document.querySelector('.sl-live').dataset.sweeps) > until", arg=sweeps + 20
    )
    frames, sweeps = page.evaluate("frames") - began, facts(widget)["sweeps"] - sweeps
    assert frames > sweeps / 5  # and not one frame for every ten
    button(widget, "Pause").click()
    assert not facts(widget)["running"]


# ── Fingers, and a phone ─────────────────────────────────────────────────────────────────────────────────────────────

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


def swipe(page, start, by, steps=12):
    """A finger that goes down, moves and is lifted, as the browser gets it from a screen."""
    session = page.context.new_cdp_session(page)
    points = [(start[0] + by[0] * k / steps, start[1] + by[1] * k / steps) for k in range(steps + 1)]
    for k, (x, y) in enumerate(points):
        session.send(
            "Input.dispatchTouchEvent", {"type": "touchMove" if k else "touchStart", "touchPoints": [{"x": x, "y": y}]}
        )
        page.wait_for_timeout(16)
    session.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    page.wait_for_timeout(200)


def middle(box, share=0.5):
    return box["x"] + share * box["width"], box["y"] + box["height"] / 2


@pytest.mark.browser
def test_a_swipe_down_the_page_that_begins_on_a_slider_moves_the_page(opened):
    page = opened(IsingLattice(32), IsingLattice(32), above='<div style="height: 300px"></div>', **PHONE)
    widget = live(page)
    slider = widget.get_by_label("Temperature T", exact=True)
    box = widget.get_by_label("Temperature T, exact value")
    slider.scroll_into_view_if_needed()
    before = page.evaluate("scrollY")
    swipe(page, middle(slider.bounding_box(), 0.85), (6, -250))
    assert page.evaluate("scrollY") > before + 100
    assert box.input_value() == "2.269"
    # Along the slider it is the slider that is meant, and a tap is, too.
    slider.evaluate("slider => slider.scrollIntoView({block: 'center'})")
    at = slider.bounding_box()
    swipe(page, middle(at, 0.4), (0.4 * at["width"], 4))
    assert float(box.input_value()) == pytest.approx(0.5 + 0.8 * 4.5, abs=0.2)
    page.touchscreen.tap(*middle(slider.bounding_box(), 0.2))
    expect(box).not_to_have_value(re.compile("^[34]"))
    assert float(box.input_value()) == pytest.approx(0.5 + 0.2 * 4.5, abs=0.2)


@pytest.mark.browser
def test_a_mouse_sets_a_slider_wherever_it_presses(opened):
    page = opened(IsingLattice(32))
    widget = live(page)
    slider = widget.get_by_label("Temperature T", exact=True)
    page.mouse.click(*middle(slider.bounding_box(), 0.8))
    assert float(widget.get_by_label("Temperature T, exact value").input_value()) == pytest.approx(4.1, abs=0.2)


@pytest.mark.browser
@pytest.mark.parametrize("model", [Cobweb, Dimensions, FitByHand, IsingLattice, Landscape, Neuron, WolffClusters])
def test_on_a_phone_a_picture_is_in_sight_of_every_slider(opened, model):
    page = opened(model(**{"size": 32} if "size" in model.class_traits() else {}), **PHONE)
    widget = more(live(page))
    picture = widget.locator("[role=img]").first
    for slider in widget.locator("input[type=range]").all():
        slider.evaluate("slider => slider.scrollIntoView({block: 'end'})")
        page.evaluate("scrollBy(0, 20)")
        seen, used = picture.bounding_box(), slider.bounding_box()
        assert seen["y"] >= 0
        assert seen["y"] + seen["height"] <= used["y"]
        numbers = widget.locator(".sl-panel > .sl-readout").bounding_box()
        assert seen["y"] + seen["height"] <= numbers["y"] + 1
        assert numbers["y"] + numbers["height"] <= used["y"] + 1 or numbers["y"] >= used["y"] + used["height"]
        assert seen["height"] + numbers["height"] < 0.5 * 844
        assert used["y"] + used["height"] <= 844


@pytest.mark.browser
@pytest.mark.parametrize("model", [Cobweb, FitByHand, IsingLattice, Landscape, Neuron, WolffClusters])
@pytest.mark.parametrize("width", [320, 390, 1280])
def test_every_target_is_large_enough_and_no_word_is_broken(opened, model, width):
    page = opened(
        model(**{"size": 32} if "size" in model.class_traits() else {}), viewport={"width": width, "height": 844}
    )
    widget = more(live(page))
    controls = "button, input, select, summary"
    small = widget.evaluate(
        """(widget, controls) => [...widget.querySelectorAll(controls)].filter((part) => {
        const { width, height } = (part.closest(".sl-check") ?? part).getBoundingClientRect();
        return width && (width < 24 || height < 24);
    }).map((part) => part.outerHTML)""",
        controls,
    )
    assert small == []
    lines = widget.evaluate("""widget => [...widget.querySelectorAll(".sl-buttons button")].map((button) => {
        const range = document.createRange();
        range.selectNodeContents(button);
        return [button.textContent, new Set([...range.getClientRects()].map(({ top }) => top)).size,
            button.scrollWidth <= button.clientWidth];
    })""")
    assert [each for each in lines if each[1:] != [1, True]] == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    family = widget.evaluate("widget => getComputedStyle(widget.querySelector('.sl-buttons button')).fontFamily")
    assert "sans" in family


# ── What is shown ────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.browser
def test_what_is_small_is_not_shown_as_zero(opened):
    """Close to Tc the hill of the landscape and its spinodal are small, and not nothing."""
    widget = live(opened(Landscape(0.992, start=0.01)))
    now = facts(widget)
    assert 1e-5 < now["hill"] < 5e-5
    mantissa, power = shown(widget, "hill").split(" · 10⁻")
    assert power == "⁵"
    assert float(mantissa) * 1e-5 == pytest.approx(now["hill"], rel=0.05)
    # At Tc there is none, and what rounding leaves of it is no number to read.
    fill(widget, "Temperature T, exact value", 1.5)
    assert shown(widget, "hill") == shown(widget, "spinodal") == "–"
    for _ in range(3):
        button(widget, "Step").click()
    assert float(facts(widget)["m"]) < 0.005
    for label in ("m", "f"):
        text = shown(widget, label)
        assert text == "0.000" or float(text.split(" ")[0].replace("−", "-").replace("≈", "1")) != 0
    fill(widget, "Ball put down at m, exact value", 0)
    assert shown(widget, "m") == "0.000"


@pytest.mark.browser
def test_the_observer_that_reports_twice_is_believed_the_last_time(opened):
    """Scrolled past quickly, a browser reports both in one call, the stale one first."""
    page = opened(
        IsingLattice(32),
        init="""globalThis.IntersectionObserver = class {
        constructor(report) {
            globalThis.report = (...seen) => report(seen.map((isIntersecting) => ({ isIntersecting })));
        }
        observe() {}
        disconnect() {}
    }""",
    )
    widget = live(page)
    count = "Number(document.querySelector('.sl-live').dataset.sweeps)"
    button(widget, "Start").click()
    page.evaluate("report(false, true)")
    page.wait_for_function(f"{count} > 5")
    page.evaluate("report(true, false)")
    page.wait_for_timeout(100)
    rests = page.evaluate(count)
    page.wait_for_timeout(200)
    assert page.evaluate(count) == rests
    page.evaluate("report(false, true)")
    page.wait_for_function(f"{count} > {rests}")


@pytest.mark.browser
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("attributes", ["", 'data-theme="dark"'])
def test_paper_is_light_and_shows_the_still_picture(opened, scheme, attributes):
    page = opened(IsingLattice(32), color_scheme=scheme, attributes=attributes)
    widget, still = live(page), page.locator(".sl-still")
    expect(still).to_be_hidden()
    button(widget, "Start").click()
    page.emulate_media(media="print", color_scheme=scheme)
    expect(still.locator("img")).to_be_visible()
    expect(still).to_contain_text("32 × 32 spins at T = 2.269")
    expect(still.locator(".sl-why")).to_be_hidden()
    expect(widget).to_be_hidden()
    paper, ink = still.evaluate("s => [getComputedStyle(s).backgroundColor, getComputedStyle(s).color]")
    assert (paper, ink) == ("rgb(255, 255, 255)", "rgb(0, 0, 0)")


@pytest.mark.browser
def test_in_forced_colours_tracks_legends_and_curves_can_be_seen(opened):
    page = opened(IsingLattice(32), Cobweb(), forced_colors="active")
    more(live(page, 1))
    looks = page.evaluate("""() => {
        const style = (part, pseudo) => getComputedStyle(document.querySelector(part), pseudo);
        const probe = document.body.appendChild(document.createElement("i"));
        const system = (colour) => { probe.style.color = colour; return getComputedStyle(probe).color; };
        return { swatch: style(".sl-swatch").backgroundColor, adjust: style(".sl-swatch").forcedColorAdjust,
            curve: style(".sl-plot .sl-look-second").color, text: system("CanvasText"), paper: system("Canvas"),
            accent: style(".sl-plot .sl-look-accent").color, highlight: system("Highlight"),
            plot: style(".sl-plot").fill };
    }""")
    assert looks["adjust"] == "none"
    assert looks["swatch"] not in (looks["paper"], "rgba(0, 0, 0, 0)")
    assert looks["curve"] == looks["plot"] == looks["text"] != looks["paper"]
    assert looks["accent"] == looks["highlight"]
    # The track: its row of pixels is not the paper's.
    slider = live(page).get_by_label("Temperature T", exact=True)
    pixels = picture_of(slider)
    row = pixels[pixels.shape[0] // 2, 4 : pixels.shape[1] // 4]
    assert (np.abs(row.astype(int) - pixels[1, 4].astype(int)).sum(axis=1) > 300).mean() > 0.9


def picture_of(locator) -> np.ndarray:
    """What is seen of an element."""
    return np.asarray(Image.open(io.BytesIO(locator.screenshot())).convert("RGB"))


@pytest.mark.browser
def test_a_page_that_is_still_loading_takes_its_state_at_once_and_once(opened):
    """What comes late, a picture say, moves the model down: it is brought into sight again, and its run goes on."""
    late = """addEventListener("DOMContentLoaded", () => setTimeout(() => {
        document.querySelector("h1").style.marginBottom = "4000px";
        dispatchEvent(new Event("load"));
    }, 1200))"""
    page = opened(
        IsingLattice(32),
        init=f"""
        Object.defineProperty(document, "readyState", {{ get: () => "interactive" }});
        {late}""",
    )
    widget = at(page, "ising?T=4&run=1")
    expect(widget.get_by_label("Temperature T, exact value")).to_have_value("4.000")
    page.wait_for_function("document.querySelector('h1').style.marginBottom !== ''")
    page.wait_for_timeout(300)
    expect(widget.locator("canvas")).to_be_in_viewport(ratio=0.9)
    assert facts(widget)["sweeps"] > 5  # and has not begun anew
