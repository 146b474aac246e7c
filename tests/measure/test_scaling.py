"""Finite-size scaling against enumeration, Kaufman and synthetic data whose truth is known.

Errors are tried by repetition: over many repetitions one-sigma bars have to cover the truth in 68 per cent of them, by
the binomial law. Errors that ignore what they should know must fail the same test.
"""

import harness
import numpy as np
import pytest
from scipy.optimize import brentq
from scipy.stats import binom, chi2

from spinlearn import exact
from spinlearn.core import progress
from spinlearn.lattice import all_up, chain, cluster, ising, square, triangular
from spinlearn.lattice.blocks import block_spins
from spinlearn.measure.histograms import join
from spinlearn.measure.observables import binder
from spinlearn.measure.scaling import (
    Curve,
    Sample,
    collapse,
    combine,
    crossing,
    estimate,
    power_law,
    quality,
    reweight,
    sample,
    scaled,
)

ONE_SIGMA = 0.682689492137086
TC = exact.critical_temperature()


def covers(values, errors, truth, *, slack=0.03) -> bool:
    """Whether one-sigma errors cover the truth as often as they should.

    The slack is for what a jackknife over B blocks cannot know: its error has a relative scatter of about
    1 / sqrt(2 B), and blocks of 10 tau make it 2.5 to 5 per cent too small, 0.48 of which is lost in the coverage.
    """
    hits = int((abs(np.asarray(values) - truth) < errors).sum())
    tail = harness.SIGNIFICANCE / 2
    low, high = binom.ppf(tail, len(values), ONE_SIGMA - slack), binom.isf(tail, len(values), ONE_SIGMA + slack)
    return low <= hits <= high


def every_state(lattice) -> Sample:
    """All states once, ten times over: a perfect sample at infinite temperature."""
    n = lattice.size
    spins = 2 * ((np.arange(2**n)[:, None] >> np.arange(n)) & 1) - 1
    e, m = exact.energies(lattice) / n, spins.mean(axis=1)
    return sample(np.tile(e[:, None], 10), np.tile(m[:, None], 10), lattice, 1e12)


def exact_binder(dos, T):
    a = exact.averages(dos, T)
    return 1 - a.m4 / (3 * a.m2**2)


# Reweighting


@pytest.mark.parametrize("lattice", [square(3), triangular(3), chain(8), square(2, 4)], ids=lambda one: one.name)
def test_reweighting_all_states_gives_the_averages_of_enumeration(lattice):
    T = np.array([9.0, 12.0, 100.0])
    at, listed = reweight(every_state(lattice), T), exact.averages(exact.density_of_states(lattice), T)
    for name in ("e", "abs_m", "m2", "m4"):
        found = getattr(at, name)
        assert found.shape == (11, 3)
        np.testing.assert_allclose(found, np.broadcast_to(getattr(listed, name), (11, 3)), rtol=1e-9, atol=1e-12)


def test_the_slope_of_the_cumulant_is_that_of_enumeration():
    torus, T, d = square(3), 6.0, 1e-4
    dos = exact.density_of_states(torus)
    slope = (exact_binder(dos, T + d) - exact_binder(dos, T - d)) / (2 * d)
    found = reweight(every_state(torus), T).binder_slope
    assert found[0] == pytest.approx(slope, rel=1e-6)
    assert reweight(every_state(torus), [T, 7.0]).binder_slope[0, 0] == pytest.approx(slope, rel=1e-6)


def test_one_run_knows_the_temperatures_around_it(rng):
    torus = square(16)
    run = cluster.wolff(all_up(torus), torus, TC, 40_000, rng=rng)
    part = sample(run.e[200:], run.m[200:], torus, TC)
    for T in (2.2, 2.25, TC, 2.3, 2.35):
        e = estimate(reweight(part, T).e)
        assert abs(e.value - exact.kaufman(16, 16, T).e) < 4.5 * e.error
    # Negative control: the weights the wrong way round.
    e = estimate(reweight(part, 1 / (2 / TC - 1 / 2.2)).e)
    assert abs(e.value - exact.kaufman(16, 16, 2.2).e) > 20 * e.error


