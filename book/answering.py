"""What makes a page answer: fields under its exercises, questions and predictions in its text, and a memory.

Each becomes an element with ``data-exercise="1.2-a"``, ``data-question="1.2-q1"`` or ``data-predict="1.2-p1"``, with
its declaration as JSON, and the scripts of the folder ``answering/`` bring it to life. Without scripts it is a plain
question. What a page asks has to fit what is declared, or the build stops: see `declarations`.
"""

import html
import json
from pathlib import Path

import declarations
from docutils import nodes
from markup import raw
from sphinx.application import Sphinx
from sphinx_exercise.nodes import is_exercise_node

from spinlearn.course import check
from spinlearn.course.explore.shell import lean
from spinlearn.course.explore.shell.shell import bundle

HERE = Path(__file__).parent
SCRIPT, STYLE = "answers.js", "answers.css"
PROGRESS = "chapters/back-matter/progress"
ASKS = ('data-exercise="', 'data-question="', 'data-predict="', 'data-progress-of="', 'data-progress="')
HERE_GOES_PROGRESS = '<div data-progress=""></div>'
SHELVES = {"exercise": "exercises", "question": "questions", "predict": "predictions"}

# Where storage is forbidden, so much as its name raises an error. Another one gets that name then, and holds until the
# page is left: the theme's scripts and ours work as ever.
STORAGE = """<script>for (const name of ["localStorage", "sessionStorage"]) try { window[name].length } catch {
const standIn = Object.create({ getItem(key) { return Object.hasOwn(this, key) ? this[key] : null },
setItem(key, value) { this[key] = String(value) }, removeItem(key) { delete this[key] } });
Object.defineProperty(window, name, { value: standIn }) }</script>"""


class Asked(nodes.General, nodes.Element):
    """An HTML element with attributes, around nodes of any kind."""


def element(tag: str, *children, **attributes) -> Asked:
    """An HTML element; an underscore in the name of an attribute is a dash, and one at its end is nothing."""
    made = Asked("", *children)
    made["tag"] = tag
    made["attributes"] = {key.rstrip("_").replace("_", "-"): value for key, value in attributes.items()}
    return made


def visit(translator, node) -> None:
    """Open an element."""
    attributes = "".join(f' {key}="{html.escape(str(value))}"' for key, value in node["attributes"].items())
    translator.body.append(f"<{node['tag']}{attributes}>")


def depart(translator, node) -> None:
    """Close an element."""
    translator.body.append(f"</{node['tag']}>\n" if node["tag"] not in ("label", "span") else f"</{node['tag']}>")


def as_json(what: dict, kind: str = "ask-declaration") -> str:
    """Data for the scripts."""
    text = json.dumps(what, ensure_ascii=False, separators=(",", ":")).replace("<", "\\u003c")
    return f'<script type="application/json" class="{kind}">{text}</script>'


# ---- The parts of a form ----


def base(identifier: str) -> str:
    """What the ids of an asked thing's elements begin with."""
    return f"ask-{identifier.replace('.', '-')}"


def sentence(text: str) -> str:
    """A phrase as a sentence."""
    text = text.strip().rstrip(".")
    return f"{text[:1].upper()}{text[1:]}."


def text_field(place, label: str, button: str, hint: str, about: str = "", unit: str = "") -> nodes.raw:
    """A labelled field for numbers with its button."""
    name = base(place.id)
    said = " ".join(filter(None, (about, f"{name}-hint" if hint else "", f"{name}-said")))
    behind = f'<span class="ask-unit">{html.escape(unit)}</span>' if unit else ""
    below = f'<p class="ask-hint" id="{name}-hint">{html.escape(hint)}</p>' if hint else ""
    return raw(
        f'<label class="ask-label" for="{name}-field">{html.escape(label)}</label>'
        f'<span class="ask-row"><input class="ask-text" id="{name}-field" type="text" autocomplete="off" '
        f'autocapitalize="off" spellcheck="false" maxlength="400" aria-describedby="{said}">{behind}'
        f"{press(place, button)}</span>{below}"
    )


def press(place, button: str) -> str:
    """The button of a form, told apart from the others for who hears it."""
    return f'<button class="ask-press" type="submit">{button}<span class="ask-hidden"> {place.id}</span></button>'


