"""Train the machines of the live model anew: ``python -m spinlearn.course.explore.digits.making``, a minute or two.

A machine has 64 visible units 0 or 1, the pixels of scikit-learn's 8 x 8 digits, and 24 hidden ones. It learns from the
first 1500 pictures with persistent chains, in three parts at smaller and smaller rates. Then its weights and biases are
rounded to whole steps, each a power of two, so that a byte holds one. The rounded machine is the model: what is sampled
is its law, without an error, and the likelihoods on record are its own.

Spins have no weights of their own, since as hidden units they are units 0 or 1 in other words: see `as_spins`.
"""

import base64
import json
import sys
import zlib
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ....bipartite import likelihood, machine, train, units
from ....bipartite.machine import TwoLayers
from . import weights

_PARTS = 20_000, 7_000, 7_000  # training steps
_SLOWER = 1, 3, 10  # what the rate is divided by in each part


class Recipe(NamedTuple):
    """How a machine is trained: its rate, and the step of its rounded weights."""

    rate: float
    step: float


RECIPES = {"binary": Recipe(0.05, 1 / 8), "gaussian": Recipe(0.01, 1 / 16), "half_gaussian": Recipe(0.01, 1 / 16)}


def learn(hidden: str, data: np.ndarray, *, parts: tuple[int, ...] = _PARTS, seed: int = 1) -> TwoLayers:
    """Train a machine on pictures (rows, 64), so many steps at each of the rates; its weights are not rounded yet."""
    rng = np.random.default_rng(seed)
    start = machine.random_machine(
        data.shape[1], weights.HIDDEN, units.binary(), weights.KINDS[hidden](), strength=0.05, rng=rng
    )
    start = start._replace(a=likelihood.matched_biases(units.binary(), data, data.shape[1]))
    rate, run = RECIPES[hidden].rate, None
    for steps, slower in zip(parts, _SLOWER, strict=True):
        if run is None:
            run = train.train(start, data, steps=steps, rate=rate, decay=1e-4, progress=False, rng=rng)
        else:
            run = train.resume(run, data, steps=steps, rate=rate / slower, progress=False)
    return run.machine


def rounded(model: TwoLayers, step: float) -> np.ndarray:
    """Whole numbers of steps that a machine's weights and biases are nearest to, int8: W row by row, a, b.

    What a byte does not hold is cut to what it does: the bias of a pixel that is hardly ever ink.
    """
    numbers = np.concatenate([np.ravel(part) for part in (model.W, model.a, model.b)]) / step
    return np.clip(np.round(numbers), -127, 127).astype(np.int8)


def make(file: Path = weights.FILE) -> dict:
    """Train all machines, and write what `weights.learned` reads."""
    data, _ = weights.pictures()
    seen, unseen = data[: weights.LEARNED_FROM], data[weights.LEARNED_FROM :]
    record = {}
    for hidden, recipe in RECIPES.items():
        numbers = rounded(learn(hidden, seen), recipe.step)
        packed = base64.b64encode(zlib.compress(numbers.tobytes(), 9)).decode()
        model = weights.unpacked(numbers, recipe.step, hidden)
        log_Z = likelihood.ais(model, steps=4000, data=seen, progress=False, rng=np.random.default_rng(1)).log_Z
        means = {name: round(likelihood.log_likelihood(model, rows, log_Z=log_Z), 1)
                 for name, rows in (("seen", seen), ("unseen", unseen))}  # fmt: skip
        record[hidden] = {"step": recipe.step, "log_likelihood": means, "numbers": packed}
        print(hidden, means, len(packed), file=sys.stderr)
    file.write_text(json.dumps(record, indent=1) + "\n", encoding="utf-8")
    return record


if __name__ == "__main__":
    make()