def test_at_its_own_temperature_nothing_is_changed(rng):
    torus = square(8)
    run = cluster.wolff(all_up(torus), torus, 2.5, 5_000, rng=rng)
    at = reweight(sample(run.e, run.m, torus, 2.5), 2.5)
    assert at.e[0] == pytest.approx(run.e.mean(), rel=1e-12)
    assert at.m4[0] == pytest.approx((run.m**4).mean(), rel=1e-12)
    blocks = np.array_split(run.m**2, at.m2.size - 1)
    if len({len(block) for block in blocks}) == 1:
        assert at.m2[3] == pytest.approx(np.concatenate(blocks[:2] + blocks[3:]).mean(), rel=1e-12)
    # The same number and nearly the same error as the jackknife of `observables`.
    one, other = estimate(at.binder), binder(run.m)
    assert one.value == pytest.approx(other.value, abs=0.1 * other.error)
    assert one.error == pytest.approx(other.error, rel=0.4)


def test_what_is_out_of_reach_is_refused(rng):
    torus = square(32)
    run = cluster.wolff(all_up(torus), torus, TC, 5_000, rng=rng)
    part = sample(run.e, run.m, torus, TC)
    with pytest.raises(ValueError, match=r"T must be nearer to 2\.26919, .*: at 3 its 5000 records are worth \d+"):
        reweight(part, [TC, 3.0])


# Errors


@pytest.fixture(scope="module")
def short_runs():
    """300 runs of 2000 sweeps of the heat bath on 4 x 4 spins, one after another, and the exact cumulant."""
    torus, rng = square(4), np.random.default_rng(44)
    runs = [ising.simulate(all_up(torus), torus, TC, 2_100, rule="heat-bath", rng=rng) for _ in range(300)]
    return torus, [(run.e[100:], run.m[100:]) for run in runs], exact_binder(exact.density_of_states(torus), TC)


def test_errors_over_blocks_cover_the_exact_cumulant(short_runs):
    torus, runs, truth = short_runs
    found = [estimate(reweight(sample(e, m, torus, TC), TC).binder) for e, m in runs]
    assert covers([one.value for one in found], [one.error for one in found], truth, slack=0.05)


def test_errors_that_take_every_record_for_independent_do_not(short_runs):
    _, runs, truth = short_runs
    found = []
    for e, m in runs:
        part = Sample(4, 16, TC, e, m, np.arange(0, e.size, 4))  # blocks of 4 sweeps, far shorter than tau
        found.append(estimate(reweight(part, TC).binder))
    assert not covers([one.value for one in found], [one.error for one in found], truth, slack=0.05)


def test_runs_side_by_side_are_a_block_each(rng):
    torus = square(4)
    e, m = rng.normal(size=(2, 50, 12))
    part = sample(e, m, torus, 2.0)
    assert part.starts.tolist() == list(range(0, 600, 50))
    np.testing.assert_array_equal(part.m[50:100], m[:, 1])
    assert estimate(reweight(part, 2.0).e).error == pytest.approx(e.mean(axis=0).std(ddof=1) / np.sqrt(12), rel=1e-9)


def test_a_jackknife_over_several_runs_adds_their_squares(rng):
    a, b = rng.normal(5, 1, size=200), rng.normal(3, 1, size=100)
    left_out = [np.concatenate([[x.mean()], (x.sum() - x) / (x.size - 1)]) for x in (a, b)]
    total = combine(lambda x, y: x - 2 * y, *left_out)
    assert total.value == pytest.approx(a.mean() - 2 * b.mean(), rel=1e-12)
    assert total.error**2 == pytest.approx(a.var(ddof=1) / 200 + 4 * b.var(ddof=1) / 100, rel=1e-9)
    product = combine(lambda x, y: x * y, *left_out)
    linear = (b.mean() ** 2 * a.var(ddof=1) / 200 + a.mean() ** 2 * b.var(ddof=1) / 100) ** 0.5
    assert product.error == pytest.approx(linear, rel=0.01)


