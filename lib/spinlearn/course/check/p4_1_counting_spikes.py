"""Checks of the exercises of page 4.1, Counting spikes."""

import math

import numpy as np

from ... import meanfield
from ...neuron import integrate
from .answers import call, number, numbers, refuse
from .declared import Numbers, above, at, below, case, otherwise

HALF = math.log(2) / 2

BY_HAND = Numbers(
    "a spike count",
    right=at(2.4, 1e-6, "2.4: it is taken 0.6 below Tc, and warms up by a quarter in a unit of time."),
    turns=[
        at(0.6, 1e-6, "that is how far below Tc it is taken. Now ask how long it takes from there, at the rate r."),
        at(0.15, 1e-6, "the rate is upside down: the slower it warms up, the longer it is magnetised."),
        at(3.2, 1e-6, "that is the time until it is back at T0. Above Tc it is not magnetised any more."),
        at(0.8, 1e-6, "that is the quench. The first 0.2 of it are needed to reach Tc, and then it takes time."),
        at(1.6, 1e-6, "it is below Tc that it is magnetised, from 0.4 to 1: not from 0 to 0.4."),
        at(0.1, 1e-6, "that is 0.4 times a quarter. Ask how deep below Tc 1.2 - 0.8 is, and divide by the rate."),
    ],
    rest=[
        case(below(0), "a count is not negative."),
        otherwise("the temperature goes from 0.4 up to 1 while it is magnetised. How long does that take?"),
    ],
)

Q = 1.6
FLIPPED = float(meanfield.flipped_count(Q))

FLIPPED_COUNT = Numbers(
    "an integral",
    right=at(FLIPPED, 6e-5, "1.2734, which is 1.6 less half of ln 2, and a little."),
    turns=[
        at(float(meanfield.printed_count(Q)), 6e-5, "that is what the source prints. Half of ln 2 is subtracted."),
        at(Q - HALF, 6e-5, "the last term is missing, ½ ln(1 + 1/exp(3.2))."),
        at(Q + HALF, 6e-5, "the sign of half of ln 2, and the last term."),
        at((Q - math.log(math.cosh(Q))) / 2, 6e-5, "that is the integral of the falling curve."),
        at(math.log1p(math.exp(2 * Q)) / 2, 6e-5, "that is S(1.6). From it S(0) has to be taken away."),
        at(
            float(meanfield.logistic_count(Q)),
            6e-5,
            "that is the logistic function's, which has half of the steepness.",
        ),
        at(math.log(math.cosh(Q)), 6e-5, "that is the integral of tanh. Add 1.6, and take half of it."),
    ],
    rest=[
        at(FLIPPED, 0.03, "close, but not to four decimals."),
        case(above(Q), "the curve is below 1, and so is its mean from 0 to 1.6."),
        case(below(Q / 2), "the curve is above ½, and so is its mean from 0 to 1.6."),
        otherwise("that is not it. Is it ½ (Q + ln cosh Q) at Q = 1.6?"),
    ],
)

BEST = HALF - 0.25  # for α = ½: k is -α/2

BEST_CONSTANT = Numbers(
    "a constant",
    right=at(
        BEST, 6e-5, "½ ln 2 - ¼: with it D + C is a quarter above the ELU far left, and a quarter below it far right."
    ),
    turns=[
        at(-0.25, 6e-5, "that is k. The constant is C = k + ½ ln 2."),
        at(-0.25 - HALF, 6e-5, "that is for the sign that is printed. With the right one k = C - ½ ln 2."),
        at(HALF - 0.5, 6e-5, "with that it is within α, and no closer. There is a better one."),
        at(-0.5, 6e-5, "that is the source's constant, -α."),
        at(0.25, 6e-5, "that is the distance. Which constant has it?"),
        at(0, 1e-9, "with C = 0 it is within α, but not closest."),
        at(HALF / 2, 6e-5, "that is for an α below ½ ln 2. Half is above it."),
    ],
    rest=[
        at(BEST, 6e-3, "close, but not to four decimals."),
        otherwise("which k makes the larger of k + max(α, ½ ln 2) and -k smallest, and which C belongs to it?"),
    ],
)

AT_THRESHOLD = float(integrate.noisy_leaky_rate(1.0, 0.25))

