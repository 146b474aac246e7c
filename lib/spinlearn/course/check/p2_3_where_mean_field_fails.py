"""Checks of the exercises of page 2.3, Where mean field fails."""

import math
from itertools import combinations, product

import numpy as np

from ... import meanfield
from .answers import call, number, numbers, refuse
from .declared import ANY, Numbers, at, below, case, near, otherwise

FIVE = Numbers(
    "a number of neighbours",
    right=at(
        5, 1e-9, "5: more than mean field asks for, since the neighbour to whom a spin is talking does not count."
    ),
    turns=[
        at(
            4,
            1e-9,
            "with four neighbours nothing orders above 2.885. Round 4.30 up, not down; z J >= T is mean field's.",
        ),
        at(3.2, 1e-9, "that is mean field's bound, z J >= T, and no whole number. Bethe's is stronger."),
        at(
            2 / (1 - math.exp(-2 / 3.2)), 6e-3, "right so far. Neighbours come in whole numbers: which is the smallest?"
        ),
        at(3, 1e-9, "three neighbours order below 1.82 at most. Bethe's temperature has to be 3.2 or more."),
        at(6, 1e-9, "six are enough, but is it the smallest number?"),
        at(8, 1e-9, "there is a factor of 2: Bethe's temperature is 2 J over the logarithm."),
    ],
    rest=[
        case(below(5), "so few neighbours order below 3.2 only. Solve for z, and round up."),
        otherwise("so many are not needed. Solve Bethe's formula for z at T = 3.2, and round up."),
    ],
)

PASSED_ON = Numbers(
    "a field",
    right=at(math.atanh(math.tanh(0.5) * math.tanh(1)), 6e-4, "0.368: the bond keeps a good third of it."),
    turns=[
        at(math.tanh(0.5) * math.tanh(1), 6e-4, "that is tanh u. Which u has it?"),
        at(0.5, 1e-6, "that is K x. A bond weakens the mean by tanh K, and mean and field are no straight line."),
        at(
            0.5 * math.tanh(1),
            6e-4,
            "that is mean field's K tanh x. The bond weakens by tanh K, and u follows by artanh.",
        ),
        at(math.tanh(0.5), 6e-4, "that is tanh K, what the bond does. What comes in, x = 1, has its tanh too."),
        at(math.atanh(0.5 * math.tanh(1)), 6e-4, "a bond weakens by tanh K, not by K."),
        at(math.atanh(math.tanh(2) * math.tanh(1)), 6e-4, "K is J / T = 1/2, not 2."),
        at(2 * math.atanh(math.tanh(0.5) * math.tanh(1)), 6e-4, "that is e^(2u)'s exponent: half of it is u."),
        at(1, 1e-9, "that is what comes in. The bond weakens it."),
    ],
    rest=[
        at(0.3677, 6e-3, "close, but not to three decimals."),
        otherwise("that is not it. tanh u = tanh K tanh x, with K = 1/2 and x = 1."),
    ],
)

