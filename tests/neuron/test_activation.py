"""Activation functions against mpmath, from 1e-12 to the far tails, and against what each is made from."""

import inspect
import re
import warnings
from pathlib import Path

import mpmath as mp
import numpy as np
import pytest
from scipy.integrate import quad

from spinlearn.neuron import activation as act

ROOT = Path(__file__).resolve().parents[2]
SIZES = [1e-12, 1e-6, 1e-3, 0.1, 0.5, 1.0, 2.0, 2.9999, 3.0, 3.1, 7.3, 13.9, 20.0, 28.7, 36.3, 100.3, 700.1, 1e3]
X = np.array([-x for x in reversed(SIZES)] + [0.0] + SIZES)
SMALLEST = 1e-290  # below, double precision has fewer digits

one = mp.mpf(1)


def logistic(x):
    return one / (1 + mp.exp(-x))


def density(x):
    return mp.exp(-x * x / 2) / mp.sqrt(2 * mp.pi)


def Phi(x):
    return mp.erfc(-x / mp.sqrt(2)) / 2


def gate(x):
    return mp.tanh(mp.log1p(mp.exp(x)))


def gate_slope(x):
    return mp.sech(mp.log1p(mp.exp(x))) ** 2 * logistic(x)


lam, alpha = mp.mpf(act.SELU_SCALE), mp.mpf(act.SELU_ALPHA)

# Value, slope, and the terms that a slope is the sum of, in exact arithmetic.
TRUTH = {
    "step": (lambda x: one if x >= 0 else mp.mpf(0), lambda x: mp.mpf(0)),
    "sign": (lambda x: one if x >= 0 else -one, lambda x: mp.mpf(0)),
    "hard_tanh": (lambda x: max(-one, min(one, x)), lambda x: mp.mpf(-1 <= x < 1)),
    "tanh": (mp.tanh, lambda x: mp.sech(x) ** 2),
    "logistic": (logistic, lambda x: logistic(x) * logistic(-x)),
    "probit": (Phi, density),
    "erf": (lambda x: mp.erf(x / mp.sqrt(2)), lambda x: 2 * density(x)),
    "arctan": (lambda x: one / 2 + mp.atan(x) / mp.pi, lambda x: 1 / (mp.pi * (1 + x * x))),
    "relu": (lambda x: max(mp.mpf(0), x), lambda x: mp.mpf(x >= 0)),
    "threshold_linear": (lambda x: max(mp.mpf(0), x - 1), lambda x: mp.mpf(x >= 1)),
    "leaky_relu": (lambda x: x if x >= 0 else mp.mpf(0.01) * x, lambda x: one if x >= 0 else mp.mpf(0.01)),
    "softplus": (lambda x: mp.log1p(mp.exp(x)), logistic),
    "gaussian_ramp": (lambda x: x * Phi(x) + density(x), Phi),
    "elu": (lambda x: x if x >= 0 else mp.expm1(x), lambda x: one if x >= 0 else mp.exp(x)),
    "selu": (
        lambda x: lam * (x if x >= 0 else alpha * mp.expm1(x)),
        lambda x: lam * (one if x >= 0 else alpha * mp.exp(x)),
    ),
    "swish": (lambda x: x * logistic(x), lambda x: (logistic(x), x * logistic(x) * logistic(-x))),
    "gelu": (lambda x: x * Phi(x), lambda x: (Phi(x), x * density(x))),
    "mish": (lambda x: x * gate(x), lambda x: (gate(x), x * gate_slope(x))),
}
NAMES = [entry.name for entry in act.GALLERY]


def worst(function, truth, points=X):
    """Largest error relative to the largest term of the true value; also demands that nothing is warned about."""
    with warnings.catch_warnings(), np.errstate(over="raise", invalid="raise", divide="raise"):
        warnings.simplefilter("error")
        came = function(points)
    assert came.dtype == np.float64
    assert came.shape == points.shape
    largest = 0.0
    with mp.workdps(600):  # 1 - e^-700 and its like
        for x, y in zip(points, came, strict=True):
            terms = truth(mp.mpf(float(x)))
            terms = terms if isinstance(terms, tuple) else (terms,)
            scale = max(abs(t) for t in terms)
            error = abs(mp.mpf(float(y)) - sum(terms))
            if scale < SMALLEST:
                assert error <= SMALLEST
            else:
                largest = max(largest, float(error / scale))
    return largest


@pytest.mark.parametrize("name", NAMES)
def test_value_and_slope_have_their_digits_from_1e_minus_12_to_the_far_tails(name):
    value, slope = TRUTH[name]
    assert worst(getattr(act, name), value) < 1e-14
    assert worst(getattr(act, f"{name}_slope"), slope) < 1e-14


