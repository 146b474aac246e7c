"""Driven magnets: the kernel against a plain twin, work against Jarzynski, loops against exact ones and limits."""

import math

import harness
import mpmath
import numpy as np
import pytest
from scipy.special import ai_zeros

from spinlearn import meanfield
from spinlearn.core import progress
from spinlearn.lattice import all_up, ising, random_spins, square, triangular
from spinlearn.lattice.drive import coercive_field, cosine, drive, free_spin_work, work

# The simulation


def twin(spins, lattice, T, fields, *, J, rng):
    """The same random numbers, and everything else as a student would write it."""
    random = harness.Xoshiro(int(rng.integers(2**64, dtype=np.uint64)))
    s, records = [int(x) for x in spins.ravel()], []
    for h in fields:
        for _ in s:
            i = random.site(len(s))
            b = J * sum(s[j] for j in lattice.neighbours[i] if j >= 0) + h
            if random.uniform() < 1 / (1 + math.exp(2 * s[i] * b / T)):
                s[i] = -s[i]
        records.append(np.array(s, dtype=np.int8).reshape(lattice.shape))
    return records


@pytest.mark.parametrize("lattice", [square(4, 5), triangular(4), square(3, 4, periodic=False)])
def test_the_run_is_its_plain_twin(lattice, rng):
    start, T, J = random_spins(lattice, rng=rng), 1.9, 0.8
    fields = np.array([0.3, -0.7, -0.7, 0.1, 1.2, 0.0])
    run = drive(start, lattice, T, fields, J=J, rng=np.random.default_rng(8))
    states = twin(start, lattice, T, fields, J=J, rng=np.random.default_rng(8))
    assert (run.spins == states[-1]).all()
    assert run.m == pytest.approx([state.mean() for state in states], abs=1e-15)
    energies = [ising.energy(s, lattice, J=J, h=h) / lattice.size for s, h in zip(states, fields, strict=True)]
    assert run.e == pytest.approx(energies, abs=1e-13)


@pytest.mark.parametrize("rule", ising.RULES)
def test_in_a_constant_field_it_is_the_ordinary_simulation(rule, rng):
    lattice = square(8)
    start = random_spins(lattice, rng=rng)
    mine = drive(start, lattice, 2.4, np.full(30, 0.2), rule=rule, rng=np.random.default_rng(6))
    other = ising.simulate(start, lattice, 2.4, 30, rule=rule, h=0.2, rng=np.random.default_rng(6))
    assert (mine.spins == other.spins).all()
    assert (mine.m == other.m).all()
    assert mine.e == pytest.approx(other.e, abs=1e-14)


def test_a_long_run_is_the_same_in_pieces(monkeypatch):
    lattice, fields = square(4), cosine(1.0, 10, 3)
    runs = []
    for span in (progress.SLICE, 0.0):  # 0: one update at a time
        monkeypatch.setattr(progress, "SLICE", span)
        runs.append(drive(all_up(lattice), lattice, 2.0, fields, rng=np.random.default_rng(1)))
    assert (runs[0].m == runs[1].m).all()


# Work and heat


def test_work_and_heat_are_all_that_the_energy_changes_by():
    """Over whole periods: what went in as work came out as heat, but for the change of the energy."""
    lattice, fields = square(12), cosine(1.5, 20, 5)
    run = drive(all_up(lattice), lattice, 1.8, fields, rng=np.random.default_rng(2))
    energy_before = run.e[:-1] - run.m[:-1] * np.diff(fields)  # after the switch, before the sweep
    heat_in = (run.e[1:] - energy_before).sum()
    work_in = -(run.m[:-1] * np.diff(fields)).sum()
    assert run.e[-1] - run.e[0] == pytest.approx(work_in + heat_in, abs=1e-12)
    one = slice(20, 40)
    closed = work(fields[one], run.m[one])
    assert closed == pytest.approx(-(run.m[one] * np.append(np.diff(fields[one]), fields[40] - fields[39])).sum())


def jarzynski(records, fields, N, T, late=False):
    """Mean of exp(-W / T) over walks, and its error; late counts the magnetisation after the sweep instead."""
    m = records[:, 1:] if late else records[:, :-1]
    weights = np.exp(N * (m * np.diff(fields)).sum(axis=1) / T)
    return weights.mean(), weights.std() / np.sqrt(len(weights))


@pytest.mark.slow
def test_the_work_of_walks_that_start_in_equilibrium_obeys_jarzynski():
    """The mean of exp(-W / T) is the ratio of partition functions, whatever the rate; with another W it is not."""
    N, T, fields = 10, 0.9, np.array([0.0, 0.1, 0.2, 0.3, 0.4])
    rng = np.random.default_rng(11)
    law = meanfield.curie_weiss(N, T, h=0.0)
    starts = law.levels[rng.choice(N + 1, size=20_000, p=law.p)]
    records = np.array([
        np.append(m, meanfield.walk(N, T, fields[1:], start=m, rng=rng)) for m in starts
    ])  # fmt: skip
    truth = math.exp(meanfield.curie_weiss(N, T, h=0.4).log_Z - law.log_Z)
    value, error = jarzynski(records, fields, N, T)
    assert abs(value - truth) < 4 * error  # two-sided 6e-5
    value, error = jarzynski(records, fields, N, T, late=True)
    assert abs(value - truth) > 10 * error


