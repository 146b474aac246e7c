"""Instances whose optimum is known: number partition, and a cut that was planted.

**Number partition.** Split whole numbers a_1, …, a_N into two heaps whose sums differ as little as can be. With s_i the
heap of a_i and d = |sum_i a_i s_i|,

    d^2 = sum_i a_i^2 + sum_(i != j) a_i a_j s_i s_j,

so with J_ij = -a_i a_j the energy -(1/2) s.J.s is (d^2 - sum_i a_i^2) / 2: a magnet in which every pair is an
antiferromagnet. Its low states have nothing in common, so there is nothing that slow cooling could find first: at equal
work annealing is no better here than greedy descents from many starts.

**A planted cut.** Cut a graph in two so that edges of as much weight as possible run between the parts. Of a triangle
at most two edges can be cut. Take triangles none of which lies in one part of a partition that was chosen before: it
cuts two edges of each, and no partition cuts more. Weights of edges that several triangles share add up. With J = -w
the energy is (weight of all edges) - 2 (weight that is cut) = -(number of triangles) at its lowest, for certain.

References
----------
N. Karmarkar and R. M. Karp, report UCB/CSD 82/113, Berkeley 1982: differencing.
R. E. Korf, Artif. Intell. 106, 181 (1998): the complete search with it.
S. Mertens, Phys. Rev. Lett. 81, 4281 (1998): number partition as a magnet.
"""

from typing import NamedTuple

import numpy as np

from ..core import arguments
from . import heatbath
from .heatbath import Graph

METHODS = ("sums", "differencing")

_LARGEST = 2**26  # of the sum: its square, and so every energy, is exact in a float
_ROOM = 2**31  # bits in which sums are marked
_NODES = 2_000_000  # of the complete search


class Partition(NamedTuple):
    """What `best_partition` returns: the smallest `difference` of two heaps, and `signs` (N,) int8 that reach it."""

    difference: int
    signs: np.ndarray


class Planted(NamedTuple):
    """An instance with its solution.

    Attributes
    ----------
    graph : heatbath.Graph
    energy : float
        Of the ground state.
    signs : (N,) int8
        A state that has it, the one that was planted; there may be others.
    """

    graph: Graph
    energy: float
    signs: np.ndarray


def number_partition(a) -> Graph:
    """The magnet whose energy is (d^2 - sum a^2) / 2, d being the difference of two heaps.

    Parameters
    ----------
    a : (N,) integer array
        At least two of them, all at least 1, with a sum up to 2^26, so that no energy is rounded.

    Returns
    -------
    heatbath.Graph

    Raises
    ------
    TypeError, ValueError
        If a does not hold whole numbers in that range.

    Examples
    --------
    >>> heatbath.energy([[1, -1, 1]], number_partition([2, 3, 1]))  # a perfect one: -(4 + 9 + 1) / 2
    array([-7.])
    """
    a = _numbers(a)
    if a.sum() > _LARGEST:
        raise ValueError(f"a must have a sum up to 2^26 = {_LARGEST}, so that no energy is rounded, got {a.sum()}")
    a = a.astype(np.float64)
    matrix = -np.outer(a, a)
    np.fill_diagonal(matrix, 0.0)
    return heatbath.by_rows(matrix, np.zeros(a.size), -1)


def difference(signs, a) -> int:
    """|sum_i a_i s_i|, the difference of two heaps.

    Examples
    --------
    >>> difference([1, -1, 1], [2, 3, 1])
    0
    """
    a = _numbers(a)
    return int(abs(arguments.spins(signs, a.shape).astype(np.int64) @ a))


def best_partition(a, *, method: str = "sums") -> Partition:
    """The best partition of whole numbers, exactly.

    Parameters
    ----------
    a : (N,) integer array
        At least two of them, from 1 to 2^53.
    method : {"sums", "differencing"}
        Mark all sums that subsets have: N steps on as many bits as the sum of all numbers, good for small numbers.
        Or the complete search of Karmarkar, Karp and Korf: replace the two largest numbers by their difference, and
        where that does not do, by their sum; good where a perfect partition exists, or N is below some 25.

    Returns
    -------
    Partition

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range, or the method would take too long, with the one that would not.

    Examples
    --------
    >>> best_partition([4, 5, 6, 7, 8]).difference, best_partition([4, 5, 6, 7, 8], method="differencing").difference
    (0, 0)
    """
    a = _numbers(a)
    arguments.choice("method", method, METHODS)
    return _by_sums(a) if method == "sums" else _by_differences(a)


