"""What the search page knows: the text of every section, mathematics as plain text, in one classic script.

A page opened from a file may not read other pages, so all of it lies beside the search page. Code and what it prints
can be found too, but are never shown as an excerpt. Of the library there is what its docstrings say in prose: lists of
what a function takes and gives, and its examples, would be a third of the whole. The engine that ranks is
``static/search.js``.
"""

import json
import re
from pathlib import Path

from docutils import nodes
from sphinx import addnodes

from .plaintext import plain

SYMBOLS = "chapters/back-matter/notation"  # each symbol of its tables is a part of its own
KINDS = ("chapters/back-matter/", "solutions/")  # 1 and 2; everything else is a lesson, 0
QUIET = (nodes.comment, nodes.raw, nodes.substitution_definition, nodes.meta, addnodes.toctree, addnodes.index)
ENDS = (nodes.paragraph, nodes.title, nodes.entry, nodes.term, nodes.caption, nodes.list_item, nodes.literal_block)
WORD = re.compile(r"\d+(?:\.\d+)+|[^\W_]+")


def collect(app, doctree, docname):
    """Remember the sections of a page."""
    store = app.env.__dict__.setdefault("search_sections", {})
    page = _Sections(symbols=docname == SYMBOLS)
    page.visit(doctree, doctree)
    store[docname] = page.sections


def merge(app, env, docnames, other):
    """Take over what another process has read."""
    env.__dict__.setdefault("search_sections", {}).update(getattr(other, "search_sections", {}))


def write(app, exception):
    """Write all sections into the site, lessons first."""
    found = getattr(app.env, "search_sections", None)
    if exception is not None or not found or app.builder.format != "html":
        return
    order = {name: number for number, name in enumerate(app.builder.relations)}
    pages = [
        [_kind(name), app.builder.get_target_uri(name), [section.done() for section in sections]]
        for name, sections in sorted(found.items(), key=lambda item: (_kind(item[0]), order.get(item[0], 0)))
        if sections
    ]
    text = json.dumps(pages, ensure_ascii=False, separators=(",", ":"))
    Path(app.outdir, "_static", "search-text.js").write_text(f"var searchText = {text};\n", encoding="utf-8")


def _kind(name: str) -> int:
    return next((number for number, start in enumerate(KINDS, start=1) if name.startswith(start)), 0)


class _Section:
    """A part of a page that a result can lead to: its anchor, its title, its text, the words of its code."""

    def __init__(self, anchor: str, title: str):
        self.anchor, self.title, self.text, self.code = anchor, title, [], []

    def done(self) -> list[str]:
        text = re.sub(r"\s+", " ", "".join(self.text)).strip()
        text = re.sub(r" ([,.;:)\]])", r"\1", text)
        code = sorted(set(WORD.findall(" ".join(self.code))) - set(WORD.findall(text)))
        return [self.anchor, self.title, text, " ".join(code)]


class _Sections:
    """Walks a page once."""

    def __init__(self, symbols: bool = False):
        self.sections, self.stack, self.in_code, self.symbols = [], [], False, symbols

    def visit(self, node, doctree):
        if isinstance(node, QUIET):
            return
        if isinstance(node, nodes.Text):
            self.say(str(node))
        elif isinstance(node, (nodes.math, nodes.math_block)):
            self.say(f" {plain(node.astext())} " if isinstance(node, nodes.math_block) else plain(node.astext()))
        elif isinstance(node, nodes.image):
            self.hide(node.get("alt", ""))
        elif isinstance(node, nodes.title) and isinstance(node.parent, nodes.section):
            return  # has been said as the section's title
        elif "run-time" in node.get("classes", ()) or isinstance(node, (nodes.field_list, nodes.doctest_block)):
            return
        elif self.symbols and isinstance(node, nodes.row):
            self.explain(node)
        else:
            self.inside(node, doctree)

    def inside(self, node, doctree):
        """Go through an element; a section, a term of the glossary and an object of the library are a part each."""
        was, opened = self.in_code, self.open(node)
        self.in_code = was or isinstance(node, nodes.literal_block)
        for child in node.children:
            self.visit(child, doctree)
        self.in_code = was
        if isinstance(node, ENDS):
            self.say(" ")
        if opened:
            self.stack.pop()

    def explain(self, row):
        """A row of the notation: a symbol, its meaning, where; without a symbol, one more meaning of that above it."""
        symbol, meaning, where = (_title(entry) for entry in row.children)
        if isinstance(row.parent, nodes.thead):
            return
        if symbol:
            self.sections.append(_Section(self.stack[-1].anchor, symbol))
        here = self.sections[-1]
        here.text.append(f"{'; ' if here.text else ''}{meaning}{f' ({where})' if where else ''}")

    def open(self, node) -> bool:
        place = None
        if isinstance(node, nodes.section):
            title = next((child for child in node.children if isinstance(child, nodes.title)), None)
            place = (f"#{node['ids'][0]}" if self.sections else "", _title(title)) if title is not None else None
        elif isinstance(node, addnodes.desc):
            signature = next(node.findall(addnodes.desc_signature), None)
            if signature is not None and signature["ids"]:
                place = (f"#{signature['ids'][0]}", signature["ids"][0])
        elif isinstance(node, nodes.definition_list_item):
            term = next((child for child in node.children if isinstance(child, nodes.term) and child["ids"]), None)
            place = (f"#{term['ids'][0]}", _title(term)) if term is not None else None
        if place is None:
            return False
        self.sections.append(_Section(*place))
        self.stack.append(self.sections[-1])
        return True

    def say(self, text):
        if self.stack:
            (self.stack[-1].code if self.in_code else self.stack[-1].text).append(text)

    def hide(self, text):
        if self.stack:
            self.stack[-1].code.append(f" {text} ")


def _title(node: nodes.Element) -> str:
    """The text of a title, formulas as plain text."""
    return "".join(
        plain(child.astext()) if isinstance(child, nodes.math) else child.astext()
        for child in node.findall(lambda child: isinstance(child, (nodes.math, nodes.Text)))
        if not isinstance(child.parent, nodes.math)
    )
