"""Minimax fits: known best approximations, and a certificate that no answer but the best one gets."""

import mpmath
import numpy as np
import pytest
from numpy.polynomial import chebyshev
from scipy.special import expit, ndtr

from spinlearn.measure import minimax

# What fits promises: the error is within 1e-8 of the least one, relative to it.
PROMISED = 1e-8


def line(x, a, b):
    return a + b * x


def tanh(T, a, c):
    return 0.5 - 0.5 * np.tanh(a * (T - c))


def square_root(T):
    """Like a magnetisation: sqrt(1 - T) below 1, nothing above."""
    return np.sqrt(np.maximum(1 - T, 0))


GRID = np.linspace(0, 1, 41)
TEMPERATURES = np.linspace(0, 2, 201)  # with the kink at 1 among them


# Known best approximations


def test_the_best_line_for_a_parabola():
    """x^2 - x + 1/8 is a Chebyshev polynomial: errors of 1/8 at 0, 1/2 and 1."""
    best = minimax.minimax(line, np.square, GRID, [3.0, -2.0])
    assert best.error == pytest.approx(1 / 8, rel=PROMISED)
    assert best.parameters == pytest.approx([-1 / 8, 1], abs=1e-8)
    assert best.points == pytest.approx([0, 0.5, 1], abs=1e-6)
    assert best.errors == pytest.approx([-1 / 8, 1 / 8, -1 / 8], rel=PROMISED)
    assert best.weights == pytest.approx([1 / 4, 1 / 2, 1 / 4], abs=1e-6)


@pytest.mark.parametrize("n", range(2, 9))
def test_the_best_polynomial_of_lower_degree_for_a_power(n):
    """The remainder is the Chebyshev polynomial T_n / 2^(n-1), which alternates at cos(k pi / n)."""

    def model(x, *c):
        return chebyshev.chebval(x, c)

    best = minimax.minimax(model, lambda x: x**n, np.linspace(-1, 1, 101), np.zeros(n))
    assert best.error == pytest.approx(2.0 ** (1 - n), rel=PROMISED)
    # All n + 1 alternation points are needed; between grid points they were located, not rounded.
    assert best.points == pytest.approx(-np.cos(np.arange(n + 1) * np.pi / n), abs=1e-5)


def test_the_best_parabola_for_the_modulus_is_stopped_by_the_kink():
    """x^2 + 1/8 misses |x| by 1/8 at 0, at +-1/2 and at +-1; a proof needs three of these, the kink among them."""
    best = minimax.minimax(lambda x, a, b: a + b * x * x, np.abs, np.linspace(-1, 1, 41), [0.0, 0.0])
    assert best.error == pytest.approx(1 / 8, rel=PROMISED)
    assert best.parameters == pytest.approx([1 / 8, 1], abs=1e-7)
    assert 0.0 in best.points
    assert np.unique(np.abs(best.points).round(5)).tolist() == [0, 0.5, 1]


def logistic_probit(digits=30):
    """Slope and distance of the best logistic for the normal distribution function, from its two equal errors."""
    with mpmath.workdps(digits):

        def error(x, a):
            return 1 / (1 + mpmath.exp(-a * x)) - mpmath.ncdf(x)

        def slope(x, a):
            return a / (2 + 2 * mpmath.cosh(a * x)) - mpmath.npdf(x)

        found = mpmath.findroot(
            lambda a, x, y: [slope(x, a), slope(y, a), error(x, a) + error(y, a)], (1.7, 0.57, 2.04)
        )
        return [float(v) for v in (*found, error(found[1], found[0]))]


def test_the_best_logistic_for_the_normal_distribution():
    a, x, y, distance = logistic_probit()
    best = minimax.minimax(lambda x, a: expit(a * x), ndtr, np.linspace(0, 12, 241), [1.0])
    assert best.error == pytest.approx(distance, rel=PROMISED)
    # Away from the optimum the error grows linearly with the slope, so the slope is as good as the error.
    assert best.parameters[0] == pytest.approx(a, rel=1e-7)
    assert best.points == pytest.approx([x, y], abs=1e-5)
    assert f"{a:.4f} {distance:.6f}" == "1.7017 0.009457"  # as in the literature


