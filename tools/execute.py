"""From the text of a page to its executed notebook: ``source/chapters/a.md`` becomes ``chapters/a.ipynb``.

The text is MyST Markdown. A notebook is made from it, run from top to bottom, and written so that the same text and the
same library always give the same file: cell ids follow from the cells, and what is random in an output is taken out.

A notebook carries two fingerprints, one of its page's text and one of the library modules that the page imports. While
both agree the page is not run again, and while one does not the notebook is stale and the book is not built.
"""

import argparse
import ast
import hashlib
import os
import re
import sys
import time
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import jupytext
import nbformat
from IPython.core.inputtransformer2 import TransformerManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = ("chapters", "solutions")
CELL_TIMEOUT = 120  # seconds
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
ADDRESS = re.compile(r"\bat 0x[0-9a-fA-F]+")
METADATA = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {
        "file_extension": ".py",
        "mimetype": "text/x-python",
        "name": "python",
        "pygments_lexer": "ipython3",
    },
}


class PageError(Exception):
    """A page that cannot be used as it is; the message names it and says what to do."""


@dataclass(frozen=True)
class Page:
    """A page of the course.

    Attributes
    ----------
    name : str
        Its path below the root without an ending, such as ``chapters/1-ising-basics/2-ising-model``.
    root : Path
        The project's folder.
    """

    name: str
    root: Path = ROOT

    @property
    def source(self) -> Path:
        """The text an author edits."""
        return self.root / "source" / f"{self.name}.md"

    @property
    def notebook(self) -> Path:
        """The executed notebook a reader opens."""
        return self.root / f"{self.name}.ipynb"


def pages(root: Path = ROOT) -> list[Page]:
    """All pages that have a text, by name."""
    sources = [path for folder in FOLDERS for path in (root / "source" / folder).rglob("*.md")]
    names = [path.relative_to(root / "source").with_suffix("").as_posix() for path in sources]
    return [Page(name, root) for name in sorted(names)]


def find_page(text: str, root: Path = ROOT) -> Page:
    """The page that `text` names: by its name, its source or its notebook.

    Raises
    ------
    PageError
        If there is no such page.
    """
    path = Path(text)
    path = (path if path.is_absolute() else root / path).resolve().relative_to(root.resolve()).with_suffix("")
    name = path.relative_to("source").as_posix() if path.parts[0] == "source" else path.as_posix()
    known = pages(root)
    for page in known:
        if page.name == name:
            return page
    raise PageError(f"no page is named {text!r}; there are {', '.join(page.name for page in known)}")


def read_source(page: Page) -> nbformat.NotebookNode:
    """The page's text as a notebook that has not been run, with the project's metadata and stable cell ids."""
    notebook = jupytext.read(page.source, fmt="md:myst")
    notebook.nbformat_minor = max(notebook.nbformat_minor, 5)
    front_matter = {key: value for key, value in notebook.metadata.items() if key not in ("jupytext", *METADATA)}
    notebook.metadata = nbformat.from_dict({**front_matter, **METADATA})
    seen = Counter()
    for cell in notebook.cells:
        content = f"{cell.cell_type}\n{cell.source}"
        seen[content] += 1
        cell.id = _digest(f"{content}\n{seen[content]}".encode())[:8]
    return notebook


def read_notebook(page: Page) -> nbformat.NotebookNode:
    """The page's executed notebook.

    Raises
    ------
    PageError
        If it is missing or damaged.
    """
    try:
        text = page.notebook.read_text(encoding="utf-8")
        notebook = nbformat.reads(text, as_version=4)
        nbformat.validate(notebook)
    except FileNotFoundError:
        raise PageError(f"{page.name}: its notebook is missing; run `make execute`") from None
    except Exception as error:
        reason = str(error).strip().splitlines()[0]
        raise PageError(
            f"{page.name}: {page.notebook.name} is damaged ({reason}); run `make execute` to make it anew"
        ) from error
    return notebook


