"""The pages of the course: where their texts and their notebooks lie, and in which order they stand.

The order is that of the tree. A folder ``source/chapters/4-…`` is a part and a file ``source/chapters/4-…/1-….md``
in it is page 4.1; the first page of a part names it in its front matter (``part: Hopfield networks``). A page of the
back matter has its ``place`` there. A page with ``draft: true`` is neither in the book nor in the checks for finished
pages.
"""

import re
from dataclasses import dataclass
from pathlib import Path

import yaml

from .uses import digest

ROOT = Path(__file__).resolve().parents[1]
FOLDERS = ("chapters", "solutions")
FRONT_MATTER = re.compile(r"(?:---\n(.*?)^---\n)?", re.DOTALL | re.MULTILINE)
NUMBERED = re.compile(r"(?:chapters|solutions)/(\d+)-[^/]+/(\d+)-[^/]+")
OWN = ("about", "draft", "inputs", "part", "place")  # what a page says of itself; jupytext.toml keeps it
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

    @property
    def number(self) -> str | None:
        """Its number, such as "1.2" (that of its lesson, if it has the solutions); None outside the parts."""
        match = NUMBERED.fullmatch(self.name)
        return ".".join(match.groups()) if match else None

    @property
    def front_matter(self) -> dict:
        """What stands between the two lines of dashes above its text."""
        match = FRONT_MATTER.match(self.source.read_text(encoding="utf-8"))
        try:
            return yaml.safe_load(match[1] or "") or {}
        except yaml.YAMLError as error:
            raise PageError(f"{self.name}: its front matter is not valid YAML: {error}") from error

    @property
    def draft(self) -> bool:
        """Whether it is still being written; solutions are drafts as long as their lesson is one."""
        lesson = Page(self.name.replace("solutions/", "chapters/", 1), self.root)
        return any(page.source.is_file() and bool(page.front_matter.get("draft")) for page in (self, lesson))

    @property
    def title(self) -> str:
        """Its first heading."""
        match = re.search(r"^# (.+)$", self.source.read_text(encoding="utf-8"), re.MULTILINE)
        return match[1].strip() if match else self.name

    @property
    def place(self) -> tuple:
        """What pages are sorted by: part and page in figures, the back matter after all parts."""
        if self.number:
            return (0, *map(int, self.number.split(".")), self.name)
        return (1, self.front_matter.get("place", 99), 0, self.name)


def pages(root: Path = ROOT, *, drafts: bool = False) -> list[Page]:
    """All pages that have a text, in reading order: lessons, back matter, then solutions; with drafts if so wished."""
    found = []
    for folder in FOLDERS:
        texts = (root / "source" / folder).rglob("*.md")
        here = [Page(path.relative_to(root / "source").with_suffix("").as_posix(), root) for path in texts]
        found += sorted((page for page in here if drafts or not page.draft), key=lambda page: page.place)
    return found


def lessons(root: Path = ROOT) -> list[Page]:
    """The numbered pages below ``chapters/``, in order, without drafts."""
    return [page for page in pages(root) if page.number and page.name.startswith("chapters/")]


def find_page(text: str, root: Path = ROOT) -> Page:
    """The page, or the draft, that `text` names: by its name, its source or its notebook.

    Raises
    ------
    PageError
        If there is no such page.
    """
    known = pages(root, drafts=True)
    path = Path(text)
    path = (path if path.is_absolute() else root / path).resolve()
    name = path.relative_to(root.resolve()).as_posix() if path.is_relative_to(root.resolve()) else text
    name = re.sub(r"\.(md|ipynb)$", "", name.removeprefix("source/"))
    for page in known:
        if name == page.name:
            return page
    raise PageError(f"no page is named {text!r}; there are {', '.join(page.name for page in known)}")


def named(text: str, root: Path = ROOT) -> list[Page]:
    """The pages that `text` names: a lesson and its solutions by their number, such as "1.2", or else one page.

    Raises
    ------
    PageError
        If there is no such page.
    """
    return [page for page in pages(root, drafts=True) if page.number == text] or [find_page(text, root)]


def contents(root: Path = ROOT, *, solutions: bool = True) -> dict:
    """The table of contents, from the tree, in the form that Sphinx reads; without solutions if so wished.

    Raises
    ------
    PageError
        If a part has no name.
    """
    listed, parts = pages(root), {}
    for page in listed:
        if page.name == "chapters/index":
            continue
        if page.name.startswith("solutions/"):
            caption = "Solutions"
        elif page.number:
            caption = _part(page, listed)
        else:
            caption = "Back matter"
        parts.setdefault(caption, []).append({"file": page.name})
    order = [*(caption for caption in parts if "·" in caption), *(["Solutions"] if solutions else []), "Back matter"]
    captioned = [{"caption": caption, "chapters": parts[caption]} for caption in order if caption in parts]
    return {"format": "jb-book", "root": "chapters/index", **({"parts": captioned} if captioned else {})}


def _part(page: Page, listed: list[Page]) -> str:
    """The caption of a page's part: its number, and the name that its first page gives it."""
    folder = page.name.rpartition("/")[0]
    first = next(other for other in listed if other.name.startswith(f"{folder}/"))
    name = first.front_matter.get("part")
    if not name:
        raise PageError(f"{first.name}: the first page of a part names it; write `part: …` into its front matter")
    return f"{page.number.split('.')[0]} · {name}"


def read_source(page: Page) -> "nbformat.NotebookNode":  # noqa: F821
    """The page's text as a notebook that has not been run, with the project's metadata and stable cell ids."""
    import jupytext  # slow to import, and not needed where nothing has changed
    import nbformat

    notebook = jupytext.read(page.source, fmt="md:myst")
    notebook.nbformat_minor = max(notebook.nbformat_minor, 5)
    own = {key: value for key, value in notebook.metadata.items() if key in OWN}
    notebook.metadata = nbformat.from_dict({**own, **METADATA})
    seen = {}
    for cell in notebook.cells:
        content = f"{cell.cell_type}\n{cell.source}"
        seen[content] = seen.get(content, 0) + 1
        cell.id = digest(f"{content}\n{seen[content]}")[:8]
    return notebook


def read_notebook(page: Page) -> "nbformat.NotebookNode":  # noqa: F821
    """The page's executed notebook.

    Raises
    ------
    PageError
        If it is missing or damaged.
    """
    import nbformat

    try:
        text = page.notebook.read_text(encoding="utf-8")
        notebook = nbformat.reads(text, as_version=4)
        nbformat.validate(notebook)
    except FileNotFoundError:
        raise PageError(f"{page.name}: its notebook is missing; run `make execute`") from None
    except Exception as error:
        reason = str(error).strip().splitlines()[0]
        raise PageError(
            f"{page.name}: {page.notebook.name} is damaged ({reason}); delete it, and `make execute` makes it anew"
        ) from error
    return notebook
