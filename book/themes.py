"""Light and dark where no script chooses: paper is light, and without scripts the reader's system decides.

The theme and the extensions write their rules for ``[data-theme="light"]`` and ``[data-theme="dark"]``, an attribute
that a script sets. When the site is built, each style sheet is gone through: what is dark is kept off paper, what is
light holds there for every page, and the dark rules are collected once more, in ``dark.css``, for a page without
scripts.
"""

import re
from pathlib import Path

DARK = re.compile(r"\[data-theme=[\"']?dark[\"']?\]")
LIGHT = re.compile(r"\[data-theme=[\"']?light[\"']?\]")
COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)
NESTING = ("@media", "@supports", "@container", "@layer")


def rules(css: str) -> list[tuple[str, str | None]]:
    """Rules of a style sheet in order: what stands before the braces, and what is in them, if there are any."""
    found, start, depth, head, at = [], 0, 0, "", 0
    while at < len(css):
        character = css[at]
        if character in "\"'":
            at += 1
            while at < len(css) and css[at] != character:
                at += 2 if css[at] == "\\" else 1
        elif character == "{":
            depth += 1
            if depth == 1:
                head, start = css[start:at], at + 1
        elif character == "}":
            depth -= 1
            if depth == 0:
                found.append((head.strip(), css[start:at]))
                start = at + 1
        elif character == ";" and depth == 0:
            found.append((css[start : at + 1].strip(), None))
            start = at + 1
        at += 1
    return found


def parts(selectors: str) -> list[str]:
    """The selectors of a list."""
    found, depth, start = [], 0, 0
    for at, character in enumerate(selectors):
        depth += (character in "([") - (character in ")]")
        if character == "," and depth == 0:
            found.append(selectors[start:at].strip())
            start = at + 1
    return [*found, selectors[start:].strip()]


def for_paper(css: str) -> str:
    """The style sheet with its dark rules for the screen alone, and its light ones for paper, whatever the theme."""
    if not DARK.search(css) and not LIGHT.search(css):
        return css
    text = []
    for head, body in rules(COMMENT.sub("", css)):
        if body is None:
            text.append(head)
        elif head.startswith(NESTING):
            text.append(f"{head} {{\n{for_paper(body)}\n}}")
        else:
            dark = [one for one in parts(head) if DARK.search(one) and not LIGHT.search(one)]
            other = [one for one in parts(head) if one not in dark]
            light = [LIGHT.sub("[data-theme]", one) for one in other if LIGHT.search(one)]
            text += [f"{', '.join(other)} {{{body}}}"] if other else []
            text += [f"@media print {{ {', '.join(light)} {{{body}}} }}"] if light else []
            text += [f"@media screen {{ {', '.join(dark)} {{{body}}} }}"] if dark else []
    return "\n".join(text)


def without_scripts(css: str) -> str:
    """The dark rules of a style sheet, for pages that are marked as light."""
    text = []
    for head, body in rules(COMMENT.sub("", css)):
        if body is None:
            continue
        if head.startswith(NESTING):
            inside = without_scripts(body)
            text += [f"{head} {{\n{inside}\n}}"] if inside else []
        elif dark := [DARK.sub('[data-theme="light"]', one) for one in parts(head) if DARK.search(one)]:
            text.append(f"{', '.join(dark)} {{{body}}}")
    return "\n".join(text)


# What the theme writes at the head of each page, and what stands there in its place: no page is without a theme.
FIRST_SCRIPT = re.compile(
    r'<script data-cfasync="false">\s*document\.documentElement\.dataset\.mode.*?</script>', re.DOTALL
)
CHOICE = """<script data-cfasync="false">
    (() => {
      const mode = localStorage.getItem("mode") || "auto";
      const system = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
      Object.assign(document.documentElement.dataset, { mode, theme: mode === "auto" ? system : mode });
    })();
  </script>"""
SHEET = re.compile(r'<link[^>]*href="[^"]*_static/([^"?]+\.css)')
MENU = '<noscript><a class="menu-without-scripts" href="#all-pages">All pages</a></noscript>'
MENU_BUTTON = re.compile(r'(?=<button class="sidebar-toggle primary-toggle)')


def mend_page(page: str, static: str) -> str:
    """A page that has a theme without scripts, too; `static` leads to the folder of style sheets."""
    page = page.replace('data-theme="auto"', 'data-theme="light"', 1)
    page = FIRST_SCRIPT.sub(lambda _: CHOICE, page)
    links = [
        f'<link rel="stylesheet" href="{static}/without-scripts.css" />',
        f'<link rel="stylesheet" media="screen and (prefers-color-scheme: dark)" href="{static}/dark.css" />',
    ]
    page = page.replace("</head>", f"<noscript>{''.join(links)}</noscript>\n</head>", 1)
    page = page.replace('<nav class="bd-links', '<nav id="all-pages" class="bd-links', 1)
    return MENU_BUTTON.sub(MENU, page, count=1)


def mend(app, exception):
    """Go through all style sheets and pages."""
    if exception is not None or app.builder.format != "html":
        return
    site = Path(app.outdir)
    static, pages, names = site / "_static", sorted(site.rglob("*.html")), {}
    for path in pages:
        page = path.read_text(encoding="utf-8")
        names |= dict.fromkeys(SHEET.findall(page))
        path.write_text(mend_page(page, "../" * (len(path.relative_to(site).parts) - 1) + "_static"), encoding="utf-8")
    sheets = {name: (static / name).read_text(encoding="utf-8") for name in names}
    dark = "\n".join(filter(None, map(without_scripts, sheets.values())))
    (static / "dark.css").write_text(dark + "\n", encoding="utf-8")
    for name, css in sheets.items():
        (static / name).write_text(for_paper(css), encoding="utf-8")


def setup(app):
    """Connect it to the end of the build."""
    app.add_css_file("engines.css", priority=900)
    app.add_js_file("focus.js", loading_method="defer")
    app.add_js_file("return.js", loading_method="defer")
    app.connect("build-finished", mend, priority=800)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
