"""Words are spelt right, and the British way."""

import re
from importlib import resources
from pathlib import Path

import pytest
from codespell_lib import main as codespell

from tools.pages import ROOT

READ = ("source", "lib/spinlearn", "book", "tools", "README.md", "CHANGELOG.md", "CONTRIBUTING.md")
ENDINGS = {".md", ".py", ".toml", ".js", ".css", ".yml"}
CODE = re.compile(r"^(`{3,}).*?^\1|`[^`\n]+`|\$[^$]+\$|\{cite\}|\(\S+\)$|https?://\S+", re.M | re.S)

# American in the dictionary, and something else as well.
BOTH = re.compile("analog|artifact|check|disk|draft|gray|license|meter|practice|program|story|tire")
IZE = re.compile(r"(?!(?:re|cap|over)?siz|seiz|priz|maiz)[a-z]{2,}iz(?:e[drs]?|ing|ations?)")


def files(*endings):
    """The texts that people wrote."""
    tops = [ROOT / name for name in READ]
    every = [file for top in tops for file in (sorted(top.rglob("*")) if top.is_dir() else [top])]
    return [file for file in every if file.suffix in endings]


def american() -> dict[str, str]:
    """British spellings by the American ones."""
    text = resources.files("codespell_lib").joinpath("data/dictionary_en-GB_to_en-US.txt").read_text(encoding="utf-8")
    pairs = [line.rstrip(", ").split("->") for line in text.splitlines()]
    return {there: here for here, there in pairs if not BOTH.fullmatch(there)}


def words(text: str) -> set[str]:
    """The words of a text in Markdown, without code, formulas and addresses."""
    return set(re.findall(r"[a-z]+", CODE.sub(" ", text).lower()))


def misspelt(*paths: Path) -> int:
    """Not zero where codespell knows a word to be wrong; it prints them."""
    return codespell("--builtin", "clear,rare", "--toml", str(ROOT / "pyproject.toml"), *map(str, paths))


def test_no_word_is_misspelt(capsys):
    assert misspelt(*files(*ENDINGS)) == 0, capsys.readouterr().out


@pytest.mark.parametrize("file", files(".md", ".toml"), ids=lambda file: file.relative_to(ROOT).as_posix())
def test_words_are_spelt_the_british_way(file):
    table = american()
    said = words(file.read_text(encoding="utf-8"))
    assert not {word: table[word] for word in said if word in table}
    assert not {word for word in said if IZE.fullmatch(word)}


def test_wrong_words_are_seen(tmp_path, capsys):
    """Negative control."""
    page = tmp_path / "page.md"
    page.write_text("Teh spins recieve a field.", encoding="utf-8")
    assert misspelt(page)
    assert "Teh ==> The" in capsys.readouterr().out
    said = words("Magnetization, `center` and color: a behavior.")
    assert said & set(american()) == {"color", "behavior"}
    assert {word for word in said if IZE.fullmatch(word)} == {"magnetization"}
