"""The live capacity: in a page it learns, recalls and judges each load as the library does."""

import math
import re

import numpy as np
import pytest
from exploring import button, facts, fill, live, more, refuses, shown
from playwright.sync_api import expect
from wasm import Wasm

from spinlearn.core import words
from spinlearn.course import web
from spinlearn.course.explore import Capacity, remembered
from spinlearn.course.explore.capacity import ACTIVATIONS, NETWORKS, C, N
from spinlearn.course.explore.shell import address
from spinlearn.dense import fading, loops
from spinlearn.lattice.geometry import fill_random

LABEL = "Patterns learned P, exact value"
LAST_BITS = 1e-9  # `exp` and `tanh` of a browser may differ from the system's in their last bits


def told(model, measured: int = 1) -> dict:
    """What the page has to say at its load."""
    P = round(model.P)
    run = remembered(P, model.activation, gain=model.gain, network=model.network, seed=model.seed)
    end = 0 if model.activation == "exp" else run.end  # ∞ in the read-out
    return {
        "measured": measured, "m": run.overlap, "theory": run.theory, "end": end, "running": False, "digest": None,
        "load": P / (C if model.activation in fading.UNITS else N),
    }  # fmt: skip


def near(found: dict, expected: dict) -> bool:
    return found == pytest.approx(expected, abs=LAST_BITS)


def status(widget) -> str:
    return widget.get_by_role("status").inner_text().removeprefix("Paused. ")


def choose(widget, name: str, option: str) -> None:
    more(widget).get_by_role("combobox", name=name, exact=True).select_option(option)


# ── In Python ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("P", 1, "less than 2"), ("P", 30_001, "greater than 30000"), ("P", math.nan, "must be a number"),
        ("gain", 1.0, "1.05"), ("gain", 11, "10.0"), ("activation", "relu", "any of .*'rectifier'"),
        ("network", "huge", "any of .*'tree'"),
        ("seed", -1, "less than 0"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_and_nothing_changes(name, value, allowed):
    refuses(Capacity, name, value, allowed)


def test_an_address_holds_its_settings():
    text = "capacity?P=40&activation=tanh&gain=1.2&network=large&seed=3&run=1&pace=10"
    assert address.read(text)[1] == {
        "P": 40.0, "activation": "tanh", "gain": 1.2, "network": "large", "seed": 3, "run": True, "pace": 10,
    }  # fmt: skip
    for wrong, says in (
        ("P=1", "'P' trait"),
        ("activation=relu", "'activation' trait"),
        ("network=2", "'network' trait"),
    ):
        with pytest.raises(ValueError, match=says):
            address.read(f"capacity?{wrong}")


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        ({"P": 1}, "P must be at least 2"), ({"P": 77}, "P must be at most 76"),
        ({"P": 30_001, "activation": "x3"}, "P must be at most 30000"), ({"activation": "relu"}, "activation must be"),
        ({"gain": 1.0}, "gain must be from 1.05 to 10, got 1"), ({"network": "huge"}, "network must be one of"),
        ({"seed": -1}, "seed must be at least 0"),
    ],
)  # fmt: skip
def test_what_cannot_be_run_is_refused(arguments, text):
    with pytest.raises(ValueError, match=text):
        remembered(**{"P": 10, "seed": 1} | arguments)


def test_the_names_stand_in_the_order_of_their_codes():
    """The page counts on it."""
    assert list(ACTIVATIONS) == list(Capacity().data()["short"]) == list(fading.ACTIVATIONS)
    assert list(fading.ACTIVATIONS.values()) == list(range(8))
    assert list(ACTIVATIONS)[: Capacity().data()["kinds"]] == list(fading.UNITS)


