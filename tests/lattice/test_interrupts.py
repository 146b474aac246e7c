"""A run that is stopped by hand: it stops soon, leaves what it was given alone, and hands over what was finished."""

import signal
import threading
import time

import numpy as np
import pytest

from spinlearn.core import progress
from spinlearn.core.progress import Interrupted
from spinlearn.lattice import (
    all_up,
    bond_couplings,
    bonds,
    cluster,
    cooled,
    drive,
    ising,
    multispin,
    signs,
    square,
    tempering,
)

FOREVER = 10**8  # sweeps of 64² spins: an hour or more
SHEET = square(64)
ONES = all_up(SHEET)
TABLE = bond_couplings(SHEET, np.random.default_rng(1).normal(size=len(bonds(SHEET))))
FIELDS = np.sin(np.arange(10**6))
HEATED = 2.3 + 0.1 * FIELDS

# run(n, rng, every) takes n sweeps or steps.
RUNS = {
    "one coupling": lambda n, rng, every=1: ising.simulate(ONES, SHEET, 2.3, n, every=every, rng=rng),
    "many couplings": lambda n, rng, every=1: ising.simulate(ONES, SHEET, 2.3, n, J=TABLE, every=every, rng=rng),
    "drive": lambda n, rng, every=1: drive.drive(ONES, SHEET, 2.3, FIELDS[:n], rng=rng),
    "wolff": lambda n, rng, every=1: cluster.wolff(ONES, SHEET, 2.3, n, every=every, rng=rng),
    "swendsen and wang": lambda n, rng, every=1: cluster.swendsen_wang(ONES, SHEET, 2.3, n, every=every, rng=rng),
    "words": lambda n, rng, every=1: multispin.simulate(ONES, 2.3, n, every=every, rng=rng),
    "words, two threads": lambda n, rng, every=1: multispin.simulate(ONES, 2.3, n, every=every, threads=2, rng=rng),
    "replicas": lambda n, rng, every=1: multispin.replicas(ONES, [2.0, 2.3, 2.6], n, every=every, rng=rng),
    "cooled": lambda n, rng, every=1: cooled.simulate(ONES, HEATED[:n], every=every, rng=rng),
    "glass in words": lambda n, rng, every=1: signs.simulate(
        ONES, SHEET, 1.0, n, J=np.sign(TABLE), every=every, rng=rng
    ),
    "tempering": lambda n, rng, every=1: tempering.simulate(ONES, SHEET, [2.0, 2.3, 2.6], n, every=every, rng=rng),
}
MODULES = ising, drive, cluster, multispin, cooled, signs, tempering
each_run = pytest.mark.parametrize("run", RUNS.values(), ids=RUNS.keys())


def stop_after(slices, monkeypatch):
    """Have the next run stopped after so many slices, each of one unit."""

    def watched(total, shown):
        for number, part in enumerate(progress.watched(total, shown)):
            if number == slices:
                raise KeyboardInterrupt
            yield part

    monkeypatch.setattr(progress, "SLICE", 0.0)
    for module in MODULES:
        monkeypatch.setattr(module, "watched", watched)


@pytest.mark.slow
@pytest.mark.parametrize("every", [1, 3])
@each_run
def test_what_was_finished_is_the_beginning_of_the_whole_run(run, every, monkeypatch):
    whole = run(12, np.random.default_rng(5), every)
    units = {"one coupling": SHEET.size, "many couplings": SHEET.size, "drive": SHEET.size, "tempering": 3}
    name = next(name for name, one in RUNS.items() if one is run)
    stop_after(7 * units.get(name, 1) + (2 if name in units else 0), monkeypatch)  # within the eighth sweep
    with pytest.raises(Interrupted) as stopped:
        run(12, np.random.default_rng(5), every)
    part = stopped.value.run
    assert type(part) is type(whole)
    records = 7 if name == "drive" else 7 // every
    assert len(part.e) == len(part.m) == records
    np.testing.assert_array_equal(part.e, whole.e[:records])
    np.testing.assert_array_equal(part.m, whole.m[:records])
    assert part.spins.shape == whole.spins.shape
    assert set(np.unique(part.spins)) <= {-1, 1}
    assert (ONES == 1).all()
    if name == "wolff":
        np.testing.assert_array_equal(part.sizes, whole.sizes[:7])


