"""The live lattice: in a page without a kernel it computes what the library computes, and it is fit to be used."""

import base64
import contextlib
import io
import math
import os
import re
import socket
import subprocess
import sys
import time

import nbformat
import numpy as np
import pytest
from axe_playwright_python.sync_playwright import Axe
from exploring import STICKS_OUT, button, facts, live, more, refuses
from PIL import Image
from playwright.sync_api import expect

from spinlearn import lattice, meanfield
from spinlearn.core import words
from spinlearn.course.explore import IsingLattice, digest, replay
from spinlearn.course.explore.fit import best_fits
from spinlearn.lattice import geometry, ising
from spinlearn.neuron import membrane

# ── In Python: traits, the still picture, the native twin ────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("T", 0.1, "0.5"),
        ("T", 7, "5.0"),
        ("T", math.nan, "must be a number"),
        ("T", "hot", "expected a float"),
        ("h", -1.5, "-1.0"),
        ("h", math.inf, "1.0"),
        ("rule", "glauber", "any of \\['metropolis', 'heat-bath'\\]"),
        ("start", "down", "any of \\['random', 'up'\\]"),
        ("seed", -1, "less than 0"),
        ("seed", 2**32, "greater than 4294967295"),
        ("seed", 1.5, "expected an int"),
        ("size", 4, "less than 8"),
        ("size", 4096, "greater than 1024"),
        ("running", "yes", "expected a boolean"),
    ],
)
def test_a_bad_value_is_refused_with_the_name_of_the_trait_and_what_is_allowed(name, value, allowed):
    refuses(lambda **given: IsingLattice(**{"size": 16} | given), name, value, allowed, fixed=name == "size")


def test_an_unknown_argument_is_refused():
    with pytest.raises(TypeError, match="temperature"):
        IsingLattice(temperature=2)


@pytest.mark.slow
def test_the_output_is_short_and_the_same_for_the_same_arguments():
    outputs = [IsingLattice(64, T=1.5, seed=3)._repr_mimebundle_()[0] for _ in range(2)]
    assert outputs[0]["text/html"] == outputs[1]["text/html"]
    assert outputs[0]["text/plain"] == outputs[1]["text/plain"]
    text = "IsingLattice(size=64, T=1.5, h=0.0, rule='metropolis', start='random', seed=3)"
    assert outputs[0]["text/plain"] == text
    assert repr(eval(text)) == text
    assert outputs[0]["text/html"] != IsingLattice(64, T=1.5, seed=4).static_html()
    assert "application/vnd.jupyter.widget-view+json" in outputs[0]


@pytest.mark.parametrize("arguments", [{}, {"T": 5.0}, {"T": 0.5, "start": "up"}], ids=str)
def test_the_output_weighs_little_and_names_no_address(arguments):
    html = IsingLattice(**arguments).static_html()
    assert len(html.encode()) < 60_000
    assert set(re.findall(r"https?://[^\s\"'`)]+", html)) == {"http://www.w3.org/2000/svg"}  # the name of SVG
    assert len(still_picture(html)) < 15_000


def still_picture(html: str) -> bytes:
    return base64.b64decode(re.search(r'src="data:image/png;base64,([^"]+)"', html)[1])


def test_the_still_picture_is_the_lattice_that_its_caption_names():
    html = IsingLattice(48, T=1.8, h=-0.2, rule="heat-bath", seed=5).static_html()
    assert "48 × 48 spins at T = 1.8, h = -0.2, 100 heat-bath sweeps after random spins (seed 5)" in html
    pixels = np.asarray(Image.open(io.BytesIO(still_picture(html))).convert("L"))
    spins = replay(48, 1.8, 100, h=-0.2, rule="heat-bath", seed=5)
    np.testing.assert_array_equal(np.where(pixels > 128, 1, -1), spins)


@pytest.mark.parametrize(
    ("arguments", "error", "text"),
    [
        ({"size": 1}, ValueError, "size must be at least 2"),
        ({"T": 0}, ValueError, "T must be greater than 0"),
        ({"T": math.nan}, ValueError, "T must be finite"),
        ({"sweeps": -1}, ValueError, "sweeps must be at least 0"),
        ({"sweeps": 1.5}, TypeError, "sweeps must be a whole number"),
        ({"rule": "wolff"}, ValueError, "rule must be one of"),
        ({"start": "down"}, ValueError, "start must be one of"),
        ({"seed": 2**64}, ValueError, "seed must be at most 18446744073709551615"),
        ({"h": "0"}, TypeError, "h must be a real number"),
    ],
)
def test_replay_refuses_what_it_cannot_run(arguments, error, text):
    with pytest.raises(error, match=text):
        replay(**{"size": 8, "T": 2.0, "sweeps": 1, "seed": 1} | arguments)


