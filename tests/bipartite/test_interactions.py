"""Couplings of every order: against enumeration, closed forms and theorems, in both alphabets."""

from itertools import chain, combinations
from types import SimpleNamespace as Thing

import numpy as np
import pytest

from spinlearn import exact
from spinlearn.bipartite import interactions, potentials
from spinlearn.bipartite.interactions import by_order, convert, couplings, of_machine, of_sets, of_unit, orders, values
from spinlearn.dense import boltzmann, maxent
from spinlearn.neuron import unit

EPS = np.finfo(float).eps
WEIGHTS = np.array([0.7, -1.1, 0.4, 1.6, -0.3])
UNITS = {
    "binary": unit.binary(),
    "spin": unit.spin(),
    "gaussian": unit.gaussian(0.7),
    "half Gaussian": unit.half_gaussian(),
    "poisson": unit.poisson(0.4),
    "binomial": unit.binomial(5),
    "three states": unit.three_states(1.0),
}
both = pytest.mark.parametrize("alphabet", interactions.ALPHABETS)
every_unit = pytest.mark.parametrize("name", UNITS)


def states(n, alphabet):
    return maxent.units(n, alphabet)


def machine(hidden, n=5, m=3, alphabet="binary", seed=1, strength=0.6):
    rng = np.random.default_rng(seed)
    visible = unit.binary() if alphabet == "binary" else unit.spin()
    W, a, b = (rng.normal(scale=strength, size=shape) for shape in ((n, m), n, m))
    return Thing(W=W, a=a, b=b, visible=Thing(law=visible), hidden=Thing(law=hidden))


def sets_of(n):
    """All sets, in the order of their numbers."""
    return [[i for i in range(n) if k >> i & 1] for k in range(2**n)]


def naive_moebius(f):
    """Equation (1) as it stands."""
    n = f.size.bit_length() - 1
    out = np.zeros(f.size)
    for k, S in enumerate(sets_of(n)):
        for R in chain.from_iterable(combinations(S, size) for size in range(len(S) + 1)):
            out[k] += (-1) ** (len(S) - len(R)) * f[sum(1 << i for i in R)]
    return out


def naive_walsh(f):
    """Equation (4) as it stands."""
    n = f.size.bit_length() - 1
    s = exact.states(n).astype(float)
    return np.array([(f * s[:, S].prod(axis=1)).mean() for S in sets_of(n)])


# Any function of states


def test_the_couplings_are_those_of_the_definitions(rng):
    f = rng.normal(size=64)
    np.testing.assert_allclose(couplings(f), naive_moebius(f), atol=64 * 4 * EPS * np.abs(f).max())
    np.testing.assert_allclose(couplings(f, alphabet="spins"), naive_walsh(f), atol=64 * EPS * np.abs(f).max())


@both
def test_a_polynomial_gives_back_its_coefficients(alphabet, rng):
    n, J = 6, rng.normal(size=64)
    v = states(n, alphabet)
    f = sum(J[k] * v[:, S].prod(axis=1) for k, S in enumerate(sets_of(n)))
    np.testing.assert_allclose(couplings(f, alphabet=alphabet), J, atol=1e-12)
    np.testing.assert_allclose(values(J, alphabet=alphabet), f, atol=1e-12)


def test_the_two_alphabets_say_the_same(rng):
    J = rng.normal(size=64)
    spins = convert(J, "spins")
    np.testing.assert_allclose(values(spins, alphabet="spins"), values(J), atol=1e-12)
    np.testing.assert_allclose(convert(spins, "binary"), J, atol=1e-12)
    assert spins[-1] == pytest.approx(J[-1] / 64, abs=1e-15)  # only the top order stays by itself


@both
def test_a_pairwise_law_has_pairs(alphabet):
    model = boltzmann.random_machine(5, strength=0.8, alphabet=alphabet, rng=np.random.default_rng(1))
    J = couplings(-boltzmann.energies(model), alphabet=alphabet)
    for k, S in enumerate(sets_of(5)):
        expected = 0 if len(S) in (0, 3, 4, 5) else model.h[S[0]] if len(S) == 1 else model.J[tuple(S)]
        assert J[k] == pytest.approx(expected, abs=1e-13)


