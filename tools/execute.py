"""From the text of a page to its executed notebook: ``source/chapters/a.md`` becomes ``chapters/a.ipynb``.

The text is MyST Markdown. A notebook is made from it, run from top to bottom, and written so that the same text and the
same library always give the same file: cell ids follow from the cells, and what is random in an output is taken out.

A notebook carries the digests of its page's text, of each file of the library that the page uses, and of its own cells
and outputs. While all agree the page is not run again. While one does not the notebook is stale and the book is not
built. A notebook that a person has edited is never written over.
"""

import argparse
import difflib
import json
import os
import re
import sys
import time
from pathlib import Path

import jupytext
import nbformat
from IPython.core.inputtransformer2 import TransformerManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError

from . import lists, processor
from .pages import FOLDERS, FRONT_MATTER, OWN, ROOT, Page, PageError, named, pages, read_notebook, read_source
from .uses import Library, digest

CELL_TIMEOUT = 120  # seconds
WIDGET_VIEW = "application/vnd.jupyter.widget-view+json"
ADDRESS = re.compile(r"\bat 0x[0-9a-fA-F]+")
# What JupyterLab notes in a cell for itself.
TRANSIENT = {"collapsed", "editable", "execution", "jp-MarkdownHeadingCollapsed", "scrolled", "slideshow", "trusted"}
EDITED = """{page}: its notebook has been edited, and its text, {text}, does not have the edit. Nothing is overwritten.
  To keep the edit:      make execute PAGES="--take {page}"
  To throw it away:      make execute PAGES="--discard {page}\""""


def fingerprints(page: Page, notebook: nbformat.NotebookNode, library: Library | None = None) -> dict:
    """Digests of the page's text and of all that its code cells use.

    Parameters
    ----------
    page : Page
    notebook : NotebookNode
        What `read_source` made of the page.
    library : Library, optional
        The project's library, if it has been read already.

    Returns
    -------
    dict
        ``text``, and ``uses``: a digest for each file of the library (see `uses.Library`), and for each file that the
        page's front matter names under ``inputs``.
    """
    transform = TransformerManager().transform_cell  # turns %magic into Python
    code = "\n".join(transform(cell.source) for cell in notebook.cells if cell.cell_type == "code")
    try:
        used = (library or Library(page.root / "lib")).uses(code)
    except SyntaxError as error:
        raise PageError(f"{page.name}: a code cell is not valid Python: {error}") from error
    for name in notebook.metadata.get("inputs", []):
        path = (page.source.parent / name).resolve()
        if not path.is_file():
            raise PageError(f"{page.name}: its front matter names the input {name}, which does not exist")
        used[path.relative_to(page.root.resolve()).as_posix()] = digest(path.read_bytes().replace(b"\r\n", b"\n"))
    own = {key: notebook.metadata[key] for key in OWN if key in notebook.metadata and key != "draft"}
    return {"text": digest(json.dumps([own, _cells(notebook)], sort_keys=True)), "uses": used}


def _cells(notebook: nbformat.NotebookNode) -> list:
    """What a person may edit in a notebook."""
    return [
        [cell.cell_type, cell.source, {k: v for k, v in cell.metadata.items() if k not in TRANSIENT}]
        for cell in notebook.cells
    ]


def _outputs(notebook: nbformat.NotebookNode) -> list:
    """What the cells of a notebook have shown, as far as it can repeat."""
    return [
        [cell.get("execution_count"), [_settled(nbformat.from_dict(output)) for output in cell.get("outputs", [])]]
        for cell in notebook.cells
    ]


def seals(notebook: nbformat.NotebookNode) -> dict[str, str]:
    """Digests of the cells of an executed notebook and of their outputs."""
    return {
        "cells": digest(json.dumps(_cells(notebook), sort_keys=True)),
        "outputs": digest(json.dumps(_outputs(notebook), sort_keys=True)),
    }


def edited(page: Page) -> bool:
    """Whether the page's notebook holds what a person has written and its text does not."""
    if not page.notebook.exists():
        return False
    return _edited(read_notebook(page), read_source(page))


def _edited(stored: nbformat.NotebookNode, fresh: nbformat.NotebookNode) -> bool:
    marks = stored.metadata.get("spinlearn")
    kept = marks is None or marks.get("cells") not in (None, seals(stored)["cells"])
    return kept and _cells(stored) != _cells(fresh)