def test_replay_is_the_dynamics_of_simulate():
    """`simulate` seeds its kernels with the first draw of its Generator."""
    seed = int(np.random.default_rng(12).integers(2**64, dtype=np.uint64))
    place = lattice.square(24)
    run = ising.simulate(lattice.all_up(place), place, 2.1, 9, h=0.3, rule="heat-bath", rng=np.random.default_rng(12))
    np.testing.assert_array_equal(replay(24, 2.1, 9, h=0.3, rule="heat-bath", start="up", seed=seed), run.spins)


def test_the_digest_tells_configurations_apart():
    spins = replay(16, 2.0, 3, seed=1)
    other = spins.copy()
    other[3, 7] *= -1
    assert digest(spins) == digest(spins.copy(order="F")) == digest(replay(16, 2.0, 3, seed=1))
    later, elsewhere = replay(16, 2.0, 4, seed=1), replay(16, 2.0, 3, seed=2)
    assert len({digest(each) for each in (spins, other, later, elsewhere)}) == 4
    with pytest.raises(TypeError, match="spins must be int8, not int64"):
        digest(spins.astype(np.int64))


# ── In the page: Chromium opens a file, with the network shut ────────────────────────────────────────────────────────


def native_energy(spins, h) -> float:
    return ising.energy(spins, lattice.square(len(spins)), h=h) / spins.size


@pytest.mark.browser
@pytest.mark.parametrize("rule", ["metropolis", "heat-bath"])
@pytest.mark.parametrize(
    ("size", "T", "h", "start", "seed"), [(64, 2.269, 0.0, "random", 1), (33, 1.2, -0.37, "up", 2**32 - 1)]
)
def test_the_page_steps_as_the_library_does_bit_for_bit(opened, rule, size, T, h, start, seed):
    settings = {"h": h, "rule": rule, "start": start, "seed": seed}
    widget = live(opened(IsingLattice(size, T=T, **settings)))
    for sweeps in range(4):
        spins = replay(size, T, sweeps, **settings)
        assert facts(widget) == {
            "sweeps": sweeps, "m": spins.mean(), "e": pytest.approx(native_energy(spins, h), abs=1e-12),
            "digest": digest(spins), "running": False,
        }  # fmt: skip
        button(widget, "Step").click()
    button(widget, "Reset").click()
    assert facts(widget)["digest"] == digest(replay(size, T, 0, **settings))


@pytest.mark.browser
def test_the_picture_shows_the_spins(opened):
    widget = live(opened(IsingLattice(40, T=2.0, seed=9)))
    button(widget, "Step").click()
    uri = widget.locator("canvas").evaluate("canvas => canvas.toDataURL()")
    pixels = np.asarray(Image.open(io.BytesIO(base64.b64decode(uri.partition(",")[2]))).convert("L"))
    np.testing.assert_array_equal(np.where(pixels > 128, 1, -1), replay(40, 2.0, 1, seed=9))


@pytest.mark.browser
def test_moving_a_slider_changes_the_table_and_nothing_else(opened):
    widget = live(opened(IsingLattice(32, T=2.0, seed=4)))
    for _ in range(2):
        button(widget, "Step").click()
    widget.get_by_label("Temperature T", exact=True).fill("3.1")
    more(widget).get_by_label("Field h", exact=True).fill("-0.25")
    widget.get_by_label("Algorithm").select_option("heat-bath")
    for _ in range(2):
        button(widget, "Step").click()

    place, spins, state = lattice.square(32), np.empty(32 * 32, dtype=np.int8), np.empty(4, dtype=np.uint64)
    words.seed_state(np.uint64(4), state)
    geometry.fill_random(spins, state)
    table, totals = np.empty((2, 9)), np.zeros(2, dtype=np.int64)
    for rule, T, h in [(ising.METROPOLIS, 2.0, 0.0), (ising.HEAT_BATH, 3.1, -0.25)]:
        ising.fill_flip_probabilities(table, rule, 1.0 / T, 1.0, h)
        for _ in range(2):
            ising.sweep(spins, place.neighbours, table, True, state, totals)
    assert facts(widget)["sweeps"] == 4
    assert facts(widget)["digest"] == digest(spins)
    assert facts(widget)["e"] == pytest.approx(native_energy(spins.reshape(32, 32), -0.25), abs=1e-12)


