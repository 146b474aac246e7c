"""The front door: every lesson has its card, with a light picture of its own, and the ledger's tally adds up."""

import base64
import io
import json
import sys

import numpy as np
import pytest
from bs4 import BeautifulSoup
from PIL import Image, ImageDraw

from spinlearn.course import ledger
from spinlearn.course.colours import DOWN, UP
from spinlearn.course.ledger import tally
from tools import lists, pages

sys.path.insert(0, str(pages.ROOT / "book"))

import front

LESSONS = pages.lessons()


@pytest.fixture(scope="module")
def door(site):
    return BeautifulSoup((site / "chapters/index.html").read_text(encoding="utf-8"), "html.parser")


@pytest.mark.slow
def test_every_lesson_has_a_card_that_leads_to_it_with_its_time_and_room_for_progress(door):
    cards = door.select("ul.front-cards > li.front-card")
    assert [card.select_one("[data-progress-of]")["data-progress-of"] for card in cards] == [p.number for p in LESSONS]
    for card, page in zip(cards, LESSONS, strict=True):
        assert card.select_one(".front-title").get_text().strip() == page.title
        assert card.select_one(".front-title a")["href"] == f"{page.name.removeprefix('chapters/')}.html"
        assert f"{lists.minutes(page)} minutes" in card.select_one(".front-foot").get_text()
        assert ("live" in card.select_one(".front-foot").get_text()) == bool(lists.live(page))
        assert len(card.select_one(".front-about").get_text()) > 40


@pytest.mark.slow
def test_every_card_has_a_picture_that_is_light_and_named(site, door):
    pictures = [card.select_one("img.front-picture") for card in door.select("li.front-card")]
    for picture, page in zip(pictures, LESSONS, strict=True):
        file = site / "chapters" / picture["src"]
        assert file.stat().st_size <= 15_000
        shown = Image.open(file)
        assert shown.size == (front.WIDE, front.HIGH)
        assert len(shown.convert("RGB").getcolors(1 << 20)) > 1
        assert page.title.partition(" ")[2] in picture["alt"]


@pytest.mark.slow
def test_it_says_what_it_is_and_how_to_begin_before_anything_else(door):
    first, second = door.select("article section > p:not(.run-time)")[:2]
    assert first["class"] == ["front-question"]
    assert second.a["href"] == f"{LESSONS[0].name.removeprefix('chapters/')}.html"
    assert second.a.get_text() == f"Begin with {LESSONS[0].number}"


def test_a_new_page_is_in_the_list_by_itself_with_its_time(tmp_path):
    text = '---\nkernelspec: {name: python3}\nabout: "Something."\n---\n\n# 1.1 A page\n\nOne two three.\n'
    file = tmp_path / "source/chapters/1-part/1-page.md"
    file.parent.mkdir(parents=True)
    file.write_text(text.replace("about:", "part: Part\nabout:"), encoding="utf-8")
    assert "1.1 [A page](1-part/1-page.ipynb)\n: Something. *5 minutes*" in lists.listing(tmp_path)
    more = text.replace("1.1 A", "1.2 Another") + "\nfrom spinlearn.course.explore import Cobweb, Neuron\n"
    (file.parent / "2-page.md").write_text(more, encoding="utf-8")
    assert ": Something. *5 minutes, with a live model*" in lists.listing(tmp_path)
    assert lists.live(pages.Page("chapters/1-part/2-page", tmp_path)) == ["Cobweb", "Neuron"]


def test_the_tally_counts_every_verdict_of_every_claim():
    counted = tally.counts()
    assert list(counted) == list(ledger.VERDICTS)
    assert sum(counted.values()) == sum(len(claim.verdict.split(" / ")) for claim in ledger.claims())
    shown = BeautifulSoup(tally.tally()._repr_html_(), "html.parser")
    told = [part.get_text() for part in shown.select(".tally-many")]
    assert told == [str(many) for many in counted.values() if many]


def test_an_unknown_verdict_is_named(monkeypatch):
    claim = ledger.claims()[0]._replace(verdict="right / perhaps")
    monkeypatch.setattr(tally, "claims", lambda: [claim])
    with pytest.raises(ValueError, match=r"verdict must be one of right, .*got perhaps"):
        tally.counts()


def drawing(wide: int, high: int, panels: int) -> Image.Image:
    """Panels side by side on white paper."""
    picture = Image.new("RGB", (wide, high), "white")
    for k in range(panels):
        left = k * wide // panels + 20
        ImageDraw.Draw(picture).rectangle((left, 20, (k + 1) * wide // panels - 20, high - 20), outline="black")
    return picture


def test_of_two_panels_the_card_shows_the_first_and_of_spins_a_piece():
    two = front.first_panel(drawing(800, 400, 2))
    assert abs(two.width - 400) <= 20
    assert front.first_panel(drawing(400, 400, 1)).size == (400, 400)
    assert front.first_panel(drawing(800, 400, 1)).width == 400 * 4 // 3
    spins = Image.fromarray(np.random.default_rng(1).integers(2, size=(256, 256), dtype=np.uint8), mode="P")
    spins.putpalette([int(colour[k : k + 2], 16) for colour in (UP, DOWN) for k in (1, 3, 5)])
    assert not front.is_drawn(spins)
    assert front.is_drawn(two)
    for picture in (spins, two):
        made = front.card(picture)
        assert made.size == (front.WIDE, front.HIGH)
        assert len(front.light(made)) <= front.HEAVIEST


def test_a_picture_that_stays_too_heavy_stops_the_build(monkeypatch):
    monkeypatch.setattr(front, "HEAVIEST", 100)
    with pytest.raises(front.FrontError, match="heavier than 100 bytes"):
        front.light(front.card(drawing(400, 400, 1)))


def test_a_page_without_any_picture_has_a_card_all_the_same(tmp_path):
    file = tmp_path / "page.ipynb"
    file.write_text('{"cells": [{"outputs": [{"data": {"text/plain": "1"}}]}, {"source": ""}]}', encoding="utf-8")
    assert front.first_picture(file) is None


def test_the_still_of_a_live_model_comes_before_the_figures(tmp_path):
    def coded(colour):
        made = io.BytesIO()
        Image.new("RGB", (2, 2), colour).save(made, "PNG")
        return base64.b64encode(made.getvalue()).decode()

    figure = {"outputs": [{"data": {"image/png": coded("red")}}]}
    still = f'<figure class="sl sl-still">\n<img src="data:image/png;base64,{coded("blue")}"'
    live = {"outputs": [{"data": {"text/html": [still]}}]}
    for cells, colour in (([figure, live], (0, 0, 255)), ([figure], (255, 0, 0))):
        file = tmp_path / "page.ipynb"
        file.write_text(json.dumps({"cells": cells}), encoding="utf-8")
        assert front.first_picture(file).convert("RGB").getpixel((0, 0)) == colour
