"""All that a notebook keeps of a figure beside its PNG: two drawings, where their axes lie, and the numbers."""

import json

import matplotlib as mpl

from .drawing import draw
from .layout import copy, narrow, panels
from .numbers import numbers

KEY = "spinlearn"  # in the metadata of the cell's output, where no reader of notebooks is disturbed


def bundle(figure) -> dict:
    """The drawings of a figure and its numbers, as JSON can hold them.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        Is left as it is.

    Returns
    -------
    dict
        ``wide`` and ``narrow``: each with ``size`` (in points), ``svg`` (see `drawing.draw`) and ``axes``, for each
        panel ``[left, top, width, height, xscale, x0, x1, yscale, y0, y1]``; and ``panels`` (see `numbers.numbers`).
    """
    with mpl.rc_context({"path.simplify_threshold": 0.05}):
        return {"wide": _drawn(copy(figure)), "narrow": _drawn(copy(figure), narrow), "panels": numbers(figure)}


def _drawn(figure, change=None) -> dict:
    if change:
        change(figure)
    svg = draw(figure)
    size = [round(value, 1) for value in (figure.get_size_inches() * 72).tolist()]
    return {"size": size, "svg": svg, "axes": [_place(axes) for axes in panels(figure)]}


def _place(axes) -> list:
    """Where a panel lies in the drawing, from its upper left corner, and what its axes measure."""
    width, height = axes.figure.get_size_inches() * 72
    x, y, w, h = axes.get_position().bounds
    lengths = [round(float(value), 1) for value in (x * width, (1 - y - h) * height, w * width, h * height)]
    limits = [[float(f"{value:.6g}") + 0.0 for value in pair] for pair in (axes.get_xlim(), axes.get_ylim())]
    return [*lengths, axes.get_xscale(), *limits[0], axes.get_yscale(), *limits[1]]


def formatter(figure) -> tuple[dict, dict]:
    """For IPython: nothing to show beyond what it shows of a figure, and the bundle as metadata, in one line."""
    return {}, {KEY: json.dumps(bundle(figure), ensure_ascii=False, separators=(",", ":"))}
