"""Checks of the exercises of page 2.2, The free-energy landscape."""

import numpy as np

from .. import meanfield
from . import Stub, call, no, number


def two_sides(answer) -> str:
    """2.2-a: changes of the energy and of -T s per spin, from m = 0 to m = 0.6 at T = 0.8 Tc."""
    if isinstance(answer, tuple | list) and any(part is None or part is ... for part in answer):
        raise Stub("replace both of the dots of exercise 2.2-a by numbers, and run the cell again.")
    try:
        first, second = answer
    except (TypeError, ValueError):
        no("two numbers are wanted, in this order: the change of the energy, and the change of -T s.")
    came = np.array([number(first, "the change of the energy"), number(second, "the change of -T s")])
    T, m = 0.8, 0.6
    energy, lost = -(m**2) / 2, float(np.log(2) - meanfield.entropy(m))
    exact = np.array([energy, T * lost])

    def near(value, wrong):
        return abs(value - wrong) < 6e-4

    if np.abs(came - exact).max() < 6e-4:
        return f"{energy:.3f} and {exact[1]:+.4f}: the energy wins by {-exact.sum():.4f} per spin."
    if near(came[0], exact[1]) and near(came[1], energy):
        no("the two are exchanged: the change of the energy comes first.")
    energies = {
        2 * energy: "the energy is twice too large. Every pair counts once: e = -Tc m² / 2.",
        -energy: "the sign of the energy's change is turned round. Agreeing spins have less energy.",
        -m / 2: "the energy goes as the square of m.",
        0.8 * energy: "the temperature has no part in the energy. Tc stands in front of m² / 2, and it is 1 here.",
    }
    entropies = {
        lost: "the second number lacks its T, which is 0.8.",
        -lost: "the second number is the change of s. Multiply it by -T.",
        -exact[1]: "the sign of the second number is turned round: s falls, so -T s rises.",
        exact[1] / np.log(2): "the second number is in bits. The logarithm is the natural one.",
        -T * (np.log(2) - lost): "the second number is -T s at m = 0.6. Subtract what it was at m = 0.",
        T * (np.log(2) - lost): "the second number is T s at m = 0.6. The change of -T s from m = 0 is wanted.",
    }
    for value, right, turns, what in (
        (came[0], energy, energies, "change of the energy"),
        (came[1], exact[1], entropies, "change of -T s"),
    ):
        if near(value, right):
            continue
        for wrong, why in turns.items():
            if near(value, wrong):
                no(why)
        no(f"{value:g} is not the {what}. (Give three digits, in units of Tc.)")
    raise AssertionError("unreachable")


def spinodal(answer) -> str:
    """2.2-b: the spinodal field as a function of the temperature, Tc = 1."""
    T = np.array([0.05, 0.2, 0.5, 0.7, 0.8, 0.95])
    came = np.array([number(call(answer, float(t)), "a field") for t in T])
    exact, edge = meanfield.spinodal_field(T), meanfield.spinodal_magnetisation(T)
    if np.allclose(came, exact, rtol=1e-6, atol=1e-9):
        for hot in (1.0, 1.3):
            try:
                beyond = float(np.real(call(answer, hot)))
            except (ValueError, ZeroDivisionError):
                beyond = np.nan
            if not abs(beyond) < 1e-9:
                no(f"below Tc it is right. At T = {hot:g} there is one valley only: 0, but it says {beyond:g}.")
        return "at T = 0.8 it is 0.0622, and near Tc it goes as (1 - T) to the power 3/2."
    small = np.sqrt(3 * (1 - T) / T)
    turns = [
        (-exact, "the size is right. Give it without its sign."),
        (edge, "that is the magnetisation at the spinodal. Put it into the first condition, f' = 0, and solve for h."),
        (T * np.arctanh(edge) - edge, "the size is right. Give it without its sign."),
        (edge - np.arctanh(edge), "the temperature in front of artanh is missing."),
        (edge + T * np.arctanh(edge), "energy and entropy pull against each other: their forces are subtracted."),
        (edge - T * np.tanh(edge), "the slope of the entropy is artanh, the inverse of tanh."),
        (2 / 3 * (1 - T) ** 1.5 / np.sqrt(T), "that is Landau's expansion, good near Tc only."),
        (2 / 3 * (1 - T) ** 1.5, "that is the law near Tc only. Solve the two conditions without expanding."),
        ((1 - T) * small, "that is Landau's expansion, and m in the valley instead of at the spinodal."),
    ]
    well = meanfield.magnetisation(T)
    turns.append(
        (
            well - T * np.arctanh(well),
            "at the magnetisation of the valley the force vanishes for h = 0. Where does f'' vanish?",
        )
    )
    for wrong, why in turns:
        if np.allclose(came, wrong, rtol=1e-6, atol=1e-9):
            no(why)
    if np.abs(came).max() < 1e-9:
        no("it says 0 at every temperature. Below Tc the valley holds out against a field.")
    k = int(np.argmax(np.abs(came - exact)))
    no(
        f"at T = {T[k]:g} it says {came[k]:.6g}. There f'' = 0 at m_s = {edge[k]:.4f}, and the force "
        "Tc m_s - T artanh(m_s) that the field has to overcome is something else."
    )


def _walk(n: int, seed: int):
    rng = np.random.default_rng(seed)
    up, down = rng.uniform(0.1, 0.5, n + 1), rng.uniform(0.1, 0.5, n + 1)
    up[n], down[0] = 0.0, 0.0
    return up, down


