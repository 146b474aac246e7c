"""How this library compiles its kernels: one decorator, and a cache that notices every edit.

A *kernel* is a plain function over numbers and arrays that numba turns into machine code. It trusts its caller; the
public function above it has checked the arguments. Kernels release Python's global lock, so that threads run them
side by side, and their machine code is kept on disk, so that only the first call ever waits for the compiler.
"""

from pathlib import Path

import numba

PACKAGE = Path(__file__).parent

kernel = numba.njit(cache=True, nogil=True, error_model="numpy")


def discard_stale_cache(package: Path = PACKAGE) -> list[Path]:
    """Delete cached machine code that is older than any source file of the package; return what was deleted.

    numba looks at the file of the kernel alone. When a kernel calls another one from a second file, an edit of that
    second file would go unnoticed.
    """
    sources = list(package.rglob("*.py"))
    newest = max(source.stat().st_mtime for source in sources)
    stale = [index for index in package.rglob("__pycache__/*.nbi") if index.stat().st_mtime < newest]
    for index in stale:
        index.unlink(missing_ok=True)
    return stale
