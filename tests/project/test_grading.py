"""The graded labs, from their text to the feedback: what students get, what right and wrong answers earn.

The marks of single mistakes are worked out here, by running the cells of one task as nbgrader would. The round trip
then goes through nbgrader itself, with few submissions, and has to come to the same marks.
"""

import ast
import csv
import os
import shutil
import sys
import warnings
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import matplotlib
import nbformat
import pytest

from tools import assignments

pytestmark = pytest.mark.slow

ROOT = Path(__file__).resolve().parents[2]
LAB = "lab-1-ising"
WRITTEN = "t6-symmetry"

SOURCE = assignments.source_notebook(ROOT / "labs" / f"{LAB}.md")
CELLS = {cell.metadata.nbgrader.grade_id: cell for cell in SOURCE.cells if "nbgrader" in cell.metadata}
POINTS = {name: cell.metadata.nbgrader.points for name, cell in CELLS.items() if cell.metadata.nbgrader.grade}
AUTOMATIC = {name: points for name, points in POINTS.items() if name != WRITTEN}
SOLUTIONS = {name: cell.source for name, cell in CELLS.items() if cell.metadata.nbgrader.solution}


def changed(name, *pairs):
    """The solution of a cell with some of its text replaced."""
    text = SOLUTIONS[name]
    for old, new in pairs:
        assert old in text, f"{old!r} is not in the solution {name}"
        text = text.replace(old, new)
    return name, text


FROZEN = ("    for r, c, u", "    old = [row.copy() for row in table]\n    for r, c, u")
ON_THE_FROZEN = (
    "s = table[r][c]\n        beside = table[r - 1][c] + table",
    "s = old[r][c]\n        beside = old[r - 1][c] + old",
)
ALL_AT_ONCE = [FROZEN, ON_THE_FROZEN, ("table[r][c - 1] + table", "old[r][c - 1] + old")]
SITES = (
    "zip(*(draws.tolist() for draws in picks))",
    "[(r, c, rng.random()) for r in range(1, rows - 1) for c in range(1, columns - 1)]",
)
NUMBERS = "np.arange(rows * columns).reshape(rows, columns)"
ONE_BY_ONE = ("-J * np.sum(spins[bonds[:, 0]] * spins[bonds[:, 1]])", "-J * sum(spins[i] * spins[j] for i, j in bonds)")
METROPOLIS = "cost <= 0 or u < np.exp(-cost / T)"
MEAN = "means = np.reshape(series[len(series) - blocks * length :], (blocks, length)).mean(axis=1)"
ERROR = "np.std(means, ddof=1) / np.sqrt(blocks)"

RELATIVE = ("m1.error / m1.value", "m2.error / m2.value")

