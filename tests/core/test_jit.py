"""Machine code is kept, and never outlives the text it was made from."""

import importlib
import os
import shutil
import subprocess
import sys
import types
from pathlib import Path

import numba
import pytest

from spinlearn.core import jit

INNER = "from .core.jit import kernel\n@kernel\ndef f():\n    return {}\n"
OUTER = "from .core.jit import kernel\nfrom .inner import f\n@kernel\ndef g():\n    return 10 * f()\n"


class Package:
    """A package of two kernels in two files, one calling the other, with this library's way of compiling."""

    def __init__(self, place: Path, where: str, patch: pytest.MonkeyPatch):
        self.place, self.folder = place, place / "made"
        patch.setattr(numba.config, "CACHE_DIR", str(place / "elsewhere") if where == "elsewhere" else "")
        patch.setenv("HOME", str(place / "home"))
        patch.setenv("LOCALAPPDATA", str(place / "home"))
        patch.delenv("XDG_CACHE_HOME", raising=False)
        patch.syspath_prepend(place)
        patch.setattr(sys, "dont_write_bytecode", True)  # Python's own cache tells edits of one second apart, no closer
        (self.folder / "core").mkdir(parents=True)
        for name in ("__init__.py", "core/__init__.py"):
            (self.folder / name).write_text("")
        shutil.copy(jit.__file__, self.folder / "core/jit.py")
        (self.folder / "outer.py").write_text(OUTER)
        self.edit(1)
        if where == "read-only":
            (self.folder / "__pycache__").write_text("")  # a file in its place: not even root can write below it

    def edit(self, number: int) -> None:
        """Change the file that the outer kernel does not stand in."""
        (self.folder / "inner.py").write_text(INNER.format(number))

    def fresh(self, name: str):
        """A module as a new process sees it: nothing of the package is in memory yet."""
        for known in [known for known in sys.modules if known.partition(".")[0] == "made"]:
            del sys.modules[known]
        importlib.invalidate_caches()
        return importlib.import_module(name)

    def run(self) -> list[int]:
        """What g returns in a new process, and how often machine code was read there."""
        g = self.fresh("made.outer").g
        return [g(), len(g.stats.cache_hits)]

    def kept(self, pattern: str = "*.nbc") -> list[Path]:
        """Files of machine code."""
        return sorted(self.place.rglob(pattern))


@pytest.fixture(
    params=[
        "beside the source",
        pytest.param("elsewhere", marks=pytest.mark.slow),
        pytest.param("read-only", marks=pytest.mark.slow),
    ]
)
def made(request, tmp_path, monkeypatch) -> Package:
    return Package(tmp_path, request.param, monkeypatch)


def test_an_edit_of_a_kernel_in_another_file_is_noticed(made):
    """Run, edit the inlined kernel, run again: the number follows, and the first time only is compiled."""
    assert made.run() == [10, 0]
    assert made.run() == [10, 1]
    made.edit(2)
    assert made.run() == [20, 0]
    assert made.run() == [20, 1]
    made.edit(1)
    assert made.run()[0] == 10


def test_what_was_made_from_older_text_is_deleted(made):
    for number in (1, 2, 3):
        made.edit(number)
        made.run()
        assert len(made.kept("outer.g.*")) == 1


def test_a_process_that_was_open_during_the_edit_leaves_nothing_wrong_behind(made):
    """It runs the old text to its end; the next one runs the new."""
    open_kernel = made.fresh("made.outer").g
    made.edit(2)
    assert open_kernel() == 10
    assert made.run() == [20, 0]


def test_a_kernel_imported_after_the_edit_is_what_is_in_memory(made):
    """The inner file is in memory as it was, the outer one is read only now."""
    made.fresh("made.inner")
    made.edit(2)
    assert importlib.import_module("made.outer").g() == 10
    assert made.run() == [20, 0]


def test_a_module_reloaded_after_the_edit_is_what_is_in_memory(made):
    outer = made.fresh("made.outer")
    outer.g()
    made.edit(2)
    importlib.reload(sys.modules["made.inner"])
    assert importlib.reload(outer).g() == 20
    made.edit(1)
    assert made.run()[0] == 10
    made.edit(2)
    assert made.run() == [20, 0]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("outer", "edits"),
    [
        pytest.param("from .inner import f\n@kernel\ndef g():\n    return f", ["f = 1", "f = 2"], id="constant"),
        pytest.param("from .inner import f\n@kernel\ndef g():\n    return f[1]", ["f = 0, 1", "f = 0, 2"], id="tuple"),
        pytest.param(
            "from .inner import f\n@kernel\ndef g():\n    return f[0]",
            ["import numpy\nf = numpy.ones(1)", "import numpy\nf = 2 * numpy.ones(1)"],
            id="array",
        ),
        pytest.param("from . import inner\n@kernel\ndef g():\n    return inner.f", ["f = 1", "f = 2"], id="module"),
        pytest.param(
            "from .inner import f\n@kernel\ndef g():\n    return f()",
            ["@kernel\ndef f(x=1):\n    return x", "@kernel\ndef f(x=2):\n    return x"],
            id="default",
        ),
        pytest.param(
            "from .inner import f\n@kernel\ndef g():\n    return f()",
            [
                f"def make(n):\n    @kernel\n    def f():\n        return n\n    return f\nf = make({number})"
                for number in (1, 2)
            ],
            id="closure",
        ),
    ],
)
def test_all_that_goes_into_machine_code_counts(tmp_path, monkeypatch, outer, edits):
    made = Package(tmp_path, "beside the source", monkeypatch)
    (made.folder / "outer.py").write_text(f"from .core.jit import kernel\n{outer}\n")
    for number, edit in enumerate(edits, start=1):
        (made.folder / "inner.py").write_text(f"from .core.jit import kernel\n{edit}\n")
        assert made.run() == [number, 0]
        assert made.run() == [number, 1]


