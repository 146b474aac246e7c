"""Codes of patches against what linear algebra says of them, on made-up data and on real images."""

import numpy as np
import pytest
from sklearn.datasets import load_digits, load_sample_image

from spinlearn.measure import decorrelation
from spinlearn.measure.decorrelation import encode, participation, principal, random_code, whitening

RNG = np.random.default_rng


def correlated(n=3000, d=12, seed=1):
    """Records whose covariance falls off with the distance of two columns."""
    C = 0.8 ** np.abs(np.subtract.outer(np.arange(d), np.arange(d)))
    return RNG(seed).multivariate_normal(np.zeros(d), C, n), C


def test_participation_counts_directions():
    for k in (1, 3, 8):
        assert participation(np.diag(np.r_[np.full(k, 5.0), np.zeros(8 - k)])) == pytest.approx(k, rel=1e-14)
    x, _ = correlated()
    C = np.cov(x.T)
    turn = np.linalg.qr(RNG(2).normal(size=C.shape))[0]
    assert participation(turn @ C @ turn.T) == pytest.approx(participation(C), rel=1e-12)
    values = np.linalg.eigvalsh(C)
    assert participation(C) == pytest.approx(values.sum() ** 2 / (values**2).sum(), rel=1e-12)


def test_principal_components_take_all_correlations_and_keep_the_ratio():
    x, _ = correlated()
    before, after = decorrelation.decorrelation(x), decorrelation.decorrelation(encode(principal(x), x))
    assert before.correlation > 0.2
    assert after.correlation < 1e-12
    assert after.participation == pytest.approx(before.participation, rel=1e-10)
    # On other data of the same law chance is left: |correlation| of sqrt(2 / (pi n)) on average.
    other = decorrelation.decorrelation(encode(principal(x), correlated(seed=5)[0]))
    assert other.correlation == pytest.approx(np.sqrt(2 / (np.pi * 3000)), rel=0.6)


@pytest.mark.parametrize("symmetric", [False, True])
def test_whitening_leaves_one_variance_in_all_directions(symmetric):
    x, _ = correlated()
    y = encode(whitening(x, symmetric=symmetric), x)
    np.testing.assert_allclose(np.cov(y.T), np.eye(12), atol=1e-11)
    assert decorrelation.decorrelation(y).participation == pytest.approx(12, rel=1e-10)
    if symmetric:  # the nearest of all white codes to the data: its weights are a symmetric positive matrix
        W = whitening(x, symmetric=True).weights
        np.testing.assert_allclose(W, W.T, atol=1e-12)
        assert np.linalg.eigvalsh(W).min() > 0


def test_random_projections_keep_correlations_of_the_size_that_the_ratio_says():
    d = 400
    values = 1 / np.arange(1, d + 1) ** 0.5
    C = np.diag(values)
    W = random_code(np.zeros((2, d)), 300, rng=RNG(3)).weights
    Y = W.T @ C @ W
    r = (Y / np.sqrt(np.outer(np.diag(Y), np.diag(Y))))[np.triu_indices(300, 1)]
    assert (r**2).mean() == pytest.approx(1 / participation(C), rel=0.05)
    assert np.abs(r).mean() == pytest.approx(np.sqrt(2 / (np.pi * participation(C))), rel=0.05)
    assert (r**2).mean() != pytest.approx(1 / d, rel=0.3)  # as if all directions counted


def test_squares_follow_each_other_where_a_common_size_is_shared():
    rng = RNG(4)
    z = rng.normal(size=(20000, 4))
    assert abs(decorrelation.decorrelation(z).squares) < 0.02
    size = rng.exponential(size=(20000, 1))
    shared = decorrelation.decorrelation(z * size)
    assert shared.correlation < 0.05
    assert shared.squares > 0.1


@pytest.mark.parametrize("name", ["china.jpg", "flower.jpg"])
def test_real_images_are_decorrelated_and_not_made_independent(name):
    grey = load_sample_image(name).mean(axis=2)
    x = decorrelation.patches(grey, 8, 4000, rng=RNG(1))
    pixels, y = decorrelation.decorrelation(x), encode(whitening(x), x)
    assert y.shape == (4000, 63)  # the mean of each patch is gone
    white = decorrelation.decorrelation(y)
    assert pixels.correlation > 0.1
    assert pixels.participation < 25
    assert white.correlation < 1e-10
    assert white.squares > 0.05  # Gaussian answers would have 0
    random = decorrelation.decorrelation(encode(random_code(x, 63, rng=RNG(2)), x))
    assert random.correlation == pytest.approx(np.sqrt(2 / (np.pi * pixels.participation)), rel=0.35)


def test_digits():
    x = load_digits().data
    before, after = decorrelation.decorrelation(x[:, x.std(axis=0) > 0]), encode(principal(x), x)
    assert after.shape[1] == 61  # three of 64 pixels are always dark
    assert decorrelation.decorrelation(after).correlation < 1e-12 < 0.1 < before.correlation


def test_patches_are_cut_from_the_image_and_have_no_mean():
    image = RNG(5).normal(size=(9, 12))
    cut = decorrelation.patches(image, 4, 50, rng=RNG(6))
    assert np.abs(cut.mean(axis=1)).max() < 1e-14
    windows = np.lib.stride_tricks.sliding_window_view(image, (4, 4)).reshape(-1, 16)
    windows = windows - windows.mean(axis=1, keepdims=True)
    assert all(np.abs(windows - one).max(axis=1).min() < 1e-14 for one in cut)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: decorrelation.patches(np.ones(4), 2, 1, rng=RNG(1)), ValueError, "image must have shape"),
        (lambda: decorrelation.patches(np.ones((4, 4)), 5, 1, rng=RNG(1)), ValueError, "side must be at most 4"),
        (lambda: principal(np.ones((3, 2))), ValueError, "data must vary"),
        (lambda: principal([[1.0, 2.0]]), ValueError, "at least 2 records"),
        (lambda: principal([[1.0, 1.0], [2.0, 2.0]], components=2), ValueError, "components must be at most 1"),
        (lambda: encode(principal([[1.0, 1.0], [2.0, 2.0]]), [[1.0]]), ValueError, "columns"),
        (lambda: encode(3, [[1.0]]), TypeError, "code must be a Code"),
        (lambda: decorrelation.decorrelation([[1.0, 1.0], [1.0, 2.0]]), ValueError, "number 0 is constant"),
        (lambda: participation(np.zeros((2, 2))), ValueError, "not 0"),
    ],
)
def test_what_came_is_told(call, error, message):
    with pytest.raises(error, match=message):
        call()
