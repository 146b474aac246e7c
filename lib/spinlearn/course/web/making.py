"""Make the WebAssembly modules anew from the kernels: compile, link, and write down what they were made from.

Linking needs the WebAssembly linker from the PyPI package `ziglang`; compiling needs only numba, so that a test sees,
everywhere, whether the modules are those of the kernels.
"""

import hashlib
import importlib.metadata
import importlib.util
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from . import HERE, known, names

LINKER = "ziglang==0.17.1"


def exports(name: str) -> tuple[str, ...]:
    """Return the functions that a module exports, in order: what its file takes from `shared`, and all that it defines.

    Examples
    --------
    >>> exports("neuron")
    ('count_spikes', 'followed', 'firing_rate')
    """
    source = (HERE / "kernels" / f"{known(name)}.py").read_text(encoding="utf-8")
    taken = re.search(r"^from \.\.shared import ([\w, ]*\w)", source, re.M)
    return (*(taken[1].split(", ") if taken else ()), *re.findall(r"^def (\w+)\(", source, re.M))


def manifest() -> dict:
    """Return what is on record of the committed modules: exports and hashes of each, and the tools that made them.

    Examples
    --------
    >>> sorted(manifest()["modules"]["ising"])
    ['exports', 'object_sha256', 'wasm_sha256']
    """
    return json.loads((HERE / "manifest.json").read_text(encoding="utf-8"))


def compile_object(name: str, *, package: Path = HERE.parents[1]) -> bytes:
    """Compile the kernels of one module to a WebAssembly object, before linking.

    The object depends on the kernels and on the versions of numba and llvmlite, and on nothing else: not on the
    processor, the folder, the version of Python, or what numba has cached.

    Parameters
    ----------
    name : str
        One of `names`.
    package : Path
        The folder of the `spinlearn` whose kernels to compile: this one, unless a test has changed a copy.

    Returns
    -------
    bytes

    Raises
    ------
    ValueError
        If there is no module of that name.
    RuntimeError
        If a kernel does not compile; the text ends with what the compiler said.
    """
    known(name)
    with tempfile.TemporaryDirectory() as cache:
        environment = {key: value for key, value in os.environ.items() if not key.startswith("NUMBA_")}
        # No instruction of this processor alone, and no optimisation for it: LLVM optimises for WebAssembly later.
        # The cache is the run's own, for numba would take code optimised this way for the notebook's.
        environment |= {"NUMBA_CPU_NAME": "generic", "NUMBA_CPU_FEATURES": "", "NUMBA_OPT": "0"}
        path = os.pathsep.join([str(Path(package).parent), *filter(None, [os.environ.get("PYTHONPATH")])])
        environment |= {"NUMBA_CACHE_DIR": cache, "PYTHONPATH": path}
        command = [sys.executable, "-m", "spinlearn.course.web.compile", name]
        run = subprocess.run(command, env=environment, cwd=cache, capture_output=True, check=False)
    if run.returncode:
        raise RuntimeError(f"the kernels of {name!r} do not compile:\n{run.stderr.decode(errors='replace')}")
    return run.stdout


def link(compiled: bytes, functions) -> bytes:
    """Link one object to a WebAssembly module.

    Parameters
    ----------
    compiled : bytes
        From `compile_object`.
    functions : iterable of str
        The names of the functions that the module shows.

    Returns
    -------
    bytes

    Raises
    ------
    RuntimeError
        If the linker is not installed (the text says how to get it), or refuses.
    """
    if importlib.util.find_spec("ziglang") is None:
        raise RuntimeError(
            f"the WebAssembly linker is missing: pip install {LINKER} (100 MB; only who edits a kernel needs it)"
        )
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder, "module.o"), Path(folder, "module.wasm")
        source.write_bytes(compiled)
        command = [sys.executable, "-m", "ziglang", "wasm-ld", str(source), "-o", str(target)]
        command += ["--no-entry", "--gc-sections", "--strip-all", "--allow-undefined", "--export-memory"]
        command += [f"--export={function}" for function in ["__heap_base", *functions]]
        run = subprocess.run(command, capture_output=True, check=False)
        if run.returncode:
            raise RuntimeError(f"the linker refused the module:\n{run.stderr.decode(errors='replace')}")
        return target.read_bytes()


def make(folder: Path = HERE) -> dict:
    """Compile and link every module, and write the modules and their manifest to `folder`.

    Parameters
    ----------
    folder : Path

    Returns
    -------
    dict
        The new manifest.

    Raises
    ------
    RuntimeError
        If the linker is missing or a module cannot be made; nothing has been written then.
    """
    modules, linked = {}, {}
    for name in names():
        compiled = compile_object(name)
        linked[name] = link(compiled, exports(name))
        modules[name] = {
            "exports": list(exports(name)),
            "object_sha256": hashlib.sha256(compiled).hexdigest(),
            "wasm_sha256": hashlib.sha256(linked[name]).hexdigest(),
        }
    tools = {tool: importlib.metadata.version(tool) for tool in ("numba", "llvmlite", "ziglang")}
    record = {"modules": modules, "tools": tools}
    for name, module in linked.items():
        Path(folder, f"{name}.wasm").write_bytes(module)
    Path(folder, "manifest.json").write_text(json.dumps(record, indent=2) + "\n", encoding="utf-8")
    return record
