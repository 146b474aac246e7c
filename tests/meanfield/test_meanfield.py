"""Mean field against high precision, identities of thermodynamics, and models it is exact for.

References are mpmath with 40 digits, enumeration of small systems, the exact chain, and a tree. Tolerances are a few
rounding errors times the condition of the problem, or the next order of the expansion in question.
"""

import math

import mpmath
import numpy as np
import pytest
import sympy

from spinlearn import exact, meanfield
from spinlearn.lattice import from_couplings
from spinlearn.meanfield import (
    bethe,
    bethe_critical_temperature,
    bethe_magnetisation,
    branches,
    curie_weiss,
    energy,
    entropy,
    free_energy,
    landau,
    magnetisation,
    naive,
    spinodal_field,
    spinodal_magnetisation,
    susceptibility,
    tap,
    tap_critical_temperature,
    tap_magnetisation,
    weiss,
)

EPS = np.finfo(float).eps
POINTS = [
    (T, h)
    for T in (1e-3, 0.1, 0.5, 0.9, 0.999, 1 - 1e-9, 1 - EPS, 1.0, 1 + EPS, 1.001, 1.3, 7.0, 1e4)
    for h in (0.0, 1e-300, 1e-12, 1e-3, 0.2, 3.0)
]


def exact_root(T, h, Tc=1.0):
    """Positive solution for h >= 0, to all digits, from T and h as the floating-point numbers they are."""
    with mpmath.workdps(360):  # at T = Tc the terms agree to 2/3 of the digits of h
        T, h, Tc = mpmath.mpf(T), mpmath.mpf(h), mpmath.mpf(Tc)
        if h == 0 and Tc <= T:
            return mpmath.mpf(0)
        x = Tc / T + h / T
        for _ in range(5000):
            # Newton's method from above on a convex function.
            step = (x - Tc / T * mpmath.tanh(x) - h / T) / (1 - Tc / T * mpmath.sech(x) ** 2)
            x -= step
            if abs(step) < abs(x) * mpmath.mpf(10) ** -45:
                break
        return mpmath.tanh(x)


# The self-consistency


@pytest.mark.parametrize(("T", "h"), POINTS)
def test_magnetisation_has_all_of_its_digits(T, h):
    expected = exact_root(T, h)
    assert float(magnetisation(T, h=h)) == pytest.approx(float(expected), rel=8 * EPS, abs=0)
    assert magnetisation(T, h=-h) == (-magnetisation(T, h=h) if h else magnetisation(T))


def test_close_to_Tc_the_square_root_and_its_correction():
    """t = (Tc - T) / T, artanh m = (1 + t) m: m^2 = 3 t (1 - 9/5 t ...), so m / sqrt(3 t) - 1 is -9/10 t."""
    for distance in 2.0 ** -np.arange(8, 52, 4):
        t = distance / (1 - distance)
        assert float(magnetisation(1 - distance)) / math.sqrt(3 * t) - 1 == pytest.approx(
            -0.9 * t, rel=10 * t + EPS / t
        )


def test_the_series_of_that_test_is_right():
    m, t, a = sympy.symbols("m t a")
    expansion = sympy.expand(sympy.series(sympy.atanh(m), m, 0, 6).removeO() / m) - 1 - t
    inserted = sympy.expand(expansion.subs(m, sympy.sqrt(3 * t) * (1 + a * t)))
    assert sympy.solve(inserted.coeff(t, 2), a) == [-sympy.Rational(9, 10)]


def test_a_scale_and_shapes():
    T, h = np.array([0.3, 0.8, 1.7])[:, None], np.array([0.0, 0.1, -0.4, 2.0])
    scaled = magnetisation(6 * T, h=6 * h, Tc=6.0)
    assert scaled.shape == (3, 4)
    np.testing.assert_allclose(scaled, magnetisation(T, h=h), rtol=20 * EPS)
    assert np.ndim(magnetisation(0.5)) == 0
    assert magnetisation(np.empty(0)).shape == (0,)
    assert isinstance(float(magnetisation(1e-308)), float)
    assert magnetisation(1e-308) == 1.0


