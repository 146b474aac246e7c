"""The ledger: every settled claim points to a cell that has run and that printed its number."""

import json
import re
from pathlib import Path

import pytest

from spinlearn.course import ledger

CHAPTERS = Path(__file__).parents[2] / "chapters"
CLAIMS = ledger.claims()


def cells_of(page):
    path = CHAPTERS / f"{page}.ipynb"
    assert path.is_file(), f"{path.name} has not been executed"
    return json.loads(path.read_text(encoding="utf-8"))["cells"]


def printed(cell):
    return " ".join("".join(output.get("text", "")) for output in cell["outputs"])


def folded(text):
    return re.sub(r"\s+", " ", text)


def settles(claim, cells):
    """Whether exactly one executed cell carries the claim's tag and prints its number."""
    tagged = [cell for cell in cells if claim.tag in cell["metadata"].get("tags", [])]
    if len(tagged) != 1 or not tagged[0]["execution_count"]:
        return False
    return folded(claim.number) in folded(printed(tagged[0]))


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.id)
def test_the_number_of_a_claim_is_the_one_its_cell_printed(claim):
    assert claim.number.strip()
    assert settles(claim, cells_of(claim.page))


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.id)
def test_a_wrong_number_or_a_missing_cell_would_be_noticed(claim):
    cells = cells_of(claim.page)
    assert not settles(claim._replace(number=claim.number + "7"), cells)
    assert not settles(claim, [cell for cell in cells if claim.tag not in cell["metadata"].get("tags", [])])
    unrun = [dict(cell, execution_count=None) for cell in cells]
    assert not settles(claim, unrun)


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.id)
def test_a_number_in_the_finding_was_printed_by_the_cell(claim):
    """Decimal numbers in the text of a finding stand in the output of the claim's cell."""
    cell = next(cell for cell in cells_of(claim.page) if claim.tag in cell["metadata"].get("tags", []))
    prose = re.sub(r"0\.9\\,T_c|T = [\d.]+", "", claim.finding)  # temperatures are inputs
    for number in re.findall(r"\d+\.\d+", prose):
        assert number in printed(cell), f"{claim.id}: {number}"


@pytest.mark.parametrize("claim", CLAIMS, ids=lambda claim: claim.id)
def test_verdicts_sources_and_links(claim):
    assert set(claim.verdict.split(" / ")) <= set(ledger.VERDICTS)
    assert set(claim.source.split(", ")) <= set(ledger.sources())
    assert "|" not in "".join(claim), "a bar would break the table: write \\lvert and \\rvert"
    text = "".join("".join(cell["source"]) for cell in cells_of(claim.page) if cell["cell_type"] == "markdown")
    assert f"({claim.tag})=" in text, "the cell has no target to link to"


def test_every_tagged_cell_is_in_the_ledger():
    tagged = {
        tag
        for path in CHAPTERS.rglob("*.ipynb")
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]
        for tag in cell["metadata"].get("tags", [])
        if tag.startswith("claim-")
    }
    assert tagged == {claim.tag for claim in CLAIMS}


def test_claims_stand_in_order_and_an_unknown_page_is_refused():
    assert [claim.id for claim in CLAIMS] == sorted(claim.id for claim in CLAIMS)
    with pytest.raises(ValueError, match="page must be one that settles claims"):
        ledger.claims("no-such-page")
