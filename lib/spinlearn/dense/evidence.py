"""What a pairwise law explains of the data it was fitted to: entropies, third moments, and errors that hold in time.

With S_1 the entropy of independent units of the same means, S_2 that of the pairwise law and S that of the data,

    S_1 >= S_2 >= S,        share = (S_1 - S_2) / (S_1 - S),

S_1 - S being all that the units tell of each other, the multi-information. Since averages agree, S_2 - S is the
relative entropy of the data to the pairwise law: the share says how much of it is missing. A share near 1 is no news
where N times the mean of a unit is small: there everything but pairs is rare (Roudi, Nirenberg and Latham).

Third moments are a prediction. Data and model agree in means and pairs, and the error of what is left between them is
that of s_i s_j s_k once it is regressed on all s_i and s_i s_j: the fit has taken the rest away. The sum over all
triples is Rao's score test for couplings of three.

References
----------
G. A. Miller, in "Information Theory in Psychology", Free Press 1955: the entropy of counts is too small.
C. R. Rao, Proc. Camb. Phil. Soc. 44, 50 (1948): the score test.
H. R. Kunsch, Ann. Stat. 17, 1217 (1989): the bootstrap by blocks.
E. Schneidman, S. Still, M. J. Berry and W. Bialek, Phys. Rev. Lett. 91, 238701 (2003): the share of each order.
Y. Roudi, S. Nirenberg and P. E. Latham, PLoS Comput. Biol. 5, e1000380 (2009): when a share near 1 says little.
"""

from collections.abc import Callable
from itertools import combinations
from typing import NamedTuple

import numpy as np
from scipy.special import xlogy
from scipy.stats import chi2

from ..core import arguments
from ..core.progress import watched
from . import maxent


class Information(NamedTuple):
    """What `information` returns, in nats.

    Attributes
    ----------
    units, pairs, data : float
        Entropy of independent units, of the pairwise law, and of the data.
    total : float
        units - data, the multi-information.
    share : float
        (units - pairs) / total. NaN where total is below 1e-12, for independent units.
    """

    units: float
    pairs: float
    data: float
    total: float
    share: float


class ThirdMoments(NamedTuple):
    """What `third_moments` returns, for the T = N (N - 1) (N - 2) / 6 triples.

    Attributes
    ----------
    triples : (T, 3) int64
    data, model : (T,) float64
        <(s_i - <s_i>) (s_j - <s_j>) (s_k - <s_k>)>.
    error : (T,) float64
        Standard error of data - model, for independent observations of the model.
    chi2, p : float
        Sum of squares of all differences, with their covariance, and how often one as large comes by chance.
    dof : int
        Of chi2: T, or fewer if some triples follow from others.
    """

    triples: np.ndarray
    data: np.ndarray
    model: np.ndarray
    error: np.ndarray
    chi2: float
    dof: int
    p: float


class Bootstrap(NamedTuple):
    """What `bootstrap` returns.

    Attributes
    ----------
    values : (B, …) float64
        The statistic of each resample that has one. Their standard deviation is its error.
    refused : int
        Resamples whose statistic raised a ValueError, such as one in which a pair never fires.
    """

    values: np.ndarray
    refused: int


def temporal_words(train, length: int = 10, *, step: int | None = None) -> np.ndarray:
    """Cut a train of zeros and ones into words of neighbouring bins.

    Where spikes keep a distance that is longer than a bin, neighbouring bins never both have one, and no pairwise law
    with finite couplings exists: bins have to be wider than a refractory period.

    Parameters
    ----------
    train : (n,) integer or boolean array
        1 where a bin has a spike.
    length : int
        Bins in a word, from 1 to 15.
    step : int, optional
        Bins from the start of one word to that of the next; `length` if left out, so that words share no bin. With
        a smaller one they do, and are far from independent.

    Returns
    -------
    (words, length) int8

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, values or range, or if the train is shorter than a word.

    Examples
    --------
    >>> temporal_words([0, 1, 0, 0, 1, 1, 0], 3)
    array([[0, 1, 0],
           [0, 1, 1]], dtype=int8)
    """
    length = arguments.count("length", length, at_least=1, at_most=maxent.MOST_UNITS)
    step = length if step is None else arguments.count("step", step, at_least=1)
    array = arguments.as_array("train", train)
    if array.dtype.kind not in "iub":
        raise TypeError(f"train must be an integer array of 0 and 1, not {array.dtype}")
    if array.ndim != 1 or array.size < length:
        raise ValueError(f"train must be one-dimensional with at least length = {length} bins, got shape {array.shape}")
    if not ((array == 0) | (array == 1)).all():
        raise ValueError(f"train must be 0 or 1, got values {np.unique(array)[:5].tolist()}")
    return np.lib.stride_tricks.sliding_window_view(array.astype(np.int8), length)[::step].copy()


def entropy(p) -> float:
    """Entropy -sum p ln p of a law, in nats.

    Examples
    --------
    >>> round(entropy([0.5, 0.5]), 6)
    0.693147
    """
    p = maxent.checked_law(p)
    return float(-xlogy(p, p).sum()) + 0.0


