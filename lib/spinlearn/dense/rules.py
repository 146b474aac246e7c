"""The rules by which a Hopfield network learns, as kernels, a state at a time; and cues, fields and overlaps likewise.

`hopfield` has the same rules with their theory and their arguments checked, for any number of units. These are what a
page runs, too: they allocate nothing, and draw their random numbers from a stream of `core.words`. Hebb's rule takes a
state s into the couplings,

    J_ij -> J_ij + c s_i s_j,

with c = 1/N to learn it and c < 0 to unlearn it. The projection rule does so with what is new in it, r = s - J s, and
c = 1 / (r.r), which makes J the projection on the space of all that it has seen, its diagonal with it.

References
----------
J. J. Hopfield, Proc. Natl. Acad. Sci. USA 79, 2554 (1982): Hebb's rule in a network.
L. Personnaz, I. Guyon and G. Dreyfus, J. Physique Lett. 46, L359 (1985): the projection rule.
J. J. Hopfield, D. I. Feinstein and R. G. Palmer, Nature 304, 158 (1983): unlearning.
"""

import numpy as np

from ..core.jit import kernel
from ..core.words import random_site
from ..lattice.geometry import fill_random
from .network import ask_drawn, fill_fields, fill_zero, settled

HEBB, PROJECTION = 0, 1
NEW = 1e-9  # a pattern of which less than this share is new adds nothing to a projection


@kernel
def imprint(J, spins, strength):
    """Take a state into the couplings by Hebb's rule: J_ij + strength s_i s_j, but for the diagonal."""
    n = spins.size
    for i in range(n):
        change = strength * spins[i]
        for j in range(n):
            if j != i:
                J[i, j] += change * spins[j]


@kernel
def project_in(J, spins, new):
    """Take a state into a projection, its diagonal with it; `new` (N,) is filled with s - J s. Say if it was news."""
    n, size = spins.size, 0.0
    for i in range(n):
        known = 0.0
        for j in range(n):
            known += J[i, j] * spins[j]
        new[i] = spins[i] - known
        size += new[i] * new[i]
    if size < NEW * n:
        return False
    for i in range(n):
        for j in range(n):
            J[i, j] += new[i] * new[j] / size
    return True


@kernel
def learn(rule, patterns, J, new):
    """Fill J (N, N) with what `rule` makes of the patterns (P, N), one after the other, and 0 on its diagonal."""
    P, n = patterns.shape
    J[:] = 0.0
    for k in range(P):
        if rule == HEBB:
            imprint(J, patterns[k], 1.0 / n)
        else:
            project_in(J, patterns[k], new)
    for i in range(n):
        J[i, i] = 0.0


@kernel
def unlearn(times, strength, most, J, h, zero, spins, fields, state):
    """Unlearn so many ends of runs from random states, each of `most` sweeps at the most, in an order drawn at random.

    J is symmetric with 0 on its diagonal, and `zero`, `spins`, `fields` (N,) are scratch. See `hopfield.unlearn`.
    """
    n = spins.size
    for _ in range(times):
        fill_random(spins, state)
        fill_fields(spins, J, h, fields)
        fill_zero(J, h, zero)
        for _ in range(most):
            if settled(spins, fields, zero):
                break
            ask_drawn(n, J, zero, spins, fields, state)
        imprint(J, spins, -strength / n)


@kernel
def turn_some(spins, many, places, state):
    """Turn so many spins, drawn at random; `places` (N,) int64 is scratch. Fewer would be the first ones of these."""
    n = spins.size
    for i in range(n):
        places[i] = i
    for k in range(many):
        other = k + random_site(n - k, state)
        i = places[other]
        places[other] = places[k]
        spins[i] = -spins[i]


@kernel
def match(spins, patterns, m):
    """Fill `m` (P,) with the overlaps of a state with all patterns (P, N)."""
    P, n = patterns.shape
    for k in range(P):
        total = 0
        for i in range(n):
            total += np.int64(patterns[k, i]) * np.int64(spins[i])
        m[k] = total / n
