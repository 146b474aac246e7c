"""The numbers behind a figure, read back from what stands on its axes.

Lines, error bars, bars and points become curves, each with a name, its x, its y and its errors. Lines across the axes
and pictures are said in words. Numbers keep as many digits as a figure can show and more, so that they are the same on
every processor; of a curve with very many points every so-manieth is kept, and how many there were is said.

A curve's label is its name. One that begins with an underscore, as ``label="_T = 2, exact"``, is a name, too, which
matplotlib leaves out of the legend: for what the picture says by its colour, or the caption.
"""

import re

import numpy as np
from matplotlib.colors import to_rgba
from matplotlib.container import BarContainer, ErrorbarContainer

from .drawing import colour
from .layout import panels
from .words import plain

MOST = 201  # points of a curve
FEW = 51  # of each curve, in a figure of more than six panels
AUTOMATIC = re.compile(r"_(child\d+|container\d+|nolegend_)?")
STROKES = 12  # unnamed curves of a panel that are curves, and not strokes of a drawing
COLOURS = ("blue", "red", "green", "pink", "orange", "light blue", "black")
DASHES = {"-": "line", "--": "dashed line", ":": "dotted line", "-.": "dash-dotted line"}
MARKERS = {"o": "circles", "s": "squares", "^": "triangles", "v": "triangles", "D": "diamonds", "x": "crosses",
           "+": "crosses", "*": "stars", ".": "dots", ",": "dots", "|": "strokes"}  # fmt: skip


def numbers(figure) -> list[dict]:
    """What each panel of a figure shows.

    Parameters
    ----------
    figure : matplotlib.figure.Figure

    Returns
    -------
    list of dict
        For each panel its ``name`` (empty if it is the only one), the labels ``x`` and ``y`` of its axes, its
        ``curves`` and ``notes``. A curve has a ``name``, ``x``, ``y``, and, where it has them, ``xe`` and ``ye``,
        errors to both sides, or ``lo`` and ``hi`` of y. ``of`` says how many points there were, where some were left
        out.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> figure = Figure()
    >>> _ = figure.subplots().plot([0, 1], [1, 1 / 3], label="$f_1$")
    >>> numbers(figure)[0]["curves"]
    [{'name': 'f₁', 'x': [0.0, 1.0], 'y': [1.0, 0.333333]}]
    """
    shown = panels(figure)
    said = []
    for axes, name in zip(shown, _names(shown), strict=True):
        curves, notes = _curves(axes), _notes(axes)
        strokes = [curve for curve in curves if not curve["named"]]
        if len(strokes) > STROKES:
            curves = [curve for curve in curves if curve["named"]]
            notes.append(f"{len(strokes)} lines and points without a name, not listed")
        y, x = plain(axes.get_ylabel()), plain(axes.get_xlabel())
        for partner in shown:
            y = y or (plain(partner.get_ylabel()) if axes.get_shared_y_axes().joined(axes, partner) else "")
            x = x or (plain(partner.get_xlabel()) if axes.get_shared_x_axes().joined(axes, partner) else "")
        if len(curves) == 1 and not curves[0]["named"] and y:
            curves[0]["name"] = y
        _tell_apart(curves)
        for curve in curves:
            del curve["named"]
            _settle(curve, axes, MOST if len(shown) <= 6 else FEW)
        said.append({"name": name, "x": x or "x", "y": y or "y", "curves": curves, "notes": notes})
    return said


def _names(shown: list) -> list[str]:
    """A name for each panel: its title, or else where it stands."""
    titles = [plain(axes.get_title("left") or axes.get_title()) for axes in shown]
    if len(shown) < 2:
        return [""] * len(shown)
    if all(titles) and len(set(titles)) == len(titles):
        return titles
    places = [axes.get_subplotspec() for axes in shown]
    if len(shown) <= 3 and all(places):
        rows, columns = places[0].get_gridspec().get_geometry()
        words = ("left", "right") if columns == 2 else ("left", "middle", "right")
        if columns == 1:
            words = ("above", "below") if rows == 2 else ("above", "in the middle", "below")
        if len(words) == len(shown):
            return list(words)
    return [title or f"panel {number}" for number, title in enumerate(titles, start=1)]


def _curves(axes) -> list[dict]:
    """All curves of a panel, in the order in which they were drawn."""
    found, taken = [], set()
    for container in axes.containers:
        if isinstance(container, ErrorbarContainer):
            line, caps, bars = container.lines
            taken.update(map(id, [line, *caps, *bars]))
            if line is not None:
                found.append((line, _curve(line, container.get_label()) | _errors(container, line)))
        elif isinstance(container, BarContainer):
            middle = [bar.get_x() + bar.get_width() / 2 for bar in container]
            height = [bar.get_y() + bar.get_height() for bar in container]
            first = container[0] if len(container) else None
            found.append((first, _entry("bars", container.get_label(), middle, height)))
    for line in axes.lines:
        if id(line) not in taken and line.get_transform() == axes.transData and len(line.get_xdata(orig=False)):
            found.append((line, _curve(line, line.get_label())))
    for points in axes.collections:
        if type(points).__name__ == "PathCollection" and id(points) not in taken:
            x, y = np.ma.filled(points.get_offsets().astype(float), np.nan).T
            found.append((points, _entry("points", points.get_label(), x, y)))
    order = {id(artist): place for place, artist in enumerate([*axes.patches, *axes.lines, *axes.collections])}
    found.sort(key=lambda pair: order.get(id(pair[0]), 0))
    return _joined([curve for _, curve in found if np.isfinite(curve["y"]).any()])


