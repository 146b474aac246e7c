"""The live clusters: those of the library bit for bit, growing one by one, with the statistics they should have."""

import base64
import io
import math

import numpy as np
import pytest
from exploring import button, facts, live, more, refuses, run_until, shown
from PIL import Image

from spinlearn import lattice
from spinlearn.course import web
from spinlearn.course.explore import Wolff, WolffClusters, digest
from spinlearn.lattice import cluster

TC = 2 / math.log(1 + math.sqrt(2))


# ── In Python ────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("name", "value", "allowed"),
    [
        ("T", 0.9, "1.0"), ("T", 5.5, "5.0"), ("T", math.nan, "must be a number"), ("start", "down", "any of"),
        ("seed", -1, "less than 0"), ("seed", 2**32, "greater than"), ("size", 4, "less than 8"),
        ("size", 2048, "greater than 1024"), ("settle", -1, "less than 0"), ("settle", 1001, "greater than 1000"),
    ],
)  # fmt: skip
def test_a_bad_value_is_refused_with_the_name_of_the_trait_and_what_is_allowed(name, value, allowed):
    refuses(
        lambda **given: WolffClusters(**{"size": 16} | given), name, value, allowed, fixed=name in ("size", "settle")
    )


@pytest.mark.parametrize(
    ("arguments", "error", "text"),
    [
        ({"size": 1}, ValueError, "size must be at least 2"),
        ({"T": 0}, ValueError, "T must be greater than 0"),
        ({"start": "down"}, ValueError, "start must be one of"),
        ({"seed": 2**64}, ValueError, "seed must be at most 18446744073709551615"),
        ({"seed": 1.5}, TypeError, "seed must be a whole number"),
    ],
)
def test_the_native_twin_refuses_what_it_cannot_run(arguments, error, text):
    with pytest.raises(error, match=text):
        Wolff(**{"size": 8, "T": 2.0, "seed": 1} | arguments)


@pytest.mark.slow
@pytest.mark.parametrize("piece", [1, 5, 10_000])
def test_the_native_twin_is_the_algorithm_of_the_library_however_it_is_cut(piece):
    """`cluster.wolff` seeds its kernels with the first draw of its Generator."""
    seed = int(np.random.default_rng(12).integers(2**64, dtype=np.uint64))
    place = lattice.square(24)
    run = cluster.wolff(lattice.all_up(place), place, 2.3, 9, rng=np.random.default_rng(12))
    model = Wolff(24, 2.3, seed=seed)
    sizes = []
    while model.clusters < 9:
        model.grow(piece)
        if not model.growing:
            sizes.append(sum(map(len, model.cluster)))
    np.testing.assert_array_equal(model.spins, run.spins)
    assert sizes == run.sizes.tolist()


def test_the_still_picture_is_the_cluster_that_its_caption_names():
    html = WolffClusters(48, T=2.3, seed=5).static_html()
    start = html.index("base64,") + len("base64,")
    picture = Image.open(io.BytesIO(base64.b64decode(html[start : html.index('"', start)])))
    counts = np.bincount(np.asarray(picture).ravel(), minlength=4)
    caption = html[html.index("<figcaption>") :]
    assert f"A cluster of {counts[2] + counts[3]} sites on 48 × 48 spins at T = 2.3" in caption
    assert f"with {counts[3]} sites at its front" in caption


# ── In the page ──────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.browser
@pytest.mark.parametrize(("size", "T", "start", "settle", "seed"), [(64, TC, "up", 7, 1), (33, 3.1, "random", 0, 9)])
def test_the_page_steps_as_the_library_does_bit_for_bit(opened, size, T, start, settle, seed):
    widget = live(opened(WolffClusters(size, T=T, start=start, settle=settle, seed=seed)))
    model = Wolff(size, T, start=start, seed=seed).complete(settle)
    for _ in range(4):
        seen = facts(widget)
        assert seen["digest"] == digest(model.spins)
        assert (seen["clusters"], seen["m"]) == (model.clusters, model.spins.mean())
        button(widget, "Step").click()
        model.complete(1)
        assert facts(widget)["last"] == sum(map(len, model.cluster))
    button(widget, "Reset").click()
    assert facts(widget)["digest"] == digest(Wolff(size, T, start=start, seed=seed).complete(settle).spins)


@pytest.mark.browser
def test_paused_in_the_middle_of_a_cluster_it_is_still_the_librarys(opened):
    """Eight sites a frame, some frames: natively the same number of sites have asked."""
    page = opened(WolffClusters(64, T=2.0, settle=1, seed=3))
    widget = more(live(page))
    widget.get_by_label("Sites a frame").select_option("8")
    button(widget, "Start").click()
    page.wait_for_timeout(400)
    button(widget, "Pause").click()
    seen = facts(widget)["digest"]
    model = Wolff(64, 2.0, seed=3).complete(1)
    for _ in range(2000):
        if digest(model.spins) == seen:
            break
        model.grow(8)
    assert digest(model.spins) == seen
    assert model.growing
    inside, front = model.cluster
    name = widget.get_by_role("img").first.get_attribute("aria-label")
    assert f"A cluster of {len(inside) + len(front)} sites is growing, {len(front)} at its front" in name

    # The picture shows that cluster and its front, and for the rest the spins.
    uri = widget.locator("canvas").evaluate("canvas => canvas.toDataURL()")
    pixels = np.asarray(Image.open(io.BytesIO(base64.b64decode(uri.partition(",")[2]))).convert("RGB")).reshape(-1, 3)
    colours = [tuple(pixel) for pixel in pixels]
    assert {colours[i] for i in inside} == {(0xD9, 0x65, 0x2B)}
    assert {colours[i] for i in front} == {(0xFF, 0xD2, 0x1F)}
    others = np.setdiff1d(np.arange(64 * 64), np.concatenate([inside, front]))
    assert {(colours[i][0] > 128, model.spins.flat[i] > 0) for i in others} <= {(True, True), (False, False)}


