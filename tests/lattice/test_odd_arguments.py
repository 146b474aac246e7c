"""Every public function of the wing, one argument at a time replaced by something odd.

It either works, with finite numbers, or says what is wrong in a TypeError or ValueError that names an argument. Nothing
else comes out: no bare AttributeError or OverflowError, no warning, no NaN.
"""

import inspect
import re
import warnings
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pytest

from spinlearn import lattice
from spinlearn.lattice import Lattice, all_up, blocks, chain, cluster, drive, ising, multispin, square, tempering

SQUARE = square(4)
UP, SHEET = all_up(SQUARE), np.ones((16, 16), dtype=np.int8)
ODD = [
    None, True, np.bool_(0), 0, 1, -1, 3, np.uint8(1), np.int8(2), np.float16(2), np.longdouble(2), Fraction(3, 2),
    Decimal(2), 10**400, -(10**400), 2**63, 1e308, -1e308, 1e-308, 5e-324, 1e300, np.nan, np.inf, -np.inf, 1j, "2",
    b"2", (), [], [1], (4, 4), [[1, 2], [3]], {}, set(), np.array(2), np.array(2.0), np.array([2.0]), np.array("a"),
    np.zeros((4, 4)), np.ones((4, 4), dtype=np.int8), np.ones((4, 4), dtype=np.uint8), np.ones((4, 4), dtype=object),
    len, np.ma.masked, square(4), chain(5), SQUARE.neighbours,
]  # fmt: skip
LOOP = {"fields": [2, 1, 0, -1, -2, -1, 0, 1], "m": [1, 1, 1, -1, -1, -1, -1, 1]}
SYSTEM = {"spins": UP, "lattice": SQUARE, "T": 2.0}
GOOD = {
    lattice.hypercubic: {"shape": (3, 3), "periodic": True},
    lattice.chain: {"n": 4, "periodic": True},
    lattice.square: {"rows": 4, "columns": 4, "periodic": True},
    lattice.cubic: {"n": 3, "periodic": True},
    lattice.triangular: {"rows": 3, "columns": 3, "periodic": True},
    lattice.from_couplings: {"matrix": [[0, 1], [1, 0]]},
    lattice.bonds: {"lattice": SQUARE},
    lattice.bond_couplings: {"lattice": SQUARE, "values": np.ones(32)},
    lattice.all_up: {"lattice": SQUARE},
    lattice.random_spins: {"lattice": SQUARE},
    Lattice: {"name": "own", "shape": (4, 4), "neighbours": SQUARE.neighbours},
    ising.magnetisation: {"spins": UP},
    ising.energy: {"spins": UP, "lattice": SQUARE, "J": 1.0, "h": 0.5},
    ising.flip_costs: {"spins": UP, "lattice": SQUARE, "J": 1.0, "h": 0.5},
    ising.simulate: {
        **SYSTEM, "sweeps": 2, "rule": "metropolis", "order": "random", "J": 1.0, "h": 0.5, "every": 1,
        "progress": False,
    },
    multispin.simulate: {
        "spins": SHEET, "T": 2.0, "sweeps": 2, "rule": "metropolis", "J": 1.0, "every": 1, "threads": 1,
        "progress": False,
    },
    multispin.replicas: {
        "spins": UP, "T": [2.0, 3.0], "sweeps": 2, "rule": "heat-bath", "J": 1.0, "every": 1, "threads": 1,
        "progress": False,
    },
    cluster.bond_probability: {"T": 2.0, "J": 1.0},
    cluster.wolff: {**SYSTEM, "steps": 2, "J": 1.0, "every": 1, "progress": False},
    cluster.swendsen_wang: {**SYSTEM, "sweeps": 2, "J": 1.0, "every": 1, "progress": False},
    cluster.grow: {**SYSTEM, "site": 2, "J": 1.0},
    drive.cosine: {"amplitude": 1.0, "period": 4, "cycles": 1},
    drive.drive: {**SYSTEM, "fields": [0.1, 0.2], "rule": "metropolis", "J": 1.0, "progress": False},
    drive.work: LOOP,
    drive.coercive_field: LOOP,
    drive.free_spin_work: {"T": 1.0, "amplitude": 1.0, "period": 4, "N": 10},
    blocks.block_spins: {"spins": UP, "b": 2},
    tempering.simulate: {
        **SYSTEM, "T": [2.0, 3.0], "sweeps": 2, "rule": "heat-bath", "order": "random", "J": 1.0, "h": 0.5, "every": 1,
        "progress": False,
    },
}  # fmt: skip


def is_finite(result) -> bool:
    if isinstance(result, tuple):
        return all(map(is_finite, result))
    return not isinstance(result, (float, np.ndarray)) or bool(np.isfinite(result).all())


@pytest.mark.parametrize(("function", "name"), [(function, name) for function, good in GOOD.items() for name in good])
def test_an_odd_argument_works_or_is_named(function, name):
    takes_rng = "rng" in inspect.signature(function).parameters
    for odd in ODD:
        if name == "progress" and isinstance(odd, (bool, np.bool_)):
            continue
        arguments = {**GOOD[function], name: odd}
        if takes_rng:
            arguments["rng"] = np.random.default_rng(1)
        refused, result = called(function, arguments)
        if refused is not None:
            named = re.match(r"(?:every entry of )?(\w+)(?: and (\w+))? must ", refused)
            assert named, f"{odd!r}: {refused}"
            assert set(named.groups()) & {*arguments, "J", "h"}, f"{odd!r}: {refused}"
        elif not (function is tempering.simulate and name == "sweeps"):  # without sweeps no exchanges were offered
            assert is_finite(result), f"{odd!r}: {result}"


def called(function, arguments) -> tuple[str | None, object]:
    """What a function says if it refuses, and what it returns if not. A warning is an error."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            return None, function(**arguments)
        except (TypeError, ValueError) as refusal:
            return str(refusal), None


EDGES = [
    (ising.energy, {"J": np.full((16, 4), 1e307)}, "^J and h must be small"),
    (drive.coercive_field, {"fields": [1e308, -1e308], "m": [1, -1]}, 0.0),
    (drive.coercive_field, {"fields": [1e308, 1e308, -1e308, -1e308], "m": [1, 1e308, -1e308, -1]}, 0.0),
    (drive.coercive_field, {"fields": [2, 1e308, -1e308, -1e308], "m": [1, 1, 1, -1]}, "^m must change sign"),
    *[(multispin.simulate, {"T": 1e-308, "rule": rule}, None) for rule in ("heat-bath", "metropolis")],
    *[
        (multispin.replicas, {"T": [1e-308], "spins": SHEET, "rule": rule}, None)
        for rule in ("heat-bath", "metropolis")
    ],
    *[(ising.simulate, {"T": 1e-308, "rule": rule}, None) for rule in ("heat-bath", "metropolis")],
]


@pytest.mark.parametrize(("function", "change", "wanted"), EDGES)
def test_near_the_ends_of_the_floats_there_is_no_warning(function, change, wanted):
    options = {"rng": np.random.default_rng(1)} if "rng" in inspect.signature(function).parameters else {}
    refused, result = called(function, {**GOOD[function], **change, **options})
    if isinstance(wanted, str):
        assert re.match(wanted, refused)
    else:
        assert refused is None
        assert is_finite(result)
        assert wanted is None or result == wanted


@pytest.mark.parametrize("function", [function for function in GOOD if "rng" in inspect.signature(function).parameters])
def test_something_odd_for_a_generator_is_named(function):
    for odd in ODD:
        with pytest.raises(TypeError, match=r"^rng must be a numpy.random.Generator"):
            function(**GOOD[function], rng=odd)
