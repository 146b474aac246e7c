"""What a model declares: its settings with their controls, and its readings. Each is a trait, and the page asks for it.

A control is declared here and nowhere else: range, step, label, default and choices are those of the trait, and the
JavaScript gets them with it. The order in which a class declares its settings is that of its arguments, its repr and
its controls. One slider and two readings are `first`: they stand beside the buttons, and the rest is under *More*. A
class that names none has its first slider and its first two readings there.

>>> class Heated(traitlets.HasTraits):
...     T = slider(1.0, 0.2, 2.0, label="Temperature", symbol="T", step=0.01, digits=2)
>>> Heated(T=3.0)
Traceback (most recent call last):
traitlets.traitlets.TraitError: The value of the 'T' trait of a Heated instance should not be greater than 2.0, but a \
value of 3.0 was specified
"""

import math
from typing import NamedTuple

import traitlets

SIGNS = "0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNO"  # of the levels 0 to 50, as they stand in an address


class Mark(NamedTuple):
    """A button on a slider's scale that sets it to a value; what follows a ``_`` in the label is set lower."""

    at: float
    label: str
    says: str


class Pace(NamedTuple):
    """How fast time goes: steps a frame, or by the clock with ``every="second"``. It is no trait.

    `values` lists how fast it may go, each a number or a number and its text; it begins with `start`, or with the
    first. How fast it really goes is told in `unit`, a step being `scale` of them.
    """

    label: str
    values: tuple
    start: float | None = None
    every: str = "frame"
    unit: str = "steps/s"
    scale: float = 1


class Action(NamedTuple):
    """A further button: the letter that presses it, its label, and the function of the view that it calls."""

    letter: str
    label: str
    does: str


class Number(traitlets.Float):
    """A float that is a number: traitlets lets nan through any range."""

    def validate(self, owner, value):
        value = super().validate(owner, value)
        if math.isnan(value):
            raise traitlets.TraitError(f"The {self.name!r} trait must be a number, not nan")
        return value


def slider(
    default: float, low: float, high: float, *, label: str, symbol: str, step: float, digits: int, unit: str = "",
    ends: int = 1, marks: tuple[Mark, ...] = (), first: bool = False,
) -> Number:  # fmt: skip
    """A float from `low` to `high` under a slider: its digits in the box, and those of the ends of its scale.

    The `first` one is in sight at once; the others wait under *More*, as all the further controls do.
    """
    control = {"kind": "range", "label": label, "symbol": symbol, "unit": unit, "min": low, "max": high, "step": step,
               "digits": digits, "ends": ends, "marks": [mark._asdict() for mark in marks], "first": first}  # fmt: skip
    return _setting(Number(default, min=low, max=high, help=label), control)


def counted(default: float, low: float, high: float, *, label: str, symbol: str, first: bool = False) -> Number:
    """A float under a slider that stops at whole numbers."""
    return slider(default, low, high, label=label, symbol=symbol, step=1, digits=0, ends=0, first=first)


def stopped(default: float, stops: tuple, *, label: str, symbol: str, first: bool = False) -> Number:
    """A float under a slider that stops at some whole numbers, as far apart as each other; its box takes any between.

    The view of the model calls ``slideOverStops`` of ``stops.js`` beside this file.
    """
    made = counted(default, stops[0], stops[-1], label=label, symbol=symbol, first=first)
    made.metadata["control"]["stops"] = list(stops)
    return made


def choice(default, options: dict, *, label: str) -> traitlets.Enum:
    """One of some values, which may be texts, numbers or None, each with the text that it is chosen by."""
    trait = traitlets.Enum(list(options), default, allow_none=None in options, help=label)
    return _setting(trait, {"kind": "choice", "label": label, "options": [list(each) for each in options.items()]})


def whole(default: int, low: int, high: int, *, label: str) -> traitlets.Int:
    """A whole number from `low` to `high` in a box."""
    control = {"kind": "whole", "label": label, "min": low, "max": high}
    return _setting(traitlets.Int(default, min=low, max=high, help=label), control)


def seed() -> traitlets.Int:
    """The seed of the generator, in a box."""
    return whole(1, 0, 2**32 - 1, label="Seed")


def check(default: bool, *, label: str) -> traitlets.Bool:
    """Yes or no."""
    return _setting(traitlets.Bool(default, help=label), {"kind": "check", "label": label})


class Levels(traitlets.Unicode):
    """One of some names, or a text with a sign of `SIGNS` for each of `many` levels, of which one is not 0."""

    def validate(self, owner, value):
        value = super().validate(owner, value)
        control = self.metadata["control"]
        names, many = [name for name, _ in control["options"]], control["many"]
        if value in names or (len(value) == many and set(value) <= set(SIGNS) and set(value) != {SIGNS[0]}):
            return value
        raise traitlets.TraitError(
            f"The {self.name!r} trait must be any of {names}, or {many} levels, each a sign from 0 to 9, a to z or "
            f"A to {SIGNS[-1]}, not all 0; not {value!r}"
        )


def levels(default: str, options: dict, many: int, *, label: str, own: str) -> Levels:
    """Levels that the reader may draw, as a text: see `Levels`. What is drawn is called `own` among the options."""
    control = {"kind": "levels", "label": label, "options": [list(each) for each in options.items()], "many": many,
               "signs": SIGNS, "own": own}  # fmt: skip
    return _setting(Levels(default, help=label), control)


def fixed(default: int, low: int, high: int, *, label: str) -> traitlets.Int:
    """A whole number that is fixed once the model is made, and has no control."""
    return _setting(traitlets.Int(default, min=low, max=high, read_only=True, help=label), None)


def counter(label: str, *, first: bool = False) -> traitlets.Int:
    """A whole number of the read-out, in sight at once or under *More*."""
    return traitlets.Int(0, help=label).tag(sync=True, reading={"label": label, "digits": 0, "first": first})


def reading(label: str, *, digits: int, unit: str = "", significant: int = 0, first: bool = False) -> traitlets.Float:
    """A number of the read-out; a small one is shown with at least so many significant digits.

    One that is not known is a dash in the read-out, one without bounds the sign ∞; the trait is 0 then. Two are in
    sight at once, if they are `first`.
    """
    shown = {"label": label, "digits": digits, "unit": unit, "significant": significant, "first": first}
    return traitlets.Float(0.0, help=label).tag(sync=True, reading=shown)


def _setting(trait, control: dict | None):
    return trait.tag(sync=True, page=True, setting=True, control=control)
