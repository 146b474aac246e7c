"""How probable data are under a machine, and the gradient of that: exactly where a layer can be listed, else estimated.

The likelihood of data v is the mean of

    ln p(v) = a.v / T + sum_j K_h(x_j(v)) + ln rho(v) - ln Z,

a probability where states are discrete and a density where they are not. All but ln Z is a sum over units. And Z needs
the states of one layer only, since the other is summed by its K:

    Z = sum_h rho(h) exp(b.h / T + sum_i K_v(x_i(h))) = sum_v rho(v) exp(a.v / T + sum_j K_h(x_j(v))),

so a machine with up to 2^20 states in either layer is known exactly, whatever the units of the other. Two Gaussian
layers are one Gaussian law and need no list; nor does a unit without weights, which is alone.

The gradient is a difference of averages, as for any Boltzmann machine,

    dL / dW_ij = (<v_i f_j(x_j(v))>_data - <v_i h_j>) / T,

with the response f_j = K' of the hidden unit, and dL / da, dL / db without one of the factors.

**What k steps give instead** (`contrastive`). Contrastive divergence puts, for the second average, that over chains
that started at the data and took k sweeps. In a machine both of whose layers are listed its mean is a product of
matrices; the difference to the gradient is the bias of the method, without any noise.

**Larger machines** (`ais`). Annealed importance sampling goes from independent units, biases a0 and no weights, whose Z
is known, to the machine, in K steps beta_k = k / K in which weights and biases are mixed in. A chain that is carried
along adds up the logarithm of its weight, ln w = sum_k ln p*_k(v) - ln p*_{k-1}(v) with the hidden units summed out,
and the mean of w is Z / Z_0 exactly, whatever the number of steps. Its logarithm is too small on average: a machine
looks better than it is. How far ln Z moves when steps are doubled says more than the error of one run.

References
----------
R. Salakhutdinov and I. Murray, ICML 2008: annealed importance sampling of these machines.
R. M. Neal, Stat. Comput. 11, 125 (2001): the method.
G. E. Hinton, Neural Comput. 14, 1771 (2002): contrastive divergence.
"""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np
from scipy.special import logsumexp

from ..core import arguments
from ..core.progress import watched
from . import draws, machine
from .machine import TwoLayers
from .products import Products
from .units import Kind, log_weights

MOST_STATES = 2**20
MOST_PAIRS = 2**22  # of states of both layers
_BLOCK = 2**20  # numbers in one piece of work


class Moments(NamedTuple):
    """Averages over a machine: `pair` <v_i h_j> (N, M), `visible` <v_i> (N,), `hidden` <h_j> (M,), and `log_Z`."""

    pair: np.ndarray
    visible: np.ndarray
    hidden: np.ndarray
    log_Z: float


class LayerGradient(NamedTuple):
    """Derivatives by the weights, `W` (N, M), and by the biases, `a` (N,) and `b` (M,)."""

    W: np.ndarray
    a: np.ndarray
    b: np.ndarray


class Annealed(NamedTuple):
    """What `ais` returns.

    Attributes
    ----------
    log_Z : float
        Estimate of ln Z.
    error : float
        Its standard error, from the spread of the weights. It is too small where few chains carry all of them.
    effective : float
        How many chains count under the weights.
    log_w : (chains,) float64
        Logarithms of the weights; the mean of exp(log_w) is an unbiased estimate of Z.
    """

    log_Z: float
    error: float
    effective: float
    log_w: np.ndarray


def log_partition(model: TwoLayers, T: float = 1.0) -> float:
    """ln Z, exactly; 0 for a machine without weights and biases.

    Parameters
    ----------
    model : TwoLayers
        With up to 2^20 states in one of its layers, or of two Gaussian layers.
    T : float
        Above 0.

    Returns
    -------
    float

    Raises
    ------
    TypeError, ValueError
        If the machine has no law at this temperature, or no layer that can be listed.

    Examples
    --------
    >>> from spinlearn.bipartite import units
    >>> round(log_partition(machine.machine([[1.0]], units.spin(), units.poisson()), 1.0), 6)  # ln <exp(e^v - 1)>
    1.116191
    """
    model, T = machine.with_law(model, T)
    linked, v, h = _linked(model)
    alone = model.visible.sum_K(model.a[~v] / T) + model.hidden.sum_K(model.b[~h] / T)
    if linked is None:
        return float(alone)
    if model.visible.linear and model.hidden.linear:
        return float(alone + _gaussian_moments(linked, T).log_Z)
    return float(alone + logsumexp([logsumexp(log_p) for _, _, log_p in _listed(linked, T)]))


