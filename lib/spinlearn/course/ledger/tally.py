"""The ledger in one line: how often each verdict was given."""

import html
from collections import Counter

from . import VERDICTS, claims


def counts() -> dict[str, int]:
    """How often each verdict was given, in the order of `VERDICTS`; a claim of two parts has two.

    Examples
    --------
    >>> sorted(counts()) == sorted(VERDICTS)
    True
    """
    given = Counter(verdict for claim in claims() for verdict in claim.verdict.split(" / "))
    if unknown := sorted(set(given) - set(VERDICTS)):
        raise ValueError(f"a verdict must be one of {', '.join(VERDICTS)}, got {', '.join(unknown)}")
    return {verdict: given[verdict] for verdict in VERDICTS}


class Tally:
    """A list of verdicts, each with its number; the site draws it as a bar."""

    def __init__(self, counted: dict[str, int]):
        self._counted = {verdict: many for verdict, many in counted.items() if many}

    def _repr_html_(self) -> str:
        parts = (
            f'<li class="tally-{verdict.split()[-1]}" style="--share: {many}">'
            f'<b class="tally-many">{many}</b> <span class="tally-verdict">{html.escape(verdict)}</span> '
            f'<span class="tally-meaning">{html.escape(VERDICTS[verdict])}</span></li>'
            for verdict, many in self._counted.items()
        )
        return f'<ul class="tally">{"".join(parts)}</ul>'

    def __repr__(self) -> str:
        return ", ".join(f"{many} {verdict}" for verdict, many in self._counted.items())


def tally() -> Tally:
    """How the claims of the sources have come out so far.

    Examples
    --------
    >>> repr(tally()).split(", ")[0].endswith(" right")
    True
    """
    return Tally(counts())
