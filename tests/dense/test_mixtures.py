"""Mixtures of patterns: all states of a small network, the Hessian, known numbers."""

import itertools
import math

import numpy as np
import pytest
from scipy.special import comb

from spinlearn.dense import capacity, mixtures
from spinlearn.meanfield import weiss


def free_energy(m, T):
    """Of few patterns, with the overlaps m: the mean over all ways in which the patterns can meet at a spin."""
    xi = np.array(list(itertools.product([-1, 1], repeat=len(m))))
    x = xi @ m / T
    return m @ m / 2 - T * np.logaddexp(x, -x).mean()


def hessian(m, T, h=1e-3):
    n = len(m)
    steps = h * np.eye(n)
    f = np.zeros((n, n))
    for i, j in itertools.product(range(n), repeat=2):
        signs = ((1, 1), (1, -1), (-1, 1), (-1, -1))
        f[i, j] = sum(a * b * free_energy(m + a * steps[i] + b * steps[j], T) for a, b in signs) / (4 * h * h)
    return f


@pytest.mark.parametrize(("n", "T"), [(1, 0.4), (2, 0.3), (3, 0.3), (3, 0.55), (5, 0.3)])
def test_it_is_stationary_and_curved_as_said(n, T):
    state = mixtures.mixture(n, T)
    m = np.zeros(n + 1)  # one pattern more, that is not in it
    m[:n] = state.m
    assert free_energy(m, T) == pytest.approx(state.f, abs=1e-13)
    for step in 1e-4 * np.eye(n + 1):
        assert abs(free_energy(m + step, T) - free_energy(m - step, T)) < 1e-11
    assert np.linalg.eigvalsh(hessian(m, T)).min() == pytest.approx(state.curvature, abs=1e-4)


def test_majority_votes():
    for n in (1, 3, 5, 7):
        state = mixtures.mixture(n, 0.0)
        assert state.m == comb(n - 1, (n - 1) // 2) / 2 ** (n - 1)
        assert state.f == -n * state.m**2 / 2
        assert state.curvature == 1
    assert mixtures.mixture(3, 0.0)[:2] == (0.5, -3 / 8)
    assert mixtures.mixture(2, 0.0).curvature == -math.inf


def test_odd_mixtures_melt_early_and_even_ones_never_hold():
    # For three patterns: T = 1 / cosh(m / T)^2 with m = (tanh(m / T) + tanh(3 m / T)) / 4; 0.46 in Amit et al. (1985)
    T = mixtures.melting(3)
    m = mixtures.mixture(3, T).m
    assert pytest.approx(math.cosh(m / T) ** -2, abs=1e-12) == T
    assert m == pytest.approx((math.tanh(m / T) + math.tanh(3 * m / T)) / 4, abs=1e-14)
    assert round(T, 2) == 0.46
    assert 1.0 == mixtures.melting(1) > T > mixtures.melting(5) > mixtures.melting(7)
    for T in (0.05, 0.2, 0.5, 0.9):
        assert max(mixtures.mixture(n, T).curvature for n in (2, 4, 6)) < 0


@pytest.mark.parametrize("T", [0.2, 0.7, 0.999, 1.0, 1.5])
def test_a_mixture_of_one_is_a_magnet(T):
    state = mixtures.mixture(1, T)
    assert state.m == pytest.approx(float(weiss.magnetisation(T)), abs=1e-12)
    # All mixtures vanish at T = 1, and above it is only the paramagnet.
    assert (mixtures.mixture(3, T).m > 0) == (T < 1)


@pytest.mark.parametrize("alpha", [0.02, 0.1, 0.137])
def test_with_a_load_a_mixture_of_one_is_retrieval(alpha):
    one, state = mixtures.loaded(1, alpha), capacity.retrieval(alpha, 0.0)
    assert one[1:5] == pytest.approx((state.m, state.r, state.C, state.u), abs=1e-11)


def test_mixtures_bear_less_load():
    limits = [mixtures.loaded_limit(n) for n in (1, 3, 5, 7)]
    assert limits[0].alpha == pytest.approx(capacity.retrieval_limit(0.0).alpha, rel=1e-12)
    assert round(limits[1].alpha, 2) == 0.03  # Amit et al. (1987)
    assert (np.diff([limit.alpha for limit in limits]) < 0).all()
    assert min(limit.curvature for limit in limits) > 0
    nothing = mixtures.loaded(3, 1e-8)
    assert (nothing.m, nothing.u) == pytest.approx((0.5, -3 / 8), abs=1e-8)


def test_a_majority_vote_of_three_stays_where_it_is_below_its_load():
    rng, N, overlaps = np.random.default_rng(3), 1000, []
    for P in (11, 81):  # loads 0.01 and 0.08, with one pattern more, as they count
        xi = rng.choice([-1.0, 1.0], size=(P, N))
        s = np.sign(xi[:3].sum(0))
        field = xi.T @ (xi @ s) - P * s
        while (wrong := np.flatnonzero(field * s < 0)).size:
            i = wrong[0]
            s[i] = -s[i]
            field += 2 * s[i] * (xi.T @ xi[:, i])
            field[i] -= 2 * P * s[i]
        overlaps.append(xi[:3] @ s / N)
    assert np.abs(overlaps[0] - mixtures.loaded(3, 0.01).m).max() < 4 * math.sqrt(0.75 / N)
    assert overlaps[1].max() < 0.4


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: mixtures.mixture(0, 0.1), ValueError, "n must be at least 1"),
        (lambda: mixtures.mixture(3.0, 0.1), TypeError, "n must be a whole number"),
        (lambda: mixtures.mixture(3, -0.1), ValueError, "T must be at least 0"),
        (lambda: mixtures.melting(4), ValueError, "n must be odd"),
        (lambda: mixtures.loaded(2, 0.01), ValueError, "n must be odd"),
        (lambda: mixtures.loaded(3, 0.05), ValueError, "alpha must be at most 0.029942"),
        (lambda: mixtures.loaded(3, 0.0), ValueError, "alpha must be greater than 0"),
        (lambda: mixtures.loaded_limit(103), ValueError, "n must be at most 101"),
    ],
)
def test_wrong_arguments(call, error, words):
    with pytest.raises(error, match=words):
        call()
