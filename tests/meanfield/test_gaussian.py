"""Mean field with a Gaussian field against high precision and its limits; Callen's identity without an energy."""

import math

import harness
import mpmath
import numpy as np
import pytest
from harness import Case
from scipy.special import erfinv

from spinlearn import exact
from spinlearn.lattice import from_couplings
from spinlearn.meanfield import gaussian_magnetisation, gaussian_response, magnetisation

MEANS = [1e-6, 1e-3, 0.3, 1, 10, 1e3, 1e6]


def in_high_precision(a, sigma):
    """The integral of Dz tanh(a + sigma z), cut where tanh changes its sign."""
    with mpmath.workdps(32):
        a, sigma = mpmath.mpf(a), mpmath.mpf(sigma)
        turn = [-a / sigma + side * width / sigma for side in (-1, 0, 1) for width in (3, 30)]
        cuts = sorted({*map(mpmath.mpf, (-14, -4, 0, 4, 14)), *(z for z in turn if -14 < z < 14)})
        return mpmath.quad(lambda z: mpmath.npdf(z) * mpmath.tanh(a + sigma * z), cuts)


@pytest.mark.slow
@pytest.mark.parametrize("sigma", [1e-8, 0.1, 0.6, 0.999, 1.0, 1.7, 10.0, 1e4])
def test_the_response_has_all_of_its_digits(sigma):
    expected = [float(in_high_precision(a, sigma)) for a in MEANS]
    np.testing.assert_allclose(gaussian_response(MEANS, 1.0, spread=sigma), expected, rtol=3e-15)
    np.testing.assert_allclose(
        gaussian_response(-0.7 * np.array(MEANS), 0.7, spread=0.7 * sigma), -np.array(expected), rtol=3e-15
    )


def test_the_response_from_a_step_to_a_tanh():
    b = np.array([1e-9, 0.1, 0.8, 3.0])
    np.testing.assert_allclose(gaussian_response(b, 0.6, spread=0.0), np.tanh(b / 0.6), rtol=1e-15)
    step = [math.erf(x / (math.sqrt(2) * 0.4)) for x in b]
    np.testing.assert_allclose(gaussian_response(b, 1e-300, spread=0.4), step, rtol=2e-15)


@pytest.mark.parametrize(
    ("T", "h", "spread"),
    [(0.5, 0.0, 0.3), (0.5, 0.02, 0.9), (0.05, 0.0, 0.75), (1.5, 0.3, 1.0), (0.9, 1e-6, 0.1), (1e-3, 0.0, 0.5)],
)
def test_the_magnetisation_solves_its_equation(T, h, spread):
    m = float(gaussian_magnetisation(T, h=h, spread=spread))
    right = float(in_high_precision((mpmath.mpf(m) + h) / T, spread / T))
    assert m > 0
    assert m == pytest.approx(right, rel=1e-14)
    # And no larger one does: beyond, the right-hand side stays below.
    beyond = m + (1 - m) * np.linspace(1e-3, 1, 200)
    assert (gaussian_response(beyond + h, T, spread=spread) < beyond).all()
    assert gaussian_magnetisation(T, h=-h, spread=spread) == (m if h == 0 else -m)
    assert gaussian_magnetisation(3 * T, h=3 * h, Tc=3.0, spread=3 * spread) == pytest.approx(m, rel=1e-13)


def test_it_is_weiss_where_the_field_is_sharp():
    T = np.array([0.3, 0.9, 1 - 1e-9, 1.2])
    np.testing.assert_allclose(gaussian_magnetisation(T, spread=0.0), magnetisation(T), rtol=1e-15)
    gap = gaussian_magnetisation(0.8, spread=[0.01, 0.02]) - magnetisation(0.8)
    assert gap[1] / gap[0] == pytest.approx(4, rel=0.01)  # the square of the spread, and downwards
    assert gap[0] < 0


