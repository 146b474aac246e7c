"""A lattice that cools, and what its spins answer to the fields of their neighbours."""

from numba import carray, types

from spinlearn.lattice import ising
from spinlearn.lattice import response as answers
from spinlearn.meanfield import weiss

from ..pointers import count, export, float64s, int8s, int32s, int64s, number, words
from ..shared import fill_random, fill_torus, seed_state  # noqa: F401


@export(types.void, float64s, number)
def fill_metropolis(table, T):
    """The flip probabilities of Metropolis's rule with J = 1 and no field, four neighbours."""
    ising.fill_flip_probabilities(carray(table, (2, 9)), ising.METROPOLIS, 1.0 / T, 1.0, 0.0)


@export(types.void, int8s, int32s, count, float64s, words, int64s)
def sweep(spins, neighbours, n, table, state, totals):
    """Visit the sites at random; `totals` (2,) follows the sums over bonds and spins."""
    ising.sweep(
        carray(spins, n), carray(neighbours, (n, 4)), carray(table, (2, 9)), True, carray(state, 4), carray(totals, 2)
    )


@export(number, int8s, int32s, count, int64s, int64s, float64s, float64s, float64s)
def respond(spins, neighbours, n, sites, sums, shares, means, errors):
    """Fill five tables (9,): sites and sums of `tally_fields`, shares, means, errors; return the mean of all spins.

    Where no spin has that sum of neighbours, mean and error are NaN.
    """
    sites, sums = carray(sites, 9), carray(sums, 9)
    shares, means, errors = carray(shares, 9), carray(means, 9), carray(errors, 9)
    answers.tally_fields(carray(spins, n), carray(neighbours, (n, 4)), sites, sums)
    total = 0
    for k in range(9):
        shares[k] = sites[k] / n
        means[k] = sums[k] / sites[k]
        errors[k] = answers.standard_error(sites[k], sums[k])
        total += sums[k]
    return total / n


@export(number, number, number)
def answer(b, T):
    """What one spin answers to the field b on average, tanh(b / T)."""
    return weiss.response(0.0, T, b, 1.0)