def test_a_seemingly_harmless_solver_fails_where_this_one_does_not():
    """Negative control: iterating m <- tanh(m / T) from 1 a thousand times is 10 % off at T = 0.9999999."""
    T, m = 1 - 1e-7, 1.0
    for _ in range(1000):
        m = math.tanh(m / T)
    true = float(exact_root(T, 0.0))
    assert abs(m / true - 1) > 0.1
    assert abs(magnetisation(T) / true - 1) < 8 * EPS


@pytest.mark.parametrize("Tc", [1.0, 4.0])
def test_branches_solve_the_equation_and_their_stability_is_the_curvature(Tc):
    T, h = np.meshgrid(np.linspace(0.1, 1.4, 27) * Tc, np.linspace(-0.4, 0.4, 33) * Tc)
    found = branches(T, h=h, Tc=Tc)
    for m in found:
        there = np.isfinite(m)
        field = (Tc * m + h) / T
        np.testing.assert_allclose(np.tanh(field)[there], m[there], atol=4 * EPS * (1 + (Tc / T).max()))
    curvature = [T * np.cosh((Tc * m + h) / T) ** 2 - Tc for m in found]  # f'' = T / (1 - m^2) - Tc
    inside = np.abs(np.abs(h) - spinodal_field(np.minimum(T, Tc), Tc=Tc)) > 1e-9
    marginal = (h == 0) & (Tc == T)
    assert (curvature[0][~marginal] > 0).all()
    assert (curvature[1][inside & np.isfinite(found.metastable)] > 0).all()
    assert (curvature[2][inside & np.isfinite(found.unstable)] < 0).all()
    depths = [free_energy(np.nan_to_num(m), T, h=h, Tc=Tc) for m in found]
    three = np.isfinite(found.metastable)
    assert (depths[0][three] <= depths[1][three] + 1e-14 * Tc).all()
    assert (depths[1][three] <= depths[2][three] + 1e-14 * Tc).all()
    assert (np.sign(found.stable) == np.where(h < 0, -1, 1))[(h != 0) | (Tc > T)].all()


def test_there_are_three_branches_exactly_inside_the_spinodals():
    """Counted without the solver: sign changes of m - tanh(...) on a fine grid."""
    m = np.linspace(-1, 1, 40_002)
    for T in (0.3, 0.6, 0.9, 1.1):
        for h in (0.0, 0.01, 0.05, 0.12, 0.25, 0.6):
            changes = np.count_nonzero(np.diff(np.sign(m - np.tanh((m + h) / T))))
            assert np.count_nonzero(np.isfinite(branches(T, h=h))) == changes
    assert branches(0.7, h=0.0).unstable == 0.0
    assert not np.signbit(branches(0.7, h=0.0).unstable)
    assert branches(0.7).metastable == -branches(0.7).stable


@pytest.mark.parametrize("T", [1e-6, 0.01, 0.3, 0.7, 0.75, 0.76, 0.99, 1 - 1e-9, 1 - EPS])
def test_spinodal_field_has_all_of_its_digits(T):
    with mpmath.workdps(50):
        m = mpmath.sqrt(1 - mpmath.mpf(T))
        expected = m - T * mpmath.atanh(m)
    assert float(spinodal_field(T)) == pytest.approx(float(expected), rel=8 * EPS)
    assert spinodal_magnetisation(T) == pytest.approx(float(m), rel=2 * EPS)


@pytest.mark.parametrize("T", [0.05, 0.5, 0.95])
def test_at_the_spinodal_two_branches_meet(T):
    edge = float(spinodal_field(T))
    close = branches(T, h=edge * (1 - 1e-10))
    assert close.metastable == pytest.approx(-spinodal_magnetisation(T), abs=1e-4)
    assert close.unstable == pytest.approx(-spinodal_magnetisation(T), abs=1e-4)
    assert close.metastable < -spinodal_magnetisation(T) < close.unstable
    assert np.isnan(branches(T, h=edge * (1 + 1e-10)).metastable)


