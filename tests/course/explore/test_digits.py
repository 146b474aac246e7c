"""The live machine that draws digits: in a page it samples as the library does, from weights that are the model's."""

import json
import math
import warnings
import zlib

import numpy as np
import pytest
from exploring import button, facts, fill, live, more, refuses, run_until, shown
from playwright.sync_api import expect
from wasm import Wasm

from spinlearn.bipartite import draws, likelihood, machine, small, units
from spinlearn.course import web
from spinlearn.course.explore import Digits, sampled
from spinlearn.course.explore.digits import (
    CHAINS,
    CODES,
    HIDDEN,
    MOST,
    held,
    lowest,
    making,
    means,
    nearest,
    unseen,
    weights,
)
from spinlearn.course.explore.shell import address

PACE = "Sweeps a second"
DRAWN = "0" * 24 + "02222220" + "00000020" + "1" * 8 + "0" * 16


class Counted(np.random.Generator):
    """A generator whose draw is known, so that `machine.simulate` has the seed of a page."""

    def __init__(self, seed: int):
        super().__init__(np.random.PCG64(1))
        self.seed = seed

    def integers(self, *_, **__):
        return self.seed


def run_of(model, sweeps: int):
    """What the library comes to after so many sweeps."""
    return sampled(
        sweeps, model.T, hidden=model.hidden, start=model.start, given=model.given, picture=model.picture,
        seed=model.seed,
    )  # fmt: skip


def fingerprint(visible) -> str:
    return f"{zlib.crc32(visible.astype(np.uint8).tobytes()):08x}"


def told(model, sweeps: int) -> dict:
    """What the page has to say then."""
    run, r = run_of(model, sweeps), model.chain - 1
    turned = (run.looks[1:] != run.looks[:-1]).sum()
    return {
        "sweeps": sweeps, "looks": run.looks[-1, r], "e": pytest.approx(run.energy[-1, r], abs=1e-4),
        "on": pytest.approx(small.participation(run.hidden[r], lowest(model.hidden)), abs=1e-4),
        "changes": pytest.approx(100 * turned / CHAINS / sweeps if sweeps else 0), "digest": fingerprint(run.visible),
        "running": False,
    }  # fmt: skip


def pixels(widget) -> np.ndarray:
    """The large picture, as it is painted: 0 to 255, from beside the middle of each square."""
    colours = widget.locator("canvas[role=slider]").evaluate("""canvas => {
        const copy = Object.assign(document.createElement("canvas"), { width: canvas.width, height: canvas.height });
        const pen = copy.getContext("2d", { willReadFrequently: true });
        pen.drawImage(canvas, 0, 0);
        const [{ data }, size] = [pen.getImageData(0, 0, canvas.width, canvas.height), canvas.width / 8];
        const at = (place) => Math.floor((place + 0.25) * size);
        return Array.from({ length: 64 }, (_, k) => data[4 * (at(Math.floor(k / 8)) * canvas.width + at(k % 8))]);
    }""")
    return np.array(colours)


# ── What has been learned ────────────────────────────────────────────────────────────────────────────────────────────


def test_the_stored_machines_are_what_is_said_of_them(rng):
    """The likelihoods on record are those of the rounded weights, and far better than those of independent pixels."""
    record = json.loads(weights.FILE.read_text(encoding="utf-8"))
    data, _ = weights.pictures()
    seen, rest = data[: weights.LEARNED_FROM], data[weights.LEARNED_FROM :]
    biases = likelihood.matched_biases(units.binary(), seen, 64)
    alone = machine.machine(np.zeros((64, 1)), units.binary(), units.binary(), a=biases)
    for hidden, facts_of in record.items():
        model = weights.learned(hidden)
        found = likelihood.ais(model, steps=500, data=seen, progress=False, rng=rng)
        for name, rows in (("seen", seen), ("unseen", rest)):
            value = likelihood.log_likelihood(model, rows, log_Z=found.log_Z)
            assert value == pytest.approx(facts_of["log_likelihood"][name], abs=0.05 + 5 * found.error)
            assert value > likelihood.log_likelihood(alone, rows) + 6
    assert list(record) == [name for name in HIDDEN if name != "spin"] == list(making.RECIPES)


