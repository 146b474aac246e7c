"""What the site shows of a figure: its numbers read back from the axes, its drawings, and its layout for a phone."""

import json
import re

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest
from IPython.core.formatters import DisplayFormatter

from spinlearn.course import plotting
from spinlearn.course.figures import bundle, drawing, layout, words
from spinlearn.course.figures.numbers import MOST, numbers, rounded


@pytest.fixture(autouse=True)
def style():
    with plt.style.context(plotting.STYLE):
        yield
    plt.close("all")


def curves(figure):
    return [curve for panel in numbers(figure) for curve in panel["curves"]]


# ── Labels ───────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("label", "said"),
    [
        ("temperature T", "temperature T"),
        ("$x_1$", "x₁"),
        (r"potassium, $g_\mathrm{K} n^4$", "potassium, gK n⁴"),
        (r"$\sqrt{n}\,R$", "√n R"),
        (r"$\mathdefault{10^{-3}}$", "10⁻³"),
        (r"mean of |m| times $L^{\beta/\nu}$", "mean of |m| times L^(β/ν)"),
        (r"part along $w^*$", "part along w*"),
        (r"$\tilde f$, in the field of m", "f\u0303, in the field of m"),
        (r"5 \$ a piece", "5 $ a piece"),
        ("$T = T_c$", "T = Tc"),
    ],
)
def test_a_label_is_said_in_plain_signs(label, said):
    assert words.plain(label) == said


def test_what_is_raised_or_lowered_in_a_label_is_known():
    assert words.runs("$x_1$") == [words.Run("x", True), words.Run("1", False, -1)]
    with pytest.raises(ValueError, match="frac"):
        words.runs(r"$\frac{1}{2}$")


# ── Numbers ──────────────────────────────────────────────────────────────────────────────────────────────────────────


def test_a_line_comes_back_with_its_names_and_its_points():
    figure, ax = plt.subplots()
    x = np.linspace(0, 2, 11)
    ax.plot(x, x**2, label="$x^2$")
    ax.set(xlabel="input $x$", ylabel="output")
    (panel,) = numbers(figure)
    assert (panel["name"], panel["x"], panel["y"], panel["notes"]) == ("", "input x", "output", [])
    (curve,) = panel["curves"]
    assert set(curve) == {"name", "x", "y"}
    assert curve["name"] == "x²"
    assert np.allclose(curve["x"], x)
    assert np.allclose(curve["y"], x**2, atol=1e-5)


def test_a_single_line_without_a_name_is_called_as_its_axis_and_several_by_their_looks():
    figure, (left, right) = plt.subplots(1, 2)
    left.plot([0, 1], [0, 1])
    left.set_ylabel("rate")
    right.plot([0, 1], [0, 1])
    right.plot([0, 1], [0, 1], "--C1")
    right.plot([0, 1], [0, 1], "--C1")
    right.plot([0, 1], [0, 1], "oC2", mfc="none")
    names = ["rate", "blue line", "red dashed line", "red dashed line (2)", "green open circles"]
    assert [curve["name"] for curve in curves(figure)] == names
    assert [panel["name"] for panel in numbers(figure)] == ["left", "right"]


def test_a_label_with_an_underscore_is_a_name_that_the_legend_leaves_out():
    figure, ax = plt.subplots()
    ax.plot([0, 1], [0, 1], label="seen")
    ax.plot([0, 1], [1, 1], label="_$T_c$, exact")
    for x in (0.2, 0.4):
        ax.errorbar(x, x, 0.1, fmt="o", label="_measured")
    ax.axvline(0.5, label="_border")
    ax.bar([0], [1])
    ax.plot([0, 1], [0, 2], label="_nolegend_")
    *named, last = [curve["name"] for curve in curves(figure)]
    assert named == ["bars", "seen", "Tc, exact", "measured"]
    assert last.endswith(" line")
    assert curves(figure)[3]["x"] == [0.2, 0.4]
    assert numbers(figure)[0]["notes"] == ["a vertical line at 0.5 (border)"]
    assert ax.get_legend_handles_labels()[1] == ["seen"]


def test_error_bars_come_back_as_errors_and_their_caps_do_not():
    figure, ax = plt.subplots()
    x, y = np.array([1.0, 2.0, 4.0]), np.array([0.5, 0.25, 0.125])
    ax.errorbar(x, y, [0.1, 0.2, 0.05], xerr=0.5, fmt="o", label="measured")
    ax.errorbar(x, y + 1, [[0.1, 0.1, 0.1], [0.3, 0.3, 0.3]], fmt="s", label="lopsided")
    first, second = curves(figure)
    assert first["name"] == "measured"
    assert np.allclose([first[key] for key in ("x", "y", "xe", "ye")], [x, y, [0.5] * 3, [0.1, 0.2, 0.05]])
    assert np.allclose([second["lo"], second["hi"]], [y + 0.9, y + 1.3])
    assert "ye" not in second


