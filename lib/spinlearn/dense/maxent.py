"""The law of binary units that knows their means and pair averages and nothing else: exact pairwise maximum entropy.

Of all laws with given <s_i> and <s_i s_j> the one with the largest entropy is (Jaynes)

    p(s) = exp(-E(s)) / Z,        E(s) = -(1/2) s.J.s - h.s,

an Ising magnet at T = 1 with fields and couplings of any sign. Up to 15 units all 2^N states are summed, so that
nothing here is sampled or approximated. Fields and couplings minimise ln Z + <E>_data, which is convex: its gradient is
model average minus data average, and its second derivative the covariance of s_i and s_i s_j in the model. There is one
minimum if the averages lie inside the polytope of `dense.polytope`, and none else.

`fit` works with units of mean 0 and variance 1, z = (x - p) / sqrt(p (1 - p)), upon the law of independent units. The
second derivative is then the identity where units are independent, and Newton's method needs a few steps, also for
units that hardly ever fire.

Units are 0 or 1 (`alphabet="binary"`) or -1 or +1 (`"spins"`). The two ways to write describe the same laws; `convert`
goes from one to the other. Entropies are in nats.

References
----------
E. T. Jaynes, Phys. Rev. 106, 620 (1957): statistical mechanics as inference.
E. Schneidman, M. J. Berry, R. Segev and W. Bialek, Nature 440, 1007 (2006): pairwise laws of spiking cells.
"""

from typing import NamedTuple

import numpy as np
from scipy.special import logsumexp

from ..core import arguments
from ..exact.enumeration import states
from . import polytope

MOST_UNITS = 15
ALPHABETS = ("binary", "spins")

_GOAL = 1e-10  # deviation of an average, of units of variance 1
_NEWTON = 60  # steps; inside the polytope some ten do
_LARGE = 12.0  # a coupling or field of this size makes one look whether it should be infinite


class Pairwise(NamedTuple):
    """A pairwise law: fields, couplings, and what its units can be.

    Attributes
    ----------
    h : (N,) float64
    J : (N, N) float64
        Symmetric, with 0 on the diagonal. Each pair stands in it twice, and counts once.
    alphabet : {"binary", "spins"}
        Units are 0 or 1, or -1 or +1.
    """

    h: np.ndarray
    J: np.ndarray
    alphabet: str


class Moments(NamedTuple):
    """Averages of units: `mean` <s_i>, (N,) float64, and `pair` <s_i s_j>, (N, N) float64, the diagonal with it."""

    mean: np.ndarray
    pair: np.ndarray


class Fit(NamedTuple):
    """What `fit` returns.

    Attributes
    ----------
    model : Pairwise
    gradient : float
        Largest deviation of a mean or a pair average of the model from that of the data.
    steps : int
        Steps of Newton's method.
    """

    model: Pairwise
    gradient: float
    steps: int


def counts(words, *, alphabet: str = "binary") -> np.ndarray:
    """How often each of the 2^N states occurs.

    Parameters
    ----------
    words : (n, N) integer or boolean array
        n observations of N units, up to 15.
    alphabet : {"binary", "spins"}

    Returns
    -------
    (2**N,) int64
        In the order of `exact.states`: bit i of the number of a state is set where unit i is 1.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or values.

    Examples
    --------
    >>> counts([[0, 0], [1, 0], [1, 0], [1, 1]])
    array([1, 2, 0, 1])
    """
    x = binary_words(words, alphabet)
    if x.shape[1] > MOST_UNITS:
        raise ValueError(f"words must have at most {MOST_UNITS} units, got {x.shape[1]}")
    return np.bincount(x.astype(np.int64) @ (1 << np.arange(x.shape[1])), minlength=2 ** x.shape[1])


