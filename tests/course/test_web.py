"""The WebAssembly modules: they are what the current kernels give, and they compute what the kernels compute."""

import hashlib
import importlib.util
import math
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import wasmtime
from scipy.integrate import quad
from wasm import Wasm

from spinlearn import lattice
from spinlearn.core import words
from spinlearn.course import web
from spinlearn.course.web import making
from spinlearn.lattice import cluster, geometry, ising
from spinlearn.neuron import membrane

pytestmark = pytest.mark.slow

ISING = ("metropolis", 1.7, 0.0), ("metropolis", 2.269, -0.4), ("heat-bath", 2.269, 0.0), ("heat-bath", 0.5, 0.35)


@pytest.fixture(scope="module")
def compiled():
    return making.compile_object("ising")


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def copy_of_the_package(folder: Path) -> Path:
    ignored = shutil.ignore_patterns("__pycache__")
    return shutil.copytree(web.HERE.parents[1], folder / "a longer path" / "spinlearn", ignore=ignored)


@pytest.fixture
def wasm():
    return Wasm(web.read("ising"))


@pytest.mark.parametrize("name", web.names())
def test_the_module_is_what_the_current_kernels_give(name, request):
    compiled = request.getfixturevalue("compiled") if name == "ising" else making.compile_object(name)
    record = making.manifest()["modules"][name]
    again = "a kernel or a tool has changed: make the modules anew with `python -m spinlearn.course.web`"
    assert b".py" not in compiled, "the module holds the path of a file: some operation of its kernels raises"
    assert sha256(compiled) == record["object_sha256"], again
    assert sha256(web.read(name)) == record["wasm_sha256"], again
    assert tuple(record["exports"]) == making.exports(name), again
    assert list(making.manifest()["modules"]) == web.names(), again
    if importlib.util.find_spec("ziglang"):
        assert making.link(compiled, making.exports(name)) == web.read(name)


@pytest.mark.parametrize(
    ("file", "right", "wrong"),
    [
        ("lattice/ising.py", "uniform(state) < table[", "uniform(state) <= table["),
        ("core/words.py", "_rotate_left(state[3], 45)", "_rotate_left(state[3], 43)"),
    ],
)
def test_a_changed_kernel_is_noticed(tmp_path, compiled, file, right, wrong):
    package = copy_of_the_package(tmp_path)
    source = (package / file).read_text(encoding="utf-8")
    assert right in source
    (package / file).write_text(source.replace(right, wrong), encoding="utf-8")
    assert making.compile_object("ising", package=package) != compiled


def test_only_the_kernels_matter(tmp_path, compiled, monkeypatch):
    """Not the folder, not the settings of the process; and the notebook's own cache is neither read nor written."""
    package = copy_of_the_package(tmp_path)
    monkeypatch.setenv("NUMBA_OPT", "3")
    monkeypatch.setenv("NUMBA_CPU_NAME", "skylake-avx512")
    assert making.compile_object("ising", package=package) == compiled
    assert list(package.rglob("*.nb[ic]")) == []


# Functions of JavaScript's Math.
MATH = {
    "acosh", "asin", "asinh", "atanh", "cbrt", "cos", "cosh", "exp", "expm1", "log", "log1p", "pow", "sin", "sinh",
    "tanh",
}  # fmt: skip


@pytest.mark.parametrize("name", web.names())
def test_the_module_is_small_and_asks_for_what_browsers_have(name):
    content = web.read(name)
    module = wasmtime.Module(wasmtime.Engine(), content)
    assert {part.module for part in module.imports} <= {"env"}
    assert {part.name for part in module.imports} <= MATH
    assert {part.name for part in module.exports} == {*making.exports(name), "memory", "__heap_base"}
    assert len(content) < 8192


