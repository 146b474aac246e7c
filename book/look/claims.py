"""The table of claims: verdicts with a shape, a colour and a word, and on the ledger's page a filter above it."""

import re
from html import escape

from docutils import nodes
from markup import raw

from spinlearn.course.ledger import VERDICTS

SCRIPT = "claims.js"
HEAD = ["claim", "the source says", "verdict", "what we found", "cell"]
CLAIM = re.compile(r"(C\d+) \((S\d(?:, S\d)*)\)")

# The shapes, drawn in the colour of the text: every system has them, and high contrast keeps them.
SHAPES = {
    "right": '<path d="M2.5 8.8 6.3 12.5 13.5 3.5"/>',
    "imprecise": '<circle cx="8" cy="8" r="5.7"/><path d="M8 2.3a5.7 5.7 0 0 1 0 11.4z" class="full"/>',
    "wrong": '<path d="M3.2 3.2 12.8 12.8M12.8 3.2 3.2 12.8"/>',
    "unsupported": '<circle cx="8" cy="8" r="5.7" stroke-dasharray="2.6 2.4"/>',
    "a report": '<path d="M2.5 4h11M2.5 8h11M2.5 12h7"/>',
}


def mark_claims(app, doctree, docname):
    """Give the tables of claims their classes and verdicts, and the one of all pages its filter."""
    for table in list(doctree.findall(nodes.table)):
        head = next(table.findall(nodes.thead), None)
        if head is None or [entry.astext() for entry in head.findall(nodes.entry)] != HEAD:
            continue
        table["classes"].append("claims")
        rows = [_mark(row) for row in next(table.findall(nodes.tbody)).findall(nodes.row)]
        if any(page for _, _, page in rows):
            table["classes"].append("claims-of-all")
            table.parent.insert(table.parent.index(table), raw(_filter(app, docname, rows)))
            for list_ in doctree.findall(nodes.bullet_list):
                _mark_legend(list_)


def add_script(app, pagename, templatename, context, doctree):
    """Load the script where there is a filter."""
    if doctree is not None and 'class="claims-filter"' in context.get("body", ""):
        app.add_js_file(SCRIPT, defer="defer")


def _mark(row: nodes.row) -> tuple[list[str], list[str], str]:
    """Write a row's sources, verdicts and page into its classes; return them."""
    entries = list(row.findall(nodes.entry))
    sources = CLAIM.match(entries[0].astext())[2].split(", ")
    verdicts = entries[2].astext().split(" / ")
    target = next(entries[4].findall(nodes.reference)).get("refuri", "")
    page = re.search(r"(\d+)-[^/]*/(\d+)-", target.partition("#")[0])
    number = f"{page[1]}.{page[2]}" if page else ""
    row["classes"] += [_slug("source", name) for name in sources] + [_slug("verdict", name) for name in verdicts]
    if number:
        row["classes"].append(_slug("page", number))
    badges = nodes.paragraph()
    for k, verdict in enumerate(verdicts):
        badges += [nodes.Text(" / ")] if k else []
        badges += _badge(verdict)
    entries[2].children = [badges]
    badges.parent = entries[2]
    return sources, verdicts, number


def _badge(verdict: str) -> nodes.inline:
    """A verdict as its shape and its word."""
    shape = f'<svg viewBox="0 0 16 16" aria-hidden="true">{SHAPES[verdict]}</svg>'
    return nodes.inline("", "", raw(shape), nodes.Text(verdict), classes=["verdict", _slug("verdict", verdict)])


def _mark_legend(list_: nodes.bullet_list):
    """Give the words of the list that explains the verdicts the same shapes."""
    words = [next(item.findall(nodes.emphasis), None) for item in list_.children]
    if words and all(word is not None and word.astext() in VERDICTS for word in words):
        for word in words:
            word.parent.replace(word, _badge(word.astext()))


def _filter(app, docname: str, rows: list) -> str:
    """The form above the table. It shows itself when its script runs."""
    titles = {re.match(r"[\d.]*", title.astext())[0]: title.astext() for title in app.env.titles.values()}
    sources = sorted({name for row in rows for name in row[0]})
    verdicts = [name for name in VERDICTS if any(name in row[1] for row in rows)]
    pages = sorted({row[2] for row in rows} - {""}, key=lambda number: [int(part) for part in number.split(".")])
    choices = {
        "source": [(name, name) for name in sources],
        "verdict": [(name, name) for name in verdicts],
        "page": [(number, titles.get(number, number)) for number in pages],
    }
    fields = "".join(
        f'<label>{name.capitalize()} <select name="{name}"><option value="">all</option>'
        + "".join(f'<option value="{escape(value)}">{escape(text)}</option>' for value, text in options)
        + "</select></label>"
        for name, options in choices.items()
    )
    return (
        f'<form class="claims-filter" aria-label="Show some claims only" hidden>{fields}'
        '<button type="reset">Show all</button><p role="status"></p>'
        '<button type="reset" class="claims-clear" hidden>Clear the filters</button></form>'
    )


def _slug(kind: str, name: str) -> str:
    """A class such as "verdict-a-report" or "page-1-2"."""
    return f"{kind}-{re.sub(r'[^a-z0-9]+', '-', name.lower())}"
