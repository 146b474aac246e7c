"""Checks of the exercises of page 1.2, The Ising model."""

import re

import numpy as np

from .answers import NotYetError, StoppedError, call, number, overflowed, refuse
from .declared import Numbers, above, at, below, case, otherwise

T = 3.0  # of exercise a, where every wrong turn has a value of its own


def _agreement(x: float, ground_states: int = 2) -> float:
    """Share of the states that agree, if the energies are -x, 0 and +x in units of T."""
    return float(ground_states * np.exp(x) / (2 * np.exp(x) + 12 + 2 * np.exp(-x)))


def _logistic(x: float) -> float:
    """The chance that the heat bath puts a spin up, as a function of 2 b / T."""
    return float(1 / (1 + np.exp(-x)))


FOUR_SPINS = Numbers(
    "a probability",
    right=at(
        _agreement(4 / T), 6e-4, f"{_agreement(4 / T):.4f}, three times their share: two of sixteen configurations."
    ),
    turns=[
        at(_agreement(8 / T), 6e-4, "every bond has been counted twice: four bonds, not eight."),
        at(_agreement(4 / T, 1), 6e-4, "two of the sixteen configurations agree, all up and all down."),
        at(_agreement(4), 6e-4, "the temperature is missing: the exponent is -E / T."),
        at(_agreement(4 * T), 6e-4, "the exponent is -E / T, not -E T."),
        at(_agreement(-4 / T), 6e-4, "the sign of the exponent is turned round: low energies are the likely ones."),
        at(_agreement(2 / T), 6e-4, "one corner has two neighbours, but the ring has four bonds."),
        at(
            1 / (1 + 6 * np.exp(-4 / T)),
            6e-4,
            "the two configurations with E = +4 are missing from the sum of weights.",
        ),
        at(2 / 16, 6e-4, "that is the fraction of configurations. Each one has to be weighted with exp(-E / T)."),
        at(_agreement(4 / T) * 100, 0.06, "that is in per cent. A probability lies between 0 and 1."),
        at(2 * np.exp(4 / T), 6e-3, "that is the weight of the two; divide it by the sum of all sixteen weights."),
    ],
    rest=[
        case(below(0), "a probability lies between 0 and 1."),
        case(above(1), "a probability lies between 0 and 1."),
        at(_agreement(4 / T), 0.01, "close. Give three decimals."),
        otherwise(
            "that is not it. List the energies: how many of the sixteen configurations have E = -4, E = 0 and E = +4?"
        ),
    ],
)

# A spin that points down, with three neighbours up and one down, J = 0.7 and h = 0.4.
ONE_FLIP = Numbers(
    "an energy",
    right=at(-3.6, 1e-6, "2 s (J (3 - 1) + h) with s = -1: the flip is downhill, so Metropolis always makes it."),
    turns=[
        at(3.6, 1e-6, "the sign is turned round: after the flip the energy is lower. Cost is after minus before."),
        at(-1.8, 1e-6, "that is the energy after the flip. It was +1.8 before; the cost is the difference."),
        at(1.8, 1e-6, "that is the energy before the flip. The cost is the difference to that after it."),
        at(
            -7.2,
            1e-6,
            "that is twice too much. Each bond of the site turns round once, and so does the spin in the field.",
        ),
        at(-2.8, 1e-6, "the field is missing: the spin turns from against it to along it."),
        at(-3.2, 1e-6, "the field's part goes from +h to -h: it counts twice, as a bond does."),
        at(-2.2, 1e-6, "a bond goes from +J to -J when a spin turns: it counts twice, as the field's part does."),
        at(-2.0, 1e-6, "the field has the wrong sign: the spin is turned into it, and that lowers the energy."),
        at(-4.8, 1e-6, "the coupling is missing: each bond has the strength 0.7."),
        at(-5.0, 1e-6, "the neighbour that points down counts as -1, not as 0."),
        at(-6.4, 1e-6, "the neighbours are added with their signs: 1 + 1 + 1 - 1, not four times 1."),
    ],
    rest=[
        at(-3.6, 0.05, "close, but this one can be had exactly."),
        otherwise(
            "write down the energy of the four bonds and of the spin in the field, before and after, and subtract."
        ),
    ],
)


