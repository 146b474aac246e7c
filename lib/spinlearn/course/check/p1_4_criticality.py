"""Checks of the exercises of page 1.4, Criticality."""

import math

import numpy as np

from .answers import call, number, numbers, refuse
from .declared import ANY, IN_J, Case, Numbers, above, at, below, case, near, otherwise

# The numbers of exercise b, as the page prints them.
T = np.array([2.261, 2.265, 2.269, 2.273, 2.277])
U_32 = np.array([0.6198, 0.6149, 0.6121, 0.6072, 0.6017])
ERROR_32 = np.array([0.0006, 0.0006, 0.0006, 0.0007, 0.0008])
U_64 = np.array([0.6264, 0.6185, 0.6103, 0.6014, 0.5898])
ERROR_64 = np.array([0.0007, 0.0010, 0.0012, 0.0012, 0.0015])


SWEEPS = 2 * 170 * 41**2  # the answer to exercise a: 2 tau sweeps for each of (41 % / 1 %)² independent records


def _close(value: float, reason: str) -> Case:
    """The case of a number of sweeps within two per cent."""
    return at(value, 0.02 * value, reason)


HOW_LONG = Numbers(
    "a number of sweeps",
    right=_close(SWEEPS, f"{SWEEPS} sweeps, worth {SWEEPS // 340} independent ones."),
    turns=[
        _close(SWEEPS / 2, "that is tau times (41)². With tau = 1/2 for independent records it is 2 tau that counts."),
        _close(SWEEPS / 340, "that is how many independent records it takes. Each of them costs 2 tau sweeps."),
        _close(
            340 * 41, "the error goes down as one over the square root of n. The ratio 41 % to 1 % has to be squared."
        ),
        _close(
            170 * 41, "the error goes down as one over the square root of n. The ratio 41 % to 1 % has to be squared."
        ),
        _close(
            340 / 0.01**2, "that would be right if the standard deviation were as large as the mean. It is 41 % of it."
        ),
        _close(math.sqrt(340) * 41, "that is the square root of the right number."),
        _close(math.sqrt(340) * 41**2, "n and 2 tau stand under the same root: solved for n, neither is under one."),
    ],
    rest=[
        case((None, 0.0), "a number of sweeps is above zero."),
        case(below(SWEEPS), "too few: the error would be larger than one per cent."),
        otherwise("too many: the error would be smaller than one per cent."),
    ],
)


def curve(U, error, degree: int = 2) -> tuple[np.ndarray, np.ndarray]:
    """Weighted polynomial through U against T - 2.269, highest power first, and its covariance."""
    return np.polyfit(T - 2.269, U, degree, w=1 / error, cov="unscaled")


def crossing(degree: int = 2) -> tuple[float, float]:
    """Where the two fitted curves cross, and the error, by propagating the covariances."""
    (one, cov_one), (other, cov_other) = curve(U_32, ERROR_32, degree), curve(U_64, ERROR_64, degree)
    difference = np.polysub(one, other)
    x = min((root.real for root in np.roots(difference) if root.imag == 0), key=abs)
    powers = x ** np.arange(degree, -1, -1)
    uncertain = math.sqrt(powers @ (cov_one + cov_other) @ powers)
    return float(2.269 + x), uncertain / abs(np.polyval(np.polyder(difference), x))


AT, SIGMA = crossing()
LINES, OF_LINES = crossing(degree=1)

