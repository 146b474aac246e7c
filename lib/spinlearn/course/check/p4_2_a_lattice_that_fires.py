"""Checks of the exercises of page 4.2, A lattice that fires."""

import math

import numpy as np

from ...lattice import firing, hulls
from .answers import call, number, refuse
from .declared import Numbers, above, at, below, case, otherwise

TC = 2 / math.log(1 + math.sqrt(2))
COLD = (TC - 0.5) / 0.008

HOW_LONG = Numbers(
    "a number of sweeps",
    right=case(  # T is below Tc in 222 sweeps, the first at 0.5
        (COLD - 0.7, 222.0), "221: from 0.5 up to 2.269, by 0.008 in every sweep. (222 if the first, at 0.5, counts.)"
    ),
    turns=[
        at(2.5 / 0.008, 1, "that is how long it takes until it is back at T0. It is cold only up to Tc."),
        at((3 - TC) / 0.008, 0.7, "that is how long it takes from Tc to T0, when it is warm already."),
        at(TC / 0.008, 1, "that is from zero up to Tc. The quench goes to 3 - 2.5."),
        at(TC - 0.5, 0.005, "that is how far below Tc it is. How many sweeps does it need for that?"),
        at((TC - 0.5) * 0.008, 1e-4, "the rate is upside down."),
        at((1 - 0.5) / 0.008, 0.5, "Tc is 2.269 J here, and not 1."),
        at((4 - 0.5) / 0.008, 1, "4 is the mean-field Tc. The square lattice has 2.269."),
    ],
    rest=[
        case(below(0), "a number of sweeps is not negative."),
        at(COLD, 5, "close, but not to the nearest sweep. Equation (1) has it, with Tc = 2.2692."),
        otherwise("it starts from 3 - 2.5 and is cold up to Tc = 2.269. How many steps of 0.008 are that?"),
    ],
)

RECORD = (0.1, 0.75, 0.3, 0.8, 0.05, -0.9, 0.72, 0.1, 0.7, -0.02, 0.69)

BY_HAND = Numbers(
    "a number of spikes",
    right=at(2, 1e-9, "2: from the second entry to the fourth, and from the sixth to the ninth."),
    turns=[
        at(5, 1e-9, "those are the entries at 0.7 or above. Several of them belong to one spike."),
        at(4, 1e-9, "a spike ends below 0.1, not below 0.7, and 0.1 itself is not below."),
        at(3, 1e-9, "one too many: 0.1 is not below 0.1, a change of sign ends nothing, and 0.69 is below 0.7."),
        at(1, 1e-9, "0.05 is below 0.1: there the first one ends."),
    ],
    rest=[
        case(below(1), "0.75 begins one."),
        case(above(5), "only five entries are at 0.7 or above."),
        otherwise("a number of spikes is a whole number. Go through the record with one variable, on or off."),
    ],
)

_C = hulls.HULL_CONSTANT
_AREA, _SITES = 2 * 150.0, 10**6
ISLANDS = float(2 * _C * _SITES * (1 / (200 + _AREA) - 1 / (700 + _AREA)))

DOMAINS = Numbers(
    "a number of domains",
    right=at(ISLANDS, 0.6, "46: 2 c N (1/500 - 1/1000)."),
    turns=[
        at(2 * ISLANDS, 1.2, "that is more than 200. Those with more than 700 are to be taken away."),
        at(ISLANDS / 2, 0.6, "a factor of two is missing: 2 c, for domains up and down."),
        at(2 * _C * _SITES * (1 / 200 - 1 / 700), 2, "that is the law at t = 0. Walls have moved since: A + λ t."),
        at(2 * _C * _SITES * (1 / 350 - 1 / 850), 1, "λ is 2 here, so λ t is 300."),
        at(2 * _C * _SITES * (1 / 800 - 1 / 1300), 0.6, "λ is 2 here. 4 belongs to colours that take turns."),
        at(ISLANDS / _SITES, 1e-6, "that is per site. There are a million of them."),
        at(2 * ISLANDS / 5, 0.2, "that is one from 200 to 700 at another time. Is λ t = 300?"),
    ],
    rest=[
        case(below(0), "a number of domains is not negative. Those above 200 are more than those above 700."),
        at(ISLANDS, 3, "close, but not to a whole domain."),
        otherwise("it is N(200) - N(700), with N(A) = 2 c / (A + λ t) per site, a million sites and λ t = 300."),
    ],
)

