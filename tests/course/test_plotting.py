"""Figures: functions take axes and give them back, show nothing, and leave the style to one sheet."""

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy as np
import pytest

from spinlearn.course import plotting, show


def luminance(colour):
    channels = np.array(matplotlib.colors.to_rgb(colour))
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return linear @ [0.2126, 0.7152, 0.0722]


def test_up_and_down_differ_in_lightness():
    light, dark = luminance(plotting.UP), luminance(plotting.DOWN)
    assert (light + 0.05) / (dark + 0.05) > 7


def test_spins_are_drawn_as_they_are():
    _, ax = plt.subplots()
    spins = np.array([[1, -1, 1], [-1, -1, 1]])
    assert plotting.draw_spins(ax, spins) is ax
    image = ax.images[0]
    assert np.array_equal(image.get_array(), spins)
    assert np.allclose(image.cmap(image.norm(1)), matplotlib.colors.to_rgba(plotting.UP))
    plt.close("all")


def test_a_chain_cannot_be_drawn_as_a_picture():
    _, ax = plt.subplots()
    with pytest.raises(ValueError, match="spins must have two dimensions"):
        plotting.draw_spins(ax, np.ones(4))
    plt.close("all")


def test_axes_with_bars_get_their_band_too():
    """What is on the axes already is not the band."""
    _, ax = plt.subplots()
    bars = len(ax.bar([1, 2], [0.5, 0.7]).patches)
    plotting.draw_pulls(ax, [1, 2], [0.5, -0.5], marker="o")
    plotting.draw_pulls(ax, [1, 2], [0.1, -0.1], marker="s")
    assert len(ax.patches) == bars + 1
    plt.close("all")


def test_pulls_draw_their_band_once():
    _, ax = plt.subplots()
    plotting.draw_pulls(ax, [1, 2], [0.5, -0.5], marker="o")
    plotting.draw_pulls(ax, [1, 2], [0.1, -0.1], marker="s")
    assert len(ax.patches) == 1
    assert len(ax.lines) == 3
    plt.close("all")


def test_the_style_sheet_is_accepted_whole():
    with plt.style.context(plotting.STYLE):
        assert plt.rcParams["figure.facecolor"] == "white"


def test_source_shows_what_the_library_runs():
    from spinlearn.lattice import ising

    shown = show.source(ising.sweep, ising.flip_probability)
    assert "def sweep(" in shown.text
    assert "def flip_probability(" in shown.text
    assert shown._repr_markdown_() == f"```python\n{shown.text}\n```"
    with pytest.raises(TypeError):
        show.source(3)
