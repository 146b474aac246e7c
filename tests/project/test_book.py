"""The book: it is built from what is right or not at all, and the site that comes out of it needs nobody."""

import importlib
import inspect
import json
import re
import shutil
import subprocess
import sys
from urllib.parse import unquote, urlsplit

import pytest
from bs4 import BeautifulSoup

from tools import book, execute, lists, pages

sys.path.insert(0, str(pages.ROOT / "book"))

import library_reference

LESSON = "chapters/1-ising-basics/2-ising-model"


@pytest.fixture
def project(tmp_path):
    """A project of one page that is as it has to be, and of what a site is made with."""
    shutil.copytree(pages.ROOT / "book", tmp_path / "book", ignore=shutil.ignore_patterns(*book.IGNORED))
    for name in ("CHANGELOG.md", "CITATION.cff", "requirements.lock"):
        shutil.copy(pages.ROOT / name, tmp_path / name)
    page = pages.Page("chapters/index", tmp_path)
    page.source.parent.mkdir(parents=True)
    page.source.write_text(
        "---\nkernelspec: {name: python3, display_name: Python 3, language: python}\n---\n\n# A course\n\nWords.\n",
        encoding="utf-8",
    )
    execute.execute(page)  # it has no code: no kernel
    return tmp_path


def rewrite(path, old, new):
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


NOTEBOOK, TEXT = "chapters/index.ipynb", "source/chapters/index.md"
HARMS = {
    "missing": lambda root: (root / NOTEBOOK).unlink(),
    "damaged": lambda root: rewrite(root / NOTEBOOK, '"cells"', "cells"),
    "damaged: no notebook": lambda root: rewrite(root / NOTEBOOK, '"source"', '"sauce"'),
    "stale": lambda root: rewrite(root / TEXT, "Words", "Deeds"),
    "edited": lambda root: rewrite(root / NOTEBOOK, "Words", "Deeds"),
    "without a text": lambda root: shutil.copy(root / NOTEBOOK, root / "chapters" / "stray.ipynb"),
    "the first page of a part names it": lambda root: shutil.copytree(
        root / "source" / "chapters", root / "source" / "chapters" / "1-new", ignore=shutil.ignore_patterns("1-new")
    ),
}


@pytest.mark.parametrize("harm", HARMS)
def test_what_is_not_right_stops_the_build_by_name(project, harm):
    assert book.faults(project) == []
    HARMS[harm](project)
    for page in (project / "source" / "chapters" / "1-new").glob("index.md"):
        page.rename(page.with_name("1-page.md"))
    with pytest.raises(book.BookError, match=rf"chapters/(index|stray|1-new).*{harm.partition(':')[0]}"):
        book.build(project, quiet=True)
    assert not (project / "build" / "site").exists()


@pytest.mark.slow
def test_a_dead_link_stops_the_build_and_the_old_site_stays(project):
    old = project / "build" / "site" / "index.html"
    old.parent.mkdir(parents=True)
    old.write_text("the old site")
    page = pages.Page("chapters/index", project)
    rewrite(page.source, "Words.", "See [there](nowhere.ipynb).")
    execute.execute(page)
    with pytest.raises(book.BookError, match=r"(?s)index.*nowhere\.ipynb.*The book was not built"):
        book.build(project, quiet=True)
    assert old.read_text() == "the old site"


@pytest.mark.slow
def test_a_preview_shows_one_page_alone_even_a_draft_with_links_to_nowhere(project):
    draft = pages.Page("chapters/9-next/1-draft", project)
    draft.source.parent.mkdir(parents=True)
    draft.source.write_text(
        "---\ndraft: true\nkernelspec: {name: python3, display_name: Python 3, language: python}\n---\n\n"
        "# 9.1 A draft\n\nSee [there](../nowhere.ipynb).\n",
        encoding="utf-8",
    )
    shown = book.preview("9.1", project)
    assert shown == project / "build" / "preview" / f"{draft.name}.html"
    assert "9.1 A draft" in shown.read_text(encoding="utf-8")
    assert not (project / "build" / "site").exists()
    with pytest.raises(book.BookError, match=r"no page is named '9\.2'"):
        book.preview("9.2", project)


@pytest.mark.parametrize("name", ["book/_toc.yml", "source/chapters/index.md", "README.md"])
def test_what_follows_from_the_tree_is_that_of_the_tree(name):
    """`make execute` writes it: a new page edits no list."""
    text = (pages.ROOT / name).read_text(encoding="utf-8")
    assert lists.texts()[name] == text
    if name != "book/_toc.yml":
        assert "<!-- pages -->" in text
        assert pages.lessons()[-1].title.partition(" ")[2] in text


# ── The site ─────────────────────────────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module", params=[True, False], ids=["with solutions", "without solutions"])
def built(request):
    """The site in one flavour: (folder, names of its pages, whether it has solutions)."""
    site = book.build(solutions=request.param, quiet=True)
    return site, book.pages_of(pages.contents(solutions=request.param)), request.param


