"""Retrieval from a Hopfield network, without its couplings and with them: N = 10 000 units, P = 1000 patterns.

All contenders start from one pattern, a tenth of whose spins have turned, and go on until nothing turns. Only those
that end in the same state, spin for spin, are timed. They take turns, and times are processor times of one thread
(`benchmarks/__init__.py` keeps the linear algebra to one). The couplings J, 400 MB in single precision, are handed to
those who want them, and the bits to this library: what making them takes is told apart.

On one core of an AMD Zen 4 this library was 60 times as fast as J @ s in parallel and 14 times as fast as overlaps by
NumPy; one unit at a time, 65 times as fast as rows of J and 15 times as fast as compiled code that carries the fields
along. That is with 512 bits a register, in which eight words are counted at once. Compiled for a processor that has 256
bits and no such instruction (NUMBA_CPU_NAME=haswell, and NUMBA_CPU_FEATURES that name AVX2 and not AVX-512) it was 41
to 42, 9, 42 to 45 and 10 times as fast.

hopfieldkit (on PyPI) takes part where it is installed, on a smaller network.
"""

import time
from collections.abc import Callable
from statistics import median

import numba
import numpy as np

from spinlearn.dense import retrieval

N, P = 10_000, 1000
PEER, PEER_UNITS = "hopfieldkit", 2000
try:
    from hopfieldkit import HopfieldNetwork

    MISSING = ""
except ImportError as error:
    MISSING = str(error)


def problem(n: int = N, p: int = P, seed: int = 1) -> tuple[np.ndarray, np.ndarray]:
    """Random patterns (p, n) int8, and the first of them with a tenth of its spins turned."""
    rng = np.random.default_rng(seed)
    patterns = rng.choice(np.array([-1, 1], dtype=np.int8), size=(p, n))
    start = patterns[0].copy()
    start[rng.choice(n, n // 10, replace=False)] *= -1
    return patterns, start


def whole_couplings(patterns: np.ndarray) -> np.ndarray:
    """N J in single precision: whole numbers, whose sums stay exact below 2^24."""
    x = patterns.astype(np.float32)
    J = x.T @ x
    np.fill_diagonal(J, 0)
    return J


def by_matrix(J: np.ndarray) -> Callable:
    """What everybody writes first: s = sign(J @ s)."""

    def run(start):
        s = start.astype(np.float32)
        while True:
            field = J @ s
            turned = s * field < 0
            if not turned.any():
                return s.astype(np.int8)
            s[turned] *= -1

    return run


def by_overlaps(patterns: np.ndarray) -> Callable:
    """What a student writes who has seen that J is a product: overlaps, and back."""
    x, p = patterns.astype(np.float32), len(patterns)
    columns = np.ascontiguousarray(x.T)

    def run(start):
        s = start.astype(np.float32)
        while True:
            field = columns @ (x @ s) - p * s
            turned = s * field < 0
            if not turned.any():
                return s.astype(np.int8)
            s[turned] *= -1

    return run


def by_rows(J: np.ndarray) -> Callable:
    """One unit at a time: a row of J times the state."""

    def run(start):
        s = start.astype(np.float32)
        while True:
            flips = 0
            for i in range(s.size):
                if s[i] * (J[i] @ s) < 0:
                    s[i] = -s[i]
                    flips += 1
            if flips == 0:
                return s.astype(np.int8)

    return run


@numba.njit(cache=False)
def _relax_dense(J, s, field):
    flips = 1
    while flips:
        flips = 0
        for i in range(s.size):
            if s[i] * field[i] < 0:
                s[i] = -s[i]
                flips += 1
                change = 2 * s[i]
                for j in range(s.size):
                    field[j] += change * J[i, j]


def by_fields(J: np.ndarray) -> Callable:
    """One unit at a time, compiled, with the fields carried along."""

    def run(start):
        s = start.astype(np.float32)
        _relax_dense(J, s, J @ s)
        return s.astype(np.int8)

    return run


def by_bits(patterns: np.ndarray, order: str) -> Callable:
    """This library."""
    packed = retrieval.pack(patterns)
    return lambda start: retrieval.retrieve(start, packed, order=order, progress=False).spins


def compare(title: str, contenders: dict[str, Callable], start: np.ndarray, rounds: int = 7) -> dict[str, float]:
    """Median milliseconds of contenders that take turns, printed with ratios to the first; they must agree."""
    ends = {name: run(start) for name, run in contenders.items()}
    first = next(iter(ends))
    for name, end in ends.items():
        if not np.array_equal(end, ends[first]):
            raise ValueError(f"{name} ends in another state than {first}: its speed means nothing")
    spent = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, run in contenders.items():
            begin = time.thread_time()
            run(start)
            spent[name].append(1e3 * (time.thread_time() - begin))
    times = {name: median(values) for name, values in spent.items()}
    print(f"\n{title}: all end in the same state; ms, and × {first}")
    for name, value in times.items():
        print(f"  {name:32s} {value:9.3f} {value / times[first]:9.1f}")
    return times


def compare_peer() -> None:
    """The peer on a smaller network, if it is here; it takes a unit in no field up, which does not happen here."""
    patterns, start = problem(PEER_UNITS, PEER_UNITS // 10)
    network = HopfieldNetwork(PEER_UNITS)
    network.fit(patterns)
    contenders = {
        "spinlearn": by_bits(patterns, "sequential"),
        PEER: lambda start: network.recall(start, order="sequential").astype(np.int8),
    }
    compare(f"One unit at a time, N = {PEER_UNITS}, P = {PEER_UNITS // 10}", contenders, start)


def main() -> None:
    """Prove, measure, print."""
    print(f"Hopfield retrieval, N = {N}, P = {P}, a tenth of the spins turned, one thread")
    patterns, start = problem()
    begin = time.thread_time()
    J = whole_couplings(patterns)
    made = time.thread_time() - begin
    begin = time.thread_time()
    packed = retrieval.pack(patterns)
    packing = time.thread_time() - begin
    print(
        f"  J takes {made:.2f} s and {J.nbytes / 1e6:.0f} MB, the bits {packing:.2f} s and "
        f"{sum(part.nbytes for part in packed) / 1e6:.1f} MB"
    )
    compare(
        "In parallel",
        {
            "spinlearn": by_bits(patterns, "parallel"),
            "NumPy, overlaps, float32": by_overlaps(patterns),
            "NumPy, J @ s, float32": by_matrix(J),
        },
        start,
    )
    compare(
        "One unit at a time",
        {
            "spinlearn": by_bits(patterns, "sequential"),
            "njit, fields along with J": by_fields(J),
            "NumPy, rows of J": by_rows(J),
        },
        start,
    )
    if MISSING:
        print(f"\n({PEER} takes no part: {MISSING}; `make bench` installs it, or says why not)")
    else:
        compare_peer()


if __name__ == "__main__":
    main()
