"""A figure laid out again for a phone: narrow, and with its panels one below the other."""

import io
import pickle

from matplotlib.figure import Figure
from matplotlib.gridspec import GridSpec

WIDTH = 4.4  # inches: type of 9 points is 10 pixels high where a phone has 350 for the figure, and its exponents are 8
LEAST = 3.2


def copy(figure) -> Figure:
    """A copy of a figure that no window and no notebook knows.

    Parameters
    ----------
    figure : matplotlib.figure.Figure

    Returns
    -------
    matplotlib.figure.Figure
    """
    manager, figure.canvas.manager = figure.canvas.manager, None  # or pyplot would show the copy, too
    try:
        file = io.BytesIO()
        pickle.dump(figure, file)
    finally:
        figure.canvas.manager = manager
    file.seek(0)
    return pickle.load(file)


def panels(figure) -> list:
    """The axes that show something of their own: no colour bars."""
    return [axes for axes in figure.axes if axes.get_visible() and not hasattr(axes, "_colorbar")]


def narrow(figure) -> None:
    """Lay a figure out for a phone.

    Two or three panels that stand side by side are put one below the other, each with the labels that it shared with
    its neighbour. Pictures without ticks, and larger tables of panels, stay side by side.

    Parameters
    ----------
    figure : matplotlib.figure.Figure
        Is changed: hand over a copy.
    """
    width, height = figure.get_size_inches()
    shown = panels(figure)
    grids = {id(grid): grid for axes in shown if (grid := axes.get_gridspec())}
    cells = {axes.get_subplotspec().num1: axes for axes in shown if axes.get_subplotspec()}
    grid = next(iter(grids.values())) if len(grids) == 1 and len(cells) == len(shown) else None
    rows, columns = grid.get_geometry() if grid else (1, 1)
    if grid and 2 <= columns <= 3 and rows <= 2 and not all(_still(axes) or _small(axes) for axes in shown):
        _unshare(cells, columns)
        each = [_height(axes, width / columns, height / rows) for _, axes in sorted(cells.items())]
        below = GridSpec(len(each), 1, figure=figure, height_ratios=each)
        for place, (_, axes) in zip(below, sorted(cells.items()), strict=True):
            axes.set_subplotspec(place)
        figure.set_size_inches(min(width, WIDTH), sum(each))
    elif all(_still(axes) or _small(axes) for axes in shown):
        figure.set_size_inches(min(width, WIDTH), height * min(1, 1.12 * WIDTH / width))
    elif any(axes.get_aspect() == "auto" for axes in shown):
        figure.set_size_inches(min(width, WIDTH), max(height, LEAST))
    else:
        figure.set_size_inches(min(width, WIDTH), height * min(1, 1.05 * WIDTH / width))


def _still(axes) -> bool:
    """Whether a panel is a picture."""
    return bool(axes.images) and not axes.lines


def _small(axes) -> bool:
    """Whether a panel can stand beside others on a phone: a square with hardly a tick along it."""
    return len(axes.get_xticks()) <= 3 and axes.get_aspect() != "auto"


def _height(axes, width: float, height: float) -> float:
    """The height of a panel below others, from the space that it had."""
    ratio = height / width
    return WIDTH * (min(ratio, 0.95) if axes.get_aspect() != "auto" else min(max(ratio, 0.5), 0.64))


def _unshare(cells: dict, columns: int) -> None:
    """Give every panel its own labels, where it had those of its neighbour."""
    for place, axes in cells.items():
        left = cells.get(place - place % columns)
        if left and left is not axes and axes.get_shared_y_axes().joined(axes, left):
            axes.yaxis.set_tick_params(which="both", labelleft=True)
            if not axes.get_ylabel():
                axes.set_ylabel(left.get_ylabel())
        lowest = cells[max(other for other in cells if other % columns == place % columns)]
        if lowest is not axes and axes.get_shared_x_axes().joined(axes, lowest):
            axes.xaxis.set_tick_params(which="both", labelbottom=True)
            if not axes.get_xlabel():
                axes.set_xlabel(lowest.get_xlabel())
