"""Labels of figures: the little TeX that matplotlib understands, as runs of text and as one plain line."""

import re
from typing import NamedTuple


class Run(NamedTuple):
    """A piece of a label that is set in one way."""

    text: str
    italic: bool = False
    shift: int = 0  # 1 above the line, -1 below it


SIGNS = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "varepsilon": "ε", "epsilon": "ϵ", "zeta": "ζ", "eta": "η",
    "theta": "θ", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "pi": "π", "rho": "ρ", "sigma": "σ",
    "tau": "τ", "varphi": "φ", "phi": "ϕ", "chi": "χ", "psi": "ψ", "omega": "ω", "Gamma": "Γ", "Delta": "Δ",
    "Lambda": "Λ", "Sigma": "Σ", "Phi": "Φ", "Psi": "Ψ", "Omega": "Ω", "langle": "⟨", "rangle": "⟩", "infty": "∞",
    "partial": "∂", "pm": "±", "mp": "∓", "times": "×", "cdot": "·", "leq": "≤", "le": "≤", "geq": "≥", "ge": "≥",
    "neq": "≠", "approx": "≈", "sim": "∼", "propto": "∝", "to": "→", "rightarrow": "→", "uparrow": "↑", "ell": "ℓ",
    "downarrow": "↓", "prime": "′", "ast": "∗", "sum": "Σ", "int": "∫", "ldots": "…", "in": "∈",
    ",": "\u2009", ";": "\u2005", ":": "\u2005", "!": "", " ": " ", "quad": "\u2003", "{": "{", "}": "}", "|": "‖",
}  # fmt: skip
NAMES = ("exp", "log", "ln", "tanh", "sinh", "cosh", "sin", "cos", "tan", "max", "min")
UPRIGHT = ("mathrm", "mathdefault", "mathregular", "text", "operatorname")
ACCENTS = {"tilde": "\u0303", "hat": "\u0302", "bar": "\u0304", "dot": "\u0307", "vec": "\u20d7"}
SUPERSCRIPT = str.maketrans("0123456789+-−=()n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻⁼⁽⁾ⁿ")
SUBSCRIPT = str.maketrans("0123456789+-−=()", "₀₁₂₃₄₅₆₇₈₉₊₋₋₌₍₎")
TOKEN = re.compile(r"\\[A-Za-z]+|\\.|[^\\]", re.DOTALL)


def runs(label: str) -> list[Run]:
    """A label as runs of text; its formulas stand between dollar signs.

    Parameters
    ----------
    label : str

    Returns
    -------
    list of Run

    Raises
    ------
    ValueError
        If a formula has a command that is not known here.

    Examples
    --------
    >>> [run.text for run in runs("mean of $x_1$")]
    ['mean of ', 'x', '1']
    """
    found = []
    for number, piece in enumerate(re.split(r"(?<!\\)\$", label)):
        if number % 2:
            tokens = TOKEN.findall(piece)
            while tokens:
                found += _atom(tokens)
        elif piece:
            found.append(Run(piece.replace(r"\$", "$")))
    joined = []
    for run in found:
        if joined and joined[-1][1:] == run[1:]:
            run = run._replace(text=joined.pop().text + run.text)
        joined.append(run)
    return [run for run in joined if run.text]


def _atom(tokens: list[str]) -> list[Run]:
    """Take the next thing of a formula from its tokens."""
    token = tokens.pop(0)
    if token in "_^":
        return [run._replace(shift=1 if token == "^" else -1) for run in _atom(tokens)]
    if token == "{":
        return _group(tokens)
    if token.startswith("\\"):
        return _command(token[1:], tokens)
    if token.isspace():
        return []
    if token == "-":
        return [Run("−")]
    if token in "=<>+":
        return [Run(f"\u2009{token}\u2009")]
    return [Run(token, italic=token.isalpha())]


def _group(tokens: list[str]) -> list[Run]:
    found = []
    while tokens and tokens[0] != "}":
        found += _atom(tokens)
    del tokens[:1]
    return found


def _command(name: str, tokens: list[str]) -> list[Run]:
    while tokens and tokens[0].isspace() and name.isalpha():
        tokens.pop(0)
    if name in SIGNS:
        return [Run(SIGNS[name], italic=SIGNS[name].isalpha() and SIGNS[name].islower())]
    if name in NAMES:
        return [Run(name)]
    if name in UPRIGHT:
        return [run._replace(italic=False) for run in _atom(tokens)]
    if name in ACCENTS:
        return [run._replace(text=run.text + ACCENTS[name]) for run in _atom(tokens)]
    if name == "sqrt":
        under = _atom(tokens)
        if len(under) == 1 and len(under[0].text) == 1:
            return [Run("√"), *under]
        return [Run("√("), *under, Run(")")]
    raise ValueError(f"a label has the command \\{name}, which is not known here")


def plain(label: str) -> str:
    """A label in one line of plain signs, for tables and for speech.

    Examples
    --------
    >>> plain(r"time $t\\,L^{1/\\nu}$, at $T_c$ and $x_1$, $10^{-3}$")
    'time t L^(1/ν), at Tc and x₁, 10⁻³'
    """
    said = ""
    try:
        pieces = runs(label)
    except ValueError:
        pieces = [Run(re.sub(r"[$\\{}]", "", label))]
    joined: list[Run] = []
    for run in pieces:
        if joined and joined[-1].shift == run.shift:
            run = Run(joined.pop().text + run.text, shift=run.shift)
        joined.append(run._replace(italic=False))
    for before, run in zip([Run(""), *joined], joined, strict=False):
        raised = run.text.translate(SUPERSCRIPT if run.shift > 0 else SUBSCRIPT) if run.shift else run.text
        if run.shift > 0 and any(a == b for a, b in zip(run.text, raised, strict=True)):
            raised = run.text if run.text in "*∗′" else f"^({run.text})" if len(run.text) > 1 else f"^{run.text}"
        apart = before.shift < 0 and raised[0].isalpha()  # the gK n of a current
        said += f" {raised}" if apart else raised
    return re.sub(r"\s+", " ", said).strip()