def test_conversion_is_that_of_the_boltzmann_machine():
    model = boltzmann.random_machine(4, strength=0.8, rng=np.random.default_rng(2))
    other = boltzmann.convert(model, "binary")
    J = convert(couplings(-boltzmann.energies(model), alphabet="spins"), "binary")
    np.testing.assert_allclose(J[1:], couplings(-boltzmann.energies(other.machine))[1:], atol=1e-12)


def test_orders_and_what_is_said_of_them(rng):
    J = rng.normal(size=32)
    np.testing.assert_array_equal(orders(5), [len(S) for S in sets_of(5)])
    found = by_order(J)
    np.testing.assert_array_equal(found.number, [5, 10, 10, 5, 1])
    for k, n in enumerate(found.order):
        of_order = J[orders(5) == n]
        assert found.mean[k] == pytest.approx(of_order.mean(), abs=1e-14)
        assert found.rms[k] == pytest.approx(np.sqrt((of_order**2).mean()), abs=1e-14)
        assert found.largest[k] == np.abs(of_order).max()
        assert found.total[k] == pytest.approx(np.abs(of_order).sum(), abs=1e-13)


# Hidden units


@both
@every_unit
def test_a_machine_has_the_law_of_its_couplings(name, alphabet):
    """ln p(v) from couplings, against the sum over hidden units as it stands, at a temperature that is not 1."""
    model, T = machine(UNITS[name], alphabet=alphabet), 1.7
    v = states(5, alphabet)
    log_p = v @ model.a / T + UNITS[name].K((v @ model.W + model.b) / T).sum(axis=1)
    for written in interactions.ALPHABETS:
        f = values(of_machine(model, T, alphabet=written), alphabet=written) / T
        np.testing.assert_allclose(f - f[0], log_p - log_p[0], atol=1e-12)


@both
def test_hidden_units_that_can_be_listed_are_summed_one_by_one(alphabet):
    """The marginal law of a Boltzmann machine with hidden units is that of the couplings."""
    hidden = unit.binary() if alphabet == "binary" else unit.spin()
    model, T = machine(hidden, 4, 2, alphabet), 0.8
    J = np.zeros((6, 6))
    J[:4, 4:], J[4:, :4] = model.W, model.W.T
    whole = boltzmann.machine(J, h=np.r_[model.a, model.b], hidden=2, alphabet=alphabet)
    p = np.exp(values(of_machine(model, T), alphabet=alphabet) / T)
    np.testing.assert_allclose(p / p.sum(), boltzmann.visible_law(whole, T), atol=1e-14)


@both
def test_a_linear_unit_makes_fields_and_pairs_and_nothing_else(alphabet):
    """Claim C48, with its reservation: fields too, of units 0 or 1 even without a bias."""
    v, b, T = 0.7, 0.3, 1.3
    J = of_unit(unit.gaussian(v), WEIGHTS, b, T, alphabet=alphabet)
    high = orders(5) > 2
    np.testing.assert_allclose(J[high], 0, atol=32 * 8 * EPS * v * 10)
    for k, S in enumerate(sets_of(5)):
        if len(S) == 2:
            assert J[k] == pytest.approx(v * WEIGHTS[S].prod() / T, abs=1e-13)
        if len(S) == 1:
            own = WEIGHTS[S[0]] ** 2 / 2 if alphabet == "binary" else 0.0
            assert J[k] == pytest.approx(v * (b * WEIGHTS[S[0]] + own) / T, abs=1e-13)
    assert np.abs(of_unit(unit.binary(), WEIGHTS, b, alphabet=alphabet)[high]).max() > 1e-3


def test_an_exponential_unit_makes_products():
    """Equation (3), and claim C49: it grows with the order only where |e^w - 1| > 1."""
    rate, b = 0.4, -0.2
    J = of_unit(unit.poisson(rate), WEIGHTS, b)
    for k, S in enumerate(sets_of(5)):
        if S:
            assert J[k] == pytest.approx(rate * np.exp(b) * np.expm1(WEIGHTS[S]).prod(), abs=1e-13)
    for w, grows in ((np.log(2) + 0.01, True), (np.log(2) - 0.01, False), (-30.0, False)):
        by_size = np.abs(interactions.equal_weights(unit.poisson(), w, n=6))
        assert (np.diff(by_size) > 0).all() == grows
    far = interactions.equal_weights(unit.poisson(), -30.0, n=6)
    np.testing.assert_allclose(
        far, (-1.0) ** np.arange(1, 7), atol=1e-11
    )  # inhibition: all orders alike, signs in turn


