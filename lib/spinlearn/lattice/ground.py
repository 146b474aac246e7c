"""Exact ground states of spin glasses: planar ones by matching, any by cutting planes and an integer programme.

A bond is broken if s_i s_j J_ij < 0, and the ground state breaks bonds of the least total size,

    E = -sum |J_ij| + 2 sum over broken bonds |J_ij|.

`by_matching`: on a square lattice with open edges, lines drawn across the broken bonds run from frustrated plaquette to
frustrated plaquette, or out over an edge, an odd number from each frustrated one and an even number from every other.
So the ground state is a matching of the frustrated plaquettes, with themselves or the outside, of least total length:
polynomial, 100 × 100 spins in a fraction of a second. Without a field and in the plane only.

`by_cuts`: any lattice, any bonds, any field. Let x = 1 for each bond whose spins differ. On every loop the number of
such bonds is even: for each loop C and each set F of an odd number of its bonds

    sum over F of x  -  sum over C without F of x  <=  |F| - 1,

and these inequalities, with x whole, say all there is to say. Minimise a linear energy under those met so far; look for
a loop that is violated, which is a shortest path between the two floors of a lattice that is stacked twice; add it; go
on. In the plane that ends with whole x by itself. On a torus it mostly does, and else x is asked to be whole. Each
round bounds the energy from below, so what comes out is proved. A torus of 20 × 20 takes seconds, a dense glass much
longer: for the complete graph there is `dense.branch`.

What is known of large square lattices, J = 1, per spin: about -1.4015 for ±J, p = 1/2, and -1.317 (later -1.3148) for
normal bonds, De Simone et al. and Campbell et al.

References
----------
I. Bieche, R. Maynard, R. Rammal and J. P. Uhry, J. Phys. A 13, 2553 (1980): the matching.
F. Barahona and A. R. Mahjoub, Math. Program. 36, 157 (1986): the inequalities.
C. De Simone, M. Diehl, M. Jünger, P. Mutzel, G. Reinelt and G. Rinaldi, J. Stat. Phys. 80, 487 (1995) and 84, 1363
(1996): tori, by branch and cut.
I. A. Campbell, A. K. Hartmann and H. G. Katzgraber, Phys. Rev. B 70, 054429 (2004): sizes and edges.
"""

import math
from typing import NamedTuple

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import coo_array, csc_matrix, csr_matrix
from scipy.sparse.csgraph import breadth_first_order, dijkstra, minimum_spanning_tree

from . import ising
from .geometry import Lattice, bond_couplings, bonds, checked, interactions
from .glass import frustrated, is_open_square, square_bonds

LEVELS = 2**24 - 1  # the sizes of bonds that the matching tells apart
_CLOSE = 1e-6  # how far x may be from whole, and an inequality from kept: ten times the solver's own bounds
MOST_ROUNDS = 400


class GroundState(NamedTuple):
    """What `by_matching` and `by_cuts` return.

    Attributes
    ----------
    spins : int8 array of the lattice's shape
        One ground state. With bonds of one size there are very many.
    energy : float
        Of the whole lattice, of these spins.
    bound : float
        No state is below it: the energy, but for rounding.
    """

    spins: np.ndarray
    energy: float
    bound: float


def by_matching(lattice: Lattice, *, J) -> GroundState:
    """Ground state of a square lattice with open edges, by a minimum-weight matching of its frustrated plaquettes.

    Parameters
    ----------
    lattice : Lattice
        A square lattice with open edges.
    J : (N, 4) float64
        Couplings, as `glass.bimodal` and `glass.gaussian` draw them.

    Returns
    -------
    GroundState
        Exact where the bonds have one size. Else sizes are rounded to one part in 2^24 of the largest for the matching,
        and ``bound`` lies below the energy by what that could cost at the very most: B max|J| / 2^24.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or shape, or the lattice is none with open edges.
    ImportError
        If the package pymatching is not there; `by_cuts` does without.

    Examples
    --------
    >>> from spinlearn.lattice import glass, square
    >>> sheet = square(30, periodic=False)
    >>> ground = by_matching(sheet, J=glass.bimodal(sheet, rng=np.random.default_rng(1)))
    >>> ground.energy, ground.bound
    (-1232.0, -1232.0)
    """
    if not is_open_square(checked(lattice)):
        raise ValueError(f"lattice must be a square lattice with open edges, got {lattice!r}; ground.by_cuts takes any")
    down, right = square_bonds(lattice, J)
    interactions(lattice, J, 0.0)
    try:
        from pymatching import Matching
    except ImportError:
        raise ImportError(
            "by_matching needs the package pymatching (pip install pymatching); ground.by_cuts does without, slower"
        ) from None
    sizes = np.concatenate([np.abs(right).ravel(), np.abs(down).ravel()])
    largest = float(sizes.max())
    if largest == 0:
        return GroundState(np.ones(lattice.shape, dtype=np.int8), 0.0, 0.0)
    # Each plaquette with its four bonds; a bond at the edge has one plaquette, and the outside for the other.
    across = np.arange(right.size).reshape(right.shape)
    along = right.size + np.arange(down.size).reshape(down.shape)
    four = np.stack([across[:-1], across[1:], along[:, :-1], along[:, 1:]]).reshape(4, -1)
    plaquette = np.broadcast_to(np.arange(four.shape[1]), four.shape)
    table = csc_matrix((np.ones(four.size, dtype=np.uint8), (plaquette.ravel(), four.ravel())))
    matching = Matching.from_check_matrix(table, weights=sizes / largest, merge_strategy="smallest-weight")
    broken = matching.decode(frustrated(lattice, J).ravel().astype(np.uint8)).astype(bool)

    equal_across = (right < 0) == broken[: right.size].reshape(right.shape)
    equal_along = (down < 0) == broken[right.size :].reshape(down.shape)
    spins = np.ones(lattice.shape, dtype=np.int8)
    spins[1:, 0] = np.cumprod(np.where(equal_along[:, 0], 1, -1))
    spins[:, 1:] = spins[:, :1] * np.cumprod(np.where(equal_across, 1, -1), axis=1)
    energy = ising.energy(spins, lattice, J=J)
    exact = np.isin(sizes, (0.0, largest)).all()
    return GroundState(spins, energy, energy - (0.0 if exact else sizes.size * largest / LEVELS))


