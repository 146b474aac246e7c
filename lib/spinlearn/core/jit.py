"""How this library compiles its kernels: one decorator, and a cache that notices every edit.

A *kernel* is a plain function over numbers and arrays that numba turns into machine code. It trusts its caller; the
public function above it has checked the arguments. Kernels release Python's global lock, so that threads run them
side by side, and their machine code is kept on disk, so that only the first call ever waits for the compiler.

numba's own cache looks at the text of one file, while the machine code holds what the kernel calls, too. Here a piece
of machine code is named after all that went into it as it stands in memory: the kernel's instructions, those of the
kernels it calls, and the values of the constants they use. So an edit of a second file is noticed, wherever the machine
code is kept and whichever process is open meanwhile; and an edit that changes no kernel costs no compilation.
"""

import hashlib
import os
import pickle
import uuid
from contextlib import suppress
from pathlib import Path
from types import CodeType, ModuleType

import numba
import numpy as np
from numba.core import caching
from numba.core.dispatcher import Dispatcher
from numba.core.serialize import dumps


def names_in(code: CodeType) -> set[str]:
    """All names that instructions look up, those of inner functions included."""
    inner = (names_in(constant) for constant in code.co_consts if isinstance(constant, CodeType))
    return set(code.co_names).union(*inner)


def describe(value, names: set[str], seen: set) -> str:
    """What a value puts into the machine code of a kernel that looks up `names`, as text."""
    if isinstance(value, Dispatcher):
        return body(value, seen)
    if isinstance(value, ModuleType):
        used = sorted(name for name in names if hasattr(value, name))
        return f"{value.__name__}({[describe(getattr(value, name), names, seen) for name in used]})"
    if isinstance(value, CodeType):
        constants = [describe(constant, names, seen) for constant in value.co_consts]
        return f"{value.co_code.hex()} {value.co_names} {value.co_varnames} {constants}"
    if isinstance(value, np.ndarray):
        return f"{value.dtype} {value.shape} {value.tobytes().hex()}"
    if isinstance(value, tuple):
        return f"{[describe(each, names, seen) for each in value]}"
    if hasattr(value, "__qualname__"):  # a class, or a function that numba knows
        return f"{value.__module__}.{value.__qualname__}{getattr(value, '_fields', '')}"
    return repr(value)


def body(kernel: Dispatcher, seen: set) -> str:
    """What a kernel is: its options, its instructions and, in turn, what they use."""
    if kernel in seen:
        return ""
    seen.add(kernel)
    function = kernel.py_func
    names = names_in(function.__code__)
    cells = zip(function.__code__.co_freevars, function.__closure__ or (), strict=True)
    used = {name: function.__globals__[name] for name in names & set(function.__globals__)}
    used |= {name: cell.cell_contents for name, cell in cells}
    parts = [describe(part, names, seen) for part in (function.__code__, function.__defaults__)]
    parts += [f"{name}={describe(value, names, seen)}" for name, value in sorted(used.items())]
    return f"{function.__qualname__} {sorted(kernel.targetoptions.items())} {parts}"


def fingerprint(kernel: Dispatcher) -> str:
    """A short name for all that goes into a kernel's machine code."""
    return short(body(kernel, set()))


def short(text: str) -> str:
    """Sixteen digits that stand for a text."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


class _Store:
    """Machine code in files, each with the name of what it was made for, and of what it was made from."""

    def __init__(self, folder: str, name: str):
        self.folder, self.name = Path(folder), name

    def file(self, key) -> Path:
        signature, processor, made_from = key
        return self.folder / f"{self.name}.{short(f'{signature} {processor}')}-{made_from}.nbc"

    def load(self, key):
        try:
            of, data = pickle.loads(self.file(key).read_bytes())
        except Exception:  # not there, or cut short or overwritten: then its bytes raise what they happen to say
            return None
        return data if of == key else None

    def save(self, key, data) -> None:
        file = self.file(key)
        unfinished = file.with_suffix(f".{uuid.uuid4().hex}")
        try:
            unfinished.write_bytes(dumps((key, data)))
            os.replace(unfinished, file)
        finally:
            unfinished.unlink(missing_ok=True)
        for other in file.parent.glob(f"{file.name.rpartition('-')[0]}-*.nbc"):
            if other != file:  # made from text that is no longer there
                other.unlink(missing_ok=True)


class _Places(caching.CompileResultCacheImpl):
    """numba's three places for the machine code of a file: NUMBA_CACHE_DIR, beside the source, and the user's own."""

    _locator_classes = (
        caching.UserProvidedCacheLocator,
        caching.InTreeCacheLocator,
        caching.UserWideCacheLocator,
    )

    def get_filename_base(self, fullname, abiflags):
        # Without the number of the line: a function that moves down its file is the same function.
        return super().get_filename_base(fullname, abiflags).replace(f"-{self.locator.get_disambiguator()}", "", 1)


class _Cache(caching.FunctionCache):
    """numba's cache with a store of its own; without room, or with a damaged file, the compiler runs once more."""

    _impl_class = _Places

    def __init__(self, kernel: Dispatcher):
        super().__init__(kernel.py_func)
        self._kernel = kernel
        self._cache_file = _Store(self._cache_path, self._impl.filename_base)

    def _index_key(self, sig, codegen):
        return sig, codegen.magic_tuple(), fingerprint(self._kernel)

    def load_overload(self, sig, target_context):
        try:
            return super().load_overload(sig, target_context)
        except Exception:  # a file that can be read, and holds no machine code
            return None

    def save_overload(self, sig, data):
        with suppress(OSError):
            super().save_overload(sig, data)


def kernel(function):
    """Compile a function on its first call, and keep its machine code where there is room for it."""
    if numba.config.DISABLE_JIT:  # plain Python then, which has to say as little of words that overflow on purpose
        return np.errstate(all="ignore")(function)
    compiled = numba.njit(nogil=True, error_model="numpy")(function)
    with suppress(RuntimeError):  # a read-only library and no home: every process compiles for itself
        compiled._cache = _Cache(compiled)
    return compiled


def elementwise(fill, *values):
    """Run a kernel ``fill(*arrays, out)`` over numbers or arrays, broadcast against each other; return the result."""
    arrays = np.broadcast_arrays(*values)
    out = np.empty(arrays[0].shape)
    fill(*(np.ascontiguousarray(array, dtype=np.float64).ravel() for array in arrays), out.reshape(-1))
    return out[()]