def test_bars_and_points_come_back():
    figure, (left, right) = plt.subplots(1, 2, sharey=True)
    left.bar([0, 2, 4], [0.25, 0.5, 0.125], width=1.5, label="law")
    left.set_ylabel("probability")
    right.scatter([1, 2], [0.5, 0.25], label="sample")
    bars, points = curves(figure)
    assert (bars["name"], bars["x"], bars["y"]) == ("law", [0, 2, 4], [0.25, 0.5, 0.125])
    assert (points["name"], points["x"], points["y"]) == ("sample", [1, 2], [0.5, 0.25])
    assert numbers(figure)[1]["y"] == "probability", "the label of the shared axis"


def test_what_is_no_curve_is_said_in_words():
    figure, ax = plt.subplots()
    plotting.draw_pulls(ax, [1, 2, 3], [0.5, -1, 0.25], marker="o", label="pulls")
    ax.axvline(2.5)
    (panel,) = numbers(figure)
    assert [curve["name"] for curve in panel["curves"]] == ["pulls"]
    assert panel["notes"] == ["a horizontal line at 0", "a vertical line at 2.5"]
    figure, ax = plt.subplots()
    plotting.draw_spins(ax, np.ones((3, 4)))
    assert numbers(figure)[0]["notes"] == ["a picture of 3 × 4 values"]
    assert curves(figure) == []


def test_points_drawn_one_by_one_are_one_curve():
    figure, ax = plt.subplots()
    for x, fill in zip(range(4), ("C0", "white", "C0", "white"), strict=True):
        ax.plot(x, x, "o", color="C0", mfc=fill)
    filled, hollow = curves(figure)
    assert (filled["name"], filled["x"]) == ("blue circles", [0, 2])
    assert (hollow["name"], hollow["x"]) == ("blue open circles", [1, 3])
    figure, ax = plt.subplots()
    for x in (1, 2):
        ax.errorbar(x, x, 0.5 * x, fmt="o")
        ax.set_prop_cycle(None)
    assert curves(figure)[0] == {"name": "blue circles", "x": [1, 2], "y": [1, 2], "ye": [0.5, 1]}


def test_a_long_curve_is_thinned_out_and_says_so():
    figure, ax = plt.subplots()
    x = np.linspace(0, 1, 4001)
    ax.plot(x, x)
    ax.plot(x[:MOST], x[:MOST])
    thin, whole = curves(figure)
    assert (len(thin["x"]), thin["of"], thin["x"][0], thin["x"][-1]) == (MOST, 4001, 0, 1)
    assert len(whole["x"]) == MOST
    assert "of" not in whole
    figure, axes = plt.subplots(3, 3)
    axes[0, 0].plot(x, x)
    assert len(curves(figure)[0]["x"]) == 51


def test_strokes_of_a_drawing_are_no_curves():
    figure, ax = plt.subplots()
    ax.plot(np.arange(4).reshape(2, 2).repeat(10, axis=1))
    ax.plot([0, 1], [0, 1], label="named")
    (panel,) = numbers(figure)
    assert [curve["name"] for curve in panel["curves"]] == ["named"]
    assert panel["notes"] == ["20 lines and points without a name, not listed"]


def test_numbers_are_the_same_on_every_processor():
    assert rounded([-1e-17, 0.1 + 0.2, -0.0, np.nan, np.inf], span=1) == [0, 0.3, 0, None, None]
    assert "-0.0" not in str(rounded([-1e-17, -0.0], span=1))
    assert rounded([1.234567e-8, 123456.7]) == [1.2346e-8, 123460]
    assert rounded([2.2691853, 2.2691953], span=1e-4) == [2.2691853, 2.2691953], "a narrow window keeps its digits"
    figure, ax = plt.subplots()
    ax.loglog([1e-6, 1.0], [2e-9, 1.0])
    assert curves(figure)[0]["y"] == [2e-9, 1], "on a logarithmic axis what is small counts"


# ── Drawings ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def two_panels():
    figure, (left, right) = plt.subplots(1, 2, figsize=(7, 3), sharey=True)
    left.plot([0, 1, 2], [0, 1, 4], label="$x_1$")
    left.set(xlabel="x", ylabel="square")
    left.legend()
    right.errorbar([1, 2], [1, 4], [0.1, 0.2], fmt="o", mfc="white", color="0.3")
    right.set_title("measured")
    return figure


