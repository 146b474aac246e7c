"""What follows from the tree of pages and stands elsewhere, too: the table of contents, and the lists of the pages.

``make execute`` writes it: ``book/_toc.yml``, and what is between two marks in the first page and in the README.
"""

import re
import textwrap
from pathlib import Path

import yaml

from .pages import ROOT, Page, PageError, contents, lessons
from .reading import reading

HEAD = "# Made from the tree of source/ by `make execute`; a page says itself where it stands (see CONTRIBUTING.md).\n"
BETWEEN = re.compile(r"(<!-- pages -->\n).*?(<!-- end of pages -->\n)", re.DOTALL)


def toc(root: Path = ROOT) -> str:
    """The table of contents as YAML, for those who look at ``book/_toc.yml``."""
    return HEAD + yaml.safe_dump(contents(root), sort_keys=False, allow_unicode=True)


def parts(root: Path = ROOT) -> dict[str, list[Page]]:
    """The lessons by the caption of their part, such as "1 · Ising basics"."""
    named = {page.name: page for page in lessons(root)}
    found = {}
    for part in contents(root)["parts"]:
        found[part["caption"]] = [named[page["file"]] for page in part["chapters"] if page["file"] in named]
    return {caption: here for caption, here in found.items() if here}


def listing(root: Path = ROOT) -> str:
    """The lessons with what each says about itself and how long it takes, for the first page of the course."""
    lines = [""]
    for caption, here in parts(root).items():
        hours = round(sum(minutes(page) for page in here) / 30) / 2
        lines += [f"**Part {caption.replace(' · ', ', ')}**, {hours:g} hour{'s' * (hours != 1)} to read", ""]
        for page in here:
            about = page.front_matter.get("about")
            if not about:
                raise PageError(f"{page.name}: say what it is about; write `about: …` into its front matter")
            lines += [f"{page.number} [{title(page)}]({page.name.removeprefix('chapters/')}.ipynb)"]
            time = f"*{minutes(page)} minutes{', with a live model' if live(page) else ''}*"
            lines += [*textwrap.wrap(f"{about} {time}", 120, initial_indent=": ", subsequent_indent="  "), ""]
    return "\n".join(lines)


def counts(root: Path = ROOT) -> str:
    """How much there is of everything, for the README."""
    texts = [page.source.read_text(encoding="utf-8") for page in lessons(root)]
    exercises = sum(len(re.findall(r"^:{3,}\{exercise\}", text, re.MULTILINE)) for text in texts)
    claims = {claim for text in texts for claim in re.findall(r"^\(claim-(\w+)\)=$", text, re.MULTILINE)}
    models = {name for page in lessons(root) for name in live(page)}
    said = (
        f"What is there now: {len(texts)} pages, {exercises} exercises, {len(claims)} claims of the sources settled, "
        f"{len(models)} live models."
    )
    names = [f"- **{caption}**: {', '.join(map(title, here))}" for caption, here in parts(root).items()]
    return "\n".join([*textwrap.wrap(said, 120), "", *names, ""])


def live(page: Page) -> list[str]:
    """The live models that a page shows, by the names of their classes."""
    text = page.source.read_text(encoding="utf-8")
    imports = re.findall(r"^from spinlearn\.course\.explore import (.+)$", text, re.MULTILINE)
    return [name.strip() for line in imports for name in line.split(",")]


def minutes(page: Page) -> int:
    """How long a page takes, without its exercises."""
    return reading(page.source.read_text(encoding="utf-8")).minutes()


def title(page: Page) -> str:
    """A page's title without its number."""
    return page.title.removeprefix(f"{page.number} ")


def write(root: Path = ROOT) -> list[str]:
    """Write what has changed; return the names of those files."""
    changed = []
    for name, text in texts(root).items():
        if not (root / name).is_file() or (root / name).read_text(encoding="utf-8") != text:
            (root / name).write_text(text, encoding="utf-8", newline="\n")
            changed.append(name)
    return changed


def texts(root: Path = ROOT) -> dict[str, str]:
    """What each of the files should say, as far as it is there."""
    found = {}
    for name, make in {"source/chapters/index.md": listing, "README.md": counts}.items():
        if (root / name).is_file():
            text = (root / name).read_text(encoding="utf-8")
            found[name] = BETWEEN.sub(lambda marks, new=make: f"{marks[1]}{new(root)}{marks[2]}", text)
    return {"book/_toc.yml": toc(root), **found} if (root / "book").is_dir() else found
