"""One hidden unit with three weights, live: the couplings of every order that it makes, and the law that they make."""

import numpy as np

from ....bipartite import curves, interactions, potentials
from ....neuron import unit
from ..shell import controls
from ..shell.controls import Action, Mark
from ..shell.shell import Explorable
from ..shell.still import Still, drawn

__all__ = ["Orders"]

_WEIGHT, _BIAS = 10.0, 30.0
_ROOM = 5  # fields are shown from -5 to 5 at least, and farther in steps of as many
_EQUAL = 0.9  # of the largest: orders that are said to be as large
_MOST = 1e6  # beyond which a number is drawn, and not written

_KINDS = {
    "linear": curves.LINEAR,
    "step": curves.STEP,
    "relu": curves.RELU,
    "exponential": curves.EXPONENTIAL,
    "spin": curves.SPIN,
}
_SETS = ("1", "2", "3", "12", "13", "23", "123")


def _K(kind: str, sharp: bool):
    """K of a unit, as the library has it."""
    if kind == "spin":
        return np.abs if sharp else unit.spin()
    one = {each.name.lower(): each for each in potentials.all_four()}[kind]
    return one.sharp if sharp else one.unit


class Orders(Explorable):
    """One hidden unit that sees three visible ones: its K, its activation, and the couplings of every order, live.

    Summed out, the unit leaves K(b + w.v) in the logarithm of the law of the visible units v, at T = 1. A coupling J_S
    adds and subtracts K at the fields of the states: those of the chosen set are marked in its graph, full where K is
    added and open where it is subtracted. What the couplings of up to some order make of the law stands beside the law.

    *Other alphabet* keeps the law and writes it with units of the other kind, which changes weights, bias and couplings
    with it; the setting *Visible units* keeps the weights and the bias, and so changes the law.

    It runs on the kernels of `spinlearn.bipartite.curves` as WebAssembly in the browser; a browser's functions may
    differ from the system's in the last bit.

    Parameters
    ----------
    w1, w2, w3 : float
        Weights, from -10 to 10.
    b : float
        Bias, from -30 to 30.
    kind : {"step", "linear", "relu", "exponential", "spin"}
        The hidden unit, by the names of `bipartite.potentials`: a step has the states 0 and 1, that is Bernoulli's
        law, linear is Gaussian, a ReLU half a Gaussian, exponential Poisson's law at the rate 1.
    sharp : bool
        Whether it is without noise: a step or a rectifier itself, or the absolute value instead of ln cosh. A linear
        and an exponential unit stay as they are.
    alphabet : {"binary", "spins"}
        Visible units are 0 or 1, or -1 or +1.
    subset : {"123", "12", "13", "23", "1", "2", "3"}
        The set whose coupling is explained in the graph of K.
    kept : {3, 2, 1}
        Highest order of which the law is made.

    Attributes
    ----------
    J123, J12, J13, J23, J1, J2, J3 : float
        The couplings; 0 where they are no larger than what rounding makes.
    missed : float
        Probability that the law of the couplings that are kept has in other states than the unit's own: half the sum
        of the differences. 0 up to rounding if all are kept.
    f : float
        The activation in the field b.

    Raises
    ------
    traitlets.TraitError
        If a value has the wrong type or range, now or when a trait is set later; the trait keeps its value.

    Examples
    --------
    >>> Orders(2.0, 2.0, 2.0, -1.0, kind="relu")
    Orders(w1=2.0, w2=2.0, w3=2.0, b=-1.0, kind='relu', sharp=False, alphabet='binary', subset='123', kept=3)
    """

    title = "Which interactions one hidden unit makes"
    wasm = "orders"
    positional = 4
    actions = (
        Action("E", "Equal weights", "level"),
        Action("A", "Other alphabet", "rewrite"),
        Action("R", "Reset", "again"),
    )

    # On a phone the couplings come first, and stay in sight; beside K they come second. Small readings stand in a row.
    _css = (
        Explorable._css + ".sl-rest > .sl-readout { grid-column: 1 / -1; }"
        "@container (min-width: 38rem) { .sl-top > :first-child { order: 1; } }"
    )

    w1, w2, w3 = (
        controls.slider(
            start, -_WEIGHT, _WEIGHT, label="Weight", symbol=f"w{'₁₂₃'[k]}", step=0.1, digits=2, ends=0,
            marks=(Mark(0, "0", f"Set weight {k + 1} to 0"),),
        )
        for k, start in enumerate((1.5, 1.0, -2.0))
    )  # fmt: skip
    b = controls.slider(
        0.5, -_BIAS, _BIAS, label="Bias", symbol="b", step=0.1, digits=2, ends=0, first=True,
        marks=(Mark(0, "0", "Set the bias to 0"),),
    )  # fmt: skip
    kind = controls.choice(
        "step",
        {
            "step": "Step, Bernoulli",
            "linear": "Linear, Gaussian",
            "relu": "ReLU, half a Gaussian",
            "exponential": "Exponential, Poisson",
            "spin": "Spin, −1 or +1",
        },
        label="Hidden unit",
    )
    sharp = controls.check(False, label="Hidden unit has no noise")
    alphabet = controls.choice("binary", {"binary": "0 or 1", "spins": "−1 or +1"}, label="Visible units")
    subset = controls.choice("123", {each: " ".join(each) for each in reversed(_SETS)}, label="Set shown in K")
    kept = controls.choice(3, {3: "all orders", 2: "up to pairs", 1: "fields only"}, label="Law made of")

    J123 = controls.reading("J₁₂₃", digits=3, first=True)
    missed = controls.reading("law missed by", digits=3, first=True)
    J1, J2, J3 = (controls.reading(f"J{one}", digits=3) for one in "₁₂₃")
    J12, J13, J23 = (controls.reading(f"J{pair}", digits=3) for pair in ("₁₂", "₁₃", "₂₃"))
    f = controls.reading("f(b)", digits=3)

    def data(self) -> dict:
        """Return the numbers of the kinds, the sets, how far fields are shown, what is equal, what is not written."""
        return {"kinds": _KINDS, "sets": _SETS, "room": _ROOM, "equal": _EQUAL, "most": _MOST}

    def still(self) -> Still:
        """Return K with the fields of all states, and the couplings, and the words."""
        K, w, spins = _K(self.kind, self.sharp), [self.w1, self.w2, self.w3], self.alphabet == "spins"
        J = interactions.of_unit(K, w, self.b, alphabet=self.alphabet)[[_bits(each) for each in _SETS]]
        v = np.arange(8)[:, None] >> np.arange(3) & 1
        x, on = self.b + (2 * v - 1 if spins else v) @ w, v.sum(axis=1)
        line = np.linspace(min(-_ROOM, x.min()), max(_ROOM, x.max()), 200)
        K, places = interactions.response_of(K), [k + (len(each) - 1) / 2 for k, each in enumerate(_SETS)]

        def draw(figure):
            left, right = figure.subplots(1, 2)
            left.plot(line, K(line), "0.6")
            for odd, fill in ((0, "w"), (1, "0.2")):
                left.plot(x[on % 2 == odd], K(x[on % 2 == odd]), "o", color="0.2", mfc=fill)
            top, low = max(K(x).max(), 1.0), min(K(x).min(), 0.0)
            left.set(xlabel="field x", ylabel="K", ylim=(low - 0.1 * (top - low), 1.1 * top))
            right.axhline(0, color="0.6", lw=0.8)
            right.bar(places, J, 0.6, color="C0")
            right.set(xlabel="set of units", ylabel="coupling J", xticks=places, xticklabels=_SETS)

        names = ", ".join(f"{j:.2f} of {each}" for each, j in zip(_SETS, np.round(J, 2) + 0.0, strict=True))
        has = f"Weights {self.w1:g}, {self.w2:g} and {self.w3:g} and the bias {self.b:g} make the couplings {names}"
        return drawn(
            draw, 3.9, 1.7,
            "K against the field, with the fields of the eight states of the visible units; beside it the couplings of "
            "all sets of these, as bars.",
            f"{has.replace('-', '−')}. That of 123 adds K at the full marks and subtracts it at the open.",
        )  # fmt: skip


def _bits(units: str) -> int:
    """The place of a set among all."""
    return sum(1 << int(each) - 1 for each in units)
