"""The live model `Orders`: its couplings are those of the library, what it says of them is so, they make the law."""

import math

import numpy as np
import pytest
from exploring import button, facts, fill, live, more, refuses, shown
from playwright.sync_api import expect
from wasm import Wasm

from spinlearn.bipartite import curves, interactions, potentials
from spinlearn.course import web
from spinlearn.course.explore import Orders
from spinlearn.course.explore.orders import _KINDS as KINDS
from spinlearn.course.explore.shell import address
from spinlearn.neuron import unit

# A browser's exp or log may differ from the system's in the last bit.
ROUNDING = 1e-11

SETS = ["1", "2", "12", "3", "13", "23", "123"]  # in the order of their bits
ANY = (0.9, -1.4, 1.1), 0.7  # weights and a bias that nothing is special about


def K_of(kind, sharp=False):
    if kind == "spin":
        return np.abs if sharp else unit.spin()
    one = {each.name.lower(): each for each in potentials.all_four()}[kind]
    return one.sharp if sharp else one.unit


def known(w, b, kind, alphabet, sharp=False) -> dict:
    """The couplings by name, from the library's public function."""
    J = interactions.of_unit(K_of(kind, sharp), w, b, alphabet=alphabet)
    return {f"J{units}": J[k + 1] for k, units in enumerate(SETS)}


def laws(w, b, kind, alphabet, kept) -> tuple[np.ndarray, np.ndarray]:
    """The law of the visible units, and that of the couplings of up to `kept` units."""
    J = interactions.of_unit(K_of(kind), w, b, alphabet=alphabet)
    J[0] = 0
    made = np.where(interactions.orders(3) <= kept, J, 0.0)
    weights = [np.exp(f - f.max()) for f in (interactions.values(each, alphabet=alphabet) for each in (J, made))]
    return tuple(each / each.sum() for each in weights)


def of(w, b, **settings) -> Orders:
    return Orders(*w, b, **settings)


every_kind = pytest.mark.parametrize("kind", KINDS)
both = pytest.mark.parametrize("alphabet", interactions.ALPHABETS)


# ── The settings ─────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("w1", 10.1, "10.0"), ("w3", math.nan, "must be a number"), ("b", -31, "-30.0"), ("kind", "tanh", "'relu'"),
        ("alphabet", "ternary", "'spins'"), ("subset", "321", "'12'"), ("kept", 4, "1"), ("sharp", 2, "boolean"),
    ],
)  # fmt: skip
def test_what_is_not_allowed_is_refused_and_nothing_changes(name, value, allowed):
    refuses(Orders, name, value, allowed)


def test_an_address_names_every_setting():
    text = "orders?w1=-2&w2=0.5&w3=10&b=-3.25&kind=relu&sharp=True&alphabet=spins&subset=13&kept=2"
    _, found = address.read(text)
    assert found == {"w1": -2, "w2": 0.5, "w3": 10, "b": -3.25, "kind": "relu", "sharp": True, "alphabet": "spins",
                     "subset": "13", "kept": 2}  # fmt: skip
    with pytest.raises(ValueError, match="'subset' trait"):
        address.read("orders?subset=31")
    assert repr(Orders(**found)).startswith("Orders(w1=-2.0, w2=0.5, w3=10.0, b=-3.25, kind='relu', sharp=True")


@every_kind
@both
def test_the_still_picture_says_what_the_library_finds(kind, alphabet):
    words = of(*ANY, kind=kind, alphabet=alphabet).still().caption
    for name, J in known(*ANY, kind, alphabet).items():
        assert f"{J + 0.0:.2f} of {name[1:]}".replace("-0.00", "0.00").replace("-", "−") in words
    assert of(*ANY, kind=kind, sharp=True).still().picture != of(*ANY, kind=kind).still().picture or (
        kind in ("linear", "exponential")
    )


