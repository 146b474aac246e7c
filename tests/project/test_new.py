"""`make new`: what it writes runs and passes the tests as it stands, and nothing that is there is written over."""

import os
import shutil
import subprocess
import sys

import pytest

from tools import new, pages, uses

COPIED = ("lib", "tools", "book", "tests", "pyproject.toml", "conftest.py", "jupytext.toml")
IGNORED = shutil.ignore_patterns("__pycache__", "*.ipynb")


@pytest.fixture(scope="module")
def project(tmp_path_factory):
    """A copy of the project with the texts of one lesson alone, and a function that runs a program of it."""
    root = tmp_path_factory.mktemp("project")
    for name in COPIED:
        copy = shutil.copytree if (pages.ROOT / name).is_dir() else shutil.copy
        copy(pages.ROOT / name, root / name, **({"ignore": IGNORED} if (pages.ROOT / name).is_dir() else {}))
    text = pages.lessons()[0].source
    (root / "source" / text.parent.relative_to(pages.ROOT / "source")).mkdir(parents=True)
    shutil.copy(text, root / text.relative_to(pages.ROOT))

    def run(*words):
        environment = {**os.environ, "PYTHONPATH": str(root / "lib"), "NUMBA_CACHE_DIR": ""}
        done = subprocess.run([sys.executable, "-m", *words], cwd=root, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    return root, run


def clean(run, written):
    """The style of what was written is the project's."""
    code = [str(path) for path in written if path.suffix == ".py"]
    run("ruff", "check", *code)
    run("ruff", "format", "--check", *code)


@pytest.mark.slow
def test_a_new_page_runs_and_is_a_finished_page_as_soon_as_it_is_no_draft(project):
    root, run = project
    written = new.write("page", "4-next-things/1-first-steps", "First steps", root)
    clean(run, written)
    assert "part: Next things\n" in written[0].read_text(encoding="utf-8")
    page, answers = pages.named("4.1", root)
    run("tools.execute", "4.1")
    assert [line for line in page.notebook.read_text(encoding="utf-8").splitlines() if "not attempted yet" in line]
    assert answers.notebook.read_text(encoding="utf-8").count("✓ right") == 3
    run("pytest", "-q", f"tests/course/check/{written[3].name}")

    assert page not in pages.lessons(root)
    page.source.write_text(page.source.read_text(encoding="utf-8").replace("draft: true\n", ""), encoding="utf-8")
    pages.lessons(root)[0].source.unlink()  # its notebook has not been copied
    run("tools.execute", "4.1")
    told = run("pytest", "-q", "tests/project/test_notebooks.py", "-m", "not slow", "-k", "not old_processor")
    assert " passed" in told
    assert "failed" not in told
    assert pages.contents(root)["parts"][0]["caption"] == "4 · Next things"


@pytest.mark.slow
def test_a_new_module_passes_its_tests_and_fits_into_the_house(project):
    root, run = project
    written = new.write("module", "lattice/two-words", None, root)
    clean(run, written)
    run("pytest", "-q", "--doctest-modules", *map(str, written), str(root / "tests" / "project" / "test_house.py"))


@pytest.mark.slow
@pytest.mark.browser
def test_a_new_model_runs_in_a_page_as_it_stands(project):
    root, run = project
    written = new.write("model", "ripples", "Ripples", root)
    clean(run, written)
    run("pytest", "-q", "--doctest-modules", str(written[0]), str(written[2]))
    used = uses.Library(root / "lib").uses("from spinlearn.course.explore import Ripples\nRipples()")
    assert {"course/explore/ripples/view.js", "course/web/cobweb.wasm"} <= set(used)
    assert not {name for name in used if "explore/cobweb" in name}


def test_a_page_goes_where_its_name_says(tmp_path):
    root = tmp_path
    for name in ("chapters/1-ising/2-model", "chapters/2-mean-field/1-start"):
        (root / "source" / name).parent.mkdir(parents=True)
        (root / "source" / f"{name}.md").write_text("# A page\n", encoding="utf-8")
    found = new.values("page", "2.3-where-it-fails", None, root)
    assert (found["part"], found["slug"], found["number"]) == ("2-mean-field", "3-where-it-fails", "2.3")
    assert (found["checks"], found["label"], found["title"]) == ("p2_3_where_it_fails", "2-3", "Where it fails")
    assert found["part_line"] == ""
    first = new.values("page", "3-hopfield-networks/1-memories", "Memories as valleys", root)
    assert (first["part_line"], first["title"]) == ("part: Hopfield networks\n", "Memories as valleys")


@pytest.mark.parametrize(
    ("kind", "name", "message"),
    [
        ("page", "memories", "a page is named like"),
        ("page", "7.1-memories", "there is no part 7; begin it with page=7-part/1-name"),
        ("page", "1.2-again", r"1\.2 is chapters/1-ising-basics/2-ising-model"),
        ("module", "potts", "say in which wing, as in module=lattice/potts"),
        ("module", "attic/potts", "say in which wing"),
        ("module", "lattice/Potts", "a name is of small letters"),
        ("module", "lattice/ising", r"lib/spinlearn/lattice/ising\.py is there already"),
        ("model", "2d", "a name is of small letters"),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_written(kind, name, message):
    with pytest.raises(pages.PageError, match=message):
        new.write(kind, name)


def test_the_command_says_how_it_is_used(capsys):
    for words in ([], ["page"], ["chapter", "2.3-x"], ["title", "x"]):
        assert new.main(words) == 1
        assert "make new page=" in capsys.readouterr().err
