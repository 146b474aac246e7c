"""Exponents from copies, shares with intervals, and domains that grow as the square root of the time."""

import numpy as np
import pytest
from scipy.stats import binom

from spinlearn import exact
from spinlearn.lattice import cooled
from spinlearn.measure.growth import domain_length, exponent, share

TIMES = np.array([16, 32, 64, 128, 256])


def excess(T, rest, rng, L=512, R=24) -> np.ndarray:
    """Energy above that at rest, (R, times), after a quench from infinite temperature."""
    run = cooled.replicas(rng.choice([-1, 1], size=(R, L, L)), np.full(TIMES[-1], T), rng=rng)
    return (run.e[TIMES - 1] - rest).T


@pytest.mark.parametrize("T", [0.0, 1.2])
def test_domains_grow_as_the_square_root_of_the_time(T, rng):
    """With the correction of a length that starts from some lattice steps; and without it nearly."""
    rest = float(exact.onsager_energy(T)) if T else -2.0
    e = excess(T, rest, rng)
    p, plain = exponent(TIMES, e, omega=0.5), exponent(TIMES, e)
    print(T, p, plain, domain_length(e.mean(axis=0) - 2))
    assert abs(p.value + 0.5) < 4 * p.error
    assert p.error < 0.03
    assert abs(p.value + 1 / 3) > 5 * p.error  # what a conserved magnetisation would do
    assert abs(plain.value + 0.5) < 0.05


def test_the_error_is_that_of_many_repetitions(rng):
    """Copies whose records hang together; a twin that takes the times for independent finds too small an error."""
    x = np.array([1.0, 2.0, 4.0, 8.0])
    found = []
    for _ in range(400):
        walk = np.cumsum(rng.normal(size=(20, 4)), axis=1)
        found.append(exponent(x, x**0.7 * (1 + 0.02 * walk)))
    values, errors = np.array([one.value for one in found]), np.array([one.error for one in found])
    assert abs(values.mean() - 0.7) < 4 * values.std() / 20
    assert errors.mean() == pytest.approx(values.std(), rel=0.15)  # 4 errors of a standard deviation of 400


@pytest.mark.parametrize("p", [0.02, 0.34, 0.9])
@pytest.mark.parametrize("n", [30, 400])
def test_intervals_hold_the_chance_as_often_as_they_say(n, p):
    """By the exact law of the counts."""
    for exactly in (True, False):
        inside = np.array([one.low <= p <= one.high for one in (share(k, n, exact=exactly) for k in range(n + 1))])
        coverage = binom.pmf(np.arange(n + 1), n, p) @ inside
        assert coverage >= (0.95 if exactly else 0.9)
        if not exactly:
            assert coverage < 0.98
    assert share(5, n, level=0.5).high < share(5, n).high


def test_ends_of_shares():
    assert share(0, 10).low == share(0, 10, exact=True).low == 0
    assert share(10, 10).high == share(10, 10, exact=True).high == 1
    assert share(0, 10, exact=True).high == pytest.approx(1 - 0.025**0.1)


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda: share(3, 2), "count must be at most 2"),
        (lambda: share(0, 0), "total must be at least 1"),
        (lambda: share(1, 2, level=1.0), "level must be below 1"),
        (lambda: domain_length([-2.0, -1.0]), "e must be above rest"),
        (lambda: exponent([1, 1], np.ones((3, 2))), "2 different values"),
        (lambda: exponent([1, 2], np.ones((2, 2))), "R at least 3"),
        (lambda: exponent([1, 2], -np.ones((3, 2))), "means above 0"),
    ],
)
def test_odd_arguments_are_refused(call, says):
    with pytest.raises(ValueError, match=says):
        call()
