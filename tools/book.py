"""Build the website from the executed notebooks: ``build/site``, or ``build/site-without-solutions``.

Nothing is built from what is not right: a page that the table of contents names and that does not exist, a notebook
that is damaged, or one that no longer agrees with its text or its library, stops the build and is named.
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

ROOT = Path(__file__).resolve().parents[1]

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


def contents(root: Path = ROOT, *, solutions: bool = True) -> dict:
    """The table of contents, as read from ``book/_toc.yml``; without solutions if so wished."""
    toc = yaml.safe_load((root / "book" / "_toc.yml").read_text(encoding="utf-8"))
    if not solutions:
        for part in toc["parts"]:
            part["chapters"] = [page for page in part["chapters"] if not page["file"].startswith("solutions/")]
        toc["parts"] = [part for part in toc["parts"] if part["chapters"]]
    return toc


def pages_of(toc: dict) -> list[str]:
    """Names of all pages in a table of contents, in reading order."""
    return [toc["root"], *(page["file"] for part in toc["parts"] for page in part["chapters"])]


def faults(root: Path = ROOT) -> list[str]:
    """Everything that forbids building, a sentence each, naming the page."""
    from .execute import problems  # slow to import, and not needed where nothing has changed

    named = pages_of(contents(root))
    found = [
        f"{name}: the table of contents names it, but there is no such page (no source/{name}.md)"
        for name in named
        if not (root / "source" / f"{name}.md").exists()
    ]
    written = [p.relative_to(root / "source").with_suffix("").as_posix() for p in (root / "source").rglob("*.md")]
    found += [
        f"{name}: the page is not in the table of contents (book/_toc.yml)"
        for name in sorted(set(written) - set(named))
    ]
    return found + problems(root)


def build(root: Path = ROOT, *, solutions: bool = True, quiet: bool = False) -> Path:
    """Build the site, unless it is there and nothing has changed.

    Returns
    -------
    Path
        The folder of the site.

    Raises
    ------
    BookError
        If a page is missing, damaged or stale, or if Sphinx has so much as a warning.
    """
    flavour = "site" if solutions else "site-without-solutions"
    site, stamp, work = (
        root / "build" / flavour,
        root / "build" / f"{flavour}.stamp",
        root / "build" / f"{flavour}.work",
    )
    inputs = _fingerprint(root)
    if site.is_dir() and stamp.is_file() and stamp.read_text() == inputs:
        if not quiet:
            print(f"• Nothing has changed: {site.relative_to(root).as_posix()}/index.html is up to date")
        return site
    if found := faults(root):
        raise BookError("\n".join(found))

    start = time.perf_counter()
    if not quiet:
        print(f"• Building the book{'' if solutions else ' without the solutions'}", flush=True)
    shutil.rmtree(work, ignore_errors=True)
    stamp.unlink(missing_ok=True)
    work.mkdir(parents=True)
    toc = contents(root, solutions=solutions)
    (work / "_toc.yml").write_text(yaml.safe_dump(toc, sort_keys=False, allow_unicode=True), encoding="utf-8")
    command = [
        sys.executable, "-c", "from jupyter_book.cli.main import main; main()", "build", ".",
        "--config", "book/_config.yml",
        "--toc", str(work / "_toc.yml"), "--path-output", str(work), "-W", "-n", "--keep-going", "-q",
    ]  # fmt: skip
    result = subprocess.run(
        command, cwd=root, env={**os.environ, "SOLUTIONS": "1" if solutions else "0"}, capture_output=True, text=True
    )
    html = work / "_build" / "html"
    missing = [name for name in pages_of(toc) if not (html / f"{name}.html").is_file()]
    if result.returncode or missing:
        report = (result.stdout + result.stderr).strip()
        raise BookError(f"{report}\nThe book was not built{': missing ' + ', '.join(missing) if missing else ''}.")
    shutil.rmtree(site, ignore_errors=True)
    shutil.move(html, site)
    shutil.rmtree(work)
    stamp.write_text(inputs)
    if not quiet:
        print(f"• Built in {time.perf_counter() - start:.0f} s. Open {site / 'index.html'}")
    return site


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


def main() -> int:
    """Command line; returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--without-solutions", action="store_true", help="leave the solutions out")
    options = parser.parse_args()
    try:
        build(solutions=not options.without_solutions)
    except BookError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