def moments(words, *, alphabet: str = "binary") -> Moments:
    """Means and pair averages of observed units.

    Parameters
    ----------
    words, alphabet
        As for `counts`, with any number of units.

    Returns
    -------
    Moments

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or values.

    Examples
    --------
    >>> moments([[0, 0], [1, 0], [1, 0], [1, 1]]).pair
    array([[0.75, 0.25],
           [0.25, 0.25]])
    """
    x = binary_words(words, alphabet).astype(np.float64)
    x = x if alphabet == "binary" else 2 * x - 1
    return Moments(x.mean(axis=0), x.T @ x / len(x))


def law_moments(p, *, alphabet: str = "binary") -> Moments:
    """Means and pair averages of a law over all states.

    Parameters
    ----------
    p : (2**N,) array_like
        Probabilities in the order of `exact.states`.
    alphabet : {"binary", "spins"}

    Returns
    -------
    Moments

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range.

    Examples
    --------
    >>> law_moments([0.4, 0.1, 0.2, 0.3]).mean.round(12)
    array([0.4, 0.5])
    """
    p = checked_law(p)
    s = units(p.size.bit_length() - 1, alphabet)
    return Moments(p @ s, s.T @ (p[:, None] * s))


def fit(words, *, alphabet: str = "binary") -> Fit:
    """The pairwise law with the means and pair averages of observed units, exactly.

    Parameters
    ----------
    words : (n, N) integer or boolean array
        n observations of N units, from 1 to 15.
    alphabet : {"binary", "spins"}
        Of the words, and of the model that is returned.

    Returns
    -------
    Fit
        Its gradient is below 1e-10.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or values; or if a field or coupling would be infinite, with the units
        that make it so.

    Examples
    --------
    >>> model = fit([[0, 0], [0, 0], [1, 0], [0, 1], [1, 1], [1, 1]]).model
    >>> model.h.round(6), model.J[0, 1].round(6)  # the log odds of 4 cells
    (array([-0.693147, -0.693147]), np.float64(1.386294))
    """
    x = binary_words(words, alphabet)
    if x.shape[1] > MOST_UNITS:
        raise ValueError(f"words must have at most {MOST_UNITS} units, whose states can be listed, got {x.shape[1]}")
    return fit_moments(*moments(words, alphabet=alphabet), alphabet=alphabet)


def fit_moments(mean, pair, *, alphabet: str = "binary") -> Fit:
    """The pairwise law with given means and pair averages, exactly.

    Parameters
    ----------
    mean : (N,) array_like
        From 1 to 15 units.
    pair : (N, N) array_like
        Symmetric; its diagonal is not looked at.
    alphabet : {"binary", "spins"}
        Of the averages, and of the model that is returned.

    Returns
    -------
    Fit

    Raises
    ------
    TypeError, ValueError
        As for `fit`; and if no law has these averages. Averages nearer than some 1e-9 to those that no finite fields
        reach count as such.

    Examples
    --------
    >>> fit_moments([0.5, 0.0], [[1, 0], [0, 1]], alphabet="spins").model.h.round(6) + 0.0  # artanh
    array([0.549306, 0.      ])
    """
    arguments.choice("alphabet", alphabet, ALPHABETS)
    mean = arguments.series("mean", mean, at_least=1)
    n = mean.size
    if n > MOST_UNITS:
        raise ValueError(f"mean must be of at most {MOST_UNITS} units, whose states can be listed, got {n}")
    pair = arguments.real_array("pair", pair, (n, n), what=f", with the N = {n} of mean")
    if not np.allclose(pair, pair.T, rtol=0, atol=1e-12):
        raise ValueError("pair must be symmetric")
    if alphabet == "spins":
        mean, pair = (1 + mean) / 2, (1 + mean + mean[:, None] + pair) / 4
    polytope.refuse(mean, pair)
    eta, steps = _newton(mean, pair)
    model = _from_standard(eta, mean)
    if steps == _NEWTON or max(np.abs(model.h).max(), np.abs(model.J).max()) > _LARGE:
        found = polytope.face(mean, pair)
        if found is not None:
            names = ", ".join(map(str, found))
            raise ValueError(
                f"units {names} together leave out states in such a way that fields and couplings would be infinite, "
                "and no pairwise law has these averages"
            )
    reached = law_moments(law(model))
    off = max(np.abs(reached.mean - mean).max(), np.abs((reached.pair - pair)[np.triu_indices(n, 1)]).max(initial=0))
    if off > _GOAL:
        raise ValueError(f"mean and pair lie so near to infinite fields that averages are missed by {off:.2g}")
    scale = 1 if alphabet == "binary" else 4
    return Fit(convert(model, alphabet), float(scale * off), steps)


