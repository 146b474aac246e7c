"""Figures in the page's own type and theme, with the numbers behind them.

A notebook keeps two drawings of each figure beside its PNG, a wide one and one for a phone, and the numbers that it
shows (`spinlearn.course.figures`). Here they become HTML: the drawings, of which the style sheet shows the one that
fits, a table folded away, and a file of comma-separated values in its link. ``figures.js`` lets a reader walk the
curves and hear them. A figure whose drawing is too large stays the picture that it was.
"""

import json
from html import escape
from urllib.parse import quote

from sphinx.application import Sphinx

KEY = "spinlearn"  # in the metadata of an output, see `spinlearn.course.figures.bundle`
MOST = 100_000  # bytes of a drawing
ROWS = 31  # of a table; the file has them all


def columns(panels: list[dict]) -> tuple[list[tuple[str, list]], list[dict]]:
    """The columns of a figure's file, and for each curve where its own are.

    Curves of a panel that are drawn over the same x share its column.

    Returns
    -------
    columns : list of (str, list)
        Names and values.
    curves : list of dict
        ``panel`` and ``name``, and the numbers of the columns ``x`` and ``y``, and of ``xe``, ``ye``, ``lo`` and ``hi``
        where the curve has them.
    """
    found, curves = [], []
    for number, panel in enumerate(panels):
        before = f"{panel['name']}: " if panel["name"] else ""
        places = {}
        for curve in panel["curves"]:
            own = {"panel": number, "name": curve["name"], "x": places.get(json.dumps(curve["x"]), len(found))}
            if own["x"] == len(found):
                places[json.dumps(curve["x"])] = len(found)
                found.append((before + panel["x"], curve["x"]))
            for key, name in (
                ("y", "{}"), ("xe", "error of {} in x"), ("ye", "error of {}"), ("lo", "{}, from"), ("hi", "{}, to"),
            ):  # fmt: skip
                if key in curve:
                    own[key] = len(found)
                    found.append((before + name.format(curve["name"]), curve[key]))
            curves.append(own)
    return found, curves


def csv(named: list[tuple[str, list]]) -> str:
    """Comma-separated values: a line of names, and columns that may end earlier than others."""
    lines = [",".join(f'"{name.replace(chr(34), chr(34) * 2)}"' for name, _ in named)]
    for row in range(max((len(values) for _, values in named), default=0)):
        lines.append(",".join(_digits(values[row]) if row < len(values) else "" for _, values in named))
    return "\n".join(lines) + "\n"


def _digits(value: float | None) -> str:
    """A number as short as it can be written, and nothing for no number."""
    return "" if value is None else repr(value).removesuffix(".0")


def tables(panels: list[dict], named: list[tuple[str, list]], curves: list[dict]) -> str:
    """The same numbers as tables, a table for all curves over the same x, with at most `ROWS` lines each."""
    html = []
    for x in dict.fromkeys(curve["x"] for curve in curves):
        here = [curve for curve in curves if curve["x"] == x]
        panel, total = panels[here[0]["panel"]], len(named[x][1])
        keep = sorted({round(k * (total - 1) / (ROWS - 1)) for k in range(ROWS)}) if total > ROWS else range(total)
        before = f"{panel['name']}: " if panel["name"] else ""
        parts = [curve[key] for curve in here for key in ("y", "xe", "ye", "lo", "hi") if key in curve]
        heads = [named[column][0].removeprefix(before) for column in [x, *parts]]
        caption = f"{before}{panel['y']} against {panel['x']}"
        caption += f", {len(keep)} of {total} points" if len(keep) < total else ""
        rows = "".join(
            "<tr>" + "".join(f"<td>{_shown(named[column][1][row])}</td>" for column in [x, *parts]) + "</tr>"
            for row in keep
        )
        html.append(
            f'<div class="cf-scroll"><table><caption>{escape(caption)}</caption><thead><tr>'
            + "".join(f'<th scope="col">{escape(head)}</th>' for head in heads)
            + f"</tr></thead><tbody>{rows}</tbody></table></div>"
        )
    return "".join(html)