@pytest.mark.parametrize("h", [0.0, 0.05, -0.3])
@pytest.mark.parametrize("T", [0.2, 0.6, 0.95, 1.2, 3.0])
def test_identities_of_thermodynamics(T, h):
    """On the solution f(T, h) has df/dh = -m and e - T df/dT... = s; off it df/dm = T artanh(m) - Tc m - h."""

    def f(T, h):
        return float(free_energy(magnetisation(T, h=h), T, h=h))

    step, m = 1e-5, float(magnetisation(T, h=h))
    sign = 1e-9 if h == 0 else 0.0  # the positive phase
    assert (f(T, h + step) - f(T, h + sign)) / (step - sign) == pytest.approx(
        -m, abs=step * max(1, float(susceptibility(T, h=h)))
    )
    assert (f(T + step, h) - f(T - step, h)) / (2 * step) == pytest.approx(-float(entropy(m)), abs=1e-7)
    assert f(T, h) == pytest.approx(float(energy(m, h=h) - T * entropy(m)), abs=4 * EPS * max(1, T))
    if h:
        slope = float(magnetisation(T, h=h + step) - magnetisation(T, h=h - step)) / (2 * step)
        assert slope == pytest.approx(float(susceptibility(T, h=h)), rel=1e-6)
    for trial in (-0.7, 0.1, 0.95):
        slope = float(free_energy(trial + step, T, h=h) - free_energy(trial - step, T, h=h)) / (2 * step)
        assert slope == pytest.approx(T * math.atanh(trial) - trial - h, abs=1e-7)


def test_susceptibility_follows_curie_and_weiss_on_both_sides():
    distance = np.array([1e-3, 1e-6, 1e-9])
    np.testing.assert_allclose(susceptibility(1 + distance) * ((1 + distance) - 1), 1, rtol=1e-14)
    np.testing.assert_allclose(2 * susceptibility(1 - distance) * (1 - (1 - distance)), 1, rtol=3 * distance.max())
    assert susceptibility(1.0) == np.inf
    assert susceptibility(1e-3) == 0.0


@pytest.mark.parametrize("q", [0.5, 0.3, 1e-3, 1e-10, 2.0**-54])
def test_entropy_has_all_of_its_digits(q):
    m = 1 - 2 * q
    with mpmath.workdps(40):
        down = (1 - mpmath.mpf(m)) / 2
        expected = -down * mpmath.log(down) - (1 - down) * mpmath.log(1 - down) if down else mpmath.mpf(0)
    assert float(entropy(m)) == pytest.approx(float(expected), rel=4 * EPS, abs=0)
    assert entropy(-m) == entropy(m)


def test_entropy_counts_configurations():
    """s(m) is the logarithm of the number of ways, per spin, up to ln(N) / N."""
    N = 100_000
    for up in (10, 25_000, 50_000):
        ways = (math.lgamma(N + 1) - math.lgamma(up + 1) - math.lgamma(N - up + 1)) / N
        assert float(entropy(2 * up / N - 1)) == pytest.approx(ways, abs=math.log(N) / N)


def test_landau_is_the_taylor_series_of_f():
    m, T, h, Tc = sympy.symbols("m T h Tc", positive=True)
    p, q = (1 + m) / 2, (1 - m) / 2
    f = -Tc * m**2 / 2 - h * m + T * (p * sympy.log(p) + q * sympy.log(q))
    values = {T: 0.8, h: 0.3, Tc: 1.7}
    series = sympy.Poly(sympy.series(f, m, 0, 9).removeO().subs(values), m).all_coeffs()[::-1]
    np.testing.assert_allclose(landau(0.8, h=0.3, Tc=1.7, order=8), np.array(series, dtype=float), atol=1e-15)
    assert len(landau(1.0, order=5)) == 6


# Curie-Weiss