def _said(label) -> str:
    """The name that a label gives; matplotlib's own, of what has no label, are none."""
    label = str(label or "")
    return "" if AUTOMATIC.fullmatch(label) else plain(label.removeprefix("_"))


def _entry(kind: str, label, x, y) -> dict:
    label = _said(label)
    named = bool(label)
    values = [np.ma.filled(np.ma.asarray(v, dtype=float), np.nan) for v in (x, y)]
    return {"name": label if named else kind, "x": values[0], "y": values[1], "named": named}


def _curve(line, label) -> dict:
    return _entry(_looks(line), label, line.get_xdata(orig=False), line.get_ydata(orig=False))


def _looks(line) -> str:
    """What a line without a name looks like."""
    known = colour(line.get_color())
    name = COLOURS[int(known[7:-1])] if known.startswith("var(--c") else "black" if known == "var(--g0)" else ""
    name = name or ("grey" if known.startswith("var(--g") else "")
    marker, style = line.get_marker(), line.get_linestyle()
    if style in DASHES:
        kind = DASHES[style]
    else:
        face = line.get_markerfacecolor()
        hollow = str(face) == "none" or sum(to_rgba(face)[:3]) > 2.97
        kind = ("open " if hollow and marker in "os^vD" else "") + MARKERS.get(marker, "points")
    return f"{name} {kind}".strip()


def _errors(container, line) -> dict:
    """The errors of an error bar container, by direction."""
    found, bars = {}, list(container.lines[2])
    for has, axis, values in ((container.has_xerr, 0, line.get_xdata()), (container.has_yerr, 1, line.get_ydata())):
        if not has:
            continue
        ends = [np.asarray(piece)[:, axis] for piece in bars.pop(0).get_segments()]
        if len(ends) != len(values):
            continue
        low, high = np.array(ends, dtype=float).T
        values = np.asarray(values, dtype=float)
        if np.allclose(values - low, high - values, rtol=1e-3, atol=1e-3 * np.ptp([low, high])):
            found["xe" if axis == 0 else "ye"] = (high - low) / 2
        elif axis == 1:
            found |= {"lo": low, "hi": high}
    return found


def _joined(curves: list[dict]) -> list[dict]:
    """Single points of one name, or that look the same and have no name, are one curve."""
    found = []
    for curve in curves:
        alike = [
            other
            for other in found
            if len(curve["x"]) == 1
            and other["named"] == curve["named"]
            and set(other) == set(curve)
            and other["name"] == curve["name"]
        ]
        if alike:
            for key in set(curve) - {"name", "named"}:
                alike[0][key] = np.r_[alike[0][key], curve[key]]
        else:
            found.append(curve)
    return found


def _tell_apart(curves: list[dict]) -> None:
    """No two curves of a panel have one name."""
    for name in {curve["name"] for curve in curves}:
        same = [curve for curve in curves if curve["name"] == name]
        for number, curve in enumerate(same[1:], start=2):
            curve["name"] = f"{name} ({number})"


def _settle(curve: dict, axes, most: int) -> None:
    """Thin a curve out, and round it."""
    total = len(curve["x"])
    if total > most:
        step = -(-(total - 1) // (most - 1))
        keep = np.unique(np.r_[:total:step, total - 1])
        for key in set(curve) - {"name"}:
            curve[key] = curve[key][keep]
        curve["of"] = total
    x, y = curve["x"], curve["y"]
    for key, values in list(curve.items()):
        if key not in ("name", "of"):
            along = x if key in ("x", "xe") else y
            scale = axes.get_xscale() if along is x else axes.get_yscale()
            few = scale == "log" or key in ("xe", "ye")
            curve[key] = rounded(values, 0 if few else np.ptp(along[np.isfinite(along)]))


def rounded(values, span: float = 0.0) -> list:
    """Values with digits that one can see, and a few more.

    Parameters
    ----------
    values : array_like
    span : float
        What they range over: they are rounded to a hundred-thousandth of that, or, if it is zero, to five digits.

    Returns
    -------
    list of float or None
        None stands for what is no number.

    Examples
    --------
    >>> rounded([2.2691853142, 1e-17, float("nan")], span=1.0)
    [2.26919, 0.0, None]
    """
    decimals = int(np.ceil(-np.log10(span * 1e-5))) if span > 0 else None
    found = []
    for value in np.asarray(values, dtype=float).tolist():
        if not np.isfinite(value):
            found.append(None)
        else:
            found.append((float(f"{value:.5g}") if decimals is None else round(value, decimals)) + 0.0)
    return found


def _notes(axes) -> list[str]:
    """Lines across a panel, and pictures, in words."""
    notes = []
    for line in axes.lines:
        label = _said(line.get_label())
        named = f" ({label})" if label else ""
        if line.get_transform() == axes.get_yaxis_transform(which="grid"):
            notes.append(f"a horizontal line at {line.get_ydata()[0]:.5g}{named}")
        elif line.get_transform() == axes.get_xaxis_transform(which="grid"):
            notes.append(f"a vertical line at {line.get_xdata()[0]:.5g}{named}")
    for image in axes.images:
        rows, columns = image.get_array().shape[:2]
        notes.append(f"a picture of {rows} × {columns} values")
    return [note.replace("at -0", "at 0") if note.endswith("at -0") else note.replace("-", "−") for note in notes]
