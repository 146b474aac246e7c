"""The built site in Chromium, Firefox and WebKit: its pages, its models bit for bit, and what it answers."""

import pytest
from seen import CUT_OFF

from spinlearn.course.check import check, declaration
from spinlearn.course.explore import digest, replay
from tools import book

pytestmark = [pytest.mark.browser, pytest.mark.slow]

LESSON = "chapters/1-ising-basics/2-ising-model"
PAGES = [
    "chapters/index",
    LESSON,
    "chapters/2-mean-field/2-free-energy-landscape",
    "chapters/back-matter/ledger",
    "chapters/back-matter/glossary",
    "chapters/back-matter/library",
]
TYPED = ["0,3772", "0.3772", " 37.72 % ", "1/8", "−0.4", "2e0", "0,5883", "two of sixteen", "", "1 2", "∞"]


def address(site, server, name, served):
    return f"{server}/{name}.html" if served else (site / f"{name}.html").as_uri()


@pytest.mark.parametrize("served", [False, True], ids=["from a file", "from a server"])
@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_whole_in_every_engine(engine, site, server, name, served):
    engine.open(address(site, server, name, served))
    for width in (1280, 390):
        engine.size(width, 844)
        assert engine.run("document.documentElement.scrollWidth") <= width
        assert engine.run(CUT_OFF) == []
    assert engine.run("[...document.images].filter((i) => i.complete && !i.naturalWidth).map((i) => i.src)") == []
    assert engine.run("document.querySelectorAll('mjx-merror, [data-mml-node=merror]').length") == 0
    assert engine.complaints == []


@pytest.mark.parametrize("served", [False, True], ids=["from a file", "from a server"])
def test_a_model_runs_bit_for_bit_as_the_library_does(engine, site, server, served):
    engine.open(f"{address(site, server, LESSON, served)}#ising?T=1.9&seed=7")
    live = "[data-explorable=ising]"
    engine.wait("(live) => document.querySelector(live)?.dataset.digest", live)
    for _ in range(3):
        engine.run(
            "(live) => [...document.querySelectorAll(`${live} button`)].find((b) => b.textContent === 'Step').click()",
            live,
        )
    engine.wait("(live) => document.querySelector(live).dataset.sweeps === '3'", live)
    assert engine.run("(live) => document.querySelector(live).dataset.digest", live) == digest(
        replay(512, 1.9, 3, seed=7)
    )
    assert engine.complaints == []


@pytest.mark.parametrize("served", [False, True], ids=["from a file", "from a server"])
def test_a_page_answers_in_the_words_of_the_notebook(engine, site, server, served):
    engine.open(address(site, server, LESSON, served))
    field = "[data-exercise='1.2-a'] .ask-text"
    for text in TYPED:
        engine.run("(field) => { document.querySelector(field).value = ''; }", field)
        engine.click(field)
        engine.type(text)
        engine.press("Enter")
        status, reason = check("1.2-a", text)
        home = "[data-exercise='1.2-a'] .ask-said"
        engine.wait("(home, it) => document.querySelector(home).textContent.includes(it)", home, reason)  # in a moment
        said = engine.run("(home) => document.querySelector(home).textContent", home)
        assert status in said
        assert reason in said


@pytest.mark.parametrize("served", [False, True], ids=["from a file", "from a server"])
def test_questions_and_predictions_work_and_are_remembered(engine, site, server, served):
    there = address(site, server, LESSON, served)
    engine.open(there)
    home = "[data-question='1.2-q1']"
    for letter in "ac":
        engine.click(f"{home} input[value={letter}]")
        engine.click(f"{home} .ask-press")
        status, reason = check("1.2-q1", letter)
        said = "(home, words) => document.querySelector(home).textContent.includes(words)"
        engine.wait(said, f"{home} .ask-said", f"{status}: {reason}")
    home, declared = "[data-predict='1.2-p4']", declaration("1.2-p4")
    engine.click(f"{home} .ask-text")
    engine.type("0,1")
    engine.press("Enter")
    shown = "(home) => document.querySelector(`${home} .ask-shown`).textContent"
    engine.wait("(home) => !document.querySelector(`${home} .ask-shown`).hidden", home)
    assert all(part in engine.run(shown, home) for part in (declared["measured"], declared["says"], "0,1"))
    engine.open(there)
    engine.wait("(home) => !document.querySelector(`${home} .ask-shown`).hidden", home)
    assert declared["measured"] in engine.run(shown, home)
    assert engine.complaints == []


def test_the_pages_are_there():
    """What is chosen above is in the book."""
    from tools import pages

    assert set(PAGES) <= set(book.pages_of(pages.contents()))
