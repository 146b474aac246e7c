"""Diluted networks with any activation, with loops and without: a network of N units, and the tree that theory solves.

The theory of diluted networks (`diluted`, `fading`) is that of a tree: the inputs of a unit, their inputs, and so on,
are different units with bits of their own. There are two ways to run one.

- *A network*: N units with P patterns, each hears C others, drawn once. The ways from a unit back to itself, and those
  on which two units hear the same third one, are loops. Through them the overlaps with the other patterns, of the size
  1 / sqrt(N), come back, and memory breaks off before the end on the tree: the earlier the larger C / N is. (To draw
  the wiring anew at each step changes nothing about that, for the patterns are still those of N units.)
- *A tree*, one layer of N units after the other: each hears C of the layer before, drawn with their bits in the other
  patterns, so that C J_ij = xi_i xi_j + a sum of P - 1 signs, new ones. What N is large for is statistics alone.

Softer units suffer more from loops than signs do, since their answer to a small field is larger, and rectifiers the
most: they are linear in the sum of their answers to h and -h, so that each pattern is amplified as the first one is,
chi = 1, and a network drifts from it at any load.

The bits of a unit in all patterns stand side by side in words of 64: C J_ij is P less twice the number of bits in which
two rows differ. Dense memories (`memories`) are asked unit after unit, from several of their patterns.

References
----------
B. Derrida, E. Gardner and A. Zippelius, Europhys. Lett. 4, 167 (1987).
"""

import numpy as np

from ..core import arguments
from ..core.jit import kernel
from ..core.words import next_word, random_site, stream
from ..lattice.planes import count_bits
from . import fading
from .diluted import fill_fields
from .memories import sweep_dense
from .network import ORDERS

_SEQUENTIAL = ORDERS["sequential"]
_STARTS, _WORK = 16, 60_000  # of dense memories: patterns that are asked for, and as many in all times P


def recall(
    N: int, C: int, P: int, activation: str, *, gain: float = 2.0, tree: bool = False, steps: int = 20,
    rng: np.random.Generator,
) -> np.ndarray:  # fmt: skip
    """Run a network or a tree, all units at once, from the first of its random patterns.

    Parameters
    ----------
    N : int
        Units, from 2 to 2**31 - 1; of a tree, in each layer.
    C : int
        Inputs of each: from 1 to N - 1, different ones and not the unit itself. On a tree any that are drawn.
    P : int
        Patterns, at least 1.
    activation : {"sign", "tanh", "best", "rectifier"}
        As in `fading`.
    gain : float
        Of tanh, above 0.
    tree : bool
    steps : int
    rng : numpy.random.Generator
        Advanced by one draw.

    Returns
    -------
    (steps + 1,) float64
        The correlation of state and pattern at the beginning and after each step.

    Raises
    ------
    TypeError, ValueError
        If an argument has the wrong type or range.

    Examples
    --------
    >>> m = recall(4000, 50, 25, "best", tree=True, steps=20, rng=np.random.default_rng(1))
    >>> m[0], bool(abs(m[10:].mean() - fading.overlap("best", 0.5)) < 0.03)
    (np.float64(1.0), True)
    """
    N, P = arguments.count("N", N, at_least=2, at_most=2**31 - 1), arguments.count("P", P, at_least=1)
    C = arguments.count("C", C, at_least=1, at_most=N - 1)
    code = fading.ACTIVATIONS[arguments.choice("activation", activation, fading.UNITS)]
    gain, tree = arguments.number("gain", gain, above=0), arguments.flag("tree", tree)
    steps = arguments.count("steps", steps)
    found = arguments.room((steps + 1,), steps=steps)
    bits = np.empty((N, words_of(P)), dtype=np.uint64)
    inputs, couplings = np.empty((2, 1 if tree else N, C), dtype=np.int32)
    states, fields = np.empty((2, N))
    state = stream(rng)
    begin_units(code, P, tree, bits, inputs, couplings, states, fields, state)
    found[0] = 1.0
    for k in range(steps):
        found[k + 1] = step_units(code, gain, P, tree, bits, inputs, couplings, states, fields, state)
    return found


@kernel
def words_of(P):
    """Words that hold P bits.

    Examples
    --------
    >>> words_of(64), words_of(65)
    (1, 2)
    """
    return (P + 63) // 64


@kernel
def draw_bits(P, state, bits):
    """Fill `bits` (N, words) uint64 with P random bits a row; what is left of the last word is 0."""
    for i in range(bits.shape[0]):
        for k in range(bits.shape[1]):
            bits[i, k] = next_word(state) >> np.uint64(max(64 * (k + 1) - P, 0))


@kernel
def wire(state, inputs, mark):
    """Draw (N, C) different inputs, none of them the unit itself. `mark` (N,) is scratch."""
    n, many = inputs.shape
    mark[:] = -1.0
    for i in range(n):
        mark[i] = i
        for k in range(many):
            while True:
                j = random_site(n, state)
                if mark[j] != i:
                    break
            mark[j] = i
            inputs[i, k] = j


