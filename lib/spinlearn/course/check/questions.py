"""What a page asks inside its text: questions, answered at once, and predictions, set beside what was measured.

The text of a page has the statement and the options; what is said to each answer stands in a file beside the checks of
the page's exercises, under the same name with the ending ``.toml``::

    [q1]                       # a question: its right option, and a sentence for each
    right = "b"
    a = "that is the energy of one bond, and four of them break."
    b = "four bonds go from -J to +J."

    [p1]                       # a prediction: a number …
    cell = "claim-c11"         # tag or figure name of the cell that prints what was measured
    measured = "0.342"         # as it prints it
    within = 0.05              # how far off is close
    says = "About a third."    # said to everyone, who guessed right too
    unit = "of all quenches"   # optional: stands behind the field, and may stand behind the number that is typed
    between = [0, 1]           # optional: what a number of this kind can be
    also = ["live"]            # optional: other cells that show it, to be covered as well

    [p2]                       # … a choice: as a question, with cell, measured and says …
    [p3]                       # … or a curve: two columns of a table that the cell prints, and the axes to draw on
    cell = "fig-yang"
    columns = [0, 2]
    x = {label = "temperature T / J", from = 1.0, to = 4.0, said = "T = {} J"}  # how a value is said in a sentence
    y = {label = "magnetisation m", from = 0.0, to = 1.0}
    says = "It falls at once, and not gradually."
"""

import math
import re
import tomllib
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from .declared import Choice, Option

LETTERS = "abcdefgh"


@dataclass(frozen=True)
class Axis:
    """One of the axes that a curve is drawn on, and how a value on it is said inside a sentence."""

    label: str
    low: float
    high: float
    said: str = "{}"


@dataclass(frozen=True)
class Prediction:
    """A value that a reader commits to before reading on.

    Parameters
    ----------
    form : str
        "number", "choice" or "curve".
    cell : str
        Tag or figure name of the cell that prints what was measured.
    says : str
        What is said to everyone afterwards.
    measured : str
        The number that was measured, as it is printed; empty for a curve.
    unit : str
        What stands behind the number.
    within : float
        How far from what was measured a number may be to count as close.
    between : tuple of float or None
        The least and the largest number that this can be; any other is refused.
    options : tuple of Option
        What can be chosen.
    columns : tuple of int
        The columns of the printed table that hold a curve's x and y.
    x, y : Axis or None
        The axes of a curve.
    also : tuple of str
        Tags or figure names of other cells that would give it away.
    """

    form: str
    cell: str
    says: str
    measured: str = ""
    unit: str = ""
    within: float = 0.0
    between: tuple[float, float] | None = None
    options: tuple[Option, ...] = ()
    columns: tuple[int, ...] = ()
    x: Axis | None = None
    y: Axis | None = None
    also: tuple[str, ...] = ()

    def data(self) -> dict:
        """Everything as dictionaries, lists, numbers and sentences."""
        return {"kind": "prediction", **asdict(self)}


def load(path: Path) -> dict[str, Choice | Prediction]:
    """The questions and predictions of a file, by their names, in its order.

    Parameters
    ----------
    path : Path
        A file that is not there asks nothing.

    Raises
    ------
    ValueError
        If something is missing, given twice or not understood. The message names the file, the entry and what it is.
    """
    if not path.is_file():
        return {}
    try:
        entries = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise ValueError(f"{path.name}: {error}") from None
    return {name: _entry(f"{path.name}, {name}", name, entry) for name, entry in entries.items()}


def _entry(place: str, name: str, entry) -> Choice | Prediction:
    def want(so: bool, what: str) -> None:
        if not so:
            raise ValueError(f"{place}: {what}")

    want(
        bool(re.fullmatch(r"[qp][1-9]\d?", name)),
        "the name must be q1, q2, … for a question, p1, p2, … for a prediction",
    )
    want(isinstance(entry, dict), "must be a table with a right option or what was measured")
    entry, question = dict(entry), name[0] == "q"

    def take(key: str, kind, default=None):
        value = entry.pop(key, default)
        want(value is not None, f"{key} is missing")
        want(isinstance(value, kind) and not isinstance(value, bool), f"{key} must be {_said(kind)}, not {value!r}")
        want(not isinstance(value, str) or bool(value.strip()) or value == default, f"{key} is empty")
        return value

    def options() -> tuple[Option, ...]:
        given = [letter for letter in LETTERS if letter in entry]
        want(
            len(given) >= 2 and "".join(given) == LETTERS[: len(given)],
            f"options must be two to eight, a, b, c and so on, not {', '.join(given) or 'none'}",
        )
        right = take("right", str)
        want(right in given, f"right must be one of {', '.join(given)}, not {right!r}")
        return tuple(Option("", take(letter, str), letter == right) for letter in given)

    def axis(key: str) -> Axis:
        given = take(key, dict)
        want(
            set(given) - {"said"} == {"label", "from", "to"},
            f"{key} must have label, from and to, not {', '.join(given)}",
        )
        # "temperature T = 2" can be said of a label that ends with its sign; "current / mA = 2" is no piece of a
        # sentence.
        label = str(given["label"])
        said = given.get("said", "{}" if key == "y" else f"{label} = {{}}")
        plain = not set(label) & set("/,;(")
        want("said" in given or plain, f"{key} needs said: how a value on it is said, as T = {{}}")
        want(isinstance(said, str) and said.count("{}") == 1, f"said of {key} must have {{}} once, for the value")
        low, high = given["from"], given["to"]
        numbers = all(isinstance(end, (int, float)) and math.isfinite(end) for end in (low, high))
        want(numbers and low < high, f"{key} must go from a number to a larger one, not from {low!r} to {high!r}")
        return Axis(label, float(low), float(high), said)

    def between(measured: str) -> tuple[float, float] | None:
        if "between" not in entry:
            return None
        ends = take("between", list)
        numbers = len(ends) == 2 and all(type(end) in (int, float) and math.isfinite(end) for end in ends)
        so = numbers and ends[0] < ends[1] and ends[0] <= float(measured) <= ends[1]
        want(so, f"between must be two numbers with what was measured between them, not {ends}")
        return float(ends[0]), float(ends[1])

    if question:
        made = Choice(options())
    else:
        cell, says, also = take("cell", str), take("says", str), tuple(take("also", list, []))
        want(all(isinstance(one, str) for one in also), f"also must be a list of tags or names of figures, not {also}")
        if "columns" in entry:
            columns = tuple(take("columns", list))
            whole = all(isinstance(one, int) and not isinstance(one, bool) and one >= 0 for one in columns)
            want(len(columns) == 2 and whole, f"columns must be two whole numbers from 0 on, not {list(columns)}")
            made = Prediction("curve", cell, says, columns=columns, x=axis("x"), y=axis("y"))
        else:
            measured = take("measured", str)
            if "right" in entry or "a" in entry:
                made = Prediction("choice", cell, says, measured, take("unit", str, ""), options=options())
            else:
                want(_is_number(measured), f"measured must be a number as the cell prints it, not {measured!r}")
                within = float(take("within", (int, float)))
                want(0 < within < math.inf, f"within must be above 0, not {within}")
                made = Prediction("number", cell, says, measured, take("unit", str, ""), within, between(measured))
        made = replace(made, also=also)
    want(not entry, f"there is no use for {', '.join(entry)}")
    return made


def _is_number(text: str) -> bool:
    return bool(re.fullmatch(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", text))


def _said(kind) -> str:
    return {str: "a text", list: "a list", dict: "a table"}.get(kind, "a number")
