"""Checks of the exercises of page 2.2, The free-energy landscape."""

import numpy as np
from scipy.optimize import brentq

from ... import meanfield
from ...lattice import drive
from .answers import NotYetError, call, number, refuse
from .declared import ANY, IN_TC, Numbers, above, at, below, case, near, otherwise

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
    right=case(
        [near(ENERGY, 6e-4), near(PAID, 6e-4)],
        f"{ENERGY:.3f} and {PAID:+.3f}. The energy wins: the sum, {ENERGY + PAID:.3f}, is below zero.",
    ),
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
        case([near(ENERGY, 6e-4), near(PAID, 6e-3)], "the first is right, and the second close. Give three decimals."),
        case(
            _first(ENERGY),
            "the first is right, but the second is not the change of -T s. (Three decimals, in units of Tc.)",
        ),
        case(
            _second(PAID),
            "the second is right, but the first is not the change of the energy. (Three decimals, in units of Tc.)",
        ),
        otherwise("neither of the two is right. (Three decimals, in units of Tc.)", parts=2),
    ],
    units=IN_TC,
)


# Exercise b, first: the spinodal field at half the critical temperature, m_sp = sqrt(1/2).
EDGE = float(np.sqrt(0.5))
HELD = EDGE - 0.5 * float(np.arctanh(EDGE))