def test_the_whole_line_gives_the_same_as_the_half_of_it():
    half = minimax.minimax(lambda x, a: expit(a * x), ndtr, np.linspace(0, 12, 241), [1.0])
    whole = minimax.minimax(lambda x, a: expit(a * x), ndtr, np.linspace(-12, 12, 481), [2.5])
    assert whole.error == pytest.approx(half.error, rel=PROMISED)


def test_a_model_that_contains_the_target_fits_it():
    best = minimax.minimax(tanh, lambda T: tanh(T, 6.0, 0.9), TEMPERATURES, [4.0, 1.0])
    assert best.error < 1e-9
    assert best.parameters == pytest.approx([6.0, 0.9], abs=1e-7)


def powers(x, *c):
    return np.polyval(c, x)


@pytest.mark.parametrize(("low", "high", "terms"), [(30, 31, 3), (3, 4, 5), (10, 11, 4), (100, 101, 5)])
def test_a_polynomial_is_found_far_from_the_origin(low, high, terms):
    """There its powers are parallel to 1e-10 of their size; the values are met to their rounding all the same."""
    for seed in range(4):
        c = np.random.default_rng(seed).normal(size=terms)
        best = minimax.minimax(powers, lambda x, c=c: np.polyval(c, x), np.linspace(low, high, 33), np.zeros(terms))
        assert best.error <= 4e-15 * np.polyval(abs(c), high)


def test_the_best_line_for_a_parabola_far_from_the_origin():
    """An eighth, wherever the interval of length 1 lies; at 1e4 the values are known to some 1e-8."""
    best = minimax.minimax(powers, np.square, np.linspace(1e4, 1e4 + 1, 33), [0.0, 0.0])
    assert best.error == pytest.approx(1 / 8, abs=1e-6)
    assert best.errors == pytest.approx([-1 / 8, 1 / 8, -1 / 8], abs=1e-6)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("size", [1e300, 1e-290])
def test_the_unit_of_the_values_does_not_matter(size):
    best = minimax.minimax(line, lambda x: size * x * x, GRID, [0.0, 0.0])
    assert best.error / size == pytest.approx(1 / 8, rel=PROMISED)


def test_an_exact_start_stays():
    best = minimax.minimax(line, lambda x: 1 + 2 * x, GRID, [1.0, 2.0])
    assert best.error == 0.0
    assert best.parameters.tolist() == [1.0, 2.0]
    assert minimax.certify(line, lambda x: 1 + 2 * x, GRID, [1.0, 2.0])[:2] == (0.0, 0.0)
    # Half a unit beside it, nothing but the same exact line is the best.
    assert minimax.certify(line, lambda x: 1 + 2 * x, GRID, [1.5, 2.0])[:2] == pytest.approx((0.5, 0.0))


@pytest.mark.slow
def test_every_line_is_fitted_by_a_line_up_to_rounding(rng):
    """Whatever is left is rounding of the values, and there is no proof of it: it has no points."""
    for _ in range(20):
        a, b = rng.normal(size=2) * 10 ** rng.uniform(-3, 3, size=2)
        best = minimax.minimax(line, lambda x, a=a, b=b: a + b * x, GRID, rng.normal(size=2))
        assert best.error <= 1e-14 * (abs(a) + abs(b))
        assert best.parameters == pytest.approx([a, b], abs=1e-13 * (abs(a) + abs(b)))
        assert best.points.size == best.weights.size == 0


@pytest.mark.parametrize("height", [1e-3, 1e-6, 1e-9])
def test_what_is_above_the_rounding_is_still_found(height):
    """A parabola of that height on a line: an error of an eighth of it, to the rounding of values of order 1."""
    best = minimax.minimax(line, lambda x: 1 + 2 * x + height * x * x, GRID, [0.0, 0.0])
    assert best.error == pytest.approx(height / 8, rel=PROMISED, abs=1e-13)
    assert best.points == pytest.approx([0, 0.5, 1], abs=1e-2)


