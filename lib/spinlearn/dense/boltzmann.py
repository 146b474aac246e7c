"""Boltzmann machines: stochastic units, some of them hidden, and the law that they sample.

A machine has the energy E(s) = -(1/2) s.J.s - h.s, whose h is a bias: the threshold of unit i is -h_i. Its law at the
temperature T is exp(-E / T) / Z. The last `hidden` of its units are hidden: what a machine says about the world is the
marginal law of the visible ones, the sum over all states of the others (`visible_law`).

**The alphabet matters.** With x_i = sum_j J_ij s_j + h_i, a unit is 1 with the probability

    units 0 or 1    P(s_i = 1) = 1 / (1 + exp(-x_i / T))
    spins           P(s_i = 1) = 1 / (1 + exp(-2 x_i / T)),

because a unit that is switched on changes E by x_i, and a spin that turns by 2 x_i. And the same law is written with
other numbers: s = 2 u - 1 turns J of the spins into 4 J of the units 0 or 1, and h into 2 (h - sum_j J_ij), so
thresholds change even where there were none (`convert`).

As T goes to 0 the probability becomes a step: a unit follows the sign of its field, which is Hopfield's rule, and the
energy only falls. T = 0 is allowed in `simulate`.

References
----------
D. H. Ackley, G. E. Hinton and T. J. Sejnowski, Cogn. Sci. 9, 147 (1985): the machine; its units are 0 or 1.
J. J. Hopfield, Proc. Natl. Acad. Sci. 79, 2554 (1982): the limit T = 0.
"""

from typing import NamedTuple

import numpy as np
from scipy.special import expit, logsumexp
from scipy.stats import binom

from ..core import arguments
from ..core.jit import kernel
from ..core.progress import keeping, watched
from ..core.words import streams
from . import heatbath

MOST_UNITS = 20  # whose states can be listed
ALPHABETS = ("binary", "spins")


class Machine(NamedTuple):
    """A Boltzmann machine.

    Attributes
    ----------
    h : (N,) float64
        Biases; thresholds are -h.
    J : (N, N) float64
        Symmetric, with 0 on the diagonal. Each pair stands in it twice, and counts once.
    hidden : int
        The last so many units are hidden, from 0 to N - 1.
    alphabet : {"binary", "spins"}
        Units are 0 or 1, or -1 or +1.
    """

    h: np.ndarray
    J: np.ndarray
    hidden: int
    alphabet: str

    @property
    def size(self) -> int:
        """Number of units, visible and hidden."""
        return np.size(self.h)

    @property
    def visible(self) -> int:
        """Number of visible units."""
        return self.size - self.hidden

    @property
    def low(self) -> int:
        """The lower of a unit's two values, 0 or -1."""
        return -1 if self.alphabet == "spins" else 0


class Conversion(NamedTuple):
    """What `convert` returns: the `machine` in the other alphabet, and `shift`, its energies less those before."""

    machine: Machine
    shift: float


class Chains(NamedTuple):
    """What `simulate` returns.

    Attributes
    ----------
    states : (chains, N) int8
        After the last sweep.
    energy : (records, chains) float64
        Of the whole machine, after every recorded sweep.
    counts : (2**N,) int64, or None
        How often each state was met, over all records and chains, in the order of `exact.states`.
    """

    states: np.ndarray
    energy: np.ndarray
    counts: np.ndarray | None


def machine(J, *, h=0.0, hidden: int = 0, alphabet: str = "spins") -> Machine:
    """A machine from its couplings.

    Parameters
    ----------
    J : (N, N) array_like
        Symmetric, 0 on the diagonal.
    h : float or (N,) array_like
        Biases; a threshold theta is the bias -theta.
    hidden : int
        How many of the units, the last ones, are hidden.
    alphabet : {"binary", "spins"}

    Returns
    -------
    Machine

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or shape, or J is not symmetric or has couplings of a unit to itself.

    Examples
    --------
    >>> machine([[0, 1], [1, 0]], hidden=1).visible
    1
    """
    arguments.choice("alphabet", alphabet, ALPHABETS)
    J = heatbath.couplings("J", J)
    hidden = arguments.count("hidden", hidden, at_most=len(J) - 1)
    return Machine(heatbath.fields_of("h", h, len(J)), J, hidden, alphabet)