@pytest.fixture(scope="module")
def soups(built):
    return {
        path: BeautifulSoup(path.read_text(encoding="utf-8"), "html.parser")
        for path in sorted(built[0].rglob("*.html"))
    }


@pytest.mark.slow
def test_every_page_of_the_contents_is_in_the_site_and_reachable(built, soups):
    """Lessons and back matter from the side of every page, answers from their lesson, to which they lead back."""
    site, pages, _ = built

    def led_to(name, where):
        links = soups[site / f"{name}.html"].select(f"{where} a[href]")
        files = {(site / f"{name}.html").parent.joinpath(link["href"].partition("#")[0]).resolve() for link in links}
        return [other for other in pages if (site / f"{other}.html").resolve() in files]

    listed = [name for name in pages[1:] if not name.startswith("solutions/")]
    for name in pages:
        assert len(soups[site / f"{name}.html"].select("article h1")) == 1
        beside = led_to(name, ".bd-sidebar")
        missing = [other for other in listed if other != name and other not in beside]
        assert not missing, f"{name} does not lead to {missing}"
        assert not [other for other in beside if other.startswith("solutions/")]
    for name in set(pages) - set(listed) - {pages[0]}:
        lesson = name.replace("solutions/", "chapters/", 1)
        assert name in led_to(lesson, "article")
        assert lesson in led_to(name, "article")


@pytest.mark.slow
def test_every_link_inside_the_site_leads_somewhere(built, soups):
    site, _, _ = built
    anchors = {path.resolve(): {tag["id"] for tag in soup.find_all(id=True)} for path, soup in soups.items()}
    dead = []
    for path, soup in soups.items():
        for link in soup.find_all("a", href=True):
            url = urlsplit(link["href"])
            if url.scheme or link["href"] == "#" or url.path.startswith("_modules"):
                continue
            target = (path.parent / unquote(url.path)).resolve() if url.path else path.resolve()
            lost = not target.is_file() or (
                url.fragment and target in anchors and unquote(url.fragment) not in anchors[target]
            )
            if lost and path.name not in ("genindex.html", "search.html"):
                dead.append(f"{path.relative_to(site)}: {link['href']}")
    assert not dead


def loaded(soup):
    """Addresses of everything that a page loads by itself."""
    for tag, name in [("script", "src"), ("img", "src"), ("source", "src"), ("iframe", "src"), ("video", "src"),
                      ("audio", "src"), ("object", "data"), ("embed", "src")]:  # fmt: skip
        yield from (node[name] for node in soup.find_all(tag, **{name: True}))
    for node in soup.find_all("link", href=True):
        if set(node.get("rel", [])) & {
            "stylesheet",
            "icon",
            "preload",
            "prefetch",
            "preconnect",
            "modulepreload",
            "manifest",
        }:
            yield node["href"]
    for node in soup.find_all("style"):
        yield from re.findall(r"url\(\s*['\"]?([^'\")]+)", node.text)


def outside(address):
    return bool(re.match(r"(?:[a-z]+:)?//", address, re.IGNORECASE))


@pytest.mark.slow
def test_no_page_loads_anything_from_elsewhere(built, soups):
    site, _, _ = built
    assert not [
        (str(path.relative_to(site)), address)
        for path, soup in soups.items()
        for address in loaded(soup)
        if outside(address)
    ]
    for path in site.rglob("*.css"):
        addresses = re.findall(r"(?:url\(|@import)\s*['\"]?([^'\")\s]+)", path.read_text(encoding="utf-8"))
        assert not [address for address in addresses if outside(address)], path


def test_what_is_loaded_from_elsewhere_would_be_seen():
    """Negative control of the test above."""
    page = """<link rel="stylesheet" href="https://a/b.css"><script src="//a/c.js"></script><img src="https://a/d.png">
    <style>@font-face { src: url(https://a/e.woff) }</style><a href="https://a">no</a><img src="_images/f.png">"""
    assert [address[-5:] for address in loaded(BeautifulSoup(page, "html.parser")) if outside(address)] == [
        "/c.js", "d.png", "b.css", ".woff"
    ]  # fmt: skip


@pytest.mark.slow
def test_without_solutions_there_is_no_trace_of_them(built):
    site, _, solutions = built
    told = "Common wrong turns"  # every solutions page says it, and no lesson
    hits = {
        path.relative_to(site).as_posix()
        for path in site.rglob("*")
        if path.suffix in (".html", ".js", ".ipynb", ".txt")
        and re.search(rf"solutions/|{told}", path.read_text(encoding="utf-8", errors="ignore"))
    }  # fmt: skip
    if solutions:
        assert f"{LESSON}.html".replace("chapters/", "solutions/") in hits
        assert "searchindex.js" in hits
    else:
        assert not (site / "solutions").exists()
        assert not hits


