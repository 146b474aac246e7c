"""Units: each against sums and integrals of its law to forty digits, its samples against its moments."""

import math

import mpmath as mp
import numpy as np
import pytest
from scipy import stats

from spinlearn.neuron import activation, unit
from spinlearn.neuron.tables import tilted

EPS = np.finfo(float).eps
FIELDS = (-1000.0, -30.0, -2.0, -1e-3, -1e-12, 1e-12, 0.4, 0.9)
UP = (2.5, 25.0, 1000.0)
# Continuous laws: density and ends. Discrete ones: states and weights.
LAWS = {
    "spin": (unit.spin, ([-1, 1], [1, 1])),
    "binary": (unit.binary, ([0, 1], [1, 1])),
    "binomial": (lambda: unit.binomial(7), (range(8), [math.comb(7, k) for k in range(8)])),
    "three": (lambda: unit.three_states(5.0), ([-1, 0, 1], [mp.e**-5, 1, mp.e**-5])),
    "three, cheap": (lambda: unit.three_states(-2.0), ([-1, 0, 1], [mp.e**2, 1, mp.e**2])),
    "three, dear": (lambda: unit.three_states(300.0), ([-1, 0, 1], [mp.e**-300, 1, mp.e**-300])),
    "brillouin 1/2": (lambda: unit.brillouin(0.5), ([-1, 1], [1, 1])),
    "brillouin 2": (lambda: unit.brillouin(2), ([mp.mpf(k) / 2 for k in range(-2, 3)], [1] * 5)),
    "brillouin 25": (lambda: unit.brillouin(25), ([mp.mpf(k) / 25 for k in range(-25, 26)], [1] * 51)),
    "table": (lambda: unit.table([3, -2, 0.25], [1, 2, 0.5]), ([-2, 0.25, 3], [2, 0.5, 1])),
    "poisson": (lambda: unit.poisson(2.0), (range(220), [mp.mpf(2) ** k / mp.factorial(k) for k in range(220)])),
    "sphere 2": (lambda: unit.sphere(2), ("angle", lambda s: 1)),
    "sphere 3": (lambda: unit.sphere(3), (lambda s: 1, -1, 1)),
    "sphere 5": (lambda: unit.sphere(5), (lambda s: 1 - s * s, -1, 1)),
    "sphere 20": (lambda: unit.sphere(20), (lambda s: (1 - s * s) ** mp.mpf(8.5), -1, 1)),
    "uniform": (lambda: unit.uniform(-1, 3), (lambda s: 1, -1, 3)),
    "gaussian": (lambda: unit.gaussian(2.0), (lambda s: mp.exp(-s * s / 4), -mp.inf, mp.inf)),
    "half gaussian": (unit.half_gaussian, (lambda s: mp.exp(-s * s / 2), 0, mp.inf)),
    "exponential": (unit.exponential, (lambda s: mp.exp(-s), 0, mp.inf)),
}  # fmt: skip
OTHERS = {
    "scaled": lambda: unit.half_gaussian().scaled(-2.0, 1.0),
    "biased": lambda: unit.three_states(1.0).biased(0.7),
    "total": lambda: unit.total([unit.spin(), unit.sphere(), unit.binary().scaled(3.0)]),
    "mixed": lambda: unit.mixed([unit.table([0.0], [1.0]), unit.half_gaussian()], [1, 2]),
    "density": lambda: unit.density(lambda s: np.exp(-(s**4)), -np.inf, np.inf),
}
every = pytest.mark.parametrize("make", [*(law[0] for law in LAWS.values()), *OTHERS.values()], ids=[*LAWS, *OTHERS])