def radio_buttons(place, options: list[list[nodes.Node]], legend: str, about: str = "") -> Asked:
    """Options to choose from, with letters as in the notebook."""
    name = base(place.id)
    described = {"aria_describedby": about} if about else {}
    made = [
        element(
            "li",
            element(
                "label",
                raw(f'<input type="radio" name="{name}-choice" value="{letter}">'),
                element("span", nodes.inline("", "", *option)),  # a text, in which formulas keep their punctuation
                class_="ask-option",
            ),
        )
        for letter, option in zip("abcdefgh", options, strict=False)
    ]
    head = raw(f'<legend class="ask-hidden">{html.escape(legend)} {place.id}</legend>')
    return element("fieldset", head, element("ol", *made, class_="ask-options"), **described)


def form(place, *parts) -> Asked:
    """A form with the sentence that answers, which is read out when it changes."""
    status = raw(f'<p class="ask-said" id="{base(place.id)}-said" role="status"></p>')
    return element("form", *parts, status, class_="ask-form", novalidate="novalidate", autocomplete="off")


def without_scripts(text: str) -> nodes.raw:
    """A line for who reads without scripts, shown by the style sheet."""
    return raw(f'<p class="ask-where ask-scriptless">{text}</p>')


# ---- Exercises ----


def notebook_line(docname: str, what: str) -> str:
    """Where an answer is checked that the page cannot check."""
    download = f"{'../' * docname.count('/')}_sources/{docname}.ipynb"
    return (
        f'{what} <a href="{download}" download>download it</a>, open it with <code>make lab</code>, or run it on '
        "Binder. The cell below checks your answer at once."
    )


def field(place, declaration: dict, label: str) -> list[nodes.Node]:
    """The form for an answer of numbers or a choice, with its declaration."""
    if declaration["kind"] == "choice":
        options = [[nodes.Text(option["text"])] for option in declaration["options"]]
        asked = form(place, radio_buttons(place, options, label), raw(press(place, "Check")))
    else:
        asked = form(place, text_field(place, label, "Check", sentence(declaration["wanted"])))
    line = notebook_line(place.page, "Scripts are off, so this page cannot answer. Its notebook can:")
    return [asked, without_scripts(line), raw(as_json(declaration))]


def exercise(app, place, steps: list[str]) -> Asked:
    """What goes under the statement of an exercise, with the fields of its first steps."""
    declaration = declarations.declared(place, check.declaration)
    inside = []
    for step in steps:
        at = declarations.Place(place.page, step)
        first = declarations.declared(at, check.declaration)
        if first["kind"] == "function":
            at.stop("a first step is answered in the page, so it must be numbers or a choice")
        if app.config.course_solutions:
            order = "First step" if len(steps) == 1 else f"Step {steps.index(step) + 1}"
            inside.append(element("div", *field(at, first, order), class_="ask ask-step", data_exercise=step))
    if app.config.course_solutions and declaration["kind"] != "function":
        inside += field(place, declaration, "Your answer")
    else:
        function = declaration["kind"] == "function"
        what = "The answer is a function, and runs in this page's notebook:" if function else "The notebook checks it:"
        inside.append(raw(f'<p class="ask-where">{notebook_line(place.page, what)}</p>'))
        tick = '<label class="ask-tick"><input type="checkbox"> <span>I have solved it there'
        inside.append(raw(f'{tick}<span class="ask-hidden">, {place.id}</span></span></label>'))
    return element("div", *inside, class_="ask", data_exercise=place.id)


# ---- Questions and predictions ----


def closing_list(place, admonition) -> list[list[nodes.Node]]:
    """Take the bullet list at the end of an admonition out of it: the parts of each option."""
    last = admonition.children[-1]
    if not isinstance(last, nodes.bullet_list):
        return []
    admonition.remove(last)
    for letter, item in zip("abcdefgh", last.children, strict=False):
        if len(item.children) != 1 or not isinstance(item[0], nodes.paragraph):
            place.stop(f'option {letter} has to be one paragraph (Markdown takes a line like "- 0." for a list)')
    return [item[0].children for item in last.children]