def moments(model: TwoLayers, T: float = 1.0) -> Moments:
    """Averages over the machine, exactly. Arguments and errors are those of `log_partition`.

    Examples
    --------
    >>> from spinlearn.bipartite import units
    >>> moments(machine.machine([[1.0]], units.spin(), units.spin())).pair.round(6)  # tanh 1
    array([[0.761594]])
    """
    model, T = machine.with_law(model, T)
    linked, v, h = _linked(model)
    visible, hidden = model.visible.law.response(model.a / T), model.hidden.law.response(model.b / T)
    if linked is None:
        return Moments(np.outer(visible, hidden), visible, hidden, log_partition(model, T))
    inner = _linked_moments(linked, T)
    visible[v], hidden[h] = inner.visible, inner.hidden
    pair = np.outer(visible, hidden)
    pair[np.ix_(v, h)] = inner.pair
    alone = model.visible.sum_K(model.a[~v] / T) + model.hidden.sum_K(model.b[~h] / T)
    return Moments(pair, visible, hidden, float(alone + inner.log_Z))


def _linked_moments(model: TwoLayers, T: float) -> Moments:
    if model.visible.linear and model.hidden.linear:
        return _gaussian_moments(model, T)
    turned = _side(model) == "hidden"
    other = model.visible if turned else model.hidden
    n, m = reversed(model.shape) if turned else model.shape
    pair, first, second, total, top = np.zeros((n, m)), np.zeros(n), np.zeros(m), 0.0, -np.inf
    for states, x, log_p in _listed(model, T):
        higher = max(top, log_p.max())
        p, shrunk = np.exp(log_p - higher), np.exp(top - higher)
        f, top = other.law.response(x), higher
        total = shrunk * total + p.sum()
        first, second = shrunk * first + p @ states, shrunk * second + p @ f
        pair = shrunk * pair + states.T @ (p[:, None] * f)
    pair, first, second = pair / total, first / total, second / total
    log_Z = float(np.log(total) + top)
    return Moments(pair.T, second, first, log_Z) if turned else Moments(pair, first, second, log_Z)


def log_probability(model: TwoLayers, v, T: float = 1.0, *, log_Z: float | None = None) -> np.ndarray:
    """ln p(v) of every row of data, a density where the visible units are continuous.

    Parameters
    ----------
    model : TwoLayers
    v : (rows, N) array_like
        States of the visible units.
    T : float
        Above 0.
    log_Z : float, optional
        ln Z, as `ais` estimates it; left out it is summed.

    Returns
    -------
    (rows,) float64

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or values, if ln Z can neither be summed nor was given, or if nobody
        knows the a-priori law of the visible units.

    Examples
    --------
    >>> from spinlearn.bipartite import units
    >>> model = machine.machine([[1.0], [1.0]], units.binary(), units.spin())
    >>> bool(abs(np.exp(log_probability(model, [[0, 0], [0, 1], [1, 0], [1, 1]])).sum() - 1) < 1e-12)
    True
    """
    model, T = machine.with_law(model, T)
    v = machine.states_of("v", v, model.visible, model.shape[0])
    if model.visible.log_prior is None:
        raise ValueError("model.visible must be a unit whose a-priori law is known; give its log_prior to units.of")
    log_Z = log_partition(model, T) if log_Z is None else arguments.number("log_Z", log_Z)
    return -machine.free_energy(model, v, T) / T + model.visible.log_prior(v).sum(axis=1) - log_Z


