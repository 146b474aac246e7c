"""How the checks read what a reader hands in: numbers in any form, functions, and the ways to say what is wrong."""

import dis
import math
import unicodedata
from collections.abc import Iterable, Mapping, Sequence, Set
from typing import NoReturn

import numpy as np

from . import written
from .limits import TooLate

WORDS = {2: "two", 3: "three", 4: "four"}
RESIDUE = 1e-12  # an imaginary part that is no more than this share of a number is rounding
PLAIN = {
    "⟨": "<",
    "⟩": ">",
    "✓": "+",
    "µ": "u",
    "✗": "x",
    "·": "-",
    "−": "-",
    "×": "x",
    "√": "sqrt ",
    "∞": "infinity",
    "∝": "~",
    "≈": "~",
    "±": "+-",
    "“": '"',
    "”": '"',
}
SHOWN = 90  # characters of an argument or of an error that go into a sentence


class NotYetError(Exception):
    """An answer is not right; the message says why."""


class NotAttemptedError(Exception):
    """Nothing has been handed in so far; the message says what to do."""


class StoppedError(NotYetError):
    """A reader's function stopped with an error, which is kept in `error`."""

    def __init__(self, reason: str, error: BaseException):
        super().__init__(reason)
        self.error = error


class NotFiniteError(NotYetError):
    """A number came that is infinite, or none at all, or too large for a float."""


def overflowed(why: NotYetError) -> bool:
    """Whether an answer was refused as a number outgrew what floats can hold: only then there is advice against it."""
    return isinstance(why, NotFiniteError) or (isinstance(why, StoppedError) and isinstance(why.error, OverflowError))


def refuse(reason: str) -> NoReturn:
    """End a check with *not yet*, because of `reason`."""
    raise NotYetError(reason)


def short(text: str, length: int = SHOWN) -> str:
    """A text on one line and cut to `length` characters."""
    line = " ".join(str(text[: 4 * length]).split())
    return line if len(line) <= length and len(text) <= 4 * length else f"{line[: length - 1]}…"


def sayable(text: str, encoding: str | None) -> str:
    """A text as a screen of that encoding can show it: letters and signs that it lacks are written out."""
    return "".join(one if _has(encoding, one) else _plain(one) for one in text)


