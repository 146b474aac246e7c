"""``python -m benchmarks``: all measurements, one after the other."""

import os
import platform

import numba

from . import cluster, explorable, hopfield, lattice, multispin, rbm


def machine() -> str:
    """What decides a speed, in one line."""
    blas = os.environ.get("OPENBLAS_CORETYPE", "not set")
    return (
        f"{platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}, numba {numba.__version__}, "
        f"LLVM's name for the processor: {numba.core.codegen.ll.get_host_cpu_name()}, OPENBLAS_CORETYPE {blas}"
    )


print(machine(), end="\n\n")
for measurement in (lattice, multispin, cluster, hopfield, rbm, explorable):
    measurement.main()
    print()