def flip_cost(answer) -> str:
    """1.2-b: the energy that one flip costs, on a periodic square lattice, with a field."""
    rng = np.random.default_rng(12)
    came, bonds, fields, told = [], [], [], []
    for rows, columns in [(4, 4), (3, 5), (5, 3)]:
        spins = rng.choice(np.array([-1, 1], dtype=np.int8), size=(rows, columns))
        for J, h in [(1.0, 0.0), (0.7, 0.0), (1.3, 0.4), (-0.6, 1.1)]:
            for row, column in np.ndindex(rows, columns):
                before, after = spins.copy(), spins.copy()
                after[row, column] *= -1
                try:
                    came.append(number(call(answer, before, row, column, J, h), "the cost of a flip"))
                except StoppedError as stopped:
                    ran_out = isinstance(stopped.error, IndexError) and re.search("bounds|range", str(stopped.error))
                    if not (ran_out and (row == rows - 1 or column == columns - 1)):
                        raise
                    refuse(
                        f"at the edge, site ({row}, {column}) of a {rows} × {columns} lattice, an index ran out of the "
                        "array. The lattice is periodic: take row + 1 modulo the number of rows."
                    )
                if not np.array_equal(before, spins):
                    refuse("your function changed the spins. It should only say what a flip would cost.")
                bonds.append(_energy(after, J, 0) - _energy(spins, J, 0))
                fields.append(_energy(after, 0, h) - _energy(spins, 0, h))
                told.append(f"at site ({row}, {column}) with J = {J:g}, h = {h:g}")
    came, parts = np.array(came), np.stack([bonds, fields], axis=1)
    cost = parts.sum(axis=1)
    if np.allclose(came, cost, rtol=0, atol=1e-9):
        return "the cost is the difference of two energies, for every site, coupling and field that was tried."
    k = int(np.flatnonzero(~np.isclose(came, cost, rtol=0, atol=1e-9))[0])
    said = f"{told[k]} it says {came[k]:.10g}; the energies differ by {cost[k]:.10g}. "
    # A typical mistake multiplies the bonds' part and the field's part by wrong numbers. Which ones?
    factors = np.linalg.lstsq(parts, came, rcond=None)[0]
    turns = {
        (0.5, 0.5): "All costs are half of what they should be. A bond goes from -J to +J when a spin turns: 2J.",
        (2, 2): "All costs are twice too large. Each bond of the site is broken once.",
        (-1, -1): "The sign is turned round: the cost is the energy after the flip minus the energy before.",
        (1, 0): "The field is missing: turning a spin against h costs energy too.",
        (1, 0.5): "The field's part is half of what it should be: the spin turns from s to -s there too.",
        (0.5, 1): "The bonds' part is half of what it should be: a bond goes from -J to +J.",
        (1, -1): "The sign of the field's part is turned round.",
    }
    if np.allclose(parts @ factors, came, rtol=0, atol=1e-9):
        for wrong, why in turns.items():
            if np.allclose(factors, wrong, atol=1e-9):
                refuse(said + why)
    refuse(said + "Write both energies down for the bonds of that one site, J and h included, and subtract.")


def _energy(spins, J, h) -> float:
    bonds = spins * (np.roll(spins, -1, 0).astype(float) + np.roll(spins, -1, 1))
    return float(-J * bonds.sum() - h * spins.sum())


