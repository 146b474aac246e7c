"""Figures of the course: one style sheet, and functions that take axes and give them back.

Nothing here shows or saves a figure, and nothing in the physics imports this module.
"""

import os
import sys
from pathlib import Path

import matplotlib.pyplot as plt
import numpy as np
from matplotlib.colors import ListedColormap

from .colours import DOWN, UP
from .figures.bundle import formatter

SPINS = ListedColormap([DOWN, UP], name="spins")

BAND = "band of two standard errors"  # the mark by which `draw_pulls` knows its own band from other patches

STYLE = Path(__file__).with_name("spinlearn.mplstyle")


def use_style() -> None:
    """Set the course's style sheet for every figure that follows.

    Where the pages of the site are run, a notebook also keeps what the site shows of a figure (see `figures`).
    """
    plt.style.use(STYLE)
    shell = sys.modules["IPython"].get_ipython() if "IPython" in sys.modules else None
    if shell and os.environ.get("SPINLEARN_FIGURES"):
        shell.display_formatter.mimebundle_formatter.for_type(plt.Figure, formatter)


def draw_spins(ax, spins, *, title: str = ""):
    """Draw a configuration: down is dark, up is light.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    spins : (rows, columns) array of -1 and +1
    title : str
        Set above the picture.

    Returns
    -------
    matplotlib.axes.Axes
        The same `ax`.

    Raises
    ------
    ValueError
        If `spins` does not have two dimensions.

    Examples
    --------
    >>> _, ax = plt.subplots()
    >>> draw_spins(ax, np.array([[1, -1], [-1, 1]])).get_title()
    ''
    """
    if np.ndim(spins) != 2:
        raise ValueError(f"spins must have two dimensions to be drawn, got {np.ndim(spins)}")
    ax.imshow(spins, cmap=SPINS, vmin=-1, vmax=1, interpolation="nearest")
    ax.set(xticks=[], yticks=[], title=title)
    ax.spines[:].set_visible(True)
    return ax


def draw_pulls(ax, x, pulls, **style):
    """Draw how many standard errors each measurement is off, on a band from -2 to 2.

    Parameters
    ----------
    ax : matplotlib.axes.Axes
    x, pulls : array_like
        The points, and (measured - exact) / error at each.
    **style
        Passed on to ``ax.plot``.

    Returns
    -------
    matplotlib.axes.Axes
        The same `ax`.

    Examples
    --------
    >>> _, ax = plt.subplots()
    >>> len(draw_pulls(ax, [1, 2], [0.3, -1.1], marker="o").lines)
    2
    """
    if not any(patch.get_gid() == BAND for patch in ax.patches):
        ax.axhspan(-2, 2, color="0.92", zorder=0, gid=BAND)
        ax.axhline(0, color="0.5", linewidth=0.8, zorder=1)
    ax.plot(x, pulls, linestyle="none", **style)
    ax.set(ylim=(-4, 4), yticks=[-2, 0, 2])
    return ax
