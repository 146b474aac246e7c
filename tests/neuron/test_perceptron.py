"""The threshold unit against theorems: Novikoff's bound, Gordan's alternative and Cover's count."""

import itertools
from fractions import Fraction
from math import comb

import numpy as np
import pytest
from scipy.optimize import minimize

from spinlearn.core.progress import Interrupted
from spinlearn.neuron import perceptron
from spinlearn.neuron.perceptron import (
    cover_count,
    learn,
    margin,
    max_margin,
    mistake_bound,
    separate,
    unit,
    with_bias,
)

CORNERS = np.array([[0, 0], [0, 1], [1, 0], [1, 1]])
FUNCTIONS = list(itertools.product([-1, 1], repeat=4))  # all sixteen, as labels of CORNERS
XOR, XNOR = (-1, 1, 1, -1), (1, -1, -1, 1)


def labelled(rng, P=30, N=3, gap=0.05):
    """Random points, labelled by random weights, with those close to the plane left out."""
    X, w = rng.normal(size=(4 * P, N)), rng.normal(size=N)
    distance = X @ w / np.linalg.norm(w)
    X, distance = X[abs(distance) > gap][:P], distance[abs(distance) > gap][:P]
    return X, np.sign(distance)


def naive_learn(X, y):
    """The twin of `learn`, as a student would write it."""
    w, mistakes, clean = [0.0] * len(X[0]), [], False
    while not clean:
        clean = True
        for k, (x, label) in enumerate(zip(X, y, strict=True)):
            if label * sum(a * b for a, b in zip(w, x, strict=True)) <= 0:
                w, clean = [a + label * b for a, b in zip(w, x, strict=True)], False
                mistakes.append(k)
    return w, mistakes


# The unit


def test_the_unit_fires_at_its_threshold_and_not_below():
    assert unit(CORNERS, [1, 1], threshold=2).tolist() == [0, 0, 0, 1]
    assert unit(CORNERS, [1, 1], threshold=1).tolist() == [0, 1, 1, 1]
    assert unit(CORNERS, [-1, -1], threshold=-1).tolist() == [1, 1, 1, 0]
    assert unit([[1.0]], [1.0], threshold=np.nextafter(1.0, 2)).tolist() == [0]


def test_who_fires_is_decided_for_the_numbers_as_given():
    """Products that cancel down to 2^-60: in floats, in whatever order they are added, the last bit would be lost."""
    e = 2.0**-30
    X, w = [[1 + e, 1, 0], [1 + e, 1, e]], [1 - e, -1, e]  # w.x = -e^2 and 0
    assert unit(X, w, threshold=-(e**2)).tolist() == [1, 1]
    assert unit(X, w, threshold=np.nextafter(-(e**2), 1)).tolist() == [0, 1]
    assert unit(X, w, threshold=5e-324).tolist() == [0, 0]
    assert unit([[1e200, 1e200], [1e200, np.nextafter(1e200, np.inf)]], [1e200, -1e200]).tolist() == [1, 0]
    assert unit([[1e-200]], [-1e-200]).tolist() == [0]


def test_a_threshold_is_a_weight_on_a_constant_input(rng):
    X, w = rng.normal(size=(50, 3)), rng.normal(size=3)
    np.testing.assert_array_equal(unit(X, w, threshold=0.7), unit(with_bias(X), np.append(w, -0.7)))


# Rosenblatt's rule


