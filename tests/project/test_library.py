"""What holds for the library as a whole: its examples run, and its compiled kernels follow every edit."""

import doctest
import importlib
import os
import pkgutil
import re
import subprocess
import sys
from pathlib import Path

import pytest

import spinlearn
from spinlearn.core import jit

# A __main__ is a command: to import it is to run it. What is compiled for the web is imported in its own process alone.
MODULES = sorted(
    module.name
    for module in pkgutil.walk_packages(spinlearn.__path__, "spinlearn.")
    if not re.search(r"\.__main__$|\.web\.(ising|cluster|meanfield|membrane)$", module.name)
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


# The cache of compiled kernels


def package(folder: Path) -> tuple[Path, Path]:
    """A package of one source file with one cached index, older than nothing."""
    cache = folder / "__pycache__"
    cache.mkdir(parents=True)
    source, index = folder / "kernels.py", cache / "kernels.f-1.py311.nbi"
    source.write_text("")
    index.write_bytes(b"")
    os.utime(source, (1_000, 1_000))
    os.utime(index, (2_000, 2_000))
    return source, index


def test_fresh_machine_code_is_kept(tmp_path):
    _, index = package(tmp_path / "fresh")
    assert jit.discard_stale_cache(tmp_path / "fresh") == []
    assert index.exists()


def test_machine_code_older_than_any_source_is_discarded(tmp_path):
    folder = tmp_path / "stale"
    _, index = package(folder)
    inner = folder / "inner"
    _, fresh = package(inner)
    os.utime(fresh, (4_000, 4_000))
    other = inner / "other.py"  # not the file of the kernel
    other.write_text("")
    os.utime(other, (3_000, 3_000))
    assert jit.discard_stale_cache(folder) == [index]
    assert not index.exists()
    assert fresh.exists()


@pytest.mark.parametrize("error", [PermissionError, FileNotFoundError, OSError])
def test_a_folder_that_may_not_be_written_to_is_left_alone(tmp_path, monkeypatch, error):
    source, index = package(tmp_path / "locked")
    os.utime(source, (3_000, 3_000))

    def refuse(path, missing_ok=False):
        raise error(path)

    monkeypatch.setattr(Path, "unlink", refuse)
    assert jit.discard_stale_cache(tmp_path / "locked") == []
    assert index.exists()


def test_an_edit_of_a_kernel_in_another_file_is_noticed(tmp_path):
    """The whole of it: a kernel that calls one from a second file, run, edited there, and run again."""
    folder = tmp_path / "edited"
    folder.mkdir()
    (folder / "core").mkdir()
    (folder / "core" / "jit.py").write_text(Path(jit.__file__).read_text())
    (folder / "inner.py").write_text("from .core.jit import kernel\n@kernel\ndef f():\n    return 1\n")
    (folder / "outer.py").write_text(
        "from .core.jit import kernel\nfrom .inner import f\n@kernel\ndef g():\n    return 10 * f()\n"
    )

    def run() -> str:
        command = [sys.executable, "-c", "from edited.outer import g; print(g())"]
        environment = {**os.environ, "NUMBA_CACHE_DIR": ""}
        return subprocess.run(
            command, cwd=tmp_path, env=environment, check=True, capture_output=True, text=True
        ).stdout.strip()

    assert run() == "10"
    assert list(folder.rglob("outer.g-*.nbi"))
    (folder / "inner.py").write_text("from .core.jit import kernel\n@kernel\ndef f():\n    return 2\n")
    assert run() == "20"
