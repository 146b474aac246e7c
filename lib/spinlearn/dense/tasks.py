"""What a machine without hidden units cannot say, as laws to learn: exclusive or, the shifter, the encoder.

A machine whose units are all visible knows their means and pair averages, and nothing else of the data: its law is of
the form exp(sum h_i s_i + sum J_ij s_i s_j) / Z. Let the units fall into two groups A and B, such that no unit of A is
correlated with one of B. Then for every such law r, since ln r is linear in the pair averages and these are the same
under the data q and under q_A q_B,

    D(q || r) = I(A; B) + D(q_A q_B || r) >= I(A; B),

I being the mutual information. So what A tells of B beyond pairs is lost, whatever the couplings (`floor`). In
exclusive or no pair is correlated, and a third unit is all that two others leave open: the loss is ln 2. In the shifter
the direction is correlated with no single unit, and the two rows together tell it.

Hidden units mend it. One spin that sees three others with the couplings w and has the bias w, summed out, leaves
ln 2 cosh(w (s_1 + s_2 + s_3 + 1)), which has a term in s_1 s_2 s_3: `xor_machine`.

References
----------
D. H. Ackley, G. E. Hinton and T. J. Sejnowski, Cogn. Sci. 9, 147 (1985): the encoder.
G. E. Hinton and T. J. Sejnowski, in "Parallel Distributed Processing", vol. 1, MIT Press 1986, ch. 7: the shifter.
"""

import math
from typing import NamedTuple

import numpy as np
from scipy.special import xlogy

from ..core import arguments
from ..exact.enumeration import states
from .boltzmann import Machine, machine
from .maxent import MOST_UNITS, checked_law, units


class Floor(NamedTuple):
    """What `floor` returns.

    Attributes
    ----------
    loss : float
        I(A; B) in nats: no machine without hidden units comes nearer to the law, in relative entropy.
    covariance : float
        Largest covariance of a unit of A and one of B, in size: 0 but for rounding.
    third : float
        Largest third cumulant of two units of one group and one of the other, in size. Where it is not 0, a third
        moment shows what pairs do not.
    """

    loss: float
    covariance: float
    third: float


class XorMachine(NamedTuple):
    """What `xor_machine` returns: the `machine`, and its relative entropy `divergence` from exclusive or, in nats."""

    machine: Machine
    divergence: float


def parity(n: int) -> np.ndarray:
    """The law that gives all states of n spins with an even number of -1 the same weight; n = 3 is exclusive or.

    Parameters
    ----------
    n : int
        From 2 to 15.

    Returns
    -------
    (2**n,) float64
        In the order of `exact.states`. With units 0 or 1 = (1 - s) / 2, unit 3 is the exclusive or of 1 and 2.

    Raises
    ------
    TypeError, ValueError
        If n is not a whole number in that range.

    Examples
    --------
    >>> parity(3)
    array([0.  , 0.25, 0.25, 0.  , 0.25, 0.  , 0.  , 0.25])
    """
    n = arguments.count("n", n, at_least=2, at_most=MOST_UNITS)
    return (states(n).prod(axis=1) > 0) / 2.0 ** (n - 1)


def xor_machine(w: float) -> XorMachine:
    """Three visible spins and a hidden one that say exclusive or, the better the larger w.

    The hidden spin sees each visible one with the coupling w, and has the bias w. Summed out, it leaves
    K_0 + K_1 (s_1 + s_2 + s_3) + K_2 (s_1 s_2 + …) + K_3 s_1 s_2 s_3. Biases -K_1 and couplings -K_2 of the visible
    spins take away all but the last, and p(v) = (1 + tanh(K_3) s_1 s_2 s_3) / 8 at T = 1. K_3 is about -w / 2, so a
    gauge, one visible spin turned over, makes it positive.

    Parameters
    ----------
    w : float
        Above 0.

    Returns
    -------
    XorMachine
        Its divergence is ln(1 + exp(-2 |K_3|)): as small as one likes, and never 0.

    Raises
    ------
    TypeError, ValueError
        If w is not a number above 0.

    Examples
    --------
    >>> round(xor_machine(1e-9).divergence, 6), bool(xor_machine(20.0).divergence < 1e-8)  # ln 2 without coupling
    (0.693147, True)
    """
    w = arguments.number("w", w, above=0)
    s = states(3).astype(np.float64)
    x = w * (s.sum(axis=1) + 1)
    left = np.logaddexp(x, -x)
    K1, K2, K3 = (float((left * f).mean()) for f in (s[:, 0], s[:, 0] * s[:, 1], s.prod(axis=1)))
    turned = np.array([-1.0, 1.0, 1.0, 1.0])
    J = np.zeros((4, 4))
    J[:3, :3] = -K2 * (1 - np.eye(3))
    J[:3, 3] = J[3, :3] = w
    model = machine(J * np.outer(turned, turned), h=turned * np.array([-K1, -K1, -K1, w]), hidden=1)
    return XorMachine(model, math.log1p(math.exp(-2 * abs(K3))))


