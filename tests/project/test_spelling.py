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
BOTH = {"analog", "artifact", "check", "disk", "draft", "gray", "license", "meter", "practice", "program", "story", "tire"}


def files(*endings):
    """The texts that people wrote."""
    tops = [ROOT / name for name in READ]
    every = [file for top in tops for file in (sorted(top.rglob("*")) if top.is_dir() else [top])]
    return [file for file in every if file.suffix in endings]


def american() -> dict[str, str]:
    """British spellings by the American ones."""
    text = resources.files("codespell_lib").joinpath("data/dictionary_en-GB_to_en-US.txt").read_text(encoding="utf-8")
    pairs = [line.split("->") for line in text.splitlines()]
    return {there.strip(", "): here for here, there in pairs if "," not in there.strip(", ") and there not in BOTH}


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
    found = {word: table[word] for word in words(file.read_text(encoding="utf-8")) if word in table}
    assert not found


def test_wrong_words_are_seen(tmp_path, capsys):
    """Negative control."""
    page = tmp_path / "page.md"
    page.write_text("Teh spins recieve a field.", encoding="utf-8")
    assert misspelt(page)
    assert "Teh ==> The" in capsys.readouterr().out
    said = words("Magnetization, `center` and color: a behavior.")
    assert {"magnetization", "color", "behavior"} == said & set(american())
