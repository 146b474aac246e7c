"""How this library compiles its kernels: one decorator, and a cache that notices every edit.

A *kernel* is a plain function over numbers and arrays that numba turns into machine code. It trusts its caller; the
public function above it has checked the arguments. Kernels release Python's global lock, so that threads run them
side by side, and their machine code is kept on disk, so that only the first call ever waits for the compiler.

numba's own cache looks at the file of the kernel alone, while the machine code holds what the kernel calls, too. Here
the name of what is kept says which text of *all* these files it was made from, wherever it is kept; and a process whose
files were edited after it started reads and writes nothing, for it still runs the old text.
"""

import functools
import hashlib
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import numba
import numpy as np
from numba.core import caching

PACKAGE = Path(__file__).parents[1]

# A statement of import, or a line of prose that looks like one: that would only name files that do not exist.
IMPORT = re.compile(r"^[ \t]*(?:from\s+(\.*)([\w.]*)\s+)?import\s+(\([^)]*\)|[^\n#]*)", re.MULTILINE)


def state(path: Path) -> tuple[int, int]:
    """What an edit of a file changes: its time and its size."""
    status = path.stat()
    return status.st_mtime_ns, status.st_size


# Here, because every module with a kernel imports this one first: the text that this process runs.
AT_START = {path: state(path) for path in PACKAGE.rglob("*.py")}


@functools.cache
def imports(path: Path) -> frozenset[Path]:
    """Files that a source file imports, of its own package by relative names and of this one by absolute names."""
    found = set()
    for dots, module, names in IMPORT.findall(path.read_text(encoding="utf-8")):
        start = path.parents[len(dots) - 1] if dots else PACKAGE.parent
        for name in re.findall(r"[\w.]+", names):
            place = start
            for part in f"{module}.{name}".strip(".").split("."):
                place /= part
                found |= {file for file in (place.with_suffix(".py"), place / "__init__.py") if file.is_file()}
            if dots and not module and not place.with_suffix(".py").is_file():
                found |= {file for file in (start / "__init__.py",) if file.is_file()}
    return frozenset(found)


@functools.cache
def sources(path: Path) -> frozenset[Path]:
    """A source file, all that it imports, what that imports, and so on."""
    found, new = set(), {path}
    while new:
        found |= new
        new = set().union(*map(imports, new)) - found
    return frozenset(found)


@functools.cache
def fingerprint(path: Path) -> str:
    """A short name for the text of a source file and of all that it imports."""
    whole = hashlib.sha256()
    for source in sorted(sources(path)):
        whole.update(hashlib.sha256(source.read_bytes()).digest())
    return whole.hexdigest()[:16]


def edited(path: Path) -> bool:
    """Whether a source file, or one that it imports, is no longer what this process runs."""
    try:
        return any(AT_START.setdefault(source, state(source)) != state(source) for source in sources(path))
    except OSError:
        return True


class _Fingerprinted:
    """A place for machine code whose names hold the fingerprint of the text."""

    def get_source_stamp(self):
        return fingerprint(Path(self._py_file))

    def get_disambiguator(self):
        return f"{self._lineno}-{fingerprint(Path(self._py_file))}"


class _Places(caching.CompileResultCacheImpl):
    """numba's three places for the machine code of a file: NUMBA_CACHE_DIR, beside the source, and the user's own."""

    _locator_classes = tuple(
        type(place.__name__, (_Fingerprinted, place), {})
        for place in (
            caching.UserProvidedCacheLocator,
            caching.InTreeCacheLocator,
            caching.UserWideCacheLocator,
        )
    )


class _Cache(caching.FunctionCache):
    """numba's cache, which reads and writes only what is made from the text on the disk."""

    _impl_class = _Places

    def load_overload(self, sig, target_context):
        if edited(Path(self._impl.locator._py_file)):
            return None
        try:
            return super().load_overload(sig, target_context)
        except Exception:  # a file that was cut short or overwritten raises whatever its bytes happen to say
            with suppress(OSError):
                self.flush()
            return None

    def save_overload(self, sig, data):
        if edited(Path(self._impl.locator._py_file)):
            return
        with suppress(OSError):  # a full disk: the machine code is there, only the next process makes it again
            super().save_overload(sig, data)
            self._discard_older()

    def _discard_older(self):
        """Delete the machine code of this function that was made from other text."""
        name = self._impl.filename_base
        print_ = fingerprint(Path(self._impl.locator._py_file))
        before, _, after = name.partition(f"-{print_}")
        for file in Path(self._cache_path).glob(f"{before}*{after}.*"):
            other = file.name[len(before) :].partition(after)[0]
            if re.fullmatch(r"(-[0-9a-f]{16})?", other) and other != f"-{print_}":
                file.unlink(missing_ok=True)


def kernel(function):
    """Compile a function on its first call, and keep its machine code where there is room for it."""
    compiled = numba.njit(nogil=True, error_model="numpy")(function)
    if not numba.config.DISABLE_JIT:
        with suppress(RuntimeError):  # a read-only library and no home: every process compiles for itself
            compiled._cache = _Cache(function)
    return compiled


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
