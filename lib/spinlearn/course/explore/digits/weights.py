"""The machines of the live model, as they are stored: whole numbers of steps, a byte each."""

import base64
import json
import zlib
from functools import cache
from pathlib import Path

import numpy as np

from ....bipartite import machine, units
from ....bipartite.machine import TwoLayers

FILE = Path(__file__).with_name("learned.json")
SIDE, HIDDEN = 8, 24
VISIBLE = SIDE * SIDE
KINDS = {"binary": units.binary, "spin": units.spin, "gaussian": units.gaussian, "half_gaussian": units.half_gaussian}
LEARNED_FROM = 1500  # rows of the 1797 pictures; the others they have never seen
_INK = 7.5  # what is ink, of grey from 0 to 16


@cache
def pictures() -> tuple[np.ndarray, np.ndarray]:
    """Scikit-learn's digits in black and white, (1797, 64) float32 of 0 and 1, and what they show.

    Examples
    --------
    >>> data, shown = pictures()
    >>> data.shape, shown[:4].tolist()
    ((1797, 64), [0, 1, 2, 3])
    """
    from sklearn.datasets import load_digits

    found = load_digits()
    data = (found.data > _INK).astype(np.float32)
    data.flags.writeable = False
    return data, found.target


def unpacked(numbers: np.ndarray, step: float, hidden: str) -> TwoLayers:
    """The machine of whole numbers of steps: W row by row, a, b."""
    W, a, b = np.split(numbers * step, [VISIBLE * HIDDEN, VISIBLE * HIDDEN + VISIBLE])
    return machine.machine(W.reshape(VISIBLE, HIDDEN), units.binary(), KINDS[hidden](), a=a, b=b)


@cache
def stored(hidden: str) -> tuple[np.ndarray, float]:
    """Whole numbers and their step of one of the machines that were trained."""
    found = json.loads(FILE.read_text(encoding="utf-8"))[hidden]
    return np.frombuffer(zlib.decompress(base64.b64decode(found["numbers"])), dtype=np.int8), found["step"]


def learned(hidden: str) -> TwoLayers:
    """The machine with these hidden units, as it runs in the page.

    Parameters
    ----------
    hidden : {"binary", "spin", "gaussian", "half_gaussian"}

    Returns
    -------
    TwoLayers

    Examples
    --------
    >>> learned("gaussian")[3:], learned("spin").shape
    ((<kind binary>, <kind Gaussian of variance 1>), (64, 24))
    """
    model = unpacked(*stored("binary" if hidden == "spin" else hidden), "binary" if hidden == "spin" else hidden)
    return as_spins(model) if hidden == "spin" else model


def as_spins(model: TwoLayers) -> TwoLayers:
    """The same machine with its hidden units 0 or 1 written as spins, h = (1 + s) / 2.

    Then b.h + v.W.h = b.s / 2 + v.(W / 2).s + v.(sum over j of W_j) / 2 and a constant: half the weights, half the
    biases of the hidden units, and other ones of the visible. The law of what is seen is the same, at all temperatures.
    """
    W = model.W / 2
    return machine.machine(W, model.visible, units.spin(), a=model.a + W.sum(axis=1), b=model.b / 2)