@kernel
def couple(P, bits, inputs, couplings):
    """C J_ij of each unit i and its inputs j: how many patterns they agree in, less those they differ in."""
    for i in range(inputs.shape[0]):
        for k in range(inputs.shape[1]):
            differ, j = 0, inputs[i, k]
            for word in range(bits.shape[1]):
                differ += np.int64(count_bits(bits[i, word] ^ bits[j, word]))
            couplings[i, k] = P - 2 * differ


@kernel
def first_bit(bits, i):
    """Unit i in the first pattern, -1 or +1."""
    return 1.0 if bits[i, 0] & np.uint64(1) else -1.0


@kernel
def hear_tree(P, many, bits, state, states, fields):
    """Every unit's field from `many` units of the layer before, times `many`."""
    n = states.size
    for i in range(n):
        field, own = 0.0, first_bit(bits, i)
        for _ in range(many):
            j = random_site(n, state)
            coupling, left = own * first_bit(bits, j) + (P - 1), P - 1
            while left > 0:  # as many signs
                coupling -= 2 * np.int64(count_bits(next_word(state) >> np.uint64(max(64 - left, 0))))
                left -= 64
            field += coupling * states[j]
        fields[i] = field


@kernel
def respond(code, slope, many, fields, states, state):
    """Fill `states` with what units answer to `fields`, which are times `many`; `slope` is that of tanh.

    A sign in no field is drawn. The answers of rectifiers are scaled to a mean square of 1.
    """
    square = 0.0
    for i in range(states.size):
        h = fields[i] / many
        if code == fading.SIGN:
            if h == 0.0:
                h = 1.0 if next_word(state) >> np.uint64(63) else -1.0
            states[i] = 1.0 if h > 0.0 else -1.0
        elif code == fading.RECTIFIER:
            states[i] = max(h, 0.0)
            square += h * states[i]
        else:
            states[i] = np.tanh(slope * h)
    if square > 0.0:
        size = np.sqrt(square / states.size)
        for i in range(states.size):
            states[i] /= size


@kernel
def correlation(bits, states):
    """Of a state with the first pattern; 0 where all units answer the same."""
    n = states.size
    both = mean = square = pattern = 0.0
    for i in range(n):
        x = first_bit(bits, i)
        both += x * states[i]
        mean += states[i]
        square += states[i] * states[i]
        pattern += x
    both, mean, square, pattern = both / n, mean / n, square / n, pattern / n
    spread = (square - mean * mean) * (1.0 - pattern * pattern)
    return (both - mean * pattern) / np.sqrt(spread) if spread > 1e-12 * square else 0.0


@kernel
def begin_units(code, P, tree, bits, inputs, couplings, states, fields, state):
    """Draw patterns and, unless it is a tree, wiring; put the units into the first pattern. `fields` is scratch."""
    draw_bits(P, state, bits)
    for i in range(states.size):
        states[i] = first_bit(bits, i)
        if code == fading.RECTIFIER:  # the pattern as rates: silent, or active
            states[i] = max(states[i], 0.0) * np.sqrt(2.0)
    if not tree:
        wire(state, inputs, fields)
        couple(P, bits, inputs, couplings)


@kernel
def step_units(code, gain, P, tree, bits, inputs, couplings, states, fields, state):
    """All units once; return the correlation. On a tree only the second length of `inputs` is used."""
    many = inputs.shape[1]
    if tree:
        hear_tree(P, many, bits, state, states, fields)
    else:
        fill_fields(couplings, inputs, states, fields)
    respond(code, many / P if code == fading.BEST else gain, many, fields, states, state)
    return correlation(bits, states)


@kernel
def fill_steps(code, n, steps):
    """Fill (n,) with the steps of F of a power x^2, x^3, x^4 or of exp(x): ``memories.Interaction.steps``."""
    before, degree = 0.0, code - fading.SQUARE + 2
    for c in range(n + 1):
        x, F = (2.0 * c - n) / n, n / degree
        for _ in range(degree):
            F *= x
        if code == fading.EXPONENTIAL:
            F = np.exp(2.0 * c - 2.0 * n)
        if c:
            steps[c - 1] = F - before
        before = F


@kernel
def run_dense(by_unit, steps, spins, agreed, turned, tally, state, found):
    """A dense memory from up to 16 of its patterns, fewer if they are many; unit after unit, until it rests.

    `by_unit` (N, P) int8 are the patterns, `steps` (N,) those of F. `found` (sweeps + 1,) becomes the mean overlap with
    the pattern it started from, at the start and after each sweep.
    """
    n, P = by_unit.shape
    starts = min(_STARTS, P, max(2, _WORK // P))
    found[:] = 0.0
    for k in range(starts):
        agreed[:] = 0
        for i in range(n):
            row = by_unit[i]
            spins[i] = row[k]
            for mu in range(P):
                agreed[mu] += np.int64(row[mu] == spins[i])
        rests = False
        for sweep in range(found.size):
            if sweep and not rests:
                rests = sweep_dense(by_unit, steps, _SEQUENTIAL, spins, agreed, state, turned, tally) == 0
            found[sweep] += (2.0 * agreed[k] - n) / n / starts