def fingerprints(page: Page, notebook: nbformat.NotebookNode) -> dict[str, str]:
    """Fingerprints of the page's text and of all that its code cells use.

    Parameters
    ----------
    page : Page
    notebook : NotebookNode
        What `read_source` made of the page.

    Returns
    -------
    dict
        ``text``, and ``library``: the modules of spinlearn that the cells import, directly or through others, the data
        files of their packages, and the files that the page's front matter names under ``inputs``.
    """
    transform = TransformerManager().transform_cell  # turns %magic into Python
    code = "\n".join(transform(cell.source) for cell in notebook.cells if cell.cell_type == "code")
    try:
        used = library_files(code, page.root / "lib")
    except SyntaxError as error:
        raise PageError(f"{page.name}: a code cell is not valid Python: {error}") from error
    for name in notebook.metadata.get("inputs", []):
        path = (page.source.parent / name).resolve()
        if not path.is_file():
            raise PageError(f"{page.name}: its front matter names the input {name}, which does not exist")
        used.add(path)
    library = "".join(
        f"{path.relative_to(page.root.resolve()).as_posix()} {_digest(_content(path))}\n" for path in sorted(used)
    )
    return {"text": _digest(_content(page.source))[:16], "library": _digest(library.encode())[:16]}


def library_files(code: str, library: Path) -> set[Path]:
    """Files below `library` that `code` depends on: modules it imports, what those import, and data beside them."""
    library = library.resolve()
    waiting, files, packages = _imports(code, ""), set(), set()
    while waiting:
        name = waiting.pop()
        folder = library.joinpath(*name.split("."))
        module = folder / "__init__.py" if folder.is_dir() else folder.with_suffix(".py")
        if not module.is_file() or module in files:
            continue
        files.add(module)
        package = name if folder.is_dir() else name.rpartition(".")[0]
        packages.add(library.joinpath(*package.split(".")))
        waiting |= _imports(module.read_text(encoding="utf-8"), package)
        waiting.add(name.rpartition(".")[0])
    # A data file with a module's name, such as ledger.toml beside ledger.py, belongs to that module alone.
    data = set().union(*(_data(package) for package in packages))
    return files | {path for path in data if not path.with_suffix(".py").exists() or path.with_suffix(".py") in files}


def _imports(code: str, package: str) -> set[str]:
    """Dotted names that `code`, standing in `package`, imports or may import."""
    names = set()
    for node in ast.walk(ast.parse(code)):
        if isinstance(node, ast.Import):
            names.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) + 1 - node.level] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            names.add(base)
            names.update(f"{base}.{alias.name}" for alias in node.names)
    return names


def _data(package: Path) -> set[Path]:
    """Files of a package that are not Python, without those of packages inside it."""
    found = set()
    for path in package.iterdir():
        if path.name == "__pycache__" or path.name.startswith("."):
            continue
        if path.is_dir() and not (path / "__init__.py").exists():
            found |= _data(path)
        elif path.is_file() and path.suffix != ".py":
            found.add(path)
    return found


def _content(path: Path) -> bytes:
    return path.read_bytes().replace(b"\r\n", b"\n")


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def problem(page: Page) -> str | None:
    """Why the page's notebook cannot be used, in a sentence that names it; None if it can.

    Raises
    ------
    PageError
        If the page's text cannot be read.
    """
    fresh = read_source(page)
    try:
        stored = read_notebook(page)
    except PageError as error:
        return str(error)
    marks, now = stored.metadata.get("spinlearn", {}), fingerprints(page, fresh)
    if [(cell.cell_type, cell.source) for cell in fresh.cells] != [(c.cell_type, c.source) for c in stored.cells]:
        return f"{page.name}: its notebook is stale (the cells differ from {page.source.name}); run `make execute`"
    for key, what in (("text", "its text"), ("library", "the library it uses")):
        if marks.get(key) != now[key]:
            return f"{page.name}: its notebook is stale ({what} has changed); run `make execute`"
    return None


def problems(root: Path = ROOT) -> list[str]:
    """A sentence for every page that is stale, damaged or missing, and for every notebook without a text."""
    known = pages(root)
    found = [text for text in map(problem, known) if text]
    notebooks = {path for folder in FOLDERS for path in (root / folder).rglob("*.ipynb")}
    notebooks = {path for path in notebooks if ".ipynb_checkpoints" not in path.parts}
    for path in sorted(notebooks - {page.notebook for page in known}):
        found.append(
            f"{path.relative_to(root).as_posix()}: a notebook without a text below source/; remove one or add the other"
        )
    return found