ONE_IS_DOWN = Numbers(
    "the left-hand side and the bracket behind B",
    right=case(
        [near(math.tanh(1), 6e-4), near(-2, 1e-9)], "0.762 = 2 A - 2 B. One more configuration, and you have both."
    ),
    turns=[
        case([near(-2, 1e-9), near(math.tanh(1), 6e-4)], "the two are exchanged: the left-hand side comes first."),
        case([near(math.tanh(2), 6e-4), ANY], "that is with all four up. One is down: what is the sum?"),
        case([near(1, 1e-9), ANY], "1 is what stands in the tanh, K times the sum. Take its tanh."),
        case([near(math.tanh(0.5), 6e-4), ANY], "the sum of three up and one down is 2, not 1."),
        case([near(math.tanh(1.5), 6e-4), ANY], "the one that is down counts too: the sum is 2."),
        case([near(math.tanh(1), 6e-4), near(2, 1e-9)], "the one down is in three of the four products."),
        case([near(math.tanh(1), 6e-4), near(-1, 1e-9)], "three of the products are -1. The fourth is 1."),
        case([near(math.tanh(1), 6e-4), near(-3, 1e-9)], "one product is without the spin that is down."),
        case([near(math.tanh(1), 6e-4), near(0, 1e-9)], "the spin that is down is in three of the four products."),
        case([near(math.tanh(1), 6e-4), near(4, 1e-9)], "that is with all four up."),
    ],
    rest=[
        case(
            [near(math.tanh(1), 6e-3), near(-2, 1e-9)], "the second is right, and the first close. Give three decimals."
        ),
        case([near(math.tanh(1), 6e-4), ANY], "the first is right. Write the four products down, one by one."),
        case([ANY, near(-2, 1e-9)], "the second is right, but the first is not tanh(K times the sum of the four)."),
        otherwise(
            "neither is right. The sum is 1 + 1 + 1 - 1; each product leaves out one of the four spins.", parts=2
        ),
    ],
)

QUARTER = Numbers(
    "a power",
    right=at(1 / 4, 6e-4, "1/4. A flatter bottom, a steeper rise: for n = 2 it is 1/2."),
    turns=[
        at(1 / 2, 1e-9, "that is n = 2, with m^4. Here m^6 holds against t m^2."),
        at(1 / 6, 6e-4, "minimise f: one power of m is lost in each derivative, 2 a t m + 6 c m^5 = 0."),
        at(1 / 5, 6e-4, "the other term has an m as well: 2 a t m + 6 c m^5 = 0."),
        at(4, 1e-9, "the other way round: |t| goes as m^4. How does m go?"),
        at(1 / 3, 6e-4, "that is how m follows a field at an ordinary critical point. Here h = 0, and t makes m."),
        at(1 / 8, 6e-4, "that is Onsager's square lattice. Here f decides: where is its minimum?"),
    ],
    rest=[
        case((None, 0.0), "m vanishes with t, so the power is above zero."),
        otherwise("that is not it. Set the derivative of a t m^2 + c m^6 to zero, and solve for m."),
    ],
)


def neighbours(answer) -> str:
    """2.3-a: the fewest neighbours of a lattice that orders at T."""
    T = np.array([1.5, 2.2, 2.9, 3.641, 3.95, 5.97, 9.8])
    came = np.array([number(call(answer, float(one)), "a number of neighbours") for one in T])
    z = 2 / (1 - np.exp(-2 / T))
    right = np.ceil(z)
    if np.array_equal(came, right):
        return "the square lattice needs its 4 and the cubic one its 6; the triangular one could do with 5."
    turns = [
        (z, "neighbours come in whole numbers. Which is the smallest that is allowed?"),
        (
            right - 1,
            "one too few everywhere: was it rounded down, or z - 1 taken for z? Such a lattice orders too late.",
        ),
        (
            np.round(z),
            "rounded to the nearest number. Where that is below z, such a lattice orders too late; round up.",
        ),
        (np.ceil(T), "that is mean field's bound, z J >= T. Bethe's is stronger."),
        (T, "that is mean field's bound, z J >= T. Bethe's is stronger."),
        (np.ceil(T + 1), "tanh K is not K. Solve (z - 1) tanh(J / T) = 1 as it stands."),
        (right + 1, "one too many everywhere: the smallest number is wanted."),
        (np.ceil(2 / (1 - np.exp(-1 / T))), "there is a factor of 2: T is 2 J over the logarithm."),
    ]
    for wrong, why in turns:
        if np.allclose(came, wrong, rtol=0, atol=1e-6):
            refuse(why)
    k = int(np.argmax(came != right))
    said = f"for T = {T[k]:g} it says {came[k]:g}"
    if came[k] > right[k]:
        refuse(f"{said}, but {right[k]:.0f} neighbours are enough: Bethe's temperature is {_bethe(right[k]):.4f} then.")
    refuse(f"{said}, but with so few neighbours nothing orders above {_bethe(came[k]):.4f}.")


