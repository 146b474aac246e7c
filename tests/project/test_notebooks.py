"""The committed notebooks: they agree with their texts, they were run, and they hold what every page has to hold."""

import base64
import json
import os
import re
import shutil
from pathlib import Path

import jupytext
import pytest
from tools import execute

ROOT = Path(__file__).resolve().parents[2]

PAGES = execute.pages()
LESSONS = [page for page in PAGES if re.match(r"chapters/\d", page.name)]
EXERCISES = re.compile(r"^:{3,}\{exercise\}", re.MULTILINE)

HEAD = """---
kernelspec:
  display_name: Python 3 (ipykernel)
  language: python
  name: python3
---

"""
TINY = (
    HEAD
    + """# A page

```{code-cell} ipython3
from spinlearn import rng

print("here", object())
```

+++ {"tags": ["a-tag"]}

A sentence.

```{code-cell} ipython3
:tags: [claim-x]

{"six": 2 * 3}
```
"""
)


def named(pages):
    return [pytest.param(page, id=page.name) for page in pages]


def cells(page, kind="code"):
    return [cell for cell in execute.read_notebook(page).cells if cell.cell_type == kind]


def text_of(page):
    """All that the notebook says, without pictures and without what a widget needs to run."""
    parts = []
    for cell in execute.read_notebook(page).cells:
        parts.append(cell.source)
        for output in cell.get("outputs", []):
            parts += [output.get("text", ""), output.get("data", {}).get("text/plain", "")]
            parts += [content for kind, content in output.get("data", {}).items() if kind == "text/markdown"]
    return "\n".join(parts)


@pytest.fixture
def tiny(tmp_path):
    """A project of one page and the real library."""
    shutil.copytree(
        ROOT / "lib" / "spinlearn", tmp_path / "lib" / "spinlearn", ignore=shutil.ignore_patterns("__pycache__")
    )
    page = execute.Page("chapters/page", tmp_path)
    page.source.parent.mkdir(parents=True)
    page.source.write_text(TINY, encoding="utf-8")
    return page


# ── Every committed page ─────────────────────────────────────────────────────────────────────────────────────────────


def test_every_notebook_agrees_with_its_text_and_its_library():
    assert execute.problems() == []


@pytest.mark.parametrize("page", named(PAGES))
def test_every_cell_was_run_in_order_without_an_error_or_a_warning(page):
    code = cells(page)
    assert [cell.execution_count for cell in code] == list(range(1, len(code) + 1))
    kinds = [(output.output_type, output.get("name")) for cell in code for output in cell.outputs]
    assert not [kind for kind in kinds if kind[0] == "error" or kind[1] == "stderr"]


@pytest.mark.parametrize("page", named(PAGES))
def test_nothing_random_and_nothing_of_a_machine_is_stored(page):
    raw = page.notebook.read_text(encoding="utf-8")
    assert "application/vnd.jupyter.widget" not in raw
    assert set(re.findall(r"\bat 0x[0-9a-fA-F]+", text_of(page))) <= {"at 0x0"}
    assert not re.search(r"(?<![\w.:/])/(?:home|root|Users|tmp|work|opt)/\w", text_of(page))
    assert str(ROOT) not in raw
    assert set(json.loads(raw)["metadata"]) <= {"kernelspec", "language_info", "spinlearn", "inputs"}


@pytest.mark.parametrize("page", named(PAGES))
def test_a_page_stays_in_its_time_budget(page):
    assert execute.read_notebook(page).metadata["spinlearn"]["seconds"] <= 60


def test_hardly_a_cell_is_left_unvalidated():
    ignored = [
        page.name for page in PAGES for cell in cells(page) if "nbval-ignore-output" in cell.metadata.get("tags", [])
    ]
    skipped = [page.name for page in PAGES for cell in cells(page) if "nbval-skip" in cell.metadata.get("tags", [])]
    assert not skipped
    assert len(ignored) <= len(LESSONS), f"at most one measured time a page; ignored: {ignored}"


@pytest.mark.parametrize("page", named(PAGES))
def test_code_is_what_a_reader_should_read(page):
    source = "\n".join(cell.source for cell in cells(page))
    assert not re.search(r"^\s*[!%]", source, re.MULTILINE), "no shell commands, no magic"
    assert not re.search(r"^\s*from \S+ import \*", source, re.MULTILINE), "no star imports"
    assert not re.search(r"default_rng\(\)|np\.random\.seed|plt\.show", source)


@pytest.mark.parametrize("page", named(PAGES))
def test_a_page_has_one_title(page):
    prose = re.sub(
        r"^(`{3,}|:{3,}).*?^\1", "", "\n\n".join(c.source for c in cells(page, "markdown")), flags=re.M | re.S
    )
    assert len(re.findall(r"^# ", prose, re.MULTILINE)) == 1


@pytest.mark.parametrize("page", named(PAGES))
def test_no_prose_is_lost_as_a_comment(page):
    # To MyST a line that begins with % is a comment, also where wrapping a sentence put the sign there.
    lost = [line for cell in cells(page, "markdown") for line in cell.source.splitlines() if line.startswith("%")]
    assert not lost


