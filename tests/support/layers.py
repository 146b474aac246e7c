"""Units in layers, as the tests of machines take them: by name, and with their laws as tables to hold draws against."""

import harness
import numpy as np

from spinlearn.bipartite import units
from spinlearn.bipartite.machine import TwoLayers
from spinlearn.neuron import unit

KINDS = {
    "binary": units.binary(),
    "spin": units.spin(),
    "binomial": units.binomial(4),
    "gaussian": units.gaussian(0.7),
    "half_gaussian": units.half_gaussian(),
    "poisson": units.poisson(1.5),
    "three states": units.of(unit.three_states(0.4)),
    "exponential": units.of(unit.exponential(), lambda s: -s),
}
CELLS = 40


class Table:
    """A law of states: the list of them, or cells of equal probability where they are continuous."""

    def __init__(self, kind: units.Kind, log_p):
        """With `log_p` of an array of states, up to a constant."""
        self.discrete = kind.listed or kind.whole
        if kind.listed:
            states = kind.law.states
        elif kind.whole:
            states = np.arange(1000.0)
        else:
            states = support(kind, log_p)
        density = np.exp(log_p(states) - log_p(states).max())
        if self.discrete:
            self.states, self.p = states, density / density.sum()
            return
        steps = np.diff(states) * (density[1:] + density[:-1]) / 2
        self.states, self.cumulated = states, np.concatenate([[0.0], np.cumsum(steps)]) / steps.sum()
        self.edges = np.interp(np.arange(1, CELLS) / CELLS, self.cumulated, states)
        self.p = np.full(CELLS, 1 / CELLS)

    def draw(self, n: int, rng) -> np.ndarray:
        """Independent states."""
        if self.discrete:
            return rng.choice(self.states, size=n, p=self.p)
        return np.interp(rng.random(n), self.cumulated, self.states)

    def average(self, values) -> float:
        """Mean of a function of states, given its values at `states`."""
        if self.discrete:
            return self.p @ values
        return np.diff(self.cumulated) @ (values[1:] + values[:-1]) / 2

    def p_value(self, states) -> float:
        """Of Pearson's test of states against the law."""
        if self.discrete:
            middles = (self.states[1:] + self.states[:-1]) / 2
            cell = np.searchsorted(middles, states)
        else:
            cell = np.searchsorted(self.edges, states)
        return harness.chi_square(np.bincount(cell.ravel(), minlength=len(self.p)), self.p)


def support(kind: units.Kind, log_p) -> np.ndarray:
    """A fine grid over where a density is above 1e-14 of its peak, which lies below 60."""
    low = 0.0 if np.isfinite(kind.law.low) else -1e3
    coarse = np.linspace(low, 60, 2001)
    values = log_p(coarse)
    there = coarse[values > values.max() - 32]
    return np.linspace(there.min(), min(there.max() + coarse[1] - coarse[0], 60), 8001)


def law_in(kind: units.Kind, x: float) -> Table:
    """The law of a unit in the field x."""
    return Table(kind, lambda s: kind.log_prior(s) + x * s)


def law_of_the_only_hidden_unit(model: TwoLayers, T: float) -> Table:
    """Of a machine with M = 1: rho(h) exp(b h / T) times exp K of every visible unit."""

    def log_p(h):
        x = (model.a + np.multiply.outer(h, model.W[:, 0])) / T
        return model.hidden.log_prior(h) + model.b[0] * h / T + model.visible.law.K(x).sum(axis=-1)

    return Table(model.hidden, log_p)
