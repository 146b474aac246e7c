"""Buttons in the prose that set a model: what the build makes of them, and what stops it."""

import json
import shutil
import sys

import pytest
from bs4 import BeautifulSoup

from tools import book, execute, pages

sys.path.insert(0, str(pages.ROOT / "book"))

import setting

HEAD = "---\nkernelspec: {name: python3, display_name: Python 3, language: python}\n---\n\n# A course\n\n"
MODEL = """
```{code-cell} ipython3
from spinlearn.course.explore import IsingLattice
IsingLattice(16)
```
"""


def notebook(*names: str) -> dict:
    """A notebook with outputs that show models of these names."""
    html = [f'<script>hydrate(widget, home, {{"_spec":{{"name":"{name}","title":"A"}}}});</script>' for name in names]
    cells = [{"cell_type": "code", "outputs": [{"data": {"text/html": [part]}}]} for part in html]
    return {"cells": [{"cell_type": "markdown", "source": "ising"}, *cells]}


def test_the_models_of_a_page_are_found_in_their_order():
    assert setting.shown(notebook("ising", "wolff", "ising", "ising")) == ["ising", "wolff", "ising-2", "ising-3"]
    assert setting.shown({"cells": [{"cell_type": "markdown"}, {"cell_type": "code", "outputs": []}]}) == []


def test_every_model_is_found_in_what_it_shows():
    from spinlearn.course.explore import Cobweb

    page = {"cells": [{"outputs": [{"data": {"text/html": Cobweb().static_html()}}]}]}
    assert setting.shown(json.loads(json.dumps(page))) == ["cobweb"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("wolff?T=2", "the page shows no model 'wolff'; it shows ising"),
        ("ising-2?T=2", "the page shows no model 'ising-2'"),
        ("ising?T=99", "should not be greater than 5.0"),
        ("ising?beta=1", "ising has no setting 'beta'"),
    ],
)
def test_what_no_model_of_the_page_can_be_set_to_is_refused(text, why):
    setting.check("ising?T=2&run=1", ["ising"])
    with pytest.raises(ValueError, match=why):
        setting.check(text, ["ising"])


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A project of one page with a live model, which has been run, and a function that builds it with other words."""
    root = tmp_path_factory.mktemp("project")
    shutil.copytree(pages.ROOT / "book", root / "book", ignore=shutil.ignore_patterns(*book.IGNORED))
    for name in ("CHANGELOG.md", "CITATION.cff", "requirements.lock"):
        shutil.copy(pages.ROOT / name, root / name)
    page = pages.Page("chapters/index", root)
    page.source.parent.mkdir(parents=True)

    def build(words: str, model: str = MODEL) -> BeautifulSoup:
        page.source.write_text(f"{HEAD}{words}\n{model}", encoding="utf-8")
        execute.execute(page)
        return BeautifulSoup(
            (book.build(root, quiet=True) / "chapters" / "index.html").read_text("utf-8"), "html.parser"
        )

    return build


@pytest.mark.slow
def test_a_link_becomes_words_with_what_they_set_and_keeps_its_mathematics(project):
    words = project("First [heat it to $T = 4$](set:ising?start=up&T=4&h=-0.15&run=1), then [rest](https://a.example).")
    [button] = words.select("article .sl-set")
    assert (button.name, button["class"]) == ("span", ["sl-set"])
    assert button["data-set"] == "ising?start=up&T=4&h=-0.15&run=1"
    assert button.select_one(".math") is not None
    assert button.get_text().startswith("heat it to ")
    assert [link["href"] for link in words.select("article a.external")] == ["https://a.example"]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("asked", "why"), [("ising?T=99", "greater than 5.0"), ("potts?T=1", "there is no model 'potts'")]
)
def test_what_cannot_be_set_stops_the_build_and_names_page_and_text(project, asked, why):
    with pytest.raises(book.BookError) as error:
        project(f"[Heat it](set:{asked}).")
    assert f"chapters/index: [Heat it](set:{asked}): " in str(error.value)
    assert why in str(error.value)
