"""Numbers as people write them: one grammar in the notebook and in the page, and one verdict on what it reads."""

import json
import math
import re
from itertools import product

import numpy as np
import pytest
from scipy import special

from spinlearn.course.check import RIGHT, asked, check, declaration, exercises
from spinlearn.course.check.declared import IN_J
from spinlearn.course.check.written import note, read, why
from spinlearn.course.explore.shell.shell import bundle
from tools import pages

ONE = {
    "0.61": 0.61, "0,61": 0.61, "−0,61": -0.61, "– 0.61": -0.61, ".5": 0.5, "3.": 3, "+2": 2, "2,269185": 2.269185,
    "1/3": 1 / 3, "1 / 3": 1 / 3, "-1/3": -1 / 3, "½": 0.5, "2/0.5": 4,
    "1e-3": 1e-3, "1E−3": 1e-3, "1 e-3": 1e-3, "1.5 × 10^-3": 1.5e-3, "1,5·10⁻³ mV": 1.5e-3, "10⁻³": 1e-3, "10**4": 1e4,
    "2 x 10^(3)": 2000, "61 %": 0.61, "5percent": 0.05, "5 per cent": 0.05, "3‰": 0.003,
    "T = 2.27": 2.27, "p(4)=.5": 0.5, "≈ 0.61": 0.61, "2.269 mV/ms": 2.269, "2 µA/cm²": 2, "140 sweeps": 140,
    "5 Hz per cell": 5, "3 of the spins": 3, "４．５": 4.5,
    "1 234": 1234, "1\u202f234,5": 1234.5, "1'234": 1234, "1,234,567": 1234567, "1,234.5": 1234.5, "1.234,5": 1234.5,
    "12 345 678 sites": 12345678, "(0.5)": 0.5, "404 million": 4.04e8, "5.7 thousand sweeps": 5700,
    "2/ln(1+√2)": 2 / math.log(1 + math.sqrt(2)), "0.6/e": 0.6 / math.e, "2π": 2 * math.pi, "2 ln 2": 2 * math.log(2),
    "3^(1/2)": math.sqrt(3), "-2^2": -4, "T = 0,5·√3": math.sqrt(3) / 2, "exp(-1)": 1 / math.e,
    "1/3/4": 1 / 12, "1+1": 2, "5²": 25,
    "0.6e^-2": 0.6 * math.e**-2, "0.6 e^-2": 0.6 * math.e**-2, "3/5 e^-2": 3 / 5 * math.e**-2, "0.6 e": 0.6 * math.e,
    "0.6 e⁻²": 0.6 * math.e**-2, "0.6e": 0.6 * math.e, "2 pi": 2 * math.pi, "2 e^(-1) mV": 2 * math.e**-1,
    "sinh(1)": math.sinh(1), "cosh 1": math.cosh(1), "artanh(1/2)": math.atanh(0.5), "atanh(.5)": math.atanh(0.5),
    "arctanh(1/2) sites": math.atanh(0.5), "arsinh(2)": math.asinh(2), "arcosh(2)": math.acosh(2), "lg(1000)": 3,
    "log(2)": math.log(2), "log10(100)": 2, "log_10(100)": 2, "log2(8)": 3,
    "log_2 (8)": 3, "3 log2": 3 * math.log(2),
    "0.75*log2(9/4) + 0.25*log2(3/8)": 0.75 * math.log2(9 / 4) + 0.25 * math.log2(3 / 8),
    "erf(1/2)": math.erf(0.5), "Φ(1)": 0.5 * math.erfc(-1 / math.sqrt(2)),
    "Phi(1)": 0.5 * math.erfc(-1 / math.sqrt(2)), "φ(0)": 1 / math.sqrt(2 * math.pi), "σ(0)": 0.5,
    "4 arctan(1)": math.pi,
    "0.832.": 0.832, "3 sweeps.": 3, "about 0.832": 0.832, "ca. 0.832": 0.832, "roughly 0.832": 0.832,
    "p = about .5": 0.5,
    "approx. 0.832": 0.832, "1 − 0.168": 1 - 0.168, "1 -0.168": 1 - 0.168, "2 5/8": 2.625, "-2 5/8": -2.625, "2½": 2.5,
    "-2½ mV": -2.5, "2 5/8 + 1": 3.625, "f(1) = 0.76": 0.76, "m(T = 0.5) = 0.97": 0.97, "|m| = 0.7": 0.7,
    "T* = 3.7": 3.7, "(1+2)*(3)": 9, "3·10^2": 300, "0.5·3": 1.5, "2·ln 2": 2 * math.log(2),
    "0.6 e^{-2}": 0.6 * math.e**-2, "e^{4/3}/(e^{4/3}+1)": math.e ** (4 / 3) / (math.e ** (4 / 3) + 1),
    r"\frac{1}{3}": 1 / 3, r"-\dfrac{1}{2\pi}": -0.5 / math.pi, r"\frac{e^{2}}{2}": math.e**2 / 2,
    r"\sqrt{2}\ln{2}": math.sqrt(2) * math.log(2), r"2\cdot\frac{1}{3}": 2 / 3,
    r"\frac{2}{\ln\left(1+\sqrt{2}\right)}": 2 / math.log(1 + math.sqrt(2)), r"$1.5\times10^{-3}\,\mathrm{mV}$": 1.5e-3,
    "six": 6, "zero": 0, "Twelve.": 12, "minus one": -1, "a third": 1 / 3, "two thirds": 2 / 3, "two-thirds": 2 / 3,
    "half": 0.5, "about a half": 0.5, "three halves": 1.5, "three quarters": 0.75, "m = nine tenths": 0.9,
    "five per cent": 0.05, "two thousand": 2000,
}  # fmt: skip
TWO = [
    "2.27 ± 0.01", "2,27; 0,01", "2,27, 0,01", "2.27,0.01", "2,27 0,01", "(2.27, 0.01)", "[2.27 0.01]", "2.27 and 0.01",
    "2.27 mV +/- 0.01 mV", "2.27 +-0.01", "2.27 | 0.01", "ΔT=2.27, -TΔs=0.01", "T=2.27 error=0.01", "2.27; 1/100",
    "about 2.27 and ca. 0.01.", "sqrt(2.27^2); 0.01",
    "T = 2.27, error = 0.01", "2.27(1)", "2,27 (1)", "2.27 to 0.01", "2.27 < x <= 0.01",
]  # fmt: skip
NONSENSE = [
    "", " ", "abc", "third", "a few", "1.2.3", "- -", "1_000", "0x10", "2e3x", "(1", "2^", "1.2 .3,", "()", "3;", "; 3",
    "= 3 =", "<b>3</b>", "9" * 201, "one two three four 5",
    "2 hundred", "(" * 200, "1+" + "(" * 40 + "1" + ")" * 40, "0.3 sin", "0.3 log", "3 mV(2)", "0.3 cm^2^2", "artanh",
    "5 times 3x", "((1)", "seventeen", "one hundredth", "two point five", "one of three", "two and a half",
    "a third of", r"2\frac{1}{3}", r"\frac{1}", "{", "e^{2", r"\frac", "frac",
]  # fmt: skip


