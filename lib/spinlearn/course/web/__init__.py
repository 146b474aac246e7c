"""One kernel, three homes: the library's own kernels as WebAssembly, for the web page.

numba turns a kernel into LLVM code. For the notebook and for the tests LLVM goes on to the machine code of this
computer; here it goes on to WebAssembly, which a browser runs. Nothing is written twice, so what the page runs is what
the tests hold against exact physics. From one seed both give the same spins, bit for bit: the kernels are integer
arithmetic and comparisons, and what they need of `exp` they look up in a table that is filled once. The membrane and
the mean field have no such table. A browser's `exp` or `tanh` may differ from the system's in the last bit, and what
they compute then differs as little.

The modules are a few kB, and lie committed beside this file with a manifest of what they were made from. Only who edits
a kernel makes them anew, with ``python -m spinlearn.course.web``: see `spinlearn.course.web.making`. A file in
``kernels/`` is a module; there is no other list of them.
"""

from pathlib import Path

HERE = Path(__file__).parent


def names() -> list[str]:
    """Names of all modules: a file in ``kernels/`` each.

    Examples
    --------
    >>> "cobweb" in names(), names() == sorted(names())
    (True, True)
    """
    return sorted(path.stem for path in HERE.glob("kernels/[a-z]*.py"))


def known(name: str) -> str:
    """Return `name` if there is a module of that name.

    Raises
    ------
    ValueError
        If there is none.
    """
    if name not in names():
        raise ValueError(f"name must be one of {', '.join(map(repr, names()))}, got {name!r}")
    return name


def read(name: str) -> bytes:
    """Return the committed WebAssembly module `name`.

    It exports its functions, its `memory`, and `__heap_base`, the first address that is free. What it imports, if
    anything, is ``env.exp`` and the like: functions that ``Math`` has in a browser under the same names.

    Parameters
    ----------
    name : str
        One of `names`.

    Returns
    -------
    bytes

    Raises
    ------
    ValueError
        If there is no module of that name.

    Examples
    --------
    >>> read("ising")[:4]
    b'\\x00asm'
    """
    return (HERE / f"{known(name)}.wasm").read_bytes()
