"""The finite torus without a field: Kaufman's partition function, and the law of the magnetisation of a small one.

This is the exact result that a simulation meets digit by digit. Everywhere K = J / T. A side of two sites has two bonds
between the same two sites, as in `spinlearn.lattice`.

References
----------
B. Kaufman, Phys. Rev. 76, 1232 (1949): the partition function of the torus.
A. E. Ferdinand and M. E. Fisher, Phys. Rev. 185, 832 (1969): the torus near the critical point.
"""

from typing import NamedTuple

import numpy as np

from ..core import arguments
from ..core.jit import kernel
from ..core.progress import watched
from .plane import from_critical, sinh_excess, smallest_gamma

_COSTLY = 1e4  # a bond that costs so many temperatures is never broken without need
_HOT = 3e-4  # K below which the cumulants of the bonds are more exact than Kaufman's products
_MOST = 10**6  # rows or columns of Kaufman's torus
_WIDEST_TORUS = 12  # columns of a torus whose magnetisation is counted,
_MOST_KEPT = 2**27  # and numbers that are kept for it: 2 GiB


class Torus(NamedTuple):
    """What `kaufman` returns; each entry has the shape of T.

    Attributes
    ----------
    log_Z : float64
        Logarithm of the partition function of the whole torus.
    e, c : float64
        Energy and specific heat per spin.
    """

    log_Z: np.ndarray
    e: np.ndarray
    c: np.ndarray


