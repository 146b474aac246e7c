"""What a linear code does to the correlations of images: patches, principal components, whitening, random projections.

A linear code answers to a patch x by y = (x - mean) W, one number for each column of W. How far its answers know of
each other is measured twice, from their covariance C and their correlations:

    the mean of |correlation| over all pairs,        the participation ratio (tr C)^2 / tr C^2,

which is the number of directions that share the variance, from 1 to the number of answers. Principal components turn
the axes into those of C: no correlations are left, and the participation ratio stays, since it knows no axes. Whitening
scales them to one variance as well, and the ratio becomes the number of answers. Random projections remove nothing: two
of them have the correlation 0 on average over the draw, and 1 / PR as its mean square, PR the patches' participation
ratio, so that its mean size is about sqrt(2 / (pi PR)).

No linear code makes the answers to real images independent. `Decorrelation.squares` says how far their squares still
follow each other: for independent answers it is 0, and for Gaussian ones it is so once they are uncorrelated.

References
----------
J. J. Atick and A. N. Redlich, Neural Comput. 4, 196 (1992): whitening by the retina.
O. Schwartz and E. P. Simoncelli, Nat. Neurosci. 4, 819 (2001): squares that follow each other.
"""

from typing import NamedTuple

import numpy as np

from ..core import arguments

_FLAT = 1e-10  # variances below this share of the largest are rounding


class Code(NamedTuple):
    """A linear code: `mean` (d,) float64 is taken away, and `weights` (d, k) float64 give k answers."""

    mean: np.ndarray
    weights: np.ndarray


class Decorrelation(NamedTuple):
    """What `decorrelation` returns.

    Attributes
    ----------
    correlation : float
        Mean of |correlation| over all pairs of answers. From n records chance alone leaves about 0.8 / sqrt(n).
    participation : float
        (tr C)^2 / tr C^2 of their covariance.
    squares : float
        Mean correlation of the squares of two answers, each about its mean.
    """

    correlation: float
    participation: float
    squares: float


def patches(image, side: int, n: int, *, rng: np.random.Generator) -> np.ndarray:
    """Cut square patches out of an image at random, and take the mean of each away.

    Parameters
    ----------
    image : (H, W) array_like
        Grey values.
    side : int
        At least 2 and at most the shorter side of the image.
    n : int
        Number of patches, at least 1.
    rng : numpy.random.Generator

    Returns
    -------
    (n, side * side) float64

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range.

    Examples
    --------
    >>> cut = patches(np.arange(30.0).reshape(5, 6), 2, 3, rng=np.random.default_rng(1))
    >>> cut[0]
    array([-3.5, -2.5,  2.5,  3.5])
    """
    image = arguments.real_array("image", image)
    if image.ndim != 2:
        raise ValueError(f"image must have shape (H, W), of grey values, got {image.shape}")
    side = arguments.count("side", side, at_least=2, at_most=min(image.shape))
    n = arguments.count("n", n, at_least=1)
    arguments.generator(rng)
    windows = np.lib.stride_tricks.sliding_window_view(image, (side, side))
    row, column = (rng.integers(windows.shape[axis], size=n) for axis in (0, 1))
    cut = windows[row, column].reshape(n, -1)
    return cut - cut.mean(axis=1, keepdims=True)


def principal(data, *, components: int | None = None) -> Code:
    """Principal components: answers without correlations on the data they come from.

    Parameters
    ----------
    data : (n, d) array_like
        At least two records.
    components : int, optional
        How many, those of the largest variance first; left out, all whose variance is not rounding.

    Returns
    -------
    Code
        Each column's largest entry in size is positive.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range.

    Examples
    --------
    >>> principal([[1.0, 1.0], [-1.0, -1.0], [1.0, 1.0]]).weights.round(4)
    array([[0.7071],
           [0.7071]])
    """
    mean, _, vectors = _axes(data, components)
    return Code(mean, vectors)


def whitening(data, *, components: int | None = None, symmetric: bool = False) -> Code:
    """Principal components of variance 1; turned back to the axes of the data if `symmetric`, as nearby as can be.

    Parameters
    ----------
    data, components
        As for `principal`.
    symmetric : bool
        The answers are then as many as the data have columns. Where a direction is missing, they stay correlated by
        it: patches without their mean, by -1 / (d - 1).

    Returns
    -------
    Code

    Examples
    --------
    >>> data = np.random.default_rng(1).normal(size=(500, 2)) @ [[3.0, 1.0], [0.0, 1.0]]
    >>> np.cov(encode(whitening(data), data).T).round(6) + 0.0
    array([[1., 0.],
           [0., 1.]])
    """
    symmetric = arguments.flag("symmetric", symmetric)
    mean, variances, vectors = _axes(data, components)
    weights = vectors / np.sqrt(variances)
    return Code(mean, weights @ vectors.T if symmetric else weights)


