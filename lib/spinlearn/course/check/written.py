"""Numbers as people write them: 0.61, 0,61, 1/3, 1e-3, 10⁻³, 61 %, T = 2.27 J; 2.27 ± 0.01.

The same grammar is read in the page, by ``book/answering/written.js``; a test asks both the same texts. What is read:

- a decimal point or comma, digits in groups of three (1 234, 1'234, 1,234.5), any minus sign and any space;
- fractions (1/3, ½), mixed numbers (2 5/8, 2½), powers of ten (1e-3, 1.5 × 10^-3, 10⁻³), per cent, thousand, million;
- a name (T = …, f(1) = …, -TΔs = …) or "about" before a number, and a full stop at the end, which are passed over;
- words behind it (sites, per spin) and units of measurement, or those units that the exercise declares. Any other
  letter is a variable, and is never passed over: `why` asks for its value. A declared zJ may also be z J, z·J or * zJ,
  a declared τ may be tau;
- several numbers with a semicolon, a comma and a space, a space, "and", | or ± between them, in brackets or not; two
  also as 2.27(1) and as -2 < x <= -1;
- expressions: 2/ln(1+√2), 0.6 e^-2, 2π, 3^(1/2), artanh(1/2), Φ(1), with log for the natural logarithm, and
  what TeX writes for them: e^{-2}, \\frac{1}{2\\pi};
- where one number is wanted, zero to twelve and plain fractions in words: seven, a third, two thirds, half.

Where one number is wanted, "1 -0.168" is a difference and "2 5/8" a mixed number. Where two are wanted, a space before
a sign or a digit separates: those are two numbers each, and only a semicolon, a comma and a space, | or "and" stand
between expressions.
"""

import math
import re
import unicodedata
from collections.abc import Sequence

from .spelt import GREEK, LETTER, NAMES_NUMBER, from_tex, in_digits, units_in_letters, wrong_size

LONGEST = 200  # characters
DEEPEST = 30  # brackets in one expression: each is read inside the other

WHITE = re.compile("[ \t\n\r\f\v\u00a0\u1680\u2000-\u200b\u2028\u2029\u202f\u205f\u2060\u3000\ufeff]+")
GROUPS = re.compile("(?<=[0-9])[\u00a0\u2007\u2009\u202f'’](?=[0-9]{3}(?![0-9]))")
HALVES = {"½": "1/2", "⅓": "1/3", "⅔": "2/3", "¼": "1/4", "¾": "3/4", "⅕": "1/5", "⅖": "2/5", "⅗": "3/5", "⅘": "4/5",
          "⅙": "1/6", "⅚": "5/6", "⅛": "1/8", "⅜": "3/8", "⅝": "5/8", "⅞": "7/8"}  # fmt: skip
RAISED = {sign: plain for plain, sign in zip("0123456789+-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", strict=True)}
POWER = re.compile("(?<=[0-9a-zA-Zπ)])[⁺⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+")
MINUS = re.compile("[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]")

