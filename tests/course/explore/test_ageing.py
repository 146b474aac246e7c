"""The ageing glass: a page draws its bonds, sweeps, remembers and counts as the library does, bit for bit."""

import base64
import io
import json
import math
import re

import numpy as np
import pytest
from exploring import button, facts, fill, live, more, refuses, run_until, shown
from PIL import Image
from playwright.sync_api import expect
from scipy.stats import binom, kstest
from wasm import Wasm

from spinlearn import lattice
from spinlearn.course import web
from spinlearn.course.explore import Ageing, aged, digest
from spinlearn.course.explore.ageing import TIMES, WAITS, sample
from spinlearn.course.explore.shell import address
from spinlearn.lattice import ageing, glass, ground, ising, samples

PACE = "Sweeps a frame"
LAWS = {"bimodal": glass.BIMODAL, "gaussian": glass.GAUSSIAN, "ferromagnet": glass.FERROMAGNET}


def told(model, sweeps: int) -> dict:
    """What the page has to say after so many sweeps, from the library's own kernels."""
    run = aged(model.size, model.T, sweeps, bonds=model.bonds, seed=model.seed, quench=model.quench)
    waits = [w for w in WAITS if w <= sweeps]
    lowest = model.data()["lowest"][model.bonds][0]
    return {
        "sweeps": sweeps, "overlap": run.overlap if waits else 0, "lowest": lowest, "wait": max(waits, default=0),
        "digest": digest(run.spins), "running": False,
    }  # fmt: skip