# Nonlinear fits of something that ends in a square root


@pytest.mark.parametrize("start", [(6.0, 1.0), (2.0, 0.5), (15.0, 0.8), (1.0, 1.4)])
def test_three_errors_alternate_and_every_start_leads_there(start):
    """Two of these curves cross at most once, so three alternating errors prove the optimum to be the global one."""
    best = minimax.minimax(tanh, square_root, TEMPERATURES, start)
    reference = minimax.minimax(tanh, square_root, TEMPERATURES, (5.0, 0.8))
    assert best.error == pytest.approx(reference.error, rel=PROMISED)
    assert best.parameters == pytest.approx(reference.parameters, rel=1e-6)
    assert np.sign(best.errors).tolist() in ([1, -1, 1], [-1, 1, -1])
    assert np.abs(best.errors) == pytest.approx(np.full(3, best.error), rel=PROMISED)


def test_no_slope_helps_when_the_centre_is_at_the_kink():
    """There the curve is 1/2 and the target 0, whatever the slope: one point is the whole proof."""
    best = minimax.minimax(lambda T, a: tanh(T, a, 1.0), square_root, TEMPERATURES, [6.0])
    assert best.error == 0.5
    assert best.points.tolist() == [1.0]
    assert best.weights.tolist() == [1.0]


def test_a_finer_grid_changes_nothing():
    coarse = minimax.minimax(tanh, square_root, np.linspace(0, 2, 41), [6.0, 0.9])
    fine = minimax.minimax(tanh, square_root, np.linspace(0, 2, 1001), [6.0, 0.9])
    assert coarse.error == pytest.approx(fine.error, rel=PROMISED)


# The certificate


def test_the_certificate_of_an_optimum_closes_and_can_be_checked_by_hand():
    best = minimax.minimax(tanh, square_root, TEMPERATURES, [6.0, 0.9])
    found = minimax.certify(tanh, square_root, TEMPERATURES, best.parameters)
    assert found.bound == pytest.approx(found.error, rel=PROMISED)
    a, c = best.parameters
    u = found.points - c
    gradient = -0.5 / np.cosh(a * u) ** 2 * np.stack([u, -a * np.ones_like(u)])  # by a and by c
    balance = gradient @ (found.weights * np.sign(found.errors))
    assert np.abs(balance) == pytest.approx(0, abs=1e-7)
    assert found.weights.sum() == pytest.approx(1)


@pytest.mark.parametrize("change", [(1e-4, 0), (-1e-4, 0), (0, 1e-5), (0, -1e-5), (0.3, 0.01), (-2.0, 0.05)])
def test_the_certificate_refuses_what_is_not_optimal(change):
    best = minimax.minimax(tanh, square_root, TEMPERATURES, [6.0, 0.9])
    found = minimax.certify(tanh, square_root, TEMPERATURES, best.parameters + change)
    assert found.error > best.error * (1 + 1e-6)
    assert found.bound < found.error * (1 - 1e-6)


def test_the_certificate_refuses_a_least_squares_fit():
    a, b = np.polyfit(GRID, GRID**2, 1)[::-1]
    found = minimax.certify(line, np.square, GRID, [a, b])
    assert found.error > 0.15 > 1 / 8
    assert found.bound == pytest.approx(1 / 8, rel=PROMISED)


@pytest.mark.parametrize("at", [(0.0, 0.0), (1.0, 2.0), (-0.125, 1.0), (30.0, -70.0)])
def test_the_bound_of_a_linear_model_is_the_least_error_wherever_one_looks(at):
    """The model is its own tangent, and the best line misses the parabola by 1/8."""
    found = minimax.certify(line, np.square, GRID, at)
    assert found.bound == pytest.approx(1 / 8, rel=PROMISED)
    assert found.error >= 1 / 8
    # Near its top the error is flat: where the top is located to 1e-4, its height is good to 1e-8.
    assert found.points == pytest.approx([0, 0.5, 1], abs=1e-4)
    assert found.weights == pytest.approx([1 / 4, 1 / 2, 1 / 4], abs=1e-4)