@every_unit
def test_a_set_knows_its_own_weights_only_if_units_are_0_or_1(name):
    J, part = of_unit(UNITS[name], WEIGHTS, 0.3), of_unit(UNITS[name], WEIGHTS[:3], 0.3)
    np.testing.assert_allclose(J[1:8], part[1:], atol=1e-12)


@every_unit
def test_equal_weights_are_differences(name):
    J = of_unit(UNITS[name], np.full(6, 0.4), -0.2, 1.2)
    found = interactions.equal_weights(UNITS[name], 0.4, -0.2, 1.2, n=6)
    np.testing.assert_allclose(found, J[2 ** np.arange(1, 7) - 1], atol=1e-12)


@every_unit
@both
def test_weak_weights_multiply_a_cumulant(name, alphabet):
    """Equation (2): the error falls like the size of the weights (its square for spins)."""
    w, b = np.array([1.0, -0.8, 1.2]), 0.3
    off = []
    for size in (0.04, 0.02):
        first = interactions.weak(UNITS[name], size * w, b)
        scale = np.abs(size * w).prod()
        off.append(abs(of_unit(UNITS[name], size * w, b, alphabet=alphabet)[-1] - first) / scale)
    power = 1 if alphabet == "binary" else 2
    assert off[1] < off[0] * 0.5**power * 1.25 + 1e-9
    assert off[0] < 0.3


@pytest.mark.parametrize(
    ("law", "x", "expected"),
    [
        (unit.poisson(0.4), 0.3, [0.4 * np.exp(0.3)] * 8),
        (unit.gaussian(2.0), 0.3, [0.6, 2, 0, 0, 0, 0, 0, 0]),
        (unit.binary(), 0.0, [1 / 2, 1 / 4, 0, -1 / 8, 0, 1 / 4, 0, -17 / 16]),
        (unit.spin(), 0.0, [0, 1, 0, -2, 0, 16, 0, -272]),
    ],
)
def test_cumulants(law, x, expected):
    for n, value in enumerate(expected, 1):
        assert interactions.cumulant(law, n, x) == pytest.approx(value, rel=1e-5 if n > 6 else 1e-7, abs=2e-6)


def test_the_and_gate_has_a_dominant_third_order_and_in_spins_it_has_none():
    """Claim C50: a binary unit, "step", whose third order dominates; and the alphabet decides."""
    w = 16.0
    J = of_unit(unit.binary(), *interactions.and_gate(3, w))
    assert J[7] == pytest.approx(w / 2, abs=1e-2)
    assert np.abs(J[1:7]).max() < 4 * np.exp(-w / 2)
    spins = convert(J, "spins")
    np.testing.assert_allclose(spins[1:], w / 16, atol=1e-3)
    typical = by_order(of_unit(unit.binary(), [0.7, -1.1, 0.9], 0.3)).largest
    assert typical[0] > typical[1] > typical[2]  # what is typical


@pytest.mark.parametrize("one", potentials.all_four(), ids=lambda one: one.name)
def test_large_fields_are_without_noise(one):
    """T K(x / T) tends to the Legendre transform of U, for the three whose U scales; the exponential keeps its own."""
    if one.name == "exponential":
        x = np.linspace(-2, 2, 9)
        np.testing.assert_allclose(one.unit.K(x), one.sharp(x) - one.sharp(0.0), atol=1e-12)
        return
    J = of_unit(one.sharp, WEIGHTS, 0.3)
    scale = 1e5
    power = {"linear": 2, "step": 1, "ReLU": 2}[one.name]
    found = of_unit(one.unit, scale * WEIGHTS, scale * 0.3) / scale**power
    np.testing.assert_allclose(found[1:], J[1:], atol=32 * np.log(2) / scale)


