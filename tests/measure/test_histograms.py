"""Several runs joined: against enumeration, Kaufman, and energies whose law is Gaussian at every temperature.

Where states have the density exp(-E^2 / 2 s^2), energies at inverse temperature b are normal with mean -b s^2 and
variance s^2, and ln Z(b) - ln Z(b') = (b^2 - b'^2) s^2 / 2. What holds for single runs is in test_scaling.py.
"""

import numpy as np
import pytest
from scipy.stats import binom

from spinlearn import exact
from spinlearn.lattice import all_up, cluster, square
from spinlearn.measure import histograms
from spinlearn.measure.histograms import Sample, join, reweight, sample
from spinlearn.measure.scaling import estimate

ONE_SIGMA = 0.682689492137086
TORUS = square(4)


@pytest.fixture(scope="module")
def law():
    """Energy and magnetisation per spin of all states of 4 x 4 spins, and the exact answers."""
    dos = exact.density_of_states(TORUS)
    return exact.energies(TORUS) / 16, exact.states(16).mean(axis=1), dos


def drawn(law, T, n, rng) -> Sample:
    """Independent states at a temperature, in 20 blocks."""
    e, m, _ = law
    weight = np.cumsum(np.exp(-16 * (e - e.min()) / T))
    states = np.searchsorted(weight, rng.random(n) * weight[-1])
    return Sample(4, 16, T, e[states], m[states], n * np.arange(20) // 20)


def normal(T, n, rng, *, s=3.0, blocks=20) -> Sample:
    """Energies of the Gaussian density of states, no two alike."""
    return Sample(4, 16, T, rng.normal(-(s**2) / T, s, n) / 16, rng.normal(size=n), n * np.arange(blocks) // blocks)


def log_Z(dos, T):
    return float(exact.averages(dos, T).log_Z)


# Against exact laws


@pytest.mark.slow
def test_joined_runs_and_their_errors_cover_enumeration_everywhere(law, rng):
    """At the runs' temperatures and between them, for averages and free energies: 68 per cent of 150 repetitions."""
    dos, T = law[2], np.array([1.8, 2.2, 2.6, 3.0, 3.6])
    known = exact.averages(dos, T)
    truth = {"e": known.e, "m2": known.m2, "abs_m": known.abs_m, "log_Z": known.log_Z - log_Z(dos, 1.8)}
    inside = {name: np.zeros(5, int) for name in truth}
    for _ in range(150):
        at = reweight(join([drawn(law, t, 400, rng) for t in (2.6, 1.8, 3.6)]), T)
        for name, values in truth.items():
            found = [estimate(column) for column in getattr(at, name).T]
            inside[name] += [abs(one.value - v) < one.error + 1e-9 for one, v in zip(found, values, strict=True)]
    low, high = binom.ppf(1e-5, 150, ONE_SIGMA - 0.03), binom.isf(1e-5, 150, ONE_SIGMA + 0.03)
    for name, hits in inside.items():
        hits = hits[1:] if name == "log_Z" else hits  # at the lowest temperature it is 0 by definition
        assert (low <= hits).all(), name
        assert (hits <= high).all(), name


def test_free_energies_are_those_of_kaufman(rng):
    """And the energies in between, from 100 blocks of 3 runs on 16 x 16 spins, each through the transition."""
    torus, runs = square(16), []
    for T in (2.1, 2.27, 2.45):
        run = cluster.wolff(all_up(torus), torus, T, 12_000, every=3, rng=rng)
        runs.append(sample(run.e[100:], run.m[100:], torus, T))
    joint, T = join(runs), np.array([2.1, 2.18, 2.3, 2.36, 2.45])
    at, known = reweight(joint, T), exact.kaufman(16, 16, T)
    for k in range(5):
        e, difference = estimate(at.e[:, k]), estimate(at.log_Z[:, k])
        assert abs(e.value - known.e[k]) < 4.5 * e.error < 0.03
        assert abs(difference.value - (known.log_Z[k] - known.log_Z[0])) < 4.5 * difference.error + 1e-9
    assert estimate(joint.log_Z[:, 2]).value == pytest.approx(estimate(at.log_Z[:, 4]).value, abs=1e-8)
    # Negative control: free energies that are off by one and two.
    wrong = estimate(reweight(joint._replace(log_Z=joint.log_Z + np.arange(3)), T).e[:, 3])
    assert abs(wrong.value - known.e[3]) > 5 * wrong.error


def test_energies_no_two_of_which_are_alike_need_no_histogram(rng):
    runs = [normal(T, 2000, rng) for T in (1.5, 2.0, 3.0, 6.0)]
    joint, T = join(runs), np.array([1.5, 1.7, 2.5, 4.0, 6.0])
    at = reweight(joint, T)
    for k, t in enumerate(T):
        e, difference = estimate(16 * at.e[:, k]), estimate(at.log_Z[:, k])
        assert abs(e.value + 9 / t) < 4.5 * e.error < 0.5
        assert abs(difference.value - 4.5 * (1 / t**2 - 1 / 1.5**2)) < 4.5 * difference.error + 1e-9


def test_the_equations_hold(law, rng):
    """Z_k = sum over all records of exp(-E / T_k) / sum_j n_j exp(-E / T_j) / Z_j, written out, for each replicate."""
    counts = np.array([300, 500, 700])
    joint = join([drawn(law, T, n, rng) for T, n in zip((2.0, 2.5, 3.3), counts, strict=True)])
    for b in (0, 1, 20):
        keep = [
            np.arange(n) if b == 0 else np.delete(np.arange(n), np.s_[n * (b - 1) // 20 : n * b // 20]) for n in counts
        ]
        E = np.concatenate([16 * one.e[kept] for one, kept in zip(joint.samples, keep, strict=True)])
        terms = np.exp(-np.outer(1 / joint.T, E) - joint.log_Z[b][:, None])
        n = np.array([kept.size for kept in keep])
        np.testing.assert_allclose((terms / (n @ terms)).sum(axis=1), 1, rtol=1e-10)


# What joining promises


def test_one_run_joined_is_that_run(law, rng):
    one, T = drawn(law, 2.4, 1000, rng), np.array([2.2, 2.4, 2.7])
    for left, right in zip(reweight(join([one]), T), reweight(one, T), strict=True):
        np.testing.assert_allclose(left, right, rtol=1e-10, atol=1e-12)
    single = reweight(join([one]), 2.2)
    assert single.e.shape == single.log_Z.shape == (21,)


def test_one_run_has_free_energies_too(law, rng):
    one = drawn(law, 2.4, 20_000, rng)
    for T in (2.2, 2.4, 2.7):
        found = estimate(reweight(one, T).log_Z)
        assert abs(found.value - (log_Z(law[2], T) - log_Z(law[2], 2.4))) < 4.5 * found.error + 1e-12


def test_the_order_of_the_runs_does_not_matter(law, rng):
    runs = [drawn(law, T, 500, rng) for T in (2.0, 2.5, 3.0)]
    first, other = reweight(join(runs), 2.7), reweight(join(runs[::-1]), 2.7)
    np.testing.assert_allclose(first.binder, other.binder, rtol=1e-12)


def test_between_two_runs_both_together_know_more_than_either(law, rng):
    runs = [drawn(law, T, 2000, rng) for T in (2.0, 3.0)]
    both = estimate(reweight(join(runs), 2.4).e).error
    assert both < 0.9 * min(estimate(reweight(one, 2.4).e).error for one in runs)


def test_runs_at_one_temperature_are_one_longer_run(law, rng):
    runs = [drawn(law, 2.4, 1000, rng) for _ in range(2)]
    joint = join(runs)
    assert joint.log_Z == pytest.approx(np.zeros((21, 2)), abs=1e-9)
    assert reweight(joint, 2.4).e[0] == pytest.approx(np.mean([one.e.mean() for one in runs]), rel=1e-9)


def test_runs_with_more_blocks_are_cut_as_the_one_with_fewest(rng):
    joint = join([normal(2.0, 2000, rng, blocks=37), normal(2.5, 900, rng, blocks=10)])
    assert joint.log_Z.shape == (11, 2)
    assert all(one.starts.size == 10 for one in joint.samples)
    assert joint.samples[0].starts.tolist() == [2000 * (37 * b // 10) // 37 for b in range(10)]


def test_what_is_out_of_reach_is_refused(law, rng):
    runs = [normal(T, 2000, rng, s=8.0) for T in (2.0, 2.4, 3.0)]
    joint = join(runs)
    for T in (1.0, 9.0):
        with pytest.raises(
            ValueError, match=rf"^T must be nearer to those that were run, 2, 2\.4, 3: at {T:g} all 6000"
        ):
            reweight(joint, [2.2, T])
    with pytest.raises(ValueError, match=r"^samples must overlap, but those at T = 2 and 30 share .* run between them"):
        join([runs[0], normal(30.0, 2000, rng, s=8.0)])
    # Far from each other, but all steps between are small.
    assert join([normal(1 / b, 500, rng, s=8.0) for b in np.linspace(0.1, 0.9, 9)]).T.size == 9


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda one: join(one), TypeError, "^samples must be a list or tuple of runs"),
        (lambda one: join([]), TypeError, "^samples must be a list or tuple of runs"),
        (lambda one: join(3), TypeError, "^samples must be a list or tuple of runs"),
        (lambda one: join([one, "run"]), TypeError, "^samples must hold runs.* not str"),
        (lambda one: join([one, one._replace(N=9)]), ValueError, "^samples must be runs of one lattice, got 16 spins"),
        (lambda one: reweight(one._replace(e=one.e * np.nan), 2.0), ValueError, r"^sample\.e must be finite"),
        (lambda one: reweight(one._replace(T=-1.0), 2.0), ValueError, r"^sample\.T must be at least"),
        (lambda one: reweight(one._replace(N=0), 2.0), ValueError, r"^sample\.N must be at least 1"),
        (lambda one: reweight(one._replace(m=one.m[1:]), 2.0), ValueError, r"^sample\.m must have shape"),
        (lambda one: reweight(one._replace(starts=one.starts[1:]), 2.0), ValueError, r"^sample\.starts must ascend"),
        (lambda one: reweight(one._replace(starts=one.e), 2.0), TypeError, r"^sample\.starts must be a row of whole"),
        (lambda one: join([one, one._replace(T=0.0)]), ValueError, r"^samples\[1\]\.T must be at least"),
        (lambda one: reweight(join([one])._replace(T=[3.0]), 2.0), ValueError, "^sample must be what `join` returns"),
        (lambda one: reweight(join([one])._replace(N=4), 2.0), ValueError, r"^sample\.L and sample\.N must be those"),
        (lambda one: reweight(join([one])._replace(log_Z=[[0.0]]), 2.0), ValueError, r"^sample\.log_Z must have shape"),
        (lambda one: reweight(join([one])._replace(samples=()), 2.0), TypeError, "^samples must be a list or tuple"),
        (lambda one: reweight([one, one], 2.0), TypeError, "^sample must be a Sample or a Joint, not list"),
        (lambda one: reweight(join([one]), [[2.0]]), ValueError, "^T must be a number or one-dimensional"),
        (lambda one: reweight(join([one]), 0.0), ValueError, "^T must be greater than 0"),
        (lambda one: reweight(one, "hot"), TypeError, "^T must hold real numbers"),
        (lambda one: sample(one.e, one.m, (4, 4), 2.0), TypeError, "^lattice must be a Lattice, not tuple"),
    ],
)
def test_bad_arguments_are_named(call, error, message):
    with pytest.raises(error, match=message):
        call(normal(2.0, 500, np.random.default_rng(1)))


def test_arguments_are_left_as_they_are(law, rng):
    one = drawn(law, 2.0, 500, rng)
    before = [np.copy(part) for part in one]
    joint = join([one, drawn(law, 2.5, 700, rng)])
    reweight(joint, 2.2)
    assert all(np.array_equal(a, b) for a, b in zip(one, before, strict=True))
    assert histograms.reweight(joint, 2.2).N == 16
