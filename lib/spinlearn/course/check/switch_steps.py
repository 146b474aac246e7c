"""Numbers to begin with: the first steps of the exercises of page 1.1, whose answers are functions."""

import math

from .declared import Numbers, above, at, below, case, near, otherwise

GAP = Numbers(
    "the two ends of the gap",
    right=case([near(-2, 1e-9), near(-1, 1e-9)], "above -2 and not above -1; -1.5 is in the middle of the gap."),
    turns=[
        case([near(-1, 1e-9), near(-2, 1e-9)], "the smaller one comes first."),
        case([near(1, 1e-9), near(2, 1e-9)], "the sums are negative, and are compared with the threshold itself."),
        case([near(-1, 1e-9), near(0, 1e-9)], "that threshold would let 00 fire and nothing else, which is NOR."),
        case([near(0, 1e-9), near(1, 1e-9)], "no sum is as large as that: the unit would fire for no input at all."),
        case([near(-2, 1e-9), near(0, 1e-9)], "with a threshold just below 0 the inputs 01 and 10 would be silent."),
    ],
    rest=[otherwise("write down the four sums. One of them should be silent; it is below all the others.", parts=2)],
)

NOT = Numbers(
    "a number of mistakes",
    right=at(5, 1e-9, "five mistakes in three passes, and a fourth pass without one. The bound is ten."),
    turns=[
        at(
            2, 1e-9, "two come in the first pass. A sum of exactly zero is a mistake, too: go round until none is left."
        ),
        at(3, 1e-9, "a sum of exactly zero is a mistake, whatever the label. Or did you count the passes?"),
        at(4, 1e-9, "that is the number of passes, the clean one included. Count the corrections."),
        at(8, 1e-9, "that is how often an example is looked at. Count the corrections only."),
        at(10, 1e-9, "that is the bound. How many does the rule really make?"),
        at(1, 1e-9, "one correction is not enough: it makes the first example right and the second one wrong."),
        at(0, 1e-9, "with zero weights both sums are zero, and that is a mistake."),
    ],
    rest=[otherwise("keep a table: example, sum, mistake or not, the weights after it. It is done after four passes.")],
)

HALVINGS = Numbers(
    "a number of halvings",
    right=at(17, 1e-9, "2 to the power of 17 is 131072, the first power of two above 100 000."),
    turns=[
        at(math.log2(1e5), 0.02, "halvings are whole. Sixteen leave an interval of 0.0015: one more."),
        at(16, 1e-9, "sixteen leave an interval of 100 / 65536 = 0.0015, which is too wide."),
        at(1e5, 0.5, "that is how many steps of 0.001 there are. A halving throws half of them away at once."),
        at(5e4, 0.5, "each call halves what is left, not only the first one."),
        at(5, 1e-9, "that is how many times one divides by ten. Divide by two."),
        at(math.log(1e5), 0.02, "that is the natural logarithm. Halving asks for the one to base two."),
    ],
    rest=[
        case(below(17), "after so few the interval is still wider than 0.001."),
        otherwise("fewer will do. After n of them the interval is 100 divided by 2 to the power of n."),
    ],
)

_RATE = 2 * math.sqrt(3) / math.pi  # of a neuron with I = 3 that is put back to 0

HALF_OF_THE_WAY = Numbers(
    "a rate",
    right=at(_RATE, 6e-4, f"{_RATE:.4f}: the way from 0 up takes half as long as the whole way from minus infinity."),
    turns=[
        at(_RATE / 2, 6e-4, "that is for a reset to minus infinity. This neuron starts from 0, half way."),
        at(1 / _RATE, 6e-4, "that is the time between spikes. The rate is one over it."),
        at(2 / math.pi, 6e-4, "the current is missing: the integral of dv / (v² + I) has a factor 1 / √I."),
        at(6 / math.pi, 6e-4, "the factor in the integral of dv / (v² + I) is 1 / √I, not 1 / I."),
        at(math.sqrt(3) / 90, 6e-5, "an angle in degrees has slipped in: arctan of infinity is π/2."),
        at(0, 1e-9, "with a current above zero v' is positive everywhere: it always fires again."),
    ],
    rest=[
        case(below(0), "a rate is not below zero."),
        at(_RATE, 3e-2, "close. Give three decimals."),
        case(above(_RATE), "that is too fast. The time between spikes is the integral of dv / (v² + 3) from 0 on."),
        otherwise("that is too slow. The time between spikes is the integral of dv / (v² + 3) from 0 to infinity."),
    ],
)
