"""Avalanches against the exact laws of the branching process; exponents against laws whose truth is known.

Errors are tried by repetition, as for `scaling`: one-sigma bars have to cover the truth in 68 per cent of the cases.
"""

import math

import harness
import numpy as np
import pytest
from scipy.stats import binom, chi2

from spinlearn.core.words import stream
from spinlearn.measure.avalanches import (
    Avalanches,
    branch,
    branching,
    crackling,
    ended,
    fit,
    from_series,
    ornstein_uhlenbeck,
    progeny,
)

ONE_SIGMA = 0.682689492137086


def p_value(values, law) -> float:
    """Chi-square of whole numbers from 1 on against their law, given up to some size; the rest is one class."""
    ends = np.unique(np.geomspace(1, law.size + 1, 25).astype(int))
    chances = np.append(np.add.reduceat(law, ends[:-1] - 1), 1 - law.sum())
    counts = np.append(np.histogram(values, bins=[*ends[:-1], ends[-1]])[0], 0.0)
    counts[-2] -= (values == ends[-1]).sum()  # the last bin of a histogram is closed
    counts[-1] = len(values) - counts.sum()
    expected = chances * len(values)
    return float(chi2.sf(((counts - expected) ** 2 / expected).sum(), expected.size - 1))


def with_geometric_offspring(samples, most, rng):
    """A wrong twin: critical as well, but its units activate 0, 1, 2, … others with chances 1/2, 1/4, 1/8, …"""
    sizes = []
    for _ in range(samples):
        active = total = 1
        while active and total < most:
            active = rng.negative_binomial(active, 0.5)
            total += active
        sizes.append(min(total, most))
    return np.array(sizes)


@pytest.mark.parametrize("ratio", [0.5, 0.9, 1.0, 1.2])
def test_sizes_and_durations_follow_the_exact_laws(ratio, rng):
    run = branching(10_000, ratio=ratio, most=20_000, rng=rng)
    assert p_value(run.size, progeny(np.arange(1, 1001), ratio=ratio)) > harness.SIGNIFICANCE / 8
    # An avalanche that was stopped lasts longer still: none of the durations below is one of those.
    law = np.diff(ended(60, ratio=ratio), prepend=0.0)
    assert p_value(np.where(run.size < 20_000, run.duration, 10**6), law[law * 10_000 > 2]) > harness.SIGNIFICANCE / 8


def test_another_critical_process_is_caught(rng):
    wrong = with_geometric_offspring(5000, 2000, rng)
    assert p_value(wrong, progeny(np.arange(1, 1001))) < 1e-10


def test_the_exact_laws():
    s = np.arange(1, 200_001)
    for ratio in (0.3, 0.8):
        law = progeny(s, ratio=ratio)
        assert law.sum() == pytest.approx(1, abs=1e-12)
        assert law @ s == pytest.approx(1 / (1 - ratio), rel=1e-10)
    assert progeny(10**6) * 10**9 * math.sqrt(2 * math.pi) == pytest.approx(1, abs=2e-7)  # 1 - 1 / (12 s)
    x = progeny(s, ratio=1.3).sum()
    assert math.exp(1.3 * (x - 1)) == pytest.approx(x, abs=1e-12)  # the chance to end
    assert ended(2000)[-1] == pytest.approx(1 - 2 / 2000, rel=1e-5)
    assert branching(50, ratio=0.0, rng=np.random.default_rng(1)).size.max() == 1
    stopped = branching(50, ratio=3.0, most=20, rng=np.random.default_rng(1))
    assert stopped.size.max() == 20


def law(exponent, rate, smallest, largest):
    s = np.arange(smallest, largest + 1)
    p = s**-exponent * np.exp(-rate * s)
    return s, p / p.sum()


@pytest.mark.parametrize(("exponent", "rate", "largest"), [(1.5, 0.0, 1000), (2.4, 0.0, 30_000), (1.3, 0.01, 20_000)])
def test_errors_of_the_fit_cover_the_truth(exponent, rate, largest, rng):
    s, p = law(exponent, rate, 3, largest)
    hits, distances, repeats = [], [], 200
    for _ in range(repeats):
        found = fit(rng.choice(s, size=400, p=p), smallest=3, largest=largest, cutoff=rate > 0)
        hits.append(abs(found.exponent - exponent) < found.error)
        distances.append(found.distance * math.sqrt(found.n))
    low, high = (
        binom.ppf(tail, repeats, ONE_SIGMA) for tail in (harness.SIGNIFICANCE / 2, 1 - harness.SIGNIFICANCE / 2)
    )
    assert low <= sum(hits) <= high
    assert np.mean(np.array(distances) > 1.36) < 0.05 + 5 * math.sqrt(0.05 * 0.95 / repeats)


