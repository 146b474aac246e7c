"""Reading order: lessons and back matter. Answers stand beside it, each reached from its lesson and leading back."""

from bs4 import BeautifulSoup

ANSWERS, LESSONS = "solutions/", "chapters/"
CAPTION = "Solutions"  # of their part in the table of contents (tools/pages.py)


def leave_answers_out(app, pagename, templatename, context, doctree):
    """Take the answers out of the list of pages at the side and out of what comes before and after a page."""
    lesson = pagename.replace(ANSWERS, LESSONS, 1) if pagename.startswith(ANSWERS) else None
    if lesson in app.env.titles:
        context.update(prev=None, next=None, back_to_lesson=_link(app, pagename, lesson))
    elif pagename in app.builder.relations:
        for name, position in (("prev", 1), ("next", 2)):
            other = _neighbour(app.builder.relations, pagename, position)
            context[name] = _link(app, pagename, other) if other else None
    make = context["generate_toctree_html"]

    def without_answers(kind, *arguments, **options):
        found = make(kind, *arguments, **options)
        return _pruned(found, context["pathto"], lesson) if kind == "sidebar" else found

    context["generate_toctree_html"] = without_answers


def _neighbour(relations: dict, page: str, position: int) -> str | None:
    """The page before (1) or after (2) it that has no answers on it."""
    other = relations[page][position]
    while other and other.startswith(ANSWERS):
        other = relations[other][position]
    return other


def _link(app, page: str, other: str) -> dict:
    title = app.builder.render_partial(app.env.titles[other])["title"]
    return {"link": app.builder.get_relative_uri(page, other), "title": title}


def _pruned(soup: BeautifulSoup, pathto, lesson: str | None) -> BeautifulSoup:
    """The list without the part that holds answers; beside a page of answers, its lesson is the one that is marked."""
    for caption in soup.select("p.caption"):
        if caption.get_text(strip=True) == CAPTION:
            caption.find_next_sibling("ul").decompose()
            caption.decompose()
    link = lesson and soup.find("a", href=pathto(lesson))
    if link:
        item = link.find_parent("li")
        item["class"] = [*item.get("class", []), "current", "active"]
    return soup
