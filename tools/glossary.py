"""Link each term of the glossary where it first occurs on a page: ``python -m tools.glossary``; a test holds it."""

import re

from .pages import ROOT, pages

GLOSSARY = ROOT / "source" / "chapters" / "back-matter" / "glossary.md"
# Words that are terms on some pages and plain English on others: linked by hand, if at all.
PLAIN = {"overlap", "field", "gain", "bond", "gate", "exchange", "margin", "domain", "kernel"}

# What is not running text: front matter, code and directives that hold it, the list of what a page is about, options,
# tables, headings, labels, mathematics, roles, code, links.
NOT_PROSE = re.compile(
    r"\A---\n.*?^---\n"
    r"|^(?P<fence>[`:]{3,})\{(?:code-cell|math|eval-rst|figure|glossary|list-table|prf:algorithm)\}.*?^(?P=fence)$"
    r"|^:::\{admonition\} About this page.*?^:::$"
    r"|^:{3,}\{[\w:-]+\}[^\n]*(?:\n:[\w-]+:[^\n]*)*"
    r"|^\$\$.*?^\$\$[^\n]*"
    r"|^[#|(][^\n]*"
    r"|\{[\w:-]+\}`[^`]*`|`[^`]*`|\$[^$]*\$|!?\[[^\]]*\]\([^)]*\)|<[^>\n]*>",
    re.MULTILINE | re.DOTALL,
)
LINKED = re.compile(r"\{term\}`(?:[^`<]*<)?([^`>]+)>?`")


def terms() -> list[str]:
    """All terms of the glossary, the longest first."""
    text = GLOSSARY.read_text(encoding="utf-8")
    body = re.search(r"^```\{glossary\}\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)[1]
    return sorted(re.findall(r"^(\S.*)$", body, re.MULTILINE), key=len, reverse=True)


def with_links(text: str, known: list[str]) -> str:
    """A page with every term linked where it first occurs in its running text, before its exercises."""
    page, mark, rest = text.partition("\n## Exercises")
    pattern = re.compile(r"\b(?:" + "|".join(_word(term) for term in known) + r")\b", re.IGNORECASE)
    done, pieces, last = set(LINKED.findall(page)), [], 0

    def link(found: re.Match) -> str:
        term = next(term for term in known if re.fullmatch(_word(term), found[0], re.IGNORECASE))
        if term in done or term in PLAIN:
            return found[0]
        done.add(term)
        words = re.sub(r"\s+", " ", found[0])
        return f"{{term}}`{words}`" if words == term else f"{{term}}`{words} <{term}>`"

    for stop in [*NOT_PROSE.finditer(page), None]:
        end = stop.start() if stop else len(page)
        pieces.append(pattern.sub(link, page[last:end]))
        if stop:
            pieces.append(stop[0])
            last = stop.end()
    return "".join(pieces) + mark + rest


def _word(term: str) -> str:
    """A term in any number and over the end of a line."""
    return re.escape(term).replace(r"\ ", r"\s+") + "(?:e?s)?"


def main() -> None:
    """Link the terms on all pages of the parts."""
    known = terms()
    for page in pages():
        if "back-matter" in page.name or not page.name.startswith("chapters/") or page.name.endswith("index"):
            continue
        text = page.source.read_text(encoding="utf-8")
        new = with_links(text, known)
        if new != text:
            page.source.write_text(new, encoding="utf-8", newline="\n")
            print(f"{page.name}: {len(LINKED.findall(new))} terms")


if __name__ == "__main__":
    main()
