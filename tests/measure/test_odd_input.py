"""Whatever comes in, a public function of this wing gives finite numbers, or an error that names the argument.

Each argument of each function in turn is replaced by things that turn up in practice and by things that should not.
"""

import inspect
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from spinlearn.lattice import square
from spinlearn.measure import correlations, equilibration, histograms, minimax, observables, scaling

NOISE = np.random.default_rng(1).normal(size=1000)
TORUS = square(4)
# Every other configuration is ordered, so that there is a correlation to measure.
SPINS = np.random.default_rng(2).choice([-1, 1], size=(2000, 1, 1)) * np.ones((4, 4), dtype=np.int8)
SPINS[1::2] = np.random.default_rng(3).choice([-1, 1], size=(1000, 4, 4))
RUN = histograms.sample(-1 + NOISE / 40, NOISE.clip(-1, 1), TORUS, 2.0)
GRID = np.linspace(0, 1, 9)

ODD = {
    "None": None,
    "a flag": True,
    "text": "a",
    "bytes": b"x",
    "a negative number": -1,
    "zero": 0,
    "a half": 0.5,
    "8 bits without sign": np.uint8(200),
    "8 bits": np.int8(-3),
    "16 bits": np.float16(3e4),
    "Fraction": Fraction(1, 2),
    "Decimal": Decimal("1.5"),
    "complex": 1j,
    "more than a float": 10**400,
    "not a number": float("nan"),
    "infinity": float("inf"),
    "the largest": 1e308,
    "the smallest": 1e-320,
    "no dimension": np.array(2.0),
    "one entry": np.array([2.0]),
    "two entries": np.array([1, 2], dtype=np.uint8),
    "nothing": [],
    "an empty array": np.array([]),
    "a dictionary": {},
    "ragged": [[1, 2], [3]],
    "two dimensions": [[1, 2], [3, 4]],
    "three dimensions": np.ones((2, 2, 2)),
    "mixed": np.array([1, "a"], dtype=object),
    "Fractions": [Fraction(1, 2)] * 100,
    "Nones": [None] * 100,
    "flags": np.ones(100, dtype=bool),
    "small integers": np.arange(100, dtype=np.uint8),
    "dates": np.array(["2020"], dtype="M8[D]"),
    "a generator": (i for i in range(5)),
    "spins in a row": np.tile([1, -1], 50),
    "the smallest in a row": np.tile([1e-320, 2e-320], 100),
    "the largest in a row": np.tile([1e308, -1e308], 100),
    "long integers in a row": [10**400] * 100,
    "an object": object(),
    "a run": RUN,
}


def polynomial(x, *c):
    return np.polynomial.polynomial.polyval(x, c)


CALLS = [
    (observables.autocorrelation, [NOISE], {}),
    (observables.integrated_time, [NOISE], {"window": 6.0}),
    (observables.mean, [NOISE], {}),
    (observables.jackknife, [np.max, NOISE], {"blocks": 20}),
    (observables.susceptibility, [NOISE, 2.0, 16], {"connected": True}),
    (observables.specific_heat, [NOISE, 2.0, 16], {}),
    (observables.binder, [NOISE], {}),
    (observables.staggered_magnetisation, [SPINS[0]], {}),
    (histograms.sample, [NOISE, NOISE, TORUS, 2.0], {}),
    (histograms.reweight, [RUN, 2.1], {}),
    (histograms.join, [[RUN]], {}),
    (scaling.power_law, [[8, 16, 32], [(1, 0.1)] * 3], {"omega": 1.0}),
    (scaling.quality, [[GRID, GRID + 0.01], [GRID, GRID], [GRID + 1, GRID + 1]], {}),
    (scaling.scaled, [[scaling.Curve(8, GRID + 1, GRID, GRID + 1)]], {"Tc": 2.0, "nu": 1.0, "exponent": 0.1}),
    (minimax.minimax, [polynomial, np.square, GRID, [0, 0]], {}),
    (minimax.certify, [polynomial, np.square, GRID, [0, 0]], {}),
    (correlations.correlation, [SPINS, TORUS], {}),
    (correlations.correlation_along, [SPINS, TORUS], {"axis": 0}),
    (correlations.connected, [abs(NOISE)[:, None], NOISE], {}),
    (correlations.structure_factor, [SPINS, TORUS], {}),
    (correlations.lowest_modes, [SPINS, TORUS], {"axis": 0}),
    (correlations.second_moment_length, [SPINS, TORUS], {"axis": 0}),
    (correlations.decay_length, [1.0], {}),
    (correlations.laplacian, [TORUS, 0], {}),
    (equilibration.equilibrated, [NOISE, NOISE], {}),
]


# Where two arguments do not fit together, an error may name the other one; and many share the checks of a series.
ALSO = {
    "L": ("values",),
    "hot": ("cold",),
    "start": ("x must have more points",),
    "parameters": ("x must have more points",),
    "series": ("function", "blocks"),
    **dict.fromkeys(("e", "m", "G"), ("series",)),
}


def has_nan(result) -> bool:
    if isinstance(result, (tuple, list)):
        return any(map(has_nan, result))
    return isinstance(result, (float, np.ndarray)) and bool(np.isnan(result).any())


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize(("function", "given", "options"), CALLS, ids=[call[0].__name__ for call in CALLS])
def test_odd_input_gives_finite_numbers_or_an_error_that_names_it(function, given, options):
    names = list(inspect.signature(function).parameters)
    assert not has_nan(function(*given, **options))
    for place in [*range(len(given)), *options]:
        name = names[place] if isinstance(place, int) else place
        for what, odd in ODD.items():
            arguments, chosen = list(given), dict(options)
            if isinstance(place, int):
                arguments[place] = odd
            else:
                chosen[place] = odd
            try:
                assert not has_nan(function(*arguments, **chosen)), (name, what)
            except (TypeError, ValueError) as raised:
                error = str(raised)
            except RuntimeError:
                assert function in (minimax.minimax, minimax.certify), (name, what)  # they say so: no optimum
            else:
                error = name
            assert any(word in error for word in (name, *ALSO.get(name, ()))), f"{name} as {what}: {error}"