def log_likelihood(model: TwoLayers, data, T: float = 1.0, *, log_Z: float | None = None) -> float:
    """Mean of ln p(v) over the rows of data, in nats a row. Arguments and errors are those of `log_probability`.

    Examples
    --------
    >>> from spinlearn.bipartite import units
    >>> blank = machine.machine(np.zeros((3, 2)), units.binary(), units.binary())
    >>> round(log_likelihood(blank, [[0, 1, 1]]), 6)  # -3 ln 2
    -2.079442
    """
    return float(log_probability(model, data, T, log_Z=log_Z).mean())


def gradient(model: TwoLayers, data, T: float = 1.0) -> LayerGradient:
    """Gradient of `log_likelihood`, exactly; for machines that `log_partition` takes.

    Examples
    --------
    >>> from spinlearn.bipartite import units
    >>> blank = machine.machine(np.zeros((2, 1)), units.spin(), units.spin())
    >>> gradient(blank, [[1, -1], [1, 1]]).a
    array([1., 0.])
    """
    model, T = machine.with_law(model, T)
    return _difference(_at_data(model, data, T), moments(model, T), T)


def contrastive(model: TwoLayers, data, T: float = 1.0, *, sweeps: int = 1, start=None) -> LayerGradient:
    """What contrastive divergence takes for the gradient, averaged over all its random numbers, exactly.

    Parameters
    ----------
    model : TwoLayers
        Both of whose layers are listed, with at most 2^22 pairs of states.
    data : (rows, N) array_like
        States of the visible units.
    T : float
        Above 0.
    sweeps : int
        k, at least 1: the chains of the negative phase take so many.
    start : (rows, N) array_like, optional
        States that the chains start from, all alike: those of persistent chains. The data if left out.

    Returns
    -------
    LayerGradient

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range.

    Examples
    --------
    >>> from spinlearn.bipartite import units
    >>> model, data = machine.machine([[1.0], [0.5]], units.spin(), units.spin()), [[1, 1], [1, -1]]
    >>> far, near = (contrastive(model, data, sweeps=k).a - gradient(model, data).a for k in (1, 50))
    >>> bool(np.abs(far).max() > 0.4), bool(np.abs(near).max() < 1e-9)
    (True, True)
    """
    model, T = machine.with_law(model, T)
    sweeps = arguments.count("sweeps", sweeps, at_least=1)
    pairs = 1
    for kind, n in zip((model.visible, model.hidden), model.shape, strict=True):
        pairs *= _number(kind, n)
    if pairs > MOST_PAIRS:
        raise ValueError(f"model must have at most {MOST_PAIRS} pairs of listed states, got {pairs:g}")
    v, h = (next(_blocks(kind, n, MOST_PAIRS)) for kind, n in zip(model[3:], model.shape, strict=True))
    to_h = _conditional(machine.hidden_fields(model, v[0], T), *h)
    to_v = _conditional(machine.visible_fields(model, h[0], T), *v)
    begun = machine.states_of("start", data if start is None else start, model.visible, model.shape[0])
    p = np.zeros(len(v[0]))
    np.add.at(p, _numbers(model.visible, begun), 1 / len(begun))
    for _ in range(sweeps):
        p = p @ to_h @ to_v
    f = model.hidden.law.response(machine.hidden_fields(model, v[0], T))
    negative = Moments(v[0].T @ (p[:, None] * f), p @ v[0], p @ f, np.nan)
    return _difference(_at_data(model, data, T), negative, T)


