"""Checks of the exercises of page 4.4, The edge of chaos."""

import math

import numpy as np
from scipy.optimize import brentq

from ...meanfield.finite_width import rectifier_moment
from ...measure import avalanches
from .answers import call, number, numbers, refuse
from .declared import Numbers, above, at, below, case, otherwise

MOMENT = rectifier_moment(200, 80)
SCATTER = math.sqrt(MOMENT - 1)

ONE_NETWORK = Numbers(
    "a relative scatter",
    right=at(SCATTER, 6e-3, "2.49: one network is off by a factor of several."),
    turns=[
        at(MOMENT, 6e-3, "that is the mean square. Take the square of the mean away, and then the root."),
        at(MOMENT - 1, 6e-3, "that is the variance. The standard deviation is its root."),
        at(math.sqrt(MOMENT), 6e-3, "the square of the mean, 1, has to be taken away before the root."),
        at(math.sqrt(2), 6e-3, "that is the root of 5 L / n, which holds for L far below n. Take the exact moment."),
        at(math.sqrt(math.exp(2) - 1), 6e-3, "that is the log-normal's, e^(5L/n). Take (1 + 5/n)^L itself."),
    ],
    rest=[
        at(SCATTER, 0.03, "close, but not to two decimals."),
        case(below(0), "a standard deviation is not negative."),
        otherwise("the mean square is (1 + 5/200)^80, and the mean is 1. What is the standard deviation?"),
    ],
)

WEIGHTS = math.pi / 2 * 3

EDGE_OF_ERF = Numbers(
    "a variance",
    right=at(WEIGHTS, 6e-5, "three times π/2: 1 + 2q is 9."),
    turns=[
        at(WEIGHTS * 3, 6e-4, "the root is missing: the Gaussian integral has 1 over the root of 1 + 2q."),
        at(3, 6e-5, "the factor 2/π of the squared slope is missing."),
        at(1 / WEIGHTS, 6e-5, "that is the mean of the squared slope. The weights are one over it."),
        at(math.pi / 2, 6e-5, "that is the edge without biases, at q = 0."),
        at(math.pi / 2 * math.sqrt(5), 6e-5, "the exponent is -x², twice that of the slope: 1 + 2q, not 1 + q."),
        at(math.sqrt(math.pi / 2) * 3, 6e-5, "the slope's factor has to be squared, too."),
        at(math.sqrt(WEIGHTS), 6e-5, "that is σ_w. The variance is its square."),
    ],
    rest=[
        at(WEIGHTS, 0.02, "close, but not to four decimals."),
        case(below(0), "a variance is not negative."),
        otherwise("the mean of (2/π) exp(-x²) over a Gaussian of the variance 4: one over that."),
    ],
)

LEAKY = 3.08

LEAKY_NUMBER = Numbers(
    "a number",
    right=at(LEAKY, 6e-3, "between ReLU's 5 and 2, that of a linear network."),
    turns=[
        at(5, 1e-6, "that is ReLU's, for a = 0."),
        at(2, 1e-6, "that is a linear network's, for a = 1."),
        at(4.08, 6e-3, "1 has to be taken away: a variance is a mean square less the square of the mean."),
        at(0.36, 6e-3, "E[z⁴] is 3, and not 1."),
        at(5.25, 6e-3, "the fourth power of the leak, not its square, goes into E[u²]."),
    ],
    rest=[
        at(LEAKY, 0.05, "close, but not to two decimals."),
        case(above(5), "leaks help: it is less than ReLU's 5."),
        case(below(2), "it is more than 2, that of a linear network."),
        otherwise("E[u²] is half of 3 (1 + a⁴), E[u] half of 1 + a². What is E[u²]/E[u]² - 1?"),
    ],
)

FIVE = math.exp(-5) * 5**4 / math.factorial(5)

