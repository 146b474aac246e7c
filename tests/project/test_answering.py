"""The build turns what a page asks into what answers, and stops by name where page and declarations do not fit."""

import json
import re
import shutil
import subprocess
import sys
from types import SimpleNamespace

import asking
import pytest
from bs4 import BeautifulSoup
from docutils import nodes
from docutils.utils import new_document
from sphinx.errors import ExtensionError
from sphinx_exercise.nodes import exercise_enumerable_node

from spinlearn.course.check import questions
from spinlearn.course.check.declared import Choice, Numbers, Option, at, otherwise
from tools import book, pages

sys.path.insert(0, str(pages.ROOT / "book"))

import answering
import declarations

PAGE = "chapters/1-first/1-asking"
PLACE = declarations.Place(PAGE, "1.1-p1")
OUTPUT = "share: 0.342 of 40, ± 0.075\n  T   (…)   m\n 1.0  yes  0.99\n 2.0  no   0.91\n 9.0  no   0.00\n"
NUMBER = {"kind": "prediction", "form": "number", "cell": "here", "measured": "0.342"}
CURVE = {
    "kind": "prediction",
    "form": "curve",
    "cell": "here",
    "columns": [0, 2],
    "x": {"label": "T", "low": 1.0, "high": 4.0},
    "y": {"label": "m", "low": 0.0, "high": 1.0},
}


@pytest.fixture
def notebook(tmp_path):
    """A notebook with a cell of the tag `here` and one of a figure named `fig-there`, which prints nothing."""
    cells = [
        {"cell_type": "markdown", "metadata": {"tags": ["here"]}, "source": "0.5"},
        {
            "cell_type": "code",
            "metadata": {"tags": ["other", "here"]},
            "outputs": [{"output_type": "stream", "name": "stdout", "text": OUTPUT.splitlines(keepends=True)}],
        },
        {"cell_type": "code", "metadata": {"mystnb": {"figure": {"name": "fig-there"}}}, "outputs": []},
        {
            "cell_type": "code",
            "metadata": {"mystnb": {"figure": {"name": "fig-told"}}},
            "outputs": [{"output_type": "execute_result", "data": {"text/plain": ["(7, 0.25)"]}, "metadata": {}}],
        },
    ]
    path = tmp_path / "page.ipynb"
    path.write_text(json.dumps({"cells": cells}), encoding="utf-8")
    return path


# ── What is measured ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("number", "text", "there"),
    [
        ("0.342", "share 0.342", True),
        ("0.342", "0.342", True),
        ("0.342", "(0.342, 7)", True),
        ("0.342", "m=0.342.", True),
        ("0.342", "0.1-0.342", True),
        ("-0.342", "m = -0.342", True),
        ("1836", "ratio: 1836\n", True),
        ("0.342", "0.3421", False),
        ("0.342", "10.342", False),
        ("0.342", "1,0.342", False),
        ("0.342", "m = -0.342", False),
        ("0.342", "-0.342", False),
        ("0.342", "−0.342", False),
        ("0.342", "0.342e-5", False),
        ("18", "1836", False),
        ("2", "2.5", False),
        ("2", "x2", False),
        ("0.342", "0x342", False),
        ("0.342", "", False),
    ],
)
def test_a_measured_number_is_printed_as_a_whole_token_or_not_at_all(number, text, there):
    assert declarations.is_printed(number, text) == there


def test_what_a_cell_prints_is_found_by_its_tag_and_by_the_name_of_its_figure(notebook):
    assert declarations.printed(notebook, "here") == OUTPUT
    assert declarations.printed(notebook, "fig-there") == ""
    assert declarations.printed(notebook, "fig-told") == "(7, 0.25)"
    assert declarations.printed(notebook, "nowhere") is None


def test_a_number_that_its_cell_prints_is_taken(notebook):
    assert declarations.measured(PLACE, NUMBER, notebook) == NUMBER


def test_the_points_of_a_curve_are_those_between_the_ends_of_its_axis(notebook):
    assert declarations.measured(PLACE, CURVE, notebook)["points"] == [[1.0, 0.99], [2.0, 0.91]]