def test_the_formula_for_continuous_values_is_caught(rng):
    """1 + n / sum ln(s / smallest), which is often used, is off by far more than its error where values are whole."""
    s, p = law(2.0, 0.0, 2, 10_000)
    values = rng.choice(s, size=20_000, p=p)
    found = fit(values, smallest=2, largest=10_000)
    assert abs(found.exponent - 2.0) < 5 * found.error
    wrong = 1 + values.size / np.log(values / 2).sum()
    assert abs(wrong - 2.0) > 20 * found.error


def test_the_fit_is_the_maximum_of_the_likelihood_summed_plainly(rng):
    s, p = law(1.7, 0.003, 5, 60_000)  # longer than what is summed one by one
    values = rng.choice(s, size=3000, p=p)
    found = fit(values, smallest=5, largest=60_000, cutoff=True)

    def likelihood(tau, rate):
        log_z = math.log((s**-tau * np.exp(-rate * s)).sum())
        return -tau * np.log(values).sum() - rate * values.sum() - values.size * log_z

    best = likelihood(found.exponent, found.rate)
    assert found.log_likelihood == pytest.approx(best, abs=1e-3)
    for a, b in ((0.1, 0), (-0.1, 0), (0, 0.1), (0, -0.1), (0.1, -0.1)):
        assert likelihood(found.exponent + a * found.error, found.rate + b * found.rate_error) < best


def test_a_law_without_an_end_and_one_without_a_cut_off(rng):
    values = np.floor(2.5 * rng.pareto(1.0, size=200_000) + 2.5).astype(np.int64)  # P(s >= x) = 2.5 / (x - 1/2) …
    assert fit(values, smallest=200).exponent == pytest.approx(2.0, abs=0.15)
    s, p = law(1.5, 0.0, 1, 500)
    both = [fit(rng.choice(s, size=2000, p=p), smallest=1, largest=500, cutoff=True) for _ in range(20)]
    assert any(one.rate == 0 and one.rate_error == 0 for one in both)
    assert any(one.rate > 0 for one in both)
    flat = rng.integers(1, 10**6, size=1000)
    assert abs(fit(flat, smallest=1, largest=10**6).exponent) < 0.2
    with pytest.raises(ValueError, match="largest must be given"):
        fit(flat, smallest=1)


def test_subcritical_avalanches_end_at_the_exact_rate(rng):
    """exp(-m s) (m s)^(s-1) / s! goes as s^(-3/2) exp(-s (m - 1 - ln m)), with corrections of order 1 / s."""
    run = branching(40_000, ratio=0.8, rng=rng)
    found = fit(run.size, smallest=5, cutoff=True)
    assert abs(found.exponent - 1.5) < 5 * found.error + 1 / 60
    assert abs(found.rate - (0.8 - 1 - math.log(0.8))) < 5 * found.rate_error


def test_stretches_of_a_series():
    found = from_series([5, 0, 1, 3, 0, 0, 2, 0, 7])
    assert (found.size.tolist(), found.duration.tolist()) == ([4, 2], [2, 1])
    found = from_series([0.0, 1.5, 2.5, 0.0, 0.25], 1.0)
    assert (found.size.tolist(), found.duration.tolist()) == ([2.0], [2])
    assert from_series([0, 2, 0, 3, 0]).size.dtype == np.int64


def test_noise_that_knows_of_no_criticality_passes_the_crackling_relation(rng):
    """Excursions of a walk: 4/3, 3/2 and 3/2, in the range between one step and the memory."""
    time = 3000.0
    found = from_series(ornstein_uhlenbeck(2_000_000, time, rng=rng))
    scaled = Avalanches(found.size * math.sqrt(time / 2), found.duration)  # in units of one step
    measured = crackling(scaled, sizes=(30, 10_000), durations=(10, 500), rng=rng)
    assert abs(measured.deviation) < 4
    for one, truth in ((measured.size, 4 / 3), (measured.duration, 3 / 2), (measured.gamma, 3 / 2)):
        assert one.value == pytest.approx(truth, abs=5 * one.error + 0.08)
    assert abs(measured.gamma.value - 2) > 10 * measured.gamma.error  # and branching it is not


