"""Live models for the notebook and for the page.

An explorable is displayed as the last expression of a cell. In JupyterLab its traits follow its controls, and setting a
trait moves the control; in the built page it runs by itself, on the same kernels as WebAssembly: see
`spinlearn.course.web`.

>>> from spinlearn.course.explore import IsingLattice
>>> IsingLattice(T=2.269)
IsingLattice(size=512, T=2.269, h=0.0, rule='metropolis', start='random', seed=1)

Each model is a folder beside this file: its class, and the ``view.js`` that draws it. A folder that is put here is
found, under the names that its ``__all__`` lists, and is imported when one of them is asked for.
"""

import ast
import re
from importlib import import_module
from pathlib import Path

_HERE = Path(__file__).parent


def _offered(folder: Path) -> list[str]:
    """What the ``__all__`` of a model lists, without importing it."""
    return ast.literal_eval(
        re.search(r"^__all__ = (\[.*?\])", (folder / "__init__.py").read_text("utf-8"), re.M | re.S)[1]
    )


_HOMES = {name: view.parent.name for view in sorted(_HERE.glob("*/view.js")) for name in _offered(view.parent)}

__all__ = sorted(_HOMES)


def __getattr__(name: str):
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}; there are {', '.join(__all__)}")
    return getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)


def __dir__() -> list[str]:
    return __all__