def kaufman(rows: int, columns: int, T, *, J: float = 1.0) -> Torus:
    """Exact partition function, energy and specific heat of the torus of rows x columns spins, without a field.

    With n rows, m columns and cosh g_l = cosh 2K coth 2K - cos(l pi / n), g_0 = 2K + ln tanh K (Kaufman 1949):

        2 Z = (2 sinh 2K)^(mn/2) [ prod 2 cosh(m g_l / 2) + prod 2 sinh(m g_l / 2)    over the odd l below 2n
                                 + prod 2 cosh(m g_l / 2) + prod 2 sinh(m g_l / 2) ]  over the even l below 2n

    All products are kept as logarithms, and the derivatives by K are taken term by term, so that nothing overflows and
    nothing is differenced. Of two products only the ratio matters, and its logarithm is summed from the steps between
    neighbouring l. g_0 passes through zero at the critical point; the one sinh that holds it has no logarithm there and
    is kept as it is.

    Parameters
    ----------
    rows, columns : int
        From 2 to a million each; 2 means two bonds between the same two sites.
    T : float or array
        At least J / 100.
    J : float
        Above 0. Where both sides are even, -J has the same log_Z, e and c: turn over every other spin.

    Returns
    -------
    Torus
        ``log_Z`` of the whole torus, ``e`` and ``c`` per spin, each of the shape of `T`. Up to 1024 x 1024 and at any
        distance from the critical point, ``log_Z`` is right to 2e-15 of its value, ``c`` to 1.5e-13 and ``e / J`` to
        1e-14; far above it ``c`` and ``e / J`` are small, and right to 1e-8 of their values.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> from spinlearn.exact import critical_temperature
    >>> torus = kaufman(16, 16, critical_temperature())
    >>> print(torus.e.round(6), torus.c.round(6))
    -1.453065 1.498705
    """
    n = arguments.count("rows", rows, at_least=2, at_most=_MOST)
    m = arguments.count("columns", columns, at_least=2, at_most=_MOST)
    with np.errstate(over="ignore"):
        K = arguments.reduced_coupling(T, J)
    if (K > arguments.LARGEST_COUPLING).any():
        raise ValueError(
            f"T must be at least J / {arguments.LARGEST_COUPLING:g} (below it e = -2 J and c = 0), got {np.min(T)}"
        )
    distance = from_critical(T, J)
    hot, true_K = _HOT > K, K
    K = np.maximum(K, _HOT)
    s, cosh, coth = np.sinh(2 * K), np.cosh(2 * K), 1 / np.tanh(2 * K)
    q = sinh_excess(K, distance)

    # m g_l / 2 and its two derivatives by K for l = 0 ... 2n - 1, on a last axis. cosh(g_l) - 1 is a sum of squares.
    # At l = 0 there is x, with derivatives of its own, and y = |x| without the factor that may vanish.
    half_angle = np.arange(2 * n) * np.pi / (2 * n)
    delta = (q**2 / s)[..., None] + 2 * np.sin(half_angle) ** 2
    root, sinh_g = np.sqrt(delta / 2), np.sqrt(delta * (delta + 2))
    sinh_g[..., 0] = 1.0
    g1 = (2 * cosh * q * (1 + s) / s**2)[..., None] / sinh_g
    g2 = ((4 * s + 4 / s + 8 / s**3)[..., None] - g1**2 * (delta + 1)) / sinh_g
    y, y1, y2 = m * np.arcsinh(root), m / 2 * g1, m / 2 * g2
    x, x1, x2 = m / 2 * smallest_gamma(K, distance), m * (1 + 1 / s), -2 * m * cosh / s**2
    decay = np.exp(-2 * y)
    y1[..., 0] = y2[..., 0] = decay[..., 0] = 0.0
    tanh = np.tanh(y)
    tanh[..., 0] = 1.0
    # ln(2 cosh y) - y and ln(2 sinh y) - y; all first derivatives; all second derivatives.
    log_cosh = np.log1p(decay), y1 * tanh, y2 * tanh + y1**2 * (1 - tanh**2)
    log_sinh = np.log1p(-decay), y1 / tanh, y2 / tanh + y1**2 * (1 - tanh**-2)

    # The logarithms of the products are as large as the torus and nearly equal; what matters is how they differ from
    # the first, the largest. So it is differences that are summed, of one even l and the odd one beside it.
    even, odd = (..., slice(0, None, 2)), (..., slice(1, None, 2))
    a, b = half_angle[even], half_angle[odd]
    step = np.sin(a + b) * np.sin(a - b)  # of root squared
    step = np.arcsinh(step / (root[even] * np.sqrt(1 + root[odd] ** 2) + root[odd] * np.sqrt(1 + root[even] ** 2)))
    steps = (m * step.sum(axis=-1), 0.0, 0.0)
    second = [(one - other)[odd].sum(axis=-1) for one, other in zip(log_sinh, log_cosh, strict=True)]
    third, fourth = (
        [shift + (one[even] - other[odd]).sum(axis=-1) for shift, one, other in zip(steps, logs, log_cosh, strict=True)]
        for logs in (log_cosh, log_sinh)
    )
    # The l = 0 factors 2 cosh x and 2 sinh x without their e^|x|, and two derivatives.
    cosh_x, sinh_x = 1 + np.exp(-2 * abs(x)), np.sign(x) * -np.expm1(-2 * abs(x))
    one, zero = np.ones_like(K), np.zeros_like(K)
    products = (
        ((zero, zero, zero), (one, zero, zero)),
        (second, (one, zero, zero)),
        (third, (cosh_x, x1 * sinh_x, x2 * sinh_x + x1**2 * cosh_x)),
        (fourth, (sinh_x, x1 * cosh_x, x2 * cosh_x + x1**2 * sinh_x)),
    )
    w = w1 = w2 = 0.0
    for (r, r1, r2), (v, v1, v2) in products:
        scale = np.exp(r)
        w = w + scale * v
        w1 = w1 + scale * (v1 + v * r1)
        w2 = w2 + scale * (v2 + 2 * v1 * r1 + v * (r2 + r1**2))

    size = n * m
    log_Z = size / 2 * np.log(2 * s) - np.log(2) + (y + log_cosh[0])[odd].sum(axis=-1) + np.log(w)
    # Of the slope, m coth 2K and m g_l' / 2 nearly cancel far above Tc: there their sum is a quotient.
    cos, s, coth = np.cos(2 * half_angle), s[..., None], coth[..., None]
    gap = sinh_g + 1 / s - s
    share = np.where(s < 0.5, (3 + cos**2 - 2 * (s + 1 / s) * cos) / np.where(s < 0.5, gap, 1), sinh_g - (1 / s - s))
    terms = m * coth * share / sinh_g + y1 * (tanh - 1)
    slope = terms[odd].sum(axis=-1) + w1 / w
    curvature = -2 * size / s[..., 0] ** 2 + log_cosh[2][odd].sum(axis=-1) + w2 / w - (w1 / w) ** 2
    products = log_Z, -float(J) * slope / size, K**2 * curvature / size
    return Torus(*(np.where(hot, *pair)[()] for pair in zip(_hot_torus(n, m, true_K, J), products, strict=True)))


