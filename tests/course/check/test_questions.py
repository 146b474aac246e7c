"""What a page asks inside its text is declared whole, or the place is named where it is not."""

import re

import pytest

from spinlearn.course import check as package
from spinlearn.course.check import NOT_YET, RIGHT, asked, check, declaration, exercises, questions

QUESTION = '[q1]\nright = "b"\na = "no."\nb = "yes."\n'
NUMBER = '[p1]\ncell = "here"\nmeasured = "0.342"\nwithin = 0.05\nsays = "so."\n'
CHOICE = '[p2]\ncell = "here"\nmeasured = "2.13"\nright = "a"\na = "yes."\nb = "no."\nsays = "so."\n'
CURVE = (
    '[p3]\ncell = "here"\ncolumns = [0, 2]\nx = {label = "T", from = 1, to = 4}\ny = {label = "m", from = 0, to = 1}\n'
    'says = "so."\n'
)


@pytest.fixture
def declared(tmp_path):
    """Load a text as the declarations of a page."""

    def load(text):
        path = tmp_path / "p9_9_page.toml"
        path.write_text(text, encoding="utf-8")
        return questions.load(path)

    return load


def test_all_kinds_are_read(declared):
    q1, p1, p2, p3 = declared(QUESTION + NUMBER + CHOICE + CURVE).values()
    assert q1.data()["kind"] == "choice"
    assert [option.right for option in q1.options] == [False, True]
    assert (p1.form, p1.measured, p1.within) == ("number", "0.342", 0.05)
    assert (p2.form, [option.reason for option in p2.options]) == ("choice", ["yes.", "no."])
    assert (p3.form, p3.columns, p3.x.high, p3.y.label) == ("curve", (0, 2), 4.0, "m")
    assert p1.data()["kind"] == "prediction"
    assert (p3.x.said, p3.y.said, p3.also) == ("T = {}", "{}", ())


def test_what_a_number_can_be_may_be_declared(declared):
    assert declared(NUMBER)["p1"].between is None
    assert declared(NUMBER + "between = [0, 1]\n")["p1"].between == (0.0, 1.0)


def test_a_value_on_an_axis_may_be_said_in_its_unit_and_other_cells_may_be_covered(declared):
    said = CURVE.replace('"T", from = 1, to = 4', '"T / J", from = 1, to = 4, said = "T = {} J"')
    made = declared(said + 'also = ["live"]\n')["p3"]
    assert (made.x.label, made.x.said, made.also) == ("T / J", "T = {} J", ("live",))


