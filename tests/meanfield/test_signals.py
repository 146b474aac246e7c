"""One random network with all its weights: against matrices, against the law of networks, and against the maps."""

import numpy as np
import pytest
from scipy.stats import ks_2samp, kstest

from spinlearn.meanfield import depth, finite_width, maps, signals
from spinlearn.neuron import activation

functions = pytest.mark.parametrize("name", maps.CODES)


def numbers_of(seed, networks, layers, width):
    """What networks are made of, as the library draws it."""
    states = np.empty((networks, layers + 1, 4), dtype=np.uint64)
    signals.seed_networks(np.uint64(seed), states)
    numbers = np.empty((networks, layers + 1, width * (width + 1)), np.float32)
    for k in range(networks):
        signals.draw(states[k], numbers[k], 0, width)
    return numbers


def matrix(drawn, n):
    """Biases (n,) and weights (n, n) of a layer, from its numbers: the order that the module tells of."""
    drawn, b, W = drawn.astype(float), np.empty(n), np.empty((n, n))
    for k in range(n):
        shell = drawn[k * (k + 1) : (k + 1) * (k + 2)]
        b[k], W[k, : k + 1], W[:k, k] = shell[0], shell[1 : k + 2], shell[k + 2 :]
    return b, W


def by_matrices(name, n, weight, bias, q, d, numbers):
    """A naive twin: NumPy's products of matrices, and `finite_width`'s own covariances."""
    phi, z = getattr(activation, name), numbers[0, : 2 * n].astype(float).reshape(n, 2)
    x = np.sqrt(q) * z[:, 0]
    y = (1 - d) * x + np.sqrt(q * d * (2 - d)) * z[:, 1]
    path = [(q, d)]
    for drawn in numbers[1:]:
        a, b = phi(x), phi(y)
        first, _, _, d = finite_width._covariances(a, b, weight, bias, d)
        path.append((first, d))
        shift, W = matrix(drawn, n)
        x, y = (np.sqrt(weight / n) * W @ each + np.sqrt(bias) * shift for each in (a, b))
    return np.array(path).T


@functions
@pytest.mark.parametrize(("n", "weight", "bias", "d"), [(1, 1.3, 0.1, 0.3), (7, 2.0, 0.0, 1.0), (60, 3.1, 0.05, 0.134)])
def test_it_is_what_matrices_give(name, n, weight, bias, d):
    (numbers,) = numbers_of(5, 1, 6, n)
    path = np.empty((2, 7))
    signals.follow(maps.CODES[name], n, weight, bias, 0.9, d, numbers, np.empty((2, 2 * n)), *path)
    expected = by_matrices(name, n, weight, bias, 0.9, d, numbers)
    # Rounding of sums of n terms, which chaos and a steep rectifier multiply in six layers.
    np.testing.assert_allclose(path, expected, rtol=1e-10, atol=1e-12)
    if n > 1:  # the control: a network whose weights stand the other way
        turned = numbers.copy()
        for layer in range(1, 7):
            b, W = matrix(numbers[layer], n)
            for k in range(n):
                turned[layer, k * (k + 1) : (k + 1) * (k + 2)] = [b[k], *W.T[k, : k + 1], *W.T[:k, k]]
        other = by_matrices(name, n, weight, bias, 0.9, d, turned)
        assert np.abs(other - expected).max() > 1e-3


def test_the_numbers_are_standard_gaussian_ones():
    x = numbers_of(2, 2, 3, 150)[:, 1:].ravel().astype(float)
    assert kstest(x, "norm").pvalue > 1e-4
    assert kstest(x[::2] * x[1::2], x[:-2:2] * x[3::2]).pvalue > 1e-4
    assert abs(np.corrcoef(x[::2], x[1::2])[0, 1]) < 5 / np.sqrt(x.size / 2)
    assert kstest(1.03 * x, "norm").pvalue < 1e-3  # the control


