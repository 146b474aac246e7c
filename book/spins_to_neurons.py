"""The few things the book needs from Sphinx that no extension on a registry does."""

import json
import os
import re
from pathlib import Path

from docutils import nodes
from numba.core.dispatcher import Dispatcher
from sphinx.application import Sphinx
from sphinx.ext.autodoc import FunctionDocumenter

from spinlearn.neuron.activation import Activation

# A browser refuses to preload a font of a page that was opened from a file, and says so in its console.
FONT_PRELOAD = re.compile(r'<link rel="preload"[^>]*as="font"[^>]*>')

# Each icon is a letter of a font. The script draws all of them a second time, and nothing is seen before it is loaded.
ICON_SCRIPT = re.compile(r'<script[^>]* src="[^"]*/fontawesome/[^"]*"></script>')

# One identifier for each exercise and each solution of a page, and for two fields of search: nothing can lead to them.
REPEATED = re.compile(
    r'(?<=<section) id="(?:exercise|solution)-content"|(?<=<article)(.*?)\s+id="search-input"', re.DOTALL
)

# What the pages need to know before their scripts begin is a line or two: no reason to ask for another file.
OPTIONS = re.compile(r'<script src="[^"]*documentation_options\.js[^"]*"></script>')

# A script that is not waited for; they run in their order, when the page is read.
BLOCKING = re.compile(r"<script(?![^>]*\b(?:defer|async|type)\b)(?=[^>]*\bsrc=)")

# The entries of a bibliography have a role of their own, which a list may not hold.
CITATION_LIST = re.compile(r'(?<=<div )role="list" (?=class="citation-list">)| role="doc-biblioentry"')

# A block of a page that speaks of its solutions:   :::{seealso}
#                                                   :class: solutions
SOLUTIONS_BLOCK = re.compile(
    r"^(?P<fence>:{3,})\{[\w-]+\}[^\n]*\n:class:[^\n]*\bsolutions\b.*?\n(?P=fence)[ \t]*(?:\n|\Z)",
    re.MULTILINE | re.DOTALL,
)


class KernelDocumenter(FunctionDocumenter):
    """Document a compiled kernel as the Python function it was made from, and an activation as the function it is."""

    objtype = "kernel"
    directivetype = "function"
    priority = FunctionDocumenter.priority + 10

    @classmethod
    def can_document_member(cls, member, membername, isattr, parent):
        return isinstance(member, (Dispatcher, Activation))

    def import_object(self, raiseerror=False):
        found = super().import_object(raiseerror)
        if found:
            self.object = getattr(self.object, "py_func", self.object)
        return found


def skip_member(app, what, name, member, skip, options):
    """Fields of a named tuple are described in its class's own text."""
    return True if type(member).__name__ == "_tuplegetter" else None


def escape_bars(app, what, name, obj, options, lines):
    """In a docstring |m| is an absolute value, not a substitution."""
    in_example = False
    for number, line in enumerate(lines):
        in_example = bool(line.strip()) and (in_example or line.lstrip().startswith(">>>"))
        if not in_example:
            prose_and_code = line.split("`")
            prose_and_code[::2] = [prose.replace("|", r"\|") for prose in prose_and_code[::2]]
            lines[number] = "`".join(prose_and_code)


def without_solutions(text: str) -> str:
    """The JSON of a notebook, without the blocks that speak of its solutions."""
    notebook = json.loads(text)
    for cell in notebook["cells"]:
        if cell["cell_type"] == "markdown":
            cell["source"] = SOLUTIONS_BLOCK.sub("", "".join(cell["source"]))
    return json.dumps(notebook, indent=1, ensure_ascii=False) + "\n"


def leave_solutions_out(app, docname, source):
    """With SOLUTIONS=0 a page does not speak of its solutions."""
    if not app.config.course_solutions and app.env.doc2path(docname).endswith(".ipynb"):
        source[0] = without_solutions(source[0])


def leave_solutions_out_of_downloads(app, exception):
    """The notebooks a reader can download are the same as the pages."""
    if exception is None and not app.config.course_solutions:
        for path in (Path(app.outdir) / "_sources").rglob("*.ipynb"):
            path.write_text(without_solutions(path.read_text(encoding="utf-8")), encoding="utf-8")


def add_run_time(app, doctree):
    """Say below a page's title how long its code runs."""
    marks = app.env.metadata[app.env.docname].get("spinlearn")
    seconds = (json.loads(marks) if isinstance(marks, str) else marks or {}).get("seconds", 0)
    title = doctree.next_node(nodes.title)
    if seconds and title is not None:
        text = f"The code of this page runs in about {max(1, round(seconds))} s on two cores."
        title.parent.insert(title.parent.index(title) + 1, nodes.paragraph("", text, classes=["run-time"]))


def link_labels(app, doctree):
    """Let ``page.ipynb#label`` lead to any label of a page, as MyST does for its headings."""
    slugs = app.env.metadata[app.env.docname].setdefault("myst_slugs", {})
    for name, explicit in doctree.nametypes.items():
        if explicit and doctree.nameids.get(name):
            slugs.setdefault(name, (0, doctree.nameids[name], name))


def number_by_page(app, env):
    """Figures, tables, equations, exercises and algorithms are numbered from one on each page."""
    for kinds in env.toc_fignumbers.values():
        for numbers in kinds.values():
            for new, identifier in enumerate(sorted(numbers, key=numbers.get), start=1):
                numbers[identifier] = (new,)
    return []


def mend_html(app, exception):
    """Mend what the theme and docutils write, where nothing can be set instead."""
    if exception is None and app.builder.format == "html":
        options = (Path(app.outdir) / "_static" / "documentation_options.js").read_text(encoding="utf-8")
        for path in Path(app.outdir).rglob("*.html"):
            page = path.read_text(encoding="utf-8")
            for needless in (FONT_PRELOAD, ICON_SCRIPT):
                page = needless.sub("", page)
            page = REPEATED.sub(lambda found: found[1] or "", page)
            page = BLOCKING.sub("<script defer", OPTIONS.sub(lambda _: f"<script>{options}</script>", page))
            path.write_text(CITATION_LIST.sub("", page), encoding="utf-8")


def setup(app: Sphinx) -> dict:
    """Connect all of it."""
    app.add_config_value("course_solutions", os.environ.get("SOLUTIONS") != "0", "env")
    app.add_autodocumenter(KernelDocumenter)
    app.connect("autodoc-skip-member", skip_member)
    app.connect("autodoc-process-docstring", escape_bars)
    app.connect("source-read", leave_solutions_out)
    app.connect("doctree-read", add_run_time)
    app.connect("doctree-read", link_labels)
    app.connect("env-get-updated", number_by_page, priority=900)  # after Sphinx has numbered them through
    app.connect("build-finished", mend_html)
    app.connect("build-finished", leave_solutions_out_of_downloads)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
