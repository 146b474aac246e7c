"""Numbers as people write them: 0.61, 0,61, 1/3, 1e-3, 10⁻³, 61 %, T = 2.27 J; 2.27 ± 0.01.

The same grammar is read in the page, by ``book/answering/written.js``; a test asks both the same texts. What is read:

- a decimal point or comma, digits in groups of three (1 234, 1'234, 1,234.5), any minus sign and any space;
- fractions (1/3, ½), powers of ten (1e-3, 1.5 × 10^-3, 10⁻³), per cent, thousand and million;
- a name before a number (T = …) and a unit of up to three words behind it, which are passed over;
- several numbers with a semicolon, a comma and a space, a space, "and" or ± between them, in brackets or not; two also
  as 2.27(1) and as -2 < x <= -1;
- where one number is wanted, an expression: 2/ln(1+√2), 0.6/e, 2π, 3^(1/2).
"""

import math
import re
import unicodedata

LONGEST = 200  # characters

WHITE = re.compile("[ \t\n\r\f\v\u00a0\u1680\u2000-\u200b\u2028\u2029\u202f\u205f\u2060\u3000\ufeff]+")
GROUPS = re.compile("(?<=[0-9])[\u00a0\u2007\u2009\u202f'’](?=[0-9]{3}(?![0-9]))")
HALVES = {"½": "1/2", "⅓": "1/3", "⅔": "2/3", "¼": "1/4", "¾": "3/4", "⅕": "1/5", "⅖": "2/5", "⅗": "3/5", "⅘": "4/5",
          "⅙": "1/6", "⅚": "5/6", "⅛": "1/8", "⅜": "3/8", "⅝": "5/8", "⅞": "7/8"}  # fmt: skip