def reference(law, x, at_zero):
    """ln E[e^{x s}], mean, variance and entropy of a law in a field, with many digits."""
    x = mp.mpf(x)
    if isinstance(law[0], str):  # a unit vector in the plane

        def moments(x):
            cut = [0, *(min(mp.pi, c / mp.sqrt(1 + abs(x))) for c in (1, 3, 7, 12)), mp.pi]
            sign = 1 if x >= 0 else -1
            w = lambda a: mp.exp(abs(x) * (mp.cos(a) - 1))  # noqa: E731
            Z, A, B = (mp.quad(lambda a, k=k: w(a) * (sign * mp.cos(a)) ** k, cut) for k in (0, 1, 2))
            return Z, abs(x), A, B
    elif callable(law[0]):
        rho, low, high = law

        def moments(x):
            if low == 0 and mp.isinf(high):
                middle = max(x, mp.mpf(0))
                scale = 1 / (1 + abs(min(x, mp.mpf(0))))
            elif mp.isinf(low):
                middle, scale = 2 * x, mp.mpf(1)
            else:
                middle, scale = (high if x > 0 else low), 1 / (1 + abs(x) / 20)
            near = (middle + k * scale for k in (-40, -12, -4, -1, 0, 1, 4, 12, 40))
            cuts = sorted({low, high, *(c for c in near if low < c < high)})
            if mp.isinf(low):
                cuts = cuts[1:-1]  # beyond forty widths there is nothing
            top = x * middle + mp.log(rho(middle)) if rho(middle) > 0 else x * middle
            f = lambda s: rho(s) * mp.exp(x * s - top)  # noqa: E731
            return mp.quad(f, cuts), top, mp.quad(lambda s: s * f(s), cuts), mp.quad(lambda s: s * s * f(s), cuts)
    else:
        states, weights = law

        def moments(x):
            p = [w * mp.exp(x * s) for s, w in zip(states, weights, strict=True)]
            return (
                sum(p),
                0,
                sum(s * q for s, q in zip(states, p, strict=True)),
                sum(s * s * q for s, q in zip(states, p, strict=True)),
            )

    if 0 not in at_zero:
        at_zero[0] = moments(mp.mpf(0))
    (Z, top, A, B), (Z0, top0, *_) = moments(x), at_zero[0]
    K, f = mp.log(Z) + top - mp.log(Z0) - top0, A / Z
    return K, f, B / Z - f * f, K - x * f


@pytest.mark.parametrize("name", LAWS)
def test_each_law_is_what_a_sum_or_an_integral_says(name):
    make, law = LAWS[name]
    made = make()
    at_zero = {}
    discrete = not callable(law[0]) and not isinstance(law[0], str)
    with mp.workdps(900 if discrete else 40):
        for x in [*FIELDS, *(() if name in ("poisson", "exponential") else UP)]:
            found = [float(part) for part in (made.K(x), made.response(x), made.slope(x), made.entropy(x))]
            wanted = [float(part) for part in reference(law, x, at_zero)]
            # K - x f cancels between 0 and saturation; then its scale is K's.
            room = [1e-12, 1e-12, 1e-12, 1e-12 + 4 * EPS * abs(wanted[0] / wanted[3] if wanted[3] else 0)]
            for what, ours, right, rel in zip(("K", "f", "f'", "S"), found, wanted, room, strict=True):
                assert ours == pytest.approx(right, rel=rel, abs=1e-300), (what, x)


@every
def test_the_slope_is_the_variance_and_the_response_the_slope_of_K(make):
    made, h = make(), 1e-4
    for x in (-2.0, -0.3, 0.0, 0.6):
        K = [made.K(x + k * h) for k in (-2, -1, 1, 2)]
        f = [made.response(x + k * h) for k in (-2, -1, 1, 2)]
        assert (8 * (K[2] - K[1]) - K[3] + K[0]) / (12 * h) == pytest.approx(made.response(x), rel=1e-9, abs=1e-10)
        assert (8 * (f[2] - f[1]) - f[3] + f[0]) / (12 * h) == pytest.approx(made.slope(x), rel=1e-9, abs=1e-10)
    assert made.K(0.0) == 0
    assert made.entropy(0.0) == 0
    x = np.linspace(-8, 0.8, 40)
    assert (made.slope(x) >= 0).all()
    assert (made.entropy(x) <= 0).all()
    assert (np.diff(made.response(x)) > 0).all()
    assert ((made.response(x) >= made.low) & (made.response(x) <= made.high)).all()


@pytest.mark.parametrize("name", [name for name in {**LAWS, **OTHERS} if name != "three, dear"])
def test_samples_have_the_mean_and_the_variance(name, rng):
    made, n = (LAWS[name][0] if name in LAWS else OTHERS[name])(), 20_000
    for x in (-1.5, 0.5):
        drawn = made.sample(x, n, rng=rng)
        assert ((drawn >= made.low) & (drawn <= made.high)).all()
        f, v = made.response(x), made.slope(x)
        z = (drawn.mean() - f) / math.sqrt(v / n)
        squares = (drawn - f) ** 2
        z2 = (squares.mean() - v) / (squares.std() / math.sqrt(n) + 1e-12)
        assert abs(z) < 4.5
        assert abs(z2) < 5.5
        # The control: a field half as large again is noticed.
        wrong = made.sample(1.5 * x, n, rng=rng)
        assert abs(wrong.mean() - f) / math.sqrt(v / n) > 4.5


