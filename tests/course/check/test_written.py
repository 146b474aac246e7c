"""Numbers as people write them: one grammar in the notebook and in the page, and one verdict on what it reads."""

import json
import math

import numpy as np
import pytest

from spinlearn.course.check import check, declaration, exercises
from spinlearn.course.check.written import read
from spinlearn.course.explore.shell.shell import bundle
from tools import pages

ONE = {
    "0.61": 0.61, "0,61": 0.61, "−0,61": -0.61, "– 0.61": -0.61, ".5": 0.5, "3.": 3, "+2": 2, "2,269185": 2.269185,
    "1/3": 1 / 3, "1 / 3": 1 / 3, "-1/3": -1 / 3, "½": 0.5, "2/0.5": 4,
    "1e-3": 1e-3, "1E−3": 1e-3, "1 e-3": 1e-3, "1.5 × 10^-3": 1.5e-3, "1,5·10⁻³ mV": 1.5e-3, "10⁻³": 1e-3, "10**4": 1e4,
    "2 x 10^(3)": 2000, "61 %": 0.61, "5percent": 0.05, "5 per cent": 0.05, "3‰": 0.003,
    "T = 2.27 J": 2.27, "p(4)=.5": 0.5, "≈ 0.61": 0.61, "2.269 J/k_B": 2.269, "2 µA/cm²": 2, "140 sweeps": 140,
    "5 kT per spin": 5, "４．５": 4.5,
    "1 234": 1234, "1\u202f234,5": 1234.5, "1'234": 1234, "1,234,567": 1234567, "1,234.5": 1234.5, "1.234,5": 1234.5,
    "12 345 678 sites": 12345678, "(0.5)": 0.5, "404 million": 4.04e8, "5.7 thousand sweeps": 5700,
    "2/ln(1+√2)": 2 / math.log(1 + math.sqrt(2)), "0.6/e": 0.6 / math.e, "2π": 2 * math.pi, "2 ln 2": 2 * math.log(2),
    "3^(1/2)": math.sqrt(3), "-2^2": -4, "T = 0,5·√3": math.sqrt(3) / 2, "exp(-1)": 1 / math.e,
    "1/3/4": 1 / 12, "1+1": 2, "5²": 25,
}  # fmt: skip
TWO = [
    "2.27 ± 0.01", "2,27; 0,01", "2,27, 0,01", "2.27,0.01", "2,27 0,01", "(2.27, 0.01)", "[2.27 0.01]", "2.27 and 0.01",
    "2.27 J +/- 0.01 J", "T = 2.27, error = 0.01", "2.27(1)", "2,27 (1)", "2.27 to 0.01", "2.27 < x <= 0.01",
]  # fmt: skip
NONSENSE = [
    "", " ", "abc", "six", "a third", "1.2.3", "- -", "1_000", "0x10", "2e3x", "(1", "2^", "1.2 .3.", "()", "3;", "; 3",
    "= 3 =", "<b>3</b>", "9" * 201, "one two three four 5",
]  # fmt: skip


@pytest.mark.parametrize(("text", "value"), ONE.items())
def test_a_number_is_read_in_every_way_that_people_write_it(text, value):
    assert read(text) == [value]


@pytest.mark.parametrize("text", TWO)
def test_two_numbers_are_told_apart(text):
    assert read(text, 2) == [2.27, 0.01]


@pytest.mark.parametrize(("text", "many", "values"), [
    ("3,4", 1, [3.4]), ("3,4", 2, [3, 4]), ("1 234", 2, [1, 234]), ("0,61,0,02", 2, [0.61, 0.02]),
    ("-0.5 -0.2", 2, [-0.5, -0.2]), ("6 or 7", 1, [6, 7]), ("2 3", 1, [2, 3]),
])  # fmt: skip
def test_what_can_be_read_in_two_ways_is_read_as_it_is_asked_for(text, many, values):
    assert read(text, many) == values


