"""Units with any density of states, by adaptive quadrature: slower than a formula, and open to whatever one draws."""

import itertools
import math
from collections.abc import Callable

import numpy as np

from ..core import arguments
from .law import Unit

_GRID = np.sinh(np.linspace(-36, 36, 2881))  # out to 2e15, fine near 0
CELLS = 1024
LEVELS = (1.0, 5.0, 15.0, 40.0)  # below the peak, in its logarithm: where the integrals are cut
NEAR = 1e-2
HALVINGS = 64
UNDERFLOW = -600.0
NODES, WEIGHTS = np.polynomial.legendre.leggauss(20)
NODES, WEIGHTS = (NODES + 1) / 2, WEIGHTS / 2
DIVERGES = "x must be a field at which K is finite, and at {:g} it diverges, or floats cannot tell"
RELATIVE = 1e-9  # error of an integral that still counts as converged; most come out at 1e-14


def density(function: Callable, low: float, high: float, *, fields=(-np.inf, np.inf), name: str = "density") -> Unit:
    """A unit with a density of states.

    Parameters
    ----------
    function : callable
        ``function(s)`` with an array of states gives an array of densities, at least 0. It is divided by its integral.
        A peak much narrower than a hundredth of its distance from 0 and from the ends may be missed.
    low, high : float
        Ends of the states; -inf and inf are allowed.
    fields : tuple of two floats
        Open interval of the fields at which K is finite, where that is known.
    name : str

    Returns
    -------
    Unit
        K, response and slope to some 1e-13. Samples by inversion of a fine table, to some 1e-6 in distribution.

    Raises
    ------
    TypeError, ValueError
        If the density is negative, not finite, zero everywhere, or if its integral diverges. Later, of a method, if K
        diverges at the field it is asked for.

    Examples
    --------
    >>> tent = density(lambda s: 1 - np.abs(s), -1, 1)
    >>> tent.slope(0.0).round(12) == round(1 / 6, 12)
    np.True_
    """
    if not callable(function):
        raise TypeError(f"function must be callable, not {type(function).__name__}")
    low, high = _end("low", low), _end("high", high)
    if not low < high:
        raise ValueError(f"high must be above low = {low:g}, got {high:g}")
    least, most = (_end("fields", end) for end in fields)
    if not least < 0 < most:
        raise ValueError(f"fields must be an open interval around 0, got ({least:g}, {most:g})")
    law = _Density(function, low, high)
    refused = "function must have an integral and a variance, and one of them diverges"
    log_norm, mean, variance = law.moments(0.0, refused)

    def cumulants(x):
        rows = [law.moments(at, DIVERGES.format(at)) for at in np.ravel(x)]
        K, f, slope = np.array(rows, dtype=np.float64).reshape(-1, 3).T.reshape(3, *np.shape(x))
        K = np.asarray(K - log_norm)
        for k in np.ndindex(K.shape):
            if abs(x[k]) * (abs(mean) + math.sqrt(variance)) < NEAR:  # there the difference of logarithms is coarse
                K[k] = math.log1p(x[k] * mean + law.remainder(x[k], log_norm))
        return K, f, slope

    near = 0.25 / math.sqrt(variance)
    return Unit(name, low, high, r"\rho(s) \text{ given as a function}", cumulants, law.draw, (least, most), near=near)


