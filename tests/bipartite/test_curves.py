"""Kernels of live pages against the functions that they repeat."""

import numpy as np
import pytest
from scipy.special import erfcx, gammaln
from scipy.stats import chi2

from spinlearn.bipartite import closedloop, curves, interactions, potentials
from spinlearn.core.words import stream
from spinlearn.neuron import unit

SPIN = potentials.Potential("spin", unit.spin(), np.abs)
KINDS = {one.name: (one, kind) for kind, one in enumerate([*potentials.all_four(), SPIN])}
each = pytest.mark.parametrize("name", KINDS)


def test_the_tail_of_a_gaussian_needs_no_erfc_of_its_own():
    t = np.concatenate([[0.0], np.geomspace(1e-9, 1.1999999, 200), np.geomspace(1.2, 1e6, 200)])
    np.testing.assert_allclose([curves.scaled_erfc(one) for one in t], erfcx(t), rtol=1e-14)


@each
def test_k_is_that_of_the_unit(name):
    one, kind = KINDS[name]
    x = np.concatenate([-np.geomspace(1e3, 1e-3, 60), [0.0], np.geomspace(1e-3, 40, 40)])
    noisy = np.array([curves.log_moment(kind, True, t) for t in x])
    np.testing.assert_allclose(noisy, one.unit.K(x), rtol=1e-13, atol=1e-14)
    sharp = np.array([curves.log_moment(kind, False, t) for t in x])
    np.testing.assert_allclose(sharp, one.sharp(x) - one.sharp(0.0), rtol=1e-12, atol=1e-12)


@each
def test_the_activation_is_the_slope_of_k(name):
    one, kind = KINDS[name]
    x = np.concatenate([-np.geomspace(60, 1e-3, 60), [0.0], np.geomspace(1e-3, 40, 40)])
    noisy = np.array([curves.response(kind, True, t) for t in x])
    np.testing.assert_allclose(noisy, one.unit.response(x), rtol=1e-11, atol=1e-13)
    for t in (-3.1, -0.4, 0.7, 2.2):
        sharp = (one.sharp(t + 1e-5) - one.sharp(t - 1e-5)) / 2e-5
        assert curves.response(kind, False, t) == pytest.approx(sharp, abs=1e-8)
    at_the_kink = {"linear": 0, "step": 0.5, "ReLU": 0, "exponential": 1, "spin": 0}
    assert curves.response(kind, False, 0.0) == at_the_kink[name]


def test_k_comes_of_the_potential():
    """K(x) is ln of the sum, or the integral, of exp(x z - U(z)), but for a constant."""
    grid = (np.arange(40_000) + 0.5) / 1000
    both = np.concatenate([-grid[::-1], grid])
    places = {"linear": both, "step": [0, 1], "ReLU": grid, "exponential": np.arange(120),
              "spin": [-1, 1]}  # fmt: skip
    for name, z in places.items():
        kind = KINDS[name][1]
        U = np.array([curves.potential(kind, float(one)) for one in z])
        assert np.isfinite(U).all()
        law = np.exp(np.multiply.outer([0.0, 1.3, -0.8], z) - U).sum(axis=1)
        K = [curves.log_moment(kind, True, x) for x in (1.3, -0.8)]
        np.testing.assert_allclose(np.log(law[1:] / law[0]), K, atol=1e-6)
    assert curves.potential(curves.EXPONENTIAL, 7.0) == pytest.approx(gammaln(8.0), rel=1e-14)
    for kind, none in ((curves.STEP, 0.5), (curves.RELU, -0.1), (curves.EXPONENTIAL, 2.5), (curves.EXPONENTIAL, -1.0),
                       (curves.SPIN, 0.0)):  # fmt: skip
        assert curves.potential(kind, none) == np.inf


@pytest.mark.parametrize("alphabet", interactions.ALPHABETS)
@each
def test_couplings_are_those_of_the_library(name, alphabet):
    one, kind = KINDS[name]
    w, b, out = np.array([0.7, -1.1, 0.4, 1.6]), 0.3, np.empty(16)
    for noisy, K in ((True, one.unit), (False, one.sharp)):
        curves.fill_couplings(kind, noisy, w, b, alphabet == "spins", out)
        known = interactions.of_unit(K, w, b, alphabet=alphabet)
        np.testing.assert_allclose(out[1:], known[1:], atol=1e-12)


