"""What real data are worth in the loop: replace them, keep them, or mix them in, and with which weight.

A mean mu of a datum of variance s^2 is estimated, generation after generation, from data that the model before draws,
with or without real ones. Each estimate is a weighted average of data whose mean is the estimate before, or the truth.
So the mean square error e_t = E[(estimate - truth)^2] obeys a recursion that is exact wherever the variance of a datum
is at most quadratic in its mean, var = s^2 + linear + c (mu - truth)^2: c = 0 for a normal number of known variance and
for counts, c = -1 for a coin. With V = s^2 + c e, M data drawn and n real ones:

    replace       e' = e + V / M                                  grows by s^2 / M each time: no end but absorption
    accumulate    e' = e + (M / (n + t M))^2 V / M                n = M, c = 0: e -> (pi^2 / 6) s^2 / M, a finite price
    fresh         e' = w^2 s^2 / n + (1 - w)^2 (e + V / M)        n new real data in each generation, with the weight w
    same          e = s^2 / n + k,  k' = (1 - w)^2 (k + V / M)    the first n real data again in each, with the weight w

Of the same real data over and over, what the model adds is noise, and they should have all the weight. Fresh ones are
worth being averaged over generations: what was learned before is in the drawn data. The error that settles for c = 0,

    e = (w^2 / n + (1 - w)^2 / M) s^2 / (1 - (1 - w)^2),

is least where (1 - w)^2 - (2 + n / M)(1 - w) + 1 = 0, so that w depends on n / M alone; for n = M it is the inverse of
the golden ratio, 0.618.

References
----------
M. Gerstgrasser et al., arXiv:2404.01413 (2024): replaced and accumulated data.
H. He, S. Xu and G. Cheng, arXiv:2502.18049 (2025): the best weight, and the golden ratio.
"""

import numpy as np

from ..core import arguments

SCHEMES = ("replace", "accumulate", "fresh", "same")


def errors(
    scheme: str, generations: int, *, M: int, n: int | None = None, weight: float = 0.5, curvature: float = 0.0
) -> np.ndarray:
    """Mean square errors of a mean, in units of the variance of a datum.

    Parameters
    ----------
    scheme : {"replace", "accumulate", "fresh", "same"}
    generations : int
    M : int
        Data that the model draws in a generation, at least 1.
    n : int, optional
        Real data: those of the first estimate, and those that are mixed in. M if left out.
    weight : float
        Of the real data that are mixed in, from 0 to 1; for the last two schemes.
    curvature : float
        c, half of the second derivative of the variance by the mean: 0 for normal numbers, -1 for a coin.

    Returns
    -------
    (generations + 1,) float64
        Entry 0 is 1 / n, the error of the first estimate from real data.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> errors("replace", 3, M=10)
    array([0.1, 0.2, 0.3, 0.4])
    >>> round(errors("accumulate", 100_000, M=1)[-1], 4)  # pi^2 / 6
    np.float64(1.6449)
    """
    arguments.choice("scheme", scheme, SCHEMES)
    generations, M = arguments.count("generations", generations), arguments.count("M", M, at_least=1)
    n = M if n is None else arguments.count("n", n, at_least=1)
    w, c = _fraction(weight), arguments.number("curvature", curvature)
    out = arguments.room((generations + 1,), generations=generations)
    out[0] = e = 1 / n
    for t in range(1, generations + 1):
        noise = (1 + c * e) / M
        if scheme == "replace":
            e = e + noise
        elif scheme == "accumulate":
            e = e + (M / (n + t * M)) ** 2 * noise
        elif scheme == "fresh":
            e = w * w / n + (1 - w) ** 2 * (e + noise)
        else:
            e = 1 / n + (1 - w) ** 2 * (e - 1 / n + noise)
        out[t] = e
    return out


def settled(weight: float, *, M: int, n: int | None = None, scheme: str = "fresh", curvature: float = 0.0) -> float:
    """The error that is left after many generations with real data in each, in units of the variance of a datum.

    Parameters
    ----------
    weight : float
        Above 0, up to 1.
    M, n, curvature
        As for `errors`.
    scheme : {"fresh", "same"}

    Returns
    -------
    float

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> round(settled(best_weight(100, 100), M=100) * 100, 6)  # and 1 for the fresh data alone
    0.618034
    """
    arguments.choice("scheme", scheme, ("fresh", "same"))
    w, M, c = _fraction(weight), arguments.count("M", M, at_least=1), arguments.number("curvature", curvature)
    if w == 0:
        raise ValueError("weight must be above 0, or nothing settles")
    n = M if n is None else arguments.count("n", n, at_least=1)
    kept = (1 - w) ** 2
    if scheme == "fresh":
        return (w * w / n + kept / M) / (1 - kept * (1 + c / M))
    return 1 / n + kept * (1 + c / n) / M / (1 - kept * (1 + c / M))


def best_weight(M: int, n: int) -> float:
    """The weight of n fresh real data, among M that the model draws, with which the least error is left.

    Parameters
    ----------
    M, n : int
        At least 1.

    Returns
    -------
    float

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> round(best_weight(100, 100), 6), round(best_weight(1000, 10), 6)
    (0.618034, 0.095125)
    """
    M, n = arguments.count("M", M, at_least=1), arguments.count("n", n, at_least=1)
    r = n / M
    # 1 - w is (2 + r - sqrt(r^2 + 4 r)) / 2, of which the product with the other root is 1.
    return 1 - 2 / (2 + r + float(np.sqrt(r * r + 4 * r)))


def _fraction(weight) -> float:
    weight = arguments.number("weight", weight, at_least=0)
    if weight > 1:
        raise ValueError(f"weight must be at most 1, got {weight:g}")
    return weight
