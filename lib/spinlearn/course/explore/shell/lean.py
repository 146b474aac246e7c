"""Scripts and style sheets without what only people read: comments, and space that means nothing.

Names stay, and so does every text. A page holds what this leaves, so the smaller it is the better.

>>> script("let a = [1, 2];  // two\\nconst b = `a ${ a[0] } b`;")
'let a=[1,2];const b=`a ${a[0]} b`;'
"""

import re

_STRING = r""" "(?:\\.|[^"\\])*" | '(?:\\.|[^'\\])*' """
_PIECE = re.compile(
    rf"""
    (?P<text> {_STRING} )
    | (?P<quote> ` )
    | (?P<space> (?: \s | //[^\n]* | /\*.*?\*/ )+ )
    | (?P<word> [\w$.]+ )
    | (?P<sign> . )
    """,
    re.X | re.S,
)
_PATTERN = re.compile(r"/(?:\\.|\[(?:\\.|[^\]\\])*\]|[^/\\\[\n])+/[a-z]*")
_TEMPLATE = re.compile(r"(?:\\.|\$(?!\{)|[^`\\$])*", re.S)

# What may stand at the end of a line that goes on, and at the beginning of one that goes on.
_OPEN, _CLOSED = set("{([,;=:?&|<>*!"), set(")],;:?&|.=}")


def script(text: str) -> str:
    """Return JavaScript without comments and without space that means nothing."""
    out: list[str] = []
    depth: list[int] = []  # of braces, in each template that is open
    at = 0
    while at < len(text):
        last = out[-1][-1] if out else ";"
        if text[at] == "/" and text[at + 1] not in "/*" and (last in "(,=:[!&|?{};\n" or out[-1] == "return"):
            end = _PATTERN.match(text, at).end()  # a regular expression, and no division
            out.append(text[at:end])
            at = end
            continue
        piece = _PIECE.match(text, at)
        kind, found, at = piece.lastgroup, piece[0], piece.end()
        if kind == "space":
            found = _kept(found, last, text[at : at + 1])
        elif kind == "quote" or (found == "}" and depth and depth[-1] == 0):  # a template begins, or goes on
            if kind != "quote":
                depth.pop()
            words = _TEMPLATE.match(text, at)
            found, at = found + words[0], words.end()
            if text[at] == "`":
                found, at = found + "`", at + 1
            else:
                found, at = found + "${", at + 2
                depth.append(0)
        elif found in "{}" and depth:
            depth[-1] += 1 if found == "{" else -1
        if found == "}" and out and out[-1] == ";":
            out.pop()  # the end of a block ends its last statement; no loop here is without a body
        one = out[-4:-3] + out[-2:] == ["(", ")", "="] and out[-3].isidentifier()
        if found == ">" and one and not re.search(r"\w$", "".join(out[-5:-4])):
            del out[-4], out[-2]  # one argument needs no brackets
        if found:
            out.append(found)
    return "".join(out).strip()


def _kept(space: str, before: str, after: str) -> str:
    """What is left of the space between two signs: nothing, or one character."""
    if "\n" in re.sub(r"/\*.*?\*/", "", space, flags=re.S):
        return "" if before in _OPEN or after in _CLOSED or not after else "\n"
    apart = before + after in ("++", "--", "+-", "-+") or re.fullmatch(r"[\w$]{2}", before + after)
    return " " if apart else ""


def style(text: str) -> str:
    """Return a style sheet without comments and without space that means nothing."""
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.S)
    text = re.sub(r"\s+", " ", text)
    text = re.sub(r" ?([{};,]) ?", r"\1", text)
    text = re.sub(r"[^{}]+(?=\{)", lambda selector: re.sub(r" ?([>~+]) ?", r"\1", selector[0]), text)  # calc needs its
    text = re.sub(r"(?<=[ (:,])0(?=\.\d)", "", text)
    return re.sub(r"(?<=[\w)]): ", ":", text).replace(";}", "}").strip()