@pytest.mark.browser
def test_the_magnetisation_is_that_of_the_exact_solution(opened):
    """Ordered at T = 1.5 as Yang has it, disordered at T = 4; five standard errors of one configuration."""
    size = 128
    widget = live(opened(IsingLattice(size, T=1.5, start="up", seed=2)))
    more(widget).get_by_label("Sweeps a frame").select_option("10")

    def after(sweeps):
        goal = facts(widget)["sweeps"] + sweeps
        button(widget, "Start").click()
        widget.page.wait_for_function(
            "goal => Number(document.querySelector('.sl-live').dataset.sweeps) >= goal", arg=goal, timeout=30_000
        )
        button(widget, "Pause").click()
        return facts(widget)["m"]

    yang = (1 - math.sinh(2 / 1.5) ** -4) ** (1 / 8)
    # Deep in the ordered phase reversed spins are rare, alone or in pairs: at most twice the variance of lone ones.
    cold = after(300)
    assert abs(cold - yang) < 5 * math.sqrt(2 * (1 - yang**2) / size**2)
    n = int(facts(widget)["sweeps"])
    assert facts(widget)["digest"] == digest(replay(size, 1.5, n, start="up", seed=2))

    widget.get_by_label("Temperature T, exact value").fill("4")
    widget.get_by_label("Temperature T, exact value").press("Enter")
    v = math.tanh(1 / 4)
    series = [1, 4, 12, 36, 100, 276, 740, 1972, 5172, 13492, 34876]  # T χ = N ⟨m²⟩ in powers of v; the rest is 1 %
    variance = 1.01 * sum(term * v**k for k, term in enumerate(series)) / size**2
    hot = after(300)
    assert abs(hot) < 5 * math.sqrt(variance)
    assert abs(hot - yang) > 0.5


@pytest.mark.browser
def test_keys_start_pause_step_and_reset(opened):
    page = opened(IsingLattice(32))
    widget = live(page)
    widget.focus()
    page.keyboard.press("s")
    page.keyboard.press("S")
    assert facts(widget)["sweeps"] == 2
    page.keyboard.press("r")
    assert facts(widget)["sweeps"] == 0
    page.keyboard.press("Space")
    expect(button(widget, "Pause")).to_be_visible()
    page.wait_for_function("document.querySelector('.sl-live').dataset.sweeps > 2")
    page.keyboard.press("Space")
    paused = facts(widget)
    assert not paused["running"]
    assert paused["digest"] == digest(replay(32, 2.269, int(paused["sweeps"]), seed=1))
    page.wait_for_timeout(200)
    assert facts(widget) == paused
    assert page.evaluate("scrollY") == 0  # Space did not scroll the page as well


@pytest.mark.browser
def test_keys_are_left_to_the_control_that_has_the_focus(opened):
    page = opened(IsingLattice(32))
    widget = more(live(page))
    widget.get_by_label("Seed").focus()
    page.keyboard.type("s r")
    assert widget.get_by_label("Seed").input_value().endswith("s r")
    button(widget, "Step").focus()
    page.keyboard.press("Space")
    assert (facts(widget)["sweeps"], facts(widget)["running"]) == (1, False)
    page.keyboard.press("Control+s")
    widget.get_by_label("Algorithm").focus()
    page.keyboard.press("s")
    assert facts(widget)["sweeps"] == 1
    page.locator("h1").click()
    page.keyboard.press("s")  # outside the widget a key is the page's
    assert facts(widget)["sweeps"] == 1


