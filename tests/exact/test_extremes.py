"""Every function of the wing at the ends of the floating-point numbers, and with odd types."""

import math

import pytest
from extremes import POSITIVE, REAL, at_all_extremes, with_odd_types

from spinlearn import exact
from spinlearn.exact import quantum
from spinlearn.lattice import square

SQUARE = square(3)
DOS = exact.density_of_states(SQUARE)
T, J, h = POSITIVE, REAL, REAL
CALLS = {
    "transfer_matrix": (lambda T=1.0, **rest: exact.transfer_matrix(T, **rest), {"T": T, "J": J, "h": h}),
    "chain": (lambda T=1.0, n=5, **rest: exact.chain(n, T, **rest), {"T": T, "J": J, "h": h}),
    "open chain": (
        lambda T=1.0, n=5, **rest: exact.chain(n, T, periodic=False, **rest),
        {"T": T, "J": J, "h": h},
    ),
    "infinite chain": (lambda T=1.0, **rest: exact.chain(math.inf, T, **rest)[1:], {"T": T, "J": J, "h": h}),
    "chain_correlations": (lambda T=1.0, n=5, **rest: exact.chain_correlations(n, T, **rest), {"T": T, "J": J, "h": h}),
    "chain_correlation_length": (lambda T=1.0, **rest: exact.chain_correlation_length(T, **rest), {"T": T, "J": J}),
    "energies": (lambda lattice=SQUARE, **rest: exact.energies(lattice, **rest), {"J": J, "h": h}),
    "probabilities": (
        lambda T=1.0, lattice=SQUARE, **rest: exact.probabilities(lattice, T, **rest),
        {"T": T, "J": J, "h": h},
    ),
    "averages": (lambda T=1.0, dos=DOS, **rest: exact.averages(dos, T, **rest), {"T": T, "J": J, "h": h}),
    "critical_temperature": (exact.critical_temperature, {"J": J}),
    "onsager_energy": (lambda T=2.0, **rest: exact.onsager_energy(T, **rest), {"T": T, "J": J}),
    "onsager_specific_heat": (lambda T=2.0, **rest: exact.onsager_specific_heat(T, **rest), {"T": T, "J": J}),
    "yang_magnetisation": (lambda T=2.0, **rest: exact.yang_magnetisation(T, **rest), {"T": T, "J": J}),
    "plane_correlation_length": (lambda T=2.0, **rest: exact.plane_correlation_length(T, **rest), {"T": T, "J": J}),
    "plane_area": (
        lambda depth=0.1, **rest: exact.plane_area(depth, **rest),
        {"depth": (0.0, *POSITIVE), "J": POSITIVE},
    ),
    "plane_count": (
        lambda Q=0.5, T0=2.5, **rest: exact.plane_count(Q, T0, **rest),
        {"Q": (0.0, *POSITIVE), "T0": POSITIVE, "J": POSITIVE, "rate": POSITIVE},
    ),
    "onsager_free_energy": (lambda T=2.0, **rest: exact.onsager_free_energy(T, **rest), {"T": T, "J": POSITIVE}),
    "kaufman": (lambda T=2.0, rows=3, columns=4, **rest: exact.kaufman(rows, columns, T, **rest), {"T": T, "J": J}),
    "torus_magnetisation": (
        lambda T=2.0, rows=3, columns=3, **rest: exact.torus_magnetisation(rows, columns, T, **rest),
        {"T": T, "J": J},
    ),
    "hamiltonian": (lambda n=3, **rest: quantum.hamiltonian(n, **rest), {"J": J, "transverse": h}),
    "log_partition": (
        lambda T=1.0, n=3, **rest: quantum.log_partition(n, T, **rest),
        {"T": T, "J": J, "transverse": h},
    ),
    "classical_plane": (
        lambda T=1.0, n=3, slices=2, **rest: quantum.classical_plane(n, slices, T, **rest),
        {"T": T, "J": J, "transverse": POSITIVE},
    ),
    "log_partition_sliced": (
        lambda T=1.0, n=3, slices=2, **rest: quantum.log_partition_sliced(n, slices, T, **rest),
        {"T": T, "J": J, "transverse": POSITIVE},
    ),
}
# Of these log_Z may be infinite, for an infinite chain or where it is too large for a float, and so may be a count.
MAY_BE_INFINITE = {"averages", "log_partition", "chain", "plane_count"}
each = pytest.mark.parametrize("name", CALLS)
MORE = {
    "chain": ("n", "periodic"),
    "chain_correlations": ("n", "periodic"),
    "energies": ("lattice",),
    "probabilities": ("lattice",),
    "averages": ("dos",),
    "kaufman": ("rows", "columns"),
    "torus_magnetisation": ("rows", "columns"),
    "hamiltonian": ("n", "periodic"),
    "log_partition": ("n", "periodic"),
    "classical_plane": ("n", "slices"),
    "log_partition_sliced": ("n", "slices", "periodic"),
}


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: exact.kaufman(10**7, 4, 2.0), "rows must be at most 1000000"),
        (lambda: exact.torus_magnetisation(10**6, 12, 2.0), "rows must be at most 2730 with 12 columns"),
        (lambda: exact.chain_correlations(10**6, 2.0), "n must be at most 10000"),
    ],
)
def test_what_would_not_fit_into_memory_is_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()


@pytest.mark.slow
@each
def test_no_number_makes_a_nan_or_a_warning(name):
    function, values = CALLS[name]
    assert at_all_extremes(function, name in MAY_BE_INFINITE, **values) > 0


@each
def test_what_is_refused_is_named(name):
    function, values = CALLS[name]
    refused = with_odd_types(function, *values, *MORE.get(name, ()), infinite=name in MAY_BE_INFINITE)
    assert {argument for argument, _ in refused} == {*values, *MORE.get(name, ())}
