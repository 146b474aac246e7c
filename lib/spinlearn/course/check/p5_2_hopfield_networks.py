"""Checks of the exercises of page 5.2, Hopfield networks."""

import math

import numpy as np
from scipy.optimize import brentq
from scipy.special import erf, ndtr

from ...dense import capacity, mixtures, recall
from .answers import call, number, numbers, refuse, vector
from .declared import Numbers, above, at, below, case, otherwise

ONE_TURN = Numbers(
    "a change of the energy",
    right=at(-0.6, 1e-6, "-0.6: the field is -0.8 + 0.5 = -0.3, the unit goes down, and the energy by twice 0.3."),
    turns=[
        at(0.6, 1e-6, "the size is right. But a unit that follows its field lowers the energy."),
        at(
            -0.3,
            1e-6,
            "that is the field. The energy goes from -0.3 s on one side of the turn to the other: twice that.",
        ),
        at(0.3, 1e-6, "that is minus the field. A turn changes the energy by 2 s f."),
        at(-2.6, 1e-6, "the threshold has the wrong sign: the field is the input less the threshold, -0.8 + 0.5."),
        at(2.6, 1e-6, "both signs: the field is the input less the threshold, and the energy falls."),
        at(-1.3, 1e-6, "the threshold has the wrong sign, and a turn counts twice."),
        at(-1.6, 1e-6, "the threshold is missing: a negative one pulls the unit up."),
        at(0, 1e-9, "it does turn: its input, -0.8, is below its threshold, -0.5."),
    ],
    rest=[
        case(above(0), "whatever the numbers are: a unit that follows its field never raises the energy."),
        otherwise("the field is the input less the threshold. Then 2 s f, with s before the turn."),
    ],
)

_N, _P = 1000, 120
UNSTABLE = _N * float(ndtr(-math.sqrt(_N / _P)))

UNSTABLE_BITS = Numbers(
    "a number of bits",
    right=at(UNSTABLE, 6e-3, "1.95 of a thousand, at a load of 0.12."),
    turns=[
        at(UNSTABLE / _N, 6e-6, "that is the probability for one bit. There are a thousand of them."),
        at(
            2 * UNSTABLE,
            1.2e-2,
            "only one tail of the Gaussian is an error: noise in the right direction does no harm.",
        ),
        at(
            _N * float(ndtr(-math.sqrt(_N / (2 * _P)))),
            0.05,
            "that is for neurons 0 or 1 without thresholds, which have twice the variance.",
        ),
        at(_N * recall.recall(_N, _P).bit, 6e-3, "that is exact. Here the Gaussian approximation is asked for."),
        at(_N * float(ndtr(-_N / _P)), 6e-6, "the spread of the noise is the root of the load."),
        at(
            _N * math.erfc(math.sqrt(_N / _P)) / 2,
            6e-4,
            "a root of 2 in the argument: Φ(-x) is ½ erfc(x / √2).",
        ),
    ],
    rest=[
        case(below(0), "a number of bits is not negative."),
        at(UNSTABLE, 0.06, "close, but not to two decimals."),
        otherwise("that is not it. It is 1000 Φ(-1/√α) with α = 0.12."),
    ],
)

_Y = 2.0
LOAD_OF_TWO = float((erf(_Y) / _Y - 2 / math.sqrt(math.pi) * math.exp(-_Y * _Y)) ** 2 / 2)

LOAD_AT_TWO = Numbers(
    "a load",
    right=at(LOAD_OF_TWO, 6e-5, "0.1138, with m = 0.9953."),
    turns=[
        at(math.sqrt(2 * LOAD_OF_TWO), 6e-4, "that is √(2α). Square it, and halve that."),
        at(2 * LOAD_OF_TWO, 1e-4, "that is 2α."),
        at(4 * LOAD_OF_TWO, 2e-4, "√(2α) squared is 2α: divide by 2, do not multiply."),
        at(float(erf(_Y) ** 2 / _Y**2 / 2), 6e-5, "the second term is missing: that is r = 1, without the echo."),
        at(
            float((erf(_Y) / _Y + 2 / math.sqrt(math.pi) * math.exp(-_Y * _Y)) ** 2 / 2),
            6e-5,
            "the second term has a minus.",
        ),
        at(float(erf(_Y)), 6e-5, "that is m. At which load?"),
    ],
    rest=[
        at(LOAD_OF_TWO, 4e-3, "close, but not to four decimals."),
        case(above(0.1379056), "there is no retrieval state at such a load."),
        otherwise("put y = 2 into the right side. That is √(2α)."),
    ],
)

