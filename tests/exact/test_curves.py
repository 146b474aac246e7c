"""The formulas as they are printed, against those of the library that keep every digit."""

import math

import numpy as np
import pytest

from spinlearn import exact
from spinlearn.exact import curves
from spinlearn.lattice import square

T = np.r_[np.linspace(0.8, 2.2, 9), 2.26, 2.2691853, 2.2692, 2.3, np.linspace(2.4, 6, 9)]


@pytest.mark.parametrize("side", [2, 3, 4, 8, 31, 64, 128])
def test_the_torus_is_kaufmans(side):
    found = np.array([curves.torus_moments(side, 1 / t) for t in T])
    known = exact.kaufman(side, side, T)
    np.testing.assert_allclose(found[:, 0], known.e, rtol=0, atol=1e-12)
    np.testing.assert_allclose(found[:, 1], known.c, rtol=0, atol=2e-11)
    assert (
        abs(found[10, 1] - exact.kaufman(side + 1, side + 1, T[10]).c) > 1e-9
    )  # a control: another side is told apart


def test_a_small_torus_is_enumerated():
    dos = exact.density_of_states(square(4))
    for t in (1.7, 2.6):
        known = exact.averages(dos, t)
        assert curves.torus_moments(4, 1 / t) == pytest.approx((known.e, known.c), rel=1e-12)


def test_the_plane_is_onsagers_and_yangs_and_the_chain_isings():
    T_off = T[abs(T - 2.26918) > 1e-3]
    found = np.array([curves.plane_moments(1 / t) for t in T_off])
    np.testing.assert_allclose(found[:, 0], exact.onsager_energy(T_off), rtol=1e-13)
    np.testing.assert_allclose(found[:, 1], exact.onsager_specific_heat(T_off), rtol=1e-11)
    for t in T_off:
        assert curves.plane_magnetisation(1 / t) == pytest.approx(exact.yang_magnetisation(t), rel=1e-12)
    for t in T:
        known = exact.chain(math.inf, t)
        assert curves.chain_moments(1 / t) == pytest.approx((known.e, known.c), rel=1e-12)


@pytest.mark.parametrize("side", [2, 16, 128])
def test_the_peak_is_the_highest_place(side):
    at, height = curves.torus_peak(side, 2.0, 3.0)
    assert height == pytest.approx(exact.kaufman(side, side, at).c, rel=1e-11)
    around = exact.kaufman(side, side, at + np.linspace(-0.02, 0.02, 81)).c
    assert around.max() <= height + 1e-10
    assert around[0] < height > around[-1]


def test_peaks_grow_by_onsagers_logarithm():
    heights = [curves.torus_peak(side, 2.2, 2.4)[1] for side in (64, 128, 256)]
    gains = np.diff(heights) / math.log(2)
    assert curves.peak_growth() == pytest.approx(0.494538, abs=1e-6)
    assert gains == pytest.approx(curves.peak_growth(), rel=0.02)
    assert abs(gains[1] - curves.peak_growth()) < abs(gains[0] - curves.peak_growth())
