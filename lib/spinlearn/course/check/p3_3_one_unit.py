"""Checks of the exercises of page 3.3, The equation of state of one unit."""

import math

import numpy as np
from scipy.special import expit, ndtr

from ...neuron import admissible, unit
from .answers import call, number, numbers, refuse
from .declared import ANY, Numbers, above, at, below, case, near, otherwise

MEAN, SLOPE = 3 / 7, 26 / 49  # of exercise a: the weights 1/2, 1 and 2 of the states -1, 0 and 1

A_SPIN_THAT_MAY_REST = Numbers(
    "the mean and the slope",
    right=case(
        [near(MEAN, 6e-4), near(SLOPE, 6e-4)],
        "3/7 and 26/49: a spin would be at 0.6, and the state 0 holds this unit back.",
    ),
    turns=[
        case([near(0.6, 6e-4), ANY], "that mean is the tanh of a spin. Here the state 0 has a weight, too: 1."),
        case([near(1.5, 6e-4), ANY], "divide by the sum of the weights, 3½."),
        case([near(SLOPE, 6e-4), near(MEAN, 6e-4)], "the two are exchanged: the mean comes first."),
        case([near(MEAN, 6e-4), near(5 / 7, 6e-4)], "5/7 is the mean square. Subtract the square of the mean."),
        case([near(MEAN, 6e-4), near(math.sqrt(SLOPE), 6e-4)], "the slope is the variance, not its root."),
        case(
            [near(MEAN, 6e-4), near(1 - MEAN**2, 6e-4)],
            "1 - f² is the slope of a spin, whose square is always 1. Here s² is 0 in one state.",
        ),
        case([near(MEAN, 6e-4), near(2 / 3, 6e-4)], "2/3 is the variance without a field. Use the weights ½, 1 and 2."),
    ],
    rest=[
        case([above(1), ANY], "a mean of states up to 1 is at most 1."),
        case([near(MEAN, 6e-3), near(SLOPE, 6e-3)], "close, but not to three digits."),
        case(
            [near(MEAN, 6e-4), ANY],
            "the mean is right. The slope is the variance: mean square minus square of the mean.",
        ),
        otherwise("the weights of -1, 0 and 1 are ½, 1 and 2. What are mean and variance of s with them?", parts=2),
    ],
)

STEEPEST = Numbers(
    "a response",
    right=at(math.tanh(1), 6e-4, "tanh 1: only the spin gets that far, which uses nothing but the two ends."),
    turns=[
        at(1.0, 1e-6, "that would be a slope of 1 all the way. But as f rises, the bound (f + 1)(1 - f) falls."),
        at(math.tanh(2), 6e-4, "that is tanh 2. The bound is f' = 1 - f², and tanh x solves it."),
        at(math.tanh(0.5), 6e-4, "that is tanh ½: a unit with states from -½ to ½ in a field twice as weak."),
        at(expit(1.0), 6e-4, "that is the switch from 0 to 1, with f(0) = ½. Here the ends are -1 and 1."),
        at(expit(2.0), 6e-4, "that is the probability of +1. The response is a mean of +1 and -1."),
        at(ndtr(1.0), 6e-4, "Gaussian noise makes no unit. Solve f' = (f + 1)(1 - f)."),
        at(2 / 3, 1e-3, "that is where two states share their weight with a third. Leave the third one out."),
    ],
    rest=[
        case(above(1), "no mean exceeds the largest state, 1."),
        case(below(0), "f rises from f(0) = 0."),
        at(math.tanh(1), 6e-3, "close, but not to three digits."),
        case(
            below(math.tanh(1)), "there is a unit that gets further. Which law has the largest variance for its mean?"
        ),
        otherwise("no unit gets that far: its slope would have to exceed (f + 1)(1 - f) somewhere."),
    ],
)


