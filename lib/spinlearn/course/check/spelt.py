"""What readers write in other signs: mathematics in TeX, small numbers in words, units letter by letter.

The page has the same rules in ``book/answering/spelt.js``; a test asks both the same texts.
"""

import re
from collections.abc import Sequence
from functools import cache

LETTER = "[a-z\u00b5°åα-ωΔΩ]"
GREEK = (
    "alpha|beta|gamma|delta|epsilon|zeta|eta|theta|iota|kappa|lambda|mu|nu|xi|omicron|rho|sigma|tau|upsilon|phi|chi|psi"
    "|omega"
)
GREEK_NAMES = dict(zip("αβγδεζηθικλμνξορστυφχψω", GREEK.split("|"), strict=True))
SPECIAL = re.compile(r"[.*+?^${}()|\[\]\\/-]")
NO_PRODUCT = re.compile(r".* .*|[a-z]{3,}")  # units that are words
PHYSICAL = re.compile("[fpnumkMG]?(eV|V|A|S|F|Hz|s|m)(/.+)?")  # a prefix, a base unit, and what it is divided by

TEX = re.compile(r"[\\{}$]")
TEX_GAP = re.compile(r"\\(?:left|right)(?![a-zA-Z])|\\[,;:! ]|[$~]")
TEX_TIMES = re.compile(r"\\(?:cdot|times)(?![a-zA-Z])")
TEX_UPRIGHT = re.compile(r"\\(?:mathrm|text|operatorname) ?\{([^{}\\]*)\}")
TEX_MIXED = re.compile(r"[0-9] ?\\[dt]?frac ?\{ ?[0-9]+ ?\} ?\{ ?[0-9]+ ?\}")
TEX_FRACTION = re.compile(r"\\[dt]?frac(?![a-zA-Z])")
TEX_NAME = re.compile(r"\\([a-zA-Z]+)")

COUNTED = (
    "zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve",
)  # fmt: skip
PARTED = {"half": 2, "halve": 2, "third": 3, "quarter": 4, "fourth": 4, "fifth": 5, "sixth": 6, "seventh": 7,
          "eighth": 8, "ninth": 9, "tenth": 10}  # fmt: skip
IN_WORDS = re.compile(
    rf"(-|minus )?(?:(half)|(?:(an?|{'|'.join(COUNTED)})[ -])?({'|'.join(PARTED)})s?|({'|'.join(COUNTED)}))(?![a-z-])",
    re.IGNORECASE,
)
NAMES_NUMBER = re.compile(
    rf"(?<![a-z])(?:{'|'.join(COUNTED)}|(?:thir|four|fif|six|seven|eigh|nine)teen|(?:twen|thir|for|fif|six|seven|eigh"
    rf"|nine)ty|hundred|thousand|million|(?:{'|'.join(PARTED)})s?)(?![a-z])",
    re.IGNORECASE,
)


def from_tex(line: str) -> str:
    r"""A text with the mathematics of TeX in plain signs; 2\frac{1}{3}, which is a product or 2⅓, stays as it is.

    Examples
    --------
    >>> from_tex(r"0.6\,e^{-2}"), from_tex(r"\frac{1}{2\pi}"), from_tex("0.5")
    ('0.6 e^(-2)', 'frac(1)(2pi)', '0.5')
    """
    if not TEX.search(line) or TEX_MIXED.search(line):
        return line
    line = TEX_UPRIGHT.sub(r"\1", TEX_TIMES.sub("*", TEX_GAP.sub(" ", line)))
    line = TEX_NAME.sub(r"\1", TEX_FRACTION.sub("frac", line))
    return line.replace("{", "(").replace("}", ")")


def in_digits(line: str, at: int) -> tuple[str, int] | None:
    """The number that stands in words at a place, in digits, and where it ends; None if there is none.

    Examples
    --------
    >>> in_digits("seven", 0), in_digits("m = two thirds", 4), in_digits("thirteen", 0)
    (('7', 5), ('2/3', 14), None)
    """
    found = IN_WORDS.match(line, at)
    if found is None:
        return None
    sign, half, above, part, whole = found.groups()
    if half:
        number = "1/2"
    elif whole:
        number = str(COUNTED.index(whole.lower()))
    elif above:
        number = f"{_counted(above.lower())}/{PARTED[part.lower()]}"
    else:
        return None  # "third" alone is a place in a row
    return f"{'-' if sign else ''}{number}", found.end()


def _counted(word: str) -> int:
    return 1 if word in ("a", "an") else COUNTED.index(word)


@cache
def units_in_letters(units: Sequence[str]) -> re.Pattern:
    """What declared units look like behind a number, as a pattern to match there.

    A Greek letter may be spelt, the letters of a product may stand apart, and a sign of multiplication before them.

    Examples
    --------
    >>> [bool(units_in_letters(("zJ", "τ")).match(text)) for text in ("zJ", " * z J", "z·J", " tau", " J", " zJx")]
    [True, True, True, True, False, False]
    """
    forms = "|".join(_letters(unit) for unit in sorted(units, key=len, reverse=True))  # J/kB before J
    return re.compile(rf" ?(?:[*×·⋅] ?)?(?:{forms})(?![.0-9(\[^_]|{LETTER}| ?[=≈~:])", re.IGNORECASE)


def _letters(unit: str) -> str:
    if unit == "times":
        return "times|x|×"
    if NO_PRODUCT.fullmatch(unit) or PHYSICAL.fullmatch(unit):
        return SPECIAL.sub(r"\\\g<0>", unit)
    letters = [rf"(?:{one}|{GREEK_NAMES[one]})" if one in GREEK_NAMES else SPECIAL.sub(r"\\\g<0>", one) for one in unit]
    return "(?: ?[*×·⋅_] ?| )?".join(letters)


def wrong_size(sign: str, unit: str) -> bool:
    """Whether a sign is the base unit of a declared unit with a prefix, or that with another one: V for mV.

    Examples
    --------
    >>> wrong_size("V", "mV"), wrong_size("kV", "mV"), wrong_size("s", "mV"), wrong_size("J", "zJ")
    (True, True, False, False)
    """
    came, wanted = PHYSICAL.fullmatch(sign), PHYSICAL.fullmatch(unit)
    return bool(came and wanted) and came.groups() == wanted.groups()
