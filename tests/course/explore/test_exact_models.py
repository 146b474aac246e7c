"""A peak that grows, five dimensions, a population: the page computes what the library computes, to the last bits."""

import math

import numpy as np
import pytest
from exploring import button, facts, fill, live, refuses
from wasm import Wasm

from spinlearn import exact, meanfield
from spinlearn.core import words
from spinlearn.course import web
from spinlearn.course.explore import Dimensions, Population, SpecificHeat, drawn_thresholds
from spinlearn.course.explore.dimensions import KNOWN
from spinlearn.exact import curves
from spinlearn.neuron import population

# A browser's exp, log or tanh may differ from the system's in the last bit.
ROUNDING = 1e-10


@pytest.mark.parametrize(
    ("make", "name", "value", "allowed"),
    [
        (SpecificHeat, "L", 1, "2.0"), (SpecificHeat, "L", 129, "128.0"), (SpecificHeat, "T", 1.4, "1.5"),
        (SpecificHeat, "T", math.nan, "must be a number"), (Dimensions, "d", 0, "1.0"), (Dimensions, "d", 6, "5.0"),
        (Dimensions, "T", 0, "0.05"), (Population, "N", 0, "1.0"), (Population, "N", 401, "400.0"),
        (Population, "spread", 0, "0.1"), (Population, "law", "cauchy", "any of"), (Population, "seed", -1, "less"),
    ],
)  # fmt: skip
def test_a_bad_value_is_refused(make, name, value, allowed):
    refuses(make, name, value, allowed)


# ── The modules, with the system's functions in both ─────────────────────────────────────────────────────────────────


@pytest.mark.slow
@pytest.mark.parametrize("side", [2, 5, 64])
def test_the_heats_of_the_module_are_those_of_the_kernels(side):
    wasm, T = Wasm(web.read("heat")), np.linspace(1.5, 3.5, 9)
    heats, found = np.empty(9), np.empty(2)
    wasm.call("torus_heats", side, T, 9, heats)
    assert heats == pytest.approx(exact.kaufman(side, side, T).c, rel=1e-10)
    wasm.call("torus", side, 2.5, found)
    assert found == pytest.approx(curves.torus_moments(side, 1 / 2.5), rel=1e-12)
    wasm.call("peak", side, 2.0, 3.0, found)
    assert found == pytest.approx(curves.torus_peak(side, 2.0, 3.0), rel=1e-10)
    assert wasm.call("plane_heat", 2.5) == pytest.approx(exact.onsager_specific_heat(2.5), rel=1e-11)
    assert wasm.call("plane_energy", 2.5) == pytest.approx(exact.onsager_energy(2.5), rel=1e-12)
    assert wasm.call("chain_heat", 2.5) == pytest.approx(exact.chain(math.inf, 2.5).c, rel=1e-12)
    assert wasm.call("grown", 2.0, 8.0, 16.0) == pytest.approx(2 + curves.peak_growth() * math.log(2), rel=1e-14)


@pytest.mark.slow
@pytest.mark.parametrize("d", [1, 2, 3, 5])
def test_the_magnetisations_of_the_module_are_those_of_the_library(d):
    wasm, z = Wasm(web.read("dimensions")), 2 * d
    for T in (0.3, 1.9, 2.6, 3.9, 4.4, 9.7, 11.0):
        assert wasm.call("mean_field", d, T) == pytest.approx(meanfield.magnetisation(T, Tc=float(z)), rel=4e-16)
        assert wasm.call("by_bethe", d, T) == pytest.approx(meanfield.bethe(T, z=z).m, rel=1e-14, abs=0)
        known = {1: 0.0, 2: float(exact.yang_magnetisation(T))}.get(d, math.nan)
        assert wasm.call("known", d, T) == pytest.approx(known, rel=1e-12, nan_ok=True)
    Tc = meanfield.bethe_critical_temperature(z=z)
    assert wasm.call("bethe_temperature", d) == pytest.approx(Tc, rel=1e-15)
    assert math.isnan(wasm.call("too_high", 2.0, 0.0))
    assert wasm.call("too_high", 4.0, KNOWN[1]) == pytest.approx(100 * (4 / exact.critical_temperature() - 1))