def _bethe(z: float) -> float:
    return 0.0 if z <= 2 else 2 / math.log(z / (z - 2))


def cavity(answer) -> str:
    """2.3-b: Bethe's magnetisation."""
    cases = [
        (T, h, z)
        for z in (2, 3, 4, 6)
        for T, h in [(0.6 * z, 0.3), (0.4 * z, 0.0), (0.4 * z, -0.2), (1.5 * z, 0.0), (0.78 * z, 0.0), (1.2 * z, -1.0)]
    ]
    came = np.array([number(call(answer, T, h, z), "a magnetisation") for T, h, z in cases])
    right = np.array([float(meanfield.bethe(T, h=h, z=z).m) for T, h, z in cases])
    wrong = np.flatnonzero(~np.isclose(came, right, rtol=0, atol=1e-6))
    if not len(wrong):
        return "the same as the library: 2 to 6 neighbours, with and without a field, on both sides of the transition."

    def other(inner, outer, bond=math.tanh):
        """What comes out with other numbers of neighbours, or another weight of the bond."""

        def solve(T, h, z):
            x = np.sign(h or 1.0) * 50.0
            for _ in range(2000):
                x = h / T + inner(z) * math.atanh(min(bond(1 / T), 1.0) * math.tanh(min(max(x, -15), 15)))
            return math.tanh(h / T + outer(z) * math.atanh(min(bond(1 / T), 1.0) * math.tanh(min(max(x, -15), 15))))

        return solve

    T, h, z = cases[wrong[0]]
    said = f"at T = {T:g}, h = {h:g}, z = {z} it says {came[wrong[0]]:.8f}, but {right[wrong[0]]:.8f} is right. "
    cold = np.array([h == 0 and m > 0.1 for (T, h, z), m in zip(cases, right, strict=True)])
    if set(wrong) <= set(np.flatnonzero(cold)):
        if np.allclose(came[cold], 0, atol=1e-3):
            refuse(
                said + "Zero is a solution, but below the transition not the one that is wanted. Start from a large x."
            )
        if np.allclose(came[cold], -right[cold], atol=1e-6):
            refuse(said + "Without a field the positive solution is asked for.")
    against = np.array([h < 0 for T, h, z in cases])
    if set(wrong) <= set(np.flatnonzero(against)):
        refuse(said + "The field points down there: the magnetisation has to have its sign.")
    some = [k for k in range(len(cases)) if cases[k][1] > 0]
    told = [
        (np.tanh, "that is mean field: the bond's tanh K is missing from the messages."),
        (other(lambda z: z, lambda z: z), "the cavity field has z - 1 neighbours, because the receiver is left out."),
        (other(lambda z: z - 1, lambda z: z - 1), "the spin itself listens to all z neighbours; messages omit one."),
        (other(lambda z: z - 1, lambda z: z, lambda K: K), "a bond weakens a message by tanh K, not by K."),
    ]  # fmt: skip
    for solve, why in told:
        guess = [
            float(meanfield.magnetisation(T, h=h, Tc=float(z))) if solve is np.tanh else solve(T, h, z)
            for T, h, z in (cases[k] for k in some)
        ]
        if np.allclose(came[some], guess, rtol=0, atol=1e-5):
            refuse(said + why[0].upper() + why[1:])
    if np.allclose(came, right, rtol=0, atol=2e-2):
        refuse(said + "That is close: iterate longer, or solve by a root finder. Six decimals are asked for.")
    refuse(said + "For z = 2 the answer is the exact chain, sinh(h/T) / sqrt(sinh(h/T)^2 + exp(-4/T)): start there.")