def _climbing(up, down) -> np.ndarray:
    times, before = [], 0.0
    for u, d in zip(up[:-1], down[:-1], strict=True):
        before = (1 + d * before) / u
        times.append(before)
    return np.array(times)


def mean_time(answer) -> str:
    """2.2-c: the mean first-passage time of a walk with steps to the neighbours."""
    trials = [(5, 1, 0, 5), (7, 2, 2, 6), (12, 3, 5, 9), (3, 4, 1, 2)]
    came, exact, wrong = [], [], {}
    for n, seed, start, target in trials:
        up, down = _walk(n, seed)
        before = up.copy(), down.copy()
        came.append(number(call(answer, up, down, start, target), "a number of steps"))
        if not (np.array_equal(up, before[0]) and np.array_equal(down, before[1])):
            no("your function changed up or down. It should only read them.")
        t = _climbing(up, down)
        exact.append(t[start:target].sum())
        slow, fresh = 0.0, 0.0
        for k in range(start, target):
            slow = (1 + down[k] * slow) / up[k]
            fresh += slow
        forgets = [1.0 / up[0]]
        for k in range(1, n):
            forgets.append(1 / up[k] + forgets[-1])
        for why, value in {
            "the recursion has to begin at 0 wherever the walk starts: it may fall back below its start.": fresh,
            "that is the time from 0 to the target. The way begins at start.": t[:target].sum(),
            "the time of one step too many has been added: the last one on the way is from target - 1 to target.": t[
                start : target + 1
            ].sum(),
            "that is the time of the last step alone. Add up all of them on the way.": t[target - 1],
            "without a way back the steps take 1 / up each. A step down has to be made good.": (
                1 / up[start:target]
            ).sum(),
            "that is divided by the number of states above 0. Steps are wanted, not sweeps.": t[start:target].sum() / n,
            "t_(k-1) has to be weighted by down_k: only then the walk steps down first.": np.sum(forgets[start:target]),
        }.items():
            wrong.setdefault(why, []).append(value)
    if np.allclose(came, exact, rtol=1e-8):
        return "the exact mean time, for every walk that was tried; no simulation needed."
    for why, values in wrong.items():
        if np.allclose(came, values, rtol=1e-8):
            no(why)
    if np.allclose(came, exact, rtol=0.1):
        no("close, as of a simulation. The mean can be had exactly: solve for it.")
    k = int(np.argmax(np.abs(np.array(came) / exact - 1)))
    n, _, start, target = trials[k]
    no(
        f"for a walk on 0 … {n}, from {start} to {target}, it says {came[k]:.6g}; "
        f"solving the linear equations gives {exact[k]:.6g}."
    )


def loop_work(answer) -> str:
    """2.2-d: the work on free spins in a smooth field, against its frequency."""
    trials = np.array([
        (0.05, 0.1, 1.0), (1.0, 0.1, 1.0), (4.0, 0.1, 1.0), (0.3, 2.0, 0.7), (1.0, 3.0, 0.5), (2.0, 1.0, 2.0)
    ])  # fmt: skip
    came = np.array([number(call(answer, *map(float, trial)), "a work") for trial in trials])
    omega, h_0, T = trials.T
    angle = 2 * np.pi * np.arange(4096) / 4096
    mu = 2 * np.mean(np.tanh(np.outer(h_0 / T, np.cos(angle))) * np.cos(angle), axis=1)
    peak = omega / (1 + omega**2)
    exact = np.pi * h_0 * mu * peak
    if np.allclose(came, exact, rtol=2e-3):
        return (
            "largest at ω = 1, one over the relaxation time, for weak and strong fields alike: the flow is linear in m."
        )
    turns = [
        (np.pi * h_0**2 / T * peak, "that is right for weak fields. In a strong one tanh(h / T) is not h / T."),
        (-exact, "the sign is turned round. The work is minus the integral of m dh, and it is not negative."),
        (h_0 * mu * peak, "a factor π is missing: the integral of sin² over a period is π."),
        (2 * exact, "twice too large: the integral of sin² over a period is π, not 2π."),
        (exact / 2, "half of it. Is the amplitude of the first harmonic 1/π times the integral, or 1/(2π)?"),
        (np.pi * h_0 * mu / (1 + omega**2), "1 / (1 + ω²) is the part in phase with the field, which does no work."),
        (np.pi * h_0 * mu * omega * peak, "per period there is one ω less than in the work per unit of time."),
        (exact * omega / (2 * np.pi), "that is the work per unit of time. Multiply by the period."),
        (np.pi * h_0 * np.tanh(h_0 / T) * peak, "the first harmonic of tanh(h / T) is not tanh of the amplitude."),
        (np.pi * h_0 * mu * omega, "that is right for slow fields only: what became of 1 + ω²?"),
    ]  # fmt: skip
    for wrong, why in turns:
        if np.allclose(came, wrong, rtol=2e-3):
            no(why)
    k = int(np.argmax(np.abs(came / exact - 1)))
    said = f"at ω = {omega[k]:g}, h_0 = {h_0[k]:g}, T = {T[k]:g} it says {came[k]:.5g}"
    if np.allclose(came, exact, rtol=0.15):
        no(f"{said}, off by {100 * (came[k] / exact[k] - 1):+.1f} %. More angles, smaller steps, more periods?")
    no(f"{said}, and the work is {exact[k]:.5g}.")


EXERCISES = {"a": two_sides, "b": spinodal, "c": mean_time, "d": loop_work}
