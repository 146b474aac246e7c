"""Am I right? Every exercise of the course, answered at once.

``check("1.2-a", answer)`` gives one of three answers: *not attempted yet*, *not yet: because …*, or *right*. It needs
no network and it never raises: whatever an answer does, the reader gets a sentence back.

Each exercise is a function below this package that receives the answer and either returns the sentence that goes with
*right*, or calls `no` with the reason. A check compares with invariants and exact values, never with the words of a
solution, so any right answer passes.
"""

from importlib import import_module
from typing import NamedTuple, NoReturn

import numpy as np

_PAGES = {
    "1.1": "neuron_as_a_switch",
    "1.2": "ising_model",
    "1.3": "exact_solutions",
    "1.4": "criticality",
    "2.1": "deriving_the_mean_field",
    "2.2": "free_energy_landscape",
    "2.3": "where_mean_field_fails",
    "3.1": "from_magnetisation",
    "3.2": "populations_and_sigmoids",
}

RIGHT, NOT_YET, NOT_ATTEMPTED = "right", "not yet", "not attempted yet"


class Verdict(NamedTuple):
    """What `check` answers: a status and the sentence that explains it. It prints as one line."""

    status: str
    reason: str

    def __repr__(self) -> str:
        mark = {RIGHT: "✓", NOT_YET: "✗", NOT_ATTEMPTED: "·"}[self.status]
        return f"{mark} {self.status}: {self.reason}"


class _No(Exception):
    """An answer is not right yet; the message says why."""


def no(reason: str) -> NoReturn:
    """End a check with *not yet*, because of `reason`."""
    raise _No(reason)


def check(exercise: str, answer) -> Verdict:
    """Say whether `answer` solves `exercise`, and if not, why.

    Parameters
    ----------
    exercise : str
        Its id as printed on the page, such as ``"1.2-a"``.
    answer
        What the exercise asks for: a number, an array or a function. ``...`` or None counts as not attempted.

    Returns
    -------
    Verdict
        ``status`` is "right", "not yet" or "not attempted yet"; ``reason`` is a sentence. Nothing is ever raised.

    Examples
    --------
    >>> check("1.2-a", ...)
    · not attempted yet: replace the three dots of exercise 1.2-a by your answer, and run the cell again.
    """
    try:
        solve = _find(exercise)
        if answer is None or answer is ...:
            return Verdict(
                NOT_ATTEMPTED,
                f"replace the three dots of exercise {exercise} by your answer, and run the cell again.",
            )
        with np.errstate(all="ignore"):
            return Verdict(RIGHT, solve(answer))
    except _No as reason:
        return Verdict(NOT_YET, str(reason))
    except Stub as reason:
        return Verdict(NOT_ATTEMPTED, str(reason))
    except (Exception, SystemExit) as error:  # whatever a reader's code may raise, the reader gets a sentence
        return Verdict(NOT_YET, f"your answer stopped with {type(error).__name__}: {error}")


class Stub(Exception):
    """The function handed in still returns the three dots of the page."""


def call(function, *arguments):
    """Call a reader's function. A function that still returns ``...`` or None counts as not attempted."""
    if not callable(function):
        no(f"a function is wanted here, but {type(function).__name__} came.")
    result = function(*arguments)
    if result is None or result is ...:
        raise Stub("your function returns nothing yet. Replace the three dots by what it should return.")
    return result


def number(answer, what: str) -> float:
    """Return `answer` as a finite float, or answer *not yet* naming `what` was wanted."""
    try:
        value = float(answer)
    except (TypeError, ValueError):
        no(f"{what} is a single number, but {type(answer).__name__} came.")
    if not np.isfinite(value):
        no(f"{what} is a finite number, but {value} came.")
    return value


def exercises() -> list[str]:
    """Ids of all exercises, in the order of the pages."""
    return [f"{page}-{letter}" for page in _PAGES for letter in _page(page).EXERCISES]


def _page(page: str):
    return import_module(f".{_PAGES[page]}", __name__)


def _find(exercise):
    page, _, letter = str(exercise).partition("-")
    known = _page(page).EXERCISES if page in _PAGES else {}
    if letter not in known:
        no(f"there is no exercise {exercise!r}. The exercises are {', '.join(exercises())}.")
    return known[letter]
