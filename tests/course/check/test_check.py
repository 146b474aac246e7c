"""What holds for all checks: three answers, one line each, in time, and nothing left changed."""

import _thread
import io
import json
import math
import random
import re
import signal
import sys
import threading
import time
from pathlib import Path

import numpy as np
import pytest

from spinlearn.course import check as package
from spinlearn.course.check import NOT_ATTEMPTED, NOT_YET, RIGHT, check, declaration, exercises, limits
from spinlearn.course.check.answers import NotAttemptedError, NotYetError, numbers, sayable
from spinlearn.course.check.declared import ANY, Choice, Numbers, Option, above, at, below, case, near, otherwise
from spinlearn.meanfield import curie_weiss
from spinlearn.neuron.activation import mish

PAGES = Path(__file__).parents[3] / "source" / "chapters"


@pytest.fixture
def soon(monkeypatch):
    """A time limit that a test can wait for."""
    monkeypatch.setattr(limits, "LIMIT", 0.1)


@pytest.mark.parametrize("exercise", ["1.2-z", "99", "", None, 3.7])
def test_an_unknown_exercise_is_named_and_the_known_ones_listed(exercise):
    verdict = check(exercise, 1.0)
    assert verdict.status == NOT_YET
    assert "1.2-a" in verdict.reason


def test_a_verdict_prints_as_one_line():
    assert repr(check("1.2-a", 0.377)).startswith("✓ right: ")
    assert "\n" not in repr(check("1.2-a", 3))


@pytest.mark.parametrize(
    ("encoding", "line"),
    [
        ("utf-8", "✓ right: √(½) is 3 × σ²."),
        ("cp1252", "+ right: sqrt (½) is 3 × sigma²."),
        ("ascii", "+ right: sqrt (1/2) is 3 x sigma2."),
    ],
)
def test_a_verdict_prints_on_a_screen_that_lacks_its_signs(monkeypatch, encoding, line):
    screen = io.BytesIO()
    text = io.TextIOWrapper(screen, encoding=encoding, write_through=True)
    monkeypatch.setattr(sys, "stdout", text)
    print(package.Verdict(RIGHT, "√(½) is 3 × σ²."))
    print("y" * 100_000, file=limits.Cut(text))
    monkeypatch.undo()
    assert screen.getvalue().decode(encoding).startswith(line)


def test_every_sign_of_the_checks_has_a_plain_form():
    folder, read = Path(package.__file__).parent, ("written.py", "spelt.py")  # signs that are read, not said
    files = [*folder.glob("*.toml"), *(file for file in folder.glob("*.py") if file.name not in read)]
    signs = {one for file in files for one in file.read_text(encoding="utf-8")}
    assert "?" not in sayable("".join(signs - {"?"}), "ascii")


def test_the_exercises_are_those_of_the_pages():
    asked = [
        one
        for page in sorted(PAGES.glob("[1-9]-*/[1-9]-*.md"))
        for one in re.findall(r'^check\("([\d.]+-[a-z]\d*)"', page.read_text(encoding="utf-8"), re.M)
    ]
    assert exercises() == asked


@pytest.mark.parametrize("exercise", exercises())
def test_a_declaration_is_data(exercise):
    data = declaration(exercise)
    assert json.loads(json.dumps(data, allow_nan=False)) == json.loads(json.dumps(data))
    assert data["exercise"] == exercise
    assert data["kind"] in ("function", "numbers", "choice")


@pytest.mark.parametrize("exercise", [one for one in exercises() if declaration(one)["kind"] == "numbers"])
def test_each_wrong_turn_has_a_value_of_its_own(exercise):
    """Two mistakes with the same number cannot be told apart: the exercise has to be asked with other numbers."""

    def middle(low, high):
        if low is None:
            return 0.0 if high is None else high - 1
        return low + 1 if high is None else (low + high) / 2

    turns = declaration(exercise)["turns"]
    for turn in turns:
        for other in turns:
            pairs = zip(turn["where"], other["where"], strict=True)
            asked = [(middle(*own), its) for own, its in pairs if ANY not in (own, its)]
            same = bool(asked) and all(
                (low is None or low <= x) and (high is None or x <= high) for x, (low, high) in asked
            )
            assert not same or turn["reason"] == other["reason"], (turn["reason"], other["reason"])