def ask(app, place, admonition, doctree) -> Asked:
    """A question or a prediction: its admonition with a form in it."""
    declaration = declarations.declared(place, check.declaration)
    options = closing_list(place, admonition)
    declarations.options_fit(place, declaration, len(options))
    title, *statement = admonition.children
    about = f"{base(place.id)}-statement"
    kind = "predict" if declaration["kind"] == "prediction" else "question"
    if kind == "question":
        parts = [radio_buttons(place, options, "Your answer", about), raw(press(place, "Check"))]
        line = f'Scripts are off. In the notebook, <code>check("{place.id}", "a")</code> answers, for the first option.'
    else:
        declaration = declarations.measured(place, declaration, Path(app.env.doc2path(place.page)))
        parts = prediction_parts(place, declaration, options, about)
        also = [anchor(place, doctree, name) for name in declaration["also"]]
        declaration = {**declaration, "from": anchor(place, doctree, declaration["cell"]), "also": also}
        link = f'<a href="#{declaration["from"]}">the cell that measured it</a>'
        line = f"Scripts are off: write your prediction down before you go on, and hold it against {link}."
    admonition.children = []
    admonition += [title, element("div", *statement, id=about, class_="ask-statement"), form(place, *parts)]
    admonition += without_scripts(line)
    if kind == "predict":
        admonition += raw('<div class="ask-shown" tabindex="-1" hidden></div>')
    admonition += raw(as_json(declaration))
    return element("div", class_="ask-around", **{f"data_{kind}": place.id})


def prediction_parts(place, declaration: dict, options: list, about: str) -> list[nodes.Node]:
    """What a prediction is made with."""
    if declaration["form"] == "choice":
        return [radio_buttons(place, options, "Your prediction", about), raw(press(place, "Commit"))]
    if declaration["form"] == "number":
        return [text_field(place, "Your prediction", "Commit", "", about, declaration.get("unit", ""))]
    clear = '<button class="ask-press ask-quiet" type="button">Clear</button>'
    buttons = f'<span class="ask-row">{press(place, "Commit")}{clear}</span>'
    return [raw(f'<div class="ask-curve" data-about="{about}"></div>{buttons}')]


def anchor(place, doctree, name: str) -> str:
    """The id of a cell with a tag or of a figure, which it gets if it has none."""
    for node in doctree.findall(nodes.Element):
        if f"tag_{name}" in node.get("classes", ()) or (isinstance(node, nodes.figure) and name in node["names"]):
            if not node["ids"]:
                node["ids"].append(f"cell-{nodes.make_id(name)}")
            return node["ids"][0]
    return place.stop(f"the page does not show the cell {name!r}")


# ---- The build ----


def make_answering(app: Sphinx, doctree) -> None:
    """Turn all that a page asks into what answers, and see that nothing is missing."""
    docname, shown = app.env.docname, {"exercise": [], "question": [], "predict": []}
    number = declarations.number_of(docname)
    for node in list(doctree.findall(is_exercise_node)):
        label = node.get("label", "")
        if number is None and not declarations.NAME.fullmatch(label):
            continue
        place = declarations.place_of(docname, "exercise", label)
        steps = [one for one in check.exercises() if one.startswith(place.id) and one != place.id]
        node += exercise(app, place, steps)
        shown["exercise"] += [*steps, place.id]
    for node in list(doctree.findall(nodes.admonition)):
        kinds = [kind for kind in ("question", "predict") if kind in node["classes"]]
        if not kinds and not any(name.startswith("ask-") for name in node["names"]):
            continue
        name = next(iter(node["names"]), "")
        if not kinds:
            declarations.Place(docname, name).stop("needs the class question or predict")
        place = declarations.place_of(docname, kinds[0], name)
        wrapper = ask(app, place, node, doctree)
        node.replace_self(wrapper)
        wrapper += node
        shown[kinds[0]].append(place.id)
    if number is not None:
        mine = [one for one in check.exercises() if one.rpartition("-")[0] == number]
        declarations.all_there(docname, mine, shown["exercise"])
        try:
            asked = check.asked(number)
        except ValueError as error:
            declarations.Place(docname, "questions and predictions").stop(error)
        declarations.all_there(docname, asked, shown["question"] + shown["predict"])
        titles = [node.astext() for node in doctree.findall(nodes.title)]
        kept(app.env)[docname] = {
            "number": number,
            "title": (titles or [number])[0].removeprefix(f"{number} "),
            **{SHELVES[kind]: [one for one in ids if answerable(app, one)] for kind, ids in shown.items()},
        }


