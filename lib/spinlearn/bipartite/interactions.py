"""Which interactions a hidden unit makes: effective couplings of every order between the units that are seen.

Sum the hidden units of a machine out (`bipartite.machine`), and what is left is a law of the visible units alone,

    p(v) = exp(-E(v) / T) / Z,     E(v) = -f(v),     f(v) = sum_i a_i v_i + T sum_j K_j((b_j + sum_i W_ij v_i) / T).

Any function of N units with two states is a sum over sets of units in one way only, f(v) = sum_S J_S prod_{i in S} v_i.
J_S is the effective coupling of the set S, and |S| its order: fields, pairs, triples and so on.

**Units 0 or 1.** f at a state is the sum of J_S over the subsets of what is on, and Moebius' inversion undoes that:

    J_S = sum over R in S of (-1)^(|S| - |R|) f(R).                                                             (1)

For one hidden unit this is a mixed difference of K. It knows the weights of the units of S and no others, and

    J_S = (product of w_i) * average of K^(n)(b + sum_i t_i w_i) over t_i uniform in [0, 1],    n = |S|, T = 1,  (2)

so that for weak weights J_S is the n-th cumulant of the unit times the product of the weights. A Gaussian unit has no
cumulant beyond the second, hence fields and pairs and nothing else. Poisson's K = rate (exp(x) - 1) turns (1) into

    J_S = rate exp(b) prod_{i in S} (exp(w_i) - 1),                                                             (3)

which grows with the order only where |exp(w) - 1| > 1: for weights above ln 2, and never for negative ones.

**Spins.** The functions prod s_i are orthogonal, and J_S is an average over all states of all units, Walsh's transform:

    J_S = 2^-N sum_s f(s) prod_{i in S} s_i.                                                                    (4)

It knows all weights. One law has two lists of couplings, and `convert` turns one into the other: x = (1 + s) / 2
spreads what a set has over all of its subsets. So whether high orders are strong is asked of an alphabet, not of a law.

All of it is exact to rounding, which is absolute: a difference of 2^n terms is right to some 2^n 1e-16 max |f|. Where
J_S is smaller than that, use `weak`.

References
----------
N. Bulso and Y. Roudi, Neural Comput. 33 (10), 2021, arXiv:2103.15917: couplings of units 0 or 1.
A. Decelle, C. Furtlehner, A. Navas Gomez and B. Seoane, arXiv:2309.02292 (2024): couplings of spins.
G. di Sarra and Y. Roudi, arXiv:2605.19178 (2026): their statistics.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from ..core import arguments
from ..neuron.law import Unit

MOST_UNITS = 20  # whose states can be listed
MOST_OF_A_SET = 12
ALPHABETS = ("binary", "spins")
_LARGEST_ORDER = 8  # of a cumulant


class Orders(NamedTuple):
    """What `by_order` returns; each entry has one value for each of the orders 1 ... N.

    Attributes
    ----------
    order : (N,) int64
    number : (N,) int64
        Sets of that order.
    mean, rms : (N,) float64
        Average of J_S, and root of the average of its square.
    largest : (N,) float64
        Of |J_S|.
    total : (N,) float64
        Sum of |J_S|.
    """

    order: np.ndarray
    number: np.ndarray
    mean: np.ndarray
    rms: np.ndarray
    largest: np.ndarray
    total: np.ndarray


class Gate(NamedTuple):
    """Weights (n,) and the bias of one hidden unit."""

    w: np.ndarray
    b: float


def couplings(f, *, alphabet: str = "binary") -> np.ndarray:
    """Couplings J_S of a function of all states.

    Parameters
    ----------
    f : (2**N,) array_like
        Minus an energy, or the logarithm of a law, in the order of `exact.states`; N up to 20.
    alphabet : {"binary", "spins"}
        Units are 0 or 1, or -1 or +1.

    Returns
    -------
    (2**N,) float64
        In entry k the coupling of the set of units i for which bit i of k is set. Entry 0 is the constant.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or shape.

    Examples
    --------
    >>> couplings([0, 0, 0, 1])  # an AND of two units 0 or 1 is one pair
    array([0., 0., 0., 1.])
    >>> couplings([0, 0, 0, 1], alphabet="spins")  # and of two spins fields as well
    array([0.25, 0.25, 0.25, 0.25])
    """
    arguments.choice("alphabet", alphabet, ALPHABETS)
    J = _listed("f", f).copy()
    for low, high in _pairs(J):
        if alphabet == "binary":
            high -= low
        else:
            low[...], high[...] = (low + high) / 2, (high - low) / 2
    return J


def values(J, *, alphabet: str = "binary") -> np.ndarray:
    """The function f of all states, from its couplings: the inverse of `couplings`.

    Parameters
    ----------
    J : (2**N,) array_like
        As `couplings` returns them.
    alphabet : {"binary", "spins"}

    Returns
    -------
    (2**N,) float64
        In the order of `exact.states`.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or shape.

    Examples
    --------
    >>> values([0, 0, 0, 1]), values([0, 0, 0, 1], alphabet="spins")
    (array([0., 0., 0., 1.]), array([ 1., -1., -1.,  1.]))
    """
    arguments.choice("alphabet", alphabet, ALPHABETS)
    f = _listed("J", J).copy()
    for low, high in _pairs(f):
        if alphabet == "binary":
            high += low
        else:
            low[...], high[...] = low - high, low + high
    return f


def convert(J, alphabet: str) -> np.ndarray:
    """Couplings of the same law in the other alphabet.

    Parameters
    ----------
    J : (2**N,) array_like
        Couplings in the other one.
    alphabet : {"binary", "spins"}
        Of what is returned.

    Returns
    -------
    (2**N,) float64

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or shape.

    Examples
    --------
    A triple of units 0 or 1 is an eighth of everything, of spins:

    >>> convert([0, 0, 0, 0, 0, 0, 0, 8], "spins")
    array([1., 1., 1., 1., 1., 1., 1., 1.])
    """
    arguments.choice("alphabet", alphabet, ALPHABETS)
    other = "spins" if alphabet == "binary" else "binary"
    return couplings(values(J, alphabet=other), alphabet=alphabet)


def orders(n: int) -> np.ndarray:
    """How many units each set has: (2**n,) int64.

    Examples
    --------
    >>> orders(3)
    array([0, 1, 1, 2, 1, 2, 2, 3])
    """
    n = arguments.count("n", n, at_least=1, at_most=MOST_UNITS)
    out = np.zeros(1, dtype=np.int64)
    for _ in range(n):
        out = np.concatenate([out, out + 1])
    return out


def by_order(J) -> Orders:
    """How strong couplings are, order by order.

    Parameters
    ----------
    J : (2**N,) array_like

    Returns
    -------
    Orders

    Raises
    ------
    TypeError, ValueError
        If J has the wrong type or shape.

    Examples
    --------
    >>> by_order([5, 1, -3, 4]).mean, by_order([5, 1, -3, 4]).largest
    (array([-1.,  4.]), array([3., 4.]))
    """
    J = _listed("J", J)
    n = J.size.bit_length() - 1
    order = orders(n)
    number = np.bincount(order)
    sums = [np.bincount(order, weights=part) for part in (J, J * J, np.abs(J))]
    largest = np.zeros(n + 1)
    np.maximum.at(largest, order, np.abs(J))
    return Orders(
        np.arange(1, n + 1),
        number[1:],
        (sums[0] / number)[1:],
        np.sqrt(sums[1] / number)[1:],
        largest[1:],
        sums[2][1:],
    )


def of_unit(K, w, b: float = 0.0, T: float = 1.0, *, alphabet: str = "binary") -> np.ndarray:
    """Couplings that one hidden unit makes between the visible units it sees.

    Parameters
    ----------
    K : neuron.law.Unit, units.Kind or callable
        The hidden unit, or its K as a function of an array of fields: ``potentials.step().sharp``, for example.
    w : (N,) array_like
        Weights, of up to 20 visible units.
    b : float
        Bias.
    T : float
        Above 0.
    alphabet : {"binary", "spins"}
        Of the visible units.

    Returns
    -------
    (2**N,) float64
        As in `couplings`, in units of energy.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range, or if K diverges in one of the fields that the unit meets.

    Examples
    --------
    >>> from spinlearn.neuron import unit
    >>> J = of_unit(unit.gaussian(), [0.5, 2.0, -1.0])
    >>> J[3], J[7] + 0.0  # a pair w1 w2, and no triple
    (np.float64(1.0), np.float64(0.0))
    """
    K, w = response_of(K), arguments.series("w", w, at_least=1)
    b, T = arguments.number("b", b), arguments.temperature(T)
    arguments.choice("alphabet", alphabet, ALPHABETS)
    if w.size > MOST_UNITS:
        raise ValueError(f"w must have at most {MOST_UNITS} weights, so that all states can be listed, got {w.size}")
    return couplings(T * K(_fields(w, b, alphabet) / T), alphabet=alphabet)


def of_machine(model, T: float = 1.0, *, alphabet: str | None = None) -> np.ndarray:
    """Couplings between the visible units of a machine of two layers, whatever its hidden units.

    Parameters
    ----------
    model : machine.TwoLayers
        Its visible units are 0 or 1, or spins, up to 20 of them.
    T : float
        Above 0.
    alphabet : {"binary", "spins"}, optional
        In which the couplings are written; that of the visible units if left out.

    Returns
    -------
    (2**N,) float64
        As in `couplings`, in units of energy: ln p(v) is the sum of J_S prod v_i, divided by T, and a constant.

    Raises
    ------
    TypeError, ValueError
        If the visible units are neither, or too many, or an argument has the wrong type or range.

    Examples
    --------
    A machine here is anything that has its weights, biases and units:

    >>> from types import SimpleNamespace as Thing
    >>> from spinlearn.neuron import unit
    >>> layer = Thing(law=unit.spin())
    >>> model = Thing(W=np.array([[1.0], [1.0]]), a=np.zeros(2), b=np.zeros(1), visible=layer, hidden=layer)
    >>> of_machine(model)[3].round(6) == round(np.log(np.cosh(2)) / 2, 6)  # decimation
    np.True_
    """
    own, W, a, b = _parts(model)
    T = arguments.temperature(T)
    alphabet = own if alphabet is None else arguments.choice("alphabet", alphabet, ALPHABETS)
    if len(a) > MOST_UNITS:
        raise ValueError(
            f"model must have at most {MOST_UNITS} visible units, whose states can be listed, got {len(a)}"
        )
    K = response_of(model.hidden)
    f = _fields(a, 0.0, own)
    for w, bias in zip(W.T, b, strict=True):
        f = f + T * K(_fields(w, bias, own) / T)
    return couplings(f, alphabet=alphabet)


def of_sets(model, sets, T: float = 1.0, *, nodes: int = 40) -> np.ndarray:
    """Couplings of a few sets of units of a machine of any size.

    Of units 0 or 1 they are exact, by (1). Of spins (4) averages over all the units that are not in the set; the sum of
    their weights times random signs is taken for a Gaussian number, which many weights of one size make it. What that
    costs shows where the machine is small, against `of_machine`.

    Parameters
    ----------
    model : machine.TwoLayers
        Its visible units are 0 or 1, or spins.
    sets : (m, n) integer array_like
        In each row the n units of a set, all different; n up to 12.
    T : float
        Above 0.
    nodes : int
        Of Gauss and Hermite's rule, for spins, from 2 to 200.

    Returns
    -------
    (m,) float64

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range, or a set holds a unit twice.

    Examples
    --------
    >>> from types import SimpleNamespace as Thing
    >>> from spinlearn.neuron import unit
    >>> visible, hidden = Thing(law=unit.binary()), Thing(law=unit.poisson())
    >>> model = Thing(W=np.ones((500, 1)), a=np.zeros(500), b=np.zeros(1), visible=visible, hidden=hidden)
    >>> of_sets(model, [[0, 499]]).round(6) == np.round((np.e - 1) ** 2, 6)
    array([ True])
    """
    own, W, a, b = _parts(model)
    T, sets = arguments.temperature(T), _checked_sets(sets, len(a))
    K, low = response_of(model.hidden), 0 if own == "binary" else -1
    n = sets.shape[1]
    x = np.where((np.arange(2**n)[:, None] >> np.arange(n)) & 1, 1, low)  # (2**n, n)
    out = np.empty(len(sets))
    z, weight = np.polynomial.hermite_e.hermegauss(arguments.count("nodes", nodes, at_least=2, at_most=200))
    weight = weight / weight.sum()
    for row, chosen in enumerate(sets):
        field = x @ W[chosen] + b  # (2**n, M)
        if own == "binary":
            f = K(field / T).sum(axis=1)
        else:
            rest = np.sqrt(np.maximum((W**2).sum(axis=0) - (W[chosen] ** 2).sum(axis=0), 0.0))
            f = (K((field[..., None] + rest[:, None] * z) / T) @ weight).sum(axis=1)
        out[row] = couplings(T * f, alphabet=own)[-1] + (a[chosen[0]] if n == 1 else 0.0)
    return out


def equal_weights(K, w: float, b: float = 0.0, T: float = 1.0, *, n: int) -> np.ndarray:
    """Couplings of the orders 1 ... n of one hidden unit that sees all units 0 or 1 with one weight.

    They are the differences of K with the step w: J_1 = K(b + w) - K(b), J_2 = K(b + 2 w) - 2 K(b + w) + K(b), ...

    Parameters
    ----------
    K : neuron.law.Unit, units.Kind or callable
    w, b : float
    T : float
        Above 0.
    n : int
        From 1 to 40.

    Returns
    -------
    (n,) float64

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> from spinlearn.neuron import unit
    >>> equal_weights(unit.poisson(), np.log(2), n=4).round(9)  # e^w - 1 is 1
    array([1., 1., 1., 1.])
    """
    K, w, b = response_of(K), arguments.number("w", w), arguments.number("b", b)
    T, n = arguments.temperature(T), arguments.count("n", n, at_least=1, at_most=40)
    f, out = T * K((b + w * np.arange(n + 1)) / T), np.empty(n)
    for k in range(n):
        f = np.diff(f)
        out[k] = f[0]
    return out


def weak(K, w, b: float = 0.0) -> float:
    """Coupling of the set of all units, 0 or 1 or spins, to lowest order in the weights: kappa_n(b) prod w_i, T = 1.

    Parameters
    ----------
    K : neuron.law.Unit, units.Kind or callable
    w : (n,) array_like
        n from 1 to 8.
    b : float

    Returns
    -------
    float
        What it leaves out is smaller by a factor of the size of the weights.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type, shape or range.

    Examples
    --------
    >>> from spinlearn.neuron import unit
    >>> exact, first = of_unit(unit.binary(), [0.1, 0.1, 0.1], 1.0)[-1], weak(unit.binary(), [0.1, 0.1, 0.1], 1.0)
    >>> round(exact / first, 2)
    np.float64(1.04)
    """
    w = arguments.series("w", w, at_least=1)
    return float(cumulant(K, w.size, b) * w.prod())


def cumulant(K, n: int, x: float = 0.0) -> float:
    """n-th cumulant of a unit in the field x, the n-th derivative of its K.

    Parameters
    ----------
    K : neuron.law.Unit, units.Kind or callable
        Analytic within about 1 of x.
    n : int
        From 1 to 8.
    x : float

    Returns
    -------
    float
        By interpolation at Chebyshev's points: about a digit less for each order beyond the second, five at the eighth.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> from spinlearn.neuron import unit
    >>> round(cumulant(unit.binary(), 4), 6)
    -0.125
    """
    n = arguments.count("n", n, at_least=1, at_most=_LARGEST_ORDER)
    x = arguments.number("x", x)
    law = unit_of(K)
    if law is not None:
        if n <= 2:
            return float(law.response(x) if n == 1 else law.slope(x))
        function, known = law.slope, 2
    else:
        function, known = response_of(K), 0
    ends = law.fields if law is not None else (-np.inf, np.inf)
    radius = min(1.0, (x - ends[0]) / 2, (ends[1] - x) / 2)
    piece = np.polynomial.Chebyshev.interpolate(function, 22, domain=[x - radius, x + radius])
    return float(piece.deriv(n - known)(x)) if n > known else float(piece(x))


def and_gate(n: int, w: float) -> Gate:
    """One hidden unit 0 or 1 that is on where all n visible units are: its highest order dominates.

    With n weights w and the bias -(n - 1/2) w the field is w / 2 if all units are on and at most -w / 2 otherwise, so
    that J_S is w / 2 for the set of all, and exponentially small for every other set, as w grows. That is said of units
    0 or 1. In spins the same law has couplings of all orders, every one of w / 2^(n+1).

    Parameters
    ----------
    n : int
        At least 1.
    w : float
        Above 0.

    Returns
    -------
    Gate

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> from spinlearn.neuron import unit
    >>> by_order(of_unit(unit.binary(), *and_gate(3, 20.0))).largest.round(3)
    array([ 0.,  0., 10.])
    """
    n, w = arguments.count("n", n, at_least=1), arguments.number("w", w, above=0)
    return Gate(np.full(n, w), -(n - 0.5) * w)


def response_of(K) -> Callable:
    """K of a unit, of a layer's kind, or a function of fields as it is.

    Examples
    --------
    >>> response_of(np.cosh)(0.0)
    np.float64(1.0)
    """
    law = unit_of(K)
    if law is not None:
        return law.K
    if not callable(K):
        raise TypeError(f"K must be a unit, a kind, or a function of fields, not {type(K).__name__}")
    return K


def unit_of(K) -> Unit | None:
    """The unit that something is or, as a layer's kind, is made of; None of a function.

    Examples
    --------
    >>> unit_of(np.cosh) is None
    True
    """
    law = K if isinstance(K, Unit) else getattr(K, "law", None)
    return law if isinstance(law, Unit) else None


def _listed(name: str, value) -> np.ndarray:
    array = arguments.series(name, value)
    n = array.size.bit_length() - 1
    if array.size != 2**n or n > MOST_UNITS:
        raise ValueError(f"{name} must have one entry for each of 2^N states, N at most {MOST_UNITS}, got {array.size}")
    return array


def _pairs(f: np.ndarray):
    """Views of the entries without and with each unit, unit after unit."""
    for i in range(f.size.bit_length() - 1):
        table = f.reshape(-1, 2, 2**i)
        yield table[:, 0], table[:, 1]


def _fields(w: np.ndarray, b: float, alphabet: str) -> np.ndarray:
    """b + w.v of all states, (2**N,)."""
    x = np.full(1, float(b))
    for one in w:
        x = np.concatenate([x - one, x + one] if alphabet == "spins" else [x, x + one])
    return x


def _parts(model) -> tuple[str, np.ndarray, np.ndarray, np.ndarray]:
    """The alphabet of a machine's visible units, its weights and its biases."""
    for name in ("W", "a", "b", "visible", "hidden"):
        if not hasattr(model, name):
            raise TypeError(f"model must be a machine of two layers, and {type(model).__name__} has no {name}")
    law = unit_of(model.visible)
    states = getattr(law, "states", None)
    for alphabet, two in (("binary", (0, 1)), ("spins", (-1, 1))):
        if states is not None and np.array_equal(states, two) and law.weights[0] == law.weights[1]:
            W = arguments.real_array("model.W", model.W)
            a, b = (
                arguments.real_array(f"model.{k}", getattr(model, k), (n,)) for k, n in zip("ab", W.shape, strict=True)
            )
            return alphabet, W, a, b
    raise ValueError(f"model must have visible units that are 0 or 1, or spins, both equally likely, got {law}")


def _checked_sets(sets, n: int) -> np.ndarray:
    sets = arguments.as_array("sets", sets)
    if sets.ndim != 2 or sets.dtype.kind not in "iu" or not 1 <= sets.shape[1] <= MOST_OF_A_SET:
        raise ValueError(f"sets must be rows of 1 to {MOST_OF_A_SET} units, got shape {sets.shape} of {sets.dtype}")
    if sets.size and not (sets.min() >= 0 and sets.max() < n):
        raise ValueError(f"sets must hold units from 0 to {n - 1}, got {sets.min()} to {sets.max()}")
    ordered = np.sort(sets, axis=1)
    if (ordered[:, 1:] == ordered[:, :-1]).any():
        raise ValueError("sets must not hold a unit twice")
    return sets
