"""Long work: slices that cover a run once, bars for those who watch, and what is finished when somebody stops it."""

import io
import sys
import time
from types import SimpleNamespace

import pytest

from spinlearn.core import progress
from spinlearn.core.progress import Interrupted, keeping, watched


def covered(total, *, progress=False, unit=0.0):
    """The slices of a run whose units take `unit` seconds each."""
    parts = []
    for part in watched(total, progress):
        parts.append(part)
        time.sleep(unit * (part.stop - part.start))
    return parts


@pytest.mark.parametrize("total", [0, 1, 2, 1000, 12345678])
def test_the_slices_are_the_whole_run_once(total):
    parts = covered(total)
    assert [part.start for part in parts] == [0, *[part.stop for part in parts]][: len(parts)]
    assert (parts[-1].stop if parts else 0) == total


def test_a_slice_takes_as_long_as_a_person_waits_gladly(monkeypatch):
    """On a clock of our own: whatever a unit takes, no slice but one of a single unit lasts twice the time meant."""
    clock = [0.0]
    monkeypatch.setattr(progress.time, "perf_counter", lambda: clock[0])
    for unit in (1e-9, 1e-6, 1e-3, 0.05, 0.3):
        lasted = []
        for part in watched(int(10 / unit), False):
            lasted.append((part.stop - part.start) * unit)
            clock[0] += lasted[-1]
        assert max(lasted) <= max(2 * progress.SLICE, unit * 1.001)
        assert sorted(lasted)[len(lasted) // 2] <= 1.001 * max(progress.SLICE, unit)


def test_work_that_grows_heavier_is_cut_finer_at_once(monkeypatch):
    clock, lasted = [0.0], []
    monkeypatch.setattr(progress.time, "perf_counter", lambda: clock[0])
    for part in watched(10**6, False):
        lasted.append((part.stop - part.start) * (1e-6 if part.start < 5 * 10**5 else 1e-4))
        clock[0] += lasted[-1]
    heavy = [span for span in lasted if span > 2 * progress.SLICE]
    assert len(heavy) == 1  # the one in which it happened


class Stream(io.StringIO):
    def __init__(self, terminal):
        super().__init__()
        self.terminal = terminal

    def isatty(self):
        return self.terminal


def bar_of(monkeypatch, terminal, shown, delay=0.0):
    stream = Stream(terminal)
    monkeypatch.setattr(sys, "stderr", stream)
    monkeypatch.setattr(progress, "DELAY", delay)
    monkeypatch.setattr(progress, "SLICE", 0.01)
    covered(60, progress=shown, unit=0.005)
    return stream.getvalue()


@pytest.mark.parametrize(
    ("terminal", "shown", "delay", "seen"),
    [
        (True, None, 0.0, True),
        (True, None, 60.0, False),  # the run is over sooner
        (True, False, 0.0, False),
        (False, None, 0.0, False),  # nobody watches
        (False, True, 60.0, True),
    ],
)
def test_a_bar_is_there_for_who_watches_a_long_run(monkeypatch, terminal, shown, delay, seen):
    assert ("%" in bar_of(monkeypatch, terminal, shown, delay)) == seen


@pytest.mark.parametrize(("asked", "seen"), [(True, True), (False, False)])
def test_a_notebook_that_a_program_executes_has_no_watcher(monkeypatch, asked, seen):
    shell = SimpleNamespace(kernel=SimpleNamespace(_allow_stdin=asked))
    monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace(get_ipython=lambda: shell))
    monkeypatch.setattr(sys, "stderr", Stream(True))
    assert progress.somebody_watches() == seen


@pytest.mark.parametrize("wrong", [1, "yes", 0.0])
def test_progress_is_a_yes_a_no_or_left_out(wrong):
    with pytest.raises(TypeError, match=r"^progress must be None, True or False, not"):
        watched(3, wrong)


def test_what_is_finished_is_kept():
    records = []

    def stopped_on_the_way():
        for part in watched(10, False):
            records.append(part.stop)
            if part.stop >= 3:
                raise KeyboardInterrupt

    with pytest.raises(Interrupted) as stopped, keeping(lambda: list(records)):
        stopped_on_the_way()
    assert stopped.value.run == records
    assert isinstance(stopped.value, KeyboardInterrupt)


def test_what_an_inner_run_kept_is_handed_on():
    with pytest.raises(Interrupted) as stopped, keeping(lambda: "outer"), keeping(lambda: "inner"):
        raise KeyboardInterrupt
    assert stopped.value.run == "inner"


def test_other_errors_pass():
    with pytest.raises(ZeroDivisionError), keeping(lambda: None):
        raise ZeroDivisionError
