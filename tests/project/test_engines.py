"""The drivers of the three kinds of browser do in each what their one face says."""

import http.server
import threading
import time

import pytest

from tools import browser, engines

pytestmark = [pytest.mark.browser, pytest.mark.slow]

PAGE = """<!doctype html><meta charset="utf-8"><title>fresh</title><meta name="viewport" content="width=device-width">
<button id="b" onclick="document.title = 'clicked'; console.error('a', 'complaint')">b</button>
<input id="i"><input id="r" type="range"><p id="hidden" hidden>x</p>
<div style="height: 2000px"></div><p id="d" onpointermove="this.dataset.path += event.buttons" data-path="">d</p>"""


@pytest.fixture
def page(tmp_path):
    (tmp_path / "page.html").write_text(PAGE, encoding="utf-8")
    return (tmp_path / "page.html").as_uri()


class Slow(http.server.BaseHTTPRequestHandler):
    """A page, and its picture half a second later."""

    def do_GET(self):
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        if self.path == "/":
            self.wfile.write(b'<!doctype html><title>slow</title><img src="later">')
        else:
            time.sleep(0.5)

    def log_message(self, *arguments):
        pass


@pytest.fixture
def slow_page():
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Slow) as running:
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{running.server_port}/"
        running.shutdown()


def test_a_page_is_open_once_all_of_it_is_there(engine, slow_page):
    engine.open(slow_page)
    assert engine.run("document.readyState") == "complete"


def test_a_driver_that_does_not_wait_is_waited_for(chromium, slow_page, monkeypatch):
    monkeypatch.setattr(engines.Chromium, "go", lambda self, url: self.page.goto(url, wait_until="commit"))
    with engines.start("chromium", chromium=chromium) as engine:
        engine.go(slow_page)
        assert engine.run("document.readyState") != "complete"
        engine.open(slow_page)
        assert engine.run("document.readyState") == "complete"


def test_one_face_for_all(engine, page, tmp_path):
    engine.open(page)
    for width, height in ((1280, 900), (390, 844), (320, 700)):
        engine.size(width, height)
        assert engine.run("[innerWidth, innerHeight, devicePixelRatio]") == [width, height, 1]

    assert engine.complaints == []
    engine.click("#b")
    assert engine.run("document.title") == "clicked"
    assert [said for said in engine.complaints if "a complaint" in said]
    engine.forget()
    assert engine.complaints == []

    engine.click("#i")
    engine.type("é −3,5")
    assert engine.run("(selector) => document.querySelector(selector).value", "#i") == "é −3,5"
    engine.press("Shift", "Tab")
    assert engine.run("document.querySelector(':focus-visible').id") == "b"
    engine.press("Tab")
    engine.press("Tab")
    engine.press("End")
    assert engine.run("document.querySelector('#r').value") == "100"

    x, y = engine.middle("#d")
    engine.drag([(x - 5, y), (x, y), (x + 5, y)])
    assert engine.run("document.querySelector('#d').dataset.path").endswith("11")

    engine.screenshot(tmp_path / "seen.png")
    assert (tmp_path / "seen.png").read_bytes().startswith(b"\x89PNG")


def test_values_promises_and_errors_come_back(engine, page):
    engine.open(page)
    assert engine.run("(a, b) => ({sum: a + b, none: null})", 1, 0.5) == {"sum": 1.5, "none": None}
    assert engine.run("new Promise((kept) => setTimeout(kept, 20, 'kept'))") == "kept"
    assert engine.run("undefined") is None
    engine.wait("() => document.title === 'fresh'")
    with pytest.raises(engines.EngineError, match="a mistake"):
        engine.run("() => { throw Error('a mistake'); }")
    with pytest.raises(engines.EngineError, match="nothing that can be seen"):
        engine.click("#hidden")
    with pytest.raises(engines.EngineError, match="still not"):
        engine.wait("false", seconds=0.1)


def test_a_reader_who_likes_it_dark_and_has_scripts_off(start_engine, page):
    with start_engine(dark=True, scripts=False) as engine:
        engine.open(page)
        assert engine.run("matchMedia('(prefers-color-scheme: dark)').matches") is True
        engine.click("#b")
        assert engine.run("document.title") == "fresh"
    with start_engine() as engine:
        engine.open(page)
        assert engine.run("matchMedia('(prefers-color-scheme: dark)').matches") is False


def test_what_is_not_there_is_named(monkeypatch):
    monkeypatch.setattr(engines, "firefox_program", lambda: None)
    assert "firefox" not in engines.present()
    assert "not on this machine: firefox (Debian: firefox-esr)" in engines.summary()


@pytest.mark.parametrize(("works", "missing"), [(True, []), (False, ["webkit"])])
def test_what_is_wanted_is_installed_or_missed(monkeypatch, works, missing):
    here, tried = ["chromium"], []

    def call(command):
        tried.append(command)
        here.extend(["webkit"] if works else [])
        return 0

    monkeypatch.setenv("BROWSERS", "chromium webkit")
    monkeypatch.setattr(engines, "present", lambda: here)
    monkeypatch.setattr(browser, "from_the_system", lambda *packages: [[["update"], ["install", *packages]]])
    monkeypatch.setattr(browser.subprocess, "call", call)
    assert browser.get_others() == missing
    assert tried == [["update"], ["install", *engines.PACKAGES["webkit"]]]
    monkeypatch.setenv("BROWSERS", "chromium")
    assert browser.get_others() == []
