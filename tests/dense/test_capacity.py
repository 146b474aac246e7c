"""Hopfield near saturation: naive integrals, identities of the free energy, closed forms, the literature, a network."""

import math

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.optimize import brentq, minimize_scalar
from scipy.special import erf

from spinlearn.dense import capacity
from spinlearn.meanfield import weiss
from spinlearn.meanfield.gaussian import gaussian_magnetisation

POINTS = [(0.1, 0.1), (0.05, 0.3), (0.02, 0.6), (1e-4, 0.9), (0.13, 0.02)]


def average(function, m, spread):
    """Over h = m + spread z, by a routine that knows nothing of the integrand."""

    def weighted(z):
        return function(m + spread * z) * math.exp(-z * z / 2) / math.sqrt(2 * math.pi)

    at = [-m / spread] if abs(m / spread) < 10 else None
    return quad(weighted, -10, 10, points=at, limit=400, epsabs=1e-13, epsrel=1e-13)[0]


def free_energy(alpha, T, m, q, r):
    C = (1 - q) / T
    bulk = math.log(1 - C) * T - q / (1 - C) + r * (1 - q) / T
    spins = average(lambda h: T * np.logaddexp(h / T, -h / T), m, math.sqrt(alpha * r))
    return alpha / 2 + m * m / 2 + alpha / 2 * bulk - spins


def solves(state, alpha, T):
    """Largest deviation from the three equations, integrated naively."""
    spread = math.sqrt(alpha * state.r)
    q = average(lambda h: math.tanh(h / T) ** 2, state.m, spread)
    m = average(lambda h: math.tanh(h / T), state.m, spread)
    return max(abs(m - state.m), abs(q - state.q), abs(state.q - state.r * (1 - (1 - state.q) / T) ** 2))


@pytest.mark.parametrize(("alpha", "T"), POINTS)
def test_the_equations_are_solved(alpha, T):
    remembers, saddle = (capacity.retrieval(alpha, T, saddle=saddle) for saddle in (False, True))
    glass = capacity.spin_glass(alpha, T)
    assert max(solves(state, alpha, T) for state in (remembers, saddle, glass)) < 1e-10
    assert remembers.m > saddle.m > glass.m == 0
    assert solves(remembers._replace(r=remembers.r * (1 + 1e-8)), alpha, T) > 1e-10  # the measure sees an error


@pytest.mark.parametrize(("alpha", "T"), [*POINTS, (0.3, 1.2), (0.1, 0.0), (0.1, 1e-6)])
@pytest.mark.parametrize("solve", [capacity.retrieval, capacity.spin_glass])
def test_the_free_energy_is_that_of_its_derivatives(solve, alpha, T):
    if solve is capacity.retrieval and T > 1:
        return
    state = solve(alpha, T)
    assert state.f == pytest.approx(state.u - T * state.s, abs=1e-13)
    h = 1e-4 * alpha
    by_alpha = (solve(alpha + h, T).f - solve(alpha - h, T).f) / (2 * h)
    logs = math.log1p(-state.C) * T - state.q / (1 - state.C)
    assert by_alpha == pytest.approx((1 + logs) / 2, abs=2e-6 + 1e-6 / math.sqrt(alpha))
    if T > 1e-3:
        h = 1e-4 * T
        assert -(solve(alpha, T + h).f - solve(alpha, T - h).f) / (2 * h) == pytest.approx(state.s, abs=2e-6)


def test_the_states_are_where_the_free_energy_is_stationary():
    alpha, T = 0.05, 0.3
    state = capacity.retrieval(alpha, T)
    at = np.array(state[:3])
    assert free_energy(alpha, T, *at) == pytest.approx(state.f, abs=1e-11)
    for shift in 1e-4 * np.eye(3):
        slope = (free_energy(alpha, T, *(at + shift)) - free_energy(alpha, T, *(at - shift))) / 2e-4
        assert abs(slope) < 1e-7


def test_the_capacity_has_six_digits():
    # sqrt(2 alpha) = erf(y) / y - 2 exp(-y^2) / sqrt(pi) at T = 0
    best = minimize_scalar(lambda y: -(erf(y) / y - 2 / math.sqrt(math.pi) * math.exp(-y * y)), bounds=(1, 2))
    alpha, _, m = capacity.retrieval_limit(0.0)
    assert alpha == pytest.approx(best.fun**2 / 2, rel=1e-13)
    assert alpha == pytest.approx(0.137905566, abs=5e-10)
    assert m == pytest.approx(erf(best.x), abs=1e-6)
    assert round(m, 4) == 0.9674
    assert (1 - m) / 2 == pytest.approx(0.016, abs=5e-4)  # bits that are wrong there, Amit et al. (1987)
    with pytest.raises(ValueError, match=r"alpha must be at most 0\.137906"):
        capacity.retrieval(0.13791, 0.0)