def perfect_partition(n: int, largest: int, *, rng: np.random.Generator) -> Planted:
    """Numbers that can be divided without a rest.

    Drawn are n numbers, each from 1 to `largest`, and a sign for each, under the condition that they add up to 0. So a
    list is drawn in proportion to the number of its perfect partitions.

    Parameters
    ----------
    n : int
        At least 4.
    largest : int
        At least 2, and n times it at most 2^26.
    rng : numpy.random.Generator

    Returns
    -------
    Planted
        Of its graph `numbers_of` gives the numbers back.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> planted = perfect_partition(10, 1000, rng=np.random.default_rng(1))
    >>> difference(planted.signs, numbers_of(planted.graph))
    0
    """
    n = arguments.count("n", n, at_least=4)
    largest = arguments.count("largest", largest, at_least=2, at_most=_LARGEST // n)
    arguments.generator(rng)
    while True:  # the last number has to mend what the others leave: about one in sqrt(n) can
        a, signs = rng.integers(1, largest + 1, size=n), rng.choice(np.array([-1, 1], dtype=np.int8), size=n)
        rest = int(a[:-1] @ signs[:-1].astype(np.int64))
        if 1 <= abs(rest) <= largest:
            a[-1], signs[-1] = abs(rest), -1 if rest > 0 else 1
            return Planted(number_partition(a), -float(a @ a) / 2, signs)


def numbers_of(graph: Graph) -> np.ndarray:
    """The numbers (N,) int64 of a `number_partition` of at least three, from its couplings.

    Examples
    --------
    >>> numbers_of(number_partition([2, 3, 1]))
    array([2, 3, 1])
    """
    J = heatbath.matrix_of(graph)
    if len(J) < 3 or not (J[~np.eye(len(J), dtype=bool)] < 0).all():
        raise ValueError("graph must be a number partition of at least three numbers: every coupling below 0")
    first = round(float(np.sqrt(-J[0, 1] * J[0, 2] / J[1, 2])))
    return np.array([first, *(round(-J[0, i] / first) for i in range(1, len(J)))])


def planted_cut(n: int, triangles: int, *, rng: np.random.Generator) -> Planted:
    """A graph whose largest cut is known: two edges of each of its triangles, and no more.

    Parameters
    ----------
    n : int
        Vertices, at least 4. Half of them are on either side of the planted cut.
    triangles : int
        How many, at least 1, drawn at random among those that the cut runs through. Some 2 n make it hard.
    rng : numpy.random.Generator

    Returns
    -------
    Planted
        Its energy is -triangles; the cut has the weight 2 triangles.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> planted = planted_cut(12, 20, rng=np.random.default_rng(1))
    >>> planted.energy, cut_weight(planted.signs, planted.graph)
    (-20.0, 40.0)
    """
    n = arguments.count("n", n, at_least=4)
    triangles = arguments.count("triangles", triangles, at_least=1)
    signs = np.ones(n, dtype=np.int8)
    signs[arguments.generator(rng).permutation(n)[: n // 2]] = -1
    weights = np.zeros((n, n))
    for _ in range(triangles):
        corners = rng.choice(n, size=3, replace=False)
        while abs(int(signs[corners].sum())) == 3:
            corners = rng.choice(n, size=3, replace=False)
        weights[np.ix_(corners, corners)] += 1
    np.fill_diagonal(weights, 0.0)
    return Planted(heatbath.by_rows(-weights, np.zeros(n), -1), -float(triangles), signs)


def cut_weight(signs, graph: Graph) -> float:
    """Weight of the edges between the two parts of a graph with weights w = -J.

    Examples
    --------
    >>> cut_weight([1, -1, 1], heatbath.graph([[0, -1, -1], [-1, 0, -1], [-1, -1, 0]]))
    2.0
    """
    s = arguments.spins(signs, (graph.size,)).astype(np.float64)
    w = -heatbath.matrix_of(graph)
    return float((w.sum() - s @ w @ s) / 4)


def _numbers(a) -> np.ndarray:
    array = arguments.as_array("a", a)
    if array.dtype.kind not in "iu":
        raise TypeError(f"a must hold whole numbers, not {array.dtype}")
    if array.ndim != 1 or array.size < 2:
        raise ValueError(f"a must be one-dimensional, with at least two numbers, got shape {array.shape}")
    if array.min() < 1 or array.max() > 2**53:
        raise ValueError(f"a must lie between 1 and 2^53, got {array.min()} to {array.max()}")
    return array.astype(np.int64)


def _by_sums(a: np.ndarray) -> Partition:
    total = sum(a.tolist())
    if total * a.size > _ROOM:
        raise ValueError(
            f"a must have a sum below {_ROOM // a.size} where all sums are marked, got {total}; "
            "take method='differencing'"
        )
    marks = [1]  # bit k of entry i: some of the first i numbers add up to k
    for one in a.tolist():
        marks.append(marks[-1] | marks[-1] << one)
    reached = (marks[-1] & ((1 << total // 2 + 1) - 1)).bit_length() - 1
    signs, left = np.ones(a.size, dtype=np.int8), reached
    for i in range(a.size - 1, -1, -1):
        if not marks[i] >> left & 1:
            signs[i], left = -1, left - int(a[i])
    return Partition(total - 2 * reached, signs)


def _by_differences(a: np.ndarray) -> Partition:
    """Depth first, differences before sums, until nothing is better than the parity of the sum allows."""
    total = sum(a.tolist())
    best, nodes, goal = [total + 1, []], 0, total % 2
    waiting = [(sorted(zip(a.tolist(), range(a.size), strict=True)), ())]
    while waiting and best[0] > goal:
        numbers, links = waiting.pop()
        nodes += 1
        if nodes > _NODES:
            raise ValueError(
                f"a must be so few numbers that differencing ends, got {a.size}; take method='sums' if they are small"
            )
        (largest, i), others = numbers[-1], sum(value for value, _ in numbers[:-1])
        if largest >= others or len(numbers) == 1:  # all others together against the largest
            if largest - others < best[0]:
                best = [largest - others, _linked(links, [(i, j, -1) for _, j in numbers[:-1]])]
            continue
        (second, j), rest = numbers[-2], numbers[:-2]
        for value, relation in ((largest + second, 1), (largest - second, -1)):  # the last one is looked at first
            waiting.append((sorted([*rest, (value, i)]), (links, (i, j, relation))))
    signs = np.zeros(a.size, dtype=np.int8)
    signs[best[1][0][0]] = 1
    for _ in range(a.size):  # the links are a tree
        for i, j, relation in best[1]:
            if signs[i] or signs[j]:
                signs[i], signs[j] = signs[i] or relation * signs[j], signs[j] or relation * signs[i]
    return Partition(best[0], signs)


def _linked(links, last: list) -> list:
    while links:
        links, one = links
        last.append(one)
    return last
