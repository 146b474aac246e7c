"""The quantum chain and its classical plane: the known spectrum, the sum over the torus, and the order of the error."""

import itertools

import numpy as np
import pytest
from scipy.linalg import expm

from spinlearn import exact
from spinlearn.exact import quantum
from spinlearn.lattice import bond_couplings, bonds, chain, square

FIELDS = [0.3, 1.0, 1.7]
each_field = pytest.mark.parametrize("transverse", FIELDS)
each_edge = pytest.mark.parametrize("periodic", [True, False])


def pauli_hamiltonian(n, J, transverse, periodic):
    """The slow twin: Kronecker products of Pauli matrices."""
    X, Z, one = np.array([[0, 1], [1, 0]]), np.diag([1, -1]), np.eye(2)

    def at(site, matrix):
        # Spin 0 is the lowest bit of a state's number, so the last factor.
        product = np.eye(1)
        for i in reversed(range(n)):
            product = np.kron(product, matrix if i == site else one)
        return product

    total = -transverse * sum(at(i, X) for i in range(n))
    for i, j in bonds(chain(n, periodic=periodic)):
        total = total - J * at(i, Z) @ at(j, Z)
    return total


@each_edge
@pytest.mark.parametrize("n", [2, 3, 5])
def test_the_hamiltonian_is_that_of_pauli_matrices(n, periodic):
    found = quantum.hamiltonian(n, J=0.8, transverse=1.3, periodic=periodic)
    np.testing.assert_allclose(found, pauli_hamiltonian(n, 0.8, 1.3, periodic), atol=1e-14)


@pytest.mark.slow
@each_field
@pytest.mark.parametrize("n", [3, 4, 8])
def test_the_ground_state_of_a_ring_is_that_of_free_fermions(n, transverse):
    k = (2 * np.arange(n) + 1) * np.pi / n
    pfeuty = -np.sqrt(1 + transverse**2 - 2 * transverse * np.cos(k)).sum()
    assert np.linalg.eigvalsh(quantum.hamiltonian(n, J=1.0, transverse=transverse))[0] == pytest.approx(
        pfeuty, rel=1e-13
    )


@each_edge
def test_limits_of_the_partition_function(periodic):
    n, T = 6, 1.4
    classical = exact.chain(n, T, J=0.7, periodic=periodic).log_Z
    assert quantum.log_partition(n, T, J=0.7, transverse=0.0, periodic=periodic) == pytest.approx(classical, rel=1e-13)
    free = n * np.log(2 * np.cosh(0.9 / T))
    assert quantum.log_partition(n, T, J=0.0, transverse=0.9, periodic=periodic) == pytest.approx(free, rel=1e-13)


@pytest.mark.parametrize(
    ("n", "slices", "periodic"), [(3, 4, True), (4, 3, True), (2, 5, True), (4, 4, False), (5, 2, True)]
)
def test_the_sliced_chain_is_a_classical_torus(n, slices, periodic):
    """All states of the plane are listed: one coupling along the chain, another one along the slices."""
    T, J, transverse = 0.8, 0.9, 1.3
    plane = quantum.classical_plane(n, slices, T, J=J, transverse=transverse)
    torus = square(slices, n)
    row, column = np.divmod(bonds(torus), n)
    along_chain = row[:, 0] == row[:, 1]
    if not periodic:
        keep = ~along_chain | (abs(column[:, 0] - column[:, 1]) == 1)
        along_chain = np.where(keep, along_chain, -1)
    couplings = np.select([along_chain == 1, along_chain == 0], [plane.K_space, plane.K_time], 0.0)
    energy = exact.energies(torus, J=bond_couplings(torus, couplings))
    log_Z = np.log(np.exp(-energy).sum()) + plane.log_constant
    found = quantum.log_partition_sliced(n, slices, T, J=J, transverse=transverse, periodic=periodic)
    assert found == pytest.approx(log_Z, rel=1e-12)


@each_field
def test_the_sliced_chain_is_trotters_product(transverse):
    n, slices, T = 3, 5, 0.7
    H = quantum.hamiltonian(n, J=0.8, transverse=transverse)
    diagonal = np.diag(np.diag(H))
    step = expm(-diagonal / (T * slices)) @ expm(-(H - diagonal) / (T * slices))
    product = np.trace(np.linalg.matrix_power(step, slices))
    assert quantum.log_partition_sliced(n, slices, T, J=0.8, transverse=transverse) == pytest.approx(
        np.log(product), rel=1e-12
    )


