"""A small course that asks everything there is to ask, with declarations of its own: it is built in seconds."""

import shutil
from pathlib import Path

from tools import execute, pages

HEAD = "---\nkernelspec: {name: python3, display_name: Python 3, language: python}\n%s---\n\n"
LESSON = "chapters/1-first/1-asking"
PROGRESS = "chapters/back-matter/progress"

ASKED = """
[q1]
right = "b"
a = "because <b>two</b> and two are more."
b = "as on the fingers."
c = "because that is 2 + 3."

[p1]
cell = "measured"
measured = "0.342"
within = 0.05
between = [0, 1]
unit = "of all"
says = "About a third ends in stripes."

[p2]
cell = "fig-made"
measured = "2.13"
right = "a"
a = "it is above two."
b = "because it does not rest."
says = "It is settled by one number."
also = ["as-well"]

[p3]
cell = "measured"
columns = [0, 2]
x = {label = "temperature T", from = 0, to = 4}
y = {label = "magnetisation m", from = 0, to = 1}
says = "It falls."
"""

TEXT = """# 1.1 Asking

:::{admonition} Question
:class: question
:name: ask-1-1-q1

What is $2 + 2$?

- It is $3$.
- It is $4$.
- It is 5.
:::

:::{admonition} Before you read on
:class: predict
:name: ask-1-1-p1

What share of all quenches ends in stripes?
:::

:::{admonition} Before you read on
:class: predict
:name: ask-1-1-p2

Does it rise?

- It rises to $x$.
- It rests.
:::

:::{admonition} Before you read on
:class: predict
:name: ask-1-1-p3

Draw the magnetisation.
:::

```{code-cell} ipython3
:tags: [measured]

print("share: 0.342")
for T in range(5):
    print(T, "...", 1 - T / 4)
```

About a third, and $0.342$ to be exact.

- It falls to nothing.

## What stands here is not covered

Nor is this.

```{code-cell} ipython3
:tags: [as-well]

print("more than two")
```

```{code-cell} ipython3
---
mystnb:
  figure:
    name: fig-made
    caption: A dot.
  image:
    alt: A dot.
---
import base64

from IPython.display import Image

print("2.13")
Image(data=base64.b64decode("DOT"), format="png")
```

:::{exercise} Six
:label: ex-1-1-a

**1.1-a.** How many neighbours?
:::

```{code-cell} ipython3
check = print
answer = ...

check("1.1-a", answer)
```

:::{exercise} A function
:label: ex-1-1-b

**1.1-b.** First, what is its value at zero? Then write it.
:::

:::{exercise} A choice
:label: ex-1-1-c

**1.1-c.** Which one?
:::
"""

DOT = "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg=="  # one pixel

INDEX = """# A course

<p>1.1 <span data-progress-of="1.1"></span></p>

See [](1-first/1-asking.ipynb).
"""

# An extension of Sphinx that stands in for the checks of the library.
PRETEND = """
from pathlib import Path

from spinlearn.course import check
from spinlearn.course.check import questions
from spinlearn.course.check.declared import Choice, Numbers, Option, at, otherwise

EXERCISES = {
    "1.1-a": Numbers("a number of neighbours", at(6, 0.01, "four and two."), [at(4, 0.01, "those are not all.")],
        [otherwise("count again.")]),
    "1.1-b": None,
    "1.1-b1": Numbers("a number", at(0.5, 0.01, "a half."), rest=[otherwise("put x = 0.")]),
    "1.1-c": Choice([Option("The <first>", "because it is not."), Option("The second", "it is.", right=True)]),
}


def declaration(name):
    kept = {**EXERCISES, **{f"1.1-{key}": one for key, one in asked().items()}}
    if name not in kept:
        raise ValueError(f"there is no {name}")
    return {"exercise": name, **(kept[name].data() if kept[name] else {"kind": "function"})}


def asked():
    return questions.load(Path(__file__).with_name("asked.toml"))


def setup(app):
    check.declaration = declaration
    check.exercises = lambda: list(EXERCISES)
    check.asked = lambda number: [f"{number}-{name}" for name in asked()]
"""


def course(root: Path, text: str = TEXT, asked: str = ASKED) -> Path:
    """Write the course, run its pages, and return its folder."""
    shutil.copytree(pages.ROOT / "book", root / "book", ignore=shutil.ignore_patterns("__pycache__", "*.pyc"))
    config = root / "book" / "_config.yml"
    settings = config.read_text(encoding="utf-8").replace("    answering: .\n", "    answering: .\n    pretend: .\n", 1)
    config.write_text(settings.replace("- answering\n", "- pretend\n      - answering\n", 1), encoding="utf-8")
    (root / "book" / "pretend.py").write_text(PRETEND, encoding="utf-8")
    (root / "book" / "asked.toml").write_text(asked, encoding="utf-8")
    for name in ("CHANGELOG.md", "CITATION.cff", "requirements.lock"):
        shutil.copy(pages.ROOT / name, root / name)
    progress = (pages.ROOT / "source" / f"{PROGRESS}.md").read_text(encoding="utf-8")
    for name, words in {
        "chapters/index": HEAD % "" + INDEX,
        LESSON: HEAD % "part: First\n" + text.replace("DOT", DOT),
        PROGRESS: progress,
    }.items():
        page = pages.Page(name, root)
        page.source.parent.mkdir(parents=True, exist_ok=True)
        page.source.write_text(words, encoding="utf-8")
        execute.execute(page)
    return root