_MEAN = (90 + 2 * 15) / 3
BITS = (90 * math.log2(90 / _MEAN) + 2 * 15 * math.log2(15 / _MEAN)) / 3 / _MEAN

INFORMATION = Numbers(
    "a number of bits",
    right=at(BITS, 6e-4, "three spikes in four come at the high rate, and one at the low one."),
    turns=[
        at(BITS * math.log(2), 6e-4, "that is in nats. Take the logarithm to the base 2."),
        at(
            (math.log2(90 / _MEAN) + 2 * math.log2(15 / _MEAN)) / 3,
            6e-4,
            "that is the mean over the time. Average over the spikes: most come at the high rate.",
        ),
        at(math.log2(90 / _MEAN), 6e-4, "that is for a spike at the high rate. Those at the low rate count, too."),
        at(
            (90 * math.log2(90 / 52.5) + 2 * 15 * math.log2(15 / 52.5)) / 120,
            6e-4,
            "the mean rate is 40: it is low for twice as long as it is high.",
        ),
        at(BITS * _MEAN, 0.03, "that is per second. Divide by the mean rate."),
    ],
    rest=[
        case(below(0), "the true rate is better than the mean rate: the number is positive."),
        at(BITS, 6e-3, "close, but not to three decimals."),
        otherwise("which share of the spikes comes at 90 per second? Average log2(rate / 40) over the spikes."),
    ],
)

_RECORDS = [
    (list(RECORD), 0.7, 0.1),
    ([0.8, 0.9, 0.85], 0.7, 0.1),
    ([0.69, 0.5, -0.69], 0.7, 0.1),
    ([-0.7, -0.1, -0.7, -0.05, -0.7], 0.7, 0.1),
    ([0.9, -0.9, 0.9, -0.9], 0.7, 0.1),
    ([0.9, 0.4, 0.9, 0.2, 0.9, 0.0], 0.6, 0.3),
    ([0.9, 0.0, 0.9, 0.0, -0.9, 0.0, 0.9], 0.7, 0.1),
    ([0.0, 0.05], 0.7, 0.1),
    ([0.5, 0.2, 0.5, 0.2], 0.5, 0.5),
]


def criterion(answer) -> str:
    """4.2-b: spikes by a criterion with two levels."""
    rng = np.random.default_rng(42)
    walk = np.tanh(np.cumsum(rng.normal(0, 0.4, 400)) % 6 - 3)
    came = []
    for m, up, down in [*_RECORDS, (walk.tolist(), 0.7, 0.1)]:
        right = int(firing.spikes(m, up=up, down=down).counts[0])
        value = number(call(answer, list(m), up, down), "a number of spikes")
        came.append((m, up, down, value, right))
    _usual_counts(came)
    for m, up, down, value, right in came:
        if value != right:
            where = f"the record {m}" if len(m) < 12 else "a record of 400 entries"
            refuse(f"for {where} with the levels {up:g} and {down:g} it says {value:g}, and {right} is right.")
    return "two levels, both signs, and a spike that is still on at the end is one."