def take(page: Page) -> None:
    """Write what a person has edited in the page's notebook into the page's text.

    Raises
    ------
    PageError
        If the text has been edited, too.
    """
    stored, fresh = read_notebook(page), read_source(page)
    if stored.metadata.get("spinlearn", {}).get("text") != fingerprints(page, fresh)["text"]:
        raise PageError(
            f"{page.name}: both its notebook and its text have been edited. Carry what you want to keep over to "
            f'{page.source.name} by hand, and then run: make execute PAGES="--discard {page.name}"'
        )
    old = page.source.read_text(encoding="utf-8")
    new = jupytext.writes(stored, fmt="md:myst")
    body = FRONT_MATTER.sub("", new, count=1)
    page.source.write_text(FRONT_MATTER.match(old)[0] + body, encoding="utf-8", newline="\n")


def problem(page: Page, library: Library | None = None) -> str | None:
    """Why the page's notebook cannot be used, in a sentence that names it; None if it can.

    Raises
    ------
    PageError
        If the page's text cannot be read.
    """
    fresh = read_source(page)
    try:
        stored = read_notebook(page)
        if _edited(stored, fresh):
            return EDITED.format(page=page.name, text=page.source.relative_to(page.root).as_posix())
    except PageError as error:
        return str(error)
    marks, now = stored.metadata.get("spinlearn", {}), fingerprints(page, fresh, library)
    before = marks.get("uses", {})
    changed = sorted(name for name in {*before, *now["uses"]} if before.get(name) != now["uses"].get(name))
    if marks.get("text") != now["text"] or _cells(fresh) != _cells(stored):
        reason = "its text has changed"
    elif changed:
        reason = f"{', '.join(changed[:3])}{' and others' if changed[3:] else ''} changed"
    elif marks.get("outputs") != seals(stored)["outputs"]:
        reason = "its outputs are not those that `make execute` wrote"
    else:
        return None
    return f"{page.name}: its notebook is stale ({reason}); run `make execute`"


def problems(root: Path = ROOT) -> list[str]:
    """A sentence for every page that is stale, damaged or missing, and for every notebook without a text."""
    library = Library(root / "lib")
    found = [text for page in pages(root) if (text := problem(page, library))]
    notebooks = {path for folder in FOLDERS for path in (root / folder).rglob("*.ipynb")}
    notebooks = {path for path in notebooks if ".ipynb_checkpoints" not in path.parts}
    for path in sorted(notebooks - {page.notebook for page in pages(root, drafts=True)}):
        found.append(
            f"{path.relative_to(root).as_posix()}: a notebook without a text below source/; remove one or add the other"
        )
    return found


def execute(page: Page, *, discard: bool = False) -> bool:
    """Run a page from top to bottom and write its notebook.

    Parameters
    ----------
    page : Page
    discard : bool
        Write over a notebook that a person has edited, too.

    Returns
    -------
    bool
        Whether the file has changed.

    Raises
    ------
    PageError
        If a cell fails, takes too long or ends its kernel, or if the old notebook has been edited; the old notebook is
        left as it was.
    """
    if not discard and edited(page):
        raise PageError(EDITED.format(page=page.name, text=page.source.relative_to(page.root).as_posix()))
    notebook = read_source(page)
    marks = fingerprints(page, notebook)
    page.notebook.parent.mkdir(parents=True, exist_ok=True)
    seconds = _run_cells(page, notebook)

    try:
        before = read_notebook(page).metadata.get("spinlearn", {}).get("seconds", 0.0)
    except PageError:
        before = 0.0
    # A run time is never the same twice. It is written anew only when it has truly changed.
    if before and (max(seconds, before) < 1.5 * min(seconds, before) or abs(seconds - before) < 2):
        seconds = before
    notebook.metadata["spinlearn"] = {**marks, **seals(notebook), "seconds": round(seconds, 1)}

    text = nbformat.writes(notebook) + "\n"
    if page.notebook.exists() and page.notebook.read_text(encoding="utf-8") == text:
        return False
    unfinished = page.notebook.with_suffix(".unfinished")
    unfinished.write_text(text, encoding="utf-8", newline="\n")
    unfinished.replace(page.notebook)
    return True


