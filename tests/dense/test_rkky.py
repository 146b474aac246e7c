"""Impurities in a metal: where they lie, how they are coupled, and that dense and lattice kernels take them."""

import harness
import numpy as np
import pytest
from harness import SIGNIFICANCE
from scipy.stats import chisquare

from spinlearn import exact
from spinlearn.dense import glass, rkky
from spinlearn.dense.branch import ground_state
from spinlearn.lattice import samples


def test_spins_lie_on_sites_of_their_own_anywhere(rng):
    counts = np.zeros(27)
    for _ in range(400):
        alloy = rkky.draw(3, 5, rng=rng)
        sites = alloy.positions @ [9, 3, 1]
        assert len(set(sites.tolist())) == 5
        counts[sites] += 1
    assert chisquare(counts).pvalue > SIGNIFICANCE / 10


def test_distances_are_the_shortest_of_all_images(rng):
    positions = rng.integers(7, size=(20, 3))
    images = np.array(np.meshgrid(*[[-7, 0, 7]] * 3)).reshape(3, -1).T
    truth = np.linalg.norm(positions[:, None, None] - positions[None, :, None] + images, axis=-1).min(axis=-1)
    np.testing.assert_allclose(rkky.distances(positions, 7), truth, atol=1e-12)


def test_couplings_are_the_formula_at_the_distances(rng):
    alloy = rkky.draw(6, 12, k_F=1.1, phase=0.4, J=2.0, rng=rng)
    r = rkky.distances(alloy.positions, 6)
    for i, j in np.argwhere(~np.eye(12, dtype=bool)):
        assert alloy.J[i, j] == pytest.approx(2 * np.cos(2.2 * r[i, j] + 0.4) / r[i, j] ** 3, abs=1e-14)
    assert not alloy.J.diagonal().any()
    assert alloy.scale == pytest.approx(2 * 12 / 216)


def test_ripples_repeat_after_their_period():
    r = np.linspace(1, 9, 50)
    ratio = (
        rkky.coupling(r + rkky.period(1.7), k_F=1.7) * (r + rkky.period(1.7)) ** 3 / (rkky.coupling(r, k_F=1.7) * r**3)
    )
    np.testing.assert_allclose(ratio, 1, rtol=1e-9)


def test_a_dilute_alloy_is_frustrated(rng):
    """Both signs as often, nearly, and in its ground state a share of the couplings is broken."""
    alloys = [rkky.draw(20, 30, rng=rng) for _ in range(40)]
    pairs = np.triu_indices(30, 1)
    negative = np.mean([(alloy.J[pairs] < 0).mean() for alloy in alloys])
    assert 0.4 < negative < 0.6
    for alloy in alloys[:5]:
        s = ground_state(alloy.J).spins
        broken = np.abs(alloy.J[pairs][(alloy.J * np.outer(s, s))[pairs] < 0]).sum()
        assert 0.01 < broken / np.abs(alloy.J[pairs]).sum() < 0.5


def test_temperatures_go_with_the_concentration(rng):
    """1 / r^3 in a volume 1 / c: the sizes of the strongest couplings of each spin are alike in units of the scale."""
    typical = []
    for side in (30, 60):
        alloys = [rkky.draw(side, 50, rng=rng) for _ in range(60)]
        typical.append(np.median([np.abs(one.J).max(axis=1) / one.scale for one in alloys]))
    assert typical[0] == pytest.approx(typical[1], rel=0.2)


def test_the_kernels_of_dense_glasses_and_of_lattices_have_its_law(rng):
    alloy = rkky.draw(4, 7, rng=rng)
    T = 2 * alloy.scale
    lattice, tables = glass.on_graph(alloy.J)
    law = exact.probabilities(lattice, T, J=tables[0])
    start = exact.states(7)[rng.choice(128, 20_000, p=law)]
    for final in (
        glass.simulate(start, alloy.J, T, 3, rng=rng).spins,
        samples.through(start, lattice, np.full(3, T), J=tables, rng=rng).spins,
    ):
        assert harness.chi_square(np.bincount((final > 0) @ (1 << np.arange(7)), minlength=128), law) > SIGNIFICANCE


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda rng: rkky.draw(1, 2, rng=rng), "side must be at least 2"),
        (lambda rng: rkky.draw(3, 28, rng=rng), "N must be at most 27"),
        (lambda rng: rkky.draw(3, 5, k_F=-1.0, rng=rng), "k_F must be at least 0"),
        (lambda rng: rkky.draw(3, 5, phase=np.nan, rng=rng), "phase must be finite"),
        (lambda rng: rkky.coupling(0.0, k_F=1.0), "r must be greater than 0"),
        (lambda rng: rkky.coupling(1e-200, k_F=1.0), "finite couplings"),
        (lambda rng: rkky.distances([[1, 2]], 4), "positions must have shape"),
        (lambda rng: rkky.period(0.0), "k_F must be greater than 0"),
    ],
)
def test_what_is_no_alloy_is_refused(call, message, rng):
    before = rng.bit_generator.state
    with pytest.raises((TypeError, ValueError), match=message):
        call(rng)
    assert rng.bit_generator.state == before
