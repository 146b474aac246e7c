"""Activation functions against mpmath, from 1e-12 to the far tails, and against what each is made from."""

import copy
import inspect
import pickle
import re
import warnings
from fractions import Fraction
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
    assert worst(getattr(act, name).slope, slope) < 1e-14


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
        "gaussian_ramp": lambda x: x * act.probit(x) + act.probit.slope(x),
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
        (act.softplus.slope, {"sharpness": 4.0}, lambda x: logistic(4 * x)),
        (act.swish, {"sharpness": 0.5}, lambda x: x * logistic(x / 2)),
        (act.swish.slope, {"sharpness": 0.5}, lambda x: (logistic(x / 2), x / 2 * logistic(x / 2) * logistic(-x / 2))),
        (act.elu, {"alpha": 1.7}, lambda x: x if x >= 0 else mp.mpf(1.7) * mp.expm1(x)),
        (act.elu.slope, {"alpha": 1.7}, lambda x: one if x >= 0 else mp.mpf(1.7) * mp.exp(x)),
        (act.leaky_relu, {"leak": 0.2}, lambda x: x if x >= 0 else mp.mpf(0.2) * x),
        (act.leaky_relu.slope, {"leak": 0.2}, lambda x: one if x >= 0 else mp.mpf(0.2)),
        (act.threshold_linear, {"threshold": -0.5, "gain": 3.0}, lambda x: 3 * max(mp.mpf(0), x + mp.mpf(0.5))),
        (act.threshold_linear.slope, {"threshold": -0.5, "gain": 3.0}, lambda x: mp.mpf(3 * (x >= -0.5))),
    ],
)
def test_parameters(function, keywords, truth):
    assert worst(lambda x: function(x, **keywords), truth) < 1e-14


@pytest.mark.parametrize("entry", act.GALLERY, ids=NAMES)
def test_the_gallery_tells_range_and_steepest_slope(entry):
    x = np.concatenate([-np.logspace(5, -5, 3001), [0], np.logspace(-5, 5, 3001), np.linspace(-4, 4, 80_001)])
    y, slope = entry(x), entry.slope(x)
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
        assert entry(0) - entry(-1e-300) > 0.5, "only a jump is steeper than any number"


def test_the_gallery_holds_every_activation_and_every_source_is_in_the_bibliography():
    public = {name: value for name, value in vars(act).items() if isinstance(value, act.Activation)}
    assert list(public) == NAMES == [entry.name for entry in public.values()]
    assert set(NAMES) == set(TRUTH)
    keys = set(re.findall(r"@\w+\{([^,]+),", (ROOT / "book" / "references.bib").read_text(encoding="utf-8")))
    assert {entry.source for entry in act.GALLERY} - {""} <= keys


@pytest.mark.parametrize("entry", act.GALLERY, ids=NAMES)
def test_an_activation_is_itself_wherever_it_goes(entry):
    """In another process, by its name, and in what is shown of it: text, parameters and source."""
    assert pickle.loads(pickle.dumps(entry)) is entry is getattr(act, entry.__name__)
    assert copy.deepcopy(entry) is entry
    for part in (
        "Parameters",
        "Returns",
        "Raises",
        "Notes",
        "Examples",
        entry.formula,
        entry.source,
        *entry.parameters,
    ):
        assert part in entry.__doc__
    for function in (entry, entry.slope):
        x, *keywords = inspect.signature(function).parameters.values()
        assert (x.name, {p.name: p.default for p in keywords}) in (("x", entry.parameters), ("x", {}))
    assert f"def {entry.name}(x" in inspect.getsource(entry)
    assert "slope" not in inspect.getsource(entry).split('"""')[2]


def test_what_is_shown_of_a_slope_is_its_formula():
    assert "e = np.exp(-2 * np.abs(x))" in inspect.getsource(act.tanh.slope)


def relu(x):
    return max(mp.mpf(0), x)