# Typical mistakes: the cell with the mistake in it, and the test cells that must refuse it. All others must not.
MISTAKES = {
    "each bond twice": (
        changed("t1-bonds", ("np.concatenate([", "np.concatenate(2 * [")),
        {"t1-visible", "t1-hidden-bonds"},
    ),
    "edges not joined": (
        changed("t1-bonds", ("np.roll(site, -1, axis=1)", "site"), ("right.", "right[:, :-1].")),
        {"t1-visible", "t1-hidden-bonds"},
    ),
    "rows taken for columns": (
        changed("t1-bonds", ("reshape(rows, columns)", "reshape(columns, rows)")),
        {"t1-hidden-bonds"},
    ),
    "sites numbered as in a square": (
        changed("t1-bonds", (NUMBERS, "rows * np.c_[:rows] + np.r_[:columns]")),
        {"t1-hidden-bonds"},
    ),
    "a sum that overflows": (changed("t1-energy", ("np.int64", "np.int8"), ONE_BY_ONE), {"t1-hidden-energy"}),
    "field with the wrong sign": (changed("t1-energy", ("- h *", "+ h *")), {"t1-visible", "t1-hidden-energy"}),
    "coupling left out": (changed("t1-energy", ("-J * np", "-np")), {"t1-visible", "t1-hidden-energy"}),
    "energies of ordered pairs": (changed("t1-energy", ("-J * np", "-2 * J * np")), {"t1-visible", "t1-hidden-energy"}),
    "T for beta": (changed("t2-law", (") / T)", ") * T)")), {"t2-visible", "t2-hidden-law", "t2-hidden-response"}),
    "weights not normalised": (
        changed("t2-law", ("weights / weights.sum()", "weights")),
        {"t2-visible", "t2-hidden-law", "t2-hidden-response"},
    ),
    "overflow when it is cold": (changed("t2-law", (" - energies.min()", "")), {"t2-hidden-law"}),
    "field left out of the law": (
        changed("t2-law", ("bonds, J, h) for", "bonds, J, 0) for")),
        {"t2-visible", "t2-hidden-law", "t2-hidden-response"},
    ),
    "response without beta": (changed("t2-law", ("/ (T * n)", "/ n")), {"t2-visible", "t2-hidden-response"}),
    "response of all spins": (changed("t2-law", ("/ (T * n)", "/ T")), {"t2-hidden-response"}),
    "variance of m for that of M": (changed("t2-law", ("/ (T * n)", "/ (T * n**2)")), {"t2-hidden-response"}),
    "half of the cost": (
        changed("t3-sweep", ("cost = 2 *", "cost =")),
        {"t3-visible", "t3-hidden-law", "t3-hidden-everywhere"},
    ),
    "field left out of the cost": (
        changed("t3-sweep", ("(J * beside + h)", "J * beside")),
        {"t3-hidden-law", "t3-hidden-everywhere"},
    ),
    "field turned round": (
        changed("t3-sweep", ("beside + h", "beside - h")),
        {"t3-hidden-law", "t3-hidden-everywhere"},
    ),
    "edge of a square": (changed("t3-sweep", ("(c + 1) % columns", "(c + 1) % rows")), {"t3-hidden-law"}),
    "last row never picked": (
        changed("t3-sweep", ("rng.integers(rows,", "rng.integers(rows - 1,")),
        {"t3-hidden-everywhere"},
    ),
    "edges left out of the sweep": (changed("t3-sweep", SITES), {"t3-hidden-everywhere"}),
    "one flip for a sweep": (
        changed("t3-sweep", ("n = rows * columns", "n = 1")),
        {"t3-visible", "t3-hidden-everywhere"},
    ),
    "a copy is swept": (
        changed("t3-sweep", ("spins[...] = table", "return np.array(table)")),
        {"t3-visible", "t3-hidden-everywhere"},
    ),
    "all spins at once": (changed("t3-sweep", *ALL_AT_ONCE), {"t3-visible", "t3-hidden-law", "t3-hidden-everywhere"}),
    "heat bath": (changed("t3-sweep", (METROPOLIS, "u < 1 / (1 + np.exp(cost / T))")), {"t3-visible"}),
    "biased variance": (changed("t4-error", ("ddof=1", "ddof=0")), {"t4-visible", "t4-hidden-error"}),
    "records taken for independent": (
        changed("t4-error", (ERROR, "np.std(series, ddof=1) / np.sqrt(len(series))")),
        {"t4-visible", "t4-hidden-error", "t4-hidden-energy"},
    ),
    "scatter taken for error": (
        changed("t4-error", (ERROR, "np.std(means, ddof=1)")),
        {"t4-visible", "t4-hidden-error", "t4-hidden-energy"},
    ),
    "as many blocks as records": (
        changed("t4-error", ("np.sqrt(blocks)", "np.sqrt(len(series))")),
        {"t4-visible", "t4-hidden-error", "t4-hidden-energy"},
    ),
    "no thought of a remainder": (
        changed("t4-error", (MEAN, "means = np.reshape(series, (blocks, length)).mean(axis=1)")),
        {"t4-hidden-error"},
    ),
    "energy of the whole lattice": (changed("t4-error", (" / L**2", "")), {"t4-hidden-energy"}),
    "naive error at the end": (
        changed("t4-error", ("blocked_error(series, 20)", "series.std() / np.sqrt(len(series))")),
        {"t4-hidden-energy"},
    ),
    "another temperature": (changed("t4-error", ("(spins, T,", "(spins, 1 / T,")), {"t4-hidden-energy"}),
    "m for |m|": (changed("t5-exponent", ("np.abs(run.m", "(run.m")), {"t5-hidden-exponents"}),
    "m squared": (
        changed("t5-exponent", ("np.abs(run.m[sweeps // 10 :])", "run.m[sweeps // 10 :] ** 2")),
        {"t5-hidden-exponents"},
    ),
    "magnetisation of all spins": (
        changed("t5-exponent", ("np.abs(run.m", "L**2 * np.abs(run.m")),
        {"t5-visible", "t5-hidden-exponents"},
    ),
    "exponent with the wrong sign": (
        changed("t5-exponent", ("-np.log(m2", "np.log(m2")),
        {"t5-visible", "t5-hidden-error"},
    ),
    "absolute errors": (
        changed("t5-exponent", (", ".join(RELATIVE), "m1.error, m2.error")),
        {"t5-visible", "t5-hidden-error"},
    ),
    "errors simply added": (
        changed("t5-exponent", ("np.hypot(m1.error / m1.value, m2.error / m2.value)", f"({' + '.join(RELATIVE)})")),
        {"t5-hidden-error"},
    ),
}  # fmt: skip


