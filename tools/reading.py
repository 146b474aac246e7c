"""How long a page takes who reads it with a pencil: words, formulas and code, without what folds away or is exercise.

``python -m tools.reading`` writes the times that the pages promise anew; a test holds the promise.
"""

import math
import re
from typing import NamedTuple

from .pages import pages

WORDS = 200  # a minute
FORMULA = 1  # minute for a line of a displayed formula: to read it, and to see with a pencil that it follows
LINE = 8 / 60  # minutes for a line of code that does not draw

CELL = re.compile(r"^```\{code-cell\}.*?^```$", re.MULTILINE | re.DOTALL)
FENCE = re.compile(r"^(?P<fence>[:`]{3,})\{(?P<kind>[\w-]+)\}(?P<body>.*?)^(?P=fence)$", re.MULTILINE | re.DOTALL)
FORMULAS = re.compile(r"^\$\$.*?^\$\$", re.MULTILINE | re.DOTALL)
DRAWING = re.compile(r"\b(?:ax|axes|fig|plt|above|below|left|right|plotting|legend)\b[\w.\[\]]*\(|^\s*(?:\)|\]|\}|#|$)")


class Reading(NamedTuple):
    """What there is to read on a page.

    Attributes
    ----------
    words, formulas, lines : int
        Words of its text, lines of its displayed formulas, and lines of code that do not draw.
    """

    words: int
    formulas: int
    lines: int

    def minutes(self, *, code: bool = True) -> int:
        """How long that takes, with the code or without it: whole minutes, the next multiple of five."""
        exact = self.words / WORDS + self.formulas * FORMULA + code * self.lines * LINE
        return 5 * math.ceil(exact / 5)


def reading(text: str) -> Reading:
    """What there is to read on a page of MyST Markdown, up to its exercises."""
    text = re.sub(r"\A---\n.*?^---\n", "", text, flags=re.MULTILINE | re.DOTALL)
    text = re.split(r"^## Exercises\b", text, maxsplit=1, flags=re.MULTILINE)[0]
    cells = CELL.findall(text)
    captions = " ".join(" ".join(re.findall(r"caption: \|\n(.*?)\n  \w", cell, re.DOTALL)) for cell in cells)
    code = [re.sub(r"\A[^\n]*\n(?:---\n.*?^---\n|(?::[^\n]*\n)*)", "", cell, flags=re.M | re.S) for cell in cells]
    lines = [line for block in code for line in block.splitlines()[:-1] if not DRAWING.search(line)]
    prose = CELL.sub("", text)
    prose = FENCE.sub(lambda block: "" if "dropdown" in block["body"].partition("\n\n")[0] else block["body"], prose)
    formulas = "".join(FORMULAS.findall(prose))
    steps = formulas.count("$$") // 2 + formulas.count(r"\\")
    words = re.findall(r"[^\W\d_][\w'’-]*", FORMULAS.sub(" ", prose) + " " + captions)
    return Reading(len(words), steps, len(lines))


def with_promise(text: str) -> str:
    """The page with the times that it promises its reader as they are; a page that promises none is left alone."""
    found = reading(text)
    times = f"**Time** about {found.minutes()} minutes to read, {found.minutes(code=False)} without the code, and"
    return re.sub(r"\*\*Time\*\* about \d+ minutes to read,(?: \d+ without the code,)? and", times, text)


def main() -> None:
    """Write the times into the pages, and print what they come from."""
    for page in pages():
        text = page.source.read_text(encoding="utf-8")
        if "**Time** about" in text:
            page.source.write_text(with_promise(text), encoding="utf-8", newline="\n")
            print(f"{page.name:70s} {reading(text)}")


if __name__ == "__main__":
    main()