def information(p, *, n: int | None = None) -> Information:
    """How much of what units tell of each other is in their pairs.

    Parameters
    ----------
    p : (2**N,) array_like
        Law of the data over all states: exact, or ``maxent.counts(words) / len(words)``.
    n : int, optional
        Number of independent observations that p was counted from. Entropies of counts come out too small, by about
        the number of fitted constants over 2 n: N, N (N + 1) / 2, and the states that occur less 1. With n they are
        corrected by that; without, p is taken as it is, and the share comes out too small. Where most states that
        could occur have not, even the correction leaves some of that.

    Returns
    -------
    Information

    Raises
    ------
    TypeError, ValueError
        If `p` is no law, or if its pairwise law would have infinite fields.

    Examples
    --------
    Three units, of which the third mostly says whether the first two agree; no pair knows of it:

    >>> p = np.array([1, 3, 3, 1, 3, 1, 1, 3]) / 16
    >>> found = information(p)
    >>> round(found.total, 4), round(abs(found.share), 4)
    (0.1308, 0.0)
    """
    p = maxent.checked_law(p)
    averages = maxent.law_moments(p)
    model = maxent.fit_moments(*averages).model
    q = averages.mean
    one = float(-(xlogy(q, q) + xlogy(1 - q, 1 - q)).sum())
    two, data = entropy(maxent.law(model)), entropy(p)
    if n is not None:
        n, N = arguments.count("n", n, at_least=1), q.size
        one, two = one + N / (2 * n), two + N * (N + 1) / (4 * n)
        data += float(np.count_nonzero(p) - 1) / (2 * n)  # Miller's correction; the others by the same expansion
    total = one - data
    return Information(one, two, data, total, (one - two) / total if total > 1e-12 else float("nan"))


def third_moments(words, model: maxent.Pairwise) -> ThirdMoments:
    """Third moments of data beside those of the pairwise law that was fitted to them.

    Parameters
    ----------
    words : (n, N) integer or boolean array
        At least three units, in the alphabet of the model.
    model : Pairwise
        The fit to these words.

    Returns
    -------
    ThirdMoments
        chi2 follows its law where triples are expected to occur some times each. For words that depend on each other
        `bootstrap` gives the errors, and p means nothing.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or values, or if the model has other averages than the words.

    Examples
    --------
    >>> rng = np.random.default_rng(1)
    >>> words = maxent.draw(maxent.independent([0.3, 0.4, 0.5, 0.6]), 5000, rng=rng)
    >>> found = third_moments(words, maxent.fit(words).model)
    >>> found.dof, bool(0.01 < found.p < 0.99)
    (4, True)
    """
    model = maxent.checked_model(model)
    n_units = model.h.size
    p = maxent.counts(words, alphabet=model.alphabet) / len(words)
    if p.size != 2**n_units or n_units < 3:
        raise ValueError(f"words must be of the model's units, at least 3, got {p.size.bit_length() - 1} and {n_units}")
    q, lower = maxent.law(model), maxent.features(model)
    if np.abs((p - q) @ lower).max() > 1e-8:
        raise ValueError("model must be the fit to these words, but has other means or pair averages")
    triples = np.array(list(combinations(range(n_units), 3)))
    y = lower[:, :n_units] - q @ lower[:, :n_units]
    f = y[:, triples[:, 0]] * y[:, triples[:, 1]] * y[:, triples[:, 2]]
    data, predicted = p @ f, q @ f
    lower, f = lower - q @ lower, f - predicted
    slopes = np.linalg.solve(maxent.fisher(model), lower.T @ (q[:, None] * f))
    rest = f - lower @ slopes
    covariance = rest.T @ (q[:, None] * rest) / len(words)
    error = np.sqrt(np.diag(covariance))
    # In units of the errors; directions in which nothing can differ are left out.
    values, vectors = np.linalg.eigh(covariance / np.outer(error, error))
    kept = values > 1e-10
    squares = ((((data - predicted) / error) @ vectors[:, kept]) ** 2 / values[kept]).sum()
    dof = int(kept.sum())
    return ThirdMoments(triples, data, predicted, error, float(squares), dof, float(chi2.sf(squares, dof)))


def bootstrap(
    words,
    statistic: Callable[[np.ndarray], object],
    *,
    block: int = 1,
    replicates: int = 200,
    progress: bool | None = None,
    rng: np.random.Generator,
) -> Bootstrap:
    """Draw the data again, in blocks of neighbours, and look how far a statistic scatters.

    Parameters
    ----------
    words : (n, N) array
        Observations in the order of time. A block that would run over the end goes on at the start.
    statistic : function
        From (n, N) words to a number or an array of a fixed shape, such as ``lambda w: maxent.fit(w).model.J``.
    block : int
        Neighbours that stay together, from 1 to n: several times as many as observations remember each other for.
    replicates : int
        At least 2.
    progress : bool, optional
        True shows a bar, False none; left out: where somebody watches and it takes more than two seconds.
    rng : numpy.random.Generator

    Returns
    -------
    Bootstrap

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range; if fewer than two resamples have the statistic.

    Examples
    --------
    >>> words = np.random.default_rng(1).random((400, 2)) < 0.5
    >>> found = bootstrap(words, lambda w: w[:, 0].mean(), rng=np.random.default_rng(2))
    >>> bool(abs(found.values.std() - 0.025) < 0.004), found.refused
    (True, 0)
    """
    words = arguments.as_array("words", words)
    if words.ndim != 2 or 0 in words.shape:
        raise ValueError(f"words must have shape (n, N), a row for each observation, got {words.shape}")
    n = len(words)
    block = arguments.count("block", block, at_least=1, at_most=n)
    replicates = arguments.count("replicates", replicates, at_least=2)
    arguments.generator(rng)
    values, last = [], None
    for part in watched(replicates, progress):
        for _ in range(part.start, part.stop):
            starts = rng.integers(n, size=-(-n // block))
            picked = ((starts[:, None] + np.arange(block)) % n).ravel()[:n]
            try:
                values.append(np.asarray(statistic(words[picked]), dtype=np.float64))
            except ValueError as error:
                last = error
    if len(values) < 2:
        raise ValueError(f"statistic was refused by {replicates - len(values)} of {replicates} resamples: {last}")
    return Bootstrap(np.array(values), replicates - len(values))