# ── In Python ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("T", 0.1, "0.2"), ("T", 2.1, "2.0"), ("T", math.nan, "must be a number"), ("T", "cold", "expected a float"),
        ("bonds", "random", r"any of \['bimodal', 'gaussian', 'ferromagnet'\]"), ("shown", "all", "any of"),
        ("quench", 0, "less than 1"), ("quench", 10_000, "greater than 9999"), ("seed", -1, "less than 0"),
        ("scaled", 2, "boolean"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_and_nothing_changes(name, value, allowed):
    refuses(lambda **given: Ageing(size=16, **given), name, value, allowed)


@pytest.mark.parametrize(("value", "allowed"), [(8, "16"), (256, "128"), (64.5, "expected an int")])
def test_the_size_is_fixed(value, allowed):
    refuses(Ageing, "size", value, allowed, fixed=True)


def test_an_address_holds_its_settings():
    text = "ageing?T=1.5&bonds=gaussian&shown=domains&scaled=True&quench=3&seed=7&run=1&pace=100"
    assert address.read(text)[1] == {
        "T": 1.5, "bonds": "gaussian", "shown": "domains", "scaled": True, "quench": 3, "seed": 7, "run": True,
        "pace": 100,
    }  # fmt: skip
    for wrong, says in (("T=3", "'T' trait"), ("bonds=glass", "'bonds' trait"), ("quench=0", "'quench' trait")):
        with pytest.raises(ValueError, match=says):
            address.read(f"ageing?{wrong}")


@pytest.mark.parametrize(
    ("arguments", "error", "text"),
    [
        ({"side": 1}, ValueError, "side must be at least 2"),
        ({"side": 2.5}, TypeError, "side must be a whole number"),
        ({"T": 0.0}, ValueError, "T must be greater than 0"),
        ({"sweeps": -1}, ValueError, "sweeps must be at least 0"),
        ({"bonds": "normal"}, ValueError, "bonds must be one of"),
        ({"seed": 2**32}, ValueError, "seed must be"),
        ({"quench": 0}, ValueError, "quench must be"),
    ],
)
def test_what_cannot_be_run_is_refused(arguments, error, text):
    with pytest.raises(error, match=text):
        aged(**{"side": 8, "T": 1.0, "sweeps": 3, "seed": 1} | arguments)


def test_the_bonds_are_those_of_their_law_and_each_stands_at_both_ends():
    for bonds in LAWS:
        sheet, J = sample(80, bonds, 3)
        glass.square_bonds(sheet, J)  # it refuses a table that is not symmetric
        values = J[(sheet.neighbours > np.arange(sheet.size)[:, None])]
        assert values.size == 2 * 80 * 79
        assert (J[sheet.neighbours < 0] == 0).all()
        if bonds == "gaussian":
            assert kstest(values, "norm").pvalue > 1e-4
            assert kstest(values * 1.05, "norm").pvalue < kstest(values, "norm").pvalue
        else:
            share = {"bimodal": 0.5, "ferromagnet": 0.0}[bonds]
            assert set(np.unique(values)) <= {-1.0, 1.0}
            assert 1e-5 < binom.cdf((values < 0).sum(), values.size, share) <= 1 - 1e-5 * (share > 0)


def test_a_quench_is_the_heat_bath_of_the_library_on_its_bonds():
    """Against a twin in plain Python, whose overlaps are written out; another quench of the bonds is another one."""
    run = aged(6, 0.7, 25, bonds="gaussian", seed=5, quench=2)
    sheet, state = lattice.square(6, periodic=False), np.empty(4, dtype=np.uint64)
    wasm = Wasm(web.read("ageing"))
    wasm.call("seed_state", 2 * 2**32 + 5, state)
    spins, kept = np.empty(36, dtype=np.int8), None
    wasm.call("fill_random", spins, 36, state)
    for t in range(1, 26):
        samples.sweep.py_func(spins, sheet.neighbours, run.couplings, 1 / 0.7, 0.0, state)
        if t == 10:
            kept = spins.astype(int)
        elif t > 10 and t - 10 in TIMES:
            assert run.C[0, TIMES.index(t - 10)] == sum(kept * spins) / 36
    np.testing.assert_array_equal(run.spins.ravel(), spins)
    assert run.overlap == sum(kept * spins) / 36
    assert run.e == pytest.approx(ising.energy(run.spins, sheet, J=run.couplings) / 36, rel=1e-12)
    assert np.isnan(run.C[1:]).all()
    assert np.isnan(run.C[0, 8:]).all()
    other = aged(6, 0.7, 25, bonds="gaussian", seed=5, quench=3)
    np.testing.assert_array_equal(other.couplings, run.couplings)
    assert (other.spins != run.spins).any()
    assert math.isnan(aged(6, 0.7, 9, seed=1).overlap)


def test_the_overlap_is_a_mean_of_products(rng):
    one, other = rng.choice(np.array([-1, 1], dtype=np.int8), (2, 301))
    assert ageing.overlap(one, other) == (one.astype(int) * other).sum() / 301
    assert ageing.overlap(one, one) == 1
    assert ageing.overlap(one, -one) == -1


@pytest.mark.parametrize("bonds", LAWS)
def test_the_ground_state_that_it_ships_is_that_of_its_bonds(bonds):
    """Its bits are spins of its energy, no flip of one lowers it, and a run of the page's is above it."""
    model = Ageing(size=16, bonds=bonds, seed=9)
    energy, text = model.data()["lowest"][bonds]
    sheet, J = sample(16, bonds, 9)
    assert energy == pytest.approx(ground.by_matching(sheet, J=J).energy / 256, abs=1e-6)
    bits = np.unpackbits(np.frombuffer(base64.b64decode(text), dtype=np.uint8)) if text else np.ones(256, dtype=int)
    spins = (2 * bits.astype(np.int8) - 1).reshape(16, 16)
    assert ising.energy(spins, sheet, J=J) / 256 == pytest.approx(energy, abs=1e-6)
    if bonds == "ferromagnet":
        assert energy == pytest.approx(-2 + 2 / 16, abs=1e-6)
    assert aged(16, 0.3, 200, bonds=bonds, seed=9).e >= energy - 1e-6
    json.dumps(model.data())


def test_without_the_package_for_ground_states_it_does_without(monkeypatch):
    def missing(*_, **__):
        raise ImportError

    monkeypatch.setattr(ground, "by_matching", missing)
    model = Ageing(size=17, seed=12_345)
    assert model.data()["lowest"] == {}
    assert "ground state" not in model.still().caption


@pytest.mark.slow
@pytest.mark.parametrize(("bonds", "T"), [("bimodal", 0.6), ("gaussian", 0.5)])
def test_an_old_glass_forgets_more_slowly_and_a_warm_one_has_no_age(bonds, T):
    """What the text beside it can promise: means over quenches, with the errors of those."""
    at = TIMES.index(300)
    cold, warm = (
        np.array([aged(48, temperature, 1300, bonds=bonds, seed=1, quench=k).C[:, at] for k in range(1, 17)])
        for temperature in (T, 2.0)
    )
    error = cold.std(axis=0, ddof=1) / 4
    for k in (0, 1):
        assert cold[:, k + 1].mean() - cold[:, k].mean() > 3 * math.hypot(error[k], error[k + 1])
    # In equilibrium at T = 2 nothing is left after 300 sweeps, whatever the age.
    assert np.abs(warm.mean(axis=0)).max() < 5 / math.sqrt(16 * 48**2)


@pytest.mark.slow
def test_the_still_picture_says_what_the_library_finds():
    for model in (Ageing(size=32), Ageing(0.4, size=20, bonds="gaussian", seed=3, quench=4)):
        run = aged(model.size, model.T, 2000, bonds=model.bonds, seed=model.seed, quench=model.quench)
        for words in (model.still().caption, model.still().alternative):
            assert ", ".join(f"{C:.2f}" for C in run.C[:, TIMES.index(1000)]) in words
            assert f"{run.e:.3f}" in words
            assert f"{model.data()['lowest'][model.bonds][0]:.3f}" in words


@pytest.mark.slow
def test_the_page_is_light_with_its_defaults():
    assert len(Ageing().static_html().encode()) < 60_000


# ── The module ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def wasm():
    return Wasm(web.read("ageing"))


@pytest.mark.parametrize("size", [2, 5, 16])
def test_the_sheet_of_the_module_is_that_of_the_library(wasm, size):
    table = np.full((size * size, 4), -9, dtype=np.int32)
    wasm.call("fill_torus", table, size)
    wasm.call("open_edges", table, size)
    np.testing.assert_array_equal(table, lattice.square(size, periodic=False).neighbours)


@pytest.mark.parametrize(("bonds", "T"), [("bimodal", 0.4), ("gaussian", 0.2), ("gaussian", 2.0), ("ferromagnet", 1.1)])
def test_native_and_web_agree_bit_for_bit(wasm, bonds, T):
    """Bonds, spins, energy, overlap and the generator's state, with the system's own exp and log."""
    sheet, J = sample(16, bonds, 77)
    state, table, memory = np.empty(4, dtype=np.uint64), np.full((256, 4), 9.0), np.empty(2 * 16 * 15)
    wasm.call("seed_state", 77, state)
    wasm.call("draw", LAWS[bonds], sheet.neighbours.copy(), table, memory, 16, state)
    # Two machines' logarithms may differ in the last bit.
    np.testing.assert_allclose(table, J, rtol=1e-15 if bonds == "gaussian" else 0)
    spins, found = np.empty(256, dtype=np.int8), np.empty((2, 1))
    wasm.call("seed_state", 2**32 + 77, state)
    wasm.call("fill_random", spins, 256, state)
    before = spins.copy()
    for _ in range(30):
        wasm.call("sweep", spins, sheet.neighbours.copy(), table, 256, T, state)
    run = aged(16, T, 30, bonds=bonds, seed=77)
    np.testing.assert_array_equal(spins.reshape(16, 16), run.spins)
    assert wasm.call("energy", spins, sheet.neighbours.copy(), table, 256, found) == pytest.approx(run.e, rel=1e-13)
    assert wasm.call("overlap", spins, before, 256) == (spins.astype(int) * before).mean()
    wasm.call("sweep", spins, sheet.neighbours.copy(), table, 256, T, state)  # the control
    assert (spins.reshape(16, 16) != run.spins).any()


# ── The page ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.browser
@pytest.mark.parametrize(
    "settings",
    [
        {}, {"T": 0.4, "size": 32, "bonds": "gaussian", "seed": 2**32 - 1, "quench": 9999},
        {"T": 1.5, "size": 17, "quench": 2}, {"T": 0.3, "size": 24, "bonds": "ferromagnet", "seed": 0},
    ],
    ids=str,
)  # fmt: skip
def test_the_page_ages_as_the_library_does_bit_for_bit(opened, settings):
    model = Ageing(**settings)
    widget = live(opened(model))
    for _ in range(3):
        button(widget, "Step").click()
    now = facts(widget)
    assert now.pop("e") == pytest.approx(aged(model.size, model.T, 3, **_rest(model)).e, rel=1e-12)
    assert now == told(model, 3)
    assert shown(widget, "overlap with the snapshot") == "–"
    now = run_until(widget, "sweeps", 1150, pace=PACE, option="20")
    run = aged(model.size, model.T, int(now["sweeps"]), **_rest(model))
    assert now.pop("e") == pytest.approx(run.e, rel=1e-12)
    assert now == told(model, int(now["sweeps"]))
    assert now["digest"] != told(Ageing(**settings | {"seed": 5}), int(now["sweeps"]))["digest"]  # the control
    # What the curves say is what the library has.
    label = widget.locator(".sl-graph svg[role=img]").first.get_attribute("aria-label")
    for w, C in zip(WAITS, run.C, strict=True):
        known = C[~np.isnan(C)]
        said = [f"{x:.2f} at {t}" for i, (x, t) in enumerate(zip(known, TIMES, strict=False))
                if i % 6 == 0 or i == known.size - 1]  # fmt: skip
        assert f"Taken at the age of {w}: {', '.join(said)}".replace("-", "−") in label
    button(widget, "Reset").click()
    assert facts(widget)["digest"] == digest(aged(model.size, model.T, 0, **_rest(model)).spins)


def _rest(model) -> dict:
    return {"bonds": model.bonds, "seed": model.seed, "quench": model.quench}


@pytest.mark.browser
def test_a_changed_setting_quenches_anew_and_the_run_before_stays_in_grey(opened):
    widget = live(opened(Ageing(size=24)))
    grey = widget.locator(".sl-graph path.sl-look-quiet").first
    run_until(widget, "sweeps", 1100, pace=PACE)
    button(widget, "Quench anew").click()
    assert facts(widget)["sweeps"] == 0
    assert widget.get_by_label("Quench number").input_value() == "2"
    assert grey.get_attribute("d").count("M") == 3
    button(widget, "Step").click()
    for label, value, model in (
        ("Temperature T, exact value", 1.2, Ageing(1.2, size=24, quench=2)),
        ("Seed", 8, Ageing(1.2, size=24, quench=2, seed=8)),
    ):
        fill(widget, label, value)
        assert facts(widget)["sweeps"] == 0
        button(widget, "Step").click()
        assert facts(widget)["digest"] == told(model, 1)["digest"]
    assert grey.get_attribute("d").count("M") == 3  # a run that was not whole takes no place of it
    fill(widget, "Temperature T, exact value", 3)
    expect(widget.locator(".sl-problem:visible")).to_contain_text("is not a number from 0.2 to 2.0")
    fill(widget, "Quench number", 9999)
    button(widget, "Quench anew").click()
    assert widget.get_by_label("Quench number").input_value() == "1"


@pytest.mark.browser
def test_the_picture_compares_with_what_it_says(opened):
    """Pixel by pixel: the spins, what has turned over since the snapshot, and the two ground states."""
    model = Ageing(0.4, size=20, bonds="gaussian", seed=4)
    widget = live(opened(model))
    run_until(widget, "sweeps", 12, pace=PACE, option="1")
    sweeps = int(facts(widget)["sweeps"])
    run, before = (aged(20, 0.4, k, **_rest(model)).spins for k in (sweeps, 10))
    bits = np.frombuffer(base64.b64decode(model.data()["lowest"]["gaussian"][1]), dtype=np.uint8)
    lowest = np.where(np.unpackbits(bits)[:400].reshape(20, 20), 1, -1)
    seen = {}
    for option, expected, words in (
        ("Spins", run, "updown"), ("Changes", run * before, "as in the snapshotturned over"),
        ("Domains", run * lowest, "as in the ground statereversed"),
    ):  # fmt: skip
        more(widget).get_by_label("Picture").select_option(option)
        assert widget.locator(".sl-view .sl-legend").first.inner_text().replace("\n", "") == words
        image = widget.locator("canvas").evaluate("canvas => canvas.toDataURL()").split(",")[1]
        light = np.asarray(Image.open(io.BytesIO(base64.b64decode(image))).convert("L"))
        seen[option] = np.where(light > 128, 1, -1)
        np.testing.assert_array_equal(seen[option], expected)
    assert (seen["Spins"] != seen["Changes"]).any()  # the control
    fill(widget, "Seed", 5)
    assert shown(widget, "exact ground state") == "–"
    assert widget.locator(".sl-view .sl-legend").first.inner_text().replace("\n", "") == "updown"
    more(widget).get_by_label("Picture").select_option("Spins")
    more(widget).get_by_label("Picture").select_option("Domains")
    expect(widget.locator(".sl-panel > .sl-keys")).to_contain_text("The ground state of these bonds is not known")


@pytest.mark.browser
def test_against_the_age_the_curves_start_where_they_should(opened):
    widget = live(opened(Ageing(size=16)))
    run_until(widget, "sweeps", 1200, pace=PACE)
    graph = widget.locator(".sl-graph").first
    expect(graph.locator(".sl-foot")).to_have_text("t in sweeps")
    starts = {}
    for scaled in (False, True):
        more(widget).get_by_label("Curves against t / tw").set_checked(scaled)
        paths = graph.locator(".sl-inside path.sl-line").evaluate_all("all => all.map(each => each.getAttribute('d'))")
        starts[scaled] = [float(re.match(r"M(-?[\d.]+)", path)[1]) for path in paths[1:]]
    assert starts[False] == [0.0, 0.0, 0.0]
    expect(graph.locator(".sl-foot")).to_have_text("t / tw")
    one, two, three = starts[True]
    assert three == pytest.approx(0, abs=0.1)
    assert one - two == pytest.approx(two - three, abs=0.2)  # a decade each
    assert two > 20


@pytest.mark.browser
def test_it_says_how_old_it_is(opened):
    widget = live(opened(Ageing(size=16)))
    status = widget.get_by_role("status")
    button(widget, "Step").click()
    assert "Just quenched from random spins" in status.inner_text()
    now = run_until(widget, "sweeps", 103, pace=PACE, option="1")
    turned = f"{50 - 50 * now['overlap']:.1f} % of the spins are turned over"
    assert f"{int(now['sweeps']) - 100} sweeps after the snapshot of age 100, {turned}" in status.inner_text()
    label = widget.locator(".sl-graph svg[role=img]").last.get_attribute("aria-label")
    assert f"The exact ground state has {now['lowest']:.3f}".replace("-", "−") in label
