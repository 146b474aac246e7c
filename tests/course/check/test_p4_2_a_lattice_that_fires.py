"""Exercises of page 4.2: right answers pass, typical mistakes are refused with the reason."""

from decimal import Decimal

import numpy as np
import pytest
from checking import Answers

from spinlearn.course.check import p4_2_a_lattice_that_fires as fires
from spinlearn.lattice import firing, hulls

TC = 2 / np.log(1 + np.sqrt(2))


def count_spikes(m, up, down):
    on, count = False, 0
    for one in m:
        if not on and abs(one) >= up:
            on, count = True, count + 1
        elif on and abs(one) < down:
            on = False
    return count


def by_the_library(m, up, down):
    return firing.spikes(m, up=up, down=down).counts[0]


def bits(rate, spikes, dt):
    fires_, silent = np.log(-np.expm1(-rate * dt)), -rate * dt
    p = spikes.mean()
    model = np.where(spikes == 1, fires_, silent).sum()
    flat = np.where(spikes == 1, np.log(p), np.log1p(-p)).sum()
    return (model - flat) / spikes.sum() / np.log(2)


def bits_by_a_loop(rate, spikes, dt):
    total, p = 0.0, sum(spikes) / len(spikes)
    for r, n in zip(rate, spikes, strict=True):
        q = 1 - np.exp(-r * dt)
        total += np.log2(q / p) if n else np.log2((1 - q) / (1 - p))
    return total / sum(spikes)


def poisson(rate, spikes, dt):
    p = spikes.mean()
    model = np.where(spikes == 1, np.log(rate * dt), -rate * dt).sum()
    return (model - np.where(spikes == 1, np.log(p), np.log1p(-p)).sum()) / spikes.sum() / np.log(2)


def of_the_spikes_alone(rate, spikes, dt):
    p = spikes.mean()
    return np.log2(-np.expm1(-rate * dt) / p)[spikes == 1].mean()


RIGHT = {
    "4.2-a": [221, 222, (TC - 0.5) / 0.008, [221.2], np.array(221), Decimal("221.15")],
    "4.2-b1": [2, 2.0, [2], "2"],
    "4.2-b": [count_spikes, by_the_library],
    "4.2-c": [46, fires.ISLANDS, [46.0]],
    "4.2-d1": [0.524, 0.75 * np.log2(2.25) + 0.25 * np.log2(0.375), fires.BITS],
    "4.2-d": [bits, bits_by_a_loop],
}
MISTAKES = {
    "4.2-a": [
        (312.5, "back at T0"),
        (91.3, "from Tc to T0"),
        (283.6, "from zero"),
        (1.769, "how far below"),
        (0.01415, "upside down"),
        (62.5, "not 1"),
        (437.5, "mean-field"),
        (-221, "negative"),
        (223.5, "nearest sweep"),
        (150, "ow many steps"),
    ],
    "4.2-b1": [
        (5, "entries"),
        (4, "not below 0.7"),
        (3, "one too many"),
        (1, "first one ends"),
        (0, "begins one"),
        (6, "only five"),
        (2.5, "whole number"),
    ],
    "4.2-b": [
        (lambda m, u, d: fires._states(m, u, d, signed=True), "|m| that counts"),
        (lambda m, u, d: count_spikes(m, u, u), "one level"),
        (lambda m, u, d: sum(abs(x) >= u for x in m), "counts entries"),
        (lambda m, u, d: fires._states(m, u, d, early=True), "ends below"),
        (lambda m, u, d: fires._states(m, u, d, late=True), "begins at"),
        (lambda m, u, d: fires._states(m, u, d, ended=True), "still on"),
        (lambda m, u, d: fires._states(m, u, d, flips=True), "change of sign"),
        (lambda m, u, d: 2, "it says 2"),
    ],
    "4.2-c": [
        (92, "taken away"),
        (23, "factor of two"),
        (164, "t = 0"),
        (77, "300"),
        (22, "take turns"),
        (4.6e-5, "per site"),
        (-46, "negative"),
        (48, "whole domain"),
        (60, "million sites"),
    ],
    "4.2-d1": [
        (fires.BITS * np.log(2), "nats"),
        (-0.553, "over the time"),
        (1.170, "low rate count"),
        (fires.BITS * 40, "per second"),
        (0.528, "three decimals"),
        (-2.0, "positive"),
        (0.9, "share of the spikes"),
    ],
    "4.2-d": [
        (lambda rate, spikes, dt: bits(rate, spikes, dt) * np.log(2), "nats"),
        (lambda rate, spikes, dt: bits(rate, spikes, dt) * spikes.sum(), "Divide by their number"),
        (lambda rate, spikes, dt: bits(rate, spikes, dt) * spikes.mean(), "per bin"),
        (lambda rate, spikes, dt: -bits(rate, spikes, dt), "the sign"),
        (poisson, "not with r dt"),
        (of_the_spikes_alone, "without a spike"),
        (lambda rate, spikes, dt: fires._bits(rate, spikes, dt, against=True), "share of bins"),
        (lambda rate, spikes, dt: fires._bits(rate, spikes, dt, alone=True), "constant rate gives"),
        (lambda rate, spikes, dt: 0.5, "it says"),
    ],
}


class TestALatticeThatFires(Answers):
    PAGE, RIGHT, MISTAKES, FUNCTIONS = "4.2", RIGHT, MISTAKES, ("4.2-b", "4.2-d")


def test_the_numbers_are_those_of_the_library():
    law = hulls.hull_law(np.array([200.0, 700.0]), 150.0, rate=hulls.RATE_OF_SITES)
    assert pytest.approx(1e6 * (law[0] - law[1])) == fires.ISLANDS
    assert firing.spikes(list(fires.RECORD)).counts[0] == 2
    assert fires._bits(np.full(10, 3.0), np.arange(10) % 2, 0.1) < 0


def test_in_short_bins_the_score_is_the_mean_over_the_spikes(rng):
    rate = np.where(np.arange(300_000) % 3 == 0, 90.0, 15.0)
    spikes = (rng.random(rate.size) < 1 - np.exp(-rate * 0.0005)).astype(int)
    assert bits(rate, spikes, 0.0005) == pytest.approx(fires.BITS, abs=0.03)