# A spin with three neighbours up and one down, J = 1, no field, T = 2.5: b = 2 and 2 b / T = 1.6.
THREE_UP = Numbers(
    "a probability",
    right=at(
        _logistic(1.6), 6e-4, f"{_logistic(1.6):.4f}. Three of four neighbours are up, and it follows them more often."
    ),
    turns=[
        at(_logistic(0.8), 6e-4, "the 2 is missing. Up has the energy -b, down +b: they differ by 2 b."),
        at(_logistic(2.4), 6e-4, "the neighbour that points down counts as -1: b = 3 - 1."),
        at(_logistic(3.2), 6e-4, "b is 2, not 4: neighbours that are up and down cancel."),
        at(_logistic(0.4), 6e-4, "b is the sum over the neighbours, not their mean."),
        at(_logistic(-1.6), 6e-4, "that is the chance to be down."),
        at(_logistic(10.0), 3e-5, "the field is multiplied by the temperature, not divided by it."),
        at(np.tanh(0.8), 6e-4, "that is the mean of the spin. It is the probability of up minus that of down."),
        at(np.exp(0.8), 6e-4, "that is a weight. Divide it by the sum of the two weights."),
        at(np.exp(-1.6), 6e-4, "that is the ratio of the two weights, down to up."),
        at(0.75, 1e-6, "that is the share of the neighbours that are up. Where does the temperature come in?"),
        at(100 * _logistic(1.6), 0.06, "that is in per cent. A probability lies between 0 and 1."),
    ],
    rest=[
        case(below(0), "a probability lies between 0 and 1."),
        case(above(1), "a probability lies between 0 and 1."),
        at(_logistic(1.6), 0.01, "close. Give three decimals."),
        otherwise("what is b, and what are the two weights e^(b/T) and e^(-b/T)?"),
    ],
)


def heat_bath(answer) -> str:
    """1.2-c: the chance that a spin is up, given its local field."""
    fields = np.array([-3.0, -1.0, -0.2, 0.0, 0.5, 1.7, 4.0])
    for T in (0.8, 2.3):
        came = np.array([number(call(answer, float(f), T), "a probability") for f in fields])
        exact = 1 / (1 + np.exp(-2 * fields / T))
        if np.allclose(came, exact, rtol=0, atol=1e-9):
            continue
        turns = [
            (1 / (1 + np.exp(-fields / T)), "the 2 is missing. Up has the energy -b, down +b: they differ by 2b."),
            (1 / (1 + np.exp(2 * fields / T)), "that is the chance to be down."),
            (1 / (1 + np.exp(-2 * fields * T)), "the field is multiplied by the temperature, not divided by it."),
            (np.tanh(fields / T), "that is the mean of the spin, which can be negative. A probability cannot."),
            (np.minimum(1, np.exp(2 * fields / T)), "that is Metropolis. The heat bath draws the new spin afresh."),
            (np.exp(fields / T), "that is a weight. Divide it by the sum of the two weights."),
        ]
        for wrong, why in turns:
            if np.allclose(came, wrong, rtol=0, atol=1e-9):
                refuse(why)
        if abs(came[3] - 0.5) > 1e-9:
            refuse(f"with no field up and down are equally likely, but p(0) = {came[3]:g}.")
        if not np.allclose(came + came[::-1], 1) and not np.allclose(
            came[0] + number(call(answer, 3.0, T), "a probability"), 1
        ):
            refuse("turning the field round must exchange up and down: p(b) + p(-b) = 1.")
        refuse(
            f"for b = 1.7 and T = {T:g} it says {came[5]:.10g}, but e^(b/T) / (e^(b/T) + e^(-b/T)) = {exact[5]:.10g}."
        )
    for f, limit in ((1e3, 1.0), (-1e3, 0.0)):
        try:
            came = number(call(answer, f, 0.5), "a probability")
        except NotYetError as reason:
            advice = " Divide through by the larger exponential." if overflowed(reason) else ""
            refuse(f"right for weak fields, but: {reason}{advice}")
        if not abs(came - limit) < 1e-12:
            refuse(f"p({f:g}) at T = 0.5 should be {limit:g}, but {came:g} came: divide by the larger exponential.")
    return "the logistic function of 2 b / T: an activation function, and nobody chose it."


UPHILL = 0.6 * float(np.exp(-2))  # of a rule that goes downhill with a(-2) = 0.6