def polynomial(answer) -> str:
    """2.3-c: tanh K(s1 + s2 + s3 + s4) as a polynomial of the spins."""
    couplings = (0.1, 0.35, 0.8, 2.0)
    came = []
    for K in couplings:
        came.append(numbers(call(answer, K), 2, "A and B"))
    came = np.array(came)
    states = np.array(list(product((-1, 1), repeat=4)))
    sums = states.sum(axis=1)
    triples = sum(states[:, list(chosen)].prod(axis=1) for chosen in combinations(range(4), 3))
    basis = np.stack([sums, triples], axis=1).astype(float)
    right = np.array([np.linalg.lstsq(basis, np.tanh(K * sums), rcond=None)[0] for K in couplings])
    if np.allclose(came, right, rtol=0, atol=1e-9):
        return "it holds for all sixteen configurations. With m^3 for the triple products: where does the order end?"
    if np.allclose(came[:, ::-1], right, rtol=0, atol=1e-9):
        refuse("A and B have changed places.")
    if np.allclose(came, right * 8, rtol=0, atol=1e-9) or np.allclose(came, right * 4, rtol=0, atol=1e-9):
        refuse("there is a factor too much: with all four up the right-hand side is 4 A + 4 B.")
    if np.allclose(came[:, 0], couplings, rtol=0, atol=1e-9):
        refuse("A = K is the first term of a power series. But powers of the sum fold back, as s^2 = 1. Try states.")
    k = int(np.argmax(~np.isclose(came, right, rtol=0, atol=1e-9).all(axis=1)))
    misses = abs(basis @ came[k] - np.tanh(couplings[k] * sums))
    worst = int(misses.argmax())
    named = " ".join("+" if s > 0 else "−" for s in states[worst])
    refuse(
        f"at K = {couplings[k]:g} and for the configuration {named} your right-hand side is "
        f"{basis[worst] @ came[k]:.10f}, but tanh(K × {sums[worst]}) is {np.tanh(couplings[k] * sums[worst]):.10f}."
    )


def border(answer) -> str:
    """2.3-d: the upper critical dimension of t m^2 + m^(2n)."""
    n = np.array([2, 3, 4, 7])
    came = np.array([number(call(answer, int(k)), "a dimension") for k in n])
    right = 2 * n / (n - 1)
    if np.allclose(came, right, rtol=0, atol=1e-9):
        return "2 n / (n - 1): four, three at a tricritical point, and never down to two."
    turns = [
        (np.full(4, 4.0), "that does not depend on n, but the size of m does: m ∝ |t|^(1 / (2n - 2))."),
        (2 + 2 / n, "minimise f: 2 a t m + 2 n c m^(2n - 1) = 0, so m^(2n - 2) ∝ |t|, not m^(2n)."),
        (2 + 4 / (n - 1), "the fluctuation is compared with the square of m: m^2 ∝ |t|^(1 / (n - 1))."),
        (2 + 1 / (n - 1), "the fluctuation is compared with m^2, not with m."),
        (2 / (n - 1), "that leaves out the susceptibility, which grows as 1 / |t|."),
        (2 * (n - 1) / n, "that is the other way up. For n = 2 it has to be 4."),
    ]
    for wrong, why in turns:
        if np.allclose(came, wrong, rtol=0, atol=1e-9):
            refuse(why)
    if abs(came[0] - 4) > 1e-9:
        refuse(f"for n = 2, the ordinary case, it says {came[0]:.10g}; it has to be 4.")
    k = int(np.argmax(~np.isclose(came, right)))
    refuse(
        f"n = 2 is right, but for n = {n[k]} it says {came[k]:.10g}. In G ∝ χ / (ξ^d m^2) only the exponent of m "
        "depends on n; collect the powers of |t|, and set their sum to zero."
    )


EXERCISES = {
    "a1": FIVE,
    "a": neighbours,
    "b1": PASSED_ON,
    "b": cavity,
    "c1": ONE_IS_DOWN,
    "c": polynomial,
    "d1": QUARTER,
    "d": border,
}
