"""Cycles of the parallel dynamics: against runs from every state, known rings, and the theorem."""

import numpy as np
import pytest

from spinlearn import exact
from spinlearn.dense import cycles, network


@pytest.mark.parametrize("kind", ["reals", "whole", "symmetric", "with fields"])
@pytest.mark.parametrize("n", [1, 2, 5, 6])
def test_the_longest_is_that_of_runs_from_every_state(n, kind, rng):
    for _ in range(5):
        J = rng.normal(size=(n, n))
        J = np.rint(2 * J) if kind == "whole" else J + J.T if kind == "symmetric" else J
        h = rng.normal(size=n) if kind == "with fields" else np.zeros(n)
        periods = [
            network.relax(s, J, h=h, order="parallel", promise="nothing", sweeps=2000).period for s in exact.states(n)
        ]
        assert cycles.longest_cycle(J, h=h) == max(periods)


@pytest.mark.parametrize("n", [3, 5, 7])
def test_a_ring_goes_round(n):
    assert cycles.longest_cycle(np.roll(np.eye(n), 1, axis=0)) == n
    against = np.roll(np.eye(n), 1, axis=0)
    against[0] *= -1  # one that does the opposite: round twice
    assert cycles.longest_cycle(against) == 2 * n


def test_with_symmetric_couplings_nothing_is_longer_than_two(rng):
    for _ in range(50):
        J = rng.integers(-3, 4, size=(9, 9))
        symmetric = np.triu(J) + np.triu(J, 1).T
        h = rng.integers(-2, 3, size=9)
        assert cycles.longest_cycle(symmetric, h=h) <= 2
    longest = [cycles.longest_cycle(rng.integers(-3, 4, size=(9, 9))) for _ in range(50)]
    assert max(longest) > 4  # the wrong twin is seen


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: cycles.longest_cycle(np.zeros((17, 17))), r"^J must be of at most 16 units"),
        (lambda: cycles.longest_cycle(np.zeros((2, 3))), r"^J must have shape"),
        (lambda: cycles.longest_cycle(np.zeros((3, 3)), h=[1.0]), r"^h must have shape \(3,\)"),
    ],
)
def test_errors_name_the_argument(call, message):
    with pytest.raises((TypeError, ValueError), match=message):
        call()
