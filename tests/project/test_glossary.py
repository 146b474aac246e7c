"""Each term of the glossary is linked where a page first uses it, so that who does not know it is one click away."""

import pytest

from tools import glossary, pages

TERMS = glossary.terms()
LESSONS = [page for page in pages.pages() if "**Time** about" in page.source.read_text(encoding="utf-8")]


@pytest.mark.parametrize("page", LESSONS, ids=lambda page: page.name)
def test_a_term_is_linked_where_it_first_occurs(page):
    text = page.source.read_text(encoding="utf-8")
    assert glossary.LINKED.search(text)
    assert glossary.with_links(text, TERMS) == text, "run `python -m tools.glossary`"
    assert set(glossary.LINKED.findall(text)) <= set(TERMS)


def test_the_first_occurrence_in_running_text_counts_and_the_longest_term():
    page = """# A spin glass

`spin` and $spin$, [a spin](spin.md): no running text. A spin
glass has **spins**, and spins again.

## Exercises

A spin.
"""
    assert glossary.with_links(page, ["spin glass", "spin"]) == page.replace(
        "A spin\nglass", "A {term}`spin glass`"
    ).replace("**spins**", "**{term}`spins <spin>`**")
