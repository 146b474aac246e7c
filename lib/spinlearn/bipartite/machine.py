"""A machine of two layers: visible units v, hidden units h, weights between the layers and none inside.

With the a-priori laws rho of the units the law of the machine is

    p(v, h) = rho(v) rho(h) exp(-E(v, h) / T) / Z,        E(v, h) = -a.v - b.h - v.W.h.

Given one layer the units of the other are independent, each in a field of its own,

    x_j = (b_j + sum_i v_i W_ij) / T,        p(h_j | v) = rho(h_j) exp(x_j h_j - K_h(x_j)),

and likewise the other way round. So a whole layer is drawn at once, and the mean of a unit is its response, the
activation function K'(x). Summing the hidden units out leaves

    p(v) = rho(v) exp(a.v / T + sum_j K_h(x_j)) / Z:

the hidden units are in the law of what is seen by their K alone. Nothing here says what the units are: `units` does.

**Not every machine has a law.** Where states of both layers have no end, v.W.h may grow faster than rho falls. Two
Gaussian layers have a law as long as the largest singular value of W / T stays below 1 / (sigma_v sigma_h); counts
that excite anything unbounded have none, however weak the weight. `obstacle` says what is in the way, and no function
here takes a machine that has one.

**Where it orders.** Weights s u w^T with unit vectors u and w, each spread over many units, couple the layers by two
sums, v.u and h.w, which the central limit theorem makes Gaussian. Two Gaussian numbers with one coupling have

    var(v.u) = sigma_v^2 / (1 - (s sigma_v sigma_h / T)^2),        sigma^2 = K''(0),

so a mode of W orders where its singular value is T / (sigma_v sigma_h), whatever the units are; beyond that value two
Gaussian layers have no law, and others have two states or more.

References
----------
P. Smolensky, in Parallel Distributed Processing 1, 194 (1986): the machine of units 0 or 1.
M. Welling, M. Rosen-Zvi and G. E. Hinton, NIPS 17 (2004): other units.
"""

from typing import NamedTuple

import numpy as np

from ..core import arguments
from ..core.progress import keeping, watched
from . import draws
from .products import Products
from .units import Kind, checked_kind

LARGEST = 1e30  # of a weight or bias: products of single precision have to stay finite
_TOLERANCE = 1e-9
_ITERATIONS = 500
_PIECE = 64  # rows that are checked at a time, so that they stay near


class TwoLayers(NamedTuple):
    """Two layers of units.

    Attributes
    ----------
    W : (N, M) float64
        Weights between visible unit i and hidden unit j.
    a : (N,) float64
        Biases of the visible units.
    b : (M,) float64
        Biases of the hidden units.
    visible, hidden : units.Kind
        What the units of the two layers are.
    """

    W: np.ndarray
    a: np.ndarray
    b: np.ndarray
    visible: Kind
    hidden: Kind

    @property
    def shape(self) -> tuple[int, int]:
        """Numbers of visible and of hidden units."""
        return np.shape(self.W)


class Chains(NamedTuple):
    """What `simulate` returns.

    Attributes
    ----------
    visible : (chains, N) float32
        States at the end.
    hidden : (chains, M) float32
        Those that the visible ones were drawn from; without a sweep they are drawn from those. A pair of both is a
        state of the machine.
    energy : (records, chains) float64
        E(v, h) after every recorded sweep.
    along : (records, chains, k) float64, or None
        Projections v.u of the visible states, where directions u were asked for.
    """

    visible: np.ndarray
    hidden: np.ndarray
    energy: np.ndarray
    along: np.ndarray | None


def machine(W, visible: Kind, hidden: Kind, *, a=0.0, b=0.0) -> TwoLayers:
    """A machine from its weights.

    Parameters
    ----------
    W : (N, M) array_like
    visible, hidden : units.Kind
    a, b : float, or (N,) and (M,) array_like
        Biases.

    Returns
    -------
    TwoLayers

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or shape, or is larger than 1e30.

    Examples
    --------
    >>> from spinlearn.bipartite import units
    >>> machine(np.zeros((3, 2)), units.spin(), units.gaussian()).shape
    (3, 2)
    """
    W = arguments.real_array("W", W)
    if W.ndim != 2 or not W.size:
        raise ValueError(f"W must be two-dimensional, with a row for each visible unit, got shape {W.shape}")
    parts = W, _biases("a", a, W.shape[0]), _biases("b", b, W.shape[1])
    for name, part in zip("Wab", parts, strict=True):
        if np.abs(part).max() > LARGEST:
            raise ValueError(f"{name} must be at most {LARGEST:g} in size, got {np.abs(part).max():g}")
    return TwoLayers(*parts, checked_kind("visible", visible), checked_kind("hidden", hidden))