def _has(encoding: str | None, sign: str) -> bool:
    try:
        sign.encode(encoding or "utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _plain(sign: str) -> str:
    """A sign in ASCII: √ is sqrt, σ is sigma, ² is 2, é is e; a question mark for what has no such form."""
    if sign in PLAIN:
        return PLAIN[sign]
    name = unicodedata.name(sign, "")
    if name.startswith("GREEK") and " LETTER " in name:
        letter = name.split(" LETTER ")[1].split()[0].lower()
        return letter.capitalize() if "CAPITAL" in name else letter
    form = unicodedata.normalize("NFKD", sign).replace("\u2044", "/")  # the stroke of ½
    return form.encode("ascii", "ignore").decode() or "?"


def told(error: BaseException) -> str:
    """An error in a few words, even if it has none or trips over its own."""
    name = type(error).__name__
    try:
        words = short(str(error))
    except TooLate:
        raise
    except BaseException:  # of whatever kind: this is a reader's class
        words = ""
    return f"{name}: {words}" if words else name


def call(function, *arguments):
    """What a reader's function returns for `arguments`; every way not to return anything ends the check.

    Raises
    ------
    NotAttemptedError
        For a function in which nothing has been written yet.
    NotYetError
        For what is no function, and for one that returns nothing in a case that it forgets.
    StoppedError
        For one that stops with an error. The sentence says for which arguments.
    """
    if not callable(function):
        refuse(f"a function is wanted here, but {described(function)} came.")
    case = ", ".join(_named(argument) for argument in arguments)
    try:
        result = function(*arguments)
    except (TooLate, NotYetError):  # the latter from what the check itself has handed to the function
        raise
    except OverflowError as error:
        why = f"called with ({case}) your function stopped with {told(error)}. {_outgrown(told(error))}"
        raise StoppedError(why.rstrip(), error) from None
    except BaseException as error:  # of whatever kind: SystemExit, and a reader's own class
        raise StoppedError(f"called with ({case}) your function stopped with {told(error)}.", error) from None
    if result is None or result is ...:
        if _untouched(function, result):
            raise NotAttemptedError(
                "your function returns nothing yet. Replace the three dots by what it should return."
            )
        refuse(
            f"called with ({case}) your function returns {'the three dots' if result is ... else 'nothing'}. "
            "Every branch needs its return."
        )
    return result


def _outgrown(words: str) -> str:
    """What goes with an OverflowError, which comes from whole numbers as well as from exponentials."""
    if "infinity" in words:  # int(inf): the number had grown before
        return ""
    if "int" in words:
        return "A whole number grew too large: floating-point numbers end at 1.8e308."
    return (
        "A number grew too large: math.exp gives up beyond e^709. Write the formula so that exponents are negative, "
        "or subtract the largest one first."
    )


def _untouched(function, result) -> bool:
    """Whether a function that returns nothing is still as the page has it: no branch, and no work done."""
    code = getattr(function, "__code__", None)
    if code is None:
        return False
    names = {one.opname for one in dis.get_instructions(code)}
    if any("JUMP" in name or name.startswith("FOR_ITER") for name in names):
        return False
    return result is ... or not any(name.startswith(("CALL", "BINARY", "LOAD_FAST", "LOAD_GLOBAL")) for name in names)


def _named(argument) -> str:
    """An argument as a sentence names it."""
    if isinstance(argument, np.ndarray) and argument.ndim:
        return f"an array of shape {argument.shape}"
    if isinstance(argument, float):
        return f"{argument:.12g}"
    return "a function" if callable(argument) else short(repr(argument), 30)


def described(answer) -> str:
    """What an answer is, in two or three words."""
    if isinstance(answer, (str, bytes)):
        return "text"
    if isinstance(answer, (bool, int, float, np.number)):
        return "a number"
    if callable(answer):
        return "a function"
    return f"something of the type {short(type(answer).__name__, 30)}"


def numbers(answer, count: int, what: str, units: Sequence[str] = ()) -> list[float]:
    """The `count` finite numbers that an answer consists of.

    Parameters
    ----------
    answer
        Numbers of any kind (of Python, NumPy, fractions, decimal, SymPy), alone or in lists, tuples and arrays of any
        shape, or a text that says them as people write them (see `written`). A complex number counts where its
        imaginary part is rounding.
    count : int
        How many are wanted.
    what : str
        What they are, for the sentence of a refusal: ``"a probability"``, ``"the weight and the bias"``.
    units : sequence of str
        The signs that may stand behind a number in a text; without any, the usual units of measurement.

    Returns
    -------
    list of float
        The numbers, in the order of the answer.

    Raises
    ------
    NotYetError, NotAttemptedError

    Examples
    --------
    >>> numbers([0.5, [np.float32(2)]], 2, "a weight and a bias")
    [0.5, 2.0]
    """
    start = wanted(count, what)
    if isinstance(answer, str):
        values = _told(answer, count, start, units)
    else:
        came = list(_flat(answer, start))
        if any(one is ... for one in came):
            raise NotAttemptedError("the three dots are still in it. Replace all of them, and run the cell again.")
        values = [_real(one, start) for one in came]
    if len(values) != count:
        refuse(f"{start}, but {len(values)} number{'s' if len(values) != 1 else ''} came.")
    for value in values:
        if not math.isfinite(value):
            came = f"{value} came, which is not finite"
            if isinstance(answer, str):  # a reader's own words, not what a program has computed
                large = "too large for a number here or divided by zero"
                came = f"that is {'no number' if math.isnan(value) else large}"
            raise NotFiniteError(f"{start}, but {came}.")
    return values


def number(answer, what: str) -> float:
    """The one finite number that an answer is; see `numbers`."""
    return numbers(answer, 1, what)[0]


def wanted(count: int, what: str) -> str:
    """How a refusal begins that asks for `count` numbers."""
    return f"a single number is wanted, {what}" if count == 1 else f"{WORDS[count]} numbers are wanted, {what}"


def _told(text: str, count: int, start: str, units: Sequence[str]) -> list[float]:
    """The numbers that a text says."""
    line = written.WHITE.sub(" ", text).strip(" ")
    if not line:
        raise NotAttemptedError("nothing is written there yet.")
    values = written.read(text, count, units)
    if values is None:
        if hint := written.why(text, count, units):
            refuse(start + hint)
        said = line if len(line) <= 40 else f"{line[:39]}…"
        one = "a number. Write it like 0.25, 1/4, 2.5e-1, sqrt(2), ln(2) or artanh(1/2)."
        how = one if count == 1 else "numbers. Write them like 0.25; 1/4; sqrt(2)."
        refuse(f"{start}, and “{said}” cannot be read as {how}")
    return values


def _flat(answer, start: str, depth: int = 0):
    """The parts of an answer one by one, from however many lists in lists."""
    if hasattr(answer, "tolist") and not isinstance(answer, type):
        answer = answer.tolist()
    if isinstance(answer, (str, bytes, Mapping, Set)) or not isinstance(answer, Iterable):
        yield answer
    elif depth > 8:
        refuse(f"{start}, but lists in lists in lists came.")
    else:
        for k, part in enumerate(answer):
            if k == 10_000:
                refuse(f"{start}, but more than {k} came.")
            yield from _flat(part, start, depth + 1)


def _real(one, start: str) -> float:
    """A single number of any kind as a float."""
    for kind in (float, complex):
        try:
            value = kind(one)
        except OverflowError:
            raise NotFiniteError(f"{start}, but one came that is too large for a floating-point number.") from None
        except (TypeError, ValueError):
            continue
        if value.imag and not abs(value.imag) <= RESIDUE * abs(value.real):
            refuse(f"{start}, and a real one, but {value:.4g} came, which is complex.")
        return value.real
    refuse(f"{start}, but {'None' if one is None else described(one)} came.")


def vector(answer, what: str, size: int | None = None) -> np.ndarray:
    """An answer as an array of finite numbers, `size` of them where that is given: a reader's weights."""
    came = list(_flat(answer, f"{what} are numbers"))
    if size is not None and len(came) != size:
        refuse(f"{what} are {size} numbers, but {len(came)} came.")
    values = [_real(one, f"{what} are numbers") for one in came]
    for value in values:
        if not math.isfinite(value):
            refuse(f"{what} are finite numbers, but {value} came.")
    return np.array(values)


def pair(answer, what: str) -> tuple:
    """The two parts of an answer, such as weights and a threshold: a tuple, a list or an array of two."""
    if answer is None or isinstance(answer, (str, bytes, Mapping, Set)) or not hasattr(answer, "__len__"):
        refuse(f"two things are wanted, {what}, but {'None' if answer is None else described(answer)} came.")
    if len(answer) != 2:
        refuse(f"two things are wanted, {what}, but {len(answer)} came.")
    first, second = answer
    return first, second
