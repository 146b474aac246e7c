"""Kernels of live pages against the functions that they repeat."""

import numpy as np
import pytest
from scipy.stats import chi2

from spinlearn.bipartite import closedloop, curves, interactions, potentials
from spinlearn.core.words import stream

KINDS = {one.name: (one, kind) for kind, one in enumerate(potentials.all_four())}


@pytest.mark.parametrize("name", KINDS)
def test_k_is_that_of_the_unit(name):
    one, kind = KINDS[name]
    x = np.concatenate([-np.geomspace(1e3, 1e-3, 60), [0.0], np.geomspace(1e-3, 40, 40)])
    noisy = np.array([curves.log_moment(kind, True, t) for t in x])
    np.testing.assert_allclose(noisy, one.unit.K(x), rtol=1e-8, atol=1e-12)
    sharp = np.array([curves.log_moment(kind, False, t) for t in x])
    np.testing.assert_allclose(sharp, one.sharp(x) - one.sharp(0.0), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("alphabet", interactions.ALPHABETS)
@pytest.mark.parametrize("name", KINDS)
def test_couplings_are_those_of_the_library(name, alphabet):
    one, kind = KINDS[name]
    w, b, out = np.array([0.7, -1.1, 0.4, 1.6]), 0.3, np.empty(16)
    for noisy, K in ((True, one.unit), (False, one.sharp)):
        curves.fill_couplings(kind, noisy, w, b, alphabet == "spins", out)
        known = interactions.of_unit(K, w, b, alphabet=alphabet)
        np.testing.assert_allclose(out[1:], known[1:], atol=1e-12)


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
