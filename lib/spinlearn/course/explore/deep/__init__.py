"""The live deep network: two signals in random networks, from layer to layer, on either side of the edge of chaos."""

import math

import numpy as np

from ....meanfield import depth, maps, signals
from ....meanfield.finite_width import Networks
from ....neuron import activation
from ..shell import controls
from ..shell.controls import Action
from ..shell.shell import Explorable
from ..shell.still import Still, drawn

__all__ = ["Deep", "drawn_networks"]

NAMES = {"tanh": "tanh", "erf": "Error function, of x / √2", "relu": "Rectifier (ReLU)"}

_DEPTH, _NETWORKS, _MOST = 30, 3, 250
_START = 1.0  # variance of the inputs
_NEAR = 0.005  # how far from 1 chi is called that of the edge
_REACH = 4.0  # variance up to which the edge is drawn: beyond, it has left the picture


def drawn_networks(
    width: int, weight_variance: float, *, bias_variance=0.05, angle=30.0, activation="tanh", seed: int
) -> Networks:
    """Draw natively the networks that `Deep` draws in the browser, and send the same two signals through them.

    Parameters
    ----------
    width : int
        Units of a layer, from 1 to 250.
    weight_variance, bias_variance : float
        sigma_w^2 and sigma_b^2, at least 0.
    angle : float
        Between the two inputs, in degrees.
    activation : {"tanh", "erf", "relu"}
    seed : int
        From 0 to 2**64 - 1, of the kernels' generator.

    Returns
    -------
    Networks
        `q` and `d` of three networks in layers 0 to 30. A browser's functions may differ in the last bit.

    Examples
    --------
    >>> run = drawn_networks(100, 3.0, seed=1)
    >>> run.d.shape, run.d[:, 0].round(6)  # 1 - cos 30°
    ((3, 31), array([0.133975, 0.133975, 0.133975]))
    """
    states = np.empty((_NETWORKS, _DEPTH + 1, 4), dtype=np.uint64)
    signals.seed_networks(np.uint64(seed), states)
    numbers = np.empty((_DEPTH + 1, width * (width + 1)), np.float32)
    both, units = np.empty((2, _NETWORKS, _DEPTH + 1)), np.empty((2, 2 * width))
    d = 2 * math.sin(math.radians(angle) / 2) ** 2
    for k in range(_NETWORKS):
        signals.draw(states[k], numbers, 0, width)
        signals.follow(
            maps.CODES[activation], width, weight_variance, bias_variance, _START, d, numbers, units, *both[:, k]
        )
    return Networks(*both)


