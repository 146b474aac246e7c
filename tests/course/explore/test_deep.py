"""The live model `Deep`: the page's networks and maps are those of the library, bit for bit in the module."""

import math

import numpy as np
import pytest
from exploring import button, facts, fill, live, more, refuses
from playwright.sync_api import expect
from wasm import Wasm

from spinlearn.course import web
from spinlearn.course.explore import Deep
from spinlearn.course.explore.deep import drawn_networks
from spinlearn.course.explore.shell import address
from spinlearn.meanfield import depth, maps, signals
from spinlearn.neuron import activation

codes = pytest.mark.parametrize("code", range(3), ids=list(maps.CODES))
CASES = [(0.6, 0.0), (1.2, 0.05), (1.7609, 0.05), (2.5, 0.3), (4.0, 0.5), (2.0, 0.0), (3.1, 0.0)]
NETWORKS, DEPTH, MOST = 2, 5, 12  # of the tests of the module

# A browser's exp or tanh may differ from the system's in the last bit; a network multiplies that.
ROUNDING = 1e-9


def graph(widget, which: int) -> str:
    """What a graph says to a screen reader."""
    return widget.locator("svg[role=img]").nth(which).get_attribute("aria-label")


# ── In Python ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("weight_variance", 0.4, "0.5"), ("weight_variance", 4.1, "4.0"), ("weight_variance", math.nan, "be a number"),
        ("bias_variance", -0.1, "0.0"), ("bias_variance", 0.6, "0.5"), ("angle", 0.5, "1.0"), ("angle", 91, "90.0"),
        ("width", 9, "10.0"), ("width", 251, "250.0"), ("width", "wide", "expected a float"),
        ("activation", "step", "any of .*'tanh'"), ("seed", -1, "0"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_and_nothing_changes(name, value, allowed):
    refuses(Deep, name, value, allowed)


def test_an_address_holds_its_settings():
    text = "deep?weight_variance=1.5&bias_variance=0.1&angle=5&width=30&activation=relu&seed=7"
    assert address.read(text)[1] == {
        "weight_variance": 1.5, "bias_variance": 0.1, "angle": 5.0, "width": 30.0, "activation": "relu", "seed": 7,
    }  # fmt: skip
    with pytest.raises(ValueError, match="'weight_variance' trait"):
        address.read("deep?weight_variance=9")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("model", "phase"),
    [
        (Deep(), "chaotic"), (Deep(1.2), "ordered"), (Deep(2.2, activation="relu", angle=90.0), "unbounded"),
        (Deep(2.0, bias_variance=0.0, activation="erf", width=10), "chaotic"),
    ],
)  # fmt: skip
def test_the_still_picture_says_what_the_library_computes(model, phase):
    what = getattr(activation, model.activation)
    variances = {"weight_variance": model.weight_variance, "bias_variance": model.bias_variance}
    found = depth.phase(what, **variances)
    path = depth.propagate(what, 30, c=math.cos(math.radians(model.angle)), **variances)
    run = drawn_networks(
        round(model.width), model.weight_variance, bias_variance=model.bias_variance, angle=model.angle,
        activation=model.activation, seed=1,
    )  # fmt: skip
    for words in (model.still().caption, model.still().alternative):
        assert f": {phase}, χ = {found.chi:.3f}" in words
        assert (f"ξ = {found.xi_c:.1f} layers" in words) == math.isfinite(found.xi_c)
        assert f"c = {path.c[-1]:.3f} in layer 30" in words
        assert f"with {1 - run.d[:, -1].mean():.3f} in three of {model.width:g} units" in words


# ── The module, with the system's functions in both ──────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def wasm():
    return Wasm(web.read("deep"))


def drawn(wasm, seed, widths):
    """States and numbers of networks that grow through the widths, natively and by the module."""
    states = np.empty((NETWORKS, DEPTH + 1, 4), dtype=np.uint64)
    numbers = np.zeros((NETWORKS, DEPTH + 1, MOST * (MOST + 1)), dtype=np.float32)
    web_states, web_numbers, had = states.copy(), numbers.copy(), 0
    signals.seed_networks(np.uint64(seed), states)
    wasm.call("begin", seed - 2**64 if seed >= 2**63 else seed, web_states, NETWORKS, DEPTH)
    np.testing.assert_array_equal(web_states, states)
    for width in widths:
        for k in range(NETWORKS):
            signals.draw(states[k], numbers[k], had, width)
        wasm.call("widen", web_states, web_numbers, NETWORKS, DEPTH, MOST, had, width)
        had = width
    np.testing.assert_array_equal(web_states, states)
    np.testing.assert_array_equal(web_numbers, numbers)
    return numbers