@pytest.mark.slow
def test_what_the_text_beside_it_can_promise():
    """On a tree the points lie on the curves; in a network they leave them; higher powers hold more."""

    def overlap(P, activation, **options):
        found = remembered(P, activation, **options, seed=1)
        return found.overlap, found.theory

    for activation, loads in {"sign": (10, 20, 26), "best": (10, 26, 36), "rectifier": (4, 10, 16)}.items():
        for P in loads:
            measured, theory = overlap(P, activation)
            assert measured == pytest.approx(theory, abs=0.06)
    assert overlap(40, "sign")[0] < 0.1 < 0.4 < overlap(40, "best")[0]
    assert overlap(36, "best", network="large")[0] < 0.45 < overlap(36, "best")[0]
    assert overlap(16, "rectifier", network="large")[0] < overlap(16, "rectifier")[0] - 0.2
    assert overlap(28, "sign", network="small")[0] < 0.3 < overlap(28, "sign")[0]
    for small, large, activation in ((8, 50, "x2"), (300, 3000, "x3"), (7000, 30_000, "x4")):
        assert overlap(small, activation)[0] > 0.97
        assert overlap(large, activation)[0] < 0.7
    assert overlap(30_000, "exp")[0] == pytest.approx(1)
    assert remembered(4, "exp", seed=1).end == pytest.approx(math.exp(67.5), rel=0.05)
    assert [round(remembered(2, name, seed=1).end) for name in ("x2", "x3", "x4")] == [14, 841, 13_191]


@pytest.mark.slow
@pytest.mark.parametrize("settings", [
    {}, {"P": 30.0, "activation": "tanh", "network": "large"}, {"P": 2000.0, "activation": "x3", "seed": 4},
    {"P": 9000.0, "activation": "exp"}, {"P": 900.0, "activation": "rectifier", "network": "small"},
], ids=str)  # fmt: skip
def test_the_still_picture_says_what_the_library_computes_and_is_light(settings):
    model = Capacity(**settings)
    P = min(round(model.P), 76) if model.activation in fading.UNITS else round(model.P)
    run = remembered(P, model.activation, gain=model.gain, network=model.network, seed=model.seed)
    still = model.still()
    assert f"With {P} patterns" in still.caption
    assert f"it is {run.overlap:.2f}, and {run.theory:.2f} by theory".replace("-", "−") in still.caption.replace(
        "−0.00", "0.00"
    )
    assert "the memory ends" in still.alternative
    assert len(model.static_html().encode()) < 60_000


# ── The module ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def wasm():
    return Wasm(web.read("capacity"))


def start(seed: int) -> np.ndarray:
    state = np.empty(4, dtype=np.uint64)
    words.seed_state(np.uint64(seed), state)
    return state


@pytest.mark.parametrize("tree", [False, True])
@pytest.mark.parametrize("activation", fading.UNITS)
@pytest.mark.parametrize("P", [3, 70])
def test_units_answer_as_they_do_natively(wasm, activation, tree, P):
    """Patterns, wiring, states and the generator through four steps; of signs to the last bit."""
    n, many, code = 90, 11, fading.ACTIVATIONS[activation]

    def memory():  # fmt: skip
        return [np.zeros((n, loops.words_of(P)), dtype=np.uint64), *np.zeros((2, n, many), dtype=np.int32),
                *np.zeros((2, n)), start(5)]  # fmt: skip

    native, copies = memory(), memory()
    loops.begin_units(code, P, tree, *native)
    wasm.call("begin", code, P, int(tree), n, many, *copies)
    for _ in range(4):
        found = loops.step_units(code, 1.5, P, tree, *native)
        assert wasm.call("step", code, 1.5, P, int(tree), n, many, *copies) == pytest.approx(found, abs=1e-12)
    for k, (one, other) in enumerate(zip(native, copies, strict=True)):
        if one.dtype == np.float64 and activation != "sign":
            np.testing.assert_allclose(one, other, atol=1e-11)
        else:
            np.testing.assert_array_equal(one, other, err_msg=str(k))
    assert wasm.call("step", code, 1.5, P, 1 - int(tree), n, many, *copies) != found  # the control