@pytest.mark.browser
def test_every_control_can_be_reached_and_is_named(opened):
    page = opened(IsingLattice(32))
    widget = live(page)
    widget.focus()
    reached = []
    for _ in range(14):
        page.keyboard.press("Tab")
        reached.append(page.evaluate("document.activeElement.closest('.sl-live') && document.activeElement.tagName"))
        if reached[-1] == "SUMMARY":
            page.keyboard.press("Enter")  # its own key, and not the model's
    slider = ["INPUT", "INPUT", "BUTTON"]  # in the order of the page: the exact value stands above the slider
    assert reached[:13] == ["BUTTON"] * 3 + slider + ["SUMMARY"] + slider + ["SELECT", "SELECT", "INPUT"]
    assert not facts(widget)["running"]
    outline = button(widget, "Step").evaluate("b => (b.focus({focusVisible: true}), getComputedStyle(b).outlineStyle)")
    assert outline == "solid"


@pytest.mark.browser
@pytest.mark.parametrize("text", ["abc", "-1", "1.5", "4294967296", ""])
def test_a_bad_seed_is_answered_beside_the_box_and_loses_nothing(opened, text):
    widget = more(live(opened(IsingLattice(32, seed=6))))
    button(widget, "Step").click()
    before = facts(widget)
    box = widget.get_by_label("Seed")
    box.fill(text)
    box.press("Enter")
    box.blur()
    message = widget.locator(".sl-problem:visible")
    expect(message).to_contain_text(f"“{text}” is not a whole number from 0 to 4294967295. It stays at 6.")
    assert box.input_value() == text
    assert box.get_attribute("aria-invalid") == "true"
    assert box.get_attribute("aria-describedby") == message.get_attribute("id")
    assert facts(widget) == before
    box.fill("12")
    box.press("Enter")
    expect(message).to_have_count(0)
    assert facts(widget)["digest"] == digest(replay(32, 2.269, 0, seed=12))


@pytest.mark.browser
def test_a_bad_temperature_is_answered_too_and_tc_is_a_press_away(opened):
    widget = live(opened(IsingLattice(32, T=3.0)))
    box = widget.get_by_label("Temperature T, exact value")
    box.fill("0.2")
    box.press("Enter")
    problem = widget.locator(".sl-problem:visible")
    expect(problem).to_contain_text("“0.2” is not a number from 0.5 to 5.0. It stays at 3.")
    button(widget, "Set T to its critical value 2.269").click()
    expect(problem).to_have_count(0)
    assert box.input_value() == "2.269"
    button(widget, "Step").click()
    assert facts(widget)["digest"] == digest(replay(32, 2 / math.log(1 + math.sqrt(2)), 1, seed=1))


@pytest.mark.browser
def test_it_waits_for_its_reader_and_rests_off_screen(opened):
    page = opened(IsingLattice(32, running=True), above='<div style="height: 3000px"></div>')
    widget = live(page)
    counted = "() => Number(document.querySelector('.sl-live').dataset.sweeps)"

    def moves():
        before = page.evaluate(counted)
        page.wait_for_timeout(400)
        return page.evaluate(counted) > before

    assert not facts(widget)["running"]  # a page never starts by itself
    widget.scroll_into_view_if_needed()
    button(widget, "Start").click()
    assert moves()
    page.evaluate("scrollTo(0, 0)")
    page.wait_for_timeout(200)
    assert not moves()
    widget.scroll_into_view_if_needed()
    page.wait_for_timeout(200)
    assert moves()
    page.evaluate("Object.defineProperty(document, 'hidden', {value: true, configurable: true})")
    page.wait_for_timeout(200)
    assert not moves()
    page.evaluate("delete document.hidden; document.dispatchEvent(new Event('visibilitychange'))")
    page.wait_for_timeout(200)
    assert moves()


@pytest.mark.browser
@pytest.mark.parametrize(("motion", "least", "most"), [("reduce", 2, 4), ("no-preference", 15, 10_000)])
def test_reduced_motion_repaints_once_a_second(opened, motion, least, most):
    page = opened(IsingLattice(32), reduced_motion=motion)
    widget = live(page)
    page.evaluate("""() => {
        globalThis.repaints = 0;
        new MutationObserver(() => { repaints += 1; })
            .observe(document.querySelector(".sl-inside .sl-look-accent"), {attributes: true, attributeFilter: ["d"]});
    }""")
    button(widget, "Start").click()
    page.wait_for_timeout(2500)
    assert least <= page.evaluate("repaints") <= most
    button(widget, "Pause").click()
    assert facts(widget)["sweeps"] > 15


