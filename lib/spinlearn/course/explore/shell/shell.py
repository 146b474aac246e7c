"""What every explorable is: a widget with synced traits, and the same thing as a page that stands alone."""

import base64
import html
import inspect
import json
import re
import sys
import zlib
from pathlib import Path

import anywidget
import traitlets

from ... import web
from . import lean
from .controls import Action, Pace
from .still import Still

HERE = Path(__file__).parent

_IMPORT = re.compile(r"""^import\b[^;]*?from ["'](\.[^"']+)["'];\n""", re.M)
_EXPORT = re.compile(r"^export (?!default)", re.M)


def bundle(script: Path, taken: set[Path] | None = None) -> str:
    """Return a script with all that it imports before it, each once, as one module without imports."""
    taken = set() if taken is None else taken
    taken.add(script)
    text = script.read_text(encoding="utf-8")
    needed = [(script.parent / name).resolve() for name in _IMPORT.findall(text)]
    before = [bundle(other, taken) for other in needed if other not in taken]
    return "\n".join([*before, _EXPORT.sub("", _IMPORT.sub("", text))])


# What a control or a reading is in a page that does not say otherwise.
_TAKEN = (("unit", ""), ("marks", []), ("first", False), ("significant", 0), ("ends", 1))


def _short(part):
    """A part of what the page asks for without what it takes it for anyway."""
    if not isinstance(part, list):
        return part
    return [dict(item for item in each.items() if item not in _TAKEN) for each in part]


class Explorable(anywidget.AnyWidget):
    """A model with controls, in JupyterLab and in a page without a kernel, by the same code.

    In JupyterLab it is an anywidget, whose traits follow the controls and the controls the traits. Its HTML form holds
    the same JavaScript with the state that the traits have then. It needs no kernel, no widget manager and no
    network, and where scripts are off it is a picture with a line that says what it shows.

    A subclass stands in a folder of its own beside ``view.js``, which draws it. It declares by `controls` what can be
    set and what is read, gives the attributes below, and says what the still picture is. The arguments that it is made
    with are its settings.

    Attributes
    ----------
    title : str
        What it is, in a few words.
    wasm : str
        The module of `spinlearn.course.web` that it runs on.
    positional : int
        How many of its settings may be given by position.
    pace, actions
        How fast time goes, and further buttons.
    """

    title: str = ""
    wasm: str = ""
    positional: int = 1
    pace: Pace | None = None
    actions: tuple[Action, ...] = ()

    _css = (HERE / "shell.css").read_text(encoding="utf-8")

    _spec = traitlets.Dict().tag(sync=True, page=True)
    _data = traitlets.Dict().tag(sync=True, page=True)
    _wasm = traitlets.Unicode().tag(sync=True, page=True)

    def __init_subclass__(cls, **kwargs):
        file = getattr(sys.modules.get(cls.__module__), "__file__", None)
        view = Path(file or HERE).with_name("view.js")
        if view.is_file() and "_esm" not in vars(cls):  # anywidget makes a class of every widget, with the script in it
            cls._esm = bundle(view.resolve())
            cls._name = view.parent.name
        cls.__signature__ = inspect.Signature(
            inspect.Parameter(
                name,
                inspect.Parameter.POSITIONAL_OR_KEYWORD if k < cls.positional else inspect.Parameter.KEYWORD_ONLY,
                default=trait.default_value,
            )
            for k, (name, trait) in enumerate(cls._declared("setting").items())
        )
        super().__init_subclass__(**kwargs)

    def __init__(self, *given, **settings):
        settings = type(self).__signature__.bind(*given, **settings).arguments
        for name in [name for name in settings if self.traits()[name].read_only]:
            self.set_trait(name, settings.pop(name))
        super().__init__(**settings)

    def __repr__(self) -> str:
        names = [name for name in self._declared("setting") if name != "running"]
        return f"{type(self).__name__}({', '.join(f'{name}={getattr(self, name)!r}' for name in names)})"

    @classmethod
    def _declared(cls, kind: str) -> dict[str, traitlets.TraitType]:
        """Traits of a kind, "setting" or "reading", in the order in which they are declared, the class's own first."""
        found = {}
        for owner in cls.__mro__:
            for name, member in vars(owner).items():
                if isinstance(member, traitlets.TraitType) and kind in member.metadata:
                    found.setdefault(name, member)
        return found

    @traitlets.default("_spec")
    def _what_the_page_asks_for(self) -> dict:
        settings, readings = self._declared("setting"), self._declared("reading")
        controls = {name: trait.metadata["control"] for name, trait in settings.items()}
        return {
            "name": self._name,
            "title": self.title,
            "controls": [{"key": name, **control} for name, control in controls.items() if control],
            "readings": [{"key": name, **trait.metadata["reading"]} for name, trait in readings.items()],
            "pace": self.pace and self.pace._asdict(),
            "actions": [action._asdict() for action in self.actions],
        }

    @traitlets.default("_wasm")
    def _module(self) -> str:
        return base64.b64encode(zlib.compress(web.read(self.wasm), 9)).decode()

    @traitlets.default("_data")
    def _numbers(self) -> dict:
        return self.data()

    def data(self) -> dict:
        """Return numbers and colours that ``view.js`` needs and the library knows."""
        return {}

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
        script = lean.script(self._esm).replace("export default ", "const widget = ")
        state = self.page_state()
        state["_spec"] = {key: _short(value) for key, value in state["_spec"].items()}
        state = json.dumps(state, ensure_ascii=False, separators=(",", ":"))
        program = f"{script}\nhydrate(widget, home, {state});"
        program = program.replace("</", r"<\/")  # the same to JavaScript; to HTML it would end the script
        picture, width, height, alternative, caption = (html.escape(str(part)) for part in self.still())
        return f"""<div class="sl-home">
<style>{lean.style(self._css)}</style>
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
    """An explorable in which time goes on while it runs. A page starts it paused, unless it is `eager`.

    Attributes
    ----------
    eager : bool
        Whether a page starts it as soon as it is in sight.
    """

    eager: bool = False

    running = traitlets.Bool(False, help="whether time goes on").tag(sync=True, page=True, setting=True, control=None)

    def page_state(self) -> dict:
        """Return the traits that a page starts with, at rest or, if it is eager, not."""
        return super().page_state() | {"running": self.eager}
