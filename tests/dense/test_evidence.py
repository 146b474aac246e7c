"""Entropies against sums, third moments against models with and without triples, the bootstrap against known errors."""

import numpy as np
import pytest
from scipy.stats import kstest

from spinlearn.dense import evidence, maxent
from spinlearn.dense.maxent import Pairwise

RNG = np.random.default_rng


def some_law(n, seed=1, concentration=1.0):
    return RNG(seed).dirichlet(np.full(2**n, concentration))


def pairwise(n, seed=2):
    rng = RNG(seed)
    J = np.triu(rng.normal(scale=0.4, size=(n, n)), 1)
    return Pairwise(rng.normal(-0.5, 0.4, n), J + J.T, "binary")


def relative(p, q):
    return float((p * np.log(p / q)).sum())


# Entropies


def test_what_the_pairs_leave_unexplained_is_the_relative_entropy_to_their_law():
    p = some_law(5)
    found = evidence.information(p)
    q = maxent.law(maxent.fit_moments(*maxent.law_moments(p)).model)
    alone = maxent.law(maxent.independent(maxent.law_moments(p).mean))
    assert found.pairs - found.data == pytest.approx(relative(p, q), abs=1e-12)
    assert found.total == pytest.approx(relative(p, alone), abs=1e-12)
    assert found.units >= found.pairs >= found.data
    assert found.share == pytest.approx(1 - relative(p, q) / relative(p, alone), abs=1e-12)


def test_a_pairwise_law_is_explained_and_a_parity_is_not_at_all():
    assert evidence.information(maxent.law(pairwise(4))).share == pytest.approx(1, abs=1e-10)
    parity = np.where(maxent.units(4, "spins").prod(axis=1) > 0, 0.1, 0.025)
    found = evidence.information(parity)
    assert found.total == pytest.approx(np.log(16) - evidence.entropy(parity), abs=1e-12)
    assert abs(found.share) < 1e-10
    assert np.isnan(evidence.information(np.full(8, 1 / 8)).share)


def test_entropies_of_counts_are_too_small_and_the_correction_takes_it_back():
    model, n, runs = pairwise(4), 1000, 200
    exact, rng = evidence.information(maxent.law(model)), RNG(12)
    raw, corrected = np.empty((runs, 4)), np.empty((runs, 4))
    for r in range(runs):
        p = maxent.counts(maxent.draw(model, n, rng=rng)) / n
        raw[r], corrected[r] = evidence.information(p)[:4], evidence.information(p, n=n)[:4]
    error = raw.std(axis=0) / np.sqrt(runs)
    assert (np.abs(corrected.mean(axis=0) - exact[:4]) < 4.5 * error).all()
    gap = (corrected - raw).mean(axis=0)  # 4, 10 and 15 constants over 2 n
    assert gap[:3] == pytest.approx([4 / 2000, 10 / 2000, 15 / 2000], rel=1e-9)
    unexplained = (raw[:, 1] - raw[:, 2]).mean()  # of a law that its pairs explain: 5 triples and one quadruple
    assert unexplained == pytest.approx(5 / 2000, rel=0.2)
    left = corrected[:, 1] - corrected[:, 2]
    assert abs(left.mean()) < 4.5 * left.std() / np.sqrt(runs) < 0.2 * unexplained


# Third moments


def p_values(law, n, runs, *, seed=3):
    rng = RNG(seed)
    N = int(np.log2(law.size))
    out = []
    for _ in range(runs):
        words = maxent.units(N, "binary").astype(int)[rng.choice(law.size, n, p=law)]
        out.append(evidence.third_moments(words, maxent.fit(words).model))
    return out


def test_the_differences_scatter_as_stated_and_the_naive_error_is_far_too_large():
    law = maxent.law(pairwise(5))
    runs = p_values(law, 4000, 300)
    assert kstest([one.p for one in runs], "uniform").pvalue > 1e-4
    scaled = np.array([(one.data - one.model) / one.error for one in runs])
    assert ((scaled**2).mean(axis=0) > 0.65).all()
    assert ((scaled**2).mean(axis=0) < 1.45).all()
    # The naive twin forgets that the fit has used the data: it takes the error of a count, sqrt(p (1 - p) / n).
    share = law @ maxent.units(5, "binary")[:, runs[0].triples].prod(axis=2)
    wrong = np.array([(one.data - one.model) / np.sqrt(share * (1 - share) / 4000) for one in runs])
    assert ((wrong**2).mean(axis=0) < 0.65).all()


def test_the_errors_are_those_of_a_law_with_couplings_of_three():
    """In the Fisher information of all orders up to three, the fit of the lower ones is a Schur complement."""
    words = maxent.draw(pairwise(5), 500, rng=RNG(13))
    model = maxent.fit(words).model
    found = evidence.third_moments(words, model)
    x, q = maxent.units(5, "binary"), maxent.law(model)
    f = np.hstack([maxent.features(model), x[:, found.triples].prod(axis=2)])
    whole = np.cov(f.T, aweights=q, ddof=0)
    covariance = np.linalg.inv(np.linalg.inv(whole)[15:, 15:]) / 500
    assert found.error == pytest.approx(np.sqrt(np.diag(covariance)), rel=1e-8)
    off = found.data - found.model
    assert found.chi2 == pytest.approx(off @ np.linalg.solve(covariance, off), rel=1e-8)
    raw = words[:, found.triples].prod(axis=2).mean(axis=0) - q @ x[:, found.triples].prod(axis=2)
    assert off == pytest.approx(raw, abs=1e-9)  # averages up to pairs agree, so the centre does not matter
    alone = np.sqrt(np.diag(whole)[15:] / 500)
    assert (found.error < 0.8 * alone).all()