SIZE_FIVE = Numbers(
    "a probability",
    right=at(FIVE, 6e-5, "0.0351. Stirling's formula would say 0.0357, which is close already."),
    turns=[
        at(5**-1.5 / math.sqrt(2 * math.pi), 6e-5, "that is Stirling's approximation. Take Borel's law itself."),
        at(5**-1.5, 6e-5, "that is s to the power -3/2 alone."),
        at(math.exp(-5) * 5**5 / math.factorial(5), 6e-5, "that is Poisson's law. Borel's has the power s - 1."),
    ],
    rest=[
        at(FIVE, 6e-4, "close, but not to four decimals."),
        case(below(0), "a probability is not negative."),
        case(above(1), "a probability is at most 1."),
        otherwise("put m = 1 and s = 5 into Borel's law."),
    ],
)


def erf_edge(answer) -> str:
    """4.4-b: both variances on the edge of chaos of the erf."""
    q = np.array([0.1, 0.5, 1.0, 2.5, 7.0])
    came = np.array([numbers(call(answer, float(one)), 2, "the variances of weights and biases") for one in q])
    root, arc = np.sqrt(1 + 2 * q), np.arcsin(q / (1 + q))
    weights = np.pi / 2 * root
    right = np.stack([weights, q - root * arc], axis=1)
    if np.allclose(came, right, rtol=0, atol=1e-9):
        return "the edge of chaos in closed form."
    turns = [
        (right[:, ::-1], "the weights first, and then the biases."),
        (
            np.stack([weights, q - 2 / np.pi * arc], axis=1),
            "E[φ²] has to be multiplied by σ_w² before it is subtracted.",
        ),
        (np.stack([weights, q + root * arc], axis=1), "the biases give what the weights do not: q less σ_w² E[φ²]."),
        (np.stack([weights, 1 - root * arc / q], axis=1), "that is σ_b² over q."),
        (np.sqrt(np.abs(right)), "those are the standard deviations. Give their squares."),
        (np.stack([1 / weights, right[:, 1]], axis=1), "χ = 1 says that σ_w² is one over E[φ'²]."),
    ]
    for wrong, why in turns:
        if np.allclose(came, wrong, rtol=0, atol=1e-9):
            refuse(why)
    which = "σ_w²" if not np.allclose(came[:, 0], right[:, 0], rtol=0, atol=1e-9) else "σ_b²"
    column = 0 if which == "σ_w²" else 1
    k = int(np.argmax(np.abs(came - right)[:, column]))
    refuse(f"for q = {q[k]:g} it says that {which} is {came[k, column]:.8g}, and {right[k, column]:.8g} is right.")


_NETWORKS = [(0.0, 100, 50), (0.1, 200, 80), (0.5, 50, 100), (1.0, 64, 30), (-0.3, 100, 20)]


def second_moment(answer) -> str:
    """4.4-c: the second moment of critical leaky networks."""
    came = np.array([number(call(answer, a, n, L), "a second moment") for a, n, L in _NETWORKS])
    a, n, L = np.array(_NETWORKS).T
    v = 6 * (1 + a**4) / (1 + a**2) ** 2 - 1
    right = (1 + v / n) ** L
    if np.allclose(came, right, rtol=1e-9, atol=0):
        return "from ReLU's 5 down to the linear network's 2."
    turns = [
        ((1 + 5 / n) ** L, "right for ReLU. With a leak the 5 becomes smaller."),
        ((1 + (v + 1) / n) ** L, "a variance is a mean square less the square of the mean: 1 is missing."),
        (right - 1, "that is the variance. The second moment is larger by the square of the mean, 1."),
        (1 + v * L / n, "that is the first order in L / n. The factors of the layers multiply."),
        (np.exp(v * L / n), "that is the limit of large n at fixed L / n. It can be had exactly."),
        (right * (1 + a**2) ** (2 * L), "σ_w² = 2 is critical for ReLU. With leaks it is 2 / (1 + a²)."),
        (np.sqrt(right - 1), "that is the relative scatter. Asked is the second moment."),
    ]
    for wrong, why in turns:
        if np.allclose(came, wrong, rtol=1e-9, atol=1e-12):
            refuse(why)
    k = int(np.argmax(np.abs(came / right - 1)))
    refuse(
        f"for a = {a[k]:g}, n = {n[k]:g} and L = {L[k]:g} it says {came[k]:.8g}, and {right[k]:.8g} is right. "
        "Is the mean of a layer's factor 1, and its variance E[u²]/E[u]² - 1 over n?"
    )