WHERE_THEY_CROSS = Numbers(
    "the temperature of the crossing and its error",
    right=case(
        [near(AT, 0.6 * SIGMA), near(SIGMA, 0.1 * SIGMA)],
        f"{AT:.4f} ± {SIGMA:.4f}. How many errors away is the exact T_c?",
    ),
    turns=[
        case([near(AT - 2.27, SIGMA), ANY], "that is the place on an axis that was shifted. Shift it back."),
        case([near(AT - 2.269, SIGMA), ANY], "that is the place on an axis that was shifted. Shift it back."),
        case([ANY, near(AT, SIGMA)], "the temperature comes first, and then its error."),
        case(
            [near(LINES, 0.2 * OF_LINES), ANY],
            "that is where straight lines cross. The curves bend, and in the middle a line lies below the points of "
            "the larger lattice. Fit parabolas.",
        ),
        case([near(AT, 0.6 * SIGMA), (None, 0.0)], "an error is above zero."),
        case([near(AT, 0.6 * SIGMA), near(SIGMA**2, 0.4 * SIGMA**2)], "that is the variance. Take the square root."),
        case(
            [near(AT, 0.6 * SIGMA), near(OF_LINES, 0.05 * OF_LINES)],
            "that is the error of the crossing of straight lines. Fit parabolas to the noisy copies, too.",
        ),
    ],
    rest=[
        case(
            [near(AT, 0.6 * SIGMA), near(0.001, 1e-9)],
            "the crossing is right, and its error close, as it is had by eye. Two digits of it are wanted.",
        ),
        case(
            [near(AT, 0.6 * SIGMA), below(SIGMA)],
            "the crossing is right, and its error too small. Both curves are uncertain, and each by more than one of "
            "its points. The noise has to be followed to the crossing: it is not to be read off by eye.",
        ),
        case(
            [near(AT, 0.6 * SIGMA), above(SIGMA)],
            "the crossing is right, and its error too large. Did every number get noise of its own error, and were all "
            "fitted? Known to a tenth of itself it is after a thousand copies, and not by eye.",
        ),
        case([near(2.27, 1e-9), ANY], "close, if that is rounded. Give four decimals of the temperature."),
        case([near(2.3, 1e-9), ANY], "close, if that is rounded. Give four decimals of the temperature."),
        case(
            [(float(T[0]), float(T[-1])), ANY],
            "at that temperature the fitted curves are still apart. They cross where the two heights are equal.",
        ),
        otherwise(f"that temperature is outside of the window {T[0]} to {T[-1]}, in which the curves cross.", parts=2),
    ],
    units=IN_J,
)


# Two lattices for exercise c: 40.0 ± 0.4 at L = 8 and 1600 ± 32 at L = 64.
SLOPE, OF_SLOPE = math.log(40) / math.log(8), math.hypot(0.01, 0.02) / math.log(8)

TWO_SIZES = Numbers(
    "the exponent and its error",
    right=case(
        [near(SLOPE, 2e-3), (0.010499, 0.011501)],  # what rounds to 0.011, which is two digits
        f"{SLOPE:.4f} ± {OF_SLOPE:.4f}. The wider apart the sizes, the smaller the error: it is divided by ln 8.",
    ),
    turns=[
        case([near(1 / SLOPE, 2e-3), ANY], "ln L belongs on the horizontal axis, ln y on the other."),
        case([near(math.log(40), 5e-3), ANY], "that is the rise of ln y. Divide it by that of ln L, which is ln 8."),
        case([near(1560 / 56, 0.1), ANY], "that is a straight line through y against L. Take logarithms of both."),
        case([near(SLOPE, 2e-3), near(0.03 / math.log(8), 2e-4)], "independent errors add as squares do: 1 % and 2 %."),
        case([near(SLOPE, 2e-3), near(math.hypot(0.01, 0.02), 2e-4)], "the error is divided by ln 8, as the rise is."),
        case([near(SLOPE, 2e-3), near(OF_SLOPE**2, 2e-6)], "that is the variance. Take the square root."),
        case([near(SLOPE, 2e-3), near(0.02 / math.log(8), 5e-5)], "that is the error of the second value alone."),
        case(
            [near(SLOPE, 2e-3), near(math.hypot(0.4, 32) / math.log(8), 0.2)],
            "those are errors of y. An error dy of y is an error dy / y of ln y.",
        ),
        case(
            [near(SLOPE, 2e-3), near(OF_SLOPE * math.log(8) / math.log10(8), 2e-4)],
            "natural and decimal logarithms are mixed: an error dy / y belongs to the natural one.",
        ),
    ],
    rest=[
        case([near(SLOPE, 2e-3), (None, 0.0)], "an error is above zero."),
        case(
            [near(SLOPE, 2e-3), near(0.01, 1e-9)], "the exponent is right, and its error close. Give two digits of it."
        ),
        case(
            [near(SLOPE, 2e-3), ANY],
            "the exponent is right. Its error: what are those of ln y, and by what is it divided?",
        ),
        case([near(SLOPE, 0.05), ANY], "close. Give the exponent to three decimals."),
        otherwise("the exponent is the rise of ln y over the rise of ln L.", parts=2),
    ],
)