@pytest.mark.parametrize("name", NAMES)
def test_the_slopes_of_the_truth_are_derivatives_of_the_truth(name):
    """So that the table above does not repeat a mistake of the library."""
    value, slope = TRUTH[name]
    for x in (-2.7, -0.4, 0.3, 1.9):
        with mp.workdps(40):
            terms = slope(mp.mpf(x))
            total = sum(terms) if isinstance(terms, tuple) else terms
            assert mp.almosteq(mp.diff(value, mp.mpf(x)), total, 1e-15, 1e-15)


def test_what_one_would_write_first_is_refused_by_the_same_test():
    naive = {
        "softplus": lambda x: np.log(1 + np.exp(x)),
        "tanh_slope": lambda x: 1 - np.tanh(x) ** 2,
        "probit": lambda x: (1 + act.erf(x)) / 2,
        "arctan": lambda x: 0.5 + np.arctan(x) / np.pi,
        "elu": lambda x: np.where(x >= 0, x, np.exp(np.minimum(x, 0)) - 1),
        "gaussian_ramp": lambda x: x * act.probit(x) + act.probit_slope(x),
        "mish": lambda x: x * np.tanh(np.log(1 + np.exp(np.minimum(x, 700)))),
        "probit_slope": lambda x: np.exp(-(x**2) / 2) / np.sqrt(2 * np.pi),
    }
    for name, function in naive.items():
        base, slope = name.removesuffix("_slope"), name.endswith("_slope")
        try:
            error = worst(function, TRUTH[base][slope])
        except (FloatingPointError, RuntimeWarning):
            continue
        assert error > 1e-14, name


@pytest.mark.parametrize(
    ("function", "keywords", "truth"),
    [
        (act.softplus, {"sharpness": 4.0}, lambda x: mp.log1p(mp.exp(4 * x)) / 4),
        (act.softplus_slope, {"sharpness": 4.0}, lambda x: logistic(4 * x)),
        (act.swish, {"sharpness": 0.5}, lambda x: x * logistic(x / 2)),
        (act.swish_slope, {"sharpness": 0.5}, lambda x: (logistic(x / 2), x / 2 * logistic(x / 2) * logistic(-x / 2))),
        (act.elu, {"alpha": 1.7}, lambda x: x if x >= 0 else mp.mpf(1.7) * mp.expm1(x)),
        (act.elu_slope, {"alpha": 1.7}, lambda x: one if x >= 0 else mp.mpf(1.7) * mp.exp(x)),
        (act.leaky_relu, {"leak": 0.2}, lambda x: x if x >= 0 else mp.mpf(0.2) * x),
        (act.leaky_relu_slope, {"leak": 0.2}, lambda x: one if x >= 0 else mp.mpf(0.2)),
        (act.threshold_linear, {"threshold": -0.5, "gain": 3.0}, lambda x: 3 * max(mp.mpf(0), x + mp.mpf(0.5))),
        (act.threshold_linear_slope, {"threshold": -0.5, "gain": 3.0}, lambda x: mp.mpf(3 * (x >= -0.5))),
    ],
)
def test_parameters(function, keywords, truth):
    assert worst(lambda x: function(x, **keywords), truth) < 1e-14


@pytest.mark.parametrize("entry", act.GALLERY, ids=NAMES)
def test_the_gallery_tells_range_and_steepest_slope(entry):
    x = np.concatenate([-np.logspace(5, -5, 3001), [0], np.logspace(-5, 5, 3001), np.linspace(-4, 4, 80_001)])
    y, slope = entry.function(x), entry.slope(x)
    assert entry.low <= y.min()
    assert y.max() <= entry.high
    for bound, reached in ((entry.low, y.min()), (entry.high, y.max())):
        if np.isfinite(bound):
            assert reached == pytest.approx(bound, abs=1e-5)
        else:
            assert abs(reached) > 900
    if np.isfinite(entry.steepest):
        assert abs(slope).max() == pytest.approx(entry.steepest, rel=1e-4)
        assert abs(slope).max() <= entry.steepest * (1 + 1e-12)
    else:
        assert entry.function(0) - entry.function(-1e-300) > 0.5, "only a jump is steeper than any number"


def test_every_function_with_a_slope_is_in_the_gallery_and_every_source_in_the_bibliography():
    public = {name for name, f in vars(act).items() if inspect.isfunction(f) and f.__module__ == act.__name__}
    public = {name for name in public if not name.startswith("_")}
    assert public == set(NAMES) | {f"{name}_slope" for name in NAMES} == set(TRUTH) | {f"{n}_slope" for n in TRUTH}
    keys = set(re.findall(r"@\w+\{([^,]+),", (ROOT / "book" / "references.bib").read_text(encoding="utf-8")))
    assert {entry.source for entry in act.GALLERY} - {""} <= keys
    for entry in act.GALLERY:
        assert (entry.function, entry.slope) == (getattr(act, entry.name), getattr(act, f"{entry.name}_slope"))


