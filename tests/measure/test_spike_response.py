"""Rates fitted by likelihood: surrogates whose truth is known are recovered, wrong models and twins are caught."""

import numpy as np
import pytest
from scipy.optimize import minimize

from spinlearn.measure import receptor, spike_response
from spinlearn.measure.spike_response import MODELS, block_mean, contest, fit, readiness, response, scores, simulate

DT = 0.001
TRUTH = {
    "logistic": (150.0, 1.0, 0.5),
    "Phi": (150.0, 1.0, 0.8),
    "softplus": (60.0, 0.3, 0.3),
    "ReLU": (60.0, 0.2, 1.0),
    "power": (15.0, -1.0, 2.0),
}


def surrogate(model, bins, rng, *, recover=0.004, floor=5.0):
    x = rng.normal(size=bins)
    return x, simulate(floor + response(model, x, *TRUTH[model]), DT, recover=recover, steep=6.0, rng=rng)


@pytest.mark.parametrize("model", MODELS)
def test_the_truth_is_recovered_within_its_errors(model, rng):
    x, spikes = surrogate(model, 120_000, rng)
    found = fit(model, x, spikes, DT)
    truth = np.array([np.log(TRUTH[model][0]), TRUTH[model][1], np.log(TRUTH[model][2]), np.log(5), np.log(0.004)])
    came = [np.log(found.height), found.centre, 0.0, np.log(found.floor), np.log(found.recover)]
    came[2] = truth[2] if model == "ReLU" else np.log(found.width)
    errors = np.where(found.errors[:5] > 0, found.errors[:5], 1.0)
    print(model, ((came - truth) / errors).round(2), found.errors.round(3))
    assert (np.abs(came - truth) < 5 * errors).all()
    assert abs(np.log(found.steep / 6)) < 5 * found.errors[5]
    assert abs(found.adapt) < 5 * found.errors[6]
    assert found.errors[4] < 0.1


@pytest.mark.parametrize("model", MODELS)
def test_no_search_finds_a_higher_likelihood(model, rng):
    x, spikes = surrogate(model, 20_000, rng)
    found = fit(model, x, spikes, DT)
    age, time = receptor.ages(spikes) * DT, (np.arange(x.size) + 0.5) / (x.size / 2)
    known = np.cumsum(spikes) - spikes > 0

    def cost(p):
        """The likelihood once more, written out."""
        if abs(p).max() > 20:
            return 1e9
        height, width, floor, recover, steep = np.exp(p[[0, 2, 3, 4, 5]])
        rate = floor + response(model, x, height, p[1], width)
        mu = DT * rate / (1 + (recover / age) ** steep) * time ** -p[6]
        return -np.where(spikes > 0, np.log(1 - np.exp(-mu)), -mu)[known].sum()

    best = np.array([found.height, 1, found.width or 1.0, found.floor, found.recover, found.steep, 1])
    best = np.log(best)
    best[[1, 6]] = found.centre, found.adapt
    assert -cost(best) == pytest.approx(found.log_likelihood, abs=1e-6)
    assert scores(found, x, spikes, DT).sum() == pytest.approx(found.log_likelihood, abs=1e-6)
    better = minimize(cost, best + 0.01, method="Nelder-Mead", options={"maxiter": 1500, "fatol": 1e-6, "xatol": 1e-5})
    assert -better.fun < found.log_likelihood + 0.02


def test_a_wrong_model_is_caught_and_the_true_one_is_not(rng):
    """A saturating neuron: the contest refuses a rectifier by many errors, and does not tell true from true."""
    stimulus = np.convolve(rng.normal(size=60_000), np.ones(4) / 2, mode="same")
    x = receptor.filtered(stimulus, [0, 0, 0.5, 0.5])
    spikes = simulate(2 + response("Phi", x, 120.0, 0.3, 0.3), DT, recover=0.003, rng=rng)
    table = contest(stimulus, spikes, DT, lags=8, models=("Phi", "logistic", "ReLU"))
    lost = block_mean(table[2] - table[0], rng=rng)
    near = block_mean(table[1] - table[0], rng=rng)
    print(lost, near)
    assert lost.value < -5 * lost.error
    assert abs(near.value) < 0.02
    assert table[0].mean() > 0.5