DIGITS = r"(?:[0-9]+(?:[.,][0-9]+|\.(?![0-9]))?|[.,][0-9]+)"
POWER_OF_TEN = r"10 ?(?:\^|\*\*) ?\(? ?([+-]?[0-9]+) ?\)?"
SCALED = rf"({DIGITS})(?: ?e([+-]?[0-9]+)(?![0-9a-z])| ?[×x·⋅∙*] ?{POWER_OF_TEN})?"
AND = "\u2064"  # between a whole number and its fraction: an invisible plus
MIXED = rf"([0-9]+){AND}([0-9]+)/([0-9]+)"
NUMBER = re.compile(rf"([+-]?) ?(?:(inf(?:inity)?|∞|nan)(?![a-z])|{MIXED}|{POWER_OF_TEN}|{SCALED})", re.IGNORECASE)
OVER = re.compile(rf" ?[/⁄∕÷] ?([+-]?) ?{SCALED}", re.IGNORECASE)
SCALE = re.compile(r" ?(%|per ?cent|‰|thousand|million)(?![a-z])", re.IGNORECASE)
SCALES = {"‰": 1e-3, "thousand": 1e3, "million": 1e6}
SIGN = rf"{LETTER}(?:{LETTER}|_)*(?:\^?[+-]?[1-4](?![0-9]))?"
BEHIND = re.compile(
    rf" ?(?!(?:and|to|or) ?[0-9+.-])({SIGN}(?: ?[/·⋅] ?{SIGN})*)(?![.0-9(\[^_]|{LETTER}| ?[=≈~:])", re.IGNORECASE
)
MEASURED = (  # no single letters: those are variables
    "mV", "uV", "mA", "uA", "nA", "pA", "ms", "us", "Hz", "kHz", "eV", "meV", "cm", "mm", "um", "nm", "uA/cm2",
    "mA/cm2", "mS/cm2", "uF/cm2", "mV/ms", "s-1", "ms-1",
)  # fmt: skip
PART = r"[0-9_*'|⟩]"
NAME_WORD = rf"{LETTER}(?:{LETTER}|{PART}){{0,12}}"
CALLED = rf" ?[+-]?[|⟨]{{0,2}}{NAME_WORD}(?: {NAME_WORD}){{0,2}}(?:\((?:{LETTER}|[0-9 _.,=+|'/-]){{0,16}}\))? ?[=≈~:] ?"
NAME = re.compile(CALLED, re.IGNORECASE)
ABOUT = re.compile(
    r" ?(?:[≈~=]|(?:about|roughly|approximately|around|nearly|circa)(?![a-z])|(?:approx|ca)(?![a-z])\.?) ?",
    re.IGNORECASE,
)
BETWEEN = re.compile(
    rf" ?(?:±|;|\||,(?![0-9])|(?:and|to|or)(?![a-z])|&|[<≤]=? ?{LETTER}+ ?[<≤]=?) ?| (?=[-+.0-9])|,(?=[-+0-9.])"
    rf"| (?={CALLED})",
    re.IGNORECASE,
)
APART = re.compile(r" ?(?:;|\||,(?![0-9])|(?<![a-z])and(?![a-z])) ?", re.IGNORECASE)
NUMERAL = re.compile("[0-9.,]")
IN_BRACKETS = re.compile(r"([+-]?[0-9]+[.,]([0-9]+)) ?\(([0-9]{1,3})\)")
FUNCTION = (
    "log_?10|log_?2(?= ?\\()|(?:pi|ln|log|lg|exp|sqrt|sinh|cosh|tanh|(?:ar|arc|a)(?:sinh|cosh|tanh)"
    "|sin|cos|tan|a(?:rc)?tan|erf|phi|sigma|frac)(?![a-z])|[π√φσ]"
)
TOKEN = re.compile(
    rf" ?([0-9]+{AND}[0-9]+/[0-9]+|{DIGITS}(?:e[+-]?[0-9]+)?(?![0-9a-z]|[.,][0-9])|{DIGITS}|{FUNCTION}"
    r"|e(?![a-z])|\*\*|[-+*·×/^()])",
    re.IGNORECASE,
)
SPOKEN = (
    f"{FUNCTION}|e|inf|infinity|nan|hundred|thousand|million|billion|trillion|dozen|times|squared|cubed|half|halves|thirds?"
    "|quarters?|over|plus|minus|or|and|to|is|as|so|no|on|by|it"
)
PLAIN_WORD = rf"(?:(?!(?:{SPOKEN}|{GREEK})(?![a-z]))[a-z]{{3,}}|of|per|in|at)"
WORDS = re.compile(rf"{PLAIN_WORD}(?:[/·]{PLAIN_WORD})*", re.IGNORECASE)
VARIABLE = re.compile(rf"(?!(?:{SPOKEN})(?![a-z_])){LETTER}(?:{LETTER}|[_/·⋅ ])*", re.IGNORECASE)
MIDDLE_DOT = re.compile(r"(?<![0-9.,^·⋅∙])([0-9]+)[·⋅∙](?!10 ?(?:\^|\*\*))([0-9]+)(?![0-9·⋅∙^]|[.,][0-9]|\*\*)")
BEFORE_WORDS = re.compile(rf"(?<=[0-9)]) ?(?={LETTER})", re.IGNORECASE)
NATURAL = re.compile(r"(?<![a-z])log(?!_?10|_?2 ?\(|[a-z])", re.IGNORECASE)


