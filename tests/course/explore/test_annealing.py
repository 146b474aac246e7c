"""Annealing: in a page, runs of a glass go through a drawn schedule as the library's do, over a proved ground state."""

import math
import re

import numpy as np
import pytest
from exploring import button, facts, fill, live, more, refuses, shown
from playwright.sync_api import expect
from traitlets import TraitError
from wasm import Wasm

from spinlearn.core import arguments, words
from spinlearn.course import web
from spinlearn.course.explore import Annealing, annealed, digest, drawn_schedule, glass_of
from spinlearn.course.explore.annealing import GROUND, RUNS, SCHEDULES, agreement
from spinlearn.course.explore.shell import address
from spinlearn.course.explore.shell.controls import SIGNS
from spinlearn.dense import knots
from spinlearn.lattice import geometry, ground, ising, samples

MANY, HOT, MOST = 26, 2.5, len(SIGNS) - 1
SIDES = tuple(GROUND)
PARTS = 1024


def signs(levels) -> str:
    """The text of a schedule."""
    return "".join(SIGNS[int(level)] for level in levels)


def told(model, sweeps: int | None = None, times: int = 1) -> dict:
    """What the page has to say after so many sweeps of its runs, or at their end."""
    S = round(model.sweeps)
    T = knots.temperatures(drawn_schedule(model.schedule), S)[: S if sweeps is None else sweeps]
    run, glass = annealed(model.side, T, times=times, seed=model.seed), glass_of(model.side)
    return {
        "swept": T.size, "mean": run.excess.mean(), "best": run.excess.min(), "found": (run.excess == 0).sum(),
        "agree": (agreement(run.spins, glass.ground) > 0).mean(), "T": T[-1] if T.size else HOT, "running": False,
        "digest": digest(run.spins),
    }  # fmt: skip


# ── The glass and its ground state ───────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("side", SIDES)
def test_the_ground_state_that_is_shipped_is_proved(side):
    """The matching finds it, and what the matching may be wrong by is less than any two energies differ by."""
    glass = glass_of(side)
    assert glass.energy == ising.energy(glass.ground, glass.lattice, J=glass.J)
    found = ground.by_matching(glass.lattice, J=glass.J)
    assert found.energy == glass.energy
    assert found.energy - found.bound < 2 / PARTS
    np.testing.assert_array_equal(found.spins * found.spins[0, 0], glass.ground)
    other = glass.ground.copy()  # the control: one spin turned over costs energy
    other[3, 4] *= -1
    assert ising.energy(other, glass.lattice, J=glass.J) >= glass.energy + 2 / PARTS


def test_the_smallest_one_is_that_of_the_cutting_planes_too():
    glass = glass_of(8)
    assert ground.by_cuts(glass.lattice, J=glass.J).energy == pytest.approx(glass.energy, abs=1e-6)


def test_the_bonds_are_normal_and_multiples_of_a_small_part():
    values = np.concatenate([glass_of(side).J[:, :2].ravel() for side in SIDES])
    values = values[values != 0]  # right and down: each bond once
    assert (values * PARTS == np.round(values * PARTS)).all()
    many = values.size
    assert abs(values.mean()) < 4 / math.sqrt(many)
    assert abs((values**2).mean() - 1) < 4 * math.sqrt(2 / many)
    assert abs((values**4).mean() - 3) < 4 * math.sqrt(96 / many)
    assert abs((values**2).mean() - 1 / 3) > 4 * math.sqrt(2 / many)  # the control: even ones from -1 to 1


@pytest.mark.parametrize(("side", "error"), [(32, ValueError), (0, ValueError), (8.0, TypeError)])
def test_there_is_no_glass_of_another_size(side, error):
    with pytest.raises(error, match="side must be"):
        glass_of(side)