@pytest.mark.browser
def test_a_screen_reader_hears_a_sentence_now_and_then(opened):
    page = opened(IsingLattice(64, T=1.0, start="up"))
    widget = live(page)
    assert widget.get_by_role("status").inner_text() == ""
    page.evaluate("""() => {
        globalThis.said = [];
        new MutationObserver(() => said.push(document.querySelector("[role=status]").textContent))
            .observe(document.querySelector("[role=status]"), {childList: true});
    }""")
    button(widget, "Start").click()
    page.wait_for_timeout(1500)
    button(widget, "Pause").click()
    said = page.evaluate("said")
    assert [sentence.partition(".")[0] for sentence in said] == ["Running", "Paused"]
    sweeps, m = int(facts(widget)["sweeps"]), facts(widget)["m"]
    assert f"Ordered up. T 1.000, h 0.000. sweeps {sweeps}, m {m:.3f}, e −" in said[-1]
    name = widget.get_by_role("img").first.get_attribute("aria-label")
    assert name.startswith("Live Ising lattice. Ordered up. T 1.000, h 0.000.")
    assert f"sweeps {sweeps}" in name
    assert more(widget).locator(".sl-rest .sl-readout").inner_text().split() == ["sweeps", str(sweeps)]


@pytest.mark.browser
@pytest.mark.parametrize(
    ("T", "start", "h", "sweeps", "words"),
    [
        (1.0, "up", 0.0, 3, "Ordered up"),
        (1.0, "random", -1.0, 30, "Ordered down"),
        (4.0, "random", 0.0, 3, "Disordered"),
        (1.0, "random", 0.0, 20, "Domains"),
    ],
)
def test_the_picture_is_put_into_words(opened, T, start, h, sweeps, words):
    widget = live(opened(IsingLattice(256, T=T, start=start, h=h)))
    widget.focus()
    for _ in range(sweeps):
        widget.page.keyboard.press("s")
    assert words in widget.get_by_role("img").first.get_attribute("aria-label")


@pytest.mark.browser
@pytest.mark.parametrize(("scheme", "width"), [("dark", 390), ("light", 1280)])  # colours know no width
def test_axe_finds_no_serious_violation_and_nothing_overflows(opened, scheme, width):
    page = opened(
        IsingLattice(64), IsingLattice(64, seed=2), color_scheme=scheme, viewport={"width": width, "height": 900},
        body=f"style='background: {'#121417; color: #eee' if scheme == 'dark' else '#fff'}'",
    )  # fmt: skip
    live(page, 1)
    box = more(live(page)).get_by_label("Seed")
    box.fill("?")
    box.press("Enter")
    serious = [
        (found["id"], [node["html"] for node in found["nodes"]])
        for found in Axe().run(page).response["violations"]
        if found["impact"] in ("serious", "critical")
    ]
    assert serious == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    # Nothing sticks out of the widget, and no text out of its control.
    assert page.evaluate(STICKS_OUT) == []


@pytest.mark.browser
@pytest.mark.parametrize(
    ("scheme", "attributes", "body", "dark"),
    [
        ("light", "", "", False),
        ("dark", "", "", True),
        ("dark", 'data-theme="light"', "", False),
        ("light", 'data-theme="dark"', "", True),
        ("light", "", 'data-jp-theme-light="false"', True),
        ("dark", "", 'data-jp-theme-light="true"', False),
    ],
)
def test_the_theme_of_the_page_decides_and_the_system_where_it_has_none(opened, scheme, attributes, body, dark):
    page = opened(IsingLattice(16), color_scheme=scheme, attributes=attributes, body=body)
    paper = live(page).evaluate("widget => getComputedStyle(widget).backgroundColor")
    assert (sum(map(int, re.findall(r"\d+", paper)[:3])) < 200) == dark


@pytest.mark.browser
def test_without_scripts_there_is_a_picture_and_a_line(opened):
    page = opened(IsingLattice(64), java_script_enabled=False)
    expect(page.locator(".sl-still img")).to_be_visible()
    assert page.locator(".sl-still img").evaluate("image => image.naturalWidth") == 64
    expect(page.locator(".sl-still")).to_contain_text("64 × 64 spins at T = 2.269, h = 0, 100 Metropolis sweeps")
    expect(page.locator(".sl-still")).to_contain_text("The live version needs scripts")
    assert page.locator(".sl-live").count() == 0


