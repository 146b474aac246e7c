"""The live memory: in a page it learns, is damaged and recalls as the library does, bit for bit."""

import math
import re

import numpy as np
import pytest
from exploring import button, facts, fill, live, more, refuses, run_until, shown
from playwright.sync_api import expect
from wasm import Wasm

from spinlearn.course import web
from spinlearn.course.explore import Recall, digest, recalled
from spinlearn.course.explore.recall import MOST, SIDE, digits
from spinlearn.course.explore.shell import address
from spinlearn.dense import hopfield, network, rules

N = SIDE * SIDE
PACE = "Units a second"


def run_of(model, asked: int):
    """What the library comes to after so many units have been asked."""
    steps = asked // N if model.order == "parallel" else asked
    return recalled(
        round(model.P), model.picture, steps, noise=model.noise, rule=model.rule, order=model.order,
        pictures=model.pictures, rounds=model.rounds, seed=model.seed,
    )  # fmt: skip


def told(model, asked: int) -> dict:
    """What the page has to say then."""
    run = run_of(model, asked)
    m = run.patterns.astype(np.float64) @ run.spins / N
    all_of_them = recalled(MOST, pictures=model.pictures, seed=model.seed).patterns
    return {
        "asked": asked, "flips": run.flips, "best": m[np.abs(m).argmax()], "e": run.e[-1], "load": round(model.P) / N,
        "own": all_of_them[model.picture].astype(np.float64) @ run.spins / N, "digest": digest(run.spins),
        "running": False,
    }  # fmt: skip


def status(widget) -> str:
    """What it is doing, as a screen reader hears it."""
    return widget.get_by_role("status").inner_text().removeprefix("Paused. ").split(". ")[0]


def pixels(widget) -> np.ndarray:
    """The state as it is painted: -1 or +1, from beside the middle of each square."""
    colours = widget.locator("canvas").first.evaluate("""canvas => {
        const copy = Object.assign(document.createElement("canvas"), { width: canvas.width, height: canvas.height });
        const pen = copy.getContext("2d", { willReadFrequently: true });
        pen.drawImage(canvas, 0, 0);
        const [{ data }, size] = [pen.getImageData(0, 0, canvas.width, canvas.height), canvas.width / 16];
        const at = (place) => Math.floor((place + 0.25) * size);
        return Array.from({ length: 256 }, (_, k) => data[4 * (at(Math.floor(k / 16)) * canvas.width + at(k % 16))]);
    }""")
    return np.where(np.array(colours) > 128, 1, -1)


