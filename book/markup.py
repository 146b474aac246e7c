"""HTML in a page, where docutils has no node for it."""

from docutils import nodes


def raw(text: str) -> nodes.raw:
    """HTML as it stands."""
    return nodes.raw("", text, format="html")