@pytest.mark.parametrize("page", named(PAGES))
def test_every_figure_has_a_caption_and_words_for_who_cannot_see_it_and_is_small(page):
    for cell in cells(page):
        for output in cell.outputs:
            if "image/png" not in output.get("data", {}):
                continue
            about = cell.metadata.get("mystnb", {})
            first = cell.source.splitlines()[0]
            assert len(about.get("figure", {}).get("caption", "")) > 40, f"no caption: {first}"
            assert len(about.get("image", {}).get("alt", "")) > 40, f"no alternative text: {first}"
            size = len(base64.b64decode(output["data"]["image/png"]))
            assert size < 100_000, f"{size} bytes: {first}"
    for cell in cells(page, "markdown"):
        assert not re.search(r"!\[\s*\]\(", cell.source), "a picture without alternative text"


@pytest.mark.parametrize("page", named(LESSONS))
def test_a_lesson_has_its_parts(page):
    prose = "\n\n".join(cell.source for cell in cells(page, "markdown"))
    for part in ("**You will learn**", "**You need**", "**Time**"):
        assert part in prose
    headings = re.findall(r"^## (.+)$", prose, re.MULTILINE)
    closing = ["What the sources say and what we found", "Exercises", "Summary", "Further reading", "What is next"]
    assert headings[-len(closing) :] == closing
    objectives = prose.split("**You will learn**")[1].split("**You need**")[0]
    assert 3 <= len(re.findall(r"^- ", objectives, re.MULTILINE)) <= 5
    assert len(EXERCISES.findall(prose)) >= 3
    assert cells(page)[0].source.startswith(("import ", "from ")), "the first cell imports"


@pytest.mark.parametrize("page", named(LESSONS))
def test_a_lesson_has_its_solutions(page):
    solutions = execute.find_page(page.name.replace("chapters/", "solutions/", 1))
    checked = [
        set(re.findall(r"^check\(\"([^\"]+)\"", "\n".join(c.source for c in cells(p)), re.M)) for p in (page, solutions)
    ]
    assert len(checked[0]) >= 3
    assert checked[0] <= checked[1], "every exercise is answered, and its answer checked"


# ── The pipeline itself ──────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.slow
def test_a_page_run_twice_gives_the_same_file_to_the_byte(tiny):
    assert execute.execute(tiny)
    first = tiny.notebook.read_bytes()
    assert not execute.execute(tiny)
    assert tiny.notebook.read_bytes() == first
    code = cells(tiny)
    assert code[0].outputs[0].text == "here <object object at 0x0>\n"
    assert [cell.execution_count for cell in code] == [1, 2]
    assert execute.problem(tiny) is None


def test_a_run_time_is_written_anew_only_when_it_has_changed(tiny, monkeypatch):
    seconds = iter([10.0, 14.0, 16.0])
    monkeypatch.setattr(execute, "_run_cells", lambda page, notebook: next(seconds))
    stored = []
    for _ in range(3):
        execute.execute(tiny)
        stored.append(execute.read_notebook(tiny).metadata["spinlearn"]["seconds"])
    assert stored == [10.0, 10.0, 16.0]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("path", "old", "new", "reason"),
    [
        ("source/chapters/page.md", "A sentence.", "Another sentence.", "the cells differ from page.md"),
        ("source/chapters/page.md", "display_name: Python 3", "display_name: Python 4", "its text has changed"),
        ("lib/spinlearn/rng.py", '"""', '"""Changed. ', "the library it uses has changed"),
        ("lib/spinlearn/_jit.py", '"""', '"""Changed. ', "the library it uses has changed"),  # imported by rng
        ("lib/spinlearn/spinlearn.mplstyle", "figure.dpi", "# figure.dpi", "the library it uses has changed"),
        ("lib/spinlearn/exact.py", '"""', '"""Changed. ', None),  # negative control: not imported by rng
        ("lib/spinlearn/ledger.toml", "[sources]", "# changed\n[sources]", None),  # data of a module not imported
    ],
)
def test_a_notebook_is_stale_when_its_text_or_a_module_that_it_uses_has_changed(tiny, path, old, new, reason):
    execute.execute(tiny)
    changed = tiny.root / path
    before = changed.read_text(encoding="utf-8")
    assert old in before
    changed.write_text(before.replace(old, new, 1), encoding="utf-8")
    if reason is None:
        assert execute.problem(tiny) is None
    else:
        assert execute.problem(tiny) == f"chapters/page: its notebook is stale ({reason}); run `make execute`"