def shifter(n: int, *, shifts=(-1, 1), noise: float = 0.0) -> np.ndarray:
    """The law of two rows of n units, the second being the first, shifted around a ring, and units that say by how far.

    Parameters
    ----------
    n : int
        Units in a row, at least 3.
    shifts : sequence of int
        Equally likely, different modulo n. Two are told by one unit, 1 for the second; more by a unit for each, of
        which one is 1. In the order of the units: first row, second row, shift.
    noise : float
        Each unit of the second row is turned over with this probability, from 0 to 1/2.

    Returns
    -------
    (2**N,) float64
        In the order of `exact.states`, N being 2 n + 1, or 2 n + the number of shifts; at most 15.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> q = shifter(3)
    >>> q.size, round(floor(q, [6]).loss / math.log(2), 4)  # of a bit: 000 and 111 look alike when they are shifted
    (128, 0.75)
    """
    n = arguments.count("n", n, at_least=3)
    shifts = [arguments.count("shifts", int(d) % n) for d in arguments.real_array("shifts", list(shifts))]
    noise = arguments.number("noise", noise, at_least=0)
    if noise > 0.5:
        raise ValueError(f"noise must be at most 0.5, got {noise:g}")
    if len(shifts) < 2 or len(set(shifts)) < len(shifts):
        raise ValueError(f"shifts must be at least two, different modulo n = {n}, got {shifts}")
    flags = 1 if len(shifts) == 2 else len(shifts)
    if 2 * n + flags > MOST_UNITS:
        raise ValueError(f"n must be so small that there are at most {MOST_UNITS} units, got {n}: {2 * n + flags}")
    rows = states(n) > 0
    q = np.zeros((2**flags, 2**n, 2**n))  # the first row runs fastest
    for k, d in enumerate(shifts):
        flag = k if flags == 1 else 1 << k
        wrong = (rows[:, None, :] ^ np.roll(rows, d, axis=1)[None]).sum(axis=2)
        q[flag] += noise**wrong * (1 - noise) ** (n - wrong) / (2**n * len(shifts))
    return q.ravel()


def encoder(n: int) -> np.ndarray:
    """The law of two groups of n units in each of which the same one is 1: what has to pass through few hidden units.

    Parameters
    ----------
    n : int
        Units in a group, from 2 to 7.

    Returns
    -------
    (2**(2n),) float64
        In the order of `exact.states`. The two groups may see only hidden units of each other: see `encoder_mask`.

    Raises
    ------
    TypeError, ValueError
        If n is not a whole number in that range.

    Examples
    --------
    >>> np.flatnonzero(encoder(2))  # 0101 and 1010
    array([ 5, 10])
    """
    n = arguments.count("n", n, at_least=2, at_most=MOST_UNITS // 2)
    q = np.zeros(4**n)
    q[[(1 << k) | (1 << (n + k)) for k in range(n)]] = 1 / n
    return q


def encoder_mask(n: int, hidden: int) -> np.ndarray:
    """Couplings that the encoder may have, (2n + hidden, 2n + hidden) bool: none between its groups, none among hidden.

    Examples
    --------
    >>> encoder_mask(2, 1).sum(axis=1)
    array([2, 2, 2, 2, 4])
    """
    n, hidden = arguments.count("n", n, at_least=2), arguments.count("hidden", hidden, at_least=1)
    group = np.repeat([0, 1, 2], [n, n, hidden])
    allowed = (group[:, None] == group) & (group < 2) | ((group[:, None] == 2) ^ (group == 2))
    return allowed & ~np.eye(group.size, dtype=bool)


def floor(q, group) -> Floor:
    """What no machine without hidden units can learn of a law: a lower bound on its relative entropy.

    Parameters
    ----------
    q : (2**N,) array_like
        A law, up to 15 units, in the order of `exact.states`.
    group : sequence of int
        The units of A; all others are B.

    Returns
    -------
    Floor

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range; or if a unit of A is correlated with one of B, so that
        couplings do tell something.

    Examples
    --------
    >>> found = floor(parity(3), [2])
    >>> round(found.loss, 6), found.covariance, found.third  # ln 2, and a third moment of 1
    (0.693147, 0.0, 1.0)
    """
    q = checked_law(q)
    n = q.size.bit_length() - 1
    A = sorted({arguments.count("group", int(i), at_most=n - 1) for i in np.atleast_1d(group)})
    B = [i for i in range(n) if i not in A]
    if not A or not B:
        raise ValueError(f"group must hold some of the {n} units, and not all, got {A}")
    s = units(n, "spins")
    s -= q @ s
    covariance = float(np.abs((s[:, A] * q[:, None]).T @ s[:, B]).max())
    if covariance > 1e-9:
        raise ValueError(f"group must be correlated with no other unit, got a covariance of {covariance:.2g}")
    third = np.einsum("k,ki,kj,kl->ijl", q, s, s, s, optimize=True)
    apart = np.ones((n, n), dtype=bool) ^ np.eye(n, dtype=bool)
    largest = max(
        np.abs(third[np.ix_(one, other, other)] * apart[np.ix_(other, other)]).max() for one, other in ((A, B), (B, A))
    )
    cube = q.reshape((2,) * n).transpose(range(n)[::-1])  # axis i is unit i
    a, b = (cube.sum(axis=tuple(rest)) for rest in (B, A))
    loss = float(xlogy(q, q).sum() - xlogy(a, a).sum() - xlogy(b, b).sum())
    return Floor(loss, covariance, float(largest))