@pytest.mark.parametrize("hidden", HIDDEN)
def test_a_weight_is_a_whole_number_of_steps_that_a_byte_holds(hidden):
    numbers, step = weights.stored("binary" if hidden == "spin" else hidden)
    model = weights.learned(hidden)
    assert math.log2(step).is_integer()
    assert step == making.RECIPES["binary" if hidden == "spin" else hidden].step
    finest = step / 2 if hidden == "spin" else step
    for part in model[:3]:
        assert (part / finest == np.round(part / finest)).all()
        assert (part.astype(np.float32) == part).all()
    assert np.abs(numbers.astype(int)).max() <= 127
    if hidden != "spin":
        np.testing.assert_array_equal(making.rounded(model, step), numbers)


def test_spins_are_the_binary_machine_in_other_words(rng):
    """The same free energy but for a constant, at all temperatures; and from one seed the same pictures."""
    binary, spin = weights.learned("binary"), weights.learned("spin")
    v = rng.integers(2, size=(200, 64))
    for T in (0.5, 1.0, 2.5):
        apart = machine.free_energy(binary, v, T) - machine.free_energy(spin, v, T)
        np.testing.assert_allclose(apart, apart[0], atol=1e-9)
        one, other = (sampled(40, T, hidden=hidden, seed=5) for hidden in ("binary", "spin"))
        np.testing.assert_array_equal(one.visible, other.visible)
        np.testing.assert_array_equal(2 * one.hidden - 1, other.hidden)
    wrong = spin._replace(a=binary.a)  # the control
    assert np.ptp(machine.free_energy(binary, v) - machine.free_energy(wrong, v)) > 1


@pytest.mark.slow
def test_they_learn_by_the_recipe():
    """A few steps of it: the machine comes closer to the data, and fits into bytes."""
    data = weights.pictures()[0][: weights.LEARNED_FROM]
    short, longer = (making.learn("binary", data, parts=(steps, 10, 10)) for steps in (30, 1500))
    found = [
        likelihood.log_likelihood(
            model,
            data,
            log_Z=likelihood.ais(model, steps=500, data=data, progress=False, rng=np.random.default_rng(1)).log_Z,
        )
        for model in (short, longer)
    ]
    assert found[0] + 3 < found[1]
    assert making.rounded(longer, 1 / 8).dtype == np.int8


def test_the_pictures_are_scikit_learns_and_none_was_learned():
    data, shows = weights.pictures()
    for k in range(MOST):
        places = np.flatnonzero((data == unseen()[k]).all(axis=1))
        assert shows[places].tolist() == [k % 10] * len(places)
        assert places.max() >= weights.LEARNED_FROM
    assert (nearest(data) == shows).mean() > 0.85
    exact = np.stack([data[: weights.LEARNED_FROM][shows[: weights.LEARNED_FROM] == k].mean(axis=0) for k in range(10)])
    assert np.abs(means() / 7 - exact).max() <= 0.5 / 7 + 1e-6