@pytest.mark.parametrize(
    ("w", "b", "kind", "alphabet", "fields", "pairs", "triple", "missed"),
    [
        (0.5, -2.0, "exponential", "binary", 0.088, 0.057, 0.037, 0.005),
        (1.5, -2.0, "exponential", "binary", 0.471, 1.641, 5.712, 0.074),
        (0.75, 0.25, "exponential", "spins", 1.770, 1.124, 0.714, 0.001),  # the law of the line above
        (-2.0, 0.0, "exponential", "binary", -0.865, 0.748, -0.646, 0.074),
        (1.0, 0.0, "linear", "binary", 0.5, 1.0, 0.0, 0.0),
        (4.0, -6.0, "step", "binary", 0.124, 1.876, 0.0, 0.0),  # symmetric about its middle: no triple
    ],
)
def test_the_numbers_that_a_page_tells_of_equal_weights(w, b, kind, alphabet, fields, pairs, triple, missed):
    """The orders that rise with the weights, or fall in the other alphabet, and what a law loses without its triple."""
    J = known((w,) * 3, b, kind, alphabet)
    assert (J["J1"], J["J23"], J["J123"]) == pytest.approx((fields, pairs, triple), abs=5e-4)
    exact, made = laws((w,) * 3, b, kind, alphabet, 2)
    assert np.abs(exact - made).sum() / 2 == pytest.approx(missed, abs=5e-4)


# ── The module, with the system's functions in both ──────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def wasm():
    return Wasm(web.read("orders"))


@every_kind
@pytest.mark.parametrize("noisy", [0, 1])
def test_the_module_computes_as_the_library_does_bit_for_bit(wasm, kind, noisy, rng):
    for spins in (0, 1):
        for _ in range(20):
            w, b = rng.uniform(-10, 10, 3), rng.uniform(-30, 30)
            x, K, f, J, grain, p, q = np.zeros((7, 8))
            wasm.call("look", w, 3, b, spins, x, 8)
            wasm.call("answer", KINDS[kind], noisy, x, 8, K, f)
            J[:], p[:] = K, K
            wasm.call("invert", J, 8, spins, -1.0)
            wasm.call("roughen", x, K, f, 8, 3, grain)
            wasm.call("invert", grain, 8, spins, 1.0)
            wasm.call("make", J, 8, 2, spins, q)
            for each in (p, q):
                wasm.call("normalise", each, 8)
            there = np.zeros((7, 8))
            curves.fill_fields(w, b, spins, there[0])
            curves.fill_answers(KINDS[kind], noisy, *there[:3])
            curves.fill_couplings(KINDS[kind], noisy, w, b, spins, there[3])
            curves.fill_grain(*there[:3], 3, there[4])
            curves.invert(there[4], spins, 1.0)
            there[5] = there[1]
            curves.fill_values(there[3], 2, spins, there[6])
            for each in there[5:]:
                curves.normalise(each)
            np.testing.assert_array_equal([x, K, f, J, grain, p, q], there)
            assert wasm.call("apart", p, q, 8) == curves.variation(p, q)
    for z in (-1.0, 0.0, 0.5, 1.0, 3.0, 8.0):
        assert wasm.call("potential", KINDS[kind], z) == curves.potential(KINDS[kind], z)


# ── The page ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def said(widget) -> list[str]:
    return widget.locator("svg[role=img]").evaluate_all("all => all.map((each) => each.getAttribute('aria-label'))")


def told(widget) -> str:
    """The words under the bars."""
    return widget.locator(".sl-graph").first.locator(".sl-foot").inner_text()


def choose(widget, label: str, option: str) -> None:
    more(widget).get_by_role("combobox", name=label).select_option(option)


@pytest.mark.browser
@both
def test_the_page_has_the_couplings_of_every_unit(opened, alphabet):
    widget = live(opened(of(*ANY, alphabet=alphabet)))
    for kind in ("step", "linear", "relu", "exponential", "spin"):
        choose(widget, "Hidden unit", kind)
        for sharp in (True, False):
            widget.get_by_label("Hidden unit has no noise").set_checked(sharp)
            found, J = facts(widget), known(*ANY, kind, alphabet, sharp)
            assert {name: found[name] for name in J} == pytest.approx(J, abs=ROUNDING)
            assert found["missed"] == 0
            assert found["f"] == pytest.approx(curves.response(KINDS[kind], not sharp, 0.7), abs=ROUNDING)
        if kind == "linear":
            assert found["J123"] == 0  # and no rounding
            assert "no triple" in told(widget)


