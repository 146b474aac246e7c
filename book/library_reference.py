"""The reference of the library, from the tree: a page for each wing, with each of its modules.

The page that holds the line ``{library}`` gets in its place what it is named for: ``library/dense`` the wing
`spinlearn.dense`, and the page above them the list of the wings.
"""

import importlib
import importlib.util
import inspect
import json
import pkgutil
import re

import spinlearn

MARK = "{library}"


def wings() -> list[str]:
    """The wings that are there, in the order of the house."""
    return [wing for wing in spinlearn.WINGS if is_there(f"spinlearn.{wing}")]


def overview() -> str:
    """Each wing with the first sentence of its own words, and a link to its page."""
    return "\n".join(f"- [`{wing}`](library/{wing}.ipynb): {first_sentence(wing)}" for wing in wings()) + "\n"


def first_sentence(wing: str) -> str:
    """What a wing says first of itself."""
    said = inspect.getdoc(importlib.import_module(f"spinlearn.{wing}")).replace("\n", " ")
    return re.match(r".*?[.](?= |$)", said)[0]


def is_there(name: str) -> bool:
    """Whether there is a module of that name."""
    return importlib.util.find_spec(name) is not None


def modules(wing: str) -> list[str]:
    """The modules of a wing. A package inside it counts as one module."""
    package = importlib.import_module(f"spinlearn.{wing}")
    return [f"spinlearn.{wing}.{one.name}" for one in pkgutil.iter_modules(package.__path__) if one.name[0] != "_"]


def wing_text(wing: str) -> str:
    """A wing's own words, and all that its modules offer."""
    text = automodule(f"spinlearn.{wing}")
    return text + "".join(f"## `{name.partition('.')[2]}`\n\n{automodule(name, ':members:')}" for name in modules(wing))


def automodule(name: str, *options: str) -> str:
    """The directive that documents one module."""
    lines = [f".. automodule:: {name}", *(f"   {option}" for option in options)]
    return "\n".join(["```{eval-rst}", *lines, "```", "", ""])


def insert_reference(app, docname, source):
    """Put the reference in the place of its mark. The page is a notebook, so it is written as JSON has it."""
    if MARK in source[0]:
        wing = docname.rpartition("/")[2]
        text = wing_text(wing) if wing in wings() else overview()
        source[0] = source[0].replace(MARK, json.dumps(text)[1:-1])


def setup(app):
    """Connect it, before the page is parsed."""
    app.connect("source-read", insert_reference)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