@pytest.mark.parametrize("alphabet", interactions.ALPHABETS)
@each
def test_what_rounding_gives_to_a_coupling_is_known(name, alphabet, rng):
    """A unit of weight 0 has no couplings, a linear one makes no triple, a spin without bias no fields."""
    kind, spins, n = KINDS[name][1], alphabet == "spins", 4
    (J, x, K, f, grain), zeros = np.empty((5, 2**n)), 0
    order = interactions.orders(n)
    for _ in range(200):
        w = rng.uniform(-10, 10, n) * (rng.random(n) < 0.7)
        b = rng.uniform(-20, 20) * (rng.random() < 0.5)
        curves.fill_couplings(kind, True, w, b, spins, J)
        curves.fill_fields(w, b, spins, x)
        curves.fill_answers(kind, True, x, K, f)
        curves.fill_grain(x, K, f, n, grain)
        curves.invert(grain, spins, 1.0)
        none = ((np.arange(2**n)[:, None] >> np.arange(n) & 1) * (w == 0)).any(axis=1)
        if name == "linear":
            none |= order > 2
        if name == "spin" and spins and b == 0:
            none |= order % 2 == 1
        zeros += none.sum()
        assert (np.abs(J[none]) <= grain[none]).all()
        if name != "exponential":  # whose grain is that of e^60
            assert grain.max() < 1e-9
    assert zeros > 100
    w, b = np.array([0.3, -0.2, 0.4, 0.2]), 0.5
    curves.fill_couplings(kind, True, w, b, spins, J)
    curves.fill_fields(w, b, spins, x)
    curves.fill_answers(kind, True, x, K, f)
    curves.fill_grain(x, K, f, n, grain)
    curves.invert(grain, spins, 1.0)
    found = order <= 2 if name == "linear" else order >= 0
    assert (np.abs(J[found]) > grain[found]).all()  # the control: what is there is not taken for rounding


@pytest.mark.parametrize("alphabet", interactions.ALPHABETS)
@each
def test_couplings_of_every_order_make_the_law_of_the_visible_units_and_fewer_do_not(name, alphabet):
    """The law by enumeration of everything: visible states, and hidden ones by the potential."""
    kind, spins = KINDS[name][1], alphabet == "spins"
    w, b = np.array([0.7, -1.1, 0.9]), -0.8
    x, J, p, q = np.empty((4, 8))
    curves.fill_fields(w, b, spins, x)
    curves.fill_couplings(kind, True, w, b, spins, J)
    p[:] = [curves.log_moment(kind, True, one) for one in x]
    curves.normalise(p)
    v = np.arange(8)[:, None] >> np.arange(3) & 1
    np.testing.assert_allclose(x, b + (2 * v - 1 if spins else v) @ w, rtol=1e-14)
    grid = (np.arange(20_000) + 0.5) / 1000
    z = {"linear": np.concatenate([-grid[::-1], grid]), "step": [0, 1], "ReLU": grid, "exponential": np.arange(150.0),
         "spin": [-1, 1]}[name]  # fmt: skip
    joint = np.exp(np.multiply.outer(x, z) - [curves.potential(kind, float(one)) for one in z])
    np.testing.assert_allclose(p, joint.sum(axis=1) / joint.sum(), atol=1e-7)
    apart = []
    for most in range(4):
        curves.fill_values(J, most, spins, q)
        curves.normalise(q)
        kept = np.where(interactions.orders(3) <= most, J, 0.0)
        known = np.exp(interactions.values(kept, alphabet=alphabet))
        np.testing.assert_allclose(q, known / known.sum(), rtol=1e-12)
        apart.append(curves.variation(p, q))
        assert apart[-1] == pytest.approx(np.abs(p - q).sum() / 2, abs=1e-15)
    assert apart[3] < 1e-14
    assert apart[0] > 0.05
    assert (apart[2] > 1e-3) == (name != "linear")


def test_a_generation_is_that_of_the_coin(rng):
    loop = closedloop.coin(12, external=2, q=0.3)
    random = stream(rng)
    x = np.array([curves.generation(0.35, 12, 0.6, 1.4, random) for _ in range(20000)])
    counts = np.bincount(np.abs(x[:, None] - loop.estimates).argmin(axis=1), minlength=13)
    assert np.abs(x[:, None] - loop.estimates).min(axis=1).max() < 1e-15

    def p_value(q):
        expected = 20000 * closedloop.law(loop, q, 1)[0]
        few = expected < 10
        found = np.append(counts[~few], counts[few].sum())
        expected = np.append(expected[~few], expected[few].sum())
        return chi2.sf(((found - expected) ** 2 / expected).sum(), len(expected) - 1)

    assert p_value(0.35) > 1e-4
    assert p_value(0.37) < 1e-8