@pytest.mark.parametrize(
    ("declaration", "fault"),
    [
        (NUMBER | {"measured": ""}, "no measured number"),
        ({key: NUMBER[key] for key in ("kind", "form", "cell")}, "no measured number"),
        (NUMBER | {"measured": "0.34"}, r"cell 'here' does not print '0\.34'"),
        (NUMBER | {"form": "choice", "measured": "2.13"}, r"does not print '2\.13'"),
        (NUMBER | {"cell": "fig-there"}, "cell 'fig-there' does not print"),
        (NUMBER | {"cell": "nowhere"}, "no cell of the page has the tag or the figure name 'nowhere'"),
        (CURVE | {"columns": [0, 1]}, "prints no numbers in columns 0 and 1"),
        (CURVE | {"columns": [0, 9]}, "prints no numbers in columns 0 and 9"),
        (CURVE | {"cell": "fig-there"}, "prints no numbers"),
        (CURVE | {"x": {"label": "T", "low": 50, "high": 60}}, "prints no numbers"),
        (CURVE | {"y": {"label": "m", "low": 0.0, "high": 0.95}}, r"\(1, 0\.99\) lies outside"),
        (CURVE | {"cell": "nowhere"}, "no cell of the page"),
    ],
)
def test_a_prediction_without_what_was_measured_stops_the_build(notebook, declaration, fault):
    with pytest.raises(ExtensionError, match=rf"^{PAGE}, 1\.1-p1: .*{fault}"):
        declarations.measured(PLACE, declaration, notebook)


# ── What a page shows, against what is declared ──────────────────────────────────────────────────────────────────────

EXERCISES = {
    "1.1-a": Numbers("a number", at(6, 0.01, "four and two."), rest=[otherwise("count again.")]),
    "1.1-b": None,
    "1.1-b1": Numbers("a number", at(1, 0.01, "one."), rest=[otherwise("put x = 0.")]),
}
QUESTIONS = '[q1]\nright = "b"\na = "because no."\nb = "yes."\n'
PREDICTION = '[p1]\ncell = "here"\nmeasured = "0.342"\nwithin = 0.05\nsays = "so."\n'


def option(*texts):
    return nodes.list_item("", *(nodes.paragraph("", text) for text in texts))


def question(name="ask-1-1-q1", options=("no", "yes"), classes=("question",)):
    made = nodes.admonition("", nodes.title("", "Question"), nodes.paragraph("", "What?"), classes=list(classes))
    if name:
        made["names"].append(name)
    if options:
        made += nodes.bullet_list("", *map(option, options))
    return made


def prediction(name="ask-1-1-p1", options=()):
    return question(name, options, ["predict"])


def an_exercise(label="ex-1-1-a"):
    return exercise_enumerable_node("", nodes.paragraph("", "Do it."), label=label)


def page_of(*content):
    page = new_document(PAGE)
    cell = nodes.container("", classes=["cell", "tag_here"])
    page += nodes.section("", nodes.title("", "1.1 Asking"), cell, *content)
    return page


EVERYTHING = (question, prediction, an_exercise, lambda: an_exercise("ex-1-1-b"))


@pytest.fixture
def make(monkeypatch, notebook, tmp_path):
    """Make a page of nodes answer; returns its HTML elements as a list of (tag, attributes)."""

    def run(*content, asked=QUESTIONS + PREDICTION, exercises=EXERCISES, docname=PAGE, solutions=True):
        (tmp_path / "p1_1.toml").write_text(asked, encoding="utf-8")

        def load():
            return questions.load(tmp_path / "p1_1.toml")

        def declaration(name):
            known = {**exercises, **{f"1.1-{key}": one for key, one in load().items()}}
            if name not in known:
                raise ValueError(f"there is no exercise {name}")
            return {"exercise": name, **(known[name].data() if known[name] else {"kind": "function"})}

        known = {
            "declaration": declaration,
            "exercises": lambda: list(exercises),
            "asked": lambda number: [f"{number}-{name}" for name in load()],
        }
        monkeypatch.setattr(answering, "check", SimpleNamespace(**known))
        env = SimpleNamespace(docname=docname, doc2path=lambda name: str(notebook))
        app = SimpleNamespace(env=env, config=SimpleNamespace(course_solutions=solutions))
        page = page_of(*content)
        answering.make_answering(app, page)
        run.page, run.kept = page, answering.kept(env)
        return [(node["tag"], node["attributes"]) for node in page.findall(answering.Asked)]

    return run


def everything(*changes):
    """All that the page should show, with some of it changed: pairs of what goes and what comes."""
    gone = [old for old, _ in changes]
    return [one() for one in EVERYTHING if one not in gone] + [new() for _, new in changes]


def test_each_asked_thing_gets_an_element_of_its_own(make):
    marks = {
        f"{key}={value}" for _, given in make(*everything()) for key, value in given.items() if key.startswith("data-")
    }
    assert marks == {
        "data-question=1.1-q1",
        "data-predict=1.1-p1",
        "data-exercise=1.1-a",
        "data-exercise=1.1-b",
        "data-exercise=1.1-b1",
    }
    assert make.kept[PAGE] == {
        "number": "1.1",
        "title": "Asking",
        "exercises": ["1.1-a", "1.1-b1", "1.1-b"],
        "questions": ["1.1-q1"],
        "predictions": ["1.1-p1"],
    }