def test_relative_imports_packages_and_their_data_are_followed(tmp_path):
    library = tmp_path / "lib"
    for path, text in {
        "spinlearn/__init__.py": "",
        "spinlearn/a.py": "from . import b\nfrom .deep.leaf import thing",
        "spinlearn/b.py": "import spinlearn.c",
        "spinlearn/c.py": "import numpy",
        "spinlearn/unused.py": "",
        "spinlearn/deep/__init__.py": "from .. import d",
        "spinlearn/deep/leaf.py": "thing = 1",
        "spinlearn/deep/code.js": "",
        "spinlearn/deep/parts/kernel.wasm": "",
        "spinlearn/deep/__pycache__/leaf.pyc": "",
        "spinlearn/d.py": "",
        "spinlearn/other/__init__.py": "",
        "spinlearn/other/data.toml": "",
    }.items():
        (library / path).parent.mkdir(parents=True, exist_ok=True)
        (library / path).write_text(text)
    found = {
        path.relative_to(library.resolve() / "spinlearn").as_posix()
        for path in execute.library_files("import spinlearn.a as x", library)
    }
    assert found == {
        "__init__.py", "a.py", "b.py", "c.py", "d.py", "deep/__init__.py", "deep/leaf.py", "deep/code.js",
        "deep/parts/kernel.wasm",
    }  # fmt: skip


@pytest.mark.slow
def test_a_failing_cell_is_named_and_the_old_notebook_stays(tiny):
    execute.execute(tiny)
    before = tiny.notebook.read_bytes()
    tiny.source.write_text(TINY.replace('{"six": 2 * 3}', "# now\n1 / 0"), encoding="utf-8")
    with pytest.raises(
        execute.PageError, match=r"chapters/page: code cell 2 .*# now.* ZeroDivisionError: division by zero"
    ):
        execute.execute(tiny)
    assert tiny.notebook.read_bytes() == before


@pytest.mark.slow
def test_a_cell_that_never_ends_is_stopped(tiny, monkeypatch):
    monkeypatch.setattr(execute, "CELL_TIMEOUT", 5)
    endless = TINY.replace("from spinlearn import rng\n", "").replace('{"six": 2 * 3}', "while True: pass")
    tiny.source.write_text(endless, encoding="utf-8")
    with pytest.raises(execute.PageError, match=r"chapters/page: code cell 2 .*timed out"):
        execute.execute(tiny)
    assert not tiny.notebook.exists()


@pytest.mark.slow
def test_a_notebook_without_a_text_and_an_unknown_page_are_named(tiny):
    execute.execute(tiny)
    shutil.copy(tiny.notebook, tiny.notebook.with_name("stray.ipynb"))
    assert execute.problems(tiny.root) == [
        "chapters/stray.ipynb: a notebook without a text below source/; remove one or add the other"
    ]
    with pytest.raises(execute.PageError, match="no page is named 'chapters/none'; there are chapters/page"):
        execute.find_page("chapters/none", tiny.root)
    for name in ("chapters/page", "chapters/page.ipynb", "source/chapters/page.md", str(tiny.source)):
        assert execute.find_page(name, tiny.root) == tiny


@pytest.mark.slow
def test_a_page_names_the_files_its_cells_read(tiny):
    (tiny.root / "data.csv").write_text("1")
    tiny.source.write_text(TINY.replace("kernelspec:", "inputs: [../../data.csv]\nkernelspec:"), encoding="utf-8")
    execute.execute(tiny)
    assert execute.problem(tiny) is None
    (tiny.root / "data.csv").write_text("2")
    assert "the library it uses has changed" in execute.problem(tiny)
    (tiny.root / "data.csv").unlink()
    with pytest.raises(execute.PageError, match=r"names the input ../../data\.csv, which does not exist"):
        execute.problem(tiny)


@pytest.mark.slow
def test_a_text_and_its_notebook_are_one_in_jupyterlab(tiny):
    """Open the notebook as JupyterLab does, edit it, save it: the text has the edit, and nothing else has changed."""
    shutil.copy(ROOT / "jupytext.toml", tiny.root)
    tiny.source.write_text(TINY.replace("kernelspec:", "inputs: [page.md]\nkernelspec:"), encoding="utf-8")
    execute.execute(tiny)
    # The notebook is always younger than its text, and a clone may give both any age.
    os.utime(tiny.source, (1, 1))
    manager = jupytext.TextFileContentsManager(root_dir=str(tiny.root))

    opened = manager.get("chapters/page.ipynb")
    assert opened["content"].cells[1].outputs, "the outputs are there"
    opened["content"].cells[2].source = "A better sentence."
    manager.save(opened, "chapters/page.ipynb")

    assert execute.problem(tiny).startswith("chapters/page: its notebook is stale")
    text = tiny.source.read_text(encoding="utf-8")
    assert "inputs" in text
    assert "spinlearn:" not in text, "what the pipeline notes in a notebook stays out of the text"
    assert list(tiny.root.glob("source/**/*.md")) == [tiny.source], "saved in its place, and nowhere else"
    body = text.split("---\n", 2)[2]
    assert body.strip() == TINY.split("---\n", 2)[2].replace("A sentence.", "A better sentence.").strip()


@pytest.mark.parametrize("page", named(PAGES))
def test_a_text_survives_the_way_through_jupyterlab(page):
    """Text to notebook to text to notebook: the cells, their metadata and the page's own settings stay."""
    there = jupytext.read(page.source, fmt="md:myst")
    back = jupytext.reads(jupytext.writes(there, fmt="md:myst"), fmt="md:myst")
    assert [(c.cell_type, c.source, c.metadata) for c in back.cells] == [
        (c.cell_type, c.source, c.metadata) for c in there.cells
    ]
