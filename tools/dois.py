"""Ask doi.org for every DOI of the bibliography: ``python -m tools.dois``. Needs a network; no other check does."""

import re
import sys
import urllib.error
import urllib.request
from collections.abc import Callable, Iterable
from pathlib import Path

BIBLIOGRAPHY = Path(__file__).resolve().parents[1] / "book" / "references.bib"


class _Stay(urllib.request.HTTPRedirectHandler):
    """Do not follow: that doi.org knows where to send us is the answer, and publishers turn robots away."""

    def redirect_request(self, *_):
        return None


def named(text: str) -> list[str]:
    """All DOIs of a bibliography, in its order."""
    return re.findall(r"\bdoi\s*=\s*[{\"]([^}\"]+)[}\"]", text, re.IGNORECASE)


def ask(doi: str) -> int | None:
    """The status doi.org answers with, 302 for a DOI that exists; None without an answer."""
    request = urllib.request.Request(f"https://doi.org/{urllib.request.quote(doi)}", method="HEAD")
    try:
        return urllib.request.build_opener(_Stay).open(request, timeout=30).status
    except urllib.error.HTTPError as error:
        return error.code
    except OSError:
        return None


def wrong(dois: Iterable[str], ask: Callable[[str], int | None] = ask) -> list[str]:
    """The DOIs that lead nowhere, each with what was answered."""
    answers = ((doi, ask(doi)) for doi in dois)
    return [
        f"{doi}: {'no answer' if status is None else f'answered {status}'}"
        for doi, status in answers
        if status is None or not 300 <= status < 400
    ]


def main() -> int:
    """Print what is wrong; return the exit code."""
    found = named(BIBLIOGRAPHY.read_text(encoding="utf-8"))
    faults = wrong(found)
    print("\n".join([*faults, f"{len(found)} DOIs asked for, {len(faults)} lead nowhere"]))
    return min(1, len(faults))


if __name__ == "__main__":
    sys.exit(main())