@pytest.mark.browser
@pytest.mark.parametrize("kind", ["step", "relu"])
@both
def test_fewer_orders_miss_the_law_by_what_enumeration_finds(opened, kind, alphabet):
    widget = live(opened(of(*ANY, kind=kind, alphabet=alphabet)))
    more(widget)
    for kept, option in ((3, "all orders"), (2, "up to pairs"), (1, "fields only")):
        choose(widget, "Law made of", option)
        exact, made = laws(*ANY, kind, alphabet, kept)
        missed = np.abs(exact - made).sum() / 2
        assert facts(widget)["missed"] == pytest.approx(missed, abs=ROUNDING)
        assert (missed > 1e-3) == (kept < 3)
        words = said(widget)[4]
        for k in range(8):
            state = "".join("01"[k >> i & 1] for i in range(3))
            assert f"{state} {exact[k]:.3f} and {made[k]:.3f}" in words


@pytest.mark.browser
def test_the_largest_order_is_named_in_words(opened):
    widget = live(opened(Orders(0, 0, 0, 1, kind="spin")))
    assert told(widget) == "no coupling of any order"
    for w, b, kind, alphabet, words in [
        ((1, 1, 1), 0, "spin", "spins", "largest: a pair; no field, no triple"),
        ((0.2, 0.2, 0.2), 0, "step", "binary", "largest: a field"),
        ((1, 2, 3), 0, "linear", "binary", "largest: a pair; no triple"),
        ((2, 2, 2), 0, "exponential", "binary", "largest: a triple"),
        ((1, 0, 0), 0, "step", "binary", "largest: a field; no pair, no triple"),
        ((9, 9, 9), 20, "exponential", "binary", "largest: a triple; the law is frozen"),
    ]:
        for name, value in zip(("w₁", "w₂", "w₃"), w, strict=True):
            fill(widget, f"Weight {name}, exact value", value)
        fill(widget, "Bias b, exact value", b)
        choose(widget, "Hidden unit", kind)
        choose(widget, "Visible units", alphabet)
        assert told(widget) == words
        J = known(w, b, kind, alphabet)
        tops = [max(abs(J[f"J{each}"]) for each in SETS if len(each) == n) for n in (1, 2, 3)]
        assert words.split(";")[0].endswith(("field", "pair", "triple")[int(np.argmax(tops))])
        assert words.lower() in said(widget)[0].lower()
    assert shown(widget, "J₁₂₃") == shown(widget, "law missed by") == "–"  # it is drawn, in powers of ten
    expect(widget.locator(".sl-graph").first.locator(".sl-head")).to_contain_text("/ 10²⁰")


@pytest.mark.browser
def test_the_graph_of_k_shows_what_a_coupling_is_made_of(opened):
    """The signs that it says, times K at the fields that it says, make the coupling."""
    w, b = ANY
    widget = live(opened(of(w, b)))
    more(widget)
    for alphabet in interactions.ALPHABETS:
        choose(widget, "Visible units", alphabet)
        for subset in ("123", "13", "2"):
            choose(widget, "Set shown in K", subset)
            words = said(widget)[1].split(". ")[1]
            added, subtracted = words.split(", and subtracts K at ")
            total = 0.0
            for sign, part in ((1, added), (-1, subtracted.split(", and is")[0])):
                numbers = part.split(" at ")[-1].replace(" and ", ", ").replace("−", "-").split(", ")
                total += sign * sum(float(unit.binary().K(float(number))) for number in numbers)
            scale = 8 if alphabet == "spins" else 1
            assert ("an eighth" in words) == (scale == 8)
            assert total / scale == pytest.approx(known(w, b, "step", alphabet)[f"J{subset}"], abs=0.01)
    button(widget, "Equal weights").click()
    choose(widget, "Visible units", "binary")
    choose(widget, "Set shown in K", "123")
    assert "3 times" in said(widget)[1]
    labels = widget.locator(".sl-graph").nth(1).locator(".sl-label")
    assert sorted(text for text in labels.all_text_contents() if text) == ["3 ×", "3 ×"]