SEVEN = -3.5 * (math.comb(6, 3) / 2**6) ** 2

ENERGY_OF_SEVEN = Numbers(
    "an energy",
    right=at(SEVEN, 6e-5, "-0.3418, with the overlap 20/64 with each of the seven."),
    turns=[
        at(-SEVEN, 6e-5, "the size is right, and the sign is not."),
        at(2 * SEVEN, 1e-4, "the half in front of the sum is missing."),
        at(math.comb(6, 3) / 2**6, 6e-5, "that is the overlap. The energy is -½ times the sum of its squares."),
        at(SEVEN / 7, 6e-5, "there are seven overlaps, each of which counts."),
        at(-0.3515625, 6e-5, "that is a vote of five."),
        at(-0.375, 6e-5, "that is a vote of three."),
        at(-1 / math.pi, 6e-5, "that is the limit for large n."),
    ],
    rest=[
        at(SEVEN, 3e-3, "close, but not to four decimals."),
        case(below(-0.5), "nothing lies below -½, the energy of a memory."),
        otherwise("with which probability are the other six divided three to three?"),
    ],
)


def _problem(N, P, seed):
    rng = np.random.default_rng(seed)
    x = rng.choice(np.array([-1, 1], dtype=np.int8), size=(P, N))
    return rng.choice(np.array([-1, 1], dtype=np.int8), size=N), x


def fields(answer) -> str:
    """5.2-b: local fields from overlaps."""
    for N, P, seed in ((30, 4, 1), (50, 7, 2), (900, 130, 3)):
        s, x = _problem(N, P, seed)
        came = vector(call(answer, s.copy(), x.copy()), "the local fields", N)
        wide, state = x.astype(float), s.astype(float)
        with_self = wide.T @ (wide @ state) / N
        right = with_self - P / N * state
        if np.allclose(came, right, rtol=0, atol=1e-9):
            continue
        turns = [
            (with_self, "the self-coupling is still in it: take P/N times the unit's own state away."),
            (N * right, "the factor 1/N is missing."),
            (N * with_self - P / N * state, "the factor 1/N is missing in the first term."),
            (with_self - state, "each pattern adds 1/N to the self-coupling, so it is P/N, not 1."),
            (with_self - P / N, "what is taken away is P/N times the unit's own state."),
            (with_self + P / N * state, "the self-coupling has to be taken away, and not added."),
            (-right, "all signs are turned round."),
            (np.sign(right), "that is where the units go. The fields themselves are asked for."),
        ]
        for wrong, why in turns:
            if np.allclose(came, wrong, rtol=0, atol=1e-9):
                refuse(why)
        k = int(np.argmax(np.abs(came - right)))
        why = " Small networks are right: int8 overflows at 127 (second hint)." if N > 128 else ""
        refuse(f"for N = {N}, P = {P} the field at unit {k} is {right[k]:.6g}, and it says {came[k]:.6g}.{why}")
    return "and in a network of a million units it would still fit into memory."


_LOADS = (0.01, 0.05, 0.1, 0.13, 0.1378)