def test_samples_of_a_density_have_its_law(rng):
    drawn = unit.density(lambda s: np.exp(-s * s / 2), 0, np.inf).sample(-0.8, 20_000, rng=rng)
    law = stats.truncnorm(0.8, np.inf, loc=-0.8)
    assert stats.kstest(drawn, law.cdf).pvalue > 1e-4
    assert stats.kstest(1.06 * drawn, law.cdf).pvalue < 1e-4
    for n, law in ((3, None), (2, None), (6, None)):
        s = unit.sphere(n).sample(0.0, 20_000, rng=rng)
        law = stats.beta((n - 1) / 2, (n - 1) / 2, loc=-1, scale=2)
        assert stats.kstest(s, law.cdf).pvalue > 1e-4


BOUNDED = [unit.spin(), unit.binary(), unit.brillouin(2), unit.three_states(4.0), unit.table([-2, 5], [1, 3])]


@pytest.mark.parametrize("made", BOUNDED, ids=lambda made: made.name)
def test_a_unit_saturates_exactly_where_its_states_end(made):
    assert made.response(1e3) == made.high
    assert made.response(-1e3) == made.low
    assert made.slope(1e3) == pytest.approx(0, abs=1e-200)


def test_without_an_end_there_is_no_saturation_and_with_one_there_is():
    x = np.array([100.0, 1000.0, 1e4])
    for made in (unit.sphere(2), unit.sphere(3), unit.sphere(7), unit.uniform(-1, 1)):  # as a power of 1/x
        gap = made.high - made.response(x)
        assert (gap > 0).all()
        assert gap[:-1] / gap[1:] == pytest.approx(10, rel=0.1)
    for made in (unit.gaussian(), unit.half_gaussian()):
        assert made.response(1000.0) == 1000.0
    assert unit.half_gaussian().response(-1000.0) == pytest.approx(1e-3 - 2e-9, rel=1e-11)  # it ends at 0


def test_functions_of_the_gallery_are_units():
    x = np.linspace(-40, 40, 801)
    np.testing.assert_allclose(unit.spin().response(x), activation.tanh(x), rtol=1e-15)
    np.testing.assert_allclose(unit.binary().response(x), activation.logistic(x), rtol=1e-15)
    np.testing.assert_allclose(unit.binary().slope(x), activation.logistic.slope(x), rtol=1e-15)
    y = x[x > -3]
    smooth = y + activation.probit.slope(y) / activation.probit(y)
    np.testing.assert_allclose(unit.half_gaussian().response(y), smooth, rtol=1e-12)
    langevin = 1 / np.tanh(x[x > 1]) - 1 / x[x > 1]
    np.testing.assert_allclose(unit.sphere().response(x[x > 1]), langevin, rtol=1e-14)
    np.testing.assert_allclose(unit.sphere(1).response(x), np.tanh(x))


def test_swish_is_an_energy_and_softplus_less_an_entropy():
    """E = F + T S of a binary unit: x logistic(x) = softplus(x) - H(logistic(x)), with Shannon's H up to ln 2."""
    x = np.linspace(-30, 30, 601)
    made = unit.binary()
    assert made.energy(2 * x, 2.0) == pytest.approx(-2 * activation.swish(x), rel=1e-14)
    assert activation.softplus(x) - made.shannon(x) == pytest.approx(activation.swish(x), abs=1e-13)
    assert made.shannon(x) == pytest.approx(math.log(2) + made.entropy(x), abs=1e-13)
    assert made.free_energy(x, 2.0) == pytest.approx(made.energy(x, 2.0) - 2.0 * made.entropy(x / 2), abs=1e-13)