def random_code(data, components: int, *, rng: np.random.Generator) -> Code:
    """Projections on directions that were drawn without looking at the data.

    Parameters
    ----------
    data : (n, d) array_like
        Its mean is taken away, and its shape is all else that counts.
    components : int
        How many, at least 1.
    rng : numpy.random.Generator

    Returns
    -------
    Code
        With columns of length 1.

    Examples
    --------
    >>> random_code(np.zeros((2, 9)), 4, rng=np.random.default_rng(1)).weights.shape
    (9, 4)
    """
    data = _records("data", data)
    components = arguments.count("components", components, at_least=1)
    weights = arguments.generator(rng).normal(size=(data.shape[1], components))
    return Code(data.mean(axis=0), weights / np.linalg.norm(weights, axis=0))


def encode(code: Code, data) -> np.ndarray:
    """Answers (n, k) float64 of a code to data (n, d).

    Examples
    --------
    >>> encode(Code(np.zeros(2), np.array([[1.0], [-1.0]])), [[3.0, 1.0], [0.0, 5.0]])
    array([[ 2.],
           [-5.]])
    """
    if not isinstance(code, Code):
        raise TypeError(f"code must be a Code, such as principal(data), not {type(code).__name__}")
    data = _records("data", data, at_least=1)
    if data.shape[1] != len(code.mean):
        raise ValueError(f"data must have the {len(code.mean)} columns that the code was made for, got {data.shape}")
    return (data - code.mean) @ code.weights


def decorrelation(answers) -> Decorrelation:
    """How far the answers of a code still know of each other.

    Parameters
    ----------
    answers : (n, k) array_like
        n records of at least two answers, none of them constant.

    Returns
    -------
    Decorrelation

    Raises
    ------
    TypeError, ValueError
        If `answers` is no such array.

    Examples
    --------
    >>> x = np.random.default_rng(1).normal(size=(4000, 3))
    >>> found = decorrelation(np.c_[x, x])
    >>> round(found.correlation, 1), round(found.participation, 1), round(found.squares, 1)
    (0.2, 3.0, 0.2)
    """
    y = _records("answers", answers)
    if y.shape[1] < 2:
        raise ValueError(f"answers must be at least two to a record, got shape {y.shape}")
    y = y - y.mean(axis=0)
    spread = y.std(axis=0)
    if not (spread > 0).all():
        raise ValueError(f"answers must vary, but number {int(spread.argmin())} is constant")
    pairs = np.triu_indices(y.shape[1], 1)
    correlations = (y / spread).T @ (y / spread) / len(y)
    squares = (y / spread) ** 2 - 1
    widths = squares.std(axis=0)
    # Answers of one size only, +-1, have squares that do not vary, and nothing in them to follow.
    with np.errstate(invalid="ignore", divide="ignore"):
        follow = np.nan_to_num((squares.T @ squares / len(y) / np.outer(widths, widths))[pairs], posinf=0, neginf=0)
    return Decorrelation(
        float(np.abs(correlations[pairs]).mean()), participation(np.cov(y.T)), float(follow.mean()) + 0.0
    )


def participation(covariance) -> float:
    """Participation ratio (tr C)^2 / tr C^2: how many directions share the variance.

    Parameters
    ----------
    covariance : (k, k) array_like
        Symmetric, and not 0.

    Returns
    -------
    float
        From 1 to k.

    Raises
    ------
    TypeError, ValueError
        If `covariance` is no such array.

    Examples
    --------
    >>> participation(np.diag([1.0, 1.0, 1.0])), participation(np.ones((3, 3)))
    (3.0, 1.0)
    """
    C = arguments.real_array("covariance", covariance)
    if C.ndim != 2 or C.shape[0] != C.shape[1] or not np.allclose(C, C.T) or not C.any():
        raise ValueError(f"covariance must be a symmetric matrix that is not 0, got shape {C.shape}")
    C = C / np.abs(C).max()
    return float(np.trace(C) ** 2 / (C * C).sum())


def _axes(data, components: int | None) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mean, variances and directions of data, the largest variance first."""
    data = _records("data", data)
    mean = data.mean(axis=0)
    variances, vectors = np.linalg.eigh(np.atleast_2d(np.cov(data.T)))
    variances, vectors = variances[::-1], vectors[:, ::-1]
    there = int((variances > _FLAT * variances[0]).sum()) if variances[0] > 0 else 0
    if there == 0:
        raise ValueError("data must vary, but all records are equal")
    k = there if components is None else arguments.count("components", components, at_least=1, at_most=there)
    vectors = vectors[:, :k]
    largest = vectors[np.abs(vectors).argmax(axis=0), np.arange(k)]
    return mean, variances[:k], vectors * np.sign(largest)


def _records(name: str, value, *, at_least: int = 2) -> np.ndarray:
    array = arguments.real_array(name, value)
    if array.ndim != 2 or len(array) < at_least or array.shape[1] == 0:
        raise ValueError(f"{name} must have shape (n, d), with at least {at_least} records, got {array.shape}")
    return array