def test_the_transition_is_where_the_paramagnet_loses_its_stability():
    """At T = 0: b = Tc erf(b / (sqrt 2 s)) has a solution below s = sqrt(2 / pi) Tc. Otherwise Tc <1 - tanh^2> = T."""
    edge = math.sqrt(2 / math.pi)
    assert gaussian_magnetisation(1e-9, spread=edge * (1 + 1e-6)) == 0
    small = gaussian_magnetisation(1e-9, spread=edge * (1 - np.array([1e-4, 4e-4])))
    assert small[1] / small[0] == pytest.approx(2, rel=1e-3)
    for spread in (0.3, 0.6):
        low, high = 0.1, 1.0
        for _ in range(40):
            middle = (low + high) / 2
            low, high = (middle, high) if gaussian_magnetisation(middle, spread=spread) > 0 else (low, middle)
        with mpmath.workdps(20):
            answer = mpmath.quad(lambda z: mpmath.npdf(z) * mpmath.sech(spread * z / low) ** 2, [-12, -3, 0, 3, 12])  # noqa: B023
        assert float(answer) == pytest.approx(low, rel=1e-9)


def test_units_with_fields_of_their_own_settle_there():
    """A magnet whose spins have fixed fields, at the quantiles of a Gaussian: what the equation is made for."""
    T, Tc, h, spread, n = 0.6, 1.0, 0.05, 0.5, 20_000
    z = math.sqrt(2) * erfinv((2 * np.arange(n) + 1) / n - 1)
    m = 1.0
    for _ in range(200):
        m = np.tanh((Tc * m + h + spread * z) / T).mean()
    # Within its slice of 1 / n each quantile is as good as its middle, up to the tails.
    assert gaussian_magnetisation(T, h=h, Tc=Tc, spread=spread) == pytest.approx(m, abs=5 / n)


# Callen's identity


def stationary(J, h, T):
    """Law over all states that the heat bath at random sites leaves alone, for any matrix of synapses."""
    N = len(h)
    s = exact.states(N).astype(float)
    up = (1 + np.tanh((s @ J.T + h) / T)) / 2  # chance of each unit to be up after its turn
    move = np.zeros((2**N, 2**N))
    rows = np.arange(2**N)
    for i in range(N):
        move[rows, rows | (1 << i)] += up[:, i] / N
        move[rows, rows & ~(1 << i)] += (1 - up[:, i]) / N
    system = np.vstack([move.T - np.eye(2**N), np.ones(2**N)])
    law = np.linalg.lstsq(system, np.append(np.zeros(2**N), 1.0), rcond=None)[0]
    return law, s, move


@pytest.mark.parametrize("asymmetry", [0.0, 1.0])
def test_callens_identity_holds_for_asymmetric_synapses_in_its_first_form_only(asymmetry):
    """<s_i> = <tanh(b_i / T)> in every stationary state. With another spin in the mean it needs detailed balance."""
    rng, N, T = np.random.default_rng(8), 5, 0.8
    matrix = rng.normal(size=(N, N))
    np.fill_diagonal(matrix, 0)
    J = (matrix + matrix.T) / 2 + asymmetry * (matrix - matrix.T) / 2
    h = 0.4 * rng.normal(size=N)
    law, s, move = stationary(J, h, T)
    np.testing.assert_allclose(law @ move, law, atol=1e-14)
    answer = np.tanh((s @ J.T + h) / T)
    np.testing.assert_allclose(law @ answer, law @ s, atol=1e-13)
    # The second form, <s_j s_i> = <s_j tanh(b_i / T)> for j other than i.
    others = ~np.eye(N, dtype=bool)
    gap = np.abs((s * law[:, None]).T @ answer - (s * law[:, None]).T @ s)[others].max()
    assert gap < 1e-13 if asymmetry == 0 else gap > 1e-2
    if asymmetry == 0:
        graph, couplings = from_couplings(J)
        np.testing.assert_allclose(law, exact.probabilities(graph, T, J=couplings, h=h), atol=1e-13)
        balance = harness.transition_matrix(Case(graph, T, couplings, h), "heat-bath")
        np.testing.assert_allclose(move, balance, atol=1e-14)
