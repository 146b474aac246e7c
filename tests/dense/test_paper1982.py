"""The tables of Hopfield's paper done again: rows against the experiments they come from, and what they must show."""

import numpy as np
import pytest

from spinlearn.dense import hopfield1982, paper1982


@pytest.fixture(scope="module")
def main():
    return {row.said: row for row in paper1982.main_table(60, rng=np.random.default_rng(3))}


@pytest.fixture(scope="module")
def side():
    return {row.said: row for row in paper1982.side_table(40, rng=np.random.default_rng(4))}


def test_the_first_row_is_the_first_experiment():
    seeds = [np.random.default_rng(9) for _ in range(2)]
    row = paper1982.main_table(4, rng=seeds[0])[0]
    for alphabet, value in zip(hopfield1982.ALPHABETS, row[2:], strict=True):
        assert value == hopfield1982.recalled(100, 5, 4, alphabet=alphabet, rng=seeds[1]).exact.value


def test_the_numbers_of_a_hundred_are_those_of_neurons_0_or_1(main):
    row = main["no bit wrong"]
    assert abs(row.binary - 0.6) < 0.1 < row.spins - 0.6
    assert round(main["N = 100, 10 memories: a bit is wrong"].binary, 3) == 0.009
    assert abs(main["no bit wrong, if bits were independent"].binary - 0.40) < 0.01
    half = main["N = 100, 15 memories: less than 5 errors"]
    assert half.binary < 0.5 < half.spins


def test_the_numbers_of_thirty_are_rather_those_of_spins(main):
    row = main["N = 30, 5 memories: nearest from 5 bits off"]
    assert row.spins > 0.82 > 0.6 > row.binary
    assert abs(main["nearest from 12 bits off"].spins - 0.2) < 0.08
    ends = [
        main[said] for said in ("random states: end in a memory", "very near one", "in a state of no obvious meaning")
    ]
    for column in ("binary", "spins"):
        assert sum(getattr(row, column) for row in ends) == pytest.approx(1)
    assert ends[0].binary < ends[0].spins < 0.85


def test_what_is_done_to_synapses_does_harm_in_order(side):
    assert side["5 memories, one-way: within 4 bits"].found < side["5 memories, both ways"].found
    assert abs(side["N = 100, 9 memories, clipped: no error"].found - side["12 memories, not clipped"].found) < 0.2
    assert side["10 apart: fused"].found > 1 - side["20 apart: lead to different states"].found
    assert side["synapses up to 3: youngest memory stable"].found > 0.8 > 0.2 > side["memory of age 7"].found
    assert 0.6 < side["500 memories: known told from new"].found < 0.95
    assert side["states among which the others wander, median"].found > 2


@pytest.mark.parametrize("table", [paper1982.main_table, paper1982.side_table])
def test_errors_name_the_argument(table, rng):
    with pytest.raises(ValueError, match=r"^sets must be at least 1"):
        table(0, rng=rng)
    with pytest.raises(TypeError, match=r"^rng must be"):
        table(1, rng=7)
