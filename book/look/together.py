"""A formula in a sentence stays on one line with what touches it: a comma, a bracket, the rest of a word.

A browser may break a line on either side of a formula, since to it a formula is a box. Whatever stands against it
without a space is put into one span with it, which the style sheet does not let break.
"""

import re

from docutils import nodes

# Where a line may break: at white space, and behind a hyphen or a dash.
PIECES = re.compile(r"\s+|[^\s\-–—]*[\-–—]+|[^\s\-–—]+")
LONGEST_WORD = 16  # of a formula's neighbours: a longer one would leave a hole in the line above it


def keep_together(app, doctree, docname):
    """Put formulas and what touches them into spans of the class ``together``."""
    parents = {id(math.parent): math.parent for math in doctree.findall(nodes.math) if math.parent is not None}
    for parent in parents.values():
        if isinstance(parent, nodes.TextElement):
            parent.children = _joined(parent)


def _joined(parent: nodes.TextElement) -> list[nodes.Node]:
    """The children of a paragraph, a title or the like, with each formula joined to its neighbours."""
    result, run = [], []

    def close():
        if len(run) > 1 and any(_formula(node) for node in run):
            span = nodes.inline("", "", *run, classes=["together"])
            span.parent = parent
            result.append(span)
        else:
            result.extend(run)
        run.clear()

    for child in parent.children:
        if _formula(child):
            run.append(child)
        elif isinstance(child, nodes.Text):
            for piece in PIECES.findall(str(child)):
                text = nodes.Text(piece)
                text.parent = parent
                if piece.isspace() or len(piece) > LONGEST_WORD:
                    close()
                    result.append(text)
                    continue
                run.append(text)
                if piece[-1] in "-–—":
                    close()
        else:
            close()
            result.append(child)
    close()
    return _merged(result, parent)


def _formula(node: nodes.Node) -> bool:
    """Whether it is a formula, alone or in bold or italics."""
    if isinstance(node, (nodes.strong, nodes.emphasis)):
        return len(node.children) == 1 and isinstance(node.children[0], nodes.math)
    return isinstance(node, nodes.math)


def _merged(children: list[nodes.Node], parent: nodes.TextElement) -> list[nodes.Node]:
    """The same with neighbouring texts made one."""
    merged = []
    for child in children:
        if isinstance(child, nodes.Text) and merged and isinstance(merged[-1], nodes.Text):
            merged[-1] = nodes.Text(str(merged[-1]) + str(child))
        else:
            merged.append(child)
        merged[-1].parent = parent
    return merged
