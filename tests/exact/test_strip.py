"""The strip in a field: a transfer matrix written out, and limits."""

import math

import numpy as np
import pytest

from spinlearn import exact
from spinlearn.exact.strip import strip_magnetisation


def written_out(K, field, width):
    """Largest eigenvalue of the screw's transfer matrix, as a matrix."""
    states = 2**width
    T = np.zeros((states, states))
    for state in range(states):
        last, oldest = 2 * (state & 1) - 1, 2 * (state >> (width - 1)) - 1
        for bit in (0, 1):
            s = 2 * bit - 1
            T[((state << 1) & (states - 1)) | bit, state] += math.exp(K * s * (last + oldest) + field * s)
    return np.abs(np.linalg.eigvals(T)).max()


@pytest.mark.parametrize(("T", "h", "width"), [(2.5, 0.3, 4), (2.0, -0.1, 3), (3.7, 0.7, 5)])
def test_the_strip_is_the_derivative_of_its_largest_eigenvalue(T, h, width):
    field, e = h / T, 1e-5
    slope = math.log(written_out(1 / T, field + e, width) / written_out(1 / T, field - e, width)) / (2 * e)
    assert strip_magnetisation(h, width, T=T) == pytest.approx(slope, rel=1e-7)


def test_the_strip_in_its_limits():
    # Nearly no coupling, and a wide strip below the critical temperature: Yang's magnetisation.
    assert strip_magnetisation(0.5, 4, T=1.0, J=1e-9) == pytest.approx(math.tanh(0.5), rel=1e-8)
    assert strip_magnetisation(0.003, 9, T=1.5) == pytest.approx(float(exact.yang_magnetisation(1.5)), rel=1e-3)
    assert strip_magnetisation(0.0, 4) == 0
    assert strip_magnetisation(-0.2, 5) == pytest.approx(-strip_magnetisation(0.2, 5), rel=1e-12)
    assert strip_magnetisation(0.2, 5) == pytest.approx(
        strip_magnetisation(0.4, 5, T=2 * exact.critical_temperature(), J=2.0)
    )


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: strip_magnetisation(0.1, 1), "width must be at least 2"),
        (lambda: strip_magnetisation(0.1, 17), "width must be at most 16"),
        (lambda: strip_magnetisation(0.1, 4, T=0.0), "T must be greater than 0"),
    ],
)
def test_bad_arguments_are_refused(call, message):
    with pytest.raises(ValueError, match=message):
        call()
