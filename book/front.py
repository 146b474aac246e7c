"""The front door: the first page's list of lessons as cards, each with a small picture taken from the lesson itself.

In the text the lessons are a definition list, which `tools.lists` writes and Jupyter shows as it is. Here each becomes
a card. Its picture is the still of the lesson's first live model, or else its first figure, cut and shrunk when the
book is built; who changes either has changed the card.
"""

import base64
import html
import io
import json
import posixpath
import re
from pathlib import Path

from docutils import nodes
from markup import raw
from PIL import Image, ImageChops
from sphinx.application import Sphinx

WIDE, HIGH = 320, 240  # pixels of a card's picture; shown at about two thirds of that
HEAVIEST = 15_000  # bytes
FOLDER = "_static/cards"

LESSON = re.compile(r"chapters/(\d+)-[^/]+/(\d+)-[^/]+")
STILL = re.compile(r'<figure class="[^"]*sl-still[^"]*">\s*<img src="data:image/png;base64,([^"]+)"')


class FrontError(Exception):
    """Why a card has no picture."""


def first_picture(notebook: Path) -> Image.Image | None:
    """The still of the first live model of an executed notebook, or its first figure; None if it has neither."""
    figures = []
    for cell in json.loads(notebook.read_text(encoding="utf-8"))["cells"]:
        for output in cell.get("outputs", ()):
            data = output.get("data", {})
            if still := STILL.search("".join(data.get("text/html", ""))):
                return Image.open(io.BytesIO(base64.b64decode(still[1])))
            if "image/png" in data:
                figures.append("".join(data["image/png"]))
    return Image.open(io.BytesIO(base64.b64decode(figures[0]))) if figures else None


def is_drawn(picture: Image.Image) -> bool:
    """Whether it is a drawing on white paper, which a dark page turns over, rather than a picture of spins."""
    grey = picture.convert("L")
    return sum(grey.histogram()[250:]) > grey.width * grey.height / 2