def test_a_coupling_of_three_is_found_and_its_triple_stands_out():
    model = pairwise(5)
    energy = maxent.energies(model) - 0.8 * maxent.units(5, "spins")[:, [0, 2, 4]].prod(axis=1)
    law = np.exp(-energy)
    found = p_values(law / law.sum(), 4000, 1)[0]
    assert found.p < 1e-10
    z = np.abs(found.data - found.model) / found.error
    assert found.triples[z.argmax()].tolist() == [0, 2, 4]
    assert found.dof == 10


def test_both_alphabets_say_the_same_of_triples():
    words = maxent.draw(pairwise(4), 3000, rng=RNG(4))
    a = evidence.third_moments(words, maxent.fit(words).model)
    b = evidence.third_moments(2 * words - 1, maxent.fit(2 * words - 1, alphabet="spins").model)
    np.testing.assert_allclose(8 * a.data, b.data, atol=1e-10)
    np.testing.assert_allclose(8 * a.error, b.error, rtol=1e-7)
    assert a.chi2 == pytest.approx(b.chi2, rel=1e-7)


def test_the_fit_to_other_words_is_refused():
    rng = RNG(5)
    words = maxent.draw(pairwise(4), 300, rng=rng)
    with pytest.raises(ValueError, match="model must be the fit to these words"):
        evidence.third_moments(words, maxent.fit(maxent.draw(pairwise(4), 300, rng=rng)).model)
    with pytest.raises(ValueError, match="words must be of the model's units"):
        evidence.third_moments(words[:, :3], maxent.fit(words).model)


# Words and the bootstrap


def test_words_are_cut_from_neighbouring_bins():
    train = RNG(1).random(103) < 0.3
    words = evidence.temporal_words(train, 10)
    assert words.shape == (10, 10)
    np.testing.assert_array_equal(words.ravel(), train[:100])
    np.testing.assert_array_equal(evidence.temporal_words(train, 10, step=1)[17], train[17:27])


def markov(n, stay, rng):
    """Zeros and ones that stay with a chance: their mean has the variance stay / (1 - stay) / (4 n)."""
    return (np.cumsum(rng.random(n) > stay) % 2).astype(int)


def test_blocks_see_what_neighbours_remember_and_single_words_do_not():
    words = markov(40000, 0.9, RNG(7))[:, None]
    exact = np.sqrt(9 / (4 * 40000))
    blocks = evidence.bootstrap(words, np.mean, block=200, replicates=300, rng=RNG(8)).values.std()
    single = evidence.bootstrap(words, np.mean, block=1, replicates=300, rng=RNG(8)).values.std()
    assert blocks == pytest.approx(exact, rel=0.25)
    assert single < 0.5 * exact


def test_couplings_scatter_as_fisher_says_where_words_are_independent():
    words = maxent.draw(pairwise(3), 3000, rng=RNG(9))
    model = maxent.fit(words).model
    drawn = evidence.bootstrap(words, lambda w: maxent.fit(w).model.J[0, 1:], replicates=300, rng=RNG(10))
    assert drawn.refused == 0
    assert drawn.values.std(axis=0) == pytest.approx(maxent.errors(model, 3000).J[0, 1:], rel=0.2)


def test_resamples_that_have_no_fit_are_counted():
    words = np.array([[0, 0]] * 40 + [[1, 0]] * 10 + [[0, 1]] * 10 + [[1, 1]])  # both at once only once
    drawn = evidence.bootstrap(words, lambda w: maxent.fit(w).model.J[0, 1], replicates=200, rng=RNG(1))
    assert drawn.refused + len(drawn.values) == 200
    assert 40 < drawn.refused < 110  # a share of 1/e, 73.6 +- 7
    with pytest.raises(ValueError, match="refused by 50 of 50 resamples: units 0 and 1 never show 11"):
        evidence.bootstrap(words[:-1], lambda w: maxent.fit(w).model.J, replicates=50, rng=RNG(1))


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda: evidence.temporal_words([0, 1], 3), ValueError, "at least length = 3 bins"),
        (lambda: evidence.temporal_words([0, 2], 2), ValueError, "train must be 0 or 1"),
        (lambda: evidence.temporal_words([0.0, 1.0], 2), TypeError, "train must be an integer array"),
        (lambda: evidence.temporal_words([0, 1], 16), ValueError, "length must be at most 15"),
        (lambda: evidence.bootstrap([[0]], np.mean, block=2, rng=RNG(1)), ValueError, "block must be at most 1"),
        (lambda: evidence.bootstrap([[0]], np.mean, rng=1), TypeError, "rng must be"),
        (lambda: evidence.information([0.5, 0.5, 0.0]), ValueError, "entries"),
        (lambda: evidence.information([0.5, 0.5, 0.0, 0.0]), ValueError, "unit 1 is always 0"),
    ],
)
def test_what_came_is_told(call, error, message):
    with pytest.raises(error, match=message):
        call()