def possible(answer) -> str:
    """3.3-b: a referee of tables of responses."""
    x = np.linspace(-3, 3, 25)
    uneven = np.array([-4.0, -3.5, -1.0, -0.9, 0.0, 2.0, 2.1, 3.0])
    bump = 0.5 + 0.4 * np.tanh(x) + 0.12 * np.exp(-((x - 1.5) ** 2))
    dip = 0.45 * x * expit(x) - 0.2
    flat = np.clip(x, -1.5, 1.5) / 3
    tail = np.linspace(-2, -1, 11)
    cases = [  # name, fields, responses, ends, verdict, what who gets it wrong has missed
        ("a spin", x, np.tanh(x), -1, 1, True, "It is exactly as steep as the bound allows: leave room for rounding."),
        ("three states", x, unit.three_states(4.0).response(x), -1, 1, True, "Look at log-odds, not at curvature."),
        ("a curve that overshoots", x, bump, 0, 1, False, "It falls after a maximum, and a variance is not negative."),
        ("a curve with a dip", x, dip, -1, 2, False, "It falls at first, and a variance is not negative."),
        ("a curve with flat ends", x, flat, -1, 1, False, "Where it is flat, the unit would have no variance."),
        ("a curve that leaves the states", x, 0.54 * np.tanh(x) + 0.5, 0, 1, False, "A mean lies between the ends."),
        ("a curve that reaches its end", x, np.clip((x + 3.3) / 6.3, 0, 1), 0, 1, False, "Strictly between the ends."),
        ("σ(3x) with states 0 and 1", x, expit(3 * x), 0, 1, False, "Its log-odds rise by 3 where the bound is 1."),
        ("the foot of σ(3x)", tail, expit(3 * tail), 0, 1, False, "Its slope is small, but so is (f - a)(b - f)."),
        ("a spin on uneven fields", uneven, np.tanh(uneven), -1, 1, True, "The bound is per step of the field."),
        ("a spin of half the size", uneven, 0.5 * np.tanh(uneven / 2), -1, 1, True, "A slower unit is a unit, too."),
        ("four switches", x, 4 * expit(x), 0, 4, True, "Use the ends that are given: here 0 and 4."),
        ("eight times a switch, ends 0 and 9", x, 8 * expit(2 * x) + 0.1, 0, 9, True, "Use b - a = 9 in the bound."),
        ("a jump in uneven fields", uneven, np.array([-0.9, -0.8, -0.7, 0.7, 0.75, 0.8, 0.85, 0.9]), -1, 1, False,
         "Between -1 and -0.9 it rises far too fast."),
    ]  # fmt: skip
    for name, fields, responses, low, high, truth, why in cases:
        given = fields.copy(), responses.copy()
        came = number(call(answer, *given, float(low), float(high)), "True or False")
        if not (np.array_equal(given[0], fields) and np.array_equal(given[1], responses)):
            refuse("your function changed the table that it was given.")
        if came not in (0, 1):
            refuse(f"for {name} it says {came:g}. True or False is wanted.")
        if bool(came) != truth:
            refuse(f"for {name} it says {bool(came)}. {why}")
    return "it lets units pass, and stops what overshoots, dips, rests, leaves its states or outruns the switch."


THRESHOLD = 2 * math.sqrt(2 * math.pi)

BISTABLE_FROM = Numbers(
    "a feedback in mV",
    right=at(THRESHOLD, 6e-3, "2 √(2π) = 5.01 mV. The mean of the thresholds shifts the loop and does not open it."),
    turns=[
        at(math.sqrt(2 * math.pi), 6e-3, "that is for a spread of 1 mV."),
        at(
            8, 1e-6, "that is four times the width, as for logistic noise. The largest Gaussian density is 1/(s √(2π))."
        ),
        at(
            8 * math.sqrt(3) / math.pi,
            6e-3,
            "that is for logistic thresholds with this spread. The Gaussian density is lower at its top.",
        ),
        at(2, 1e-6, "that is the spread. The feedback times the largest density of thresholds has to exceed 1."),
        at(12, 1e-6, "that is the mean threshold, which shifts the loop and does not open it."),
        at(1 / THRESHOLD, 1e-3, "that is the largest density of thresholds. The feedback is one over it."),
        at(4 * math.sqrt(2 * math.pi), 1e-2, "with the spread and not its square: the density is at most 1/(s √(2π))."),
        at(2 * math.sqrt(math.pi), 6e-3, "the Gaussian density at its top is 1/(s √(2π)), with 2π below the root."),
    ],
    rest=[
        case(below(0), "the feedback is above zero."),
        at(THRESHOLD, 6e-2, "close, but not to three digits."),
        otherwise("the population is bistable if feedback times the largest density of thresholds exceeds 1."),
    ],
    units=("mV",),
)