def test_the_tilted_law_has_the_largest_entropy_at_its_mean(rng):
    made = unit.table([-1.0, 0.0, 0.5, 2.0], [1, 2, 3, 4])
    x = made.field(0.9)
    assert made.response(x) == pytest.approx(0.9, rel=1e-14)
    p, rho = made.probabilities(x), made.weights
    best = -(p * np.log(p / rho)).sum()
    assert best == pytest.approx(made.entropy(x), rel=1e-12)
    still = np.linalg.svd(np.stack([np.ones(4), made.states]))[2][2:]  # changes that keep the sum and the mean
    for change in rng.normal(size=(20, 2)) @ still:
        q = p + 0.02 * change
        assert -(q * np.log(q / rho)).sum() < best
    for mean in (-1.0, 2.0, 3.0):
        with pytest.raises(ValueError, match="mean must be one that"):
            made.field(mean)
    assert unit.exponential().field(1000.0) == pytest.approx(1 - 1e-3, rel=1e-12)
    assert unit.spin().field(0.0) == 0


def test_logarithms_of_odds_add_up():
    """A posterior: two classes a priori, independent Gaussian clues about means that lie one apart."""
    clues, prior = np.array([0.3, -1.2, 2.0]), 0.2
    likely = stats.norm(1).pdf(clues).prod(), stats.norm(0).pdf(clues).prod()
    x = math.log(prior / (1 - prior)) + (clues - 0.5).sum()
    posterior = prior * likely[0] / (prior * likely[0] + (1 - prior) * likely[1])
    assert unit.binary().response(x) == pytest.approx(posterior, rel=1e-13)