def _hot_torus(n: int, m: int, K, J: float) -> Torus:
    """ln Z = N ln 2 + N sum_k kappa_k K**k / k! up to K**4, with the cumulants of the sum over bonds of free spins.

    What adds to them is a bond twice or four times, and the loops of three and four bonds: the squares, and the rows
    and columns that close after so many steps. A side of two has bonds of double strength, half as many.
    """
    a, b = 1 + (n == 2), 1 + (m == 2)
    k2 = a + b
    k3 = 2 * ((n == 3) + (m == 3))
    k4 = -2 * (a**3 + b**3) + 24 * a * b + 6 * ((n == 4) + (m == 4))
    log_Z = n * m * (np.log(2) + K**2 * (k2 / 2 + K * (k3 / 6 + K * k4 / 24)))
    return Torus(log_Z, -float(J) * K * (k2 + K * (k3 / 2 + K * k4 / 6)), K**2 * (k2 + K * (k3 + K * k4 / 2)))


def torus_magnetisation(
    rows: int, columns: int, T: float, *, J: float = 1.0, progress: bool | None = None
) -> np.ndarray:
    """Law of the number of up spins on a small periodic square lattice without a field, exactly.

    The torus is built up site after site, as one lays bricks. What is kept on the way is the weight of every state of
    the last `columns` sites together with every number of up spins so far. In a field h the law is the same one with
    the weights exp(h M / T), where M is the sum of the spins.

    Parameters
    ----------
    rows, columns : int
        From 2; at most 12 columns. The work goes as (rows * columns)**2 * 4**columns: 10 × 10 takes a second, and
        12 × 12 half a minute.
    T : float
        Above 0; however small, the law is right to some 1e-13 of its values.
    J : float
        Coupling, either sign. With an odd side and J < 0 not all bonds can be content, and the ground states are many.
    progress : bool, optional
        True shows a bar, False none; left out: where somebody watches and it takes more than two seconds.

    Returns
    -------
    (rows * columns + 1,) float64
        Probabilities of 0 … N spins up; the sum is 1.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> torus_magnetisation(2, 2, T=8.0).round(4)
    array([0.1496, 0.2201, 0.2606, 0.2201, 0.1496])
    """
    rows, columns = arguments.count("rows", rows, at_least=2), arguments.count("columns", columns, at_least=2)
    if columns > _WIDEST_TORUS:
        raise ValueError(f"columns must be at most {_WIDEST_TORUS}, got {columns}")
    T, J = arguments.number("T", T, above=0), arguments.number("J", J)
    size = rows * columns
    if size * 2**columns > _MOST_KEPT:
        raise ValueError(
            f"rows must be at most {_MOST_KEPT // (columns * 2**columns)} with {columns} columns, got {rows}"
        )
    with np.errstate(over="ignore"):
        cost = min(2 * np.divide(abs(J), T), _COSTLY)  # of a broken bond
    bond = Bond(int(J < 0), int(J >= 0), np.exp(-cost * np.arange(2 * size + 2)))
    law, scratch = (
        Tally(np.zeros(shape), np.zeros(shape, dtype=np.int64)) for shape in (size + 1, (2**columns, size + 1))
    )
    classes = _first_rows(columns)
    for part in watched(len(classes) * rows, progress):
        for unit in range(part.start, part.stop):
            lay_row(*classes[unit // rows], unit % rows, rows, columns, bond, scratch, law)
    there = law.weight > 0  # of a state and its mirror image only one was counted
    log_law = np.full(size + 1, -np.inf)
    log_law[there] = np.log(law.weight[there]) - cost * (law.broken[there] - law.broken[there].min())
    log_law = np.logaddexp(log_law, log_law[::-1])
    law = np.exp(log_law - log_law.max())
    return law / law.sum()


class Bond(NamedTuple):
    """What a bond between two equal spins (`agree`) and two unlike spins (`differ`) adds to the number of broken bonds.

    `decay[k]` is the weight of k broken bonds, exp(-2 abs(J) k / T).
    """

    agree: int
    differ: int
    decay: np.ndarray


class Tally(NamedTuple):
    """Sums of Boltzmann weights, each as weight * exp(-2 abs(J) broken / T): the fewest broken bonds of all its states.

    So the weight is at least 1 where there is a state at all, and nothing underflows, however cold it is.
    """

    weight: np.ndarray
    broken: np.ndarray


@kernel
def both(weight, broken, other_weight, other_broken, decay):
    """Sum of two entries of a tally: its weight and its number of broken bonds."""
    if other_weight == 0.0:
        return weight, broken
    if weight == 0.0:
        return other_weight, other_broken
    if broken <= other_broken:
        return weight + other_weight * decay[other_broken - broken], broken
    return other_weight + weight * decay[broken - other_broken], other_broken


@kernel
def lay_row(first, alike, row, rows, columns, bond, scratch, law):
    """Lay one row of a torus whose first row is `first`; the last one adds its weights to `law`, `alike` times.

    `scratch`, a `Tally` (2**columns, N + 1), holds what was laid so far; `law` is a `Tally` (N + 1,).
    """
    if row == 0:
        start_row(first, columns, bond, scratch)
    else:
        for c in range(columns):
            lay_site(row, c, columns, bond, scratch)
    if row == rows - 1:
        close_torus(first, alike, columns, bond, scratch, law)


@kernel
def start_row(first, columns, bond, scratch):
    """Lay the first row of a torus."""
    scratch.weight[:] = 0.0
    broken, ups = 0, 0
    for c in range(columns):
        here, right = first >> c & 1, first >> ((c + 1) % columns) & 1
        broken += bond.agree if here == right else bond.differ
        ups += here
    scratch.weight[first, ups] = 1.0
    scratch.broken[first, ups] = broken


@kernel
def lay_site(row, c, columns, bond, scratch):
    """Lay one site upon the one below, which it takes the place of."""
    weight, broken = scratch.weight, scratch.broken
    agree, differ, decay = bond.agree, bond.differ, bond.decay
    most = row * columns + c  # up spins so far, at most
    for state in range(weight.shape[0]):
        if state >> c & 1:
            continue
        other = state | 1 << c
        # Bonds of the new site to its left, and at the end of the row to the first site as well.
        down, up = 0, 0
        if c > 0:
            left = state >> (c - 1) & 1
            down += differ if left else agree
            up += agree if left else differ
        if c == columns - 1:
            right = state & 1
            down += differ if right else agree
            up += agree if right else differ
        carried, carried_broken = 0.0, 0
        for n in range(most + 2):
            a, u = weight[state, n], broken[state, n]
            b, v = weight[other, n], broken[other, n]
            weight[state, n], broken[state, n] = both(a, u + down + agree, b, v + down + differ, decay)
            weight[other, n], broken[other, n] = carried, carried_broken
            carried, carried_broken = both(a, u + up + differ, b, v + up + agree, decay)


@kernel
def close_torus(first, alike, columns, bond, scratch, law):
    """Join the last row to the first, and add up."""
    for state in range(scratch.weight.shape[0]):
        broken = 0
        for c in range(columns):
            broken += bond.differ if (state ^ first) >> c & 1 else bond.agree
        for n in range(law.weight.size):
            law.weight[n], law.broken[n] = both(
                law.weight[n],
                law.broken[n],
                alike * scratch.weight[state, n],
                scratch.broken[state, n] + broken,
                bond.decay,
            )


def _first_rows(columns: int) -> list[tuple[int, int]]:
    """One first row of each class of rows that shifting, mirroring and turning over make of each other, and its size.

    Members of a class share a law, up to exchanging up and down.
    """
    rows = 2**columns
    seen, classes = np.zeros(rows, dtype=bool), []
    for row in range(rows):
        if seen[row]:
            continue
        bits = [row >> c & 1 for c in range(columns)]
        shifts = [bits[k:] + bits[:k] for k in range(columns)]
        turned = shifts + [shift[::-1] for shift in shifts]
        members = {sum(bit << c for c, bit in enumerate(one)) for one in turned}
        members |= {rows - 1 - member for member in members}
        seen[list(members)] = True
        classes.append((row, len(members)))
    return classes