@pytest.mark.parametrize("activation", ["x2", "x3", "x4", "exp"])
def test_a_dense_memory_recalls_as_it_does_natively_bit_for_bit(wasm, activation):
    n, P, sweeps, code = 30, 60, 9, fading.ACTIVATIONS[activation]

    def memory():  # fmt: skip
        return [np.zeros(n * P, dtype=np.int8), np.zeros(n), np.zeros(n, dtype=np.int8), np.zeros(P, dtype=np.int64),
                *np.zeros((2, n), dtype=np.int64), start(7)]  # fmt: skip

    native, copies, found, other = memory(), memory(), np.empty(sweeps + 1), np.empty(sweeps + 1)
    patterns, steps, *rest = native
    fill_random(patterns, rest[-1])
    loops.fill_steps(code, n, steps)
    loops.run_dense(patterns.reshape(n, P), steps, *rest, found)
    wasm.call("dense", code, P, n, *copies, sweeps, other)
    np.testing.assert_array_equal(found, other)
    for one, copy in zip(native, copies, strict=True):
        np.testing.assert_array_equal(one, copy)
    if activation == "x2":
        assert found[-1] < 1


def test_the_error_function_of_the_page_is_that_of_the_system(wasm):
    for x in (*np.linspace(-7, 7, 141), 1e-300, 0.0, 5.9999, 6.0001):
        assert wasm.call("erf", float(x)) == pytest.approx(math.erf(x), rel=1e-14)


@pytest.mark.parametrize("activation", [name for name in ACTIVATIONS if name != "exp"])
def test_the_theory_of_the_page_is_that_of_the_library(wasm, activation):
    code = fading.ACTIVATIONS[activation]
    native = fading.curve(activation, 21, gain=1.4)
    load, overlap, fall, by_map = np.empty(21), np.empty(21), np.empty(7), np.empty(7)
    wasm.call("curve", code, 1.4, 21, load, overlap)
    np.testing.assert_allclose(load, native.load, atol=1e-9)
    np.testing.assert_allclose(overlap, native.overlap, atol=1e-7)
    for share in (0.3, 0.8, 0.99, 1.2):
        at = share * native.load[-1]
        expected = fading.overlap(activation, at, gain=1.4)
        assert wasm.call("expected", code, 1.4, at) == pytest.approx(expected, abs=1e-7)
    if activation in fading.UNITS:
        fading.fill_fall(code, 1.4, 0.3, fall)
        wasm.call("fall", code, 1.4, 0.3, 6, by_map)
        np.testing.assert_allclose(by_map, fall, atol=1e-12)


# ── The page ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.browser
@pytest.mark.parametrize(
    "settings",
    [
        {}, {"P": 24.0, "activation": "tanh", "gain": 1.35, "seed": 2**32 - 1},
        {"P": 18.0, "activation": "best", "network": "small"}, {"P": 7.0, "activation": "rectifier", "seed": 5},
        {"P": 22.0, "network": "large"}, {"P": 12.0, "activation": "x2"}, {"P": 700.0, "activation": "x3", "seed": 9},
        {"P": 3000.0, "activation": "x4"}, {"P": 500.0, "activation": "exp"},
    ],
    ids=str,
)  # fmt: skip
def test_the_page_measures_what_the_library_does(opened, settings):
    model = Capacity(**settings)
    widget = live(opened(model))
    assert near(facts(widget), told(model))
    for name, value in {"overlap, network": told(model)["m"], "overlap, theory": told(model)["theory"]}.items():
        assert abs(float(shown(widget, name).replace("−", "-")) - value) <= 0.005 + 1e-9
    assert told(Capacity(**settings | {"seed": 77}))["m"] != told(model)["m"] or model.activation in ("x4", "exp")