@pytest.mark.parametrize("most", [1, 7, 10_000])
@pytest.mark.parametrize("place", [lattice.square(2), lattice.square(24, 7), lattice.triangular(16)], ids=str)
def test_clusters_grow_as_they_do_natively_bit_for_bit(place, most):
    """Spins, queue and the generator's state while eleven clusters grow by `most` sites at a time."""
    wasm = Wasm(web.read("wolff"))
    n, z = place.neighbours.shape
    spins, state = np.empty(n, dtype=np.int8), np.empty(4, dtype=np.uint64)
    words.seed_state(np.uint64(11), state)
    geometry.fill_random(spins, state)
    queue, ends = np.zeros(n + 1, dtype=np.int32), np.zeros(2, dtype=np.int64)
    web_spins, web_state, web_queue, web_ends = (array.copy() for array in (spins, state, queue, ends))
    threshold, total = round(cluster.bond_probability(2.2) * 2**32), np.array([spins.sum()], dtype=np.int64)
    assert wasm.call("bond_threshold", 2.2) == threshold
    for _ in range(11):
        site = words.random_site(n, state)
        assert wasm.call("random_site", n, web_state) == site
        cluster.begin(spins, site, queue, ends)
        wasm.call("begin", web_spins, n, int(site), web_queue, web_ends)
        while ends[0] < ends[1]:
            cluster.advance(spins, place.neighbours, np.uint64(threshold), state, queue, ends, most)
            wasm.call(
                "advance", web_spins, place.neighbours.copy(), n, z, threshold, web_state, web_queue, web_ends, most,
                total,
            )  # fmt: skip
            np.testing.assert_array_equal(web_spins, spins)
            np.testing.assert_array_equal(web_queue[: ends[1]], queue[: ends[1]])
            np.testing.assert_array_equal(web_ends, ends)
            np.testing.assert_array_equal(web_state, state)
        assert total[0] == spins.sum()


@pytest.mark.parametrize("size", [2, 3, 16])
@pytest.mark.parametrize("name", ["cooling", "ising", "wolff"])
def test_the_torus_of_the_page_is_that_of_the_library(name, size):
    table = np.full((size * size, 4), -9, dtype=np.int32)
    Wasm(web.read(name)).call("fill_torus", table, size)
    np.testing.assert_array_equal(table, lattice.square(size).neighbours)


def test_the_sizes_of_clusters_are_counted_as_numpy_counts_them(rng):
    """Means, octaves, and the law s^(-16/15): its integral over the octaves in between is the share found there."""
    wasm, n = Wasm(web.read("wolff")), 128**2
    found, totals = np.minimum(n, (8 / rng.random(500) ** 2)).astype(int), rng.integers(-n, n, 500)
    sums, octaves = np.zeros(3), np.zeros(32)
    for size, total in zip(found, totals, strict=True):
        wasm.call("tally", n, int(size), int(total), sums, octaves)
    assert sums == pytest.approx([500, found.sum() / n, np.sum((totals / n) ** 2)], rel=1e-12)
    edges = 2 ** np.arange(16)
    np.testing.assert_array_equal(octaves[:15], np.histogram(found, edges)[0])
    sizes, shares, line = np.zeros(32), np.zeros(32), np.zeros(4)
    many = wasm.call("distribution", n, octaves, sizes, shares, line)
    (k,) = np.nonzero(octaves)
    last = np.minimum(2 ** (k + 1) - 1, n)
    np.testing.assert_allclose(sizes[:many], np.sqrt(2.0**k * last))
    np.testing.assert_allclose(shares[:many], octaves[k] / 500 / (last - 2**k + 1))
    low, high, at_low, at_high = line
    assert math.log(at_high / at_low) == pytest.approx(-16 / 15 * math.log(high / low))
    within = ((found >= low) & (found < high)).mean()
    assert quad(lambda s: at_low * (s / low) ** (-16 / 15), low, high)[0] == pytest.approx(within)


@pytest.mark.parametrize("I", [0.0, 6.3, 20.0])
def test_the_membrane_spikes_as_it_does_natively_bit_for_bit(I):
    """With the system's `exp` in both: the arithmetic is the same, to the last bit, through 100 ms."""
    p, state = np.array(membrane.SQUID), membrane.rest()
    web_state, count, steps = state.copy(), 0, 5
    wasm, times, web_times = Wasm(web.read("neuron")), np.empty(3), np.empty(3)
    for _ in range(1000):
        found = membrane.count_spikes(state, I, membrane.DT, p, steps, times)
        assert wasm.call("count_spikes", web_state, I, membrane.DT, p.copy(), steps, web_times) == found
        np.testing.assert_array_equal(web_state, state)
        np.testing.assert_array_equal(web_times[:found], times[:found])
        count += found
    assert count == len(membrane.fire(I, 100.0).times)
    assert (count > 0) == (I > 0)