def test_a_neuron_that_hears_nothing_gains_nothing(rng):
    """Spikes without a relation to the stimulus: what a model gains on blocks it has not seen is nothing, or less."""
    stimulus = rng.normal(size=40_000)
    spikes = simulate(np.full(40_000, 40.0), DT, rng=rng)
    table = contest(stimulus, spikes, DT, lags=5, models=("softplus", "logistic"))
    for row in table:
        gain = block_mean(row, rng=rng)
        print(gain)
        assert gain.value < 4 * gain.error + 0.01
        assert gain.value > -0.2


def test_refractoriness_left_out_would_be_noticed(rng):
    x, spikes = surrogate("softplus", 60_000, rng, recover=0.008)
    found = fit("softplus", x, spikes, DT)
    poisson = found._replace(recover=1e-9)
    assert scores(found, x, spikes, DT).sum() > scores(poisson, x, spikes, DT).sum() + 50
    assert readiness(found, spikes, DT).min() == 0
    assert readiness(found, spikes, DT)[np.flatnonzero(spikes)[5] + 8] == pytest.approx(0.5, abs=0.15)


@pytest.mark.parametrize("model", MODELS)
def test_slopes_are_those_of_the_response(model):
    x, (height, centre, width) = np.linspace(-3, 3, 14), TRUTH[model]
    value, by_centre, by_width = spike_response._response_and_slopes(model, x, height, centre, width)
    assert value == pytest.approx(response(model, x, height, centre, width))
    h = 1e-6
    ahead, behind = (response(model, x, height, centre + d, width) for d in (h, -h))
    assert by_centre == pytest.approx((ahead - behind) / (2 * h), abs=1e-4)
    ahead, behind = (response(model, x, height, centre, width * np.exp(d)) for d in (h, -h))
    assert by_width == pytest.approx((ahead - behind) / (2 * h), abs=1e-4)


def test_a_simulated_neuron_fires_at_its_rate(rng):
    rate = np.full(200_000, 80.0)
    poisson = simulate(rate, DT, rng=rng)
    assert abs(poisson.mean() - (1 - np.exp(-0.08))) < 5 * np.sqrt(0.08 / 200_000)
    slow = simulate(rate, DT, recover=0.02, steep=20.0, rng=rng)
    gaps = np.diff(np.flatnonzero(slow))
    assert abs(gaps.mean() - (19 + 1 / (1 - np.exp(-0.08)))) < 1.5  # a dead time, nearly
    assert np.array_equal(
        simulate(rate, DT, rng=np.random.default_rng(3)), simulate(rate, DT, rng=np.random.default_rng(3))
    )


def test_the_error_of_a_mean_over_blocks(rng):
    values = rng.normal(size=400)
    mean = block_mean(values, rng=rng)
    assert mean.value == pytest.approx(values.mean())
    assert mean.error == pytest.approx(values.std() / 20, rel=0.1)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda x, s: fit("tanh", x, s, DT), "model must be one of 'logistic'"),
        (lambda x, s: fit("ReLU", x, s[:-1], DT), "spikes must have the shape"),
        (lambda x, s: fit("ReLU", x, 2 * s, DT), "take shorter bins"),
        (lambda x, s: fit("ReLU", x, 0 * s, DT), "at least 20"),
        (lambda x, s: fit("ReLU", x, s, 0.0), "dt must be greater than 0"),
        (lambda x, s: fit("ReLU", x, s, DT, used=s), "used must be an array of bool"),
        (lambda x, s: contest(x, s, DT, lags=3, folds=30), "folds must be at most 20"),
        (lambda x, s: simulate(-x, DT, rng=np.random.default_rng(1)), "rate must be at least 0"),
        (lambda x, s: response("power", x, 1.0, 0.0, 0.0), "width must be greater than 0"),
        (lambda x, s: spike_response.recovery([0.0], 1.0, 1.0), "age must be above 0"),
    ],
)
def test_odd_arguments_are_refused(call, says):
    x = np.abs(np.random.default_rng(1).normal(size=500)) + 0.1
    with pytest.raises(ValueError, match=says):
        call(x, (np.arange(500) % 7 == 0).astype(int))
