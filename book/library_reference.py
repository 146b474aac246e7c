"""The reference of the library, from the tree: each wing, and in it each module, in the order of the house.

The page that holds the line ``{library}`` gets it in its place.
"""

import importlib
import importlib.util
import json
import pkgutil

import spinlearn

MARK = "{library}"


def reference() -> str:
    """The reference as MyST Markdown."""
    return "\n".join(wing_text(f"spinlearn.{wing}") for wing in spinlearn.WINGS if is_there(f"spinlearn.{wing}"))


def is_there(name: str) -> bool:
    """Whether there is a module of that name."""
    return importlib.util.find_spec(name) is not None


def wing_text(wing: str) -> str:
    """A wing's own words, and all that its modules offer. A package inside a wing counts as one module."""
    package = importlib.import_module(wing)
    modules = [f"{wing}.{module.name}" for module in pkgutil.iter_modules(package.__path__) if module.name[0] != "_"]
    text = f"## `{wing.partition('.')[2]}`\n\n" + automodule(wing)
    return text + "".join(f"### `{name.partition('.')[2]}`\n\n{automodule(name, ':members:')}" for name in modules)


def automodule(name: str, *options: str) -> str:
    """The directive that documents one module."""
    lines = [f".. automodule:: {name}", *(f"   {option}" for option in options)]
    return "\n".join(["```{eval-rst}", *lines, "```", "", ""])


def insert_reference(app, docname, source):
    """Put the reference in the place of its mark. The page is a notebook, so it is written as JSON has it."""
    if MARK in source[0]:
        source[0] = source[0].replace(MARK, json.dumps(reference())[1:-1])


def setup(app):
    """Connect it, before the page is parsed."""
    app.connect("source-read", insert_reference)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