def test_a_declaration_says_all_that_judging_needs():
    """The rule in the docstring of `declared`, followed on the data alone, gives the sentence that `check` gives."""

    def judged(data, values):
        def holds(one):
            return all(
                (low is None or low <= value) and (high is None or value <= high)
                for value, (low, high) in zip(values, one["where"], strict=True)
            )

        cases = [*data["turns"], data["right"], *data["rest"]]
        return next(one for one in cases if holds(one))["reason"]

    rng = np.random.default_rng(5)
    tried = 0
    for exercise in exercises():
        data = json.loads(json.dumps(declaration(exercise)))
        if data["kind"] != "numbers":
            continue
        ends = [[end for end in interval if end is not None] for one in [*data["turns"], data["right"], *data["rest"]]
                for interval in one["where"]]  # fmt: skip
        pool = np.array([-1.0, 0.0, 0.5, 1e3, *(end for pair in ends for end in pair)])
        for _ in range(100):
            values = rng.choice(pool, data["parts"]) * rng.choice([1, 1, 1 + 1e-9, 0.999])
            assert check(exercise, values).reason == judged(data, values)
            tried += 1
    assert tried >= 900


def test_an_unknown_declaration_is_an_error():
    with pytest.raises(ValueError, match="exercise must be the id of one"):
        declaration("1.2-z")


def test_turns_come_before_the_right_answer_and_the_rest_after_it():
    six = Numbers(
        "a temperature",
        right=at(6, 0.1, "six."),
        turns=[at(6.1, 0.05, "nearly."), case(below(0), "cold.")],
        rest=[case(above(100), "hot."), otherwise("no.")],
    )
    said = {}
    for value in (5.9, 6.0, 6.06, 6.09, 6.2, 0.0, -1e-300, 100.0, 100.1):
        try:
            said[value] = six.judge(value)
        except NotYetError as reason:
            said[value] = str(reason)
    assert list(said.values()) == ["six.", "six.", "nearly.", "nearly.", "no.", "no.", "cold.", "no.", "hot."]


@pytest.mark.parametrize(
    ("changed", "word"),
    [
        ({"turns": [at(6, 1, "that is right, too.")]}, "must not hold at the right answer"),
        ({"rest": [case(below(3), "cold.")]}, "always holds"),
        ({"rest": ()}, "always holds"),
        ({"rest": [otherwise("no.", parts=2)]}, "intervals"),
        ({"right": case(above(5), "six.")}, "two ends"),
    ],
)
def test_a_declaration_that_contradicts_itself_is_refused(changed, word):
    with pytest.raises(ValueError, match=word):
        Numbers(**({"what": "a number", "right": at(6, 0.1, "six."), "rest": [otherwise("no.")]} | changed))


def test_a_pair_is_judged_in_its_order():
    two = Numbers("x and y", case([near(1, 0.1), near(2, 0.1)], "yes."), rest=[otherwise("no.", parts=2)])
    assert two.judge((1, 2)) == "yes."
    with pytest.raises(NotYetError, match=r"no\."):
        two.judge((2, 1))
    with pytest.raises(NotYetError, match="two numbers are wanted, x and y, but 3 numbers came"):
        two.judge((1, 2, 3))
    with pytest.raises(NotAttemptedError):
        two.judge((1, ...))


def test_a_choice_is_made_by_letter_or_number():
    choice = Choice([Option("It falls.", "it does not."), Option("It rises.", "so it is.", right=True)])
    assert choice.judge("b") == choice.judge(" (B) ") == choice.judge(2) == choice.judge(np.int64(2)) == "so it is."
    for other, word in (("a", "does not"), (1, "does not"), ("c", "letters a, b"), (3, "one of a, b"), (1.5, "one of")):
        with pytest.raises(NotYetError, match=word):
            choice.judge(other)
    assert choice.data()["options"][1] == {"text": "It rises.", "reason": "so it is.", "right": True}
    with pytest.raises(ValueError, match="exactly one"):
        Choice([Option("It falls.", "no."), Option("It rises.", "no.")])


@pytest.mark.parametrize(
    ("answer", "word"),
    [
        (1 + 1e-3j, "complex"),
        ("some", "“some” cannot be read as a number"),
        (abs, "a function came"),
        ([1.0, 2.0], "2 numbers came"),
        ([], "0 numbers came"),
        (float("nan"), "nan came, which is not finite"),
        (10**400, "too large"),
        ([None], "None came"),
        ({"T": 1.0}, "type dict came"),
    ],
)
def test_what_is_no_number_is_named(answer, word):
    with pytest.raises(NotYetError, match=word):
        numbers(answer, 1, "a temperature")


