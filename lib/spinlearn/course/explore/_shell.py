"""What every explorable shares: a widget with synced traits, and the same thing as a page that stands alone."""

import html
import json
import re
from pathlib import Path
from typing import NamedTuple

import anywidget
import traitlets

HERE = Path(__file__).parent


# Lines that are all comment, and the spaces that lines begin with.
_LEAN = re.compile(r"^\s*//[^\n]*\n|^\s*/\*.*?\*/\s*\n|^[ \t]+", re.M | re.S)


def source(*names: str) -> str:
    """Return the text of the named files of this folder, joined."""
    return "\n".join((HERE / name).read_text(encoding="utf-8") for name in names)


def lean(text: str) -> str:
    """Return a script or a style sheet without comments and indentation: a page is read by browsers."""
    return _LEAN.sub("", text)


class Still(NamedTuple):
    """What stands where scripts do not run.

    Attributes
    ----------
    picture : str
        Data URI of an image.
    width, height : int
        Its size in CSS pixels.
    alternative : str
        What is seen.
    caption : str
        What it shows.
    """

    picture: str
    width: int
    height: int
    alternative: str
    caption: str


class Explorable(anywidget.AnyWidget):
    """A model with controls, in JupyterLab and in a page without a kernel, by the same code.

    In JupyterLab it is an anywidget, whose traits follow the controls and the controls the traits. Its HTML form holds
    the same JavaScript with the state that the traits have then. It needs no kernel, no widget manager and no
    network, and where scripts are off it is a picture with a line that says what it shows.

    A subclass names its `_scripts`, the last of which defines `widget`, sets `_esm` to `javascript` of them, marks with
    ``page=True`` the traits that the JavaScript reads, and says what the still picture is.
    """

    _css = source("shell.css")
    _scripts: tuple[str, ...] = ()

    @staticmethod
    def javascript(scripts: tuple[str, ...]) -> str:
        """Return the ES module that anywidget loads: the shell, then the scripts."""
        return f"{source('shell.js', *scripts)}\nexport default widget;\n"

    def still(self) -> Still:
        """Return the still picture with its words."""
        raise NotImplementedError

    def page_state(self) -> dict:
        """Return the traits that a page starts with."""
        return self.trait_values(page=True)

    def static_html(self) -> str:
        """Return the explorable as HTML that stands alone: still picture, style, scripts and state.

        Returns
        -------
        str
            The same for the same traits. It asks nothing of the network, and nothing of the page around it.
        """
        program = f"{lean(source('shell.js', *self._scripts))}\nhydrate(widget, home, {json.dumps(self.page_state())});"
        program = program.replace("</", r"<\/")  # the same to JavaScript; to HTML it would end the script
        picture, width, height, alternative, caption = (html.escape(str(part)) for part in self.still())
        return f"""<div class="sl-home">
<style>{lean(source("shell.css"))}</style>
<figure class="sl sl-still">
<img src="{picture}" alt="{alternative}" width="{width}" height="{height}">
<figcaption>{caption} <span class="sl-why">The live version needs scripts: here they are off.</span></figcaption>
</figure>
<script>
(() => {{
"use strict";
const home = document.currentScript.parentElement;
{program}
}})();
</script>
</div>"""

    def _repr_mimebundle_(self, **kwargs):
        data, metadata = super()._repr_mimebundle_(**kwargs)
        return {**data, "text/plain": repr(self), "text/html": self.static_html()}, metadata


class Moving(Explorable):
    """An explorable in which time goes on while it runs. A page always starts it paused."""

    running = traitlets.Bool(False, help="whether time goes on").tag(sync=True, page=True)

    def page_state(self) -> dict:
        """Return the traits that a page starts with, at rest."""
        return super().page_state() | {"running": False}
