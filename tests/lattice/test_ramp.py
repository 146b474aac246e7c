"""Slow cooling to Tc: the protocol, the measures, and the Kibble-Zurek exponents."""

import math

import numpy as np
import pytest

from spinlearn.lattice import ising, ramp, square
from spinlearn.lattice.ramp import LENGTH_EXPONENT, STRUCTURE_EXPONENT, cross
from spinlearn.measure.growth import exponent
from spinlearn.measure.scaling import power_law

TC = 2 / math.log(1 + math.sqrt(2))


def test_the_ramp_is_straight_and_ends_at_tc():
    T = ramp.ramp(100.5, J=0.5, start=0.7)
    assert T[-1] == pytest.approx(TC / 2, rel=1e-15)
    assert np.diff(T) == pytest.approx(-TC / 2 / 100.5)
    assert 1.69 * TC / 2 < T[0] < 1.7 * TC / 2
    through = ramp.ramp(10, stop=1.0)
    assert through[-1] == 0
    assert through[9] == pytest.approx(TC)
    assert len(ramp.ramp(1)) == 1


def test_the_structure_factor_is_that_of_the_transform(rng):
    spins = rng.choice([-1, 1], size=(3, 12, 20))
    S = np.abs(np.fft.fft2(spins)) ** 2 / 240
    nine = S[:, [0, 0, 0, 1, 1, 1, -1, -1, -1], [0, 1, -1] * 3].mean(axis=1)
    assert ramp.structure(spins) == pytest.approx(nine, rel=1e-12)


def test_excess_is_counted_from_the_critical_energy(rng):
    run = cross(16, 4, copies=5, J=0.8, rng=np.random.default_rng(2))
    assert run.excess.shape == run.structure.shape == (5,)
    energies = run.excess - math.sqrt(2) * 0.8
    assert np.rint(energies / 0.8 * 64) == pytest.approx(energies / 0.8 * 64, abs=1e-9)  # steps of 4 J / 256
    assert ising.energy(np.ones((16, 16), dtype=int), square(16), J=0.8) / 256 == pytest.approx(-1.6)


def test_the_exponents_are_those_of_kibble_and_zurek(rng):
    """The energy with its correction, and the structure factor. Walls that move freely, xi ~ tau^(1/2), are refused."""
    taus = np.array([64, 128, 256, 512, 1024])
    runs = [cross(256, tau, copies=64, rng=rng) for tau in taus]
    values = [(run.excess.mean(), run.excess.std(ddof=1) / 8) for run in runs]
    plain, fit = power_law(taus, values), power_law(taus, values, omega=LENGTH_EXPONENT)
    structure = exponent(taus, np.stack([run.structure for run in runs], axis=1))
    print(plain, fit, structure)
    assert abs(fit.exponent + LENGTH_EXPONENT) < 4 * fit.error
    assert fit.error < 0.05
    assert abs(plain.exponent + LENGTH_EXPONENT) < 0.03  # the correction is 2 hundredths here
    assert abs(plain.exponent + 0.5) > 20 * plain.error
    assert abs(structure.value - STRUCTURE_EXPONENT) < 4 * structure.error
    assert structure.error < 0.06


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"tau": 0.5}, "tau must be at least 1"),
        ({"side": 9}, "side must be even"),
        ({"side": 1024}, "side must be at most 512"),
        ({"copies": 65}, "copies must be at most 64"),
        ({"start": 0.0}, "start must be greater than 0"),
        ({"J": 0.0}, "J must be greater than 0"),
    ],
)
def test_odd_arguments_are_refused(options, says, rng):
    before = rng.bit_generator.state
    with pytest.raises(ValueError, match=says):
        cross(**{"side": 8, "tau": 4.0} | options, rng=rng)
    assert rng.bit_generator.state == before
    with pytest.raises(ValueError, match="stop must be at most 1"):
        ramp.ramp(4, stop=1.5)