@pytest.mark.browser
def test_each_step_is_the_next_load_and_a_run_goes_to_the_last(opened):
    widget = live(opened(Capacity(70)))
    button(widget, "Step").click()
    assert near(facts(widget), told(Capacity(72), 2))
    more(widget).get_by_label("Points a second").select_option("10")
    button(widget, "Start").click()
    widget.page.wait_for_function("document.querySelector('.sl-live').dataset.running === 'false'")
    assert near(facts(widget), told(Capacity(76), 4))
    button(widget, "Step").click()  # from the last to the first
    assert near(facts(widget), told(Capacity(2), 5))
    button(widget, "Reset").click()
    assert near(facts(widget), told(Capacity(2), 1))


@pytest.mark.browser
def test_a_changed_setting_measures_anew_or_does_not_matter(opened):
    widget = live(opened(Capacity()))
    fill(widget, LABEL, 30)
    assert near(facts(widget), told(Capacity(30), 2))
    choose(widget, "Activation", ACTIVATIONS["tanh"])
    fill(widget, "Gain of tanh g, exact value", 1.2)
    assert near(facts(widget), told(Capacity(30, activation="tanh", gain=1.2), 4))
    choose(widget, "Units stand in", NETWORKS["small"])
    fill(widget, "Seed", 8)
    assert near(facts(widget), told(Capacity(30, activation="tanh", gain=1.2, network="small", seed=8), 6))
    choose(widget, "Activation", ACTIVATIONS["x3"])
    fill(widget, "Gain of tanh g, exact value", 3)
    choose(widget, "Units stand in", NETWORKS["tree"])
    assert near(facts(widget), told(Capacity(30, activation="x3", seed=8), 7))
    fill(widget, LABEL, 1000)
    choose(widget, "Activation", ACTIVATIONS["sign"])  # units are followed up to 76
    assert near(facts(widget), told(Capacity(76, seed=8), 9))
    assert status(widget) == "Units are followed up to 76 patterns: P is 76 now."
    fill(widget, LABEL, 100)
    assert shown(widget, "overlap, network") == "–"
    assert facts(widget)["measured"] == 9
    assert "followed up to 76" in status(widget)
    fill(widget, LABEL, 1)
    expect(widget.locator(".sl-problem:visible")).to_contain_text("is not a number from 2 to 30000")


@pytest.mark.browser
def test_buttons_and_keys_go_through_activations_and_seeds(opened):
    page = opened(Capacity(20))
    widget = live(page)
    for name in [*list(ACTIVATIONS)[1:], "sign"]:
        button(widget, "Next activation").click()
        expected = told(Capacity(20, activation=name))
        assert facts(widget)["m"] == pytest.approx(expected["m"], abs=LAST_BITS)
    widget.focus()
    page.keyboard.press("d")
    page.keyboard.press("a")
    assert facts(widget)["m"] == pytest.approx(told(Capacity(20, activation="tanh", seed=2))["m"], abs=LAST_BITS)


def drawn(widget, look: str, kind: str = "points") -> np.ndarray:
    """Where the points of a look are drawn in the graph that is shown, in shares of its width and height."""
    inside = widget.locator(".sl-graph:visible .sl-inside").first
    expect(inside).to_have_attribute("width", re.compile(r"\d"))  # if it was hidden, from the next frame on
    width, height = (float(inside.get_attribute(name)) for name in ("width", "height"))
    text = inside.locator(f"path.sl-{kind}.sl-look-{look}").first.get_attribute("d")
    return np.array([[float(x) / width, 1 - float(y) / height] for x, y in re.findall(r"M(-?[\d.]+) (-?[\d.]+)", text)])