def _sizes(tau: float, count: int = 4000) -> np.ndarray:
    """Whole numbers with nearly a power law from 1 on, the same every time."""
    u = (np.arange(count) + 0.5) / count
    return np.floor(np.minimum(u ** (-1 / (tau - 1)), 1e6)).astype(int)


_RECORDS = [(_sizes(1.5), 1, 1000), (_sizes(1.6), 2, 12), (_sizes(1.4), 5, 300), (_sizes(1.3), 10, 5000)]


def exponent(answer) -> str:
    """4.4-d: a discrete power law between two ends, by maximum likelihood."""
    came = np.array([number(call(answer, sizes.copy(), low, high), "an exponent") for sizes, low, high in _RECORDS])
    right = np.array([avalanches.fit(sizes, smallest=low, largest=high).exponent for sizes, low, high in _RECORDS])
    if np.allclose(came, right, rtol=0, atol=3e-4):
        return "the maximum of the likelihood, for a law that begins and ends."
    turns = [
        (-right, "the exponent is τ in s to the power -τ: its sign is turned round."),
        (
            _solved(lambda s, low, high: np.arange(low, high)),
            "both ends are included: the sum Z goes up to the larger one.",
        ),
        (
            _solved(lambda s, low, high: np.unique(s[(s >= low) & (s <= high)])),
            "the sum Z goes over all whole numbers between the ends, not only over those that occur.",
        ),
        (
            _solved(lambda s, low, high: np.arange(low, high + 1), everything=True),
            "leave out the values outside of the two ends before you take the mean of ln s.",
        ),
        (_continuous(0.5), "that is the formula for a law without an upper end, with half subtracted from the lower."),
        (_continuous(0.0), "that is the formula for continuous values without an upper end."),
        (_line(), "that is a line through a histogram. Its points are not equally good: take the likelihood."),
    ]
    for wrong, why in turns:
        if np.allclose(came, wrong, rtol=0, atol=3e-4):
            refuse(why)
    k = int(np.argmax(np.abs(came - right)))
    _, low, high = _RECORDS[k]
    refuse(
        f"for sizes between {low} and {high} it says {came[k]:.5g}, and {right[k]:.5g} is right. "
        "Does the model's mean of ln s equal that of the data?"
    )


def _solved(support, everything: bool = False) -> np.ndarray:
    """Where the mean of ln s under the law on some numbers is that of the data; nan where it is nowhere."""
    found = []
    for sizes, low, high in _RECORDS:
        points = np.log(support(sizes, low, high))
        kept = sizes if everything else sizes[(sizes >= low) & (sizes <= high)]
        wanted = np.log(kept).mean()

        def off(tau, points=points, wanted=wanted):
            weights = np.exp(-tau * (points - points[0]))
            return weights @ points / weights.sum() - wanted

        found.append(brentq(off, -20, 40) if off(-20) * off(40) < 0 else math.nan)
    return np.array(found)


def _continuous(half: float) -> np.ndarray:
    found = []
    for sizes, low, high in _RECORDS:
        kept = sizes[(sizes >= low) & (sizes <= high)]
        found.append(1 + 1 / np.log(kept / (low - half)).mean())
    return np.array(found)


def _line() -> np.ndarray:
    found = []
    for sizes, low, high in _RECORDS:
        values, counts = np.unique(sizes[(sizes >= low) & (sizes <= high)], return_counts=True)
        found.append(-np.polyfit(np.log(values), np.log(counts), 1)[0])
    return np.array(found)


EXERCISES = {
    "a": ONE_NETWORK,
    "b1": EDGE_OF_ERF,
    "b": erf_edge,
    "c1": LEAKY_NUMBER,
    "c": second_moment,
    "d1": SIZE_FIVE,
    "d": exponent,
}