class Deep(Explorable):
    """Two inputs in three random networks of 30 layers: their correlation in each, beside that of wide networks.

    Weights have the variance sigma_w^2 / n in layers of n units, biases sigma_b^2; both inputs have the variance 1. The
    line is the map of infinitely wide networks. Below the edge of chaos two signals become one, above it they come to
    one correlation from any angle; after some depths xi a network has forgotten how they began. A slider scales the
    networks that are there; a wider one is the narrower one and further units. They have all their weights, and are run
    by the kernels of `spinlearn.meanfield.signals` and `maps` as WebAssembly in the browser, whose functions may
    differ from the system's in the last bit.

    Parameters
    ----------
    weight_variance : float
        sigma_w^2, from 0.5 to 4.
    bias_variance : float
        sigma_b^2, from 0 to 0.5.
    angle : float
        Between the two inputs, from 1 to 90 degrees. Their correlation is its cosine.
    width : float
        Units of a layer, n, from 10 to 250, to the nearest whole number.
    activation : {"tanh", "erf", "relu"}
    seed : int
        Of the generator, from 0 to 2**32 - 1.

    Attributes
    ----------
    chi : float
        sigma_w^2 E[phi'^2], by which a small difference of the signals, squared, grows from layer to layer.
    xi : float
        Layers in which what is left of the distance from the final correlation falls by a factor of e; 0 where it does
        not fall exponentially.
    c, q : float
        Correlation and variance that a wide network ends with; c is 0 where both signals die out, and q where they grow
        without end.
    wide, reached : float
        Correlation in the last layer, of a wide network and as the mean of the three.
    edge : float
        sigma_w^2 on the edge of chaos, with this sigma_b^2.

    Raises
    ------
    traitlets.TraitError
        If a value has the wrong type or range, now or when a trait is set later; the trait keeps its value.

    Examples
    --------
    >>> Deep(3.0, width=50)
    Deep(weight_variance=3.0, bias_variance=0.05, angle=30.0, width=50.0, activation='tanh', seed=1)
    """

    title = "Two signals in a deep random network"
    wasm = "deep"
    actions = (Action("D", "Draw anew", "again"), Action("E", "To the edge", "to_edge"))

    weight_variance = controls.slider(
        3.0, 0.5, 4.0, label="Variance of the weights", symbol="σw²", step=0.01, digits=2, first=True
    )
    bias_variance = controls.slider(0.05, 0.0, 0.5, label="Variance of the biases", symbol="σb²", step=0.005, digits=3)
    angle = controls.slider(30.0, 1.0, 90.0, label="Angle at the start", symbol="θ", unit="°", step=1, digits=0, ends=0)
    width = controls.counted(100.0, 10.0, float(_MOST), label="Units of a layer", symbol="n")
    activation = controls.choice("tanh", NAMES, label="Activation function")
    seed = controls.seed()

    chi = controls.reading("slope χ", digits=3, first=True)
    xi = controls.reading("depth ξ", digits=1, unit="layers", first=True)
    c = controls.reading("c*, wide", digits=3)
    wide = controls.reading(f"wide in layer {_DEPTH}", digits=3)
    reached = controls.reading(f"networks in layer {_DEPTH}", digits=3)
    q = controls.reading("variance at last", digits=3)
    edge = controls.reading("edge, in σw²", digits=3)

    def data(self) -> dict:
        """Return the activation functions in the order of their numbers, and the sizes of the networks."""
        return {
            "codes": list(maps.CODES), "depth": _DEPTH, "networks": _NETWORKS, "most": _MOST, "start": _START,
            "work": math.prod(maps.WORK), "seeds": self.traits()["seed"].max, "endless": "relu", "near": _NEAR,
            "reach": _REACH,
        }  # fmt: skip

    def still(self) -> Still:
        """Return the correlations layer by layer, in three networks and in wide ones, and the words."""
        what, weight, bias = getattr(activation, self.activation), self.weight_variance, self.bias_variance
        width = round(self.width)
        options = {"bias_variance": bias, "angle": self.angle, "activation": self.activation, "seed": self.seed}
        run = drawn_networks(width, weight, **options)
        line = depth.propagate(
            what, _DEPTH, weight_variance=weight, bias_variance=bias, c=math.cos(math.radians(self.angle))
        )
        found = depth.phase(what, weight_variance=weight, bias_variance=bias, start=_START)

        def draw(figure):
            ax = figure.subplots()
            for one in run.d:
                ax.plot(1 - one, "C1", linewidth=0.7)
            ax.plot(line.c, "C0")
            ax.set(xlabel="layer", ylabel="correlation c", ylim=(-0.25, 1.05))

        scale = f"χ = {found.chi:.3f}" + (f", ξ = {found.xi_c:.1f} layers" if math.isfinite(found.xi_c) else "")
        edge = maps.critical_weight(maps.CODES[self.activation], bias)
        words = (
            f"{NAMES[self.activation]}, σw² = {weight:g} and σb² = {bias:g}: {found.name}, {scale}; the edge is at σw² "
            f"= {edge:.3f}. Two inputs begin {self.angle:g}° apart and end with c = {line.c[-1]:.3f} in layer {_DEPTH} "
            f"of wide networks, and with {1 - run.d[:, -1].mean():.3f} in three of {width} units"
        )
        alternative = f"{words}. The correlation in each layer: three rough lines about a smooth one."
        return drawn(draw, 2.8, 1.8, alternative, f"{words}.")