THE_OTHER_WAY = Numbers(
    "a probability",
    right=at(UPHILL, 6e-4, f"{UPHILL:.4f}. Half of a rule is free, and detailed balance settles the other half."),
    turns=[
        at(0.6 * np.exp(2), 6e-3, "that is above one: uphill has to be the rarer way. The ratio is a(x) / a(-x)."),
        at(np.exp(-2), 6e-4, "that is Metropolis, whose a(-2) is 1 and not 0.6."),
        at(0.4, 1e-6, "the two need not add up to one. That is so for the heat bath only."),
        at(1 / (1 + np.exp(2)), 6e-4, "that is the heat bath, whose a(-2) is 0.881 and not 0.6."),
        at(0.6, 1e-6, "as often uphill as downhill: so it is at infinite temperature only."),
        at(0.6 * np.exp(-4), 6e-4, "2 is the cost already. It need not be doubled."),
        at(100 * UPHILL, 0.06, "that is in per cent. A probability lies between 0 and 1."),
    ],
    rest=[
        case(below(0), "a probability lies between 0 and 1."),
        case(above(1), "a probability lies between 0 and 1."),
        at(UPHILL, 5e-3, "close. Give three decimals."),
        otherwise("detailed balance fixes the ratio a(2) / a(-2), and a(-2) is given."),
    ],
)


def own_rule(answer) -> str:
    """1.2-d: a third acceptance rule in detailed balance with the Boltzmann law."""
    x = np.array([0.05, 0.3, 0.8, 1.5, 2.2, 3.5, 6.0, 11.0, 17.3])
    up, down = (np.array([number(call(answer, float(v)), "a probability") for v in sign * x]) for sign in (1, -1))
    for v, p in [
        *zip(x, up, strict=True),
        *zip(-x, down, strict=True),
        (0.0, number(call(answer, 0.0), "a probability")),
    ]:
        _probability(v, p)
    if up.max() == 0 or down.max() == 0:
        refuse("your rule never flips. It keeps the Boltzmann law, but it gets nowhere.")
    ratio = up / np.where(down == 0, 1, down)
    if not np.allclose(ratio, np.exp(-x), rtol=1e-6, atol=0):
        k = int(np.argmin(np.isclose(ratio, np.exp(-x), rtol=1e-6, atol=0)))
        refuse(
            f"detailed balance wants a(x) / a(-x) = exp(-x). At x = {x[k]:g} your rule gives {ratio[k]:.6g} "
            f"where exp(-x) = {np.exp(-x[k]):.6g}."
        )
    for v in (-25.0, -60.0, -150.0, -350.0, -700.0):  # a wrong rule may grow slowly
        try:
            _probability(v, number(call(answer, v), "a probability"))
        except StoppedError as stopped:
            if not isinstance(stopped.error, ArithmeticError):
                raise
            break  # too large for its arithmetic: nothing was asked about numbers like that
    known = np.stack([np.ones_like(x), 1 / (1 + np.exp(-x))], axis=1)  # both known rules, downhill
    weights = np.linalg.lstsq(known, down, rcond=None)[0]
    if np.allclose(known @ weights, down, rtol=0, atol=1e-9):
        if np.allclose(weights, [1, 0], atol=1e-6):
            refuse("that is Metropolis. Find another one.")
        if np.allclose(weights, [0, 1], atol=1e-6):
            refuse("that is the heat bath. Find another one.")
        shares = zip(weights, ("Metropolis", "the heat bath"), strict=True)
        mixture = " plus ".join(f"{weight:.3g} of {name}" for weight, name in shares if abs(weight) > 1e-6)
        refuse(f"that is {mixture}: in balance, but made of the two you know. Find one that is not.")
    return "in detailed balance with the Boltzmann law, and neither of the two you knew."


def _probability(x: float, p: float) -> None:
    """Refuse what is no probability, by more than rounding."""
    if not 0 <= p <= 1 + 1e-12:
        refuse(f"a probability lies between 0 and 1, but at x = {x:g} your rule gives {p:.10g}.")


EXERCISES = {
    "a": FOUR_SPINS,
    "b1": ONE_FLIP,
    "b": flip_cost,
    "c1": THREE_UP,
    "c": heat_bath,
    "d1": THE_OTHER_WAY,
    "d": own_rule,
}