# Where |x| is at least 1e300 every function is its own asymptote to all digits.
FAR = {
    **dict.fromkeys(("step", "logistic", "probit"), lambda x: mp.mpf(x > 0)),
    **dict.fromkeys(("sign", "hard_tanh", "tanh", "erf"), lambda x: mp.sign(x)),
    **dict.fromkeys(("relu", "threshold_linear", "softplus", "gaussian_ramp", "swish", "gelu", "mish"), relu),
    "arctan": lambda x: one if x > 0 else -1 / (mp.pi * x),
    "leaky_relu": lambda x: relu(x) + mp.mpf(0.01) * min(mp.mpf(0), x),
    "elu": lambda x: x if x > 0 else -one,
    "selu": lambda x: lam * (x if x > 0 else -alpha),
}

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
        (act.probit, act.step, act.probit.slope),
        (act.erf, act.sign, act.probit.slope),
        (act.logistic, act.step, act.logistic.slope),
        (act.gaussian_ramp, act.relu, act.probit.slope),
        (act.softplus, act.relu, act.logistic.slope),
    ],
)
def test_averages_of_a_switch_and_of_its_integral(result, function, density):
    for x in POINTS:
        assert average(function, density, x) == pytest.approx(result(x), abs=1e-11)
    assert abs(average(function, lambda z: 2 * density(2 * z), 0.5) - result(0.5)) > 1e-2, "negative control"


def test_even_and_heavy_tailed_thresholds():
    for x in POINTS:
        assert average(act.sign, lambda u: 0.5, x, -1.0, 1.0) == pytest.approx(act.hard_tanh(x), abs=1e-12)
    below = quad(act.arctan.slope, -np.inf, -0.8)[0]
    assert below == pytest.approx(act.arctan(-0.8), abs=1e-10)


def test_selu_keeps_mean_and_variance_of_a_gaussian():
    moments = [average(lambda x, p=p: act.selu(x) ** p, act.probit.slope, 0.0) for p in (1, 2)]
    assert moments == pytest.approx([0, 1], abs=1e-12)
    plain = [average(lambda x, p=p: act.elu(x) ** p, act.probit.slope, 0.0) for p in (1, 2)]
    assert abs(plain[0]) > 0.1, "negative control: elu does not"


def test_identities():
    x = np.linspace(-30, 30, 601)
    assert np.allclose(act.tanh(x), 2 * act.logistic(2 * x) - 1, rtol=0, atol=1e-15)
    assert np.allclose(act.softplus(x) - act.softplus(-x), x, rtol=1e-14, atol=1e-14)
    assert np.allclose(act.gaussian_ramp(x) - act.gaussian_ramp(-x), x, rtol=1e-14, atol=1e-14)
    assert np.allclose(act.swish(x), x * act.softplus.slope(x), rtol=1e-15, atol=0)
    assert np.allclose(act.gelu(x), x * act.gaussian_ramp.slope(x), rtol=1e-15, atol=0)
    assert np.allclose(act.mish(x), x * act.tanh(act.softplus(x)), rtol=1e-13, atol=0)
    assert np.allclose(act.leaky_relu(x, leak=0.3), 0.7 * act.relu(x) + 0.3 * x, rtol=1e-14, atol=0)


