"""The free energy of mean field and a ball that moves in it, in units of Tc: the kernels of the landscape."""

import math

from numba import carray, types

from spinlearn.meanfield import weiss
from spinlearn.meanfield.curie_weiss import flow_fields as flow
from spinlearn.meanfield.curie_weiss import walk_fields as walk

from ..pointers import count, export, float64s, number, words
from ..shared import branches, seed_state  # noqa: F401


@export(number, number, number, number, number)
def free_energy_at(m, T, h, Tc):
    return weiss.free_energy_at(m, T, h, Tc)


@export(number, number)
def spinodal_field(T):
    """`meanfield.spinodal_field`; NaN from Tc on, where there is none."""
    return weiss.spinodal_field_at(T, 1.0) if T < 1.0 else math.nan


@export(number, number)
def spinodal_magnetisation(T):
    """`meanfield.spinodal_magnetisation`; 0 from Tc on."""
    return math.sqrt(1.0 - T) if T < 1.0 else 0.0


@export(number, number)
def reach(T):
    """How strong a field shows the whole answer at T: twice the spinodal one, above Tc twice T - Tc."""
    return 2.0 * weiss.spinodal_field_at(T, 1.0) if T < 1.0 else 2.0 * (T - 1.0)


@export(number, number, number)
def field_at(m, T):
    """The field in which m is a solution at T."""
    return T * math.atanh(m) - m


@export(types.void, float64s, number, number, float64s, count)
def drive(motion, rate, most, fields, sweeps):
    """Fill the fields of the next sweeps: it goes by `rate` a sweep, back and forth between -most and most.

    `motion` (2,) is the field, and 1 or -1 for the way it goes; both are left as they are then.
    """
    motion, fields = carray(motion, 2), carray(fields, sweeps)
    for k in range(sweeps):
        if rate > 0.0 and abs(motion[0] + motion[1] * rate) > most:
            motion[1] = -1.0 if motion[0] > 0.0 else 1.0
        motion[0] += motion[1] * rate
        fields[k] = motion[0]


@export(types.void, number, number, number, float64s, count, float64s)
def flow_fields(m, T, Tc, fields, sweeps, record):
    flow(m, T, Tc, carray(fields, sweeps), carray(record, sweeps))


@export(count, number, count)
def up_spins(m, n):
    """How many of n spins are up at m, to the nearest."""
    return math.floor(n * (1.0 + m) / 2.0 + 0.5)


@export(number, count, count)
def mean_spin(up, n):
    """m of n spins of which so many are up."""
    return (2 * up - n) / n


@export(count, count, float64s, float64s, count, number, number, float64s, count, words, float64s)
def walk_fields(k, up, down, n, T, Tc, fields, sweeps, state, m):
    return walk(
        k, carray(up, n + 1), carray(down, n + 1), 1.0 / T, Tc, carray(fields, sweeps), carray(state, 4),
        carray(m, sweeps),
    )  # fmt: skip
