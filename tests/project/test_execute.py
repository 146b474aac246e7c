"""The pipeline from a text to its notebook: what it writes, what it refuses, and that no edit of a person is lost."""

import json
import os
import shutil

import jupytext
import nbformat
import pytest

from tools import execute, pages

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
import math

print("here", object())
```

+++ {"tags": ["a-tag"]}

A sentence.

```{code-cell} ipython3
:tags: [claim-x]

{"six": 2 * 3, "pi": math.pi}
```
"""
)
STALE = "chapters/page: its notebook is stale ({}); run `make execute`"


def rewrite(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def edit(page, old, new):
    """Edit a notebook as a program that knows nothing of its text does."""
    notebook = nbformat.read(page.notebook, as_version=4)
    (cell,) = [cell for cell in notebook.cells if old in cell.source]
    cell.source = cell.source.replace(old, new)
    nbformat.write(notebook, page.notebook)


@pytest.fixture
def tiny(tmp_path):
    """A course of one page, not yet run."""
    page = pages.Page("chapters/page", tmp_path)
    page.source.parent.mkdir(parents=True)
    page.source.write_text(TINY, encoding="utf-8")
    shutil.copy(pages.ROOT / "jupytext.toml", tmp_path)
    return page


@pytest.fixture
def instant(monkeypatch):
    """Cells need no kernel to run, and say something."""

    def run(page, notebook, environment=None):
        for number, cell in enumerate((c for c in notebook.cells if c.cell_type == "code"), start=1):
            cell.execution_count = number
            cell.outputs = [nbformat.v4.new_output("stream", text="said\n")]
        return 1.0

    monkeypatch.setattr(execute, "_run_cells", run)


@pytest.fixture
def done(tiny, instant):
    """The same course, run."""
    execute.execute(tiny)
    assert execute.problem(tiny) is None
    return tiny


@pytest.fixture
def lab(done):
    """What JupyterLab opens and saves with, at home where `make lab` has it."""
    os.utime(done.source, (1, 1))  # a notebook is younger than its text, and a clone may give both any age
    return jupytext.TextFileContentsManager(root_dir=str(done.root))


# ── A run ────────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.slow
def test_a_page_run_twice_gives_the_same_file_to_the_byte(tiny):
    assert execute.execute(tiny)
    first = tiny.notebook.read_bytes()
    assert not execute.execute(tiny)
    assert tiny.notebook.read_bytes() == first
    code = [cell for cell in pages.read_notebook(tiny).cells if cell.cell_type == "code"]
    assert code[0].outputs[0].text == "here <object object at 0x0>\n"
    assert [cell.execution_count for cell in code] == [1, 2]
    assert execute.problem(tiny) is None
    assert execute.differences(tiny, {}) == []

    notebook = pages.read_notebook(tiny)
    notebook.cells[3].outputs[0].data["text/plain"] = "{'six': 6, 'pi': 3.14160}"
    notebook.metadata["spinlearn"] |= execute.seals(notebook)
    nbformat.write(notebook, tiny.notebook)
    (difference,) = execute.differences(tiny, {})
    assert difference.startswith("code cell 2: ")
    assert "3.14160" in difference.split("→")[0]
    assert "3.14159" in difference.split("→")[1]


def test_a_run_time_is_written_anew_only_when_it_has_changed(tiny, monkeypatch):
    seconds = iter([10.0, 14.0, 16.0])
    monkeypatch.setattr(execute, "_run_cells", lambda page, notebook: next(seconds))
    stored = []
    for _ in range(3):
        execute.execute(tiny)
        stored.append(pages.read_notebook(tiny).metadata["spinlearn"]["seconds"])
    assert stored == [10.0, 10.0, 16.0]


@pytest.mark.slow
def test_a_failing_cell_is_named_and_the_old_notebook_stays(tiny):
    execute.execute(tiny)
    before = tiny.notebook.read_bytes()
    rewrite(tiny.source, '{"six": 2 * 3,', '# now\n1 / 0\n{"six": 6,')
    with pytest.raises(
        execute.PageError, match=r"chapters/page: code cell 2 .*# now.* ZeroDivisionError: division by zero"
    ):
        execute.execute(tiny)
    assert tiny.notebook.read_bytes() == before


@pytest.mark.slow
def test_a_cell_that_never_ends_is_stopped(tiny, monkeypatch):
    monkeypatch.setattr(execute, "CELL_TIMEOUT", 5)
    rewrite(tiny.source, '{"six"', 'while True: pass\n{"six"')
    with pytest.raises(execute.PageError, match=r"chapters/page: code cell 2 .*timed out"):
        execute.execute(tiny)
    assert not tiny.notebook.exists()


def test_a_page_that_fails_does_not_keep_the_others_from_being_run(done, capsys):
    other = pages.Page("chapters/other", done.root)
    other.source.write_text(TINY.replace("A sentence", "A line"), encoding="utf-8")
    broken = pages.Page("chapters/broken", done.root)
    broken.source.write_text(TINY.replace("import math", "import math ("), encoding="utf-8")
    assert execute.main([], done.root) == 1
    assert other.notebook.exists()
    assert "chapters/broken: a code cell is not valid Python" in capsys.readouterr().err


# ── What is stale, damaged or missing ────────────────────────────────────────────────────────────────────────────────


def test_what_is_not_right_is_named(done):
    assert execute.problems(done.root) == []
    text, notebook = done.source.read_bytes(), done.notebook.read_bytes()

    def found():
        (problem,) = execute.problems(done.root)
        done.source.write_bytes(text)
        done.notebook.write_bytes(notebook)
        return problem

    rewrite(done.source, "A sentence", "Another sentence")
    assert found() == STALE.format("its text has changed")
    rewrite(done.source, "a-tag", "b-tag")
    assert found() == STALE.format("its text has changed")
    rewrite(done.notebook, r"said\n", r"said so\n")
    assert found() == STALE.format("its outputs are not those that `make execute` wrote")
    done.notebook.unlink()
    assert found() == "chapters/page: its notebook is missing; run `make execute`"
    done.notebook.write_bytes(notebook[:-100])
    assert found().startswith("chapters/page: page.ipynb is damaged (")
    stray = shutil.copy(done.notebook, done.notebook.with_name("stray.ipynb"))
    assert found() == "chapters/stray.ipynb: a notebook without a text below source/; remove one or add the other"
    stray.unlink()
    assert execute.problems(done.root) == []


def test_a_page_names_the_files_its_cells_read(tiny, instant):
    (tiny.root / "data.csv").write_text("1")
    rewrite(tiny.source, "kernelspec:", "inputs: [../../data.csv]\nkernelspec:")
    execute.execute(tiny)
    assert execute.problem(tiny) is None
    (tiny.root / "data.csv").write_text("2")
    assert execute.problem(tiny) == STALE.format("data.csv changed")
    (tiny.root / "data.csv").unlink()
    with pytest.raises(execute.PageError, match=r"names the input ../../data\.csv, which does not exist"):
        execute.problem(tiny)


# ── What a person has edited ─────────────────────────────────────────────────────────────────────────────────────────


def test_an_edit_of_a_notebook_is_never_overwritten(done):
    edit(done, "A sentence.", "My own words.")
    before, text = done.notebook.read_bytes(), done.source.read_text(encoding="utf-8")
    told = execute.problem(done)
    assert told.startswith(
        "chapters/page: its notebook has been edited, and its text, source/chapters/page.md, does not have the edit."
    )
    assert '--take chapters/page"' in told
    assert '--discard chapters/page"' in told
    with pytest.raises(execute.PageError, match="has been edited"):
        execute.execute(done)
    assert done.notebook.read_bytes() == before

    rewrite(done.source, "# A page", "# A new page")  # that the text changes, too, is no permission
    with pytest.raises(execute.PageError, match="has been edited"):
        execute.execute(done)
    with pytest.raises(execute.PageError, match="both its notebook and its text have been edited"):
        execute.take(done)
    assert done.notebook.read_bytes() == before
    done.source.write_text(text, encoding="utf-8")

    execute.take(done)
    assert done.source.read_text(encoding="utf-8") == text.replace("A sentence.", "My own words.")
    execute.execute(done)
    assert execute.problem(done) is None
    assert "My own words." in done.notebook.read_text(encoding="utf-8")


def test_an_edit_can_be_thrown_away(done):
    before = done.notebook.read_bytes()
    edit(done, "A sentence.", "My own words.")
    execute.execute(done, discard=True)
    assert done.notebook.read_bytes() == before


def test_the_command_keeps_an_edit_and_says_how_to_go_on(done, capsys):
    edit(done, "A sentence.", "My own words.")
    before = done.notebook.read_bytes()
    for words in ([], ["--force"], ["--force", done.name]):
        assert execute.main(words, done.root) == 1
        assert "has been edited" in capsys.readouterr().err
        assert done.notebook.read_bytes() == before
    assert execute.main(["--take", done.name], done.root) == 0
    assert "My own words." in done.source.read_text(encoding="utf-8")
    edit(done, "My own words.", "Other words.")
    assert execute.main(["--discard", done.name], done.root) == 0
    assert "My own words." in done.notebook.read_text(encoding="utf-8")
    with pytest.raises(SystemExit):
        execute.main(["--discard"], done.root)
    assert execute.problems(done.root) == []


def test_a_run_by_hand_is_no_edit(done):
    """Who runs the cells of a page, and saves, has written nothing that would be lost."""
    rewrite(done.notebook, r"said\n", r"said so\n")
    assert not execute.edited(done)
    execute.execute(done)
    assert execute.problem(done) is None


def test_a_text_and_its_notebook_are_one_in_jupyterlab(done, lab):
    """Open the notebook as JupyterLab does, edit it, save it: the text has the edit, and nothing else has changed."""
    opened = lab.get("chapters/page.ipynb")
    assert opened["content"].cells[1].outputs, "the outputs are there"
    opened["content"].cells[2].source = "A better sentence."
    lab.save(opened, "chapters/page.ipynb")

    assert execute.problem(done) == STALE.format("its text has changed")
    assert not execute.edited(done), "the text has the edit: it may be run"
    assert list(done.root.glob("source/**/*.md")) == [done.source], "saved in its place, and nowhere else"
    text = done.source.read_text(encoding="utf-8")
    assert "spinlearn:" not in text, "what the pipeline notes in a notebook stays out of the text"
    body = text.split("---\n", 2)[2]
    assert body.strip() == TINY.split("---\n", 2)[2].replace("A sentence.", "A better sentence.").strip()


def test_to_save_an_unchanged_page_in_jupyterlab_makes_nothing_stale(done, lab):
    for _ in range(2):
        opened = lab.get("chapters/page.ipynb")
        # JupyterLab notes which kernel it has found, and what it has folded.
        opened["content"].metadata["kernelspec"]["display_name"] = "Python [conda env]"
        opened["content"].metadata["language_info"]["version"] = "3.13.1"
        for cell in opened["content"].cells:
            cell.metadata["editable"] = True
            cell.metadata["trusted"] = True
        lab.save(opened, "chapters/page.ipynb")
        assert execute.problem(done) is None


@pytest.mark.parametrize("key", pages.OWN)
def test_what_a_page_says_of_itself_survives_jupyterlab(tiny, instant, key):
    said = {"about": "A: b, c", "draft": True, "inputs": ["page.md"], "part": "Ising basics", "place": 3}[key]
    rewrite(tiny.source, "kernelspec:", f"{key}: {json.dumps(said)}\nkernelspec:")
    execute.execute(tiny)
    manager = jupytext.TextFileContentsManager(root_dir=str(tiny.root))
    opened = manager.get("chapters/page.ipynb")
    opened["content"].cells[2].source = "A better sentence."
    manager.save(opened, "chapters/page.ipynb")
    assert tiny.front_matter[key] == said


# ── Which pages there are ────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture
def course(tmp_path):
    """Texts of a small course."""

    def write(name, title, front=""):
        path = tmp_path / "source" / f"{name}.md"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"---\n{front}\n---\n\n# {title}\n" if front else f"# {title}\n", encoding="utf-8")
        return pages.Page(name, tmp_path)

    write("chapters/index", "The course")
    write("chapters/back-matter/sources", "Sources", "place: 2")
    write("chapters/back-matter/about", "About", "place: 1")
    write("chapters/2-mean-field/1-start", "2.1 Start", "part: Mean field")
    write("chapters/1-ising/10-late", "1.10 Late")
    write("chapters/1-ising/2-model", "1.2 Model", "part: Ising")
    write("solutions/1-ising/2-model", "Answers")
    return tmp_path, write


def listed(root, **options):
    toc = pages.contents(root, **options)
    return {part["caption"]: [page["file"] for page in part["chapters"]] for part in toc["parts"]}


def test_the_table_of_contents_is_the_tree(course):
    root, write = course
    assert list(listed(root).items()) == [
        ("1 · Ising", ["chapters/1-ising/2-model", "chapters/1-ising/10-late"]),
        ("2 · Mean field", ["chapters/2-mean-field/1-start"]),
        ("Solutions", ["solutions/1-ising/2-model"]),
        ("Back matter", ["chapters/back-matter/about", "chapters/back-matter/sources"]),
    ]
    assert "Solutions" not in listed(root, solutions=False)
    write("chapters/1-ising/3-new", "1.3 New")
    assert listed(root)["1 · Ising"][1] == "chapters/1-ising/3-new"
    write("chapters/3-new/1-page", "3.1 New")
    with pytest.raises(pages.PageError, match="chapters/3-new/1-page: the first page of a part names it"):
        pages.contents(root)


def test_a_draft_is_nowhere_until_it_is_asked_for(course):
    root, write = course
    draft = write("chapters/1-ising/3-draft", "1.3 Draft", "draft: true")
    answers = write("solutions/1-ising/3-draft", "Answers")
    assert draft.draft
    assert answers.draft, "the answers wait for their page"
    assert not {draft, answers} & set(pages.pages(root))
    assert {draft, answers} <= set(pages.pages(root, drafts=True))
    assert draft.name not in str(pages.contents(root))
    assert draft not in pages.lessons(root)
    assert not [text for text in execute.problems(root) if "draft" in text]
    assert pages.named("1.3", root) == [draft, answers]
    write("chapters/1-ising/3-draft", "1.3 Draft", "draft: false")
    assert {draft, answers} <= set(pages.pages(root))


def test_a_page_is_found_by_number_name_text_and_notebook(course):
    root, _ = course
    lesson = pages.Page("chapters/1-ising/2-model", root)
    assert pages.named("1.2", root) == [lesson, pages.Page("solutions/1-ising/2-model", root)]
    for name in (lesson.name, f"{lesson.name}.ipynb", f"source/{lesson.name}.md", str(lesson.source)):
        assert pages.find_page(name, root) == lesson
    with pytest.raises(pages.PageError, match=r"no page is named '7\.7'; there are chapters/1-ising/2-model, "):
        pages.named("7.7", root)
