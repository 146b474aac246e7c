"""Checks of the exercises of page 2.2, The free-energy landscape."""

import numpy as np
from scipy.optimize import brentq

from ... import meanfield
from ...lattice import drive
from .answers import NotYetError, call, number, refuse
from .declared import ANY, Numbers, case, near, otherwise

STAYS = float(np.exp(-1))  # of the old magnetisation of free spins, in a sweep


# Exercise a: from m = 0 to 0.6 at T = 0.8 Tc the energy changes by -m² / 2, and -T s by T times the entropy lost.
ENERGY, LOST = -(0.6**2) / 2, float(np.log(2) - meanfield.entropy(0.6))
PAID = 0.8 * LOST


def _first(value: float) -> list:
    return [near(value, 6e-4), ANY]


def _second(value: float) -> list:
    return [ANY, near(value, 6e-4)]


TWO_SIDES = Numbers(
    "the change of the energy and the change of -T s",
    right=case([near(ENERGY, 6e-4), near(PAID, 6e-4)], f"{ENERGY:.3f} and {PAID:+.4f}. Which of the two wins?"),
    turns=[
        case(
            [near(PAID, 6e-4), near(ENERGY, 6e-4)],
            "the two are exchanged: the change of the energy comes first.",
        ),
        case(_first(2 * ENERGY), "the energy is twice too large. Every pair counts once: e = -Tc m² / 2."),
        case(_first(-ENERGY), "the sign of the energy's change is turned round. Agreeing spins have less energy."),
        case(_first(-0.3), "the energy goes as the square of m."),
        case(
            _first(0.8 * ENERGY),
            "the temperature has no part in the energy. Tc stands in front of m² / 2, and it is 1 here.",
        ),
        case(_second(LOST), "the second number lacks its T, which is 0.8."),
        case(_second(-LOST), "the second number is the change of s. Multiply it by -T."),
        case(_second(-PAID), "the sign of the second number is turned round: s falls, so -T s rises."),
        case(_second(PAID / np.log(2)), "the second number is in bits. The logarithm is the natural one."),
        case(
            _second(PAID - 0.8 * np.log(2)),
            "the second number is -T s at m = 0.6. Subtract what it was at m = 0.",
        ),
        case(
            _second(0.8 * np.log(2) - PAID),
            "the second number is T s at m = 0.6. The change of -T s from m = 0 is wanted.",
        ),
    ],
    rest=[
        case(
            _first(ENERGY),
            "the first is right, but the second is not the change of -T s. (Three digits, in units of Tc.)",
        ),
        case(
            _second(PAID),
            "the second is right, but the first is not the change of the energy. (Three digits, in units of Tc.)",
        ),
        otherwise("neither of the two is right. (Three digits, in units of Tc.)", parts=2),
    ],
)


