"""One style sheet instead of twenty, and of each font only the letters that the site uses: a first page waits for less.

Sheets of single pages are in it, too, where they stood: what stands later wins, and no page is to look otherwise.
"""

import graphlib
import hashlib
import logging
import re
from pathlib import Path

from fontTools import subset
from themes import rules

LINK = re.compile(r'<link(?=[^>]*rel="stylesheet")[^>]*href="[^"]*_static/([^"?]+\.css)[^"]*"[^>]*>\s*')
WHERE = re.compile(r"url\(\s*(['\"]?)(?!data:|[a-z]+:|/|#)([^'\")]+)\1\s*\)")
IMPORT = re.compile(r"@import\s+(?:url\()?['\"]?([^'\")]+\.css)['\"]?\)?\s*;")
ICON = re.compile(r"\.(fa-[a-z0-9-]+)::?before")
CODE = re.compile(r"\\(f[0-9a-f]{3})\b")
MEDIA = re.compile(r"@media[^{]*\{")
WIDTH = re.compile(r"((?:min|max)-width\s*:\s*)([\d.]+)px")
TOGETHER = "site.css"
APART = ("dark.css", "without-scripts.css")  # which only a page without scripts asks for

# It warns of each table that it drops, such as the dates that FontForge leaves in a font: none of them is missed.
logging.getLogger("fontTools.subset").setLevel(logging.ERROR)


def only(font: Path, characters: set[int], target: Path) -> None:
    """Write a font with these characters alone."""
    options = subset.Options(flavor="woff", layout_features=[], name_IDs=["*"], notdef_outline=True)
    loaded = subset.load_font(str(font), options)
    subsetter = subset.Subsetter(options)
    subsetter.populate(unicodes=characters)
    subsetter.subset(loaded)
    target.parent.mkdir(parents=True, exist_ok=True)
    subset.save_font(loaded, str(target), options)


def icons(css: str, used: set[str]) -> tuple[str, set[int]]:
    """Rules of Font Awesome for the icons that are used, and for one font; and the characters of those icons."""
    kept, characters = [], set()
    for head, body in rules(re.sub(r"/\*.*?\*/", "", css, flags=re.DOTALL)):
        names = set(ICON.findall(head))
        if body is None or (names and not names & used):
            continue
        if head == "@font-face":
            solid = "fa-solid-900" in body and "FontAwesome;" not in body
            body = re.sub(r"src:.*", 'src:url("../webfonts/icons.woff") format("woff")', body)
            kept += [f"{head}{{{body}}}"] if solid else []
            continue
        characters |= {int(code, 16) for code in CODE.findall(body)} if names else set()
        kept.append(f"{head}{{{body}}}")
    return "\n".join(kept), characters


def with_imports(path: Path) -> str:
    """A style sheet with those that it imports in the place where it asks for them."""

    def imported(found):
        folder, slash, _ = found[1].rpartition("/")
        return relative(with_imports(path.parent / found[1]), folder + slash)

    return IMPORT.sub(imported, path.read_text(encoding="utf-8"))


def in_letters(css: str) -> str:
    """The style sheet, which changes at so many letters a line: who reads in larger ones has a narrower window."""
    return MEDIA.sub(lambda head: WIDTH.sub(lambda it: f"{it[1]}{round(float(it[2]) / 16, 5):g}em", head[0]), css)


def relative(css: str, folder: str) -> str:
    """The style sheet with its addresses as seen from the folder above its own."""
    return WHERE.sub(lambda found: f'url("{folder}{found[2]}")', css) if folder else css


def write(app, exception):
    """Make the one style sheet, and the font of icons."""
    if exception is not None or app.builder.format != "html":
        return
    site = Path(app.outdir)
    static = site / "_static"
    texts = {path: path.read_text(encoding="utf-8") for path in site.rglob("*.html") if static not in path.parents}
    linked = {path: _linked(text) for path, text in texts.items() if _linked(text)}
    names = in_order(linked.values())
    sheets = {name: with_imports(static / name) for name in names}
    awesome = next(name for name in names if "fontawesome" in name)
    scripts = (path.read_text(encoding="utf-8") for path in static.rglob("*.js"))
    used = set(re.findall(r"\bfa-[a-z0-9-]+", "\n".join([*texts.values(), *scripts])))
    sheets[awesome], characters = icons(sheets[awesome], used)
    elsewhere = {int(code, 16) for name, css in sheets.items() if name != awesome for code in CODE.findall(css)}
    folder = static / Path(awesome).parent.parent / "webfonts"
    only(folder / "fa-solid-900.ttf", characters | elsewhere, folder / "icons.woff")
    for font in folder.glob("fa-*"):
        font.unlink()
    (static / awesome).write_text(sheets[awesome], encoding="utf-8")

    whole = "\n".join(relative(css, "".join(name.rpartition("/")[:2])) for name, css in sheets.items())
    whole = in_letters(whole)
    for path in map(static.joinpath, APART):
        path.write_text(in_letters(path.read_text(encoding="utf-8")), encoding="utf-8")
    (static / TOGETHER).write_text(whole, encoding="utf-8")
    address = f"_static/{TOGETHER}?v={hashlib.sha256(whole.encode()).hexdigest()[:8]}"
    for path in linked:
        up = "../" * (len(path.relative_to(site).parts) - 1)
        path.write_text(_joined(texts[path], up + address), encoding="utf-8")


def in_order(lists) -> list[str]:
    """All names of several lists, each after those that stand before it in any of them."""
    before = {}
    for names in lists:
        for number, name in enumerate(names):
            before.setdefault(name, set()).update(names[:number])
    return list(graphlib.TopologicalSorter(before).static_order())


def _linked(page):
    """Names of the style sheets of a page, those for pages without scripts apart."""
    return LINK.findall(re.sub(r"<noscript>.*?</noscript>", "", page, flags=re.DOTALL))


def _joined(page, address):
    """The page with one link in the place of the first of many."""
    start, end = LINK.search(page).start(), page.find("<noscript>")
    mark = f'<link rel="stylesheet" href="{address}" />\n'
    return page[:start] + mark + LINK.sub("", page[start:end]) + page[end:]


def setup(app):
    """Connect it to the very end of the build."""
    app.connect("build-finished", write, priority=900)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