def random_machine(
    visible: int, hidden: int = 0, *, strength: float = 0.1, alphabet: str = "spins", mask=None, rng
) -> Machine:
    """A machine whose couplings and biases are normal random numbers: a start for learning.

    Parameters
    ----------
    visible, hidden : int
        Numbers of units, `visible` at least 1.
    strength : float
        Standard deviation, at least 0.
    alphabet : {"binary", "spins"}
    mask : (N, N) boolean array, optional
        Where couplings may be; everywhere if left out.
    rng : numpy.random.Generator

    Returns
    -------
    Machine

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range.

    Examples
    --------
    >>> random_machine(3, 2, rng=np.random.default_rng(1)).size
    5
    """
    visible = arguments.count("visible", visible, at_least=1)
    hidden = arguments.count("hidden", hidden)
    strength = arguments.number("strength", strength, at_least=0)
    n = visible + hidden
    allowed = checked_mask(mask, n)
    J = np.triu(arguments.generator(rng).normal(scale=strength, size=(n, n)), 1) * allowed
    return machine(J + J.T, h=rng.normal(scale=strength, size=n), hidden=hidden, alphabet=alphabet)


def checked_mask(mask, n: int) -> np.ndarray:
    """Check which couplings may be there; return (n, n) bool, False on the diagonal.

    Examples
    --------
    >>> checked_mask(None, 2)
    array([[False,  True],
           [ True, False]])
    """
    if mask is None:
        return ~np.eye(n, dtype=bool)
    mask = arguments.as_array("mask", mask)
    if mask.dtype != bool or mask.shape != (n, n) or not np.array_equal(mask, mask.T):
        raise ValueError(f"mask must be a symmetric array of truth values of shape ({n}, {n}), got {mask.shape}")
    return mask & ~np.eye(n, dtype=bool)


def convert(model: Machine, alphabet: str) -> Conversion:
    """The same law with units 0 or 1, or with spins.

    From 0 or 1 to spins J becomes J / 4 and h becomes h / 2 + (row sum of J) / 4; the way back is 4 J and
    2 (h - row sum of J). Two for what stands alone, four for pairs.

    Parameters
    ----------
    model : Machine
    alphabet : {"binary", "spins"}

    Returns
    -------
    Conversion
        Energies differ by the constant `shift`, which no probability knows; the free energy does.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or values.

    Examples
    --------
    >>> spins = machine([[0, 1], [1, 0]])
    >>> convert(spins, "binary")
    Conversion(machine=Machine(h=array([-2., -2.]), J=array([[0., 4.],
           [4., 0.]]), hidden=0, alphabet='binary'), shift=1.0)
    """
    model = checked_machine(model)
    arguments.choice("alphabet", alphabet, ALPHABETS)
    h, J, hidden, before = model
    if before == alphabet:
        return Conversion(model, 0.0)
    rows = J.sum(axis=1)
    if alphabet == "spins":
        return Conversion(Machine(h / 2 + rows / 4, J / 4, hidden, alphabet), float(rows.sum() / 8 + h.sum() / 2))
    return Conversion(Machine(2 * (h - rows), 4 * J, hidden, alphabet), float(rows.sum() / 2 - h.sum()))


def probability_up(x, T, *, alphabet: str = "spins"):
    """Probability that a unit in the field x is 1: 1 / (1 + exp(-x / T)) for units 0 or 1, with 2 x for spins.

    Parameters
    ----------
    x : float or array
        sum_j J_ij s_j + h_i.
    T : float
        At least 0; at 0 a step, and 1/2 where x = 0.
    alphabet : {"binary", "spins"}

    Returns
    -------
    float64 of the shape of `x`

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> probability_up(1.0, 1.0, alphabet="binary").round(4), probability_up(1.0, 1.0).round(4)
    (np.float64(0.7311), np.float64(0.8808))
    """
    x, T = arguments.real_values("x", x), arguments.number("T", T, at_least=0)
    arguments.choice("alphabet", alphabet, ALPHABETS)
    gap = 2.0 if alphabet == "spins" else 1.0
    if T == 0:
        return np.heaviside(x, 0.5)[()]
    with np.errstate(over="ignore"):
        return expit(gap * x / T)[()]