@pytest.mark.browser
@pytest.mark.parametrize(
    ("init", "why"),
    [
        ("delete globalThis.WebAssembly", "it needs WebAssembly, which this browser does not have"),
        ("WebAssembly.instantiate = () => Promise.reject(new Error('no memory'))", "no memory"),
    ],
)
def test_where_it_cannot_run_it_says_so_under_the_picture(opened, init, why):
    page = opened(IsingLattice(64), init=init)
    expect(page.locator(".sl-why")).to_contain_text(f"The live version cannot run: {why}")
    expect(page.locator(".sl-still img")).to_be_visible()


@pytest.mark.browser
def test_two_lattices_on_a_page_keep_to_themselves(opened):
    page = opened(IsingLattice(32, T=1.5, seed=1), IsingLattice(48, T=3.0, seed=2), IsingLattice(48, T=3.0, seed=2))
    first, second, twin = (live(page, which) for which in range(3))
    button(first, "Start").click()
    button(second, "Step").click()
    first.get_by_label("Temperature T", exact=True).fill("2")
    button(first, "Pause").click()
    assert facts(first)["sweeps"] > 0
    assert facts(second) | {"e": 0} == facts(second) | {
        "sweeps": 1.0, "digest": digest(replay(48, 3.0, 1, seed=2)), "e": 0,
    }  # fmt: skip
    assert facts(twin)["digest"] == digest(replay(48, 3.0, 0, seed=2))
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map((part) => part.id)")
    assert len(ids) == len(set(ids))


@pytest.mark.browser
def test_the_checks_above_notice_what_is_wrong(opened):
    """The controls: a request and a complaint are seen, and other settings give other digests."""
    page = opened(IsingLattice(32, T=2.0, seed=4), above='<img alt="" src="http://127.0.0.1:9/picture.png">')
    widget = live(page)
    assert opened.requests.pop() == "http://127.0.0.1:9/picture.png"
    assert "Failed to load resource" in opened.complaints.pop()
    button(widget, "Step").click()
    assert facts(widget)["digest"] not in {
        digest(replay(32, 2.0, 1, seed=5)), digest(replay(32, 2.0, 1, seed=4, rule="heat-bath")),
        digest(replay(32, 2.5, 1, seed=4)), digest(replay(32, 2.0, 1, seed=4, h=0.2)),
    }  # fmt: skip


# ── In JupyterLab: a real server, a real kernel ──────────────────────────────────────────────────────────────────────


@pytest.fixture
def jupyterlab(tmp_path):
    """Start a server of its own, with no settings but its own, in a new folder; give its address and the folder."""
    work, own = tmp_path / "work", tmp_path / "own"
    work.mkdir()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    places = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR", "HOME")
    places += ("JUPYTERLAB_SETTINGS_DIR", "JUPYTERLAB_WORKSPACES_DIR")
    command = [sys.executable, "-m", "jupyter", "lab", "--no-browser", "--allow-root", "--ip=127.0.0.1"]
    command += [f"--port={port}", "--IdentityProvider.token=key", f"--ServerApp.root_dir={work}"]
    with open(tmp_path / "log", "w") as log:
        server = subprocess.Popen(
            command, env=os.environ | {place: str(own / place) for place in places}, stdout=log, stderr=log
        )
    try:
        for _ in range(600):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port)):
                break
            assert server.poll() is None, (tmp_path / "log").read_text()
            time.sleep(0.1)
        yield f"http://127.0.0.1:{port}/lab/tree", work
    finally:
        server.terminate()
        try:
            server.wait(20)
        except subprocess.TimeoutExpired:
            server.kill()


