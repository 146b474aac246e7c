"""The closed loop: in a page a thousand models learn from themselves as the library's do, beside their exact chain."""

import math
import re
import zlib

import numpy as np
import pytest
from exploring import button, facts, fill, live, more, refuses, run_until, shown
from playwright.sync_api import expect
from wasm import Wasm

from spinlearn.bipartite import chains, closedloop
from spinlearn.bipartite.closedloop import Conjugate, Normal
from spinlearn.core import words
from spinlearn.course import web
from spinlearn.course.explore import ClosedLoop, looped
from spinlearn.course.explore.closedloop import LOOPS
from spinlearn.course.explore.shell import address

PACE = "Generations a second"
SETTINGS = [
    {}, {"m": 1.0, "seed": 2**32 - 1}, {"M": 7.0, "statistic": "spins", "start": 0.25, "seed": 3},
    {"M": 30.0, "u": 0.1, "prior": "normal", "start": 0.1},
    {"M": 5.0, "statistic": "spins", "u": 0.5, "m": 2.0, "q": 0.3},
]  # fmt: skip


def digest(states) -> str:
    """Fingerprint of the states of the loops."""
    return f"{zlib.crc32(states.astype(np.int32).tobytes()):08x}"


def run_of(model, generations: int):
    """The library's run of the settings of a model."""
    return looped(
        round(model.M), generations, m=model.m, q=model.q, u=model.u, start=model.start, statistic=model.statistic,
        prior=model.prior, seed=model.seed,
    )  # fmt: skip


def told(model, t: int) -> dict:
    """What the page has to say after t generations."""
    run = run_of(model, t)
    last = run.states[-1]
    return {
        "t": t, "collapsed": run.collapsed[-1], "exact": run.exact.collapsed[-1], "mean": run.loop.x[last].mean(),
        "expected": run.exact.mean[-1], "running": False, "digest": digest(last),
    }  # fmt: skip


def holds(now: dict, wanted: dict) -> None:
    for key, value in wanted.items():
        assert now[key] == (pytest.approx(value, abs=1e-11) if isinstance(value, float) else value), key


