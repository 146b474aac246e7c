"""Every code cell folds, and says in its folded line what is behind it.

The cell of an exercise, with its three dots and what `check` says to them, folds as a whole: the page has a field for
the answer, and says its own verdict there.

Folded from the start is what only shows something: the code of a figure, unless it defines a function, which the text
will speak of; the line that shows a live model or a table; and what has the tag ``hide-input``. A fold is a native
``<details>``, so it opens without scripts, and the search of a browser looks into it.
"""

import re
from html import escape

from docutils import nodes
from markup import raw
from myst_nb.sphinx_ import HideCodeCellNode

SCRIPT = "folds.js"
DEFINES = re.compile(r"^\s*(?:def|class)\s", re.MULTILINE)
EXERCISE = re.compile(r"\bcheck\(\s*[\"']([\w.]+-\w+)[\"']")
BUTTONS = (
    '<span class="fold-all" role="group" aria-label="All code of this page" hidden>'
    '<button type="button" value="shown">Show all code</button>'
    '<button type="button" value="folded">Fold all code</button></span>'
)


def fold_code(app, doctree, docname):
    """Put the code of each cell into a fold, and the buttons for all of them below the page's title."""
    numbers = getattr(app.env, "toc_fignumbers", {}).get(docname, {}).get("figure", {})
    folded = False
    for cell in list(doctree.findall(_is_cell)):
        code = next(cell.findall(_is_code), None)
        if code is None:
            continue
        wrapper = code.parent
        hidden = isinstance(wrapper, HideCodeCellNode) and "above-input" in wrapper["classes"]
        if hidden and len(wrapper.children) == 1:
            cell.replace(wrapper, code)
        source = code.astext()
        if stub := _stub(source):
            begin = f'<details class="fold fold-stub"><summary>For the notebook: the cell of exercise {stub}</summary>'
            cell.insert(0, raw(begin))
            cell.append(raw("</details>"))
            folded = True
            continue
        what, shows = _behind(cell, source, numbers)
        lines = len(source.strip().splitlines())
        is_open = not (hidden or (shows and not DEFINES.search(source)))
        summary = f"{what}, {lines} line{'s' if lines > 1 else ''}"
        place = code.parent.index(code)
        begin = f'<details class="fold"{" open" if is_open else ""}><summary>{escape(summary)}</summary>'
        code.parent.insert(place, raw(begin))
        code.parent.insert(place + 2, raw("</details>"))
        folded = True
    title = doctree.next_node(nodes.title)
    if folded and title is not None:
        line = next((p for p in doctree.findall(nodes.paragraph) if "run-time" in p["classes"]), None)
        if line is None:
            line = nodes.paragraph("", "", classes=["run-time"])
            title.parent.insert(title.parent.index(title) + 1, line)
        line += [nodes.Text(" "), raw(BUTTONS)]


def add_script(app, pagename, templatename, context, doctree):
    """Load the script where there is something to fold."""
    if doctree is not None and 'class="fold"' in context.get("body", ""):
        app.add_js_file(SCRIPT, defer="defer")


def _behind(cell: nodes.Element, source: str, numbers: dict) -> tuple[str, bool]:
    """What a folded line says, and whether the code only shows something."""
    figure = next(cell.findall(nodes.figure), None)
    if figure is not None:
        number = next((numbers[name][0] for name in figure["ids"] if name in numbers), None)
        return (f"Code of Figure {number}" if number else "Code of the figure"), True
    if any(True for _ in cell.findall(nodes.image)):
        return "Code of the picture", True
    if any("data-explorable" in node.astext() for node in cell.findall(nodes.raw)):
        return "Code of the live model", True
    if any(True for _ in cell.findall(nodes.table)):
        return "Code of the table", True
    exercise = EXERCISE.search(source)
    return (f"Code of exercise {exercise[1]}" if exercise else "Code"), False


def _stub(source: str) -> str | None:
    """The exercise that a cell checks in its last line, while the three dots are still in it."""
    checked = EXERCISE.match(source.strip().splitlines()[-1]) if "..." in source else None
    return checked[1] if checked else None


def _is_cell(node: nodes.Node) -> bool:
    return isinstance(node, nodes.container) and node.get("nb_element") == "cell_code"


def _is_code(node: nodes.Node) -> bool:
    return isinstance(node, nodes.container) and node.get("nb_element") == "cell_code_source"