@pytest.mark.browser
@pytest.mark.slow
def test_in_jupyterlab_traits_and_controls_follow_each_other(request, chromium, jupyterlab):
    address, folder = jupyterlab
    stored = {"text/html": IsingLattice(64).static_html(), "text/plain": repr(IsingLattice(64))}
    sources = [
        "from spinlearn.course.explore import IsingLattice, digest, replay\nlive = IsingLattice(64, seed=3)\nlive",
        "print('read', live.T, live.sweeps, live.digest == digest(replay(64, live.T, live.sweeps, seed=3)))",
        "live.T, live.seed, live.rule = 3.5, 8, 'heat-bath'",
        "from spinlearn.course.explore import Neuron, Wolff, WolffClusters\n"
        "neuron, clusters = Neuron(), WolffClusters(32, settle=2)\ndisplay(neuron, clusters)\nneuron.I = 3.5\n"
        "from spinlearn.course.explore import Cobweb, FitByHand, Landscape\n"
        "hill, web, fit = Landscape(start=0.7), Cobweb(), FitByHand()\ndisplay(hill, web, fit)\n"
        "hill.rate, hill.N, web.T, fit.c = 0.01, 25, 0.5, 0.9",
        "same = digest(Wolff(32, clusters.T, seed=1).complete(3).spins)\n"
        "print(f'read {neuron.t:.1f} {neuron.V:.6f} {clusters.clusters} {clusters.digest == same}')\n"
        "print(f'read {hill.h:.3f} {hill.N} {hill.rate} {web.m:.6f} {fit.a:.4f} {fit.largest:.4f}')",
    ]
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    cells[0].outputs = [nbformat.v4.new_output("display_data", stored)]
    kernel = {"kernelspec": {"name": "python3", "display_name": "Python 3", "language": "python"}}
    nbformat.write(nbformat.v4.new_notebook(cells=cells, metadata=kernel), folder / "page.ipynb")

    context = chromium.new_context(viewport={"width": 1280, "height": 1100})
    request.addfinalizer(context.close)
    page = context.new_page()
    page.set_default_timeout(60_000)
    page.goto(f"{address}/page.ipynb?token=key")

    def run_cell(number):
        page.locator(".jp-CodeCell .cm-content").nth(number).click()
        page.keyboard.press("Shift+Enter")

    # Just opened, nothing run, the notebook not trusted: the picture and its line.
    expect(page.locator(".jp-OutputArea img")).to_be_visible(timeout=60_000)
    expect(page.locator(".jp-OutputArea").first).to_contain_text("The live version needs scripts")
    assert page.locator(".sl-live").count() == 0

    expect(page.get_by_text("| Idle")).to_be_visible(timeout=60_000)
    run_cell(0)
    widget = more(page.locator(".sl-live"))
    widget.get_by_label("Temperature T", exact=True).fill("3")
    for key in "ss":
        page.keyboard.press(key)
    assert facts(widget)["digest"] == digest(replay(64, 3.0, 2, seed=3))
    run_cell(1)
    expect(page.get_by_text("read 3.0 2 True", exact=True)).to_be_visible(timeout=30_000)

    run_cell(2)
    expect(widget.get_by_label("Seed")).to_have_value("8", timeout=30_000)
    expect(widget.get_by_label("Algorithm")).to_have_value("heat-bath")
    expect(widget.get_by_label("Temperature T, exact value")).to_have_value("3.500")
    button(widget, "Step").click()
    assert facts(widget)["digest"] == digest(replay(64, 3.5, 1, rule="heat-bath", seed=8))

    # The other explorables, by the same code: a trait moves what the page shows, and what it reads comes back.
    run_cell(3)
    neuron, clusters = (page.locator(f"[data-explorable={name}]") for name in ("neuron", "wolff"))
    expect(neuron.get_by_label("Current I, exact value")).to_have_value("3.50", timeout=30_000)
    button(neuron, "Step").click()
    button(clusters, "Step").click()
    hill, web, fit = (page.locator(f"[data-explorable={name}]") for name in ("landscape", "cobweb", "fit"))
    for each in (hill, fit):
        more(each)
    expect(fit.get_by_label("Centre c, exact value")).to_have_value("0.900", timeout=30_000)
    expect(hill.get_by_label("Spins")).to_have_value("25")
    hill.get_by_label("Spins").select_option("infinite")
    for each in (button(hill, "Step"), button(hill, "Step"), button(web, "Step"), button(fit, "Minimax")):
        each.click()
    page.wait_for_timeout(2000)  # a model tells its kernel twice a second at most
    run_cell(4)
    voltage = membrane.simulate(3.5, 1.0).V[-1]
    heard, best = meanfield.response(-0.2, 0.5, 0.1, 1.0), best_fits()
    told = f"read 0.020 None 0.01 {heard:.6f} {best.worst[0]:.4f} {best.largest:.4f}"
    expect(page.get_by_text(f"read 1.0 {voltage:.6f} 3 True {told}", exact=True)).to_be_visible(timeout=30_000)