# ── In Python ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("M", 0, "1"), ("M", 101, "100"), ("M", math.nan, "must be a number"), ("m", -1, "0"), ("m", 21, "20"),
        ("q", 1.1, "1"), ("u", 5, "4"), ("start", -0.1, "0"), ("statistic", "dice", "any of .*'coin'.*'spins'"),
        ("prior", "flat", "any of .*'data'.*'normal'"),
        ("over", "y", "any of .*'x'.*'theta'"), ("seed", -1, "less than 0"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_and_nothing_changes(name, value, allowed):
    refuses(ClosedLoop, name, value, allowed)


def test_an_address_holds_its_settings():
    text = "M=40&m=2&q=0.3&u=0.5&start=0.25&statistic=spins&prior=normal&over=theta&scaled=1&seed=7&run=1&pace=40"
    assert address.read(f"closedloop?{text}")[1] == {
        "M": 40.0, "m": 2.0, "q": 0.3, "u": 0.5, "start": 0.25, "statistic": "spins", "prior": "normal",
        "over": "theta", "scaled": True, "seed": 7, "run": True, "pace": 40,
    }  # fmt: skip
    for wrong, says in (("M=200", "'M' trait"), ("prior=none", "'prior' trait"), ("pace=3", "pace must be")):
        with pytest.raises(ValueError, match=says):
            address.read(f"closedloop?{wrong}")


@pytest.mark.parametrize(
    ("given", "error", "text"),
    [
        ({"M": 101}, ValueError, "M must be at most 100"), ({"M": 2.5}, TypeError, "M must be a whole number"),
        ({"generations": -1}, ValueError, "generations must be at least 0"),
        ({"m": -1}, ValueError, "external must be"),
        ({"statistic": "dice"}, ValueError, "statistic must be"), ({"prior": "flat"}, ValueError, "prior must be"),
        ({"start": 2}, ValueError, "start must be at most 1"), ({"seed": -1}, ValueError, "seed must be at least 0"),
    ],
)  # fmt: skip
def test_what_cannot_be_run_is_refused(given, error, text):
    with pytest.raises(error, match=text):
        looped(**{"M": 5, "generations": 3, "seed": 1} | given)


def test_the_priors_are_two_data_of_a_free_model_and_a_normal_law():
    """Free is a coin with x = 1/2, and four spins with x = 1/4; the coin's is then uniform in x."""
    for statistic, a in (("coin", 1.0), ("spins", 0.5)):
        of = {"coin": chains.coin(), "spins": chains.spins(4)}[statistic]
        free = np.exp(of.log_weight) @ of.heights / of.heights[-1] / np.exp(of.log_weight).sum()
        assert a / 2 == pytest.approx(free)
        for prior, kind in (("data", Conjugate(a, 2 - a)), ("normal", Normal(0.0, 1.0))):
            loop = looped(8, 0, u=0.7, statistic=statistic, prior=prior, seed=1).loop
            wanted = chains.chain(of, 8, start=0.5, prior=kind, strength=0.7)
            np.testing.assert_array_equal(loop.x, wanted.x)
    theta = np.linspace(-60, 60, 2401)
    uniform = chains.density(looped(8, 0, u=0.5, seed=1).loop, theta)
    np.testing.assert_allclose(uniform, closedloop.density(closedloop.coin(8, external=1), theta), rtol=1e-9)


def test_the_loops_agree_with_their_exact_chain():
    """Within five standard errors in every generation; the chain of another M is told from it."""
    for settings in SETTINGS:
        model = ClosedLoop(**settings)
        run = run_of(model, 60)
        mean, error = run.exact.mean, run.loop.x[run.states].std(axis=1) / math.sqrt(LOOPS)
        assert (abs(run.loop.x[run.states].mean(axis=1) - mean) <= 5 * error + 1e-12).all()
        p = run.exact.collapsed
        assert (abs(run.collapsed - p) <= 5 * np.sqrt(p * (1 - p) / LOOPS) + 1e-3).all()
    run, other = looped(20, 60, seed=1), looped(24, 0, seed=1).loop
    p = chains.evolution(other, 60).collapsed
    assert (abs(run.collapsed - p) > 5 * np.sqrt(p * (1 - p) / LOOPS) + 1e-3).any()


def test_what_the_text_beside_it_can_promise():
    plain = looped(20, 160, seed=1)
    assert plain.collapsed[-1] > 0.998
    assert abs(plain.loop.x[plain.states[-1]].mean() - 0.5) < 0.03
    half = [int((looped(M, 3 * M, seed=1).exact.collapsed < 0.5).sum()) / M for M in (20, 40, 80)]
    assert max(half) - min(half) < 0.06  # the times fall on one curve in units of M
    spins = looped(20, 400, statistic="spins", start=0.25, seed=1)
    assert spins.collapsed[-1] == 1
    assert abs((spins.states[-1] == 80).mean() - 0.25) < 0.05
    for held in ({"m": 1.0}, {"u": 0.5}):  # the same loop: uniform
        x = looped(20, 400, **held, seed=1)
        assert x.collapsed[-1] == 0
        assert abs(x.loop.x[x.states[-1]].var() - 1 / 12) < 0.01
    edge = looped(40, 400, u=0.1, prior="normal", seed=1)  # nothing collapses, and most of it is near an end
    x = edge.loop.x[edge.states[-1]]
    assert edge.collapsed[-1] == 0
    assert (abs(x - 0.5) > 0.3).mean() > 0.5 > (abs(x - 0.5) > 0.45).mean()


def test_the_still_picture_says_what_the_library_finds():
    for settings in SETTINGS:
        model = ClosedLoop(**settings)
        now, caption = told(model, 3 * round(model.M)), model.still().caption
        assert f"their mean x is {now['mean']:.3f}, {now['expected']:.3f} in theory" in caption
        said = f"{now['collapsed']:.3f} of them have collapsed, {now['exact']:.3f} in theory"
        assert (said in caption) == (now["exact"] > 0)
        assert ("None can collapse" in caption) == (now["exact"] == 0)
    assert "with 1 external data of the average 0.5 and a prior" in ClosedLoop(m=1.0, u=0.5).still().caption


# ── The module ───────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def wasm():
    # Python's exp raises where JavaScript's is infinite.
    return Wasm(web.read("closedloop"), exp=lambda x: math.exp(x) if x < 709.7 else math.inf)


@pytest.mark.parametrize("settings", SETTINGS, ids=str)
def test_native_and_web_runs_agree(wasm, settings):
    """Models, matrix and exact law to rounding; the loops and the generator bit for bit."""
    model, generations = ClosedLoop(**settings), 12
    run, M = run_of(model, generations), round(model.M)
    held = model.data()["statistics"][model.statistic]
    heights, weights = np.array(held["heights"]), np.array(held["weights"])
    S, L = run.loop.x.size - 1, heights.size
    x, theta, laws, P = np.empty(S + 1), np.empty(S + 1), np.empty((S + 1, L)), np.empty((S + 1, S))
    outside = model.m, model.q, model.u, *held["priors"][model.prior]
    wasm.call("prepare", heights, weights, L, M, model.start, *outside, x, theta, laws, P)
    np.testing.assert_allclose(x, run.loop.x, rtol=0, atol=1e-14)
    np.testing.assert_allclose(theta, run.loop.theta, rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(P, chains.transitions(run.loop), rtol=0, atol=1e-13)
    states, state, found = np.full(LOOPS, S, dtype=np.int32), np.empty(4, dtype=np.uint64), np.empty(2)
    now, after = np.eye(S + 1)[S].copy(), np.empty(S + 1)
    wasm.call("seed_state", model.seed, state)
    for t in range(1, generations + 1):
        wasm.call("advance", laws, heights, L, M, states, LOOPS, state)
        np.testing.assert_array_equal(states, run.states[t])
        wasm.call("evolve", P, now, after, S)
        now, after = after, now
        wasm.call("moments", now, x, S + 1, LOOPS, found)
        assert found[0] == pytest.approx(run.exact.mean[t], abs=1e-13)
    np.testing.assert_allclose(now, run.exact.law, rtol=0, atol=1e-13)
    spread = now @ (x - now @ x) ** 2
    assert found[1] == pytest.approx(2 * math.sqrt(spread / LOOPS))
    wasm.call("advance", laws, heights, L, M + 1, states, LOOPS, state)  # the control
    assert (states != looped(M, 13, statistic=model.statistic, start=model.start, seed=model.seed).states[-1]).any()


@pytest.mark.parametrize("settings", SETTINGS, ids=str)
def test_the_stationary_law_of_the_module_is_that_of_the_library(wasm, settings):
    model = ClosedLoop(**settings)
    held, loop = model.data()["statistics"][model.statistic], run_of(model, 0).loop
    heights, weights = np.array(held["heights"]), np.array(held["weights"])
    theta = np.linspace(-60, 60, 2401)
    p, x, chi = np.empty((3, theta.size))
    outside = model.m, model.q, model.u, *held["priors"][model.prior]
    there = wasm.call(
        "stationary", heights, weights, heights.size, *outside, theta, p, x, chi, theta.size, np.empty(heights.size)
    )  # fmt: skip
    assert bool(there) == (model.m > 0 or model.u > 0)
    if there:
        np.testing.assert_allclose(p, chains.density(loop, theta), rtol=1e-10, atol=1e-300)


# ── The page ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.browser
@pytest.mark.parametrize("settings", SETTINGS, ids=str)
def test_the_page_learns_from_itself_as_the_library_does_bit_for_bit(opened, settings):
    model = ClosedLoop(**settings)
    widget = live(opened(model))
    holds(facts(widget), told(model, 0))
    for _ in range(3):
        button(widget, "Step").click()
    holds(facts(widget), told(model, 3))
    now = run_until(widget, "t", 60, pace=PACE)
    wanted = told(model, int(now["t"]))
    holds(now, wanted)
    assert wanted["digest"] != told(ClosedLoop(**settings | {"seed": 77}), int(now["t"]))["digest"]  # the control
    assert float(shown(widget, "in theory")) == pytest.approx(wanted["exact"], abs=5.1e-4)
    button(widget, "Reset").click()
    holds(facts(widget), told(model, 0))
    assert shown(widget, "of them at 1") == "–"


@pytest.mark.browser
def test_external_data_wake_what_has_collapsed_and_the_chain_goes_on(opened):
    """The latest samples are fitted anew: the sums stay, and the models change. So the exact law goes on, too."""
    page = opened(ClosedLoop(3.0, start=0.3))
    widget = live(page)
    dead = run_until(widget, "t", 60, pace=PACE)
    assert dead["collapsed"] == 1
    assert dead["ones"] == dead["mean"]
    widget.focus()
    page.keyboard.press("d")
    expect(widget.locator(".sl-panel > .sl-keys:visible")).to_have_text(
        "Each generation has 1 external datum of the average 0.50."
    )
    T = int(dead["t"])
    first = looped(3, T, start=0.3, seed=1)
    second = looped(3, 0, m=1, start=0.3, seed=1).loop
    now = facts(widget)
    assert (now["t"], now["collapsed"], now["exact"]) == (T, 0, 0)
    assert now["mean"] == pytest.approx(second.x[first.states[-1]].mean(), abs=1e-12)
    assert now["expected"] == pytest.approx(second.x @ first.exact.law, abs=1e-12)
    button(widget, "Step").click()
    law = np.append(first.exact.law @ chains.transitions(second), 0)
    assert facts(widget)["expected"] == pytest.approx(second.x @ law, abs=1e-12)
    states, state = first.states[-1].copy(), generator(first)
    chains.advance(second.laws, second.statistic.heights, 3, states, state)
    assert facts(widget)["digest"] == digest(states)
    button(widget, "External datum").click()
    assert facts(widget)["collapsed"] > 0  # those that have three of a kind again
    fill(widget, "Own data M, exact value", 4)  # that begins anew
    holds(facts(widget), told(ClosedLoop(4.0, start=0.3), 0))


def generator(run) -> np.ndarray:
    """Where the generator is after a run, whose collapsed loops have drawn nothing."""
    state = np.empty(4, dtype=np.uint64)
    words.seed_state(np.uint64(1), state)
    states = run.states[0].copy()
    for _ in run.states[1:]:
        chains.advance(run.loop.laws, run.loop.statistic.heights, run.loop.M, states, state)
    np.testing.assert_array_equal(states, run.states[-1])
    return state


@pytest.mark.browser
def test_the_graphs_say_what_they_show(opened):
    widget = live(opened(ClosedLoop(40.0, start=0.3)))
    now = run_until(widget, "t", 45, pace=PACE, option="40")
    walks, histogram, share, means = widget.locator(".sl-graph svg[role=img]").all()
    expect(walks).to_have_attribute("aria-label", re.compile(r"24 of 1000 loops.*random walks from 0\.30"))
    expect(share).to_have_attribute("aria-label", re.compile(f"{now['collapsed']:.3f}, in theory {now['exact']:.3f}"))
    expect(means).to_have_attribute("aria-label", re.compile(f"{now['mean']:.3f}.*{now['expected']:.3f}"))
    expect(histogram).to_have_attribute("aria-label", re.compile(r"\d at 0, \d\.\d\d at 1"))
    assert "a curve for the stationary law" not in histogram.get_attribute("aria-label")
    status = widget.get_by_role("status").inner_text()
    assert f"{round(1000 * now['collapsed'])} of 1000 loops have collapsed: " in status
    fill(widget, "External data m, exact value", 2)
    assert "a curve for the stationary law" in histogram.get_attribute("aria-label")
    assert "None can collapse" in histogram.get_attribute("aria-label")
    foot = widget.locator(".sl-foot")
    expect(foot.nth(1)).to_have_text("x, the probability of a 1")
    more(widget).get_by_label("Histogram of").select_option("Parameter θ")
    expect(foot.nth(1)).to_have_text("θ = ln(x / (1 − x))")
    expect(foot.first).to_have_text("generation")
    widget.get_by_label("Time in units of M").check()
    expect(foot.first).to_have_text("generations / M")


@pytest.mark.browser
def test_the_bars_and_the_circles_are_the_counts_and_the_exact_law(opened):
    """M = 9 has ten states and as many bars; with one true datum the law for large M is level."""
    model = ClosedLoop(9.0, m=1.0)
    widget = live(opened(model))
    for _ in range(8):
        button(widget, "Step").click()
    run = run_of(model, 8)
    graph = widget.locator(".sl-graph").nth(1)
    box = graph.locator(".sl-field-area").evaluate(
        "part => ['width', 'height'].map((key) => Number(part.getAttribute(key)))"
    )
    top = max(float(text) for text in graph.locator(".sl-ticks text[text-anchor=end]").all_text_contents())
    paths = [path.get_attribute("d") for path in graph.locator(".sl-inside path").all()]
    points = [np.array(re.findall(r"[ML](-?[\d.]+) (-?[\d.]+)", path), dtype=float) for path in paths]
    heights = [(1 - each[:, 1] / box[1]) * top for each in points]
    edges = np.r_[0, (run.loop.x[:9] + run.loop.x[1:10]) / 2, 1]
    counts = np.bincount(run.states[-1], minlength=10)[:10] / LOOPS / np.diff(edges)
    exact = run.exact.law[:10] / np.diff(edges)
    near = 0.1 / box[1] * top
    np.testing.assert_allclose(heights[0][1::4], counts, rtol=0, atol=near)
    np.testing.assert_allclose(points[0][::4, 0] / box[0], edges[:-1], rtol=0, atol=0.1 / box[0])
    np.testing.assert_allclose(heights[1], exact, rtol=0, atol=near)
    assert (abs(counts - exact) > near).any()  # the control
    np.testing.assert_allclose(heights[2], 1, rtol=0, atol=near)


@pytest.mark.browser
def test_the_run_before_stays_and_both_fall_on_one_curve_in_units_of_M(opened):
    widget = live(opened(ClosedLoop(20.0, scaled=True)))
    run_until(widget, "t", 50, pace=PACE, option="40")
    fill(widget, "Own data M, exact value", 10)
    run_until(widget, "t", 25, pace=PACE, option="40")
    share = widget.locator(".sl-graph").nth(2)
    expect(share.locator("[data-part=before]")).to_be_visible()
    before, counted = (
        np.array(re.findall(r"[ML](-?[\d.]+) (-?[\d.]+)", share.locator(".sl-inside path").nth(k).get_attribute("d")),
                 dtype=float) for k in (0, 1)
    )  # fmt: skip
    height = float(share.locator(".sl-field-area").get_attribute("height"))
    within = (counted[:, 0] <= before[-1, 0]) & (counted[:, 0] > 0)
    off = np.interp(counted[within, 0], *before.T) - counted[within, 1]
    assert abs(off).max() < 0.1 * height
    widget.get_by_label("Time in units of M").uncheck()  # the control
    before = share.locator(".sl-inside path").first.get_attribute("d")
    counted = share.locator(".sl-inside path").nth(1).get_attribute("d")
    before, counted = (np.array(re.findall(r"[ML](-?[\d.]+) (-?[\d.]+)", d), dtype=float) for d in (before, counted))
    assert abs(np.interp(counted[:, 0], *before.T) - counted[:, 1]).max() > 0.2 * height


@pytest.mark.browser
def test_the_prose_sets_it(opened):
    asks = (
        ("collapse", "M=10&amp;m=0&amp;u=0&amp;statistic=spins&amp;start=0.25"),
        ("wake", "m=1&amp;q=0.25"),
        ("wrong", "M=1000"),
    )
    above = "".join(f'<p><span class="sl-set" data-set="closedloop?{asked}">{word}</span></p>' for word, asked in asks)
    page = opened(ClosedLoop(), above=above)
    widget = live(page)
    button(widget, "Step").click()
    button(page, "collapse").click()
    model = ClosedLoop(10.0, statistic="spins", start=0.25)
    holds(facts(widget), told(model, 0))
    now = run_until(widget, "t", 20, pace=PACE)
    holds(now, told(model, int(now["t"])))
    button(page, "wake").click()
    assert facts(widget)["t"] == now["t"]  # it goes on
    assert facts(widget)["collapsed"] == 0
    button(page, "wrong").click()
    expect(widget.locator(".sl-problem:visible")).to_contain_text("a number from 1 to 100")