RAISED = {sign: plain for plain, sign in zip("0123456789+-", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻", strict=True)}
POWER = re.compile("(?<=[0-9])[⁺⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+")
MINUS = re.compile("[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]")

DIGITS = r"(?:[0-9]+(?:[.,][0-9]+|\.(?![0-9]))?|[.,][0-9]+)"
POWER_OF_TEN = r"10 ?(?:\^|\*\*) ?\(? ?([+-]?[0-9]+) ?\)?"
SCALED = rf"({DIGITS})(?: ?e([+-]?[0-9]+)(?![0-9a-z])| ?[×x·⋅∙*] ?{POWER_OF_TEN})?"
NUMBER = re.compile(rf"([+-]?) ?(?:(inf(?:inity)?|∞|nan)(?![a-z])|{POWER_OF_TEN}|{SCALED})", re.IGNORECASE)
OVER = re.compile(rf" ?[/⁄∕÷] ?([+-]?) ?{SCALED}", re.IGNORECASE)
SCALE = re.compile(r" ?(%|per ?cent|‰|thousand|million)(?![a-z])", re.IGNORECASE)
SCALES = {"‰": 1e-3, "thousand": 1e3, "million": 1e6}
LETTER = "[a-z\u00b5°åα-ωΔΩ]"
MEANT = "(?:pi|ln|log|exp|sqrt|tanh)(?![a-z])|[π√]"
WORD = rf"(?!e[+-]?[0-9]|{MEANT}){LETTER}(?:{LETTER}|_)*(?:\^?[+-]?[1-4](?![0-9]))?"
UNIT = re.compile(rf" ?(?!(?:and|to) ?[0-9+.-]){WORD}(?:[/·⋅]{WORD})*(?![.0-9])", re.IGNORECASE)
NAME = re.compile(f" ?{LETTER}[a-z0-9_]{{0,12}}(?:\\([a-z0-9 ]{{0,8}}\\))? ?[=≈~:] ?", re.IGNORECASE)
ABOUT = re.compile(" ?[≈~=] ?")
BETWEEN = re.compile(
    rf" ?(?:±|\+/?-|;|,(?![0-9])|(?:and|to)(?![a-z])|&|[<≤]=? ?{LETTER}+ ?[<≤]=?) ?| (?=[-+.0-9])|,(?=[-+0-9.])",
    re.IGNORECASE,
)
NUMERAL = re.compile("[0-9.,]")
IN_BRACKETS = re.compile(r"([+-]?[0-9]+[.,]([0-9]+)) ?\(([0-9]{1,3})\)")
TOKEN = re.compile(
    rf" ?({DIGITS}(?:e[+-]?[0-9]+)?(?![0-9a-z])|{DIGITS}|{MEANT}|e(?![a-z])|\*\*|[-+*·×/^()])", re.IGNORECASE
)


def read(text: str, many: int = 1) -> list[float] | None:
    """The numbers that a text consists of.

    Parameters
    ----------
    text : str
    many : int
        How many are expected. It decides what can be read in two ways: "1 234" is one number where one is expected,
        and "3,4" is two where two are.

    Returns
    -------
    list of float or None
        However many there are; infinite where a number outgrows a float or is divided by zero, NaN where that is
        written or 0/0 is. None if the text is anything else.

    Examples
    --------
    >>> read("−1,5 · 10⁻³ mV"), read("1/3"), read("T = 2.27 ± 0.01", 2), read("a third")
    ([-0.0015], [0.3333333333333333], [2.27, 0.01], None)
    """
    line = _plain(text, many)
    if not line or len(line) > LONGEST:
        return None
    if many == 2 and re.fullmatch("[+-]?[0-9]+,[+-]?[0-9]+", line):
        line = line.replace(",", ", ")
    if many == 2 and (short := IN_BRACKETS.fullmatch(line)):
        return [_value(short[1], None), float(f"{short[3]}e-{len(short[2])}")]
    values = _numbers(line)
    return _computed(line) if values is None and many == 1 else values


def _numbers(line: str) -> list[float] | None:
    values, at = [], 0
    while True:
        at = _skip(NAME, line, at) or _skip(ABOUT, line, at) or at
        found = _number(line, at)
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
    line = GROUPS.sub("", text)
    line = POWER.sub(lambda found: "^" + "".join(RAISED[one] for one in found[0]), line)
    line = "".join(HALVES.get(one, one) for one in line)
    line = WHITE.sub(" ", MINUS.sub("-", line)).strip(" ")
    line = unicodedata.normalize("NFKC", line) if not line.isascii() else line
    if many == 1:
        line = re.sub("(?<![0-9.,])([0-9]{1,3})((?: [0-9]{3})+)(?![0-9])", _joined, line)
    line = re.sub(r"(?<![0-9.,])([0-9]{1,3})((?:,[0-9]{3})+)(?=\.[0-9])", _joined, line)
    line = re.sub(r"(?<![0-9.,])([0-9]{1,3})((?:,[0-9]{3}){2,})(?![0-9,])", _joined, line)
    line = re.sub(r"(?<![0-9.,])([0-9]{1,3})((?:\.[0-9]{3})+)(?=,[0-9])", _joined, line)
    return line[1:-1].strip(" ") if re.fullmatch(r"\(.*\)|\[.*\]|\{.*\}", line) else line


def _joined(found: re.Match) -> str:
    return found[1] + re.sub("[ ,.]", "", found[2])


def _skip(what: re.Pattern, line: str, at: int) -> int | None:
    """Where a match that begins at `at` ends; None if there is none."""
    found = what.match(line, at)
    return found.end() if found else None


def _number(line: str, at: int) -> tuple[float, int] | None:
    """A number at a place, with its share and unit, and where it ends."""
    found = NUMBER.match(line, at)
    if found is None:
        return None
    sign, word, ten, digits, *power = found.groups()
    value, at = _value(word or digits or "1", ten or power[0] or power[1]), found.end()
    if over := OVER.match(line, at):
        sign_below, digits, *power = over.groups()
        below, at = _value(digits, power[0] or power[1]), over.end()
        value = _over(value, -below if sign_below == "-" else below)
    if scale := SCALE.match(line, at):
        factor = SCALES.get(scale[1].lower())
        value, at = value * factor if factor else value / 100, scale.end()
    for _ in range(3):
        at = _skip(UNIT, line, at) or at
    return (-value if sign == "-" else value), at


def _value(digits: str, power: str | None) -> float:
    return float(digits.replace(",", ".").replace("∞", "inf") + (f"e{power}" if power else ""))


def _over(above: float, below: float) -> float:
    """A quotient; that by zero is infinite, or no number."""
    return above / below if below else above * math.copysign(math.inf, below)


# ── Expressions ──────────────────────────────────────────────────────────────────────────────────────────────────────


def _computed(line: str) -> list[float] | None:
    """The value of an expression; None if it is none."""
    tokens, at = [], 0
    line = NAME.sub("", line, count=1) if NAME.match(line) else line
    while at < len(line):
        found = TOKEN.match(line, at)
        if found is None:
            return None
        tokens.append(found[1].lower())
        at = found.end()
    tokens.append("")  # the end
    value = _sum(tokens)
    return [value] if value is not None and tokens == [""] else None


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
    if token in FUNCTIONS:
        argument = _raised(tokens)
        return None if argument is None else FUNCTIONS[token](argument)
    return _value(token, None)


def _power(base: float, power: float) -> float:
    try:
        return math.pow(base, power)
    except OverflowError:
        return -math.inf if base < 0 and power % 2 == 1 else math.inf
    except ValueError:  # a root of a negative number, or a negative power of zero
        return math.inf if base == 0 else math.nan


def _logarithm(value: float) -> float:
    return math.log(value) if value > 0 else -math.inf if value == 0 else math.nan


def _root(value: float) -> float:
    return math.sqrt(value) if value >= 0 else math.nan


def _exponential(value: float) -> float:
    return math.exp(value) if value < 709.7 else math.inf


FUNCTIONS = {
    "ln": _logarithm, "log": _logarithm, "exp": _exponential, "sqrt": _root, "√": _root, "tanh": math.tanh,
}  # fmt: skip
