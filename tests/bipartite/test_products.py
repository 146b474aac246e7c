"""Products of a machine: by BLAS and by tables against NumPy's, in all sizes that leave something over."""

import numpy as np
import pytest

from spinlearn.bipartite import products
from spinlearn.bipartite.products import Products

SIZES = [(1, 1, 1), (3, 2, 4), (5, 8, 5), (40, 41, 39), (41, 513, 7), (201, 1030, 100), (784, 500, 100)]


def arrays(n, m, rows, two, seed=1):
    rng = np.random.default_rng(seed)
    W = rng.normal(size=(n, m)).astype(np.float32)
    v = rng.choice(np.array(two, dtype=np.float32), size=(2 * rows, n))
    return W, v, rng.normal(size=(2 * rows, m)).astype(np.float32)


@pytest.mark.parametrize("tables", [False, True])
@pytest.mark.parametrize("two", [(0.0, 1.0), (-1.0, 1.0), (0.5, 3.0)])
@pytest.mark.parametrize(("n", "m", "rows"), SIZES)
def test_products_are_products(n, m, rows, two, tables):
    W, v, h = arrays(n, m, rows, two)
    found = Products((n, m), rows, two, tables=tables)
    x, y = np.full((rows, m), np.nan, np.float32), np.full((rows, n), np.nan, np.float32)
    for _ in range(2):  # what was there does not matter
        found.onto_hidden(W, v[:rows], x)
        found.onto_visible(W, h[:rows], y)
    np.testing.assert_allclose(x, v[:rows].astype(float) @ W, atol=2e-6 * n)
    np.testing.assert_allclose(y, h[:rows].astype(float) @ W.T, atol=2e-6 * m)
    twice = np.full((2 * rows, m), np.nan, np.float32)
    found.onto_hidden(W, v, twice)
    np.testing.assert_allclose(twice, v.astype(float) @ W, atol=2e-6 * n)
    for kept in (1, 0.9):
        moved = W.copy()
        found.add(0.3, v, h, kept, moved)
        np.testing.assert_allclose(moved, kept * W.astype(float) + 0.3 * v.T.astype(float) @ h, atol=4e-6 * rows)


def test_tables_are_taken_for_two_states_in_layers_that_are_worth_it(monkeypatch):
    monkeypatch.setattr(products, "threads", lambda: 1)
    assert Products((784, 500), 100, (0.0, 1.0)).two
    assert not Products((784, 500), 100, None).two
    assert not Products((784, 500), 10, (0.0, 1.0)).two
    monkeypatch.setattr(products, "threads", lambda: 8)
    assert not Products((784, 500), 100, (0.0, 1.0)).two


def test_threads_are_those_of_the_environment(monkeypatch):
    for value, number in (("3", 3), ("x", None), ("", None), ("0", None)):
        monkeypatch.setenv("OPENBLAS_NUM_THREADS", value)
        monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
        assert products.threads() == number if number else products.threads() >= 1
    monkeypatch.setenv("OMP_NUM_THREADS", "5")
    assert products.threads() == 5
