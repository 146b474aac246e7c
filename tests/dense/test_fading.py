"""The curves of memories that fade: against the modules that have them one by one, and against plain quadrature."""

import math

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import norm

from spinlearn.dense import capacity, crosstalk, diluted, fading, graded, threshold_linear

GAINS = (1.05, 1.3, 2.0, 5.0, 10.0)


def mean(f) -> float:
    """Of f(z), z normal."""
    return quad(lambda z: f(z) * norm.pdf(z), -9, 9, limit=400, points=[-1, 0, 1])[0]


def naive_step(activation, alpha, m, q, gain):
    """One step of the map from its definition: the averages over the noise at both bits."""
    noise = math.sqrt(alpha * q)
    g = {
        "sign": np.sign, "tanh": lambda h: np.tanh(gain * h), "best": lambda h: np.tanh(h / alpha),
        "rectifier": lambda h: max(h, 0.0),
    }[activation]  # fmt: skip
    up, down = (
        [mean(lambda z, x=x, k=k: g(x * m + noise * z) ** k) for k in (1, 2)] for x in (1, -1)
    )  # fmt: skip
    first, middle, square = (up[0] - down[0]) / 2, (up[0] + down[0]) / 2, (up[1] + down[1]) / 2
    seen = first / math.sqrt(square - middle**2)
    if activation == "rectifier":
        first, square = first / math.sqrt(square), 1.0
    return first, square, seen


@pytest.mark.parametrize("activation", fading.UNITS)
@pytest.mark.parametrize(("alpha", "m", "q"), [(0.1, 0.9, 0.95), (0.5, 0.4, 0.5), (0.9, 0.1, 0.3)])
def test_a_step_is_what_its_definition_says(activation, alpha, m, q):
    found = fading.step(activation, alpha, m, q, gain=3.0)
    assert found == pytest.approx(naive_step(activation, alpha, m, q, 3.0), abs=2e-6)
    other = {"sign": "best", "best": "tanh", "tanh": "rectifier", "rectifier": "sign"}[activation]  # the control
    assert found != pytest.approx(naive_step(other, alpha, m, q, 3.0), abs=1e-3)


@pytest.mark.parametrize("load", [0.02, 0.1, 0.3, 0.5, 0.6, 0.63, 0.8, 0.95])
def test_signs_and_the_best_activation_are_those_of_diluted(load):
    assert fading.overlap("sign", load) == pytest.approx(diluted.overlap(load), abs=1e-8)
    assert fading.overlap("best", load) == pytest.approx(diluted.best_overlap(load), abs=1e-8)


def test_the_ends_are_the_known_ones():
    assert fading.end("sign") == pytest.approx(diluted.capacity(), abs=1e-10)
    assert fading.end("best") == pytest.approx(1.0, abs=1e-10)
    assert fading.end("rectifier") == threshold_linear.hebbian(graded.binary(0.5)).alpha
    assert fading.end("x2") == pytest.approx(capacity.retrieval_limit(0.0).alpha, abs=1e-10)
    for n in (3, 4):
        assert fading.end(f"x{n}") == pytest.approx(crosstalk.last_load(n).load, abs=1e-10)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.99])
def test_memory_units_are_those_of_capacity_and_crosstalk(share):
    load = share * fading.end("x2")
    assert fading.overlap("x2", load) == pytest.approx(capacity.retrieval(load, 0.0).m, abs=1e-8)
    for n in (3, 4):
        load = share * fading.end(f"x{n}")
        assert fading.overlap(f"x{n}", load) == pytest.approx(crosstalk.retrieved(load, n), abs=1e-8)


@pytest.mark.parametrize("load", [0.05, 0.25, 0.45])
def test_a_rectifier_is_the_hebbian_threshold_linear_unit(load):
    """At the load of Treves's formula with w = 0 and binary patterns of f = 1/2."""
    v = math.sqrt(1 / (2 * load) - 1)
    first, square = ([mean(lambda z, x=x, k=k: max(x * v + z, 0.0) ** k) for x in (1, -1)] for k in (1, 2))
    x = (first[0] - first[1]) / 2
    assert (x / v) ** 2 / (sum(square) / 2) == pytest.approx(load, abs=1e-7)
    seen = x / math.sqrt(sum(square) / 2 - (sum(first) / 2) ** 2)
    assert fading.overlap("rectifier", load) == pytest.approx(seen, abs=1e-6)


@pytest.mark.parametrize("gain", GAINS)
def test_points_of_the_curve_of_tanh_are_fixed_points(gain):
    found = fading.curve("tanh", 12, gain=gain)
    assert (np.diff(found.load) > 0).all()
    assert (np.diff(found.overlap) < 1e-9).all()
    for load, overlap in zip(found.load[1:-1], found.overlap[1:-1], strict=True):
        if overlap > 0.15:  # closer to its end it takes too long
            m = q = 1.0
            for _ in range(2000):
                m, q, seen = fading.step("tanh", load, m, q, gain=gain)
            assert seen == pytest.approx(overlap, abs=2e-5)
        assert overlap <= diluted.best_overlap(load) + 1e-9  # no activation does better


def test_the_end_of_tanh_is_where_a_small_overlap_neither_grows_nor_falls():
    for gain in GAINS:
        end = fading.end("tanh", gain=gain)
        assert 2 / math.pi < end < 1
        for factor, grows in ((0.97, True), (1.03, False)):
            m, q = 1e-4, 0.5
            for _ in range(2000):
                m, q, _ = fading.step("tanh", factor * end, 1e-4, q, gain=gain)
            assert (m > 1e-4) == grows
    ends = [fading.end("tanh", gain=gain) for gain in GAINS]
    assert ends == sorted(ends, reverse=True)
    assert fading.end("tanh", gain=1.0) == fading.overlap("tanh", 0.1, gain=1.0) == 0


@pytest.mark.parametrize("activation", [name for name in fading.ACTIVATIONS if name != "exp"])
def test_a_curve_agrees_with_the_overlap_at_its_loads(activation):
    found = fading.curve(activation, 9)
    assert found.load[0] == 0
    assert found.overlap[0] == 1
    assert found.load[-1] == fading.end(activation)
    assert [fading.overlap(activation, load) for load in found.load[:-1]] == pytest.approx(found.overlap[:-1], abs=1e-6)
    assert fading.overlap(activation, found.load[-1] * 1.0001) == 0


def test_the_fall_is_step_after_step():
    for activation in fading.UNITS:
        found = np.empty(9)
        fading.fill_fall(fading.ACTIVATIONS[activation], 2.0, 0.3, found)
        m, q = (math.sqrt(0.5) if activation == "rectifier" else 1.0), 1.0
        seen = [1.0]
        for _ in range(8):
            m, q, overlap = fading.step(activation, 0.3, m, q)
            seen.append(overlap)
        np.testing.assert_array_equal(found, seen)


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (lambda: fading.curve("relu"), ValueError, "activation must be one of 'sign'"),
        (lambda: fading.curve("exp"), ValueError, "must not be 'exp'"),
        (lambda: fading.curve("sign", 1), ValueError, "points must be at least 2"),
        (lambda: fading.overlap("sign", -1), ValueError, "load must be at least 0"),
        (lambda: fading.overlap("tanh", 0.1, gain=0), ValueError, "gain must be greater than 0"),
        (lambda: fading.step("x2", 0.1, 1.0, 1.0), ValueError, "activation must be one of units"),
        (lambda: fading.step("sign", 0, 1.0, 1.0), ValueError, "load must be greater than 0"),
    ],
)
def test_what_cannot_be_is_refused(call, error, text):
    with pytest.raises(error, match=text):
        call()