def marks(task, answers=()):
    """Points of the automatic cells of one task, as nbgrader gives them: all of a cell's, or none if it raises."""
    answers = {**SOLUTIONS, **dict(answers)}
    earned, namespace = {}, {"__name__": "__main__"}
    with matplotlib.rc_context(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for name, cell in CELLS.items():
            if name not in POINTS:
                exec(compile(answers.get(name, cell.source), name, "exec"), namespace)
            elif name.startswith(task) and name in AUTOMATIC:
                try:
                    exec(compile(cell.source, name, "exec"), namespace)
                except Exception:
                    earned[name] = 0
                else:
                    earned[name] = POINTS[name]
    return earned


def expected(*mistakes, task=""):
    """Points of the automatic cells (of one task) for answers that are right but for these mistakes."""
    refused = set().union(*(MISTAKES[mistake][1] for mistake in mistakes))
    return {name: 0 if name in refused else points for name, points in AUTOMATIC.items() if name.startswith(task)}


def test_the_lab_has_twenty_points_and_three_of_them_are_for_words():
    assert sum(POINTS.values()) == 20
    assert POINTS[WRITTEN] == 3


def test_the_points_that_the_lab_promises_are_those_of_its_cells():
    text = "\n".join(cell.source for cell in SOURCE.cells if cell.cell_type == "markdown")
    for task in "123456":
        points = sum(value for name, value in POINTS.items() if name.startswith(f"t{task}-"))
        assert f"\n## Task {task}" in f"\n{text}"
        heading = text[text.index(f"## Task {task}") :].splitlines()[0]
        assert f"({points} points" in heading
    for name, points in AUTOMATIC.items():
        assert CELLS[name].source.startswith(f"# {points} point"), name


def test_every_hidden_test_refuses_at_least_two_mistakes_and_visible_ones_do_not_catch_all():
    for name in AUTOMATIC:
        assert sum(name in refused for _, refused in MISTAKES.values()) >= 2, name
    for task in "12345":
        assert any(f"t{task}-visible" not in refused for (cell, _), refused in MISTAKES.values() if cell[1] == task)


@pytest.mark.parametrize("task", ["t1", "t2", "t3", "t4", "t5"])
def test_the_solutions_earn_all_points(task):
    assert marks(task) == expected(task=task)


@pytest.mark.parametrize("mistake", MISTAKES)
def test_a_typical_mistake_costs_what_it_should(mistake):
    answer, _ = MISTAKES[mistake]
    task = answer[0][:2]
    assert marks(task, [answer]) == expected(mistake, task=task)


# The round trip. Two courses, graded side by side, because one of them has to wait for an endless loop.

GROUPS = {
    "first-mistakes": [
        "rows taken for columns",
        "overflow when it is cold",
        "field left out of the cost",
        "naive error at the end",
        "m for |m|",
    ],
    "second-mistakes": [
        "a sum that overflows",
        "response without beta",
        "heat bath",
        "biased variance",
        "errors simply added",
    ],
}
# An energy that overflows on 16 × 16 sites spoils the measurement of task 4, too: it is the student's own.
KNOCK_ON = {"second-mistakes": {"t4-hidden-energy": 0}}
MARKS = {student: expected(*mistakes) | KNOCK_ON.get(student, {}) for student, mistakes in GROUPS.items()}
TIMEOUT = 40  # seconds a cell of the second course may take
LOUD = "import sys, warnings\n    warnings.warn('odd, but right')\n    print('a progress bar', file=sys.stderr)\n    "


def submission(release, answers, *, demonstrations=False):
    """A release notebook with some of its cells filled in, and the cells that only show something left out."""
    notebook = nbformat.from_dict(release)
    for cell in notebook.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id")
        if name in answers:
            cell.source = answers[name]
    if not demonstrations:
        notebook.cells = [c for c in notebook.cells if c.cell_type == "markdown" or "nbgrader" in c.metadata]
    return notebook


def tampered(notebook):
    """Every test cell says that all is well and is worth a hundred points, and one has been deleted."""
    for cell in notebook.cells:
        if cell.metadata.get("nbgrader", {}).get("grade_id") in AUTOMATIC:
            cell.source = "100.0"
            cell.metadata.nbgrader.points = 100
    notebook.cells = [c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") != "t1-hidden-bonds"]
    return notebook


@pytest.fixture(scope="module")
def released(tmp_path_factory):
    """A copy of the labs with its release version."""
    labs = tmp_path_factory.mktemp("course") / "labs"
    labs.mkdir()
    for name in (f"{LAB}.md", "nbgrader_config.py"):
        shutil.copy(ROOT / "labs" / name, labs)
    assert assignments.release(labs) == [labs / "release" / LAB / f"{LAB}.ipynb"]
    return labs


@pytest.fixture(scope="module")
def release(released):
    """The notebook that students get."""
    return nbformat.read(released / "release" / LAB / f"{LAB}.ipynb", as_version=4)


@pytest.fixture(scope="module")
def graded(released, release, tmp_path_factory):
    """All submissions, graded: marks by student and cell, and the folder and nbgrader's report of each course."""
    from nbgrader.api import Gradebook

    wrong = {student: dict(MISTAKES[mistake][0] for mistake in mistakes) for student, mistakes in GROUPS.items()}
    endless = (
        "length =",
        "while len(series) % blocks:\n        series[1:]  # and not series = series[1:]\n    length =",
    )
    loops = {name: SOLUTIONS[name] for name in ("t1-bonds", "t1-energy", "t5-exponent")}
    loops |= dict([changed("t1-energy", ("spins = ", LOUD + "spins = ")), changed("t4-error", endless)])
    courses = {
        "patient": {
            "perfect": submission(release, SOLUTIONS, demonstrations=True),
            "first-mistakes": tampered(submission(release, SOLUTIONS | wrong["first-mistakes"])),
            "second-mistakes": submission(release, SOLUTIONS | wrong["second-mistakes"]),
        },
        "hurried": {
            "blank": release,
            "crashes": submission(release, {**SOLUTIONS, "t1-bonds": "import os\nos._exit(1)"}),
            "loops": submission(release, loops),
        },
    }

    def grade(course):
        labs = tmp_path_factory.getbasetemp() / f"grading-{course}"
        shutil.copytree(released, labs)
        for student, notebook in courses[course].items():
            path = labs / "submitted" / student / LAB / f"{LAB}.ipynb"
            path.parent.mkdir(parents=True)
            nbformat.write(notebook, path)
        options = [f"--Execute.timeout={TIMEOUT}"] if course == "hurried" else []
        report = assignments.nbgrader("autograde", LAB, *options, labs=labs)
        if course == "patient":
            for command in (("generate_feedback", LAB, "--student", "perfect"), ("export",)):
                done = assignments.nbgrader(*command, labs=labs)
                assert done.returncode == 0, done.stderr
        return course, labs, report

    with ThreadPoolExecutor() as pool:
        done = list(pool.map(grade, courses))

    result, folders, reports = {}, {}, {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PATH", str(Path(sys.executable).parent), prepend=os.pathsep)
        for course, labs, report in done:
            folders[course], reports[course] = labs, report
            with Gradebook(f"sqlite:///{labs / 'gradebook.db'}", "spins-to-neurons") as book:
                for student in courses[course]:
                    grades = book.find_submission_notebook(LAB, LAB, student).grades
                    result[student] = {grade.name: (grade.auto_score, grade.cell.max_score) for grade in grades}
    return result, folders, reports


def automatic(marks):
    """Points by cell of all but the written answer."""
    return {name: earned for name, (earned, _) in marks.items() if name != WRITTEN}


def test_the_solutions_earn_full_marks_and_the_words_wait_for_a_person(graded):
    marks = graded[0]["perfect"]
    assert automatic(marks) == AUTOMATIC
    assert marks[WRITTEN] == (None, 3)
    assert graded[2]["patient"].returncode == 0, graded[2]["patient"].stderr


def test_a_blank_submission_earns_nothing(graded):
    assert {earned for earned, _ in graded[0]["blank"].values()} == {0}


@pytest.mark.parametrize("student", GROUPS)
def test_nbgrader_gives_a_wrong_submission_the_marks_it_should_get(graded, student):
    assert automatic(graded[0][student]) == MARKS[student]


def test_an_endless_loop_costs_its_own_cells_and_a_warning_costs_nothing(graded):
    marks = automatic(graded[0]["loops"])
    right = {name for name in AUTOMATIC if name.startswith(("t1", "t5"))} | {"t4-visible"}  # t5 comes after the loop
    assert marks == {name: points if name in right else 0 for name, points in AUTOMATIC.items()}
    notebook = nbformat.read(graded[1]["hurried"] / "autograded" / "loops" / LAB / f"{LAB}.ipynb", as_version=4)
    (cell,) = [c for c in notebook.cells if c.metadata.get("nbgrader", {}).get("grade_id") == "t4-hidden-error"]
    assert any(output.get("ename") in ("CellTimeoutError", "KeyboardInterrupt") for output in cell.outputs)


def test_a_crash_fails_one_submission_by_name_and_the_rest_are_graded(graded):
    marks, _, reports = graded
    assert {earned for earned, _ in marks["crashes"].values()} == {None}
    assert reports["hurried"].returncode != 0
    assert "student 'crashes'" in reports["hurried"].stderr
    assert None not in automatic(marks["loops"]).values()
    assert None not in marks["blank"].values()


def test_edited_and_deleted_test_cells_are_restored(graded):
    assert {name: points for name, (_, points) in graded[0]["first-mistakes"].items()} == POINTS
    path = graded[1]["patient"] / "autograded" / "first-mistakes" / LAB / f"{LAB}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    restored = {c.metadata.nbgrader.grade_id: c.source for c in notebook.cells if "nbgrader" in c.metadata}
    for name in AUTOMATIC:
        assert restored[name].endswith(CELLS[name].source), name  # above a deleted one nbgrader says that it was


def test_feedback_and_marks_come_out(graded):
    labs = graded[1]["patient"]
    page = (labs / "feedback" / "perfect" / LAB / f"{LAB}.html").read_text(encoding="utf-8")
    assert "(Score: 17.0 / 20.0)" in page
    with open(labs / "grades.csv", newline="", encoding="utf-8") as table:
        rows = {row["student_id"]: (float(row["score"]), float(row["max_score"])) for row in csv.DictReader(table)}
    assert rows == {
        "perfect": (17, 20),
        **{student: (sum(marks.values()), 20) for student, marks in MARKS.items()},
    }


# What students get.


def code(notebook):
    return [cell.source for cell in notebook.cells if cell.cell_type == "code"]


def regions(begin, end):
    """Lines between two delimiters, anywhere in the source notebook."""
    found, inside = [], False
    for line in "\n".join(code(SOURCE)).splitlines():
        if end in line:
            inside = False
        if inside and line.strip():
            found.append(line.strip())
        if begin in line:
            inside = True
    return found


def test_students_get_no_solution_and_no_hidden_test(release):
    told = {line.strip() for source in code(release) for line in source.splitlines()}
    secret = regions("BEGIN SOLUTION", "END SOLUTION") + regions("BEGIN HIDDEN", "END HIDDEN")
    assert len(secret) > 100
    # What visible cells say as well is no secret: imports, the start of a loop.
    public = {line.strip() for name in CELLS if "visible" in name for line in CELLS[name].source.splitlines()}
    assert [
        line for line in secret if line in told and line not in public and not line.startswith(("import", "from"))
    ] == []
    everything = "\n".join(cell.source for cell in release.cells)
    assert "SOLUTION" not in everything
    assert "HIDDEN" not in everything
    assert not any(line in everything for line in SOLUTIONS[WRITTEN].splitlines() if line)
    assert not any(cell.get("outputs") for cell in release.cells)


def test_the_stubs_are_python_and_keep_their_docstrings(release):
    for cell in release.cells:
        name = cell.metadata.get("nbgrader", {}).get("grade_id")
        if cell.cell_type == "code":
            tree = ast.parse(cell.source)
        if name in SOLUTIONS and cell.cell_type == "code":
            functions = [node for node in tree.body if isinstance(node, ast.FunctionDef)]
            wanted = [node for node in ast.parse(SOLUTIONS[name]).body if isinstance(node, ast.FunctionDef)]
            assert functions
            for stub, solved in zip(functions, wanted, strict=True):
                assert ast.get_docstring(stub)
                assert ast.get_docstring(stub) == ast.get_docstring(solved)
                assert ast.dump(stub.args) == ast.dump(solved.args)
                assert isinstance(stub.body[-1], ast.Raise)


def test_the_release_version_runs_up_to_its_stubs(graded):
    path = graded[1]["hurried"] / "autograded" / "blank" / LAB / f"{LAB}.ipynb"
    for cell in nbformat.read(path, as_version=4).cells:
        if cell.cell_type == "code":
            errors = [output.ename for output in cell.outputs if output.output_type == "error"]
            name = cell.metadata.get("nbgrader", {}).get("grade_id", "a demonstration")
            stub_called = name in AUTOMATIC or name == "a demonstration"
            assert errors == (["NotImplementedError"] if stub_called else []), (name, errors)


# How the release version is made.


def test_the_same_text_gives_the_same_release_version(released):
    files = [path for folder in ("source", "release") for path in (released / folder).rglob("*") if path.is_file()]
    assert [path.name for path in files] == [f"{LAB}.ipynb"] * 2
    before = [path.read_bytes() for path in files]
    assignments.release(released)
    assert [path.read_bytes() for path in files] == before


def test_edits_in_the_source_notebook_are_not_overwritten(tmp_path):
    text = Path(shutil.copy(ROOT / "labs" / f"{LAB}.md", tmp_path))
    path = assignments.write_source(text)
    assignments.write_source(text)  # once more is no edit
    notebook = nbformat.read(path, as_version=4)
    notebook.cells[0].source += " A line of my own."
    nbformat.write(notebook, path)
    with pytest.raises(assignments.LabError, match="edited by hand"):
        assignments.write_source(text)
    assert "A line of my own." in path.read_text(encoding="utf-8")


def test_a_lab_that_cannot_be_made_stops_with_its_name(tmp_path):
    with pytest.raises(assignments.LabError, match="there is no lab"):
        assignments.release(tmp_path)
    text = (ROOT / "labs" / f"{LAB}.md").read_text(encoding="utf-8")
    (tmp_path / "lab-9-broken.md").write_text(text.replace("### END HIDDEN TESTS", "", 1), encoding="utf-8")
    with pytest.raises(assignments.LabError, match="lab-9-broken"):
        assignments.release(tmp_path)