def test_shuffled_counts_pass_it_too(rng):
    """Sizes are then proportional to durations, so that both have the same exponent, whatever that means."""
    counts = rng.permutation(rng.poisson(2.0, size=400_000))
    per_step = 2 / (1 - math.exp(-2))
    ends = (10, 60)
    found = crackling(from_series(counts), sizes=tuple(round(per_step * e) for e in ends), durations=ends, rng=rng)
    assert found.gamma.value == pytest.approx(1, abs=5 * found.gamma.error + 0.005)
    assert found.predicted.value == pytest.approx(1, abs=5 * found.predicted.error + 0.1)


def test_errors_of_the_crackling_relation_see_that_both_sides_share_data(rng):
    run = branching(30_000, rng=rng)
    found = crackling(run, sizes=(75, 30_000), durations=(15, 300), rng=rng)
    assert found.size.value == pytest.approx(1.5, abs=5 * found.size.error)
    assert found.predicted.value == pytest.approx((found.duration.value - 1) / (found.size.value - 1), rel=1e-12)
    assert abs(found.gamma.value - 2) < 0.15  # the last avalanches' lengths have corrections of order ln(t) / t


def test_a_run_repeats_and_can_be_cut(rng):
    one, two = (branching(300, rng=np.random.default_rng(5), progress=False) for _ in range(2))
    np.testing.assert_array_equal(one.size, two.size)
    np.testing.assert_array_equal(one.duration, two.duration)
    size, duration = np.zeros(300, np.int64), np.zeros(300, np.int64)
    branch(math.exp(-1.0), 10**6, stream(np.random.default_rng(5)), size, duration)  # in one piece
    np.testing.assert_array_equal(one.size, size)
    np.testing.assert_array_equal(one.duration, duration)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda rng: branching(0, rng=rng), "samples must be at least 1"),
        (lambda rng: branching(3, ratio=-1, rng=rng), "ratio must be at least 0"),
        (lambda rng: branching(3, most=0, rng=rng), "most must be at least 1"),
        (lambda rng: progeny([0, 1]), "size must hold whole numbers"),
        (lambda rng: ended(0), "steps must be at least 1"),
        (lambda rng: from_series([]), "series must be one-dimensional"),
        (lambda rng: from_series([0, 0, 0]), "series must hold an avalanche"),
        (lambda rng: from_series([1, 1, 0]), "series must hold an avalanche"),
        (lambda rng: fit([], smallest=1), "values must be one-dimensional"),
        (lambda rng: fit([3, 3, 3], smallest=1), "at least two different"),
        (lambda rng: fit([1.5, 2], smallest=1), "values must be whole"),
        (lambda rng: fit([1, 2], smallest=0), "smallest must be at least 1"),
        (lambda rng: fit([1, 2], smallest=5, largest=5), "largest must be at least 6"),
        (lambda rng: ornstein_uhlenbeck(10, 0, rng=rng), "time must be greater than 0"),
        (lambda rng: crackling(Avalanches([], []), sizes=(1, 9), durations=(1, 9), rng=rng), "avalanches.size must be"),
        (lambda rng: crackling(Avalanches([1, 2], [1]), sizes=(1, 9), durations=(1, 9), rng=rng), "must have shape"),
        (lambda rng: crackling(Avalanches([1, 0], [1, 2]), sizes=(1, 9), durations=(1, 9), rng=rng), "greater than 0"),
    ],
)
def test_bad_arguments_are_refused(call, message, rng):
    with pytest.raises(ValueError, match=message):
        call(rng)


def test_what_is_no_set_of_avalanches_is_refused(rng):
    with pytest.raises(TypeError, match="avalanches must be Avalanches"):
        crackling([1, 2, 3], sizes=(1, 9), durations=(1, 9), rng=rng)
    with pytest.raises(TypeError, match="sizes must be a pair"):
        crackling(Avalanches([1, 2], [1, 2]), sizes=5, durations=(1, 9), rng=rng)