def _shown(value: float | None) -> str:
    return _digits(value).replace("e-", "e−").replace("-", "−") or "–"


def remarks(panels: list[dict]) -> list[str]:
    """What else there is to say about the numbers."""
    said = []
    for panel in panels:
        before = f"{panel['name']}: " if panel["name"] else ""
        said += [f"{before}{note}." for note in panel["notes"]]
        for of in dict.fromkeys(curve["of"] for curve in panel["curves"] if "of" in curve):
            kept = next(len(curve["x"]) for curve in panel["curves"] if curve.get("of") == of)
            said.append(f"{before}{kept} of the {of} points of a curve are kept, evenly.")
    return list(dict.fromkeys(remark[:1].upper() + remark[1:] for remark in said))


def drawing(kind: str, drawn: dict, mark: str, alt: str) -> str:
    """One of the two drawings."""
    width, height = drawn["size"]
    inside = drawn["svg"].replace("@@", f"{mark}-{kind[0]}")
    return (
        f'<svg class="cf-plot cf-{kind}" viewBox="0 0 {width:g} {height:g}" role="img" aria-label="{escape(alt)}" '
        f'style="--width:{width:g}" data-axes="{escape(json.dumps(drawn["axes"]))}">{inside}</svg>'
    )


def figure_html(kept: dict, mark: str, alt: str) -> str:
    """A figure of the page.

    Parameters
    ----------
    kept : dict
        What the notebook keeps of it.
    mark : str
        What the page has once: the figure's own name.
    alt : str
        What is seen.
    """
    panels = kept["panels"]
    named, curves = columns(panels)
    plots = drawing("wide", kept["wide"], mark, alt) + drawing("narrow", kept["narrow"], mark, alt)
    about = json.dumps([[panel["name"], panel["x"], panel["y"]] for panel in panels], ensure_ascii=False)
    html = (
        f'<div class="cf-figure" data-curves="{escape(json.dumps(curves, ensure_ascii=False))}" '
        f'data-panels="{escape(about)}"><div class="cf-plots">{plots}</div>'
    )
    said = "".join(f"<li>{escape(remark)}</li>" for remark in remarks(panels))
    if curves:
        link = (
            f'<p><a class="cf-csv" download="{mark}.csv" href="data:text/csv;charset=utf-8,{quote(csv(named), ",")}">'
            "Download as CSV</a></p>"
        )
        html += (
            f'<details class="cf-numbers"><summary>The numbers behind this figure</summary>{link}'
            f"{tables(panels, named, curves)}{f'<ul>{said}</ul>' if said else ''}</details>"
        )
    return html + "</div>"


def size(kept: dict) -> int:
    """Bytes of the larger of a figure's two drawings."""
    return max(len(kept[kind]["svg"].encode()) for kind in ("wide", "narrow"))


def with_figures(text: str) -> str:
    """The JSON of a notebook, its figures as HTML; those whose drawings are too large stay as they are."""
    notebook = json.loads(text)
    for number, cell in enumerate(notebook["cells"]):
        about = cell.get("metadata", {}).get("mystnb", {})
        for part, output in enumerate(cell.get("outputs", [])):
            kept = json.loads(output.get("metadata", {}).get(KEY) or "null")
            if not kept or size(kept) >= MOST:
                continue
            mark = about.get("figure", {}).get("name", f"cell-{number}") + (f"-{part}" if part else "")
            alt = about.get("image", {}).get("alt", "").strip()
            output["data"] = {"text/html": figure_html(kept, mark, alt)}
            output["metadata"] = {}
    return json.dumps(notebook, ensure_ascii=False)


def draw_figures(app, docname, source):
    """Before a notebook is read, its figures become HTML."""
    if app.env.doc2path(docname).endswith(".ipynb") and f'"{KEY}": "{{' in source[0]:
        source[0] = with_figures(source[0])


def setup(app: Sphinx) -> dict:
    """Connect it, and add its style sheet and script."""
    app.connect("source-read", draw_figures)
    app.add_css_file("figures.css")
    app.add_js_file("figures.js", loading_method="defer")
    return {"parallel_read_safe": True, "parallel_write_safe": True}
