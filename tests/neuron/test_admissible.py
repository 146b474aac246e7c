"""The theorem: what each verdict says is looked at again by another way."""

import math
from fractions import Fraction

import mpmath as mp
import numpy as np
import pytest

from spinlearn.neuron import activation, unit
from spinlearn.neuron.admissible import (
    REASONS,
    copies,
    first_negative,
    four_moments,
    hankel_determinants,
    logistic_masses,
    moments_from_cumulants,
    softplus_masses,
    verdicts,
)

FOUND = {verdict.name: verdict for verdict in verdicts()}
UNITS = [
    unit.spin(), unit.binary(), unit.three_states(1.0), unit.three_states(6.0), unit.sphere(), unit.brillouin(1.5),
    unit.half_gaussian(), unit.poisson(), unit.uniform(-1, 2),
    unit.mixed([unit.table([0], [1]), unit.half_gaussian()], [3, 1]),
]  # fmt: skip


def test_two_functions_of_the_gallery_are_responses_and_the_rest_are_not():
    assert list(FOUND) == [entry.name for entry in activation.GALLERY]
    assert {name for name, verdict in FOUND.items() if verdict.admissible} == {"tanh", "logistic"}
    kinds = {
        "a unit": {"tanh", "logistic"},
        "flat": {"step", "sign", "hard_tanh", "relu", "threshold_linear"},
        "kink": {"leaky_relu", "elu", "selu"},
        "falls": {"swish", "gelu", "mish"},
        "four moments": {"probit", "erf", "arctan", "gaussian_ramp"},
        "negative mass": {"softplus"},
    }
    assert set(kinds) == set(REASONS)
    for reason, names in kinds.items():
        assert {name for name, verdict in FOUND.items() if verdict.reason == reason} == names


def test_the_numbers_of_the_verdicts():
    assert FOUND["probit"].number == pytest.approx(2 - math.sqrt(2 * math.pi), rel=1e-13)
    assert FOUND["arctan"].number == pytest.approx(2 - 2 * math.pi, rel=1e-13)
    assert FOUND["erf"].number == pytest.approx(2 - math.sqrt(math.pi / 2) * math.exp(2), rel=1e-13)
    assert FOUND["softplus"].number == pytest.approx(-1 / 288)
    assert FOUND["gelu"].x == pytest.approx(-math.sqrt(2), abs=1e-6)  # where 2 - x^2 is 0
    for name in ("swish", "gelu", "mish"):
        f = getattr(activation, name)
        assert f.slope(FOUND[name].x) == pytest.approx(FOUND[name].number)
        assert FOUND[name].number < -0.09
        assert f(FOUND[name].x - 0.1) > f(FOUND[name].x + 0.1)
    assert [FOUND[name].order for name in ("leaky_relu", "elu", "selu")] == [1, 2, 1]
    assert FOUND["leaky_relu"].number == pytest.approx(0.99)
    assert FOUND["elu"].number == -1
    assert FOUND["selu"].number == pytest.approx(activation.SELU_SCALE * (1 - activation.SELU_ALPHA), abs=1e-4)


def derivatives(f, x):
    """First, second and third, by mpmath: of formulas that are written here once more."""
    with mp.workdps(40):
        return tuple(float(mp.diff(f, x, n)) for n in (1, 2, 3))


FORMULAS = {
    "probit": mp.ncdf,
    "erf": lambda x: 2 * mp.ncdf(x) - 1,
    "arctan": lambda x: mp.atan(x) / mp.pi,
    "gaussian_ramp": lambda x: x * mp.ncdf(x) + mp.npdf(x),
    "softplus": lambda x: mp.log(1 + mp.exp(x)),
    "tanh": mp.tanh,
    "logistic": lambda x: 1 / (1 + mp.exp(-x)),
}


@pytest.mark.parametrize("name", ["probit", "erf", "arctan", "gaussian_ramp"])
def test_four_moments_exclude_by_the_derivatives_themselves(name):
    verdict = FOUND[name]
    assert verdict.number < -0.5
    assert four_moments(*derivatives(FORMULAS[name], verdict.x)) == pytest.approx(verdict.number, rel=1e-12)


