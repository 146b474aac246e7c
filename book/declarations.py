"""What a page asks, held against what is declared and what its cells print. What does not fit stops the build.

An exercise, a question or a prediction has an id: 1.2-a, 1.2-q1, 1.2-p1. Its statement is on the page, under a name
made of the id (``ex-1-2-a``, ``ask-1-2-q1``), and what is said to each answer is declared beside the library's checks
(see `spinlearn.course.check`). Here the two are put together.
"""

import json
import math
import re
from pathlib import Path
from typing import NamedTuple, NoReturn

from sphinx.errors import ExtensionError

LESSON = re.compile(r"chapters/(\d+)-[^/]+/(\d+)-[^/]+")
NAME = re.compile(r"(?:ex|ask)-(\d+)-(\d+)-(\w+)")
LETTERS = {"exercise": r"[a-o]", "question": r"q[1-9]\d?", "predict": r"p[1-9]\d?"}
STEP = re.compile(r"[a-o]\d+")  # the first steps of exercise b are b1, b2, …
FEWEST = 2  # points of a curve


class Place(NamedTuple):
    """Where on which page something is asked."""

    page: str
    id: str

    def stop(self, why) -> NoReturn:
        """End the build, naming the page and the id."""
        raise ExtensionError(f"{self.page}, {self.id}: {why}")


def number_of(docname: str) -> str | None:
    """The number of a lesson, such as "1.2"; None for another page."""
    found = LESSON.fullmatch(docname)
    return ".".join(found.groups()) if found else None


def place_of(docname: str, kind: str, name: str) -> Place:
    """Where something of a kind ("exercise", "question", "predict") is asked under a name.

    Raises
    ------
    ExtensionError
        If the name does not belong to this page, or is none of that kind.
    """
    wanted = f"{'ex' if kind == 'exercise' else 'ask'}-"
    found = NAME.fullmatch(name) if name.startswith(wanted) else None
    if not found or not re.fullmatch(LETTERS[kind], found[3]):
        example = {"exercise": "ex-1-2-a", "question": "ask-1-2-q1", "predict": "ask-1-2-p1"}[kind]
        Place(docname, name or f"a {kind}").stop(f"needs a name like {example}, as its {label_of(kind)}")
    number = f"{found[1]}.{found[2]}"
    if number != number_of(docname):
        Place(docname, name).stop(f"this name belongs to page {number}")
    return Place(docname, f"{number}-{found[3]}")


def label_of(kind: str) -> str:
    """Which option of its directive gives a kind its name."""
    return ":label:" if kind == "exercise" else ":name:"


def declared(place: Place, declaration) -> dict:
    """What is declared under an id, given the function that knows it.

    Raises
    ------
    ExtensionError
        If nothing is, or if it is not in order.
    """
    try:
        found = declaration(place.id)
    except ValueError as error:
        place.stop(f"it has no declaration that could answer ({error})")
    options = found.get("options") or []
    if found["kind"] == "choice" or found.get("form") == "choice":
        right = sum(bool(option["right"]) for option in options)
        if right != 1:
            place.stop(f"exactly one option must be right, and {right or 'none'} are declared so")
        for letter, option in zip("abcdefgh", options, strict=False):
            if not option["reason"].strip():
                place.stop(f"option {letter} has no sentence")
    return found


def all_there(docname: str, wanted: list[str], shown: list[str]) -> None:
    """Stop where a page does not show what is declared for it, or shows something twice."""
    for one in wanted:
        if one not in shown:
            Place(docname, one).stop("it is declared, but the page does not ask it")
    for one in shown:
        if shown.count(one) > 1:
            Place(docname, one).stop("the page asks it twice")


def options_fit(place: Place, declaration: dict, shown: int) -> None:
    """Stop where the options of the page are not as many as the sentences declared for them."""
    sentences = len(declaration.get("options") or [])
    if sentences == shown:
        return
    if not sentences:
        place.stop(f"no options are declared, but its text ends with a list of {shown}")
    if not shown:
        place.stop("options are declared, so its text has to end with a bullet list of them")
    more = (
        f"option {'abcdefgh'[min(sentences, shown)]} has no {'sentence' if shown > sentences else 'line in the list'}"
    )
    place.stop(f"the page lists {shown} options, and {sentences} sentences are declared: {more}")


def measured(place: Place, declaration: dict, notebook: Path) -> dict:
    """A prediction with what its cell has printed: its declaration, and the points of a curve.

    Raises
    ------
    ExtensionError
        If the page has no such cell, or the cell has not printed that number as a whole token, or no table of numbers.
    """
    text = printed(notebook, declaration.get("cell", ""))
    if text is None:
        place.stop(f"no cell of the page has the tag or the figure name {declaration.get('cell')!r}")
    if declaration["form"] == "curve":
        return {**declaration, "points": points(place, text, declaration)}
    number = declaration.get("measured", "")
    if not number.strip():
        place.stop("no measured number is declared")
    if not is_printed(number, text):
        place.stop(f"its cell {declaration['cell']!r} does not print {number!r}, which is declared as measured")
    return declaration


def printed(notebook: Path, name: str) -> str | None:
    """The text that a notebook's cells of a tag or of a figure's name have printed; None if there is no such cell."""
    cells = json.loads(notebook.read_text(encoding="utf-8"))["cells"]
    chosen = [cell for cell in cells if cell["cell_type"] == "code" and name in _names(cell["metadata"])]
    texts = []
    for output in (output for cell in chosen for output in cell["outputs"]):
        text = output.get("text") or output.get("data", {}).get("text/plain") or ""
        texts.append("".join(text))
    return "\n".join(texts) if chosen else None


def _names(metadata: dict) -> list[str]:
    figure = metadata.get("mystnb", {}).get("figure", {}).get("name")
    return [*metadata.get("tags", []), *([figure] if figure else [])]


def is_printed(number: str, text: str) -> bool:
    """Whether a text has a number as a whole token: 0.34 is not in 0.342, nor in -0.34, nor in 10.34.

    Examples
    --------
    >>> is_printed("0.34", "share: 0.34, of 40"), is_printed("0.34", "share: 0.342")
    (True, False)
    """
    # A dash belongs to a number where none stands before it: "0.1-0.3" is a range.
    before, after = r"(?<![\w.])(?<!\d,)(?<![^\w)][-+−])(?<!^[-+−])", r"(?![\w])(?!\.\d)(?!,\d)"
    return bool(re.search(f"{before}{re.escape(number)}{after}", text, re.MULTILINE))


def points(place: Place, text: str, declaration: dict) -> list[list[float]]:
    """The points of a curve, from two columns of the lines that have numbers there, between the ends of its axis."""
    x, y = declaration["x"], declaration["y"]
    found = []
    for line in text.splitlines():
        words = line.split()
        if len(words) > max(declaration["columns"]):
            values = [_value(words[column]) for column in declaration["columns"]]
            if all(math.isfinite(value) for value in values):
                found.append(values)
    shown = sorted(point for point in found if x["low"] <= point[0] <= x["high"])
    if len(shown) < FEWEST:
        where = f"columns {declaration['columns'][0]} and {declaration['columns'][1]}"
        place.stop(f"its cell {declaration['cell']!r} prints no numbers in {where}, of {len(found)} lines with numbers")
    for point in shown:
        if not y["low"] <= point[1] <= y["high"]:
            place.stop(f"the point ({point[0]:g}, {point[1]:g}) lies outside the axes that a reader draws on")
    return shown


def _value(word: str) -> float:
    try:
        return float(word.strip(",;|").replace("−", "-"))
    except ValueError:
        return math.nan