@pytest.mark.browser
def test_points_of_earlier_activations_stay_where_they_were(opened):
    widget = live(opened(Capacity(10)))
    for P in (20, 30):
        fill(widget, LABEL, P)
    points = {P: told(Capacity(P))["m"] for P in (10, 20, 30)}
    expected = [[P / C / 1.52, (m + 0.1) / 1.16] for P, m in points.items()]
    np.testing.assert_allclose(drawn(widget, "accent"), expected, atol=0.004)
    choose(widget, "Activation", ACTIVATIONS["best"])
    np.testing.assert_allclose(drawn(widget, "accent"), expected, atol=0.004)
    assert len(drawn(widget, "third")) == 1
    legend = widget.locator(".sl-graph:visible .sl-legend").first
    expect(legend.locator("> span:visible")).to_have_text(["sign(h)", "tanh(h/α)"])
    choose(widget, "Activation", ACTIVATIONS["sign"])
    choose(widget, "Units stand in", NETWORKS["large"])  # those of the tree stay, as circles
    expect(legend.locator("> span:visible")).to_have_text(
        ["theory, first loops", "before: sign(h)", "sign(h), 20000 units", "tanh(h/α)"]
    )
    np.testing.assert_allclose(drawn(widget, "quiet", "circles"), expected, atol=0.004)
    button(widget, "Reset").click()
    assert len(drawn(widget, "accent")) == 1
    choose(widget, "Activation", ACTIVATIONS["x3"])
    assert widget.locator(".sl-graph:visible").count() == 2  # one of the two graphs of loads, and the steps
    x = np.log(30 / 2) / np.log(30_000 / 2)
    np.testing.assert_allclose(drawn(widget, "second"), [[x, 1.1 / 1.16]], atol=0.004)


@pytest.mark.browser
def test_it_says_where_the_memory_ends(opened):
    widget = live(opened(Capacity(20)))
    verdict = widget.locator(".sl-view .sl-keys")
    m, theory = (f"{told(Capacity(20))[name]:.2f}" for name in ("m", "theory"))
    first = f"sign(h): at the load 0.40 an overlap of {m}, by theory {theory}."
    assert verdict.inner_text() == f"{first} By theory the memory fades to nothing at the load 0.64."
    fill(widget, LABEL, 24)
    assert verdict.inner_text().endswith("All its points so far lie above ½.")
    fill(widget, LABEL, 34)
    assert "By theory the memory has ended at the load 0.64" in verdict.inner_text()
    assert verdict.inner_text().endswith("Its points fall below ½ between 0.48 and 0.68.")
    assert status(widget).startswith(verdict.inner_text())
    choose(widget, "Activation", ACTIVATIONS["x3"])
    assert (
        "with 34 patterns an overlap of 1.00, by theory 1.00. By theory the memory breaks off at 841 patterns"
        in verdict.inner_text()
    )
    choose(widget, "Activation", ACTIVATIONS["exp"])
    assert "By theory nothing ends here: it holds about 10²⁹ patterns" in verdict.inner_text()
    graphs = widget.locator("svg[role=img]:visible")
    expect(graphs.first).to_have_attribute(
        "aria-label", re.compile(r"^Overlap against load: eˣ: with 34 .* Points: .*x³, 1; eˣ, 1$")
    )
    expect(graphs.last).to_have_attribute("aria-label", re.compile("from 1 to 1.00, by theory to 1.00"))


@pytest.mark.browser
def test_the_prose_sets_it(opened):
    asks = (
        ("signs", "P=2&amp;activation=sign&amp;network=tree&amp;seed=1&amp;run=1"),
        ("cubes", "P=1000&amp;activation=x3&amp;seed=1&amp;run=0"), ("wrong", "activation=relu"),
    )  # fmt: skip
    above = "".join(f'<p><span class="sl-set" data-set="capacity?{asked}">{word}</span></p>' for word, asked in asks)
    page = opened(Capacity(), above=above)
    widget = live(page)
    button(page, "cubes").click()
    now = facts(widget)
    assert near(now, told(Capacity(1000, activation="x3"), int(now["measured"])))
    button(page, "signs").click()
    expect(button(widget, "Pause")).to_be_visible()
    page.wait_for_function("Number(document.querySelector('.sl-live').dataset.load) >= 0.2")
    button(widget, "Pause").click()
    now = facts(widget)
    assert near(now, told(Capacity(round(now["load"] * C)), int(now["measured"])))
    button(page, "wrong").click()
    expect(widget.locator(".sl-problem:visible")).to_contain_text("activation=relu, which is not one of sign, tanh")