# ── What may come in ─────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("name", NAMES)
def test_shapes_kinds_and_refusals(name):
    for function in (getattr(act, name), getattr(act, name).slope):
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
    ("function", "keywords", "truth"),
    [
        (act.softplus, {"sharpness": 1e10}, lambda x: x if x > 0 else mp.mpf(0)),
        (act.softplus.slope, {"sharpness": 1e10}, lambda x: mp.mpf(x > 0)),
        (act.softplus, {"sharpness": 1e-300}, lambda x: mp.log1p(mp.exp(mp.mpf(1e-300) * x)) / mp.mpf(1e-300)),
        (act.swish, {"sharpness": 1e10}, lambda x: x if x > 0 else mp.mpf(0)),
        (act.swish.slope, {"sharpness": 1e10}, lambda x: mp.mpf(x > 0)),
        (act.elu, {"alpha": 1e300}, lambda x: x if x > 0 else -mp.mpf(1e300)),
        (act.leaky_relu, {"leak": 0.0}, lambda x: x if x > 0 else mp.mpf(0)),
        (act.threshold_linear, {"threshold": -1e308, "gain": 1e-9}, lambda x: mp.mpf(1e-9) * max(0, x + mp.mpf(1e308))),
        *((act.GALLERY[k], {}, lambda x, k=k: FAR[NAMES[k]](x)) for k in range(len(NAMES))),
    ],
)
def test_values_at_the_ends_of_what_floats_hold(function, keywords, truth):
    """No overflow on the way to a value that floats can hold, and no NaN, from 1e300 to the largest number over 1.1."""
    ends = np.array([s * x for x in (1e300, 1.6e308) for s in (1, -1)])
    assert worst(lambda x: function(x, **keywords), truth, ends) < 1e-14


@pytest.mark.parametrize("entry", act.GALLERY, ids=NAMES)
def test_no_finite_input_and_parameter_gives_nan_or_a_warning(entry):
    largest, tiny = np.finfo(float).max, 5e-324
    x = np.array([s * v for v in (0.0, tiny, 1e-308, 1e-160, 1.0, 40.0, 745.2, 1e154, 1e300, largest) for s in (1, -1)])
    values = {"threshold": (-largest, largest), "leak": (0.0, tiny, largest)}
    settings = [{}] + [{name: v} for name in entry.parameters for v in values.get(name, (tiny, 1e-300, 1e300, largest))]
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for keywords in settings:
            for function in (entry, entry.slope):
                y = function(x, **keywords)
                assert not np.isnan(y).any(), keywords
                np.testing.assert_array_equal(y, [function(v, **keywords) for v in x])


def test_kinds_of_numbers():
    for half in (np.float16(0.5), np.array(0.5), [0.5], (0.5,)):
        assert np.ravel(act.tanh(half))[0] == act.tanh(0.5)
    for half in (Fraction(1, 2), np.float16(0.5)):
        assert act.softplus(-1.0, sharpness=half) == act.softplus(-1.0, sharpness=0.5)
    assert act.leaky_relu(np.uint8(200), leak=np.uint8(2)) == 200
    assert act.relu(np.array([200], dtype=np.uint8)).tolist() == [200.0]
    assert act.threshold_linear(np.uint8(1), threshold=np.uint8(2), gain=10**300) == 0
    with pytest.raises(ValueError, match="gain must fit into a float"):
        act.threshold_linear(1.0, gain=10**400)


@pytest.mark.parametrize(
    ("function", "keywords", "message"),
    [
        (act.softplus, {"sharpness": 0}, "sharpness must be greater than 0, got 0"),
        (act.swish.slope, {"sharpness": -1.0}, "sharpness must be greater than 0"),
        (act.elu, {"alpha": 0.0}, "alpha must be greater than 0"),
        (act.leaky_relu.slope, {"leak": -0.1}, "leak must be at least 0, got -0.1"),
        (act.threshold_linear, {"gain": np.inf}, "gain must be finite"),
        (act.threshold_linear.slope, {"threshold": np.nan}, "threshold must be finite"),
        (act.softplus, {"leak": 1.0}, "leak is no parameter of this function; it has sharpness"),
        (act.tanh.slope, {"gain": 1.0}, "gain is no parameter of this function; it has none"),
        (act.elu, {"alpha": "1"}, "alpha must be a real number, not str"),
        (act.elu, {"alpha": np.array([1.0])}, "alpha must be a real number, not ndarray"),
    ],
)
def test_parameters_out_of_range_are_named(function, keywords, message):
    with pytest.raises((TypeError, ValueError), match=re.escape(message)):
        function(1.0, **keywords)