def jumps(answer) -> str:
    """3.3-c: where a population that hears itself jumps."""
    for J, s, theta in [(15.0, 2.0, 12.0), (4.0, 1.0, 0.0), (4.0, 1.0, 2.0), (0.6, 0.2, -1.0), (50.0, 1.0, 3.0)]:
        u = math.sqrt(2 * math.log(J / (s * math.sqrt(2 * math.pi))))
        up, down = (float(theta + s * v - J * ndtr(v)) for v in (-u, u))
        one, two = numbers(call(answer, J, s, theta), 2, "the inputs of the jump up and of the jump down")
        size = 1e-6 * (abs(J) + abs(theta))
        if abs(one - up) < size and abs(two - down) < size:
            continue
        said = f"for J = {J:g}, s = {s:g}, theta = {theta:g} it says {one:.5g} and {two:.5g}. "
        for wrong, why in (
            (
                (down, up),
                "The two are exchanged: raised, the input goes on along the lower branch up to the higher one.",
            ),
            ((up - theta, down - theta), "The mean of the thresholds shifts both."),
            ((up + J, down + J), "Something of J is missing: x = θ + s v - JΦ(v), and not JΦ(-v) with the other sign."),
            ((theta - s * u, theta + s * u), "These are thresholds. The feedback JΦ(v) comes off them."),
            ((ndtr(-u), ndtr(u)), "These are the activities at the jumps. The inputs are wanted."),
            ((-u, u), "These are the values of v at the jumps. Put them into x(v)."),
            ((theta + u * -1 - J * ndtr(-u), theta + u - J * ndtr(u)), "In x(v) the spread s multiplies v."),
        ):
            if abs(one - wrong[0]) < size and abs(two - wrong[1]) < size:
                refuse(said + why)
        if abs(one + two - up - down) < size:
            refuse(said + "The middle of the loop is right, its width is not. Where is φ(v) = s/J?")
        refuse(said + f"But it jumps up at {up:.5g} and down at {down:.5g}, where x(v) turns round.")
    return "both jumps, for narrow and wide loops, wherever the thresholds lie."


STATE, MASS = admissible.first_negative(2)

TWICE_THE_SOFTPLUS = Numbers(
    "the state and its mass",
    right=case(
        [near(STATE, 1e-6), near(float(MASS), 6e-7)],
        f"state {STATE}, {MASS}. Can you prove that some state goes wrong for every multiple?",
    ),
    turns=[
        case([near(4, 1e-6), ANY], "that is the softplus itself. Twice the softplus has a K twice as large."),
        case([near(STATE, 1e-6), near(-float(MASS), 6e-7)], "the sign: the mass is negative, that is the point."),
        case([near(float(MASS), 6e-7), near(STATE, 1e-6)], "the two are exchanged: the state comes first."),
        case(
            [near(STATE, 1e-6), near(float(MASS) * math.exp(-(math.pi**2) / 6), 6e-7)],
            "that is the mass if all of them sum to 1. Set that of the state 0 to 1.",
        ),
        case([near(STATE + 1, 1e-6), near(float(MASS), 6e-7)], "the states begin with 0, not with 1."),
    ],
    rest=[
        case([ANY, above(0)], "the mass that is looked for is negative."),
        case([near(STATE, 1e-6), near(float(MASS), 6e-6)], "the state is right; the mass needs three digits."),
        case(
            [near(STATE, 1e-6), ANY],
            "the state is right, the mass is not. Does your list begin with 1 for the state 0?",
        ),
        case([below(STATE), ANY], "up to there all masses are positive: n c_n = 2 Σ (-1)^(k+1) c_(n-k) / k."),
        otherwise("there is an earlier one: n c_n = 2 Σ (-1)^(k+1) c_(n-k) / k.", parts=2),
    ],
)

EXERCISES = {
    "a": A_SPIN_THAT_MAY_REST,
    "b1": STEEPEST,
    "b": possible,
    "c1": BISTABLE_FROM,
    "c": jumps,
    "d": TWICE_THE_SOFTPLUS,
}
