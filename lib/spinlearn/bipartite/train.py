"""Learning of a machine of two layers, by contrastive divergence or with persistent chains, as fast as its products.

A step takes a batch of B rows of data and moves along an estimate of the gradient of their mean likelihood,

    dW = rate / T (<v f(x(v))>_data - <v f(x(v))>_chains),        W <- (1 - rate decay) W + dW + momentum (last move),

with the hidden units' means f = K', not their draws, in both averages: what can be averaged exactly is not sampled.
Chains are hidden states h. A sweep draws v given h and then h given v. With `"contrastive"` they start, in each step,
at hidden states drawn given the batch (CD-k, k = `sweeps`), with `"persistent"` where they were after the last step.
Neither gives the gradient: `likelihood.contrastive` has the difference exactly, for small machines.

**Speed.** A step of CD-1 is three products of B x N and N x M numbers, and one of 2 B rows, which adds both averages to
the weights at once, decay included: data and chains stand in one array one below the other, the chains' means with a
minus; and persistent chains go through the weights together with the data. Each layer is drawn in one pass over it
(`draws`). The rest is small, so a step takes little longer than its products do; and where visible units have two
states, those take less than BLAS would (`products`).

**Nothing is lost.** Every random number of a run follows from one seed and the number of the step: the order of the
data, the draws, the chains' starts. So a run that was stopped goes on as if it had not been (`resume`), on the same
machine in numbers that are the same bit for bit, wherever it was cut; and another day from a file (`save`, `load`).
`Ctrl-C` ends a run after a step, never within one. Weights that run away raise `Diverged`, whose `run` is where all was
still well, at most 20 steps before.

References
----------
G. E. Hinton, Neural Comput. 14, 1771 (2002): contrastive divergence.
L. Younes, Stochastics 65, 177 (1999); T. Tieleman, ICML 2008: persistent chains.
"""

import json
import os
import zipfile
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ..core import arguments
from ..core.progress import keeping, watched
from . import draws, machine
from .likelihood import LayerGradient
from .machine import TwoLayers
from .products import Products
from .units import Kind, checked_kind

METHODS = ("contrastive", "persistent")
CHECKED = 20  # steps between two looks at the weights
_SAVED = ("W", "a", "b", "visible", "hidden", "move_W", "move_a", "move_b")


class Settings(NamedTuple):
    """How a run learns: the options of `train`, and the `seed` from which all its random numbers follow."""

    T: float
    method: str
    sweeps: int
    batch: int
    rate: float
    momentum: float
    decay: float
    seed: int


class Training(NamedTuple):
    """What `train` and `resume` return: all that it takes to go on.

    Attributes
    ----------
    machine : TwoLayers
    done, asked : int
        Steps that were taken, and those that were asked for; the first is smaller only where a run was stopped.
    visible : (batch, N) float32
        States of the chains' visible units, at the end.
    hidden : (batch, M) float32
        Hidden states, from which persistent chains go on.
    move : LayerGradient
        The last move of weights and biases, which momentum keeps a part of.
    settings : Settings
    """

    machine: TwoLayers
    done: int
    asked: int
    visible: np.ndarray
    hidden: np.ndarray
    move: LayerGradient
    settings: Settings


class Diverged(ValueError):
    """Weights have run away. What was learnt before is kept.

    Attributes
    ----------
    run : Training
        At the last look at which all was finite and the machine had a law.

    Examples
    --------
    >>> from spinlearn.bipartite import units
    >>> start, rng = machine.machine([[0.1]], units.gaussian(), units.gaussian()), np.random.default_rng(1)
    >>> try:
    ...     train(start, rng.normal(scale=9.0, size=(100, 1)), steps=1000, rate=0.5, rng=rng)
    ... except Diverged as stopped:
    ...     stopped.run.done % CHECKED, bool(np.isfinite(stopped.run.machine.W).all())
    (0, True)
    """

    def __init__(self, message: str, run: Training):
        super().__init__(message)
        self.run = run