def test_the_bound_of_another_model_is_that_of_its_tangent():
    """a and a^2 + x: at a = 1 the tangent 2 a - 1 + x can be moved to any height, so half the rise of 1 - x is left."""
    found = minimax.certify(lambda x, a: a * a + x, lambda x: 1 + 0 * x, GRID, [1.0])
    assert (found.error, found.bound) == pytest.approx((1.0, 0.5), rel=PROMISED)
    # Where a is -3 the same holds; the sign of the error at a point is then that of the tangent at its best.
    far = minimax.certify(lambda x, a: a * a + x, lambda x: 1 + 0 * x, GRID, [-3.0])
    assert (far.error, far.bound) == pytest.approx((9.0, 0.5), rel=PROMISED)
    assert far.weights == pytest.approx([0.5, 0.5], rel=1e-6)


# Bad input


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"x": [0.0, 1.0]}, "x must be one-dimensional and ascending"),
        ({"x": [0.0, 2.0, 1.0]}, "ascending"),
        ({"x": [0.0, 1.0, 1.0]}, "ascending"),
        ({"x": np.zeros((3, 3))}, "x must be one-dimensional"),
        ({"x": [0.0, np.nan, 1.0]}, "x must be finite"),
        ({"start": []}, "start must be a one-dimensional array"),
        ({"start": 1.0}, "start must be a one-dimensional array"),
        ({"start": [np.inf, 0.0]}, "start must be finite"),
        ({"x": 1.0}, "x must be one-dimensional"),
        ({"x": [0.0, 0.5, 1.0], "start": [0.0] * 3}, "x must have more points than there are parameters, 3, got 3"),
        ({"model": lambda x, a, b: 1.0}, "model\\(x\\) must have shape"),
        ({"model": lambda x, a, b: x + np.nan}, "model\\(x\\) must be finite"),
        ({"target": lambda x: 1e301 * x}, "target\\(x\\) must be at most 1e\\+300 in size, got 1e\\+301"),
        ({"target": lambda x: x / 0.0}, "target\\(x\\) must be finite"),
        ({"model": lambda x, a, b: a + 0 * x}, "parameter 1 has no influence"),
    ],
)
@pytest.mark.filterwarnings("ignore:divide by zero", "ignore:invalid value")
def test_bad_input_is_named(change, words):
    arguments = {"model": line, "target": np.square, "x": GRID, "start": [0.0, 0.0]}
    arguments.update(change)
    with pytest.raises(ValueError, match=words):
        minimax.minimax(**arguments)


@pytest.mark.parametrize("name", ["model", "target"])
def test_a_number_is_no_function(name):
    with pytest.raises(TypeError, match=f"{name} must be callable, not int"):
        minimax.minimax(**{"model": line, "target": np.square, "x": GRID, "start": [0.0, 0.0]} | {name: 3})


def test_text_is_no_number():
    with pytest.raises(TypeError, match="start must hold real numbers"):
        minimax.minimax(line, np.square, GRID, ["a", "b"])


@pytest.mark.slow
def test_an_optimum_at_infinity_is_not_taken_for_one():
    """1 / (1 + exp(a)) comes ever closer to 0 and never gets there."""
    with pytest.raises(RuntimeError, match="no optimum was reached"):
        minimax.minimax(lambda x, a: expit(-a) + 0 * x, lambda x: -1.0 + 0 * x, GRID, [0.0])


def test_arguments_are_left_as_they_are():
    start, x = np.array([6.0, 0.9]), TEMPERATURES.copy()
    minimax.minimax(tanh, square_root, x, start)
    assert start.tolist() == [6.0, 0.9]
    assert (x == TEMPERATURES).all()
