"""The law of one unit, live: drawn by hand over its states, with the response and the variance that it makes."""

import numpy as np

from ....neuron import unit
from ..shell import controls
from ..shell.controls import SIGNS, Action, Mark
from ..shell.shell import HERE, Explorable
from ..shell.still import Still, drawn

__all__ = ["UnitLaw", "drawn_law"]

_HALF, _PER = 20, 10  # states on either side of 0, and how many there are in a unit of s
_STATES = np.arange(-_HALF, _HALF + 1) / _PER
_SHOWN = 6.0  # fields from minus to plus
_ZOOMS = (0.3, 1.1, 2.2, 4.4)  # of the variance

NAMES = {
    "spin": "Two states, −1 and 1",
    "binary": "Two states, 0 and 1",
    "three": "Three states, the outer ones rare",
    "even": "Evenly from −1 to 1",
    "gaussian": "Gaussian, cut at ±2",
    "half": "Half a Gaussian, cut at 2",
    "poisson": "Like Poisson, in steps of 0.2",
    "bumps": "Two bumps",
    "one": "One state",
}


def _levels(weight) -> str:
    """The signs of a law: its weights at the states, the largest of them 1, in fiftieths."""
    most = len(SIGNS) - 1
    return "".join(SIGNS[level] for level in np.floor(most * np.asarray(weight) + 0.5).astype(int))


def _at(weights: dict) -> str:
    """The signs of a law of a few states."""
    return _levels([weights.get(state, 0.0) for state in _STATES.tolist()])


def _bell(width, *centres, low=-2.0):
    """The signs of a sum of Gaussians, from the state `low` up."""
    return _levels(sum(np.exp(-(((_STATES - at) / width) ** 2) / 2) for at in centres) * (low <= _STATES))


_RATE = 3.0
_POISSON = np.cumprod([1.0, *(_RATE / np.arange(1, 11))])

LAWS = {
    "spin": _at({-1.0: 1, 1.0: 1}),
    "binary": _at({0.0: 1, 1.0: 1}),
    "three": _at({-1.0: 0.02, 0.0: 1, 1.0: 0.02}),
    "even": _levels(np.abs(_STATES) <= 1),
    "gaussian": _bell(0.8, 0.0),
    "half": _bell(0.8, 0.0, low=0.0),
    "poisson": _at({k / 5: weight / _POISSON.max() for k, weight in enumerate(_POISSON)}),
    "bumps": _bell(0.25, -1.2, 1.2),
    "one": _at({1.0: 1}),
}


def drawn_law(law: str) -> tuple[np.ndarray, np.ndarray]:
    """Return the states and the weights of a law that `UnitLaw` has, named or drawn.

    Parameters
    ----------
    law : str
        A name, or 41 signs: what *Copy link* puts into the address, and the attribute `law`.

    Returns
    -------
    states, weights : (41,) float64
        States from -2 to 2, and weights in whole levels from 0 to 50.

    Raises
    ------
    traitlets.TraitError
        If it is neither; it says what is allowed.

    Examples
    --------
    >>> states, weights = drawn_law("spin")
    >>> states[weights > 0], weights.max()
    (array([-1.,  1.]), np.float64(50.0))
    """
    signs = LAWS.get(law) or UnitLaw.law.validate(None, law)
    return _STATES.copy(), np.array([SIGNS.index(sign) for sign in signs], dtype=float)


class UnitLaw(Explorable):
    """One unit whose a-priori law rho(s) is drawn by hand: its response f(x) = K'(x) and variance f'(x), live.

    States stand 0.1 apart from -2 to 2. In the field x the law leans, rho(s) exp(x s - K(x)), and its mean is the
    response. Only the ratios of the weights count. It runs on the kernel `spinlearn.neuron.unit.tilted` as WebAssembly
    in the browser; a browser's functions may differ from the system's in the last bit.

    Parameters
    ----------
    x : float
        Field, from -6 to 6.
    law : str
        Name of a law, or the weights of all states, drawn or written: 41 levels of 0 to 50, each a sign from 0 to 9,
        a to z or A to O. `drawn_law` makes numbers of it.

    Attributes
    ----------
    f, slope : float
        Mean and variance of the states in the field x.
    K : float
        Logarithm of the mean of exp(x s) over the law.
    entropy : float
        Of the law in the field relative to that without field, K - x f: at most 0.
    lowest, highest : float
        Outermost states that have weight.
    steepest : float
        Largest variance among the fields from -6 to 6 that are drawn.

    Raises
    ------
    traitlets.TraitError
        If a value has the wrong type or range, now or when a trait is set later; the trait keeps its value.

    Examples
    --------
    >>> UnitLaw(2.0, law="bumps")
    UnitLaw(x=2.0, law='bumps')
    """

    title = "A unit whose law is drawn by hand"
    wasm = "unit_law"
    actions = (Action("U", "Undo", "undo"), Action("M", "Mirror", "mirror"), Action("R", "Reset", "again"))

    _css = Explorable._css + (HERE / "levels.css").read_text(encoding="utf-8")

    x = controls.slider(
        1.0, -_SHOWN, _SHOWN, label="Field", symbol="x", step=0.05, digits=2, ends=0, first=True,
        marks=(Mark(0, "0", "Set x to 0"),),
    )  # fmt: skip
    law = controls.levels("spin", NAMES, len(_STATES), label="Law", own="Drawn by hand")

    f = controls.reading("f, the mean", digits=3, first=True)
    slope = controls.reading("f′, the variance", digits=3, first=True)
    K = controls.reading("K", digits=3)
    entropy = controls.reading("entropy", digits=3)
    lowest = controls.reading("lowest state", digits=1)
    highest = controls.reading("highest state", digits=1)
    steepest = controls.reading("largest variance", digits=3)

    def data(self) -> dict:
        """Return the states, the laws that have names, and the scales of the variance."""
        return {"half": _HALF, "per": _PER, "laws": LAWS, "signs": SIGNS, "zooms": _ZOOMS}

    def still(self) -> Still:
        """Return the law, without and with the field, and the response, and the words."""
        states, weights = drawn_law(self.law)
        made = unit.table(states, weights)
        fields = np.linspace(-_SHOWN, _SHOWN, 241)
        leaning = made.probabilities(self.x)
        f, slope = (float(value(self.x)) for value in (made.response, made.slope))

        def draw(figure):
            left, right = figure.subplots(1, 2)
            left.bar(states, weights / weights.max(), 0.1, color="0.8")
            left.bar(made.states, leaning / leaning.max(), 0.05, color="C1")
            left.axvline(f, color="C1", linewidth=1)
            left.set(xlabel="state s", ylabel="weight ρ", xlim=(-2.1, 2.1))
            right.plot(fields, made.response(fields), "C1")
            right.plot(self.x, f, "o", color="0.2")
            right.set(xlabel="field x", ylabel="response f")

        low, high = (f"{end:g}".replace("-", "−") for end in (made.low, made.high))
        ends = (
            f"between its outermost states, {low} and {high}" if made.low < made.high else f"at its only state, {high}"
        )
        has = f"In the field x = {self.x:g} the mean is {f:.3f} and the variance {slope:.3f}"
        return drawn(
            draw, 4.9, 2.3,
            f"Bars over the states, without and with the field; beside them the response f against x. {has}.",
            f"{NAMES.get(self.law, 'A law drawn by hand')}. {has}. The response f never falls and stays {ends}.",
        )  # fmt: skip
