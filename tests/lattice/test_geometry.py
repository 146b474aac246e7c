"""The geometries: who is whose neighbour, how many bonds there are, and what a table of couplings means."""

import pickle
from copy import deepcopy
from dataclasses import replace

import numpy as np
import pytest

from spinlearn.lattice import (
    Lattice,
    all_up,
    bond_couplings,
    bonds,
    chain,
    cubic,
    from_couplings,
    hypercubic,
    ising,
    random_spins,
    square,
    triangular,
)

EVERY = [
    chain(2),
    chain(7),
    chain(7, periodic=False),
    square(2),
    square(2, 5),
    square(4, 3),
    square(4, 3, periodic=False),
    cubic(3),
    hypercubic((2, 3, 4, 2)),
    triangular(2),
    triangular(2, 3),
    triangular(4, 5),
    triangular(4, 5, periodic=False),
]
each_lattice = pytest.mark.parametrize("lattice", EVERY, ids=lambda lattice: f"{lattice.name} {lattice.shape}")


def adjacency(lattice: Lattice) -> np.ndarray:
    """Number of bonds between every two sites, read off the table row by row."""
    matrix = np.zeros((lattice.size, lattice.size), dtype=int)
    for i, row in enumerate(lattice.neighbours):
        for j in row:
            if j >= 0:
                matrix[i, j] += 1
    return matrix


@each_lattice
def test_neighbours_are_mutual_and_nobody_is_its_own(lattice):
    matrix = adjacency(lattice)
    np.testing.assert_array_equal(matrix, matrix.T)
    assert not matrix.diagonal().any()
    assert lattice.neighbours.dtype == np.int32
    assert lattice.neighbours.shape == (lattice.size, lattice.coordination)
    assert lattice.size == np.prod(lattice.shape) == all_up(lattice).size


@each_lattice
def test_each_bond_is_listed_once(lattice):
    pairs = bonds(lattice)
    assert (pairs[:, 0] < pairs[:, 1]).all()
    assert pairs.tolist() == sorted(pairs.tolist())
    matrix = np.zeros((lattice.size, lattice.size), dtype=int)
    np.add.at(matrix, tuple(pairs.T), 1)
    np.testing.assert_array_equal(matrix + matrix.T, adjacency(lattice))


@pytest.mark.parametrize(
    ("lattice", "number"),
    [
        (chain(7), 7),
        (chain(7, periodic=False), 6),
        (chain(2), 2),
        (square(4, 3), 24),
        (square(4, 3, periodic=False), 17),
        (square(2), 8),
        (cubic(3), 81),
        (hypercubic((3, 3, 3, 3)), 4 * 81),
        (triangular(4, 5), 60),
        (triangular(3, 3), 27),
        (triangular(4, 5, periodic=False), 31 + 12),
    ],
)
def test_number_of_bonds(lattice, number):
    assert len(bonds(lattice)) == number


@pytest.mark.parametrize("lattice", [square(4, 6), cubic(4), square(5, 3, periodic=False), hypercubic((3, 4, 5))])
def test_hypercubic_neighbours_are_one_step_away(lattice):
    periodic = (lattice.neighbours >= 0).all()
    where = np.stack(np.unravel_index(np.arange(lattice.size), lattice.shape), axis=1)
    for i, row in enumerate(lattice.neighbours):
        for j in row[row >= 0]:
            step = abs(where[i] - where[j])
            if periodic:
                step = np.minimum(step, np.array(lattice.shape) - step)
            assert step.sum() == 1


def test_triangular_neighbours_in_the_plane_are_at_distance_one():
    lattice = triangular(7, 8)
    # Basis vectors of the plane for a row and a column; the third neighbour is one row down and one column back.
    basis = np.array([[0.5, np.sqrt(3) / 2], [1.0, 0.0]])
    row, column = 3, 4
    i = np.ravel_multi_index((row, column), lattice.shape)
    for j in lattice.neighbours[i]:
        step = np.array(np.unravel_index(j, lattice.shape)) - (row, column)
        assert np.linalg.norm(step @ basis) == pytest.approx(1.0, abs=1e-15)
    assert len(set(lattice.neighbours[i].tolist())) == 6


