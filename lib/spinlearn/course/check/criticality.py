"""Checks of the exercises of page 1.4, Criticality."""

import math

import numpy as np

from . import call, no, number

# The numbers of exercise b, as the page prints them.
T = np.array([2.261, 2.265, 2.269, 2.273, 2.277])
U_32 = np.array([0.6198, 0.6149, 0.6121, 0.6072, 0.6017])
ERROR_32 = np.array([0.0006, 0.0006, 0.0006, 0.0007, 0.0008])
U_64 = np.array([0.6264, 0.6185, 0.6103, 0.6014, 0.5898])
ERROR_64 = np.array([0.0007, 0.0010, 0.0012, 0.0012, 0.0015])


def how_long(answer) -> str:
    """1.4-a: sweeps for an error of one per cent."""
    n = number(answer, "a number of sweeps")
    right = 2 * 170 * 41**2
    if abs(n / right - 1) < 0.02:
        return f"{right} sweeps, worth {right // 340} independent ones."
    turns = {
        right / 2: "that is tau times (41)². With tau = 1/2 for independent records it is 2 tau that counts.",
        right / 340: "that is how many independent records it takes. Each of them costs 2 tau sweeps.",
        170 * 2 * 41: "the error goes down as one over the square root of n. The ratio 41 % to 1 % has to be squared.",
        170 * 41: "the error goes down as one over the square root of n. The ratio 41 % to 1 % has to be squared.",
        2 * 170 / 0.01**2: "that would be right if the standard deviation were as large as the mean. It is 41 % of it.",
        math.sqrt(2 * 170) * 41: "that is the square root of the right number.",
        math.sqrt(2 * 170) * 41**2: "n and 2 tau stand under the same root: solved for n, neither is under one.",
    }
    for wrong, why in turns.items():
        if abs(n / wrong - 1) < 0.02:
            no(why)
    if n <= 0:
        no(f"a number of sweeps is above zero, but {n:g} came.")
    no(f"with {n:g} sweeps the error would be {41 * math.sqrt(340 / n):.3g} per cent, not 1.")


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


def where_they_cross(answer) -> str:
    """1.4-b: the temperature of the crossing and its error."""
    try:
        both = np.asarray(answer, dtype=float)
    except (TypeError, ValueError):
        no("two numbers are wanted: the temperature of the crossing, and its error.")
    if both.shape != (2,):
        no(f"two numbers are wanted, the temperature of the crossing and its error, but shape {both.shape} came.")
    if not np.isfinite(both).all():
        no("both numbers have to be finite.")
    (at, error), (T_cross, sigma) = both, crossing()
    shifts = [2.27, 2.269]
    if any(abs(at + shift - T_cross) < sigma for shift in shifts):
        no("that is the place on an axis that was shifted. Shift it back.")
    if abs(error - T_cross) < sigma:
        no("the temperature comes first, and then its error.")
    by_lines, of_lines = crossing(degree=1)
    if abs(at - by_lines) < 0.2 * of_lines:
        no(
            "that is where straight lines cross. The curves bend, and in the middle a line lies below the points of "
            "the larger lattice. Fit parabolas."
        )
    if abs(at - T_cross) > 0.6 * sigma:
        if T[0] <= at <= T[-1]:
            apart = np.diff([np.polyval(curve(*one)[0], at - 2.269) for one in ((U_32, ERROR_32), (U_64, ERROR_64))])
            no(
                f"at T = {at:.5g} the fitted curves are still {abs(apart[0]):.4f} apart. They cross where the two "
                "heights are equal."
            )
        no(f"T = {at:.5g} is outside of the window {T[0]} to {T[-1]}, in which the curves cross.")
    if error <= 0:
        no("an error is above zero.")
    if abs(error / sigma**2 - 1) < 0.4:
        no("that is the variance. Take the square root.")
    if error < 0.75 * sigma:
        no(f"an error of {error:.2g} is too small. Both curves are uncertain, and each by more than one of its points.")
    if error > 1.33 * sigma:
        no(f"an error of {error:.2g} is too large. Did every number get noise of its own error, and were all fitted?")
    exact = 2 / math.log1p(math.sqrt(2))
    return f"{T_cross:.4f} ± {sigma:.4f}; the exact {exact:.4f} is {abs(T_cross - exact) / sigma:.1f} errors away."


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
        try:
            came = np.asarray(came, dtype=float)
        except (TypeError, ValueError):
            no("your function should return two numbers: the exponent, and its error.")
        if came.shape != (2,) or not np.isfinite(came).all():
            no(f"your function should return two finite numbers, the exponent and its error, but {came} came.")
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
            no(why)
    no(f"for example {k + 1} the exponent came as {came:.5g}; the weighted line has {slope:.5g}.")


