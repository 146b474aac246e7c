"""A run as on an old processor: the last digit of a computation depends on the instructions that a processor has.

Switched off are numba's target for this very processor, NumPy's choice of faster loops while it runs, the C library's
fast versions of ``exp`` and the like, and OpenBLAS's choice of kernels. What is left every processor of the kind has.
"""

import os
import platform
from pathlib import Path

CACHE = Path(__file__).resolve().parents[1] / "build" / "old-processor"  # machine code that no other run may pick up
FEATURES = "AVX,AVX2,AVX_Fast_Unaligned_Load,AVX512F,AVX512CD,AVX512BW,AVX512DQ,AVX512VL,BMI1,BMI2,ERMS,FMA,FMA4,FSRM"
OLD_CORES = {"x86_64": "PRESCOTT", "amd64": "PRESCOTT", "aarch64": "ARMV8", "arm64": "ARMV8"}


def old() -> dict[str, str]:
    """Environment variables under which a new process computes as on an old processor."""
    # Both spellings of the C library's own names for what it uses; it skips those that it does not know.
    hardware = ",".join(f"-{name},-{name}_Usable" for name in FEATURES.split(","))
    return {
        "NUMBA_CPU_NAME": "generic",
        "NUMBA_CPU_FEATURES": "",
        "NUMBA_CACHE_DIR": str(CACHE),
        "NPY_DISABLE_CPU_FEATURES": " ".join(dispatched()),
        "GLIBC_TUNABLES": ":".join([*filter(None, [os.environ.get("GLIBC_TUNABLES")]), f"glibc.cpu.hwcaps={hardware}"]),
        "OPENBLAS_CORETYPE": OLD_CORES.get(platform.machine().lower(), ""),
    }


def dispatched() -> list[str]:
    """The instruction sets that NumPy has loops for, beyond those that it needs, and that this processor has."""
    from numpy._core._multiarray_umath import __cpu_dispatch__, __cpu_features__

    return [name for name in __cpu_dispatch__ if __cpu_features__.get(name)]
