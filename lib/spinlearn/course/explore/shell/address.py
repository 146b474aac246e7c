"""A state of a model as a text, ``ising?T=4&h=-0.15``: what stands in a page's address and in the buttons of its prose.

The page reads it by the same rules: see ``address.js`` beside this file.
"""

import re
from urllib.parse import parse_qsl

import traitlets

from ... import explore
from .controls import Pace
from .shell import Explorable, Moving

__all__ = ["models", "read"]

_NUMBER = re.compile(r"-?(\d+\.?\d*|\.\d+)(e[-+]?\d+)?", re.ASCII)


def models() -> dict[str, type[Explorable]]:
    """Return the classes of all models by the name of their folder."""
    offered = [getattr(explore, name) for name in explore.__all__]
    classes = [each for each in offered if isinstance(each, type) and issubclass(each, Explorable)]
    return {each.__module__.rpartition(".")[2]: each for each in classes}


def read(text: str) -> tuple[str, dict]:
    """Return the name of the model that a text speaks of, and the values that it asks for.

    Parameters
    ----------
    text : str
        A name and, behind a ``?``, settings that have a control, as ``T=4``, joined by ``&``. ``run=1`` starts a model
        in which time goes on, and ``pace=5`` is how fast it goes. A second model of a kind on a page has a ``-2``
        behind its name, a third one a ``-3``.

    Returns
    -------
    name : str
    values : dict
        As the traits take them; ``run`` is a bool.

    Raises
    ------
    ValueError
        If there is no such model or setting, or if the trait refuses the value; it says what there is or is allowed.

    Examples
    --------
    >>> read("ising?T=4&start=up&run=1")
    ('ising', {'T': 4.0, 'start': 'up', 'run': True})
    """
    name, _, settings = text.partition("?")
    known = models()
    kind = re.sub(r"-\d+$", "", name)
    if kind not in known:
        raise ValueError(f"there is no model {name!r}; there are {', '.join(sorted(known))}")
    pairs, values, model = parse_qsl(settings, keep_blank_values=True), {}, known[kind]()
    controls = {control["key"]: control for control in model.page_state()["_spec"]["controls"]}
    for key, written in pairs:
        if key in values:
            raise ValueError(f"{key} is set twice")
        if key == "run" and isinstance(model, Moving):
            if written not in ("0", "1"):
                raise ValueError(f"run must be 0 or 1, not {written!r}")
            values[key] = written == "1"
            continue
        if key == "pace" and model.pace:
            values[key] = _pace(model.pace, written.strip())
            continue
        if key not in controls:
            offered = [*controls, *(["pace"] if model.pace else [])]
            raise ValueError(f"{kind} has no setting {key!r}; it has {', '.join(offered)}")
        try:
            setattr(model, key, _meant(controls[key], written.strip()))
        except traitlets.TraitError as error:
            raise ValueError(str(error)) from error
        values[key] = getattr(model, key)
    if not values:
        raise ValueError("it sets nothing; write, say, ?T=4 behind the name")
    return name, values


def _pace(pace: Pace, written: str) -> float:
    """The pace that a text stands for."""
    values = [each[0] if isinstance(each, tuple) else each for each in pace.values]
    for value in values:
        if _NUMBER.fullmatch(written) and float(written) == value:
            return value
    raise ValueError(f"pace must be one of {', '.join(map(str, values))}, not {written!r}")


def _meant(control: dict, written: str):
    """The value that a text stands for; what stands for none is left as it is, and refused by the trait."""
    if control["kind"] == "levels":  # which may look like a number
        return written
    number = float(written) if _NUMBER.fullmatch(written) else written
    if control["kind"] == "whole":
        return int(written) if written.isdecimal() and written.isascii() else number
    if control["kind"] == "check":
        return {"true": True, "1": True, "false": False, "0": False}.get(written.lower(), written)
    if control["kind"] == "choice":
        return next((value for value, _ in control["options"] if written == str(value) or number == value), written)
    return number