def card(picture: Image.Image) -> Image.Image:
    """Cut the telling part out, and bring it to the size of a card."""
    picture = picture.convert("RGB")
    if not is_drawn(picture):  # spins: a piece of them, each as many dots as it was
        wide, high = min(WIDE // 2, picture.width), min(HIGH // 2, picture.height)
        left, top = (picture.width - wide) // 2, (picture.height - high) // 2
        return picture.crop((left, top, left + wide, top + high)).resize((WIDE, HIGH), Image.Resampling.NEAREST)
    picture = first_panel(picture)
    paper = Image.new("RGB", picture.size, "white")
    picture = picture.crop(ImageChops.difference(picture, paper).getbbox())
    picture.thumbnail((WIDE - 12, HIGH - 12), Image.Resampling.LANCZOS)
    sheet = Image.new("RGB", (WIDE, HIGH), "white")
    sheet.paste(picture, ((WIDE - picture.width) // 2, (HIGH - picture.height) // 2))
    return sheet


def first_panel(picture: Image.Image) -> Image.Image:
    """The left one of two panels: up to the first wide gap about the middle; where there is none, what has room."""
    if picture.width < 1.6 * picture.height:
        return picture
    grey = picture.convert("L").point(lambda value: 0 if value > 250 else 255)
    gaps, start = [], None
    for column in range(picture.width * 2 // 5, picture.width * 7 // 10):
        empty = grey.crop((column, 0, column + 1, picture.height)).getbbox() is None
        if empty and start is None:
            start = column
        if not empty and start is not None:
            gaps.append((column - start, start))
            start = None
    # Behind the label of the second panel's axis there is a gap, too, which may be the wider one.
    wide = [start for width, start in gaps if 2 * width >= max(gaps)[0]]
    end = wide[0] if wide else picture.height * WIDE // HIGH
    return picture.crop((0, 0, end, picture.height))


def light(picture: Image.Image) -> bytes:
    """A PNG of as many colours as there is room for."""
    for colours in (32, 16, 8, 4, 2):
        file = io.BytesIO()
        picture.quantize(colours, dither=Image.Dither.NONE).save(file, "PNG", optimize=True)
        if len(file.getvalue()) <= HEAVIEST:
            return file.getvalue()
    raise FrontError(f"a card's picture is heavier than {HEAVIEST} bytes")


def image(app: Sphinx, name: str, number: str, title: str) -> str:
    """Write the picture of a lesson into the site, and return the HTML that shows it; nothing if it has none."""
    found = first_picture(Path(app.srcdir) / f"{name}.ipynb")
    if found is None:
        return '<span class="front-picture front-bare"></span>'
    picture = card(found)
    file = Path(app.outdir) / FOLDER / f"{number.replace('.', '-')}.png"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(light(picture))
    kind = " front-drawn" if is_drawn(picture) else ""
    home = posixpath.relpath(FOLDER, posixpath.dirname(app.config.master_doc) or ".")
    what = html.escape(f"A picture from page {number}, {title}")
    return (
        f'<img class="front-picture{kind}" src="{home}/{file.name}" alt="{what}" width="{WIDE}" height="{HIGH}" '
        'loading="lazy" decoding="async">'
    )


def lesson(app: Sphinx, term: nodes.term) -> tuple[str, str] | None:
    """Name and number of the lesson that the term of a definition list leads to."""
    link = term.next_node(nodes.reference)
    if link is None or "refuri" not in link:
        return None
    here = posixpath.dirname(app.config.master_doc)
    name = posixpath.normpath(posixpath.join(here, link["refuri"].partition("#")[0])).removesuffix(".html")
    match = LESSON.fullmatch(name)
    return (name, ".".join(match.groups())) if match else None


def deal(app: Sphinx, doctree: nodes.document, docname: str) -> None:
    """Make cards of the lists of lessons of the first page, and name the parts of it that have a look of their own."""
    if docname != app.config.master_doc or app.builder.format != "html":
        return
    mark_top(doctree)
    for listed in list(doctree.findall(nodes.definition_list)):
        items = [(item, lesson(app, item[0])) for item in listed]
        if not all(found for _, found in items):
            continue
        cards = nodes.bullet_list(classes=["front-cards"])
        cards += [made(app, item, *found) for item, found in items]
        part = listed.parent[listed.parent.index(listed) - 1]
        if isinstance(part, nodes.paragraph):
            part["classes"].append("front-part")
        listed.replace_self(cards)


def made(app: Sphinx, item: nodes.definition_list_item, name: str, number: str) -> nodes.list_item:
    """One card: the picture, number and title, what the lesson is about, how long it takes, how far its reader is."""
    term, definition = item[0], item.next_node(nodes.definition)
    about = definition.next_node(nodes.paragraph)
    link = term.next_node(nodes.reference)
    time = about.next_node(nodes.emphasis)
    foot = ""
    if time is not None:
        about.remove(time)
        foot = html.escape(" ".join(time.astext().split()).replace(", with a live model", " · live"))
    title = nodes.paragraph("", "", *term.children, classes=["front-title"])
    about["classes"].append("front-about")
    return nodes.list_item(
        "",
        raw(image(app, name, number, link.astext())),
        title,
        about,
        raw(f'<p class="front-foot">{foot} <span data-progress-of="{number}"></span></p>'),
        classes=["front-card"],
    )


def mark_top(doctree: nodes.document) -> None:
    """The first paragraph is what the course asks, the second how to begin."""
    title = doctree.next_node(nodes.title)
    if title is None:
        return
    paragraphs = [part for part in title.parent.children if isinstance(part, nodes.paragraph) and not part["classes"]]
    for paragraph, kind in zip(paragraphs, ("front-question", "front-begin"), strict=False):
        paragraph["classes"].append(kind)


def setup(app: Sphinx) -> dict:
    """Connect it, with its style, which the first page alone needs."""
    app.connect("doctree-resolved", deal)
    app.connect("html-page-context", style)
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def style(app: Sphinx, pagename: str, templatename: str, context: dict, doctree) -> None:
    """Give the first page its style sheet."""
    if pagename == app.config.master_doc:
        app.add_css_file("front.css")