@pytest.mark.parametrize("T", [0.5, 0.9, 1.5])
@pytest.mark.parametrize("period", [3, 10, 100])
def test_the_second_law_holds_at_every_rate(T, period):
    fields = cosine(0.6, period, 60)
    m = meanfield.evolve(meanfield.curie_weiss(20, T, h=0.6).p, T, fields).m
    assert work(fields[-period:], m[-period:]) > 0


# Free spins


@pytest.mark.parametrize("period", [3, 5, 20, 300])
@pytest.mark.parametrize(("T", "amplitude"), [(1.0, 0.1), (0.7, 2.0)])
def test_free_spins_do_the_work_of_the_formula(period, T, amplitude):
    fields = cosine(amplitude, period, max(3, 60 // period))
    for N, tolerance, record in (
        (15, 1e-12, meanfield.evolve(meanfield.curie_weiss(15, 1.0).p, T, fields, Tc=0.0).m),
        (math.inf, 1e-6, meanfield.flow(0.0, T, fields, Tc=0.0)),
    ):
        came = work(fields[-period:], record[-period:])
        assert came == pytest.approx(free_spin_work(T, amplitude, period, N=N), rel=tolerance)


@pytest.mark.parametrize("N", [1, 2, 10**6, 10**12, 10**16, 2**63 - 1])
def test_free_spins_in_any_number_keep_their_digits(N):
    """The share that a sweep leaves alone is (1 - 1/N)^N, to be had from the work at a period of 4, exactly."""
    T, h, period = 1.0, 0.7, 4
    with mpmath.workdps(60):
        a = (1 - mpmath.mpf(1) / N) ** N
        # h, 0, -h, 0: m is odd, so m_0 = a m_3 + (1 - a) t with m_1 = a m_0, m_2 = -m_0 and m_3 = -m_1.
        m_0 = (1 - a) * mpmath.tanh(mpmath.mpf(h) / T) / (1 + a**2)
        exact = float(2 * h * (m_0 + a * m_0))
    assert free_spin_work(T, h, period, N=N) == pytest.approx(exact, rel=1e-14)


def test_steps_of_a_sweep_cost_what_sudden_steps_cost():
    """In a slow field a staircase does coth(1/2) / 2 times the work of a smooth field."""
    T, amplitude, period = 1.3, 0.9, 20_000
    angle = 2 * np.pi * np.arange(period) / period
    u, w = 2 * np.mean(np.tanh(amplitude * np.cos(angle) / T) * np.cos(angle)), 2 * np.pi / period
    smooth = np.pi * amplitude * u * w / (1 + w**2)
    assert free_spin_work(T, amplitude, period) / smooth == pytest.approx(1 / np.tanh(0.5) / 2, rel=1e-6)


def test_a_simulated_lattice_without_bonds_does_that_work():
    lattice, T, amplitude, period, cycles = square(24), 1.5, 1.2, 12, 400
    fields = cosine(amplitude, period, cycles)
    m = drive(all_up(lattice), lattice, T, fields, J=0.0, rng=np.random.default_rng(3)).m.reshape(cycles, period)
    loops = np.array([work(fields[:period], one) for one in m[5:]])
    error = loops.std() / np.sqrt(len(loops))
    exact = free_spin_work(T, amplitude, period, N=lattice.size)
    assert abs(loops.mean() - exact) < 4.5 * error
    assert abs(loops.mean() - free_spin_work(1.2 * T, amplitude, period, N=lattice.size)) > 10 * error


# Slow fields


def test_above_the_critical_temperature_a_slow_loop_closes():
    """m follows its equilibrium value with a lag that goes as one over the period, and so does the work."""
    T, amplitude, losses = 1.4, 0.5, []
    # m relaxes at the rate 1 - (1 - m^2) Tc / T, slowest at m = 0, where also the susceptibility is largest.
    rate, chi = 1 - 1 / T, 1 / (T - 1)
    for period in (500, 1000, 2000):
        fields = cosine(amplitude, period, 2)
        m = meanfield.flow(0.2, T, fields)[-period:]
        losses.append(work(fields[:period], m))
        lag = np.abs(m - meanfield.magnetisation(T, h=fields[:period])).max()
        assert lag < chi * amplitude * 2 * np.pi / period / np.expm1(rate)
    assert losses[0] / losses[1] == pytest.approx(2, rel=0.01)
    assert losses[1] / losses[2] == pytest.approx(2, rel=0.005)


def spinodal_rate(T, amplitude, period):
    """How fast the field changes where it passes the spinodal."""
    edge = float(meanfield.spinodal_field(T))
    return edge, amplitude * 2 * np.pi / period * math.sqrt(1 - (edge / amplitude) ** 2)


@pytest.mark.slow
def test_the_field_that_turns_many_spins_tends_to_the_spinodal_by_the_power_two_thirds():
    """At the rate r, h - h_s tends to 2.338 (T / m_s)^(1/3) r^(2/3); the number is the first zero of Airy's."""
    T, amplitude, ratios = 0.8, 0.3, []
    airy, edge_m = -ai_zeros(1)[0][0], float(meanfield.spinodal_magnetisation(T))
    for period in (10_000, 80_000):
        fields = cosine(amplitude, period, 2)
        m = meanfield.flow(0.8, T, fields)[-period:]
        edge, rate = spinodal_rate(T, amplitude, period)
        ratios.append((coercive_field(fields[:period], m) - edge) / (airy * (T / edge_m) ** (1 / 3) * rate ** (2 / 3)))
    assert ratios[0] < ratios[1] < 1
    # The next term is r^(1/3) smaller, and eight times the period halves it.
    assert 2 * ratios[1] - ratios[0] == pytest.approx(1, abs=0.02)


@pytest.mark.slow
def test_the_order_of_limits_decides_where_a_slow_loop_turns():
    """Many spins first: the spinodal. A slow field first: zero, for a few spins find their way over the barrier."""
    T, amplitude = 0.8, 0.3

    def turns(N, period):
        fields = cosine(amplitude, period, 2)
        m = meanfield.evolve(meanfield.curie_weiss(N, T, h=amplitude).p, T, fields).m[-period:]
        return coercive_field(fields[:period], m)

    period = 1000
    limit = meanfield.flow(0.8, T, cosine(amplitude, period, 2))[-period:]
    limit = coercive_field(cosine(amplitude, period), limit)
    gaps = [limit - turns(N, period) for N in (50, 200, 600)]
    assert gaps[0] > gaps[1] > gaps[2] > 0
    assert gaps[2] < 0.15 * limit
    slow = [turns(20, period) for period in (1000, 10_000, 100_000)]
    assert slow[0] > slow[1] > slow[2] > 0
    # At N = 20 a well lasts some 40 sweeps; a field that takes longer is followed with a lag as 1 / period.
    assert slow[1] / slow[2] == pytest.approx(10, rel=0.1)
    assert slow[2] < 0.01 * float(meanfield.spinodal_field(T))


# The measures of a loop, and bad input


def test_a_loop_run_the_other_way_round_does_minus_the_work():
    angle = 2 * np.pi * np.arange(400) / 400
    ahead, behind = (work(np.cos(angle), np.cos(angle + lag)) for lag in (0.3, -0.3))
    assert behind == pytest.approx(-ahead, rel=1e-1)
    assert behind > 0


def test_the_coercive_field_of_a_smooth_loop():
    angle = 2 * np.pi * np.arange(2000) / 2000
    assert coercive_field(2 * np.cos(angle), np.cos(angle - 0.4)) == pytest.approx(2 * np.sin(0.4), abs=1e-5)


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: cosine(0.0, 10), ValueError, "amplitude must be greater than 0"),
        (lambda: cosine(1.0, 2), ValueError, "period must be at least 3"),
        (lambda: cosine(1.0, 10, 0), ValueError, "cycles must be at least 1"),
        (lambda: work([1, 2, 3], [1, 2]), ValueError, "equally long"),
        (lambda: work([1, np.nan], [1, 2]), ValueError, "fields must be finite"),
        (lambda: coercive_field([1, -1], [1, 1]), ValueError, "m must change sign"),
        (lambda: free_spin_work(1.0, 1.0, 10, N=0), ValueError, "N must be at least 1"),
        (lambda: free_spin_work(-1.0, 1.0, 10), ValueError, "T must be greater than 0"),
    ],
)
def test_bad_input_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()


@pytest.mark.parametrize(
    ("changed", "error", "message"),
    [
        ({"T": 0}, ValueError, "T must be greater than 0"),
        ({"fields": 0.3}, ValueError, "fields must be one-dimensional"),
        ({"fields": [np.inf]}, ValueError, "fields must be finite"),
        ({"J": "one"}, TypeError, "J must be a real number"),
        ({"rule": "glauber"}, ValueError, "rule must be one of 'metropolis', 'heat-bath'"),
        ({"spins": np.zeros((4, 4), dtype=int)}, ValueError, "spins must be -1 or"),
        ({"rng": 3}, TypeError, "rng must be"),
    ],
)
def test_a_refused_run_changes_nothing(changed, error, message):
    lattice, rng = square(4), np.random.default_rng(5)
    good = {"spins": all_up(lattice), "lattice": lattice, "T": 2.0, "fields": [0.1], "rng": rng}
    with pytest.raises(error, match=message):
        drive(**(good | changed))
    assert rng.random() == np.random.default_rng(5).random()