NOISY_AT_THRESHOLD = Numbers(
    "a rate",
    right=at(AT_THRESHOLD, 6e-4, "0.420: without noise it would not fire at all."),
    turns=[
        at(1 / AT_THRESHOLD, 4e-3, "that is the time between spikes. The rate is one over it."),
        at(AT_THRESHOLD * math.sqrt(math.pi), 1e-3, "the root of π is missing from the time."),
        at(0, 1e-6, "that is the rate without noise, or the limits have the wrong sign: they are -4 and 0."),
        at(
            float(integrate.noisy_leaky_rate(1.0, 0.25 * math.sqrt(2))),
            6e-4,
            "that is for σ = ¼ √2: here V has the variance σ²/2.",
        ),
        at(
            float(integrate.noisy_leaky_rate(1.0, 0.25 / math.sqrt(2))),
            6e-4,
            "that is for σ = ¼ / √2. Put σ itself into the limits.",
        ),
    ],
    rest=[
        case(below(0), "a rate is not negative."),
        at(AT_THRESHOLD, 6e-3, "close, but not to three decimals."),
        otherwise("the integral runs from -4 to 0. What is one over it, with the root of π?"),
    ],
)

_COUNTS = [
    (0.6, 1.3, 6.0, 1.0, 1.0),
    (0.9, 1.3, 6.0, 1.0, 0.5),
    (1.0, 0.0, 1.0, 0.0, 1.0),
    (0.3, 0.7, 2.0, 1.0, 3.0),
    (0.15, 1.1, 10.0, 1.0, 1.0),
    (1e-9, 1.3, 6.0, 1.0, 1.0),
    (1e-9, 0.5, 6.0, 1.0, 2.0),
    (1e-5, 1.0, 1.0, 1.0, 1.0),
    (1000.0, 1.3, 6.0, 1.0, 1.0),
    (1000.0, 1.0, 0.5, 2.0, 4.0),
]


def count(answer) -> str:
    """4.1-b: the corrected spike count, to ten digits."""
    came = np.array([number(call(answer, *one), "a spike count") for one in _COUNTS[:5]])
    _usual_turns(came, np.array([_true(*one) for one in _COUNTS[:5]]))
    for Q, T0, a, c, r in _COUNTS:
        value, right = number(call(answer, Q, T0, a, c, r), "a spike count"), _true(Q, T0, a, c, r)
        if abs(value - right) <= 1e-10 * right:
            continue
        why = "Is anything too large on the way?"
        if Q < 1e-3:
            why = "Larger quenches are right, so it is the digits: nearly equal numbers are subtracted (second hint)."
        where = f"Q = {Q:g}, T0 = {T0:g}, a = {a:g}, c = {c:g}, r = {r:g}"
        refuse(f"for {where} it says {value:.12g}, and {right:.12g} is right. {why}")
    return "right to ten digits, from 1e-9 to 1000."


def _true(Q, T0, a, c, r) -> float:
    return float(meanfield.corrected_count(Q, T0, sharpness=a, centre=c, rate=r))


def _usual_turns(came, right) -> None:
    """Refuse what typical mistakes give on the harmless cases."""
    Q, T0, a, c, r = np.array(_COUNTS[: len(came)]).T

    def S(z):
        return np.logaddexp(0, 2 * a * z) / (2 * a)

    g = T0 - c
    turns = [
        (right * r, "the rate is missing: the time is the difference of temperatures over r."),
        (right * r**2, "the rate is upside down: the slower it warms up, the larger the count."),
        (S(Q - g) / r, "S(-g) has to be taken away: an empty quench counts nothing."),
        ((S(c) - S(c - Q)) / r, "that is the literal integral, from 0 to Q. The path goes from T0 - Q to T0."),
        ((S(Q - c) - S(-c)) / r, "that integrates the flipped curve from 0 to Q. The threshold is g = T0 - c."),
        ((S(Q + g) - S(g)) / r, "the sign of g is turned round: a warmer rest makes the count smaller."),
        (np.maximum(Q - g, 0) / r, "that is the sharp count. This curve has a finite steepness a."),
        (2 * right, "a factor of one half is missing: S has 2a below the line."),
    ]
    for wrong, why in turns:
        if np.allclose(came, wrong, rtol=1e-9, atol=1e-13):
            refuse(why)
    if not np.allclose(came, right, rtol=1e-9, atol=0):
        k = int(np.argmax(np.abs(came / right - 1)))
        refuse(
            f"for Q = {Q[k]:g}, T0 = {T0[k]:g}, a = {a[k]:g}, c = {c[k]:g}, r = {r[k]:g} it says {came[k]:.10g}, "
            f"and {right[k]:.10g} is right. Is it [S(Q - g) - S(-g)] / r?"
        )