def loops(*arguments):
    while True:
        pass


def running():
    """Answers that still run; a thread takes a moment to leave when its work is done."""
    for one in threading.enumerate():
        if one.name == "answer":
            one.join(1)
    return [one for one in threading.enumerate() if one.name == "answer"]


def loops_in_spite_of_errors(*arguments):
    while True:
        try:
            time.sleep(0.001)
        except Exception:
            continue


def sleeps(*arguments):
    time.sleep(3)


def loops_at_leisure(*arguments):
    while True:
        time.sleep(0.01)


class Endless:
    """A number that takes for ever to say which."""

    def __init__(self, loop=loops):
        self.loop = loop

    def __float__(self):
        self.loop()


def loops_in_its_error(*arguments):
    class Slow(Exception):
        def __str__(self):
            loops()

    raise Slow


@pytest.mark.usefixtures("soon")
@pytest.mark.parametrize("answer", [loops, loops_in_spite_of_errors, loops_in_its_error, lambda *a: Endless()])
@pytest.mark.parametrize("elsewhere", [False, True], ids=["main thread", "another thread"])
def test_an_answer_that_loops_is_stopped_and_told(answer, elsewhere):
    verdicts = []
    if elsewhere:
        asking = threading.Thread(target=lambda: verdicts.append(check("1.2-c", answer)))
        asking.start()
        asking.join()
    else:
        verdicts.append(check("1.2-c", answer))
    assert verdicts[0].status == NOT_YET
    assert "was stopped after 0.1 seconds" in verdicts[0].reason
    assert not running()


@pytest.mark.slow
@pytest.mark.usefixtures("soon")
@pytest.mark.parametrize("exercise", exercises())
def test_no_exercise_waits_for_ever(exercise):
    data = declaration(exercise)
    verdict = check(exercise, loops_at_leisure if data["kind"] == "function" else Endless(loops_at_leisure))
    assert "was stopped" in verdict.reason


@pytest.mark.usefixtures("soon")
def test_what_cannot_be_stopped_is_left_alone_and_told(monkeypatch):
    monkeypatch.setattr(limits, "GRACE", 0.2)
    done = threading.Event()

    def stubborn(*arguments):
        while not done.is_set():
            try:
                time.sleep(0.01)
            except BaseException:
                continue

    verdict = check("1.2-c", stubborn)
    done.set()
    assert verdict.status == NOT_YET
    assert "could not be stopped" in verdict.reason
    assert check("1.2-a", 0.377).status == RIGHT


def test_an_interrupt_of_who_waits_gets_through_and_stops_the_answer():
    def press():
        if hasattr(signal, "pthread_kill"):  # a real Ctrl-C, in the middle of the waiting
            signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)
        else:
            _thread.interrupt_main()

    timer = threading.Timer(0.3, press)
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        check("1.2-c", loops)
    assert not running()


def test_an_answer_leaves_no_traces(capsys):
    def meddles(*arguments):
        nonlocal calls
        calls += 1
        random.seed(1)
        np.random.seed(1)  # noqa: NPY002
        np.seterr(all="raise")
        np.set_printoptions(precision=2)
        sys.setrecursionlimit(500)
        print("x" * 100, file=sys.stderr)
        print("y" * 100_000)
        return 0.5

    calls = 0

    def state():
        return (
            random.getstate(),
            [str(part) for part in np.random.get_state()],  # noqa: NPY002
            np.geterr(),
            np.get_printoptions(),
            sys.getrecursionlimit(),
            sys.stdout,
            sys.stderr,
        )

    before = state()
    assert check("1.2-c", meddles).status == NOT_YET
    assert state() == before
    out, err = capsys.readouterr()
    assert len(out) < limits.PRINTED + 100
    assert "prints more than is shown" in out
    assert err == calls * f"{'x' * 100}\n"


def test_warnings_of_an_answer_stay_out_of_the_page(recwarn):
    check("1.2-c", lambda b, T: np.log(-1.0) + np.exp(np.float64(1e6)))
    assert not recwarn.list