@pytest.mark.parametrize("alpha", [0.01, 0.05, 0.1, 0.137])
def test_at_no_temperature_there_is_a_closed_form(alpha):
    state = capacity.retrieval(alpha, 0.0)
    y = state.m / math.sqrt(2 * alpha * state.r)
    assert state.m == pytest.approx(erf(y), abs=1e-14)
    assert pytest.approx(1 + math.sqrt(2 / (math.pi * alpha)) * math.exp(-y * y), abs=1e-12) == math.sqrt(state.r)
    energy = -(state.m**2) / 2 + alpha * (1 - state.r) / 2
    assert (state.f, state.u) == pytest.approx((energy, energy), abs=1e-14)
    assert state.q == 1
    assert state.replicon == -math.inf


def test_nothing_happens_on_the_way_to_no_temperature():
    for solve in (capacity.retrieval, capacity.spin_glass):
        cold = np.array(solve(0.1, 0.0)[:7])
        for T in (1e-3, 1e-6, 1e-9):
            assert np.abs(np.array(solve(0.1, T)[:7]) - cold).max() < 10 * T
    assert capacity.retrieval_limit(1e-9).alpha == pytest.approx(capacity.retrieval_limit(0.0).alpha, abs=1e-9)


def test_entropies_and_energies_of_the_literature():
    # Amit, Gutfreund and Sompolinsky (1985): entropies -1.4e-3 and -0.07 at the capacity; -1/pi - sqrt(2 alpha / pi)
    alpha = capacity.retrieval_limit(0.0).alpha
    assert round(capacity.retrieval(alpha, 0.0).s, 4) == -0.0014
    assert round(capacity.spin_glass(alpha, 0.0).s, 2) == -0.07
    for load in (0.01, 0.1, 2.0):
        assert capacity.spin_glass(load, 0.0).u == pytest.approx(
            -1 / math.pi - math.sqrt(2 * load / math.pi), abs=1e-12
        )


@pytest.mark.parametrize("T", [0.1, 0.5, 0.9])
def test_a_small_load_leaves_curie_and_weiss(T):
    state = capacity.retrieval(1e-12, T)
    m = float(weiss.magnetisation(T))
    assert state.m == pytest.approx(m, abs=1e-9)
    assert state.q == pytest.approx(m * m, abs=1e-9)
    assert state.f == pytest.approx(m * m / 2 - T * np.logaddexp(m / T, -m / T), abs=1e-9)


def test_it_is_a_magnet_in_a_random_field():
    state = capacity.retrieval(0.08, 0.2)
    assert float(gaussian_magnetisation(0.2, spread=math.sqrt(0.08 * state.r))) == pytest.approx(state.m, abs=1e-13)


@pytest.mark.parametrize("alpha", [0.01, 0.3, 4.0])
def test_the_glass_begins_at_its_temperature(alpha):
    T_g = capacity.glass_temperature(alpha)
    assert pytest.approx(1 + math.sqrt(alpha)) == T_g
    above, below = capacity.spin_glass(alpha, T_g * (1 + 1e-6)), capacity.spin_glass(alpha, T_g * (1 - 1e-6))
    assert above.q == 0 < below.q < 1e-4
    assert above.replicon > 0 > below.replicon
    paramagnet = capacity.spin_glass(alpha, 2 * T_g)  # whose free energy is that of the determinant alone
    C = 1 / (2 * T_g)
    assert paramagnet.f == pytest.approx(alpha / 2 * (1 + 2 * T_g * math.log(1 - C)) - 2 * T_g * math.log(2), abs=1e-13)


def test_lines_near_the_point_where_memories_begin():
    # With T = 1 - t and spread^2 = x t: alpha = t^2 4 x (1 - x)^2 / (3 - 2 x), largest at 3 - 9 x + 4 x^2 = 0.
    x = (9 - math.sqrt(33)) / 8
    slope = math.sqrt((3 - 2 * x) / x) / (2 * (1 - x))
    assert slope == pytest.approx(1.95, abs=0.005)  # T_M = 1 - 1.95 sqrt(alpha)
    for t, error in ((1e-2, 1e-2), (1e-4, 1e-4)):
        assert t / math.sqrt(capacity.retrieval_limit(1 - t).alpha) == pytest.approx(slope, abs=error)
        assert t / math.sqrt(capacity.ground_limit(1 - t).alpha) == pytest.approx(2.6, abs=0.01)