def test_triangular_lattice_has_triangles_and_the_square_lattice_none():
    def triangles(lattice):
        matrix = adjacency(lattice)
        return np.trace(matrix @ matrix @ matrix) // 6

    assert triangles(triangular(5)) == 2 * 25
    assert triangles(square(5)) == 0


@pytest.mark.parametrize("axis", [0, 1])
def test_periodic_lattices_look_the_same_from_everywhere(axis):
    for lattice in (square(4, 5), triangular(4, 5)):
        number = np.arange(lattice.size).reshape(lattice.shape)
        moved = np.roll(number, 1, axis=axis).ravel()
        np.testing.assert_array_equal(lattice.neighbours[moved], moved[lattice.neighbours])


# A table is checked when it is made, since a kernel would read beyond its end

PAIR = [[1], [0]]


def with_entry(row, column, value):
    table = np.array(square(4).neighbours)
    table[row, column] = value
    return table


@pytest.mark.parametrize(
    ("name", "shape", "neighbours", "error", "message"),
    [
        ("square", (4, 4), with_entry(3, 2, 16), ValueError, "^neighbours must be from -1 to 15, got 0 to 16"),
        ("square", (4, 4), with_entry(3, 2, 10**6), ValueError, "^neighbours must be from -1 to 15"),
        ("square", (4, 4), with_entry(0, 0, -2), ValueError, "^neighbours must be from -1 to 15, got -2"),
        ("square", (4, 4), with_entry(0, 0, 0), ValueError, "^neighbours must not name the site itself"),
        ("square", (4, 4), with_entry(0, 0, 5), ValueError, "^neighbours must be mutual"),
        ("square", (4, 4), with_entry(0, 0, -1), ValueError, "^neighbours must be mutual"),
        ("square", (4, 4), with_entry(0, 0, 1), ValueError, "^neighbours must be mutual"),  # a neighbour twice
        ("square", (4, 5), square(4).neighbours, ValueError, r"^neighbours must have shape \(20, z\).*got \(16, 4\)"),
        ("pair", (2,), [1, 0], ValueError, r"^neighbours must have shape \(2, z\)"),
        ("pair", (2,), [[1], [0, 0]], ValueError, "^neighbours must be an array"),
        ("pair", (2,), [[1.0], [0.0]], TypeError, "^neighbours must hold whole numbers, not float64"),
        ("pair", (2,), "10", ValueError, "^neighbours must have shape"),
        ("pair", 2, PAIR, TypeError, "^shape must be a sequence"),
        ("pair", (), PAIR, ValueError, "^shape must name at least one axis"),
        ("pair", (2, 0), PAIR, ValueError, "^every entry of shape must be at least 1, got 0"),
        (2, (2,), PAIR, TypeError, "^name must be a string, not int"),
    ],
)
def test_a_table_that_does_not_hold_is_refused(name, shape, neighbours, error, message):
    with pytest.raises(error, match=message):
        Lattice(name, shape, neighbours)


def test_no_way_leads_around_the_check():
    lattice = square(4)
    with pytest.raises(ValueError, match=r"^neighbours must be from -1 to 15, got"):
        replace(lattice, neighbours=with_entry(3, 2, 16))
    with pytest.raises(ValueError, match="read-only"):
        lattice.neighbours[3, 2] = 16
    with pytest.raises(AttributeError):
        lattice.neighbours = with_entry(3, 2, 16)
    for twin in (deepcopy(lattice), pickle.loads(pickle.dumps(lattice))):
        assert (twin.name, twin.shape) == (lattice.name, lattice.shape)
        np.testing.assert_array_equal(twin.neighbours, lattice.neighbours)
        assert not twin.neighbours.flags.writeable
    table = np.array(lattice.neighbours)
    own = Lattice("own", (4, 4), table)
    window = table.view()
    window.setflags(write=False)
    through = Lattice("through a window", (4, 4), window)
    table[3, 2] = 16
    np.testing.assert_array_equal(own.neighbours, lattice.neighbours)
    np.testing.assert_array_equal(through.neighbours, lattice.neighbours)