def weighted(L, y, dy) -> tuple[float, float]:
    """Slope of ln y against ln L by weighted least squares, and its error."""
    x, v, w = np.log(L), np.log(y), (y / dy) ** 2
    centred = x - np.average(x, weights=w)
    spread = (w * centred**2).sum()
    return float((w * centred * v).sum() / spread), float(spread**-0.5)


def exponent(answer) -> str:
    """1.4-c: a weighted fit of a power, and its error."""
    rng = np.random.default_rng(14)
    for k, (p, relative) in enumerate([(1.75, [0.002, 0.01, 0.05, 0.02]), (-0.25, [0.01, 0.002, 0.003, 0.03, 0.01])]):
        L = 8.0 * 2 ** np.arange(len(relative))
        true = 3.0 * L**p
        dy = true * np.array(relative)
        y = rng.normal(true, dy)
        came = call(answer, L.copy(), y.copy(), dy.copy())
        came = numbers(came, 2, "the exponent and its error")
        slope, error = weighted(L, y, dy)
        # A fit without logarithms differs from this one by terms of second order in the relative errors.
        if abs(came[0] - slope) > 0.1 * error:
            refuse_slope(came[0], slope, L, y, dy, k)
        if abs(came[1] / error - 1) > 0.1:
            refuse_error(came[1], error, L, y, dy)
    return "the slope is the weighted one, and the error follows from the error bars alone."


def refuse_slope(came, slope, L, y, dy, k) -> None:
    """Say what is wrong with a slope."""
    x, v = np.log(L), np.log(y)
    turns = [
        (np.polyfit(x, v, 1)[0], "the errors do not enter: that is the line that takes all points for equally good."),
        (np.polyfit(x, v, 1, w=1 / dy)[0], "an error dy of y is an error dy / y of ln y. The weights have to follow."),
        (np.polyfit(x, v, 1, w=(y / dy) ** 2)[0], "np.polyfit wants one over the error, and squares it itself."),
        (
            np.polyfit(x, v, 1, w=(y / dy) ** 0.5)[0],
            "weights are one over the error squared, not one over the error.",
        ),
        (np.polyfit(L, y, 1)[0], "that is a straight line through y against L. Take logarithms of both first."),
        (np.log(y[-1] / y[0]) / np.log(L[-1] / L[0]), "that uses the first and the last point only."),
        (-slope, "the sign is the wrong way round."),
        (1 / slope, "ln L belongs on the horizontal axis, ln y on the other."),
    ]
    for wrong, why in turns:
        if abs(came - wrong) < 1e-6 * abs(wrong):
            refuse(why)
    refuse(f"for example {k + 1} the exponent came as {came:.8g}; the weighted line has {slope:.8g}.")


def refuse_error(came, error, L, y, dy) -> None:
    """Say what is wrong with an error."""
    x, v = np.log(L), np.log(y)
    rescaled = np.polyfit(x, v, 1, w=y / dy, cov=True)[1][0, 0] ** 0.5
    if abs(came / error**2 - 1) < 0.01:
        refuse("the exponent is right, and that is its variance. Take the square root.")
    if abs(came / rescaled - 1) < 1e-3:
        refuse(
            "the exponent is right. Its error has been rescaled by how well the line fits, which is the default of "
            "np.polyfit and of curve_fit. With known errors: cov='unscaled', or absolute_sigma=True."
        )
    if abs(came / (error / np.log(10)) - 1) < 0.01 or abs(came / (error * np.log(10)) - 1) < 0.01:
        refuse(
            "the exponent is right. Its error is off by ln 10: with log10 the error of the logarithm is dy / (y ln 10)."
        )
    refuse(f"the exponent is right. Its error came as {came:.4g}; the error bars make it {error:.4g}.")


def _laid(x: float) -> float:
    """The probability 1 - e^-x."""
    return -math.expm1(-x)


