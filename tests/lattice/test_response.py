"""What the spins answer to their neighbours: on average over the Boltzmann law it is tanh(b / T), exactly."""

import numpy as np
import pytest
from harness import SIGNIFICANCE, cases
from scipy.stats import chi2

from spinlearn import exact
from spinlearn.lattice import all_up, ising, random_spins, square
from spinlearn.lattice.response import response, standard_error

UNIFORM = {name: case for name, case in cases().items() if np.ndim(case.J) == np.ndim(case.h) == 0}


def test_it_is_the_mean_over_the_sites_written_out(rng):
    for place in (square(6, 5), square(5, periodic=False)):
        spins = random_spins(place, rng=rng)
        found, flat = response(spins, place), spins.ravel()
        totals = np.array([sum(flat[j] for j in row if j >= 0) for row in place.neighbours])
        assert found.total.tolist() == sorted(set(totals))
        for total, m, error, sites in zip(*found, strict=True):
            here = flat[totals == total]
            assert (sites, m) == (len(here), here.mean())
            assert 0 < error < 1
        assert found.sites.sum() == place.size


@pytest.mark.parametrize("case", UNIFORM.values(), ids=UNIFORM)
def test_over_all_states_by_enumeration_it_is_the_law_of_one_spin(case):
    """Whatever the lattice, the coupling and the field. Averages at equal fields and law agree to rounding."""
    z = case.lattice.coordination
    sites, sums = np.zeros(2 * z + 1), np.zeros(2 * z + 1)
    for spins, weight in zip(exact.states(case.lattice.size), case.law(), strict=True):
        found = response(spins.reshape(case.lattice.shape), case.lattice)
        sites[found.total + z] += weight * found.sites
        sums[found.total + z] += weight * found.sites * found.m
    (met,) = np.nonzero(sites)
    assert len(met) >= 3
    np.testing.assert_allclose(
        sums[met] / sites[met], np.tanh((case.J * (met - z) + case.h) / case.T), rtol=0, atol=1e-13
    )


def surprise(T: float, T_of_the_spins: float, rng, wrong=False) -> float:
    """The chance of deviations from tanh(b / T) as large as those of a lattice of 256² spins after 60 sweeps."""
    place = square(256)
    spins = ising.simulate(random_spins(place, rng=rng), place, T_of_the_spins, 60, rule="metropolis", rng=rng).spins
    if wrong:  # one spin in fifty has been turned by something that does not look at its neighbours
        spins = np.where(rng.random(place.shape) < 0.02, -spins, spins)
    found = response(spins, place)
    off = (found.m - np.tanh(found.total / T)) / found.error
    return float(chi2.sf(np.sum(off**2) / 1.2, len(off)))  # neighbours know of each other: errors up to a tenth larger


@pytest.mark.parametrize("T", [1.5, 2.269, 4.0])
def test_metropolis_which_knows_no_tanh_answers_with_one(T, rng):
    assert surprise(T, T, rng) > SIGNIFICANCE


@pytest.mark.parametrize("T", [1.5, 2.269, 4.0])
def test_the_same_test_refuses_another_temperature_and_a_sampler_with_a_mistake(T, rng):
    assert surprise(T, 1.1 * T, rng) < 1e-9
    assert surprise(T, T, rng, wrong=True) < 1e-9


def test_a_mean_of_equal_spins_has_an_error_too():
    found = response(all_up(square(4)), square(4))
    assert (found.total.tolist(), found.m.tolist(), found.sites.tolist()) == ([4], [1.0], [16])
    assert found.error[0] == pytest.approx(np.sqrt((1 - (16 / 18) ** 2) / 18))
    assert standard_error(10**6, 0) == pytest.approx(1e-3, rel=1e-5)


def test_the_errors_are_as_large_as_they_say(rng):
    """Over 200 lattices of 48² at three temperatures, to a tenth."""
    place, off = square(48), []
    for T in (1.9, 2.5, 4.0):
        spins = random_spins(place, rng=rng) if T > 2.27 else all_up(place)
        spins = ising.simulate(spins, place, T, 300, rng=rng).spins
        for _ in range(200):
            spins = ising.simulate(spins, place, T, 12, order="sequential", rng=rng).spins
            found = response(spins, place)
            off += list(((found.m - np.tanh(found.total / T)) / found.error)[found.sites > 50])
    assert 0.9 < np.std(off) < 1.1


def test_what_is_no_configuration_is_refused():
    with pytest.raises(ValueError, match="spins"):
        response(np.ones((3, 3), dtype=np.int8), square(4))
    with pytest.raises(TypeError, match="lattice"):
        response(np.ones((3, 3), dtype=np.int8), "square")
