"""Am I right? Every exercise of the course, answered at once.

``check("1.2-a", answer)`` gives one of three answers: *not attempted yet*, *not yet: because …*, or *right*. It needs
no network, and it never raises: whatever an answer does, and however long it takes, the reader gets a sentence back.

The exercises of page 1.2 are in the file whose name begins with ``p1_2_``. Its table ``EXERCISES`` gives each letter
either a declaration, for an answer of numbers or a choice (see `declared`), or a function that receives the answer and
returns the sentence that goes with *right*, or ends with `refuse` and the reason. A check compares with invariants and
exact values, never with the words of a solution, so any right answer passes.

The questions inside a page's text are answered as well: ``check("1.2-q1", "b")``. They and the page's predictions are
declared in a file of data beside that file, ``p1_2_….toml`` (see `questions`).
"""

import pkgutil
import re
import sys
from importlib import import_module
from pathlib import Path
from typing import NamedTuple

from . import limits, questions
from .answers import SHOWN, NotAttemptedError, NotYetError, refuse, sayable, short, told

RIGHT, NOT_YET, NOT_ATTEMPTED = "right", "not yet", "not attempted yet"
LONGEST = 600  # characters of a sentence


class Verdict(NamedTuple):
    """What `check` answers: a status and the sentence that explains it. It prints as one line."""

    status: str
    reason: str

    def __repr__(self) -> str:
        mark = {RIGHT: "✓", NOT_YET: "✗", NOT_ATTEMPTED: "·"}[self.status]
        return sayable(f"{mark} {self.status}: {self.reason}", getattr(sys.stdout, "encoding", None))


def check(exercise: str, answer) -> Verdict:
    """Say whether `answer` solves `exercise`, and if not, why.

    Parameters
    ----------
    exercise : str
        Its id as printed on the page, such as ``"1.2-a"``.
    answer
        What the exercise asks for: numbers in any form, or a function. ``...`` or None counts as not attempted.

    Returns
    -------
    Verdict
        ``status`` is "right", "not yet" or "not attempted yet"; ``reason`` is a sentence. Nothing is raised but the
        KeyboardInterrupt of who does not want to wait. An answer that takes more than ten seconds is stopped; what
        cannot be stopped is said in `limits`.

    Examples
    --------
    >>> check("1.2-a", ...)
    · not attempted yet: replace the three dots of exercise 1.2-a by your answer, and run the cell again.
    """
    try:
        judge = _find(exercise)  # before the clock starts: the first time this imports, and may compile
        status, reason = limits.run(lambda: _judge(judge, exercise, answer))
    except (NotYetError, TimeoutError) as why:
        status, reason = NOT_YET, str(why)
    return Verdict(status, short(reason, LONGEST))


def _judge(judge, exercise: str, answer) -> tuple[str, str]:
    """The verdict on an answer, whatever it does; it runs in a thread that may be stopped."""
    try:
        if answer is None or answer is ...:
            raise NotAttemptedError(
                f"replace the three dots of exercise {exercise} by your answer, and run the cell again."
            )
        return RIGHT, judge(answer) if callable(judge) else judge.judge(answer)
    except NotYetError as reason:
        return NOT_YET, str(reason)
    except NotAttemptedError as reason:
        return NOT_ATTEMPTED, str(reason)
    except limits.TooLate:
        raise
    except BaseException as error:  # whatever a reader's object may raise, the reader gets a sentence
        return NOT_YET, f"your answer stopped with {told(error)}."


def exercises() -> list[str]:
    """Ids of all exercises, in the order of the pages."""
    return [f"{page}-{letter}" for page in _pages() for letter in _exercises(page)]


def asked(page: str) -> list[str]:
    """Ids of the questions and predictions of a page, given its number.

    Raises
    ------
    ValueError
        If the page's declarations are not in order; the message names the file and the entry.
    """
    return [f"{page}-{name}" for name in _asked(page)]


def declaration(exercise: str) -> dict:
    """An exercise, question or prediction as data, ready for JSON: how its answer is judged, where that is declared.

    Parameters
    ----------
    exercise : str
        Its id.

    Returns
    -------
    dict
        ``kind`` is "numbers", "choice", "function" or "prediction". All but the third come with everything that is
        needed to answer (see `declared` and `questions`); an answer that is a function is checked in Python only.

    Raises
    ------
    ValueError
        If there is no such exercise.

    Examples
    --------
    >>> declaration("2.1-a")["wanted"]
    'a single number is wanted, a temperature'
    """
    page, _, name = exercise.partition("-")
    try:
        judge = _asked(page)[name] if name in _asked(page) else _find(exercise)
    except NotYetError as unknown:
        raise ValueError(f"exercise must be the id of one: {unknown}") from None
    return {"exercise": exercise, **({"kind": "function"} if callable(judge) else judge.data())}


def _pages() -> dict[str, str]:
    """The module of each page that has exercises, by the page's number, in the order of the pages."""
    found = {}
    for module in pkgutil.iter_modules(__path__):
        if name := re.fullmatch(r"p(\d+)_(\d+)_\w+", module.name):
            found[int(name[1]), int(name[2])] = module.name
    return {f"{part}.{page}": found[part, page] for part, page in sorted(found)}


def _exercises(page: str) -> dict:
    return import_module(f".{_pages()[page]}", __name__).EXERCISES


def _asked(page: str) -> dict:
    """The questions and predictions of a page."""
    return questions.load(Path(__file__).with_name(f"{_pages()[page]}.toml")) if page in _pages() else {}


def _find(exercise):
    """What judges the answers to an exercise or a question."""
    page, _, letter = exercise.partition("-") if isinstance(exercise, str) else ("", "", "")
    known = _exercises(page) if page in _pages() else {}
    if letter[:1] == "q":
        known = _asked(page)
    if letter[:1] == "p" and letter in _asked(page):
        refuse(f"{exercise} is a prediction, which is neither right nor wrong: the page shows what was measured.")
    if letter not in known:
        name = short(repr(exercise), SHOWN) if isinstance(exercise, str) else f"of the type {type(exercise).__name__}"
        refuse(f"there is no exercise {name}. The exercises are {', '.join(exercises())}.")
    return known[letter]
