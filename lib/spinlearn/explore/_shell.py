"""What every explorable shares: a widget with synced traits, and the same thing as a page that stands alone."""

import html
import json
from pathlib import Path

import anywidget
import traitlets

HERE = Path(__file__).parent


def source(*names: str) -> str:
    """Return the text of the named files of this folder, joined."""
    return "\n".join((HERE / name).read_text(encoding="utf-8") for name in names)


class Explorable(anywidget.AnyWidget):
    """A live model with controls, in JupyterLab and in a page without a kernel, by the same code.

    In JupyterLab it is an anywidget, whose traits follow the controls and the controls the traits. Its HTML form holds
    the same JavaScript with the state that the traits have then. It needs no kernel, no widget manager and no
    network, starts paused, and where scripts are off it is a picture with a line that says what it shows.

    A subclass sets `_esm` to `javascript` of its own file, marks with ``page=True`` the traits that the JavaScript
    reads, and says what the still picture is.
    """

    _css = source("shell.css")
    _script = ""

    running = traitlets.Bool(False, help="whether time goes on").tag(sync=True, page=True)

    @classmethod
    def javascript(cls, name: str) -> str:
        """Return the ES module that anywidget loads: the shell, then the file `name`, which defines `widget`."""
        return f"{source('shell.js', name)}\nexport default widget;\n"

    def still(self) -> tuple[str, str, str]:
        """Return the still picture (an image's data URI), its text alternative, and its caption."""
        raise NotImplementedError

    def static_html(self) -> str:
        """Return the explorable as HTML that stands alone: still picture, style, scripts and state.

        Returns
        -------
        str
            The same for the same traits. It asks nothing of the network, and nothing of the page around it.
        """
        state = self.trait_values(page=True) | {"running": False}
        program = f"{source('shell.js', self._script)}\nhydrate(widget, home, {json.dumps(state)});"
        program = program.replace("</", r"<\/")  # the same to JavaScript; to HTML it would end the script
        picture, alternative, caption = (html.escape(text) for text in self.still())
        return f"""<div class="sl-home">
<style>{source("shell.css")}</style>
<figure class="sl sl-still">
<img src="{picture}" alt="{alternative}" width="512" height="512">
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
