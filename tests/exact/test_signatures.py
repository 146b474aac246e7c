"""One signature for the two wings of formulas: what is computed, then T; couplings, fields and options by keyword."""

import inspect
import math

import pytest

from spinlearn import exact, meanfield
from spinlearn.exact import quantum

DEFAULTS = {"J": 1.0, "h": 0.0, "Tc": 1.0, "transverse": 1.0, "periodic": True, "progress": None}
KERNELS = {"response", "relaxation_step"}  # of numbers alone, for the pages that show and time them
FUNCTIONS = {
    f"{wing.__name__.removeprefix('spinlearn.')}.{name}": function
    for wing, names in (
        (exact, exact.__all__),
        (meanfield, meanfield.__all__),
        (quantum, ["hamiltonian", "log_partition", "classical_plane", "log_partition_sliced"]),
    )
    for name in names
    if inspect.isfunction(function := getattr(wing, name)) and name not in KERNELS
}


@pytest.mark.parametrize("name", FUNCTIONS)
def test_couplings_fields_and_options_go_by_keyword_with_one_default(name):
    parameters = inspect.signature(FUNCTIONS[name]).parameters.values()
    keywords = [parameter for parameter in parameters if parameter.kind is parameter.KEYWORD_ONLY]
    assert {parameter.name for parameter in parameters} & {*DEFAULTS, "z", "rng", "spread"} <= {
        parameter.name for parameter in keywords
    }
    for parameter in keywords:
        if parameter.name in DEFAULTS:
            assert parameter.default == DEFAULTS[parameter.name]
    assert all(parameter.default is parameter.empty for parameter in parameters if parameter not in keywords)
    names = [parameter.name for parameter in parameters]
    if "T" in names:
        before = names[: names.index("T")]
        assert set(before) <= {"lattice", "dos", "n", "N", "rows", "columns", "slices", "m", "b", "law", "matrix"}
    if "rng" in names:
        assert names[-1] == "rng"


def test_a_field_by_position_is_refused_and_not_taken_for_something_else():
    for call in (
        lambda: meanfield.magnetisation(0.5, 0.1),
        lambda: meanfield.naive([[0, 1], [1, 0]], 0.1, 2.0),
        lambda: exact.chain(math.inf, 2.0, 1.0),
        lambda: quantum.hamiltonian(4, 1.0),
    ):
        with pytest.raises(TypeError, match="positional argument"):
            call()
