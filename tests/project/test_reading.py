"""The time that a page promises is the one that a working reader needs."""

import pytest

from tools import pages, reading

LESSONS = [page for page in pages.pages() if "**Time** about" in page.source.read_text(encoding="utf-8")]


@pytest.mark.parametrize("page", LESSONS, ids=lambda page: page.name)
def test_a_page_promises_the_time_that_it_takes(page):
    text = page.source.read_text(encoding="utf-8")
    assert reading.with_promise(text) == text, "run `python -m tools.reading`"


def test_every_kind_of_reading_counts_and_what_folds_away_does_not():
    page = """---
kernelspec: {name: python3}
---

# Three words here

One two three four.

$$
a &= b \\\\
  &= c
$$

```{code-cell} ipython3
---
mystnb: {figure: {name: fig}}
---
x = 1
ax.plot(x)
```

:::{admonition} Aside
:class: dropdown note

These words do not count.
:::

## Exercises

Nor these.
"""
    assert reading.reading(page) == reading.Reading(words=7, formulas=2, lines=1)