@pytest.mark.slow
def test_a_page_says_how_long_its_code_runs_and_its_notebook_can_be_downloaded(built, soups):
    site, _, _ = built
    soup = soups[site / f"{LESSON}.html"]
    seconds = pages.read_notebook(pages.Page(LESSON)).metadata["spinlearn"]["seconds"]
    assert f"runs in about {round(seconds)} s" in soup.select_one(".run-time").text
    assert (site / "_sources" / f"{LESSON}.ipynb").is_file()
    assert soup.select_one('a[href$=".ipynb"][download]') or soup.select_one(".btn-download-source-button")


@pytest.mark.slow
def test_the_library_reference_has_every_public_function(built, soups):
    """Each public name of each documented module stands in the reference, kernels included."""
    site, _, _ = built
    here = site / "chapters" / "back-matter" / "library"
    wings = library_reference.wings()
    shown = {tag["id"] for wing in wings for tag in soups[here / f"{wing}.html"].select("dt.sig[id]")}
    modules = [name for wing in wings for name in library_reference.modules(wing)]
    assert {"spinlearn.exact.torus", "spinlearn.course.check"} <= set(modules)
    for name in modules:
        module = importlib.import_module(name)
        for member, value in vars(module).items():
            own = inspect.isfunction(getattr(value, "py_func", value)) and getattr(value, "__module__", "") == name
            if own and not member.startswith("_"):
                assert f"{name}.{member}" in shown


BUILDER = """
import sys, time
from contextlib import nullcontext
from pathlib import Path
from tools import book, course

root, number, locked = Path(sys.argv[1]), sys.argv[2], sys.argv[3] == "locked"
builds, waits, try_lock = root / "builds.txt", root / "waits", course.try_lock

def tried(handle):
    taken = try_lock(handle)
    if not taken:
        waits.touch()
    return taken

def built(root, work, *_options, **_flags):
    with builds.open("a") as file:
        file.write(number)
    until = time.monotonic() + 30  # the other one comes while this one builds, and waits or builds as well
    while time.monotonic() < until and not (waits.exists() if locked else len(builds.read_text()) == 2):
        time.sleep(0.01)
    html = work / number
    html.mkdir(parents=True)
    (html / "index.html").write_text(number)
    return html

book._sphinx, book.faults, course.try_lock = built, lambda root: [], tried
if not locked:
    book.alone = lambda *_names: nullcontext()
book.build(root)
"""


@pytest.mark.parametrize("locked", [True, False], ids=["locked", "a twin without the lock"])
def test_two_that_find_the_site_stale_build_it_once(project, locked):
    """The second waits for the first, and then finds nothing to do. Without the lock both build."""
    command = [sys.executable, "-c", BUILDER, str(project)]
    running = [
        subprocess.Popen([*command, number, "locked" if locked else "free"], cwd=pages.ROOT,
                         stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        for number in "12"
    ]  # fmt: skip
    said = [process.communicate(timeout=60)[0] for process in running]
    builds = (project / "builds.txt").read_text()
    if not locked:
        assert sorted(builds) == ["1", "2"]
        return
    assert [process.returncode for process in running] == [0, 0], said
    assert builds in ("1", "2")
    assert (project / "build" / "site" / "index.html").read_text() == builds
    waited = said[1 if builds == "1" else 0]
    assert "• Another command is at work on site; waiting for it\n" in waited
    assert "• Nothing has changed: build/site/index.html is up to date\n" in waited


@pytest.mark.slow
def test_a_second_build_does_nothing(capsys):
    book.build(quiet=True)
    book.build()
    assert capsys.readouterr().out == "• Nothing has changed: build/site/index.html is up to date\n"


# ── The parts of the Sphinx extension ────────────────────────────────────────────────────────────────────────────────


def test_blocks_that_speak_of_solutions_are_taken_out_and_nothing_else():
    sys.path.insert(0, str(pages.ROOT / "book"))
    import spins_to_neurons

    kept = "# Title\n\n:::{note}\n:class: other\nStays.\n:::\n\nEnd."
    block = ":::{seealso}\n:class: solutions\n\n[Answers](../solutions/a.ipynb)\n:::\n"
    outer = "::::{seealso}\n:class: dropdown solutions\n:::{note}\nInner.\n:::\n::::\n"
    notebook = {"cells": [
        {"cell_type": "markdown", "source": [kept[:30], kept[30:], "\n", block, outer]},
        {"cell_type": "code", "source": block},
    ]}  # fmt: skip
    cells = json.loads(spins_to_neurons.without_solutions(json.dumps(notebook)))["cells"]
    assert cells == [{"cell_type": "markdown", "source": kept + "\n"}, {"cell_type": "code", "source": block}]