def test_options_of_the_compiler_count(tmp_path, monkeypatch):
    made = Package(tmp_path, "beside the source", monkeypatch)
    made.run()
    source = made.folder / "core/jit.py"
    source.write_text(source.read_text(encoding="utf-8").replace('error_model="numpy"', 'error_model="python"'))
    assert made.run() == [10, 0]


def test_an_edit_that_changes_no_kernel_costs_no_compilation(made):
    made.run()
    for name in ("inner", "outer"):
        file = made.folder / f"{name}.py"
        file.write_text("# A line more.\n" + file.read_text() + "\ndef public(x):\n    return x\n")
    assert made.run() == [10, 1]


@pytest.mark.parametrize("length", [0, 1, 40, -1])
def test_machine_code_that_was_cut_short_is_made_again(tmp_path, monkeypatch, length):
    made = Package(tmp_path, "beside the source", monkeypatch)
    made.run()
    [file] = made.kept("outer.g.*")
    file.write_bytes(file.read_bytes()[:length])
    assert made.run() == [10, 0]
    assert made.run() == [10, 1]


def test_machine_code_of_another_kernel_is_not_taken(tmp_path, monkeypatch):
    made = Package(tmp_path, "beside the source", monkeypatch)
    made.run()
    [outer], [inner] = made.kept("outer.g.*"), made.kept("inner.f.*")
    shutil.copy(inner, outer)
    assert made.run() == [10, 0]


def test_a_full_disk_costs_nothing_but_the_next_compilation(tmp_path, monkeypatch):
    made = Package(tmp_path, "beside the source", monkeypatch)

    def full(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", full)
        assert made.run() == [10, 0]
        assert made.kept("outer.g.*") == []
    assert made.run() == [10, 0]
    assert made.run() == [10, 1]


def test_where_nothing_can_be_kept_every_process_compiles_for_itself(tmp_path, monkeypatch):
    made = Package(tmp_path, "read-only", monkeypatch)
    (tmp_path / "home").write_text("")  # and no home either
    for _ in range(2):
        assert made.run() == [10, 0]
    assert made.kept() == []


def test_without_the_compiler_a_kernel_is_the_function_itself(tmp_path, monkeypatch):
    made = Package(tmp_path, "beside the source", monkeypatch)
    monkeypatch.setattr(numba.config, "DISABLE_JIT", True)
    g = made.fresh("made.outer").g
    assert isinstance(g, types.FunctionType)
    assert g() == 10


@pytest.mark.slow
def test_processes_find_what_others_left(tmp_path, monkeypatch):
    """The whole of it once more, with processes of their own."""
    made = Package(tmp_path, "beside the source", monkeypatch)
    code = "from made.outer import g; print(g(), len(g.stats.cache_hits))"

    def run():
        command = [sys.executable, "-B", "-c", code]
        environment = {**os.environ, "NUMBA_CACHE_DIR": ""}
        said = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
        return [int(word) for word in said.stdout.split()]

    assert [run(), run()] == [[10, 0], [10, 1]]
    made.edit(2)
    assert [run(), run()] == [[20, 0], [20, 1]]


@pytest.mark.slow
def test_the_library_imports_where_nothing_can_be_kept(tmp_path):
    """Installed for all by somebody else, by a reader without a home."""
    library = shutil.copytree(
        Path(jit.__file__).parents[1], tmp_path / "spinlearn", ignore=shutil.ignore_patterns("__pycache__")
    )
    for folder in [library, *filter(Path.is_dir, library.rglob("*"))]:
        (folder / "__pycache__").write_text("")
    (tmp_path / "home").write_text("")
    environment = {**os.environ, "HOME": str(tmp_path / "home"), "LOCALAPPDATA": str(tmp_path / "home")}
    environment |= {"NUMBA_CACHE_DIR": "", "PYTHONPATH": str(tmp_path)}
    environment.pop("XDG_CACHE_HOME", None)
    code = "import spinlearn.lattice.ising, sys; print(spinlearn.lattice.ising.__file__)"
    command = [sys.executable, "-B", "-c", code]
    said = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, check=False)
    assert (said.returncode, said.stderr) == (0, "")
    assert said.stdout.startswith(str(library))


@pytest.mark.slow
def test_the_names_of_machine_code_are_the_same_in_every_process():
    """Nothing in them that depends on where an object lies in memory, or on the order of a set."""
    code = """
from numba.core.dispatcher import Dispatcher
from spinlearn.core import jit, words
from spinlearn.lattice import cluster, ising, multispin
from spinlearn.neuron import membrane
kernels = [value for module in (words, cluster, ising, multispin, membrane) for value in vars(module).values()
           if isinstance(value, Dispatcher)]
assert len(kernels) > 20
print([jit.fingerprint(kernel) for kernel in kernels])
"""
    told = [
        subprocess.run(
            [sys.executable, "-c", code],
            env={**os.environ, "PYTHONHASHSEED": seed}, capture_output=True, text=True, check=True,
        ).stdout
        for seed in "12"
    ]  # fmt: skip
    assert told[0] == told[1]
