"""TeX as plain text, for what is searched and shown as an excerpt: ``\\beta \\langle m^2 \\rangle`` is β ⟨m²⟩."""

import re

GREEK = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "zeta": "ζ", "eta": "η", "theta": "θ",
    "iota": "ι", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν", "xi": "ξ", "pi": "π", "rho": "ρ", "sigma": "σ",
    "tau": "τ", "upsilon": "υ", "phi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω", "Gamma": "Γ", "Delta": "Δ",
    "Theta": "Θ", "Lambda": "Λ", "Xi": "Ξ", "Pi": "Π", "Sigma": "Σ", "Phi": "Φ", "Psi": "Ψ", "Omega": "Ω",
}  # fmt: skip
SIGNS = {
    "varepsilon": "ε", "vartheta": "θ", "varphi": "φ", "varrho": "ρ", "ell": "ℓ", "hbar": "ħ", "infty": "∞",
    "partial": "∂", "nabla": "∇", "sum": "∑", "prod": "∏", "int": "∫", "sqrt": "√", "pm": "±", "mp": "∓",
    "times": "×", "cdot": "·", "cdots": "…", "dots": "…", "ldots": "…", "langle": "⟨", "rangle": "⟩", "le": "≤",
    "leq": "≤", "ge": "≥", "geq": "≥", "ne": "≠", "neq": "≠", "approx": "≈", "sim": "∼", "simeq": "≃",
    "equiv": "≡", "propto": "∝", "ll": "≪", "gg": "≫", "to": "→", "rightarrow": "→", "Rightarrow": "⇒",
    "leftrightarrow": "↔", "mapsto": "↦", "in": "∈", "notin": "∉", "subset": "⊂", "cup": "∪", "cap": "∩",
    "forall": "∀", "exists": "∃", "uparrow": "↑", "downarrow": "↓", "mid": "|", "lVert": "‖", "rVert": "‖",
    "Vert": "‖", "lvert": "|", "rvert": "|", "star": "*", "ast": "*", "prime": "′", "dagger": "†", "circ": "°",
    "lfloor": "⌊", "rfloor": "⌋", "lceil": "⌈", "rceil": "⌉", "odot": "⊙", "otimes": "⊗", "oplus": "⊕", "quad": " ",
    "qquad": " ", "tfrac": "", "frac": "", "dfrac": "", "colon": ":", "lbrace": "{", "rbrace": "}", "top": "ᵀ",
}  # fmt: skip
NAMES = re.compile(r"ar[cg]?\w*|cosh?|coth|det|dim|exp|inf|lim|ln|log|max|min|mod|Pr|sinh?|sup|tanh?")
STYLES = r"text|textrm|textit|mathrm|mathbf|mathit|mathcal|mathbb|mathsf|boldsymbol|operatorname|bm"
SILENT = r"left|right|[bB]igg?[lrm]?|displaystyle|textstyle|limits|nolimits|middle"
BRACES = {r"\{": "❴", r"\}": "❵", r"\|": "‖"}  # kept through the removal of TeX's own
SUPERSCRIPT = str.maketrans("0123456789+-−n", "⁰¹²³⁴⁵⁶⁷⁸⁹⁺⁻⁻ⁿ")
GROUP = r"\{((?:[^{}]|\{[^{}]*\})*)\}"
PART = rf"\s*(?:{GROUP}|(\\[a-zA-Z]+|[^\s{{}}\\]))"  # what TeX takes as an argument: a group, a name or one sign
BEFORE = rf"(?:(\\(?:{NAMES.pattern})(?![a-zA-Z])\s*)|(\w))?"


def plain(tex: str) -> str:
    """The formula in one line of plain text; what has no sign of its own is left out.

    Parameters
    ----------
    tex : str
        A formula.

    Returns
    -------
    str

    Examples
    --------
    >>> plain(r"T_c = \\frac{2}{\\ln(1 + \\sqrt{2})}")
    'Tc = 2/(ln(1 + √2))'
    """
    text = re.sub(r"(?<!\\)%.*", "", tex)
    text = re.sub(r"\\(?:begin|end|label|tag|phantom|vphantom|hphantom|color|hspace|vspace)\*?\s*\{[^{}]*\}", " ", text)
    text = re.sub(rf"\\(?:{STYLES})\*?\s*{GROUP}", r"{\1}", text)
    for _ in range(4):  # roots and fractions inside fractions
        text = re.sub(rf"\\sqrt\s*{GROUP}", lambda m: rf"\sqrt {_bracketed(m[1])}", text)
        text = re.sub(rf"\\[td]?binom{PART}{PART}", lambda m: f"({m[1] or m[2]} over {m[3] or m[4]})", text)
        text = re.sub(rf"{BEFORE}\\[td]?frac{PART}{PART}(?=([\w\\(]?))", _in_a_line, text)
    text = re.sub(rf"\\(?:{SILENT})(?![a-zA-Z])\.?", "", text)
    text = re.sub(r"\\[,;:! ]|\\\\(?:\[[^\]]*\])?|~|&", " ", text)
    text = re.sub(r"\\[{}|]", lambda match: BRACES[match[0]], text)
    text = re.sub(r"\\([a-zA-Z]+)", _sign, text)
    text = re.sub(r"\^\s*(?:\{([^{}]*)\}|(\S))", _raised, text)
    text = re.sub(r"[_{}\\$]", "", text).replace("❴", "{").replace("❵", "}").replace("-", "−")
    return re.sub(r"\s+", " ", text).replace("⟨ ", "⟨").replace(" ⟩", "⟩").replace("√ ", "√").strip()


def _in_a_line(match: re.Match) -> str:
    """A fraction, apart from what stands before and after it, and in brackets behind the name of a function."""
    name, before, one, other = match[1], match[2], match[3] or match[4], match[5] or match[6]
    fraction, behind = f"{_bracketed(one)}/{_bracketed(other)}", " " if match[7] else ""
    if name:
        return f"{name.strip()} ({fraction}){behind}"
    return f"{before} {fraction}{behind}" if before else f"{fraction}{behind}"


def _bracketed(part: str) -> str:
    part = part.strip()
    return part if re.fullmatch(r"[\w.]+|\\[a-zA-Z]+(?:_\w)?|\\sqrt ?(?:\w|\([^()]*\))", part) else f"({part})"


def _sign(match: re.Match) -> str:
    name = match[1]
    return name if NAMES.fullmatch(name) else GREEK.get(name) or SIGNS.get(name, "")


def _raised(match: re.Match) -> str:
    power = (match[1] or match[2]).strip()
    if re.fullmatch(r"[-+−]?[\dn]+", power):
        return power.translate(SUPERSCRIPT)
    return f"^({power})" if re.search(r".[-+−/ ]", power) else f"^{power}"