@pytest.mark.slow
@codes
@pytest.mark.parametrize("seed", [0, 1, 2**32 - 1, 2**64 - 1])
def test_networks_run_as_they_do_natively_bit_for_bit(wasm, code, seed):
    numbers = drawn(wasm, seed, (3, 7, MOST))
    for n, d, (weight, bias) in zip((1, 3, 7, 12, 12), (0.0, 0.1, 0.5, 1.0, 2.0), CASES[1:], strict=False):
        paths = np.empty((2, NETWORKS, DEPTH + 1))
        for k in range(NETWORKS):
            signals.follow(code, n, weight, bias, 1.0, d, numbers[k], np.empty((2, 2 * MOST)), *paths[:, k])
        found, units = np.empty_like(paths), np.empty((2, 2 * MOST))
        q, other = found[0].copy(), found[1].copy()
        wasm.call(
            "follow", code, weight, bias, 1.0, d, numbers.copy(), NETWORKS, DEPTH, MOST, n, units, q, other
        )  # fmt: skip
        np.testing.assert_array_equal(q, paths[0])
        np.testing.assert_array_equal(other, paths[1])
        wasm.call(
            "follow", code, 1.001 * weight, bias, 1.0, d, numbers.copy(), NETWORKS, DEPTH, MOST, n, units, q, other
        )  # fmt: skip
        assert (q != paths[0]).any()  # the control


@pytest.mark.slow
@codes
@pytest.mark.parametrize(("weight", "bias"), CASES)
def test_the_maps_are_those_of_the_library_bit_for_bit(wasm, code, weight, bias):
    work, q, d, found = np.empty(maps.WORK), np.empty(31), np.empty(31), np.empty(5)
    web_work, web_q, web_d, web_found = (array.copy() for array in (work, q, d, found))
    for start in (1e-12, 0.134, 1.0):
        maps.propagate(code, weight, bias, 1.0, start, q, d, work)
        wasm.call("propagate", code, weight, bias, 1.0, start, 30, web_q, web_d, web_work)
        np.testing.assert_array_equal(web_q, q)
        np.testing.assert_array_equal(web_d, d)
    maps.phase(code, weight, bias, 1.0, found, work)
    wasm.call("phase", code, weight, bias, 1.0, web_found, web_work)
    np.testing.assert_array_equal(web_found, found)
    assert wasm.call("critical_weight", code, bias) == maps.critical_weight(code, bias)
    point = np.empty(2)
    wasm.call("edge", code, weight, point)
    assert tuple(point) == maps.edge(code, weight)


def test_an_angle_and_what_is_left_of_a_deviation(wasm):
    for angle in (1, 30, 60, 90):
        assert wasm.call("apart", float(angle)) == pytest.approx(1 - math.cos(math.radians(angle)), rel=1e-11)
    assert wasm.call("decayed", 6.0, 3.0) == math.exp(-2)
    assert wasm.call("decayed", -6.0, 3.0) == math.exp(2)


# ── The page ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def expect_the_library(widget, model):
    what = getattr(activation, model.activation)
    found = depth.phase(what, weight_variance=model.weight_variance, bias_variance=model.bias_variance)
    run = drawn_networks(
        round(model.width), model.weight_variance, bias_variance=model.bias_variance, angle=model.angle,
        activation=model.activation, seed=model.seed,
    )  # fmt: skip
    path = depth.propagate(
        what, 30, weight_variance=model.weight_variance, bias_variance=model.bias_variance,
        c=math.cos(math.radians(model.angle)),
    )  # fmt: skip
    now = facts(widget)
    assert now["chi"] == pytest.approx(found.chi, rel=ROUNDING)
    dies = found.q == 0
    assert now["xi"] == pytest.approx(found.xi_c if math.isfinite(found.xi_c) and not dies else 0, rel=1e-6)
    assert now["c"] == pytest.approx(0 if dies else found.c, abs=ROUNDING)
    assert now["q"] == pytest.approx(found.q if math.isfinite(found.q) else 0, rel=ROUNDING)
    assert now["edge"] == pytest.approx(maps.critical_weight(maps.CODES[model.activation], model.bias_variance))
    assert now["wide"] == pytest.approx(path.c[-1], abs=1e-6)
    assert now["reached"] == pytest.approx(1 - run.d[:, -1].mean(), abs=1e-5)  # chaos has multiplied a last bit


@pytest.mark.browser
@pytest.mark.parametrize(
    "settings",
    [
        {}, {"weight_variance": 1.3, "width": 23.0, "seed": 5}, {"weight_variance": 0.8, "bias_variance": 0.0},
        {"weight_variance": 2.6, "activation": "relu"}, {"weight_variance": 1.4, "activation": "relu", "angle": 90.0},
        {"weight_variance": 2.7, "activation": "erf", "bias_variance": 0.02, "width": 60.0},
    ],
)  # fmt: skip
def test_the_page_computes_what_the_library_computes(opened, settings):
    model = Deep(**settings)
    expect_the_library(live(opened(model)), model)