def _newton(mean: np.ndarray, pair: np.ndarray) -> tuple[np.ndarray, int]:
    """Parameters of units of variance 1 upon the law of independent units, and the number of steps."""
    x = (states(mean.size) > 0).astype(np.float64)
    i, j = np.triu_indices(mean.size, 1)
    width = np.sqrt(mean * (1 - mean))
    z = (x - mean) / width
    f = np.hstack([z, z[:, i] * z[:, j]])
    target = np.r_[np.zeros(mean.size), ((pair - np.outer(mean, mean)) / np.outer(width, width))[i, j]]
    base = x @ np.log(mean) + (1 - x) @ np.log1p(-mean)
    eta, log_Z, steps = np.zeros(f.shape[1]), logsumexp(base), 0
    while steps < _NEWTON:
        p = np.exp(base + f @ eta - log_Z)
        average = p @ f
        gradient = average - target
        last = np.abs(gradient).max() < _GOAL  # one step from here ends in rounding
        weighted = np.sqrt(p)[:, None] * f
        curvature = weighted.T @ weighted - np.outer(average, average)
        # On the way to infinity the curvature dies out; the ridge keeps the equations solvable and bends no minimum.
        curvature[np.diag_indices_from(curvature)] += 1e-14
        move = np.linalg.solve(curvature, -gradient)
        decrease, size = -(gradient @ move), 1.0
        for _ in range(40):
            new_log_Z = logsumexp(base + f @ (eta + size * move))
            change = new_log_Z - log_Z - size * (move @ target)
            if change <= -1e-4 * size * decrease or decrease < 1e-9:
                break
            size /= 2
        eta, log_Z, steps = eta + size * move, new_log_Z, steps + 1
        if last:
            break
    return eta, steps


def _from_standard(eta: np.ndarray, mean: np.ndarray) -> Pairwise:
    """Fields and couplings of units 0 or 1 from those of units of variance 1 upon independent ones."""
    width = np.sqrt(mean * (1 - mean))
    J = _symmetric(eta[mean.size :], mean.size) / np.outer(width, width)
    return Pairwise(np.log(mean) - np.log1p(-mean) + eta[: mean.size] / width - J @ mean, J, "binary")


def _symmetric(values: np.ndarray, n: int) -> np.ndarray:
    table = np.zeros((n, n))
    table[np.triu_indices(n, 1)] = values
    return table + table.T


def independent(mean, *, alphabet: str = "binary") -> Pairwise:
    """Units without couplings, with given means.

    Examples
    --------
    >>> independent([0.5, 0.75]).h.round(6)
    array([0.      , 1.098612])
    """
    arguments.choice("alphabet", alphabet, ALPHABETS)
    mean = arguments.series("mean", mean, at_least=1)
    low = 0.0 if alphabet == "binary" else -1.0
    if not ((mean > low) & (mean < 1)).all():
        raise ValueError(f"mean must lie between {low:g} and 1, got {mean.min():g} to {mean.max():g}")
    p = (mean - low) / (1 - low)
    J = np.zeros((mean.size, mean.size))
    return convert(Pairwise(np.log(p) - np.log1p(-p), J, "binary"), alphabet)


