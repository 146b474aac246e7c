"""The lattice of the front door: its spins and its points are the library's, and it starts by itself where it may."""

import math
import re

import numpy as np
import pytest
from exploring import button, facts, fill, live, refuses
from playwright.sync_api import expect
from wasm import Wasm

from spinlearn import lattice
from spinlearn.course import web
from spinlearn.course.explore import Cooling, digest, replay
from spinlearn.lattice.response import response


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("T", 0.7, "0.8"), ("T", 5.1, "5.0"), ("T", math.nan, "must be a number"), ("seed", -1, "less than 0"),
        ("size", 4, "less than 8"), ("running", "yes", "expected a boolean"),
    ],
)  # fmt: skip
def test_a_bad_value_is_refused(name, value, allowed):
    refuses(lambda **given: Cooling(**{"size": 16} | given), name, value, allowed, fixed=name == "size")


@pytest.mark.slow
def test_the_tables_of_the_module_are_those_of_the_library_and_the_law_is_a_tanh(rng):
    wasm, place = Wasm(web.read("cooling")), lattice.square(24)
    for spins in (lattice.random_spins(place, rng=rng), lattice.all_up(place)):
        tables = np.empty(9, np.int64), np.empty(9, np.int64), np.empty(9), np.empty(9), np.empty(9)
        m = wasm.call("respond", spins.ravel().copy(), place.neighbours.copy(), place.size, *tables)
        sites, _, shares, means, errors = tables
        found = response(spins, place)
        assert m == spins.mean()
        np.testing.assert_array_equal(sites[found.total + 4], found.sites)
        np.testing.assert_array_equal(shares, sites / place.size)
        np.testing.assert_array_equal(means[found.total + 4], found.m)
        np.testing.assert_array_equal(errors[found.total + 4], found.error)
        np.testing.assert_array_equal(np.isnan(means), sites == 0)
    for b in (-4.0, 0.0, 1.3):
        assert wasm.call("answer", b, 2.2) == math.tanh(b / 2.2)


def test_the_still_picture_tells_its_points():
    html = Cooling(64, T=3.0).static_html()
    found = response(replay(64, 3.0, 150, seed=1), lattice.square(64))
    assert f"{found.m[-1]:.2f} to 4" in html
    assert f"−{abs(found.m[0]):.2f} to −4" in html


@pytest.mark.browser
def test_a_page_computes_what_the_library_computes_bit_for_bit(opened):
    page = opened(Cooling(64, T=2.0, seed=7), reduced_motion="reduce")
    widget = live(page)
    for _ in range(6):
        button(widget, "Step").click()
    now, spins = facts(widget), replay(64, 2.0, 6, seed=7)
    assert (now["sweeps"], now["digest"]) == (6, digest(spins))
    assert digest(replay(64, 2.0, 6, seed=8)) != digest(spins)
    found = response(spins, lattice.square(64))
    assert now["answer"] == found.m[found.total == 2][0]
    assert now["m"] == spins.mean()
    assert now["law"] == pytest.approx(math.tanh(1), rel=1e-14)


@pytest.mark.browser
def test_it_starts_by_itself_unless_less_motion_is_wanted(opened):
    running = "() => Number(document.querySelector('.sl-live').dataset.sweeps) > 5"
    page = opened(Cooling(64))
    widget = live(page)
    page.wait_for_function(running, timeout=10_000)
    expect(button(widget, "Pause")).to_be_visible()
    still = opened(Cooling(64), reduced_motion="reduce")
    expect(button(live(still), "Start")).to_be_visible()
    still.wait_for_timeout(500)
    assert facts(live(still))["sweeps"] == 0


@pytest.mark.browser
def test_cooled_the_answer_becomes_a_switch_and_the_points_stay_on_the_curve(opened):
    page = opened(Cooling(128))
    widget = live(page)
    words = []
    for T in (5, 2.269, 0.8):
        fill(widget, "Temperature T, exact value", T)
        since = facts(widget)["sweeps"]
        page.wait_for_function(f"() => Number(document.querySelector('.sl-live').dataset.sweeps) > {since + 60}")
        button(widget, "Pause").click()
        now = facts(widget)
        assert now["law"] == pytest.approx(math.tanh(2 / T), rel=1e-12)
        assert now["answer"] == pytest.approx(now["law"], abs=0.08)
        says = widget.locator("svg[role=img]").get_attribute("aria-label")
        assert re.search(rf"{now['answer']:.2f} to 2", says)
        words.append(widget.locator("[role=status]").inner_text().partition(". ")[2].partition(". T")[0])
        button(widget, "Start").click()
    assert words == ["Hot: the answer is nearly a straight line", "The answer is a sigmoid",
                     "Cold: the answer is nearly a switch"]  # fmt: skip