# ── In Python ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("P", 0, "1.0"), ("P", 81, "80.0"), ("P", math.nan, "must be a number"), ("P", "all", "expected a float"),
        ("noise", -0.1, "0.0"), ("noise", 0.6, "0.5"), ("rounds", -1, "0.0"), ("rounds", 501, "500.0"),
        ("rule", "delta", "any of .*'hebb'"), ("order", "together", "any of .*'parallel'"),
        ("pictures", "faces", "any of .*'digits'"), ("picture", 80, "greater than 79"), ("picture", 1.5, "an int"),
        ("seed", -1, "less than 0"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_and_nothing_changes(name, value, allowed):
    refuses(Recall, name, value, allowed)


def test_an_address_holds_its_settings():
    text = (
        "recall?P=20&noise=0.3&rounds=50&rule=projection&order=parallel&pictures=random&picture=7&seed=2&run=1&pace=64"
    )
    assert address.read(text)[1] == {
        "P": 20.0, "noise": 0.3, "rounds": 50.0, "rule": "projection", "order": "parallel", "pictures": "random",
        "picture": 7, "seed": 2, "run": True, "pace": 64,
    }  # fmt: skip
    for wrong, says in (("P=0", "'P' trait"), ("rule=delta", "'rule' trait"), ("picture=99", "'picture' trait")):
        with pytest.raises(ValueError, match=says):
            address.read(f"recall?{wrong}")


@pytest.mark.parametrize(
    ("arguments", "error", "text"),
    [
        ({"P": 0}, ValueError, "P must be at least 1"), ({"P": 2.5}, TypeError, "P must be a whole number"),
        ({"P": 81}, ValueError, "P must be at most 80"), ({"picture": 80}, ValueError, "picture must be at most 79"),
        ({"noise": 0.7}, ValueError, "noise must be from 0 to 0.5, got 0.7"),
        ({"rule": "delta"}, ValueError, "rule must be one of 'hebb'"), ({"order": "up"}, ValueError, "order must be"),
        ({"pictures": "faces"}, ValueError, "pictures must be"), ({"seed": -1}, ValueError, "seed must be at least 0"),
    ],
)  # fmt: skip
def test_what_cannot_be_run_is_refused(arguments, error, text):
    with pytest.raises(error, match=text):
        recalled(**{"P": 3, "seed": 1} | arguments)


def test_a_picture_shows_the_last_figure_of_its_number():
    """The digits are scikit-learn's: shrunk again, the ink is where they have it, in each class."""
    from sklearn.datasets import load_digits

    found = load_digits()
    for k in range(MOST):
        place = np.flatnonzero(found.target == k % 10)[k // 10]
        shrunk = (digits()[k].reshape(SIDE // 2, 2, SIDE // 2, 2) > 0).mean((1, 3))
        assert np.corrcoef(shrunk.ravel(), found.images[place].ravel())[0, 1] > 0.85
    assert len({picture.tobytes() for picture in digits()}) == MOST


@pytest.mark.parametrize("rule", ["hebb", "projection"])
@pytest.mark.parametrize("P", [1, 10, 80])
def test_the_couplings_are_those_of_the_library(P, rule):
    J = recalled(P, rule=rule, seed=1).J
    if rule == "hebb":
        np.testing.assert_array_equal(J, hopfield.hebb(digits()[:P]))
    else:
        np.testing.assert_allclose(J, hopfield.projection(digits()[:P]), atol=1e-12)
    assert not J.diagonal().any()


@pytest.mark.parametrize("order", network.ORDERS)
def test_it_ends_where_relax_ends(order):
    run = recalled(12, 4, 12 if order == "parallel" else 12 * N, rule="projection", order=order, noise=0.3, seed=3)
    end = network.relax(run.cue, run.J, order=order, sweeps=12, rng=np.random.default_rng(1))
    if order == "random":  # in another order to the same memory
        np.testing.assert_array_equal(run.spins, digits()[4])
        np.testing.assert_array_equal(end.spins, digits()[4])
    else:
        np.testing.assert_array_equal(run.spins, end.spins)
        np.testing.assert_allclose(run.e[[0, -1]], end.e[[0, -1]], atol=1e-12)
    assert (run.cue != digits()[4]).sum() == round(0.3 * N)
    if order != "parallel":
        assert (np.diff(run.e) <= 1e-12).all()  # it falls


@pytest.mark.slow
def test_what_the_text_beside_it_can_promise():
    """Hebb's rule blurs five digits, the projection brings ten back, a hundred states unlearned mend the five."""

    def brought_back(P, **options):
        return sum((recalled(P, k, 12 * N, seed=1, **options).spins == digits()[k]).all() for k in range(P))

    assert brought_back(2) == 2
    assert brought_back(5) == 0
    blurs = {recalled(5, k, 12 * N, seed=1).spins.tobytes() for k in range(5)}
    assert len(blurs) == 1  # and from each of the five it is the same
    assert brought_back(5, rule="unlearning", rounds=100) == 5
    assert brought_back(5, rule="unlearning", rounds=500) == 0
    assert brought_back(10, rule="projection") == 10
    assert brought_back(20, rule="projection") == 20
    assert brought_back(20, pictures="random") == 0  # those are other pictures
    random = [recalled(P, 0, 20 * N, pictures="random", noise=0.1, seed=1) for P in (20, 80)]
    assert [run.spins @ run.patterns[0].astype(float) / N > 0.97 for run in random] == [True, False]
    ends = [
        recalled(60, 3, steps, rule="projection", order="parallel", noise=0.3, seed=1).spins for steps in (40, 41, 42)
    ]
    np.testing.assert_array_equal(ends[0], ends[2])
    assert (ends[0] != ends[1]).any()  # it blinks


@pytest.mark.slow
def test_the_still_picture_says_what_the_library_computes():
    for model in (Recall(), Recall(12, rule="projection", picture=3), Recall(1, noise=0.0), Recall(
        60, rule="unlearning", rounds=50, order="parallel", pictures="random", picture=70, seed=4
    )):  # fmt: skip
        run = run_of(model, 24 * N)
        m = run.patterns.astype(np.float64) @ run.spins / N
        still = model.still()
        for words in (still.caption, still.alternative):
            best = np.abs(m).argmax()
            ends = f"largest overlap is {m[best]:.2f}, with picture {best}, and its energy {run.e[-1]:.3f} a unit"
            assert ends.replace("-", "−") in words
            assert f"picture {model.picture} with {round(model.noise * N)} pixels turned" in words


# ── The module ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def wasm():
    return Wasm(web.read("recall"))


def memory(n: int):
    """J, h, zero, spins, fields, places: what the kernels work on."""
    return (
        np.empty((n, n)), np.zeros(n), np.empty(n), np.empty(n, dtype=np.int8), np.empty(n), np.empty(n, dtype=np.int64)
    )  # fmt: skip


@pytest.mark.parametrize("rule", [rules.HEBB, rules.PROJECTION])
@pytest.mark.parametrize("order", network.ORDERS)
@pytest.mark.parametrize("rounds", [0, 3])
def test_native_and_web_agree_bit_for_bit(wasm, rule, order, rounds, rng):
    """Couplings, cue, fields, energies and the generator's state, through three sweeps."""
    n, P = 48, 9
    x, state = hopfield.random_patterns(P, n, rng=rng), rng.integers(2**64, size=4, dtype=np.uint64)
    native, copies = memory(n), memory(n)
    J, h, zero, spins, fields, places = native
    web_J, web_h, web_zero, web_spins, web_fields, web_places = copies
    web_state = state.copy()

    def agree():
        for one, other in zip((*native, state), (*copies, web_state), strict=True):
            np.testing.assert_array_equal(one, other)

    for array in (*native, *copies):
        array[:] = 0
    rules.learn(rule, x, J, fields)
    wasm.call("learn", rule, x.copy(), P, n, web_J, web_fields)
    agree()
    rules.unlearn(rounds, 0.05, 9, J, h, zero, spins, fields, state)
    wasm.call("unlearn", rounds, 0.05, 9, n, web_J, web_h, web_zero, web_spins, web_fields, web_state)
    agree()
    spins[:] = web_spins[:] = x[0]
    rules.turn_some(spins, 13, places, state)
    wasm.call("turn_some", web_spins, n, 13, web_places, web_state)
    network.fill_fields(spins, J, h, fields)
    network.fill_zero(J, h, zero)
    wasm.call("look", web_spins, n, web_J, web_h, web_fields, web_zero)
    agree()
    code, flips, web_flips = network.ORDERS[order], 0, 0
    for k in range(3 if order == "parallel" else 3 * n):
        if order == "parallel":
            flips += network.ask_together(J, zero, spins, fields, places)
        elif order == "random":
            flips += network.ask_drawn(1, J, zero, spins, fields, state)
        else:
            flips += network.ask_in_turn(k % n, 1, J, zero, spins, fields)
        web_flips += wasm.call(
            "ask", code, k % n, n, web_J, web_zero, web_spins, web_fields, web_state, web_places
        )  # fmt: skip
        assert wasm.call("energy", web_spins, n, web_fields, web_h) == network.energy_of_fields(spins, fields, h)
        assert wasm.call("settled", web_spins, n, web_fields, web_zero) == network.settled(spins, fields, zero)
    agree()
    assert flips == web_flips > 0
    m, web_m = np.empty(P), np.empty(P)
    rules.match(spins, x, m)
    wasm.call("match", web_spins, n, x.copy(), P, web_m)
    np.testing.assert_array_equal(m, web_m)
    wasm.call("learn", 1 - rule, x.copy(), P, n, web_J, web_fields)  # the control
    assert (web_J != J).any()


# ── The page ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.browser
@pytest.mark.parametrize(
    "settings",
    [
        {}, {"P": 10.0, "rule": "projection", "picture": 3, "noise": 0.3, "seed": 2**32 - 1},
        {"P": 60.0, "rule": "projection", "order": "parallel", "picture": 3, "noise": 0.3},
        {"P": 5.0, "rule": "unlearning", "rounds": 90.0, "order": "sequential", "picture": 2, "seed": 5},
        {"P": 20.0, "pictures": "random", "picture": 33, "noise": 0.0, "seed": 7},
    ],
    ids=str,
)  # fmt: skip
def test_the_page_recalls_as_the_library_does_bit_for_bit(opened, settings):
    model = Recall(**settings)
    widget = live(opened(model))
    assert facts(widget) == told(model, 0)
    np.testing.assert_array_equal(pixels(widget), run_of(model, 0).cue)
    for _ in range(3):
        button(widget, "Step").click()
    assert facts(widget) == told(model, 3 * N if model.order == "parallel" else 3)
    now = run_until(widget, "asked", 5 * N, pace=PACE)
    assert now == told(model, int(now["asked"]))
    assert now["digest"] != told(Recall(**settings | {"noise": 0.17}), int(now["asked"]))["digest"] or model.P < 20
    np.testing.assert_array_equal(pixels(widget), run_of(model, int(now["asked"])).spins)
    for name, value in {"overlap, nearest": now["best"], "energy a unit": now["e"]}.items():
        assert abs(float(shown(widget, name).replace("−", "-")) - value) <= 0.005 + 1e-9
    button(widget, "Reset").click()
    assert facts(widget) == told(model, 0)


@pytest.mark.browser
def test_a_changed_setting_learns_anew_and_shows_the_cue(opened):
    widget = live(opened(Recall()))
    button(widget, "Step").click()
    for label, value, settings in (
        ("Pictures learned P, exact value", 17, {"P": 17}),
        ("Pixels turned, share f, exact value", 0.4, {"P": 17, "noise": 0.4}),
        ("Picture shown", 30, {"P": 17, "noise": 0.4, "picture": 30}),
        ("Seed", 9, {"P": 17, "noise": 0.4, "picture": 30, "seed": 9}),
    ):
        fill(widget, label, value)
        assert facts(widget) == told(Recall(**settings), 0)
    assert status(widget) == "Shown is picture 30, a 0, which it has not learned, with 102 pixels turned"
    for label, text, settings in (
        ("Rule", "Projection", {"rule": "projection"}), ("Rule", "Unlearning", {"rule": "unlearning"}),
        ("Pictures", "Random", {"rule": "unlearning", "pictures": "random"}),
    ):  # fmt: skip
        widget.get_by_role("combobox", name=label, exact=True).select_option(text)
        assert facts(widget) == told(Recall(17, noise=0.4, picture=30, seed=9, **settings), 0)
    fill(widget, "States unlearned U, exact value", 40)
    model = Recall(17, noise=0.4, picture=30, seed=9, rule="unlearning", pictures="random", rounds=40)
    assert facts(widget) == told(model, 0)
    fill(widget, "Pictures learned P, exact value", 81)
    expect(widget.locator(".sl-problem:visible")).to_contain_text("is not a number from 1 to 80")


@pytest.mark.browser
def test_it_says_what_it_is_doing_and_what_it_has_recalled(opened):
    widget = live(opened(Recall(10, rule="projection", picture=8)))
    button(widget, "Reset").click()
    assert status(widget) == "Shown is picture 8, an 8, with 51 pixels turned"
    button(widget, "Step").click()
    assert status(widget).startswith("Moving; nearest is picture ")
    run_until(widget, "best", 1, pace=PACE)
    assert status(widget) == "At rest in picture 8, an 8"
    graphs = widget.locator("svg[role=img]")
    expect(graphs.first).to_have_attribute("aria-label", "Overlap with each of 10 pictures: nearest: picture 8, an 8, "
                                           "1.00; with the one shown it is 1.00")  # fmt: skip
    expect(graphs.last).to_have_attribute("aria-label", re.compile(r"it begins at −0\.\d+ and is −0\.\d+ after"))
    expect(widget.locator("canvas[role=img]")).to_have_attribute(
        "aria-label", "The 10 pictures that it has learned; framed is the nearest, picture 8, an 8"
    )
    fill(widget, "Pictures learned P, exact value", 5)
    more(widget).get_by_role("combobox", name="Rule", exact=True).select_option("Hebb")
    fill(widget, "Picture shown", 3)
    run_until(widget, "asked", 12 * N, pace=PACE)
    assert status(widget) == "At rest in a state that is no picture; nearest is picture 1, a 1"


@pytest.mark.browser
def test_all_at_once_it_may_go_on_for_ever(opened):
    model = Recall(60, rule="projection", order="parallel", picture=3, noise=0.3)
    widget = live(opened(model))
    for _ in range(45):
        button(widget, "Step").click()
    assert status(widget).startswith("Two states in turn, for ever: all units move at once")
    one = pixels(widget)
    button(widget, "Step").click()
    other = pixels(widget)
    button(widget, "Step").click()
    assert (one != other).any()
    assert (one == pixels(widget)).all()
    assert facts(widget) == told(model, 47 * N)


@pytest.mark.browser
def test_it_blinks_no_more_than_three_times_a_second(opened):
    """As fast as it goes: what flashes more often may harm."""
    widget = live(opened(Recall(60, rule="projection", order="parallel", picture=3, noise=0.3)))
    more(widget).get_by_label(PACE).select_option(index=widget.get_by_label(PACE).locator("option").count() - 1)
    button(widget, "Start").click()
    began = widget.page.evaluate("[performance.now(), Number(document.querySelector('.sl-live').dataset.asked)]")
    widget.page.wait_for_timeout(2000)
    ended = widget.page.evaluate("[performance.now(), Number(document.querySelector('.sl-live').dataset.asked)]")
    sweeps = (ended[1] - began[1]) / N
    assert 0 < sweeps <= 6 * (ended[0] - began[0]) / 1000 + 1


@pytest.mark.browser
def test_one_draws_with_the_keys_and_the_drawing_falls(opened):
    page = opened(Recall(10, rule="projection"))
    widget = live(page)
    button(widget, "Clear").click()
    assert (pixels(widget) == -1).all()
    assert status(widget).startswith(
        "A drawing; nearest is the negative of" if facts(widget)["best"] < 0 else "A drawing"
    )
    canvas = widget.get_by_role("slider", name="Pixels of the network, to be drawn")
    canvas.focus()
    for _ in range(20):
        page.keyboard.press("ArrowLeft")
        page.keyboard.press("ArrowUp")
    assert canvas.get_attribute("aria-valuetext") == "row 1, column 1: dark"
    for k in range(16):
        page.keyboard.press("Space" if k % 2 else "Enter")
        page.keyboard.press("ArrowRight")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Space")
    page.keyboard.press("Space")
    expected = np.full((16, 16), -1)
    expected[0] = 1
    np.testing.assert_array_equal(pixels(widget), expected.ravel())
    now, J = facts(widget), recalled(10, rule="projection", seed=1).J
    assert now["running"] is False
    assert now["e"] == pytest.approx(network.energy(expected.ravel(), J) / N, abs=1e-12)
    assert now["digest"] == digest(expected.astype(np.int8))
    # Another rule takes the drawing as it was.
    button(widget, "Step").click()
    more(widget).get_by_role("combobox", name="Rule", exact=True).select_option("Hebb")
    np.testing.assert_array_equal(pixels(widget), expected.ravel())
    more(widget).get_by_role("combobox", name="Units move").select_option("In turn")
    run_until(widget, "asked", 12 * N, pace=PACE)
    end = network.relax(expected.ravel(), hopfield.hebb(digits()[:10]))
    np.testing.assert_array_equal(pixels(widget), end.spins)
    button(widget, "Reset").click()
    np.testing.assert_array_equal(pixels(widget), recalled(10, seed=1).cue)


@pytest.mark.browser
def test_one_draws_with_the_pointer(opened):
    page = opened(Recall(3))
    widget = live(page)
    button(widget, "Clear").click()
    box = widget.locator("canvas").first.bounding_box()

    def at(row, column):
        return box["x"] + (column + 0.5) / 16 * box["width"], box["y"] + (row + 0.5) / 16 * box["height"]

    page.mouse.move(*at(2, 3))
    page.mouse.down()
    page.mouse.move(*at(2, 9))  # in one go: the pixels in between are drawn, too
    page.mouse.move(*at(5, 9))
    page.mouse.up()
    page.mouse.move(*at(12, 12))
    expected = np.full((16, 16), -1)
    expected[2, 3:10] = expected[2:6, 9] = 1
    np.testing.assert_array_equal(pixels(widget), expected.ravel())
    page.mouse.click(*at(2, 5))
    expected[2, 5] = -1
    np.testing.assert_array_equal(pixels(widget), expected.ravel())
    assert facts(widget)["digest"] == digest(expected.astype(np.int8))


@pytest.mark.browser
def test_a_finger_that_moves_the_page_draws_nothing(opened):
    page = opened(Recall(3))
    widget = live(page)
    before = facts(widget)
    widget.locator("canvas").first.evaluate("""canvas => {
        const box = canvas.getBoundingClientRect();
        canvas.setPointerCapture = () => {};
        for (const [type, dy] of [["pointerdown", 0], ["pointermove", 60], ["pointercancel", 90]]) {
            canvas.dispatchEvent(new PointerEvent(type, { pointerId: 5, pointerType: "touch",
                clientX: box.left + box.width / 2, clientY: box.top + 40 + dy, bubbles: true }));
        }
    }""")
    assert facts(widget) == before
    assert status(widget).startswith("Shown is picture 0, a 0")


@pytest.mark.browser
def test_a_small_picture_and_the_buttons_choose_what_is_shown(opened):
    page = opened(Recall())
    widget = live(page)
    gallery = widget.locator("canvas[role=img]")
    box = gallery.bounding_box()
    page.mouse.click(box["x"] + 3.5 / 10 * box["width"], box["y"] + box["height"] / 2)
    assert facts(widget) == told(Recall(picture=3), 0)
    page.mouse.click(box["x"] + 8.5 / 10 * box["width"], box["y"] + box["height"] / 2)  # nothing hangs there
    assert facts(widget) == told(Recall(picture=3), 0)
    button(widget, "Next picture").click()
    button(widget, "Next picture").click()
    assert facts(widget) == told(Recall(picture=0), 0)
    widget.focus()
    page.keyboard.press("n")
    page.keyboard.press("d")
    assert facts(widget) == told(Recall(picture=1, seed=2), 0)
    page.keyboard.press("c")
    assert (pixels(widget) == -1).all()


@pytest.mark.browser
def test_the_bars_are_where_the_overlaps_are(opened):
    model = Recall(12, pictures="random", picture=4)
    widget = live(opened(model))
    run = run_of(model, 0)
    m = run.patterns.astype(np.float64) @ run.spins / N
    inside = widget.locator(".sl-graph .sl-inside").first
    width, height = (float(inside.get_attribute(name)) for name in ("width", "height"))
    text = inside.locator("path.sl-look-second").get_attribute("d")
    ends = [[float(part) for part in bar.split("L")[1].split()] for bar in text.split("M")[1:]]
    x, y = np.array(ends).T
    np.testing.assert_allclose(x / width * 12.4 - 0.7, np.arange(12), atol=0.03)
    np.testing.assert_allclose(1.08 - y / height * 2.16, m, atol=0.02)


@pytest.mark.browser
def test_the_prose_sets_it(opened):
    asks = (
        ("blur", "P=5&amp;rule=hebb&amp;picture=3&amp;noise=0.2"),
        ("blinks", "P=60&amp;rule=projection&amp;order=parallel&amp;picture=3&amp;noise=0.3&amp;run=1"),
        ("wrong", "rule=delta"),
    )
    above = "".join(f'<p><span class="sl-set" data-set="recall?{asked}">{word}</span></p>' for word, asked in asks)
    page = opened(Recall(), above=above)
    widget = live(page)
    button(widget, "Clear").click()
    button(page, "blur").click()
    assert facts(widget) == told(Recall(5, picture=3), 0)
    button(page, "blinks").click()
    expect(button(widget, "Pause")).to_be_visible()
    page.wait_for_function("Number(document.querySelector('.sl-live').dataset.asked) >= 256")
    button(widget, "Pause").click()
    now = facts(widget)
    assert now == told(Recall(60, rule="projection", order="parallel", picture=3, noise=0.3), int(now["asked"]))
    button(page, "wrong").click()
    expect(widget.locator(".sl-problem:visible")).to_contain_text("one of hebb, projection, unlearning")
