"""The law of the magnetisation of small tori against enumeration, Kaufman's torus and Onsager's wall."""

import numpy as np
import pytest
from scipy.special import comb

from spinlearn import exact
from spinlearn.core import progress
from spinlearn.exact import density_of_states, torus_magnetisation
from spinlearn.lattice import square

TORI = [(2, 2), (2, 4), (4, 2), (3, 3), (3, 5), (5, 3), (4, 5)]


def enumerated(rows, columns, T, J):
    dos = density_of_states(square(rows, columns))
    weights = dos.count * np.exp(J * dos.bond_sum / T - abs(J) * 2 * rows * columns / T)
    law = np.bincount((dos.spin_sum + rows * columns) // 2, weights=weights, minlength=rows * columns + 1)
    return law / law.sum()


@pytest.mark.slow
@pytest.mark.parametrize(("T", "J"), [(2.1, 1.0), (0.6, 0.8), (1.4, -0.9)])
@pytest.mark.parametrize(("rows", "columns"), TORI)
def test_the_law_is_that_of_all_configurations(rows, columns, T, J):
    np.testing.assert_allclose(torus_magnetisation(rows, columns, T, J=J), enumerated(rows, columns, T, J), rtol=1e-12)


def test_without_coupling_it_is_the_binomial_law():
    law = torus_magnetisation(6, 5, 1.7, J=0.0)
    np.testing.assert_allclose(law, comb(30, np.arange(31)) / 2.0**30, rtol=1e-12)


@pytest.mark.parametrize(("rows", "columns"), [(3, 3), (3, 5), (5, 4)])
@pytest.mark.parametrize("T", [0.05, 0.01, 1e-3, 1e-300])
def test_a_frustrated_torus_freezes_into_all_of_its_ground_states(rows, columns, T):
    """With an odd side and J < 0 bonds are broken even in the ground states, and it is those that count."""
    dos = density_of_states(square(rows, columns))
    ground = dos.bond_sum == dos.bond_sum.min()
    assert dos.count[ground].sum() > 2
    count = np.bincount((dos.spin_sum[ground] + rows * columns) // 2, dos.count[ground], rows * columns + 1)
    law = torus_magnetisation(rows, columns, T, J=-1.0)
    np.testing.assert_allclose(law, count / count.sum(), rtol=1e-13, atol=2 * np.exp(-4 / T) * dos.count.max())


@pytest.mark.parametrize("J", [1.0, -1.0])
def test_far_below_the_smallest_number_of_a_sum_over_weights(J):
    """ln of the law at T = 0.08: each entry is as good as the weight of its least broken bonds, down to exp(-700)."""
    rows, columns, T = 3, 4, 0.08
    dos = density_of_states(square(rows, columns))
    logs = np.full(rows * columns + 1, -np.inf)
    for bond_sum, spin_sum, count in zip(*dos, strict=True):
        k = (spin_sum + rows * columns) // 2
        logs[k] = np.logaddexp(logs[k], np.log(count) + J * bond_sum / T)
    expected = logs - np.logaddexp.reduce(logs)
    law = torus_magnetisation(rows, columns, T, J=J)
    there = expected > -700
    np.testing.assert_allclose(np.log(law[there]), expected[there], rtol=1e-13, atol=1e-13)
    assert there.sum() >= 7


def test_a_run_in_other_pieces_gives_the_same_law(monkeypatch):
    whole = torus_magnetisation(5, 6, 1.9)
    monkeypatch.setattr(progress, "SLICE", 0.0)
    np.testing.assert_array_equal(torus_magnetisation(5, 6, 1.9), whole)


def test_rows_and_columns_may_be_exchanged():
    np.testing.assert_allclose(torus_magnetisation(4, 7, 2.3), torus_magnetisation(7, 4, 2.3), rtol=1e-12)


@pytest.mark.parametrize("T", [1.5, 2.269, 4.0])
def test_the_torus_fully_magnetised_has_the_weight_that_kaufmans_partition_function_gives_it(T):
    law = torus_magnetisation(8, 8, T)
    assert np.log(law[-1]) == pytest.approx(2 * 64 / T - exact.kaufman(8, 8, T).log_Z, rel=1e-12)


@pytest.mark.slow
def test_the_barrier_grows_with_the_side_as_two_walls_and_not_with_the_area():
    """ln(p at its peak / p at M = 0) grows by 2 sigma / T for each row, up to logarithms; the wall is Onsager's."""
    T, sizes = 1.6, (6, 8, 10)
    sigma = 2 / T + np.log(np.tanh(1 / T))
    barriers = [np.log(law.max() / law[law.size // 2]) for law in (torus_magnetisation(L, L, T) for L in sizes)]
    slopes = np.diff(barriers) / 2
    # A wall may stand in about L places and the peak is 1/L wide: a power of L, whose logarithm adds less than 3 / L.
    assert (np.abs(slopes - 2 * sigma) < 3 / np.array([7, 9])).all()
    per_spin = barriers / np.array(sizes) ** 2
    assert per_spin[2] < 0.7 * per_spin[0]


@pytest.mark.parametrize(
    ("arguments", "J", "error", "message"),
    [
        ((1, 4, 1.0), 1.0, ValueError, "rows must be at least 2"),
        ((4, 13, 1.0), 1.0, ValueError, "columns must be at most 12"),
        ((4, 4, 0.0), 1.0, ValueError, "T must be greater than 0"),
        ((4, 4, 1.0), np.nan, ValueError, "J must be finite"),
        ((4.0, 4, 1.0), 1.0, TypeError, "rows must be a whole number"),
    ],
)
def test_bad_input_is_named(arguments, J, error, message):
    with pytest.raises(error, match=message):
        torus_magnetisation(*arguments, J=J)
