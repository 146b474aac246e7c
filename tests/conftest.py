"""What tests share: one fixed seed a test, so that a run repeats and a failure can be looked into; and browsers."""

import functools
import zlib

import numpy as np
import pytest

from tools import engines
from tools.browser import FLAGS, find, wanted


def pytest_report_header():
    return engines.summary()


@pytest.fixture
def rng(request) -> np.random.Generator:
    """A generator whose seed is the test's own name with its parameters: fixed, and different in every test."""
    return np.random.default_rng(zlib.crc32(request.node.name.encode()))


@pytest.fixture(scope="module")
def launch():
    """A function that starts Chromium, with more flags if need be."""
    from playwright.sync_api import sync_playwright  # here, because most tests need no browser

    with sync_playwright() as playwright:
        options = find(playwright)
        if options is None:
            pytest.fail("no browser found; `python -m tools.browser` gets one, or says what to do")
        yield lambda *flags: playwright.chromium.launch(args=[*FLAGS, *flags], **options)


@pytest.fixture(scope="module")
def chromium(launch):
    browser = launch()
    yield browser
    browser.close()


@pytest.fixture(scope="module", params=engines.NAMES)
def start_engine(request):
    """A function that starts each kind of browser in turn, with `tools.engines.start`'s options, as a context."""
    if request.param not in engines.present():
        missing = f"{request.param} is not on this machine"
        pytest.fail(missing) if request.param in wanted() else pytest.skip(missing)
    chromium = request.getfixturevalue("chromium") if request.param == "chromium" else None
    return functools.partial(engines.start, request.param, chromium=chromium)


@pytest.fixture(scope="module")
def running_engine(start_engine):
    with start_engine() as engine:
        yield engine


@pytest.fixture
def engine(running_engine):
    """Each kind of browser in turn, one for all tests of a file, 1280 x 900 pixels at the start of each."""
    running_engine.size(1280, 900)
    running_engine.forget()
    return running_engine


@pytest.fixture
def opened(chromium, tmp_path):
    """Return a function that opens widgets as a file; at the end, no request has left it and no error was logged."""
    contexts = []

    def open_page(*widgets, init="", above="", attributes="", body="", **options):
        context = chromium.new_context(**({"viewport": {"width": 1280, "height": 1000}} | options))
        contexts.append(context)
        page = context.new_page()
        page.on("console", lambda message: open_page.complaints.append(f"{message.type}: {message.text}"))
        page.on("pageerror", lambda error: open_page.complaints.append(str(error)))
        page.on("request", lambda request: outside(request.url) and open_page.requests.append(request.url))
        page.add_init_script(init)
        file = tmp_path / f"page{len(contexts)}.html"
        file.write_text(
            f"""<!doctype html><html lang="en" {attributes}><head><meta charset="utf-8"><title>A page</title>
<meta name="viewport" content="width=device-width, initial-scale=1"></head><body {body}><main><h1>A page</h1>{above}
{"".join(widget.static_html() for widget in widgets)}</main></body></html>""",
            encoding="utf-8",
        )
        page.goto(file.as_uri())
        return page

    def outside(url):
        return not url.startswith(("file:", "data:"))

    open_page.requests, open_page.complaints = [], []
    yield open_page
    for context in contexts:
        context.close()
    assert open_page.requests == []
    assert open_page.complaints == []