def answerable(app, identifier: str) -> bool:
    """Whether a reader can do it: without the solutions, the first steps of an exercise have no fields."""
    letter = identifier.partition("-")[2]
    return app.config.course_solutions or not declarations.STEP.fullmatch(letter)


def kept(env) -> dict:
    """What each lesson asks, by its name."""
    if not hasattr(env, "what_pages_ask"):
        env.what_pages_ask = {}
    return env.what_pages_ask


def forget(app, env, docname) -> None:
    """A page is read anew, or gone."""
    kept(env).pop(docname, None)


def join(app, env, docnames, other) -> None:
    """Another process has read some pages."""
    kept(env).update({name: asked for name, asked in kept(other).items() if name in docnames})


def finish_page(app: Sphinx, pagename, templatename, context, doctree) -> None:
    """Add what stands at a lesson's end, the counts of all lessons where they are shown, and the scripts."""
    context["metatags"] = context.get("metatags", "") + STORAGE
    if doctree is None or "body" not in context:
        return
    lessons = kept(app.env)
    body = context["body"].replace(HERE_GOES_PROGRESS, progress_table(app, pagename, lessons))
    if pagename in lessons:
        body += finish(app, pagename, lessons[pagename])
    if any(mark in body for mark in ASKS):
        if pagename not in lessons:
            body += as_json({"lessons": in_order(lessons)}, "ask-lessons")
        app.add_css_file(STYLE)
        app.add_js_file(SCRIPT, loading_method="defer")
    context["body"] = body


def in_order(lessons: dict) -> list[dict]:
    """The lessons with what they ask, in the order of their numbers."""
    return sorted(lessons.values(), key=lambda lesson: [int(part) for part in lesson["number"].split(".")])


def finish(app, pagename: str, lesson: dict) -> str:
    """The last line of a lesson: how far the reader is, and a box to tick."""
    link = ""
    if PROGRESS in app.env.found_docs:
        link = f' <a href="{app.builder.get_relative_uri(pagename, PROGRESS)}">Your progress</a>'
    return (
        f'<div class="ask ask-finish" data-finish="{lesson["number"]}"><label class="ask-tick"><input type="checkbox"> '
        f'<span>I have finished this page</span></label><p class="ask-sum"><span data-progress-of="{lesson["number"]}">'
        f"</span>{link}</p>{as_json({'lessons': [lesson]}, 'ask-lessons')}</div>"
    )


def progress_table(app, pagename: str, lessons: dict) -> str:
    """All lessons with how much each asks; the scripts fill in how much is done."""
    rows = []
    for docname in sorted(lessons, key=lambda name: in_order(lessons).index(lessons[name])):
        lesson = lessons[docname]
        title = html.escape(f"{lesson['number']} {lesson['title']}")
        cells = "".join(
            f'<td data-count="{shelf}">{len(lesson[shelf])}</td>' for shelf in ("exercises", "questions", "predictions")
        )
        uri = app.builder.get_relative_uri(pagename, docname)
        rows.append(
            f'<tr data-lesson="{lesson["number"]}"><th scope="row"><a href="{uri}">{title}</a></th>{cells}'
            '<td data-count="finished">–</td></tr>'
        )
    return (HERE / "answering" / "progress.html").read_text(encoding="utf-8").replace("<!-- rows -->", "".join(rows))


def write_script(app: Sphinx) -> None:
    """Put all scripts into the site as one, which needs no server."""
    target = Path(app.outdir) / "_static" / SCRIPT
    target.parent.mkdir(parents=True, exist_ok=True)
    script = lean.script(bundle((HERE / "answering" / "answers.js").resolve()))
    target.write_text(f'(() => {{\n"use strict";\n{script}\n}})();\n', encoding="utf-8")


def setup(app: Sphinx) -> dict:
    """Connect all of it."""
    app.add_node(Asked, html=(visit, depart))
    app.connect("builder-inited", write_script)
    app.connect("doctree-read", make_answering)
    app.connect("env-purge-doc", forget)
    app.connect("env-merge-info", join)
    app.connect("html-page-context", finish_page)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
