"""Build the website from the executed notebooks: ``build/site``, or ``build/site-without-solutions``.

Nothing is built from what is not right: a notebook that is missing or damaged, that no longer agrees with its text or
with what it uses of the library, or that holds an edit of a person, stops the build and is named. The table of contents
follows from the tree (see `pages`); drafts are not in it, and ``--preview`` shows one.
"""

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import yaml

from .course import alone
from .pages import ROOT, PageError, contents, named

# All that the site is made from: when none of it has changed, neither has the site.
INPUTS = (
    "book",
    "chapters",
    "solutions",
    "source",
    "lib",
    "tools",
    "CHANGELOG.md",
    "CITATION.cff",
    "requirements.lock",
)
IGNORED = {"__pycache__", ".ipynb_checkpoints"}


class BookError(Exception):
    """Why the book cannot be built."""


def pages_of(toc: dict) -> list[str]:
    """Names of all pages in a table of contents, in reading order."""
    return [toc["root"], *(page["file"] for part in toc.get("parts", []) for page in part["chapters"])]


def faults(root: Path = ROOT) -> list[str]:
    """Everything that forbids building, a sentence each, naming the page."""
    from .execute import problems  # slow to import, and not needed where nothing has changed

    return problems(root)


def build(root: Path = ROOT, *, solutions: bool = True, quiet: bool = False) -> Path:
    """Build the site, unless it is there and nothing has changed.

    Returns
    -------
    Path
        The folder of the site.

    Raises
    ------
    BookError
        If a page is missing, damaged, stale or edited, or if Sphinx has so much as a warning.
    """
    try:
        toc = contents(root, solutions=solutions)
    except PageError as error:
        raise BookError(str(error)) from error
    flavour = "site" if solutions else "site-without-solutions"
    site, stamp = root / "build" / flavour, root / "build" / f"{flavour}.stamp"
    if not _fresh(root, site, stamp):
        with alone(flavour, root):
            if not _fresh(root, site, stamp):  # who has waited for another's build finds it done
                _make(root, toc, site, stamp, solutions=solutions, quiet=quiet)
                return site
    if not quiet:
        print(f"• Nothing has changed: {site.relative_to(root).as_posix()}/index.html is up to date")
    return site


def _fresh(root: Path, site: Path, stamp: Path) -> bool:
    """Whether a site is there and is made of what there is now."""
    try:
        return site.is_dir() and stamp.read_text() == _fingerprint(root)
    except FileNotFoundError:  # no stamp, or no longer: another process takes it away before it builds
        return False


def _make(root: Path, toc: dict, site: Path, stamp: Path, *, solutions: bool, quiet: bool) -> None:
    """Build a site that is not fresh, and put the fingerprint of its inputs beside it."""
    inputs = _fingerprint(root)
    if found := faults(root):
        raise BookError("\n".join(found))
    start = time.perf_counter()
    if not quiet:
        print(f"• Building the book{'' if solutions else ' without the solutions'}", flush=True)
    stamp.unlink(missing_ok=True)
    work = site.with_name(f"{site.name}.work")
    _put(_sphinx(root, work, toc, "-W", "-n", "--keep-going", solutions=solutions), work, site)
    stamp.write_text(inputs)
    if not quiet:
        print(f"• Built in {time.perf_counter() - start:.0f} s. Open {site / 'index.html'}")


def preview(name: str, root: Path = ROOT) -> Path:
    """Build one page alone, a draft or not, run first if it is stale; links that lead to other pages lead nowhere.

    Parameters
    ----------
    name : str
        Its number, such as "4.1", or its name.

    Returns
    -------
    Path
        The page's HTML file below ``build/preview``.

    Raises
    ------
    BookError
        If there is no such page, if it does not run, or if Sphinx cannot build it.
    """
    from .execute import execute, problem

    try:
        page = named(name, root)[0]
        if problem(page):
            print(f"• Running {page.name}", flush=True)
            execute(page)
    except PageError as error:
        raise BookError(str(error)) from error
    print(f"• Building {page.name} alone", flush=True)
    work, site = root / "build" / "preview.work", root / "build" / "preview"
    with alone("preview", root):
        _put(_sphinx(root, work, {"format": "jb-book", "root": page.name}, solutions=True), work, site)
    print(f"• Open {site / page.name}.html")
    return site / f"{page.name}.html"


def _put(html: Path, work: Path, site: Path) -> None:
    """Put what was built below `work` in the place of the site."""
    shutil.rmtree(site, ignore_errors=True)
    shutil.move(html, site)
    shutil.rmtree(work)


def _sphinx(root: Path, work: Path, toc: dict, *options: str, solutions: bool) -> Path:
    """Build the pages of a table of contents below `work`, which is emptied; return the folder of the HTML."""
    shutil.rmtree(work, ignore_errors=True)
    work.mkdir(parents=True)
    (work / "_toc.yml").write_text(yaml.safe_dump(toc, sort_keys=False, allow_unicode=True), encoding="utf-8")
    command = [
        sys.executable, "-c", "from jupyter_book.cli.main import main; main()", "build", ".",
        "--config", "book/_config.yml", "--toc", str(work / "_toc.yml"), "--path-output", str(work), "-q", *options,
    ]  # fmt: skip
    environment = {**os.environ, "SOLUTIONS": "1" if solutions else "0"}
    result = subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True)
    html = work / "_build" / "html"
    missing = [name for name in pages_of(toc) if not (html / f"{name}.html").is_file()]
    if result.returncode or missing:
        report = (result.stdout + result.stderr).strip()
        raise BookError(f"{report}\nThe book was not built{': missing ' + ', '.join(missing) if missing else ''}.")
    return html


def _fingerprint(root: Path) -> str:
    """A fingerprint of all inputs."""
    total = hashlib.sha256()
    for name in INPUTS:
        top = root / name
        for path in sorted(top.rglob("*")) if top.is_dir() else [top]:
            if path.is_file() and not IGNORED.intersection(path.parts) and not path.name.endswith(".pyc"):
                total.update(path.relative_to(root).as_posix().encode() + b"\0")
                total.update(hashlib.sha256(path.read_bytes()).digest())
    return total.hexdigest()


def main(arguments: list[str] | None = None) -> int:
    """Command line; returns the exit code."""
    parser = argparse.ArgumentParser(prog="make book", description=__doc__.splitlines()[0])
    parser.add_argument("--without-solutions", action="store_true", help="leave the solutions out")
    parser.add_argument("--preview", metavar="PAGE", help="build one page alone, such as 4.1, a draft or not")
    options = parser.parse_args(arguments)
    try:
        if options.preview:
            preview(options.preview)
        else:
            build(solutions=not options.without_solutions)
    except BookError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