def ais(
    model: TwoLayers,
    T: float = 1.0,
    *,
    steps: int = 1000,
    chains: int = 100,
    data=None,
    progress: bool | None = None,
    rng: np.random.Generator,
) -> Annealed:
    """ln Z of a machine of any size, by annealed importance sampling.

    Parameters
    ----------
    model : TwoLayers
    T : float
        Above 0.
    steps : int
        From independent units to the machine, at least 1. Each is one sweep of Gibbs sampling.
    chains : int
        At least 2.
    data : (rows, N) array_like, optional
        Observations whose means the independent units at the start have, nearly: from there the way is shorter. Left
        out, they have the machine's own biases.
    progress : bool, optional
        True shows a bar, False none. Left out: one where somebody watches, if it takes more than two seconds.
    rng : numpy.random.Generator
        Advanced by two draws.

    Returns
    -------
    Annealed

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range, or the machine has no law at this temperature.

    Examples
    --------
    >>> from spinlearn.bipartite import units
    >>> model = machine.random_machine(12, 6, units.binary(), units.spin(), strength=0.5, rng=np.random.default_rng(1))
    >>> found = ais(model, steps=200, rng=np.random.default_rng(2))
    >>> bool(abs(found.log_Z - log_partition(model)) < 5 * found.error)
    True
    """
    model, T = machine.with_law(model, T)
    steps, chains = arguments.count("steps", steps, at_least=1), arguments.count("chains", chains, at_least=2)
    arguments.flag("progress", progress, optional=True)
    n, m = model.shape
    a0 = model.a if data is None else matched_biases(model.visible, data, n, T)
    seeds = arguments.generator(rng).integers(2**64, size=2, dtype=np.uint64)
    base = int(seeds[0])
    sum_K = model.hidden.sum_K
    v = model.visible.law.sample(a0 / T, (chains, n), rng=np.random.default_rng(int(seeds[1]))).astype(np.float32)
    W, b = model.W.astype(np.float32), model.b.astype(np.float32)
    x, y = np.empty((chains, m), dtype=np.float32), np.empty((chains, n), dtype=np.float32)
    mean_h, h, mean_v = np.empty_like(x), np.empty_like(x), np.empty_like(y)
    log_w, drift = np.zeros(chains), (model.a - a0) / (steps * T)
    products = Products(model.shape, chains, model.visible.two)

    # Stopped in between it is worth nothing: the weights are those of another machine.
    for part in watched(steps, progress):
        for k in range(part.start, part.stop):
            beta = (k + 1) / steps
            products.onto_hidden(W, v, x)
            field = (x.astype(np.float64) + model.b) / T
            log_w += v @ drift + sum_K(beta * field) - sum_K(k / steps * field)
            model.hidden.fill(x, b, machine.single_beta(T / beta), draws.seed_of(base, 2 * k), mean_h, h)
            products.onto_visible(W, h, y)
            bias = (((1 - beta) * a0 + beta * model.a) / beta).astype(np.float32)
            model.visible.fill(y, bias, machine.single_beta(T / beta), draws.seed_of(base, 2 * k + 1), mean_v, v)
            if not np.isfinite(log_w).all():
                raise ValueError(f"model must have weights in which states do not run away, as in step {k}")
    log_sum = logsumexp(log_w)
    effective = float(np.exp(2 * log_sum - logsumexp(2 * log_w)))
    log_Z0 = model.visible.sum_K(a0 / T)
    return Annealed(
        float(log_Z0 + log_sum - np.log(chains)),
        float(np.sqrt(max(0.0, chains / effective - 1) / (chains - 1))),
        effective,
        log_w + log_Z0,
    )


def matched_biases(kind: Kind, data, n: int, T: float = 1.0) -> np.ndarray:
    """Biases (n,) with which independent units have the means of data, to which one row at rest is added.

    Parameters
    ----------
    kind : units.Kind
    data : (rows, n) array_like
    n : int
    T : float

    Returns
    -------
    (n,) float64

    Raises
    ------
    TypeError, ValueError
        If data are no states of such units.

    Examples
    --------
    >>> from spinlearn.bipartite import units
    >>> matched_biases(units.binary(), [[0, 1], [0, 1], [0, 1]], 2).round(4)  # 1 of 8, and 7
    array([-1.9459,  1.9459])
    """
    data = machine.states_of("data", data, kind, n)
    means = (data.sum(axis=0) + kind.law.response(0.0)) / (len(data) + 1)
    values, back = np.unique(means, return_inverse=True)
    return T * np.array([kind.law.field(value) for value in values])[back]


def _at_data(model: TwoLayers, data, T: float) -> Moments:
    v = machine.states_of("data", data, model.visible, model.shape[0])
    f = model.hidden.law.response(machine.hidden_fields(model, v, T))
    return Moments(v.T @ f / len(v), v.mean(axis=0), f.mean(axis=0), np.nan)


