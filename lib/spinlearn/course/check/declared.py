"""Answers that are numbers, or a choice, declared as data.

A declaration says everything that a check of such an answer needs: what is wanted, the right answer with its tolerance,
the wrong turns with their reasons, and what is said otherwise. It holds numbers and sentences only, so that it can be
written into a web page as it stands, and be judged there by the same rule:

1. read the answer as numbers; if there are too few, too many, or something else, say what is `wanted` and what came;
2. go through the `turns` in order: the first that holds refuses, with its reason;
3. if `right` holds, it is right;
4. else the first of the `rest` that holds refuses; the last of them always does.

A case holds if each number lies in its interval, ends included. To add an exercise, write in the module of its page ::

    EXERCISES = {
        "a": Numbers(
            "a temperature",
            right=at(6, 1e-6, "4 J + 4 J' = 6."),
            turns=[at(4, 1e-6, "that is the lattice without its diagonals.")],
            rest=[case(below(0), "a temperature is above zero."), otherwise("add up what a spin hears.")],
        ),
        "b": Choice([Option("It falls.", "why not"), Option("It rises.", "why", right=True)]),
    }
"""

import math
from dataclasses import asdict, dataclass, field

from . import written
from .answers import number, numbers, refuse, wanted

IN_J = ("J", "J/kB", "J/k")  # units of a temperature
IN_TC = ("Tc", "kTc", "kB", "kBTc")  # of a temperature, and of an energy or a field
Interval = tuple[float | None, float | None]  # None is an open end
ANY: Interval = (None, None)


def near(value: float, within: float) -> Interval:
    """All numbers that differ from `value` by no more than `within`."""
    return (float(value - within), float(value + within))


def below(value: float) -> Interval:
    """All numbers below `value`, without it."""
    return (None, math.nextafter(value, -math.inf))


def above(value: float) -> Interval:
    """All numbers above `value`, without it."""
    return (math.nextafter(value, math.inf), None)


@dataclass(frozen=True)
class Case:
    """Answers with each number in its interval, and the sentence that goes with them."""

    where: tuple[Interval, ...]
    reason: str

    def holds(self, values) -> bool:
        """Whether each of the numbers lies in its interval."""
        return all(
            (low is None or low <= value) and (high is None or value <= high)
            for value, (low, high) in zip(values, self.where, strict=True)
        )


def case(where, reason: str) -> Case:
    """A case for one number, given its interval, or for several, given a list of intervals."""
    intervals = where if isinstance(where[0], tuple) else (where,)
    return Case(tuple(intervals), reason)


def at(value: float, within: float, reason: str) -> Case:
    """The case of a single number close to `value`."""
    return case(near(value, within), reason)


def otherwise(reason: str, parts: int = 1) -> Case:
    """The case that always holds."""
    return Case((ANY,) * parts, reason)


@dataclass(frozen=True)
class Numbers:
    """An answer of one or a few numbers.

    Parameters
    ----------
    what : str
        What the numbers are: ``"a temperature"``, ``"the sharpness and the distance"``.
    right : Case
        The right answer, how far one may be off, and the sentence for it, which gives nothing away that is still asked.
    turns : sequence of Case
        The wrong turns, in the order in which they are tried.
    rest : sequence of Case
        What is said to all other answers. The last case has to hold always.
    units : sequence of str
        The units in which the statement wants the numbers, as it writes them; they may stand behind a number, and no
        other unit or letter may. Without any, units of measurement are passed over, and letters refused as variables.

    Raises
    ------
    ValueError
        If the cases speak of different numbers of numbers, a turn swallows the right answer, or the rest leaves a gap.

    Examples
    --------
    >>> six = Numbers("a temperature", at(6, 1e-6, "4 + 2."), rest=[otherwise("add up all neighbours.")])
    >>> six.judge([6.0])
    '4 + 2.'
    """

    what: str
    right: Case
    turns: tuple[Case, ...] = ()
    rest: tuple[Case, ...] = ()
    units: tuple[str, ...] = ()

    def __post_init__(self):
        object.__setattr__(self, "turns", tuple(self.turns))
        object.__setattr__(self, "rest", tuple(self.rest))
        object.__setattr__(self, "units", tuple(self.units))
        if any(len(one.where) != self.parts for one in (*self.turns, *self.rest)):
            raise ValueError(f"all cases must have the {self.parts} intervals that right has")
        if any(None in interval for interval in self.right.where):
            raise ValueError("right must have two ends for each of its numbers")
        centre = [(low + high) / 2 for low, high in self.right.where]
        for turn in self.turns:
            if turn.holds(centre):
                raise ValueError(f"turns must not hold at the right answer, but this one does: {turn.reason}")
        if not self.rest or self.rest[-1].where != (ANY,) * self.parts:
            raise ValueError("rest must end with a case that always holds, which otherwise() makes")

    @property
    def parts(self) -> int:
        """How many numbers are wanted."""
        return len(self.right.where)

    def judge(self, answer) -> str:
        """The sentence for a right answer; all others are refused."""
        values = numbers(answer, self.parts, self.what, self.units)
        note = written.note(answer) if isinstance(answer, str) else ""
        for one in self.turns:
            if one.holds(values):
                refuse(one.reason + note)
        if self.right.holds(values):
            return self.right.reason
        refuse(next(one.reason for one in self.rest if one.holds(values)) + note)

    def data(self) -> dict:
        """Everything as dictionaries, lists, numbers and sentences."""
        return {"kind": "numbers", "wanted": wanted(self.parts, self.what), "parts": self.parts, **asdict(self)}


@dataclass(frozen=True)
class Option:
    """One of the answers to choose from, and what is said to who chooses it."""

    text: str
    reason: str
    right: bool = False


@dataclass(frozen=True)
class Choice:
    """An answer to choose, by its letter or by its number from 1 on.

    Examples
    --------
    >>> Choice([Option("It falls.", "it does not."), Option("It rises.", "yes.", right=True)]).judge("b")
    'yes.'
    """

    options: tuple[Option, ...]
    letters: str = field(init=False, default="abcdefgh")

    def __post_init__(self):
        object.__setattr__(self, "options", tuple(self.options))
        object.__setattr__(self, "letters", self.letters[: len(self.options)])
        if not 2 <= len(self.options) == len(self.letters) or sum(one.right for one in self.options) != 1:
            raise ValueError("options must be two to eight, exactly one of them right")

    def judge(self, answer) -> str:
        """The sentence for the right choice; the others are refused."""
        if isinstance(answer, str) and answer.strip(" ().").lower() in tuple(self.letters):
            chosen = self.letters.index(answer.strip(" ().").lower())
        else:
            chosen = number(answer, f"or one of the letters {', '.join(self.letters)}") - 1
            if chosen not in range(len(self.options)):
                refuse(f"choose one of {', '.join(self.letters)}.")
        option = self.options[int(chosen)]
        return option.reason if option.right else refuse(option.reason)

    def data(self) -> dict:
        """Everything as dictionaries, lists and sentences."""
        return {"kind": "choice", **asdict(self)}