@pytest.mark.parametrize("n", [3, 8, 50])
def test_one_missing_bond_end_is_never_overlooked(n, rng):
    """A table is taken apart at each entry in turn."""
    matrix = np.triu(rng.random((n, n)) < 0.3, 1)
    table = np.array(from_couplings(1.0 * (matrix | matrix.T))[0].neighbours)
    assert Lattice("whole", (n,), table).size == n
    for entry in np.argwhere(table >= 0):
        broken = table.copy()
        broken[tuple(entry)] = -1
        with pytest.raises(ValueError, match=r"^neighbours must be mutual:"):
            Lattice("broken", (n,), broken)


@pytest.mark.parametrize("what", [(4, 4), [[1], [0]], None, "square", np.zeros((4, 4))])
def test_what_is_no_lattice_is_named(what):
    for call in (all_up, bonds, lambda x: bond_couplings(x, [1.0]), lambda x: random_spins(x, rng=None)):
        with pytest.raises(TypeError, match=r"^lattice must be a Lattice such as lattice.square\(8\), not"):
            call(what)


def test_a_periodic_square_lattice_is_known_by_its_table_and_not_by_its_name():
    assert all(square(*shape).is_periodic_square for shape in ((2, 2), (2, 5), (4, 3), (16, 16)))
    assert replace(square(4), name="anything").is_periodic_square
    others = [square(4, periodic=False), chain(16), triangular(4), cubic(2), replace(square(4), shape=(16,))]
    assert not any(lattice.is_periodic_square for lattice in others)
    named = replace(triangular(4), name="square")
    cut = np.array(square(4).neighbours)  # all four bonds of site 5 taken away, and the first row as it was
    cut[5] = -1
    cut[cut == 5] = -1
    assert not named.is_periodic_square
    assert not Lattice("square", (4, 4), cut).is_periodic_square


def test_the_degree_is_the_largest_number_of_neighbours():
    assert [lattice.degree for lattice in (square(4), square(2, periodic=False), chain(5))] == [4, 2, 2]
    assert from_couplings(np.zeros((3, 3)))[0].degree == 0
    assert square(3, periodic=False).degrees.tolist() == [0, 0, 4, 4, 1]


def test_pieces_are_what_no_bond_connects():
    two_rings = Lattice("rings", (6,), [[1, 2], [0, 2], [0, 1], [4, 5], [3, 5], [3, 4]])
    alone = from_couplings(np.zeros((3, 3)))[0]
    assert [lattice.pieces for lattice in (square(4), two_rings, alone, chain(5, periodic=False))] == [1, 2, 3, 1]


# Couplings


@each_lattice
def test_couplings_of_bonds_reach_both_ends(lattice, rng):
    pairs = bonds(lattice)
    values = rng.normal(size=len(pairs))
    table = bond_couplings(lattice, values)
    assert table.shape == lattice.neighbours.shape
    assert (table[lattice.neighbours < 0] == 0).all()
    matrix, wanted = np.zeros((lattice.size, lattice.size)), np.zeros((lattice.size, lattice.size))
    row, column = np.nonzero(lattice.neighbours >= 0)
    np.add.at(matrix, (row, lattice.neighbours[row, column]), table[row, column])
    np.add.at(wanted, tuple(pairs.T), values)
    np.testing.assert_allclose(matrix, wanted + wanted.T, rtol=1e-14, atol=1e-15)
    # Each of the two entries of a bond is the value itself, also where two bonds join the same sites.
    assert sorted(table[lattice.neighbours >= 0]) == sorted(np.repeat(values, 2))


@pytest.mark.parametrize("lattice", [square(256), square(8), from_couplings(1.0 - np.eye(9))[0]])
def test_two_ends_that_differ_in_the_last_digit_are_two_couplings(lattice):
    J = np.ones(lattice.neighbours.shape)
    ising.energy(all_up(lattice), lattice, J=J)
    J[3, 1] = np.nextafter(1.0, 2.0)
    with pytest.raises(ValueError, match=r"^J must give both ends of a bond the same coupling"):
        ising.energy(all_up(lattice), lattice, J=J)