def train(
    model: TwoLayers,
    data,
    T: float = 1.0,
    *,
    steps: int,
    method: str = "persistent",
    sweeps: int = 1,
    batch: int = 100,
    rate: float = 0.05,
    momentum: float = 0.0,
    decay: float = 0.0,
    progress: bool | None = None,
    rng: np.random.Generator,
) -> Training:
    """Learn from data.

    Parameters
    ----------
    model : TwoLayers
        The start, of any size and of any units. It is left as it is.
    data : (rows, N) array_like
        States of the visible units.
    T : float
        Above 0.
    steps : int
        Each takes a batch. An epoch of all data has rows // batch of them; what is left over waits for the next one,
        and each epoch has an order of its own.
    method : {"persistent", "contrastive"}
        Where the chains of a step start: where they were, or at the batch.
    sweeps : int
        Of the chains in each step, at least 1.
    batch : int
        Rows of data in a step, and chains. At most all rows.
    rate : float
        Of a step, above 0.
    momentum : float
        What is kept of the last move, from 0 to below 1.
    decay : float
        Of the weights, at least 0: the ascent is along the likelihood less decay / 2 times the sum of their squares.
    progress : bool, optional
        True shows a bar, False none. Left out: one where somebody watches, if it takes more than two seconds.
    rng : numpy.random.Generator
        Advanced by one draw.

    Returns
    -------
    Training

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range, or the machine has no law to begin with.
    Diverged
        If weights run away, or come to where the machine has no law. Its attribute `run` is the `Training` before.
    spinlearn.core.progress.Interrupted
        At Ctrl-C. Its attribute `run` is the `Training` so far, which `resume` goes on with.

    Examples
    --------
    Two spins that agree in four of five rows:

    >>> from spinlearn.bipartite import likelihood, units
    >>> rng = np.random.default_rng(1)
    >>> data = np.repeat([[1, 1], [-1, -1], [1, -1], [-1, 1]], [40, 40, 10, 10], axis=0)
    >>> start = machine.random_machine(2, 1, units.spin(), units.spin(), strength=0.1, rng=rng)
    >>> learnt = train(start, data, steps=2000, rng=rng).machine
    >>> bool(likelihood.log_likelihood(learnt, data) > np.log([0.4, 0.1]) @ [0.8, 0.2] - 0.01)
    True
    """
    model, T = machine.with_law(model, T)
    rows, seed = _rows(data, model), arguments.generator(rng)
    settings = _checked_settings(Settings(T, method, sweeps, batch, rate, momentum, decay, 0), len(rows))
    steps = arguments.count("steps", steps)
    arguments.flag("progress", progress, optional=True)
    settings = settings._replace(seed=int(seed.integers(2**64, dtype=np.uint64)))
    chains = (np.zeros((settings.batch, size), dtype=np.float32) for size in model.shape)
    return _go_on(Training(model, 0, steps, *chains, _at_rest(model), settings), rows, progress)


def resume(
    run: Training, data, *, steps: int | None = None, rate: float | None = None, progress: bool | None = None
) -> Training:
    """Go on with a run of `train`.

    Parameters
    ----------
    run : Training
        Returned by `train` or `resume`, or kept by an `Interrupted` or a `Diverged`. It is left as it is.
    data : (rows, N) array_like
        As for `train`. With those of the run, the numbers are those of a run that was never stopped.
    steps : int, optional
        How many more; left out, what the run still lacks of the steps that were asked for.
    rate : float, optional
        From now on; that of the run if left out.
    progress : bool, optional
        As for `train`.

    Returns
    -------
    Training

    Raises
    ------
    TypeError, ValueError, Diverged, spinlearn.core.progress.Interrupted
        As for `train`.

    Examples
    --------
    >>> from spinlearn.bipartite import units
    >>> data = np.random.default_rng(1).integers(2, size=(50, 3))
    >>> start, options = machine.machine(np.zeros((3, 2)), units.binary(), units.binary()), {"batch": 10}
    >>> once = train(start, data, steps=30, rng=np.random.default_rng(2), **options)
    >>> half = train(start, data, steps=15, rng=np.random.default_rng(2), **options)
    >>> bool((resume(half, data, steps=15).machine.W == once.machine.W).all())
    True
    """
    model, _ = machine.with_law(_checked_run(run).machine, run.settings.T)
    rows = _rows(data, model)
    settings = run.settings if rate is None else run.settings._replace(rate=rate)
    settings = _checked_settings(settings, len(rows))
    steps = max(0, run.asked - run.done) if steps is None else arguments.count("steps", steps)
    arguments.flag("progress", progress, optional=True)
    return _go_on(run._replace(machine=model, asked=run.done + steps, settings=settings), rows, progress)


