"""Spikes of a quenched lattice: the protocol, the criterion against a plain twin, and what is exact about them."""

import math

import numpy as np
import pytest

from spinlearn import exact
from spinlearn.lattice import square
from spinlearn.lattice.firing import fire, recovery, spikes, temperatures

TC = 2 / math.log(1 + math.sqrt(2))


def naive_spikes(m, up, down) -> list[tuple[int, int, int]]:
    found, start = [], None
    for t, value in enumerate([abs(one) for one in m]):
        if start is None and value >= up:
            start = t
        elif start is not None and value < down:
            found.append((start, t, int(np.sign(m[start]))))
            start = None
    return found + ([] if start is None else [(start, len(m), int(np.sign(m[start])))])


@pytest.mark.parametrize(("up", "down"), [(0.5, 0.25), (0.3, 0.3), (1.0, 0.01), (0.2, 0.1)])
def test_spikes_are_those_of_a_plain_loop(up, down, rng):
    m = np.clip(np.cumsum(rng.normal(size=(300, 20)), axis=0) / 8, -1, 1)
    m[:, 5] = 0.0
    found = spikes(m, up=up, down=down)
    for lane in range(20):
        mine = [
            (int(a), int(b), int(s))
            for one, a, b, s in zip(found.lane, found.start, found.stop, found.sign, strict=True)
            if one == lane
        ]
        assert mine == naive_spikes(m[:, lane], up, down)
        assert found.counts[lane] == len(mine)
    # A criterion without hysteresis counts more.
    assert spikes(m, up=up, down=up).counts.sum() >= found.counts.sum()


def test_the_protocol_follows_its_formula():
    Q, T0, rate, period = np.array([0.0, 1.0, 4.0]), 4.0, 0.125, 20
    T = temperatures(Q, T0, rate=rate, period=period, pulses=3, before=7, after=50)
    assert T.shape == (7 + 2 * period + 50, 3)
    for t in range(len(T)):
        last = max((k * period for k in range(3) if 7 + k * period <= t), default=None)
        for q, came in zip(Q, T[t], strict=True):
            assert came == (T0 if last is None else min(T0, T0 - q + rate * (t - 7 - last)))
    assert T.min() == 0
    np.testing.assert_array_equal(temperatures(1.0, T0, rate=rate, period=period), T[7 : 7 + period, 1])


def test_at_rest_the_noise_is_that_of_the_exact_law(rng):
    """<m^2> and <e> of 4 × 4 spins at T0, from enumeration; at another T0 they are others."""
    lattice, T0, before = square(4), 4.0, 60
    run = fire(4, np.zeros(64), T0, rate=0.1, period=4000, before=before, rng=rng)
    states = exact.states(16)
    law, other = (exact.probabilities(lattice, T) for T in (T0, 1.05 * T0))
    square_m = states.mean(axis=1) ** 2
    lanes = (run.m[before:] ** 2).mean(axis=0)
    error = lanes.std(ddof=1) / 8
    assert abs(lanes.mean() - law @ square_m) < 4 * error
    assert abs(lanes.mean() - other @ square_m) > 6 * error
    assert not run.T.std()


def test_pulses_that_stay_above_the_critical_temperature_make_no_spike(rng):
    Q = np.repeat([0.0, 0.8, 3.2], [16, 16, 32])
    run = fire(32, Q, 4.0, rate=0.004, period=1000, pulses=3, before=100, rng=rng)
    assert (run.spikes.counts[:32] == 0).all()
    assert run.spikes.counts[32:].mean() > 1.5
    assert run.rate[32:] == pytest.approx(run.spikes.counts[32:] / 3000)
    # Both signs alike: nothing tells up from down. Two-sided 6e-5 each way.
    signs = run.spikes.sign
    assert abs(signs.sum(dtype=int)) < 4 * math.sqrt(signs.size)
    assert (run.e[110] < run.e[99]).mean() > 0.4