def differences(page: Page, environment: dict[str, str]) -> list[str]:
    """Lines of text that the page prints otherwise in another environment, each as ``cell: stored → now``.

    Of a live model its HTML counts, too, with the still picture in it: that is what nbval compares. Cells with the tag
    ``nbval-ignore-output``, whose text cannot repeat, are left out.

    Raises
    ------
    PageError
        If the notebook is stale, so that there is nothing to compare with, or if a cell fails.
    """
    if stale := problem(page):
        raise PageError(stale)
    notebook, stored = read_source(page), read_notebook(page)
    _run_cells(page, notebook, environment)
    found = []
    for now, before in zip(notebook.cells, stored.cells, strict=True):
        if now.cell_type == "code" and "nbval-ignore-output" not in now.metadata.get("tags", []):
            old, new = texts(before).splitlines(), texts(now).splitlines()
            for mark, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
                if mark != "equal":
                    lines = " ⏎ ".join(old[a:b]), " ⏎ ".join(new[c:d])
                    found.append(f"code cell {now.execution_count}: {lines[0]!r} → {lines[1]!r}")
            shown = [[output.get("data", {}).get("text/html") for output in cell.outputs] for cell in (before, now)]
            if shown[0] != shown[1]:
                found.append(f"code cell {now.execution_count}: its HTML is another")
    return found


def texts(cell: nbformat.NotebookNode) -> str:
    """All text that a cell has put out: what it printed, and its values as text and Markdown."""
    parts = []
    for output in cell.get("outputs", []):
        parts += [output.get("text", "")]
        parts += [output.get("data", {}).get(kind, "") for kind in ("text/plain", "text/markdown")]
    return "\n".join(part for part in parts if part)


def _run_cells(page: Page, notebook: nbformat.NotebookNode, environment: dict[str, str] | None = None) -> float:
    """Fill in the outputs; return the seconds that took."""
    if not any(cell.cell_type == "code" for cell in notebook.cells):
        return 0.0
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
    settings = {"SOURCE_DATE_EPOCH": "0", "SPINLEARN_FIGURES": "1"}  # what the site shows of figures: `use_style`
    with client.setup_kernel(env={**os.environ, **settings, **(environment or {})}):
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
            cell.outputs = [_settled(output) for output in cell.outputs]
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


def main(arguments: list[str] | None = None, root: Path = ROOT) -> int:
    """Command line; returns the exit code."""
    parser = argparse.ArgumentParser(prog="make execute", description=__doc__.splitlines()[0])
    parser.add_argument(
        "pages", nargs="*", help="pages, such as 1.2 or chapters/index (all that are stale, if none is named)"
    )
    parser.add_argument("--check", action="store_true", help="only name the stale pages; fail if there are any")
    parser.add_argument("--force", action="store_true", help="run the pages even if nothing has changed")
    parser.add_argument("--take", action="store_true", help="first write what was edited in notebooks into the texts")
    parser.add_argument("--discard", action="store_true", help="throw away what was edited in the notebooks")
    parser.add_argument(
        "--old-processor",
        action="store_true",
        help="write nothing; run the pages as on an old processor, and fail if one prints anything else",
    )
    options = parser.parse_args(arguments)
    if (options.take or options.discard) and not options.pages:
        parser.error("name the pages to --take or to --discard")
    if options.check:
        found = problems(root)
        print("\n".join(found) if found else "Every notebook agrees with its text and its library.")
        return 1 if found else 0
    failed = []
    try:
        if not options.old_processor:
            for name in lists.write(root):
                print(f"• Wrote {name}, which follows from the pages")
        chosen = [page for name in options.pages for page in named(name, root)] or pages(root)
    except PageError as error:
        failed, chosen = [error], []
    for page in chosen:
        try:
            if options.take and edited(page):
                take(page)
            if options.old_processor:
                _report(page, lambda page: _compare(page))
            elif options.force or problem(page) is not None:
                _report(page, lambda page: "" if execute(page, discard=options.discard) else ", nothing changed")
        except PageError as error:
            print("no", flush=True)
            failed.append(error)
    for error in failed:
        print(f"\n{error}", file=sys.stderr)
    return 1 if failed else 0


def _report(page, action):
    print(f"• Running {page.name} … ", end="", flush=True)
    start = time.perf_counter()
    said = action(page)
    print(f"{time.perf_counter() - start:.1f} s{said}", flush=True)


def _compare(page: Page) -> str:
    found = differences(page, processor.old())
    if found:
        raise PageError("\n".join([f"{page.name} prints something else on an old processor:", *found]))
    return ", the same text"


if __name__ == "__main__":
    sys.exit(main())