# ── In Python ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("hidden", HIDDEN)
@pytest.mark.parametrize("given", ["none", "left", DRAWN])
def test_it_is_the_librarys_gibbs_sampling(hidden, given):
    """`machine.simulate` from the same seed: bit for bit where sums are exact, and else until a rounding matters."""
    sweeps, T = (40 if hidden in ("binary", "spin") else 3), 1.3
    start, fixed = sampled(0, T, hidden=hidden, given=given, seed=7), held(given, 3) >= 0
    model = weights.learned(hidden)
    chains = machine.simulate(start.visible, model, T, sweeps, clamped=fixed, progress=False, rng=Counted(7))
    run = sampled(sweeps, T, hidden=hidden, given=given, seed=7)
    np.testing.assert_array_equal(run.visible, chains.visible)
    before = sampled(sweeps - 1, T, hidden=hidden, given=given, seed=7)
    np.testing.assert_allclose(before.hidden, chains.hidden, rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(run.energy[-1], machine.energy(model, run.visible, run.hidden), rtol=1e-6)
    assert (sampled(sweeps, T, hidden=hidden, given=given, seed=8).visible != run.visible).any()


@pytest.mark.parametrize("hidden", HIDDEN)
def test_the_means_are_those_of_the_machine(hidden):
    before, run = (sampled(k, 0.8, hidden=hidden, given="right", seed=2) for k in (4, 5))
    exact = 1 / (1 + np.exp(-machine.visible_fields(weights.learned(hidden), before.hidden, 0.8)))
    free = held("right", 3) < 0
    np.testing.assert_allclose(run.means[:, free], exact[:, free], rtol=1e-4)
    np.testing.assert_array_equal(run.means[:, ~free], run.visible[:, ~free])


@pytest.mark.parametrize("start", ["noise", "digits", "picture"])
def test_where_the_chains_begin(start):
    run = sampled(0, start=start, picture=14, seed=3)
    if start == "noise":
        assert abs(run.visible.mean() - 0.5) < 5 * 0.5 / math.sqrt(640)
    else:
        np.testing.assert_array_equal(
            run.visible, unseen()[:10] if start == "digits" else np.tile(unseen()[14], (10, 1))
        )
    np.testing.assert_array_equal(run.means, run.visible)


@pytest.mark.slow
def test_what_the_text_beside_it_can_promise():
    """Digits come out of noise; half of one decides the rest, nearly; hot there are none, and cold they stay."""
    data, _ = weights.pictures()

    def far(pictures):
        return ((pictures[:, None] - data) ** 2).sum(axis=-1).min(axis=1).mean()

    def changes(run):
        return 100 * (run.looks[1:] != run.looks[:-1]).mean()

    noise = far(sampled(0, seed=1).visible)
    assert noise > 15
    for hidden in HIDDEN:
        ends = [far(sampled(150, hidden=hidden, seed=seed).visible) for seed in (1, 2, 3)]
        assert np.mean(ends) < (16 if hidden == "gaussian" else 5.5)
    assert far(sampled(150, 3.0, seed=1).visible) > 8
    rates = [changes(sampled(300, T, seed=1)) for T in (0.3, 1.0, 2.0)]
    assert 2 * rates[0] < rates[1] < rates[2] / 2
    given = [sampled(200, given="upper", picture=3, seed=seed) for seed in (1, 2, 3)]
    assert np.mean([(run.looks[50:] == 3).mean() for run in given]) > 0.4


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("T", 0.1, "0.2"), ("T", 4, "3.0"), ("T", math.nan, "must be a number"), ("T", "cold", "expected a float"),
        ("hidden", "poisson", "any of .*'binary'"), ("given", "middle", "must be any of"),
        ("given", "0" * 64, "not all 0"),
        ("given", "3" * 64, "must have signs 0, 1 or 2"), ("start", "chaos", "any of .*'noise'"),
        ("picture", 20, "greater than 19"), ("chain", 0, "less than 1"), ("chain", 11, "greater than 10"),
        ("shown", "all", "any of .*'states'"), ("seed", -1, "less than 0"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_and_nothing_changes(name, value, allowed):
    refuses(Digits, name, value, allowed)


def test_an_address_holds_its_settings_and_a_drawing():
    text = f"digits?T=0.5&hidden=half_gaussian&given={DRAWN}&start=digits&picture=13&chain=4&shown=means&seed=2"
    text += "&run=1&pace=10"
    assert address.read(text)[1] == {
        "T": 0.5, "hidden": "half_gaussian", "given": DRAWN, "start": "digits", "picture": 13, "chain": 4,
        "shown": "means", "seed": 2, "run": True, "pace": 10,
    }  # fmt: skip
    for wrong, says in (("T=9", "'T' trait"), ("given=half", "'given' trait"), (f"given={'9' * 64}", "0, 1 or 2")):
        with pytest.raises(ValueError, match=says):
            address.read(f"digits?{wrong}")


@pytest.mark.parametrize(
    ("arguments", "error", "text"),
    [
        ({"sweeps": -1}, ValueError, "sweeps must be at least 0"), ({"T": 0}, ValueError, "T must be"),
        ({"hidden": "poisson"}, ValueError, "hidden must be one of 'binary'"),
        ({"given": "half"}, ValueError, "given must be any"),
        ({"given": None}, ValueError, "given must be any"), ({"start": "up"}, ValueError, "start must be"),
        ({"picture": 20}, ValueError, "picture must be at most 19"),
        ({"seed": 2**32}, ValueError, "seed must be at most"),
        ({"sweeps": 1.5}, TypeError, "sweeps must be a whole number"),
    ],
)  # fmt: skip
def test_what_cannot_be_run_is_refused(arguments, error, text):
    with pytest.raises(error, match=text):
        sampled(**{"sweeps": 3, "seed": 1} | arguments)


def test_it_is_made_without_a_warning_and_the_still_picture_says_what_the_library_computes():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        models = Digits(), Digits(2.0, hidden="gaussian", given="left", start="digits", picture=5), Digits(given=DRAWN)
    for model in models:
        words = model.still().caption
        assert f"look like {', '.join(map(str, run_of(model, 100).looks[-1]))}." in words
        assert f"at T = {model.T:g}" in words
    assert "keep the left half of picture 5" in models[1].still().caption
    assert "keep what is drawn" in models[2].still().caption


# ── The module ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("hidden", HIDDEN)
@pytest.mark.parametrize("T", [0.4, 1.0, 2.7])
def test_native_and_web_agree_bit_for_bit(hidden, T, rng):
    """Products, draws and energies, with the system's logarithm in both."""
    wasm, model, rows = Wasm(web.read("gibbs")), weights.learned(hidden), 5
    (n, m), beta = model.shape, machine.single_beta(T)
    W, b = (np.ascontiguousarray(part, dtype=np.float32) for part in (model.W, model.b))
    v, random = rng.integers(2, size=(rows, n)).astype(np.float32), np.zeros(4, dtype=np.uint64)
    x, mean, h = (np.zeros((rows, m), dtype=np.float32) for _ in range(3))
    web_x, web_mean, web_h = (each.copy() for each in (x, mean, h))
    small.multiply(v, W, x)
    wasm.call("multiply", v.copy(), W.copy(), rows, n, m, web_x)
    np.testing.assert_array_equal(web_x, x)
    np.testing.assert_array_equal(x, v @ W)
    model.hidden.fill(x, b, beta, draws.seed_of(9, 4), mean, h)
    wasm.call("fill", CODES[hidden], 9, 4, 1 / T, rows, m, web_x, b.copy(), web_mean, web_h, random)
    np.testing.assert_array_equal(web_h, h)
    if hidden in ("binary", "spin"):
        np.testing.assert_array_equal(web_mean, mean)
    energy, web_energy = np.zeros(rows), np.zeros(rows)
    small.add_energies(x, b, h, energy)
    wasm.call("add_energies", web_x, b.copy(), web_h, rows, m, web_energy)
    np.testing.assert_array_equal(web_energy, energy)
    assert wasm.call("participation", h[0].copy(), m, -1.0) == small.participation(h[0], -1.0)
    wasm.call("fill", CODES[hidden], 9, 5, 1 / T, rows, m, web_x, b.copy(), web_mean, web_h, random)
    assert (web_h != h).any()  # the control: another draw


# ── The page ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.browser
@pytest.mark.parametrize(
    "settings",
    [
        {}, {"hidden": "spin", "T": 0.7, "seed": 2**32 - 1, "chain": 4},
        {"hidden": "gaussian", "start": "digits", "given": "left"},
        {"hidden": "half_gaussian", "start": "picture", "picture": 17, "given": "lower", "T": 1.5},
        {"given": DRAWN, "shown": "means", "chain": 10},
    ],
    ids=lambda settings: "-".join(map(str, settings)) or "as it is",
)  # fmt: skip
def test_the_page_samples_as_the_library_does(opened, settings):
    """Its exponential is a polynomial: only the logarithms of Gaussian draws are the browser's own."""
    model = Digits(**settings)
    widget = live(opened(model))
    assert facts(widget) == told(model, 0)
    for _ in range(3):
        button(widget, "Step").click()
    assert facts(widget) == told(model, 3)
    now = run_until(widget, "sweeps", 30, pace=PACE, option="100")
    assert now == told(model, int(now["sweeps"]))
    run = run_of(model, int(now["sweeps"]))
    drawn = (run.means if model.shown == "means" else run.visible)[model.chain - 1]
    np.testing.assert_allclose(pixels(widget), 34 + (242 - 34) * drawn, atol=2)
    assert float(shown(widget, "energy").replace("−", "-")) == pytest.approx(now["e"], abs=0.05 + 1e-9)
    button(widget, "Reset").click()
    assert facts(widget) == told(model, 0)


@pytest.mark.browser
def test_temperature_and_what_is_given_change_as_it_goes(opened):
    """They do not start the run again; what it begins with does."""
    widget = live(opened(Digits()))
    button(widget, "Step").click()
    fill(widget, "Temperature T, exact value", 0.5)
    button(widget, "Give a half").click()
    assert facts(widget)["sweeps"] == 1
    expect(more(widget).get_by_role("combobox", name="Given", exact=True)).to_have_value("upper")
    light = pixels(widget) > 128
    np.testing.assert_array_equal(light[:32], unseen()[3][:32] > 0)
    button(widget, "Reset").click()
    assert facts(widget) == told(Digits(0.5, given="upper"), 0)
    button(widget, "Next picture").click()
    assert facts(widget) == told(Digits(0.5, given="upper", picture=4), 0)
    for label, text, settings in (
        ("Hidden units", "Gaussian", {"hidden": "gaussian"}),
        ("Start", "Ten digits", {"hidden": "gaussian", "start": "digits"}),
        ("Given", "Nothing", {"hidden": "gaussian", "start": "digits", "given": "none"}),
    ):  # fmt: skip
        widget.get_by_role("combobox", name=label, exact=True).select_option(text)
        button(widget, "Reset").click()
        assert facts(widget) == told(Digits(0.5, **{"given": "upper", "picture": 4} | settings), 0)


@pytest.mark.browser
def test_one_draws_with_the_keys_what_all_must_keep(opened):
    page = opened(Digits())
    widget = live(page)
    canvas = widget.get_by_role("slider", name="Pixels, to be given")
    canvas.focus()
    for _ in range(10):
        page.keyboard.press("ArrowLeft")
        page.keyboard.press("ArrowUp")
    page.keyboard.press("Space")
    expect(canvas).to_have_attribute("aria-valuetext", "row 1, column 1: ink, given")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Space")
    page.keyboard.press("Space")
    expect(canvas).to_have_attribute("aria-valuetext", "row 1, column 2: blank, given")
    given = "21" + "0" * 62
    now = facts(widget)
    assert now == told(Digits(given=given), 0)
    expect(more(widget).get_by_role("combobox", name="Given", exact=True).locator("option:checked")).to_have_text(
        "Drawn"
    )
    button(widget, "Free all").click()
    expect(widget.get_by_role("combobox", name="Given", exact=True)).to_have_value("none")
    button(widget, "Reset").click()
    assert facts(widget) == told(Digits(), 0)


@pytest.mark.browser
def test_one_draws_with_the_pointer(opened):
    page = opened(Digits())
    widget = live(page)
    canvas = widget.get_by_role("slider", name="Pixels, to be given")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()

    def at(row, column):
        return box["x"] + (column + 0.5) / 8 * box["width"], box["y"] + (row + 0.5) / 8 * box["height"]

    page.mouse.move(*at(2, 1))
    page.mouse.down()
    page.mouse.move(*at(2, 6))  # in one go: the pixels in between are drawn, too
    page.mouse.move(*at(5, 6))
    page.mouse.up()
    page.mouse.move(*at(7, 7))
    signs = np.zeros((8, 8), dtype=int)
    signs[2, 1:7] = signs[2:6, 6] = 2
    model = Digits(given="".join(map(str, signs.ravel())))
    button(widget, "Reset").click()
    assert facts(widget) == told(model, 0)
    now = run_until(widget, "sweeps", 20, pace=PACE, option="100")
    assert now == told(model, int(now["sweeps"]))
    assert (pixels(widget)[signs.ravel() == 2] > 230).all()


@pytest.mark.browser
def test_a_finger_that_moves_the_page_draws_nothing(opened):
    widget = live(opened(Digits()))
    widget.get_by_role("slider", name="Pixels, to be given").evaluate("""canvas => {
        const box = canvas.getBoundingClientRect();
        canvas.setPointerCapture = () => {};
        for (const [type, dy] of [["pointerdown", 0], ["pointermove", 60], ["pointercancel", 90]]) {
            canvas.dispatchEvent(new PointerEvent(type, { pointerId: 5, pointerType: "touch",
                clientX: box.left + box.width / 2, clientY: box.top + 40 + dy, bubbles: true }));
        }
    }""")
    expect(more(widget).get_by_role("combobox", name="Given", exact=True)).to_have_value("none")
    button(widget, "Reset").click()
    assert facts(widget) == told(Digits(), 0)


@pytest.mark.browser
def test_a_click_on_a_small_picture_follows_its_chain(opened):
    page = opened(Digits(start="digits"))
    widget = live(page)
    boards = widget.locator("canvas[role=img]")
    box = boards.first.bounding_box()
    page.mouse.click(box["x"] + 2.5 / 5 * box["width"], box["y"] + 0.75 * box["height"])
    assert facts(widget) == told(Digits(start="digits", chain=8), 0)
    looks = ", ".join(map(str, nearest(unseen()[:10])))
    expect(boards.first).to_have_attribute("aria-label", f"Ten chains, which look like {looks}; chain 8 is framed")
    np.testing.assert_array_equal(pixels(widget) > 128, unseen()[7] > 0)
    # The hidden units that push most are those of the library's states.
    run, W = sampled(0, start="digits", seed=1), weights.learned("binary").W
    push = run.hidden[7] * np.abs(W).sum(axis=0)
    order = [str(j + 1) for j in np.argsort(-push, kind="stable") if push[j]][:10]
    says = f"Weights of the hidden units that push most, {', '.join(order)}; light is towards ink"
    expect(boards.last).to_have_attribute("aria-label", says)


@pytest.mark.browser
def test_the_points_are_where_the_chain_has_been(opened):
    model = Digits(2.0, chain=2, hidden="gaussian")
    widget = live(opened(model))
    for _ in range(12):
        button(widget, "Step").click()
    inside = widget.locator(".sl-graph .sl-inside")
    width, height = (float(inside.get_attribute(name)) for name in ("width", "height"))
    points = inside.locator("path").get_attribute("d").split("M")[1:]
    x, y = np.array([[float(part) for part in point.removesuffix("h0").split()] for point in points]).T
    np.testing.assert_allclose(x / width * 200, np.arange(13), atol=0.05)
    np.testing.assert_allclose(9.5 - y / height * 10, run_of(model, 12).looks[:, 1], atol=0.02)


@pytest.mark.browser
def test_the_prose_sets_it(opened):
    asks = (
        ("half", "hidden=half_gaussian&amp;given=upper&amp;picture=3&amp;start=noise&amp;T=1&amp;run=1&amp;pace=100"),
        ("cold", "T=0.2&amp;given=none&amp;hidden=binary&amp;start=noise"), ("wrong", "hidden=relu"),
        ("own", f"given={DRAWN}"), ("broken", f"given={'0' * 64}"),
    )  # fmt: skip
    above = "".join(f'<p><span class="sl-set" data-set="digits?{asked}">{word}</span></p>' for word, asked in asks)
    page = opened(Digits(), above=above)
    widget = live(page)
    button(page, "half").click()
    expect(button(widget, "Pause")).to_be_visible()
    page.wait_for_function("Number(document.querySelector('.sl-live').dataset.sweeps) >= 20")
    button(widget, "Pause").click()
    now = facts(widget)
    assert now == told(Digits(hidden="half_gaussian", given="upper"), int(now["sweeps"]))
    expect(widget.get_by_role("status")).to_contain_text("; 32 pixels are given")
    button(page, "cold").click()
    assert facts(widget) == told(Digits(0.2), 0)
    button(page, "own").click()
    button(widget, "Reset").click()
    assert facts(widget) == told(Digits(0.2, given=DRAWN), 0)
    button(page, "wrong").click()
    expect(widget.locator(".sl-problem:visible")).to_contain_text("one of binary, spin, gaussian, half_gaussian")
    button(page, "broken").click()
    expect(widget.locator(".sl-problem:visible")).to_contain_text("right, or 64 signs 012")