def test_of_two_bonds_between_two_sites_either_may_come_first():
    pair = chain(2)
    assert ising.energy(all_up(pair), pair, J=[[1.0, 2.0], [2.0, 1.0]]) == -3
    assert ising.energy(all_up(pair), pair, J=[[1.0, 2.0], [1.0, 2.0]]) == -3
    with pytest.raises(ValueError, match=r"^J must give both ends of a bond the same coupling"):
        ising.energy(all_up(pair), pair, J=[[1.0, 2.0], [1.5, 1.5]])


def test_a_matrix_of_couplings_comes_back(rng):
    matrix = np.triu(rng.normal(size=(11, 11)) * (rng.random((11, 11)) < 0.4), 1)
    matrix[:, 4] = matrix[4, :] = 0  # a site without neighbours
    matrix += matrix.T
    lattice, J = from_couplings(matrix)
    assert lattice.shape == (11,)
    assert lattice.coordination == (matrix != 0).sum(axis=1).max()
    back = np.zeros((11, 11))
    row, column = np.nonzero(lattice.neighbours >= 0)
    back[row, lattice.neighbours[row, column]] = J[row, column]
    np.testing.assert_array_equal(back, matrix)
    assert (J[lattice.neighbours < 0] == 0).all()


def test_no_couplings_at_all_are_free_spins():
    lattice, J = from_couplings(np.zeros((3, 3)))
    assert lattice.neighbours.shape == J.shape == (3, 0)
    assert bonds(lattice).shape == (0, 2)


# Bad input


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: square(1), ValueError, "^rows must be at least 2, got 1"),
        (lambda: square(4.0), TypeError, "^rows must be a whole number, not float"),
        (lambda: square(4, 1), ValueError, "^columns must be at least 2, got 1"),
        (lambda: square(2**16), ValueError, "^shape must have at most 2147483647 sites in all, got 4294967296"),
        (lambda: square(10**400), ValueError, "^shape must have at most 2147483647 sites|^rows must be at most"),
        (lambda: square(4, periodic="no"), TypeError, "^periodic must be True or False, not str"),
        (lambda: chain(True), TypeError, "^n must be a whole number, not bool"),
        (lambda: chain(2**31), ValueError, "^n must be at most 2147483647, got 2147483648"),
        (lambda: cubic(1), ValueError, "^n must be at least 2, got 1"),
        (lambda: cubic(1291), ValueError, "^n must be at most 1290, got 1291"),
        (lambda: hypercubic(5), TypeError, "^shape must be a sequence of whole numbers, not int"),
        (lambda: hypercubic("44"), TypeError, "^shape must be a sequence of whole numbers, not str"),
        (lambda: hypercubic((3, None)), TypeError, "^every entry of shape must be a whole number, not NoneType"),
        (lambda: hypercubic(()), ValueError, "^shape must name at least one axis"),
        (lambda: hypercubic((3, 0)), ValueError, "^every entry of shape must be at least 2, got 0"),
        (lambda: triangular(1, 4), ValueError, "^rows must be at least 2, got 1"),
        (lambda: triangular(4, 1), ValueError, "^columns must be at least 2, got 1"),
        (lambda: from_couplings([[0, 1], [2, 0]]), ValueError, r"^matrix must be symmetric.*\[0, 1\] is 1"),
        (lambda: from_couplings([[1, 1], [1, 0]]), ValueError, "^matrix must be zero on its diagonal"),
        (lambda: from_couplings([[0, 1, 2]]), ValueError, r"^matrix must be square.*got shape \(1, 3\)"),
        (lambda: from_couplings([0, 1]), ValueError, "^matrix must be square"),
        (lambda: from_couplings([[0, np.nan], [np.nan, 0]]), ValueError, "^matrix must be finite"),
        (lambda: from_couplings([["a"]]), TypeError, "^matrix must hold real numbers"),
        (lambda: from_couplings([[0, 1j], [1j, 0]]), TypeError, "^matrix must hold real numbers"),
        (lambda: bond_couplings(chain(4), [1, 2, 3]), ValueError, r"^values must have shape \(4,\).*got \(3,\)"),
        (lambda: bond_couplings(chain(2), [1, np.inf]), ValueError, "^values must be finite"),
    ],
)
def test_bad_input(call, error, message):
    with pytest.raises(error, match=message):
        call()