@pytest.mark.slow
@pytest.mark.parametrize("name", ["wolff", "swendsen and wang", "words", "replicas"])
def test_the_configuration_kept_is_that_after_the_last_whole_step(name, monkeypatch):
    seven = RUNS[name](7, np.random.default_rng(5))
    stop_after(7, monkeypatch)
    with pytest.raises(Interrupted) as stopped:
        RUNS[name](12, np.random.default_rng(5))
    np.testing.assert_array_equal(stopped.value.run.spins, seven.spins)


def test_a_cluster_that_was_growing_is_taken_back(monkeypatch):
    """Stopped within a large cluster, whose sites have been turned over already."""
    monkeypatch.setattr(cluster, "run_wolff", half_a_cluster)
    with pytest.raises(Interrupted) as stopped:
        cluster.wolff(ONES, SHEET, 0.5, 5, rng=np.random.default_rng(1))
    run = stopped.value.run
    assert (run.spins == 1).all()
    assert len(run.sizes) == len(run.e) == 0


def half_a_cluster(system, stop, spins, state, clock, *_):
    ends = clock[1:3]
    cluster.begin(spins, 7, system.queue, ends)
    cluster.advance(spins, system.neighbours, system.threshold, state, system.queue, ends, 100)
    assert 100 < (spins == -1).sum() < spins.size
    raise KeyboardInterrupt


def interrupted(call, after=0.4):
    """Send this process the signal of Ctrl-C a moment into a call; return what it raises, and how long that took."""
    sent = []

    def send():
        sent.append(time.monotonic())
        signal.raise_signal(signal.SIGINT)

    timer = threading.Timer(after, send)
    timer.start()
    try:
        with pytest.raises(Interrupted) as stopped:
            call()
        return stopped.value, time.monotonic() - sent[0]
    finally:
        timer.cancel()


@pytest.mark.slow
@each_run
def test_the_signal_stops_a_run_of_hours(run):
    """Without a record in between. The bound is ten times the promise, for machines that have other things to do."""
    run(3, np.random.default_rng(1))  # compiled
    length = len(FIELDS) if run in (RUNS["drive"], RUNS["cooled"]) else FOREVER
    stopped, took = interrupted(lambda: run(length, np.random.default_rng(1), FOREVER))
    assert took < 5
    assert set(np.unique(stopped.run.spins)) <= {-1, 1}


CELL = """
import sys, numpy as np
from spinlearn.lattice import all_up, cluster, ising, multispin, square
sheet, rng = square(128), np.random.default_rng(1)
start = all_up(sheet)
RUNS = {
    "local": lambda n: ising.simulate(start, sheet, 2.3, n, every=n, rng=rng),
    "wolff": lambda n: cluster.wolff(start, sheet, 2.3, n, every=n, rng=rng),
    "swendsen-wang": lambda n: cluster.swendsen_wang(start, sheet, 2.3, n, every=n, rng=rng),
    "words": lambda n: multispin.simulate(start, 2.3, n, every=n, rng=rng),
}
for run in RUNS.values():
    run(2)
"""


@pytest.mark.slow
def test_the_stop_button_of_a_notebook():
    from jupyter_client.manager import start_new_kernel

    manager, client = start_new_kernel()
    try:
        assert client.execute_interactive(CELL, timeout=300, output_hook=lambda _: None)["content"]["status"] == "ok"
        for name in ("local", "wolff", "swendsen-wang", "words"):
            request = client.execute(f"RUNS[{name!r}]({FOREVER})", allow_stdin=False, stop_on_error=False)
            time.sleep(1.0)
            before = time.monotonic()
            manager.interrupt_kernel()
            reply = client.get_shell_msg(timeout=60)
            print(f"{name}: {time.monotonic() - before:.2f} s")
            assert reply["parent_header"]["msg_id"] == request
            assert reply["content"]["ename"] in ("Interrupted", "KeyboardInterrupt")
            assert time.monotonic() - before < 5
            kept = client.execute_interactive("assert sys.last_value.run.spins.shape == (128, 128)", timeout=60)
            assert kept["content"]["status"] == "ok"
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
