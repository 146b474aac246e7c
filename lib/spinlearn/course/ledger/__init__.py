"""The ledger: every checkable claim of the course's sources, with a verdict and the cell that settles it.

The claims of a page stand in a file of the page's own name below this folder, and the sources in ``sources.toml``.
Pages show them with `table`. The tests read the same files and see that each claim points to a cell that has run, the
one with the tag ``claim-<id>`` on its page, and that its number stands in what that cell printed.
"""

import tomllib
from pathlib import Path
from typing import NamedTuple

HERE = Path(__file__).parent

VERDICTS = {
    "right": "true as it stands",
    "imprecise": "true under a condition that the source leaves out",
    "wrong": "not true",
    "unsupported": "nothing is offered for it",
    "a report": "it says what others have measured; numbers of our own stand beside it",
}


class Claim(NamedTuple):
    """One claim.

    Attributes
    ----------
    id : str
        Such as "C11".
    source : str
        "S1" … "S4", several joined by a comma.
    statement : str
        What the source says: its own words between quotation marks, what is between them ours.
    verdict : str
        One of `VERDICTS`; two joined by " / " where the claim has two parts.
    finding : str
        What is true, in Markdown.
    number : str
        The number it rests on, exactly as the cell prints it.
    page : str
        The page that settles it: its path below ``chapters/`` without suffix.
    """

    id: str
    source: str
    statement: str
    verdict: str
    finding: str
    number: str
    page: str

    @property
    def tag(self) -> str:
        """Tag of the cell that settles it, which is also the name of the link to it."""
        return f"claim-{self.id.lower()}"


class Table:
    """Claims as a table that Jupyter and the site both show; see `table`."""

    def __init__(self, claims: list[Claim], link: str):
        self._claims, self._link = claims, link

    def _repr_markdown_(self) -> str:
        rows = ["| claim | the source says | verdict | what we found | cell |", "|---|---|---|---|---|"]
        for claim in self._claims:
            target = self._link.format(page=claim.page, tag=claim.tag)
            rows.append(
                f"| **{claim.id}** ({claim.source}) | {claim.statement} | *{claim.verdict}* | {claim.finding} "
                f"| [{claim.number}]({target}) |"
            )
        return "\n".join(rows)

    def __repr__(self) -> str:
        return "\n".join(f"{claim.id}: {claim.verdict}" for claim in self._claims)


def sources() -> dict[str, str]:
    """Full titles of the sources by their short names S1 … S4, in Markdown."""
    return _read(HERE / "sources.toml")


def claims(page: str | None = None) -> list[Claim]:
    """All settled claims in the order of their ids, or those of one page.

    Parameters
    ----------
    page : str, optional
        Path below ``chapters/`` without suffix.

    Returns
    -------
    list of Claim

    Raises
    ------
    ValueError
        If no claim is settled on that page.

    Examples
    --------
    >>> claims("1-ising-basics/2-ising-model")[0].id
    'C05'
    """
    found = sorted(HERE.glob("*/*.toml"))
    if page is not None:
        pages = [path.relative_to(HERE).with_suffix("").as_posix() for path in found]
        if page not in pages:
            raise ValueError(f"page must be one that settles claims ({', '.join(pages)}), got {page!r}")
        found = [HERE / f"{page}.toml"]
    every = (
        Claim(id=name, page=path.relative_to(HERE).with_suffix("").as_posix(), **fields)
        for path in found
        for name, fields in _read(path).items()
    )
    return sorted(every, key=lambda claim: claim.id)


def table(page: str | None = None) -> Table:
    """The claims of one page, or of all, as a table with a link to the cell of each.

    Parameters
    ----------
    page : str, optional
        As for `claims`. Without it the links lead from the ledger's own page to the pages.

    Returns
    -------
    Table

    Examples
    --------
    >>> print(table("1-ising-basics/2-ising-model")._repr_markdown_().splitlines()[0])
    | claim | the source says | verdict | what we found | cell |
    """
    return Table(claims(page), "#{tag}" if page else "../{page}.ipynb#{tag}")


def _read(path: Path) -> dict:
    return tomllib.loads(path.read_text(encoding="utf-8"))
