"""Wolff's clusters, and the statistics of their sizes."""

import math

import numpy as np
from numba import carray, types

from spinlearn.core import words as rng
from spinlearn.lattice import cluster

from ..pointers import count, export, float64s, int8s, int32s, int64s, number, words
from ..shared import fill_random, fill_torus, seed_state  # noqa: F401


@export(count, count, words)
def random_site(n, state):
    return rng.random_site(n, carray(state, 4))


@export(types.uint64, number)
def bond_threshold(T):
    """`cluster.bond_probability` with J = 1, in units of 2**-32."""
    return np.uint64(math.floor(-math.expm1(-2.0 / T) * 2.0**32 + 0.5))


@export(types.void, int8s, count, count, int32s, int64s)
def begin(spins, n, site, queue, ends):
    cluster.begin(carray(spins, n), site, carray(queue, n + 1), carray(ends, 2))


@export(types.void, int8s, int32s, count, count, types.uint64, words, int32s, int64s, count, int64s)
def advance(spins, neighbours, n, z, threshold, state, queue, ends, most, total):
    """Let up to `most` sites ask; `total` (1,) is the sum of all spins, of which a growing cluster is no part yet."""
    spins, queue, ends, total = carray(spins, n), carray(queue, n + 1), carray(ends, 2), carray(total, 1)
    cluster.advance(spins, carray(neighbours, (n, z)), threshold, carray(state, 4), queue, ends, most)
    if ends[0] == ends[1]:
        total[0] += 2 * spins[queue[0]] * ends[1]


@export(types.void, count, count, count, float64s, float64s)
def tally(n, size, total, sums, octaves):
    """Count a cluster of `size` sites, begun when all spins added up to `total`.

    `sums` (3,) are the number of clusters, and the sums of their shares of the lattice and of m squared; `octaves`
    (32,) how many had from 2**k to 2**(k + 1) - 1 sites.
    """
    sums, octaves = carray(sums, 3), carray(octaves, 32)
    sums[0] += 1.0
    sums[1] += size / n
    sums[2] += (total / n) ** 2
    octave = 0
    while size >> (octave + 1):
        octave += 1
    octaves[octave] += 1.0


@export(count, count, float64s, float64s, float64s, float64s)
def distribution(n, octaves, sizes, shares, line):
    """Probabilities of a size, octave by octave, and Tc's law s**(-16/15) through the octaves in between.

    `sizes` and `shares` (32,) are filled where clusters were found, at the octave's geometric mean; the number of
    those is returned. `line` (4,) are two sizes and the law there: it is scaled to the octaves that neither single
    sites nor the lattice's edge bend, from 8 sites to a quarter of what the last octave begins with.
    """
    octaves, line = carray(octaves, 32), carray(line, 4)
    sizes, shares = carray(sizes, 32), carray(shares, 32)
    number_of_octaves, all_clusters, found, within = 0, 0.0, 0, 0.0
    while n >> number_of_octaves:
        all_clusters += octaves[number_of_octaves]
        number_of_octaves += 1
    for k in range(number_of_octaves):
        if octaves[k] > 0:
            first, last = float(1 << k), float(min((2 << k) - 1, n))
            sizes[found] = math.sqrt(first * last)
            shares[found] = octaves[k] / all_clusters / (last - first + 1.0)
            found += 1
            if 3 <= k < number_of_octaves - 3:
                within += octaves[k]
    line[0], line[1], line[2], line[3] = 8.0, float(1 << (number_of_octaves - 3)), math.nan, math.nan
    if within > 0:
        scale = within / all_clusters / (15.0 * (line[0] ** (-1.0 / 15.0) - line[1] ** (-1.0 / 15.0)))
        line[2] = scale * line[0] ** (-16.0 / 15.0)
        line[3] = scale * line[1] ** (-16.0 / 15.0)
    return found