# Crossings


@pytest.mark.slow
def test_crossings_cover_the_exact_one(rng):
    dos = [exact.density_of_states(square(L)) for L in (3, 5)]
    T = np.linspace(1.9, 2.7, 9)
    truth = brentq(lambda t: exact_binder(dos[0], t) - exact_binder(dos[1], t), T[0], T[-1])
    found = []
    for _ in range(80):
        parts = []
        for L in (3, 5):
            torus = square(L)
            run = cluster.wolff(all_up(torus), torus, 2.25, 4_000, rng=rng)
            parts.append(sample(run.e[50:], run.m[50:], torus, 2.25))
        found.append(crossing(*parts, T))
    assert covers([one.T.value for one in found], [one.T.error for one in found], truth, slack=0.05)
    heights = [one.U.value for one in found]
    assert covers(heights, [one.U.error for one in found], exact_binder(dos[0], truth), slack=0.05)


@pytest.mark.slow
def test_joined_runs_cross_where_they_should(rng):
    """Three runs of each size, none of them at the crossing."""
    dos, T = [exact.density_of_states(square(L)) for L in (3, 5)], np.linspace(1.8, 3.6, 10)
    joints = []
    for L in (3, 5):
        torus, runs = square(L), []
        for t in (1.9, 2.6, 3.4):
            run = cluster.wolff(all_up(torus), torus, t, 20_000, rng=rng)
            runs.append(sample(run.e[50:], run.m[50:], torus, t))
        joints.append(join(runs))
    truth = brentq(lambda t: exact_binder(dos[0], t) - exact_binder(dos[1], t), T[0], T[-1])
    found = crossing(*joints, T)
    assert harness.normal_p_value(found.T, truth) > harness.SIGNIFICANCE
    assert harness.normal_p_value(found.U, exact_binder(dos[0], truth)) > harness.SIGNIFICANCE


def test_curves_that_do_not_cross_are_refused():
    high = every_state(square(3))
    with pytest.raises(ValueError, match=r"T must enclose one crossing .* between 9 and 12 there are 0"):
        crossing(high, every_state(square(2, 4)), np.linspace(9, 12, 5))
    with pytest.raises(ValueError, match="at least 4 temperatures"):
        crossing(high, high, [2.0, 2.1, 2.2])
    with pytest.raises(ValueError, match="ascending"):
        crossing(high, high, [9.0, 8.0, 7.0, 6.0])


# Powers


@pytest.mark.slow
def test_a_power_is_recovered_with_its_error(rng):
    L, errors = np.array([8.0, 16, 32, 64]), np.array([0.005, 0.01, 0.01, 0.02])
    fits = [
        power_law(L, np.stack([y := 3 * L**-0.25 * np.exp(errors * rng.normal(size=4)), errors * y], axis=1))
        for _ in range(2000)
    ]
    assert covers([fit.exponent for fit in fits], [fit.error for fit in fits], -0.25, slack=0.0)
    # chi2 has the law it should have: its p-values are even.
    p = np.sort([fit.p for fit in fits])
    assert abs(p - np.arange(2000) / 2000).max() < 2.2 / np.sqrt(2000)  # Kolmogorov, 1e-4
    assert fits[0].dof == 2
    unweighted = [np.polyfit(np.log(L), np.log(3 * L**-0.25 * np.exp(errors * rng.normal(size=4))), 1)[0] for _ in fits]
    assert np.std(unweighted) > 1.05 * np.std([fit.exponent for fit in fits])