def convert(model: Pairwise, alphabet: str) -> Pairwise:
    """The same law with units 0 or 1, or -1 or +1.

    With x = (1 + s) / 2 the couplings are J_s = J_x / 4, and h_s = h_x / 2 + (sum of J_x over the row) / 4.

    Parameters
    ----------
    model : Pairwise
    alphabet : {"binary", "spins"}

    Returns
    -------
    Pairwise
        Energies differ by a constant, which no probability knows.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or shape.

    Examples
    --------
    >>> convert(Pairwise(np.zeros(2), np.array([[0.0, 4.0], [4.0, 0.0]]), "binary"), "spins").h
    array([1., 1.])
    """
    model = checked_model(model)
    arguments.choice("alphabet", alphabet, ALPHABETS)
    if model.alphabet == alphabet:
        return model
    if alphabet == "spins":
        return Pairwise(model.h / 2 + model.J.sum(axis=1) / 4, model.J / 4, alphabet)
    return Pairwise(2 * (model.h - model.J.sum(axis=1)), 4 * model.J, alphabet)


def energies(model: Pairwise) -> np.ndarray:
    """E(s) = -(1/2) s.J.s - h.s of every state, (2**N,) float64 in the order of `exact.states`.

    Examples
    --------
    >>> energies(Pairwise(np.array([1.0, 0.0]), np.array([[0.0, 2.0], [2.0, 0.0]]), "binary")) + 0.0
    array([ 0., -1.,  0., -3.])
    """
    model = checked_model(model)
    s = units(model.h.size, model.alphabet)
    return -(s @ model.h) - ((s @ model.J) * s).sum(axis=1) / 2


def law(model: Pairwise, T: float = 1.0) -> np.ndarray:
    """Probabilities exp(-E / T) / Z of all states, (2**N,) float64 in the order of `exact.states`.

    Examples
    --------
    >>> law(independent([0.5, 0.75])).round(3)
    array([0.125, 0.125, 0.375, 0.375])
    """
    T = arguments.temperature(T)
    energy = energies(model)
    with np.errstate(over="ignore", under="ignore"):  # what is infinitely far above the ground has no weight
        p = np.exp((energy.min() - energy) / T)
    return p / p.sum()


def draw(model: Pairwise, n: int, *, rng: np.random.Generator) -> np.ndarray:
    """Independent observations of the units, (n, N) int8 in the model's alphabet, by their exact law.

    Examples
    --------
    >>> draw(independent([0.5, 0.75]), 4, rng=np.random.default_rng(1)).shape
    (4, 2)
    """
    n = arguments.count("n", n)
    p = law(model)
    picked = arguments.generator(rng).choice(p.size, size=n, p=p)
    return units(model.h.size, model.alphabet).astype(np.int8)[picked]


def fisher(model: Pairwise) -> np.ndarray:
    """Fisher information of one observation: the covariance of s_i and of s_i s_j in the model.

    Parameters
    ----------
    model : Pairwise

    Returns
    -------
    (d, d) float64
        d = N + N (N - 1) / 2: the units, and then the pairs in the order of ``np.triu_indices(N, 1)``. It is the second
        derivative of ln Z, as the heat capacity is that by 1/T.

    Raises
    ------
    TypeError, ValueError
        If `model` is none.

    Examples
    --------
    >>> fisher(independent([0.5, 0.75]))[:2, :2].round(4) + 0.0
    array([[0.25  , 0.    ],
           [0.    , 0.1875]])
    """
    f, p = features(model), law(model)
    f = f - p @ f
    return f.T @ (p[:, None] * f)