@each_edge
@each_field
def test_the_error_falls_as_the_square_of_the_slices_with_the_known_constant(transverse, periodic):
    """ln Z_M - ln Z = <[A, [A, B]]> / (24 M**2), with A and B the two parts of -H / T (Baker, Campbell, Hausdorff)."""
    n, T = 5, 0.8
    H = quantum.hamiltonian(n, J=1.0, transverse=transverse, periodic=periodic)
    A = np.diag(np.diag(H)) / -T
    B = H / -T - A
    rho = expm(A + B)
    inner = A @ B - B @ A
    constant = np.trace(rho @ (A @ inner - inner @ A)) / np.trace(rho) / 24
    truth = quantum.log_partition(n, T, J=1.0, transverse=transverse, periodic=periodic)
    slices = np.array([16, 32, 64, 128])
    errors = (
        np.array(
            [quantum.log_partition_sliced(n, M, T, J=1.0, transverse=transverse, periodic=periodic) for M in slices]
        )
        - truth
    )
    assert (errors > 0).all(), "Golden and Thompson: always from above"
    # What is left is of the next order, 1 / M**4, so that it shrinks by four when M doubles.
    rest = errors * slices**2 / constant - 1
    assert abs(rest[-1]) < 1e-3
    for coarse, fine in itertools.pairwise(rest[:-1]):
        assert coarse / fine == pytest.approx(4, rel=0.1)


@each_edge
@pytest.mark.parametrize(("n", "T", "J", "transverse"), [(4, 1.0, 1.0, 1.0), (3, 0.1, -0.7, 1.3), (5, 4.0, 1.0, 0.01)])
def test_ever_more_slices_end_in_the_quantum_chain(n, T, J, transverse, periodic):
    """From 1e8 slices on nothing is left of the error, and rounding does not add up."""
    options = {"J": J, "transverse": transverse, "periodic": periodic}
    limit = quantum.log_partition(n, T, **options)
    for slices in (10**8, 10**11, 2**62):
        assert quantum.log_partition_sliced(n, slices, T, **options) == pytest.approx(limit, rel=1e-14)
    scaled = [(quantum.log_partition_sliced(n, M, T, **options) - limit) * M**2 for M in (1000, 4000)]
    assert scaled[0] > 0
    assert scaled[1] == pytest.approx(scaled[0], rel=1e-3, abs=4000**2 * 1e-14 * limit)


def test_the_error_would_show_a_wrong_coupling():
    # The control: without the half in K_time the limit is another one.
    n, M, T = 4, 256, 1.0
    plane = quantum.classical_plane(n, M, T)
    s = exact.states(n).astype(float)
    half = np.exp(-plane.K_space / 2 * exact.energies(chain(n)))

    def log_Z(K_time):
        matrix = half[:, None] * np.exp(K_time * (s @ s.T)) * half
        return np.log(np.linalg.eigvalsh(matrix)[-1]) * M + plane.log_constant

    truth = quantum.log_partition(n, T)
    assert abs(quantum.log_partition_sliced(n, M, T) - truth) < 1e-3
    assert abs(log_Z(2 * plane.K_time) - truth) > 1


@pytest.mark.parametrize("slices", [1, 7, 100])
@pytest.mark.parametrize("T", [0.05, 1.0, 30.0])
def test_the_critical_chain_is_a_self_dual_plane(T, slices):
    plane = quantum.classical_plane(6, slices, T, J=1.2, transverse=1.2)
    assert np.sinh(2 * plane.K_space) * np.sinh(2 * plane.K_time) == pytest.approx(1.0, rel=1e-12)
    ordered = quantum.classical_plane(6, slices, T, J=1.2, transverse=0.9)
    assert np.sinh(2 * ordered.K_space) * np.sinh(2 * ordered.K_time) > 1.001


@pytest.mark.slow
@pytest.mark.parametrize("T", [100.0, 1.0, 0.01, 1e-3])
def test_a_single_slice_is_summed_at_any_temperature(T):
    """With M = 1 the two factors are apart: every state's Boltzmann weight, and cosh(G / T) for each spin."""
    n, J, transverse = 8, 1.0, 0.6
    E = exact.energies(chain(n), J=J)
    expected = np.logaddexp.reduce(-E / T) + n * (np.logaddexp(transverse / T, -transverse / T) - np.log(2))
    assert quantum.log_partition_sliced(n, 1, T, J=J, transverse=transverse) == pytest.approx(expected, rel=1e-13)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: quantum.hamiltonian(1), ValueError, "^n must be at least 2, got 1"),
        (lambda: quantum.hamiltonian(13), ValueError, "^n must be at most 12, got 13"),
        (lambda: quantum.hamiltonian(4.0), TypeError, "^n must be a whole number"),
        (lambda: quantum.hamiltonian(4, J=1.0, transverse=np.inf), ValueError, "^transverse must be finite"),
        (lambda: quantum.hamiltonian(4, J="1"), TypeError, "^J must be a real number"),
        (lambda: quantum.log_partition(4, 0.0), ValueError, "^T must be greater than 0, got 0.0"),
        (lambda: quantum.classical_plane(4, 0, 1.0), ValueError, "^slices must be at least 1, got 0"),
        (
            lambda: quantum.classical_plane(4, 8, 1.0, J=1.0, transverse=0.0),
            ValueError,
            "^transverse must be greater than 0",
        ),
        (lambda: quantum.log_partition_sliced(4, 8, -1.0), ValueError, "^T must be greater than 0"),
        (lambda: quantum.log_partition_sliced(13, 8, 1.0), ValueError, "^n must be at most 12"),
    ],
)
def test_bad_input(call, error, message):
    with pytest.raises(error, match=message):
        call()