def test_a_correction_is_seen_and_can_be_fitted():
    L = np.array([4.0, 8, 16, 32, 64])
    y = 2 * L**0.7 * np.exp(0.5 / L)
    data = np.stack([y, 0.002 * y], axis=1)
    plain, corrected = power_law(L, data), power_law(L, data, omega=1.0)
    assert abs(plain.exponent - 0.7) > 10 * plain.error
    assert plain.p < 1e-10
    assert corrected.exponent == pytest.approx(0.7, abs=1e-12)
    assert corrected.correction == pytest.approx(0.5, abs=1e-9)
    assert corrected.amplitude == pytest.approx(2, rel=1e-9)
    assert corrected.error > 2 * plain.error
    late = power_law(L[2:], data[2:])  # leaving out the smallest is the other way
    assert abs(late.exponent - 0.7) < abs(plain.exponent - 0.7) / 2


# Collapse


TRUE = {"Tc": 2.0, "nu": 0.8, "exponent": -0.3}


def synthetic(rng, Tc=2.0, nu=0.8, exponent=-0.3, noise=0.01, sizes=(8, 16, 32), spread=2.0):
    """Curves that scale exactly, with noise: value = L^exponent g(x), g(x) = 1 / (1 + exp(x))."""
    curves = []
    for k, L in enumerate(sizes):
        x = np.linspace(-spread, spread, 15) + 0.05 * k
        y = L**exponent / (1 + np.exp(x))
        curves.append(
            Curve(
                L,
                Tc * (1 + x * L ** (-1 / nu)),
                y + noise * L**exponent * rng.normal(size=15),
                0 * y + noise * L**exponent,
            )
        )
    return curves


def plain_quality(x, y, dy):
    """The definition of Houdayer and Hartmann, written out with numpy's weighted fit of a line."""
    terms = []
    for a in range(len(x)):
        for i, at in enumerate(x[a]):
            chosen = []
            for c in range(len(x)):
                if c != a and x[c][0] <= at <= x[c][-1]:
                    k = max(1, int(np.searchsorted(x[c], at)))
                    chosen += [(x[c][j] - at, y[c][j], dy[c][j]) for j in (k - 1, k)]
            if chosen:
                d, v, s = np.array(chosen).T
                if len(chosen) == 2:  # exactly through two points
                    there = v[0] - d[0] * (v[1] - v[0]) / (d[1] - d[0])
                    variance = ((d[1] * s[0]) ** 2 + (d[0] * s[1]) ** 2) / (d[1] - d[0]) ** 2
                else:
                    (_, there), covariance = np.polyfit(d, v, 1, w=1 / s, cov="unscaled")
                    variance = covariance[1, 1]
                terms.append((y[a][i] - there) ** 2 / (dy[a][i] ** 2 + variance))
    return np.mean(terms)


@pytest.mark.parametrize("sizes", [(8, 16), (8, 16, 32, 64)])
def test_the_quality_is_its_definition_written_out(sizes, rng):
    x, y, dy = scaled(synthetic(rng, sizes=sizes), Tc=2.01, nu=0.85, exponent=-0.2)
    assert quality(x, y, dy) == pytest.approx(plain_quality(x, y, dy), rel=1e-9)
    assert quality(x, [3 * one for one in y], [3 * one for one in dy]) == pytest.approx(quality(x, y, dy), rel=1e-9)
    assert quality(x[::-1], y[::-1], dy[::-1]) == pytest.approx(quality(x, y, dy), rel=1e-9)


def test_a_right_collapse_has_quality_one_and_a_wrong_one_has_not(rng):
    sets = [synthetic(rng) for _ in range(200)]
    right = [quality(*scaled(curves, **TRUE)) for curves in sets]
    # The line between two neighbours is off by g'' dx^2 / 8 < 0.001, a tenth of the noise.
    assert np.mean(right) == pytest.approx(1, abs=4.5 * np.std(right) / np.sqrt(200) + 0.01)
    for wrong in ({"Tc": 2.03}, {"nu": 0.9}, {"exponent": -0.27}):
        assert np.mean([quality(*scaled(curves, **TRUE | wrong)) for curves in sets]) > 1.5