def _usual_counts(came) -> None:
    """Refuse what typical mistakes give on all records at once."""
    turns = [
        (lambda m, u, d: _states(m, u, d, signed=True), "m may be negative, too: it is |m| that counts."),
        (lambda m, u, d: _states(m, u, u), "one level only: a spike lasts until |m| is below `down`."),
        (lambda m, u, d: sum(abs(x) >= u for x in m), "that counts entries, and a spike lasts for many."),
        (lambda m, u, d: _states(m, u, d, early=True), "a spike goes on at `down` itself, and ends below it."),
        (lambda m, u, d: _states(m, u, d, late=True), "a spike begins at `up` itself, and not only above it."),
        (lambda m, u, d: _states(m, u, d, ended=True), "a spike that is still on at the end of a record is one, too."),
        (lambda m, u, d: _states(m, u, d, flips=True), "a change of sign does not end a spike."),
    ]
    values = [value for *_, value, _ in came]
    if values == [right for *_, right in came]:
        return
    for wrong, why in turns:
        if values == [wrong(m, up, down) for m, up, down, *_ in came]:
            refuse(why)


def _states(m, up, down, *, signed=False, early=False, late=False, ended=False, flips=False) -> int:
    """Count with one mistake."""
    on, begun, over, sign = False, 0, 0, 1
    for x in m:
        size = x if signed else abs(x)
        if on and flips and x * sign < 0 and size >= up:
            begun, over, sign = begun + 1, over + 1, -sign
        elif not on and (size > up if late else size >= up):
            on, begun, sign = True, begun + 1, 1 if x > 0 else -1
        elif on and (size <= down if early else size < down):
            on, over = False, over + 1
    return over if ended else begun


def information(answer) -> str:
    """4.2-d: bits per spike above a constant rate."""
    rng = np.random.default_rng(7)
    cases = []
    for bins, dt, high in ((2000, 0.001, 80.0), (3000, 0.005, 60.0), (500, 0.02, 30.0)):
        rate = rng.uniform(1, high, bins)
        spikes = (rng.random(bins) < 1 - np.exp(-rate * dt)).astype(int)
        cases.append((rate, spikes, dt))
    came = np.array([number(call(answer, *(_copy(x) for x in one)), "a number of bits") for one in cases])
    right = np.array([_bits(*one) for one in cases])
    if np.allclose(came, right, rtol=1e-6, atol=1e-9):
        return "bits per spike, in bins of any length."
    turns = [
        (right * np.log(2), "that is in nats: divide by ln 2."),
        (right * [one[1].sum() for one in cases], "that is for all spikes together. Divide by their number."),
        ([x * one[1].mean() for x, one in zip(right, cases, strict=True)], "that is per bin. Divide by the spikes."),
        (-right, "the sign: the better model has the larger likelihood."),
        ([_bits(*one, poisson=True) for one in cases], "a bin fires with 1 - exp(-r dt), and not with r dt."),
        ([_bits(*one, only=True) for one in cases], "bins without a spike say something, too: -r dt for each."),
        ([_bits(*one, against=True) for one in cases], "compare with the share of bins that have a spike."),
        ([_bits(*one, alone=True) for one in cases], "take away what the constant rate gives."),
    ]
    for wrong, why in turns:
        if np.allclose(came, wrong, rtol=1e-6, atol=1e-9):
            refuse(why)
    k = int(np.argmax(np.abs(came - right)))
    refuse(f"for {len(cases[k][0])} bins of {cases[k][2]:g} s it says {came[k]:.6g}, and {right[k]:.6g} is right.")


def _copy(x):
    return x.copy() if isinstance(x, np.ndarray) else x


def _bits(rate, spikes, dt, *, poisson=False, only=False, against=False, alone=False) -> float:
    """The score, or with one mistake."""
    n, mu = spikes.sum(), rate * dt
    fires = np.log(mu) if poisson else np.log(-np.expm1(-mu))
    share = spikes.mean()
    model = fires[spikes == 1].sum() - (0 if only else mu[spikes == 0].sum())
    flat = n * np.log(share) + (0 if only else (spikes.size - n) * np.log1p(-share))
    if against:
        mean = mu.mean()
        flat = n * np.log(-np.expm1(-mean)) - (spikes.size - n) * mean
    return float((model - (0 if alone else flat)) / n / np.log(2))


EXERCISES = {
    "a": HOW_LONG,
    "b1": BY_HAND,
    "b": criterion,
    "c": DOMAINS,
    "d1": INFORMATION,
    "d": information,
}