def random_machine(n: int, m: int, visible: Kind, hidden: Kind, *, strength: float = 0.01, rng) -> TwoLayers:
    """A machine with normal random weights and no biases: a start for learning.

    Parameters
    ----------
    n, m : int
        Numbers of visible and hidden units, at least 1.
    visible, hidden : units.Kind
    strength : float
        Standard deviation of the weights, at least 0.
    rng : numpy.random.Generator

    Returns
    -------
    TwoLayers

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> from spinlearn.bipartite import units
    >>> random_machine(4, 2, units.binary(), units.binary(), rng=np.random.default_rng(1)).a
    array([0., 0., 0., 0.])
    """
    n, m = arguments.count("n", n, at_least=1), arguments.count("m", m, at_least=1)
    strength = arguments.number("strength", strength, at_least=0)
    return machine(arguments.generator(rng).normal(scale=strength, size=(n, m)), visible, hidden)


def hidden_fields(model: TwoLayers, v, T: float = 1.0) -> np.ndarray:
    """x_j = (b_j + sum_i v_i W_ij) / T of visible states (..., N): (..., M) float64.

    Examples
    --------
    >>> from spinlearn.bipartite import units
    >>> hidden_fields(machine([[1.0], [2.0]], units.spin(), units.spin(), b=0.5), [1, -1], 2.0)
    array([-0.25])
    """
    return (_layer("v", v, model.shape[0]) @ model.W + model.b) / arguments.temperature(T)


def visible_fields(model: TwoLayers, h, T: float = 1.0) -> np.ndarray:
    """(a_i + sum_j W_ij h_j) / T of hidden states (..., M): (..., N) float64.

    Examples
    --------
    >>> from spinlearn.bipartite import units
    >>> visible_fields(machine([[1.0], [2.0]], units.spin(), units.spin(), b=0.5), [1], 2.0)
    array([0.5, 1. ])
    """
    return (_layer("h", h, model.shape[1]) @ model.W.T + model.a) / arguments.temperature(T)


def energy(model: TwoLayers, v, h) -> np.ndarray:
    """E(v, h) of states (..., N) and (..., M): of their shape without the last axis.

    Examples
    --------
    >>> from spinlearn.bipartite import units
    >>> energy(machine([[1.0], [2.0]], units.spin(), units.spin(), b=0.5), [1, 1], [1])
    np.float64(-3.5)
    """
    v, h = _layer("v", v, model.shape[0]), _layer("h", h, model.shape[1])
    return (-(v @ model.a) - h @ model.b - ((v @ model.W) * h).sum(axis=-1))[()]


def free_energy(model: TwoLayers, v, T: float = 1.0) -> np.ndarray:
    """F(v) = -a.v - T sum_j K_h(x_j), what the hidden units make of the energy of visible states (..., N).

    exp(-F(v) / T), with the a-priori law, is the law of v but for Z.

    Examples
    --------
    >>> from spinlearn.bipartite import units
    >>> free_energy(machine([[1.0], [1.0]], units.spin(), units.gaussian()), [1, 1]).round(6)  # -(v1 + v2)^2 / 2
    np.float64(-2.0)
    """
    T = arguments.temperature(T)
    v = _layer("v", v, model.shape[0])
    return (-(v @ model.a) - T * model.hidden.sum_K(hidden_fields(model, v, T)))[()]