@pytest.mark.parametrize(
    ("times", "since", "now", "rate"),
    [
        ([], 0.0, 30.0, math.nan),  # neither a spike nor a silence yet
        ([], 0.0, 60.0, 0),
        ([10], 0.0, 40.0, math.nan),
        ([10], 0.0, 61.0, 0),
        ([10, 30, 50], 0.0, 60.0, 50),
        ([10, 30, 50], 20.0, 60.0, 50),  # the first was before the current jumped
        ([10, 30, 50], 40.0, 60.0, math.nan),
        ([10, 200, 240], 0.0, 280.0, 25),  # the first is longer ago than one looks
        ([10, 30], 0.0, 90.0, 0),
    ],
)
def test_the_rate_of_firing_is_told_once_it_is_known(times, since, now, rate):
    spikes = np.array([*times, 1e9])  # what is behind the last spike does not count
    found = Wasm(web.read("neuron")).call("firing_rate", spikes, len(times), since, now, 250.0, 50.0)
    assert found == pytest.approx(rate, nan_ok=True)


def test_the_energy_of_the_page_is_that_of_the_library(rng):
    place = lattice.square(8)
    spins = lattice.random_spins(place, rng=rng)
    totals = np.array([ising.bond_total(spins.ravel(), place.neighbours), spins.sum()])
    found = Wasm(web.read("ising")).call("energy", totals, 64, 0.3)
    assert found == pytest.approx(ising.energy(spins, place, h=0.3) / 64, rel=1e-14)


@pytest.mark.parametrize("seed", [0, 1, 2**63, 2**64 - 1])
def test_the_generator_starts_and_the_lattice_fills_as_they_do_natively(wasm, seed):
    native, spins = np.empty(4, dtype=np.uint64), np.empty(1000, dtype=np.int8)
    words.seed_state(np.uint64(seed), native)
    state, filled = np.zeros_like(native), np.zeros_like(spins)
    wasm.call("seed_state", seed - 2**64 if seed >= 2**63 else seed, state)  # WebAssembly has no unsigned integers
    np.testing.assert_array_equal(state, native)
    geometry.fill_random(spins, native)
    wasm.call("fill_random", filled, filled.size, state)
    np.testing.assert_array_equal(filled, spins)
    np.testing.assert_array_equal(state, native)


@pytest.mark.parametrize(("rule", "T", "h"), ISING)
@pytest.mark.parametrize("z", [2, 4, 6])
def test_the_table_of_flip_probabilities_is_the_same(wasm, rule, T, h, z):
    native = np.empty((2, 2 * z + 1))
    ising.fill_flip_probabilities(native, ising.RULES[rule], 1.0 / T, -0.7, h)
    table = np.zeros_like(native)
    wasm.call("fill_flip_probabilities", table, z, ising.RULES[rule], T, -0.7, h)
    np.testing.assert_array_equal(table, native)


@pytest.mark.parametrize(("rule", "T", "h"), ISING)
@pytest.mark.parametrize("order", ["random", "sequential"])
@pytest.mark.parametrize(
    "place",
    [lattice.square(2), lattice.square(24, 7), lattice.square(64, periodic=False), lattice.triangular(16)],
    ids=lambda place: f"{place.name} {place.shape}",
)
def test_native_and_web_runs_agree_bit_for_bit(wasm, place, rule, T, h, order):
    """Spins, sums and the generator's state after eleven sweeps, from one seed."""
    n, z = place.neighbours.shape
    native = [np.empty(n, dtype=np.int8), np.empty(4, dtype=np.uint64), np.empty((2, 2 * z + 1))]
    spins, state, table = native
    words.seed_state(np.uint64(7), state)
    geometry.fill_random(spins, state)
    ising.fill_flip_probabilities(table, ising.RULES[rule], 1.0 / T, 1.0, h)
    totals = np.array([ising.bond_total(spins, place.neighbours), spins.sum()], dtype=np.int64)
    web_spins, web_state, web_totals = spins.copy(), state.copy(), totals.copy()
    assert wasm.call("bond_total", web_spins, place.neighbours, n, z) == totals[0]

    for _ in range(11):
        ising.sweep(spins, place.neighbours, table, ising.ORDERS[order], state, totals)
        wasm.call(
            "sweep", web_spins, place.neighbours.copy(), n, z, table.copy(), int(ising.ORDERS[order]), web_state,
            web_totals,
        )  # fmt: skip
    np.testing.assert_array_equal(web_spins, spins)
    np.testing.assert_array_equal(web_state, state)
    np.testing.assert_array_equal(web_totals, totals)
    assert totals.tolist() == [ising.bond_total(spins, place.neighbours), spins.sum()]