def execute(page: Page) -> bool:
    """Run a page from top to bottom and write its notebook.

    Returns
    -------
    bool
        Whether the file has changed.

    Raises
    ------
    PageError
        If a cell fails, takes too long or ends its kernel; the old notebook is left as it was.
    """
    notebook = read_source(page)
    marks = fingerprints(page, notebook)
    page.notebook.parent.mkdir(parents=True, exist_ok=True)
    seconds = _run_cells(page, notebook) if any(cell.cell_type == "code" for cell in notebook.cells) else 0.0
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs = [_settled(output) for output in cell.outputs]

    try:
        before = read_notebook(page).metadata.get("spinlearn", {}).get("seconds", 0.0)
    except PageError:
        before = 0.0
    # A run time is never the same twice. It is written anew only when it has truly changed.
    if before and (max(seconds, before) < 1.5 * min(seconds, before) or abs(seconds - before) < 2):
        seconds = before
    notebook.metadata["spinlearn"] = {**marks, "seconds": round(seconds, 1)}

    text = nbformat.writes(notebook) + "\n"
    if page.notebook.exists() and page.notebook.read_text(encoding="utf-8") == text:
        return False
    unfinished = page.notebook.with_suffix(".unfinished")
    unfinished.write_text(text, encoding="utf-8", newline="\n")
    unfinished.replace(page.notebook)
    return True


def _run_cells(page: Page, notebook: nbformat.NotebookNode) -> float:
    """Fill in the outputs; return the seconds that took."""
    client = NotebookClient(
        notebook,
        timeout=CELL_TIMEOUT,
        kernel_name="python3",
        record_timing=False,
        coalesce_streams=True,
        extra_arguments=["--log-level=ERROR"],
        resources={"metadata": {"path": str(page.notebook.parent)}},
    )
    number = 0
    with client.setup_kernel(env={**os.environ, "SOURCE_DATE_EPOCH": "0"}):
        start = time.perf_counter()
        for index, cell in enumerate(notebook.cells):
            if cell.cell_type != "code":
                continue
            number += 1
            try:
                client.execute_cell(cell, index, execution_count=number)
            except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
                first_line = next((line for line in cell.source.splitlines() if line.strip()), "")
                what = f"{error.ename}: {error.evalue}" if isinstance(error, CellExecutionError) else str(error)
                raise PageError(
                    f"{page.name}: code cell {number} ({first_line!r}) failed with {what.strip()}"
                ) from error
        return time.perf_counter() - start


def _settled(output: nbformat.NotebookNode) -> nbformat.NotebookNode:
    """An output without what is different in each run: widget ids and memory addresses."""
    if "text" in output:
        output.text = ADDRESS.sub("at 0x0", output.text)
    if "data" in output:
        output.data.pop(WIDGET_VIEW, None)
        for kind, content in output.data.items():
            if kind.startswith("text/"):
                output.data[kind] = ADDRESS.sub("at 0x0", content)
    return output


def main(arguments: list[str] | None = None) -> int:
    """Command line; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("pages", nargs="*", help="pages to run (all that are stale, if none is named)")
    parser.add_argument("--check", action="store_true", help="only name the stale pages; fail if there are any")
    parser.add_argument("--force", action="store_true", help="run the pages even if nothing has changed")
    options = parser.parse_args(arguments)
    try:
        if options.check:
            found = problems()
            print("\n".join(found) if found else "Every notebook agrees with its text and its library.")
            return 1 if found else 0
        chosen = [find_page(name) for name in options.pages] or pages()
        for page in chosen:
            if not options.force and problem(page) is None:
                continue
            print(f"• Running {page.name} … ", end="", flush=True)
            start = time.perf_counter()
            changed = execute(page)
            print(f"{time.perf_counter() - start:.1f} s{'' if changed else ', nothing changed'}", flush=True)
    except PageError as error:
        print(f"\n{error}" if not options.check else str(error), file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