# ── One switch ───────────────────────────────────────────────────────────────────────────────────────────────────────

POINTS = (-3.0, -0.8, 0.0, 0.5, 2.2)


def average(function, density, x, low=-40.0, high=40.0):
    """Mean of function(x + z) over a z with this density, by quadrature that knows where the kink is."""
    at = min(max(-x, low), high)
    return sum(
        quad(lambda z: function(x + z) * density(z), a, b, epsabs=1e-13, epsrel=1e-12, limit=200)[0]
        for a, b in ((low, at), (at, high))
    )


@pytest.mark.parametrize(
    ("result", "function", "density"),
    [
        (act.probit, act.step, act.probit_slope),
        (act.erf, act.sign, act.probit_slope),
        (act.logistic, act.step, act.logistic_slope),
        (act.gaussian_ramp, act.relu, act.probit_slope),
        (act.softplus, act.relu, act.logistic_slope),
    ],
)
def test_averages_of_a_switch_and_of_its_integral(result, function, density):
    for x in POINTS:
        assert average(function, density, x) == pytest.approx(result(x), abs=1e-11)
    assert abs(average(function, lambda z: 2 * density(2 * z), 0.5) - result(0.5)) > 1e-2, "negative control"


def test_even_and_heavy_tailed_thresholds():
    for x in POINTS:
        assert average(act.sign, lambda u: 0.5, x, -1.0, 1.0) == pytest.approx(act.hard_tanh(x), abs=1e-12)
    below = quad(act.arctan_slope, -np.inf, -0.8)[0]
    assert below == pytest.approx(act.arctan(-0.8), abs=1e-10)


def test_selu_keeps_mean_and_variance_of_a_gaussian():
    moments = [average(lambda x, p=p: act.selu(x) ** p, act.probit_slope, 0.0) for p in (1, 2)]
    assert moments == pytest.approx([0, 1], abs=1e-12)
    plain = [average(lambda x, p=p: act.elu(x) ** p, act.probit_slope, 0.0) for p in (1, 2)]
    assert abs(plain[0]) > 0.1, "negative control: elu does not"


def test_identities():
    x = np.linspace(-30, 30, 601)
    assert np.allclose(act.tanh(x), 2 * act.logistic(2 * x) - 1, rtol=0, atol=1e-15)
    assert np.allclose(act.softplus(x) - act.softplus(-x), x, rtol=1e-14, atol=1e-14)
    assert np.allclose(act.gaussian_ramp(x) - act.gaussian_ramp(-x), x, rtol=1e-14, atol=1e-14)
    assert np.allclose(act.swish(x), x * act.softplus_slope(x), rtol=1e-15, atol=0)
    assert np.allclose(act.gelu(x), x * act.gaussian_ramp_slope(x), rtol=1e-15, atol=0)
    assert np.allclose(act.mish(x), x * act.tanh(act.softplus(x)), rtol=1e-13, atol=0)
    assert np.allclose(act.leaky_relu(x, leak=0.3), 0.7 * act.relu(x) + 0.3 * x, rtol=1e-14, atol=0)


# ── What may come in ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", NAMES)
def test_shapes_kinds_and_refusals(name):
    for function in (getattr(act, name), getattr(act, f"{name}_slope")):
        assert isinstance(function(1), np.float64)
        assert function([[1, 2, 3]]).shape == (1, 3)
        assert function(np.zeros((0, 2))).shape == (0, 2)
        assert function(np.float32(0.5)).dtype == np.float64
        x = np.array([-1.0, 2.0])
        function(x)
        assert x.tolist() == [-1, 2]
        with pytest.raises(ValueError, match="x must be finite"):
            function([0.0, np.nan])
        for bad in (1j, "1", True, None):
            with pytest.raises(TypeError, match="x must hold real numbers"):
                function(bad)


@pytest.mark.parametrize(
    ("function", "keywords", "message"),
    [
        (act.softplus, {"sharpness": 0}, "sharpness must be greater than 0, got 0"),
        (act.swish_slope, {"sharpness": -1.0}, "sharpness must be greater than 0"),
        (act.elu, {"alpha": 0.0}, "alpha must be greater than 0"),
        (act.leaky_relu_slope, {"leak": -0.1}, "leak must be at least 0, got -0.1"),
        (act.threshold_linear, {"gain": np.inf}, "gain must be finite"),
        (act.threshold_linear_slope, {"threshold": np.nan}, "threshold must be finite"),
    ],
)
def test_parameters_out_of_range_are_named(function, keywords, message):
    with pytest.raises(ValueError, match=re.escape(message)):
        function(1.0, **keywords)