def test_another_seed_does_not_agree(wasm):
    """The control of the test above."""
    place = lattice.square(32)
    states = [np.empty(4, dtype=np.uint64) for _ in range(2)]
    for seed, state in enumerate(states):
        words.seed_state(np.uint64(seed), state)
    spins, table, totals = np.ones(place.size, dtype=np.int8), np.empty((2, 9)), np.zeros(2, dtype=np.int64)
    ising.fill_flip_probabilities(table, ising.METROPOLIS, 1 / 2.269, 1.0, 0.0)
    web_spins = spins.copy()
    ising.sweep(spins, place.neighbours, table, True, states[0], totals)
    wasm.call("sweep", web_spins, place.neighbours.copy(), place.size, 4, table, 1, states[1], totals)
    assert (web_spins != spins).any()


def test_the_web_module_gives_what_simulate_gives(wasm):
    """Not the kernels one by one but the public function, whose seed is the Generator's first draw."""
    place = lattice.square(32)
    native = ising.simulate(
        lattice.all_up(place), place, 2.3, 20, rule="heat-bath", h=0.1, rng=np.random.default_rng(5)
    )
    seed = int(np.random.default_rng(5).integers(2**64, dtype=np.uint64))
    state, table = np.zeros(4, dtype=np.uint64), np.zeros((2, 9))
    wasm.call("seed_state", seed - 2**64 if seed >= 2**63 else seed, state)
    wasm.call("fill_flip_probabilities", table, 4, ising.HEAT_BATH, 2.3, 1.0, 0.1)
    spins = np.ones(place.size, dtype=np.int8)
    totals = np.array([2 * place.size, place.size], dtype=np.int64)
    for sweep in range(20):
        wasm.call("sweep", spins, place.neighbours.copy(), place.size, 4, table, 1, state, totals)
        assert totals[1] / place.size == native.m[sweep]
        assert (-totals[0] - 0.1 * totals[1]) / place.size == native.e[sweep]
    np.testing.assert_array_equal(spins.reshape(place.shape), native.spins)


def test_an_unknown_module_is_named():
    with pytest.raises(ValueError, match=r"name must be one of .*'ising', .*got 'potts'"):
        web.read("potts")
    with pytest.raises(ValueError, match=r"name must be one of .*'ising', .*got 'potts'"):
        making.compile_object("potts")


def test_a_kernel_that_does_not_compile_is_reported(tmp_path):
    package = copy_of_the_package(tmp_path)
    source = package / "core" / "words.py"
    source.write_text(source.read_text(encoding="utf-8").replace("word += GOLDEN", "word += 'golden'"))
    with pytest.raises(RuntimeError, match=r"the kernels of 'ising' do not compile:(?s:.)*golden"):
        making.compile_object("ising", package=package)


def test_a_missing_linker_is_named_with_its_cure(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(RuntimeError, match=r"linker is missing: pip install ziglang==0\.17\.1"):
        making.link(b"", ())


def test_the_linker_is_the_one_that_the_project_pins():
    pins = (Path(__file__).parents[2] / "pyproject.toml").read_text(encoding="utf-8")
    assert f'"{making.LINKER}"' in pins
    assert making.manifest()["tools"]["ziglang"] == making.LINKER.partition("==")[2]


def test_importing_the_package_does_not_compile_for_the_web():
    code = (
        "import sys, spinlearn.course.explore, spinlearn.course.web, spinlearn.course.web.making;"
        "spinlearn.course.explore.IsingLattice;"
        "modules = ['shared', *(f'kernels.{name}' for name in spinlearn.course.web.names())];"
        "sys.exit(any(f'spinlearn.course.web.{module}' in sys.modules for module in modules))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
