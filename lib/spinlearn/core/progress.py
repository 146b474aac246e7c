"""Long work: cut up so that it can be stopped within a moment, shown to whoever watches, and not lost when stopped.

A kernel cannot be interrupted: Ctrl-C and a notebook's stop button wait until it returns. So a long run is handed to
its kernel in slices of about a tenth of a second. How many units of work that is depends on the machine, and on the
work, so `watched` looks at the clock. The clock decides only where a run is cut, never what comes out: a kernel has to
give the same numbers for any cuts, and a test of each sees to that.
"""

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

from . import arguments

SLICE = 0.1  # seconds in one call of a kernel
GROWTH = 4  # a slice has at most so many times the units of the one before
DELAY = 2.0  # seconds before a bar appears


class Interrupted(KeyboardInterrupt):
    """A run was stopped by hand. What was finished until then is kept.

    Without a handler it acts as the `KeyboardInterrupt` that it is. Afterwards, in a notebook or at a prompt, what was
    finished is in ``sys.last_value.run``.

    Attributes
    ----------
    run
        What the function would have returned, of the length that was reached.

    Examples
    --------
    >>> try:
    ...     raise Interrupted([1, 2, 3])  # as a run does in which Ctrl-C was pressed
    ... except Interrupted as stopped:
    ...     print(stopped.run)
    [1, 2, 3]
    """

    def __init__(self, run):
        super().__init__("stopped by hand; what was finished is in the attribute `run` of this exception")
        self.run = run


@contextmanager
def keeping(finished: Callable[[], object]) -> Iterator[None]:
    """Where Ctrl-C stops the block, raise an `Interrupted` with what `finished()` returns then.

    Examples
    --------
    >>> records = []
    >>> try:
    ...     with keeping(lambda: tuple(records)):
    ...         records.append(1.5)
    ...         raise KeyboardInterrupt
    ... except Interrupted as stopped:
    ...     print(stopped.run)
    (1.5,)
    """
    try:
        yield
    except Interrupted:
        raise
    except KeyboardInterrupt:
        raise Interrupted(finished()) from None


def somebody_watches() -> bool:
    """Whether a bar would be seen: at a terminal, or in a notebook whose reader could be asked something.

    A notebook that a program executes (`make execute`, nbval) has nobody to ask, and no bar gets into its outputs.
    """
    shell = getattr(sys.modules.get("IPython"), "get_ipython", lambda: None)()
    kernel = getattr(shell, "kernel", None)
    if kernel is not None:
        return bool(getattr(kernel, "_allow_stdin", False))
    return bool(getattr(sys.stderr, "isatty", lambda: False)())


def watched(total: int, progress: bool | None = None) -> Iterator[slice]:
    """Cut ``range(total)`` into slices, each about a tenth of a second of the caller's work, and show a bar.

    Parameters
    ----------
    total : int
        Units of work, such as updates or steps. One unit has to take far less than half a second.
    progress : bool, optional
        True shows a bar, False shows none. Left out: a bar where somebody watches, if the run takes longer than two
        seconds. It disappears at the end.

    Yields
    ------
    slice
        What to do next. The first is one unit long, since compilers and caches wake up in it; further ones grow.

    Raises
    ------
    TypeError
        If `progress` is something else; at the call, before the first slice.

    Examples
    --------
    >>> done = 0
    >>> for part in watched(1000, progress=False):
    ...     done += part.stop - part.start
    >>> done
    1000
    """
    progress = arguments.flag("progress", progress, optional=True)
    shown = somebody_watches() if progress is None else progress
    return _shown(_slices(total), total, 0.0 if progress else DELAY) if shown else _slices(total)


def _slices(total: int) -> Iterator[slice]:
    start, length = 0, 1
    while start < total:
        part = slice(start, min(start + length, total))
        before = time.perf_counter()
        yield part
        spent = time.perf_counter() - before
        length = max(1, int(length * min(GROWTH, SLICE / max(spent, 1e-9))))
        start = part.stop


def _shown(slices, total: int, delay: float) -> Iterator[slice]:
    started = time.time()
    with ExitStack() as stack:
        bar = None
        for part in slices:
            yield part
            if bar is None and time.time() >= started + delay:
                from tqdm.auto import tqdm  # here, because it takes as long to import as most runs take

                form = "{percentage:3.0f}% |{bar}| {elapsed} gone, {remaining} to go"
                bar = stack.enter_context(tqdm(total=total, leave=False, bar_format=form))
                bar.start_t = started
            if bar is not None:
                bar.update(part.stop - bar.n)