def energies(model: Machine) -> np.ndarray:
    """E(s) of all states, (2**N,) float64 in the order of `exact.states`, for up to 20 units.

    Examples
    --------
    >>> energies(machine([[0, 1], [1, 0]], h=[0.5, 0], alphabet="binary")) + 0.0
    array([ 0. , -0.5,  0. , -1.5])
    """
    model = listed(model)
    low, out = model.low, np.zeros(1)
    for i in range(model.size):  # unit i doubles the states of those before it
        x = np.full(1, model.h[i])
        for w in model.J[i, :i]:
            x = np.concatenate([x + low * w, x + w])
        out = np.concatenate([out - low * x, out - x])
    return out


def log_law(model: Machine, T: float = 1.0) -> np.ndarray:
    """Logarithms of the probabilities of all states, (2**N,) float64 in the order of `exact.states`.

    Examples
    --------
    >>> log_law(machine([[0]], h=1.0)).round(4)
    array([-2.1269, -0.1269])
    """
    E, T = energies(model), arguments.temperature(T)
    with np.errstate(over="ignore"):  # what is infinitely far above the ground has no weight
        u = (E.min() - E) / T
    return u - logsumexp(u)


def law(model: Machine, T: float = 1.0) -> np.ndarray:
    """Probabilities exp(-E / T) / Z of all states, (2**N,) float64 in the order of `exact.states`.

    Examples
    --------
    >>> law(machine([[0]], h=1.0)).round(4)
    array([0.1192, 0.8808])
    """
    return np.exp(log_law(model, T))


def log_partition(model: Machine, T: float = 1.0) -> float:
    """ln Z at the temperature T, by listing all states; the free energy is -T ln Z.

    Examples
    --------
    >>> round(log_partition(machine([[0]], h=1.0)), 6)
    1.126928
    """
    E, T = energies(model), arguments.temperature(T)
    with np.errstate(over="ignore"):
        return float(logsumexp((E.min() - E) / T) - E.min() / T)


def visible_law(model: Machine, T: float = 1.0) -> np.ndarray:
    """Law of the visible units, summed over all states of the hidden ones, (2**visible,) float64.

    Examples
    --------
    >>> visible_law(machine([[0, 1], [1, 0]], hidden=1))
    array([0.5, 0.5])
    """
    return law(model, T).reshape(2**model.hidden, 2**model.visible).sum(axis=0)


def total_variation(p, q) -> float:
    """Half of the sum of |p - q|: the most by which two laws can disagree about the probability of anything.

    Examples
    --------
    >>> total_variation([0.5, 0.5], [0.25, 0.75])
    0.25
    """
    p, q = arguments.series("p", p), arguments.series("q", q)
    if p.shape != q.shape:
        raise ValueError(f"p and q must have the same shape, got {p.shape} and {q.shape}")
    for name, one in (("p", p), ("q", q)):
        if one.min() < 0 or abs(one.sum() - 1) > 1e-9:
            raise ValueError(f"{name} must be probabilities with the sum 1, got the sum {one.sum():g}")
    return float(np.abs(p - q).sum() / 2)


def sampling_variation(p, n: int) -> float:
    """Total variation between a law and n independent draws of it, on average: what is left where nothing is wrong.

    The mean of |k - n p| over the binomial law of k, by de Moivre's formula, summed over all states.

    Examples
    --------
    >>> round(sampling_variation([0.5, 0.5], 100), 4)
    0.0398
    """
    p, n = arguments.series("p", p), arguments.count("n", n, at_least=1)
    p = np.clip(p, 0.0, 1.0)
    k = np.floor(n * p) + 1  # de Moivre: the mean deviation is 2 k (1 - p) P(k)
    return float((2 * k * (1 - p) * binom.pmf(k, n, p)).sum() / (2 * n))