@pytest.mark.parametrize(("T", "h", "Tc"), [(0.7, 0.0, 1.0), (1.3, 0.2, 1.0), (2.0, -0.3, 2.6)])
@pytest.mark.parametrize("N", [2, 5, 9])
def test_curie_weiss_is_the_sum_over_all_states(N, T, h, Tc):
    matrix = np.full((N, N), Tc / N)
    np.fill_diagonal(matrix, 0)
    everyone, J = from_couplings(matrix)
    p, m = exact.probabilities(everyone, T, J=J, h=h), exact.states(N).mean(axis=1)
    found = curie_weiss(N, T, h=h, Tc=Tc)
    energies = exact.energies(everyone, J=J, h=h)
    assert found.log_Z == pytest.approx(np.log(np.exp(-energies / T).sum()), rel=1e-13)
    assert found.f == pytest.approx(-T * found.log_Z / N, rel=1e-14)
    assert [found.m, found.abs_m, found.m2] == pytest.approx([p @ m, p @ abs(m), p @ m**2], abs=1e-14)
    law = [p[np.isclose(m, level)].sum() for level in found.levels]
    np.testing.assert_allclose(found.p, law, atol=1e-14)


@pytest.mark.parametrize(("T", "h"), [(0.6, 0.0), (0.8, 0.1), (1.5, 0.0), (1.5, -0.3)])
def test_curie_weiss_tends_to_mean_field_and_the_rate_is_known(T, h):
    """Laplace's method: N (f_N - f) -> Tc/2 - T ln(number of wells) + (T/2) ln(1 - K (1 - m^2))."""
    m = float(magnetisation(T, h=h))
    wells = 2 if h == 0 and T < 1 else 1
    limit = 0.5 - T * math.log(wells) + T / 2 * math.log(1 - (1 - m * m) / T)
    f = float(free_energy(m, T, h=h))
    ends = [N * (curie_weiss(N, T, h=h).f - f) - limit for N in (1000, 2000, 4000)]
    assert abs(ends[2]) < 2e-3
    assert ends[0] / ends[1] == pytest.approx(2, abs=0.1)  # what is left goes as 1 / N
    assert ends[1] / ends[2] == pytest.approx(2, abs=0.1)
    # Negative control: without the constant of the missing diagonal nothing would settle to this limit.
    assert abs(ends[2] + 0.5) > 0.1


def test_magnetisation_of_curie_weiss_has_three_rates():
    sizes = np.array([1000, 4000, 16000])

    def off(T, expected):
        return np.array([curie_weiss(int(N), T).abs_m for N in sizes]) - expected

    below = off(0.8, float(magnetisation(0.8)))
    np.testing.assert_allclose(below[:-1] / below[1:], 4, rtol=0.05)  # 1 / N
    critical = off(1.0, 0.0) * sizes**0.25
    # |m| under exp(-N m^4 / 12).
    constant = 12**0.25 * math.sqrt(math.pi) / math.gamma(0.25)
    assert critical[-1] == pytest.approx(constant, rel=2 / math.sqrt(sizes[-1]))
    assert (critical[1] - constant) / (critical[2] - constant) == pytest.approx(2, rel=0.1)  # next: N^-1/2
    above = off(1.5, 0.0) * np.sqrt(sizes)
    assert above[-1] == pytest.approx(math.sqrt(2 / math.pi * 3), rel=5 / sizes[-1] ** 0.5 / 10)  # sqrt(T / (T - Tc))


# Bethe


