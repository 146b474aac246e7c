"""Noisy switches that hear each other: which noise makes them obey Boltzmann, and how far another leads from it.

Switch i hears h_i = b_i + sum_j J_ij s_j with s_j = 0 or 1. One of them at a time, picked at random, is set on with
the probability G(h_i): on if h_i is above its noise, whose distribution function is G. For symmetric J and logistic
noise, G = 1 / (1 + e^-h), this is heat bath, and the states have Boltzmann's law. **For no other noise**: take two
switches and go round their four states. By Kolmogorov's criterion there is detailed balance only if the products of the
rates agree both ways round, and with the log-odds L = ln G / (1 - G) their ratio has the logarithm

    affinity = [L(b_1) + L(b_2 + J)] - [L(b_2) + L(b_1 + J)].

It is 0 for all b_1, b_2 and J only if L(b + J) - L(b) does not depend on b: if L is a straight line, and G a logistic.

References
----------
A. N. Kolmogoroff, Math. Ann. 112, 155 (1936): the criterion.
J. Schnakenberg, Rev. Mod. Phys. 48, 571 (1976): affinities, currents and the entropy that they produce.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from ..core import arguments

LARGEST = 10


class Stationary(NamedTuple):
    """What `stationary` returns, for n switches.

    Attributes
    ----------
    states : (2^n, n) int8
        All states of 0 and 1; switch 0 is the slowest to change.
    p : (2^n,) float64
        The law that the switches settle into.
    currents : (2^n, 2^n) float64
        Net probability that flows from state a to state b in one update of one switch: antisymmetric, and 0 everywhere
        if and only if there is detailed balance.
    entropy_production : float
        Nats in one update; 0 with detailed balance, and above 0 otherwise.
    """

    states: np.ndarray
    p: np.ndarray
    currents: np.ndarray
    entropy_production: float


def affinity(G: Callable, b1: float, b2: float, J: float) -> float:
    """Logarithm of the ratio of the rates round the four states of two switches: 0 with detailed balance.

    Parameters
    ----------
    G : callable
        Probability to be on, of an array of inputs; above 0 and below 1.
    b1, b2 : float
        Biases of the two.
    J : float
        What each hears of the other where that is on.

    Returns
    -------
    float
        For the way 00 -> 10 -> 11 -> 01 -> 00.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, or G is not between 0 and 1.

    Examples
    --------
    >>> from spinlearn.neuron.activation import logistic, probit
    >>> round(affinity(logistic, -1.0, 0.5, 2.0), 9) + 0.0, round(affinity(probit, -1.0, 0.5, 2.0), 4)
    (0.0, 0.9319)
    """
    b1, b2, J = arguments.number("b1", b1), arguments.number("b2", b2), arguments.number("J", J)
    on = _chances(G, np.array([b1, b2 + J, b2, b1 + J]))
    odds = np.log(on / _chances(lambda h: 1 - G(h), np.array([b1, b2 + J, b2, b1 + J])))
    return float(odds[0] + odds[1] - odds[2] - odds[3])


def stationary(G: Callable, biases, couplings) -> Stationary:
    """The law that a few switches settle into, and the currents in it, by linear algebra.

    Parameters
    ----------
    G : callable
        Probability to be on, of an array of inputs; above 0 and below 1.
    biases : (n,) array_like
        From 1 to 10 of them.
    couplings : (n, n) array_like
        J_ij is what switch i hears of switch j; the diagonal is 0. Symmetric for a law of Boltzmann.

    Returns
    -------
    Stationary

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or shape, or G is not between 0 and 1.

    Examples
    --------
    >>> from spinlearn.neuron.activation import logistic, probit
    >>> J = 2.0 * (1 - np.eye(3))
    >>> found = stationary(probit, [-1.0, 0.5, -2.0], J)
    >>> round(found.entropy_production, 5), bool(stationary(logistic, [-1, 0.5, -2], J).entropy_production < 1e-12)
    (0.00035, True)
    """
    biases = arguments.series("biases", biases, at_least=1)
    n = biases.size
    if n > LARGEST:
        raise ValueError(f"biases must be at most {LARGEST}, since all 2^n states are listed, got {n}")
    couplings = arguments.real_array("couplings", couplings, (n, n), what=", one row for each of the biases")
    if couplings.diagonal().any():
        raise ValueError("couplings must have a diagonal of 0: no switch hears itself")
    numbers = np.arange(2**n)
    bits = 1 << np.arange(n)[::-1]
    states = ((numbers[:, None] & bits) > 0).astype(np.int8)
    on = _chances(G, biases + states @ couplings.T) / n
    off = 1 / n - on
    P = np.zeros((2**n, 2**n))
    for i in range(n):
        with_i, without = numbers | bits[i], numbers & ~bits[i]
        np.add.at(P, (numbers, with_i), on[:, i])
        np.add.at(P, (numbers, without), off[:, i])
    # p P = p with a sum of 1: one of the equations follows from the others, and the sum takes its place.
    A = P.T - np.eye(2**n)
    A[-1] = 1.0
    p = np.linalg.solve(A, np.eye(2**n)[-1])
    flow = p[:, None] * P
    moved = (P > 0) & ~np.eye(2**n, dtype=bool)
    ratio = np.log(np.where(moved, flow, 1.0) / np.where(moved, flow.T, 1.0))
    return Stationary(states, p, flow - flow.T, float(((flow - flow.T) * ratio).sum() / 2))


def _chances(G, inputs) -> np.ndarray:
    if not callable(G):
        raise TypeError(f"G must be callable, not {type(G).__name__}")
    value = arguments.real_array("G(h)", G(inputs), inputs.shape, what=" (that of h)")
    if not ((value > 0) & (value < 1)).all():
        raise ValueError(f"G(h) must lie between 0 and 1, got values from {value.min():g} to {value.max():g}")
    return value