def save(file, run: Training) -> None:
    """Write a run to a file, to go on with another day. A file that was there stays until the new one is whole.

    Parameters
    ----------
    file : str or pathlib.Path
    run : Training

    Raises
    ------
    TypeError
        If `run` is none.
    OSError
        If the file cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> from spinlearn.bipartite import units
    >>> start = machine.machine(np.zeros((3, 2)), units.binary(), units.spin())
    >>> run = train(start, np.ones((10, 3)), steps=1, batch=10, rng=np.random.default_rng(1))
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     save(f"{folder}/digits.npz", run)
    ...     load(f"{folder}/digits.npz", units.binary(), units.spin()).done
    1
    """
    _checked_run(run)
    names = [kind.law.name for kind in run.machine[3:]]
    arrays = dict(zip(_SAVED, (*run.machine[:3], run.visible, run.hidden, *run.move), strict=True))
    rest = json.dumps({"units": names, "done": run.done, "asked": run.asked, "settings": run.settings})
    file = Path(file)
    unfinished = file.with_name(f"{file.name}.unfinished")
    with unfinished.open("wb") as out:
        np.savez(out, rest=rest, **arrays)
    os.replace(unfinished, file)


def load(file, visible: Kind, hidden: Kind) -> Training:
    """Read a run that `save` has written.

    Parameters
    ----------
    file : str or pathlib.Path
    visible, hidden : units.Kind
        What the units are: a file holds their names only.

    Returns
    -------
    Training

    Raises
    ------
    TypeError, ValueError
        If the file holds no run, or one of other units.
    OSError
        If it cannot be read.

    Examples
    --------
    See `save`.
    """
    kinds = checked_kind("visible", visible), checked_kind("hidden", hidden)
    try:
        with np.load(Path(file), allow_pickle=False) as kept:
            rest = json.loads(str(kept["rest"]))
            W, a, b, v, h, *move = (kept[name] for name in _SAVED)
        settings, names = Settings(*rest["settings"]), rest["units"]
    except (KeyError, TypeError, ValueError, EOFError, zipfile.BadZipFile):
        raise ValueError(f"file must be one that train.save has written, and {file} is not") from None
    for kind, name, layer in zip(kinds, names, ("visible", "hidden"), strict=True):
        if kind.law.name != name:
            raise ValueError(f"{layer} must be a layer of the unit {name}, as in the file, not of {kind.law.name}")
    return Training(
        machine.machine(W, *kinds, a=a, b=b), rest["done"], rest["asked"], v, h, LayerGradient(*move), settings
    )


def _checked_run(run) -> Training:
    if not isinstance(run, Training):
        raise TypeError(f"run must be a Training, such as train.train returns, not {type(run).__name__}")
    return run