HELD_FIELD = Numbers(
    "a field",
    right=at(HELD, 6e-4, f"{HELD:.4f}: at half its critical temperature a memory withstands a good quarter of Tc."),
    turns=[
        at(EDGE, 6e-4, "that is m_sp, the magnetisation where the valley ends. Which field takes it there?"),
        at(-HELD, 6e-4, "that is the field in which the valley ends, with its sign. How strong is it?"),
        at(EDGE - float(np.arctanh(EDGE)), 6e-4, "in front of artanh stands T, here a half."),
        at(0.5 * float(np.arctanh(EDGE)), 6e-4, "that is the entropy's part alone. The energy pulls with Tc m."),
        at(EDGE - 0.5 * float(np.tanh(EDGE)), 6e-4, "that is tanh. The entropy pushes with its inverse, artanh."),
        at(2 / 3 * 0.5**1.5, 6e-4, "that is the law near Tc. At half of Tc it is too far off: use artanh."),
        at(1 / 3, 6e-4, "that is Landau's expansion to the fourth order, good near Tc only."),
        at(0.5, 1e-9, "the spinodal field is no straight line from 1 at T = 0 to 0 at Tc."),
    ],
    rest=[
        case(below(0), "a strength is not negative."),
        at(HELD, 6e-3, "close, but not to three decimals."),
        otherwise("that is not it. Where does f'' vanish at T = 1/2? Put that m into the force, and set it to zero."),
    ],
    units=IN_TC,
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
            f"close: at h = {h[k]:g} it says {came[k]:.7g}, off by {came[k] - exact[k]:+.1e}. "
            "Six decimals are asked for."
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


WHICH_WAY = Numbers(
    "a probability",
    right=at(2 / 5, 6e-4, "2/5. Every wait drops out: only the ratios of up and down count."),
    turns=[
        at(3 / 5, 6e-4, "that is the probability of coming to 0 first."),
        at(1 / 3, 6e-4, "straight up, 1/2 times 2/3, is not the only way: the walk may come back to 1 and try again."),
        at(1 / 2, 6e-4, "that is the first step only. From 2 the walk may still go back."),
        at(4 / 5, 6e-4, "that is the probability from 2."),
        at(2 / 3, 6e-4, "that is the step from 2 up. The walk begins at 1, and it may come back."),
        at(0.08, 6e-4, "0.2 times 0.4 is two steps up in a row. The walk may wait, and go back and forth."),
        at(1 / 4, 6e-4, "the ratio is turned round: at 2 the step up is the likelier one."),
        at(40, 1e-9, "that is in per cent. A probability lies between 0 and 1."),
    ],
    rest=[
        case(below(0), "a probability lies between 0 and 1."),
        case(above(1), "a probability lies between 0 and 1."),
        at(2 / 5, 6e-3, "close. It is a fraction of small numbers."),
        otherwise("that is not it. Let q1 and q2 be the two probabilities: each follows from what one step leads to."),
    ],
)


def _differences(up, down) -> np.ndarray:
    """Probabilities of coming to n first, each less the one below it, up to a common factor."""
    return np.concatenate([[1.0], np.cumprod(down[1:-1] / up[1:-1])])


def which_way(answer) -> str:
    """2.2-c: the probability that a walk with steps to the neighbours comes to n before it comes to 0."""
    trials = [(5, 1, 2), (7, 2, 6), (12, 3, 5), (3, 4, 1), (40, 5, 23), (6, 6, 0), (6, 6, 6)]
    came, exact, wrong = [], [], {}
    for n, seed, start in trials:
        up, down = _walk(n, seed)
        before = up.copy(), down.copy()
        came.append(number(call(answer, up, down, start), "a probability"))
        if not (np.array_equal(up, before[0]) and np.array_equal(down, before[1])):
            refuse("your function changed up or down. It should only read them.")
        q = _differences(up, down)
        exact.append(q[:start].sum() / q.sum())
        inner = slice(start, n)
        turned, unshared = _differences(down, up), np.concatenate([[1.0], np.cumprod(down[1:-1])])
        for why, value in {
            "that is the probability of coming to 0 first.": 1 - exact[-1],
            "that is a fair walk, start / n. Here up and down differ.": start / n,
            "the ratio is turned round: each difference is down / up times the one before.": turned[:start].sum()
            / turned.sum(),
            "the walk may step down and come back: it is no product of chances to step up.": np.prod(
                up[inner] / (up[inner] + down[inner])
            ),
            "those are the steps up in a row. The walk may wait, and step down and come back.": np.prod(up[inner]),
            "one difference too many has been added: from 0 to start there are start of them.": q[: start + 1].sum()
            / q.sum(),
            "each difference is down / up times the one before, not down alone.": unshared[:start].sum()
            / unshared.sum(),
        }.items():
            wrong.setdefault(why, []).append(value)
    if np.allclose(came, exact, rtol=1e-8, atol=1e-12):
        return "exact for every walk that was tried, from each end and from between."
    ends, told = [5, 6], slice(0, 5)
    if np.allclose(came[told], exact[told], rtol=1e-8):
        k = next(k for k in ends if abs(came[k] - exact[k]) > 1e-12)
        refuse(f"between the ends it is right. From {trials[k][2]} of 0 … 6 it says {came[k]:.6g}: the walk is there.")
    for why, values in wrong.items():
        if np.allclose(came[told], values[told], rtol=1e-8):
            refuse(why)
    if np.allclose(came, exact, rtol=0.1, atol=0.02):
        refuse("close, as of a simulation. The probability can be had exactly: solve for it.")
    k = int(np.argmax(np.abs(np.array(came) - exact)))
    n, _, start = trials[k]
    refuse(
        f"for a walk on 0 … {n}, from {start}, it says {came[k]:.10g}; "
        f"solving the linear equations gives {exact[k]:.10g}."
    )


# Exercise d, first: what is left of 0.6 after a sweep in no field.
LEFT = 0.6 * STAYS

AFTER_A_SWEEP = Numbers(
    "a magnetisation",
    right=at(LEFT, 6e-4, f"0.6 / e = {LEFT:.4f}: the share 1/e of the spins was not picked."),
    turns=[
        at(0.6 * (1 - STAYS), 6e-4, "that is what was lost. The spins that were not picked, 1/e of them, keep theirs."),
        at(STAYS, 6e-4, "that is the share of the spins that were not picked. They had the magnetisation 0.6."),
        at(0, 1e-9, "a sweep is N picks, not one of each spin. Some spins are not picked at all."),
        at(0.6, 1e-9, "without a field the picked spins forget theirs: drawn afresh, their mean is 0."),
        at(0.3, 1e-9, "the share that is not picked is not a half: (1 - 1/N)^N, for large N."),
        at(0.6 - STAYS, 6e-4, "multiply by the share of the spins that were not picked; nothing is subtracted."),
    ],
    rest=[
        at(LEFT, 3e-3, "close, but not to three decimals. N is without end."),
        otherwise("that is not it. With what probability is a spin not picked in N picks? All others have the mean 0."),
    ],
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


EXERCISES = {
    "a": TWO_SIDES,
    "b1": HELD_FIELD,
    "b": memory,
    "c1": WHICH_WAY,
    "c": which_way,
    "d1": AFTER_A_SWEEP,
    "d": loop_work,
}
