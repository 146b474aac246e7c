"""Switches with thresholds: their laws against scipy's, their scatter against the binomial law."""

import math

import numpy as np
import pytest
from harness import SIGNIFICANCE
from scipy import stats

from spinlearn.neuron import population
from spinlearn.neuron.population import LAWS, activity, mean_activity, thresholds

WIDTH = 0.3
CENTRE = math.sqrt(1 - WIDTH**2)
TWIN = {
    "gaussian": stats.norm.cdf,
    "logistic": stats.logistic(scale=math.sqrt(3) / math.pi).cdf,
    "even": stats.uniform(-math.sqrt(3), math.sqrt(12)).cdf,
    "two groups": lambda x: (stats.norm.cdf((x - CENTRE) / WIDTH) + stats.norm.cdf((x + CENTRE) / WIDTH)) / 2,
}
each = pytest.mark.parametrize("law", LAWS)


@each
def test_the_mean_is_the_distribution_function_and_the_spread_one(law):
    x = np.linspace(-9, 9, 401)
    np.testing.assert_allclose(mean_activity(x, law), TWIN[law](x), rtol=0, atol=2e-15)
    np.testing.assert_allclose(mean_activity(x, law, spread=2.5), TWIN[law](x / 2.5), rtol=0, atol=2e-15)
    fine = np.linspace(-40, 40, 400_001)
    density = np.diff(TWIN[law](fine))
    middle = (fine[1:] + fine[:-1]) / 2
    assert density @ middle**2 == pytest.approx(1, rel=1e-6)


def test_erf_is_erf():
    for x in (0.0, 1e-9, 0.1, -0.7, 2.0, -3.5, 5.9, 6.1, 40.0):
        assert population.error_function(x) == pytest.approx(math.erf(x), rel=3e-15)


@each
def test_thresholds_have_the_law_that_they_are_drawn_from(law, rng):
    drawn = thresholds(law, 20_000, spread=0.7, rng=rng)
    assert stats.kstest(drawn / 0.7, TWIN[law]).pvalue > SIGNIFICANCE / len(LAWS)
    assert stats.kstest(1.1 * drawn / 0.7, TWIN[law]).pvalue < 1e-9  # the control


def test_a_smaller_population_is_the_beginning_of_a_larger_one():
    small, large = (thresholds("logistic", n, rng=np.random.default_rng(3)) for n in (10, 100))
    np.testing.assert_array_equal(large[:10], small)


@each
def test_activity_scatters_about_its_mean_by_the_binomial_law(law, rng):
    N, x = 200, np.array([-1.0, 0.0, 0.8])
    found = np.array([activity(x, thresholds(law, N, rng=rng)) for _ in range(2000)])
    G = mean_activity(x, law)
    assert found.mean(axis=0) == pytest.approx(G, abs=5 * math.sqrt(0.25 / N / 2000))
    assert found.var(axis=0) == pytest.approx(G * (1 - G) / N, rel=5 * math.sqrt(2 / 2000))


def test_the_staircase_counts(rng):
    drawn = rng.normal(size=50)
    for x in (-5.0, float(drawn[7]), 0.3, 5.0):
        assert activity(x, drawn) == np.mean(drawn <= x)
    ordered = drawn.copy()
    population.sort(ordered, 50)
    np.testing.assert_array_equal(ordered, np.sort(drawn))
    assert population.largest_gap(LAWS["gaussian"], 1.0, ordered, 50) == pytest.approx(
        stats.kstest(drawn, "norm").statistic, rel=1e-13
    )


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (lambda rng: thresholds("cauchy", 3, rng=rng), ValueError, "law must be one of"),
        (lambda rng: thresholds("even", -1, rng=rng), ValueError, "n must be at least 0"),
        (lambda rng: thresholds("even", 3, spread=-1, rng=rng), ValueError, "spread must be at least 0"),
        (lambda rng: mean_activity(0, "even", spread=0), ValueError, "spread must be greater than 0"),
        (lambda rng: mean_activity(math.nan, "even"), ValueError, "x must"),
        (lambda rng: activity(0, []), ValueError, "thresholds must"),
    ],
)
def test_bad_input_is_named(call, error, text, rng):
    with pytest.raises(error, match=text):
        call(rng)