@pytest.mark.browser
def test_a_cluster_of_one_is_one_site(opened):
    widget = live(opened(WolffClusters(16, T=5.0, settle=0, seed=2)))
    model = Wolff(16, 5.0, seed=2)
    for _ in range(100):
        button(widget, "Step").click()
        model.complete(1)
        if len(model.cluster[0]) == 1:
            break
    assert "A cluster of 1 site has turned over" in widget.get_by_role("img").first.get_attribute("aria-label")


@pytest.mark.browser
def test_the_bond_probability_is_the_librarys_at_every_temperature_of_the_slider(opened):
    page = opened()
    module = base64.b64encode(web.read("wolff")).decode()
    temperatures = [round(1 + 0.01 * k, 2) for k in range(401)] + [TC, 2.269185]
    ask = """async ([module, all]) => {
        const bytes = Uint8Array.from(atob(module), (letter) => letter.charCodeAt(0));
        const { instance } = await WebAssembly.instantiate(bytes, { env: Math });
        return all.map((T) => Number(BigInt.asUintN(64, instance.exports.bond_threshold(T))));
    }"""
    thresholds = page.evaluate(ask, [module, temperatures])
    assert thresholds == [round(cluster.bond_probability(T) * 2**32) for T in temperatures]


@pytest.mark.browser
def test_cold_hot_and_the_mean_size_that_is_the_susceptibility(opened):
    """At T = 1.5 |m| is Yang's; at T = 4 it is the noise of the series; and share and m² agree, as they must."""
    size = 128
    widget = live(opened(WolffClusters(size, T=1.5, seed=2)))
    yang = (1 - math.sinh(2 / 1.5) ** -4) ** (1 / 8)
    cold = run_until(widget, "clusters", 400, "Sites a frame")
    assert abs(abs(cold["m"]) - yang) < 5 * math.sqrt(2 * (1 - yang**2) / size**2)
    assert cold["share"] == pytest.approx(yang**2, abs=0.02)
    assert cold["square"] == pytest.approx(yang**2, abs=0.02)
    assert cold["digest"] is not None

    widget.get_by_label("Temperature T, exact value").fill("4")
    widget.get_by_label("Temperature T, exact value").press("Enter")
    v = math.tanh(1 / 4)
    for name in ("share", "square"):  # until the lattice has followed, no mean is told
        assert facts(widget)[name] == 0
    assert [shown(widget, label) for label in ("mean share", "mean m²")] == ["–", "–"]
    series = [1, 4, 12, 36, 100, 276, 740, 1972, 5172, 13492, 34876]  # T χ = N ⟨m²⟩ in powers of v; the rest is 1 %
    chi = sum(term * v**k for k, term in enumerate(series))
    hot = run_until(
        widget, "clusters", int(cold["clusters"]) + 600_000, "Sites a frame"
    )  # of six sites or so: the counts begin after 30 000
    told = [shown(widget, label) for label in ("mean share", "mean m²")]
    assert [float(text) for text in told] == pytest.approx([hot["share"], hot["square"]], rel=0.05)
    assert all(len(text.lstrip("0.")) == 2 for text in told)
    assert abs(hot["m"]) < 5 * math.sqrt(1.01 * chi / size**2)
    assert hot["share"] * size**2 == pytest.approx(chi, rel=0.05)
    assert hot["square"] * size**2 == pytest.approx(chi, rel=0.3)


@pytest.mark.browser
def test_the_sizes_at_tc_follow_the_power_law_that_is_drawn(opened):
    """From 8 sites to a 32nd of the lattice the sizes follow s^(-16/15) within their errors; far from Tc no line."""
    page = opened(WolffClusters(128, T=TC, seed=4))
    widget = live(page)
    line = widget.get_by_text("slope −16/15")
    assert line.is_hidden()  # too few clusters yet
    run_until(widget, "clusters", 3000, "Sites a frame")
    assert line.is_visible()

    model = Wolff(128, TC, seed=4).complete(50)
    sizes = []
    for _ in range(2950):
        model.complete(1)
        sizes.append(sum(map(len, model.cluster)))
    octave = np.floor(np.log2(sizes)).astype(int)
    counts = np.bincount(octave, minlength=15)[3:9]
    # Each octave takes 2^(-1/15) of the share of the one before: that is the law, summed.
    expected = 2.0 ** (-np.arange(6) / 15)
    expected *= counts.sum() / expected.sum()
    assert (np.abs(counts - expected) < 5 * np.sqrt(expected)).all()
    steep = 2.0 ** (-np.arange(6) / 2)  # the control: slope -3/2
    steep *= counts.sum() / steep.sum()
    assert (np.abs(counts - steep) > 5 * np.sqrt(steep)).any()

    widget.get_by_label("Temperature T", exact=True).fill("3")
    run_until(widget, "clusters", int(facts(widget)["clusters"]) + 200, "Sites a frame")
    assert line.is_hidden()
