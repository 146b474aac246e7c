"""What of the library some code uses, file by file: a page is stale when that has changed, and only then.

An import is followed to the file where the name is at home, through the faces of the packages: who writes
``exact.kaufman`` uses ``exact/torus.py`` and what that imports, and nothing else of the wing. Comments, docstrings and
layout do not count, except where a page shows a function's source. Of the exercises, claims, scripts and WebAssembly
modules those count that the code names.
"""

import ast
import hashlib
import io
import json
import re
import tokenize
import tomllib
from functools import cache
from pathlib import Path

LIBRARY = "spinlearn"
CHECKS = f"{LIBRARY}.course.check"
SHOWS = ("show.source", "help", "inspect.getsource")
LAYOUT = (tokenize.COMMENT, tokenize.NL, tokenize.ENCODING)
COMMENT_LINES = re.compile(r"^\s*//[^\n]*\n|^\s*/\*.*?\*/\s*\n|^\s+", re.M | re.S)  # in JavaScript and CSS


def digest(content: str | bytes) -> str:
    """A short hash of some content."""
    return hashlib.sha256(content.encode() if isinstance(content, str) else content).hexdigest()[:12]


def read(path: Path) -> str:
    """A text file, with the same line ends on every system."""
    return path.read_text(encoding="utf-8").replace("\r\n", "\n")


def code_alone(text: str) -> str:
    """Python without comments, docstrings and layout: what changes here may change what the code does.

    The same under every version of Python, which neither a syntax tree nor what is unparsed from it is.
    """
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    docstrings = {
        (node.body[0].lineno, node.body[0].col_offset)
        for node in ast.walk(ast.parse(text))
        if isinstance(node, documented) and ast.get_docstring(node, clean=False) is not None
    }
    lines, parts, opened, after_docstring = text.splitlines(keepends=True), [], [], False
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        name = tokenize.tok_name[token.type]
        if name == "FSTRING_START":
            opened.append(token.start)
        elif name == "FSTRING_END":
            start = opened.pop()
            if not opened:
                parts.append(_between(lines, start, token.end))
        elif opened or token.type in LAYOUT:
            continue
        elif token.start in docstrings or (name == "NEWLINE" and after_docstring):
            after_docstring = name != "NEWLINE"
        elif token.type in (tokenize.INDENT, tokenize.DEDENT, tokenize.NEWLINE):
            parts.append(name)
        else:
            parts.append(token.string)
    return "\n".join(parts)


def _between(lines: list[str], start: tuple[int, int], end: tuple[int, int]) -> str:
    """The text from one (line, column) to another."""
    taken = lines[start[0] - 1 : end[0]]
    taken[-1] = taken[-1][: end[1]]
    return "".join([taken[0][start[1] :], *taken[1:]])


def content(path: Path) -> str:
    """What counts of a file: code without comments, data as they are read."""
    if path.suffix == ".py":
        return code_alone(read(path))
    if path.suffix == ".toml":
        return json.dumps(tomllib.loads(read(path)), sort_keys=True, default=str)
    if path.suffix in (".js", ".css"):
        return COMMENT_LINES.sub("", read(path))
    return hashlib.sha256(path.read_bytes()).hexdigest()


def strings(tree: ast.Module) -> set[str]:
    """All string constants of some code, the ends of f-strings among them."""
    return {node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str)}


def imports(tree: ast.Module, package: str) -> dict[str, str]:
    """Names that code standing in `package` binds by importing: name to dotted origin; ``*`` for all of a module."""
    bound = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            for alias in node.names:
                top = alias.name.split(".")[0]
                bound[alias.asname or top] = alias.name if alias.asname else top
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) + 1 - node.level] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            for alias in node.names:
                name = f"{base}.*" if alias.name == "*" else alias.asname or alias.name
                bound[name] = f"{base}.{alias.name}"
    return bound


def dotted(node: ast.AST, bound: dict[str, str]) -> str | None:
    """The full name of an expression such as ``exact.kaufman``; None if it is no name at all."""
    parts = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    return ".".join([bound.get(node.id, node.id), *reversed(parts)]) if isinstance(node, ast.Name) else None