def errors(model: Pairwise, n: int) -> Pairwise:
    """Standard errors of fields and couplings that were fitted to n independent observations.

    Parameters
    ----------
    model : Pairwise
        As fitted. The errors hold where it is the law of the data; else, and where observations follow each other in
        time, see `evidence.bootstrap`.
    n : int
        Number of observations, at least 1.

    Returns
    -------
    Pairwise
        Of errors: the square roots of the diagonal of (n `fisher`)^-1.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> errors(independent([0.0, 0.0], alphabet="spins"), 100).h
    array([0.1, 0.1])
    """
    n = arguments.count("n", n, at_least=1)
    model = checked_model(model)
    error = np.sqrt(np.diag(np.linalg.inv(fisher(model))) / n)
    return Pairwise(error[: model.h.size], _symmetric(error[model.h.size :], model.h.size), model.alphabet)


def features(model: Pairwise) -> np.ndarray:
    """What fields and couplings act on, s_i and s_i s_j in the order of `fisher`, (2**N, d) float64 of all states.

    Examples
    --------
    >>> features(independent([0.5, 0.5]))[3]
    array([1., 1., 1.])
    """
    model = checked_model(model)
    s = units(model.h.size, model.alphabet)
    i, j = np.triu_indices(model.h.size, 1)
    return np.hstack([s, s[:, i] * s[:, j]])


def units(n: int, alphabet: str) -> np.ndarray:
    """All states of n units in an alphabet, (2**n, n) float64 in the order of `exact.states`.

    Examples
    --------
    >>> units(1, "binary")
    array([[0.],
           [1.]])
    """
    arguments.choice("alphabet", alphabet, ALPHABETS)
    s = states(n).astype(np.float64)
    return s if alphabet == "spins" else (1 + s) / 2


def binary_words(words, alphabet: str) -> np.ndarray:
    """Check observations; return them as (n, N) int8 of 0 and 1.

    Examples
    --------
    >>> binary_words([[-1, 1]], "spins")
    array([[0, 1]], dtype=int8)
    """
    arguments.choice("alphabet", alphabet, ALPHABETS)
    array = arguments.as_array("words", words)
    low = 0 if alphabet == "binary" else -1
    if array.dtype.kind not in "iub":
        raise TypeError(f"words must be an integer array of {low} and 1, not {array.dtype}")
    if array.ndim != 2 or 0 in array.shape:
        raise ValueError(f"words must have shape (n, N), a row for each observation, got {array.shape}")
    if not ((array == low) | (array == 1)).all():
        raise ValueError(f"words must be {low} or 1, got values {np.unique(array)[:5].tolist()}")
    return (array == 1).astype(np.int8)


def checked_law(p) -> np.ndarray:
    """Check a law over all states of up to 15 units; return it as float64.

    Examples
    --------
    >>> checked_law([0.5, 0.5])
    array([0.5, 0.5])
    """
    p = arguments.series("p", p)
    if p.size & (p.size - 1) or p.size > 2**MOST_UNITS:
        raise ValueError(f"p must have 2**N entries, with N from 1 to {MOST_UNITS}, got {p.size}")
    if p.min() < 0 or abs(p.sum() - 1) > 1e-9:
        raise ValueError(f"p must be probabilities with the sum 1, got the sum {p.sum():g}, least {p.min():g}")
    return p


def checked_model(model: Pairwise) -> Pairwise:
    """Check a pairwise law of up to 15 units.

    Examples
    --------
    >>> checked_model(independent([0.5])).alphabet
    'binary'
    """
    if not isinstance(model, Pairwise):
        raise TypeError(f"model must be a Pairwise, such as fit(words).model, not {type(model).__name__}")
    arguments.choice("model.alphabet", model.alphabet, ALPHABETS)
    h = arguments.series("model.h", model.h, at_least=1)
    J = arguments.real_array("model.J", model.J, (h.size, h.size))
    if h.size > MOST_UNITS:
        raise ValueError(f"model must have at most {MOST_UNITS} units, whose states can be listed, got {h.size}")
    if J.diagonal().any() or not np.array_equal(J, J.T):
        raise ValueError("model.J must be symmetric, with 0 on the diagonal")
    return Pairwise(h, J, model.alphabet)