def closest(answer) -> str:
    """4.1-c: the best constant and its distance from the ELU."""
    alphas = np.array([0.05, 0.2, 0.3, 0.5, 1.0, 2.5])
    came = np.array([numbers(call(answer, float(alpha)), 2, "the constant and the distance") for alpha in alphas])
    best = meanfield.elu_constants(alphas)
    right = np.stack([best.best, best.distance], axis=1)
    if np.allclose(came, right, rtol=0, atol=1e-6):
        return "half of the larger of α and ½ ln 2 is the distance, and no constant does better."
    turns = [
        (right[:, ::-1], "the constant first, and then the distance."),
        (right - [2 * HALF, 0], "that is the constant for the printed sign. With the right sign k = C - ½ ln 2."),
        (right - [HALF, 0], "that is k. The constant is C = k + ½ ln 2."),
        (
            np.stack([HALF - alphas / 2, alphas / 2], axis=1),
            "right for α above ½ ln 2. Below it x = 0 is the farthest.",
        ),
        (
            np.stack([0 * alphas + HALF / 2] * 2, axis=1),
            "right for α below ½ ln 2. Above it very negative x is farthest.",
        ),
        (
            np.stack([HALF - alphas, np.maximum(alphas, HALF - alphas)], axis=1),
            "that constant does, but is not the best.",
        ),
        (
            np.stack([-alphas, meanfield.elu_distance(alphas)], axis=1),
            "that is the source's constant. Which k makes the larger of k + max(α, ½ ln 2) and -k smallest?",
        ),
    ]
    for wrong, why in turns:
        if np.allclose(came, wrong, rtol=0, atol=1e-6):
            refuse(why)
    k = int(np.argmax(np.abs(came - right).max(axis=1)))
    (C, said), alpha = came[k], float(alphas[k])
    reached = float(meanfield.elu_distance(alpha, constant=C))
    if abs(said - reached) > 1e-6:
        refuse(f"for α = {alpha:g} and C = {C:.6g} the distance is {reached:.6g}, but it says {said:.6g}.")
    refuse(f"for α = {alpha:g} the distance with C = {C:.6g} is {reached:.6g}, but a smaller one is possible.")


# Drives and noises: the first four are harmless, the others overflow or lose their digits in the formula as it stands.
_NOISY = [(1.0, 0.5), (0.5, 0.5), (1.5, 1.0), (0.0, 0.6)]
_NOISY += [(2.0, 0.2), (-0.5, 2.0), (-0.5, 0.2), (10.0, 0.2), (50.0, 0.5)]


def siegert(answer) -> str:
    """4.1-d: Siegert's formula without an overflow."""
    came = np.array([number(call(answer, *one), "a rate") for one in _NOISY[:4]])
    _usual_rates(came)
    for k, (mu, sigma) in enumerate(_NOISY):
        right = float(integrate.noisy_leaky_rate(mu, sigma))
        rate = came[k] if k < 4 else number(call(answer, mu, sigma), "a rate")
        if abs(rate - right) > 1e-6 * right:
            why = "" if k < 4 else " Moderate drives are right: does e^(u²) (1 + erf u) keep its digits for large u?"
            refuse(f"for mu = {mu:g}, sigma = {sigma:g} it says {rate:.8g}, and {right:.8g} is right.{why}")
    return "Siegert's formula, from far below the threshold to far above it."


def _usual_rates(came) -> None:
    """Refuse what typical mistakes give for moderate drives."""
    mu, sigma = np.array(_NOISY[:4]).T
    right, root = integrate.noisy_leaky_rate(mu, sigma), math.sqrt(2)
    turns = [
        (1 / right, "that is the mean time between spikes. The rate is one over it."),
        (right * math.sqrt(math.pi), "the root of π is missing from the time."),
        (integrate.noisy_leaky_rate(mu, sigma * root), "there is a root of 2 too much in sigma."),
        (integrate.noisy_leaky_rate(mu, sigma / root), "there is a root of 2 missing in sigma."),
        (integrate.leaky_rate(mu), "that is the rate without noise."),
        (_reflected(mu, sigma), "the sign of u: it is 1 + erf(u), which is erfcx(-u) with its factor."),
    ]
    for wrong, why in turns:
        if np.allclose(came, wrong, rtol=1e-5, atol=1e-12):
            refuse(why)


def _reflected(mu, sigma):
    """The rate with 1 - erf(u) in place of 1 + erf(u): the limits of the integral with their signs turned round."""
    x, w = np.polynomial.legendre.leggauss(60)
    rates = []
    for m, s in zip(mu, sigma, strict=True):
        low, high = -m / s, (1 - m) / s
        u = (low + high) / 2 + (high - low) / 2 * x
        values = np.exp(u**2) * np.array([math.erfc(one) for one in u])
        rates.append(1 / (math.sqrt(math.pi) * (high - low) / 2 * (w @ values)))
    return np.array(rates)


EXERCISES = {
    "a": BY_HAND,
    "b1": FLIPPED_COUNT,
    "b": count,
    "c1": BEST_CONSTANT,
    "c": closest,
    "d1": NOISY_AT_THRESHOLD,
    "d": siegert,
}