@pytest.mark.slow
@pytest.mark.parametrize("law", population.LAWS)
def test_the_thresholds_of_the_module_are_those_of_the_library(law):
    wasm, code = Wasm(web.read("population")), population.LAWS[law]
    state, found = np.empty(4, dtype=np.uint64), np.empty(50)
    wasm.call("seed_state", 7, state)
    native = np.empty(4, dtype=np.uint64)
    words.seed_state(np.uint64(7), native)
    np.testing.assert_array_equal(state, native)
    wasm.call("draw", code, 0.7, state, found, 50)
    expected = drawn_thresholds(50, law=law, spread=0.7, seed=7)
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-14)
    assert wasm.call("mean_activity", code, 0.4, 0.7) == pytest.approx(
        population.mean_activity(0.4, law, spread=0.7), rel=1e-14
    )
    gap = population.largest_gap(code, 0.7, expected, 50)
    assert wasm.call("largest_gap", code, 0.7, found, 50) == pytest.approx(gap, abs=1e-14)
    assert wasm.call("scatter", 0.5, 100) == 0.05


# ── In the browser ───────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.browser
def test_the_peak_of_the_page_is_kaufmans_and_each_size_leaves_a_point(opened):
    widget = live(opened(SpecificHeat(4, 2.5)))
    for side in (4, 8, 16):
        now = facts(widget)
        at, height = curves.torus_peak(side, 2.0, 3.0)
        assert (now["at"], now["height"]) == pytest.approx((at, height), abs=1e-7)
        torus = exact.kaufman(side, side, 2.5)
        assert (now["c"], now["e"]) == pytest.approx((torus.c, torus.e), abs=ROUNDING)
        assert now["plane"] == pytest.approx(exact.onsager_specific_heat(2.5), abs=ROUNDING)
        button(widget, "Double L").click()
    says = widget.locator("svg[role=img]").nth(1).get_attribute("aria-label")
    assert all(f" at {side}" in says for side in (4, 8, 16, 32))
    assert says.endswith(f"{curves.torus_peak(32, 2.0, 3.0)[1]:.3f} at 32")
    button(widget, "Forget the sizes").click()
    assert " at 16" not in widget.locator("svg[role=img]").nth(1).get_attribute("aria-label")


@pytest.mark.browser
def test_five_dimensions_are_as_far_off_as_page_2_3_prints(opened):
    widget = live(opened(Dimensions(2, 0.5)))
    for d, rough, better in ((2, 76, 27), (3, 33, 9), (4, 20, 4), (5, 14, 2)):
        fill(widget, "Dimension d, exact value", d)
        now, z = facts(widget), 2 * d
        assert (round(now["rough"]), round(now["better"])) == (rough, better)
        assert now["m"] == pytest.approx(meanfield.magnetisation(0.5), abs=ROUNDING)
        assert now["m_bethe"] == pytest.approx(meanfield.bethe(0.5 * z, z=z).m, abs=ROUNDING)
    fill(widget, "Dimension d, exact value", 1)
    assert widget.locator(".sl-value").first.inner_text() == "–"
    says = widget.locator("svg[role=img]").first.get_attribute("aria-label")
    assert "by Bethe at 0.000, and in truth at 0.000" in says


@pytest.mark.browser
def test_the_staircase_of_the_page_is_that_of_the_library_and_grows_smooth(opened):
    widget = live(opened(Population(25, spread=0.8, law="two groups", seed=3)))
    gaps = []
    for N in (25, 100, 400):
        fill(widget, "Switches N, exact value", N)
        now = facts(widget)
        expected = drawn_thresholds(N, law="two groups", spread=0.8, seed=3)
        gap = population.largest_gap(population.TWO_GROUPS, 0.8, expected, N)
        assert now["gap"] == pytest.approx(gap, abs=ROUNDING)
        assert now["scatter"] == pytest.approx(0.5 / math.sqrt(N))
        gaps.append(gap)
    assert gaps[2] < gaps[0]
    before = facts(widget)["gap"]
    button(widget, "Draw anew").click()
    assert facts(widget)["gap"] != before
    expected = drawn_thresholds(400, law="two groups", spread=0.8, seed=4)
    assert facts(widget)["gap"] == pytest.approx(population.largest_gap(3, 0.8, expected, 400), abs=ROUNDING)