ONE_BOND = Numbers(
    "a probability",
    right=at(_laid(2 / 2.5), 6e-4, f"{_laid(2 / 2.5):.4f}, as for equal spins with J = +1: the pair is at low energy."),
    turns=[
        at(0, 1e-9, "the pair is content, as J wants it to be: turned over alone, either spin would break its bond."),
        at(1 - math.exp(2 / 2.5), 6e-4, "a probability cannot be negative. Which pairs have the low energy for J < 0?"),
        at(_laid(1 / 2.5), 6e-4, "the 2 is missing: a broken bond costs 2 |J| more than a whole one."),
        at(math.exp(-2 / 2.5), 6e-4, "that is the probability to decline. A bond is laid with one minus that."),
        at(_laid(2), 6e-4, "the temperature is missing."),
        at(_laid(5), 6e-4, "the coupling is divided by the temperature, not multiplied."),
        at(100 * _laid(2 / 2.5), 0.06, "that is in per cent. A probability lies between 0 and 1."),
    ],
    rest=[
        case(below(0), "a probability lies between 0 and 1."),
        case(above(1), "a probability lies between 0 and 1."),
        at(_laid(2 / 2.5), 0.01, "close. Give three decimals."),
        otherwise(
            "which energy does the bond have now, and which if one of its spins turns over? One minus e^(-cost/T)."
        ),
    ],
)


def bonds_of_either_sign(answer) -> str:
    """1.4-d: bond probability for a coupling of either sign; Niedermayer's family passes as well."""
    extended = False
    for J, T_ in [(1.0, 2.3), (-1.0, 2.3), (0.4, 1.7), (-2.5, 3.1)]:
        p = {s * o: number(call(answer, s, o, J, T_), "a probability") for s in (1, -1) for o in (1, -1)}
        again = {s * o: number(call(answer, s, o, J, T_), "a probability") for s in (-1, 1) for o in (-1, 1)}
        told = f"for J = {J:g} and T = {T_:g}"
        if any(not 0 <= value <= 1 for value in p.values()):
            refuse(f"{told} it says {min(p.values()):.4g} and {max(p.values()):.4g}, but a probability is from 0 to 1.")
        if any(abs(p[k] - again[k]) > 1e-12 for k in p):
            refuse(f"{told} the answer changes when both spins are turned over, or from call to call.")
        happy, unhappy = (p[1], p[-1]) if J > 0 else (p[-1], p[1])
        K = abs(J) / T_
        if unhappy > 1 - 1e-6:
            refuse(
                f"{told} every bond is laid, whatever the spins. That keeps detailed balance, but the cluster is the "
                "whole lattice: a step turns all spins over, and nothing else ever happens."
            )
        if abs((1 - happy) - math.exp(-2 * K) * (1 - unhappy)) < 1e-9:
            extended = extended or unhappy > 1e-9
            continue
        if J < 0 and abs((1 - unhappy) - math.exp(-2 * K) * (1 - happy)) < 1e-9:
            refuse(f"{told} it lays bonds between equal spins, which the coupling wants to be opposite.")
        if J < 0 and happy == unhappy == 0:
            refuse(f"{told} it lays no bond at all. Which pairs of neighbours have the low energy there?")
        if unhappy < 1e-12 and abs(happy + math.expm1(-K)) < 1e-9:
            refuse(f"{told} the 2 is missing: a broken bond costs 2 |J| more than a whole one.")
        if unhappy < 1e-12 and abs(happy - math.exp(-2 * K)) < 1e-9:
            refuse(f"{told} that is the probability to decline. A bond is laid with one minus that.")
        if unhappy < 1e-12 and abs(happy + math.expm1(-2 * abs(J))) < 1e-9:
            refuse(f"{told} the temperature is missing.")
        if abs(happy - unhappy) < 1e-12:
            refuse(f"{told} it does not ask how the two spins stand to each other.")
        refuse(
            f"{told} a pair at low energy gets a bond with probability {happy:.10g} and one at high energy with "
            f"{unhappy:.10g}. Detailed balance wants (1 - p_low) = exp(-2 |J| / T) (1 - p_high)."
        )
    if extended:
        return "detailed balance holds. Yours also lays bonds between pairs at high energy, as Niedermayer's does."
    return "bonds where J s s' is positive, with 1 - exp(-2 |J| / T). On which lattices does it still work well?"


EXERCISES = {
    "a": HOW_LONG,
    "b": WHERE_THEY_CROSS,
    "c1": TWO_SIZES,
    "c": exponent,
    "d1": ONE_BOND,
    "d": bonds_of_either_sign,
}