def test_the_kernel_is_right_with_weights_of_0_and_of_any_sum(rng):
    states, weights = np.linspace(-1, 1, 41), rng.random(41)
    weights[[0, 1, 40, 20]] = 0
    fields = np.array([-300.0, -2.0, 0.0, 1e-9, 0.5, 7.0, 300.0])
    out = np.empty((3, fields.size))
    tilted(states, 7 * weights, fields, *out)
    made = unit.table(states, weights)
    np.testing.assert_allclose(out, [made.K(fields), made.response(fields), made.slope(fields)], rtol=1e-13)
    exponents = np.exp(fields[1:-1, None] * states) * weights
    p = exponents / exponents.sum(axis=1, keepdims=True)
    np.testing.assert_allclose(out[1, 1:-1], p @ states, rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(out[2, 1:-1], p @ states**2 - (p @ states) ** 2, rtol=1e-12)
    assert out[1, -1] == pytest.approx(states[39], abs=1e-5)
    # The control: a kernel that forgets the states' weights.
    equal = exponents / np.where(weights, weights, 1.0)
    assert not np.allclose(out[1, 1:-1], (equal @ states) / equal.sum(axis=1), rtol=1e-3)


def test_densities_agree_with_formulas():
    x = np.array([-20.0, -1.0, -1e-9, 0.0, 1e-9, 0.7, 15.0])
    pairs = [
        (unit.density(lambda s: np.exp(-s * s / 2), 0, np.inf), unit.half_gaussian()),
        (unit.density(lambda s: 3.0 + 0 * s, -1, 3), unit.uniform(-1, 3)),
        (unit.density(lambda s: np.exp(-s * s / 4), -np.inf, np.inf), unit.gaussian(2.0)),
    ]
    for found, wanted in pairs:
        for ours, right in ((found.K, wanted.K), (found.response, wanted.response), (found.slope, wanted.slope)):
            np.testing.assert_allclose(ours(x), right(x), rtol=1e-12, atol=1e-13)


def test_ends_of_what_floats_hold():
    assert unit.poisson().entropy([800.0, -800.0]).tolist() == [-np.inf, -1.0]
    assert unit.uniform(-1e300, 1e300).slope(1.0) == 0
    assert unit.uniform(-1e300, 1e300).K(1.0) == 1e300
    for n in (2, 3, 100):
        K = unit.sphere(n).K(1e8 * (1 + np.array([-1e-9, 1e-9])))
        assert K[1] - K[0] == pytest.approx(0.2, rel=1e-6)
    assert unit.table([1.0], [2.0]).K([-1e3, 1e3]).tolist() == [-1e3, 1e3]
    assert unit.half_gaussian().K(-1e-300) == pytest.approx(-1e-300 * math.sqrt(2 / math.pi), rel=1e-14)
    assert unit.spin().K([]).shape == (0,)
    for n in (2, 7, 100):  # where the continued fraction ends and the expansion begins
        turn = max(40.0, n * n / 2)
        below, above = unit.sphere(n).slope(turn * (1 + np.array([-1e-9, 1e-9])))
        assert above / below - 1 == pytest.approx(-4e-9, abs=2e-9)


def test_sums_and_mixtures():
    x = np.linspace(-5, 5, 11)
    three = unit.total([unit.binary()] * 3)
    np.testing.assert_allclose(three.K(x), unit.binomial(3).K(x), rtol=1e-14)
    np.testing.assert_allclose(three.slope(x), unit.binomial(3).slope(x), rtol=1e-14)
    assert (three.low, three.high) == (0, 3)
    mixed = unit.mixed([unit.table([0.0], [1.0]), unit.spin()], [1 / (1 + 2 * math.exp(-1.5)), 2 / (math.exp(1.5) + 2)])
    same = unit.three_states(1.5)
    for ours, right in ((mixed.K, same.K), (mixed.response, same.response), (mixed.slope, same.slope)):
        np.testing.assert_allclose(ours(x), right(x), rtol=1e-13, atol=1e-16)
    assert unit.total([unit.exponential(), unit.exponential().scaled(-0.5)]).fields == (-2.0, 1.0)


@pytest.mark.parametrize(
    ("call", "text"),
    [
        (lambda: unit.table([0, 1], [1, -1]), "weights must be at least 0"),
        (lambda: unit.table([0, 1], [0, 0]), "weights must not all be 0"),
        (lambda: unit.table([0, 1], [1, math.inf]), "weights must be finite"),
        (lambda: unit.table([0, 1], [1, 1, 1]), "weights must have 2 entries"),
        (lambda: unit.table([], []), "states must"),
        (lambda: unit.table([0, math.nan], [1, 1]), "states must be finite"),
        (lambda: unit.density(lambda s: 1 / (1 + s * s), -np.inf, np.inf), "function must have an integral"),
        (lambda: unit.density(lambda s: 1 / s, 0, 1), "function must have an integral"),
        (lambda: unit.density(lambda s: 1 + 0 * s, 0, np.inf), "function must have an integral"),
        (lambda: unit.density(lambda s: s, -1, 1), "function must be at least 0"),
        (lambda: unit.density(lambda s: 0 * s, -1, 1), "function must be above 0 somewhere"),
        (lambda: unit.density(lambda s: s, 1, 1), "high must be above"),
        (lambda: unit.density(lambda s: np.exp(-s), 0, np.inf).K(1.5), "at 1.5 it diverges"),
        (lambda: unit.density(lambda s: np.exp(-s), 0, 9, fields=(-9, 1)).K(1.0), "x must lie between -9 and 1"),
        (lambda: unit.exponential().response([0.0, 1.0]), "x must lie between -inf and 1"),
        (lambda: unit.exponential().scaled(-2.0).response(-0.5), "x must lie between -0.5 and inf"),
        (lambda: unit.spin().K(math.nan), "x must be finite"),
        (lambda: unit.brillouin(0.7), "S must be a multiple of 1/2"),
        (lambda: unit.sphere(0), "dimensions must be at least 1"),
        (lambda: unit.gaussian(0), "variance must be greater than 0"),
        (lambda: unit.poisson(-1), "rate must be greater than 0"),
        (lambda: unit.binomial(0), "n must be at least 1"),
        (lambda: unit.uniform(1, 1), "high must be above"),
        (lambda: unit.spin().scaled(0), "a must not be 0"),
        (lambda: unit.total([]), "units must hold one"),
        (lambda: unit.mixed([unit.spin()], [-1]), "weights must be at least 0"),
        (lambda: unit.gaussian().shannon(0.0), "has not finitely many states"),
        (lambda: unit.poisson().sample(99.0, rng=np.random.default_rng(1)), "x must be so small"),
        (lambda: unit.spin().free_energy(1.0, 0.0), "T must be greater than 0"),
        (lambda: unit.spin().sample([1.0, 2.0], 3, rng=np.random.default_rng(1)), "size must be a shape"),
    ],
)  # fmt: skip
def test_bad_input_is_named(call, text):
    with pytest.raises(ValueError, match=text):
        call()


def test_no_units_and_no_functions_are_told():
    with pytest.raises(TypeError, match="units must hold units, not float"):
        unit.total([1.0])
    with pytest.raises(TypeError, match="function must be callable"):
        unit.density(3, 0, 1)
    with pytest.raises(AttributeError):
        unit.spin().low = 3