def test_curves_that_hardly_meet_have_no_quality():
    x = [np.array([0.0, 1.0, 2.0]), np.array([2.0, 3.0, 4.0])]
    one = [np.ones(3), np.ones(3)]
    assert quality(x, one, one) == np.inf


@pytest.mark.slow
def test_a_collapse_finds_what_was_put_in_and_knows_its_error(rng):
    runs = 30
    found = [collapse(synthetic(rng), Tc=2.03, nu=0.9, exponent=-0.25, resamples=10, rng=rng) for _ in range(runs)]
    for name, truth in (("Tc", 2.0), ("nu", 0.8), ("exponent", -0.3)):
        values = np.array([getattr(one, name).value for one in found])
        errors = np.array([getattr(one, name).error for one in found])
        claimed = np.sqrt((errors**2).mean())
        assert abs(values.mean() - truth) < 4.5 * claimed / np.sqrt(runs) + 0.1 * claimed
        low, high = chi2.ppf([1e-4, 1 - 1e-4], runs - 1) / (runs - 1)
        assert 0.8 * low < values.var(ddof=1) / claimed**2 < 1.25 * high
    assert np.median([one.quality for one in found]) < 1.3


# Block spins


def test_a_block_follows_its_majority(rng):
    spins = rng.choice([-1, 1], size=(4, 12, 18)).astype(np.int8)
    blocked = block_spins(spins, 3, rng=rng)
    assert blocked.shape == (4, 4, 6)
    assert blocked.dtype == np.int8
    for k, i, j in np.ndindex(blocked.shape):
        assert blocked[k, i, j] == np.sign(spins[k, 3 * i : 3 * i + 3, 3 * j : 3 * j + 3].sum())
    for b in (2, 3, 6):
        np.testing.assert_array_equal(block_spins(all_up(square(12)), b, rng=rng), np.ones((12 // b, 12 // b)))


def test_a_tie_is_a_fair_coin_and_all_else_is_not_left_to_chance(rng):
    tied = np.tile([[1, -1], [-1, 1]], (100, 100))
    heads = int((block_spins(tied, rng=rng) == 1).sum())
    assert abs(heads - 5000) < 4.5 * 50
    even = rng.choice([-1, 1], size=(30, 30))
    state = rng.bit_generator.state
    np.testing.assert_array_equal(block_spins(even, 3, rng=rng), -block_spins(-even, 3, rng=rng))
    assert rng.bit_generator.state == state


# Bad input


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: sample(np.ones(5), np.ones(6), square(4), 2.0), ValueError, "same shape"),
        (lambda: sample(np.ones((50, 9)), np.ones((50, 9)), square(4), 2.0), ValueError, "at least 10 runs"),
        (lambda: sample(np.ones(500), np.ones(500), square(4), 0.0), ValueError, "T must be greater"),
        (lambda: sample(np.arange(60.0), np.ones(60), square(4), 2.0), ValueError, "longer"),
        (lambda: reweight(every_state(square(2)), [[1.0]]), ValueError, "one-dimensional"),
        (
            lambda: reweight(every_state(square(2)), []),
            ValueError,
            "^T must be a number or one-dimensional and not empty",
        ),
        (lambda: reweight(every_state(square(2)), -1.0), ValueError, "T must be greater than 0"),
        (lambda: estimate([1.0, 2.0]), ValueError, "at least 3"),
        (lambda: combine(3, [1.0, 2.0, 3.0]), TypeError, "callable"),
        (lambda: combine(lambda x: np.nan, [1.0, 2.0, 3.0]), ValueError, "finite"),
        (lambda: power_law([8, 8], [(1, 1), (1, 1)]), ValueError, "2 different sizes"),
        (lambda: power_law([8, 16], [(1, 1), (1, 1)], omega=1.0), ValueError, "3 different sizes"),
        (lambda: power_law([8, 16], [(1, 1), (1, 0)]), ValueError, "values must be greater than 0"),
        (lambda: power_law([0, 16], [(1, 1), (1, 1)]), ValueError, "L must be greater than 0"),
        (lambda: power_law([8, 16], [(1, 1)]), ValueError, "^values must have shape"),
        (lambda: power_law([8, 16], [1.0, 2.0]), TypeError, "^values must hold a value and its error for each size"),
        (lambda: power_law([8, 16], 3), TypeError, "^values must hold a value and its error"),
        (lambda: power_law([8, 16], [(1,), (1,)]), ValueError, "^values must have shape"),
        (lambda: power_law([8, 16], [(1, 1), (1,)]), ValueError, "^values must be an array, but its rows"),
        (lambda: power_law([8, 16], ["ab", "cd"]), TypeError, "^values must hold real numbers"),
        (lambda: power_law([[8, 16]], [(1, 1), (1, 1)]), ValueError, "^L must"),
        (lambda: power_law([8, 16, 32], [(1, 1)] * 3, omega=1e5), ValueError, "^L and omega must be such that tell 3"),
        (lambda: power_law([8, 8 + 2e-15], [(1, 1)] * 2), ValueError, "^L must hold sizes that tell 2 constants"),
        (lambda: power_law([8, 16], [(1, 1e-200)] * 2), ValueError, "^values must have errors above 1e-100"),
        (lambda: power_law([1e10, 2e10], [(1, 1), (1e-200, 1e-200)]), ValueError, "^L must be such that the amplitude"),
        (lambda: crossing("a", "b", [1, 2, 3, 4]), TypeError, "^one must be a Sample or a Joint, not str"),
        (lambda: combine(lambda x: [x], [1.0, 2.0, 3.0]), TypeError, r"^function must return a real number.*\(1,\)"),
        (lambda: combine(lambda x: None, [1.0, 2.0, 3.0]), TypeError, "^function must return a real number, not None"),
        (lambda: combine(lambda x: 1j, [1.0, 2.0, 3.0]), TypeError, "^function must return a real number, not complex"),
        (lambda: combine(lambda x: x, [1.0, 2.0, "3"]), TypeError, "^replicates must hold real numbers"),
        (lambda: quality([[0, 1]] * 2, [[0, 1]] * 2, [[1e-300, 1]] * 2), ValueError, "^dy must have squares"),
        (
            lambda: quality([[0, 1, 2], [0.5, 1.5, 2.5]], [[0, 1e308, 0], [0, -1e308, 0]], [[1e-5] * 3] * 2),
            ValueError,
            "^x, y and dy must have",
        ),
        (lambda: quality([[0, 1]], [[0, 1]], [[1, 1]]), ValueError, "at least 2"),
        (lambda: quality(3, [[0, 1]], [[1, 1]]), TypeError, "^x must be a sequence of arrays"),
        (lambda: quality([[0, 1]] * 2, [3, 4], [[1, 1]] * 2), TypeError, "^y must be a sequence of arrays"),
        (lambda: quality([[0, 1], [1, 0]], [[0, 1]] * 2, [[1, 1]] * 2), ValueError, "ascending"),
        (lambda: quality([[0, 1]] * 2, [[0, 1]] * 2, [[1, 0]] * 2), ValueError, "dy must be greater"),
        (lambda: quality([[0, 1]] * 2, [[0, 1, 2]] * 2, [[1, 1]] * 2), ValueError, "alike in shape"),
        (lambda: block_spins(np.ones((4, 6)), rng=np.random.default_rng(1)), TypeError, "integer"),
        (lambda: block_spins(np.ones((4, 5), int), rng=np.random.default_rng(1)), ValueError, "multiples of b = 2"),
        (lambda: block_spins(np.zeros((4, 4), int), rng=np.random.default_rng(1)), ValueError, "-1 or \\+1"),
        (lambda: block_spins(np.ones((4, 4), int), 1, rng=np.random.default_rng(1)), ValueError, "at least 2"),
        (lambda: block_spins(np.ones((4, 4), int), rng=None), TypeError, "Generator"),
    ],
)
def test_bad_arguments_are_named(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_a_collapse_says_what_it_cannot_do(rng):
    curves = synthetic(rng)
    with pytest.raises(ValueError, match="at least 2 sizes"):
        collapse(curves[:1], Tc=2.0, nu=1.0, exponent=0.0, rng=rng)
    with pytest.raises(ValueError, match="nu must be greater"):
        collapse(curves, Tc=2.0, nu=0.0, exponent=0.0, rng=rng)
    with pytest.raises(ValueError, match="resamples must be at least 10"):
        collapse(curves, Tc=2.0, nu=1.0, exponent=0.0, resamples=3, rng=rng)
    for k, what, error, message in (
        (1, curves[0]._replace(L=0), ValueError, r"^curves\[1\]\.L must be greater than 0"),
        (1, curves[0]._replace(T=curves[0].T[::-1]), ValueError, r"^curves\[1\]\.T must be ascending"),
        (0, curves[0]._replace(value=curves[0].value[1:]), ValueError, r"^curves\[0\]\.value must have shape \(15,\)"),
        (2, curves[0]._replace(error=0 * curves[0].error), ValueError, r"^curves\[2\]\.error must be greater than 0"),
        (0, (1, 2, 3, 4), TypeError, r"^curves\[0\] must be a Curve, not tuple"),
    ):
        with pytest.raises(error, match=message):
            collapse([*curves[:k], what, *curves[k + 1 :]], Tc=2.0, nu=1.0, exponent=0.0, rng=rng)
    with pytest.raises(TypeError, match=r"^curves must be a list or tuple of `Curve`"):
        collapse(curves[0], Tc=2.0, nu=1.0, exponent=0.0, rng=rng)
    with pytest.raises(ValueError, match=r"^Tc, nu and exponent must keep the scaled curves finite"):
        scaled(curves, Tc=2.0, nu=1e-3, exponent=0.0)
    with pytest.raises(ValueError, match="overlap"):
        collapse(curves, Tc=20.0, nu=0.3, exponent=0.0, rng=rng)


def test_small_integers_count_as_numbers(rng):
    """A side in 8 bits: its powers are those of the number."""
    curves = synthetic(rng)
    small = [curve._replace(L=np.uint8(curve.L)) for curve in curves]
    for found, known in zip(scaled(small, **TRUE), scaled(curves, **TRUE), strict=True):
        np.testing.assert_array_equal(found, known)
    assert power_law(np.array([8, 16], dtype=np.uint8), [(1.0, 0.1), (2.0, 0.1)]).exponent == pytest.approx(1)


def test_a_collapse_is_the_same_however_it_is_cut_into_slices(rng, monkeypatch):
    monkeypatch.setattr(progress, "SLICE", 0.0)
    one, other = np.random.default_rng(5), np.random.default_rng(5)
    curves = synthetic(rng, sizes=(8, 16))
    in_pieces = collapse(curves, Tc=2.0, nu=0.8, exponent=-0.3, resamples=10, rng=one)
    monkeypatch.setattr(progress, "SLICE", 10.0)
    at_once = collapse(curves, Tc=2.0, nu=0.8, exponent=-0.3, resamples=10, rng=other)
    assert in_pieces == at_once


def test_values_print_with_their_errors():
    assert str(power_law([1, 2, 4], [(1.0, 0.01), (2.0, 0.02), (4.0, 0.04)])) == "1.000(10)"