@pytest.mark.browser
def test_the_potential_has_a_wall_points_or_neither(opened):
    widget = live(opened(Orders(kind="step")))
    for kind, words in [
        ("step", "0.0 at 0, 0.0 at 1"), ("spin", "0.0 at −1, 0.0 at 1"), ("exponential", "0.7 at 2, 1.8 at 3"),
        ("linear", "unit: a parabola"), ("relu", "unit: half a parabola"),
    ]:  # fmt: skip
        choose(widget, "Hidden unit", kind)
        assert words in said(widget)[3]
        line, points = (widget.locator(".sl-graph").nth(3).locator(f".sl-inside .{part}") for part in
                        ("sl-line", "sl-marker"))  # fmt: skip
        assert bool(line.get_attribute("d")) == (kind in ("linear", "relu"))
        assert bool(points.get_attribute("d")) == (kind not in ("linear", "relu"))


@pytest.mark.browser
def test_keys_reset_and_the_slider(opened):
    page = opened(of(*ANY))
    widget = live(page)
    before = facts(widget)
    widget.focus()
    page.keyboard.press("e")
    J = known((0.9,) * 3, 0.7, "step", "binary")
    assert facts(widget)["J123"] == pytest.approx(J["J123"], abs=ROUNDING)
    slider = widget.get_by_role("slider", name="Bias")
    slider.focus()
    page.keyboard.press("ArrowRight")
    J = known((0.9,) * 3, 0.8, "step", "binary")
    assert facts(widget)["J123"] == pytest.approx(J["J123"], abs=ROUNDING)
    choose(widget, "Visible units", "spins")
    widget.focus()
    page.keyboard.press("r")
    assert facts(widget) == before


@pytest.mark.browser
@pytest.mark.parametrize("kind", ["step", "exponential"])
def test_one_law_in_the_other_alphabet(opened, kind):
    w, b = (1.4, -0.6, 2.0), -2.0
    widget = live(opened(Orders(*w, b, kind=kind)))
    J = interactions.of_unit(K_of(kind), w, b)
    law, before = said(widget)[4], facts(widget)
    button(widget, "Other alphabet").click()
    found = facts(widget)
    for k, value in enumerate(interactions.convert(J, "spins")[1:]):
        assert found[f"J{SETS[k]}"] == pytest.approx(value, abs=ROUNDING)
    assert said(widget)[4] == law
    assert widget.get_by_label("Bias b, exact value").input_value() == "−0.60"
    more(widget)
    assert widget.get_by_label("Weight w₂, exact value").input_value() == "−0.30"
    widget.focus()
    widget.page.keyboard.press("a")
    assert facts(widget) == pytest.approx(before, abs=ROUNDING)
    choose(widget, "Visible units", "spins")
    assert said(widget)[4] != law  # the same weights, and another law
    fill(widget, "Weight w₃, exact value", 9)
    button(widget, "Other alphabet").click()
    assert told(widget) == "the sliders do not go as far"
    assert widget.get_by_label("Weight w₃, exact value").input_value() == "9.00"


@pytest.mark.browser
def test_the_prose_sets_it(opened):
    settings = (
        "w1=2&amp;w2=2&amp;w3=2&amp;b=-1&amp;kind=relu&amp;sharp=False&amp;alphabet=spins&amp;subset=12&amp;kept=2"
    )
    page = opened(of(*ANY), above=f'<p><span class="sl-set" data-set="orders?{settings}">so</span></p>')
    widget = live(page)
    button(page, "so").click()
    J = known((2.0,) * 3, -1.0, "relu", "spins")
    found = facts(widget)
    assert {name: found[name] for name in J} == pytest.approx(J, abs=ROUNDING)
    exact, made = laws((2.0,) * 3, -1.0, "relu", "spins", 2)
    assert found["missed"] == pytest.approx(np.abs(exact - made).sum() / 2, abs=ROUNDING)
    expect(widget.get_by_role("status")).to_contain_text("visible units −1 or +1")
    assert "J₁₂ adds" in said(widget)[1]