@pytest.mark.parametrize("text", NONSENSE)
def test_nonsense_is_no_number(text):
    assert read(text) is None


def test_what_is_not_finite_is_read_as_such():
    assert [read(text) for text in ("inf", "-∞", "1/0", "-1/0", "1e999")] == [
        [math.inf], [-math.inf], [math.inf], [-math.inf], [math.inf]
    ]  # fmt: skip
    assert all(math.isnan(read(text)[0]) for text in ("nan", "0/0"))


# ── In the page ──────────────────────────────────────────────────────────────────────────────────────────────────────

ALPHABET = [
    *"0123456789.,;:+-/%^eE×·  ()[]±=xJTabn'−½⁻²µ‰π√<\u00a0\u202f",
    "10",
    "inf",
    "nan",
    " and ",
    "ln",
    "sqrt",
    "exp",
]


@pytest.fixture(scope="module")
def answering(chromium):
    """The scripts that read and judge in a page: call(name, list of arguments) gives a list of results."""
    script = bundle(pages.ROOT / "book" / "answering" / "judge.js")
    page = chromium.new_page()
    page.add_script_tag(content=f"{script}\nwindow.answering = {{ read, judge }};")
    yield lambda name, calls: page.evaluate(
        "([name, calls]) => JSON.stringify(calls.map((call) => answering[name](...call)), (_, value) =>"
        " typeof value === 'number' && !Number.isFinite(value) ? String(value) : Object.is(value, -0) ? '-0' : value)",
        [name, calls],
    )
    page.close()


def written_by_chance(count):
    rng = np.random.default_rng(5)
    return ["".join(rng.choice(ALPHABET, size=rng.integers(1, 9))) for _ in range(count)]


@pytest.mark.browser
def test_the_page_reads_what_the_notebook_reads(answering):
    """Whatever is typed, but for the last bit of what a function computes."""
    texts = [(text, many) for text in [*ONE, *TWO, *NONSENSE, *written_by_chance(20_000)] for many in (1, 2)]
    there = json.loads(answering("read", texts))
    understood = 0
    for (text, many), came in zip(texts, there, strict=True):
        here = read(text, many)
        understood += here is not None
        assert (here is None) == (came is None), (text, many, here, came)
        if here is not None:
            same = np.allclose(here, [float(one) for one in came], rtol=1e-14, atol=0, equal_nan=True)
            assert same, (text, many, here, came)
            assert [math.copysign(1, one) for one in here if one == 0] == [
                math.copysign(1, float(one)) for one in came if float(one) == 0
            ]
    assert understood > 3000  # there was something to compare


def near(value):
    """A number, what is beside it, and far off."""
    return [repr(value * factor + shift) for factor in (1, 2, 0.5, -1) for shift in (0, 0.01, -0.003)]


@pytest.mark.browser
def test_the_page_and_the_notebook_say_the_same_to_every_answer(answering):
    """Each case of each declaration, the gaps between them, and nonsense: the same status and the same sentence."""
    asked = []
    for exercise in exercises():
        declared = declaration(exercise)
        if declared["kind"] == "function":
            continue
        texts = ["", "abc", "b", "1 2 3", "∞", "nan", "-0", "1e300", *"abcde12345", *written_by_chance(200)]
        if declared["kind"] == "numbers":
            for case in [declared["right"], *declared["turns"], *declared["rest"]]:
                ends = [[end for end in interval if end is not None] or [0.3] for interval in case["where"]]
                texts += [
                    "; ".join(map(repr, row))
                    for row in zip(*([e[0], e[-1], sum(e) / len(e)] for e in ends), strict=True)
                ]
                if len(ends) == 1:
                    texts += [text for end in ends[0] for text in near(end)]
        asked += [(exercise, declared, text) for text in texts]
    there = json.loads(answering("judge", [(declared, text) for _, declared, text in asked]))
    for (exercise, _, text), verdict in zip(asked, there, strict=True):
        assert verdict == check(exercise, text)._asdict(), (exercise, text)
    assert len(asked) > 2000