def read(text: str, many: int = 1, units: Sequence[str] = ()) -> list[float] | None:
    """The numbers that a text consists of.

    Parameters
    ----------
    text : str
    many : int
        How many are expected. It decides what can be read in two ways: "1 234" is one number where one is expected,
        and "3,4" is two where two are.
    units : sequence of str
        The signs that may stand behind a number, such as J or mV; without any, the usual units of measurement.

    Returns
    -------
    list of float or None
        However many there are; infinite where a number outgrows a float or is divided by zero, NaN where that is
        written or 0/0 is. None if the text is anything else; `why` may know more.

    Examples
    --------
    >>> read("−1,5 · 10⁻³ mV"), read("a third"), read("T = 2.27 ± 0.01", 2), read("a few")
    ([-0.0015], [0.3333333333333333], [2.27, 0.01], None)
    >>> read("0.3 J"), read("0.3 J", units=["J"])
    (None, [0.3])
    """
    line = _plain(text, many)
    if not line or len(line) > LONGEST or MIDDLE_DOT.search(line):
        return None
    if many == 2 and re.fullmatch("[+-]?[0-9]+,[+-]?[0-9]+", line):
        line = line.replace(",", ", ")
    if many == 2 and (short := IN_BRACKETS.fullmatch(line)):
        return [_value(short[1], None), float(f"{short[3]}e-{len(short[2])}")]
    line = _counted(line, units) if many == 1 else line
    values = _numbers(line, units)
    if values is not None and len(values) == many:
        return values
    parts = [line] if many == 1 else APART.split(line)
    came = [_computed(part, units) for part in parts] if len(parts) == many else [None]
    return values if None in came else came


def why(text: str, many: int = 1, units: Sequence[str] = ()) -> str | None:
    """How to write what `read` could not read, as the end of a sentence; None where that is not known.

    Examples
    --------
    >>> why("-3.6 J"), why("0·832"), why("a few")
    (': put in the value of J.', ', and “0·832” may be a product or a decimal: write 0.832 or 0 * 832.', None)
    """
    line = _plain(text, many)
    if two := MIDDLE_DOT.search(line):
        return f", and “{two[0]}” may be a product or a decimal: write {two[1]}.{two[2]} or {two[1]} * {two[2]}."
    if line.startswith("±"):
        return (
            f", and ± in front means two: write {'the one that is meant, with its sign' if many == 1 else 'out each'}."
        )
    for place in BEFORE_WORDS.finditer(line):
        found = BEHIND.match(line, _behind(line, place.start(), units))
        sign = _short(found[1]) if found else ""
        if found and units and (sign in MEASURED or wrong_size(sign, _short(units[0]))):
            return f": give it in {units[0]}, not in {found[1]}."
        if found and VARIABLE.fullmatch(found[1]):
            unit = f", or give it in units of {units[0]}" if units and " " not in units[0] else ""
            return f": put in the value of {found[1]}{unit}."
    if NAMES_NUMBER.search(line) and not re.search("[0-9]", line):
        return ": write the number in digits."
    return None


def note(text: str) -> str:
    """What has to be added to a refusal: how the text was read where others may read it otherwise."""
    return " (Here log is the natural logarithm; the one to base ten is log10.)" if NATURAL.search(text) else ""


def _counted(line: str, units: Sequence[str]) -> str:
    """The line with its number in digits, if it consists of one in words, and of its share or a declared unit."""
    begin = _skip(NAME, line, 0) or 0
    begin = _skip(ABOUT, line, begin) or begin
    found = in_digits(line, begin)
    if found is None:
        return line
    digits, at = found
    behind = _skip(SCALE, line, at) or at
    if units:
        behind = _skip(units_in_letters(tuple(units)), line, behind) or behind
    return f"{line[:begin]}{digits}{line[at:]}" if behind == len(line) else line


def _numbers(line: str, units: Sequence[str]) -> list[float] | None:
    values, at = [], 0
    while True:
        at = _skip(NAME, line, at) or at
        at = _skip(ABOUT, line, at) or at
        found = _number(line, at, units)
        if found is None:
            return None
        value, at = found
        values.append(value)
        if at == len(line):
            return values
        behind = _skip(BETWEEN, line, at)
        if behind is None:
            return None
        at = behind


