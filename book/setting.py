"""Buttons in the prose that set a live model of the page: a link ``[heat it to $T = 4$](set:ising?T=4)``.

In the notebook it stays a link. In the page it is words, of which the model makes a button as soon as it can be set, so
without scripts they stay words. What they ask for is held against the traits of the model, which has to be on the page.
"""

import html
import json
import re
from pathlib import Path
from urllib.parse import unquote

from docutils import nodes
from sphinx.errors import SphinxError

from spinlearn.course.explore.shell import address

SCHEME = "set:"

# How the output of a cell names the model that it shows.
SHOWN = re.compile(r'"_spec":\{"name":"([\w-]+)"')


class Words(nodes.inline):
    """Words of which a model makes a button, with what it is to be set to."""


class SettingError(SphinxError):
    """Why a button cannot be built."""

    category = "A button in the prose"


def shown(notebook: dict) -> list[str]:
    """Names by which the models of a page are told apart, in their order; the second of a kind has a -2 behind it."""
    found: list[str] = []
    for cell in notebook["cells"]:
        for output in cell.get("outputs", ()):
            kinds = SHOWN.findall("".join(output.get("data", {}).get("text/html", "")))
            for kind in kinds:
                before = sum(re.sub(r"-\d+$", "", name) == kind for name in found)
                found.append(f"{kind}-{before + 1}" if before else kind)
    return found


def check(text: str, present: list[str]) -> None:
    """Raise ValueError, saying why, unless the text asks for what a model that is present can be set to."""
    name, _ = address.read(text)
    if name not in present:
        raise ValueError(f"the page shows no model {name!r}; it shows {', '.join(present) or 'none'}")


def models_of(app, docname: str) -> list[str]:
    """Names of the models on a page."""
    path = Path(app.env.doc2path(docname))
    return shown(json.loads(path.read_text(encoding="utf-8"))) if path.suffix == ".ipynb" else []


def make_buttons(app, doctree):
    """Make the words of each such link what a model of the page can make a button of."""
    links = [link for link in doctree.findall(nodes.reference) if link.get("refuri", "").startswith(SCHEME)]
    if not links:
        return
    present = models_of(app, app.env.docname)
    for link in links:
        asked = unquote(html.unescape(link["refuri"]).removeprefix(SCHEME))  # MyST has escaped it
        try:
            check(asked, present)
        except ValueError as error:
            raise SettingError(f"{app.env.docname}: [{link.astext()}](set:{asked}): {error}") from error
        link.replace_self(Words("", "", *link.children, classes=["sl-set"], asked=asked))


def begin(self, node):
    """Write the beginning of the words."""
    self.body.append(self.starttag(node, "span", "", **{"data-set": node["asked"]}))


def end(self, node):
    """Write their end."""
    self.body.append("</span>")


def setup(app):
    """Connect it, after the page is parsed and before its links are resolved."""
    app.add_node(Words, html=(begin, end))
    app.add_css_file("explorables.css")
    app.connect("doctree-read", make_buttons)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