def simulate(
    states,
    model: Machine,
    T: float,
    sweeps: int,
    *,
    clamped: int = 0,
    order: str = "sequential",
    every: int = 1,
    counted: bool = False,
    progress: bool | None = None,
    rng: np.random.Generator,
) -> Chains:
    """Gibbs sampling: many chains of one machine, each drawing unit after unit anew, given all others.

    Parameters
    ----------
    states : (chains, N) integer array
        The starts, in the machine's alphabet. It is left as it is.
    model : Machine
        Of any size.
    T : float
        At least 0. At 0 a unit follows the sign of its field, and a coin where that is 0.
    sweeps : int
        A sweep is one update of every unit that is not clamped (of so many units drawn at random).
    clamped : int
        The first so many units keep their values, for a positive phase all visible ones; from 0 to N.
    order : {"sequential", "reversed", "random"}
    every : int
        Record after every so many sweeps.
    counted : bool
        Count how often each state is met, up to 20 units.
    progress : bool, optional
        True shows a bar, False none. Left out: one where somebody watches, if it takes more than two seconds.
    rng : numpy.random.Generator
        Advanced by one draw.

    Returns
    -------
    Chains

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range; nothing has been changed then, and `rng` not advanced.
    spinlearn.core.progress.Interrupted
        At Ctrl-C. Its attribute `run` is the `Chains` so far.

    Examples
    --------
    >>> model = machine([[0, 1], [1, 0]])
    >>> run = simulate(np.ones((500, 2), dtype=np.int8), model, 2.0, 40, counted=True, rng=np.random.default_rng(1))
    >>> bool(total_variation(run.counts / run.counts.sum(), law(model, 2.0)) < 0.02)
    True
    """
    model = checked_machine(model)
    states = heatbath.checked_states("states", states, model.size, model.low)
    T = arguments.number("T", T, at_least=0)
    chains, beta = len(states), np.inf if T == 0 else 1 / T
    most = (2**63 - 1) // chains
    sweeps = arguments.count("sweeps", sweeps, at_most=most)
    every = arguments.count("every", every, at_least=1, at_most=most)
    clamped = arguments.count("clamped", clamped, at_most=model.size)
    code = heatbath.ORDERS[arguments.choice("order", order, heatbath.ORDERS)]
    if arguments.flag("counted", counted):
        listed(model)
    counts = np.zeros(2**model.size if counted else 0, dtype=np.int64)
    arguments.flag("progress", progress, optional=True)
    record = arguments.room((sweeps // every, chains), sweeps=sweeps)
    random, clock = streams(chains, rng), np.zeros(1, dtype=np.int64)
    units = heatbath.by_rows(model.J, model.h, model.low)
    x, now = np.empty(states.shape), np.empty(chains)

    def finished() -> Chains:
        return Chains(states, record[: clock[0] // (chains * every)], counts if counted else None)

    with keeping(finished):
        for part in watched(sweeps * chains, progress):
            run_chains(units, states, x, now, clamped, beta, code, every, random, clock, part.stop, record, counts)
    return finished()


@kernel
def run_chains(units, states, x, now, clamped, beta, order, every, random, clock, stop, record, counts):
    """Go on to chain sweep number `stop`: all chains take a sweep in turn. `clock` (1,) says how many there were."""
    chains, n = states.shape
    for number in range(clock[0], stop):
        turn, c = number // chains, number % chains
        if turn % heatbath.RENEWAL == 0:
            heatbath.fill_fields(units, states[c], x[c])
            now[c] = heatbath.energy_in(units, states[c], x[c])
        now[c] += heatbath.sweep(units, states[c], x[c], clamped, beta, order, random[c])
        if (turn + 1) % every == 0:
            record[turn // every, c] = now[c]
            if counts.size:
                where = 0
                for i in range(n):
                    if states[c, i] == 1:
                        where += 1 << i
                counts[where] += 1
        clock[0] = number + 1


def checked_machine(model) -> Machine:
    """Check a machine, of which a field may have been replaced.

    Examples
    --------
    >>> checked_machine(machine([[0, 1], [1, 0]])).alphabet
    'spins'
    """
    if not isinstance(model, Machine):
        raise TypeError(f"model must be a Machine, such as boltzmann.machine(J), not {type(model).__name__}")
    arguments.choice("model.alphabet", model.alphabet, ALPHABETS)
    J = heatbath.couplings("model.J", model.J)
    h = arguments.real_array("model.h", model.h, (len(J),))
    return Machine(h, J, arguments.count("model.hidden", model.hidden, at_most=len(J) - 1), model.alphabet)


def listed(model, most: int = MOST_UNITS) -> Machine:
    """Check a machine whose states are to be listed.

    Examples
    --------
    >>> listed(machine([[0, 1], [1, 0]])).size
    2
    """
    model = checked_machine(model)
    if model.size > most:
        raise ValueError(
            f"model must have at most {most} units, whose states can be listed, got {model.size}; "
            "boltzmann.simulate samples larger ones"
        )
    return model