def overlap(answer) -> str:
    """5.2-c: the curve m(alpha) at T = 0."""
    came = np.array([number(call(answer, load), "an overlap") for load in _LOADS])
    right = np.array([capacity.retrieval(load, 0.0).m for load in _LOADS])
    if not np.allclose(came, right, rtol=0, atol=1e-6):
        saddle = np.array([capacity.retrieval(load, 0.0, saddle=True).m for load in _LOADS])
        y = np.array([brentq(lambda y, a=load: _side(y) - math.sqrt(2 * a), 1.5112, 100) for load in _LOADS])
        plain = np.array([_without_echo(load) for load in _LOADS])
        turns = [
            (saddle, "that is the saddle, the smaller of the two solutions. The memory has the larger y."),
            (y, "that is y. The overlap is erf(y)."),
            (plain, "that is for r = 1, without the echo of the other patterns."),
            (0 * right, "there is a memory at these loads."),
            ((1 - right) / 2, "that is the share of wrong bits. The overlap is asked for."),
        ]
        for wrong, why in turns:
            if np.allclose(came, wrong, rtol=0, atol=1e-6):
                refuse(why)
        k = int(np.argmax(np.abs(came - right)))
        near = " Six digits are wanted." if abs(came[k] - right[k]) < 1e-3 else ""
        refuse(f"at the load {_LOADS[k]:g} it is {right[k]:.7f}, and it says {came[k]:.7f}.{near}")
    for load in (0.1380, 0.2, 1.0):
        m = number(call(answer, load), "an overlap")
        if abs(m) > 1e-9:
            refuse(f"at the load {load:g} there is no retrieval state, so 0 is wanted, and it says {m:.6g}.")
    return "from a hundredth to the edge of the cliff, and beyond."


def _side(y: float) -> float:
    return float(erf(y) / y - 2 / math.sqrt(math.pi) * math.exp(-y * y))


def _without_echo(load: float) -> float:
    return float(erf(brentq(lambda y: erf(y) / y - math.sqrt(2 * load), 1e-6, 100)))


_VOTES = (1, 3, 5, 7, 25, 101)


def mixture(answer) -> str:
    """5.2-d: mixtures of n patterns at T = 0."""
    came = np.array([numbers(call(answer, n), 2, "the overlap and the energy") for n in _VOTES])
    right = np.array([mixtures.mixture(n, 0.0)[:2] for n in _VOTES])
    if not np.allclose(came, right, rtol=0, atol=1e-9):
        m, e = right.T
        n = np.array(_VOTES)
        turns = [
            (right[:, ::-1], "the overlap first, and then the energy."),
            (np.stack([m, -e], axis=1), "the energy is negative."),
            (np.stack([m, 2 * e], axis=1), "the energy is -½ times the sum of the squares."),
            (np.stack([m, e / n], axis=1), "each of the n overlaps counts in the energy."),
            (np.stack([(1 + m) / 2, -n * (1 + m) ** 2 / 8], axis=1), "that is the share of bits in which they agree."),
            (
                np.stack([(1 + m) / 2, e], axis=1),
                "the first number is the share of bits in which they agree: m is less.",
            ),
            (np.stack([1 / n, -1 / (2 * n)], axis=1), "the overlap is not 1/n: a vote agrees with each more often."),
        ]
        for wrong, why in turns:
            if np.allclose(came, wrong, rtol=0, atol=1e-9):
                refuse(why)
        k = int(np.argmax(np.abs(came - right).max(axis=1)))
        refuse(
            f"for n = {_VOTES[k]} the overlap is {right[k, 0]:.8g} and the energy {right[k, 1]:.8g}; "
            f"it says {came[k, 0]:.8g} and {came[k, 1]:.8g}."
        )
    m, e = numbers(call(answer, 201), 2, "the overlap and the energy")
    wanted = math.comb(200, 100) / 2**200
    if abs(m - wanted) > 1e-9 or abs(e + 201 * wanted**2 / 2) > 1e-9:
        refuse(
            f"for n = 201 the overlap is {wanted:.8g}, and it says {m:.8g}. Are all numbers on the way small enough?"
        )
    return "they lie ever higher, up to -1/π, where the glass of this network begins."


EXERCISES = {
    "a": ONE_TURN,
    "b1": UNSTABLE_BITS,
    "b": fields,
    "c1": LOAD_AT_TWO,
    "c": overlap,
    "d1": ENERGY_OF_SEVEN,
    "d": mixture,
}