@pytest.mark.parametrize("h", [0.0, 0.03, -0.7])
def test_bethe_is_exact_on_the_chain(h):
    T = np.array([0.3, 0.7, 1.0, 2.5, 20.0])
    found, true = bethe(T, h=h, z=2), exact.chain(math.inf, T, h=h)
    np.testing.assert_allclose(found.m, true.m, rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(found.f, true.f, rtol=1e-13)
    np.testing.assert_allclose(found.e, true.e, rtol=1e-12)
    if h == 0:
        np.testing.assert_array_equal(found.m, 0)
        np.testing.assert_allclose(found.pair, np.tanh(1 / T), rtol=1e-14)
    assert bethe_critical_temperature(z=2) == 0.0


def test_bethe_is_exact_on_a_tree():
    """A root with 3 branches of depth 2, whose leaves feel the cavity field of a tree that goes on for ever."""
    z, T, h = 3, 1.4, 0.15
    solution = bethe(T, h=h, z=z)
    edges = [(0, 1), (0, 2), (0, 3)] + [(1 + k // 2, 4 + k) for k in range(6)]
    matrix = np.zeros((10, 10))
    for i, j in edges:
        matrix[i, j] = matrix[j, i] = 1.0
    tree, J = from_couplings(matrix)
    fields = np.full(10, h)
    fields[4:] = T * solution.cavity  # a leaf's own field and the two branches beyond it
    p, s = exact.probabilities(tree, T, J=J, h=fields), exact.states(10)
    assert p @ s[:, 0] == pytest.approx(float(solution.m), abs=1e-13)
    assert p @ s[:, 1] == pytest.approx(float(solution.m), abs=1e-13)
    assert p @ (s[:, 0].astype(float) * s[:, 1]) == pytest.approx(float(solution.pair), abs=1e-13)
    assert abs(p @ s[:, 0] - magnetisation(T, h=h, Tc=3.0)) > 0.01  # negative control


@pytest.mark.parametrize("z", [3, 4, 6, 12])
def test_bethe_orders_where_it_says(z):
    Tc = bethe_critical_temperature(z=z, J=0.7)
    assert (z - 1) * math.tanh(0.7 / Tc) == pytest.approx(1, rel=1e-14)
    assert bethe_magnetisation(Tc * (1 + 1e-9), z=z, J=0.7) == 0
    small = [float(bethe_magnetisation(Tc * (1 - d), z=z, J=0.7)) for d in (1e-8, 4e-8)]
    assert small[1] / small[0] == pytest.approx(2, rel=1e-4)  # a square root, too
    assert bethe_magnetisation(0.7 / 100, z=z, J=0.7) == 1


@pytest.mark.parametrize("z", [3, 6])
@pytest.mark.parametrize("distance", [1e-10, 1e-7, 1e-4, 0.1])
def test_bethe_close_to_its_transition_is_as_good_as_it_says(z, distance):
    T = bethe_critical_temperature(z=z) * (1 - distance)
    with mpmath.workdps(40):
        t = mpmath.tanh(1 / mpmath.mpf(T))
        # Newton's method from above, on the cavity's own equation.
        x = (z - 1) * mpmath.atanh(t)
        for _ in range(200):
            gain = (z - 1) * t * (1 - mpmath.tanh(x) ** 2) / (1 - (t * mpmath.tanh(x)) ** 2)
            x -= (x - (z - 1) * mpmath.atanh(t * mpmath.tanh(x))) / (1 - gain)
        m = mpmath.tanh(z * mpmath.atanh(t * mpmath.tanh(x)))
    assert bethe_magnetisation(T, z=z) == pytest.approx(float(m), rel=1e-15 + 2.3e-16 / distance)


def test_bethe_tends_to_mean_field_for_many_neighbours():
    errors = [abs(bethe_magnetisation(0.8, h=0.02, z=z, J=1 / z) - magnetisation(0.8, h=0.02)) for z in (100, 200, 400)]
    assert errors[0] / errors[1] == pytest.approx(2, rel=0.1)
    assert errors[1] / errors[2] == pytest.approx(2, rel=0.1)


def test_bethe_obeys_thermodynamics():
    step = 1e-5
    for T, h in [(2.2, 0.1), (2.2, -0.4), (4.0, 0.3)]:
        mine = bethe(T, h=h, z=4)
        assert (bethe(T, h=h + step, z=4).f - bethe(T, h=h - step, z=4).f) / (2 * step) == pytest.approx(
            -mine.m, abs=1e-8
        )
        by_beta = [bethe(1 / b, h=h, z=4).f * b for b in (1 / T + step, 1 / T - step)]
        assert (by_beta[0] - by_beta[1]) / (2 * step) == pytest.approx(mine.e, abs=1e-7)


# TAP


@pytest.mark.parametrize("z", [4, 5, 6, 8, 20])
def test_tap_loses_its_paramagnet_where_it_says(z):
    K = 1 / tap_critical_temperature(z=z)
    assert z * K * (1 - K) == pytest.approx(1, abs=1e-14)
    # The cubic term of the balance is 1/3 - z K^2: not positive for z = 4 and 5, where the transition is a jump.
    above, below = (float(tap_magnetisation((1 + d) / K, z=z)) for d in (1e-6, -1e-6))
    if z <= 5:
        assert z * K**2 > 1 / 3
        assert above > 0.4
    else:
        assert above == 0
        assert 0 < below < 0.01
    assert tap_critical_temperature(z=3) == tap_critical_temperature(z=2) == 0.0


@pytest.mark.parametrize("h", [0.0, 0.02, -0.5])
@pytest.mark.parametrize("z", [2, 3, 4, 6])
def test_tap_finds_the_largest_of_all_solutions(z, h):
    """Against a scan for sign changes."""
    grid = 1 - np.geomspace(1e-15, 1, 100_001)[::-1][1:]
    grid = np.union1d(grid, np.linspace(1e-6, 1 - 1e-6, 100_000))
    for T in (0.5, 0.9, 1.5, 2.1, 3.0, 4.6, 5.5, 9.0):
        K, H = 1 / T, abs(h) / T
        balance = np.arctanh(grid) - H - z * K * grid + z * K**2 * grid * (1 - grid**2)
        below = np.flatnonzero(balance < 0)
        found = abs(float(tap_magnetisation(T, h=h, z=z)))
        if len(below):
            last = below[-1]
            assert grid[last] - 1e-12 <= found <= grid[min(last + 1, len(grid) - 1)] + 1e-12
        else:
            assert found < 2e-6


def test_tap_for_the_lattice_is_tap_for_its_matrix():
    ring = np.roll(np.eye(7), 1, axis=1) + np.roll(np.eye(7), -1, axis=1)
    for T, h in [(3.0, 0.2), (4.0, 0.0)]:
        np.testing.assert_allclose(tap(ring, T, h=h), float(tap_magnetisation(T, h=h, z=2)), atol=1e-13)
        np.testing.assert_allclose(naive(ring, T, h=h), float(magnetisation(T, h=h, Tc=2.0)), atol=1e-13)


def test_the_error_of_naive_is_second_order_and_that_of_tap_third():
    rng = np.random.default_rng(7)
    N, T = 8, 1.0
    matrix = rng.normal(size=(N, N))
    matrix = np.triu(matrix, 1) + np.triu(matrix, 1).T
    h = rng.normal(size=N)
    couplings = np.array([0.04, 0.02, 0.01])

    def errors(method):
        out = []
        for g in couplings:
            graph, J = from_couplings(g * matrix)
            true = exact.probabilities(graph, T, J=J, h=h) @ exact.states(N)
            out.append(np.abs(method(g * matrix, T, h=h) - true).max())
        return np.log2(np.array(out[:-1]) / out[1:])

    np.testing.assert_allclose(errors(naive), 2, atol=0.15)
    np.testing.assert_allclose(errors(tap), 3, atol=0.15)

    def wrong_sign(matrix, T, *, h):  # negative control: an echo that is added loses the order
        m = np.tanh(h / T)
        for _ in range(200):
            m = np.tanh((matrix @ m + h) / T + m * (matrix**2 @ (1 - m**2)) / T**2)
        return m

    assert errors(wrong_sign)[-1] < 2.3


def test_an_iteration_that_does_not_settle_says_so():
    rng = np.random.default_rng(3)
    matrix = rng.normal(size=(30, 30))
    matrix = np.triu(matrix, 1) + np.triu(matrix, 1).T
    with pytest.raises(RuntimeError, match="has not settled after 50 steps"):
        tap(matrix, 1.0, h=0.1, damping=0.0, most=50)
    # Where there are two solutions the start chooses.
    two = [[0, 2], [2, 0]]
    up, down = naive(two, 1.0, start=[0.5, 0.5]), naive(two, 1.0, start=[-0.5, -0.5])
    np.testing.assert_allclose(up, float(magnetisation(1.0, Tc=2.0)), atol=1e-12)
    np.testing.assert_allclose(down, -up)


# Kernels


def test_relaxation_goes_down_in_free_energy_and_ends_at_a_minimum():
    for T, h, start, end in [
        (0.7, 0.05, -0.9, branches(0.7, h=0.05).metastable),
        (0.7, 0.05, 0.0, branches(0.7, h=0.05).stable),
        (1.5, -0.2, 1.0, magnetisation(1.5, h=-0.2)),
    ]:
        for dt in (0.1, 1.0):
            m, last = start, math.inf
            for _ in range(2000):
                f = weiss.free_energy_at(m, T, h, 1.0)
                assert f <= last + 4 * EPS
                m, last = meanfield.relaxation_step(m, T, h, 1.0, dt), f
            assert m == pytest.approx(float(end), abs=1e-13)


def test_kernels_of_numbers_are_what_the_public_functions_run():
    assert weiss.free_energy_at(0.3, 0.7, 0.1, 1.2) == free_energy(0.3, 0.7, h=0.1, Tc=1.2)
    assert math.tanh(weiss.outer_root(0.7, 0.1, 1.2)) == magnetisation(0.7, h=0.1, Tc=1.2)
    assert math.tanh(weiss.inner_root(0.7, -0.1, 1.2)) == -branches(0.7, h=0.1, Tc=1.2).unstable
    assert meanfield.response(0.3, 0.7, 0.1, 1.2) == math.tanh((1.2 * 0.3 + 0.1) / 0.7)


# Errors


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: magnetisation(0.0), ValueError, "T must be greater than 0, got 0.0"),
        (lambda: magnetisation([1.0, -2.0]), ValueError, "T must be greater than 0, got -2.0"),
        (lambda: magnetisation(1.0, h=math.inf), ValueError, "h must be finite"),
        (lambda: magnetisation("warm"), TypeError, "T must hold real numbers"),
        (lambda: magnetisation(1.0, Tc=0), ValueError, "Tc must be greater than 0"),
        (lambda: magnetisation([1.0, 2.0], h=[0.0, 1.0, 2.0]), ValueError, r"T \(2,\) and h \(3,\) do not fit"),
        (lambda: spinodal_field(1.1), ValueError, "there is no spinodal, got 1.1"),
        (lambda: spinodal_magnetisation([0.5, 3.0], Tc=2.0), ValueError, "not be above Tc = 2"),
        (lambda: entropy(1.2), ValueError, "m must lie between -1 and 1, got 1.2"),
        (lambda: free_energy(-1.1, 1.0), ValueError, "m must lie between -1 and 1"),
        (lambda: energy(2.0), ValueError, "m must lie between -1 and 1"),
        (lambda: landau(1.0, order=1), ValueError, "order must be at least 2"),
        (lambda: curie_weiss(1, 1.0), ValueError, "N must be at least 2"),
        (lambda: curie_weiss(10.0, 1.0), TypeError, "N must be a whole number"),
        (lambda: bethe(1.0, z=1), ValueError, "z must be at least 2"),
        (lambda: bethe(0.001, z=4), ValueError, "T must be at least J / 100"),
        (lambda: tap_magnetisation(1.0, z=4, J=-1), ValueError, "J must be greater than 0"),
        (lambda: naive([[0, 1], [2, 0]], 1.0), ValueError, "matrix must be symmetric"),
        (lambda: tap([[1, 0], [0, 0]], 1.0), ValueError, "zero on its diagonal"),
        (lambda: tap([[0, 1, 2]], 1.0), ValueError, "matrix must be square"),
        (lambda: tap([[0, 1], [1, 0]], 1.0, h=[0.1]), ValueError, r"h must have shape \(2,\)"),
        (lambda: naive([[0, 1], [1, 0]], 1.0, h=0.1, start=[0, 3]), ValueError, "start must lie between"),
        (lambda: naive([[0, 1], [1, 0]], 1.0, h=0.1, damping=1.0), ValueError, "damping must be below 1"),
    ],
)
def test_bad_arguments_are_named(call, error, message):
    with pytest.raises(error, match=message):
        call()


def test_what_was_handed_in_is_left_alone():
    start, ring = np.array([0.2, 0.3]), np.array([[0.0, 1.0], [1.0, 0.0]])
    naive(ring, 1.5, h=0.1, start=start)
    np.testing.assert_array_equal(start, [0.2, 0.3])