def _plain(text: str, many: int) -> str:
    """The text on one line, with the plainest form of each sign, and without what groups digits or embraces all."""
    line = GROUPS.sub("", from_tex(text))
    line = POWER.sub(lambda found: "^" + "".join(RAISED[one] for one in found[0]), line)
    line = re.sub(f"(?<=[0-9])(?=[{''.join(HALVES)}])", AND, line)
    line = "".join(HALVES.get(one, one) for one in line)
    line = WHITE.sub(" ", MINUS.sub("-", line)).strip(" ")
    line = unicodedata.normalize("NFKC", line) if not line.isascii() else line
    line = re.sub(r"\+/?-", "±", line)
    line = re.sub(r"(?<=[0-9a-z%)])\.$", "", line, flags=re.IGNORECASE)
    if many == 1:
        line = re.sub("(?<![0-9.,])([0-9]{1,3})((?: [0-9]{3})+)(?![0-9])", _joined, line)
        line = re.sub("(?<![0-9.,/^])([0-9]+) (?=[0-9]+/[0-9]+(?![0-9.,]))", rf"\1{AND}", line)
    line = re.sub(r"(?<![0-9.,])([0-9]{1,3})((?:,[0-9]{3})+)(?=\.[0-9])", _joined, line)
    line = re.sub(r"(?<![0-9.,])([0-9]{1,3})((?:,[0-9]{3}){2,})(?![0-9,])", _joined, line)
    line = re.sub(r"(?<![0-9.,])([0-9]{1,3})((?:\.[0-9]{3})+)(?=,[0-9])", _joined, line)
    return line[1:-1].strip(" ") if _embraced(line) else line


def _embraced(line: str) -> bool:
    """Whether the bracket that a line begins with is closed at its end."""
    kind = {"(": "()", "[": "[]", "{": "{}"}.get(line[:1])
    depth = 0
    for at, sign in enumerate(line if kind else ""):
        depth += (sign == kind[0]) - (sign == kind[1])
        if depth == 0:
            return at == len(line) - 1
    return False


def _joined(found: re.Match) -> str:
    return found[1] + re.sub("[ ,.]", "", found[2])


def _skip(what: re.Pattern, line: str, at: int) -> int | None:
    """Where a match that begins at `at` ends; None if there is none."""
    found = what.match(line, at)
    return found.end() if found else None


def _number(line: str, at: int, units: Sequence[str]) -> tuple[float, int] | None:
    """A number at a place, with its share and unit, and where it ends."""
    found = NUMBER.match(line, at)
    if found is None:
        return None
    sign, word, whole, above, below, ten, digits, *power = found.groups()
    at = found.end()
    value = _mixed(whole, above, below) if whole else _value(word or digits or "1", ten or power[0] or power[1])
    if over := OVER.match(line, at):
        sign_below, digits, *power = over.groups()
        below, at = _value(digits, power[0] or power[1]), over.end()
        value = _over(value, -below if sign_below == "-" else below)
    if scale := SCALE.match(line, at):
        factor = SCALES.get(scale[1].lower())
        value, at = value * factor if factor else value / 100, scale.end()
    return (-value if sign == "-" else value), _behind(line, at, units)


def _behind(line: str, at: int, units: Sequence[str]) -> int:
    """Where the words and units that begin at `at` end: five at most."""
    declared = units_in_letters(tuple(units)) if units else None
    for _ in range(5):
        if declared and (end := _skip(declared, line, at)):
            at = end
            continue
        found = BEHIND.match(line, at)
        if not found:
            break
        sign = _short(found[1])
        accepted = sign.lower() in [_short(unit).lower() for unit in units] if units else sign in MEASURED
        if not accepted and not WORDS.fullmatch(found[1]):
            break
        at = found.end()
    return at


def _short(unit: str) -> str:
    """A unit in its shortest form: T_c is Tc, µA/cm² is uA/cm2."""
    return re.sub("[\u00b5μ]", "u", re.sub("[ _^]", "", unit))


def _mixed(whole: str, above: str, below: str) -> float:
    return float(whole) + _over(float(above), float(below))


def _value(digits: str, power: str | None) -> float:
    return float(digits.replace(",", ".").replace("∞", "inf") + (f"e{power}" if power else ""))


def _over(above: float, below: float) -> float:
    """A quotient; that by zero is infinite, or no number."""
    return above / below if below else above * math.copysign(math.inf, below)


# ── Expressions ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _computed(line: str, units: Sequence[str]) -> float | None:
    """The value of an expression; None if it is none."""
    tokens, at = [], _skip(NAME, line, 0) or 0
    at = _skip(ABOUT, line, at) or at
    while at < len(line):
        found = TOKEN.match(line, at)
        if found is None or (found[1] in "*·×" and tokens and units):
            if _behind(line, at, units) == len(line):
                break
            if found is None:
                return None
        tokens.append("Φ" if found[1] in ("Φ", "Phi") else found[1].lower())
        at = found.end()
    if tokens.count("(") > DEEPEST:
        return None
    tokens.append("")  # the end
    value = _sum(tokens)
    return value if tokens == [""] else None