def test_softplus_passes_the_four_moments_and_two_states_are_the_boundary():
    for x in np.linspace(-6, 6, 13):
        assert four_moments(*derivatives(FORMULAS["tanh"], x)) == pytest.approx(0, abs=1e-9 * math.exp(2 * abs(x)))
        assert four_moments(*derivatives(FORMULAS["logistic"], x)) == pytest.approx(0, abs=1e-9 * math.exp(abs(x)))
        # (f' f''' + 2 f'^3 - f''^2) / f'^3 is 1 + logistic.
        found = four_moments(*derivatives(FORMULAS["softplus"], x))
        assert found == pytest.approx(1 + activation.logistic(x), rel=1e-9)


def test_probit_fails_at_each_field_and_erf_in_its_tails():
    x = np.linspace(-5, 5, 101)
    phi = activation.probit.slope(x)
    assert four_moments(phi, -x * phi, (x * x - 1) * phi) == pytest.approx(2 - 1 / phi, rel=1e-11)
    assert (2 - 1 / phi < 0).all()
    erf = four_moments(2 * phi, -2 * x * phi, 2 * (x * x - 1) * phi)
    turn = math.sqrt(2 * math.log(4 / math.sqrt(2 * math.pi)))
    assert ((erf < 0) == (np.abs(x) > turn)).all()


@pytest.mark.parametrize("made", UNITS, ids=lambda made: made.name)
def test_units_pass_the_four_moments(made):
    for x in (-2.0, -0.5, 0.0, 0.5, 2.0):
        h = 1e-3  # f'' and f''' from the slope, to some 1e-7
        v = made.slope(x + h * np.arange(-2, 3))
        second = (v[0] - 8 * v[1] + 8 * v[3] - v[4]) / (12 * h)
        third = (-v[0] + 16 * v[1] - 30 * v[2] + 16 * v[3] - v[4]) / (12 * h * h)
        assert four_moments(v[2], second, third) > -1e-6


def test_masses_of_softplus_are_those_of_the_series():
    masses = softplus_masses(6)
    assert masses[:5] == [1, 1, Fraction(1, 4), Fraction(1, 36), Fraction(-1, 288)]
    with mp.workdps(40):
        for c in (Fraction(1, 2), 1, 3):
            series = mp.taylor(
                lambda z, c=c: mp.exp(-mp.mpf(c.numerator) / c.denominator * mp.polylog(2, -z)), mp.mpf(0), 6
            )
            for ours, right in zip(softplus_masses(6, c), series, strict=True):
                assert float(ours) == pytest.approx(float(right), rel=1e-12, abs=1e-15)
    # They add up to exp(c pi^2 / 12), which is M at the field 0.
    total = sum(softplus_masses(60), Fraction(0))
    assert float(total) == pytest.approx(math.exp(math.pi**2 / 12), abs=1e-4)


def test_some_mass_is_negative_at_each_scale():
    found = {c: first_negative(c) for c in (Fraction(1, 16), Fraction(1, 4), Fraction(1, 2), 1, 2, 3, 4, 8)}
    assert [state for state, _ in found.values()] == [2, 2, 4, 4, 8, 10, 12, 22]
    assert found[2][1] == Fraction(-139, 423360)
    assert all(mass < 0 for _, mass in found.values())
    # As far out as the branch point at z = -1 alone decides: even masses negative, odd ones not.
    masses = [float(m) for m in softplus_masses(120)]
    k = np.arange(80, 121)
    predicted = -((-1.0) ** k) * math.exp(-(math.pi**2) / 6) / k**2
    assert np.array(masses)[80:] == pytest.approx(predicted, rel=0.12)
    with pytest.raises(RuntimeError, match="up to the state 20"):
        first_negative(16, at_most=20)


def test_part_of_a_switch_is_no_unit():
    assert logistic_masses(7, 7) == [math.comb(7, k) for k in range(8)]
    for c in (Fraction(1, 2), Fraction(3, 2), Fraction(7, 3), Fraction(49, 10)):
        masses = logistic_masses(12, c)
        assert next(k for k, mass in enumerate(masses) if mass < 0) == math.floor(c) + 2


def test_small_copies_by_hand():
    """The mass of the state 2 is c (c - 1/2) / 2: negative below half a copy."""
    for c in (Fraction(1, 3), Fraction(49, 100), Fraction(1, 2), Fraction(51, 100)):
        assert softplus_masses(2, c)[2] == c * (c - Fraction(1, 2)) / 2
        assert (softplus_masses(2, c)[2] < 0) == (c < Fraction(1, 2))