def test_lines_and_their_inverses():
    for alpha in (1e-4, 0.02, 0.05, 0.1, 0.138):
        T = capacity.retrieval_temperature(alpha).T
        assert capacity.retrieval_limit(T).alpha == pytest.approx(alpha, rel=1e-9)
        capacity.retrieval(alpha, 0.9999 * T)
        with pytest.raises(ValueError, match="alpha must be at most"):
            capacity.retrieval(alpha, 1.0001 * T)
    for alpha in (1e-4, 0.02, 0.05, 0.053):
        T = capacity.ground_temperature(alpha).T
        assert capacity.ground_limit(T).alpha == pytest.approx(alpha, rel=1e-9)
        assert T < capacity.retrieval_temperature(alpha).T


def test_memories_are_ground_states_at_a_third_of_the_load():
    alpha, T, _ = capacity.ground_limit(0.0)
    assert math.floor(alpha * 1000) == 51  # Amit et al. (1985), replica symmetric
    assert capacity.retrieval(alpha, T).u == pytest.approx(capacity.spin_glass(alpha, T).u, abs=1e-13)
    assert capacity.retrieval(0.05, 0.0).u < capacity.spin_glass(0.05, 0.0).u
    assert capacity.retrieval(0.053, 0.0).u > capacity.spin_glass(0.053, 0.0).u


def test_the_line_leans_over_where_symmetry_is_broken():
    cold, nose = capacity.retrieval_limit(0.0), capacity.retrieval_limit(0.0229)
    assert cold.alpha < 0.13818 < nose.alpha < 0.13819
    assert capacity.retrieval_limit(0.05).alpha < cold.alpha
    meeting = capacity.stable_limit()
    assert meeting.T > 0.0229
    assert meeting.alpha == pytest.approx(
        0.138186, abs=1e-6
    )  # the capacity with broken symmetry, Steffan and Kuehn (1994)
    assert capacity.retrieval(0.1380, 0.03).replicon > 0 > capacity.retrieval(0.1380, 0.02).replicon


def test_symmetry_breaks_where_the_eigenvalue_says():
    for alpha in (0.005, 0.01, 0.02):
        small = math.sqrt(8 * alpha / (9 * math.pi)) * math.exp(-1 / (2 * alpha))  # Amit et al. (1985)
        assert pytest.approx(small, rel=1e-5) == capacity.stability_temperature(alpha).T
    for alpha in (0.05, 0.1, 0.137):
        T = capacity.stability_temperature(alpha).T
        assert capacity.retrieval(alpha, 1.01 * T).replicon > 0 > capacity.retrieval(alpha, 0.99 * T).replicon
    state = capacity.retrieval(0.1, 0.2)
    fourth = average(lambda h: math.cosh(h / 0.2) ** -4, state.m, math.sqrt(0.1 * state.r))
    assert state.replicon == pytest.approx(1 - 0.1 * fourth / (0.2 * (1 - state.C)) ** 2, abs=1e-10)


def test_states_are_the_hills_and_valleys_of_the_energy_at_a_given_overlap():
    for alpha in (0.05, 0.1, 0.135):
        for saddle in (False, True):
            state = capacity.retrieval(alpha, 0.0, saddle=saddle)
            assert capacity.constrained_energy(state.m, alpha) == pytest.approx(state.u, abs=1e-13)
            h = 1e-5 * (1 - state.m)
            around = [capacity.constrained_energy(state.m + step, alpha) for step in (-h, h)]
            assert abs(around[1] - around[0]) / (2 * h) < 1e-5
    assert capacity.constrained_energy(0.0, 0.1) == pytest.approx(capacity.spin_glass(0.1, 0.0).u, abs=1e-12)
    assert capacity.constrained_energy(-0.3, 0.1) == capacity.constrained_energy(0.3, 0.1)
    assert capacity.constrained_energy(1.0, 0.1) == -0.5


def test_the_barrier_falls_before_the_valley_goes():
    # Stojnic (2024): alpha = erf(x)^2 / (2 x^2) - 1 + erf(x)^2 at a root of what stands below
    def root(x):
        bell = math.exp(-x * x)
        return 1 - erf(x) ** 2 - 2 * erf(x) * bell / (math.sqrt(math.pi) * x) + 2 * bell**2 / math.pi

    x = brentq(root, 0.8, 1.6)
    alpha, T, m = capacity.barrier_limit()
    assert alpha == pytest.approx(erf(x) ** 2 / (2 * x * x) - 1 + erf(x) ** 2, abs=1e-12)
    assert alpha == pytest.approx(0.129490, abs=5e-7)
    assert (T, m) == (0.0, pytest.approx(erf(x), abs=1e-9))
    heights = [
        max(capacity.constrained_energy(m, load) for m in np.linspace(0.5, 0.999, 500)) for load in (0.129, 0.13)
    ]
    assert heights[0] > -0.5 > heights[1]
    assert capacity.barrier_limit().alpha < capacity.retrieval_limit(0.0).alpha