def refuse_error(came, error, L, y, dy) -> None:
    """Say what is wrong with an error."""
    x, v = np.log(L), np.log(y)
    rescaled = np.polyfit(x, v, 1, w=y / dy, cov=True)[1][0, 0] ** 0.5
    if abs(came / error**2 - 1) < 0.01:
        no("the exponent is right, and that is its variance. Take the square root.")
    if abs(came / rescaled - 1) < 1e-3:
        no(
            "the exponent is right. Its error has been rescaled by how well the line fits, which is the default of "
            "np.polyfit and of curve_fit. With known errors: cov='unscaled', or absolute_sigma=True."
        )
    if abs(came / (error / np.log(10)) - 1) < 0.01 or abs(came / (error * np.log(10)) - 1) < 0.01:
        no("the exponent is right. Its error is off by ln 10: with log10 the error of the logarithm is dy / (y ln 10).")
    no(f"the exponent is right. Its error came as {came:.3g}; the error bars make it {error:.3g}.")


def bonds_of_either_sign(answer) -> str:
    """1.4-d: bond probability for a coupling of either sign; Niedermayer's family passes as well."""
    extended = False
    for J, T_ in [(1.0, 2.3), (-1.0, 2.3), (0.4, 1.7), (-2.5, 3.1)]:
        p = {s * o: number(call(answer, s, o, J, T_), "a probability") for s in (1, -1) for o in (1, -1)}
        again = {s * o: number(call(answer, s, o, J, T_), "a probability") for s in (-1, 1) for o in (-1, 1)}
        told = f"for J = {J:g} and T = {T_:g}"
        if any(not 0 <= value <= 1 for value in p.values()):
            no(f"{told} it says {min(p.values()):.4g} and {max(p.values()):.4g}, but a probability is from 0 to 1.")
        if any(abs(p[k] - again[k]) > 1e-12 for k in p):
            no(f"{told} the answer changes when both spins are turned over, or from call to call.")
        happy, unhappy = (p[1], p[-1]) if J > 0 else (p[-1], p[1])
        K = abs(J) / T_
        if abs((1 - happy) - math.exp(-2 * K) * (1 - unhappy)) < 1e-9:
            extended = extended or unhappy > 1e-9
            continue
        if J < 0 and abs((1 - unhappy) - math.exp(-2 * K) * (1 - happy)) < 1e-9:
            no(f"{told} it lays bonds between equal spins, which the coupling wants to be opposite.")
        if J < 0 and happy == unhappy == 0:
            no(f"{told} it lays no bond at all. Which pairs of neighbours have the low energy there?")
        if unhappy < 1e-12 and abs(happy + math.expm1(-K)) < 1e-9:
            no(f"{told} the 2 is missing: a broken bond costs 2 |J| more than a whole one.")
        if unhappy < 1e-12 and abs(happy - math.exp(-2 * K)) < 1e-9:
            no(f"{told} that is the probability to decline. A bond is laid with one minus that.")
        if unhappy < 1e-12 and abs(happy + math.expm1(-2 * abs(J))) < 1e-9:
            no(f"{told} the temperature is missing.")
        if abs(happy - unhappy) < 1e-12:
            no(f"{told} it does not ask how the two spins stand to each other.")
        no(
            f"{told} a pair at low energy gets a bond with probability {happy:.5f} and one at high energy with "
            f"{unhappy:.5f}. Detailed balance wants (1 - p_low) = exp(-2 |J| / T) (1 - p_high)."
        )
    if extended:
        return "detailed balance holds. Yours also lays bonds between pairs at high energy, as Niedermayer's does."
    return "bonds where J s s' is positive, with 1 - exp(-2 |J| / T). For frustrated lattices see the answers."


EXERCISES = {"a": how_long, "b": where_they_cross, "c": exponent, "d": bonds_of_either_sign}
