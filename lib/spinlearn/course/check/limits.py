"""A reader's code may do what it likes, and the reader gets a sentence back: time, state and output have limits.

The answer runs in a thread of its own, while the one that asked waits. What is still running when the time is over is
stopped by an exception; Python delivers it between two steps of the program. Three things cannot be stopped so.
A program that catches everything it is sent, or that waits in a call of the operating system, is left alone and told
about; the answer comes in time. A single step that never ends and holds Python's lock, such as ``10 ** 10 ** 10`` or a
loop that numba has compiled, lets nothing else run, this included: there only the kernel's restart helps.
"""

import contextlib
import contextvars
import ctypes
import io
import random
import sys
import threading
import time
import warnings

import numpy as np

LIMIT = 10.0  # seconds
GRACE = 1.0  # seconds that a program has to stop in
PRINTED = 4000  # characters that an answer may print
DEPTH = 4000  # calls within calls: more would run out of a thread's memory, which ends the whole program


class TooLate(BaseException):  # no Exception, so that a reader's `except Exception` lets it pass
    """The time is over. Raised in the thread that runs an answer."""


def run(work, limit: float | None = None):
    """What ``work()`` returns, in at most `limit` seconds (`LIMIT` where none are given).

    Raises
    ------
    TimeoutError
        When the time is over. The message says whether what was running has been stopped.
    KeyboardInterrupt
        When the one who waits presses Ctrl-C or the stop button; what was running is stopped first.
    """
    limit = LIMIT if limit is None else limit
    returned, done = [], threading.Event()

    def body():
        try:
            with contextlib.suppress(TooLate):
                returned.append(context.run(work))
        finally:
            done.set()

    with _kept_state():
        context = contextvars.copy_context()
        worker = threading.Thread(target=body, name="answer", daemon=True)
        try:
            worker.start()
        except RuntimeError:  # a Python without threads, as in a browser: there is no limit then
            return work()
        end = time.monotonic() + limit
        try:  # An interrupt in join() would mark the thread as ended; and no system lets one into a long wait.
            while not done.wait(0.05) and time.monotonic() < end:
                pass
        except BaseException:
            _stop(worker, done)
            raise
        if not done.is_set() and not _stop(worker, done):
            raise TimeoutError(
                f"your answer still runs after {limit:g} seconds and could not be stopped. Restart the kernel, and "
                "look for a loop that never ends or for an except that catches everything."
            )
    if not returned:
        raise TimeoutError(
            f"your answer was stopped after {limit:g} seconds. Is there a loop in it that never ends, or takes long?"
        )
    return returned[0]


def _stop(worker: threading.Thread, done: threading.Event) -> bool:
    """Raise `TooLate` in a thread until it is done, and say whether it is."""
    end = time.monotonic() + GRACE
    while not done.is_set() and time.monotonic() < end:
        ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(worker.ident), ctypes.py_object(TooLate))
        done.wait(0.05)
    return done.is_set()


@contextlib.contextmanager
def _kept_state():
    """Put back what an answer may have changed: random numbers, error and print settings, and a limited output."""
    own, numpys, depth = random.getstate(), np.random.get_state(), sys.getrecursionlimit()  # noqa: NPY002
    with (
        warnings.catch_warnings(),
        np.errstate(all="ignore"),
        np.printoptions(),
        contextlib.redirect_stdout(Cut(sys.stdout)),
        contextlib.redirect_stderr(Cut(sys.stderr)),
    ):
        warnings.simplefilter("ignore")
        sys.setrecursionlimit(min(depth, DEPTH))
        try:
            yield
        finally:
            random.setstate(own)
            np.random.set_state(numpys)  # noqa: NPY002
            sys.setrecursionlimit(depth)


class Cut(io.TextIOBase):
    """A text stream that passes on the first `PRINTED` characters, and then says that there were more."""

    def __init__(self, stream):
        self.stream, self.left = stream, PRINTED

    def write(self, text: str) -> int:
        """Pass on what still has room."""
        if self.left > 0 and self.stream is not None:
            self.stream.write(text[: self.left])
            self.left -= len(text)
            if self.left <= 0:
                self.stream.write("\n... (your answer prints more than is shown here)\n")
        return len(text)

    def flush(self) -> None:
        """Flush the stream below."""
        if self.stream is not None:
            self.stream.flush()