def test_without_threads_an_answer_is_checked_all_the_same(monkeypatch):
    def none(self):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", none)
    assert check("1.2-a", 0.3772).status == RIGHT
    assert check("1.2-c", lambda b, T: 1 / 0).status == NOT_YET


def no_return(b, T):
    weight = b / T
    weight += 1


def dots_below(b, T):
    if b > 0:
        return 1.0
    return ...


def prepared(b, T):
    """A stub that has something filled in already."""
    weight = b / T  # noqa: F841
    return ...


@pytest.mark.parametrize(
    ("answer", "status", "word"),
    [
        (no_return, NOT_YET, "returns nothing"),
        (dots_below, NOT_YET, "called with (-3, 0.8) your function returns the three dots"),
        (prepared, NOT_ATTEMPTED, "Replace the three dots"),
        (print, NOT_YET, "returns nothing"),
    ],
)
def test_what_returns_nothing_is_told_apart_from_what_is_untouched(answer, status, word):
    verdict = check("1.2-c", answer)
    assert verdict.status == status
    assert word in verdict.reason


def test_errors_name_the_arguments_and_an_overflow_says_what_to_do():
    assert (
        "called with (-3, 0.8) your function stopped with ZeroDivisionError"
        in check("1.2-c", lambda b, T: 1 / 0).reason
    )
    assert "exponents are negative" in check("1.2-c", lambda b, T: math.exp(1e4)).reason


def whole(*arguments):
    return float(10**400)


@pytest.mark.parametrize(
    ("exercise", "formula", "hard", "advice"),
    [
        ("1.2-c", lambda b, T: 1 / (1 + np.exp(-2 * b / T)), lambda b, T: abs(b) > 100, "Divide through"),
        ("2.1-c", lambda N, T: curie_weiss(N, T).abs_m, lambda N, T: N > 1000, "Work with the logarithms"),
        ("3.1-b", lambda m: m / np.arctanh(m), lambda m: m == 0, "wants a line of its own"),
        ("3.2-b", mish.slope, lambda x: abs(x) > 100, "Write the formula in e^-|x|"),
    ],
)
def test_advice_goes_with_the_mistake_that_it_mends(exercise, formula, hard, advice):
    """Numbers that grow beyond the floats get it; text, two numbers, a forgotten branch and other errors do not."""

    def reason(failure):
        return check(exercise, lambda *a: failure(*a) if hard(*a) else formula(*a)).reason

    assert advice in reason(lambda *a: float("nan"))
    assert (advice in reason(whole)) == (exercise != "3.1-b")
    assert (advice in reason(lambda *a: 1 / 0)) == (exercise == "3.1-b")
    for failure in (lambda *a: "text", lambda *a: (1.0, 2.0), lambda *a: None, lambda *a: {}["T"], lambda *a: 1j):
        assert advice not in reason(failure)
    assert advice not in check(exercise, 5.0).reason


@pytest.mark.parametrize(
    ("grows", "advice"),
    [
        (lambda b, T: math.exp(1e4), "or subtract the largest one first."),
        (lambda b, T: math.e**1e4, "or subtract the largest one first."),
        (whole, "floating-point numbers end at 1.8e308."),
        (lambda b, T: int(math.inf), "cannot convert float infinity to integer."),
    ],
)
def test_an_overflow_is_told_by_what_grew(grows, advice):
    assert check("1.2-c", grows).reason.endswith(advice)


def test_the_registry_reads_the_names_of_the_files(tmp_path, monkeypatch):
    (tmp_path / "p9_10_anything.py").write_text('EXERCISES = {"a": lambda answer: "yes."}\n', encoding="utf-8")
    monkeypatch.setattr(package, "__path__", [*package.__path__, str(tmp_path)])
    assert check("9.10-a", 1).status == RIGHT
    assert exercises()[-1] == "9.10-a"


@pytest.mark.parametrize("page", sorted(PAGES.glob("[1-9]-*/[1-9]-*.md")), ids=lambda page: page.stem)
def test_a_page_says_where_its_exercises_are_done_and_answered(page):
    text = page.read_text(encoding="utf-8").partition("## Exercises")[2]
    assert "Open this page in JupyterLab (`make lab`" in text
    assert "replace the three dots" in text
    assert f"[Worked answers](../../solutions/{page.parent.name}/{page.stem}.ipynb)" in text