@pytest.mark.parametrize("name", ["quartic", "box"])
def test_sharp_potentials_tend_to_their_legendre_transform(name):
    U, low, star = {
        "quartic": (lambda z: z**4 / 4, -np.inf, lambda x: 0.75 * np.abs(x) ** (4 / 3)),
        "box": (lambda z: z * z / 2, 0.0, lambda x: np.maximum(x, 0) ** 2 / 2),
    }[name]
    x, off = np.array([-1.0, 0.5, 2.0]), []
    for n in (20.0, 80.0):
        law = potentials.of_potential(U, low, np.inf, sharpness=n)
        off.append(np.abs(law.K(n * x) / n - star(x)).max())
    assert off[1] < 0.5 * off[0] < 0.05


def test_a_potential_that_is_known_is_the_unit_that_is_known():
    x = np.linspace(-3, 3, 7)
    law = potentials.of_potential(lambda z: z * z / 2, 0.0, np.inf)
    np.testing.assert_allclose(law.K(x), potentials.relu().unit.K(x), atol=1e-11)


# A few sets of large machines


@every_unit
def test_few_sets_are_those_of_all(name):
    model, T = machine(UNITS[name]), 1.3
    J = of_machine(model, T)
    for n in (1, 2, 3):
        sets = np.array(list(combinations(range(5), n)))
        np.testing.assert_allclose(of_sets(model, sets, T), J[(1 << sets).sum(axis=1)], atol=1e-12)


@pytest.mark.parametrize("name", ["spin", "binary", "half Gaussian"])
def test_a_gaussian_rest_is_nearly_right_for_spins(name):
    """Many weak weights: against the average over all states, of which it is a limit. Nobody's rest: exact."""
    n = 14
    model = machine(UNITS[name], n, 2, "spins", strength=0.9 / np.sqrt(n))
    J = of_machine(model)
    sets = np.array(list(combinations(range(n), 2)))
    exactly, found = J[(1 << sets).sum(axis=1)], of_sets(model, sets)
    assert np.abs(found - exactly).max() < 0.1 * np.abs(exactly).max()
    without = [interactions.cumulant(UNITS[name], 2, b) for b in model.b]  # an expansion about no field at all
    naive = (model.W[sets].prod(axis=1) * without).sum(axis=1)
    assert np.abs(found - exactly).max() < 0.3 * np.abs(naive - exactly).max()
    small = machine(UNITS[name], 3, 2, "spins")
    assert of_sets(small, [[0, 1, 2]])[0] == pytest.approx(of_machine(small)[7], abs=1e-12)


# Errors


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (lambda: couplings(np.zeros(6)), "f must have one entry for each of 2\\^N states"),
        (lambda: couplings(np.zeros(4), alphabet="potts"), "alphabet must be one of"),
        (lambda: values([0.0, np.nan]), "J must be finite"),
        (lambda: of_unit(3.0, [1.0]), "K must be a unit"),
        (lambda: of_unit(unit.spin(), np.ones(21)), "w must have at most 20 weights"),
        (lambda: of_unit(unit.exponential(), [0.7, 0.7]), "x must lie between"),
        (lambda: of_unit(unit.spin(), [1.0], T=0.0), "T must be greater than 0"),
        (lambda: of_machine(3), "model must be a machine"),
        (lambda: of_machine(machine(unit.spin(), 21)), "model must have at most 20 visible units"),
        (lambda: of_sets(machine(unit.spin()), [[0, 0]]), "sets must not hold a unit twice"),
        (lambda: of_sets(machine(unit.spin()), [[0, 5]]), "sets must hold units from 0 to 4"),
        (lambda: of_sets(machine(unit.spin()), [0, 1]), "sets must be rows"),
        (lambda: interactions.and_gate(2, -1.0), "w must be greater than 0"),
        (lambda: interactions.cumulant(unit.spin(), 9), "n must be at most 8"),
        (lambda: potentials.of_potential(3.0, 0, 1), "U must be a function"),
        (lambda: potentials.of_potential(lambda z: -z, 0, np.inf), "U must be a number for every state"),
        (lambda: potentials.of_potential(lambda z: 0 * z, 0, np.inf), "integral"),
    ],
)
def test_what_cannot_be_is_said(call, said):
    with pytest.raises((TypeError, ValueError), match=said):
        call()


def test_visible_units_that_are_neither_are_refused():
    model = machine(unit.spin())
    model.visible = Thing(law=unit.gaussian())
    with pytest.raises(ValueError, match="visible units that are 0 or 1, or spins"):
        of_machine(model)