def by_cuts(lattice: Lattice, *, J, h=0.0) -> GroundState:
    """Ground state of any sparse lattice in any field, by cutting planes and, where they end, an integer programme.

    Parameters
    ----------
    lattice : Lattice
        Tori up to some 20 × 20 are a matter of seconds, cubes up to some 4 × 4 × 4.
    J : float or (N, z) float64
        As for `ising.energy`.
    h : float or array of shape ``lattice.shape``
        The field, which acts as bonds to one more spin.

    Returns
    -------
    GroundState

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or shape.
    RuntimeError
        If it is not settled after 400 rounds. An annealing would then find low states, without a proof.

    Examples
    --------
    >>> from spinlearn.lattice import glass, square
    >>> torus = square(6)
    >>> ground = by_cuts(torus, J=glass.bimodal(torus, rng=np.random.default_rng(1)))
    >>> round(ground.energy, 6), round(ground.energy - ground.bound, 6)
    (-48.0, 0.0)
    """
    couplings, fields = interactions(lattice, J, h)
    if couplings is None:
        couplings, fields = np.full(lattice.neighbours.shape, float(J)), np.full(lattice.size, float(h))
    pairs, weights, nodes = _edges(lattice, couplings, fields)
    scale = float(np.abs(weights).max(initial=0))
    if scale == 0:
        return GroundState(np.ones(lattice.shape, dtype=np.int8), 0.0, 0.0)
    spins, value = _cheapest_cut(pairs, weights / scale, nodes)
    # Where there is a field, its spin is up.
    spins = (spins * spins[-1])[: lattice.size].reshape(lattice.shape).astype(np.int8)
    energy = float(ising.energy_of_bonds(spins.ravel(), lattice.neighbours, couplings, fields))
    return GroundState(spins, energy, min(energy, float(scale * 2 * value - weights.sum())))


def _edges(lattice: Lattice, couplings, fields):
    """Pairs (B, 2), their couplings (B,) and the number of spins. Fields are bonds to one spin more."""
    pairs, n = bonds(lattice).astype(np.int64), lattice.size
    number = bond_couplings(lattice, np.arange(len(pairs))).astype(np.int64)
    later = lattice.neighbours > np.arange(n)[:, None]
    weights = np.zeros(len(pairs))
    weights[number[later]] = couplings[later]
    in_field = np.flatnonzero(fields)
    if in_field.size:
        pairs = np.concatenate([pairs, np.stack([in_field, np.full(in_field.size, n)], axis=1)])
        weights, n = np.concatenate([weights, fields[in_field]]), n + 1
    # Two bonds between two sites are one of their sum.
    keys, place = np.unique(pairs @ [n, 1], return_inverse=True)
    weights = np.bincount(place, weights=weights, minlength=len(keys))
    kept = weights != 0
    return np.stack(np.divmod(keys, n), axis=1)[kept], weights[kept], n