def softplus_cumulants(n):
    """Cumulants 1 ... n of softplus at the field 0 about the mean: derivatives of the logistic, exactly."""
    polynomial, out = [Fraction(0), Fraction(1)], [Fraction(0)]
    for _ in range(n - 1):
        out.append(sum(a * Fraction(1, 2) ** k for k, a in enumerate(polynomial)))
        steps = [k * a for k, a in enumerate(polynomial)][1:]
        polynomial = [Fraction(0)] * (len(steps) + 2)
        for k, a in enumerate(steps):  # s' = s - s^2
            polynomial[k + 1] += a
            polynomial[k + 2] -= a
    return out


def test_determinants_of_moments_exclude_softplus_too():
    signs = hankel_determinants(moments_from_cumulants(softplus_cumulants(12)))
    assert all(each > 0 for each in signs[:6])
    assert signs[6] < 0  # moments to the twelfth
    assert float(signs[6]) == pytest.approx(-0.0026272535, rel=1e-7)
    uniform = [Fraction(1, k + 1) if k % 2 == 0 else Fraction(0) for k in range(13)]
    assert all(each > 0 for each in hankel_determinants(uniform))
    assert hankel_determinants([Fraction(1), 0, 1, 0, 1])[-1] == 0  # two states
    matrix = np.array([[1, 2, 0], [2, 0, 3], [0, 3, 1.0]])
    assert hankel_determinants([Fraction(a) for a in (1, 2, 0, 3, 1)])[-1] == round(np.linalg.det(matrix))


def test_moments_of_a_poisson_law():
    """Its cumulants are all 1, and its moments the numbers of Bell."""
    assert moments_from_cumulants([1] * 6) == [1, 1, 2, 5, 15, 52, 203]


def test_copies_are_binary_units_with_thresholds(rng):
    made = copies(5, sharpness=0.8, offset=0.4)
    ones = [unit.binary().biased(-(0.8**2) * (i + 0.4)).scaled(0.8) for i in range(5)]
    together = unit.total(ones)
    x = np.array([-200.0, -2.0, -1e-9, 0.0, 1e-9, 0.3, 3.0, 200.0])
    for ours, right in ((made.K, together.K), (made.response, together.response), (made.slope, together.slope)):
        np.testing.assert_allclose(ours(x), right(x), rtol=1e-13, atol=1e-300)
    drawn = made.sample(1.0, 20_000, rng=rng)
    assert drawn.mean() == pytest.approx(made.response(1.0), abs=4.5 * math.sqrt(made.slope(1.0) / 20_000))
    assert drawn.max() <= made.high == 4.0


def test_fine_copies_are_nearer_to_a_blunt_softplus():
    for k in (0.25, 0.5):
        x = np.linspace(-10 / k, 10 / k, 2001)
        apart = np.abs(copies(400, sharpness=k).response(x) - activation.softplus(x, sharpness=k)).max()
        assert apart == pytest.approx(k**3 / 96, rel=0.02)


def test_an_even_population_recruits_as_relu_does():
    """Switches with thresholds spread evenly over (0, R): the share that is on is x / R, the count a rectifier."""
    from spinlearn.neuron.population import mean_activity

    spread = 10.0
    R = math.sqrt(12) * spread
    x = np.linspace(-5, R, 300)
    assert R * mean_activity(x - R / 2, "even", spread=spread) == pytest.approx(activation.relu(x), abs=1e-12)


@pytest.mark.parametrize(
    ("call", "error", "text"),
    [
        (lambda: softplus_masses(-1), ValueError, "n must be at least 0"),
        (lambda: softplus_masses(3, 0), ValueError, "copies must be greater than 0"),
        (lambda: softplus_masses(3, 0.5), TypeError, "copies must be a whole number or a Fraction"),
        (lambda: first_negative(at_most=1), ValueError, "at_most must be at least 2"),
        (lambda: four_moments(0.0, 1.0, 1.0), ValueError, "first must be above 0"),
        (lambda: four_moments([1.0, 2.0], [1.0, 2.0, 3.0], 1.0), ValueError, "do not fit together"),
        (lambda: copies(0), ValueError, "n must be at least 1"),
        (lambda: copies(3, sharpness=0), ValueError, "sharpness must be greater than 0"),
    ],
)
def test_bad_input_is_named(call, error, text):
    with pytest.raises(error, match=text):
        call()