def simulate(
    v,
    model: TwoLayers,
    T: float,
    sweeps: int,
    *,
    clamped=None,
    every: int = 1,
    along=None,
    progress: bool | None = None,
    rng: np.random.Generator,
) -> Chains:
    """Gibbs sampling: many chains of one machine, layer by layer.

    Parameters
    ----------
    v : (chains, N) array_like
        The starts, states of the visible units. It is left as it is.
    model : TwoLayers
    T : float
        Above 0.
    sweeps : int
        A sweep draws all hidden units given the visible ones, and then all visible ones given those.
    clamped : (N,) boolean array, optional
        Visible units that keep their values: what is known of a picture whose rest is wanted.
    every : int
        Record after every so many sweeps.
    along : (N, k) array_like, optional
        Directions, as columns, on which visible states are projected: singular vectors of W, for example, along which
        a machine orders.
    progress : bool, optional
        True shows a bar, False none. Left out: one where somebody watches, if it takes more than two seconds.
    rng : numpy.random.Generator
        Advanced by one draw.

    Returns
    -------
    Chains

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range, if the machine has no law at this temperature, or if the
        states run away, so that their counts or squares leave what single precision holds.
    spinlearn.core.progress.Interrupted
        At Ctrl-C. Its attribute `run` is the `Chains` so far.

    Examples
    --------
    >>> from spinlearn.bipartite import units
    >>> pair = machine([[1.0]], units.spin(), units.spin())
    >>> run = simulate(np.ones((4000, 1)), pair, 2.0, 20, rng=np.random.default_rng(1))
    >>> bool(abs((run.visible * run.hidden).mean() - np.tanh(1 / 2)) < 0.05)
    True
    """
    model, T = with_law(model, T)
    state = states_of("v", v, model.visible, model.shape[0], np.float32)
    sweeps, every = arguments.count("sweeps", sweeps), arguments.count("every", every, at_least=1)
    held = _mask(clamped, model.shape[0])
    arguments.flag("progress", progress, optional=True)
    chains = len(state)
    record = arguments.room((sweeps // every, chains), sweeps=sweeps)
    directions = None if along is None else _directions(along, model.shape[0])
    along = None if along is None else arguments.room((*record.shape, directions.shape[1]), sweeps=sweeps)
    base, done = int(arguments.generator(rng).integers(2**64, dtype=np.uint64)), [0]
    W, a, b = (part.astype(np.float32) for part in model[:3])
    x, y = (np.empty((chains, size), dtype=np.float32) for size in reversed(model.shape))
    mean_h, h, mean_v = np.empty_like(x), np.empty_like(x), np.empty_like(y)
    beta, kept, products = single_beta(T), state[:, held], Products(model.shape, chains, model.visible.two)
    products.onto_hidden(W, state, x)
    model.hidden.fill(x, b, beta, draws.seed_of(base, 2 * sweeps), mean_h, h)
    last = [state.copy(), h.copy()]

    def finished() -> Chains:
        records = done[0] // every
        return Chains(*last, record[:records], None if along is None else along[:records])

    with keeping(finished):
        for part in watched(sweeps, progress):
            for sweep in range(part.start, part.stop):
                products.onto_hidden(W, state, x)
                model.hidden.fill(x, b, beta, draws.seed_of(base, 2 * sweep), mean_h, h)
                products.onto_visible(W, h, y)
                model.visible.fill(y, a, beta, draws.seed_of(base, 2 * sweep + 1), mean_v, state)
                if not np.isfinite(mean_v.sum(dtype=np.float64) + mean_h.sum(dtype=np.float64)):
                    raise ValueError(f"model must have weights in which states do not run away, as in sweep {sweep}")
                state[:, held] = kept
                if (sweep + 1) % every == 0:
                    record[sweep // every] = -h @ model.b - np.einsum("ri,ri->r", y + model.a, state, dtype=np.float64)
                    if along is not None:
                        along[sweep // every] = state @ directions
                last[:], done[0] = (state.copy(), h.copy()), sweep + 1
    return finished()


def with_law(model, T) -> tuple[TwoLayers, float]:
    """Check a machine, of which a field may have been replaced, and that it has a law at the temperature T.

    Examples
    --------
    >>> from spinlearn.bipartite import units
    >>> with_law(machine([[1.0]], units.gaussian(), units.gaussian()), 2.0)[1]
    2.0
    """
    model, T = checked_machine(model), arguments.temperature(T)
    found = obstacle(model, T)
    if found:
        raise ValueError(f"model must have a law at T = {T:g}, and has none: {found}")
    return model, T


def checked_machine(model) -> TwoLayers:
    """Check a machine, of which a field may have been replaced.

    Examples
    --------
    >>> from spinlearn.bipartite import units
    >>> checked_machine(machine([[1.0]], units.spin(), units.spin())).shape
    (1, 1)
    """
    if not isinstance(model, TwoLayers):
        raise TypeError(f"model must be a TwoLayers, such as machine.machine(W, ...), not {type(model).__name__}")
    return machine(model.W, model.visible, model.hidden, a=model.a, b=model.b)


def obstacle(model: TwoLayers, T: float = 1.0, *, start=None) -> str:
    """What is in the way of a law of the machine at the temperature T, in words; nothing if it has one.

    A unit whose K is finite in some fields only must never leave them, whatever the units of the other layer do. Where
    a weight excites two units that both have no end, their laws must fall off fast enough: with exp(-|v|^p) and
    exp(-|h|^q) the largest w v h - |v|^p - |h|^q is finite if 1/p + 1/q < 1, and infinite, for any w, if it is more.
    Between stand two Gaussian layers, which need sigma_v sigma_h s < T for the largest singular value s of W. All this
    is exact. Where a rectified layer takes part, so that only some directions are open, directions are searched by
    alternating projections: one that is found is an obstacle, and finding none is no proof. With a `start` they are
    searched from there alone, as by `stretch`.

    Examples
    --------
    >>> from spinlearn.bipartite import units
    >>> obstacle(machine([[0.5]], units.gaussian(), units.gaussian()))
    ''
    >>> obstacle(machine([[1.0]], units.gaussian(), units.gaussian()))
    'the largest stretch of W by its units is 1, and must stay below T = 1'
    >>> obstacle(machine([[0.1]], units.binary(), units.poisson())), obstacle(machine([[-0.1]], *2 * [units.poisson()]))
    ('', '')
    >>> obstacle(machine([[0.1]], units.poisson(), units.poisson()))
    'visible unit 0 and hidden unit 0 excite each other without end'
    """
    sides = ((model.visible, model.hidden, model.W, model.b, "hidden"),
             (model.hidden, model.visible, model.W.T, model.a, "visible"))  # fmt: skip
    for giver, taker, W, bias, name in sides:
        found = _field_beyond(giver, taker, W, bias, T, name)
        if found:
            return found
    between = False
    for k, sign_v in enumerate((-1, 1)):
        for l, sign_h in enumerate((-1, 1)):
            p, q = model.visible.tails[k], model.hidden.tails[l]
            if np.inf in (p, q) or 1 / p + 1 / q < 1:
                continue
            excited = np.argwhere(sign_v * sign_h * model.W > 0)
            if len(excited) and not p == q == 2:
                return f"visible unit {excited[0, 0]} and hidden unit {excited[0, 1]} excite each other without end"
            between |= len(excited) > 0
    if between:
        size = stretch(model, start)[0]
        if size >= T * (1 - _TOLERANCE):
            return f"the largest stretch of W by its units is {size:g}, and must stay below T = {T:g}"
    return ""


def stretch(model: TwoLayers, start=None) -> tuple[float, np.ndarray]:
    """Largest sigma_v sigma_h v.W.h of unit vectors v and h in the directions that Gaussian tails leave open.

    Of two Gaussian layers it is the largest singular value; with rectified units, which have no direction below 0, it
    is found by alternating projections from several starts, and may be smaller than the true one.

    Parameters
    ----------
    model : TwoLayers
    start : (M,) array_like, optional
        A direction to begin with, such as the one of weights a little before: then the search is short.

    Returns
    -------
    float, and the direction (M,)

    Examples
    --------
    >>> from spinlearn.bipartite import units
    >>> W = [[3.0, 0.0], [0.0, -4.0]]
    >>> [round(stretch(machine(W, kind(), kind()))[0], 9) for kind in (units.gaussian, units.half_gaussian)]
    [4.0, 3.0]
    """
    G = model.W * np.sqrt(model.visible.variance * model.hidden.variance)
    onto_v, onto_h = (_projection(kind.tails) for kind in (model.visible, model.hidden))
    if start is None and model.visible.tails == model.hidden.tails == (2, 2):
        _, s, right = np.linalg.svd(G, full_matrices=False)
        return float(s[0]), right[0]
    m = G.shape[1]
    if start is None:
        draw = np.random.default_rng(1).normal(size=(4, m))
        starts = [np.ones(m), -np.ones(m), *draw, np.abs(draw[0]), *np.eye(m)[np.argsort(-np.abs(G).max(axis=0))[:4]]]
    else:
        starts = [np.asarray(start, dtype=np.float64)]
    best, where = 0.0, np.asarray(starts[0])
    for h in starts:
        size, before, h = 0.0, -1.0, onto_h(h)
        for _ in range(_ITERATIONS):
            if size <= before * (1 + _TOLERANCE):
                break
            v = onto_v(G @ h)
            h, before = onto_h(v @ G), size
            size = v @ G @ h
        if size > best:
            best, where = float(size), h
    return best, where


def single_beta(T: float) -> np.float32:
    """1 / T in single precision; what is colder than 1e-30 is as cold as that.

    Examples
    --------
    >>> single_beta(2.0), single_beta(1e-200)
    (np.float32(0.5), np.float32(1e+30))
    """
    return np.float32(min(1 / T, LARGEST))


def states_of(name: str, value, kind: Kind, n: int, dtype=np.float64) -> np.ndarray:
    """Check states of a layer of n units, piece by piece, and return them as (rows, n) of a type.

    Examples
    --------
    >>> from spinlearn.bipartite import units
    >>> states_of("v", [[1, -1]], units.spin(), 2)
    array([[ 1., -1.]])
    """
    single = isinstance(value, np.ndarray) and value.dtype == np.float32 and not np.ma.isMaskedArray(value)
    array = value if single else arguments.real_array(name, value)
    if array.ndim != 2 or array.shape[1] != n or not len(array):
        raise ValueError(f"{name} must have rows of {n} units, and one row at least, got shape {array.shape}")
    out = np.empty(array.shape, dtype)
    for start in range(0, len(array), _PIECE):
        piece = array[start : start + _PIECE].astype(np.float64)
        if not np.isfinite(piece).all():
            raise ValueError(f"{name} must be finite, but holds NaN or infinity")
        if np.abs(piece).max() > LARGEST:
            raise ValueError(f"{name} must be at most {LARGEST:g} in size, got {np.abs(piece).max():g}")
        held = kind.holds(piece)
        if not held.all():
            raise ValueError(f"{name} must hold states of the unit {kind.law.name}, got {piece[~held].flat[0]:g}")
        out[start : start + _PIECE] = piece
    return out


def _field_beyond(giver: Kind, taker: Kind, W, bias, T: float, name: str) -> str:
    """Whether the units `giver` can push one of `taker` out of the fields in which its K is finite."""
    least, most = taker.law.fields
    if np.isinf(least) and np.isinf(most):
        return ""
    with np.errstate(invalid="ignore"):
        pushes = np.stack([np.where(W == 0, 0.0, W * end) for end in (giver.law.low, giver.law.high)])
        low, high = ((bias + side.sum(axis=0)) / T for side in (pushes.min(axis=0), pushes.max(axis=0)))
    out = (low <= least) & np.isfinite(least) | (high >= most) & np.isfinite(most)
    if not out.any():
        return ""
    j = int(out.argmax())
    return (
        f"the field of {name} unit {j} reaches from {low[j]:g} to {high[j]:g}, and K of the unit {taker.law.name} is "
        f"finite between {least:g} and {most:g}"
    )


def _projection(tails: tuple[float, float]):
    """Onto unit vectors in the directions that Gaussian tails leave open."""
    low, high = (-np.inf if tails[0] == 2 else 0.0), (np.inf if tails[1] == 2 else 0.0)

    def onto(x):
        x = np.clip(x, low, high)
        norm = np.linalg.norm(x)
        return x / norm if norm else x

    return onto


def _biases(name: str, value, n: int) -> np.ndarray:
    if np.ndim(value) == 0:
        return np.full(n, arguments.number(name, value))
    return arguments.real_array(name, value, (n,))


def _layer(name: str, value, n: int) -> np.ndarray:
    array = arguments.real_array(name, value)
    if not array.ndim or array.shape[-1] != n:
        raise ValueError(f"{name} must end in an axis of {n} units, got shape {array.shape}")
    return array


def _directions(along, n: int) -> np.ndarray:
    array = arguments.real_array("along", along)
    if array.ndim != 2 or len(array) != n:
        raise ValueError(f"along must have a row for each of {n} visible units, and columns, got shape {array.shape}")
    return array


def _mask(clamped, n: int) -> np.ndarray:
    if clamped is None:
        return np.zeros(n, dtype=bool)
    mask = arguments.as_array("clamped", clamped)
    if mask.dtype != bool or mask.shape != (n,):
        raise ValueError(f"clamped must be {n} truth values, one for each visible unit, got {mask.dtype} {mask.shape}")
    return mask