@pytest.mark.parametrize("seed", range(20))
def test_the_rule_separates_within_the_bound_and_follows_its_slow_twin(seed):
    X, y = labelled(np.random.default_rng(seed), N=2 + seed % 4)
    done = learn(X, y)
    assert done.separates
    assert (y * (X @ done.w) > 0).all()
    assert len(done.mistakes) <= mistake_bound(X, y)
    w, mistakes = naive_learn(X.tolist(), y.tolist())
    assert done.mistakes.tolist() == mistakes
    np.testing.assert_allclose(done.w, w, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("seed", range(5))
def test_both_halves_of_the_proof_hold_after_every_mistake(seed):
    X, y = labelled(np.random.default_rng(seed))
    best, R = max_margin(X, y), np.linalg.norm(X, axis=1).max()
    mistakes = learn(X, y).mistakes
    w = np.cumsum((X * y[:, None])[mistakes], axis=0)
    k = np.arange(1, len(mistakes) + 1)
    assert (w @ best.w >= k * best.gamma * (1 - 1e-9)).all()
    assert ((w**2).sum(axis=1) <= k * R**2 * (1 + 1e-12)).all()


def test_the_bound_is_reached():
    """One example after the other along the axes: every one is a mistake once, and the bound is their number."""
    X = np.eye(7)
    assert len(learn(X, np.ones(7)).mistakes) == 7
    assert mistake_bound(X, np.ones(7)) == pytest.approx(7, rel=1e-12)


def test_a_rule_that_ignores_whether_it_was_right_breaks_the_bound():
    """Negative control: without the condition of a mistake the squared length grows faster than k R^2."""
    X, y = labelled(np.random.default_rng(3))
    w = np.cumsum(X * y[:, None], axis=0)
    k = np.arange(1, len(X) + 1)
    assert ((w**2).sum(axis=1) > k * (X**2).sum(axis=1).max()).any()


def test_rate_and_start():
    X, y = labelled(np.random.default_rng(1))
    np.testing.assert_array_equal(learn(3 * X, y).mistakes, learn(X, y).mistakes)  # from zero only directions count
    w = learn(X, y).w
    again = learn(X, y, start=w)
    assert len(again.mistakes) == 0
    np.testing.assert_array_equal(again.w, w)


def test_learning_stops_on_a_set_that_nothing_separates():
    done = learn(with_bias(CORNERS), XOR, max_mistakes=500)
    assert not done.separates
    assert len(done.mistakes) == 500
    A = with_bias(CORNERS) * np.array(XOR)[:, None]
    np.testing.assert_array_equal(done.w, A[done.mistakes].sum(axis=0))
    assert abs(done.w).max() < 4  # the weights go round and round


def test_sizes_do_not_matter():
    """Nothing but the directions counts, also where the products of numbers are beyond the largest float, or below."""
    X, y = labelled(np.random.default_rng(5))
    done = learn(X, y)
    for power in (1000, -1000):
        scaled = learn(np.ldexp(X, power), y)
        np.testing.assert_array_equal(scaled.mistakes, done.mistakes)
        np.testing.assert_array_equal(scaled.w, np.ldexp(done.w, power))
    with pytest.raises(ValueError, match="grew beyond the largest float"):
        learn([[1.7e308, 1.7e308]], [1], start=[1e308, -1.5e308])


@pytest.mark.parametrize("most", [1, 7, 10**6])
def test_learning_in_slices_is_learning(monkeypatch, most):
    cases = [(*labelled(np.random.default_rng(8)), 1000), (with_bias(CORNERS), XOR, 50), (with_bias(CORNERS), XOR, 0)]
    for X, y, limit in cases:
        whole = learn(X, y, max_mistakes=limit)
        with monkeypatch.context() as patch:
            slices = lambda total, progress: (slice(k, min(k + most, total)) for k in range(0, total, most))  # noqa: E731
            patch.setattr(perceptron, "watched", slices)
            cut = learn(X, y, max_mistakes=limit)
        np.testing.assert_array_equal(cut.w, whole.w)
        np.testing.assert_array_equal(cut.mistakes, whole.mistakes)
        assert cut.separates is whole.separates


def test_an_interrupt_keeps_what_was_learned(monkeypatch):
    def stopped(total, progress):
        yield slice(0, 30)
        raise KeyboardInterrupt

    X, y = with_bias(CORNERS), XOR
    whole = learn(X, y, max_mistakes=1000)
    monkeypatch.setattr(perceptron, "watched", stopped)
    with pytest.raises(Interrupted) as caught:
        learn(X, y, max_mistakes=1000)
    w, mistakes, separates = caught.value.run
    assert 0 < len(mistakes) <= 30
    assert not separates
    np.testing.assert_array_equal(mistakes, whole.mistakes[: len(mistakes)])
    np.testing.assert_array_equal(w, (X * np.array(y)[:, None])[mistakes].sum(axis=0))


# Margins


@pytest.mark.parametrize("seed", range(6))
def test_the_largest_margin_is_that_of_a_quadratic_programme_and_of_the_hull(seed):
    X, y = labelled(np.random.default_rng(seed), P=12, N=2 + seed % 3)
    best = max_margin(X, y)
    assert np.linalg.norm(best.w) == pytest.approx(1, rel=1e-12)
    assert margin(X, y, best.w) == pytest.approx(best.gamma, rel=1e-12)
    A = X * y[:, None]
    shortest = minimize(
        lambda w: w @ w / 2,
        separate(X, y).w / margin(X, y, separate(X, y).w),
        jac=lambda w: w,
        constraints={"type": "ineq", "fun": lambda w: A @ w - 1, "jac": lambda w: A},
        method="SLSQP",
        options={"ftol": 1e-14, "maxiter": 1000},
    )
    assert best.gamma == pytest.approx(1 / np.linalg.norm(shortest.x), rel=1e-6)
    # Duality: any point of the convex hull of the y x is at least gamma away from the origin.
    shares = np.random.default_rng(seed).dirichlet(np.full(len(A), 0.3), size=2000)
    assert np.linalg.norm(shares @ A, axis=1).min() >= best.gamma * (1 - 1e-9)


@pytest.mark.parametrize("seed", range(5))
def test_no_weights_have_a_larger_margin(seed):
    rng = np.random.default_rng(seed)
    X, y = labelled(rng)
    best = max_margin(X, y)
    for scale in (1e-4, 1e-2, 1.0):
        for w in best.w + scale * rng.normal(size=(200, 3)):
            assert margin(X, y, w) <= best.gamma * (1 + 1e-9)


@pytest.mark.parametrize("scale", [1e-6, 1.0, 1e6])
def test_the_margin_scales_with_the_inputs(scale):
    X, y = labelled(np.random.default_rng(2))
    assert max_margin(scale * X, y).gamma == pytest.approx(scale * max_margin(X, y).gamma, rel=1e-9)
    assert mistake_bound(scale * X, y) == pytest.approx(mistake_bound(X, y), rel=1e-9)


def test_margins_by_hand():
    # AND is x1 + x2 > 3/2: with the constant input the best plane is (2, 2, -3) / sqrt(17).
    best = max_margin(with_bias(CORNERS), (-1, -1, -1, 1))
    assert best.gamma == pytest.approx(1 / np.sqrt(17), rel=1e-12)
    np.testing.assert_allclose(best.w, np.array([2, 2, -3]) / np.sqrt(17), rtol=1e-9)
    assert margin([[3.0, 4.0]], [-1], [1.0, 0.0]) == -3.0


def squared_distance(rows) -> Fraction:
    """Of the origin from the hull of points in the plane, exactly: 0 if inside, else it is met on a pair's segment."""
    points = [(Fraction(a), Fraction(b)) for a, b in rows]
    if not any(all(u * a + v * b > 0 for a, b in points) for u, v in directions(points)):
        return Fraction(0)
    best = min(a * a + b * b for a, b in points)
    for (a, b), (c, d) in itertools.combinations(points, 2):
        length = (c - a) ** 2 + (d - b) ** 2
        if length and 0 < -(a * (c - a) + b * (d - b)) < length:
            best = min(best, (a * d - b * c) ** 2 / length)
    return best


def directions(points):
    """If any weights separate, one of these does: in the middle of the fan of such weights, which is at most half."""
    ends = [(s * b, -s * a) for a, b in points for s in (1, -1)]
    return [*points, *((p[0] + q[0], p[1] + q[1]) for p in ends for q in ends)]


@pytest.mark.parametrize("seed", range(60))
def test_in_the_plane_margin_and_verdict_are_those_of_exact_geometry(seed):
    """Rows of all sizes, nearly opposite, parallel, repeated: gamma to 1e-12 of itself, down to 1e-30 of the inputs."""
    rng = np.random.default_rng(seed)
    P, width = int(rng.integers(1, 8)), 10.0 ** rng.integers(-30, 1)
    A = np.column_stack([rng.choice([-1.0, 0.5, 1.0, 3.0], size=P), width * rng.choice([-1.0, 1.0, 1.3, 2.0], size=P)])
    y = rng.choice([-1, 1], size=P)
    exact, found = squared_distance(A.tolist()), separate(y[:, None] * A, y)
    if exact == 0:
        assert found.w is None
        assert found.proof.min() >= 0
        balance = [sum(Fraction(u) * Fraction(a) for u, a in zip(found.proof, column, strict=True)) for column in A.T]
        assert all(abs(b) <= 1e-15 * abs(column).max() for b, column in zip(balance, A.T, strict=True))
        with pytest.raises(ValueError, match="separable to have a margin"):
            max_margin(y[:, None] * A, y)
    else:
        assert all(sum(Fraction(x) * Fraction(v) for x, v in zip(row, found.w, strict=True)) > 0 for row in A)
        gamma = max_margin(y[:, None] * A, y).gamma
        assert float(Fraction(gamma) ** 2 / exact) == pytest.approx(1, rel=2e-12)


@pytest.mark.parametrize("g", [1e-3, 1e-7, 1e-12, 1e-100, 1e-300])
def test_a_margin_however_small_has_all_its_digits(g):
    """Two examples nearly opposite, and one more: by hand the nearest point is (g, 0)."""
    X, y = np.array([[g, 1.0], [-g, 1.0], [2 * g, 0.5]]), [1, -1, 1]
    best = max_margin(X, y)
    assert best.gamma == pytest.approx(g, rel=1e-12)
    np.testing.assert_array_equal(best.w, [1, 0])
    assert separate(X, y).w is not None
    assert separate(X, [1, 1, 1]).w is not None
    assert mistake_bound(X, y) == (pytest.approx((1 + g * g) / g**2, rel=1e-11) if g > 1e-150 else np.inf)


def test_the_margin_of_given_weights_has_its_digits_next_to_the_plane():
    e = 2.0**-30
    assert margin([[1 + e, 1.0]], [1], [-(1 - e), 1.0]) == pytest.approx(e**2 / np.hypot(1, 1 - e), rel=1e-15)
    assert margin([[1e300, 1e300]], [1], [1e300, 1e300]) == pytest.approx(np.sqrt(2) * 1e300, rel=1e-15)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("floats_do", [True, False], ids=["in floats", "in fractions"])
def test_a_margin_beyond_the_largest_float_is_infinite_and_its_bound_is_not(monkeypatch, floats_do):
    if not floats_do:
        monkeypatch.setattr(perceptron, "_nearest_in_floats", lambda A: None)
    huge = [[1.7e308, 1.7e308]]
    best = max_margin(huge, [1])
    assert best.gamma == margin(huge, [1], [1, 1]) == -margin(huge, [-1], [1, 1]) == np.inf
    np.testing.assert_allclose(best.w, [0.5**0.5, 0.5**0.5], rtol=1e-15)
    assert mistake_bound(huge, [1]) == pytest.approx(1, rel=1e-12)


# Separable or not, with proof


@pytest.mark.parametrize("labels", FUNCTIONS, ids=str)
def test_fourteen_of_the_sixteen_functions_of_two_inputs_are_separable(labels):
    X = with_bias(CORNERS)
    found = separate(X, labels)
    if labels in (XOR, XNOR):
        assert found.w is None
        np.testing.assert_allclose(found.proof, 0.25, atol=1e-12)
    else:
        assert found.proof is None
        assert (np.array(labels) * (X @ found.w) > 0).all()


@pytest.mark.parametrize("seed", range(40))
def test_there_is_always_exactly_one_of_weights_and_proof(seed):
    rng = np.random.default_rng(seed)
    P, N = int(rng.integers(1, 12)), int(rng.integers(1, 5))
    X, y = rng.normal(size=(P, N)) * rng.lognormal(sigma=2, size=(P, 1)), rng.choice([-1, 1], size=P)
    found = separate(X, y)
    assert (found.w is None) != (found.proof is None)
    if found.w is not None:
        assert (y * (X @ found.w) > 0).all()
        assert learn(X, y, max_mistakes=10**6).separates
    else:
        assert found.proof.min() >= 0
        assert found.proof.sum() == pytest.approx(1, rel=1e-12)
        assert np.abs((found.proof * y) @ X).max() < 1e-14 * np.linalg.norm(X, axis=1).max()


def test_no_columns_unit_of_length_changes_the_verdict():
    """Kilometres in one column, nanometres in the next."""
    found = separate([[1e-9, 1], [-1e-9, 1]], [1, -1])
    assert found.w is not None
    assert separate([[1e-9, 1], [-1e-9, 1], [0, 1]], [1, -1, 1]).w is not None
    assert separate([[1e-9, 1], [-1e-9, 1], [0, 1], [0, 1]], [1, -1, 1, -1]).proof.tolist() == [0, 0, 0.5, 0.5]


def test_undecided_where_weights_exist_that_floats_cannot_hold():
    """Between two neighbours in a Farey series every other fraction has larger terms: here, odd ones above 2^53."""
    a, b, c = 3416454622906707, 5527939700884757, 8944394323791464  # Fibonacci numbers 76, 77, 78
    rows = [(-c, b), (b, -a)]
    weights = (a + b, b + c)
    assert all(x * weights[0] + y * weights[1] > 0 for x, y in rows)
    assert int(float(weights[1])) != weights[1]
    found = separate(np.array(rows, dtype=float), [1, 1])
    assert found.w is None
    assert found.proof is None
    u = max_margin(np.array(rows, dtype=float), [1, 1]).gamma
    assert float(Fraction(u) ** 2 / squared_distance(rows)) == pytest.approx(1, rel=1e-12)


def test_a_zero_input_cannot_be_on_a_side():
    found = separate([[1.0, 2.0], [0.0, 0.0]], [1, 1])
    np.testing.assert_array_equal(found.proof, [0, 1])


def test_xor_becomes_separable_with_one_more_input():
    """Negative control for the proof: the product of the inputs as a third one lifts the obstacle."""
    lifted = with_bias(np.column_stack([CORNERS, CORNERS.prod(axis=1)]))
    assert separate(lifted, XOR).w is not None
    assert learn(lifted, XOR).separates


# Cover


@pytest.mark.parametrize(("P", "N"), [(1, 1), (3, 2), (4, 3), (5, 3), (6, 3), (6, 4)])
def test_covers_count_is_the_number_of_labellings_that_a_linear_programme_can_separate(P, N, rng):
    X = rng.normal(size=(P, N))  # in general position with probability one
    found = sum(separate(X, y).w is not None for y in itertools.product([-1, 1], repeat=P))
    assert found == cover_count(P, N)


def test_points_in_special_position_have_fewer():
    X = np.array([[1.0, 0.0], [2.0, 0.0], [0.0, 1.0]])  # two on one line through the origin
    found = sum(separate(X, y).w is not None for y in itertools.product([-1, 1], repeat=3))
    assert found < cover_count(3, 2)


def test_covers_count_obeys_his_recursion_and_its_limits():
    for P in range(1, 30):
        for N in range(1, 30):
            assert cover_count(P + 1, N + 1) == cover_count(P, N + 1) + cover_count(P, N)
            assert (cover_count(P, N) == 2**P) == (P <= N)
    for N in (1, 2, 7, 300):
        assert 2 * cover_count(2 * N, N) == 2 ** (2 * N)  # exactly half at P = 2N
    assert cover_count(4, 2) == 2 * (comb(3, 0) + comb(3, 1))


# Bad arguments


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: unit([1, 2], [1]), ValueError, "X must be a matrix"),
        (lambda: unit(CORNERS, [1, 2, 3]), ValueError, r"w must have shape \(2,\)"),
        (lambda: unit(CORNERS, [1, 2], threshold="high"), TypeError, "threshold must be a real number"),
        (lambda: with_bias([["a"]]), TypeError, "X must hold real numbers"),
        (lambda: with_bias(np.empty((0, 2))), ValueError, "X must be a matrix"),
        (lambda: learn(CORNERS, [0, 1, 1, 0]), ValueError, r"y must be -1 or \+1, got values \[0.0, 1.0\]"),
        (lambda: learn(CORNERS, [1, 1]), ValueError, r"y must have shape \(4,\)"),
        (lambda: learn(CORNERS, XOR, start=[1.0]), ValueError, r"start must have shape \(2,\)"),
        (lambda: learn(CORNERS, XOR, max_mistakes=-1), ValueError, "max_mistakes must be at least 0"),
        (lambda: learn([[np.nan]], [1]), ValueError, "X must be finite"),
        (lambda: margin(CORNERS, XOR, [0, 0]), ValueError, "w must not be all zero"),
        (lambda: max_margin(with_bias(CORNERS), XOR), ValueError, "separable to have a margin"),
        (lambda: mistake_bound(with_bias(CORNERS), XOR), ValueError, "separable to have a margin"),
        (lambda: cover_count(0, 1), ValueError, "P must be at least 1"),
        (lambda: cover_count(3, 1.5), TypeError, "N must be a whole number"),
    ],
)
def test_bad_arguments_are_named(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_arguments_are_left_as_they_are():
    X, y = labelled(np.random.default_rng(4))
    start = np.ones(3)
    copies = X.copy(), y.copy(), start.copy()
    learn(X, y, start=start)
    max_margin(X, y)
    separate(X, y)
    for now, before in zip((X, y, start), copies, strict=True):
        np.testing.assert_array_equal(now, before)