class _Density:
    """A density times exp(x s), and its integrals: cut up around its peak, so that none is missed."""

    def __init__(self, function, low, high):
        self.function, self.low, self.high = function, low, high
        grid = [_GRID]
        if np.isfinite(low):
            grid.append(low + np.abs(_GRID))
        if np.isfinite(high):
            grid.append(high - np.abs(_GRID))
        if np.isfinite(low) and np.isfinite(high):
            grid.append(low + (high - low) * (np.arange(2000) + 0.5) / 2000)
        grid = np.unique(np.concatenate(grid))
        self.grid = grid[(grid > low) & (grid < high)]
        self.log = self.logarithm(self.grid)
        if not (self.log > -np.inf).any():
            raise ValueError(f"function must be above 0 somewhere between {low:g} and {high:g}")

    def logarithm(self, s):
        with np.errstate(all="ignore"):
            value = np.asarray(self.function(s))
        value = arguments.real_array("function(s)", value, np.shape(s), what=" (that of s)")
        if (value < 0).any():
            raise ValueError(f"function must be at least 0, got {value.min():g} at s = {s[value.argmin()]:g}")
        with np.errstate(divide="ignore"):
            return np.log(value)

    def peak(self, x, diverges: str):
        """Logarithm of the integrand at its highest, where that is, and the places on its slopes."""
        g = self.log + x * self.grid
        for end, (here, next_) in ((self.low, (0, 1)), (self.high, (-1, -2))):
            if np.isinf(end) and g[here] > -np.inf:
                falls = (g[here] - g[next_]) / np.log(self.grid[here] / self.grid[next_])
                if not falls < -3.001:  # the second moment is asked for, too
                    raise ValueError(diverges)
        top = g.max()
        last = np.flatnonzero(self.log > -np.inf)[[0, -1]]
        for end, k in ((self.low, last[0]), (self.high, last[1])):
            if np.isinf(end) and self.log[k] < UNDERFLOW and g[k] > top - LEVELS[-1]:
                raise ValueError(diverges)  # the density falls below what floats hold, and the integrand has not fallen
        inside = [np.flatnonzero(g > top - level) for level in LEVELS]
        cuts = [self.grid[np.clip([k[0] - 1, k[-1] + 1], 0, len(g) - 1)] for k in inside]
        cuts = np.unique([self.grid[g.argmax()], *np.ravel(cuts)])
        if np.isfinite(self.low) and cuts[0] == self.grid[0]:  # not the end itself: a density may be infinite there
            cuts = np.insert(cuts, 0, self.low + 1e-12 * (cuts[0] - self.low))
        if np.isfinite(self.high) and cuts[-1] == self.grid[-1]:
            cuts = np.append(cuts, self.high - 1e-12 * (self.high - cuts[-1]))
        return (
            top,
            self.grid[g.argmax()],
            max(np.ptp(self.grid[inside[0]]), np.diff(cuts)[np.diff(cuts) > 0].min()),
            cuts,
        )

    def integral(self, integrand, cuts, scale: float, diverges: str):
        """Integral from end to end of what ``integrand(s)`` gives as rows, one for each wanted.

        Gauss's rule on each piece, against the same rule on its halves; where they differ the halves are next. An end
        at infinity is brought to 1 by s = cut +- scale t / (1 - t).
        """
        inner = [c for c in cuts if self.low < c < self.high]
        ends = [end for end in (self.low, self.high) if np.isfinite(end)]
        points = np.unique([*inner, *ends])
        pieces = [(a, b, 0.0) for a, b in itertools.pairwise(points)]
        pieces += [(0.0, 1.0, side) for side, end in ((-1.0, self.low), (1.0, self.high)) if np.isinf(end)]
        a, b, side = np.array(pieces).T

        def rule(a, b, side):
            t = a[:, None] + (b - a)[:, None] * NODES
            left = np.where(side[:, None] == 0, 1.0, 1 - t)
            origin = np.where(side > 0, points[-1], points[0])[:, None]
            s = np.where(side[:, None] == 0, t, origin + side[:, None] * scale * t / left)
            weights = (b - a)[:, None] * WEIGHTS * np.where(side[:, None] == 0, 1.0, scale / left**2)
            return (integrand(s.ravel()).reshape(-1, *s.shape) * weights).sum(axis=-1)

        done, unsure, whole = 0.0, 0.0, rule(a, b, side)
        for _ in range(HALVINGS):
            middle = (a + b) / 2
            halves = rule(np.r_[a, middle], np.r_[middle, b], np.r_[side, side])
            both = halves[:, : a.size] + halves[:, a.size :]
            error = np.abs(both - whole).max(axis=0)
            total = np.abs(done + both.sum(axis=1)).max()
            fine = error <= 1e-15 * total
            done, unsure = done + both[:, fine].sum(axis=1), unsure + error[fine].sum()
            if fine.all():
                break
            a, b = np.r_[a[~fine], middle[~fine]], np.r_[middle[~fine], b[~fine]]
            side, whole = np.r_[side[~fine], side[~fine]], halves[:, np.r_[~fine, ~fine]]
        else:
            done, unsure = done + both[:, ~fine].sum(axis=1), unsure + error[~fine].sum()
        if not (np.isfinite(done).all() and unsure <= RELATIVE * np.abs(done).max()):
            raise ValueError(diverges)
        return done

    def moments(self, x, diverges: str):
        """ln of the integral of the density times exp(x s), mean and variance of that law."""
        top, m, width, cuts = self.peak(x, diverges)

        def integrand(s):
            u = (s - m) / width
            value = np.exp(np.minimum(self.logarithm(s) + x * s - top, 700.0))
            return np.where(value > 0, [value, u * value, u * u * value], 0.0)

        I = self.integral(integrand, cuts, width, diverges)
        mean = I[1] / I[0]
        return top + math.log(I[0]), m + width * mean, width**2 * (I[2] / I[0] - mean**2)

    def remainder(self, x, log_norm):
        """Mean of exp(x s) - 1 - x s without a field, for small x."""

        def integrand(s):
            y, log = x * s, self.logarithm(s) - log_norm
            short = np.clip(y, -1, 1)
            term, series = short**2 / 2, np.zeros_like(y)
            for k in range(3, 22):
                series, term = series + term, term * short / k
            with np.errstate(over="ignore", invalid="ignore"):
                far = np.exp(np.minimum(y + log, 700.0)) - (1 + y) * np.exp(log)
            return np.where(np.abs(y) <= 1, series * np.exp(log), np.where(log > -np.inf, far, 0.0))[None]

        _, _, width, cuts = self.peak(0.0, DIVERGES.format(x))
        return self.integral(integrand, cuts, width, DIVERGES.format(x))[0] if x else 0.0

    def draw(self, x, rng):
        out, u = np.empty(np.shape(x)), rng.random(np.shape(x))
        for at in np.unique(x):
            top, _, _, cuts = self.peak(at, DIVERGES.format(at))
            s = np.unique(np.concatenate([np.linspace(a, b, CELLS) for a, b in itertools.pairwise(cuts)]))
            g = np.exp(self.logarithm(s) + at * s - top)
            cells = np.diff(s) * (g[1:] + g[:-1]) / 2
            share = np.concatenate([[0.0], np.cumsum(cells)]) / cells.sum()
            k = np.clip(np.searchsorted(share, u[x == at], side="right") - 1, 0, cells.size - 1)
            t = (u[x == at] - share[k]) / np.maximum(share[k + 1] - share[k], 1e-300)
            a, b = g[k], g[k + 1]  # within a cell the density is a straight line, and the share t a parabola
            root = np.sqrt(a * a + t * (b * b - a * a))
            out[x == at] = s[k] + (s[k + 1] - s[k]) * t * (a + b) / np.maximum(a + root, 1e-300)
        return out


def _end(name, value) -> float:
    if isinstance(value, (float, np.floating)) and np.isinf(value):
        return float(value)
    return arguments.number(name, value)