def test_a_page_without_declarations_asks_nothing(tmp_path):
    assert questions.load(tmp_path / "nothing.toml") == {}


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        (QUESTION.replace('right = "b"\n', ""), "q1: right is missing"),
        (QUESTION.replace('right = "b"', 'right = "c"'), "q1: right must be one of a, b, not 'c'"),
        (QUESTION.replace('right = "b"', 'right = ["a", "b"]'), "q1: right must be a text"),
        (QUESTION.replace('right = "b"', 'right = "b"\nright = "a"'), "p9_9_page.toml: .*overwrite"),
        (QUESTION.replace('b = "yes."', 'c = "yes."'), "q1: options must be two to eight, a, b, c and so on, not a, c"),
        (QUESTION.replace('a = "no."\n', ""), "q1: options must be"),
        (QUESTION.replace('a = "no."', 'a = " "'), "q1: a is empty"),
        (QUESTION + 'says = "so."', "q1: there is no use for says"),
        (QUESTION.replace("q1", "x1"), "x1: the name must be q1"),
        ('q1 = "b"', "q1: must be a table"),
        (NUMBER.replace('measured = "0.342"\n', ""), "p1: measured is missing"),
        (NUMBER.replace('"0.342"', "0.342"), "p1: measured must be a text"),
        (NUMBER.replace("0.342", "a third"), "p1: measured must be a number"),
        (NUMBER.replace('cell = "here"\n', ""), "p1: cell is missing"),
        (NUMBER.replace('says = "so."\n', ""), "p1: says is missing"),
        (NUMBER.replace("within = 0.05\n", ""), "p1: within is missing"),
        (NUMBER.replace("0.05", "0"), "p1: within must be above 0"),
        (NUMBER + "between = [0.5, 1]\n", "p1: between must be two numbers with what was measured between them"),
        (NUMBER + "between = [1, 0]\n", "p1: between must be two numbers"),
        (NUMBER + "between = [0]\n", "p1: between must be two numbers"),
        (NUMBER + 'between = ["0", 1]\n', "p1: between must be two numbers"),
        (NUMBER + "between = 1\n", "p1: between must be a list"),
        (CHOICE + "between = [0, 3]\n", "p2: there is no use for between"),
        (CHOICE.replace('right = "a"\n', ""), "p2: right is missing"),
        (CURVE.replace("[0, 2]", "[0]"), "p3: columns must be two whole numbers"),
        (CURVE.replace("[0, 2]", "[0, -1]"), "p3: columns must be two whole numbers"),
        (CURVE.replace("from = 1, ", ""), "p3: x must have label, from and to"),
        (CURVE.replace('"T"', '"T / J"'), "p3: x needs said"),
        (CURVE.replace('"m"', '"swing / mV"'), "p3: y needs said"),
        (CURVE.replace("to = 4", 'to = 4, said = "T"'), "p3: said of x must have {} once"),
        (CURVE + "also = [1]\n", "p3: also must be a list of tags"),
        (CURVE.replace("to = 4", "to = 1"), "p3: x must go from a number to a larger one"),
        (CURVE.replace('y = {label = "m", from = 0, to = 1}\n', ""), "p3: y is missing"),
    ],
)
def test_what_is_not_in_order_is_named(declared, text, fault):
    with pytest.raises(ValueError, match=fault):
        declared(text)


@pytest.fixture
def page(monkeypatch, declared):
    """A page 9.9 that asks all of them."""
    entries = declared(QUESTION + NUMBER + CHOICE + CURVE)
    asked_before, pages_before = package._asked, package._pages
    monkeypatch.setattr(package, "_asked", lambda page: entries if page == "9.9" else asked_before(page))
    monkeypatch.setattr(package, "_exercises", lambda page: {})
    monkeypatch.setattr(package, "_pages", lambda: {**pages_before(), "9.9": "p9_9_page"})


def test_a_question_is_answered_in_the_notebook_too(page):
    assert asked("9.9") == ["9.9-q1", "9.9-p1", "9.9-p2", "9.9-p3"]
    assert check("9.9-q1", "b") == (RIGHT, "yes.")
    assert check("9.9-q1", 2) == (RIGHT, "yes.")
    assert check("9.9-q1", "(A)") == (NOT_YET, "no.")
    assert "choose one of a, b" in check("9.9-q1", "3").reason
    assert "neither right nor wrong" in check("9.9-p1", 0.3).reason
    assert "there is no exercise" in check("9.9-q7", "a").reason


def test_a_declaration_says_its_kind(page):
    assert declaration("9.9-q1")["kind"] == "choice"
    assert declaration("9.9-p3")["x"] == {"label": "T", "low": 1.0, "high": 4.0, "said": "T = {}"}
    with pytest.raises(ValueError, match="no exercise"):
        declaration("9.9-p4")


PREDICTED = [
    name
    for page in sorted({one.partition("-")[0] for one in exercises()})
    for name in asked(page)
    if declaration(name)["kind"] == "prediction"
]


@pytest.mark.parametrize("name", PREDICTED)
def test_what_is_said_to_everyone_scolds_nobody_who_was_right(name):
    """It begins with what is the case, neither with what it is not, nor as the verdict on a guess does."""
    said = declaration(name)["says"]
    assert not re.match(r"(?:Not?|Never|Exactly|Close|Off|It is no|It is not|Wrong|Right)\b", said)
    assert not re.search(r"[:;,] not a (?:matter|little|few)\b", said)


def test_nearly_all_is_close_to_nearly_all():
    declared = declaration("1.2-p3")
    for guess in (0.9, 0.95, 0.98, 1.0):
        assert abs(guess - float(declared["measured"])) <= declared["within"]
    for guess in (0.07, 0.14, 0.5, 0.8):
        assert abs(guess - float(declared["measured"])) > declared["within"]
