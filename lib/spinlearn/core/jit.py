"""How this library compiles its kernels: one decorator, and a cache that notices every edit.

A *kernel* is a plain function over numbers and arrays that numba turns into machine code. It trusts its caller; the
public function above it has checked the arguments. Kernels release Python's global lock, so that threads run them
side by side, and their machine code is kept on disk, so that only the first call ever waits for the compiler.
"""

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import numba
import numpy as np

PACKAGE = Path(__file__).parents[1]

kernel = numba.njit(cache=True, nogil=True, error_model="numpy")


def discard_stale_cache(package: Path = PACKAGE) -> list[Path]:
    """Delete cached machine code that is older than any source file of the package; return what was deleted.

    numba looks at the file of the kernel alone. When a kernel calls another one from a second file, an edit of that
    second file would go unnoticed. Where the folder may not be written to, nothing happens: numba does not keep its
    machine code there either.
    """
    newest = max(source.stat().st_mtime for source in package.rglob("*.py"))
    discarded = []
    for index in list(package.rglob("__pycache__/*.nbi")):
        with suppress(OSError):  # no permission, a read-only disk, or another process that was faster
            if index.stat().st_mtime < newest:
                index.unlink()
                discarded.append(index)
    return discarded


def pieces(records: int, work: int, most: int) -> Iterator[slice]:
    """Cut a run of so many records into slices of about `most` units of work, `work` of them to a record.

    A kernel cannot be interrupted, so a long run is handed to it piece by piece.
    """
    step = max(1, most // work)
    return (slice(start, min(start + step, records)) for start in range(0, records, step))


def elementwise(fill, *values):
    """Run a kernel ``fill(*arrays, out)`` over numbers or arrays, broadcast against each other; return the result."""
    arrays = np.broadcast_arrays(*values)
    out = np.empty(arrays[0].shape)
    fill(*(np.ascontiguousarray(array, dtype=np.float64).ravel() for array in arrays), out.reshape(-1))
    return out[()]


# Here, because every module with a kernel imports this one before numba reads the cache.
discard_stale_cache()
