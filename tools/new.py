"""Write a new page, model or module from its template, with all that the tests will ask for.

``make new page=2.4-quenches title="Quenches"`` writes a draft in a part that is there, and
``page=4-hopfield/1-memories`` one in a new part; ``model=ripples`` writes a live model and ``module=lattice/potts`` a
topic of the library. Nothing that is there is written over.
"""

import re
import sys
from pathlib import Path

from .pages import ROOT, PageError, pages

TEMPLATES = Path(__file__).with_name("templates")
SLUG = r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*"
# The files of each kind: template to target. What stands between « and » is filled in.
KINDS = {
    "page": {
        "page.md": "source/chapters/«part»/«slug».md",
        "solutions.md": "source/solutions/«part»/«slug».md",
        "checks.py": "lib/spinlearn/course/check/«checks».py",
        "test_checks.py": "tests/course/check/test_«checks».py",
    },
    "model": {
        "model.py": "lib/spinlearn/course/explore/«name»/__init__.py",
        "view.js": "lib/spinlearn/course/explore/«name»/view.js",
        "test_model.py": "tests/course/explore/test_«name».py",
    },
    "module": {
        "module.py": "lib/spinlearn/«wing»/«name».py",
        "test_module.py": "tests/«wing»/test_«name».py",
    },
}
USAGE = 'make new page=2.4-name title="…" | page=4-part/1-name title="…" | model=name | module=wing/name'


def values(kind: str, name: str, title: str | None = None, root: Path = ROOT) -> dict[str, str]:
    """What is filled into the templates of a kind.

    Raises
    ------
    PageError
        If the name does not say where the new thing belongs.
    """
    if kind == "page":
        return _page(name, title, root)
    word = name.rpartition("/")[2].replace("-", "_")
    if not re.fullmatch(r"[a-z][a-z0-9_]*", word):
        raise PageError(f"{kind} {name!r}: a name is of small letters, digits and underscores")
    found = {"name": word, "Name": word.title().replace("_", ""), "title": title or word.replace("_", " ").capitalize()}
    if kind == "model":
        return found
    wing = name.rpartition("/")[0]
    wings = sorted(path.parent.name for path in (root / "lib" / "spinlearn").glob("*/__init__.py"))
    if wing not in wings:
        raise PageError(f"module {name!r}: say in which wing, as in module=lattice/potts; there are {', '.join(wings)}")
    return {**found, "wing": wing}


def _page(name: str, title: str | None, root: Path) -> dict[str, str]:
    """What is filled into a page: from "2.4-quenches" in a part that is there, or "4-hopfield/1-memories"."""
    known = {page.name.split("/")[1] for page in pages(root, drafts=True) if page.number}
    if match := re.fullmatch(rf"(\d+)\.(\d+)-({SLUG})", name):
        part = next((part for part in known if part.startswith(f"{match[1]}-")), None)
        if part is None:
            raise PageError(f"page {name!r}: there is no part {match[1]}; begin it with page={match[1]}-part/1-name")
    elif match := re.fullmatch(rf"(\d+)-{SLUG}/(\d+)-({SLUG})", name):
        part = name.partition("/")[0]
    else:
        raise PageError(f"page {name!r}: a page is named like 2.4-quenches, or 4-hopfield/1-memories in a new part")
    number, slug = f"{match[1]}.{match[2]}", match[3]
    if taken := [page.name for page in pages(root, drafts=True) if page.number == number]:
        raise PageError(f"page {name!r}: {number} is {taken[0]}")
    words = part.partition("-")[2].replace("-", " ").capitalize()
    return {
        "part": part,
        "slug": f"{match[2]}-{slug}",
        "number": number,
        "label": number.replace(".", "-"),
        "checks": f"p{number.replace('.', '_')}_{slug.replace('-', '_')}",
        "title": title or slug.replace("-", " ").capitalize(),
        "part_line": "" if part in known else f"part: {words}\n",
    }


def write(kind: str, name: str, title: str | None = None, root: Path = ROOT) -> list[Path]:
    """Write the files of a new thing; return their paths.

    Raises
    ------
    PageError
        If the name does not say where it belongs, or if one of its files is there already; nothing is written then.
    """
    known = values(kind, name, title, root)
    made = {root / fill(target, known): fill(_read(template), known) for template, target in KINDS[kind].items()}
    if there := [path for path in made if path.exists()]:
        raise PageError(f"{kind} {name!r}: {there[0].relative_to(root).as_posix()} is there already")
    for path, text in made.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    return list(made)


def fill(text: str, known: dict[str, str]) -> str:
    """A template with its values."""
    return re.sub(r"«(\w+)»", lambda match: known[match[1]], text)


def _read(template: str) -> str:
    return (TEMPLATES / f"{template}.txt").read_text(encoding="utf-8")


def main(words: list[str] | None = None) -> int:
    """Command line: words such as ``page 2.4-quenches title Quenches``; returns the exit code."""
    words = [part for word in (sys.argv[1:] if words is None else words) for part in word.split("=", 1)]
    asked = dict(zip(words[::2], words[1::2], strict=False))
    title = asked.pop("title", None)
    try:
        if len(asked) != 1 or not set(asked) <= set(KINDS):
            raise PageError(USAGE)
        ((kind, name),) = asked.items()
        for path in write(kind, name, title):
            print(f"• Wrote {path.relative_to(ROOT).as_posix()}")
    except PageError as error:
        print(f"new: {error}", file=sys.stderr)
        return 1
    print(f"• CONTRIBUTING.md says how to go on: the recipe for a {kind}.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