def _difference(positive: Moments, negative: Moments, T: float) -> LayerGradient:
    return LayerGradient(*((up - down) / T for up, down in zip(positive[:3], negative[:3], strict=True)))


def _number(kind: Kind, n: int) -> float:
    """How many states a layer has; infinity, where nobody can list them."""
    return float(len(kind.law.states)) ** n if kind.listed and n * np.log2(len(kind.law.states)) < 1000 else np.inf


def _linked(model: TwoLayers) -> tuple[TwoLayers | None, np.ndarray, np.ndarray]:
    """The machine of those units that have a weight, and which they are in either layer; the others are alone."""
    v, h = model.W.any(axis=1), model.W.any(axis=0)
    inner = model._replace(W=model.W[np.ix_(v, h)], a=model.a[v], b=model.b[h]) if v.any() else None
    return inner, v, h


def _side(model: TwoLayers) -> str:
    """The layer with fewer states, if it can be listed."""
    numbers = [_number(kind, n) for kind, n in zip((model.visible, model.hidden), model.shape, strict=True)]
    if min(numbers) > MOST_STATES:
        raise ValueError(
            f"model must have a layer of at most {MOST_STATES} states to be summed over, and its layers have "
            f"{numbers[0]:g} and {numbers[1]:g}; likelihood.ais estimates ln Z of larger ones"
        )
    return "visible" if numbers[0] <= numbers[1] else "hidden"


def _blocks(kind: Kind, n: int, rows: int) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    """States of a layer (rows, n) in pieces, the first unit changing fastest, and their a-priori log probabilities."""
    q, weights = len(kind.law.states), log_weights(kind.law)
    total = q**n
    for start in range(0, total, rows):
        digits = np.arange(start, min(start + rows, total))[:, None] // q ** np.arange(n) % q
        yield kind.law.states[digits], weights[digits].sum(axis=1)


def _numbers(kind: Kind, states: np.ndarray) -> np.ndarray:
    """Places of states in the list of all."""
    middles = (kind.law.states[1:] + kind.law.states[:-1]) / 2
    return np.searchsorted(middles, states) @ (len(kind.law.states) ** np.arange(states.shape[1]))


def _listed(model: TwoLayers, T: float) -> Iterator[tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """States of the layer that is listed, the fields of the other, and the log weights of the states, in pieces."""
    if _side(model) == "visible":
        listed, other, bias, fields = model.visible, model.hidden, model.a, machine.hidden_fields
    else:
        listed, other, bias, fields = model.hidden, model.visible, model.b, machine.visible_fields
    for states, log_prior in _blocks(listed, bias.size, max(1, _BLOCK // sum(model.shape))):
        x = fields(model, states, T)
        yield states, x, log_prior + states @ bias / T + other.sum_K(x)


def _conditional(x: np.ndarray, states: np.ndarray, log_prior: np.ndarray) -> np.ndarray:
    """Law of the states of a layer given its fields: a row for each row of x."""
    log_p = x @ states.T + log_prior
    return np.exp(log_p - logsumexp(log_p, axis=1, keepdims=True))


def _gaussian_moments(model: TwoLayers, T: float) -> Moments:
    """Two Gaussian layers: their law has the precision [[1 / var_v, -W / T], [-W^T / T, 1 / var_h]]."""
    n, m = model.shape
    deviations = np.repeat(np.sqrt([model.visible.variance, model.hidden.variance]), [n, m])
    coupled = np.zeros((n + m, n + m))
    coupled[:n, n:] = model.W / T
    reduced = np.eye(n + m) - deviations[:, None] * (coupled + coupled.T) * deviations
    push = np.concatenate([model.a, model.b]) / T
    covariance = deviations[:, None] * np.linalg.inv(reduced) * deviations
    mean = covariance @ push
    second = covariance + np.outer(mean, mean)
    return Moments(second[:n, n:], mean[:n], mean[n:], float(push @ mean / 2 - np.linalg.slogdet(reduced)[1] / 2))
