"""What holds for the library as a whole: its examples run."""

import doctest
import importlib
import pkgutil
import re

import pytest

import spinlearn

# A __main__ is a command: to import it is to run it. What is compiled for the web is imported in its own process alone.
MODULES = sorted(
    module.name
    for module in pkgutil.walk_packages(spinlearn.__path__, "spinlearn.")
    if not re.search(r"\.__main__$|\.web\.(kernels\.|shared$)", module.name)
)


def test_all_modules_are_found():
    wanted = {
        f"spinlearn.{name}" for name in ("lattice", "lattice.ising", "core.words", "exact.torus", "measure.observables")
    }
    assert wanted <= set(MODULES)


@pytest.mark.parametrize("name", MODULES)
def test_examples_of_the_documentation(name):
    result = doctest.testmod(importlib.import_module(name))
    assert result.failed == 0
