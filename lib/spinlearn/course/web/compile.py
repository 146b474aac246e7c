"""Compile the kernels of one WebAssembly module to an LLVM object, and write it to standard output.

    python -m spinlearn.course.web.compile ising

It runs in a process of its own, started by `spinlearn.course.web.compile_object`, because numba takes its target
processor from the environment when it is imported, and takes it for the whole process.
"""

import importlib
import re
import sys
import warnings

import llvmlite.binding as llvm

from spinlearn.course.web.making import exports as exports_of

TRIPLE = "wasm32-unknown-unknown"
# Nothing beyond the WebAssembly that every browser has run since 2021. There are no threads and no SIMD to gain from.
FEATURES = "+bulk-memory,+sign-ext,+nontrapping-fptoint"

# numba counts references to arrays, with the atomic instructions of the host. Borrowed memory has none to count.
_NO_COUNTING = re.compile(r"^define (?:linkonce_odr )?void @(NRT_incref|NRT_decref)\(.*?^}\n", re.M | re.S)

# Where an exception would be handed to Python, there is no Python: the module stops.
_NO_PYTHON = re.compile(r"^declare void @numba_gil_ensure\(.*?$", re.M)
_STOP = """declare void @llvm.trap()
define internal void @numba_gil_ensure(ptr %0) noreturn {
  call void @llvm.trap()
  unreachable
}"""


def compile_module(name: str) -> bytes:
    """Return the WebAssembly object of all functions of the module `name`."""
    llvm.initialize_all_targets()
    llvm.initialize_all_asmprinters()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # numba says that it cannot cache what has not been optimised yet
        source = importlib.import_module(f"spinlearn.course.web.kernels.{name}")
    machine = llvm.Target.from_triple(TRIPLE).create_target_machine(opt=3, features=FEATURES)
    module = llvm.parse_assembly(f'target triple = "{TRIPLE}"\ntarget datalayout = "{machine.target_data}"\n')
    exports = exports_of(name)
    for export in exports:
        module.link_in(llvm.parse_assembly(_for_wasm(getattr(source, export), export, str(machine.target_data))))
    for value in [*module.functions, *module.global_variables]:
        if not value.is_declaration and value.name not in exports:
            value.linkage = "internal"
    tuning = llvm.create_pipeline_tuning_options(speed_level=3)
    if hasattr(source, "SMALL"):  # a module of many loops: none is written out several times over
        tuning = llvm.create_pipeline_tuning_options(speed_level=2)
        tuning.loop_unrolling = False
    passes = llvm.create_pass_builder(machine, tuning)
    passes.getModulePassManager().run(module, passes)
    inner = [value for value in module.functions if not value.is_declaration and value.name not in exports]
    for number, value in enumerate(inner):  # numba's names carry a counter of the process; number what is left over
        value.name = f"inner.{number}"
    module.name = name
    return machine.emit_object(module)


def _for_wasm(function, name: str, datalayout: str) -> str:
    """Return the LLVM text of one C function with the host taken out of it."""
    text = function.inspect_llvm()
    text = _NO_COUNTING.sub(r"define internal void @\1(ptr %0) alwaysinline { ret void }\n", text)
    text = _NO_PYTHON.sub(_STOP, text)
    text = text.replace("= common", "= internal")  # common symbols do not exist in WebAssembly
    text = re.sub(r'(target triple = )"[^"]*"', rf'\1"{TRIPLE}"', text)
    text = re.sub(r'(target datalayout = )"[^"]*"', rf'\1"{datalayout}"', text)
    # Of numba's two entries the one with the C calling convention is exported, under the function's own name.
    return re.sub(r"@cfunc\.[\w.]+", f"@{name}", text)


if __name__ == "__main__":
    sys.stdout.buffer.write(compile_module(sys.argv[1]))