@pytest.mark.parametrize("name", ["tanh", "relu"])
def test_their_law_is_that_of_random_networks(name, rng):
    options = {"weight_variance": 1.9, "bias_variance": 0.1, "q": 0.8, "d": 0.3, "rng": rng}
    real = signals.carry(name, 12, 6, 3000, **options)
    law = finite_width.simulate(getattr(activation, name), 12, 6, 3000, **options)
    wrong = finite_width.simulate(getattr(activation, name), 12, 6, 3000, **options | {"weight_variance": 2.4})
    for layer in (1, 2, 6):
        assert ks_2samp(real.q[:, layer], law.q[:, layer]).pvalue > 1e-4 / 12
        assert ks_2samp(real.d[:, layer], law.d[:, layer]).pvalue > 1e-4 / 12
        assert ks_2samp(real.q[:, layer], wrong.q[:, layer]).pvalue < 1e-4 / 12


def test_wide_ones_follow_the_map(rng):
    """Differences are of order 1 / n in the mean, and sqrt(1 / n) in the scatter."""
    options = {"weight_variance": 1.5, "bias_variance": 0.05}
    path = depth.propagate(activation.tanh, 8, c=0.5, **options)
    for n in (50, 400):
        run = signals.carry("tanh", n, 8, 40, rng=rng, **options)
        for got, expected in ((run.q, path.q), (1 - run.d, path.c)):
            error = got.std(axis=0) / np.sqrt(40)
            assert (np.abs(got.mean(axis=0) - expected) <= 5 * error + 5 / n).all()


def test_a_wider_network_is_the_narrower_one_and_further_units():
    small, large = numbers_of(8, 2, 3, 10), numbers_of(8, 2, 3, 25)
    np.testing.assert_array_equal(large[:, 1:, :110], small[:, 1:])
    np.testing.assert_array_equal(large[:, 0, :20], small[:, 0, :20])
    states = np.empty((2, 4, 4), dtype=np.uint64)
    signals.seed_networks(np.uint64(8), states)
    grown = np.empty_like(large)
    for had, width in ((0, 4), (4, 11), (11, 25)):
        for k in range(2):
            signals.draw(states[k], grown[k], had, width)
    np.testing.assert_array_equal(grown[:, 1:], large[:, 1:])
    np.testing.assert_array_equal(grown[:, 0, :50], large[:, 0, :50])


def test_the_same_networks_at_all_variances():
    def ends(weight):
        return signals.carry("tanh", 40, 5, 6, weight_variance=weight, rng=np.random.default_rng(1)).d[:, 5]

    np.testing.assert_array_equal(ends(1.5), ends(1.5))
    assert np.corrcoef(ends(1.5), ends(1.501))[0, 1] > 0.999


def test_what_has_no_variance_stays(rng):
    dead = signals.carry("relu", 10, 3, 2, weight_variance=0.0, rng=rng)
    assert (dead.q[:, 1:] == 0).all()
    assert (dead.d == 0.5).all()
    assert signals.carry("tanh", 20, 3, 5, weight_variance=2.0, d=0.0, rng=rng).d.max() == 0
    assert signals.carry("tanh", 20, 0, 5, weight_variance=2.0, rng=rng).q.shape == (5, 1)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"activation": "step"}, "activation must be one of"),
        ({"width": 0}, "width must be at least 1"),
        ({"samples": 0}, "samples must be at least 1"),
        ({"depth": -1}, "depth must be at least 0"),
        ({"weight_variance": -1.0}, "weight_variance must be at least 0"),
        ({"bias_variance": np.inf}, "bias_variance must be"),
        ({"q": 0.0}, "q must be greater than 0"),
        ({"d": 2.5}, "d must be at most 2"),
    ],
)
def test_bad_arguments_are_refused(change, message, rng):
    options = {"activation": "tanh", "width": 5, "depth": 2, "samples": 2, "weight_variance": 1.0, "rng": rng} | change
    with pytest.raises(ValueError, match=message):
        signals.carry(**options)


def test_a_wrong_generator_is_refused():
    with pytest.raises(TypeError, match="rng must be"):
        signals.carry("tanh", 5, 2, 2, weight_variance=1.0, rng=1)
