"""Kernels of small machines: products that are BLAS's, energies, and how many hidden units take part."""

import numpy as np
import pytest

from spinlearn.bipartite import machine, small, units
from spinlearn.bipartite.products import Products

KINDS = {"binary": units.binary, "spin": units.spin, "gaussian": units.gaussian, "half": units.half_gaussian}


@pytest.mark.parametrize("shape", [(1, 1), (64, 24), (50, 60)], ids=str)
def test_sums_of_powers_of_two_are_those_of_blas_and_of_tables_bit_for_bit(shape, rng):
    """Both ways; where they are no such sums, they agree to rounding."""
    n, m = shape
    W = (rng.integers(-127, 128, size=shape) / 16).astype(np.float32)
    v = rng.integers(2, size=(50, n)).astype(np.float32)
    h = rng.choice([-1, 1], size=(50, m)).astype(np.float32)
    for tables in (False, True):
        theirs = Products(shape, 50, (0.0, 1.0), tables=tables)
        x, y = np.empty((50, m), np.float32), np.empty((50, n), np.float32)
        ours_x, ours_y = np.full_like(x, np.nan), np.full_like(y, np.nan)
        theirs.onto_hidden(W, v, x)
        theirs.onto_visible(W, h, y)
        small.multiply(v, W, ours_x)
        small.multiply(h, W.T.copy(), ours_y)
        np.testing.assert_array_equal(ours_x, x)
        np.testing.assert_array_equal(ours_y, y)
    any_states = rng.normal(size=(50, n)).astype(np.float32)
    small.multiply(any_states, W, ours_x)
    np.testing.assert_allclose(ours_x, any_states.astype(float) @ W, atol=1e-3)


@pytest.mark.parametrize("kind", KINDS)
def test_energies_are_those_of_the_machine(kind, rng):
    model = machine.machine(
        rng.normal(size=(9, 4)), units.binary(), KINDS[kind](), a=rng.normal(size=9), b=rng.normal(size=4)
    )
    W, a, b = (part.astype(np.float32) for part in model[:3])
    v = rng.integers(2, size=(30, 9)).astype(np.float32)
    x, mean, h = (np.empty((30, 4), np.float32) for _ in range(3))
    small.multiply(v, W, x)
    model.hidden.fill(x, b, np.float32(1), np.uint64(3), mean, h)
    out = np.zeros(30)
    small.add_energies(np.zeros_like(v), a, v, out)
    small.add_energies(x, b, h, out)
    np.testing.assert_allclose(out, machine.energy(model, v, h), rtol=1e-5, atol=1e-5)
    small.add_energies(x, b, h, out)  # they are added
    assert not np.allclose(out, machine.energy(model, v, h))


def test_participation_counts_states_of_two_and_weighs_others(rng):
    for low, high in ((0.0, 1.0), (-1.0, 1.0), (0.0, 3.0)):
        for many in range(25):
            h = np.full(24, low, np.float32)
            h[rng.permutation(24)[:many]] = high
            assert small.participation(h, low) == many
    h = np.abs(rng.normal(size=200_000)).astype(np.float32)
    assert small.participation(h, 0.0) / h.size == pytest.approx(1 / 3, abs=0.01)  # <h^2>^2 / <h^4> of a Gaussian
    assert small.participation(7 * h, 0.0) == pytest.approx(small.participation(h, 0.0), rel=1e-5)