def memory(answer) -> str:
    """2.2-b: the temperature at which the spinodal field is h, Tc = 1."""
    h = np.array([0.02, 0.1, 0.3, 0.5, 0.8])
    came = np.array([number(call(answer, float(one)), "a temperature") for one in h])

    def turned_round(field):
        """Where a law of the spinodal field reaches h."""
        return np.array([brentq(lambda T, one=one: field(T, np.sqrt(1 - T)) - one, 1e-12, 1.0) for one in h])

    exact = turned_round(lambda T, m: m - T * np.arctanh(m))
    if np.allclose(came, exact, rtol=0, atol=2e-6):
        for strong in (1.0, 1.4):
            try:
                beyond = number(call(answer, strong), "a temperature")
            except NotYetError as reason:
                refuse(f"below 1 it is right. Nothing holds against h = {strong:g}: 0 is wanted, but: {reason}")
            if not abs(beyond) < 1e-6:
                refuse(
                    f"below 1 it is right. Nothing holds against h = {strong:g}: 0 is wanted, but it says {beyond:g}."
                )
        return "the weaker the input, the closer to Tc the memory may be, by the power 2/3."
    law = 1 - (1.5 * h) ** (2 / 3)
    turns = [
        (meanfield.spinodal_field(h), "that is the spinodal field at T = h. Turn it round: at which T is it h?"),
        (np.sqrt(1 - exact), "that is the magnetisation at the spinodal. What is T there?"),
        (1 - exact, "that is the distance from Tc. The temperature itself is 1 minus it."),
        (law, "that is the law near Tc only. Solve h_sp(T) = h without expanding."),
        (np.maximum(law, 0), "that is the law near Tc only. Solve h_sp(T) = h without expanding."),
        (
            turned_round(lambda T, m: 2 / 3 * m**3 / np.sqrt(T)),
            "that is Landau's expansion, good near Tc only. The entropy's slope is artanh.",
        ),
        (1 - h, "the two ends are right, but the spinodal field is not a straight line between them."),
        (1 - h**2, "that is where m_sp is h. The field at the spinodal is m_sp - T artanh(m_sp)."),
        (
            np.zeros(5),
            "a search that keeps the wrong half runs to one end. Is h_sp larger in the cold or in the warm?",
        ),
        (np.ones(5), "at Tc there is no second valley left. The input asks for a distance from it."),
    ]
    for wrong, why in turns:
        if np.allclose(came, wrong, rtol=0, atol=1e-5):
            refuse(why)
    k = int(np.argmax(np.abs(came - exact)))
    if np.allclose(came, exact, rtol=0, atol=1e-2):
        refuse(
            f"close: at h = {h[k]:g} it says {came[k]:.7g}, off by {came[k] - exact[k]:+.1e}. Six digits are asked for."
        )
    refuse(
        f"for h = {h[k]:g} it says {came[k]:.6g}. But at that temperature the valley ends at a field of "
        f"{float(meanfield.spinodal_field(came[k])) if 0 < came[k] < 1 else 0:.4f}, not {h[k]:g}."
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
            refuse("your function changed up or down. It should only read them.")
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
            refuse(why)
    if np.allclose(came, exact, rtol=0.1):
        refuse("close, as of a simulation or of a sum that stops early. The mean can be had exactly: solve for it.")
    k = int(np.argmax(np.abs(np.array(came) / exact - 1)))
    n, _, start, target = trials[k]
    refuse(
        f"for a walk on 0 … {n}, from {start} to {target}, it says {came[k]:.10g}; "
        f"solving the linear equations gives {exact[k]:.10g}."
    )


def loop_work(answer) -> str:
    """2.2-d: the work on free spins in a field that is held during each sweep."""
    trials = [(4, 0.5, 1.0), (6, 3.0, 0.5), (10, 0.8, 1.0), (25, 0.1, 2.0), (200, 2.0, 0.7)]
    came = np.array([number(call(answer, *trial), "a work") for trial in trials])
    exact = np.array([drive.free_spin_work(T, h_0, period) for period, h_0, T in trials])
    if np.allclose(came, exact, rtol=1e-5):
        return "the exact work of the stepped field, weak or strong. What is its ratio to the smooth one's for long P?"

    def other(kept=STAYS, target=np.tanh, pair=lambda m: m, settle=80):
        """What comes out with something else in one of the places where one can go wrong."""
        works = []
        for period, h_0, T in trials:
            h = drive.cosine(h_0, period)
            aim, m = target(h / T), np.zeros(period)
            for _ in range(2 + settle // period if settle else 1):
                for k in range(period):
                    m[k] = kept * m[k - 1] + (1 - kept) * aim[k]
            works.append(drive.work(h, pair(m)))
        return np.array(works)

    def smooth():
        angle = 2 * np.pi * np.arange(4096) / 4096
        works = []
        for period, h_0, T in trials:
            omega, mu = 2 * np.pi / period, 2 * np.mean(np.tanh(h_0 * np.cos(angle) / T) * np.cos(angle))
            works.append(np.pi * h_0 * mu * omega / (1 + omega**2))
        return np.array(works)

    periods = np.array([trial[0] for trial in trials])
    turns = [
        (smooth(), "that is the work of a field that changes smoothly. Here it is held for a whole sweep."),
        (-exact, "the sign is turned round. The work is minus the sum of m dh, and it is not negative."),
        (exact / periods, "that is the work per sweep. A period has P of them."),
        (other(kept=0.0), "the spins do not follow at once: in a sweep a fraction 1/e of them is left alone."),
        (other(kept=1 - STAYS), "the other way: 1/e is what stays of the old m, and 1 - 1/e is new."),
        (other(target=lambda x: x), "right for weak fields only: in a strong one tanh(h / T) is not h / T."),
        (
            other(pair=lambda m: np.roll(m, -1)),
            "each switch finds the spins as the sweep before left them.",
        ),
        (
            other(pair=lambda m: (m + np.roll(m, -1)) / 2),
            "a switch happens at fixed spins: no mean of m before and after it.",
        ),
        (other(settle=0), "that is the first period from m = 0. Go round until the start is forgotten."),
    ]
    for wrong, why in turns:
        if np.allclose(came, wrong, rtol=1e-4):
            refuse(why)
    k = int(np.argmax(np.abs(came / exact - 1)))
    period, h_0, T = trials[k]
    said = f"at P = {period}, h_0 = {h_0:g}, T = {T:g} it says {came[k]:.6g}"
    if np.allclose(came, exact, rtol=0.05):
        refuse(f"{said}, off by {100 * (came[k] / exact[k] - 1):+.2g} %. The sum is finite, so it can be exact.")
    refuse(f"{said}, and the work is {exact[k]:.6g}.")


EXERCISES = {"a": TWO_SIDES, "b": memory, "c": mean_time, "d": loop_work}