def test_what_else_gives_a_prediction_away_is_declared_with_its_place(make):
    make(*everything(), asked=QUESTIONS + PREDICTION + 'also = ["here"]\n')
    text = "".join(node.astext() for node in make.page.findall(nodes.raw))
    declared = [json.loads(found) for found in re.findall(r'<script type="application/json"[^>]*>(.*?)</script>', text)]
    (prediction_made,) = [one for one in declared if one["exercise"] == "1.1-p1"]
    assert prediction_made["also"] == [prediction_made["from"]]
    with pytest.raises(ExtensionError, match="does not show the cell 'nowhere'"):
        make(*everything(), asked=QUESTIONS + PREDICTION + 'also = ["nowhere"]\n')


def test_without_solutions_no_exercise_is_declared_and_questions_stay(make):
    make(*everything(), solutions=False)
    text = "".join(node.astext() for node in make.page.findall(nodes.raw))
    declared = [json.loads(found) for found in re.findall(r'<script type="application/json"[^>]*>(.*?)</script>', text)]
    assert {one["exercise"] for one in declared} == {"1.1-q1", "1.1-p1"}
    assert "four and two" not in text
    assert "put x = 0" not in text
    assert text.count("The notebook checks it") == 1
    assert make.kept[PAGE]["exercises"] == ["1.1-a", "1.1-b"]


def test_no_declaration_can_end_its_script(make):
    make(*everything(), asked=(QUESTIONS + PREDICTION).replace("yes.", "</script><b>"))
    text = "".join(node.astext() for node in make.page.findall(nodes.raw))
    assert "\\u003c/script>\\u003cb>" in text
    assert "</script><b>" not in text


def two_paragraphs():
    made = question()
    made[-1] += option("perhaps", "or not")
    return made


FAULTS = {
    "an admonition without a declaration": (
        {"content": lambda: [*everything(), question("ask-1-1-q2")]},
        r"1\.1-q2: it has no declaration",
    ),
    "a declaration without an admonition": (
        {"asked": QUESTIONS + QUESTIONS.replace("q1", "q2") + PREDICTION},
        r"1\.1-q2: it is declared, but the page does not ask it",
    ),
    "an admonition twice": ({"content": lambda: [*everything(), question()]}, r"1\.1-q1: the page asks it twice"),
    "an exercise without a declaration": (
        {"content": lambda: [*everything(), an_exercise("ex-1-1-d")]},
        r"1\.1-d: it has no declaration",
    ),
    "an exercise that is not on the page": (
        {"exercises": EXERCISES | {"1.1-c": None}},
        r"1\.1-c: it is declared, but the page does not ask it",
    ),
    "a first step that is a function": ({"exercises": EXERCISES | {"1.1-b1": None}}, r"1\.1-b1: a first step"),
    "a name of another page": (
        {"content": lambda: everything((question, lambda: question("ask-1-2-q1")))},
        r"ask-1-2-q1: this name belongs to page 1\.2",
    ),
    "an exercise of another page": (
        {"content": lambda: [*everything(), an_exercise("ex-1-2-a")]},
        r"ex-1-2-a: this name belongs to page 1\.2",
    ),
    "a name of another form": (
        {"content": lambda: everything((question, lambda: question("ask-1-1-question")))},
        r"ask-1-1-question: needs a name like ask-1-2-q1",
    ),
    "a question under a prediction's name": (
        {"content": lambda: everything((question, lambda: question("ask-1-1-p2")))},
        r"ask-1-1-p2: needs a name like ask-1-2-q1",
    ),
    "a name without its class": (
        {"content": lambda: everything((prediction, lambda: question("ask-1-1-p1", classes=["note"])))},
        r"ask-1-1-p1: needs the class question or predict",
    ),
    "a class without a name": (
        {"content": lambda: everything((question, lambda: question("")))},
        r"a question: needs a name like ask-1-2-q1",
    ),
    "an option without a sentence": (
        {"content": lambda: everything((question, lambda: question(options=("no", "yes", "perhaps"))))},
        r"1\.1-q1: .*option c has no sentence",
    ),
    "a sentence without an option": (
        {"asked": QUESTIONS + 'c = "because so."\n' + PREDICTION},
        r"1\.1-q1: .*option c has no line in the list",
    ),
    "an empty sentence": ({"asked": QUESTIONS.replace('"because no."', '" "') + PREDICTION}, "q1: a is empty"),
    "a question without a list": (
        {"content": lambda: everything((question, lambda: question(options=())))},
        r"1\.1-q1: .*has to end with a bullet list",
    ),
    "a number with a list": (
        {"content": lambda: everything((prediction, lambda: prediction(options=("no", "yes"))))},
        r"1\.1-p1: no options are declared, but its text ends with a list",
    ),
    "no right answer": ({"asked": QUESTIONS.replace('right = "b"\n', "") + PREDICTION}, "q1: right is missing"),
    "two right answers": ({"asked": QUESTIONS.replace('"b"', '"a, b"') + PREDICTION}, "q1: right must be one of"),
    "a prediction without a measured number": (
        {"asked": QUESTIONS + PREDICTION.replace('measured = "0.342"\n', "")},
        "p1: measured is missing",
    ),
    "a measured number that is not printed": (
        {"asked": QUESTIONS + PREDICTION.replace("0.342", "0.343")},
        r"1\.1-p1: its cell 'here' does not print '0\.343'",
    ),
    "an option of two paragraphs": (
        {"content": lambda: everything((question, two_paragraphs))},
        r"1\.1-q1: option c has to be one paragraph",
    ),
}