def mentions(tree: ast.Module, bound: dict[str, str]) -> set[str]:
    """Full names of all that some code has imported and then names, as far as it spells them out."""
    found, inside = set(), set()
    for node in ast.walk(tree):  # the outer before the inner: of a.b.c the whole, and neither a.b nor a
        if isinstance(node, ast.Attribute | ast.Name) and node not in inside:
            name, below = dotted(node, bound), node
            while isinstance(below, ast.Attribute):
                below = below.value
                inside.add(below)
            if name is not None and below.id in bound:
                found.add(name)
    return found


class Library:
    """The library in a folder, as it is now: what has been read once is remembered.

    Parameters
    ----------
    folder : Path
        What holds the package ``spinlearn``.
    """

    def __init__(self, folder: Path):
        self.folder = folder.resolve()
        self.top = self.folder / LIBRARY
        for slow in ("file", "tree", "bound", "home", "offers", "used_by", "mark"):
            setattr(self, slow, cache(getattr(self, slow)))

    def file(self, name: str) -> Path | None:
        """The file of a module or a package."""
        path = self.folder.joinpath(*name.split("."))
        candidates = (path / "__init__.py", path.parent / f"{path.name}.py")
        return next((candidate for candidate in candidates if candidate.is_file()), None)

    def tree(self, path: Path) -> ast.Module:
        """The syntax tree of one of its files."""
        return ast.parse(read(path), filename=str(path))

    def bound(self, path: Path) -> dict[str, str]:
        """What one of its files binds by importing."""
        return imports(self.tree(path), self.package(path))

    def package(self, path: Path) -> str:
        """The package in which a file stands."""
        return ".".join(path.parent.relative_to(self.folder).parts)

    def home(self, name: str) -> tuple[Path, list[str]] | None:
        """The file in which a full name is at home, and what is left of the name inside that file."""
        parts = name.split(".")
        for length in range(len(parts), 0, -1):
            path = self.file(".".join(parts[:length]))
            if path:
                break
        else:
            return None
        rest = parts[length:]
        if rest and path.name == "__init__.py":
            origin = self.bound(path).get(rest[0])
            if origin and origin != ".".join(parts[: length + 1]):
                return self.home(".".join([origin, *rest[1:]]))
            # A face may import on demand what its folders offer.
            for inner in sorted(path.parent.glob("*/__init__.py")):
                if origin is None and rest[0] in self.offers(inner):
                    return self.home(".".join([*parts[:length], inner.parent.name, *rest]))
        return path, rest

    def offers(self, path: Path) -> set[str]:
        """What the ``__all__`` of one of its files lists."""
        listed = [node.value for node in self.tree(path).body if isinstance(node, ast.Assign)
                  and [getattr(target, "id", "") for target in node.targets] == ["__all__"]]  # fmt: skip
        return {text for value in listed for text in strings(ast.Module([ast.Expr(value)], []))}

    def modules(self, names: set[str]) -> set[Path]:
        """The files where `names` are at home, and those that they use in their turn."""
        waiting, found = set(names), set()
        while waiting:
            home = self.home(waiting.pop())
            if home is None:
                continue
            # A package is run on the way to what is in it. It counts if that does more than to bind names.
            inits = [folder / "__init__.py" for folder in home[0].parents if folder.is_relative_to(self.top)]
            acts = [path for path in inits if path.is_file() and _acts(self.tree(path))]
            for path in {home[0], *acts} - found:
                found.add(path)
                waiting |= self.used_by(path)
        return found

    def used_by(self, path: Path) -> set[str]:
        """Full names of the library that one of its files uses."""
        return self.used(self.tree(path), self.bound(path))

    def used(self, tree: ast.Module, bound: dict[str, str]) -> set[str]:
        """Full names of the library that some code uses, which binds these names by importing."""
        names = mentions(tree, bound)
        for origin in bound.values():  # what is imported is run, used or not; a face alone only binds names
            home = self.home(origin)
            if home and (home[1] or home[0].name != "__init__.py"):
                names.add(origin)
        return {name for name in names if name.split(".")[0] == LIBRARY}

    def exercises(self, tree: ast.Module) -> set[str]:
        """Modules that check the exercises which some code names, ``check("2.1-b", …)``: those of the page 2.1."""
        calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and node.args]
        named = [call.args[0] for call in calls if (dotted(call.func, {}) or "").split(".")[-1] == "check"]
        ids = {node.value for node in named if isinstance(node, ast.Constant) and isinstance(node.value, str)}
        pages = {name.partition("-")[0].replace(".", "_") for name in ids}
        stems = {path.stem for path in self.folder.joinpath(*CHECKS.split(".")).glob("p*.py")}
        return {f"{CHECKS}.{stem}" for stem in stems if stem.startswith(tuple(f"p{page}_" for page in pages))}

    def data(self, modules: set[Path], code: set[str]) -> set[Path]:
        """Files that are not Python and that `modules` read, for code with the string constants `code`.

        A module names a file, ``"view.js"``, or a kind of file, ``f"{name}.wasm"`` or ``"*.toml"``. Of a kind those
        count whose own name stands in the code or is that of a module's folder, and those beside a module of the same
        name, as a page's questions stand beside its checks; or all, if there is none.
        """
        spoken = {path: strings(self.tree(path)) for path in modules}
        said = code.union(*spoken.values())
        folders, found = {path.parent for path in modules}, set()
        for text in said:
            if re.fullmatch(r"[\w./-]*\w\.\w+", text) and not text.startswith("/"):
                found |= {path for folder in folders if (path := folder / text).is_file() and path.suffix != ".py"}
        for path, own in spoken.items():
            others = code.union(*(texts for other, texts in spoken.items() if other != path))
            named = {text.rsplit("/", 1)[-1] for text in others} | {path.parent.name for path in modules}
            for kind in {text.removeprefix("**/").removeprefix("*") for text in own}:
                if re.fullmatch(r"\.(?!py)[a-z]\w*", kind):
                    files = {file for file in path.parent.rglob(f"*{kind}") if "__pycache__" not in file.parts}
                    own_kind = {file for file in files if file.stem in named or file.with_suffix(".py") in modules}
                    found |= own_kind or files
        waiting = [path for path in found if path.suffix == ".js"]
        while waiting:
            script = waiting.pop()
            for name in re.findall(r"""\bfrom\s+["'](\.[^"']+)["']""", read(script)):
                other = (script.parent / name).resolve()
                if other.is_file() and other not in found:
                    found.add(other)
                    waiting.append(other)
        return found

    def shown(self, tree: ast.Module) -> dict[str, str]:
        """Source text of all that some code shows: where it stands to what it is."""
        bound, found = imports(tree, ""), {}
        calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
        for call in calls:
            if not (dotted(call.func, bound) or "").endswith(SHOWS):
                continue
            for argument in call.args:
                home = self.home(dotted(argument, bound) or LIBRARY)
                if home is None:
                    continue
                path, rest = home
                body = [node for node in self.tree(path).body if getattr(node, "name", None) == (rest or [None])[0]]
                start = min([body[0].lineno, *(part.lineno for part in body[0].decorator_list)]) if body else 1
                lines = read(path).splitlines()
                text = "\n".join(lines[start - 1 : body[0].end_lineno] if body else lines)
                found[f"{self.name(path)}:{rest[0] if body else ''}"] = text
        return found

    def mark(self, path: Path) -> str:
        """The digest of what counts of a file."""
        return digest(content(path))

    def name(self, path: Path) -> str:
        """A file's path below the package."""
        return path.relative_to(self.top).as_posix()

    def uses(self, code: str) -> dict[str, str]:
        """What `code` uses of the library: the name of each file, or of a function that is shown, with its digest."""
        tree = ast.parse(code)
        names = self.used(tree, imports(tree, ""))
        modules = self.modules(names)
        if self.file(CHECKS) in modules:
            modules = self.modules(names | self.exercises(tree))
        marks = {self.name(path): self.mark(path) for path in modules | self.data(modules, strings(tree))}
        marks |= {name: digest(text) for name, text in self.shown(tree).items()}
        return dict(sorted(marks.items()))


def _acts(tree: ast.Module) -> bool:
    """Whether a package's own file does more than to import, define and say what it is: it may find names on demand."""
    if any(getattr(node, "name", "") == "__getattr__" for node in tree.body):
        return True
    binds = ast.Import | ast.ImportFrom | ast.FunctionDef | ast.ClassDef | ast.Assign | ast.AnnAssign
    return any(not isinstance(node, binds) and not _is_text(node) for node in tree.body)


def _is_text(node: ast.stmt) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)