def test_a_drawing_has_text_and_the_colours_of_the_page():
    svg = drawing.draw(layout.copy(two_panels()))
    texts = [re.sub("<.*?>", "", text) for text in re.findall("<text.*?</text>", svg)]
    assert {"x", "square", "measured", "x1", "0"} <= set(texts)
    assert not re.search(r"#[0-9a-f]{6}|white|DejaVu|<script|https?:", svg)
    assert {"var(--c0)", "var(--g3)", "var(--g10)"} <= set(re.findall(r"var\(--\w+\)", svg))
    assert all(name.startswith("@@") for name in re.findall(r'id="(.*?)"', svg))


def test_a_picture_in_a_drawing_has_one_pixel_a_spin():
    figure, ax = plt.subplots()
    plotting.draw_spins(ax, np.where(np.eye(16), 1, -1))
    svg = drawing.draw(layout.copy(figure))
    assert re.search(r'<image width="16" height="16"', svg)
    assert len(svg) < 5000


def test_a_long_noisy_line_keeps_its_peaks_and_becomes_small():
    figure, ax = plt.subplots()
    y = np.zeros(100_000)
    y[::7], y[50_001] = 0.3, 1.0
    ax.plot(y)
    svg = drawing.draw(layout.copy(figure))
    assert len(svg) < 30_000
    line = max(re.findall(r'<path d="(.*?)"', svg), key=len)
    heights = sorted(float(value) for value in re.findall(r"-?[\d.]+", line)[1::2])
    top, bottom = heights[0], heights[-1]
    assert heights[1] == pytest.approx(bottom - 0.3 * (bottom - top), abs=0.02), (
        "the one peak, and nothing else so high"
    )


def test_a_label_that_is_not_understood_is_drawn_as_shapes():
    figure, ax = plt.subplots()
    ax.set_title(r"$\frac{1}{2}$")
    assert "frac" not in drawing.draw(layout.copy(figure))


def test_twice_the_same_figure_is_twice_the_same_drawing():
    assert json.dumps(bundle.bundle(two_panels())) == json.dumps(bundle.bundle(two_panels()))


def test_a_figure_stays_as_it_was_and_pyplot_knows_no_other():
    figure = two_panels()
    before = plt.get_fignums(), figure.get_size_inches().tolist(), [ax.get_subplotspec() for ax in figure.axes]
    bundle.bundle(figure)
    assert before == (
        plt.get_fignums(),
        figure.get_size_inches().tolist(),
        [ax.get_subplotspec() for ax in figure.axes],
    )
    assert figure.patch.get_visible()


def test_on_a_phone_two_panels_stand_below_each_other_with_their_own_labels():
    there = bundle.bundle(two_panels())
    (left, right), (above, below) = there["wide"]["axes"], there["narrow"]["axes"]
    assert left[1] == right[1]
    assert left[0] < right[0]
    assert above[1] + above[3] < below[1]
    assert above[0] == below[0]
    assert there["wide"]["svg"].count(">square<") == 1
    assert there["narrow"]["svg"].count(">square<") == 2
    sizes = [float(size) for size in re.findall(r'<text[^>]* font-size="([\d.]+)"', there["narrow"]["svg"])]
    assert min(sizes) * 350 / there["narrow"]["size"][0] >= 8


def test_pictures_and_single_axes_are_not_stacked():
    figure, axes = plt.subplots(1, 3, figsize=(7, 2.6))
    for ax in axes:
        plotting.draw_spins(ax, np.ones((4, 4)), title="T = 2")
    places = bundle.bundle(figure)["narrow"]["axes"]
    assert places[0][1] == places[2][1]
    assert bundle.bundle(plt.figure())["panels"] == []


def test_a_notebook_gets_the_bundle_beside_what_it_shows():
    display = DisplayFormatter()
    display.mimebundle_formatter.for_type(plt.Figure, bundle.formatter)
    data, about = display.format(two_panels())
    assert set(data) == {"text/plain"}
    kept = json.loads(about[bundle.KEY])
    assert set(kept) == {"wide", "narrow", "panels"}


def test_a_reader_of_notebooks_waits_for_no_drawing(monkeypatch):
    """Only where the pages of the site are run does `use_style` ask for them."""

    class Shell:
        display_formatter = DisplayFormatter()

    known = Shell.display_formatter.mimebundle_formatter
    monkeypatch.setattr("IPython.get_ipython", Shell)
    monkeypatch.delenv("SPINLEARN_FIGURES", raising=False)
    plotting.use_style()
    assert plt.Figure not in known.type_printers
    monkeypatch.setenv("SPINLEARN_FIGURES", "1")
    plotting.use_style()
    assert plt.Figure in known.type_printers