class _Run:
    """The arrays of a run, in single precision, and how they take a step."""

    def __init__(self, run: Training, rows: np.ndarray):
        settings, (n, m) = run.settings, run.machine.shape
        self.run, self.rows, self.settings = run, rows, settings
        self.visible, self.hidden = run.machine.visible, run.machine.hidden
        self.state = [np.array(part, dtype=np.float32) for part in (*run.machine[:3], *run.move, run.hidden)]
        self.done, self.epoch, self.order = run.done, -1, None
        self.v, self.f = (np.empty((2 * settings.batch, size), dtype=np.float32) for size in (n, m))
        self.v[settings.batch :] = run.visible
        self.x = np.empty_like(self.f)
        self.y, self.mean, self.spare = (np.empty((settings.batch, size), dtype=np.float32) for size in (n, n, m))
        self.beta, self.products = machine.single_beta(settings.T), Products((n, m), settings.batch, self.visible.two)
        self.direction = None
        self.keep()

    def keep(self) -> None:
        """Remember the state, to come back to."""
        self.kept = [part.copy() for part in self.state], self.v[self.settings.batch :].copy(), self.done

    def back(self) -> None:
        """Come back to the state that was kept."""
        state, chains, self.done = self.kept
        for part, before in zip(self.state, state, strict=True):
            part[...] = before
        self.v[self.settings.batch :] = chains

    def step(self) -> None:
        """Take one step."""
        W, a, b, move_W, move_a, move_b, h = self.state
        settings, size, beta = self.settings, self.settings.batch, self.beta
        data, chains = self.v[:size], self.v[size:]
        in_epoch = len(self.rows) // size
        epoch, place = divmod(self.done, in_epoch)
        if epoch != self.epoch:
            self.order = np.random.default_rng([settings.seed, epoch]).permutation(len(self.rows))
            self.epoch = epoch
        call = self.done * (2 * settings.sweeps + 1)
        np.take(self.rows, self.order[place * size : (place + 1) * size], axis=0, out=data, mode="clip")
        seeds = [draws.seed_of(settings.seed, call + k) for k in range(2 * settings.sweeps + 1)]
        at_data = settings.method == "contrastive" or self.done == 0
        if at_data:
            self.products.onto_hidden(W, data, self.x[:size])
            self.hidden.fill(self.x[:size], b, beta, seeds[0], self.f[:size], h)
        for sweep in range(settings.sweeps):
            self.products.onto_visible(W, h, self.y)
            self.visible.fill(self.y, a, beta, seeds[2 * sweep + 1], self.mean, chains)
            # Persistent chains do not wait for the data: both go through the weights at once.
            together = not at_data and sweep == settings.sweeps - 1
            first = 0 if together else size
            self.products.onto_hidden(W, self.v[first:], self.x[first:])
            if together:
                self.hidden.fill(self.x[:size], b, beta, seeds[0], self.f[:size], self.spare)
            self.hidden.fill(self.x[size:], b, beta, seeds[2 * sweep + 2], self.f[size:], h)
        np.negative(self.f[size:], out=self.f[size:])
        rate, shrink = settings.rate / (settings.T * size), settings.rate * settings.decay
        slopes = rate * (data.sum(axis=0) - chains.sum(axis=0)), rate * self.f.sum(axis=0)
        if settings.momentum:
            self.products.add(rate, self.v, self.f, settings.momentum, move_W)
            if shrink:
                move_W -= shrink * W
            W += move_W
        else:
            self.products.add(rate, self.v, self.f, 1 - shrink, W)
        for bias, move, slope in zip((a, b), (move_a, move_b), slopes, strict=True):
            move *= settings.momentum
            move += slope
            bias += move
        self.done += 1

    def trouble(self) -> str:
        """Why the run cannot go on from here; nothing if it can."""
        parts = self.state[:3]
        if not all(np.abs(part).max() <= machine.LARGEST for part in parts):  # nor if it is NaN
            return "its weights or states have left what single precision holds"
        model = self.model()
        if 2 in model.visible.tails and 2 in model.hidden.tails:
            _, self.direction = machine.stretch(model, self.direction)
        return machine.obstacle(model, self.settings.T, start=self.direction)

    def model(self) -> TwoLayers:
        """The machine, in double precision."""
        return TwoLayers(*(part.astype(np.float64) for part in self.state[:3]), self.visible, self.hidden)

    def training(self) -> Training:
        """All that it takes to go on."""
        move = LayerGradient(*(part.copy() for part in self.state[3:6]))
        chains = self.v[self.settings.batch :].copy(), self.state[6].copy()
        return Training(self.model(), self.done, self.run.asked, *chains, move, self.settings)


def _go_on(run: Training, rows: np.ndarray, progress: bool | None) -> Training:
    now = _Run(run, rows)

    def stopped() -> Training:
        """After the last whole step: from where all was kept, those that followed are taken again."""
        reached = now.done
        now.back()
        while now.done < reached:
            now.step()
        if not all(np.isfinite(part).all() for part in now.state):
            now.back()
        return now.training()

    with keeping(stopped), np.errstate(over="ignore", invalid="ignore"):
        for part in watched(run.asked - run.done, progress):
            for _ in range(part.start, part.stop):
                now.step()
                if now.done % CHECKED == 0 or now.done == run.asked:
                    trouble = now.trouble()
                    if trouble:
                        reached = now.done
                        now.back()
                        raise Diverged(
                            f"rate must be so small that the machine does not run away, got {run.settings.rate:g}: "
                            f"at step {reached} {trouble}. The attribute `run` has step {now.done}",
                            now.training(),
                        )
                    now.keep()
    return now.training()


def _at_rest(model: TwoLayers) -> LayerGradient:
    return LayerGradient(*(np.zeros(part.shape, dtype=np.float32) for part in model[:3]))


def _rows(data, model: TwoLayers) -> np.ndarray:
    return machine.states_of("data", data, model.visible, model.shape[0], np.float32)


def _checked_settings(settings: Settings, rows: int) -> Settings:
    T, method, sweeps, batch, rate, momentum, decay, seed = settings
    arguments.choice("method", method, METHODS)
    sweeps = arguments.count("sweeps", sweeps, at_least=1)
    batch = arguments.count("batch", batch, at_least=1)
    if batch > rows:
        raise ValueError(f"batch must be at most the {rows} rows of data, got {batch}")
    rate = arguments.number("rate", rate, above=0)
    momentum = arguments.number("momentum", momentum, at_least=0)
    if momentum >= 1:
        raise ValueError(f"momentum must be below 1, got {momentum:g}")
    decay = arguments.number("decay", decay, at_least=0)
    if rate * decay >= 1:
        raise ValueError(f"decay must be below 1 / rate = {1 / rate:g}, got {decay:g}")
    return Settings(arguments.temperature(T), method, sweeps, batch, rate, momentum, decay, seed)