def _cheapest_cut(pairs, weights, nodes):
    """Spins (nodes,) on the two sides of a cut of the least weight, and a lower bound of the weights of all cuts."""
    B, whole, best, lowest = len(pairs), False, None, math.inf
    step = _step(pairs, weights, nodes)
    entries, limits, known = ([], [], []), [], set()
    x, value = (weights < 0).astype(float), float(weights[weights < 0].sum())
    for _ in range(MOST_ROUNDS):
        spins = _two_sides(pairs, x, weights, nodes)
        weight = float(weights @ (spins[pairs[:, 0]] != spins[pairs[:, 1]]))
        if weight < lowest:
            best, lowest = spins, weight
        if lowest - value < step * (1 - _CLOSE):
            return best, lowest if step > _CLOSE else value
        new = 0
        for loop, odd in _violated(pairs, x, nodes):
            key = tuple(sorted(zip(loop, odd, strict=True)))
            if key not in known:
                known.add(key)
                for part, more in zip(
                    entries, (np.where(odd, 1.0, -1.0), [len(limits)] * len(loop), loop), strict=True
                ):
                    part.extend(more)
                limits.append(sum(odd) - 1.0)
                new += 1
        if not new and whole:
            break
        whole = whole or not new
        table = csr_matrix((entries[0], (entries[1], entries[2])), shape=(len(limits), B))
        if whole:
            constraint = LinearConstraint(table, -np.inf, limits)
            found = milp(weights, constraints=constraint, bounds=Bounds(0, 1), integrality=np.ones(B))
        else:
            found = linprog(weights, A_ub=table, b_ub=limits, bounds=(0, 1), method="highs")
        if not found.success:
            raise RuntimeError(f"the programme could not be solved: {found.message}")
        x, value = np.clip(found.x, 0, 1), max(value, found.mip_dual_bound if whole else found.fun)
    raise RuntimeError(
        f"the ground state is not settled after {MOST_ROUNDS} rounds; "
        "an annealing would find low states, without a proof"
    )


def _step(pairs, weights, nodes) -> float:
    """By how much the weights of two cuts differ at least, if they do; the solver's error where that is not known."""
    if not (np.abs(weights) == 1).all():
        return _CLOSE / 10
    degrees = np.bincount(pairs.ravel(), minlength=nodes)
    return 1.0 if (degrees % 2).any() else 2.0  # a cut of a graph of even degrees has an even number of bonds


def _violated(pairs, x, nodes):
    """Loops whose inequality x violates, the most violated through each site: their bonds, and which of them are in F.

    In the lattice stacked twice a bond costs x on its floor and 1 - x from floor to floor. A way from a site to itself
    on the other floor is a loop with an odd number of changes, F; its inequality is kept if it costs 1 or more.
    """
    i, j = pairs.T
    # What costs nothing is no way at all for the search: a trifle more for all.
    stay, change = x + _CLOSE / nodes / 10, 1 - x + _CLOSE / nodes / 10
    ends = np.concatenate([i, i + nodes, i, i + nodes]), np.concatenate([j, j + nodes, j + nodes, j])
    floors = coo_array((np.concatenate([stay, stay, change, change]), ends), shape=(2 * nodes, 2 * nodes)).tocsr()
    sites = np.arange(nodes)
    cost, before = dijkstra(floors, directed=False, indices=sites, return_predecessors=True, limit=1.0)
    number = _numbers(pairs)
    for site in np.flatnonzero(cost[sites, sites + nodes] < 1 - _CLOSE).tolist():
        loop, odd, here = [], [], site + nodes
        while here != site:
            there = int(before[site, here])
            loop.append(number[here % nodes, there % nodes])
            odd.append((here >= nodes) != (there >= nodes))
            here = there
        if len(set(loop)) == len(loop):  # a way that goes over a bond twice is a shorter loop, met elsewhere
            yield loop, odd


def _numbers(pairs) -> dict:
    """The number of the bond between two sites, in either order."""
    return {pair: k for k, (a, b) in enumerate(pairs.tolist()) for pair in ((a, b), (b, a))}


def _two_sides(pairs, x, weights, nodes) -> np.ndarray:
    """Spins (nodes,) int64 that differ where x is near 1, as far as that goes together, and then a descent of one flip
    at a time."""
    sure = coo_array((np.minimum(x, 1 - x) + 1.0, pairs.T), shape=(nodes, nodes)).tocsr()
    tree, number, spins = minimum_spanning_tree(sure), _numbers(pairs), np.zeros(nodes, dtype=np.int64)
    for first in range(nodes):
        if spins[first] == 0:
            spins[first] = 1
            order, before = breadth_first_order(tree, first, directed=False)
            for site in order[1:].tolist():
                there = int(before[site])
                spins[site] = -spins[there] if x[number[there, site]] > 0.5 else spins[there]
    matrix = coo_array((weights, pairs.T), shape=(nodes, nodes)).tocsr()
    matrix = (matrix + matrix.T).tocsr()
    gain = -2 * spins * (matrix @ spins)  # what turning each spin over gains
    while gain.max() > _CLOSE:
        site = int(gain.argmax())
        spins[site] = -spins[site]
        gain = -2 * spins * (matrix @ spins)
    return spins