# ── In Python ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("sweeps", 9, "10"), ("sweeps", 10001, "10000"), ("sweeps", math.nan, "must be a number"),
        ("schedule", "cold", "any of .*'linear'.* or 26 levels"), ("schedule", "0" * 26, "not all 0"),
        ("schedule", "P" + "0" * 25, "A to O"), ("schedule", 3, "expected a unicode string"),
        ("side", 32, r"any of \[8, 16, 24\]"), ("seed", -1, "less than 0"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_and_nothing_changes(name, value, allowed):
    refuses(Annealing, name, value, allowed)


def test_an_address_holds_its_settings():
    text = signs(np.arange(MANY)[::-1])
    found = address.read(f"annealing?sweeps=200&schedule={text}&side=8&seed=7&run=1&pace=1000")[1]
    assert found == {"sweeps": 200.0, "schedule": text, "side": 8, "seed": 7, "run": True, "pace": 1000}
    assert address.read("annealing?schedule=reheated")[1] == {"schedule": "reheated"}
    for wrong, says in (("sweeps=5", "'sweeps' trait"), ("schedule=warm", "26 levels"), ("pace=3", "pace must be")):
        with pytest.raises(ValueError, match=says):
            address.read(f"annealing?{wrong}")


def test_the_named_schedules_are_those_that_their_names_say():
    for name, text in SCHEDULES.items():
        T = drawn_schedule(name)
        assert signs(np.round(T * 20)) == text
        np.testing.assert_allclose(T * 20, np.round(T * 20), atol=1e-12)
        assert T[-1] == 0
        assert (np.diff(T) > 0).any() == (name == "reheated")
    np.testing.assert_allclose(drawn_schedule("linear"), np.linspace(HOT, 0, MANY), atol=1e-12)
    assert not drawn_schedule("quench").any()
    assert (drawn_schedule("late")[:-1] == HOT).all()
    slow = drawn_schedule("slow")
    assert slow[0] == HOT
    assert slow[4] < HOT / 2
    np.testing.assert_allclose(np.diff(slow[4:]), -0.05, atol=1e-12)
    for wrong in ("warm", "0" * MANY, 3):
        with pytest.raises(TraitError, match="'schedule' trait"):
            drawn_schedule(wrong)


@pytest.mark.parametrize(
    ("arguments", "error", "text"),
    [
        ({"side": 9}, ValueError, "side must be one of 8, 16, 24"), ({"T": [-1.0]}, ValueError, "at least 0"),
        ({"T": [[1.0]]}, ValueError, "must have shape"), ({"times": 0}, ValueError, "times must be at least 1"),
        ({"seed": -1}, ValueError, "seed must be at least 0"),
    ],
)  # fmt: skip
def test_what_cannot_be_run_is_refused(arguments, error, text):
    with pytest.raises(error, match=text):
        annealed(**{"side": 8, "T": [2.0], "seed": 1} | arguments)


def test_a_run_is_the_heat_bath_spin_after_spin_from_random_numbers_of_its_own():
    """A plain twin of one run, which also counts the energy that each flip costs."""
    side, T, seed = 8, [1.7, 0.4, 0.0, 0.9], 5
    glass, run = glass_of(side), annealed(side, T, seed=seed)
    first, state = np.empty((2, 4), dtype=np.uint64)
    words.seed_state(np.uint64(seed), first)
    for _ in range(3):
        word = words.next_word(first)
    words.seed_state(np.uint64(word), state)  # of the third run
    s = np.empty(side * side, dtype=np.int8)
    geometry.fill_random(s, state)
    energy = ising.energy(s.reshape(side, side), glass.lattice, J=glass.J)
    assert run.e[0, 2] * s.size == energy
    for t, temperature in enumerate(T):
        for i in range(s.size):
            field = sum(J * s[j] for j, J in zip(glass.lattice.neighbours[i], glass.J[i], strict=True) if j >= 0)
            x = -2 * field / temperature if temperature else -math.copysign(700, field)
            new = 1 if words.uniform(state) < 1 / (1 + math.exp(min(700, x))) else -1
            energy -= (new - s[i]) * field
            s[i] = new
        assert run.e[t + 1, 2] * s.size == energy
    np.testing.assert_array_equal(run.spins[2], s.reshape(side, side))
    assert (run.spins[1] != run.spins[2]).any()


def test_a_quench_never_rises_and_nothing_is_below_the_ground_state():
    for side in SIDES:
        run = annealed(side, [0.0] * 30, seed=3)
        assert (np.diff(run.e, axis=0) <= 0).all()
        assert (run.excess >= 0).all()
    warm = annealed(8, knots.temperatures(drawn_schedule("linear"), 2000), seed=3)
    assert (warm.excess >= 0).all()
    assert (warm.excess == 0).any()  # here some do find it
    assert (warm.lowest == warm.e.min(axis=0)).all()
    np.testing.assert_array_equal(warm.excess * 64, warm.lowest * 64 - glass_of(8).energy)


def test_the_second_time_goes_on_with_the_random_numbers():
    T = knots.temperatures(drawn_schedule("linear"), 20)
    once, twice = (annealed(8, T, times=times, seed=1) for times in (1, 2))
    assert (once.spins != twice.spins).any()
    assert (annealed(8, T, times=2, seed=1).spins == twice.spins).all()


@pytest.mark.slow
def test_slow_is_better_than_fast_and_both_than_a_quench():
    """What the text beside it can promise; an error of the mean of 16 runs is about 0.002 here."""
    means = {S: annealed(24, knots.temperatures(drawn_schedule("linear"), S), seed=1).excess for S in (10, 100, 1000)}
    quench = annealed(24, knots.temperatures(drawn_schedule("quench"), 1000), seed=1).excess
    late = annealed(24, knots.temperatures(drawn_schedule("late"), 1000), seed=1).excess
    slow = annealed(24, knots.temperatures(drawn_schedule("slow"), 1000), seed=1).excess

    def lower(one, other):
        return other.mean() - one.mean() > 4 * math.hypot(one.std(), other.std()) / 4

    assert lower(means[1000], means[100])
    assert lower(means[100], means[10])
    assert lower(means[100], quench)  # a tenth of its sweeps
    assert lower(means[1000], late)
    assert lower(late, quench)
    assert not lower(means[1000], slow)
    assert quench.min() > means[1000].max()


def test_agreement_is_with_the_nearer_of_the_two_ground_states(rng):
    state = glass_of(8).ground
    spins = np.where(rng.permutation(64).reshape(8, 8) < 20, -state, state)
    both = agreement(np.stack([spins, -spins, state, -state]), state)
    np.testing.assert_array_equal(both[0], both[1])
    assert (both[2:] == 1).all()
    assert both[0].sum() == 64 - 2 * 20


def test_the_still_picture_says_what_the_library_finds():
    for model in (Annealing(200, side=8), Annealing(100, schedule="quench"), Annealing(50, schedule="O" * 26, side=16)):
        now = told(model)
        caption = model.still().caption
        assert f"come to {now['mean']:.4f} J per spin above its exact ground state on average" in caption
        assert f"the best run to {now['best']:.4f}; {now['found']} met it" in caption
    assert "A schedule drawn by hand" in caption
    assert "from 2.5 to 2.5" in model.still().alternative


# ── The module ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def wasm():
    # Python's exp raises where JavaScript's is infinite.
    return Wasm(web.read("annealing"), exp=lambda x: math.exp(x) if x < 709.7 else math.inf)


@pytest.mark.parametrize("side", SIDES)
def test_the_glass_of_the_module_is_that_of_the_library(wasm, side):
    n, glass = side * side, glass_of(side)
    neighbours, couplings = np.full((n, 4), -9, dtype=np.int32), np.full((n, 4), np.nan)
    numbers, state = np.empty(2 * n), np.empty(4, dtype=np.uint64)
    wasm.call("glass", side, 2, float(PARTS), neighbours, couplings, numbers, state)
    np.testing.assert_array_equal(neighbours, glass.lattice.neighbours)
    np.testing.assert_array_equal(couplings, glass.J)


def test_native_and_web_runs_agree_bit_for_bit(wasm):
    """Spins, energies and generators through heat and cold, down to the absolute zero."""
    side, n, glass = 16, 256, glass_of(16)
    T = [2.5, 1.0, 0.3, 0.05, 0.0, 1e-320, 0.6]
    run = annealed(side, T, seed=9)
    states, spins = np.empty((RUNS + 1, 4), dtype=np.uint64), np.empty((RUNS, n), dtype=np.int8)
    e, m = np.empty((2, RUNS))
    table = glass.lattice.neighbours.copy(), glass.J
    wasm.call("begin", 9, states, RUNS)
    wasm.call("scatter", spins, n, RUNS, states)
    for t, temperature in enumerate([None, *T]):
        if t:
            wasm.call("sweep", spins, *table, n, RUNS, temperature, states)
        wasm.call("measure", spins, *table, n, RUNS, e, m)
        np.testing.assert_array_equal(e / n, run.e[t])
        np.testing.assert_array_equal(m, spins.sum(axis=1))
    np.testing.assert_array_equal(spins.reshape(run.spins.shape), run.spins)
    wasm.call("scatter", spins, n, RUNS, states)  # the generators, too, are where the library's are
    np.testing.assert_array_equal(spins.reshape(run.spins.shape), second_start(side, T, 9))
    wasm.call("sweep", spins, *table, n, RUNS, 1.0, states)
    assert (spins.reshape(run.spins.shape) != run.spins).any()  # the control


def second_start(side, T, seed):
    """The random spins that the second time begins with."""
    states = np.empty((RUNS + 1, 4), dtype=np.uint64)
    words.seed_state(np.uint64(seed), states[RUNS])
    glass, spins = glass_of(side), np.empty((RUNS, side * side), dtype=np.int8)
    for r in range(RUNS):
        words.seed_state(np.uint64(words.next_word(states[RUNS])), states[r])
        geometry.fill_random(spins[r], states[r])
        for each in T:
            beta = 1 / each if each > 1e-300 else arguments.LARGEST_BETA
            samples.sweep(spins[r], glass.lattice.neighbours, glass.J, beta, 0.0, states[r])
        geometry.fill_random(spins[r], states[r])
    return spins.reshape(RUNS, side, side)


def test_the_temperatures_of_the_module_are_those_of_the_library(wasm, rng):
    for sweeps in (10, 26, 777):
        drawn = rng.integers(0, MOST + 1, MANY) * HOT / MOST
        found = [wasm.call("temperature", drawn, MANY, t, sweeps) for t in range(sweeps)]
        assert found == knots.temperatures(drawn, sweeps).tolist()


# ── The page ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def finish(widget) -> dict:
    """Let the runs end, which stops them."""
    more(widget).get_by_label("A run takes").select_option("1 s")
    button(widget, "Start").click()
    over = "document.querySelector('.sl-live').dataset.running === 'false'"
    widget.page.wait_for_function(over, timeout=60_000)
    expect(button(widget, "Start")).to_be_visible()
    return facts(widget)


def holds(now: dict, wanted: dict) -> None:
    for key, value in wanted.items():
        assert now[key] == (pytest.approx(value, abs=1e-13) if isinstance(value, float) else value), key


@pytest.mark.browser
@pytest.mark.parametrize(
    "settings",
    [
        {"sweeps": 200}, {"sweeps": 500, "side": 8, "schedule": "reheated", "seed": 2**32 - 1},
        {"sweeps": 77, "side": 16, "schedule": "quench", "seed": 3},
        {"sweeps": 10, "side": 8, "schedule": signs(range(26))},
    ],
    ids=str,
)  # fmt: skip
def test_the_page_anneals_as_the_library_does_bit_for_bit(opened, settings):
    model = Annealing(**settings)
    widget = live(opened(model))
    holds(facts(widget), told(model, 0) | {"T": drawn_schedule(model.schedule)[0]})
    for _ in range(3):
        button(widget, "Step").click()
    holds(facts(widget), told(model, 3))
    first = told(model)
    holds(finish(widget), first)
    assert first["digest"] != told(Annealing(**settings | {"seed": 77}))["digest"]  # the control
    assert float(shown(widget, "mean excess")) == pytest.approx(first["mean"], abs=5.1e-5)
    assert shown(widget, "mean before") == shown(widget, "found before") == "–"
    second = finish(widget)  # the next ones have other random numbers, and those that are over stay beside them
    holds(second, told(model, times=2))
    holds(second, {f"{key}_before": first[key] for key in ("mean", "best", "found")})
    button(widget, "Reset").click()
    holds(facts(widget), told(model, 0) | {"T": drawn_schedule(model.schedule)[0]})
    assert shown(widget, "mean before") == "–"


@pytest.mark.browser
def test_another_schedule_begins_from_the_seed_and_the_last_result_stays(opened):
    model = Annealing(100, side=8)
    widget = live(opened(model))
    first = finish(widget)
    for setting, change in (
        ({"schedule": "late"}, lambda: widget.get_by_label("Schedule").select_option("Late quench")),
        ({"sweeps": 200.0}, lambda: fill(widget, "Sweeps of a run S, exact value", 200)),
        ({"seed": 5}, lambda: fill(widget, "Seed", 5)),
    ):
        change()
        for key, value in setting.items():
            setattr(model, key, value)
        now = facts(widget)
        holds(now, told(model, 0) | {"mean_before": first["mean"], "best_before": first["best"]})
        first = finish(widget)
        holds(first, told(model))
    button(widget, "Step").click()  # runs that are not over are forgotten
    more(widget).get_by_label("Schedule").select_option("Linear")
    assert facts(widget)["mean_before"] == first["mean"]
    widget.get_by_label("Lattice").select_option("16 × 16")  # and another glass cannot be compared
    assert shown(widget, "mean before") == "–"
    model.set_trait("side", 16)
    model.set_trait("schedule", "linear")
    holds(finish(widget), told(model))
    assert widget.locator("canvas").evaluate_all("all => all.map(({ width }) => width)") == [4 * 17 - 1]


@pytest.mark.browser
def test_the_picture_shows_where_the_lattices_are_as_the_ground_state(opened):
    model = Annealing(50, side=8)
    widget = live(opened(model))
    finish(widget)
    run = annealed(8, knots.temperatures(drawn_schedule("linear"), 50), seed=1)
    seen = agreement(run.spins, glass_of(8).ground)
    data = widget.locator("canvas").evaluate("""canvas => [...canvas.getContext("2d")
        .getImageData(0, 0, canvas.width, canvas.width).data]""")
    pixels = np.array(data).reshape(35, 35, 4)
    for r in range(RUNS):
        row, column = 9 * (r // 4), 9 * (r % 4)
        found = pixels[row : row + 8, column : column + 8]
        np.testing.assert_array_equal(found[..., 0] > 128, seen[r] > 0)
    assert (pixels[8, :, 3] == 0).all()  # between them it is clear
    expect(widget.locator("canvas")).to_have_attribute("aria-label", re.compile("spins as in it"))


def place(widget, time: float, T: float) -> tuple[float, float]:
    """Where a temperature at a time is on the screen."""
    box = widget.locator(".sl-pad .sl-field-area").bounding_box()
    return box["x"] + (time + 0.02) / 1.04 * box["width"], box["y"] + (1 - T / 1.04 / HOT) * box["height"]


@pytest.mark.browser
def test_a_schedule_is_drawn_with_the_pointer(opened):
    model = Annealing(20, side=8)
    page = opened(model)
    widget, mouse = live(page), page.mouse
    widget.locator(".sl-sheet").scroll_into_view_if_needed()
    mouse.move(*place(widget, 0, 1.0))
    mouse.down()
    mouse.move(*place(widget, 0.4, 0.0))
    mouse.move(*place(widget, 0.6, 0.5))
    mouse.move(*place(widget, 1.0, 0.0))
    mouse.up()
    levels = np.r_[np.linspace(20, 0, 11), np.linspace(0, 10, 6)[1:], np.linspace(10, 0, 11)[1:]]
    expect(more(widget).get_by_label("Schedule").locator("option:checked")).to_have_text("Drawn by hand")
    expect(widget.locator(".sl-foot").first).to_contain_text("It rises: the glass is heated from 0.00 to 0.50.")
    model.schedule = signs(levels)
    holds(finish(widget), told(model))
    said = widget.get_by_role("status").inner_text()
    assert "It rises: the glass is heated from 0.00 to 0.50. Over: " in said
    for option, T in (("Linear", HOT), ("Drawn by hand", 1.0)):  # what was drawn is not lost
        widget.get_by_label("Schedule").select_option(option)
        assert facts(widget)["T"] == T
    mouse.move(*place(widget, 0, 0.0))
    mouse.down()
    mouse.move(*place(widget, 1.0, 0.0))  # a drawing may be 0 everywhere, and then it is the quench
    mouse.up()
    expect(widget.get_by_label("Schedule").locator("option:checked")).to_have_text("Quench")
    model.schedule = "quench"
    holds(finish(widget), told(model))


@pytest.mark.browser
def test_a_schedule_is_drawn_with_the_keys_and_said(opened):
    page = opened(Annealing(20, side=8))
    widget, press = live(page), page.keyboard.press
    sheet = widget.locator(".sl-sheet")
    sheet.focus()
    expect(sheet).to_have_attribute("aria-roledescription", "schedule to draw")
    expect(sheet).to_have_attribute("aria-valuemax", "2.5")
    press("End")
    expect(sheet).to_have_attribute("aria-valuetext", "time 1.00: temperature 0.00")
    for key in ("PageUp", "ArrowUp", "ArrowUp", "ArrowDown"):
        press(key)
    expect(sheet).to_have_attribute("aria-valuetext", "time 1.00: temperature 0.30")
    foot = widget.locator(".sl-foot").first
    expect(foot).to_contain_text("It rises: the glass is heated from 0.10 to 0.30. It ends warm.")
    press("Delete")
    expect(foot).not_to_contain_text("It")
    press("Home")
    expect(sheet).to_have_attribute("aria-valuetext", "time 0.00: temperature 2.50")
    press("ArrowDown")
    levels = 2 * np.arange(25, -1, -1)
    levels[0] = 49
    holds(finish(widget), told(Annealing(20, schedule=signs(levels), side=8)))


@pytest.mark.browser
def test_the_slider_goes_by_stops_and_the_box_takes_what_is_between(opened):
    page = opened(Annealing(side=8))
    widget = live(page)
    slider, box = (
        widget.get_by_role("slider", name="Sweeps of a run"),
        widget.get_by_label("Sweeps of a run S, exact value"),
    )
    assert slider.input_value() == "6"
    slider.focus()
    page.keyboard.press("ArrowRight")
    assert box.input_value() == "2000"
    expect(slider).to_have_attribute("aria-valuetext", "2000")
    page.keyboard.press("Home")
    assert box.input_value() == "10"
    fill(widget, "Sweeps of a run S, exact value", 777)
    assert slider.input_value() == "5"
    expect(slider).to_have_attribute("aria-valuetext", "777")
    page.keyboard.press("Tab")
    assert facts(widget)["swept"] == 0
    fill(widget, "Sweeps of a run S, exact value", 20000)
    expect(widget.locator(".sl-problem:visible")).to_contain_text("is not a number from 10 to 10000")
    assert slider.input_value() == "5"


@pytest.mark.browser
def test_the_prose_sets_it_runs_it_and_keeps_what_was_before(opened):
    above = "".join(
        f'<p><span class="sl-set" data-set="annealing?{asked}">{word}</span></p>'
        for word, asked in (
            ("quench", "sweeps=50&amp;schedule=quench&amp;side=8&amp;seed=1&amp;pace=1000&amp;run=1"),
            ("slowly", "sweeps=500&amp;schedule=linear&amp;side=8&amp;seed=1&amp;pace=1000&amp;run=1"),
        )
    )
    page = opened(Annealing(), above=above)
    widget = live(page)
    over = """S => {
        const { running, swept } = document.querySelector(".sl-live").dataset;
        return running === "false" && swept === S;
    }"""
    button(page, "quench").click()
    page.wait_for_function(over, arg="50")
    first = facts(widget)
    holds(first, told(Annealing(50, schedule="quench", side=8)))
    button(page, "slowly").click()
    page.wait_for_function(over, arg="500", timeout=60_000)
    now = facts(widget)
    holds(now, told(Annealing(500, side=8)) | {"mean_before": first["mean"]})
    assert now["mean"] < first["mean"]


@pytest.mark.browser
def test_the_graphs_say_what_they_show(opened):
    widget = live(opened(Annealing(100, schedule="reheated", side=8)))
    now, glass = finish(widget), glass_of(8)
    run = annealed(8, knots.temperatures(drawn_schedule("reheated"), 100), seed=1)
    said = widget.locator("svg[role=img]").evaluate_all("all => all.map((each) => each.getAttribute('aria-label'))")
    assert "from 2.50 to 0.00. It rises: the glass is heated from 0.00 to 1.00." in said[0]
    assert f"now {(run.e[-1] - glass.energy / 64).mean():.4f}" in said[1]
    assert f"{run.excess.min():.4f} to {run.excess.max():.4f}, {int(now['found'])} of 16 in the ground state" in said[2]
    assert "before" not in said[1]
    finish(widget)
    said = widget.locator("svg[role=img]").evaluate_all("all => all.map((each) => each.getAttribute('aria-label'))")
    assert f"before it ended at {(run.e[-1] - glass.energy / 64).mean():.4f}" in said[1]
    assert f"Before: {run.excess.min():.4f} to" in said[2]