def test_without_the_reaction_of_the_others_the_capacity_is_another():
    # The same equations with r = 1: a network of diluted asymmetric synapses, 2 / pi. So r is what makes 0.138.
    def m(alpha):
        return float(gaussian_magnetisation(1e-9, spread=math.sqrt(alpha)))

    assert m(0.63) > 0.1
    assert m(0.64) == 0


@pytest.mark.parametrize(
    ("call", "error", "words"),
    [
        (lambda: capacity.retrieval(0.0, 0.1), ValueError, "alpha must be at least 1e-12"),
        (lambda: capacity.retrieval(0.1, -0.1), ValueError, "T must be at least 0"),
        (lambda: capacity.retrieval(0.1, 1.5), ValueError, "T must be at most 0.999999"),
        (lambda: capacity.retrieval("0.1", 0.0), TypeError, "alpha must be a real number"),
        (lambda: capacity.retrieval(0.1, 0.0, saddle=1), TypeError, "saddle must be True or False"),
        (lambda: capacity.retrieval(math.nan, 0.0), ValueError, "alpha must be finite"),
        (lambda: capacity.spin_glass(-1, 0.0), ValueError, "alpha must be at least 1e-12"),
        (lambda: capacity.retrieval_limit(1.0), ValueError, "T must be at most 0.999999"),
        (lambda: capacity.ground_limit(-0.1), ValueError, "T must be at least 0"),
        (lambda: capacity.retrieval_temperature(0.1382), ValueError, "alpha must be at most 0.138189"),
        (lambda: capacity.ground_temperature(0.06), ValueError, "alpha must be at most 0.053132"),
        (lambda: capacity.stability_temperature(0.001), ValueError, "alpha must be at least 0.002"),
        (lambda: capacity.stability_temperature(0.1381), ValueError, "alpha must be at most 0.137906"),
        (lambda: capacity.constrained_energy(1.1, 0.1), ValueError, "m must be from -1 to 1"),
    ],
)
def test_wrong_arguments(call, error, words):
    with pytest.raises(error, match=words):
        call()


def network(N, P, T, rng, *, copies=64, sweeps=60, rest=20):
    """Networks that begin at a pattern: overlap with it, N times the mean square of the others, and energy per spin."""
    xi = rng.choice(np.float32([-1, 1]), size=(copies, P, N))
    xi[:, 0] = 1  # any pattern can be turned into this one
    J = np.matmul(xi.transpose(0, 2, 1), xi).transpose(1, 0, 2) / N
    J[np.arange(N), :, np.arange(N)] = 0
    J, s = np.ascontiguousarray(J), np.ones((copies, N), np.float32)
    seen = []
    for sweep in range(sweeps):
        u = rng.random((N, copies))
        threshold = T / 2 * np.log(u / (1 - u))
        for i in range(N):
            s[:, i] = np.where((J[i] * s).sum(1) >= threshold[i], 1, -1)
        if sweep >= rest:
            m = (xi * s[:, None]).mean(2, dtype=float)
            seen.append([m[:, 0], N * (m[:, 1:] ** 2).mean(1), P / N / 2 - (m**2).sum(1) / 2])
    found = np.mean(seen, axis=0)
    return found.mean(1), found.std(1, ddof=1) / math.sqrt(copies)


@pytest.mark.parametrize(("alpha", "T", "rest"), [(0.1, 0.0, 19), (0.02, 0.5, 10)])
def test_a_network_of_400_spins(alpha, T, rest):
    N = 400
    mean, error = network(N, round(alpha * N) + 1, T, np.random.default_rng(5), sweeps=20 if T == 0 else 40, rest=rest)
    state = capacity.retrieval(alpha, T)
    expected = [state.m, state.r + (1 - state.q) / (1 - state.C), state.u]
    # What finite size adds is of order 1 / N: the other patterns are P - 1, and some 3 (1 - m^2) / N of m.
    assert (np.abs(mean - expected) < 4 * error + np.array([1, 20, 1]) / N).all()
    if T > 0:  # and it is seen that the others react: without, r = q
        assert mean[1] - 1 > 4 * error[1]
