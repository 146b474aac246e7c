"""Every function of the wing at the ends of the floating-point numbers, and with odd types."""

import numpy as np
import pytest
from extremes import POSITIVE, REAL, at_all_extremes, with_odd_types

from spinlearn import meanfield

MATRIX = 0.1 * np.array([[0, 1, 0.5], [1, 0, -0.3], [0.5, -0.3, 0]])  # weak: the echo settles at T = 1/3 as well
T, h, Tc, m = POSITIVE, REAL, POSITIVE, (-1.0, -0.3, 0.0, 1e-300, 1.0)
THREE = {"T": T, "h": h, "Tc": Tc}
READING = {"Q": (0.0, *POSITIVE), "sharpness": POSITIVE, "centre": h}
CALLS = {
    "magnetisation": (lambda T=0.5, **rest: meanfield.magnetisation(T, **rest), THREE),
    "stable branch": (lambda T=0.5, **rest: meanfield.branches(T, **rest).stable, THREE),
    "susceptibility": (lambda T=0.5, **rest: meanfield.susceptibility(T, **rest), THREE),
    "spinodal_field": (lambda T=0.5, **rest: meanfield.spinodal_field(T, **rest), {"T": T, "Tc": Tc}),
    "spinodal_magnetisation": (lambda T=0.5, **rest: meanfield.spinodal_magnetisation(T, **rest), {"T": T, "Tc": Tc}),
    "energy": (lambda m=0.5, **rest: meanfield.energy(m, **rest), {"m": m, "h": h, "Tc": Tc}),
    "entropy": (lambda m=0.5: meanfield.entropy(m), {"m": m}),
    "free_energy": (lambda m=0.5, T=0.5, **rest: meanfield.free_energy(m, T, **rest), {"m": m, **THREE}),
    "landau": (lambda T=0.5, **rest: meanfield.landau(T, **rest), THREE),
    "bethe": (lambda T=2.0, z=4, **rest: meanfield.bethe(T, z=z, **rest), {"T": T, "h": h, "J": REAL}),
    "tap_magnetisation": (
        lambda T=2.0, z=4, **rest: meanfield.tap_magnetisation(T, z=z, **rest),
        {"T": T, "h": h, "J": REAL},
    ),
    "bethe_critical_temperature": (lambda J=1.0, z=4: meanfield.bethe_critical_temperature(z=z, J=J), {"J": REAL}),
    "tap_critical_temperature": (lambda J=1.0, z=4: meanfield.tap_critical_temperature(z=z, J=J), {"J": REAL}),
    "curie_weiss": (lambda T=0.5, N=9, **rest: meanfield.curie_weiss(N, T, **rest), THREE),
    "steps": (lambda T=0.5, N=9, **rest: meanfield.steps(N, T, **rest), THREE),
    "passage_time": (
        lambda T=0.5, N=9, start=0.5, target=-0.5, **rest: meanfield.passage_time(
            N, T, start=start, target=target, **rest
        ),
        THREE,
    ),
    "kramers_time": (lambda T=0.5, N=1000, **rest: meanfield.kramers_time(N, T, **rest), THREE),
    "evolve": (lambda T=0.5, h=0.1, **rest: meanfield.evolve([0.5, 0.5], T, [h], **rest), THREE),
    "walk": (
        lambda T=0.5, h=0.1, N=9, **rest: meanfield.walk(N, T, [h], rng=np.random.default_rng(1), **rest),
        THREE,
    ),
    "flow": (lambda T=0.5, h=0.1, m=0.5, **rest: meanfield.flow(m, T, [h], **rest), THREE),
    "gaussian_response": (
        lambda T=0.5, b=0.3, spread=0.2: meanfield.gaussian_response(b, T, spread=spread),
        {"T": T, "b": h, "spread": (0.0, *POSITIVE)},
    ),
    "gaussian_magnetisation": (
        lambda T=0.5, spread=0.2, **rest: meanfield.gaussian_magnetisation(T, spread=spread, **rest),
        {**THREE, "spread": (0.0, *POSITIVE)},
    ),
    "quench_temperature": (
        lambda t=0.1, Q=0.5, T0=1.5, **rest: meanfield.quench_temperature(t, Q, T0, **rest),
        {"t": h, "Q": (0.0, *POSITIVE), "T0": POSITIVE, "rate": POSITIVE, "start": (-1e300, 0.0, 2.5)},
    ),
    "mean_field_area": (
        lambda depth=0.1, **rest: meanfield.mean_field_area(depth, **rest),
        {"depth": (0.0, *POSITIVE), "Tc": POSITIVE},
    ),
    "mean_field_count": (
        lambda Q=0.5, T0=1.5, **rest: meanfield.mean_field_count(Q, T0, **rest),
        {"Q": (0.0, *POSITIVE), "T0": POSITIVE, "Tc": POSITIVE, "rate": POSITIVE},
    ),
    "literal_count": (lambda Q=0.5, **rest: meanfield.literal_count(Q, **rest), READING),
    "flipped_count": (lambda Q=0.5, **rest: meanfield.flipped_count(Q, **rest), READING),
    "logistic_count": (lambda Q=0.5: meanfield.logistic_count(Q), {"Q": (0.0, *POSITIVE)}),
    "printed_count": (lambda Q=0.5, **rest: meanfield.printed_count(Q, **rest), {"Q": h, "constant": h}),
    "corrected_count": (
        lambda Q=0.5, T0=1.5, **rest: meanfield.corrected_count(Q, T0, **rest),
        {**READING, "T0": h, "rate": (1e-3, 2.5)},
    ),
    "sharp_count": (
        lambda Q=0.5, T0=1.5, **rest: meanfield.sharp_count(Q, T0, **rest),
        {"Q": (0.0, *POSITIVE), "T0": h, "Tc": POSITIVE, "rate": POSITIVE},
    ),
    "elu_distance": (lambda alpha=0.5, **rest: meanfield.elu_distance(alpha, **rest), {"alpha": POSITIVE}),
    "naive": (lambda T=3.0, matrix=MATRIX, h=0.1: meanfield.naive(matrix, T, h=h), {"T": (1e-300, 2.5, 1e300), "h": h}),
    "tap": (lambda T=3.0, matrix=MATRIX, h=0.1: meanfield.tap(matrix, T, h=h), {"T": (1e-300, 2.5, 1e300), "h": h}),
}
# A logarithm, a time or a count too large for a float, and the susceptibility at Tc.
MAY_BE_INFINITE = {"susceptibility", "curie_weiss", "passage_time", "kramers_time", "mean_field_count", "sharp_count"}
each = pytest.mark.parametrize("name", CALLS)
MORE = {
    "bethe": ("z",),
    "tap_magnetisation": ("z",),
    "bethe_critical_temperature": ("z",),
    "tap_critical_temperature": ("z",),
    "curie_weiss": ("N",),
    "steps": ("N",),
    "passage_time": ("N", "start", "target"),
    "kramers_time": ("N",),
    "walk": ("N",),
    "flow": ("m",),
    "naive": ("matrix",),
    "tap": ("matrix",),
}


@pytest.mark.slow
@each
def test_no_number_makes_a_nan_or_a_warning(name):
    function, values = CALLS[name]
    assert at_all_extremes(function, name in MAY_BE_INFINITE, **values) > 0


@each
def test_what_is_refused_is_named(name):
    function, values = CALLS[name]
    names = [argument for argument in (*values, *MORE.get(name, ())) if not (argument == "h" and name in FIELDS)]
    assert {argument for argument, _ in with_odd_types(function, *names, infinite=name in MAY_BE_INFINITE)} == set(
        names
    )


FIELDS = ("evolve", "walk", "flow")  # there the field is an array, `fields`


def test_susceptibility_far_below_the_critical_temperature():
    """There Tc (1 - m^2) is nothing beside T: dm/dh = (1 - m^2) / T, 4 exp(-2 Tc / T) / T, which is 0 at T = 1e-17."""
    assert meanfield.susceptibility(1e-17) == 0
    T = np.array([0.01, 0.02, 0.05])
    np.testing.assert_allclose(meanfield.susceptibility(T), 4 * np.exp(-2 / T) / T, rtol=1e-12)