@pytest.mark.parametrize("fault", FAULTS)
def test_what_does_not_fit_stops_the_build_and_names_the_place(make, fault):
    given, said = FAULTS[fault]
    given = dict(given)
    content = given.pop("content", everything)()
    with pytest.raises(ExtensionError, match=rf"^{PAGE}, .*{said}"):
        make(*content, **given)


def test_a_page_without_a_number_asks_nothing(make):
    assert make(docname="chapters/index") == []
    with pytest.raises(ExtensionError, match=r"^chapters/index, ask-1-1-q1: this name belongs to page 1\.1"):
        make(question(), docname="chapters/index")


@pytest.mark.parametrize(("right", "said"), [((), "none are declared so"), ((0, 1), "2 are declared so")])
def test_exactly_one_option_is_right_whoever_declares_it(right, said):
    options = [{"text": "", "reason": "so.", "right": k in right} for k in range(3)]
    with pytest.raises(ExtensionError, match=rf"1\.1-p1: exactly one option must be right, and {said}"):
        declarations.declared(PLACE, lambda name: {"kind": "choice", "options": options})
    made = Choice([Option("", "no."), Option("", "yes.", right=True)]).data()
    assert declarations.declared(PLACE, lambda name: made) is made


def test_all_scripts_together_are_one_script_without_imports(tmp_path):
    answering.write_script(SimpleNamespace(outdir=tmp_path))
    script = tmp_path / "_static" / "answers.js"
    text = script.read_text(encoding="utf-8")
    assert not re.search(r"^(import|export)\b", text, re.MULTILINE)
    top = answering.bundle((pages.ROOT / "book" / "answering" / "answers.js").resolve())
    names = re.findall(r"^(?:async )?(?:function|const|let|class) (\w+)", top, re.MULTILINE)
    assert "judge" in names
    assert [name for name in set(names) if names.count(name) > 1] == []
    assert len(text) < 60_000
    if node := shutil.which("node"):
        subprocess.run([node, "--check", script], check=True)


@pytest.mark.slow
@pytest.mark.parametrize("solutions", [True, False], ids=["with solutions", "without solutions"])
def test_a_whole_course_is_built(tmp_path, solutions):
    site = book.build(asking.course(tmp_path), solutions=solutions, quiet=True)
    lesson = BeautifulSoup((site / f"{asking.LESSON}.html").read_text(encoding="utf-8"), "html.parser")
    for mark, many in {"data-question": 1, "data-predict": 3, "data-exercise": 4 if solutions else 3}.items():
        assert len(lesson.select(f"[{mark}]")) == many
    assert len(lesson.select("[data-question] input[type=radio]")) == 3
    sources = [json.loads(one.text)["from"] for one in lesson.select("[data-predict] script")]
    assert sources == ["cell-measured", "fig-made", "cell-measured"]
    assert all(len(lesson.select(f"#{one}")) == 1 for one in sources)
    download = lesson.select_one("[data-exercise] a[download]")["href"]
    assert (site / f"{asking.LESSON}.html").parent.joinpath(download).is_file()
    ids = [element["id"] for element in lesson.select("[id^=ask-], [id^=cell-]")]
    assert len(ids) == len(set(ids))

    progress = BeautifulSoup((site / f"{asking.PROGRESS}.html").read_text(encoding="utf-8"), "html.parser")
    [row] = progress.select("tbody tr[data-lesson]")
    assert row.select_one("a")["href"] == "../1-first/1-asking.html"
    assert [cell.text for cell in row.select("td")] == ["4" if solutions else "3", "1", "3", "–"]
    for name in ("chapters/index", asking.PROGRESS, asking.LESSON):
        assert "_static/answers.js" in (site / f"{name}.html").read_text(encoding="utf-8")
    assert "_static/answers.js" not in (site / "search.html").read_text(encoding="utf-8")
