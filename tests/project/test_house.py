"""The house: what may import what. A wing stands on those before it, and nothing below the course knows the course."""

import ast
from pathlib import Path

import pytest

import spinlearn

LIBRARY = Path(spinlearn.__file__).parent
FLOOR = {wing: floor for floor, wing in enumerate(spinlearn.WINGS)}
# Of two wings of one storey neither knows the other.
FLOOR |= {"measure": FLOOR["exact"], "bipartite": FLOOR["dense"]}
# Built by name on purpose: a check by the number of its page, a live model when it is asked for, a kernel for the web
# in a process of its own.
DYNAMIC = {"course/check/__init__.py", "course/explore/__init__.py", "course/web/compile.py"}


def modules() -> dict[str, Path]:
    """All files of the library by their dotted names."""
    names = {path: path.relative_to(LIBRARY.parent).with_suffix("").parts for path in LIBRARY.rglob("*.py")}
    return {".".join(name[:-1] if name[-1] == "__init__" else name): path for path, name in names.items()}


def wing_of(name: str) -> str:
    """The wing that a module stands in; nothing for the library itself."""
    return name.partition(".")[2].partition(".")[0]


def imports(tree: ast.AST, package: str, known) -> set[str]:
    """Dotted names of the library's modules that a file in `package` imports, and of names with an underscore."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names if alias.name.startswith("spinlearn"))
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) + 1 - node.level] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            if base.startswith("spinlearn"):
                full = [f"{base}.{alias.name}" for alias in node.names]
                found.update(name if name in known or alias.name[0] == "_" else base
                             for name, alias in zip(full, node.names, strict=True))  # fmt: skip
    return found


def faults(sources: dict[str, tuple[str, bool]]) -> list[str]:
    """What is wrong with a house, given (source, whether a package) of its modules by dotted name."""
    found, below = [], {}
    for name, (source, is_package) in sources.items():
        tree, wing = ast.parse(source), wing_of(name)
        below[name] = imports(tree, name if is_package else name.rpartition(".")[0], sources)
        for other in below[name]:
            there = wing_of(other)
            private = [part for part in other.split(".") if part.startswith("_") and part != "__version__"]
            if private and other.rpartition(".")[0] != name:
                found.append(f"{name} imports {other}: a name with an underscore is its file's own")
            if there == wing or not there:
                continue
            if there not in FLOOR or (wing and wing not in FLOOR):
                found.append(f"{name} imports {other}: no wing has that name")
            elif not wing or FLOOR[there] >= FLOOR[wing]:
                found.append(f"{name} imports {other}: that is no floor below")
        dynamic = [node for node in ast.walk(tree) if isinstance(node, (ast.Name, ast.Attribute))
                   and getattr(node, "id", getattr(node, "attr", "")) in ("import_module", "__import__")]  # fmt: skip
        path = "/".join(name.split(".")[1:]) + ("/__init__.py" if is_package else ".py")
        if dynamic and path not in DYNAMIC:
            found.append(f"{name} imports by a name that it makes")

    def circle(name, on_the_way):
        if name in on_the_way:
            return [*on_the_way[on_the_way.index(name) :], name]
        # A face imports its rooms, and a room its neighbours by way of the face's folder: that is no circle.
        inner = (other for other in below.get(name, ()) if other in sources and not name.startswith(other + "."))
        return next(filter(None, (circle(other, [*on_the_way, name]) for other in inner)), None)

    rounds = {tuple(sorted(set(way))) for name in sources if (way := circle(name, []))}
    return found + [f"a circle: {', '.join(way)}" for way in sorted(rounds)]


def house() -> dict[str, tuple[str, bool]]:
    return {name: (path.read_text("utf-8"), path.name == "__init__.py") for name, path in modules().items()}


def test_each_wing_stands_on_those_below_it():
    assert faults(house()) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "line", "fault"),
    [
        ("spinlearn.core.words", "from ..lattice import square", "no floor below"),
        ("spinlearn.exact.plane", "from ..measure import observables", "no floor below"),
        ("spinlearn.lattice.ising", "from ..course import plotting", "no floor below"),
        ("spinlearn.lattice.ising", "import spinlearn.course.check", "no floor below"),
        ("spinlearn.lattice.cluster", "from .ising import _PIECE", "its file's own"),
        ("spinlearn.lattice.ising", "from . import cluster", "a circle"),
        ("spinlearn.measure.scaling", "import importlib\nimportlib.import_module('os')", "a name that it makes"),
        ("spinlearn", "from . import core", "no floor below"),
        ("spinlearn.core.words", "from ..attic import boxes", "no wing"),
    ],
)
def test_what_would_spoil_the_house_is_seen(name, line, fault):
    plan = house()
    source, is_package = plan[name]
    plan[name] = (f"{source}\n{line}\n", is_package)
    assert any(fault in text for text in faults(plan))


def test_no_wing_has_a_file_that_nobody_can_overlook():
    """Code of a file, without its comments and docstrings, under 300 lines."""
    long = {}
    for name, path in modules().items():
        text = path.read_text("utf-8")
        lines = {n for n, line in enumerate(text.splitlines(), 1) if line.strip() and not line.strip().startswith("#")}
        for node in ast.walk(ast.parse(text)):
            if (
                isinstance(node, ast.Expr)
                and isinstance(node.value, ast.Constant)
                and isinstance(node.value.value, str)
            ):
                lines -= set(range(node.lineno, node.end_lineno + 1))
        if len(lines) >= 300:
            long[name] = len(lines)
    assert long == {}