@pytest.mark.parametrize(("text", "value"), ONE.items())
def test_a_number_is_read_in_every_way_that_people_write_it(text, value):
    assert read(text) == [value]


@pytest.mark.parametrize("text", TWO)
def test_two_numbers_are_told_apart(text):
    assert read(text, 2) == [2.27, 0.01]


@pytest.mark.parametrize(("text", "many", "values"), [
    ("3,4", 1, [3.4]), ("3,4", 2, [3, 4]), ("1 234", 2, [1, 234]), ("0,61,0,02", 2, [0.61, 0.02]),
    ("-0.5 -0.2", 2, [-0.5, -0.2]), ("-0.5 -0.2", 1, [-0.7]), ("1 - 0.168", 2, [1, -0.168]), ("2 5/8", 2, [2, 0.625]),
    ("2½; 3", 2, [2.5, 3]), ("0.5 - 0.2; 3", 2, [0.3, 3]), ("0.832 ± 0.001", 1, [0.832, 0.001]),
    ("0.832 +-0.001", 1, [0.832, 0.001]), ("(1+2)/3; ln(1)", 2, [1, 0]), ("6 or 7", 1, [6, 7]), ("2 3", 1, [2, 3]),
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


VARIABLES = {
    "-3.6 J": "J", "-36/7 J": "J", "0.3 T_c": "T_c", "0.3Tc": "Tc", "2 K": "K", "0.3 h": "h", "2 β": "β",
    "2 beta": "beta",
    "5 kT per spin": "kT", "sqrt(2) J": "J", "(1/2)J": "J", "0.3 in units of Tc": "Tc", "2.269 J/k_B": "J/k_B",
    "1 s": "s",
}  # fmt: skip


@pytest.mark.parametrize(("text", "name"), VARIABLES.items())
def test_a_variable_is_never_passed_over(text, name):
    assert read(text) is None
    assert why(text) == f": put in the value of {name}."


@pytest.mark.parametrize("text", [
    "0.3 J", "0.3 j", "0.3 J/k_B", "0.3 J/kB", "T = 0.3 J.", "0.3 in units of J", "0.3 J per spin", "3/10 J",
    "0.1 + 0.2 J",
])  # fmt: skip
def test_the_units_that_are_declared_are_passed_over_and_no_others(text):
    assert read(text, units=IN_J) == pytest.approx([0.3])
    assert read("0.3 Tc", units=IN_J) is None
    assert why("0.3 Tc", units=IN_J) == ": put in the value of Tc, or give it in units of J."
    assert why("0.3 ms", units=["mV"]) == ": give it in mV, not in ms."
    assert read("Δe = -0.18 Tc, 0.154 T_c", 2, ["Tc"]) == [-0.18, 0.154]


IN_LETTERS = {  # the unit that is declared, and what is read with it
    "zJ": ["5 zJ", "5 z J", "5z·J", "5 z*J", "5*z*J", "10/2 * z J", "(2 + 3)*zJ", "five zJ"],
    "J/kB": ["5 J/kB", "5 * J/k_B", "5 J / kB"],
    "τ": ["5 τ", "5τ", "5 tau", "5*tau", r"5\tau", r"5\,\tau"],
    "times": ["5 times", "5x", "5 ×", "5 x", "sqrt(25) ×", "five times"],
    "mV": ["5 mV", "5*mV", "5 mv"],
    "of the spins": ["5 of the spins", "10/2 of the spins"],
    "of eighteen": ["5 of eighteen", "five of eighteen"],
}  # fmt: skip


@pytest.mark.parametrize("unit", IN_LETTERS)
def test_a_declared_unit_may_be_written_letter_by_letter(unit):
    for text in IN_LETTERS[unit]:
        assert read(text, units=[unit]) == [5], text
    assert read(f"5 y {unit}", units=[unit]) is None


@pytest.mark.parametrize(("text", "unit"), [
    ("5 z", "zJ"), ("5 J", "zJ"), ("5 m V", "mV"), ("5 ta", "τ"), ("5 t", "τ"), ("5 x", "zJ"), ("5 J/s", "J"),
])  # fmt: skip
def test_a_part_of_a_declared_unit_is_none(text, unit):
    assert read(text, units=[unit]) is None


PREDICTIONS = {
    name: declared
    for page in sorted({one.partition("-")[0] for one in exercises()})
    for name in asked(page)
    if (declared := declaration(name)).get("form") == "number"
}


@pytest.mark.parametrize("name", PREDICTIONS)
def test_the_unit_behind_the_field_of_a_prediction_may_stand_behind_its_number(name):
    unit, number = PREDICTIONS[name]["unit"], PREDICTIONS[name]["measured"]
    for text in (f"{number} {unit}", f"{number}{unit}") if unit else [number]:
        assert read(text, units=[unit] if unit else []) == [float(number)]


def test_what_has_two_readings_is_not_guessed():
    assert read("0·832") is None
    assert why("0·832") == ", and “0·832” may be a product or a decimal: write 0.832 or 0 * 832."
    for text in ("+-0.266", "±0.266", "+/- 0.266"):
        assert read(text) is None
        assert why(text) == ", and ± in front means two: write the one that is meant, with its sign."
    assert why("±0.266", 2) == ", and ± in front means two: write out each."
    assert why("seventeen") == why("two and a half") == ": write the number in digits."
    assert why("a few") is None
    assert "natural" in note("1/log(2)")
    assert "natural" in note("log2")
    assert note("log10(2) + ln(2) + log2(3)") == ""


@pytest.mark.parametrize("text", ["artanh(1)", "-artanh(-1)", "sinh(1000)", "cosh(-1000)", "exp(1000)", "-log10(0)"])
def test_a_function_without_bound_is_infinite(text):
    assert read(text) == [math.inf]


@pytest.mark.parametrize("text", ["artanh(2)", "arcosh(0)", "sqrt(-1)", "ln(-1)", "log10(-1)"])
def test_a_function_that_is_not_defined_gives_no_number(text):
    assert math.isnan(read(text)[0])


# ── Close ────────────────────────────────────────────────────────────────────────────────────────────────────────────


def rounded(low, high):
    """The right number, and as it is rounded to two digits and to a decimal less than is asked for."""
    right = (low + high) / 2
    decimals = round(-math.log10((high - low) / 2 / 0.6))
    forms = [right, float(f"{right:.1e}")]
    return [*forms, round(right, decimals - 1)] if 1 <= decimals < 6 else forms


@pytest.mark.parametrize("exercise", [one for one in exercises() if declaration(one)["kind"] == "numbers"])
def test_the_right_number_rounded_too_far_is_called_close(exercise):
    declared = declaration(exercise)
    for values in product(*(rounded(*interval) for interval in declared["right"]["where"])):
        status, reason = check(exercise, list(values))
        turned = reason in [turn["reason"] for turn in declared["turns"]]
        assert status == RIGHT or turned or re.search("close|digits", reason), (values, reason)


def test_what_a_reader_wrote_gets_the_verdict_that_it_deserves():
    assert check("1.2-d1", "0.6 e^-2").status == check("1.2-d1", "3/5 e^-2").status == RIGHT
    assert check("1.2-b1", "-3.6").status == RIGHT
    for text in ("-3.6 J", "-36/7 J"):
        assert check("1.2-b1", text).reason == "a single number is wanted, an energy: put in the value of J."
    assert check("1.3-a", "T = 0.3775 J").status == check("2.2-a", "Δe=-0.18 Tc, -TΔs=0.154 Tc").status == RIGHT
    assert check("3.3-c1", "2 sqrt(2π) mV").status == check("3.2-a", "Φ(1)").status == RIGHT
    assert check("3.1-b1", "0.9/artanh(0.9)").status == check("3.2-c1", "2 5/8").status == RIGHT
    assert "log is the natural" in check("1.2-a", "log(2)").reason
    assert "artanh(1/2)" in check("1.2-a", "a few").reason
    assert check("1.2-a", "seventeen").reason == "a single number is wanted, a probability: write the number in digits."
    for text in ("2/3 zJ", "2/3 z J", "0.667 z J", "2/3 z*J", "2/3*z*J", "two thirds zJ"):
        assert check("2.1-d1", text).status == RIGHT, text
    for text, sign in {"5010 µV": "μV", "0.00501 V": "V", "5.01e-3 V": "V", "5.01 V": "V"}.items():
        assert check("3.3-c1", text).reason.endswith(f": give it in mV, not in {sign}.")
    assert check("3.3-c1", "0.3 s").reason.endswith(": put in the value of s, or give it in units of mV.")


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
    "artanh",
    "erf",
    "Phi",
    "Φ",
    "log",
    "Tc",
    " mV",
    " of",
    "about ",
    "|",
    "⁻²",
    "5/8",
]


@pytest.fixture(scope="module")
def answering(chromium):
    """The scripts that read and judge in a page: call(name, list of arguments) gives a list of results."""
    script = bundle(pages.ROOT / "book" / "answering" / "judge.js")
    page = chromium.new_page()
    page.add_script_tag(content=f"{script}\nwindow.answering = {{ read, why, note, judge }};")
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
    texts = [
        (text, many) for text in [*ONE, *TWO, *NONSENSE, *VARIABLES, *written_by_chance(30_000)] for many in (1, 2)
    ]
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


@pytest.mark.browser
def test_the_page_explains_what_the_notebook_explains(answering):
    texts = [*ONE, *NONSENSE, *VARIABLES, "0·832", "±2", "+-2", "1 ms", "log 2", *written_by_chance(5_000)]
    calls = [(text, many, units) for text in texts for many, units in ((1, []), (2, ["J", "J/kB"]), (1, ["mV"]))]
    there = json.loads(answering("why", calls))
    assert there == [why(*call) for call in calls]
    assert len(set(there)) > 50
    calls = [(text, many, list(IN_J)) for text in texts for many in (1, 2)]
    for call, came in zip(calls, json.loads(answering("read", calls)), strict=True):
        assert (read(*call) is None) == (came is None), call
    assert json.loads(answering("note", [[text] for text in texts])) == [note(text) for text in texts]


PIECES = [
    *"23457{}^*·×/ xzJVτe", "\\frac", "\\pi", "\\tau", "sqrt", " tau", " times", "half", "two", " thirds", "a third",
    "seven", " mV", " of the spins", " z J", "e^{", "T = ", "about ", "1/3",
]  # fmt: skip


@pytest.mark.browser
def test_the_page_reads_units_words_and_tex_as_the_notebook_does(answering):
    """Whatever is put together of them, with each unit; and the same hints."""
    rng = np.random.default_rng(6)
    texts = [text for row in IN_LETTERS.values() for text in row]
    texts += ["".join(rng.choice(PIECES, size=rng.integers(1, 7))) for _ in range(4_000)]
    calls = [(text, 1, [unit]) for text in texts for unit in IN_LETTERS]
    understood = 0
    for call, came in zip(calls, json.loads(answering("read", calls)), strict=True):
        here = read(*call)
        understood += here is not None
        assert (here is None) == (came is None), (call, here, came)
        assert here is None or np.allclose(here, [float(one) for one in came], rtol=1e-14, atol=0, equal_nan=True), call
    assert understood > 2000
    assert json.loads(answering("why", calls)) == [why(*call) for call in calls]


@pytest.mark.browser
def test_the_page_has_the_functions_to_the_last_digits(answering):
    """The error function and the Gaussian law to 1e-15 or so, far into the tail; the others as Python has them."""
    grid = [*np.linspace(-6, 6, 481), *np.geomspace(1e-12, 37, 200), *-np.geomspace(1e-12, 37, 200), 0.999999, 1.000001]
    for name, exact in {
        "erf": special.erf,
        "Φ": special.ndtr,
        "φ": lambda x: np.exp(-x * x / 2) / np.sqrt(2 * np.pi),
    }.items():
        texts = [f"{name}({one:.17f})" for one in grid]
        came = np.array([float(one) for [one] in json.loads(answering("read", [[text] for text in texts]))])
        at = np.array([float(f"{one:.17f}") for one in grid])
        # A share ε by which x / √2 is rounded is one of x² ε in e^(-x²/2); √2 is rounded, too, and so do both sides.
        bound = 4e-15 + (0 if name == "erf" else 2 * at**2 * np.finfo(float).eps)
        assert np.all(np.abs(came - exact(at)) <= bound * np.abs(exact(at))), name
    names = (
        "sinh",
        "cosh",
        "tanh",
        "artanh",
        "atanh",
        "arctanh",
        "arsinh",
        "arcosh",
        "sqrt",
        "exp",
        "ln",
        "log10",
        "σ",
    )
    texts = [f"{name}({one:.6f})" for name in names for one in np.linspace(-3, 3, 61)]
    came = json.loads(answering("read", [[text] for text in texts]))
    for text, [value] in zip(texts, came, strict=True):
        assert np.allclose(float(value), read(text)[0], rtol=1e-14, atol=0, equal_nan=True), (text, value)


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
        texts = [
            "",
            "abc",
            "b",
            "0.3 J",
            "0.3 Tc",
            "0.3 mV",
            "0.3 s",
            "0·3",
            "±3",
            "log(2)",
            "about 0.8.",
            "1 2 3",
            "∞",
            "nan",
            "-0",
            "1e300",
            *"abcde12345",
            *written_by_chance(200),
        ]
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