@pytest.mark.browser
def test_a_network_stays_itself_and_a_new_draw_is_another(opened):
    widget = live(opened(Deep(width=20)))
    first = facts(widget)["reached"]
    fill(widget, "Units of a layer n, exact value", 45)
    expect_the_library(widget, Deep(width=45))
    fill(widget, "Variance of the weights σw², exact value", 1.9)
    expect_the_library(widget, Deep(1.9, width=45))
    fill(widget, "Units of a layer n, exact value", 20)
    fill(widget, "Variance of the weights σw², exact value", 3)
    assert facts(widget)["reached"] == first
    button(widget, "Draw anew").click()
    expect_the_library(widget, Deep(width=20, seed=2))
    assert facts(widget)["reached"] != first


@pytest.mark.browser
def test_the_button_and_its_key_lead_to_the_edge(opened):
    widget = live(opened(Deep(bias_variance=0.1)))
    button(widget, "To the edge").click()
    assert facts(widget)["chi"] == pytest.approx(1, abs=1e-9)
    expect(widget.get_by_role("status")).to_contain_text("At the edge of chaos")
    expect(widget.locator(".sl-readout").first).to_contain_text("∞")
    assert facts(widget)["xi"] == 0  # JSON has finite numbers only
    more(widget).get_by_role("combobox", name="Activation function").select_option("erf")
    assert facts(widget)["chi"] < 0.99
    widget.focus()
    widget.page.keyboard.press("e")
    assert facts(widget)["chi"] == pytest.approx(1, abs=1e-9)


@pytest.mark.browser
def test_it_says_where_it_stands_and_what_the_graphs_show(opened):
    widget = live(opened(Deep()))
    status, path = widget.get_by_role("status"), depth.propagate(
        activation.tanh, 30, weight_variance=3.0, bias_variance=0.05, c=math.cos(math.radians(30))
    )  # fmt: skip
    found = depth.phase(activation.tanh, weight_variance=3.0, bias_variance=0.05)
    assert f"from 0.87 to {path.c[-1]:.2f} in layer 30; in the 3 networks of 100 units" in graph(widget, 0)
    assert "to the right chaos. With these biases it is at 1.76; these networks stand at 3.00" in graph(widget, 1)
    assert f"falls by a factor of e in {found.xi_c:.1f} layers" in graph(widget, 2)
    weights = "Variance of the weights σw², exact value"
    fill(widget, weights, 2.5)
    expect(status).to_contain_text("Chaotic: from any angle they come to c = 0.45")
    fill(widget, weights, 1.2)
    expect(status).to_contain_text("Ordered: the two signals become one")
    fill(widget, "Variance of the biases σb², exact value", 0)
    fill(widget, weights, 0.9)
    expect(status).to_contain_text("both signals die out")
    assert "does not fall exponentially" in graph(widget, 2)
    more(widget).get_by_role("combobox", name="Activation function").select_option("relu")
    fill(widget, weights, 2.4)
    expect(status).to_contain_text("Unbounded: the signals grow from layer to layer")
    assert "to the right what grows without end" in graph(widget, 1)
    expect(widget.locator(".sl-label").filter(has_text="unbounded")).to_be_visible()
    fill(widget, weights, 5)
    expect(widget.locator(".sl-problem:visible")).to_contain_text("is not a number from 0.5 to 4.0")


@pytest.mark.browser
def test_the_dots_are_where_the_networks_are(opened):
    """From the pixels of the first graph: as many dots as layers of three networks, at their correlations."""
    widget = live(opened(Deep(2.0, width=30)))
    run = drawn_networks(30, 2.0, seed=1)
    inside = widget.locator(".sl-graph-half .sl-inside").first
    width, height = (float(inside.get_attribute(name)) for name in ("width", "height"))
    text = inside.locator(".sl-points").get_attribute("d")
    x, y = np.array([[float(n) for n in pair.removesuffix("h0").split()] for pair in text.split("M")[1:]]).T
    np.testing.assert_allclose(x / width * 30, np.tile(np.arange(31), 3), atol=0.02)
    np.testing.assert_allclose(1.06 - y / height * 1.31, 1 - run.d.ravel(), atol=0.002)


@pytest.mark.browser
def test_the_prose_sets_it(opened):
    above = "".join(
        f'<p><span class="sl-set" data-set="deep?{asked}">{word}</span></p>'
        for word, asked in (("order", "weight_variance=1.2&amp;angle=60"), ("wrong", "weight_variance=7"))
    )
    page = opened(Deep(), above=above)
    widget = live(page)
    button(page, "order").click()
    expect_the_library(widget, Deep(1.2, angle=60.0))
    button(page, "wrong").click()
    expect(widget.locator(".sl-problem:visible")).to_contain_text("a number from 0.5 to 4.0")
    expect_the_library(widget, Deep(1.2, angle=60.0))