def test_a_large_lattice_needs_more_time_below_tc(rng):
    """The same pulse, the same rate: small lattices fire, large ones are warm again before their domains fill them."""
    count = [
        fire(side, np.full(32, 2.6), 3.4, rate=0.01, period=400, before=60, rng=rng).spikes.counts.mean()
        for side in (16, 128)
    ]
    slow = fire(64, np.full(32, 2.6), 3.4, rate=0.0005, period=6000, before=60, rng=rng).spikes.counts.mean()
    assert count[0] > 0.8
    assert count[1] == 0
    assert slow > 0.5


def test_pulses_in_quick_succession_keep_it_magnetised(rng):
    """Cold all the time it spikes once and stays: fewer spikes per sweep than with longer rests."""
    quick, calm = (
        fire(16, np.full(32, 3.0), 4.0, rate=0.01, period=period, pulses=pulses, before=50, rng=rng).rate.mean()
        for period, pulses in ((60, 40), (600, 4))
    )
    assert 0 < quick < calm / 2


def test_open_edges_fire_too(rng):
    run = fire(16, [0.0, 3.0, 3.0], 4.0, rate=0.005, period=700, before=50, periodic=False, rng=rng)
    assert run.m.shape == (750, 3)
    assert run.e.min() >= -2 + 2 / 16  # the bonds that open edges lack
    assert run.spikes.counts[0] == 0
    assert run.spikes.counts[1:].sum() >= 1


def test_a_second_pulse_is_answered_once_the_first_is_over(rng):
    again = recovery(16, 3.0, 4.0, [1, 150, 1500], rate=0.01, copies=64, before=50, rng=rng)
    assert again.first[2] > 50
    assert again.second[2] > 50
    assert again.second[1] < 20
    assert (again.both <= np.minimum(again.first, again.second)).all()


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"Q": -0.1}, "Q must be at least 0, the size of a quench, got -0.1"),
        ({"Q": 5.0}, "Q must be at most T0"),
        ({"Q": np.ones(65)}, "from 1 to 64 entries, got 65"),
        ({"Q": np.ones((2, 2))}, "Q must be a number or have shape"),
        ({"Q": []}, "from 1 to 64 entries, got 0"),
        ({"rate": 0.0}, "rate must be greater than 0"),
        ({"T0": 0.0}, "T0 must be greater than 0"),
        ({"side": 15}, "side must be even"),
        ({"side": 514}, "side must be at most 512"),
        ({"period": 0}, "period must be at least 1"),
        ({"pulses": 0}, "pulses must be at least 1"),
        ({"up": 0.05}, "up must be at least down"),
        ({"down": 0.0}, "down must be greater than 0"),
        ({"J": -1.0}, "J must be greater than 0"),
    ],
)
def test_odd_arguments_are_refused(options, says, rng):
    good = {"side": 16, "Q": 1.0, "T0": 4.0, "rate": 0.1, "period": 5}
    before = rng.bit_generator.state
    with pytest.raises(ValueError, match=says):
        fire(**good | options, rng=rng)
    assert rng.bit_generator.state == before


@pytest.mark.parametrize(
    ("call", "says"),
    [
        (lambda rng: spikes(np.ones((0, 2))), "not be empty"),
        (lambda rng: spikes([np.nan]), "finite"),
        (lambda rng: recovery(16, 0.0, 4.0, [5], rate=0.1, rng=rng), "Q must be greater than 0"),
        (lambda rng: recovery(16, 1.0, 4.0, [0], rate=0.1, rng=rng), "every entry of delays must be at least 1"),
        (lambda rng: recovery(16, 1.0, 4.0, [], rate=0.1, rng=rng), "not empty"),
        (lambda rng: recovery(16, 1.0, 4.0, [5], rate=0.1, copies=65, rng=rng), "copies must be at most 64"),
    ],
)
def test_odd_numbers_are_refused(call, says, rng):
    before = rng.bit_generator.state
    with pytest.raises(ValueError, match=says):
        call(rng)
    assert rng.bit_generator.state == before