def _sum(tokens: list[str]) -> float | None:
    """The value of the sum that the tokens begin with, which are taken away."""
    value = _product(tokens)
    while value is not None and tokens[0] in ("+", "-"):
        sign, other = tokens.pop(0), _product(tokens)
        value = None if other is None else value + other if sign == "+" else value - other
    return value


def _product(tokens: list[str]) -> float | None:
    value = _signed(tokens)
    while value is not None and tokens[0] not in ("", "+", "-", ")", "^", "**") and not NUMERAL.match(tokens[0]):
        sign = tokens.pop(0) if tokens[0] in ("*", "·", "×", "/") else "*"
        other = _signed(tokens)
        value = None if other is None else _over(value, other) if sign == "/" else value * other
    return value


def _signed(tokens: list[str]) -> float | None:
    if tokens[0] in ("+", "-"):
        sign, value = tokens.pop(0), _signed(tokens)
        return -value if sign == "-" and value is not None else value
    return _raised(tokens)


def _raised(tokens: list[str]) -> float | None:
    value = _atom(tokens)
    if value is not None and tokens[0] in ("^", "**"):
        tokens.pop(0)
        power = _signed(tokens)
        return None if power is None else _power(value, power)
    return value


def _atom(tokens: list[str]) -> float | None:
    token = tokens[0]
    if not token or token in "+-*·×/^**)":
        return None
    tokens.pop(0)
    if token == "(":
        value = _sum(tokens)
        return value if tokens[0] == ")" and tokens.pop(0) else None
    if token in ("pi", "π", "e"):
        return math.e if token == "e" else math.pi
    if token == "frac":
        above = _atom(tokens)
        below = None if above is None else _atom(tokens)
        return None if below is None else _over(above, below)
    if token in FUNCTIONS:
        argument = _raised(tokens)
        return None if argument is None else _applied(FUNCTIONS[token], argument)
    return _mixed(*re.split(f"[{AND}/]", token)) if AND in token else _value(token, None)


def _power(base: float, power: float) -> float:
    try:
        return math.pow(base, power)
    except OverflowError:
        return -math.inf if base < 0 and power % 2 == 1 else math.inf
    except ValueError:  # a root of a negative number, or a negative power of zero
        return math.inf if base == 0 else math.nan


def _logarithm(value: float) -> float:
    return math.log(value) if value > 0 else -math.inf if value == 0 else math.nan


def _exponential(value: float) -> float:
    return math.exp(value) if value < 709.7 else math.inf


def _artanh(value: float) -> float:
    return math.copysign(math.inf, value) if abs(value) == 1 else math.atanh(value)


def _gaussian(value: float) -> float:
    return 0.5 * math.erfc(-value / math.sqrt(2))


def _density(value: float) -> float:
    return _exponential(-value * value / 2) / math.sqrt(2 * math.pi)


def _logistic(value: float) -> float:
    return 1 / (1 + _exponential(-value))


def _applied(function, value: float) -> float:
    """A function's value; infinite where it outgrows a float, NaN where it is not defined."""
    try:
        return function(value)
    except OverflowError:
        return -math.inf if function is math.sinh and value < 0 else math.inf
    except ValueError:
        return math.nan


FUNCTIONS = {
    "ln": _logarithm, "log": _logarithm, "log10": lambda value: math.log10(value) if value else -math.inf,
    "exp": _exponential, "sqrt": math.sqrt, "√": math.sqrt, "sinh": math.sinh, "cosh": math.cosh, "tanh": math.tanh,
    "sin": math.sin, "cos": math.cos, "tan": math.tan, "arctan": math.atan, "erf": math.erf, "Φ": _gaussian,
    "φ": _density, "phi": _density, "σ": _logistic, "sigma": _logistic,
}  # fmt: skip
FUNCTIONS |= {"lg": FUNCTIONS["log10"], "log_10": FUNCTIONS["log10"], "atan": math.atan}
FUNCTIONS |= {name: lambda value: math.log2(value) if value else -math.inf for name in ("log2", "log_2")}
for prefix in ("a", "ar", "arc"):
    FUNCTIONS |= {f"{prefix}sinh": math.asinh, f"{prefix}cosh": math.acosh, f"{prefix}tanh": _artanh}
